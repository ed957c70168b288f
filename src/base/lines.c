/* Text files line by line. */
#include "config.h"

#include "tflift/lines.h"

#include "tflift/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts_log.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 1 << 18, COMPRESSION_BGZF = 2 };

struct tfl_lines {
    char *name;
    BGZF *bgzf;         /* NULL: from memory */
    int64_t file_size;  /* as it lies on the disk; 0: not a file, or not known */
    int64_t bytes_read; /* before compression */
    const char *memory; /* what is left of it */
    size_t memory_left;

    char *buffer; /* [capacity], of which [start, end) has been read from the file and not been given out */
    size_t capacity;
    size_t start;
    size_t end;
    bool ended;   /* nothing follows what is in the buffer */
    bool has_nul; /* somewhere in what has been read: lines are searched for it */

    char *line; /* the last one */
    size_t length;
    int64_t number;
    bool pushed_back;
};

void tfl_lines_quiet(void)
{
    hts_set_log_level(HTS_LOG_OFF);
}

/* ---------------------------------------------------------------- opening */

static tfl_status create(const char *name, tfl_lines **out, tfl_error *err)
{
    *out = NULL;
    tfl_lines *lines = tfl_calloc(1, sizeof *lines);
    if (lines != NULL) {
        lines->name = tfl_strdup(name);
        lines->buffer = tfl_realloc(NULL, FIRST_CAPACITY, 1);
        lines->capacity = FIRST_CAPACITY;
    }
    if (lines == NULL || lines->name == NULL || lines->buffer == NULL) {
        tfl_lines_close(lines);
        return tfl_fail_memory(err, "reading lines");
    }
    *out = lines;
    return TFL_OK;
}

/* A descriptor of our own, opened here rather than by HTSlib: a name such as "http://…" is a file's name and nothing
 * else. */
static int open_descriptor(const char *path)
{
    return strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
}

static tfl_status open_bgzf(tfl_lines *lines, const char *path, tfl_error *err)
{
    struct stat status;
    int fd = open_descriptor(path);
    if (fd < 0) {
        return tfl_fail_errno(err, errno, "%s: cannot open", lines->name);
    }
    bool known = fstat(fd, &status) == 0;
    if (known && S_ISDIR(status.st_mode)) {
        (void)close(fd);
        return tfl_fail(err, TFL_EIO, "%s: is a folder, and a file is needed", lines->name);
    }
    lines->file_size = known && S_ISREG(status.st_mode) ? (int64_t)status.st_size : 0;
    errno = 0;
    lines->bgzf = bgzf_dopen(fd, "r");
    if (lines->bgzf == NULL) {
        int error = errno;
        (void)close(fd);
        return tfl_fail_errno(err, error != 0 ? error : EIO, "%s: cannot read", lines->name);
    }
    return TFL_OK;
}

tfl_status tfl_lines_open(const char *path, tfl_lines **out, tfl_error *err)
{
    tfl_status status = create(strcmp(path, "-") == 0 ? "standard input" : path, out, err);
    if (status == TFL_OK) {
        status = open_bgzf(*out, path, err);
    }
    if (status != TFL_OK) {
        tfl_lines_close(*out);
        *out = NULL;
    }
    return status;
}

tfl_status tfl_lines_open_memory(const void *bytes, size_t size, const char *name, tfl_lines **out, tfl_error *err)
{
    tfl_status status = create(name, out, err);
    if (status == TFL_OK) {
        (*out)->memory = bytes;
        (*out)->memory_left = size;
    }
    return status;
}

void tfl_lines_close(tfl_lines *lines)
{
    if (lines == NULL) {
        return;
    }
    if (lines->bgzf != NULL) {
        (void)bgzf_close(lines->bgzf); /* only read from; what went wrong was told then */
    }
    free(lines->buffer);
    free(lines->name);
    free(lines);
}

/* ---------------------------------------------------------------- filling the buffer */

static tfl_status fail_truncated(const tfl_lines *lines, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT, "%s: the compressed file ends too early: it is truncated, get it again",
                    lines->name);
}

static tfl_status fail_read(const tfl_lines *lines, tfl_error *err)
{
    int error = lines->bgzf->fp != NULL ? lines->bgzf->fp->has_errno : 0;
    if (error != 0) {
        return tfl_fail_errno(err, error, "%s: cannot read", lines->name);
    }
    return tfl_fail(err, TFL_EINPUT, "%s: the compressed file is truncated or damaged: get it again", lines->name);
}

/* What HTSlib takes for a good end and is none: a BGZF file without its last, empty block, and a gzip file too short
 * for HTSlib to know it as one. */
static bool is_truncated(const tfl_lines *lines)
{
    if (bgzf_compression(lines->bgzf) == COMPRESSION_BGZF) {
        return !lines->bgzf->last_block_eof;
    }
    return !lines->bgzf->is_compressed && lines->number == 0 && lines->end - lines->start < 18 &&
           lines->end > lines->start && (unsigned char)lines->buffer[lines->start] == 0x1F &&
           (lines->end - lines->start == 1 || (unsigned char)lines->buffer[lines->start + 1] == 0x8B);
}

static size_t read_memory(tfl_lines *lines, char *to, size_t room)
{
    size_t n = room < lines->memory_left ? room : lines->memory_left;
    if (n > 0) {
        memcpy(to, lines->memory, n);
        lines->memory += n;
        lines->memory_left -= n;
    }
    return n;
}

