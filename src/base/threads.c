/* The ordered pipeline.
 *
 * All threads are equal: each one looks for the most urgent step and takes it; none is kept for reading or writing. Item
 * number i lives in slot i % n_items from its read to its write. Some items are read ahead, so that a thread that is done
 * with one finds the next, and whoever finishes the oldest item writes it, and those behind it that are done. The lock is
 * held for choosing alone. A thread sleeps only when the slots are full or the reader is behind all the others; it is
 * then woken alone, by one that leaves a step to it, and wakes the next one itself. */
#include "config.h"

#include "tflift/threads.h"

#include "tflift/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- a crew of threads */

typedef struct crew_member {
    pthread_t thread;
    void (*run)(void *shared, unsigned worker);
    void *shared;
    unsigned worker;
} crew_member;

static void *start_member(void *argument)
{
    crew_member *member = argument;
    member->run(member->shared, member->worker);
    return NULL;
}

/* run(shared, worker) on as many threads as asked for or as the system gives, the calling one being worker 0. */
static tfl_status run_crew(void (*run)(void *shared, unsigned worker), void *shared, unsigned threads, tfl_error *err)
{
    crew_member *member = tfl_calloc(threads, sizeof *member);
    if (member == NULL) {
        return tfl_fail_memory(err, "threads");
    }
    unsigned started = 1;
    for (; started < threads; started++) {
        member[started] = (crew_member){.run = run, .shared = shared, .worker = started};
        if (pthread_create(&member[started].thread, NULL, start_member, &member[started]) != 0) {
            break; /* fewer threads do the same work */
        }
    }
    run(shared, 0);
    for (unsigned i = 1; i < started; i++) {
        pthread_join(member[i].thread, NULL);
    }
    free(member);
    return TFL_OK;
}

/* ---------------------------------------------------------------- the failure that counts */

typedef struct failure {
    uint64_t item; /* UINT64_MAX: none */
    tfl_error error;
} failure;

static void note_failure(failure *first, uint64_t item, tfl_status status, const tfl_error *error)
{
    if (item < first->item) {
        first->item = item;
        first->error = *error;
        if (first->error.status == TFL_OK) { /* a callback that returned a status and wrote no message */
            first->error.status = status;
        }
    }
}

static tfl_status report_failure(const failure *first, tfl_error *err)
{
    if (first->item == UINT64_MAX) {
        return TFL_OK;
    }
    return tfl_fail(err, first->error.status, "%s", first->error.message);
}

/* ---------------------------------------------------------------- the pipeline */

typedef enum slot_state { SLOT_FREE, SLOT_FULL, SLOT_DONE } slot_state;

typedef enum step { STEP_WAIT, STEP_READ, STEP_WORK, STEP_WRITE, STEP_STOP } step;

typedef struct pipeline_run {
    const tfl_pipeline *pipeline;
    void *context;
    void *const *item; /* [n_items] */
    slot_state *state; /* [n_items] */
    size_t n_items;
    uint64_t ahead; /* so many items are read before somebody asks for them */

    pthread_mutex_t lock; /* over all that follows, and state */
    pthread_cond_t wake;
    unsigned n_asleep;
    bool waking; /* one of them is on its way */
    uint64_t n_read;    /* items whose read has finished */
    uint64_t next_work; /* the first item that no worker has taken */
    uint64_t n_written;
    bool reading;
    bool writing;
    bool ended; /* read said that there is none left, or something failed */
    failure first;
} pipeline_run;

/* What follows is called with the lock held, unless it says otherwise. */

static bool can_write(const pipeline_run *run)
{
    uint64_t oldest = run->n_written;
    return !run->writing && oldest < run->n_read && oldest < run->first.item &&
           run->state[oldest % run->n_items] == SLOT_DONE;
}

static bool can_work(const pipeline_run *run)
{
    return run->next_work < run->n_read && run->next_work < run->first.item;
}

static bool can_read(const pipeline_run *run)
{
    return !run->reading && !run->ended && run->state[run->n_read % run->n_items] == SLOT_FREE;
}

/* Nothing is left to take, now or later: what others are at, they write themselves. */
static bool is_over(const pipeline_run *run)
{
    return run->ended && !run->reading && !can_work(run) && !can_write(run);
}

static step most_urgent(const pipeline_run *run)
{
    bool reads = can_read(run), works = can_work(run);
    if (can_write(run)) {
        return STEP_WRITE;
    }
    if (reads && run->n_read - run->next_work < run->ahead) {
        return STEP_READ;
    }
    if (works) {
        return STEP_WORK;
    }
    return reads ? STEP_READ : is_over(run) ? STEP_STOP : STEP_WAIT;
}

/* *item is the item the step is for. */
static step choose_step(pipeline_run *run, uint64_t *item)
{
    step chosen = most_urgent(run);
    switch (chosen) {
    case STEP_WRITE:
        run->writing = true;
        *item = run->n_written;
        break;
    case STEP_WORK:
        *item = run->next_work++;
        break;
    case STEP_READ:
        run->reading = true;
        *item = run->n_read;
        break;
    default:
        break;
    }
    return chosen;
}

/* Whether to wake one that sleeps, as there is something for it to do. */
static bool leaves_some(pipeline_run *run)
{
    bool wakes = run->n_asleep > 0 && !run->waking && most_urgent(run) != STEP_WAIT;
    run->waking |= wakes;
    return wakes;
}

static void sleep_until_woken(pipeline_run *run)
{
    run->n_asleep++;
    pthread_cond_wait(&run->wake, &run->lock);
    run->n_asleep--;
    run->waking = false;
}

