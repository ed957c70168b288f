#include "config.h"

#include "tests/bench/support.h"

#include "tests/bench/peak.h"

#include "tflift/memory.h"
#include "tflift/rng.h"
#include "tflift/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void bench_need(bool good, const char *why)
{
    if (!good) {
        fprintf(stderr, "benchmark: %s\n", why);
        exit(EXIT_FAILURE);
    }
}

static double read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_cpu_time(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_time(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static const struct {
    const char *level;
    bench_peak *peak;
} peaks[] = {
#ifdef TFL_KERNELS_V4
    {"x86-64-v4", bench_peak_v4},
#endif
#ifdef TFL_KERNELS_V3
    {"x86-64-v3", bench_peak_v3},
#endif
#ifdef TFL_KERNELS_NEON
    {"neon", bench_peak_neon},
#endif
    {"portable", bench_peak_portable},
};

enum { TURN = 300000, TURNS = 50 };

static bench_peak *find_peak(const char *level)
{
    size_t i = 0;
    while (i + 1 < sizeof peaks / sizeof *peaks && strcmp(peaks[i].level, level) != 0) {
        i++;
    }
    return peaks[i].peak;
}

double bench_peak_rate(const char *level)
{
    static float sink;
    bench_peak *peak = find_peak(level);
    double start = bench_cpu_time();
    double operations = peak(TURN, &sink);
    return operations / (bench_cpu_time() - start);
}

static tfl_status do_turn(void *context, unsigned worker, size_t i, tfl_error *err)
{
    float sink;
    (void)worker, (void)i, (void)err;
    (void)find_peak(context)(TURN, &sink);
    return TFL_OK;
}

/* Seconds on the clock that TURNS turns for each thread take, whichever thread takes them. */
static double time_turns(const char *level, unsigned threads)
{
    tfl_error err = TFL_ERROR_INIT;
    char name[64];
    snprintf(name, sizeof name, "%s", level);
    double start = bench_wall_time();
    bench_need(tfl_parallel_for(name, threads * (size_t)TURNS, threads, do_turn, &err) == TFL_OK, err.message);
    return bench_wall_time() - start;
}

double bench_peak_of_two(const char *level)
{
    double one = time_turns(level, 1);
    return 2.0 * one / time_turns(level, 2);
}

float *bench_floats(size_t n)
{
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "bench", n);
    float *x = tfl_alloc_floats(n);
    bench_need(x != NULL, "out of memory");
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(tfl_rng_uniform(&rng) - 0.5) * 0.1F;
    }
    return x;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bench_spread bench_spread_of(double *value, size_t n)
{
    qsort(value, n, sizeof *value, compare);
    return (bench_spread){.median = (value[(n - 1) / 2] + value[n / 2]) / 2.0, .least = value[0], .most = value[n - 1]};
}

void bench_print_cell(const double *value, size_t n, int decimals)
{
    double copy[BENCH_ROUNDS];
    memcpy(copy, value, n * sizeof *copy);
    bench_spread s = bench_spread_of(copy, n);
    printf(" %.*f (%.*f to %.*f) |", decimals, s.median, decimals, s.least, decimals, s.most);
}

size_t bench_rounds(int argc, char **argv, size_t usual)
{
    size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : usual;
    bench_need(rounds > 0 && rounds <= BENCH_ROUNDS, "usage: PROGRAM [ROUNDS], of which there are 1 to 101");
    return rounds;
}
