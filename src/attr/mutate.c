/*
 * In-silico mutagenesis: every substitution is run through the network.
 *
 * The values of a substitution differ from those of the sequence only at positions that see it. Each layer that can be run for some positions is run
 * for these alone; its others keep the values of the sequence, so that the result has the same bytes as if all of it were computed. Any other
 * layer is run wholly, and then compared with what it was.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- ranges of positions */

static tfl_range join(tfl_range a, tfl_range b)
{
    if (a.count == 0 || b.count == 0) {
        return a.count == 0 ? b : a;
    }
    size_t first = a.first < b.first ? a.first : b.first;
    size_t end_a = a.first + a.count;
    size_t end_b = b.first + b.count;
    return (tfl_range){first, (end_a > end_b ? end_a : end_b) - first};
}

static bool position_differs(const tfl_map *map, const float *a, const float *b, size_t position)
{
    for (size_t line = 0; line < map->lines; line++) {
        size_t at = (line * map->length + position) * map->channels;
        if (memcmp(a + at, b + at, map->channels * sizeof *a) != 0) {
            return true;
        }
    }
    return false;
}

static tfl_range find_changed(const tfl_map *map, const float *a, const float *b)
{
    tfl_range changed = {0, map->length};
    while (changed.count > 0 && !position_differs(map, a, b, changed.first)) {
        changed.first++;
        changed.count--;
    }
    while (changed.count > 0 && !position_differs(map, a, b, changed.first + changed.count - 1)) {
        changed.count--;
    }
    return changed;
}

static void copy_range(const tfl_map *map, tfl_range r, const float *from, float *to)
{
    for (size_t line = 0; r.count > 0 && line < map->lines; line++) {
        size_t at = (line * map->length + r.first) * map->channels;
        memcpy(to + at, from + at, r.count * map->channels * sizeof *to);
    }
}

/* Positions of an output of that length which see a changed one of the input, where position p sees offset + p stride … + extent - 1. */
static tfl_range see_changed(const tfl_layer *layer, size_t length, tfl_range changed)
{
    size_t extent;
    size_t stride;
    int64_t offset;
    layer->kind->window(layer, &extent, &stride, &offset);
    if (extent == 0) {
        return (tfl_range){0, length};
    }
    int64_t step = (int64_t)stride;
    int64_t low = (int64_t)changed.first - offset - (int64_t)extent + 1;
    int64_t high = (int64_t)(changed.first + changed.count - 1) - offset;
    int64_t first = low > 0 ? (low + step - 1) / step : 0;
    int64_t end = high < 0 ? 0 : high / step + 1;
    end = end > (int64_t)length ? (int64_t)length : end;
    return first < end ? (tfl_range){(size_t)first, (size_t)(end - first)} : (tfl_range){0, 0};
}

/* Positions of the layer's output that may change when those of its inputs do. */
static tfl_range find_affected(const tfl_explain_workspace *w, const tfl_layer *layer, const tfl_map *map)
{
    tfl_range changed = {0, 0};
    bool same_axis = true;
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        changed = join(changed, w->at[layer->input[k]].changed);
        same_axis &= tfl_shape_map(&layer->input_shape[k]).axis == map->axis;
    }
    if (changed.count == 0) {
        return changed;
    }
    if (!same_axis) {
        return (tfl_range){0, map->length};
    }
    return layer->kind->window == NULL ? changed : see_changed(layer, map->length, changed);
}

/* ---------------------------------------------------------------- one substitution */

/* The layer's values at the substitution; at entry they are those of another one, or of the sequence. */
static void run_layer(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const float *before = w->input_values->of[l];
    tfl_values *now = w->reference_values;
    tfl_place *at = &w->at[l];
    const tfl_map map = tfl_shape_map(&layer->shape);
    const float *in[TFL_MAX_INPUTS];
    tfl_values_inputs(now, layer, in);
    if (layer->kind->forward_range == NULL) {
        layer->kind->forward(layer, in, now->of[l], now->scratch);
        at->changed = find_changed(&map, now->of[l], before);
        return;
    }
    tfl_range affected = find_affected(w, layer, &map);
    if (affected.first != at->changed.first || affected.count != at->changed.count) {
        copy_range(&map, at->changed, before, now->of[l]);
    }
    at->changed = affected;
    if (affected.count > 0) {
        layer->kind->forward_range(layer, in, now->of[l], affected.first, affected.count, now->scratch);
    }
}

/* sum[base][task]: the outputs with each base at position. */
static void run_substitutions(tfl_explain_workspace *w, const tfl_task_list *task, size_t position)
{
    const tfl_plan *plan = w->plan;
    size_t channels = plan->graph->layer[0].shape.dim[0];
    const float *x = w->input_values->of[0] + position * channels;
    float *row = w->reference_values->of[0] + position * channels;
    w->at[0].changed = (tfl_range){position, 1};
    for (size_t base = 0; base < channels; base++) {
        memset(row, 0, channels * sizeof *row);
        row[base] = 1.0F;
        const tfl_values *values = w->input_values;
        if (memcmp(row, x, channels * sizeof *row) != 0) {
            for (unsigned l = 1; l <= plan->target; l++) {
                run_layer(w, l);
            }
            values = w->reference_values;
        }
        for (size_t t = 0; t < task->n; t++) {
            w->sum[base * task->n + t] = (double)values->of[plan->target][task->index[t]];
        }
    }
    memcpy(row, x, channels * sizeof *row);
}

/* ---------------------------------------------------------------- results */

/* What one base gives: change by it, and gain over the mean of the other bases. */
static void write_base(const tfl_explanation *explanation, size_t i, float x, double change, double gain)
{
    if (explanation->contribution != NULL) {
        explanation->contribution[i] = (float)((double)x * gain);
    }
    if (explanation->hypothetical != NULL) {
        explanation->hypothetical[i] = (float)gain;
    }
    if (explanation->multiplier != NULL) {
        explanation->multiplier[i] = (float)change;
    }
}

static void write_position(const tfl_explain_workspace *w, const tfl_task_list *task, size_t position,
                           const tfl_explanation *explanation)
{
    const tfl_plan *plan = w->plan;
    size_t channels = plan->graph->layer[0].shape.dim[0];
    const float *x = w->input_values->of[0] + position * channels;
    for (size_t t = 0; t < task->n; t++) {
        double now = (double)w->input_values->of[plan->target][task->index[t]];
        double total = 0.0;
        for (size_t base = 0; base < channels; base++) {
            total += w->sum[base * task->n + t] - now;
        }
        for (size_t base = 0; base < channels; base++) {
            double change = w->sum[base * task->n + t] - now;
            double others = (total - change) / (double)(channels - 1);
            size_t i = t * plan->graph->layer[0].size + position * channels + base;
            write_base(explanation, i, x[base], change, change - others);
        }
    }
}

void tfl_mutate(tfl_explain_workspace *w, const tfl_task_list *task, const tfl_explanation *explanation)
{
    const tfl_plan *plan = w->plan;
    const tfl_layer *input = &plan->graph->layer[0];
    for (unsigned l = 0; l <= plan->target; l++) {
        memcpy(w->reference_values->of[l], w->input_values->of[l], plan->graph->layer[l].size * sizeof(float));
        w->at[l].changed = (tfl_range){0, 0};
    }
    w->reference_known = false;
    for (size_t position = 0; position < input->size / input->shape.dim[0]; position++) {
        run_substitutions(w, task, position);
        write_position(w, task, position, explanation);
    }
}
