/* peak.h: the fastest that a processor level can multiply and add, in registers alone. */
#ifndef TFLIFT_BENCH_PEAK_H
#define TFLIFT_BENCH_PEAK_H

#include <stddef.h>

/* Does rounds times a fixed number of multiply-adds; returns the floating-point operations done (two each). *sink keeps the compiler
 * from leaving it all out. */
typedef double bench_peak(size_t rounds, float *sink);

bench_peak bench_peak_portable, bench_peak_v3, bench_peak_v4, bench_peak_neon;

#endif
