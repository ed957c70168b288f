/*
 * Max pooling. By difference: with y and y0 the maxima of a window over x and over the reference and c the larger of them, the
 * input where x is largest receives m+ (c - y0), and the one where the reference is largest m- (y - c); divided by the input's own
 * difference this is its multiplier, and the sum over all inputs is the difference of the output. By gradient: all to the largest x.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/vector.h"

#include <math.h>
#include <string.h>

static void maximum_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    layer->kind->argmax(layer, w->x->of[layer->input[0]], w->at[l].argmax_x);
    layer->kind->argmax(layer, w->reference->of[layer->input[0]], w->at[l].argmax_reference);
}

static void maximum_parts(tfl_explain_workspace *w, unsigned l)
{
    for (size_t i = 0; i < w->plan->graph->layer[l].size; i++) {
        float y = w->x->of[l][i];
        float y0 = w->reference->of[l][i];
        float larger = y > y0 ? y : y0;
        w->at[l].part[TFL_PLUS][i] = larger - y0;
        w->at[l].part[TFL_MINUS][i] = y - larger;
    }
}

/* received: what each input is given of the difference; routed: what the gradient would give it. */
static void share_out(tfl_explain_workspace *w, unsigned l, float *received, float *routed)
{
    const float *plus = w->at[l].multiplier[TFL_PLUS];
    const float *minus = w->at[l].multiplier[TFL_MINUS];
    for (size_t i = 0; i < w->plan->graph->layer[l].size; i++) {
        float y = w->x->of[l][i];
        float y0 = w->reference->of[l][i];
        float larger = y > y0 ? y : y0;
        received[w->at[l].argmax_x[i]] += plus[i] * (larger - y0);
        received[w->at[l].argmax_reference[i]] += minus[i] * (y - larger);
        routed[w->at[l].argmax_x[i]] += 0.5F * (plus[i] + minus[i]);
    }
}

static void maximum_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_plan *plan = w->plan;
    unsigned in = plan->graph->layer[l].input[0];
    size_t n = plan->graph->layer[in].size;
    float *received = w->temporary[0];
    float *routed = w->temporary[1];
    memset(received, 0, n * sizeof *received);
    memset(routed, 0, n * sizeof *routed);
    share_out(w, l, received, routed);
    for (size_t i = 0; i < n; i++) {
        float difference = w->x->of[in][i] - w->reference->of[in][i];
        float multiplier = received[i] / difference;
        received[i] = fabsf(difference) < TFL_NEAR_ZERO ? routed[i] : multiplier;
    }
    tfl_vector_add(w->at[in].multiplier[TFL_PLUS], received, n);
    if (plan->split[in]) {
        tfl_vector_add(w->at[in].multiplier[TFL_MINUS], received, n);
    }
}

static void maximum_gradient_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    layer->kind->argmax(layer, w->x->of[layer->input[0]], w->at[l].argmax_x);
}

static void maximum_gradient_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    for (unsigned sign = TFL_PLUS; sign < (w->plan->split[in] ? TFL_SIGNS : TFL_MINUS); sign++) {
        const float *from = w->at[l].multiplier[sign];
        float *to = w->at[in].multiplier[sign];
        for (size_t i = 0; i < layer->size; i++) {
            to[w->at[l].argmax_x[i]] += from[i];
        }
    }
}

const tfl_rule_steps tfl_maximum_steps = {
    .name = "difference", .split = TFL_MERGES, .compares = true, .prepare = maximum_prepare, .parts = maximum_parts, .pass = maximum_pass};
const tfl_rule_steps tfl_maximum_gradient_steps = {
    .name = "gradient", .split = TFL_KEEPS, .prepare = maximum_gradient_prepare, .parts = maximum_parts, .pass = maximum_gradient_pass};
