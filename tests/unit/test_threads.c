/* The pipeline: the order of its results and its first error are the same for any number of threads and slots. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/rng.h"
#include "tflift/threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 9, MOST_THREADS = 64, MOST_ITEMS = 12, N = 500 };

typedef enum stage { READ, WORK, WRITE, NO_STAGE } stage;

typedef struct item {
    size_t number;
    uint64_t result;
} item;

/* What a run is to do, and what it did. */
typedef struct job {
    size_t n;
    size_t n_read;
    size_t n_written;
    stage failing[N]; /* where an item fails */
    uint64_t written[N];
    atomic_int in_read;
    atomic_int in_write;
    atomic_int in_worker[MOST_THREADS];
} job;

/* Threads meet in different ways when some items take longer. */
static void dawdle(size_t number)
{
    for (uint64_t i = tfl_hash64(&number, sizeof number) % 8; i > 0; i--) {
        sched_yield();
    }
}

static tfl_status fail_at(const job *j, stage now, size_t number, tfl_error *err)
{
    static const char *const name[] = {"read", "work", "write"};
    return j->failing[number] == now ? tfl_fail(err, TFL_EINPUT, "%s %zu", name[now], number) : TFL_OK;
}

static tfl_status read_item(void *context, void *slot, bool *end, tfl_error *err)
{
    job *j = context;
    item *it = slot;
    ck_assert_int_eq(atomic_fetch_add(&j->in_read, 1), 0);
    tfl_status status = TFL_OK;
    *end = j->n_read == j->n;
    if (!*end) {
        dawdle(j->n_read);
        it->number = j->n_read++;
        it->result = 0;
        status = fail_at(j, READ, it->number, err);
    }
    atomic_fetch_sub(&j->in_read, 1);
    return status;
}

static tfl_status work_on_item(void *context, unsigned worker, void *slot, tfl_error *err)
{
    job *j = context;
    item *it = slot;
    ck_assert_uint_lt(worker, MOST_THREADS);
    ck_assert_int_eq(atomic_fetch_add(&j->in_worker[worker], 1), 0);
    dawdle(it->number + N);
    it->result = tfl_hash64(&it->number, sizeof it->number);
    atomic_fetch_sub(&j->in_worker[worker], 1);
    return fail_at(j, WORK, it->number, err);
}

static tfl_status write_item(void *context, void *slot, tfl_error *err)
{
    job *j = context;
    const item *it = slot;
    ck_assert_int_eq(atomic_fetch_add(&j->in_write, 1), 0);
    ck_assert_uint_eq(it->number, j->n_written);
    tfl_status status = fail_at(j, WRITE, it->number, err);
    if (status == TFL_OK) {
        j->written[j->n_written++] = it->result;
    }
    atomic_fetch_sub(&j->in_write, 1);
    return status;
}

static const tfl_pipeline pipeline = {read_item, work_on_item, write_item};

static tfl_status run(job *j, size_t n_items, unsigned threads, tfl_error *err)
{
    item items[MOST_ITEMS];
    void *slots[MOST_ITEMS];
    for (size_t i = 0; i < n_items; i++) {
        slots[i] = &items[i];
    }
    return tfl_pipeline_run(&pipeline, j, slots, n_items, threads, err);
}

static const unsigned thread_counts[] = {0, 1, 2, 7, MOST_THREADS};
static const size_t slot_counts[] = {1, 2, MOST_ITEMS};
enum { COUNTS = 5, SETTINGS = 3 * COUNTS };

START_TEST(results_come_in_order)
{
    unsigned threads = thread_counts[_i % COUNTS];
    size_t n_items = slot_counts[_i / COUNTS];
    static const size_t sizes[] = {0, 1, 2, N};
    for (size_t s = 0; s < 4; s++) {
        job *j = calloc(1, sizeof *j);
        tfl_error err = TFL_ERROR_INIT;
        memset(j->failing, 0, sizeof j->failing);
        for (size_t i = 0; i < N; i++) {
            j->failing[i] = NO_STAGE;
        }
        j->n = sizes[s];
        ck_assert_int_eq(run(j, n_items, threads, &err), TFL_OK);
        ck_assert_int_eq(err.status, TFL_OK);
        ck_assert_uint_eq(j->n_written, j->n);
        for (size_t i = 0; i < j->n; i++) {
            ck_assert_uint_eq(j->written[i], tfl_hash64(&i, sizeof i));
        }
        free(j);
    }
}
END_TEST

