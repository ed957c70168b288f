/*
 * What layers compute, against their definitions in ONNX order: nothing here knows how values lie in memory but at().
 */
#include "config.h"

#include "tflift/graph.h"

#include "tflift/cpu.h"
#include "tflift/memory.h"

#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 60, SEED = 31 };

static size_t between(tfl_rng *rng, size_t least, size_t most)
{
    return least + tfl_rng_below(rng, (uint32_t)(most - least + 1));
}

/* A network of one layer, its input drawn, run. The first n_inputs - 1 other inputs are the input times 2, 3, … */
typedef struct run {
    tfl_graph *graph;
    tfl_values *values;
    const tfl_shape *in, *out;
    const float *x, *y;
} run;

static unsigned add(tfl_graph *graph, const char *kind, const unsigned *input, unsigned n, const void *parameters)
{
    tfl_error err = TFL_ERROR_INIT;
    unsigned index = 0;
    ck_assert_msg(tfl_graph_add(graph, kind, NULL, input, n, parameters, &index, &err) == TFL_OK, "%s", err.message);
    return index;
}

static run run_layer(tfl_rng *rng, const tfl_shape *shape, const char *kind, unsigned n_inputs, const void *parameters)
{
    run r = {.graph = NULL};
    tfl_error err = TFL_ERROR_INIT;
    unsigned input[8] = {0};
    ck_assert_msg(tfl_graph_create(shape, &r.graph, &err) == TFL_OK, "%s", err.message);
    for (unsigned k = 1; k < n_inputs; k++) {
        float factor = (float)(k + 1);
        tfl_scale_parameters times = {.n = 1, .factor = &factor};
        input[k] = add(r.graph, "scale", input, 1, &times);
    }
    unsigned output = add(r.graph, kind, input, n_inputs, parameters);
    ck_assert_msg(tfl_graph_finish(r.graph, output, NULL, &err) == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_values_create(r.graph, &r.values, &err) == TFL_OK, "%s", err.message);
    test_random_values(rng, TEST_ANY, r.values->of[0], r.graph->layer[0].size);
    tfl_forward(r.graph, r.values, r.graph->output);
    r.in = &r.graph->layer[0].shape;
    r.out = &r.graph->layer[r.graph->output].shape;
    r.x = r.values->of[0];
    r.y = r.values->of[r.graph->output];
    return r;
}

static void end(run *r)
{
    tfl_values_free(r->values);
    tfl_graph_free(r->graph);
}

/* An index along every axis of a shape, counted through in ONNX order. */
typedef struct place {
    size_t i[TFL_MAX_RANK];
} place;

static bool next(const tfl_shape *shape, place *p)
{
    for (unsigned axis = shape->rank; axis-- > 0;) {
        if (++p->i[axis] < shape->dim[axis]) {
            return true;
        }
        p->i[axis] = 0;
    }
    return false;
}

/* The only thing known of memory: the axes are 1, 2, …, 0 there. */
static double at(const tfl_shape *shape, const float *value, place p)
{
    size_t offset = 0;
    for (unsigned axis = 1; axis < shape->rank; axis++) {
        offset = offset * shape->dim[axis] + p.i[axis];
    }
    return (double)value[offset * shape->dim[0] + p.i[0]];
}

static size_t onnx_offset(const tfl_shape *shape, place p)
{
    size_t offset = 0;
    for (unsigned axis = 0; axis < shape->rank; axis++) {
        offset = offset * shape->dim[axis] + p.i[axis];
    }
    return offset;
}

static double at_onnx(const tfl_shape *shape, const float *value, size_t offset)
{
    place p = {.i = {0}};
    for (unsigned axis = shape->rank; axis-- > 0;) {
        p.i[axis] = offset % shape->dim[axis];
        offset /= shape->dim[axis];
    }
    return at(shape, value, p);
}

static void check_at(const run *r, place p, double expected, const char *what)
{
    double found = at(r->out, r->y, p);
    char text[64];
    ck_assert_msg(fabs(found - expected) <= 5e-5 * (1.0 + fabs(expected)), "%s: element %zu of %s is %g, not %g", what,
                  onnx_offset(r->out, p), tfl_shape_text(r->out, text), found, expected);
}

