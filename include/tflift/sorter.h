/*
 * sorter.h: any number of records, sorted in memory that does not grow with their number: a few are sorted where they
 * are, many in runs that wait in a temporary file and are merged.
 */
#ifndef TFLIFT_SORTER_H
#define TFLIFT_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_sorter tfl_sorter;

/* The order of two records of the same key: below, equal to or above 0. */
typedef int tfl_sorter_compare(const void *a, const void *b);

enum { TFL_SORTER_MEMORY = 1 << 19 }; /* bytes: what there is room for without a file, and for the merging of runs */

/* compare may be NULL, where the key says all. memory, in bytes, is about what is taken at most, but for a record larger
 * than that. */
tfl_status tfl_sorter_create(tfl_sorter_compare *compare, size_t memory, tfl_sorter **out, tfl_error *err) TFL_MUST_USE;
void tfl_sorter_free(tfl_sorter *sorter);

/* Takes a copy of a record of size bytes. Records are sorted by key, then as compare says; equal ones stay in the order
 * in which they came. Not to be called once tfl_sorter_sort was. */
tfl_status tfl_sorter_add(tfl_sorter *sorter, uint64_t key, const void *record, size_t size,
                          tfl_error *err) TFL_MUST_USE;

/* Records added so far. */
uint64_t tfl_sorter_count(const tfl_sorter *sorter);

/* Ends adding; the next record is the first. May be called again, to begin anew. */
tfl_status tfl_sorter_sort(tfl_sorter *sorter, tfl_error *err) TFL_MUST_USE;

/* The next record in *record, aligned to 8 bytes, NULL behind the last; it is the sorter's, and there until the next
 * call. */
tfl_status tfl_sorter_next(tfl_sorter *sorter, const void **record, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif
