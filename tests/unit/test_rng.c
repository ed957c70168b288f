/* Random numbers: the generator against its published answers, the distributions against their definitions. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SEED = 5, DRAWS = 100000 };

/* chi-square of counts against expected ones; prints it and wants it within chance. */
static void check_counts(const char *what, const size_t *count, const double *expected, size_t n)
{
    double chi = 0;
    for (size_t i = 0; i < n; i++) {
        chi += ((double)count[i] - expected[i]) * ((double)count[i] - expected[i]) / expected[i];
    }
    double z = test_chi_square_z(chi, n - 1);
    printf("%s: seed %d, chi-square %.1f with %zu degrees of freedom (z %.2f)\n", what, SEED, chi, n - 1, z);
    ck_assert_msg(z < 4, "%s: chi-square %g with %zu degrees of freedom", what, chi, n - 1);
}

static void check_even(const char *what, const size_t *count, size_t n)
{
    double expected[64];
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += count[i];
    }
    for (size_t i = 0; i < n; i++) {
        expected[i] = (double)total / (double)n;
    }
    check_counts(what, count, expected, n);
}

/* philox4x32 10 of kat_vectors in the Random123 distribution. */
START_TEST(known_answers)
{
    static const struct {
        uint32_t counter[4], key[2], block[4];
    } table[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, 0, "", 0);
        memcpy(rng.key, table[i].key, sizeof rng.key);
        memcpy(rng.counter, table[i].counter, sizeof rng.counter);
        for (int j = 0; j < 4; j++) {
            ck_assert_uint_eq(tfl_rng_next(&rng), table[i].block[j]);
        }
    }
}
END_TEST

/* What users have drawn stays what it is: results would change with these. */
START_TEST(streams_are_pinned)
{
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "chr1:100-300", 3);
    char text[128];
    uint32_t first = tfl_rng_next(&rng);
    uint32_t second = tfl_rng_next(&rng);
    snprintf(text, sizeof text, "%08" PRIx32 " %08" PRIx32 " %016" PRIx64, first, second, tfl_rng_next64(&rng));
    ck_assert_str_eq(text, "0e144a92 5d866a7c 3cd3f44f82df7b23");
    ck_assert_uint_eq(tfl_hash64("", 0), UINT64_C(0xefd01f60ba992926));
    ck_assert_uint_eq(tfl_hash64("chr1", 4), UINT64_C(0x9bb028869c2ac2af));
}
END_TEST

START_TEST(streams_differ_and_repeat)
{
    static const struct {
        uint64_t seed;
        const char *name;
        uint64_t index;
    } key[] = {{1, "a", 0}, {2, "a", 0}, {1, "b", 0}, {1, "a", 1}, {1, "a", UINT64_C(1) << 32},
               {1, "", 0},  {0, "a", 0}, {1, "aa", 0}};
    enum { N = sizeof key / sizeof *key };
    uint64_t first[N];
    for (size_t i = 0; i < N; i++) {
        tfl_rng rng, same;
        tfl_rng_init(&rng, key[i].seed, key[i].name, key[i].index);
        tfl_rng_init(&same, key[i].seed, key[i].name, key[i].index);
        first[i] = tfl_rng_next64(&rng);
        ck_assert_uint_eq(first[i], tfl_rng_next64(&same));
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(first[i], first[j]);
        }
    }
}
END_TEST

START_TEST(below_is_even)
{
    static const uint32_t bounds[] = {2, 3, 7, 10, 64};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        tfl_rng rng;
        size_t count[64] = {0};
        tfl_rng_init(&rng, SEED, "below", bounds[b]);
        for (int i = 0; i < DRAWS; i++) {
            uint32_t draw = tfl_rng_below(&rng, bounds[b]);
            ck_assert_uint_lt(draw, bounds[b]);
            count[draw]++;
        }
        check_even("below", count, bounds[b]);
    }
}
END_TEST

/* With a bound of 3 * 2^30 a method that does not reject would give one value in three twice as often. */
START_TEST(below_is_even_for_large_bounds)
{
    tfl_rng rng;
    size_t count[3] = {0};
    tfl_rng_init(&rng, SEED, "below", 0);
    for (int i = 0; i < DRAWS; i++) {
        count[tfl_rng_below(&rng, UINT32_C(3) << 30) % 3]++;
    }
    check_even("below a large bound", count, 3);
    ck_assert_uint_eq(tfl_rng_below(&rng, 1), 0);
}
END_TEST

/* Draws that share random bits are independent of each other: all 60 triples come equally often, and with a large
 * bound, of which one value in 1.5 would be favoured without rejection, the thirds. */
START_TEST(falling_draws_are_even)
{
    tfl_rng rng;
    size_t triple[60] = {0}, third[9] = {0};
    uint32_t draw[300];
    tfl_rng_init(&rng, SEED, "falling", 0);
    for (int i = 0; i < DRAWS; i++) {
        tfl_rng_below_falling(&rng, 5, draw, 3);
        ck_assert(draw[0] < 5 && draw[1] < 4 && draw[2] < 3);
        triple[(draw[0] * 4 + draw[1]) * 3 + draw[2]]++;
        tfl_rng_below_falling(&rng, UINT32_C(3) << 30, draw, 2);
        third[draw[0] / (1U << 30) * 3 + draw[1] / (1U << 30)]++;
    }
    check_even("three falling draws", triple, 60);
    check_even("two large falling draws", third, 9);
    for (uint32_t bound = 1; bound <= 300; bound++) { /* all of them, to the last */
        tfl_rng_below_falling(&rng, bound, draw, bound);
        for (uint32_t i = 0; i < bound; i++) {
            ck_assert_uint_lt(draw[i], bound - i);
        }
    }
}
END_TEST

