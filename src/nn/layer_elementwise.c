/* Functions of one number, applied to every element: one row each below. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <math.h>

typedef struct elementwise {
    tfl_activation_parameters parameters;
    tfl_function function;
    const tfl_kernels *kernels;
} elementwise;

/* Constants when no parameters are given. */
static const tfl_activation_parameters defaults[TFL_FUNCTIONS] = {
    [TFL_LEAKY_RELU] = {.alpha = 0.01F},
    [TFL_ELU] = {.alpha = 1.0F},
    [TFL_SELU] = {.alpha = 1.67326319217681884765625F, .beta = 1.05070102214813232421875F}, /* as ONNX has them */
    [TFL_POWER] = {.alpha = 1.0F},
    [TFL_CLIP] = {.alpha = 0.0F, .beta = 6.0F},
};

static tfl_status create_function(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_function function,
                                  tfl_error *err)
{
    if (tfl_layer_new_state(layer, sizeof(elementwise), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    elementwise *state = layer->state;
    state->function = function;
    state->kernels = tfl_kernels_get();
    state->parameters = parameters != NULL ? *(const tfl_activation_parameters *)parameters : defaults[function];
    layer->shape = *input[0];
    return TFL_OK;
}

static void function(const tfl_layer *layer, const float *x, float *y)
{
    const elementwise *state = layer->state;
    state->kernels->function[state->function](x, y, layer->size, state->parameters.alpha, state->parameters.beta);
}

static void derivative(const tfl_layer *layer, const float *x, float *slope)
{
    const elementwise *state = layer->state;
    state->kernels->derivative[state->function](x, slope, layer->size, state->parameters.alpha, state->parameters.beta);
}

/* Powers are for every number where the exponent is a whole one, and not negative. */
static bool partial(const tfl_layer *layer)
{
    const elementwise *state = layer->state;
    float exponent = state->parameters.alpha;
    switch (state->function) {
    case TFL_LOG:
    case TFL_SQRT:
    case TFL_RECIPROCAL:
        return true;
    case TFL_POWER:
        return exponent < 0.0F || exponent != floorf(exponent);
    default:
        return false;
    }
}

static size_t scratch_size(const tfl_layer *layer)
{
    return layer->size;
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    function(layer, in[0], out);
}

static void run_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t n)
{
    const elementwise *state = layer->state;
    state->kernels->function[state->function](in[0] + first, out + first, n, state->parameters.alpha, state->parameters.beta);
}

static void forward_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    (void)scratch;
    tfl_layer_run_range(layer, in, out, first, count, run_elements);
}

static void backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch)
{
    const elementwise *state = layer->state;
    (void)out;
    if (grad_in[0] != NULL) {
        derivative(layer, in[0], scratch); /* [size] */
        state->kernels->add_product(grad_in[0], scratch, grad_out, layer->size);
    }
}

static void relu_secant(const tfl_layer *layer, const float *from, const float *to, float near, const float *factor, float *out,
                        bool accumulate, size_t first, size_t n)
{
    const elementwise *state = layer->state;
    state->kernels->relu_secant(from + first, to + first, near, factor != NULL ? factor + first : NULL, out + first, accumulate, n);
}

#define ELEMENTWISE(identifier, text, which)                                                                                 \
    static tfl_status create_##identifier(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err) \
    {                                                                                                                      \
        return create_function(layer, parameters, input, which, err);                                                      \
    }                                                                                                                      \
    const tfl_layer_kind tfl_layer_##identifier = {                                                                        \
        .name = (text),                                                                                                    \
        .family = TFL_ELEMENTWISE,                                                                                         \
        .min_inputs = 1,                                                                                                   \
        .max_inputs = 1,                                                                                                   \
        .create = create_##identifier,                                                                                     \
        .scratch = scratch_size,                                                                                           \
        .forward = forward,                                                                                                \
        .forward_range = forward_range,                                                                                    \
        .backward = backward,                                                                                              \
        .function = function,                                                                                              \
        .derivative = derivative,                                                                                          \
        .partial = partial,                                                                                                \
        .secant = (which) == TFL_RELU ? relu_secant : NULL,                                                                \
        .kinked = (which) == TFL_CLIP,                                                                                     \
    }

ELEMENTWISE(relu, "relu", TFL_RELU);
ELEMENTWISE(leaky_relu, "leaky-relu", TFL_LEAKY_RELU);
ELEMENTWISE(elu, "elu", TFL_ELU);
ELEMENTWISE(selu, "selu", TFL_SELU);
ELEMENTWISE(sigmoid, "sigmoid", TFL_SIGMOID);
ELEMENTWISE(tanh, "tanh", TFL_TANH);
ELEMENTWISE(softplus, "softplus", TFL_SOFTPLUS);
ELEMENTWISE(gelu, "gelu", TFL_GELU);
ELEMENTWISE(gelu_tanh, "gelu-tanh", TFL_GELU_TANH);
ELEMENTWISE(exp, "exp", TFL_EXP);
ELEMENTWISE(log, "log", TFL_LOG);
ELEMENTWISE(reciprocal, "reciprocal", TFL_RECIPROCAL);
ELEMENTWISE(sqrt, "sqrt", TFL_SQRT);
ELEMENTWISE(abs, "abs", TFL_ABS);
ELEMENTWISE(power, "power", TFL_POWER);
ELEMENTWISE(clip, "clip", TFL_CLIP);
