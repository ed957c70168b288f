#include "config.h"

#include "track/base_values_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/spool.h"
#include "tflift/table.h"

enum { PIECE = 1024 /* bases compared at once */ };

/* Bases [start, end) whose values are value[offset …], one each, or all value[offset]. */
typedef struct stretch {
    uint32_t contig;
    bool constant;
    int64_t start, end;
    uint64_t offset;
    int64_t line; /* of the first base; the others follow, one line each */
} stretch;

struct tfl_base_values {
    tfl_table *table;
    uint32_t contig; /* the last one added to … */
    const char *name;
    stretch *stretch;
    size_t n, capacity;
    uint64_t n_values;
    tfl_spool value; /* of floats */
    bool with_letters;
    tfl_spool letter; /* of each value */
    size_t *first;    /* [contigs + 1] stretches of each contig, once sorted */
};

tfl_status tfl_base_values_create(bool with_letters, tfl_base_values **out, tfl_error *err)
{
    *out = NULL;
    tfl_base_values *values = tfl_calloc(1, sizeof *values);
    if (values == NULL) {
        return tfl_fail_memory(err, "values");
    }
    values->with_letters = with_letters;
    values->value = values->letter = (tfl_spool)TFL_SPOOL_INIT;
    tfl_status status = tfl_table_create(&values->table, err);
    if (status != TFL_OK) {
        tfl_base_values_free(values);
        return status;
    }
    *out = values;
    return TFL_OK;
}

void tfl_base_values_free(tfl_base_values *values)
{
    if (values != NULL) {
        tfl_table_free(values->table);
        free(values->stretch);
        tfl_spool_clear(&values->value);
        tfl_spool_clear(&values->letter);
        free(values->first);
        free(values);
    }
}

/* ---------------------------------------------------------------- adding */

static tfl_status append(tfl_base_values *values, float value, char letter, tfl_error *err)
{
    tfl_status status = tfl_spool_append(&values->value, &value, sizeof value, err);
    if (status == TFL_OK && values->with_letters) {
        status = tfl_spool_append(&values->letter, &letter, 1, err);
    }
    values->n_values += status == TFL_OK;
    return status;
}

static tfl_status find_contig(tfl_base_values *values, const char *contig, tfl_error *err)
{
    if (values->name != NULL && strcmp(values->name, contig) == 0) {
        return TFL_OK;
    }
    size_t index = 0;
    tfl_status status = tfl_table_add(values->table, contig, &index, NULL, err);
    if (status == TFL_OK) {
        values->contig = (uint32_t)index;
        values->name = tfl_table_name(values->table, index);
    }
    return status;
}

/* Whether next, one line, goes on where last ends. */
static bool follows(const stretch *last, const stretch *next)
{
    return !last->constant && !next->constant && last->contig == next->contig && last->end == next->start &&
           next->line - last->line == next->start - last->start;
}

static tfl_status add_stretch(tfl_base_values *values, const stretch *next, tfl_error *err)
{
    if (values->n > 0 && follows(&values->stretch[values->n - 1], next)) {
        values->stretch[values->n - 1].end = next->end;
        return TFL_OK;
    }
    tfl_status status = TFL_GROW(values->stretch, &values->capacity, values->n + 1, "values", err);
    if (status == TFL_OK) {
        values->stretch[values->n++] = *next;
    }
    return status;
}

tfl_status tfl_base_values_add(tfl_base_values *values, const char *contig, int64_t start, int64_t end, float value,
                               char letter, int64_t line, tfl_error *err)
{
    tfl_status status = find_contig(values, contig, err);
    if (status == TFL_OK) {
        const stretch next = {values->contig, end > start + 1, start, end, values->n_values, line};
        status = add_stretch(values, &next, err);
    }
    return status == TFL_OK ? append(values, value, letter, err) : status;
}

/* ---------------------------------------------------------------- sorting */

static int by_place(const void *a, const void *b)
{
    const stretch *p = a;
    const stretch *q = b;
    if (p->contig != q->contig) {
        return p->contig < q->contig ? -1 : 1;
    }
    if (p->start != q->start) {
        return p->start < q->start ? -1 : 1;
    }
    return (p->line > q->line) - (p->line < q->line);
}

/* Values of bases [base, base + n) of a stretch, and letters, unless letter is NULL. */
static tfl_status read_bases(tfl_base_values *values, const stretch *in, int64_t base, size_t n, float *value,
                             char *letter, tfl_error *err)
{
    uint64_t at = in->offset + (in->constant ? 0 : (uint64_t)(base - in->start));
    size_t there = in->constant ? 1 : n;
    tfl_status status = tfl_spool_read(&values->value, at * sizeof *value, value, there * sizeof *value, err);
    if (status == TFL_OK && letter != NULL) {
        status = tfl_spool_read(&values->letter, at, letter, there, err);
    }
    for (size_t i = there; status == TFL_OK && i < n; i++) {
        value[i] = value[0];
        if (letter != NULL) {
            letter[i] = letter[0];
        }
    }
    return status;
}

