/*
 * clusters.h: what overlapping places connect, among any number of places, in memory that does not grow with it. No place
 * overlaps one of another cluster.
 */
#ifndef TFLIFT_CLUSTERS_H
#define TFLIFT_CLUSTERS_H

#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_clusters tfl_clusters;

tfl_status tfl_clusters_create(tfl_clusters **out, tfl_error *err) TFL_MUST_USE;
void tfl_clusters_free(tfl_clusters *clusters);

/* Takes the next place, [start, start + length) of a contig, numbered from 0 as they come. contig is its number, or the hash
 * of its name: contigs that share one may have larger clusters than they need. */
tfl_status tfl_clusters_add(tfl_clusters *clusters, uint64_t contig, int64_t start, int64_t length,
                            tfl_error *err) TFL_MUST_USE;

/* Places added so far. */
uint64_t tfl_clusters_count(const tfl_clusters *clusters);

/* Keeps the clusters of which the place that came first has a number in [from, to): ranges that follow one another share
 * all places out. To be called once; no place is added any more. */
tfl_status tfl_clusters_keep(tfl_clusters *clusters, uint64_t from, uint64_t to, tfl_error *err) TFL_MUST_USE;

/* The number of the next place of these, in the order in which they came; UINT64_MAX behind the last. */
tfl_status tfl_clusters_next(tfl_clusters *clusters, uint64_t *number, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif
