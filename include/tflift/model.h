/*
 * model.h: networks in files. Models are ONNX (onnx.proto of ONNX 1.x, IR version 3 and later).
 *
 * A tfl_model is the file, read and checked but for shapes; tfl_model_graph gives the network for one sequence length (models
 * whose length is dynamic have one per length).
 */
#ifndef TFLIFT_MODEL_H
#define TFLIFT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/graph.h"
#include "tflift/output.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_model tfl_model;

/* Where the input's axes are. */
typedef enum tfl_layout { TFL_N4L, TFL_NL4, TFL_N14L, TFL_N41L, TFL_N4L1 } tfl_layout;

/* Reads an ONNX file ("-": standard input) of opset 9 to 21. Not ONNX, truncated, external data, an operator or attribute we do not know, a cycle,
 * dimensions that do not fit their tensors: errors that name file, node and operator. What depends on the length (shapes, and the values of
 * attributes that go with them) is checked by tfl_model_graph. The caller frees. */
tfl_status tfl_model_read(const char *path, tfl_model **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_model_read_memory(const void *bytes, size_t size, const char *name, tfl_model **out, tfl_error *err) TFL_MUST_USE;

/* The TAL1/GATA1 network that is built in (data/, made by scripts/make-model). */
tfl_status tfl_model_builtin(tfl_model **out, tfl_error *err) TFL_MUST_USE;

void tfl_model_free(tfl_model *model);

const char *tfl_model_name(const tfl_model *model);      /* path, or "built-in model" */
const char *tfl_model_digest(const tfl_model *model);    /* 16 hexadecimal digits of the file's content, for headers of outputs */
size_t tfl_model_length(const tfl_model *model);         /* sequence length that the model takes; 0: any */
tfl_layout tfl_model_layout(const tfl_model *model);

/* The network for sequences of that length, input shape (4, length) in every layout (a first gather brings it into the model's own).
 * An error says what lengths the model takes. The caller frees. */
tfl_status tfl_model_graph(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err) TFL_MUST_USE;

/* The same without packed weights (tfl_graph_finish_unpacked): less time and memory where they will be packed otherwise. */
tfl_status tfl_model_graph_unpacked(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err) TFL_MUST_USE;

/* Writes graph as ONNX (opset 13; 19 where an average pool has dilation): input "x" (N,4,L), output "logits" (N,T), or "probabilities"
 * where the output is a sigmoid or softmax; task names under the metadata key "tasks", comma-separated, so that a comma in one is an
 * error, and so is a control character. What is read back computes the same numbers, bit for bit. any_length: the length is written as
 * a dynamic dimension, and a layer that fits one length only is an error (tfl_model_check_any_length sees what a single network cannot show). */
tfl_status tfl_model_write(const tfl_graph *graph, const char *path, bool any_length, tfl_error *err) TFL_MUST_USE;

/* The same into an output that is open, which the caller commits. */
tfl_status tfl_model_write_to(const tfl_graph *graph, tfl_output *output, bool any_length, tfl_error *err) TFL_MUST_USE;

/* Whether what tfl_model_write writes for any length is the model, which takes any, and not only its network for that length: TFL_EUNSUPPORTED where
 * the networks for others (shorter ones, and up to 4096 positions longer) would be written otherwise, as a number of theirs comes from the length, or
 * where none can be made. */
tfl_status tfl_model_check_any_length(const tfl_model *model, size_t length, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
