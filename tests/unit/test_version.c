/* The version string: what every program prints and every output records. */
#include "config.h"

#include "tflift/version.h"

#include "tests/support/support.h"

#include <string.h>

START_TEST(is_the_configured_release)
{
    ck_assert_str_eq(tfl_version(), PACKAGE_VERSION);
}
END_TEST

START_TEST(is_three_numbers)
{
    const char *version = tfl_version();
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(version, "0123456789");
        ck_assert_msg(digits > 0, "part %d of \"%s\" is no number", part, tfl_version());
        version += digits;
        ck_assert_int_eq(*version, part < 2 ? '.' : '\0');
        version++;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("version");
    TCase *tests = tcase_create("version");
    tcase_add_test(tests, is_the_configured_release);
    tcase_add_test(tests, is_three_numbers);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
