/* What references borrow from the shuffler. */
#ifndef TFLIFT_SEQ_SHUFFLE_INTERNAL_H
#define TFLIFT_SEQ_SHUFFLE_INTERNAL_H

#include "tflift/shuffle.h"

/* Room for length letters, owned by shuffler, kept until the next call. NULL when out of memory. */
char *tfl_shuffler_letters(tfl_shuffler *shuffler, size_t length, tfl_error *err);

#endif
