/*
 * onnx_write.c: a graph as ONNX. A layer of shape S puts out the value (N, S…); each kind is a row of a table, and what
 * it writes the reader turns back into the same layer, number for number.
 *
 * Nodes and weights are packed one by one behind each other: a message is the sum of its pieces, whatever their order.
 */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"
#include "tflift/row.h"
#include "tflift/version.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPSET = 13, OPSET_DILATED_MEAN = 19, IR_VERSION = 8, MAX_ATTRIBUTES = 8, NAME_SIZE = 512 };
enum { TYPE_FLOAT = 1, TYPE_INT64 = 7 }; /* TensorProto.DataType */
enum {
    ATTRIBUTE_FLOAT = 1,
    ATTRIBUTE_INT = 2,
    ATTRIBUTE_FLOATS = 6,
    ATTRIBUTE_INTS = 7
}; /* AttributeProto.AttributeType */

typedef struct buffer {
    unsigned char *bytes;
    size_t size, capacity;
} buffer;

/* After the first failure nothing more is written. */
typedef struct writer {
    const tfl_graph *graph;
    int opset;
    buffer body;        /* the graph's nodes and weights */
    tfl_table *names;   /* of values */
    const char **value; /* [n_layers] what each layer puts out */
    bool *spatial;      /* [n_layers] whether its size depends on the sequence's length */
    tfl_status status;
    tfl_error *err;
} writer;

/* ---------------------------------------------------------------- bytes */

/* Room for size more bytes; NULL after a failure. */
static unsigned char *reserve(writer *w, buffer *to, size_t size)
{
    if (w->status == TFL_OK) {
        w->status = TFL_GROW(to->bytes, &to->capacity, to->size + size, "the model's file", w->err);
    }
    if (w->status != TFL_OK) {
        return NULL;
    }
    to->size += size;
    return to->bytes + to->size - size;
}

static void put_varint(writer *w, buffer *to, uint64_t value)
{
    for (bool more = true; more; value >>= 7) {
        unsigned char *byte = reserve(w, to, 1);
        more = value > 127 && byte != NULL;
        if (byte != NULL) {
            *byte = (unsigned char)((value & 127) | (more ? 128 : 0));
        }
    }
}

/* Field field of the message that parent describes: bytes with their length in front. */
static unsigned char *put_field(writer *w, buffer *to, const ProtobufCMessageDescriptor *parent, const char *field,
                                size_t size)
{
    enum { LENGTH_DELIMITED = 2 };
    put_varint(w, to,
               (uint64_t)protobuf_c_message_descriptor_get_field_by_name(parent, field)->id << 3 | LENGTH_DELIMITED);
    put_varint(w, to, size);
    return reserve(w, to, size);
}

static void put_message(writer *w, buffer *to, const ProtobufCMessageDescriptor *parent, const char *field,
                        const ProtobufCMessage *message)
{
    unsigned char *bytes = put_field(w, to, parent, field, protobuf_c_message_get_packed_size(message));
    if (bytes != NULL) {
        (void)protobuf_c_message_pack(message, bytes);
    }
}

/* ---------------------------------------------------------------- names, weights, nodes */

/* A new name for a value, like wanted; owned by the writer. "" after a failure. */
TFL_PRINTF(2, 3) static const char *make_name(writer *w, const char *format, ...)
{
    char wanted[NAME_SIZE], name[NAME_SIZE + 24];
    size_t index = 0;
    bool added = false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wanted, sizeof wanted, format, arguments);
    va_end(arguments);
    for (size_t i = tfl_table_size(w->names); w->status == TFL_OK && !added; i++) {
        snprintf(name, sizeof name, tfl_table_find(w->names, wanted, NULL) ? "%s#%zu" : "%s", wanted, i);
        w->status = tfl_table_add(w->names, name, &index, &added, w->err);
    }
    return w->status == TFL_OK ? tfl_table_name(w->names, index) : "";
}

/* One array of constants; the values are copied by put, byte by byte little-endian. */
static void put_tensor(writer *w, const char *name, int32_t type, const tfl_shape *shape, unsigned char *raw,
                       size_t size)
{
    Tfl__Onnx__Tensor tensor = TFL__ONNX__TENSOR__INIT;
    int64_t dims[TFL_MAX_RANK + 1];
    for (unsigned i = 0; i < shape->rank; i++) {
        dims[i] = (int64_t)shape->dim[i];
    }
    tensor.dims = dims;
    tensor.n_dims = shape->rank;
    tensor.has_data_type = 1;
    tensor.data_type = type;
    tensor.name = (char *)name;
    tensor.has_raw_data = 1;
    tensor.raw_data = (ProtobufCBinaryData){size, raw};
    put_message(w, &w->body, &tfl__onnx__graph__descriptor, "initializer", &tensor.base);
}

