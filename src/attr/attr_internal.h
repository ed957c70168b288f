/*
 * attr_internal.h: the plan of a backward walk, the memory it runs in, and the rules that it is made of.
 *
 * The walk visits the layers from the target down to the input. At each it adds to the multipliers of the layer's inputs what the
 * multipliers of its output become on the way through. A value has two multipliers, one for the positive and one for the negative part of its
 * difference from the reference; where no rule makes them differ they are one and the same array ("not split").
 * Where a convolution alone takes the input, walks end at its output: what the input takes is linear in the multipliers there, so that their sum over
 * references is transposed once, and what a reference of letters takes is a dot product per base.
 *
 *   plan.c      what is fixed when the explainer is made: rules, which values are split, which need parts, where multipliers lie
 *   walk.c      the table of rules by layer family, and the three passes: prepare (once per reference), walk (once per task), collect
 *   rule_*.c    the rows of that table
 *   workspace.c the memory
 *   explain.c   sequences, references, averages
 *   mutate.c    in-silico mutagenesis, which has no walk
 */
#ifndef TFLIFT_ATTR_INTERNAL_H
#define TFLIFT_ATTR_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/explain.h"
#include "tflift/graph.h"
#include "tflift/layer.h"
#include "tflift/method.h"

/* A difference smaller than this counts as none: the slope at the reference then takes the place of the quotient. */
#define TFL_NEAR_ZERO 1e-7F

/* Points of a curve this close (absolutely, and relative to their distance from 0, where functions have their kinks) are so close that the slope
 * halfway is nearer to the quotient than float32 arithmetic is: its error is at most some 1e-5, the quotient's grows without bound. */
#define TFL_CLOSE 0.01F

typedef struct tfl_task_list {
    const unsigned *index;
    size_t n;
} tfl_task_list;

enum { TFL_PLUS, TFL_MINUS, TFL_SIGNS };

typedef struct tfl_rule_steps tfl_rule_steps;

/* ---------------------------------------------------------------- the plan */

typedef struct tfl_plan {
    const tfl_graph *graph;
    unsigned target; /* layer whose values are explained */
    bool max_pool_gradient;
    bool needs_reference; /* some rule compares with the reference */
    tfl_rule *rule;       /* [n_layers] */
    bool *reached;        /* [n_layers] the layer lies between input and target */
    bool *split;          /* [n_layers] the multipliers of its output differ */
    bool *parts;          /* [n_layers] positive and negative part of its output's difference are needed */
    unsigned *last_use;   /* [n_layers] of the layers that take its output, the one that the walk meets first */
    /* Multipliers live only from the first layer that adds to them to the layer itself, so they share buffers. */
    unsigned *buffer[TFL_SIGNS]; /* [n_layers] number of the buffer; the same for both signs unless split */
    size_t n_buffers;
    size_t *buffer_size; /* [n_buffers] floats */
    size_t widest;       /* floats of a temporary */
    bool *shared;        /* [n_layers] its multiplier is that of the layer in last_use, a sum, and lies where that lies */
    bool *kept;          /* [n_layers] rules look at its values; others are gone when the walk begins */
    bool *fused;         /* [n_layers] of nonlinearities: slopes are computed in the pass, and not kept */
    bool *joined;        /* [n_layers] of nonlinearities: the layer before takes their multipliers strip by strip as they are passed on */
    unsigned last;       /* layer that the walk ends at, as its transpose is taken once for many walks; 0: it ends at the input */
} tfl_plan;

tfl_status tfl_plan_create(tfl_plan *plan, const tfl_graph *graph, const tfl_explain_options *options, tfl_error *err) TFL_MUST_USE;
void tfl_plan_clear(tfl_plan *plan);

/* Whether the walk comes to input value in from layer l first. */
static inline bool tfl_plan_comes_first(const tfl_plan *plan, unsigned in, unsigned l)
{
    return plan->last_use[in] == l;
}

/* Whether layer l, with its rule, is asked for the positive and negative parts of its weights: what tfl_graph_prepare takes. */
bool tfl_plan_needs_part_weights(const tfl_plan *plan, unsigned l);

struct tfl_explainer {
    tfl_graph *graph;
    const tfl_method *method;
    unsigned steps; /* 1 but for integrated gradients */
    size_t max_tasks;
    tfl_plan plan;
};

/* ---------------------------------------------------------------- the memory of one thread (workspace.c) */

enum { TFL_TEMPORARIES = 6 };

/* Positions first … first + count - 1 of a value (tfl_shape_map); count 0: none. */
typedef struct tfl_range {
    size_t first, count;
} tfl_range;

/* What is kept about a layer; NULL where there is none. */
typedef struct tfl_place {
    float *slope[TFL_SIGNS];      /* [size] of nonlinearities that are not fused: dy / dx by their rule; one array unless RevealCancel */
    float *part[TFL_SIGNS];       /* [size] where plan->parts: positive and negative part of x - reference */
    float *multiplier[TFL_SIGNS]; /* [size] shared with other layers; one array unless plan->split */
    uint32_t *argmax_x;           /* [size] of maxima: where in the input each comes from */
    uint32_t *argmax_reference;
    tfl_range changed;            /* by the substitution of in-silico mutagenesis, at most */
} tfl_place;

