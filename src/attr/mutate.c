/*
 * In-silico mutagenesis: every substitution is run through the network.
 *
 * The values of a substitution differ from those of the sequence only where it is seen. Layer by layer, the positions that have changed are found
 * by looking, whatever kind of layer it is; a convolution is then computed only at the positions that see one of those. Its other positions
 * keep the values of the sequence, so that the result has the same bytes as if all of it were computed.
 */
#include "config.h"

#include "attr/attr_internal.h"

#include <string.h>

/* Positions first … first + count - 1 along the length; count 0: none. */
typedef struct range {
    size_t first, count;
} range;

/* A value as [lines][length][channels], length being what ranges count. */
typedef struct map {
    size_t lines, length, channels;
} map;

static map map_of(const tfl_shape *shape, bool last_is_one)
{
    bool turn = shape->rank == 3 && last_is_one;
    size_t length = shape->rank < 2 ? 1 : turn ? shape->dim[1] : shape->dim[shape->rank - 1];
    size_t channels = shape->dim[0];
    return (map){tfl_shape_size(shape) / length / channels, length, channels};
}

/* ---------------------------------------------------------------- what has changed */

static bool position_differs(const map *m, const float *a, const float *b, size_t position)
{
    for (size_t line = 0; line < m->lines; line++) {
        size_t at = (line * m->length + position) * m->channels;
        if (memcmp(a + at, b + at, m->channels * sizeof *a) != 0) {
            return true;
        }
    }
    return false;
}

static range find_changed(const map *m, const float *a, const float *b)
{
    range changed = {0, m->length};
    while (changed.count > 0 && !position_differs(m, a, b, changed.first)) {
        changed.first++;
        changed.count--;
    }
    while (changed.count > 0 && !position_differs(m, a, b, changed.first + changed.count - 1)) {
        changed.count--;
    }
    return changed;
}

/* Positions of the output that see a changed one of the input. */
static range find_affected(const tfl_layer *layer, const map *out, range changed)
{
    size_t extent;
    size_t stride;
    int64_t offset;
    layer->kind->window(layer, &extent, &stride, &offset);
    if (changed.count == 0 || extent == 0) {
        return (range){0, changed.count == 0 ? 0 : out->length};
    }
    /* Window p sees offset + p stride … + extent - 1. */
    int64_t step = (int64_t)stride;
    int64_t low = (int64_t)changed.first - offset - (int64_t)extent + 1;
    int64_t high = (int64_t)(changed.first + changed.count - 1) - offset;
    int64_t first = low > 0 ? (low + step - 1) / step : 0;
    int64_t end = high < 0 ? 0 : high / step + 1;
    end = end > (int64_t)out->length ? (int64_t)out->length : end;
    return first < end ? (range){(size_t)first, (size_t)(end - first)} : (range){0, 0};
}

static void copy_range(const map *m, range r, const float *from, float *to)
{
    for (size_t line = 0; r.count > 0 && line < m->lines; line++) {
        size_t at = (line * m->length + r.first) * m->channels;
        memcpy(to + at, from + at, r.count * m->channels * sizeof *to);
    }
}

/* ---------------------------------------------------------------- one substitution */

/* The layer's values at the substitution; at entry they are those of another one, or of the sequence. */
static void run_layer(tfl_explain_workspace *w, unsigned l)
{
    const tfl_layer *layer = &w->plan->graph->layer[l];
    const tfl_values *before = w->input_values;
    tfl_values *now = w->reference_values;
    const float *in[TFL_MAX_INPUTS];
    tfl_values_inputs(now, layer, in);
    if (layer->kind->forward_range == NULL || layer->kind->window == NULL) {
        layer->kind->forward(layer, in, now->of[l], now->scratch);
        return;
    }
    const tfl_shape *from = &layer->input_shape[0];
    bool last_is_one = from->dim[from->rank - 1] == 1 && layer->shape.dim[layer->shape.rank - 1] == 1;
    const map in_map = map_of(from, last_is_one);
    const map out_map = map_of(&layer->shape, last_is_one);
    range old = find_changed(&out_map, now->of[l], before->of[l]);
    copy_range(&out_map, old, before->of[l], now->of[l]);
    range affected = find_affected(layer, &out_map, find_changed(&in_map, in[0], before->of[layer->input[0]]));
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
    }
    w->reference_known = false;
    for (size_t position = 0; position < input->size / input->shape.dim[0]; position++) {
        run_substitutions(w, task, position);
        write_position(w, task, position, explanation);
    }
}
