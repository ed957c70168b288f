/*
 * Every processor level that this machine can run against the plain reference, over sizes that fit no vector and no tile; what the levels promise
 * beyond the numbers: rows that do not depend on each other, nothing written outside, the same bytes on every machine for "portable".
 *
 * Stated error: a sum of K products is within 2 sqrt(K) + 8 roundings (2^-24 each) of the largest partial sum; functions are
 * within 1.5 roundings of the result (2 for slopes).
 */
#include "config.h"

#include "nn/kernels_internal.h"
#include "nn/toom_internal.h"

#include "tflift/cpu.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 150, SEED = 7, GUARD = 40 };

static const float guard = 12345.0F;

static size_t between(tfl_rng *rng, size_t least, size_t most)
{
    return least + tfl_rng_below(rng, (uint32_t)(most - least + 1));
}

/* n random floats with GUARD known ones on both sides. */
static float *guarded(tfl_rng *rng, size_t n)
{
    float *x = tfl_alloc_floats(n + 2 * GUARD);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n + 2 * GUARD; i++) {
        x[i] = i < GUARD || i >= n + GUARD ? guard : (float)tfl_rng_normal(rng);
    }
    return x + GUARD;
}

static float *copy_of(const float *x, size_t n)
{
    float *copy = tfl_alloc_floats(n + 2 * GUARD);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, x - GUARD, (n + 2 * GUARD) * sizeof *copy);
    return copy + GUARD;
}

static void drop(float *x)
{
    free(x - GUARD);
}

static void check_guards(const float *x, size_t n, const char *what)
{
    for (size_t i = 0; i < GUARD; i++) {
        ck_assert_msg(x[-1 - (ptrdiff_t)i] == guard && x[n + i] == guard, "%s wrote outside", what);
    }
}

/* Exactly n floats at the end of a page-less block, so that a sanitizer sees reads beyond them. */
static void check_close(const float *found, const float *expected, size_t n, double tolerance, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(fabs((double)found[i] - (double)expected[i]) <= tolerance, "%s: element %zu is %.9g, not %.9g (%.3g allowed)", what,
                      i, (double)found[i], (double)expected[i], tolerance);
    }
    check_guards(found, n, what);
}

static void for_levels(void (*check)(const tfl_kernels *kernels, tfl_rng *rng))
{
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            tfl_rng rng;
            tfl_rng_init(&rng, SEED, "kernels", trial);
            check(tfl_kernels_get(), &rng);
        }
    }
}

/* ---------------------------------------------------------------- products */

/* Random sizes: now and then a size of a real network, mostly odd and small ones. */
typedef struct problem {
    tfl_rows rows;
    size_t offset[5];
    size_t m, n, ldc, depth, a_size;
    double tolerance;
    char what[128];
} problem;

static problem random_problem(const tfl_kernels *kernels, tfl_rng *rng)
{
    static const size_t columns[] = {1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 18, 20, 31, 32, 33, 44, 50, 64, 65, 80, 100};
    problem p = {.n = columns[tfl_rng_below(rng, sizeof columns / sizeof *columns)]};
    p.m = between(rng, 1, 40);
    p.ldc = p.n + between(rng, 0, 3);
    p.rows.segments = between(rng, 1, 5);
    p.rows.length = between(rng, 1, 3) == 1 ? between(rng, 1, 5) : between(rng, 4, 70);
    p.rows.stride = between(rng, 1, 60);
    size_t reach = 0;
    for (size_t s = 0; s < p.rows.segments; s++) {
        p.offset[s] = between(rng, 0, 90);
        reach = p.offset[s] > reach ? p.offset[s] : reach;
    }
    p.depth = p.rows.segments * p.rows.length;
    p.a_size = (p.m - 1) * p.rows.stride + reach + p.rows.length;
    p.tolerance = (2.0 * sqrt((double)p.depth) + 8.0) * 0x1p-24 * 4.0 * sqrt((double)p.depth);
    (void)snprintf(p.what, sizeof p.what, "%s: m %zu, K %zu x %zu, n %zu, stride %zu", kernels->level, p.m, p.rows.segments,
                   p.rows.length, p.n, p.rows.stride);
    return p;
}

