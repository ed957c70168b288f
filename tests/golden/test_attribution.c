/*
 * Every expected array of the golden data: ../shared/golden/index.tsv names them, and a line that this program does not know how to
 * compute fails it. A float32 implementation should agree within 1e-5 of an array's largest absolute value.
 */
#include "config.h"

#include "tests/support/npy.h"
#include "tests/support/reference_attr.h"
#include "tests/support/support.h"

#include "tflift/alphabet.h"
#include "tflift/cpu.h"
#include "tflift/explain.h"
#include "tflift/fasta.h"
#include "tflift/graph.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/model.h"
#include "tflift/normalize.h"
#include "tflift/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-5;

static tfl_error error;

#define OK(call) ck_assert_msg((call) == TFL_OK, "%s", error.message)

/* ---------------------------------------------------------------- what the data holds */

/* "simnet/rescale.freq.wnorm.contrib.npy", taken apart. */
typedef struct expectation {
    char file[128];
    char network[32];
    char method[32];    /* "rescale", or a whole file such as "logits" */
    char reference[32]; /* "" where there is none */
    bool normalized, max_pool_gradient;
    char kind[16]; /* "mult", "contrib", "hyp", "" */
} expectation;

static void golden_path(char path[512], const char *relative)
{
    char joined[256];
    snprintf(joined, sizeof joined, "golden/%s", relative);
    ck_assert_msg(test_shared_path(path, 512, joined), "%s is not there", joined);
}

static void parse_expectation(const char *file, expectation *e)
{
    char rest[128];
    char *word[8];
    size_t n = 0;
    *e = (expectation){0};
    snprintf(e->file, sizeof e->file, "%s", file);
    const char *slash = strchr(file, '/');
    ck_assert_ptr_nonnull(slash);
    snprintf(e->network, sizeof e->network, "%.*s", (int)(slash - file), file);
    snprintf(rest, sizeof rest, "%s", slash + 1);
    for (char *w = strtok(rest, "."); w != NULL && n < 8; w = strtok(NULL, ".")) {
        word[n++] = w;
    }
    ck_assert_msg(n >= 2 && strcmp(word[n - 1], "npy") == 0, "%s is no .npy file", file);
    snprintf(e->method, sizeof e->method, "%s", word[0]);
    for (size_t i = 1; i < n - 1; i++) {
        e->normalized |= strcmp(word[i], "wnorm") == 0;
        e->max_pool_gradient |= strcmp(word[i], "maxgrad") == 0;
    }
    snprintf(e->kind, sizeof e->kind, "%s", n > 2 ? word[n - 2] : "");
    snprintf(e->reference, sizeof e->reference, "%s", n > 3 ? word[1] : "");
}

/* Rows of all records of a FASTA file, [n][length][4]; other letters are rows of zeros. */
typedef struct rows {
    size_t n, length;
    float *value;
} rows;

static void read_rows(const char *network, const char *name, rows *r)
{
    char relative[128];
    char path[512];
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found;
    size_t capacity = 0;
    snprintf(relative, sizeof relative, "%s/%s", network, name);
    golden_path(path, relative);
    *r = (rows){0};
    OK(tfl_fasta_open(path, TFL_FASTA_NOT_EMPTY, &fasta, &error));
    for (OK(tfl_fasta_next(fasta, &sequence, &found, &error)); found; OK(tfl_fasta_next(fasta, &sequence, &found, &error))) {
        r->length = r->n == 0 ? sequence.length : r->length;
        ck_assert_uint_eq(sequence.length, r->length);
        OK(TFL_GROW(r->value, &capacity, (r->n + 1) * r->length * 4, "rows", &error));
        tfl_one_hot(sequence.letters, r->length, TFL_N_ZERO, r->value + r->n * r->length * 4);
        r->n++;
    }
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
}

static tfl_graph *read_graph(const char *network, const char *file, size_t length)
{
    char relative[128];
    char path[512];
    tfl_model *model;
    tfl_graph *graph;
    snprintf(relative, sizeof relative, "%s/%s", network, file);
    golden_path(path, relative);
    OK(tfl_model_read(path, &model, &error));
    OK(tfl_model_graph(model, length, &graph, &error));
    tfl_model_free(model);
    return graph;
}

/* ---------------------------------------------------------------- references */

/* The references of one sequence: per of them, beginning at value. */
typedef struct reference_set {
    size_t per_sequence; /* in the file */
    size_t used;
    rows rows; /* [n * per_sequence] or one constant */
    bool constant;
    size_t sequence; /* the one being explained */
} reference_set;

static void constant_rows(const rows *x, const float channel[4], reference_set *set)
{
    set->rows = (rows){1, x->length, calloc(x->length * 4, sizeof(float))};
    ck_assert_ptr_nonnull(set->rows.value);
    for (size_t i = 0; i < x->length * 4; i++) {
        set->rows.value[i] = channel[i % 4];
    }
    set->constant = true;
    set->per_sequence = set->used = 1;
}

