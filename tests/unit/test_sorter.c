/* Sorting in bounded memory, against qsort, for any number of records and any memory. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/rng.h"
#include "tflift/sorter.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SEED = 5, MOST = 20000, LONGEST = 40 };

static tfl_error err;

/* The record number in the order in which it came, and a text of any length. */
typedef struct item {
    uint64_t key;
    uint32_t number;
    char text[LONGEST + 1];
} item;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const item *)a)->text, ((const item *)b)->text);
}

static int by_all(const void *a, const void *b)
{
    const item *p = a, *q = b;
    if (p->key != q->key) {
        return p->key < q->key ? -1 : 1;
    }
    int order = by_text(a, b);
    return order != 0 ? order : p->number < q->number ? -1 : 1;
}

/* n items of so few keys and texts that many are equal; sorted[n] as qsort has them. */
static void draw(tfl_rng *rng, item *items, item *sorted, uint32_t n)
{
    uint32_t keys = 1 + tfl_rng_below(rng, 300);
    for (uint32_t i = 0; i < n; i++) {
        items[i] = (item){.key = (uint64_t)tfl_rng_below(rng, keys) << 40, .number = i};
        size_t length = tfl_rng_below(rng, LONGEST + 1);
        memset(items[i].text, 'a' + (int)tfl_rng_below(rng, 2), length);
    }
    memcpy(sorted, items, n * sizeof *items);
    if (n > 0) {
        qsort(sorted, n, sizeof *sorted, by_all);
    }
}

static size_t size_of(const item *here)
{
    return offsetof(item, text) + strlen(here->text) + 1;
}

static void expect(tfl_sorter *sorter, const item *sorted, uint32_t n)
{
    const void *record = NULL;
    ck_assert_int_eq(tfl_sorter_sort(sorter, &err), TFL_OK);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_int_eq(tfl_sorter_next(sorter, &record, &err), TFL_OK);
        ck_assert_ptr_nonnull(record);
        ck_assert_uint_eq((uintptr_t)record % 8, 0);
        ck_assert_mem_eq(record, &sorted[i], size_of(&sorted[i]));
    }
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(tfl_sorter_next(sorter, &record, &err), TFL_OK);
        ck_assert_ptr_null(record);
    }
}

START_TEST(the_order_is_that_of_qsort)
{
    static const uint32_t sizes[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 1000, 4096, MOST};
    static const size_t memories[] = {0, 100, 1000, 30000, 1000000, SIZE_MAX};
    item *items = calloc(MOST, sizeof *items), *sorted = calloc(MOST, sizeof *sorted);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "records", (uint64_t)_i);
    uint32_t n = sizes[_i];
    draw(&rng, items, sorted, n);
    for (size_t m = 0; m < sizeof memories / sizeof *memories; m++) {
        tfl_sorter *sorter;
        ck_assert_int_eq(tfl_sorter_create(by_text, memories[m], &sorter, &err), TFL_OK);
        for (uint32_t i = 0; i < n; i++) {
            ck_assert_uint_eq(tfl_sorter_count(sorter), i);
            ck_assert_int_eq(tfl_sorter_add(sorter, items[i].key, &items[i], size_of(&items[i]), &err), TFL_OK);
        }
        ck_assert_uint_eq(tfl_sorter_count(sorter), n);
        expect(sorter, sorted, n);
        expect(sorter, sorted, n); /* anew */
        tfl_sorter_free(sorter);
    }
    free(items);
    free(sorted);
}
END_TEST

START_TEST(records_without_an_order_stay_as_they_came)
{
    tfl_sorter *sorter;
    const void *record = NULL;
    ck_assert_int_eq(tfl_sorter_create(NULL, 2000, &sorter, &err), TFL_OK);
    for (uint32_t i = 0; i < MOST; i++) {
        ck_assert_int_eq(tfl_sorter_add(sorter, 7 - i % 3, &i, sizeof i, &err), TFL_OK);
    }
    ck_assert_int_eq(tfl_sorter_sort(sorter, &err), TFL_OK);
    ck_assert_int_eq(tfl_sorter_next(sorter, &record, &err), TFL_OK);
    ck_assert_int_eq(tfl_sorter_sort(sorter, &err), TFL_OK); /* from the middle of a pass */
    for (uint32_t rest = 3; rest-- > 0;) {
        for (uint32_t i = rest; i < MOST; i += 3) {
            ck_assert_int_eq(tfl_sorter_next(sorter, &record, &err), TFL_OK);
            ck_assert_mem_eq(record, &i, sizeof i);
        }
    }
    tfl_sorter_free(sorter);
    tfl_sorter_free(NULL);
}
END_TEST

