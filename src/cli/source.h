/*
 * source.h: the sequences that a program works on, one after the other, with the place of each on the genome.
 *
 * A FASTA file today; regions of a genome are to become another kind of source behind the same calls.
 */
#ifndef TFLIFT_CLI_SOURCE_H
#define TFLIFT_CLI_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "tflift/alphabet.h"
#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/region.h"

typedef struct tfl_source tfl_source;

/* Part number of a source: contiguous parts of (nearly) equal numbers of sequences, so that parts put behind one
 * another are the whole. */
typedef struct tfl_shard {
    uint64_t number, of; /* 1 <= number <= of */
} tfl_shard;

/* Choices of --coords, for option tables: auto, none. */
const char *tfl_source_coordinates_at(size_t i, const char **help);

/* "I/N" -> shard. */
bool tfl_shard_parse(const char *text, tfl_shard *shard) TFL_MUST_USE;

typedef struct tfl_source_options {
    bool coordinates; /* names like chr1:100-300 place the sequence */
    tfl_n_policy n_policy;
    bool empty_records; /* records without letters are taken too */
    tfl_shard shard;    /* {1, 1}: everything; otherwise the file is read twice and cannot be standard input */
} tfl_source_options;

/* Sequences of a FASTA file; the caller closes. */
tfl_status tfl_source_open_fasta(const char *path, const tfl_source_options *options, tfl_source **out,
                                 tfl_error *err) TFL_MUST_USE;
void tfl_source_close(tfl_source *source);

/* The next sequence of the shard that the policy does not leave out, and its place; both are the caller's, reused from
 * call to call. *end is true instead behind the last one. Errors name file and record. */
tfl_status tfl_source_next(tfl_source *source, tfl_sequence *sequence, tfl_region *region, bool *end,
                           tfl_error *err) TFL_MUST_USE;

/* How much of it has been given out, 0 to 1, for progress; negative where that is not known. Only for the thread that
 * reads. */
double tfl_source_fraction(const tfl_source *source);

/* Sequences left out by the policy so far. */
uint64_t tfl_source_skipped(const tfl_source *source);

/* Length of the last sequence read, whether it was given out or not; 0 before the first. */
size_t tfl_source_length(const tfl_source *source);

const char *tfl_source_name(const tfl_source *source); /* the path, or "standard input" */

#endif
