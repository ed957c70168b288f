/* What the unit tests share. */
#ifndef TFLIFT_TEST_SUPPORT_H
#define TFLIFT_TEST_SUPPORT_H

#include <check.h>
#include <stddef.h>

/* Runs a suite and frees it. Returns the status for main(): 0 when every test passed. */
int test_run(Suite *suite);

/* Writes the path of a file of the golden and real data into path[0..size). Returns 0 where that data, or that file, is
 * absent: the test then calls test_skip(). */
int test_shared_path(char *path, size_t size, const char *relative);

/* Writes the path of a file of the source tree (e.g. "tests/data/x.fa") into path[0..size). */
void test_source_path(char *path, size_t size, const char *relative);

/* Gives the tests of a case an empty folder, removed with all that is in it after the last of them. */
void test_use_scratch(TCase *tests);

/* Writes the path of a file of that folder into path[0..size). */
void test_scratch_path(char *path, size_t size, const char *name);

/* Writes a whole file, and reads one: *bytes, NUL-terminated, is the caller's to free. A failure fails the test. */
void test_write_file(const char *path, const void *bytes, size_t size);
size_t test_read_file(const char *path, char **bytes);

/* How many standard deviations a chi-square statistic lies above what chance gives (Wilson and Hilferty's approximation): beyond 4
 * happens once in thirty thousand tests. */
double test_chi_square_z(double chi_square, size_t degrees);

/* Says why and exits with 77, which the test driver counts as skipped. For a whole program, from main(). */
_Noreturn void test_skip(const char *why);

#endif
