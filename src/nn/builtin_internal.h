/* data/tal1-gata1.onnx, compiled in by scripts/embed. */
#ifndef TFLIFT_BUILTIN_INTERNAL_H
#define TFLIFT_BUILTIN_INTERNAL_H

#include <stddef.h>

extern const unsigned char tfl_builtin_network[];
extern const size_t tfl_builtin_network_size;

#endif
