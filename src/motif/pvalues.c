/* Exact score distributions of random words.
 *
 * Words are counted position by position, as a list of lumps of equal score, sorted from the best score downwards. That
 * is exact, and stays so for motifs with up to MAX_STEPS different scores. A longer list is shortened: neighbours
 * become one lump, but only while they weigh little beside all that scores better. A lump of mass m, with words of
 * probability P above it, is merged only if m <= share * P, so that P(S >= s) changes by at most that share, for any s:
 * the words that come to lie on the wrong side of s have 1 / share times their weight in better company, and the same
 * letters follow both. A merged lump keeps the mean and variance of its words, and is read as spread evenly, so that
 * errors stay far below the sum of the shares. tests/unit/test_logodds.c compares with complete counts.
 *
 * Touzet and Varré ("Efficient and accurate P-value computation for position weight matrices", 2007) bracket with
 * rounded matrices, which they refine around one score; here all scores of a motif are wanted. */
#include "config.h"

#include "tflift/logodds.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Words of about the same score. Deficits are distances from the best score of the positions so far: they only grow. */
typedef struct lump {
    double mean;     /* deficit */
    double mass;     /* probability */
    double variance; /* of the deficit */
} lump;

typedef struct lumps {
    size_t n;
    lump *lump; /* [n] by increasing mean */
} lumps;

/* What is kept of a lump: words with deficits spread over center - half … center + half, all at center where half is 0.
 */
typedef struct step {
    double center;
    double above; /* probability of all lumps before it, those of higher score */
    double half;
} step;

struct tfl_pvalues {
    double low, high; /* worst and best score */
    size_t n;
    step *step;    /* [n], and one more whose above is the total */
    double *reach; /* [n] largest center + half up to each */
    double *from;  /* [n] smallest center - half from each on */
};

/* Scores this close are ties. */
static const double TIE = 1e-7;

/* Deficits this close differ by rounding only. */
static const double ROUNDING = 1e-10;

/* Rarer words count as impossible: a double cannot hold much smaller numbers. */
static const double TINY = 1e-300;

/* Share that lists are shortened by, doubled while they are still longer than wanted: MAX_LUMPS while positions are
 * added, MAX_STEPS in the end. */
static const double SHARE = 1e-4;
enum { MAX_LUMPS = 16384, MAX_STEPS = 8192 };

/* ---------------------------------------------------------------- counting words */

static void merge_into(lump *to, const lump *more)
{
    double mass = to->mass + more->mass;
    double distance = more->mean - to->mean;
    double part = more->mass / mass;
    to->variance += part * (more->variance - to->variance) + distance * distance * part * (1 - part);
    to->mean += distance * part;
    to->mass = mass;
}

/* Merges neighbours in place while they weigh at most share of what is above them. */
static void merge_neighbours(lumps *list, double share)
{
    lump *last = list->lump; /* the one that is merged into */
    double above = 0;        /* probability of the lumps before it */
    double limit = share * last->mass;
    for (size_t i = 1; i < list->n; i++) {
        const lump *next = &list->lump[i];
        if (last->mass + next->mass <= limit) {
            merge_into(last, next);
            continue;
        }
        above += last->mass;
        limit = share * (above + next->mass);
        *++last = *next;
    }
    list->n = (size_t)(last - list->lump) + 1;
}

/* Merges in place until there are at most max lumps. *share is what the list before needed, and then what this one did: half of that is
 * where to begin, as lists change little from position to position. */
static void shorten(lumps *list, size_t max, double *share)
{
    if (list->n <= max) {
        return;
    }
    *share = fmax(SHARE, *share / 2);
    for (;;) {
        merge_neighbours(list, *share);
        if (list->n <= max) {
            return;
        }
        *share *= 2;
    }
}

/* The letters of a position by increasing deficit, those of equal deficit as one. */
typedef struct position {
    size_t n;
    double deficit[TFL_BASES];
    double background[TFL_BASES];
} position;

