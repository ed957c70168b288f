#include "config.h"

#include "track/placement_internal.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/rng.h"
#include "tflift/sorter.h"
#include "tflift/spool.h"
#include "tflift/table.h"

/* Where a record lies. Behind it stands, with its NUL, the name of its contig, or "" where the genome has that. */
typedef struct placed {
    uint64_t offset; /* in the spool: a stored, values, name; grows with the order of the input */
    int64_t start;
    uint32_t contig; /* number in the genome; n_genome: none of its */
    uint32_t length;
    uint64_t own; /* 1: a sequence that is its own contig */
} placed;

/* What stands in front of a record's values. */
typedef struct stored {
    uint32_t length, name_size;
} stored;

/* What the bases under the records at hand have so far. */
typedef struct cell {
    double value;
    uint64_t key;   /* nearest: twice the distance to the centre; first and error: the holder's offset */
    uint32_t count; /* records that gave a value */
} cell;

enum { CHUNK = 4096 };

struct tfl_placement {
    tfl_overlap overlap;
    tfl_table *table;      /* the genome's contigs -> number */
    size_t n_genome;       /* of them */
    const int64_t *length; /* [n_genome] */
    tfl_sorter *sorter;    /* of placed */
    uint64_t others;       /* records on contigs that the genome does not have */
    unsigned char *bytes;  /* a placed with its name: the one to be added, or the one at hand */
    size_t capacity;
    tfl_spool values;
    tfl_spool passed;        /* hashes of the contigs that were written without placement */
    tfl_contig_list contigs; /* in order, once sorted */
    float *value;            /* of the record at hand */
    size_t value_capacity;
    cell *cell; /* of bases [first, last) */
    size_t cell_capacity;
    tfl_contig contig; /* on which they lie */
    bool has_contig;
    char *name; /* its name, where the genome does not have it */
    size_t name_capacity;
    int64_t first, last;
};

static const char *contig_of(const void *record)
{
    return (const char *)record + sizeof(placed);
}

static int by_place(const void *a, const void *b)
{
    placed p, q;
    memcpy(&p, a, sizeof p);
    memcpy(&q, b, sizeof q);
    if (p.contig != q.contig) {
        return p.contig < q.contig ? -1 : 1;
    }
    int order = strcmp(contig_of(a), contig_of(b));
    return order != 0 ? order : (p.start > q.start) - (p.start < q.start);
}

/* A number that grows with the place, though not with every step: the genome's contigs in front, by number and start;
 * of other contigs the first bytes of the name. */
static uint64_t key_of_place(const tfl_placement *placement, const placed *record, const char *contig)
{
    enum { START_BITS = 40, MOST_CONTIGS = 0xFFFFFF };
    const uint64_t most = (UINT64_C(1) << START_BITS) - 1;
    uint64_t key = 0;
    if (record->contig < placement->n_genome) {
        key = record->contig < MOST_CONTIGS ? record->contig : MOST_CONTIGS - 1;
        uint64_t base = record->contig < MOST_CONTIGS ? (uint64_t)record->start : most;
        return key << START_BITS | (base < most ? base : most);
    }
    for (size_t i = 0, end = strnlen(contig, sizeof key); i < sizeof key; i++) {
        key = key << 8 | (i < end ? (unsigned char)contig[i] : 0);
    }
    return placement->n_genome == 0 ? key : (uint64_t)MOST_CONTIGS << START_BITS | key >> (64 - START_BITS);
}

static tfl_status set_genome(tfl_placement *placement, const char *const *name, const int64_t *length, size_t n,
                             tfl_error *err)
{
    placement->n_genome = n;
    placement->length = length;
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        bool added = false;
        status = tfl_table_add(placement->table, name[i], NULL, &added, err);
        if (status == TFL_OK && !added) {
            status = tfl_fail(err, TFL_EINPUT, "contig %s: the genome has it twice", name[i]);
        }
    }
    return status;
}

static tfl_status start(tfl_placement *placement, const tfl_track_options *options, tfl_error *err)
{
    placement->overlap = options->overlap;
    tfl_status status = tfl_table_create(&placement->table, err);
    if (status == TFL_OK) {
        status = set_genome(placement, options->contig, options->contig_length, options->n_contigs, err);
    }
    return status == TFL_OK ? tfl_sorter_create(by_place, TFL_SORTER_MEMORY, &placement->sorter, err) : status;
}

