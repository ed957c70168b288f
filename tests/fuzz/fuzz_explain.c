/*
 * The whole way from a network to contributions. The input's bytes choose the network (4: the seed of a random one),
 * the method (1), what is asked for (1: bits of `asked`), steps (1), references (1: their number, 0 to 3), a rule for
 * each layer (1 per layer, where rules are asked for), the sequence and the references (1 per base).
 *
 * Nothing breaks, and what the methods of differences give sums to the difference.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tests/support/networks.h"

#include "tflift/explain.h"

#include <math.h>
#include <stdlib.h>

enum asked { PROBABILITY = 1, MAX_POOL_GRADIENT = 2, RULES = 4, ONE_TASK = 8 };

enum { MAX_REFERENCES = 3 };

typedef struct setup {
    tfl_graph *graph;
    tfl_explain_options options;
    tfl_rule_override *override;
    size_t size, n_tasks, n_references; /* size: 4 * length */
    float *x;                           /* [size] */
    float *reference;                   /* [n_references][size] */
    unsigned *task;                     /* [n_tasks] */
    tfl_explanation result;
} setup;

/* A base, and now and then an N by one policy or the other, or the frequencies of a constant reference. */
static void take_row(fuzz_bytes *bytes, float row[4])
{
    static const float others[3][4] = {
        {0.25F, 0.25F, 0.25F, 0.25F}, {0.0F, 0.0F, 0.0F, 0.0F}, {0.3F, 0.2F, 0.2F, 0.3F}};
    uint8_t byte = fuzz_byte(bytes);
    for (size_t c = 0; c < 4; c++) {
        row[c] = byte >= 0xF0 ? others[byte % 3][c] : byte % 4 == c ? 1.0F : 0.0F;
    }
}

static float *take_rows(fuzz_bytes *bytes, size_t size)
{
    float *rows = fuzz_calloc(size, sizeof *rows);
    for (size_t i = 0; i < size; i += 4) {
        take_row(bytes, rows + i);
    }
    return rows;
}

static void take_options(setup *s, fuzz_bytes *bytes)
{
    size_t n_methods = 0;
    do {
        n_methods++;
    } while (tfl_method_at(n_methods) != NULL);
    uint8_t method = fuzz_byte(bytes);
    uint8_t asked = fuzz_byte(bytes);
    uint8_t steps = fuzz_byte(bytes);
    s->n_references = fuzz_byte(bytes) % (MAX_REFERENCES + 1);
    s->n_tasks = (asked & ONE_TASK) != 0 ? 1 : s->graph->n_tasks;
    s->override = fuzz_calloc(s->graph->n_layers, sizeof *s->override);
    s->options = (tfl_explain_options){.method = tfl_method_at(method % n_methods),
                                       .override = s->override,
                                       .steps = steps % 8U,
                                       .probability = (asked & PROBABILITY) != 0,
                                       .max_tasks = s->n_tasks,
                                       .max_pool_gradient = (asked & MAX_POOL_GRADIENT) != 0};
    for (size_t l = 0; (asked & RULES) != 0 && l < s->graph->n_layers; l++) {
        uint8_t rule = fuzz_byte(bytes) % (TFL_RULES + 1);
        if (rule < TFL_RULES) {
            s->override[s->options.n_overrides++] = (tfl_rule_override){s->graph->layer[l].name, (tfl_rule)rule};
        }
    }
}

static void start(setup *s, fuzz_bytes *bytes)
{
    s->graph = test_random_graph(fuzz_word(bytes));
    s->size = s->graph->layer[0].size;
    take_options(s, bytes);
    s->x = take_rows(bytes, s->size);
    s->reference = take_rows(bytes, s->n_references * s->size);
    s->task = fuzz_calloc(s->n_tasks, sizeof *s->task);
    for (size_t t = 0; t < s->n_tasks; t++) {
        s->task[t] = (unsigned)(s->graph->n_tasks - 1 - t);
    }
    s->result = (tfl_explanation){.contribution = fuzz_calloc(s->n_tasks * s->size, sizeof(float)),
                                  .hypothetical = fuzz_calloc(s->n_tasks * s->size, sizeof(float)),
                                  .multiplier = fuzz_calloc(s->n_tasks * s->size, sizeof(float)),
                                  .output = fuzz_calloc(s->n_tasks, sizeof(double)),
                                  .reference_output = fuzz_calloc(s->n_tasks, sizeof(double))};
}

static void finish(setup *s)
{
    free(s->result.contribution);
    free(s->result.hypothetical);
    free(s->result.multiplier);
    free(s->result.output);
    free(s->result.reference_output);
    free(s->x);
    free(s->reference);
    free(s->task);
    free(s->override);
    tfl_graph_free(s->graph);
}

static tfl_status fill_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const setup *s = context;
    (void)err;
    for (size_t i = 0; i < s->size; i++) {
        rows[i] = s->reference[j * s->size + i];
    }
    return TFL_OK;
}

/* Whether every rule that the walk takes shares out the whole difference. */
static int sums_to_delta(const setup *s, const tfl_explainer *explainer)
{
    for (unsigned l = 0; l < s->graph->n_layers; l++) {
        tfl_rule rule = tfl_explainer_rule(explainer, l);
        if (rule == TFL_RULE_GRADIENT || rule == TFL_RULE_GUIDED) {
            return 0;
        }
    }
    const tfl_method *m = s->options.method;
    return (m->after_conv == TFL_RULE_RESCALE || m->after_conv == TFL_RULE_REVEALCANCEL) &&
           !s->options.max_pool_gradient;
}

/* The sum of the contributions to a task against its delta, relative to the largest of the numbers that cancel. */
static void check_sum(const setup *s, size_t t)
{
    double output = s->result.output[t];
    double before = s->result.reference_output[t];
    if (!isfinite(output) || !isfinite(before)) {
        return; /* a network that overflows explains nothing */
    }
    double sum = 0.0;
    double all = 0.0;
    for (size_t i = 0; i < s->size; i++) {
        sum += (double)s->result.contribution[t * s->size + i];
        all += fabs((double)s->result.contribution[t * s->size + i]);
    }
    double scale = fmax(fmax(fabs(output), fabs(before)), fmax(all, 1e-3));
    fuzz_need(fabs(sum - (output - before)) <= 1e-4 * scale,
              "%s%s, task %zu: output %.9g, reference %.9g, but the contributions sum to %.9g", s->options.method->name,
              s->options.n_overrides > 0 ? " with rules" : "", t, output, before, sum);
}

static void explain(setup *s, const tfl_explainer *explainer)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_explain_workspace *workspace;
    if (!fuzz_succeeded(tfl_explain_workspace_create(explainer, &workspace, &err), &err)) {
        return;
    }
    tfl_status status = tfl_explain(explainer, workspace, s->x, s->task, s->n_tasks, s->n_references, fill_reference, s,
                                    &s->result, &err);
    if (fuzz_succeeded(status, &err) && sums_to_delta(s, explainer)) {
        for (size_t t = 0; t < s->n_tasks; t++) {
            check_sum(s, t);
        }
    }
    tfl_explain_workspace_free(workspace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    tfl_error err = TFL_ERROR_INIT;
    setup s = {.graph = NULL};
    tfl_explainer *explainer;
    start(&s, &bytes);
    if (fuzz_succeeded(tfl_explainer_create(s.graph, &s.options, &explainer, &err), &err)) {
        explain(&s, explainer);
    } else {
        fuzz_need(explainer == NULL, "an explainer in spite of an error");
    }
    tfl_explainer_free(explainer);
    finish(&s);
    return 0;
}
