/* Reading zip archives. */
#include "config.h"

#include "track/zip_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tflift/memory.h"
#include "tflift/table.h"
#include "track/bytes_internal.h"

enum {
    LOCAL = 30,
    CENTRAL = 46,
    END64 = 56,
    LOCATOR64 = 20,
    END = 22,
    COMMENT = 65535,
    LARGEST_DIRECTORY = 1 << 24,
    CHUNK = 1 << 16
};

static tfl_status bad(const tfl_file *file, tfl_error *err, const char *what)
{
    return tfl_fail(err, TFL_EINPUT, "%s: is damaged or cut short: %s", file->name, what);
}

/* ---------------------------------------------------------------- the directory */

/* The central directory: [start, start + size), n entries. */
typedef struct directory {
    uint64_t start, size, n;
} directory;

/* The end record lies in front of a comment of unknown length. *at is its offset. */
static tfl_status find_end(const tfl_file *file, unsigned char end[END], uint64_t *at, tfl_error *err)
{
    size_t size = file->size < END + COMMENT ? (size_t)file->size : END + COMMENT;
    unsigned char *tail = tfl_calloc(size, 1);
    if (tail == NULL) {
        return tfl_fail_memory(err, "the directory of an archive");
    }
    tfl_status status = tfl_file_read(file, file->size - size, tail, size, err);
    if (status == TFL_OK) {
        status = TFL_EINPUT;
        for (size_t i = size >= END ? size - END + 1 : 0; status != TFL_OK && i > 0; i--) {
            const unsigned char *here = tail + i - 1;
            if (tfl_get_u32(here) == UINT32_C(0x06054b50) && tfl_get_u16(here + 20) == size - (i - 1) - END) {
                memcpy(end, here, END);
                *at = file->size - size + (i - 1);
                status = TFL_OK;
            }
        }
        if (status != TFL_OK) {
            status = bad(file, err, "the end of the archive is missing");
        }
    }
    free(tail);
    return status;
}

static tfl_status read_end64(const tfl_file *file, uint64_t end, directory *out, tfl_error *err)
{
    unsigned char locator[LOCATOR64];
    unsigned char record[END64];
    if (end < LOCATOR64) {
        return TFL_OK;
    }
    tfl_status status = tfl_file_read(file, end - LOCATOR64, locator, sizeof locator, err);
    if (status != TFL_OK || tfl_get_u32(locator) != UINT32_C(0x07064b50)) {
        return status;
    }
    status = tfl_file_read(file, tfl_get_u64(locator + 8), record, sizeof record, err);
    if (status == TFL_OK && tfl_get_u32(record) != UINT32_C(0x06064b50)) {
        return bad(file, err, "its zip64 end record is not where it should be");
    }
    *out = (directory){tfl_get_u64(record + 48), tfl_get_u64(record + 40), tfl_get_u64(record + 32)};
    return status;
}

static tfl_status find_directory(const tfl_file *file, directory *out, tfl_error *err)
{
    unsigned char end[END] = {0};
    uint64_t at = 0;
    tfl_status status = find_end(file, end, &at, err);
    if (status == TFL_OK) {
        *out = (directory){tfl_get_u32(end + 16), tfl_get_u32(end + 12), tfl_get_u16(end + 10)};
        status = read_end64(file, at, out, err);
    }
    if (status == TFL_OK &&
        (!tfl_file_has(file, out->start, out->size) || out->size > LARGEST_DIRECTORY || out->n > out->size / CENTRAL)) {
        return bad(file, err, "its directory is not where it should be");
    }
    return status;
}

/* The zip64 extra field holds those of size, packed size and offset that do not fit 32 bits, in this order. */
static bool read_extra(const unsigned char *extra, size_t size, tfl_zip_member *member)
{
    uint64_t *const field[] = {&member->size, &member->packed_size, &member->offset};
    while (size >= 4) {
        size_t length = tfl_get_u16(extra + 2);
        if (length > size - 4) {
            return false;
        }
        if (tfl_get_u16(extra) == 1) {
            const unsigned char *at = extra + 4;
            for (size_t i = 0; i < 3; i++) {
                if (*field[i] == UINT32_MAX && length >= 8) {
                    *field[i] = tfl_get_u64(at);
                    at += 8;
                    length -= 8;
                } else if (*field[i] == UINT32_MAX) {
                    return false;
                }
            }
            return true;
        }
        extra += 4 + length;
        size -= 4 + length;
    }
    return true;
}

