/* onnx_op_activation.c: functions of one number, and layers that do nothing at inference. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

static double reciprocal(double x)
{
    return 1 / x;
}

/* Operators that are one layer each; constants are computed only where exporters leave them. */
static const struct {
    const char *operator, * kind;
    float alpha, gamma; /* when not given */
    double (*fold)(double x);
} activations[] = {
    {"Abs", "abs", 0, 0, fabs},         {"Elu", "elu", 1, 0, NULL},
    {"Exp", "exp", 0, 0, exp},          {"LeakyRelu", "leaky-relu", 0.01F, 0, NULL},
    {"Log", "log", 0, 0, log},          {"Reciprocal", "reciprocal", 0, 0, reciprocal},
    {"Relu", "relu", 0, 0, NULL},       {"Selu", "selu", 1.67326319217681884765625F, 1.05070102214813232421875F, NULL},
    {"Sigmoid", "sigmoid", 0, 0, NULL}, {"Softplus", "softplus", 0, 0, NULL},
    {"Sqrt", "sqrt", 0, 0, sqrt},       {"Tanh", "tanh", 0, 0, tanh},
};

static tfl_status fold(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_tensor *in,
                       double (*function)(double), tfl_error *err)
{
    tfl_onnx_tensor *out;
    tfl_status status = tfl_onnx_new_tensor(builder, &in->dims, false, &out, err);
    for (size_t i = 0; status == TFL_OK && i < in->size; i++) {
        double value = function(tfl_onnx_tensor_get(in, i));
        if (!isfinite((float)value)) {
            return tfl_fail(err, TFL_EINPUT, "its constant %g gives a number that is not finite",
                            tfl_onnx_tensor_get(in, i));
        }
        out->number[i] = (float)value;
    }
    if (status == TFL_OK) {
        tfl_onnx_set_constant(builder, node, out);
    }
    return status;
}

TFL_ONNX_CONVERTER(activation)
{
    const tfl_onnx_value *in = tfl_onnx_input(builder, node, 0);
    tfl_onnx_value *x;
    size_t row = 0;
    while (strcmp(activations[row].operator, node->operator->name) != 0) {
        row++;
    }
    if (in != NULL && in->tensor != NULL && activations[row].fold != NULL) {
        return fold(builder, node, in->tensor, activations[row].fold, err);
    }
    tfl_status status = tfl_onnx_varying(builder, node, 0, &x, err);
    tfl_activation_parameters parameters = {.alpha = tfl_onnx_float(node, "alpha", activations[row].alpha),
                                            .beta = tfl_onnx_float(node, "gamma", activations[row].gamma)};
    return status == TFL_OK ? tfl_onnx_add_elementwise(builder, node, x, activations[row].kind, &parameters, err)
                            : status;
}

TFL_ONNX_CONVERTER(gelu)
{
    tfl_onnx_value *x;
    tfl_status status = tfl_onnx_varying(builder, node, 0, &x, err);
    if (status != TFL_OK) {
        return status;
    }
    bool with_tanh = tfl_onnx_text_is(node, "approximate", "none", "tanh");
    if (!with_tanh && !tfl_onnx_text_is(node, "approximate", "none", "none")) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "approximate is neither none nor tanh");
    }
    return tfl_onnx_add_elementwise(builder, node, x, with_tanh ? "gelu-tanh" : "gelu", NULL, err);
}

/* Erf is no layer; a Gelu may contain it. */
TFL_ONNX_CONVERTER(erf)
{
    const tfl_onnx_value *in = tfl_onnx_input(builder, node, 0);
    tfl_onnx_value *x;
    if (in != NULL && in->tensor != NULL) {
        return fold(builder, node, in->tensor, erf, err);
    }
    tfl_status status = tfl_onnx_varying(builder, node, 0, &x, err);
    if (status == TFL_OK) {
        tfl_onnx_set_pending(builder, node, node, &x->dims);
    }
    return status;
}

