/*
 * kernels_vector_internal.h: the vectors of one processor level, in GCC's vector extensions. Sources that include it are compiled once per
 * level, with
 *   TFL_VECTOR     floats per vector
 *   TFL_REGISTERS  vector registers (16 or 32)
 * and with -ffp-contract=off: a product and a sum are rounded once where the source says so (multiply_add), which is at every level but the
 * portable one.
 */
#ifndef TFLIFT_KERNELS_VECTOR_INTERNAL_H
#define TFLIFT_KERNELS_VECTOR_INTERNAL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if TFL_VECTOR >= 8
#include <immintrin.h>
#elif TFL_REGISTERS >= 32
#include <arm_neon.h>
#endif

enum { V = TFL_VECTOR };

typedef float vec __attribute__((vector_size(4 * TFL_VECTOR)));
typedef int32_t ivec __attribute__((vector_size(4 * TFL_VECTOR)));
typedef float loose __attribute__((vector_size(4 * TFL_VECTOR), aligned(4), may_alias)); /* anywhere in memory */
typedef float quad __attribute__((vector_size(16)));
typedef float loose_quad __attribute__((vector_size(16), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

INLINE vec load(const float *x)
{
    return *(const loose *)x;
}

INLINE void store(float *x, vec v)
{
    *(loose *)x = v;
}

INLINE vec splat(float x)
{
#if TFL_VECTOR == 16
    return (vec){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
#elif TFL_VECTOR == 8
    return (vec){x, x, x, x, x, x, x, x};
#else
    return (vec){x, x, x, x};
#endif
}

/* a b + c. */
INLINE vec multiply_add(vec a, vec b, vec c)
{
#if TFL_VECTOR == 16
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif TFL_VECTOR == 8
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif TFL_REGISTERS >= 32
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
    return a * b + c;
#endif
}

INLINE float multiply_add_one(float a, float b, float c)
{
#if TFL_VECTOR > 4 || TFL_REGISTERS > 16
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
