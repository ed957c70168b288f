/*
 * kernels_internal.h: the arithmetic that takes the time, as one table of functions per processor level.
 *
 * One source, kernels_vec.c, is compiled once per level; kernels_naive.c is the plain reference that the tests compare with. All
 * levels take the same arguments. Packed weights belong to the table that packed them: keep both together.
 *
 * Promises of every level: an element of a result depends on its own operands alone, in an order that is fixed by the shapes of
 * one row; never on m, on the position of the row, on alignment or on threads. Nothing is allocated, and nothing outside the
 * documented ranges is read or written.
 */
#ifndef TFLIFT_KERNELS_INTERNAL_H
#define TFLIFT_KERNELS_INTERNAL_H

#include "tflift/vector.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Arrays that are wanted soon, and that product may have brought into the cache while it multiplies, when memory has little to do; it takes them off the
 * list, from the last. No result depends on it. */
enum { TFL_MOST_AHEAD = 8 };
typedef struct tfl_ahead {
    size_t n;
    const float *at[TFL_MOST_AHEAD];
    size_t floats[TFL_MOST_AHEAD]; /* of each */
} tfl_ahead;

/* A matrix whose rows may overlap, as the windows of a convolution do:
 * A[i][s * length + k] = a[i * stride + offset[s] + k] for s < segments, k < length. K = segments * length. Of a single segment, product leaves
 * out the first skip and the last drop elements, or some of them: the caller says that they are 0. ahead: NULL for nothing. */
typedef struct tfl_rows {
    size_t segments, length, stride;
    const size_t *offset; /* [segments] */
    size_t skip, drop;
    tfl_ahead *ahead;
} tfl_rows;

/* Elementwise functions with up to two constants. */
typedef enum tfl_function {
    TFL_RELU,
    TFL_LEAKY_RELU, /* alpha x where x < 0 */
    TFL_ELU,        /* alpha (exp(x) - 1) where x < 0 */
    TFL_SELU,       /* beta times ELU */
    TFL_SIGMOID,
    TFL_TANH,
    TFL_SOFTPLUS, /* log(1 + exp(x)) */
    TFL_GELU,     /* x Phi(x) */
    TFL_GELU_TANH, /* x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
    TFL_EXP,
    TFL_LOG,
    TFL_RECIPROCAL,
    TFL_SQRT,
    TFL_ABS,
    TFL_POWER, /* x to the power of alpha */
    TFL_CLIP,  /* alpha where x is less, beta where it is more */
    TFL_FUNCTIONS
} tfl_function;

/* How a convolution is made of fewer products (toom.c): tiles of 4 positions, and 4 or 3 taps at once. */
typedef enum tfl_toom_kind { TFL_TOOM_4_4, TFL_TOOM_4_3, TFL_TOOM_KINDS } tfl_toom_kind;

enum { TFL_TOOM_OUTPUTS = 4 };

/* The points where polynomials are evaluated: +-a, +-1, +-c and infinity; 0, +-a, +-b and infinity. Small errors decided (of some 300 sets; they
 * are least where neighbours are apart by a factor of about 2), and that their squares are float32 numbers. */
#define TFL_TOOM_44_A 0.375F
#define TFL_TOOM_44_C 1.75F
#define TFL_TOOM_43_A 0.625F
#define TFL_TOOM_43_B 1.5F

/* Tiles tile … tile + count - 1 of a map [length][channels], channels >= 16: row j of tile t is position (4 (t / step) + j) step + t % step - before,
 * so that tiles in a row hold neighbouring positions, whatever the step. */
typedef struct tfl_tiles {
    size_t channels, length, step, tile, count;
    ptrdiff_t before;
} tfl_tiles;

/* A step of Adam: value -= rate m / (sqrt(v) + epsilon), m and v being means of the gradient and of its square. */
typedef struct tfl_adam {
    float rate, beta1, beta2, epsilon;
} tfl_adam;

