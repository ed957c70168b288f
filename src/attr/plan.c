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
    const char *name = override->layer, *rule = tfl_rule_name[override->rule];
    if (!find_layer(plan->graph, name, &l)) {
        return tfl_fail(err, TFL_EUSAGE, "--rule %s=%s: the model has no layer of that name; tfmodel info lists them", name, rule);
    }
    const tfl_layer *layer = &plan->graph->layer[l];
    if (layer->kind->family != TFL_ELEMENTWISE) {
        return tfl_fail(err, TFL_EUSAGE, "--rule %s=%s: rules are for nonlinearities such as relu; this layer is of kind %s", name,
                        rule, layer->kind->name);
    }
    bool gradient = override->rule == TFL_RULE_GRADIENT || override->rule == TFL_RULE_GUIDED;
    if (method->average == TFL_MUTATE || (method->average == TFL_INTEGRATE && !gradient)) {
        return tfl_fail(err, TFL_EUSAGE, "--rule %s=%s: %s has no place for that rule", name, rule, method->name);
    }
    if (!allows(layer, override->rule)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--rule %s=%s: it would leave the numbers that a layer of kind %s is defined for; rescale does not", name,
                        rule, layer->kind->name);
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

/* ---------------------------------------------------------------- what is kept */

enum { FEW_SLOPES = 1 << 18 }; /* floats: so many are kept for several tasks, where more are computed again for each */

static bool can_fuse(const tfl_plan *plan, unsigned l)
{
    const tfl_layer *layer = &plan->graph->layer[l];
    unsigned in = layer->input[0];
    return plan->reached[l] && layer->kind->secant != NULL && plan->rule[l] == TFL_RULE_RESCALE && !plan->parts[l] && !plan->split[l] &&
           !plan->split[in];
}

static void find_fused(tfl_plan *plan, size_t max_tasks)
{
    size_t slopes = 0;
    for (unsigned l = 1; l <= plan->target; l++) {
        slopes += can_fuse(plan, l) ? plan->graph->layer[l].size : 0;
    }
    for (unsigned l = 1; l <= plan->target; l++) {
        plan->fused[l] = can_fuse(plan, l) && (max_tasks == 1 || slopes > FEW_SLOPES);
    }
}

typedef enum looks { AT_NOTHING, AT_INPUTS, AT_ALL } looks;

/* Which values the rule of a layer looks at, and whether it takes temporaries. */
static looks looks_of(const tfl_plan *plan, unsigned l, bool *temporaries)
{
    const tfl_layer *layer = &plan->graph->layer[l];
    bool signs = plan->split[l] || plan->parts[l];
    *temporaries = false;
    switch (layer->kind->family) {
    case TFL_CARRY:
        return AT_NOTHING;
    case TFL_MIX:
        *temporaries = signs || plan->split[layer->input[0]];
        return signs ? AT_INPUTS : AT_NOTHING;
    default:
        *temporaries = !plan->fused[l];
        return plan->fused[l] ? AT_INPUTS : AT_ALL;
    }
}

static void widen(tfl_plan *plan, unsigned l)
{
    size_t size = plan->graph->layer[l].size;
    plan->widest = size > plan->widest ? size : plan->widest;
}

static void find_kept(tfl_plan *plan, bool all)
{
    for (unsigned l = 0; all && l <= plan->target; l++) {
        plan->kept[l] = true;
    }
    plan->kept[0] = plan->kept[plan->target] = true;
    plan->widest = plan->split[0] ? plan->graph->layer[0].size : 0;
    for (unsigned l = 1; l <= plan->target; l++) {
        const tfl_layer *layer = &plan->graph->layer[l];
        bool temporaries;
        looks seen = looks_of(plan, l, &temporaries);
        if (!plan->reached[l]) {
            continue;
        }
        plan->kept[l] |= seen == AT_ALL;
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            plan->kept[layer->input[k]] |= seen != AT_NOTHING;
            if (temporaries) {
                widen(plan, layer->input[k]);
            }
        }
        if (temporaries) {
            widen(plan, l);
        }
    }
}

/* ---------------------------------------------------------------- where walks end */