/* One entry at at; returns its size, 0 when it is damaged. */
static size_t read_entry(const unsigned char *at, size_t left, tfl_zip_member *member)
{
    if (left < CENTRAL || tfl_get_u32(at) != UINT32_C(0x02014b50)) {
        return 0;
    }
    size_t name = tfl_get_u16(at + 28);
    size_t extra = tfl_get_u16(at + 30);
    size_t size = CENTRAL + name + extra + tfl_get_u16(at + 32);
    if (size > left || memchr(at + CENTRAL, '\0', name) != NULL) {
        return 0;
    }
    *member = (tfl_zip_member){.method = tfl_get_u16(at + 10),
                               .crc = tfl_get_u32(at + 16),
                               .packed_size = tfl_get_u32(at + 20),
                               .size = tfl_get_u32(at + 24),
                               .offset = tfl_get_u32(at + 42)};
    memcpy(member->name, at + CENTRAL, name < TFL_ZIP_NAME ? name : TFL_ZIP_NAME - 1);
    return read_extra(at + CENTRAL + name, extra, member) ? size : 0;
}

/* A name says which member is meant: it is whole, and that of no other. */
static tfl_status check_name(const tfl_file *file, const tfl_zip_member *member, size_t length, tfl_table *names,
                             tfl_error *err)
{
    bool added = false;
    if (length >= TFL_ZIP_NAME) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: its member number %zu has a name of %zu bytes, and %d are the most",
                        file->name, tfl_table_size(names) + 1, length, TFL_ZIP_NAME - 1);
    }
    tfl_status status = tfl_table_add(names, member->name, NULL, &added, err);
    return status == TFL_OK && !added
               ? tfl_fail(err, TFL_EINPUT, "%s: two of its members are called %s; rename one", file->name, member->name)
               : status;
}

static tfl_status read_entries(const tfl_file *file, const unsigned char *bytes, const directory *where,
                               tfl_zip_member *member, tfl_error *err)
{
    size_t at = 0;
    tfl_table *names = NULL;
    tfl_status status = tfl_table_create(&names, err);
    for (uint64_t i = 0; status == TFL_OK && i < where->n; i++) {
        const unsigned char *entry = bytes + at;
        size_t size = read_entry(entry, (size_t)where->size - at, &member[i]);
        status = size == 0 ? bad(file, err, "an entry of its directory")
                           : check_name(file, &member[i], tfl_get_u16(entry + 28), names, err);
        at += size;
    }
    tfl_table_free(names);
    return status;
}

tfl_status tfl_zip_read_directory(const tfl_file *file, tfl_zip_member **member, size_t *n, tfl_error *err)
{
    directory where = {0, 0, 0};
    *member = NULL;
    *n = 0;
    tfl_status status = find_directory(file, &where, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t size = 0, count = 0;
    bool fits = tfl_size_from(where.size, &size) && tfl_size_from(where.n, &count);
    unsigned char *bytes = fits ? tfl_calloc(size, 1) : NULL;
    tfl_zip_member *members = fits ? tfl_calloc(count, sizeof *members) : NULL;
    status = bytes == NULL || members == NULL ? tfl_fail_memory(err, "the directory of an archive")
                                              : tfl_file_read(file, where.start, bytes, size, err);
    if (status == TFL_OK) {
        status = read_entries(file, bytes, &where, members, err);
    }
    free(bytes);
    if (status != TFL_OK) {
        free(members);
        return status;
    }
    *member = members;
    *n = count;
    return TFL_OK;
}

/* ---------------------------------------------------------------- members */

static tfl_status bad_member(const tfl_file *file, const tfl_zip_member *member, const char *what, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT, "%s: its member %s %s", file->name, member->name, what);
}

tfl_status tfl_zip_locate(const tfl_file *file, const tfl_zip_member *member, uint64_t *offset, tfl_error *err)
{
    unsigned char local[LOCAL];
    tfl_status status = tfl_file_read(file, member->offset, local, sizeof local, err);
    if (status != TFL_OK) {
        return status;
    }
    if (tfl_get_u32(local) != UINT32_C(0x04034b50)) {
        return bad_member(file, member, "is not where the directory says", err);
    }
    *offset = member->offset + LOCAL + tfl_get_u16(local + 26) + tfl_get_u16(local + 28);
    if (!tfl_file_has(file, *offset, member->packed_size)) {
        return bad_member(file, member, "is cut short", err);
    }
    if ((tfl_get_u16(local + 6) & 1) != 0) {
        return bad_member(file, member, "is encrypted", err);
    }
    if (member->method == TFL_ZIP_STORED && member->size != member->packed_size) {
        return bad_member(file, member, "has two sizes", err);
    }
    return TFL_OK;
}

