/*
 * Convolution over one or two spatial axes, with groups, strides, dilation and explicit padding.
 *
 * A window of the zero-padded input [height][width][channels] is a row of a matrix whose rows overlap, so a convolution is one
 * matrix product per output row (one in all for 1D) and nothing is unfolded. The transposed convolution at stride 1 is the
 * same product over the padded gradient with the taps reversed. With a stride, or with few input channels (where that product
 * would have next to no columns), the gradient of every tap is computed for a block of positions and added at its place.
 *
 * Where the graph lets it transform and that pays, toom.c does both ways instead, with all the weights; their positive and negative parts, whose
 * sums must keep their sign, stay direct.
 */
#include "config.h"

#include "tflift/memory.h"

#include "kernels_internal.h"
#include "layers_internal.h"
#include "toom_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_PARTS = TFL_NEGATIVE + 1,
    FEW_CHANNELS = 8, /* per group: transposed by columns */
    FEWEST_LOOKED_UP = 16, /* output channels */
    STRIP = 16,       /* lines that are transposed at once */
    BLOCK = 128,      /* positions whose columns are computed at once */
    LOOKED_UP = 256   /* positions that are looked up before other work on them */
};

typedef struct conv {
    tfl_conv_parameters parameters; /* arrays: onnx_weight and bias below */
    float *onnx_weight;             /* [out][in / groups][kernel0][kernel1] as of the last prepare */
    float *weight;                  /* trainable: [group][kernel0][kernel1][in / groups][out / groups] */
    float *bias;                    /* [out], NULL: none */
    const tfl_kernels *kernels;
    float *packed[N_PARTS], *packed_back[N_PARTS]; /* [group][packed_size] */

    /* Axis 0 is height, 1 is width (an input of width 1 is turned round, so that the long axis is the width). */
    tfl_extent in, out;
    size_t groups, group_in, group_out;
    size_t kernel[2], stride[2], dilation[2], before[2];
    size_t n_weights, taps, group_weights; /* all; kernel[0] * kernel[1]; of one group */

    size_t padded_height, padded_width; /* of the input, as far as windows reach */
    bool pads;
    tfl_rows rows; /* windows of the padded input, for one group */
    size_t *offset;

    bool by_columns;
    size_t back_height, back_width; /* of the padded gradient (not by_columns) */
    tfl_rows back_rows;             /* windows of the padded gradient; single positions when by_columns */
    size_t *back_offset;
    size_t back_n; /* columns of the transposed product: group_in, or taps * group_in when by_columns */
    tfl_toom *toom, *toom_back; /* NULL: direct */
    bool looks_up;              /* windows of unit vectors are sums of rows of weight */
    bool has_times;             /* so is what they take back, at stride 1 */
    float *letter_weight;       /* for that: [in][reversed tap][out] */
    size_t scratch;
} conv;

/* ---------------------------------------------------------------- shape */

static tfl_status check_parameters(const tfl_conv_parameters *given, const tfl_extent *in, tfl_error *err)
{
    if (given == NULL || given->weight == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "it needs weights");
    }
    if (given->groups == 0 || given->out_channels == 0) {
        return tfl_fail(err, TFL_EINPUT, "%zu output channels in %zu groups; both must be 1 or more", given->out_channels,
                        given->groups);
    }
    if (in->channels % given->groups != 0 || given->out_channels % given->groups != 0) {
        return tfl_fail(err, TFL_EINPUT, "%zu input and %zu output channels cannot be parted into %zu groups", in->channels,
                        given->out_channels, given->groups);
    }
    return TFL_OK;
}

static tfl_status set_shape(tfl_layer *layer, const tfl_conv_parameters *given, const tfl_shape *input, tfl_error *err)
{
    static const char *const axis_name[2] = {"height", "width"};
    conv *state = layer->state;
    size_t in[2] = {state->in.height, state->in.width}, out[2];
    for (int axis = 0; axis < 2; axis++) {
        tfl_slide slide = {.kernel = given->kernel[axis],
                           .stride = given->stride[axis],
                           .dilation = given->dilation[axis],
                           .before = given->pad_before[axis],
                           .after = given->pad_after[axis]};
        const char *name = input->rank == 2 && axis == 1 ? "length" : axis_name[axis];
        tfl_status status = tfl_layer_slide(&slide, in[axis], false, name, &out[axis], err);
        if (status != TFL_OK) {
            return status;
        }
    }
    if (input->rank == 2 && out[0] != 1) {
        return tfl_fail(err, TFL_EUSAGE, "a height for an input of one axis");
    }
    state->out = (tfl_extent){.channels = given->out_channels, .height = out[0], .width = out[1]};
    layer->shape = *input;
    layer->shape.dim[0] = given->out_channels;
    layer->shape.dim[input->rank - 2] = input->rank == 3 ? out[0] : given->out_channels;
    layer->shape.dim[input->rank - 1] = out[1];
    return tfl_shape_check(&layer->shape, err);
}

/* Axes as given, or turned round when all the positions are along the height. */
static void set_axes(conv *state, const tfl_conv_parameters *given)
{
    bool turn = state->in.width == 1 && state->out.width == 1 && given->kernel[1] == 1;
    for (int axis = 0; axis < 2; axis++) {
        int from = turn ? 1 - axis : axis;
        state->kernel[axis] = given->kernel[from];
        state->stride[axis] = given->stride[from];
        state->dilation[axis] = given->dilation[from];
        state->before[axis] = given->pad_before[from];
    }
    if (turn) {
        state->in = (tfl_extent){.channels = state->in.channels, .height = 1, .width = state->in.height};
        state->out = (tfl_extent){.channels = state->out.channels, .height = 1, .width = state->out.height};
    }
}

