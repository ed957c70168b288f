/*
 * Every kind of layer in the table: its gradient and that of its weights against finite differences, its linear parts against each other,
 * on random instances of random shapes, at every processor level that this machine has.
 */
#include "config.h"

#include "tflift/layer.h"

#include "tflift/cpu.h"
#include "tflift/graph.h"
#include "tflift/memory.h"

#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 12, SEED = 20, PROBES = 50 };

/* A random layer of a kind, with values at its inputs and a random gradient at its output. */
typedef struct instance {
    tfl_graph *graph;
    tfl_layer *layer;
    float *in[TFL_MAX_INPUTS], *grad_in[TFL_MAX_INPUTS];
    float *out, *other_out, *seed, *scratch;
    char what[128];
} instance;

static float *floats(size_t n)
{
    float *x = tfl_alloc_floats(n);
    ck_assert_ptr_nonnull(x);
    return x;
}

static instance make(const tfl_layer_kind *kind, tfl_rng *rng, unsigned trial)
{
    const test_kind *test = test_kind_find(kind->name);
    tfl_error err = TFL_ERROR_INIT;
    instance it = {.graph = NULL};
    ck_assert_msg(test != NULL, "tests/support/networks.c has no case for \"%s\"", kind->name);
    tfl_shape shape = test_random_shape(rng, test->min_rank + tfl_rng_below(rng, test->max_rank - test->min_rank + 1));
    ck_assert_msg(tfl_graph_create(&shape, &it.graph, &err) == TFL_OK, "%s", err.message);
    unsigned index = test->add(it.graph, rng, 0);
    ck_assert_msg(tfl_graph_finish(it.graph, index, NULL, &err) == TFL_OK, "%s", err.message);
    bool parts[TFL_MAX_INPUTS];
    memset(parts, true, sizeof parts);
    ck_assert_msg(tfl_graph_prepare(it.graph, parts, &err) == TFL_OK, "%s", err.message);
    it.layer = &it.graph->layer[it.graph->output];
    ck_assert_str_eq(it.layer->kind->name, kind->name);
    for (unsigned k = 0; k < it.layer->n_inputs; k++) {
        size_t n = tfl_shape_size(&it.layer->input_shape[k]);
        it.in[k] = floats(n);
        it.grad_in[k] = floats(n);
        test_random_values(rng, test->domain, it.in[k], n);
    }
    it.out = floats(it.layer->size);
    it.other_out = floats(it.layer->size);
    it.seed = floats(it.layer->size);
    it.scratch = floats(it.graph->scratch);
    test_random_values(rng, TEST_ANY, it.seed, it.layer->size);
    char from[64], to[64];
    (void)snprintf(it.what, sizeof it.what, "%s %s -> %s, trial %u, seed %d, %s", kind->name, tfl_shape_text(&shape, from),
                   tfl_shape_text(&it.layer->shape, to), trial, SEED, tfl_cpu_level());
    return it;
}

static void unmake(instance *it)
{
    for (unsigned k = 0; k < it->layer->n_inputs; k++) {
        free(it->in[k]);
        free(it->grad_in[k]);
    }
    free(it->out);
    free(it->other_out);
    free(it->seed);
    free(it->scratch);
    tfl_graph_free(it->graph);
}

static void for_instances(size_t kind_index, void (*check)(instance *it, tfl_rng *rng))
{
    const tfl_layer_kind *kind = tfl_layer_kind_at(kind_index);
    if (kind->family == TFL_INPUT) {
        return;
    }
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        for (unsigned trial = 0; trial < TRIALS; trial++) {
            tfl_rng rng;
            tfl_rng_init(&rng, SEED, kind->name, trial);
            instance it = make(kind, &rng, trial);
            check(&it, &rng);
            unmake(&it);
        }
    }
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

static double norm(const float *a, size_t n)
{
    return sqrt(dot(a, a, n));
}

/* <seed, f> with element *x moved by h. */
static double probe(instance *it, float *x, float h)
{
    float saved = *x;
    tfl_error err = TFL_ERROR_INIT;
    *x = saved + h;
    if (it->layer->kind->prepare != NULL) {
        ck_assert_int_eq(it->layer->kind->prepare(it->layer, false, &err), TFL_OK);
    }
    it->layer->kind->forward(it->layer, (const float *const *)it->in, it->out, it->scratch);
    *x = saved;
    return dot(it->seed, it->out, it->layer->size);
}

