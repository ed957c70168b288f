/* Matches of motifs in sequences.
 *
 * Letters are packed four to a byte, and a motif on one strand is a table per four positions, so that a placement costs
 * a look-up and an addition per four letters. Nearly all are ruled out before: by the filter (filter_internal.h), many at
 * a time, or, where the processor has no instruction for that, by the two tables that tell most. Scores are sums of
 * multiples of 2^-40 and exact in any order (logodds.h), so that it does not show which way a match was found. */
#include "config.h"

#include "tflift/scan.h"

#include "scan_internal.h"
#include "tflift/memory.h"
#include "tflift/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Scores are found again in other ways, with rounding errors. */
static const double SLACK = 1e-6;

tfl_scan_options tfl_scan_defaults(void)
{
    return (tfl_scan_options){.select = TFL_SELECT_PVALUE,
                              .limit = 1e-4,
                              .top = 5,
                              .both_strands = true,
                              .background = {0.3, 0.2, 0.2, 0.3},
                              .pseudocount = 0.001,
                              .threads = 1};
}

/* ---------------------------------------------------------------- preparing */

static double find_threshold(const tfl_scan_options *options, const tfl_pvalues *pvalues)
{
    switch (options->select) {
    case TFL_SELECT_PVALUE:
        return tfl_pvalues_threshold(pvalues, options->limit) - SLACK;
    case TFL_SELECT_THRESHOLD:
        return options->limit;
    case TFL_SELECT_TOP:
        break;
    }
    return -HUGE_VAL;
}

static tfl_status prepare_motif(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)worker;
    tfl_scanner *scanner = context;
    const tfl_scan_options *options = &scanner->options;
    tfl_prepared *motif = &scanner->motif[i];
    tfl_status status =
        tfl_logodds_create(&scanner->motifs->motif[i], options->background, options->pseudocount, &motif->logodds, err);
    if (status == TFL_OK) {
        status = tfl_pvalues_create(motif->logodds, &motif->pvalues, err);
    }
    if (status == TFL_OK) {
        status = tfl_prepare_tables(motif, scanner->n_strands, err);
    }
    if (status == TFL_OK) {
        motif->threshold = find_threshold(options, motif->pvalues);
        tfl_filter_prepare(motif->logodds, scanner->n_strands, motif->threshold, scanner->filter.letters, &motif->filter);
    }
    return status;
}

static void find_widths(tfl_scanner *scanner)
{
    scanner->narrowest = TFL_MOTIF_MAX_WIDTH;
    for (size_t i = 0; i < scanner->motifs->n; i++) {
        size_t width = scanner->motifs->motif[i].width;
        scanner->narrowest = width < scanner->narrowest ? width : scanner->narrowest;
        scanner->widest = width > scanner->widest ? width : scanner->widest;
    }
}

tfl_status tfl_scanner_create(const tfl_motifs *motifs, const tfl_scan_options *options, tfl_scanner **out,
                              tfl_error *err)
{
    *out = NULL;
    tfl_scanner *scanner = tfl_calloc(1, sizeof *scanner);
    if (scanner == NULL) {
        return tfl_fail_memory(err, "prepared motifs");
    }
    *scanner = (tfl_scanner){.options = *options, .n_strands = options->both_strands ? 2 : 1, .motifs = motifs};
    scanner->motif = tfl_calloc(motifs->n, sizeof *scanner->motif);
    find_widths(scanner);
    scanner->filter = tfl_filter_get();
    scanner->n_scanning = tfl_calloc(1, sizeof *scanner->n_scanning);
    if (scanner->n_scanning != NULL) {
        atomic_init(scanner->n_scanning, 0);
    }
    tfl_status status = scanner->motif == NULL || scanner->n_scanning == NULL
                            ? tfl_fail_memory(err, "prepared motifs")
                            : tfl_parallel_for(scanner, motifs->n, options->threads, prepare_motif, err);
    if (status != TFL_OK) {
        tfl_scanner_free(scanner);
        return status;
    }
    *out = scanner;
    return TFL_OK;
}

