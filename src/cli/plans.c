/* Models made ready to predict and explain, one plan per sequence length. */
#include "config.h"

#include "cli/plans.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "tflift/memory.h"
#include "tflift/normalize.h"

enum { MOST_IDLE_PLANS = 16 };

struct tfl_plan {
    tfl_plan *next;
    size_t length;
    tfl_graph *graph;
    tfl_explainer *explainer;
    tfl_explain_workspace **workspace; /* [threads], NULL until asked for */
    tfl_values **values;               /* the same */
    atomic_size_t holders;
    uint64_t held_at; /* when it was last asked for */
};

struct tfl_plans {
    const tfl_model *model;
    tfl_explain_options options;
    bool explains, normalize, exact;
    unsigned threads;
    tfl_plan *first;
    size_t n;
    uint64_t clock;
};

tfl_status tfl_plans_create(const tfl_model *model, const tfl_plans_options *options, tfl_plans **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    if (*out == NULL) {
        return tfl_fail_memory(err, "a model");
    }
    **out = (tfl_plans){.model = model,
                        .explains = options->explain != NULL,
                        .normalize = options->normalize,
                        .exact = options->exact,
                        .threads = options->threads};
    if (options->explain != NULL) {
        (*out)->options = *options->explain;
    }
    return TFL_OK;
}

static void free_plan(tfl_plan *plan, unsigned threads)
{
    for (unsigned i = 0; plan->workspace != NULL && i < threads; i++) {
        tfl_explain_workspace_free(plan->workspace[i]);
    }
    for (unsigned i = 0; plan->values != NULL && i < threads; i++) {
        tfl_values_free(plan->values[i]);
    }
    free(plan->workspace);
    free(plan->values);
    tfl_explainer_free(plan->explainer);
    tfl_graph_free(plan->graph);
    free(plan);
}

void tfl_plans_free(tfl_plans *plans)
{
    while (plans != NULL && plans->first != NULL) {
        tfl_plan *plan = plans->first;
        plans->first = plan->next;
        free_plan(plan, plans->threads);
    }
    free(plans);
}

/* Frees the plan that nobody has held for the longest time, when there are many; all of them may be held. */
static void drop_oldest(tfl_plans *plans)
{
    tfl_plan **oldest = NULL;
    for (tfl_plan **link = &plans->first; *link != NULL; link = &(*link)->next) {
        if (atomic_load(&(*link)->holders) == 0 && (oldest == NULL || (*link)->held_at < (*oldest)->held_at)) {
            oldest = link;
        }
    }
    if (plans->n >= MOST_IDLE_PLANS && oldest != NULL) {
        tfl_plan *plan = *oldest;
        *oldest = plan->next;
        plans->n--;
        free_plan(plan, plans->threads);
    }
}

static tfl_status make_plan(const tfl_plans *plans, size_t length, tfl_plan **out, tfl_error *err)
{
    tfl_plan *plan = tfl_calloc(1, sizeof *plan);
    *out = plan;
    if (plan == NULL) {
        return tfl_fail_memory(err, "a model");
    }
    plan->length = length;
    atomic_init(&plan->holders, 0);
    plan->workspace = tfl_calloc(plans->threads, sizeof(tfl_explain_workspace *));
    plan->values = tfl_calloc(plans->threads, sizeof(tfl_values *));
    bool made = plan->workspace != NULL && plan->values != NULL;
    tfl_status status = made ? TFL_OK : tfl_fail_memory(err, "a model");
    if (status == TFL_OK) {
        status = tfl_model_graph_unpacked(plans->model, length, &plan->graph, err);
    }
    if (status == TFL_OK) {
        plan->graph->threads = plans->threads;
    }
    if (status == TFL_OK && plans->normalize) {
        status = tfl_normalize_weights(plan->graph, err);
    }
    if (status == TFL_OK && plans->explains) {
        status = tfl_explainer_create(plan->graph, &plans->options, &plan->explainer, err);
    } else if (status == TFL_OK) {
        plan->graph->transforms = !plans->exact;
        status = tfl_graph_prepare(plan->graph, NULL, err);
    }
    if (status != TFL_OK) {
        free_plan(plan, plans->threads);
        *out = NULL;
    }
    return status;
}

tfl_status tfl_plans_hold(tfl_plans *plans, size_t length, tfl_plan **out, tfl_error *err)
{
    tfl_plan *plan = plans->first;
    while (plan != NULL && plan->length != length) {
        plan = plan->next;
    }
    *out = NULL;
    if (plan == NULL) {
        drop_oldest(plans);
        tfl_status status = make_plan(plans, length, &plan, err);
        if (status != TFL_OK) {
            return status;
        }
        plan->next = plans->first;
        plans->first = plan;
        plans->n++;
    }
    plan->held_at = ++plans->clock;
    atomic_fetch_add(&plan->holders, 1);
    *out = plan;
    return TFL_OK;
}

void tfl_plan_release(tfl_plan *plan)
{
    if (plan != NULL) {
        atomic_fetch_sub(&plan->holders, 1);
    }
}

const tfl_graph *tfl_plan_graph(const tfl_plan *plan)
{
    return plan->graph;
}

const tfl_explainer *tfl_plan_explainer(const tfl_plan *plan)
{
    return plan->explainer;
}

tfl_status tfl_plan_workspace(tfl_plan *plan, unsigned worker, tfl_explain_workspace **out, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (plan->workspace[worker] == NULL) {
        status = tfl_explain_workspace_create(plan->explainer, &plan->workspace[worker], err);
    }
    *out = plan->workspace[worker];
    return status;
}

tfl_status tfl_plan_values(tfl_plan *plan, unsigned worker, tfl_values **out, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (plan->values[worker] == NULL) {
        status = tfl_values_create(plan->graph, &plan->values[worker], err);
    }
    *out = plan->values[worker];
    return status;
}
