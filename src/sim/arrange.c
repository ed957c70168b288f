/*
 * Placing blocks without overlap, every arrangement equally likely.
 *
 * Where blocks may lie anywhere, an order of the m blocks and a way to spread the free letters over the m + 1 gaps make
 * an arrangement, and every order has equally many: a uniform order and a uniform m-subset of (free + m) slots will do.
 *
 * Where a kind has a position range, ways[p][c] counts the arrangements of c (a number of blocks per kind) in [p,
 * length), from the right end to the left; walking from the left, each choice (no block starts here, or one of kind k)
 * is drawn in proportion to the ways it leaves.
 */
#include "config.h"

#include "sim/arrange_internal.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const size_t MOST_WAYS = (size_t)1 << 24;

struct tfl_arranger {
    size_t length;
    size_t n_kinds;
    tfl_blocks *kind;
    size_t *stride;  /* [n_kinds] of a kind's number in an index of counts */
    size_t n_counts; /* product of (max + 1) */
    double *ways;    /* [length + 1][n_counts]; NULL where no kind has a range */
};

void tfl_arranger_free(tfl_arranger *arranger)
{
    if (arranger != NULL) {
        free(arranger->kind);
        free(arranger->stride);
        free(arranger->ways);
        free(arranger);
    }
}

/* ---------------------------------------------------------------- counting */

static size_t number_of(const tfl_arranger *a, size_t counts, size_t k)
{
    return counts / a->stride[k] % (a->kind[k].max + 1);
}

/* Ways that are left when a block of kind k starts at p; 0 where none may. */
static double ways_behind(const tfl_arranger *a, size_t p, size_t counts, size_t k)
{
    const tfl_blocks *kind = &a->kind[k];
    if (p < kind->first || p + kind->width > kind->last || number_of(a, counts, k) == 0) {
        return 0;
    }
    return a->ways[(p + kind->width) * a->n_counts + counts - a->stride[k]];
}

/* False when the numbers become too large for a double. */
static bool count_ways(tfl_arranger *a)
{
    a->ways[a->length * a->n_counts] = 1;
    for (size_t p = a->length; p-- > 0;) {
        for (size_t counts = 0; counts < a->n_counts; counts++) {
            double ways = a->ways[(p + 1) * a->n_counts + counts];
            for (size_t k = 0; k < a->n_kinds; k++) {
                ways += ways_behind(a, p, counts, k);
            }
            a->ways[p * a->n_counts + counts] = ways;
            if (!isfinite(ways)) {
                return false;
            }
        }
    }
    return true;
}

static tfl_status tabulate(tfl_arranger *a, tfl_error *err)
{
    bool small = true;
    a->n_counts = 1;
    for (size_t k = 0; k < a->n_kinds; k++) {
        a->stride[k] = a->n_counts;
        small = small && tfl_size_mul(a->n_counts, a->kind[k].max + 1, &a->n_counts);
    }
    size_t n = 0;
    if (!small || !tfl_size_mul(a->n_counts, a->length + 1, &n) || n > MOST_WAYS) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "too many instances for position ranges in so long a sequence; make max or length smaller, or "
                        "give no ranges");
    }
    a->ways = tfl_calloc(n, sizeof *a->ways);
    if (a->ways == NULL) {
        return tfl_fail_memory(err, "placing instances");
    }
    if (!count_ways(a)) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "too many instances for position ranges; make max smaller, or give no ranges");
    }
    return TFL_OK;
}

static bool has_ranges(const tfl_arranger *a)
{
    for (size_t k = 0; k < a->n_kinds; k++) {
        if (a->kind[k].first > 0 || a->kind[k].last < a->length) {
            return true;
        }
    }
    return false;
}

/* Letters of all blocks together, SIZE_MAX where that overflows. */
static size_t letters_of_all(const tfl_arranger *a)
{
    size_t sum = 0;
    bool good = true;
    for (size_t k = 0; k < a->n_kinds; k++) {
        size_t letters = 0;
        good = good && tfl_size_mul(a->kind[k].width, a->kind[k].max, &letters) && tfl_size_add(sum, letters, &sum);
    }
    return good ? sum : SIZE_MAX;
}

