/* The best k matches of a motif. */
#include "config.h"

#include "scan_internal.h"

#include "tflift/memory.h"

#include <stdlib.h>
#include <string.h>

/* Starts that the best k matches are among: as many as that takes for certain, and those that came since they were last
 * sifted. */
typedef struct best {
    tfl_candidate *candidate; /* [room] */
    size_t n, room, needed;
    bool sifted; /* candidate[0] is then the worst of those needed, and worse ones are not */
} best;

/* Whether a comes before b: the better one, of equals the first. */
static bool comes_first(const tfl_candidate *a, const tfl_candidate *b)
{
    return a->score > b->score || (a->score == b->score && a->start < b->start);
}

/* The best candidates[0] is above all others; restores that below i. */
static void sift_down(tfl_candidate *heap, size_t n, size_t i)
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
        tfl_candidate swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

static void make_heap(tfl_candidate *heap, size_t n)
{
    for (size_t at = n / 2; at-- > 0;) {
        sift_down(heap, n, at);
    }
}

/* The best of heap[n] goes to its end. */
static const tfl_candidate *take_first(tfl_candidate *heap, size_t n)
{
    tfl_candidate first = heap[0];
    heap[0] = heap[n - 1];
    heap[n - 1] = first;
    sift_down(heap, n - 1, 0);
    return &heap[n - 1];
}

/* Leaves those that are needed. */
static void sift(best *b)
{
    make_heap(b->candidate, b->n);
    for (size_t i = 0; i < b->needed; i++) {
        (void)take_first(b->candidate, b->n - i);
    }
    memmove(b->candidate, b->candidate + b->n - b->needed, b->needed * sizeof *b->candidate);
    b->n = b->needed;
    b->sifted = true;
}

static void add_candidate(best *b, const tfl_candidate *candidate)
{
    if (b->sifted && comes_first(&b->candidate[0], candidate)) {
        return;
    }
    if (b->n == b->room) {
        sift(b);
    }
    b->candidate[b->n++] = *candidate;
}

/* Adds every start in [from, last], with its better strand. */
static void add_starts(const tfl_scanner *scanner, const tfl_prepared *motif, size_t from, size_t last,
                       const struct tfl_scan_work *work, best *b)
{
    for (size_t start = from; start <= last; start++) {
        tfl_candidate candidate = {tfl_score_placement(&motif->strand[0], work->quad + start), start, '+'};
        if (scanner->n_strands > 1) {
            double reverse = tfl_score_placement(&motif->strand[1], work->quad + start);
            if (reverse > candidate.score) {
                candidate = (tfl_candidate){reverse, start, '-'};
            }
        }
        add_candidate(b, &candidate);
    }
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

static tfl_status take_best(const tfl_scanner *scanner, size_t i, const best *b, tfl_matches *matches, tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    size_t length = matches->work->length;
    bool *taken = matches->work->taken;
    tfl_status status = TFL_OK;
    memset(taken, 0, length * sizeof *taken);
    make_heap(b->candidate, b->n);
    for (size_t n = b->n, found = 0; n > 0 && found < scanner->options.top && status == TFL_OK; n--) {
        const tfl_candidate *next = take_first(b->candidate, n);
        if (!taken[next->start]) {
            take(taken, length, next->start, motif->logodds->width / 2);
            double pvalue = tfl_pvalues_find(motif->pvalues, next->score);
            tfl_match match = {i, next->start, next->strand, next->score, pvalue, ++found};
            status = tfl_matches_add(matches, &match, err);
        }
    }
    return status;
}

/* With each match a start is taken and, by take, at most 2 half - 1 others: the best k are among that many times k. The
 * more there is room for beyond them, the more seldom they are sifted. */
static best find_room(size_t top, size_t width, size_t length)
{
    enum { LEAST = 4096, TIMES = 4 };
    size_t each = width < 2 ? 1 : width / 2 * 2;
    size_t needed = top < length / each ? top * each : length;
    size_t room = needed < LEAST / TIMES ? LEAST : needed < length / TIMES ? needed * TIMES : length;
    return (best){.room = room < length ? room : length, .needed = needed};
}

static tfl_status find_motif(const tfl_scanner *scanner, size_t i, tfl_matches *matches, tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    struct tfl_scan_work *work = matches->work;
    size_t width = motif->logodds->width;
    best b = find_room(scanner->options.top, width, work->length);
    tfl_status status = TFL_GROW(work->candidate, &work->candidate_capacity, b.room, "matches", err);
    if (status != TFL_OK) {
        return status;
    }
    b.candidate = work->candidate;
    for (size_t k = 0; k < work->n_stretches; k++) {
        const tfl_stretch *stretch = &work->stretch[k];
        if (stretch->to - stretch->from >= width) {
            add_starts(scanner, motif, stretch->from, stretch->to - width, work, &b);
        }
    }
    return take_best(scanner, i, &b, matches, err);
}

tfl_status tfl_find_best(const tfl_scanner *scanner, tfl_matches *matches, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < scanner->motifs->n && status == TFL_OK; i++) {
        status = find_motif(scanner, i, matches, err);
    }
    if (matches->n > 0) {
        qsort(matches->match, matches->n, sizeof *matches->match, tfl_match_by_place);
    }
    return status;
}
