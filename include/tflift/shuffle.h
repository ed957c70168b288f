/*
 * shuffle.h: uniform k-let shuffles.
 *
 * k = 1 permutes the letters. k >= 2 draws uniformly from all sequences with the same k-let counts and the same first
 * (k-1)-mer: an Eulerian path of the (k-1)-mer graph whose last-exit tree is drawn by Wilson's algorithm (Kandel,
 * Matias, Unger and Winkler, "Shuffling biological sequences", 1996; Wilson, "Generating random spanning trees more
 * quickly than the cover time", 1996). Letters are compared as upper case; a letter other than A, C, G, T (N, R, …) is
 * one of its own kind.
 */
#ifndef TFLIFT_SHUFFLE_H
#define TFLIFT_SHUFFLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_SHUFFLE_MAX_K = 8 };

/* Working memory for shuffles, grown as needed and reused; one per thread. */
typedef struct tfl_shuffler tfl_shuffler;
tfl_status tfl_shuffler_create(tfl_shuffler **out, tfl_error *err) TFL_MUST_USE;
void tfl_shuffler_free(tfl_shuffler *shuffler);

/* A shuffle of letters[length] into out[length] (upper case, no NUL; may not overlap). Sequences shorter than k come
 * back as they are, in upper case too. */
tfl_status tfl_shuffle(tfl_shuffler *shuffler, const char *letters, size_t length, unsigned k, tfl_rng *rng, char *out,
                       tfl_error *err) TFL_MUST_USE;

/* Whether letters has a single k-let shuffle: itself (decided exactly, not by drawing). */
tfl_status tfl_shuffle_is_single(tfl_shuffler *shuffler, const char *letters, size_t length, unsigned k, bool *single,
                                 tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
