/* A file whose bytes are read at any place. BGZF (SAM specification, section 4.1) is a row of gzip members of up to 64
 * KiB each, whose headers say their size; a .gzi lists where each begins, in the file and decompressed. */
#include "config.h"

#include "seq/seekable_internal.h"

#include "tflift/memory.h"
#include "tflift/output.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER_SIZE = 18,                 /* of a block, as every writer makes it */
    TAIL_SIZE = 4,                    /* how many bytes it holds, at its end */
    SMALLEST_BLOCK = HEADER_SIZE + 8, /* compressed */
    LARGEST_BLOCK = 65536,            /* decompressed */
    ENTRY_SIZE = 16,                  /* of a .gzi */
    CACHE = 1 << 22                   /* decompressed blocks that are kept for windows beside one another */
};

typedef struct block {
    uint64_t file_offset; /* where it begins in the file */
    uint64_t offset;      /* and what it begins with, decompressed */
} block;

struct tfl_seekable {
    char *path;
    int fd;
    uint64_t size; /* of the file */
    struct timespec modified;
    BGZF *bgzf;   /* NULL: plain */
    block *block; /* [n_blocks] those that hold something */
    size_t n_blocks, capacity;
    uint64_t at;   /* where bgzf stands, decompressed */
    bool believed; /* block is what a .gzi says; what is used of it is checked */
    bool made_index, kept_index;
};

const char *tfl_seekable_name(const tfl_seekable *seekable)
{
    return seekable->path;
}

bool tfl_seekable_made_index(const tfl_seekable *seekable, bool *kept)
{
    *kept = seekable->kept_index;
    return seekable->made_index;
}

