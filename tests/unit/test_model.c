/* Models written and read back. */
#include "config.h"

#include "tflift/memory.h"
#include "tflift/model.h"

#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

#define ASSERT_OK(call)                                                                                                \
    do {                                                                                                               \
        err = (tfl_error)TFL_ERROR_INIT;                                                                               \
        ck_assert_msg((call) == TFL_OK, "%s: %s", #call, err.message);                                                 \
    } while (0)

/* One-hot rows with a few positions of other numbers. */
static void random_input(uint64_t seed, const tfl_graph *graph, float *x)
{
    tfl_rng rng;
    tfl_rng_init(&rng, seed, "input", 0);
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        x[i] = tfl_rng_below(&rng, 8) == 0 ? (float)tfl_rng_normal(&rng) : 0.0F;
    }
    for (size_t i = 0; i < graph->layer[0].size / 4; i++) {
        x[4 * i + tfl_rng_below(&rng, 4)] = 1.0F;
    }
}

/* Fails unless both graphs put out the same bytes for the same input. */
static void check_equal(uint64_t seed, const tfl_graph *a, const tfl_graph *b)
{
    tfl_error err;
    tfl_values *values[2];
    const tfl_graph *graph[2] = {a, b};
    for (int g = 0; g < 2; g++) {
        ASSERT_OK(tfl_values_create(graph[g], &values[g], &err));
        random_input(seed, graph[g], values[g]->of[0]);
        tfl_forward(graph[g], values[g], graph[g]->output);
    }
    ck_assert_uint_eq(a->n_tasks, b->n_tasks);
    for (size_t t = 0; t < a->n_tasks; t++) {
        float x = values[0]->of[a->output][t], y = values[1]->of[b->output][t];
        ck_assert_msg(memcmp(&x, &y, sizeof x) == 0, "seed %u: output %zu is %.9g, and %.9g when read back",
                      (unsigned)seed, t, (double)x, (double)y);
        x = values[0]->of[a->logits][t];
        y = values[1]->of[b->logits][t];
        ck_assert_msg(memcmp(&x, &y, sizeof x) == 0, "seed %u: logit %zu is %.9g, and %.9g when read back",
                      (unsigned)seed, t, (double)x, (double)y);
    }
    tfl_values_free(values[0]);
    tfl_values_free(values[1]);
}

/* Writes graph to a file and reads it; the caller frees both. */
static void write_and_read(const tfl_graph *graph, bool any_length, tfl_model **model, tfl_graph **back)
{
    tfl_error err;
    char path[PATH_SIZE];
    test_scratch_path(path, sizeof path, "model.onnx");
    ASSERT_OK(tfl_model_write(graph, path, any_length, &err));
    ASSERT_OK(tfl_model_read(path, model, &err));
    ASSERT_OK(tfl_model_graph(*model, graph->layer[0].shape.dim[1], back, &err));
}

enum { SEEDS = 4 * 32 };

/* Every kind of layer is in as many networks as there are seeds for each. */
START_TEST(networks_come_back_equal)
{
    tfl_graph *graph = test_random_graph((uint64_t)_i), *back;
    tfl_model *model;
    write_and_read(graph, false, &model, &back);
    ck_assert_uint_eq(tfl_model_length(model), graph->layer[0].shape.dim[1]);
    check_equal((uint64_t)_i, graph, back);
    tfl_graph_free(graph);
    tfl_graph_free(back);
    tfl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("write");
    test_use_scratch(tests);
    tcase_add_loop_test(tests, networks_come_back_equal, 0, SEEDS);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
