/* HOMER's motif files: http://homer.ucsd.edu/homer/motif/creatingCustomMotifs.html ; probabilities, a row per position,
 * below
 * ">consensus TAB name TAB log-odds threshold ...". */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/logodds.h"
#include "tflift/number.h"

#include <string.h>

enum { CONSENSUS, NAME, THRESHOLD, MORE, N_FIELDS };

static tfl_status sniff(tfl_lines *lines, bool *yes, tfl_error *err)
{
    char *line = NULL;
    char *field[N_FIELDS];
    double threshold = 0;
    tfl_status status = tfl_motif_next_line(lines, &line, err);
    if (status == TFL_OK && line != NULL && *line == '>') {
        *yes = tfl_lines_split(line + 1, '\t', field, N_FIELDS) > THRESHOLD && *field[CONSENSUS] != '\0' &&
               tfl_parse_double(tfl_motif_trim(field[THRESHOLD]), &threshold);
    }
    return status;
}

static tfl_status read_header(tfl_motif_builder *builder, char *line, tfl_error *err)
{
    char *field[N_FIELDS];
    double threshold = 0;
    size_t n = tfl_lines_split(line + 1, '\t', field, N_FIELDS);
    if (n <= THRESHOLD || !tfl_parse_double(tfl_motif_trim(field[THRESHOLD]), &threshold)) {
        return tfl_lines_fail(builder->lines, err,
                              ">consensus, name and log-odds threshold are needed, with tabs between them");
    }
    const char *name = tfl_motif_trim(field[NAME]);
    if (*name == '\0') {
        return tfl_lines_fail(builder->lines, err, "motif without a name; the second field is needed");
    }
    tfl_status status = tfl_motif_builder_end(builder, err);
    return status == TFL_OK ? tfl_motif_builder_begin(builder, name, "", err) : status;
}

static tfl_status read_homer(tfl_motif_builder *builder, tfl_error *err)
{
    for (;;) {
        char *line = NULL;
        tfl_status status = tfl_motif_next_line(builder->lines, &line, err);
        if (status != TFL_OK || line == NULL) {
            return status;
        }
        if (*line == '>') {
            status = read_header(builder, line, err);
        } else {
            double row[TFL_BASES];
            status = tfl_motif_parse_row(builder->lines, line, row, err);
            status = status == TFL_OK ? tfl_motif_builder_row(builder, row, err) : status;
        }
        if (status != TFL_OK) {
            return status;
        }
    }
}

/* HOMER wants to know from which log-odds on a word is a match: what one word in 10,000 reaches, or the best one. */
static tfl_status find_threshold(const tfl_motif *motif, double *threshold, tfl_error *err)
{
    static const double uniform[TFL_BASES] = {0.25, 0.25, 0.25, 0.25};
    tfl_logodds *logodds = NULL;
    tfl_pvalues *pvalues = NULL;
    tfl_status status = tfl_logodds_create(motif, uniform, 0.001, &logodds, err);
    if (status == TFL_OK) {
        status = tfl_pvalues_create(logodds, &pvalues, err);
    }
    if (status == TFL_OK) {
        *threshold = tfl_pvalues_threshold(pvalues, 1e-4);
        *threshold = *threshold > logodds->high ? logodds->high : *threshold;
    }
    tfl_pvalues_free(pvalues);
    tfl_logodds_free(logodds);
    return status;
}

static tfl_status write_homer(const tfl_motifs *motifs, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        const tfl_motif *motif = &motifs->motif[i];
        char consensus[TFL_MOTIF_MAX_WIDTH + 1];
        double threshold = 0;
        tfl_motif_consensus(motif, consensus);
        status = find_threshold(motif, &threshold, err);
        if (status == TFL_OK) {
            char text[TFL_NUMBER_SIZE];
            (void)tfl_format_fixed(text, 6, threshold);
            status = tfl_output_printf(output, err, ">%s\t%s\t%s\n", consensus, motif->name, text);
        }
        for (size_t j = 0; j < motif->width && status == TFL_OK; j++) {
            status = tfl_motif_write_row(output, motif->p[j], '\t', err);
        }
    }
    return status;
}

const tfl_motif_format tfl_motif_format_homer = {"homer", TFL_ROWS_PROBABILITIES, sniff, read_homer, write_homer};
