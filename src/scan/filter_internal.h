/*
 * filter_internal.h: placements that cannot match, ruled out many at a time.
 *
 * A placement's deficit is how far its score falls short of the best word's. It is the sum of the deficits of pieces of two or three
 * neighbouring letters, of which there are 16 or 64: what one instruction looks up for 16 to 64 placements. In units in which the
 * largest deficit of a match is TFL_FILTER_LIMIT, each rounded down and added in bytes that stop at 255, a sum above the limit tells
 * that the placement does not match. The others are candidates, which are scored exactly: no match is lost, and what is found does not
 * depend on the filter.
 */
#ifndef TFLIFT_FILTER_INTERNAL_H
#define TFLIFT_FILTER_INTERNAL_H

#include "tflift/logodds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TFL_FILTER_PIECES = 16,   /* most pieces that are looked at */
    TFL_FILTER_LETTERS = 3,   /* most letters of a piece */
    TFL_FILTER_KINDS = 64,    /* of pieces of that many letters */
    TFL_FILTER_LIMIT = 250,   /* largest deficit of a candidate */
    TFL_FILTER_STEP = 512,    /* starts are looked at in multiples of this */
    TFL_FILTER_WORD = 64,     /* starts per word of bits */
    TFL_FILTER_BEHIND = TFL_MOTIF_MAX_WIDTH + TFL_FILTER_STEP /* letters that may be read behind the last start */
};

/* A motif on both strands. */
typedef struct tfl_filter {
    size_t pieces;                    /* 0: it would rule out too little */
    size_t offset[TFL_FILTER_PIECES]; /* of each piece's first letter in the placement */
    uint8_t deficit[TFL_FILTER_PIECES][2][TFL_FILTER_KINDS]; /* on either strand, of the letters first + 4 * second + 16 * third */
} tfl_filter;

/* For matches that score at least threshold, and pieces of that many letters. */
void tfl_filter_prepare(const tfl_logodds *logodds, size_t n_strands, double threshold, size_t letters, tfl_filter *filter);

/* The score of a letter at a position of the motif as it lies on the strand. */
double tfl_strand_score(const tfl_logodds *logodds, size_t strand, size_t position, size_t code);

/* Starts first … first + 63 on a strand of which some may match: bit i stands for start first + i. */
typedef struct tfl_filter_word {
    uint32_t first, strand;
    uint64_t bits; /* not 0 */
} tfl_filter_word;

/* Lists the starts < n, n < 2^32, that may match, each word of 64 once: by start, but '+' before '-' in each TFL_FILTER_STEP; bits behind n say
 * nothing. Returns the number of words, at most n_strands / 64 for every start, n rounded up to TFL_FILTER_STEP. piece[i]: the letters from
 * i on, as above, readable up to there and TFL_MOTIF_MAX_WIDTH more. */
typedef size_t tfl_filter_run(const tfl_filter *filter, size_t n_strands, const uint8_t *piece, size_t n, tfl_filter_word *word);

/* A build, and how many letters its pieces have. */
typedef struct tfl_filter_build {
    tfl_filter_run *run;
    size_t letters;
} tfl_filter_build;

/* The build for the processor level in use (cpu.h); its run is NULL where the level has no instruction for it. */
tfl_filter_build tfl_filter_get(void);

/* Compiled from filter_vec.c; those that configure left out do not exist. */
tfl_filter_run tfl_filter_v3, tfl_filter_v4, tfl_filter_vbmi, tfl_filter_neon;

#endif
