/* y = factor x + shift with constants per channel, per element or one of each: BatchNormalization at inference, arithmetic with constants. */
#include "config.h"

#include "tflift/memory.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct scale {
    tfl_scale_parameters parameters; /* arrays: copies of the given ones */
    float *given_factor, *given_shift;
    float *part[TFL_NEGATIVE + 1]; /* [size] factors of each part, memory order */
    float *shift;                  /* [size], NULL: none */
    bool negative;
    const tfl_kernels *kernels;
} scale;

static float *expand(const tfl_shape *shape, const float *given, size_t n)
{
    size_t size = tfl_shape_size(shape);
    float *all = tfl_alloc_floats(size);
    if (all == NULL) {
        return NULL;
    }
    if (n == size) {
        tfl_shape_to_memory(shape, given, all);
        return all;
    }
    for (size_t i = 0; i < size; i++) {
        all[i] = given[n == 1 ? 0 : i % shape->dim[0]];
    }
    return all;
}

static tfl_status set_parts(scale *state, size_t size, tfl_error *err)
{
    state->part[TFL_POSITIVE] = tfl_alloc_floats(size);
    state->part[TFL_NEGATIVE] = tfl_alloc_floats(size);
    if (state->part[TFL_ALL] == NULL || state->part[TFL_POSITIVE] == NULL || state->part[TFL_NEGATIVE] == NULL) {
        return tfl_fail_memory(err, "factors");
    }
    for (size_t i = 0; i < size; i++) {
        float factor = state->part[TFL_ALL][i];
        state->part[factor > 0.0F ? TFL_POSITIVE : TFL_NEGATIVE][i] = factor;
        state->negative = state->negative || factor < 0.0F;
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_scale_parameters *given = parameters;
    if (given == NULL || given->factor == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "it needs factors");
    }
    size_t n = given->n, size = tfl_shape_size(input[0]);
    if (n != 1 && n != input[0]->dim[0] && n != size) {
        return tfl_fail(err, TFL_EINPUT, "%zu factors for %zu channels; it takes 1, one per channel or one per element", n,
                        input[0]->dim[0]);
    }
    if (tfl_layer_new_state(layer, sizeof(scale), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    scale *state = layer->state;
    layer->shape = *input[0];
    state->kernels = tfl_kernels_get();
    state->given_factor = tfl_layer_copy_floats(given->factor, n);
    state->given_shift = given->shift != NULL ? tfl_layer_copy_floats(given->shift, n) : NULL;
    state->parameters = (tfl_scale_parameters){.n = n, .factor = state->given_factor, .shift = state->given_shift};
    state->part[TFL_ALL] = expand(&layer->shape, given->factor, n);
    state->shift = given->shift != NULL ? expand(&layer->shape, given->shift, n) : NULL;
    if (state->given_factor == NULL || (given->shift != NULL && (state->given_shift == NULL || state->shift == NULL))) {
        return tfl_fail_memory(err, "factors");
    }
    return set_parts(state, size, err);
}

static void destroy(tfl_layer *layer)
{
    scale *state = layer->state;
    free(state->given_factor);
    free(state->given_shift);
    free(state->shift);
    for (int part = 0; part <= TFL_NEGATIVE; part++) {
        free(state->part[part]);
    }
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const scale *state = layer->state;
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    state->kernels->add_product(out, state->part[part], in[0], layer->size);
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const scale *state = layer->state;
    if (state->shift == NULL) {
        apply(layer, TFL_ALL, in, out, false, scratch);
        return;
    }
    memcpy(out, state->shift, layer->size * sizeof *out);
    apply(layer, TFL_ALL, in, out, true, scratch);
}

static void run_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t n)
{
    const scale *state = layer->state;
    if (state->shift == NULL) {
        memset(out + first, 0, n * sizeof *out);
    } else {
        memcpy(out + first, state->shift + first, n * sizeof *out);
    }
    state->kernels->add_product(out + first, state->part[TFL_ALL] + first, in[0] + first, n);
}

static void forward_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    (void)scratch;
    tfl_layer_run_range(layer, in, out, first, count, run_elements);
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const scale *state = layer->state;
    (void)scratch;
    if (grad_in[0] != NULL) {
        state->kernels->add_product(grad_in[0], state->part[part], grad_out, layer->size);
    }
}

static bool has_negative(const tfl_layer *layer)
{
    const scale *state = layer->state;
    return state->negative;
}

const tfl_layer_kind tfl_layer_scale = {
    .name = "scale",
    .family = TFL_CARRY,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = destroy,
    .forward = forward,
    .forward_range = forward_range,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
    .has_negative = has_negative,
};
