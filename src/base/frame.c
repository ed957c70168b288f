/* Tables with named columns. */
#include "config.h"

#include "tflift/frame.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/table.h"

void tfl_frame_free(tfl_frame *frame)
{
    if (frame == NULL) {
        return;
    }
    for (size_t i = 0; i < frame->n_texts; i++) {
        free(frame->text[i]);
    }
    free(frame->text);
    free(frame->column);
    free(frame->cell);
    free(frame->line);
    free(frame->name);
    free(frame);
}

/* ---------------------------------------------------------------- reading */

static size_t count_columns(const char *line)
{
    size_t n = 1;
    for (; *line != '\0'; line++) {
        n += *line == '\t';
    }
    return n;
}

/* A copy of the line that the frame owns, NULL when out of memory. */
static char *keep(tfl_frame *frame, const char *line)
{
    if (TFL_GROW(frame->text, &frame->capacity[2], frame->n_texts + 1, "a table", NULL) != TFL_OK) {
        return NULL;
    }
    char *copy = tfl_strdup(line);
    if (copy != NULL) {
        frame->text[frame->n_texts++] = copy;
    }
    return copy;
}

/* Names must be there and differ. */
static tfl_status check_names(const tfl_frame *frame, const tfl_lines *lines, tfl_error *err)
{
    tfl_table *names = NULL;
    tfl_status status = tfl_table_create(&names, err);
    for (size_t i = 0; status == TFL_OK && i < frame->n_columns; i++) {
        bool added = true;
        status = tfl_table_add(names, frame->column[i], NULL, &added, err);
        if (status == TFL_OK && frame->column[i][0] == '\0') {
            status = tfl_lines_fail(lines, err, "column %zu of the header has no name", i + 1);
        } else if (status == TFL_OK && !added) {
            status = tfl_lines_fail(lines, err, "two columns are named %s, and names must differ", frame->column[i]);
        }
    }
    tfl_table_free(names);
    return status;
}

/* A later header takes the place of an earlier one. */
static tfl_status take_header(tfl_frame *frame, const char *line, tfl_error *err)
{
    char *copy = keep(frame, line + (*line == '#'));
    free(frame->column);
    frame->n_columns = count_columns(line);
    frame->column = tfl_calloc(frame->n_columns, sizeof *frame->column);
    if (copy == NULL || frame->column == NULL) {
        return tfl_fail_memory(err, "a table");
    }
    (void)tfl_lines_split(copy, '\t', frame->column, frame->n_columns);
    return TFL_OK;
}

static tfl_status reserve_row(tfl_frame *frame, tfl_error *err)
{
    size_t need = 0;
    if (!tfl_size_mul(frame->n_rows + 1, frame->n_columns, &need)) {
        return tfl_fail_memory(err, "a table");
    }
    tfl_status status = TFL_GROW(frame->cell, &frame->capacity[0], need, "a table", err);
    return status == TFL_OK ? TFL_GROW(frame->line, &frame->capacity[1], frame->n_rows + 1, "a table", err) : status;
}

static tfl_status take_row(tfl_frame *frame, const tfl_lines *lines, const char *line, tfl_error *err)
{
    size_t n = count_columns(line);
    if (n != frame->n_columns) {
        return tfl_lines_fail(lines, err, "%zu columns, and the header has %zu; tabs separate them", n,
                              frame->n_columns);
    }
    tfl_status status = reserve_row(frame, err);
    char *copy = status == TFL_OK ? keep(frame, line) : NULL;
    if (copy == NULL) {
        return tfl_fail_memory(err, "a table");
    }
    (void)tfl_lines_split(copy, '\t', frame->cell + frame->n_rows * frame->n_columns, n);
    frame->line[frame->n_rows++] = tfl_lines_number(lines);
    return TFL_OK;
}

/* A line with '#' without a tab behind a header of several columns, as --provenance writes: no header of that table. */
static bool is_comment(const tfl_frame *frame, const char *line)
{
    return strncmp(line, "# ", 2) == 0 && strchr(line, '\t') == NULL && frame->n_columns > 1;
}

/* What a line is depends on what came before: lines with '#' are headers until something else comes, if only a blank line. */
typedef enum reading { AT_START, IN_HEADER, IN_ROWS } reading;