void tfl_scanner_free(tfl_scanner *scanner)
{
    if (scanner == NULL) {
        return;
    }
    for (size_t i = 0; scanner->motif != NULL && i < scanner->motifs->n; i++) {
        tfl_free_tables(&scanner->motif[i]);
        tfl_pvalues_free(scanner->motif[i].pvalues);
        tfl_logodds_free(scanner->motif[i].logodds);
    }
    free(scanner->n_scanning);
    free(scanner->motif);
    free(scanner);
}

const tfl_logodds *tfl_scanner_logodds(const tfl_scanner *scanner, size_t motif)
{
    return scanner->motif[motif].logodds;
}

bool tfl_scanner_can_match(const tfl_scanner *scanner, size_t motif)
{
    return scanner->motif[motif].threshold <= scanner->motif[motif].logodds->high;
}

/* ---------------------------------------------------------------- workspace */

void tfl_matches_clear(tfl_matches *matches)
{
    struct tfl_scan_work *work = matches->work;
    if (work != NULL) {
        free(work->quad);
        free(work->stretch);
        free(work->candidate);
        free(work->taken);
        free(work->ranked);
        free(work->first);
        free(work);
    }
    free(matches->match);
    free(matches->placements);
    *matches = (tfl_matches){0};
}

tfl_status tfl_matches_add(tfl_matches *matches, const tfl_match *match, tfl_error *err)
{
    tfl_status status = TFL_GROW(matches->match, &matches->capacity, matches->n + 1, "matches", err);
    if (status == TFL_OK) {
        matches->match[matches->n++] = *match;
    }
    return status;
}

static int order(bool before, bool after)
{
    return (int)after - (int)before;
}

int tfl_match_by_place(const void *left, const void *right)
{
    const tfl_match *a = left;
    const tfl_match *b = right;
    int c = order(a->start < b->start, a->start > b->start);
    c = c != 0 ? c : order(a->motif < b->motif, a->motif > b->motif);
    return c != 0 ? c : order(a->strand < b->strand, a->strand > b->strand); /* '+' is 43, '-' 45 */
}

/* What is there once for all sequences. */
static tfl_status start_work(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    size_t n = scanner->motifs->n;
    if (matches->placements == NULL) {
        matches->placements = tfl_calloc(n, sizeof *matches->placements);
    }
    if (matches->work == NULL) {
        matches->work = tfl_calloc(1, sizeof *matches->work);
    }
    struct tfl_scan_work *work = matches->work;
    if (work != NULL && work->first == NULL) {
        work->first = tfl_calloc(n + 1, sizeof *work->first);
    }
    return matches->placements != NULL && work != NULL && work->first != NULL ? TFL_OK : tfl_fail_memory(err, "matches");
}

static tfl_status make_room(bool top, size_t length, struct tfl_scan_work *work, tfl_error *err)
{
    size_t room = length + TFL_BEHIND_QUADS; /* also for a sequence without letters */
    tfl_status status = TFL_GROW(work->quad, &work->quad_capacity, room, "matches", err);
    if (status != TFL_OK || !top) {
        return status;
    }
    return TFL_GROW(work->taken, &work->taken_capacity, room, "matches", err);
}

/* ---------------------------------------------------------------- letters */

static tfl_status add_stretch(const tfl_scanner *scanner, size_t from, size_t to, struct tfl_scan_work *work, tfl_error *err)
{
    if (to - from < scanner->narrowest) {
        return TFL_OK;
    }
    tfl_status status = TFL_GROW(work->stretch, &work->stretch_capacity, work->n_stretches + 1, "stretches", err);
    if (status == TFL_OK) {
        work->stretch[work->n_stretches++] = (tfl_stretch){from, to};
    }
    return status;
}

