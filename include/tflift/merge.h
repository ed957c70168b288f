/*
 * merge.h: several tracks of one value per base, bigWig or bedGraph, into one.
 *
 * Values wait in a temporary file; what stays in memory is the contigs, and 24 bytes for each stretch of up to 65536 bases.
 */
#ifndef TFLIFT_MERGE_H
#define TFLIFT_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/track.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_merge_options {
    tfl_overlap overlap;          /* where several tracks have a value: their mean, or that of the first track; not TFL_OVERLAP_NEAREST */
    bool longest;                 /* where tracks give a contig different lengths, the longest; false: an error */
    const char *const *contig;    /* [n_contigs] names and lengths of the genome, in its order, which is then the result's whatever the */
    const int64_t *contig_length; /* tracks say; n_contigs 0: the tracks' contigs, in an order that keeps theirs; where they leave it */
    size_t n_contigs;             /* open, in the tracks' order (text), or by name (bigWig). A bedGraph's contigs end with its last row */
    const char *description;      /* of text, where the tracks do not all begin with the same lines; may be NULL */
} tfl_merge_options;

typedef struct tfl_merge_summary {
    tfl_track_summary track; /* records: tracks */
    size_t contigs;
    bool mixed; /* the first lines of text tracks differ (description, or the track's name), and were left out */
} tfl_merge_summary;

/* Reads the n tracks at path (what they are is told by their content, else by their suffix; "-" is text) and writes them to output in format,
 * one of one value per base. Rows of a bedGraph have to be sorted, each contig's in one piece, and must not overlap. summary may be NULL. */
tfl_status tfl_merge_tracks(const char *const *path, size_t n, const char *output, const tfl_track_format *format,
                            const tfl_merge_options *options, tfl_merge_summary *summary, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
