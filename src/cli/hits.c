/* Matches held until all have been found. */
#include "config.h"

#include "cli/hits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/qvalue.h"
#include "tflift/row.h"
#include "tflift/spool.h"

struct tfl_hits {
    const tfl_motifs *motifs;
    tfl_qvalues **qvalues; /* [motifs->n] */
    uint64_t *tests;       /* [motifs->n] placements scored */
    uint64_t n;
    tfl_spool spool; /* for each sequence with matches: a header, name and contig, its kept matches */
};

/* What stands in front of a sequence's matches. */
typedef struct header {
    size_t name_size, contig_size; /* with their NUL */
    int64_t start, length;
    size_t n;
    char strand;
    bool placed;
} header;

/* A match as it waits; its letters stand behind it. */
typedef struct kept {
    tfl_match match;
    tfl_importance importance;
} kept;

tfl_status tfl_hits_create(const tfl_motifs *motifs, tfl_hits **out, tfl_error *err)
{
    *out = NULL;
    tfl_hits *hits = tfl_calloc(1, sizeof *hits);
    if (hits == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    *hits = (tfl_hits){.motifs = motifs, .spool = TFL_SPOOL_INIT};
    hits->qvalues = tfl_calloc(motifs->n, sizeof(tfl_qvalues *));
    hits->tests = tfl_calloc(motifs->n, sizeof *hits->tests);
    tfl_status status = hits->qvalues != NULL && hits->tests != NULL ? TFL_OK : tfl_fail_memory(err, "matches");
    for (size_t i = 0; i < motifs->n && status == TFL_OK; i++) {
        status = tfl_qvalues_create(&hits->qvalues[i], err);
    }
    if (status != TFL_OK) {
        tfl_hits_free(hits);
        return status;
    }
    *out = hits;
    return TFL_OK;
}

void tfl_hits_free(tfl_hits *hits)
{
    if (hits == NULL) {
        return;
    }
    for (size_t i = 0; hits->qvalues != NULL && i < hits->motifs->n; i++) {
        tfl_qvalues_free(hits->qvalues[i]);
    }
    free(hits->qvalues);
    free(hits->tests);
    tfl_spool_clear(&hits->spool);
    free(hits);
}

uint64_t tfl_hits_count(const tfl_hits *hits)
{
    return hits->n;
}

/* ---------------------------------------------------------------- keeping */

static tfl_status keep_header(tfl_hits *hits, const char *name, const tfl_region *region, size_t n, tfl_error *err)
{
    header h;
    memset(&h, 0, sizeof h); /* the padding goes to a file */
    h.name_size = strlen(name) + 1;
    h.contig_size = strlen(region->contig) + 1;
    h.start = region->start;
    h.length = region->length;
    h.n = n;
    h.strand = region->strand;
    h.placed = region->placed;
    tfl_status status = tfl_spool_append(&hits->spool, &h, sizeof h, err);
    if (status == TFL_OK) {
        status = tfl_spool_append(&hits->spool, name, h.name_size, err);
    }
    return status == TFL_OK ? tfl_spool_append(&hits->spool, region->contig, h.contig_size, err) : status;
}

/* The letters of a match, in the motif's orientation and upper case. */
static void match_letters(const tfl_match *match, size_t width, const char *letters, char *word)
{
    for (size_t j = 0; j < width; j++) {
        bool reverse = match->strand == '-';
        unsigned code = tfl_base_code[(unsigned char)letters[match->start + (reverse ? width - 1 - j : j)]];
        word[j] = tfl_base_letter[reverse && code < TFL_BASES ? TFL_BASES - 1 - code : code];
    }
}

static tfl_status keep_match(tfl_hits *hits, const tfl_match *match, const tfl_importance *importance,
                             const char *letters, tfl_error *err)
{
    static const tfl_importance none = {NAN, NAN, NAN, NAN};
    char word[TFL_MOTIF_MAX_WIDTH];
    size_t width = hits->motifs->motif[match->motif].width;
    kept k;
    memset(&k, 0, sizeof k); /* the padding goes to a file, so that members are copied one by one */
    k.match.motif = match->motif;
    k.match.start = match->start;
    k.match.strand = match->strand;
    k.match.log_odds = match->log_odds;
    k.match.pvalue = match->pvalue;
    k.match.rank = match->rank;
    k.importance = importance != NULL ? *importance : none;
    match_letters(match, width, letters, word);
    tfl_status status = tfl_spool_append(&hits->spool, &k, sizeof k, err);
    if (status == TFL_OK) {
        status = tfl_spool_append(&hits->spool, word, width, err);
    }
    if (status == TFL_OK) {
        status = tfl_qvalues_add(hits->qvalues[match->motif], match->pvalue, err);
    }
    hits->n++;
    return status;
}

tfl_status tfl_hits_add(tfl_hits *hits, const tfl_sequence *sequence, const tfl_region *region,
                        const tfl_matches *matches, const tfl_importance *importance, tfl_error *err)
{
    for (size_t i = 0; i < hits->motifs->n; i++) {
        hits->tests[i] += matches->placements[i];
    }
    if (matches->n == 0) {
        return TFL_OK;
    }
    tfl_status status = tfl_row_check(sequence->name, err);
    if (status == TFL_OK) {
        status = keep_header(hits, sequence->name, region, matches->n, err);
    }
    for (size_t i = 0; i < matches->n && status == TFL_OK; i++) {
        status =
            keep_match(hits, &matches->match[i], importance != NULL ? &importance[i] : NULL, sequence->letters, err);
    }
    return status;
}

/* ---------------------------------------------------------------- giving out */

enum { CHUNK = 1 << 16 };

/* Reads the spool from its start. */
typedef struct reader {
    tfl_spool *spool;
    uint64_t next; /* byte of the spool behind buffer */
    size_t at, used;
    char buffer[CHUNK];
} reader;

static bool at_end(const reader *r)
{
    return r->at == r->used && r->next == tfl_spool_size(r->spool);
}

static tfl_status take(reader *r, void *bytes, size_t size, tfl_error *err)
{
    char *to = bytes;
    while (size > 0) {
        if (r->at == r->used) {
            uint64_t left = tfl_spool_size(r->spool) - r->next;
            r->used = left < CHUNK ? (size_t)left : CHUNK;
            r->at = 0;
            tfl_status status = tfl_spool_read(r->spool, r->next, r->buffer, r->used, err);
            if (status != TFL_OK) {
                return status;
            }
            r->next += r->used;
        }
        size_t part = r->used - r->at < size ? r->used - r->at : size;
        memcpy(to, r->buffer + r->at, part);
        r->at += part;
        to += part;
        size -= part;
    }
    return TFL_OK;
}

/* What is the same for all hits of a sequence. */
typedef struct place {
    char *text; /* name and contig, each with its NUL */
    size_t capacity;
    tfl_region region;
} place;

static tfl_status take_place(reader *r, place *p, size_t *n, tfl_error *err)
{
    header h;
    tfl_status status = take(r, &h, sizeof h, err);
    if (status != TFL_OK) {
        return status;
    }
    status = TFL_GROW(p->text, &p->capacity, h.name_size + h.contig_size, "the name of a sequence", err);
    if (status == TFL_OK) {
        status = take(r, p->text, h.name_size + h.contig_size, err);
    }
    p->region = (tfl_region){p->text + h.name_size, h.start, h.length, h.strand, h.placed};
    *n = h.n;
    return status;
}

static tfl_status write_match(const tfl_hits *hits, reader *r, const place *p, const tfl_percentiles *percentiles,
                              const tfl_hit_format *format, tfl_output *output, tfl_error *err)
{
    kept k;
    char word[TFL_MOTIF_MAX_WIDTH + 1];
    tfl_status status = take(r, &k, sizeof k, err);
    if (status != TFL_OK) {
        return status;
    }
    const tfl_motif *motif = &hits->motifs->motif[k.match.motif];
    status = take(r, word, motif->width, err);
    word[motif->width] = '\0';
    if (status != TFL_OK) {
        return status;
    }
    tfl_hit hit = {
        p->text,      &p->region,
        motif,        k.match,
        word,         tfl_qvalues_find(hits->qvalues[k.match.motif], k.match.pvalue),
        k.importance, percentiles != NULL ? tfl_percentiles_find(percentiles, motif->width, k.importance.sum) : NAN};
    return format->write(&hit, output, err);
}

static tfl_status write_all(const tfl_hits *hits, reader *r, const tfl_percentiles *percentiles,
                            const tfl_hit_format *format, tfl_output *output, tfl_error *err)
{
    place p = {NULL, 0, {0}};
    tfl_status status = TFL_OK;
    while (status == TFL_OK && !at_end(r)) {
        size_t n = 0;
        status = take_place(r, &p, &n, err);
        for (size_t i = 0; i < n && status == TFL_OK; i++) {
            status = write_match(hits, r, &p, percentiles, format, output, err);
        }
    }
    free(p.text);
    return status;
}

tfl_status tfl_hits_write(tfl_hits *hits, tfl_percentiles *percentiles, const tfl_hit_format *format,
                          tfl_output *output, tfl_error *err)
{
    for (size_t i = 0; i < hits->motifs->n; i++) {
        tfl_qvalues_ready(hits->qvalues[i], hits->tests[i]);
    }
    if (percentiles != NULL) {
        tfl_percentiles_ready(percentiles);
    }
    reader *r = tfl_calloc(1, sizeof *r);
    if (r == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    r->spool = &hits->spool;
    tfl_status status = format->header != NULL ? tfl_output_printf(output, err, "%s\n", format->header) : TFL_OK;
    if (status == TFL_OK) {
        status = write_all(hits, r, percentiles, format, output, err);
    }
    free(r);
    return status;
}
