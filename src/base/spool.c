/* Bytes kept until the end of a run. */
#include "config.h"

#include "tflift/spool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tflift/memory.h"
#include "tflift/output.h"

enum {
    SPOOL_MEMORY = 1 << 16,
    SPOOL_COPY = 1 << 14,
    AHEAD = 1 << 13, /* bytes read at once, where bytes before were read last … */
    NEAR = 1 << 10   /* … that are so near at most */
};

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
        tfl_status status = TFL_GROW(spool->buffer, &spool->capacity, spool->used + part, "temporary data", err);
        if (status != TFL_OK) {
            return status;
        }
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

static tfl_status read_ahead(tfl_spool *spool, uint64_t offset, tfl_error *err)
{
    uint64_t left = spool->spilled - offset;
    size_t size = left < AHEAD ? (size_t)left : AHEAD;
    spool->n_ahead = 0;
    if (spool->ahead == NULL && (spool->ahead = tfl_realloc(NULL, AHEAD, 1)) == NULL) {
        return tfl_fail_memory(err, "temporary data");
    }
    tfl_status status = tfl_spill_read(spool->fd, offset, spool->ahead, size, err);
    if (status == TFL_OK) {
        spool->ahead_at = offset;
        spool->n_ahead = size;
    }
    return status;
}

/* Whether all of these bytes have been read ahead. */
static bool is_ahead(const tfl_spool *spool, uint64_t offset, size_t size)
{
    return offset >= spool->ahead_at && offset - spool->ahead_at <= spool->n_ahead &&
           size <= spool->n_ahead - (size_t)(offset - spool->ahead_at);
}

/* Of the file. */
static tfl_status read_spilled(tfl_spool *spool, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    bool goes_on = offset >= spool->read && offset - spool->read < NEAR;
    tfl_status status = TFL_OK;
    spool->read = offset + size;
    if (!is_ahead(spool, offset, size) && goes_on && size <= AHEAD / 2) {
        status = read_ahead(spool, offset, err);
    }
    if (status != TFL_OK || !is_ahead(spool, offset, size)) {
        return status == TFL_OK ? tfl_spill_read(spool->fd, offset, bytes, size, err) : status;
    }
    memcpy(bytes, spool->ahead + (offset - spool->ahead_at), size);
    return TFL_OK;
}

tfl_status tfl_spool_read(tfl_spool *spool, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    unsigned char *to = bytes;
    if (size > 0 && offset < spool->spilled) {
        uint64_t in_file = spool->spilled - offset;
        size_t part = in_file < size ? (size_t)in_file : size;
        tfl_status status = read_spilled(spool, offset, to, part, err);
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
    free(spool->ahead);
    *spool = (tfl_spool)TFL_SPOOL_INIT;
}