static void check_product(const tfl_kernels *kernels, tfl_rng *rng)
{
    problem p = random_problem(kernels, rng);
    p.rows.offset = p.offset;
    size_t size_c = (p.m - 1) * p.ldc + p.n;
    float *a = guarded(rng, p.a_size), *b = guarded(rng, p.depth * p.n), *start = guarded(rng, p.n), *c = guarded(rng, size_c);
    float *expected = copy_of(c, size_c);
    float *packed = tfl_alloc_floats(kernels->packed_size(&p.rows, p.n));
    ck_assert_ptr_nonnull(packed);
    kernels->pack(&p.rows, p.n, b, packed);
    bool accumulate = tfl_rng_below(rng, 2) == 1;
    const float *first = tfl_rng_below(rng, 2) == 1 ? start : NULL;
    tfl_kernels_naive.product(&p.rows, p.m, a, b, p.n, first, accumulate, expected, p.ldc);
    kernels->product(&p.rows, p.m, a, packed, p.n, first, accumulate, c, p.ldc);
    check_close(c, expected, size_c, p.tolerance, p.what);

    /* The same rows one by one: the same bytes, and what is fetched meanwhile changes none. */
    float *alone = guarded(rng, p.n);
    tfl_ahead ahead = {.n = 2, .at = {a, b}, .floats = {p.a_size, p.depth * p.n}};
    p.rows.ahead = &ahead;
    kernels->product(&p.rows, p.m, a, packed, p.n, first, false, c, p.ldc);
    p.rows.ahead = NULL;
    for (size_t i = 0; i < p.m; i++) {
        kernels->product(&p.rows, 1, a + i * p.rows.stride, packed, p.n, first, false, alone, p.n);
        for (size_t j = 0; j < p.n; j++) {
            ck_assert_msg(memcmp(&alone[j], &c[i * p.ldc + j], sizeof *c) == 0, "%s: row %zu alone gives %.9g, not %.9g in column %zu",
                          p.what, i, (double)alone[j], (double)c[i * p.ldc + j], j);
        }
    }
    drop(alone);
    free(packed);
    drop(a);
    drop(b);
    drop(start);
    drop(c);
    drop(expected);
}

START_TEST(product_is_that_of_the_reference)
{
    for_levels(check_product);
}
END_TEST

/* Leaving out what is 0 changes no byte. */
static void check_left_out(const tfl_kernels *kernels, tfl_rng *rng)
{
    problem p = random_problem(kernels, rng);
    p.rows.offset = p.offset;
    p.rows.segments = 1;
    p.rows.length = between(rng, 1, 70);
    p.rows.stride = p.rows.length + between(rng, 0, 9);
    size_t skip = between(rng, 0, p.rows.length - 1), left_out = between(rng, 0, p.rows.length - 1 - skip), size_c = (p.m - 1) * p.ldc + p.n;
    float *a = guarded(rng, p.m * p.rows.stride + p.offset[0]), *b = guarded(rng, p.rows.length * p.n), *c = guarded(rng, size_c);
    float *whole = copy_of(c, size_c), *packed = tfl_alloc_floats(kernels->packed_size(&p.rows, p.n));
    ck_assert_ptr_nonnull(packed);
    kernels->pack(&p.rows, p.n, b, packed);
    for (size_t i = 0; i < p.m; i++) {
        float *row = a + p.offset[0] + i * p.rows.stride;
        memset(row, 0, skip * sizeof *row);
        memset(row + p.rows.length - left_out, 0, left_out * sizeof *row);
    }
    kernels->product(&p.rows, p.m, a, packed, p.n, NULL, true, whole, p.ldc);
    p.rows.skip = skip;
    p.rows.drop = left_out;
    kernels->product(&p.rows, p.m, a, packed, p.n, NULL, true, c, p.ldc);
    ck_assert_mem_eq(c - GUARD, whole - GUARD, (size_c + 2 * GUARD) * sizeof *c);
    free(packed);
    drop(a);
    drop(b);
    drop(c);
    drop(whole);
}

