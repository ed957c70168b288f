/*
 * The Linear rule (paper, section 3.5 and Appendix B) at convolutions and dense layers.
 *
 * With dx the difference of an input: where dx > 0 its multiplier is W+ m+ + W- m-, where dx < 0 it is W+ m- + W- m+, where dx = 0
 * it is W (m+ + m-) / 2, all transposed. With m = (m+ + m-) / 2 and h = (m+ - m-) / 2 the three are W m + s |W| h, s the sign of dx: three products
 * instead of five, and one, W m, where m+ and m- are equal.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/vector.h"

#include <string.h>

/* Parts of the output: positive W+ dx+ + W- dx-, negative W+ dx- + W- dx+. */
static void mix_parts(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    unsigned in = layer->input[0];
    float *rises = w->temporary[0];
    float *falls = w->temporary[1];
    for (size_t i = 0; i < w->plan->graph->layer[in].size; i++) {
        float difference = w->x->of[in][i] - w->reference->of[in][i];
        rises[i] = difference > 0.0F ? difference : 0.0F;
        falls[i] = difference < 0.0F ? difference : 0.0F;
    }
    const float *up[] = {rises};
    const float *down[] = {falls};
    float *scratch = w->x->scratch;
    layer->kind->apply(layer, TFL_POSITIVE, up, w->at[l].part[TFL_PLUS], false, scratch);
    layer->kind->apply(layer, TFL_NEGATIVE, down, w->at[l].part[TFL_PLUS], true, scratch);
    layer->kind->apply(layer, TFL_POSITIVE, down, w->at[l].part[TFL_MINUS], false, scratch);
    layer->kind->apply(layer, TFL_NEGATIVE, up, w->at[l].part[TFL_MINUS], true, scratch);
}

/* even += W^T m, odd += |W|^T h. */
static void pass_split(tfl_explain_workspace *w, unsigned l, float *even, float *odd)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *plus = w->at[l].multiplier[TFL_PLUS];
    const float *minus = w->at[l].multiplier[TFL_MINUS];
    float *mean = w->temporary[0];
    float *half = w->temporary[1];
    float *negated = w->temporary[2];
    for (size_t i = 0; i < layer->size; i++) {
        mean[i] = 0.5F * (plus[i] + minus[i]);
        half[i] = 0.5F * (plus[i] - minus[i]);
        negated[i] = -half[i];
    }
    float *into_even[] = {even};
    float *into_odd[] = {odd};
    float *scratch = w->x->scratch;
    layer->kind->transpose(layer, TFL_ALL, mean, into_even, scratch);
    layer->kind->transpose(layer, TFL_POSITIVE, half, into_odd, scratch);
    layer->kind->transpose(layer, TFL_NEGATIVE, negated, into_odd, scratch);
}

static void add_signed(size_t n, const float *x, const float *r, const float *odd, float *to)
{
    for (size_t i = 0; i < n; i++) {
        float sign = (float)((x[i] > r[i]) - (x[i] < r[i]));
        to[i] += sign * odd[i];
    }
}

/* A nonlinearity whose pass waits for the layer before it. */
typedef struct waiting {
    tfl_explain_workspace *w;
    unsigned l;
} waiting;

static void pass_strip(void *context, size_t first, size_t count)
{
    const waiting *at = context;
    size_t channels = at->w->plan->graph->layer[at->l].shape.dim[0];
    tfl_walk_steps(at->w->plan, at->l)->pass_elements(at->w, at->l, first * channels, count * channels);
}

/* into += W^T m, and first, where the nonlinearity that l goes into is joined to it, what that makes of its multipliers: then into = W^T m where it has
 * nothing yet. */
static void pass_whole(tfl_explain_workspace *w, unsigned l, float *into)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    waiting above = {w, l + 1};
    if (w->plan->joined[l + 1]) {
        const float *from = w->at[l + 1].multiplier[TFL_PLUS], *slope = w->at[l + 1].slope[TFL_PLUS];
        tfl_strips strips = {pass_strip, &above, {from, slope}};
        if (slope == NULL) { /* computed from these */
            strips.beside[1] = w->reference->of[l];
            strips.beside[2] = w->x->of[l];
        }
        bool accumulate = !tfl_walk_writes(w->plan, layer->input[0], l);
        layer->kind->transpose_strips(layer, &strips, w->at[l].multiplier[TFL_PLUS], accumulate, &into, w->x->scratch);
    } else {
        layer->kind->transpose(layer, TFL_ALL, w->at[l].multiplier[TFL_PLUS], &into, w->x->scratch);
    }
}

static void mix_pass(tfl_explain_workspace *w, unsigned l)
{
    const tfl_plan *plan = w->plan;
    const tfl_layer *layer = &plan->graph->layer[l];
    unsigned in = layer->input[0];
    size_t n = plan->graph->layer[in].size;
    float *shared = w->at[in].multiplier[TFL_PLUS];
    if (plan->split[in]) { /* by another layer that takes the same value: what comes from here is added to both */
        shared = w->temporary[3];
        memset(shared, 0, n * sizeof *shared);
    }
    if (plan->split[l]) {
        float *odd = w->temporary[4];
        memset(odd, 0, n * sizeof *odd);
        pass_split(w, l, shared, odd);
        add_signed(n, w->x->of[in], w->reference->of[in], odd, shared);
    } else {
        pass_whole(w, l, shared);
    }
    if (plan->split[in]) {
        tfl_vector_add(w->at[in].multiplier[TFL_PLUS], shared, n);
        tfl_vector_add(w->at[in].multiplier[TFL_MINUS], shared, n);
    }
}

const tfl_rule_steps tfl_mix_steps = {.split = TFL_MERGES, .parts = mix_parts, .pass = mix_pass};
