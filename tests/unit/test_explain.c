/* The walk: against a naive one in float64, and for the properties that every network must show. */
#include "config.h"

#include "tests/support/networks.h"
#include "tests/support/reference_attr.h"
#include "tests/support/support.h"

#include "tflift/explain.h"
#include "tflift/lines.h"
#include "tflift/number.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tfl_error error;

#define OK(call) ck_assert_msg((call) == TFL_OK, "%s", error.message)

/* Random networks that the properties are tried on: every layer kind several times; more where positive and negative parts must meet at it. */
enum { N_NETWORKS = 128, N_COMPARED = 256, N_KINDS = 36 /* or a few more */, MAX_REFERENCES = 3 };

/* ---------------------------------------------------------------- what the tests share */

/* A network with a sequence, its references and all arrays of an explanation. */
typedef struct setup {
    tfl_graph *graph;
    size_t size, n_tasks; /* length * channels, tasks */
    float *x;
    size_t n_references;
    float *reference[MAX_REFERENCES];
    unsigned *task; /* all, in order */
    float *contribution, *hypothetical, *multiplier;
    double *output, *reference_output;
} setup;

static void *need(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static void random_one_hot(tfl_rng *rng, float *row, size_t size)
{
    memset(row, 0, size * sizeof *row);
    for (size_t i = 0; i < size; i += 4) {
        row[i + tfl_rng_below(rng, 4)] = 1.0F;
    }
}

/* The references: another sequence, the mean base, and the sequence itself with some bases changed (so that many differences are 0). */
static void random_references(setup *s, tfl_rng *rng)
{
    s->n_references = MAX_REFERENCES;
    for (size_t j = 0; j < MAX_REFERENCES; j++) {
        s->reference[j] = need(s->size, sizeof(float));
    }
    random_one_hot(rng, s->reference[0], s->size);
    memcpy(s->reference[2], s->x, s->size * sizeof(float));
    for (size_t i = 0; i < s->size; i += 4) {
        for (size_t c = 0; c < 4; c++) {
            s->reference[1][i + c] = c == 0 || c == 3 ? 0.3F : 0.2F;
        }
        if (tfl_rng_below(rng, 3) == 0) {
            random_one_hot(rng, s->reference[2] + i, 4);
        }
    }
}

static void start(setup *s, tfl_graph *graph)
{
    *s = (setup){.graph = graph, .size = graph->layer[0].size, .n_tasks = graph->n_tasks};
    s->x = need(s->size, sizeof(float));
    s->task = need(s->n_tasks, sizeof *s->task);
    s->contribution = need(s->n_tasks * s->size, sizeof(float));
    s->hypothetical = need(s->n_tasks * s->size, sizeof(float));
    s->multiplier = need(s->n_tasks * s->size, sizeof(float));
    s->output = need(s->n_tasks, sizeof(double));
    s->reference_output = need(s->n_tasks, sizeof(double));
    for (unsigned t = 0; t < s->n_tasks; t++) {
        s->task[t] = t;
    }
}

static void start_random(setup *s, uint64_t seed, tfl_rng *rng)
{
    start(s, test_random_graph(seed));
    tfl_rng_init(rng, seed, "explain", 0);
    random_one_hot(rng, s->x, s->size);
    random_references(s, rng);
}

static void finish(setup *s)
{
    for (size_t j = 0; j < MAX_REFERENCES; j++) {
        free(s->reference[j]);
    }
    free(s->x);
    free(s->task);
    free(s->contribution);
    free(s->hypothetical);
    free(s->multiplier);
    free(s->output);
    free(s->reference_output);
    tfl_graph_free(s->graph);
}

static tfl_status fill_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const setup *s = context;
    (void)err;
    memcpy(rows, s->reference[j], s->size * sizeof *rows);
    return TFL_OK;
}

static tfl_explanation results(const setup *s)
{
    return (tfl_explanation){s->contribution, s->hypothetical, s->multiplier, s->output, s->reference_output};
}

/* Explains s->x under options with an explainer and workspace of its own. */
static void explain(setup *s, const tfl_explain_options *options)
{
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    tfl_explanation explanation = results(s);
    OK(tfl_explainer_create(s->graph, options, &explainer, &error));
    OK(tfl_explain_workspace_create(explainer, &workspace, &error));
    OK(tfl_explain(explainer, workspace, s->x, s->task, s->n_tasks, s->n_references, fill_reference, s, &explanation, &error));
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
}

static const tfl_method *method(const char *name)
{
    const tfl_method *found = tfl_method_find(name);
    ck_assert_msg(found != NULL, "no method is called %s", name);
    return found;
}

static bool compares(const tfl_method *m)
{
    return m->after_conv == TFL_RULE_RESCALE || m->after_conv == TFL_RULE_REVEALCANCEL;
}

/* Another rule, among the two that sum to delta, for each nonlinearity that a coin says; returns how many. The caller frees. */
static size_t random_overrides(const tfl_graph *graph, tfl_rng *rng, tfl_rule_override **override)
{
    size_t n = 0;
    *override = need(graph->n_layers, sizeof **override);
    for (size_t l = 0; l < graph->n_layers; l++) {
        if (graph->layer[l].kind->family == TFL_ELEMENTWISE && tfl_rng_below(rng, 2) == 0) {
            const tfl_layer *layer = &graph->layer[l];
            bool partial = layer->kind->partial != NULL && layer->kind->partial(layer);
            tfl_rule rule = tfl_rng_below(rng, 2) == 0 || partial ? TFL_RULE_RESCALE : TFL_RULE_REVEALCANCEL;
            (*override)[n++] = (tfl_rule_override){graph->layer[l].name, rule};
        }
    }
    return n;
}

/* ---------------------------------------------------------------- o = min(i1, i2), Appendix C */