static void for_trials(void (*check)(tfl_rng *rng))
{
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            tfl_rng rng;
            tfl_rng_init(&rng, SEED, "definitions", trial);
            check(&rng);
        }
    }
}

/* ---------------------------------------------------------------- convolution */

typedef struct conv_case {
    tfl_conv_parameters p;
    size_t in, height, width;
    unsigned rank;
} conv_case;

/* Any mixture of groups, strides, dilation and padding that fits. */
static conv_case random_conv(tfl_rng *rng)
{
    conv_case c = {.rank = (unsigned)between(rng, 2, 3)};
    c.p.groups = between(rng, 1, 3);
    c.in = c.p.groups * between(rng, 1, 12);
    c.p.out_channels = c.p.groups * between(rng, 1, 20);
    size_t *size[2] = {&c.height, &c.width};
    for (int axis = 0; axis < 2; axis++) {
        bool one = c.rank == 2 && axis == 0;
        c.p.kernel[axis] = one ? 1 : between(rng, 1, 6);
        c.p.stride[axis] = one ? 1 : between(rng, 1, 3);
        c.p.dilation[axis] = one ? 1 : between(rng, 1, 3);
        c.p.pad_before[axis] = one ? 0 : between(rng, 0, 6);
        c.p.pad_after[axis] = one ? 0 : between(rng, 0, 6);
        size_t reach = (c.p.kernel[axis] - 1) * c.p.dilation[axis] + 1, pads = c.p.pad_before[axis] + c.p.pad_after[axis];
        *size[axis] = one ? 1 : between(rng, reach > pads ? reach - pads : 1, reach + 12);
    }
    if (c.rank == 3 && tfl_rng_below(rng, 3) == 0) { /* all along the height, as some exports have it */
        c.width = c.p.kernel[1] = c.p.stride[1] = 1;
        c.p.pad_before[1] = c.p.pad_after[1] = 0;
    }
    return c;
}

/* One output of a convolution by its definition. */
static double convolve(const conv_case *c, const run *r, place p)
{
    const tfl_conv_parameters *given = &c->p;
    size_t group_in = c->in / given->groups, first = p.i[0] / (given->out_channels / given->groups) * group_in;
    size_t row = c->rank == 3 ? p.i[1] : 0, column = p.i[c->rank - 1];
    double sum = given->bias != NULL ? (double)given->bias[p.i[0]] : 0.0;
    for (size_t in = 0; in < group_in; in++) {
        for (size_t i = 0; i < given->kernel[0]; i++) {
            for (size_t j = 0; j < given->kernel[1]; j++) {
                size_t y = row * given->stride[0] + i * given->dilation[0] - given->pad_before[0]; /* below 0 wraps round, and is large */
                size_t x = column * given->stride[1] + j * given->dilation[1] - given->pad_before[1];
                if (y < c->height && x < c->width) {
                    place from = {.i = {first + in, c->rank == 3 ? y : x, x}};
                    sum += (double)given->weight[((p.i[0] * group_in + in) * given->kernel[0] + i) * given->kernel[1] + j] *
                           at(r->in, r->x, from);
                }
            }
        }
    }
    return sum;
}

static void check_convolution(tfl_rng *rng)
{
    conv_case c = random_conv(rng);
    size_t weights = c.p.out_channels * c.in / c.p.groups * c.p.kernel[0] * c.p.kernel[1];
    float *weight = tfl_alloc_floats(weights), *bias = tfl_alloc_floats(c.p.out_channels);
    test_random_values(rng, TEST_ANY, weight, weights);
    test_random_values(rng, TEST_ANY, bias, c.p.out_channels);
    c.p.weight = weight;
    c.p.bias = tfl_rng_below(rng, 2) == 1 ? bias : NULL;
    tfl_shape shape = {.rank = c.rank, .dim = {c.in, c.rank == 2 ? c.width : c.height, c.width}};
    run r = run_layer(rng, &shape, "conv", 1, &c.p);
    place p = {.i = {0}};
    do {
        check_at(&r, p, convolve(&c, &r, p), "conv");
    } while (next(r.out, &p));
    end(&r);
    free(weight);
    free(bias);
}

