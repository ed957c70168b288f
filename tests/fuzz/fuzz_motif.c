/* A motif file in any format: what is read is what the header promises, and can be written in every format. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/logodds.h"
#include "tflift/motif.h"
#include "tflift/output.h"
#include "tflift/row.h"

#include <math.h>

static void check_motif(const tfl_motif *motif)
{
    fuzz_need(motif->name[0] != '\0' && motif->width >= 1 && motif->width <= TFL_MOTIF_MAX_WIDTH,
              "motif \"%s\" of width %zu", motif->name, motif->width);
    for (size_t i = 0; i < motif->width; i++) {
        double sum = 0.0;
        for (size_t b = 0; b < TFL_BASES; b++) {
            fuzz_need(motif->p[i][b] >= 0.0, "%s: probability %g", motif->name, motif->p[i][b]);
            sum += motif->p[i][b];
        }
        fuzz_need(fabs(sum - 1.0) < 1e-9, "%s: row %zu sums to %g", motif->name, i, sum);
    }
    fuzz_need(isfinite(motif->sites) && motif->sites >= 0.0, "%s: %g sites", motif->name, motif->sites);
}

static void check_scores(const tfl_motif *motif, const double background[TFL_BASES])
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_logodds *logodds;
    if (fuzz_succeeded(tfl_logodds_create(motif, background, 0.001, &logodds, &err), &err)) {
        fuzz_need(isfinite(logodds->low) && logodds->low <= logodds->high && isfinite(logodds->high),
                  "%s: scores from %g to %g", motif->name, logodds->low, logodds->high);
    }
    tfl_logodds_free(logodds);
}

static void write_all(const tfl_motifs *motifs)
{
    const char *format;
    for (size_t i = 0; (format = tfl_motif_format_name(i)) != NULL; i++) {
        tfl_error err = TFL_ERROR_INIT;
        tfl_output *output;
        if (fuzz_succeeded(tfl_output_open("/dev/null", TFL_PLAIN, &output, &err), &err)) {
            (void)fuzz_succeeded(tfl_motifs_write(motifs, format, output, &err), &err);
            tfl_output_discard(output);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_motifs *motifs;
    if (!fuzz_succeeded(tfl_motifs_read_memory(data, size, "input.motifs", &motifs, &err), &err)) {
        fuzz_need(motifs == NULL, "motifs in spite of an error");
        return 0;
    }
    fuzz_need(motifs->n > 0, "no motif, and no error");
    for (size_t i = 0; i < motifs->n; i++) {
        check_motif(&motifs->motif[i]);
        check_scores(&motifs->motif[i], motifs->background);
        fuzz_need(tfl_row_can_hold(motifs->motif[i].name) && tfl_row_can_hold(motifs->motif[i].alternative),
                  "motif %zu: a name breaks rows", i);
        fuzz_need(tfl_motifs_find(motifs, motifs->motif[i].name) != NULL, "%s: not found", motifs->motif[i].name);
    }
    write_all(motifs);
    tfl_motifs_free(motifs);
    return 0;
}
