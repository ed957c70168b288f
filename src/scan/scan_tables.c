/* Scores of four letters at a time. */
#include "config.h"

#include "scan_internal.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdlib.h>

static double best_score(const tfl_logodds *logodds, size_t strand, size_t position)
{
    double best = -HUGE_VAL;
    for (size_t b = 0; b < TFL_BASES; b++) {
        best = fmax(best, tfl_strand_score(logodds, strand, position, b));
    }
    return best;
}

/* How far the average word of the background falls short of the best one in a group: how soon it makes placements
 * fail. */
static double shortfall(const tfl_logodds *logodds, size_t strand, size_t offset)
{
    double sum = 0;
    for (size_t j = offset; j < offset + TFL_QUAD && j < logodds->width; j++) {
        sum += best_score(logodds, strand, j);
        for (size_t b = 0; b < TFL_BASES; b++) {
            sum -= logodds->background[b] * tfl_strand_score(logodds, strand, j, b);
        }
    }
    return sum;
}

/* Groups by decreasing shortfall. */
static void order_groups(const tfl_logodds *logodds, size_t strand, tfl_strand_tables *tables)
{
    for (size_t g = 0; g < tables->groups; g++) {
        double key = shortfall(logodds, strand, g * TFL_QUAD);
        size_t at = g;
        while (at > 0 && shortfall(logodds, strand, tables->offset[at - 1]) < key) {
            tables->offset[at] = tables->offset[at - 1];
            at--;
        }
        tables->offset[at] = g * TFL_QUAD;
    }
}

static void fill_group(const tfl_logodds *logodds, size_t strand, size_t offset, double score[TFL_QUAD_WORDS])
{
    for (size_t j = offset; j < offset + TFL_QUAD && j < logodds->width; j++) {
        for (size_t word = 0; word < TFL_QUAD_WORDS; word++) {
            score[word] += tfl_strand_score(logodds, strand, j, word >> (j - offset) * 2 & 3);
        }
    }
}

static tfl_status fill_tables(const tfl_logodds *logodds, size_t strand, tfl_strand_tables *tables, tfl_error *err)
{
    size_t groups = (logodds->width + TFL_QUAD - 1) / TFL_QUAD;
    tables->groups = groups > 2 ? groups : 2;
    tables->offset = tfl_calloc(tables->groups, sizeof *tables->offset);
    tables->score = tfl_calloc(tables->groups, sizeof *tables->score);
    if (tables->offset == NULL || tables->score == NULL) {
        return tfl_fail_memory(err, "a tfl_prepared motif");
    }
    order_groups(logodds, strand, tables);
    for (size_t g = 0; g < tables->groups; g++) {
        size_t offset = tables->offset[g];
        fill_group(logodds, strand, offset, tables->score[g]);
        for (size_t j = offset; g > 1 && j < offset + TFL_QUAD && j < logodds->width; j++) {
            tables->rest += best_score(logodds, strand, j);
        }
        tables->offset[g] = offset < logodds->width ? offset : 0; /* an empty group looks at any letters */
    }
    return TFL_OK;
}

tfl_status tfl_prepare_tables(tfl_prepared *motif, size_t n_strands, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t s = 0; s < n_strands && status == TFL_OK; s++) {
        status = fill_tables(motif->logodds, s, &motif->strand[s], err);
    }
    return status;
}

void tfl_free_tables(tfl_prepared *motif)
{
    for (size_t s = 0; s < 2; s++) {
        free(motif->strand[s].offset);
        free(motif->strand[s].score);
    }
}
