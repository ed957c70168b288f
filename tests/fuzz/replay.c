/*
 * replay FILE…: gives each file to the fuzz target that this is linked with, as libFuzzer does when it is given files.
 * So the seeds and the inputs that once broke something are tried in every build, with any compiler.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_SIZE = 1 << 20 };

/* The bytes of a file in memory of exactly their number, so that a sanitizer sees a read behind them. NULL when it
 * cannot be read. */
static uint8_t *read_file(const char *path, size_t *size)
{
    uint8_t *all = NULL;
    uint8_t *buffer = fuzz_calloc(MAX_SIZE, 1);
    FILE *file = fopen(path, "rb");
    if (file != NULL) {
        *size = fread(buffer, 1, MAX_SIZE, file);
        if (!ferror(file) && feof(file)) {
            all = fuzz_calloc(*size, 1);
            for (size_t i = 0; i < *size; i++) {
                all[i] = buffer[i];
            }
        }
        (void)fclose(file);
    }
    free(buffer);
    return all;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t size = 0;
        uint8_t *bytes = read_file(argv[i], &size);
        if (bytes == NULL) {
            (void)fprintf(stderr, "%s: cannot be read, or has more than %d bytes\n", argv[i], MAX_SIZE);
            return EXIT_FAILURE;
        }
        (void)fprintf(stderr, "Running: %s\n", argv[i]); /* before: when it breaks, this says where */
        (void)LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
    return EXIT_SUCCESS;
}
