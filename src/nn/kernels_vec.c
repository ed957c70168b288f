/*
 * The kernels in GCC's vector extensions. This source is compiled once per processor level, with
 *   TFL_VECTOR     floats per vector
 *   TFL_REGISTERS  vector registers (16 or 32)
 *   TFL_TABLE      name of the table it defines, such as tfl_kernels_v3
 *   TFL_LEVEL      name of the level, such as "x86-64-v3"
 * and always with -ffp-contract=off: a product and a sum are rounded once where the source says so, which is at every level but the portable one
 * and nowhere else, so that neither the compiler nor the shape of a tile changes a result.
 *
 * The matrix product keeps a tile of C in registers, a few rows by a few vectors, and runs over K once: every step loads the
 * vectors of one row of B and multiplies them by one element of each row of A. Two ways out where n is no multiple of the vector: a few
 * columns are dot products along K, which waste nothing; otherwise the last vector overlaps the one before it.
 *
 * Every loop over the elements of a tile, initialisation and store too, must be unrolled wholly, or the tile lives in memory.
 */
#include "config.h"

#include "kernels_internal.h"
#include "kernels_toom_internal.h"
#include "kernels_train_internal.h"
#include "kernels_vector_internal.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Most rows of a tile for each number of vectors, so that tile, row of B and an element of A fit the registers. */
#if TFL_REGISTERS >= 32
enum { MOST_VECTORS = 4, MOST_ROWS = 12, DOT_ROWS = 4, DOT_COLUMNS = 4, STRIP = 8 };
#define FOR_TILES(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) X(11, 1) X(12, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) X(8, 2) X(9, 2) X(10, 2) X(11, 2) X(12, 2) \
    X(1, 3) X(2, 3) X(3, 3) X(4, 3) X(5, 3) X(6, 3) X(7, 3) X(8, 3) \
    X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4)
static const size_t most_rows[MOST_VECTORS + 1] = {0, 12, 12, 8, 6};
#elif TFL_VECTOR == 4
/* Without a joint multiplication and addition one more register holds the product. */
enum { MOST_VECTORS = 2, MOST_ROWS = 10, DOT_ROWS = 4, DOT_COLUMNS = 2, STRIP = 4 };
#define FOR_TILES(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)
static const size_t most_rows[MOST_VECTORS + 1] = {0, 10, 6};
#else
enum { MOST_VECTORS = 3, MOST_ROWS = 10, DOT_ROWS = 4, DOT_COLUMNS = 2, STRIP = 5 };
#define FOR_TILES(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) \
    X(1, 3) X(2, 3) X(3, 3) X(4, 3)
static const size_t most_rows[MOST_VECTORS + 1] = {0, 10, 6, 4};
#endif

/* ---------------------------------------------------------------- sums of vectors */

