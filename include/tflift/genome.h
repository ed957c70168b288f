/*
 * genome.h: windows of an indexed FASTA file, plain or BGZF.
 *
 * The index is a .fai (samtools faidx) and, for BGZF, a .gzi, beside the file. What is missing is made, and written
 * there where the folder allows it; else it stays in memory. An index that does not fit the file is found out and is an
 * error: it is neither believed nor written over. Three looks are taken at it. Each contig's letters must lie between a
 * header of its name and the next header, in lines of which the first and the last are as told; an index older than the
 * file is compared with one made anew; and the lines of each window that is read must end where the index says. (A
 * newer index that takes a header for letters, as long as a line, is believed until a window touches it.)
 */
#ifndef TFLIFT_GENOME_H
#define TFLIFT_GENOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_genome tfl_genome;

/* What became of the index when the genome was opened, for notes. */
typedef struct tfl_genome_index {
    bool made;  /* it was missing, or the .gzi was */
    bool kept;  /* and what was made is beside the file now */
    bool older; /* it is older than the file, and was compared with it, letter by letter */
} tfl_genome_index;

/* Opens path, which must be an ordinary file. Errors: plain gzip, an index that does not fit, and, where the index is
 * made, lines of uneven length in a contig, bytes in them that are no letters at all (a byte order mark, blanks), a name that comes twice. The
 * caller closes. */
tfl_status tfl_genome_open(const char *path, tfl_genome **out, tfl_error *err) TFL_MUST_USE;
void tfl_genome_close(tfl_genome *genome);

const char *tfl_genome_name(const tfl_genome *genome); /* the path */
tfl_genome_index tfl_genome_index_state(const tfl_genome *genome);

/* Contigs in the order of the index; their names are the genome's. */
size_t tfl_genome_size(const tfl_genome *genome);
const char *tfl_genome_contig(const tfl_genome *genome, size_t contig);
int64_t tfl_genome_length(const tfl_genome *genome, size_t contig);
bool tfl_genome_find(const tfl_genome *genome, const char *name, size_t *contig);

/* What the genome calls the contig of that name, where it writes it otherwise: with or without "chr", in another case,
 * M or MT. NULL: it has none like it. */
const char *tfl_genome_find_like(const tfl_genome *genome, const char *name);

/* letters[length] (no NUL) of the contig from start on, as they are in the file, either case; 0 <= start, start +
 * length
 * <= the contig's. A byte that is no IUPAC letter is an error. By one thread at a time. */
tfl_status tfl_genome_read(tfl_genome *genome, size_t contig, int64_t start, size_t length, char *letters,
                           tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