/* Row offsets of a kernel over a map of that many floats per line and position; taps that lie side by side make one segment. */
static tfl_status set_rows(tfl_rows *rows, size_t **offset, const conv *state, size_t line, size_t position, size_t channels,
                           tfl_error *err)
{
    bool whole = state->dilation[1] == 1 && state->groups == 1;
    size_t per_line = whole ? 1 : state->kernel[1];
    *offset = tfl_calloc(state->taps, sizeof **offset);
    if (*offset == NULL) {
        return tfl_fail_memory(err, "a convolution");
    }
    rows->segments = state->kernel[0] * per_line;
    rows->length = whole ? state->kernel[1] * channels : channels;
    rows->offset = *offset;
    for (size_t i = 0; i < rows->segments; i++) {
        (*offset)[i] = i / per_line * state->dilation[0] * line + i % per_line * state->dilation[1] * position;
    }
    return TFL_OK;
}

static tfl_status plan_forward(conv *state, tfl_error *err)
{
    size_t channels = state->in.channels, size;
    state->padded_height = (state->out.height - 1) * state->stride[0] + (state->kernel[0] - 1) * state->dilation[0] + 1;
    state->padded_width = (state->out.width - 1) * state->stride[1] + (state->kernel[1] - 1) * state->dilation[1] + 1;
    state->pads = state->before[0] > 0 || state->before[1] > 0 || state->padded_height > state->in.height ||
                  state->padded_width > state->in.width;
    if (!state->pads) {
        state->padded_height = state->in.height;
        state->padded_width = state->in.width;
    }
    if (!tfl_size_mul(state->padded_height, state->padded_width, &size) || !tfl_size_mul(size, channels, &size) || size > INT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "the padded input has more than 2^31 elements");
    }
    state->scratch = state->pads ? size : 0;
    state->rows.stride = state->stride[1] * channels;
    state->looks_up = state->in.height == 1 && state->out.height == 1 && state->kernel[0] == 1 && state->before[0] == 0 &&
                      state->groups == 1 && state->dilation[1] == 1 && channels <= FEW_CHANNELS &&
                      state->out.channels >= FEWEST_LOOKED_UP;
    state->has_times = state->looks_up && state->stride[1] == 1 &&
                       tfl_size_mul(state->in.width + state->taps - 1, state->out.channels, &size) && size <= INT32_MAX;
    return set_rows(&state->rows, &state->offset, state, state->padded_width * channels, channels, state->group_in, err);
}

static tfl_status plan_transpose(conv *state, tfl_error *err)
{
    size_t channels = state->out.channels, size;
    state->by_columns = state->stride[0] != 1 || state->stride[1] != 1 || state->group_in <= FEW_CHANNELS;
    state->back_rows.stride = channels;
    if (state->by_columns) {
        state->back_n = state->taps * state->group_in;
        state->back_offset = tfl_calloc(1, sizeof *state->back_offset);
        state->back_rows.segments = 1;
        state->back_rows.length = state->group_out;
        state->back_rows.offset = state->back_offset;
        state->scratch = tfl_max_size(state->scratch, BLOCK * state->back_n);
        return state->back_offset != NULL ? TFL_OK : tfl_fail_memory(err, "a convolution");
    }
    state->back_n = state->group_in;
    state->back_height = state->in.height + (state->kernel[0] - 1) * state->dilation[0];
    state->back_width = state->in.width + (state->kernel[1] - 1) * state->dilation[1];
    if (!tfl_size_mul(state->back_height, state->back_width, &size) || !tfl_size_mul(size, channels, &size) || size > INT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "the padded gradient has more than 2^31 elements");
    }
    state->scratch = tfl_max_size(state->scratch, size);
    return set_rows(&state->back_rows, &state->back_offset, state, state->back_width * channels, channels, state->group_out, err);
}

/* ---------------------------------------------------------------- weights */

/* Copies between ONNX order, [out][in][tap], and the trainable array's, [tap][in][out], of one group: a strip of neighbouring outputs at a time, so that
 * both are gone through line by line. */
static void order_group(const conv *state, float *onnx, float *own, bool to_onnx)
{
    size_t taps = state->taps, row = state->group_in * taps;
    for (size_t first = 0; first < state->group_out; first += STRIP) {
        size_t end = tfl_min_size(first + STRIP, state->group_out);
        for (size_t in = 0; in < state->group_in; in++) {
            for (size_t tap = 0; tap < taps; tap++) {
                float *line = own + (tap * state->group_in + in) * state->group_out, *column = onnx + in * taps + tap;
                for (size_t out = first; out < end; out++) {
                    *(to_onnx ? column + out * row : line + out) = *(to_onnx ? line + out : column + out * row);
                }
            }
        }
    }
}

static void order_weights(const conv *state, float *onnx, float *own, bool to_onnx)
{
    for (size_t group = 0; group < state->groups; group++) {
        order_group(state, onnx + group * state->group_weights, own + group * state->group_weights, to_onnx);
    }
}

static tfl_status copy_weights(conv *state, const tfl_conv_parameters *given, tfl_error *err)
{
    state->onnx_weight = tfl_layer_copy_floats(given->weight, state->n_weights);
    state->weight = tfl_alloc_floats(state->n_weights);
    if (given->bias != NULL) {
        state->bias = tfl_layer_copy_floats(given->bias, given->out_channels);
    }
    if (state->onnx_weight == NULL || state->weight == NULL || (given->bias != NULL && state->bias == NULL)) {
        return tfl_fail_memory(err, "the weights of a convolution");
    }
    order_weights(state, state->onnx_weight, state->weight, false);
    state->parameters = *given;
    state->parameters.weight = state->onnx_weight;
    state->parameters.bias = state->bias;
    return TFL_OK;
}

static tfl_status count_weights(conv *state, const tfl_conv_parameters *given, tfl_error *err)
{
    state->groups = given->groups;
    state->group_in = state->in.channels / state->groups;
    state->group_out = state->out.channels / state->groups;
    if (!tfl_size_mul(state->kernel[0], state->kernel[1], &state->taps) ||
        !tfl_size_mul(state->taps, state->group_in * state->group_out, &state->group_weights) ||
        !tfl_size_mul(state->group_weights, state->groups, &state->n_weights) || state->n_weights > INT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "more than 2^31 weights");
    }
    return TFL_OK;
}