/* Central differences at two steps, combined so that the error falls with the fourth power of the step. */
static double difference(instance *it, float *x)
{
    const float h = 1.0F / 16.0F;
    double wide = (probe(it, x, h) - probe(it, x, -h)) / (2.0 * (double)h);
    double narrow = (probe(it, x, h / 2) - probe(it, x, -h / 2)) / (double)h;
    return (4.0 * narrow - wide) / 3.0;
}

static void compare(const instance *it, const char *of, size_t i, double found, double expected, double scale)
{
    ck_assert_msg(fabs(found - expected) <= 3e-4 * (1.0 + scale), "%s: d/d%s[%zu] = %g, by finite differences %g", it->what, of, i,
                  found, expected);
}

static void check_gradient(instance *it, tfl_rng *rng)
{
    (void)rng;
    const tfl_layer *layer = it->layer;
    layer->kind->forward(layer, (const float *const *)it->in, it->out, it->scratch);
    layer->kind->backward(layer, (const float *const *)it->in, it->out, it->seed, it->grad_in, it->scratch);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        size_t n = tfl_shape_size(&layer->input_shape[k]);
        double scale = norm(it->grad_in[k], n) / sqrt((double)n);
        for (size_t i = 0; i < n; i += 1 + n / PROBES) {
            compare(it, "input", i, (double)it->grad_in[k][i], difference(it, &it->in[k][i]), scale);
        }
    }
}

START_TEST(gradient_is_that_of_finite_differences)
{
    for_instances((size_t)_i, check_gradient);
}
END_TEST

/* Gradients are added to what is there, and inputs that want none may say so. */
static void check_accumulation(instance *it, tfl_rng *rng)
{
    const tfl_layer *layer = it->layer;
    float *none[TFL_MAX_INPUTS] = {NULL};
    layer->kind->forward(layer, (const float *const *)it->in, it->out, it->scratch);
    layer->kind->backward(layer, (const float *const *)it->in, it->out, it->seed, it->grad_in, it->scratch);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        size_t n = tfl_shape_size(&layer->input_shape[k]);
        float *twice = floats(n);
        float *one[TFL_MAX_INPUTS] = {NULL};
        one[k] = twice;
        memcpy(twice, it->grad_in[k], n * sizeof *twice);
        layer->kind->backward(layer, (const float *const *)it->in, it->out, it->seed, one, it->scratch);
        for (size_t i = 0; i < n; i++) {
            ck_assert_double_eq_tol((double)twice[i], 2.0 * (double)it->grad_in[k][i], 1e-4);
        }
        free(twice);
    }
    layer->kind->backward(layer, (const float *const *)it->in, it->out, it->seed, none, it->scratch);
    (void)rng;
}

START_TEST(gradients_are_added)
{
    for_instances((size_t)_i, check_accumulation);
}
END_TEST

static void check_weight_gradient(instance *it, tfl_rng *rng)
{
    tfl_layer *layer = it->layer;
    tfl_weights list[8];
    float *grad[8] = {NULL};
    (void)rng;
    if (layer->kind->weights == NULL) {
        return;
    }
    size_t arrays = layer->kind->weights(layer, list, 8);
    for (size_t w = 0; w < arrays; w++) {
        grad[w] = floats(list[w].size);
    }
    layer->kind->weight_gradient(layer, (const float *const *)it->in, it->seed, grad, it->scratch);
    for (size_t w = 0; w < arrays; w++) {
        double scale = norm(grad[w], list[w].size) / sqrt((double)list[w].size);
        for (size_t i = 0; i < list[w].size; i += 1 + list[w].size / PROBES) {
            compare(it, list[w].name, i, (double)grad[w][i], difference(it, &list[w].value[i]), scale);
        }
        free(grad[w]);
    }
}

START_TEST(weight_gradient_is_that_of_finite_differences)
{
    for_instances((size_t)_i, check_weight_gradient);
}
END_TEST

static const char *const part_name[] = {[TFL_ALL] = "W", [TFL_POSITIVE] = "W+", [TFL_NEGATIVE] = "W-"};

