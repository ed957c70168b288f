/* Log-odds and the p-values of their sums, against complete counts of all words. */
#include "config.h"

#include "tflift/logodds.h"

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 11 };

static const double background[TFL_BASES] = {0.3, 0.2, 0.2, 0.3};

static tfl_error error;

/* A motif of random probabilities, a third of them 0; free with tfl_motifs_free. coarse: multiples of 1/4, so that
 * words tie. */
static tfl_motifs *random_motif(tfl_rng *rng, size_t width, bool coarse)
{
    char text[4096];
    size_t used = 0;
    for (size_t j = 0; j < width; j++) {
        double p[TFL_BASES], sum = 0;
        for (size_t b = 0; b < TFL_BASES; b++) {
            p[b] = coarse ? tfl_rng_below(rng, 3) : tfl_rng_below(rng, 3) == 0 ? 0 : pow(tfl_rng_uniform(rng), 3);
            p[b] += b == 3 && sum + p[b] <= 0 ? 1 : 0;
            sum += p[b];
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%.12f %.12f %.12f %.12f\n", p[0] / sum, p[1] / sum,
                                 p[2] / sum, p[3] / sum);
    }
    tfl_motifs *motifs = NULL;
    ck_assert_msg(tfl_motifs_read_memory(text, used, "random", &motifs, &error) == TFL_OK, "%s", error.message);
    return motifs;
}

/* ---------------------------------------------------------------- complete counts */

typedef struct word {
    double score, p, below; /* below: probability of the words up to and including this one, best first */
} word;

static int best_first(const void *a, const void *b)
{
    double x = ((const word *)a)->score, y = ((const word *)b)->score;
    return (x < y) - (x > y);
}

/* All 4^n words of positions [from, from + n), best first. */
static word *all_words(const tfl_logodds *logodds, size_t from, size_t n, size_t *count)
{
    *count = (size_t)1 << 2 * n;
    word *words = malloc(*count * sizeof *words);
    for (size_t i = 0; i < *count; i++) {
        words[i] = (word){0, 1, 0};
        for (size_t j = 0; j < n; j++) {
            size_t b = i >> 2 * j & 3;
            words[i].score += logodds->score[from + j][b];
            words[i].p *= logodds->background[b];
        }
    }
    qsort(words, *count, sizeof *words, best_first);
    double sum = 0;
    for (size_t i = 0; i < *count; i++) {
        words[i].below = sum += words[i].p;
    }
    return words;
}

/* P(S >= score): every word of the left half with all the right halves that are good enough beside it. */
static double complete_pvalue(const word *left, size_t n_left, const word *right, size_t n_right, double score)
{
    double p = 0;
    size_t j = n_right;
    for (size_t i = 0; i < n_left; i++) {
        while (j > 0 && left[i].score + right[j - 1].score < score - 1e-7) {
            j--;
        }
        p += j > 0 ? left[i].p * right[j - 1].below : 0;
    }
    return p;
}

typedef struct halves {
    word *left, *right;
    size_t n_left, n_right;
} halves;

static halves halve(const tfl_logodds *logodds)
{
    halves h;
    size_t half = logodds->width / 2;
    h.left = all_words(logodds, 0, half, &h.n_left);
    h.right = all_words(logodds, half, logodds->width - half, &h.n_right);
    return h;
}

/* ---------------------------------------------------------------- tests */

