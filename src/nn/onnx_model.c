/* onnx_model.c: checks all of a model that does not depend on the sequence's length. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"
#include "tflift/row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names that a file leaves out are NULL. */
static const char *text(const char *name)
{
    return name == NULL ? "" : name;
}

/* ---------------------------------------------------------------- opset */

static bool is_standard(const char *domain)
{
    return strcmp(text(domain), "") == 0 || strcmp(domain, "ai.onnx") == 0;
}

static tfl_status find_opset(tfl_model *model, tfl_error *err)
{
    for (size_t i = 0; i < model->proto->n_opset_import; i++) {
        const Tfl__Onnx__Opset *opset = model->proto->opset_import[i];
        if (!is_standard(opset->domain)) {
            continue; /* a node that uses it is refused */
        }
        if (opset->version < TFL_ONNX_FIRST_OPSET || opset->version > TFL_ONNX_LAST_OPSET) {
            return tfl_fail(err, TFL_EUNSUPPORTED, "is of ONNX opset %lld; opsets %d to %d are read",
                            (long long)opset->version, TFL_ONNX_FIRST_OPSET, TFL_ONNX_LAST_OPSET);
        }
        model->opset = (int)opset->version;
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EINPUT, "does not say which ONNX opset it uses; is it an ONNX model?");
}

/* ---------------------------------------------------------------- values by name */

/* Number of the value called name; made when it is new. */
static tfl_status add_value(tfl_model *model, const char *name, size_t *index, tfl_error *err)
{
    return tfl_table_add(model->names, name, index, NULL, err);
}

/* One output or initializer defines name: it must not have been defined before. */
static tfl_status define(tfl_model *model, const char *name, size_t producer, tfl_onnx_tensor *tensor, tfl_error *err)
{
    size_t index;
    if (!tfl_table_find(model->names, name, &index) || model->value[index].producer != TFL_ONNX_NONE ||
        model->value[index].tensor != NULL || index == model->input) {
        tfl_onnx_tensor_free(tensor);
        return tfl_fail(err, TFL_EINPUT, "\"%s\" is defined twice", name);
    }
    model->value[index].producer = producer;
    model->value[index].tensor = tensor;
    return TFL_OK;
}

/* Counts every name of the graph, so that model->value has its size. */
static tfl_status collect_names(tfl_model *model, tfl_error *err)
{
    const Tfl__Onnx__Graph *graph = model->proto->graph;
    tfl_status status = tfl_table_create(&model->names, err);
    for (size_t i = 0; i < graph->n_initializer && status == TFL_OK; i++) {
        status = add_value(model, text(graph->initializer[i]->name), NULL, err);
    }
    for (size_t i = 0; i < graph->n_input && status == TFL_OK; i++) {
        status = add_value(model, text(graph->input[i]->name), NULL, err);
    }
    for (size_t i = 0; i < graph->n_node && status == TFL_OK; i++) {
        const Tfl__Onnx__Node *node = graph->node[i];
        for (size_t k = 0; k < node->n_input && status == TFL_OK; k++) {
            status = add_value(model, text(node->input[k]), NULL, err);
        }
        for (size_t k = 0; k < node->n_output && status == TFL_OK; k++) {
            status = add_value(model, text(node->output[k]), NULL, err);
        }
    }
    if (status != TFL_OK) {
        return status;
    }
    model->n_values = tfl_table_size(model->names);
    model->value = tfl_calloc(model->n_values, sizeof *model->value);
    if (model->value == NULL) {
        return tfl_fail_memory(err, "the model's values");
    }
    for (size_t i = 0; i < model->n_values; i++) {
        model->value[i].producer = TFL_ONNX_NONE;
    }
    return TFL_OK;
}

/* Nothing looks at the bytes of weights again: they make room for the next ones. */
static void drop_bytes(Tfl__Onnx__Tensor *tensor)
{
    free(tensor->raw_data.data);
    tensor->raw_data.data = NULL;
    tensor->raw_data.len = 0;
}