START_TEST(zeros_can_be_left_out)
{
    for_levels(check_left_out);
}
END_TEST

static void check_gradient(const tfl_kernels *kernels, tfl_rng *rng)
{
    problem p = random_problem(kernels, rng);
    p.rows.offset = p.offset;
    if (tfl_rng_below(rng, 10) == 0) { /* more rows than one block takes */
        p.m = between(rng, 255, 520);
        p.rows.stride = 3;
        p.a_size += (p.m - 1) * p.rows.stride;
    }
    size_t size_g = (p.m - 1) * p.ldc + p.n;
    float *a = guarded(rng, p.a_size), *g = guarded(rng, size_g), *d = guarded(rng, p.depth * p.n);
    float *expected = copy_of(d, p.depth * p.n);
    tfl_kernels_naive.gradient(&p.rows, p.m, a, g, p.ldc, p.n, expected);
    kernels->gradient(&p.rows, p.m, a, g, p.ldc, p.n, d);
    double tolerance = (2.0 * sqrt((double)p.m) + 8.0) * 0x1p-24 * 4.0 * sqrt((double)p.m + 1.0);
    check_close(d, expected, p.depth * p.n, tolerance, p.what);
    drop(a);
    drop(g);
    drop(d);
    drop(expected);
}

START_TEST(gradient_is_that_of_the_reference)
{
    for_levels(check_gradient);
}
END_TEST

static void check_matrix_and_vector(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t rows = between(rng, 1, 40), columns = between(rng, 1, 70);
    float *w = guarded(rng, rows * columns), *x = guarded(rng, columns), *y = guarded(rng, rows);
    double tolerance = (2.0 * sqrt((double)columns) + 8.0) * 0x1p-24 * 4.0 * sqrt((double)columns);
    for (int sign = -1; sign <= 1; sign++) {
        float *found = copy_of(y, rows), *expected = copy_of(y, rows);
        kernels->times_vector(w, sign, rows, columns, x, found);
        tfl_kernels_naive.times_vector(w, sign, rows, columns, x, expected);
        check_close(found, expected, rows, tolerance, "W x");
        drop(found);
        drop(expected);

        found = copy_of(x, columns), expected = copy_of(x, columns);
        kernels->transposed_times_vector(w, sign, rows, columns, y, found);
        tfl_kernels_naive.transposed_times_vector(w, sign, rows, columns, y, expected);
        check_close(found, expected, columns, tolerance * 2.0, "W' y");
        drop(found);
        drop(expected);
    }
    float *found = copy_of(w, rows * columns);
    kernels->add_outer(found, rows, columns, y, x);
    tfl_kernels_naive.add_outer(w, rows, columns, y, x);
    check_close(found, w, rows * columns, 1e-5, "W + y x'");
    drop(found);
    drop(w);
    drop(x);
    drop(y);
}

START_TEST(matrix_and_vector_are_those_of_the_reference)
{
    for_levels(check_matrix_and_vector);
}
END_TEST

