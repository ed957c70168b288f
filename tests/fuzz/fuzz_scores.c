/* A file of contributions in any format, asked for the values under two sequences; a bigWig is walked over, too. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/bigwig.h"
#include "tflift/scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 20 };

static void ask(tfl_scores *scores, const char *name)
{
    static const char letters[] = "ACGTACGTTTGGCCAANACG";
    tfl_error err = TFL_ERROR_INIT;
    char named[32];
    char of_its_own[LENGTH + 1];
    tfl_region region;
    float value[LENGTH];
    int any;
    (void)snprintf(named, sizeof named, "%s", name);
    memcpy(of_its_own, letters, sizeof letters);
    const tfl_sequence sequence = {
        .name = named, .description = of_its_own + LENGTH, .letters = of_its_own, .length = LENGTH};
    if (!fuzz_succeeded(tfl_region_parse(name, LENGTH, true, &region, &err), &err)) {
        return;
    }
    if (fuzz_succeeded(tfl_scores_find(scores, &sequence, &region, value, &any, &err), &err)) {
        int there = 0;
        for (size_t i = 0; i < LENGTH; i++) {
            there = there || !isnan(value[i]);
        }
        fuzz_need(there == (any != 0), "%s: values: %d, said to be: %d", name, there, any);
    }
    tfl_region_clear(&region);
}

/* The next values of a contig behind from, or none: *from is behind them then. */
static int step(tfl_bigwig *bigwig, size_t contig, int64_t *from)
{
    tfl_error err = TFL_ERROR_INIT;
    float value[LENGTH];
    int64_t start = 0;
    size_t n = 0;
    if (!fuzz_succeeded(tfl_bigwig_next(bigwig, contig, *from, value, LENGTH, &start, &n, &err), &err) || n == 0) {
        return 0;
    }
    fuzz_need(start >= *from && n <= LENGTH, "values at %lld, %zu of them", (long long)start, n);
    fuzz_need(!isnan(value[0]) && !isnan(value[n - 1]), "values at %lld begin or end with none", (long long)start);
    *from = start + (int64_t)n;
    return 1;
}

static void walk(const char *path)
{
    enum { STEPS = 200, CONTIGS = 20 };
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig *bigwig;
    if (!fuzz_succeeded(tfl_bigwig_open(path, &bigwig, &err), &err)) {
        return;
    }
    for (size_t i = 0; i < tfl_bigwig_contigs(bigwig) && i < CONTIGS; i++) {
        int64_t from = 0;
        for (int steps = 0; steps < STEPS && step(bigwig, i, &from); steps++) {
        }
    }
    tfl_bigwig_close(bigwig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_scores *scores;
    char *path = fuzz_file(data, size);
    if (fuzz_succeeded(tfl_scores_open(path, NULL, &scores, &err), &err)) {
        ask(scores, "chrX:1000-1020(+)");
        ask(scores, "chrX:1005-1025(-)");
        ask(scores, "s1");
        tfl_scores_close(scores);
    }
    if (tfl_bigwig_is(path)) {
        walk(path);
    }
    (void)unlink(path);
    free(path);
    return 0;
}
