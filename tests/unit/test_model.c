/* Models written and read back. */
#include "config.h"

#include "tflift/memory.h"
#include "tflift/model.h"

#include "tests/support/networks.h"
#include "tests/support/onnx.h"
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

/* A network of global pooling: conv, ReLU, pool, flatten, dense, for tests of what goes with it. */
static tfl_graph *small_graph(size_t length, bool global, const char *const *task)
{
    tfl_error err;
    tfl_graph *graph = NULL;
    float weight[3 * 4 * 5], dense[2 * 3 * 100] = {0};
    for (size_t i = 0; i < sizeof weight / sizeof *weight; i++) {
        weight[i] = (float)(i % 7) - 3;
    }
    for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
        dense[i] = (float)(i % 5) - 1.5F;
    }
    size_t positions = global ? 1 : length - 4;
    tfl_shape input = {2, {4, length}};
    tfl_conv_parameters conv = {
        .out_channels = 3, .groups = 1, .kernel = {1, 5}, .stride = {1, 1}, .dilation = {1, 1}, .weight = weight};
    tfl_gather_parameters flat = {.shape = {1, {3 * positions}}};
    tfl_dense_parameters out = {2, dense, NULL};
    unsigned at = 0;
    ASSERT_OK(tfl_graph_create(&input, &graph, &err));
    ASSERT_OK(tfl_graph_add(graph, "conv", "x", &at, 1, &conv, &at, &err));     /* called like the model's input */
    ASSERT_OK(tfl_graph_add(graph, "relu", "logits", &at, 1, NULL, &at, &err)); /* … and its output */
    if (global) {
        ASSERT_OK(
            tfl_graph_add(graph, "global-average-pool", "x.weight", &at, 1, NULL, &at, &err)); /* … and its weights */
    }
    ASSERT_OK(tfl_graph_add(graph, "gather", "flat", &at, 1, &flat, &at, &err));
    ASSERT_OK(tfl_graph_add(graph, "dense", "dense", &at, 1, &out, &at, &err));
    ASSERT_OK(tfl_graph_finish(graph, at, task, &err));
    return graph;
}

START_TEST(names_come_back)
{
    static const char *const task[] = {"first one", "zweite \xc3\xa4"};
    tfl_graph *graph = small_graph(20, true, task), *back;
    tfl_model *model;
    write_and_read(graph, false, &model, &back);
    check_equal(1, graph, back);
    ck_assert_str_eq(back->task[0], task[0]);
    ck_assert_str_eq(back->task[1], task[1]);
    ck_assert_uint_eq(back->n_layers, graph->n_layers);
    for (size_t i = 0; i < graph->n_layers; i++) {
        ck_assert_str_eq(back->layer[i].name, graph->layer[i].name);
        ck_assert_ptr_eq(back->layer[i].kind, graph->layer[i].kind);
    }
    tfl_graph_free(graph);
    tfl_graph_free(back);
    tfl_model_free(model);
}
END_TEST

START_TEST(any_length_is_any_length)
{
    tfl_error err;
    tfl_graph *graph = small_graph(20, true, NULL), *back, *other, *expected = small_graph(33, true, NULL);
    tfl_model *model;
    write_and_read(graph, true, &model, &back);
    ck_assert_uint_eq(tfl_model_length(model), 0);
    ck_assert_str_eq(back->task[1], "1");
    check_equal(1, graph, back);
    ASSERT_OK(tfl_model_graph(model, 33, &other, &err));
    check_equal(2, expected, other);
    tfl_graph_free(graph);
    tfl_graph_free(back);
    tfl_graph_free(other);
    tfl_graph_free(expected);
    tfl_model_free(model);
}
END_TEST

/* Fails with this message, and leaves no file. */
static void check_refused(const tfl_graph *graph, const char *path, bool any_length, tfl_status status,
                          const char *message)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_model_write(graph, path, any_length, &err), status);
    ck_assert_str_eq(err.message, message);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_null(file);
}

START_TEST(what_cannot_be_written_is_refused)
{
    static const char *const comma[] = {"a", "b,c"};
    char path[PATH_SIZE], message[PATH_SIZE + 100];
    test_scratch_path(path, sizeof path, "refused.onnx");
    tfl_graph *graph = small_graph(20, true, comma);
    snprintf(message, sizeof message, "%s: task \"b,c\": a name without commas and control characters is needed", path);
    check_refused(graph, path, false, TFL_EINPUT, message);
    tfl_graph_free(graph);
    graph = small_graph(20, false, NULL);
    snprintf(message, sizeof message,
             "%s: layer \"dense\" (dense) fits sequences of one length only, so the model is not for any", path);
    check_refused(graph, path, true, TFL_EUNSUPPORTED, message);
    tfl_graph_free(graph);
}
END_TEST