static void check_elements(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t n = between(rng, 0, 70);
    float *a = guarded(rng, n), *x = guarded(rng, n), *y = guarded(rng, n);
    float *found = copy_of(y, n), *expected = copy_of(y, n);
    kernels->add_scaled(found, 0.7F, x, n);
    tfl_kernels_naive.add_scaled(expected, 0.7F, x, n);
    check_close(found, expected, n, 1e-6, "y + a x");
    kernels->add_product(found, a, x, n);
    tfl_kernels_naive.add_product(expected, a, x, n);
    check_close(found, expected, n, 4e-6, "y + a x");
    for (size_t width = 1; width <= n; width += 1 + n / 3) {
        kernels->add_rows(found, 0.7F, x, width, n / width);
        tfl_kernels_naive.add_rows(expected, 0.7F, x, width, n / width);
        check_close(found, expected, n, 4e-6, "rows + a x");
    }
    kernels->add(found, a, x, n);
    tfl_kernels_naive.add(expected, a, x, n);
    check_close(found, expected, n, 0.0, "a + x");
    kernels->add_relu(found, a, x, n);
    tfl_kernels_naive.add_relu(expected, a, x, n);
    check_close(found, expected, n, 0.0, "a + relu(x)");
    kernels->multiply(found, a, x, n);
    tfl_kernels_naive.multiply(expected, a, x, n);
    check_close(found, expected, n, 0.0, "a x");
    kernels->multiply(found, a, found, n);
    tfl_kernels_naive.multiply(expected, a, expected, n);
    check_close(found, expected, n, 0.0, "a x in place");
    for (size_t i = 0; i < n; i += 3) {
        a[i] = i % 2 == 0 ? x[i] : x[i] + 0.01F; /* as near as it gets, and nearer than is told apart below */
    }
    for (int way = 0; way < 3; way++) { /* slopes, times a factor in place, added */
        const float *factor = way == 0 ? NULL : way == 1 ? found : y;
        kernels->relu_secant(a, x, 0.02F, factor, found, way == 2, n);
        tfl_kernels_naive.relu_secant(a, x, 0.02F, way == 1 ? expected : factor, expected, way == 2, n);
        check_close(found, expected, n, 1e-5, "slope of ReLU");
    }
    kernels->maximum(y, x, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert(y[i] >= x[i]);
    }
    check_guards(y, n, "maximum");
    drop(a);
    drop(x);
    drop(y);
    drop(found);
    drop(expected);
}

START_TEST(element_by_element_is_that_of_the_reference)
{
    for_levels(check_elements);
}
END_TEST

static void check_fold(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t rows = between(rng, 1, 20), taps = between(rng, 1, 12), n = between(rng, 1, 6), ld = taps * n + between(rng, 0, 3);
    size_t first = tfl_rng_below(rng, (uint32_t)(rows + taps - 1)), last = between(rng, first, rows + taps - 1);
    size_t size = (last - first) * n;
    float *columns = guarded(rng, rows * ld), *out = guarded(rng, size), *expected = copy_of(out, size);
    kernels->fold(columns, ld, rows, taps, n, first, last, out);
    tfl_kernels_naive.fold(columns, ld, rows, taps, n, first, last, expected);
    check_close(out, expected, size, 1e-5, "fold");
    drop(columns);
    drop(out);
    drop(expected);
}

START_TEST(fold_is_that_of_the_reference)
{
    for_levels(check_fold);
}
END_TEST

static void check_look_up(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t taps = between(rng, 1, 21), channels = between(rng, 1, 8), n = between(rng, 16, 90), m = between(rng, 1, 20), step = between(rng, 1, 3);
    unsigned char which[20 * 3 + 21];
    float *b = guarded(rng, taps * channels * n), *start = guarded(rng, n), *c = guarded(rng, m * n), *expected = copy_of(c, m * n);
    const float *first = tfl_rng_below(rng, 2) == 1 ? start : NULL;
    for (size_t i = 0; i < sizeof which; i++) {
        which[i] = (unsigned char)tfl_rng_below(rng, (uint32_t)channels);
    }
    kernels->look_up(b, taps, channels, n, which, step, m, first, c);
    tfl_kernels_naive.look_up(b, taps, channels, n, which, step, m, first, expected);
    check_close(c, expected, m * n, 1e-5, "look_up");
    drop(b);
    drop(start);
    drop(c);
    drop(expected);
}

