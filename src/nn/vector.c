/* Loops over arrays: the kernels' for other folders. */
#include "config.h"

#include "tflift/vector.h"

#include "kernels_internal.h"

void tfl_vector_add(float *y, const float *x, size_t n)
{
    tfl_kernels_get()->add_scaled(y, 1.0F, x, n);
}

void tfl_vector_multiply(float *y, const float *a, const float *x, size_t n)
{
    tfl_kernels_get()->multiply(y, a, x, n);
}

void tfl_vector_add_product(float *y, const float *a, const float *x, size_t n)
{
    tfl_kernels_get()->add_product(y, a, x, n);
}

void tfl_vector_secant_points(const tfl_secant *secant, float *point, size_t n)
{
    tfl_kernels_get()->secant_points(secant, point, n);
}

void tfl_vector_secant(const tfl_secant *secant, float *slope, size_t n)
{
    tfl_kernels_get()->secant(secant, slope, n);
}
