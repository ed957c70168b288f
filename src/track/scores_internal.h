/*
 * scores_internal.h: the kinds of file that contributions are read back from.
 */
#ifndef TFLIFT_SCORES_INTERNAL_H
#define TFLIFT_SCORES_INTERNAL_H

#include "tflift/lines.h"
#include "tflift/scores.h"

typedef struct tfl_score_source {
    const char *format; /* its name in the table of track formats; NULL: several */
    /* Whether a file that begins with these bytes (fewer where it is shorter) is of this kind; NULL: any. */
    bool (*is_it)(const unsigned char *head, size_t size);
    tfl_status (*open)(const char *path, const char *task, void **state, tfl_error *err);
    /* As tfl_scores_find, without *any; value is all NaN before. */
    tfl_status (*find)(void *state, const tfl_sequence *sequence, const tfl_region *region, float *value,
                       tfl_error *err);
    void (*close)(void *state);
    bool (*is_table)(const void *state); /* as tfl_scores_is_table; NULL: it never is */
} tfl_score_source;

extern const tfl_score_source tfl_scores_bigwig, tfl_scores_npz, tfl_scores_text;

/* The kind of a file: by its first bytes, else by its suffix, else text. */
const tfl_score_source *tfl_scores_source_of(const char *path);

/* Opens text. What begins as another kind and yet was taken for text came through a pipe, or without a name: an error.
 */
tfl_status tfl_scores_open_lines(const char *path, tfl_lines **lines, tfl_error *err) TFL_MUST_USE;

/* value[0 … n) the other way round. */
void tfl_scores_reverse(float *value, size_t n);

#endif