/* o = i1 - relu(i1 - i2), on an input of two channels and one position. */
static tfl_graph *min_network(void)
{
    static const tfl_shape input = {.rank = 2, .dim = {2, 1}};
    static const float weight[2] = {1.0F, -1.0F};
    static const int64_t first[1] = {0};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {2}}};
    const tfl_gather_parameters i1 = {.shape = {.rank = 1, .dim = {1}}, .source = first};
    const tfl_dense_parameters difference = {.out = 1, .weight = weight};
    tfl_graph *graph;
    unsigned both;
    unsigned pair[2]; /* i1, h2 */
    unsigned h1;
    unsigned o;
    OK(tfl_graph_create(&input, &graph, &error));
    OK(tfl_graph_add(graph, "gather", "both", (const unsigned[]){0}, 1, &flat, &both, &error));
    OK(tfl_graph_add(graph, "gather", "i1", &both, 1, &i1, &pair[0], &error));
    OK(tfl_graph_add(graph, "dense", "h1", &both, 1, &difference, &h1, &error));
    OK(tfl_graph_add(graph, "relu", "h2", &h1, 1, NULL, &pair[1], &error));
    OK(tfl_graph_add(graph, "sub", "o", pair, 2, NULL, &o, &error));
    OK(tfl_graph_finish(graph, o, NULL, &error));
    return graph;
}

static const struct {
    const char *row, *method;
} min_methods[] = {
    {"gradient", "gradient-x-input"},
    {"gradient", "integrated-gradients"}, /* the network is linear on the way from (0, 0) */
    {"guided", "guided-backprop"},
    {"rescale", "rescale"},
    {"revealcancel", "revealcancel"},
    {"revealcancel", "genomics"}, /* its one ReLU comes after a dense layer */
};

enum { N_MIN_METHODS = sizeof min_methods / sizeof *min_methods };

static void check_min_row(char **field, unsigned rows_of[N_MIN_METHODS])
{
    setup s;
    double value[5];
    for (size_t i = 0; i < 5; i++) {
        ck_assert(i == 2 || tfl_parse_double(field[i], &value[i]));
    }
    for (size_t m = 0; m < N_MIN_METHODS; m++) {
        if (strcmp(field[2], min_methods[m].row) != 0) {
            continue;
        }
        start(&s, min_network());
        s.x[0] = (float)value[0];
        s.x[1] = (float)value[1];
        s.n_references = 1;
        s.reference[0] = need(2, sizeof(float));
        explain(&s, &(tfl_explain_options){.method = method(min_methods[m].method), .steps = 10});
        ck_assert_double_eq_tol((double)s.contribution[0], value[3], 1e-6);
        ck_assert_double_eq_tol((double)s.contribution[1], value[4], 1e-6);
        finish(&s);
        rows_of[m]++;
    }
}

/* All methods but RevealCancel give everything to the smaller input, or to the wrong one. */
START_TEST(min_of_two_inputs_is_shared_by_revealcancel_alone)
{
    char path[512];
    char *line;
    size_t length;
    tfl_lines *lines;
    unsigned rows_of[N_MIN_METHODS] = {0};
    test_source_path(path, sizeof path, "tests/data/min_example.tsv");
    OK(tfl_lines_open(path, &lines, &error));
    OK(tfl_lines_next(lines, &line, &length, &error)); /* names of the columns */
    for (OK(tfl_lines_next(lines, &line, &length, &error)); line != NULL; OK(tfl_lines_next(lines, &line, &length, &error))) {
        char *field[5];
        ck_assert_uint_eq(tfl_lines_split(line, '\t', field, 5), 5);
        check_min_row(field, rows_of);
    }
    tfl_lines_close(lines);
    for (size_t m = 0; m < N_MIN_METHODS; m++) {
        ck_assert_uint_eq(rows_of[m], 4);
    }
}
END_TEST

/* ---------------------------------------------------------------- properties of random networks */

/* How far the contributions to a task are from summing to its delta, relative to the largest of the numbers that cancel in it. */
static double gap(const setup *s, size_t t)
{
    double sum = 0.0;
    double largest = fmax(fabs(s->output[t]), fabs(s->reference_output[t]));
    for (size_t i = 0; i < s->size; i++) {
        double contribution = (double)s->contribution[t * s->size + i];
        sum += contribution;
        largest = fmax(largest, fabs(contribution));
    }
    return fabs(sum - (s->output[t] - s->reference_output[t])) / fmax(largest, 1e-3);
}

static void check_sum(setup *s, const tfl_explain_options *options, int network)
{
    explain(s, options);
    for (size_t t = 0; t < s->n_tasks; t++) {
        ck_assert_msg(gap(s, t) < 2e-5, "network %d, %s, %zu overrides, %s: task %zu is off by %.2g of its value", network,
                      options->method->name, options->n_overrides, options->probability ? "probability" : "logit", t, gap(s, t));
    }
}

START_TEST(contributions_sum_to_delta)
{
    static const char *const names[] = {"rescale", "revealcancel", "genomics"};
    tfl_rng rng;
    setup s;
    tfl_rule_override *override;
    start_random(&s, (uint64_t)_i, &rng);
    size_t n = random_overrides(s.graph, &rng, &override);
    for (size_t m = 0; m < 3; m++) {
        tfl_explain_options options = {.method = method(names[m]), .override = override};
        check_sum(&s, &options, _i);
        options.n_overrides = n;
        check_sum(&s, &options, _i);
        options.probability = true;
        check_sum(&s, &options, _i);
    }
    free(override);
    finish(&s);
}
END_TEST

/* The contributions [tasks][size] by the naive walk, with the mean over references made here. */
static void naive_contributions(const setup *s, reference_attr *naive, const tfl_explain_options *options, double *contribution)
{
    double *x = need(3 * s->size, sizeof *x);
    double *r = x + s->size;
    double *m = r + s->size;
    unsigned target = options->probability ? s->graph->output : s->graph->logits;
    memset(contribution, 0, s->n_tasks * s->size * sizeof *contribution);
    for (size_t t = 0; t < s->n_tasks; t++) {
        for (size_t j = 0; j < s->n_references; j++) {
            for (size_t i = 0; i < s->size; i++) {
                x[i] = (double)s->x[i];
                r[i] = (double)s->reference[j][i];
            }
            reference_attr_multipliers(naive, options, target, t, x, r, m);
            for (size_t i = 0; i < s->size; i++) {
                contribution[t * s->size + i] += m[i] * (options->method->times_delta ? x[i] - r[i] : x[i]) / (double)s->n_references;
            }
        }
    }
    free(x);
}