static void read_references(const expectation *e, const rows *x, reference_set *set)
{
    static const float zeros[4] = {0};
    static const float freq[4] = {0.3F, 0.2F, 0.2F, 0.3F};
    *set = (reference_set){0};
    if (strcmp(e->reference, "freq") == 0) {
        constant_rows(x, freq, set);
        return;
    }
    if (*e->reference == '\0' || strcmp(e->reference, "zeros") == 0) {
        constant_rows(x, zeros, set);
        return;
    }
    char file[64];
    size_t letters = strcspn(e->reference, "0123456789");
    uint64_t used = 0;
    ck_assert_msg(e->reference[letters] == '\0' || tfl_parse_uint64(e->reference + letters, &used), "%s: which reference?", e->file);
    snprintf(file, sizeof file, "refs_%.*s.fa", (int)letters, e->reference);
    read_rows(e->network, file, &set->rows);
    ck_assert(x->n > 0 && set->rows.n % x->n == 0);
    set->per_sequence = set->rows.n / x->n;
    set->used = used == 0 ? set->per_sequence : (size_t)used;
    ck_assert_uint_le(set->used, set->per_sequence);
}

static const float *reference_rows(const reference_set *set, size_t j)
{
    size_t record = set->constant ? 0 : set->sequence * set->per_sequence + j;
    return set->rows.value + record * set->rows.length * 4;
}

static tfl_status fill_reference(void *context, size_t j, float *row, tfl_error *err)
{
    const reference_set *set = context;
    (void)err;
    memcpy(row, reference_rows(set, j), set->rows.length * 4 * sizeof *row);
    return TFL_OK;
}

/* ---------------------------------------------------------------- methods */

static const struct {
    const char *golden, *method;
    unsigned steps;
} methods[] = {
    {"gradient", "gradient", 1},         {"guided", "guided-backprop", 1}, {"ig5", "integrated-gradients", 5},
    {"ig10", "integrated-gradients", 10}, {"rescale", "rescale", 1},        {"revealcancel", "revealcancel", 1},
    {"genomics", "genomics", 1},
};

static bool find_options(const expectation *e, tfl_explain_options *options)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(methods[i].golden, e->method) == 0) {
            *options = (tfl_explain_options){.method = tfl_method_find(methods[i].method),
                                             .steps = methods[i].steps,
                                             .max_pool_gradient = e->max_pool_gradient};
            ck_assert_ptr_nonnull(options->method);
            return true;
        }
    }
    return false;
}

/* The array of that kind for all sequences, [n][tasks][length][4]; the caller frees. */
static float *explain_all(const expectation *e, const char *model, const rows *x)
{
    tfl_explain_options options;
    tfl_explainer *explainer;
    tfl_explain_workspace *workspace;
    reference_set set;
    tfl_graph *graph = read_graph(e->network, model, x->length);
    ck_assert_msg(find_options(e, &options), "%s: no method is called %s", e->file, e->method);
    if (e->normalized) {
        OK(tfl_normalize_weights(graph, &error));
    }
    OK(tfl_explainer_create(graph, &options, &explainer, &error));
    OK(tfl_explain_workspace_create(explainer, &workspace, &error));
    read_references(e, x, &set);

    size_t size = graph->n_tasks * x->length * 4;
    float *got = calloc(x->n * size, sizeof *got);
    unsigned *task = calloc(graph->n_tasks, sizeof *task);
    ck_assert(got != NULL && task != NULL);
    for (unsigned t = 0; t < graph->n_tasks; t++) {
        task[t] = t;
    }
    for (set.sequence = 0; set.sequence < x->n; set.sequence++) {
        float *into = got + set.sequence * size;
        tfl_explanation explanation = {0};
        *(strcmp(e->kind, "mult") == 0      ? &explanation.multiplier
          : strcmp(e->kind, "contrib") == 0 ? &explanation.contribution
                                            : &explanation.hypothetical) = into;
        OK(tfl_explain(explainer, workspace, x->value + set.sequence * x->length * 4, task, graph->n_tasks,
                       options.method->times_delta ? set.used : 0, fill_reference, &set, &explanation, &error));
    }
    free(task);
    free(set.rows.value);
    tfl_explain_workspace_free(workspace);
    tfl_explainer_free(explainer);
    tfl_graph_free(graph);
    return got;
}

/* ---------------------------------------------------------------- the arrays */

