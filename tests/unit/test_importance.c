/* The contribution under a match, and its place among all windows, against their definitions. */
#include "config.h"

#include "tflift/importance.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 3, LENGTH = 60 };

static tfl_error error;
static tfl_motifs *motifs;
static tfl_logodds *logodds;

static void set_up(void)
{
    static const char text[] = "0.7 0.1 0.1 0.1\n0 0.5 0.5 0\n0.25 0.25 0.25 0.25\n0 0 0 1\n0.1 0.2 0.3 0.4\n";
    static const double background[TFL_BASES] = {0.3, 0.2, 0.2, 0.3};
    ck_assert_int_eq(tfl_motifs_read_memory(text, strlen(text), "t", &motifs, &error), TFL_OK);
    ck_assert_int_eq(tfl_logodds_create(&motifs->motif[0], background, 0.001, &logodds, &error), TFL_OK);
}

static void tear_down(void)
{
    tfl_logodds_free(logodds);
    tfl_motifs_free(motifs);
}

static void random_scores(unsigned stream, char letters[LENGTH], float value[LENGTH])
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "importance", stream);
    for (size_t i = 0; i < LENGTH; i++) {
        letters[i] = "ACGTacgt"[tfl_rng_below(&rng, 8)];
        value[i] = (float)tfl_rng_normal(&rng);
    }
}

/* ---------------------------------------------------------------- a match */

START_TEST(sums_and_cosine_follow_their_definitions)
{
    char letters[LENGTH];
    float value[LENGTH];
    random_scores(0, letters, value);
    for (size_t start = 0; start + logodds->width <= LENGTH; start++) {
        double sum = 0, abs = 0, dot = 0, a2 = 0, b2 = 0;
        for (size_t j = 0; j < logodds->width; j++) {
            double v = (double)value[start + j], q[TFL_BASES], ic = 0;
            for (size_t b = 0; b < TFL_BASES; b++) {
                q[b] = 0.999 * motifs->motif[0].p[j][b] + 0.00025;
                ic += q[b] * log(q[b] / logodds->background[b]);
            }
            for (size_t b = 0; b < TFL_BASES; b++) {
                double x = tfl_base_code[(unsigned char)letters[start + j]] == b ? v : 0;
                dot += x * q[b] * ic;
                a2 += x * x;
                b2 += q[b] * ic * q[b] * ic;
            }
            sum += v;
            abs += fabs(v);
        }
        tfl_match match = {.start = start, .strand = '+'};
        tfl_importance i = tfl_importance_of(&match, logodds, letters, value);
        ck_assert_double_eq_tol(i.sum, sum, 1e-12);
        ck_assert_double_eq_tol(i.mean, sum / 5, 1e-12);
        ck_assert_double_eq_tol(i.abs, abs, 1e-12);
        ck_assert_double_eq_tol(i.cosine, dot / sqrt(a2 * b2), 1e-9);
    }
}
END_TEST

START_TEST(the_other_strand_is_the_reverse_complement)
{
    char letters[LENGTH], reversed[LENGTH];
    float value[LENGTH], mirrored[LENGTH];
    random_scores(1, letters, value);
    tfl_reverse_complement(letters, LENGTH, reversed);
    for (size_t i = 0; i < LENGTH; i++) {
        mirrored[i] = value[LENGTH - 1 - i];
    }
    for (size_t start = 0; start + logodds->width <= LENGTH; start++) {
        tfl_match forward = {.start = start, .strand = '+'};
        tfl_match reverse = {.start = LENGTH - start - logodds->width, .strand = '-'};
        tfl_importance a = tfl_importance_of(&forward, logodds, letters, value);
        tfl_importance b = tfl_importance_of(&reverse, logodds, reversed, mirrored);
        ck_assert_double_eq_tol(a.sum, b.sum, 1e-12);
        ck_assert_double_eq_tol(a.abs, b.abs, 1e-12);
        ck_assert_double_eq_tol(a.cosine, b.cosine, 1e-12);
    }
}
END_TEST

