/* onnx_op_window.c: convolution and pooling. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <string.h>

enum { AXES = 2, LARGEST = INT32_MAX };

/* A sliding window over one or two spatial axes, in ONNX's order. */
typedef struct window {
    unsigned axes;
    size_t in[AXES], kernel[AXES], stride[AXES], dilation[AXES], before[AXES], after[AXES];
    bool mixes; /* all channels are summed over (a convolution without groups) */
    int only;   /* the axis that is left when the other has a single position; -1: both are needed */
    unsigned layer;
} window;

/* The attribute's values, all in [least, LARGEST], into value[n]; untouched when it is not given. */
static tfl_status read_list(const tfl_onnx_node *node, const char *name, size_t n, int64_t least, size_t *value,
                            tfl_error *err)
{
    const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
    if (attribute == NULL) {
        return TFL_OK;
    }
    if (attribute->n_ints != n) {
        return tfl_fail(err, TFL_EINPUT, "%s has %zu numbers, and %zu are needed", name, attribute->n_ints, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (attribute->ints[i] < least || attribute->ints[i] > LARGEST) {
            return tfl_fail(err, TFL_EINPUT, "%s holds %lld, which makes no sense", name,
                            (long long)attribute->ints[i]);
        }
        value[i] = (size_t)attribute->ints[i];
    }
    return TFL_OK;
}

/* Padding so that there is a window per stride (SAME_*), or none. */
static tfl_status pad_automatically(const tfl_onnx_node *node, window *w, tfl_error *err)
{
    bool upper = tfl_onnx_text_is(node, "auto_pad", "NOTSET", "SAME_UPPER"),
         lower = tfl_onnx_text_is(node, "auto_pad", "NOTSET", "SAME_LOWER");
    if (!upper && !lower && !tfl_onnx_text_is(node, "auto_pad", "NOTSET", "VALID")) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "auto_pad is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER");
    }
    for (unsigned i = 0; i < w->axes; i++) {
        size_t windows = (w->in[i] + w->stride[i] - 1) / w->stride[i];
        size_t need = (windows - 1) * w->stride[i] + (w->kernel[i] - 1) * w->dilation[i] + 1;
        size_t total = upper || lower ? (need > w->in[i] ? need - w->in[i] : 0) : 0;
        w->before[i] = upper ? total / 2 : total - total / 2;
        w->after[i] = total - w->before[i];
    }
    return TFL_OK;
}

static tfl_status read_padding(const tfl_onnx_node *node, window *w, tfl_error *err)
{
    size_t pads[2 * AXES] = {0};
    if (!tfl_onnx_text_is(node, "auto_pad", "NOTSET", "NOTSET")) {
        return pad_automatically(node, w, err);
    }
    tfl_status status = read_list(node, "pads", 2 * (size_t)w->axes, 0, pads, err);
    memcpy(w->before, pads, w->axes * sizeof *pads);
    memcpy(w->after, pads + w->axes, w->axes * sizeof *pads);
    return status;
}

/* Whether the window never leaves the single position of this axis. */
static bool is_flat(const window *w, unsigned axis)
{
    return w->in[axis] == 1 && w->kernel[axis] == 1 && w->before[axis] == 0 && w->after[axis] == 0;
}

/* Whether a filter covers the whole height: its rows are then no more than further channels (4 x k filters over one-hot
 * rows). */
static bool covers_height(const window *w)
{
    return w->mixes && w->axes == 2 && w->kernel[0] == w->in[0] && w->dilation[0] == 1 && w->before[0] == 0 &&
           w->after[0] == 0;
}

/* The shape of the layer's input: (C, L) where one axis is enough, otherwise (C, H, W). */
static tfl_shape choose_axes(window *w, size_t channels)
{
    bool covers = covers_height(w);
    w->only = w->axes == 1 ? 0 : covers || is_flat(w, 0) ? 1 : is_flat(w, 1) ? 0 : -1;
    if (w->only < 0) {
        return (tfl_shape){.rank = 3, .dim = {channels, w->in[0], w->in[1]}};
    }
    return (tfl_shape){.rank = 2, .dim = {covers ? channels * w->in[0] : channels, w->in[w->only]}};
}

/* Memory for the padded input is bounded like everything else. */
static tfl_status charge_padding(tfl_onnx_builder *builder, const window *w, size_t channels, tfl_error *err)
{
    size_t size = channels;
    for (unsigned i = 0; i < w->axes; i++) {
        if (!tfl_size_mul(size, w->in[i] + w->before[i] + w->after[i], &size)) {
            size = SIZE_MAX;
        }
    }
    return tfl_onnx_charge(builder, size, err);
}

