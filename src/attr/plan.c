/* What is fixed before the first sequence: the rule of every layer, and what the walk carries where. */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- rules */

/* The linear layer before a nonlinearity, through everything else, along first inputs; NULL: the input itself. */
static const tfl_layer *linear_before(const tfl_graph *graph, unsigned l)
{
    while (l != 0) {
        l = graph->layer[l].input[0];
        if (graph->layer[l].kind->family == TFL_MIX) {
            return &graph->layer[l];
        }
    }
    return NULL;
}

/* RevealCancel follows the parts of a difference alone, to where a logarithm is not defined: such functions have Rescale instead. */
static bool allows(const tfl_layer *layer, tfl_rule rule)
{
    return rule != TFL_RULE_REVEALCANCEL || layer->kind->partial == NULL || !layer->kind->partial(layer);
}

static void choose_rules(tfl_plan *plan, const tfl_explain_options *options)
{
    const tfl_graph *graph = plan->graph;
    for (unsigned l = 1; l < graph->n_layers; l++) {
        tfl_family family = graph->layer[l].kind->family;
        const tfl_layer *linear = family == TFL_ELEMENTWISE ? linear_before(graph, l) : NULL;
        bool dense = linear != NULL && strcmp(linear->kind->name, "dense") == 0;
        plan->rule[l] = dense ? options->method->after_dense : options->method->after_conv;
        if (!allows(&graph->layer[l], plan->rule[l])) {
            plan->rule[l] = TFL_RULE_RESCALE;
        }
        if (family == TFL_MAXIMUM && options->max_pool_gradient) {
            plan->rule[l] = TFL_RULE_GRADIENT;
        }
    }
}

