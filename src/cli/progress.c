/* A bar with rate and time left on stderr. */
#include "config.h"

#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30 };

static double now(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void tfl_progress_start(tfl_progress *progress, const tfl_call *call, const char *unit)
{
    progress->on = !call->quiet && isatty(STDERR_FILENO);
    progress->unit = unit;
    progress->start = now();
    progress->shown = progress->start;
}

static void write_duration(double seconds)
{
    unsigned long whole = (unsigned long)(seconds + 0.5);
    (void)fprintf(stderr, ", %lu:%02lu:%02lu left", whole / 3600, whole / 60 % 60, whole % 60);
}

static void write_bar(double fraction)
{
    size_t full = (size_t)(fraction * BAR);
    (void)fprintf(stderr, "[%.*s%*s] %3.0f %% ", (int)full, "##############################", (int)(BAR - full), "",
                  100 * fraction);
}

void tfl_progress_step(tfl_progress *progress, uint64_t done, double fraction)
{
    if (!progress->on) {
        return;
    }
    double time = now(), elapsed = time - progress->start;
    if (time - progress->shown < 0.1) {
        return;
    }
    progress->shown = time;
    fraction = fraction > 1 ? 1 : fraction;
    (void)fputc('\r', stderr);
    if (fraction >= 0) {
        write_bar(fraction);
    }
    (void)fprintf(stderr, "%" PRIu64 " %s, %.3g/s", done, progress->unit, (double)done / elapsed);
    if (fraction > 0 && elapsed < 1e8 * fraction) {
        write_duration(elapsed * (1 - fraction) / fraction);
    }
    (void)fputs("\033[K", stderr); /* the rest of an older, longer line */
    (void)fflush(stderr);
}

void tfl_progress_end(tfl_progress *progress)
{
    if (progress->on) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        progress->on = false;
    }
}
