/* Numbers from text and to text. */
#include "config.h"

#include "tflift/number.h"

#include "base/decimal_internal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- integers from text */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool tfl_parse_uint64(const char *text, uint64_t *value)
{
    uint64_t sum = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (!is_digit(*text)) {
            return false;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool tfl_parse_int(const char *text, int64_t low, int64_t high, int64_t *value)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') {
        text++;
    }
    uint64_t size;
    if (!tfl_parse_uint64(text, &size)) {
        return false;
    }
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (size > limit) {
        return false;
    }
    int64_t number = negative ? -(int64_t)(size / 2) - (int64_t)(size - size / 2) : (int64_t)size;
    if (number < low || number > high) {
        return false;
    }
    *value = number;
    return true;
}

/* ---------------------------------------------------------------- floating-point numbers from text */

/* A double is decided by at most 767 significant digits; one further non-zero digit stands for all that follow. */
enum { MOST_DIGITS = 768 };

/* What a text says: digits * 10^exponent, leading zeros removed. */
typedef struct decimal {
    bool negative;
    size_t n_digits;
    int64_t exponent;
    char digit[MOST_DIGITS + 1];
} decimal;

static void take_digit(decimal *number, char digit, bool after_point)
{
    if (number->n_digits == 0 && digit == '0') {
        number->exponent -= after_point;
    } else if (number->n_digits < MOST_DIGITS) {
        number->digit[number->n_digits++] = digit;
        number->exponent -= after_point;
    } else {
        if (digit != '0') {
            number->digit[MOST_DIGITS - 1] = '1';
        }
        number->exponent += !after_point;
    }
}

/* [eE][+-]digits up to the end of the text. Huge exponents stop growing: they are zero or overflow anyway. */
static bool read_exponent(const char *text, int64_t *exponent)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') {
        text++;
    }
    if (!is_digit(*text)) {
        return false;
    }
    int64_t size = 0;
    for (; is_digit(*text); text++) {
        if (size < INT64_C(1000000000000000)) {
            size = size * 10 + (*text - '0');
        }
    }
    *exponent += negative ? -size : size;
    return *text == '\0';
}

