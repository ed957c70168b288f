/*
 * progress.h: a bar with rate and time left on stderr, where that is a terminal and -q was not given.
 */
#ifndef TFLIFT_CLI_PROGRESS_H
#define TFLIFT_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"

typedef struct tfl_progress {
    bool on;
    const char *unit;    /* "sequences", "epochs" */
    double start, shown; /* seconds on a clock that does not jump */
} tfl_progress;

void tfl_progress_start(tfl_progress *progress, const tfl_call *call, const char *unit);

/* done units of work; fraction of all of it in [0, 1], negative when not known. Draws at most ten times a second. */
void tfl_progress_step(tfl_progress *progress, uint64_t done, double fraction);

/* Removes the bar, before anything else is said. */
void tfl_progress_end(tfl_progress *progress);

#endif
