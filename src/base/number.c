/* Numbers from text and to text. */
#include "config.h"

#include "tflift/number.h"

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

/* The C library's conversion, given a text without a decimal point: that character is the locale's choice, the rest is not. */
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

/* Lays out 0.d1d2…dn * 10^point as %g would: plain within [1e-5, 1e16), with an exponent outside. Returns the length. */
static size_t lay_out(char *text, const char *digit, int n, int point)
{
    char *at = text;
    int exponent = point - 1;
    if (exponent < -5 || exponent > 15) {
        *at++ = digit[0];
        if (n > 1) {
            *at++ = '.';
            memcpy(at, digit + 1, (size_t)(n - 1));
            at += n - 1;
        }
        return (size_t)(at - text) + (size_t)snprintf(at, 8, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    }
    if (point <= 0) {
        memcpy(at, "0.", 2);
        memset(at + 2, '0', (size_t)-point);
        at += 2 - point;
        memcpy(at, digit, (size_t)n);
        at += n;
    } else if (point >= n) {
        memcpy(at, digit, (size_t)n);
        memset(at + n, '0', (size_t)(point - n));
        at += point;
    } else {
        memcpy(at, digit, (size_t)point);
        at[point] = '.';
        memcpy(at + point + 1, digit + point, (size_t)(n - point));
        at += n + 1;
    }
    *at = '\0';
    return (size_t)(at - text);
}

static bool format_special(char text[TFL_NUMBER_SIZE], double value)
{
    const char *word = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    if (isfinite(value)) {
        return false;
    }
    memcpy(text, word, strlen(word) + 1);
    return true;
}

/* The digits of value, which is positive, to `precision` digits, trailing zeros removed. Returns their number. */
static int digits_of(double value, int precision, char *digit, int *point)
{
    char text[48];
    snprintf(text, sizeof text, "%.*e", precision - 1, value);
    const char *at = text;
    int n = 0;
    for (; *at != 'e'; at++) {
        if (is_digit(*at)) { /* the decimal point is the locale's */
            digit[n++] = *at;
        }
    }
    *point = (int)strtol(at + 1, NULL, 10) + 1;
    while (n > 1 && digit[n - 1] == '0') {
        n--;
    }
    return n;
}

static bool reads_back(const char *digit, int n, int point, double value, bool is_float)
{
    char text[48];
    memcpy(text, digit, (size_t)n);
    snprintf(text + n, sizeof text - (size_t)n, "e%d", point - n);
    return is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

static size_t format_shortest(char text[TFL_NUMBER_SIZE], double value, bool is_float)
{
    if (format_special(text, value)) {
        return strlen(text);
    }
    size_t sign = signbit(value) != 0 && value != 0;
    if (sign) {
        text[0] = '-';
    }
    if (value == 0) {
        memcpy(text, "0", 2);
        return 1;
    }
    char digit[32] = {0};
    int point = 0;
    int n = 0;
    int most = is_float ? 9 : 17;
    for (int precision = 1; precision <= most; precision++) {
        n = digits_of(fabs(value), precision, digit, &point);
        if (reads_back(digit, n, point, fabs(value), is_float)) {
            break;
        }
    }
    return sign + lay_out(text + sign, digit, n, point);
}

size_t tfl_format_float(char text[TFL_NUMBER_SIZE], float value)
{
    return format_shortest(text, (double)value, true);
}

size_t tfl_format_double(char text[TFL_NUMBER_SIZE], double value)
{
    return format_shortest(text, value, false);
}

size_t tfl_format_int(char text[TFL_NUMBER_SIZE], int64_t value)
{
    char digit[24];
    size_t n = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digit[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    size_t length = 0;
    if (value < 0) {
        text[length++] = '-';
    }
    while (n > 0) {
        text[length++] = digit[--n];
    }
    text[length] = '\0';
    return length;
}
