/*
 * Softmax, y[i] = 1 / sum_j exp(x[j] - x[i]): the differences of its inputs, their exponentials, a sum and a reciprocal, each by the rule that it
 * has alone (Rescale for the two that are not linear). In one step that is
 *
 *   dy[i] = sum_j n[i][j] (dx[i] - dx[j]),   n[i][j] = (y[i] y0[j] - y[j] y0[i]) / (dx[i] - dx[j])
 *
 * with y0 the output at the reference: linear in the differences, with n symmetric and never negative, so that it is carried as linear layers
 * are. No term exceeds 1 however large the inputs, what all inputs have in common changes nothing, and two inputs get what the sigmoid of
 * their difference would give them. By gradient: at x.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include <math.h>

/* The elements of one softmax: inputs and outputs at x and at the reference, step apart. */
typedef struct group {
    const float *x, *r, *y, *y0;
    size_t n, step, first;
} group;

static tfl_axis axis_of(const tfl_layer *layer)
{
    const tfl_softmax_parameters *parameters = tfl_layer_parameters(layer);
    return tfl_shape_axis(&layer->shape, parameters->axis);
}

static group group_at(const tfl_explain_workspace *w, unsigned l, const tfl_axis *along, size_t i)
{
    unsigned in = w->plan->graph->layer[l].input[0];
    size_t first = i / along->inner * along->n * along->inner + i % along->inner;
    return (group){.x = w->x->of[in] + first,
                   .r = w->reference->of[in] + first,
                   .y = w->x->of[l] + first,
                   .y0 = w->reference->of[l] + first,
                   .n = along->n,
                   .step = along->inner,
                   .first = first};
}

/* n[i][j]; offsets are those of elements i and j. Where the differences are close it comes from the series of (1 - exp(-d)) / d. */
static double pair(const group *g, size_t i, size_t j)
{
    double d = ((double)g->x[i] - (double)g->r[i]) - ((double)g->x[j] - (double)g->r[j]);
    double here = (double)g->y[i] * (double)g->y0[j];
    double there = (double)g->y[j] * (double)g->y0[i];
    double way = fabs(d);
    double close = (d > 0.0 ? here : there) * (1.0 - way / 2.0 + way * way / 6.0);
    return way < (double)TFL_CLOSE ? close : (here - there) / d;
}

/* to[i] += sum_j n[i][j] (own[i] - other[j]) */
static void add_pairs(const group *g, const float *own, const float *other, float *to)
{
    for (size_t i = 0; i < g->n * g->step; i += g->step) {
        double sum = 0.0;
        for (size_t j = 0; j < g->n * g->step; j += g->step) {
            if (i != j) {
                sum += pair(g, i, j) * ((double)own[g->first + i] - (double)other[g->first + j]);
            }
        }
        to[g->first + i] += (float)sum;
    }
}

/* Of both signs: an element's own part counts as it is, those of the others with the opposite sign. */
static void add_signs(const tfl_explain_workspace *w, unsigned l, float *const *from, float *const *to)
{
    tfl_axis along = axis_of(&w->plan->graph->layer[l]);
    for (size_t i = 0; i < along.outer * along.inner; i++) {
        group g = group_at(w, l, &along, i);
        for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
            if (to[sign] != NULL) {
                add_pairs(&g, from[sign], from[TFL_MINUS - sign], to[sign]);
            }
        }
    }
}

static void softmax_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        for (size_t i = 0; i < layer->size; i++) {
            w->at[l].part[sign][i] = 0.0F;
        }
    }
    add_signs(w, l, w->at[layer->input[0]].part, w->at[l].part);
}

/* n is symmetric, so that multipliers go down as parts go up. */
static void softmax_pass(tfl_explain_workspace *w, unsigned l)
{
    unsigned in = w->plan->graph->layer[l].input[0];
    float *into[TFL_SIGNS] = {w->at[in].multiplier[TFL_PLUS], w->plan->split[in] ? w->at[in].multiplier[TFL_MINUS] : NULL};
    add_signs(w, l, w->at[l].multiplier, into);
}

static void softmax_gradient_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *in[] = {w->x->of[layer->input[0]]};
    for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
        float *into[TFL_MAX_INPUTS];
        if (tfl_walk_inputs(w, layer, sign, into)) {
            layer->kind->backward(layer, in, w->x->of[l], w->at[l].multiplier[sign], into, w->x->scratch);
        }
    }
}

const tfl_rule_steps tfl_softmax_steps = {
    .name = "rescale", .split = TFL_KEEPS, .compares = true, .parts_from_parts = true, .parts = softmax_parts, .pass = softmax_pass};
const tfl_rule_steps tfl_softmax_gradient_steps = {
    .name = "gradient", .split = TFL_KEEPS, .parts_from_parts = true, .parts = softmax_parts, .pass = softmax_gradient_pass};