struct tfl_explain_workspace {
    const tfl_plan *plan;
    tfl_values *input_values, *reference_values;
    /* What the rules see: the two above, but for integrated gradients, whose x is a point between. */
    tfl_values *x, *reference;
    bool reference_known; /* reference_values are those of the rows in reference_values->of[0] */
    tfl_place *at;        /* [n_layers] */
    float *temporary[TFL_TEMPORARIES]; /* [plan->widest] */
    float *rows;                       /* [length][channels] a reference */
    double *row_sum;                   /* [length][channels] of references that share one walk */
    float *waiting;                    /* [max_tasks][size of plan->last] multipliers of walks that ended there, summed */
    size_t n_waiting, n_walks;         /* walks that they are of; walks in all, of each task */
    float *times, *times_memory;       /* [length][channels] multipliers times the rows; what is known of the rows for that */
    double *sum;                       /* [max_tasks][length][channels] of multipliers over references */
    double *sum_reference;             /* [max_tasks][length][channels] of multipliers times references */
    double *sum_output;                /* [max_tasks] of targets at the references */
    size_t max_tasks;
    float *floats; /* what the arrays above lie in */
    double *doubles;
};

/* ---------------------------------------------------------------- rules */

/* What a rule makes of the two multipliers on their way through a layer. */
typedef enum tfl_split {
    TFL_KEEPS,  /* split at the inputs where they are at the output */
    TFL_SPLITS, /* split at the inputs in any case; the rule looks at the parts of its inputs */
    TFL_MERGES  /* the same for both signs at the inputs */
} tfl_split;

/* What a rule does at a layer of the family it is made for; the functions may be NULL, for nothing. */
struct tfl_rule_steps {
    const char *name; /* NULL: linear, the same under every rule */
    tfl_split split;
    bool compares;         /* looks at the reference even where nothing is split */
    bool parts_from_parts; /* the parts of the output need those of the inputs */
    bool writes;           /* pass does not add to what it is the first to give something (tfl_walk_writes) */
    /* What depends on x and reference but not on the task: slopes, argmaxima. */
    void (*prepare)(tfl_explain_workspace *w, unsigned l);
    /* part[…][l] of the layer's output, from those of its inputs. */
    void (*parts)(tfl_explain_workspace *w, unsigned l);
    /* multiplier[…] of the layer's inputs += those of its output, passed through. */
    void (*pass)(tfl_explain_workspace *w, unsigned l);
    /* Of nonlinearities whose input alone is not split, pass for elements first … first + n - 1. */
    void (*pass_elements)(tfl_explain_workspace *w, unsigned l, size_t first, size_t n);
};

/* By family of the layer: rule_linear.c (mix), rule_carry.c, rule_maximum.c, rule_product.c, rule_softmax.c, rule_input.c. */
extern const tfl_rule_steps tfl_input_steps, tfl_mix_steps, tfl_carry_steps, tfl_maximum_steps, tfl_maximum_gradient_steps,
    tfl_product_steps, tfl_product_gradient_steps, tfl_softmax_steps, tfl_softmax_gradient_steps;
/* Of nonlinearities, by rule: rule_gradient.c, rule_guided.c, rule_rescale.c, rule_revealcancel.c. */
extern const tfl_rule_steps tfl_gradient_steps, tfl_guided_steps, tfl_rescale_steps, tfl_revealcancel_steps;

/* Shared by the rules of nonlinearities: the slope times the multiplier, and times the parts of the input. */
void tfl_slope_pass(tfl_explain_workspace *w, unsigned l);
void tfl_slope_pass_elements(tfl_explain_workspace *w, unsigned l, size_t first, size_t n);
void tfl_slope_parts(tfl_explain_workspace *w, unsigned l);

/* Points and the function there, [size] each. */
typedef struct tfl_curve {
    const float *x, *y;
} tfl_curve;

/* slope[size] of the lines between two points of nonlinearity l: S(from, to - from) of rule_revealcancel.c. part is what to - from is exactly,
 * NULL: their difference. Uses the last temporary. */
void tfl_secant_slope(const tfl_explain_workspace *w, unsigned l, tfl_curve from, tfl_curve to, const float *part, float *slope);

/* The multipliers of all inputs of a layer, for the pass with that sign; an input that is not split has one array, which only the pass with
 * TFL_PLUS gets, the other one NULL, and so has one that shares the output's. Says whether there is any. */
bool tfl_walk_inputs(const tfl_explain_workspace *w, const tfl_layer *layer, unsigned sign, float *into[TFL_MAX_INPUTS]);

/* ---------------------------------------------------------------- the walk */

const tfl_rule_steps *tfl_walk_steps(const tfl_plan *plan, unsigned l);

/* Whether what layer l passes on to its input in is the first there and is written, not added: then nothing has to be cleared. */
bool tfl_walk_writes(const tfl_plan *plan, unsigned in, unsigned l);

/* After x (and reference) hold the values of all layers: slopes, argmaxima and parts. */
void tfl_walk_prepare(tfl_explain_workspace *w);

/* Multipliers of the input for task t, [length][channels], merged by the sign of x - reference; where plan->last is a layer, of its output [size].
 * Valid until the next walk. */
const float *tfl_walk(tfl_explain_workspace *w, unsigned t);

/* The rest of the way, from multipliers of the output of plan->last to those of the input. Valid until the next walk. */
const float *tfl_walk_rest(tfl_explain_workspace *w, const float *multiplier);

/* ---------------------------------------------------------------- mutagenesis */

/* w->input_values hold those of x. Fills what explanation asks for, but for the outputs. */
void tfl_mutate(tfl_explain_workspace *w, const tfl_task_list *task, const tfl_explanation *explanation);

#endif
