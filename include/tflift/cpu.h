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

const char *tfl_cpu_level(void);            /* the one in use */
const char *tfl_cpu_level_at(size_t i);     /* those that this machine can run, best first; NULL after the last */
bool tfl_cpu_force(const char *level);      /* false: not known, or this machine cannot run it */

#ifdef __cplusplus
}
#endif
#endif