static void put_little_endian(unsigned char *to, uint64_t bits, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        to[i] = (unsigned char)(bits >> (8 * i));
    }
}

/* The values as an initializer called name. */
static const char *put_floats(writer *w, const char *name, const tfl_shape *shape, const float *values)
{
    size_t n = tfl_shape_size(shape);
    buffer raw = {NULL, 0, 0};
    unsigned char *bytes = reserve(w, &raw, 4 * n);
    for (size_t i = 0; bytes != NULL && i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put_little_endian(bytes + 4 * i, bits, 4);
    }
    put_tensor(w, name, TYPE_FLOAT, shape, raw.bytes, raw.size);
    free(raw.bytes);
    return name;
}

static const char *put_scalar(writer *w, const char *name, float value)
{
    return put_floats(w, name, &(tfl_shape){.rank = 0}, &value);
}

static const char *put_integers(writer *w, const char *name, size_t n, const int64_t *values)
{
    buffer raw = {NULL, 0, 0};
    unsigned char *bytes = reserve(w, &raw, 8 * n);
    for (size_t i = 0; bytes != NULL && i < n; i++) {
        put_little_endian(bytes + 8 * i, (uint64_t)values[i], 8);
    }
    put_tensor(w, name, TYPE_INT64, &(tfl_shape){.rank = 1, .dim = {n}}, raw.bytes, raw.size);
    free(raw.bytes);
    return name;
}

typedef struct attributes {
    size_t n;
    Tfl__Onnx__Attribute item[MAX_ATTRIBUTES];
    int64_t integers[MAX_ATTRIBUTES][2 * TFL_MAX_RANK];
} attributes;

static Tfl__Onnx__Attribute *add_attribute(attributes *list, const char *name, int32_t type)
{
    Tfl__Onnx__Attribute *attribute = &list->item[list->n++];
    tfl__onnx__attribute__init(attribute);
    attribute->name = (char *)name;
    attribute->has_type = 1;
    attribute->type = type;
    return attribute;
}

static void add_integer(attributes *list, const char *name, int64_t value)
{
    Tfl__Onnx__Attribute *attribute = add_attribute(list, name, ATTRIBUTE_INT);
    attribute->has_i = 1;
    attribute->i = value;
}

static void add_float(attributes *list, const char *name, float value)
{
    Tfl__Onnx__Attribute *attribute = add_attribute(list, name, ATTRIBUTE_FLOAT);
    attribute->has_f = 1;
    attribute->f = value;
}

/* The n integers that follow in list->integers[number of the attribute]. */
static void add_integers(attributes *list, const char *name, size_t n, const size_t *values)
{
    int64_t *copy = list->integers[list->n];
    Tfl__Onnx__Attribute *attribute = add_attribute(list, name, ATTRIBUTE_INTS);
    for (size_t i = 0; i < n; i++) {
        copy[i] = (int64_t)values[i];
    }
    attribute->ints = copy;
    attribute->n_ints = n;
}

/* One node; list may be NULL. Returns its output. */
static const char *put_node(writer *w, const char *operator, const char * name, const char *const *input,
                            size_t n_inputs, const char *output, attributes *list)
{
    Tfl__Onnx__Node node = TFL__ONNX__NODE__INIT;
    Tfl__Onnx__Attribute *pointer[MAX_ATTRIBUTES];
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        pointer[i] = &list->item[i];
    }
    node.op_type = (char *)operator;
    node.name = (char *)name;
    node.input = (char **)(uintptr_t)input;
    node.n_input = n_inputs;
    node.output = (char **)(uintptr_t)&output;
    node.n_output = 1;
    node.attribute = pointer;
    node.n_attribute = list != NULL ? list->n : 0;
    put_message(w, &w->body, &tfl__onnx__graph__descriptor, "node", &node.base);
    return output;
}

static const char *put_unary(writer *w, const char *operator, const char * name, const char *input, const char *output)
{
    return put_node(w, operator, name, &input, 1, output, NULL);
}

static const char *put_binary(writer *w, const char *operator, const char * name, const char *a, const char *b,
                              const char *output)
{
    return put_node(w, operator, name, (const char *[]){a, b}, 2, output, NULL);
}

/* A step on the way to a layer's output, named after it. */
static const char *put_step(writer *w, const char *operator, const tfl_layer * layer, const char *a, const char *b)
{
    const char *name = make_name(w, "%s/%s", layer->name, operator);
    return put_binary(w, operator, name, a, b, name);
}

