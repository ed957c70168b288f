/* onnx_op_shape.c: the shape arithmetic that exporters leave, computed while the graph is built. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <math.h>
#include <string.h>

/* The dimensions of any value, of which those from start to end. */
TFL_ONNX_CONVERTER(shape)
{
    const tfl_onnx_value *value = tfl_onnx_input(builder, node, 0);
    if (value == NULL || (value->tensor == NULL && value->layer == TFL_ONNX_NONE && value->pending == NULL)) {
        return tfl_fail(err, TFL_EINPUT, "its input is missing");
    }
    int64_t rank = (int64_t)value->dims.rank;
    int64_t start = tfl_onnx_integer(node, "start", 0), end = tfl_onnx_integer(node, "end", rank);
    start = start < 0 ? start + rank : start;
    end = end < 0 ? end + rank : end;
    start = start < 0 ? 0 : start > rank ? rank : start;
    end = end < start ? start : end > rank ? rank : end;
    tfl_onnx_tensor *out;
    tfl_onnx_dims dims = {.rank = 1, .dim = {(size_t)(end - start)}};
    tfl_status status = tfl_onnx_new_tensor(builder, &dims, true, &out, err);
    if (status == TFL_OK) {
        for (size_t i = 0; i < out->size; i++) {
            out->integer[i] = (int64_t)value->dims.dim[(size_t)start + i];
        }
        tfl_onnx_set_constant(builder, node, out);
    }
    return status;
}

TFL_ONNX_CONVERTER(constant_of_shape)
{
    tfl_onnx_list shape;
    tfl_onnx_dims dims = {.rank = 0};
    tfl_onnx_tensor *fill = NULL, *out;
    const Tfl__Onnx__Attribute *value = tfl_onnx_attribute(node, "value");
    tfl_status status = tfl_onnx_list_read(builder, node, "shape", 0, &shape, err);
    if (status != TFL_OK) {
        return status;
    }
    if (!shape.given || shape.n > TFL_ONNX_MAX_RANK) {
        return tfl_fail(err, TFL_EINPUT, "the shape that it asks for is missing, or has more than %d dimensions",
                        TFL_ONNX_MAX_RANK);
    }
    for (size_t i = 0; i < shape.n; i++) {
        if (shape.value[i] < 0) {
            return tfl_fail(err, TFL_EINPUT, "the shape that it asks for holds %lld", (long long)shape.value[i]);
        }
        dims.dim[dims.rank++] = tfl_onnx_dim(shape.value[i]);
    }
    if (value != NULL && (status = tfl_onnx_tensor_read(value->t, &fill, err)) != TFL_OK) {
        return status;
    }
    if (fill != NULL && fill->size != 1) {
        status = tfl_fail(err, TFL_EINPUT, "its value has %zu numbers", fill->size);
    } else {
        status = tfl_onnx_new_tensor(builder, &dims, fill != NULL && fill->integer != NULL, &out, err);
    }
    for (size_t i = 0; status == TFL_OK && fill != NULL && i < out->size; i++) {
        tfl_onnx_tensor_copy(out, i, fill, 0);
    }
    if (status == TFL_OK) {
        tfl_onnx_set_constant(builder, node, out);
    }
    tfl_onnx_tensor_free(fill);
    return status;
}

TFL_ONNX_CONVERTER(range)
{
    static const char *const what[] = {"start", "limit", "step"};
    const tfl_onnx_tensor *tensor[3];
    bool integer = true;
    for (unsigned k = 0; k < 3; k++) {
        tfl_status status = tfl_onnx_constant(builder, node, k, what[k], &tensor[k], err);
        if (status != TFL_OK) {
            return status;
        }
        if (tensor[k] == NULL || tensor[k]->size != 1) {
            return tfl_fail(err, TFL_EINPUT, "its %s is not one number", what[k]);
        }
        integer = integer && tensor[k]->integer != NULL;
    }
    double start = tfl_onnx_tensor_get(tensor[0], 0), step = tfl_onnx_tensor_get(tensor[2], 0);
    double n = ceil((tfl_onnx_tensor_get(tensor[1], 0) - start) / step);
    if (!(n < 0x1p40)) { /* a step of 0 too */
        return tfl_fail(err, TFL_EINPUT, "it never ends, or holds far too many numbers");
    }
    tfl_onnx_tensor *out;
    tfl_onnx_dims dims = {.rank = 1, .dim = {n > 0 ? tfl_onnx_dim((int64_t)n) : 0}};
    tfl_status status = tfl_onnx_new_tensor(builder, &dims, integer, &out, err);
    if (status == TFL_OK) {
        for (size_t i = 0; i < out->size; i++) {
            tfl_onnx_tensor_set(out, i, start + (double)i * step);
        }
        tfl_onnx_set_constant(builder, node, out);
    }
    return status;
}

