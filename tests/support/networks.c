#include "config.h"

#include "tests/support/networks.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not an assertion of Check: programs that are no Check suite use these networks too. */
static void need(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "networks.c: %s\n", what);
        abort();
    }
}

/* ---------------------------------------------------------------- draws */

static size_t between(tfl_rng *rng, size_t least, size_t most)
{
    return least + tfl_rng_below(rng, (uint32_t)(most - least + 1));
}

static bool coin(tfl_rng *rng)
{
    return tfl_rng_below(rng, 2) == 1;
}

static float *random_floats(tfl_rng *rng, size_t n, double scale)
{
    float *x = tfl_alloc_floats(n);
    need(x != NULL, "out of memory");
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(scale * tfl_rng_normal(rng));
    }
    return x;
}

tfl_shape test_random_shape(tfl_rng *rng, unsigned rank)
{
    tfl_shape shape = {.rank = rank};
    for (unsigned axis = 0; axis < rank; axis++) {
        shape.dim[axis] = between(rng, axis == 0 ? 1 : 3, axis == 0 ? 6 : 9);
    }
    return shape;
}

void test_random_values(tfl_rng *rng, test_domain domain, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double u = tfl_rng_uniform(rng);
        switch (domain) {
        case TEST_ANY:
            x[i] = (float)((0.15 + 1.35 * u) * (coin(rng) ? 1.0 : -1.0));
            break;
        case TEST_POSITIVE:
            x[i] = (float)(0.5 + 2.0 * u);
            break;
        case TEST_SPACED:
            x[i] = 0.25F * ((float)i - 0.5F * (float)n);
            break;
        }
    }
    if (domain == TEST_SPACED) {
        tfl_rng_shuffle(rng, x, n, sizeof *x);
    }
}

/* ---------------------------------------------------------------- one layer of each kind */

static unsigned add(tfl_graph *graph, const char *kind, const unsigned *input, unsigned n, const void *parameters)
{
    tfl_error err = TFL_ERROR_INIT;
    unsigned index = 0;
    tfl_status status = tfl_graph_add(graph, kind, NULL, input, n, parameters, &index, &err);
    need(status == TFL_OK, err.message);
    return index;
}

static const tfl_shape *shape_of(const tfl_graph *graph, unsigned layer)
{
    return &graph->layer[layer].shape;
}

/* A window that fits an axis of n positions, now and then with padding that no window lies in alone. */
static void random_window(tfl_rng *rng, size_t n, size_t *kernel, size_t *stride, size_t *dilation, size_t *before, size_t *after)
{
    *kernel = between(rng, 1, n < 4 ? n : 4);
    *stride = coin(rng) ? 1 : between(rng, 1, 3);
    *dilation = coin(rng) || (*kernel - 1) * 2 + 1 > n ? 1 : 2;
    *before = coin(rng) ? 0 : between(rng, 0, *kernel - 1);
    *after = coin(rng) ? 0 : between(rng, 0, *kernel - 1);
}

static unsigned add_conv(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    const tfl_shape *shape = shape_of(graph, from);
    size_t channels = shape->dim[0], groups = channels % 2 == 0 && coin(rng) ? 2 : 1;
    tfl_conv_parameters p = {.out_channels = groups * between(rng, 1, coin(rng) ? 5 : 20),
                             .groups = groups,
                             .kernel = {1, 1},
                             .stride = {1, 1},
                             .dilation = {1, 1}};
    for (unsigned axis = shape->rank == 3 ? 0 : 1; axis < 2; axis++) {
        random_window(rng, shape->dim[shape->rank - 2 + axis], &p.kernel[axis], &p.stride[axis], &p.dilation[axis], &p.pad_before[axis],
                      &p.pad_after[axis]);
    }
    size_t fan_in = channels / groups * p.kernel[0] * p.kernel[1];
    float *weight = random_floats(rng, p.out_channels * fan_in, 1.0 / sqrt((double)fan_in));
    float *bias = coin(rng) ? random_floats(rng, p.out_channels, 0.3) : NULL;
    p.weight = weight;
    p.bias = bias;
    unsigned index = add(graph, "conv", &from, 1, &p);
    free(weight);
    free(bias);
    return index;
}

static unsigned add_dense_of(tfl_graph *graph, tfl_rng *rng, unsigned from, size_t out)
{
    const tfl_shape *shape = shape_of(graph, from);
    size_t in = shape->dim[shape->rank - 1];
    float *weight = random_floats(rng, out * in, 1.0 / sqrt((double)in));
    float *bias = coin(rng) ? random_floats(rng, out, 0.3) : NULL;
    tfl_dense_parameters p = {.out = out, .weight = weight, .bias = bias};
    unsigned index = add(graph, "dense", &from, 1, &p);
    free(weight);
    free(bias);
    return index;
}

