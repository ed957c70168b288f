/* MEME's text formats, minimal and full: https://meme-suite.org/meme/doc/meme-format.html
 *
 *     MEME version 4
 *     ALPHABET= ACGT
 *     Background letter frequencies
 *     A 0.3 C 0.2 G 0.2 T 0.3
 *     MOTIF GATA1 second_name
 *     letter-probability matrix: alength= 4 w= 10 nsites= 20 E= 0
 *      0.25 0.25 0.25 0.25
 *     URL http://...
 *
 * What lies between the parts that we know is passed over: the full format is a report for people. */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool starts_with(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static tfl_status sniff(tfl_lines *lines, bool *yes, tfl_error *err)
{
    for (;;) {
        char *line = NULL;
        tfl_status status = tfl_motif_next_line(lines, &line, err);
        if (status != TFL_OK || line == NULL) {
            return status;
        }
        if (starts_with(line, "MEME version") || starts_with(line, "letter-probability matrix")) {
            *yes = true;
            return TFL_OK;
        }
    }
}

/* ---------------------------------------------------------------- reading */

/* The value behind "key=" ("w=" is not found in "alength= w="): its first word, or NULL. */
static const char *find_value(const char *line, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    for (const char *at = line; (at = strstr(at, key)) != NULL; at += length) {
        const char *after = at + length + strspn(at + length, " \t");
        if ((at == line || at[-1] == ' ' || at[-1] == '\t' || at[-1] == ':') && *after == '=') {
            after += 1 + strspn(after + 1, " \t");
            size_t n = strcspn(after, " \t");
            if (n > 0 && n < size) {
                memcpy(value, after, n);
                value[n] = '\0';
                return value;
            }
        }
    }
    return NULL;
}

/* What the line above a matrix says; width 0 where it does not. */
typedef struct matrix_header {
    size_t width;
    double sites;
} matrix_header;

static tfl_status parse_matrix_header(const tfl_lines *lines, const char *line, matrix_header *header, tfl_error *err)
{
    char value[64];
    int64_t number = 0;
    *header = (matrix_header){0, 0};
    if (find_value(line, "alength", value, sizeof value) != NULL && strcmp(value, "4") != 0) {
        return tfl_lines_fail(lines, err, "alength= %s; DNA has 4 letters", value);
    }
    if (find_value(line, "w", value, sizeof value) != NULL) {
        if (!tfl_parse_int(value, 1, TFL_MOTIF_MAX_WIDTH, &number)) {
            return tfl_lines_fail(lines, err, "w= %s; a width between 1 and %d is needed", value, TFL_MOTIF_MAX_WIDTH);
        }
        header->width = (size_t)number;
    }
    if (find_value(line, "nsites", value, sizeof value) != NULL) {
        return tfl_motif_parse_number(lines, value, &header->sites, err);
    }
    return TFL_OK;
}

/* The rows behind a header: as many as it says, or as many as there are. */
static tfl_status read_rows(tfl_motif_builder *builder, size_t width, tfl_error *err)
{
    tfl_motif *motif = tfl_motif_builder_current(builder);
    char *line = NULL;
    for (;;) {
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status != TFL_OK) {
            return status;
        }
        if (line == NULL || !tfl_motif_is_numeric(line)) {
            break;
        }
        double row[TFL_BASES];
        status = tfl_motif_parse_row(builder->lines, line, row, err);
        if (status == TFL_OK && width > 0 && motif->width == width) {
            status =
                tfl_lines_fail(builder->lines, err, "motif %s has more rows than its w= %zu says", motif->name, width);
        }
        if (status == TFL_OK) {
            status = tfl_motif_builder_row(builder, row, err);
        }
        if (status != TFL_OK) {
            return status;
        }
    }
    if (width > 0 && motif->width < width) {
        return tfl_lines_fail(builder->lines, err, "motif %s ends after %zu rows; its header says w= %zu", motif->name,
                              motif->width, width);
    }
    if (line != NULL) {
        tfl_lines_push_back(builder->lines);
    }
    return tfl_motif_builder_end(builder, err);
}

static tfl_status read_matrix(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    if (!builder->open) {
        return tfl_lines_fail(builder->lines, err, "a matrix without a motif; a line MOTIF NAME is needed above it");
    }
    matrix_header header;
    tfl_status status = parse_matrix_header(builder->lines, line, &header, err);
    if (status == TFL_OK) {
        tfl_motif_builder_current(builder)->sites = header.sites;
        status = read_rows(builder, header.width, err);
    }
    return status;
}

/* "MOTIF name alternative"; the full format goes on with "width = 10 sites = 18 ...". */
static tfl_status read_motif(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    if (builder->open) {
        return tfl_lines_fail(builder->lines, err, "motif %s, above, has no letter-probability matrix",
                              tfl_motif_builder_current(builder)->name);
    }
    char *field[4];
    size_t n = tfl_lines_split(line, ' ', field, 4);
    if (n < 2 || *field[1] == '\0') {
        return tfl_lines_fail(builder->lines, err, "motif without a name; MOTIF NAME is needed");
    }
    bool alternative = n > 2 && strcmp(field[2], "width") != 0;
    return tfl_motif_builder_begin(builder, field[1], alternative ? field[2] : "", err);
}