/* The value as (N, shape…); shape NULL: (N, everything). */
static const char *put_reshape(writer *w, const char *name, const char *input, const tfl_shape *shape,
                               const char *output)
{
    int64_t dims[TFL_MAX_RANK + 1] = {0, -1}; /* 0: as it is, -1: what is left */
    size_t n = shape != NULL ? shape->rank + 1 : 2;
    for (size_t i = 1; shape != NULL && i < n; i++) {
        dims[i] = (int64_t)shape->dim[i - 1];
    }
    return put_binary(w, "Reshape", name, input, put_integers(w, make_name(w, "%s.shape", name), n, dims), output);
}

/* ---------------------------------------------------------------- the kinds */

typedef void write_kind(writer *w, const tfl_layer *layer, const char *const *in, const char *out);

/* kernel, stride … of as many spatial axes as the layer has: the last is index 1. */
static void add_axes(attributes *list, const tfl_layer *layer, const char *name, const size_t value[2])
{
    size_t axes = layer->input_shape[0].rank - 1;
    add_integers(list, name, axes, value + 2 - axes);
}

static void add_pads(attributes *list, const tfl_layer *layer, const size_t before[2], const size_t after[2])
{
    size_t axes = layer->input_shape[0].rank - 1, pads[4];
    memcpy(pads, before + 2 - axes, axes * sizeof *pads);
    memcpy(pads + axes, after + 2 - axes, axes * sizeof *pads);
    add_integers(list, "pads", 2 * axes, pads);
}

static void write_conv(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_conv_parameters *p = tfl_layer_parameters(layer);
    const tfl_shape *from = &layer->input_shape[0];
    tfl_shape weight = {.rank = from->rank + 1, .dim = {p->out_channels, from->dim[0] / p->groups, p->kernel[1]}};
    if (from->rank == 3) {
        weight.dim[2] = p->kernel[0];
        weight.dim[3] = p->kernel[1];
    }
    tfl_shape bias = {.rank = 1, .dim = {p->out_channels}};
    const char *input[3] = {in[0], put_floats(w, make_name(w, "%s.weight", layer->name), &weight, p->weight), NULL};
    if (p->bias != NULL) {
        input[2] = put_floats(w, make_name(w, "%s.bias", layer->name), &bias, p->bias);
    }
    attributes list = {.n = 0};
    add_axes(&list, layer, "kernel_shape", p->kernel);
    add_axes(&list, layer, "strides", p->stride);
    add_axes(&list, layer, "dilations", p->dilation);
    add_pads(&list, layer, p->pad_before, p->pad_after);
    add_integer(&list, "group", (int64_t)p->groups);
    put_node(w, "Conv", layer->name, input, p->bias != NULL ? 3 : 2, out, &list);
}

/* Of a vector a Gemm; of rows, (N, rows, F), a MatMul with the transposed matrix. */
static void write_dense(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_dense_parameters *p = tfl_layer_parameters(layer);
    size_t inputs = layer->input_shape[0].dim[layer->input_shape[0].rank - 1];
    const char *weight = make_name(w, "%s.weight", layer->name),
               *bias = p->bias != NULL ? make_name(w, "%s.bias", layer->name) : NULL;
    if (bias != NULL) {
        put_floats(w, bias, &(tfl_shape){.rank = 1, .dim = {p->out}}, p->bias);
    }
    if (layer->shape.rank == 1) {
        attributes list = {.n = 0};
        add_integer(&list, "transB", 1);
        put_floats(w, weight, &(tfl_shape){.rank = 2, .dim = {p->out, inputs}}, p->weight);
        put_node(w, "Gemm", layer->name, (const char *[]){in[0], weight, bias}, bias != NULL ? 3 : 2, out, &list);
        return;
    }
    float *turned = tfl_alloc_floats(inputs * p->out);
    if (turned == NULL) {
        w->status = w->status == TFL_OK ? tfl_fail_memory(w->err, "weights") : w->status;
        return;
    }
    for (size_t i = 0; i < inputs * p->out; i++) {
        turned[i] = p->weight[i % p->out * inputs + i / p->out];
    }
    put_floats(w, weight, &(tfl_shape){.rank = 2, .dim = {inputs, p->out}}, turned);
    free(turned);
    const char *product = bias != NULL ? make_name(w, "%s/MatMul", layer->name) : out;
    put_binary(w, "MatMul", layer->name, in[0], weight, product);
    if (bias != NULL) {
        put_binary(w, "Add", make_name(w, "%s/Add", layer->name), product, bias, out);
    }
}

