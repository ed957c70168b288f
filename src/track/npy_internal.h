/*
 * npy_internal.h: the header of an array in numpy's .npy format, version 1.0: float32, C order, three dimensions.
 */
#ifndef TFLIFT_NPY_INTERNAL_H
#define TFLIFT_NPY_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

enum { TFL_NPY_HEADER = 128, TFL_NPY_MOST = 4096 };

void tfl_npy_put_header(unsigned char at[TFL_NPY_HEADER], const uint64_t shape[3]);

/* Reads the header in the size bytes at at (the first of the member, TFL_NPY_MOST of them are enough); *data is where
 * the array begins. */
tfl_status tfl_npy_get_header(const unsigned char *at, size_t size, uint64_t shape[3], size_t *data,
                              tfl_error *err) TFL_MUST_USE;

#endif
