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

/* Digits with zeros behind them, so that copies of a fixed size (which cost next to nothing) may take more than is
 * needed. */
enum { MOST_DIGITS_OUT = 20, ROOM = 24 };

typedef struct digit_text {
    char byte[MOST_DIGITS_OUT + ROOM + 4];
    const char *first;
    int n;
} digit_text;

static void write_digits(uint64_t digits, digit_text *text)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    memset(text->byte + MOST_DIGITS_OUT, '0', sizeof text->byte - MOST_DIGITS_OUT);
    char *at = text->byte + MOST_DIGITS_OUT;
    while (digits >= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (digits % 100), 2);
        digits /= 100;
    }
    if (digits >= 10) {
        at -= 2;
        memcpy(at, pairs + 2 * digits, 2);
    } else {
        *--at = (char)('0' + digits);
    }
    text->first = at;
    text->n = (int)(text->byte + MOST_DIGITS_OUT - at);
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

/* 0.d1d2…dn * 10^point as %g would write it: plain within [1e-5, 1e16), with an exponent outside. out has room for 2
 * ROOM + 8. Returns the length. */
static size_t lay_out(char *out, const digit_text *text, int point)
{
    size_t n = (size_t)text->n;
    int exponent = point - 1;
    if (exponent < -5 || exponent > 15) {
        out[0] = text->first[0];
        out[1] = '.';
        memcpy(out + 2, text->first + 1, ROOM);
        size_t length = n > 1 ? n + 1 : 1;
        return length + write_exponent(out + length, exponent);
    }
    if (point <= 0) {
        size_t lead = (size_t)(2 - point);
        memcpy(out, "0.000000", 8);
        memcpy(out + lead, text->first, ROOM);
        return lead + n;
    }
    size_t whole = (size_t)point;
    memcpy(out, text->first, ROOM);
    if (whole >= n) {
        return whole;
    }
    out[whole] = '.';
    memcpy(out + whole + 1, text->first + whole, ROOM);
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
    digit_text digits;
    char out[2 * ROOM + 8];
    write_digits(number.digits, &digits);
    size_t length = lay_out(out, &digits, digits.n + number.exponent);
    text[0] = '-';
    out[length] = '\0';
    memcpy(text + negative, out, TFL_NUMBER_SIZE - 1);
    return length + negative;
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

size_t tfl_format_int(char text[TFL_NUMBER_SIZE], int64_t value)
{
    digit_text digits;
    write_digits(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, &digits);
    size_t negative = value < 0;
    text[0] = '-';
    memcpy(text + negative, digits.first, ROOM);
    text[negative + (size_t)digits.n] = '\0';
    return negative + (size_t)digits.n;
}
