/*
 * zip_internal.h: zip archives (PKWARE's APPNOTE 6.3), as far as npz needs them: members written stored, with the zip64
 * fields that a member of more than 4 GB needs; members read stored or deflated.
 */
#ifndef TFLIFT_ZIP_INTERNAL_H
#define TFLIFT_ZIP_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/output.h"

#include "tflift/spool.h"
#include "track/file_internal.h"

enum { TFL_ZIP_NAME = 64, TFL_ZIP_STORED = 0, TFL_ZIP_DEFLATED = 8 };

typedef struct tfl_zip_member {
    char name[TFL_ZIP_NAME];
    uint64_t offset;         /* of its local header */
    uint64_t size;           /* unpacked */
    uint64_t packed_size;
    uint32_t crc;
    uint16_t method;
} tfl_zip_member;

/* ---- writing: begin, the content, end; for each member; then the directory */

/* Writes the member's local header; its size and crc are still unknown. output has to be seekable. */
tfl_status tfl_zip_begin(tfl_output *output, const char *name, tfl_zip_member *member, tfl_error *err) TFL_MUST_USE;
/* Patches the local header with size and crc (set by the caller). */
tfl_status tfl_zip_end(tfl_output *output, tfl_zip_member *member, tfl_error *err) TFL_MUST_USE;
/* The central directory; comment (may be NULL) is the archive's, cut after 65535 bytes. */
tfl_status tfl_zip_write_directory(tfl_output *output, const tfl_zip_member *member, size_t n, const char *comment,
                                   tfl_error *err) TFL_MUST_USE;

/* ---- reading; errors name the file */

/* The members of an archive; the caller frees. A name that does not fit TFL_ZIP_NAME, and one that comes twice, are
 * errors. */
tfl_status tfl_zip_read_directory(const tfl_file *file, tfl_zip_member **member, size_t *n,
                                  tfl_error *err) TFL_MUST_USE;

/* The place of a member's packed content. */
tfl_status tfl_zip_locate(const tfl_file *file, const tfl_zip_member *member, uint64_t *offset,
                          tfl_error *err) TFL_MUST_USE;

/* Unpacks a member to the end of to (NULL: nowhere), and checks its size and checksum. */
tfl_status tfl_zip_unpack(const tfl_file *file, const tfl_zip_member *member, tfl_spool *to,
                          tfl_error *err) TFL_MUST_USE;

#endif
