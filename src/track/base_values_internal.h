/*
 * base_values_internal.h: values of bases of contigs. In memory are the contigs' names and 40 bytes for each stretch of
 * lines that follow one another; many values lie in a temporary file.
 */
#ifndef TFLIFT_BASE_VALUES_INTERNAL_H
#define TFLIFT_BASE_VALUES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

typedef struct tfl_base_values tfl_base_values;

/* with_letters: each value has a letter too. */
tfl_status tfl_base_values_create(bool with_letters, tfl_base_values **out, tfl_error *err) TFL_MUST_USE;
void tfl_base_values_free(tfl_base_values *values);

/* The value of bases [start, end) of contig, from line number line; in any order. letter is for end == start + 1. */
tfl_status tfl_base_values_add(tfl_base_values *values, const char *contig, int64_t start, int64_t end, float value,
                               char letter, int64_t line, tfl_error *err) TFL_MUST_USE;

/* Sorts. Two different values (or letters) for one base are an error that names file and both lines. */
tfl_status tfl_base_values_finish(tfl_base_values *values, const char *file, tfl_error *err) TFL_MUST_USE;

/* value[n] of bases from start on, NaN where there is none, and their letters, '\0' there (letter may be NULL). *known
 * is false where the contig is not known, and nothing was filled in. */
tfl_status tfl_base_values_find(tfl_base_values *values, const char *contig, int64_t start, size_t n, float *value,
                                char *letter, bool *known, tfl_error *err) TFL_MUST_USE;

#endif
