/* Names that come twice, far apart and close together, among few names and many. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/distinct.h"
#include "tflift/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 9, MANY = 60000, ROUNDS = 12 };

static tfl_error err;

static void name_of(char name[32], uint32_t number)
{
    snprintf(name, 32, "chr%u:%u", number % 23, number);
}

/* Adds names 0 … n - 1, but number[i] in place twin[i]; says at which place it was refused, or the check's. */
static uint32_t find_first(uint32_t n, const uint32_t *twin, const uint32_t *number, size_t twins, char *found)
{
    char name[32];
    tfl_distinct *distinct;
    ck_assert_int_eq(tfl_distinct_create(&distinct, &err), TFL_OK);
    bool again = false;
    uint32_t i = 0;
    for (; i < n && !again; i++) {
        uint32_t here = i;
        for (size_t t = 0; t < twins; t++) {
            here = twin[t] == i ? number[t] : here;
        }
        name_of(name, here);
        ck_assert_int_eq(tfl_distinct_add(distinct, name, i, &again, &err), TFL_OK);
    }
    const char *checked = NULL;
    int64_t line = i - 1;
    strcpy(found, again ? name : "");
    if (!again) {
        ck_assert_int_eq(tfl_distinct_check(distinct, &checked, &line, &err), TFL_OK);
        strcpy(found, checked != NULL ? checked : "");
    }
    tfl_distinct_free(distinct);
    return *found != '\0' ? (uint32_t)line : n;
}

START_TEST(the_first_name_that_comes_twice_is_found)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "names", (uint64_t)_i);
    uint32_t n = _i % 3 == 0 ? 2 + tfl_rng_below(&rng, 100) : MANY;
    uint32_t twin[3], number[3], first = n;
    char found[32], expected[32] = "";
    size_t twins = (size_t)_i % 4;
    for (size_t t = 0; t < twins; t++) {
        twin[t] = 1 + tfl_rng_below(&rng, n - 1);
        number[t] = tfl_rng_below(&rng, twin[t]);
        for (size_t u = 0; u < t; u++) { /* a twin of a place that is itself another's: take its name */
            number[t] = number[t] == twin[u] ? number[u] : number[t];
        }
    }
    for (size_t t = 0; t < twins; t++) { /* of two in one place, find_first takes the last */
        bool last = true;
        for (size_t u = t + 1; u < twins; u++) {
            last = last && twin[u] != twin[t];
        }
        if (last && twin[t] < first) {
            first = twin[t];
            name_of(expected, number[t]);
        }
    }
    ck_assert_uint_eq(find_first(n, twin, number, twins, found), first);
    ck_assert_str_eq(found, expected);
}
END_TEST

START_TEST(a_name_that_comes_often_is_found_once)
{
    char name[32];
    const char *found;
    int64_t line;
    bool again;
    tfl_distinct *distinct;
    ck_assert_int_eq(tfl_distinct_create(&distinct, &err), TFL_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        name_of(name, i >= 20000 && i % 1000 == 0 ? 10000000 : i);
        ck_assert_int_eq(tfl_distinct_add(distinct, name, 2 * i + 1, &again, &err), TFL_OK);
        ck_assert(!again);
    }
    for (int times = 0; times < 2; times++) {
        ck_assert_int_eq(tfl_distinct_check(distinct, &found, &line, &err), TFL_OK);
        name_of(name, 10000000);
        ck_assert_str_eq(found, name);
        ck_assert_int_eq(line, 2 * 21000 + 1);
    }
    tfl_distinct_free(distinct);
    tfl_distinct_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distinct");
    TCase *tests = tcase_create("distinct");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, the_first_name_that_comes_twice_is_found, 0, ROUNDS);
    tcase_add_test(tests, a_name_that_comes_often_is_found_once);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
