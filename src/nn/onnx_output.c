/*
 * onnx_output.c: the layer that puts out what the model does, a vector in ONNX's order, so that a task's number says which element it is.
 *
 * A sigmoid or softmax is to be the last layer, as the network's logits are what comes before it. What exporters put behind one (a new shape,
 * other places, Dropout, several heads joined) is therefore done before it. Where that cannot be, as some of a softmax's classes are left out, say, the
 * network ends in what it puts out (tfl_graph_is_probability).
 */
#include "config.h"

#include "src/nn/layers_internal.h"
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

/* Sigmoids or softmaxes that an output takes its elements from, and which. */
typedef struct heads {
    size_t n;
    unsigned layer[TFL_MAX_INPUTS];
    size_t offset[TFL_MAX_INPUTS]; /* of the layer's elements, when all layers' lie one behind the other */
    size_t size;                   /* of all layers together */
    int64_t *source;               /* [elements of the output] where each lies there; NULL: as they are */
} heads;

/* The number of that layer among the heads, of which it becomes one; h->n is as before where there is no more room. */
static size_t find_head(const tfl_onnx_builder *builder, heads *h, unsigned layer)
{
    size_t k = 0;
    while (k < h->n && h->layer[k] != layer) {
        k++;
    }
    if (k == h->n && k < TFL_MAX_INPUTS) {
        h->layer[h->n++] = layer;
        h->offset[k] = h->size;
        h->size += layer_of(builder, layer)->size;
    }
    return k;
}

/* The heads that the size elements of the value come from, through layers that only move elements; n is 0 where one of them comes from elsewhere. */
static tfl_status find_heads(tfl_onnx_builder *builder, const tfl_onnx_value *value, size_t size, heads *h, tfl_error *err)
{
    bool same = true, all = true;
    *h = (heads){.n = 0};
    tfl_status status = tfl_onnx_allocate(builder, size, sizeof *h->source, &h->source, err);
    for (size_t i = 0; status == TFL_OK && all && i < size; i++) {
        unsigned layer = (unsigned)value->layer;
        size_t element = value->source == NULL ? i : value->source[i] < 0 ? SIZE_MAX : (size_t)value->source[i];
        tfl_graph_trace(builder->graph, &layer, &element);
        const tfl_layer *head = layer_of(builder, layer);
        all = element != SIZE_MAX && (is_kind(head, "sigmoid") || is_kind(head, "softmax")) &&
              (h->n == 0 || head->kind == layer_of(builder, h->layer[0])->kind);
        size_t k = all ? find_head(builder, h, layer) : TFL_MAX_INPUTS;
        all = k < TFL_MAX_INPUTS;
        h->source[i] = all ? (int64_t)(h->offset[k] + element) : 0;
        same = same && h->source[i] == (int64_t)i;
    }
    h->n = all ? h->n : 0;
    h->source = same && h->size == size ? NULL : h->source;
    return status;
}

/* What the heads have before their sigmoid or softmax, joined where they are several. */
static tfl_status join_heads(tfl_onnx_builder *builder, const heads *h, const char *name, unsigned *before, tfl_error *err)
{
    const tfl_concat_parameters along = {.axis = 0};
    unsigned input[TFL_MAX_INPUTS];
    tfl_status status = TFL_OK;
    *before = layer_of(builder, h->layer[0])->input[0];
    for (size_t k = 0; status == TFL_OK && h->n > 1 && k < h->n; k++) {
        const tfl_layer *head = layer_of(builder, h->layer[k]);
        const tfl_shape vector = {.rank = 1, .dim = {head->size}};
        tfl_onnx_value value = {.layer = head->input[0], .arranged = head->name};
        status = tfl_onnx_layer(builder, &value, &vector, &input[k], err);
    }
    return status == TFL_OK && h->n > 1 ? tfl_onnx_add(builder, name, "concat", input, (unsigned)h->n, &along, before, err) : status;
}

/* The third axis of (1, before it, its own, behind it) that a softmax goes along over all the heads' elements, as they are; false where they are not,
 * or heads differ in size. */
static bool find_groups(const tfl_onnx_builder *builder, const heads *h, tfl_shape *shape)
{
    const tfl_layer *first = layer_of(builder, h->layer[0]);
    const tfl_softmax_parameters *over = tfl_layer_parameters(first);
    bool whole = h->source == NULL;
    *shape = (tfl_shape){.rank = 4, .dim = {1, h->n, first->shape.dim[over->axis], 1}};
    for (unsigned axis = 0; axis < first->shape.rank; axis++) {
        shape->dim[axis < over->axis ? 1 : 3] *= axis == over->axis ? 1 : first->shape.dim[axis];
    }
    for (size_t k = 1; k < h->n; k++) {
        const tfl_layer *head = layer_of(builder, h->layer[k]);
        const tfl_softmax_parameters *along = tfl_layer_parameters(head);
        whole = whole && head->size == first->size && head->shape.dim[along->axis] == head->size && first->size == shape->dim[2];
    }
    return whole;
}

/* The elements of the heads in a vector that ends in their sigmoid or softmax; along: the softmax's parameters, or NULL. */
static tfl_status end_in_heads(tfl_onnx_builder *builder, const heads *h, const tfl_onnx_value *value, const char *name,
                               const tfl_shape *shape, const tfl_softmax_parameters *along, unsigned *layer, tfl_error *err)
{
    const char *kind = along != NULL ? "softmax" : "sigmoid", *arranged = layer_of(builder, h->layer[0])->name;
    if (h->n == 1 && h->source == NULL && is_vector(&layer_of(builder, h->layer[0])->shape)) {
        *layer = h->layer[0];
        return TFL_OK;
    }
    tfl_onnx_value before = {.source = h->source, .arranged = arranged};
    tfl_status status = join_heads(builder, h, value->arranged, layer, err);
    if (status == TFL_OK) {
        before.layer = *layer;
        status = tfl_onnx_layer(builder, &before, shape, layer, err);
    }
    return status == TFL_OK ? tfl_onnx_add(builder, name, kind, layer, 1, along, layer, err) : status;
}

/* The value as a vector that ends in the sigmoid or softmax it is a rearrangement of, where there is one. */
static tfl_status make_vector(tfl_onnx_builder *builder, const char *name, tfl_onnx_value *value, unsigned *layer,
                              tfl_error *err)
{
    const tfl_softmax_parameters third = {.axis = 2};
    size_t size;
    heads h;
    if (!tfl_onnx_dims_size(&value->dims, &size) || size == 0) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\" has no elements", name);
    }
    const tfl_shape vector = {.rank = 1, .dim = {size}};
    tfl_shape groups;
    tfl_status status = find_heads(builder, value, size, &h, err);
    if (status != TFL_OK) {
        return status;
    }
    if (h.n > 0 && is_kind(layer_of(builder, h.layer[0]), "sigmoid")) {
        return end_in_heads(builder, &h, value, name, &vector, NULL, layer, err);
    }
    if (h.n > 0 && find_groups(builder, &h, &groups)) {
        return end_in_heads(builder, &h, value, name, &groups, &third, layer, err);
    }
    *layer = (unsigned)value->layer;
    if (value->source == NULL && is_vector(&layer_of(builder, value->layer)->shape)) {
        return TFL_OK;
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
    if (output.layer == 0 && output.source == NULL) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\" is the sequence itself; what a network makes of it is expected", name);
    }
    if (output.tensor != NULL || output.layer == TFL_ONNX_NONE) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\" is not computed from the sequence", name);
    }
    return make_vector(builder, name, &output, layer, err);
}
