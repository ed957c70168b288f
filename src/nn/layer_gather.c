/* Elements of the input in another order, left out, repeated or joined by a constant: Flatten, Reshape, Transpose, Slice, Pad and the like. */
#include "config.h"

#include "tflift/memory.h"

#include "layers_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct gather {
    tfl_gather_parameters parameters; /* source: the copy below */
    int64_t *given;                   /* [size] ONNX order, NULL: the same elements */
    int32_t *source;                  /* [size] offset into the input, memory order; -1: fill. NULL: the same offset everywhere */
} gather;

/* Offset in memory order, of the output, of the element that output offset i (ONNX order) takes. */
static tfl_status set_source(gather *state, const tfl_layer *layer, const tfl_shape *input, size_t size, tfl_error *err)
{
    size_t in_size = tfl_shape_size(input);
    bool same = true;
    state->source = tfl_calloc(size, sizeof *state->source);
    if (state->source == NULL) {
        return tfl_fail_memory(err, "a layer");
    }
    for (size_t i = 0; i < size; i++) {
        int64_t from = state->given != NULL ? state->given[i] : (int64_t)i;
        if (from >= 0 && (uint64_t)from >= in_size) {
            return tfl_fail(err, TFL_EINPUT, "element %lld of an input of %zu", (long long)from, in_size);
        }
        int32_t source = from < 0 ? -1 : (int32_t)tfl_shape_memory_offset(input, (size_t)from);
        size_t at = tfl_shape_memory_offset(&layer->shape, i);
        state->source[at] = source;
        same = same && (size_t)source == at && source >= 0;
    }
    if (same) {
        free(state->source);
        state->source = NULL;
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_gather_parameters *given = parameters;
    if (given == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "it needs a shape");
    }
    tfl_status status = tfl_shape_check(&given->shape, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t size = tfl_shape_size(&given->shape);
    if (given->source == NULL && size != tfl_shape_size(input[0])) {
        char from[64], to[64];
        return tfl_fail(err, TFL_EINPUT, "a value of shape %s cannot take the shape %s", tfl_shape_text(input[0], from),
                        tfl_shape_text(&given->shape, to));
    }
    status = tfl_layer_new_state(layer, sizeof(gather), err);
    if (status != TFL_OK) {
        return status;
    }
    gather *state = layer->state;
    layer->shape = given->shape;
    state->parameters = *given;
    if (given->source != NULL) {
        state->given = tfl_calloc(size, sizeof *state->given);
        if (state->given == NULL) {
            return tfl_fail_memory(err, "a layer");
        }
        memcpy(state->given, given->source, size * sizeof *state->given);
    }
    state->parameters.source = state->given;
    return set_source(state, layer, input[0], size, err);
}

static void destroy(tfl_layer *layer)
{
    gather *state = layer->state;
    free(state->given);
    free(state->source);
}

bool tfl_layer_gather_keeps_order(const tfl_layer *layer)
{
    const gather *state = layer->state;
    return state->source == NULL;
}

static size_t source_of(const gather *state, size_t i)
{
    return state->source != NULL ? (size_t)state->source[i] : i;
}

static bool filled(const gather *state, size_t i)
{
    return state->source != NULL && state->source[i] < 0;
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const gather *state = layer->state;
    (void)scratch;
    if (state->source == NULL) {
        memcpy(out, in[0], layer->size * sizeof *out);
        return;
    }
    for (size_t i = 0; i < layer->size; i++) {
        out[i] = filled(state, i) ? state->parameters.fill : in[0][source_of(state, i)];
    }
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const gather *state = layer->state;
    (void)scratch;
    for (size_t i = 0; i < layer->size; i++) {
        float value = filled(state, i) || part == TFL_NEGATIVE ? 0.0F : in[0][source_of(state, i)];
        out[i] = accumulate ? out[i] + value : value;
    }
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const gather *state = layer->state;
    (void)scratch;
    if (part == TFL_NEGATIVE || grad_in[0] == NULL) {
        return;
    }
    for (size_t i = 0; i < layer->size; i++) {
        if (!filled(state, i)) {
            grad_in[0][source_of(state, i)] += grad_out[i];
        }
    }
}

const tfl_layer_kind tfl_layer_gather = {
    .name = "gather",
    .family = TFL_CARRY,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = destroy,
    .forward = forward,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
};
