/*
 * Average and maximum over windows, of one or two spatial axes; the global ones are a single window over everything.
 */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

#include <math.h>
#include <string.h>

typedef struct pool {
    tfl_pool_parameters parameters;
    tfl_extent in, out;
    const tfl_kernels *kernels;
} pool;

/* The part of a window that lies in the input, along one axis: positions first, first + dilation … (n of them). */
typedef struct span {
    size_t first, n;
    size_t counted; /* positions that an average counts */
} span;

static size_t steps(size_t length, size_t step)
{
    return (length + step - 1) / step;
}

/* Of window number w, along axis, of an input of size positions. */
static span find_span(const tfl_pool_parameters *p, int axis, size_t size, size_t w)
{
    size_t step = p->dilation[axis], kernel = p->kernel[axis];
    size_t begin = w * p->stride[axis], before = p->pad_before[axis]; /* in padded positions */
    size_t skip = begin < before ? tfl_min_size(kernel, steps(before - begin, step)) : 0;
    size_t in_padded = tfl_min_size(kernel, steps(before + size + p->pad_after[axis] - begin, step));
    size_t first = begin + skip * step;
    span s = {.first = first - tfl_min_size(first, before), .n = 0, .counted = in_padded};
    if (skip < kernel && s.first < size) {
        s.n = tfl_min_size(kernel - skip, steps(size - s.first, step));
    }
    if (!p->count_pads) {
        s.counted = s.n;
    }
    return s;
}

/* ---------------------------------------------------------------- shape */

