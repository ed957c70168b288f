/* JASPAR's matrices: https://jaspar.elixir.no/docs/ ; a line per letter, a column per position, counts.
 *
 *     >MA0035.4 GATA1                       >MA0035.4 GATA1
 *     A  [ 10  0 97 ]           or          10  0 97
 *     C  [ 20 97  0 ]                       20 97  0
 *     G  [ 30  0  0 ]                       30  0  0
 *     T  [ 37  0  0 ]                       37  0  0
 *
 * The right-hand form is also met without its header. */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/memory.h"
#include "tflift/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The letter in front of a line of counts, TFL_BASE_OTHER where there is none. */
static uint8_t leading_letter(const char *line)
{
    uint8_t code = tfl_base_code[(unsigned char)line[0]];
    return code < TFL_BASES && (line[1] == ' ' || line[1] == '\t' || line[1] == '[' || line[1] == '|' || line[1] == ':')
               ? code
               : TFL_BASE_OTHER;
}

/* The first lines of numbers. Are four of four counts? Then one is above 1. */
typedef struct shape {
    size_t rows, columns;
    bool above_one;
    double value[TFL_BASES][TFL_BASES + 1]; /* as far as they go; what is no number is 0 */
} shape;

static void look_at_numbers(char *line, shape *seen)
{
    size_t columns = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
        double value = 0;
        seen->above_one = (tfl_parse_double(word, &value) && value > 1) || seen->above_one;
        if (seen->rows < TFL_BASES && columns <= TFL_BASES) {
            seen->value[seen->rows][columns] = value;
        }
        columns++;
    }
    seen->columns = seen->rows == 0 ? columns : seen->columns;
    seen->rows++;
}

static bool about_equal(double a, double b)
{
    return fabs(a - b) <= 0.01 * fabs(b);
}

/* Whether lines that could be those of four letters are positions, four to a line or with their numbers in front: each
 * of them then has the same sum, which in a matrix of JASPAR's the columns have. */
static bool are_positions(const shape *seen)
{
    double row[TFL_BASES] = {0}, column[TFL_BASES + 1] = {0};
    size_t first = seen->columns - TFL_BASES; /* 1 behind numbers */
    if (seen->rows < TFL_BASES || first > 1) {
        return false;
    }
    bool rows_equal = true, columns_equal = true;
    for (size_t i = 0; i < TFL_BASES; i++) {
        for (size_t j = 0; j < seen->columns; j++) {
            row[i] += j < first ? 0 : seen->value[i][j];
            column[j] += seen->value[i][j];
        }
        rows_equal = rows_equal && about_equal(row[i], row[0]) &&
                     (first == 0 || seen->value[i][0] == seen->value[0][0] + (double)i);
    }
    for (size_t j = 1; j < seen->columns; j++) {
        columns_equal = columns_equal && about_equal(column[j], column[0]);
    }
    return rows_equal && !columns_equal;
}

static tfl_status sniff(tfl_lines *lines, bool *yes, tfl_error *err)
{
    char *line = NULL;
    tfl_status status = tfl_motif_next_line(lines, &line, err);
    if (status == TFL_OK && line != NULL && *line == '>') {
        status = tfl_motif_next_line(lines, &line, err);
    }
    if (status != TFL_OK || line == NULL) {
        return status;
    }
    if (leading_letter(line) < TFL_BASES) {
        *yes = true;
        return TFL_OK;
    }
    shape seen = {.rows = 0};
    while (status == TFL_OK && line != NULL && tfl_motif_is_numeric(line) && seen.rows <= TFL_BASES) {
        look_at_numbers(line, &seen);
        status = tfl_motif_next_line(lines, &line, err);
    }
    *yes = (seen.columns > TFL_BASES || (seen.rows == TFL_BASES && (seen.columns < TFL_BASES || seen.above_one))) &&
           !are_positions(&seen);
    return status;
}

/* ---------------------------------------------------------------- reading */

/* A matrix as it stands in the file: a line per letter. */
typedef struct matrix {
    double *count[TFL_BASES]; /* [width], NULL until its line was read */
    size_t width;
    size_t n;   /* lines read */
    bool named; /* the file has headers */
} matrix;

static void matrix_clear(matrix *m)
{
    for (size_t b = 0; b < TFL_BASES; b++) {
        free(m->count[b]);
    }
    *m = (matrix){.named = m->named};
}

