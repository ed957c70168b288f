/* Bytes kept until the end of a run. */
#include "config.h"

#include "tflift/spool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tflift/memory.h"
#include "tflift/output.h"

enum { SPOOL_MEMORY = 1 << 16, SPOOL_COPY = 1 << 14 };

static tfl_status spill(tfl_spool *spool, tfl_error *err)
{
    if (spool->fd < 0) {
        tfl_status status = tfl_spill_open(&spool->fd, err);
        if (status != TFL_OK) {
            spool->fd = -1;
            return status;
        }
    }
    tfl_status status = tfl_spill_write(spool->fd, spool->spilled, spool->buffer, spool->used, err);
    if (status == TFL_OK) {
        spool->spilled += spool->used;
        spool->used = 0;
    }
    return status;
}

tfl_status tfl_spool_append(tfl_spool *spool, const void *bytes, size_t size, tfl_error *err)
{
    const unsigned char *from = bytes;
    while (size > 0) {
        if (spool->used == SPOOL_MEMORY) {
            tfl_status status = spill(spool, err);
            if (status != TFL_OK) {
                return status;
            }
        }
        size_t part = SPOOL_MEMORY - spool->used < size ? SPOOL_MEMORY - spool->used : size;
        void *buffer = spool->buffer;
        tfl_status status = tfl_grow(&buffer, &spool->capacity, spool->used + part, 1, "temporary data", err);
        if (status != TFL_OK) {
            return status;
        }
        spool->buffer = buffer;
        memcpy(spool->buffer + spool->used, from, part);
        spool->used += part;
        from += part;
        size -= part;
    }
    return TFL_OK;
}

uint64_t tfl_spool_size(const tfl_spool *spool)
{
    return spool->spilled + spool->used;
}

tfl_status tfl_spool_read(tfl_spool *spool, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    unsigned char *to = bytes;
    if (size > 0 && offset < spool->spilled) {
        uint64_t in_file = spool->spilled - offset;
        size_t part = in_file < size ? (size_t)in_file : size;
        tfl_status status = tfl_spill_read(spool->fd, offset, to, part, err);
        if (status != TFL_OK) {
            return status;
        }
        offset += part;
        to += part;
        size -= part;
    }
    if (size > 0) {
        memcpy(to, spool->buffer + (offset - spool->spilled), size);
    }
    return TFL_OK;
}

tfl_status tfl_spool_copy(tfl_spool *spool, tfl_output *output, tfl_error *err)
{
    unsigned char bytes[SPOOL_COPY];
    uint64_t size = tfl_spool_size(spool);
    tfl_status status = TFL_OK;
    for (uint64_t at = 0; status == TFL_OK && at < size;) {
        size_t part = size - at < sizeof bytes ? (size_t)(size - at) : sizeof bytes;
        status = tfl_spool_read(spool, at, bytes, part, err);
        if (status == TFL_OK) {
            status = tfl_output_write(output, bytes, part, err);
        }
        at += part;
    }
    return status;
}

void tfl_spool_clear(tfl_spool *spool)
{
    if (spool->fd >= 0) {
        (void)close(spool->fd); /* the file is gone with it; nothing was promised to be on the disk */
    }
    free(spool->buffer);
    *spool = (tfl_spool)TFL_SPOOL_INIT;
}
