/* Temporary files without a name. */
#include "config.h"

#include "tflift/output.h"

#include "base/tempfile_internal.h"
#include "tflift/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *tfl_spill_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

tfl_status tfl_spill_open(int *fd, tfl_error *err)
{
    static const char name[] = "/tflift-XXXXXX";
    const char *folder = tfl_spill_folder();
    size_t size = strlen(folder) + sizeof name;
    char *path = tfl_realloc(NULL, size, 1);
    if (path == NULL) {
        return tfl_fail_memory(err, "the name of a temporary file");
    }
    (void)snprintf(path, size, "%s%s", folder, name);
    tfl_status status = TFL_OK;
    *fd = mkstemp(path);
    if (*fd < 0) {
        status = tfl_fail_errno(err, errno, "%s: cannot create a temporary file (TMPDIR names another folder)", folder);
    } else {
        (void)unlink(path);
        (void)fcntl(*fd, F_SETFD, FD_CLOEXEC);
    }
    free(path);
    return status;
}

/* pread and pwrite take an off_t. */
static bool fits(uint64_t offset, uint64_t size)
{
    return size <= INT64_MAX && offset <= (uint64_t)INT64_MAX - size;
}

tfl_status tfl_spill_read(int fd, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    char *at = bytes;
    if (!fits(offset, size)) {
        return tfl_fail_errno(err, EOVERFLOW, "temporary file: cannot read");
    }
    while (size > 0) {
        ssize_t n = pread(fd, at, size, (off_t)offset);
        if (n == 0) {
            return tfl_fail(err, TFL_EIO, "temporary file: ends %zu bytes too early", size);
        }
        if (n < 0 && errno != EINTR) {
            return tfl_fail_errno(err, errno, "temporary file: cannot read");
        }
        if (n > 0) {
            at += n;
            offset += (uint64_t)n;
            size -= (size_t)n;
        }
    }
    return TFL_OK;
}

int tfl_pwrite_fully(int fd, uint64_t offset, const void *bytes, size_t size)
{
    const char *at = bytes;
    if (!fits(offset, size)) {
        return EOVERFLOW;
    }
    while (size > 0) {
        ssize_t n = pwrite(fd, at, size, (off_t)offset);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            at += n;
            offset += (uint64_t)n;
            size -= (size_t)n;
        }
    }
    return 0;
}

tfl_status tfl_spill_write(int fd, uint64_t offset, const void *bytes, size_t size, tfl_error *err)
{
    int error = tfl_pwrite_fully(fd, offset, bytes, size);
    if (error != 0) {
        return tfl_fail_errno(err, error, "temporary file: cannot write (TMPDIR names another folder)");
    }
    return TFL_OK;
}