/* Reads the window's attributes (w->kernel is set), and brings the input into the layer's shape. */
static tfl_status read_window(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *x, window *w,
                              tfl_error *err)
{
    for (unsigned i = 0; i < AXES; i++) {
        w->stride[i] = w->dilation[i] = 1;
    }
    tfl_status status;
    if ((status = read_list(node, "strides", w->axes, 1, w->stride, err)) != TFL_OK ||
        (status = read_list(node, "dilations", w->axes, 1, w->dilation, err)) != TFL_OK ||
        (status = read_padding(node, w, err)) != TFL_OK ||
        (status = charge_padding(builder, w, x->dims.dim[1], err)) != TFL_OK) {
        return status;
    }
    tfl_shape shape = choose_axes(w, x->dims.dim[1]);
    return tfl_onnx_layer(builder, x, &shape, &w->layer, err);
}

/* The input of a window operator: batch, channels, and one or two spatial axes. */
static tfl_status take_input(const tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value **x, window *w,
                             tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    *w = (window){.axes = 0};
    tfl_status status = tfl_onnx_varying(builder, node, 0, x, err);
    if (status != TFL_OK) {
        return status;
    }
    const tfl_onnx_dims *dims = &(*x)->dims;
    if (dims->rank < 3 || dims->rank > 4 || dims->dim[0] != 1) {
        return tfl_fail(
            err, TFL_EUNSUPPORTED,
            "its input has dimensions %s; (N, channels, length) or (N, channels, height, width) are supported",
            tfl_onnx_dims_text(dims, text));
    }
    w->axes = dims->rank - 2;
    memcpy(w->in, dims->dim + 2, w->axes * sizeof *w->in);
    return TFL_OK;
}

/* From the axes of the window to those of the layer: index 1 is the last spatial axis, index 0 the one before. */
static void to_layer(const window *w, const size_t *from, size_t otherwise, size_t to[AXES])
{
    to[0] = w->only >= 0 ? otherwise : from[0];
    to[1] = w->only >= 0 ? from[w->only] : from[1];
}

/* The layer's output as the node's: axes that the layer does without come back. */
static void set_output(tfl_onnx_builder *builder, const tfl_onnx_node *node, const window *w, unsigned layer)
{
    const tfl_shape *shape = &builder->graph->layer[layer].shape;
    tfl_onnx_dims dims = {.rank = w->axes + 2, .dim = {1, shape->dim[0], 1, 1}};
    for (unsigned i = 0; i < w->axes; i++) {
        if (w->only < 0 || w->only == (int)i) {
            dims.dim[2 + i] = shape->dim[w->only < 0 ? 1 + i : 1];
        }
    }
    tfl_onnx_set_layer(builder, node, layer, &dims);
}

/* ---------------------------------------------------------------- Conv */

typedef struct filters {
    const tfl_onnx_tensor *weight, *bias;
    size_t groups;
} filters;

static tfl_status read_filters(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *x, window *w,
                               filters *f, tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    int64_t groups = tfl_onnx_integer(node, "group", 1);
    size_t channels = x->dims.dim[1], given[AXES];
    tfl_status status;
    if ((status = tfl_onnx_weights(builder, node, 1, "weights", &f->weight, err)) != TFL_OK ||
        (status = tfl_onnx_weights(builder, node, 2, "bias", &f->bias, err)) != TFL_OK) {
        return status;
    }
    if (f->weight == NULL || f->weight->dims.rank != x->dims.rank || f->weight->size == 0) {
        return tfl_fail(err, TFL_EINPUT, "its weights have dimensions %s, and its input has %u axes",
                        f->weight == NULL ? "()" : tfl_onnx_dims_text(&f->weight->dims, text), x->dims.rank);
    }
    const size_t *dim = f->weight->dims.dim;
    if (groups < 1 || dim[1] > channels || (uint64_t)groups != channels / dim[1] || channels % dim[1] != 0 ||
        dim[0] % (size_t)groups != 0) {
        return tfl_fail(err, TFL_EINPUT, "weights of dimensions %s in %lld groups do not fit an input of %zu channels",
                        tfl_onnx_dims_text(&f->weight->dims, text), (long long)groups, channels);
    }
    if (f->bias != NULL && f->bias->size != dim[0]) {
        return tfl_fail(err, TFL_EINPUT, "it has %zu filters, and a bias of %zu numbers", dim[0], f->bias->size);
    }
    f->groups = (size_t)groups;
    w->mixes = groups == 1;
    memcpy(w->kernel, dim + 2, w->axes * sizeof *w->kernel);
    memcpy(given, w->kernel, sizeof given);
    if ((status = read_list(node, "kernel_shape", w->axes, 1, given, err)) != TFL_OK) {
        return status;
    }
    return memcmp(given, w->kernel, w->axes * sizeof *given) == 0
               ? TFL_OK
               : tfl_fail(err, TFL_EINPUT, "kernel_shape differs from its weights, of dimensions %s",
                          tfl_onnx_dims_text(&f->weight->dims, text));
}

