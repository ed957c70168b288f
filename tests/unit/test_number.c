/* Numbers from text and to text, against the C library's conversions and against the definition of "shortest". */
#include "config.h"

#include "base/decimal_internal.h"
#include "tests/support/support.h"
#include "tflift/number.h"
#include "tflift/rng.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 11 };

/* ---------------------------------------------------------------- integers */

START_TEST(integers_are_whole_texts)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x10",
                                        "1e3",
                                        "a",
                                        "--1",
                                        "+-1",
                                        "1_000",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value = 42;
        ck_assert_msg(!tfl_parse_int(wrong[i], INT64_MIN, INT64_MAX, &value), "'%s' was taken", wrong[i]);
        ck_assert_int_eq(value, 42);
    }
    int64_t value;
    ck_assert(tfl_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &value) && value == INT64_MAX);
    ck_assert(tfl_parse_int("-9223372036854775808", INT64_MIN, INT64_MAX, &value) && value == INT64_MIN);
    ck_assert(tfl_parse_int("+007", 0, 7, &value) && value == 7);
    ck_assert(!tfl_parse_int("8", 0, 7, &value) && !tfl_parse_int("-1", 0, 7, &value));
}
END_TEST

START_TEST(seeds_are_64_bits)
{
    uint64_t value = 1;
    ck_assert(tfl_parse_uint64("18446744073709551615", &value) && value == UINT64_MAX);
    ck_assert(!tfl_parse_uint64("18446744073709551616", &value));
    ck_assert(!tfl_parse_uint64("-1", &value) && !tfl_parse_uint64("+1", &value) && !tfl_parse_uint64("", &value));
}
END_TEST

START_TEST(integers_make_the_round_trip)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "integers", 0);
    for (int i = 0; i < 20000; i++) {
        int64_t value = (int64_t)(tfl_rng_next64(&rng) >> tfl_rng_below(&rng, 64));
        value = tfl_rng_below(&rng, 2) == 0 ? value : -value;
        value = i == 0 ? INT64_MIN : value;
        char text[TFL_NUMBER_SIZE], expected[TFL_NUMBER_SIZE];
        int length = snprintf(expected, sizeof expected, "%" PRId64, value);
        ck_assert_uint_eq(tfl_format_int(text, value), (size_t)length);
        ck_assert_str_eq(text, expected);
        int64_t back;
        ck_assert(tfl_parse_int(text, INT64_MIN, INT64_MAX, &back) && back == value);
    }
}
END_TEST

/* ---------------------------------------------------------------- floating point from text */

START_TEST(what_is_no_number_is_refused)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        ".",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "1e5 ",
                                        " 1",
                                        "1 ",
                                        "nan",
                                        "inf",
                                        "-inf",
                                        "NaN",
                                        "infinity",
                                        "0x1p3",
                                        "1.2.3",
                                        "1,5",
                                        "1e5.0",
                                        "--1",
                                        "1e400",
                                        "-1e309",
                                        "1f",
                                        "1.7976931348623159e308"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value = 42;
        ck_assert_msg(!tfl_parse_double(wrong[i], &value), "'%s' was taken", wrong[i]);
        ck_assert(value == 42);
    }
}
END_TEST

/* Unlike ==, tells 0 and -0 apart. */
static bool same_bits(double a, double b)
{
    uint64_t bits_a, bits_b;
    memcpy(&bits_a, &a, sizeof a);
    memcpy(&bits_b, &b, sizeof b);
    return bits_a == bits_b;
}

/* A number of up to 40 digits with a point and an exponent somewhere. */
static void random_text(tfl_rng *rng, char *text)
{
    size_t n = 1 + tfl_rng_below(rng, tfl_rng_below(rng, 4) == 0 ? 40 : 18);
    size_t point = tfl_rng_below(rng, (uint32_t)n + 1);
    *text = '-';
    text += tfl_rng_below(rng, 2);
    for (size_t i = 0; i < n; i++) {
        if (i == point) {
            *text++ = '.';
        }
        *text++ = (char)('0' + tfl_rng_below(rng, 10));
    }
    *text = '\0';
    if (tfl_rng_below(rng, 2) == 0) {
        sprintf(text, "e%d", (int)tfl_rng_below(rng, 660) - 345);
    }
}

START_TEST(reads_what_the_c_library_reads)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "doubles", 0);
    for (int i = 0; i < 50000; i++) {
        char text[64];
        random_text(&rng, text);
        double expected = strtod(text, NULL);
        double value = 42;
        bool good = tfl_parse_double(text, &value);
        ck_assert_msg(good == isfinite(expected), "'%s'", text);
        if (good) {
            ck_assert_msg(same_bits(value, expected), "'%s' became %.17g", text, value);
        }
    }
}
END_TEST

