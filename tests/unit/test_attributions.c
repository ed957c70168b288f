/*
 * A small golden set of our own, for those who have no ../shared: one network with every kind of rule in it, and its contributions in
 * tests/data/attributions.tsv. That file is written by this program, from the naive float64 rules of tests/support/reference_attr.c, which are
 * checked against the golden data where that is at hand: tests/unit/test_attributions --write > attributions.tsv
 */
#include "config.h"

#include "tests/support/reference_attr.h"
#include "tests/support/support.h"

#include "tflift/alphabet.h"
#include "tflift/explain.h"
#include "tflift/lines.h"
#include "tflift/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 18, SIZE = 4 * LENGTH, TASK = 1 };

static const char sequence[] = "GATAAGNCAGATGTTCTA";
static const char other[] = "GTACAAGNTTGCAAGATC";

static tfl_error error;

#define OK(call)                                                                                                         \
    do {                                                                                                                 \
        if ((call) != TFL_OK) {                                                                                          \
            fprintf(stderr, "%s\n", error.message);                                                                      \
            exit(EXIT_FAILURE);                                                                                          \
        }                                                                                                                \
    } while (0)

/* ---------------------------------------------------------------- the network */

/* n multiples of 1/8 between -1 and 1, always the same: what follows a number in a full cycle modulo 2^16. */
static void weights(unsigned *state, float *weight, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *state = (*state * 20021U + 9973U) % 65536U;
        weight[i] = (float)(*state >> 8) / 128.0F - 1.0F;
        weight[i] = roundf(weight[i] * 8.0F) / 8.0F;
    }
}

static unsigned add(tfl_graph *graph, const char *kind, const char *name, unsigned from, const void *parameters)
{
    unsigned l;
    OK(tfl_graph_add(graph, kind, name, &from, 1, parameters, &l, &error));
    return l;
}

static unsigned add_conv(tfl_graph *graph, const char *name, unsigned from, unsigned *state, size_t width, size_t dilation)
{
    float weight[6 * 6 * 5];
    float bias[6];
    size_t pad = (width - 1) * dilation / 2;
    weights(state, weight, 6 * graph->layer[from].shape.dim[0] * width);
    weights(state, bias, 6);
    const tfl_conv_parameters p = {.out_channels = 6,
                                   .groups = 1,
                                   .kernel = {1, width},
                                   .stride = {1, 1},
                                   .dilation = {1, dilation},
                                   .pad_before = {0, pad},
                                   .pad_after = {0, pad},
                                   .weight = weight,
                                   .bias = bias};
    return add(graph, "conv", name, from, &p);
}

static unsigned add_dense(tfl_graph *graph, const char *name, unsigned from, unsigned *state, size_t out)
{
    float weight[8 * 48];
    float bias[8];
    weights(state, weight, out * graph->layer[from].size);
    weights(state, bias, out);
    const tfl_dense_parameters p = {.out = out, .weight = weight, .bias = bias};
    return add(graph, "dense", name, from, &p);
}

/* conv, relu, overlapping max-pool, dilated conv with a residual, a negative scale, relu, average-pool, dense, relu, dense. */
static tfl_graph *make_network(void)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, LENGTH}};
    static const float factor[6] = {1.5F, -0.75F, 0.5F, -1.0F, 2.0F, 0.25F};
    const tfl_pool_parameters largest = {.kernel = {1, 3}, .stride = {1, 2}, .dilation = {1, 1}, .pad_after = {0, 1}};
    const tfl_pool_parameters mean = {.kernel = {1, 3}, .stride = {1, 3}, .dilation = {1, 1}};
    const tfl_scale_parameters scale = {.n = 6, .factor = factor, .shift = NULL};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {18}}};
    unsigned state = 1;
    unsigned pair[2];
    unsigned l;
    tfl_graph *graph;
    OK(tfl_graph_create(&input, &graph, &error));
    l = add(graph, "relu", "relu1", add_conv(graph, "conv1", 0, &state, 5, 1), NULL);
    pair[0] = add(graph, "max-pool", "largest", l, &largest);
    pair[1] = add(graph, "relu", "relu2", add_conv(graph, "conv2", pair[0], &state, 3, 2), NULL);
    OK(tfl_graph_add(graph, "add", "residual", pair, 2, NULL, &l, &error));
    l = add(graph, "relu", "relu3", add(graph, "scale", "scale", l, &scale), NULL);
    l = add(graph, "gather", "flat", add(graph, "average-pool", "mean", l, &mean), &flat);
    l = add(graph, "relu", "relu4", add_dense(graph, "dense1", l, &state, 8), NULL);
    l = add_dense(graph, "dense2", l, &state, 2);
    OK(tfl_graph_finish(graph, l, NULL, &error));
    return graph;
}

/* ---------------------------------------------------------------- cases */

static const char *const method_of[] = {"gradient-x-input", "guided-backprop", "rescale", "revealcancel", "genomics"};
static const char *const reference_of[] = {"zeros", "freq", "sequence"};

enum { N_METHODS = sizeof method_of / sizeof *method_of, N_REFERENCES = sizeof reference_of / sizeof *reference_of };

