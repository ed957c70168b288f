/* Guided backpropagation: a ReLU passes only what is positive, both on the way up and on the way down. Other nonlinearities have
 * no such rule and pass the gradient. */
#include "config.h"

#include "attr/attr_internal.h"

#include <string.h>

static void guided_prepare(tfl_explain_workspace *w, unsigned l)
{
    tfl_gradient_steps.prepare(w, l);
}

static void pass_positive(size_t n, const float *slope, const float *from, float *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] += slope[i] * (from[i] > 0.0F ? from[i] : 0.0F);
    }
}

static void guided_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    if (strcmp(layer->kind->name, "relu") != 0) {
        tfl_slope_pass(w, l);
        return;
    }
    unsigned in = layer->input[0];
    pass_positive(layer->size, w->at[l].slope[TFL_PLUS], w->at[l].multiplier[TFL_PLUS], w->at[in].multiplier[TFL_PLUS]);
    if (w->plan->split[in]) {
        pass_positive(layer->size, w->at[l].slope[TFL_PLUS], w->at[l].multiplier[TFL_MINUS], w->at[in].multiplier[TFL_MINUS]);
    }
}

const tfl_rule_steps tfl_guided_steps = {.name = "guided",
                                         .split = TFL_KEEPS,
                                         .parts_from_parts = true,
                                         .prepare = guided_prepare,
                                         .parts = tfl_slope_parts,
                                         .pass = guided_pass};
