/* Predictions for the sequences of a source. */
#include "config.h"

#include "cli/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/plans.h"
#include "cli/progress.h"
#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"
#include "tflift/threads.h"

typedef struct predict_item {
    tfl_sequence sequence;
    tfl_region region;
    tfl_plan *plan;
    double fraction; /* of the source that had been read with it */
    float *value;    /* [2][tasks] logits, probabilities */
    size_t capacity;
} predict_item;

typedef struct prediction {
    tfl_source *source;
    tfl_n_policy policy;
    tfl_plans *plans;
    tfl_output *output;
    tfl_progress progress;
    size_t n_tasks; /* of the first sequence's network */
    uint64_t done;
} prediction;

static tfl_status read_item(void *context, void *slot, bool *end, tfl_error *err)
{
    prediction *p = context;
    predict_item *item = slot;
    tfl_status status = tfl_source_next(p->source, &item->sequence, &item->region, end, err);
    if (status != TFL_OK || *end) {
        return status;
    }
    item->fraction = tfl_source_fraction(p->source);
    status = tfl_plans_hold(p->plans, item->sequence.length, &item->plan, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "%s: %s", tfl_source_name(p->source), item->sequence.name);
    }
    return status;
}

/* The probability that goes with each logit; and the logit with a probability that has none. */
static void fill_probabilities(const tfl_graph *graph, const tfl_values *values, float *logit, float *probability)
{
    bool softmax = strcmp(graph->layer[graph->output].kind->name, "softmax") == 0;
    for (size_t t = 0; t < graph->n_tasks; t++) {
        double x = (double)logit[t];
        if (tfl_graph_is_probability(graph, t)) {
            probability[t] = logit[t];
            logit[t] = (float)(log(x) - log1p(-fmin(x, 1)));
        } else {
            probability[t] = softmax ? values->of[graph->output][t] : (float)(1 / (1 + exp(-x)));
        }
    }
}

static tfl_status predict_item_of(const prediction *p, unsigned worker, predict_item *item, tfl_error *err)
{
    const tfl_graph *graph = tfl_plan_graph(item->plan);
    tfl_values *values;
    tfl_status status = tfl_plan_values(item->plan, worker, &values, err);
    if (status == TFL_OK) {
        status = TFL_GROW(item->value, &item->capacity, 2 * graph->n_tasks, "predictions", err);
    }
    if (status != TFL_OK) {
        return status;
    }
    tfl_one_hot(item->sequence.letters, item->sequence.length, p->policy, values->of[0]);
    tfl_forward(graph, values, graph->output);
    memcpy(item->value, values->of[graph->logits], graph->n_tasks * sizeof *item->value);
    fill_probabilities(graph, values, item->value, item->value + graph->n_tasks);
    return TFL_OK;
}

static tfl_status work_on_item(void *context, unsigned worker, void *slot, tfl_error *err)
{
    return predict_item_of(context, worker, slot, err);
}

static tfl_status write_header(prediction *p, const tfl_graph *graph, tfl_error *err)
{
    p->n_tasks = graph->n_tasks;
    tfl_status status = tfl_output_printf(p->output, err, "#name");
    for (size_t t = 0; t < graph->n_tasks && status == TFL_OK; t++) {
        status = tfl_output_printf(p->output, err, "\tlogit_%s\tprobability_%s", graph->task[t], graph->task[t]);
    }
    return status == TFL_OK ? tfl_output_printf(p->output, err, "\n") : status;
}

static tfl_status write_row(const prediction *p, const predict_item *item, tfl_error *err)
{
    tfl_status status = tfl_row_check(item->sequence.name, err);
    if (status == TFL_OK) {
        status = tfl_output_printf(p->output, err, "%s", item->sequence.name);
    }
    for (size_t t = 0; t < p->n_tasks && status == TFL_OK; t++) {
        char logit[TFL_NUMBER_SIZE], probability[TFL_NUMBER_SIZE];
        tfl_format_float(logit, item->value[t]);
        tfl_format_float(probability, item->value[p->n_tasks + t]);
        status = tfl_output_printf(p->output, err, "\t%s\t%s", logit, probability);
    }
    return status == TFL_OK ? tfl_output_printf(p->output, err, "\n") : status;
}

static tfl_status write_item(void *context, void *slot, tfl_error *err)
{
    prediction *p = context;
    predict_item *item = slot;
    const tfl_graph *graph = tfl_plan_graph(item->plan);
    tfl_status status = p->done == 0 ? write_header(p, graph, err) : TFL_OK;
    if (status == TFL_OK && graph->n_tasks != p->n_tasks) {
        status = tfl_fail(err, TFL_EINPUT, "%s: %s: of %zu positions gives %zu outputs, and those before gave %zu",
                          tfl_source_name(p->source), item->sequence.name, item->sequence.length, graph->n_tasks,
                          p->n_tasks);
    }
    if (status == TFL_OK) {
        status = write_row(p, item, err);
    }
    tfl_plan_release(item->plan);
    item->plan = NULL;
    p->done++;
    tfl_progress_step(&p->progress, p->done, item->fraction);
    return status;
}

static const tfl_pipeline pipeline = {read_item, work_on_item, write_item};

static tfl_status run_pipeline(prediction *p, unsigned threads, tfl_error *err)
{
    size_t n = 4 * (size_t)threads;
    predict_item *item = tfl_calloc(n, sizeof *item);
    void **slot = tfl_calloc(n, sizeof *slot);
    tfl_status status = item == NULL || slot == NULL ? tfl_fail_memory(err, "sequences") : TFL_OK;
    for (size_t i = 0; i < n && status == TFL_OK; i++) {
        slot[i] = &item[i];
    }
    if (status == TFL_OK) {
        status = tfl_pipeline_run(&pipeline, p, slot, n, threads, err);
    }
    for (size_t i = 0; i < n && item != NULL; i++) {
        tfl_sequence_clear(&item[i].sequence);
        tfl_region_clear(&item[i].region);
        tfl_plan_release(item[i].plan);
        free(item[i].value);
    }
    free(item);
    free(slot);
    return status;
}

tfl_status tfl_predict_write(const tfl_call *call, const tfl_model *model, tfl_source *source, tfl_n_policy policy,
                             bool exact, unsigned threads, tfl_output *output, tfl_error *err)
{
    prediction p = {.source = source, .policy = policy, .output = output};
    const tfl_plans_options options = {.exact = exact, .threads = threads};
    tfl_status status = tfl_plans_create(model, &options, &p.plans, err);
    if (status == TFL_OK) {
        tfl_progress_start(&p.progress, call, "sequences");
        status = run_pipeline(&p, threads, err);
        tfl_progress_end(&p.progress);
    }
    tfl_plans_free(p.plans);
    return status;
}
