/*
 * hits.h: matches on their way to the output. q-values and percentiles need all of them, so they wait in a spill file
 * and come back in the order in which they were kept: memory does not grow with their number.
 */
#ifndef TFLIFT_CLI_HITS_H
#define TFLIFT_CLI_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/importance.h"
#include "tflift/scan.h"

/* One match; the texts belong to whoever made it, and for one that came back they are valid until the next. */
typedef struct tfl_hit {
    tfl_match match;
    size_t width;
    bool scored; /* importance holds numbers */
    tfl_importance importance;
    const char *sequence; /* name */
    const char *contig;   /* where the match lies on the genome: 0-based start and strand there */
    int64_t contig_start;
    char contig_strand;
    const char *matched; /* [width] in the orientation of the motif, NUL-terminated */
} tfl_hit;

typedef struct tfl_hits tfl_hits;

tfl_status tfl_hits_create(tfl_hits **out, tfl_error *err) TFL_MUST_USE;
void tfl_hits_free(tfl_hits *hits);

tfl_status tfl_hits_keep(tfl_hits *hits, const tfl_hit *hit, tfl_error *err) TFL_MUST_USE;

/* The next hit kept; *found is false behind the last. No more can be kept once the first has come back. */
tfl_status tfl_hits_next(tfl_hits *hits, tfl_hit *hit, bool *found, tfl_error *err) TFL_MUST_USE;

#endif
