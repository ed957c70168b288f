/*
 * motif.h: position weight matrices and the files they come in (MEME, JASPAR, TRANSFAC, HOMER, plain rows).
 */
#ifndef TFLIFT_MOTIF_H
#define TFLIFT_MOTIF_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/alphabet.h"
#include "tflift/error.h"
#include "tflift/output.h"
#include "tflift/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_MOTIF_MAX_WIDTH = 1000 };

typedef struct tfl_motif {
    char *name;        /* neither name has control characters: rows of tables can hold them */
    char *alternative; /* second name, such as "GATA1" beside "MA0035.1"; "" when there is none */
    size_t width;
    double (*p)[TFL_BASES]; /* [width][4], each row divided by its sum */
    double sites;           /* number of sites where the file gives it, otherwise 0 */
} tfl_motif;

typedef struct tfl_motifs {
    size_t n;
    tfl_motif *motif;
    double background[TFL_BASES]; /* as the file gives it, otherwise 0.25 each */
    bool has_background;          /* the file gives it */
} tfl_motifs;

/* Reads every motif of path ("-" allowed, gzip too); the format is told by content. Rows whose sum is off by more than 0.01, a
 * negative or non-finite number, a duplicate name, a width of 0 and a file without motifs are errors with file and line. Count matrices
 * (JASPAR, TRANSFAC) become probabilities by their row sums. The caller frees. */
tfl_status tfl_motifs_read(const char *path, tfl_motifs **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_motifs_read_memory(const void *bytes, size_t size, const char *name, tfl_motifs **out, tfl_error *err) TFL_MUST_USE;

/* Names of the formats, as written and as told apart on reading: "meme", "transfac", "homer", "jaspar", "rows"; NULL after the last. */
const char *tfl_motif_format_name(size_t i);

/* Writes in the named format. Probabilities survive in all of them; sites in meme, jaspar and transfac; the background in meme; the
 * second name in all but homer. Blanks within a name become '_' where the format needs one word. */
tfl_status tfl_motifs_write(const tfl_motifs *motifs, const char *format, tfl_output *output, tfl_error *err) TFL_MUST_USE;

void tfl_motifs_free(tfl_motifs *motifs);

/* Motif of that name, or the first that has it as alternative name, NULL when there is none. */
const tfl_motif *tfl_motifs_find(const tfl_motifs *motifs, const char *name);

/* Several motifs can share an alternative name: the next after found, which came from tfl_motifs_find or from here, that name stands
 * for too; NULL after the last. */
const tfl_motif *tfl_motifs_find_next(const tfl_motifs *motifs, const char *name, const tfl_motif *found);

/* Smoothed row: q = (1 - pseudocount) * p + pseudocount / 4. */
void tfl_motif_smooth(const tfl_motif *motif, double pseudocount, double (*q)[TFL_BASES]);

/* Draws a word of width letters (no NUL) column by column from the smoothed PWM. */
void tfl_motif_sample(const tfl_motif *motif, double pseudocount, tfl_rng *rng, char *word);

/* The motifs that are built in (data/motifs.meme: GATA_disc1 and TAL1_known1), as MEME text. */
extern const char tfl_builtin_motifs[];

#ifdef __cplusplus
}
#endif
#endif
