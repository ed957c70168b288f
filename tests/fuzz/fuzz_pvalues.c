/* A motif, background and pseudocount from the bytes: p-values fall as scores rise, from 1 to the rarest word's. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/logodds.h"

#include <math.h>

enum { MAX_WIDTH = 16, STEPS = 64 };

static void take_row(fuzz_bytes *bytes, double row[TFL_BASES], double least)
{
    double sum = 0.0;
    for (size_t b = 0; b < TFL_BASES; b++) {
        row[b] = least + (double)fuzz_byte(bytes);
        sum += row[b];
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        row[b] = sum > 0.0 ? row[b] / sum : 0.25;
    }
}

static void check(const tfl_logodds *logodds, const tfl_pvalues *pvalues)
{
    double before = 1.0;
    fuzz_need(tfl_pvalues_find(pvalues, logodds->low) == 1.0, "the lowest score %.17g has p = %.17g",
              logodds->low, tfl_pvalues_find(pvalues, logodds->low));
    fuzz_need(tfl_pvalues_find(pvalues, logodds->high) > 0.0, "the highest score %.17g has p = 0", logodds->high);
    for (int i = -2; i <= STEPS + 2; i++) {
        double score = logodds->low + (logodds->high - logodds->low) * i / STEPS;
        double p = tfl_pvalues_find(pvalues, score);
        fuzz_need(p >= 0.0 && p <= before, "score %.17g has p = %.17g, a lower one %.17g", score, p, before);
        double threshold = tfl_pvalues_threshold(pvalues, p);
        fuzz_need(isinf(threshold) || tfl_pvalues_find(pvalues, threshold) <= p,
                  "the threshold for %.17g is %.17g, which has %.17g", p, threshold,
                  tfl_pvalues_find(pvalues, threshold));
        before = p;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double pseudocounts[] = {0.001, 1e-6, 0.1, 1.0, 0.0, 1e-12};
    fuzz_bytes bytes = {data, size};
    tfl_error err = TFL_ERROR_INIT;
    double p[MAX_WIDTH][TFL_BASES];
    double background[TFL_BASES];
    char name[] = "motif";
    tfl_motif motif = {.name = name, .alternative = name, .p = p};
    tfl_logodds *logodds;
    tfl_pvalues *pvalues;
    double pseudocount = pseudocounts[fuzz_byte(&bytes) % (sizeof pseudocounts / sizeof *pseudocounts)];
    take_row(&bytes, background, 1.0);
    do {
        take_row(&bytes, p[motif.width++], 0.0);
    } while (motif.width < MAX_WIDTH && bytes.left > 0);
    if (fuzz_succeeded(tfl_logodds_create(&motif, background, pseudocount, &logodds, &err), &err) &&
        fuzz_succeeded(tfl_pvalues_create(logodds, &pvalues, &err), &err)) {
        check(logodds, pvalues);
        tfl_pvalues_free(pvalues);
    }
    tfl_logodds_free(logodds);
    return 0;
}
