#include "config.h"

#include "track/placement_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/rng.h"
#include "tflift/spool.h"
#include "tflift/table.h"

typedef struct placed {
    uint32_t contig; /* number in the table; its place in the order once sorted */
    uint32_t length;
    int64_t start;
    uint64_t offset; /* in the spool: values, size of the name 4, name; grows with the order of the input */
} placed;

/* What the bases under the records at hand have so far. */
typedef struct cell {
    double value;
    uint64_t key;   /* nearest: twice the distance to the centre; first and error: the holder's offset */
    uint32_t count; /* records that gave a value */
} cell;

enum { CHUNK = 4096 };

struct tfl_placement {
    tfl_overlap overlap;
    tfl_table *table; /* contig -> number */
    size_t n_genome;  /* the first of them are the genome's */
    int64_t *length;  /* [number] */
    size_t length_capacity;
    placed *record;
    size_t n, capacity;
    tfl_spool values;
    tfl_spool passed;    /* hashes of the contigs that were written without placement */
    size_t *order;       /* [n_order] numbers of all contigs, where tfl_placement_arrange gave one */
    tfl_contigs contigs; /* in order, once sorted */
    float *value;        /* of the record at hand */
    size_t value_capacity;
    cell *cell; /* of bases [first, last) */
    size_t cell_capacity;
    size_t contig;
    int64_t first, last;
};

static tfl_status add_contig(tfl_placement *placement, const char *name, int64_t length, size_t *number, tfl_error *err)
{
    bool added = false;
    tfl_status status = tfl_table_add(placement->table, name, number, &added, err);
    if (status == TFL_OK && added) {
        void *lengths = placement->length;
        status = tfl_grow(&lengths, &placement->length_capacity, *number + 1, sizeof *placement->length,
                          "contig lengths", err);
        placement->length = lengths;
        if (status == TFL_OK) {
            placement->length[*number] = length;
        }
    }
    return status;
}

static tfl_status start(tfl_placement *placement, const tfl_track_options *options, tfl_error *err)
{
    placement->overlap = options->overlap;
    placement->n_genome = options->n_contigs;
    tfl_status status = tfl_table_create(&placement->table, err);
    for (size_t i = 0; status == TFL_OK && i < options->n_contigs; i++) {
        size_t number = 0;
        status = add_contig(placement, options->contig[i], options->contig_length[i], &number, err);
        if (status == TFL_OK && number != i) {
            status = tfl_fail(err, TFL_EINPUT, "contig %s: the genome has it twice", options->contig[i]);
        }
    }
    return status;
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
        tfl_spool_clear(&placement->values);
        tfl_spool_clear(&placement->passed);
        free(placement->length);
        free(placement->record);
        free(placement->order);
        free(placement->contigs.name);
        free(placement->contigs.length);
        free(placement->value);
        free(placement->cell);
        free(placement);
    }
}

/* ---------------------------------------------------------------- taking records */

