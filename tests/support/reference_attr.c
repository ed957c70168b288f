#include "config.h"

#include "tests/support/reference_attr.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double near_zero = 1e-7;
static const double float_step = 0x1p-23; /* from 1 to the next float32 */

/* y[out] += weight * x[in] */
typedef struct term {
    size_t out, in;
    double weight;
} term;

/* A layer, seen from one of its inputs. Linear: weights. Maxima: which inputs each window sees, in order. Products: which element of the
 * input goes into each output. Softmax: which inputs are in the sum of each output. */
typedef struct edge {
    term *term; /* ordered by out, then in */
    size_t n, capacity;
} edge;

typedef struct node {
    edge *edge;   /* [n_inputs] */
    double *bias; /* [size] of linear layers */
    double *slope; /* [size] of prelu */
    double alpha, beta;
    double *x, *r;           /* [size] values */
    double *sum;             /* [size] of linear layers: of what adds up to a value, without signs */
    double *rise, *fall;     /* [size] parts of x - r */
    double *plus, *minus;    /* [size] multipliers */
} node;

struct reference_attr {
    const tfl_graph *graph;
    node *node; /* [n_layers] */
    uint64_t draw; /* of the noise; 0: none */
};

static void *need(size_t n, size_t size)
{
    void *memory = calloc(n == 0 ? 1 : n, size);
    if (memory == NULL) {
        fprintf(stderr, "out of memory in a test\n");
        exit(EXIT_FAILURE);
    }
    return memory;
}

static double positive(double v)
{
    return v > 0.0 ? v : 0.0;
}

static double negative(double v)
{
    return v < 0.0 ? v : 0.0;
}

/* ---------------------------------------------------------------- noise */

/* From -1 to 1: the same for the same bits, as rounding is, so that what is equal stays equal. */
static double noise(uint64_t draw, unsigned l, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t z = bits ^ (draw * UINT64_C(0x9E3779B97F4A7C15)) ^ ((uint64_t)l << 40);
    for (unsigned round = 0; round < 2; round++) { /* the finalizer of splitmix64, twice */
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        z ^= z >> 31;
    }
    return (double)(z >> 11) * 0x1p-52 - 1.0;
}

/* A number of layer l that came about from numbers as large as size, off by as much as float32 would have it. */
static double disturbed(const reference_attr *naive, unsigned l, double value, double size)
{
    return naive->draw == 0 ? value : value + float_step * size * noise(naive->draw, l, value);
}

/* A factor of 1 or -1 rounds nothing. */
static double weight_of(const reference_attr *naive, unsigned l, const term *t)
{
    return fabs(t->weight) == 1.0 ? t->weight : disturbed(naive, l, t->weight, fabs(t->weight));
}

void reference_attr_disturb(reference_attr *naive, uint64_t draw)
{
    naive->draw = draw;
}

/* ---------------------------------------------------------------- functions of one number */

