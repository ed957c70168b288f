/* Loops over arrays: slopes between points that are far apart, close and the same, at every processor level. */
#include "config.h"

#include "tests/support/support.h"

#include "tflift/cpu.h"
#include "tflift/rng.h"
#include "tflift/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 1003, SEED = 11 };

static const float near = 1e-7F, close = 0.01F;

static float relu(float x)
{
    return x > 0.0F ? x : 0.0F;
}

/* Slopes of f = exp, or of a ReLU, between from and to. */
static void slopes(const float *from, const float *to, const float *part, size_t n, int use_relu, float *slope)
{
    float f_from[N];
    float f_to[N];
    float point[N];
    const tfl_secant secant = {from, to, f_from, f_to, part, near, close};
    for (size_t i = 0; i < n; i++) {
        f_from[i] = use_relu ? relu(from[i]) : expf(from[i]);
        f_to[i] = use_relu ? relu(to[i]) : expf(to[i]);
    }
    tfl_vector_secant_points(&secant, point, n);
    for (size_t i = 0; i < n; i++) {
        slope[i] = use_relu ? (point[i] > 0.0F ? 1.0F : 0.0F) : expf(point[i]);
    }
    tfl_vector_secant(&secant, slope, n);
}

START_TEST(slopes_are_accurate_however_close_the_points_are)
{
    const char *level;
    for (size_t k = 0; (level = tfl_cpu_level_at(k)) != NULL; k++) {
        float from[N];
        float to[N];
        float slope[N];
        tfl_rng rng;
        ck_assert(tfl_cpu_force(level));
        tfl_rng_init(&rng, SEED, "secant", 0);
        for (size_t i = 0; i < N; i++) {
            from[i] = (float)((0.5 + tfl_rng_uniform(&rng)) * (i % 2 == 0 ? 1.0 : -1.0));
            to[i] = from[i] + (float)(tfl_rng_normal(&rng) * pow(10.0, -8.0 * tfl_rng_uniform(&rng)));
        }
        slopes(from, to, NULL, N, 0, slope);
        for (size_t i = 0; i < N; i++) {
            double d = (double)to[i] - (double)from[i];
            double exact = d == 0.0 ? exp((double)from[i]) : exp((double)from[i]) * expm1(d) / d;
            ck_assert_msg(fabs((double)slope[i] / exact - 1.0) < 5e-5, "%s: exp from %.9g to %.9g: %.9g, not %.9g", level,
                          (double)from[i], (double)to[i], (double)slope[i], exact);
        }
    }
}
END_TEST

START_TEST(conventions_near_zero)
{
    /* A ReLU from 0 a little way up: flat, as it is at 0, while that is nothing; then its slope. Straddling points: the quotient. */
    static const float from[] = {0.0F, 0.0F, 0.0F, -1.0F, 2.0F, -2e-8F, 1.0F, 1.0F};
    static const float to[] = {5e-8F, 2e-7F, 0.0F, 1.0F, 2.0F, 3e-8F, 1.0F, 3.0F};
    static const float whole[] = {0.0F, 1.0F, 0.0F, 0.5F, 1.0F, 0.0F, 1.0F, 1.0F};
    /* The part decides, not the points that rounding has made of it. */
    static const float part[] = {1.0F, 0.0F, 1.0F, 0.0F, 0.0F, 1.0F, 1.0F, 0.0F};
    static const float by_part[] = {1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.6F, 1.0F, 1.0F};
    enum { CASES = sizeof from / sizeof *from };
    const char *level;
    for (size_t k = 0; (level = tfl_cpu_level_at(k)) != NULL; k++) {
        float slope[CASES];
        ck_assert(tfl_cpu_force(level));
        slopes(from, to, NULL, CASES, 1, slope);
        for (size_t i = 0; i < CASES; i++) {
            ck_assert_msg(fabsf(slope[i] - whole[i]) < 1e-6F, "%s, case %zu: %g", level, i, (double)slope[i]);
        }
        slopes(from, to, part, CASES, 1, slope);
        for (size_t i = 0; i < CASES; i++) {
            ck_assert_msg(fabsf(slope[i] - by_part[i]) < 1e-6F, "%s, case %zu with parts: %g", level, i, (double)slope[i]);
        }
    }
}
END_TEST

START_TEST(sums_are_added)
{
    const char *level;
    for (size_t k = 0; (level = tfl_cpu_level_at(k)) != NULL; k++) {
        ck_assert(tfl_cpu_force(level));
        for (size_t n = 0; n < 70; n++) {
            float y[70];
            float a[70];
            float x[70];
            for (size_t i = 0; i < 70; i++) {
                y[i] = 1.0F;
                a[i] = (float)i;
                x[i] = 2.0F;
            }
            tfl_vector_add_product(y, a, x, n);
            tfl_vector_add(y, a, n);
            for (size_t i = 0; i < 70; i++) {
                ck_assert(y[i] == (i < n ? 1.0F + 3.0F * (float)i : 1.0F));
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vector");
    TCase *tests = tcase_create("vector");
    tcase_add_test(tests, slopes_are_accurate_however_close_the_points_are);
    tcase_add_test(tests, conventions_near_zero);
    tcase_add_test(tests, sums_are_added);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