static tfl_status read_bgzf(tfl_lines *lines, char *to, size_t room, size_t *n, tfl_error *err)
{
    /* What is not compressed needs no block in between: HTSlib has looked at its first bytes, and taken none. */
    ssize_t got = lines->bgzf->is_compressed ? bgzf_read(lines->bgzf, to, room) : hread(lines->bgzf->fp, to, room);
    *n = got > 0 ? (size_t)got : 0;
    lines->bytes_read += (int64_t)*n;
    if (got < 0) {
        return fail_read(lines, err);
    }
    return got == 0 && is_truncated(lines) ? fail_truncated(lines, err) : TFL_OK;
}

/* Moves the begun line to the front, makes room and reads on; one byte stays free for the NUL of a last line without
 * end. */
static tfl_status fill(tfl_lines *lines, tfl_error *err)
{
    memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    if (lines->end + 1 >= lines->capacity) {
        tfl_status status = TFL_GROW(lines->buffer, &lines->capacity, lines->capacity * 2, lines->name, err);
        if (status != TFL_OK) {
            return status;
        }
    }
    char *to = lines->buffer + lines->end;
    size_t room = lines->capacity - lines->end - 1;
    size_t n = 0;
    tfl_status status = TFL_OK;
    if (lines->bgzf != NULL) {
        status = read_bgzf(lines, to, room, &n, err);
    } else {
        n = read_memory(lines, to, room);
    }
    lines->has_nul = lines->has_nul || (n > 0 && memchr(to, '\0', n) != NULL);
    lines->end += n;
    lines->ended = status == TFL_OK && n == 0;
    return status;
}

/* ---------------------------------------------------------------- lines */

/* The line is buffer[start, start + length); the next one starts `skip` bytes after it. */
static tfl_status give_line(tfl_lines *lines, size_t length, size_t skip, tfl_error *err)
{
    char *line = lines->buffer + lines->start;
    lines->start += length + skip;
    lines->number++;
    if (length > 0 && line[length - 1] == '\r') {
        length--;
    }
    while (length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) { /* the mark that some editors put first, and cat anywhere */
        line += 3;
        length -= 3;
    }
    line[length] = '\0';
    lines->line = line;
    lines->length = length;
    if (lines->has_nul && memchr(line, '\0', length) != NULL) {
        return tfl_lines_fail(lines, err, "a NUL byte: this is not a text file");
    }
    return TFL_OK;
}

static tfl_status find_line(tfl_lines *lines, bool *found, tfl_error *err)
{
    size_t searched = 0;
    *found = true;
    for (;;) {
        size_t known = lines->end - lines->start;
        const char *from = lines->buffer + lines->start;
        const char *end = known > searched ? memchr(from + searched, '\n', known - searched) : NULL;
        if (end != NULL) {
            return give_line(lines, (size_t)(end - from), 1, err);
        }
        if (lines->ended) {
            *found = known > 0;
            return known > 0 ? give_line(lines, known, 0, err) : TFL_OK;
        }
        searched = known;
        tfl_status status = fill(lines, err);
        if (status != TFL_OK) {
            return status;
        }
    }
}

tfl_status tfl_lines_peek(tfl_lines *lines, size_t n, const char **bytes, size_t *found, tfl_error *err)
{
    tfl_status status = TFL_OK;
    while (status == TFL_OK && lines->end - lines->start < n && !lines->ended) {
        status = fill(lines, err);
    }
    *bytes = lines->buffer + lines->start;
    *found = lines->end - lines->start < n ? lines->end - lines->start : n;
    return status;
}

tfl_status tfl_lines_next(tfl_lines *lines, char **line, size_t *length, tfl_error *err)
{
    bool found = true;
    tfl_status status = TFL_OK;
    if (lines->pushed_back) {
        lines->pushed_back = false;
    } else {
        status = find_line(lines, &found, err);
    }
    found = found && status == TFL_OK;
    *line = found ? lines->line : NULL;
    *length = found ? lines->length : 0;
    return status;
}

void tfl_lines_push_back(tfl_lines *lines)
{
    lines->pushed_back = true;
}

int64_t tfl_lines_number(const tfl_lines *lines)
{
    return lines->number;
}

double tfl_lines_fraction(const tfl_lines *lines)
{
    if (lines->file_size <= 0) {
        return -1;
    }
    /* of a compressed file, how far HTSlib has read; of another, what has been given out */
    int64_t at = lines->bgzf->is_compressed ? (int64_t)htell(lines->bgzf->fp)
                                            : lines->bytes_read - (int64_t)(lines->end - lines->start);
    return at >= lines->file_size ? 1 : (double)at / (double)lines->file_size;
}

const char *tfl_lines_name(const tfl_lines *lines)
{
    return lines->name;
}

tfl_status tfl_lines_fail(const tfl_lines *lines, tfl_error *err, const char *format, ...)
{
    char text[TFL_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return tfl_fail(err, TFL_EINPUT, "%s:%lld: %s", lines->name, (long long)lines->number, text);
}

/* ---------------------------------------------------------------- fields */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static size_t split_at_blanks(char *line, char **field, size_t max)
{
    size_t n = 0;
    while (is_blank(*line)) {
        line++;
    }
    while (*line != '\0' && n < max) {
        field[n++] = line;
        if (n == max) {
            break;
        }
        while (*line != '\0' && !is_blank(*line)) {
            line++;
        }
        while (is_blank(*line)) {
            *line++ = '\0';
        }
    }
    return n;
}

size_t tfl_lines_split(char *line, char separator, char **field, size_t max)
{
    if (separator == ' ') {
        return split_at_blanks(line, field, max);
    }
    size_t n = 0;
    while (n < max) {
        field[n++] = line;
        char *end = n < max ? strchr(line, separator) : NULL;
        if (end == NULL) {
            break;
        }
        *end = '\0';
        line = end + 1;
    }
    return n;
}
