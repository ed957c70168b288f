/* The one backward walk, and the table that says which rule each layer gets. */
#include "config.h"

#include "attr/attr_internal.h"

#include <string.h>

enum { FAMILIES = TFL_COUPLED + 1 };

#define EVERY_RULE(steps)                                                                                                        \
    {                                                                                                                            \
        [TFL_RULE_GRADIENT] = &(steps), [TFL_RULE_GUIDED] = &(steps), [TFL_RULE_RESCALE] = &(steps),                             \
        [TFL_RULE_REVEALCANCEL] = &(steps)                                                                                       \
    }

/* Only nonlinearities tell all rules apart. Maxima, products and softmax know the gradient and the difference from the reference; linear
 * layers are the same under every rule. */
static const tfl_rule_steps *const steps_table[FAMILIES][TFL_RULES] = {
    [TFL_INPUT] = EVERY_RULE(tfl_input_steps),
    [TFL_MIX] = EVERY_RULE(tfl_mix_steps),
    [TFL_CARRY] = EVERY_RULE(tfl_carry_steps),
    [TFL_ELEMENTWISE] = {[TFL_RULE_GRADIENT] = &tfl_gradient_steps,
                         [TFL_RULE_GUIDED] = &tfl_guided_steps,
                         [TFL_RULE_RESCALE] = &tfl_rescale_steps,
                         [TFL_RULE_REVEALCANCEL] = &tfl_revealcancel_steps},
    [TFL_MAXIMUM] = {[TFL_RULE_GRADIENT] = &tfl_maximum_gradient_steps,
                     [TFL_RULE_GUIDED] = &tfl_maximum_gradient_steps,
                     [TFL_RULE_RESCALE] = &tfl_maximum_steps,
                     [TFL_RULE_REVEALCANCEL] = &tfl_maximum_steps},
    [TFL_PRODUCT] = {[TFL_RULE_GRADIENT] = &tfl_product_gradient_steps,
                     [TFL_RULE_GUIDED] = &tfl_product_gradient_steps,
                     [TFL_RULE_RESCALE] = &tfl_product_steps,
                     [TFL_RULE_REVEALCANCEL] = &tfl_product_steps},
    [TFL_COUPLED] = {[TFL_RULE_GRADIENT] = &tfl_softmax_gradient_steps,
                     [TFL_RULE_GUIDED] = &tfl_softmax_gradient_steps,
                     [TFL_RULE_RESCALE] = &tfl_softmax_steps,
                     [TFL_RULE_REVEALCANCEL] = &tfl_softmax_steps},
};

const tfl_rule_steps *tfl_walk_steps(const tfl_plan *plan, unsigned l)
{
    return steps_table[plan->graph->layer[l].kind->family][plan->rule[l]];
}

bool tfl_walk_writes(const tfl_plan *plan, unsigned in, unsigned l)
{
    return tfl_plan_comes_first(plan, in, l) && !plan->split[in] && (tfl_walk_steps(plan, l)->writes || plan->joined[l + 1]);
}

bool tfl_walk_inputs(const tfl_explain_workspace *w, const tfl_layer *layer, unsigned sign, float *into[TFL_MAX_INPUTS])
{
    bool any = false;
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        unsigned in = layer->input[k];
        bool has_it = w->plan->shared[in] && &w->plan->graph->layer[w->plan->last_use[in]] == layer;
        into[k] = !has_it && (sign == TFL_PLUS || w->plan->split[in]) ? w->at[in].multiplier[sign] : NULL;
        any |= into[k] != NULL;
    }
    return any;
}

void tfl_walk_prepare(tfl_explain_workspace *w)
{
    const tfl_plan *plan = w->plan;
    for (unsigned l = 0; l <= plan->target; l++) {
        if (!plan->reached[l]) {
            continue;
        }
        const tfl_rule_steps *steps = tfl_walk_steps(plan, l);
        if (steps->prepare != NULL) {
            steps->prepare(w, l);
        }
        if (plan->parts[l]) {
            steps->parts(w, l);
        }
    }
}

static void clear_multipliers(tfl_explain_workspace *w, unsigned l)
{
    size_t bytes = w->plan->graph->layer[l].size * sizeof(float);
    memset(w->at[l].multiplier[TFL_PLUS], 0, bytes);
    if (w->plan->split[l]) {
        memset(w->at[l].multiplier[TFL_MINUS], 0, bytes);
    }
}

/* A base has one multiplier: that of the sign its difference has, and the mean of both where there is none. */
static const float *merge_input(tfl_explain_workspace *w)
{
    const float *plus = w->at[0].multiplier[TFL_PLUS];
    const float *minus = w->at[0].multiplier[TFL_MINUS];
    if (!w->plan->split[0]) {
        return plus;
    }
    const float *x = w->x->of[0];
    const float *r = w->reference->of[0];
    float *merged = w->temporary[0];
    for (size_t i = 0; i < w->plan->graph->layer[0].size; i++) {
        float both = 0.5F * (plus[i] + minus[i]);
        float one = x[i] > r[i] ? plus[i] : minus[i];
        merged[i] = x[i] == r[i] ? both : one;
    }
    return merged;
}

const float *tfl_walk(tfl_explain_workspace *w, unsigned t)
{
    const tfl_plan *plan = w->plan;
    clear_multipliers(w, plan->target);
    w->at[plan->target].multiplier[TFL_PLUS][t] = 1.0F;
    for (unsigned l = plan->target; l > plan->last; l--) {
        if (!plan->reached[l]) {
            continue;
        }
        const tfl_layer *layer = &plan->graph->layer[l];
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            unsigned in = layer->input[k];
            if (tfl_plan_comes_first(plan, in, l) && !plan->shared[in] && !tfl_walk_writes(plan, in, l)) {
                clear_multipliers(w, in);
            }
        }
        if (!plan->joined[l]) {
            tfl_walk_steps(plan, l)->pass(w, l);
        }
    }
    return plan->last > 0 ? w->at[plan->last].multiplier[TFL_PLUS] : merge_input(w);
}

const float *tfl_walk_rest(tfl_explain_workspace *w, const float *multiplier)
{
    const tfl_layer *last = &w->plan->graph->layer[w->plan->last];
    clear_multipliers(w, 0);
    last->kind->transpose(last, TFL_ALL, multiplier, &w->at[0].multiplier[TFL_PLUS], w->x->scratch);
    return w->at[0].multiplier[TFL_PLUS];
}