static double relu(double x, double a, double b)
{
    (void)a, (void)b;
    return positive(x);
}
static double relu_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return x > 0.0;
}
static double leaky(double x, double a, double b)
{
    (void)b;
    return x > 0.0 ? x : a * x;
}
static double leaky_slope(double x, double a, double b)
{
    (void)b;
    return x > 0.0 ? 1.0 : a;
}
static double elu(double x, double a, double b)
{
    (void)b;
    return x > 0.0 ? x : a * expm1(x);
}
static double elu_slope(double x, double a, double b)
{
    (void)b;
    return x > 0.0 ? 1.0 : a * exp(x);
}
static double selu(double x, double a, double b)
{
    return b * elu(x, a, b);
}
static double selu_slope(double x, double a, double b)
{
    return b * elu_slope(x, a, b);
}
static double sigmoid(double x, double a, double b)
{
    (void)a, (void)b;
    return 1.0 / (1.0 + exp(-x));
}
static double sigmoid_slope(double x, double a, double b)
{
    double y = sigmoid(x, a, b);
    return y * (1.0 - y);
}
static double hyperbolic(double x, double a, double b)
{
    (void)a, (void)b;
    return tanh(x);
}
static double hyperbolic_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return 1.0 - tanh(x) * tanh(x);
}
static double softplus(double x, double a, double b)
{
    (void)a, (void)b;
    return positive(x) + log1p(exp(-fabs(x)));
}
static double softplus_slope(double x, double a, double b)
{
    return sigmoid(x, a, b);
}
static double gelu(double x, double a, double b)
{
    (void)a, (void)b;
    return 0.5 * x * erfc(-x * M_SQRT1_2);
}
static double gelu_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return 0.5 * erfc(-x * M_SQRT1_2) + x * exp(-0.5 * x * x) / sqrt(2.0 * M_PI);
}
static double gelu_tanh(double x, double a, double b)
{
    (void)a, (void)b;
    return 0.5 * x * (1.0 + tanh(sqrt(M_2_PI) * (x + 0.044715 * x * x * x)));
}
static double gelu_tanh_slope(double x, double a, double b)
{
    (void)a, (void)b;
    double t = tanh(sqrt(M_2_PI) * (x + 0.044715 * x * x * x));
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * sqrt(M_2_PI) * (1.0 + 3.0 * 0.044715 * x * x);
}
static double exponential(double x, double a, double b)
{
    (void)a, (void)b;
    return exp(x);
}
static double logarithm(double x, double a, double b)
{
    (void)a, (void)b;
    return log(x);
}
static double reciprocal(double x, double a, double b)
{
    (void)a, (void)b;
    return 1.0 / x;
}
static double reciprocal_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return -1.0 / (x * x);
}
static double root(double x, double a, double b)
{
    (void)a, (void)b;
    return sqrt(x);
}
static double root_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return 0.5 / sqrt(x);
}
static double absolute(double x, double a, double b)
{
    (void)a, (void)b;
    return fabs(x);
}
static double absolute_slope(double x, double a, double b)
{
    (void)a, (void)b;
    return (double)((x > 0.0) - (x < 0.0));
}
static double power(double x, double a, double b)
{
    (void)b;
    return pow(x, a);
}
static double power_slope(double x, double a, double b)
{
    (void)b;
    return a * pow(x, a - 1.0);
}

static double clip(double x, double a, double b)
{
    return fmin(fmax(x, a), b);
}
static double clip_slope(double x, double a, double b)
{
    return x > a && x < b;
}

static const struct {
    const char *kind;
    double (*value)(double x, double a, double b);
    double (*slope)(double x, double a, double b);
} functions[] = {
    {"relu", relu, relu_slope},
    {"leaky-relu", leaky, leaky_slope},
    {"prelu", leaky, leaky_slope},
    {"elu", elu, elu_slope},
    {"selu", selu, selu_slope},
    {"sigmoid", sigmoid, sigmoid_slope},
    {"tanh", hyperbolic, hyperbolic_slope},
    {"softplus", softplus, softplus_slope},
    {"gelu", gelu, gelu_slope},
    {"gelu-tanh", gelu_tanh, gelu_tanh_slope},
    {"exp", exponential, exponential},
    {"log", logarithm, reciprocal},
    {"reciprocal", reciprocal, reciprocal_slope},
    {"sqrt", root, root_slope},
    {"abs", absolute, absolute_slope},
    {"power", power, power_slope},
    {"clip", clip, clip_slope},
};

static size_t find_function(const tfl_layer *layer)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].kind, layer->kind->name) == 0) {
            return i;
        }
    }
    fprintf(stderr, "tests/support/reference_attr.c: no function '%s'; add it to the table\n", layer->kind->name);
    exit(EXIT_FAILURE);
}

/* f and f' of element i of a layer. Where f is x or -x nothing is rounded. */
static double value_of(const reference_attr *naive, unsigned l, size_t i, double x)
{
    const node *at = &naive->node[l];
    double a = at->slope != NULL ? at->slope[i] : at->alpha;
    double y = functions[find_function(&naive->graph->layer[l])].value(x, a, at->beta);
    return fabs(y) == fabs(x) ? y : disturbed(naive, l, y, fabs(y));
}

static double slope_of(const reference_attr *naive, unsigned l, size_t i, double x)
{
    const node *at = &naive->node[l];
    double a = at->slope != NULL ? at->slope[i] : at->alpha;
    return functions[find_function(&naive->graph->layer[l])].slope(x, a, at->beta);
}

/* ---------------------------------------------------------------- looking at layers */

