/* The index of a FASTA file: read, made, compared with its file, written. The format is that of samtools faidx. */
#include "config.h"

#include "seq/faidx_internal.h"

#include "tflift/bed.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 5,
    CHUNK = 1 << 18,
    LONGEST_NAME = 4096,
    LARGEST_GAP = 1 << 20, /* between two contigs: a header, and blank lines */
    LARGEST_END = 1 << 16, /* behind the last one: blank lines */
    LARGEST_LINE = 1 << 14 /* of a line that is looked at: all of it, if lines are not very long */
};

uint64_t tfl_faidx_offset(const tfl_faidx_row *row, int64_t i)
{
    return row->offset + (uint64_t)(i / row->line_bases * row->line_width + i % row->line_bases);
}

void tfl_faidx_clear(tfl_faidx *faidx)
{
    tfl_table_free(faidx->names);
    free(faidx->row);
    *faidx = (tfl_faidx){0};
}

static tfl_status add_row(tfl_faidx *faidx, const char *name, tfl_faidx_row row, bool *added, tfl_error *err)
{
    tfl_status status = tfl_table_add(faidx->names, name, NULL, added, err);
    if (status != TFL_OK || !*added) {
        return status;
    }
    status = TFL_GROW(faidx->row, &faidx->capacity, faidx->n + 1, "contigs", err);
    if (status == TFL_OK) {
        faidx->row[faidx->n++] = row;
    }
    return status;
}

/* ---------------------------------------------------------------- reading */

/* Numbers of a row: small enough for all sums of them, and lines that are there. */
static bool parse_numbers(char *const *field, tfl_faidx_row *row)
{
    int64_t offset = 0;
    if (!tfl_parse_int(field[1], 0, TFL_BED_MOST, &row->length) ||
        !tfl_parse_int(field[2], 0, INT64_MAX / 4, &offset) ||
        !tfl_parse_int(field[3], 0, TFL_BED_MOST, &row->line_bases) ||
        !tfl_parse_int(field[4], 0, TFL_BED_MOST, &row->line_width)) {
        return false;
    }
    row->offset = (uint64_t)offset;
    if (row->length == 0) {
        return true;
    }
    return row->line_bases >= 1 && row->line_width >= row->line_bases &&
           row->length / row->line_bases <= INT64_MAX / 4 / row->line_width;
}

static tfl_status read_row(const tfl_lines *lines, char *line, tfl_faidx *faidx, tfl_error *err)
{
    char *field[COLUMNS + 1];
    tfl_faidx_row row = {0};
    bool added = true;
    size_t n = tfl_lines_split(line, '\t', field, COLUMNS + 1);
    if (n != COLUMNS || field[0][0] == '\0' || !parse_numbers(field, &row)) {
        return tfl_lines_fail(
            lines, err,
            "no row of a FASTA index, which has 5 columns (name, length, offset, bases and bytes of a "
            "line): remove the file, and it is made anew");
    }
    tfl_status status = add_row(faidx, field[0], row, &added, err);
    return status == TFL_OK && !added
               ? tfl_lines_fail(lines, err, "contig %s comes twice: remove the file, and it is made anew", field[0])
               : status;
}

tfl_status tfl_faidx_read(const char *path, tfl_faidx *faidx, tfl_error *err)
{
    tfl_lines *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    tfl_status status = tfl_lines_open(path, &lines, err);
    if (status == TFL_OK) {
        status = tfl_table_create(&faidx->names, err);
    }
    while (status == TFL_OK && (status = tfl_lines_next(lines, &line, &length, err)) == TFL_OK && line != NULL) {
        status = read_row(lines, line, faidx, err);
    }
    tfl_lines_close(lines);
    return status;
}

/* ---------------------------------------------------------------- making: lines come in pieces of any size */

typedef struct scan {
    tfl_faidx *faidx;
    const char *file;
    tfl_faidx_row row; /* of the record at hand */
    bool in_record;
    bool ended;                  /* a line shorter than the first: it has to be the last */
    bool at_end;                 /* of the file: the line at hand has no end of its own */
    uint64_t line, offset;       /* of the line at hand, from 1; of the byte at hand */
    uint64_t line_bytes, blanks; /* of the line so far; those of them at its end that are blank */
    bool is_header, name_ended;
    char name[LONGEST_NAME + 1];
    size_t name_length;
} scan;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool is_letter(char byte)
{
    return (unsigned char)byte > ' ' && byte != '>';
}

static tfl_status fail_scan(const scan *s, tfl_error *err, const char *what)
{
    return tfl_fail(err, TFL_EINPUT, "%s:%" PRIu64 ": %s%s%s", s->file, s->line, s->in_record ? s->name : "",
                    s->in_record ? ": " : "", what);
}

