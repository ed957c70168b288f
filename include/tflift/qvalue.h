/*
 * qvalue.h: false discovery rates of matches (Benjamini and Hochberg, "Controlling the false discovery rate", 1995).
 *
 * q(p) = min over p' >= p of p' * tests / #(p-values <= p'), at most 1, where p' runs over the p-values that were added.
 */
#ifndef TFLIFT_QVALUE_H
#define TFLIFT_QVALUE_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_qvalues tfl_qvalues;

tfl_status tfl_qvalues_create(tfl_qvalues **out, tfl_error *err) TFL_MUST_USE;
void tfl_qvalues_free(tfl_qvalues *qvalues);

/* Adds a p-value, in any order. Memory is bounded: from 65,536 different ones on they are counted rounded up by at most 0.05 %. */
tfl_status tfl_qvalues_add(tfl_qvalues *qvalues, double p, tfl_error *err) TFL_MUST_USE;

/* Ends adding; tests is the number of all that was tested, with and without a p-value worth adding. */
void tfl_qvalues_ready(tfl_qvalues *qvalues, uint64_t tests);

/* The q-value of a p-value that was added. */
double tfl_qvalues_find(const tfl_qvalues *qvalues, double p);

#ifdef __cplusplus
}
#endif
#endif