tfl_status tfl_seekable_companion(const tfl_seekable *seekable, const char *suffix, tfl_companion *companion,
                                  tfl_error *err)
{
    struct stat status;
    size_t size = strlen(seekable->path) + strlen(suffix) + 1;
    *companion = (tfl_companion){.path = tfl_calloc(size, 1)};
    if (companion->path == NULL) {
        return tfl_fail_memory(err, "the name of an index");
    }
    (void)snprintf(companion->path, size, "%s%s", seekable->path, suffix);
    companion->exists = stat(companion->path, &status) == 0;
    if (companion->exists) {
        const struct timespec *own = &seekable->modified, *other = &status.st_mtim;
        companion->older =
            other->tv_sec < own->tv_sec || (other->tv_sec == own->tv_sec && other->tv_nsec < own->tv_nsec);
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- bytes as they lie in the file */

static tfl_status read_at(int fd, const char *path, uint64_t offset, void *bytes, size_t size, size_t *got,
                          tfl_error *err)
{
    char *to = bytes;
    *got = 0;
    while (*got < size) {
        ssize_t n = pread(fd, to + *got, size - *got, (off_t)(offset + *got));
        if (n < 0 && errno != EINTR) {
            return tfl_fail_errno(err, errno, "%s: cannot read", path);
        }
        if (n == 0) {
            break;
        }
        *got += n > 0 ? (size_t)n : 0;
    }
    return TFL_OK;
}

static tfl_status read_file(const tfl_seekable *s, uint64_t offset, void *bytes, size_t size, size_t *got,
                            tfl_error *err)
{
    *got = 0;
    return offset < s->size ? read_at(s->fd, s->path, offset, bytes, size, got, err) : TFL_OK;
}

static uint32_t little_endian_32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t little_endian_64(const unsigned char *bytes)
{
    return (uint64_t)little_endian_32(bytes) | (uint64_t)little_endian_32(bytes + 4) << 32;
}

static void put_little_endian_64(unsigned char *bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

/* ---------------------------------------------------------------- blocks */

/* The header that HTSlib writes and takes: gzip with one extra field, "BC". */
static bool is_block_header(const unsigned char *header)
{
    static const unsigned char first[] = {0x1F, 0x8B, 8, 4}, extra[] = {6, 0, 'B', 'C', 2, 0};
    return memcmp(header, first, sizeof first) == 0 && memcmp(header + 10, extra, sizeof extra) == 0;
}

/* The sizes of the block at an offset, in the file and decompressed; *good is false where there is none. */
static tfl_status measure_block(const tfl_seekable *s, uint64_t at, uint64_t *size, uint64_t *holds, bool *good,
                                tfl_error *err)
{
    unsigned char header[HEADER_SIZE], tail[TAIL_SIZE] = {0};
    size_t got = 0;
    *good = false;
    tfl_status status = read_file(s, at, header, sizeof header, &got, err);
    if (status != TFL_OK || got < sizeof header || !is_block_header(header)) {
        return status;
    }
    *size = ((uint64_t)header[16] | (uint64_t)header[17] << 8) + 1;
    if (*size < SMALLEST_BLOCK || *size > s->size - at) {
        return TFL_OK;
    }
    status = read_file(s, at + *size - TAIL_SIZE, tail, sizeof tail, &got, err);
    *holds = little_endian_32(tail);
    *good = status == TFL_OK && got == sizeof tail && *holds <= LARGEST_BLOCK;
    return status;
}

static tfl_status add_block(tfl_seekable *s, block added, tfl_error *err)
{
    tfl_status status = TFL_GROW(s->block, &s->capacity, s->n_blocks + 1, "an index of blocks", err);
    if (status == TFL_OK) {
        s->block[s->n_blocks++] = added;
    }
    return status;
}

/* Adds the blocks from one on. *whole: they end where the file ends, with the empty block that ends BGZF. */
static tfl_status walk_blocks(tfl_seekable *s, block at, bool *whole, tfl_error *err)
{
    tfl_status status = TFL_OK;
    bool good = true;
    uint64_t size = 0, holds = 1;
    while (status == TFL_OK && good && at.file_offset < s->size) {
        status = measure_block(s, at.file_offset, &size, &holds, &good, err);
        if (status == TFL_OK && good && holds > 0) {
            status = add_block(s, at, err);
        }
        at.file_offset += size;
        at.offset += holds;
    }
    *whole = status == TFL_OK && good && holds == 0;
    return status;
}

static tfl_status find_blocks(tfl_seekable *s, tfl_error *err)
{
    bool whole = false;
    s->n_blocks = 0;
    tfl_status status = walk_blocks(s, (block){0, 0}, &whole, err);
    if (status == TFL_OK && !whole) {
        status = tfl_fail(err, TFL_EINPUT, "%s: the compressed file is truncated or damaged: get it again", s->path);
    }
    return status;
}

/* ---------------------------------------------------------------- .gzi */

/* The bytes of a .gzi: the number of entries, then where each block but the first begins. */
static tfl_status write_index(const tfl_seekable *s, const char *path, tfl_error *err)
{
    unsigned char entry[ENTRY_SIZE];
    tfl_output *output = NULL;
    tfl_status status = tfl_output_open(path, TFL_PLAIN, &output, err);
    if (status != TFL_OK) {
        return status;
    }
    put_little_endian_64(entry, s->n_blocks > 0 ? s->n_blocks - 1 : 0);
    status = tfl_output_write(output, entry, 8, err);
    for (size_t i = 1; i < s->n_blocks && status == TFL_OK; i++) {
        put_little_endian_64(entry, s->block[i].file_offset);
        put_little_endian_64(entry + 8, s->block[i].offset);
        status = tfl_output_write(output, entry, sizeof entry, err);
    }
    if (status != TFL_OK) {
        tfl_output_discard(output);
        return status;
    }
    return tfl_output_commit(output, err);
}

/* Where no index can be written, in a folder of somebody else's, the one in memory will do. */
static tfl_status keep_index(tfl_seekable *s, const char *path, tfl_error *err)
{
    tfl_error inner = TFL_ERROR_INIT;
    tfl_status status = write_index(s, path, &inner);
    s->made_index = true;
    s->kept_index = status == TFL_OK;
    return status == TFL_ENOMEM ? tfl_fail(err, status, "%s", inner.message) : TFL_OK;
}

/* The bytes of a .gzi; none where there are more than an index of the file can have. */
static tfl_status read_all(const tfl_seekable *s, const char *path, unsigned char **bytes, size_t *size, tfl_error *err)
{
    const uint64_t most = 8 + ENTRY_SIZE * (s->size / SMALLEST_BLOCK + 1);
    struct stat known;
    *bytes = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &known) != 0) {
        tfl_status status = tfl_fail_errno(err, errno, "%s: cannot open", path);
        if (fd >= 0) {
            (void)close(fd);
        }
        return status;
    }
    tfl_status status = TFL_OK;
    if ((uint64_t)known.st_size <= most) {
        *bytes = tfl_calloc((size_t)known.st_size, 1);
        status = *bytes == NULL ? tfl_fail_memory(err, "an index of blocks")
                                : read_at(fd, path, 0, *bytes, (size_t)known.st_size, size, err);
    }
    (void)close(fd);
    return status;
}

/* The blocks that the bytes of a .gzi tell, the first one included; *good is false where they cannot be a .gzi of the
 * file. */
static tfl_status parse_index(tfl_seekable *s, const unsigned char *bytes, size_t size, bool *good, tfl_error *err)
{
    size_t n = size < 8 ? 0 : (size - 8) / ENTRY_SIZE;
    s->n_blocks = 0;
    *good = size >= 8 && (size - 8) % ENTRY_SIZE == 0 && little_endian_64(bytes) == n;
    tfl_status status = *good ? add_block(s, (block){0, 0}, err) : TFL_OK;
    for (size_t i = 0; i < n && *good && status == TFL_OK; i++) {
        const unsigned char *entry = bytes + 8 + i * ENTRY_SIZE;
        block before = s->block[s->n_blocks - 1];
        block next = {little_endian_64(entry), little_endian_64(entry + 8)};
        *good = next.file_offset > before.file_offset && next.file_offset < s->size && next.offset >= before.offset &&
                next.offset - before.offset <= LARGEST_BLOCK;
        if (*good && next.offset == before.offset) {
            s->block[s->n_blocks - 1] = next; /* the one before is empty */
        } else if (*good) {
            status = add_block(s, next, err);
        }
    }
    return status;
}

/* Whether every one of n blocks, in order, is one that the file has. */
static bool are_blocks(const tfl_seekable *s, const block *told, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        while (at < s->n_blocks && s->block[at].file_offset < told[i].file_offset) {
            at++;
        }
        bool known = at < s->n_blocks && s->block[at].file_offset == told[i].file_offset;
        if (known ? s->block[at].offset != told[i].offset : i + 1 < n) {
            return false; /* the last one may be that which ends the file, and holds nothing */
        }
    }
    return true;
}