/* What the walk differs from the naive one by, and what the naive one moves by with noise, over the largest contribution. */
typedef struct comparison {
    double difference, spread;
} comparison;

enum { DRAWS = 8 };

/* How far the contributions by the naive walk, which are exact, move at most with noise as float32 has it. */
static double naive_spread(const setup *s, reference_attr *naive, const tfl_explain_options *options, const double *exact)
{
    size_t n = s->n_tasks * s->size;
    double *moved = need(n, sizeof *moved);
    double spread = 0.0;
    for (uint64_t draw = 1; draw <= DRAWS; draw++) {
        reference_attr_disturb(naive, draw);
        naive_contributions(s, naive, options, moved);
        for (size_t i = 0; i < n; i++) {
            spread = fmax(spread, fabs(moved[i] - exact[i]));
        }
    }
    reference_attr_disturb(naive, 0);
    free(moved);
    return spread;
}

/* The spread is looked for only where the difference is not within tight anyway; 0 elsewhere. */
static comparison compare_with_naive(setup *s, reference_attr *naive, const tfl_explain_options *options, double tight)
{
    size_t n = s->n_tasks * s->size;
    double *exact = need(n, sizeof *exact);
    double largest = 1e-30;
    comparison found = {0.0, 0.0};
    explain(s, options);
    naive_contributions(s, naive, options, exact);
    for (size_t i = 0; i < n; i++) {
        found.difference = fmax(found.difference, fabs(exact[i] - (double)s->contribution[i]));
        largest = fmax(largest, fabs(exact[i]));
    }
    found.difference /= largest;
    if (found.difference >= tight) {
        found.spread = naive_spread(s, naive, options, exact) / largest;
    }
    free(exact);
    return found;
}

/* One-hot rows read the same in many places, where maxima then tie, and rounding breaks the tie: a little noise makes each place its own. What
 * x and a reference have in common stays in common. */
static void blur(setup *s, tfl_rng *rng)
{
    for (size_t i = 0; i < s->size; i++) {
        float noise = (float)(0.05 * tfl_rng_normal(rng));
        s->x[i] += noise;
        for (size_t j = 0; j < s->n_references; j++) {
            s->reference[j][i] += noise;
        }
    }
}

/*
 * Why the bound is not one number: float32 rounds every value by 1e-7, and a network can multiply that by any factor: where a curved function
 * goes a short way (its quotient is a difference of nearly equal values), where a difference is so near 0 that rounding gives its sign, where two
 * candidates of a maximum are nearly equal. A tolerance for the worst of them, 5e-2 in 4000 random networks, would hide a wrong rule in all
 * the others. So the naive walk itself says what float32 can know of a case: it is done again with errors of that size in every number (those
 * between layers too: it is there that a network which is tame in its inputs may still lose digits), and the fast one may be as far off as
 * twice what that moves the result, and tight besides. In those 4000 networks 95 in 100 are within tight, where a slope wrong by 1e-4 is seen,
 * and the others are never farther off than 1.3 times the spread.
 */
static const double tight = 1e-5;
static const double spreads = 2.0;

static void check_definition(setup *s, reference_attr *naive, const tfl_explain_options *options, int network, unsigned variant)
{
    comparison found = compare_with_naive(s, naive, options, tight);
    ck_assert_msg(found.difference < tight + spreads * found.spread,
                  "network %d, %s, variant %u: off by %.2g of the largest contribution, where noise explains %.2g", network,
                  options->method->name, variant, found.difference, found.spread);
}

START_TEST(every_rule_equals_its_definition)
{
    uint64_t seed = (uint64_t)_i;
    tfl_rng rng;
    setup s;
    tfl_rule_override *override;
    const tfl_method *m;
    start_random(&s, seed, &rng);
    blur(&s, &rng);
    reference_attr *naive = reference_attr_create(s.graph);
    size_t n = random_overrides(s.graph, &rng, &override);
    for (size_t i = 0; (m = tfl_method_at(i)) != NULL; i++) {
        for (unsigned variant = 0; m->average == TFL_WALK && variant < (compares(m) ? 4U : 1U); variant++) {
            tfl_explain_options options = {.method = m,
                                           .override = override,
                                           .n_overrides = variant % 2 == 1 ? n : 0,
                                           .max_pool_gradient = variant == 2,
                                           .probability = variant == 3 && s.graph->output != s.graph->logits};
            check_definition(&s, naive, &options, _i, variant);
        }
    }
    free(override);
    reference_attr_free(naive);
    finish(&s);
}
END_TEST

START_TEST(hypothetical_contributions_agree_with_contributions)
{
    uint64_t seed = (uint64_t)_i;
    tfl_rng rng;
    setup s;
    start_random(&s, seed, &rng);
    explain(&s, &(tfl_explain_options){.method = method("revealcancel")});
    for (size_t t = 0; t < s.n_tasks; t++) {
        for (size_t i = 0; i < s.size; i += 4) {
            double sum = 0.0;
            double observed = 0.0;
            double largest = 0.0;
            for (size_t c = i; c < i + 4; c++) {
                sum += (double)s.contribution[t * s.size + c];
                observed += (double)(s.x[c] * s.hypothetical[t * s.size + c]);
                largest = fmax(largest, fabs((double)s.multiplier[t * s.size + c]));
            }
            ck_assert_double_le(fabs(sum - observed), 1e-6 * fmax(largest, 1e-3));
        }
    }
    finish(&s);
}
END_TEST

/* ---------------------------------------------------------------- order */

