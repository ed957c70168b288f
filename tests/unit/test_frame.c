/* Tables with named columns: what was written is read, and what is wrong is told. */
#include "config.h"

#include "tflift/frame.h"

#include "tests/support/support.h"
#include "tflift/number.h"
#include "tflift/rng.h"
#include "tflift/row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 4, MOST_TEXT = 65536 };

static tfl_error error;

static tfl_frame *read_text(const char *text)
{
    tfl_frame *frame = NULL;
    tfl_error_clear(&error);
    tfl_status status = tfl_frame_read_memory(text, strlen(text), "t.tsv", &frame, &error);
    ck_assert_int_eq(status == TFL_OK, frame != NULL);
    return frame;
}

/* A random table as text, with the header as tfscan or as FIMO writes it, comments and blank lines behind. */
START_TEST(cells_survive)
{
    static char text[MOST_TEXT];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "cells", (uint64_t)_i);
    size_t n_columns = 1 + tfl_rng_below(&rng, 8), n_rows = tfl_rng_below(&rng, 40);
    static double value[40][8];
    size_t used = (size_t)sprintf(text, "%s", _i % 3 == 0 ? "# made by a test\n#" : _i % 3 == 1 ? "#" : "");
    for (size_t c = 0; c < n_columns; c++) {
        used += (size_t)sprintf(text + used, "%scolumn %zu", c > 0 ? "\t" : "", c);
    }
    for (size_t r = 0; r < n_rows; r++) {
        for (size_t c = 0; c < n_columns; c++) {
            char number[TFL_NUMBER_SIZE];
            value[r][c] = tfl_rng_normal(&rng);
            (void)tfl_format_double(number, value[r][c]);
            used += (size_t)sprintf(text + used, "%s%s", c > 0 ? "\t" : "\n", number);
        }
    }
    (void)sprintf(text + used, "\n\n# the end\n");
    tfl_frame *frame = read_text(text);
    ck_assert_msg(frame != NULL, "%s", error.message);
    ck_assert_uint_eq(frame->n_columns, n_columns);
    ck_assert_uint_eq(frame->n_rows, n_rows);
    for (size_t c = 0; c < n_columns; c++) {
        char name[32];
        size_t found = 99;
        (void)snprintf(name, sizeof name, "column %zu", c);
        ck_assert_int_eq(tfl_frame_find(frame, name, &found, &error), TFL_OK);
        ck_assert_uint_eq(found, c);
        for (size_t r = 0; r < n_rows; r++) {
            double got = 0;
            ck_assert_int_eq(tfl_frame_number(frame, r, c, &got, &error), TFL_OK);
            ck_assert(got == value[r][c]);
            ck_assert_int_eq(frame->line[r], (int64_t)r + 2 + (_i % 3 == 0));
        }
    }
    tfl_frame_free(frame);
}
END_TEST

START_TEST(missing_is_no_number_and_other_text_an_error)
{
    static const char *const missing[] = {"", ".", "NA", "na", "nan", "NaN", "inf", "-Inf"};
    static const char *const wrong[] = {"x", "1.2.3", "1,5", " 1", "NA ", "0x10"};
    char text[100];
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        double value = 0;
        (void)snprintf(text, sizeof text, "#a\tb\n1\t%s\n", missing[i]);
        tfl_frame *frame = read_text(text);
        ck_assert_int_eq(tfl_frame_number(frame, 0, 1, &value, &error), TFL_OK);
        ck_assert_msg(isnan(value), "%s", missing[i]);
        tfl_frame_free(frame);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value = 0;
        char expected[200];
        (void)snprintf(text, sizeof text, "#a\tb\n1\t2\n1\t%s\n", wrong[i]);
        (void)snprintf(expected, sizeof expected, "t.tsv:3: column b has \"%s\"; a number is needed, or NA", wrong[i]);
        tfl_frame *frame = read_text(text);
        ck_assert_int_eq(tfl_frame_number(frame, 1, 1, &value, &error), TFL_EINPUT);
        ck_assert_str_eq(error.message, expected);
        tfl_frame_free(frame);
    }
}
END_TEST

