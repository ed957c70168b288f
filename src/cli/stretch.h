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

/* Finds a region in a FASTA file: the name of a record (all of it), NAME:START-END within a record of that name, or
 * within one that is placed on NAME by its own name; 1-based, both ends included, as samtools has it; NULL: the first
 * record. Where genome is true, NAME is a contig, and contributions are looked for by its coordinates. An empty stretch
 * is {0}. */
tfl_status tfl_stretch_find(tfl_stretch *stretch, const char *path, bool genome, const char *region,
                            tfl_error *err) TFL_MUST_USE;
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
