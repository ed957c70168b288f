#include "config.h"

#include "tflift/layer.h"

#include "tflift/memory.h"

#include "layers_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tfl_layer_kind *const kinds[] = {
    &tfl_layer_input,
    &tfl_layer_conv,
    &tfl_layer_dense,
    &tfl_layer_relu,
    &tfl_layer_leaky_relu,
    &tfl_layer_prelu,
    &tfl_layer_elu,
    &tfl_layer_selu,
    &tfl_layer_sigmoid,
    &tfl_layer_tanh,
    &tfl_layer_softplus,
    &tfl_layer_gelu,
    &tfl_layer_gelu_tanh,
    &tfl_layer_exp,
    &tfl_layer_log,
    &tfl_layer_reciprocal,
    &tfl_layer_sqrt,
    &tfl_layer_abs,
    &tfl_layer_power,
    &tfl_layer_clip,
    &tfl_layer_average_pool,
    &tfl_layer_global_average_pool,
    &tfl_layer_max_pool,
    &tfl_layer_global_max_pool,
    &tfl_layer_scale,
    &tfl_layer_gather,
    &tfl_layer_add,
    &tfl_layer_sub,
    &tfl_layer_mul,
    &tfl_layer_concat,
    &tfl_layer_reduce_mean,
    &tfl_layer_reduce_sum,
    &tfl_layer_dropout,
    &tfl_layer_softmax,
};

const tfl_layer_kind *tfl_layer_kind_at(size_t i)
{
    return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const tfl_layer_kind *tfl_layer_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

size_t tfl_shape_size(const tfl_shape *shape)
{
    size_t size = 1;
    for (unsigned axis = 0; axis < shape->rank; axis++) {
        size *= shape->dim[axis];
    }
    return size;
}

tfl_map tfl_shape_map(const tfl_shape *shape)
{
    tfl_map map = {.axis = shape->rank - 1, .channels = shape->dim[0]};
    map.axis -= shape->rank == 3 && shape->dim[2] == 1;
    map.length = shape->rank > 1 ? shape->dim[map.axis] : 1;
    map.lines = tfl_shape_size(shape) / map.channels / map.length;
    return map;
}

tfl_axis tfl_shape_axis(const tfl_shape *shape, unsigned axis)
{
    tfl_axis along = {.n = shape->dim[axis], .inner = 1};
    for (unsigned later = axis + 1; axis > 0 && later <= shape->rank; later++) {
        along.inner *= shape->dim[later % shape->rank]; /* axis 0 lies behind the last */
    }
    along.outer = tfl_shape_size(shape) / along.n / along.inner;
    return along;
}

tfl_status tfl_shape_check(const tfl_shape *shape, tfl_error *err)
{
    if (shape->rank < 1 || shape->rank > TFL_MAX_RANK) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "a value with %u dimensions; 1 to %d can be used", shape->rank, TFL_MAX_RANK);
    }
    size_t size = 1;
    for (unsigned axis = 0; axis < shape->rank; axis++) {
        if (shape->dim[axis] == 0) {
            return tfl_fail(err, TFL_EINPUT, "a value without elements: dimension %u is 0", axis);
        }
        if (!tfl_size_mul(size, shape->dim[axis], &size) || size > INT32_MAX) {
            char text[64];
            return tfl_fail(err, TFL_EUNSUPPORTED, "a value of shape %s has more than 2^31 elements",
                            tfl_shape_text(shape, text));
        }
    }
    return TFL_OK;
}

bool tfl_shape_equal(const tfl_shape *a, const tfl_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, a->rank * sizeof *a->dim) == 0;
}

const char *tfl_shape_text(const tfl_shape *shape, char text[64])
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned axis = 0; axis < shape->rank && axis < TFL_MAX_RANK && used < 64; axis++) {
        used += (size_t)snprintf(text + used, 64 - used, "%s%zu", axis == 0 ? "(" : ", ", shape->dim[axis]);
    }
    if (used < 63) {
        memcpy(text + used, ")", 2);
    }
    return text;
}

size_t tfl_shape_memory_offset(const tfl_shape *shape, size_t onnx_offset)
{
    size_t inner = tfl_shape_size(shape) / shape->dim[0]; /* elements per channel */
    return onnx_offset % inner * shape->dim[0] + onnx_offset / inner;
}

