/* A bigWig: walked from end to end, and asked for values here and there; the two agree, and nothing lies between what a
 * walk finds. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/bigwig.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { STRETCH = 64, STRETCHES = 40, CONTIGS = 8 };

/* Both ways of reading give value[n] at start; n is STRETCH at most. */
static void compare(tfl_bigwig *bigwig, const char *name, int64_t start, const float *value, size_t n)
{
    tfl_error err = TFL_ERROR_INIT;
    float again[STRETCH];
    int known;
    if (!fuzz_succeeded(tfl_bigwig_values(bigwig, name, start, start + (int64_t)n, again, &known, &err), &err)) {
        return;
    }
    fuzz_need(known, "%s is not known", name);
    for (size_t i = 0; i < n; i++) {
        fuzz_need(value[i] == again[i] || (isnan(value[i]) && isnan(again[i])), "%s:%lld: %g, and %g", name,
                  (long long)start + (long long)i, (double)value[i], (double)again[i]);
    }
}

static void walk(tfl_bigwig *bigwig, size_t contig)
{
    tfl_error err = TFL_ERROR_INIT;
    float value[STRETCH];
    float gap[STRETCH];
    int64_t length, start, from = 0;
    size_t n;
    for (size_t i = 0; i < STRETCH; i++) {
        gap[i] = NAN;
    }
    const char *name = tfl_bigwig_contig(bigwig, contig, &length);
    for (unsigned i = 0; i < STRETCHES; i++) {
        if (!fuzz_succeeded(tfl_bigwig_next(bigwig, contig, from, value, STRETCH, &start, &n, &err), &err) || n == 0) {
            return;
        }
        fuzz_need(start >= from && n <= STRETCH && start + (int64_t)n <= length && !isnan(value[0]) &&
                      !isnan(value[n - 1]),
                  "%s: %zu values at %lld, asked from %lld of %lld", name, n, (long long)start, (long long)from,
                  (long long)length);
        compare(bigwig, name, start, value, n);
        compare(bigwig, name, from, gap, start - from < STRETCH ? (size_t)(start - from) : STRETCH);
        from = start + (int64_t)n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig *bigwig;
    char *path = fuzz_file(data, size);
    if (fuzz_succeeded(tfl_bigwig_open(path, &bigwig, &err), &err)) {
        (void)tfl_bigwig_total(bigwig);
        for (size_t i = 0; i < tfl_bigwig_contigs(bigwig) && i < CONTIGS; i++) {
            walk(bigwig, i);
        }
        tfl_bigwig_close(bigwig);
    }
    (void)unlink(path);
    free(path);
    return 0;
}