static void add_term(edge *e, size_t out, size_t in, double weight)
{
    if (e->n == e->capacity) {
        size_t capacity = e->capacity == 0 ? 64 : 2 * e->capacity;
        term *grown = need(capacity, sizeof *grown);
        if (e->n > 0) {
            memcpy(grown, e->term, e->n * sizeof *grown);
        }
        free(e->term);
        e->term = grown;
        e->capacity = capacity;
    }
    e->term[e->n++] = (term){out, in, weight};
}

static int by_output(const void *a, const void *b)
{
    const term *s = a;
    const term *t = b;
    if (s->out != t->out) {
        return s->out < t->out ? -1 : 1;
    }
    return (s->in > t->in) - (s->in < t->in);
}

/* What one call of a layer needs. */
typedef struct probe {
    const tfl_layer *layer;
    float *in[TFL_MAX_INPUTS];
    size_t n[TFL_MAX_INPUTS];
    float *out;
    float *scratch;
} probe;

static void start_probe(probe *p, const tfl_layer *layer)
{
    *p = (probe){.layer = layer};
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        p->n[k] = tfl_shape_size(&layer->input_shape[k]);
        p->in[k] = need(p->n[k], sizeof(float));
    }
    p->out = need(layer->size, sizeof(float));
    p->scratch = need(layer->kind->scratch == NULL ? 0 : layer->kind->scratch(layer), sizeof(float));
}

static void end_probe(probe *p)
{
    for (unsigned k = 0; k < p->layer->n_inputs; k++) {
        free(p->in[k]);
    }
    free(p->out);
    free(p->scratch);
}

static void fill_floats(float *v, size_t n, float with)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = with;
    }
}

static void probe_linear(node *at, probe *p)
{
    const float *in[TFL_MAX_INPUTS];
    memcpy(in, p->in, sizeof in);
    p->layer->kind->forward(p->layer, in, p->out, p->scratch);
    for (size_t o = 0; o < p->layer->size; o++) {
        at->bias[o] = (double)p->out[o];
    }
    for (unsigned k = 0; k < p->layer->n_inputs; k++) {
        for (size_t i = 0; i < p->n[k]; i++) {
            p->in[k][i] = 1.0F;
            p->layer->kind->apply(p->layer, TFL_ALL, in, p->out, false, p->scratch);
            p->in[k][i] = 0.0F;
            for (size_t o = 0; o < p->layer->size; o++) {
                if (p->out[o] != 0.0F) {
                    add_term(&at->edge[k], o, i, (double)p->out[o]);
                }
            }
        }
    }
}

static void probe_maximum(node *at, probe *p)
{
    const float *in[] = {p->in[0]};
    fill_floats(p->in[0], p->n[0], -1.0F);
    for (size_t i = 0; i < p->n[0]; i++) {
        p->in[0][i] = 1.0F;
        p->layer->kind->forward(p->layer, in, p->out, p->scratch);
        p->in[0][i] = -1.0F;
        for (size_t o = 0; o < p->layer->size; o++) {
            if (p->out[o] > 0.0F) {
                add_term(&at->edge[0], o, i, 1.0);
            }
        }
    }
}

/* With 1, 2, 3, … in one input and 1 in the other, each output says which element it is made of. */
static void probe_product(node *at, probe *p)
{
    const float *in[] = {p->in[0], p->in[1]};
    for (unsigned k = 0; k < 2; k++) {
        fill_floats(p->in[1 - k], p->n[1 - k], 1.0F);
        for (size_t i = 0; i < p->n[k]; i++) {
            p->in[k][i] = (float)(i + 1);
        }
        p->layer->kind->forward(p->layer, in, p->out, p->scratch);
        for (size_t o = 0; o < p->layer->size; o++) {
            add_term(&at->edge[k], o, (size_t)p->out[o] - 1, 1.0);
        }
    }
}

/* An output of a softmax changes with each input that is in its sum. */
static void probe_softmax(node *at, probe *p)
{
    const float *in[] = {p->in[0]};
    float *before = need(p->n[0], sizeof *before);
    p->layer->kind->forward(p->layer, in, before, p->scratch);
    for (size_t i = 0; i < p->n[0]; i++) {
        p->in[0][i] = 1.0F;
        p->layer->kind->forward(p->layer, in, p->out, p->scratch);
        p->in[0][i] = 0.0F;
        for (size_t o = 0; o < p->layer->size; o++) {
            if (o == i || p->out[o] != before[o]) {
                add_term(&at->edge[0], o, i, 1.0);
            }
        }
    }
    free(before);
}