/* Nothing but DNA: "ALPHABET= ACGT", or the definition of an alphabet of its own, which ends with END ALPHABET. */
static tfl_status read_alphabet(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    char value[64];
    if (find_value(line, "ALPHABET", value, sizeof value) != NULL) {
        return strcmp(value, "ACGT") == 0 || strcmp(value, "ACGU") == 0
                   ? TFL_OK
                   : tfl_lines_fail(builder->lines, err, "ALPHABET= %s; ACGT is needed", value);
    }
    if (strstr(line, "DNA") == NULL && strstr(line, "RNA") == NULL) {
        return tfl_lines_fail(builder->lines, err, "an alphabet that is neither DNA nor RNA; ALPHABET= ACGT is needed");
    }
    for (;;) {
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status != TFL_OK) {
            return status;
        }
        if (line == NULL) {
            return tfl_lines_fail(builder->lines, err, "the alphabet does not end; a line END ALPHABET is needed");
        }
        if (starts_with(line, "END ALPHABET")) {
            return TFL_OK;
        }
    }
}

/* One "A 0.3" of the background. */
static tfl_status read_frequency(const tfl_lines *lines, const char *letter, const char *number,
                                 double background[TFL_BASES], tfl_error *err)
{
    uint8_t code = tfl_base_code[(unsigned char)letter[0]];
    if (code >= TFL_BASES || letter[1] != '\0' || background[code] >= 0) {
        return tfl_lines_fail(lines, err,
                              "%s in the background letter frequencies; A, C, G and T are needed, once each", letter);
    }
    return tfl_motif_parse_number(lines, number, &background[code], err);
}

/* "A 0.3 C 0.2 G 0.2 T 0.3", on one line or several. */
static tfl_status read_background(tfl_motif_builder *builder, tfl_error *err)
{
    double background[TFL_BASES] = {-1, -1, -1, -1};
    for (size_t n = 0; n < TFL_BASES;) {
        char *line = NULL;
        char *field[2 * TFL_BASES + 1];
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status != TFL_OK) {
            return status;
        }
        size_t fields = line == NULL ? 0 : tfl_lines_split(tfl_motif_trim(line), ' ', field, 2 * TFL_BASES + 1);
        if (fields == 0 || fields % 2 != 0 || n + fields / 2 > TFL_BASES) {
            return tfl_lines_fail(builder->lines, err,
                                  "background letter frequencies are needed here: A 0.3 C 0.2 G 0.2 T 0.3");
        }
        for (size_t i = 0; i + 1 < fields; i += 2, n++) {
            status = read_frequency(builder->lines, field[i], field[i + 1], background, err);
            if (status != TFL_OK) {
                return status;
            }
        }
    }
    double sum = (background[0] + background[1]) + (background[2] + background[3]);
    if (!(fabs(sum - 1) <= 0.01)) {
        return tfl_lines_fail(builder->lines, err, "the background letter frequencies sum to %g; 1 is needed", sum);
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        builder->motifs->background[b] = background[b] / sum;
    }
    builder->motifs->has_background = true;
    return TFL_OK;
}

static tfl_status read_part(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    if (starts_with(line, "MOTIF ") || starts_with(line, "MOTIF\t") || strcmp(line, "MOTIF") == 0) {
        return read_motif(builder, line, err);
    }
    if (starts_with(line, "letter-probability matrix")) {
        return read_matrix(builder, line, err);
    }
    if (starts_with(line, "ALPHABET")) {
        return read_alphabet(builder, line, err);
    }
    if (starts_with(line, "Background letter frequencies")) {
        return read_background(builder, err);
    }
    return TFL_OK;
}

static tfl_status read_meme(tfl_motif_builder *builder, tfl_error *err)
{
    for (;;) {
        char *line = NULL;
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status == TFL_OK && line == NULL && builder->open) {
            return tfl_lines_fail(builder->lines, err, "motif %s has no letter-probability matrix",
                                  tfl_motif_builder_current(builder)->name);
        }
        if (status == TFL_OK && line != NULL) {
            status = read_part(builder, line, err);
        }
        if (status != TFL_OK || line == NULL) {
            return status;
        }
    }
}

/* ---------------------------------------------------------------- writing */

static tfl_status write_motif(const tfl_motif *motif, tfl_output *output, tfl_error *err)
{
    char sites[TFL_NUMBER_SIZE];
    (void)tfl_format_double(sites, motif->sites > 0 ? motif->sites : 20); /* MEME takes 20 where none are given */
    tfl_status status = tfl_output_printf(output, err, "\nMOTIF ");
    if (status == TFL_OK) {
        status = tfl_motif_write_word(output, motif->name, err);
    }
    if (status == TFL_OK && *motif->alternative != '\0') {
        status = tfl_output_printf(output, err, " ");
        if (status == TFL_OK) {
            status = tfl_motif_write_word(output, motif->alternative, err);
        }
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\nletter-probability matrix: alength= 4 w= %zu nsites= %s E= 0\n",
                                   motif->width, sites);
    }
    for (size_t j = 0; j < motif->width && status == TFL_OK; j++) {
        status = tfl_output_write(output, " ", 1, err);
        if (status == TFL_OK) {
            status = tfl_motif_write_row(output, motif->p[j], ' ', err);
        }
    }
    return status;
}

static tfl_status write_meme(const tfl_motifs *motifs, tfl_output *output, tfl_error *err)
{
    char text[TFL_BASES][TFL_NUMBER_SIZE];
    for (size_t b = 0; b < TFL_BASES; b++) {
        (void)tfl_format_double(text[b], motifs->background[b]);
    }
    tfl_status status =
        tfl_output_printf(output, err,
                          "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\n"
                          "A %s C %s G %s T %s\n",
                          text[0], text[1], text[2], text[3]);
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        status = write_motif(&motifs->motif[i], output, err);
    }
    return status;
}

const tfl_motif_format tfl_motif_format_meme = {"meme", TFL_ROWS_PROBABILITIES, sniff, read_meme, write_meme};
