#include "config.h"

#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int test_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Joins the folder that an environment variable names and a path below it; 0 where the variable is unset. */
static int join(char *path, size_t size, const char *variable, const char *relative)
{
    const char *folder = getenv(variable);
    if (folder == NULL) {
        return 0;
    }
    int length = snprintf(path, size, "%s/%s", folder, relative);
    return length > 0 && (size_t)length < size;
}

int test_shared_path(char *path, size_t size, const char *relative)
{
    return join(path, size, "TFL_SHARED", relative) && access(path, R_OK) == 0;
}

void test_source_path(char *path, size_t size, const char *relative)
{
    if (!join(path, size, "TFL_SRCDIR", relative)) {
        fprintf(stderr, "TFL_SRCDIR is unset, or %s too long: run the tests with make check\n", relative);
        exit(EXIT_FAILURE);
    }
}

_Noreturn void test_skip(const char *why)
{
    printf("skipped: %s\n", why);
    exit(77);
}
