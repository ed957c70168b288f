/* The gradient at nonlinearities, and what all rules of nonlinearities share. */
#include "config.h"

#include "attr/attr_internal.h"

#include <math.h>

void tfl_add_floats(size_t n, const float *from, float *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] += from[i];
    }
}

/* Which slope stands for the quotient. */
typedef enum stand_in { AT_START, HALFWAY, QUOTIENT } stand_in;

static inline stand_in choose(float from, float to, float part)
{
    float middle = fabsf(0.5F * (from + to));
    float reach = middle < 1.0F ? TFL_CLOSE * middle : TFL_CLOSE;
    stand_in far = fabsf(to - from) < reach ? HALFWAY : QUOTIENT;
    return fabsf(part) < TFL_NEAR_ZERO || to == from ? AT_START : far;
}

void tfl_secant(const tfl_explain_workspace *w, unsigned l, tfl_curve from, tfl_curve to, const float *part, float *slope)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    float *point = w->temporary[TFL_TEMPORARIES - 1];
    for (size_t i = 0; i < layer->size; i++) {
        stand_in which = choose(from.x[i], to.x[i], part == NULL ? to.x[i] - from.x[i] : part[i]);
        point[i] = which == HALFWAY ? 0.5F * (from.x[i] + to.x[i]) : from.x[i];
    }
    layer->kind->derivative(layer, point, slope);
    for (size_t i = 0; i < layer->size; i++) {
        stand_in which = choose(from.x[i], to.x[i], part == NULL ? to.x[i] - from.x[i] : part[i]);
        float quotient = (to.y[i] - from.y[i]) / (to.x[i] - from.x[i]);
        slope[i] = which == QUOTIENT ? quotient : slope[i];
    }
}

/* to += slope * from. */
static void pass(size_t n, const float *slope, const float *from, float *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] += slope[i] * from[i];
    }
}

/* The same, but where slope >= 0 from is like, and where slope < 0 unlike: a falling function turns the sign of a part. */
static void pass_by_sign(size_t n, const float *slope, const float *like, const float *unlike, float *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] += slope[i] * (slope[i] < 0.0F ? unlike[i] : like[i]);
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
        pass(layer->size, slope, plus, w->at[in].multiplier[TFL_PLUS]);
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

const tfl_rule_steps tfl_gradient_steps = {.split = TFL_KEEPS,
                                           .parts_from_parts = true,
                                           .prepare = gradient_prepare,
                                           .parts = tfl_slope_parts,
                                           .pass = tfl_slope_pass};
