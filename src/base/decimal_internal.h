/* The shortest decimal that reads back as a floating-point number. */
#ifndef TFLIFT_BASE_DECIMAL_INTERNAL_H
#define TFLIFT_BASE_DECIMAL_INTERNAL_H

#include <stdint.h>

/* digits * 10^exponent; digits may end in zeros. */
typedef struct tfl_decimal {
    uint64_t digits;
    int exponent;
} tfl_decimal;

/* Of a positive finite number. */
tfl_decimal tfl_decimal_of_float(float value);
tfl_decimal tfl_decimal_of_double(double value);

/* tfl_power_of_ten[k - TFL_LEAST_POWER] is 10^k in 128 bits, high half first, rounded up: the highest bit of the high
 * half is set, and 10^k <= number * 2^(floor(log2(10^k)) - 127). */
enum { TFL_LEAST_POWER = -292, TFL_GREATEST_POWER = 324 };
extern const uint64_t tfl_power_of_ten[TFL_GREATEST_POWER - TFL_LEAST_POWER + 1][2];

#endif
