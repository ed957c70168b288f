/* onnx_op_arithmetic.c: sums, products and powers of constants, of layers, and of both. */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <math.h>
#include <string.h>

typedef enum operation { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW, OP_EQUAL, OPERATIONS } operation;

static const char *const operation_names[OPERATIONS] = {"Add", "Sub", "Mul", "Div", "Pow", "Equal"};

static operation find_operation(const tfl_onnx_node *node)
{
    operation op = OP_ADD;
    while (op < OPERATIONS && strcmp(node->operator->name, operation_names[op]) != 0) {
        op++;
    }
    return op;
}

/* The dimensions of both operands broadcast together. */
static tfl_status broadcast(const tfl_onnx_dims *a, const tfl_onnx_dims *b, tfl_onnx_dims *out, tfl_error *err)
{
    char left[TFL_ONNX_TEXT_SIZE], right[TFL_ONNX_TEXT_SIZE];
    if (!tfl_onnx_dims_broadcast(a, b, out)) {
        return tfl_fail(err, TFL_EINPUT, "operands of dimensions %s and %s do not fit together",
                        tfl_onnx_dims_text(a, left), tfl_onnx_dims_text(b, right));
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- constants */

static double compute(operation op, double a, double b, bool integer)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUB:
        return a - b;
    case OP_MUL:
        return a * b;
    case OP_DIV:
        return integer ? trunc(a / b) : a / b;
    case OP_POW:
        return pow(a, b);
    case OP_EQUAL:
        return a == b;
    case OPERATIONS:
        break;
    }
    return (double)NAN;
}

static tfl_status fold(tfl_onnx_builder *builder, const tfl_onnx_node *node, operation op, const tfl_onnx_tensor *a,
                       const tfl_onnx_tensor *b, tfl_error *err)
{
    tfl_onnx_dims dims;
    tfl_onnx_tensor *out;
    size_t *from_a, *from_b;
    bool integer = a->integer != NULL && b->integer != NULL;
    tfl_status status = broadcast(&a->dims, &b->dims, &dims, err);
    if (status != TFL_OK ||
        (status = tfl_onnx_new_tensor(builder, &dims, integer || op == OP_EQUAL, &out, err)) != TFL_OK ||
        (status = tfl_onnx_allocate(builder, out->size, sizeof *from_a, &from_a, err)) != TFL_OK ||
        (status = tfl_onnx_allocate(builder, out->size, sizeof *from_b, &from_b, err)) != TFL_OK) {
        return status;
    }
    tfl_onnx_dims_spread(&a->dims, &dims, from_a);
    tfl_onnx_dims_spread(&b->dims, &dims, from_b);
    for (size_t i = 0; i < out->size; i++) {
        double value = compute(op, tfl_onnx_tensor_get(a, from_a[i]), tfl_onnx_tensor_get(b, from_b[i]), integer);
        if (!isfinite(value) || (out->number != NULL && !isfinite((float)value))) {
            return tfl_fail(err, TFL_EINPUT, "its constants give a number that is not finite");
        }
        tfl_onnx_tensor_set(out, i, value);
    }
    tfl_onnx_set_constant(builder, node, out);
    return TFL_OK;
}

/* ---------------------------------------------------------------- layers and constants */

/* How many numbers say all of values[size], which lie [channels][size / channels]: 1, channels or size. */
static size_t find_period(const float *values, size_t size, size_t channels)
{
    size_t per_channel = size / channels;
    bool one = true;
    for (size_t i = 0; i < size; i++) {
        if (values[i] != values[i - i % per_channel]) {
            return size;
        }
        one = one && values[i] == values[0];
    }
    return one ? 1 : channels;
}

/* The constants (otherwise where there are none) as they meet the elements of dims. */
static tfl_status spread(tfl_onnx_builder *builder, const tfl_onnx_tensor *tensor, float otherwise,
                         const tfl_onnx_dims *dims, size_t size, float **out, tfl_error *err)
{
    size_t *from;
    tfl_status status = tfl_onnx_allocate(builder, size, sizeof **out, out, err);
    if (status != TFL_OK || (status = tfl_onnx_allocate(builder, size, sizeof *from, &from, err)) != TFL_OK) {
        return status;
    }
    if (tensor != NULL) {
        tfl_onnx_dims_spread(&tensor->dims, dims, from);
    }
    for (size_t i = 0; i < size; i++) {
        (*out)[i] = tensor != NULL ? (float)tfl_onnx_tensor_get(tensor, from[i]) : otherwise;
    }
    return TFL_OK;
}

