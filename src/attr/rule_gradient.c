/* The gradient at nonlinearities, and what all rules of nonlinearities share. */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/vector.h"

void tfl_secant_slope(const tfl_explain_workspace *w, unsigned l, tfl_curve from, tfl_curve to, const float *part, float *slope)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const tfl_secant secant = {.from = from.x,
                               .to = to.x,
                               .f_from = from.y,
                               .f_to = to.y,
                               .part = part,
                               .near = TFL_NEAR_ZERO,
                               .close = layer->kind->kinked ? 0.0F : TFL_CLOSE};
    float *point = w->temporary[TFL_TEMPORARIES - 1];
    tfl_vector_secant_points(&secant, point, layer->size);
    layer->kind->derivative(layer, point, slope);
    tfl_vector_secant(&secant, slope, layer->size);
}

/* to += slope * from, where from is like for slope >= 0 and unlike for slope < 0: a falling function turns the sign of a part. */
static void pass_by_sign(size_t n, const float *slope, const float *like, const float *unlike, float *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] += slope[i] * (slope[i] < 0.0F ? unlike[i] : like[i]);
    }
}

void tfl_slope_pass_elements(tfl_explain_workspace *w, unsigned l, size_t first, size_t n)
{
    unsigned in = w->plan->graph->layer[l].input[0];
    const float *from = w->at[l].multiplier[TFL_PLUS] + first, *slope = w->at[l].slope[TFL_PLUS] + first;
    float *to = w->at[in].multiplier[TFL_PLUS] + first;
    if (tfl_walk_writes(w->plan, in, l)) {
        tfl_vector_multiply(to, slope, from, n);
    } else {
        tfl_vector_add_product(to, slope, from, n);
    }
}

void tfl_slope_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    const float *plus = w->at[l].multiplier[TFL_PLUS];
    const float *minus = w->at[l].multiplier[TFL_MINUS];
    const float *slope = w->at[l].slope[TFL_PLUS];
    if (plus == minus) {
        tfl_slope_pass_elements(w, l, 0, layer->size);
    } else {
        pass_by_sign(layer->size, slope, plus, minus, w->at[in].multiplier[TFL_PLUS]);
    }
    if (w->plan->split[in]) {
        pass_by_sign(layer->size, slope, minus, plus, w->at[in].multiplier[TFL_MINUS]);
    }
}

void tfl_slope_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *slope = w->at[l].slope[TFL_PLUS];
    const float *plus = w->at[layer->input[0]].part[TFL_PLUS];
    const float *minus = w->at[layer->input[0]].part[TFL_MINUS];
    for (size_t i = 0; i < layer->size; i++) {
        float rise = slope[i] * plus[i];
        float fall = slope[i] * minus[i];
        w->at[l].part[TFL_PLUS][i] = slope[i] < 0.0F ? fall : rise;
        w->at[l].part[TFL_MINUS][i] = slope[i] < 0.0F ? rise : fall;
    }
}

static void gradient_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    layer->kind->derivative(layer, w->x->of[layer->input[0]], w->at[l].slope[TFL_PLUS]);
}

const tfl_rule_steps tfl_gradient_steps = {.name = "gradient",
                                           .split = TFL_KEEPS,
                                           .parts_from_parts = true,
                                           .writes = true,
                                           .prepare = gradient_prepare,
                                           .parts = tfl_slope_parts,
                                           .pass = tfl_slope_pass,
                                           .pass_elements = tfl_slope_pass_elements};
