/* The contigs of several tracks. */
#include "config.h"

#include "track/merge_internal.h"

#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/table.h"

typedef struct seen {
    int64_t length;       /* 0: no file says so … */
    size_t length_file;   /* … or this one does */
    int64_t end;          /* of the last value; 0: there is none … */
    size_t end_file;      /* … or this file has it */
    size_t files;         /* 1 + the last file that has the contig */
    uint32_t left, right; /* the merge (zip) whose left, or right, list still has it */
} seen;

struct tfl_merge_contigs {
    const tfl_merge_options *options;
    const char *const *path;
    size_t n_files;
    bool by_name;
    tfl_table *table;
    seen *seen; /* [contigs] */
    size_t capacity;
    size_t *number; /* the files' lists, one behind the other: contigs in their order */
    size_t n_numbers, number_capacity;
    size_t *first; /* [n_files + 1] where each file's list begins … */
    size_t *count; /* [n_files] … and how long it is */
    tfl_contigs result;
};

tfl_status tfl_merge_contigs_create(const tfl_merge_options *options, const char *const *path, size_t n, bool by_name,
                                    tfl_merge_contigs **out, tfl_error *err)
{
    *out = NULL;
    tfl_merge_contigs *contigs = tfl_calloc(1, sizeof *contigs);
    if (contigs == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    contigs->options = options;
    contigs->path = path;
    contigs->n_files = n;
    contigs->by_name = by_name;
    contigs->first = tfl_calloc(n + 1, sizeof *contigs->first);
    contigs->count = tfl_calloc(n, sizeof *contigs->count);
    tfl_status status = contigs->first == NULL || contigs->count == NULL ? tfl_fail_memory(err, "contigs")
                                                                         : tfl_table_create(&contigs->table, err);
    if (status != TFL_OK) {
        tfl_merge_contigs_free(contigs);
        return status;
    }
    *out = contigs;
    return TFL_OK;
}

void tfl_merge_contigs_free(tfl_merge_contigs *contigs)
{
    if (contigs != NULL) {
        tfl_table_free(contigs->table);
        free(contigs->seen);
        free(contigs->number);
        free(contigs->first);
        free(contigs->count);
        free(contigs->result.name);
        free(contigs->result.length);
        free(contigs);
    }
}

/* ---------------------------------------------------------------- what files say */

static tfl_status take_length(tfl_merge_contigs *contigs, seen *contig, size_t file, const char *name, int64_t length,
                              tfl_error *err)
{
    if (contig->length != 0 && contig->length != length && contigs->options->n_contigs == 0 &&
        !contigs->options->longest) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: contig %s has %lld bases, but %lld in %s; --chrom-sizes says how many are right, or "
                        "--lengths longest takes the longest",
                        contigs->path[file], name, (long long)length, (long long)contig->length,
                        contigs->path[contig->length_file]);
    }
    if (length > contig->length) {
        contig->length = length;
        contig->length_file = file;
    }
    return TFL_OK;
}

static tfl_status grow(tfl_merge_contigs *contigs, size_t number, tfl_error *err)
{
    tfl_status status = TFL_GROW(contigs->seen, &contigs->capacity, number + 1, "contigs", err);
    if (status == TFL_OK) {
        status = TFL_GROW(contigs->number, &contigs->number_capacity, contigs->n_numbers + 1, "contigs", err);
    }
    return status;
}

