/* The shortest decimal that reads back as a floating-point number. */
#ifndef TFLIFT_BASE_DECIMAL_INTERNAL_H
#define TFLIFT_BASE_DECIMAL_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* digits * 10^exponent; digits may end in zeros. */
typedef struct tfl_decimal {
    uint64_t digits;
    int exponent;
} tfl_decimal;

/* Of a positive finite number. */
tfl_decimal tfl_decimal_of_float(float value);
tfl_decimal tfl_decimal_of_double(double value);

/* number * 10^k rounded to a whole one, of two equally close ones the even one, exactly; number >= 0. False where that is more than
 * this way can do: k outside 0 … TFL_EXACT_POWER, numbers that need nearly 64 bits, and some very small ones. */
enum { TFL_EXACT_POWER = 55 };
bool tfl_decimal_scale(double number, int k, uint64_t *whole);

/* floor(log10(number)), or one less; number > 0 and not subnormal. */
int tfl_decimal_exponent(double number);

/* tfl_power_of_ten[k - TFL_LEAST_POWER] is 10^k in 128 bits, high half first, rounded up: the highest bit of the high
 * half is set, and 10^k <= number * 2^(floor(log2(10^k)) - 127). */
enum { TFL_LEAST_POWER = -292, TFL_GREATEST_POWER = 324 };
extern const uint64_t tfl_power_of_ten[TFL_GREATEST_POWER - TFL_LEAST_POWER + 1][2];

#endif
