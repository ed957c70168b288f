/* False discovery rates against their definition. */
#include "config.h"

#include "tflift/qvalue.h"

#include "tests/support/support.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdlib.h>

enum { SEED = 2, N = 500 };

static tfl_error error;

static double plain_qvalue(const double *p, size_t n, double tests, double wanted)
{
    double q = 1;
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= wanted) {
            size_t rank = 0;
            for (size_t j = 0; j < n; j++) {
                rank += p[j] <= p[i];
            }
            q = fmin(q, p[i] * tests / (double)rank);
        }
    }
    return q;
}

START_TEST(qvalues_follow_their_definition)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "qvalues", (uint64_t)_i);
    double p[N];
    tfl_qvalues *qvalues = NULL;
    ck_assert_int_eq(tfl_qvalues_create(&qvalues, &error), TFL_OK);
    for (size_t i = 0; i < N; i++) {
        p[i] =
            _i == 0 ? pow(tfl_rng_uniform(&rng), 5) : (1 + tfl_rng_below(&rng, 20)) * 1e-5; /* different ones, ties */
        ck_assert_int_eq(tfl_qvalues_add(qvalues, p[i], &error), TFL_OK);
    }
    tfl_qvalues_ready(qvalues, 2 * N);
    for (size_t i = 0; i < N; i++) {
        ck_assert_double_eq_tol(tfl_qvalues_find(qvalues, p[i]), plain_qvalue(p, N, 2 * N, p[i]), 1e-15);
    }
    tfl_qvalues_free(qvalues);
}
END_TEST

static int increasing(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(many_different_pvalues_cost_half_a_per_mille)
{
    enum { MANY = 300000 };
    double *p = malloc(MANY * sizeof *p);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "many", 0);
    tfl_qvalues *qvalues = NULL;
    ck_assert_int_eq(tfl_qvalues_create(&qvalues, &error), TFL_OK);
    for (size_t i = 0; i < MANY; i++) {
        p[i] = pow(tfl_rng_uniform(&rng), 4);
        ck_assert_int_eq(tfl_qvalues_add(qvalues, p[i], &error), TFL_OK);
    }
    tfl_qvalues_ready(qvalues, MANY);
    qsort(p, MANY, sizeof *p, increasing);
    double least = 1;
    for (size_t i = MANY; i-- > 0;) {
        least = fmin(least, p[i] * MANY / (double)(i + 1));
        ck_assert_double_eq_tol(tfl_qvalues_find(qvalues, p[i]) / least, 1, 0.0011);
    }
    tfl_qvalues_free(qvalues);
    free(p);
}
END_TEST

START_TEST(nothing_added_is_no_discovery)
{
    tfl_qvalues *qvalues = NULL;
    ck_assert_int_eq(tfl_qvalues_create(&qvalues, &error), TFL_OK);
    tfl_qvalues_ready(qvalues, 0);
    ck_assert_double_eq(tfl_qvalues_find(qvalues, 1e-9), 1);
    tfl_qvalues_free(qvalues);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("qvalue");
    TCase *tests = tcase_create("qvalue");
    tcase_add_loop_test(tests, qvalues_follow_their_definition, 0, 2);
    tcase_add_test(tests, many_different_pvalues_cost_half_a_per_mille);
    tcase_add_test(tests, nothing_added_is_no_discovery);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
