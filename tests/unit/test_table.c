/* Names and their indices, against the list of names kept beside. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/rng.h"
#include "tflift/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 3, N = 20000 };

static tfl_error err;

START_TEST(indices_follow_the_order_of_arrival)
{
    tfl_table *table;
    tfl_rng rng;
    ck_assert_int_eq(tfl_table_create(&table, &err), TFL_OK);
    tfl_rng_init(&rng, SEED, "names", 0);
    size_t *index_of = calloc(N, sizeof *index_of);
    size_t n = 0;
    const char *first_name = NULL;
    for (int i = 0; i < 3 * N; i++) {
        uint32_t number = tfl_rng_below(&rng, N);
        char name[32];
        snprintf(name, sizeof name, "chr%u:%u-%u", number % 23, number, number + 200);
        size_t index = 99;
        bool added;
        ck_assert_int_eq(tfl_table_find(table, name, &index), index_of[number] > 0);
        ck_assert_int_eq(tfl_table_add(table, name, &index, &added, &err), TFL_OK);
        ck_assert_int_eq(added, index_of[number] == 0);
        index_of[number] = index_of[number] > 0 ? index_of[number] : ++n;
        ck_assert_uint_eq(index, index_of[number] - 1);
        ck_assert_str_eq(tfl_table_name(table, index), name);
        ck_assert_uint_eq(tfl_table_size(table), n);
        first_name = first_name == NULL ? tfl_table_name(table, 0) : first_name;
    }
    ck_assert_ptr_eq(first_name, tfl_table_name(table, 0)); /* names do not move */
    ck_assert_uint_gt(n, N / 2);
    free(index_of);
    tfl_table_free(table);
}
END_TEST

START_TEST(names_of_any_length)
{
    tfl_table *table;
    enum { LONG = 100000 };
    char *name = malloc(LONG + 1);
    ck_assert_int_eq(tfl_table_create(&table, &err), TFL_OK);
    ck_assert(!tfl_table_find(table, "", NULL));
    for (size_t length = 0; length <= LONG; length = length * 3 + 1) {
        memset(name, 'x', length);
        name[length] = '\0';
        bool added = false;
        ck_assert_int_eq(tfl_table_add(table, name, NULL, &added, &err), TFL_OK);
        ck_assert(added && tfl_table_find(table, name, NULL));
    }
    free(name);
    tfl_table_free(table);
    tfl_table_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *tests = tcase_create("table");
    tcase_add_test(tests, indices_follow_the_order_of_arrival);
    tcase_add_test(tests, names_of_any_length);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