static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    const tfl_conv_parameters *given = parameters;
    if (tfl_layer_new_state(layer, sizeof(conv), err) != TFL_OK) {
        return TFL_ENOMEM;
    }
    conv *state = layer->state;
    tfl_status status = tfl_layer_extent(input[0], &state->in, err);
    if (status == TFL_OK) {
        status = check_parameters(given, &state->in, err);
    }
    if (status == TFL_OK) {
        status = set_shape(layer, given, input[0], err);
    }
    if (status != TFL_OK) {
        return status;
    }
    set_axes(state, given);
    status = count_weights(state, given, err);
    if (status == TFL_OK) {
        status = copy_weights(state, given, err);
    }
    if (status == TFL_OK) {
        status = plan_forward(state, err);
    }
    return status == TFL_OK ? plan_transpose(state, err) : status;
}

static void destroy(tfl_layer *layer)
{
    conv *state = layer->state;
    for (int part = 0; part < N_PARTS; part++) {
        free(state->packed[part]);
        free(state->packed_back[part]);
    }
    tfl_toom_free(state->toom);
    tfl_toom_free(state->toom_back);
    free(state->letter_weight);
    free(state->onnx_weight);
    free(state->weight);
    free(state->bias);
    free(state->offset);
    free(state->back_offset);
}

static float part_of(float weight, int part)
{
    return part == TFL_ALL || (part == TFL_POSITIVE) == (weight > 0.0F) ? weight : 0.0F;
}

/* to[column * ld + row] = from[rows][columns] */
static void transpose_matrix(const float *from, size_t rows, size_t columns, float *to, size_t ld)
{
    for (size_t first = 0; first < rows; first += STRIP) {
        size_t end = tfl_min_size(first + STRIP, rows);
        for (size_t column = 0; column < columns; column++) {
            for (size_t row = first; row < end; row++) {
                to[column * ld + row] = from[row * columns + column];
            }
        }
    }
}

/* The right side of the transposed product for one group, from its weights [tap][in][out]: by columns [out][tap][in], otherwise [reversed
 * tap][out][in]. */
static void turn_weights(const conv *state, const float *weight, float *turned)
{
    size_t n_in = state->group_in, n_out = state->group_out;
    for (size_t tap = 0; tap < state->taps; tap++, weight += n_in * n_out) {
        if (state->by_columns) {
            transpose_matrix(weight, n_in, n_out, turned + tap * n_in, state->taps * n_in);
        } else {
            transpose_matrix(weight, n_in, n_out, turned + (state->taps - 1 - tap) * n_out * n_in, n_in);
        }
    }
}

/* The forward convolution, and the transposed one, as toom.c sees them. */
static tfl_toom_shape toom_forward_shape(const conv *state)
{
    return (tfl_toom_shape){.in = state->in.channels,
                            .out = state->out.channels,
                            .in_length = state->in.width,
                            .out_length = state->out.width,
                            .taps = state->taps,
                            .dilation = state->dilation[1],
                            .before = (ptrdiff_t)state->before[1]};
}

static tfl_toom_shape toom_back_shape(const conv *state)
{
    return (tfl_toom_shape){.in = state->out.channels,
                            .out = state->in.channels,
                            .in_length = state->out.width,
                            .out_length = state->in.width,
                            .taps = state->taps,
                            .dilation = state->dilation[1],
                            .before = (ptrdiff_t)((state->taps - 1) * state->dilation[1]) - (ptrdiff_t)state->before[1]};
}

static bool is_plain(const conv *state)
{
    return state->in.height == 1 && state->out.height == 1 && state->kernel[0] == 1 && state->stride[1] == 1 && state->groups == 1 &&
           state->before[0] == 0;
}

static tfl_status make_toom(const conv *state, const tfl_toom_shape *shape, const float *weight, tfl_toom **toom, tfl_error *err)
{
    return is_plain(state) && tfl_toom_pays(shape) ? tfl_toom_create(shape, state->kernels, weight, toom, err) : TFL_OK;
}

/* Room for the packed weights of a part, NULL where a transform makes them needless. */
static tfl_status need_packed(conv *state, int part, tfl_error *err)
{
    size_t size = state->groups * state->kernels->packed_size(&state->rows, state->group_out);
    size_t size_back = state->groups * state->kernels->packed_size(&state->back_rows, state->back_n);
    tfl_status status = TFL_OK;
    if (part != TFL_ALL || state->toom == NULL) {
        status = tfl_layer_need_floats(&state->packed[part], size, err);
    }
    if (status == TFL_OK && (part != TFL_ALL || state->toom_back == NULL)) {
        status = tfl_layer_need_floats(&state->packed_back[part], size_back, err);
    }
    return status;
}

/* weight [group_weights]; turned: room for as many. */
static void pack_group(conv *state, int part, size_t group, const float *weight, float *turned)
{
    const tfl_kernels *kernels = state->kernels;
    if (state->packed[part] != NULL) {
        size_t size = kernels->packed_size(&state->rows, state->group_out);
        kernels->pack(&state->rows, state->group_out, weight, state->packed[part] + group * size);
    }
    if (state->packed_back[part] != NULL) {
        size_t size = kernels->packed_size(&state->back_rows, state->back_n);
        turn_weights(state, weight, turned);
        kernels->pack(&state->back_rows, state->back_n, turned, state->packed_back[part] + group * size);
    }
}

/* work, turned: [group_weights]; work of parts alone */
static tfl_status pack_part(conv *state, int part, float *work, float *turned, tfl_error *err)
{
    tfl_status status = need_packed(state, part, err);
    for (size_t group = 0; status == TFL_OK && group < state->groups; group++) {
        const float *weight = state->weight + group * state->group_weights;
        for (size_t i = 0; part != TFL_ALL && i < state->group_weights; i++) {
            work[i] = part_of(weight[i], part);
        }
        pack_group(state, part, group, part == TFL_ALL ? weight : work, turned);
    }
    return status;
}

