/* What the files of a design share, and the built-in design. */
#ifndef TFLIFT_SIM_DESIGN_INTERNAL_H
#define TFLIFT_SIM_DESIGN_INTERNAL_H

#include "sim/arrange_internal.h"
#include "tflift/design.h"

/* sims/tal1-gata1.ini */
extern const char tfl_builtin_tal1_gata1[];

/* The arranger of a class (NULL where it plants nothing): the check of a class, and what the simulator draws from. On
 * failure *planting is the planting that is to blame, SIZE_MAX where it is all of them together. */
tfl_status tfl_class_arranger(const tfl_design *design, const tfl_class *class, tfl_arranger **out, size_t *planting,
                              tfl_error *err) TFL_MUST_USE;

#endif
