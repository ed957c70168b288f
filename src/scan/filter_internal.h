/*
 * filter_internal.h: placements that cannot match, ruled out many at a time.
 *
 * A placement's deficit is how far its score falls short of the best word's. It is the sum of the deficits of pairs of neighbouring
 * letters, of which there are sixteen: what one instruction looks up for 16 to 64 placements. In units in which the largest deficit of
 * a match is TFL_FILTER_LIMIT, each rounded down and added in bytes that stop at 255, a sum above the limit tells that the placement
 * does not match. The others are candidates, which are scored exactly: no match is lost, and what is found does not depend on the filter.
 */
#ifndef TFLIFT_FILTER_INTERNAL_H
#define TFLIFT_FILTER_INTERNAL_H

#include "tflift/logodds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TFL_FILTER_PAIRS = 16,  /* most pairs that are looked at */
    TFL_FILTER_LIMIT = 250, /* largest deficit of a candidate */
    TFL_FILTER_STEP = 512,  /* starts are looked at in multiples of this */
    TFL_FILTER_WORD = 64,   /* starts per word of bits */
    TFL_FILTER_BEHIND = TFL_MOTIF_MAX_WIDTH + TFL_FILTER_STEP /* letters that may be read behind the last start */
};

/* A motif on both strands. */
typedef struct tfl_filter {
    size_t pairs;                             /* 0: it would rule out too little */
    size_t offset[TFL_FILTER_PAIRS];          /* of each pair's first letter in the placement */
    uint8_t deficit[TFL_FILTER_PAIRS][2][16]; /* on either strand, of the letters first + 4 * second */
} tfl_filter;

/* For matches that score at least threshold. */
void tfl_filter_prepare(const tfl_logodds *logodds, size_t n_strands, double threshold, tfl_filter *filter);

/* The score of a letter at a position of the motif as it lies on the strand. */
double tfl_strand_score(const tfl_logodds *logodds, size_t strand, size_t position, size_t code);

/* Starts first … first + 63 on a strand of which some may match: bit i stands for start first + i. */
typedef struct tfl_filter_word {
    uint32_t first, strand;
    uint64_t bits; /* not 0 */
} tfl_filter_word;

/* Lists the starts < n, n < 2^32, that may match, each word of 64 once: by start, but '+' before '-' in each TFL_FILTER_STEP; bits behind n say
 * nothing. Returns the number of words, at most n_strands / 64 for every start, n rounded up to TFL_FILTER_STEP. pair[i]: letters i and
 * i + 1, as above, readable up to there and TFL_MOTIF_MAX_WIDTH more. */
typedef size_t tfl_filter_run(const tfl_filter *filter, size_t n_strands, const uint8_t *pair, size_t n, tfl_filter_word *word);

/* The build for the processor level in use (cpu.h); NULL where the level has no instruction for it. */
tfl_filter_run *tfl_filter_get(void);

/* Compiled from filter_vec.c; those that configure left out do not exist. */
tfl_filter_run tfl_filter_v3, tfl_filter_v4, tfl_filter_neon;

#endif
