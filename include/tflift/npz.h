/*
 * npz.h: the arrays of a npz archive (numpy.savez), each in a file of its own, for programs that want one array per file.
 */
#ifndef TFLIFT_NPZ_H
#define TFLIFT_NPZ_H

#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_npz tfl_npz;

/* Opens the archive; the caller closes. Members that are no arrays (*.npy) are passed over; without any array it is an
 * error. */
tfl_status tfl_npz_open(const char *path, tfl_npz **out, tfl_error *err) TFL_MUST_USE;
void tfl_npz_close(tfl_npz *npz);

size_t tfl_npz_size(const tfl_npz *npz);
const char *tfl_npz_array(const tfl_npz *npz, size_t i); /* its name: "one_hot" */

/* Writes every array i to path[i]: where that ends in .npy as such a file, else as a npz archive in which it is called arr_0, as numpy calls
 * an array without a name. Checksums are compared; bytes are not changed. No file appears before all are written. */
tfl_status tfl_npz_write(const tfl_npz *npz, const char *const *path, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
