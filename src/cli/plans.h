/*
 * plans.h: a model made ready to predict or explain sequences of one length, kept for the next sequence of that length.
 */
#ifndef TFLIFT_CLI_PLANS_H
#define TFLIFT_CLI_PLANS_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/explain.h"
#include "tflift/model.h"

typedef struct tfl_plan tfl_plan;
typedef struct tfl_plans tfl_plans;

typedef struct tfl_plans_options {
    const tfl_explain_options *explain; /* NULL: plans predict, and have no explainer */
    bool exact;                         /* of plans that predict: convolutions by direct sums; an explainer is told by its own options */
    bool normalize;                     /* weight normalisation of the first layer */
    unsigned threads;
} tfl_plans_options;

/* model and the arrays of options->explain are kept, not copied. */
tfl_status tfl_plans_create(const tfl_model *model, const tfl_plans_options *options, tfl_plans **out, tfl_error *err) TFL_MUST_USE;
void tfl_plans_free(tfl_plans *plans);

/* The plan for a length, held until tfl_plan_release; called by one thread at a time. Plans that nobody holds are
 * dropped when there are many. */
tfl_status tfl_plans_hold(tfl_plans *plans, size_t length, tfl_plan **out, tfl_error *err) TFL_MUST_USE;

/* From any thread; NULL is allowed. */
void tfl_plan_release(tfl_plan *plan);

const tfl_graph *tfl_plan_graph(const tfl_plan *plan);
const tfl_explainer *tfl_plan_explainer(const tfl_plan *plan);

/* The workspace of a worker, made at its first call; each worker asks for its own only. */
tfl_status tfl_plan_workspace(tfl_plan *plan, unsigned worker, tfl_explain_workspace **out,
                              tfl_error *err) TFL_MUST_USE;

/* Values of the plan's graph for a worker to predict in, likewise. */
tfl_status tfl_plan_values(tfl_plan *plan, unsigned worker, tfl_values **out, tfl_error *err) TFL_MUST_USE;

#endif
