/*
 * toom_internal.h: convolutions along positions with fewer multiplications (Toom and Cook; Winograd's minimal filters, Lavin and Gray 2016).
 *
 * Four neighbouring outputs of a filter of r taps are 4 coefficients of a product of polynomials, which 4 + r - 1 of its values determine: that many
 * products in place of 4 r. Longer filters are the sum of filters of 4 taps, each as far from the next as a tile from the next, so that they
 * share the values of the input; the last, where it is shorter, has nothing at infinity, so that 11 taps take 20 products in place of 44. A dilated
 * convolution is one for each phase of its positions; tiles are numbered across phases, so that a block of them is a stretch of the sequence.
 *
 * A value at a point, over all channels, is an ordinary matrix product over all tiles: the packed one of kernels_internal.h. Weights are evaluated once,
 * in float64. The error is about 3 times that of direct sums: some 1e-6 of the largest value of a position.
 */
#ifndef TFLIFT_TOOM_INTERNAL_H
#define TFLIFT_TOOM_INTERNAL_H

#include "tflift/error.h"
#include "tflift/layer.h"

#include "kernels_internal.h"

enum { TFL_TOOM_MOST_FINITE = 6 };

/* Finite points, and infinity behind them. */
typedef struct tfl_toom_points {
    size_t points, taps;
    double at[TFL_TOOM_MOST_FINITE];
} tfl_toom_points;
extern const tfl_toom_points tfl_toom_table[TFL_TOOM_KINDS];

/* out[i][o] = sum over t < taps and c < in of map[i + t dilation - before][c] weight[t][c][o], i < out_length, the map being 0 outside. */
typedef struct tfl_toom_shape {
    size_t in, out; /* channels */
    size_t in_length, out_length, taps, dilation;
    ptrdiff_t before;
} tfl_toom_shape;

typedef struct tfl_toom tfl_toom;

/* Whether it takes less time than the direct way, by a count of operations. */
bool tfl_toom_pays(const tfl_toom_shape *shape);

/* weight [taps][in][out]; the caller frees. */
tfl_status tfl_toom_create(const tfl_toom_shape *shape, const tfl_kernels *kernels, const float *weight, tfl_toom **out,
                           tfl_error *err) TFL_MUST_USE;
void tfl_toom_free(tfl_toom *toom);

/* Floats of scratch memory that a run needs. */
size_t tfl_toom_scratch(const tfl_toom_shape *shape);

/* Outputs first … first + count - 1, and perhaps neighbours of them, which get what is theirs. start [out], NULL: 0; accumulate: added to what
 * out [out_length][out channels] holds, for all outputs at once only. */
void tfl_toom_run(const tfl_toom *toom, const float *map, size_t first, size_t count, const float *start, bool accumulate, float *out,
                  float *scratch);

/* All outputs, block by block: before has positions of the map before they are read, and before what out holds at them is written; after has
 * those of the outputs that are done. Both go from the first position to the last, each once; NULL: nothing to do. While a block is multiplied, what
 * the next one reads and writes comes into the cache, beside included. */
void tfl_toom_run_strips(const tfl_toom *toom, const float *map, const tfl_strips *before, const float *start, bool accumulate, float *out,
                         const tfl_strips *after, float *scratch);

/* The gradient of the weights is such a convolution too, of the map with what came back: its values at the points are summed over any number of calls, and
 * taps made of them at the end. sums: floats that starts as zeros; 0 where only direct sums will do. scratch as for a run. */
size_t tfl_toom_gradient_sums(const tfl_toom *toom);
void tfl_toom_sum_gradient(const tfl_toom *toom, const float *map, const float *grad_out, float *sums, float *scratch);
/* grad [taps][in][out] += */
void tfl_toom_end_gradient(const tfl_toom *toom, const float *sums, float *grad);

#endif
