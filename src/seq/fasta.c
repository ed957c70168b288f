/* FASTA records one after the other. */
#include "config.h"

#include "tflift/fasta.h"

#include "seq/alphabet_internal.h"
#include "tflift/distinct.h"
#include "tflift/lines.h"
#include "tflift/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- sequences */

enum { NAME, DESCRIPTION, LETTERS };

void tfl_sequence_clear(tfl_sequence *sequence)
{
    free(sequence->name);
    free(sequence->description);
    free(sequence->letters);
    memset(sequence, 0, sizeof *sequence);
}

/* Room for length bytes and a NUL in *text, one of the three of sequence. */
static tfl_status make_room(char **text, size_t *capacity, size_t length, tfl_error *err)
{
    size_t need;
    if (!tfl_size_add(length, 1, &need)) {
        return tfl_fail_memory(err, "a sequence");
    }
    return TFL_GROW(*text, capacity, need, "a sequence", err);
}

static tfl_status set_text(char **text, size_t *capacity, const char *from, size_t length, tfl_error *err)
{
    tfl_status status = make_room(text, capacity, length, err);
    if (status == TFL_OK) {
        memcpy(*text, from, length);
        (*text)[length] = '\0';
    }
    return status;
}

tfl_status tfl_sequence_copy(tfl_sequence *to, const tfl_sequence *from, tfl_error *err)
{
    tfl_status status = set_text(&to->name, &to->capacity[NAME], from->name, strlen(from->name), err);
    if (status == TFL_OK) {
        status =
            set_text(&to->description, &to->capacity[DESCRIPTION], from->description, strlen(from->description), err);
    }
    if (status == TFL_OK) {
        status = set_text(&to->letters, &to->capacity[LETTERS], from->letters, from->length, err);
    }
    if (status == TFL_OK) {
        to->length = from->length;
        to->index = from->index;
    }
    return status;
}

/* ---------------------------------------------------------------- opening */

struct tfl_fasta {
    tfl_lines *lines;
    unsigned flags;
    uint64_t n_records;
    tfl_distinct *names; /* NULL: they may come twice */
};

static tfl_status create(unsigned flags, tfl_fasta **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    if (*out == NULL) {
        return tfl_fail_memory(err, "reading FASTA");
    }
    (*out)->flags = flags;
    return (flags & TFL_FASTA_UNIQUE) != 0 ? tfl_distinct_create(&(*out)->names, err) : TFL_OK;
}

/* Passes status through; a fasta that could not be opened is closed. */
static tfl_status opened(tfl_status status, tfl_fasta **out)
{
    if (status != TFL_OK) {
        tfl_fasta_close(*out);
        *out = NULL;
    }
    return status;
}

tfl_status tfl_fasta_open(const char *path, unsigned flags, tfl_fasta **out, tfl_error *err)
{
    tfl_status status = create(flags, out, err);
    return opened(status == TFL_OK ? tfl_lines_open(path, &(*out)->lines, err) : status, out);
}

tfl_status tfl_fasta_open_memory(const void *bytes, size_t size, const char *name, unsigned flags, tfl_fasta **out,
                                 tfl_error *err)
{
    tfl_status status = create(flags, out, err);
    return opened(status == TFL_OK ? tfl_lines_open_memory(bytes, size, name, &(*out)->lines, err) : status, out);
}

void tfl_fasta_close(tfl_fasta *fasta)
{
    if (fasta == NULL) {
        return;
    }
    tfl_lines_close(fasta->lines);
    tfl_distinct_free(fasta->names);
    free(fasta);
}

double tfl_fasta_fraction(const tfl_fasta *fasta)
{
    return tfl_lines_fraction(fasta->lines);
}

const char *tfl_fasta_name(const tfl_fasta *fasta)
{
    return tfl_lines_name(fasta->lines);
}

/* ---------------------------------------------------------------- the header of a record */

/* Blank lines are passed over; *line is NULL at the end. */
static tfl_status next_line(tfl_fasta *fasta, char **line, size_t *length, tfl_error *err)
{
    tfl_status status;
    do {
        status = tfl_lines_next(fasta->lines, line, length, err);
        while (*line != NULL && *length > 0 && ((*line)[*length - 1] == ' ' || (*line)[*length - 1] == '\t')) {
            (*length)--;
        }
    } while (status == TFL_OK && *line != NULL && *length == 0);
    return status;
}