#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* Of four vectors, the sum of each: neighbours are added, then pairs of neighbours, then the groups of four in halves. */
INLINE quad sums_of(vec a, vec b, vec c, vec d)
{
#if TFL_VECTOR == 16
    vec ab = SHUFFLE(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
             SHUFFLE(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    vec cd = SHUFFLE(c, d, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
             SHUFFLE(c, d, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    vec sum = SHUFFLE(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
              SHUFFLE(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
#elif TFL_VECTOR == 8
    vec ab = SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    vec cd = SHUFFLE(c, d, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLE(c, d, 1, 9, 3, 11, 5, 13, 7, 15);
    vec sum = SHUFFLE(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLE(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
#else
    vec ab = SHUFFLE(a, b, 0, 4, 2, 6) + SHUFFLE(a, b, 1, 5, 3, 7);
    vec cd = SHUFFLE(c, d, 0, 4, 2, 6) + SHUFFLE(c, d, 1, 5, 3, 7);
    vec sum = SHUFFLE(ab, cd, 0, 1, 4, 5) + SHUFFLE(ab, cd, 2, 3, 6, 7);
#endif
    quad part[TFL_VECTOR / 4];
    memcpy(part, &sum, sizeof sum);
    UNROLL for (size_t half = V / 8; half > 0; half /= 2) {
        UNROLL for (size_t i = 0; i < half; i++) {
            part[i] += part[i + half];
        }
    }
    return part[0];
}

/* ---------------------------------------------------------------- plan of the columns */

/* n columns = vectors, the last of which begins shift columns early, and then dots columns done as dot products. narrow: one vector, of which
 * only n columns exist. */
typedef struct plan {
    size_t vectors, shift, dots;
    bool narrow;
} plan;

/* A dot product's sum of a vector's elements costs as much as some steps of a tile. */
enum { DOT_COST = 4 };

INLINE plan plan_columns(const tfl_rows *rows, size_t n)
{
    plan p = {.vectors = n / V};
    size_t rest = n % V, steps = rows->segments * ((rows->length + V - 1) / V);
    bool dots = rows->length >= V && (n < V || rest * (steps + DOT_COST) <= rows->segments * rows->length);
    if (rest == 0) {
        return p;
    }
    if (dots) {
        p.dots = rest;
        return p;
    }
    p.vectors++;
    p.narrow = n < V;
    p.shift = p.narrow ? 0 : V - rest;
    return p;
}

/* The vectors go in panels of nearly the same number of vectors each; the last is never smaller than one before it, so that an overlapping
 * vector shares its panel with the one it overlaps. */
INLINE size_t panels_of(const plan *p)
{
    return (p->vectors + MOST_VECTORS - 1) / MOST_VECTORS;
}

INLINE size_t panel_vectors(const plan *p, size_t panel)
{
    size_t panels = panels_of(p);
    return p->vectors / panels + (panels - panel <= p->vectors % panels ? 1 : 0);
}

/* First column of a vector. */
INLINE size_t vector_column(const plan *p, size_t vector)
{
    return vector * V - (vector + 1 == p->vectors ? p->shift : 0);
}

/* Floats of one packed column of dot products: every segment's vectors, the last of which overlaps the one before it with zeros. */
INLINE size_t dot_size(const tfl_rows *rows)
{
    return rows->segments * ((rows->length + V - 1) / V * V);
}

static size_t packed_size(const tfl_rows *rows, size_t n)
{
    plan p = plan_columns(rows, n);
    return rows->segments * rows->length * p.vectors * V + p.dots * dot_size(rows);
}

/* Column j of B for dot products. */
static void pack_dot(const tfl_rows *rows, size_t n, const float *b, size_t j, float *packed)
{
    size_t length = rows->length, whole = length / V * V;
    for (size_t s = 0; s < rows->segments; s++) {
        const float *from = b + s * length * n + j;
        for (size_t k = 0; k < whole; k++) {
            *packed++ = from[k * n];
        }
        for (size_t k = length - V; whole < length && k < length; k++) {
            *packed++ = k < whole ? 0.0F : from[k * n];
        }
    }
}

/* packed: [panel][K][vectors of the panel][V], then [dot column][dot_size]. */
static void pack(const tfl_rows *rows, size_t n, const float *b, float *packed)
{
    plan p = plan_columns(rows, n);
    size_t vector = 0, depth = rows->segments * rows->length;
    for (size_t panel = 0; panel < panels_of(&p); panel++) {
        size_t count = panel_vectors(&p, panel);
        for (size_t k = 0; k < depth; k++) {
            for (size_t v = 0; v < count; v++) {
                size_t column = vector_column(&p, vector + v);
                size_t there = smaller(V, n - column);
                memcpy(packed, b + k * n + column, there * sizeof *packed);
                memset(packed + there, 0, (V - there) * sizeof *packed);
                packed += V;
            }
        }
        vector += count;
    }
    for (size_t j = n - p.dots; j < n; j++) {
        pack_dot(rows, n, b, j, packed);
        packed += dot_size(rows);
    }
}

/* ---------------------------------------------------------------- product */

/* A tile of C: rows i of A begin at a + i * stride, those of C at c + i * ldc. */
typedef struct job {
    const tfl_rows *rows;
    const float *a, *b, *start;
    float *c;
    size_t ldc, shift;
    bool accumulate;
    const float *ahead; /* a line of the cache is asked for there at each step along K; NULL: none */
} job;

enum { LINE = 16 }; /* floats of the cache's lines, on most processors */

/* The next lines of the list, as many as a tile has steps; some behind them where an array ends. */
static void take_ahead(job *t)
{
    tfl_ahead *list = t->rows->ahead;
    size_t floats = t->rows->segments * t->rows->length * LINE;
    t->ahead = NULL;
    if (list != NULL && list->n > 0) {
        size_t last = list->n - 1, some = smaller(floats, list->floats[last]);
        t->ahead = list->at[last];
        list->at[last] += some;
        list->floats[last] -= some;
        list->n -= list->floats[last] == 0 ? 1 : 0;
    }
}

/* C tile of m rows by n vectors. */
INLINE void multiply(const size_t m, const size_t n, const bool fetches, const job *t)
{
    vec sum[MOST_ROWS][MOST_VECTORS];
    const size_t last = (n - 1) * V - t->shift; /* column of the last vector */
    const float *b = t->b;
    UNROLL for (size_t v = 0; v < n; v++) {
        vec start = splat(0.0F);
        if (t->start != NULL) {
            start = load(t->start + (v + 1 == n ? last : v * V));
        }
        UNROLL for (size_t i = 0; i < m; i++) {
            sum[i][v] = start;
        }
    }
    const size_t stride = t->rows->stride, length = t->rows->length, segments = t->rows->segments;
    const size_t skip = t->rows->skip, end = length - t->rows->drop;
    const float *ahead = t->ahead;
    b += skip * n * V;
    for (size_t s = 0; s < segments; s++) {
        const float *a = t->a + t->rows->offset[s];
        for (size_t k = skip; k < end; k++) {
            vec w[MOST_VECTORS];
            if (fetches) {
                __builtin_prefetch(ahead, 0, 2);
                ahead += LINE;
            }
            UNROLL for (size_t v = 0; v < n; v++) {
                w[v] = load(b + v * V);
            }
            UNROLL for (size_t i = 0; i < m; i++) {
                vec x = splat(a[i * stride + k]);
                UNROLL for (size_t v = 0; v < n; v++) {
                    sum[i][v] = multiply_add(x, w[v], sum[i][v]);
                }
            }
            b += n * V;
        }
    }
    UNROLL for (size_t i = 0; i < m; i++) {
        float *c = t->c + i * t->ldc;
        if (t->accumulate) {
            UNROLL for (size_t v = 0; v < n; v++) {
                sum[i][v] += load(c + (v + 1 == n ? last : v * V));
            }
        }
        UNROLL for (size_t v = 0; v < n; v++) {
            store(c + (v + 1 == n ? last : v * V), sum[i][v]);
        }
    }
}

#define DEFINE_MULTIPLY(m, n)                       \
    static void multiply_##m##_##n(const job *task) \
    {                                               \
        if (task->ahead != NULL) {                  \
            multiply(m, n, true, task);             \
        } else {                                    \
            multiply(m, n, false, task);            \
        }                                           \
    }
FOR_TILES(DEFINE_MULTIPLY)

#define LIST_MULTIPLY(m, n) [n][m] = multiply_##m##_##n,
static void (*const multiply_tile[MOST_VECTORS + 1][MOST_ROWS + 1])(const job *) = {FOR_TILES(LIST_MULTIPLY)};

/* m rows in tiles of nearly the same height. */
static void multiply_panel(job t, size_t m, size_t vectors)
{
    size_t tiles = (m + most_rows[vectors] - 1) / most_rows[vectors];
    for (size_t tile = 0; tile < tiles; tile++) {
        size_t height = m / tiles + (tile < m % tiles ? 1 : 0);
        take_ahead(&t);
        multiply_tile[vectors][height](&t);
        t.a += height * t.rows->stride;
        t.c += height * t.ldc;
    }
}

/* One vector of which n columns exist, through a tile of its own. */
static void multiply_narrow(job t, size_t m, size_t n)
{
    float whole[MOST_ROWS * TFL_VECTOR], *c = t.c;
    const float *start = t.start;
    size_t height;
    for (size_t i = 0; i < m; i += height, c += height * t.ldc) {
        height = smaller(most_rows[1], m - i);
        job part = {.rows = t.rows, .a = t.a + i * t.rows->stride, .b = t.b, .c = whole, .ldc = V};
        multiply_tile[1][height](&part);
        for (size_t r = 0; r < height; r++) {
            for (size_t j = 0; j < n; j++) {
                float before = t.accumulate ? c[r * t.ldc + j] : start != NULL ? start[j] : 0.0F;
                c[r * t.ldc + j] = before + whole[r * V + j];
            }
        }
    }
}

/* Dot products of m rows of A, at most 4, and n packed columns, which begin at t->b. */
INLINE void dot_products(const size_t m, const size_t n, const job *t)
{
    vec sum[DOT_ROWS][DOT_COLUMNS];
    const size_t step = dot_size(t->rows), stride = t->rows->stride, length = t->rows->length, segments = t->rows->segments;
    const float *b = t->b;
    UNROLL for (size_t i = 0; i < m; i++) {
        UNROLL for (size_t j = 0; j < n; j++) {
            sum[i][j] = splat(0.0F);
        }
    }
    const size_t skip = t->rows->skip / V * V, end = length - t->rows->drop;
    b += skip;
    for (size_t s = 0; s < segments; s++) {
        const float *a = t->a + t->rows->offset[s];
        for (size_t done = skip; done < end; done += V) {
            const size_t k = smaller(done, length - V);
            vec w[DOT_COLUMNS];
            UNROLL for (size_t j = 0; j < n; j++) {
                w[j] = load(b + j * step);
            }
            UNROLL for (size_t i = 0; i < m; i++) {
                vec x = load(a + i * stride + k);
                UNROLL for (size_t j = 0; j < n; j++) {
                    sum[i][j] = multiply_add(x, w[j], sum[i][j]);
                }
            }
            b += V;
        }
    }
    UNROLL for (size_t j = 0; j < n; j++) {
        /* A single row goes through the same sum of four, so that its result does not depend on its neighbours. */
        quad sums = sums_of(sum[0][j], sum[m > 1 ? 1 : 0][j], sum[m > 2 ? 2 : 0][j], sum[m > 3 ? 3 : 0][j]);
        UNROLL for (size_t i = 0; i < m; i++) {
            float *c = t->c + i * t->ldc + j;
            *c = (t->accumulate ? *c : t->start != NULL ? t->start[j] : 0.0F) + sums[i];
        }
    }
}

static void dot_columns(job t, size_t m, size_t n)
{
    for (size_t i = 0; i < m; i++) {
        bool whole = m - i >= DOT_ROWS;
        if (n == 1) {
            whole ? dot_products(DOT_ROWS, 1, &t) : dot_products(1, 1, &t);
        } else if (n == 2) {
            whole ? dot_products(DOT_ROWS, 2, &t) : dot_products(1, 2, &t);
#if TFL_REGISTERS >= 32
        } else if (n == 3) {
            whole ? dot_products(DOT_ROWS, 3, &t) : dot_products(1, 3, &t);
        } else {
            whole ? dot_products(DOT_ROWS, 4, &t) : dot_products(1, 4, &t);
#endif
        }
        t.a += (whole ? DOT_ROWS : 1) * t.rows->stride;
        t.c += (whole ? DOT_ROWS : 1) * t.ldc;
        i += whole ? DOT_ROWS - 1 : 0;
    }
}

static void product(const tfl_rows *rows, size_t m, const float *a, const float *packed, size_t n, const float *start, bool accumulate,
                    float *c, size_t ldc)
{
    plan p = plan_columns(rows, n);
    job t = {.rows = rows, .a = a, .b = packed, .c = c, .ldc = ldc, .start = accumulate ? NULL : start, .accumulate = accumulate};
    if (p.narrow) {
        multiply_narrow(t, m, n);
        return;
    }
    size_t panels = panels_of(&p);
    for (size_t panel = 0; panel < panels; panel++) {
        size_t vectors = panel_vectors(&p, panel);
        t.shift = panel + 1 == panels ? p.shift : 0;
        multiply_panel(t, m, vectors);
        t.b += rows->segments * rows->length * vectors * V;
        t.c += vectors * V;
        t.start = t.start != NULL ? t.start + vectors * V : NULL;
    }
    for (size_t j = 0; j < p.dots; j += DOT_COLUMNS) {
        dot_columns(t, m, smaller(DOT_COLUMNS, p.dots - j));
        t.b += DOT_COLUMNS * dot_size(rows);
        t.c += DOT_COLUMNS;
        t.start = t.start != NULL ? t.start + DOT_COLUMNS : NULL;
    }
}

/* ---------------------------------------------------------------- rows of unit vectors */

/* At most so many vectors of a row of C at once. */
enum { LOOKED_UP = 4 };

INLINE void look_up_columns(const size_t vectors, const size_t *column, const float *b, size_t taps, size_t channels, size_t n,
                            const unsigned char *which, size_t step, size_t m, const float *start, float *c)
{
    for (size_t i = 0; i < m; i++) {
        vec sum[LOOKED_UP];
        UNROLL for (size_t v = 0; v < vectors; v++) {
            sum[v] = start != NULL ? load(start + column[v]) : splat(0.0F);
        }
        for (size_t t = 0; t < taps; t++) {
            const float *row = b + (t * channels + which[i * step + t]) * n;
            UNROLL for (size_t v = 0; v < vectors; v++) {
                sum[v] += load(row + column[v]);
            }
        }
        UNROLL for (size_t v = 0; v < vectors; v++) {
            store(c + i * n + column[v], sum[v]);
        }
    }
}

/* The last vector overlaps the one before it. */
static void look_up(const float *b, size_t taps, size_t channels, size_t n, const unsigned char *which, size_t step, size_t m,
                    const float *start, float *c)
{
    for (size_t first = 0; first < n; first += LOOKED_UP * V) {
        size_t column[LOOKED_UP];
        for (size_t v = 0; v < LOOKED_UP; v++) {
            column[v] = smaller(first + v * V, n - V);
        }
        if (first + (LOOKED_UP - 1) * V < n) {
            look_up_columns(LOOKED_UP, column, b, taps, channels, n, which, step, m, start, c);
        } else if (first + 2 * V < n) {
            look_up_columns(3, column, b, taps, channels, n, which, step, m, start, c);
        } else if (first + V < n) {
            look_up_columns(2, column, b, taps, channels, n, which, step, m, start, c);
        } else {
            look_up_columns(1, column, b, taps, channels, n, which, step, m, start, c);
        }
    }
}

/* ---------------------------------------------------------------- dot products */

enum { DOTS = 8 }; /* at once, so that b is loaded once for all */

INLINE void some_dots(const size_t m, const float *b, size_t n, const float *const *a, float *c)
{
    vec sum[DOTS];
    float rest[DOTS] = {0.0F};
    UNROLL for (size_t i = 0; i < m; i++) {
        sum[i] = splat(0.0F);
    }
    size_t k = 0;
    for (; k + V <= n; k += V) {
        vec there = load(b + k);
        UNROLL for (size_t i = 0; i < m; i++) {
            sum[i] = multiply_add(there, load(a[i] + k), sum[i]);
        }
    }
    for (; k < n; k++) {
        UNROLL for (size_t i = 0; i < m; i++) {
            rest[i] = multiply_add_one(b[k], a[i][k], rest[i]);
        }
    }
    UNROLL for (size_t i = 0; i < m; i += 4) {
        quad sums = sums_of(sum[i], sum[i + 1], sum[i + 2], sum[i + 3]);
        UNROLL for (size_t j = 0; j < 4; j++) {
            c[i + j] = sums[j] + rest[i + j];
        }
    }
}

/* The last few with the last one repeated. */
static void dots(const float *b, size_t n, const float *a, const uint32_t *at, size_t m, float *c)
{
    for (size_t first = 0; first < m; first += DOTS) {
        size_t some = smaller(DOTS, m - first);
        const float *from[DOTS];
        float sum[DOTS];
        for (size_t i = 0; i < DOTS; i++) {
            from[i] = a + at[first + smaller(i, some - 1)];
        }
        if (some > DOTS / 2) {
            some_dots(DOTS, b, n, from, sum);
        } else {
            some_dots(DOTS / 2, b, n, from, sum);
        }
        memcpy(c + first, sum, some * sizeof *c);
    }
}

/* ---------------------------------------------------------------- gradient of the weights */

/* As many rows of A and G as stay in the first cache at once. */
enum { GRADIENT_ROWS = 64 };

/* D tile: m elements of A's rows, from a, by n vectors of G's rows, from g; count rows. Rows of D lie ldd apart. */
typedef struct gradient_job {
    const float *a, *g;
    float *d;
    size_t stride, ldg, ldd, shift, count;
} gradient_job;

INLINE void gradient_tile(const size_t m, const size_t n, const gradient_job *t)
{
    vec sum[MOST_ROWS][MOST_VECTORS];
    const size_t last = (n - 1) * V - t->shift, stride = t->stride, ldg = t->ldg;
    const float *a = t->a, *g = t->g;
    UNROLL for (size_t i = 0; i < m; i++) {
        UNROLL for (size_t v = 0; v < n; v++) {
            sum[i][v] = splat(0.0F);
        }
    }
    for (size_t row = 0; row < t->count; row++) {
        vec w[MOST_VECTORS];
        UNROLL for (size_t v = 0; v < n; v++) {
            w[v] = load(g + (v + 1 == n ? last : v * V));
        }
        UNROLL for (size_t i = 0; i < m; i++) {
            vec x = splat(a[i]);
            UNROLL for (size_t v = 0; v < n; v++) {
                sum[i][v] = multiply_add(x, w[v], sum[i][v]);
            }
        }
        a += stride;
        g += ldg;
    }
    UNROLL for (size_t i = 0; i < m; i++) {
        float *d = t->d + i * t->ldd;
        UNROLL for (size_t v = 0; v < n; v++) {
            sum[i][v] += load(d + (v + 1 == n ? last : v * V));
        }
        UNROLL for (size_t v = 0; v < n; v++) {
            store(d + (v + 1 == n ? last : v * V), sum[i][v]);
        }
    }
}

#define DEFINE_GRADIENT(m, n)                                \
    static void gradient_##m##_##n(const gradient_job *task) \
    {                                                        \
        gradient_tile(m, n, task);                           \
    }
FOR_TILES(DEFINE_GRADIENT)

#define LIST_GRADIENT(m, n) [n][m] = gradient_##m##_##n,
static void (*const gradient_tiles[MOST_VECTORS + 1][MOST_ROWS + 1])(const gradient_job *) = {FOR_TILES(LIST_GRADIENT)};

/* One segment: length rows of D. */
static void gradient_panel(gradient_job t, size_t length, size_t vectors)
{
    size_t tiles = (length + most_rows[vectors] - 1) / most_rows[vectors];
    for (size_t tile = 0; tile < tiles; tile++) {
        size_t height = length / tiles + (tile < length % tiles ? 1 : 0);
        gradient_tiles[vectors][height](&t);
        t.a += height;
        t.d += height * t.ldd;
    }
}

/* m vectors of the rows of A times n columns of G, added to n columns of D except for the first skip rows. */
INLINE void gradient_strip(const size_t m, const size_t n, const gradient_job *t, size_t skip)
{
    vec sum[STRIP][2];
    float column[STRIP * TFL_VECTOR];
    const float *a = t->a, *g = t->g;
    UNROLL for (size_t i = 0; i < m; i++) {
        UNROLL for (size_t j = 0; j < n; j++) {
            sum[i][j] = splat(0.0F);
        }
    }
    for (size_t row = 0; row < t->count; row++) {
        vec x[2];
        UNROLL for (size_t j = 0; j < n; j++) {
            x[j] = splat(g[j]);
        }
        UNROLL for (size_t i = 0; i < m; i++) {
            vec there = load(a + i * V);
            UNROLL for (size_t j = 0; j < n; j++) {
                sum[i][j] = multiply_add(there, x[j], sum[i][j]);
            }
        }
        a += t->stride;
        g += t->ldg;
    }
    UNROLL for (size_t j = 0; j < n; j++) {
        UNROLL for (size_t i = 0; i < m; i++) {
            store(column + i * V, sum[i][j]);
        }
        for (size_t k = skip; k < m * V; k++) {
            t->d[k * t->ldd + j] += column[k];
        }
    }
}

/* n columns of D, of one segment of at least V rows. */
INLINE void gradient_columns(const size_t n, gradient_job t, size_t length)
{
    size_t k = 0;
    for (; k + STRIP * V <= length; k += STRIP * V) {
        gradient_strip(STRIP, n, &t, 0);
        t.a += STRIP * V;
        t.d += STRIP * V * t.ldd;
    }
    for (; k + V <= length; k += V) {
        gradient_strip(1, n, &t, 0);
        t.a += V;
        t.d += V * t.ldd;
    }
    if (k < length) {
        size_t back = k + V - length;
        t.a -= back;
        t.d -= back * t.ldd;
        gradient_strip(1, n, &t, back);
    }
}

static void gradient_one_column(gradient_job t, size_t length)
{
    gradient_columns(1, t, length);
}

static void gradient_two_columns(gradient_job t, size_t length)
{
    gradient_columns(2, t, length);
}

/* Few columns and short segments: nothing fills a vector. */
static void gradient_plainly(gradient_job t, size_t length, size_t n)
{
    for (size_t row = 0; row < t.count; row++) {
        for (size_t k = 0; k < length; k++) {
            for (size_t j = 0; j < n; j++) {
                float *d = t.d + k * t.ldd + j;
                *d = multiply_add_one(t.a[row * t.stride + k], t.g[row * t.ldg + j], *d);
            }
        }
    }
}

static void gradient_segment(gradient_job t, const plan *p, size_t length, size_t n)
{
    if (p->narrow) {
        gradient_plainly(t, length, n);
        return;
    }
    size_t panels = panels_of(p);
    for (size_t panel = 0; panel < panels; panel++) {
        size_t vectors = panel_vectors(p, panel);
        t.shift = panel + 1 == panels ? p->shift : 0;
        gradient_panel(t, length, vectors);
        t.g += vectors * V;
        t.d += vectors * V;
    }
    for (size_t j = 0; j < p->dots; j += 2) {
        (p->dots - j > 1 ? gradient_two_columns : gradient_one_column)(t, length);
        t.g += 2;
        t.d += 2;
    }
}

static void gradient(const tfl_rows *rows, size_t m, const float *a, const float *g, size_t ldg, size_t n, float *d)
{
    plan p = plan_columns(rows, n);
    for (size_t first = 0; first < m; first += GRADIENT_ROWS) {
        for (size_t s = 0; s < rows->segments; s++) {
            gradient_job t = {.a = a + first * rows->stride + rows->offset[s],
                              .g = g + first * ldg,
                              .d = d + s * rows->length * n,
                              .stride = rows->stride,
                              .ldg = ldg,
                              .ldd = n,
                              .count = smaller(GRADIENT_ROWS, m - first)};
            gradient_segment(t, &p, rows->length, n);
        }
    }
}

/* ---------------------------------------------------------------- matrix and vector */

/* The elements of that sign, 0 for the others. */
INLINE vec part_of(vec w, const int sign)
{
    if (sign == 0) {
        return w;
    }
    return (vec)((ivec)w & (sign > 0 ? w > splat(0.0F) : w < splat(0.0F)));
}

INLINE float part_of_one(float w, const int sign)
{
    return sign == 0 || (sign > 0 ? w > 0.0F : w < 0.0F) ? w : 0.0F;
}

enum { GROUP = 4 }; /* rows at once */

/* n rows of W, from w, times x; added to y[n]. */
INLINE void few_rows(const float *w, const int sign, const size_t n, size_t columns, const float *x, float *y)
{
    vec sum[GROUP];
    float rest[GROUP];
    size_t j = 0;
    UNROLL for (size_t i = 0; i < n; i++) {
        sum[i] = splat(0.0F);
        rest[i] = 0.0F;
    }
    for (; j + V <= columns; j += V) {
        vec there = load(x + j);
        UNROLL for (size_t i = 0; i < n; i++) {
            sum[i] = multiply_add(part_of(load(w + i * columns + j), sign), there, sum[i]);
        }
    }
    for (; j < columns; j++) {
        UNROLL for (size_t i = 0; i < n; i++) {
            rest[i] = multiply_add_one(part_of_one(w[i * columns + j], sign), x[j], rest[i]);
        }
    }
    quad sums = sums_of(sum[0], sum[n > 1 ? 1 : 0], sum[n > 2 ? 2 : 0], sum[n > 3 ? 3 : 0]);
    UNROLL for (size_t i = 0; i < n; i++) {
        y[i] += sums[i] + rest[i];
    }
}

/* x[columns] += n rows of W, each times its y. */
INLINE void add_few_rows(const float *w, const int sign, const size_t n, size_t columns, const float *y, float *x)
{
    size_t j = 0;
    for (; j + V <= columns; j += V) {
        vec sum = load(x + j);
        UNROLL for (size_t i = 0; i < n; i++) {
            sum = multiply_add(part_of(load(w + i * columns + j), sign), splat(y[i]), sum);
        }
        store(x + j, sum);
    }
    for (; j < columns; j++) {
        float sum = x[j];
        UNROLL for (size_t i = 0; i < n; i++) {
            sum = multiply_add_one(part_of_one(w[i * columns + j], sign), y[i], sum);
        }
        x[j] = sum;
    }
}

#define DEFINE_BY_SIGN(name, sign)                                                                                          \
    static void times_vector_##name(const float *w, size_t rows, size_t columns, const float *x, float *y)                  \
    {                                                                                                                       \
        size_t i = 0;                                                                                                       \
        for (; i + GROUP <= rows; i += GROUP) {                                                                             \
            few_rows(w + i * columns, sign, GROUP, columns, x, y + i);                                                      \
        }                                                                                                                   \
        for (; i < rows; i++) {                                                                                             \
            few_rows(w + i * columns, sign, 1, columns, x, y + i);                                                          \
        }                                                                                                                   \
    }                                                                                                                       \
    static void transposed_times_vector_##name(const float *w, size_t rows, size_t columns, const float *y, float *x)       \
    {                                                                                                                       \
        size_t i = 0;                                                                                                       \
        for (; i + GROUP <= rows; i += GROUP) {                                                                             \
            add_few_rows(w + i * columns, sign, GROUP, columns, y + i, x);                                                  \
        }                                                                                                                   \
        for (; i < rows; i++) {                                                                                             \
            add_few_rows(w + i * columns, sign, 1, columns, y + i, x);                                                      \
        }                                                                                                                   \
    }
DEFINE_BY_SIGN(all, 0)
DEFINE_BY_SIGN(positive, 1)
DEFINE_BY_SIGN(negative, -1)

static void times_vector(const float *w, int sign, size_t rows, size_t columns, const float *x, float *y)
{
    (sign == 0 ? times_vector_all : sign > 0 ? times_vector_positive : times_vector_negative)(w, rows, columns, x, y);
}

static void transposed_times_vector(const float *w, int sign, size_t rows, size_t columns, const float *y, float *x)
{
    (sign == 0  ? transposed_times_vector_all
     : sign > 0 ? transposed_times_vector_positive
                : transposed_times_vector_negative)(w, rows, columns, y, x);
}

/* ---------------------------------------------------------------- element by element */

static void add_scaled(float *y, float a, const float *x, size_t n)
{
    vec scale = splat(a);
    size_t i = 0;
    if (n >= V) {
        /* The last vector overlaps, so it is computed before its elements change, and stored after. */
        vec tail = multiply_add(scale, load(x + n - V), load(y + n - V));
        for (; i + V <= n; i += V) {
            store(y + i, multiply_add(scale, load(x + i), load(y + i)));
        }
        store(y + n - V, tail);
        return;
    }
    for (; i < n; i++) {
        y[i] = multiply_add_one(a, x[i], y[i]);
    }
}

/* Vector by vector, so that what is added is loaded once; the elements that fill none at last. */
static void add_rows(float *y, float a, const float *x, size_t n, size_t rows)
{
    const vec scale = splat(a);
    size_t j = 0;
    for (; j + V <= n; j += V) {
        const vec there = load(x + j);
        for (size_t i = 0; i < rows; i++) {
            store(y + i * n + j, multiply_add(scale, there, load(y + i * n + j)));
        }
    }
    for (; j < n; j++) {
        for (size_t i = 0; i < rows; i++) {
            y[i * n + j] = multiply_add_one(a, x[j], y[i * n + j]);
        }
    }
}

static void add_product(float *y, const float *a, const float *x, size_t n)
{
    size_t i = 0;
    for (; i + V <= n; i += V) {
        store(y + i, multiply_add(load(a + i), load(x + i), load(y + i)));
    }
    for (; i < n; i++) {
        y[i] = multiply_add_one(a[i], x[i], y[i]);
    }
}

static void add(float *y, const float *a, const float *b, size_t n)
{
    size_t i = 0;
    for (; i + V <= n; i += V) {
        store(y + i, load(a + i) + load(b + i));
    }
    for (; i < n; i++) {
        y[i] = a[i] + b[i];
    }
}

static void multiply_elements(float *y, const float *a, const float *x, size_t n)
{
    size_t i = 0;
    for (; i + V <= n; i += V) {
        store(y + i, load(a + i) * load(x + i));
    }
    for (; i < n; i++) {
        y[i] = a[i] * x[i];
    }
}

INLINE vec choose(ivec mask, vec yes, vec no)
{
    return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* Points on one side of the kink have a quotient of exactly 0 or 1, so that no nearness needs care but that of the points themselves. */
INLINE vec relu_slope(vec from, vec to, vec near)
{
    const vec zero = splat(0.0F);
    const vec way = to - from, size = choose(way < zero, -way, way);
    const vec rise = choose(to > zero, to, zero) - choose(from > zero, from, zero);
    return choose(size < near, choose(from > zero, splat(1.0F), zero), rise / way);
}

static void add_relu(float *y, const float *a, const float *b, size_t n)
{
    const vec zero = splat(0.0F);
    size_t i = 0;
    for (; i + V <= n; i += V) {
        vec there = load(b + i);
        store(y + i, load(a + i) + choose(there > zero, there, zero));
    }
    for (; i < n; i++) {
        y[i] = a[i] + (b[i] > 0.0F ? b[i] : 0.0F);
    }
}

INLINE void relu_secant_loop(const bool times, const bool plus, const float *from, const float *to, float near, const float *factor,
                             float *y, size_t n)
{
    for (size_t i = 0; i + V <= n; i += V) {
        vec slope = relu_slope(load(from + i), load(to + i), splat(near));
        vec product = times ? slope * load(factor + i) : slope;
        store(y + i, plus ? load(y + i) + product : product);
    }
}

static void relu_secant(const float *from, const float *to, float near, const float *factor, float *y, bool accumulate, size_t n)
{
    if (factor == NULL) {
        relu_secant_loop(false, false, from, to, near, from, y, n); /* no factor is read */
    } else if (accumulate) {
        relu_secant_loop(true, true, from, to, near, factor, y, n);
    } else {
        relu_secant_loop(true, false, from, to, near, factor, y, n);
    }
    /* The rest, through vectors of their own. */
    size_t done = n / V * V, bytes = (n - done) * sizeof *y;
    if (bytes > 0) {
        float there[4][TFL_VECTOR] = {{0.0F}};
        memcpy(there[0], from + done, bytes);
        memcpy(there[1], to + done, bytes);
        memcpy(there[3], y + done, bytes);
        if (factor != NULL) {
            memcpy(there[2], factor + done, bytes);
            relu_secant_loop(true, false, there[0], there[1], near, there[2], there[2], V);
        } else {
            relu_secant_loop(false, false, there[0], there[1], near, there[0], there[2], V);
        }
        for (size_t i = 0; i < n - done; i++) {
            y[done + i] = accumulate && factor != NULL ? there[3][i] + there[2][i] : there[2][i];
        }
    }
}

/* One element of out: its n channels from one column of each row that it is in. */
INLINE void fold_element(const float *columns, ptrdiff_t step, ptrdiff_t taps, const size_t n, float *out)
{
    for (ptrdiff_t t = 0; t < taps; t++) {
        for (size_t c = 0; c < n; c++) {
            out[c] += columns[t * step + (ptrdiff_t)c];
        }
    }
}

/* The same of four channels, which a transposed first layer has. */
INLINE void fold_quad(const float *columns, ptrdiff_t step, ptrdiff_t taps, float *out)
{
    quad sum = *(const loose_quad *)out;
    for (ptrdiff_t t = 0; t < taps; t++) {
        sum += *(const loose_quad *)(columns + t * step);
    }
    *(loose_quad *)out = sum;
}

static void fold(const float *columns, size_t ld, size_t rows, size_t taps, size_t n, size_t first, size_t last, float *out)
{
    const ptrdiff_t step = (ptrdiff_t)n - (ptrdiff_t)ld;
    for (size_t i = first; i < last; i++, out += n) {
        /* Rows from .. to of columns, the last first: row i - t has it in column t. */
        size_t to = smaller(i, rows - 1), from = i + 1 > taps ? i + 1 - taps : 0;
        const float *begin = columns + to * ld + (i - to) * n;
        if (from > to) {
            continue;
        }
        if (n == 4) {
            fold_quad(begin, step, (ptrdiff_t)(to - from + 1), out);
        } else {
            fold_element(begin, step, (ptrdiff_t)(to - from + 1), n, out);
        }
    }
}

static void maximum(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] > y[i] ? x[i] : y[i];
    }
}

/* Without branches, so that the compiler makes vectors of the loops. */
INLINE float distance(const float *from, const float *to, size_t i)
{
    float d = to[i] - from[i];
    return d < 0.0F ? -d : d;
}

INLINE float halfway(const float *from, const float *to, size_t i)
{
    return 0.5F * (from[i] + to[i]);
}

INLINE float reach_of(float close, float middle)
{
    float far = middle < 0.0F ? -middle : middle;
    return close * (far < 1.0F ? far : 1.0F);
}

/* |part|, or 0 where the points are one. */
INLINE float size_of(const float *part, const float *from, const float *to, size_t i)
{
    float size = part[i] < 0.0F ? -part[i] : part[i];
    return to[i] == from[i] ? 0.0F : size;
}

INLINE void points_loop(const tfl_secant *s, bool parts, float *restrict point, size_t n)
{
    const float *from = s->from, *to = s->to, *part = s->part;
    float near = s->near, close = s->close;
    for (size_t i = 0; i < n; i++) {
        float size = parts ? size_of(part, from, to, i) : distance(from, to, i);
        float middle = halfway(from, to, i);
        float there = distance(from, to, i) < reach_of(close, middle) ? middle : from[i];
        point[i] = size < near ? from[i] : there;
    }
}

static void secant_points(const tfl_secant *s, float *point, size_t n)
{
    if (s->part != NULL) {
        points_loop(s, true, point, n);
    } else {
        points_loop(s, false, point, n);
    }
}

INLINE void secant_loop(const tfl_secant *s, bool parts, float *restrict slope, size_t n)
{
    const float *from = s->from, *to = s->to, *f_from = s->f_from, *f_to = s->f_to, *part = s->part;
    float near = s->near, close = s->close;
    for (size_t i = 0; i < n; i++) {
        float size = parts ? size_of(part, from, to, i) : distance(from, to, i);
        float quotient = (f_to[i] - f_from[i]) / (to[i] - from[i]);
        float far = distance(from, to, i) < reach_of(close, halfway(from, to, i)) ? slope[i] : quotient;
        slope[i] = size < near ? slope[i] : far;
    }
}

static void secant(const tfl_secant *s, float *slope, size_t n)
{
    if (s->part != NULL) {
        secant_loop(s, true, slope, n);
    } else {
        secant_loop(s, false, slope, n);
    }
}

static void add_outer(float *w, size_t rows, size_t columns, const float *y, const float *x)
{
    for (size_t i = 0; i < rows; i++) {
        add_scaled(w + i * columns, y[i], x, columns);
    }
}

/* ---------------------------------------------------------------- functions of one number
 *
 * In float64 and from our own series, so that a level gives the same bytes whatever the C library, and so that the compiler can
 * make vectors of the loops: no branches, no calls. Errors are below 1e-10 of the result, far less than a float32 shows.
 */

INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n and the rest r of exp(x) = 2^n (1 + r). */
INLINE double split_exp(double x, double *rest)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer, held in the low bits */
    x = x > 708.0 ? 708.0 : x < -708.0 ? -708.0 : x;
    double n = x * 1.4426950408889634 + magic;
    double r = x - (n - magic) * 0.693147180369123816490 - (n - magic) * 1.90821492927058770002e-10;
    double p = 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    *rest = p * r * r + r;
    return from_bits((bits_of(n) + 1023) << 52);
}

INLINE double exp_of(double x)
{
    double rest, power = split_exp(x, &rest);
    return power * rest + power;
}

/* exp(x) - 1, exact near 0. */
INLINE double expm1_of(double x)
{
    double rest, power = split_exp(x, &rest);
    return power * rest + (power - 1.0);
}

/* log(m 2^n) = n log 2 + 2 artanh((m - 1) / (m + 1)), m from sqrt(1/2) to sqrt(2), of normal positive numbers. */
INLINE double log_of_normal(double x)
{
    uint64_t bits = bits_of(x) + (0x3ff0000000000000U - 0x3fe6a09e667f3bcdU);
    double n = (double)((int32_t)(bits >> 52) - 1023);
    double m = from_bits((bits & 0x000fffffffffffffU) + 0x3fe6a09e667f3bcdU);
    double s = (m - 1.0) / (m + 1.0), q = s * s;
    double p = 2.0 / 17.0;
    p = p * q + 2.0 / 15.0;
    p = p * q + 2.0 / 13.0;
    p = p * q + 2.0 / 11.0;
    p = p * q + 2.0 / 9.0;
    p = p * q + 2.0 / 7.0;
    p = p * q + 2.0 / 5.0;
    p = p * q + 2.0 / 3.0;
    return n * 0.69314718055994531 + (p * q * s + 2.0 * s);
}

INLINE double log_of(double x)
{
    double log_x = log_of_normal(x);
    log_x = x == 0.0 ? (double)-INFINITY : log_x;
    log_x = x < 0.0 ? (double)NAN : log_x;
    return x < (double)INFINITY ? log_x : x; /* infinity and NaN are their own */
}

/* log(1 + e) of e in [0, 1], exact near 0. */
INLINE double log1p_of(double e)
{
    double u = 1.0 + e;
    double divisor = u == 1.0 ? 1.0 : u - 1.0;
    return u == 1.0 ? e : log_of_normal(u) * (e / divisor);
}

INLINE double minus_absolute(double x)
{
    return x > 0.0 ? -x : x;
}

INLINE double sigmoid_of(double x)
{
    return 1.0 / (1.0 + exp_of(-x));
}

INLINE double sigmoid_slope(double x)
{
    double e = exp_of(minus_absolute(x));
    return e / ((1.0 + e) * (1.0 + e));
}

INLINE double tanh_of(double x)
{
    double e = expm1_of(2.0 * (x > 20.0 ? 20.0 : x));
    return e / (e + 2.0);
}

INLINE double tanh_slope(double x)
{
    return 4.0 * sigmoid_slope(2.0 * x);
}

INLINE double softplus_of(double x)
{
    return (x > 0.0 ? x : 0.0) + log1p_of(exp_of(minus_absolute(x)));
}

/* Distribution of the standard normal: erfc(z) = exp(-z^2) t P(2 t - 1), t = 2 / (2 + z), z >= 0; P is a Chebyshev fit (5e-11). */
INLINE double normal_cdf(double x)
{
    double z = -0.70710678118654752 * minus_absolute(x), t = 2.0 / (2.0 + z), u = 2.0 * t - 1.0;
    double p = 1.1562763326842419e-6;
    p = p * u + 2.5851262348794988e-6;
    p = p * u - 1.2554078565315517e-5;
    p = p * u - 9.7289928500884666e-6;
    p = p * u + 7.3247073266316948e-5;
    p = p * u - 2.2449633699958204e-5;
    p = p * u - 0.00033188814950468547;
    p = p * u + 0.00042071907109662049;
    p = p * u + 0.0015453724331298487;
    p = p * u - 0.003240017102150852;
    p = p * u - 0.010755336719970848;
    p = p * u + 0.018221154524742869;
    p = p * u + 0.13973604642869117;
    p = p * u + 0.34358034117429406;
    p = p * u + 0.51079135262101149;
    double half = 0.5 * exp_of(-z * z) * t * p;
    return x > 0.0 ? 1.0 - half : half;
}

INLINE double normal_density(double x)
{
    return 0.39894228040143268 * exp_of(-0.5 * x * x);
}

INLINE double gelu_tanh_inner(double x)
{
    return 1.5957691216057308 * (x + 0.044715 * x * x * x); /* 2 sqrt(2 / pi) …: (1 + tanh(y / 2)) / 2 is the sigmoid of y */
}

INLINE double gelu_tanh_slope(double x)
{
    double y = gelu_tanh_inner(x);
    return sigmoid_of(y) + x * sigmoid_slope(y) * 1.5957691216057308 * (1.0 + 0.134145 * x * x);
}

/* |x| to the power of y, with the sign where y is odd; NaN where x < 0 and y is no integer. */
INLINE double power_of(double x, double y, bool integer, bool odd)
{
    double size = exp_of(y * log_of_normal(x < 0.0 ? -x : x));
    size = x == 0.0 ? (y > 0.0 ? 0.0 : y < 0.0 ? (double)INFINITY : 1.0) : size;
    double signed_size = x < 0.0 && odd ? -size : size;
    return x < 0.0 && !integer ? (double)NAN : signed_size;
}

#define FLOAT_FUNCTION(name, expression)                                                                          \
    static void name(const float *from, float *to, size_t n, float alpha, float beta)                             \
    {                                                                                                             \
        (void)alpha, (void)beta;                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                                          \
            float x = from[i];                                                                                    \
            to[i] = (expression);                                                                                 \
        }                                                                                                         \
    }

#define DOUBLE_FUNCTION(name, expression)                                                                         \
    static void name(const float *from, float *to, size_t n, float alpha_, float beta_)                           \
    {                                                                                                             \
        double alpha = (double)alpha_, beta = (double)beta_;                                                      \
        (void)alpha, (void)beta;                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                                          \
            double x = (double)from[i];                                                                           \
            to[i] = (float)(expression);                                                                          \
        }                                                                                                         \
    }

FLOAT_FUNCTION(relu_function, x > 0.0F ? x : 0.0F)
FLOAT_FUNCTION(relu_derivative, x > 0.0F ? 1.0F : 0.0F)
FLOAT_FUNCTION(leaky_relu_function, x > 0.0F ? x : alpha * x)
FLOAT_FUNCTION(leaky_relu_derivative, x > 0.0F ? 1.0F : alpha)
FLOAT_FUNCTION(abs_function, x < 0.0F ? -x : x)
FLOAT_FUNCTION(abs_derivative, x > 0.0F ? 1.0F : x < 0.0F ? -1.0F : 0.0F)
FLOAT_FUNCTION(clip_function, x > beta ? beta : x > alpha ? x : alpha)
FLOAT_FUNCTION(clip_derivative, x > alpha && x < beta ? 1.0F : 0.0F)
FLOAT_FUNCTION(sqrt_function, sqrtf(x))
FLOAT_FUNCTION(sqrt_derivative, 0.5F / sqrtf(x))
FLOAT_FUNCTION(reciprocal_function, 1.0F / x)
FLOAT_FUNCTION(reciprocal_derivative, -1.0F / (x * x))
FLOAT_FUNCTION(log_derivative, 1.0F / x)
DOUBLE_FUNCTION(log_function, log_of(x))
DOUBLE_FUNCTION(exp_function, exp_of(x))
DOUBLE_FUNCTION(elu_function, x > 0.0 ? x : alpha * expm1_of(x))
DOUBLE_FUNCTION(elu_derivative, x > 0.0 ? 1.0 : alpha * exp_of(x))
DOUBLE_FUNCTION(selu_function, beta * (x > 0.0 ? x : alpha * expm1_of(x)))
DOUBLE_FUNCTION(selu_derivative, beta * (x > 0.0 ? 1.0 : alpha * exp_of(x)))
DOUBLE_FUNCTION(sigmoid_function, sigmoid_of(x))
DOUBLE_FUNCTION(sigmoid_derivative, sigmoid_slope(x))
DOUBLE_FUNCTION(tanh_function, tanh_of(x))
DOUBLE_FUNCTION(tanh_derivative, tanh_slope(x))
DOUBLE_FUNCTION(softplus_function, softplus_of(x))
DOUBLE_FUNCTION(gelu_function, x *normal_cdf(x))
DOUBLE_FUNCTION(gelu_derivative, normal_cdf(x) + x * normal_density(x))
DOUBLE_FUNCTION(gelu_tanh_function, x *sigmoid_of(gelu_tanh_inner(x)))
DOUBLE_FUNCTION(gelu_tanh_derivative, gelu_tanh_slope(x))

/* scale * x to the power of y. */
static void scaled_power(const float *from, float *to, size_t n, double scale, double y)
{
    bool integer = y == floor(y), odd = integer && fmod(y, 2.0) != 0.0;
    for (size_t i = 0; i < n; i++) {
        to[i] = (float)(scale * power_of((double)from[i], y, integer, odd));
    }
}

static void power_function(const float *from, float *to, size_t n, float alpha, float beta)
{
    (void)beta;
    scaled_power(from, to, n, 1.0, (double)alpha);
}

static void power_derivative(const float *from, float *to, size_t n, float alpha, float beta)
{
    (void)beta;
    if (alpha == 0.0F) {
        memset(to, 0, n * sizeof *to);
        return;
    }
    scaled_power(from, to, n, (double)alpha, (double)alpha - 1.0);
}

const tfl_kernels TFL_TABLE = {
    .level = TFL_LEVEL,
    .packed_size = packed_size,
    .pack = pack,
    .product = product,
    .gradient = gradient,
    .times_vector = times_vector,
    .transposed_times_vector = transposed_times_vector,
    .add_outer = add_outer,
    .fold = fold,
    .look_up = look_up,
    .look_up_gradient = look_up_gradient,
    .dots = dots,
    .spread = spread,
    .gather = gather,
    .filter_tiles = filter_tiles,
    .combine = combine,
    .rectify = rectify,
    .adam = adam,
    .add_scaled = add_scaled,
    .add_rows = add_rows,
    .sum_rows = sum_rows,
    .add = add,
    .add_relu = add_relu,
    .add_product = add_product,
    .multiply = multiply_elements,
    .relu_secant = relu_secant,
    .maximum = maximum,
    .secant_points = secant_points,
    .secant = secant,
    .function =
        {
            [TFL_RELU] = relu_function,
            [TFL_LEAKY_RELU] = leaky_relu_function,
            [TFL_ELU] = elu_function,
            [TFL_SELU] = selu_function,
            [TFL_SIGMOID] = sigmoid_function,
            [TFL_TANH] = tanh_function,
            [TFL_SOFTPLUS] = softplus_function,
            [TFL_GELU] = gelu_function,
            [TFL_GELU_TANH] = gelu_tanh_function,
            [TFL_EXP] = exp_function,
            [TFL_LOG] = log_function,
            [TFL_RECIPROCAL] = reciprocal_function,
            [TFL_SQRT] = sqrt_function,
            [TFL_ABS] = abs_function,
            [TFL_POWER] = power_function,
            [TFL_CLIP] = clip_function,
        },
    .derivative =
        {
            [TFL_RELU] = relu_derivative,
            [TFL_LEAKY_RELU] = leaky_relu_derivative,
            [TFL_ELU] = elu_derivative,
            [TFL_SELU] = selu_derivative,
            [TFL_SIGMOID] = sigmoid_derivative,
            [TFL_TANH] = tanh_derivative,
            [TFL_SOFTPLUS] = sigmoid_function,
            [TFL_GELU] = gelu_derivative,
            [TFL_GELU_TANH] = gelu_tanh_derivative,
            [TFL_EXP] = exp_function,
            [TFL_LOG] = log_derivative,
            [TFL_RECIPROCAL] = reciprocal_derivative,
            [TFL_SQRT] = sqrt_derivative,
            [TFL_ABS] = abs_derivative,
            [TFL_POWER] = power_derivative,
            [TFL_CLIP] = clip_derivative,
        },
};
