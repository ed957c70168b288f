/*
 * Contributions from text: bedGraph, our BED with the value in column 7, and our TSV, told apart by the first line that
 * is more than a comment.
 */
#include "config.h"

#include "track/scores_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/bed.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/table.h"
#include "track/base_values_internal.h"
#include "track/interval_internal.h"

static const char tsv_header[] = "#name\tposition\tbase\ttask\tcontribution";

enum { TSV_FIELDS = 9 };

typedef struct text {
    char *name; /* of the file */
    tfl_base_values *values;
    bool is_tsv;
    const char *task; /* the one that is wanted; NULL: the only one */
    tfl_table *tasks; /* those of a TSV */
    bool any;
} text;

/* ---------------------------------------------------------------- lines */

/* contig, start, end, value; or contig, start, end, base, score, strand, value. */
static tfl_status take_interval(text *in, const tfl_lines *lines, char *line, tfl_error *err)
{
    tfl_interval row;
    tfl_status status = tfl_interval_parse(lines, line, &row, err);
    return status == TFL_OK ? tfl_base_values_add(in->values, row.contig, row.start, row.end, row.value, '\0',
                                                  tfl_lines_number(lines), err)
                            : status;
}

/* name, position, base, task, contribution … */
static tfl_status take_row(text *in, const tfl_lines *lines, char *line, tfl_error *err)
{
    char *field[TSV_FIELDS + 1];
    size_t n = tfl_lines_split(line, '\t', field, TSV_FIELDS + 1);
    int64_t position = 0;
    float value = 0;
    if ((n != 5 && n != TSV_FIELDS) || strlen(field[2]) != 1) {
        return tfl_lines_fail(lines, err, "not a row of name, position, base, task, contribution, separated by tabs");
    }
    if (!tfl_parse_int(field[1], 0, INT64_MAX / 2, &position)) {
        return tfl_lines_fail(lines, err, "the position is \"%s\"; a whole number is needed", field[1]);
    }
    tfl_status status = tfl_table_add(in->tasks, field[3], NULL, NULL, err);
    if (status != TFL_OK || (in->task != NULL && strcmp(in->task, field[3]) != 0) ||
        (in->task == NULL && tfl_table_size(in->tasks) > 1)) {
        return status; /* of another task; or the choice is refused at the end, when all tasks are known */
    }
    status = tfl_interval_value(lines, field[4], &value, err);
    char base = (char)toupper((unsigned char)field[2][0]);
    return status == TFL_OK ? tfl_base_values_add(in->values, field[0], position, position + 1, value, base,
                                                  tfl_lines_number(lines), err)
                            : status;
}

/* The first line that is no comment decides. */
static tfl_status begin(text *in, bool is_tsv, tfl_error *err)
{
    in->is_tsv = is_tsv;
    tfl_status status = tfl_base_values_create(is_tsv, &in->values, err);
    return status == TFL_OK && is_tsv ? tfl_table_create(&in->tasks, err) : status;
}

static tfl_status take_line(text *in, const tfl_lines *lines, char *line, tfl_error *err)
{
    bool header = strncmp(line, tsv_header, sizeof tsv_header - 1) == 0;
    if (in->values == NULL && header) {
        return begin(in, true, err);
    }
    if (in->is_tsv ? *line == '\0' || *line == '#' : !tfl_bed_is_row(line)) {
        return TFL_OK;
    }
    tfl_status status = in->values == NULL ? begin(in, false, err) : TFL_OK;
    in->any = true;
    if (status != TFL_OK) {
        return status;
    }
    return in->is_tsv ? take_row(in, lines, line, err) : take_interval(in, lines, line, err);
}

static tfl_status read_lines(text *in, tfl_lines *lines, tfl_error *err)
{
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        tfl_status status = tfl_lines_next(lines, &line, &length, err);
        if (status != TFL_OK || line == NULL) {
            return status;
        }
        status = take_line(in, lines, line, err);
        if (status != TFL_OK) {
            return status;
        }
    }
}

/* ---------------------------------------------------------------- files */

