/* onnx_build.c: a graph of layers from the nodes of a model, for one sequence length. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- memory */

/* No operator makes more from less than this; a model that asks for more than these many numbers per byte of the file
 * and per base is broken or hostile. */
enum { BUDGET_FLOOR = 1 << 20, BUDGET_FACTOR = 4096 };

static size_t find_budget(const tfl_model *model, size_t length)
{
    size_t budget;
    if (!tfl_size_add(model->bytes, length, &budget) || !tfl_size_mul(budget, BUDGET_FACTOR, &budget) ||
        !tfl_size_add(budget, BUDGET_FLOOR, &budget)) {
        return SIZE_MAX;
    }
    return budget;
}

tfl_status tfl_onnx_charge(tfl_onnx_builder *builder, size_t numbers, tfl_error *err)
{
    if (numbers > builder->budget) {
        return tfl_fail(err, TFL_EINPUT,
                        "it asks for arrays of %zu and more numbers, far more than this model has weights for",
                        numbers);
    }
    builder->budget -= numbers;
    return TFL_OK;
}

/* Room in the list of what is freed with the builder. */
static tfl_status reserve_owned(tfl_onnx_builder *builder, tfl_error *err)
{
    return TFL_GROW(builder->owned, &builder->owned_capacity, builder->n_owned + 1, "the model's arrays", err);
}

tfl_status tfl_onnx_allocate(tfl_onnx_builder *builder, size_t count, size_t size, void *out, tfl_error *err)
{
    tfl_status status = tfl_onnx_charge(builder, count, err);
    if (status != TFL_OK || (status = reserve_owned(builder, err)) != TFL_OK) {
        return status;
    }
    void *memory = tfl_calloc(count, size);
    if (memory == NULL) {
        return tfl_fail_memory(err, "the model's arrays");
    }
    builder->owned[builder->n_owned++] = (struct tfl_onnx_owned){memory, NULL};
    memcpy(out, &memory, sizeof memory);
    return TFL_OK;
}

tfl_status tfl_onnx_new_tensor(tfl_onnx_builder *builder, const tfl_onnx_dims *dims, bool integer,
                               tfl_onnx_tensor **out, tfl_error *err)
{
    size_t size;
    *out = NULL;
    if (!tfl_onnx_dims_size(dims, &size)) {
        size = SIZE_MAX;
    }
    tfl_status status = tfl_onnx_charge(builder, size, err);
    if (status == TFL_OK && (status = reserve_owned(builder, err)) == TFL_OK &&
        (status = tfl_onnx_tensor_create(dims, integer, out, err)) == TFL_OK) {
        builder->owned[builder->n_owned++] = (struct tfl_onnx_owned){NULL, *out};
    }
    return status;
}

/* ---------------------------------------------------------------- inputs and outputs of nodes */

tfl_onnx_value *tfl_onnx_input(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k)
{
    if (k >= node->proto->n_input || node->input[k] == TFL_ONNX_NONE) {
        return NULL;
    }
    return &builder->value[node->input[k]];
}

tfl_status tfl_onnx_constant(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k, const char *what,
                             const tfl_onnx_tensor **tensor, tfl_error *err)
{
    const tfl_onnx_value *value = tfl_onnx_input(builder, node, k);
    *tensor = value == NULL ? NULL : value->tensor;
    if (value != NULL && value->tensor == NULL) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "input \"%s\" (%s) is computed from the sequence; only constants are supported there",
                        node->proto->input[k], what);
    }
    return TFL_OK;
}

tfl_status tfl_onnx_weights(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k, const char *what,
                            const tfl_onnx_tensor **tensor, tfl_error *err)
{
    tfl_status status = tfl_onnx_constant(builder, node, k, what, tensor, err);
    if (status == TFL_OK && *tensor != NULL && (*tensor)->number == NULL) {
        return tfl_fail(err, TFL_EINPUT, "input \"%s\" (%s) holds integers; floating-point numbers are needed there",
                        node->proto->input[k], what);
    }
    return status;
}

tfl_status tfl_onnx_varying(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k,
                            tfl_onnx_value **value, tfl_error *err)
{
    *value = tfl_onnx_input(builder, node, k);
    if (*value == NULL) {
        return tfl_fail(err, TFL_EINPUT, "its input %u is missing", k);
    }
    if ((*value)->tensor != NULL) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "its input \"%s\" is constant, and only values computed from the sequence are supported there",
                        node->proto->input[k]);
    }
    if ((*value)->pending != NULL) {
        const tfl_onnx_node *pending = (*value)->pending;
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "it takes the result of node \"%s\" (%s), an operator that is only supported within a Gelu",
                        pending->name, pending->proto->op_type);
    }
    if ((*value)->layer == TFL_ONNX_NONE) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "its input \"%s\" is a second output, which is not supported",
                        node->proto->input[k]);
    }
    return TFL_OK;
}

bool tfl_onnx_all_constant(const tfl_onnx_builder *builder, const tfl_onnx_node *node)
{
    for (unsigned k = 0; k < node->proto->n_input; k++) {
        const tfl_onnx_value *value = tfl_onnx_input(builder, node, k);
        if (value != NULL && value->tensor == NULL) {
            return false;
        }
    }
    return true;
}

