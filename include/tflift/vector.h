/*
 * vector.h: loops over arrays, at the processor level that cpu.h chose. An element of a result depends on its own operands alone.
 */
#ifndef TFLIFT_VECTOR_H
#define TFLIFT_VECTOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void tfl_vector_add(float *y, const float *x, size_t n);                         /* y += x */
void tfl_vector_multiply(float *y, const float *a, const float *x, size_t n);    /* y[i] = a[i] x[i]; y may be a or x */
void tfl_vector_add_product(float *y, const float *a, const float *x, size_t n); /* y[i] += a[i] x[i] */

/*
 * The slope of the line between two points of a function f, where they are almost one point too.
 *
 * (f(to) - f(from)) / (to - from) is lost in rounding as the points come together. Where |part| < near or to == from, it is f'(from) by convention;
 * where |to - from| < close min(1, |middle|), the middle as far from 0 as that because many functions have their kink there, it is
 * f'(middle), whose error is that of the square of the distance.
 */
typedef struct tfl_secant {
    const float *from, *to;     /* points */
    const float *f_from, *f_to; /* the function there */
    const float *part;          /* what to - from is without rounding; NULL: to - from */
    float near, close;
} tfl_secant;

/* The points at which the derivative is wanted (somewhere, where it is not); then, with the derivatives there in slope, the slopes. */
void tfl_vector_secant_points(const tfl_secant *secant, float *point, size_t n);
void tfl_vector_secant(const tfl_secant *secant, float *slope, size_t n);

#ifdef __cplusplus
}
#endif
#endif