START_TEST(convolution_is_its_definition)
{
    for_trials(check_convolution);
}
END_TEST

/* ---------------------------------------------------------------- pooling */

/* The window of an output along one axis: visits positions of the input, and counts those that an average divides by. */
static size_t window_size(const tfl_pool_parameters *p, int axis, size_t size, size_t out)
{
    size_t counted = 0;
    for (size_t k = 0; k < p->kernel[axis]; k++) {
        size_t at_padded = out * p->stride[axis] + k * p->dilation[axis];
        bool inside = at_padded >= p->pad_before[axis] && at_padded - p->pad_before[axis] < size;
        bool padding = at_padded < p->pad_before[axis] + size + p->pad_after[axis];
        counted += inside || (p->count_pads && padding) ? 1 : 0;
    }
    return counted;
}

static void pool_at(const tfl_pool_parameters *given, const run *r, place p, double *mean, double *maximum)
{
    bool two = r->in->rank == 3;
    size_t height = two ? r->in->dim[1] : 1, width = r->in->dim[r->in->rank - 1];
    size_t row = two ? p.i[1] : 0, column = p.i[r->in->rank - 1];
    double sum = 0.0;
    *maximum = -INFINITY;
    for (size_t i = 0; i < given->kernel[0]; i++) {
        for (size_t j = 0; j < given->kernel[1]; j++) {
            size_t y = row * given->stride[0] + i * given->dilation[0] - given->pad_before[0];
            size_t x = column * given->stride[1] + j * given->dilation[1] - given->pad_before[1];
            if (y < height && x < width) {
                double value = at(r->in, r->x, (place){.i = {p.i[0], two ? y : x, x}});
                sum += value;
                *maximum = fmax(*maximum, value);
            }
        }
    }
    *mean = sum / (double)(window_size(given, 0, height, row) * window_size(given, 1, width, column));
}

static tfl_pool_parameters random_pool(tfl_rng *rng, const tfl_shape *shape)
{
    tfl_pool_parameters p = {.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    p.count_pads = tfl_rng_below(rng, 2) == 1;
    p.ceil_mode = tfl_rng_below(rng, 2) == 1;
    for (unsigned axis = shape->rank == 3 ? 0 : 1; axis < 2; axis++) {
        size_t size = shape->dim[shape->rank - 2 + axis];
        p.kernel[axis] = between(rng, 1, size < 4 ? size : 4);
        p.stride[axis] = between(rng, 1, 4);
        p.dilation[axis] = (p.kernel[axis] - 1) * 2 < size ? between(rng, 1, 2) : 1;
        p.pad_before[axis] = between(rng, 0, p.kernel[axis] - 1);
        p.pad_after[axis] = between(rng, 0, p.kernel[axis] - 1);
    }
    return p;
}

static void check_pooling(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 2, 3));
    tfl_pool_parameters p = random_pool(rng, &shape);
    for (int maximum = 0; maximum < 2; maximum++) {
        run r = run_layer(rng, &shape, maximum ? "max-pool" : "average-pool", 1, &p);
        place at_out = {.i = {0}};
        double expected[2];
        do {
            pool_at(&p, &r, at_out, &expected[0], &expected[1]);
            check_at(&r, at_out, expected[maximum], maximum ? "max-pool" : "average-pool");
        } while (next(r.out, &at_out));
        end(&r);
    }
}

START_TEST(pooling_is_its_definition)
{
    for_trials(check_pooling);
}
END_TEST

