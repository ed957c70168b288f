/*
 * Networks: what finishing keeps and finds, gradients of random networks of every layer kind against finite differences, copies, receptive
 * fields.
 */
#include "config.h"

#include "tflift/graph.h"

#include "tflift/cpu.h"
#include "tflift/memory.h"

#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_NETWORKS = 64, SEED = 11 };

static tfl_graph *new_graph(size_t channels, size_t length)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_shape input = {.rank = 2, .dim = {channels, length}};
    tfl_graph *graph = NULL;
    ck_assert_msg(tfl_graph_create(&input, &graph, &err) == TFL_OK, "%s", err.message);
    return graph;
}

static unsigned add(tfl_graph *graph, const char *kind, const char *name, unsigned from, const void *parameters)
{
    tfl_error err = TFL_ERROR_INIT;
    unsigned index = 0;
    ck_assert_msg(tfl_graph_add(graph, kind, name, &from, 1, parameters, &index, &err) == TFL_OK, "%s", err.message);
    return index;
}

static void finish(tfl_graph *graph, unsigned output, const char *const *task)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_graph_finish(graph, output, task, &err) == TFL_OK, "%s", err.message);
}

static tfl_values *values_of(const tfl_graph *graph)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_values *values = NULL;
    ck_assert_msg(tfl_values_create(graph, &values, &err) == TFL_OK, "%s", err.message);
    return values;
}

static unsigned add_conv(tfl_graph *graph, const char *name, unsigned from, size_t out, size_t width, size_t stride, size_t dilation,
                         size_t pad)
{
    size_t in = graph->layer[from].shape.dim[0];
    float *weight = tfl_alloc_floats(out * in * width);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, name, from);
    for (size_t i = 0; i < out * in * width; i++) {
        weight[i] = (float)tfl_rng_normal(&rng) * 0.3F;
    }
    tfl_conv_parameters p = {.out_channels = out,
                             .groups = 1,
                             .kernel = {1, width},
                             .stride = {1, stride},
                             .dilation = {1, dilation},
                             .pad_before = {0, pad},
                             .pad_after = {0, pad},
                             .weight = weight};
    unsigned index = add(graph, "conv", name, from, &p);
    free(weight);
    return index;
}

/* ---------------------------------------------------------------- finishing */

START_TEST(layers_that_the_output_does_not_need_go)
{
    tfl_graph *graph = new_graph(4, 20);
    unsigned used = add_conv(graph, "used", 0, 3, 5, 1, 1, 0);
    unsigned dead = add_conv(graph, "dead", 0, 3, 5, 1, 1, 0);
    (void)add(graph, "relu", "dead too", dead, NULL);
    unsigned output = add(graph, "relu", "output", used, NULL);
    finish(graph, output, NULL);
    ck_assert_uint_eq(graph->n_layers, 3);
    ck_assert_str_eq(graph->layer[1].name, "used");
    ck_assert_str_eq(graph->layer[2].name, "output");
    ck_assert_uint_eq(graph->layer[2].input[0], 1);
    ck_assert_uint_eq(graph->output, 2);
    ck_assert_uint_eq(graph->n_uses[0], 1);
    ck_assert_uint_eq(graph->n_uses[1], 1);
    ck_assert_uint_eq(graph->n_uses[2], 0);
    tfl_graph_free(graph);
}
END_TEST

START_TEST(logits_come_before_a_final_sigmoid_or_softmax)
{
    static const tfl_softmax_parameters channels = {.axis = 0};
    static const struct {
        const char *kind;
        const void *parameters;
        int squashes;
    } last[] = {{"sigmoid", NULL, 1}, {"softmax", &channels, 1}, {"tanh", NULL, 0}};
    tfl_graph *graph = new_graph(4, 6);
    unsigned dense = add_conv(graph, "dense", 0, 2, 6, 1, 1, 0);
    unsigned output = add(graph, last[_i].kind, "output", dense, last[_i].parameters);
    finish(graph, output, NULL);
    ck_assert_uint_eq(graph->output, output);
    ck_assert_uint_eq(graph->logits, last[_i].squashes ? dense : output);
    ck_assert_uint_eq(graph->n_tasks, 2);
    ck_assert_str_eq(graph->task[0], "0");
    ck_assert_str_eq(graph->task[1], "1");
    tfl_graph_free(graph);
}
END_TEST