static void look_at_function(node *at, const tfl_layer *layer)
{
    if (strcmp(layer->kind->name, "prelu") == 0) {
        float *x = need(layer->size, sizeof *x);
        float *y = need(layer->size, sizeof *y);
        fill_floats(x, layer->size, -1.0F);
        layer->kind->function(layer, x, y);
        at->slope = need(layer->size, sizeof *at->slope);
        for (size_t i = 0; i < layer->size; i++) {
            at->slope[i] = -(double)y[i];
        }
        free(x);
        free(y);
        return;
    }
    const tfl_activation_parameters *parameters = tfl_layer_parameters(layer);
    at->alpha = parameters == NULL ? 0.0 : (double)parameters->alpha;
    at->beta = parameters == NULL ? 0.0 : (double)parameters->beta;
}

static void look_at_layer(node *at, const tfl_layer *layer)
{
    if (layer->kind->family == TFL_ELEMENTWISE) {
        look_at_function(at, layer);
        return;
    }
    probe p;
    start_probe(&p, layer);
    switch (layer->kind->family) {
    case TFL_MIX:
    case TFL_CARRY:
        probe_linear(at, &p);
        break;
    case TFL_MAXIMUM:
        probe_maximum(at, &p);
        break;
    case TFL_PRODUCT:
        probe_product(at, &p);
        break;
    case TFL_COUPLED:
        probe_softmax(at, &p);
        break;
    case TFL_INPUT:
    case TFL_ELEMENTWISE:
        break;
    }
    end_probe(&p);
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        if (at->edge[k].n > 0) {
            qsort(at->edge[k].term, at->edge[k].n, sizeof *at->edge[k].term, by_output);
        }
    }
}

reference_attr *reference_attr_create(const tfl_graph *graph)
{
    reference_attr *naive = need(1, sizeof *naive);
    naive->graph = graph;
    naive->node = need(graph->n_layers, sizeof *naive->node);
    for (size_t l = 0; l < graph->n_layers; l++) {
        const tfl_layer *layer = &graph->layer[l];
        node *at = &naive->node[l];
        double **array[] = {&at->bias, &at->x, &at->r, &at->sum, &at->rise, &at->fall, &at->plus, &at->minus};
        for (size_t i = 0; i < sizeof array / sizeof *array; i++) {
            *array[i] = need(layer->size, sizeof **array[i]);
        }
        at->edge = need(layer->n_inputs, sizeof *at->edge);
        look_at_layer(at, layer);
    }
    return naive;
}

void reference_attr_free(reference_attr *naive)
{
    for (size_t l = 0; naive != NULL && l < naive->graph->n_layers; l++) {
        node *at = &naive->node[l];
        double *array[] = {at->bias, at->slope, at->x, at->r, at->sum, at->rise, at->fall, at->plus, at->minus};
        for (size_t i = 0; i < sizeof array / sizeof *array; i++) {
            free(array[i]);
        }
        for (unsigned k = 0; k < naive->graph->layer[l].n_inputs; k++) {
            free(at->edge[k].term);
        }
        free(at->edge);
    }
    if (naive != NULL) {
        free(naive->node);
        free(naive);
    }
}

/* ---------------------------------------------------------------- forward */

/* Where x (or r, if reference is set) of a layer is kept. */
static double *values_at(const reference_attr *naive, unsigned l, bool reference)
{
    return reference ? naive->node[l].r : naive->node[l].x;
}

/* What output o of a softmax is one over: the sum of exp(x[i] - x[o]). */
static double softmax_sum(const edge *e, const double *x, size_t o)
{
    double sum = 0.0;
    for (size_t i = 0; i < e->n; i++) {
        sum += e->term[i].out == o ? exp(x[e->term[i].in] - x[o]) : 0.0;
    }
    return sum;
}

