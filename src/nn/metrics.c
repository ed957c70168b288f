#include "config.h"

#include "tflift/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "tflift/memory.h"

typedef struct scored {
    float score;
    float label;
} scored;

/* Descending score. */
static int compare_scored(const void *a, const void *b)
{
    float x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x < y) - (x > y);
}

/* The labelled examples, best score first; the caller frees. */
static tfl_status rank_examples(const float *score, const float *label, size_t n, size_t stride, scored **ranked,
                                size_t *n_ranked, tfl_error *err)
{
    scored *list = tfl_calloc(n, sizeof *list);
    if (list == NULL) {
        return tfl_fail_memory(err, "ranked scores");
    }
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(label[i * stride])) {
            continue;
        }
        if (isnan(score[i * stride])) {
            free(list);
            return tfl_fail(err, TFL_EINPUT, "example %zu has no score (not a number)", i);
        }
        list[m++] = (scored){score[i * stride], label[i * stride]};
    }
    qsort(list, m, sizeof *list, compare_scored);
    *ranked = list;
    *n_ranked = m;
    return TFL_OK;
}

/* End of the run of equal scores that starts at i; counts its positives and negatives. */
static size_t tied_run(const scored *ranked, size_t n, size_t i, double *positives, double *negatives)
{
    size_t end = i;
    for (*positives = *negatives = 0; end < n && ranked[end].score == ranked[i].score; end++) {
        *(ranked[end].label > 0.5F ? positives : negatives) += 1;
    }
    return end;
}

tfl_status tfl_auroc(const float *score, const float *label, size_t n, size_t stride, double *area, tfl_error *err)
{
    scored *ranked;
    size_t m;
    tfl_status status = rank_examples(score, label, n, stride, &ranked, &m, err);
    if (status != TFL_OK) {
        return status;
    }
    double above = 0, wins = 0, all_negatives = 0, positives, negatives; /* above: positives ranked higher */
    for (size_t i = 0; i < m;) {
        i = tied_run(ranked, m, i, &positives, &negatives);
        wins += negatives * (above + positives / 2);
        above += positives;
        all_negatives += negatives;
    }
    free(ranked);
    *area = above > 0 && all_negatives > 0 ? wins / (above * all_negatives) : (double)NAN;
    return TFL_OK;
}

tfl_status tfl_auprc(const float *score, const float *label, size_t n, size_t stride, double *area, tfl_error *err)
{
    scored *ranked;
    size_t m;
    tfl_status status = rank_examples(score, label, n, stride, &ranked, &m, err);
    if (status != TFL_OK) {
        return status;
    }
    double found = 0, seen = 0, sum = 0, positives, negatives;
    for (size_t i = 0; i < m;) {
        i = tied_run(ranked, m, i, &positives, &negatives);
        found += positives;
        seen += positives + negatives;
        sum += positives * found / seen;
    }
    free(ranked);
    *area = found > 0 ? sum / found : (double)NAN;
    return TFL_OK;
}

double tfl_cross_entropy(const float *logit, const float *label, size_t n)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(label[i])) {
            continue;
        }
        /* ln(1 + exp(z)) - y z, written so that exp never overflows */
        double z = logit[i];
        sum += fmax(z, 0) - z * (double)label[i] + log1p(exp(-fabs(z)));
        known++;
    }
    return known > 0 ? sum / (double)known : (double)NAN;
}
