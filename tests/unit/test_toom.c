/*
 * Convolutions by transforms against direct sums in float64, at every processor level: odd channel counts, dilations that leave phases of different
 * lengths, inputs shorter than a tile, maps that are padded or cut at their ends.
 *
 * Stated error: 1e-5 of the largest value of the result (the worst found, some 3e-6, is printed out), where direct sums in float32 stay
 * below 2e-6.
 */
#include "config.h"

#include "nn/toom_internal.h"

#include "tflift/cpu.h"
#include "tflift/graph.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 80, SEED = 11 };

static const double tolerance = 1e-5;

static tfl_error error;

static float *normal_floats(tfl_rng *rng, size_t n)
{
    float *x = tfl_alloc_floats(n);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)tfl_rng_normal(rng);
    }
    return x;
}

static size_t between(tfl_rng *rng, size_t least, size_t most)
{
    return least + tfl_rng_below(rng, (uint32_t)(most - least + 1));
}

/* A convolution, and all that a run of it takes. */
typedef struct problem {
    tfl_toom_shape shape;
    tfl_toom *toom;
    float *map, *weight, *start, *out, *scratch;
    size_t size;
    char what[160];
} problem;

static tfl_toom_shape random_shape(tfl_rng *rng)
{
    tfl_toom_shape s = {.in = between(rng, 16, 40), .out = between(rng, 16, 70)};
    s.taps = between(rng, 1, 13);
    s.dilation = tfl_rng_below(rng, 2) == 0 ? 1 : between(rng, 1, 20);
    s.in_length = tfl_rng_below(rng, 4) == 0 ? between(rng, 1, 6) : between(rng, 7, 600);
    s.out_length = tfl_rng_below(rng, 4) == 0 ? between(rng, 1, 6) : between(rng, 7, 600);
    s.before = (ptrdiff_t)between(rng, 0, 30) - 8;
    return s;
}

static problem make(tfl_toom_shape s, tfl_rng *rng)
{
    problem p = {.shape = s, .size = s.out_length * s.out};
    p.map = normal_floats(rng, s.in_length * s.in);
    p.weight = normal_floats(rng, s.taps * s.in * s.out);
    p.start = normal_floats(rng, s.out);
    p.out = normal_floats(rng, p.size);
    p.scratch = normal_floats(rng, tfl_toom_scratch(&s));
    ck_assert_msg(tfl_toom_create(&s, tfl_kernels_get(), p.weight, &p.toom, &error) == TFL_OK, "%s", error.message);
    (void)snprintf(p.what, sizeof p.what, "%s: %zu x %zu -> %zu x %zu, %zu taps, dilation %zu, %td before", tfl_cpu_level(), s.in_length,
                   s.in, s.out_length, s.out, s.taps, s.dilation, s.before);
    return p;
}

static void unmake(problem *p)
{
    tfl_toom_free(p->toom);
    free(p->map);
    free(p->weight);
    free(p->start);
    free(p->out);
    free(p->scratch);
}

static double direct_sum(const problem *p, size_t i, size_t o)
{
    const tfl_toom_shape *s = &p->shape;
    double sum = 0.0;
    for (size_t t = 0; t < s->taps; t++) {
        ptrdiff_t row = (ptrdiff_t)(i + t * s->dilation) - s->before;
        for (size_t c = 0; row >= 0 && row < (ptrdiff_t)s->in_length && c < s->in; c++) {
            sum += (double)p->map[(size_t)row * s->in + c] * (double)p->weight[(t * s->in + c) * s->out + o];
        }
    }
    return sum;
}

/* Of the largest value, or of what values usually are where all of them are small; before [size] is what was there, NULL: not added. */
static double largest_error(const problem *p, const float *start, const float *before, const float *found)
{
    double worst = 0.0, largest = sqrt((double)(p->shape.taps * p->shape.in));
    for (size_t i = 0; i < p->size; i++) {
        double expected = direct_sum(p, i / p->shape.out, i % p->shape.out);
        expected += (start != NULL ? (double)start[i % p->shape.out] : 0.0) + (before != NULL ? (double)before[i] : 0.0);
        worst = fmax(worst, fabs((double)found[i] - expected));
        largest = fmax(largest, fabs(expected));
    }
    return worst / largest;
}

