/*
 * reference.h: what a sequence is compared with (--ref and -n of cli.md).
 *
 *   shuffle, dinuc, klet:K     n shuffles per sequence, drawn from (seed, sequence name, j)
 *   zeros, uniform, freq[:…]   one constant row at every position
 *   fasta:FILE                 given sequences, a record NAME|KIND|J belongs to sequence NAME
 */
#ifndef TFLIFT_REFERENCE_H
#define TFLIFT_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/alphabet.h"
#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/shuffle.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_reference tfl_reference; /* immutable after creation, shared by threads */

/* spec as in cli.md, n drawn references per sequence (n >= 1; not used by constant and given ones). The caller frees.
 */
tfl_status tfl_reference_create(const char *spec, unsigned n, uint64_t seed, tfl_reference **out,
                                tfl_error *err) TFL_MUST_USE;
void tfl_reference_free(tfl_reference *reference);

/* One line for --help about every kind, NULL after the last: kind 0, 1, …; *usage is "dinuc", "klet:K", … */
const char *tfl_reference_help(size_t kind, const char **usage);

/* "dinuc", "freq 0.3,0.2,0.2,0.3", …: for headers of outputs. Owned by reference. */
const char *tfl_reference_text(const tfl_reference *reference);

bool tfl_reference_is_drawn(const tfl_reference *reference);    /* shuffles: several per sequence, letters */
bool tfl_reference_is_constant(const tfl_reference *reference); /* zeros, uniform, freq: no letters */

/* *count of references for sequence: n, 1, or the given ones (an error when there are none or one has another length).
 */
tfl_status tfl_reference_count(const tfl_reference *reference, const tfl_sequence *sequence, size_t *count,
                               tfl_error *err) TFL_MUST_USE;

/* Reference j < count of sequence as one-hot rows, rows[length][4] (letters other than ACGT by policy), and, where
 * references have letters and letters is not NULL, as letters[length] without NUL. */
tfl_status tfl_reference_fill(const tfl_reference *reference, tfl_shuffler *shuffler, const tfl_sequence *sequence,
                              size_t j, tfl_n_policy policy, float *rows, char *letters, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
