/*
 * Sorting in bounded memory. Records lie behind each other in a buffer; when it is full, they go as a sorted run into a
 * temporary file. As soon as there are FAN_IN runs of one level, they are merged into one of the next, so that the
 * number of runs stays small and each record is written once per level.
 */
#include "config.h"

#include "tflift/sorter.h"

#include "tflift/memory.h"
#include "tflift/output.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FAN_IN = 128,
    MOST_LEVELS = 4, /* 128^4 runs */
    MOST_RUNS = FAN_IN * MOST_LEVELS,
    LEAST_BUFFER = 1 << 12, /* of a run that is read */
    ALIGNMENT = 8,
    SHORT = 8 /* so few are sorted by insertion */
};

/* What stands in front of each record, in memory and in the file; the record is padded to a multiple of 8. */
typedef struct head {
    uint64_t key;
    uint64_t size;
} head;

/* A record in the buffer. */
typedef struct entry {
    uint64_t key;
    size_t at; /* of its head */
} entry;

typedef struct run {
    uint64_t start, end; /* bytes of the file */
    unsigned level;
} run;

/* A run that is read, its next record in front. */
typedef struct reader {
    uint64_t next, end; /* bytes of the file that are not in the buffer */
    unsigned char *buffer;
    size_t capacity, at, used;
} reader;

/* A reader among those that are merged, and the key of the record in front of it. */
typedef struct place {
    uint64_t key;
    size_t reader;
} place;

struct tfl_sorter {
    tfl_sorter_compare *compare;
    size_t memory;
    unsigned char *bytes; /* heads and records */
    size_t used, capacity;
    entry *entry; /* [n] in the order of the records, or sorted */
    size_t n, entry_capacity;
    uint64_t count;
    int fd;             /* -1: none */
    uint64_t file_size; /* of all runs, also of those merged meanwhile */
    run run[MOST_RUNS]; /* [n_runs] from the oldest on, levels never rising */
    size_t n_runs;
    bool sorted;
    size_t next;              /* of entry, where there are no runs */
    reader reader[MOST_RUNS]; /* [n_readers] from the oldest run on */
    size_t n_readers;
    place heap[MOST_RUNS]; /* [in_heap] of readers that are not at their end, the smallest record's first */
    size_t in_heap;
    bool given; /* the first reader's record has been handed out */
};

tfl_status tfl_sorter_create(tfl_sorter_compare *compare, size_t memory, tfl_sorter **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    if (*out == NULL) {
        return tfl_fail_memory(err, "sorting");
    }
    (*out)->compare = compare;
    (*out)->memory = memory;
    (*out)->fd = -1;
    return TFL_OK;
}

static void free_readers(tfl_sorter *sorter)
{
    for (size_t i = 0; i < sorter->n_readers; i++) {
        free(sorter->reader[i].buffer);
    }
    sorter->n_readers = sorter->in_heap = 0;
}

static void free_buffer(tfl_sorter *sorter)
{
    free(sorter->bytes);
    free(sorter->entry);
    sorter->bytes = NULL;
    sorter->entry = NULL;
    sorter->capacity = sorter->entry_capacity = 0;
}

void tfl_sorter_free(tfl_sorter *sorter)
{
    if (sorter != NULL) {
        free_readers(sorter);
        free_buffer(sorter);
        if (sorter->fd >= 0) {
            (void)close(sorter->fd); /* the file is gone with it; nothing was promised to be on the disk */
        }
        free(sorter);
    }
}

uint64_t tfl_sorter_count(const tfl_sorter *sorter)
{
    return sorter->count;
}

static size_t padded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static const head *head_at(const unsigned char *bytes)
{
    return (const head *)(const void *)bytes;
}

/* ---------------------------------------------------------------- in memory */

/* Whether b, which came later, goes before a. */
static bool goes_before(const tfl_sorter *sorter, const entry *b, const entry *a)
{
    if (a->key != b->key || sorter->compare == NULL) {
        return b->key < a->key;
    }
    return sorter->compare(sorter->bytes + b->at + sizeof(head), sorter->bytes + a->at + sizeof(head)) < 0;
}

static void insert_all(const tfl_sorter *sorter, entry *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        entry here = at[i];
        size_t to = i;
        for (; to > 0 && goes_before(sorter, &here, &at[to - 1]); to--) {
            at[to] = at[to - 1];
        }
        at[to] = here;
    }
}

