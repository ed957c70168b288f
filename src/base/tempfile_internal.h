/* Temporary files beside the files they will become, and the list of those that a signal must remove. */
#ifndef TFLIFT_BASE_TEMPFILE_INTERNAL_H
#define TFLIFT_BASE_TEMPFILE_INTERNAL_H

#include "tflift/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct tfl_tempfile tfl_tempfile;

/* A new empty file in the folder of target, with mode less the umask, or with exactly mode when exact. *fd is open for
 * reading and writing and is the caller's to close. name is what messages call it. */
tfl_status tfl_tempfile_create(const char *target, mode_t mode, bool exact, const char *name, tfl_tempfile **out,
                               int *fd, tfl_error *err) TFL_MUST_USE;

/* Renames the file to target and syncs the folder; removes it on failure. Frees tempfile in either case. */
tfl_status tfl_tempfile_rename(tfl_tempfile *tempfile, const char *target, const char *name,
                               tfl_error *err) TFL_MUST_USE;

/* Removes the file and frees tempfile; NULL is allowed. */
void tfl_tempfile_remove(tfl_tempfile *tempfile);

/* pwrite of all bytes; 0 or the errno of what went wrong. */
int tfl_pwrite_fully(int fd, uint64_t offset, const void *bytes, size_t size);

/* Length of the folder part of path, its last '/' included; 0 where there is none. */
size_t tfl_path_folder(const char *path);

#endif
