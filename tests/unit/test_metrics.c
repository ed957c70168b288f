/* Areas under curves against their definitions: the probability that a positive outranks a negative, and the mean
 * precision. */
#include "config.h"

#include "tflift/metrics.h"

#include "tests/support/support.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdio.h>

enum { N = 60 };

static tfl_error error;

/* Every pair of a positive and a negative, ties one half. */
static double pairwise_auroc(const float *score, const float *label, size_t n)
{
    double wins = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (label[i] == 1 && label[j] == 0) {
                wins += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
                pairs++;
            }
        }
    }
    return wins / pairs;
}

/* At each positive, the precision of everything scored at least as high. */
static double direct_auprc(const float *score, const float *label, size_t n)
{
    double sum = 0, positives = 0;
    for (size_t i = 0; i < n; i++) {
        if (label[i] != 1) {
            continue;
        }
        double found = 0, seen = 0;
        for (size_t j = 0; j < n; j++) {
            if (score[j] >= score[i] && !isnan(label[j])) {
                seen++;
                found += (double)label[j];
            }
        }
        sum += found / seen;
        positives++;
    }
    return sum / positives;
}

START_TEST(areas_equal_their_definitions_with_ties_and_unknown_labels)
{
    for (unsigned seed = 1; seed <= 50; seed++) {
        float score[N], label[N];
        tfl_rng rng;
        tfl_rng_init(&rng, seed, "metrics", 0);
        for (size_t i = 0; i < N; i++) {
            score[i] = (float)tfl_rng_below(&rng, 12) / 4; /* many ties */
            label[i] = tfl_rng_below(&rng, 10) == 0 ? NAN : (float)tfl_rng_below(&rng, 2);
        }
        double roc, prc;
        ck_assert_int_eq(tfl_auroc(score, label, N, 1, &roc, &error), TFL_OK);
        ck_assert_int_eq(tfl_auprc(score, label, N, 1, &prc, &error), TFL_OK);
        ck_assert_msg(fabs(roc - pairwise_auroc(score, label, N)) < 1e-12, "auROC, seed %u", seed);
        ck_assert_msg(fabs(prc - direct_auprc(score, label, N)) < 1e-12, "auPRC, seed %u", seed);
    }
}
END_TEST

START_TEST(one_class_has_no_area)
{
    const float score[3] = {1, 2, 3}, label[3] = {1, 1, NAN};
    double area = 0;
    ck_assert_int_eq(tfl_auroc(score, label, 3, 1, &area, &error), TFL_OK);
    ck_assert(isnan(area));
}
END_TEST

START_TEST(a_score_that_is_no_number_is_an_error)
{
    tfl_error err = TFL_ERROR_INIT;
    const float score[2] = {1, NAN}, label[2] = {1, 0};
    double area = 0;
    ck_assert_int_eq(tfl_auroc(score, label, 2, 1, &area, &err), TFL_EINPUT);
    ck_assert_str_eq(err.message, "example 1 has no score (not a number)");
}
END_TEST

START_TEST(tasks_are_columns)
{
    const float score[6] = {1, 9, 2, 8, 3, 7}, label[6] = {0, 0, 0, 0, 1, 1}; /* [3][2] */
    double first = 0, second = 0;
    ck_assert_int_eq(tfl_auroc(score, label, 3, 2, &first, &error), TFL_OK);
    ck_assert_int_eq(tfl_auroc(score + 1, label + 1, 3, 2, &second, &error), TFL_OK);
    ck_assert(first == 1 && second == 0);
}
END_TEST

START_TEST(cross_entropy_of_huge_logits_is_finite)
{
    const float logit[3] = {1000, -1000, 0}, label[3] = {1, 1, 0};
    ck_assert_double_eq_tol(tfl_cross_entropy(logit, label, 3), (0 + 1000 + log(2)) / 3, 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("metrics");
    tcase_add_test(tests, areas_equal_their_definitions_with_ties_and_unknown_labels);
    tcase_add_test(tests, one_class_has_no_area);
    tcase_add_test(tests, a_score_that_is_no_number_is_an_error);
    tcase_add_test(tests, tasks_are_columns);
    tcase_add_test(tests, cross_entropy_of_huge_logits_is_finite);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