/* Merge sort; spare[n / 2]. */
static void sort_entries(const tfl_sorter *sorter, entry *at, size_t n, entry *spare)
{
    if (n <= SHORT) {
        insert_all(sorter, at, n);
        return;
    }
    size_t left = n / 2;
    sort_entries(sorter, at, left, spare);
    sort_entries(sorter, at + left, n - left, spare);
    if (!goes_before(sorter, &at[left], &at[left - 1])) {
        return;
    }
    memcpy(spare, at, left * sizeof *at);
    for (size_t i = 0, j = left, to = 0; i < left; to++) {
        bool right = j < n && goes_before(sorter, &at[j], &spare[i]);
        at[to] = *(right ? &at[j] : &spare[i]); /* which is as likely as not: no jump */
        j += right;
        i += !right;
    }
}

static tfl_status sort_buffer(tfl_sorter *sorter, tfl_error *err)
{
    entry *spare = tfl_calloc(sorter->n / 2, sizeof *spare);
    if (spare == NULL) {
        return tfl_fail_memory(err, "sorting");
    }
    sort_entries(sorter, sorter->entry, sorter->n, spare);
    free(spare);
    return TFL_OK;
}

/* ---------------------------------------------------------------- writing runs */

/* Bytes on their way to the end of the file. */
typedef struct writer {
    tfl_sorter *sorter;
    size_t used;
    unsigned char buffer[1 << 14];
} writer;

static tfl_status flush(writer *to, tfl_error *err)
{
    tfl_status status = tfl_spill_write(to->sorter->fd, to->sorter->file_size, to->buffer, to->used, err);
    to->sorter->file_size += status == TFL_OK ? to->used : 0;
    to->used = 0;
    return status;
}

static tfl_status put(writer *to, const unsigned char *bytes, size_t size, tfl_error *err)
{
    tfl_status status = TFL_OK;
    while (status == TFL_OK && size > 0) {
        if (to->used == sizeof to->buffer) {
            status = flush(to, err);
        }
        size_t part = sizeof to->buffer - to->used < size ? sizeof to->buffer - to->used : size;
        memcpy(to->buffer + to->used, bytes, part);
        to->used += part;
        bytes += part;
        size -= part;
    }
    return status;
}

static tfl_status put_record(writer *to, const unsigned char *bytes, tfl_error *err)
{
    return put(to, bytes, sizeof(head) + padded((size_t)head_at(bytes)->size), err);
}

static tfl_status next_record(tfl_sorter *sorter, const unsigned char **bytes, tfl_error *err);
static tfl_status open_readers(tfl_sorter *sorter, size_t first, tfl_error *err);

/* Merges the last FAN_IN runs into one. */
static tfl_status merge_last(tfl_sorter *sorter, tfl_error *err)
{
    size_t first = sorter->n_runs - FAN_IN;
    writer to = {.sorter = sorter};
    run merged = {.start = sorter->file_size, .level = sorter->run[first].level + 1};
    const unsigned char *bytes = NULL;
    tfl_status status = open_readers(sorter, first, err);
    while (status == TFL_OK && (status = next_record(sorter, &bytes, err)) == TFL_OK && bytes != NULL) {
        status = put_record(&to, bytes, err);
    }
    if (status == TFL_OK) {
        status = flush(&to, err);
    }
    free_readers(sorter);
    merged.end = sorter->file_size;
    sorter->run[first] = merged;
    sorter->n_runs = first + 1;
    return status;
}

/* Whether there are as many runs of the last one's level as are merged at once. */
static bool has_enough(const tfl_sorter *sorter)
{
    return sorter->n_runs >= FAN_IN &&
           sorter->run[sorter->n_runs - FAN_IN].level == sorter->run[sorter->n_runs - 1].level;
}

static tfl_status write_buffer(tfl_sorter *sorter, tfl_error *err)
{
    writer to = {.sorter = sorter};
    run added = {.start = sorter->file_size};
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < sorter->n; i++) {
        status = put_record(&to, sorter->bytes + sorter->entry[i].at, err);
    }
    if (status == TFL_OK) {
        status = flush(&to, err);
    }
    added.end = sorter->file_size;
    sorter->run[sorter->n_runs++] = added;
    sorter->n = sorter->used = 0;
    return status;
}