/* Compares what the index tells with the file, block by block. */
static tfl_status compare_index(tfl_seekable *s, const tfl_companion *index, bool parsed, tfl_error *err)
{
    block *told = s->block;
    size_t n = s->n_blocks;
    s->block = NULL;
    s->n_blocks = s->capacity = 0;
    tfl_status status = find_blocks(s, err);
    if (status == TFL_OK && !(parsed && are_blocks(s, told, n))) {
        status = tfl_fail(err, TFL_EINPUT,
                          "%s: does not fit %s: it is the index of another file, or of an earlier state of this one; "
                          "remove it, and it is made anew",
                          index->path, s->path);
    }
    free(told);
    return status;
}

/* An index that is not older than the file and leads to its end is believed; what is read by it is checked again. */
static tfl_status read_index(tfl_seekable *s, const tfl_companion *index, tfl_error *err)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    bool parsed = false, whole = false;
    tfl_status status = read_all(s, index->path, &bytes, &size, err);
    if (status == TFL_OK) {
        status = parse_index(s, bytes, size, &parsed, err);
    }
    free(bytes);
    if (status == TFL_OK && parsed && !index->older) {
        size_t n = s->n_blocks;
        block last = s->block[--s->n_blocks];
        status = walk_blocks(s, last, &whole, err);
        s->believed = whole;
        if (!whole) {
            s->block[n - 1] = last;
            s->n_blocks = n;
        }
    }
    return status == TFL_OK && !whole ? compare_index(s, index, parsed, err) : status;
}

static tfl_status open_blocks(tfl_seekable *s, tfl_error *err)
{
    tfl_companion index;
    int fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
    s->bgzf = fd >= 0 ? bgzf_dopen(fd, "r") : NULL;
    if (s->bgzf == NULL) {
        tfl_status status = tfl_fail_errno(err, errno != 0 ? errno : EIO, "%s: cannot read", s->path);
        if (fd >= 0) {
            (void)close(fd);
        }
        return status;
    }
    bgzf_set_cache_size(s->bgzf, CACHE);
    s->at = UINT64_MAX;
    tfl_status status = tfl_seekable_companion(s, ".gzi", &index, err);
    if (status == TFL_OK && index.exists) {
        status = read_index(s, &index, err);
    } else if (status == TFL_OK && (status = find_blocks(s, err)) == TFL_OK) {
        status = keep_index(s, index.path, err);
    }
    free(index.path);
    return status;
}

/* ---------------------------------------------------------------- opening */

