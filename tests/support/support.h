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

/* Says why and exits with 77, which the test driver counts as skipped. For a whole program, from main(). */
_Noreturn void test_skip(const char *why);

#endif
