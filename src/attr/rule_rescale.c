/* The Rescale rule (paper, section 3.5.1): a nonlinearity has the slope of the line from reference to input. */
#include "config.h"

#include "attr/attr_internal.h"

static void rescale_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    const tfl_curve reference = {w->reference->of[in], w->reference->of[l]};
    const tfl_curve x = {w->x->of[in], w->x->of[l]};
    tfl_secant_slope(w, l, reference, x, NULL, w->at[l].slope[TFL_PLUS]);
}

const tfl_rule_steps tfl_rescale_steps = {.split = TFL_KEEPS,
                                          .compares = true,
                                          .parts_from_parts = true,
                                          .prepare = rescale_prepare,
                                          .parts = tfl_slope_parts,
                                          .pass = tfl_slope_pass};
