/*
 * fasta.h: FASTA records one after the other, plain, gzip or BGZF, "-" for standard input; memory does not grow with
 * their number.
 */
#ifndef TFLIFT_FASTA_H
#define TFLIFT_FASTA_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_sequence {
    char *name;        /* the header up to the first blank, without '>' */
    char *description; /* the rest of the header, "" when there is none */
    char *letters;     /* as in the file, either case, NUL-terminated */
    size_t length;
    uint64_t index;     /* 0-based number of the record in its file */
    size_t capacity[3]; /* of name, description, letters: the reader's own */
} tfl_sequence;

/* An empty sequence is {0}; frees what it holds, not itself. */
void tfl_sequence_clear(tfl_sequence *sequence);

/* Copies the content of from into to (to's memory is reused). */
tfl_status tfl_sequence_copy(tfl_sequence *to, const tfl_sequence *from, tfl_error *err) TFL_MUST_USE;

typedef struct tfl_fasta tfl_fasta;

enum {
    TFL_FASTA_UNIQUE = 1,    /* a name that comes twice is an error, found at the latest at the end of the file */
    TFL_FASTA_NOT_EMPTY = 2, /* a file without records, and a record without letters, are errors */
    TFL_FASTA_ANY_LETTER = 4 /* do not check that the letters are IUPAC nucleotides */
};

tfl_status tfl_fasta_open(const char *path, unsigned flags, tfl_fasta **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_fasta_open_memory(const void *bytes, size_t size, const char *name, unsigned flags, tfl_fasta **out,
                                 tfl_error *err) TFL_MUST_USE;
void tfl_fasta_close(tfl_fasta *fasta);

/* Next record into sequence (memory reused); *found is false at the end. Errors name file, line and record: text before
 * the first '>', a record without a name, a carriage return within a header, a byte that is no nucleotide letter, FASTQ, a
 * truncated gzip stream. */
tfl_status tfl_fasta_next(tfl_fasta *fasta, tfl_sequence *sequence, int *found, tfl_error *err) TFL_MUST_USE;

/* How much of the file has been read, 0 to 1, for progress; negative where that is not known. */
double tfl_fasta_fraction(const tfl_fasta *fasta);

const char *tfl_fasta_name(const tfl_fasta *fasta); /* the path, or "standard input" */

#ifdef __cplusplus
}
#endif
#endif
