/*
 * normalize.h: weight normalisation of the first layer for one-hot inputs (paper, Appendix K).
 */
#ifndef TFLIFT_NORMALIZE_H
#define TFLIFT_NORMALIZE_H

#include "tflift/error.h"
#include "tflift/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Subtracts from each tap of every filter of the first convolution its mean over the bases and adds the means to the bias, so that an input of
 * zeros gives the average over all sequences. Outputs stay the same for every input whose rows sum to 1: one-hot bases, and other letters
 * as a quarter of each base (TFL_N_QUARTER, not TFL_N_ZERO). To be called before an explainer is made. Refuses, saying why, a graph whose input goes
 * elsewhere than into one ungrouped convolution each of whose filters sees all four bases, or whose convolution pads (a padded edge sees no base
 * there). */
tfl_status tfl_normalize_weights(tfl_graph *graph, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
