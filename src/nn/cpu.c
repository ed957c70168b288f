#include "config.h"

#include "tflift/cpu.h"

#include "kernels_internal.h"

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
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

typedef struct level {
    const tfl_kernels *kernels;
    bool (*runs)(void);
} level;

/* Best first. */
static const level levels[] = {
#ifdef TFL_KERNELS_V4
    {&tfl_kernels_v4, has_v4},
#endif
#ifdef TFL_KERNELS_V3
    {&tfl_kernels_v3, has_v3},
#endif
#ifdef TFL_KERNELS_NEON
    {&tfl_kernels_neon, always},
#endif
    {&tfl_kernels_portable, always},
};

static _Atomic(const tfl_kernels *) chosen;

static const tfl_kernels *find(const char *name)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].runs() && (name == NULL || strcmp(levels[i].kernels->level, name) == 0)) {
            return levels[i].kernels;
        }
    }
    return NULL;
}

/* Threads that come here at once choose the same. */
const tfl_kernels *tfl_kernels_get(void)
{
    const tfl_kernels *kernels = atomic_load_explicit(&chosen, memory_order_acquire);
    if (kernels == NULL) {
        const char *forced = getenv("TFLIFT_CPU");
        kernels = forced != NULL ? find(forced) : NULL;
        if (kernels == NULL) {
            kernels = find(NULL);
        }
        atomic_store_explicit(&chosen, kernels, memory_order_release);
    }
    return kernels;
}

const char *tfl_cpu_level(void)
{
    return tfl_kernels_get()->level;
}

const char *tfl_cpu_level_at(size_t i)
{
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        if (levels[k].runs() && i-- == 0) {
            return levels[k].kernels->level;
        }
    }
    return NULL;
}

bool tfl_cpu_force(const char *name)
{
    const tfl_kernels *kernels = find(name);
    if (kernels == NULL) {
        return false;
    }
    atomic_store_explicit(&chosen, kernels, memory_order_release);
    return true;
}
