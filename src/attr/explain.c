/* A sequence, its references, and the averages over them. */
#include "config.h"

#include "tflift/explain.h"

#include "attr/attr_internal.h"

#include "tflift/memory.h"
#include "tflift/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the explainer */

static tfl_status check_options(const tfl_explain_options *options, tfl_error *err)
{
    if (options->method->average == TFL_INTEGRATE && options->steps == 0) {
        return tfl_fail(err, TFL_EUSAGE, "%s takes at least 1 step", options->method->name);
    }
    return TFL_OK;
}

static tfl_status prepare_weights(tfl_explainer *explainer, bool exact, tfl_error *err)
{
    bool *parts = tfl_calloc(explainer->graph->n_layers, sizeof *parts);
    if (parts == NULL) {
        return tfl_fail_memory(err, "the plan of an explanation");
    }
    explainer->graph->transforms = !exact && explainer->method->average != TFL_MUTATE;
    for (unsigned l = 0; l < explainer->graph->n_layers; l++) {
        parts[l] = tfl_plan_needs_part_weights(&explainer->plan, l);
    }
    tfl_status status = tfl_graph_prepare(explainer->graph, parts, err);
    free(parts);
    return status;
}

tfl_status tfl_explainer_create(tfl_graph *graph, const tfl_explain_options *options, tfl_explainer **out, tfl_error *err)
{
    *out = NULL;
    tfl_status status = check_options(options, err);
    if (status == TFL_OK && options->probability) {
        status = tfl_graph_end_in_sigmoid(graph, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    tfl_explainer *explainer = tfl_calloc(1, sizeof *explainer);
    if (explainer == NULL) {
        return tfl_fail_memory(err, "an explainer");
    }
    explainer->graph = graph;
    explainer->method = options->method;
    explainer->steps = options->method->average == TFL_INTEGRATE ? options->steps : 1;
    explainer->max_tasks = options->max_tasks == 0 ? graph->n_tasks : options->max_tasks;
    status = tfl_plan_create(&explainer->plan, graph, options, err);
    if (status == TFL_OK) {
        status = prepare_weights(explainer, options->exact, err);
    }
    if (status != TFL_OK) {
        tfl_explainer_free(explainer);
        return status;
    }
    *out = explainer;
    return TFL_OK;
}

void tfl_explainer_free(tfl_explainer *explainer)
{
    if (explainer != NULL) {
        tfl_plan_clear(&explainer->plan);
        free(explainer);
    }
}

tfl_rule tfl_explainer_rule(const tfl_explainer *explainer, unsigned layer)
{
    bool ruled = explainer->graph->layer[layer].kind->family == TFL_ELEMENTWISE && explainer->method->average != TFL_MUTATE;
    return ruled ? explainer->plan.rule[layer] : TFL_RULES;
}

const char *tfl_explainer_rule_text(const tfl_explainer *explainer, unsigned layer)
{
    return explainer->method->average == TFL_MUTATE ? NULL : tfl_walk_steps(&explainer->plan, layer)->name;
}

/* ---------------------------------------------------------------- one sequence */

typedef struct tfl_references {
    size_t n;
    tfl_status (*fill)(void *context, size_t j, float *rows, tfl_error *err);
    void *context;
} tfl_references;

static size_t input_size(const tfl_explainer *explainer)
{
    return explainer->graph->layer[0].size;
}

static tfl_status check_call(const tfl_explainer *explainer, const tfl_task_list *task, size_t n_references, tfl_error *err)
{
    if (task->n > explainer->max_tasks) {
        return tfl_fail(err, TFL_EUSAGE, "%zu tasks at once, where the explainer was made for %zu", task->n, explainer->max_tasks);
    }
    for (size_t i = 0; i < task->n; i++) {
        if (task->index[i] >= explainer->graph->n_tasks) {
            return tfl_fail(err, TFL_EUSAGE, "task %u: the model has %zu, counted from 0", task->index[i],
                            explainer->graph->n_tasks);
        }
    }
    const tfl_method *method = explainer->method;
    bool needed = explainer->plan.needs_reference || method->average == TFL_INTEGRATE || method->times_delta;
    if (needed && n_references == 0) {
        return tfl_fail(err, TFL_EUSAGE, "%s compares with a reference, and there is none", method->name);
    }
    return TFL_OK;
}

/* Forward from the rows in values->of[0]. */
static void run_forward(const tfl_explainer *explainer, tfl_values *values)
{
    tfl_forward(explainer->graph, values, explainer->plan.target);
}

/* Reference j becomes w->rows. */
static tfl_status fetch_reference(tfl_explain_workspace *w, const tfl_references *references, size_t j, tfl_error *err)
{
    tfl_status status = references->fill(references->context, j, w->rows, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "reference %zu", j);
    }
    return status;
}

/* Values at the reference in w->rows; those of the last one serve again when it is the same (zeros, frequencies). */
static void run_reference(const tfl_explainer *explainer, tfl_explain_workspace *w)
{
    float *input = w->reference_values->of[0];
    size_t bytes = input_size(explainer) * sizeof *input;
    if (w->reference_known && memcmp(input, w->rows, bytes) == 0) {
        return;
    }
    memcpy(input, w->rows, bytes);
    run_forward(explainer, w->reference_values);
    w->reference_known = true;
}

static void add_reference_output(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task)
{
    for (size_t i = 0; i < task->n; i++) {
        w->sum_output[i] += (double)w->reference_values->of[explainer->plan.target][task->index[i]];
    }
}

enum { MOST_WALKS = 32 }; /* that wait: their multipliers are summed in float32 */

static size_t waiting_size(const tfl_explainer *explainer)
{
    return explainer->graph->layer[explainer->plan.last].size;
}

/* Walks that ended at plan.last go the rest of the way together. */
static void finish_walks(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task)
{
    size_t size = input_size(explainer), n = waiting_size(explainer);
    for (size_t t = 0; w->n_waiting > 0 && t < task->n; t++) {
        const float *multiplier = tfl_walk_rest(w, w->waiting + t * n);
        for (size_t i = 0; i < size; i++) {
            w->sum[t * size + i] += (double)multiplier[i];
        }
    }
    w->n_waiting = 0;
}

/* The t-th task's multipliers of the output of plan.last: what rows take from them is wanted at once, what x takes can wait. */
static void add_short_walk(const tfl_explainer *explainer, tfl_explain_workspace *w, size_t t, const float *multiplier)
{
    const tfl_layer *last = &explainer->graph->layer[explainer->plan.last];
    size_t size = input_size(explainer), n = waiting_size(explainer);
    double *sum_reference = w->sum_reference + t * size;
    last->kind->times(last, w->rows, w->times_memory, multiplier, w->times, w->x->scratch);
    for (size_t i = 0; i < size; i++) {
        sum_reference[i] += (double)w->times[i];
    }
    if (w->n_waiting == 0) {
        memcpy(w->waiting + t * n, multiplier, n * sizeof *multiplier);
    } else {
        tfl_vector_add(w->waiting + t * n, multiplier, n);
    }
}

static void add_long_walk(const tfl_explainer *explainer, tfl_explain_workspace *w, size_t t, const float *multiplier)
{
    size_t size = input_size(explainer);
    for (size_t i = 0; i < size; i++) {
        w->sum[t * size + i] += (double)multiplier[i];
        w->sum_reference[t * size + i] += (double)multiplier[i] * (double)w->rows[i];
    }
}

/* One walk per task, for the reference in w->rows. */
static void add_walks(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task)
{
    const tfl_layer *last = &explainer->graph->layer[explainer->plan.last];
    bool is_short = explainer->plan.last > 0;
    if (is_short) {
        last->kind->times_prepare(last, w->rows, w->times_memory);
    }
    for (size_t t = 0; t < task->n; t++) {
        const float *multiplier = tfl_walk(w, task->index[t]);
        (is_short ? add_short_walk : add_long_walk)(explainer, w, t, multiplier);
    }
    w->n_walks++;
    w->n_waiting += is_short ? 1 : 0;
    if (w->n_waiting == MOST_WALKS) {
        finish_walks(explainer, w, task);
    }
}

/* ---------------------------------------------------------------- averages */

/* The references' outputs alone: mutagenesis does not compare with them. */
static tfl_status add_outputs(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task,
                              const tfl_references *references, tfl_error *err)
{
    tfl_status status = TFL_OK;
    memset(w->sum_output, 0, task->n * sizeof *w->sum_output);
    for (size_t j = 0; status == TFL_OK && j < references->n; j++) {
        status = fetch_reference(w, references, j, err);
        if (status == TFL_OK) {
            run_reference(explainer, w);
            add_reference_output(explainer, w, task);
        }
    }
    return status;
}

/* A walk for each reference. */
static tfl_status add_differences(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task,
                                  const tfl_references *references, tfl_error *err)
{
    for (size_t j = 0; j < references->n; j++) {
        tfl_status status = fetch_reference(w, references, j, err);
        if (status != TFL_OK) {
            return status;
        }
        run_reference(explainer, w);
        add_reference_output(explainer, w, task);
        tfl_walk_prepare(w);
        add_walks(explainer, w, task);
    }
    return TFL_OK;
}

/* One walk for all references, as it does not look at them: they count as their mean, none as zeros. */
static tfl_status add_gradients(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task,
                                const tfl_references *references, tfl_error *err)
{
    size_t size = input_size(explainer);
    memset(w->row_sum, 0, size * sizeof *w->row_sum);
    for (size_t j = 0; j < references->n; j++) {
        tfl_status status = fetch_reference(w, references, j, err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t i = 0; i < size; i++) {
            w->row_sum[i] += (double)w->rows[i];
        }
        run_reference(explainer, w);
        add_reference_output(explainer, w, task);
    }
    for (size_t i = 0; i < size; i++) {
        w->rows[i] = references->n == 0 ? 0.0F : (float)(w->row_sum[i] / (double)references->n);
    }
    tfl_walk_prepare(w);
    add_walks(explainer, w, task);
    return TFL_OK;
}

/* A walk at each of the midpoints between each reference and x. */
static tfl_status add_midpoints(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task,
                                const tfl_references *references, tfl_error *err)
{
    const float *x = w->input_values->of[0];
    float *point = w->reference_values->of[0];
    for (size_t j = 0; j < references->n; j++) {
        tfl_status status = fetch_reference(w, references, j, err);
        if (status != TFL_OK) {
            return status;
        }
        run_reference(explainer, w);
        add_reference_output(explainer, w, task);
        w->reference_known = false;
        w->x = w->reference_values;
        for (unsigned step = 0; step < explainer->steps; step++) {
            double way = ((double)step + 0.5) / (double)explainer->steps;
            for (size_t i = 0; i < input_size(explainer); i++) {
                point[i] = (float)((double)w->rows[i] + way * ((double)x[i] - (double)w->rows[i]));
            }
            run_forward(explainer, w->x);
            tfl_walk_prepare(w);
            add_walks(explainer, w, task);
        }
        w->x = w->input_values;
    }
    return TFL_OK;
}

static tfl_status add_all(const tfl_explainer *explainer, tfl_explain_workspace *w, const tfl_task_list *task,
                          const tfl_references *references, tfl_error *err)
{
    size_t n = task->n * input_size(explainer);
    memset(w->sum, 0, n * sizeof *w->sum);
    memset(w->sum_reference, 0, n * sizeof *w->sum_reference);
    memset(w->sum_output, 0, task->n * sizeof *w->sum_output);
    w->n_walks = w->n_waiting = 0;
    tfl_status status;
    if (explainer->method->average == TFL_INTEGRATE) {
        status = add_midpoints(explainer, w, task, references, err);
    } else if (explainer->plan.needs_reference) {
        status = add_differences(explainer, w, task, references, err);
    } else {
        status = add_gradients(explainer, w, task, references, err);
    }
    finish_walks(explainer, w, task);
    return status;
}

/* ---------------------------------------------------------------- results */

/* From the sums of one task to its arrays, [length][channels]. */
static void write_task(const tfl_explainer *explainer, const tfl_explain_workspace *w, size_t t, const tfl_explanation *explanation)
{
    double walks = (double)w->n_walks;
    size_t size = input_size(explainer);
    size_t channels = explainer->graph->layer[0].shape.dim[0];
    const float *x = w->input_values->of[0];
    const double *sum = w->sum + t * size;
    const double *sum_reference = w->sum_reference + t * size;
    for (size_t row = 0; row < size; row += channels) {
        double reference = 0.0;
        for (size_t i = row; i < row + channels; i++) {
            reference += sum_reference[i];
        }
        for (size_t i = row; i < row + channels; i++) {
            double taken = explainer->method->times_delta ? sum_reference[i] : 0.0;
            if (explanation->contribution != NULL) {
                explanation->contribution[t * size + i] = (float)(((double)x[i] * sum[i] - taken) / walks);
            }
            if (explanation->hypothetical != NULL) {
                explanation->hypothetical[t * size + i] = (float)((sum[i] - reference) / walks);
            }
            if (explanation->multiplier != NULL) {
                explanation->multiplier[t * size + i] = (float)(sum[i] / walks);
            }
        }
    }
}

static void write_outputs(const tfl_explainer *explainer, const tfl_explain_workspace *w, const tfl_task_list *task,
                          size_t n_references, const tfl_explanation *explanation)
{
    for (size_t t = 0; t < task->n; t++) {
        if (explanation->output != NULL) {
            explanation->output[t] = (double)w->input_values->of[explainer->plan.target][task->index[t]];
        }
        if (explanation->reference_output != NULL) {
            explanation->reference_output[t] = n_references == 0 ? (double)NAN : w->sum_output[t] / (double)n_references;
        }
    }
}

tfl_status tfl_explain(const tfl_explainer *explainer, tfl_explain_workspace *workspace, const float *x, const unsigned *task,
                       size_t n_tasks, size_t n_references,
                       tfl_status (*reference)(void *context, size_t j, float *rows, tfl_error *err), void *context,
                       tfl_explanation *explanation, tfl_error *err)
{
    const tfl_task_list tasks = {task, n_tasks};
    const tfl_references references = {n_references, reference, context};
    tfl_explain_workspace *w = workspace;
    tfl_status status = check_call(explainer, &tasks, n_references, err);
    if (status != TFL_OK) {
        return status;
    }
    memcpy(w->input_values->of[0], x, input_size(explainer) * sizeof *x);
    run_forward(explainer, w->input_values);
    if (explainer->method->average == TFL_MUTATE) {
        tfl_mutate(w, &tasks, explanation);
        status = add_outputs(explainer, w, &tasks, &references, err);
    } else {
        status = add_all(explainer, w, &tasks, &references, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    for (size_t t = 0; t < n_tasks && explainer->method->average != TFL_MUTATE; t++) {
        write_task(explainer, w, t, explanation);
    }
    write_outputs(explainer, w, &tasks, n_references, explanation);
    return TFL_OK;
}