void tfl_onnx_set_value(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value)
{
    builder->value[node->output[0]] = *value;
}

void tfl_onnx_set_constant(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_tensor *tensor)
{
    tfl_onnx_set_value(builder, node,
                       &(tfl_onnx_value){.tensor = tensor, .dims = tensor->dims, .layer = TFL_ONNX_NONE});
}

void tfl_onnx_set_layer(tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned layer, const tfl_onnx_dims *dims)
{
    tfl_onnx_set_value(builder, node, &(tfl_onnx_value){.layer = layer, .dims = *dims, .arranged = node->name});
}

void tfl_onnx_set_pending(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_node *pending,
                          const tfl_onnx_dims *dims)
{
    tfl_onnx_set_value(builder, node, &(tfl_onnx_value){.layer = TFL_ONNX_NONE, .dims = *dims, .pending = pending});
}

/* ---------------------------------------------------------------- layers */

tfl_status tfl_onnx_shape(const tfl_onnx_dims *dims, size_t keep, tfl_shape *shape, unsigned axis[TFL_ONNX_MAX_RANK],
                          tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    *shape = (tfl_shape){0};
    for (unsigned i = 0; i < dims->rank; i++) {
        bool batch = i == 0 && dims->dim[0] == 1 && dims->rank > 1 && keep != 0;
        bool needed = !batch && (dims->dim[i] != 1 || shape->rank == 0 || i == keep);
        if (axis != NULL) {
            axis[i] = needed ? shape->rank : TFL_MAX_RANK;
        }
        if (needed && shape->rank == TFL_MAX_RANK) {
            return tfl_fail(err, TFL_EUNSUPPORTED, "a value of dimensions %s has too many axes",
                            tfl_onnx_dims_text(dims, text));
        }
        if (needed) {
            shape->dim[shape->rank++] = dims->dim[i];
        }
    }
    if (shape->rank == 0) {
        shape->dim[shape->rank++] = 1;
    }
    return TFL_OK;
}