static tfl_status fail_no_header(const tfl_fasta *fasta, char first, tfl_error *err)
{
    if (first == '@') {
        return tfl_lines_fail(fasta->lines, err,
                              "this looks like FASTQ, and FASTA is needed: a line '>NAME' before each sequence");
    }
    return tfl_lines_fail(fasta->lines, err, "text before the first record: a FASTA file starts with a line '>NAME'");
}

static tfl_status read_header(const tfl_fasta *fasta, const char *line, size_t length, tfl_sequence *sequence,
                              tfl_error *err)
{
    if (line[0] != '>') {
        return fail_no_header(fasta, line[0], err);
    }
    if (memchr(line, '\r', length) != NULL) { /* such a file would be one header, and no letters */
        return tfl_lines_fail(fasta->lines, err,
                              "record %llu: a carriage return within its header: where lines end in that alone, line feeds are "
                              "needed (tr '\\r' '\\n')",
                              (unsigned long long)fasta->n_records + 1);
    }
    size_t end = 1;
    while (end < length && line[end] != ' ' && line[end] != '\t') {
        end++;
    }
    if (end == 1) {
        return tfl_lines_fail(fasta->lines, err, "record %llu has no name: the name follows '>' at once",
                              (unsigned long long)fasta->n_records + 1);
    }
    size_t rest = end;
    while (rest < length && (line[rest] == ' ' || line[rest] == '\t')) {
        rest++;
    }
    tfl_status status = set_text(&sequence->name, &sequence->capacity[NAME], line + 1, end - 1, err);
    if (status == TFL_OK) {
        status = set_text(&sequence->description, &sequence->capacity[DESCRIPTION], line + rest, length - rest, err);
    }
    return status;
}

static tfl_status fail_again(const tfl_fasta *fasta, int64_t line, const char *name, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT, "%s:%lld: record %s: a record of this name came before, and names must differ",
                    tfl_fasta_name(fasta), (long long)line, name);
}

static tfl_status check_unique(const tfl_fasta *fasta, int64_t line, const char *name, tfl_error *err)
{
    bool again = false;
    tfl_status status = fasta->names != NULL ? tfl_distinct_add(fasta->names, name, line, &again, err) : TFL_OK;
    return again ? fail_again(fasta, line, name, err) : status;
}

/* ---------------------------------------------------------------- its letters */

static tfl_status fail_letter(const tfl_fasta *fasta, const char *name, const char *line, size_t length, tfl_error *err)
{
    size_t column = 0;
    while (column + 1 < length && tfl_base_iupac[(unsigned char)line[column]] != 0) {
        column++;
    }
    unsigned char byte = (unsigned char)line[column];
    static const char right[] = "(A C G T U R Y S W K M B D H V N of either case are)";
    if (byte > ' ' && byte < 127) {
        return tfl_lines_fail(fasta->lines, err, "record %s: '%c' in column %zu is no nucleotide letter %s", name, byte,
                              column + 1, right);
    }
    return tfl_lines_fail(fasta->lines, err, "record %s: byte 0x%02X in column %zu is no nucleotide letter %s", name,
                          byte, column + 1, right);
}

/* Letters that are looked at together: in loops of this length, which compilers make a few vector instructions of. */
enum { AT_ONCE = 16 };

/* Sets bits where letters differ from the closest of A, C, G, T and N. */
static void note_rare(const char *restrict letters, uint8_t *restrict rare)
{
    for (size_t j = 0; j < AT_ONCE; j++) {
        uint8_t upper = (uint8_t)letters[j] & 0xDF;
        uint8_t a = upper ^ 'A', c = upper ^ 'C', g = upper ^ 'G', t = upper ^ 'T', n = upper ^ 'N';
        a = a < c ? a : c;
        g = g < t ? g : t;
        a = a < g ? a : g;
        rare[j] |= a < n ? a : n;
    }
}

