/*
 * scores.h: reading contributions back, per base: from bigWig, bedGraph ("-" too), TSV or npz of ours, told by content.
 */
#ifndef TFLIFT_SCORES_H
#define TFLIFT_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/region.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_scores tfl_scores;

/* Opens path. task names one of a TSV that holds several; NULL is the only one, and an error that lists them where there are several. Other
 * formats hold one task, and do not look at task (tfl_scores_is_table tells). Text is read into memory here, with errors that name file and
 * line; bigWig and npz are read by random access, from files only. */
tfl_status tfl_scores_open(const char *path, const char *task, tfl_scores **out, tfl_error *err) TFL_MUST_USE;
void tfl_scores_close(tfl_scores *scores);

/* Whether it is a table that names the task of each value, which is what a task can be chosen from. */
bool tfl_scores_is_table(const tfl_scores *scores);

/* Values under a sequence, in its own orientation: value[length], NaN where there is none. sequence->index and letters tell the row of formats
 * without names (npz, TSV: a sequence that differs from the stored letters is an error). *any is 0 when there was no value at all. */
tfl_status tfl_scores_find(tfl_scores *scores, const tfl_sequence *sequence, const tfl_region *region, float *value, int *any,
                           tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
