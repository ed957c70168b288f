/*
 * ONNX files from short programs, written byte by byte with the numbers of onnx.proto: independent of how the library
 * writes and reads.
 *
 *     y = Conv(x, 3x4x5~1, 3~2) pads=[2,2] auto_pad='NOTSET'
 *     z, mask = Dropout(y, 0.5)
 *
 * A statement per line or ';'. The input is x; the output is the first of the last statement. What goes in is a name,
 * nothing (_, an input left out), or a constant: 3 and [1,2] are int64, 0.5 and [0.5,1.0] float, 2x3[1,2,3,4,5,6] has
 * dimensions (1: float when it has a point), and 2x3~7 is random floats from seed 7. Constants become initializers, or
 * attribute value={…} of Constant. The node of y is called
 * "/y"; an attribute with `?=` says nothing of its type, as those of early writers; `@name` behind a statement calls it name ('@' alone: no name).
 */
#ifndef TFLIFT_TEST_ONNX_H
#define TFLIFT_TEST_ONNX_H

#include <stddef.h>

/* The file of a program at that opset; input dimensions as "N 4 12" (a name is a free dimension). The caller frees. */
unsigned char *test_onnx_program(int opset, const char *input, const char *program, size_t *size);

/* The pieces, for files that are wrong on purpose. */
typedef struct test_bytes {
    unsigned char *byte;
    size_t size, capacity;
} test_bytes;

void test_bytes_free(test_bytes *bytes);
void test_put(test_bytes *to, const void *bytes, size_t size);
void test_put_integer(test_bytes *to, unsigned field, long long value);
void test_put_text(test_bytes *to, unsigned field, const char *text);
/* The message from, which is then freed. */
void test_put_message(test_bytes *to, unsigned field, test_bytes *from);

/* A TensorProto of that type with raw bytes; dims as "2 3". */
test_bytes test_tensor(const char *name, int type, const char *dims, const void *raw, size_t size);

/* Adds nodes and initializers of the program to a GraphProto; returns the name of the last output, the caller's to
 * free. */
char *test_put_program(test_bytes *graph, const char *program);
/* A ValueInfoProto of that field (11: input, 12: output). */
void test_put_value(test_bytes *graph, unsigned field, const char *name, const char *dims);
/* The whole ModelProto around graph, which is freed. */
test_bytes test_model(int opset, test_bytes *graph);

#endif