/* Fills s with the results of one sequence (its x) for the tasks in reverse, written back in order. */
static void explain_reversed(setup *s, const tfl_explainer *explainer, tfl_explain_workspace *workspace)
{
    for (size_t t = s->n_tasks; t > 0; t--) {
        unsigned task = (unsigned)(t - 1);
        tfl_explanation explanation = {s->contribution + task * s->size, s->hypothetical + task * s->size,
                                       s->multiplier + task * s->size, s->output + task, s->reference_output + task};
        OK(tfl_explain(explainer, workspace, s->x, &task, 1, s->n_references, fill_reference, s, &explanation, &error));
    }
}

/* Slopes may be kept for several tasks and computed again for one. */
START_TEST(a_task_alone_is_one_of_all)
{
    const tfl_method *m;
    for (size_t i = 0; (m = tfl_method_at(i)) != NULL; i++) {
        tfl_rng rng;
        setup all;
        setup one;
        start_random(&all, (uint64_t)_i, &rng);
        start_random(&one, (uint64_t)_i, &rng);
        tfl_explain_options options = {.method = m, .steps = 2};
        explain(&all, &options);
        options.max_tasks = 1;
        one.n_tasks = 1;
        for (unsigned t = 0; t < all.n_tasks; t++) {
            one.task[0] = t;
            explain(&one, &options);
            ck_assert_mem_eq(one.contribution, all.contribution + t * all.size, all.size * sizeof(float));
            ck_assert_mem_eq(one.hypothetical, all.hypothetical + t * all.size, all.size * sizeof(float));
            ck_assert(one.output[0] == all.output[t]);
        }
        finish(&all);
        finish(&one);
    }
}
END_TEST

static unsigned append(tfl_graph *graph, const char *kind, unsigned a, unsigned b, const void *parameters)
{
    const unsigned input[2] = {a, b};
    unsigned index;
    OK(tfl_graph_add(graph, kind, NULL, input, strcmp(kind, "add") == 0 ? 2 : 1, parameters, &index, &error));
    return index;
}

static unsigned append_conv(tfl_graph *graph, tfl_rng *rng, unsigned from, size_t channels)
{
    size_t fan_in = graph->layer[from].shape.dim[0] * 3;
    float *weight = need(channels * fan_in, sizeof *weight);
    for (size_t i = 0; i < channels * fan_in; i++) {
        weight[i] = (float)(tfl_rng_normal(rng) / sqrt((double)fan_in));
    }
    const tfl_conv_parameters p = {.out_channels = channels,
                                   .groups = 1,
                                   .kernel = {1, 3},
                                   .stride = {1, 1},
                                   .dilation = {1, 2},
                                   .pad_before = {0, 2},
                                   .pad_after = {0, 2},
                                   .weight = weight};
    unsigned index = append(graph, "conv", from, 0, &p);
    free(weight);
    return index;
}

/* Blocks as residual networks have them, in all orders: the branch before or behind the sum's other input, branches that are taken again
 * later, sums of sums, sums of one value with itself. */
static tfl_graph *residual_graph(tfl_rng *rng)
{
    enum { CHANNELS = 20, SIZE = 17 };
    tfl_graph *graph;
    tfl_shape input = {.rank = 2, .dim = {4, SIZE}};
    float weight[2 * CHANNELS];
    OK(tfl_graph_create(&input, &graph, &error));
    unsigned x = append(graph, "relu", append_conv(graph, rng, 0, CHANNELS), 0, NULL), old = x;
    for (unsigned block = 0; block < 5; block++) {
        unsigned branch = append(graph, "relu", append_conv(graph, rng, x, CHANNELS), 0, NULL);
        unsigned other = tfl_rng_below(rng, 3) == 0 ? append(graph, "dropout", x, 0, NULL) : x;
        unsigned sum = tfl_rng_below(rng, 2) == 0 ? append(graph, "add", branch, other, NULL) : append(graph, "add", other, branch, NULL);
        if (tfl_rng_below(rng, 3) == 0) {
            sum = append(graph, "add", sum, tfl_rng_below(rng, 2) == 0 ? old : branch, NULL);
        }
        if (tfl_rng_below(rng, 4) == 0) {
            sum = append(graph, "add", sum, sum, NULL);
        }
        old = tfl_rng_below(rng, 2) == 0 ? x : branch;
        x = tfl_rng_below(rng, 3) == 0 ? append(graph, "relu", sum, 0, NULL) : sum;
    }
    for (size_t i = 0; i < sizeof weight / sizeof *weight; i++) {
        weight[i] = (float)tfl_rng_normal(rng);
    }
    const tfl_gather_parameters flat = {.shape = {1, {CHANNELS}}};
    const tfl_dense_parameters dense = {.out = 2, .weight = weight};
    x = append(graph, "gather", append(graph, "global-average-pool", x, 0, NULL), 0, &flat);
    OK(tfl_graph_finish(graph, append(graph, "dense", x, 0, &dense), NULL, &error));
    return graph;
}

START_TEST(residual_networks_follow_the_definition)
{
    static const char *const names[] = {"rescale", "genomics", "revealcancel", "gradient-x-input"};
    tfl_rng rng;
    setup s;
    tfl_rng_init(&rng, 5, "residual", (uint64_t)_i);
    start(&s, residual_graph(&rng));
    random_one_hot(&rng, s.x, s.size);
    random_references(&s, &rng);
    reference_attr *naive = reference_attr_create(s.graph);
    for (size_t m = 0; m < sizeof names / sizeof *names; m++) {
        const tfl_explain_options options = {.method = method(names[m])};
        check_definition(&s, naive, &options, _i, 0);
    }
    reference_attr_free(naive);
    finish(&s);
}
END_TEST