/* Kinds that are one operator of the same meaning, perhaps with one or two constants. */
static const struct {
    const char *kind, *operator, * alpha, *beta;
} functions[] = {
    {"relu", "Relu", NULL, NULL},
    {"leaky-relu", "LeakyRelu", "alpha", NULL},
    {"elu", "Elu", "alpha", NULL},
    {"selu", "Selu", "alpha", "gamma"},
    {"sigmoid", "Sigmoid", NULL, NULL},
    {"tanh", "Tanh", NULL, NULL},
    {"softplus", "Softplus", NULL, NULL},
    {"exp", "Exp", NULL, NULL},
    {"log", "Log", NULL, NULL},
    {"reciprocal", "Reciprocal", NULL, NULL},
    {"sqrt", "Sqrt", NULL, NULL},
    {"abs", "Abs", NULL, NULL},
    {"global-average-pool", "GlobalAveragePool", NULL, NULL},
    {"global-max-pool", "GlobalMaxPool", NULL, NULL},
    {"sub", "Sub", NULL, NULL},
    {"mul", "Mul", NULL, NULL},
};

static void write_function(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    size_t row = 0;
    while (strcmp(functions[row].kind, layer->kind->name) != 0) {
        row++;
    }
    attributes list = {.n = 0};
    if (functions[row].alpha != NULL) {
        const tfl_activation_parameters *p = tfl_layer_parameters(layer);
        add_float(&list, functions[row].alpha, p->alpha);
        if (functions[row].beta != NULL) {
            add_float(&list, functions[row].beta, p->beta);
        }
    }
    put_node(w, functions[row].operator, layer->name, in, layer->n_inputs, out, &list);
}

static void write_power(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_activation_parameters *p = tfl_layer_parameters(layer);
    put_binary(w, "Pow", layer->name, in[0], put_scalar(w, make_name(w, "%s.exponent", layer->name), p->alpha), out);
}

static void write_clip(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_activation_parameters *p = tfl_layer_parameters(layer);
    const char *const inputs[] = {in[0], put_scalar(w, make_name(w, "%s.min", layer->name), p->alpha),
                                  put_scalar(w, make_name(w, "%s.max", layer->name), p->beta)};
    attributes none = {.n = 0};
    put_node(w, "Clip", layer->name, inputs, 3, out, &none);
}

/* x / 2 (1 + erf(x / sqrt 2)): Gelu is an operator from opset 20 on only. */
static void write_gelu(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const char *root = put_scalar(w, make_name(w, "%s.root", layer->name), 1.41421356F);
    const char *one = put_scalar(w, make_name(w, "%s.one", layer->name), 1),
               *half = put_scalar(w, make_name(w, "%s.half", layer->name), 0.5F);
    const char *name = make_name(w, "%s/Erf", layer->name);
    const char *error = put_unary(w, "Erf", name, put_step(w, "Div", layer, in[0], root), name);
    const char *product = put_step(w, "Mul", layer, in[0], put_step(w, "Add", layer, error, one));
    put_binary(w, "Mul", layer->name, product, half, out);
}

/* x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
static void write_gelu_tanh(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const char *three = put_scalar(w, make_name(w, "%s.three", layer->name), 3);
    const char *small = put_scalar(w, make_name(w, "%s.small", layer->name), 0.044715F);
    const char *root = put_scalar(w, make_name(w, "%s.root", layer->name), 0.79788456F);
    const char *one = put_scalar(w, make_name(w, "%s.one", layer->name), 1),
               *half = put_scalar(w, make_name(w, "%s.half", layer->name), 0.5F);
    const char *cube = put_step(w, "Mul", layer, put_step(w, "Pow", layer, in[0], three), small);
    const char *name = make_name(w, "%s/Tanh", layer->name);
    const char *bent =
        put_unary(w, "Tanh", name, put_step(w, "Mul", layer, put_step(w, "Add", layer, in[0], cube), root), name);
    const char *product = put_step(w, "Mul", layer, in[0], put_step(w, "Add", layer, bent, one));
    put_binary(w, "Mul", layer->name, product, half, out);
}

/* How n constants lie against a value of that shape: one number, one per channel, or one per element. */
static tfl_shape constants_shape(const tfl_shape *shape, size_t n)
{
    tfl_shape out = *shape;
    if (n == 1) {
        return (tfl_shape){.rank = 0};
    }
    for (unsigned i = 1; i < out.rank && n != tfl_shape_size(shape); i++) {
        out.dim[i] = 1;
    }
    return out;
}

static void write_prelu(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_prelu_parameters *p = tfl_layer_parameters(layer);
    tfl_shape shape = constants_shape(&layer->shape, p->n);
    shape = shape.rank == 0 ? (tfl_shape){.rank = 1, .dim = {1}} : shape;
    put_binary(w, "PRelu", layer->name, in[0], put_floats(w, make_name(w, "%s.slope", layer->name), &shape, p->slope),
               out);
}

/* factor x + shift in one operator, so that it is rounded once as in the layer: BatchNormalization with mean 0 and
 * variance 1. */