static void fill_reference(size_t which, float *rows)
{
    static const float freq[4] = {0.3F, 0.2F, 0.2F, 0.3F};
    memset(rows, 0, SIZE * sizeof *rows);
    for (size_t i = 0; which == 1 && i < SIZE; i++) {
        rows[i] = freq[i % 4];
    }
    if (which == 2) {
        tfl_one_hot(other, LENGTH, TFL_N_ZERO, rows);
    }
}

/* The contributions in float64. */
static void naive_case(reference_attr *naive, unsigned target, size_t method, size_t reference, double *contribution)
{
    const tfl_explain_options options = {.method = tfl_method_find(method_of[method])};
    float row[SIZE];
    double x[SIZE];
    double r[SIZE];
    double m[SIZE];
    tfl_one_hot(sequence, LENGTH, TFL_N_QUARTER, row);
    for (size_t i = 0; i < SIZE; i++) {
        x[i] = (double)row[i];
    }
    fill_reference(reference, row);
    for (size_t i = 0; i < SIZE; i++) {
        r[i] = (double)row[i];
    }
    reference_attr_multipliers(naive, &options, target, TASK, x, r, m);
    for (size_t i = 0; i < SIZE; i++) {
        contribution[i] = m[i] * (x[i] - r[i]) + 0.0; /* no -0 */
    }
}

/* Writes the file. */
static int write_all(void)
{
    double contribution[SIZE];
    tfl_graph *graph = make_network();
    reference_attr *naive = reference_attr_create(graph);
    printf("#method\treference\tposition\tA\tC\tG\tT\n");
    for (size_t method = 0; method < N_METHODS; method++) {
        for (size_t reference = 0; reference < N_REFERENCES; reference++) {
            naive_case(naive, graph->logits, method, reference, contribution);
            for (size_t i = 0; i < LENGTH; i++) {
                const double *c = contribution + 4 * i;
                printf("%s\t%s\t%zu\t%.9g\t%.9g\t%.9g\t%.9g\n", method_of[method], reference_of[reference], i, c[0], c[1], c[2], c[3]);
            }
        }
    }
    reference_attr_free(naive);
    tfl_graph_free(graph);
    return EXIT_SUCCESS;
}

/* ---------------------------------------------------------------- the test */

static tfl_status give_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const size_t *which = context;
    (void)j;
    (void)err;
    fill_reference(*which, rows);
    return TFL_OK;
}

static void fast_case(tfl_graph *graph, size_t method, size_t reference, float *contribution)
{
    static const unsigned task[1] = {TASK};
    const tfl_explain_options options = {.method = tfl_method_find(method_of[method]), .max_tasks = 1};
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    float x[SIZE];
    tfl_explanation explanation = {.contribution = contribution};
    tfl_one_hot(sequence, LENGTH, TFL_N_QUARTER, x);
    OK(tfl_explainer_create(graph, &options, &explainer, &error));
    OK(tfl_explain_workspace_create(explainer, &workspace, &error));
    OK(tfl_explain(explainer, workspace, x, task, 1, 1, give_reference, &reference, &explanation, &error));
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
}

/* The rows of one case, which come in the order of write_all(). */
static void read_case(tfl_lines *lines, size_t method, size_t reference, double *contribution)
{
    for (size_t i = 0; i < LENGTH; i++) {
        char *line;
        char *field[7];
        size_t length;
        OK(tfl_lines_next(lines, &line, &length, &error));
        ck_assert_ptr_nonnull(line);
        ck_assert_uint_eq(tfl_lines_split(line, '\t', field, 7), 7);
        ck_assert_str_eq(field[0], method_of[method]);
        ck_assert_str_eq(field[1], reference_of[reference]);
        for (size_t c = 0; c < 4; c++) {
            ck_assert(tfl_parse_double(field[3 + c], &contribution[4 * i + c]));
        }
    }
}

START_TEST(contributions_are_those_of_the_file)
{
    char path[512];
    char *line;
    size_t length;
    tfl_lines *lines;
    tfl_graph *graph = make_network();
    test_source_path(path, sizeof path, "tests/data/attributions.tsv");
    OK(tfl_lines_open(path, &lines, &error));
    OK(tfl_lines_next(lines, &line, &length, &error)); /* names of the columns */
    for (size_t method = 0; method < N_METHODS; method++) {
        for (size_t reference = 0; reference < N_REFERENCES; reference++) {
            double expected[SIZE];
            float got[SIZE];
            double largest = 0.0;
            read_case(lines, method, reference, expected);
            fast_case(graph, method, reference, got);
            for (size_t i = 0; i < SIZE; i++) {
                largest = fmax(largest, fabs(expected[i]));
            }
            ck_assert_double_gt(largest, 0.0);
            for (size_t i = 0; i < SIZE; i++) {
                ck_assert_msg(fabs((double)got[i] - expected[i]) < 1e-5 * largest, "%s, %s, position %zu, %c: %g, expected %g",
                              method_of[method], reference_of[reference], i / 4, "ACGT"[i % 4], (double)got[i], expected[i]);
            }
        }
    }
    OK(tfl_lines_next(lines, &line, &length, &error));
    ck_assert_ptr_null(line);
    tfl_lines_close(lines);
    tfl_graph_free(graph);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        return write_all();
    }
    Suite *suite = suite_create("attributions");
    TCase *tests = tcase_create("attributions");
    tcase_add_test(tests, contributions_are_those_of_the_file);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