static void for_problems(void (*check)(problem *p, tfl_rng *rng))
{
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        ck_assert(tfl_cpu_force(level));
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            tfl_rng rng;
            tfl_rng_init(&rng, SEED, "toom", trial);
            problem p = make(random_shape(&rng), &rng);
            check(&p, &rng);
            unmake(&p);
        }
    }
}

static void check_sums(problem *p, tfl_rng *rng)
{
    const float *start = tfl_rng_below(rng, 2) == 0 ? p->start : NULL;
    float *before = normal_floats(rng, p->size);
    tfl_toom_run(p->toom, p->map, 0, p->shape.out_length, start, false, p->out, p->scratch);
    double found = largest_error(p, start, NULL, p->out);
    ck_assert_msg(found <= tolerance, "%s: off by %.3g", p->what, found);

    memcpy(p->out, before, p->size * sizeof *before);
    tfl_toom_run(p->toom, p->map, 0, p->shape.out_length, NULL, true, p->out, p->scratch);
    found = largest_error(p, NULL, before, p->out);
    ck_assert_msg(found <= tolerance, "%s: added, off by %.3g", p->what, found);
    free(before);
}

START_TEST(sums_are_the_direct_ones)
{
    for_problems(check_sums);
}
END_TEST

/* A range has the bytes of the whole, and so have the neighbours that are written with it; scratch memory is not read before it is written. */
static void check_range(problem *p, tfl_rng *rng)
{
    size_t first = tfl_rng_below(rng, (uint32_t)p->shape.out_length), count = between(rng, 1, p->shape.out_length - first);
    float *whole = normal_floats(rng, p->size);
    tfl_toom_run(p->toom, p->map, 0, p->shape.out_length, p->start, false, whole, p->scratch);
    for (size_t i = 0; i < p->size; i++) {
        size_t position = i / p->shape.out;
        p->out[i] = position < first || position >= first + count ? whole[i] : NAN;
    }
    for (size_t i = 0; i < tfl_toom_scratch(&p->shape); i++) {
        p->scratch[i] = NAN;
    }
    tfl_toom_run(p->toom, p->map, first, count, p->start, false, p->out, p->scratch);
    ck_assert_msg(memcmp(p->out, whole, p->size * sizeof *whole) == 0, "%s: positions %zu to %zu differ", p->what, first,
                  first + count - 1);
    free(whole);
}

START_TEST(ranges_are_parts_of_the_whole)
{
    for_problems(check_range);
}
END_TEST

/* What works beside a run may look at, and what it has seen. */
typedef struct beside {
    const problem *p;
    const float *truth, *before; /* [size] the outputs when all is done, and as they were */
    float *map;                  /* as it becomes */
    size_t seen, done;
} beside;

/* Brings positions of the map, none of which has outputs yet. */
static void bring(void *context, size_t first, size_t count)
{
    beside *b = context;
    const tfl_toom_shape *s = &b->p->shape;
    size_t end = first + count < s->out_length ? first + count : s->out_length;
    ck_assert_uint_eq(first, b->seen);
    b->seen += count;
    memcpy(b->map + first * s->in, b->p->map + first * s->in, count * s->in * sizeof *b->map);
    if (first < end) {
        ck_assert_mem_eq(b->p->out + first * s->out, b->before + first * s->out, (end - first) * s->out * sizeof *b->before);
    }
}

/* Takes outputs, which are as they stay. */
static void take(void *context, size_t first, size_t count)
{
    beside *b = context;
    const size_t channels = b->p->shape.out;
    ck_assert_uint_eq(first, b->done);
    b->done += count;
    ck_assert_mem_eq(b->p->out + first * channels, b->truth + first * channels, count * channels * sizeof *b->truth);
}