static void put_normalization(writer *w, const tfl_layer *layer, size_t channels, const char *in, const char *out)
{
    static const char *const suffix[4] = {"factor", "shift", "mean", "variance"};
    const tfl_scale_parameters *p = tfl_layer_parameters(layer);
    const char *input[5] = {in};
    float *values = tfl_alloc_floats(channels);
    if (values == NULL) {
        w->status = w->status == TFL_OK ? tfl_fail_memory(w->err, "constants") : w->status;
        return;
    }
    for (int k = 0; k < 4; k++) {
        const float *from = k == 0 ? p->factor : k == 1 ? p->shift : NULL;
        for (size_t i = 0; i < channels; i++) {
            values[i] = from != NULL ? from[p->n == 1 ? 0 : i] : k == 3 ? 1.0F : 0.0F;
        }
        input[k + 1] = put_floats(w, make_name(w, "%s.%s", layer->name, suffix[k]),
                                  &(tfl_shape){.rank = 1, .dim = {channels}}, values);
    }
    free(values);
    attributes list = {.n = 0};
    add_float(&list, "epsilon", 0);
    put_node(w, "BatchNormalization", layer->name, input, 5, out, &list);
}

static void write_scale(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_scale_parameters *p = tfl_layer_parameters(layer);
    size_t channels = layer->shape.dim[0];
    if (p->shift == NULL) {
        tfl_shape shape = constants_shape(&layer->shape, p->n);
        put_binary(w, "Mul", layer->name, in[0],
                   put_floats(w, make_name(w, "%s.factor", layer->name), &shape, p->factor), out);
    } else if (p->n == 1 || p->n == channels) {
        put_normalization(w, layer, channels, in[0], out);
    } else { /* every element a channel */
        const char *flat = make_name(w, "%s/flat", layer->name), *scaled = make_name(w, "%s/scaled", layer->name);
        put_reshape(w, flat, in[0], NULL, flat);
        put_normalization(w, layer, p->n, flat, scaled);
        put_reshape(w, make_name(w, "%s/Reshape", layer->name), scaled, &layer->shape, out);
    }
}

static void write_pool(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_pool_parameters *p = tfl_layer_parameters(layer);
    bool average = strcmp(layer->kind->name, "average-pool") == 0;
    attributes list = {.n = 0};
    add_axes(&list, layer, "kernel_shape", p->kernel);
    add_axes(&list, layer, "strides", p->stride);
    add_pads(&list, layer, p->pad_before, p->pad_after);
    add_integer(&list, "ceil_mode", p->ceil_mode);
    if (!average || w->opset >= OPSET_DILATED_MEAN) {
        add_axes(&list, layer, "dilations", p->dilation);
    }
    if (average) {
        add_integer(&list, "count_include_pad", p->count_pads);
    }
    put_node(w, average ? "AveragePool" : "MaxPool", layer->name, in, 1, out, &list);
}

/* Any rearrangement: all elements in a row, perhaps one more with the fill, those that are wanted, and the new shape.
 */
static void write_gather(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_gather_parameters *p = tfl_layer_parameters(layer);
    size_t n_in = tfl_shape_size(&layer->input_shape[0]);
    bool fills = false;
    if (p->source == NULL) {
        put_reshape(w, layer->name, in[0], p->shape.rank == 1 ? NULL : &p->shape, out);
        return;
    }
    int64_t *index = tfl_calloc(layer->size, sizeof *index);
    if (index == NULL) {
        w->status = w->status == TFL_OK ? tfl_fail_memory(w->err, "indices") : w->status;
        return;
    }
    for (size_t i = 0; i < layer->size; i++) {
        index[i] = p->source[i] < 0 ? (int64_t)n_in : p->source[i];
        fills = fills || p->source[i] < 0;
    }
    const char *name = make_name(w, "%s/flat", layer->name), *flat = put_reshape(w, name, in[0], NULL, name);
    if (fills) {
        const char *pads = put_integers(w, make_name(w, "%s.pads", layer->name), 4, (const int64_t[]){0, 0, 0, 1});
        const char *input[3] = {flat, pads, put_scalar(w, make_name(w, "%s.fill", layer->name), p->fill)};
        name = make_name(w, "%s/Pad", layer->name);
        flat = put_node(w, "Pad", name, input, 3, name, NULL);
    }
    attributes list = {.n = 0};
    add_integer(&list, "axis", 1);
    name = make_name(w, "%s/Gather", layer->name);
    const char *input[2] = {flat, put_integers(w, make_name(w, "%s.index", layer->name), layer->size, index)};
    put_node(w, "Gather", name, input, 2, name, &list);
    put_reshape(w, layer->name, name, &p->shape, out);
    free(index);
}

