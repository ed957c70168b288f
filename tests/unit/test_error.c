/* Error objects: the first failure wins, context goes in front, a message is one line. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

START_TEST(first_failure_wins)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_fail(&err, TFL_EINPUT, "line %d", 3), TFL_EINPUT);
    ck_assert_int_eq(tfl_fail(&err, TFL_EIO, "later"), TFL_EIO);
    ck_assert_int_eq(err.status, TFL_EINPUT);
    ck_assert_str_eq(err.message, "line 3");
}
END_TEST

START_TEST(context_goes_in_front)
{
    tfl_error err = TFL_ERROR_INIT;
    (void)tfl_fail(&err, TFL_EINPUT, "wrong");
    tfl_error_prefix(&err, "line %d", 7);
    tfl_error_prefix(&err, "%s", "a.fa");
    ck_assert_str_eq(err.message, "a.fa: line 7: wrong");
    tfl_error_clear(&err);
    tfl_error_prefix(&err, "a.fa");
    ck_assert_int_eq(err.status, TFL_OK);
    ck_assert_str_eq(err.message, "");
}
END_TEST

START_TEST(no_object_is_no_problem)
{
    ck_assert_int_eq(tfl_fail(NULL, TFL_EUSAGE, "x"), TFL_EUSAGE);
    ck_assert_int_eq(tfl_fail_errno(NULL, EACCES, "x"), TFL_EIO);
    tfl_error_prefix(NULL, "x");
    tfl_error_clear(NULL);
}
END_TEST

START_TEST(errno_chooses_the_status)
{
    static const struct {
        int errno_value;
        tfl_status status;
    } table[] = {{EPIPE, TFL_ECLOSED}, {ENOMEM, TFL_ENOMEM}, {ENOSPC, TFL_EIO}, {ENOENT, TFL_EIO}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_error err = TFL_ERROR_INIT;
        char expected[128];
        snprintf(expected, sizeof expected, "out.bw: cannot write: %s", strerror(table[i].errno_value));
        ck_assert_int_eq(tfl_fail_errno(&err, table[i].errno_value, "%s: cannot write", "out.bw"), table[i].status);
        ck_assert_int_eq(err.status, table[i].status);
        ck_assert_str_eq(err.message, expected);
    }
}
END_TEST

START_TEST(message_is_one_line)
{
    tfl_error err = TFL_ERROR_INIT;
    (void)tfl_fail(&err, TFL_EINPUT, "name '%s'", "a\nb\t\x1b[31m\x7f caf\xc3\xa9");
    ck_assert_str_eq(err.message, "name 'a?b??[31m? caf\xc3\xa9'");
}
END_TEST

START_TEST(long_messages_are_cut)
{
    char text[3 * TFL_ERROR_SIZE];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t context = 0; context < TFL_ERROR_SIZE + 10; context++) {
        tfl_error err = TFL_ERROR_INIT;
        (void)tfl_fail(&err, TFL_EINPUT, "%s", text);
        ck_assert_uint_eq(strlen(err.message), TFL_ERROR_SIZE - 1);
        (void)tfl_error_prefix(&err, "%.*s", (int)context, text);
        ck_assert_uint_le(strlen(err.message), TFL_ERROR_SIZE - 1);
        if (context + 2 < TFL_ERROR_SIZE) {
            ck_assert_uint_eq(strlen(err.message), TFL_ERROR_SIZE - 1);
            ck_assert_int_eq(strncmp(err.message + context, ": ", 2), 0);
        }
    }
}
END_TEST

START_TEST(out_of_memory_names_the_thing)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_fail_memory(&err, "a sequence"), TFL_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory for a sequence");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, first_failure_wins);
    tcase_add_test(tests, context_goes_in_front);
    tcase_add_test(tests, no_object_is_no_problem);
    tcase_add_test(tests, errno_chooses_the_status);
    tcase_add_test(tests, message_is_one_line);
    tcase_add_test(tests, long_messages_are_cut);
    tcase_add_test(tests, out_of_memory_names_the_thing);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
