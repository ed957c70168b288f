/*
 * importance.h: how much contribution falls on a match.
 */
#ifndef TFLIFT_IMPORTANCE_H
#define TFLIFT_IMPORTANCE_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/logodds.h"
#include "tflift/scan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_importance {
    double sum, mean, abs; /* over [start, start + width) */
    double cosine;         /* between the contributions, each in the channel of the letter present, and q_jb IC_j of the motif,
                              IC_j = sum_b q_jb ln(q_jb / background_b); NAN where a contribution is missing */
} tfl_importance;

/* contribution[length] in the orientation of letters; a match on '-' is compared with the reverse complement. Bases without a value (NaN)
 * count as 0 in the sums; all missing: NAN everywhere. */
tfl_importance tfl_importance_of(const tfl_match *match, const tfl_logodds *logodds, const char *letters, const float *contribution);

/* Where a sum stands among the sums of all windows of a width over everything scanned. Counts are kept in bins of 0.05 % (of the value),
 * as far as they are needed: bounded memory. */
typedef struct tfl_percentiles tfl_percentiles;
tfl_status tfl_percentiles_create(tfl_percentiles **out, tfl_error *err) TFL_MUST_USE;
void tfl_percentiles_free(tfl_percentiles *percentiles);

/* Adds every window of width over contribution[length]; windows with a NaN are left out. */
tfl_status tfl_percentiles_add(tfl_percentiles *percentiles, size_t width, const float *contribution, size_t length, tfl_error *err) TFL_MUST_USE;

/* Adds the counts of another: threads count each for itself. */
tfl_status tfl_percentiles_merge(tfl_percentiles *percentiles, const tfl_percentiles *other, tfl_error *err) TFL_MUST_USE;

/* Percentage of windows of that width whose sum is below sum, plus half of those in its bin: 0 … 100; NAN when none were added, or sum
 * is NAN. Call tfl_percentiles_ready once before, when all windows are in. */
double tfl_percentiles_find(const tfl_percentiles *percentiles, size_t width, double sum);
void tfl_percentiles_ready(tfl_percentiles *percentiles);

#ifdef __cplusplus
}
#endif
#endif