static position sort_letters(const double score[TFL_BASES], const double background[TFL_BASES])
{
    double best = fmax(fmax(score[0], score[1]), fmax(score[2], score[3]));
    position letters = {.n = 0};
    for (size_t b = 0; b < TFL_BASES; b++) {
        double deficit = best - score[b];
        size_t i = letters.n;
        while (i > 0 && letters.deficit[i - 1] > deficit) {
            i--;
        }
        if (i > 0 && letters.deficit[i - 1] == deficit) {
            letters.background[i - 1] += background[b];
            continue;
        }
        memmove(&letters.deficit[i + 1], &letters.deficit[i], (letters.n - i) * sizeof(double));
        memmove(&letters.background[i + 1], &letters.background[i], (letters.n - i) * sizeof(double));
        letters.deficit[i] = deficit;
        letters.background[i] = background[b];
        letters.n++;
    }
    return letters;
}

/* The first of the smallest. */
static size_t smallest(const double value[TFL_BASES])
{
    size_t low = value[1] < value[0] ? 1 : 0;
    size_t high = value[3] < value[2] ? 3 : 2;
    return value[high] < value[low] ? high : low;
}

/* Every word so far with every letter behind it: the list is merged with itself, once per letter, shifted by the
 * letter's deficit; words whose deficits differ by rounding only become one. to has room for 4 * from->n. */
static void add_position(const position *letters, const lumps *from, lumps *to)
{
    const lump *at[TFL_BASES];
    const lump *end = from->lump + from->n;
    double mean[TFL_BASES];
    lump *last = NULL;
    double first = -HUGE_VAL; /* mean of the last one's first word */
    for (size_t i = 0; i < TFL_BASES; i++) {
        at[i] = from->lump;
        mean[i] = i < letters->n ? from->lump[0].mean + letters->deficit[i] : HUGE_VAL;
    }
    for (size_t n = from->n * letters->n; n > 0; n--) {
        size_t best = smallest(mean);
        const lump *source = at[best]++;
        lump next = {mean[best], source->mass * letters->background[best], source->variance};
        mean[best] = at[best] < end ? at[best]->mean + letters->deficit[best] : HUGE_VAL;
        if (next.mass < TINY) {
            continue;
        }
        if (next.mean - first <= ROUNDING) {
            merge_into(last, &next);
            continue;
        }
        first = next.mean;
        last = last != NULL ? last + 1 : to->lump;
        *last = next;
    }
    to->n = last != NULL ? (size_t)(last - to->lump) + 1 : 0;
}

/* The distribution of all words; the caller frees list->lump. */
static tfl_status count_words(const tfl_logodds *logodds, lumps *list, tfl_error *err)
{
    lumps other = {0, tfl_calloc(TFL_BASES * (size_t)MAX_LUMPS, sizeof(lump))};
    *list = (lumps){1, tfl_calloc(TFL_BASES * (size_t)MAX_LUMPS, sizeof(lump))};
    if (list->lump == NULL || other.lump == NULL) {
        free(list->lump);
        free(other.lump);
        *list = (lumps){0, NULL};
        return tfl_fail_memory(err, "the p-values of a motif");
    }
    list->lump[0].mass = 1;
    double share = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        position letters = sort_letters(logodds->score[j], logodds->background);
        add_position(&letters, list, &other);
        shorten(&other, MAX_LUMPS, &share);
        lumps swap = *list;
        *list = other;
        other = swap;
    }
    free(other.lump);
    shorten(list, MAX_STEPS, &share);
    return TFL_OK;
}

/* ---------------------------------------------------------------- what is kept */

static tfl_status keep_lumps(const lumps *list, tfl_pvalues *pvalues, tfl_error *err)
{
    size_t n = list->n;
    pvalues->n = n;
    pvalues->step = tfl_calloc(n + 1, sizeof *pvalues->step);
    pvalues->reach = tfl_calloc(n, sizeof *pvalues->reach);
    pvalues->from = tfl_calloc(n, sizeof *pvalues->from);
    if (pvalues->step == NULL || pvalues->reach == NULL || pvalues->from == NULL) {
        return tfl_fail_memory(err, "the p-values of a motif");
    }
    double above = 0;
    double reach = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        const lump *l = &list->lump[i];
        double half = sqrt(3 * l->variance); /* of a uniform spread */
        half = half > ROUNDING ? half : 0;
        pvalues->step[i] = (step){l->mean, above, half};
        above += l->mass;
        reach = fmax(reach, l->mean + half);
        pvalues->reach[i] = reach;
    }
    pvalues->step[n] = (step){HUGE_VAL, above, 0};
    double from = HUGE_VAL;
    for (size_t i = n; i-- > 0;) {
        from = fmin(from, pvalues->step[i].center - pvalues->step[i].half);
        pvalues->from[i] = from;
    }
    return TFL_OK;
}

tfl_status tfl_pvalues_create(const tfl_logodds *logodds, tfl_pvalues **out, tfl_error *err)
{
    *out = NULL;
    lumps list;
    tfl_status status = count_words(logodds, &list, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_pvalues *pvalues = tfl_calloc(1, sizeof *pvalues);
    if (pvalues == NULL) {
        status = tfl_fail_memory(err, "the p-values of a motif");
    } else {
        pvalues->low = logodds->low;
        pvalues->high = logodds->high;
        status = keep_lumps(&list, pvalues, err);
    }
    free(list.lump);
    if (status != TFL_OK) {
        tfl_pvalues_free(pvalues);
        return status;
    }
    *out = pvalues;
    return TFL_OK;
}

void tfl_pvalues_free(tfl_pvalues *pvalues)
{
    if (pvalues != NULL) {
        free(pvalues->step);
        free(pvalues->reach);
        free(pvalues->from);
        free(pvalues);
    }
}

/* ---------------------------------------------------------------- looking up */

/* Number of values at the start of an increasing array that are at most limit. */
static size_t count_up_to(const double *value, size_t n, double limit)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (value[middle] <= limit) {
            low = middle + 1;
        } else {
            n = middle;
        }
    }
    return low;
}

/* How much of a lump has at most that deficit. */
static double share_within(const step *s, double deficit)
{
    if (s->half == 0) {
        return s->center <= deficit ? 1 : 0;
    }
    double share = (deficit - s->center + s->half) / (2 * s->half);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Probability of a deficit of at most that: all lumps that end before it, and shares of those that reach over it. */
static double probability_within(const tfl_pvalues *pvalues, double deficit)
{
    const step *steps = pvalues->step;
    size_t i = count_up_to(pvalues->reach, pvalues->n, deficit);
    double p = steps[i].above;
    for (; i < pvalues->n && pvalues->from[i] <= deficit; i++) {
        p += (steps[i + 1].above - steps[i].above) * share_within(&steps[i], deficit);
    }
    return p < 1 ? p : 1;
}

double tfl_pvalues_find(const tfl_pvalues *pvalues, double score)
{
    if (score <= pvalues->low) {
        return 1; /* of all words, also where a merged lump is spread beyond the worst of them */
    }
    return probability_within(pvalues, pvalues->high - score + TIE);
}

/* Whether p is enough for a score with that deficit; asked of the score itself, as its finder will, so that rounding is
 * the same. */
static bool is_rare(const tfl_pvalues *pvalues, double deficit, double p)
{
    return tfl_pvalues_find(pvalues, pvalues->high - deficit) <= p;
}

/* Between two deficits, of which the second one is too common: how far one can go. */
static double bisect(const tfl_pvalues *pvalues, double low, double high, double p)
{
    for (int i = 0; i < 60 && high - low > ROUNDING; i++) {
        double middle = low + (high - low) / 2;
        if (is_rare(pvalues, middle, p)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double tfl_pvalues_threshold(const tfl_pvalues *pvalues, double p)
{
    if (p >= 1) {
        return pvalues->low;
    }
    size_t low = 0; /* lumps before it are rare enough */
    size_t high = pvalues->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_rare(pvalues, pvalues->step[middle].center, p)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 && !is_rare(pvalues, 0, p)) {
        return HUGE_VAL;
    }
    double deficit = low > 0 ? pvalues->step[low - 1].center : 0;
    double next = low < pvalues->n ? pvalues->step[low].center : deficit;
    /* Between two lumps there are words where one is spread that far. */
    if (probability_within(pvalues, next - TIE) > probability_within(pvalues, deficit + TIE)) {
        deficit = bisect(pvalues, deficit, next, p);
    }
    return pvalues->high - deficit;
}
