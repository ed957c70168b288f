/* Joins values along one axis of their shapes. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <string.h>

/* In memory the output is [outer][sum of axis sizes][inner]; input k takes the columns [begin, begin + its size). */
typedef struct concat {
    tfl_concat_parameters parameters;
    size_t outer, inner;
} concat;

static tfl_status check_input(const tfl_shape *first, const tfl_shape *other, unsigned axis, tfl_error *err)
{
    tfl_shape same = *other;
    if (other->rank == first->rank) {
        same.dim[axis] = first->dim[axis];
    }
    if (!tfl_shape_equal(first, &same)) {
        char a[64], b[64];
        return tfl_fail(err, TFL_EINPUT, "inputs of shapes %s and %s cannot be joined along axis %u", tfl_shape_text(first, a),
                        tfl_shape_text(other, b), axis);
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_concat_parameters *given = parameters;
    if (given == NULL || given->axis >= input[0]->rank) {
        return tfl_fail(err, TFL_EINPUT, "it needs an axis of its inputs, which have %u", input[0]->rank);
    }
    layer->shape = *input[0];
    for (unsigned k = 1; k < layer->n_inputs; k++) {
        tfl_status status = check_input(input[0], input[k], given->axis, err);
        if (status != TFL_OK) {
            return status;
        }
        layer->shape.dim[given->axis] += input[k]->dim[given->axis];
    }
    tfl_status status = tfl_shape_check(&layer->shape, err);
    if (status == TFL_OK) {
        status = tfl_layer_new_state(layer, sizeof(concat), err);
    }
    if (status != TFL_OK) {
        return status;
    }
    concat *state = layer->state;
    state->parameters = *given;
    state->inner = 1;
    /* Memory has the axes 1, 2, …, 0. */
    for (unsigned axis = given->axis + 1; given->axis > 0 && axis <= layer->shape.rank; axis++) {
        state->inner *= layer->shape.dim[axis % layer->shape.rank];
    }
    state->outer = tfl_shape_size(&layer->shape) / layer->shape.dim[given->axis] / state->inner;
    return TFL_OK;
}

/* Floats of one outer step of input k. */
static size_t chunk(const tfl_layer *layer, unsigned k)
{
    const concat *state = layer->state;
    return layer->input_shape[k].dim[state->parameters.axis] * state->inner;
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const concat *state = layer->state;
    const tfl_kernels *kernels = tfl_kernels_get();
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    for (size_t i = 0; part != TFL_NEGATIVE && i < state->outer; i++) {
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            size_t n = chunk(layer, k);
            kernels->add_scaled(out, 1.0F, in[k] + i * n, n);
            out += n;
        }
    }
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const concat *state = layer->state;
    (void)scratch;
    for (size_t i = 0; i < state->outer; i++) {
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            size_t n = chunk(layer, k);
            memcpy(out, in[k] + i * n, n * sizeof *out);
            out += n;
        }
    }
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const concat *state = layer->state;
    const tfl_kernels *kernels = tfl_kernels_get();
    (void)scratch;
    for (size_t i = 0; part != TFL_NEGATIVE && i < state->outer; i++) {
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            size_t n = chunk(layer, k);
            if (grad_in[k] != NULL) {
                kernels->add_scaled(grad_in[k] + i * n, 1.0F, grad_out, n);
            }
            grad_out += n;
        }
    }
}

const tfl_layer_kind tfl_layer_concat = {
    .name = "concat",
    .family = TFL_CARRY,
    .min_inputs = 1,
    .max_inputs = 0,
    .create = create,
    .forward = forward,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
};
