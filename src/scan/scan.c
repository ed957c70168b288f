/* Matches of motifs in sequences.
 *
 * Letters are packed four to a byte, and a motif on one strand is a table per four positions, so that a placement costs
 * a look-up and an addition per four letters. Nearly all are given up after the two tables that tell most. Scores are
 * sums of multiples of 2^-40 and exact in any order (logodds.h): nothing has to be scored again. */
#include "config.h"

#include "tflift/scan.h"

#include "tflift/memory.h"
#include "tflift/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP = 4, WORDS = 256 /* 4^GROUP */ };

/* A motif on one strand, four positions at a time. The group that tells most comes first, so that most placements are
 * given up after two; there are at least two, of which the second may be empty. */
typedef struct strand_tables {
    size_t groups;
    size_t *offset;         /* [groups] of the group's first letter in the placement */
    double (*score)[WORDS]; /* [groups] of the group's letters, the first in the lowest bits; letters behind the motif's
                               end count 0 */
    double rest;            /* the best that the groups behind the first two can add */
} strand_tables;

typedef struct prepared {
    tfl_logodds *logodds;
    tfl_pvalues *pvalues;
    double threshold; /* smallest score that may be a match */
    strand_tables strand[2];
} prepared;

struct tfl_scanner {
    tfl_scan_options options;
    size_t n_strands;
    const tfl_motifs *motifs;
    prepared *motif; /* [motifs->n] */
};

/* A start, and what it scores. */
typedef struct candidate {
    double score;
    size_t start;
    char strand;
} candidate;

/* What a thread needs for a sequence, by its length. */
struct tfl_scan_work {
    size_t capacity;      /* of each array */
    uint8_t *code;        /* [length] */
    uint8_t *quad;        /* [length] letters i … i + 3 */
    candidate *candidate; /* [length], for the best k */
    bool *taken;          /* [length] */
};

/* Scores are found again in other ways, with rounding errors. */
static const double SLACK = 1e-6;

static const char strands[2] = {'+', '-'};

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

/* The score of a letter at a position of the motif as it lies on the strand. */
static double strand_score(const tfl_logodds *logodds, size_t strand, size_t position, size_t code)
{
    return strand == 0 ? logodds->score[position][code]
                       : logodds->score[logodds->width - 1 - position][TFL_BASES - 1 - code];
}

static double best_score(const tfl_logodds *logodds, size_t strand, size_t position)
{
    double best = -HUGE_VAL;
    for (size_t b = 0; b < TFL_BASES; b++) {
        best = fmax(best, strand_score(logodds, strand, position, b));
    }
    return best;
}

/* How far the average word of the background falls short of the best one in a group: how soon it makes placements
 * fail. */
static double shortfall(const tfl_logodds *logodds, size_t strand, size_t offset)
{
    double sum = 0;
    for (size_t j = offset; j < offset + GROUP && j < logodds->width; j++) {
        sum += best_score(logodds, strand, j);
        for (size_t b = 0; b < TFL_BASES; b++) {
            sum -= logodds->background[b] * strand_score(logodds, strand, j, b);
        }
    }
    return sum;
}

/* Groups by decreasing shortfall. */
static void order_groups(const tfl_logodds *logodds, size_t strand, strand_tables *tables)
{
    for (size_t g = 0; g < tables->groups; g++) {
        double key = shortfall(logodds, strand, g * GROUP);
        size_t at = g;
        while (at > 0 && shortfall(logodds, strand, tables->offset[at - 1]) < key) {
            tables->offset[at] = tables->offset[at - 1];
            at--;
        }
        tables->offset[at] = g * GROUP;
    }
}

static void fill_group(const tfl_logodds *logodds, size_t strand, size_t offset, double score[WORDS])
{
    for (size_t j = offset; j < offset + GROUP && j < logodds->width; j++) {
        for (size_t word = 0; word < WORDS; word++) {
            score[word] += strand_score(logodds, strand, j, word >> (j - offset) * 2 & 3);
        }
    }
}

