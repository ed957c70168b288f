/* layers_internal.h: what the files of the layer kinds share. */
#ifndef TFLIFT_LAYERS_INTERNAL_H
#define TFLIFT_LAYERS_INTERNAL_H

#include "tflift/graph.h"

extern const tfl_layer_kind tfl_layer_input;
extern const tfl_layer_kind tfl_layer_conv;
extern const tfl_layer_kind tfl_layer_dense;
extern const tfl_layer_kind tfl_layer_relu, tfl_layer_leaky_relu, tfl_layer_elu, tfl_layer_selu, tfl_layer_sigmoid, tfl_layer_tanh,
    tfl_layer_softplus, tfl_layer_gelu, tfl_layer_gelu_tanh, tfl_layer_exp, tfl_layer_log, tfl_layer_reciprocal, tfl_layer_sqrt,
    tfl_layer_abs, tfl_layer_power, tfl_layer_clip;
extern const tfl_layer_kind tfl_layer_prelu;
extern const tfl_layer_kind tfl_layer_average_pool, tfl_layer_global_average_pool, tfl_layer_max_pool, tfl_layer_global_max_pool;
extern const tfl_layer_kind tfl_layer_scale;
extern const tfl_layer_kind tfl_layer_gather;
extern const tfl_layer_kind tfl_layer_add, tfl_layer_sub, tfl_layer_mul;
extern const tfl_layer_kind tfl_layer_concat;
extern const tfl_layer_kind tfl_layer_reduce_mean, tfl_layer_reduce_sum;
extern const tfl_layer_kind tfl_layer_dropout;
extern const tfl_layer_kind tfl_layer_softmax;

/* Sizes of a value with channels and two spatial axes: (C, L) has height 1. */
typedef struct tfl_extent {
    size_t channels, height, width;
} tfl_extent;

/* Of a shape of rank 2 or 3; another rank is an error. */
tfl_status tfl_layer_extent(const tfl_shape *shape, tfl_extent *extent, tfl_error *err) TFL_MUST_USE;

/* How a window slides along one axis. */
typedef struct tfl_slide {
    size_t kernel, stride, dilation, before, after;
} tfl_slide;

/* Number of windows along an axis of in positions (ceil: the last may hang over the end, but not begin beyond it); checks everything. */
tfl_status tfl_layer_slide(const tfl_slide *slide, size_t in, bool ceil, const char *axis, size_t *out, tfl_error *err) TFL_MUST_USE;

/* A zeroed state for the layer, which begins with the kind's parameters. */
tfl_status tfl_layer_new_state(tfl_layer *layer, size_t size, tfl_error *err) TFL_MUST_USE;

/* A copy of n floats; zeros when from is NULL. NULL when out of memory. */
float *tfl_layer_copy_floats(const float *from, size_t n);

/* n floats at *array, allocated when *array is NULL. */
tfl_status tfl_layer_need_floats(float **array, size_t n, tfl_error *err) TFL_MUST_USE;

/* create of kinds whose output has the shape of all their inputs, and that have no state. */
tfl_status tfl_layer_create_same_shape(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err);

/* Whether every element stays where it is in memory: a gather that gives a new shape alone. */
bool tfl_layer_gather_keeps_order(const tfl_layer *layer);

/* For forward_range of kinds that go element by element: calls run for the elements of each line that lie in the range, n beginning at
 * first_element. */
typedef void tfl_run_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first_element, size_t n);
void tfl_layer_run_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, tfl_run_elements *run);

/* Of elements first … first + n - 1, out = the sum of two inputs, of which the second is still to go through ReLU: the bytes of ReLU and "add" one
 * after the other. */
void tfl_layer_add_relu(const float *x, const float *before_relu, float *out, size_t first, size_t n);

/* backward of linear kinds: transpose with all weights. */
void tfl_layer_backward_linear(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out,
                               float *const *grad_in, float *scratch);

/* From an element (in ONNX order) of what the layer puts out to where it comes from, through layers that only move elements. *element is SIZE_MAX for one
 * that comes from nowhere, a fill. */
void tfl_graph_trace(const tfl_graph *graph, unsigned *layer, size_t *element);

/* Offset in memory (channels last) of the element with that offset in ONNX order. */
size_t tfl_shape_memory_offset(const tfl_shape *shape, size_t onnx_offset);

/* Copies an array of the shape from ONNX order to memory order, and back. */
void tfl_shape_to_memory(const tfl_shape *shape, const float *onnx, float *memory);

static inline size_t tfl_max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static inline size_t tfl_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