static tfl_status fail_tasks(const text *in, const char *what, tfl_error *err)
{
    char list[TFL_ERROR_SIZE / 2] = "";
    size_t used = 0;
    for (size_t i = 0; i < tfl_table_size(in->tasks); i++) {
        const char *name = tfl_table_name(in->tasks, i);
        if (used + strlen(name) + 8 > sizeof list) {
            memcpy(list + used, ", …", sizeof ", …");
            break;
        }
        memcpy(list + used, ", ", 2);
        used += i > 0 ? 2 : 0;
        memcpy(list + used, name, strlen(name) + 1);
        used += strlen(name);
    }
    return tfl_fail(err, TFL_EUSAGE, "%s: %s; it has %s", in->name, what, list);
}

static tfl_status check_tasks(const text *in, tfl_error *err)
{
    if (in->is_tsv && in->task == NULL && tfl_table_size(in->tasks) > 1) {
        return fail_tasks(in, "holds several tasks, and one has to be named", err);
    }
    if (in->is_tsv && in->task != NULL && !tfl_table_find(in->tasks, in->task, NULL)) {
        return fail_tasks(in, "does not hold the task that was asked for", err);
    }
    return TFL_OK;
}

static tfl_status fill(text *in, tfl_lines *lines, tfl_error *err)
{
    in->name = tfl_strdup(tfl_lines_name(lines));
    tfl_status status = in->name == NULL ? tfl_fail_memory(err, "contributions") : read_lines(in, lines, err);
    if (status == TFL_OK && !in->any) {
        return tfl_fail(err, TFL_EINPUT, "%s: holds no values", in->name);
    }
    if (status == TFL_OK) {
        status = check_tasks(in, err);
    }
    return status == TFL_OK ? tfl_base_values_finish(in->values, in->name, err) : status;
}

static void close_text(void *state)
{
    text *in = state;
    if (in != NULL) {
        tfl_base_values_free(in->values);
        tfl_table_free(in->tasks);
        free(in->name);
        free(in);
    }
}

static tfl_status open_text(const char *path, const char *task, void **state, tfl_error *err)
{
    *state = NULL;
    tfl_lines *lines = NULL;
    text *in = tfl_calloc(1, sizeof *in);
    if (in == NULL) {
        return tfl_fail_memory(err, "contributions");
    }
    in->task = task;
    tfl_status status = tfl_scores_open_lines(path, &lines, err);
    if (status == TFL_OK) {
        status = fill(in, lines, err);
    }
    in->task = NULL; /* the caller's */
    tfl_lines_close(lines);
    if (status != TFL_OK) {
        close_text(in);
        return status;
    }
    *state = in;
    return TFL_OK;
}

/* ---------------------------------------------------------------- finding */

/* A TSV is by sequence, and says which letters the values are for. */
static tfl_status find_rows(const text *in, const tfl_sequence *sequence, float *value, tfl_error *err)
{
    char *letter = tfl_calloc(sequence->length, 1);
    if (letter == NULL) {
        return tfl_fail_memory(err, "letters");
    }
    bool known = false;
    tfl_status status =
        tfl_base_values_find(in->values, sequence->name, 0, sequence->length, value, letter, &known, err);
    for (size_t i = 0; status == TFL_OK && known && i < sequence->length; i++) {
        if (letter[i] != '\0' && letter[i] != toupper((unsigned char)sequence->letters[i])) {
            status = tfl_fail(err, TFL_EINPUT,
                              "%s: its values for %s are for another sequence: base %zu is %c there and %c here",
                              in->name, sequence->name, i, letter[i], sequence->letters[i]);
        }
    }
    free(letter);
    return status;
}

static tfl_status find(void *state, const tfl_sequence *sequence, const tfl_region *region, float *value,
                       tfl_error *err)
{
    const text *in = state;
    size_t n = sequence->length;
    if (in->is_tsv) {
        return find_rows(in, sequence, value, err);
    }
    bool known = false;
    tfl_status status = tfl_base_values_find(in->values, region->contig, region->start, n, value, NULL, &known, err);
    if (status == TFL_OK && !known && region->placed) { /* written with --coords none */
        return tfl_base_values_find(in->values, sequence->name, 0, n, value, NULL, &known, err);
    }
    if (region->strand == '-') {
        tfl_scores_reverse(value, n);
    }
    return status;
}

static bool is_table(const void *state)
{
    const text *in = state;
    return in->is_tsv;
}

const tfl_score_source tfl_scores_text = {NULL, NULL, open_text, find, close_text, is_table};