/* Several items fail at random stages: the earliest is told, everything before it is written, nothing after it. */
START_TEST(earliest_failure_is_told)
{
    static const char *const name[] = {"read", "work", "write"};
    unsigned threads = thread_counts[_i % COUNTS];
    size_t n_items = slot_counts[_i / COUNTS];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "failures", 0); /* the same failures for every setting */
    for (int round = 0; round < 40; round++) {
        job *j = calloc(1, sizeof *j);
        tfl_error err = TFL_ERROR_INIT;
        size_t first = N;
        for (size_t i = 0; i < N; i++) {
            bool fails = tfl_rng_below(&rng, 20) == 0;
            j->failing[i] = fails ? (stage)tfl_rng_below(&rng, 3) : NO_STAGE;
            first = fails && first == N ? i : first;
        }
        j->n = N;
        ck_assert_int_eq(run(j, n_items, threads, &err), TFL_EINPUT);
        char expected[32];
        snprintf(expected, sizeof expected, "%s %zu", name[j->failing[first]], first);
        ck_assert_str_eq(err.message, expected);
        ck_assert_uint_eq(j->n_written, first);
        free(j);
    }
}
END_TEST

typedef struct loop {
    atomic_int times[N];
    size_t failing; /* and all after it that are multiples of three */
} loop;

static tfl_status loop_job(void *context, unsigned worker, size_t i, tfl_error *err)
{
    loop *l = context;
    ck_assert_uint_lt(worker, MOST_THREADS);
    dawdle(i);
    atomic_fetch_add(&l->times[i], 1);
    if (i == l->failing || (i > l->failing && i % 3 == 0)) {
        return tfl_fail(err, TFL_EINPUT, "job %zu", i);
    }
    return TFL_OK;
}

START_TEST(loops_do_everything_once)
{
    unsigned threads = thread_counts[_i];
    static const size_t sizes[] = {0, 1, 3, N};
    for (size_t s = 0; s < 4; s++) {
        loop *l = calloc(1, sizeof *l);
        tfl_error err = TFL_ERROR_INIT;
        l->failing = N;
        ck_assert_int_eq(tfl_parallel_for(l, sizes[s], threads, loop_job, &err), TFL_OK);
        for (size_t i = 0; i < N; i++) {
            ck_assert_int_eq(atomic_load(&l->times[i]), i < sizes[s]);
        }
        free(l);
    }
}
END_TEST

START_TEST(loops_tell_the_smallest_failure)
{
    unsigned threads = thread_counts[_i];
    for (size_t failing = 0; failing < N; failing += 23) {
        loop *l = calloc(1, sizeof *l);
        tfl_error err = TFL_ERROR_INIT;
        l->failing = failing;
        ck_assert_int_eq(tfl_parallel_for(l, N, threads, loop_job, &err), TFL_EINPUT);
        char expected[32];
        snprintf(expected, sizeof expected, "job %zu", failing);
        ck_assert_str_eq(err.message, expected);
        for (size_t i = 0; i <= failing; i++) {
            ck_assert_int_eq(atomic_load(&l->times[i]), 1);
        }
        free(l);
    }
}
END_TEST

START_TEST(there_is_a_processor)
{
    unsigned available = tfl_threads_available();
    printf("%u processors\n", available);
    ck_assert_uint_ge(available, 1);
    ck_assert_uint_lt(available, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *tests = tcase_create("threads");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, results_come_in_order, 0, SETTINGS);
    tcase_add_loop_test(tests, earliest_failure_is_told, 0, SETTINGS);
    tcase_add_loop_test(tests, loops_do_everything_once, 0, COUNTS);
    tcase_add_loop_test(tests, loops_tell_the_smallest_failure, 0, COUNTS);
    tcase_add_test(tests, there_is_a_processor);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