/* Makes the transforms, or none; packed weights that they replace are dropped. */
static tfl_status prepare_toom(conv *state, const tfl_layer *layer, float *turned, tfl_error *err)
{
    const tfl_toom_shape forth = toom_forward_shape(state), back = toom_back_shape(state);
    tfl_toom_free(state->toom);
    tfl_toom_free(state->toom_back);
    state->toom = state->toom_back = NULL;
    if (!layer->transforms) {
        return TFL_OK;
    }
    tfl_status status = layer->compared ? TFL_OK : make_toom(state, &forth, state->weight, &state->toom, err);
    if (status == TFL_OK && !state->by_columns) {
        turn_weights(state, state->weight, turned);
        status = make_toom(state, &back, turned, &state->toom_back, err);
    }
    if (state->toom != NULL) {
        free(state->packed[TFL_ALL]);
        state->packed[TFL_ALL] = NULL;
    }
    if (state->toom_back != NULL) {
        free(state->packed_back[TFL_ALL]);
        state->packed_back[TFL_ALL] = NULL;
    }
    return status;
}

/* What each input channel takes back from the gradient. */
static tfl_status turn_letters(conv *state, tfl_error *err)
{
    size_t n_in = state->in.channels, n_out = state->out.channels;
    tfl_status status = tfl_layer_need_floats(&state->letter_weight, state->n_weights, err);
    for (size_t row = 0; status == TFL_OK && row < state->taps * n_in; row++) {
        size_t tap = row / n_in, in = row % n_in;
        memcpy(state->letter_weight + (in * state->taps + state->taps - 1 - tap) * n_out, state->weight + row * n_out, n_out * sizeof(float));
    }
    return status;
}

static tfl_status prepare(tfl_layer *layer, bool parts, tfl_error *err)
{
    conv *state = layer->state;
    if (state->kernels == NULL) {
        state->kernels = tfl_kernels_get();
    }
    float *work = parts ? tfl_alloc_floats(state->group_weights) : NULL, *turned = tfl_alloc_floats(state->group_weights);
    tfl_status status = turned != NULL && (work != NULL || !parts) ? TFL_OK : tfl_fail_memory(err, "packed weights");
    if (status == TFL_OK) {
        status = prepare_toom(state, layer, turned, err);
    }
    if (status == TFL_OK && state->has_times) {
        status = turn_letters(state, err);
    }
    for (int part = TFL_ALL; status == TFL_OK && part < (parts ? N_PARTS : 1); part++) {
        status = pack_part(state, part, work, turned, err);
    }
    order_weights(state, state->onnx_weight, state->weight, true);
    free(work);
    free(turned);
    return status;
}

/* ---------------------------------------------------------------- forward */

/* Floats behind the scratch memory of direct products, for what look_up_runs marks. */
static size_t letters_size(const conv *state)
{
    return state->looks_up ? (state->in.width + sizeof(float) - 1) / sizeof(float) : 0;
}

/* The gradient with room for every window, and a product of each. */
static size_t times_scratch(const conv *state)
{
    return (state->in.width + state->taps - 1) * state->out.channels + state->in.width;
}

static size_t scratch_size(const tfl_layer *layer)
{
    const conv *state = layer->state;
    const tfl_toom_shape forth = toom_forward_shape(state), back = toom_back_shape(state);
    size_t scratch = state->scratch + letters_size(state);
    scratch = tfl_max_size(scratch, state->has_times ? times_scratch(state) : 0);
    scratch = tfl_max_size(scratch, state->toom != NULL ? tfl_toom_scratch(&forth) : 0);
    return tfl_max_size(scratch, state->toom_back != NULL ? tfl_toom_scratch(&back) : 0);
}

/* A part of a padded map: columns first … end - 1 of all lines. */
typedef struct band {
    size_t first, end;
} band;

/* Lays columns of a map [height][width][channels] into a larger one of zeros with its corner at (top, left), which may be outside. */
static void lay(const float *map, const tfl_extent *size, float *padded, size_t height, size_t width, ptrdiff_t top, ptrdiff_t left,
                band part)
{
    size_t channels = size->channels;
    ptrdiff_t right = left + (ptrdiff_t)size->width;
    size_t first = left > (ptrdiff_t)part.first ? tfl_min_size((size_t)left, part.end) : part.first;
    size_t end = right < 0 ? first : tfl_max_size(first, tfl_min_size((size_t)right, part.end));
    for (size_t i = 0; i < height; i++, padded += width * channels) {
        ptrdiff_t from = (ptrdiff_t)i - top;
        if (from < 0 || (size_t)from >= size->height || first == end) {
            memset(padded + part.first * channels, 0, (part.end - part.first) * channels * sizeof *padded);
            continue;
        }
        const float *line = map + ((size_t)from * size->width + (size_t)((ptrdiff_t)first - left)) * channels;
        memset(padded + part.first * channels, 0, (first - part.first) * channels * sizeof *padded);
        memcpy(padded + first * channels, line, (end - first) * channels * sizeof *padded);
        memset(padded + end * channels, 0, (part.end - end) * channels * sizeof *padded);
    }
}

static const float *pad_input(const conv *state, const float *in, band part, float *scratch)
{
    if (!state->pads) {
        return in;
    }
    lay(in, &state->in, scratch, state->padded_height, state->padded_width, (ptrdiff_t)state->before[0], (ptrdiff_t)state->before[1],
        part);
    return scratch;
}

/* Whether positions of the output are lines of the map: its width is 1, but the kernel's is not, so that the axes stay as they are. */
static bool counts_lines(const conv *state)
{
    return state->out.width == 1 && state->out.height > 1;
}

/* The products of one output line for all groups: columns first … of the output, whose windows begin at a. */
static void multiply_line(const conv *state, int part, const float *bias, const float *a, size_t count, bool accumulate, float *c)
{
    size_t packed_size = state->kernels->packed_size(&state->rows, state->group_out);
    for (size_t group = 0; group < state->groups; group++) {
        size_t column = group * state->group_out;
        state->kernels->product(&state->rows, count, a + group * state->group_in, state->packed[part] + group * packed_size,
                                state->group_out, bias != NULL ? bias + column : NULL, accumulate, c + column, state->out.channels);
    }
}

