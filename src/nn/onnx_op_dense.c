/* onnx_op_dense.c: matrix products and BatchNormalization. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <math.h>
#include <string.h>

/* A constant matrix as weight[out][in]: transposed, and times alpha, as the operator says. */
static tfl_status make_weights(tfl_onnx_builder *builder, const tfl_onnx_tensor *matrix, bool transposed, float alpha,
                               size_t *out, size_t *in, float **weight, tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    if (matrix == NULL || matrix->dims.rank != 2 || matrix->size == 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "its weights have dimensions %s; a matrix is supported",
                        matrix == NULL ? "()" : tfl_onnx_dims_text(&matrix->dims, text));
    }
    *out = matrix->dims.dim[transposed ? 0 : 1];
    *in = matrix->dims.dim[transposed ? 1 : 0];
    tfl_status status = tfl_onnx_allocate(builder, matrix->size, sizeof **weight, weight, err);
    for (size_t i = 0; status == TFL_OK && i < matrix->size; i++) {
        size_t from = transposed ? i : i % *in * *out + i / *in;
        (*weight)[i] = alpha * matrix->number[from];
        if (!isfinite((*weight)[i])) {
            status = tfl_fail(err, TFL_EINPUT, "its alpha %g times its weight %g is no finite number", (double)alpha,
                              (double)matrix->number[from]);
        }
    }
    return status;
}

/* Gemm's C, times beta, for every output; zeros when it is left out. */
static tfl_status make_bias(tfl_onnx_builder *builder, const tfl_onnx_tensor *tensor, float beta, size_t out,
                            float **bias, tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    tfl_status status = tfl_onnx_allocate(builder, out, sizeof **bias, bias, err);
    if (status != TFL_OK || tensor == NULL) {
        return status;
    }
    if (tensor->size != 1 && (tensor->size != out || tensor->dims.dim[tensor->dims.rank - 1] != out)) {
        return tfl_fail(err, TFL_EINPUT, "its bias has dimensions %s, and it has %zu outputs",
                        tfl_onnx_dims_text(&tensor->dims, text), out);
    }
    for (size_t i = 0; i < out; i++) {
        float number = tensor->number[tensor->size == 1 ? 0 : i];
        (*bias)[i] = beta * number;
        if (!isfinite((*bias)[i])) {
            return tfl_fail(err, TFL_EINPUT, "its beta %g times its bias %g is no finite number", (double)beta,
                            (double)number);
        }
    }
    return TFL_OK;
}

/* y = W x + b along the last axis of x. */
static tfl_status add_dense(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *x, size_t in,
                            const tfl_dense_parameters *dense, tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    tfl_onnx_dims dims = x->dims;
    unsigned layer;
    if (dims.rank < 1 || dims.dim[dims.rank - 1] != in) {
        return tfl_fail(err, TFL_EINPUT, "its weights are for %zu inputs, and its input has dimensions %s", in,
                        tfl_onnx_dims_text(&dims, text));
    }
    size_t size;
    tfl_shape shape = {.rank = 1, .dim = {in}}; /* a vector, or rows of them */
    tfl_status status = TFL_OK;
    if (tfl_onnx_dims_size(&dims, &size) && size != in) {
        status = tfl_onnx_shape(&dims, dims.rank - 1, &shape, NULL, err);
    }
    if (status != TFL_OK || (status = tfl_onnx_layer(builder, x, &shape, &layer, err)) != TFL_OK ||
        (status = tfl_onnx_add(builder, node->name, "dense", &layer, 1, dense, &layer, err)) != TFL_OK) {
        return status;
    }
    dims.dim[dims.rank - 1] = dense->out;
    tfl_onnx_set_layer(builder, node, layer, &dims);
    return TFL_OK;
}

TFL_ONNX_CONVERTER(gemm)
{
    char text[TFL_ONNX_TEXT_SIZE];
    const tfl_onnx_tensor *matrix, *addend;
    tfl_onnx_value *x;
    size_t out, in;
    float *weight, *bias;
    tfl_status status;
    if ((status = tfl_onnx_require(node, "transA", 0, err)) != TFL_OK ||
        (status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = tfl_onnx_weights(builder, node, 1, "weight matrix", &matrix, err)) != TFL_OK ||
        (status = tfl_onnx_weights(builder, node, 2, "bias", &addend, err)) != TFL_OK) {
        return status;
    }
    if (x->dims.rank != 2 || x->dims.dim[0] != 1) {
        return tfl_fail(err, TFL_EINPUT, "its input has dimensions %s, not (N, features)",
                        tfl_onnx_dims_text(&x->dims, text));
    }
    if ((status = make_weights(builder, matrix, tfl_onnx_integer(node, "transB", 0) != 0,
                               tfl_onnx_float(node, "alpha", 1), &out, &in, &weight, err)) != TFL_OK ||
        (status = make_bias(builder, addend, tfl_onnx_float(node, "beta", 1), out, &bias, err)) != TFL_OK) {
        return status;
    }
    return add_dense(builder, node, x, in, &(tfl_dense_parameters){.out = out, .weight = weight, .bias = bias}, err);
}

