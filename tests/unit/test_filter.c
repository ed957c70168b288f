/*
 * The filter of motif scans, every build that this processor runs: its candidates are the placements whose deficits sum to at most the limit, and no
 * placement that matches is ruled out.
 */
#include "config.h"

#include "scan/filter_internal.h"

#include "tflift/cpu.h"
#include "tflift/rng.h"

#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

enum { SEED = 3, TRIALS = 60, STARTS = 3000, ROOM = STARTS + TFL_FILTER_BEHIND, MOST_WIDTH = 70 };

static uint8_t code[ROOM], piece[ROOM];
static tfl_filter_word word[2 * (STARTS + TFL_FILTER_STEP) / TFL_FILTER_WORD + 1];

/* Some columns tell much, some little, some nothing. */
static void fill_scores(tfl_rng *rng, tfl_logodds *logodds)
{
    logodds->low = logodds->high = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        double scale = (double)tfl_rng_below(rng, 4), low = 1e9, high = -1e9;
        for (size_t b = 0; b < TFL_BASES; b++) {
            logodds->score[j][b] = scale * tfl_rng_normal(rng);
            low = logodds->score[j][b] < low ? logodds->score[j][b] : low;
            high = logodds->score[j][b] > high ? logodds->score[j][b] : high;
        }
        logodds->low += low;
        logodds->high += high;
    }
}

static double score(const tfl_logodds *logodds, size_t strand, size_t start)
{
    double sum = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        sum += tfl_strand_score(logodds, strand, j, code[start + j]);
    }
    return sum;
}

static unsigned deficit(const tfl_filter *filter, size_t strand, size_t start)
{
    unsigned sum = 0;
    for (size_t g = 0; g < filter->pieces; g++) {
        sum += filter->deficit[g][strand][piece[start + filter->offset[g]]];
    }
    return sum;
}

/* Marks what the build lists, which is in order and never empty. */
static void run(const tfl_filter_build *build, const tfl_filter *filter, size_t n_strands, size_t n, bool listed[2][STARTS])
{
    memset(listed, 0, 2 * sizeof *listed);
    size_t words = build->run(filter, n_strands, piece, n, word);
    for (size_t w = 0; w < words; w++) {
        ck_assert(word[w].bits != 0 && word[w].strand < n_strands && word[w].first % TFL_FILTER_WORD == 0);
        ck_assert(w == 0 || word[w].first / TFL_FILTER_STEP > word[w - 1].first / TFL_FILTER_STEP || word[w].strand > word[w - 1].strand ||
                  word[w].first > word[w - 1].first);
        for (size_t i = 0; i < TFL_FILTER_WORD && word[w].first + i < n; i++) {
            listed[word[w].strand][word[w].first + i] = (word[w].bits >> i & 1) != 0;
        }
    }
}

/* Returns whether the filter was worth its time. */
static bool check(const tfl_filter_build *build, const tfl_logodds *logodds, double threshold, size_t n_strands, size_t n)
{
    static bool listed[2][STARTS];
    tfl_filter filter;
    tfl_filter_prepare(logodds, n_strands, threshold, build->letters, &filter);
    if (filter.pieces == 0) {
        return false;
    }
    run(build, &filter, n_strands, n, listed);
    for (size_t s = 0; s < n_strands; s++) {
        for (size_t i = 0; i < n; i++) {
            ck_assert_msg(listed[s][i] == (deficit(&filter, s, i) <= TFL_FILTER_LIMIT), "start %zu, strand %zu", i, s);
            ck_assert_msg(listed[s][i] || score(logodds, s, i) < threshold, "start %zu, strand %zu matches", i, s);
        }
    }
    return true;
}

/* Words of the best letters, each changed in a few places, between random ones. */
static void draw_letters(tfl_rng *rng, const tfl_logodds *logodds, size_t letters)
{
    for (size_t i = 0; i < ROOM; i++) {
        code[i] = (uint8_t)tfl_rng_below(rng, TFL_BASES);
    }
    for (size_t at = 0; at + logodds->width < STARTS; at += logodds->width + tfl_rng_below(rng, 40)) {
        size_t strand = tfl_rng_below(rng, 2);
        for (size_t j = 0; j < logodds->width; j++) {
            for (uint8_t b = 0; b < TFL_BASES && tfl_rng_below(rng, 12) != 0; b++) {
                bool better = tfl_strand_score(logodds, strand, j, b) > tfl_strand_score(logodds, strand, j, code[at + j]);
                code[at + j] = better ? b : code[at + j];
            }
        }
    }
    for (size_t i = 0; i < ROOM; i++) {
        piece[i] = 0;
        for (size_t j = 0; j < letters && i + j < ROOM; j++) {
            piece[i] = (uint8_t)(piece[i] | code[i + j] << 2 * j);
        }
    }
}

static void check_build(const tfl_filter_build *build)
{
    double background[TFL_BASES] = {0.3, 0.2, 0.2, 0.3}, scores[MOST_WIDTH][TFL_BASES];
    tfl_logodds logodds = {.score = scores};
    memcpy(logodds.background, background, sizeof background);
    tfl_rng rng;
    unsigned used = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        tfl_rng_init(&rng, SEED, "filter", trial);
        logodds.width = 1 + tfl_rng_below(&rng, MOST_WIDTH);
        fill_scores(&rng, &logodds);
        draw_letters(&rng, &logodds, build->letters);
        double threshold = logodds.high - 0.3 * tfl_rng_uniform(&rng) * (logodds.high - logodds.low);
        used += check(build, &logodds, threshold, 1 + tfl_rng_below(&rng, 2), 1 + tfl_rng_below(&rng, STARTS));
    }
    printf("%s, pieces of %zu: %u of %d filters were worth their time (seed %d)\n", tfl_cpu_level(), build->letters, used, TRIALS, SEED);
    ck_assert(used > TRIALS / 4);
}

START_TEST(candidates_are_what_may_match)
{
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        tfl_filter_build build = tfl_filter_get();
        if (build.run != NULL) {
            check_build(&build);
        }
#ifdef TFL_KERNELS_V4
        if (tfl_cpu_has_vbmi()) {
            check_build(&(tfl_filter_build){tfl_filter_v4, 2}); /* what the level has elsewhere */
        }
#endif
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("filter");
    TCase *tests = tcase_create("filter");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, candidates_are_what_may_match);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
