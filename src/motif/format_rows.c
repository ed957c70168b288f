/* Plain probabilities, a row of four per position, A C G T; ">name" above each motif, or blank lines between motifs
 * without names. */
#include "config.h"

#include "motif/motif_internal.h"

#include <stdio.h>
#include <string.h>

static tfl_status sniff(tfl_lines *lines, bool *yes, tfl_error *err)
{
    char *line = NULL;
    tfl_status status = tfl_motif_next_line(lines, &line, err);
    *yes = status == TFL_OK && line != NULL && (*line == '>' || tfl_motif_is_numeric(line));
    return status;
}

static tfl_status begin(tfl_motif_builder *builder, char *header, tfl_error *err)
{
    char *name = NULL;
    char *alternative = NULL;
    tfl_status status = tfl_motif_builder_end(builder, err);
    if (status == TFL_OK) {
        status = tfl_motif_parse_header(builder->lines, header, &name, &alternative, err);
    }
    return status == TFL_OK ? tfl_motif_builder_begin(builder, name, alternative, err) : status;
}

/* A row; the first one after a blank line starts a motif where motifs have no names. */
static tfl_status add_row(tfl_motif_builder *builder, char *line, bool named, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (!builder->open && !named) {
        char name[32];
        (void)snprintf(name, sizeof name, "motif_%zu", builder->motifs->n + 1);
        status = tfl_motif_builder_begin(builder, name, "", err);
    }
    double row[TFL_BASES];
    if (status == TFL_OK) {
        status = tfl_motif_parse_row(builder->lines, line, row, err);
    }
    return status == TFL_OK ? tfl_motif_builder_row(builder, row, err) : status;
}

static tfl_status read_rows(tfl_motif_builder *builder, tfl_error *err)
{
    bool named = false;
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        tfl_status status = tfl_lines_next(builder->lines, &line, &length, err);
        if (status != TFL_OK || line == NULL) {
            return status;
        }
        line = tfl_motif_trim(line);
        if (*line == '>') {
            named = true;
            status = begin(builder, line + 1, err);
        } else if (*line == '\0') {
            status = named ? TFL_OK : tfl_motif_builder_end(builder, err);
        } else if (*line != '#') {
            status = add_row(builder, line, named, err);
        }
        if (status != TFL_OK) {
            return status;
        }
    }
}

static tfl_status write_rows(const tfl_motifs *motifs, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        status = tfl_motif_write_header(output, &motifs->motif[i], err);
        for (size_t j = 0; j < motifs->motif[i].width && status == TFL_OK; j++) {
            status = tfl_motif_write_row(output, motifs->motif[i].p[j], ' ', err);
        }
    }
    return status;
}

const tfl_motif_format tfl_motif_format_rows = {"rows", TFL_ROWS_PROBABILITIES, sniff, read_rows, write_rows};
