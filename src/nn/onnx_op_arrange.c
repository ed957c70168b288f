/* onnx_op_arrange.c: operators that put elements elsewhere: Reshape and its like, Transpose, Slice, Pad, Gather,
 * Expand, Concat, Split. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <string.h>

/* Input 0, constant or not. Only Gelu patterns may take values that no layer computes. */
static tfl_status take_data(const tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value **value,
                            tfl_error *err)
{
    *value = tfl_onnx_input(builder, node, 0);
    return *value != NULL && (*value)->tensor != NULL ? TFL_OK : tfl_onnx_varying(builder, node, 0, value, err);
}

tfl_status tfl_onnx_list_read(const tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *name, size_t k,
                              tfl_onnx_list *list, tfl_error *err)
{
    *list = (tfl_onnx_list){.given = false};
    if (name != NULL && tfl_onnx_operator_attribute(node->operator, name) == 'I') {
        const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
        if (attribute != NULL) {
            *list = (tfl_onnx_list){attribute->ints, attribute->n_ints, true};
        }
        return TFL_OK;
    }
    const tfl_onnx_tensor *tensor = NULL;
    tfl_status status = k == TFL_ONNX_NONE ? TFL_OK : tfl_onnx_constant(builder, node, (unsigned)k, name, &tensor, err);
    if (status != TFL_OK || tensor == NULL) {
        return status;
    }
    if (tensor->integer == NULL || tensor->dims.rank > 1) {
        return tfl_fail(err, TFL_EINPUT, "input \"%s\" (%s) is no list of integers", node->proto->input[k], name);
    }
    *list = (tfl_onnx_list){tensor->integer, tensor->size, true};
    return TFL_OK;
}

/* The node's output: value with these dimensions. */
static tfl_status set_reshaped(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value,
                               const tfl_onnx_dims *dims, tfl_error *err)
{
    tfl_onnx_value out;
    tfl_status status = tfl_onnx_reshape(builder, value, dims, node->name, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_value(builder, node, &out);
    }
    return status;
}

/* The node's output: value rearranged. */
static tfl_status set_arranged(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value,
                               const tfl_onnx_arrangement *arrangement, tfl_error *err)
{
    tfl_onnx_value out;
    tfl_status status = tfl_onnx_arrange(builder, value, arrangement, node->name, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_value(builder, node, &out);
    }
    return status;
}

/* An arrangement that leaves every axis but one as it is; that one, of n steps, is for the caller to fill with steps of
 * *stride. */
