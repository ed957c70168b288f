/* Counter-based random numbers. */
#include "config.h"

#include "tflift/rng.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- the generator */

/* One round of all blocks, [4][TFL_RNG_BLOCKS]: side by side they need not wait for each other's products. */
static void philox_round(uint32_t word[4][TFL_RNG_BLOCKS], uint32_t key0, uint32_t key1)
{
    for (unsigned b = 0; b < TFL_RNG_BLOCKS; b++) {
        uint64_t product0 = (uint64_t)0xD2511F53U * word[0][b];
        uint64_t product1 = (uint64_t)0xCD9E8D57U * word[2][b];
        uint32_t next0 = (uint32_t)(product1 >> 32) ^ word[1][b] ^ key0;
        uint32_t next2 = (uint32_t)(product0 >> 32) ^ word[3][b] ^ key1;
        word[0][b] = next0;
        word[1][b] = (uint32_t)product1;
        word[2][b] = next2;
        word[3][b] = (uint32_t)product0;
    }
}

static void next_blocks(tfl_rng *rng)
{
    uint32_t word[4][TFL_RNG_BLOCKS];
    for (unsigned b = 0; b < TFL_RNG_BLOCKS; b++) {
        for (unsigned i = 0; i < 4; i++) {
            word[i][b] = rng->counter[i];
        }
        if (++rng->counter[0] == 0) {
            rng->counter[1]++;
        }
    }
    uint32_t key0 = rng->key[0];
    uint32_t key1 = rng->key[1];
    for (int round = 0; round < 10; round++) {
        philox_round(word, key0, key1);
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    for (unsigned i = 0; i < 4 * TFL_RNG_BLOCKS; i++) {
        rng->draw[i] = word[i % 4][i / 4];
    }
    rng->used = 0;
}

/* The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
static uint64_t mix64(uint64_t bits)
{
    bits = (bits ^ (bits >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    bits = (bits ^ (bits >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return bits ^ (bits >> 33);
}

uint64_t tfl_hash64(const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    }
    return mix64(hash);
}

/* The name and the seed make the key, the index the upper half of the counter, so that streams of one name never meet.
 */
void tfl_rng_init(tfl_rng *rng, uint64_t seed, const char *name, uint64_t index)
{
    uint64_t key = mix64(tfl_hash64(name, strlen(name)) + mix64(seed ^ UINT64_C(0x9E3779B97F4A7C15)));
    memset(rng, 0, sizeof *rng);
    rng->key[0] = (uint32_t)key;
    rng->key[1] = (uint32_t)(key >> 32);
    rng->counter[2] = (uint32_t)index;
    rng->counter[3] = (uint32_t)(index >> 32);
    rng->used = 4 * TFL_RNG_BLOCKS;
}

uint32_t tfl_rng_next(tfl_rng *rng)
{
    if (rng->used >= 4 * TFL_RNG_BLOCKS) {
        next_blocks(rng);
    }
    return rng->draw[rng->used++];
}

uint64_t tfl_rng_next64(tfl_rng *rng)
{
    uint64_t low = tfl_rng_next(rng);
    uint64_t high = tfl_rng_next(rng);
    return high << 32 | low;
}

/* ---------------------------------------------------------------- distributions */

/* Lemire, "Fast random integer generation in an interval", 2019: the product's upper half, unless its lower half is one
 * of the 2^32 mod bound values that would favour some results. */
uint32_t tfl_rng_below(tfl_rng *rng, uint32_t bound)
{
    uint64_t product = (uint64_t)tfl_rng_next(rng) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = (0U - bound) % bound;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)tfl_rng_next(rng) * bound;
        }
    }
    return (uint32_t)(product >> 32);
}

/* How many of bound, bound - 1, … (at most n) can share 32 bits, and their product: the smaller it is, the fewer draws
 * are rejected. */
static uint32_t count_sharing(uint32_t bound, uint32_t n, uint32_t *product)
{
    enum { LARGEST_PRODUCT = 1 << 26 };
    uint64_t all = bound;
    uint32_t sharing = 1;
    while (sharing < n && all * (bound - sharing) <= LARGEST_PRODUCT) {
        all *= bound - sharing;
        sharing++;
    }
    *product = (uint32_t)all;
    return sharing;
}

/* Lemire's method carried on with what is left below the product (Brackett-Rozinsky and Lemire, "Batched ranged random
 * integer generation", 2024). */
static void draw_sharing(tfl_rng *rng, uint32_t bound, uint32_t *draw, uint32_t sharing, uint32_t product)
{
    uint32_t rest;
    do {
        rest = tfl_rng_next(rng);
        for (uint32_t i = 0; i < sharing; i++) {
            uint64_t scaled = (uint64_t)rest * (bound - i);
            draw[i] = (uint32_t)(scaled >> 32);
            rest = (uint32_t)scaled;
        }
    } while (rest < product && rest < (0U - product) % product);
}

void tfl_rng_below_falling(tfl_rng *rng, uint32_t bound, uint32_t *draw, uint32_t n)
{
    while (n > 0) {
        uint32_t product;
        uint32_t sharing = count_sharing(bound, n, &product);
        draw_sharing(rng, bound, draw, sharing, product);
        bound -= sharing;
        draw += sharing;
        n -= sharing;
    }
}

double tfl_rng_uniform(tfl_rng *rng)
{
    return (double)(tfl_rng_next64(rng) >> 11) * 0x1p-53;
}

double tfl_rng_normal(tfl_rng *rng)
{
    double x;
    double square;
    do {
        x = 2 * tfl_rng_uniform(rng) - 1;
        double y = 2 * tfl_rng_uniform(rng) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    return x * sqrt(-2 * log(square) / square);
}

unsigned tfl_rng_poisson(tfl_rng *rng, double mean)
{
    double rest = tfl_rng_uniform(rng);
    double probability = exp(-mean);
    unsigned count = 0;
    while (rest >= probability) {
        rest -= probability;
        count++;
        probability *= mean / count;
        if (count > mean && probability < 1e-18) { /* what is left of rest is rounding */
            break;
        }
    }
    return count;
}

size_t tfl_rng_choose(tfl_rng *rng, const double *weight, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        total += weight[i];
    }
    double rest = tfl_rng_uniform(rng) * total;
    size_t last = 0; /* with a positive weight: the answer where rounding leaves something over */
    for (size_t i = 0; i < n; i++) {
        if (weight[i] > 0) {
            if (rest < weight[i]) {
                return i;
            }
            last = i;
            rest -= weight[i];
        }
    }
    return last;
}

static void swap_bytes(unsigned char *a, unsigned char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

void tfl_rng_shuffle(tfl_rng *rng, void *array, size_t n, size_t size)
{
    enum { AT_ONCE = 256 };
    unsigned char *bytes = array;
    uint32_t draw[AT_ONCE];
    while (n > 1) {
        uint32_t count = n - 1 < AT_ONCE ? (uint32_t)(n - 1) : AT_ONCE;
        tfl_rng_below_falling(rng, (uint32_t)n, draw, count);
        for (uint32_t i = 0; i < count; i++) {
            n--;
            swap_bytes(bytes + n * size, bytes + draw[i] * size, size);
        }
    }
}