/* With a bias of zeros, into which a following Add puts its constants (onnx_op_arithmetic.c). */
TFL_ONNX_CONVERTER(matmul)
{
    const tfl_onnx_tensor *matrix;
    tfl_onnx_value *x;
    size_t out, in;
    float *weight, *bias;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = tfl_onnx_weights(builder, node, 1, "weight matrix", &matrix, err)) != TFL_OK ||
        (status = make_weights(builder, matrix, false, 1, &out, &in, &weight, err)) != TFL_OK ||
        (status = make_bias(builder, NULL, 1, out, &bias, err)) != TFL_OK) {
        return status;
    }
    return add_dense(builder, node, x, in, &(tfl_dense_parameters){.out = out, .weight = weight, .bias = bias}, err);
}

/* ---------------------------------------------------------------- BatchNormalization at inference: y = factor x +
 * shift */

enum { SCALE = 1, SHIFT, MEAN, VARIANCE, TENSORS };

static tfl_status read_statistics(tfl_onnx_builder *builder, const tfl_onnx_node *node, size_t channels,
                                  const tfl_onnx_tensor *tensor[TENSORS], tfl_error *err)
{
    static const char *const what[TENSORS] = {"", "scale", "bias", "mean", "variance"};
    for (unsigned k = SCALE; k < TENSORS; k++) {
        tfl_status status = tfl_onnx_weights(builder, node, k, what[k], &tensor[k], err);
        if (status != TFL_OK) {
            return status;
        }
        if (tensor[k] == NULL || tensor[k]->size != channels) {
            return tfl_fail(err, TFL_EINPUT, "its %s has %zu numbers, and its input %zu channels", what[k],
                            tensor[k] == NULL ? 0 : tensor[k]->size, channels);
        }
    }
    return TFL_OK;
}

TFL_ONNX_CONVERTER(batch_normalization)
{
    char text[TFL_ONNX_TEXT_SIZE];
    const tfl_onnx_tensor *tensor[TENSORS];
    tfl_onnx_tensor *factor, *shift;
    tfl_onnx_value *x;
    double epsilon = (double)tfl_onnx_float(node, "epsilon", 1e-5F);
    tfl_status status;
    if ((status = tfl_onnx_require(node, "training_mode", 0, err)) != TFL_OK ||
        (status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK) {
        return status;
    }
    if (x->dims.rank < 2 || x->dims.dim[0] != 1) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "its input has dimensions %s, not (N, channels, …)",
                        tfl_onnx_dims_text(&x->dims, text));
    }
    tfl_onnx_dims dims = {.rank = x->dims.rank - 1,
                          .dim = {x->dims.dim[1], 1, 1, 1, 1, 1, 1}}; /* (C, 1, …) broadcasts to (N, C, …) */
    if ((status = read_statistics(builder, node, dims.dim[0], tensor, err)) != TFL_OK ||
        (status = tfl_onnx_new_tensor(builder, &dims, false, &factor, err)) != TFL_OK ||
        (status = tfl_onnx_new_tensor(builder, &dims, false, &shift, err)) != TFL_OK) {
        return status;
    }
    for (size_t c = 0; c < dims.dim[0]; c++) {
        double slope = (double)tensor[SCALE]->number[c] / sqrt((double)tensor[VARIANCE]->number[c] + epsilon);
        factor->number[c] = (float)slope;
        shift->number[c] = (float)((double)tensor[SHIFT]->number[c] - (double)tensor[MEAN]->number[c] * slope);
        if (!isfinite(factor->number[c]) || !isfinite(shift->number[c])) {
            return tfl_fail(err, TFL_EINPUT, "its variance %g of channel %zu with epsilon %g gives no finite factor",
                            (double)tensor[VARIANCE]->number[c], c, epsilon);
        }
    }
    return tfl_onnx_scale(builder, node, x, factor, shift, err);
}
