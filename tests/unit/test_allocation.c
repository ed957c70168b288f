/*
 * Explaining a sequence asks for no memory: the workspace has all of it. The linker sends every call of malloc and its like in the library and
 * in this program here first.
 */
#include "config.h"

#include "tests/support/networks.h"
#include "tests/support/support.h"

#include "tflift/explain.h"

#include <stdlib.h>
#include <string.h>

static size_t calls;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    calls++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    calls++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    calls++;
    return __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    calls++;
    return __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size)
{
    calls++;
    return __real_posix_memalign(out, alignment, size);
}

static tfl_status fill_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const tfl_graph *graph = context;
    (void)err;
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        rows[i] = (i + j) % 4 == 0 ? 1.0F : 0.0F;
    }
    return TFL_OK;
}

static void check_method(tfl_graph *graph, const tfl_method *method)
{
    tfl_error error = TFL_ERROR_INIT;
    tfl_explain_options options = {.method = method, .steps = 2, .max_tasks = 1};
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    unsigned task = 0;
    size_t size = graph->layer[0].size;
    float *x = calloc(4 * size, sizeof *x);
    ck_assert_ptr_nonnull(x);
    (void)fill_reference(graph, 2, x, &error);
    tfl_explanation explanation = {x + size, x + 2 * size, x + 3 * size, NULL, NULL};
    ck_assert_msg(tfl_explainer_create(graph, &options, &explainer, &error) == TFL_OK, "%s", error.message);
    ck_assert_msg(tfl_explain_workspace_create(explainer, &workspace, &error) == TFL_OK, "%s", error.message);
    size_t n = method->default_reference != NULL ? 2 : 0;
    size_t before = calls;
    tfl_status status = tfl_explain(explainer, workspace, x, &task, 1, n, fill_reference, graph, &explanation, &error);
    size_t after = calls; /* Check's own macros ask for memory */
    ck_assert_msg(status == TFL_OK, "%s", error.message);
    ck_assert_msg(after == before, "%s asked for memory %zu times", method->name, after - before);
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
    free(x);
}

START_TEST(explaining_asks_for_no_memory)
{
    const tfl_method *method;
    tfl_graph *graph = test_random_graph((uint64_t)_i);
    ck_assert_uint_gt(calls, 0); /* they are counted */
    for (size_t i = 0; (method = tfl_method_at(i)) != NULL; i++) {
        check_method(graph, method);
    }
    tfl_graph_free(graph);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocation");
    TCase *tests = tcase_create("allocation");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, explaining_asks_for_no_memory, 0, 64);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
