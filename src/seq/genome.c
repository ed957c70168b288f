/* Windows of an indexed FASTA file. */
#include "config.h"

#include "tflift/genome.h"

#include "seq/faidx_internal.h"
#include "seq/seekable_internal.h"
#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tfl_genome {
    tfl_seekable *file;
    tfl_faidx faidx;
    tfl_genome_index state;
    char *bytes; /* [capacity] of the window at hand, ends of lines included */
    size_t capacity;
};

/* ---------------------------------------------------------------- the index */

static tfl_status fail_stale(const char *index, const char *file, const char *contig, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT,
                    "%s: does not fit %s (contig %s): it is the index of another file, or of an earlier state of this "
                    "one; remove it, and it is made anew, or run samtools faidx %s",
                    index, file, contig, file);
}

/* Makes the index, and writes it where that is possible: in a folder of somebody else's, memory will do. */
static tfl_status make_index(tfl_genome *genome, const char *path, tfl_error *err)
{
    tfl_error inner = TFL_ERROR_INIT;
    tfl_status status = tfl_faidx_scan(genome->file, &genome->faidx, err);
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_faidx_write(&genome->faidx, path, &inner);
    genome->state.made = true;
    genome->state.kept = status == TFL_OK;
    return status == TFL_ENOMEM ? tfl_fail(err, status, "%s", inner.message) : TFL_OK;
}

/* Compares the index with one made anew. */
static tfl_status check_index(tfl_genome *genome, const char *path, tfl_error *err)
{
    tfl_faidx anew = {0};
    const char *differs = "";
    tfl_status status = tfl_faidx_scan(genome->file, &anew, err);
    if (status == TFL_OK && !tfl_faidx_same(&genome->faidx, &anew, &differs)) {
        status = fail_stale(path, tfl_genome_name(genome), differs, err);
    }
    if (status != TFL_OK) {
        tfl_faidx_clear(&anew);
        return status;
    }
    tfl_faidx_clear(&genome->faidx);
    genome->faidx = anew;
    return TFL_OK;
}

static tfl_status read_index(tfl_genome *genome, const tfl_companion *index, tfl_error *err)
{
    bool fits = false;
    tfl_status status = tfl_faidx_read(index->path, &genome->faidx, err);
    if (status == TFL_OK && !index->older) {
        status = tfl_faidx_fits(&genome->faidx, genome->file, &fits, err);
    }
    genome->state.older = index->older;
    return status == TFL_OK && !fits ? check_index(genome, index->path, err) : status;
}

static tfl_status open_index(tfl_genome *genome, tfl_error *err)
{
    tfl_companion index;
    bool kept = true;
    tfl_status status = tfl_seekable_companion(genome->file, ".fai", &index, err);
    if (status == TFL_OK) {
        status = index.exists ? read_index(genome, &index, err) : make_index(genome, index.path, err);
    }
    free(index.path);
    if (tfl_seekable_made_index(genome->file, &kept)) {
        genome->state.kept = kept && (genome->state.kept || !genome->state.made);
        genome->state.made = true;
    }
    return status;
}

tfl_status tfl_genome_open(const char *path, tfl_genome **out, tfl_error *err)
{
    *out = NULL;
    tfl_genome *genome = tfl_calloc(1, sizeof *genome);
    if (genome == NULL) {
        return tfl_fail_memory(err, "a genome");
    }
    tfl_status status = tfl_seekable_open(path, &genome->file, err);
    if (status == TFL_OK) {
        status = open_index(genome, err);
    }
    if (status != TFL_OK) {
        tfl_genome_close(genome);
        return status;
    }
    *out = genome;
    return TFL_OK;
}

void tfl_genome_close(tfl_genome *genome)
{
    if (genome != NULL) {
        tfl_seekable_close(genome->file);
        tfl_faidx_clear(&genome->faidx);
        free(genome->bytes);
        free(genome);
    }
}

const char *tfl_genome_name(const tfl_genome *genome)
{
    return tfl_seekable_name(genome->file);
}

tfl_genome_index tfl_genome_index_state(const tfl_genome *genome)
{
    return genome->state;
}

/* ---------------------------------------------------------------- contigs */

size_t tfl_genome_size(const tfl_genome *genome)
{
    return genome->faidx.n;
}

