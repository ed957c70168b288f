/*
 * The RevealCancel rule (paper, section 3.5.2): the positive part d+ and the negative part d- of a difference each have a slope, the mean of
 * what the function makes of the part alone and after the other one:
 *
 *   m+ = (S(r, d+) + S(r + d-, d+)) / 2,   m- = (S(r, d-) + S(r + d+, d-)) / 2,   S(a, d) = (f(a + d) - f(a)) / d
 *
 * and f'(a) in place of S(a, d) where d is almost zero. r + d+ + d- is x.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/vector.h"

/* The function where a part alone leads to from the reference, into x and y. */
static tfl_curve follow_part(const tfl_layer *layer, const float *reference, const float *part, float *x, float *y)
{
    for (size_t i = 0; i < layer->size; i++) {
        x[i] = reference[i] + part[i];
    }
    layer->kind->function(layer, x, y);
    return (tfl_curve){x, y};
}

/* The slope for a part, which leads from the reference to alone, and from where the other part leads to x. The quotients take the distance of
 * the points as float32 has them: a straight piece of f then has its own slope, however short the way. */
static void mean_slope(const tfl_explain_workspace *w, unsigned l, const float *part, tfl_curve alone, tfl_curve other, float *slope)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    const tfl_curve reference = {w->reference->of[in], w->reference->of[l]};
    const tfl_curve x = {w->x->of[in], w->x->of[l]};
    float *after = w->temporary[4];
    tfl_secant_slope(w, l, reference, alone, part, slope);
    tfl_secant_slope(w, l, other, x, part, after);
    for (size_t i = 0; i < layer->size; i++) {
        slope[i] = 0.5F * (slope[i] + after[i]);
    }
}

static void revealcancel_prepare(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    const float *plus = w->at[in].part[TFL_PLUS];
    const float *minus = w->at[in].part[TFL_MINUS];
    const float *reference = w->reference->of[in];
    tfl_curve up = follow_part(layer, reference, plus, w->temporary[0], w->temporary[1]);
    tfl_curve down = follow_part(layer, reference, minus, w->temporary[2], w->temporary[3]);
    mean_slope(w, l, plus, up, down, w->at[l].slope[TFL_PLUS]);
    mean_slope(w, l, minus, down, up, w->at[l].slope[TFL_MINUS]);
}

static void revealcancel_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        for (size_t i = 0; i < layer->size; i++) {
            w->at[l].part[sign][i] = w->at[l].slope[sign][i] * w->at[layer->input[0]].part[sign][i];
        }
    }
}

static void revealcancel_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        tfl_vector_add_product(w->at[layer->input[0]].multiplier[sign], w->at[l].slope[sign], w->at[l].multiplier[sign], layer->size);
    }
}

const tfl_rule_steps tfl_revealcancel_steps = {.name = "revealcancel",
                                               .split = TFL_SPLITS,
                                               .compares = true,
                                               .parts_from_parts = true,
                                               .prepare = revealcancel_prepare,
                                               .parts = revealcancel_parts,
                                               .pass = revealcancel_pass};
