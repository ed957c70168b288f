/*
 * dataset.h: labelled sequences: the directory that tfsim writes, or a FASTA file and a table of labels.
 */
#ifndef TFLIFT_DATASET_H
#define TFLIFT_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/fasta.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tfl_split { TFL_TRAIN, TFL_VALID, TFL_TEST, TFL_SPLITS } tfl_split;

extern const char *const tfl_split_name[TFL_SPLITS]; /* "train", "valid", "test" */

typedef struct tfl_dataset {
    size_t n;
    size_t length; /* of every sequence */
    size_t n_tasks;
    char **task;            /* [n_tasks] names */
    tfl_sequence *sequence; /* [n] */
    uint8_t *split;         /* [n] tfl_split */
    float *label;           /* [n][n_tasks], 0 or 1; NAN where the table has "NA" */
} tfl_dataset;

/* Reads sequences.fa and labels.tsv of directory. Labels: `#name class split LABEL…`, one row per sequence in any
 * order. */
tfl_status tfl_dataset_read(const char *directory, tfl_dataset **out, tfl_error *err) TFL_MUST_USE;

/* The same from two files. The label table needs the columns name and at least one task; class and split are optional
 * (without split, 0.8/0.1/0.1 drawn from the name). All sequences must have one length. A task's name
 * holds neither commas nor control characters, so that a model can keep it and a row can hold it. */
tfl_status tfl_dataset_read_files(const char *fasta, const char *labels, tfl_dataset **out, tfl_error *err) TFL_MUST_USE;

void tfl_dataset_free(tfl_dataset *dataset);

#ifdef __cplusplus
}
#endif
#endif
