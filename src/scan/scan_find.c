/* All matches that score enough.
 *
 * A sequence is gone through in blocks of starts, which stay in the cache while one motif after the other looks at them;
 * a long one in parts of many blocks, on several threads. The matches of a block are sorted where it ends, so that those
 * of the sequence, and of its parts one behind the other, are in order. */
#include "config.h"

#include "scan_internal.h"

#include "tflift/memory.h"
#include "tflift/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGIT = 7, /* bits that starts are sorted by at once */
    RADIX = 1 << DIGIT,
    BLOCK = 1 << 13, /* starts; at most RADIX * RADIX */
    PART = 1 << 18,  /* starts that one thread looks at */
    MANY = 1 << 13,  /* matches that threads are worth */
    RANK_DIGIT = 9,  /* bits that scores are sorted by at once ... */
    RANK_MANY = 256, /* ... where they are as many */
    WORDS = BLOCK / TFL_FILTER_WORD
};

/* ---------------------------------------------------------------- a block */

/* A block of starts, and what the filter needs. */
typedef struct block {
    size_t from, to;                          /* starts [from, to) */
    size_t stretch_end;                       /* letters up to here */
    uint8_t piece[BLOCK + TFL_FILTER_BEHIND]; /* the letters from + i on, as the filter wants them */
    tfl_filter_word word[2 * WORDS + 1];      /* candidates; one more is written to */
} block;

/* The score of a placement, letter by letter: from a small table, as those of all motifs take turns in the cache. On '-' position
 * j is the motif's last but j and the letter is complemented, which is the table read from its end. */
static double score_letters(const tfl_logodds *logodds, size_t strand, const uint8_t *quad)
{
    const double *score = &logodds->score[0][0];
    size_t last = logodds->width * TFL_BASES - 1;
    double sum[2] = {0, 0};
    for (size_t j = 0; j < logodds->width; j++) {
        size_t k = j * TFL_BASES + (quad[j] & (TFL_BASES - 1));
        sum[j & 1] += score[strand == 0 ? k : last - k];
    }
    return sum[0] + sum[1];
}

static tfl_status add_if_good(const tfl_scanner *scanner, size_t i, size_t strand, size_t start, tfl_matches *matches,
                              tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    double score = score_letters(motif->logodds, strand, matches->work->quad + start);
    return score < motif->threshold
               ? TFL_OK
               : tfl_matches_add(matches, &(tfl_match){i, start, tfl_strand_letter[strand], score, 0, 0}, err);
}

/* The first start in [from, end) whose first two groups do not rule out threshold, or end. Nearly all are ruled out. */
static size_t next_promising(const tfl_strand_tables *tables, const uint8_t *quad, size_t from, size_t end,
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

/* Without the filter. */
static tfl_status find_plainly(const tfl_scanner *scanner, size_t i, size_t strand, size_t from, size_t end,
                               tfl_matches *matches, tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    tfl_status status = TFL_OK;
    for (size_t start = from; status == TFL_OK; start++) {
        start = next_promising(&motif->strand[strand], matches->work->quad, start, end, motif->threshold);
        if (start >= end) {
            break;
        }
        status = add_if_good(scanner, i, strand, start, matches, err);
    }
    return status;
}

/* The candidates among starts [from, end). */
static tfl_status find_filtered(const tfl_scanner *scanner, size_t i, size_t end, block *b, tfl_matches *matches, tfl_error *err)
{
    size_t n = end - b->from;
    size_t words = scanner->filter.run(&scanner->motif[i].filter, scanner->n_strands, b->piece, n, b->word);
    tfl_status status = TFL_OK;
    for (size_t w = 0; w < words; w++) {
        const tfl_filter_word *word = &b->word[w];
        for (uint64_t bits = word->bits; bits != 0 && status == TFL_OK; bits &= bits - 1) {
            size_t start = word->first + (size_t)__builtin_ctzll(bits);
            if (start < n) {
                status = add_if_good(scanner, i, word->strand, b->from + start, matches, err);
            }
        }
    }
    return status;
}

static tfl_status scan_motif(const tfl_scanner *scanner, size_t i, block *b, tfl_matches *matches, tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    size_t width = motif->logodds->width;
    if (b->stretch_end - b->from < width || !tfl_scanner_can_match(scanner, i)) {
        return TFL_OK;
    }
    size_t end = b->stretch_end - width + 1 < b->to ? b->stretch_end - width + 1 : b->to;
    if (scanner->filter.run != NULL && motif->filter.pieces > 0) {
        return find_filtered(scanner, i, end, b, matches, err);
    }
    tfl_status status = TFL_OK;
    for (size_t s = 0; s < scanner->n_strands && status == TFL_OK; s++) {
        status = find_plainly(scanner, i, s, b->from, end, matches, err);
    }
    return status;
}

/* Pieces are the low bits of quads; eight at a time, and up to seven behind the last, which matter to no placement. */
static void fill_pieces(const tfl_scanner *scanner, const uint8_t *quad, block *b)
{
    size_t letters = b->to - b->from + scanner->widest;
    uint64_t mask = (UINT64_C(1) << 2 * scanner->filter.letters) - 1;
    letters = letters < b->stretch_end - b->from ? letters : b->stretch_end - b->from;
    for (size_t i = 0; i < letters; i += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, quad + b->from + i, sizeof eight);
        eight &= mask * UINT64_C(0x0101010101010101);
        memcpy(b->piece + i, &eight, sizeof eight);
    }
    letters += -letters % sizeof(uint64_t);
    memset(b->piece + letters, 0, sizeof b->piece - letters);
}

