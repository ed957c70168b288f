/* A network against the labels of a data set. */
#include "config.h"

#include "cli/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/metrics.h"

static void view_rows(void *context, size_t i, float *rows)
{
    const tfl_split_view *view = context;
    const tfl_sequence *sequence = &view->data->sequence[view->index[i]];
    tfl_one_hot(sequence->letters, sequence->length, TFL_N_QUARTER, rows);
}

tfl_status tfl_split_view_create(const tfl_dataset *data, tfl_split split, tfl_split_view *view, tfl_error *err)
{
    size_t n = 0, tasks = data->n_tasks;
    for (size_t i = 0; i < data->n; i++) {
        n += data->split[i] == split;
    }
    *view = (tfl_split_view){
        .data = data, .index = tfl_calloc(n, sizeof(size_t)), .label = tfl_calloc(n, tasks * sizeof(float))};
    if (view->index == NULL || view->label == NULL) {
        tfl_split_view_clear(view);
        return tfl_fail_memory(err, "labels");
    }
    n = 0;
    for (size_t i = 0; i < data->n; i++) {
        if (data->split[i] == split) {
            view->index[n] = i;
            memcpy(view->label + n * tasks, data->label + i * tasks, tasks * sizeof(float));
            n++;
        }
    }
    view->examples = (tfl_examples){view_rows, view, n, view->label};
    return TFL_OK;
}

void tfl_split_view_clear(tfl_split_view *view)
{
    free(view->index);
    free(view->label);
    *view = (tfl_split_view){0};
}

tfl_status tfl_evaluate_header(tfl_output *output, tfl_error *err)
{
    return tfl_output_printf(output, err, "#task\tsplit\tsequences\tpositives\tauroc\tauprc\n");
}

static tfl_status write_task(const tfl_split_view *view, tfl_split split, size_t task, const float *logit,
                             tfl_output *output, tfl_error *err)
{
    size_t n = view->examples.n, tasks = view->data->n_tasks, known = 0, positives = 0;
    for (size_t i = 0; i < n; i++) {
        float label = view->label[i * tasks + task];
        known += isnan(label) ? 0 : 1;
        positives += label > 0.5F ? 1 : 0;
    }
    double roc = 0, prc = 0;
    tfl_status status = tfl_auroc(logit + task, view->label + task, n, tasks, &roc, err);
    if (status == TFL_OK) {
        status = tfl_auprc(logit + task, view->label + task, n, tasks, &prc, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    return tfl_output_printf(output, err, "%s\t%s\t%zu\t%zu\t%.4f\t%.4f\n", view->data->task[task],
                             tfl_split_name[split], known, positives, roc, prc);
}

tfl_status tfl_evaluate_split(const tfl_graph *graph, const tfl_dataset *data, tfl_split split, unsigned threads,
                              tfl_output *output, tfl_error *err)
{
    if (graph->n_tasks != data->n_tasks) {
        return tfl_fail(err, TFL_EINPUT,
                        "the model has %zu tasks, the labels have %zu columns: they must be the same tasks",
                        graph->n_tasks, data->n_tasks);
    }
    tfl_split_view view;
    tfl_status status = tfl_split_view_create(data, split, &view, err);
    if (status != TFL_OK) {
        return status;
    }
    float *logit = tfl_calloc(view.examples.n, data->n_tasks * sizeof *logit);
    status =
        logit == NULL ? tfl_fail_memory(err, "predictions") : tfl_predict(graph, &view.examples, threads, logit, err);
    for (size_t task = 0; task < data->n_tasks && view.examples.n > 0 && status == TFL_OK; task++) {
        status = write_task(&view, split, task, logit, output, err);
    }
    free(logit);
    tfl_split_view_clear(&view);
    return status;
}