/* How many windows there are: ONNX's formula, and its rule for the one that ceil_mode adds. */
START_TEST(pools_have_onnx_sizes)
{
    static const struct {
        size_t in, kernel, stride, before, after;
        bool ceil;
        size_t out;
    } list[] = {
        {10, 3, 2, 0, 0, false, 4}, {10, 3, 2, 0, 0, true, 5}, {10, 3, 2, 1, 1, false, 5}, {10, 3, 2, 1, 1, true, 6},
        {9, 3, 3, 0, 0, true, 3},   {7, 1, 4, 0, 0, true, 2},  {5, 2, 4, 1, 1, true, 2},   {8, 8, 8, 0, 0, true, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "sizes", i);
        tfl_shape shape = {.rank = 2, .dim = {2, list[i].in}};
        tfl_pool_parameters p = {.kernel = {1, list[i].kernel},
                                 .stride = {1, list[i].stride},
                                 .dilation = {1, 1},
                                 .pad_before = {0, list[i].before},
                                 .pad_after = {0, list[i].after},
                                 .ceil_mode = list[i].ceil};
        run r = run_layer(&rng, &shape, "average-pool", 1, &p);
        ck_assert_msg(r.out->dim[1] == list[i].out, "case %zu: %zu windows", i, r.out->dim[1]);
        end(&r);
    }
}
END_TEST

static void check_global_pooling(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 2, 3));
    run mean = run_layer(rng, &shape, "global-average-pool", 1, NULL);
    run maximum = run_layer(rng, &shape, "global-max-pool", 1, NULL);
    for (size_t channel = 0; channel < shape.dim[0]; channel++) {
        double sum = 0.0, most = -INFINITY;
        place p = {.i = {0}};
        do {
            sum += p.i[0] == channel ? at(mean.in, mean.x, p) : 0.0;
            most = p.i[0] == channel ? fmax(most, at(maximum.in, maximum.x, p)) : most;
        } while (next(&shape, &p));
        check_at(&mean, (place){.i = {channel}}, sum * (double)shape.dim[0] / (double)tfl_shape_size(&shape), "global-average-pool");
        check_at(&maximum, (place){.i = {channel}}, most, "global-max-pool");
    }
    ck_assert_uint_eq(mean.out->rank, shape.rank);
    ck_assert_uint_eq(tfl_shape_size(mean.out), shape.dim[0]);
    end(&mean);
    end(&maximum);
}

START_TEST(global_pooling_is_its_definition)
{
    for_trials(check_global_pooling);
}
END_TEST

/* ---------------------------------------------------------------- layout */

static void check_dense(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    unsigned last = shape.rank - 1;
    size_t in = shape.dim[last], out = between(rng, 1, 9);
    float weight[81], bias[9];
    test_random_values(rng, TEST_ANY, weight, in * out);
    test_random_values(rng, TEST_ANY, bias, out);
    tfl_dense_parameters given = {.out = out, .weight = weight, .bias = tfl_rng_below(rng, 2) == 1 ? bias : NULL};
    run r = run_layer(rng, &shape, "dense", 1, &given);
    place p = {.i = {0}};
    do {
        double sum = given.bias != NULL ? (double)bias[p.i[last]] : 0.0;
        for (size_t i = 0; i < in; i++) {
            place from = p;
            from.i[last] = i;
            sum += (double)weight[p.i[last] * in + i] * at(r.in, r.x, from);
        }
        check_at(&r, p, sum, "dense");
    } while (next(r.out, &p));
    end(&r);
}

START_TEST(dense_is_its_definition)
{
    for_trials(check_dense);
}
END_TEST

static void check_concat(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    tfl_concat_parameters given = {.axis = tfl_rng_below(rng, shape.rank)};
    unsigned n = (unsigned)between(rng, 1, 3);
    run r = run_layer(rng, &shape, "concat", n, &given);
    place p = {.i = {0}};
    ck_assert_uint_eq(r.out->dim[given.axis], n * shape.dim[given.axis]);
    do {
        place from = p;
        from.i[given.axis] %= shape.dim[given.axis];
        size_t input = p.i[given.axis] / shape.dim[given.axis]; /* input k holds k + 1 times the first */
        check_at(&r, p, (double)(input + 1) * at(r.in, r.x, from), "concat");
    } while (next(r.out, &p));
    end(&r);
}

START_TEST(concat_is_its_definition)
{
    for_trials(check_concat);
}
END_TEST