tfl_status tfl_placement_create(const tfl_track_options *options, tfl_placement **out, tfl_error *err)
{
    *out = NULL;
    tfl_placement *placement = tfl_calloc(1, sizeof *placement);
    if (placement == NULL) {
        return tfl_fail_memory(err, "the placement of records");
    }
    placement->values = (tfl_spool)TFL_SPOOL_INIT;
    placement->passed = (tfl_spool)TFL_SPOOL_INIT;
    placement->contigs = (tfl_contig_list)TFL_CONTIG_LIST_INIT;
    tfl_status status = start(placement, options, err);
    if (status != TFL_OK) {
        tfl_placement_free(placement);
        return status;
    }
    *out = placement;
    return TFL_OK;
}

void tfl_placement_free(tfl_placement *placement)
{
    if (placement != NULL) {
        tfl_table_free(placement->table);
        tfl_sorter_free(placement->sorter);
        tfl_spool_clear(&placement->values);
        tfl_spool_clear(&placement->passed);
        tfl_contig_list_clear(&placement->contigs);
        free(placement->bytes);
        free(placement->value);
        free(placement->cell);
        free(placement->name);
        free(placement);
    }
}

/* ---------------------------------------------------------------- taking records */

/* The contig of a record, n_genome where the genome does not have it. */
static tfl_status find_contig(const tfl_placement *placement, const tfl_track_record *record, size_t *number,
                              tfl_error *err)
{
    const tfl_region *region = record->region;
    int64_t end = region->start + region->length;
    if (!tfl_table_find(placement->table, region->contig, number)) {
        *number = placement->n_genome;
        return !region->placed || placement->n_genome == 0
                   ? TFL_OK
                   : tfl_fail(err, TFL_EINPUT,
                              "record %s: lies on contig %s, which the genome does not have (its first is called %s)",
                              record->name, region->contig, tfl_table_name(placement->table, 0));
    }
    if (end > placement->length[*number]) {
        return tfl_fail(err, TFL_EINPUT, "record %s: ends at base %lld, but contig %s has %lld", record->name,
                        (long long)end, region->contig, (long long)placement->length[*number]);
    }
    return TFL_OK;
}

static tfl_status check_region(const tfl_track_record *record, tfl_error *err)
{
    const tfl_region *region = record->region;
    if (region->start < 0 || region->length < 0 || region->start > INT64_MAX - region->length) {
        return tfl_fail(err, TFL_EINPUT, "record %s: starts at base %lld, and contigs start at 0", record->name,
                        (long long)region->start);
    }
    if (record->length > UINT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "record %s: %zu bases, and %lu is the most for one record", record->name,
                        record->length, (unsigned long)UINT32_MAX);
    }
    return TFL_OK;
}

/* Values go to the spool in genome order. */
static tfl_status spool_values(tfl_placement *placement, const float *value, size_t n, bool reverse, tfl_error *err)
{
    float turned[CHUNK];
    tfl_status status = TFL_OK;
    if (!reverse) {
        return tfl_spool_append(&placement->values, value, n * sizeof *value, err);
    }
    while (status == TFL_OK && n > 0) {
        size_t m = n < CHUNK ? n : CHUNK;
        for (size_t i = 0; i < m; i++) {
            turned[i] = value[n - 1 - i];
        }
        status = tfl_spool_append(&placement->values, turned, m * sizeof *turned, err);
        n -= m;
    }
    return status;
}

static tfl_status spool_record(tfl_placement *placement, const tfl_track_record *record, const float *value,
                               tfl_error *err)
{
    const stored head = {(uint32_t)record->length, (uint32_t)strlen(record->name)};
    tfl_status status = tfl_spool_append(&placement->values, &head, sizeof head, err);
    if (status == TFL_OK) {
        status = spool_values(placement, value, record->length, record->region->strand == '-', err);
    }
    return status == TFL_OK ? tfl_spool_append(&placement->values, record->name, head.name_size, err) : status;
}

static tfl_status sort_record(tfl_sorter *sorter, tfl_placement *placement, const placed *record, const char *contig,
                              tfl_error *err)
{
    size_t size = sizeof *record + strlen(contig) + 1;
    tfl_status status = TFL_GROW(placement->bytes, &placement->capacity, size, "places of records", err);
    if (status != TFL_OK) {
        return status;
    }
    memcpy(placement->bytes, record, sizeof *record);
    memcpy(placement->bytes + sizeof *record, contig, size - sizeof *record);
    return tfl_sorter_add(sorter, key_of_place(placement, record, contig), placement->bytes, size, err);
}

