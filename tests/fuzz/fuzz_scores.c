/* A file of contributions in any format, asked for the values under two sequences. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

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
    (void)unlink(path);
    free(path);
    return 0;
}