void tfl_shape_to_memory(const tfl_shape *shape, const float *onnx, float *memory)
{
    size_t channels = shape->dim[0], inner = tfl_shape_size(shape) / channels;
    for (size_t channel = 0; channel < channels; channel++) {
        for (size_t i = 0; i < inner; i++) {
            memory[i * channels + channel] = onnx[channel * inner + i];
        }
    }
}

tfl_status tfl_layer_extent(const tfl_shape *shape, tfl_extent *extent, tfl_error *err)
{
    if (shape->rank != 2 && shape->rank != 3) {
        char text[64];
        return tfl_fail(err, TFL_EUNSUPPORTED, "input of shape %s; it takes (channels, length) or (channels, height, width)",
                        tfl_shape_text(shape, text));
    }
    extent->channels = shape->dim[0];
    extent->height = shape->rank == 3 ? shape->dim[1] : 1;
    extent->width = shape->dim[shape->rank - 1];
    return TFL_OK;
}

tfl_status tfl_layer_slide(const tfl_slide *slide, size_t in, bool ceil, const char *axis, size_t *out, tfl_error *err)
{
    size_t padded, reach;
    if (slide->kernel == 0 || slide->stride == 0 || slide->dilation == 0) {
        return tfl_fail(err, TFL_EINPUT, "%s: kernel, stride and dilation must be 1 or more", axis);
    }
    if (!tfl_size_add(in, slide->before, &padded) || !tfl_size_add(padded, slide->after, &padded) ||
        !tfl_size_mul(slide->kernel - 1, slide->dilation, &reach) || reach > INT32_MAX || padded > INT32_MAX) {
        return tfl_fail(err, TFL_EINPUT, "%s: kernel %zu, dilation %zu and padding %zu, %zu are too large", axis, slide->kernel,
                        slide->dilation, slide->before, slide->after);
    }
    if (padded < reach + 1) {
        return tfl_fail(err, TFL_EINPUT, "%s: input of %zu positions is shorter than the kernel, which spans %zu", axis, padded,
                        reach + 1);
    }
    size_t last = padded - reach - 1;
    *out = last / slide->stride + 1;
    /* One more window when it still begins inside the input or the padding before it, as ONNX and PyTorch have it. */
    if (ceil && last % slide->stride != 0 && *out * slide->stride < in + slide->before) {
        ++*out;
    }
    return TFL_OK;
}

tfl_status tfl_layer_new_state(tfl_layer *layer, size_t size, tfl_error *err)
{
    layer->state = tfl_calloc(1, size);
    return layer->state != NULL ? TFL_OK : tfl_fail_memory(err, "a layer");
}

float *tfl_layer_copy_floats(const float *from, size_t n)
{
    float *copy = tfl_alloc_floats(n);
    if (copy != NULL && from != NULL) {
        memcpy(copy, from, n * sizeof *copy);
    }
    return copy;
}

tfl_status tfl_layer_need_floats(float **array, size_t n, tfl_error *err)
{
    if (*array == NULL) {
        *array = tfl_alloc_floats(n);
    }
    return *array != NULL ? TFL_OK : tfl_fail_memory(err, "weights");
}

tfl_status tfl_layer_create_same_shape(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    (void)parameters;
    for (unsigned i = 1; i < layer->n_inputs; i++) {
        if (!tfl_shape_equal(input[0], input[i])) {
            char a[64], b[64];
            return tfl_fail(err, TFL_EINPUT, "inputs of shapes %s and %s; they must be equal", tfl_shape_text(input[0], a),
                            tfl_shape_text(input[i], b));
        }
    }
    layer->shape = *input[0];
    return TFL_OK;
}

void tfl_layer_run_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, tfl_run_elements *run)
{
    tfl_map map = tfl_shape_map(&layer->shape);
    for (size_t line = 0; line < map.lines; line++) {
        run(layer, in, out, (line * map.length + first) * map.channels, count * map.channels);
    }
}

void tfl_layer_backward_linear(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out,
                               float *const *grad_in, float *scratch)
{
    (void)in;
    (void)out;
    layer->kind->transpose(layer, TFL_ALL, grad_out, grad_in, scratch);
}