/* A new shape and a dropout behind it change nothing, another order does. */
START_TEST(a_final_sigmoid_stays_final_behind_a_new_shape)
{
    static const int64_t turned[] = {1, 0};
    const tfl_gather_parameters gather[] = {
        {.shape = {.rank = 3, .dim = {1, 2, 1}}}, {.shape = {.rank = 1, .dim = {2}}, .source = turned}};
    tfl_graph *graph = new_graph(4, 6);
    unsigned dense = add_conv(graph, "dense", 0, 2, 6, 1, 1, 0);
    unsigned sigmoid = add(graph, "sigmoid", "sigmoid", dense, NULL);
    unsigned shaped = add(graph, "gather", "shaped", sigmoid, &gather[_i]);
    finish(graph, add(graph, "dropout", "dropout", shaped, NULL), NULL);
    ck_assert_uint_eq(graph->n_tasks, 2);
    if (_i == 0) {
        ck_assert_uint_eq(graph->logits, dense);
        ck_assert_uint_eq(graph->output, sigmoid);
        ck_assert_uint_eq(graph->n_layers, sigmoid + 1);
    } else {
        ck_assert_str_eq(graph->layer[graph->output].name, "dropout");
        ck_assert_uint_eq(graph->logits, graph->output);
    }
    tfl_graph_free(graph);
}
END_TEST

START_TEST(task_names_are_kept)
{
    const char *const task[] = {"both", "gata1"};
    tfl_graph *graph = new_graph(4, 6);
    finish(graph, add_conv(graph, "dense", 0, 2, 6, 1, 1, 0), task);
    ck_assert_str_eq(graph->task[0], "both");
    ck_assert_str_eq(graph->task[1], "gata1");
    ck_assert_uint_eq(tfl_graph_parameters(graph), 48);
    tfl_graph_free(graph);
}
END_TEST

/* ---------------------------------------------------------------- what is refused, and how it is said */

static void refuses(tfl_graph *graph, const char *kind, const char *name, const unsigned *input, unsigned n, const void *parameters,
                    const char *part)
{
    tfl_error err = TFL_ERROR_INIT;
    unsigned index = 0;
    size_t before = graph->n_layers;
    ck_assert(tfl_graph_add(graph, kind, name, input, n, parameters, &index, &err) != TFL_OK);
    ck_assert_msg(strstr(err.message, part) != NULL && strstr(err.message, name) != NULL, "\"%s\" says neither \"%s\" nor \"%s\"",
                  err.message, part, name);
    ck_assert_uint_eq(graph->n_layers, before);
}

START_TEST(errors_name_the_layer)
{
    tfl_graph *graph = new_graph(4, 10);
    const unsigned input[2] = {0, add_conv(graph, "c", 0, 3, 5, 1, 1, 0)};
    const unsigned wrong = 9;
    const float one = 1.0F;
    tfl_conv_parameters conv = {
        .out_channels = 2, .groups = 1, .kernel = {1, 11}, .stride = {1, 1}, .dilation = {1, 1}, .weight = &one};
    tfl_pool_parameters pool = {.kernel = {1, 2}, .stride = {1, 2}, .dilation = {1, 1}, .pad_before = {0, 2}};
    const int64_t source[2] = {0, 40};
    tfl_gather_parameters gather = {.shape = {.rank = 1, .dim = {2}}, .source = source};
    tfl_gather_parameters reshape = {.shape = {.rank = 1, .dim = {39}}};
    tfl_scale_parameters scale = {.n = 3, .factor = &one};
    tfl_dropout_parameters dropout = {.rate = 1.0F};
    tfl_concat_parameters concat = {.axis = 1};
    refuses(graph, "no-such-kind", "n", input, 1, NULL, "no-such-kind");
    refuses(graph, "input", "n", input, 0, NULL, "input");
    refuses(graph, "relu", "n", &wrong, 1, NULL, "layer 9");
    refuses(graph, "relu", "n", input, 2, NULL, "2 inputs");
    refuses(graph, "add", "n", input, 2, NULL, "(4, 10) and (3, 6)");
    refuses(graph, "concat", "n", input, 2, &concat, "(4, 10) and (3, 6)");
    refuses(graph, "conv", "n", input, 1, &conv, "shorter than the kernel");
    conv.kernel[1] = 3, conv.groups = 3;
    refuses(graph, "conv", "n", input, 1, &conv, "3 groups");
    conv.groups = 1, conv.stride[1] = 0;
    refuses(graph, "conv", "n", input, 1, &conv, "stride");
    conv.stride[1] = 1, conv.pad_after[1] = SIZE_MAX;
    refuses(graph, "conv", "n", input, 1, &conv, "too large");
    conv.pad_after[1] = 0, conv.out_channels = SIZE_MAX / 2;
    refuses(graph, "conv", "n", input, 1, &conv, "2^31");
    refuses(graph, "max-pool", "n", input, 1, &pool, "nothing but padding");
    refuses(graph, "gather", "n", input, 1, &gather, "element 40");
    refuses(graph, "gather", "n", input, 1, &reshape, "(39)");
    refuses(graph, "scale", "n", input, 1, &scale, "3 factors");
    refuses(graph, "dropout", "n", input, 1, &dropout, "rate");
    tfl_graph_free(graph);
}
END_TEST