static void write_add(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    put_node(w, layer->n_inputs == 2 ? "Add" : "Sum", layer->name, in, layer->n_inputs, out, NULL);
}

static void write_concat(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_concat_parameters *p = tfl_layer_parameters(layer);
    attributes list = {.n = 0};
    add_integer(&list, "axis", (int64_t)p->axis + 1);
    put_node(w, "Concat", layer->name, in, layer->n_inputs, out, &list);
}

static void write_reduce(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_reduce_parameters *p = tfl_layer_parameters(layer);
    unsigned rank = layer->input_shape[0].rank;
    size_t axes[TFL_MAX_RANK], n = 0;
    int64_t listed[TFL_MAX_RANK];
    for (unsigned i = 0; i < rank; i++) {
        if (p->axis[i]) {
            listed[n] = i + 1;
            axes[n++] = i + 1;
        }
    }
    if (n == 0) {
        put_unary(w, "Identity", layer->name, in[0], out);
        return;
    }
    bool sum = strcmp(layer->kind->name, "reduce-sum") == 0, flatten = n == rank && !p->keep; /* (N, 1), not (N) */
    attributes list = {.n = 0};
    const char *input[2] = {in[0], NULL};
    if (sum || w->opset >= 18) {
        input[1] = put_integers(w, make_name(w, "%s.axes", layer->name), n, listed);
    } else {
        add_integers(&list, "axes", n, axes);
    }
    add_integer(&list, "keepdims", p->keep || flatten);
    const char *reduced = flatten ? make_name(w, "%s/reduced", layer->name) : out;
    put_node(w, sum ? "ReduceSum" : "ReduceMean", layer->name, input, input[1] != NULL ? 2 : 1, reduced, &list);
    if (flatten) {
        put_reshape(w, make_name(w, "%s/Reshape", layer->name), reduced, NULL, out);
    }
}

static void write_dropout(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_dropout_parameters *p = tfl_layer_parameters(layer);
    put_binary(w, "Dropout", layer->name, in[0], put_scalar(w, make_name(w, "%s.ratio", layer->name), p->rate), out);
}

static void write_softmax(writer *w, const tfl_layer *layer, const char *const *in, const char *out)
{
    const tfl_softmax_parameters *p = tfl_layer_parameters(layer);
    attributes list = {.n = 0};
    add_integer(&list, "axis", (int64_t)p->axis + 1);
    put_node(w, "Softmax", layer->name, in, 1, out, &list);
}

/* Kinds that are not one operator each. */
static const struct {
    const char *kind;
    write_kind *write;
} writers[] = {
    {"conv", write_conv},           {"dense", write_dense},        {"prelu", write_prelu},
    {"power", write_power},         {"clip", write_clip},          {"gelu", write_gelu},
    {"gelu-tanh", write_gelu_tanh}, {"scale", write_scale},        {"average-pool", write_pool},
    {"max-pool", write_pool},       {"gather", write_gather},      {"add", write_add},
    {"concat", write_concat},       {"reduce-mean", write_reduce}, {"reduce-sum", write_reduce},
    {"dropout", write_dropout},     {"softmax", write_softmax},
};

