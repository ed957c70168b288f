/*
 * score_files.h: what tfscore writes: tracks, deltas, references. Nothing appears before all of it is written.
 */
#ifndef TFLIFT_CLI_SCORE_FILES_H
#define TFLIFT_CLI_SCORE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/output.h"
#include "tflift/region.h"
#include "tflift/track.h"

/* One sequence explained, for T tasks. */
typedef struct tfl_scored {
    const tfl_sequence *sequence;
    const tfl_region *region;
    const float *contribution;      /* [T][length][4] */
    const float *hypothetical;      /* the same, or NULL */
    const double *output;           /* [T] */
    const double *reference_output; /* [T] NAN where there is no reference */
    size_t n_references;
    const char *reference_letters; /* [n_references][length], or NULL */
} tfl_scored;

typedef struct tfl_score_files_options {
    const char *path; /* "-" for standard output */
    const tfl_track_format *format;
    tfl_track_options track; /* description and track_name are made per file */
    const char *description; /* of all files; the task is put behind it */
    const char *const *task; /* [n_tasks] names */
    size_t n_tasks;
    const char *deltas;         /* path, or NULL */
    const char *references;     /* path, or NULL */
    const char *reference_kind; /* in the names of references: NAME|KIND|J */
} tfl_score_files_options;

typedef struct tfl_delta_summary {
    uint64_t n;               /* rows: sequences times tasks */
    double largest;           /* |difference| */
    double mean;              /* of |difference| */
    char name[256], task[64]; /* where it is largest */
} tfl_delta_summary;

typedef struct tfl_score_files tfl_score_files;

/* The file of a task where each has one: "PREFIX.TASK.SUFFIX" (characters of the task that do not belong into a file
 * name become
 * '_'). The caller frees; NULL when out of memory. */
char *tfl_score_task_path(const char *path, const char *task);

/* Opens everything; options' arrays must live until commit. */
tfl_status tfl_score_files_open(const tfl_score_files_options *options, tfl_score_files **out,
                                tfl_error *err) TFL_MUST_USE;

tfl_status tfl_score_files_write(tfl_score_files *files, const tfl_scored *scored, tfl_error *err) TFL_MUST_USE;

/* Completes all files and frees; *track sums up the tracks of all tasks. */
tfl_status tfl_score_files_commit(tfl_score_files *files, tfl_track_summary *track, tfl_delta_summary *delta,
                                  tfl_error *err) TFL_MUST_USE;

/* Leaves nothing behind; NULL is allowed. */
void tfl_score_files_discard(tfl_score_files *files);

#endif