static void check_strips(problem *p, tfl_rng *rng)
{
    const tfl_toom_shape *s = &p->shape;
    float *before = normal_floats(rng, p->size), *truth = tfl_alloc_floats(p->size), *map = tfl_alloc_floats(s->in_length * s->in);
    bool accumulate = tfl_rng_below(rng, 2) == 0;
    for (size_t i = 0; i < s->in_length * s->in; i++) {
        map[i] = NAN;
    }
    memcpy(truth, before, p->size * sizeof *truth);
    tfl_toom_run(p->toom, p->map, 0, s->out_length, p->start, accumulate, truth, p->scratch);
    memcpy(p->out, before, p->size * sizeof *before);
    beside b = {.p = p, .truth = truth, .before = before, .map = map};
    const tfl_strips bringing = {bring, &b, {before}}, taking = {take, &b, {NULL}};
    tfl_toom_run_strips(p->toom, map, &bringing, p->start, accumulate, p->out, &taking, p->scratch);
    ck_assert_msg(b.seen == s->in_length && b.done == s->out_length, "%s: the work ended at %zu and %zu", p->what, b.seen, b.done);
    ck_assert_msg(memcmp(p->out, truth, p->size * sizeof *truth) == 0, "%s: strips differ from the whole", p->what);
    free(before);
    free(truth);
    free(map);
}

START_TEST(work_beside_a_run_comes_in_time)
{
    for_problems(check_strips);
}
END_TEST

static double direct_gradient(const problem *p, const float *grad_out, size_t tap, size_t c, size_t o)
{
    const tfl_toom_shape *s = &p->shape;
    double sum = 0.0;
    for (size_t i = 0; i < s->out_length; i++) {
        ptrdiff_t row = (ptrdiff_t)(i + tap * s->dilation) - s->before;
        if (row >= 0 && row < (ptrdiff_t)s->in_length) {
            sum += (double)p->map[(size_t)row * s->in + c] * (double)grad_out[i * s->out + o];
        }
    }
    return sum;
}

/* Of the gradient of the weights, summed over two calls and added to what is there: relative to the largest of it. */
static double gradient_error(problem *p, tfl_rng *rng)
{
    const tfl_toom_shape *s = &p->shape;
    size_t n = s->taps * s->in * s->out, n_sums = tfl_toom_gradient_sums(p->toom);
    float *grad_out = normal_floats(rng, p->size), *before = normal_floats(rng, n), *found = tfl_alloc_floats(n);
    float *sums = tfl_alloc_floats(n_sums);
    double worst = 0.0, largest = 2.0 * sqrt((double)s->out_length);
    ck_assert(found != NULL && sums != NULL);
    memcpy(found, before, n * sizeof *found);
    for (size_t i = 0; i < tfl_toom_scratch(s); i++) {
        p->scratch[i] = NAN;
    }
    tfl_toom_sum_gradient(p->toom, p->map, grad_out, sums, p->scratch);
    tfl_toom_sum_gradient(p->toom, p->map, grad_out, sums, p->scratch);
    tfl_toom_end_gradient(p->toom, sums, found);
    for (size_t i = 0; i < n; i++) {
        double expected = (double)before[i] + 2.0 * direct_gradient(p, grad_out, i / s->out / s->in, i / s->out % s->in, i % s->out);
        worst = fmax(worst, fabs((double)found[i] - expected));
        largest = fmax(largest, fabs(expected));
    }
    free(grad_out);
    free(before);
    free(found);
    free(sums);
    return worst / largest;
}

static void check_gradient(problem *p, tfl_rng *rng)
{
    ck_assert((tfl_toom_gradient_sums(p->toom) > 0) == (p->shape.taps > 3));
    if (tfl_toom_gradient_sums(p->toom) > 0) {
        double found = gradient_error(p, rng);
        ck_assert_msg(found <= tolerance, "%s: gradient off by %.3g", p->what, found);
    }
}

START_TEST(gradients_are_the_direct_ones)
{
    for_problems(check_gradient);
}
END_TEST

