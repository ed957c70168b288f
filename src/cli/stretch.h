/*
 * stretch.h: the stretch of a sequence or genome that a logo shows: its letters, the contributions under them, the
 * intervals that lie on it.
 */
#ifndef TFLIFT_CLI_STRETCH_H
#define TFLIFT_CLI_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/logo.h"
#include "tflift/region.h"
#include "tflift/scores.h"
#include "tflift/table.h"

typedef struct tfl_stretch {
    tfl_sequence
        sequence;      /* what contributions are found for: a record, or the part of a genome's contig that is wanted */
    tfl_region region; /* where the sequence lies */
    size_t start, end; /* the part of it that is shown */
    bool reversed;     /* shown as its reverse complement */
    char *letters;     /* [end - start] as shown */
    int64_t first;     /* 1-based position of the first letter shown */
    bool descending;   /* positions fall */
    bool on_contig;    /* positions are those of region.contig; otherwise of the sequence */
} tfl_stretch;

/* Finds a region, 1-based and both ends included as samtools has it, or a name, which is all of what has it. An empty
 * stretch is {0}.
 *
 * In a genome: CONTIG:START-END; contributions are looked for by these coordinates. */
tfl_status tfl_stretch_find(tfl_stretch *stretch, const char *path, const char *region, tfl_error *err) TFL_MUST_USE;

/* Among the records of a FASTA file: the record of that name; NAME:START-END within a record of that name, or within
 * one that its own name places on the contig NAME; NULL: the first record. */
tfl_status tfl_stretch_find_record(tfl_stretch *stretch, const char *path, const char *region,
                                   tfl_error *err) TFL_MUST_USE;

/* Says that a stretch is too long for a logo. */
tfl_status tfl_stretch_fail_length(const char *name, size_t length, tfl_error *err);
void tfl_stretch_clear(tfl_stretch *stretch);

/* The contributions under it, value[end - start] as shown; no value at all is an error. */
tfl_status tfl_stretch_values(const tfl_stretch *stretch, tfl_scores *scores, const char *path, float *value,
                              tfl_error *err) TFL_MUST_USE;

/* The intervals of BED files that lie on a stretch. */
typedef struct tfl_boxes {
    tfl_logo_box *box; /* [n] labelled with the intervals' names */
    size_t n, capacity;
    tfl_table *names; /* of all intervals of the files, wherever they lie */
} tfl_boxes;

/* Adds the parts of a file's intervals that lie on the stretch, by the sequence's name or its place. An empty one is
 * {0}. */
tfl_status tfl_boxes_read(tfl_boxes *boxes, const tfl_stretch *stretch, const char *path, tfl_error *err) TFL_MUST_USE;

/* Gives boxes of one name one kind, in the alphabetical order of all names of the files: the same in every figure made
 * with them. */
tfl_status tfl_boxes_sort(tfl_boxes *boxes, tfl_error *err) TFL_MUST_USE;
void tfl_boxes_clear(tfl_boxes *boxes);

#endif
