/* Checked sizes and what is allocated with them. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7 };

/* Sizes of every magnitude, half of them next to a power of two. */
static size_t random_size(tfl_rng *rng)
{
    size_t size = (size_t)(tfl_rng_next64(rng) >> tfl_rng_below(rng, 64));
    return tfl_rng_below(rng, 2) == 0 ? size : ((size_t)1 << tfl_rng_below(rng, 64)) - tfl_rng_below(rng, 2);
}

START_TEST(overflow_is_noticed)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "sizes", 0);
    size_t overflows = 0;
    for (int i = 0; i < 20000; i++) {
        size_t a = random_size(&rng), b = random_size(&rng), product, sum;
        bool fits = a == 0 || a * b / a == b; /* unsigned arithmetic wraps, and then the quotient is another */
        ck_assert_int_eq(tfl_size_mul(a, b, &product), fits);
        ck_assert_uint_eq(product, fits ? a * b : SIZE_MAX);
        bool sum_fits = a + b >= a;
        ck_assert_int_eq(tfl_size_add(a, b, &sum), sum_fits);
        ck_assert_uint_eq(sum, sum_fits ? a + b : SIZE_MAX);
        uint64_t named = tfl_rng_next64(&rng) >> tfl_rng_below(&rng, 64);
        size_t size;
        ck_assert_int_eq(tfl_size_from(named, &size), named <= SIZE_MAX);
        ck_assert_uint_eq(size, named <= SIZE_MAX ? named : SIZE_MAX);
        overflows += !fits;
    }
    printf("seed %d: %zu of 20000 products overflow\n", SEED, overflows);
    ck_assert(overflows > 2000 && overflows < 18000);
}
END_TEST

START_TEST(too_large_is_null)
{
    static const size_t counts[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8 + 1, (size_t)PTRDIFF_MAX / 4 + 1};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *old = tfl_strdup("kept");
        ck_assert_ptr_null(tfl_calloc(counts[i], 8));
        ck_assert_ptr_null(tfl_alloc_floats(counts[i]));
        ck_assert_ptr_null(tfl_realloc(old, counts[i], 8));
        ck_assert_str_eq(old, "kept");
        free(old);
    }
}
END_TEST

START_TEST(nothing_is_something)
{
    void *a = tfl_calloc(0, 8);
    void *b = tfl_realloc(NULL, 0, 8);
    float *c = tfl_alloc_floats(0);
    ck_assert(a != NULL && b != NULL && c != NULL);
    free(a);
    free(b);
    free(c);
}
END_TEST

START_TEST(arrays_grow_and_keep_their_content)
{
    tfl_error err = TFL_ERROR_INIT;
    size_t *array = NULL, capacity = 0, moves = 0;
    for (size_t n = 0; n < 100000; n++) {
        size_t before = capacity;
        ck_assert_int_eq(TFL_GROW(array, &capacity, n + 1, "numbers", &err), TFL_OK);
        ck_assert_uint_gt(capacity, n);
        moves += capacity != before;
        array[n] = n;
    }
    ck_assert_uint_lt(moves, 40);
    for (size_t n = 0; n < 100000; n++) {
        ck_assert_uint_eq(array[n], n);
    }
    const size_t *old = array;
    size_t old_capacity = capacity;
    ck_assert_int_eq(TFL_GROW(array, &capacity, SIZE_MAX / 4, "numbers", &err), TFL_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory for numbers");
    ck_assert_ptr_eq(array, old);
    ck_assert_uint_eq(capacity, old_capacity);
    free(array);
}
END_TEST

START_TEST(floats_are_aligned_and_zero)
{
    for (size_t n = 1; n < 3000000; n += n < 200 ? 1 : 999983) {
        float *floats = tfl_alloc_floats(n);
        ck_assert_ptr_nonnull(floats);
        ck_assert_uint_eq((uintptr_t)floats % 64, 0);
        for (size_t i = 0; i < n; i++) {
            ck_assert(floats[i] == 0);
        }
        memset(floats, 255, n * sizeof *floats);
        free(floats);
    }
}
END_TEST

START_TEST(texts_are_copied)
{
    const char text[] = "chr1:100-300";
    for (size_t length = 0; length < sizeof text + 5; length++) {
        char *copy = tfl_strndup(text, length);
        ck_assert_uint_eq(strlen(copy), length < strlen(text) ? length : strlen(text));
        ck_assert_int_eq(strncmp(copy, text, length), 0);
        free(copy);
    }
    char *copy = tfl_strdup("");
    ck_assert_str_eq(copy, "");
    free(copy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_test(tests, overflow_is_noticed);
    tcase_add_test(tests, too_large_is_null);
    tcase_add_test(tests, nothing_is_something);
    tcase_add_test(tests, arrays_grow_and_keep_their_content);
    tcase_add_test(tests, floats_are_aligned_and_zero);
    tcase_add_test(tests, texts_are_copied);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
