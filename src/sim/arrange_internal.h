/*
 * Placing blocks in a sequence without overlap, every arrangement equally likely.
 */
#ifndef TFLIFT_SIM_ARRANGE_INTERNAL_H
#define TFLIFT_SIM_ARRANGE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/rng.h"

/* Up to max blocks of one width, each within [first, last). */
typedef struct tfl_blocks {
    size_t width;
    size_t first, last;
    size_t max;
} tfl_blocks;

/* What can be placed in length letters, for any number of blocks up to each one's max. Immutable. */
typedef struct tfl_arranger tfl_arranger;

/* kind[n_kinds] is copied; every range has room for one block. *fits says whether all blocks can be placed together
 * (then any fewer can, too); the arranger is made only then. Position ranges need memory for length * product of (max +
 * 1) counts: TFL_EUNSUPPORTED where that is too much. */
tfl_status tfl_arranger_create(size_t length, const tfl_blocks *kind, size_t n_kinds, bool *fits, tfl_arranger **out,
                               tfl_error *err) TFL_MUST_USE;
void tfl_arranger_free(tfl_arranger *arranger);

/* Starts of count[k] <= max blocks of each kind, kind after kind, into start; work has room for twice as many, and for
 * n_kinds. Uniform over all arrangements of blocks that can be told apart. */
void tfl_arrange(const tfl_arranger *arranger, const size_t *count, tfl_rng *rng, size_t *start, size_t *work);

#endif