/* The numbers of a line; *n of them. The caller frees *count. */
static tfl_status parse_counts(const tfl_lines *lines, char *text, double **count, size_t *n, tfl_error *err)
{
    *n = 0;
    *count = tfl_calloc(TFL_MOTIF_MAX_WIDTH, sizeof **count);
    if (*count == NULL) {
        return tfl_fail_memory(err, "a motif");
    }
    char *rest = NULL;
    for (char *word = strtok_r(text, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
        if (*n == TFL_MOTIF_MAX_WIDTH) {
            return tfl_lines_fail(lines, err, "more than %d positions", TFL_MOTIF_MAX_WIDTH);
        }
        tfl_status status = tfl_motif_parse_number(lines, word, &(*count)[(*n)++], err);
        if (status != TFL_OK) {
            return status;
        }
    }
    return TFL_OK;
}

/* One line of a matrix, with or without letter and brackets. */
static tfl_status read_letter(const tfl_lines *lines, char *line, matrix *m, tfl_error *err)
{
    uint8_t code = leading_letter(line);
    size_t base = code < TFL_BASES ? code : m->n;
    if (code < TFL_BASES) {
        line++;
    }
    if (m->count[base] != NULL) {
        return tfl_lines_fail(lines, err, "second line for %c; A, C, G and T are needed, once each",
                              tfl_base_letter[base]);
    }
    for (char *at = line; *at != '\0'; at++) {
        *at = strchr("[]|:", *at) != NULL ? ' ' : *at;
    }
    size_t width = 0;
    tfl_status status = parse_counts(lines, line, &m->count[base], &width, err);
    if (status == TFL_OK && (width == 0 || (m->n > 0 && width != m->width))) {
        return m->n == 0 ? tfl_lines_fail(lines, err, "no numbers; the counts of one letter are needed")
                         : tfl_lines_fail(lines, err, "%zu numbers; the line above has %zu", width, m->width);
    }
    m->width = width;
    m->n++;
    return status;
}

/* Hands the columns over and empties the matrix. */
static tfl_status end_matrix(tfl_motif_builder *builder, matrix *m, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (builder->open && m->n < TFL_BASES) {
        status = tfl_lines_fail(builder->lines, err, "motif %s ends after %zu of 4 lines, for A, C, G and T",
                                tfl_motif_builder_current(builder)->name, m->n);
    }
    for (size_t j = 0; j < m->width && status == TFL_OK; j++) {
        double row[TFL_BASES];
        for (size_t b = 0; b < TFL_BASES; b++) {
            row[b] = m->count[b][j];
        }
        status = tfl_motif_builder_row(builder, row, err);
    }
    matrix_clear(m);
    return status == TFL_OK ? tfl_motif_builder_end(builder, err) : status;
}

static tfl_status begin_named(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    char *name = NULL;
    char *alternative = NULL;
    tfl_status status = tfl_motif_parse_header(builder->lines, line + 1, &name, &alternative, err);
    return status == TFL_OK ? tfl_motif_builder_begin(builder, name, alternative, err) : status;
}

static tfl_status read_line(tfl_motif_builder *builder, char *line, matrix *m, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (*line == '>') {
        status = end_matrix(builder, m, err);
        m->named = true;
        return status == TFL_OK ? begin_named(builder, line, err) : status;
    }
    if (!builder->open && m->named) {
        return tfl_lines_fail(builder->lines, err,
                              "more than 4 lines for a motif; the next one needs its header >NAME");
    }
    if (!builder->open) {
        char name[32];
        (void)snprintf(name, sizeof name, "motif_%zu", builder->motifs->n + 1);
        status = tfl_motif_builder_begin(builder, name, "", err);
    }
    if (status == TFL_OK) {
        status = read_letter(builder->lines, line, m, err);
    }
    /* The fourth line is the last: what follows has a header, or is a motif without one. */
    return status == TFL_OK && m->n == TFL_BASES ? end_matrix(builder, m, err) : status;
}

static tfl_status read_jaspar(tfl_motif_builder *builder, tfl_error *err)
{
    matrix m = {.named = false};
    for (;;) {
        char *line = NULL;
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status == TFL_OK) {
            status = line != NULL ? read_line(builder, line, &m, err) : end_matrix(builder, &m, err);
        }
        if (status != TFL_OK || line == NULL) {
            matrix_clear(&m);
            return status;
        }
    }
}

/* ---------------------------------------------------------------- writing */

static tfl_status write_letter(const tfl_motif *motif, size_t base, tfl_output *output, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "%c  [", tfl_base_letter[base]);
    for (size_t j = 0; j < motif->width && status == TFL_OK; j++) {
        char text[TFL_NUMBER_SIZE];
        (void)tfl_format_double(text, tfl_motif_count(motif, j, base));
        status = tfl_output_printf(output, err, " %s", text);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, " ]\n") : status;
}

static tfl_status write_jaspar(const tfl_motifs *motifs, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        status = tfl_motif_write_header(output, &motifs->motif[i], err);
        for (size_t b = 0; b < TFL_BASES && status == TFL_OK; b++) {
            status = write_letter(&motifs->motif[i], b, output, err);
        }
    }
    return status;
}

const tfl_motif_format tfl_motif_format_jaspar = {"jaspar", TFL_ROWS_ANY, sniff, read_jaspar, write_jaspar};
