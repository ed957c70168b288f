/* exp(x) over its sum, along one axis. Attribution looks at what comes before it. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

/* In memory the value is [outer][n][inner], and n elements make one softmax. */
typedef struct softmax {
    tfl_softmax_parameters parameters;
    size_t outer, n, inner;
} softmax;

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_softmax_parameters *given = parameters;
    if (given == NULL || given->axis >= input[0]->rank) {
        return tfl_fail(err, TFL_EINPUT, "it needs an axis of its input, which has %u", input[0]->rank);
    }
    if (tfl_layer_new_state(layer, sizeof(softmax), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    softmax *state = layer->state;
    layer->shape = *input[0];
    state->parameters = *given;
    state->n = input[0]->dim[given->axis];
    state->inner = 1;
    for (unsigned axis = given->axis + 1; given->axis > 0 && axis <= layer->shape.rank; axis++) {
        state->inner *= layer->shape.dim[axis % layer->shape.rank];
    }
    state->outer = tfl_shape_size(&layer->shape) / state->n / state->inner;
    return TFL_OK;
}

static const void *parameters_of(const tfl_layer *layer)
{
    const softmax *state = layer->state;
    return &state->parameters;
}

/* y = x minus the largest x, so that no exponential overflows. */
static void shift_one(const softmax *state, const float *x, float *y)
{
    size_t step = state->inner;
    float largest = x[0];
    for (size_t i = 1; i < state->n; i++) {
        largest = x[i * step] > largest ? x[i * step] : largest;
    }
    for (size_t i = 0; i < state->n; i++) {
        y[i * step] = x[i * step] - largest;
    }
}

static void divide_one(const softmax *state, float *y)
{
    size_t step = state->inner;
    double sum = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        sum += (double)y[i * step];
    }
    for (size_t i = 0; i < state->n; i++) {
        y[i * step] = (float)((double)y[i * step] / sum);
    }
}

static void backward_one(const softmax *state, const float *y, const float *grad_out, float *grad_in)
{
    size_t step = state->inner;
    double sum = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        sum += (double)y[i * step] * (double)grad_out[i * step];
    }
    for (size_t i = 0; i < state->n; i++) {
        grad_in[i * step] += (float)((double)y[i * step] * ((double)grad_out[i * step] - sum));
    }
}

/* Offset of the first element of softmax i. */
static size_t first_of(const softmax *state, size_t i)
{
    return i / state->inner * state->n * state->inner + i % state->inner;
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const softmax *state = layer->state;
    (void)scratch;
    for (size_t i = 0; i < state->outer * state->inner; i++) {
        shift_one(state, in[0] + first_of(state, i), out + first_of(state, i));
    }
    tfl_kernels_get()->function[TFL_EXP](out, out, layer->size, 0.0F, 0.0F);
    for (size_t i = 0; i < state->outer * state->inner; i++) {
        divide_one(state, out + first_of(state, i));
    }
}

static void backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch)
{
    const softmax *state = layer->state;
    (void)in;
    (void)scratch;
    for (size_t i = 0; grad_in[0] != NULL && i < state->outer * state->inner; i++) {
        size_t at = first_of(state, i);
        backward_one(state, out + at, grad_out + at, grad_in[0] + at);
    }
}

const tfl_layer_kind tfl_layer_softmax = {
    .name = "softmax",
    .family = TFL_COUPLED,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = tfl_layer_free_state,
    .parameters = parameters_of,
    .forward = forward,
    .backward = backward,
};
