/*
 * Every output a weighted sum of all inputs along the last axis of the shape. Of a vector it is a matrix times a vector; of a value (N, F), which
 * lies as [F][N], each of the N columns is such a vector.
 */
#include "config.h"

#include "tflift/memory.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct dense {
    tfl_dense_parameters parameters; /* arrays: the ones below */
    float *weight;                   /* [out][in] */
    float *bias;                     /* [out], NULL: none */
    size_t in, out;
    size_t outer, inner; /* the value is [outer][in][inner]; both 1 for a vector */
    const tfl_kernels *kernels;
} dense;

static tfl_status set_shape(tfl_layer *layer, const tfl_shape *input, tfl_error *err)
{
    dense *state = layer->state;
    unsigned last = input->rank - 1;
    state->in = input->dim[last];
    state->out = state->parameters.out;
    state->inner = last > 0 ? input->dim[0] : 1;
    state->outer = tfl_shape_size(input) / state->in / state->inner;
    layer->shape = *input;
    layer->shape.dim[last] = state->out;
    return tfl_shape_check(&layer->shape, err);
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_dense_parameters *given = parameters;
    size_t n;
    if (given == NULL || given->weight == NULL || given->out == 0) {
        return tfl_fail(err, TFL_EUSAGE, "it needs weights");
    }
    if (tfl_layer_new_state(layer, sizeof(dense), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    dense *state = layer->state;
    state->parameters = *given;
    state->kernels = tfl_kernels_get();
    tfl_status status = set_shape(layer, input[0], err);
    if (status != TFL_OK) {
        return status;
    }
    if (!tfl_size_mul(state->in, state->out, &n) || n > INT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "more than 2^31 weights");
    }
    state->weight = tfl_layer_copy_floats(given->weight, n);
    state->bias = given->bias != NULL ? tfl_layer_copy_floats(given->bias, state->out) : NULL;
    state->parameters.weight = state->weight;
    state->parameters.bias = state->bias;
    return state->weight != NULL && (given->bias == NULL || state->bias != NULL) ? TFL_OK
                                                                                 : tfl_fail_memory(err, "the weights of a layer");
}

static void destroy(tfl_layer *layer)
{
    dense *state = layer->state;
    free(state->weight);
    free(state->bias);
}

static int sign_of(tfl_part part)
{
    static const int sign[] = {[TFL_ALL] = 0, [TFL_POSITIVE] = 1, [TFL_NEGATIVE] = -1};
    return sign[part];
}

static float part_of(float weight, int sign)
{
    return sign == 0 || (sign > 0) == (weight > 0.0F) ? weight : 0.0F;
}

/* out += W_part in; for one vector, and for [in][inner] columns at once. */
static void add_times(const dense *state, int sign, const float *in, float *out)
{
    if (state->inner == 1) {
        state->kernels->times_vector(state->weight, sign, state->out, state->in, in, out);
        return;
    }
    for (size_t o = 0; o < state->out; o++) {
        for (size_t i = 0; i < state->in; i++) {
            state->kernels->add_scaled(out + o * state->inner, part_of(state->weight[o * state->in + i], sign),
                                       in + i * state->inner, state->inner);
        }
    }
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const dense *state = layer->state;
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    for (size_t k = 0; k < state->outer; k++) {
        add_times(state, sign_of(part), in[0] + k * state->in * state->inner, out + k * state->out * state->inner);
    }
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const dense *state = layer->state;
    (void)scratch;
    for (size_t k = 0; k < state->outer; k++) {
        float *y = out + k * state->out * state->inner;
        for (size_t i = 0; i < state->out * state->inner; i++) {
            y[i] = state->bias != NULL ? state->bias[i / state->inner] : 0.0F;
        }
        add_times(state, 0, in[0] + k * state->in * state->inner, y);
    }
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const dense *state = layer->state;
    int sign = sign_of(part);
    (void)scratch;
    for (size_t k = 0; grad_in[0] != NULL && k < state->outer; k++) {
        const float *g = grad_out + k * state->out * state->inner;
        float *to = grad_in[0] + k * state->in * state->inner;
        if (state->inner == 1) {
            state->kernels->transposed_times_vector(state->weight, sign, state->out, state->in, g, to);
            continue;
        }
        for (size_t o = 0; o < state->out; o++) {
            for (size_t i = 0; i < state->in; i++) {
                state->kernels->add_scaled(to + i * state->inner, part_of(state->weight[o * state->in + i], sign),
                                           g + o * state->inner, state->inner);
            }
        }
    }
}

static size_t weights(tfl_layer *layer, tfl_weights *list, size_t max)
{
    dense *state = layer->state;
    tfl_weights all[2] = {
        {.name = "weight", .value = state->weight, .size = state->in * state->out, .fan_in = state->in, .fan_out = state->out},
        {.name = "bias", .value = state->bias, .size = state->out}};
    size_t n = state->bias != NULL ? 2 : 1;
    memcpy(list, all, tfl_min_size(n, max) * sizeof *list);
    return n;
}

/* The gradient of one [in][inner] block. */
static void add_weight_gradient(const dense *state, const float *x, const float *g, float *grad)
{
    if (state->inner == 1) {
        state->kernels->add_outer(grad, state->out, state->in, g, x);
        return;
    }
    for (size_t o = 0; o < state->out; o++) {
        for (size_t i = 0; i < state->in; i++) {
            double sum = 0.0;
            for (size_t j = 0; j < state->inner; j++) {
                sum += (double)g[o * state->inner + j] * (double)x[i * state->inner + j];
            }
            grad[o * state->in + i] += (float)sum;
        }
    }
}

static void weight_gradient(const tfl_layer *layer, const float *const *in, const float *grad_out, float *const *grad, float *scratch)
{
    const dense *state = layer->state;
    (void)scratch;
    for (size_t k = 0; k < state->outer; k++) {
        const float *g = grad_out + k * state->out * state->inner;
        add_weight_gradient(state, in[0] + k * state->in * state->inner, g, grad[0]);
        for (size_t i = 0; state->bias != NULL && i < state->out * state->inner; i++) {
            grad[1][i / state->inner] += g[i];
        }
    }
}

/* All of the input, of a vector; positions of the last axis are mixed either way. */
static void window(const tfl_layer *layer, size_t *extent, size_t *stride, int64_t *offset)
{
    (void)layer;
    *extent = 0;
    *stride = 1;
    *offset = 0;
}

const tfl_layer_kind tfl_layer_dense = {
    .name = "dense",
    .family = TFL_MIX,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = destroy,
    .forward = forward,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
    .weights = weights,
    .weight_gradient = weight_gradient,
    .window = window,
};
