/*
 * table.h: a set of names with a number each, for "seen before?" and name -> index.
 */
#ifndef TFLIFT_TABLE_H
#define TFLIFT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_table tfl_table;

tfl_status tfl_table_create(tfl_table **out, tfl_error *err) TFL_MUST_USE;
void tfl_table_free(tfl_table *table);

/* Adds name (copied) with the next index (0, 1, 2, …) unless present; *index is its index and *added says whether it is
 * new; index and added may be NULL. */
tfl_status tfl_table_add(tfl_table *table, const char *name, size_t *index, bool *added, tfl_error *err) TFL_MUST_USE;

bool tfl_table_find(const tfl_table *table, const char *name, size_t *index); /* index may be NULL */
size_t tfl_table_size(const tfl_table *table);
const char *tfl_table_name(const tfl_table *table, size_t index); /* owned by the table */

#ifdef __cplusplus
}
#endif
#endif