/* What came back where a letter was; rows and taps in more than one piece, too. */
static void check_look_up_gradient(const tfl_kernels *kernels, tfl_rng *rng)
{
    enum { MOST = 600, MOST_TAPS = 150 };
    size_t taps = tfl_rng_below(rng, 20) == 0 ? between(rng, 60, MOST_TAPS) : between(rng, 1, 13);
    size_t channels = between(rng, 1, 8), n = between(rng, 16, 90), step = between(rng, 1, 3);
    size_t m = tfl_rng_below(rng, 20) == 0 ? between(rng, 250, MOST) : between(rng, 1, 30);
    unsigned char which[MOST * 3 + MOST_TAPS];
    float *g = guarded(rng, m * n), *d = guarded(rng, taps * channels * n), *expected = copy_of(d, taps * channels * n);
    for (size_t i = 0; i < sizeof which; i++) {
        which[i] = (unsigned char)tfl_rng_below(rng, (uint32_t)channels);
    }
    kernels->look_up_gradient(which, step, m, g, taps, channels, n, d);
    tfl_kernels_naive.look_up_gradient(which, step, m, g, taps, channels, n, expected);
    check_close(d, expected, taps * channels * n, 1e-6 * (double)(m + 10), "look_up_gradient");
    drop(g);
    drop(d);
    drop(expected);
}

/* Not only close: the bytes of row after row. */
static void check_sum_rows(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t n = between(rng, 1, 150), rows = between(rng, 1, 30);
    float *x = guarded(rng, rows * n), *y = guarded(rng, n), *expected = copy_of(y, n);
    kernels->sum_rows(y, 0.3F, x, n, rows);
    for (size_t i = 0; i < rows; i++) {
        kernels->add_scaled(expected, 0.3F, x + i * n, n);
    }
    check_close(y, expected, n, 0.0, "sum_rows");
    drop(x);
    drop(y);
    drop(expected);
}

START_TEST(sums_of_rows_are_those_of_the_reference)
{
    for_levels(check_look_up_gradient);
    for_levels(check_sum_rows);
}
END_TEST

/* An element's bytes depend neither on the others nor on how many they are. */
static void check_dots(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t n = between(rng, 1, 300), m = between(rng, 0, 30), size = n + between(rng, 0, 200);
    uint32_t at[30];
    float *b = guarded(rng, n), *a = guarded(rng, size), *c = guarded(rng, m + 1), *expected = copy_of(c, m + 1), one;
    for (size_t i = 0; i < m; i++) {
        at[i] = tfl_rng_below(rng, (uint32_t)(size - n + 1));
    }
    kernels->dots(b, n, a, at, m, c);
    tfl_kernels_naive.dots(b, n, a, at, m, expected);
    check_close(c, expected, m + 1, 1e-4, "dots"); /* of 300 products */
    for (size_t i = 0; i < m; i++) {
        kernels->dots(b, n, a, at + i, 1, &one);
        ck_assert_mem_eq(&one, c + i, sizeof one);
    }
    drop(b);
    drop(a);
    drop(c);
    drop(expected);
}

START_TEST(dots_are_those_of_the_reference)
{
    for_levels(check_dots);
}
END_TEST

START_TEST(looking_up_is_that_of_the_reference)
{
    for_levels(check_look_up);
}
END_TEST

static void check_tiles(const tfl_kernels *kernels, tfl_rng *rng)
{
    const tfl_toom_kind kind = tfl_rng_below(rng, 2) == 0 ? TFL_TOOM_4_4 : TFL_TOOM_4_3;
    tfl_tiles tiles = {.channels = between(rng, 16, 70), .length = between(rng, 1, 60), .step = between(rng, 1, 9), .tile = between(rng, 0, 20), .count = between(rng, 1, 6)};
    size_t points = tfl_toom_table[kind].points, size = tiles.length * tiles.channels, plane = tiles.count * tiles.channels;
    size_t ld = plane + between(rng, 0, 5), size_out = (points - 1) * ld + plane;
    float *map = guarded(rng, size), *start = guarded(rng, tiles.channels), *other = copy_of(map, size);
    float *out = guarded(rng, size_out), *expected = copy_of(out, size_out);
    tiles.before = (ptrdiff_t)between(rng, 0, 40) - 20;
    kernels->spread(kind, &tiles, map, out, ld);
    tfl_kernels_naive.spread(kind, &tiles, map, expected, ld);
    check_close(out, expected, size_out, 1e-4, "spread");

    bool accumulate = tfl_rng_below(rng, 2) == 1;
    const float *first = tfl_rng_below(rng, 2) == 1 ? start : NULL;
    tiles.before = 0;
    kernels->gather(kind, &tiles, out, ld, first, accumulate, map);
    tfl_kernels_naive.gather(kind, &tiles, out, ld, first, accumulate, other);
    check_close(map, other, size, 1e-3, "gather"); /* of sums of values of some hundred */
    drop(map);
    drop(start);
    drop(other);
    drop(out);
    drop(expected);
}

