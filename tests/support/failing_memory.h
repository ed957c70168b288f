/*
 * Memory that runs out when told. The linker sends every call of malloc and its like in the library and in the test
 * here
 * (--wrap, see Makefile.am); what other libraries ask for themselves goes by.
 */
#ifndef TFLIFT_TEST_FAILING_MEMORY_H
#define TFLIFT_TEST_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* From now on calls are counted, and number first (from 1) gets nothing, nor do those after it where all_after. 0: none
 * fails. */
void test_memory_arm(size_t first, bool all_after);

/* Ends that. Returns how many calls failed; *calls is how many there were. */
size_t test_memory_disarm(size_t *calls);

/* How many of the pieces of memory that were handed out while armed have not been freed since. */
size_t test_memory_live(void);

#endif
