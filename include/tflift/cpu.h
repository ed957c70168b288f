/*
 * cpu.h: which build of the kernels runs. One is chosen at the first call; the environment variable TFLIFT_CPU, or tfl_cpu_force before that,
 * forces one ("portable", "x86-64-v3", "x86-64-v4", "neon").
 */
#ifndef TFLIFT_CPU_H
#define TFLIFT_CPU_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The levels. A folder with kernels has a table of its builds, by level; those of a level that configure left out do not exist, and the level
 * is never the one in use. */
typedef enum tfl_cpu { TFL_CPU_PORTABLE, TFL_CPU_NEON, TFL_CPU_V3, TFL_CPU_V4, TFL_CPUS } tfl_cpu;

tfl_cpu tfl_cpu_get(void);                  /* the one in use */
const char *tfl_cpu_level(void);            /* its name */
const char *tfl_cpu_level_at(size_t i);     /* those that this machine can run, best first; NULL after the last */
bool tfl_cpu_force(const char *level);      /* false: not known, or this machine cannot run it */

/* Whether the level in use is x86-64-v4 and the processor has AVX-512 VBMI too (look-ups in 64 bytes at once), which the level leaves open. */
bool tfl_cpu_has_vbmi(void);

#ifdef __cplusplus
}
#endif
#endif