/* Passes the content on to take, piece by piece. */
typedef tfl_status taker(void *context, const unsigned char *bytes, size_t size, tfl_error *err);

static tfl_status pass_stored(const tfl_file *file, const tfl_zip_member *member, uint64_t offset, taker *take,
                              void *context, tfl_error *err)
{
    unsigned char bytes[CHUNK];
    tfl_status status = TFL_OK;
    for (uint64_t left = member->size; status == TFL_OK && left > 0;) {
        size_t part = left < CHUNK ? (size_t)left : CHUNK;
        status = tfl_file_read(file, offset, bytes, part, err);
        if (status == TFL_OK) {
            status = take(context, bytes, part, err);
        }
        offset += part;
        left -= part;
    }
    return status;
}

/* Inflates what the stream has; *done at its end. */
static tfl_status pass_some(const tfl_file *file, const tfl_zip_member *member, z_stream *stream, bool *done,
                            taker *take, void *context, tfl_error *err)
{
    unsigned char bytes[CHUNK];
    tfl_status status = TFL_OK;
    do {
        stream->next_out = bytes;
        stream->avail_out = sizeof bytes;
        int result = inflate(stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            return result == Z_MEM_ERROR ? tfl_fail_memory(err, "unpacking")
                                         : bad_member(file, member, "does not unpack", err);
        }
        *done = result == Z_STREAM_END;
        status = take(context, bytes, sizeof bytes - stream->avail_out, err);
    } while (status == TFL_OK && !*done && stream->avail_out == 0);
    return status;
}

static tfl_status pass_deflated(const tfl_file *file, const tfl_zip_member *member, uint64_t offset, taker *take,
                                void *context, tfl_error *err)
{
    unsigned char bytes[CHUNK];
    z_stream stream = {.next_in = bytes};
    bool done = false;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return tfl_fail_memory(err, "unpacking");
    }
    tfl_status status = TFL_OK;
    for (uint64_t left = member->packed_size; status == TFL_OK && !done && left > 0;) {
        size_t part = left < CHUNK ? (size_t)left : CHUNK;
        status = tfl_file_read(file, offset, bytes, part, err);
        stream.next_in = bytes;
        stream.avail_in = (uInt)part;
        if (status == TFL_OK) {
            status = pass_some(file, member, &stream, &done, take, context, err);
        }
        offset += part;
        left -= part;
    }
    (void)inflateEnd(&stream);
    return status == TFL_OK && !done ? bad_member(file, member, "is cut short", err) : status;
}

typedef struct check {
    const tfl_file *file;
    const tfl_zip_member *member;
    uint64_t size;
    uLong crc;
    tfl_spool *to; /* NULL: only checked */
} check;

static tfl_status take_checked(void *context, const unsigned char *bytes, size_t size, tfl_error *err)
{
    check *state = context;
    state->crc = crc32(state->crc, bytes, (uInt)size);
    state->size += size;
    if (state->size > state->member->size) {
        return bad_member(state->file, state->member, "is longer than the directory says", err);
    }
    return state->to == NULL ? TFL_OK : tfl_spool_append(state->to, bytes, size, err);
}

tfl_status tfl_zip_unpack(const tfl_file *file, const tfl_zip_member *member, tfl_spool *to, tfl_error *err)
{
    check state = {file, member, 0, crc32(0, NULL, 0), to};
    uint64_t offset = 0;
    tfl_status status = tfl_zip_locate(file, member, &offset, err);
    if (status != TFL_OK) {
        return status;
    }
    if (member->method == TFL_ZIP_STORED) {
        status = pass_stored(file, member, offset, take_checked, &state, err);
    } else if (member->method == TFL_ZIP_DEFLATED) {
        status = pass_deflated(file, member, offset, take_checked, &state, err);
    } else {
        status = bad_member(file, member, "is packed in a way that is neither stored nor deflated", err);
    }
    if (status == TFL_OK && (state.size != member->size || state.crc != member->crc)) {
        return bad_member(file, member, "is damaged: its checksum differs", err);
    }
    return status;
}