/* What of the output is computed, and how. */
typedef struct wanted {
    int part;
    const float *bias;
    bool accumulate;
    size_t first, count; /* columns */
} wanted;

/* Through a padded copy of what is seen. */
static void convolve_padded(const conv *state, const wanted *want, const float *in, float *out, float *scratch)
{
    size_t reach = (want->count - 1) * state->stride[1] + (state->kernel[1] - 1) * state->dilation[1] + 1;
    const band seen = {want->first * state->stride[1], want->first * state->stride[1] + reach};
    const float *a = pad_input(state, in, seen, scratch);
    for (size_t y = 0; y < state->out.height; y++) {
        const float *line = a + y * state->stride[0] * state->padded_width * state->in.channels + want->first * state->rows.stride;
        multiply_line(state, want->part, want->bias, line, want->count, want->accumulate,
                      out + (y * state->out.width + want->first) * state->out.channels);
    }
}

/* Windows that lie within the input are read where they are; only those over its ends need a copy. */
static void convolve(const conv *state, const wanted *want, const float *in, float *out, float *scratch)
{
    bool one_line = state->in.height == 1 && state->out.height == 1 && state->kernel[0] == 1 && state->before[0] == 0;
    size_t end = want->first + want->count, reach = (state->kernel[1] - 1) * state->dilation[1] + 1;
    size_t left = (state->before[1] + state->stride[1] - 1) / state->stride[1]; /* the first within */
    size_t right = state->in.width + state->before[1] >= reach ? (state->in.width + state->before[1] - reach) / state->stride[1] + 1 : 0;
    left = tfl_min_size(tfl_max_size(left, want->first), end);
    right = tfl_min_size(right, end);
    if (!state->pads || !one_line || left >= right) {
        convolve_padded(state, want, in, out, scratch);
        return;
    }
    wanted before = *want, after = *want;
    before.count = left - want->first;
    after.first = right;
    after.count = end - right;
    if (before.count > 0) {
        convolve_padded(state, &before, in, out, scratch);
    }
    multiply_line(state, want->part, want->bias, in + (left * state->stride[1] - state->before[1]) * state->in.channels, right - left,
                  want->accumulate, out + left * state->out.channels);
    if (after.count > 0) {
        convolve_padded(state, &after, in, out, scratch);
    }
}

enum { NO_LETTER = 255 };

/* The channel that is 1 where the others are 0; without branches, which random letters would mislead. */
static unsigned char letter_of(const float *row, size_t channels)
{
    const uint32_t one = 0x3f800000; /* 1.0 */
    uint32_t bits[FEW_CHANNELS], any = 0, found = 0;
    uint64_t sum = 0;
    memcpy(bits, row, channels * sizeof *bits);
    for (uint32_t c = 0; c < channels; c++) {
        any |= bits[c];
        sum += bits[c];
        found += bits[c] != 0 ? c : 0;
    }
    return any == one && sum == one ? (unsigned char)found : NO_LETTER;
}

/* Windows first … end - 1 of what is wanted. */
static void run_windows(const conv *state, const wanted *want, bool letters, size_t first, size_t end, const float *in, float *out,
                        float *scratch)
{
    const unsigned char *letter = (const unsigned char *)(scratch + state->scratch);
    wanted part = *want;
    part.first = first;
    part.count = end - first;
    if (part.count > 0 && letters) {
        state->kernels->look_up(state->weight, state->kernel[1], state->in.channels, state->out.channels,
                                letter + first * state->stride[1] - state->before[1], state->stride[1], part.count, want->bias,
                                out + first * state->out.channels);
    } else if (part.count > 0) {
        convolve(state, &part, in, out, scratch);
    }
}

/* Of the first layer over a sequence: windows of letters alone are looked up, others computed. Which a window is depends on nothing but what it
 * sees. */
static void look_up_runs(const conv *state, const wanted *want, const float *in, float *out, float *scratch)
{
    unsigned char *letter = (unsigned char *)(scratch + state->scratch); /* [width] */
    size_t begin = want->first, end = want->first + want->count, known = 0; /* all before known that windows see are letters */
    bool letters = false;
    for (size_t i = want->first; i < end; i++) {
        size_t first = i * state->stride[1], from = first - state->before[1], to = from + state->kernel[1];
        bool good = first >= state->before[1] && to <= state->in.width;
        known = good ? tfl_max_size(known, from) : known;
        while (good && known < to) {
            letter[known] = letter_of(in + known * state->in.channels, state->in.channels);
            good = letter[known] != NO_LETTER;
            known += good ? 1 : 0;
        }
        if (good != letters) {
            run_windows(state, want, letters, begin, i, in, out, scratch);
            letters = good;
            begin = i;
        }
    }
    run_windows(state, want, letters, begin, end, in, out, scratch);
}

static void run(const conv *state, const wanted *want, const float *in, float *out, float *scratch)
{
    if (want->part == TFL_ALL && state->toom != NULL) {
        tfl_toom_run(state->toom, in, want->first, want->count, want->bias, want->accumulate, out, scratch);
    } else if (want->part == TFL_ALL && state->looks_up && !want->accumulate) {
        look_up_runs(state, want, in, out, scratch);
    } else {
        convolve(state, want, in, out, scratch);
    }
}

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    const conv *state = layer->state;
    run(state, &(wanted){TFL_ALL, state->bias, false, 0, state->out.width}, in[0], out, scratch);
}

static void forward_range(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch)
{
    const conv *state = layer->state;
    bool across = counts_lines(state);
    run(state, &(wanted){TFL_ALL, state->bias, false, across ? 0 : first, across ? state->out.width : count}, in[0], out, scratch);
}

