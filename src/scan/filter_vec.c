/* Compiled per processor level like src/nn/kernels_vec.c, with the same macros and TFL_FILTER, the name of the function. */
#include "config.h"

#include "filter_internal.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif

enum {
    V = 4 * TFL_VECTOR,                         /* starts per vector */
    TOGETHER = TFL_REGISTERS >= 32 ? 8 : 4 /* vectors; on two strands half of the registers */
};

typedef uint8_t vec __attribute__((vector_size(4 * TFL_VECTOR)));
typedef uint8_t loose __attribute__((vector_size(4 * TFL_VECTOR), aligned(1), may_alias)); /* anywhere in memory */

#define INLINE static inline __attribute__((always_inline))

/* Every loop over sums, or they live in memory. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* What GCC's vector extensions lack: a table of 16 bytes, with VBMI of 64, that table looked up at every byte of an index, a sum that stops at 255, the
 * smaller of two, and a bit for each byte that is at most a limit. */
#if defined(__AVX512VBMI__)

INLINE vec load_table(const uint8_t table[64])
{
    return (vec)_mm512_loadu_si512(table);
}

INLINE vec look_up(vec table, vec index)
{
    return (vec)_mm512_permutexvar_epi8((__m512i)index, (__m512i)table);
}

#elif TFL_VECTOR == 16

INLINE vec load_table(const uint8_t table[16])
{
    return (vec)_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
}

INLINE vec look_up(vec table, vec index)
{
    return (vec)_mm512_shuffle_epi8((__m512i)table, (__m512i)index);
}

#endif
#if TFL_VECTOR == 16

INLINE vec add(vec a, vec b)
{
    return (vec)_mm512_adds_epu8((__m512i)a, (__m512i)b);
}

INLINE vec least(vec a, vec b)
{
    return (vec)_mm512_min_epu8((__m512i)a, (__m512i)b);
}

INLINE uint64_t at_most(vec a, vec limit)
{
    return _mm512_cmple_epu8_mask((__m512i)a, (__m512i)limit);
}

#elif TFL_VECTOR == 8

INLINE vec load_table(const uint8_t table[16])
{
    return (vec)_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

INLINE vec look_up(vec table, vec index)
{
    return (vec)_mm256_shuffle_epi8((__m256i)table, (__m256i)index);
}

INLINE vec add(vec a, vec b)
{
    return (vec)_mm256_adds_epu8((__m256i)a, (__m256i)b);
}

INLINE vec least(vec a, vec b)
{
    return (vec)_mm256_min_epu8((__m256i)a, (__m256i)b);
}

INLINE uint64_t at_most(vec a, vec limit)
{
    return (uint32_t)_mm256_movemask_epi8((__m256i)(a <= limit));
}

#else

INLINE vec load_table(const uint8_t table[16])
{
    return (vec)vld1q_u8(table);
}

INLINE vec look_up(vec table, vec index)
{
    return (vec)vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)index);
}

INLINE vec add(vec a, vec b)
{
    return (vec)vqaddq_u8((uint8x16_t)a, (uint8x16_t)b);
}

INLINE vec least(vec a, vec b)
{
    return (vec)vminq_u8((uint8x16_t)a, (uint8x16_t)b);
}

INLINE uint64_t at_most(vec a, vec limit)
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vandq_u8((uint8x16_t)(a <= limit), bit);
    return (uint64_t)vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

#endif

/* Volatile, or gcc loads once for either strand, which takes longer than looking up. */
INLINE vec load(const uint8_t *from)
{
    return *(const volatile loose *)from;
}

/* Adds the words of TOGETHER vectors that have candidates to word[n]; returns their new number. */
INLINE size_t list_words(const vec sum[TOGETHER], vec limit, size_t start, uint32_t strand, tfl_filter_word *word, size_t n)
{
    UNROLL for (size_t first = 0; first < TOGETHER; first += TFL_FILTER_WORD / V) {
        uint64_t bits = 0;
        UNROLL for (size_t k = 0; k < TFL_FILTER_WORD / V; k++) {
            bits |= at_most(sum[first + k], limit) << k * V % TFL_FILTER_WORD;
        }
        word[n] = (tfl_filter_word){(uint32_t)(start + first * V), strand, bits};
        n += bits != 0;
    }
    return n;
}

INLINE size_t run(const tfl_filter *filter, size_t n_strands, const uint8_t *piece, size_t n, tfl_filter_word *word)
{
    const vec limit = (vec){0} + TFL_FILTER_LIMIT;
    size_t found = 0;
    for (size_t i = 0; i < n; i += TOGETHER * V) {
        vec sum[2][TOGETHER] = {{{0}}};
        size_t g = 0;
        do {
            const uint8_t *from = piece + i + filter->offset[g];
            vec table[2];
            UNROLL for (size_t s = 0; s < n_strands; s++) {
                table[s] = load_table(filter->deficit[g][s]);
            }
            UNROLL for (size_t k = 0; k < TOGETHER; k++) {
                vec letters = load(from + k * V);
                UNROLL for (size_t s = 0; s < n_strands; s++) {
                    sum[s][k] = add(sum[s][k], look_up(table[s], letters));
                }
            }
        } while (++g < filter->pieces);
        vec all = sum[0][0];
        UNROLL for (size_t k = 0; k < TOGETHER; k++) {
            all = least(all, n_strands > 1 ? least(sum[0][k], sum[1][k]) : sum[0][k]);
        }
        if (at_most(all, limit) != 0) {
            UNROLL for (size_t s = 0; s < n_strands; s++) {
                found = list_words(sum[s], limit, i, (uint32_t)s, word, found);
            }
        }
    }
    return found;
}

size_t TFL_FILTER(const tfl_filter *filter, size_t n_strands, const uint8_t *piece, size_t n, tfl_filter_word *word)
{
    return n_strands == 1 ? run(filter, 1, piece, n, word) : run(filter, 2, piece, n, word);
}
