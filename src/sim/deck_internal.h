/*
 * deck_internal.h: cards that are dealt to n sequences in a random order, of each kind its exact share. A card takes as
 * many bits as its number does (1, 2, 4 … 32).
 */
#ifndef TFLIFT_DECK_INTERNAL_H
#define TFLIFT_DECK_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

typedef struct tfl_deck {
    uint32_t *word; /* cards, side by side */
    unsigned bits;  /* of one */
} tfl_deck;

/* Deals n cards of n_shares kinds, share[k] being the weight of kind k; seed and purpose say in which order. deck
 * starts as {0}; the caller frees with tfl_deck_clear, also after a failure. */
tfl_status tfl_deck_deal(tfl_deck *deck, uint64_t seed, const char *purpose, const double *share, size_t n_shares,
                         size_t n, tfl_error *err) TFL_MUST_USE;

/* Card i. */
uint32_t tfl_deck_card(const tfl_deck *deck, size_t i);

void tfl_deck_clear(tfl_deck *deck);

#endif
