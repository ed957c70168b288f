/* TRANSFAC's flat files, as JASPAR, RSAT and HOCOMOCO write them too: a two-letter code in front of each line, records
 * that end with "//".
 *
 *     AC  M00075
 *     XX
 *     ID  V$GATA1_01
 *     XX
 *     P0      A      C      G      T
 *     01      1      4      2      3      N
 *     XX
 *     //
 *
 * The accession is the name (identifiers need not be unique), and the identifier the second name. */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/memory.h"
#include "tflift/number.h"

#include <stdlib.h>
#include <string.h>

/* The code at the start of a line, as in "P0  A C G T" or "XX". */
static bool has_code(const char *line, const char *code)
{
    return line[0] == code[0] && line[1] == code[1] && (line[2] == '\0' || line[2] == ' ' || line[2] == '\t');
}

static bool is_matrix_start(const char *line)
{
    return has_code(line, "P0") || has_code(line, "PO") || has_code(line, "p0") || has_code(line, "po");
}

static tfl_status sniff(tfl_lines *lines, bool *yes, tfl_error *err)
{
    static const char *const codes[] = {"AC", "ID", "NA", "DE", "VV", "XX", "BF", "TY", "CC"};
    char *line = NULL;
    tfl_status status = tfl_motif_next_line(lines, &line, err);
    if (status != TFL_OK || line == NULL) {
        return status;
    }
    *yes = is_matrix_start(line);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        *yes = *yes || has_code(line, codes[i]);
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- reading */

enum { ACCESSION, IDENTIFIER, NAME, N_NAMES };

static const char *const name_codes[N_NAMES] = {"AC", "ID", "NA"};

/* A record so far. */
typedef struct record {
    char *name[N_NAMES]; /* by name_codes; NULL until seen */
    bool matrix;         /* has been read */
    bool empty;          /* no line of it was seen */
} record;

static void record_clear(record *r)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        free(r->name[i]);
    }
    *r = (record){.empty = true};
}

/* Which letter each column counts; a header without letters means A, C, G, T. */
static tfl_status parse_columns(const tfl_lines *lines, char *line, size_t column[TFL_BASES], tfl_error *err)
{
    char *field[TFL_BASES + 2];
    size_t n = tfl_lines_split(line, ' ', field, TFL_BASES + 2);
    bool seen[TFL_BASES] = {false};
    for (size_t i = 0; i < TFL_BASES; i++) {
        column[i] = i;
    }
    if (n == 1) {
        return TFL_OK;
    }
    for (size_t i = 1; i < n && n == TFL_BASES + 1; i++) {
        uint8_t code = tfl_base_code[(unsigned char)field[i][0]];
        if (code >= TFL_BASES || field[i][1] != '\0' || seen[code]) {
            n = 0;
            break;
        }
        seen[code] = true;
        column[i - 1] = code;
    }
    return n == TFL_BASES + 1 ? TFL_OK : tfl_lines_fail(lines, err, "columns that are not A, C, G and T, once each");
}

/* "01  1 4 2 3  N": position, counts, and perhaps a consensus letter. */
static tfl_status parse_position(const tfl_lines *lines, char *line, const size_t column[TFL_BASES],
                                 double row[TFL_BASES], tfl_error *err)
{
    char *field[TFL_BASES + 3];
    size_t n = tfl_lines_split(tfl_motif_trim(line), ' ', field, TFL_BASES + 3);
    if (n < TFL_BASES + 1 || n > TFL_BASES + 2) {
        return tfl_lines_fail(lines, err, "a position and 4 numbers are needed, for A, C, G and T");
    }
    for (size_t i = 0; i < TFL_BASES; i++) {
        tfl_status status = tfl_motif_parse_number(lines, field[i + 1], &row[column[i]], err);
        if (status != TFL_OK) {
            return status;
        }
    }
    return TFL_OK;
}

static tfl_status begin_motif(tfl_motif_builder *builder, const record *r, tfl_error *err)
{
    size_t first = 0;
    while (first < N_NAMES && r->name[first] == NULL) {
        first++;
    }
    if (first == N_NAMES) {
        return tfl_lines_fail(builder->lines, err, "matrix without a name; a line AC, ID or NA is needed above it");
    }
    size_t second = first + 1;
    while (second < N_NAMES && (r->name[second] == NULL || strcmp(r->name[second], r->name[first]) == 0)) {
        second++;
    }
    return tfl_motif_builder_begin(builder, r->name[first], second < N_NAMES ? r->name[second] : "", err);
}