static float *logits_of_all(const char *network, const char *model, const rows *x)
{
    tfl_values *values;
    tfl_graph *graph = read_graph(network, model, x->length);
    OK(tfl_values_create(graph, &values, &error));
    float *got = calloc(x->n * graph->n_tasks, sizeof *got);
    ck_assert_ptr_nonnull(got);
    for (size_t i = 0; i < x->n; i++) {
        memcpy(values->of[0], x->value + i * x->length * 4, x->length * 4 * sizeof *got);
        tfl_forward(graph, values, graph->logits);
        memcpy(got + i * graph->n_tasks, values->of[graph->logits], graph->n_tasks * sizeof *got);
    }
    tfl_values_free(values);
    tfl_graph_free(graph);
    return got;
}

/* Weight [out][4][kernel] or bias [out] of the first convolution, normalised. */
static float *normalized_array(const char *network, const char *model, size_t length, bool weight, size_t size)
{
    tfl_graph *graph = read_graph(network, model, length);
    OK(tfl_normalize_weights(graph, &error));
    unsigned l = 0;
    while (graph->layer[l].kind->family != TFL_MIX) {
        ck_assert_uint_lt(++l, graph->n_layers);
    }
    const tfl_conv_parameters *conv = tfl_layer_parameters(&graph->layer[l]);
    float *got = calloc(size, sizeof *got);
    ck_assert_ptr_nonnull(got);
    ck_assert_uint_eq(size, conv->out_channels * (weight ? 4 * conv->kernel[0] * conv->kernel[1] : 1));
    memcpy(got, weight ? conv->weight : conv->bias, size * sizeof *got);
    tfl_graph_free(graph);
    return got;
}

static float *compute(const expectation *e, const char *model, const rows *x, size_t size)
{
    if (strcmp(e->method, "logits") == 0) {
        return logits_of_all(e->network, model, x);
    }
    if (strcmp(e->method, "wnorm") == 0) {
        return normalized_array(e->network, model, x->length, strcmp(e->kind, "weight") == 0, size);
    }
    return explain_all(e, model, x);
}

/* Worst ratio of difference to largest value, per network and method. */
enum { MAX_SETS = 128 };
static struct {
    char name[80];
    size_t arrays;
    double worst;
} set_table[MAX_SETS];
static size_t n_sets;

static void note(const char *name, double ratio)
{
    size_t i = 0;
    while (i < n_sets && strcmp(set_table[i].name, name) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, MAX_SETS);
    n_sets += i == n_sets;
    snprintf(set_table[i].name, sizeof set_table[i].name, "%s", name);
    set_table[i].arrays++;
    set_table[i].worst = ratio > set_table[i].worst ? ratio : set_table[i].worst;
}

static size_t check_array(const expectation *e, const char *model)
{
    char path[512];
    char name[80];
    test_npy expected;
    rows x;
    golden_path(path, e->file);
    test_npy_read(path, &expected);
    read_rows(e->network, "seqs.fa", &x);
    float *got = compute(e, model, &x, expected.size);
    double ratio = test_npy_difference(&expected, got) / test_npy_largest(&expected);
    snprintf(name, sizeof name, "%-18s %-14s %s", strcmp(model, "model.onnx") == 0 ? e->network : "simnet (sigmoid)", e->method,
             e->kind);
    note(name, ratio);
    size_t wrong = !(ratio <= tolerance);
    if (wrong) {
        printf("%s with %s: off by %.3g of its largest value, which may be %g\n", e->file, model, ratio, tolerance);
    }
    free(got);
    free(x.value);
    test_npy_free(&expected);
    return wrong;
}

/* Calls check for every line of index.tsv that is about attribution; returns how many there were. */
static size_t for_each_expectation(size_t (*check)(const expectation *e), size_t *wrong)
{
    char path[512];
    char *line;
    size_t length;
    size_t n = 0;
    tfl_lines *lines;
    golden_path(path, "index.tsv");
    OK(tfl_lines_open(path, &lines, &error));
    OK(tfl_lines_next(lines, &line, &length, &error)); /* names of the columns */
    for (OK(tfl_lines_next(lines, &line, &length, &error)); line != NULL; OK(tfl_lines_next(lines, &line, &length, &error))) {
        expectation e;
        char *field[3];
        ck_assert_uint_eq(tfl_lines_split(line, '\t', field, 3), 3);
        parse_expectation(field[0], &e);
        if (strcmp(e.method, "scan") != 0) { /* those are tfscan's */
            *wrong += check(&e);
            n++;
        }
    }
    tfl_lines_close(lines);
    return n;
}

static size_t check_expectation(const expectation *e)
{
    size_t wrong = check_array(e, "model.onnx");
    if (strcmp(e->network, "simnet") == 0) {
        wrong += check_array(e, "model_sigmoid.onnx"); /* same logits behind a sigmoid */
    }
    return wrong;
}