/* Called without the lock. */
static tfl_status take_step(const pipeline_run *run, step chosen, unsigned worker, uint64_t item, bool *end,
                            tfl_error *err)
{
    void *slot = run->item[item % run->n_items];
    switch (chosen) {
    case STEP_READ:
        return run->pipeline->read(run->context, slot, end, err);
    case STEP_WORK:
        return run->pipeline->work(run->context, worker, slot, err);
    default:
        return run->pipeline->write(run->context, slot, err);
    }
}

static void finish_step(pipeline_run *run, step taken, uint64_t item, bool end)
{
    slot_state *state = &run->state[item % run->n_items];
    switch (taken) {
    case STEP_READ:
        run->reading = false;
        if (end) {
            run->ended = true;
        } else {
            *state = SLOT_FULL;
            run->n_read++;
        }
        break;
    case STEP_WORK:
        *state = SLOT_DONE;
        break;
    default:
        run->writing = false;
        *state = SLOT_FREE;
        run->n_written++;
        break;
    }
}

/* What came before the failed item is still worked on and written. */
static void fail_step(pipeline_run *run, step taken, uint64_t item, tfl_status status, const tfl_error *error)
{
    run->ended = true;
    if (taken == STEP_READ) {
        run->reading = false;
    } else if (taken == STEP_WRITE) {
        run->writing = false;
    }
    note_failure(&run->first, item, status, error);
}

/* Called without the lock. */
static void wake_one(pipeline_run *run, bool wakes)
{
    if (wakes) {
        pthread_cond_signal(&run->wake);
    }
}

static void run_worker(void *shared, unsigned worker)
{
    pipeline_run *run = shared;
    pthread_mutex_lock(&run->lock);
    for (;;) {
        uint64_t item = 0;
        step chosen = choose_step(run, &item);
        if (chosen == STEP_WAIT) {
            sleep_until_woken(run);
            continue;
        }
        bool wakes = leaves_some(run);
        pthread_mutex_unlock(&run->lock);
        wake_one(run, wakes);
        if (chosen == STEP_STOP) {
            return;
        }
        tfl_error error = TFL_ERROR_INIT;
        bool end = false;
        tfl_status status = take_step(run, chosen, worker, item, &end, &error);
        pthread_mutex_lock(&run->lock);
        if (status == TFL_OK) {
            finish_step(run, chosen, item, end);
        } else {
            fail_step(run, chosen, item, status, &error);
        }
    }
}

static tfl_status run_alone(const tfl_pipeline *pipeline, void *context, void *item, tfl_error *err)
{
    for (;;) {
        bool end = false;
        tfl_status status = pipeline->read(context, item, &end, err);
        if (status != TFL_OK || end) {
            return status;
        }
        status = pipeline->work(context, 0, item, err);
        if (status == TFL_OK) {
            status = pipeline->write(context, item, err);
        }
        if (status != TFL_OK) {
            return status;
        }
    }
}

tfl_status tfl_pipeline_run(const tfl_pipeline *pipeline, void *context, void *const *item, size_t n_items,
                            unsigned threads, tfl_error *err)
{
    if (threads <= 1) {
        return run_alone(pipeline, context, item[0], err);
    }
    slot_state *state = tfl_calloc(n_items, sizeof *state);
    if (state == NULL) {
        return tfl_fail_memory(err, "the pipeline");
    }
    pipeline_run run = {.pipeline = pipeline, .context = context, .item = item, .state = state, .n_items = n_items,
                        .ahead = threads / 2 + 1};
    run.first.item = UINT64_MAX;
    tfl_error_clear(&run.first.error);
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.wake, NULL);
    tfl_status status = run_crew(run_worker, &run, threads, err);
    pthread_cond_destroy(&run.wake);
    pthread_mutex_destroy(&run.lock);
    free(state);
    return status != TFL_OK ? status : report_failure(&run.first, err);
}

/* ---------------------------------------------------------------- the parallel loop */

typedef struct loop_run {
    tfl_status (*job)(void *context, unsigned worker, size_t i, tfl_error *err);
    void *context;
    size_t n;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; /* over first */
    failure first;
} loop_run;

/* Indices are taken in order, so that all below a failing one have been taken when it fails: the smallest failure is
 * always among those that ran. */
static void run_loop(void *shared, unsigned worker)
{
    loop_run *run = shared;
    while (!atomic_load(&run->failed)) {
        size_t i = atomic_fetch_add(&run->next, 1);
        if (i >= run->n) {
            break;
        }
        tfl_error error = TFL_ERROR_INIT;
        tfl_status status = run->job(run->context, worker, i, &error);
        if (status != TFL_OK) {
            pthread_mutex_lock(&run->lock);
            note_failure(&run->first, i, status, &error);
            pthread_mutex_unlock(&run->lock);
            atomic_store(&run->failed, true);
        }
    }
}

tfl_status tfl_parallel_for(void *context, size_t n, unsigned threads,
                            tfl_status (*job)(void *context, unsigned worker, size_t i, tfl_error *err), tfl_error *err)
{
    if (threads <= 1 || n <= 1) {
        for (size_t i = 0; i < n; i++) {
            tfl_status status = job(context, 0, i, err);
            if (status != TFL_OK) {
                return status;
            }
        }
        return TFL_OK;
    }
    loop_run run = {.job = job, .context = context, .n = n};
    atomic_init(&run.next, 0);
    atomic_init(&run.failed, false);
    run.first.item = UINT64_MAX;
    tfl_error_clear(&run.first.error);
    pthread_mutex_init(&run.lock, NULL);
    tfl_status status = run_crew(run_loop, &run, n < threads ? (unsigned)n : threads, err);
    pthread_mutex_destroy(&run.lock);
    return status != TFL_OK ? status : report_failure(&run.first, err);
}
