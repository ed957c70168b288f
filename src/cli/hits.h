/*
 * hits.h: matches of motifs held until the last sequence has been scanned, because q-values and percentiles are over
 * all of them, and then given out in the order in which they came. Memory is bounded: they wait in a temporary file.
 */
#ifndef TFLIFT_CLI_HITS_H
#define TFLIFT_CLI_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/importance.h"
#include "tflift/output.h"
#include "tflift/region.h"
#include "tflift/scan.h"

/* A match with everything there is to say about it. */
typedef struct tfl_hit {
    const char *sequence;     /* name */
    const tfl_region *region; /* of the sequence */
    const tfl_motif *motif;
    tfl_match match;
    const char *matched; /* letters in the motif's orientation, upper case */
    double qvalue;
    tfl_importance importance; /* NAN where there is none */
    double percentile;         /* the same */
} tfl_hit;

/* How hits are written. To add a format: a row in hit_formats.c. */
typedef struct tfl_hit_format {
    const char *name, *suffix, *help;
    const char *header; /* first line, NULL: none */
    bool importance;    /* has columns for it */
    tfl_status (*write)(const tfl_hit *hit, tfl_output *output, tfl_error *err);
} tfl_hit_format;

/* The table; NULL after the last. */
const tfl_hit_format *tfl_hit_format_at(size_t i);
const tfl_hit_format *tfl_hit_format_find(const char *name);
/* By the suffix of path, in either case, where it ends in one, one of compression looked through; the first of the table
 * otherwise. */
const tfl_hit_format *tfl_hit_format_for(const char *path);

typedef struct tfl_hits tfl_hits;

tfl_status tfl_hits_create(const tfl_motifs *motifs, tfl_hits **out, tfl_error *err) TFL_MUST_USE;
void tfl_hits_free(tfl_hits *hits);

/* Keeps the matches of one sequence; importance[matches->n], or NULL. TFL_EUNSUPPORTED where there are matches and a row
 * of a table cannot begin with the sequence's name. */
tfl_status tfl_hits_add(tfl_hits *hits, const tfl_sequence *sequence, const tfl_region *region,
                        const tfl_matches *matches, const tfl_importance *importance, tfl_error *err) TFL_MUST_USE;

/* Matches kept so far. */
uint64_t tfl_hits_count(const tfl_hits *hits);

/* Writes all of them; percentiles may be NULL. */
tfl_status tfl_hits_write(tfl_hits *hits, tfl_percentiles *percentiles, const tfl_hit_format *format,
                          tfl_output *output, tfl_error *err) TFL_MUST_USE;

#endif