tfl_status tfl_onnx_scale(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *value,
                          const tfl_onnx_tensor *factor, const tfl_onnx_tensor *shift, tfl_error *err)
{
    tfl_onnx_value wide;
    tfl_onnx_dims dims = value->dims;
    unsigned layer;
    float *factors, *shifts = NULL;
    tfl_status status = TFL_OK;
    if ((factor != NULL && (status = broadcast(&dims, &factor->dims, &dims, err)) != TFL_OK) ||
        (shift != NULL && (status = broadcast(&dims, &shift->dims, &dims, err)) != TFL_OK)) {
        return status;
    }
    if (!tfl_onnx_dims_equal(&dims, &value->dims)) {
        if (dims.rank == value->dims.rank && value->dims.dim[0] == 1 && tfl_onnx_names_batch(builder, &dims)) {
            return tfl_fail(err, TFL_EUNSUPPORTED,
                            "its constants are for each of the %zu sequences of a batch; export the network for one sequence, or for any number",
                            dims.dim[0]);
        }
        if ((status = tfl_onnx_expand(builder, value, &dims, node->name, &wide, err)) != TFL_OK) {
            return status;
        }
        value = &wide;
    }
    if ((status = tfl_onnx_layer(builder, value, NULL, &layer, err)) != TFL_OK) {
        return status;
    }
    const tfl_layer *from = &builder->graph->layer[layer];
    size_t size = from->size, channels = from->shape.dim[0];
    if ((status = spread(builder, factor, 1, &dims, size, &factors, err)) != TFL_OK ||
        (shift != NULL && (status = spread(builder, shift, 0, &dims, size, &shifts, err)) != TFL_OK)) {
        return status;
    }
    size_t n = find_period(factors, size, channels), m = shifts != NULL ? find_period(shifts, size, channels) : 1;
    tfl_scale_parameters scale = {.n = n > m ? n : m, .factor = factors, .shift = shifts};
    for (size_t i = 0; i < scale.n; i++) { /* one of each period, moved to the front */
        factors[i] = factors[i * (size / scale.n)];
        if (shifts != NULL) {
            shifts[i] = shifts[i * (size / scale.n)];
        }
    }
    status = tfl_onnx_add(builder, node->name, "scale", &layer, 1, &scale, &layer, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, layer, &dims);
    }
    return status;
}

/* A constant as the factor or shift of a scale: times sign, or one over it. */
static tfl_status change_constant(tfl_onnx_builder *builder, const tfl_onnx_tensor *from, bool invert, double sign,
                                  const tfl_onnx_tensor **out, tfl_error *err)
{
    tfl_onnx_tensor *made;
    tfl_status status = tfl_onnx_new_tensor(builder, &from->dims, false, &made, err);
    for (size_t i = 0; status == TFL_OK && i < from->size; i++) {
        double value = tfl_onnx_tensor_get(from, i);
        value = invert ? 1 / value : sign * value;
        if (!isfinite((float)value)) {
            return tfl_fail(err, TFL_EINPUT, "it divides by %g", tfl_onnx_tensor_get(from, i));
        }
        made->number[i] = (float)value;
    }
    *out = made;
    return status;
}

/* Whether the layer behind a value is for that value alone: each value on the way to it, which reshapes may have renamed, is used once. */
static bool is_only_user(const tfl_onnx_builder *builder, size_t value)
{
    const tfl_model *model = builder->model;
    size_t layer = builder->value[value].layer;
    while (value != TFL_ONNX_NONE && builder->value[value].layer == layer) {
        const tfl_onnx_source *source = &model->value[value];
        if (source->uses != 1 || source->producer == TFL_ONNX_NONE) {
            return false;
        }
        value = model->node[source->producer].input[0];
    }
    return true;
}

/* Puts the constants of an Add into the bias of the matrix product before it, where that is used here alone. */
static bool add_bias(tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k, const tfl_onnx_tensor *tensor)
{
    const tfl_onnx_value *value = tfl_onnx_input(builder, node, k);
    tfl_layer *layer = &builder->graph->layer[value->layer];
    tfl_weights weights[2];
    if (value->source != NULL || strcmp(layer->kind->name, "dense") != 0 || !is_only_user(builder, node->input[k])) {
        return false;
    }
    size_t n = layer->kind->weights(layer, weights, 2), out = value->dims.dim[value->dims.rank - 1];
    if (n != 2 || weights[1].size != out || tensor->dims.rank > value->dims.rank ||
        (tensor->size != 1 && (tensor->size != out || tensor->dims.dim[tensor->dims.rank - 1] != out))) {
        return false;
    }
    for (size_t i = 0; i < out; i++) {
        weights[1].value[i] += (float)tfl_onnx_tensor_get(tensor, tensor->size == 1 ? 0 : i);
    }
    tfl_onnx_set_value(builder, node, value);
    return true;
}

/* x op constant, or constant op x where reversed; x is input k. */
static tfl_status with_constant(tfl_onnx_builder *builder, const tfl_onnx_node *node, operation op, unsigned k,
                                const tfl_onnx_tensor *constant, tfl_error *err)
{
    bool reversed = k == 1;
    const tfl_onnx_tensor *factor = NULL, *shift = NULL;
    tfl_onnx_tensor *minus;
    tfl_onnx_value *x;
    tfl_status status = tfl_onnx_varying(builder, node, k, &x, err);
    if (status != TFL_OK) {
        return status;
    }
    switch (op) {
    case OP_ADD:
        if (add_bias(builder, node, k, constant)) {
            return TFL_OK;
        }
        return tfl_onnx_scale(builder, node, x, NULL, constant, err);
    case OP_SUB:
        if (!reversed) {
            status = change_constant(builder, constant, false, -1, &shift, err);
            return status == TFL_OK ? tfl_onnx_scale(builder, node, x, NULL, shift, err) : status;
        }
        if ((status = tfl_onnx_new_tensor(builder, &(tfl_onnx_dims){.rank = 0}, false, &minus, err)) != TFL_OK) {
            return status;
        }
        minus->number[0] = -1;
        return tfl_onnx_scale(builder, node, x, minus, constant, err);
    case OP_MUL:
        return tfl_onnx_scale(builder, node, x, constant, NULL, err);
    case OP_DIV:
        if (!reversed) {
            status = change_constant(builder, constant, true, 1, &factor, err);
            return status == TFL_OK ? tfl_onnx_scale(builder, node, x, factor, NULL, err) : status;
        }
        if ((status = tfl_onnx_add_elementwise(builder, node, x, "reciprocal", NULL, err)) != TFL_OK) {
            return status;
        }
        return tfl_onnx_scale(builder, node, &builder->value[node->output[0]], constant, NULL, err);
    case OP_POW:
        if (!reversed && constant->size == 1) {
            tfl_activation_parameters power = {.alpha = (float)tfl_onnx_tensor_get(constant, 0)};
            tfl_onnx_dims dims;
            if ((status = broadcast(&x->dims, &constant->dims, &dims, err)) == TFL_OK &&
                (status = tfl_onnx_add_elementwise(builder, node, x, "power", &power, err)) == TFL_OK) {
                builder->value[node->output[0]].dims = dims; /* (1, 1, 1) makes more axes of 1 */
            }
            return status;
        }
        return tfl_fail(err, TFL_EUNSUPPORTED, "only powers with one constant exponent are supported");
    case OP_EQUAL:
    case OPERATIONS:
        break;
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "comparing values computed from the sequence is not supported");
}

/* ---------------------------------------------------------------- layers */

/* kind(a, b) of two varying values, brought to one shape. */
static tfl_status combine(tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *kind, tfl_onnx_value *a,
                          tfl_onnx_value *b, tfl_error *err)
{
    tfl_onnx_dims dims;
    tfl_onnx_value *operand[2] = {a, b}, wide[2];
    tfl_shape shape;
    unsigned layer[2], out;
    tfl_status status = broadcast(&a->dims, &b->dims, &dims, err);
    for (int k = 0; k < 2 && status == TFL_OK; k++) {
        if (!tfl_onnx_dims_equal(&operand[k]->dims, &dims)) {
            if ((status = tfl_onnx_expand(builder, operand[k], &dims, node->name, &wide[k], err)) != TFL_OK) {
                return status;
            }
            operand[k] = &wide[k];
        }
        status = tfl_onnx_layer(builder, operand[k], k == 0 ? NULL : &shape, &layer[k], err);
        if (status == TFL_OK) {
            shape = builder->graph->layer[layer[0]].shape;
        }
    }
    if (status == TFL_OK && (status = tfl_onnx_add(builder, node->name, kind, layer, 2, NULL, &out, err)) == TFL_OK) {
        tfl_onnx_set_layer(builder, node, out, &dims);
    }
    return status;
}

static tfl_status combine_inputs(tfl_onnx_builder *builder, const tfl_onnx_node *node, operation op, tfl_error *err)
{
    static const char *const kind[OPERATIONS] = {"add", "sub", "mul", "mul", NULL, NULL};
    tfl_onnx_value *a, *b, inverse;
    unsigned layer;
    tfl_status status;
    if ((status = tfl_onnx_varying(builder, node, 0, &a, err)) != TFL_OK ||
        (status = tfl_onnx_varying(builder, node, 1, &b, err)) != TFL_OK) {
        return status;
    }
    if (kind[op] == NULL) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "two values computed from the sequence are not supported here");
    }
    if (op == OP_DIV) { /* a times one over b */
        if ((status = tfl_onnx_layer(builder, b, NULL, &layer, err)) != TFL_OK ||
            (status = tfl_onnx_add(builder, node->name, "reciprocal", &layer, 1, NULL, &layer, err)) != TFL_OK) {
            return status;
        }
        inverse = *b;
        inverse.layer = layer;
        b = &inverse;
    }
    return combine(builder, node, kind[op], a, b, err);
}