START_TEST(names_are_unique)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = new_graph(4, 10);
    unsigned first = add(graph, "relu", "twice", 0, NULL);
    unsigned second = add(graph, "relu", "twice", first, NULL);
    ck_assert_int_eq(tfl_graph_finish(graph, second, NULL, &err), TFL_EINPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "twice"));
    tfl_graph_free(graph);
}
END_TEST

START_TEST(shapes_are_checked)
{
    static const tfl_shape wrong[] = {{.rank = 0}, {.rank = 5}, {.rank = 2, .dim = {4, 0}}, {.rank = 2, .dim = {SIZE_MAX / 2, 4}}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tfl_error err = TFL_ERROR_INIT;
        tfl_graph *graph = NULL;
        ck_assert(tfl_graph_create(&wrong[i], &graph, &err) != TFL_OK);
        ck_assert_ptr_null(graph);
    }
}
END_TEST

/* ---------------------------------------------------------------- random networks */

static void fill(const tfl_graph *graph, tfl_values *values, uint64_t seed)
{
    tfl_rng rng;
    tfl_rng_init(&rng, seed, "values", 0);
    test_random_values(&rng, TEST_ANY, values->of[0], graph->layer[0].size);
}

static double weighted_output(const tfl_graph *graph, const tfl_values *values, const float *seed)
{
    double sum = 0.0;
    for (size_t t = 0; t < graph->n_tasks; t++) {
        sum += (double)seed[t] * (double)values->of[graph->logits][t];
    }
    return sum;
}

/* Central difference along the gradient; networks have kinks, so that a small step says more than a fine formula. */
static double slope_along(const tfl_graph *graph, tfl_values *values, const float *direction, const float *seed, float step)
{
    size_t n = graph->layer[0].size;
    double f[2];
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < n; i++) {
            values->of[0][i] += (side == 0 ? step : -2.0F * step) * direction[i];
        }
        tfl_forward(graph, values, graph->logits);
        f[side] = weighted_output(graph, values, seed);
    }
    for (size_t i = 0; i < n; i++) {
        values->of[0][i] += step * direction[i];
    }
    return (f[0] - f[1]) / (2.0 * (double)step);
}

/* Along a random direction scaled to the gradient's largest element, the derivative is <gradient, direction>. */
static void check_gradient(uint64_t number)
{
    tfl_graph *graph = test_random_graph(number);
    tfl_values *values = values_of(graph), *gradient = values_of(graph);
    size_t n = graph->layer[0].size;
    float *seed = tfl_alloc_floats(graph->n_tasks), *direction = tfl_alloc_floats(n);
    tfl_rng rng;
    tfl_rng_init(&rng, number, "direction", 0);
    test_random_values(&rng, TEST_ANY, seed, graph->n_tasks);
    fill(graph, values, number);
    tfl_forward(graph, values, graph->output);
    tfl_gradient(graph, values, seed, gradient);
    double expected = 0.0, size = 0.0;
    for (size_t i = 0; i < n; i++) {
        direction[i] = (float)tfl_rng_normal(&rng);
        expected += (double)gradient->of[0][i] * (double)direction[i];
        size += (double)gradient->of[0][i] * (double)gradient->of[0][i];
    }
    double best = INFINITY;
    for (int halvings = 7; halvings < 13 && best > 5e-3; halvings++) {
        float step = ldexpf(1.0F, -halvings);
        double error = fabs(slope_along(graph, values, direction, seed, step) - expected) / (sqrt(size) + 1e-3);
        best = error < best ? error : best;
    }
    ck_assert_msg(best <= 2e-2, "network %llu: the derivative along a direction is %g, off by %g of the gradient", (unsigned long long)number,
                  expected, best);
    free(seed);
    free(direction);
    tfl_values_free(values);
    tfl_values_free(gradient);
    tfl_graph_free(graph);
}

