/* References that a FASTA file gives. */
#ifndef TFLIFT_SEQ_GIVEN_INTERNAL_H
#define TFLIFT_SEQ_GIVEN_INTERNAL_H

#include "tflift/error.h"
#include "tflift/fasta.h"

#include <stddef.h>

typedef struct tfl_given tfl_given;

/* Reads all records of path; the caller frees. */
tfl_status tfl_given_read(const char *path, tfl_given **out, tfl_error *err) TFL_MUST_USE;
void tfl_given_free(tfl_given *given);

/* How many there are for sequence; none, or one of another length, is an error. */
tfl_status tfl_given_count(const tfl_given *given, const tfl_sequence *sequence, size_t *count,
                           tfl_error *err) TFL_MUST_USE;

/* Number j of them, j < count, in the order of the file; owned by given. */
const char *tfl_given_letters(const tfl_given *given, const tfl_sequence *sequence, size_t j);

#endif
