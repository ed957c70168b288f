/* Log-odds matrices. */
#include "config.h"

#include "tflift/logodds.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdlib.h>

/* Scores are whole multiples of 2^-40 (1e-12), so that a double adds up to 2^12 of them without rounding. */
static double round_score(double score)
{
    return ldexp(nearbyint(ldexp(score, 40)), -40);
}

static tfl_status set_background(tfl_logodds *logodds, const double background[TFL_BASES], tfl_error *err)
{
    double sum = 0;
    for (size_t b = 0; b < TFL_BASES; b++) {
        if (!(background[b] > 0) || !isfinite(background[b])) {
            return tfl_fail(err, TFL_EUSAGE, "background frequency %g of %c; it has to be positive", background[b],
                            tfl_base_letter[b]);
        }
        sum += background[b];
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        logodds->background[b] = background[b] / sum;
    }
    return TFL_OK;
}

/* Fills score, low and high. Without a pseudocount a letter that never occurs would score minus infinity. */
static tfl_status set_scores(tfl_logodds *logodds, tfl_error *err)
{
    tfl_motif_smooth(logodds->motif, logodds->pseudocount, logodds->score);
    for (size_t j = 0; j < logodds->width; j++) {
        double *row = logodds->score[j];
        double low = HUGE_VAL;
        double high = -HUGE_VAL;
        for (size_t b = 0; b < TFL_BASES; b++) {
            if (!(row[b] > 0)) {
                return tfl_fail(err, TFL_EUSAGE,
                                "motif %s has no %c at position %zu; the pseudocount has to be above 0",
                                logodds->motif->name, tfl_base_letter[b], j + 1);
            }
            row[b] = round_score(log(row[b] / logodds->background[b]));
            low = fmin(low, row[b]);
            high = fmax(high, row[b]);
        }
        logodds->low += low;
        logodds->high += high;
    }
    return TFL_OK;
}

tfl_status tfl_logodds_create(const tfl_motif *motif, const double background[TFL_BASES], double pseudocount,
                              tfl_logodds **out, tfl_error *err)
{
    *out = NULL;
    if (!(pseudocount >= 0 && pseudocount <= 1)) {
        return tfl_fail(err, TFL_EUSAGE, "pseudocount %g; between 0 and 1 is needed", pseudocount);
    }
    tfl_logodds *logodds = tfl_calloc(1, sizeof *logodds);
    if (logodds == NULL) {
        return tfl_fail_memory(err, "a log-odds matrix");
    }
    *logodds = (tfl_logodds){.motif = motif, .width = motif->width, .pseudocount = pseudocount};
    logodds->score = tfl_calloc(motif->width, sizeof *logodds->score);
    tfl_status status = logodds->score != NULL ? TFL_OK : tfl_fail_memory(err, "a log-odds matrix");
    if (status == TFL_OK) {
        status = set_background(logodds, background, err);
    }
    if (status == TFL_OK) {
        status = set_scores(logodds, err);
    }
    if (status != TFL_OK) {
        tfl_logodds_free(logodds);
        return status;
    }
    *out = logodds;
    return TFL_OK;
}

void tfl_logodds_free(tfl_logodds *logodds)
{
    if (logodds != NULL) {
        free(logodds->score);
        free(logodds);
    }
}