static tfl_status arrange_along(tfl_onnx_builder *builder, const tfl_onnx_value *value, unsigned axis, size_t n,
                                tfl_onnx_arrangement *arrangement, size_t *stride, tfl_error *err)
{
    size_t strides[TFL_ONNX_MAX_RANK];
    *arrangement = (tfl_onnx_arrangement){.dims.rank = value->dims.rank};
    tfl_onnx_dims_strides(&value->dims, strides);
    *stride = strides[axis];
    for (unsigned i = 0; i < value->dims.rank; i++) {
        tfl_status status = tfl_onnx_arrange_axis(builder, arrangement, i, i == axis ? n : value->dims.dim[i], err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t k = 0; i != axis && k < value->dims.dim[i]; k++) {
            arrangement->offset[i][k] = (int64_t)(k * strides[i]);
        }
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- the same elements in the same order */

TFL_ONNX_CONVERTER(identity)
{
    const tfl_onnx_value *value = tfl_onnx_input(builder, node, 0);
    if (value == NULL) {
        return tfl_fail(err, TFL_EINPUT, "its input is missing");
    }
    tfl_onnx_set_value(builder, node, value);
    return TFL_OK;
}

bool tfl_onnx_names_batch(const tfl_onnx_builder *builder, const tfl_onnx_dims *dims)
{
    return builder->model->batch > 1 && dims->rank > 0 && dims->dim[0] == builder->model->batch;
}

/* One dimension of Reshape's target; *infer is the axis that takes what is left. */
static tfl_status read_target(const tfl_onnx_node *node, const tfl_onnx_value *value, const tfl_onnx_list *target,
                              unsigned i, tfl_onnx_dims *dims, unsigned *infer, tfl_error *err)
{
    int64_t want = target->value[i];
    if (want == -1 && *infer == TFL_ONNX_MAX_RANK) {
        *infer = i;
        dims->dim[i] = 1;
    } else if (want == 0 && tfl_onnx_integer(node, "allowzero", 0) == 0) {
        if (i >= value->dims.rank) {
            return tfl_fail(err, TFL_EINPUT, "it keeps dimension %u of an input that has %u", i, value->dims.rank);
        }
        dims->dim[i] = value->dims.dim[i];
    } else if (want < 0) {
        return tfl_fail(err, TFL_EINPUT, "the shape that it asks for holds %lld", (long long)want);
    } else {
        dims->dim[i] = tfl_onnx_dim(want);
    }
    return TFL_OK;
}

TFL_ONNX_CONVERTER(reshape)
{
    tfl_onnx_value *value;
    tfl_onnx_list target;
    tfl_onnx_dims dims = {.rank = 0};
    size_t have, want;
    unsigned infer = TFL_ONNX_MAX_RANK;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "shape", 1, &target, err)) != TFL_OK) {
        return status;
    }
    if (!target.given || target.n > TFL_ONNX_MAX_RANK) {
        return tfl_fail(err, TFL_EINPUT, "the shape that it asks for is missing, or has more than %d dimensions",
                        TFL_ONNX_MAX_RANK);
    }
    dims.rank = (unsigned)target.n;
    for (unsigned i = 0; i < dims.rank; i++) {
        if ((status = read_target(node, value, &target, i, &dims, &infer, err)) != TFL_OK) {
            return status;
        }
    }
    if (!tfl_onnx_dims_size(&value->dims, &have) || !tfl_onnx_dims_size(&dims, &want)) {
        return tfl_fail(err, TFL_EINPUT, "the shape that it asks for is too large");
    }
    /* One sequence with as many numbers as the batch has sequences would fit (batch, -1) too. */
    bool inferred = infer < TFL_ONNX_MAX_RANK;
    bool fits = inferred ? value->tensor != NULL && want != 0 && have % want == 0 : want == have;
    if (!fits && tfl_onnx_names_batch(builder, &dims)) {
        dims.dim[0] = 1;
        want /= builder->model->batch;
    }
    if (inferred && want != 0) {
        dims.dim[infer] = have / want;
    }
    return set_reshaped(builder, node, value, &dims, err);
}

TFL_ONNX_CONVERTER(flatten)
{
    tfl_onnx_value *value;
    unsigned axis = 0;
    tfl_status status = take_data(builder, node, &value, err);
    int64_t wanted = tfl_onnx_integer(node, "axis", 1);
    if (status == TFL_OK && wanted == (int64_t)value->dims.rank) {
        axis = value->dims.rank;
    } else if (status == TFL_OK) {
        status = tfl_onnx_axis(wanted, value->dims.rank, &axis, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    tfl_onnx_dims dims = {.rank = 2, .dim = {1, 1}};
    for (unsigned i = 0; i < value->dims.rank; i++) {
        dims.dim[i < axis ? 0 : 1] *= value->dims.dim[i];
    }
    return set_reshaped(builder, node, value, &dims, err);
}

/* Marks the listed axes of rank. */
static tfl_status mark_axes(const tfl_onnx_list *axes, unsigned rank, bool marked[TFL_ONNX_MAX_RANK], tfl_error *err)
{
    for (size_t i = 0; i < axes->n; i++) {
        unsigned axis;
        tfl_status status = tfl_onnx_axis(axes->value[i], rank, &axis, err);
        if (status != TFL_OK) {
            return status;
        }
        if (marked[axis]) {
            return tfl_fail(err, TFL_EINPUT, "axis %u is listed twice", axis);
        }
        marked[axis] = true;
    }
    return TFL_OK;
}

TFL_ONNX_CONVERTER(squeeze)
{
    tfl_onnx_value *value;
    tfl_onnx_list axes;
    bool marked[TFL_ONNX_MAX_RANK] = {false};
    tfl_onnx_dims dims = {.rank = 0};
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "axes", 1, &axes, err)) != TFL_OK ||
        (status = mark_axes(&axes, value->dims.rank, marked, err)) != TFL_OK) {
        return status;
    }
    for (unsigned i = 0; i < value->dims.rank; i++) {
        size_t n = value->dims.dim[i];
        if (marked[i] && n != 1) {
            return tfl_fail(err, TFL_EINPUT, "axis %u cannot go: it has %zu elements", i, n);
        }
        /* Without a list every axis of 1 goes, and the batch counts as more than one. */
        if (!(marked[i] || (!axes.given && n == 1 && i > 0))) {
            dims.dim[dims.rank++] = n;
        }
    }
    return set_reshaped(builder, node, value, &dims, err);
}

