/*
 * Preloaded into a program (LD_PRELOAD), lets a call of the operating system fail: TFL_FAULT=NAME:K:FILE is the K-th
 * call (from 1) of write (and pwrite), fsync, close, rename or create (an open that may make a file), and FILE is then
 * made, so that the test knows that it happened. Standard error, folders, what is only read, the counters of a coverage
 * build, what fontconfig keeps for itself, and for close what has no name any more (spilled data), do not count.
 */
#define _GNU_SOURCE 1 /* NOLINT: RTLD_NEXT */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int (*real_open(void))(const char *, int, ...)
{
    int (*function)(const char *, int, ...);
    void *found = dlsym(RTLD_NEXT, "open");
    memcpy(&function, &found, sizeof function);
    return function;
}

/* Whether this call of name is the one that fails. */
static int fails(const char *name)
{
    const char *fault = getenv("TFL_FAULT");
    size_t length = strlen(name);
    if (fault == NULL || strncmp(fault, name, length) != 0 || fault[length] != ':') {
        return 0;
    }
    char *file;
    long wanted = strtol(fault + length + 1, &file, 10);
    if (atomic_fetch_add(&calls, 1) + 1 != wanted) {
        return 0;
    }
    int mark = real_open()(file + 1, O_WRONLY | O_CREAT, 0666);
    (void)mark; /* stays open: close may be the call that fails */
    return 1;
}

/* The counters of a coverage build; the cache that fontconfig writes when it likes, and does without where it cannot. */
static int is_of_others(const char *path)
{
    const char *suffix = strrchr(path, '.');
    return (suffix != NULL && strcmp(suffix, ".gcda") == 0) || strstr(path, "/fontconfig/") != NULL;
}

static int is_file_of_others(int fd)
{
    char link[64];
    char path[4096];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return is_of_others(path);
}

static int is_written(int fd)
{
    struct stat status;
    int flags = fcntl(fd, F_GETFL);
    return fd != STDERR_FILENO && flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fstat(fd, &status) == 0 &&
           S_ISREG(status.st_mode) && !is_file_of_others(fd);
}

static int has_name(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    ssize_t (*next)(int, const void *, size_t);
    void *found = dlsym(RTLD_NEXT, "write");
    memcpy(&next, &found, sizeof next);
    if (is_written(fd) && fails("write")) {
        errno = ENOSPC;
        return -1;
    }
    return next(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    ssize_t (*next)(int, const void *, size_t, off64_t);
    void *found = dlsym(RTLD_NEXT, "pwrite64");
    memcpy(&next, &found, sizeof next);
    if (is_written(fd) && fails("write")) {
        errno = ENOSPC;
        return -1;
    }
    return next(fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}

int fsync(int fd)
{
    int (*next)(int);
    void *found = dlsym(RTLD_NEXT, "fsync");
    memcpy(&next, &found, sizeof next);
    if (is_written(fd) && fails("fsync")) {
        errno = EIO;
        return -1;
    }
    return next(fd);
}

int close(int fd)
{
    int (*next)(int);
    void *found = dlsym(RTLD_NEXT, "close");
    memcpy(&next, &found, sizeof next);
    int wanted = is_written(fd) && has_name(fd) && fails("close");
    int result = next(fd); /* a close that fails has closed */
    if (wanted) {
        errno = EIO;
        return -1;
    }
    return result;
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *);
    void *found = dlsym(RTLD_NEXT, "rename");
    memcpy(&next, &found, sizeof next);
    if (!is_of_others(to) && fails("rename")) {
        errno = EACCES;
        return -1;
    }
    return next(from, to);
}

static int open_any(const char *name, const char *path, int flags, mode_t mode)
{
    int (*next)(const char *, int, ...);
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(&next, &found, sizeof next);
    if ((flags & O_CREAT) != 0 && !is_of_others(path) && fails("create")) {
        errno = ENOSPC;
        return -1;
    }
    return next(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest)
{
    return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_any("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_any("open64", path, flags, mode);
}
