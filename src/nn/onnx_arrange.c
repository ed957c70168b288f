/* onnx_arrange.c: elements in other places. Reshape, Transpose, Slice, Pad, Gather, Expand and their like are all
 * tables of where each element comes from; tables of several nodes in a row are combined into one. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <stdlib.h>
#include <string.h>

tfl_status tfl_onnx_arrange_axis(tfl_onnx_builder *builder, tfl_onnx_arrangement *arrangement, unsigned axis, size_t n,
                                 tfl_error *err)
{
    arrangement->dims.dim[axis] = n;
    return tfl_onnx_allocate(builder, n, sizeof(int64_t), &arrangement->offset[axis], err);
}

/* Where element k of the result (row-major) comes from, for all of them. */
static void fill_source(const tfl_onnx_arrangement *arrangement, size_t size, int64_t *source)
{
    size_t at[TFL_ONNX_MAX_RANK] = {0};
    unsigned rank = arrangement->dims.rank;
    for (size_t k = 0; k < size; k++) {
        int64_t from = 0;
        for (unsigned i = 0; i < rank; i++) {
            int64_t offset = arrangement->offset[i][at[i]];
            from = offset < 0 || from < 0 ? -1 : from + offset;
        }
        source[k] = from;
        for (unsigned i = rank; i-- > 0 && ++at[i] == arrangement->dims.dim[i];) { /* count up, the last axis fastest */
            at[i] = 0;
        }
    }
}

static tfl_status arrange_constant(tfl_onnx_builder *builder, const tfl_onnx_tensor *tensor,
                                   const tfl_onnx_arrangement *arrangement, const int64_t *source, tfl_onnx_value *out,
                                   tfl_error *err)
{
    tfl_onnx_tensor *made;
    tfl_status status = tfl_onnx_new_tensor(builder, &arrangement->dims, tensor->integer != NULL, &made, err);
    if (status != TFL_OK) {
        return status;
    }
    for (size_t k = 0; k < made->size; k++) {
        if (source[k] < 0) {
            tfl_onnx_tensor_set(made, k, (double)arrangement->fill);
        } else {
            tfl_onnx_tensor_copy(made, k, tensor, (size_t)source[k]);
        }
    }
    *out = (tfl_onnx_value){.tensor = made, .dims = made->dims, .layer = TFL_ONNX_NONE};
    return TFL_OK;
}

/* Looks source up in the value's own table. */
static void combine(const tfl_onnx_value *value, size_t size, int64_t *source)
{
    for (size_t k = 0; k < size; k++) {
        source[k] = source[k] < 0 ? -1 : value->source[source[k]];
    }
}

static bool has_fill(const int64_t *source, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        if (source[k] < 0) {
            return true;
        }
    }
    return false;
}

static bool is_in_order(const int64_t *source, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        if (source[k] != (int64_t)k) {
            return false;
        }
    }
    return true;
}

static tfl_status arrange_layer(tfl_onnx_builder *builder, const tfl_onnx_value *value,
                                const tfl_onnx_arrangement *arrangement, int64_t *source, size_t size, const char *name,
                                tfl_onnx_value *out, tfl_error *err)
{
    tfl_onnx_value base = *value;
    float fill = arrangement->fill;
    size_t inner;
    if (base.source != NULL && tfl_onnx_dims_size(&base.dims, &inner) && has_fill(base.source, inner)) {
        if (has_fill(source, size) && base.fill != fill) { /* two paddings with different values: two layers */
            unsigned layer;
            tfl_status status = tfl_onnx_layer(builder, &base, NULL, &layer, err);
            if (status != TFL_OK) {
                return status;
            }
        } else {
            fill = base.fill;
        }
    }
    if (base.source != NULL) {
        combine(&base, size, source);
    }
    bool in_order = size == builder->graph->layer[base.layer].size && is_in_order(source, size);
    *out = (tfl_onnx_value){.dims = arrangement->dims,
                            .layer = base.layer,
                            .source = in_order ? NULL : source,
                            .fill = fill,
                            .arranged = name};
    return TFL_OK;
}

