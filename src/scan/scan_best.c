/* The best k matches of a motif. */
#include "config.h"

#include "scan_internal.h"

#include <stdlib.h>
#include <string.h>

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

/* Adds every start in [from, last], with its better strand, to candidates[n]; returns their new number. */
static size_t collect_candidates(const tfl_scanner *scanner, const tfl_prepared *motif, size_t from, size_t last,
                                 const struct tfl_scan_work *work, size_t n)
{
    for (size_t start = from; start <= last; start++) {
        tfl_candidate best = {tfl_score_placement(&motif->strand[0], work->quad + start), start, '+'};
        if (scanner->n_strands > 1) {
            double reverse = tfl_score_placement(&motif->strand[1], work->quad + start);
            if (reverse > best.score) {
                best = (tfl_candidate){reverse, start, '-'};
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
    const tfl_prepared *motif = &scanner->motif[i];
    tfl_candidate *heap = matches->work->candidate;
    bool *taken = matches->work->taken;
    memset(taken, 0, length * sizeof *taken);
    for (size_t at = n / 2; at-- > 0;) {
        sift_down(heap, n, at);
    }
    for (size_t found = 0; found < scanner->options.top && n > 0;) {
        tfl_candidate best = heap[0];
        heap[0] = heap[--n];
        sift_down(heap, n, 0);
        if (taken[best.start]) {
            continue;
        }
        take(taken, length, best.start, motif->logodds->width / 2);
        double pvalue = tfl_pvalues_find(motif->pvalues, best.score);
        tfl_status status =
            tfl_matches_add(matches, &(tfl_match){i, best.start, best.strand, best.score, pvalue, ++found}, err);
        if (status != TFL_OK) {
            return status;
        }
    }
    return TFL_OK;
}

static tfl_status find_motif(const tfl_scanner *scanner, size_t i, tfl_matches *matches, tfl_error *err)
{
    const tfl_prepared *motif = &scanner->motif[i];
    const struct tfl_scan_work *work = matches->work;
    size_t n = 0;
    for (size_t k = 0; k < work->n_stretches; k++) {
        const tfl_stretch *stretch = &work->stretch[k];
        if (stretch->to - stretch->from >= motif->logodds->width) {
            n = collect_candidates(scanner, motif, stretch->from, stretch->to - motif->logodds->width, work, n);
        }
    }
    return take_best(scanner, i, n, work->length, matches, err);
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