START_TEST(scores_do_not_depend_on_what_came_before)
{
    const tfl_method *m;
    for (size_t i = 0; (m = tfl_method_at(i)) != NULL; i++) {
        tfl_rng rng;
        setup a;
        setup b;
        start_random(&a, (uint64_t)_i, &rng);
        start_random(&b, (uint64_t)_i, &rng); /* equal so far */
        tfl_explain_options options = {.method = m, .steps = 3};
        explain(&a, &options);

        tfl_explainer *explainer;
        tfl_explain_workspace *workspace;
        tfl_explanation explanation = results(&b);
        float *x = need(b.size, sizeof *x);
        memcpy(x, b.x, b.size * sizeof *x);
        OK(tfl_explainer_create(b.graph, &options, &explainer, &error));
        OK(tfl_explain_workspace_create(explainer, &workspace, &error));
        random_one_hot(&rng, b.x, b.size); /* another sequence first, in the same memory */
        OK(tfl_explain(explainer, workspace, b.x, b.task, b.n_tasks, b.n_references, fill_reference, &b, &explanation, &error));
        memcpy(b.x, x, b.size * sizeof *x);
        explain_reversed(&b, explainer, workspace);

        size_t bytes = a.n_tasks * a.size * sizeof(float);
        ck_assert_mem_eq(a.contribution, b.contribution, bytes);
        ck_assert_mem_eq(a.hypothetical, b.hypothetical, bytes);
        ck_assert_mem_eq(a.multiplier, b.multiplier, bytes);
        ck_assert_mem_eq(a.output, b.output, a.n_tasks * sizeof(double));
        free(x);
        tfl_explain_workspace_free(workspace);
        tfl_explainer_free(explainer);
        finish(&a);
        finish(&b);
    }
}
END_TEST

/* ---------------------------------------------------------------- gradients and their mean */

/* The derivative of task t with respect to x[i], with a step of h either way. */
static double central_difference(reference_attr *naive, const tfl_graph *graph, double *x, size_t i, size_t t, double h, double *value)
{
    double before = x[i];
    x[i] = before + h;
    reference_attr_forward(naive, graph->logits, x, value);
    double up = value[t];
    x[i] = before - h;
    reference_attr_forward(naive, graph->logits, x, value);
    x[i] = before;
    return (up - value[t]) / (2.0 * h);
}

START_TEST(gradient_equals_finite_differences)
{
    tfl_rng rng;
    setup s;
    start_random(&s, (uint64_t)_i, &rng);
    reference_attr *naive = reference_attr_create(s.graph);
    double *x = need(s.size, sizeof *x);
    double *value = need(s.n_tasks, sizeof *value);
    size_t compared = 0;
    for (size_t i = 0; i < s.size; i++) {
        s.x[i] = (float)tfl_rng_uniform(&rng);
        x[i] = (double)s.x[i];
    }
    s.n_references = 0;
    explain(&s, &(tfl_explain_options){.method = method("gradient")});
    for (size_t k = 0; k < 20; k++) {
        size_t i = tfl_rng_below(&rng, (uint32_t)s.size);
        size_t t = tfl_rng_below(&rng, (uint32_t)s.n_tasks);
        double far = central_difference(naive, s.graph, x, i, t, 1e-4, value);
        double near = central_difference(naive, s.graph, x, i, t, 1e-5, value);
        double largest = fmax(1e-2, fabs(near));
        if (fabs(far - near) < 1e-4 * largest) { /* no kink nearby */
            ck_assert_double_eq_tol((double)s.multiplier[t * s.size + i], near, 1e-3 * largest);
            compared++;
        }
    }
    ck_assert_uint_gt(compared, 0);
    free(x);
    free(value);
    reference_attr_free(naive);
    finish(&s);
}
END_TEST

START_TEST(integrated_gradients_are_the_mean_of_gradients_at_midpoints)
{
    enum { STEPS = 4 };
    tfl_rng rng;
    setup s;
    start_random(&s, (uint64_t)_i, &rng);
    size_t n = s.n_tasks * s.size;
    float *x = need(s.size, sizeof *x);
    double *sum = need(n, sizeof *sum);
    memcpy(x, s.x, s.size * sizeof *x);
    size_t n_references = s.n_references;
    s.n_references = 0;
    for (size_t j = 0; j < n_references; j++) {
        for (unsigned step = 0; step < STEPS; step++) {
            double way = ((double)step + 0.5) / STEPS;
            for (size_t i = 0; i < s.size; i++) {
                s.x[i] = (float)((double)s.reference[j][i] + way * (double)(x[i] - s.reference[j][i]));
            }
            explain(&s, &(tfl_explain_options){.method = method("gradient")});
            for (size_t i = 0; i < n; i++) {
                sum[i] += (double)(s.multiplier[i] * (x[i % s.size] - s.reference[j][i % s.size]));
            }
        }
    }
    memcpy(s.x, x, s.size * sizeof *x);
    s.n_references = n_references;
    explain(&s, &(tfl_explain_options){.method = method("integrated-gradients"), .steps = STEPS});
    for (size_t i = 0; i < n; i++) {
        double mean = sum[i] / (double)(STEPS * n_references);
        ck_assert_double_eq_tol((double)s.contribution[i], mean, 1e-5 * fmax(1.0, fabs(mean)));
    }
    free(x);
    free(sum);
    finish(&s);
}
END_TEST

/* ---------------------------------------------------------------- in-silico mutagenesis */

START_TEST(mutagenesis_is_the_change_of_the_output)
{
    tfl_rng rng;
    setup s;
    tfl_values *values;
    start_random(&s, (uint64_t)_i, &rng);
    s.n_references = 0;
    explain(&s, &(tfl_explain_options){.method = method("ism")});
    OK(tfl_values_create(s.graph, &values, &error));
    for (size_t row = 0; row < s.size; row += 4) {
        double change[4];
        for (size_t t = 0; t < s.n_tasks; t++) {
            double total = 0.0;
            for (size_t base = 0; base < 4; base++) {
                memcpy(values->of[0], s.x, s.size * sizeof(float));
                memset(values->of[0] + row, 0, 4 * sizeof(float));
                values->of[0][row + base] = 1.0F;
                tfl_forward(s.graph, values, s.graph->logits);
                change[base] = (double)values->of[s.graph->logits][t] - s.output[t];
                total += change[base];
            }
            for (size_t base = 0; base < 4; base++) {
                size_t i = t * s.size + row + base;
                double gain = change[base] - (total - change[base]) / 3.0;
                double tolerance = 1e-6 * fmax(1.0, fabs(s.output[t]));
                ck_assert_double_eq_tol((double)s.multiplier[i], change[base], tolerance);
                ck_assert_double_eq_tol((double)s.hypothetical[i], gain, 2.0 * tolerance);
                ck_assert_double_eq_tol((double)s.contribution[i], (double)s.x[row + base] * gain, 2.0 * tolerance);
            }
        }
    }
    tfl_values_free(values);
    finish(&s);
}
END_TEST

