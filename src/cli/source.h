/*
 * source.h: the sequences that a program works on, one after the other, with the place of each on the genome.
 *
 * A FASTA file, or regions of a genome (--genome and --regions), behind the same calls.
 */
#ifndef TFLIFT_CLI_SOURCE_H
#define TFLIFT_CLI_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "tflift/alphabet.h"
#include "tflift/error.h"
#include "tflift/fasta.h"
#include "tflift/genome.h"
#include "tflift/region.h"

typedef struct tfl_source tfl_source;

/* What the command line says about regions, beside the operand for FASTA. */
typedef struct tfl_source_input {
    const char *genome, *regions; /* NULL: not given */
    size_t window;                /* 0: not given */
    bool skip_edge;
} tfl_source_input;

/* clang-format off */
/* Rows for a tfl_source_input; shown is the default of --window in words. */
#define TFL_SOURCE_ROWS(type, member, shown_window) \
    TFL_SECTION("Regions of a genome, instead of seqs.fa"), \
    {.name = "genome", .letter = 'g', .argument = "FILE", TFL_TEXT(type, member.genome), .files = {.reads = tfl_reads_genome}, \
     .help = "the genome, FASTA, plain or BGZF; its index is made where there is none"}, \
    {.name = "regions", .letter = 'r', .argument = "FILE", TFL_FILE(type, member.regions), \
     .help = "regions of it, BED or narrowPeak, plain, gzip or BGZF; one on strand - is read as its reverse " \
             "complement"}, \
    {.name = "window", .argument = "N", TFL_SIZE(type, member.window, 1, 1 << 28), .shown = (shown_window), \
     .help = "read N bases around the summit of each region (narrowPeak), or around its middle"}, \
    {.name = "skip-edge", TFL_FLAG(type, member.skip_edge), \
     .help = "leave regions out whose window does not lie within its contig, which is an error otherwise"}
/* clang-format on */

/* Part number of a source: contiguous parts of (nearly) equal numbers of sequences, so that parts put behind one
 * another are the whole. Of regions, parts hold whole clusters of windows that overlap (tfl_windows_keep), and of records
 * that are placed by their names too, where that is asked for. */
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
    const char *model;  /* the name of the model that gets the sequences; NULL: none does */
    size_t length;      /* that it takes, and of windows; 0: any, and regions as they are */
    tfl_shard shard;    /* {1, 1}: everything; otherwise FASTA is read twice and cannot be standard input */
    bool apart;         /* records of two parts do not overlap */
} tfl_source_options;

/* Whether the call's operand and the options about regions go together: one of the two. coordinates is the value of
 * --coords, NULL where there is no such option. genome_alone: a genome without regions makes sense. */
tfl_status tfl_source_check(const tfl_call *call, const tfl_source_input *input, const char *coordinates,
                            bool genome_alone, tfl_error *err) TFL_MUST_USE;

/* Opens what was checked; the caller closes. All regions are read now, and notes say what became of them. */
tfl_status tfl_source_open(const tfl_call *call, const tfl_source_input *input, const tfl_source_options *options,
                           tfl_source **out, tfl_error *err) TFL_MUST_USE;
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

const char *tfl_source_name(const tfl_source *source); /* the path of FASTA or regions, or "standard input" */

/* The genome, where one was given; NULL. It is the source's. */
const tfl_genome *tfl_source_genome(const tfl_source *source);

#endif