tfl_status tfl_placement_add(tfl_placement *placement, const tfl_track_record *record, const float *value,
                             tfl_error *err)
{
    size_t number = 0;
    tfl_status status = check_region(record, err);
    if (status == TFL_OK) {
        status = find_contig(placement, record, &number, err);
    }
    bool other = number == placement->n_genome;
    if (status != TFL_OK || (record->length == 0 && !other)) { /* a contig without bases is one nevertheless */
        return status;
    }
    const placed here = {.contig = (uint32_t)number,
                         .length = (uint32_t)record->length,
                         .start = record->region->start,
                         .own = !record->region->placed,
                         .offset = tfl_spool_size(&placement->values)};
    status = spool_record(placement, record, value, err);
    if (status == TFL_OK) {
        status = sort_record(placement->sorter, placement, &here, other ? record->region->contig : "", err);
    }
    placement->others += other;
    return status;
}

bool tfl_placement_knows(const tfl_placement *placement, const char *contig)
{
    return tfl_table_find(placement->table, contig, NULL);
}

tfl_status tfl_placement_pass(tfl_placement *placement, const char *contig, tfl_error *err)
{
    uint64_t hash = tfl_hash64(contig, strlen(contig));
    return tfl_spool_append(&placement->passed, &hash, sizeof hash, err);
}

/* ---------------------------------------------------------------- sorting */

/* Adds a record to sorter as one on the genome. */
static tfl_status arrange_record(tfl_placement *placement, const void *record, tfl_sorter *sorter, tfl_error *err)
{
    placed here;
    size_t number = 0;
    memcpy(&here, record, sizeof here);
    if (!tfl_table_find(placement->table, contig_of(record), &number)) {
        return tfl_fail(err, TFL_EUSAGE, "contigs were arranged, but not all that have values");
    }
    here.contig = (uint32_t)number;
    return sort_record(sorter, placement, &here, "", err);
}

tfl_status tfl_placement_arrange(tfl_placement *placement, const tfl_contigs *contigs, tfl_error *err)
{
    tfl_sorter *sorter = NULL;
    const void *record = NULL;
    tfl_status status = set_genome(placement, contigs->name, contigs->length, contigs->n, err);
    if (status == TFL_OK) {
        status = tfl_sorter_create(by_place, TFL_SORTER_MEMORY, &sorter, err);
    }
    if (status == TFL_OK) {
        status = tfl_sorter_sort(placement->sorter, err);
    }
    while (status == TFL_OK && (status = tfl_sorter_next(placement->sorter, &record, err)) == TFL_OK &&
           record != NULL) {
        status = arrange_record(placement, record, sorter, err);
    }
    if (status != TFL_OK) {
        tfl_sorter_free(sorter);
        return status;
    }
    tfl_sorter_free(placement->sorter);
    placement->sorter = sorter;
    placement->others = 0;
    return TFL_OK;
}

/* Keeps the name of a contig. */
static tfl_status keep_name(tfl_placement *placement, const char *name, tfl_error *err)
{
    size_t size = strlen(name) + 1;
    tfl_status status = TFL_GROW(placement->name, &placement->name_capacity, size, "the name of a contig", err);
    if (status == TFL_OK) {
        memcpy(placement->name, name, size);
    }
    return status;
}

static tfl_status fail_mixed(const char *contig, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT, "%s: is a sequence, and a contig that other records lie on; rename one", contig);
}

/* Lists the contigs that the genome does not have; as long as the last end on them. */
static tfl_status list_others(tfl_placement *placement, tfl_error *err)
{
    const void *record = NULL;
    int64_t length = 0;
    uint64_t own = 0;
    bool any = false;
    tfl_status status = tfl_sorter_sort(placement->sorter, err);
    while (status == TFL_OK && (status = tfl_sorter_next(placement->sorter, &record, err)) == TFL_OK &&
           record != NULL) {
        placed here;
        memcpy(&here, record, sizeof here);
        if (here.contig < placement->n_genome) {
            continue;
        }
        bool new_contig = !any || strcmp(placement->name, contig_of(record)) != 0;
        if (any && new_contig) {
            status = tfl_contig_list_add(&placement->contigs, placement->name, length, err);
        }
        if (status == TFL_OK && new_contig) {
            status = keep_name(placement, contig_of(record), err);
            length = 0;
            own = here.own;
        }
        if (status == TFL_OK && here.own != own) {
            status = fail_mixed(placement->name, err);
        }
        int64_t end = here.start + here.length;
        length = end > length ? end : length;
        any = true;
    }
    return status == TFL_OK && any ? tfl_contig_list_add(&placement->contigs, placement->name, length, err) : status;
}