TFL_ONNX_CONVERTER(unsqueeze)
{
    tfl_onnx_value *value;
    tfl_onnx_list axes;
    bool marked[TFL_ONNX_MAX_RANK] = {false};
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "axes", 1, &axes, err)) != TFL_OK) {
        return status;
    }
    if (!axes.given || axes.n > TFL_ONNX_MAX_RANK - value->dims.rank) {
        return tfl_fail(err, TFL_EINPUT, "its axes are missing, or make more than %d dimensions", TFL_ONNX_MAX_RANK);
    }
    tfl_onnx_dims dims = {.rank = value->dims.rank + (unsigned)axes.n};
    if ((status = mark_axes(&axes, dims.rank, marked, err)) != TFL_OK) {
        return status;
    }
    for (unsigned i = 0, from = 0; i < dims.rank; i++) {
        dims.dim[i] = marked[i] ? 1 : value->dims.dim[from++];
    }
    return set_reshaped(builder, node, value, &dims, err);
}

/* ---------------------------------------------------------------- Transpose, Expand */

TFL_ONNX_CONVERTER(transpose)
{
    tfl_onnx_value *value, out;
    const Tfl__Onnx__Attribute *given = tfl_onnx_attribute(node, "perm");
    unsigned permutation[TFL_ONNX_MAX_RANK];
    bool marked[TFL_ONNX_MAX_RANK] = {false};
    tfl_status status = take_data(builder, node, &value, err);
    if (status != TFL_OK) {
        return status;
    }
    unsigned rank = value->dims.rank;
    if (given != NULL && given->n_ints != rank) {
        return tfl_fail(err, TFL_EINPUT, "perm lists %zu axes, and its input has %u", given->n_ints, rank);
    }
    for (unsigned i = 0; i < rank; i++) {
        permutation[i] = rank - 1 - i; /* reversed, where nothing is given */
    }
    if (given != NULL) {
        tfl_onnx_list axes = {given->ints, rank, true};
        if ((status = mark_axes(&axes, rank, marked, err)) != TFL_OK) {
            return status;
        }
        for (unsigned i = 0; i < rank; i++) {
            if ((status = tfl_onnx_axis(given->ints[i], rank, &permutation[i], err)) != TFL_OK) {
                return status;
            }
        }
    }
    status = tfl_onnx_transpose(builder, value, permutation, node->name, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_value(builder, node, &out);
    }
    return status;
}

TFL_ONNX_CONVERTER(expand)
{
    char from[TFL_ONNX_TEXT_SIZE], to[TFL_ONNX_TEXT_SIZE];
    tfl_onnx_value *value, out;
    tfl_onnx_list target;
    tfl_onnx_dims dims = {.rank = 0}, all;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "shape", 1, &target, err)) != TFL_OK) {
        return status;
    }
    if (!target.given || target.n > TFL_ONNX_MAX_RANK) {
        return tfl_fail(err, TFL_EINPUT, "the shape that it asks for is missing, or has more than %d dimensions",
                        TFL_ONNX_MAX_RANK);
    }
    for (size_t i = 0; i < target.n; i++) {
        if (target.value[i] < 0) {
            return tfl_fail(err, TFL_EINPUT, "the shape that it asks for holds %lld", (long long)target.value[i]);
        }
        dims.dim[dims.rank++] = tfl_onnx_dim(target.value[i]);
    }
    if (value->tensor == NULL && value->dims.rank == dims.rank && tfl_onnx_names_batch(builder, &dims)) {
        dims.dim[0] = 1;
    }
    if (!tfl_onnx_dims_broadcast(&value->dims, &dims, &all)) {
        return tfl_fail(err, TFL_EINPUT, "its input of dimensions %s cannot be expanded to %s",
                        tfl_onnx_dims_text(&value->dims, from), tfl_onnx_dims_text(&dims, to));
    }
    status = tfl_onnx_expand(builder, value, &all, node->name, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_value(builder, node, &out);
    }
    return status;
}

