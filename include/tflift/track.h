/*
 * track.h: contributions into files, one format per file behind one table.
 *
 * Records come in any order. Formats that hold one value per base of a contig (bedGraph, bigWig) get them sorted, and overlaps
 * merged, by placement.c; sequences that are their own contig go straight through.
 *
 * To add a format: a row in src/track/formats.c and a file track_NAME.c.
 */
#ifndef TFLIFT_TRACK_H
#define TFLIFT_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/region.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The contributions of one sequence to one task, in the sequence's own orientation. */
typedef struct tfl_track_record {
    const char *name;         /* the sequence's name */
    const tfl_region *region; /* where it lies; values of '-' regions are written in genome order */
    const char *letters;      /* [length] */
    size_t length;
    const char *task;          /* name */
    const float *contribution; /* [length][4] */
    const float *hypothetical; /* [length][4], or NULL */
} tfl_track_record;

typedef enum tfl_overlap { TFL_OVERLAP_MEAN, TFL_OVERLAP_NEAREST, TFL_OVERLAP_FIRST, TFL_OVERLAP_ERROR } tfl_overlap;

/* "mean", "nearest", "first", "error" -> policy. */
bool tfl_overlap_find(const char *name, tfl_overlap *overlap) TFL_MUST_USE;

typedef struct tfl_track_options {
    tfl_overlap overlap;
    bool hypothetical;        /* write them too, where the format can (tsv, npz) */
    const char *description;  /* one line for header comments: program, model digest, method, reference, target, task; may be NULL */
    bool provenance;          /* the description in tables too, as a second # line (tsv); the other formats have it anyway */
    const char *track_name;   /* for formats that name their track; may be NULL */
    const char *const *contig; /* [n_contigs] names and lengths of the genome, in its order; n_contigs 0: contigs by name, */
    const int64_t *contig_length; /* their length the largest end seen */
    size_t n_contigs;
} tfl_track_options;

typedef struct tfl_track_format {
    const char *name;     /* "bedgraph", "bed", "bigwig", "tsv", "npz" */
    const char *suffixes; /* ".bw .bigwig" */
    const char *help;
    bool all_tasks;       /* one file can hold several tasks */
    bool one_value;       /* one value per base of a contig: sorted and merged first */
    bool text;            /* can go to standard output */
    bool hypothetical;    /* can hold hypothetical contributions */
    bool described;       /* can hold the description */
} tfl_track_format;

/* The table; NULL after the last. */
const tfl_track_format *tfl_track_format_at(size_t i);
const tfl_track_format *tfl_track_format_find(const char *name);
/* By the path's suffix (in either case, and one of compression is looked through); NULL when no format has it. */
const tfl_track_format *tfl_track_format_for(const char *path);

typedef struct tfl_track tfl_track;

/* Opens path ("-" for text formats) for writing. options' arrays must live until commit. */
tfl_status tfl_track_open(const char *path, const tfl_track_format *format, const tfl_track_options *options, tfl_track **out,
                          tfl_error *err) TFL_MUST_USE;

/* An infinite contribution, and a region outside its contig, are errors that name the record; overlaps that the policy refuses
 * are found by tfl_track_commit. */
tfl_status tfl_track_write(tfl_track *track, const tfl_track_record *record, tfl_error *err) TFL_MUST_USE;

typedef struct tfl_track_summary {
    uint64_t records, bases;
    uint64_t overlapping; /* bases that several records gave a value */
    uint64_t missing;     /* bases of records whose contribution is NaN: they have no value */
    double min, max, sum; /* of the bases; 0 when there are none */
} tfl_track_summary;

/* Sorts, merges and writes all that is left, but for giving the file its name; only commit and discard may follow. For programs with
 * several outputs, see tfl_output_finish. */
tfl_status tfl_track_finish(tfl_track *track, tfl_error *err) TFL_MUST_USE;

/* Finishes, completes the file under its name and frees track in every case; summary may be NULL. */
tfl_status tfl_track_commit(tfl_track *track, tfl_track_summary *summary, tfl_error *err) TFL_MUST_USE;

/* Leaves nothing behind; NULL is allowed. */
void tfl_track_discard(tfl_track *track);

#ifdef __cplusplus
}
#endif
#endif