START_TEST(missing_values_count_nothing)
{
    static const char letters[] = "ACGTA";
    tfl_match match = {.start = 0, .strand = '+'};
    const float some[5] = {1, NAN, 2, NAN, -4};
    tfl_importance i = tfl_importance_of(&match, logodds, letters, some);
    ck_assert_double_eq_tol(i.sum, -1, 1e-12);
    ck_assert_double_eq_tol(i.mean, -0.2, 1e-12);
    ck_assert_double_eq_tol(i.abs, 7, 1e-12);
    ck_assert(isnan(i.cosine));
    const float none[5] = {NAN, NAN, NAN, NAN, NAN};
    i = tfl_importance_of(&match, logodds, letters, none);
    ck_assert(isnan(i.sum) && isnan(i.mean) && isnan(i.abs) && isnan(i.cosine));
    const float zero[5] = {0};
    i = tfl_importance_of(&match, logodds, letters, zero);
    ck_assert(i.sum == 0 && i.abs == 0 && isnan(i.cosine));
}
END_TEST

/* ---------------------------------------------------------------- all windows */

enum { WINDOW = 4, SEQUENCES = 30 };

/* Percentage of window sums below sum, half of the equal ones, where equal means closer than 0.05 %. */
static double plain_percentile(const double *window, size_t n, double sum)
{
    double below = 0;
    for (size_t i = 0; i < n; i++) {
        below += fabs(window[i] - sum) <= 0.0005 * fabs(sum) ? 0.5 : window[i] < sum ? 1 : 0;
    }
    return 100 * below / (double)n;
}

START_TEST(percentiles_follow_their_definition)
{
    tfl_percentiles *all = NULL, *part[2] = {NULL, NULL};
    double window[SEQUENCES * LENGTH];
    size_t n = 0;
    ck_assert_int_eq(tfl_percentiles_create(&all, &error), TFL_OK);
    ck_assert_int_eq(tfl_percentiles_create(&part[0], &error), TFL_OK);
    ck_assert_int_eq(tfl_percentiles_create(&part[1], &error), TFL_OK);
    for (unsigned s = 0; s < SEQUENCES; s++) {
        char letters[LENGTH];
        float value[LENGTH];
        random_scores(100 + s, letters, value);
        memset(value + 10, 0, 20 * sizeof *value); /* windows of zeros behind others */
        value[40 + s % 10] = NAN;
        ck_assert_int_eq(tfl_percentiles_add(all, WINDOW, value, LENGTH, &error), TFL_OK);
        ck_assert_int_eq(tfl_percentiles_add(part[s % 2], WINDOW, value, LENGTH, &error), TFL_OK);
        ck_assert_int_eq(tfl_percentiles_add(all, 10, value, LENGTH, &error),
                         TFL_OK); /* another width does not matter */
        for (size_t i = 0; i + WINDOW <= LENGTH; i++) {
            double sum = (double)value[i] + (double)value[i + 1] + (double)value[i + 2] + (double)value[i + 3];
            if (!isnan(sum)) {
                window[n++] = sum;
            }
        }
    }
    ck_assert_int_eq(tfl_percentiles_merge(part[0], part[1], &error), TFL_OK);
    tfl_percentiles_ready(all);
    tfl_percentiles_ready(part[0]);
    for (size_t i = 0; i < n; i++) {
        double percentile = tfl_percentiles_find(all, WINDOW, window[i]);
        ck_assert_double_eq_tol(percentile, plain_percentile(window, n, window[i]), 0.2);
        ck_assert(percentile == tfl_percentiles_find(part[0], WINDOW, window[i]));
    }
    double zeros = tfl_percentiles_find(all, WINDOW, 0.0);
    ck_assert_double_eq_tol(zeros, plain_percentile(window, n, 0), 1e-9);
    ck_assert(tfl_percentiles_find(all, WINDOW, -0.0) == zeros);
    ck_assert_double_eq(tfl_percentiles_find(all, WINDOW, 1e9), 100);
    ck_assert_double_eq(tfl_percentiles_find(all, WINDOW, -1e9), 0);
    ck_assert(isnan(tfl_percentiles_find(all, 7, 0)));
    ck_assert(isnan(tfl_percentiles_find(all, WINDOW, NAN)));
    tfl_percentiles_free(all);
    tfl_percentiles_free(part[0]);
    tfl_percentiles_free(part[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("importance");
    TCase *tests = tcase_create("importance");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, sums_and_cosine_follow_their_definitions);
    tcase_add_test(tests, the_other_strand_is_the_reverse_complement);
    tcase_add_test(tests, missing_values_count_nothing);
    tcase_add_test(tests, percentiles_follow_their_definition);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
