#include "config.h"

#include "tests/support/onnx.h"

#include "tflift/rng.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not an assertion of Check: programs that are no Check suite write models too. */
static void demand(bool ok, const char *what, const char *where)
{
    if (!ok) {
        (void)fprintf(stderr, "onnx.c: %s: '%s'\n", what, where);
        abort();
    }
}

/* ---------------------------------------------------------------- protocol buffers */

void test_bytes_free(test_bytes *bytes)
{
    free(bytes->byte);
    *bytes = (test_bytes){NULL, 0, 0};
}

void test_put(test_bytes *to, const void *bytes, size_t size)
{
    if (to->size + size > to->capacity) {
        to->capacity = 2 * (to->size + size);
        unsigned char *grown = realloc(to->byte, to->capacity);
        demand(grown != NULL, "out of memory", "");
        to->byte = grown;
    }
    if (size > 0) {
        memcpy(to->byte + to->size, bytes, size);
        to->size += size;
    }
}

/* A number of this machine, its lowest byte first as files have it. */
static void put_number(test_bytes *to, const void *number, size_t size)
{
    const unsigned char *byte = number;
    const uint16_t one = 1;
    bool little_endian = *(const unsigned char *)&one == 1;
    for (size_t i = 0; i < size; i++) {
        test_put(to, &byte[little_endian ? i : size - 1 - i], 1);
    }
}

