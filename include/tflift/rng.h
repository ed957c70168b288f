/*
 * rng.h: counter-based random numbers (Philox4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC11).
 *
 * A stream is keyed by (seed, name, index): the draws for reference 3 of sequence "chr1:100-300" are the same whatever
 * the order, batch, thread or shard in which the sequences are worked on.
 */
#ifndef TFLIFT_RNG_H
#define TFLIFT_RNG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_RNG_BLOCKS = 4 }; /* computed together, which takes little longer than one */

typedef struct tfl_rng {
    uint32_t key[2];
    uint32_t counter[4];               /* of the next block */
    uint32_t draw[4 * TFL_RNG_BLOCKS]; /* of the blocks before it */
    unsigned used;                     /* draws already handed out */
} tfl_rng;

/* A stream for (seed, name, index); name is any bytes, NUL-terminated, such as a sequence's name or a purpose
 * ("dropout"). */
void tfl_rng_init(tfl_rng *rng, uint64_t seed, const char *name, uint64_t index);

uint32_t tfl_rng_next(tfl_rng *rng);   /* uniform 32 bits */
uint64_t tfl_rng_next64(tfl_rng *rng); /* uniform 64 bits */

/* Uniform integer in [0, bound), without bias; bound > 0. */
uint32_t tfl_rng_below(tfl_rng *rng, uint32_t bound);

/* Independent uniform integers: draw[i] in [0, bound - i) for i < n <= bound, the choices of a Fisher-Yates shuffle.
 * Small ones share 32 random bits. */
void tfl_rng_below_falling(tfl_rng *rng, uint32_t bound, uint32_t *draw, uint32_t n);

/* Uniform in [0, 1), 53 bits. */
double tfl_rng_uniform(tfl_rng *rng);

/* Standard normal (polar method, one value kept nowhere: the state is the counter alone). */
double tfl_rng_normal(tfl_rng *rng);

/* Poisson with the given mean in (0, 700] (by inversion). */
unsigned tfl_rng_poisson(tfl_rng *rng, double mean);

/* Index i with probability weight[i] / total, weights non-negative with a positive total; n > 0. */
size_t tfl_rng_choose(tfl_rng *rng, const double *weight, size_t n);

/* Uniform permutation of n elements of size bytes, in place (Fisher-Yates); n < 2^32. */
void tfl_rng_shuffle(tfl_rng *rng, void *array, size_t n, size_t size);

/* 64-bit hash of bytes (FNV-1a with a finalising mix); stable across versions and machines. */
uint64_t tfl_hash64(const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
