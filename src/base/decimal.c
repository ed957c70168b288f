/* The shortest decimal that reads back as a floating-point number, of several the closest, of two equally close ones
 * the even one.
 *
 * The method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020). All numbers that read
 * back as v lie between the midpoints to v's neighbours. With 10^k just no longer than that interval, it holds at most
 * one multiple of 10^(k+1), and at least one of 10^k. So scale the midpoints and v by 10^-k, in fixed point with two
 * fraction bits, the lower one "sticky" (set when anything was cut off), which is enough to compare exactly; and look
 * at the few candidates. */
#include "config.h"

#include "base/decimal_internal.h"

#include <stdbool.h>
#include <string.h>

/* ---------------------------------------------------------------- logarithms, exact in the range of doubles */

/* floor(value / 2^bits), of |value| < 2^40 and bits < 40; a shift of a negative number would be the compiler's to
 * define. */
static int floor_shift(int64_t value, unsigned bits)
{
    uint64_t raised = (uint64_t)(value + (INT64_C(1) << 40)) >> bits;
    return (int)((int64_t)raised - (INT64_C(1) << (40 - bits)));
}

/* floor(log10(2^e)), or of 3/4 of it. */
static int log10_of_power(int e, bool three_quarters)
{
    return floor_shift((int64_t)e * 1262611 - (three_quarters ? 524031 : 0), 22);
}

/* floor(log2(10^e)) */
static int log2_of_power(int e)
{
    return floor_shift((int64_t)e * 1741647, 19);
}

/* ---------------------------------------------------------------- choosing among the candidates */

/* low, value and high are in units of 10^k / 4; closed: low and high read back as the number too. */
static tfl_decimal choose(uint64_t low, uint64_t value, uint64_t high, bool closed, int k)
{
    low += !closed;
    high -= !closed;
    uint64_t s = value / 4;
    if (s >= 10) { /* a digit less will do where just one of the two multiples of ten around lies inside */
        uint64_t tens = s / 10;
        bool down = low <= 40 * tens;
        bool up = 40 * tens + 40 <= high;
        if (down != up) {
            return (tfl_decimal){tens + up, k + 1};
        }
    }
    bool down = low <= 4 * s;
    bool up = 4 * s + 4 <= high;
    if (down != up) {
        return (tfl_decimal){s + up, k};
    }
    uint64_t middle = 4 * s + 2;
    bool nearer_up = value > middle || (value == middle && s % 2 == 1);
    return (tfl_decimal){s + nearer_up, k};
}

/* ---------------------------------------------------------------- scaling */

static const uint64_t *power_of_ten(int k)
{
    return tfl_power_of_ten[k - TFL_LEAST_POWER];
}

/* power * factor / 2^64, of which the lowest bit is sticky. */
static uint64_t scale_float(uint64_t power, uint32_t factor)
{
    uint64_t low = (power & UINT32_MAX) * factor;
    uint64_t high = (power >> 32) * factor + (low >> 32);
    return (high >> 32) | ((uint32_t)high > 1);
}

static uint64_t multiply_high(uint64_t a, uint64_t b, uint64_t *low)
{
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0;
    uint64_t middle = (p00 >> 32) + (p01 & UINT32_MAX) + (p10 & UINT32_MAX);
    *low = middle << 32 | (p00 & UINT32_MAX);
    return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/* The same with all 128 bits of the power. */
static uint64_t scale_double(const uint64_t power[2], uint64_t factor)
{
    uint64_t low, unused;
    uint64_t high = multiply_high(power[0], factor, &low);
    uint64_t carried = multiply_high(power[1], factor, &unused);
    low += carried;
    high += low < carried;
    return high | (low > 1);
}

/* The number is c * 2^q. Below a power of two the neighbour is half as far. */
tfl_decimal tfl_decimal_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & 0x7FFFFF;
    int exponent = (int)(bits >> 23 & 0xFF);
    uint32_t c = exponent > 0 ? fraction | 0x800000 : fraction;
    int q = (exponent > 0 ? exponent : 1) - 150;
    bool narrow = fraction == 0 && exponent > 1;

    int k = log10_of_power(q, narrow);
    int h = q + log2_of_power(-k) + 1;
    const uint64_t *power = power_of_ten(-k);
    uint64_t rounded = power[0] + (power[1] != 0);
    uint64_t low = scale_float(rounded, (4 * c - 2 + narrow) << h);
    uint64_t middle = scale_float(rounded, (4 * c) << h);
    uint64_t high = scale_float(rounded, (4 * c + 2) << h);
    return choose(low, middle, high, c % 2 == 0, k);
}

tfl_decimal tfl_decimal_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7FF);
    uint64_t c = exponent > 0 ? fraction | UINT64_C(1) << 52 : fraction;
    int q = (exponent > 0 ? exponent : 1) - 1075;
    bool narrow = fraction == 0 && exponent > 1;

    int k = log10_of_power(q, narrow);
    int h = q + log2_of_power(-k) + 1;
    const uint64_t *power = power_of_ten(-k);
    uint64_t low = scale_double(power, (4 * c - 2 + narrow) << h);
    uint64_t middle = scale_double(power, (4 * c) << h);
    uint64_t high = scale_double(power, (4 * c + 2) << h);
    return choose(low, middle, high, c % 2 == 0, k);
}

/* ---------------------------------------------------------------- rounding to so many digits */

static int binary_exponent(uint64_t bits)
{
    return (int)(bits >> 52 & 0x7FF) - 1023;
}

int tfl_decimal_exponent(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return log10_of_power(binary_exponent(bits), false);
}

/* With 64 bits of the number and 128 of the power, which is exact, the product has 192. What lies below its whole part is compared with
 * one half. */
bool tfl_decimal_scale(double number, int k, uint64_t *whole)
{
    uint64_t bits, low, middle, high, rest;
    memcpy(&bits, &number, sizeof bits);
    *whole = 0;
    if (bits << 1 == 0 || k < 0 || k > TFL_EXACT_POWER || (bits >> 52 & 0x7FF) == 0) {
        return bits << 1 == 0;
    }
    uint64_t c = (bits << 11) | UINT64_C(1) << 63;
    const uint64_t *power = power_of_ten(k);
    high = multiply_high(power[0], c, &middle);
    middle += multiply_high(power[1], c, &low);
    high += middle < power[0] * c;
    int fraction = 62 - binary_exponent(bits) - log2_of_power(k); /* bits of high below the whole part */
    if (fraction < 1 || fraction > 63) {
        return fraction > 64; /* less than one half */
    }
    rest = (high & ((UINT64_C(1) << (fraction - 1)) - 1)) | middle | low;
    *whole = high >> fraction;
    *whole += (high >> (fraction - 1) & 1) != 0 && (rest != 0 || (*whole & 1) != 0);
    return true;
}