static void forward_layer(const reference_attr *naive, unsigned l, bool reference)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    const node *at = &naive->node[l];
    double *y = values_at(naive, l, reference);
    const double *x = values_at(naive, layer->input[0], reference);
    for (size_t o = 0; o < layer->size; o++) {
        y[o] = layer->kind->family == TFL_MAXIMUM ? -INFINITY : at->bias[o];
        at->sum[o] = fabs(at->bias[o]);
    }
    switch (layer->kind->family) {
    case TFL_ELEMENTWISE:
        for (size_t o = 0; o < layer->size; o++) {
            y[o] = value_of(naive, l, o, x[o]);
        }
        break;
    case TFL_MAXIMUM:
        for (size_t i = 0; i < at->edge[0].n; i++) {
            y[at->edge[0].term[i].out] = fmax(y[at->edge[0].term[i].out], x[at->edge[0].term[i].in]);
        }
        break;
    case TFL_PRODUCT:
        for (size_t o = 0; o < layer->size; o++) {
            y[o] = x[at->edge[0].term[o].in] * values_at(naive, layer->input[1], reference)[at->edge[1].term[o].in];
        }
        break;
    case TFL_MIX:
    case TFL_CARRY:
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            for (size_t i = 0; i < at->edge[k].n; i++) {
                const term *t = &at->edge[k].term[i];
                double product = weight_of(naive, l, t) * values_at(naive, layer->input[k], reference)[t->in];
                y[t->out] += product;
                at->sum[t->out] += fabs(product);
            }
        }
        break;
    case TFL_COUPLED:
        for (size_t o = 0; o < layer->size; o++) {
            y[o] = 1.0 / softmax_sum(&at->edge[0], x, o);
        }
        break;
    case TFL_INPUT:
        break;
    }
}

/* Functions of one number have their noise already (value_of), and a maximum is one of the numbers that it is taken of. */
static void disturb_values(const reference_attr *naive, unsigned l, bool reference)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    double *y = values_at(naive, l, reference);
    bool sums = layer->kind->family == TFL_MIX || layer->kind->family == TFL_CARRY;
    if (layer->kind->family == TFL_ELEMENTWISE || layer->kind->family == TFL_MAXIMUM) {
        return;
    }
    for (size_t o = 0; o < layer->size; o++) {
        y[o] = disturbed(naive, l, y[o], sums ? naive->node[l].sum[o] : fabs(y[o]));
    }
}

static void forward_all(const reference_attr *naive, unsigned target, const double *x, bool reference)
{
    memcpy(values_at(naive, 0, reference), x, naive->graph->layer[0].size * sizeof *x);
    disturb_values(naive, 0, reference);
    for (unsigned l = 1; l <= target; l++) {
        forward_layer(naive, l, reference);
        disturb_values(naive, l, reference);
    }
}

void reference_attr_forward(reference_attr *naive, unsigned target, const double *x, double *value)
{
    forward_all(naive, target, x, false);
    memcpy(value, naive->node[target].x, naive->graph->layer[target].size * sizeof *value);
}

/* ---------------------------------------------------------------- rules */

static bool is_gradient(const tfl_explain_options *options)
{
    return options->method->after_conv == TFL_RULE_GRADIENT || options->method->after_conv == TFL_RULE_GUIDED;
}

tfl_rule reference_attr_rule(const reference_attr *naive, const tfl_explain_options *options, unsigned layer)
{
    const tfl_graph *graph = naive->graph;
    for (size_t i = options->n_overrides; i > 0; i--) {
        if (strcmp(options->override[i - 1].layer, graph->layer[layer].name) == 0) {
            return options->override[i - 1].rule;
        }
    }
    /* Not defined for every number, so that RevealCancel has no place there. */
    static const char *const partial[] = {"log", "sqrt", "reciprocal", "power"};
    const tfl_layer *ruled = &graph->layer[layer];
    for (size_t i = 0; i < sizeof partial / sizeof *partial && !is_gradient(options); i++) {
        bool whole = i == 3 && naive->node[layer].alpha >= 0.0 && fmod(naive->node[layer].alpha, 1.0) == 0.0;
        if (strcmp(ruled->kind->name, partial[i]) == 0 && !whole) {
            return TFL_RULE_RESCALE;
        }
    }
    for (unsigned l = layer; l != 0; l = graph->layer[l].input[0]) {
        if (strcmp(graph->layer[l].kind->name, "dense") == 0) {
            return options->method->after_dense;
        }
        if (graph->layer[l].kind->family == TFL_MIX) {
            break;
        }
    }
    return options->method->after_conv;
}

