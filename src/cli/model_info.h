/*
 * model_info.h: a model in words, and a row per layer.
 */
#ifndef TFLIFT_CLI_MODEL_INFO_H
#define TFLIFT_CLI_MODEL_INFO_H

#include "tflift/graph.h"
#include "tflift/model.h"
#include "tflift/output.h"

/* Lines "# key: value" about model, then "#layer kind inputs shape parameters receptive_field passes METHOD…" and a row
 * per layer of graph: how it passes contributions on, and the rule that it gets under each method ("-": it needs none).
 * graph's weights are packed for the last method. */
tfl_status tfl_model_info_write(const tfl_model *model, tfl_graph *graph, tfl_output *output, tfl_error *err) TFL_MUST_USE;

#endif
