/* In-silico mutagenesis: every substitution is run through the network. */
#include "config.h"

#include "attr/attr_internal.h"

#include <string.h>

/* target[base][task]: the outputs with each base at position, in w->sum. */
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
            tfl_forward(plan->graph, w->reference_values, plan->target);
            values = w->reference_values;
        }
        for (size_t t = 0; t < task->n; t++) {
            w->sum[base * task->n + t] = (double)values->of[plan->target][task->index[t]];
        }
    }
    memcpy(row, x, channels * sizeof *row);
}

/* For each base: the change it makes, and how much more it gives than the other bases on average, which counts as the contribution of the
 * base that is there. */
static void write_position(const tfl_explain_workspace *w, const tfl_task_list *task, size_t position,
                           const tfl_explanation *explanation)
{
    const tfl_plan *plan = w->plan;
    size_t channels = plan->graph->layer[0].shape.dim[0];
    size_t size = plan->graph->layer[0].size;
    const float *x = w->input_values->of[0] + position * channels;
    for (size_t t = 0; t < task->n; t++) {
        double now = (double)w->input_values->of[plan->target][task->index[t]];
        double total = 0.0;
        for (size_t base = 0; base < channels; base++) {
            total += w->sum[base * task->n + t] - now;
        }
        for (size_t base = 0; base < channels; base++) {
            size_t i = t * size + position * channels + base;
            double change = w->sum[base * task->n + t] - now;
            double gain = change - (total - change) / (double)(channels - 1);
            if (explanation->contribution != NULL) {
                explanation->contribution[i] = (float)((double)x[base] * gain);
            }
            if (explanation->hypothetical != NULL) {
                explanation->hypothetical[i] = (float)gain;
            }
            if (explanation->multiplier != NULL) {
                explanation->multiplier[i] = (float)change;
            }
        }
    }
}

void tfl_mutate(tfl_explain_workspace *w, const tfl_task_list *task, const tfl_explanation *explanation)
{
    const tfl_layer *input = &w->plan->graph->layer[0];
    memcpy(w->reference_values->of[0], w->input_values->of[0], input->size * sizeof(float));
    w->reference_known = false;
    for (size_t position = 0; position < input->size / input->shape.dim[0]; position++) {
        run_substitutions(w, task, position);
        write_position(w, task, position, explanation);
    }
}