static unsigned add_dense(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_dense_of(graph, rng, from, between(rng, 1, 20));
}

#define PLAIN(identifier, kind)                                                           \
    static unsigned add_##identifier(tfl_graph *graph, tfl_rng *rng, unsigned from)       \
    {                                                                                     \
        (void)rng;                                                                        \
        return add(graph, kind, &from, 1, NULL);                                          \
    }

PLAIN(relu, "relu")
PLAIN(sigmoid, "sigmoid")
PLAIN(tanh, "tanh")
PLAIN(softplus, "softplus")
PLAIN(gelu, "gelu")
PLAIN(gelu_tanh, "gelu-tanh")
PLAIN(exp, "exp")
PLAIN(log, "log")
PLAIN(reciprocal, "reciprocal")
PLAIN(sqrt, "sqrt")
PLAIN(abs, "abs")
PLAIN(global_average_pool, "global-average-pool")
PLAIN(global_max_pool, "global-max-pool")

static unsigned add_activation(tfl_graph *graph, tfl_rng *rng, unsigned from, const char *kind)
{
    tfl_activation_parameters p = {.alpha = (float)(0.1 + tfl_rng_uniform(rng)), .beta = (float)(0.5 + tfl_rng_uniform(rng))};
    return add(graph, kind, &from, 1, coin(rng) ? &p : NULL);
}

static unsigned add_leaky_relu(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_activation(graph, rng, from, "leaky-relu");
}

static unsigned add_elu(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_activation(graph, rng, from, "elu");
}

static unsigned add_selu(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_activation(graph, rng, from, "selu");
}

static unsigned add_power(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    tfl_activation_parameters p = {.alpha = (float)(-1.0 + 3.0 * tfl_rng_uniform(rng))};
    return add(graph, "power", &from, 1, &p);
}

static unsigned add_clip(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    float low = -0.0625F - 0.25F * (float)between(rng, 0, 4); /* no value of TEST_SPACED is within 1/16 */
    tfl_activation_parameters p = {.alpha = low, .beta = low + 0.25F * (float)between(rng, 1, 6)};
    return add(graph, "clip", &from, 1, &p);
}

static size_t random_count(tfl_rng *rng, const tfl_shape *shape)
{
    size_t choice[3] = {1, shape->dim[0], tfl_shape_size(shape)};
    return choice[tfl_rng_below(rng, 3)];
}

static unsigned add_prelu(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    size_t n = random_count(rng, shape_of(graph, from));
    float *slope = random_floats(rng, n, 0.5);
    tfl_prelu_parameters p = {.n = n, .slope = slope};
    unsigned index = add(graph, "prelu", &from, 1, &p);
    free(slope);
    return index;
}

static unsigned add_scale(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    size_t n = random_count(rng, shape_of(graph, from));
    float *factor = random_floats(rng, n, 1.0), *shift = coin(rng) ? random_floats(rng, n, 0.5) : NULL;
    tfl_scale_parameters p = {.n = n, .factor = factor, .shift = shift};
    unsigned index = add(graph, "scale", &from, 1, &p);
    free(factor);
    free(shift);
    return index;
}

static unsigned add_pool(tfl_graph *graph, tfl_rng *rng, unsigned from, const char *kind)
{
    const tfl_shape *shape = shape_of(graph, from);
    tfl_pool_parameters p = {.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .count_pads = coin(rng), .ceil_mode = coin(rng)};
    for (unsigned axis = shape->rank == 3 ? 0 : 1; axis < 2; axis++) {
        random_window(rng, shape->dim[shape->rank - 2 + axis], &p.kernel[axis], &p.stride[axis], &p.dilation[axis], &p.pad_before[axis],
                      &p.pad_after[axis]);
    }
    return add(graph, kind, &from, 1, &p);
}

static unsigned add_average_pool(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_pool(graph, rng, from, "average-pool");
}

static unsigned add_max_pool(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_pool(graph, rng, from, "max-pool");
}

/* A shape with the same elements as (C, L) or another, in a random way. */
static tfl_shape other_shape(tfl_rng *rng, const tfl_shape *shape)
{
    size_t size = tfl_shape_size(shape);
    switch (tfl_rng_below(rng, 3)) {
    case 0:
        return (tfl_shape){.rank = 1, .dim = {size}};
    case 1:
        return (tfl_shape){.rank = 3, .dim = {1, shape->dim[0], size / shape->dim[0]}};
    default:
        return (tfl_shape){.rank = 2, .dim = {size / shape->dim[0], shape->dim[0]}};
    }
}

