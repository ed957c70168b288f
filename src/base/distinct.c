/* Names that must not come twice: the first ones in a table, the others sorted by their hash. */
#include "config.h"

#include "tflift/distinct.h"

#include "tflift/memory.h"
#include "tflift/rng.h"
#include "tflift/sorter.h"
#include "tflift/table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 8192, MOST_BYTES = 1 << 18 /* of the names in the table */ };

/* A name that is sorted; it stands behind this, with its NUL. */
typedef struct record {
    uint64_t hash;
    uint64_t number; /* among all that are sorted */
    int64_t line;
} record;

struct tfl_distinct {
    tfl_table *first;
    size_t bytes;          /* of the names in it */
    tfl_sorter *rest;      /* NULL: all are in first */
    unsigned char *record; /* the one at hand */
    size_t capacity;
    char *again; /* what the check found */
};

tfl_status tfl_distinct_create(tfl_distinct **out, tfl_error *err)
{
    *out = NULL;
    tfl_distinct *distinct = tfl_calloc(1, sizeof *distinct);
    if (distinct == NULL) {
        return tfl_fail_memory(err, "names");
    }
    tfl_status status = tfl_table_create(&distinct->first, err);
    if (status != TFL_OK) {
        free(distinct);
        return status;
    }
    *out = distinct;
    return TFL_OK;
}

void tfl_distinct_free(tfl_distinct *distinct)
{
    if (distinct != NULL) {
        tfl_table_free(distinct->first);
        tfl_sorter_free(distinct->rest);
        free(distinct->record);
        free(distinct->again);
        free(distinct);
    }
}

static const char *name_of(const void *record_)
{
    return (const char *)record_ + sizeof(record);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(name_of(a), name_of(b));
}

static tfl_status sort_name(tfl_distinct *distinct, const char *name, int64_t line, tfl_error *err)
{
    size_t length = strlen(name);
    size_t size = sizeof(record) + length + 1;
    tfl_status status =
        distinct->rest != NULL ? TFL_OK : tfl_sorter_create(by_name, TFL_SORTER_MEMORY, &distinct->rest, err);
    void *grown = distinct->record;
    if (status == TFL_OK) {
        status = tfl_grow(&grown, &distinct->capacity, size, 1, "names", err);
        distinct->record = grown;
    }
    if (status != TFL_OK) {
        return status;
    }
    const record front = {tfl_hash64(name, length), tfl_sorter_count(distinct->rest), line};
    memcpy(distinct->record, &front, sizeof front);
    memcpy(distinct->record + sizeof front, name, length + 1);
    return tfl_sorter_add(distinct->rest, front.hash, distinct->record, size, err);
}

tfl_status tfl_distinct_add(tfl_distinct *distinct, const char *name, int64_t line, bool *again, tfl_error *err)
{
    *again = false;
    size_t length = strlen(name);
    if (distinct->rest == NULL && tfl_table_size(distinct->first) < MOST_NAMES &&
        length < MOST_BYTES - distinct->bytes) {
        bool added = false;
        tfl_status status = tfl_table_add(distinct->first, name, NULL, &added, err);
        distinct->bytes += status == TFL_OK && added ? length + 1 : 0;
        *again = status == TFL_OK && !added;
        return status;
    }
    *again = tfl_table_find(distinct->first, name, NULL);
    return *again ? TFL_OK : sort_name(distinct, name, line, err);
}

/* Keeps a copy of a record's head, and of its name in distinct->record. */
static tfl_status remember(tfl_distinct *distinct, const void *from, record *head, tfl_error *err)
{
    size_t size = strlen(name_of(from)) + 1;
    void *grown = distinct->record;
    tfl_status status = tfl_grow(&grown, &distinct->capacity, size, 1, "names", err);
    distinct->record = grown;
    if (status == TFL_OK) {
        memcpy(head, from, sizeof *head);
        memcpy(distinct->record, name_of(from), size);
    }
    return status;
}

static tfl_status keep_again(tfl_distinct *distinct, const char *name, tfl_error *err)
{
    free(distinct->again);
    distinct->again = tfl_strdup(name);
    return distinct->again != NULL ? TFL_OK : tfl_fail_memory(err, "names");
}

tfl_status tfl_distinct_check(tfl_distinct *distinct, const char **name, int64_t *line, tfl_error *err)
{
    *name = NULL;
    *line = 0;
    free(distinct->again);
    distinct->again = NULL;
    record before = {0}, first = {0};
    bool any = false;
    const void *here = NULL;
    tfl_status status = distinct->rest != NULL ? tfl_sorter_sort(distinct->rest, err) : TFL_OK;
    while (status == TFL_OK && distinct->rest != NULL &&
           (status = tfl_sorter_next(distinct->rest, &here, err)) == TFL_OK && here != NULL) {
        record head;
        memcpy(&head, here, sizeof head);
        bool same = any && head.hash == before.hash && strcmp(name_of(here), (const char *)distinct->record) == 0;
        if (same && (distinct->again == NULL || head.number < first.number)) {
            first = head;
            status = keep_again(distinct, name_of(here), err);
        }
        if (status == TFL_OK) {
            status = remember(distinct, here, &before, err);
            any = true;
        }
    }
    *name = status == TFL_OK ? distinct->again : NULL;
    *line = first.line;
    return status;
}
