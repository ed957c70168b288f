/*
 * Linear layers that carry the positive and negative parts side by side: average pooling, BatchNormalization, Add, Concat, … A negative
 * factor (a BatchNormalization scale, the second input of Sub) swaps them.
 */
#include "config.h"

#include "attr/attr_internal.h"

static bool swaps(const tfl_layer *layer)
{
    return layer->kind->has_negative != NULL && layer->kind->has_negative(layer);
}

static void carry_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    float *scratch = w->x->scratch;
    const float *in[TFL_SIGNS][TFL_MAX_INPUTS];
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        in[TFL_PLUS][k] = w->at[layer->input[k]].part[TFL_PLUS];
        in[TFL_MINUS][k] = w->at[layer->input[k]].part[TFL_MINUS];
    }
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        float *out = w->at[l].part[sign];
        if (swaps(layer)) {
            layer->kind->apply(layer, TFL_POSITIVE, in[sign], out, false, scratch);
            layer->kind->apply(layer, TFL_NEGATIVE, in[TFL_MINUS - sign], out, true, scratch);
        } else {
            layer->kind->apply(layer, TFL_ALL, in[sign], out, false, scratch);
        }
    }
}

static void carry_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    float *scratch = w->x->scratch;
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        float *into[TFL_MAX_INPUTS];
        if (!tfl_walk_inputs(w, layer, sign, into)) {
            continue;
        }
        if (w->plan->split[l] && swaps(layer)) {
            layer->kind->transpose(layer, TFL_POSITIVE, w->at[l].multiplier[sign], into, scratch);
            layer->kind->transpose(layer, TFL_NEGATIVE, w->at[l].multiplier[TFL_MINUS - sign], into, scratch);
        } else {
            layer->kind->transpose(layer, TFL_ALL, w->at[l].multiplier[sign], into, scratch);
        }
    }
}

const tfl_rule_steps tfl_carry_steps = {
    .split = TFL_KEEPS, .parts_from_parts = true, .parts = carry_parts, .pass = carry_pass};