/* What is in the buffer becomes a run. */
static tfl_status spill(tfl_sorter *sorter, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (sorter->fd < 0) {
        status = tfl_spill_open(&sorter->fd, err);
        sorter->fd = status == TFL_OK ? sorter->fd : -1;
    }
    if (status == TFL_OK) {
        status = sort_buffer(sorter, err);
    }
    if (status == TFL_OK) {
        status = write_buffer(sorter, err);
    }
    if (status == TFL_OK && has_enough(sorter)) { /* buffers of runs take their place */
        free_buffer(sorter);
    }
    while (status == TFL_OK && has_enough(sorter)) {
        status = merge_last(sorter, err);
    }
    return status;
}

/* Memory that one more record of size bytes would have the sorter take, sorting included. */
static bool has_room(const tfl_sorter *sorter, size_t size)
{
    size_t entries = (sorter->n + 1) * (sizeof(entry) + sizeof(entry) / 2);
    return entries <= sorter->memory && sorter->used <= sorter->memory - entries &&
           size <= sorter->memory - entries - sorter->used;
}

tfl_status tfl_sorter_add(tfl_sorter *sorter, uint64_t key, const void *record, size_t size, tfl_error *err)
{
    size_t whole;
    if (!tfl_size_add(size, sizeof(head) + ALIGNMENT, &whole)) {
        return tfl_fail_memory(err, "sorting");
    }
    whole = sizeof(head) + padded(size);
    tfl_status status = sorter->n > 0 && !has_room(sorter, whole) ? spill(sorter, err) : TFL_OK;
    if (status == TFL_OK) {
        status = TFL_GROW(sorter->bytes, &sorter->capacity, sorter->used + whole, "sorting", err);
    }
    if (status == TFL_OK) {
        status = TFL_GROW(sorter->entry, &sorter->entry_capacity, sorter->n + 1, "sorting", err);
    }
    if (status != TFL_OK) {
        return status;
    }
    unsigned char *at = sorter->bytes + sorter->used;
    const head front = {key, size};
    memset(at + whole - ALIGNMENT, 0, ALIGNMENT); /* the padding goes to a file */
    memcpy(at, &front, sizeof front);
    memcpy(at + sizeof front, record, size);
    sorter->entry[sorter->n++] = (entry){key, sorter->used};
    sorter->used += whole;
    sorter->count++;
    return TFL_OK;
}

/* ---------------------------------------------------------------- reading runs */

/* Has size bytes of the run at the front, where it has so many. */
static tfl_status fill(const tfl_sorter *sorter, reader *from, size_t size, tfl_error *err)
{
    size_t there = from->used - from->at;
    if (there >= size) {
        return TFL_OK;
    }
    memmove(from->buffer, from->buffer + from->at, there);
    from->at = 0;
    from->used = there;
    tfl_status status = TFL_GROW(from->buffer, &from->capacity, size, "sorting", err);
    uint64_t left = from->end - from->next;
    size_t part = from->capacity - there < left ? from->capacity - there : (size_t)left;
    if (status == TFL_OK) {
        status = tfl_spill_read(sorter->fd, from->next, from->buffer + there, part, err);
    }
    if (status == TFL_OK) {
        from->next += part;
        from->used += part;
    }
    return status;
}

/* Has the next record in front; at the end there is none. */
static tfl_status load(const tfl_sorter *sorter, reader *from, tfl_error *err)
{
    if (from->at == from->used && from->next == from->end) {
        return TFL_OK;
    }
    tfl_status status = fill(sorter, from, sizeof(head), err);
    size_t size = status == TFL_OK ? padded((size_t)head_at(from->buffer + from->at)->size) : 0;
    return status == TFL_OK ? fill(sorter, from, sizeof(head) + size, err) : status;
}

static const unsigned char *front_of(const reader *from)
{
    return from->buffer + from->at;
}

/* Whether the record in front of a goes before that of b; of equal ones the older run's. */
static bool reads_before(const tfl_sorter *sorter, const place *a, const place *b)
{
    if (a->key != b->key) {
        return a->key < b->key;
    }
    int order = sorter->compare != NULL ? sorter->compare(front_of(&sorter->reader[a->reader]) + sizeof(head),
                                                          front_of(&sorter->reader[b->reader]) + sizeof(head))
                                        : 0;
    return order < 0 || (order == 0 && a->reader < b->reader);
}