static tfl_status read_initializers(tfl_model *model, tfl_error *err)
{
    const Tfl__Onnx__Graph *graph = model->proto->graph;
    if (graph->n_sparse_initializer > 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "has sparse weights; save it with dense ones");
    }
    for (size_t i = 0; i < graph->n_initializer; i++) {
        const char *name = text(graph->initializer[i]->name);
        if (*name == '\0') {
            return tfl_fail(err, TFL_EINPUT, "weights (initializer) %zu have no name", i);
        }
        tfl_onnx_tensor *tensor;
        tfl_status status = tfl_onnx_tensor_read(graph->initializer[i], &tensor, err);
        if (status == TFL_OK) {
            drop_bytes(graph->initializer[i]);
            status = define(model, name, TFL_ONNX_NONE, tensor, err);
        }
        if (status != TFL_OK) {
            tfl_error_prefix(err, "weights \"%s\"", name);
            return status;
        }
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- nodes */

static char attribute_type(const Tfl__Onnx__Attribute *attribute)
{
    static const char letter[] = {0, 'f', 'i', 's', 't', 0, 'F', 'I'}; /* AttributeProto.AttributeType by number */
    if (attribute->has_type) {
        return attribute->type > 0 && (size_t)attribute->type < sizeof letter ? letter[attribute->type] : '\0';
    }
    if (attribute->has_f || attribute->has_i || attribute->has_s ||
        attribute->t != NULL) { /* early writers left the type out */
        return attribute->has_f ? 'f' : attribute->has_i ? 'i' : attribute->has_s ? 's' : 't';
    }
    return attribute->n_floats > 0 ? 'F' : 'I';
}

/* A bound (Clip's min and max) may be infinite, which is none. */
static bool is_number(const Tfl__Onnx__Attribute *attribute)
{
    bool bound = strcmp(attribute->name, "min") == 0 || strcmp(attribute->name, "max") == 0;
    return isfinite(attribute->f) || (bound && !isnan(attribute->f));
}

static tfl_status check_attributes(const tfl_onnx_node *node, tfl_error *err)
{
    for (size_t i = 0; i < node->proto->n_attribute; i++) {
        Tfl__Onnx__Attribute *attribute = node->proto->attribute[i];
        if (attribute->name == NULL || *attribute->name == '\0') {
            return tfl_fail(err, TFL_EINPUT, "attribute %zu has no name", i);
        }
        char expected = tfl_onnx_operator_attribute(node->operator, attribute->name), found = attribute_type(attribute);
        if (expected == '\0') {
            return tfl_fail(err, TFL_EUNSUPPORTED, "attribute \"%s\" is not known for this operator", attribute->name);
        }
        if (expected != found || (found == 't' && attribute->t == NULL)) {
            return tfl_fail(err, TFL_EINPUT, "attribute \"%s\" has another type than this operator takes",
                            attribute->name);
        }
        if (found == 'f' && !is_number(attribute)) {
            return tfl_fail(err, TFL_EINPUT, "attribute \"%s\" is %s, and only finite numbers make sense",
                            attribute->name, isnan(attribute->f) ? "NaN" : "infinite");
        }
        if (tfl_onnx_attribute(node, attribute->name) != attribute) {
            return tfl_fail(err, TFL_EINPUT, "attribute \"%s\" is given twice", attribute->name);
        }
    }
    return TFL_OK;
}

/* Says why there is no row for the node's operator. */
static tfl_status fail_operator(const tfl_model *model, const Tfl__Onnx__Node *node, tfl_error *err)
{
    const char *name = text(node->op_type);
    if (!is_standard(node->domain)) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "operators of the domain \"%s\" are not known", node->domain);
    }
    for (int opset = TFL_ONNX_FIRST_OPSET; opset <= TFL_ONNX_LAST_OPSET; opset++) {
        if (tfl_onnx_operator_find(name, opset) != NULL) {
            return tfl_fail(err, TFL_EINPUT, "the operator is not part of the model's opset, %d", model->opset);
        }
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "the operator is not supported");
}

static tfl_status check_operator(const tfl_model *model, tfl_onnx_node *node, tfl_error *err)
{
    node->operator= is_standard(node->proto->domain) ? tfl_onnx_operator_find(text(node->proto->op_type), model->opset)
                                                     : NULL;
    if (node->operator== NULL) {
        return fail_operator(model, node->proto, err);
    }
    if (node->proto->n_input < node->operator->min_inputs || node->proto->n_input> node->operator->max_inputs) {
        return tfl_fail(err, TFL_EINPUT, "it has %zu inputs; in opset %d the operator takes %u to %u",
                        node->proto->n_input, model->opset, node->operator->min_inputs, node->operator->max_inputs);
    }
    return check_attributes(node, err);
}

