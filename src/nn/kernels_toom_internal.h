/*
 * kernels_toom_internal.h: what a tile goes through before and after the products of a Toom-Cook convolution (toom.c). Part of kernels_vec.c.
 *
 * The rows of a tile are the coefficients of a polynomial, its points the values there; points come in pairs (+p, -p), whose even and odd
 * halves are computed once, and the last is infinity. Rows and points lie far apart in memory, channels side by side.
 */
#ifndef TFLIFT_KERNELS_TOOM_INTERNAL_H
#define TFLIFT_KERNELS_TOOM_INTERNAL_H

#include "kernels_internal.h"
#include "kernels_vector_internal.h"

#include <stdbool.h>

/* x1 - square x0, and so on: the product with (x^2 - square), from the coefficient of x^2 down. */
INLINE vec minus_times(float square, vec low, vec high)
{
    return multiply_add(splat(-square), low, high);
}

/* The values at +p and -p, of which the even powers make up p times even and the odd ones odd. */
INLINE void put_pair(float p, vec even, vec odd, vec *y)
{
    y[0] = multiply_add(splat(p), even, odd);
    y[1] = multiply_add(splat(-p), even, odd);
}

/* x0 - e1 x1 + e2 x2 … of a polynomial in x^2 with two roots. */
INLINE vec two_roots(float p, float q, vec x0, vec x2, vec x4)
{
    return multiply_add(splat(p * p * q * q), x0, multiply_add(splat(-(p * p + q * q)), x2, x4));
}

INLINE void spread_4_4(const vec *x, vec *y)
{
    const float a = TFL_TOOM_44_A, c = TFL_TOOM_44_C; /* and 1 between them */
    put_pair(a, two_roots(1.0F, c, x[0], x[2], x[4]), two_roots(1.0F, c, x[1], x[3], x[5]), y);
    put_pair(1.0F, two_roots(a, c, x[0], x[2], x[4]), two_roots(a, c, x[1], x[3], x[5]), y + 2);
    put_pair(c, two_roots(a, 1.0F, x[0], x[2], x[4]), two_roots(a, 1.0F, x[1], x[3], x[5]), y + 4);
    const vec low = two_roots(a, c, x[0], x[2], x[4]), high = two_roots(a, c, x[2], x[4], x[6]);
    y[6] = high - low;
}

INLINE void spread_4_3(const vec *x, vec *y)
{
    const float a = TFL_TOOM_43_A, b = TFL_TOOM_43_B; /* and 0 */
    y[0] = two_roots(a, b, x[0], x[2], x[4]);
    put_pair(a, minus_times(b * b, x[1], x[3]), minus_times(b * b, x[2], x[4]), y + 1);
    put_pair(b, minus_times(a * a, x[1], x[3]), minus_times(a * a, x[2], x[4]), y + 3);
    y[5] = two_roots(a, b, x[1], x[3], x[5]);
}

INLINE void gather_4_4(const vec *x, vec *y)
{
    const float a = TFL_TOOM_44_A, c = TFL_TOOM_44_C;
    vec even[3], odd[3];
    UNROLL for (size_t i = 0; i < 3; i++) {
        even[i] = x[2 * i] + x[2 * i + 1];
        odd[i] = x[2 * i] - x[2 * i + 1];
    }
    y[0] = even[0] + even[1] + even[2];
    y[1] = multiply_add(splat(a), odd[0], multiply_add(splat(c), odd[2], odd[1]));
    y[2] = multiply_add(splat(a * a), even[0], multiply_add(splat(c * c), even[2], even[1]));
    y[3] = multiply_add(splat(a * a * a), odd[0], multiply_add(splat(c * c * c), odd[2], odd[1])) + x[6];
}

INLINE void gather_4_3(const vec *x, vec *y)
{
    const float a = TFL_TOOM_43_A, b = TFL_TOOM_43_B;
    const vec even_a = x[1] + x[2], odd_a = x[1] - x[2], even_b = x[3] + x[4], odd_b = x[3] - x[4];
    y[0] = x[0] + even_a + even_b;
    y[1] = multiply_add(splat(a), odd_a, splat(b) * odd_b);
    y[2] = multiply_add(splat(a * a), even_a, splat(b * b) * even_b);
    y[3] = multiply_add(splat(a * a * a), odd_a, multiply_add(splat(b * b * b), odd_b, x[5]));
}

enum { MOST_POINTS = 7, TILE = TFL_TOOM_OUTPUTS };

/* Where a tile begins. */
typedef struct place {
    ptrdiff_t position;
    size_t phase;
} place;

INLINE place first_place(const tfl_tiles *tiles)
{
    const size_t phase = tiles->tile % tiles->step, begin = (tiles->tile - phase) * TILE + phase;
    return (place){(ptrdiff_t)begin - tiles->before, phase};
}

INLINE void next_place(const tfl_tiles *tiles, place *at)
{
    at->position++;
    at->phase++;
    if (at->phase == tiles->step) {
        at->phase = 0;
        at->position += (ptrdiff_t)((TILE - 1) * tiles->step);
    }
}

