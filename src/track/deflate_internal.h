/*
 * deflate_internal.h: blocks into zlib streams (RFC 1950), by libdeflate where there is one, else by zlib.
 * What they inflate to is the same; their own bytes depend on which it is, and on its version.
 */
#ifndef TFLIFT_DEFLATE_INTERNAL_H
#define TFLIFT_DEFLATE_INTERNAL_H

#include <stddef.h>

#include "tflift/error.h"

typedef struct tfl_deflater tfl_deflater;

tfl_status tfl_deflater_create(tfl_deflater **out, tfl_error *err) TFL_MUST_USE;
void tfl_deflater_free(tfl_deflater *deflater);

/* Compresses bytes; *packed is the deflater's own, valid until the next call. */
tfl_status tfl_deflate(tfl_deflater *deflater, const void *bytes, size_t size, const unsigned char **packed,
                       size_t *packed_size, tfl_error *err) TFL_MUST_USE;

#endif