START_TEST(long_and_odd_texts_are_read)
{
    static const struct {
        const char *text;
        double value;
    } table[] = {{"1", 1},
                 {"+1", 1},
                 {"-0", -0.0},
                 {".5", 0.5},
                 {"5.", 5},
                 {"0e999999999999999999999", 0},
                 {"1e-999999999999999999999", 0},
                 {"00000000000000000000000000001", 1},
                 {"1E2", 100},
                 {"4.9e-324", 4.9e-324},
                 {"1.7976931348623157e308", DBL_MAX},
                 {"9007199254740993", 9007199254740992.0},
                 {"9007199254740993.00000000000000000000000000001", 9007199254740994.0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double value = 42;
        ck_assert_msg(tfl_parse_double(table[i].text, &value), "'%s' was refused", table[i].text);
        ck_assert_msg(same_bits(value, table[i].value), "'%s' became %.17g", table[i].text, value);
    }
    /* half-way between 1 and the next double, but for a digit far beyond the 768 that are kept */
    char text[2000];
    snprintf(text, sizeof text, "1.00000000000000011102230246251565404236316680908203125%0*d1", 1500, 0);
    double value = 0;
    ck_assert(tfl_parse_double(text, &value) && value == 1 + DBL_EPSILON);
}
END_TEST

/* ---------------------------------------------------------------- floating point to text */

START_TEST(text_looks_like_g)
{
    static const struct {
        double value;
        const char *text;
    } table[] = {{0, "0"},           {-0.0, "0"},
                 {0.25, "0.25"},     {-1.5e-7, "-1.5e-07"},
                 {1e-5, "0.00001"},  {1e-6, "1e-06"},
                 {123456, "123456"}, {1e15, "1000000000000000"},
                 {1e16, "1e+16"},    {1.5e300, "1.5e+300"},
                 {-2, "-2"},         {12.5, "12.5"},
                 {0.001, "0.001"},   {4.9406564584124654e-324, "5e-324"},
                 {NAN, "nan"},       {INFINITY, "inf"},
                 {-INFINITY, "-inf"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[TFL_NUMBER_SIZE];
        ck_assert_uint_eq(tfl_format_double(text, table[i].value), strlen(table[i].text));
        ck_assert_str_eq(text, table[i].text);
        if (fabs(table[i].value) < 1e16 && fabs(table[i].value) > 1e-30) {
            (void)tfl_format_float(text, (float)table[i].value);
            ck_assert_str_eq(text, table[i].text);
        }
    }
}
END_TEST

/* The digits of a text and where its point lies: 0.d1d2d3… * 10^point, without leading or trailing zeros. */
static int digits_of(const char *text, char *digit, int *point)
{
    int n = 0;
    bool after = false;
    *point = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text == '.') {
            after = true;
        } else if (*text != '-') {
            bool leading = n == 0 && *text == '0';
            *point += (!after && !leading) - (after && leading);
            if (!leading) {
                digit[n++] = *text;
            }
        }
    }
    *point += *text == 'e' ? (int)strtol(text + 1, NULL, 10) : 0;
    while (n > 0 && digit[n - 1] == '0') {
        n--;
    }
    digit[n] = '\0';
    return n;
}

static bool is_same(const char *text, double value, bool is_float)
{
    return is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* Whether some number of n digits reads back as value: only the two around value can. */
static bool has_short_text(double value, int n, bool is_float)
{
    char text[64], digit[64];
    int point;
    snprintf(text, sizeof text, "%.40e", value);
    (void)digits_of(text, digit, &point);
    long long below = 0;
    for (int i = 0; i < n; i++) {
        below = below * 10 + (digit[i] != '\0' ? digit[i] - '0' : 0);
    }
    for (int up = 0; up < 2; up++) {
        snprintf(text, sizeof text, "%llde%d", below + up, point - n);
        if (is_same(text, value, is_float)) {
            return true;
        }
    }
    return false;
}

static void check_shortest(double value, bool is_float)
{
    char text[TFL_NUMBER_SIZE], digit[64], printed[64], closest[64];
    int point, closest_point;
    size_t length = is_float ? tfl_format_float(text, (float)value) : tfl_format_double(text, value);
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_uint_lt(length, TFL_NUMBER_SIZE);
    ck_assert_msg(is_same(text, value, is_float), "%.17g became %s", value, text);
    double again;
    ck_assert_msg(tfl_parse_double(text, &again) && (is_float ? (float)again == (float)value : again == value), "%s",
                  text);
    int n = digits_of(text, digit, &point);
    if (n > 1) {
        ck_assert_msg(!has_short_text(fabs(value), n - 1, is_float), "%.17g became %s, and there is a shorter text",
                      value, text);
    }
    /* of the texts of this length the one closest to the value, where that one reads back */
    snprintf(printed, sizeof printed, "%.*e", n - 1, fabs(value));
    if (is_same(printed, fabs(value), is_float)) {
        (void)digits_of(printed, closest, &closest_point);
        ck_assert_msg(strcmp(closest, digit) == 0 && point == closest_point, "%.17g became %s, not %s", value, text,
                      printed);
    }
}

START_TEST(random_floats_are_shortest)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "float bits", 0);
    printf("seed %d\n", SEED);
    for (int i = 0; i < 40000; i++) {
        uint32_t bits = tfl_rng_next(&rng);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 1) {
            value = (float)tfl_rng_normal(&rng); /* what contributions look like */
        }
        if (isfinite(value)) {
            check_shortest((double)value, true);
        }
    }
}
END_TEST

START_TEST(random_doubles_are_shortest)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "double bits", 0);
    for (int i = 0; i < 40000; i++) {
        uint64_t bits = tfl_rng_next64(&rng);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (i % 4 == 1) {
            value = tfl_rng_normal(&rng);
        } else if (i % 4 == 2) { /* few decimal digits */
            value = (double)tfl_rng_below(&rng, 100000) / 1000;
        }
        if (isfinite(value)) {
            check_shortest(value, false);
        }
    }
}
END_TEST

/* Powers of two, where the gap below is half the gap above, of ten, and their neighbours. */
START_TEST(powers_and_their_neighbours_are_shortest)
{
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double power = ldexp(1, exponent);
        check_shortest(power, false);
        check_shortest(nextafter(power, INFINITY), false);
        if (exponent > -1074) {
            check_shortest(nextafter(power, 0), false);
        }
    }
    for (int exponent = -149; exponent <= 127; exponent++) {
        float power = ldexpf(1, exponent);
        check_shortest((double)power, true);
        check_shortest((double)nextafterf(power, INFINITY), true);
        if (exponent > -149) {
            check_shortest((double)nextafterf(power, 0), true);
        }
    }
    for (int exponent = -323; exponent <= 308; exponent++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", exponent);
        double power = strtod(text, NULL);
        check_shortest(power, false);
        check_shortest(nextafter(power, INFINITY), false);
        check_shortest(nextafter(power, 0) > 0 ? nextafter(power, 0) : power, false);
        if (exponent >= -45 && exponent <= 38) {
            check_shortest((double)strtof(text, NULL), true);
        }
    }
    check_shortest(DBL_MAX, false);
    check_shortest((double)FLT_MAX, true);
}
END_TEST

/* A whole number of up to 2560 bits, lowest limb first. */
typedef struct whole {
    uint32_t limb[80];
} whole;

static void multiply(whole *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 80; i++) {
        carry += (uint64_t)x->limb[i] * factor;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    ck_assert_uint_eq(carry, 0);
}

static void double_times(whole *x, int times)
{
    for (int i = 0; i < times; i++) {
        multiply(x, 2);
    }
}

static int bit_length(const whole *x)
{
    int length = 80 * 32;
    while (length > 0 && (x->limb[(length - 1) / 32] >> (length - 1) % 32 & 1) == 0) {
        length--;
    }
    return length;
}

/* a - b; false where that is negative. */
static bool subtract(const whole *a, const whole *b, whole *difference)
{
    int64_t carry = 0;
    for (size_t i = 0; i < 80; i++) {
        carry += (int64_t)a->limb[i] - b->limb[i];
        difference->limb[i] = (uint32_t)carry;
        carry = carry < 0 ? -1 : 0;
    }
    return carry == 0;
}

/* A row of the table is the smallest whole number that is not below 10^k, scaled to 128 bits. */
static void check_power(int k)
{
    const uint64_t *row = tfl_power_of_ten[k - TFL_LEAST_POWER];
    whole power = {{1}},
          given = {{(uint32_t)row[1], (uint32_t)(row[1] >> 32), (uint32_t)row[0], (uint32_t)(row[0] >> 32)}};
    whole one = {{1}}, excess, rest;
    for (int i = 0; i < abs(k); i++) {
        multiply(&power, 10);
    }
    int length = bit_length(&power);
    ck_assert_int_eq(bit_length(&given), 128);
    if (k >= 0) { /* given * 2^up - power * 2^down lies in [0, 2^up) */
        int up = length > 128 ? length - 128 : 0;
        double_times(&given, up);
        double_times(&power, length < 128 ? 128 - length : 0);
        double_times(&one, up);
        ck_assert(subtract(&given, &power, &excess) && !subtract(&excess, &one, &rest));
    } else { /* given * 10^-k - 2^(127 + length) lies in [0, 10^-k) */
        for (int i = 0; i < -k; i++) {
            multiply(&given, 10);
        }
        double_times(&one, 127 + length);
        ck_assert(subtract(&given, &one, &excess) && !subtract(&excess, &power, &rest));
    }
}

