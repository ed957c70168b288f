/* Exact shares, dealt in a random order. */
#include "config.h"

#include "sim/deck_internal.h"

#include "tflift/memory.h"
#include "tflift/rng.h"

#include <stdlib.h>

enum { WORD = 32 };

/* How many of n each of the shares gets: the whole part, and what is left over to the largest remainders, the first of
 * equals. */
static void apportion(size_t n, const double *share, size_t n_shares, size_t *number, double *remainder)
{
    double sum = 0;
    size_t given = 0;
    for (size_t i = 0; i < n_shares; i++) {
        sum += share[i];
    }
    for (size_t i = 0; i < n_shares; i++) {
        double exact = (double)n * share[i] / sum;
        number[i] = (size_t)(exact + 1e-9); /* 8000 * 0.1 is 800, whatever rounding says */
        remainder[i] = share[i] > 0 ? exact - (double)number[i] : -1;
        given += number[i];
    }
    for (; given < n; given++) {
        size_t best = 0;
        for (size_t i = 1; i < n_shares; i++) {
            best = remainder[i] > remainder[best] ? i : best;
        }
        number[best]++;
        remainder[best] -= 1;
    }
}

void tfl_deck_clear(tfl_deck *deck)
{
    free(deck->word);
    *deck = (tfl_deck){0};
}

uint32_t tfl_deck_card(const tfl_deck *deck, size_t i)
{
    size_t in_word = WORD / deck->bits;
    return deck->word[i / in_word] >> i % in_word * deck->bits & UINT32_MAX >> (WORD - deck->bits);
}

static void set_card(tfl_deck *deck, size_t i, uint32_t card)
{
    size_t in_word = WORD / deck->bits;
    size_t shift = i % in_word * deck->bits;
    uint32_t mask = UINT32_MAX >> (WORD - deck->bits) << shift;
    uint32_t *word = &deck->word[i / in_word];
    *word = (*word & ~mask) | card << shift;
}

/* The order that tfl_rng_shuffle gives, which has no elements smaller than a byte. */
static void shuffle(tfl_deck *deck, tfl_rng *rng, size_t n)
{
    enum { AT_ONCE = 256 };
    uint32_t draw[AT_ONCE];
    while (n > 1) {
        uint32_t count = n - 1 < AT_ONCE ? (uint32_t)(n - 1) : AT_ONCE;
        tfl_rng_below_falling(rng, (uint32_t)n, draw, count);
        for (uint32_t i = 0; i < count; i++) {
            n--;
            uint32_t card = tfl_deck_card(deck, n);
            set_card(deck, n, tfl_deck_card(deck, draw[i]));
            set_card(deck, draw[i], card);
        }
    }
}

static void fill(tfl_deck *deck, const size_t *number, size_t n_shares)
{
    size_t next = 0;
    for (size_t i = 0; i < n_shares; i++) {
        for (size_t j = 0; j < number[i]; j++) {
            set_card(deck, next++, (uint32_t)i);
        }
    }
}

tfl_status tfl_deck_deal(tfl_deck *deck, uint64_t seed, const char *purpose, const double *share, size_t n_shares,
                         size_t n, tfl_error *err)
{
    if (n > UINT32_MAX) { /* which is as far as numbers are drawn */
        return tfl_fail(err, TFL_EUNSUPPORTED, "a simulation of %zu sequences; %lu is the most", n,
                        (unsigned long)UINT32_MAX);
    }
    for (deck->bits = 1; deck->bits < WORD && n_shares > (size_t)1 << deck->bits; deck->bits *= 2) {
        /* until the largest number fits */
    }
    size_t *number = tfl_calloc(n_shares, sizeof *number);
    double *remainder = tfl_calloc(n_shares, sizeof *remainder);
    deck->word = tfl_calloc(n / (WORD / deck->bits) + 1, sizeof *deck->word);
    tfl_status status = TFL_OK;
    if (number == NULL || remainder == NULL || deck->word == NULL) {
        status = tfl_fail_memory(err, "a simulation");
    } else {
        tfl_rng rng;
        apportion(n, share, n_shares, number, remainder);
        fill(deck, number, n_shares);
        tfl_rng_init(&rng, seed, purpose, 0);
        shuffle(deck, &rng, n);
    }
    free(number);
    free(remainder);
    return status;
}
