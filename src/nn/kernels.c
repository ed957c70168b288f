#include "config.h"

#include "kernels_internal.h"

#include "tflift/cpu.h"

static const tfl_kernels *const tables[TFL_CPUS] = {
    [TFL_CPU_PORTABLE] = &tfl_kernels_portable,
#ifdef TFL_KERNELS_NEON
    [TFL_CPU_NEON] = &tfl_kernels_neon,
#endif
#ifdef TFL_KERNELS_V3
    [TFL_CPU_V3] = &tfl_kernels_v3,
#endif
#ifdef TFL_KERNELS_V4
    [TFL_CPU_V4] = &tfl_kernels_v4,
#endif
};

const tfl_kernels *tfl_kernels_get(void)
{
    return tables[tfl_cpu_get()];
}