/* The shapes of real networks, in more than one block. */
START_TEST(real_sizes_stay_within_the_error)
{
    static const tfl_toom_shape shapes[] = {
        {.in = 50, .out = 50, .in_length = 190, .out_length = 180, .taps = 11, .dilation = 1},
        {.in = 50, .out = 50, .in_length = 180, .out_length = 190, .taps = 11, .dilation = 1, .before = 10},
        {.in = 64, .out = 64, .in_length = 900, .out_length = 900, .taps = 3, .dilation = 128, .before = 128},
        {.in = 64, .out = 64, .in_length = 2000, .out_length = 2000, .taps = 3, .dilation = 2, .before = 2},
        {.in = 33, .out = 48, .in_length = 1500, .out_length = 1480, .taps = 21, .dilation = 1},
        {.in = 17, .out = 300, .in_length = 700, .out_length = 700, .taps = 7, .dilation = 5, .before = 15},
    };
    double worst = 0.0, worst_gradient = 0.0;
    const char *level;
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "real", (uint64_t)_i);
        ck_assert(tfl_cpu_force(level));
        problem p = make(shapes[_i], &rng);
        tfl_toom_run(p.toom, p.map, 0, p.shape.out_length, p.start, false, p.out, p.scratch);
        double found = largest_error(&p, p.start, NULL, p.out);
        ck_assert_msg(found <= tolerance / 2.0, "%s: off by %.3g", p.what, found);
        worst = fmax(worst, found);
        if (tfl_toom_gradient_sums(p.toom) > 0) {
            found = gradient_error(&p, &rng);
            ck_assert_msg(found <= tolerance / 2.0, "%s: gradient off by %.3g", p.what, found);
            worst_gradient = fmax(worst_gradient, found);
        }
        unmake(&p);
    }
    printf("shape %d: the worst error is %.2g of the largest value, %.2g of the largest gradient\n", _i, worst, worst_gradient);
}
END_TEST

START_TEST(it_pays_for_wide_layers_alone)
{
    tfl_toom_shape s = {.in = 64, .out = 64, .in_length = 200, .out_length = 200, .taps = 3, .dilation = 1, .before = 1};
    ck_assert(tfl_toom_pays(&s));
    s.in = 4;
    ck_assert(!tfl_toom_pays(&s));
    s.in = 64, s.taps = 1;
    ck_assert(!tfl_toom_pays(&s));
    s.taps = 3, s.dilation = 200; /* a tile for every position */
    ck_assert(!tfl_toom_pays(&s));
}
END_TEST

/* A graph transforms when it is asked to, and takes it back. */
START_TEST(a_graph_can_do_without)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "graph", 0);
    tfl_graph *graph;
    tfl_shape input = {.rank = 2, .dim = {32, 90}};
    float *weight = normal_floats(&rng, (size_t)32 * 32 * 5), *x = normal_floats(&rng, (size_t)32 * 90), *out[3];
    const tfl_conv_parameters conv = {.out_channels = 32, .groups = 1, .kernel = {1, 5}, .stride = {1, 1}, .dilation = {1, 1}, .weight = weight};
    unsigned index, from = 0;
    ck_assert(tfl_graph_create(&input, &graph, &error) == TFL_OK);
    ck_assert(tfl_graph_add(graph, "conv", "c", &from, 1, &conv, &index, &error) == TFL_OK);
    ck_assert(tfl_graph_finish(graph, index, NULL, &error) == TFL_OK);
    size_t size = graph->layer[index].size;
    for (int way = 0; way < 3; way++) {
        tfl_values *values;
        graph->transforms = way == 1;
        ck_assert(tfl_graph_prepare(graph, NULL, &error) == TFL_OK);
        ck_assert(tfl_values_create(graph, &values, &error) == TFL_OK);
        memcpy(values->of[0], x, graph->layer[0].size * sizeof *x);
        tfl_forward(graph, values, index);
        out[way] = tfl_alloc_floats(size);
        ck_assert_ptr_nonnull(out[way]);
        memcpy(out[way], values->of[index], size * sizeof *x);
        tfl_values_free(values);
    }
    ck_assert(memcmp(out[0], out[2], size * sizeof *x) == 0);
    ck_assert(memcmp(out[0], out[1], size * sizeof *x) != 0);
    for (size_t i = 0; i < size; i++) {
        ck_assert(fabs((double)out[0][i] - (double)out[1][i]) < 1e-3);
    }
    for (int way = 0; way < 3; way++) {
        free(out[way]);
    }
    free(weight);
    free(x);
    tfl_graph_free(graph);
}
END_TEST