static tfl_status set_shape(tfl_layer *layer, const tfl_shape *input, tfl_error *err)
{
    pool *state = layer->state;
    const tfl_pool_parameters *p = &state->parameters;
    size_t in[2] = {state->in.height, state->in.width}, out[2];
    for (int axis = 0; axis < 2; axis++) {
        tfl_slide slide = {.kernel = p->kernel[axis],
                           .stride = p->stride[axis],
                           .dilation = p->dilation[axis],
                           .before = p->pad_before[axis],
                           .after = p->pad_after[axis]};
        const char *name = axis == 0 ? "height" : input->rank == 2 ? "length" : "width";
        tfl_status status = tfl_layer_slide(&slide, in[axis], p->ceil_mode, name, &out[axis], err);
        if (status != TFL_OK) {
            return status;
        }
        /* A window of padding alone has no maximum and no mean. With dilation it may be any: its steps may go from padding to padding. */
        for (size_t w = 0; w < out[axis]; w++) {
            if (find_span(p, axis, in[axis], w).n == 0) {
                return tfl_fail(err, TFL_EINPUT, "%s: a window that sees nothing but padding", name);
            }
        }
    }
    if (input->rank == 2 && out[0] != 1) {
        return tfl_fail(err, TFL_EUSAGE, "a height for an input of one axis");
    }
    state->out = (tfl_extent){.channels = state->in.channels, .height = out[0], .width = out[1]};
    layer->shape = *input;
    layer->shape.dim[input->rank - 1] = out[1];
    if (input->rank == 3) {
        layer->shape.dim[1] = out[0];
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    if (parameters == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "it needs a window");
    }
    if (tfl_layer_new_state(layer, sizeof(pool), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    pool *state = layer->state;
    state->parameters = *(const tfl_pool_parameters *)parameters;
    state->kernels = tfl_kernels_get();
    tfl_status status = tfl_layer_extent(input[0], &state->in, err);
    return status == TFL_OK ? set_shape(layer, input[0], err) : status;
}

static tfl_status create_global(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    tfl_extent in;
    tfl_status status = tfl_layer_extent(input[0], &in, err);
    if (status != TFL_OK) {
        return status;
    }
    (void)parameters;
    tfl_pool_parameters whole = {.kernel = {in.height, in.width}, .stride = {1, 1}, .dilation = {1, 1}};
    return create(layer, &whole, input, err);
}

/* Calls visit for each window with its output element's channels and its two spans. */
typedef void visit_window(const pool *state, void *context, size_t out_offset, span y, span x);

static void for_some_windows(const pool *state, const size_t first[2], const size_t count[2], visit_window *visit, void *context)
{
    for (size_t i = first[0]; i < first[0] + count[0]; i++) {
        span y = find_span(&state->parameters, 0, state->in.height, i);
        for (size_t j = first[1]; j < first[1] + count[1]; j++) {
            span x = find_span(&state->parameters, 1, state->in.width, j);
            visit(state, context, (i * state->out.width + j) * state->out.channels, y, x);
        }
    }
}

static void for_windows(const pool *state, visit_window *visit, void *context)
{
    const size_t first[2] = {0, 0}, count[2] = {state->out.height, state->out.width};
    for_some_windows(state, first, count, visit, context);
}

/* Axis of the window, 0 or 1, that the positions of the output run along. */
static unsigned position_axis(const tfl_layer *layer)
{
    return tfl_shape_map(&layer->shape).axis == layer->shape.rank - 1 ? 1 : 0;
}

static void for_positions(const tfl_layer *layer, size_t first, size_t n, visit_window *visit, void *context)
{
    const pool *state = layer->state;
    unsigned axis = position_axis(layer);
    size_t begin[2] = {0, 0}, count[2] = {state->out.height, state->out.width};
    begin[axis] = first;
    count[axis] = n;
    for_some_windows(state, begin, count, visit, context);
}

/* Offset of the channels of position (i, j) of a window. */
static size_t position(const pool *state, span y, span x, size_t i, size_t j)
{
    const tfl_pool_parameters *p = &state->parameters;
    return ((y.first + i * p->dilation[0]) * state->in.width + x.first + j * p->dilation[1]) * state->in.channels;
}

static void window(const tfl_layer *layer, size_t *extent, size_t *stride, int64_t *offset)
{
    const pool *state = layer->state;
    const tfl_pool_parameters *p = &state->parameters;
    bool global = layer->kind == &tfl_layer_global_average_pool || layer->kind == &tfl_layer_global_max_pool;
    unsigned axis = position_axis(layer);
    *extent = global ? 0 : (p->kernel[axis] - 1) * p->dilation[axis] + 1;
    *stride = p->stride[axis];
    *offset = -(int64_t)p->pad_before[axis];
}

/* ---------------------------------------------------------------- average */

typedef struct average_context {
    const float *in;
    float *out;
} average_context;

static void add_average(const pool *state, void *context, size_t out_offset, span y, span x)
{
    const average_context *c = context;
    float share = 1.0F / (float)(y.counted * x.counted);
    bool side_by_side = state->parameters.dilation[1] == 1;
    for (size_t i = 0; i < y.n; i++) {
        for (size_t j = 0; j < x.n; j += side_by_side ? x.n : 1) {
            state->kernels->sum_rows(c->out + out_offset, share, c->in + position(state, y, x, i, j), state->in.channels,
                                     side_by_side ? x.n : 1);
        }
    }
}

static void spread_average(const pool *state, void *context, size_t out_offset, span y, span x)
{
    const average_context *c = context;
    float share = 1.0F / (float)(y.counted * x.counted);
    bool side_by_side = state->parameters.dilation[1] == 1;
    for (size_t i = 0; i < y.n; i++) {
        for (size_t j = 0; j < x.n; j += side_by_side ? x.n : 1) {
            state->kernels->add_rows(c->out + position(state, y, x, i, j), share, c->in + out_offset, state->in.channels,
                                     side_by_side ? x.n : 1);
        }
    }
}

static void average_apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    (void)scratch;
    if (!accumulate) {
        memset(out, 0, layer->size * sizeof *out);
    }
    if (part != TFL_NEGATIVE) {
        average_context context = {.in = in[0], .out = out};
        for_windows(layer->state, add_average, &context);
    }
}

static void average_forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    average_apply(layer, TFL_ALL, in, out, false, scratch);
}

static void clear_elements(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t n)
{
    (void)layer;
    (void)in;
    memset(out + first, 0, n * sizeof *out);
}

