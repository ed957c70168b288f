/*
 * frame.h: tables with named columns, as our programs and others write them: TSV with one header line, with '#' in front or without.
 */
#ifndef TFLIFT_FRAME_H
#define TFLIFT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_frame {
    char *name; /* of the file, for messages */
    size_t n_columns, n_rows;
    char **column;     /* [n_columns] names, without the header's '#' */
    char **cell;       /* [n_rows][n_columns] */
    int64_t *line;     /* [n_rows] where each row stands in the file */
    char **text;       /* [n_texts] what the names and cells point into */
    size_t n_texts;
    size_t capacity[3]; /* of cell, line and text: the reader's own */
} tfl_frame;

/* Reads path ("-" allowed, gzip too): columns separated by tabs, the header first. Where several lines with '#' begin the file the last of
 * them is the header, but for those with "# " and no tab behind a header of several columns (what was done, as --provenance has it); behind rows or
 * a blank line they are comments, and blank lines are passed over (FIMO ends its table with both). A row with another
 * number of columns, two columns of one name and a file without a header are errors with file and line. The caller frees. */
tfl_status tfl_frame_read(const char *path, tfl_frame **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_frame_read_memory(const void *bytes, size_t size, const char *name, tfl_frame **out, tfl_error *err) TFL_MUST_USE;
void tfl_frame_free(tfl_frame *frame);

/* The index of the column of that name; the error lists those that there are. */
tfl_status tfl_frame_find(const tfl_frame *frame, const char *name, size_t *column, tfl_error *err) TFL_MUST_USE;

const char *tfl_frame_text(const tfl_frame *frame, size_t row, size_t column);

/* The number in a cell; NAN for "", ".", "NA", "nan", "inf" and "-inf" in either case. Other text is an error with file, line and column. */
tfl_status tfl_frame_number(const tfl_frame *frame, size_t row, size_t column, double *value, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
