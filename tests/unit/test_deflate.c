/* Blocks compressed by either library inflate to what they were made of. */
#include "config.h"

#define TFL_ZLIB_ALONE
#define tfl_deflater zlib_deflater
#define tfl_deflater_create zlib_deflater_create
#define tfl_deflater_free zlib_deflater_free
#define tfl_deflate zlib_deflate
#include "track/deflate.c" /* NOLINT(bugprone-suspicious-include): twice in one program, under two names */
#undef tfl_deflater
#undef tfl_deflater_create
#undef tfl_deflater_free
#undef tfl_deflate
#undef TFLIFT_DEFLATE_INTERNAL_H
#include "track/deflate_internal.h"

#include "tests/support/support.h"
#include "tflift/rng.h"

#include <stdio.h>

enum { SEED = 17, MOST = 70000 };

static void check_stream(const unsigned char *packed, size_t size, const unsigned char *bytes, size_t n, const char *what)
{
    static unsigned char inflated[MOST + 1];
    uLongf length = sizeof inflated;
    ck_assert_msg(uncompress(inflated, &length, packed, (uLong)size) == Z_OK, "%s: %zu bytes: no zlib stream", what, n);
    ck_assert_uint_eq(length, n);
    ck_assert_mem_eq(inflated, bytes, n);
}

START_TEST(both_inflate_to_the_same)
{
    static unsigned char bytes[MOST];
    tfl_error err = TFL_ERROR_INIT;
    tfl_deflater *usual = NULL;
    zlib_deflater *zlib = NULL;
    ck_assert_int_eq(tfl_deflater_create(&usual, &err), TFL_OK);
    ck_assert_int_eq(zlib_deflater_create(&zlib, &err), TFL_OK);
    for (uint64_t i = 0; i < 60; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "blocks", i);
        size_t n = 1 + tfl_rng_below(&rng, i % 3 == 0 ? 50 : MOST);
        unsigned range = 1 + tfl_rng_below(&rng, 256);
        for (size_t k = 0; k < n; k++) {
            bytes[k] = (unsigned char)tfl_rng_below(&rng, range);
        }
        const unsigned char *packed = NULL;
        size_t size = 0;
        ck_assert_int_eq(tfl_deflate(usual, bytes, n, &packed, &size, &err), TFL_OK);
        check_stream(packed, size, bytes, n, "usual");
        ck_assert_int_eq(zlib_deflate(zlib, bytes, n, &packed, &size, &err), TFL_OK);
        check_stream(packed, size, bytes, n, "zlib");
    }
    tfl_deflater_free(usual);
    zlib_deflater_free(zlib);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deflate");
    TCase *tests = tcase_create("deflate");
    printf("seed %d\n", SEED);
    tcase_add_test(tests, both_inflate_to_the_same);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