/*
 * The same motif, or the same frequencies, everywhere: to find a maximum among equal windows by what rounding makes of them would leave it
 * to the place of a tile, and to the processor, which base gets the credit. Two convolutions, then a maximum.
 */
START_TEST(equal_windows_give_equal_values_to_a_maximum)
{
    enum { CHANNELS = 32, LENGTH = 120, TAPS = 5, PERIOD = 7, EDGE = 2 * TAPS };
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "ties", (uint64_t)_i);
    const char *level;
    tfl_shape input = {.rank = 2, .dim = {CHANNELS, LENGTH}};
    float *weight = normal_floats(&rng, (size_t)CHANNELS * CHANNELS * TAPS), *word = normal_floats(&rng, (size_t)CHANNELS * PERIOD);
    const tfl_conv_parameters conv = {
        .out_channels = CHANNELS, .groups = 1, .kernel = {1, TAPS}, .stride = {1, 1}, .dilation = {1, 1}, .pad_before = {0, 2}, .pad_after = {0, 2}, .weight = weight};
    const tfl_pool_parameters pool = {.kernel = {1, 4}, .stride = {1, 4}, .dilation = {1, 1}};
    for (size_t l = 0; (level = tfl_cpu_level_at(l)) != NULL; l++) {
        tfl_graph *graph;
        tfl_values *values;
        unsigned index = 0;
        ck_assert(tfl_cpu_force(level));
        ck_assert(tfl_graph_create(&input, &graph, &error) == TFL_OK);
        ck_assert(tfl_graph_add(graph, "conv", "a", (unsigned[]){0}, 1, &conv, &index, &error) == TFL_OK);
        ck_assert(tfl_graph_add(graph, "relu", "b", (unsigned[]){index}, 1, NULL, &index, &error) == TFL_OK);
        ck_assert(tfl_graph_add(graph, "conv", "c", (unsigned[]){index}, 1, &conv, &index, &error) == TFL_OK);
        ck_assert(tfl_graph_add(graph, "max-pool", "d", (unsigned[]){index}, 1, &pool, &index, &error) == TFL_OK);
        ck_assert(tfl_graph_finish(graph, index, NULL, &error) == TFL_OK);
        graph->transforms = true;
        ck_assert(tfl_graph_prepare(graph, NULL, &error) == TFL_OK);
        ck_assert(tfl_values_create(graph, &values, &error) == TFL_OK);
        for (size_t i = 0; i < LENGTH; i++) {
            memcpy(values->of[0] + i * CHANNELS, word + i % PERIOD * CHANNELS, CHANNELS * sizeof *word);
        }
        tfl_forward(graph, values, index);
        const float *compared = values->of[graph->layer[index].input[0]]; /* [length][chan] */
        for (size_t i = (size_t)EDGE * CHANNELS; i < (size_t)(LENGTH - EDGE - PERIOD) * CHANNELS; i++) {
            ck_assert_msg(compared[i] == compared[i + (size_t)PERIOD * CHANNELS], "%s: position %zu", level, i / CHANNELS);
        }
        tfl_values_free(values);
        tfl_graph_free(graph);
    }
    free(weight);
    free(word);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("toom");
    TCase *tests = tcase_create("toom");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, sums_are_the_direct_ones);
    tcase_add_test(tests, ranges_are_parts_of_the_whole);
    tcase_add_test(tests, work_beside_a_run_comes_in_time);
    tcase_add_test(tests, gradients_are_the_direct_ones);
    tcase_add_loop_test(tests, real_sizes_stay_within_the_error, 0, 6);
    tcase_add_test(tests, it_pays_for_wide_layers_alone);
    tcase_add_test(tests, a_graph_can_do_without);
    tcase_add_test(tests, equal_windows_give_equal_values_to_a_maximum);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
