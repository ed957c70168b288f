/* Weight normalisation: what stays the same, and what is refused. */
#include "config.h"

#include "tests/support/support.h"

#include "tflift/explain.h"
#include "tflift/normalize.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 20, SIZE = 4 * LENGTH, FILTERS = 5, WIDTH = 3, SEED = 7 };

static tfl_error error;

#define OK(call) ck_assert_msg((call) == TFL_OK, "%s", error.message)

/* How the four bases of a position lie in the first convolution's input. */
typedef enum layout { AS_CHANNELS, AS_LINES, AS_COLUMNS, N_LAYOUTS } layout;

/* What spoils the first convolution. */
typedef enum fault { NONE, PADDED, PADDED_BEFORE, GROUPED, SHORT_KERNEL, USED_TWICE, NO_CONVOLUTION } fault;

static void random_floats(tfl_rng *rng, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)tfl_rng_normal(rng);
    }
}

static unsigned add(tfl_graph *graph, const char *kind, unsigned from, const void *parameters)
{
    unsigned l;
    OK(tfl_graph_add(graph, kind, NULL, &from, 1, parameters, &l, &error));
    return l;
}

/* A layer that brings (4, LENGTH) into the layout, with its shape in ONNX order. */
static unsigned add_layout(tfl_graph *graph, layout how)
{
    int64_t source[SIZE];
    tfl_gather_parameters p = {.shape = {.rank = 3, .dim = {1, 4, LENGTH}}, .source = source};
    if (how == AS_CHANNELS) {
        return 0;
    }
    for (int64_t i = 0; i < SIZE; i++) {
        source[i] = how == AS_LINES ? i : i % 4 * LENGTH + i / 4;
    }
    if (how == AS_COLUMNS) {
        p.shape.dim[1] = LENGTH;
        p.shape.dim[2] = 4;
    }
    return add(graph, "gather", 0, &p);
}

/* One position of zeros at either end. */
static unsigned add_pad(tfl_graph *graph)
{
    int64_t source[4 * (LENGTH + 2)];
    for (int64_t i = 0; i < 4 * (LENGTH + 2); i++) {
        int64_t position = i % (LENGTH + 2) - 1;
        source[i] = position < 0 || position >= LENGTH ? -1 : i / (LENGTH + 2) * LENGTH + position;
    }
    const tfl_gather_parameters p = {.shape = {.rank = 2, .dim = {4, LENGTH + 2}}, .source = source};
    return add(graph, "gather", 0, &p);
}

static unsigned add_convolution(tfl_graph *graph, tfl_rng *rng, unsigned from, layout how, fault wrong, bool bias)
{
    float weight[FILTERS * 4 * WIDTH + 8];
    float shift[FILTERS + 1];
    random_floats(rng, weight, sizeof weight / sizeof *weight);
    random_floats(rng, shift, FILTERS + 1);
    tfl_conv_parameters p = {.out_channels = wrong == GROUPED ? FILTERS + 1 : FILTERS,
                             .groups = wrong == GROUPED ? 2 : 1,
                             .kernel = {how == AS_LINES ? 4 : how == AS_COLUMNS ? WIDTH : 1, how == AS_COLUMNS ? 4 : WIDTH},
                             .stride = {1, 1},
                             .dilation = {1, 1},
                             .weight = weight,
                             .bias = bias ? shift : NULL};
    p.kernel[0] = wrong == SHORT_KERNEL ? 2 : p.kernel[0];
    p.pad_after[1] = wrong == PADDED;
    return add(graph, "conv", from, &p);
}

static tfl_graph *network(layout how, fault wrong, bool bias)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, LENGTH}};
    tfl_graph *graph;
    tfl_rng rng;
    float weight[3 * 2 * FILTERS * LENGTH * 4];
    tfl_rng_init(&rng, SEED, "normalize", 0);
    OK(tfl_graph_create(&input, &graph, &error));
    unsigned l = wrong == PADDED_BEFORE ? add_pad(graph) : add_layout(graph, how);
    if (wrong == USED_TWICE) {
        unsigned other = add_convolution(graph, &rng, l, how, NONE, bias);
        unsigned pair[2] = {add_convolution(graph, &rng, l, how, NONE, bias), other};
        OK(tfl_graph_add(graph, "add", NULL, pair, 2, NULL, &l, &error));
    } else if (wrong != NO_CONVOLUTION) {
        l = add_convolution(graph, &rng, l, how, wrong, bias);
    }
    l = add(graph, "relu", l, NULL);
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {graph->layer[l].size}}};
    l = add(graph, "gather", l, &flat);
    ck_assert_uint_le(3 * graph->layer[l].size, sizeof weight / sizeof *weight);
    random_floats(&rng, weight, 3 * graph->layer[l].size);
    const tfl_dense_parameters dense = {.out = 3, .weight = weight};
    l = add(graph, "dense", l, &dense);
    OK(tfl_graph_finish(graph, l, NULL, &error));
    return graph;
}