START_TEST(scores_are_logarithms_of_smoothed_ratios)
{
    tfl_motifs *motifs = NULL;
    ck_assert_int_eq(tfl_motifs_read_memory("1 0 0 0\n0.25 0.25 0.25 0.25\n", 28, "t", &motifs, &error), TFL_OK);
    tfl_logodds *logodds = NULL;
    const double counts[TFL_BASES] = {3, 2, 2, 3}; /* divided by its sum */
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], counts, 0.001, &logodds, &error), TFL_OK);
    ck_assert_double_eq_tol(logodds->score[0][0], log(0.99925 / 0.3), 1e-12);
    ck_assert_double_eq_tol(logodds->score[0][1], log(0.00025 / 0.2), 1e-12);
    ck_assert_double_eq_tol(logodds->score[1][2], log(0.25 / 0.2), 1e-12);
    ck_assert_double_eq_tol(logodds->high, log(0.99925 / 0.3) + log(0.25 / 0.2), 1e-12);
    ck_assert_double_eq_tol(logodds->low, log(0.00025 / 0.3) + log(0.25 / 0.3), 1e-12);
    tfl_logodds_free(logodds);
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(sums_do_not_depend_on_their_order)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "order", 0);
    tfl_motifs *motifs = random_motif(&rng, 30, false);
    tfl_logodds *logodds = NULL;
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 0.001, &logodds, &error), TFL_OK);
    for (int i = 0; i < 1000; i++) {
        size_t order[30], letter[30];
        double forward = 0, shuffled = 0;
        for (size_t j = 0; j < 30; j++) {
            order[j] = j;
            letter[j] = tfl_rng_below(&rng, TFL_BASES);
            forward += logodds->score[j][letter[j]];
        }
        tfl_rng_shuffle(&rng, order, 30, sizeof order[0]);
        for (size_t j = 0; j < 30; j++) {
            shuffled += logodds->score[order[j]][letter[order[j]]];
        }
        ck_assert(forward == shuffled);
    }
    tfl_logodds_free(logodds);
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(senseless_arguments_are_refused)
{
    tfl_motifs *motifs = NULL;
    ck_assert_int_eq(tfl_motifs_read_memory("1 0 0 0\n", 8, "t", &motifs, &error), TFL_OK);
    tfl_logodds *logodds = NULL;
    const double zero[TFL_BASES] = {0.5, 0, 0.25, 0.25};
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], zero, 0.001, &logodds, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message, "background frequency 0 of C; it has to be positive");
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 1.5, &logodds, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message, "pseudocount 1.5; between 0 and 1 is needed");
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 0, &logodds, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message, "motif motif_1 has no C at position 1; the pseudocount has to be above 0");
    ck_assert_ptr_null(logodds);
    tfl_motifs_free(motifs);
}
END_TEST

/* Compares at random attainable scores; returns the worst relative error. */
static double worst_error(tfl_rng *rng, size_t width, bool coarse, const double of[TFL_BASES])
{
    tfl_motifs *motifs = random_motif(rng, width, coarse);
    tfl_logodds *logodds = NULL;
    tfl_pvalues *pvalues = NULL;
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], of, 0.001, &logodds, &error), TFL_OK);
    ck_assert_int_eq(tfl_pvalues_create(logodds, &pvalues, &error), TFL_OK);
    halves h = halve(logodds);
    double worst = 0, last = 0;
    for (int i = 0; i < 200; i++) {
        /* Good halves more often than bad ones, as small p-values are what matters. */
        size_t at = (size_t)((double)h.n_left * pow(tfl_rng_uniform(rng), 4));
        double score = h.left[at].score + h.right[(size_t)((double)h.n_right * pow(tfl_rng_uniform(rng), 4))].score;
        double exact = complete_pvalue(h.left, h.n_left, h.right, h.n_right, score);
        worst = fmax(worst, fabs(tfl_pvalues_find(pvalues, score) / exact - 1));
    }
    for (int i = 0; i <= 10000; i++) {
        double score = logodds->high + 1 - (logodds->high - logodds->low + 2) * i / 10000;
        double p = tfl_pvalues_find(pvalues, score);
        ck_assert_msg(p >= last && p <= 1, "P(S >= %g) = %g after %g", score, p, last);
        last = p;
    }
    ck_assert_double_eq_tol(last, 1, 1e-12);
    ck_assert_double_eq(tfl_pvalues_find(pvalues, logodds->low), 1);
    ck_assert_double_eq(tfl_pvalues_find(pvalues, logodds->high + 1e-6), 0);
    free(h.left);
    free(h.right);
    tfl_pvalues_free(pvalues);
    tfl_logodds_free(logodds);
    tfl_motifs_free(motifs);
    return worst;
}

START_TEST(pvalues_of_few_scores_are_exact)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "exact", 0);
    for (size_t width = 1; width <= 6; width++) {
        double worst = worst_error(&rng, width, false, background);
        ck_assert_msg(worst < 1e-12, "seed %d, width %zu: relative error %g", SEED, width, worst);
    }
    for (size_t width = 6; width <= 8; width++) { /* many words, few scores */
        double worst = worst_error(&rng, width, true, background);
        ck_assert_msg(worst < 1e-12, "seed %d, ties, width %zu: relative error %g", SEED, width, worst);
    }
}
END_TEST

/* Of wide motifs, whose lumps are merged. */
static void check_close(const char *what, const double of[TFL_BASES], double tolerance)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, what, 0);
    for (size_t width = 7; width <= 16; width++) {
        double worst = worst_error(&rng, width, false, of);
        printf("%s, width %zu: worst relative error of a p-value %.1e\n", what, width, worst);
        ck_assert_msg(worst < tolerance, "seed %d, %s, width %zu: relative error %g", SEED, what, width, worst);
    }
}