START_TEST(powers_of_ten_are_exact)
{
    for (int k = TFL_LEAST_POWER; k <= TFL_GREATEST_POWER; k++) {
        check_power(k);
    }
}
END_TEST

static void check_like_printf(double value)
{
    for (int digits = 1; digits <= 15; digits++) {
        char expected[400], text[TFL_NUMBER_SIZE];
        (void)snprintf(expected, sizeof expected, "%.*g", digits, value);
        size_t length = tfl_format_significant(text, digits, value);
        ck_assert_msg(strcmp(text, expected) == 0, "%.17g with %d digits became %s, not %s", value, digits, text, expected);
        ck_assert_uint_eq(length, strlen(text));
        if (digits <= 9 && !(fabs(value) >= 1e15)) {
            (void)snprintf(expected, sizeof expected, "%.*f", digits, value);
            length = tfl_format_fixed(text, digits, value);
            ck_assert_msg(strcmp(text, expected) == 0, "%.17g with %d decimals became %s, not %s", value, digits, text, expected);
            ck_assert_uint_eq(length, strlen(text));
        }
    }
}

START_TEST(rounded_numbers_are_those_of_printf)
{
    static const double odd[] = {0,      -0.0,     1,       -1,     0.5,     0.25,  0.75,    2.5,       0.125,    9.5,          99.5,     999999.5, 9999995,
                                 9.9999995, 1e-4,  9.99995e-5, 1e-5, 1e15, 1e22, 123456789, 1e-300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                                 1e-7,   -5e-7,    5e-7,    1e-50,  1e-49,   1e55,  HUGE_VAL, -HUGE_VAL, NAN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        check_like_printf(odd[i]);
        check_like_printf(nextafter(odd[i], 0));
        check_like_printf(nextafter(odd[i], HUGE_VAL));
    }
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "rounded", 0);
    printf("seed %d\n", SEED);
    for (int i = 0; i < 30000; i++) {
        uint64_t bits = tfl_rng_next64(&rng);
        double value;
        memcpy(&value, &bits, sizeof value);
        check_like_printf(value);
        check_like_printf(exp(-30 * tfl_rng_uniform(&rng)));                                    /* what p-values look like */
        check_like_printf(tfl_rng_normal(&rng) * 10);                                           /* log-odds */
        check_like_printf(ldexp((double)tfl_rng_below(&rng, 1 << 20), -(int)tfl_rng_below(&rng, 25))); /* halfway between two, often */
    }
}
END_TEST

START_TEST(the_locale_does_not_matter)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "pt_BR.UTF-8", "ru_RU.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (setlocale(LC_ALL, names[i]) != NULL) {
            break;
        }
    }
    if (localeconv()->decimal_point[0] == '.') {
        printf("no locale with a decimal comma is installed: tried in this one only\n");
    }
    char text[TFL_NUMBER_SIZE];
    double value;
    (void)tfl_format_double(text, 0.1 + 0.2);
    ck_assert_str_eq(text, "0.30000000000000004");
    ck_assert(tfl_parse_double("0.30000000000000004", &value) && value == 0.1 + 0.2);
    ck_assert(!tfl_parse_double("0,3", &value));
    (void)tfl_format_fixed(text, 3, 0.25);
    ck_assert_str_eq(text, "0.250");
    (void)tfl_format_significant(text, 3, 1.25e-60);
    ck_assert_str_eq(text, "1.25e-60");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *tests = tcase_create("number");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, integers_are_whole_texts);
    tcase_add_test(tests, seeds_are_64_bits);
    tcase_add_test(tests, integers_make_the_round_trip);
    tcase_add_test(tests, what_is_no_number_is_refused);
    tcase_add_test(tests, reads_what_the_c_library_reads);
    tcase_add_test(tests, long_and_odd_texts_are_read);
    tcase_add_test(tests, text_looks_like_g);
    tcase_add_test(tests, random_floats_are_shortest);
    tcase_add_test(tests, random_doubles_are_shortest);
    tcase_add_test(tests, powers_and_their_neighbours_are_shortest);
    tcase_add_test(tests, powers_of_ten_are_exact);
    tcase_add_test(tests, rounded_numbers_are_those_of_printf);
    tcase_add_test(tests, the_locale_does_not_matter);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