/* A name that no layer has yet: wanted, or wanted with a number behind it. */
static tfl_status make_name(tfl_onnx_builder *builder, const char *wanted, char **out, tfl_error *err)
{
    size_t room = strlen(wanted) + 24;
    bool added = false;
    tfl_status status = TFL_OK;
    *out = tfl_calloc(room, 1);
    if (*out == NULL) {
        return tfl_fail_memory(err, "the name of a layer");
    }
    for (size_t i = tfl_table_size(builder->layer_names); status == TFL_OK && !added; i++) {
        if (!tfl_table_find(builder->layer_names, wanted, NULL)) {
            snprintf(*out, room, "%s", wanted);
        } else {
            snprintf(*out, room, "%s#%zu", wanted, i);
        }
        status = tfl_table_add(builder->layer_names, *out, NULL, &added, err);
    }
    if (status != TFL_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

/* The graph's message without its name of the layer: the node's is put in front later. */
static tfl_status fail_layer(const char *name, const char *kind, const tfl_error *inner, tfl_error *err)
{
    char prefix[TFL_ERROR_SIZE];
    int length = snprintf(prefix, sizeof prefix, "layer '%s' (%s): ", name, kind);
    bool has = length > 0 && strncmp(inner->message, prefix, (size_t)length) == 0;
    return tfl_fail(err, inner->status, "%s", inner->message + (has ? length : 0));
}

tfl_status tfl_onnx_add(tfl_onnx_builder *builder, const char *name, const char *kind, const unsigned *input,
                        unsigned n_inputs, const void *parameters, unsigned *layer, tfl_error *err)
{
    tfl_error inner = TFL_ERROR_INIT;
    char *unique;
    tfl_status status = make_name(builder, name, &unique, err);
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_graph_add(builder->graph, kind, unique, input, n_inputs, parameters, layer, &inner);
    status = status == TFL_OK ? TFL_OK : fail_layer(unique, kind, &inner, err);
    free(unique);
    return status == TFL_OK ? tfl_onnx_charge(builder, builder->graph->layer[*layer].size, err) : status;
}

tfl_status tfl_onnx_layer(tfl_onnx_builder *builder, tfl_onnx_value *value, const tfl_shape *shape, unsigned *layer,
                          tfl_error *err)
{
    tfl_shape natural;
    const tfl_shape *have = &builder->graph->layer[value->layer].shape;
    if (shape == NULL && value->source == NULL) {
        natural = *have;
    } else if (shape == NULL) {
        tfl_status status = tfl_onnx_shape(&value->dims, TFL_ONNX_NONE, &natural, NULL, err);
        if (status != TFL_OK) {
            return status;
        }
    } else {
        natural = *shape;
    }
    *layer = (unsigned)value->layer;
    if (value->source == NULL && tfl_shape_equal(&natural, have)) {
        return TFL_OK;
    }
    tfl_gather_parameters gather = {natural, value->source, value->fill};
    tfl_status status = tfl_onnx_add(builder, value->arranged, "gather", layer, 1, &gather, layer, err);
    if (status == TFL_OK) { /* the next consumer takes the new layer */
        value->layer = *layer;
        value->source = NULL;
    }
    return status;
}

tfl_status tfl_onnx_add_elementwise(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *value,
                                    const char *kind, const void *parameters, tfl_error *err)
{
    unsigned layer;
    tfl_onnx_dims dims = value->dims;
    tfl_status status = tfl_onnx_layer(builder, value, NULL, &layer, err);
    if (status == TFL_OK &&
        (status = tfl_onnx_add(builder, node->name, kind, &layer, 1, parameters, &layer, err)) == TFL_OK) {
        tfl_onnx_set_layer(builder, node, layer, &dims);
    }
    return status;
}

/* ---------------------------------------------------------------- the whole graph */

/* The graph's input, (4, L), seen as the model has it. */
static tfl_status set_input(tfl_onnx_builder *builder, size_t length, tfl_error *err)
{
    static const tfl_onnx_dims layouts[] = {
        [TFL_N4L] = {3, {1, 4, 0}},     [TFL_NL4] = {3, {1, 4, 0}},     [TFL_N14L] = {4, {1, 1, 4, 0}},
        [TFL_N41L] = {4, {1, 4, 1, 0}}, [TFL_N4L1] = {4, {1, 4, 0, 1}},
    };
    const tfl_model *model = builder->model;
    tfl_onnx_value *input = &builder->value[model->input];
    *input = (tfl_onnx_value){
        .dims = layouts[model->layout], .layer = 0, .arranged = tfl_table_name(model->names, model->input)};
    for (unsigned i = 0; i < input->dims.rank; i++) {
        input->dims.dim[i] = input->dims.dim[i] == 0 ? length : input->dims.dim[i];
    }
    if (model->layout == TFL_NL4) {
        tfl_onnx_value plain = *input;
        return tfl_onnx_transpose(builder, &plain, (const unsigned[]){0, 2, 1}, input->arranged, input, err);
    }
    return TFL_OK;
}

static tfl_status finish(tfl_onnx_builder *builder, tfl_error *err)
{
    const tfl_model *model = builder->model;
    unsigned output = 0;
    tfl_status status = tfl_onnx_output(builder, &output, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t n_tasks = builder->graph->layer[output].size;
    if (model->n_tasks != 0 && model->n_tasks != n_tasks) {
        return tfl_fail(err, TFL_EINPUT, "names %zu tasks (in its metadata), and has %zu outputs", model->n_tasks,
                        n_tasks);
    }
    return tfl_graph_finish_unpacked(builder->graph, output, model->n_tasks != 0 ? (const char *const *)model->task : NULL,
                                     err);
}

static tfl_status convert_nodes(tfl_onnx_builder *builder, tfl_error *err)
{
    const tfl_model *model = builder->model;
    for (size_t i = 0; i < model->n_nodes; i++) {
        const tfl_onnx_node *node = &model->node[model->order[i]];
        bool known = builder->value[node->output[0]].tensor != NULL;
        tfl_status status = known ? TFL_OK : node->operator->convert(builder, node, err);
        if (status != TFL_OK) {
            return tfl_onnx_node_failed(node, status, err);
        }
    }
    return TFL_OK;
}

static tfl_status start(tfl_onnx_builder *builder, size_t length, tfl_error *err)
{
    const tfl_model *model = builder->model;
    tfl_shape shape = {2, {4, length}};
    builder->value = tfl_calloc(model->n_values, sizeof *builder->value);
    if (builder->value == NULL) {
        return tfl_fail_memory(err, "the model's values");
    }
    for (size_t i = 0; i < model->n_values; i++) {
        const tfl_onnx_tensor *tensor = model->value[i].tensor;
        builder->value[i].tensor = tensor;
        builder->value[i].layer = TFL_ONNX_NONE;
        if (tensor != NULL) {
            builder->value[i].dims = tensor->dims;
        }
    }
    tfl_status status = tfl_table_create(&builder->layer_names, err);
    if (status == TFL_OK) {
        status = tfl_graph_create(&shape, &builder->graph, err);
    }
    return status == TFL_OK ? tfl_table_add(builder->layer_names, builder->graph->layer[0].name, NULL, NULL, err)
                            : status;
}

static void free_builder(tfl_onnx_builder *builder)
{
    for (size_t i = 0; i < builder->n_owned; i++) {
        free(builder->owned[i].memory);
        tfl_onnx_tensor_free(builder->owned[i].tensor);
    }
    free(builder->owned);
    free(builder->value);
    tfl_table_free(builder->layer_names);
    tfl_graph_free(builder->graph);
}

tfl_status tfl_onnx_build(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err)
{
    tfl_onnx_builder builder = {.model = model, .budget = find_budget(model, length)};
    tfl_status status;
    *out = NULL;
    if ((status = start(&builder, length, err)) == TFL_OK && (status = set_input(&builder, length, err)) == TFL_OK &&
        (status = convert_nodes(&builder, err)) == TFL_OK && (status = finish(&builder, err)) == TFL_OK) {
        *out = builder.graph;
        builder.graph = NULL;
    }
    free_builder(&builder);
    return status;
}