static tfl_status list_contigs(tfl_placement *placement, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < placement->n_genome; i++) {
        status =
            tfl_contig_list_add(&placement->contigs, tfl_table_name(placement->table, i), placement->length[i], err);
    }
    return status == TFL_OK && placement->others > 0 ? list_others(placement, err) : status;
}

/* The hashes of the contigs that were passed, and the names of all others, sorted by these. */
static tfl_status sort_hashes(tfl_placement *placement, tfl_sorter *passed, tfl_sorter *listed, tfl_error *err)
{
    uint64_t hash = 0, size = tfl_spool_size(&placement->passed);
    const char *name = NULL;
    int64_t length = 0;
    tfl_status status = TFL_OK;
    for (uint64_t at = 0; status == TFL_OK && at < size; at += sizeof hash) {
        status = tfl_spool_read(&placement->passed, at, &hash, sizeof hash, err);
        if (status == TFL_OK) {
            status = tfl_sorter_add(passed, hash, &hash, sizeof hash, err);
        }
    }
    while (status == TFL_OK && (status = tfl_contig_list_next(&placement->contigs, &name, &length, err)) == TFL_OK &&
           name != NULL) {
        status = tfl_sorter_add(listed, tfl_hash64(name, strlen(name)), name, strlen(name) + 1, err);
    }
    if (status == TFL_OK) {
        status = tfl_sorter_sort(passed, err);
    }
    return status == TFL_OK ? tfl_sorter_sort(listed, err) : status;
}

/* Fails when a passed contig also has placed records. */
static tfl_status compare_hashes(tfl_sorter *passed, tfl_sorter *listed, tfl_error *err)
{
    const void *hash = NULL, *name = NULL;
    tfl_status status = tfl_sorter_next(passed, &hash, err);
    while (status == TFL_OK && (status = tfl_sorter_next(listed, &name, err)) == TFL_OK && name != NULL) {
        uint64_t wanted = tfl_hash64(name, strlen(name)), here = 0;
        while (status == TFL_OK && hash != NULL) {
            memcpy(&here, hash, sizeof here);
            if (here >= wanted) {
                break;
            }
            status = tfl_sorter_next(passed, &hash, err);
        }
        if (status == TFL_OK && hash != NULL && here == wanted) {
            return fail_mixed(name, err);
        }
    }
    return status;
}

static tfl_status check_passed(tfl_placement *placement, tfl_error *err)
{
    tfl_sorter *passed = NULL, *listed = NULL;
    tfl_status status = tfl_sorter_create(NULL, TFL_SORTER_MEMORY / 2, &passed, err);
    if (status == TFL_OK) {
        status = tfl_sorter_create(NULL, TFL_SORTER_MEMORY / 2, &listed, err);
    }
    if (status == TFL_OK) {
        status = sort_hashes(placement, passed, listed, err);
    }
    if (status == TFL_OK) {
        status = compare_hashes(passed, listed, err);
    }
    tfl_sorter_free(passed);
    tfl_sorter_free(listed);
    return status;
}

tfl_status tfl_placement_sort(tfl_placement *placement, tfl_contig_list **contigs, tfl_error *err)
{
    *contigs = &placement->contigs;
    tfl_status status = list_contigs(placement, err);
    if (status == TFL_OK && placement->others > 0 && tfl_spool_size(&placement->passed) > 0) {
        status = check_passed(placement, err);
    }
    return status;
}

/* ---------------------------------------------------------------- merging */

typedef struct merge {
    tfl_placement *placement;
    tfl_placement_take *take;
    void *context;
    tfl_track_summary *summary;
} merge;

void tfl_track_summarise(tfl_track_summary *summary, const float *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i])) {
            continue;
        }
        if (summary->bases == 0 || value[i] < summary->min) {
            summary->min = value[i];
        }
        if (summary->bases == 0 || value[i] > summary->max) {
            summary->max = value[i];
        }
        summary->sum += value[i];
        summary->bases++;
    }
}

