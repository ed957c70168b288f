/* Rows of BED and narrowPeak. */
#include "config.h"

#include "tflift/bed.h"

#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns, from 0. */
enum {
    CONTIG,
    START,
    END,
    NAME,
    SCORE,
    STRAND,
    SIGNAL,
    P_VALUE,
    Q_VALUE,
    SUMMIT,
    NARROWPEAK_COLUMNS,
    LEAST_COLUMNS = 3,
    MOST_COLUMNS = 16 /* the last takes what follows */
};

struct tfl_bed {
    tfl_lines *lines;
    size_t n_columns; /* of every row; 0 before the first */
    bool narrowpeak;
};

/* ---------------------------------------------------------------- opening */

static tfl_status create(tfl_bed **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    return *out != NULL ? TFL_OK : tfl_fail_memory(err, "reading regions");
}

/* Passes status through; what could not be opened is closed. */
static tfl_status opened(tfl_status status, tfl_bed **out)
{
    if (status != TFL_OK) {
        tfl_bed_close(*out);
        *out = NULL;
    }
    return status;
}

tfl_status tfl_bed_open(const char *path, tfl_bed **out, tfl_error *err)
{
    tfl_status status = create(out, err);
    return status != TFL_OK ? status : opened(tfl_lines_open(path, &(*out)->lines, err), out);
}

tfl_status tfl_bed_open_memory(const void *bytes, size_t size, const char *name, tfl_bed **out, tfl_error *err)
{
    tfl_status status = create(out, err);
    return status != TFL_OK ? status : opened(tfl_lines_open_memory(bytes, size, name, &(*out)->lines, err), out);
}

void tfl_bed_close(tfl_bed *bed)
{
    if (bed != NULL) {
        tfl_lines_close(bed->lines);
        free(bed);
    }
}

bool tfl_bed_is_narrowpeak(const tfl_bed *bed)
{
    return bed->narrowpeak;
}

int64_t tfl_bed_line(const tfl_bed *bed)
{
    return tfl_lines_number(bed->lines);
}

const char *tfl_bed_name(const tfl_bed *bed)
{
    return tfl_lines_name(bed->lines);
}

tfl_status tfl_bed_fail(const tfl_bed *bed, tfl_error *err, const char *format, ...)
{
    char text[TFL_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return tfl_lines_fail(bed->lines, err, "%s", text);
}

/* ---------------------------------------------------------------- the kind of a file, from its first row */

static bool is_number(const char *text)
{
    double value = 0;
    return tfl_parse_double(text, &value);
}

/* BED's thick part within the region, and a colour behind it: "0" or "R,G,B". */
static bool has_thick_part(char *const *field)
{
    int64_t start = 0, end = 0, from = 0, to = 0;
    return tfl_parse_int(field[START], 0, TFL_BED_MOST, &start) && tfl_parse_int(field[END], 0, TFL_BED_MOST, &end) &&
           tfl_parse_int(field[SIGNAL], start, end, &from) && tfl_parse_int(field[P_VALUE], from, end, &to) &&
           (strcmp(field[Q_VALUE], "0") == 0 || strchr(field[Q_VALUE], ',') != NULL);
}

/* A file of ten columns is narrowPeak unless its first row is BED's first ten. */
static tfl_status tell_kind(tfl_bed *bed, char *const *field, size_t n, tfl_error *err)
{
    bed->n_columns = n;
    if (n != NARROWPEAK_COLUMNS || has_thick_part(field)) {
        return TFL_OK;
    }
    for (size_t column = SIGNAL; column <= Q_VALUE; column++) {
        if (!is_number(field[column])) {
            return tfl_bed_fail(bed, err,
                                "\"%s\" in column %zu is no number, and ten columns are narrowPeak's: numbers in 7 to "
                                "9 and the summit in 10",
                                field[column], column + 1);
        }
    }
    bed->narrowpeak = true;
    return TFL_OK;
}

/* ---------------------------------------------------------------- a row */

static bool begins_with_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && (line[length] == '\0' || line[length] == ' ' || line[length] == '\t');
}

bool tfl_bed_is_row(const char *line)
{
    return line[strspn(line, " \t")] != '\0' && line[0] != '#' && !begins_with_word(line, "track") &&
           !begins_with_word(line, "browser");
}

bool tfl_bed_can_begin(const char *contig)
{
    return tfl_row_can_begin(contig) && tfl_bed_is_row(contig);
}