static tfl_status end_record(scan *s, tfl_error *err)
{
    bool added = true;
    return s->in_record ? add_row(s->faidx, s->name, s->row, &added, err) : TFL_OK;
}

/* The part of a header line that is at hand; only the name is kept. */
static tfl_status take_header(scan *s, const char *piece, size_t length, tfl_error *err)
{
    for (size_t i = 0; i < length && !s->name_ended; i++) {
        s->name_ended = is_blank(piece[i]);
        if (!s->name_ended && s->name_length == LONGEST_NAME) {
            return tfl_fail(err, TFL_EINPUT, "%s:%" PRIu64 ": the name is longer than %d bytes: is this FASTA?",
                            s->file, s->line, LONGEST_NAME);
        }
        if (!s->name_ended) {
            s->name[s->name_length++] = piece[i];
        }
    }
    return TFL_OK;
}

/* The part of a line of letters that is at hand, without blanks at its end: which letters they are is looked at when they are read, but
 * text they have to be, so that no header is taken for letters because of what stands in front of it. */
static tfl_status take_letters(const scan *s, const char *piece, size_t length, tfl_error *err)
{
    size_t i = 0;
    bool blank = length > 0 && s->blanks > 0; /* at the end of the piece before, and letters follow */
    while (!blank && i < length && is_letter(piece[i]) && (unsigned char)piece[i] < 127) {
        i++;
    }
    if (s->line_bytes == 0 && length > 0 && (unsigned char)piece[0] == 0xEF) {
        return fail_scan(s, err,
                         "a byte order mark in front of the line, as some editors put it in front of a file: take it out, for "
                         "example with LC_ALL=C sed 's/^\\xEF\\xBB\\xBF//'");
    }
    return s->in_record && (blank || i < length)
               ? fail_scan(s, err, "a byte among the letters that is none: a blank, '>', a control character or no ASCII")
               : TFL_OK;
}

/* A piece of a line, without its end. */
static tfl_status take_piece(scan *s, const char *piece, size_t length, tfl_error *err)
{
    if (length == 0) {
        return TFL_OK;
    }
    tfl_status status = TFL_OK;
    if (s->line_bytes == 0 && piece[0] == '>') {
        status = end_record(s, err);
        if (status != TFL_OK) {
            return status;
        }
        s->is_header = true;
        s->in_record = s->name_ended = false;
        s->name_length = 0;
        s->line_bytes = 1;
        piece++;
        length--;
    }
    size_t blanks = 0;
    while (blanks < length && is_blank(piece[length - 1 - blanks])) {
        blanks++;
    }
    status = s->is_header ? take_header(s, piece, length, err) : take_letters(s, piece, length - blanks, err);
    s->blanks = blanks == length ? s->blanks + blanks : blanks;
    s->line_bytes += length;
    return status;
}

static tfl_status end_header(scan *s, tfl_error *err)
{
    s->name[s->name_length] = '\0';
    if (s->name_length == 0) {
        return fail_scan(s, err, "a record without name: the name follows '>' at once");
    }
    if (memchr(s->name, '\0', s->name_length) != NULL) {
        return fail_scan(s, err, "a NUL byte: this is not a text file");
    }
    s->row = (tfl_faidx_row){.offset = s->offset + 1};
    s->in_record = true;
    s->ended = s->is_header = false;
    return tfl_table_find(s->faidx->names, s->name, NULL)
               ? fail_scan(s, err, "a contig of this name came before, and names must differ")
               : TFL_OK;
}

static tfl_status end_letters(scan *s, tfl_error *err)
{
    int64_t bases = (int64_t)(s->line_bytes - s->blanks), width = (int64_t)s->line_bytes + 1;
    if (!s->in_record) {
        return bases == 0 ? TFL_OK
                          : fail_scan(s, err, "text before the first record: a FASTA file starts with a line '>NAME'");
    }
    if (bases == 0) {
        s->ended = true;
        return TFL_OK;
    }
    if (s->row.length == 0 && !s->ended) {
        s->row.line_bases = bases;
        s->row.line_width = width;
    } else if (s->ended || bases > s->row.line_bases ||
               (bases == s->row.line_bases && width != s->row.line_width && !s->at_end)) {
        return fail_scan(s, err,
                         "the lines of a contig are not of one length, and an index needs that: wrap them anew, for "
                         "example with seqkit seq -w 60");
    }
    s->ended = bases < s->row.line_bases;
    s->row.length += bases;
    return TFL_OK;
}

/* A line has ended before the byte at hand. */
static tfl_status end_line(scan *s, tfl_error *err)
{
    tfl_status status = s->is_header ? end_header(s, err) : end_letters(s, err);
    s->line_bytes = s->blanks = 0;
    s->line++;
    return status;
}