static void check_filter_tiles(const tfl_kernels *kernels, tfl_rng *rng)
{
    tfl_tiles tiles = {.channels = between(rng, 16, 70), .length = between(rng, 1, 60), .step = between(rng, 1, 9), .tile = between(rng, 0, 20), .count = between(rng, 1, 6)};
    size_t points = tfl_toom_table[TFL_TOOM_4_4].points, size = tiles.length * tiles.channels, plane = tiles.count * tiles.channels;
    size_t ld = plane + between(rng, 0, 5), size_out = (points - 1) * ld + plane;
    float *map = guarded(rng, size), *out = guarded(rng, size_out), *expected = copy_of(out, size_out);
    kernels->filter_tiles(&tiles, map, out, ld);
    tfl_kernels_naive.filter_tiles(&tiles, map, expected, ld);
    check_close(out, expected, size_out, 1e-5, "filter_tiles");
    drop(map);
    drop(out);
    drop(expected);
}

START_TEST(tiles_are_those_of_the_reference)
{
    for_levels(check_tiles);
    for_levels(check_filter_tiles);
}
END_TEST

static void check_combine(const tfl_kernels *kernels, tfl_rng *rng)
{
    const double factor[] = {0.3, -1.7, 2.1, 0.01};
    size_t n = between(rng, 1, 100), taps = between(rng, 1, 4);
    float *x = guarded(rng, taps * n), *y = guarded(rng, n), *expected = copy_of(y, n);
    kernels->combine(factor, taps, x, n, y);
    tfl_kernels_naive.combine(factor, taps, x, n, expected);
    check_close(y, expected, n, 0.0, "combine");
    drop(x);
    drop(y);
    drop(expected);
}

static void check_rectify(const tfl_kernels *kernels, tfl_rng *rng)
{
    size_t n = between(rng, 1, 100);
    float *by = guarded(rng, n), *y = guarded(rng, n), *expected = copy_of(y, n);
    by[0] = 0.0F;
    kernels->rectify(y, by, n);
    tfl_kernels_naive.rectify(expected, by, n);
    check_close(y, expected, n, 0.0, "rectify");
    kernels->rectify(by, by, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert(by[i] >= 0.0F);
    }
    drop(by);
    drop(y);
    drop(expected);
}

START_TEST(parts_of_training_are_those_of_the_reference)
{
    for_levels(check_combine);
    for_levels(check_rectify);
}
END_TEST

/* A few steps on a gradient that changes. */
static void check_adam(const tfl_kernels *kernels, tfl_rng *rng)
{
    enum { STEPS = 4 };
    const tfl_adam how = {.rate = 0.01F, .beta1 = 0.9F, .beta2 = 0.999F, .epsilon = 1e-7F};
    size_t n = between(rng, 1, 100);
    float *found[3], *expected[3];
    for (int i = 0; i < 3; i++) {
        found[i] = guarded(rng, n);
        memset(found[i], 0, i < 2 ? n * sizeof **found : 0);
        expected[i] = copy_of(found[i], n);
    }
    for (int step = 0; step < STEPS; step++) {
        float *gradient = guarded(rng, n);
        kernels->adam(&how, gradient, found[0], found[1], found[2], n);
        tfl_kernels_naive.adam(&how, gradient, expected[0], expected[1], expected[2], n);
        drop(gradient);
    }
    for (int i = 0; i < 3; i++) {
        check_close(found[i], expected[i], n, 2e-6, "adam");
        drop(found[i]);
        drop(expected[i]);
    }
}

