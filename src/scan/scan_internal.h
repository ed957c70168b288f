/* scan_internal.h: what the ways to find matches share. */
#ifndef TFLIFT_SCAN_INTERNAL_H
#define TFLIFT_SCAN_INTERNAL_H

#include "filter_internal.h"
#include "tflift/scan.h"

#include <stdatomic.h>

enum {
    TFL_QUAD = 4,
    TFL_QUAD_WORDS = 256,  /* 4^4 */
    TFL_BEHIND_QUADS = 16 /* bytes behind the last quad that may be read and written */
};

/* A motif on one strand, four positions at a time. The group that tells most comes first, so that most placements are
 * given up after two; there are at least two, of which the second may be empty. */
typedef struct tfl_strand_tables {
    size_t groups;
    size_t *offset;                  /* [groups] of the group's first letter in the placement */
    double (*score)[TFL_QUAD_WORDS]; /* [groups] of the group's letters, the first in the lowest bits; letters behind
                                        the motif's end count 0 */
    double rest;                     /* the best that the groups behind the first two can add */
} tfl_strand_tables;

typedef struct tfl_prepared {
    tfl_logodds *logodds;
    tfl_pvalues *pvalues;
    double threshold; /* smallest score that may be a match */
    tfl_strand_tables strand[2];
    tfl_filter filter;
} tfl_prepared;

struct tfl_scanner {
    tfl_scan_options options;
    size_t n_strands;
    const tfl_motifs *motifs;
    tfl_prepared *motif; /* [motifs->n] */
    size_t narrowest, widest;
    tfl_filter_build filter;
    atomic_uint *n_scanning; /* long sequences, at the moment: they share the threads */
};

/* Neighbouring letters that are all A, C, G or T. */
typedef struct tfl_stretch {
    size_t from, to;
} tfl_stretch;

/* A start, and what it scores. */
typedef struct tfl_candidate {
    double score;
    size_t start;
    char strand;
} tfl_candidate;

/* A match among those of its motif. */
typedef struct tfl_ranked {
    uint64_t deficit; /* how far its score falls short of the best one, in units of 2^-40: exact (logodds.h) */
    size_t match;
} tfl_ranked;

/* What a thread needs for a sequence. */
struct tfl_scan_work {
    size_t length;
    uint8_t *quad; /* [length] letters i … i + 3 */
    size_t quad_capacity;
    tfl_stretch *stretch; /* [n_stretches] with room for the narrowest motif */
    size_t n_stretches, stretch_capacity;
    tfl_candidate *candidate; /* those that the best k are among */
    size_t candidate_capacity;
    bool *taken; /* [length] */
    size_t taken_capacity;
    tfl_ranked *ranked; /* [matches] by motif, then rank, and as many more to sort in */
    size_t ranked_capacity;
    size_t *first; /* [motifs + 1] of each motif's in ranked */
};

static const char tfl_strand_letter[2] = {'+', '-'};

/* The score of a placement. */
static inline double tfl_score_placement(const tfl_strand_tables *tables, const uint8_t *quad)
{
    double score = 0;
    for (size_t g = 0; g < tables->groups; g++) {
        score += tables->score[g][quad[tables->offset[g]]];
    }
    return score;
}

/* Fills motif for logodds and threshold. */
tfl_status tfl_prepare_tables(tfl_prepared *motif, size_t n_strands, tfl_error *err) TFL_MUST_USE;
void tfl_free_tables(tfl_prepared *motif);

tfl_status tfl_matches_add(tfl_matches *matches, const tfl_match *match, tfl_error *err) TFL_MUST_USE;

/* For qsort: by start, then motif, '+' before '-'. */
int tfl_match_by_place(const void *a, const void *b);

/* Fill matches, of which work holds the sequence, in that order, with ranks: all that reach the threshold, or the best k. */
tfl_status tfl_find_good(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_find_best(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err) TFL_MUST_USE;

#endif
