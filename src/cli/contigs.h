/*
 * contigs.h: names and lengths of a genome's contigs, from the genome or from a table (--chrom-sizes; a .fai has the
 * same two first columns).
 */
#ifndef TFLIFT_CLI_CONTIGS_H
#define TFLIFT_CLI_CONTIGS_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/genome.h"
#include "tflift/table.h"

typedef struct tfl_contigs {
    size_t n;
    const char **name; /* [n] */
    int64_t *length;   /* [n] */
    tfl_table *table;  /* name -> index; owns the names; NULL: a genome does */
} tfl_contigs;

/* Reads NAME LENGTH … rows (blanks or tabs; more columns, empty lines and lines that begin with # are passed over). A
 * name that comes twice, a length that is no positive number and a table without rows are errors with file and line.
 * contigs starts as {0}; cleared by the caller. */
tfl_status tfl_contigs_read(const char *path, tfl_contigs *contigs, tfl_error *err) TFL_MUST_USE;

/* Those of a genome that hold something; their names stay the genome's. */
tfl_status tfl_contigs_of(const tfl_genome *genome, tfl_contigs *contigs, tfl_error *err) TFL_MUST_USE;
void tfl_contigs_clear(tfl_contigs *contigs);

#endif