/* The tensor of a Constant node, from whichever attribute it has. */
static tfl_status read_constant(const tfl_onnx_node *node, tfl_onnx_tensor **out, tfl_error *err)
{
    const Tfl__Onnx__Attribute *attribute = node->proto->n_attribute == 1 ? node->proto->attribute[0] : NULL;
    if (attribute == NULL) {
        return tfl_fail(err, TFL_EINPUT, "it has %zu attributes, and one is its value", node->proto->n_attribute);
    }
    char type = attribute_type(attribute);
    if (type == 't') {
        return tfl_onnx_tensor_read(attribute->t, out, err);
    }
    Tfl__Onnx__Attribute copy = *attribute; /* a single number is an array without dimensions */
    int64_t n = type == 'F' ? (int64_t)attribute->n_floats : type == 'I' ? (int64_t)attribute->n_ints : 1;
    Tfl__Onnx__Tensor tensor = TFL__ONNX__TENSOR__INIT;
    bool is_float = type == 'f' || type == 'F';
    tensor.dims = &n;
    tensor.n_dims = type == 'F' || type == 'I';
    tensor.data_type = is_float ? 1 : 7;
    tensor.n_float_data = is_float ? (size_t)n : 0;
    tensor.float_data = type == 'f' ? &copy.f : copy.floats;
    tensor.n_int64_data = is_float ? 0 : (size_t)n;
    tensor.int64_data = type == 'i' ? &copy.i : copy.ints;
    return tfl_onnx_tensor_read(&tensor, out, err);
}

static tfl_status define_outputs(tfl_model *model, tfl_onnx_node *node, tfl_error *err)
{
    tfl_onnx_tensor *tensor = NULL;
    tfl_status status = TFL_OK;
    if (node->proto->n_output == 0 || *text(node->proto->output[0]) == '\0') {
        return tfl_fail(err, TFL_EINPUT, "it has no output");
    }
    if (strcmp(node->operator->name, "Constant") == 0 && (status = read_constant(node, &tensor, err)) != TFL_OK) {
        return status;
    }
    for (size_t k = 0; k < node->proto->n_output && status == TFL_OK; k++) {
        const char *name = text(node->proto->output[k]);
        node->output[k] = TFL_ONNX_NONE;
        if (*name != '\0') {
            status = define(model, name, (size_t)(node - model->node), tensor, err);
            (void)tfl_table_find(model->names, name, &node->output[k]);
            tensor = NULL;
        }
    }
    return status;
}

static tfl_status read_nodes(tfl_model *model, tfl_error *err)
{
    const Tfl__Onnx__Graph *graph = model->proto->graph;
    model->n_nodes = graph->n_node;
    model->node = tfl_calloc(graph->n_node, sizeof *model->node);
    if (model->node == NULL) {
        return tfl_fail_memory(err, "the model's nodes");
    }
    for (size_t i = 0; i < graph->n_node; i++) {
        const Tfl__Onnx__Node *proto = graph->node[i];
        tfl_onnx_node *node = &model->node[i];
        node->proto = proto;
        node->name = *text(proto->name) != '\0' || proto->n_output == 0 ? text(proto->name) : text(proto->output[0]);
        node->input = tfl_calloc(proto->n_input, sizeof *node->input);
        node->output = tfl_calloc(proto->n_output, sizeof *node->output);
        if (node->input == NULL || node->output == NULL) {
            return tfl_fail_memory(err, "the model's nodes");
        }
        tfl_status status = check_operator(model, node, err);
        if (status == TFL_OK) {
            status = define_outputs(model, node, err);
        }
        if (status != TFL_OK) {
            return tfl_onnx_node_failed(node, status, err);
        }
    }
    return TFL_OK;
}

static tfl_status link_inputs(tfl_model *model, tfl_error *err)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        tfl_onnx_node *node = &model->node[i];
        for (size_t k = 0; k < node->proto->n_input; k++) {
            const char *name = text(node->proto->input[k]);
            size_t index = TFL_ONNX_NONE;
            if (*name != '\0' && tfl_table_find(model->names, name, &index)) {
                const tfl_onnx_source *value = &model->value[index];
                if (value->producer == TFL_ONNX_NONE && value->tensor == NULL && index != model->input) {
                    return tfl_onnx_node_failed(
                        node, tfl_fail(err, TFL_EINPUT, "its input \"%s\" is not defined anywhere", name), err);
                }
                model->value[index].uses++;
            }
            node->input[k] = index;
        }
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- order */

static size_t producer_of(const tfl_model *model, const tfl_onnx_node *node, size_t k)
{
    return node->input[k] == TFL_ONNX_NONE ? TFL_ONNX_NONE : model->value[node->input[k]].producer;
}

