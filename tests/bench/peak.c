/* Compiled per processor level like src/nn/kernels_vec.c, with the same macros and BENCH_PEAK, the name of the function. */
#include "config.h"

#include "tests/bench/peak.h"

typedef float vec __attribute__((vector_size(4 * TFL_VECTOR)));

/* More independent chains than latency times throughput of any processor, fewer than registers. */
#if TFL_REGISTERS >= 32
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
enum { N_CHAINS = 16 };
#else
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)
enum { N_CHAINS = 10 };
#endif

#if defined(__aarch64__)
#define KEEP(v) __asm__ volatile("" : "+w"(v))
#elif TFL_VECTOR == 16
#define KEEP(v) __asm__ volatile("" : "+v"(v))
#else
#define KEEP(v) __asm__ volatile("" : "+x"(v))
#endif

#define DECLARE(i) vec chain##i = {(float)(i)};
#define STEP(i)                                \
    chain##i = chain##i * factor + add; \
    KEEP(chain##i);
#define COLLECT(i) total += chain##i;

double BENCH_PEAK(size_t rounds, float *sink)
{
    vec factor = {0.5F}, add = {1.0F}, total = {0.0F};
    KEEP(factor);
    KEEP(add);
    CHAINS(DECLARE)
    for (size_t round = 0; round < rounds; round++) {
        CHAINS(STEP)
        CHAINS(STEP)
    }
    CHAINS(COLLECT)
    *sink = total[0];
    return (double)rounds * 2.0 * N_CHAINS * 2.0 * TFL_VECTOR;
}
