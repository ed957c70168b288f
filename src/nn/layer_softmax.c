/* exp(x) over its sum, along one axis. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

typedef struct softmax {
    tfl_softmax_parameters parameters;
    tfl_axis along; /* n elements make one softmax */
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
    state->along = tfl_shape_axis(input[0], given->axis);
    return TFL_OK;
}

/* y = x minus the largest x, so that no exponential overflows. */
static void shift_one(const tfl_axis *along, const float *x, float *y)
{
    size_t step = along->inner;
    float largest = x[0];
    for (size_t i = 1; i < along->n; i++) {
        largest = x[i * step] > largest ? x[i * step] : largest;
    }
    for (size_t i = 0; i < along->n; i++) {
        y[i * step] = x[i * step] - largest;
    }
}

static void divide_one(const tfl_axis *along, float *y)
{
    size_t step = along->inner;
    double sum = 0.0;
    for (size_t i = 0; i < along->n; i++) {
        sum += (double)y[i * step];
    }
    for (size_t i = 0; i < along->n; i++) {
        y[i * step] = (float)((double)y[i * step] / sum);
    }
}

static void backward_one(const tfl_axis *along, const float *y, const float *grad_out, float *grad_in)
{
    size_t step = along->inner;
    double sum = 0.0;
    for (size_t i = 0; i < along->n; i++) {
        sum += (double)y[i * step] * (double)grad_out[i * step];
    }
    for (size_t i = 0; i < along->n; i++) {
        grad_in[i * step] += (float)((double)y[i * step] * ((double)grad_out[i * step] - sum));
    }
}

/* Offset of the first element of softmax i. */
static size_t first_of(const tfl_axis *along, size_t i)
{
    return i / along->inner * along->n * along->inner + i % along->inner;
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const tfl_axis *along = &((const softmax *)layer->state)->along;
    (void)scratch;
    for (size_t i = 0; i < along->outer * along->inner; i++) {
        shift_one(along, in[0] + first_of(along, i), out + first_of(along, i));
    }
    tfl_kernels_get()->function[TFL_EXP](out, out, layer->size, 0.0F, 0.0F);
    for (size_t i = 0; i < along->outer * along->inner; i++) {
        divide_one(along, out + first_of(along, i));
    }
}

static void backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch)
{
    const tfl_axis *along = &((const softmax *)layer->state)->along;
    (void)in;
    (void)scratch;
    for (size_t i = 0; grad_in[0] != NULL && i < along->outer * along->inner; i++) {
        size_t at = first_of(along, i);
        backward_one(along, out + at, grad_out + at, grad_in[0] + at);
    }
}

const tfl_layer_kind tfl_layer_softmax = {
    .name = "softmax",
    .family = TFL_COUPLED,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .forward = forward,
    .backward = backward,
};