static tfl_status take_chunk(scan *s, const char *bytes, size_t size, tfl_error *err)
{
    const char *end = bytes + size;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *stop = newline != NULL ? newline : end;
        status = take_piece(s, bytes, (size_t)(stop - bytes), err);
        s->offset += (size_t)(stop - bytes);
        if (status == TFL_OK && newline != NULL) {
            status = end_line(s, err);
            s->offset++;
            stop++;
        }
        bytes = stop;
    }
    return status;
}

static tfl_status scan_file(scan *s, tfl_seekable *fasta, tfl_error *err)
{
    char *buffer = tfl_calloc(CHUNK, 1);
    tfl_status status = buffer == NULL ? tfl_fail_memory(err, "an index") : TFL_OK;
    size_t got = CHUNK;
    while (status == TFL_OK && got == CHUNK) {
        status = tfl_seekable_read(fasta, s->offset, buffer, CHUNK, &got, err);
        if (status == TFL_OK) {
            status = take_chunk(s, buffer, got, err);
        }
    }
    free(buffer);
    s->at_end = true;
    if (status == TFL_OK && s->line_bytes > 0) {
        status = end_line(s, err);
    }
    return status == TFL_OK ? end_record(s, err) : status;
}

tfl_status tfl_faidx_scan(tfl_seekable *fasta, tfl_faidx *faidx, tfl_error *err)
{
    scan *s = tfl_calloc(1, sizeof *s);
    if (s == NULL) {
        return tfl_fail_memory(err, "an index");
    }
    s->faidx = faidx;
    s->file = tfl_seekable_name(fasta);
    s->line = 1;
    tfl_status status = tfl_table_create(&faidx->names, err);
    if (status == TFL_OK) {
        status = scan_file(s, fasta, err);
    }
    if (status == TFL_OK && faidx->n == 0) {
        status =
            tfl_fail(err, TFL_EINPUT, "%s: no sequences: a FASTA file with at least one record is needed", s->file);
    }
    free(s);
    return status;
}

/* ---------------------------------------------------------------- comparing with the file */

/* Whether text holds nothing but blank lines and headers, all of them ended, and the last header is name's (NULL: the
 * file ends here). The first line is what is left of a contig's last one. */
static bool is_between(const char *text, size_t size, bool behind_contig, const char *name)
{
    const char *header = NULL;
    size_t header_length = 0;
    while (size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline != NULL ? (size_t)(newline - text) : size, blanks = 0;
        while (blanks < length && is_blank(text[blanks])) {
            blanks++;
        }
        if (blanks < length && (text[0] != '>' || behind_contig)) {
            return false;
        }
        if (blanks < length) {
            header = text + 1;
            header_length = length - 1;
        }
        if (newline == NULL && name != NULL) {
            return false;
        }
        behind_contig = false;
        text += length + (newline != NULL);
        size -= length + (newline != NULL);
    }
    if (name == NULL) {
        return true;
    }
    size_t n = strcspn(name, " \t\r"); /* a blank ends a header's name: none can hold one */
    return header != NULL && name[n] == '\0' && header_length >= n && memcmp(header, name, n) == 0 &&
           (header_length == n || is_blank(header[n]));
}

bool tfl_faidx_is_line_end(const char *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (!is_blank(bytes[i])) {
            return false;
        }
    }
    return size > 0 && bytes[size - 1] == '\n';
}

/* The first line of a contig and its last, as far as they are looked at: letters, and the end of line behind the first
 * and before the last. In a file whose lines are even they leave no choice for what is between, but for a header as
 * long as a line. */
typedef struct contig_line {
    uint64_t offset; /* of what is looked at */
    size_t letters, end;
} contig_line;

static contig_line first_line(const tfl_faidx_row *row)
{
    int64_t letters = row->length < row->line_bases ? row->length : row->line_bases;
    int64_t end = row->length > row->line_bases ? row->line_width - row->line_bases : 0;
    bool whole = letters + end <= LARGEST_LINE;
    return (contig_line){row->offset, whole ? (size_t)letters : LARGEST_LINE, whole ? (size_t)end : 0};
}

static contig_line last_line(const tfl_faidx_row *row)
{
    int64_t letters = (row->length - 1) % row->line_bases + 1;
    int64_t end = row->length > row->line_bases ? row->line_width - row->line_bases : 0;
    if (letters + end > LARGEST_LINE) {
        letters = letters < LARGEST_LINE ? letters : LARGEST_LINE;
        end = 0;
    }
    uint64_t offset = tfl_faidx_offset(row, row->length - letters) - (uint64_t)end;
    return (contig_line){offset, (size_t)letters, (size_t)end};
}

static bool are_letters(const char *bytes, size_t n)
{
    size_t i = 0;
    while (i < n && is_letter(bytes[i])) {
        i++;
    }
    return i == n;
}

