/* The input: where the parts of a difference begin. */
#include "config.h"

#include "attr/attr_internal.h"

static void input_parts(tfl_explain_workspace *w, unsigned l)
{
    const float *x = w->x->of[l];
    const float *r = w->reference->of[l];
    for (size_t i = 0; i < w->plan->graph->layer[l].size; i++) {
        float difference = x[i] - r[i];
        w->at[l].part[TFL_PLUS][i] = difference > 0.0F ? difference : 0.0F;
        w->at[l].part[TFL_MINUS][i] = difference < 0.0F ? difference : 0.0F;
    }
}

const tfl_rule_steps tfl_input_steps = {.split = TFL_KEEPS, .parts = input_parts};
