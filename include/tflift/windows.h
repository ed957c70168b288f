/*
 * windows.h: what is read of a genome for each region: all of it, or so many bases around its summit.
 *
 * A window of L bases around position c is [c - L/2, c - L/2 + L) on the forward strand, whatever the region's strand,
 * L/2 rounded down. c is the summit that a narrowPeak row names, else (start + end) / 2 rounded down, so that a window
 * as long as its region is the region.
 */
#ifndef TFLIFT_WINDOWS_H
#define TFLIFT_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/bed.h"
#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/genome.h"
#include "tflift/region.h"
#include "tflift/spool.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_window {
    int64_t start, length; /* on the forward strand, within its contig */
    int64_t line;          /* of the region's file */
    size_t contig;         /* of the genome */
    char strand;           /* as the region names it: '+', '-', or '.' for none */
} tfl_window;

typedef struct tfl_windows {
    tfl_spool window; /* [n] in the order of the regions */
    size_t n;
    uint64_t regions; /* rows read */
    uint64_t middles; /* windows around the middle of a region without summit, whose length differs from the window's */
    uint64_t at_edge; /* regions left out because they, or their windows, leave the contig */
    uint64_t duplicates; /* windows left out because the same came before */
    char *letters;       /* [letters_capacity] of the window at hand, twice */
    size_t letters_capacity;
} tfl_windows;

/* clang-format off */
#define TFL_WINDOWS_INIT {TFL_SPOOL_INIT, 0, 0, 0, 0, 0, NULL, 0}
/* clang-format on */

/* Reads all regions; when they are many, they wait in a temporary file. length 0: regions as they are. Errors name file and line: a contig that
 * the genome does not have (the message says what the genome calls it), a region or window that leaves its contig
 * unless skip_edge is set, no region, none left. windows starts as TFL_WINDOWS_INIT; the
 * caller clears. */
tfl_status tfl_windows_read(tfl_bed *bed, const tfl_genome *genome, int64_t length, bool skip_edge,
                            tfl_windows *windows, tfl_error *err) TFL_MUST_USE;
void tfl_windows_clear(tfl_windows *windows);

/* Keeps what begins in windows [from, to): the clusters whose first window, in the order of the regions, is one of
 * these. A cluster is what overlapping windows connect, so that no window overlaps one of another cluster. Ranges that
 * follow one another thus share all windows out; where windows are sorted, their parts follow one another too. */
tfl_status tfl_windows_keep(tfl_windows *windows, size_t from, size_t to, tfl_error *err) TFL_MUST_USE;

/* Window i. */
tfl_status tfl_windows_find(tfl_windows *windows, size_t i, tfl_window *window, tfl_error *err) TFL_MUST_USE;

/* The sequence of window i and its place. Its name is CONTIG:START-END, 0-based and half-open, with (+) or (-) where
 * the region names a strand, as bedtools getfasta (with -s) has it; that of '-' is the reverse complement. sequence and
 * region are the caller's, reused from call to call. */
tfl_status tfl_windows_sequence(tfl_windows *windows, size_t i, tfl_genome *genome, tfl_sequence *sequence,
                                tfl_region *region, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