/* References change nothing but that their outputs are there. */
START_TEST(mutagenesis_tells_what_references_give)
{
    tfl_rng rng;
    setup s;
    tfl_values *values;
    start_random(&s, (uint64_t)_i, &rng);
    s.n_references = 0;
    explain(&s, &(tfl_explain_options){.method = method("ism")});
    float *before = need(s.n_tasks * s.size, sizeof *before);
    memcpy(before, s.contribution, s.n_tasks * s.size * sizeof *before);
    for (size_t t = 0; t < s.n_tasks; t++) {
        ck_assert_double_nan(s.reference_output[t]);
    }
    s.n_references = MAX_REFERENCES;
    explain(&s, &(tfl_explain_options){.method = method("ism")});
    ck_assert_mem_eq(s.contribution, before, s.n_tasks * s.size * sizeof *before);
    OK(tfl_values_create(s.graph, &values, &error));
    for (size_t t = 0; t < s.n_tasks; t++) {
        double sum = 0.0;
        for (size_t j = 0; j < MAX_REFERENCES; j++) {
            memcpy(values->of[0], s.reference[j], s.size * sizeof(float));
            tfl_forward(s.graph, values, s.graph->logits);
            sum += (double)values->of[s.graph->logits][t];
        }
        ck_assert_double_eq_tol(s.reference_output[t], sum / MAX_REFERENCES, 1e-6 * fmax(1.0, fabs(sum)));
    }
    tfl_values_free(values);
    free(before);
    finish(&s);
}
END_TEST

/* ---------------------------------------------------------------- rules, and what is refused */

/* conv, relu, dense, relu, dense (and a sigmoid) */
static tfl_graph *small_network(bool sigmoid)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, 6}};
    static const float weight[24] = {0.5F, -1.0F, 0.25F, 1.0F, -0.5F, 0.75F};
    const tfl_conv_parameters conv = {.out_channels = 2,
                                      .groups = 1,
                                      .kernel = {1, 3},
                                      .stride = {1, 1},
                                      .dilation = {1, 1},
                                      .weight = weight};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {8}}};
    const tfl_dense_parameters dense = {.out = 3, .weight = weight};
    tfl_graph *graph;
    unsigned l = 0;
    OK(tfl_graph_create(&input, &graph, &error));
    OK(tfl_graph_add(graph, "conv", "conv1", &l, 1, &conv, &l, &error));
    OK(tfl_graph_add(graph, "relu", "relu1", &l, 1, NULL, &l, &error));
    OK(tfl_graph_add(graph, "gather", "flat", &l, 1, &flat, &l, &error));
    OK(tfl_graph_add(graph, "dense", "dense1", &l, 1, &dense, &l, &error));
    OK(tfl_graph_add(graph, "relu", "relu2", &l, 1, NULL, &l, &error));
    OK(tfl_graph_add(graph, "dense", "dense2", &l, 1, &dense, &l, &error));
    if (sigmoid) {
        OK(tfl_graph_add(graph, "sigmoid", "sigmoid", &l, 1, NULL, &l, &error));
    }
    OK(tfl_graph_finish(graph, l, NULL, &error));
    return graph;
}

static tfl_rule rule_of(const tfl_explainer *explainer, const tfl_graph *graph, const char *name)
{
    for (unsigned l = 0; l < graph->n_layers; l++) {
        if (strcmp(graph->layer[l].name, name) == 0) {
            return tfl_explainer_rule(explainer, l);
        }
    }
    ck_abort_msg("no layer %s", name);
}

START_TEST(a_probability_is_explained_behind_the_logits)
{
    tfl_rng rng;
    setup with;
    setup without;
    start(&with, small_network(true));
    start(&without, small_network(false));
    tfl_rng_init(&rng, 1, "probability", 0);
    random_one_hot(&rng, with.x, with.size);
    random_references(&with, &rng);
    tfl_explain_options options = {.method = method("rescale"), .probability = true};
    explain(&with, &options);
    memcpy(without.x, with.x, with.size * sizeof(float));
    without.n_references = with.n_references;
    for (size_t j = 0; j < MAX_REFERENCES; j++) {
        without.reference[j] = need(with.size, sizeof(float));
        memcpy(without.reference[j], with.reference[j], with.size * sizeof(float));
    }
    explain(&without, &options);
    ck_assert_mem_eq(with.contribution, without.contribution, with.n_tasks * with.size * sizeof(float));
    for (size_t t = 0; t < with.n_tasks; t++) {
        ck_assert(with.output[t] > 0.0 && with.output[t] < 1.0 && gap(&with, t) < 1e-5);
    }
    finish(&with);
    finish(&without);
}
END_TEST

