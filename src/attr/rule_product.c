/*
 * The product y = a b of two values that vary. By difference: dy = da (b0 + b) / 2 + db (a0 + a) / 2, which gives each factor its Shapley value;
 * it is the gradient at the mean of x and reference. A negative factor turns the sign of the other one's parts. By gradient: at x.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/vector.h"

/* The mean of x and reference of input k, or only where it is positive or negative. */
static void mean_of(const tfl_explain_workspace *w, const tfl_layer *layer, unsigned k, tfl_part part, float *mean)
{
    unsigned in = layer->input[k];
    const float *x = w->x->of[in];
    const float *r = w->reference->of[in];
    for (size_t i = 0; i < w->plan->graph->layer[in].size; i++) {
        float middle = 0.5F * (x[i] + r[i]);
        bool counts = part == TFL_ALL || (part == TFL_POSITIVE ? middle > 0.0F : middle < 0.0F);
        mean[i] = counts ? middle : 0.0F;
    }
}

/* part[sign] of the output: the parts of each factor with that sign times what is positive of the other, and those with the opposite sign
 * times what is negative. */
static void product_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    float *mean = w->temporary[0];
    float *term = w->temporary[1];
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        float *part = w->at[l].part[sign];
        for (size_t i = 0; i < layer->size; i++) {
            part[i] = 0.0F;
        }
        for (unsigned k = 0; k < 4; k++) {
            unsigned varied = k % 2;
            mean_of(w, layer, 1 - varied, k < 2 ? TFL_POSITIVE : TFL_NEGATIVE, mean);
            const float *difference = w->at[layer->input[varied]].part[k < 2 ? sign : TFL_MINUS - sign];
            const float *in[] = {varied == 0 ? difference : mean, varied == 0 ? mean : difference};
            layer->kind->forward(layer, in, term, w->x->scratch);
            tfl_vector_add(part, term, layer->size);
        }
    }
}

/* Multipliers of both inputs += those of the output times the other factor. */
static void pass_factors(tfl_explain_workspace *w, unsigned l, const float *const *in, const float *from, unsigned sign)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    float *into[TFL_MAX_INPUTS];
    if (tfl_walk_inputs(w, layer, sign, into)) {
        layer->kind->backward(layer, in, w->x->of[l], from, into, w->x->scratch);
    }
}

static void product_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *in[] = {w->temporary[0], w->temporary[1]};
    static const tfl_part whole[] = {TFL_ALL}, halves[] = {TFL_POSITIVE, TFL_NEGATIVE};
    const tfl_part *part = w->plan->split[l] ? halves : whole;
    for (unsigned p = 0; p < (w->plan->split[l] ? 2U : 1U); p++) {
        mean_of(w, layer, 0, part[p], w->temporary[0]);
        mean_of(w, layer, 1, part[p], w->temporary[1]);
        for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
            unsigned from = part[p] == TFL_NEGATIVE ? TFL_MINUS - sign : sign;
            pass_factors(w, l, in, w->at[l].multiplier[from], sign);
        }
    }
}

static void product_gradient_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *in[] = {w->x->of[layer->input[0]], w->x->of[layer->input[1]]};
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        pass_factors(w, l, in, w->at[l].multiplier[sign], sign);
    }
}

const tfl_rule_steps tfl_product_steps = {
    .name = "shapley", .split = TFL_KEEPS, .compares = true, .parts_from_parts = true, .parts = product_parts, .pass = product_pass};
const tfl_rule_steps tfl_product_gradient_steps = {
    .name = "gradient", .split = TFL_KEEPS, .parts_from_parts = true, .parts = product_parts, .pass = product_gradient_pass};
