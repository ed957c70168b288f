/*
 * explain.h: contributions of every base to a task.
 *
 * The explainer is immutable and shared by threads; each thread has a workspace. A sequence is explained against its references one
 * after the other, and the results are averaged in float64, so its scores are the same alone or in any batch.
 */
#ifndef TFLIFT_EXPLAIN_H
#define TFLIFT_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/graph.h"
#include "tflift/method.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A rule for one layer, by name, instead of the method's (--rule LAYER=RULE). */
typedef struct tfl_rule_override {
    const char *layer;
    tfl_rule rule;
} tfl_rule_override;

typedef struct tfl_explain_options {
    const tfl_method *method;
    const tfl_rule_override *override;
    size_t n_overrides;
    unsigned steps;          /* of integrated gradients */
    bool probability;        /* the target is the output after the final sigmoid, not the logit: the walk begins there */
    size_t max_tasks;        /* most tasks that tfl_explain is asked for at once; 0: all of the model's */
    bool exact;              /* convolutions by direct sums, not by transforms (graph.h); in-silico mutagenesis always has them so */
    bool max_pool_gradient;  /* max pooling routes multipliers to the largest input, as a gradient does (does not sum to delta) */
} tfl_explain_options;

typedef struct tfl_explainer tfl_explainer;

/* Plans the walk over graph (kept, not copied; its weights are packed again with the parts that the rules need, and where the target is a
 * probability and it ends in logits, a sigmoid is added). Functions that are
 * not defined for every number get Rescale in place of RevealCancel. An override for a layer that does not exist or is no nonlinearity, or
 * whose rule the method or the layer has no place for, is an error that names it. */
tfl_status tfl_explainer_create(tfl_graph *graph, const tfl_explain_options *options, tfl_explainer **out, tfl_error *err) TFL_MUST_USE;
void tfl_explainer_free(tfl_explainer *explainer);

/* The rule that a nonlinearity gets, TFL_RULES for other layers. */
tfl_rule tfl_explainer_rule(const tfl_explainer *explainer, unsigned layer);

/* The rule of any layer in a word: that of a nonlinearity; difference or gradient of a maximum, shapley or gradient of a product, rescale or
 * gradient of a softmax. NULL for linear layers, which are the same under every rule, and where the method has no rules (ism). */
const char *tfl_explainer_rule_text(const tfl_explainer *explainer, unsigned layer);

typedef struct tfl_explain_workspace tfl_explain_workspace;
tfl_status tfl_explain_workspace_create(const tfl_explainer *explainer, tfl_explain_workspace **out, tfl_error *err) TFL_MUST_USE;
void tfl_explain_workspace_free(tfl_explain_workspace *workspace);

/*
 * What is computed for one sequence; arrays are the caller's, NULL where not wanted. length is the graph's, T = n_tasks below, all
 * values are means over the references. The score of a base is the sum of its contributions over the channels; for a one-hot base it equals the
 * hypothetical contribution of that base.
 *
 *                  multiplier m        contribution        hypothetical, for every base c
 *   gradient       d target / d x      m x                 sum_j m[j] (1{j = c} - reference[j]), where no reference is given m[c]
 *   ism            change of the       x hypothetical      target with c minus the mean over the three other bases: at the base
 *                  target with c                           that is there, minus the mean change over its substitutions
 *   the others     m                   m (x - reference)   sum_j m[j] (1{j = c} - reference[j])
 */
typedef struct tfl_explanation {
    float *contribution;      /* [T][length][4] */
    float *hypothetical;      /* [T][length][4] */
    float *multiplier;        /* [T][length][4] */
    double *output;           /* [T] target at x */
    double *reference_output; /* [T] mean target over the references; NAN where there is none */
} tfl_explanation;

/* Explains x[length][4] for the tasks task[n_tasks] (indices) against n_references references; reference(context, j, rows) writes the
 * j-th one, [length][4]. Methods that need no reference (default_reference NULL) take n_references = 0. Allocates nothing. Errors: a task that does not exist,
 * no reference where one is needed, and what reference() says. */
tfl_status tfl_explain(const tfl_explainer *explainer, tfl_explain_workspace *workspace, const float *x, const unsigned *task, size_t n_tasks,
                       size_t n_references, tfl_status (*reference)(void *context, size_t j, float *rows, tfl_error *err), void *context,
                       tfl_explanation *explanation, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