static tfl_status give(const merge *to, int64_t start, const float *value, size_t n, tfl_error *err)
{
    tfl_track_summarise(to->summary, value, n);
    return to->take(to->context, &to->placement->contig, start, value, n, err);
}

/* Bases below end are complete: gives them away and moves the rest to the front. */
static tfl_status give_cells(const merge *to, int64_t end, tfl_error *err)
{
    tfl_placement *placement = to->placement;
    float value[CHUNK];
    int64_t stop = end < placement->last ? end : placement->last;
    size_t done = 0;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && placement->first < stop) {
        size_t n = stop - placement->first < CHUNK ? (size_t)(stop - placement->first) : CHUNK;
        for (size_t i = 0; i < n; i++) {
            const cell *at = &placement->cell[done + i];
            bool is_mean = placement->overlap == TFL_OVERLAP_MEAN && at->count > 1;
            value[i] = at->count == 0 ? NAN : (float)(is_mean ? at->value / at->count : at->value);
            to->summary->overlapping += at->count > 1;
        }
        status = give(to, placement->first, value, n, err);
        placement->first += (int64_t)n;
        done += n;
    }
    size_t rest = (size_t)(placement->last - placement->first);
    if (rest > 0 && done > 0) {
        memmove(placement->cell, placement->cell + done, rest * sizeof *placement->cell);
    }
    return status;
}

/* The name of the record that is stored at offset; only for messages. */
static tfl_status read_name(tfl_placement *placement, uint64_t offset, char *name, size_t size, tfl_error *err)
{
    stored head = {0, 0};
    tfl_status status = tfl_spool_read(&placement->values, offset, &head, sizeof head, err);
    size_t part = head.name_size < size ? head.name_size : size - 1;
    name[part] = '\0';
    offset += sizeof head + head.length * sizeof(float);
    return status == TFL_OK ? tfl_spool_read(&placement->values, offset, name, part, err) : status;
}

static tfl_status fail_overlap(tfl_placement *placement, const placed *record, const cell *held, int64_t base,
                               tfl_error *err)
{
    char name[2][256] = {"", ""};
    tfl_status status = read_name(placement, held->key, name[0], sizeof name[0], err);
    if (status == TFL_OK) {
        status = read_name(placement, record->offset, name[1], sizeof name[1], err);
    }
    if (status != TFL_OK) {
        return status;
    }
    return tfl_fail(err, TFL_EINPUT,
                    "records %s and %s: both cover base %lld (0-based) of %s; --overlap mean or first would merge them",
                    name[0], name[1], (long long)base, placement->contig.name);
}

/* A further value for a base that has one. */
static void join(tfl_overlap overlap, cell *held, double value, uint64_t key)
{
    if (overlap == TFL_OVERLAP_MEAN) {
        held->value += value;
    } else if (key < held->key) {
        held->value = value;
        held->key = key;
    }
    held->count++;
}

/* nearest: twice the distance of the base's middle from the region's centre, so that it is whole. */
static uint64_t key_of(tfl_overlap overlap, const placed *record, size_t i)
{
    if (overlap != TFL_OVERLAP_NEAREST) {
        return record->offset;
    }
    uint64_t middle = 2 * (uint64_t)i + 1;
    return middle > record->length ? middle - record->length : record->length - middle;
}

static tfl_status add_cells(tfl_placement *placement, const placed *record, tfl_error *err)
{
    int64_t end = record->start + record->length;
    size_t before = (size_t)(placement->last - placement->first);
    size_t need = end > placement->last ? (size_t)(end - placement->first) : before;
    tfl_status status = TFL_GROW(placement->cell, &placement->cell_capacity, need, "overlapping values", err);
    if (status != TFL_OK) {
        return status;
    }
    if (need > before) {
        memset(placement->cell + before, 0, (need - before) * sizeof *placement->cell);
        placement->last = end;
    }
    for (size_t i = 0; i < record->length; i++) {
        cell *held = &placement->cell[(size_t)(record->start - placement->first) + i];
        float value = placement->value[i];
        if (isnan(value)) {
            continue;
        }
        uint64_t key = key_of(placement->overlap, record, i);
        if (held->count == 0) {
            *held = (cell){value, key, 1};
        } else if (placement->overlap == TFL_OVERLAP_ERROR) {
            return fail_overlap(placement, record, held, record->start + (int64_t)i, err);
        } else {
            join(placement->overlap, held, value, key);
        }
    }
    return TFL_OK;
}