/* S(a, d) */
static double quotient(const reference_attr *naive, unsigned l, size_t i, double a, double d)
{
    if (fabs(d) < near_zero) {
        return slope_of(naive, l, i, a);
    }
    return (value_of(naive, l, i, a + d) - value_of(naive, l, i, a)) / d;
}

/* What a nonlinearity multiplies m+ and m- with. */
static void function_slopes(const reference_attr *naive, tfl_rule rule, unsigned l, size_t i, double *plus, double *minus)
{
    const node *in = &naive->node[naive->graph->layer[l].input[0]];
    double x = in->x[i];
    double r = in->r[i];
    double rise = in->rise[i];
    double fall = in->fall[i];
    switch (rule) {
    case TFL_RULE_RESCALE:
        *plus = *minus = quotient(naive, l, i, r, x - r);
        break;
    case TFL_RULE_REVEALCANCEL:
        *plus = 0.5 * (quotient(naive, l, i, r, rise) + quotient(naive, l, i, r + fall, rise));
        *minus = 0.5 * (quotient(naive, l, i, r, fall) + quotient(naive, l, i, r + rise, fall));
        break;
    default:
        *plus = *minus = slope_of(naive, l, i, x);
        break;
    }
}

/* Output o of a softmax is one over a sum of exp(x[i] - x[o]): the multiplier of that difference, for one of the terms (with i not o), by
 * Rescale at the exponential and at the reciprocal, or by the gradient at x. */
static double softmax_weight(const reference_attr *naive, bool gradient, unsigned l, const term *t)
{
    const node *in = &naive->node[naive->graph->layer[l].input[0]];
    double z = in->x[t->in] - in->x[t->out];
    double z0 = in->r[t->in] - in->r[t->out];
    double sum = 1.0 / naive->node[l].x[t->out];
    double sum0 = 1.0 / naive->node[l].r[t->out];
    if (gradient) {
        return -exp(z) / (sum * sum);
    }
    double of_exp = fabs(z - z0) < near_zero ? exp(z0) : (exp(z) - exp(z0)) / (z - z0);
    double of_reciprocal = fabs(sum - sum0) < near_zero ? -1.0 / (sum0 * sum0) : (1.0 / sum - 1.0 / sum0) / (sum - sum0);
    return of_exp * of_reciprocal;
}

/* Parts of a softmax: a weight is negative, so that x[i] turns, and -x[o] does not. */
static void softmax_parts(const reference_attr *naive, unsigned l)
{
    node *at = &naive->node[l];
    const node *in = &naive->node[naive->graph->layer[l].input[0]];
    for (size_t i = 0; i < at->edge[0].n; i++) {
        const term *t = &at->edge[0].term[i];
        double weight = t->in == t->out ? 0.0 : softmax_weight(naive, false, l, t);
        at->rise[t->out] += weight * (in->fall[t->in] - in->rise[t->out]);
        at->fall[t->out] += weight * (in->rise[t->in] - in->fall[t->out]);
    }
}

