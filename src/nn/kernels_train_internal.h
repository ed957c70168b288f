/*
 * kernels_train_internal.h: what training takes besides the passes of attribution. Part of kernels_vec.c.
 */
#ifndef TFLIFT_KERNELS_TRAIN_INTERNAL_H
#define TFLIFT_KERNELS_TRAIN_INTERNAL_H

#include "kernels_internal.h"
#include "kernels_toom_internal.h"
#include "kernels_vector_internal.h"

#include <math.h>
#include <stdint.h>

/* ---------------------------------------------------------------- sums over rows */

enum {
    SUMMED_ROWS = 256, /* of G at once, so that they stay in the second cache */
    SUMMED_TAPS = 64,
    SUMMED_VECTORS = 4,
    SUMMED_CHANNELS = 8
};

/* Vectors of a row of n >= V columns from first on; the last of them may overlap what lies before it. */
INLINE size_t summed_columns(size_t n, size_t first, size_t *column)
{
    size_t vectors = 0;
    for (; vectors < SUMMED_VECTORS && first + vectors * V < n; vectors++) {
        column[vectors] = smaller(first + vectors * V, n - V);
    }
    return vectors;
}

/* y += a times each row in turn; tail is what the last V columns of y held before. */
INLINE void sum_columns(const size_t vectors, const size_t *column, float a, const float *x, size_t n, size_t rows, vec tail, float *y)
{
    const vec scale = splat(a);
    vec sum[SUMMED_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) {
        sum[v] = column[v] + V == n ? tail : load(y + column[v]);
    }
    for (size_t i = 0; i < rows; i++, x += n) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            sum[v] = multiply_add(scale, load(x + column[v]), sum[v]);
        }
    }
    UNROLL for (size_t v = 0; v < vectors; v++) {
        store(y + column[v], sum[v]);
    }
}

static void sum_rows(float *y, float a, const float *x, size_t n, size_t rows)
{
    if (n < V) {
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < n; j++) {
                y[j] = multiply_add_one(a, x[i * n + j], y[j]);
            }
        }
        return;
    }
    const vec tail = load(y + n - V);
    for (size_t first = 0; first < n; first += SUMMED_VECTORS * V) {
        size_t column[SUMMED_VECTORS], vectors = summed_columns(n, first, column);
        if (vectors == SUMMED_VECTORS) {
            sum_columns(SUMMED_VECTORS, column, a, x, n, rows, tail, y);
        } else if (vectors == 3) {
            sum_columns(3, column, a, x, n, rows, tail, y);
        } else if (vectors == 2) {
            sum_columns(2, column, a, x, n, rows, tail, y);
        } else {
            sum_columns(1, column, a, x, n, rows, tail, y);
        }
    }
}

/* Places of each letter, in their order, and which of them one tap sees. */
typedef struct places {
    size_t n[SUMMED_CHANNELS], first[SUMMED_CHANNELS], end[SUMMED_CHANNELS];
    uint16_t at[SUMMED_CHANNELS][SUMMED_ROWS + SUMMED_TAPS];
} places;

/* d += the sum of some rows of G, of which every second goes through a sum of its own, to wait less. */
INLINE void sum_some_columns(const size_t vectors, const size_t *column, const uint16_t *row, size_t rows, size_t less, const float *g,
                             size_t n, vec tail, float *d)
{
    vec sum[SUMMED_VECTORS], other[SUMMED_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) {
        sum[v] = other[v] = splat(0.0F);
    }
    size_t i = 0;
    for (; i + 2 <= rows; i += 2) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            sum[v] += load(g + (row[i] - less) * n + column[v]);
            other[v] += load(g + (row[i + 1] - less) * n + column[v]);
        }
    }
    for (; i < rows; i++) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            sum[v] += load(g + (row[i] - less) * n + column[v]);
        }
    }
    UNROLL for (size_t v = 0; v < vectors; v++) {
        const vec before = column[v] + V == n ? tail : load(d + column[v]);
        store(d + column[v], before + (sum[v] + other[v]));
    }
}

/* Rows row[i] - less of G. */
static void sum_some_rows(const uint16_t *row, size_t rows, size_t less, const float *g, size_t n, float *d)
{
    const vec tail = load(d + n - V);
    for (size_t first = 0; first < n; first += SUMMED_VECTORS * V) {
        size_t column[SUMMED_VECTORS], vectors = summed_columns(n, first, column);
        if (vectors == SUMMED_VECTORS) {
            sum_some_columns(SUMMED_VECTORS, column, row, rows, less, g, n, tail, d);
        } else if (vectors == 3) {
            sum_some_columns(3, column, row, rows, less, g, n, tail, d);
        } else if (vectors == 2) {
            sum_some_columns(2, column, row, rows, less, g, n, tail, d);
        } else {
            sum_some_columns(1, column, row, rows, less, g, n, tail, d);
        }
    }
}

/* Every step-th letter from which on: n of them. */
INLINE void list_letters(const unsigned char *which, size_t step, size_t n, size_t channels, places *found)
{
    for (size_t c = 0; c < channels; c++) {
        found->n[c] = found->first[c] = found->end[c] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = which[i * step];
        found->at[c][found->n[c]++] = (uint16_t)i;
    }
}

