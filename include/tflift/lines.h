/*
 * lines.h: text files line by line, plain, gzip or BGZF (through HTSlib), "-" for standard input.
 */
#ifndef TFLIFT_LINES_H
#define TFLIFT_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_lines tfl_lines;

/* HTSlib writes messages of its own to standard error. A program calls this once, at its start, to have only ours. */
void tfl_lines_quiet(void);

/* Opens path; the caller closes. */
tfl_status tfl_lines_open(const char *path, tfl_lines **out, tfl_error *err) TFL_MUST_USE;

/* A source of lines over bytes in memory (not copied), called name in messages; for tests, fuzzing and
 * built-in data. */
tfl_status tfl_lines_open_memory(const void *bytes, size_t size, const char *name, tfl_lines **out,
                                 tfl_error *err) TFL_MUST_USE;

void tfl_lines_close(tfl_lines *lines);

/* Before the first line is read: what the file begins with, n bytes or all that it has, *found of them at *bytes until
 * tfl_lines_next. Nothing is taken. */
tfl_status tfl_lines_peek(tfl_lines *lines, size_t n, const char **bytes, size_t *found, tfl_error *err) TFL_MUST_USE;

/* Next line without its end (LF or CRLF), NUL-terminated, valid until the next call, the caller may write into it;
 * *line is NULL at the end of the file. A truncated or damaged gzip or BGZF stream and a NUL byte within a line are
 * errors. A byte order mark in front of a line is left out: of the first, or where files that begin with one were
 * joined. */
tfl_status tfl_lines_next(tfl_lines *lines, char **line, size_t *length, tfl_error *err) TFL_MUST_USE;

/* The last line read, which the caller has not written into, comes again with the next tfl_lines_next (one line, for
 * readers that look ahead). */
void tfl_lines_push_back(tfl_lines *lines);

/* How much of the file has been read, 0 to 1, for progress; negative where that is not known (pipes, memory). */
double tfl_lines_fraction(const tfl_lines *lines);

int64_t tfl_lines_number(const tfl_lines *lines);   /* of the last line read, from 1 */
const char *tfl_lines_name(const tfl_lines *lines); /* the path, or "standard input" */

/* tfl_fail(TFL_EINPUT) with "NAME:LINE: " in front. */
tfl_status tfl_lines_fail(const tfl_lines *lines, tfl_error *err, const char *format, ...) TFL_PRINTF(3, 4);

/* Splits a line in place at every separator into at most max fields (the last takes the rest); returns their number.
 * separator '\t' splits at tabs; ' ' splits at runs of blanks and tabs, leading ones ignored (in the last field too,
 * blanks at the end stay).
 */
size_t tfl_lines_split(char *line, char separator, char **field, size_t max);

#ifdef __cplusplus
}
#endif
#endif
