/*
 * Every attribution rule once more, in float64 and as plainly as it can be said: what the fast walk of src/attr is compared with.
 *
 * Nothing is shared with src/attr. Linear layers become lists of weights, found by sending unit vectors through them; nonlinearities are
 * functions of <math.h>; both multipliers of every value are carried always, and the products of Appendix B are written out as they are there.
 * A failure to allocate ends the program: this is for tests.
 */
#ifndef TFLIFT_TEST_REFERENCE_ATTR_H
#define TFLIFT_TEST_REFERENCE_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/explain.h"
#include "tflift/graph.h"

typedef struct reference_attr reference_attr;

/* Looks at the graph's layers as they are now. */
reference_attr *reference_attr_create(const tfl_graph *graph);
void reference_attr_free(reference_attr *naive);

/*
 * From now on every number on the way has an error of the size that float32 gives it: sequences, weights, the values of all layers (a sum: in
 * proportion to what it adds up, without signs) and of functions inside the rules. Equal numbers of a layer have equal errors, so that what
 * is 0 or tied stays so. The errors are others for each draw; draw 0 is the exact arithmetic of a new one. How far results of several draws lie
 * apart is what no walk in float32 can know about them.
 */
void reference_attr_disturb(reference_attr *naive, uint64_t draw);

/* Values of layer target at x [length][channels]. */
void reference_attr_forward(reference_attr *naive, unsigned target, const double *x, double *value);

/* The rule of a nonlinearity under options: an override, or the method's by the linear layer before. */
tfl_rule reference_attr_rule(const reference_attr *naive, const tfl_explain_options *options, unsigned layer);

/* Multipliers [length][channels] of output t of layer target for x against reference (for gradients: not looked at). */
void reference_attr_multipliers(reference_attr *naive, const tfl_explain_options *options, unsigned target, size_t t, const double *x,
                                const double *reference, double *multiplier);

#endif