/* <W x, y> = <x, W^T y>. */
static void check_adjoint(instance *it, tfl_part part)
{
    const tfl_layer *layer = it->layer;
    double left, right = 0.0, scale = 1.0;
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        memset(it->grad_in[k], 0, tfl_shape_size(&layer->input_shape[k]) * sizeof **it->grad_in);
    }
    layer->kind->apply(layer, part, (const float *const *)it->in, it->out, false, it->scratch);
    layer->kind->transpose(layer, part, it->seed, it->grad_in, it->scratch);
    left = dot(it->out, it->seed, layer->size);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        size_t n = tfl_shape_size(&layer->input_shape[k]);
        right += dot(it->in[k], it->grad_in[k], n);
        scale += norm(it->in[k], n) * norm(it->grad_in[k], n);
    }
    ck_assert_msg(fabs(left - right) <= 1e-6 * scale, "%s: <%s x, y> = %.9g, <x, %s' y> = %.9g", it->what, part_name[part], left,
                  part_name[part], right);
}

/* Parts add up, and each has the sign it claims: on a positive input all its outputs have that sign. */
static void check_linear(instance *it, tfl_rng *rng)
{
    const tfl_layer *layer = it->layer;
    if (layer->kind->family != TFL_MIX && layer->kind->family != TFL_CARRY) {
        ck_assert(layer->kind->apply == NULL && layer->kind->transpose == NULL);
        return;
    }
    for (int part = TFL_ALL; part <= TFL_NEGATIVE; part++) {
        check_adjoint(it, (tfl_part)part);
    }
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        test_random_values(rng, TEST_POSITIVE, it->in[k], tfl_shape_size(&layer->input_shape[k]));
    }
    const float *const *in = (const float *const *)it->in;
    bool negative = false;
    layer->kind->apply(layer, TFL_POSITIVE, in, it->out, false, it->scratch);
    layer->kind->apply(layer, TFL_NEGATIVE, in, it->other_out, false, it->scratch);
    for (size_t i = 0; i < layer->size; i++) {
        ck_assert_msg(it->out[i] >= 0.0F && it->other_out[i] <= 0.0F, "%s: parts of wrong sign", it->what);
        negative = negative || it->other_out[i] < 0.0F;
    }
    if (layer->kind->family == TFL_CARRY) {
        bool says = layer->kind->has_negative != NULL && layer->kind->has_negative(layer);
        ck_assert_msg(says == negative, "%s: has_negative says %d", it->what, says);
    }
    layer->kind->apply(layer, TFL_NEGATIVE, in, it->out, true, it->scratch);
    layer->kind->apply(layer, TFL_ALL, in, it->other_out, false, it->scratch);
    for (size_t i = 0; i < layer->size; i++) {
        ck_assert_msg(fabsf(it->out[i] - it->other_out[i]) < 2e-5F, "%s: W+ x + W- x = %g, W x = %g", it->what, (double)it->out[i],
                      (double)it->other_out[i]);
    }
}

START_TEST(parts_of_linear_layers_add_up_and_transpose)
{
    for_instances((size_t)_i, check_linear);
}
END_TEST

/* forward(x) - forward(y) = W (x - y), constants apart. */
static void check_forward_is_linear(instance *it, tfl_rng *rng)
{
    const tfl_layer *layer = it->layer;
    if (layer->kind->apply == NULL) {
        return;
    }
    float *difference_of[TFL_MAX_INPUTS] = {NULL};
    layer->kind->forward(layer, (const float *const *)it->in, it->out, it->scratch);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        size_t n = tfl_shape_size(&layer->input_shape[k]);
        difference_of[k] = floats(n);
        memcpy(difference_of[k], it->in[k], n * sizeof **it->in);
        test_random_values(rng, TEST_ANY, it->in[k], n);
        for (size_t i = 0; i < n; i++) {
            difference_of[k][i] = it->in[k][i] - difference_of[k][i];
        }
    }
    layer->kind->apply(layer, TFL_ALL, (const float *const *)difference_of, it->out, true, it->scratch);
    layer->kind->forward(layer, (const float *const *)it->in, it->other_out, it->scratch);
    for (size_t i = 0; i < layer->size; i++) {
        ck_assert_msg(fabsf(it->out[i] - it->other_out[i]) < 5e-5F, "%s: output %zu", it->what, i);
    }
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        free(difference_of[k]);
    }
}

START_TEST(linear_layers_are_linear)
{
    for_instances((size_t)_i, check_forward_is_linear);
}
END_TEST