static unsigned add_gather(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    const tfl_shape *shape = shape_of(graph, from);
    tfl_gather_parameters p = {.shape = other_shape(rng, shape), .fill = 0.5F};
    size_t size = tfl_shape_size(shape);
    int64_t *source = NULL;
    if (coin(rng)) {
        p.shape.dim[0] = between(rng, 1, 2 * p.shape.dim[0]);
        source = tfl_calloc(tfl_shape_size(&p.shape), sizeof *source);
        need(source != NULL, "out of memory");
        for (size_t i = 0; i < tfl_shape_size(&p.shape); i++) {
            source[i] = (int64_t)tfl_rng_below(rng, (uint32_t)size + 2) - 2;
        }
    }
    p.source = source;
    unsigned index = add(graph, "gather", &from, 1, &p);
    free(source);
    return index;
}

static unsigned add_pair(tfl_graph *graph, tfl_rng *rng, unsigned from, const char *kind)
{
    unsigned input[2] = {from, add_scale(graph, rng, from)};
    return add(graph, kind, input, 2, NULL);
}

static unsigned add_add(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    if (coin(rng)) {
        return add_pair(graph, rng, from, "add");
    }
    unsigned input[3] = {from, add_scale(graph, rng, from), from};
    return add(graph, "add", input, 3, NULL);
}

static unsigned add_sub(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_pair(graph, rng, from, "sub");
}

static unsigned add_mul(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_pair(graph, rng, from, "mul");
}

static unsigned add_concat(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    tfl_concat_parameters p = {.axis = tfl_rng_below(rng, shape_of(graph, from)->rank)};
    unsigned input[3] = {add_scale(graph, rng, from), from, from};
    return add(graph, "concat", input, (unsigned)between(rng, 1, 3), &p);
}

static unsigned add_reduce(tfl_graph *graph, tfl_rng *rng, unsigned from, const char *kind)
{
    tfl_reduce_parameters p = {.keep = coin(rng)};
    unsigned rank = shape_of(graph, from)->rank;
    for (unsigned axis = 0; axis < rank; axis++) {
        p.axis[axis] = coin(rng);
    }
    p.axis[rank - 1] = p.axis[rank - 1] || rank == 1;
    return add(graph, kind, &from, 1, &p);
}

static unsigned add_reduce_mean(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_reduce(graph, rng, from, "reduce-mean");
}

static unsigned add_reduce_sum(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    return add_reduce(graph, rng, from, "reduce-sum");
}

static unsigned add_dropout(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    tfl_dropout_parameters p = {.rate = 0.4F};
    return add(graph, "dropout", &from, 1, coin(rng) ? &p : NULL);
}

static unsigned add_softmax(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    tfl_softmax_parameters p = {.axis = tfl_rng_below(rng, shape_of(graph, from)->rank)};
    return add(graph, "softmax", &from, 1, &p);
}

