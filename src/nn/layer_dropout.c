/* Leaves elements out at random in training, and scales the others up so that the mean stays; nothing at inference. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <string.h>

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_dropout_parameters *given = parameters;
    float rate = given != NULL ? given->rate : 0.5F;
    if (!(rate >= 0.0F && rate < 1.0F)) {
        return tfl_fail(err, TFL_EINPUT, "a rate of %g; it lies in [0, 1)", (double)rate);
    }
    if (tfl_layer_new_state(layer, sizeof(tfl_dropout_parameters), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    tfl_dropout_parameters *state = layer->state;
    state->rate = rate;
    layer->shape = *input[0];
    return TFL_OK;
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    memcpy(out, in[0], layer->size * sizeof *out);
}

static void run_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t n)
{
    (void)layer;
    memcpy(out + first, in[0] + first, n * sizeof *out);
}

static void forward_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    (void)scratch;
    tfl_layer_run_range(layer, in, out, first, count, run_elements);
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    if (part != TFL_NEGATIVE) {
        tfl_kernels_get()->add_scaled(out, 1.0F, in[0], layer->size);
    }
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    (void)scratch;
    if (part != TFL_NEGATIVE && grad_in[0] != NULL) {
        tfl_kernels_get()->add_scaled(grad_in[0], 1.0F, grad_out, layer->size);
    }
}

static void train_forward(const tfl_layer *layer, const float *const *in, float *out, float *mask, tfl_rng *rng)
{
    const tfl_dropout_parameters *state = layer->state;
    float keep = 1.0F / (1.0F - state->rate);
    for (size_t i = 0; i < layer->size; i++) {
        mask[i] = tfl_rng_uniform(rng) < (double)state->rate ? 0.0F : keep;
        out[i] = mask[i] * in[0][i];
    }
}

static void train_backward(const tfl_layer *layer, const float *mask, const float *grad_out, float *const *grad_in)
{
    if (grad_in[0] != NULL) {
        tfl_kernels_get()->add_product(grad_in[0], mask, grad_out, layer->size);
    }
}

const tfl_layer_kind tfl_layer_dropout = {
    .name = "dropout",
    .family = TFL_CARRY,
    .sums = true,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .forward = forward,
    .forward_range = forward_range,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
    .train_forward = train_forward,
    .train_backward = train_backward,
};