/* The rules of attribution lean on these. */
static void check_elementwise(instance *it, tfl_rng *rng)
{
    const tfl_layer *layer = it->layer;
    (void)rng;
    if (layer->kind->family != TFL_ELEMENTWISE) {
        return;
    }
    float *slope = floats(layer->size);
    layer->kind->forward(layer, (const float *const *)it->in, it->out, it->scratch);
    layer->kind->function(layer, it->in[0], it->other_out);
    ck_assert_mem_eq(it->out, it->other_out, layer->size * sizeof *it->out);
    layer->kind->derivative(layer, it->in[0], slope);
    layer->kind->backward(layer, (const float *const *)it->in, it->out, it->seed, it->grad_in, it->scratch);
    for (size_t i = 0; i < layer->size; i++) {
        ck_assert_double_eq_tol((double)it->grad_in[0][i], (double)slope[i] * (double)it->seed[i], 1e-6);
    }
    free(slope);
}

/* A part of the output comes out as the whole does, and nothing else is touched in a way that shows. */
static void check_range(instance *it, tfl_rng *rng)
{
    const tfl_layer *layer = it->layer;
    tfl_map map = tfl_shape_map(&layer->shape);
    if (layer->kind->forward_range == NULL) {
        return;
    }
    size_t first = tfl_rng_below(rng, (uint32_t)map.length), count = 1 + tfl_rng_below(rng, (uint32_t)(map.length - first));
    layer->kind->forward(layer, (const float *const *)it->in, it->out, it->scratch);
    for (size_t i = 0; i < layer->size; i++) {
        size_t position = i / map.channels % map.length;
        it->other_out[i] = position < first || position >= first + count ? it->out[i] : NAN;
    }
    layer->kind->forward_range(layer, (const float *const *)it->in, it->other_out, first, count, it->scratch);
    ck_assert_msg(memcmp(it->out, it->other_out, layer->size * sizeof(float)) == 0, "%s: positions %zu to %zu differ", it->what, first,
                  first + count - 1);
}

START_TEST(ranges_are_parts_of_the_whole)
{
    for_instances((size_t)_i, check_range);
}
END_TEST

START_TEST(elementwise_layers_show_their_function)
{
    for_instances((size_t)_i, check_elementwise);
}
END_TEST

enum { LETTERS = 4, FILTERS = 21 };

/* Of a first layer: sum of bias and weights in float64. */
static double first_layer_sum(const tfl_conv_parameters *p, const float *x, size_t length, size_t position, size_t filter)
{
    double sum = (double)p->bias[filter];
    for (size_t t = 0; t < p->kernel[1]; t++) {
        size_t at = position * p->stride[1] + t * p->dilation[1];
        for (size_t c = 0; at >= p->pad_before[1] && at - p->pad_before[1] < length && c < LETTERS; c++) {
            sum += (double)p->weight[(filter * LETTERS + c) * p->kernel[1] + t] * (double)x[(at - p->pad_before[1]) * LETTERS + c];
        }
    }
    return sum;
}

static void check_first_gradient(const tfl_layer *layer, const tfl_conv_parameters *p, const float *x, size_t length, const float *seed,
                                 float *scratch)
{
    tfl_weights list[2];
    size_t width = p->kernel[1], positions = layer->size / FILTERS;
    tfl_layer changing = *layer;
    ck_assert_uint_eq(layer->kind->weights(&changing, list, 2), 2);
    float *grad[2] = {floats(list[0].size), floats(FILTERS)};
    layer->kind->weight_gradient(layer, (const float *const[]){x}, seed, grad, scratch);
    for (size_t k = 0; k < width * LETTERS * FILTERS; k++) { /* [tap][letter][filter] */
        size_t t = k / FILTERS / LETTERS, c = k / FILTERS % LETTERS;
        double sum = 0.0;
        for (size_t i = 0; i < positions; i++) {
            size_t at = i * p->stride[1] + t;
            bool seen = at >= p->pad_before[1] && at - p->pad_before[1] < length;
            sum += seen ? (double)x[(at - p->pad_before[1]) * LETTERS + c] * (double)seed[i * FILTERS + k % FILTERS] : 0.0;
        }
        ck_assert_double_eq_tol((double)grad[0][k], sum, 2e-5);
    }
    free(grad[0]);
    free(grad[1]);
}