static tfl_status fill_tables(const tfl_logodds *logodds, size_t strand, strand_tables *tables, tfl_error *err)
{
    size_t groups = (logodds->width + GROUP - 1) / GROUP;
    tables->groups = groups > 2 ? groups : 2;
    tables->offset = tfl_calloc(tables->groups, sizeof *tables->offset);
    tables->score = tfl_calloc(tables->groups, sizeof *tables->score);
    if (tables->offset == NULL || tables->score == NULL) {
        return tfl_fail_memory(err, "a prepared motif");
    }
    order_groups(logodds, strand, tables);
    for (size_t g = 0; g < tables->groups; g++) {
        size_t offset = tables->offset[g];
        fill_group(logodds, strand, offset, tables->score[g]);
        for (size_t j = offset; g > 1 && j < offset + GROUP && j < logodds->width; j++) {
            tables->rest += best_score(logodds, strand, j);
        }
        tables->offset[g] = offset < logodds->width ? offset : 0; /* an empty group looks at any letters */
    }
    return TFL_OK;
}

static tfl_status prepare_motif(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)worker;
    tfl_scanner *scanner = context;
    const tfl_scan_options *options = &scanner->options;
    prepared *motif = &scanner->motif[i];
    tfl_status status =
        tfl_logodds_create(&scanner->motifs->motif[i], options->background, options->pseudocount, &motif->logodds, err);
    if (status == TFL_OK) {
        status = tfl_pvalues_create(motif->logodds, &motif->pvalues, err);
    }
    for (size_t s = 0; s < scanner->n_strands && status == TFL_OK; s++) {
        status = fill_tables(motif->logodds, s, &motif->strand[s], err);
    }
    if (status == TFL_OK) {
        motif->threshold = options->select == TFL_SELECT_THRESHOLD ? options->limit
                           : options->select == TFL_SELECT_PVALUE
                               ? tfl_pvalues_threshold(motif->pvalues, options->limit) - SLACK
                               : -HUGE_VAL;
    }
    return status;
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
    tfl_status status = scanner->motif == NULL
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
        for (size_t s = 0; s < 2; s++) {
            free(scanner->motif[i].strand[s].offset);
            free(scanner->motif[i].strand[s].score);
        }
        tfl_pvalues_free(scanner->motif[i].pvalues);
        tfl_logodds_free(scanner->motif[i].logodds);
    }
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

static void free_work(struct tfl_scan_work *work)
{
    if (work != NULL) {
        free(work->code);
        free(work->quad);
        free(work->candidate);
        free(work->taken);
        free(work);
    }
}

void tfl_matches_clear(tfl_matches *matches)
{
    free(matches->match);
    free(matches->placements);
    free_work(matches->work);
    *matches = (tfl_matches){0};
}

