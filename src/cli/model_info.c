/* A model in words, and a row per layer. */
#include "config.h"

#include "cli/model_info.h"

#include <stdlib.h>
#include <string.h>

#include "tflift/explain.h"
#include "tflift/memory.h"
#include "tflift/method.h"
#include "tflift/row.h"

static const char *const layout_text[] = {
    [TFL_N4L] = "(N, 4, L)",     [TFL_NL4] = "(N, L, 4)",     [TFL_N14L] = "(N, 1, 4, L)",
    [TFL_N41L] = "(N, 4, 1, L)", [TFL_N4L1] = "(N, 4, L, 1)",
};

static const char *const family_text[] = {
    [TFL_INPUT] = "input",     [TFL_MIX] = "linear",      [TFL_CARRY] = "linear",    [TFL_ELEMENTWISE] = "nonlinear",
    [TFL_MAXIMUM] = "maximum", [TFL_PRODUCT] = "product", [TFL_COUPLED] = "coupled",
};

static const char no_rule[] = "-";

/* ---------------------------------------------------------------- facts */

/* Names in ONNX are free text, and so are those of files; a row stays a row. */
static tfl_status write_name(const char *name, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (; *name != '\0' && status == TFL_OK; name++) {
        status = tfl_output_write(output, tfl_is_control(*name) ? "?" : name, 1, err);
    }
    return status;
}

static tfl_status write_tasks(const tfl_graph *graph, tfl_output *output, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "# tasks:");
    for (size_t t = 0; t < graph->n_tasks && status == TFL_OK; t++) {
        status = tfl_output_printf(output, err, "%s%s", t == 0 ? " " : ", ", graph->task[t]);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "\n") : status;
}

/* What the model puts out. */
static const char *output_text(const tfl_graph *graph)
{
    size_t probabilities = 0;
    for (size_t t = 0; t < graph->n_tasks; t++) {
        probabilities += tfl_graph_is_probability(graph, t);
    }
    return graph->logits != graph->output      ? graph->layer[graph->output].kind->name
           : probabilities == 0                ? "logits"
           : probabilities == graph->n_tasks   ? "probabilities without logits"
                                               : "logits, and probabilities without";
}

static tfl_status write_facts(const tfl_model *model, const tfl_graph *graph, tfl_output *output, tfl_error *err)
{
    size_t length = graph->layer[0].shape.dim[1];
    tfl_status status = tfl_output_printf(output, err, "# model: ");
    if (status == TFL_OK) {
        status = write_name(tfl_model_name(model), output, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\n# digest: %s\n# input: %s, ", tfl_model_digest(model),
                                   layout_text[tfl_model_layout(model)]);
    }
    if (status == TFL_OK) {
        status = tfl_model_length(model) == 0
                     ? tfl_output_printf(output, err, "sequences of any length; below, of %zu\n", length)
                     : tfl_output_printf(output, err, "sequences of %zu\n", length);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "# output: %s\n# parameters: %zu\n",
                                   output_text(graph), tfl_graph_parameters(graph));
    }
    return status == TFL_OK ? write_tasks(graph, output, err) : status;
}

/* ---------------------------------------------------------------- rules */

/* The rule of every layer under every method, [methods][layers]. */
typedef struct rules {
    size_t n_methods;
    const char **text;
} rules;

static tfl_status find_rules(tfl_graph *graph, const tfl_method *method, const char **text, tfl_error *err)
{
    tfl_explainer *explainer = NULL;
    tfl_explain_options options = {.method = method, .steps = 1, .max_tasks = 1};
    tfl_status status = tfl_explainer_create(graph, &options, &explainer, err);
    for (unsigned i = 0; i < graph->n_layers && status == TFL_OK; i++) {
        const char *rule = tfl_explainer_rule_text(explainer, i);
        text[i] = rule == NULL ? no_rule : rule;
    }
    tfl_explainer_free(explainer);
    return status;
}

static tfl_status collect_rules(tfl_graph *graph, rules *r, tfl_error *err)
{
    while (tfl_method_at(r->n_methods) != NULL) {
        r->n_methods++;
    }
    r->text = (const char **)tfl_calloc(r->n_methods * graph->n_layers, sizeof *r->text);
    if (r->text == NULL) {
        return tfl_fail_memory(err, "rules");
    }
    tfl_status status = TFL_OK;
    for (size_t m = 0; m < r->n_methods && status == TFL_OK; m++) {
        status = find_rules(graph, tfl_method_at(m), r->text + m * graph->n_layers, err);
    }
    return status;
}

/* ---------------------------------------------------------------- layers */

static size_t count_parameters(const tfl_layer *layer)
{
    tfl_weights weights[8];
    tfl_layer copy = *layer; /* weights() may hand out pointers to change; none is changed here */
    size_t total = 0, n = layer->kind->weights != NULL ? layer->kind->weights(&copy, weights, 8) : 0;
    for (size_t i = 0; i < n; i++) {
        total += weights[i].size;
    }
    return total;
}

static tfl_status write_inputs(const tfl_graph *graph, const tfl_layer *layer, tfl_output *output, tfl_error *err)
{
    tfl_status status = layer->n_inputs == 0 ? tfl_output_printf(output, err, "-") : TFL_OK;
    for (unsigned k = 0; k < layer->n_inputs && status == TFL_OK; k++) {
        status = tfl_output_printf(output, err, "%s", k == 0 ? "" : ",");
        if (status == TFL_OK) {
            status = write_name(graph->layer[layer->input[k]].name, output, err);
        }
    }
    return status;
}

static tfl_status write_layer(const tfl_graph *graph, unsigned i, const rules *r, tfl_output *output, tfl_error *err)
{
    const tfl_layer *layer = &graph->layer[i];
    char shape[64];
    tfl_status status = write_name(layer->name, output, err);
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\t%s\t", layer->kind->name);
    }
    if (status == TFL_OK) {
        status = write_inputs(graph, layer, output, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\t%s\t%zu\t%zu\t%s", tfl_shape_text(&layer->shape, shape),
                                   count_parameters(layer), tfl_graph_receptive_field(graph, i),
                                   family_text[layer->kind->family]);
    }
    for (size_t m = 0; m < r->n_methods && status == TFL_OK; m++) {
        status = tfl_output_printf(output, err, "\t%s", r->text[m * graph->n_layers + i]);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "\n") : status;
}

static tfl_status write_layers(const tfl_graph *graph, const rules *r, tfl_output *output, tfl_error *err)
{
    tfl_status status =
        tfl_output_printf(output, err, "#layer\tkind\tinputs\tshape\tparameters\treceptive_field\tpasses");
    for (size_t m = 0; m < r->n_methods && status == TFL_OK; m++) {
        status = tfl_output_printf(output, err, "\t%s", tfl_method_at(m)->name);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\n");
    }
    for (unsigned i = 0; i < graph->n_layers && status == TFL_OK; i++) {
        status = write_layer(graph, i, r, output, err);
    }
    return status;
}

tfl_status tfl_model_info_write(const tfl_model *model, tfl_graph *graph, tfl_output *output, tfl_error *err)
{
    rules r = {0};
    tfl_status status = collect_rules(graph, &r, err);
    if (status == TFL_OK) {
        status = write_facts(model, graph, output, err);
    }
    if (status == TFL_OK) {
        status = write_layers(graph, &r, output, err);
    }
    free((void *)r.text);
    return status;
}
