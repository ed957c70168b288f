/* The different texts of a column, in order. */
#include "config.h"

#include "plot/chart_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tflift/memory.h"
#include "tflift/number.h"

void tfl_levels_clear(tfl_levels *levels)
{
    tfl_table_free(levels->table);
    free(levels->name);
    free(levels->place);
    memset(levels, 0, sizeof *levels);
}

size_t tfl_levels_find(const tfl_levels *levels, const char *name)
{
    size_t index = 0;
    return tfl_table_find(levels->table, name, &index) ? levels->place[index] : 0;
}

/* ---------------------------------------------------------------- order */

typedef struct level {
    const char *name;
    size_t index; /* in the table */
    double key;
} level;

static bool number_key(const char *name, double *key)
{
    return tfl_parse_double(name, key);
}

static bool region_key(const char *name, double *key)
{
    static const char *const kinds[] = {"both", "gata1", "tal1", "none"};
    for (size_t i = 0; i < 4; i++) {
        if (strcasecmp(name, kinds[i]) == 0) {
            *key = (double)i;
            return true;
        }
    }
    return false;
}

static int by_key(const void *a, const void *b)
{
    const level *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorts by a key if all names have one. */
static bool sort_by(level *all, size_t n, bool (*key_of)(const char *, double *))
{
    for (size_t i = 0; i < n; i++) {
        if (!key_of(all[i].name, &all[i].key)) {
            return false;
        }
    }
    if (n > 0) {
        qsort(all, n, sizeof *all, by_key);
    }
    return true;
}

/* name and place, from the table. */
static tfl_status arrange(tfl_levels *levels, tfl_error *err)
{
    size_t n = tfl_table_size(levels->table);
    level *all = tfl_calloc(n, sizeof *all);
    free(levels->name);
    free(levels->place);
    levels->name = tfl_calloc(n, sizeof *levels->name);
    levels->place = tfl_calloc(n, sizeof *levels->place);
    if (all == NULL || levels->name == NULL || levels->place == NULL) {
        free(all);
        return tfl_fail_memory(err, "groups");
    }
    for (size_t i = 0; i < n; i++) {
        all[i] = (level){tfl_table_name(levels->table, i), i, 0};
    }
    if (!sort_by(all, n, number_key)) {
        (void)sort_by(all, n, region_key);
    }
    for (size_t i = 0; i < n; i++) {
        levels->name[i] = all[i].name;
        levels->place[all[i].index] = i;
    }
    levels->n = n;
    free(all);
    return TFL_OK;
}

tfl_status tfl_levels_read(const tfl_frame *frame, size_t column, size_t most, const char *what, tfl_levels *levels,
                           tfl_error *err)
{
    tfl_status status = tfl_table_create(&levels->table, err);
    for (size_t row = 0; status == TFL_OK && row < frame->n_rows; row++) {
        status = tfl_table_add(levels->table, tfl_frame_text(frame, row, column), NULL, NULL, err);
        if (status == TFL_OK && tfl_table_size(levels->table) > most) {
            status =
                tfl_fail(err, TFL_EUSAGE, "%s: column %s has more than %zu different values, too many for a %s each",
                         frame->name, frame->column[column], most, what);
        }
    }
    return status == TFL_OK ? arrange(levels, err) : status;
}

tfl_status tfl_levels_add(tfl_levels *levels, const char *name, tfl_error *err)
{
    tfl_status status = levels->table == NULL ? tfl_table_create(&levels->table, err) : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_table_add(levels->table, name, NULL, NULL, err);
    }
    size_t n = status == TFL_OK ? tfl_table_size(levels->table) : 0;
    void *array = levels->name;
    size_t *place = NULL;
    if (status == TFL_OK && (array = tfl_realloc(array, n, sizeof *levels->name)) != NULL) {
        levels->name = array;
        place = tfl_realloc(levels->place, n, sizeof *place);
    }
    if (status != TFL_OK || place == NULL) {
        return status != TFL_OK ? status : tfl_fail_memory(err, "groups");
    }
    levels->place = place;
    for (size_t i = 0; i < n; i++) {
        levels->name[i] = tfl_table_name(levels->table, i);
        levels->place[i] = i;
    }
    levels->n = n;
    return TFL_OK;
}
