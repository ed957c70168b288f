#include "config.h"

#include "track/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tflift/memory.h"

tfl_status tfl_file_open(tfl_file *file, const char *path, const char *what, tfl_error *err)
{
    struct stat found;
    file->name = tfl_strdup(path);
    if (file->name == NULL) {
        return tfl_fail_memory(err, path);
    }
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &found) != 0) {
        return tfl_fail_errno(err, errno, "%s: cannot open", path);
    }
    if (!S_ISREG(found.st_mode)) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: %s is read from a file, not from a folder, pipe or device", path,
                        what);
    }
    file->size = (uint64_t)found.st_size;
    return TFL_OK;
}

void tfl_file_close(tfl_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd); /* it was only read */
    }
    free(file->name);
    *file = (tfl_file)TFL_FILE_INIT;
}

bool tfl_file_has(const tfl_file *file, uint64_t offset, uint64_t size)
{
    return size <= file->size && offset <= file->size - size;
}

tfl_status tfl_file_read(const tfl_file *file, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    char *at = bytes;
    if (!tfl_file_has(file, offset, size)) {
        return tfl_fail(err, TFL_EINPUT, "%s: is damaged or cut short: byte %llu is needed, and it has %llu",
                        file->name, (unsigned long long)offset, (unsigned long long)file->size);
    }
    while (size > 0) {
        ssize_t n = pread(file->fd, at, size, (off_t)offset);
        if (n < 0 && errno != EINTR) {
            return tfl_fail_errno(err, errno, "%s: cannot read", file->name);
        }
        if (n == 0) {
            return tfl_fail(err, TFL_EINPUT, "%s: became shorter while it was read", file->name);
        }
        if (n > 0) {
            at += n;
            offset += (uint64_t)n;
            size -= (size_t)n;
        }
    }
    return TFL_OK;
}
