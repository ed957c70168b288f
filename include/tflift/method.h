/*
 * method.h: the attribution methods, one table of them.
 *
 * A method says which rule a nonlinearity gets and what is averaged around the one backward walk of walk.c. The walk carries a positive
 * and a negative multiplier per value (equal, and then carried once, where the rules do not split them).
 *
 * To add a method: a row in src/attr/method.c, and a rule_NAME.c if its rule is new.
 */
#ifndef TFLIFT_METHOD_H
#define TFLIFT_METHOD_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tfl_rule {
    TFL_RULE_GRADIENT,
    TFL_RULE_GUIDED,
    TFL_RULE_RESCALE,      /* paper, section 3.5.1 */
    TFL_RULE_REVEALCANCEL, /* paper, section 3.5.2 */
    TFL_RULES
} tfl_rule;

extern const char *const tfl_rule_name[TFL_RULES]; /* "gradient", "guided", "rescale", "revealcancel" */

typedef enum tfl_average {
    TFL_WALK,      /* one walk per reference */
    TFL_INTEGRATE, /* the mean over midpoints between reference and input */
    TFL_MUTATE     /* no walk: forward passes over every substitution */
} tfl_average;

typedef struct tfl_method {
    const char *name;
    tfl_rule after_conv;  /* nonlinearities whose linear layer before is a convolution (or that have none) */
    tfl_rule after_dense; /* … is dense */
    tfl_average average;
    bool times_delta;              /* contributions are multipliers times (x - reference); otherwise times x (gradient), or explain.h says what */
    const char *default_reference; /* --ref when not given; NULL: needs none */
    const char *help;
} tfl_method;

/* The table; NULL after the last. */
const tfl_method *tfl_method_at(size_t i);
const tfl_method *tfl_method_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