static void random_one_hot(float *x)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "sequence", 0);
    memset(x, 0, SIZE * sizeof *x);
    for (size_t i = 0; i < SIZE; i += 4) {
        x[i + tfl_rng_below(&rng, 4)] = 1.0F;
    }
}

static tfl_status fill_constant(void *context, size_t j, float *rows, tfl_error *err)
{
    const float *value = context;
    (void)j;
    (void)err;
    for (size_t i = 0; i < SIZE; i++) {
        rows[i] = *value;
    }
    return TFL_OK;
}

/* Score of every base of task 2, and hypothetical contributions, under Rescale against a constant reference. */
static void score(tfl_graph *graph, float reference, double *base, float *hypothetical, double output[2])
{
    static const unsigned task[1] = {2};
    tfl_explain_options options = {.method = tfl_method_find("rescale")};
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    float x[SIZE];
    float contribution[SIZE];
    tfl_explanation explanation = {contribution, hypothetical, NULL, &output[0], &output[1]};
    random_one_hot(x);
    OK(tfl_explainer_create(graph, &options, &explainer, &error));
    OK(tfl_explain_workspace_create(explainer, &workspace, &error));
    OK(tfl_explain(explainer, workspace, x, task, 1, 1, fill_constant, &reference, &explanation, &error));
    for (size_t i = 0; i < LENGTH; i++) {
        base[i] = 0.0;
        for (size_t c = 0; c < 4; c++) {
            base[i] += (double)contribution[4 * i + c];
        }
    }
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
}

/* Scores of bases, not of channels: the uniform reference spreads them over the four. */
START_TEST(zeros_after_normalisation_score_as_a_quarter_of_each_base_before)
{
    layout how = (layout)(_i / 2);
    double before[LENGTH];
    double after[LENGTH];
    float hypothetical_before[SIZE];
    float hypothetical_after[SIZE];
    double output_before[2];
    double output_after[2];
    tfl_graph *graph = network(how, NONE, _i % 2 == 1);
    score(graph, 0.25F, before, hypothetical_before, output_before);
    OK(tfl_normalize_weights(graph, &error));
    score(graph, 0.0F, after, hypothetical_after, output_after);
    ck_assert_double_eq_tol(output_before[0], output_after[0], 2e-5);
    ck_assert_double_eq_tol(output_before[1], output_after[1], 2e-5);
    for (size_t i = 0; i < LENGTH; i++) {
        ck_assert_double_eq_tol(before[i], after[i], 5e-5);
    }
    for (size_t i = 0; i < SIZE; i++) {
        ck_assert_double_eq_tol((double)hypothetical_before[i], (double)hypothetical_after[i], 5e-5);
    }
    tfl_graph_free(graph);
}
END_TEST

START_TEST(what_would_change_outputs_is_refused)
{
    static const struct {
        fault wrong;
        layout how;
        const char *words;
    } cases[] = {
        {PADDED, AS_CHANNELS, "pads"},         {PADDED_BEFORE, AS_CHANNELS, "pads"},
        {GROUPED, AS_CHANNELS, "all four"},    {SHORT_KERNEL, AS_LINES, "all four"},
        {USED_TWICE, AS_CHANNELS, "one conv"}, {NO_CONVOLUTION, AS_CHANNELS, "must be a convolution"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tfl_graph *graph = network(cases[i].how, cases[i].wrong, true);
        tfl_error_clear(&error);
        ck_assert_int_eq(tfl_normalize_weights(graph, &error), TFL_EUNSUPPORTED);
        ck_assert_msg(strstr(error.message, cases[i].words) != NULL, "'%s' does not say '%s'", error.message, cases[i].words);
        tfl_graph_free(graph);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("normalize");
    TCase *tests = tcase_create("normalize");
    tcase_add_loop_test(tests, zeros_after_normalisation_score_as_a_quarter_of_each_base_before, 0, 2 * N_LAYOUTS);
    tcase_add_test(tests, what_would_change_outputs_is_refused);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