START_TEST(gradients_of_random_networks)
{
    check_gradient((uint64_t)_i);
}
END_TEST

START_TEST(every_kind_is_in_a_random_network)
{
    bool seen[128] = {false};
    for (uint64_t number = 0; number < N_NETWORKS; number++) {
        tfl_graph *graph = test_random_graph(number);
        for (size_t i = 0; i < graph->n_layers; i++) {
            for (size_t k = 0; tfl_layer_kind_at(k) != NULL; k++) {
                seen[k] = seen[k] || tfl_layer_kind_at(k) == graph->layer[i].kind;
            }
        }
        tfl_graph_free(graph);
    }
    for (size_t k = 0; tfl_layer_kind_at(k) != NULL; k++) {
        ck_assert_msg(seen[k], "no network of %d has a layer \"%s\"", N_NETWORKS, tfl_layer_kind_at(k)->name);
    }
}
END_TEST

/* A copy gives the same bytes, and lives on its own. */
START_TEST(copies_are_equal)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = test_random_graph((uint64_t)_i), *copy = NULL;
    tfl_values *values = values_of(graph);
    fill(graph, values, (uint64_t)_i);
    tfl_forward(graph, values, graph->output);
    ck_assert_msg(tfl_graph_copy(graph, &copy, &err) == TFL_OK, "%s", err.message);
    tfl_values *again = values_of(copy);
    ck_assert_uint_eq(copy->n_layers, graph->n_layers);
    ck_assert_uint_eq(copy->logits, graph->logits);
    ck_assert_uint_eq(tfl_graph_parameters(copy), tfl_graph_parameters(graph));
    size_t size = graph->layer[graph->output].size;
    tfl_graph_free(graph);
    fill(copy, again, (uint64_t)_i);
    tfl_forward(copy, again, copy->output);
    ck_assert_mem_eq(again->of[copy->output], values->of[copy->output], size * sizeof(float));
    tfl_values_free(values);
    tfl_values_free(again);
    tfl_graph_free(copy);
}
END_TEST

/* Levels agree on whole networks, and parameters() has the trained weights after prepare. */
START_TEST(levels_agree_on_random_networks)
{
    float expected[16];
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        tfl_graph *graph = test_random_graph((uint64_t)_i);
        tfl_values *values = values_of(graph);
        ck_assert_uint_le(graph->n_tasks, 16);
        fill(graph, values, (uint64_t)_i);
        tfl_forward(graph, values, graph->logits);
        for (size_t t = 0; t < graph->n_tasks; t++) {
            float found = values->of[graph->logits][t];
            expected[t] = i == 0 ? found : expected[t];
            ck_assert_msg(fabsf(found - expected[t]) <= 1e-4F * (1.0F + fabsf(expected[t])), "network %d, task %zu: %s gives %g, %s %g", _i,
                          t, level, (double)found, tfl_cpu_level_at(0), (double)expected[t]);
        }
        tfl_values_free(values);
        tfl_graph_free(graph);
    }
}
END_TEST

START_TEST(changed_weights_show_after_prepare)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = new_graph(4, 20);
    finish(graph, add_conv(graph, "c", 0, 3, 5, 1, 1, 0), NULL);
    tfl_layer *layer = &graph->layer[graph->output];
    tfl_weights weights;
    (void)layer->kind->weights(layer, &weights, 1);
    for (size_t i = 0; i < weights.size; i++) {
        weights.value[i] *= 2.0F;
    }
    tfl_values *values = values_of(graph);
    fill(graph, values, 1);
    tfl_forward(graph, values, graph->output);
    float before = values->of[graph->output][7];
    const tfl_conv_parameters *p = tfl_layer_parameters(layer);
    float weight = p->weight[11];
    ck_assert_int_eq(tfl_graph_prepare(graph, NULL, &err), TFL_OK);
    p = tfl_layer_parameters(layer);
    ck_assert(p->weight[11] == 2.0F * weight);
    tfl_forward(graph, values, graph->output);
    ck_assert(values->of[graph->output][7] == 2.0F * before);
    tfl_values_free(values);
    tfl_graph_free(graph);
}
END_TEST