TFL_ONNX_CONVERTER(prelu)
{
    char text[TFL_ONNX_TEXT_SIZE];
    const tfl_onnx_tensor *slope;
    tfl_onnx_value *x;
    tfl_onnx_dims dims;
    unsigned layer;
    size_t *from;
    float *slopes;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = tfl_onnx_weights(builder, node, 1, "slope", &slope, err)) != TFL_OK) {
        return status;
    }
    if (slope == NULL || !tfl_onnx_dims_broadcast(&x->dims, &slope->dims, &dims) ||
        !tfl_onnx_dims_equal(&dims, &x->dims)) {
        return tfl_fail(err, TFL_EINPUT, "its slopes do not fit an input of dimensions %s",
                        tfl_onnx_dims_text(&x->dims, text));
    }
    if ((status = tfl_onnx_layer(builder, x, NULL, &layer, err)) != TFL_OK) {
        return status;
    }
    size_t size = builder->graph->layer[layer].size, channels = builder->graph->layer[layer].shape.dim[0];
    if ((status = tfl_onnx_allocate(builder, size, sizeof *from, &from, err)) != TFL_OK ||
        (status = tfl_onnx_allocate(builder, size, sizeof *slopes, &slopes, err)) != TFL_OK) {
        return status;
    }
    tfl_onnx_dims_spread(&slope->dims, &dims, from);
    bool per_channel = true;
    for (size_t i = 0; i < size; i++) {
        slopes[i] = slope->number[from[i]];
        per_channel = per_channel && slopes[i] == slopes[i - i % (size / channels)];
    }
    for (size_t c = 0; per_channel && c < channels; c++) {
        slopes[c] = slopes[c * (size / channels)];
    }
    tfl_prelu_parameters parameters = {.n = per_channel ? channels : size, .slope = slopes};
    return tfl_onnx_add_elementwise(builder, node, x, "prelu", &parameters, err);
}

/* One bound of Clip; *given says whether there is one. */
static tfl_status read_bound(const tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *name, unsigned k,
                             double *bound, bool *given, tfl_error *err)
{
    const tfl_onnx_tensor *tensor;
    const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
    tfl_status status = tfl_onnx_constant(builder, node, k, name, &tensor, err);
    *given = attribute != NULL || tensor != NULL;
    if (status == TFL_OK && tensor != NULL && tensor->size != 1) {
        return tfl_fail(err, TFL_EINPUT, "its %s has %zu numbers", name, tensor->size);
    }
    *bound = attribute != NULL ? (double)attribute->f : tensor != NULL ? tfl_onnx_tensor_get(tensor, 0) : 0;
    *given = *given && fabs(*bound) < (double)3e38F; /* exporters write the largest float for "none" */
    return status;
}

/* The node's output: x between low and high, either of which may be none (-FLT_MAX, FLT_MAX). */
static tfl_status set_clipped(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *x, float low, float high,
                              tfl_error *err)
{
    tfl_activation_parameters bounds = {.alpha = low, .beta = high};
    if (low > high) {
        return tfl_fail(err, TFL_EINPUT, "its min %g is larger than its max %g", (double)low, (double)high);
    }
    bool relu = low == 0 && high == FLT_MAX;
    return tfl_onnx_add_elementwise(builder, node, x, relu ? "relu" : "clip", relu ? NULL : &bounds, err);
}

TFL_ONNX_CONVERTER(clip)
{
    tfl_onnx_value *x;
    double low, high;
    bool has_low, has_high;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = read_bound(builder, node, "min", 1, &low, &has_low, err)) != TFL_OK ||
        (status = read_bound(builder, node, "max", 2, &high, &has_high, err)) != TFL_OK) {
        return status;
    }
    if (!has_low && !has_high) {
        return tfl_onnx_op_identity(builder, node, err);
    }
    return set_clipped(builder, node, x, has_low ? (float)low : -FLT_MAX, has_high ? (float)high : FLT_MAX, err);
}

/* Max or Min of a varying value and one number, which is how some exporters write a ReLU or Clip. */
TFL_ONNX_CONVERTER(bound)
{
    bool from_below = strcmp(node->operator->name, "Max") == 0;
    const tfl_onnx_value *first = tfl_onnx_input(builder, node, 0);
    unsigned constant = first != NULL && first->tensor != NULL ? 0 : 1;
    const tfl_onnx_tensor *bound;
    tfl_onnx_value *x;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 1 - constant, &x, err)) != TFL_OK ||
        (status = tfl_onnx_constant(builder, node, constant, "bound", &bound, err)) != TFL_OK) {
        return status;
    }
    if (bound == NULL || bound->size != 1 || bound->dims.rank > x->dims.rank) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "only the %s of a value and one constant number is supported",
                        from_below ? "maximum" : "minimum");
    }
    float number = (float)tfl_onnx_tensor_get(bound, 0);
    return set_clipped(builder, node, x, from_below ? number : -FLT_MAX, from_below ? FLT_MAX : number, err);
}

