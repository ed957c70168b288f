/* The reader of golden arrays, which other tests rely on. */
#include "config.h"

#include "tests/support/npy.h"
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

/* A version 1.0 file with this header text and these data bytes. */
static size_t build(unsigned char *file, const char *header, const void *data, size_t size)
{
    size_t length = strlen(header);
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    file[8] = (unsigned char)(length & 255);
    file[9] = (unsigned char)(length >> 8);
    memcpy(file + 10, header, length);
    memcpy(file + 10 + length, data, size);
    return 10 + length + size;
}

START_TEST(reads_types_and_shapes)
{
    static const struct {
        const char *header;
        const char *bytes;
        size_t size;
        unsigned rank;
        size_t dim[2];
        double value[2];
    } rows[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n",
         "\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0",
         16,
         2,
         {1, 2},
         {1.5, -2}},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n",
         "\0\0\xc0\x3f\0\0\0\xc0",
         8,
         1,
         {2, 0},
         {1.5, -2}},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }\n",
         "\7\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
         16,
         2,
         {2, 1},
         {7, -1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char file[256];
        test_npy array;
        size_t size = build(file, rows[i].header, rows[i].bytes, rows[i].size);
        test_npy_parse(file, size, "made", &array);
        ck_assert_uint_eq(array.rank, rows[i].rank);
        for (unsigned axis = 0; axis < array.rank; axis++) {
            ck_assert_uint_eq(array.dim[axis], rows[i].dim[axis]);
        }
        ck_assert_uint_eq(array.size, 2);
        ck_assert(array.value[0] == rows[i].value[0] && array.value[1] == rows[i].value[1]);
        test_npy_free(&array);
    }
}
END_TEST

START_TEST(measures_differences)
{
    double value[] = {1, -4, 2};
    float got[] = {1, -3.5F, 2};
    test_npy array = {.rank = 1, .dim = {3}, .size = 3, .value = value};
    ck_assert(test_npy_largest(&array) == 4);
    ck_assert(test_npy_difference(&array, got) == 0.5);
    got[2] = NAN;
    ck_assert(isinf(test_npy_difference(&array, got)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npy");
    TCase *tests = tcase_create("npy");
    tcase_add_test(tests, reads_types_and_shapes);
    tcase_add_test(tests, measures_differences);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