/* What letters take back from a gradient is what they take from all that comes back. */
static bool check_times(const tfl_layer *layer, const float *x, size_t size, float *scratch, tfl_rng *rng)
{
    size_t memory_size = layer->kind->times_memory(layer);
    if (memory_size == 0) {
        return false;
    }
    float *gradient = floats(layer->size), *back = floats(size), *found = floats(size), *memory = floats(memory_size);
    test_random_values(rng, TEST_ANY, gradient, layer->size);
    memset(back, 0, size * sizeof *back);
    layer->kind->transpose(layer, TFL_ALL, gradient, &back, scratch);
    layer->kind->times_prepare(layer, x, memory);
    layer->kind->times(layer, x, memory, gradient, found, scratch);
    for (size_t i = 0; i < size; i++) {
        ck_assert_double_eq_tol((double)found[i], (double)(x[i] * back[i]), 1e-5);
    }
    free(gradient);
    free(back);
    free(found);
    free(memory);
    return true;
}

/* Windows of letters are looked up, others multiplied: no place between them shows, and a part is still part of the whole. */
static bool check_first_layer(tfl_rng *rng)
{
    tfl_error err = TFL_ERROR_INIT;
    size_t length = 10 + tfl_rng_below(rng, 60), width = 1 + tfl_rng_below(rng, 9), pad = tfl_rng_below(rng, 5);
    tfl_shape shape = {.rank = 2, .dim = {LETTERS, length}};
    tfl_graph *graph;
    unsigned index, from = 0;
    float *weight = floats(LETTERS * FILTERS * width), *x = floats(LETTERS * length), bias[FILTERS];
    test_random_values(rng, TEST_ANY, weight, LETTERS * FILTERS * width);
    test_random_values(rng, TEST_ANY, bias, FILTERS);
    const tfl_conv_parameters p = {.out_channels = FILTERS,
                                   .groups = 1,
                                   .kernel = {1, width},
                                   .stride = {1, 1 + tfl_rng_below(rng, 3)},
                                   .dilation = {1, 1},
                                   .pad_before = {0, pad},
                                   .pad_after = {0, tfl_rng_below(rng, 4)},
                                   .weight = weight,
                                   .bias = bias};
    for (size_t i = 0; i < length; i++) {
        bool letter = tfl_rng_below(rng, 8) != 0;
        float other = tfl_rng_below(rng, 2) == 0 ? 0.25F : 0.0F;
        for (size_t c = 0, which = tfl_rng_below(rng, LETTERS); c < LETTERS; c++) {
            x[i * LETTERS + c] = letter ? (c == which ? 1.0F : 0.0F) : other;
        }
    }
    ck_assert_int_eq(tfl_graph_create(&shape, &graph, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "conv", "c", &from, 1, &p, &index, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_finish(graph, index, NULL, &err), TFL_OK);
    const tfl_layer *layer = &graph->layer[index];
    float *whole = floats(layer->size), *part = floats(layer->size), *scratch = floats(graph->scratch);
    layer->kind->forward(layer, (const float *const[]){x}, whole, scratch);
    for (size_t i = 0; i < layer->size; i++) {
        ck_assert_double_eq_tol((double)whole[i], first_layer_sum(&p, x, length, i / FILTERS, i % FILTERS), 1e-5);
    }
    size_t positions = layer->size / FILTERS, first = tfl_rng_below(rng, (uint32_t)positions);
    size_t count = 1 + tfl_rng_below(rng, (uint32_t)(positions - first));
    layer->kind->forward_range(layer, (const float *const[]){x}, part, first, count, scratch);
    ck_assert_mem_eq(part + first * FILTERS, whole + first * FILTERS, count * FILTERS * sizeof(float));
    check_first_gradient(layer, &p, x, length, whole, scratch);
    bool has_times = check_times(layer, x, LETTERS * length, scratch, rng);
    free(weight);
    free(x);
    free(whole);
    free(part);
    free(scratch);
    tfl_graph_free(graph);
    return has_times;
}

START_TEST(letters_are_looked_up)
{
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        int with_times = 0;
        ck_assert(tfl_cpu_force(level));
        for (uint64_t trial = 0; trial < 60; trial++) {
            tfl_rng rng;
            tfl_rng_init(&rng, SEED, "letters", trial);
            with_times += check_first_layer(&rng) ? 1 : 0;
        }
        ck_assert_int_gt(with_times, 10); /* those of stride 1 */
    }
}
END_TEST