static bool read_decimal(const char *text, decimal *number)
{
    number->negative = *text == '-';
    number->n_digits = 0;
    number->exponent = 0;
    if (*text == '-' || *text == '+') {
        text++;
    }
    bool any = false;
    bool point = false;
    for (;; text++) {
        if (is_digit(*text)) {
            take_digit(number, *text, point);
            any = true;
        } else if (*text == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (!any) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        return read_exponent(text + 1, &number->exponent);
    }
    return *text == '\0';
}

/* Both factors exact, so that the one rounding of the product or quotient is the right one. */
static bool convert_exactly(const decimal *number, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (FLT_EVAL_METHOD != 0 || number->n_digits > 15 || number->exponent < -22 || number->exponent > 22) {
        return false;
    }
    int64_t whole = 0;
    for (size_t i = 0; i < number->n_digits; i++) {
        whole = whole * 10 + (number->digit[i] - '0');
    }
    *value = number->exponent < 0 ? (double)whole / power[-number->exponent] : (double)whole * power[number->exponent];
    return true;
}

/* The C library's conversion, given a text without a decimal point: that character is the locale's choice, the rest is
 * not. */
static double convert_slowly(const decimal *number)
{
    char text[MOST_DIGITS + 32];
    int64_t exponent = number->exponent < -9999 ? -9999 : number->exponent;
    exponent = exponent > 9999 ? 9999 : exponent;
    memcpy(text, number->digit, number->n_digits);
    snprintf(text + number->n_digits, sizeof text - number->n_digits, "e%d", (int)exponent);
    return strtod(text, NULL);
}

bool tfl_parse_double(const char *text, double *value)
{
    decimal number;
    if (!read_decimal(text, &number)) {
        return false;
    }
    double result = 0;
    if (number.n_digits > 0 && !convert_exactly(&number, &result)) {
        result = convert_slowly(&number);
    }
    if (!isfinite(result)) {
        return false;
    }
    *value = number.negative ? -result : result;
    return true;
}

/* ---------------------------------------------------------------- numbers to text */

static const uint64_t power_of_ten[] = {UINT64_C(1),
                                        UINT64_C(10),
                                        UINT64_C(100),
                                        UINT64_C(1000),
                                        UINT64_C(10000),
                                        UINT64_C(100000),
                                        UINT64_C(1000000),
                                        UINT64_C(10000000),
                                        UINT64_C(100000000),
                                        UINT64_C(1000000000),
                                        UINT64_C(10000000000),
                                        UINT64_C(100000000000),
                                        UINT64_C(1000000000000),
                                        UINT64_C(10000000000000),
                                        UINT64_C(100000000000000),
                                        UINT64_C(1000000000000000),
                                        UINT64_C(10000000000000000),
                                        UINT64_C(100000000000000000),
                                        UINT64_C(1000000000000000000),
                                        UINT64_C(10000000000000000000)};

enum { MOST_DIGITS_OUT = sizeof power_of_ten / sizeof *power_of_ten };

static size_t count_digits(uint64_t number)
{
    size_t n = number < power_of_ten[7] ? 1 : 8;
    while (n < MOST_DIGITS_OUT && number >= power_of_ten[n]) {
        n++;
    }
    return n;
}

/* The last n digits of number, zeros in front where it has fewer. */
static void put_digits(char *text, uint64_t number, size_t n)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    for (; number > UINT32_MAX && n >= 2; n -= 2) {
        memcpy(text + n - 2, pairs + 2 * (number % 100), 2);
        number /= 100;
    }
    uint32_t rest = (uint32_t)number; /* shorter to divide */
    for (; n >= 2; n -= 2) {
        memcpy(text + n - 2, pairs + 2 * (rest % 100), 2);
        rest /= 100;
    }
    if (n > 0) {
        text[0] = (char)('0' + rest % 10);
    }
}

/* e-07, e+16, e-123. */
static size_t write_exponent(char *at, int exponent)
{
    unsigned size = (unsigned)abs(exponent);
    char *start = at;
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    if (size >= 100) {
        *at++ = (char)('0' + size / 100);
    }
    *at++ = (char)('0' + size / 10 % 10);
    *at++ = (char)('0' + size % 10);
    return (size_t)(at - start);
}

/* d.ddde-07 */
static size_t lay_out_exponent(char *text, uint64_t digits, size_t n, int exponent)
{
    uint64_t unit = power_of_ten[n - 1];
    text[0] = (char)('0' + digits / unit);
    text[1] = '.';
    put_digits(text + 2, digits % unit, n - 1);
    size_t length = n > 1 ? n + 1 : 1;
    return length + write_exponent(text + length, exponent);
}

/* The n digits times 10^(point - n) as %g would write them: plain within [1e-5, 1e16), with an exponent outside.
 * Returns the length. */
static size_t lay_out(char *text, uint64_t digits, size_t n, int point)
{
    if (point < -4 || point > 16) {
        return lay_out_exponent(text, digits, n, point - 1);
    }
    if (point <= 0) {
        size_t lead = (size_t)(2 - point);
        memcpy(text, "0.0000", 6);
        put_digits(text + lead, digits, n);
        return lead + n;
    }
    size_t whole = (size_t)point;
    if (whole >= n) {
        put_digits(text, digits, n);
        memset(text + n, '0', whole - n);
        return whole;
    }
    uint64_t unit = power_of_ten[n - whole];
    put_digits(text, digits / unit, whole);
    text[whole] = '.';
    put_digits(text + whole + 1, digits % unit, n - whole);
    return n + 1;
}

static size_t format_special(char text[TFL_NUMBER_SIZE], double value)
{
    const char *word = isnan(value) ? "nan" : value > 0 ? "inf" : value < 0 ? "-inf" : "0";
    size_t length = strlen(word);
    memcpy(text, word, length + 1);
    return length;
}