START_TEST(adam_is_that_of_the_reference)
{
    for_levels(check_adam);
}
END_TEST

/* ---------------------------------------------------------------- functions of one number */

/* From tiny to huge, both signs, and the specials. */
static size_t arguments(float *x)
{
    size_t n = 0;
    x[n++] = 0.0F;
    for (int exponent = -40; exponent <= 12; exponent++) {
        for (int step = 0; step < 9; step++) {
            float size = ldexpf(1.0F + (float)step / 9.0F, exponent);
            x[n++] = size;
            x[n++] = -size;
        }
    }
    return n;
}

/* Largest error in roundings of the result (of the smallest normal number, below it). */
static double worst(const float *found, const float *expected, const float *x, size_t n, float *where)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(expected[i]) || isinf(expected[i])) {
            double error = isnan(expected[i]) ? (isnan(found[i]) ? 0.0 : 1e9) : (found[i] == expected[i] ? 0.0 : 1e9);
            *where = error > most ? x[i] : *where;
            most = error > most ? error : most;
            continue;
        }
        double size = fmax(fabs((double)expected[i]), 0x1p-126);
        double error = fabs((double)found[i] - (double)expected[i]) / (size * 0x1p-24);
        if (!(error <= most)) {
            most = error;
            *where = x[i];
        }
    }
    return most;
}

static void check_functions(const tfl_kernels *kernels, tfl_function which, float alpha, float beta)
{
    static float x[1024], found[1024], expected[1024];
    float where = 0.0F;
    size_t n = arguments(x);
    kernels->function[which](x, found, n, alpha, beta);
    tfl_kernels_naive.function[which](x, expected, n, alpha, beta);
    double error = worst(found, expected, x, n, &where);
    ck_assert_msg(error <= 1.5, "%s: function %d, alpha %g is off by %g roundings at %.9g", kernels->level, (int)which, (double)alpha, error,
                  (double)where);
    kernels->derivative[which](x, found, n, alpha, beta);
    tfl_kernels_naive.derivative[which](x, expected, n, alpha, beta);
    error = worst(found, expected, x, n, &where);
    ck_assert_msg(error <= 2.0, "%s: slope %d, alpha %g is off by %g roundings at %.9g", kernels->level, (int)which, (double)alpha, error,
                  (double)where);
}

START_TEST(functions_are_those_of_the_reference)
{
    static const float powers[] = {-2.0F, -1.0F, -0.5F, 0.0F, 0.5F, 1.0F, 1.5F, 2.0F, 3.0F};
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        check_functions(tfl_kernels_get(), (tfl_function)_i, 0.3F, 1.7F);
        for (size_t k = 0; _i == (int)TFL_POWER && k < sizeof powers / sizeof *powers; k++) {
            check_functions(tfl_kernels_get(), TFL_POWER, powers[k], 1.0F);
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- the same everywhere */

/* Of their bits, the lowest first whatever the machine's order. */
static uint64_t hash_floats(const float *value, size_t n)
{
    unsigned char bytes[64 * 4];
    ck_assert_uint_le(n, 64);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, value + i, sizeof bits);
        for (unsigned k = 0; k < 4; k++) {
            bytes[4 * i + k] = (unsigned char)(bits >> 8 * k);
        }
    }
    return tfl_hash64(bytes, 4 * n);
}