/* ---------------------------------------------------------------- Slice, Split */

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The n steps start, start + step, … that a slice takes of an axis of size elements (ONNX, Slice). */
static size_t find_steps(int64_t size, int64_t *start, int64_t end, int64_t *step)
{
    *start = *start < 0 ? *start + size : *start;
    end = end < 0 ? end + size : end;
    *step = clamp(*step, -TFL_ONNX_MAX_LENGTH, TFL_ONNX_MAX_LENGTH);
    if (*step > 0) {
        *start = clamp(*start, 0, size);
        end = clamp(end, 0, size);
        return end > *start ? (size_t)((end - *start + *step - 1) / *step) : 0;
    }
    *start = clamp(*start, 0, size - 1);
    end = clamp(end, -1, size - 1);
    return *start > end ? (size_t)((*start - end - *step - 1) / -*step) : 0;
}

static tfl_status slice_axis(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value,
                             int64_t wanted, int64_t start, int64_t end, int64_t step, tfl_onnx_value *out,
                             tfl_error *err)
{
    unsigned axis;
    size_t stride;
    tfl_onnx_arrangement arrangement;
    tfl_status status = tfl_onnx_axis(wanted, value->dims.rank, &axis, err);
    if (status != TFL_OK) {
        return status;
    }
    if (step == 0) {
        return tfl_fail(err, TFL_EINPUT, "a step of 0 never ends");
    }
    size_t n = value->dims.dim[axis] == 0 ? 0 : find_steps((int64_t)value->dims.dim[axis], &start, end, &step);
    if ((status = arrange_along(builder, value, axis, n, &arrangement, &stride, err)) != TFL_OK) {
        return status;
    }
    for (size_t k = 0; k < n; k++) {
        arrangement.offset[axis][k] = (start + (int64_t)k * step) * (int64_t)stride;
    }
    return tfl_onnx_arrange(builder, value, &arrangement, node->name, out, err);
}

TFL_ONNX_CONVERTER(slice)
{
    tfl_onnx_value *value, out;
    tfl_onnx_list starts, ends, axes, steps;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "starts", 1, &starts, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "ends", 2, &ends, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "axes", 3, &axes, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "steps", 4, &steps, err)) != TFL_OK) {
        return status;
    }
    if (starts.n != ends.n || (axes.given && axes.n != starts.n) || (steps.given && steps.n != starts.n) ||
        starts.n > value->dims.rank) {
        return tfl_fail(err, TFL_EINPUT, "its starts, ends, axes and steps differ in number");
    }
    out = *value;
    for (size_t i = 0; i < starts.n && status == TFL_OK; i++) {
        tfl_onnx_value from = out;
        status = slice_axis(builder, node, &from, axes.given ? axes.value[i] : (int64_t)i, starts.value[i],
                            ends.value[i], steps.given ? steps.value[i] : 1, &out, err);
    }
    if (status == TFL_OK) {
        tfl_onnx_set_value(builder, node, &out);
    }
    return status;
}

/* Size of part i of n: as listed, or equal shares (the last takes what is left). */
static int64_t part_size(const tfl_onnx_list *parts, size_t size, size_t n, size_t i)
{
    if (parts->given) {
        return parts->value[i];
    }
    size_t share = (size + n - 1) / n, before = share * i < size ? share * i : size;
    return (int64_t)(size - before < share ? size - before : share);
}

