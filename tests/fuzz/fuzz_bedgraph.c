/* A bedGraph, merged into one: merging that once more changes no byte. (One without rows or comments is nothing to
 * merge.) */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static int merge(const char *from, const char *to)
{
    tfl_error err = TFL_ERROR_INIT;
    const char *const path[] = {from};
    const tfl_merge_options options = {.overlap = TFL_OVERLAP_FIRST};
    return fuzz_succeeded(tfl_merge_tracks(path, 1, to, tfl_track_format_find("bedgraph"), &options, NULL, &err), &err);
}

/* The first MOST bytes of a file. */
static size_t read_file(const char *path, char *bytes)
{
    FILE *file = fopen(path, "rb");
    fuzz_need(file != NULL, "%s is not there", path);
    size_t size = fread(bytes, 1, MOST, file);
    (void)fclose(file);
    return size;
}

static void compare(const char *one, const char *two)
{
    char *bytes = fuzz_calloc(2, MOST);
    size_t size = read_file(one, bytes);
    fuzz_need(read_file(two, bytes + MOST) == size && memcmp(bytes, bytes + MOST, size) == 0,
              "merging again gives other bytes");
    free(bytes);
}

/* Whether a row spans more bases than there is time for. */
static int is_large(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > 6) {
            return 1;
        }
    }
    return size >= 2 && data[0] == 0x1F && data[1] == 0x8B; /* compressed, it may hold anything */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (is_large(data, size)) {
        return 0;
    }
    char *from = fuzz_file(data, size), *once = fuzz_file(data, 0), *twice = fuzz_file(data, 0);
    struct stat merged;
    if (merge(from, once) && stat(once, &merged) == 0 && merged.st_size > 0) {
        fuzz_need(merge(once, twice), "what was merged is not read");
        compare(once, twice);
    }
    (void)unlink(from);
    (void)unlink(once);
    (void)unlink(twice);
    free(from);
    free(once);
    free(twice);
    return 0;
}
