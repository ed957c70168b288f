#include "config.h"

#include "tests/support/support.h"

#include "tflift/output.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* ---------------------------------------------------------------- files of the tests' own */

static char scratch[4096];

/* These two run in the parent of the tests' processes: the folder goes even when a test crashes. */
static void make_scratch(void)
{
    snprintf(scratch, sizeof scratch, "%s/tflift-test-XXXXXX", tfl_spill_folder());
    if (mkdtemp(scratch) == NULL) {
        perror(scratch);
        exit(EXIT_FAILURE);
    }
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_scratch(void)
{
    (void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void test_use_scratch(TCase *tests)
{
    tcase_add_unchecked_fixture(tests, make_scratch, remove_scratch);
}

void test_scratch_path(char *path, size_t size, const char *name)
{
    int length = snprintf(path, size, "%s/%s", scratch, name);
    ck_assert(length > 0 && (size_t)length < size);
}

void test_write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

size_t test_read_file(const char *path, char **bytes)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s does not open", path);
    size_t size = 0;
    size_t got;
    *bytes = NULL;
    do {
        char *larger = realloc(*bytes, size + 65536);
        ck_assert_ptr_nonnull(larger);
        *bytes = larger;
        got = fread(*bytes + size, 1, 65535, file);
        size += got;
    } while (got > 0);
    (*bytes)[size] = '\0';
    ck_assert_int_eq(fclose(file), 0);
    return size;
}

/* ---------------------------------------------------------------- statistics */

double test_chi_square_z(double chi_square, size_t degrees)
{
    double spread = 2.0 / (9.0 * (double)degrees);
    return (cbrt(chi_square / (double)degrees) - (1 - spread)) / sqrt(spread);
}

_Noreturn void test_skip(const char *why)
{
    printf("skipped: %s\n", why);
    exit(77);
}
