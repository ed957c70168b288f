/* Sums and means over some axes. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <string.h>

typedef struct reduce {
    tfl_reduce_parameters parameters;
    size_t dim[TFL_MAX_RANK];  /* of the input in memory order: axes 1, 2, …, 0, in front of them 1s */
    size_t step[TFL_MAX_RANK]; /* of the output along each; 0 where summed over */
    float share;               /* 1, or 1 / n for the mean */
} reduce;

static tfl_status set_shape(tfl_layer *layer, const tfl_reduce_parameters *given, const tfl_shape *input, size_t *n, tfl_error *err)
{
    tfl_shape shape = {.rank = 0};
    *n = 1;
    for (unsigned axis = 0; axis < TFL_MAX_RANK; axis++) {
        if (axis >= input->rank) {
            if (given->axis[axis]) {
                return tfl_fail(err, TFL_EINPUT, "axis %u of an input that has %u", axis, input->rank);
            }
            continue;
        }
        if (given->axis[axis]) {
            *n *= input->dim[axis];
        }
        if (given->keep || !given->axis[axis]) {
            shape.dim[shape.rank++] = given->axis[axis] ? 1 : input->dim[axis];
        }
    }
    if (shape.rank == 0) {
        shape.dim[shape.rank++] = 1;
    }
    layer->shape = shape;
    return TFL_OK;
}

/* Steps of the output in memory order, for each axis of the input. */
static void set_steps(reduce *state, const tfl_layer *layer, const tfl_shape *input)
{
    const tfl_shape *out = &layer->shape;
    unsigned to = 0; /* axis of the output that the input's axis became */
    unsigned ahead = TFL_MAX_RANK - input->rank;
    for (unsigned i = 0; i < ahead; i++) {
        state->dim[i] = 1;
    }
    for (unsigned axis = 0; axis < input->rank; axis++) {
        unsigned at = ahead + (axis + input->rank - 1) % input->rank;
        bool summed = state->parameters.axis[axis];
        state->dim[at] = input->dim[axis];
        state->step[at] = 0;
        if (!summed) {
            state->step[at] = 1;
            for (unsigned later = to + 1; to > 0 && later <= out->rank; later++) {
                state->step[at] *= out->dim[later % out->rank];
            }
        }
        to += state->parameters.keep || !summed ? 1 : 0;
    }
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    size_t n;
    if (parameters == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "it needs axes");
    }
    tfl_status status = set_shape(layer, parameters, input[0], &n, err);
    if (status == TFL_OK) {
        status = tfl_layer_new_state(layer, sizeof(reduce), err);
    }
    if (status != TFL_OK) {
        return status;
    }
    reduce *state = layer->state;
    state->parameters = *(const tfl_reduce_parameters *)parameters;
    state->share = layer->kind == &tfl_layer_reduce_mean ? 1.0F / (float)n : 1.0F;
    set_steps(state, layer, input[0]);
    return TFL_OK;
}

/* For every run of the innermost axis, its offset in the input (i) and in the output (o). */
#define FOR_RUNS(state, i, o)                                                                       \
    for (size_t a_ = 0, i = 0; a_ < (state)->dim[0]; a_++)                                          \
        for (size_t b_ = 0; b_ < (state)->dim[1]; b_++)                                             \
            for (size_t c_ = 0, o = a_ * (state)->step[0] + b_ * (state)->step[1]; c_ < (state)->dim[2]; \
                 c_++, i += (state)->dim[3], o += (state)->step[2])

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const reduce *state = layer->state;
    const tfl_kernels *kernels = tfl_kernels_get();
    size_t n = state->dim[3];
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    if (part == TFL_NEGATIVE) {
        return;
    }
    FOR_RUNS (state, i, o) {
        if (state->step[3] == 1) {
            kernels->add_scaled(out + o, state->share, in[0] + i, n);
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            out[o + k * state->step[3]] += state->share * in[0][i + k];
        }
    }
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    apply(layer, TFL_ALL, in, out, false, scratch);
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const reduce *state = layer->state;
    (void)scratch;
    if (part == TFL_NEGATIVE || grad_in[0] == NULL) {
        return;
    }
    FOR_RUNS (state, i, o) {
        for (size_t k = 0; k < state->dim[3]; k++) {
            grad_in[0][i + k] += state->share * grad_out[o + k * state->step[3]];
        }
    }
}

static void window(const tfl_layer *layer, size_t *extent, size_t *stride, int64_t *offset)
{
    const reduce *state = layer->state;
    bool length = layer->input_shape[0].rank > 1 && state->parameters.axis[layer->input_shape[0].rank - 1];
    *extent = length ? 0 : 1;
    *stride = 1;
    *offset = 0;
}

#define REDUCE(text)                          \
    {                                         \
        .name = (text),                       \
        .family = TFL_CARRY,                  \
        .min_inputs = 1,                      \
        .max_inputs = 1,                      \
        .create = create,                     \
        .forward = forward,                   \
        .backward = tfl_layer_backward_linear, \
        .apply = apply,                       \
        .transpose = transpose,               \
        .window = window,                     \
    }

const tfl_layer_kind tfl_layer_reduce_mean = REDUCE("reduce-mean");
const tfl_layer_kind tfl_layer_reduce_sum = REDUCE("reduce-sum");