START_TEST(relu_is_flat_at_zero)
{
    const float x[3] = {-1.0F, 0.0F, 2.0F};
    float slope[3];
    tfl_error err = TFL_ERROR_INIT;
    tfl_shape shape = {.rank = 1, .dim = {3}};
    tfl_graph *graph;
    unsigned index, from = 0;
    ck_assert_int_eq(tfl_graph_create(&shape, &graph, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "relu", "r", &from, 1, NULL, &index, &err), TFL_OK);
    graph->layer[index].kind->derivative(&graph->layer[index], x, slope);
    ck_assert(slope[0] == 0.0F && slope[1] == 0.0F && slope[2] == 1.0F);
    tfl_graph_free(graph);
}
END_TEST

START_TEST(first_of_equal_maxima_wins)
{
    const float x[6] = {1.0F, 3.0F, 3.0F, 2.0F, 3.0F, 3.0F};
    const float *in[1] = {x};
    float grad[6] = {0}, *grad_in[1] = {grad}, out[3], scratch[3];
    const float seed[3] = {1.0F, 10.0F, 100.0F};
    uint32_t where[3];
    tfl_error err = TFL_ERROR_INIT;
    tfl_shape shape = {.rank = 2, .dim = {1, 6}};
    tfl_graph *graph;
    unsigned index, from = 0;
    tfl_pool_parameters p = {.kernel = {1, 3}, .stride = {1, 2}, .dilation = {1, 1}, .pad_after = {0, 1}};
    ck_assert_int_eq(tfl_graph_create(&shape, &graph, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "max-pool", "m", &from, 1, &p, &index, &err), TFL_OK);
    const tfl_layer *layer = &graph->layer[index];
    ck_assert_uint_eq(layer->size, 3);
    layer->kind->argmax(layer, x, where);
    ck_assert(where[0] == 1 && where[1] == 2 && where[2] == 4);
    layer->kind->forward(layer, in, out, scratch);
    ck_assert(out[0] == 3.0F && out[1] == 3.0F && out[2] == 3.0F);
    layer->kind->backward(layer, in, out, seed, grad_in, scratch);
    ck_assert(grad[1] == 1.0F && grad[2] == 10.0F && grad[4] == 100.0F && grad[5] == 0.0F);
    tfl_graph_free(graph);
}
END_TEST

/* A reader of the table relies on what each family promises. */
START_TEST(families_have_their_functions)
{
    const tfl_layer_kind *kind = tfl_layer_kind_at((size_t)_i);
    bool linear = kind->family == TFL_MIX || kind->family == TFL_CARRY;
    ck_assert_ptr_eq(tfl_layer_kind_find(kind->name), kind);
    ck_assert(linear == (kind->apply != NULL) && linear == (kind->transpose != NULL));
    ck_assert((kind->family == TFL_ELEMENTWISE) == (kind->function != NULL));
    ck_assert((kind->family == TFL_ELEMENTWISE) == (kind->derivative != NULL));
    ck_assert((kind->family == TFL_MAXIMUM) == (kind->argmax != NULL));
    ck_assert((kind->weights == NULL) == (kind->weight_gradient == NULL));
    ck_assert((kind->family == TFL_INPUT) == (kind->forward == NULL));
    ck_assert((kind->forward == NULL) == (kind->backward == NULL));
}
END_TEST

int main(void)
{
    int n = 0;
    while (tfl_layer_kind_at((size_t)n) != NULL) {
        n++;
    }
    Suite *suite = suite_create("layer");
    TCase *tests = tcase_create("layer");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, families_have_their_functions, 0, n);
    tcase_add_loop_test(tests, gradient_is_that_of_finite_differences, 0, n);
    tcase_add_loop_test(tests, gradients_are_added, 0, n);
    tcase_add_loop_test(tests, weight_gradient_is_that_of_finite_differences, 0, n);
    tcase_add_loop_test(tests, parts_of_linear_layers_add_up_and_transpose, 0, n);
    tcase_add_loop_test(tests, linear_layers_are_linear, 0, n);
    tcase_add_loop_test(tests, ranges_are_parts_of_the_whole, 0, n);
    tcase_add_loop_test(tests, elementwise_layers_show_their_function, 0, n);
    tcase_add_test(tests, letters_are_looked_up);
    tcase_add_test(tests, relu_is_flat_at_zero);
    tcase_add_test(tests, first_of_equal_maxima_wins);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
