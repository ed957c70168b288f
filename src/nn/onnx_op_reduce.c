/* onnx_op_reduce.c: means, sums and maxima over axes, and softmax. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <string.h>

/* Which axes go, and the dimensions that stay. */
static tfl_status read_axes(const tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_dims *in,
                            bool reduced[TFL_ONNX_MAX_RANK], tfl_onnx_dims *out, tfl_error *err)
{
    tfl_onnx_list axes;
    tfl_status status = tfl_onnx_list_read(builder, node, "axes", 1, &axes, err);
    if (status != TFL_OK) {
        return status;
    }
    bool all = axes.n == 0 && tfl_onnx_integer(node, "noop_with_empty_axes", 0) == 0;
    bool keep = tfl_onnx_integer(node, "keepdims", 1) != 0;
    for (unsigned i = 0; i < TFL_ONNX_MAX_RANK; i++) {
        reduced[i] = all && i < in->rank;
    }
    for (size_t i = 0; i < axes.n; i++) {
        unsigned axis;
        if ((status = tfl_onnx_axis(axes.value[i], in->rank, &axis, err)) != TFL_OK) {
            return status;
        }
        reduced[axis] = true;
    }
    *out = (tfl_onnx_dims){.rank = 0};
    for (unsigned i = 0; i < in->rank; i++) {
        if (!reduced[i] || keep) {
            out->dim[out->rank++] = reduced[i] ? 1 : in->dim[i];
        }
    }
    return TFL_OK;
}

/* One layer that sums or averages over the axes. */
static tfl_status add_reduction(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *x,
                                const bool *reduced, const char *kind, unsigned *layer, tfl_error *err)
{
    tfl_shape shape;
    unsigned axis[TFL_ONNX_MAX_RANK];
    tfl_reduce_parameters reduce = {.keep = false};
    tfl_status status = tfl_onnx_shape(&x->dims, TFL_ONNX_NONE, &shape, axis, err);
    if (status != TFL_OK || (status = tfl_onnx_layer(builder, x, &shape, layer, err)) != TFL_OK) {
        return status;
    }
    for (unsigned i = 0; i < x->dims.rank; i++) {
        if (reduced[i] && axis[i] < TFL_MAX_RANK) {
            reduce.axis[axis[i]] = true;
        }
    }
    return tfl_onnx_add(builder, node->name, kind, layer, 1, &reduce, layer, err);
}

/* A maximum over axes: they are moved behind the others, and all but them become channels of a global pool. */
static tfl_status add_maximum(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *x,
                              const bool *reduced, unsigned *layer, tfl_error *err)
{
    unsigned order[TFL_ONNX_MAX_RANK], n = 0;
    tfl_onnx_value moved;
    tfl_shape shape = {.rank = 2, .dim = {1, 1}};
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < x->dims.rank; i++) {
            if (reduced[i] == (pass == 1)) {
                order[n++] = i;
                shape.dim[pass] *= x->dims.dim[i];
            }
        }
    }
    tfl_status status;
    if ((status = tfl_onnx_transpose(builder, x, order, node->name, &moved, err)) != TFL_OK ||
        (status = tfl_onnx_layer(builder, &moved, &shape, layer, err)) != TFL_OK) {
        return status;
    }
    return tfl_onnx_add(builder, node->name, "global-max-pool", layer, 1, NULL, layer, err);
}

TFL_ONNX_CONVERTER(reduce)
{
    tfl_onnx_value *x, out;
    bool reduced[TFL_ONNX_MAX_RANK];
    tfl_onnx_dims dims;
    unsigned layer;
    size_t before, after;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = read_axes(builder, node, &x->dims, reduced, &dims, err)) != TFL_OK) {
        return status;
    }
    if (tfl_onnx_dims_size(&x->dims, &before) && tfl_onnx_dims_size(&dims, &after) &&
        before == after) { /* axes of 1 alone */
        status = tfl_onnx_reshape(builder, x, &dims, node->name, &out, err);
        if (status == TFL_OK) {
            tfl_onnx_set_value(builder, node, &out);
        }
        return status;
    }
    const char *kind = strcmp(node->operator->name, "ReduceMean") == 0 ? "reduce-mean" : "reduce-sum";
    status = strcmp(node->operator->name, "ReduceMax") == 0
                 ? add_maximum(builder, node, x, reduced, &layer, err)
                 : add_reduction(builder, node, x, reduced, kind, &layer, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, layer, &dims);
    }
    return status;
}

/* Up to opset 12 softmax is over all axes from the given one on, later over that one. */
TFL_ONNX_CONVERTER(softmax)
{
    tfl_onnx_value *x, flat;
    unsigned wanted, layer, axis[TFL_ONNX_MAX_RANK];
    bool rest = builder->model->opset < 13;
    tfl_shape shape;
    tfl_status status = tfl_onnx_varying(builder, node, 0, &x, err);
    if (status != TFL_OK ||
        (status = tfl_onnx_axis(tfl_onnx_integer(node, "axis", rest ? 1 : -1), x->dims.rank, &wanted, err)) != TFL_OK) {
        return status;
    }
    tfl_onnx_dims dims = x->dims, seen = x->dims;
    if (rest) {
        seen = (tfl_onnx_dims){.rank = 2, .dim = {1, 1}};
        for (unsigned i = 0; i < dims.rank; i++) {
            seen.dim[i < wanted ? 0 : 1] *= dims.dim[i];
        }
        wanted = 1;
    }
    if ((status = tfl_onnx_reshape(builder, x, &seen, node->name, &flat, err)) != TFL_OK ||
        (status = tfl_onnx_shape(&seen, wanted, &shape, axis, err)) != TFL_OK ||
        (status = tfl_onnx_layer(builder, &flat, &shape, &layer, err)) != TFL_OK) {
        return status;
    }
    tfl_softmax_parameters softmax = {.axis = axis[wanted]};
    status = tfl_onnx_add(builder, node->name, "softmax", &layer, 1, &softmax, &layer, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, layer, &dims);
    }
    return status;
}
