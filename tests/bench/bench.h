/* bench.h: what the benchmarks share. */
#ifndef TFLIFT_BENCH_H
#define TFLIFT_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Seconds of processor time so far. */
static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void bench_need(bool good, const char *why)
{
    if (!good) {
        fprintf(stderr, "benchmark: %s\n", why);
        exit(EXIT_FAILURE);
    }
}

#endif