static void average_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    average_context context = {.in = in[0], .out = out};
    (void)scratch;
    tfl_layer_run_range(layer, in, out, first, count, clear_elements);
    for_positions(layer, first, count, add_average, &context);
}

static void average_transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    (void)scratch;
    if (part != TFL_NEGATIVE && grad_in[0] != NULL) {
        average_context context = {.in = grad_out, .out = grad_in[0]};
        for_windows(layer->state, spread_average, &context);
    }
}

/* ---------------------------------------------------------------- maximum */

typedef struct maximum_context {
    const float *in;
    float *out;
    uint32_t *where;
} maximum_context;

static void find_maximum(const pool *state, void *context, size_t out_offset, span y, span x)
{
    const maximum_context *c = context;
    float *out = c->out + out_offset;
    memcpy(out, c->in + position(state, y, x, 0, 0), state->in.channels * sizeof *out);
    for (size_t i = 0; i < y.n; i++) {
        for (size_t j = 0; j < x.n; j++) {
            state->kernels->maximum(out, c->in + position(state, y, x, i, j), state->in.channels);
        }
    }
}

static void find_argmax(const pool *state, void *context, size_t out_offset, span y, span x)
{
    const maximum_context *c = context;
    uint32_t *where = c->where + out_offset;
    for (size_t i = 0; i < y.n; i++) {
        for (size_t j = 0; j < x.n; j++) {
            size_t at = position(state, y, x, i, j);
            for (size_t channel = 0; channel < state->in.channels; channel++, at++) {
                if ((i == 0 && j == 0) || c->in[at] > c->in[where[channel]]) {
                    where[channel] = (uint32_t)at;
                }
            }
        }
    }
}

static void maximum_forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    maximum_context context = {.in = in[0], .out = out};
    for_windows(layer->state, find_maximum, &context);
}

static void maximum_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    maximum_context context = {.in = in[0], .out = out};
    (void)scratch;
    for_positions(layer, first, count, find_maximum, &context);
}

static void argmax(const tfl_layer *layer, const float *in, uint32_t *where)
{
    maximum_context context = {.in = in, .where = where};
    for_windows(layer->state, find_argmax, &context);
}

static size_t maximum_scratch(const tfl_layer *layer)
{
    return layer->size;
}

static void maximum_backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out,
                             float *const *grad_in, float *scratch)
{
    uint32_t *where = (uint32_t *)(void *)scratch; /* [size]; scratch memory has no type of its own */
    (void)out;
    if (grad_in[0] == NULL) {
        return;
    }
    argmax(layer, in[0], where);
    for (size_t i = 0; i < layer->size; i++) {
        grad_in[0][where[i]] += grad_out[i];
    }
}

#define AVERAGE(text, create_function)        \
    {                                         \
        .name = (text),                       \
        .family = TFL_CARRY,                  \
        .min_inputs = 1,                      \
        .max_inputs = 1,                      \
        .create = (create_function),          \
        .forward = average_forward,           \
        .forward_range = average_range,       \
        .backward = tfl_layer_backward_linear, \
        .apply = average_apply,               \
        .transpose = average_transpose,       \
        .window = window,                     \
    }

#define MAXIMUM(text, create_function) \
    {                                  \
        .name = (text),                \
        .family = TFL_MAXIMUM,         \
        .min_inputs = 1,               \
        .max_inputs = 1,               \
        .create = (create_function),   \
        .scratch = maximum_scratch,    \
        .forward = maximum_forward,    \
        .forward_range = maximum_range, \
        .backward = maximum_backward,  \
        .argmax = argmax,              \
        .window = window,              \
    }

const tfl_layer_kind tfl_layer_average_pool = AVERAGE("average-pool", create);
const tfl_layer_kind tfl_layer_global_average_pool = AVERAGE("global-average-pool", create_global);
const tfl_layer_kind tfl_layer_max_pool = MAXIMUM("max-pool", create);
const tfl_layer_kind tfl_layer_global_max_pool = MAXIMUM("global-max-pool", create_global);
