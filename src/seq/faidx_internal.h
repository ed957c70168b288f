/* The index of a FASTA file: where in the file each contig's letters lie (.fai, samtools faidx). */
#ifndef TFLIFT_SEQ_FAIDX_INTERNAL_H
#define TFLIFT_SEQ_FAIDX_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seq/seekable_internal.h"
#include "tflift/error.h"
#include "tflift/table.h"

/* A contig. Its letter i is the byte offset + i / line_bases * line_width + i % line_bases of the file. */
typedef struct tfl_faidx_row {
    int64_t length;
    uint64_t offset;
    int64_t line_bases, line_width; /* 1 <= line_bases <= line_width, unless length is 0 */
} tfl_faidx_row;

typedef struct tfl_faidx {
    tfl_table *names; /* contig -> row */
    tfl_faidx_row *row;
    size_t n, capacity;
} tfl_faidx;

/* Where letter i < length lies. */
uint64_t tfl_faidx_offset(const tfl_faidx_row *row, int64_t i);

/* Reads a .fai; rows that cannot be any file's are errors with their line. faidx starts as {0}; the caller clears. */
tfl_status tfl_faidx_read(const char *path, tfl_faidx *faidx, tfl_error *err) TFL_MUST_USE;
void tfl_faidx_clear(tfl_faidx *faidx);

/* Makes the index by reading the whole file. Contigs of one name and lines of a contig of uneven length (but for the
 * last) are errors. */
tfl_status tfl_faidx_scan(tfl_seekable *fasta, tfl_faidx *faidx, tfl_error *err) TFL_MUST_USE;

/* Whether each contig, in the order of the index, lies between a header line of its name and the next one, so that the
 * whole file is accounted for, and whether its first and last lines are as told: one small read per contig. */
tfl_status tfl_faidx_fits(const tfl_faidx *faidx, tfl_seekable *fasta, bool *fits, tfl_error *err) TFL_MUST_USE;

/* Whether bytes are the end of a line: blanks, then LF. */
bool tfl_faidx_is_line_end(const char *bytes, size_t size);

/* Whether both say the same of every contig that has letters; *differs is the first of which they do not. */
bool tfl_faidx_same(const tfl_faidx *a, const tfl_faidx *b, const char **differs);

tfl_status tfl_faidx_write(const tfl_faidx *faidx, const char *path, tfl_error *err) TFL_MUST_USE;

#endif