enum { MOST_WAITING = 1 << 21 }; /* floats, for all tasks of the network: what one gets must not depend on how many are asked for */

/* The only layer that takes the input, if it is linear there and knows what a reference takes from its multiplier: the sum over references of the
 * multipliers of the input, which x takes, needs one transpose for all of them. */
static void find_last(tfl_plan *plan)
{
    unsigned users = 0, last = 0;
    for (unsigned l = 1; l <= plan->target; l++) {
        const tfl_layer *layer = &plan->graph->layer[l];
        for (unsigned k = 0; plan->reached[l] && k < layer->n_inputs; k++) {
            users += layer->input[k] == 0 ? 1 : 0;
            last = layer->input[k] == 0 ? l : last;
        }
    }
    const tfl_layer *layer = &plan->graph->layer[last];
    bool linear = users == 1 && layer->kind->times_memory != NULL && !plan->split[0] && !plan->split[last] && !plan->parts[last];
    plan->last = linear && layer->kind->times_memory(layer) > 0 && layer->size <= MOST_WAITING / plan->graph->n_tasks ? last : 0;
}

/* ---------------------------------------------------------------- buffers */

/* The free buffer that fits best, grown where none is large enough; a new one where none is free. holders: values that lie there now. */
static unsigned take_buffer(tfl_plan *plan, unsigned *holders, size_t need)
{
    size_t best = plan->n_buffers;
    for (size_t i = 0; i < plan->n_buffers; i++) {
        if (holders[i] > 0) {
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
    holders[best]++;
    return (unsigned)best;
}

static void take_buffers(tfl_plan *plan, unsigned *holders, unsigned l)
{
    plan->buffer[TFL_PLUS][l] = take_buffer(plan, holders, plan->graph->layer[l].size);
    plan->buffer[TFL_MINUS][l] =
        plan->split[l] ? take_buffer(plan, holders, plan->graph->layer[l].size) : plan->buffer[TFL_PLUS][l];
}

/* The multiplier of in goes where that of l is. */
static void join_buffer(tfl_plan *plan, unsigned *holders, unsigned in, unsigned l)
{
    plan->buffer[TFL_PLUS][in] = plan->buffer[TFL_MINUS][in] = plan->buffer[TFL_PLUS][l];
    holders[plan->buffer[TFL_PLUS][l]]++;
}

/* Of the reached layers that take in, the last one before l; 0: none. */
static unsigned other_use(const tfl_plan *plan, unsigned in, unsigned l)
{
    for (unsigned other = l - 1; other > in; other--) {
        const tfl_layer *layer = &plan->graph->layer[other];
        for (unsigned k = 0; plan->reached[other] && k < layer->n_inputs; k++) {
            if (layer->input[k] == in) {
                return other;
            }
        }
    }
    return 0;
}

/* Nonlinearities that have a linear layer's values to themselves, and come right behind it. */
static void find_joined(tfl_plan *plan)
{
    for (unsigned l = plan->last + 2; l <= plan->target; l++) {
        const tfl_layer *layer = &plan->graph->layer[l];
        const tfl_rule_steps *steps = tfl_walk_steps(plan, l);
        unsigned in = layer->input[0];
        plan->joined[l] = plan->reached[l] && steps->pass_elements != NULL && steps->writes && in + 1 == l &&
                          plan->graph->layer[in].kind->transpose_strips != NULL && tfl_shape_map(&layer->shape).lines == 1 &&
                          plan->last_use[in] == l && other_use(plan, in, l) == 0 && !plan->split[l] && !plan->split[in];
    }
}

static bool takes_twice(const tfl_layer *layer)
{
    for (unsigned k = 1; k < layer->n_inputs; k++) {
        for (unsigned j = 0; j < k; j++) {
            if (layer->input[j] == layer->input[k]) {
                return true;
            }
        }
    }
    return false;
}

/* A sum hands its multiplier on to each of its inputs, which may have it without a copy where nothing is added to it while others still read it:
 * one of them may get more from other layers, once the walk has passed those inputs that only read (they lie behind these layers). */
static void share_sum(tfl_plan *plan, unsigned *holders, unsigned l)
{
    const tfl_layer *layer = &plan->graph->layer[l];
    unsigned grows = 0, until = 0; /* the input that may get more, and where from */
    if (!layer->kind->sums || plan->split[l] || takes_twice(layer) || holders[plan->buffer[TFL_PLUS][l]] != 1) {
        return;
    }
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        unsigned in = layer->input[k], other = other_use(plan, in, l);
        if (other > 0 && grows == 0 && plan->last_use[in] == l && !plan->split[in]) {
            grows = in;
            until = other;
        }
    }
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        unsigned in = layer->input[k];
        bool reads = other_use(plan, in, l) == 0 && in > until && (layer->n_inputs == 1 || !plan->graph->layer[in].kind->sums);
        if (plan->last_use[in] == l && !plan->split[in] && (reads || (in == grows && grows > 0))) {
            plan->shared[in] = true;
            join_buffer(plan, holders, in, l);
        }
    }
}