/* Copies n matches to another place by digits of their start in the block, those of equal digits in the order in which they were. */
static void sort_by_digit(const tfl_match *from, size_t n, size_t first, unsigned shift, tfl_match *to)
{
    size_t place[RADIX + 1] = {0};
    for (size_t m = 0; m < n; m++) {
        place[((from[m].start - first) >> shift) % RADIX + 1]++;
    }
    for (size_t i = 1; i < RADIX; i++) {
        place[i] += place[i - 1];
    }
    for (size_t m = 0; m < n; m++) {
        to[place[((from[m].start - first) >> shift) % RADIX]++] = from[m];
    }
}

/* The matches from the first one on, found motif after motif, by start; those of one start stay as they are, '+' before '-'. */
static tfl_status sort_block(const block *b, size_t first, tfl_matches *matches, tfl_error *err)
{
    size_t n = matches->n - first;
    if (n < 2) {
        return TFL_OK;
    }
    tfl_status status = TFL_GROW(matches->match, &matches->capacity, matches->n + n, "matches", err); /* there and back */
    if (status == TFL_OK) {
        tfl_match *match = matches->match + first;
        sort_by_digit(match, n, b->from, 0, match + n);
        sort_by_digit(match + n, n, b->from, DIGIT, match);
    }
    return status;
}

static tfl_status scan_block(const tfl_scanner *scanner, block *b, tfl_matches *matches, tfl_error *err)
{
    size_t first = matches->n;
    fill_pieces(scanner, matches->work->quad, b);
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < scanner->motifs->n && status == TFL_OK; i++) {
        status = scan_motif(scanner, i, b, matches, err);
    }
    return status == TFL_OK ? sort_block(b, first, matches, err) : status;
}

/* ---------------------------------------------------------------- a part */

/* The first stretch that ends behind start. */
static size_t first_stretch(const struct tfl_scan_work *work, size_t start)
{
    size_t low = 0;
    size_t high = work->n_stretches;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (work->stretch[middle].to <= start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* All placements at starts [from, to). */
static tfl_status scan_part(const tfl_scanner *scanner, size_t from, size_t to, tfl_matches *matches, tfl_error *err)
{
    const struct tfl_scan_work *work = matches->work;
    block b;
    tfl_status status = TFL_OK;
    for (size_t k = first_stretch(work, from); k < work->n_stretches && work->stretch[k].from < to; k++) {
        const tfl_stretch *stretch = &work->stretch[k];
        size_t end = stretch->to < to ? stretch->to : to;
        b.stretch_end = stretch->to;
        for (b.from = stretch->from > from ? stretch->from : from; b.from < end && status == TFL_OK; b.from = b.to) {
            b.to = end - b.from < BLOCK ? end : b.from + BLOCK;
            status = scan_block(scanner, &b, matches, err);
        }
    }
    return status;
}

/* A sequence in parts; each has matches of its own, over the same work. */
typedef struct parts {
    const tfl_scanner *scanner;
    tfl_matches *part;
    size_t n;
} parts;

static tfl_status scan_one_part(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)worker;
    parts *p = context;
    return scan_part(p->scanner, i * PART, (i + 1) * PART, &p->part[i], err);
}

static tfl_status join_parts(const parts *p, tfl_matches *matches, tfl_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        n += p->part[i].n;
    }
    tfl_status status = TFL_GROW(matches->match, &matches->capacity, n, "matches", err);
    for (size_t i = 0; i < p->n && status == TFL_OK; i++) {
        if (p->part[i].n > 0) {
            memcpy(matches->match + matches->n, p->part[i].match, p->part[i].n * sizeof *matches->match);
        }
        matches->n += p->part[i].n;
    }
    return status;
}