static tfl_status make_room(const tfl_scanner *scanner, size_t length, tfl_matches *matches, tfl_error *err)
{
    if (matches->placements == NULL) {
        matches->placements = tfl_calloc(scanner->motifs->n, sizeof *matches->placements);
    }
    if (matches->work == NULL) {
        matches->work = tfl_calloc(1, sizeof *matches->work);
    }
    struct tfl_scan_work *work = matches->work;
    if (matches->placements == NULL || work == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    if (length <= work->capacity && work->capacity > 0) {
        return TFL_OK;
    }
    length = length > 0 ? length : 1; /* arrays to point into, also for a sequence without letters */
    free_work(work);
    matches->work = work = tfl_calloc(1, sizeof *work);
    if (work == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    bool top = scanner->options.select == TFL_SELECT_TOP;
    work->code = tfl_calloc(length, sizeof *work->code);
    work->quad = tfl_calloc(length, sizeof *work->quad);
    work->candidate = top ? tfl_calloc(length, sizeof *work->candidate) : NULL;
    work->taken = top ? tfl_calloc(length, sizeof *work->taken) : NULL;
    if (work->code == NULL || work->quad == NULL || (top && (work->candidate == NULL || work->taken == NULL))) {
        return tfl_fail_memory(err, "matches");
    }
    work->capacity = length;
    return TFL_OK;
}

static void pack_letters(const char *letters, size_t length, struct tfl_scan_work *work)
{
    unsigned quad = 0;
    for (size_t i = length; i-- > 0;) {
        work->code[i] = tfl_base_code[(unsigned char)letters[i]];
        quad = (quad << 2 | (work->code[i] & 3U)) & (WORDS - 1);
        work->quad[i] = (uint8_t)quad;
    }
}

/* The next stretch [*from, *to) of A, C, G and T at or behind *to; false when there is none. */
static bool next_stretch(const struct tfl_scan_work *work, size_t length, size_t *from, size_t *to)
{
    size_t i = *to;
    while (i < length && work->code[i] == TFL_BASE_OTHER) {
        i++;
    }
    *from = i;
    while (i < length && work->code[i] != TFL_BASE_OTHER) {
        i++;
    }
    *to = i;
    return *from < *to;
}

/* ---------------------------------------------------------------- scoring */

/* The score of a placement. */
static double score_placement(const strand_tables *tables, const uint8_t *quad)
{
    double score = 0;
    for (size_t g = 0; g < tables->groups; g++) {
        score += tables->score[g][quad[tables->offset[g]]];
    }
    return score;
}

/* The first start in [from, end) whose first two groups do not rule out threshold, or end. Nearly all are ruled out. */
static size_t next_promising(const strand_tables *tables, const uint8_t *quad, size_t from, size_t end,
                             double threshold)
{
    const double *first = tables->score[0];
    const double *second = tables->score[1];
    const uint8_t *first_quad = quad + tables->offset[0];
    const uint8_t *second_quad = quad + tables->offset[1];
    double needed = threshold - tables->rest;
    size_t start = from;
    while (start < end && first[first_quad[start]] + second[second_quad[start]] < needed) {
        start++;
    }
    return start;
}

static tfl_status add_match(tfl_matches *matches, const tfl_match *match, tfl_error *err)
{
    void *grown = matches->match;
    tfl_status status = tfl_grow(&grown, &matches->capacity, matches->n + 1, sizeof *matches->match, "matches", err);
    matches->match = grown;
    if (status == TFL_OK) {
        matches->match[matches->n++] = *match;
    }
    return status;
}

/* All placements on a strand, at starts [from, end), that reach the threshold and, where that is asked for, the
 * p-value. */
static tfl_status find_good(const tfl_scanner *scanner, size_t i, size_t strand, size_t from, size_t end,
                            tfl_matches *matches, tfl_error *err)
{
    const prepared *motif = &scanner->motif[i];
    const strand_tables *tables = &motif->strand[strand];
    const uint8_t *quad = matches->work->quad;
    bool by_pvalue = scanner->options.select == TFL_SELECT_PVALUE;
    tfl_status status = TFL_OK;
    for (size_t start = from; status == TFL_OK; start++) {
        start = next_promising(tables, quad, start, end, motif->threshold);
        if (start >= end) {
            break;
        }
        double score = score_placement(tables, quad + start);
        if (score < motif->threshold) {
            continue;
        }
        double pvalue = tfl_pvalues_find(motif->pvalues, score);
        if (!by_pvalue || pvalue <= scanner->options.limit) {
            status = add_match(matches, &(tfl_match){i, start, strands[strand], score, pvalue, 0}, err);
        }
    }
    return status;
}

/* ---------------------------------------------------------------- the best k */

/* Whether a comes before b: the better one, of equals the first. */
static bool comes_first(const candidate *a, const candidate *b)
{
    return a->score > b->score || (a->score == b->score && a->start < b->start);
}

/* The best candidates[0] is above all others; restores that below i. */
static void sift_down(candidate *heap, size_t n, size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) {
            return;
        }
        child += child + 1 < n && comes_first(&heap[child + 1], &heap[child]);
        if (comes_first(&heap[i], &heap[child])) {
            return;
        }
        candidate swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

/* Adds every start in [from, last], with its better strand, to candidates[n]; returns their new number. */
static size_t collect_candidates(const tfl_scanner *scanner, const prepared *motif, size_t from, size_t last,
                                 const struct tfl_scan_work *work, size_t n)
{
    for (size_t start = from; start <= last; start++) {
        candidate best = {score_placement(&motif->strand[0], work->quad + start), start, '+'};
        if (scanner->n_strands > 1) {
            double reverse = score_placement(&motif->strand[1], work->quad + start);
            if (reverse > best.score) {
                best = (candidate){reverse, start, '-'};
            }
        }
        work->candidate[n++] = best;
    }
    return n;
}

/* After a match at m: starts m - h … m + h - 2, and m. */
static void take(bool *taken, size_t length, size_t m, size_t half)
{
    size_t end = m + half < 1 ? 0 : m + half - 1;
    for (size_t start = m > half ? m - half : 0; start < end && start < length; start++) {
        taken[start] = true;
    }
    taken[m] = true;
}

static tfl_status take_best(const tfl_scanner *scanner, size_t i, size_t n, size_t length, tfl_matches *matches,
                            tfl_error *err)
{
    const prepared *motif = &scanner->motif[i];
    candidate *heap = matches->work->candidate;
    bool *taken = matches->work->taken;
    memset(taken, 0, length * sizeof *taken);
    for (size_t at = n / 2; at-- > 0;) {
        sift_down(heap, n, at);
    }
    for (size_t found = 0; found < scanner->options.top && n > 0;) {
        candidate best = heap[0];
        heap[0] = heap[--n];
        sift_down(heap, n, 0);
        if (taken[best.start]) {
            continue;
        }
        take(taken, length, best.start, motif->logodds->width / 2);
        double pvalue = tfl_pvalues_find(motif->pvalues, best.score);
        tfl_status status =
            add_match(matches, &(tfl_match){i, best.start, best.strand, best.score, pvalue, ++found}, err);
        if (status != TFL_OK) {
            return status;
        }
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- order */

static int order(bool before, bool after)
{
    return (int)after - (int)before;
}

/* '+' before '-'. */
static int by_strand(const tfl_match *a, const tfl_match *b)
{
    return (a->strand == '-') - (b->strand == '-');
}

static int by_log_odds(const void *left, const void *right)
{
    const tfl_match *a = left;
    const tfl_match *b = right;
    int c = order(a->log_odds > b->log_odds, a->log_odds < b->log_odds);
    c = c != 0 ? c : order(a->start<b->start, a->start> b->start);
    return c != 0 ? c : by_strand(a, b);
}

static int by_place(const void *left, const void *right)
{
    const tfl_match *a = left;
    const tfl_match *b = right;
    int c = order(a->start<b->start, a->start> b->start);
    c = c != 0 ? c : order(a->motif<b->motif, a->motif> b->motif);
    return c != 0 ? c : by_strand(a, b);
}

/* ---------------------------------------------------------------- a sequence */

static tfl_status scan_motif(const tfl_scanner *scanner, size_t i, size_t length, tfl_matches *matches, tfl_error *err)
{
    const prepared *motif = &scanner->motif[i];
    size_t width = motif->logodds->width;
    bool top = scanner->options.select == TFL_SELECT_TOP;
    size_t first = matches->n;
    size_t candidates = 0;
    tfl_status status = TFL_OK;
    for (size_t from = 0, to = 0; status == TFL_OK && next_stretch(matches->work, length, &from, &to);) {
        if (to - from < width) {
            continue;
        }
        matches->placements[i] += (to - from - width + 1) * scanner->n_strands;
        if (top) {
            candidates = collect_candidates(scanner, motif, from, to - width, matches->work, candidates);
        } else {
            for (size_t strand = 0; strand < scanner->n_strands && status == TFL_OK; strand++) {
                status = find_good(scanner, i, strand, from, to - width + 1, matches, err);
            }
        }
    }
    if (top) {
        return status == TFL_OK ? take_best(scanner, i, candidates, length, matches, err) : status;
    }
    if (matches->n > first) {
        qsort(matches->match + first, matches->n - first, sizeof *matches->match, by_log_odds);
    }
    for (size_t m = first; m < matches->n; m++) {
        matches->match[m].rank = m - first + 1;
    }
    return status;
}

tfl_status tfl_scan(const tfl_scanner *scanner, const tfl_sequence *sequence, tfl_matches *matches, tfl_error *err)
{
    matches->n = 0;
    tfl_status status = make_room(scanner, sequence->length, matches, err);
    if (status != TFL_OK) {
        return status;
    }
    memset(matches->placements, 0, scanner->motifs->n * sizeof *matches->placements);
    pack_letters(sequence->letters, sequence->length, matches->work);
    for (size_t i = 0; i < scanner->motifs->n && status == TFL_OK; i++) {
        status = scan_motif(scanner, i, sequence->length, matches, err);
    }
    if (matches->n > 0) {
        qsort(matches->match, matches->n, sizeof *matches->match, by_place);
    }
    return status;
}