/* What is written for any length computes at each what the model does, or is refused: a number that comes from the length is part of the
 * network for that length. */
static const struct {
    bool same;
    const char *program;
} of_any_length[] = {
    {true, "c = Conv(x, 6x4x5~1); r = Relu(c); p = MaxPool(r) kernel_shape=[3] strides=[2]; g = GlobalAveragePool(p)"},
    {true, "c = Conv(x, 6x4x5~1) auto_pad='SAME_UPPER'; g = GlobalMaxPool(c)"},
    {true, "c = Conv(x, 6x4x1~1) auto_pad='SAME_LOWER' strides=[3]; m = ReduceMean(c) axes=[2]; y = Reshape(m, [0,-1])"},
    {true, "s = Shape(x); n = Slice(s, [0], [1]); t = Concat(n, [4,-1]) axis=0; r = Reshape(x, t); g = GlobalMaxPool(r)"},
    {false, "a = ReduceSum(x, [2]); s = Shape(x); n = Gather(s, 2) axis=0; f = Cast(n) to=1; y = Div(a, f)"},
    {false, "c = Conv(x, 6x4x5~1) auto_pad='SAME_UPPER' strides=[2]; g = GlobalMaxPool(c)"},
    {false, "p = MaxPool(x) kernel_shape=[4] strides=[4] auto_pad='SAME_LOWER'; g = GlobalAveragePool(p)"},
    {false, "a = MaxPool(x) kernel_shape=[7] strides=[7]; b = MaxPool(a) kernel_shape=[5] strides=[5]; c = MaxPool(b) kernel_shape=[5] strides=[3];"
            "d = Conv(c, 2x4x3~1) auto_pad='SAME_UPPER' strides=[3]; g = GlobalMaxPool(d)"},
    {false, "m = ReduceMean(x) axes=[2]; d = Sub(x, m); q = Mul(d, d); g = GlobalAveragePool(q)"},
    {false, "c = Conv(x, 6x4x5~1); m = GlobalAveragePool(c); h = Conv(m, 6x6x1~2); s = Sigmoid(h); y = Mul(c, s); g = GlobalMaxPool(y)"},
    {false, "s = Slice(x, [0], [300], [2]); g = GlobalMaxPool(s)"},
    {false, "s = Shape(x); n = Slice(s, [2], [3]); q = Div(n, [150]); e = Equal(q, [0]); z = Where(e, [9], [0]); t = Concat([0,0,0,0,0], z) axis=0; p = Pad(x, t);"
            "g = GlobalAveragePool(p)"},
    {false, "f = Flatten(x); y = Gemm(f, 800x2~1)"},
    {false, "f = Reshape(x, [0,800]); y = ReduceSum(f, [1])"},
};

START_TEST(a_model_for_any_length_is_the_same_at_each)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model, *again;
    tfl_graph *graph;
    char path[PATH_SIZE];
    size_t size;
    unsigned char *bytes = test_onnx_program(13, "N 4 L", of_any_length[_i].program, &size);
    test_scratch_path(path, sizeof path, "any.onnx");
    ASSERT_OK(tfl_model_read_memory(bytes, size, "model.onnx", &model, &err));
    tfl_status status = tfl_model_check_any_length(model, 200, &err);
    ck_assert_msg(status == (of_any_length[_i].same ? TFL_OK : TFL_EUNSUPPORTED), "%s: %s", of_any_length[_i].program, err.message);
    ASSERT_OK(tfl_model_graph(model, 200, &graph, &err));
    for (size_t length = 150; status == TFL_OK && length < 260; length += 7) {
        tfl_graph *here, *there;
        ASSERT_OK(tfl_model_write(graph, path, true, &err));
        ASSERT_OK(tfl_model_read(path, &again, &err));
        ASSERT_OK(tfl_model_graph(model, length, &here, &err));
        ASSERT_OK(tfl_model_graph(again, length, &there, &err));
        check_equal(length, here, there);
        tfl_graph_free(here);
        tfl_graph_free(there);
        tfl_model_free(again);
    }
    tfl_graph_free(graph);
    tfl_model_free(model);
    free(bytes);
}
END_TEST