static tfl_status read_matrix(tfl_motif_builder *builder, char *line, record *r, tfl_error *err)
{
    if (r->matrix) {
        return tfl_lines_fail(builder->lines, err, "second matrix in a record; // is needed between two motifs");
    }
    r->matrix = true;
    size_t column[TFL_BASES];
    tfl_status status = parse_columns(builder->lines, line, column, err);
    if (status == TFL_OK) {
        status = begin_motif(builder, r, err);
    }
    while (status == TFL_OK) {
        status = tfl_motif_next_line(builder->lines, &line, err);
        if (status != TFL_OK || line == NULL || !tfl_motif_is_numeric(line)) {
            break;
        }
        double row[TFL_BASES];
        status = parse_position(builder->lines, line, column, row, err);
        if (status == TFL_OK) {
            status = tfl_motif_builder_row(builder, row, err);
        }
    }
    if (status == TFL_OK && line != NULL) {
        tfl_lines_push_back(builder->lines);
    }
    return status == TFL_OK ? tfl_motif_builder_end(builder, err) : status;
}

static tfl_status keep_name(char *line, record *r, tfl_error *err)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        const char *text = NULL;
        if (has_code(line, name_codes[i]) && r->name[i] == NULL && *(text = tfl_motif_trim(line + 2)) != '\0') {
            r->name[i] = tfl_strdup(text);
            return r->name[i] != NULL ? TFL_OK : tfl_fail_memory(err, "a motif's name");
        }
    }
    return TFL_OK;
}

/* A record that names a motif has a matrix; those at the top of a file need not. */
static tfl_status end_record(const tfl_motif_builder *builder, record *r, tfl_error *err)
{
    const char *name = r->name[ACCESSION] != NULL ? r->name[ACCESSION] : r->name[IDENTIFIER];
    tfl_status status = TFL_OK;
    if (name != NULL && !r->matrix) {
        status = tfl_lines_fail(builder->lines, err, "motif %s has no matrix; a line P0 A C G T is needed", name);
    }
    record_clear(r);
    return status;
}

static tfl_status read_line(tfl_motif_builder *builder, char *line, record *r, tfl_error *err)
{
    if (strncmp(line, "//", 2) == 0) {
        return end_record(builder, r, err);
    }
    r->empty = r->empty && has_code(line, "XX");
    if (is_matrix_start(line)) {
        return read_matrix(builder, line, r, err);
    }
    if (tfl_motif_is_numeric(line)) {
        return tfl_lines_fail(builder->lines, err,
                              "numbers outside of a matrix; a line P0 A C G T is needed above them");
    }
    return keep_name(line, r, err);
}

static tfl_status read_transfac(tfl_motif_builder *builder, tfl_error *err)
{
    record r = {.empty = true};
    for (;;) {
        char *line = NULL;
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status == TFL_OK && line != NULL) {
            status = read_line(builder, line, &r, err);
        } else if (status == TFL_OK && !r.empty) {
            status = tfl_lines_fail(builder->lines, err, "the file ends within a record; // is needed");
        }
        if (status != TFL_OK || line == NULL) {
            record_clear(&r);
            return status;
        }
    }
}

/* ---------------------------------------------------------------- writing */

static tfl_status write_motif(const tfl_motif *motif, tfl_output *output, tfl_error *err)
{
    const char *second = *motif->alternative != '\0' ? motif->alternative : motif->name;
    tfl_status status = tfl_output_printf(output, err, "AC  %s\nXX\nID  %s\nXX\nP0\tA\tC\tG\tT\n", motif->name, second);
    for (size_t j = 0; j < motif->width && status == TFL_OK; j++) {
        char text[TFL_BASES][TFL_NUMBER_SIZE];
        for (size_t b = 0; b < TFL_BASES; b++) {
            (void)tfl_format_double(text[b], tfl_motif_count(motif, j, b));
        }
        status = tfl_output_printf(output, err, "%02zu\t%s\t%s\t%s\t%s\n", j + 1, text[0], text[1], text[2], text[3]);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "XX\n//\n") : status;
}

static tfl_status write_transfac(const tfl_motifs *motifs, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        status = write_motif(&motifs->motif[i], output, err);
    }
    return status;
}

const tfl_motif_format tfl_motif_format_transfac = {"transfac", TFL_ROWS_ANY, sniff, read_transfac, write_transfac};
