/* x where it is positive, slope[channel] x elsewhere. */
#include "config.h"

#include "tflift/memory.h"

#include "layers_internal.h"

#include <stdlib.h>

typedef struct prelu {
    tfl_prelu_parameters parameters; /* slope: the copy below, ONNX order */
    float *given;
    float *slope; /* [size] memory order */
} prelu;

static tfl_status expand(prelu *state, const tfl_layer *layer, size_t size, tfl_error *err)
{
    size_t n = state->parameters.n, channels = layer->shape.dim[0];
    if (n != 1 && n != channels && n != size) {
        return tfl_fail(err, TFL_EINPUT, "%zu slopes for %zu channels; it takes 1, one per channel or one per element", n, channels);
    }
    state->slope = tfl_alloc_floats(size);
    if (state->slope == NULL) {
        return tfl_fail_memory(err, "slopes");
    }
    if (n == size) {
        tfl_shape_to_memory(&layer->shape, state->given, state->slope);
        return TFL_OK;
    }
    for (size_t i = 0; i < size; i++) {
        state->slope[i] = state->given[n == 1 ? 0 : i % channels];
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_prelu_parameters *given = parameters;
    if (given == NULL || given->slope == NULL || given->n == 0) {
        return tfl_fail(err, TFL_EUSAGE, "it needs slopes");
    }
    if (tfl_layer_new_state(layer, sizeof(prelu), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    prelu *state = layer->state;
    layer->shape = *input[0];
    state->given = tfl_layer_copy_floats(given->slope, given->n);
    state->parameters = (tfl_prelu_parameters){.n = given->n, .slope = state->given};
    if (state->given == NULL) {
        return tfl_fail_memory(err, "slopes");
    }
    return expand(state, layer, tfl_shape_size(&layer->shape), err);
}

static void destroy(tfl_layer *layer)
{
    prelu *state = layer->state;
    free(state->given);
    free(state->slope);
}

static void function(const tfl_layer *layer, const float *x, float *y)
{
    const prelu *state = layer->state;
    for (size_t i = 0; i < layer->size; i++) {
        y[i] = x[i] > 0.0F ? x[i] : state->slope[i] * x[i];
    }
}

static void derivative(const tfl_layer *layer, const float *x, float *slope)
{
    const prelu *state = layer->state;
    for (size_t i = 0; i < layer->size; i++) {
        slope[i] = x[i] > 0.0F ? 1.0F : state->slope[i];
    }
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    function(layer, in[0], out);
}

static void backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch)
{
    const prelu *state = layer->state;
    (void)out;
    (void)scratch;
    for (size_t i = 0; grad_in[0] != NULL && i < layer->size; i++) {
        grad_in[0][i] += in[0][i] > 0.0F ? grad_out[i] : state->slope[i] * grad_out[i];
    }
}

const tfl_layer_kind tfl_layer_prelu = {
    .name = "prelu",
    .family = TFL_ELEMENTWISE,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = destroy,
    .forward = forward,
    .backward = backward,
    .function = function,
    .derivative = derivative,
};