/* A nonlinearity can turn the multiplier of its output into that of its input in place. */
static bool turns_in_place(const tfl_plan *plan, const unsigned *holders, unsigned l)
{
    unsigned in = plan->graph->layer[l].input[0];
    return tfl_walk_steps(plan, l)->writes && !plan->split[l] && !plan->split[in] && plan->last_use[in] == l &&
           holders[plan->buffer[TFL_PLUS][l]] == 1;
}

static void place_inputs(tfl_plan *plan, unsigned *holders, unsigned l)
{
    const tfl_layer *layer = &plan->graph->layer[l];
    if (turns_in_place(plan, holders, l)) {
        join_buffer(plan, holders, layer->input[0], l);
        return;
    }
    share_sum(plan, holders, l);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        unsigned in = layer->input[k];
        bool again = plan->shared[in]; /* or the same value as an earlier input of this layer */
        for (unsigned j = 0; j < k; j++) {
            again |= layer->input[j] == in;
        }
        if (plan->last_use[in] == l && !again) {
            take_buffers(plan, holders, in);
        }
    }
}

static void leave_buffers(const tfl_plan *plan, unsigned *holders, unsigned l)
{
    holders[plan->buffer[TFL_PLUS][l]]--;
    if (plan->split[l]) {
        holders[plan->buffer[TFL_MINUS][l]]--;
    }
}

static tfl_status plan_buffers(tfl_plan *plan, tfl_error *err)
{
    unsigned *holders = tfl_calloc(2 * plan->graph->n_layers, sizeof *holders);
    if (holders == NULL) {
        return tfl_fail_memory(err, "the plan of an explanation");
    }
    take_buffers(plan, holders, plan->target);
    for (unsigned l = plan->target; l > 0; l--) {
        if (!plan->reached[l]) {
            continue;
        }
        place_inputs(plan, holders, l);
        if (!plan->joined[l]) {
            leave_buffers(plan, holders, l);
        }
        if (plan->joined[l + 1]) {
            leave_buffers(plan, holders, l + 1);
        }
    }
    free(holders);
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
    plan->shared = tfl_calloc(n, sizeof *plan->shared);
    plan->kept = tfl_calloc(n, sizeof *plan->kept);
    plan->fused = tfl_calloc(n, sizeof *plan->fused);
    plan->joined = tfl_calloc(n + 1, sizeof *plan->joined); /* and one behind the last, which joins nothing */
    bool complete = plan->rule != NULL && plan->reached != NULL && plan->split != NULL && plan->parts != NULL &&
                    plan->last_use != NULL && plan->buffer[TFL_PLUS] != NULL && plan->buffer[TFL_MINUS] != NULL &&
                    plan->buffer_size != NULL && plan->shared != NULL && plan->kept != NULL && plan->fused != NULL &&
                    plan->joined != NULL;
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
    if (options->method->average == TFL_MUTATE) {
        find_kept(plan, true);
        return TFL_OK; /* no walk */
    }
    follow_signs(plan);
    find_fused(plan, options->max_tasks != 0 ? options->max_tasks : plan->graph->n_tasks);
    find_kept(plan, options->method->average == TFL_INTEGRATE);
    find_last(plan);
    find_joined(plan);
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
    free(plan->shared);
    free(plan->kept);
    free(plan->fused);
    free(plan->joined);
    *plan = (tfl_plan){0};
}