START_TEST(layouts_are_recognised)
{
    static const struct {
        const char *input;
        tfl_layout layout;
        size_t length;
    } rows[] = {
        {"N 4 20", TFL_N4L, 20},    {"N 20 4", TFL_NL4, 20},  {"N 1 4 20", TFL_N14L, 20}, {"N 4 1 20", TFL_N41L, 20},
        {"N 4 20 1", TFL_N4L1, 20}, {"N 4 L", TFL_N4L, 0},    {"N L 4", TFL_NL4, 0},      {"N 1 4 L", TFL_N14L, 0},
        {"N 4 1 L", TFL_N41L, 0},   {"N 4 L 1", TFL_N4L1, 0}, {"N C L", TFL_N4L, 0},      {"1 4 20", TFL_N4L, 20},
        {"N 4 4", TFL_N4L, 4},      {"-1 4 -1", TFL_N4L, 0}, /* as some exporters write free dimensions */
        {"N C 20", TFL_N4L, 20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tfl_error err;
        tfl_model *model;
        size_t size;
        unsigned char *bytes = test_onnx_program(13, rows[i].input, "y = Relu(x)", &size);
        ASSERT_OK(tfl_model_read_memory(bytes, size, rows[i].input, &model, &err));
        ck_assert_msg(tfl_model_layout(model) == rows[i].layout && tfl_model_length(model) == rows[i].length,
                      "%s: layout %d, length %zu", rows[i].input, (int)tfl_model_layout(model),
                      tfl_model_length(model));
        tfl_model_free(model);
        free(bytes);
    }
}
END_TEST

START_TEST(the_digest_is_of_the_content)
{
    tfl_error err;
    tfl_model *a, *b, *c;
    size_t size, other_size;
    unsigned char *bytes = test_onnx_program(13, "N 4 12", "y = Relu(x)", &size),
                  *other = test_onnx_program(13, "N 4 12", "y = Tanh(x)", &other_size);
    ASSERT_OK(tfl_model_read_memory(bytes, size, "a", &a, &err));
    ASSERT_OK(tfl_model_read_memory(bytes, size, "b", &b, &err));
    ASSERT_OK(tfl_model_read_memory(other, other_size, "c", &c, &err));
    ck_assert_uint_eq(strlen(tfl_model_digest(a)), 16);
    ck_assert_str_eq(tfl_model_digest(a), tfl_model_digest(b));
    ck_assert_str_ne(tfl_model_digest(a), tfl_model_digest(c));
    ck_assert_str_eq(tfl_model_name(b), "b");
    tfl_model_free(a);
    tfl_model_free(b);
    tfl_model_free(c);
    free(bytes);
    free(other);
}
END_TEST

START_TEST(the_built_in_model_is_there)
{
    tfl_error err;
    tfl_model *model;
    tfl_graph *graph;
    ASSERT_OK(tfl_model_builtin(&model, &err));
    ASSERT_OK(tfl_model_graph(model, 200, &graph, &err));
    ck_assert_str_eq(tfl_model_name(model), "built-in model");
    ck_assert_uint_eq(graph->n_tasks, 3);
    ck_assert_str_eq(graph->task[0], "both");
    ck_assert_str_eq(graph->task[1], "gata1");
    ck_assert_str_eq(graph->task[2], "tal1");
    tfl_graph_free(graph);
    tfl_model_free(model);
}
END_TEST

/* Also where direct sums were packed first, and transforms took their place. */
START_TEST(weights_packed_once_or_again_are_the_same)
{
    tfl_error err;
    tfl_model *model;
    tfl_graph *once, *again;
    ASSERT_OK(tfl_model_builtin(&model, &err));
    ASSERT_OK(tfl_model_graph_unpacked(model, 200, &once, &err));
    ASSERT_OK(tfl_model_graph(model, 200, &again, &err));
    once->transforms = again->transforms = _i == 1;
    ASSERT_OK(tfl_graph_prepare(once, NULL, &err));
    ASSERT_OK(tfl_graph_prepare(again, NULL, &err));
    check_equal((uint64_t)_i, once, again);
    tfl_graph_free(once);
    tfl_graph_free(again);
    tfl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("write");
    test_use_scratch(tests);
    tcase_add_loop_test(tests, networks_come_back_equal, 0, SEEDS);
    tcase_add_test(tests, names_come_back);
    tcase_add_test(tests, any_length_is_any_length);
    tcase_add_test(tests, what_cannot_be_written_is_refused);
    tcase_add_loop_test(tests, a_model_for_any_length_is_the_same_at_each, 0, sizeof of_any_length / sizeof *of_any_length);
    tcase_add_test(tests, layouts_are_recognised);
    tcase_add_test(tests, the_digest_is_of_the_content);
    tcase_add_test(tests, the_built_in_model_is_there);
    tcase_add_loop_test(tests, weights_packed_once_or_again_are_the_same, 0, 2);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