/* Where an element of the input goes in a reduction's output. */
static place reduced(const tfl_reduce_parameters *given, unsigned rank, place p)
{
    place to = {.i = {0}};
    unsigned n = 0;
    for (unsigned axis = 0; axis < rank; axis++) {
        if (!given->axis[axis]) {
            to.i[n++] = p.i[axis];
        } else if (given->keep) {
            to.i[n++] = 0;
        }
    }
    return to;
}

static void check_reduce(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    tfl_reduce_parameters given = {.keep = tfl_rng_below(rng, 2) == 1};
    size_t n = 1;
    for (unsigned axis = 0; axis < shape.rank; axis++) {
        given.axis[axis] = tfl_rng_below(rng, 2) == 1;
        n *= given.axis[axis] ? shape.dim[axis] : 1;
    }
    for (int mean = 0; mean < 2; mean++) {
        run r = run_layer(rng, &shape, mean ? "reduce-mean" : "reduce-sum", 1, &given);
        place p = {.i = {0}};
        do {
            double sum = 0.0;
            place from = {.i = {0}};
            do {
                place to = reduced(&given, shape.rank, from);
                sum += memcmp(&to, &p, sizeof p) == 0 ? at(r.in, r.x, from) : 0.0;
            } while (next(&shape, &from));
            check_at(&r, p, mean ? sum / (double)n : sum, "reduce");
        } while (next(r.out, &p));
        end(&r);
    }
}

START_TEST(reduction_is_its_definition)
{
    for_trials(check_reduce);
}
END_TEST

static void check_gather(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    size_t size = tfl_shape_size(&shape);
    tfl_gather_parameters given = {.shape = test_random_shape(rng, (unsigned)between(rng, 1, 4)), .fill = -3.0F};
    int64_t *source = tfl_calloc(tfl_shape_size(&given.shape), sizeof *source);
    for (size_t i = 0; i < tfl_shape_size(&given.shape); i++) {
        source[i] = (int64_t)tfl_rng_below(rng, (uint32_t)size + 1) - 1;
    }
    given.source = source;
    run r = run_layer(rng, &shape, "gather", 1, &given);
    place p = {.i = {0}};
    do {
        int64_t from = source[onnx_offset(r.out, p)];
        check_at(&r, p, from < 0 ? -3.0 : at_onnx(r.in, r.x, (size_t)from), "gather");
    } while (next(r.out, &p));
    end(&r);
    free(source);
}

START_TEST(gather_is_its_definition)
{
    for_trials(check_gather);
}
END_TEST

/* Flatten and the like: the same elements in ONNX order. */
static void check_reshape(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 2, 4));
    tfl_gather_parameters given = {.shape = {.rank = 2, .dim = {shape.dim[0] * shape.dim[1], 1}}};
    for (unsigned axis = 2; axis < shape.rank; axis++) {
        given.shape.dim[1] *= shape.dim[axis];
    }
    run r = run_layer(rng, &shape, "gather", 1, &given);
    place p = {.i = {0}};
    do {
        check_at(&r, p, at_onnx(r.in, r.x, onnx_offset(r.out, p)), "reshape");
    } while (next(r.out, &p));
    end(&r);
}

START_TEST(reshape_keeps_the_order)
{
    for_trials(check_reshape);
}
END_TEST

static double constant_at(const float *given, size_t n, const tfl_shape *shape, place p)
{
    return (double)given[n == 1 ? 0 : n == shape->dim[0] ? p.i[0] : onnx_offset(shape, p)];
}

static void check_constants(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 3));
    size_t choice[3] = {1, shape.dim[0], tfl_shape_size(&shape)}, n = choice[tfl_rng_below(rng, 3)];
    float *factor = tfl_alloc_floats(n), *shift = tfl_alloc_floats(n);
    test_random_values(rng, TEST_ANY, factor, n);
    test_random_values(rng, TEST_ANY, shift, n);
    tfl_scale_parameters scale = {.n = n, .factor = factor, .shift = tfl_rng_below(rng, 2) == 1 ? shift : NULL};
    tfl_prelu_parameters prelu = {.n = n, .slope = factor};
    run scaled = run_layer(rng, &shape, "scale", 1, &scale), bent = run_layer(rng, &shape, "prelu", 1, &prelu);
    place p = {.i = {0}};
    do {
        double a = constant_at(factor, n, &shape, p), b = scale.shift != NULL ? constant_at(shift, n, &shape, p) : 0.0;
        double x = at(bent.in, bent.x, p);
        check_at(&scaled, p, a * at(scaled.in, scaled.x, p) + b, "scale");
        check_at(&bent, p, x > 0.0 ? x : a * x, "prelu");
    } while (next(&shape, &p));
    end(&scaled);
    end(&bent);
    free(factor);
    free(shift);
}