tfl_status tfl_arranger_create(size_t length, const tfl_blocks *kind, size_t n_kinds, bool *fits, tfl_arranger **out,
                               tfl_error *err)
{
    *out = NULL;
    *fits = false;
    tfl_arranger *a = tfl_calloc(1, sizeof *a);
    if (a == NULL) {
        return tfl_fail_memory(err, "placing instances");
    }
    a->length = length;
    a->n_kinds = n_kinds;
    a->kind = tfl_calloc(n_kinds, sizeof *a->kind);
    a->stride = tfl_calloc(n_kinds, sizeof *a->stride);
    tfl_status status = a->kind == NULL || a->stride == NULL ? tfl_fail_memory(err, "placing instances") : TFL_OK;
    if (status == TFL_OK) {
        memcpy(a->kind, kind, n_kinds * sizeof *kind);
        *fits = letters_of_all(a) <= length;
        if (*fits && has_ranges(a)) {
            status = tabulate(a, err);
            *fits = status == TFL_OK && a->ways[a->n_counts - 1] > 0;
        }
    }
    if (*fits) {
        *out = a;
    } else {
        tfl_arranger_free(a);
    }
    return status;
}

/* ---------------------------------------------------------------- drawing */

static size_t total(const tfl_arranger *a, const size_t *count)
{
    size_t m = 0;
    for (size_t k = 0; k < a->n_kinds; k++) {
        m += count[k];
    }
    return m;
}

static bool contains(const size_t *array, size_t n, size_t value)
{
    for (size_t i = 0; i < n; i++) {
        if (array[i] == value) {
            return true;
        }
    }
    return false;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* A uniform m-subset of [0, n), in ascending order (Floyd's algorithm). */
static void draw_subset(tfl_rng *rng, size_t n, size_t m, size_t *subset)
{
    for (size_t i = 0; i < m; i++) {
        size_t top = n - m + i;
        size_t draw = tfl_rng_below(rng, (uint32_t)(top + 1));
        subset[i] = contains(subset, i, draw) ? top : draw;
    }
    qsort(subset, m, sizeof *subset, compare_sizes);
}

static size_t kind_of_block(const size_t *count, size_t block)
{
    size_t k = 0;
    while (block >= count[k]) {
        block -= count[k];
        k++;
    }
    return k;
}

/* slot[m]: where blocks begin among (free letters + m); order[m]: which block it is, from the left. */
static void arrange_anywhere(const tfl_arranger *a, const size_t *count, tfl_rng *rng, size_t *start, size_t *slot,
                             size_t *order)
{
    size_t m = total(a, count), letters = 0;
    for (size_t block = 0; block < m; block++) {
        order[block] = block;
        letters += a->kind[kind_of_block(count, block)].width;
    }
    draw_subset(rng, a->length - letters + m, m, slot);
    tfl_rng_shuffle(rng, order, m, sizeof *order);
    size_t before = 0; /* letters of blocks further left */
    for (size_t i = 0; i < m; i++) {
        start[order[i]] = slot[i] - i + before;
        before += a->kind[kind_of_block(count, order[i])].width;
    }
}

/* The kind of block that starts at p, n_kinds for none. */
static size_t draw_kind(const tfl_arranger *a, size_t p, size_t counts, tfl_rng *rng)
{
    double draw = tfl_rng_uniform(rng) * a->ways[p * a->n_counts + counts];
    double none = a->ways[(p + 1) * a->n_counts + counts];
    size_t last = a->n_kinds; /* rounding may leave a little of draw behind the last choice */
    if (draw < none) {
        return a->n_kinds;
    }
    draw -= none;
    for (size_t k = 0; k < a->n_kinds; k++) {
        double ways = ways_behind(a, p, counts, k);
        if (ways > 0 && draw < ways) {
            return k;
        }
        last = ways > 0 ? k : last;
        draw -= ways;
    }
    return last;
}

static void arrange_in_ranges(const tfl_arranger *a, const size_t *count, tfl_rng *rng, size_t *start, size_t *offset)
{
    size_t counts = 0, blocks = 0;
    for (size_t k = 0; k < a->n_kinds; k++) {
        offset[k] = blocks;
        blocks += count[k];
        counts += count[k] * a->stride[k];
    }
    for (size_t p = 0; counts > 0;) {
        size_t k = draw_kind(a, p, counts, rng);
        if (k == a->n_kinds) {
            p++;
            continue;
        }
        start[offset[k] + number_of(a, counts, k) - 1] = p;
        counts -= a->stride[k];
        p += a->kind[k].width;
    }
    for (size_t k = 0; k < a->n_kinds; k++) { /* which block of its kind it is */
        tfl_rng_shuffle(rng, start + offset[k], count[k], sizeof *start);
    }
}

void tfl_arrange(const tfl_arranger *a, const size_t *count, tfl_rng *rng, size_t *start, size_t *work)
{
    if (a->ways != NULL) {
        arrange_in_ranges(a, count, rng, start, work);
    } else {
        arrange_anywhere(a, count, rng, start, work, work + total(a, count));
    }
}