/* A million of them and more; by transforms where the loop says so. */
START_TEST(many_weights_are_packed_alike_by_any_number_of_threads)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = new_graph(4, 30);
    unsigned first = add_conv(graph, "first", 0, 470, 3, 1, 1, 0), second = add_conv(graph, "second", first, 470, 3, 1, 1, 0);
    finish(graph, add_conv(graph, "third", second, 330, 3, 1, 1, 1), NULL);
    ck_assert_uint_gt(tfl_graph_parameters(graph), 1 << 20);
    graph->transforms = _i == 1;
    float *alone = NULL;
    for (unsigned threads = 1; threads <= 3; threads++) {
        graph->threads = threads;
        ck_assert_int_eq(tfl_graph_prepare(graph, NULL, &err), TFL_OK);
        tfl_values *values = values_of(graph);
        size_t size = graph->layer[graph->output].size;
        fill(graph, values, 1);
        tfl_forward(graph, values, graph->output);
        alone = alone == NULL ? tfl_alloc_floats(size) : alone;
        ck_assert_ptr_nonnull(alone);
        if (threads == 1) {
            memcpy(alone, values->of[graph->output], size * sizeof *alone);
        }
        ck_assert_msg(memcmp(alone, values->of[graph->output], size * sizeof *alone) == 0, "%u threads", threads);
        tfl_values_free(values);
    }
    free(alone);
    tfl_graph_free(graph);
}
END_TEST

/* Random choices of what is kept: kept values and the output have the bytes that they have where all is kept, a lender's too. */
START_TEST(values_may_share_their_places)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_rng rng;
    tfl_graph *graph = test_random_graph((uint64_t)_i);
    bool kept[256] = {true};
    tfl_values *all = values_of(graph), *few[2];
    tfl_rng_init(&rng, SEED, "kept", (uint64_t)_i);
    ck_assert_uint_le(graph->n_layers, 256);
    for (unsigned l = 1; l < graph->n_layers; l++) {
        kept[l] = l == graph->logits || tfl_rng_below(&rng, 4) == 0;
    }
    ck_assert_int_eq(tfl_values_create_kept(graph, kept, graph->logits, NULL, &few[0], &err), TFL_OK);
    ck_assert_int_eq(tfl_values_create_kept(graph, kept, graph->logits, few[0], &few[1], &err), TFL_OK);
    for (uint64_t k = 0; k < 2; k++) {
        fill(graph, few[k], k);
        tfl_forward(graph, few[k], graph->logits);
    }
    for (uint64_t k = 0; k < 2; k++) {
        fill(graph, all, k);
        tfl_forward(graph, all, graph->logits);
        for (unsigned l = 0; l <= graph->logits; l++) {
            ck_assert_msg(!kept[l] || memcmp(few[k]->of[l], all->of[l], graph->layer[l].size * sizeof(float)) == 0,
                          "network %d: %s is not what it is where all is kept", _i, graph->layer[l].name);
        }
    }
    tfl_values_free(few[1]);
    tfl_values_free(few[0]);
    tfl_values_free(all);
    tfl_graph_free(graph);
}
END_TEST

/* ---------------------------------------------------------------- receptive fields */

/* Layers whose values do not stay in the cache are computed strip by strip. */
static tfl_graph *make_long_network(void)
{
    enum { LENGTH = 1100, CHANNELS = 64 };
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = new_graph(4, LENGTH);
    unsigned x = add(graph, "relu", "a relu", add_conv(graph, "a", 0, CHANNELS, 5, 1, 1, 0), NULL);
    for (size_t block = 0; block < 3; block++) {
        const char *const names[] = {"b", "c", "d"};
        unsigned conv = add_conv(graph, names[block], x, CHANNELS, 3, 1, (size_t)1 << (3 * block), (size_t)1 << (3 * block));
        unsigned both[2] = {x, add(graph, block == 1 ? "tanh" : "relu", NULL, conv, NULL)};
        ck_assert(tfl_graph_add(graph, "add", NULL, both, 2, NULL, &x, &err) == TFL_OK);
    }
    x = add(graph, "relu", NULL, add_conv(graph, "e", x, CHANNELS, 7, 1, 2, 0), NULL);
    finish(graph, add(graph, "global-average-pool", NULL, x, NULL), NULL);
    return graph;
}

