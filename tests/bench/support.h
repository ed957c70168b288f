/* support.h: what the benchmarks share. All of it leaves the program with a message where something fails. */
#ifndef TFLIFT_BENCH_SUPPORT_H
#define TFLIFT_BENCH_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

void bench_need(bool good, const char *why);

/* Seconds: of this process on processors, and on the clock. */
double bench_cpu_time(void);
double bench_wall_time(void);

/* Floating-point operations per second of multiplications and additions in registers alone, in one turn of some milliseconds. */
double bench_peak_rate(const char *level);

/* How much more of that, by the clock, two threads do at once than one does alone: what this machine makes of two now. Some tenths of a second. */
double bench_peak_of_two(const char *level);

/* n small random numbers; the caller frees. */
float *bench_floats(size_t n);

/* What a set of turns says: the median, and the least and the most. Sorts value. */
typedef struct bench_spread {
    double median, least, most;
} bench_spread;
bench_spread bench_spread_of(double *value, size_t n);

/* A cell of a table: the same of at most BENCH_ROUNDS values, in that order, which it leaves as they are. */
enum { BENCH_ROUNDS = 101 };
void bench_print_cell(const double *value, size_t n, int decimals);

/* How many rounds argv[1] asks for: 1 … BENCH_ROUNDS; usual where there is none. */
size_t bench_rounds(int argc, char **argv, size_t usual);

#endif