/* What is in place at of the heap sinks to where it belongs. */
static void sink(tfl_sorter *sorter, size_t at)
{
    place *heap = sorter->heap;
    place here = heap[at];
    for (size_t child; (child = 2 * at + 1) < sorter->in_heap; at = child) {
        if (child + 1 < sorter->in_heap && reads_before(sorter, &heap[child + 1], &heap[child])) {
            child++;
        }
        if (!reads_before(sorter, &heap[child], &here)) {
            break;
        }
        heap[at] = heap[child];
    }
    heap[at] = here;
}

/* Readers of all runs from the first-th on, which share the memory. */
static tfl_status open_readers(tfl_sorter *sorter, size_t first, tfl_error *err)
{
    size_t n = sorter->n_runs - first;
    size_t share = sorter->memory / n / ALIGNMENT * ALIGNMENT;
    size_t size = share > LEAST_BUFFER ? share : LEAST_BUFFER;
    tfl_status status = TFL_OK;
    sorter->given = false;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        reader *to = &sorter->reader[i];
        *to = (reader){.next = sorter->run[first + i].start, .end = sorter->run[first + i].end, .capacity = size};
        to->buffer = tfl_realloc(NULL, size, 1);
        sorter->n_readers = i + 1;
        status = to->buffer != NULL ? load(sorter, to, err) : tfl_fail_memory(err, "sorting");
        sorter->heap[i] = (place){status == TFL_OK ? head_at(to->buffer)->key : 0, i};
    }
    sorter->in_heap = sorter->n_readers;
    for (size_t i = n / 2; status == TFL_OK && i-- > 0;) {
        sink(sorter, i);
    }
    return status;
}

/* Head and record of the next of the readers, NULL behind the last. */
static tfl_status next_record(tfl_sorter *sorter, const unsigned char **bytes, tfl_error *err)
{
    tfl_status status = TFL_OK;
    *bytes = NULL;
    if (sorter->given && sorter->in_heap > 0) {
        place *first = &sorter->heap[0];
        reader *from = &sorter->reader[first->reader];
        from->at += sizeof(head) + padded((size_t)head_at(front_of(from))->size);
        status = load(sorter, from, err);
        if (status == TFL_OK && from->at == from->used) {
            *first = sorter->heap[--sorter->in_heap];
        } else if (status == TFL_OK) {
            first->key = head_at(front_of(from))->key;
        }
        if (status == TFL_OK && sorter->in_heap > 0) {
            sink(sorter, 0);
        }
    }
    if (status == TFL_OK && sorter->in_heap > 0) {
        *bytes = front_of(&sorter->reader[sorter->heap[0].reader]);
        sorter->given = true;
    }
    return status;
}

/* ---------------------------------------------------------------- the result */

static tfl_status end_adding(tfl_sorter *sorter, tfl_error *err)
{
    if (sorter->n_runs == 0) {
        return sort_buffer(sorter, err);
    }
    tfl_status status = sorter->n > 0 ? spill(sorter, err) : TFL_OK;
    free_buffer(sorter);
    return status;
}

tfl_status tfl_sorter_sort(tfl_sorter *sorter, tfl_error *err)
{
    tfl_status status = sorter->sorted ? TFL_OK : end_adding(sorter, err);
    sorter->sorted = status == TFL_OK;
    sorter->next = 0;
    free_readers(sorter);
    return status == TFL_OK && sorter->n_runs > 0 ? open_readers(sorter, 0, err) : status;
}

tfl_status tfl_sorter_next(tfl_sorter *sorter, const void **record, tfl_error *err)
{
    *record = NULL;
    if (sorter->n_runs == 0) {
        if (sorter->next < sorter->n) {
            *record = sorter->bytes + sorter->entry[sorter->next++].at + sizeof(head);
        }
        return TFL_OK;
    }
    const unsigned char *bytes = NULL;
    tfl_status status = next_record(sorter, &bytes, err);
    if (bytes != NULL) {
        *record = bytes + sizeof(head);
    }
    return status;
}
