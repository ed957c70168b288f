/* The Rescale rule (paper, section 3.5.1): a nonlinearity has the slope of the line from reference to input. */
#include "config.h"

#include "attr/attr_internal.h"

static void rescale_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    if (w->plan->fused[l]) {
        return;
    }
    if (layer->kind->secant != NULL) {
        layer->kind->secant(layer, w->reference->of[in], w->x->of[in], TFL_NEAR_ZERO, NULL, w->at[l].slope[TFL_PLUS], false, 0,
                            layer->size);
        return;
    }
    const tfl_curve reference = {w->reference->of[in], w->reference->of[l]};
    const tfl_curve x = {w->x->of[in], w->x->of[l]};
    tfl_secant_slope(w, l, reference, x, NULL, w->at[l].slope[TFL_PLUS]);
}

static void rescale_pass_elements(tfl_explain_workspace *w, unsigned l, size_t first, size_t n)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    if (!w->plan->fused[l]) {
        tfl_slope_pass_elements(w, l, first, n);
        return;
    }
    layer->kind->secant(layer, w->reference->of[in], w->x->of[in], TFL_NEAR_ZERO, w->at[l].multiplier[TFL_PLUS],
                        w->at[in].multiplier[TFL_PLUS], !tfl_walk_writes(w->plan, in, l), first, n);
}

static void rescale_pass(tfl_explain_workspace *w, unsigned l)
{
    if (w->plan->fused[l]) {
        rescale_pass_elements(w, l, 0, w->plan->graph->layer[l].size);
    } else {
        tfl_slope_pass(w, l);
    }
}

const tfl_rule_steps tfl_rescale_steps = {.name = "rescale",
                                          .split = TFL_KEEPS,
                                          .compares = true,
                                          .parts_from_parts = true,
                                          .writes = true,
                                          .prepare = rescale_prepare,
                                          .parts = tfl_slope_parts,
                                          .pass = rescale_pass,
                                          .pass_elements = rescale_pass_elements};