START_TEST(every_expected_array_agrees)
{
    size_t wrong = 0;
    ck_assert(tfl_cpu_force(tfl_cpu_level_at((size_t)_i)));
    size_t n = for_each_expectation(check_expectation, &wrong);
    printf("%-18s %-14s %-8s arrays  worst difference / largest value, %s\n", "network", "method", "kind", tfl_cpu_level());
    for (size_t i = 0; i < n_sets; i++) {
        printf("%-44s %4zu  %.2g\n", set_table[i].name, set_table[i].arrays, set_table[i].worst);
    }
    ck_assert_uint_gt(n, 100);
    ck_assert_msg(wrong == 0, "%zu of %zu arrays differ by more than %g of their largest value", wrong, n, tolerance);
}
END_TEST

/* ---------------------------------------------------------------- the naive reference */

/* The network that was looked at last, which takes its time. */
static struct {
    char network[32];
    tfl_graph *graph;
    reference_attr *naive;
} looked_at;

static void look_at(const char *network, size_t length)
{
    if (strcmp(looked_at.network, network) != 0) {
        reference_attr_free(looked_at.naive);
        tfl_graph_free(looked_at.graph);
        looked_at.graph = read_graph(network, "model.onnx", length);
        looked_at.naive = reference_attr_create(looked_at.graph);
        snprintf(looked_at.network, sizeof looked_at.network, "%s", network);
    }
}

/* Largest difference of the naive rules for all sequences. */
static double naive_difference(const expectation *e, const tfl_explain_options *options, const rows *x, const test_npy *expected)
{
    reference_set set;
    look_at(e->network, x->length);
    const tfl_graph *graph = looked_at.graph;
    reference_attr *naive = looked_at.naive;
    size_t size = x->length * 4;
    ck_assert_uint_gt(size, 0);
    double *a = calloc(3 * size, sizeof *a);
    ck_assert_ptr_nonnull(a);
    double *r = a + size;
    double *m = r + size;
    double worst = 0.0;
    read_references(e, x, &set);
    for (set.sequence = 0; set.sequence < x->n; set.sequence++) {
        for (size_t i = 0; i < size; i++) {
            a[i] = (double)x->value[set.sequence * size + i];
            r[i] = set.constant && strcmp(e->reference, "freq") == 0 ? (i % 4 == 0 || i % 4 == 3 ? 0.3 : 0.2)
                                                                     : (double)reference_rows(&set, 0)[i];
        }
        for (size_t t = 0; t < graph->n_tasks; t++) {
            reference_attr_multipliers(naive, options, graph->logits, t, a, r, m);
            for (size_t i = 0; i < size; i++) {
                double got = strcmp(e->kind, "mult") == 0 ? m[i] : m[i] * (a[i] - r[i]);
                worst = fmax(worst, fabs(got - expected->value[(set.sequence * graph->n_tasks + t) * size + i]));
            }
        }
    }
    free(a);
    free(set.rows.value);
    return worst;
}

/* The model's weights are float32 in both, but for what a graph folds (BatchNormalization, 1 / window): almost float64. */
static size_t check_naive(const expectation *e)
{
    tfl_explain_options options;
    bool one_reference = strspn(e->reference, "abcdefghijklmnopqrstuvwxyz") == strlen(e->reference) || strcmp(e->reference, "mono1") == 0;
    bool matching = find_options(e, &options) && options.method->average == TFL_WALK && !e->normalized &&
                    (strcmp(e->kind, "mult") == 0 || strcmp(e->kind, "contrib") == 0);
    if (!one_reference || !matching) {
        return 0;
    }
    char path[512];
    test_npy expected;
    rows x;
    golden_path(path, e->file);
    test_npy_read(path, &expected);
    read_rows(e->network, "seqs.fa", &x);
    double ratio = naive_difference(e, &options, &x, &expected) / test_npy_largest(&expected);
    size_t wrong = !(ratio <= 1e-6);
    if (wrong) {
        printf("%s: the naive rules are off by %.2g of its largest value\n", e->file, ratio);
    }
    free(x.value);
    test_npy_free(&expected);
    return wrong;
}

START_TEST(the_naive_reference_agrees)
{
    size_t wrong = 0;
    (void)for_each_expectation(check_naive, &wrong);
    reference_attr_free(looked_at.naive);
    tfl_graph_free(looked_at.graph);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

int main(void)
{
    char path[512];
    if (!test_shared_path(path, sizeof path, "golden/index.tsv")) {
        test_skip("the golden data is not there");
    }
    Suite *suite = suite_create("attribution");
    TCase *tests = tcase_create("golden");
    tcase_set_timeout(tests, 120);
    int levels = 0;
    while (tfl_cpu_level_at((size_t)levels) != NULL) {
        levels++;
    }
    tcase_add_loop_test(tests, every_expected_array_agrees, 0, levels);
    tcase_add_test(tests, the_naive_reference_agrees);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