START_TEST(genomics_chooses_rules_by_the_linear_layer_before)
{
    const tfl_rule_override override = {"relu1", TFL_RULE_REVEALCANCEL};
    tfl_graph *graph = small_network(true);
    tfl_explainer *explainer;
    for (size_t n = 0; n <= 1; n++) {
        tfl_explain_options options = {.method = method("genomics"), .override = &override, .n_overrides = n};
        OK(tfl_explainer_create(graph, &options, &explainer, &error));
        ck_assert_int_eq(rule_of(explainer, graph, "relu1"), n == 0 ? TFL_RULE_RESCALE : TFL_RULE_REVEALCANCEL);
        ck_assert_int_eq(rule_of(explainer, graph, "relu2"), TFL_RULE_REVEALCANCEL);
        ck_assert_int_eq(rule_of(explainer, graph, "sigmoid"), TFL_RULE_REVEALCANCEL);
        ck_assert_int_eq(rule_of(explainer, graph, "conv1"), TFL_RULES);
        tfl_explainer_free(explainer);
    }
    tfl_graph_free(graph);
}
END_TEST

static void refuse(const tfl_explain_options *options, bool sigmoid, tfl_status status, const char *words)
{
    tfl_graph *graph = small_network(sigmoid);
    tfl_explainer *explainer;
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_explainer_create(graph, options, &explainer, &error), status);
    ck_assert_ptr_null(explainer);
    ck_assert_msg(strstr(error.message, words) != NULL, "'%s' does not say '%s'", error.message, words);
    tfl_graph_free(graph);
}

START_TEST(options_that_make_no_sense_are_refused)
{
    const tfl_rule_override unknown = {"relu9", TFL_RULE_RESCALE};
    const tfl_rule_override linear = {"conv1", TFL_RULE_RESCALE};
    const tfl_rule_override known = {"relu1", TFL_RULE_RESCALE};
    refuse(&(tfl_explain_options){.method = method("rescale"), .override = &unknown, .n_overrides = 1}, false, TFL_EUSAGE, "relu9");
    refuse(&(tfl_explain_options){.method = method("rescale"), .override = &linear, .n_overrides = 1}, false, TFL_EUSAGE, "conv1");
    refuse(&(tfl_explain_options){.method = method("ism"), .override = &known, .n_overrides = 1}, false, TFL_EUSAGE, "ism");
    refuse(&(tfl_explain_options){.method = method("integrated-gradients"), .steps = 1, .override = &known, .n_overrides = 1}, false,
           TFL_EUSAGE, "relu1");
    refuse(&(tfl_explain_options){.method = method("integrated-gradients")}, false, TFL_EUSAGE, "step");
}
END_TEST

/* RevealCancel would take the logarithm of numbers that are negative. */
START_TEST(functions_not_defined_everywhere_get_rescale)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, 1}};
    static const tfl_activation_parameters square = {.alpha = 2.0F};
    static const tfl_activation_parameters third = {.alpha = 1.0F / 3.0F};
    static const struct {
        const char *kind;
        const tfl_activation_parameters *parameters;
        tfl_rule rule;
    } functions[] = {
        {"log", NULL, TFL_RULE_RESCALE},       {"sqrt", NULL, TFL_RULE_RESCALE},     {"reciprocal", NULL, TFL_RULE_RESCALE},
        {"power", &third, TFL_RULE_RESCALE},   {"power", &square, TFL_RULE_REVEALCANCEL}, {"exp", NULL, TFL_RULE_REVEALCANCEL},
    };
    const tfl_rule_override override = {"f", TFL_RULE_REVEALCANCEL};
    tfl_explain_options options = {.method = method("revealcancel"), .override = &override};
    tfl_explainer *explainer;
    tfl_graph *graph;
    unsigned l = 0;
    OK(tfl_graph_create(&input, &graph, &error));
    OK(tfl_graph_add(graph, functions[_i].kind, "f", &l, 1, functions[_i].parameters, &l, &error));
    OK(tfl_graph_finish(graph, l, NULL, &error));
    OK(tfl_explainer_create(graph, &options, &explainer, &error));
    ck_assert_int_eq(rule_of(explainer, graph, "f"), functions[_i].rule);
    tfl_explainer_free(explainer);
    options.n_overrides = 1;
    tfl_status expected = functions[_i].rule == TFL_RULE_RESCALE ? TFL_EUSAGE : TFL_OK;
    ck_assert_int_eq(tfl_explainer_create(graph, &options, &explainer, &error), expected);
    tfl_explainer_free(explainer);
    tfl_graph_free(graph);
}
END_TEST

static tfl_status no_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    (void)context;
    (void)j;
    (void)rows;
    return tfl_fail(err, TFL_EINPUT, "there is none");
}

START_TEST(calls_that_cannot_be_answered_are_refused)
{
    setup s;
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    unsigned wrong = 3;
    start(&s, small_network(false));
    tfl_explanation explanation = results(&s);
    tfl_explain_options options = {.method = method("rescale"), .max_tasks = 1};
    OK(tfl_explainer_create(s.graph, &options, &explainer, &error));
    OK(tfl_explain_workspace_create(explainer, &workspace, &error));
    ck_assert_int_eq(tfl_explain(explainer, workspace, s.x, s.task, 1, 0, no_reference, NULL, &explanation, &error), TFL_EUSAGE);
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_explain(explainer, workspace, s.x, s.task, 2, 1, no_reference, NULL, &explanation, &error), TFL_EUSAGE);
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_explain(explainer, workspace, s.x, &wrong, 1, 1, no_reference, NULL, &explanation, &error), TFL_EUSAGE);
    tfl_error_clear(&error);
    ck_assert_int_eq(tfl_explain(explainer, workspace, s.x, s.task, 1, 1, no_reference, NULL, &explanation, &error), TFL_EINPUT);
    ck_assert_str_eq(error.message, "reference 0: there is none");
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
    finish(&s);
}
END_TEST

/* ---------------------------------------------------------------- softmax */

