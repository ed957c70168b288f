#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/output.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint8_t fuzz_byte(fuzz_bytes *bytes)
{
    if (bytes->left == 0) {
        return 0;
    }
    bytes->left--;
    return *bytes->at++;
}

uint32_t fuzz_word(fuzz_bytes *bytes)
{
    uint32_t word = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        word |= (uint32_t)fuzz_byte(bytes) << shift;
    }
    return word;
}

void fuzz_need(int ok, const char *format, ...)
{
    if (ok) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    abort();
}

void *fuzz_calloc(size_t n, size_t size)
{
    void *memory = calloc(n == 0 ? 1 : n, size);
    fuzz_need(memory != NULL, "the target is out of memory");
    return memory;
}

char *fuzz_file(const uint8_t *data, size_t size)
{
    static const char name[] = "/tflift-fuzz-XXXXXX";
    const char *folder = tfl_spill_folder();
    size_t room = strlen(folder) + sizeof name;
    char *path = fuzz_calloc(room, 1);
    snprintf(path, room, "%s%s", folder, name);
    int fd = mkstemp(path);
    fuzz_need(fd >= 0, "%s: cannot be made", path);
    bool written = write(fd, data, size) == (ssize_t)size;
    written &= close(fd) == 0;
    fuzz_need(written, "%s: cannot be written", path);
    return path;
}

int fuzz_succeeded(tfl_status status, tfl_error *err)
{
    fuzz_need(status == err->status, "status %d, but the error says %d: %s", (int)status, (int)err->status,
              err->message);
    fuzz_need((status == TFL_OK) == (err->message[0] == '\0'), "status %d with the message \"%s\"", (int)status,
              err->message);
    fuzz_need(strchr(err->message, '\n') == NULL, "a message of more than one line: %s", err->message);
    tfl_error_clear(err);
    return status == TFL_OK;
}