tfl_status tfl_onnx_arrange(tfl_onnx_builder *builder, const tfl_onnx_value *value,
                            const tfl_onnx_arrangement *arrangement, const char *name, tfl_onnx_value *out,
                            tfl_error *err)
{
    size_t size;
    int64_t *source;
    if (!tfl_onnx_dims_size(&arrangement->dims, &size)) {
        size = SIZE_MAX;
    }
    if (size == 0 && value->tensor == NULL) {
        return tfl_fail(err, TFL_EINPUT, "nothing is left of its input");
    }
    tfl_status status = tfl_onnx_allocate(builder, size, sizeof *source, &source, err);
    if (status != TFL_OK) {
        return status;
    }
    fill_source(arrangement, size, source);
    return value->tensor != NULL ? arrange_constant(builder, value->tensor, arrangement, source, out, err)
                                 : arrange_layer(builder, value, arrangement, source, size, name, out, err);
}

tfl_status tfl_onnx_reshape(tfl_onnx_builder *builder, const tfl_onnx_value *value, const tfl_onnx_dims *dims,
                            const char *name, tfl_onnx_value *out, tfl_error *err)
{
    char from[TFL_ONNX_TEXT_SIZE], to[TFL_ONNX_TEXT_SIZE];
    size_t have, want;
    if (!tfl_onnx_dims_size(&value->dims, &have) || !tfl_onnx_dims_size(dims, &want) || have != want) {
        return tfl_fail(err, TFL_EINPUT, "its input of dimensions %s does not fit into %s",
                        tfl_onnx_dims_text(&value->dims, from), tfl_onnx_dims_text(dims, to));
    }
    tfl_onnx_value made = *value;
    made.dims = *dims;
    made.arranged = name;
    if (value->tensor != NULL) { /* the same numbers in a tensor of other dimensions */
        tfl_onnx_tensor *tensor;
        tfl_status status = tfl_onnx_new_tensor(builder, dims, value->tensor->integer != NULL, &tensor, err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t k = 0; k < have; k++) {
            tfl_onnx_tensor_copy(tensor, k, value->tensor, k);
        }
        made.tensor = tensor;
    }
    *out = made;
    return TFL_OK;
}

tfl_status tfl_onnx_transpose(tfl_onnx_builder *builder, const tfl_onnx_value *value, const unsigned *permutation,
                              const char *name, tfl_onnx_value *out, tfl_error *err)
{
    size_t stride[TFL_ONNX_MAX_RANK];
    tfl_onnx_arrangement arrangement = {.dims.rank = value->dims.rank};
    tfl_onnx_dims_strides(&value->dims, stride);
    for (unsigned i = 0; i < value->dims.rank; i++) {
        size_t n = value->dims.dim[permutation[i]];
        tfl_status status = tfl_onnx_arrange_axis(builder, &arrangement, i, n, err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t k = 0; k < n; k++) {
            arrangement.offset[i][k] = (int64_t)(k * stride[permutation[i]]);
        }
    }
    return tfl_onnx_arrange(builder, value, &arrangement, name, out, err);
}

tfl_status tfl_onnx_expand(tfl_onnx_builder *builder, const tfl_onnx_value *value, const tfl_onnx_dims *dims,
                           const char *name, tfl_onnx_value *out, tfl_error *err)
{
    size_t stride[TFL_ONNX_MAX_RANK];
    unsigned extra = dims->rank - value->dims.rank;
    tfl_onnx_arrangement arrangement = {.dims.rank = dims->rank};
    if (tfl_onnx_dims_equal(&value->dims, dims)) {
        *out = *value;
        return TFL_OK;
    }
    tfl_onnx_dims_strides(&value->dims, stride);
    for (unsigned i = 0; i < dims->rank; i++) {
        tfl_status status = tfl_onnx_arrange_axis(builder, &arrangement, i, dims->dim[i], err);
        if (status != TFL_OK) {
            return status;
        }
        bool repeats = i < extra || value->dims.dim[i - extra] == 1;
        for (size_t k = 0; k < dims->dim[i]; k++) {
            arrangement.offset[i][k] = repeats ? 0 : (int64_t)(k * stride[i - extra]);
        }
    }
    return tfl_onnx_arrange(builder, value, &arrangement, name, out, err);
}