/* Whether all are A, C, G, T or N of either case, as on nearly every line; false for a short line. */
static bool all_common(const char *line, size_t length)
{
    uint8_t rare[AT_ONCE] = {0};
    uint64_t half[2];
    if (length < AT_ONCE) {
        return false;
    }
    for (size_t i = 0; i + AT_ONCE < length; i += AT_ONCE) {
        note_rare(line + i, rare);
    }
    note_rare(line + length - AT_ONCE, rare);
    memcpy(half, rare, sizeof half);
    return (half[0] | half[1]) == 0;
}

static bool all_iupac(const char *line, size_t length)
{
    unsigned all = 1;
    for (size_t i = 0; i < length; i++) {
        all &= tfl_base_iupac[(unsigned char)line[i]];
    }
    return all != 0;
}

static tfl_status append_line(const tfl_fasta *fasta, tfl_sequence *sequence, const char *line, size_t length,
                              tfl_error *err)
{
    if ((fasta->flags & TFL_FASTA_ANY_LETTER) == 0 && !all_common(line, length) && !all_iupac(line, length)) {
        return fail_letter(fasta, sequence->name, line, length, err);
    }
    size_t total;
    if (!tfl_size_add(sequence->length, length, &total)) {
        return tfl_fail_memory(err, "a sequence");
    }
    tfl_status status = total < sequence->capacity[LETTERS]
                            ? TFL_OK
                            : make_room(&sequence->letters, &sequence->capacity[LETTERS], total, err);
    if (status == TFL_OK) {
        memcpy(sequence->letters + sequence->length, line, length);
        sequence->length = total;
    }
    return status;
}

static tfl_status read_letters(tfl_fasta *fasta, tfl_sequence *sequence, tfl_error *err)
{
    sequence->length = 0;
    tfl_status status = make_room(&sequence->letters, &sequence->capacity[LETTERS], 0, err);
    while (status == TFL_OK) {
        char *line;
        size_t length;
        status = next_line(fasta, &line, &length, err);
        if (status != TFL_OK || line == NULL) {
            break;
        }
        if (line[0] == '>') {
            tfl_lines_push_back(fasta->lines);
            break;
        }
        status = append_line(fasta, sequence, line, length, err);
    }
    if (status == TFL_OK) {
        sequence->letters[sequence->length] = '\0';
    }
    return status;
}

/* ---------------------------------------------------------------- records */

static tfl_status finish_file(const tfl_fasta *fasta, tfl_error *err)
{
    if (fasta->n_records == 0 && (fasta->flags & TFL_FASTA_NOT_EMPTY) != 0) {
        return tfl_fail(err, TFL_EINPUT, "%s: no sequences: a FASTA file with at least one record is needed",
                        tfl_fasta_name(fasta));
    }
    const char *again = NULL;
    int64_t line = 0;
    tfl_status status = fasta->names != NULL ? tfl_distinct_check(fasta->names, &again, &line, err) : TFL_OK;
    return again != NULL ? fail_again(fasta, line, again, err) : status;
}

tfl_status tfl_fasta_next(tfl_fasta *fasta, tfl_sequence *sequence, int *found, tfl_error *err)
{
    char *line;
    size_t length;
    *found = 0;
    tfl_status status = next_line(fasta, &line, &length, err);
    if (status == TFL_OK && line == NULL) {
        return finish_file(fasta, err);
    }
    int64_t number = tfl_lines_number(fasta->lines);
    if (status == TFL_OK) {
        status = read_header(fasta, line, length, sequence, err);
    }
    if (status == TFL_OK) {
        status = check_unique(fasta, number, sequence->name, err);
    }
    if (status == TFL_OK) {
        status = read_letters(fasta, sequence, err);
    }
    if (status == TFL_OK && sequence->length == 0 && (fasta->flags & TFL_FASTA_NOT_EMPTY) != 0) {
        return tfl_fail(err, TFL_EINPUT, "%s:%lld: record %s: no letters follow its name, and at least one is needed",
                        tfl_fasta_name(fasta), (long long)number, sequence->name);
    }
    if (status == TFL_OK) {
        sequence->index = fasta->n_records++;
        *found = 1;
    }
    return status;
}
