/* Allocation with checked sizes. */
#define _DEFAULT_SOURCE 1 /* NOLINT: madvise, where there is one */
#include "config.h"

#include "tflift/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, HUGE_PAGE = 1 << 21, FEWEST_HUGE_PAGES = 2 };

bool tfl_size_mul(size_t a, size_t b, size_t *product)
{
    if (a != 0 && b > SIZE_MAX / a) {
        *product = SIZE_MAX;
        return false;
    }
    *product = a * b;
    return true;
}

bool tfl_size_add(size_t a, size_t b, size_t *sum)
{
    if (b > SIZE_MAX - a) {
        *sum = SIZE_MAX;
        return false;
    }
    *sum = a + b;
    return true;
}

bool tfl_size_from(uint64_t n, size_t *size)
{
    bool fits = (uint64_t)(size_t)n == n; /* else sizes have 32 bits */
    *size = fits ? (size_t)n : SIZE_MAX;
    return fits;
}

/* Sizes that no pointer difference can hold are refused here rather than by chance in the C library. */
static bool array_size(size_t count, size_t size, size_t *bytes)
{
    if (!tfl_size_mul(count, size, bytes) || *bytes > PTRDIFF_MAX) {
        return false;
    }
    if (*bytes == 0) {
        *bytes = 1; /* malloc(0) may be NULL, which means out of memory everywhere else */
    }
    return true;
}

void *tfl_calloc(size_t count, size_t size)
{
    size_t bytes;
    return array_size(count, size, &bytes) ? calloc(bytes, 1) : NULL;
}

void *tfl_realloc(void *array, size_t count, size_t size)
{
    size_t bytes;
    return array_size(count, size, &bytes) ? realloc(array, bytes) : NULL;
}

/* Pointers of other types than void * are not to be read and written as such, but may be copied. */
tfl_status tfl_grow(void *array, size_t size, size_t *capacity, size_t need, const char *what, tfl_error *err)
{
    if (need <= *capacity) {
        return TFL_OK;
    }
    size_t wanted;
    if (!tfl_size_add(*capacity, *capacity / 2 + 16, &wanted) || wanted < need) {
        wanted = need;
    }
    void *grown;
    memcpy(&grown, array, sizeof grown);
    grown = tfl_realloc(grown, wanted, size);
    if (grown == NULL) {
        return tfl_fail_memory(err, what);
    }
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return TFL_OK;
}

/* Maps of many megabytes are walked through again and again, and small pages are more than a processor keeps in mind. A system that has no huge
 * pages says no, and nothing is lost. */
static void ask_for_huge_pages(void *start, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(start, bytes - bytes % HUGE_PAGE, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
#endif
}

float *tfl_alloc_floats(size_t count)
{
    size_t bytes;
    if (!array_size(count, sizeof(float), &bytes)) {
        return NULL;
    }
    bool is_large = bytes >= (size_t)FEWEST_HUGE_PAGES * HUGE_PAGE;
    void *floats;
    if (posix_memalign(&floats, is_large ? HUGE_PAGE : LINE, bytes) != 0) {
        return NULL;
    }
    if (is_large) {
        ask_for_huge_pages(floats, bytes);
    }
    memset(floats, 0, bytes);
    return floats;
}

char *tfl_strdup(const char *text)
{
    return tfl_strndup(text, strlen(text));
}

char *tfl_strndup(const char *text, size_t length)
{
    size_t used = strnlen(text, length);
    char *copy = tfl_realloc(NULL, used + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, used);
        copy[used] = '\0';
    }
    return copy;
}