START_TEST(scale_and_prelu_are_their_definitions)
{
    for_trials(check_constants);
}
END_TEST

static void check_pairs(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    run sum = run_layer(rng, &shape, "add", 3, NULL), difference = run_layer(rng, &shape, "sub", 2, NULL);
    run product = run_layer(rng, &shape, "mul", 2, NULL);
    place p = {.i = {0}};
    do {
        double x = at(product.in, product.x, p);
        check_at(&sum, p, 6.0 * at(sum.in, sum.x, p), "add");
        check_at(&difference, p, -at(difference.in, difference.x, p), "sub");
        check_at(&product, p, 2.0 * x * x, "mul");
    } while (next(&shape, &p));
    end(&sum);
    end(&difference);
    end(&product);
}

START_TEST(add_sub_and_mul_are_their_definitions)
{
    for_trials(check_pairs);
}
END_TEST

static void check_softmax(tfl_rng *rng)
{
    tfl_shape shape = test_random_shape(rng, (unsigned)between(rng, 1, 4));
    tfl_softmax_parameters given = {.axis = tfl_rng_below(rng, shape.rank)};
    run r = run_layer(rng, &shape, "softmax", 1, &given);
    place p = {.i = {0}};
    do {
        double sum = 0.0;
        place from = p;
        for (from.i[given.axis] = 0; from.i[given.axis] < shape.dim[given.axis]; from.i[given.axis]++) {
            sum += exp(at(r.in, r.x, from));
        }
        check_at(&r, p, exp(at(r.in, r.x, p)) / sum, "softmax");
    } while (next(r.out, &p));
    end(&r);
}

START_TEST(softmax_is_its_definition)
{
    for_trials(check_softmax);
}
END_TEST

/* exp(800) is more than a float holds. */
START_TEST(softmax_takes_large_numbers)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_shape shape = {.rank = 1, .dim = {3}};
    tfl_graph *graph = NULL;
    tfl_values *values = NULL;
    const unsigned input = 0;
    tfl_softmax_parameters given = {.axis = 0};
    ck_assert_int_eq(tfl_graph_create(&shape, &graph, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_finish(graph, add(graph, "softmax", &input, 1, &given), NULL, &err), TFL_OK);
    ck_assert_int_eq(tfl_values_create(graph, &values, &err), TFL_OK);
    values->of[0][0] = values->of[0][1] = 800.0F;
    tfl_forward(graph, values, graph->output);
    ck_assert(values->of[1][0] == 0.5F && values->of[1][1] == 0.5F && values->of[1][2] == 0.0F);
    tfl_values_free(values);
    tfl_graph_free(graph);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("definitions");
    TCase *tests = tcase_create("definitions");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, convolution_is_its_definition);
    tcase_add_test(tests, pooling_is_its_definition);
    tcase_add_test(tests, pools_have_onnx_sizes);
    tcase_add_test(tests, global_pooling_is_its_definition);
    tcase_add_test(tests, dense_is_its_definition);
    tcase_add_test(tests, concat_is_its_definition);
    tcase_add_test(tests, reduction_is_its_definition);
    tcase_add_test(tests, gather_is_its_definition);
    tcase_add_test(tests, reshape_keeps_the_order);
    tcase_add_test(tests, scale_and_prelu_are_their_definitions);
    tcase_add_test(tests, add_sub_and_mul_are_their_definitions);
    tcase_add_test(tests, softmax_is_its_definition);
    tcase_add_test(tests, softmax_takes_large_numbers);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
