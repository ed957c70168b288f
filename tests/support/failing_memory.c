#include "config.h"

#include "tests/support/failing_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void __real_free(void *memory);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void __wrap_free(void *memory);

enum { SLOTS = 1 << 18, MOST_LIVE = SLOTS / 2 };

static struct {
    pthread_mutex_t mutex;
    bool armed, all_after;
    size_t calls, first, failed;
    size_t live;
    uintptr_t slot[SLOTS]; /* an open hash of the pointers that are live; 0: free */
} memory = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static size_t slot_of(uintptr_t pointer)
{
    return (size_t)((uint64_t)pointer * UINT64_C(0x9E3779B97F4A7C15) >> 46) % SLOTS;
}

static void remember(uintptr_t pointer)
{
    if (memory.live == MOST_LIVE) {
        (void)fputs("failing_memory.c: more pieces of memory than it has room for\n", stderr);
        abort();
    }
    size_t i = slot_of(pointer);
    while (memory.slot[i] != 0) {
        i = (i + 1) % SLOTS;
    }
    memory.slot[i] = pointer;
    memory.live++;
}

/* Whether pointer was live. Those behind it move up, so that none is cut off from its place. */
static bool forget(uintptr_t pointer)
{
    size_t i = slot_of(pointer);
    while (memory.slot[i] != pointer) {
        if (memory.slot[i] == 0) {
            return false;
        }
        i = (i + 1) % SLOTS;
    }
    for (size_t j = (i + 1) % SLOTS; memory.slot[j] != 0; j = (j + 1) % SLOTS) {
        if ((j - slot_of(memory.slot[j])) % SLOTS >= (j - i) % SLOTS) {
            memory.slot[i] = memory.slot[j];
            i = j;
        }
    }
    memory.slot[i] = 0;
    memory.live--;
    return true;
}

/* Counts a call, and says whether it is to fail. The mutex is held. */
static bool fails(void)
{
    if (!memory.armed) {
        return false;
    }
    memory.calls++;
    bool now = memory.first != 0 && (memory.calls == memory.first || (memory.all_after && memory.calls > memory.first));
    memory.failed += now ? 1 : 0;
    return now;
}

static bool begin(void)
{
    (void)pthread_mutex_lock(&memory.mutex);
    return !fails();
}

static void *end(void *pointer)
{
    if (pointer != NULL && memory.armed) {
        remember((uintptr_t)pointer);
    }
    (void)pthread_mutex_unlock(&memory.mutex);
    return pointer;
}

void *__wrap_malloc(size_t size)
{
    return end(begin() ? __real_malloc(size) : NULL);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return end(begin() ? __real_calloc(n, size) : NULL);
}

/* What was there before it was armed stays of that time when it grows. */
void *__wrap_realloc(void *old, size_t size)
{
    void *grown = NULL;
    if (begin()) {
        bool counted = old == NULL ? memory.armed : forget((uintptr_t)old);
        uintptr_t was = (uintptr_t)old;
        grown = __real_realloc(old, size);
        if (counted && (grown != NULL || was != 0)) {
            remember(grown != NULL ? (uintptr_t)grown : was);
        }
    }
    (void)pthread_mutex_unlock(&memory.mutex);
    return grown;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return end(begin() ? __real_aligned_alloc(alignment, size) : NULL);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size)
{
    void *made = NULL;
    int error = begin() ? __real_posix_memalign(&made, alignment, size) : ENOMEM;
    if (end(made) != NULL) {
        *out = made;
    }
    return error;
}

void __wrap_free(void *pointer)
{
    if (pointer != NULL) {
        (void)pthread_mutex_lock(&memory.mutex);
        (void)forget((uintptr_t)pointer);
        (void)pthread_mutex_unlock(&memory.mutex);
    }
    __real_free(pointer);
}

void test_memory_arm(size_t first, bool all_after)
{
    (void)pthread_mutex_lock(&memory.mutex);
    memory.armed = true;
    memory.all_after = all_after;
    memory.first = first;
    memory.calls = memory.failed = 0;
    (void)pthread_mutex_unlock(&memory.mutex);
}

size_t test_memory_disarm(size_t *calls)
{
    (void)pthread_mutex_lock(&memory.mutex);
    memory.armed = false;
    size_t failed = memory.failed;
    *calls = memory.calls;
    (void)pthread_mutex_unlock(&memory.mutex);
    return failed;
}

size_t test_memory_live(void)
{
    (void)pthread_mutex_lock(&memory.mutex);
    size_t live = memory.live;
    (void)pthread_mutex_unlock(&memory.mutex);
    return live;
}