TFL_ONNX_CONVERTER(convolution)
{
    tfl_onnx_value *x;
    window w;
    filters f;
    unsigned layer;
    tfl_status status;
    if ((status = take_input(builder, node, &x, &w, err)) != TFL_OK ||
        (status = read_filters(builder, node, x, &w, &f, err)) != TFL_OK ||
        (status = read_window(builder, node, x, &w, err)) != TFL_OK) {
        return status;
    }
    tfl_conv_parameters conv = {.out_channels = f.weight->dims.dim[0],
                                .groups = f.groups,
                                .weight = f.weight->number,
                                .bias = f.bias != NULL ? f.bias->number : NULL};
    to_layer(&w, w.kernel, 1, conv.kernel);
    to_layer(&w, w.stride, 1, conv.stride);
    to_layer(&w, w.dilation, 1, conv.dilation);
    to_layer(&w, w.before, 0, conv.pad_before);
    to_layer(&w, w.after, 0, conv.pad_after);
    status = tfl_onnx_add(builder, node->name, "conv", &w.layer, 1, &conv, &layer, err);
    if (status == TFL_OK) {
        set_output(builder, node, &w, layer);
    }
    return status;
}

/* ---------------------------------------------------------------- MaxPool, AveragePool */

static tfl_status pool(tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *kind, bool count_pads,
                       tfl_error *err)
{
    tfl_onnx_value *x;
    window w;
    unsigned layer;
    tfl_status status = take_input(builder, node, &x, &w, err);
    if (status != TFL_OK) {
        return status;
    }
    if (tfl_onnx_attribute(node, "kernel_shape") == NULL) {
        return tfl_fail(err, TFL_EINPUT, "it has no kernel_shape");
    }
    if ((status = read_list(node, "kernel_shape", w.axes, 1, w.kernel, err)) != TFL_OK ||
        (status = read_window(builder, node, x, &w, err)) != TFL_OK) {
        return status;
    }
    tfl_pool_parameters parameters = {.count_pads = count_pads,
                                      .ceil_mode = tfl_onnx_integer(node, "ceil_mode", 0) != 0};
    to_layer(&w, w.kernel, 1, parameters.kernel);
    to_layer(&w, w.stride, 1, parameters.stride);
    to_layer(&w, w.dilation, 1, parameters.dilation);
    to_layer(&w, w.before, 0, parameters.pad_before);
    to_layer(&w, w.after, 0, parameters.pad_after);
    status = tfl_onnx_add(builder, node->name, kind, &w.layer, 1, &parameters, &layer, err);
    if (status == TFL_OK) {
        set_output(builder, node, &w, layer);
    }
    return status;
}

TFL_ONNX_CONVERTER(max_pool)
{
    tfl_status status = tfl_onnx_require(node, "storage_order", 0, err);
    return status == TFL_OK ? pool(builder, node, "max-pool", false, err) : status;
}

TFL_ONNX_CONVERTER(average_pool)
{
    return pool(builder, node, "average-pool", tfl_onnx_integer(node, "count_include_pad", 0) != 0, err);
}

/* ---------------------------------------------------------------- GlobalAveragePool, GlobalMaxPool */

static tfl_status global_pool(tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *kind, tfl_error *err)
{
    tfl_onnx_value *x;
    window w;
    unsigned layer;
    tfl_status status = take_input(builder, node, &x, &w, err);
    if (status != TFL_OK) {
        return status;
    }
    for (unsigned i = 0; i < AXES; i++) {
        w.kernel[i] = 1;
    }
    tfl_onnx_dims dims = {.rank = x->dims.rank, .dim = {1, x->dims.dim[1], 1, 1}};
    tfl_shape shape = choose_axes(&w, dims.dim[1]);
    if ((status = tfl_onnx_layer(builder, x, &shape, &layer, err)) == TFL_OK &&
        (status = tfl_onnx_add(builder, node->name, kind, &layer, 1, NULL, &layer, err)) == TFL_OK) {
        tfl_onnx_set_layer(builder, node, layer, &dims);
    }
    return status;
}

TFL_ONNX_CONVERTER(global_average_pool)
{
    return global_pool(builder, node, "global-average-pool", err);
}

TFL_ONNX_CONVERTER(global_max_pool)
{
    return global_pool(builder, node, "global-max-pool", err);
}
