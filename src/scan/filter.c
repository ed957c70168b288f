/* Which pieces rule out most placements, and their deficits. */
#include "config.h"

#include "filter_internal.h"

#include "tflift/cpu.h"

#include <math.h>
#include <string.h>

enum { SUMS = TFL_FILTER_LIMIT + 1 };

/* To score a candidate takes the time of this many look-ups of a piece ... */
static const double SCORE = 2500;

/* ... and where more than this share of all placements is left, the filter is not worth its time. */
static const double MANY = 0.05;

static const tfl_filter_build builds[TFL_CPUS] = {
#ifdef TFL_KERNELS_NEON
    [TFL_CPU_NEON] = {tfl_filter_neon, 2},
#endif
#ifdef TFL_KERNELS_V3
    [TFL_CPU_V3] = {tfl_filter_v3, 2},
#endif
#ifdef TFL_KERNELS_V4
    [TFL_CPU_V4] = {tfl_filter_v4, 2},
#endif
    [TFL_CPU_PORTABLE] = {NULL, 2},
};

tfl_filter_build tfl_filter_get(void)
{
#ifdef TFL_KERNELS_VBMI
    if (tfl_cpu_has_vbmi()) {
        return (tfl_filter_build){tfl_filter_vbmi, 3};
    }
#endif
    return builds[tfl_cpu_get()];
}

double tfl_strand_score(const tfl_logodds *logodds, size_t strand, size_t position, size_t code)
{
    return strand == 0 ? logodds->score[position][code]
                       : logodds->score[logodds->width - 1 - position][TFL_BASES - 1 - code];
}

/* What choosing goes by; units are those in which the largest deficit of a match is TFL_FILTER_LIMIT. */
typedef struct choice {
    const tfl_logodds *logodds;
    size_t n_strands, width, letters;
    double units;
    double mean[TFL_MOTIF_MAX_WIDTH + 1]; /* of the deficits of the letters before each position, summed: how much they rule out */
} choice;

/* How far letters fall short of the best one at their position; none behind the motif's end. */
static void find_deficits(const choice *c, size_t strand, size_t position, double deficit[TFL_BASES])
{
    double best = -HUGE_VAL;
    for (size_t b = 0; b < TFL_BASES; b++) {
        deficit[b] = position < c->width ? tfl_strand_score(c->logodds, strand, position, b) * c->units : 0;
        best = fmax(best, deficit[b]);
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        deficit[b] = best - deficit[b];
    }
}

static void measure_letters(choice *c)
{
    double deficit[TFL_BASES];
    for (size_t j = 0; j < c->width; j++) {
        c->mean[j + 1] = c->mean[j];
        for (size_t s = 0; s < c->n_strands; s++) {
            find_deficits(c, s, j, deficit);
            for (size_t b = 0; b < TFL_BASES; b++) {
                c->mean[j + 1] += c->logodds->background[b] * fmin(deficit[b], SUMS);
            }
        }
    }
}

/* most[k][j]: the largest sum of means that k pieces of letters from j on can have. A piece begins at j, or does not. */
typedef float best_sums[TFL_FILTER_PIECES + 1][TFL_MOTIF_MAX_WIDTH + 1];

static size_t piece_end(const choice *c, size_t begin)
{
    return c->width - begin < c->letters ? c->width : begin + c->letters;
}

static void sum_means(const choice *c, best_sums most)
{
    memset(most, 0, sizeof(best_sums));
    for (size_t k = 1; k <= TFL_FILTER_PIECES; k++) {
        for (size_t j = c->width; j-- > 0;) {
            size_t end = piece_end(c, j);
            most[k][j] = fmaxf(most[k][j + 1], most[k - 1][end] + (float)(c->mean[end] - c->mean[j]));
        }
    }
}

/* The offsets of the n pieces that most was found with; fewer where they cover the motif. Returns how many. */
static size_t choose_pieces(const choice *c, best_sums most, size_t n, size_t offset[TFL_FILTER_PIECES])
{
    size_t chosen = 0;
    for (size_t j = 0; j < c->width && chosen < n;) {
        if (most[n - chosen][j] > most[n - chosen][j + 1]) {
            offset[chosen++] = j;
            j = piece_end(c, j);
        } else {
            j++;
        }
    }
    return chosen;
}

/* Adds a letter to sums: chance[sum] is that of random words to come to it. */
static void add_letter(const choice *c, const double deficit[TFL_BASES], double chance[SUMS])
{
    double before[SUMS];
    memcpy(before, chance, sizeof before);
    memset(chance, 0, sizeof before);
    for (size_t b = 0; b < TFL_BASES; b++) {
        size_t down = (size_t)fmin(deficit[b], SUMS);
        for (size_t sum = down; sum < SUMS; sum++) {
            chance[sum] += before[sum - down] * c->logodds->background[b];
        }
    }
}

/* About the share of random words that n pieces leave, on the strand where more are left. */
static double share_left(const choice *c, const size_t *offset, size_t n)
{
    double most = 0, deficit[TFL_BASES];
    for (size_t s = 0; s < c->n_strands; s++) {
        double chance[SUMS] = {1}, left = 0;
        for (size_t i = 0; i < n * c->letters; i++) {
            find_deficits(c, s, offset[i / c->letters] + i % c->letters, deficit);
            add_letter(c, deficit, chance);
        }
        for (size_t sum = 0; sum < SUMS; sum++) {
            left += chance[sum];
        }
        most = fmax(most, left);
    }
    return most;
}

static void fill_piece(const choice *c, size_t offset, uint8_t deficit[2][TFL_FILTER_KINDS])
{
    for (size_t s = 0; s < c->n_strands; s++) {
        double of[TFL_FILTER_LETTERS][TFL_BASES] = {{0}};
        for (size_t i = 0; i < c->letters; i++) {
            find_deficits(c, s, offset + i, of[i]);
        }
        for (size_t kind = 0; kind < TFL_FILTER_KINDS; kind++) {
            deficit[s][kind] = (uint8_t)fmin(of[0][kind & 3] + of[1][kind >> 2 & 3] + of[2][kind >> 4], UINT8_MAX);
        }
    }
}

/* No match is lost to rounding: in these units a match has at most TFL_FILTER_LIMIT and a rounding error, which is less than 1, so that
 * deficits rounded down to whole numbers sum to TFL_FILTER_LIMIT at most. */
void tfl_filter_prepare(const tfl_logodds *logodds, size_t n_strands, double threshold, size_t letters, tfl_filter *filter)
{
    double largest = logodds->high - threshold; /* deficit of a match */
    choice c = {.logodds = logodds, .n_strands = n_strands, .width = logodds->width, .letters = letters};
    c.units = TFL_FILTER_LIMIT / fmax(largest, 1e-6);
    *filter = (tfl_filter){.pieces = 0};
    best_sums most;
    measure_letters(&c);
    sum_means(&c, most);
    double least = HUGE_VAL; /* time */
    for (size_t n = 1; n <= TFL_FILTER_PIECES && (double)n < least; n++) {
        size_t offset[TFL_FILTER_PIECES];
        size_t chosen = choose_pieces(&c, most, n, offset);
        double left = share_left(&c, offset, chosen);
        if (chosen < n) {
            break;
        }
        double time = (double)n + left * SCORE;
        if (time < least) {
            least = time;
            filter->pieces = left <= MANY ? n : 0;
            memcpy(filter->offset, offset, sizeof offset);
        }
    }
    for (size_t g = 0; g < filter->pieces; g++) {
        fill_piece(&c, filter->offset[g], filter->deficit[g]);
    }
}
