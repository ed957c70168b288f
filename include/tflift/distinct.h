/*
 * distinct.h: notices a name that comes twice among any number of names, in memory that does not grow with it. The first
 * few thousand are told from each other, and all others from these, at once; of the rest, names that come twice are
 * found at the end.
 */
#ifndef TFLIFT_DISTINCT_H
#define TFLIFT_DISTINCT_H

#include <stdbool.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_distinct tfl_distinct;

tfl_status tfl_distinct_create(tfl_distinct **out, tfl_error *err) TFL_MUST_USE;
void tfl_distinct_free(tfl_distinct *distinct);

/* Takes the next name, and the line it is on, behind those before; *again is true where it is known already that the name
 * came before. */
tfl_status tfl_distinct_add(tfl_distinct *distinct, const char *name, int64_t line, bool *again,
                            tfl_error *err) TFL_MUST_USE;

/* The first name that came before, and its line; *name is NULL where all differ, and lives as long as distinct. Nothing
 * is added any more. */
tfl_status tfl_distinct_check(tfl_distinct *distinct, const char **name, int64_t *line, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif
