/* Which pairs of letters rule out most placements, and their deficits. */
#include "config.h"

#include "filter_internal.h"

#include "tflift/cpu.h"

#include <math.h>
#include <string.h>

enum { WORDS = 16 /* of two letters */, SUMS = TFL_FILTER_LIMIT + 1 };

/* Pairs are added until this share of all placements is left on a strand, as to score these takes no more time than another pair ... */
static const double FEW = 5e-4;

/* ... and when more is left than this, the filter is not worth its time. */
static const double MANY = 0.05;

static tfl_filter_run *const builds[TFL_CPUS] = {
#ifdef TFL_KERNELS_NEON
    [TFL_CPU_NEON] = tfl_filter_neon,
#endif
#ifdef TFL_KERNELS_V3
    [TFL_CPU_V3] = tfl_filter_v3,
#endif
#ifdef TFL_KERNELS_V4
    [TFL_CPU_V4] = tfl_filter_v4,
#endif
    [TFL_CPU_PORTABLE] = NULL,
};

tfl_filter_run *tfl_filter_get(void)
{
    return builds[tfl_cpu_get()];
}

double tfl_strand_score(const tfl_logodds *logodds, size_t strand, size_t position, size_t code)
{
    return strand == 0 ? logodds->score[position][code]
                       : logodds->score[logodds->width - 1 - position][TFL_BASES - 1 - code];
}

/* How far a letter falls short of the best one at its position; 0 behind the motif's end. */
static double letter_deficit(const tfl_logodds *logodds, size_t strand, size_t position, size_t code)
{
    if (position >= logodds->width) {
        return 0;
    }
    double best = -HUGE_VAL;
    for (size_t b = 0; b < TFL_BASES; b++) {
        best = fmax(best, tfl_strand_score(logodds, strand, position, b));
    }
    return best - tfl_strand_score(logodds, strand, position, code);
}

static double word_deficit(const tfl_logodds *logodds, size_t strand, size_t offset, size_t word)
{
    return letter_deficit(logodds, strand, offset, word % TFL_BASES) +
           letter_deficit(logodds, strand, offset + 1, word / TFL_BASES);
}

static double word_probability(const tfl_logodds *logodds, size_t word)
{
    return logodds->background[word % TFL_BASES] * logodds->background[word / TFL_BASES];
}

/* The mean deficit of a pair, over the strands: how much it rules out. */
static double mean_deficit(const tfl_logodds *logodds, size_t n_strands, size_t offset)
{
    double sum = 0;
    for (size_t s = 0; s < n_strands; s++) {
        for (size_t word = 0; word < WORDS; word++) {
            sum += word_probability(logodds, word) * word_deficit(logodds, s, offset, word);
        }
    }
    return sum;
}

/* The offsets of the pairs that tell most, the best first; returns how many. */
static size_t choose_pairs(const tfl_logodds *logodds, size_t n_strands, size_t offset[TFL_FILTER_PAIRS])
{
    double mean[(TFL_MOTIF_MAX_WIDTH + 1) / 2];
    size_t n = (logodds->width + 1) / 2;
    for (size_t i = 0; i < n; i++) {
        mean[i] = mean_deficit(logodds, n_strands, 2 * i);
    }
    size_t chosen = n < TFL_FILTER_PAIRS ? n : TFL_FILTER_PAIRS;
    for (size_t g = 0; g < chosen; g++) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++) {
            best = mean[i] > mean[best] ? i : best;
        }
        offset[g] = 2 * best;
        mean[best] = -1;
    }
    return chosen;
}

/* Deficits in units, and what becomes of the sums of random words: chance[sum] that it is so far, TFL_FILTER_LIMIT at most. */
static void add_pair(const tfl_logodds *logodds, size_t strand, size_t offset, double units, uint8_t deficit[WORDS],
                     double chance[SUMS])
{
    double before[SUMS];
    memcpy(before, chance, sizeof before);
    memset(chance, 0, sizeof before);
    for (size_t word = 0; word < WORDS; word++) {
        deficit[word] = (uint8_t)fmin(word_deficit(logodds, strand, offset, word) * units, UINT8_MAX);
        for (size_t sum = deficit[word]; sum < SUMS; sum++) {
            chance[sum] += before[sum - deficit[word]] * word_probability(logodds, word);
        }
    }
}

static double sum_up(const double chance[SUMS])
{
    double sum = 0;
    for (size_t i = 0; i < SUMS; i++) {
        sum += chance[i];
    }
    return sum;
}

/* No match is lost to rounding: in these units a match has at most TFL_FILTER_LIMIT and a rounding error, which is less than 1, so that
 * deficits rounded down to whole numbers sum to TFL_FILTER_LIMIT at most. */
void tfl_filter_prepare(const tfl_logodds *logodds, size_t n_strands, double threshold, tfl_filter *filter)
{
    double chance[2][SUMS] = {{1}, {1}};
    double largest = logodds->high - threshold; /* deficit of a match */
    double units = TFL_FILTER_LIMIT / fmax(largest, 1e-6);
    double left = 1;
    size_t offset[TFL_FILTER_PAIRS];
    size_t pairs = choose_pairs(logodds, n_strands, offset);
    *filter = (tfl_filter){.pairs = 0};
    for (size_t g = 0; g < pairs && left > FEW; g++) {
        left = 0;
        filter->offset[g] = offset[g];
        for (size_t s = 0; s < n_strands; s++) {
            add_pair(logodds, s, offset[g], units, filter->deficit[g][s], chance[s]);
            left = fmax(left, sum_up(chance[s]));
        }
        filter->pairs = g + 1;
    }
    filter->pairs = left <= MANY ? filter->pairs : 0;
}