static tfl_status scan_in_parts(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    struct tfl_scan_work *work = matches->work;
    parts p = {.scanner = scanner, .n = (work->length + PART - 1) / PART};
    p.part = tfl_calloc(p.n, sizeof *p.part);
    if (p.part == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    for (size_t i = 0; i < p.n; i++) {
        p.part[i].work = work;
    }
    unsigned others = atomic_fetch_add(scanner->n_scanning, 1);
    tfl_status status = tfl_parallel_for(&p, p.n, scanner->options.threads / (others + 1), scan_one_part, err);
    (void)atomic_fetch_sub(scanner->n_scanning, 1);
    if (status == TFL_OK) {
        status = join_parts(&p, matches, err);
    }
    for (size_t i = 0; i < p.n; i++) {
        free(p.part[i].match);
    }
    free(p.part);
    return status;
}

/* ---------------------------------------------------------------- ranks and p-values */

static int order(bool before, bool after)
{
    return (int)after - (int)before;
}

/* The better one, of equals the first. */
static int by_rank(const void *left, const void *right)
{
    const tfl_ranked *a = left;
    const tfl_ranked *b = right;
    int c = order(a->deficit < b->deficit, a->deficit > b->deficit);
    return c != 0 ? c : order(a->match < b->match, a->match > b->match);
}

/* One digit, from the lowest to the highest, after the other; n that come by match. */
static void sort_many(tfl_ranked *ranked, size_t n, tfl_ranked *spare)
{
    uint64_t largest = 0;
    for (size_t k = 0; k < n; k++) {
        largest = ranked[k].deficit > largest ? ranked[k].deficit : largest;
    }
    tfl_ranked *from = ranked;
    tfl_ranked *to = spare;
    for (unsigned shift = 0; shift < 64 && largest >> shift != 0; shift += RANK_DIGIT) {
        size_t place[(1 << RANK_DIGIT) + 1] = {0};
        const uint64_t digit = (UINT64_C(1) << RANK_DIGIT) - 1;
        for (size_t k = 0; k < n; k++) {
            place[(from[k].deficit >> shift & digit) + 1]++;
        }
        for (size_t i = 1; i <= digit; i++) {
            place[i] += place[i - 1];
        }
        for (size_t k = 0; k < n; k++) {
            to[place[from[k].deficit >> shift & digit]++] = from[k];
        }
        tfl_ranked *swap = from;
        from = to;
        to = swap;
    }
    if (from != ranked) {
        memcpy(ranked, from, n * sizeof *ranked);
    }
}

/* What threads rank together. */
typedef struct ranking {
    const tfl_scanner *scanner;
    tfl_matches *matches;
} ranking;

/* Ranks from 1, and p-values; 0 for a match whose p-value is too large. In the order of the scores one p-value is
 * looked up close to the other, and for equal scores once. */
static tfl_status rank_motif(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)worker;
    (void)err;
    ranking *r = context;
    const tfl_scanner *scanner = r->scanner;
    const struct tfl_scan_work *work = r->matches->work;
    bool by_pvalue = scanner->options.select == TFL_SELECT_PVALUE;
    tfl_ranked *ranked = work->ranked + work->first[i];
    size_t n = work->first[i + 1] - work->first[i];
    if (n >= RANK_MANY) {
        sort_many(ranked, n, work->ranked + r->matches->n + work->first[i]);
    } else if (n > 1) {
        qsort(ranked, n, sizeof *ranked, by_rank);
    }
    double pvalue = 0;
    size_t rank = 0;
    for (size_t k = 0; k < n; k++) {
        tfl_match *match = &r->matches->match[ranked[k].match];
        if (k == 0 || ranked[k].deficit != ranked[k - 1].deficit) {
            pvalue = tfl_pvalues_find(scanner->motif[i].pvalues, match->log_odds);
        }
        match->pvalue = pvalue;
        match->rank = by_pvalue && pvalue > scanner->options.limit ? 0 : ++rank;
    }
    return TFL_OK;
}

/* The matches of each motif together, in ranked. */
static tfl_status group_by_motif(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    struct tfl_scan_work *work = matches->work;
    size_t n_motifs = scanner->motifs->n;
    tfl_status status = TFL_GROW(work->ranked, &work->ranked_capacity, 2 * matches->n, "matches", err);
    if (status != TFL_OK) {
        return status;
    }
    memset(work->first, 0, (n_motifs + 1) * sizeof *work->first);
    for (size_t m = 0; m < matches->n; m++) {
        work->first[matches->match[m].motif]++;
    }
    size_t sum = 0;
    for (size_t i = 0; i <= n_motifs; i++) {
        sum += work->first[i];
        work->first[i] = sum;
    }
    for (size_t m = matches->n; m-- > 0;) {
        const tfl_match *match = &matches->match[m];
        double deficit = scanner->motif[match->motif].logodds->high - match->log_odds;
        work->ranked[--work->first[match->motif]] = (tfl_ranked){(uint64_t)ldexp(deficit, 40), m};
    }
    return TFL_OK;
}

static void drop_unranked(tfl_matches *matches)
{
    size_t n = 0;
    for (size_t m = 0; m < matches->n; m++) {
        if (matches->match[m].rank > 0) {
            matches->match[n++] = matches->match[m];
        }
    }
    matches->n = n;
}

static tfl_status rank_all(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    ranking r = {scanner, matches};
    unsigned threads = matches->n < MANY ? 1 : scanner->options.threads;
    tfl_status status = group_by_motif(scanner, matches, err);
    if (status == TFL_OK) {
        status = tfl_parallel_for(&r, scanner->motifs->n, threads, rank_motif, err);
    }
    drop_unranked(matches);
    return status;
}

tfl_status tfl_find_good(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    size_t length = matches->work->length;
    tfl_status status = scanner->options.threads > 1 && length > PART
                            ? scan_in_parts(scanner, matches, err)
                            : scan_part(scanner, 0, length, matches, err);
    return status == TFL_OK && matches->n > 0 ? rank_all(scanner, matches, err) : status;
}
