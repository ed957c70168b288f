/* A file whose bytes are read at any place: plain, or BGZF through the index of its blocks. */
#ifndef TFLIFT_SEQ_SEEKABLE_INTERNAL_H
#define TFLIFT_SEQ_SEEKABLE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

typedef struct tfl_seekable tfl_seekable;

/* A file with an index of path, beside it. */
typedef struct tfl_companion {
    char *path;  /* the caller frees */
    bool exists; /* as something that can be looked at */
    bool older;  /* than the file */
} tfl_companion;

/* Opens path. Of a BGZF file the index of blocks, PATH.gzi, is read where it is there, and else found by going through
 * the blocks and written where that is possible. An index that does not fit the file is an error. gzip that is not
 * BGZF, what is no ordinary file, and a BGZF file without its end are errors. The caller closes. */
tfl_status tfl_seekable_open(const char *path, tfl_seekable **out, tfl_error *err) TFL_MUST_USE;
void tfl_seekable_close(tfl_seekable *seekable);

/* Bytes [offset, offset + size) of the file, decompressed; *got of them, fewer only at the end. By one thread at a
 * time. */
tfl_status tfl_seekable_read(tfl_seekable *seekable, uint64_t offset, void *bytes, size_t size, size_t *got,
                             tfl_error *err) TFL_MUST_USE;

const char *tfl_seekable_name(const tfl_seekable *seekable);

/* The file of that suffix (".fai") beside it. */
tfl_status tfl_seekable_companion(const tfl_seekable *seekable, const char *suffix, tfl_companion *companion,
                                  tfl_error *err) TFL_MUST_USE;

/* Whether PATH.gzi was missing, and whether it could then be written. */
bool tfl_seekable_made_index(const tfl_seekable *seekable, bool *kept);

#endif
