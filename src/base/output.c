/* Outputs that appear under their name only when they are complete. */
#include "config.h"

#include "tflift/output.h"

#include "base/tempfile_internal.h"
#include "tflift/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 18, LARGEST_RESERVE = 1 << 16 };

/* The bytes of one BGZF block before compression, as other writers have it, and room for it afterwards. */
enum { BLOCK_SIZE = 0xFF00, COMPRESSED_SIZE = 1 << 16, LEVEL = 6 };

struct tfl_output {
    char *name;             /* as the user gave it, for messages */
    char *target;           /* where the file will be, symbolic links followed; NULL: written directly */
    tfl_tempfile *tempfile; /* NULL: written directly */
    int fd;
    char *compressed; /* [COMPRESSED_SIZE] a block; NULL: plain */
    char *buffer;
    size_t used;
    uint64_t flushed; /* bytes that have left the buffer */
    tfl_error failure;
};

/* ---------------------------------------------------------------- opening */

/* What path leads to when its last part is a chain of symbolic links, the last of which may lead to nothing yet. false
 * with errno set on failure. */
static bool follow_links(const char *path, char end[PATH_MAX])
{
    char link[PATH_MAX];
    ssize_t length = (ssize_t)strlen(path);
    size_t folder = 0; /* what of end stays */
    for (int links = 0; length >= 0; links++) {
        if (links > 40 || folder + (size_t)length >= PATH_MAX) {
            errno = links > 40 ? ELOOP : ENAMETOOLONG;
            return false;
        }
        memcpy(end + folder, links == 0 ? path : link, (size_t)length);
        end[folder + (size_t)length] = '\0';
        struct stat status;
        if (lstat(end, &status) != 0 || !S_ISLNK(status.st_mode)) {
            return true;
        }
        length = readlink(end, link, sizeof link);
        folder = length > 0 && link[0] == '/' ? 0 : tfl_path_folder(end);
    }
    return false;
}

/* The open descriptor that path stands for, or -1: these are written where they are, not replaced. */
static int standing_descriptor(const char *path)
{
    static const struct {
        const char *path;
        int fd;
    } fixed[] = {{"-", STDOUT_FILENO}, {"/dev/stdout", STDOUT_FILENO}, {"/dev/stderr", STDERR_FILENO}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (strcmp(path, fixed[i].path) == 0) {
            return fixed[i].fd;
        }
    }
    static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        size_t length = strlen(folder[i]);
        size_t digits = strncmp(path, folder[i], length) == 0 ? strspn(path + length, "0123456789") : 0;
        if (digits > 0 && digits <= 6 && path[length + digits] == '\0') {
            return (int)strtol(path + length, NULL, 10);
        }
    }
    return -1;
}

static tfl_status open_directly(tfl_output *output, const char *path, tfl_error *err)
{
    int standing = standing_descriptor(path);
    output->fd = standing >= 0 ? fcntl(standing, F_DUPFD_CLOEXEC, 3) : open(path, O_WRONLY | O_CLOEXEC);
    if (output->fd < 0) {
        return tfl_fail_errno(err, errno, "%s: cannot open for writing", output->name);
    }
    return TFL_OK;
}

static tfl_status open_tempfile(tfl_output *output, const char *path, const struct stat *old, tfl_error *err)
{
    if (old != NULL && access(path, W_OK) != 0) {
        return tfl_fail_errno(err, errno, "%s: cannot overwrite the file", output->name);
    }
    char end[PATH_MAX];
    if (!follow_links(path, end)) {
        return tfl_fail_errno(err, errno, "%s: cannot %s", output->name,
                              errno == ENAMETOOLONG ? "create a file there" : "follow the symbolic link");
    }
    output->target = tfl_strdup(end);
    if (output->target == NULL) {
        return tfl_fail_memory(err, "an output");
    }
    mode_t mode = old != NULL ? old->st_mode & 07777 : 0666;
    return tfl_tempfile_create(output->target, mode, old != NULL, output->name, &output->tempfile, &output->fd, err);
}