/* A record larger than the memory, and larger than what is read of a run at once. */
START_TEST(large_records_come_back_whole)
{
    enum { LARGE = 100000 };
    unsigned char *bytes = malloc(LARGE);
    const void *record = NULL;
    tfl_sorter *sorter;
    ck_assert_int_eq(tfl_sorter_create(NULL, 5000, &sorter, &err), TFL_OK);
    for (uint64_t i = 0; i < 100; i++) {
        memset(bytes, (int)i, LARGE);
        ck_assert_int_eq(tfl_sorter_add(sorter, 100 - i, bytes, i % 7 == 0 ? LARGE : 3, &err), TFL_OK);
    }
    ck_assert_int_eq(tfl_sorter_sort(sorter, &err), TFL_OK);
    for (uint64_t i = 100; i-- > 0;) {
        memset(bytes, (int)i, LARGE);
        ck_assert_int_eq(tfl_sorter_next(sorter, &record, &err), TFL_OK);
        ck_assert_mem_eq(record, bytes, i % 7 == 0 ? LARGE : 3);
    }
    tfl_sorter_free(sorter);
    free(bytes);
}
END_TEST

/* Adds records until one is refused. */
static tfl_status add_many(tfl_sorter *sorter)
{
    tfl_status status = TFL_OK;
    for (uint64_t i = 0; status == TFL_OK && i < MOST; i++) {
        status = tfl_sorter_add(sorter, MOST - i, &i, sizeof i, &err);
    }
    return status;
}

START_TEST(a_full_disk_and_an_absent_folder_are_told)
{
    static const char full[] = "temporary file: cannot write (TMPDIR names another folder): ";
    struct rlimit limit;
    tfl_sorter *sorter;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t usual = limit.rlim_cur;
    limit.rlim_cur = 50000;
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(tfl_sorter_create(NULL, 4000, &sorter, &err), TFL_OK);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    tfl_status status = add_many(sorter);
    limit.rlim_cur = usual; /* Check writes files, too */
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(status, TFL_EIO);
    ck_assert_msg(strncmp(err.message, full, sizeof full - 1) == 0, "%s", err.message);
    tfl_sorter_free(sorter);

    char absent[4096];
    test_scratch_path(absent, sizeof absent, "absent");
    ck_assert_int_eq(setenv("TMPDIR", absent, 1), 0);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_sorter_create(NULL, 4000, &sorter, &err), TFL_OK);
    ck_assert_int_eq(add_many(sorter), TFL_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, "absent: cannot create a temporary file"));
    tfl_sorter_free(sorter);

    tfl_error_clear(&err); /* few records need no file */
    ck_assert_int_eq(tfl_sorter_create(NULL, TFL_SORTER_MEMORY, &sorter, &err), TFL_OK);
    for (uint64_t i = 0; i < 8000; i++) {
        ck_assert_int_eq(tfl_sorter_add(sorter, i, &i, sizeof i, &err), TFL_OK);
    }
    ck_assert_int_eq(tfl_sorter_sort(sorter, &err), TFL_OK);
    tfl_sorter_free(sorter);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sorter");
    TCase *tests = tcase_create("sorter");
    tcase_set_timeout(tests, 60);
    test_use_scratch(tests);
    tcase_add_loop_test(tests, the_order_is_that_of_qsort, 0, 12);
    tcase_add_test(tests, records_without_an_order_stay_as_they_came);
    tcase_add_test(tests, large_records_come_back_whole);
    tcase_add_test(tests, a_full_disk_and_an_absent_folder_are_told);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