static bool is_first_line(const char *bytes, contig_line line)
{
    return are_letters(bytes, line.letters) && (line.end == 0 || tfl_faidx_is_line_end(bytes + line.letters, line.end));
}

static bool is_last_line(const char *bytes, contig_line line)
{
    return (line.end == 0 || tfl_faidx_is_line_end(bytes, line.end)) && are_letters(bytes + line.end, line.letters);
}

/* Whether row follows the contig before (NULL: the file begins): its last line, a header, and row's first line. */
static tfl_status check_contig(tfl_seekable *fasta, const tfl_faidx_row *before, const tfl_faidx_row *row,
                               const char *name, char *buffer, bool *fits, tfl_error *err)
{
    contig_line first = first_line(row), last = {0, 0, 0};
    if (before != NULL) {
        last = last_line(before);
    }
    size_t behind = last.letters + last.end, got = 0;
    *fits = row->offset > last.offset + behind && row->offset - last.offset <= LARGEST_GAP &&
            row->line_width > row->line_bases;
    if (!*fits) {
        return TFL_OK;
    }
    size_t gap = (size_t)(row->offset - last.offset), size = gap + first.letters + first.end;
    tfl_status status = tfl_seekable_read(fasta, last.offset, buffer, size, &got, err);
    *fits = status == TFL_OK && got == size && is_last_line(buffer, last) &&
            is_between(buffer + behind, gap - behind, before != NULL, name) && is_first_line(buffer + gap, first);
    return status;
}

/* Whether the file ends with this contig. */
static tfl_status check_end(tfl_seekable *fasta, const tfl_faidx_row *row, char *buffer, bool *fits, tfl_error *err)
{
    contig_line last = last_line(row);
    size_t got = 0, behind = last.letters + last.end;
    tfl_status status = tfl_seekable_read(fasta, last.offset, buffer, LARGEST_END, &got, err);
    *fits = status == TFL_OK && got >= behind && got < LARGEST_END && is_last_line(buffer, last) &&
            is_between(buffer + behind, got - behind, true, NULL);
    return status;
}

tfl_status tfl_faidx_fits(const tfl_faidx *faidx, tfl_seekable *fasta, bool *fits, tfl_error *err)
{
    char *buffer = tfl_calloc(LARGEST_GAP + LARGEST_LINE, 1);
    const tfl_faidx_row *before = NULL;
    tfl_status status = buffer == NULL ? tfl_fail_memory(err, "an index") : TFL_OK;
    *fits = true;
    for (size_t i = 0; i < faidx->n && *fits && status == TFL_OK; i++) {
        if (faidx->row[i].length > 0) {
            status = check_contig(fasta, before, &faidx->row[i], tfl_table_name(faidx->names, i), buffer, fits, err);
            before = &faidx->row[i];
        }
    }
    if (status == TFL_OK && *fits && before != NULL) {
        status = check_end(fasta, before, buffer, fits, err);
    }
    *fits = *fits && before != NULL;
    free(buffer);
    return status;
}

static bool same_row(const tfl_faidx_row *a, const tfl_faidx_row *b)
{
    bool one_line = a->length <= a->line_bases; /* then its width says nothing */
    return a->length == b->length && a->offset == b->offset && a->line_bases == b->line_bases &&
           (one_line || a->line_width == b->line_width);
}

/* Whether b has every contig of a that has letters, and says the same about it. */
static bool has_all(const tfl_faidx *a, const tfl_faidx *b, const char **differs)
{
    for (size_t i = 0; i < a->n; i++) {
        size_t at = 0;
        *differs = tfl_table_name(a->names, i);
        if (a->row[i].length > 0 && !(tfl_table_find(b->names, *differs, &at) && same_row(&a->row[i], &b->row[at]))) {
            return false;
        }
    }
    return true;
}

bool tfl_faidx_same(const tfl_faidx *a, const tfl_faidx *b, const char **differs)
{
    return has_all(a, b, differs) && has_all(b, a, differs);
}

/* ---------------------------------------------------------------- writing */

tfl_status tfl_faidx_write(const tfl_faidx *faidx, const char *path, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = tfl_output_open(path, TFL_PLAIN, &output, err);
    if (status != TFL_OK) {
        return status;
    }
    for (size_t i = 0; i < faidx->n && status == TFL_OK; i++) {
        const tfl_faidx_row *row = &faidx->row[i];
        status = tfl_output_printf(output, err, "%s\t%" PRId64 "\t%" PRIu64 "\t%" PRId64 "\t%" PRId64 "\n",
                                   tfl_table_name(faidx->names, i), row->length, row->offset, row->line_bases,
                                   row->line_width);
    }
    if (status != TFL_OK) {
        tfl_output_discard(output);
        return status;
    }
    return tfl_output_commit(output, err);
}