TFL_ONNX_CONVERTER(split)
{
    tfl_onnx_value *value;
    tfl_onnx_list parts;
    unsigned axis;
    size_t n = node->proto->n_output;
    int64_t start = 0;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "split", 1, &parts, err)) != TFL_OK ||
        (status = tfl_onnx_axis(tfl_onnx_integer(node, "axis", 0), value->dims.rank, &axis, err)) != TFL_OK) {
        return status;
    }
    const tfl_onnx_value from = *value;
    size_t size = from.dims.dim[axis];
    if (parts.given && parts.n != n) {
        return tfl_fail(err, TFL_EINPUT, "it has %zu outputs, and lists %zu parts", n, parts.n);
    }
    for (size_t i = 0; i < n && status == TFL_OK; i++) {
        int64_t part = part_size(&parts, size, n, i);
        if (part < 1 || part > (int64_t)size - start) {
            return tfl_fail(err, TFL_EINPUT, "axis %u of %zu elements cannot be split like that", axis, size);
        }
        tfl_onnx_value out;
        status = slice_axis(builder, node, &from, axis, start, start + part, 1, &out, err);
        if (status == TFL_OK && node->output[i] != TFL_ONNX_NONE) {
            builder->value[node->output[i]] = out;
        }
        start += part;
    }
    if (status == TFL_OK && start != (int64_t)size) {
        status = tfl_fail(err, TFL_EINPUT, "its parts have %lld of %zu elements", (long long)start, size);
    }
    return status;
}

/* ---------------------------------------------------------------- Pad */

typedef enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE, PAD_WRAP, PAD_MODES } pad_mode;

static const char *const pad_names[PAD_MODES] = {"constant", "reflect", "edge", "wrap"};

/* Position within size that a padded one takes its value from; -1: the constant. */
static int64_t find_padded(pad_mode mode, int64_t at, int64_t size)
{
    if (at >= 0 && at < size) {
        return at;
    }
    int64_t period = mode == PAD_REFLECT ? 2 * (size - 1) : size;
    switch (mode) {
    case PAD_EDGE:
        return at < 0 ? 0 : size - 1;
    case PAD_REFLECT:
    case PAD_WRAP:
        at = period == 0 ? 0 : (at % period + period) % period;
        return at < size ? at : period - at;
    case PAD_CONSTANT:
    case PAD_MODES:
        break;
    }
    return -1;
}

/* Pads (or, where negative, cuts) all axes: before[axis], after[axis]. */
static tfl_status pad_value(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value,
                            pad_mode mode, float fill, const int64_t *before, const int64_t *after, tfl_error *err)
{
    size_t stride[TFL_ONNX_MAX_RANK];
    tfl_onnx_arrangement arrangement = {.dims.rank = value->dims.rank, .fill = fill};
    tfl_onnx_dims_strides(&value->dims, stride);
    for (unsigned i = 0; i < value->dims.rank; i++) {
        int64_t size = (int64_t)value->dims.dim[i], n = size + before[i] + after[i];
        if (n < 0 || (size == 0 && mode != PAD_CONSTANT)) {
            return tfl_fail(err, TFL_EINPUT, "axis %u of %lld elements cannot be padded by %lld and %lld", i,
                            (long long)size, (long long)before[i], (long long)after[i]);
        }
        tfl_status status = tfl_onnx_arrange_axis(builder, &arrangement, i, tfl_onnx_dim(n), err);
        if (status != TFL_OK) {
            return status;
        }
        for (int64_t k = 0; k < n; k++) {
            int64_t from = find_padded(mode, k - before[i], size);
            arrangement.offset[i][k] = from < 0 ? -1 : from * (int64_t)stride[i];
        }
    }
    return set_arranged(builder, node, value, &arrangement, err);
}

static tfl_status read_mode(const tfl_onnx_node *node, pad_mode *mode, tfl_error *err)
{
    for (*mode = PAD_CONSTANT; *mode < PAD_MODES; (*mode)++) {
        if (tfl_onnx_text_is(node, "mode", "constant", pad_names[*mode])) {
            return TFL_OK;
        }
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "its mode is none of constant, reflect, edge, wrap");
}

static tfl_status read_fill(const tfl_onnx_builder *builder, const tfl_onnx_node *node, float *fill, tfl_error *err)
{
    const tfl_onnx_tensor *tensor;
    tfl_status status = tfl_onnx_constant(builder, node, 2, "value", &tensor, err);
    *fill = tfl_onnx_float(node, "value", 0);
    if (status == TFL_OK && tensor != NULL) {
        if (tensor->size != 1) {
            return tfl_fail(err, TFL_EINPUT, "it has %zu values to pad with", tensor->size);
        }
        *fill = (float)tfl_onnx_tensor_get(tensor, 0);
    }
    return status;
}