/* A scale of the node's input, or of what it has made so far. */
static tfl_status scale_by(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *x, double factor,
                           double shift, tfl_error *err)
{
    tfl_onnx_tensor *number[2];
    for (unsigned i = 0; i < 2; i++) {
        tfl_status status = tfl_onnx_new_tensor(builder, &(tfl_onnx_dims){.rank = 0}, false, &number[i], err);
        if (status != TFL_OK) {
            return status;
        }
        number[i]->number[0] = (float)(i == 0 ? factor : shift);
    }
    return tfl_onnx_scale(builder, node, x, number[0], number[1], err);
}

/* alpha x + beta between 0 and 1; HardSwish is x times that with 1/6 and 1/2. */
TFL_ONNX_CONVERTER(hard_sigmoid)
{
    bool swish = strcmp(node->operator->name, "HardSwish") == 0;
    tfl_onnx_value *made = &builder->value[node->output[0]], *x, gate;
    unsigned layer[2], out;
    double alpha = swish ? 1.0 / 6.0 : (double)tfl_onnx_float(node, "alpha", 0.2F);
    double beta = swish ? 0.5 : (double)tfl_onnx_float(node, "beta", 0.5F);
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &x, err)) != TFL_OK ||
        (status = tfl_onnx_layer(builder, x, NULL, &layer[0], err)) != TFL_OK ||
        (status = scale_by(builder, node, x, alpha, beta, err)) != TFL_OK ||
        (status = set_clipped(builder, node, made, 0, 1, err)) != TFL_OK || !swish) {
        return status;
    }
    gate = *made;
    layer[1] = (unsigned)gate.layer;
    status = tfl_onnx_add(builder, node->name, "mul", layer, 2, NULL, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, out, &gate.dims);
    }
    return status;
}

/* alpha times the Elu of x / alpha. */
TFL_ONNX_CONVERTER(celu)
{
    tfl_onnx_value *made = &builder->value[node->output[0]], *x;
    double alpha = (double)tfl_onnx_float(node, "alpha", 1);
    tfl_status status = tfl_onnx_varying(builder, node, 0, &x, err);
    if (status == TFL_OK && !(alpha > 0 && isfinite((float)(1 / alpha)))) { /* below 0 it is another function */
        status = tfl_fail(err, TFL_EUNSUPPORTED, "its alpha is %g; numbers from 1e-38 on are supported", alpha);
    }
    if (status != TFL_OK || alpha == 1) {
        return status == TFL_OK ? tfl_onnx_add_elementwise(builder, node, x, "elu", NULL, err) : status;
    }
    if ((status = scale_by(builder, node, x, 1 / alpha, 0, err)) != TFL_OK ||
        (status = tfl_onnx_add_elementwise(builder, node, made, "elu", NULL, err)) != TFL_OK) {
        return status;
    }
    return scale_by(builder, node, made, alpha, 0, err);
}

/* ---------------------------------------------------------------- nothing at inference */

TFL_ONNX_CONVERTER(dropout)
{
    const tfl_onnx_value *in = tfl_onnx_input(builder, node, 0);
    const tfl_onnx_tensor *ratio, *training;
    tfl_onnx_value *x;
    tfl_status status;
    if ((status = tfl_onnx_constant(builder, node, 1, "ratio", &ratio, err)) != TFL_OK ||
        (status = tfl_onnx_constant(builder, node, 2, "training_mode", &training, err)) != TFL_OK) {
        return status;
    }
    if (training != NULL && training->size == 1 && tfl_onnx_tensor_get(training, 0) != 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "it is in training mode; export the network for inference");
    }
    tfl_dropout_parameters dropout = {.rate = tfl_onnx_float(node, "ratio", 0.5F)};
    if (ratio != NULL && ratio->size == 1) {
        dropout.rate = (float)tfl_onnx_tensor_get(ratio, 0);
    }
    if ((in != NULL && in->tensor != NULL) || dropout.rate == 0) {
        return tfl_onnx_op_identity(builder, node, err);
    }
    status = tfl_onnx_varying(builder, node, 0, &x, err);
    return status == TFL_OK ? tfl_onnx_add_elementwise(builder, node, x, "dropout", &dropout, err) : status;
}
