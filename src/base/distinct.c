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

struct tfl_distinct {
    tfl_table *first;
    size_t bytes;          /* of the names in it */
    tfl_sorter *rest;      /* of lines, each with the name behind it; NULL: all are in first */
    unsigned char *record; /* a line with its name; or the name before the one at hand */
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

static const char *name_of(const void *record)
{
    return (const char *)record + sizeof(int64_t);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(name_of(a), name_of(b));
}

static tfl_status make_room(tfl_distinct *distinct, size_t size, tfl_error *err)
{
    return TFL_GROW(distinct->record, &distinct->capacity, size, "names", err);
}

static tfl_status sort_name(tfl_distinct *distinct, const char *name, int64_t line, tfl_error *err)
{
    size_t length = strlen(name);
    size_t size = sizeof line + length + 1;
    tfl_status status =
        distinct->rest != NULL ? TFL_OK : tfl_sorter_create(by_name, TFL_SORTER_MEMORY, &distinct->rest, err);
    if (status == TFL_OK) {
        status = make_room(distinct, size, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    memcpy(distinct->record, &line, sizeof line);
    memcpy(distinct->record + sizeof line, name, length + 1);
    return tfl_sorter_add(distinct->rest, tfl_hash64(name, length), distinct->record, size, err);
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

static tfl_status keep_before(tfl_distinct *distinct, const char *name, tfl_error *err)
{
    size_t size = strlen(name) + 1;
    tfl_status status = make_room(distinct, size, err);
    if (status == TFL_OK) {
        memcpy(distinct->record, name, size);
    }
    return status;
}

static tfl_status keep_again(tfl_distinct *distinct, const char *name, tfl_error *err)
{
    free(distinct->again);
    distinct->again = tfl_strdup(name);
    return distinct->again != NULL ? TFL_OK : tfl_fail_memory(err, "names");
}

/* Finds, among the names that are sorted, where equal ones are neighbours, the first that came before. */
static tfl_status find_again(tfl_distinct *distinct, int64_t *line, tfl_error *err)
{
    const void *record = NULL;
    bool any = false; /* distinct->record is the name before */
    tfl_status status = tfl_sorter_sort(distinct->rest, err);
    while (status == TFL_OK && (status = tfl_sorter_next(distinct->rest, &record, err)) == TFL_OK && record != NULL) {
        int64_t here;
        const char *name = name_of(record);
        memcpy(&here, record, sizeof here);
        if (any && strcmp(name, (const char *)distinct->record) == 0 && (distinct->again == NULL || here < *line)) {
            *line = here;
            status = keep_again(distinct, name, err);
        }
        if (status == TFL_OK) {
            status = keep_before(distinct, name, err);
            any = true;
        }
    }
    return status;
}

tfl_status tfl_distinct_check(tfl_distinct *distinct, const char **name, int64_t *line, tfl_error *err)
{
    *name = NULL;
    *line = 0;
    free(distinct->again);
    distinct->again = NULL;
    tfl_status status = distinct->rest != NULL ? find_again(distinct, line, err) : TFL_OK;
    *name = status == TFL_OK ? distinct->again : NULL;
    return status;
}