/* A node on a cycle: going from a node that waits to one that it waits for ends up on one. */
static tfl_status fail_cycle(const tfl_model *model, const bool *done, tfl_error *err)
{
    size_t at = 0;
    while (done[at]) {
        at++;
    }
    for (size_t step = 0; step < model->n_nodes; step++) {
        for (size_t k = 0; k < model->node[at].proto->n_input; k++) {
            size_t producer = producer_of(model, &model->node[at], k);
            if (producer != TFL_ONNX_NONE && !done[producer]) {
                at = producer;
                break;
            }
        }
    }
    return tfl_onnx_node_failed(&model->node[at], tfl_fail(err, TFL_EINPUT, "it needs its own output (a cycle)"), err);
}

/* Nodes by producer, in lists: first[p] and next[edge] are edges, to[edge] the node that waits. */
typedef struct edges {
    size_t *first, *next, *to, *waiting; /* waiting[node]: inputs that are not computed yet */
    bool *done;
} edges;

static tfl_status collect_edges(const tfl_model *model, edges *edge, tfl_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        n += model->node[i].proto->n_input;
    }
    *edge = (edges){tfl_calloc(model->n_nodes, sizeof(size_t)), tfl_calloc(n, sizeof(size_t)),
                    tfl_calloc(n, sizeof(size_t)), tfl_calloc(model->n_nodes, sizeof(size_t)),
                    tfl_calloc(model->n_nodes, sizeof(bool))};
    if (edge->first == NULL || edge->next == NULL || edge->to == NULL || edge->waiting == NULL || edge->done == NULL) {
        return tfl_fail_memory(err, "the order of the nodes");
    }
    for (size_t i = 0; i < model->n_nodes; i++) {
        edge->first[i] = TFL_ONNX_NONE;
    }
    n = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        for (size_t k = 0; k < model->node[i].proto->n_input; k++) {
            size_t producer = producer_of(model, &model->node[i], k);
            if (producer != TFL_ONNX_NONE) {
                edge->waiting[i]++;
                edge->to[n] = i;
                edge->next[n] = edge->first[producer];
                edge->first[producer] = n++;
            }
        }
    }
    return TFL_OK;
}

/* Whether the file has every node behind those it needs, as it should; then order is the file's. */
static bool is_sorted(tfl_model *model)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        model->order[i] = i;
        for (size_t k = 0; k < model->node[i].proto->n_input; k++) {
            size_t producer = producer_of(model, &model->node[i], k);
            if (producer != TFL_ONNX_NONE && producer >= i) {
                return false;
            }
        }
    }
    return true;
}

/* Kahn's algorithm: nodes that wait for nothing, then those that this sets free. */
static tfl_status sort_nodes(tfl_model *model, tfl_error *err)
{
    model->order = tfl_calloc(model->n_nodes, sizeof *model->order);
    if (model->order == NULL) {
        return tfl_fail_memory(err, "the order of the nodes");
    }
    if (is_sorted(model)) {
        return TFL_OK;
    }
    edges edge;
    size_t ready = 0;
    tfl_status status = collect_edges(model, &edge, err);
    for (size_t i = 0; i < model->n_nodes && status == TFL_OK; i++) {
        if (edge.waiting[i] == 0) {
            model->order[ready++] = i;
        }
    }
    for (size_t i = 0; i < ready && status == TFL_OK; i++) {
        edge.done[model->order[i]] = true;
        for (size_t e = edge.first[model->order[i]]; e != TFL_ONNX_NONE; e = edge.next[e]) {
            if (--edge.waiting[edge.to[e]] == 0) {
                model->order[ready++] = edge.to[e];
            }
        }
    }
    if (status == TFL_OK && ready < model->n_nodes) {
        status = fail_cycle(model, edge.done, err);
    }
    free(edge.first);
    free(edge.next);
    free(edge.to);
    free(edge.waiting);
    free(edge.done);
    return status;
}

/* ---------------------------------------------------------------- input and output */

/* "(N, 5, 200)", ? for dimensions without a size or name. */
static const char *shape_text(const Tfl__Onnx__TensorShape *shape, char out[TFL_ONNX_TEXT_SIZE])
{
    size_t used = (size_t)snprintf(out, TFL_ONNX_TEXT_SIZE, "(");
    for (size_t i = 0; i < shape->n_dim && used < TFL_ONNX_TEXT_SIZE; i++) {
        const Tfl__Onnx__Dimension *dim = shape->dim[i];
        const char *comma = i == 0 ? "" : ", ";
        int wrote = dim->has_dim_value
                        ? snprintf(out + used, TFL_ONNX_TEXT_SIZE - used, "%s%lld", comma, (long long)dim->dim_value)
                        : snprintf(out + used, TFL_ONNX_TEXT_SIZE - used, "%s%s", comma,
                                   dim->dim_param != NULL ? dim->dim_param : "?");
        used += (size_t)(wrote > 0 ? wrote : 0);
    }
    if (used < TFL_ONNX_TEXT_SIZE - 1) {
        snprintf(out + used, TFL_ONNX_TEXT_SIZE - used, ")");
    }
    return out;
}

/* Layouts in the order in which they are tried; 0 stands for the sequence, 'N' for the batch. */
static const struct {
    tfl_layout layout;
    unsigned rank, position;
    size_t dim[4];
} layouts[] = {
    {TFL_N4L, 3, 2, {'N', 4, 0}},     {TFL_NL4, 3, 1, {'N', 0, 4}},     {TFL_N14L, 4, 3, {'N', 1, 4, 0}},
    {TFL_N41L, 4, 3, {'N', 4, 1, 0}}, {TFL_N4L1, 4, 2, {'N', 4, 0, 1}},
};

/* A dimension that the file fixes; 0 for others. */
static size_t fixed(const Tfl__Onnx__TensorShape *shape, size_t axis)
{
    const Tfl__Onnx__Dimension *dim = shape->dim[axis];
    return dim->has_dim_value && dim->dim_value > 0 ? tfl_onnx_dim(dim->dim_value) : 0;
}

/* Whether shape may be that layout. strict: every dimension that is not the sequence or the batch is there as a number.
 */
static bool fits_layout(const Tfl__Onnx__TensorShape *shape, size_t row, bool strict)
{
    if (shape->n_dim != layouts[row].rank) {
        return false;
    }
    for (size_t axis = 1; axis < shape->n_dim; axis++) {
        size_t want = layouts[row].dim[axis], have = fixed(shape, axis);
        if (want != 0 && want != have && (strict || have != 0)) {
            return false;
        }
    }
    return true;
}

static tfl_status find_layout(tfl_model *model, const Tfl__Onnx__TensorShape *shape, tfl_error *err)
{
    char dims[TFL_ONNX_TEXT_SIZE];
    for (int strict = 1; strict >= 0; strict--) {
        for (size_t row = 0; row < sizeof layouts / sizeof *layouts; row++) {
            if (fits_layout(shape, row, strict != 0)) {
                size_t batch = fixed(shape, 0);
                model->layout = layouts[row].layout;
                model->length = fixed(shape, layouts[row].position);
                model->batch = batch == 0 ? 1 : batch;
                return model->length <= TFL_ONNX_MAX_LENGTH
                           ? TFL_OK
                           : tfl_fail(err, TFL_EUNSUPPORTED,
                                      "it is for sequences of %zu positions; at most %d are supported", model->length,
                                      TFL_ONNX_MAX_LENGTH);
            }
        }
    }
    return tfl_fail(err, TFL_EUNSUPPORTED,
                    "its dimensions are %s; one-hot DNA is expected as (N, 4, L), (N, L, 4), (N, 1, 4, L), (N, 4, 1, "
                    "L) or (N, 4, L, 1)",
                    shape_text(shape, dims));
}

/* The one input that is not an initializer, and how it is laid out. */
static tfl_status find_input(tfl_model *model, tfl_error *err)
{
    const Tfl__Onnx__Graph *graph = model->proto->graph;
    const Tfl__Onnx__ValueInfo *input = NULL;
    for (size_t i = 0; i < graph->n_input; i++) {
        size_t index = 0;
        bool found = tfl_table_find(model->names, text(graph->input[i]->name), &index);
        if (found && model->value[index].tensor != NULL) {
            continue; /* up to IR version 3 weights are listed as inputs too */
        }
        if (input != NULL) {
            return tfl_fail(err, TFL_EUNSUPPORTED,
                            "has more than one input (\"%s\", \"%s\"); only the sequence can be one", text(input->name),
                            text(graph->input[i]->name));
        }
        input = graph->input[i];
        model->input = index;
    }
    if (input == NULL || *text(input->name) == '\0') {
        return tfl_fail(err, TFL_EINPUT, "has no input");
    }
    const Tfl__Onnx__TensorType *type = input->type != NULL ? input->type->tensor_type : NULL;
    tfl_status status = TFL_OK;
    if (type != NULL && type->elem_type != 0 && type->elem_type != 1 && type->elem_type != 10 &&
        type->elem_type != 11) {
        status = tfl_fail(err, TFL_EUNSUPPORTED, "it does not take floating-point numbers (its type is %d)",
                          type->elem_type);
    } else if (type != NULL && type->shape != NULL) {
        status = find_layout(model, type->shape, err);
    }
    tfl_error_prefix(status == TFL_OK ? NULL : err, "input \"%s\"", text(input->name));
    return status;
}

static tfl_status find_output(tfl_model *model, tfl_error *err)
{
    const Tfl__Onnx__Graph *graph = model->proto->graph;
    if (graph->n_output != 1) {
        return tfl_fail(err, graph->n_output == 0 ? TFL_EINPUT : TFL_EUNSUPPORTED,
                        "has %zu outputs; models with one are supported", graph->n_output);
    }
    const char *name = text(graph->output[0]->name);
    if (!tfl_table_find(model->names, name, &model->output) || model->value[model->output].producer == TFL_ONNX_NONE) {
        return tfl_fail(err, TFL_EINPUT, "output \"%s\": no node computes it", name);
    }
    model->value[model->output].uses++;
    return TFL_OK;
}

/* Names of tasks become names of columns. */
static tfl_status check_task(const tfl_model *model, size_t i, tfl_table *names, tfl_error *err)
{
    const char *name = model->task[i];
    bool added = true;
    if (*name == '\0') {
        return tfl_fail(err, TFL_EINPUT, "task %zu has no name (in its metadata), and each of several needs one", i);
    }
    if (!tfl_row_can_hold(name)) {
        return tfl_fail(err, TFL_EINPUT,
                        "task %zu is named \"%s\" (in its metadata), but control characters break rows", i, name);
    }
    tfl_status status = tfl_table_add(names, name, NULL, &added, err);
    return added ? status
                 : tfl_fail(err, TFL_EINPUT, "two tasks are named %s (in its metadata), and names must differ", name);
}

static tfl_status check_tasks(const tfl_model *model, tfl_error *err)
{
    tfl_table *names = NULL;
    tfl_status status = tfl_table_create(&names, err);
    for (size_t i = 0; i < model->n_tasks && status == TFL_OK; i++) {
        status = check_task(model, i, names, err);
    }
    tfl_table_free(names);
    return status;
}

/* Task names under the metadata key "tasks", separated by commas. */
static tfl_status read_tasks(tfl_model *model, tfl_error *err)
{
    const char *names = NULL;
    for (size_t i = 0; i < model->proto->n_metadata_props; i++) {
        if (strcmp(text(model->proto->metadata_props[i]->key), "tasks") == 0) {
            names = text(model->proto->metadata_props[i]->value);
        }
    }
    if (names == NULL || *names == '\0') {
        return TFL_OK;
    }
    size_t n = 1;
    for (const char *at = names; *at != '\0'; at++) {
        n += *at == ',';
    }
    model->task = tfl_calloc(n, sizeof *model->task);
    if (model->task == NULL) {
        return tfl_fail_memory(err, "task names");
    }
    model->n_tasks = n;
    for (size_t i = 0; i < n; i++) {
        size_t length = strcspn(names, ",");
        model->task[i] = tfl_strndup(names, length);
        if (model->task[i] == NULL) {
            return tfl_fail_memory(err, "task names");
        }
        names += length + (i + 1 < n);
    }
    return check_tasks(model, err);
}

tfl_status tfl_onnx_resolve(tfl_model *model, tfl_error *err)
{
    if (model->proto->graph == NULL) {
        return tfl_fail(err, TFL_EINPUT, "has no graph; is it an ONNX model?");
    }
    tfl_status status;
    if ((status = find_opset(model, err)) != TFL_OK || (status = collect_names(model, err)) != TFL_OK ||
        (status = read_initializers(model, err)) != TFL_OK || (status = find_input(model, err)) != TFL_OK ||
        (status = read_nodes(model, err)) != TFL_OK || (status = link_inputs(model, err)) != TFL_OK ||
        (status = find_output(model, err)) != TFL_OK || (status = sort_nodes(model, err)) != TFL_OK) {
        return status;
    }
    return read_tasks(model, err);
}
