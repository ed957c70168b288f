/* Which build of the kernels runs. */
#include "config.h"

#include "tflift/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static bool always(void)
{
    return true;
}

/* Single features, as clang 14 does not know the levels by name; what a level has beyond these comes with them. */
#ifdef TFL_KERNELS_V3
static bool has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}
#endif

#ifdef TFL_KERNELS_V4
static bool has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

typedef struct level {
    tfl_cpu cpu;
    const char *name;
    bool (*runs)(void);
} level;

/* Best first. */
static const level levels[] = {
#ifdef TFL_KERNELS_V4
    {TFL_CPU_V4, "x86-64-v4", has_v4},
#endif
#ifdef TFL_KERNELS_V3
    {TFL_CPU_V3, "x86-64-v3", has_v3},
#endif
#ifdef TFL_KERNELS_NEON
    {TFL_CPU_NEON, "neon", always},
#endif
    {TFL_CPU_PORTABLE, "portable", always},
};

/* For the whole process, so that all of a run's sums are rounded in one way. */
static _Atomic(const level *) chosen;

static const level *find(const char *name)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].runs() && (name == NULL || strcmp(levels[i].name, name) == 0)) {
            return &levels[i];
        }
    }
    return NULL;
}

/* Threads that come here at once choose the same. */
static const level *get(void)
{
    const level *found = atomic_load_explicit(&chosen, memory_order_acquire);
    if (found == NULL) {
        const char *forced = getenv("TFLIFT_CPU");
        found = forced != NULL ? find(forced) : NULL;
        if (found == NULL) {
            found = find(NULL);
        }
        atomic_store_explicit(&chosen, found, memory_order_release);
    }
    return found;
}

tfl_cpu tfl_cpu_get(void)
{
    return get()->cpu;
}

const char *tfl_cpu_level(void)
{
    return get()->name;
}

const char *tfl_cpu_level_at(size_t i)
{
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        if (levels[k].runs() && i-- == 0) {
            return levels[k].name;
        }
    }
    return NULL;
}

bool tfl_cpu_has_vbmi(void)
{
#ifdef TFL_KERNELS_VBMI
    return tfl_cpu_get() == TFL_CPU_V4 && __builtin_cpu_supports("avx512vbmi");
#else
    return false;
#endif
}

bool tfl_cpu_force(const char *name)
{
    const level *found = find(name);
    if (found == NULL) {
        return false;
    }
    atomic_store_explicit(&chosen, found, memory_order_release);
    return true;
}