TFL_ONNX_CONVERTER(pad)
{
    enum { LARGEST = INT32_MAX };
    tfl_onnx_value *value;
    tfl_onnx_list pads, axes;
    pad_mode mode;
    float fill;
    int64_t before[TFL_ONNX_MAX_RANK] = {0}, after[TFL_ONNX_MAX_RANK] = {0};
    bool marked[TFL_ONNX_MAX_RANK] = {false}, any = false;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = read_mode(node, &mode, err)) != TFL_OK || (status = read_fill(builder, node, &fill, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "pads", 1, &pads, err)) != TFL_OK ||
        (status = tfl_onnx_list_read(builder, node, "axes", 3, &axes, err)) != TFL_OK ||
        (status = mark_axes(&axes, value->dims.rank, marked, err)) != TFL_OK) {
        return status;
    }
    size_t n = axes.given ? axes.n : value->dims.rank;
    if (!pads.given || pads.n != 2 * n) {
        return tfl_fail(err, TFL_EINPUT, "it has %zu pads for %zu axes", pads.n, n);
    }
    for (size_t i = 0; i < n; i++) {
        unsigned axis = (unsigned)i;
        if (axes.given && (status = tfl_onnx_axis(axes.value[i], value->dims.rank, &axis, err)) != TFL_OK) {
            return status;
        }
        before[axis] = clamp(pads.value[i], -LARGEST, LARGEST);
        after[axis] = clamp(pads.value[n + i], -LARGEST, LARGEST);
        any = any || before[axis] != 0 || after[axis] != 0;
    }
    if (!any) { /* exporters put these before average pools */
        tfl_onnx_set_value(builder, node, value);
        return TFL_OK;
    }
    return pad_value(builder, node, value, mode, fill, before, after, err);
}

/* ---------------------------------------------------------------- Gather */

TFL_ONNX_CONVERTER(gather)
{
    tfl_onnx_value *value, out;
    const tfl_onnx_tensor *index;
    tfl_onnx_arrangement arrangement;
    unsigned axis;
    size_t stride;
    tfl_status status;
    if ((status = take_data(builder, node, &value, err)) != TFL_OK ||
        (status = tfl_onnx_constant(builder, node, 1, "indices", &index, err)) != TFL_OK ||
        (status = tfl_onnx_axis(tfl_onnx_integer(node, "axis", 0), value->dims.rank, &axis, err)) != TFL_OK) {
        return status;
    }
    if (index == NULL || index->integer == NULL || index->dims.rank + value->dims.rank - 1 > TFL_ONNX_MAX_RANK) {
        return tfl_fail(err, TFL_EINPUT, "its indices are not integers, or have too many dimensions");
    }
    if ((status = arrange_along(builder, value, axis, index->size, &arrangement, &stride, err)) != TFL_OK) {
        return status;
    }
    int64_t size = (int64_t)value->dims.dim[axis];
    for (size_t k = 0; k < index->size; k++) {
        int64_t at = index->integer[k] < 0 ? index->integer[k] + size : index->integer[k];
        if (at < 0 || at >= size) {
            return tfl_fail(err, TFL_EINPUT, "there is no element %lld in %lld", (long long)index->integer[k],
                            (long long)size);
        }
        arrangement.offset[axis][k] = at * (int64_t)stride;
    }
    tfl_onnx_dims dims = {.rank = 0}; /* the axis becomes the indices' dimensions */
    for (unsigned i = 0; i < value->dims.rank; i++) {
        for (unsigned k = 0; i == axis && k < index->dims.rank; k++) {
            dims.dim[dims.rank++] = index->dims.dim[k];
        }
        if (i != axis) {
            dims.dim[dims.rank++] = value->dims.dim[i];
        }
    }
    if ((status = tfl_onnx_arrange(builder, value, &arrangement, node->name, &out, err)) != TFL_OK) {
        return status;
    }
    return set_reshaped(builder, node, &out, &dims, err);
}

/* ---------------------------------------------------------------- Concat */

