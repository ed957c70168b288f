/* What the motif formats share: the row of their table, and the builder that every reader fills. */
#ifndef TFLIFT_MOTIF_INTERNAL_H
#define TFLIFT_MOTIF_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/lines.h"
#include "tflift/motif.h"
#include "tflift/output.h"
#include "tflift/table.h"

/* What the numbers of a motif's rows are. */
typedef enum tfl_motif_rows {
    TFL_ROWS_PROBABILITIES, /* each row has to sum to one, give or take 0.01 */
    TFL_ROWS_ANY            /* or counts, where a motif's rows don't all sum to one */
} tfl_motif_rows;

/* Motifs in the making. Readers take lines from it and add what they find; rows are checked as they come, so that
 * messages have their line. */
typedef struct tfl_motif_builder {
    tfl_lines *lines;
    tfl_motifs *motifs;  /* the last one is being filled while open */
    size_t capacity;     /* of motifs->motif */
    size_t row_capacity; /* of the open motif's p */
    bool open;
    tfl_motif_rows rows;
    tfl_table *names;
} tfl_motif_builder;

/* Starts a motif; its name must be new. */
tfl_status tfl_motif_builder_begin(tfl_motif_builder *builder, const char *name, const char *alternative,
                                   tfl_error *err) TFL_MUST_USE;

/* Adds a row of the last line read: non-negative numbers with a positive sum. */
tfl_status tfl_motif_builder_row(tfl_motif_builder *builder, const double row[TFL_BASES], tfl_error *err) TFL_MUST_USE;

/* Ends the motif, if one is open: it must have rows. They become probabilities, and sites their sum where they were
 * counts. */
tfl_status tfl_motif_builder_end(tfl_motif_builder *builder, tfl_error *err) TFL_MUST_USE;

/* The motif being filled. */
tfl_motif *tfl_motif_builder_current(const tfl_motif_builder *builder);

/* A number >= 0, or an error with the line. */
tfl_status tfl_motif_parse_number(const tfl_lines *lines, const char *text, double *value, tfl_error *err) TFL_MUST_USE;

/* The rest of a line as exactly four numbers. The line is cut up. */
tfl_status tfl_motif_parse_row(const tfl_lines *lines, char *text, double row[TFL_BASES], tfl_error *err) TFL_MUST_USE;

/* The header ">name alternative", cut up in place (text is behind the '>'). */
tfl_status tfl_motif_parse_header(const tfl_lines *lines, char *text, char **name, char **alternative,
                                  tfl_error *err) TFL_MUST_USE;

/* The next line that is neither blank nor a '#' comment, leading blanks skipped; *line is NULL at the end. */
tfl_status tfl_motif_next_line(tfl_lines *lines, char **line, tfl_error *err) TFL_MUST_USE;

/* Text without the blanks around it, and with a blank for every tab within (in place). */
char *tfl_motif_trim(char *text);

/* Whether the line's first word is a number, of any sign. */
bool tfl_motif_is_numeric(const char *line);

/* Writes a name as one word: blanks within become '_'. */
tfl_status tfl_motif_write_word(tfl_output *output, const char *word, tfl_error *err) TFL_MUST_USE;

/* Writes ">name alternative" and a line end. */
tfl_status tfl_motif_write_header(tfl_output *output, const tfl_motif *motif, tfl_error *err) TFL_MUST_USE;

/* Writes a row of probabilities, separator between them and a line end: with 6 decimals where these, divided by their
 * sum, are the row again, otherwise with as many digits as it takes. */
tfl_status tfl_motif_write_row(tfl_output *output, const double row[TFL_BASES], char separator,
                               tfl_error *err) TFL_MUST_USE;

/* The number of a matrix of counts: p times the sites where these are known, without the rounding error of a whole
 * number. */
double tfl_motif_count(const tfl_motif *motif, size_t position, size_t base);

/* Most probable letters, [width] and a NUL. */
void tfl_motif_consensus(const tfl_motif *motif, char *word);

/* A format of motif files. To add one: a row in the table of motif.c and a file format_NAME.c. */
typedef struct tfl_motif_format {
    const char *name;
    tfl_motif_rows rows;
    /* Is the text, from its start, of this format? */
    tfl_status (*sniff)(tfl_lines *lines, bool *yes, tfl_error *err);
    /* Adds all motifs of builder->lines. The last one may be left open. */
    tfl_status (*read)(tfl_motif_builder *builder, tfl_error *err);
    tfl_status (*write)(const tfl_motifs *motifs, tfl_output *output, tfl_error *err);
} tfl_motif_format;

extern const tfl_motif_format tfl_motif_format_meme;
extern const tfl_motif_format tfl_motif_format_jaspar;
extern const tfl_motif_format tfl_motif_format_transfac;
extern const tfl_motif_format tfl_motif_format_homer;
extern const tfl_motif_format tfl_motif_format_rows;

#endif
