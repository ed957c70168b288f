/*
 * bed.h: regions of a genome in BED3 to BED12 and narrowPeak, row by row; plain, gzip, BGZF or standard input.
 *
 * Columns lie between tabs; a row without any tab is split at blanks. Empty lines, lines that begin with '#', and the
 * browsers' "track" and "browser" lines are passed over. Formats: the BED specification of GA4GH, version 1.0, and
 * UCSC's description of ENCODE narrowPeak, which is BED6+4.
 */
#ifndef TFLIFT_BED_H
#define TFLIFT_BED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest position that a row may name: far behind the end of any contig, and sums of two of them do not overflow.
 */
#define TFL_BED_MOST INT64_C(1000000000000)

typedef struct tfl_bed_row {
    const char *contig; /* valid until the next row is read */
    int64_t start, end; /* 0-based, half-open: 0 <= start < end <= TFL_BED_MOST */
    int64_t summit;     /* position on the contig, start <= summit < end; -1 where the row names none */
    char strand;        /* '+', '-', or '.' where the row names none */
    const char *name, *score; /* columns 4 and 5 as they are, valid until the next row is read; NULL where there are none */
} tfl_bed_row;

typedef struct tfl_bed tfl_bed;

/* Whether a line of BED, or of its like with other columns (bedGraph), is a row: neither empty nor one of those above. */
bool tfl_bed_is_row(const char *line);

/* Whether a row of BED or bedGraph can begin with this contig: else it would read as a comment or a browser's line, or,
 * with control characters, make a file begin as a compressed one does. */
bool tfl_bed_can_begin(const char *contig);

/* Opens path ("-": standard input); the caller closes. */
tfl_status tfl_bed_open(const char *path, tfl_bed **out, tfl_error *err) TFL_MUST_USE;

/* The same over bytes in memory (not copied), called name in messages. */
tfl_status tfl_bed_open_memory(const void *bytes, size_t size, const char *name, tfl_bed **out,
                               tfl_error *err) TFL_MUST_USE;
void tfl_bed_close(tfl_bed *bed);

/* The next row; *found is false instead at the end. The first row tells whether the file is narrowPeak: 10 columns, of
 * which 7 to 9 are numbers and the last is a whole number from -1, and which are not BED's thick part, colour and count
 * of blocks. Columns that are not used are not looked at. Errors name file and line: fewer than 3 columns, a number of
 * columns that differs from the first row's, a contig without name, positions that are no whole numbers from 0 to
 * TFL_BED_MOST, start >= end, a strand other than '+', '-' and '.', a summit outside the region. */
tfl_status tfl_bed_next(tfl_bed *bed, tfl_bed_row *row, bool *found, tfl_error *err) TFL_MUST_USE;

/* Whether the rows read so far are narrowPeak's. */
bool tfl_bed_is_narrowpeak(const tfl_bed *bed);

int64_t tfl_bed_line(const tfl_bed *bed);     /* of the last row, from 1 */
const char *tfl_bed_name(const tfl_bed *bed); /* the path, or "standard input" */

/* tfl_fail(TFL_EINPUT) with "NAME:LINE: " of the last row in front. */
tfl_status tfl_bed_fail(const tfl_bed *bed, tfl_error *err, const char *format, ...) TFL_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
