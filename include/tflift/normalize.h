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

/* Subtracts from each tap of every filter of the first convolution its mean over the channels and adds the means to the bias, so that outputs for
 * one-hot sequences without other letters stay the same and an input of zeros gives the average over all sequences. Refuses, saying why,
 * a graph whose input goes elsewhere than into one ungrouped convolution over all four channels, or whose convolution pads (a padded edge
 * sees no base there). */
tfl_status tfl_normalize_weights(tfl_graph *graph, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