/* Few rows, and taps that are step apart, as the letters are: row i of G has letter i + t under tap t. */
static void add_letters(places *found, size_t rows, size_t taps, size_t channels, const float *g, size_t n, size_t ldd, float *d)
{
    for (size_t t = 0; t < taps; t++, d += ldd) {
        for (size_t c = 0; c < channels; c++) {
            const uint16_t *at = found->at[c];
            while (found->first[c] < found->n[c] && at[found->first[c]] < t) {
                found->first[c]++;
            }
            while (found->end[c] < found->n[c] && at[found->end[c]] < t + rows) {
                found->end[c]++;
            }
            sum_some_rows(at + found->first[c], found->end[c] - found->first[c], t, g, n, d + c * n);
        }
    }
}

static void look_up_gradient(const unsigned char *which, size_t step, size_t m, const float *g, size_t taps, size_t channels, size_t n,
                             float *d)
{
    places found;
    for (size_t first = 0; first < m; first += SUMMED_ROWS) {
        const size_t rows = smaller(SUMMED_ROWS, m - first);
        for (size_t from = 0; from < taps; from += SUMMED_TAPS * step) {
            for (size_t t = from; t < from + step && t < taps; t++) {
                const size_t like_it = smaller(SUMMED_TAPS, (taps - t + step - 1) / step); /* t, t + step … */
                list_letters(which + first * step + t, step, rows + like_it - 1, channels, &found);
                add_letters(&found, rows, like_it, channels, g + first * n, n, step * channels * n, d + t * channels * n);
            }
        }
    }
}

/* ---------------------------------------------------------------- tiles as filters */

/* Value at +p and -p of the polynomial with coefficients x, of four taps, divided by what the other points multiply it with: below that of +p, and
 * minus that of -p. */
INLINE void filter_pair(const float p, const float below, const vec *x, vec *y)
{
    const vec even = multiply_add(splat(p * p / below), x[2], splat(1.0F / below) * x[0]);
    const vec odd = multiply_add(splat(p * p * p / below), x[3], splat(p / below) * x[1]);
    y[0] = even + odd;
    y[1] = odd - even;
}

INLINE void filter_4_4(const vec *x, vec *y)
{
    const float a = TFL_TOOM_44_A, c = TFL_TOOM_44_C; /* and 1 between them */
    filter_pair(a, 2.0F * a * (a * a - 1.0F) * (a * a - c * c), x, y);
    filter_pair(1.0F, 2.0F * (1.0F - a * a) * (1.0F - c * c), x, y + 2);
    filter_pair(c, 2.0F * c * (c * c - a * a) * (c * c - 1.0F), x, y + 4);
    y[6] = x[3];
}

INLINE void filter_vector(const bool whole, const tfl_tiles *tiles, const float *map, size_t position, size_t c, float *out, size_t ldo)
{
    vec x[TILE], y[MOST_POINTS];
    UNROLL for (size_t j = 0; j < TILE; j++) {
        const size_t row = position + j * tiles->step;
        x[j] = whole || row < tiles->length ? load(map + row * tiles->channels + c) : splat(0.0F);
    }
    filter_4_4(x, y);
    UNROLL for (size_t p = 0; p < MOST_POINTS; p++) {
        store(out + p * ldo + c, y[p]);
    }
}

/* The last vector of a tile overlaps the one before it. */
static void filter_tiles(const tfl_tiles *tiles, const float *map, float *out, size_t ldo)
{
    place at = first_place(tiles);
    for (size_t i = 0; i < tiles->count; i++) {
        const size_t position = (size_t)at.position;
        const bool whole = position + (TILE - 1) * tiles->step < tiles->length;
        for (size_t c = 0; c < tiles->channels; c += V) {
            const size_t from = smaller(c, tiles->channels - V);
            if (whole) {
                filter_vector(true, tiles, map, position, from, out, ldo);
            } else {
                filter_vector(false, tiles, map, position, from, out, ldo);
            }
        }
        next_place(tiles, &at);
        out += tiles->channels;
    }
}

/* ---------------------------------------------------------------- weights at a point */

INLINE void combine_taps(const size_t taps, const double *factor, const float *x, size_t n, float *y)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        UNROLL for (size_t t = 0; t < taps; t++) {
            sum += factor[t] * (double)x[t * n + i];
        }
        y[i] = (float)sum;
    }
}

static void combine(const double *factor, size_t taps, const float *restrict x, size_t n, float *restrict y)
{
    if (taps == 4) {
        combine_taps(4, factor, x, n, y);
    } else if (taps == 3) {
        combine_taps(3, factor, x, n, y);
    } else if (taps == 2) {
        combine_taps(2, factor, x, n, y);
    } else {
        combine_taps(1, factor, x, n, y);
    }
}

/* ---------------------------------------------------------------- ReLU in place */

static void rectify(float *y, const float *by, size_t n)
{
    const vec zero = splat(0.0F);
    size_t i = 0;
    for (; i + V <= n; i += V) {
        store(y + i, (vec)((load(by + i) > zero) & (ivec)load(y + i)));
    }
    for (; i < n; i++) {
        y[i] = by[i] > 0.0F ? y[i] : 0.0F;
    }
}

/* ---------------------------------------------------------------- Adam */

static void adam(const tfl_adam *how, const float *restrict gradient, float *restrict first, float *restrict second, float *restrict value,
                 size_t n)
{
    const float keep1 = 1.0F - how->beta1, keep2 = 1.0F - how->beta2, rate = how->rate, epsilon = how->epsilon;
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i];
        const float m = first[i] + keep1 * (g - first[i]), v = second[i] + keep2 * (g * g - second[i]);
        first[i] = m;
        second[i] = v;
        value[i] -= rate * m / (sqrtf(v) + epsilon);
    }
}

#endif