static void forward_strips(const tfl_layer *layer, const float *const *in, float *out, const tfl_strips *after, float *scratch)
{
    const conv *state = layer->state;
    if (state->toom != NULL) {
        tfl_toom_run_strips(state->toom, in[0], NULL, state->bias, false, out, after, scratch);
        return;
    }
    size_t length = tfl_shape_map(&layer->shape).length, strip = state->looks_up ? LOOKED_UP : length;
    for (size_t first = 0; first < length; first += strip) {
        size_t count = tfl_min_size(strip, length - first);
        forward_range(layer, in, out, first, count, scratch);
        after->run(after->context, first, count);
    }
}

static void apply(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch)
{
    const conv *state = layer->state;
    run(state, &(wanted){(int)part, NULL, accumulate, 0, state->out.width}, in[0], out, scratch);
}

/* ---------------------------------------------------------------- transposed */

/* Positions first … first + count - 1 of one line of grad_in, whose windows of the (padded) gradient begin at a. */
static void multiply_back(const conv *state, const tfl_rows *rows, int part, const float *a, size_t first, size_t count, float *line)
{
    size_t packed_size = state->kernels->packed_size(&state->back_rows, state->back_n);
    for (size_t group = 0; group < state->groups; group++) {
        state->kernels->product(rows, count, a + group * state->group_out, state->packed_back[part] + group * packed_size,
                                state->back_n, NULL, true, line + first * state->in.channels + group * state->group_in,
                                state->in.channels);
    }
}

/* The gradient laid out so that every window exists, its columns first … end - 1. */
static void lay_back(const conv *state, const float *grad_out, band part, float *scratch)
{
    lay(grad_out, &state->out, scratch, state->back_height, state->back_width,
        (ptrdiff_t)((state->kernel[0] - 1) * state->dilation[0]) - (ptrdiff_t)state->before[0],
        (ptrdiff_t)((state->kernel[1] - 1) * state->dilation[1]) - (ptrdiff_t)state->before[1], part);
}

enum { END_ROWS = 5 }; /* at the ends of a gradient: few, so that more of their zeros are common to all; still enough to fill a tile */

/* Positions of a line at one end, whose windows of the padded gradient begin at their place of padded. Zeros that all of some windows begin or end
 * with are left out. */
static void multiply_end(const conv *state, int part, const float *padded, band end, float *line)
{
    const size_t channels = state->out.channels, reach = (state->kernel[1] - 1) * state->dilation[1];
    const size_t before = reach - state->before[1], behind = before + state->out.width; /* of the gradient: where it begins and ends */
    tfl_rows rows = state->back_rows;
    for (size_t first = end.first, count; first < end.end; first += count) {
        count = tfl_min_size(END_ROWS, end.end - first);
        size_t last = first + count - 1, over = first + reach + 1;
        if (rows.segments == 1) { /* taps lie side by side */
            rows.skip = tfl_min_size(last < before ? before - last : 0, reach) * channels;
            rows.drop = tfl_min_size(over > behind ? over - behind : 0, reach - rows.skip / channels) * channels;
        }
        multiply_back(state, &rows, part, padded + first * channels, first, count, line);
    }
}

/* Positions of the input whose windows lie within the gradient, as on the way forth; first and end are the width where there are none. */
static band find_within(const conv *state)
{
    const size_t width = state->in.width, before = state->before[1], reach = (state->kernel[1] - 1) * state->dilation[1];
    size_t left = reach > before ? reach - before : 0;
    size_t right = tfl_min_size(state->out.width > before ? state->out.width - before : 0, width);
    return before <= reach && left < right ? (band){left, right} : (band){width, width};
}

static void transpose_by_windows(const conv *state, int part, const float *grad_out, float *grad_in, float *scratch)
{
    const size_t channels = state->out.channels, width = state->in.width, reach = (state->kernel[1] - 1) * state->dilation[1];
    bool one_line = state->in.height == 1 && state->out.height == 1 && state->kernel[0] == 1 && state->before[0] == 0;
    const band within = find_within(state);
    if (!one_line || within.first == within.end) {
        lay_back(state, grad_out, (band){0, state->back_width}, scratch);
        for (size_t y = 0; y < state->in.height; y++) {
            multiply_back(state, &state->back_rows, part, scratch + y * state->back_width * channels, 0, width, grad_in + y * width * state->in.channels);
        }
        return;
    }
    if (within.first > 0) {
        lay_back(state, grad_out, (band){0, within.first + reach}, scratch);
        multiply_end(state, part, scratch, (band){0, within.first}, grad_in);
    }
    multiply_back(state, &state->back_rows, part, grad_out, within.first, within.end - within.first, grad_in);
    if (within.end < width) {
        lay_back(state, grad_out, (band){within.end, width + reach}, scratch);
        multiply_end(state, part, scratch, (band){within.end, width}, grad_in);
    }
}

/* Adds the columns [count][kernel0][kernel1][group_in] of positions first … of one output line at their places in one line of grad_in
 * [width][channels]; columns begins at the wanted line of the kernel. */
static void add_line(const conv *state, const float *columns, float *line, size_t first, size_t count)
{
    size_t channels = state->in.channels, n = state->group_in, before = state->before[1];
    if (state->stride[1] == 1 && state->dilation[1] == 1 && n == channels) {
        /* Position first + i - t of the padded line, which begins before positions ahead of the line. */
        size_t begin = before > first ? before - first : 0, end = state->in.width + before;
        end = end > first ? tfl_min_size(count + state->kernel[1] - 1, end - first) : 0;
        if (begin < end) {
            state->kernels->fold(columns, state->back_n, count, state->kernel[1], n, begin, end,
                                 line + (first + begin - before) * channels);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t tap = 0; tap < state->kernel[1]; tap++) {
            size_t at = (first + i) * state->stride[1] + tap * state->dilation[1]; /* in the padded line */
            for (size_t c = 0; c < n && at >= before && at - before < state->in.width; c++) {
                line[(at - before) * channels + c] += columns[i * state->back_n + tap * n + c];
            }
        }
    }
}