START_TEST(strips_have_the_bytes_of_layers_one_by_one)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = make_long_network();
    graph->transforms = _i == 1;
    ck_assert(tfl_graph_prepare(graph, NULL, &err) == TFL_OK);
    bool *kept = calloc(graph->n_layers, sizeof *kept);
    kept[0] = kept[graph->output] = true;
    tfl_values *values = values_of(graph), *plain = values_of(graph), *few = NULL;
    ck_assert(tfl_values_create_kept(graph, kept, graph->output, NULL, &few, &err) == TFL_OK);
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        values->of[0][i] = plain->of[0][i] = few->of[0][i] = i % 4 == i / 4 * 7 % 13 % 4 ? 1.0F : 0.0F;
    }
    tfl_forward(graph, values, graph->output);
    tfl_forward(graph, few, graph->output);
    for (size_t l = 1; l < graph->n_layers; l++) {
        const tfl_layer *layer = &graph->layer[l];
        const float *in[TFL_MAX_INPUTS];
        tfl_values_inputs(plain, layer, in);
        layer->kind->forward(layer, in, plain->of[l], plain->scratch);
        ck_assert_msg(memcmp(values->of[l], plain->of[l], layer->size * sizeof(float)) == 0, "layer %zu, %s", l, layer->kind->name);
    }
    ck_assert_mem_eq(few->of[graph->output], plain->of[graph->output], graph->layer[graph->output].size * sizeof(float));
    tfl_values_free(values);
    tfl_values_free(plain);
    tfl_values_free(few);
    free(kept);
    tfl_graph_free(graph);
}
END_TEST

START_TEST(receptive_fields_add_up)
{
    tfl_graph *graph = new_graph(4, 100);
    unsigned a = add_conv(graph, "a", 0, 3, 5, 1, 1, 0);  /* 5 */
    unsigned b = add_conv(graph, "b", a, 3, 3, 2, 4, 0);  /* 5 + 8 */
    unsigned c = add(graph, "relu", "c", b, NULL);        /* the same */
    unsigned d = add_conv(graph, "d", c, 3, 4, 1, 1, 0);  /* 13 + 3 * 2 */
    unsigned e = add(graph, "global-max-pool", "e", d, NULL);
    finish(graph, e, NULL);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, 0), 1);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, a), 5);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, b), 13);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, c), 13);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, d), 19);
    ck_assert_uint_eq(tfl_graph_receptive_field(graph, e), 100);
    tfl_graph_free(graph);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph");
    TCase *tests = tcase_create("graph");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, layers_that_the_output_does_not_need_go);
    tcase_add_loop_test(tests, logits_come_before_a_final_sigmoid_or_softmax, 0, 3);
    tcase_add_loop_test(tests, a_final_sigmoid_stays_final_behind_a_new_shape, 0, 2);
    tcase_add_test(tests, task_names_are_kept);
    tcase_add_test(tests, errors_name_the_layer);
    tcase_add_test(tests, names_are_unique);
    tcase_add_test(tests, shapes_are_checked);
    tcase_add_test(tests, every_kind_is_in_a_random_network);
    tcase_add_loop_test(tests, gradients_of_random_networks, 0, N_NETWORKS);
    tcase_add_loop_test(tests, copies_are_equal, 0, N_NETWORKS);
    tcase_add_loop_test(tests, levels_agree_on_random_networks, 0, N_NETWORKS);
    tcase_add_test(tests, changed_weights_show_after_prepare);
    tcase_add_loop_test(tests, many_weights_are_packed_alike_by_any_number_of_threads, 0, 2);
    tcase_add_loop_test(tests, values_may_share_their_places, 0, N_NETWORKS);
    tcase_add_loop_test(tests, strips_have_the_bytes_of_layers_one_by_one, 0, 2);
    tcase_add_test(tests, receptive_fields_add_up);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