/* Channels c … c + V - 1 of one tile whose first row is at position; whole: all its rows exist. */
INLINE void spread_vector(const size_t points, const bool whole, const tfl_tiles *tiles, const float *map, ptrdiff_t position, size_t c,
                          float *out, size_t ldo)
{
    vec x[MOST_POINTS], y[MOST_POINTS];
    UNROLL for (size_t j = 0; j < points; j++) {
        ptrdiff_t row = position + (ptrdiff_t)(j * tiles->step);
        bool there = whole || (row >= 0 && row < (ptrdiff_t)tiles->length);
        x[j] = there ? load(map + row * (ptrdiff_t)tiles->channels + (ptrdiff_t)c) : splat(0.0F);
    }
    if (points == 7) {
        spread_4_4(x, y);
    } else {
        spread_4_3(x, y);
    }
    UNROLL for (size_t p = 0; p < points; p++) {
        store(out + p * ldo + c, y[p]);
    }
}

/* The last vector of a tile overlaps the one before it. */
INLINE void spread_tile(const size_t points, const bool whole, const tfl_tiles *tiles, const float *map, ptrdiff_t position, float *out,
                        size_t ldo)
{
    for (size_t c = 0; c < tiles->channels; c += V) {
        spread_vector(points, whole, tiles, map, position, smaller(c, tiles->channels - V), out, ldo);
    }
}

INLINE void spread_tiles(const size_t points, const tfl_tiles *tiles, const float *map, float *out, size_t ldo)
{
    place at = first_place(tiles);
    const ptrdiff_t reach = (ptrdiff_t)((points - 1) * tiles->step);
    for (size_t i = 0; i < tiles->count; i++) {
        if (at.position >= 0 && at.position + reach < (ptrdiff_t)tiles->length) {
            spread_tile(points, true, tiles, map, at.position, out, ldo);
        } else {
            spread_tile(points, false, tiles, map, at.position, out, ldo);
        }
        next_place(tiles, &at);
        out += tiles->channels;
    }
}

static void spread(tfl_toom_kind kind, const tfl_tiles *tiles, const float *map, float *out, size_t ldo)
{
    if (kind == TFL_TOOM_4_4) {
        spread_tiles(7, tiles, map, out, ldo);
    } else {
        spread_tiles(6, tiles, map, out, ldo);
    }
}

/* Where the rows of a tile go. */
typedef struct target {
    const tfl_tiles *tiles;
    const float *start; /* [channels], NULL: 0 */
    bool accumulate;
    size_t rows; /* that exist */
    float *map;  /* the first of them */
} target;

/* Rows of channels c … c + V - 1, with what they are added to. */
INLINE void gather_vector(const size_t points, const target *to, const float *in, size_t ldi, size_t c, vec *y)
{
    vec x[MOST_POINTS];
    UNROLL for (size_t p = 0; p < points; p++) {
        x[p] = load(in + p * ldi + c);
    }
    if (points == 7) {
        gather_4_4(x, y);
    } else {
        gather_4_3(x, y);
    }
    if (to->start != NULL) {
        const vec start = load(to->start + c);
        UNROLL for (size_t j = 0; j < TILE; j++) {
            y[j] += start;
        }
    }
    if (to->accumulate) {
        UNROLL for (size_t j = 0; j < TILE; j++) {
            if (j < to->rows) {
                y[j] += load(to->map + j * to->tiles->step * to->tiles->channels + c);
            }
        }
    }
}

INLINE void put_rows(const target *to, size_t c, const vec *y)
{
    UNROLL for (size_t j = 0; j < TILE; j++) {
        if (j < to->rows) {
            store(to->map + j * to->tiles->step * to->tiles->channels + c, y[j]);
        }
    }
}

/* The last vector, which overlaps the one before it, is computed before anything is stored. */
INLINE void gather_tile(const size_t points, const target *to, const float *in, size_t ldi)
{
    const size_t channels = to->tiles->channels;
    vec y[TILE], last[TILE];
    gather_vector(points, to, in, ldi, channels - V, last);
    for (size_t c = 0; c + V < channels; c += V) {
        gather_vector(points, to, in, ldi, c, y);
        put_rows(to, c, y);
    }
    put_rows(to, channels - V, last);
}

/* Of the rows of a tile that begins at position, those before length. */
INLINE size_t rows_of(const tfl_tiles *tiles, size_t position)
{
    return position >= tiles->length ? 0 : smaller(TILE, (tiles->length - position + tiles->step - 1) / tiles->step);
}

INLINE void gather_tiles(const size_t points, const tfl_tiles *tiles, const float *in, size_t ldi, const float *start,
                         bool accumulate, float *map)
{
    place at = first_place(tiles);
    for (size_t i = 0; i < tiles->count; i++) {
        const size_t position = (size_t)at.position;
        target to = {tiles, start, accumulate, rows_of(tiles, position), map + position * tiles->channels};
        if (to.rows == TILE) {
            to.rows = TILE; /* known to the compiler */
            gather_tile(points, &to, in, ldi);
        } else if (to.rows > 0) {
            gather_tile(points, &to, in, ldi);
        }
        next_place(tiles, &at);
        in += tiles->channels;
    }
}

static void gather(tfl_toom_kind kind, const tfl_tiles *tiles, const float *in, size_t ldi, const float *start, bool accumulate,
                   float *map)
{
    if (kind == TFL_TOOM_4_4) {
        gather_tiles(7, tiles, in, ldi, start, accumulate, map);
    } else {
        gather_tiles(6, tiles, in, ldi, start, accumulate, map);
    }
}

#endif