static long long line_of(const stretch *in, int64_t base)
{
    return in->constant ? in->line : in->line + (base - in->start);
}

static bool differ(float p, float q)
{
    return p != q && !(isnan(p) && isnan(q));
}

static tfl_status fail_twice(const tfl_base_values *values, const stretch *a, const stretch *b, int64_t base,
                             const char *file, tfl_error *err)
{
    long long line[2] = {line_of(a, base), line_of(b, base)};
    int later = line[1] > line[0];
    return tfl_fail(err, TFL_EINPUT,
                    "%s:%lld: gives base %lld of %s another value than line %lld; a base has one value", file,
                    line[later], (long long)base, tfl_table_name(values->table, a->contig), line[!later]);
}

/* Fails where two stretches, b not starting before a, differ on bases that they share. */
static tfl_status compare(tfl_base_values *values, const stretch *a, const stretch *b, const char *file, tfl_error *err)
{
    float p[PIECE], q[PIECE];
    char x[PIECE] = {0}, y[PIECE] = {0};
    bool letters = values->with_letters;
    int64_t end = a->end < b->end ? a->end : b->end;
    if (a->constant && b->constant) {
        end = b->start + 1; /* one base speaks for all */
    }
    tfl_status status = TFL_OK;
    for (int64_t base = b->start; status == TFL_OK && base < end; base += PIECE) {
        size_t n = end - base < PIECE ? (size_t)(end - base) : PIECE;
        status = read_bases(values, a, base, n, p, letters ? x : NULL, err);
        if (status == TFL_OK) {
            status = read_bases(values, b, base, n, q, letters ? y : NULL, err);
        }
        for (size_t i = 0; status == TFL_OK && i < n; i++) {
            if (differ(p[i], q[i]) || x[i] != y[i]) {
                status = fail_twice(values, a, b, base + (int64_t)i, file, err);
            }
        }
    }
    return status;
}

/* Cuts off what an earlier stretch has said already. */
static tfl_status resolve(tfl_base_values *values, const char *file, tfl_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < values->n; i++) {
        stretch here = values->stretch[i];
        const stretch *before = kept > 0 ? &values->stretch[kept - 1] : NULL;
        if (before != NULL && before->contig == here.contig && here.start < before->end) {
            tfl_status status = compare(values, before, &here, file, err);
            if (status != TFL_OK) {
                return status;
            }
            if (here.end <= before->end) {
                continue;
            }
            int64_t cut = before->end - here.start;
            here.start += cut;
            here.offset += here.constant ? 0 : (uint64_t)cut;
            here.line += here.constant ? 0 : cut;
        }
        values->stretch[kept++] = here;
    }
    values->n = kept;
    return TFL_OK;
}

tfl_status tfl_base_values_finish(tfl_base_values *values, const char *file, tfl_error *err)
{
    bool sorted = true;
    size_t contigs = tfl_table_size(values->table);
    for (size_t i = 1; sorted && i < values->n; i++) {
        sorted = by_place(&values->stretch[i - 1], &values->stretch[i]) < 0;
    }
    if (!sorted) {
        qsort(values->stretch, values->n, sizeof *values->stretch, by_place);
    }
    tfl_status status = resolve(values, file, err);
    values->first = status == TFL_OK ? tfl_calloc(contigs + 1, sizeof *values->first) : NULL;
    if (status == TFL_OK && values->first == NULL) {
        return tfl_fail_memory(err, "values");
    }
    for (size_t i = 0; status == TFL_OK && i < values->n; i++) {
        values->first[values->stretch[i].contig + 1] = i + 1;
    }
    return status;
}

/* ---------------------------------------------------------------- finding */

/* The first stretch of [first, last) that ends behind base. */
static size_t first_behind(const tfl_base_values *values, size_t first, size_t last, int64_t base)
{
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (values->stretch[middle].end <= base) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

tfl_status tfl_base_values_find(tfl_base_values *values, const char *contig, int64_t start, size_t n, float *value,
                                char *letter, bool *known, tfl_error *err)
{
    size_t number = 0;
    *known = tfl_table_find(values->table, contig, &number);
    if (!*known) {
        return TFL_OK;
    }
    int64_t end = start + (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        value[i] = NAN;
    }
    if (letter != NULL) {
        memset(letter, 0, n);
    }
    tfl_status status = TFL_OK;
    size_t last = values->first[number + 1];
    for (size_t i = first_behind(values, values->first[number], last, start); status == TFL_OK && i < last; i++) {
        const stretch *here = &values->stretch[i];
        int64_t from = here->start > start ? here->start : start;
        int64_t to = here->end < end ? here->end : end;
        if (from >= end) {
            break;
        }
        status = read_bases(values, here, from, (size_t)(to - from), value + (from - start),
                            letter != NULL ? letter + (from - start) : NULL, err);
    }
    return status;
}