typedef struct tfl_kernels {
    const char *level;

    /* Matrix product with a right side packed once. pack turns B [K][n] into packed [packed_size]. */
    size_t (*packed_size)(const tfl_rows *rows, size_t n);
    void (*pack)(const tfl_rows *rows, size_t n, const float *b, float *packed);

    /* C[m][n] = A[m][K] B[K][n] + start[n] (start NULL: 0), or C += A B when accumulate is set (start is then not used).
     * Row i of C begins at c + i * ldc. C overlaps neither A nor packed. */
    void (*product)(const tfl_rows *rows, size_t m, const float *a, const float *packed, size_t n, const float *start, bool accumulate,
                    float *c, size_t ldc);

    /* D[K][n] += A[m][K]^T G[m][n]; row i of G begins at g + i * ldg. */
    void (*gradient)(const tfl_rows *rows, size_t m, const float *a, const float *g, size_t ldg, size_t n, float *d);

    /* With W [rows][columns], and its positive or negative part where sign is 1 or -1 (0: all of it):
     * y[rows] += W x[columns], x[columns] += W^T y[rows], W += y x^T. */
    void (*times_vector)(const float *w, int sign, size_t rows, size_t columns, const float *x, float *y);
    void (*transposed_times_vector)(const float *w, int sign, size_t rows, size_t columns, const float *y, float *x);
    void (*add_outer)(float *w, size_t rows, size_t columns, const float *y, const float *x);

    /* For i from first to last - 1: out[i - first][n] += sum over t < taps with 0 <= i - t < rows of columns[i - t][t][n]: the columns of every
     * position of a stride-1 transposed convolution, added where they belong. Row i of columns begins at columns + i * ld, rows > 0. */
    void (*fold)(const float *columns, size_t ld, size_t rows, size_t taps, size_t n, size_t first, size_t last, float *out);

    /* What product gives where each row of A is taps unit vectors, one behind the other: c[i][n] = start[n] (NULL: 0) + sum over t < taps of
     * b[t * channels + which[i * step + t]][n], B as it is and not packed, n >= 16; rows of C lie n apart. */
    void (*look_up)(const float *b, size_t taps, size_t channels, size_t n, const unsigned char *which, size_t step, size_t m,
                    const float *start, float *c);

    /* What gradient gives for such rows: d[t * channels + which[i * step + t]][n] += g[i][n], t < taps, i < m; channels <= 8, n >= 16. */
    void (*look_up_gradient)(const unsigned char *which, size_t step, size_t m, const float *g, size_t taps, size_t channels, size_t n,
                             float *d);

    /* c[i] = sum over k < n of b[k] a[at[i] + k], i < m; an element depends on its own operands alone. */
    void (*dots)(const float *b, size_t n, const float *a, const uint32_t *at, size_t m, float *c);

    /* Toom-Cook: out[p * ldo + i * channels + c] is the value at point p of the i-th tile, whose rows (as many as points) are 0 where they lie outside the
     * map. Back: the rows of each tile, 4 of them, from in, where they exist; start [channels] (NULL: 0) is added, and what is there when
     * accumulate is set. before is 0 there. */
    void (*spread)(tfl_toom_kind kind, const tfl_tiles *tiles, const float *map, float *out, size_t ldo);
    void (*gather)(tfl_toom_kind kind, const tfl_tiles *tiles, const float *in, size_t ldi, const float *start, bool accumulate, float *map);

    /* Of TFL_TOOM_4_4, the four rows of a tile as taps of a filter: out[p * ldo + i * channels + c] is their value at point p, divided as the weights
     * of a convolution are. before is 0. */
    void (*filter_tiles)(const tfl_tiles *tiles, const float *map, float *out, size_t ldo);

    /* y[n] = the sum of factor[t] x[t][n], t < taps, which are 1 to 4, in float64. */
    void (*combine)(const double *factor, size_t taps, const float *x, size_t n, float *y);

    /* y[i] = 0 where by[i] > 0 is not true; by may be y. */
    void (*rectify)(float *y, const float *by, size_t n);

    /* The means of the gradient and of its square, and the values. */
    void (*adam)(const tfl_adam *how, const float *gradient, float *first, float *second, float *value, size_t n);

    void (*add_scaled)(float *y, float a, const float *x, size_t n);         /* y += a x */
    void (*add_rows)(float *y, float a, const float *x, size_t n, size_t rows); /* y[i][n] += a x, i < rows */
    void (*sum_rows)(float *y, float a, const float *x, size_t n, size_t rows); /* y += a x[i][n], i < rows; the bytes of add_scaled for each */
    void (*add)(float *y, const float *a, const float *b, size_t n);         /* y[i] = a[i] + b[i] */
    void (*add_relu)(float *y, const float *a, const float *b, size_t n);    /* y[i] = a[i] + (b[i] > 0 ? b[i] : 0) */
    void (*add_product)(float *y, const float *a, const float *x, size_t n); /* y[i] += a[i] x[i] */
    void (*multiply)(float *y, const float *a, const float *x, size_t n);    /* y[i] = a[i] x[i]; y may be a or x */
    void (*maximum)(float *y, const float *x, size_t n);                     /* y[i] = x[i] where larger */

    /* tfl_vector_secant_points and tfl_vector_secant */
    void (*secant_points)(const tfl_secant *secant, float *point, size_t n);
    void (*secant)(const tfl_secant *secant, float *slope, size_t n);

    /* y[i] = factor[i] times the slope of ReLU's line from from[i] to to[i], ReLU'(from[i]) where |to[i] - from[i]| < near; factor NULL: 1; y may be
     * factor. accumulate: added to y (with a factor). */
    void (*relu_secant)(const float *from, const float *to, float near, const float *factor, float *y, bool accumulate, size_t n);

    /* y = f(x), slope = f'(x); in place where x == y. */
    void (*function[TFL_FUNCTIONS])(const float *x, float *y, size_t n, float alpha, float beta);
    void (*derivative[TFL_FUNCTIONS])(const float *x, float *slope, size_t n, float alpha, float beta);
} tfl_kernels;

/* The table in use, chosen at the first call (cpu.h). */
const tfl_kernels *tfl_kernels_get(void);

/* Compiled from kernels_vec.c; those that configure left out do not exist. */
extern const tfl_kernels tfl_kernels_portable, tfl_kernels_v3, tfl_kernels_v4, tfl_kernels_neon;

extern const tfl_kernels tfl_kernels_naive;

#endif