static tfl_status open_file(tfl_seekable *s, tfl_error *err)
{
    unsigned char header[HEADER_SIZE] = {0};
    struct stat known;
    size_t got = 0;
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &known) != 0) {
        return tfl_fail_errno(err, errno, "%s: cannot open", s->path);
    }
    if (!S_ISREG(known.st_mode)) {
        return tfl_fail(err, TFL_EIO, "%s: is no ordinary file, and one that can be read at any place is needed",
                        s->path);
    }
    s->size = (uint64_t)known.st_size;
    s->modified = known.st_mtim;
    tfl_status status = read_file(s, 0, header, sizeof header, &got, err);
    if (status != TFL_OK || header[0] != 0x1F || header[1] != 0x8B) {
        return status;
    }
    if (got < sizeof header || !is_block_header(header)) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: is gzip, which can only be read from its beginning: gunzip it, or compress it with bgzip",
                        s->path);
    }
    return open_blocks(s, err);
}

tfl_status tfl_seekable_open(const char *path, tfl_seekable **out, tfl_error *err)
{
    *out = NULL;
    tfl_seekable *s = tfl_calloc(1, sizeof *s);
    if (s == NULL || (s->path = tfl_strdup(path)) == NULL) {
        free(s);
        return tfl_fail_memory(err, "a file");
    }
    s->fd = -1;
    tfl_status status = open_file(s, err);
    if (status != TFL_OK) {
        tfl_seekable_close(s);
        return status;
    }
    *out = s;
    return TFL_OK;
}

void tfl_seekable_close(tfl_seekable *seekable)
{
    if (seekable == NULL) {
        return;
    }
    if (seekable->bgzf != NULL) {
        (void)bgzf_close(seekable->bgzf); /* only read from */
    }
    if (seekable->fd >= 0) {
        (void)close(seekable->fd);
    }
    free(seekable->block);
    free(seekable->path);
    free(seekable);
}

/* ---------------------------------------------------------------- reading */

static tfl_status fail_damaged(const tfl_seekable *s, tfl_error *err)
{
    return tfl_fail(
        err, TFL_EINPUT,
        "%s: is damaged, or %s.gzi is not its index: get it again, or remove the index, and it is made anew", s->path,
        s->path);
}

/* The last block that begins at offset or before. */
static const block *find_block(const tfl_seekable *s, uint64_t offset)
{
    size_t low = 0, high = s->n_blocks;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(s->block[middle].offset <= offset ? &low : &high) = middle;
    }
    return &s->block[low];
}

/* A block that a .gzi tells holds what lies between it and the next one. The last ones have been looked at. */
static tfl_status check_block(const tfl_seekable *s, const block *told, tfl_error *err)
{
    uint64_t size = 0, holds = 0;
    bool good = true;
    tfl_status status = TFL_OK;
    if (s->believed && told + 1 < s->block + s->n_blocks) {
        status = measure_block(s, told->file_offset, &size, &holds, &good, err);
        good = good && told[0].offset + holds == told[1].offset;
    }
    return status == TFL_OK && !good ? fail_damaged(s, err) : status;
}

/* Puts bgzf there; *end: there is nothing behind it. */
static tfl_status go_to(tfl_seekable *s, uint64_t offset, bool *end, tfl_error *err)
{
    *end = s->n_blocks == 0;
    if (*end || s->at == offset) {
        return TFL_OK;
    }
    const block *found = find_block(s, offset);
    uint64_t within = offset - found->offset;
    *end = within >= LARGEST_BLOCK;
    s->at = offset;
    tfl_status status = check_block(s, found, err);
    if (status != TFL_OK) {
        return status;
    }
    if (!*end && bgzf_seek(s->bgzf, (int64_t)(found->file_offset << 16 | within), SEEK_SET) != 0) {
        return fail_damaged(s, err);
    }
    return TFL_OK;
}

static tfl_status read_blocks(tfl_seekable *s, uint64_t offset, char *bytes, size_t size, size_t *got, tfl_error *err)
{
    bool end = false;
    *got = 0;
    tfl_status status = go_to(s, offset, &end, err);
    while (status == TFL_OK && !end && *got < size) {
        ssize_t n = bgzf_read(s->bgzf, bytes + *got, size - *got);
        if (n < 0) {
            s->at = UINT64_MAX;
            return fail_damaged(s, err);
        }
        end = n == 0;
        *got += (size_t)n;
    }
    s->at = status == TFL_OK && !end ? offset + *got : UINT64_MAX;
    return status;
}

tfl_status tfl_seekable_read(tfl_seekable *seekable, uint64_t offset, void *bytes, size_t size, size_t *got,
                             tfl_error *err)
{
    return seekable->bgzf != NULL ? read_blocks(seekable, offset, bytes, size, got, err)
                                  : read_file(seekable, offset, bytes, size, got, err);
}
