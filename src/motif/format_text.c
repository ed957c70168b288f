/* The words and numbers that the writers of all formats have in common. */
#include "config.h"

#include "motif/motif_internal.h"

#include "tflift/number.h"

#include <math.h>
#include <string.h>

tfl_status tfl_motif_write_word(tfl_output *output, const char *word, tfl_error *err)
{
    for (;;) {
        size_t length = strcspn(word, " \t");
        tfl_status status = tfl_output_write(output, word, length, err);
        word += length;
        if (status != TFL_OK || *word == '\0') {
            return status;
        }
        word++;
        status = tfl_output_write(output, "_", 1, err);
        if (status != TFL_OK) {
            return status;
        }
    }
}

tfl_status tfl_motif_write_header(tfl_output *output, const tfl_motif *motif, tfl_error *err)
{
    tfl_status status = tfl_output_write(output, ">", 1, err);
    if (status == TFL_OK) {
        status = tfl_motif_write_word(output, motif->name, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "%s%s\n", *motif->alternative == '\0' ? "" : " ", motif->alternative);
    }
    return status;
}

/* The row as six decimals; false where reading them gives another row. */
static bool format_short(const double row[TFL_BASES], char text[TFL_BASES][TFL_NUMBER_SIZE])
{
    double back[TFL_BASES];
    for (size_t b = 0; b < TFL_BASES; b++) {
        (void)tfl_format_fixed(text[b], 6, row[b]);
        if (!tfl_parse_double(text[b], &back[b])) {
            return false;
        }
    }
    double sum = (back[0] + back[1]) + (back[2] + back[3]);
    for (size_t b = 0; b < TFL_BASES; b++) {
        if (fabs(back[b] / sum - row[b]) > 1e-15) {
            return false;
        }
    }
    return true;
}

tfl_status tfl_motif_write_row(tfl_output *output, const double row[TFL_BASES], char separator, tfl_error *err)
{
    char text[TFL_BASES][TFL_NUMBER_SIZE];
    if (!format_short(row, text)) {
        for (size_t b = 0; b < TFL_BASES; b++) {
            (void)tfl_format_double(text[b], row[b]);
        }
    }
    return tfl_output_printf(output, err, "%s%c%s%c%s%c%s\n", text[0], separator, text[1], separator, text[2],
                             separator, text[3]);
}

double tfl_motif_count(const tfl_motif *motif, size_t position, size_t base)
{
    double p = motif->p[position][base];
    if (!(motif->sites > 0)) {
        return p;
    }
    double count = p * motif->sites;
    return fabs(count - round(count)) < 1e-9 ? round(count) : count;
}

void tfl_motif_consensus(const tfl_motif *motif, char *word)
{
    for (size_t j = 0; j < motif->width; j++) {
        size_t best = 0;
        for (size_t b = 1; b < TFL_BASES; b++) {
            best = motif->p[j][b] > motif->p[j][best] ? b : best;
        }
        word[j] = tfl_base_letter[best];
    }
    word[motif->width] = '\0';
}
