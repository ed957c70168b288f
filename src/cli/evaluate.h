/*
 * evaluate.h: a network against the labels of a data set, shared by tftrain and tfmodel evaluate.
 */
#ifndef TFLIFT_CLI_EVALUATE_H
#define TFLIFT_CLI_EVALUATE_H

#include "tflift/dataset.h"
#include "tflift/error.h"
#include "tflift/graph.h"
#include "tflift/output.h"
#include "tflift/train.h"

/* The examples of one split; context of view.examples is the view itself, so it must not move. */
typedef struct tfl_split_view {
    const tfl_dataset *data;
    size_t *index; /* [examples.n] into data */
    float *label;  /* [examples.n][n_tasks] */
    tfl_examples examples;
} tfl_split_view;

tfl_status tfl_split_view_create(const tfl_dataset *data, tfl_split split, tfl_split_view *view, tfl_error *err) TFL_MUST_USE;
void tfl_split_view_clear(tfl_split_view *view);

/* "#task split sequences positives auroc auprc". */
tfl_status tfl_evaluate_header(tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* A row per task of one split, nothing when the split is empty. */
tfl_status tfl_evaluate_split(const tfl_graph *graph, const tfl_dataset *data, tfl_split split, unsigned threads, tfl_output *output,
                              tfl_error *err) TFL_MUST_USE;

#endif
