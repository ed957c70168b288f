/* Sum and difference of values of one shape. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <string.h>


/* The weight of every element of input k. */
static float weight(const tfl_layer *layer, unsigned k)
{
    return layer->kind == &tfl_layer_sub && k == 1 ? -1.0F : 1.0F;
}

static bool takes_part(const tfl_layer *layer, unsigned k, tfl_part part)
{
    return part == TFL_ALL || (part == TFL_POSITIVE) == (weight(layer, k) > 0.0F);
}

/* out += the inputs, for n elements. */
static void add_elements(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, size_t first, size_t n)
{
    const tfl_kernels *kernels = tfl_kernels_get();
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        if (takes_part(layer, k, part)) {
            kernels->add_scaled(out + first, weight(layer, k), in[k] + first, n);
        }
    }
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    add_elements(layer, part, in, out, 0, layer->size);
}

static void run_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t n)
{
    if (layer->kind == &tfl_layer_add && layer->n_inputs == 2) {
        tfl_kernels_get()->add(out + first, in[0] + first, in[1] + first, n);
        return;
    }
    memset(out + first, 0, n * sizeof *out);
    add_elements(layer, TFL_ALL, in, out, first, n);
}

static void forward_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    (void)scratch;
    tfl_layer_run_range(layer, in, out, first, count, run_elements);
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    run_elements(layer, in, out, 0, layer->size);
}

void tfl_layer_add_relu(const float *x, const float *before_relu, float *out, size_t first, size_t n)
{
    tfl_kernels_get()->add_relu(out + first, x + first, before_relu + first, n);
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const tfl_kernels *kernels = tfl_kernels_get();
    (void)scratch;
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        if (grad_in[k] != NULL && takes_part(layer, k, part)) {
            kernels->add_scaled(grad_in[k], weight(layer, k), grad_out, layer->size);
        }
    }
}

static bool has_negative(const tfl_layer *layer)
{
    return layer->kind == &tfl_layer_sub;
}

const tfl_layer_kind tfl_layer_add = {
    .name = "add",
    .family = TFL_CARRY,
    .sums = true,
    .min_inputs = 2,
    .max_inputs = 0,
    .create = tfl_layer_create_same_shape,
    .forward = forward,
    .forward_range = forward_range,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
};

const tfl_layer_kind tfl_layer_sub = {
    .name = "sub",
    .family = TFL_CARRY,
    .min_inputs = 2,
    .max_inputs = 2,
    .create = tfl_layer_create_same_shape,
    .forward = forward,
    .forward_range = forward_range,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
    .has_negative = has_negative,
};