/* The columns of positions first … first + count of one output line and one group. */
static void add_block(const conv *state, const float *columns, float *grad_in, size_t y, size_t first, size_t count)
{
    for (size_t k = 0; k < state->kernel[0]; k++) {
        size_t at = y * state->stride[0] + k * state->dilation[0];
        if (at >= state->before[0] && at - state->before[0] < state->in.height) {
            add_line(state, columns + k * state->kernel[1] * state->group_in,
                     grad_in + (at - state->before[0]) * state->in.width * state->in.channels, first, count);
        }
    }
}

static void transpose_by_columns(const conv *state, int part, const float *grad_out, float *grad_in, float *scratch)
{
    size_t packed_size = state->kernels->packed_size(&state->back_rows, state->back_n);
    for (size_t y = 0; y < state->out.height; y++) {
        const float *line = grad_out + y * state->out.width * state->out.channels;
        for (size_t group = 0; group < state->groups; group++) {
            for (size_t first = 0; first < state->out.width; first += BLOCK) {
                size_t count = tfl_min_size(BLOCK, state->out.width - first);
                state->kernels->product(&state->back_rows, count, line + first * state->out.channels + group * state->group_out,
                                        state->packed_back[part] + group * packed_size, state->back_n, NULL, false, scratch,
                                        state->back_n);
                add_block(state, scratch, grad_in + group * state->group_in, y, first, count);
            }
        }
    }
}

static void transpose(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch)
{
    const conv *state = layer->state;
    if (grad_in[0] == NULL) {
        return;
    }
    if (part == TFL_ALL && state->toom_back != NULL) {
        tfl_toom_run(state->toom_back, grad_out, 0, state->in.width, NULL, true, grad_in[0], scratch);
        return;
    }
    (state->by_columns ? transpose_by_columns : transpose_by_windows)(state, (int)part, grad_out, grad_in[0], scratch);
}

static void transpose_strips(const tfl_layer *layer, const tfl_strips *before, const float *grad_out, bool accumulate, float *const *grad_in,
                             float *scratch)
{
    const conv *state = layer->state;
    if (state->toom_back != NULL && grad_in[0] != NULL) {
        tfl_toom_run_strips(state->toom_back, grad_out, before, NULL, accumulate, grad_in[0], NULL, scratch);
        return;
    }
    before->run(before->context, 0, tfl_shape_map(&layer->shape).length);
    if (!accumulate && grad_in[0] != NULL) {
        memset(grad_in[0], 0, tfl_shape_size(&layer->input_shape[0]) * sizeof *grad_in[0]);
    }
    transpose(layer, TFL_ALL, grad_out, grad_in, scratch);
}

/* Windows of the gradient that lie over its beginning, within it, and over its end. */
enum { RANGES = 3 };

/* First position of each range of the input, and of what is behind the last. */
static void find_ranges(const conv *state, size_t first[RANGES + 1])
{
    const band within = find_within(state);
    first[0] = 0;
    first[1] = within.first;
    first[2] = within.end;
    first[3] = state->in.width;
}

/* What times knows about the input: where a channel is not 0, which in a sequence is one channel of each position. */
typedef struct letter_lists {
    uint32_t *n;     /* [range][channel] */
    uint32_t *at;    /* [channel][n of all ranges]: where the window begins in what is read, */
    uint32_t *where; /* and the element */
} letter_lists;

static letter_lists place_lists(const conv *state, float *memory)
{
    _Static_assert(sizeof(uint32_t) == sizeof(float), "an offset is as large as a float");
    uint32_t *start = (void *)memory;
    size_t channels = state->in.channels, counts = RANGES * channels;
    return (letter_lists){.n = start, .at = start + counts, .where = start + counts + channels * state->in.width};
}

static size_t times_memory(const tfl_layer *layer)
{
    const conv *state = layer->state;
    return state->has_times ? RANGES * state->in.channels + 2 * state->in.channels * state->in.width : 0;
}

static void times_prepare(const tfl_layer *layer, const float *in, float *memory)
{
    const conv *state = layer->state;
    const letter_lists lists = place_lists(state, memory);
    size_t channels = state->in.channels, first[RANGES + 1];
    find_ranges(state, first);
    for (size_t c = 0; c < channels; c++) {
        uint32_t n = 0, *at = lists.at + c * state->in.width, *where = lists.where + c * state->in.width;
        for (size_t range = 0; range < RANGES; range++) {
            uint32_t begin = n;
            for (size_t i = first[range]; i < first[range + 1]; i++) { /* without branches, which random letters would mislead */
                at[n] = (uint32_t)((i - first[range]) * state->out.channels);
                where[n] = (uint32_t)(i * channels + c);
                n += in[i * channels + c] != 0.0F ? 1 : 0;
            }
            lists.n[range * channels + c] = n - begin;
        }
    }
}

/* The windows of a range begin in grad. */
static void times_range(const conv *state, const letter_lists *lists, size_t range, const float *in, const float *grad, float *product,
                        float *dot)
{
    const size_t channels = state->in.channels, size = state->taps * state->out.channels;
    for (size_t c = 0; c < channels; c++) {
        size_t from = c * state->in.width, n = lists->n[range * channels + c];
        for (size_t before = 0; before < range; before++) {
            from += lists->n[before * channels + c];
        }
        state->kernels->dots(state->letter_weight + c * size, size, grad, lists->at + from, n, dot);
        for (size_t k = 0; k < n; k++) {
            size_t i = lists->where[from + k];
            product[i] = in[i] * dot[k];
        }
    }
}

