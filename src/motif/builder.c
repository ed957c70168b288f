/* Motifs in the making, and the words and numbers that the readers of all formats have in common. */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Probabilities come rounded, to as few as two decimals. */
static const double SUM_TOLERANCE = 0.01;

/* ---------------------------------------------------------------- lines */

tfl_status tfl_motif_next_line(tfl_lines *lines, char **line, tfl_error *err)
{
    for (;;) {
        size_t length = 0;
        tfl_status status = tfl_lines_next(lines, line, &length, err);
        if (status != TFL_OK || *line == NULL) {
            return status;
        }
        *line += strspn(*line, " \t");
        if (**line != '\0' && **line != '#') {
            return TFL_OK;
        }
    }
}

char *tfl_motif_trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
        length--;
    }
    text[length] = '\0';
    for (char *tab = text; (tab = strchr(tab, '\t')) != NULL;) {
        *tab = ' ';
    }
    return text;
}

bool tfl_motif_is_numeric(const char *line)
{
    line += strspn(line, " \t");
    line += *line == '-' || *line == '+';
    line += *line == '.';
    return isdigit((unsigned char)*line) != 0;
}

tfl_status tfl_motif_parse_number(const tfl_lines *lines, const char *text, double *value, tfl_error *err)
{
    if (!tfl_parse_double(text, value)) {
        return tfl_lines_fail(lines, err, "\"%s\" is not a number", text);
    }
    if (*value < 0) {
        return tfl_lines_fail(lines, err, "%s is negative; probabilities and counts are not", text);
    }
    return TFL_OK;
}

tfl_status tfl_motif_parse_row(const tfl_lines *lines, char *text, double row[TFL_BASES], tfl_error *err)
{
    char *field[TFL_BASES + 2];
    size_t n = tfl_lines_split(tfl_motif_trim(text), ' ', field, TFL_BASES + 2);
    for (size_t b = 0; b < n && b < TFL_BASES; b++) {
        tfl_status status = tfl_motif_parse_number(lines, field[b], &row[b], err);
        if (status != TFL_OK) {
            return status;
        }
    }
    return n == TFL_BASES
               ? TFL_OK
               : tfl_lines_fail(lines, err, "row of %s%zu numbers; 4 are needed, for A, C, G and T",
                                n > TFL_BASES + 1 ? "more than " : "", n > TFL_BASES + 1 ? TFL_BASES + 1 : n);
}

tfl_status tfl_motif_parse_header(const tfl_lines *lines, char *text, char **name, char **alternative, tfl_error *err)
{
    char *field[2];
    size_t n = tfl_lines_split(tfl_motif_trim(text), ' ', field, 2);
    if (n == 0 || *field[0] == '\0') {
        return tfl_lines_fail(lines, err, "motif without a name; >NAME is needed");
    }
    *name = field[0];
    *alternative = n > 1 ? tfl_motif_trim(field[1]) : field[0] + strlen(field[0]);
    return TFL_OK;
}

/* ---------------------------------------------------------------- motifs */

tfl_motif *tfl_motif_builder_current(const tfl_motif_builder *builder)
{
    return &builder->motifs->motif[builder->motifs->n - 1];
}

tfl_status tfl_motif_builder_begin(tfl_motif_builder *builder, const char *name, const char *alternative,
                                   tfl_error *err)
{
    bool added = false;
    if (!tfl_row_can_hold(name) || !tfl_row_can_hold(alternative)) {
        return tfl_lines_fail(builder->lines, err, "motif %s%s%s: names without control characters are needed", name,
                              *alternative != '\0' ? " " : "", alternative);
    }
    tfl_status status = tfl_table_add(builder->names, name, NULL, &added, err);
    if (status != TFL_OK) {
        return status;
    }
    if (!added) {
        return tfl_lines_fail(builder->lines, err, "second motif named %s; names have to differ", name);
    }
    tfl_motifs *motifs = builder->motifs;
    status = TFL_GROW(motifs->motif, &builder->capacity, motifs->n + 1, "motifs", err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_motif *motif = &motifs->motif[motifs->n++];
    *motif = (tfl_motif){.name = tfl_strdup(name), .alternative = tfl_strdup(alternative)};
    builder->open = true;
    builder->row_capacity = 0;
    return motif->name != NULL && motif->alternative != NULL ? TFL_OK : tfl_fail_memory(err, "a motif");
}

static double row_sum(const double row[TFL_BASES])
{
    return (row[0] + row[1]) + (row[2] + row[3]);
}

tfl_status tfl_motif_builder_row(tfl_motif_builder *builder, const double row[TFL_BASES], tfl_error *err)
{
    tfl_motif *motif = tfl_motif_builder_current(builder);
    double sum = row_sum(row);
    if (builder->rows == TFL_ROWS_PROBABILITIES && !(fabs(sum - 1) <= SUM_TOLERANCE)) {
        return tfl_lines_fail(builder->lines, err, "row %zu of motif %s sums to %g; probabilities sum to 1",
                              motif->width + 1, motif->name, sum);
    }
    if (!(sum > 0) || !isfinite(sum)) {
        return tfl_lines_fail(builder->lines, err,
                              "position %zu of motif %s has counts that sum to %g; a positive sum is needed",
                              motif->width + 1, motif->name, sum);
    }
    if (motif->width == TFL_MOTIF_MAX_WIDTH) {
        return tfl_lines_fail(builder->lines, err, "motif %s is wider than %d positions", motif->name,
                              TFL_MOTIF_MAX_WIDTH);
    }
    tfl_status status = TFL_GROW(motif->p, &builder->row_capacity, motif->width + 1, "a motif", err);
    if (status != TFL_OK) {
        return status;
    }
    memcpy(motif->p[motif->width++], row, sizeof *motif->p);
    return TFL_OK;
}

tfl_status tfl_motif_builder_end(tfl_motif_builder *builder, tfl_error *err)
{
    if (!builder->open) {
        return TFL_OK;
    }
    builder->open = false;
    tfl_motif *motif = tfl_motif_builder_current(builder);
    if (motif->width == 0) {
        return tfl_lines_fail(builder->lines, err, "motif %s has no rows", motif->name);
    }
    bool counts = false;
    double most = 0;
    for (size_t j = 0; j < motif->width; j++) {
        double sum = row_sum(motif->p[j]);
        counts = counts || fabs(sum - 1) > SUM_TOLERANCE;
        most = sum > most ? sum : most;
        for (size_t b = 0; b < TFL_BASES; b++) {
            motif->p[j][b] /= sum;
        }
    }
    if (counts) {
        motif->sites = most;
    }
    return TFL_OK;
}
