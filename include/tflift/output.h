/*
 * output.h: outputs that appear under their name only when they are complete.
 *
 * A file is written under a temporary name beside its place, synced and renamed by commit; discard, and a signal that
 * the program handles with tfl_outputs_abandon, remove it and leave an old file of that name untouched. "-" is standard
 * output.
 */
#ifndef TFLIFT_OUTPUT_H
#define TFLIFT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_output tfl_output;

typedef enum tfl_compression {
    TFL_PLAIN,  /* bytes as written */
    TFL_BY_NAME /* BGZF when the path ends in .gz, .bgz or .bgzf, in either case, otherwise plain */
} tfl_compression;

/* Length of the part of path in front of the .gz, .bgz or .bgzf at its end: all of it where TFL_BY_NAME means plain. */
size_t tfl_output_stem(const char *path);

/* Opens path for writing. Devices and pipes (/dev/full, /dev/stdout, a FIFO) are written directly. */
tfl_status tfl_output_open(const char *path, tfl_compression compression, tfl_output **out,
                           tfl_error *err) TFL_MUST_USE;

/* Appends bytes. Once a write failed every later call fails with the same error, and so does commit. */
tfl_status tfl_output_write(tfl_output *output, const void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_output_printf(tfl_output *output, tfl_error *err, const char *format, ...) TFL_PRINTF(3, 4) TFL_MUST_USE;

/* Room for size bytes inside the output's buffer, to be filled by the caller and then accepted with tfl_output_advance
 * (number of bytes really used, at most size): text without copies. NULL when flushing failed or out of memory; size <=
 * 65536. */
char *tfl_output_reserve(tfl_output *output, size_t size, tfl_error *err) TFL_MUST_USE;
void tfl_output_advance(tfl_output *output, size_t used);

/* The path as it was given, or "standard output". */
const char *tfl_output_name(const tfl_output *output);

/* Bytes written so far (before compression). */
uint64_t tfl_output_position(const tfl_output *output);

/* Overwrites bytes at offset, which have been written before (headers that are known only at the end). TFL_EUSAGE for
 * compressed and for non-seekable outputs; ask tfl_output_seekable first. */
tfl_status tfl_output_patch(tfl_output *output, uint64_t offset, const void *bytes, size_t size,
                            tfl_error *err) TFL_MUST_USE;
bool tfl_output_seekable(const tfl_output *output);

/* What is buffered goes to the operating system now (for standard output that a person or a pipe waits for). */
tfl_status tfl_output_flush(tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* Flush, fsync, close: all that takes room and time. Only commit and discard may follow. A program with several outputs
 * finishes all of them before it commits the first, so that a full disk leaves none of them. */
tfl_status tfl_output_finish(tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* Finishes, and renames. Frees output in every case; on failure nothing is left behind. */
tfl_status tfl_output_commit(tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* Removes what was written and frees output; NULL is allowed. */
void tfl_output_discard(tfl_output *output);

/* A folder for outputs, made unless it is there. Until it is kept, discarding it and tfl_outputs_abandon remove it again
 * if this call made it and nothing is in it. Both ends free it; NULL is allowed. */
typedef struct tfl_output_folder tfl_output_folder;
tfl_status tfl_output_folder_open(const char *path, tfl_output_folder **out, tfl_error *err) TFL_MUST_USE;
void tfl_output_folder_keep(tfl_output_folder *folder);
void tfl_output_folder_discard(tfl_output_folder *folder);

/* A folder that appears under its name, with everything in it, at once: until it is committed it is a hidden one beside
 * its place. That there is a folder of that name with something in it is an error. Every file in it has to be asked for
 * by tfl_output_folder_file, which says where to write it now (the folder's; NULL when out of memory), so that
 * tfl_output_folder_discard and tfl_outputs_abandon can remove it. commit frees folder in every case. */
tfl_status tfl_output_folder_stage(const char *path, tfl_output_folder **out, tfl_error *err) TFL_MUST_USE;
const char *tfl_output_folder_file(tfl_output_folder *folder, const char *name) TFL_MUST_USE;
tfl_status tfl_output_folder_commit(tfl_output_folder *folder, tfl_error *err) TFL_MUST_USE;

/* Removes the temporary files of all open outputs. Async-signal-safe; for signal handlers, after which the program
 * ends. */
void tfl_outputs_abandon(void);

/* TFL_EUSAGE when output_path is one of the n input paths: the same file under whatever name, or, where neither is there
 * yet, the same place. "-" is standard output, and standard input among the inputs: they count where they have been
 * redirected to a file. NULL is skipped. */
tfl_status tfl_output_check(const char *output_path, const char *const *input_path, size_t n,
                            tfl_error *err) TFL_MUST_USE;

/* Whether two paths of outputs are one: the same text, or one file or place as above. */
bool tfl_output_same(const char *one, const char *two) TFL_MUST_USE;

/* Where temporary files go: $TMPDIR, else /tmp. Not the caller's to free. */
const char *tfl_spill_folder(void);

/* A temporary file for spilling, in that folder and unlinked at once, read and written by offset with
 * pread/pwrite. Returns its descriptor in *fd; close() ends it. */
tfl_status tfl_spill_open(int *fd, tfl_error *err) TFL_MUST_USE;

/* pread/pwrite of exactly size bytes, interrupted calls repeated; a short read is an error. */
tfl_status tfl_spill_read(int fd, uint64_t offset, void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_spill_write(int fd, uint64_t offset, const void *bytes, size_t size, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