START_TEST(uniform_is_even)
{
    tfl_rng rng;
    size_t count[50] = {0};
    tfl_rng_init(&rng, SEED, "uniform", 0);
    for (int i = 0; i < DRAWS; i++) {
        double u = tfl_rng_uniform(&rng);
        ck_assert(u >= 0 && u < 1);
        count[(size_t)(u * 50)]++;
    }
    check_even("uniform", count, 50);
}
END_TEST

static double normal_below(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

START_TEST(normal_is_normal)
{
    enum { BINS = 42 }; /* 40 of width 0.2 between -4 and 4, and the two tails */
    tfl_rng rng;
    size_t count[BINS] = {0};
    double expected[BINS];
    tfl_rng_init(&rng, SEED, "normal", 0);
    for (int i = 0; i < DRAWS; i++) {
        double bin = floor((tfl_rng_normal(&rng) + 4) / 0.2) + 1;
        count[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : (size_t)bin]++;
    }
    for (size_t i = 0; i < BINS; i++) {
        double low = i == 0 ? 0 : normal_below(-4 + 0.2 * (double)(i - 1));
        double high = i == BINS - 1 ? 1 : normal_below(-4 + 0.2 * (double)i);
        expected[i] = DRAWS * (high - low);
    }
    check_counts("normal", count, expected, BINS);
}
END_TEST

START_TEST(poisson_is_poisson)
{
    static const double means[] = {0.1, 1, 2, 10, 40};
    for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
        enum { MOST = 128 };
        tfl_rng rng;
        size_t count[MOST] = {0}, pooled[MOST] = {0}, n = 0;
        double expected[MOST] = {0}, probability = exp(-means[m]), rest = 1;
        tfl_rng_init(&rng, SEED, "poisson", m);
        for (int i = 0; i < DRAWS; i++) {
            unsigned draw = tfl_rng_poisson(&rng, means[m]);
            count[draw < MOST ? draw : MOST - 1]++;
        }
        /* neighbours are pooled until ten are expected */
        for (size_t i = 0; i < MOST; i++) {
            pooled[n] += count[i];
            expected[n] += DRAWS * probability;
            rest -= probability;
            probability *= means[m] / (double)(i + 1);
            if (expected[n] >= 10 && rest * DRAWS >= 10) {
                n++;
            }
        }
        check_counts("poisson", pooled, expected, n + 1);
    }
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "poisson", 99);
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
        sum += tfl_rng_poisson(&rng, 700);
    }
    ck_assert_msg(fabs(sum / 1000 - 700) < 5 * sqrt(0.7), "mean of 1000 draws: %g", sum / 1000);
}
END_TEST

START_TEST(choose_follows_the_weights)
{
    const double weight[] = {0, 3, 0, 1, 4, 2, 0};
    const double expected[] = {0.3 * DRAWS, 0.1 * DRAWS, 0.4 * DRAWS, 0.2 * DRAWS};
    tfl_rng rng;
    size_t count[7] = {0};
    tfl_rng_init(&rng, SEED, "choose", 0);
    for (int i = 0; i < DRAWS; i++) {
        count[tfl_rng_choose(&rng, weight, 7)]++;
    }
    ck_assert_uint_eq(count[0] + count[2] + count[6], 0);
    const size_t positive[] = {count[1], count[3], count[4], count[5]};
    check_counts("choose", positive, expected, 4);
}
END_TEST

START_TEST(permutations_are_even)
{
    tfl_rng rng;
    size_t count[24] = {0};
    tfl_rng_init(&rng, SEED, "shuffle", 0);
    for (int i = 0; i < DRAWS; i++) {
        struct {
            char letter;
            int number;
        } item[4] = {{'a', 0}, {'b', 1}, {'c', 2}, {'d', 3}};
        tfl_rng_shuffle(&rng, item, 4, sizeof item[0]);
        size_t rank = 0; /* Lehmer code */
        for (int a = 0; a < 4; a++) {
            size_t smaller = 0;
            ck_assert_int_eq(item[a].letter, 'a' + item[a].number);
            for (int b = a + 1; b < 4; b++) {
                smaller += item[b].number < item[a].number;
            }
            rank = rank * (size_t)(4 - a) + smaller;
        }
        count[rank]++;
    }
    check_even("permutations", count, 24);
}
END_TEST

/* One bit more in the name changes half the bits of the hash. */
START_TEST(hash_spreads)
{
    size_t changed = 0;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t a = i, b = i ^ (UINT64_C(1) << (i % 64));
        uint64_t difference = tfl_hash64(&a, sizeof a) ^ tfl_hash64(&b, sizeof b);
        for (; difference != 0; difference &= difference - 1) {
            changed++;
        }
    }
    ck_assert_msg(fabs((double)changed / 10000 - 32) < 0.5, "%g bits change", (double)changed / 10000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rng");
    TCase *tests = tcase_create("rng");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, known_answers);
    tcase_add_test(tests, streams_are_pinned);
    tcase_add_test(tests, streams_differ_and_repeat);
    tcase_add_test(tests, below_is_even);
    tcase_add_test(tests, below_is_even_for_large_bounds);
    tcase_add_test(tests, falling_draws_are_even);
    tcase_add_test(tests, uniform_is_even);
    tcase_add_test(tests, normal_is_normal);
    tcase_add_test(tests, poisson_is_poisson);
    tcase_add_test(tests, choose_follows_the_weights);
    tcase_add_test(tests, permutations_are_even);
    tcase_add_test(tests, hash_spreads);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