static const test_kind kinds[] = {
    {"conv", add_conv, 2, 3, TEST_ANY},
    {"dense", add_dense, 1, 3, TEST_ANY},
    {"relu", add_relu, 1, 4, TEST_ANY},
    {"leaky-relu", add_leaky_relu, 1, 4, TEST_ANY},
    {"prelu", add_prelu, 1, 4, TEST_ANY},
    {"elu", add_elu, 1, 4, TEST_ANY},
    {"selu", add_selu, 1, 4, TEST_ANY},
    {"sigmoid", add_sigmoid, 1, 4, TEST_ANY},
    {"tanh", add_tanh, 1, 4, TEST_ANY},
    {"softplus", add_softplus, 1, 4, TEST_ANY},
    {"gelu", add_gelu, 1, 4, TEST_ANY},
    {"gelu-tanh", add_gelu_tanh, 1, 4, TEST_ANY},
    {"exp", add_exp, 1, 4, TEST_ANY},
    {"log", add_log, 1, 4, TEST_POSITIVE},
    {"reciprocal", add_reciprocal, 1, 4, TEST_POSITIVE},
    {"sqrt", add_sqrt, 1, 4, TEST_POSITIVE},
    {"abs", add_abs, 1, 4, TEST_ANY},
    {"power", add_power, 1, 4, TEST_POSITIVE},
    {"clip", add_clip, 1, 4, TEST_SPACED},
    {"average-pool", add_average_pool, 2, 3, TEST_ANY},
    {"global-average-pool", add_global_average_pool, 2, 3, TEST_ANY},
    {"max-pool", add_max_pool, 2, 3, TEST_SPACED},
    {"global-max-pool", add_global_max_pool, 2, 3, TEST_SPACED},
    {"scale", add_scale, 1, 4, TEST_ANY},
    {"gather", add_gather, 1, 4, TEST_ANY},
    {"add", add_add, 1, 4, TEST_ANY},
    {"sub", add_sub, 1, 4, TEST_ANY},
    {"mul", add_mul, 1, 4, TEST_ANY},
    {"concat", add_concat, 1, 4, TEST_ANY},
    {"reduce-mean", add_reduce_mean, 1, 4, TEST_ANY},
    {"reduce-sum", add_reduce_sum, 1, 4, TEST_ANY},
    {"dropout", add_dropout, 1, 4, TEST_ANY},
    {"softmax", add_softmax, 1, 4, TEST_ANY},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const test_kind *test_kind_find(const char *kind)
{
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- networks */

/* A value above 0.5 from any: softplus and a shift. */
static unsigned add_positive(tfl_graph *graph, unsigned from)
{
    float factor = 1.0F, shift = 0.5F;
    tfl_scale_parameters p = {.n = 1, .factor = &factor, .shift = &shift};
    unsigned index = add(graph, "softplus", &from, 1, NULL);
    return add(graph, "scale", &index, 1, &p);
}

/* Brings a value to (C, L). */
static unsigned add_two_axes(tfl_graph *graph, unsigned from)
{
    const tfl_shape *shape = shape_of(graph, from);
    size_t size = tfl_shape_size(shape);
    if (shape->rank == 2) {
        return from;
    }
    size_t channels = size % 3 == 0 ? 3 : size % 2 == 0 ? 2 : 1;
    tfl_gather_parameters p = {.shape = {.rank = 2, .dim = {channels, size / channels}}};
    return add(graph, "gather", &from, 1, &p);
}

static unsigned add_kind(tfl_graph *graph, tfl_rng *rng, const test_kind *kind, unsigned from)
{
    if (shape_of(graph, from)->rank < kind->min_rank || shape_of(graph, from)->rank > kind->max_rank) {
        from = add_two_axes(graph, from);
    }
    return kind->add(graph, rng, kind->domain == TEST_POSITIVE ? add_positive(graph, from) : from);
}

/* A layer that keeps the values in bounds, however many follow each other. */
static unsigned add_tame(tfl_graph *graph, tfl_rng *rng, unsigned from)
{
    static const char *const tame[] = {"conv",    "conv",         "conv",     "relu", "relu", "tanh", "elu", "average-pool",
                                       "max-pool", "dropout", "scale", "add", "gelu", "dense"};
    return add_kind(graph, rng, test_kind_find(tame[tfl_rng_below(rng, sizeof tame / sizeof *tame)]), from);
}

tfl_graph *test_random_graph(uint64_t seed)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = NULL;
    tfl_rng rng;
    tfl_rng_init(&rng, seed, "network", 0);
    tfl_shape input = {.rank = 2, .dim = {4, between(&rng, 10, 40)}};
    need(tfl_graph_create(&input, &graph, &err) == TFL_OK, err.message);
    const test_kind *wanted = &kinds[seed % N_KINDS];
    bool softmax = strcmp(wanted->kind, "softmax") == 0;
    bool last = softmax && coin(&rng); /* instead of a sigmoid, now and then */
    bool signs = strcmp(wanted->kind, "mul") == 0 || (softmax && !last);

    unsigned from = add_conv(graph, &rng, 0);
    for (size_t depth = between(&rng, 0, 3); depth > 0; depth--) {
        from = add_tame(graph, &rng, from);
    }
    if (!last) {
        from = add_kind(graph, &rng, wanted, from);
    }
    if (signs) { /* something that tells its positive and negative parts apart */
        from = add_tanh(graph, &rng, add_scale(graph, &rng, from));
    }
    for (size_t depth = between(&rng, 0, 3); depth > 0; depth--) {
        from = add_tame(graph, &rng, from);
    }
    if (shape_of(graph, from)->rank > 1) {
        tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {tfl_shape_size(shape_of(graph, from))}}};
        from = add(graph, "gather", &from, 1, &flat);
    }
    from = add_dense_of(graph, &rng, from, between(&rng, 2, 9));
    from = add(graph, coin(&rng) ? "relu" : "elu", &from, 1, NULL);
    from = add_dense_of(graph, &rng, from, between(&rng, 1, 3));
    if (last) {
        from = add_softmax(graph, &rng, from);
    } else if (coin(&rng)) {
        from = add_sigmoid(graph, &rng, from);
    }
    need(tfl_graph_finish(graph, from, NULL, &err) == TFL_OK, err.message);
    return graph;
}