static tfl_status open_descriptor(tfl_output *output, const char *path, tfl_error *err)
{
    struct stat old;
    if (standing_descriptor(path) >= 0) {
        return open_directly(output, path, err);
    }
    if (*path == '\0') {
        return tfl_fail(err, TFL_EUSAGE, "the name of an output is empty: give a file name, or - for standard output");
    }
    if (path[strlen(path) - 1] == '/') {
        return tfl_fail(err, TFL_EUSAGE, "%s: is a folder, and a file name is needed", path);
    }
    if (stat(path, &old) != 0) {
        return open_tempfile(output, path, NULL, err);
    }
    if (S_ISDIR(old.st_mode)) {
        return tfl_fail(err, TFL_EUSAGE, "%s: is a folder, and a file name is needed", path);
    }
    return S_ISREG(old.st_mode) ? open_tempfile(output, path, &old, err) : open_directly(output, path, err);
}

size_t tfl_output_stem(const char *path)
{
    static const char *const suffixes[] = {".gz", ".bgz", ".bgzf"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t n = strlen(suffixes[i]);
        if (length > n && strcasecmp(path + length - n, suffixes[i]) == 0) {
            return length - n;
        }
    }
    return length;
}

tfl_status tfl_output_open(const char *path, tfl_compression compression, tfl_output **out, tfl_error *err)
{
    *out = NULL;
    tfl_output *output = tfl_calloc(1, sizeof *output);
    if (output == NULL) {
        return tfl_fail_memory(err, "an output");
    }
    output->fd = -1;
    output->buffer = tfl_realloc(NULL, BUFFER_SIZE, 1);
    output->name = tfl_strdup(strcmp(path, "-") == 0 ? "standard output" : path);
    tfl_status status = output->buffer == NULL || output->name == NULL ? tfl_fail_memory(err, "an output") : TFL_OK;
    if (status == TFL_OK) {
        status = open_descriptor(output, path, err);
    }
    if (status == TFL_OK && compression == TFL_BY_NAME && path[tfl_output_stem(path)] != '\0') {
        output->compressed = tfl_realloc(NULL, COMPRESSED_SIZE, 1);
        status = output->compressed == NULL ? tfl_fail_memory(err, "compression") : TFL_OK;
    }
    if (status != TFL_OK) {
        tfl_output_discard(output);
        return status;
    }
    *out = output;
    return TFL_OK;
}

/* ---------------------------------------------------------------- writing */

static tfl_status fail_write(tfl_output *output, int error)
{
    return tfl_fail_errno(&output->failure, error, "%s: cannot write", output->name);
}

/* The failure that the output remembers, for the caller. */
static tfl_status tell(const tfl_output *output, tfl_error *err)
{
    return tfl_fail(err, output->failure.status, "%s", output->failure.message);
}

