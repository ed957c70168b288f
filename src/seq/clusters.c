/* What overlapping places connect. */
#include "config.h"

#include "tflift/clusters.h"

#include "tflift/memory.h"
#include "tflift/sorter.h"
#include "tflift/spool.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct place {
    uint64_t contig;
    int64_t start, end;
    uint64_t number;
} place;

struct tfl_clusters {
    tfl_sorter *sorted; /* places by contig and start: those of a cluster follow one another … */
    tfl_sorter *kept;   /* … and the numbers of some, in their order */
    tfl_spool first;    /* [clusters] the least number in each, in the order of sorted */
    const place *at;    /* of sorted; NULL behind the last */
    bool begins;        /* a cluster, at */
    int64_t end;        /* of the cluster up to at */
    uint64_t contig;    /* that it is on */
};

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->contig != y->contig) {
        return x->contig < y->contig ? -1 : 1;
    }
    return (x->start > y->start) - (x->start < y->start);
}

tfl_status tfl_clusters_create(tfl_clusters **out, tfl_error *err)
{
    *out = NULL;
    tfl_clusters *clusters = tfl_calloc(1, sizeof *clusters);
    if (clusters == NULL) {
        return tfl_fail_memory(err, "overlaps");
    }
    clusters->first = (tfl_spool)TFL_SPOOL_INIT;
    tfl_status status = tfl_sorter_create(NULL, TFL_SORTER_MEMORY, &clusters->kept, err);
    if (status == TFL_OK) {
        status = tfl_sorter_create(by_place, TFL_SORTER_MEMORY, &clusters->sorted, err);
    }
    if (status != TFL_OK) {
        tfl_clusters_free(clusters);
        return status;
    }
    *out = clusters;
    return TFL_OK;
}

void tfl_clusters_free(tfl_clusters *clusters)
{
    if (clusters != NULL) {
        tfl_sorter_free(clusters->sorted);
        tfl_sorter_free(clusters->kept);
        tfl_spool_clear(&clusters->first);
        free(clusters);
    }
}

tfl_status tfl_clusters_add(tfl_clusters *clusters, uint64_t contig, int64_t start, int64_t length, tfl_error *err)
{
    place here = {contig, start, start + length, tfl_clusters_count(clusters)};
    return tfl_sorter_add(clusters->sorted, contig, &here, sizeof here, err);
}

uint64_t tfl_clusters_count(const tfl_clusters *clusters)
{
    return tfl_sorter_count(clusters->sorted);
}

static tfl_status next_place(tfl_clusters *clusters, tfl_error *err)
{
    const void *record = NULL;
    tfl_status status = tfl_sorter_next(clusters->sorted, &record, err);
    const place *at = status == TFL_OK ? record : NULL;
    if (at != NULL) {
        clusters->begins = at->contig != clusters->contig || at->start >= clusters->end;
        clusters->end = clusters->begins || at->end > clusters->end ? at->end : clusters->end;
        clusters->contig = at->contig;
    }
    clusters->at = at;
    return status;
}

static tfl_status first_place(tfl_clusters *clusters, tfl_error *err)
{
    clusters->end = INT64_MIN;
    tfl_status status = tfl_sorter_sort(clusters->sorted, err);
    return status == TFL_OK ? next_place(clusters, err) : status;
}

/* Fills first. */
static tfl_status find_firsts(tfl_clusters *clusters, tfl_error *err)
{
    tfl_status status = first_place(clusters, err);
    while (status == TFL_OK && clusters->at != NULL) {
        uint64_t least = UINT64_MAX;
        do {
            least = clusters->at->number < least ? clusters->at->number : least;
            status = next_place(clusters, err);
        } while (status == TFL_OK && clusters->at != NULL && !clusters->begins);
        if (status == TFL_OK) {
            status = tfl_spool_append(&clusters->first, &least, sizeof least, err);
        }
    }
    return status;
}

/* Fills kept. */
static tfl_status keep_numbers(tfl_clusters *clusters, uint64_t from, uint64_t to, tfl_error *err)
{
    uint64_t read = 0, least = 0;
    tfl_status status = first_place(clusters, err);
    while (status == TFL_OK && clusters->at != NULL) {
        if (clusters->begins) {
            status = tfl_spool_read(&clusters->first, read, &least, sizeof least, err);
            read += sizeof least;
        }
        if (status == TFL_OK && least >= from && least < to) {
            const uint64_t number = clusters->at->number;
            status = tfl_sorter_add(clusters->kept, number, &number, sizeof number, err);
        }
        if (status == TFL_OK) {
            status = next_place(clusters, err);
        }
    }
    return status;
}

tfl_status tfl_clusters_keep(tfl_clusters *clusters, uint64_t from, uint64_t to, tfl_error *err)
{
    tfl_status status = find_firsts(clusters, err);
    if (status == TFL_OK) {
        status = keep_numbers(clusters, from, to, err);
    }
    return status == TFL_OK ? tfl_sorter_sort(clusters->kept, err) : status;
}

tfl_status tfl_clusters_next(tfl_clusters *clusters, uint64_t *number, tfl_error *err)
{
    const void *record = NULL;
    tfl_status status = tfl_sorter_next(clusters->kept, &record, err);
    const uint64_t *kept = status == TFL_OK ? record : NULL;
    *number = kept != NULL ? *kept : UINT64_MAX;
    return status;
}
