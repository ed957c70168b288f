/*
 * metrics.h: how well scores rank labels.
 */
#ifndef TFLIFT_METRICS_H
#define TFLIFT_METRICS_H

#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* score[i * stride], label[i * stride] of n examples; labels that are NAN are left out. Area under the ROC curve (ties count one half);
 * NAN when there is only one class. */
tfl_status tfl_auroc(const float *score, const float *label, size_t n, size_t stride, double *area, tfl_error *err) TFL_MUST_USE;

/* Average precision: sum over thresholds of (recall step) * precision, tied scores taken together. */
tfl_status tfl_auprc(const float *score, const float *label, size_t n, size_t stride, double *area, tfl_error *err) TFL_MUST_USE;

/* Mean binary cross-entropy of logits, NAN labels left out. */
double tfl_cross_entropy(const float *logit, const float *label, size_t n);

#ifdef __cplusplus
}
#endif
#endif
