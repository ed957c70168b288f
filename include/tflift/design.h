/*
 * design.h: what to simulate, read from an INI file (sims/) or built in.
 */
#ifndef TFLIFT_DESIGN_H
#define TFLIFT_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/motif.h"
#include "tflift/output.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_planting {
    char *motif;        /* name in the design's motif file */
    double mean;        /* of the Poisson that gives the number of instances … */
    unsigned min, max;  /* … drawn again until it lies in [min, max] */
    double reverse;     /* probability of the reverse complement */
    size_t first, last; /* instances lie within [first, last) of the sequence; last 0: its end */
} tfl_planting;

typedef struct tfl_class {
    char *name;
    double weight; /* share of the sequences, relative to the other classes */
    size_t n_plantings;
    tfl_planting *planting;
    uint8_t *label; /* [n_tasks] */
} tfl_class;

typedef struct tfl_design {
    char *name;
    size_t n, length;
    uint64_t seed; /* 1 unless the file gives one */
    double background[TFL_BASES];
    double pseudocount; /* of the PWMs that words are drawn from */
    double split[3];    /* train, valid, test */
    size_t n_tasks;
    char **task; /* [n_tasks] names, all different, and none of them name, class or split, other columns of the labels */
    size_t n_classes;
    tfl_class *classes;
    tfl_motifs *motifs;
    char *motif_file; /* its path; "" for the built-in motifs */
    char *file;       /* the path of the design itself; NULL where it did not come from a file */
} tfl_design;

/* A design file, or the name of a built-in design ("tal1-gata1"); NULL is the default, tal1-gata1. Mistakes are errors
 * with file and line; motif files are found relative to the design file. The caller frees. The format is told in
 * sims/README.md. */
tfl_status tfl_design_read(const char *path_or_name, tfl_design **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_design_read_memory(const void *bytes, size_t size, const char *name, tfl_design **out,
                                  tfl_error *err) TFL_MUST_USE;
void tfl_design_free(tfl_design *design);

/* Name of built-in design i, NULL after the last. */
const char *tfl_design_builtin(size_t i);

/* Whether the instances of every class can be placed, in any number that may be drawn; an error that names the class
 * and the motif. Designs that were read are checked; this is for those whose length was changed since. */
tfl_status tfl_design_check(const tfl_design *design, tfl_error *err) TFL_MUST_USE;

/* The design as an INI text that reads back as the same design, with this seed; an error where the path of its motif file is one that such a
 * text cannot hold. */
tfl_status tfl_design_write(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