/* dense, relu, dense to two values, and their softmax, or the sigmoid of their difference. */
static tfl_graph *two_classes(tfl_rng *rng, bool softmax)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, 5}};
    static const float difference[2] = {1.0F, -1.0F};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {20}}};
    const tfl_softmax_parameters both = {.axis = 0};
    float weight[120];
    for (size_t i = 0; i < 120; i++) {
        weight[i] = (float)tfl_rng_normal(rng);
    }
    const tfl_dense_parameters hidden = {.out = 6, .weight = weight};
    const tfl_dense_parameters two = {.out = 2, .weight = weight};
    const tfl_dense_parameters one = {.out = 1, .weight = difference};
    tfl_graph *graph;
    unsigned l = 0;
    OK(tfl_graph_create(&input, &graph, &error));
    OK(tfl_graph_add(graph, "gather", NULL, &l, 1, &flat, &l, &error));
    OK(tfl_graph_add(graph, "dense", NULL, &l, 1, &hidden, &l, &error));
    OK(tfl_graph_add(graph, "relu", NULL, &l, 1, NULL, &l, &error));
    OK(tfl_graph_add(graph, "dense", NULL, &l, 1, &two, &l, &error));
    if (softmax) {
        OK(tfl_graph_add(graph, "softmax", "last", &l, 1, &both, &l, &error));
    } else {
        OK(tfl_graph_add(graph, "dense", NULL, &l, 1, &one, &l, &error));
        OK(tfl_graph_add(graph, "sigmoid", "last", &l, 1, NULL, &l, &error));
    }
    OK(tfl_graph_finish(graph, l, NULL, &error));
    return graph;
}

START_TEST(softmax_of_two_is_the_sigmoid_of_their_difference)
{
    static const char *const names[] = {"rescale", "revealcancel"};
    static const tfl_rule_override last = {"last", TFL_RULE_RESCALE}; /* as the exponentials of a softmax have it */
    setup both;
    setup one;
    tfl_rng rng;
    tfl_rng again;
    tfl_rng_init(&rng, (uint64_t)_i, "two classes", 0);
    again = rng;
    start(&both, two_classes(&rng, true));
    start(&one, two_classes(&again, false));
    random_one_hot(&rng, both.x, both.size);
    random_references(&both, &rng);
    random_one_hot(&again, one.x, one.size);
    random_references(&one, &again);
    for (size_t m = 0; m < 2; m++) {
        tfl_explain_options options = {.method = method(names[m]), .probability = true};
        explain(&both, &options);
        options.override = &last;
        options.n_overrides = 1;
        explain(&one, &options);
        ck_assert_double_eq_tol(both.output[0], one.output[0], 1e-6);
        for (size_t i = 0; i < both.size; i++) {
            ck_assert_double_eq_tol((double)both.contribution[i], (double)one.contribution[i], 2e-6);
            ck_assert_double_eq_tol((double)both.contribution[both.size + i], -(double)one.contribution[i], 2e-6);
        }
    }
    finish(&both);
    finish(&one);
}
END_TEST

/* Inputs that differ by 1 up to 10^5: exponentials of their differences leave the range of numbers, multipliers stay between -2 and 2. */
START_TEST(softmax_stays_exact_and_in_bounds)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, 2}};
    static const tfl_softmax_parameters all = {.axis = 0};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {8}}};
    double scale = pow(10.0, (double)(_i % 6));
    tfl_graph *graph;
    tfl_rng rng;
    setup s;
    unsigned l = 0;
    OK(tfl_graph_create(&input, &graph, &error));
    OK(tfl_graph_add(graph, "gather", NULL, &l, 1, &flat, &l, &error));
    OK(tfl_graph_add(graph, "softmax", NULL, &l, 1, &all, &l, &error));
    OK(tfl_graph_finish(graph, l, NULL, &error));
    tfl_rng_init(&rng, (uint64_t)_i, "large inputs", 0);
    start(&s, graph);
    random_references(&s, &rng);
    s.n_references = 1;
    for (size_t i = 0; i < s.size; i++) {
        s.x[i] = (float)(scale * tfl_rng_normal(&rng));
        s.reference[0][i] = (float)(scale * tfl_rng_normal(&rng));
    }
    explain(&s, &(tfl_explain_options){.method = method("rescale"), .probability = true});
    for (size_t t = 0; t < s.n_tasks; t++) {
        ck_assert_msg(gap(&s, t) < 1e-5, "scale %g: task %zu is off by %.2g", scale, t, gap(&s, t));
        for (size_t i = 0; i < s.size; i++) {
            ck_assert(fabs((double)s.multiplier[t * s.size + i]) <= 2.0);
        }
    }
    finish(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tests = tcase_create("explain");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, min_of_two_inputs_is_shared_by_revealcancel_alone);
    tcase_add_loop_test(tests, contributions_sum_to_delta, 0, N_NETWORKS);
    tcase_add_loop_test(tests, every_rule_equals_its_definition, 0, N_COMPARED);
    tcase_add_loop_test(tests, hypothetical_contributions_agree_with_contributions, 0, N_KINDS);
    tcase_add_loop_test(tests, a_task_alone_is_one_of_all, 0, 32);
    tcase_add_loop_test(tests, residual_networks_follow_the_definition, 0, 40);
    tcase_add_loop_test(tests, scores_do_not_depend_on_what_came_before, 0, N_KINDS);
    tcase_add_loop_test(tests, gradient_equals_finite_differences, 0, N_NETWORKS);
    tcase_add_loop_test(tests, integrated_gradients_are_the_mean_of_gradients_at_midpoints, 0, 16);
    tcase_add_loop_test(tests, mutagenesis_is_the_change_of_the_output, 0, N_KINDS);
    tcase_add_loop_test(tests, mutagenesis_tells_what_references_give, 0, N_KINDS);
    tcase_add_test(tests, a_probability_is_explained_behind_the_logits);
    tcase_add_test(tests, genomics_chooses_rules_by_the_linear_layer_before);
    tcase_add_test(tests, options_that_make_no_sense_are_refused);
    tcase_add_loop_test(tests, functions_not_defined_everywhere_get_rescale, 0, 6);
    tcase_add_test(tests, calls_that_cannot_be_answered_are_refused);
    tcase_add_loop_test(tests, softmax_of_two_is_the_sigmoid_of_their_difference, 0, 16);
    tcase_add_loop_test(tests, softmax_stays_exact_and_in_bounds, 0, 16);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
