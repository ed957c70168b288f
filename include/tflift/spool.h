/*
 * spool.h: bytes kept until the end of a run: in memory while they are few, then in a temporary file.
 */
#ifndef TFLIFT_SPOOL_H
#define TFLIFT_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/output.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_spool {
    int fd; /* -1 while everything is in memory */
    unsigned char *buffer;
    size_t used, capacity;
    uint64_t spilled;     /* bytes in the file; the buffer follows them */
    unsigned char *ahead; /* bytes [ahead_at, ahead_at + n_ahead) of the file */
    uint64_t ahead_at;
    size_t n_ahead;
    uint64_t read; /* where the last reading in the file ended */
} tfl_spool;

/* clang-format off */
#define TFL_SPOOL_INIT {-1, NULL, 0, 0, 0, NULL, 0, 0, 0}
/* clang-format on */

/* Appends bytes. */
tfl_status tfl_spool_append(tfl_spool *spool, const void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;

/* Bytes appended so far. */
uint64_t tfl_spool_size(const tfl_spool *spool);

/* Copies bytes [offset, offset + size), which must have been appended; quickest in their order. Not for several threads
 * at once. */
tfl_status tfl_spool_read(tfl_spool *spool, uint64_t offset, void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;

/* Writes all bytes appended so far. */
tfl_status tfl_spool_copy(tfl_spool *spool, tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* Frees what the spool holds; it is empty and usable again. */
void tfl_spool_clear(tfl_spool *spool);

#ifdef __cplusplus
}
#endif

#endif