/* Parts of the output of layer l. */
static void layer_parts(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    node *at = &naive->node[l];
    for (size_t o = 0; o < layer->size; o++) {
        double c = fmax(at->x[o], at->r[o]);
        bool whole = layer->kind->family == TFL_INPUT || layer->kind->family == TFL_MAXIMUM;
        at->rise[o] = whole ? c - at->r[o] : 0.0;
        at->fall[o] = whole ? at->x[o] - c : 0.0;
    }
    if (layer->kind->family == TFL_ELEMENTWISE) {
        tfl_rule rule = reference_attr_rule(naive, options, l);
        const node *in = &naive->node[layer->input[0]];
        for (size_t o = 0; o < layer->size; o++) {
            double plus;
            double minus;
            function_slopes(naive, rule, l, o, &plus, &minus);
            bool turns = rule != TFL_RULE_REVEALCANCEL && plus < 0.0;
            at->rise[o] = turns ? minus * in->fall[o] : plus * in->rise[o];
            at->fall[o] = turns ? plus * in->rise[o] : minus * in->fall[o];
        }
        return;
    }
    if (layer->kind->family == TFL_COUPLED) {
        softmax_parts(naive, l);
        return;
    }
    for (unsigned k = 0; layer->kind->family != TFL_MAXIMUM && k < layer->n_inputs; k++) {
        const node *in = &naive->node[layer->input[k]];
        for (size_t i = 0; i < at->edge[k].n; i++) {
            const term *t = &at->edge[k].term[i];
            double rise = in->rise[t->in];
            double fall = in->fall[t->in];
            double weight = weight_of(naive, l, t);
            if (layer->kind->family == TFL_MIX) {
                rise = positive(in->x[t->in] - in->r[t->in]);
                fall = negative(in->x[t->in] - in->r[t->in]);
            }
            if (layer->kind->family == TFL_PRODUCT) {
                const node *other = &naive->node[layer->input[1 - k]];
                size_t j = at->edge[1 - k].term[t->out].in;
                weight = 0.5 * (other->x[j] + other->r[j]);
            }
            at->rise[t->out] += weight * (weight > 0.0 ? rise : fall);
            at->fall[t->out] += weight * (weight > 0.0 ? fall : rise);
        }
    }
}

static void pass_function(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    const node *at = &naive->node[l];
    node *in = &naive->node[layer->input[0]];
    tfl_rule rule = reference_attr_rule(naive, options, l);
    bool guided = rule == TFL_RULE_GUIDED && strcmp(layer->kind->name, "relu") == 0;
    for (size_t i = 0; i < layer->size; i++) {
        double plus;
        double minus;
        function_slopes(naive, rule, l, i, &plus, &minus);
        double m_plus = guided ? positive(at->plus[i]) : at->plus[i];
        double m_minus = guided ? positive(at->minus[i]) : at->minus[i];
        bool turns = rule != TFL_RULE_REVEALCANCEL && plus < 0.0;
        in->plus[i] += plus * (turns ? m_minus : m_plus);
        in->minus[i] += minus * (turns ? m_plus : m_minus);
    }
}

/* The Linear rule. */
static void pass_mix(const reference_attr *naive, unsigned l)
{
    const node *at = &naive->node[l];
    node *in = &naive->node[naive->graph->layer[l].input[0]];
    for (size_t i = 0; i < at->edge[0].n; i++) {
        const term *t = &at->edge[0].term[i];
        double difference = in->x[t->in] - in->r[t->in];
        double m_plus = at->plus[t->out];
        double m_minus = at->minus[t->out];
        double m = 0.5 * (m_plus + m_minus);
        if (difference != 0.0) {
            m = (difference > 0.0) == (t->weight > 0.0) ? m_plus : m_minus;
        }
        double given = weight_of(naive, l, t) * m;
        in->plus[t->in] += given;
        in->minus[t->in] += given;
    }
}

static void pass_carry(const reference_attr *naive, unsigned l)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    const node *at = &naive->node[l];
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        node *in = &naive->node[layer->input[k]];
        for (size_t i = 0; i < at->edge[k].n; i++) {
            const term *t = &at->edge[k].term[i];
            double weight = weight_of(naive, l, t);
            in->plus[t->in] += weight * (weight > 0.0 ? at->plus[t->out] : at->minus[t->out]);
            in->minus[t->in] += weight * (weight > 0.0 ? at->minus[t->out] : at->plus[t->out]);
        }
    }
}

static void pass_product(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    const node *at = &naive->node[l];
    for (unsigned k = 0; k < 2; k++) {
        node *in = &naive->node[layer->input[k]];
        const node *other = &naive->node[layer->input[1 - k]];
        for (size_t o = 0; o < layer->size; o++) {
            size_t i = at->edge[k].term[o].in;
            size_t j = at->edge[1 - k].term[o].in;
            double factor = is_gradient(options) ? other->x[j] : 0.5 * (other->x[j] + other->r[j]);
            bool turns = !is_gradient(options) && factor < 0.0;
            in->plus[i] += factor * (turns ? at->minus[o] : at->plus[o]);
            in->minus[i] += factor * (turns ? at->plus[o] : at->minus[o]);
        }
    }
}

