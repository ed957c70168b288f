/*
 * number.h: numbers from text and to text, strict, whatever the locale.
 *
 * Parsing takes the whole text or fails: no leading blanks, no trailing characters, no silent clamping.
 */
#ifndef TFLIFT_NUMBER_H
#define TFLIFT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Decimal integer, optional sign, within [low, high]. False: not one (value untouched). */
bool tfl_parse_int(const char *text, int64_t low, int64_t high, int64_t *value) TFL_MUST_USE;

/* Decimal integer 0..2^64-1, for seeds. */
bool tfl_parse_uint64(const char *text, uint64_t *value) TFL_MUST_USE;

/* Finite decimal floating-point number; "nan", "inf", hexadecimal and overflow are refused. */
bool tfl_parse_double(const char *text, double *value) TFL_MUST_USE;

enum { TFL_NUMBER_SIZE = 32 }; /* room that the formatters need, NUL included */

/* Shortest decimal text that reads back as exactly this float: "0.25", "-1.5e-07", "0", "nan", "inf". Returns its
 * length. */
size_t tfl_format_float(char text[TFL_NUMBER_SIZE], float value);

/* The same for a double. */
size_t tfl_format_double(char text[TFL_NUMBER_SIZE], double value);

/* What printf would write for "%.*f" and "%.*g", with a decimal point in any locale, several times faster. Up to 9 decimals of a number within
 * 1e15; 1 to 15 digits. */
size_t tfl_format_fixed(char text[TFL_NUMBER_SIZE], int decimals, double value);
size_t tfl_format_significant(char text[TFL_NUMBER_SIZE], int digits, double value);

/* Decimal text of an integer. Returns its length. */
size_t tfl_format_int(char text[TFL_NUMBER_SIZE], int64_t value);

#ifdef __cplusplus
}
#endif
#endif
