/* Names and lengths of contigs. */
#include "config.h"

#include "cli/contigs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"

static tfl_status add_row(tfl_contigs *contigs, size_t *capacity, const tfl_lines *lines, char *line, tfl_error *err)
{
    char *field[3] = {NULL};
    int64_t length = 0;
    bool added = false;
    size_t n = tfl_lines_split(line, ' ', field, 3);
    if (n == 0 || field[0][0] == '#' || field[0][0] == '\0') {
        return TFL_OK;
    }
    if (n < 2 || !tfl_parse_int(field[1], 1, INT64_MAX, &length)) {
        return tfl_lines_fail(
            lines, err, "%s: a contig's length is needed behind its name, a whole number of at least 1", field[0]);
    }
    tfl_status status = tfl_table_add(contigs->table, field[0], NULL, &added, err);
    if (status == TFL_OK && !added) {
        status = tfl_lines_fail(lines, err, "%s: comes twice", field[0]);
    }
    if (status == TFL_OK) {
        status = TFL_GROW(contigs->length, capacity, contigs->n + 1, "contigs", err);
    }
    if (status == TFL_OK) {
        contigs->length[contigs->n++] = length;
    }
    return status;
}

static tfl_status read_rows(tfl_contigs *contigs, tfl_lines *lines, tfl_error *err)
{
    size_t capacity = 0, length = 0;
    char *line = NULL;
    tfl_status status = tfl_table_create(&contigs->table, err);
    while (status == TFL_OK && (status = tfl_lines_next(lines, &line, &length, err)) == TFL_OK && line != NULL) {
        status = add_row(contigs, &capacity, lines, line, err);
    }
    if (status == TFL_OK && contigs->n == 0) {
        status =
            tfl_fail(err, TFL_EINPUT, "%s: holds no contig; rows of name and length are needed", tfl_lines_name(lines));
    }
    return status;
}

tfl_status tfl_contigs_read(const char *path, tfl_contigs *contigs, tfl_error *err)
{
    tfl_lines *lines = NULL;
    tfl_status status = tfl_lines_open(path, &lines, err);
    if (status == TFL_OK) {
        status = read_rows(contigs, lines, err);
        tfl_lines_close(lines);
    }
    if (status == TFL_OK) {
        contigs->name = tfl_calloc(contigs->n, sizeof *contigs->name);
        status = contigs->name == NULL ? tfl_fail_memory(err, "contigs") : TFL_OK;
    }
    for (size_t i = 0; status == TFL_OK && i < contigs->n; i++) {
        contigs->name[i] = tfl_table_name(contigs->table, i);
    }
    return status;
}

tfl_status tfl_contigs_of(const tfl_genome *genome, tfl_contigs *contigs, tfl_error *err)
{
    size_t n = tfl_genome_size(genome);
    contigs->name = tfl_calloc(n, sizeof *contigs->name);
    contigs->length = tfl_calloc(n, sizeof *contigs->length);
    if (contigs->name == NULL || contigs->length == NULL) {
        return tfl_fail_memory(err, "contigs");
    }
    for (size_t i = 0; i < n; i++) {
        if (tfl_genome_length(genome, i) > 0) {
            contigs->name[contigs->n] = tfl_genome_contig(genome, i);
            contigs->length[contigs->n++] = tfl_genome_length(genome, i);
        }
    }
    return TFL_OK;
}

void tfl_contigs_clear(tfl_contigs *contigs)
{
    free(contigs->name);
    free(contigs->length);
    tfl_table_free(contigs->table);
    *contigs = (tfl_contigs){0};
}
