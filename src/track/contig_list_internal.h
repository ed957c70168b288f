/*
 * contig_list_internal.h: names and lengths of any number of contigs, in an order; many of them lie in a temporary
 * file.
 */
#ifndef TFLIFT_CONTIG_LIST_INTERNAL_H
#define TFLIFT_CONTIG_LIST_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/spool.h"

typedef struct tfl_contig_list {
    tfl_spool spool; /* of each: length 8, size of the name with its NUL 8, name */
    uint64_t n;
    uint64_t next; /* byte of the spool */
    char *name;    /* the one at hand */
    size_t capacity;
} tfl_contig_list;

/* clang-format off */
#define TFL_CONTIG_LIST_INIT {TFL_SPOOL_INIT, 0, 0, NULL, 0}
/* clang-format on */

/* Frees what the list holds; it is empty and usable again. */
void tfl_contig_list_clear(tfl_contig_list *list);

tfl_status tfl_contig_list_add(tfl_contig_list *list, const char *name, int64_t length, tfl_error *err) TFL_MUST_USE;

/* The next contig; *name is the list's until the next call, and NULL behind the last, after which the first comes
 * again.
 */
tfl_status tfl_contig_list_next(tfl_contig_list *list, const char **name, int64_t *length, tfl_error *err) TFL_MUST_USE;

#endif