static bool find_layer(const tfl_graph *graph, const char *name, unsigned *l)
{
    for (*l = 0; *l < graph->n_layers; ++*l) {
        if (strcmp(graph->layer[*l].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static tfl_status override_rule(tfl_plan *plan, const tfl_method *method, const tfl_rule_override *override, tfl_error *err)
{
    unsigned l;
    if (!find_layer(plan->graph, override->layer, &l)) {
        return tfl_fail(err, TFL_EUSAGE, "rule for layer '%s': the model has no layer of that name; tfmodel info lists them",
                        override->layer);
    }
    const tfl_layer *layer = &plan->graph->layer[l];
    if (layer->kind->family != TFL_ELEMENTWISE) {
        return tfl_fail(err, TFL_EUSAGE,
                        "rule for layer '%s': rules are for nonlinearities such as relu; this layer is of kind %s", layer->name,
                        layer->kind->name);
    }
    bool gradient = override->rule == TFL_RULE_GRADIENT || override->rule == TFL_RULE_GUIDED;
    if (method->average == TFL_MUTATE || (method->average == TFL_INTEGRATE && !gradient)) {
        return tfl_fail(err, TFL_EUSAGE, "rule for layer '%s': %s has no place for the rule %s", layer->name, method->name,
                        tfl_rule_name[override->rule]);
    }
    if (!allows(layer, override->rule)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "rule for layer '%s': %s would leave the numbers that a layer of kind %s is defined for; rescale does not",
                        layer->name, tfl_rule_name[override->rule], layer->kind->name);
    }
    plan->rule[l] = override->rule;
    return TFL_OK;
}

/* ---------------------------------------------------------------- what lies between input and target */

static void find_reached(tfl_plan *plan)
{
    const tfl_graph *graph = plan->graph;
    plan->reached[plan->target] = true;
    for (unsigned l = plan->target; l > 0; l--) {
        for (unsigned k = 0; plan->reached[l] && k < graph->layer[l].n_inputs; k++) {
            plan->reached[graph->layer[l].input[k]] = true;
        }
    }
}

static void follow_signs(tfl_plan *plan)
{
    for (unsigned l = plan->target; l > 0; l--) {
        const tfl_layer *layer = &plan->graph->layer[l];
        const tfl_rule_steps *steps = tfl_walk_steps(plan, l);
        for (unsigned k = 0; plan->reached[l] && k < layer->n_inputs; k++) {
            unsigned in = layer->input[k];
            plan->split[in] |= steps->split == TFL_SPLITS || (steps->split == TFL_KEEPS && plan->split[l]);
            plan->parts[in] |= steps->split == TFL_SPLITS || (steps->parts_from_parts && plan->parts[l]);
            plan->needs_reference |= steps->compares || plan->split[in];
            if (plan->last_use[in] == 0) {
                plan->last_use[in] = l;
            }
        }
    }
}

bool tfl_plan_needs_part_weights(const tfl_plan *plan, unsigned l)
{
    const tfl_layer *layer = &plan->graph->layer[l];
    tfl_family family = layer->kind->family;
    bool two_parts = family == TFL_MIX || (family == TFL_CARRY && layer->kind->has_negative != NULL && layer->kind->has_negative(layer));
    return plan->reached[l] && two_parts && (plan->split[l] || plan->parts[l]);
}

/* ---------------------------------------------------------------- buffers */

/* The free buffer that fits best, grown where none is large enough; a new one where none is free. */
static unsigned take_buffer(tfl_plan *plan, bool *busy, size_t need)
{
    size_t best = plan->n_buffers;
    for (size_t i = 0; i < plan->n_buffers; i++) {
        if (busy[i]) {
            continue;
        }
        bool fits = plan->buffer_size[i] >= need;
        bool smaller = best != plan->n_buffers && plan->buffer_size[i] < plan->buffer_size[best];
        bool best_fits = best != plan->n_buffers && plan->buffer_size[best] >= need;
        if (best == plan->n_buffers || (fits && (!best_fits || smaller)) || (!fits && !best_fits && !smaller)) {
            best = i;
        }
    }
    plan->n_buffers += best == plan->n_buffers;
    plan->buffer_size[best] = need > plan->buffer_size[best] ? need : plan->buffer_size[best];
    busy[best] = true;
    return (unsigned)best;
}

static void take_buffers(tfl_plan *plan, bool *busy, unsigned l)
{
    plan->buffer[TFL_PLUS][l] = take_buffer(plan, busy, plan->graph->layer[l].size);
    plan->buffer[TFL_MINUS][l] =
        plan->split[l] ? take_buffer(plan, busy, plan->graph->layer[l].size) : plan->buffer[TFL_PLUS][l];
}

static tfl_status plan_buffers(tfl_plan *plan, tfl_error *err)
{
    bool *busy = tfl_calloc(2 * plan->graph->n_layers, sizeof *busy);
    if (busy == NULL) {
        return tfl_fail_memory(err, "the plan of an explanation");
    }
    take_buffers(plan, busy, plan->target);
    for (unsigned l = plan->target; l > 0; l--) {
        const tfl_layer *layer = &plan->graph->layer[l];
        if (!plan->reached[l]) {
            continue;
        }
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            bool again = false; /* the same value as an earlier input of this layer */
            for (unsigned j = 0; j < k; j++) {
                again |= layer->input[j] == layer->input[k];
            }
            if (plan->last_use[layer->input[k]] == l && !again) {
                take_buffers(plan, busy, layer->input[k]);
            }
        }
        busy[plan->buffer[TFL_PLUS][l]] = false;
        busy[plan->buffer[TFL_MINUS][l]] = false;
    }
    free(busy);
    return TFL_OK;
}

/* ---------------------------------------------------------------- the plan */

static tfl_status allocate(tfl_plan *plan, tfl_error *err)
{
    size_t n = plan->graph->n_layers;
    plan->rule = tfl_calloc(n, sizeof *plan->rule);
    plan->reached = tfl_calloc(n, sizeof *plan->reached);
    plan->split = tfl_calloc(n, sizeof *plan->split);
    plan->parts = tfl_calloc(n, sizeof *plan->parts);
    plan->last_use = tfl_calloc(n, sizeof *plan->last_use);
    plan->buffer[TFL_PLUS] = tfl_calloc(n, sizeof *plan->buffer[TFL_PLUS]);
    plan->buffer[TFL_MINUS] = tfl_calloc(n, sizeof *plan->buffer[TFL_MINUS]);
    plan->buffer_size = tfl_calloc(2 * n, sizeof *plan->buffer_size);
    bool complete = plan->rule != NULL && plan->reached != NULL && plan->split != NULL && plan->parts != NULL &&
                    plan->last_use != NULL && plan->buffer[TFL_PLUS] != NULL && plan->buffer[TFL_MINUS] != NULL &&
                    plan->buffer_size != NULL;
    return complete ? TFL_OK : tfl_fail_memory(err, "the plan of an explanation");
}

static tfl_status fill(tfl_plan *plan, const tfl_explain_options *options, tfl_error *err)
{
    choose_rules(plan, options);
    for (size_t i = 0; i < options->n_overrides; i++) {
        tfl_status status = override_rule(plan, options->method, &options->override[i], err);
        if (status != TFL_OK) {
            return status;
        }
    }
    find_reached(plan);
    for (unsigned l = 0; l <= plan->target; l++) {
        size_t size = plan->graph->layer[l].size;
        plan->widest = size > plan->widest ? size : plan->widest;
    }
    if (options->method->average == TFL_MUTATE) {
        return TFL_OK; /* no walk */
    }
    follow_signs(plan);
    return plan_buffers(plan, err);
}

tfl_status tfl_plan_create(tfl_plan *plan, const tfl_graph *graph, const tfl_explain_options *options, tfl_error *err)
{
    *plan = (tfl_plan){.graph = graph,
                       .target = options->probability ? graph->output : graph->logits,
                       .max_pool_gradient = options->max_pool_gradient};
    tfl_status status = allocate(plan, err);
    if (status == TFL_OK) {
        status = fill(plan, options, err);
    }
    if (status != TFL_OK) {
        tfl_plan_clear(plan);
    }
    return status;
}

void tfl_plan_clear(tfl_plan *plan)
{
    free(plan->rule);
    free(plan->reached);
    free(plan->split);
    free(plan->parts);
    free(plan->last_use);
    free(plan->buffer[TFL_PLUS]);
    free(plan->buffer[TFL_MINUS]);
    free(plan->buffer_size);
    *plan = (tfl_plan){0};
}