tfl_status tfl_merge_contigs_add(tfl_merge_contigs *contigs, size_t file, const char *contig, int64_t length,
                                 size_t *number, bool *added, tfl_error *err)
{
    bool first = false;
    tfl_status status = tfl_table_add(contigs->table, contig, number, &first, err);
    if (status == TFL_OK) {
        status = grow(contigs, *number, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    seen *here = &contigs->seen[*number];
    if (first) {
        *here = (seen){0};
    }
    bool new_here = here->files <= file;
    if (new_here) {
        contigs->number[contigs->n_numbers++] = *number;
        contigs->count[file]++;
        here->files = file + 1;
    }
    if (added != NULL) {
        *added = new_here;
    }
    return length > 0 ? take_length(contigs, here, file, contig, length, err) : TFL_OK;
}

void tfl_merge_contigs_reach(tfl_merge_contigs *contigs, size_t file, size_t number, int64_t end)
{
    seen *here = &contigs->seen[number];
    if (end > here->end) {
        here->end = end;
        here->end_file = file;
    }
}

/* ---------------------------------------------------------------- order */

typedef struct list {
    size_t *number;
    size_t n, at;
} list;

/* The next of a list that has not been taken from the other one. */
static bool next(const tfl_merge_contigs *contigs, list *from, uint32_t merge, bool left, size_t *number)
{
    while (from->at < from->n) {
        const seen *here = &contigs->seen[from->number[from->at]];
        if ((left ? here->left : here->right) == merge) {
            *number = from->number[from->at];
            return true;
        }
        from->at++;
    }
    return false;
}

/* Whether x, the next of the left list, comes before y, the next of the right one: not one that the other list has
 * further behind; where both lists agree with either, by name, or the first file's. */
static bool left_first(const tfl_merge_contigs *contigs, size_t x, size_t y, uint32_t merge)
{
    bool x_waits = contigs->seen[x].right == merge;
    bool y_waits = contigs->seen[y].left == merge;
    if (x == y || x_waits == y_waits) {
        return x == y || x_waits || !contigs->by_name || /* they contradict each other: the first file's order */
               strcmp(tfl_table_name(contigs->table, x), tfl_table_name(contigs->table, y)) < 0;
    }
    return y_waits;
}

/* Merges two lists into scratch, and says how long it is. */
static size_t zip(tfl_merge_contigs *contigs, list left, list right, uint32_t merge, size_t *scratch)
{
    for (size_t i = 0; i < left.n; i++) {
        contigs->seen[left.number[i]].left = merge;
    }
    for (size_t i = 0; i < right.n; i++) {
        contigs->seen[right.number[i]].right = merge;
    }
    size_t n = 0;
    for (;;) {
        size_t x = 0, y = 0;
        bool any_left = next(contigs, &left, merge, true, &x);
        bool any_right = next(contigs, &right, merge, false, &y);
        if (!any_left && !any_right) {
            return n;
        }
        bool take_left = any_left && (!any_right || left_first(contigs, x, y, merge));
        scratch[n] = take_left ? x : y;
        contigs->seen[scratch[n]].left = contigs->seen[scratch[n]].right = 0;
        n++;
    }
}

/* Merges neighbours until there is one list, at the front. */
static tfl_status merge_lists(tfl_merge_contigs *contigs, tfl_error *err)
{
    size_t *scratch = tfl_calloc(contigs->n_numbers, sizeof *scratch);
    uint32_t merge = 0;
    if (scratch == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    for (size_t f = 0; f < contigs->n_files; f++) {
        contigs->first[f + 1] = contigs->first[f] + contigs->count[f];
    }
    for (size_t step = 1; step < contigs->n_files; step *= 2) {
        for (size_t f = 0; f + step < contigs->n_files; f += 2 * step) {
            size_t *target = contigs->number + contigs->first[f];
            list left = {target, contigs->count[f], 0};
            list right = {contigs->number + contigs->first[f + step], contigs->count[f + step], 0};
            contigs->count[f] = zip(contigs, left, right, ++merge, scratch);
            memcpy(target, scratch, contigs->count[f] * sizeof *target);
        }
    }
    free(scratch);
    return TFL_OK;
}

/* ---------------------------------------------------------------- the result */

static tfl_status check_end(const tfl_merge_contigs *contigs, const seen *contig, const char *name, int64_t length,
                            const char *says, tfl_error *err)
{
    if (contig->end > length) {
        return tfl_fail(err, TFL_EINPUT, "%s: has a value for base %lld (0-based) of %s, which has %lld bases in %s",
                        contigs->path[contig->end_file], (long long)contig->end - 1, name, (long long)length, says);
    }
    return TFL_OK;
}

static tfl_status take_genome(tfl_merge_contigs *contigs, tfl_error *err)
{
    const tfl_merge_options *o = contigs->options;
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < o->n_contigs; i++) {
        size_t number = 0;
        contigs->result.name[i] = o->contig[i];
        contigs->result.length[i] = o->contig_length[i];
        if (tfl_table_find(contigs->table, o->contig[i], &number)) {
            status = check_end(contigs, &contigs->seen[number], o->contig[i], o->contig_length[i], "the genome", err);
            contigs->seen[number].end = 0; /* accounted for */
        }
    }
    for (size_t i = 0; status == TFL_OK && i < tfl_table_size(contigs->table); i++) {
        if (contigs->seen[i].end > 0) {
            status = tfl_fail(
                err, TFL_EINPUT, "%s: has values on contig %s, which the genome does not have (its first is called %s)",
                contigs->path[contigs->seen[i].end_file], tfl_table_name(contigs->table, i), o->contig[0]);
        }
    }
    return status;
}

static tfl_status take_tracks(tfl_merge_contigs *contigs, tfl_error *err)
{
    tfl_status status = merge_lists(contigs, err);
    for (size_t i = 0; status == TFL_OK && i < contigs->result.n; i++) {
        const seen *here = &contigs->seen[contigs->number[i]];
        int64_t *length = &contigs->result.length[i];
        contigs->result.name[i] = tfl_table_name(contigs->table, contigs->number[i]);
        *length = here->length;
        if (here->length == 0 || contigs->options->longest) {
            *length = here->end > here->length ? here->end : here->length;
        }
        status = check_end(contigs, here, contigs->result.name[i], *length, contigs->path[here->length_file], err);
    }
    return status;
}

tfl_status tfl_merge_contigs_finish(tfl_merge_contigs *contigs, const tfl_contigs **out, tfl_error *err)
{
    bool genome = contigs->options->n_contigs > 0;
    tfl_contigs *result = &contigs->result;
    result->n = genome ? contigs->options->n_contigs : tfl_table_size(contigs->table);
    result->name = tfl_calloc(result->n, sizeof *result->name);
    result->length = tfl_calloc(result->n, sizeof *result->length);
    if (result->name == NULL || result->length == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    *out = result;
    return genome ? take_genome(contigs, err) : take_tracks(contigs, err);
}
