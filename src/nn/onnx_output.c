/*
 * onnx_output.c: the layer that puts out what the model does, a vector in ONNX's order, so that a task's number says which element it is.
 *
 * A sigmoid or softmax is to be the last layer, as the network's logits are what comes before it. What exporters put behind one (a new shape,
 * other places, Dropout, several heads joined) is therefore done before it.
 */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <string.h>

static const tfl_layer *layer_of(const tfl_onnx_builder *builder, size_t layer)
{
    return &builder->graph->layer[layer];
}

static bool is_kind(const tfl_layer *layer, const char *kind)
{
    return strcmp(layer->kind->name, kind) == 0;
}

/* Whether elements lie in memory, channels last, as ONNX numbers them. */
static bool is_vector(const tfl_shape *shape)
{
    return shape->dim[0] == 1 || shape->dim[0] == tfl_shape_size(shape);
}

/* What the value is a rearrangement of, through layers that do no more than that. */
static tfl_status look_through(tfl_onnx_builder *builder, tfl_onnx_value *value, tfl_error *err)
{
    const tfl_layer *layer = layer_of(builder, value->layer);
    for (; is_kind(layer, "gather") || is_kind(layer, "dropout"); layer = layer_of(builder, value->layer)) {
        const tfl_gather_parameters *gather = is_kind(layer, "gather") ? tfl_layer_parameters(layer) : NULL;
        const int64_t *source = gather != NULL ? gather->source : NULL, *behind = value->source;
        value->layer = layer->input[0];
        value->source = source == NULL ? behind : source;
        if (source != NULL && behind != NULL) {
            size_t size;
            int64_t *both;
            size = tfl_onnx_dims_size(&value->dims, &size) ? size : 0;
            tfl_status status = tfl_onnx_allocate(builder, size, sizeof *both, &both, err);
            for (size_t i = 0; status == TFL_OK && i < size; i++) {
                both[i] = behind[i] < 0 ? behind[i] : source[behind[i]];
            }
            if (status != TFL_OK) {
                return status;
            }
            value->source = both;
        }
    }
    return TFL_OK;
}

/* Whether the layer joins several heads that each end in a sigmoid. */
static bool has_heads(const tfl_onnx_builder *builder, const tfl_layer *concat)
{
    bool all = is_kind(concat, "concat");
    for (unsigned k = 0; all && k < concat->n_inputs; k++) {
        all = is_kind(layer_of(builder, concat->input[k]), "sigmoid");
    }
    return all;
}

/* The sigmoid of what the heads have before theirs, joined. */
static tfl_status join_heads(tfl_onnx_builder *builder, const char *name, tfl_onnx_value *value, tfl_error *err)
{
    const tfl_layer *concat = layer_of(builder, value->layer);
    unsigned input[TFL_MAX_INPUTS], layer;
    for (unsigned k = 0; k < concat->n_inputs; k++) {
        input[k] = layer_of(builder, concat->input[k])->input[0];
    }
    tfl_status status = tfl_onnx_add(builder, concat->name, "concat", input, concat->n_inputs,
                                     tfl_layer_parameters(concat), &layer, err);
    if (status == TFL_OK && (status = tfl_onnx_add(builder, name, "sigmoid", &layer, 1, NULL, &layer, err)) == TFL_OK) {
        value->layer = layer;
    }
    return status;
}

/* The value, of a sigmoid's elements, in a vector that ends in the sigmoid. */
static tfl_status end_in_sigmoid(tfl_onnx_builder *builder, const char *name, const tfl_onnx_value *value,
                                 const tfl_shape *vector, unsigned *layer, tfl_error *err)
{
    const tfl_layer *sigmoid = layer_of(builder, value->layer);
    tfl_onnx_value before = *value;
    before.layer = sigmoid->input[0];
    before.arranged = sigmoid->name;
    tfl_status status = tfl_onnx_layer(builder, &before, vector, layer, err);
    return status == TFL_OK ? tfl_onnx_add(builder, name, "sigmoid", layer, 1, NULL, layer, err) : status;
}

/* The softmax of a value whose elements lie in ONNX's order: along the third axis of (1, before it, its own, behind it). */
static tfl_status end_in_softmax(tfl_onnx_builder *builder, const char *name, const tfl_onnx_value *value,
                                 unsigned *layer, tfl_error *err)
{
    const tfl_layer *softmax = layer_of(builder, value->layer);
    const tfl_softmax_parameters *over = tfl_layer_parameters(softmax), along = {.axis = 2};
    tfl_shape shape = {.rank = 4, .dim = {1, 1, softmax->shape.dim[over->axis], 1}};
    for (unsigned axis = 0; axis < softmax->shape.rank; axis++) {
        shape.dim[axis < over->axis ? 1 : 3] *= axis == over->axis ? 1 : softmax->shape.dim[axis];
    }
    tfl_onnx_value before = *value;
    before.layer = softmax->input[0];
    before.arranged = softmax->name;
    tfl_status status = tfl_onnx_layer(builder, &before, &shape, layer, err);
    return status == TFL_OK ? tfl_onnx_add(builder, name, "softmax", layer, 1, &along, layer, err) : status;
}

static bool has_fill(const tfl_onnx_value *value, size_t size)
{
    for (size_t i = 0; value->source != NULL && i < size; i++) {
        if (value->source[i] < 0) {
            return true;
        }
    }
    return false;
}

/* The value as a vector that ends in the sigmoid or softmax it is a rearrangement of, where there is one. */
static tfl_status make_vector(tfl_onnx_builder *builder, const char *name, tfl_onnx_value *value, unsigned *layer,
                              tfl_error *err)
{
    tfl_onnx_value below = *value;
    size_t size;
    tfl_status status = look_through(builder, &below, err);
    if (status == TFL_OK && has_heads(builder, layer_of(builder, below.layer))) {
        status = join_heads(builder, name, &below, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    if (!tfl_onnx_dims_size(&value->dims, &size) || size == 0) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\" has no elements", name);
    }
    const tfl_shape vector = {.rank = 1, .dim = {size}};
    const tfl_layer *last = layer_of(builder, below.layer);
    bool sigmoid = is_kind(last, "sigmoid") && !has_fill(&below, size);
    bool softmax = is_kind(last, "softmax") && below.source == NULL;
    *value = sigmoid || softmax ? below : *value;
    *layer = (unsigned)value->layer;
    if (value->source == NULL && is_vector(&layer_of(builder, value->layer)->shape)) {
        return TFL_OK;
    }
    if (sigmoid) {
        return end_in_sigmoid(builder, name, value, &vector, layer, err);
    }
    if (softmax) {
        return end_in_softmax(builder, name, value, layer, err);
    }
    value->arranged = name;
    return tfl_onnx_layer(builder, value, &vector, layer, err);
}

tfl_status tfl_onnx_output(tfl_onnx_builder *builder, unsigned *layer, tfl_error *err)
{
    const tfl_model *model = builder->model;
    tfl_onnx_value output = builder->value[model->output];
    const char *name = tfl_table_name(model->names, model->output);
    if (output.pending != NULL) {
        return tfl_onnx_node_failed(
            output.pending, tfl_fail(err, TFL_EUNSUPPORTED, "the operator is only supported within a Gelu"), err);
    }
    if (output.tensor != NULL || output.layer == TFL_ONNX_NONE || (output.layer == 0 && output.source == NULL)) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\" is not computed from the sequence", name);
    }
    return make_vector(builder, name, &output, layer, err);
}
