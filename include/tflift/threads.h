/*
 * threads.h: an ordered pipeline, read | work on N threads | write.
 *
 * One read runs at a time, and one write, each in order (a read may run beside a write: they share nothing that either
 * changes); work runs on any thread, on items of its own. Because an item's result depends only on the item, the output
 * has the same bytes for every number of threads.
 */
#ifndef TFLIFT_THREADS_H
#define TFLIFT_THREADS_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_pipeline {
    /* Fills item; *end = true instead when there is none left. */
    tfl_status (*read)(void *context, void *item, bool *end, tfl_error *err);
    /* Works on item with the workspace of this worker (0 <= worker < threads). */
    tfl_status (*work)(void *context, unsigned worker, void *item, tfl_error *err);
    /* Takes the results of item, in the order in which the items were read. */
    tfl_status (*write)(void *context, void *item, tfl_error *err);
} tfl_pipeline;

/* Runs the pipeline to the end over the caller's n_items item slots (item[i], used again and again; n_items >= 1, 4 per
 * thread is plenty). With threads <= 1 everything runs in the calling thread. The error that is reported is the one of
 * the earliest item, for any number of threads; items after a failed one are not written. */
tfl_status tfl_pipeline_run(const tfl_pipeline *pipeline, void *context, void *const *item, size_t n_items,
                            unsigned threads, tfl_error *err) TFL_MUST_USE;

/* Runs job(context, i) for i in [0, n) on up to threads threads, in no particular order. The error of the smallest
 * failing i wins. */
tfl_status tfl_parallel_for(void *context, size_t n, unsigned threads,
                            tfl_status (*job)(void *context, unsigned worker, size_t i, tfl_error *err),
                            tfl_error *err) TFL_MUST_USE;

/* Processors this process may use (its affinity mask and cgroup limit), at least 1. */
unsigned tfl_threads_available(void);

#ifdef __cplusplus
}
#endif
#endif