/* An operand that no layer computes (Erf): perhaps the rest of a Gelu follows. */
static tfl_status pass_pending(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *a,
                               const tfl_onnx_value *b, tfl_error *err)
{
    tfl_onnx_dims dims;
    tfl_status status = broadcast(&a->dims, &b->dims, &dims, err);
    if (status == TFL_OK) {
        tfl_onnx_set_pending(builder, node, a->pending != NULL ? a->pending : b->pending, &dims);
    }
    return status;
}

TFL_ONNX_CONVERTER(arithmetic)
{
    operation op = find_operation(node);
    const tfl_onnx_value *a = tfl_onnx_input(builder, node, 0), *b = tfl_onnx_input(builder, node, 1);
    tfl_onnx_value *x;
    const char *kind;
    if (a == NULL || b == NULL) {
        return tfl_fail(err, TFL_EINPUT, "one of its inputs is missing");
    }
    if (a->tensor != NULL && b->tensor != NULL) {
        return fold(builder, node, op, a->tensor, b->tensor, err);
    }
    if ((op == OP_MUL || op == OP_DIV) && tfl_onnx_gelu_find(builder, node, &x, &kind)) {
        return tfl_onnx_add_elementwise(builder, node, x, kind, NULL, err);
    }
    if ((a->pending != NULL || b->pending != NULL) && op <= OP_DIV) {
        return pass_pending(builder, node, a, b, err);
    }
    if (a->tensor == NULL && b->tensor == NULL) {
        return combine_inputs(builder, node, op, err);
    }
    return a->tensor != NULL ? with_constant(builder, node, op, 1, a->tensor, err)
                             : with_constant(builder, node, op, 0, b->tensor, err);
}

/* All inputs in the shape of the first, and one layer. */
static tfl_status sum_inputs(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_error *err)
{
    unsigned layer[TFL_MAX_INPUTS], out;
    tfl_onnx_value *value;
    tfl_shape shape;
    for (unsigned k = 0; k < node->proto->n_input; k++) {
        tfl_status status = tfl_onnx_varying(builder, node, k, &value, err);
        if (status == TFL_OK) {
            status = tfl_onnx_layer(builder, value, k == 0 ? NULL : &shape, &layer[k], err);
        }
        if (status != TFL_OK) {
            return status;
        }
        shape = builder->graph->layer[layer[0]].shape;
    }
    const tfl_onnx_dims dims = tfl_onnx_input(builder, node, 0)->dims;
    tfl_status status =
        tfl_onnx_add(builder, node->name, "add", layer, (unsigned)node->proto->n_input, NULL, &out, err);
    if (status == TFL_OK) {
        tfl_onnx_set_layer(builder, node, out, &dims);
    }
    return status;
}

/* Inputs that need broadcasting are added one after the other. */
TFL_ONNX_CONVERTER(sum)
{
    bool equal = node->proto->n_input > 1 && node->proto->n_input <= TFL_MAX_INPUTS;
    for (unsigned k = 0; k < node->proto->n_input; k++) {
        const tfl_onnx_value *first = tfl_onnx_input(builder, node, 0), *value = tfl_onnx_input(builder, node, k);
        equal = equal && first != NULL && value != NULL && tfl_onnx_dims_equal(&first->dims, &value->dims);
    }
    if (equal) {
        return sum_inputs(builder, node, err);
    }
    tfl_status status = tfl_onnx_op_identity(builder, node, err);
    for (unsigned k = 1; k < node->proto->n_input && status == TFL_OK; k++) {
        tfl_onnx_value so_far = builder->value[node->output[0]];
        tfl_onnx_value *a, *b;
        if ((status = tfl_onnx_varying(builder, node, 0, &a, err)) == TFL_OK &&
            (status = tfl_onnx_varying(builder, node, k, &b, err)) == TFL_OK) {
            status = combine(builder, node, "add", &so_far, b, err);
        }
    }
    return status;
}

TFL_ONNX_CONVERTER(negative)
{
    const tfl_onnx_value *value = tfl_onnx_input(builder, node, 0);
    tfl_onnx_tensor *minus;
    tfl_onnx_value *x;
    tfl_status status =
        tfl_onnx_new_tensor(builder, &(tfl_onnx_dims){.rank = 0},
                            value != NULL && value->tensor != NULL && value->tensor->integer != NULL, &minus, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_onnx_tensor_set(minus, 0, -1);
    if (value != NULL && value->tensor != NULL) {
        return fold(builder, node, OP_MUL, value->tensor, minus, err);
    }
    status = tfl_onnx_varying(builder, node, 0, &x, err);
    return status == TFL_OK ? tfl_onnx_scale(builder, node, x, minus, NULL, err) : status;
}