static void pass_softmax(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    const node *at = &naive->node[l];
    node *in = &naive->node[naive->graph->layer[l].input[0]];
    bool gradient = is_gradient(options);
    for (size_t i = 0; i < at->edge[0].n; i++) {
        const term *t = &at->edge[0].term[i];
        double weight = t->in == t->out ? 0.0 : softmax_weight(naive, gradient, l, t);
        in->plus[t->in] += weight * (gradient ? at->plus[t->out] : at->minus[t->out]);
        in->minus[t->in] += weight * (gradient ? at->minus[t->out] : at->plus[t->out]);
        in->plus[t->out] -= weight * at->plus[t->out];
        in->minus[t->out] -= weight * at->minus[t->out];
    }
}

/* Of the terms of output o, which begin at *i: the input with the first largest value; *i moves behind them. */
static size_t first_largest(const edge *e, size_t *i, const double *value)
{
    size_t out = e->term[*i].out;
    size_t best = e->term[*i].in;
    for (; *i < e->n && e->term[*i].out == out; ++*i) {
        best = value[e->term[*i].in] > value[best] ? e->term[*i].in : best;
    }
    return best;
}

static void pass_maximum(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    const tfl_layer *layer = &naive->graph->layer[l];
    const node *at = &naive->node[l];
    node *in = &naive->node[layer->input[0]];
    size_t n = naive->graph->layer[layer->input[0]].size;
    bool gradient = is_gradient(options) || options->max_pool_gradient;
    double *given = need(n, sizeof *given);
    double *routed = need(n, sizeof *routed);
    for (size_t o = 0, i = 0; o < layer->size; o++) {
        size_t j = i;
        size_t from_x = first_largest(&at->edge[0], &i, in->x);
        size_t from_r = first_largest(&at->edge[0], &j, in->r);
        double c = fmax(at->x[o], at->r[o]);
        given[from_x] += at->plus[o] * (c - at->r[o]);
        given[from_r] += at->minus[o] * (at->x[o] - c);
        routed[from_x] += 0.5 * (at->plus[o] + at->minus[o]);
        in->plus[from_x] += gradient ? at->plus[o] : 0.0;
        in->minus[from_x] += gradient ? at->minus[o] : 0.0;
    }
    for (size_t i = 0; !gradient && i < n; i++) {
        double difference = in->x[i] - in->r[i];
        double m = fabs(difference) < near_zero ? routed[i] : given[i] / difference;
        in->plus[i] += m;
        in->minus[i] += m;
    }
    free(given);
    free(routed);
}

static void pass_layer(const reference_attr *naive, const tfl_explain_options *options, unsigned l)
{
    switch (naive->graph->layer[l].kind->family) {
    case TFL_ELEMENTWISE:
        pass_function(naive, options, l);
        break;
    case TFL_MIX:
        pass_mix(naive, l);
        break;
    case TFL_CARRY:
        pass_carry(naive, l);
        break;
    case TFL_PRODUCT:
        pass_product(naive, options, l);
        break;
    case TFL_MAXIMUM:
        pass_maximum(naive, options, l);
        break;
    case TFL_COUPLED:
        pass_softmax(naive, options, l);
        break;
    case TFL_INPUT:
        break;
    }
}

void reference_attr_multipliers(reference_attr *naive, const tfl_explain_options *options, unsigned target, size_t t, const double *x,
                                const double *reference, double *multiplier)
{
    const tfl_graph *graph = naive->graph;
    forward_all(naive, target, x, false);
    forward_all(naive, target, reference, true);
    for (unsigned l = 0; l <= target; l++) {
        layer_parts(naive, options, l);
        memset(naive->node[l].plus, 0, graph->layer[l].size * sizeof(double));
        memset(naive->node[l].minus, 0, graph->layer[l].size * sizeof(double));
    }
    naive->node[target].plus[t] = naive->node[target].minus[t] = 1.0;
    for (unsigned l = target; l > 0; l--) {
        pass_layer(naive, options, l);
    }
    const node *in = &naive->node[0];
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        double difference = in->x[i] - in->r[i];
        double mean = 0.5 * (in->plus[i] + in->minus[i]);
        multiplier[i] = difference == 0.0 ? mean : difference > 0.0 ? in->plus[i] : in->minus[i];
    }
}
