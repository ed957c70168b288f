/*
 * bigwig.h: bigWig files (Kent et al., "BigWig and BigBed", Bioinformatics 2010, supplement), written and read by us on zlib.
 *
 * Blocks are compressed by libdeflate where the library was built with it, else by zlib: the same values make the same bytes in one build, and
 * the same uncompressed blocks in any.
 *
 * Memory is bounded by the number of contigs, not by the values: index and zoom levels wait in temporary files.
 */
#ifndef TFLIFT_BIGWIG_H
#define TFLIFT_BIGWIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_bigwig_writer tfl_bigwig_writer;

enum { TFL_BIGWIG_LONGEST_NAME = 65535 /* bytes of a contig's, written or read: a file holds every name at the length of the longest */ };

/* Contigs in the order in which values will come, all of which will be in the file; lengths > 0. path must be a regular file. */
tfl_status tfl_bigwig_create(const char *path, const char *const *contig, const int64_t *length, size_t n_contigs,
                             tfl_bigwig_writer **out, tfl_error *err) TFL_MUST_USE;

/* One value per base of [start, start + n) of contig (its index), behind everything written before. NaN: no value there. */
tfl_status tfl_bigwig_write(tfl_bigwig_writer *writer, size_t contig, int64_t start, const float *value, size_t n, tfl_error *err) TFL_MUST_USE;

/* Frees writer in every case. */
tfl_status tfl_bigwig_commit(tfl_bigwig_writer *writer, tfl_error *err) TFL_MUST_USE;
void tfl_bigwig_discard(tfl_bigwig_writer *writer);

typedef struct tfl_bigwig tfl_bigwig;

/* Whether an ordinary file begins as a bigWig (or bigBed), or is called one; false for any other. */
bool tfl_bigwig_is(const char *path);

tfl_status tfl_bigwig_open(const char *path, tfl_bigwig **out, tfl_error *err) TFL_MUST_USE;
void tfl_bigwig_close(tfl_bigwig *bigwig);

size_t tfl_bigwig_contigs(const tfl_bigwig *bigwig);
const char *tfl_bigwig_contig(const tfl_bigwig *bigwig, size_t i, int64_t *length);

/* value[end - start], NaN where the file has none. An unknown contig gives only NaN and *known = 0 (known may be NULL). */
tfl_status tfl_bigwig_values(tfl_bigwig *bigwig, const char *contig, int64_t start, int64_t end, float *value, int *known,
                             tfl_error *err) TFL_MUST_USE;

/* The next values at or behind base from of contig i: value[*n] of bases [*start, *start + *n), the first and the last of them no NaN, *n at
 * most capacity; 0: there are no more. For a walk over a file: from is then *start + *n. */
tfl_status tfl_bigwig_next(tfl_bigwig *bigwig, size_t i, int64_t from, float *value, size_t capacity, int64_t *start, size_t *n,
                           tfl_error *err) TFL_MUST_USE;

typedef struct tfl_bigwig_summary {
    uint64_t bases;
    double min, max, sum, sum_squares;
} tfl_bigwig_summary;
tfl_bigwig_summary tfl_bigwig_total(const tfl_bigwig *bigwig);

#ifdef __cplusplus
}
#endif
#endif
