/*
 * file_internal.h: files that are read by random access.
 */
#ifndef TFLIFT_FILE_INTERNAL_H
#define TFLIFT_FILE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

typedef struct tfl_file {
    int fd;
    uint64_t size;
    char *name; /* for messages */
} tfl_file;

/* clang-format off */
#define TFL_FILE_INIT {-1, 0, NULL}
/* clang-format on */

/* Opens a regular file; what says what it should be ("a bigWig"). */
tfl_status tfl_file_open(tfl_file *file, const char *path, const char *what, tfl_error *err) TFL_MUST_USE;
void tfl_file_close(tfl_file *file);

/* Whether bytes [offset, offset + size) lie within the file. */
bool tfl_file_has(const tfl_file *file, uint64_t offset, uint64_t size);

/* Reads them; that they are not there is an error. */
tfl_status tfl_file_read(const tfl_file *file, uint64_t offset, void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;

#endif