/* 0, or the errno of what went wrong. A descriptor that somebody made non-blocking is waited for. */
static int write_fully(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n >= 0) {
            bytes += n;
            size -= (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/* Bytes as they are to be in the file. */
static tfl_status put(tfl_output *output, const char *bytes, size_t size)
{
    int error = output->failure.status == TFL_OK ? write_fully(output->fd, bytes, size) : 0;
    return error != 0 ? fail_write(output, error) : output->failure.status;
}

/* A block of at most BLOCK_SIZE bytes; an empty one marks the end of the file. We write the blocks ourselves, as
 * bgzf_close() leaks when the disk is full. */
static tfl_status put_block(tfl_output *output, const char *bytes, size_t size)
{
    size_t compressed = COMPRESSED_SIZE;
    if (bgzf_compress(output->compressed, &compressed, bytes, size, LEVEL) != 0) {
        return tfl_fail(&output->failure, TFL_ENOMEM, "%s: cannot compress", output->name);
    }
    return put(output, output->compressed, compressed);
}

/* Empties the buffer. Blocks are full ones but for the last, so that the file does not depend on how its bytes came:
 * what does not fill a block stays, unless it is wanted out now. */
static tfl_status empty_buffer(tfl_output *output, bool wanted_out)
{
    size_t done = 0;
    if (output->compressed == NULL) {
        (void)put(output, output->buffer, output->used);
        done = output->used;
    }
    while (output->used - done >= BLOCK_SIZE || (wanted_out && done < output->used)) {
        size_t size = output->used - done < BLOCK_SIZE ? output->used - done : BLOCK_SIZE;
        (void)put_block(output, output->buffer + done, size);
        done += size;
    }
    memmove(output->buffer, output->buffer + done, output->used - done);
    output->used -= done;
    output->flushed += done;
    return output->failure.status;
}

tfl_status tfl_output_write(tfl_output *output, const void *bytes, size_t size, tfl_error *err)
{
    const char *at = bytes;
    while (output->failure.status == TFL_OK && size > BUFFER_SIZE - output->used) {
        size_t fits = BUFFER_SIZE - output->used;
        memcpy(output->buffer + output->used, at, fits);
        output->used += fits;
        at += fits;
        size -= fits;
        (void)empty_buffer(output, false);
    }
    if (output->failure.status != TFL_OK) {
        return tell(output, err);
    }
    memcpy(output->buffer + output->used, at, size);
    output->used += size;
    return TFL_OK;
}

char *tfl_output_reserve(tfl_output *output, size_t size, tfl_error *err)
{
    if (size > LARGEST_RESERVE) {
        (void)tfl_fail(err, TFL_EUSAGE, "%s: %zu bytes at once, and %d is the most", output->name, size,
                       LARGEST_RESERVE);
        return NULL;
    }
    if (output->failure.status == TFL_OK && size > BUFFER_SIZE - output->used) {
        (void)empty_buffer(output, false);
    }
    if (output->failure.status != TFL_OK) {
        (void)tell(output, err);
        return NULL;
    }
    return output->buffer + output->used;
}

void tfl_output_advance(tfl_output *output, size_t used)
{
    output->used += used;
}

/* A text longer than a reservation is formatted in memory of its own. */
static tfl_status write_long_text(tfl_output *output, size_t length, tfl_error *err, const char *format,
                                  va_list arguments) TFL_PRINTF(4, 0);

static tfl_status write_long_text(tfl_output *output, size_t length, tfl_error *err, const char *format,
                                  va_list arguments)
{
    char *text = tfl_realloc(NULL, length + 1, 1);
    if (text == NULL) {
        return tfl_fail_memory(err, output->name);
    }
    (void)vsnprintf(text, length + 1, format, arguments);
    tfl_status status = tfl_output_write(output, text, length, err);
    free(text);
    return status;
}

tfl_status tfl_output_printf(tfl_output *output, tfl_error *err, const char *format, ...)
{
    char *room = tfl_output_reserve(output, LARGEST_RESERVE, err);
    if (room == NULL) {
        return output->failure.status;
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(room, LARGEST_RESERVE, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return tfl_fail_errno(err, errno, "%s: cannot format a line", output->name);
    }
    if (length < LARGEST_RESERVE) {
        tfl_output_advance(output, (size_t)length);
        return TFL_OK;
    }
    va_start(arguments, format);
    tfl_status status = write_long_text(output, (size_t)length, err, format, arguments);
    va_end(arguments);
    return status;
}

const char *tfl_output_name(const tfl_output *output)
{
    return output->name;
}

uint64_t tfl_output_position(const tfl_output *output)
{
    return output->flushed + output->used;
}

bool tfl_output_seekable(const tfl_output *output)
{
    return output->tempfile != NULL && output->compressed == NULL;
}

tfl_status tfl_output_patch(tfl_output *output, uint64_t offset, const void *bytes, size_t size, tfl_error *err)
{
    uint64_t position = tfl_output_position(output);
    if (!tfl_output_seekable(output)) {
        return tfl_fail(err, TFL_EUSAGE, "%s: this format needs a plain file, not a pipe or compression", output->name);
    }
    if (offset > position || size > position - offset) {
        return tfl_fail(err, TFL_EUSAGE, "%s: only bytes that were written can be overwritten", output->name);
    }
    if (output->failure.status == TFL_OK && empty_buffer(output, true) == TFL_OK) {
        int error = tfl_pwrite_fully(output->fd, offset, bytes, size);
        if (error != 0) {
            (void)fail_write(output, error);
        }
    }
    return output->failure.status == TFL_OK ? TFL_OK : tell(output, err);
}

tfl_status tfl_output_flush(tfl_output *output, tfl_error *err)
{
    if (output->failure.status == TFL_OK) {
        (void)empty_buffer(output, true);
    }
    return output->failure.status == TFL_OK ? TFL_OK : tell(output, err);
}

/* ---------------------------------------------------------------- the end */

/* Full disks and lost servers may be told only here. */
static void close_descriptor(tfl_output *output)
{
    if (output->tempfile != NULL && output->failure.status == TFL_OK && fsync(output->fd) != 0 && errno != EINVAL &&
        errno != ENOTSUP) {
        (void)fail_write(output, errno);
    }
    if (close(output->fd) != 0 && errno != EINTR) {
        (void)fail_write(output, errno);
    }
    output->fd = -1;
}

tfl_status tfl_output_finish(tfl_output *output, tfl_error *err)
{
    if (output->fd >= 0) {
        if (output->failure.status == TFL_OK && empty_buffer(output, true) == TFL_OK && output->compressed != NULL) {
            (void)put_block(output, "", 0);
        }
        close_descriptor(output);
    }
    return output->failure.status == TFL_OK ? TFL_OK : tell(output, err);
}

tfl_status tfl_output_commit(tfl_output *output, tfl_error *err)
{
    tfl_status status = tfl_output_finish(output, err);
    if (status == TFL_OK && output->tempfile != NULL) {
        tfl_tempfile *finished = output->tempfile;
        output->tempfile = NULL;
        output->failure.status = tfl_tempfile_rename(finished, output->target, output->name, &output->failure);
        status = output->failure.status == TFL_OK ? TFL_OK : tell(output, err);
    }
    tfl_output_discard(output);
    return status;
}

void tfl_output_discard(tfl_output *output)
{
    if (output == NULL) {
        return;
    }
    if (output->fd >= 0) {
        (void)close(output->fd);
    }
    tfl_tempfile_remove(output->tempfile);
    free(output->target);
    free(output->buffer);
    free(output->compressed);
    free(output->name);
    free(output);
}

/* ---------------------------------------------------------------- outputs that are inputs */

/* What path leads to; where it is "-", what that standard stream does, which may be closed. */
static bool is_there(const char *path, int standard, struct stat *status)
{
    if (strcmp(path, "-") != 0) {
        return stat(path, status) == 0;
    }
    *status = (struct stat){0};
    (void)fstat(standard, status);
    return true;
}

static bool is_same_file(const struct stat *one, const struct stat *two)
{
    return one->st_dev == two->st_dev && one->st_ino == two->st_ino;
}

/* Whether two paths have their last part in one folder. */
static bool is_same_folder(const char *one, const char *two)
{
    const char *path[] = {one, two};
    struct stat status[2];
    for (size_t i = 0; i < 2; i++) {
        char folder[PATH_MAX] = ".";
        size_t length = tfl_path_folder(path[i]);
        if (length >= sizeof folder) {
            return false;
        }
        if (length > 0) {
            memcpy(folder, path[i], length);
            folder[length] = '\0';
        }
        if (stat(folder, &status[i]) != 0) {
            return false;
        }
    }
    return is_same_file(&status[0], &status[1]);
}

/* Whether paths that lead to nothing as yet lead to the same place. */
static bool is_same_place(const char *one, const char *two)
{
    char end[2][PATH_MAX];
    return follow_links(one, end[0]) && follow_links(two, end[1]) &&
           strcmp(end[0] + tfl_path_folder(end[0]), end[1] + tfl_path_folder(end[1])) == 0 &&
           is_same_folder(end[0], end[1]);
}

/* Whether output and the other path, which may lead to nothing as yet, are one file; standard is what "-" is for the
 * other. */
static bool is_one_file(const char *output, const char *other, int standard)
{
    struct stat status[2];
    bool there[] = {is_there(output, STDOUT_FILENO, &status[0]), is_there(other, standard, &status[1])};
    if (there[0] && there[1]) {
        return S_ISREG(status[0].st_mode) && is_same_file(&status[0], &status[1]);
    }
    return !there[0] && !there[1] && is_same_place(output, other);
}

tfl_status tfl_output_check(const char *output_path, const char *const *input_path, size_t n, tfl_error *err)
{
    for (size_t i = 0; output_path != NULL && i < n; i++) {
        if (input_path[i] != NULL && is_one_file(output_path, input_path[i], STDIN_FILENO)) {
            return tfl_fail(err, TFL_EUSAGE, "%s: would overwrite the input %s: give the output another name",
                            strcmp(output_path, "-") == 0 ? "standard output" : output_path,
                            strcmp(input_path[i], "-") == 0 ? "standard input" : input_path[i]);
        }
    }
    return TFL_OK;
}

bool tfl_output_same(const char *one, const char *two)
{
    return strcmp(one, two) == 0 || is_one_file(one, two, STDOUT_FILENO);
}
