/*
 * memory.h: allocation with checked sizes. Every dimension that comes from a file goes through here before memory is
 * asked for.
 */
#ifndef TFLIFT_MEMORY_H
#define TFLIFT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *product = a * b; false on overflow (then *product is SIZE_MAX). */
bool tfl_size_mul(size_t a, size_t b, size_t *product) TFL_MUST_USE;

/* *sum = a + b; false on overflow (then *sum is SIZE_MAX). */
bool tfl_size_add(size_t a, size_t b, size_t *sum) TFL_MUST_USE;

/* *size = n, as a file or a user names it; false where it does not fit (then *size is SIZE_MAX). */
bool tfl_size_from(uint64_t n, size_t *size) TFL_MUST_USE;

/* Zeroed array of count elements of size bytes; count 0 gives a valid pointer. NULL on overflow or out of memory.
 * The caller frees with free(). */
void *tfl_calloc(size_t count, size_t size) TFL_MUST_USE;

/* Array grown or shrunk to count elements, the old content kept; NULL on overflow or out of memory, and then the old
 * array is untouched. The caller frees with free(). */
void *tfl_realloc(void *array, size_t count, size_t size) TFL_MUST_USE;

/* Makes room for at least need elements of size bytes in *array, where array is the address of a pointer of any type,
 * growing *capacity geometrically. *array and *capacity are unchanged on failure. what names the thing in the error
 * message. */
tfl_status tfl_grow(void *array, size_t size, size_t *capacity, size_t need, const char *what,
                    tfl_error *err) TFL_MUST_USE;

/* The same for a pointer, whose elements have the size that its type says. */
#define TFL_GROW(pointer, capacity, need, what, err) tfl_grow(&(pointer), sizeof *(pointer), capacity, need, what, err)

/* count floats at a 64-byte boundary, zeroed; free with free(). NULL on overflow or out of memory. Arrays of megabytes
 * lie on huge pages where the system has some to give. */
float *tfl_alloc_floats(size_t count) TFL_MUST_USE;

/* Copies of a text, or of its first length bytes; NULL when out of memory. The caller frees with free(). */
char *tfl_strdup(const char *text) TFL_MUST_USE;
char *tfl_strndup(const char *text, size_t length) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
