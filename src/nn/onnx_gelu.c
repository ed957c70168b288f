/*
 * onnx_gelu.c: finds Gelu where exporters wrote it out: x / 2 (1 + erf(x / sqrt 2)), or with tanh, in any order of
 * factors.
 *
 * Not by its form, of which there are many, but by its values: an expression of one varying x and constants that equals
 * Gelu at several points is Gelu.
 */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 12, MAX_VISITS = 64, MAX_CANDIDATES = 8 };

typedef struct search {
    const tfl_onnx_builder *builder;
    size_t leaf; /* value that is x */
    double x;
    unsigned visits;
    bool failed; /* there was something else than an expression of x */
} search;

static double evaluate(search *s, size_t value, unsigned depth);

/* The number that a node computes at x. */
static double evaluate_node(search *s, const tfl_onnx_node *node, unsigned depth)
{
    static const struct {
        const char *name;
        double (*function)(double);
    } functions[] = {{"Erf", erf}, {"Tanh", tanh}, {"Sqrt", sqrt}};
    const char *name = node->operator->name;
    double a = evaluate(s, node->input[0], depth);
    if (strcmp(name, "Neg") == 0 || strcmp(name, "Identity") == 0 || strcmp(name, "Cast") == 0) {
        return *name == 'N' ? -a : a;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(name, functions[i].name) == 0) {
            return functions[i].function(a);
        }
    }
    double b = node->proto->n_input == 2 ? evaluate(s, node->input[1], depth) : 0;
    if (strcmp(name, "Add") == 0 || strcmp(name, "Sub") == 0) {
        return *name == 'A' ? a + b : a - b;
    }
    if (strcmp(name, "Mul") == 0 || strcmp(name, "Div") == 0) {
        return *name == 'M' ? a * b : a / b;
    }
    if (strcmp(name, "Pow") == 0) {
        return pow(a, b);
    }
    s->failed = true;
    return 0;
}

static double evaluate(search *s, size_t value, unsigned depth)
{
    if (s->failed || value == TFL_ONNX_NONE || depth > MAX_DEPTH || ++s->visits > MAX_VISITS) {
        s->failed = true;
        return 0;
    }
    if (value == s->leaf) {
        return s->x;
    }
    const tfl_onnx_tensor *tensor = s->builder->value[value].tensor;
    if (tensor != NULL && tensor->size == 1 && tensor->dims.rank <= s->builder->value[s->leaf].dims.rank) {
        return tfl_onnx_tensor_get(tensor, 0);
    }
    size_t producer = s->builder->model->value[value].producer;
    if (tensor != NULL || producer == TFL_ONNX_NONE || s->builder->model->node[producer].proto->n_input == 0) {
        s->failed = true;
        return 0;
    }
    return evaluate_node(s, &s->builder->model->node[producer], depth + 1);
}

static double gelu(double x)
{
    return 0.5 * x * (1 + erf(x * M_SQRT1_2));
}

static double gelu_tanh(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(M_2_PI) * (x + 0.044715 * x * x * x)));
}

/* Whether node computes function of leaf. The two forms of Gelu differ by up to 5e-4, constants in files by about 1e-5.
 */
static bool computes(const tfl_onnx_builder *builder, const tfl_onnx_node *node, size_t leaf,
                     double (*function)(double))
{
    static const double points[] = {-3.1, -2.7, -2.2, -1.5, -0.7, -0.1, 0.2, 0.9, 1.7, 2.2, 2.7, 3.3};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        search s = {.builder = builder, .leaf = leaf, .x = points[i]};
        double value = evaluate_node(&s, node, 0);
        if (s.failed || !(fabs(value - function(points[i])) < 4e-5)) {
            return false;
        }
    }
    return true;
}

/* The varying factors of a product, which x is one of. */
static void collect(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned depth,
                    size_t candidate[MAX_CANDIDATES], size_t *n)
{
    for (unsigned k = 0; k < node->proto->n_input; k++) {
        const tfl_onnx_value *value = tfl_onnx_input(builder, node, k);
        if (value == NULL || value->tensor != NULL || *n == MAX_CANDIDATES) {
            continue;
        }
        candidate[(*n)++] = node->input[k];
        size_t producer = builder->model->value[node->input[k]].producer;
        if (producer != TFL_ONNX_NONE && depth < 2) {
            const tfl_onnx_node *factor = &builder->model->node[producer];
            if (strcmp(factor->operator->name, "Mul") == 0 || strcmp(factor->operator->name, "Div") == 0) {
                collect(builder, factor, depth + 1, candidate, n);
            }
        }
    }
}

bool tfl_onnx_gelu_find(const tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value **value,
                        const char **kind)
{
    size_t candidate[MAX_CANDIDATES], n = 0;
    collect(builder, node, 0, candidate, &n);
    for (size_t i = 0; i < n; i++) {
        tfl_onnx_value *x = &builder->value[candidate[i]];
        if (x->pending != NULL || x->layer == TFL_ONNX_NONE) {
            continue;
        }
        bool exact = computes(builder, node, candidate[i], gelu);
        if (exact || computes(builder, node, candidate[i], gelu_tanh)) {
            *value = x;
            *kind = exact ? "gelu" : "gelu-tanh";
            return true;
        }
    }
    return false;
}
