/* tfl_threads_available: what the affinity mask and the control group leave of the machine's processors. */
#include "config.h"

#include "tflift/threads.h"

#include "tflift/number.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Calls take(line, context) for every line of a small text file; no file, no lines. */
static void each_line(const char *path, void (*take)(const char *line, void *context), void *context)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return;
    }
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        take(line, context);
    }
    (void)fclose(file); /* read only */
}

/* ---------------------------------------------------------------- the affinity mask */

/* Linux shows the mask as hexadecimal words: no need for sched_getaffinity, which is no part of POSIX. */
static void take_mask(const char *line, void *context)
{
    static const char key[] = "Cpus_allowed:";
    static const unsigned bits[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    static const char hex[] = "0123456789abcdef";
    unsigned *count = context;
    if (strncmp(line, key, sizeof key - 1) != 0) {
        return;
    }
    *count = 0;
    for (const char *at = line + sizeof key - 1; *at != '\0'; at++) {
        const char *digit = strchr(hex, *at);
        if (digit != NULL) {
            *count += bits[digit - hex];
        }
    }
}

static unsigned in_mask(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = online > 0 && online < INT_MAX ? (unsigned)online : 1;
    unsigned allowed = 0;
    each_line("/proc/self/status", take_mask, &allowed);
    return allowed > 0 && allowed < count ? allowed : count;
}

/* ---------------------------------------------------------------- the control group (version 2) */

/* cpu.max: "max 100000" or "QUOTA PERIOD" in microseconds. */
static void take_quota(const char *line, void *context)
{
    unsigned *limit = context;
    char quota[32];
    const char *blank = strchr(line, ' ');
    if (blank == NULL || (size_t)(blank - line) >= sizeof quota) {
        return;
    }
    memcpy(quota, line, (size_t)(blank - line));
    quota[blank - line] = '\0';
    int64_t time;
    int64_t period;
    if (tfl_parse_int(quota, 1, INT32_MAX, &time) && tfl_parse_int(blank + 1, 1, INT32_MAX, &period)) {
        int64_t processors = (time + period - 1) / period;
        if (processors < (int64_t)*limit) {
            *limit = (unsigned)processors;
        }
    }
}

/* /proc/self/cgroup: "0::/path" for version 2. The path is kept in context, char[PATH_MAX]. */
static void take_group(const char *line, void *context)
{
    if (strncmp(line, "0::/", 4) == 0) {
        (void)snprintf(context, PATH_MAX, "%s", line + 3);
    }
}

/* Every group up to the root may set a limit. */
static unsigned in_group(unsigned limit)
{
    char group[PATH_MAX] = "";
    each_line("/proc/self/cgroup", take_group, group);
    for (char *slash = group + strlen(group);; slash = strrchr(group, '/')) {
        if (slash == NULL) {
            return limit;
        }
        *slash = '\0';
        char path[PATH_MAX + 64];
        (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
        each_line(path, take_quota, &limit);
    }
}

unsigned tfl_threads_available(void)
{
    return in_group(in_mask());
}