START_TEST(what_is_wrong_is_told)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "t.tsv: empty, and a header that names the columns is needed"},
        {"\n\n", "t.tsv: empty, and a header that names the columns is needed"},
        {"#a\tb\n1\n", "t.tsv:2: 1 columns, and the header has 2; tabs separate them"},
        {"#a\tb\n1\t2\n1\t2\t3\n", "t.tsv:3: 3 columns, and the header has 2; tabs separate them"},
        {"#a\ta\n1\t2\n", "t.tsv:1: two columns are named a, and names must differ"},
        {"a\t\n1\t2\n", "t.tsv:1: column 2 of the header has no name"},
    };
    ck_assert_msg(read_text(bad[_i].text) == NULL, "%s", bad[_i].text);
    ck_assert_str_eq(error.message, bad[_i].message);
    ck_assert_int_eq(error.status, TFL_EINPUT);
}
END_TEST

/* The first row is where a '#' in front could be a header's. */
START_TEST(names_that_rows_can_begin_with_are_read_again)
{
    static const char letter[] = "#c. :\t\n\r\x01\x7f\xc3\xa4";
    printf("seed %d\n", SEED);
    unsigned taken = 0;
    for (unsigned round = 0; round < 5000; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "names", round);
        char name[5] = "", text[32], quoted[TFL_ERROR_SIZE];
        for (size_t i = 0, n = 1 + tfl_rng_below(&rng, 4); i < n; i++) {
            name[i] = letter[tfl_rng_below(&rng, sizeof letter - 1)];
        }
        tfl_error_clear(&error);
        if (tfl_row_check(name, &error) != TFL_OK) {
            ck_assert(name[0] == '#' || strpbrk(name, "\t\n\r\x01\x7f") != NULL);
            ck_assert_int_eq(error.status, TFL_EUNSUPPORTED);
            continue;
        }
        taken++;
        (void)snprintf(quoted, sizeof quoted, "name \"%s\" in round %u", name, round);
        (void)snprintf(text, sizeof text, "#name\tvalue\n%s\t1\n", name);
        tfl_frame *frame = read_text(text);
        ck_assert_msg(frame != NULL && frame->n_rows == 1 && frame->n_columns == 2, "%s", quoted);
        ck_assert_str_eq(frame->cell[0], name);
        tfl_frame_free(frame);
    }
    ck_assert_uint_gt(taken, 500);
}
END_TEST

/* What was done, behind the header, as --provenance has it. */
START_TEST(comments_behind_the_header_are_none)
{
    static const struct {
        const char *text, *columns;
        size_t rows;
    } cases[] = {
        {"#a\tb\n# made by a test; tabs: none\n1\t2\n", "a b", 1},
        {"#a\tb\n# one\n# two\n#1\t2\n", "1 2", 0}, /* a header again, with tabs */
        {"# made\n#a\tb\n# by a test\n1\t2\n# 3\n", "a b", 1},
        {"#a\tb\n# c\td\n1\t2\n", " c d", 1},
        {"#a\n# b\n1\n", " b", 1}, /* of one column each: the last, as ever */
        {"a\tb\n# 1\t2\n1\t2\n", "a b", 1}, /* no # in the header: none is one */
    };
    char columns[64] = "";
    tfl_frame *frame = read_text(cases[_i].text);
    ck_assert_msg(frame != NULL, "%s", error.message);
    for (size_t c = 0; c < frame->n_columns; c++) {
        (void)strcat(strcat(columns, c > 0 ? " " : ""), frame->column[c]);
    }
    ck_assert_str_eq(columns, cases[_i].columns);
    ck_assert_uint_eq(frame->n_rows, cases[_i].rows);
    tfl_frame_free(frame);
}
END_TEST

START_TEST(a_column_that_is_not_there_is_told_with_those_that_are)
{
    size_t column = 0;
    tfl_frame *frame = read_text("#one\ttwo\tthree\n");
    ck_assert_int_eq(tfl_frame_find(frame, "four", &column, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message, "t.tsv: has no column four; it has one, two, three");
    tfl_frame_free(frame);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frame");
    TCase *tests = tcase_create("frame");
    tcase_add_loop_test(tests, cells_survive, 0, 60);
    tcase_add_test(tests, missing_is_no_number_and_other_text_an_error);
    tcase_add_loop_test(tests, what_is_wrong_is_told, 0, 6);
    tcase_add_test(tests, names_that_rows_can_begin_with_are_read_again);
    tcase_add_loop_test(tests, comments_behind_the_header_are_none, 0, 6);
    tcase_add_test(tests, a_column_that_is_not_there_is_told_with_those_that_are);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