/* Between floating-point types nothing changes; constants may become integers and back. */
TFL_ONNX_CONVERTER(cast)
{
    enum { TO_FLOAT = 1, TO_BOOL = 9, TO_FLOAT16 = 10, TO_DOUBLE = 11, TO_BFLOAT16 = 16 };
    const tfl_onnx_value *in = tfl_onnx_input(builder, node, 0);
    int64_t to = tfl_onnx_integer(node, "to", 0);
    bool is_float = to == TO_FLOAT || to == TO_FLOAT16 || to == TO_DOUBLE || to == TO_BFLOAT16;
    bool is_integer = (to >= 2 && to <= TO_BOOL && to != 8) || to == 12 || to == 13;
    if (in == NULL || (!is_float && !is_integer)) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "converting to type %lld is not supported", (long long)to);
    }
    if (in->tensor == NULL) {
        return is_float ? tfl_onnx_op_identity(builder, node, err)
                        : tfl_fail(err, TFL_EUNSUPPORTED, "it makes integers of values computed from the sequence");
    }
    tfl_onnx_tensor *out;
    tfl_status status = tfl_onnx_new_tensor(builder, &in->tensor->dims, is_integer, &out, err);
    for (size_t i = 0; status == TFL_OK && i < out->size; i++) {
        double value = tfl_onnx_tensor_get(in->tensor, i);
        tfl_onnx_tensor_set(out, i, to == TO_BOOL ? value != 0 : is_integer ? trunc(value) : value);
    }
    if (status == TFL_OK) {
        tfl_onnx_set_constant(builder, node, out);
    }
    return status;
}

TFL_ONNX_CONVERTER(where)
{
    static const char *const what[] = {"condition", "first value", "second value"};
    const tfl_onnx_tensor *tensor[3];
    tfl_onnx_dims dims = {.rank = 0};
    size_t *from[3];
    tfl_onnx_tensor *out;
    tfl_status status;
    for (unsigned k = 0; k < 3; k++) {
        tfl_onnx_dims so_far = dims;
        if ((status = tfl_onnx_constant(builder, node, k, what[k], &tensor[k], err)) != TFL_OK) {
            return status;
        }
        if (tensor[k] == NULL || !tfl_onnx_dims_broadcast(&so_far, &tensor[k]->dims, &dims)) {
            return tfl_fail(err, TFL_EINPUT, "its inputs do not fit together");
        }
    }
    if ((status = tfl_onnx_new_tensor(builder, &dims, tensor[1]->integer != NULL && tensor[2]->integer != NULL, &out,
                                      err)) != TFL_OK) {
        return status;
    }
    for (unsigned k = 0; k < 3; k++) {
        if ((status = tfl_onnx_allocate(builder, out->size, sizeof *from[k], &from[k], err)) != TFL_OK) {
            return status;
        }
        tfl_onnx_dims_spread(&tensor[k]->dims, &dims, from[k]);
    }
    for (size_t i = 0; i < out->size; i++) {
        unsigned k = tfl_onnx_tensor_get(tensor[0], from[0][i]) != 0 ? 1 : 2;
        tfl_onnx_tensor_copy(out, i, tensor[k], from[k][i]);
    }
    tfl_onnx_set_constant(builder, node, out);
    return TFL_OK;
}