START_TEST(pvalues_of_many_scores_are_close)
{
    check_close("close", background, 3e-3);
}
END_TEST

/* Lumps are merged most where letters are rare, and a merged one is spread, beyond the worst word, too. */
START_TEST(pvalues_of_rare_letters_are_less_close)
{
    static const double rare[TFL_BASES] = {0.001, 0.002, 0.25, 0.747};
    check_close("rare", rare, 2e-2);
}
END_TEST

/* Words that score less than a threshold are too common: all of them, or a sample of those that do so by a margin. */
static void check_threshold(tfl_rng *rng, const tfl_logodds *logodds, const tfl_pvalues *pvalues, double threshold,
                            double p)
{
    bool all = logodds->width <= 6;
    double margin = all ? 1e-6 : 0.02;
    for (uint32_t i = 0; i < (all ? (uint32_t)1 << 2 * logodds->width : 1000); i++) {
        double score = 0;
        for (size_t j = 0; j < logodds->width; j++) {
            score += logodds->score[j][all ? i >> 2 * j & 3 : tfl_rng_below(rng, TFL_BASES)];
        }
        if (score < threshold - margin) {
            ck_assert_msg(tfl_pvalues_find(pvalues, score) > p,
                          "width %zu: %g is as rare as %g, but the threshold is %g", logodds->width, score, p,
                          threshold);
        }
    }
}

START_TEST(thresholds_are_the_smallest_rare_scores)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "thresholds", 0);
    for (size_t width = 1; width <= 14; width++) {
        tfl_motifs *motifs = random_motif(&rng, width, width % 2 == 0);
        tfl_logodds *logodds = NULL;
        tfl_pvalues *pvalues = NULL;
        ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 0.001, &logodds, &error), TFL_OK);
        ck_assert_int_eq(tfl_pvalues_create(logodds, &pvalues, &error), TFL_OK);
        double best = tfl_pvalues_find(pvalues, logodds->high);
        for (int i = 0; i < 18; i++) {
            double p = pow(3, -i);
            double threshold = tfl_pvalues_threshold(pvalues, p);
            ck_assert_msg((p < best) == (threshold > logodds->high), "p %g, threshold %g", p, threshold);
            ck_assert(tfl_pvalues_find(pvalues, threshold) <= p * (1 + 1e-9));
            check_threshold(&rng, logodds, pvalues, fmin(threshold, logodds->high), p);
        }
        tfl_pvalues_free(pvalues);
        tfl_logodds_free(logodds);
        tfl_motifs_free(motifs);
    }
}
END_TEST

START_TEST(any_width_works)
{
    static const char *const rows[] = {"0.25 0.25 0.25 0.25\n", "1 0 0 0\n", "0.4 0.1 0.2 0.3\n"};
    for (size_t r = 0; r < 3; r++) {
        size_t size = strlen(rows[r]) * TFL_MOTIF_MAX_WIDTH;
        char *text = malloc(size);
        for (size_t j = 0; j < size; j++) {
            text[j] = rows[r][j % strlen(rows[r])];
        }
        tfl_motifs *motifs = NULL;
        tfl_logodds *logodds = NULL;
        tfl_pvalues *pvalues = NULL;
        ck_assert_int_eq(tfl_motifs_read_memory(text, size, "t", &motifs, &error), TFL_OK);
        ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 0.001, &logodds, &error), TFL_OK);
        ck_assert_int_eq(tfl_pvalues_create(logodds, &pvalues, &error), TFL_OK);
        ck_assert_double_eq_tol(tfl_pvalues_find(pvalues, logodds->low), 1, 1e-9);
        double last = 0;
        for (int i = 0; i <= 100; i++) {
            double p = tfl_pvalues_find(pvalues, logodds->high - (logodds->high - logodds->low) * i / 100);
            ck_assert(p >= last && p <= 1);
            last = p;
        }
        tfl_pvalues_free(pvalues);
        tfl_logodds_free(logodds);
        tfl_motifs_free(motifs);
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logodds");
    TCase *tests = tcase_create("logodds");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, scores_are_logarithms_of_smoothed_ratios);
    tcase_add_test(tests, sums_do_not_depend_on_their_order);
    tcase_add_test(tests, senseless_arguments_are_refused);
    tcase_add_test(tests, pvalues_of_few_scores_are_exact);
    tcase_add_test(tests, pvalues_of_many_scores_are_close);
    tcase_add_test(tests, pvalues_of_rare_letters_are_less_close);
    tcase_add_test(tests, thresholds_are_the_smallest_rare_scores);
    tcase_add_test(tests, any_width_works);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