static tfl_status read_values(tfl_placement *placement, const placed *record, tfl_error *err)
{
    tfl_status status = TFL_GROW(placement->value, &placement->value_capacity, record->length, "the values of a record", err);
    return status == TFL_OK ? tfl_spool_read(&placement->values, record->offset + sizeof(stored), placement->value,
                                             record->length * sizeof *placement->value, err)
                            : status;
}

static bool same_contig(const void *a, const void *b)
{
    placed p, q;
    memcpy(&p, a, sizeof p);
    memcpy(&q, b, sizeof q);
    return p.contig == q.contig && strcmp(contig_of(a), contig_of(b)) == 0;
}

/* Whether a record, which is in placement->bytes, touches neither those before nor the next one (NULL: there is none):
 * it needs no cells. */
static bool stands_alone(const tfl_placement *placement, const placed *record, const void *next)
{
    placed after;
    if (placement->first != placement->last) {
        return false;
    }
    if (next == NULL || !same_contig(placement->bytes, next)) {
        return true;
    }
    memcpy(&after, next, sizeof after);
    return after.start >= record->start + record->length;
}

/* Moves on to the contig of the record in placement->bytes, where that is another one. */
static tfl_status move_on(const merge *to, const placed *record, tfl_error *err)
{
    tfl_placement *placement = to->placement;
    const char *contig = contig_of(placement->bytes);
    bool other = record->contig == placement->n_genome;
    bool was_other = placement->has_contig && placement->contig.number >= placement->n_genome;
    if (placement->has_contig && (other ? was_other && strcmp(placement->contig.name, contig) == 0
                                        : placement->contig.number == record->contig)) {
        return TFL_OK;
    }
    tfl_status status = give_cells(to, INT64_MAX, err);
    if (status == TFL_OK && other) {
        status = keep_name(placement, contig, err);
    }
    placement->contig.number = !other ? record->contig : was_other ? placement->contig.number + 1 : placement->n_genome;
    placement->contig.name = other ? placement->name : tfl_table_name(placement->table, record->contig);
    placement->has_contig = true;
    return status;
}

/* The record in placement->bytes; next is the one behind it. */
static tfl_status merge_record(const merge *to, const void *next, tfl_error *err)
{
    tfl_placement *placement = to->placement;
    placed record;
    memcpy(&record, placement->bytes, sizeof record);
    tfl_status status = move_on(to, &record, err);
    if (status == TFL_OK) {
        status = give_cells(to, record.start, err);
    }
    if (status == TFL_OK) {
        status = read_values(placement, &record, err);
    }
    if (status != TFL_OK || record.length == 0) {
        return status;
    }
    if (placement->first == placement->last) {
        placement->first = placement->last = record.start;
    }
    if (stands_alone(placement, &record, next)) {
        return give(to, record.start, placement->value, record.length, err);
    }
    return add_cells(placement, &record, err);
}

/* Copies a record to placement->bytes. */
static tfl_status keep_record(tfl_placement *placement, const void *record, tfl_error *err)
{
    size_t size = sizeof(placed) + strlen(contig_of(record)) + 1;
    tfl_status status = TFL_GROW(placement->bytes, &placement->capacity, size, "places of records", err);
    if (status == TFL_OK) {
        memcpy(placement->bytes, record, size);
    }
    return status;
}

tfl_status tfl_placement_merge(tfl_placement *placement, tfl_placement_take *take, void *context,
                               tfl_track_summary *summary, tfl_error *err)
{
    merge to = {placement, take, context, summary};
    const void *next = NULL;
    tfl_status status = tfl_sorter_sort(placement->sorter, err);
    if (status == TFL_OK) {
        status = tfl_sorter_next(placement->sorter, &next, err);
    }
    while (status == TFL_OK && next != NULL) {
        status = keep_record(placement, next, err);
        if (status == TFL_OK) {
            status = tfl_sorter_next(placement->sorter, &next, err);
        }
        if (status == TFL_OK) {
            status = merge_record(&to, next, err);
        }
    }
    return status == TFL_OK ? give_cells(&to, INT64_MAX, err) : status;
}
