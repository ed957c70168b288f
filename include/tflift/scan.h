/*
 * scan.h: matches of motifs in a sequence, and the importance that falls on each.
 */
#ifndef TFLIFT_SCAN_H
#define TFLIFT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/logodds.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which placements are kept. */
typedef enum tfl_select {
    TFL_SELECT_PVALUE,    /* p-value <= limit */
    TFL_SELECT_THRESHOLD, /* log-odds >= limit */
    TFL_SELECT_TOP        /* the k best that do not overlap by more than half: after a match at m, starts max(0, m - h) … m + h - 2 and m
                             itself are out, h = floor(width / 2); of equal ones the first. With both strands a start counts by the
                             better one ('+' where they are equal) */
} tfl_select;

typedef struct tfl_scan_options {
    tfl_select select;
    double limit; /* p-value or log-odds */
    size_t top;
    bool both_strands;
    double background[TFL_BASES];
    double pseudocount;
    unsigned threads; /* that prepare the motifs, 4 ms each, and share long sequences */
} tfl_scan_options;

/* The defaults of tfscan: p <= 1e-4, both strands, background A, T 0.3 and C, G 0.2, pseudocount 0.001, one thread. */
tfl_scan_options tfl_scan_defaults(void);

typedef struct tfl_scanner tfl_scanner; /* immutable, shared by threads */

/* Prepares motifs (kept, not copied). The caller frees. */
tfl_status tfl_scanner_create(const tfl_motifs *motifs, const tfl_scan_options *options, tfl_scanner **out, tfl_error *err) TFL_MUST_USE;
void tfl_scanner_free(tfl_scanner *scanner);
const tfl_logodds *tfl_scanner_logodds(const tfl_scanner *scanner, size_t motif);

/* Whether any word at all can be a match of motif: short motifs have no word as rare as a small p-value. */
bool tfl_scanner_can_match(const tfl_scanner *scanner, size_t motif);

typedef struct tfl_match {
    size_t motif; /* index in the motifs */
    size_t start; /* 0-based, on the forward strand, also for '-' */
    char strand;
    double log_odds; /* natural logarithm */
    double pvalue;
    size_t rank; /* by log-odds among this motif's matches in the sequence, from 1 */
} tfl_match;

typedef struct tfl_matches {
    size_t n, capacity;
    tfl_match *match;
    size_t *placements; /* [motifs] scored, both strands: for q-values */
    struct tfl_scan_work *work; /* the scanner's own */
} tfl_matches;

/* Matches of every motif in sequence, ordered by start, then motif, '+' before '-'. A placement over a letter other than A, C, G, T is not
 * scored. matches starts as {0}, is reused from call to call with one scanner, and cleared by the caller. */
tfl_status tfl_scan(const tfl_scanner *scanner, const tfl_sequence *sequence, tfl_matches *matches, tfl_error *err) TFL_MUST_USE;
void tfl_matches_clear(tfl_matches *matches);

#ifdef __cplusplus
}
#endif
#endif
