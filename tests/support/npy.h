/* Arrays of the golden data: NumPy's .npy format, version 1.0 to 3.0, little-endian float64, float32 or int64, C order.
 */
#ifndef TFLIFT_TEST_NPY_H
#define TFLIFT_TEST_NPY_H

#include <stddef.h>

enum { TEST_NPY_MAX_RANK = 8 };

typedef struct test_npy {
    unsigned rank;
    size_t dim[TEST_NPY_MAX_RANK];
    size_t size;   /* product of the dimensions */
    double *value; /* [size] */
} test_npy;

/* Reads path; anything wrong with it fails the test. Free with test_npy_free(). */
void test_npy_read(const char *path, test_npy *array);

/* The same from memory (a member of an .npz), called name in messages. */
void test_npy_parse(const void *bytes, size_t size, const char *name, test_npy *array);

void test_npy_free(test_npy *array);

/* Largest |value|, and largest |value - got|: what "within 1e-5 of the largest value" needs. NaN anywhere gives
 * INFINITY. */
double test_npy_largest(const test_npy *array);
double test_npy_difference(const test_npy *array, const float *got);

#endif
