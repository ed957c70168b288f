/* Matches on their way to the output. */
#include "config.h"

#include "cli/hits.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tflift/memory.h"
#include "tflift/output.h"

enum { BUFFER_SIZE = 1 << 20 };

/* In the spill file each hit is its struct, whose pointers mean nothing there, and its three texts with their NULs
 * behind it. */
typedef struct record {
    tfl_hit hit;
    size_t text; /* bytes of the texts */
} record;

struct tfl_hits {
    int fd;                 /* -1 until the buffer was full once */
    char *buffer;           /* [BUFFER_SIZE] kept last, later the part that is read */
    size_t used, next;      /* bytes in buffer, and those given out */
    uint64_t spilled, read; /* bytes written to the file, and read again */
    bool reading;
    char *text; /* of the hit that came back last */
    size_t text_capacity;
};

tfl_status tfl_hits_create(tfl_hits **out, tfl_error *err)
{
    *out = NULL;
    tfl_hits *hits = tfl_calloc(1, sizeof *hits);
    char *buffer = tfl_calloc(BUFFER_SIZE, 1);
    if (hits == NULL || buffer == NULL) {
        free(hits);
        free(buffer);
        return tfl_fail_memory(err, "matches");
    }
    *hits = (tfl_hits){.fd = -1, .buffer = buffer};
    *out = hits;
    return TFL_OK;
}

void tfl_hits_free(tfl_hits *hits)
{
    if (hits == NULL) {
        return;
    }
    if (hits->fd >= 0) {
        (void)close(hits->fd);
    }
    free(hits->buffer);
    free(hits->text);
    free(hits);
}

/* What is in the buffer goes to the file. */
static tfl_status spill(tfl_hits *hits, tfl_error *err)
{
    tfl_status status = hits->fd < 0 ? tfl_spill_open(&hits->fd, err) : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_spill_write(hits->fd, hits->spilled, hits->buffer, hits->used, err);
    }
    hits->spilled += hits->used;
    hits->used = 0;
    return status;
}

static tfl_status put(tfl_hits *hits, const void *bytes, size_t size, tfl_error *err)
{
    const char *from = bytes;
    tfl_status status = TFL_OK;
    while (size > 0 && status == TFL_OK) {
        size_t room = BUFFER_SIZE - hits->used;
        size_t some = size < room ? size : room;
        memcpy(hits->buffer + hits->used, from, some);
        hits->used += some;
        from += some;
        size -= some;
        if (hits->used == BUFFER_SIZE) {
            status = spill(hits, err);
        }
    }
    return status;
}

tfl_status tfl_hits_keep(tfl_hits *hits, const tfl_hit *hit, tfl_error *err)
{
    const char *const text[] = {hit->sequence, hit->contig, hit->matched};
    record kept;
    memset(&kept, 0, sizeof kept);
    kept.hit = *hit;
    for (size_t i = 0; i < 3; i++) {
        kept.text += strlen(text[i]) + 1;
    }
    tfl_status status = put(hits, &kept, sizeof kept, err);
    for (size_t i = 0; i < 3 && status == TFL_OK; i++) {
        status = put(hits, text[i], strlen(text[i]) + 1, err);
    }
    return status;
}

/* The next part of the file into the buffer. */
static tfl_status fill(tfl_hits *hits, tfl_error *err)
{
    uint64_t left = hits->spilled - hits->read;
    hits->used = left < BUFFER_SIZE ? (size_t)left : BUFFER_SIZE;
    hits->next = 0;
    tfl_status status = tfl_spill_read(hits->fd, hits->read, hits->buffer, hits->used, err);
    hits->read += hits->used;
    return status;
}

static bool at_end(const tfl_hits *hits)
{
    return hits->next == hits->used && hits->read == hits->spilled;
}

static tfl_status get(tfl_hits *hits, void *bytes, size_t size, tfl_error *err)
{
    char *to = bytes;
    tfl_status status = TFL_OK;
    while (size > 0 && status == TFL_OK) {
        if (hits->next == hits->used) {
            status = fill(hits, err);
            continue;
        }
        size_t some = hits->used - hits->next;
        some = size < some ? size : some;
        memcpy(to, hits->buffer + hits->next, some);
        hits->next += some;
        to += some;
        size -= some;
    }
    return status;
}

/* Hits that never left memory are read from where they are. */
static tfl_status start_reading(tfl_hits *hits, tfl_error *err)
{
    hits->reading = true;
    if (hits->fd < 0 || hits->used == 0) {
        return TFL_OK;
    }
    return spill(hits, err);
}

tfl_status tfl_hits_next(tfl_hits *hits, tfl_hit *hit, bool *found, tfl_error *err)
{
    tfl_status status = hits->reading ? TFL_OK : start_reading(hits, err);
    *found = status == TFL_OK && !at_end(hits);
    if (!*found) {
        return status;
    }
    record kept;
    status = get(hits, &kept, sizeof kept, err);
    if (status == TFL_OK) {
        status = tfl_grow((void **)&hits->text, &hits->text_capacity, kept.text, 1, "matches", err);
    }
    if (status == TFL_OK) {
        status = get(hits, hits->text, kept.text, err);
    }
    *found = status == TFL_OK;
    if (*found) {
        *hit = kept.hit;
        hit->sequence = hits->text;
        hit->contig = hit->sequence + strlen(hit->sequence) + 1;
        hit->matched = hit->contig + strlen(hit->contig) + 1;
    }
    return status;
}