/* The dimensions of all inputs joined along axis. */
static tfl_status join_dims(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned *axis,
                            tfl_onnx_dims *dims, tfl_error *err)
{
    char a[TFL_ONNX_TEXT_SIZE], b[TFL_ONNX_TEXT_SIZE];
    for (unsigned k = 0; k < node->proto->n_input; k++) {
        const tfl_onnx_value *value = tfl_onnx_input(builder, node, k);
        if (value == NULL) {
            return tfl_fail(err, TFL_EINPUT, "its input %u is missing", k);
        }
        if (k == 0) {
            *dims = value->dims;
            tfl_status status = tfl_onnx_axis(tfl_onnx_integer(node, "axis", 1), dims->rank, axis, err);
            if (status != TFL_OK) {
                return status;
            }
            continue;
        }
        size_t n = dims->dim[*axis];
        tfl_onnx_dims other = value->dims;
        bool fits = other.rank == dims->rank && tfl_size_add(n, other.dim[*axis], &n);
        other.dim[*axis] = dims->dim[*axis];
        if (!fits || !tfl_onnx_dims_equal(&other, dims)) {
            return tfl_fail(err, TFL_EINPUT, "inputs of dimensions %s and %s cannot be joined along axis %u",
                            tfl_onnx_dims_text(dims, a), tfl_onnx_dims_text(&value->dims, b), *axis);
        }
        dims->dim[*axis] = n;
    }
    return TFL_OK;
}

static tfl_status concat_constants(tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned axis,
                                   const tfl_onnx_dims *dims, tfl_error *err)
{
    tfl_onnx_tensor *out;
    bool integer = tfl_onnx_input(builder, node, 0)->tensor->integer != NULL;
    tfl_status status = tfl_onnx_new_tensor(builder, dims, integer, &out, err);
    size_t stride[TFL_ONNX_MAX_RANK], begin = 0;
    tfl_onnx_dims_strides(dims, stride);
    for (unsigned k = 0; k < node->proto->n_input && status == TFL_OK; k++) {
        const tfl_onnx_tensor *in = tfl_onnx_input(builder, node, k)->tensor;
        if ((in->integer != NULL) != integer) {
            return tfl_fail(err, TFL_EINPUT, "it joins floats and integers");
        }
        size_t block = in->dims.dim[axis] * stride[axis], row = dims->dim[axis] * stride[axis];
        for (size_t i = 0; i < in->size; i++) {
            tfl_onnx_tensor_copy(out, i / block * row + begin + i % block, in, i);
        }
        begin += block;
    }
    if (status == TFL_OK) {
        tfl_onnx_set_constant(builder, node, out);
    }
    return status;
}

static tfl_status concat_layers(tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned axis,
                                const tfl_onnx_dims *dims, tfl_error *err)
{
    unsigned layer[TFL_MAX_INPUTS], shape_axis[TFL_ONNX_MAX_RANK], out, n = (unsigned)node->proto->n_input;
    if (n > TFL_MAX_INPUTS) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "it joins %u inputs; %d are supported", n, TFL_MAX_INPUTS);
    }
    for (unsigned k = 0; k < n; k++) {
        tfl_onnx_value *value;
        tfl_shape shape;
        tfl_status status;
        if ((status = tfl_onnx_varying(builder, node, k, &value, err)) != TFL_OK ||
            (status = tfl_onnx_shape(&value->dims, axis, &shape, shape_axis, err)) != TFL_OK ||
            (status = tfl_onnx_layer(builder, value, &shape, &layer[k], err)) != TFL_OK) {
            return status;
        }
    }
    tfl_concat_parameters concat = {.axis = shape_axis[axis]};
    tfl_status status = tfl_onnx_add(builder, node->name, "concat", layer, n, &concat, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, out, dims);
    }
    return status;
}

TFL_ONNX_CONVERTER(concat)
{
    unsigned axis = 0;
    tfl_onnx_dims dims;
    tfl_status status = join_dims(builder, node, &axis, &dims, err);
    if (status != TFL_OK) {
        return status;
    }
    if (node->proto->n_input == 1) {
        return tfl_onnx_op_identity(builder, node, err);
    }
    return tfl_onnx_all_constant(builder, node) ? concat_constants(builder, node, axis, &dims, err)
                                                : concat_layers(builder, node, axis, &dims, err);
}
