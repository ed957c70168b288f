/*
 * predict.h: what a model says about each sequence of a source.
 */
#ifndef TFLIFT_CLI_PREDICT_H
#define TFLIFT_CLI_PREDICT_H

#include "cli/options.h"
#include "cli/source.h"
#include "tflift/model.h"
#include "tflift/output.h"

/* "#name", then logit_TASK and probability_TASK for every task; a row per sequence, in order. Letters other than A, C,
 * G, T as the policy says. The probability is the sigmoid of the logit, or the softmax where the model ends in one. */
tfl_status tfl_predict_write(const tfl_call *call, const tfl_model *model, tfl_source *source, tfl_n_policy policy,
                             bool exact, unsigned threads, tfl_output *output, tfl_error *err) TFL_MUST_USE;

#endif