static void times(const tfl_layer *layer, const float *in, float *memory, const float *grad_out, float *product, float *scratch)
{
    const conv *state = layer->state;
    const letter_lists lists = place_lists(state, memory);
    const size_t n_out = state->out.channels, width = state->in.width, reach = state->taps - 1;
    const ptrdiff_t begin = (ptrdiff_t)reach - (ptrdiff_t)state->before[1]; /* of the gradient, where every window has room */
    float *dot = scratch + (width + reach) * n_out;                        /* [width] */
    size_t first[RANGES + 1];
    find_ranges(state, first);
    memset(product, 0, width * state->in.channels * sizeof *product);
    lay(grad_out, &state->out, scratch, 1, width + reach, 0, begin, (band){0, first[1] + reach});
    times_range(state, &lists, 0, in, scratch, product, dot);
    times_range(state, &lists, 1, in, grad_out, product, dot);
    if (first[2] < width) {
        lay(grad_out, &state->out, scratch, 1, width + reach, 0, begin, (band){first[2], width + reach});
        times_range(state, &lists, 2, in, scratch + first[2] * n_out, product, dot);
    }
}

/* ---------------------------------------------------------------- training */

static size_t weights(tfl_layer *layer, tfl_weights *list, size_t max)
{
    conv *state = layer->state;
    tfl_weights all[2] = {{.name = "weight",
                           .value = state->weight,
                           .size = state->n_weights,
                           .fan_in = state->taps * state->group_in,
                           .fan_out = state->taps * state->group_out},
                          {.name = "bias", .value = state->bias, .size = state->out.channels}};
    size_t n = state->bias != NULL ? 2 : 1;
    memcpy(list, all, tfl_min_size(n, max) * sizeof *list);
    return n;
}

static void add_bias_gradient(const conv *state, const float *grad_out, float *const *grad)
{
    if (state->bias != NULL) {
        state->kernels->sum_rows(grad[1], 1.0F, grad_out, state->out.channels, state->out.height * state->out.width);
    }
}

/* Of windows first … end - 1 of a first layer's one line. */
static void add_window_gradient(const conv *state, const float *in, bool letters, size_t first, size_t end, const float *grad_out, float *grad,
                                const unsigned char *letter)
{
    const float *g = grad_out + first * state->out.channels;
    if (first < end && letters) {
        state->kernels->look_up_gradient(letter + first * state->stride[1], state->stride[1], end - first, g, state->kernel[1],
                                         state->in.channels, state->out.channels, grad);
    } else if (first < end) {
        state->kernels->gradient(&state->rows, end - first, in + first * state->rows.stride, g, state->out.channels, state->out.channels,
                                 grad);
    }
}

/* Where windows see letters alone, a weight's gradient is a sum of what came back where its letter was seen. */
static void add_letter_gradient(const conv *state, const float *in, const float *grad_out, float *grad, float *scratch)
{
    unsigned char *letter = (unsigned char *)(scratch + state->scratch); /* [width] */
    size_t begin = 0, run = 0, known = 0; /* letters in a row before known */
    bool letters = false;
    for (size_t i = 0; i < state->out.width; i++) {
        for (size_t to = i * state->stride[1] + state->kernel[1]; known < to; known++) {
            letter[known] = letter_of(in + known * state->in.channels, state->in.channels);
            run = letter[known] != NO_LETTER ? run + 1 : 0;
        }
        if ((run >= state->kernel[1]) != letters) {
            add_window_gradient(state, in, letters, begin, i, grad_out, grad, letter);
            letters = !letters;
            begin = i;
        }
    }
    add_window_gradient(state, in, letters, begin, state->out.width, grad_out, grad, letter);
}

static void weight_gradient(const tfl_layer *layer, const float *const *in, const float *grad_out, float *const *grad, float *scratch)
{
    const conv *state = layer->state;
    add_bias_gradient(state, grad_out, grad);
    if (state->looks_up && !state->pads) {
        add_letter_gradient(state, in[0], grad_out, grad[0], scratch);
        return;
    }
    const float *a = pad_input(state, in[0], (band){0, state->padded_width}, scratch);
    for (size_t y = 0; y < state->out.height; y++) {
        const float *line = a + y * state->stride[0] * state->padded_width * state->in.channels;
        const float *g = grad_out + y * state->out.width * state->out.channels;
        for (size_t group = 0; group < state->groups; group++) {
            state->kernels->gradient(&state->rows, state->out.width, line + group * state->group_in, g + group * state->group_out,
                                     state->out.channels, state->group_out, grad[0] + group * state->group_weights);
        }
    }
}

static size_t gradient_sums(const tfl_layer *layer)
{
    const conv *state = layer->state;
    return state->toom != NULL ? tfl_toom_gradient_sums(state->toom) : 0;
}

static void sum_gradient(const tfl_layer *layer, const float *const *in, const float *grad_out, float *const *grad, float *sums, float *scratch)
{
    const conv *state = layer->state;
    add_bias_gradient(state, grad_out, grad);
    tfl_toom_sum_gradient(state->toom, in[0], grad_out, sums, scratch);
}

static void end_gradient(const tfl_layer *layer, const float *sums, float *const *grad)
{
    const conv *state = layer->state;
    tfl_toom_end_gradient(state->toom, sums, grad[0]);
}

static void window(const tfl_layer *layer, size_t *extent, size_t *stride, int64_t *offset)
{
    const conv *state = layer->state;
    *extent = counts_lines(state) ? 0 : (state->kernel[1] - 1) * state->dilation[1] + 1;
    *stride = state->stride[1];
    *offset = -(int64_t)state->before[1];
}

const tfl_layer_kind tfl_layer_conv = {
    .name = "conv",
    .family = TFL_MIX,
    .min_inputs = 1,
    .max_inputs = 1,
    .create = create,
    .free = destroy,
    .prepare = prepare,
    .scratch = scratch_size,
    .forward = forward,
    .forward_range = forward_range,
    .forward_strips = forward_strips,
    .backward = tfl_layer_backward_linear,
    .apply = apply,
    .transpose = transpose,
    .transpose_strips = transpose_strips,
    .times_memory = times_memory,
    .times_prepare = times_prepare,
    .times = times,
    .weights = weights,
    .weight_gradient = weight_gradient,
    .gradient_sums = gradient_sums,
    .sum_gradient = sum_gradient,
    .end_gradient = end_gradient,
    .window = window,
};