static uint64_t fingerprint(const tfl_kernels *kernels)
{
    uint64_t hash = 0;
    float x[64], y[64];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "fingerprint", 0);
    for (size_t i = 0; i < 64; i++) {
        x[i] = (float)(tfl_rng_uniform(&rng) * 4.0 - 2.0);
    }
    for (int which = 0; which < TFL_FUNCTIONS; which++) {
        kernels->function[which](x, y, 64, 0.3F, 1.7F);
        for (size_t i = 0; i < 64; i++) {
            y[i] = isnan(y[i]) ? 0.0F : y[i]; /* which NaN is not promised */
        }
        hash = hash * 31 + hash_floats(y, 64);
    }
    size_t offset[2] = {0, 9};
    tfl_rows rows = {.segments = 2, .length = 5, .stride = 3, .offset = offset};
    float b[10 * 6], c[8 * 6], packed[256];
    ck_assert_uint_le(kernels->packed_size(&rows, 6), 256);
    for (size_t i = 0; i < 60; i++) {
        b[i] = (float)tfl_rng_uniform(&rng) - 0.3F;
    }
    kernels->pack(&rows, 6, b, packed);
    kernels->product(&rows, 8, x, packed, 6, NULL, false, c, 6);
    hash = hash * 31 + hash_floats(c, 8 * 6);
    memset(b, 0, sizeof b);
    kernels->gradient(&rows, 8, x, c, 6, 6, b);
    return hash * 31 + hash_floats(b, 10 * 6);
}

/* Known once, and then the same for every compiler and machine. */
START_TEST(portable_gives_the_same_bytes_everywhere)
{
    ck_assert(tfl_cpu_force("portable"));
    uint64_t found = fingerprint(tfl_kernels_get());
    ck_assert_msg(found == 0xf81d921f9fdaa0bdU, "the fingerprint is 0x%llx", (unsigned long long)found);
}
END_TEST

START_TEST(levels_can_be_forced)
{
    ck_assert(!tfl_cpu_force("no-such-level"));
    const char *level;
    size_t n = 0;
    for (; (level = tfl_cpu_level_at(n)) != NULL; n++) {
        ck_assert(tfl_cpu_force(level));
        ck_assert_str_eq(tfl_cpu_level(), level);
    }
    ck_assert_uint_ge(n, 1);
    ck_assert_str_eq(tfl_cpu_level_at(n - 1), "portable");
}
END_TEST

START_TEST(the_environment_forces_a_level)
{
    ck_assert_int_eq(setenv("TFLIFT_CPU", "portable", 1), 0);
    ck_assert_str_eq(tfl_cpu_level(), "portable");
}
END_TEST

START_TEST(the_best_level_is_the_default)
{
    ck_assert_int_eq(unsetenv("TFLIFT_CPU"), 0);
    ck_assert_str_eq(tfl_cpu_level(), tfl_cpu_level_at(0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels");
    TCase *tests = tcase_create("kernels");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, levels_can_be_forced);
    tcase_add_test(tests, the_environment_forces_a_level);
    tcase_add_test(tests, the_best_level_is_the_default);
    tcase_add_test(tests, product_is_that_of_the_reference);
    tcase_add_test(tests, zeros_can_be_left_out);
    tcase_add_test(tests, gradient_is_that_of_the_reference);
    tcase_add_test(tests, matrix_and_vector_are_those_of_the_reference);
    tcase_add_test(tests, element_by_element_is_that_of_the_reference);
    tcase_add_test(tests, fold_is_that_of_the_reference);
    tcase_add_test(tests, looking_up_is_that_of_the_reference);
    tcase_add_test(tests, sums_of_rows_are_those_of_the_reference);
    tcase_add_test(tests, dots_are_those_of_the_reference);
    tcase_add_test(tests, tiles_are_those_of_the_reference);
    tcase_add_test(tests, parts_of_training_are_those_of_the_reference);
    tcase_add_test(tests, adam_is_that_of_the_reference);
    tcase_add_loop_test(tests, functions_are_those_of_the_reference, 0, TFL_FUNCTIONS);
    tcase_add_test(tests, portable_gives_the_same_bytes_everywhere);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
