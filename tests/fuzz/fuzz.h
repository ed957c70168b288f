/* What the fuzz targets share. A target says what is wrong and aborts, which libFuzzer and the replaying driver both
 * report. */
#ifndef TFLIFT_FUZZ_H
#define TFLIFT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

/* The target. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as numbers, one after the other; 0 when it has ended. */
typedef struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
} fuzz_bytes;

uint8_t fuzz_byte(fuzz_bytes *bytes);
uint32_t fuzz_word(fuzz_bytes *bytes); /* four bytes, the lowest first */

/* Aborts with this message unless ok. */
void fuzz_need(int ok, const char *format, ...) TFL_PRINTF(2, 3);

/* Memory that a target cannot do without, zeroed. The caller frees. */
void *fuzz_calloc(size_t n, size_t size);

/* Writes data to a new file in $TMPDIR, else /tmp, for what reads files only. Its path, the caller's to remove and free. */
char *fuzz_file(const uint8_t *data, size_t size);

/* Aborts unless a failure came with its message and status, and a success without. Returns whether it was a success;
 * err is cleared. */
int fuzz_succeeded(tfl_status status, tfl_error *err);

#endif