static tfl_status take_line(tfl_frame *frame, const tfl_lines *lines, const char *line, reading *at, tfl_error *err)
{
    if (*line == '\0' || (*line == '#' && *at == IN_ROWS)) {
        *at = *at == IN_HEADER ? IN_ROWS : *at;
        return TFL_OK;
    }
    if (*at == IN_HEADER && is_comment(frame, line)) {
        return TFL_OK;
    }
    if (*line == '#' || *at == AT_START) {
        *at = *line == '#' ? IN_HEADER : IN_ROWS;
        tfl_status status = take_header(frame, line, err);
        return status == TFL_OK ? check_names(frame, lines, err) : status;
    }
    *at = IN_ROWS;
    return take_row(frame, lines, line, err);
}

static tfl_status read_lines(tfl_frame *frame, tfl_lines *lines, tfl_error *err)
{
    reading at = AT_START;
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        tfl_status status = tfl_lines_next(lines, &line, &length, err);
        if (status == TFL_OK && line != NULL) {
            status = take_line(frame, lines, line, &at, err);
        }
        if (status != TFL_OK) {
            return status;
        }
        if (line == NULL) {
            break;
        }
    }
    return at != AT_START ? TFL_OK
                          : tfl_fail(err, TFL_EINPUT, "%s: empty, and a header that names the columns is needed",
                                     tfl_lines_name(lines));
}

/* Takes lines. */
static tfl_status read_frame(tfl_lines *lines, tfl_frame **out, tfl_error *err)
{
    tfl_frame *frame = tfl_calloc(1, sizeof *frame);
    tfl_status status = TFL_OK;
    if (frame == NULL || (frame->name = tfl_strdup(tfl_lines_name(lines))) == NULL) {
        status = tfl_fail_memory(err, "a table");
    } else {
        status = read_lines(frame, lines, err);
    }
    tfl_lines_close(lines);
    if (status != TFL_OK) {
        tfl_frame_free(frame);
        return status;
    }
    *out = frame;
    return TFL_OK;
}

tfl_status tfl_frame_read(const char *path, tfl_frame **out, tfl_error *err)
{
    *out = NULL;
    tfl_lines *lines = NULL;
    tfl_status status = tfl_lines_open(path, &lines, err);
    return status == TFL_OK ? read_frame(lines, out, err) : status;
}

tfl_status tfl_frame_read_memory(const void *bytes, size_t size, const char *name, tfl_frame **out, tfl_error *err)
{
    *out = NULL;
    tfl_lines *lines = NULL;
    tfl_status status = tfl_lines_open_memory(bytes, size, name, &lines, err);
    return status == TFL_OK ? read_frame(lines, out, err) : status;
}

/* ---------------------------------------------------------------- looking */

tfl_status tfl_frame_find(const tfl_frame *frame, const char *name, size_t *column, tfl_error *err)
{
    char list[TFL_ERROR_SIZE / 2] = "";
    size_t used = 0;
    for (size_t i = 0; i < frame->n_columns; i++) {
        const char *found = frame->column[i];
        if (strcmp(found, name) == 0) {
            *column = i;
            return TFL_OK;
        }
        size_t length = strlen(found);
        if (used + length + 8 < sizeof list) {
            memcpy(list + used, ", ", 2);
            memcpy(list + used + 2, found, length + 1);
            used += length + 2;
        }
    }
    return tfl_fail(err, TFL_EUSAGE, "%s: has no column %s; it has %s", frame->name, name, list + 2);
}

const char *tfl_frame_text(const tfl_frame *frame, size_t row, size_t column)
{
    return frame->cell[row * frame->n_columns + column];
}

static bool is_missing(const char *text)
{
    static const char *const words[] = {"", ".", "NA", "nan", "-nan", "inf", "-inf"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

tfl_status tfl_frame_number(const tfl_frame *frame, size_t row, size_t column, double *value, tfl_error *err)
{
    const char *text = tfl_frame_text(frame, row, column);
    if (tfl_parse_double(text, value)) {
        return TFL_OK;
    }
    *value = NAN;
    if (is_missing(text)) {
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EINPUT, "%s:%lld: column %s has \"%s\"; a number is needed, or NA", frame->name,
                    (long long)frame->line[row], frame->column[column], text);
}