static size_t format_decimal(char text[TFL_NUMBER_SIZE], tfl_decimal number, bool negative)
{
    while (number.digits % 10 == 0) {
        number.digits /= 10;
        number.exponent++;
    }
    text[0] = '-';
    size_t n = count_digits(number.digits);
    size_t length = negative + lay_out(text + negative, number.digits, n, (int)n + number.exponent);
    text[length] = '\0';
    return length;
}

size_t tfl_format_float(char text[TFL_NUMBER_SIZE], float value)
{
    if (value == 0 || !isfinite(value)) {
        return format_special(text, (double)value);
    }
    return format_decimal(text, tfl_decimal_of_float(fabsf(value)), value < 0);
}

size_t tfl_format_double(char text[TFL_NUMBER_SIZE], double value)
{
    if (value == 0 || !isfinite(value)) {
        return format_special(text, value);
    }
    return format_decimal(text, tfl_decimal_of_double(fabs(value)), value < 0);
}

/* The C library's conversion, with its locale's decimal point made ours. */
static size_t format_slowly(char text[TFL_NUMBER_SIZE], bool fixed, int digits, double value)
{
    int length = fixed ? snprintf(text, TFL_NUMBER_SIZE, "%.*f", digits, value)
                       : snprintf(text, TFL_NUMBER_SIZE, "%.*g", digits, value);
    char *point = text + strcspn(text, "0123456789");
    point += strspn(point, "0123456789");
    if (isfinite(value) && *point != '\0' && *point != 'e') {
        *point = '.';
    }
    return length > 0 ? (size_t)length : 0;
}

size_t tfl_format_fixed(char text[TFL_NUMBER_SIZE], int decimals, double value)
{
    uint64_t number;
    if (!isfinite(value) || decimals < 1 || decimals >= MOST_DIGITS_OUT ||
        !tfl_decimal_scale(fabs(value), decimals, &number)) {
        return format_slowly(text, true, decimals, value);
    }
    uint64_t unit = power_of_ten[decimals];
    char *at = text;
    *at = '-';
    at += signbit(value) != 0;
    size_t whole = count_digits(number / unit);
    put_digits(at, number / unit, whole);
    at[whole] = '.';
    put_digits(at + whole + 1, number % unit, (size_t)decimals);
    at += whole + 1 + (size_t)decimals;
    *at = '\0';
    return (size_t)(at - text);
}

/* number = digits * 10^exponent, with that many digits; false where only the slow way can. */
static bool round_to_digits(double number, int digits, tfl_decimal *out)
{
    int exponent = tfl_decimal_exponent(number);
    bool good = tfl_decimal_scale(number, digits - 1 - exponent, &out->digits);
    if (good && out->digits >= power_of_ten[digits]) {
        exponent++;
        good = tfl_decimal_scale(number, digits - 1 - exponent, &out->digits);
    }
    out->exponent = exponent - digits + 1;
    return good && out->digits > 0;
}

size_t tfl_format_significant(char text[TFL_NUMBER_SIZE], int digits, double value)
{
    tfl_decimal number;
    if (value == 0 || !isfinite(value) || !round_to_digits(fabs(value), digits, &number)) {
        return format_slowly(text, false, digits, value);
    }
    int exponent = number.exponent + digits - 1; /* of the first digit */
    while (number.digits % 10 == 0) {
        number.digits /= 10;
    }
    text[0] = '-';
    char *at = text + (value < 0);
    size_t n = count_digits(number.digits);
    at += exponent < -4 || exponent >= digits ? lay_out_exponent(at, number.digits, n, exponent)
                                              : lay_out(at, number.digits, n, exponent + 1);
    *at = '\0';
    return (size_t)(at - text);
}

size_t tfl_format_int(char text[TFL_NUMBER_SIZE], int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t negative = value < 0;
    size_t n = count_digits(size);
    text[0] = '-';
    put_digits(text + negative, size, n);
    text[negative + n] = '\0';
    return negative + n;
}