static write_kind *find_writer(const char *kind)
{
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (strcmp(writers[i].kind, kind) == 0) {
            return writers[i].write;
        }
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].kind, kind) == 0) {
            return write_function;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- any length */

/* How many constants the layer has per value; 0: it has none that count. */
static size_t count_constants(const tfl_layer *layer)
{
    if (strcmp(layer->kind->name, "scale") == 0) {
        return ((const tfl_scale_parameters *)tfl_layer_parameters(layer))->n;
    }
    return strcmp(layer->kind->name, "prelu") == 0 ? ((const tfl_prelu_parameters *)tfl_layer_parameters(layer))->n : 0;
}

/* Whether the layer works at one length only, given an input whose size depends on it. */
static bool fixes_length(const tfl_layer *layer)
{
    size_t n = count_constants(layer);
    if (strcmp(layer->kind->name, "gather") == 0) {
        const tfl_gather_parameters *p = tfl_layer_parameters(layer);
        return p->source != NULL || p->shape.rank > 1;
    }
    return strcmp(layer->kind->name, "dense") == 0 || (n > 1 && n != layer->shape.dim[0]);
}

/* Whether the size of what the layer puts out depends on the length, when its inputs' does. */
static bool stays_spatial(const tfl_layer *layer)
{
    const tfl_reduce_parameters *p;
    if (strncmp(layer->kind->name, "global-", 7) == 0) {
        return false;
    }
    if (strncmp(layer->kind->name, "reduce-", 7) != 0) {
        return true;
    }
    p = tfl_layer_parameters(layer);
    return !p->axis[layer->input_shape[0].rank - 1];
}

static tfl_status check_any_length(writer *w)
{
    const tfl_graph *graph = w->graph;
    w->spatial[0] = true;
    for (size_t i = 1; i < graph->n_layers; i++) {
        const tfl_layer *layer = &graph->layer[i];
        bool spatial = false;
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            spatial = spatial || w->spatial[layer->input[k]];
        }
        if (spatial && fixes_length(layer)) {
            return tfl_fail(w->err, TFL_EUNSUPPORTED,
                            "layer \"%s\" (%s) fits sequences of one length only, so the model is not for any",
                            layer->name, layer->kind->name);
        }
        w->spatial[i] = spatial && stays_spatial(layer);
    }
    if (w->spatial[graph->output]) {
        return tfl_fail(w->err, TFL_EUNSUPPORTED,
                        "the output has a value per position, so the model is not for any length");
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- the whole file */

/* Average pools with dilation are the one thing that the usual opset lacks. */
static int choose_opset(const tfl_graph *graph)
{
    for (size_t i = 1; i < graph->n_layers; i++) {
        if (strcmp(graph->layer[i].kind->name, "average-pool") == 0) {
            const tfl_pool_parameters *p = tfl_layer_parameters(&graph->layer[i]);
            if (p->dilation[0] != 1 || p->dilation[1] != 1) {
                return OPSET_DILATED_MEAN;
            }
        }
    }
    return OPSET;
}

/* A value of several axes as (N, everything), in the order of tasks: channels last, as in memory. */
static void put_vector(writer *w, const char *value, const tfl_shape *shape, const char *output)
{
    size_t axes[TFL_MAX_RANK + 1] = {0};
    attributes list = {.n = 0};
    for (unsigned i = 1; i <= shape->rank; i++) {
        axes[i] = i % shape->rank + 1;
    }
    if (shape->dim[0] != 1 && shape->dim[0] != tfl_shape_size(shape)) {
        const char *name = make_name(w, "%s/Transpose", output);
        add_integers(&list, "perm", shape->rank + 1, axes);
        value = put_node(w, "Transpose", name, &value, 1, name, &list);
    }
    put_reshape(w, make_name(w, "%s/Reshape", output), value, NULL, output);
}

static void write_layers(writer *w, const char *output)
{
    const tfl_graph *graph = w->graph;
    const tfl_layer *last = &graph->layer[graph->output];
    for (size_t i = 1; i < graph->n_layers && w->status == TFL_OK; i++) {
        const tfl_layer *layer = &graph->layer[i];
        const char *in[TFL_MAX_INPUTS];
        write_kind *write = find_writer(layer->kind->name);
        if (write == NULL) {
            w->status = tfl_fail(w->err, TFL_EUNSUPPORTED, "layer \"%s\": layers of kind %s cannot be written as ONNX",
                                 layer->name, layer->kind->name);
            return;
        }
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            in[k] = w->value[layer->input[k]];
        }
        bool is_output = i == graph->output && last->shape.rank == 1;
        w->value[i] = is_output ? output : make_name(w, "%s", layer->name);
        write(w, layer, in, w->value[i]);
    }
    if (last->shape.rank > 1) {
        put_vector(w, w->value[graph->output], &last->shape, output);
    }
}

/* "x" (N, 4, L) or "logits" (N, T): a number, or a name where any will do. */
static void put_value_info(writer *w, buffer *to, const char *field, const char *name, const tfl_shape *shape,
                           const char *last)
{
    Tfl__Onnx__ValueInfo info = TFL__ONNX__VALUE_INFO__INIT;
    Tfl__Onnx__Type type = TFL__ONNX__TYPE__INIT;
    Tfl__Onnx__TensorType tensor = TFL__ONNX__TENSOR_TYPE__INIT;
    Tfl__Onnx__TensorShape dims = TFL__ONNX__TENSOR_SHAPE__INIT;
    Tfl__Onnx__Dimension dim[TFL_MAX_RANK + 1], *pointer[TFL_MAX_RANK + 1];
    for (unsigned i = 0; i <= shape->rank; i++) {
        pointer[i] = &dim[i];
        tfl__onnx__dimension__init(&dim[i]);
        if (i == 0 || (i == shape->rank && last != NULL)) {
            dim[i].dim_param = (char *)(i == 0 ? "N" : last);
        } else {
            dim[i].has_dim_value = 1;
            dim[i].dim_value = (int64_t)shape->dim[i - 1];
        }
    }
    dims.dim = pointer;
    dims.n_dim = shape->rank + 1;
    tensor.has_elem_type = 1;
    tensor.elem_type = TYPE_FLOAT;
    tensor.shape = &dims;
    type.tensor_type = &tensor;
    info.name = (char *)name;
    info.type = &type;
    put_message(w, to, &tfl__onnx__graph__descriptor, field, &info.base);
}

/* The metadata with the tasks' names; left out where they are only numbers. */
static void put_tasks(writer *w, buffer *to)
{
    const tfl_graph *graph = w->graph;
    buffer names = {NULL, 0, 0};
    bool numbered = true;
    for (size_t i = 0; i < graph->n_tasks && w->status == TFL_OK; i++) {
        const char *name = graph->task[i];
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        numbered = numbered && strcmp(name, number) == 0;
        if (strchr(name, ',') != NULL || !tfl_row_can_hold(name)) {
            w->status = tfl_fail(w->err, TFL_EINPUT,
                                 "task \"%s\": a name without commas and control characters is needed", name);
            break;
        }
        unsigned char *at = reserve(w, &names, strlen(name) + 1);
        if (at != NULL) {
            memcpy(at, name, strlen(name));
            at[strlen(name)] = i + 1 < graph->n_tasks ? ',' : '\0';
        }
    }
    if (w->status == TFL_OK && !numbered) {
        Tfl__Onnx__Entry entry = TFL__ONNX__ENTRY__INIT;
        entry.key = (char *)"tasks";
        entry.value = (char *)names.bytes;
        put_message(w, to, &tfl__onnx__model__descriptor, "metadata_props", &entry.base);
    }
    free(names.bytes);
}

static void put_model(writer *w, buffer *file, const char *output, bool any_length)
{
    const tfl_graph *graph = w->graph;
    Tfl__Onnx__Model model = TFL__ONNX__MODEL__INIT;
    Tfl__Onnx__Opset opset = TFL__ONNX__OPSET__INIT, *opsets = &opset;
    tfl_shape shape = {.rank = 1, .dim = {graph->layer[graph->output].size}};
    model.has_ir_version = 1;
    model.ir_version = IR_VERSION;
    model.producer_name = (char *)"tflift";
    model.producer_version = (char *)(uintptr_t)tfl_version();
    opset.domain = (char *)"";
    opset.has_version = 1;
    opset.version = w->opset;
    model.opset_import = &opsets;
    model.n_opset_import = 1;
    unsigned char *bytes = reserve(w, file, tfl__onnx__model__get_packed_size(&model));
    if (bytes != NULL) {
        (void)tfl__onnx__model__pack(&model, bytes);
    }
    Tfl__Onnx__Graph frame = TFL__ONNX__GRAPH__INIT;
    frame.name = (char *)"network";
    bytes = reserve(w, &w->body, tfl__onnx__graph__get_packed_size(&frame));
    if (bytes != NULL) {
        (void)tfl__onnx__graph__pack(&frame, bytes);
    }
    put_value_info(w, &w->body, "input", w->value[0], &graph->layer[0].shape, any_length ? "L" : NULL);
    put_value_info(w, &w->body, "output", output, &shape, NULL);
    bytes = put_field(w, file, &tfl__onnx__model__descriptor, "graph", w->body.size);
    if (bytes != NULL) {
        memcpy(bytes, w->body.bytes, w->body.size);
    }
    put_tasks(w, file);
}

/* The model's bytes in *file. */
static void write_graph(writer *w, bool any_length, buffer *file)
{
    const char *kind = w->graph->layer[w->graph->output].kind->name;
    bool squashed = strcmp(kind, "sigmoid") == 0 || strcmp(kind, "softmax") == 0;
    w->status = tfl_table_create(&w->names, w->err);
    w->value = (const char **)tfl_calloc(w->graph->n_layers, sizeof *w->value);
    w->spatial = tfl_calloc(w->graph->n_layers, sizeof *w->spatial);
    if (w->status == TFL_OK && (w->value == NULL || w->spatial == NULL)) {
        w->status = tfl_fail_memory(w->err, "the model's file");
    }
    if (w->status == TFL_OK && any_length) {
        w->status = check_any_length(w);
    }
    if (w->status == TFL_OK) {
        w->value[0] = make_name(w, "x");
        const char *output = make_name(w, squashed ? "probabilities" : "logits");
        write_layers(w, output);
        put_model(w, file, output, any_length);
    }
}

tfl_status tfl_onnx_write(const tfl_graph *graph, bool any_length, unsigned char **bytes, size_t *size, tfl_error *err)
{
    writer w = {.graph = graph, .opset = choose_opset(graph), .err = err};
    buffer file = {NULL, 0, 0};
    write_graph(&w, any_length, &file);
    tfl_table_free(w.names);
    free(w.body.bytes);
    free((void *)w.value);
    free(w.spatial);
    if (w.status != TFL_OK) {
        free(file.bytes);
        file = (buffer){NULL, 0, 0};
    }
    *bytes = file.bytes;
    *size = file.size;
    return w.status;
}