static void put_varint(test_bytes *to, uint64_t value)
{
    do {
        unsigned char byte = (unsigned char)((value & 127) | (value > 127 ? 128 : 0));
        test_put(to, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

void test_put_integer(test_bytes *to, unsigned field, long long value)
{
    put_varint(to, field << 3);
    put_varint(to, (uint64_t)value);
}

static void put_float(test_bytes *to, unsigned field, float value)
{
    put_varint(to, field << 3 | 5);
    put_number(to, &value, sizeof value);
}

static void put_block(test_bytes *to, unsigned field, const void *bytes, size_t size)
{
    put_varint(to, field << 3 | 2);
    put_varint(to, size);
    test_put(to, bytes, size);
}

void test_put_text(test_bytes *to, unsigned field, const char *text)
{
    put_block(to, field, text, strlen(text));
}

void test_put_message(test_bytes *to, unsigned field, test_bytes *from)
{
    put_block(to, field, from->byte, from->size);
    test_bytes_free(from);
}

/* ---------------------------------------------------------------- ONNX messages */

enum { FLOAT = 1, INT64 = 7 };

test_bytes test_tensor(const char *name, int type, const char *dims, const void *raw, size_t size)
{
    test_bytes tensor = {NULL, 0, 0};
    for (char *end; *dims != '\0'; dims = end + strspn(end, " ")) {
        test_put_integer(&tensor, 1, strtoll(dims, &end, 10));
        demand(end != dims, "no dimensions", dims);
    }
    test_put_integer(&tensor, 2, type);
    test_put_text(&tensor, 8, name);
    put_block(&tensor, 9, raw, size);
    return tensor;
}

void test_put_value(test_bytes *graph, unsigned field, const char *name, const char *dims)
{
    test_bytes value = {NULL, 0, 0}, type = {NULL, 0, 0}, tensor = {NULL, 0, 0}, shape = {NULL, 0, 0};
    char copy[256];
    snprintf(copy, sizeof copy, "%s", dims);
    char *rest = copy;
    for (const char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        test_bytes dim = {NULL, 0, 0};
        if (isdigit((unsigned char)*word) || *word == '-') {
            test_put_integer(&dim, 1, strtoll(word, NULL, 10));
        } else {
            test_put_text(&dim, 2, word);
        }
        test_put_message(&shape, 1, &dim);
    }
    test_put_integer(&tensor, 1, FLOAT);
    test_put_message(&tensor, 2, &shape);
    test_put_message(&type, 1, &tensor);
    test_put_text(&value, 1, name);
    test_put_message(&value, 2, &type);
    test_put_message(graph, field, &value);
}

test_bytes test_model(int opset, test_bytes *graph)
{
    test_bytes model = {NULL, 0, 0}, import = {NULL, 0, 0};
    test_put_integer(&model, 1, 8);
    test_put_text(&model, 2, "test");
    test_put_message(&model, 7, graph);
    test_put_text(&import, 1, "");
    test_put_integer(&import, 2, opset);
    test_put_message(&model, 8, &import);
    return model;
}

/* ---------------------------------------------------------------- programs */

typedef struct parser {
    const char *at, *program;
    test_bytes *graph;
    unsigned constants;
} parser;

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t");
}

static bool take(parser *p, char expected)
{
    skip_blanks(p);
    if (*p->at != expected) {
        return false;
    }
    p->at++;
    return true;
}

static void need(parser *p, char expected)
{
    const char what[] = {expected, ' ', 'e', 'x', 'p', 'e', 'c', 't', 'e', 'd', '\0'};
    demand(take(p, expected), what, p->at);
}

/* Letters, digits and a few signs that names in models have. */
static char *read_word(parser *p)
{
    skip_blanks(p);
    size_t n = strspn(p->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./");
    char *word = strndup(p->at, n);
    demand(word != NULL, "out of memory", "");
    p->at += n;
    return word;
}

/* One constant. */
typedef struct constant {
    char dims[64];
    bool is_float;
    size_t n;
    double value[4096];
} constant;

static bool starts_constant(const char *at)
{
    return isdigit((unsigned char)*at) || *at == '-' || *at == '[';
}

static void read_number(parser *p, constant *c)
{
    char *end;
    skip_blanks(p);
    c->value[c->n] = strtod(p->at, &end);
    demand(end != p->at && c->n + 1 < sizeof c->value / sizeof *c->value, "number expected", p->at);
    for (; p->at < end; p->at++) {
        c->is_float = c->is_float || *p->at == '.' || *p->at == 'e';
    }
    c->n++;
}

/* 2x3 in front of [ or ~; 1 where there is none, and nothing is taken. */
static bool read_dims(parser *p, constant *c, size_t *size)
{
    size_t n = strspn(p->at, "0123456789x");
    *size = 1;
    if (n == 0 || (p->at[n] != '[' && p->at[n] != '~')) {
        return false;
    }
    for (const char *end = p->at + n; p->at < end; p->at += *p->at == 'x') {
        size_t used = strlen(c->dims);
        unsigned long dim = strtoul(p->at, (char **)(uintptr_t)&p->at, 10);
        snprintf(c->dims + used, sizeof c->dims - used, "%lu ", dim);
        *size *= dim;
    }
    return true;
}

static void read_constant(parser *p, constant *c)
{
    size_t size;
    skip_blanks(p);
    *c = (constant){.dims = ""};
    bool shaped = read_dims(p, c, &size);
    if (take(p, '~')) {
        tfl_rng rng;
        char *seed = read_word(p);
        tfl_rng_init(&rng, strtoul(seed, NULL, 10), "constant", 0);
        free(seed);
        demand(size <= sizeof c->value / sizeof *c->value, "too many numbers", p->at);
        for (c->is_float = true; c->n < size; c->n++) {
            c->value[c->n] = 0.5 * tfl_rng_normal(&rng);
        }
    } else if (take(p, '[')) {
        while (!take(p, ']')) {
            read_number(p, c);
            (void)take(p, ',');
        }
        if (!shaped) {
            snprintf(c->dims, sizeof c->dims, "%zu", c->n);
        }
    } else {
        read_number(p, c);
    }
}

static test_bytes make_tensor(const char *name, const constant *c)
{
    test_bytes raw = {NULL, 0, 0};
    for (size_t i = 0; i < c->n; i++) {
        float number = (float)c->value[i];
        int64_t integer = c->value[i] < 9e18 ? (int64_t)c->value[i] : INT64_MAX;
        c->is_float ? put_number(&raw, &number, sizeof number) : put_number(&raw, &integer, sizeof integer);
    }
    test_bytes tensor = test_tensor(name, c->is_float ? FLOAT : INT64, c->dims, raw.byte, raw.size);
    test_bytes_free(&raw);
    return tensor;
}

/* One input: its name goes into node; a constant becomes an initializer. */
static void read_input(parser *p, test_bytes *node)
{
    static constant c;
    skip_blanks(p);
    if (starts_constant(p->at)) {
        char name[32];
        snprintf(name, sizeof name, "constant.%u", p->constants++);
        read_constant(p, &c);
        test_bytes tensor = make_tensor(name, &c);
        test_put_message(p->graph, 5, &tensor);
        test_put_text(node, 1, name);
        return;
    }
    char *name = read_word(p);
    test_put_text(node, 1, strcmp(name, "_") == 0 ? "" : name);
    free(name);
}

/* The value of an attribute in the field of its type, and the number of that type (AttributeProto). */
static long long read_value(parser *p, test_bytes *attribute)
{
    enum { TYPE_FLOAT = 1, TYPE_INT, TYPE_STRING, TYPE_TENSOR, TYPE_FLOATS = 6, TYPE_INTS };
    static constant c;
    if (take(p, '\'')) {
        char *text = read_word(p);
        need(p, '\'');
        test_put_text(attribute, 4, text);
        free(text);
        return TYPE_STRING;
    }
    if (take(p, '{')) {
        read_constant(p, &c);
        need(p, '}');
        test_bytes tensor = make_tensor("", &c);
        test_put_message(attribute, 5, &tensor);
        return TYPE_TENSOR;
    }
    bool list = *p->at == '[';
    read_constant(p, &c);
    for (size_t i = 0; i < c.n; i++) {
        if (c.is_float) {
            put_float(attribute, list ? 7 : 2, (float)c.value[i]);
        } else {
            test_put_integer(attribute, list ? 8 : 3, (long long)c.value[i]);
        }
    }
    return c.is_float ? (list ? TYPE_FLOATS : TYPE_FLOAT) : (list ? TYPE_INTS : TYPE_INT);
}

/* Names before '='; returns the first. */
static char *read_outputs(parser *p, test_bytes *node)
{
    char *first = NULL;
    do {
        char *name = read_word(p);
        test_put_text(node, 2, strcmp(name, "_") == 0 ? "" : name);
        if (first == NULL) {
            first = name;
        } else {
            free(name);
        }
    } while (take(p, ','));
    return first;
}

static char *read_statement(parser *p)
{
    test_bytes node = {NULL, 0, 0};
    char *output = read_outputs(p, &node);
    need(p, '=');
    char *operator= read_word(p);
    test_put_text(&node, 4, operator);
    free(operator);
    need(p, '(');
    while (!take(p, ')')) {
        read_input(p, &node);
        (void)take(p, ',');
    }
    char name[64];
    snprintf(name, sizeof name, "/%s", output);
    for (skip_blanks(p); *p->at != '\0' && *p->at != ';' && *p->at != '\n'; skip_blanks(p)) {
        if (take(p, '@')) {
            char *own = read_word(p);
            snprintf(name, sizeof name, "%s", own);
            free(own);
            continue;
        }
        test_bytes attribute = {NULL, 0, 0};
        char *key = read_word(p);
        bool typed = !take(p, '?');
        need(p, '=');
        test_put_text(&attribute, 1, key);
        long long type = read_value(p, &attribute);
        if (typed) {
            test_put_integer(&attribute, 20, type);
        }
        test_put_message(&node, 5, &attribute);
        free(key);
    }
    test_put_text(&node, 3, name);
    test_put_message(p->graph, 1, &node);
    return output;
}

char *test_put_program(test_bytes *graph, const char *program)
{
    parser p = {.at = program, .program = program, .graph = graph};
    char *output = NULL;
    for (p.at += strspn(p.at, "; \t\n"); *p.at != '\0'; p.at += strspn(p.at, "; \t\n")) {
        free(output);
        output = read_statement(&p);
    }
    return output;
}

unsigned char *test_onnx_program(int opset, const char *input, const char *program, size_t *size)
{
    test_bytes graph = {NULL, 0, 0};
    char *output = test_put_program(&graph, program);
    test_put_value(&graph, 11, "x", input);
    test_put_value(&graph, 12, output, "N T");
    free(output);
    test_bytes model = test_model(opset, &graph);
    *size = model.size;
    return model.byte;
}