static tfl_status check_columns(const tfl_bed *bed, size_t n, tfl_error *err)
{
    if (n < LEAST_COLUMNS) {
        return tfl_bed_fail(bed, err,
                            "%zu column%s, and at least 3 are needed: contig, start and end, with tabs between", n,
                            n == 1 ? "" : "s");
    }
    if (bed->n_columns != 0 && n != bed->n_columns) {
        return tfl_bed_fail(bed, err, "%zu columns, and the first row has %zu: every row needs as many", n,
                            bed->n_columns);
    }
    return TFL_OK;
}

static tfl_status read_position(const tfl_bed *bed, const char *what, const char *text, int64_t *value, tfl_error *err)
{
    if (tfl_parse_int(text, 0, TFL_BED_MOST, value)) {
        return TFL_OK;
    }
    bool heading = bed->n_columns == 0 && text[0] != '\0' && strchr("+-.0123456789", text[0]) == NULL;
    return tfl_bed_fail(bed, err, "%s \"%s\" is no position: a whole number from 0 to %" PRId64 " is needed%s", what,
                        text, TFL_BED_MOST, heading ? "; a line of column names has to begin with #" : "");
}

static tfl_status read_place(const tfl_bed *bed, char *const *field, tfl_bed_row *row, tfl_error *err)
{
    row->contig = field[CONTIG];
    if (row->contig[0] == '\0') {
        return tfl_bed_fail(bed, err, "column 1 is empty, and the name of a contig is needed");
    }
    tfl_status status = read_position(bed, "start", field[START], &row->start, err);
    if (status == TFL_OK) {
        status = read_position(bed, "end", field[END], &row->end, err);
    }
    if (status != TFL_OK || row->start < row->end) {
        return status;
    }
    if (row->start == row->end) {
        return tfl_bed_fail(bed, err,
                            "start and end are both %" PRId64
                            ", so that no base lies between: end is the first position "
                            "behind the region",
                            row->start);
    }
    return tfl_bed_fail(bed, err,
                        "start %" PRId64 " is larger than end %" PRId64
                        ": the smaller comes first on either strand, and the strand is column 6",
                        row->start, row->end);
}

static tfl_status read_strand(const tfl_bed *bed, const char *text, tfl_bed_row *row, tfl_error *err)
{
    if (text[0] != '\0' && strchr("+-.", text[0]) != NULL && text[1] == '\0') {
        row->strand = text[0];
        return TFL_OK;
    }
    return tfl_bed_fail(
        bed, err, "\"%s\" in column 6 is no strand: +, - or . is needed (cut -f 1-3 keeps the places alone)", text);
}

static tfl_status read_summit(const tfl_bed *bed, const char *text, tfl_bed_row *row, tfl_error *err)
{
    int64_t last = row->end - row->start - 1, offset = -1;
    if (!tfl_parse_int(text, -1, last, &offset)) {
        return tfl_bed_fail(bed, err,
                            "summit \"%s\" in column 10 is not within the region: a whole number from 0 to %" PRId64
                            " is needed, or -1 for none",
                            text, last);
    }
    row->summit = offset >= 0 ? row->start + offset : -1;
    return TFL_OK;
}

static tfl_status read_row(tfl_bed *bed, char *line, tfl_bed_row *row, tfl_error *err)
{
    char *field[MOST_COLUMNS];
    size_t n = tfl_lines_split(line, strchr(line, '\t') != NULL ? '\t' : ' ', field, MOST_COLUMNS);
    *row = (tfl_bed_row){.strand = '.', .summit = -1};
    row->name = n > NAME ? field[NAME] : NULL;
    row->score = n > SCORE ? field[SCORE] : NULL;
    tfl_status status = check_columns(bed, n, err);
    if (status == TFL_OK) {
        status = read_place(bed, field, row, err);
    }
    if (status == TFL_OK && n > STRAND) {
        status = read_strand(bed, field[STRAND], row, err);
    }
    if (status == TFL_OK && bed->n_columns == 0) {
        status = tell_kind(bed, field, n, err);
    }
    return status == TFL_OK && bed->narrowpeak ? read_summit(bed, field[SUMMIT], row, err) : status;
}

tfl_status tfl_bed_next(tfl_bed *bed, tfl_bed_row *row, bool *found, tfl_error *err)
{
    char *line = NULL;
    size_t length = 0;
    tfl_status status = TFL_OK;
    do {
        status = tfl_lines_next(bed->lines, &line, &length, err);
    } while (status == TFL_OK && line != NULL && !tfl_bed_is_row(line));
    *found = status == TFL_OK && line != NULL;
    if (*found) {
        status = read_row(bed, line, row, err);
        *found = status == TFL_OK;
    }
    return status;
}