const char *tfl_genome_contig(const tfl_genome *genome, size_t contig)
{
    return tfl_table_name(genome->faidx.names, contig);
}

int64_t tfl_genome_length(const tfl_genome *genome, size_t contig)
{
    return genome->faidx.row[contig].length;
}

bool tfl_genome_find(const tfl_genome *genome, const char *name, size_t *contig)
{
    return tfl_table_find(genome->faidx.names, name, contig);
}

static char lower(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static bool same_text(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* What is left of a name when spellings of the same contig are to be equal. */
static const char *plain_name(const char *name)
{
    const char *rest = lower(name[0]) == 'c' && lower(name[1]) == 'h' && lower(name[2]) == 'r' ? name + 3 : name;
    return same_text(rest, "MT") ? "M" : rest;
}

const char *tfl_genome_find_like(const tfl_genome *genome, const char *name)
{
    for (size_t i = 0; i < genome->faidx.n; i++) {
        const char *contig = tfl_genome_contig(genome, i);
        if (same_text(plain_name(contig), plain_name(name)) && strcmp(contig, name) != 0) {
            return contig;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- windows */

/* A window's bytes do not lie as the index says. */
static tfl_status fail_misfit(const tfl_genome *genome, size_t contig, tfl_error *err)
{
    char index[512];
    (void)snprintf(index, sizeof index, "%s.fai", tfl_genome_name(genome));
    return fail_stale(index, tfl_genome_name(genome), tfl_genome_contig(genome, contig), err);
}

static tfl_status check_letters(const tfl_genome *genome, size_t contig, int64_t start, const char *letters,
                                size_t length, tfl_error *err)
{
    size_t i = 0;
    while (i < length && tfl_base_is_iupac(letters[i])) {
        i++;
    }
    if (i == length) {
        return TFL_OK;
    }
    if ((unsigned char)letters[i] <= ' ' || letters[i] == '>') {
        return fail_misfit(genome, contig, err);
    }
    return tfl_fail(err, TFL_EINPUT,
                    "%s: %s: the byte at position %" PRId64
                    " is '%c', no nucleotide letter (A C G T U R Y S W K M B D H V N of either case are)",
                    tfl_genome_name(genome), tfl_genome_contig(genome, contig), start + (int64_t)i, letters[i]);
}

/* Takes the ends of lines out of the window's bytes. */
static tfl_status join_lines(const tfl_genome *genome, size_t contig, int64_t start, const char *bytes, size_t length,
                             char *letters, tfl_error *err)
{
    const tfl_faidx_row *row = &genome->faidx.row[contig];
    size_t column = (size_t)(start % row->line_bases), end = (size_t)(row->line_width - row->line_bases);
    for (size_t done = 0; done < length;) {
        size_t n = (size_t)row->line_bases - column;
        n = n < length - done ? n : length - done;
        memcpy(letters + done, bytes, n);
        done += n;
        bytes += n;
        column = 0;
        if (done < length && !tfl_faidx_is_line_end(bytes, end)) {
            return fail_misfit(genome, contig, err);
        }
        bytes += done < length ? end : 0;
    }
    return TFL_OK;
}

tfl_status tfl_genome_read(tfl_genome *genome, size_t contig, int64_t start, size_t length, char *letters,
                           tfl_error *err)
{
    const tfl_faidx_row *row = &genome->faidx.row[contig];
    if (length == 0) {
        return TFL_OK;
    }
    uint64_t from = tfl_faidx_offset(row, start), to = tfl_faidx_offset(row, start + (int64_t)length - 1) + 1;
    size_t size, got = 0;
    if (!tfl_size_from(to - from, &size)) {
        return tfl_fail_memory(err, "a window");
    }
    tfl_status status = TFL_GROW(genome->bytes, &genome->capacity, size, "a window", err);
    if (status == TFL_OK) {
        status = tfl_seekable_read(genome->file, from, genome->bytes, size, &got, err);
    }
    if (status == TFL_OK && got < size) {
        status = fail_misfit(genome, contig, err);
    }
    if (status == TFL_OK) {
        status = join_lines(genome, contig, start, genome->bytes, length, letters, err);
    }
    return status == TFL_OK ? check_letters(genome, contig, start, letters, length, err) : status;
}