/* The contig of a record; its length grows where no genome gives it. */
static tfl_status find_contig(tfl_placement *placement, const tfl_track_record *record, size_t *number, tfl_error *err)
{
    const tfl_region *region = record->region;
    int64_t end = region->start + region->length;
    bool known = tfl_table_find(placement->table, region->contig, number);
    if (!known && region->placed && placement->n_genome > 0) {
        return tfl_fail(err, TFL_EINPUT,
                        "record %s: lies on contig %s, which the genome does not have (its first is called %s)",
                        record->name, region->contig, tfl_table_name(placement->table, 0));
    }
    if (known && *number < placement->n_genome && end > placement->length[*number]) {
        return tfl_fail(err, TFL_EINPUT, "record %s: ends at base %lld, but contig %s has %lld", record->name,
                        (long long)end, region->contig, (long long)placement->length[*number]);
    }
    if (!known) {
        return add_contig(placement, region->contig, end, number, err);
    }
    if (end > placement->length[*number]) {
        placement->length[*number] = end;
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

tfl_status tfl_placement_add(tfl_placement *placement, const tfl_track_record *record, const float *value,
                             tfl_error *err)
{
    size_t number = 0;
    tfl_status status = check_region(record, err);
    if (status == TFL_OK) {
        status = find_contig(placement, record, &number, err);
    }
    if (status != TFL_OK || record->length == 0) {
        return status;
    }
    void *records = placement->record;
    status =
        tfl_grow(&records, &placement->capacity, placement->n + 1, sizeof *placement->record, "places of records", err);
    placement->record = records;
    if (status != TFL_OK) {
        return status;
    }
    placement->record[placement->n] = (placed){.contig = (uint32_t)number,
                                               .length = (uint32_t)record->length,
                                               .start = record->region->start,
                                               .offset = tfl_spool_size(&placement->values)};
    uint32_t name_size = (uint32_t)strlen(record->name);
    status = spool_values(placement, value, record->length, record->region->strand == '-', err);
    if (status == TFL_OK) {
        status = tfl_spool_append(&placement->values, &name_size, sizeof name_size, err);
    }
    if (status == TFL_OK) {
        status = tfl_spool_append(&placement->values, record->name, name_size, err);
    }
    placement->n += status == TFL_OK;
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

tfl_status tfl_placement_arrange(tfl_placement *placement, const tfl_contigs *contigs, tfl_error *err)
{
    placement->order = tfl_calloc(contigs->n, sizeof *placement->order);
    if (placement->order == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < contigs->n; i++) {
        status = add_contig(placement, contigs->name[i], contigs->length[i], &placement->order[i], err);
        if (status == TFL_OK) {
            placement->length[placement->order[i]] = contigs->length[i];
        }
    }
    if (status == TFL_OK && tfl_table_size(placement->table) != contigs->n) {
        status = tfl_fail(err, TFL_EUSAGE, "contigs were arranged, but not all that have values, or some twice");
    }
    return status;
}

typedef struct ranked {
    const char *name;
    size_t number;
} ranked;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->name, ((const ranked *)b)->name);
}

static int by_place(const void *a, const void *b)
{
    const placed *p = a;
    const placed *q = b;
    if (p->contig != q->contig) {
        return p->contig < q->contig ? -1 : 1;
    }
    if (p->start != q->start) {
        return p->start < q->start ? -1 : 1;
    }
    return (p->offset > q->offset) - (p->offset < q->offset);
}

/* Fills placement->contigs, and turns the contigs' numbers in the records into places in the order. */
static tfl_status order_contigs(tfl_placement *placement, ranked *rank, uint32_t *place, tfl_error *err)
{
    tfl_contigs *contigs = &placement->contigs;
    contigs->n = tfl_table_size(placement->table);
    contigs->name = tfl_calloc(contigs->n, sizeof *contigs->name);
    contigs->length = tfl_calloc(contigs->n, sizeof *contigs->length);
    if (contigs->name == NULL || contigs->length == NULL || rank == NULL || place == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    for (size_t i = 0; i < contigs->n; i++) {
        size_t number = placement->order != NULL ? placement->order[i] : i;
        rank[i] = (ranked){tfl_table_name(placement->table, number), number};
    }
    if (placement->order == NULL) {
        qsort(rank + placement->n_genome, contigs->n - placement->n_genome, sizeof *rank, by_name);
    }
    for (size_t i = 0; i < contigs->n; i++) {
        contigs->name[i] = rank[i].name;
        contigs->length[i] = placement->length[rank[i].number];
        place[rank[i].number] = (uint32_t)i;
    }
    for (size_t i = 0; i < placement->n; i++) {
        placement->record[i].contig = place[placement->record[i].contig];
    }
    return TFL_OK;
}

typedef struct hashed {
    uint64_t hash;
    const char *name;
} hashed;

static int by_hash(const void *a, const void *b)
{
    uint64_t p = ((const hashed *)a)->hash;
    uint64_t q = ((const hashed *)b)->hash;
    return (p > q) - (p < q);
}

/* Fails when a passed contig also has placed records. */
static tfl_status check_passed(tfl_placement *placement, hashed *contig, tfl_error *err)
{
    size_t n = tfl_table_size(placement->table);
    if (contig == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    for (size_t i = 0; i < n; i++) {
        contig[i].name = tfl_table_name(placement->table, i);
        contig[i].hash = tfl_hash64(contig[i].name, strlen(contig[i].name));
    }
    qsort(contig, n, sizeof *contig, by_hash);
    uint64_t size = tfl_spool_size(&placement->passed);
    hashed wanted = {0, NULL};
    tfl_status status = TFL_OK;
    for (uint64_t at = 0; status == TFL_OK && at < size; at += sizeof wanted.hash) {
        status = tfl_spool_read(&placement->passed, at, &wanted.hash, sizeof wanted.hash, err);
        const hashed *found = status == TFL_OK ? bsearch(&wanted, contig, n, sizeof *contig, by_hash) : NULL;
        if (found != NULL) {
            status = tfl_fail(err, TFL_EINPUT, "%s: is a sequence, and a contig that other records lie on; rename one",
                              found->name);
        }
    }
    return status;
}

tfl_status tfl_placement_sort(tfl_placement *placement, const tfl_contigs **contigs, tfl_error *err)
{
    size_t n = tfl_table_size(placement->table);
    ranked *rank = tfl_calloc(n, sizeof *rank);
    uint32_t *place = tfl_calloc(n, sizeof *place);
    tfl_status status = order_contigs(placement, rank, place, err);
    free(rank);
    free(place);
    if (status == TFL_OK && placement->n > 0 && tfl_spool_size(&placement->passed) > 0) {
        hashed *contig = tfl_calloc(n, sizeof *contig);
        status = check_passed(placement, contig, err);
        free(contig);
    }
    if (status == TFL_OK && placement->n > 0) {
        qsort(placement->record, placement->n, sizeof *placement->record, by_place);
    }
    *contigs = &placement->contigs;
    return status;
}

/* ---------------------------------------------------------------- merging */

typedef struct merge {
    tfl_placement *placement;
    tfl_status (*take)(void *context, size_t contig, int64_t start, const float *value, size_t n, tfl_error *err);
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
    return to->take(to->context, to->placement->contig, start, value, n, err);
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

static tfl_status read_name(tfl_placement *placement, const placed *record, char *name, size_t size, tfl_error *err)
{
    uint32_t length = 0;
    uint64_t offset = record->offset + record->length * sizeof(float);
    tfl_status status = tfl_spool_read(&placement->values, offset, &length, sizeof length, err);
    size_t part = length < size ? length : size - 1;
    name[part] = '\0';
    return status == TFL_OK ? tfl_spool_read(&placement->values, offset + sizeof length, name, part, err) : status;
}

/* The record whose values lie at offset; only for messages. */
static const placed *find_record(const tfl_placement *placement, uint64_t offset)
{
    size_t i = 0;
    while (placement->record[i].offset != offset) {
        i++;
    }
    return &placement->record[i];
}

static tfl_status fail_overlap(tfl_placement *placement, const placed *record, const cell *held, int64_t base,
                               tfl_error *err)
{
    char name[2][256] = {"", ""};
    tfl_status status = read_name(placement, find_record(placement, held->key), name[0], sizeof name[0], err);
    if (status == TFL_OK) {
        status = read_name(placement, record, name[1], sizeof name[1], err);
    }
    if (status != TFL_OK) {
        return status;
    }
    return tfl_fail(err, TFL_EINPUT,
                    "records %s and %s: both cover base %lld (0-based) of %s; --overlap mean or first would merge them",
                    name[0], name[1], (long long)base, placement->contigs.name[record->contig]);
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
    void *cells = placement->cell;
    tfl_status status =
        tfl_grow(&cells, &placement->cell_capacity, need, sizeof *placement->cell, "overlapping values", err);
    placement->cell = cells;
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
    void *values = placement->value;
    tfl_status status = tfl_grow(&values, &placement->value_capacity, record->length, sizeof *placement->value,
                                 "the values of a record", err);
    placement->value = values;
    return status == TFL_OK ? tfl_spool_read(&placement->values, record->offset, placement->value,
                                             record->length * sizeof *placement->value, err)
                            : status;
}

/* A record that touches no other needs no cells. */
static bool stands_alone(const tfl_placement *placement, size_t i)
{
    const placed *record = &placement->record[i];
    const placed *next = record + 1;
    return placement->first == placement->last &&
           (i + 1 == placement->n || next->contig != record->contig || next->start >= record->start + record->length);
}

static tfl_status merge_record(const merge *to, size_t i, tfl_error *err)
{
    tfl_placement *placement = to->placement;
    const placed *record = &placement->record[i];
    bool new_contig = record->contig != placement->contig;
    tfl_status status = give_cells(to, new_contig ? INT64_MAX : record->start, err);
    if (status == TFL_OK) {
        status = read_values(placement, record, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    placement->contig = record->contig;
    if (placement->first == placement->last) {
        placement->first = placement->last = record->start;
    }
    if (stands_alone(placement, i)) {
        return give(to, record->start, placement->value, record->length, err);
    }
    return add_cells(placement, record, err);
}

tfl_status tfl_placement_merge(tfl_placement *placement,
                               tfl_status (*take)(void *context, size_t contig, int64_t start, const float *value,
                                                  size_t n, tfl_error *err),
                               void *context, tfl_track_summary *summary, tfl_error *err)
{
    merge to = {placement, take, context, summary};
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < placement->n; i++) {
        status = merge_record(&to, i, err);
    }
    return status == TFL_OK ? give_cells(&to, INT64_MAX, err) : status;
}
