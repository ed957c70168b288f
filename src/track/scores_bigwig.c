/* Contributions from a bigWig file. */
#include "config.h"

#include "track/scores_internal.h"

#include <string.h>

#include "track/bigwig_internal.h"
#include "track/bytes_internal.h"

/* Also bigBed and the other byte order, for the reader says what is wrong with them. */
static bool is_it(const unsigned char *head, size_t size)
{
    const unsigned char turned[4] = {head[3], head[2], head[1], head[0]};
    bool has_version = size >= 6 && memchr(head + 4, '\0', 2) != NULL; /* text has no NUL, whatever its first contig's name */
    return has_version && (tfl_get_u32(head) == TFL_BIGWIG_MAGIC || tfl_get_u32(turned) == TFL_BIGWIG_MAGIC ||
                           tfl_get_u32(head) == TFL_BIGBED_MAGIC);
}

static tfl_status open_bigwig(const char *path, const char *task, void **state, tfl_error *err)
{
    (void)task; /* a file holds one */
    tfl_bigwig *bigwig = NULL;
    tfl_status status = tfl_bigwig_open(path, &bigwig, err);
    *state = bigwig;
    return status;
}

static tfl_status find(void *state, const tfl_sequence *sequence, const tfl_region *region, float *value,
                       tfl_error *err)
{
    int known = 0;
    int64_t length = (int64_t)sequence->length;
    tfl_status status =
        tfl_bigwig_values(state, region->contig, region->start, region->start + length, value, &known, err);
    if (status == TFL_OK && !known && region->placed) { /* written with --coords none */
        return tfl_bigwig_values(state, sequence->name, 0, length, value, NULL, err);
    }
    if (status == TFL_OK && region->strand == '-') {
        tfl_scores_reverse(value, sequence->length);
    }
    return status;
}

static void close_bigwig(void *state)
{
    tfl_bigwig_close(state);
}

const tfl_score_source tfl_scores_bigwig = {"bigwig", is_it, open_bigwig, find, close_bigwig, NULL};