/* Bits 1 and 2 of A, C, G and T of either case tell them apart, in our order once the upper one is added to the lower. Eight letters at a time;
 * first their codes, then, from left to right, with those of the three that follow. */
static void pack_letters(const char *letters, struct tfl_scan_work *work)
{
    const uint64_t codes = UINT64_C(0x0303030303030303);
    uint64_t next[TFL_QUAD];
    memcpy(work->quad, letters, work->length);
    memset(work->quad + work->length, 'A', TFL_BEHIND_QUADS);
    for (size_t i = 0; i < work->length + TFL_QUAD; i += sizeof *next) {
        memcpy(next, work->quad + i, sizeof *next);
        *next = (*next >> 1 ^ *next >> 2) & codes;
        memcpy(work->quad + i, next, sizeof *next);
    }
    for (size_t i = 0; i < work->length; i += sizeof *next) {
        for (size_t j = 0; j < TFL_QUAD; j++) {
            memcpy(&next[j], work->quad + i + j, sizeof *next);
        }
        *next |= next[1] << 2 | next[2] << 4 | next[3] << 6;
        memcpy(work->quad + i, next, sizeof *next);
    }
}

/* The end of the stretch that begins at from: the next letter that is none of A, C, G and T, or length. */
static size_t find_end(const char *letters, size_t from, size_t length)
{
    enum { AT_ONCE = 8 }; /* for more than one letter per turn of the loop */
    size_t i = from;
    for (unsigned other = 0; i + AT_ONCE <= length; i += AT_ONCE) {
        const unsigned char *at = (const unsigned char *)letters + i;
        other |= tfl_base_code[at[0]] | tfl_base_code[at[1]] | tfl_base_code[at[2]] | tfl_base_code[at[3]];
        other |= tfl_base_code[at[4]] | tfl_base_code[at[5]] | tfl_base_code[at[6]] | tfl_base_code[at[7]];
        if (other >= TFL_BASES) {
            break;
        }
    }
    while (i < length && tfl_base_code[(unsigned char)letters[i]] != TFL_BASE_OTHER) {
        i++;
    }
    return i;
}

static tfl_status find_stretches(const tfl_scanner *scanner, const char *letters, struct tfl_scan_work *work,
                                 tfl_error *err)
{
    tfl_status status = TFL_OK;
    work->n_stretches = 0;
    for (size_t from = 0, to = 0; to < work->length && status == TFL_OK; from = to + 1) {
        to = find_end(letters, from, work->length);
        status = add_stretch(scanner, from, to, work, err);
    }
    return status;
}

static void count_placements(const tfl_scanner *scanner, tfl_matches *matches)
{
    const struct tfl_scan_work *work = matches->work;
    memset(matches->placements, 0, scanner->motifs->n * sizeof *matches->placements);
    for (size_t k = 0; k < work->n_stretches; k++) {
        size_t room = work->stretch[k].to - work->stretch[k].from + 1;
        for (size_t i = 0; i < scanner->motifs->n; i++) {
            size_t width = scanner->motifs->motif[i].width;
            matches->placements[i] += room > width ? (room - width) * scanner->n_strands : 0;
        }
    }
}

/* ---------------------------------------------------------------- a sequence */

tfl_status tfl_scan(const tfl_scanner *scanner, const tfl_sequence *sequence, tfl_matches *matches, tfl_error *err)
{
    bool top = scanner->options.select == TFL_SELECT_TOP;
    matches->n = 0;
    tfl_status status = start_work(scanner, matches, err);
    if (status == TFL_OK) {
        matches->work->length = sequence->length;
        status = make_room(top, sequence->length, matches->work, err);
    }
    if (status == TFL_OK) {
        pack_letters(sequence->letters, matches->work);
        status = find_stretches(scanner, sequence->letters, matches->work, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    count_placements(scanner, matches);
    return top ? tfl_find_best(scanner, matches, err) : tfl_find_good(scanner, matches, err);
}
