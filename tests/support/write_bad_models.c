/*
 * write_bad_models FOLDER: the ONNX files of tests/bad, each wrong in the one way that its name tells. They are kept
 * there; this makes them again, the same.
 */
#include "config.h"

#include "tests/support/onnx.h"
#include "tests/support/support.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

static void write_bytes(const char *name, const unsigned char *bytes, size_t size)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/onnx-%s.onnx", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

/* Networks that a program can say. */
static const struct {
    const char *name, *input, *program;
    int opset;
} programs[] = {
    {"attribute-twice", "N 4 12", "y = Elu(x) alpha=1.0 alpha=2.0", 13},
    {"attribute-type", "N 4 12", "y = Elu(x) alpha=1", 13},
    {"attribute-unknown", "N 4 12", "y = Relu(x) alpha=0.5", 13},
    {"axis-beyond", "N 4 12", "y = Gather(x, [0]) axis=4611686018427387904", 13},
    {"axis-negative", "N 4 12", "y = Gather(x, [0]) axis=-4611686018427387904", 13},
    {"channels-five", "N 5 12", "y = Relu(x)", 13},
    {"constant-1e9", "N 4 12", "c = ConstantOfShape([1000000000]) value={1[1.0]}; y = Mul(x, c)", 13},
    {"constant-overflow", "N 4 12", "c = ConstantOfShape([4294967296,4294967296,2]); y = Mul(x, c)", 13},
    {"constant-negative", "N 4 12", "c = ConstantOfShape([-5]); y = Mul(x, c)", 13},
    {"cycle", "N 4 12", "a = Relu(x); b = Add(a, d); c = Exp(b); d = Neg(c); y = Tanh(d)", 13},
    {"cycle-of-one", "N 4 12", "y = Add(x, y)", 13},
    {"divide-by-zero", "N 4 12", "y = Div(x, 0.0)", 13},
    {"expand-huge", "N 4 12", "g = Gather(x, [0]) axis=2; y = Expand(g, [1,4,1000000000])", 13},
    {"gemm-other-length", "N 4 12", "f = Flatten(x); y = Gemm(f, 47x3~1)", 13},
    {"group-zero", "N 4 12", "y = Conv(x, 3x4x5~1) group=0", 13},
    {"input-missing", "N 4 12", "y = Add(x, z)", 13},
    {"input-not-given", "N 4 12", "y = Relu(_)", 13},
    {"input-too-many", "N 4 12", "y = Relu(x, x)", 13},
    {"kernel-negative", "N 4 12", "y = MaxPool(x) kernel_shape=[-2]", 13},
    {"kernel-too-long", "N 4 12", "y = MaxPool(x) kernel_shape=[4611686018427387904]", 13},
    {"kernel-zero", "N 4 12", "y = MaxPool(x) kernel_shape=[0]", 13},
    {"length-huge", "N 4 99999999999", "y = Relu(x)", 13},
    {"name-twice", "N 4 12", "y = Relu(x); y = Exp(y)", 13},
    {"operator-unknown", "N 4 12", "y = LSTM(x)", 13},
    {"opset-future", "N 4 12", "y = Relu(x)", 99},
    {"opset-negative", "N 4 12", "y = Relu(x)", -1},
    {"output-constant", "N 4 12", "y = Shape(x)", 13},
    {"pads-huge", "N 4 12", "y = Conv(x, 3x4x5~1) pads=[1000000000,0]", 13},
    {"pads-negative", "N 4 12", "y = Conv(x, 3x4x5~1) pads=[-1,0]", 13},
    {"pads-overflow", "N 4 12", "y = Conv(x, 3x4x5~1) pads=[4611686018427387904,4611686018427387904]", 13},
    {"range-endless", "N 4 12", "r = Range(0, 5, 0); y = Gather(x, r) axis=2", 13},
    {"reshape-negative", "N 4 12", "y = Reshape(x, [0,-7,-1])", 13},
    {"reshape-overflow", "N 4 12", "y = Reshape(x, [4294967296,4294967296,-1])", 13},
    {"stride-zero", "N 4 12", "y = Conv(x, 3x4x5~1) strides=[0]", 13},
    {"variance-negative", "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 4~3, 4[1.0,1.0,-1.0,1.0])", 13},
};

static void write_program(size_t i)
{
    size_t size;
    unsigned char *bytes = test_onnx_program(programs[i].opset, programs[i].input, programs[i].program, &size);
    write_bytes(programs[i].name, bytes, size);
    free(bytes);
}

/* Weights w of y = Mul(x, w). */
static const unsigned char one[8] = {0, 0, 128, 63, 0, 0, 128, 63}, not_a_number[8] = {0, 0, 128, 63, 0, 0, 192, 127},
                           infinite[8] = {0, 0, 128, 255, 0, 0, 128, 63};

static const struct {
    const char *name;
    const char *dims;
    const unsigned char *raw;
    size_t size;
    int type;
} weights[] = {
    {"weights-dimension-huge", "4611686018427387904", one, 8, 1},
    {"weights-dimension-negative", "-2", one, 8, 1},
    {"weights-dimension-zero", "0", one, 0, 1},
    {"weights-dimensions-overflow", "9223372036854775807 9223372036854775807", one, 8, 1},
    {"weights-dimensions-wrap", "4294967296 4294967296 1 2", one, 8, 1},
    {"weights-infinite", "2", infinite, 8, 1},
    {"weights-nan", "2", not_a_number, 8, 1},
    {"weights-odd-bytes", "2", one, 7, 1},
    {"weights-nine-dimensions", "1 1 1 1 1 1 1 1 2", one, 8, 1},
    {"weights-short", "1000000", one, 8, 1},
    {"weights-text", "2", one, 8, 8},
};

static void write_graph(const char *name, test_bytes *graph)
{
    test_put_value(graph, 12, "y", "N T");
    test_bytes model = test_model(13, graph);
    write_bytes(name, model.byte, model.size);
    test_bytes_free(&model);
}

static void write_weights(size_t i)
{
    test_bytes graph = {NULL, 0, 0};
    test_bytes tensor = test_tensor("w", weights[i].type, weights[i].dims, weights[i].raw, weights[i].size);
    free(test_put_program(&graph, "y = Mul(x, w)"));
    test_put_message(&graph, 5, &tensor);
    test_put_value(&graph, 11, "x", "N 4 2");
    write_graph(weights[i].name, &graph);
}

static void write_external_data(void)
{
    test_bytes graph = {NULL, 0, 0}, tensor = test_tensor("w", 1, "2", NULL, 0), entry = {NULL, 0, 0};
    test_put_text(&entry, 1, "location");
    test_put_text(&entry, 2, "/etc/passwd");
    test_put_message(&tensor, 13, &entry);
    test_put_integer(&tensor, 14, 1);
    test_put_message(&graph, 5, &tensor);
    free(test_put_program(&graph, "y = Mul(x, w)"));
    test_put_value(&graph, 11, "x", "N 4 2");
    write_graph("external-data", &graph);
}

static void write_inputs(const char *name, const char *first, const char *second)
{
    test_bytes graph = {NULL, 0, 0};
    free(test_put_program(&graph, "y = Relu(x)"));
    if (first != NULL) {
        test_put_value(&graph, 11, first, "N 4 12");
    }
    if (second != NULL) {
        test_put_value(&graph, 11, second, "N 4 12");
    }
    write_graph(name, &graph);
}

/* Two tasks, whose names the metadata has. */
static void write_tasks(const char *name, const char *tasks)
{
    test_bytes graph = {NULL, 0, 0}, entry = {NULL, 0, 0};
    free(test_put_program(&graph, "f = Flatten(x); y = MatMul(f, 8x2~1)"));
    test_put_value(&graph, 11, "x", "N 4 2");
    test_put_value(&graph, 12, "y", "N T");
    test_bytes model = test_model(13, &graph);
    test_put_text(&entry, 1, "tasks");
    test_put_text(&entry, 2, tasks);
    test_put_message(&model, 14, &entry);
    write_bytes(name, model.byte, model.size);
    test_bytes_free(&model);
}

/* Attributes that hold a graph, which holds a node, which holds an attribute …, 2,000 deep. */
static void write_deep(void)
{
    test_bytes inner = {NULL, 0, 0};
    test_put_text(&inner, 1, "deep");
    for (unsigned depth = 0; depth < 2000; depth++) {
        test_bytes attribute = {NULL, 0, 0}, node = {NULL, 0, 0};
        test_put_message(&attribute, 6, &inner); /* g: a GraphProto */
        test_put_text(&node, 4, "If");
        test_put_message(&node, 5, &attribute);
        test_put_message(&inner, 1, &node);
    }
    test_bytes graph = {NULL, 0, 0};
    test_put_text(&inner, 4, "If");
    test_put_message(&graph, 1, &inner);
    test_put_value(&graph, 11, "x", "N 4 12");
    write_graph("deep", &graph);
}

static void write_cut(void)
{
    size_t size;
    unsigned char *bytes = test_onnx_program(13, "N 4 12", "y = Conv(x, 3x4x5~1)", &size);
    write_bytes("cut", bytes, size / 2);
    free(bytes);
}

/* A field that says it has 4 GB. */
static void write_four_gigabytes(void)
{
    static const unsigned char bytes[] = {8, 7, 0x3A, 0xF0, 0xFF, 0xFF, 0xFF, 0x0F, 0x0A, 0};
    write_bytes("four-gigabytes", bytes, sizeof bytes);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: write_bad_models FOLDER\n");
        return EXIT_FAILURE;
    }
    folder = argv[1];
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        write_program(i);
    }
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        write_weights(i);
    }
    write_external_data();
    write_inputs("inputs-none", NULL, NULL);
    write_inputs("inputs-twice", "x", "x");
    write_inputs("inputs-two", "x", "z");
    write_inputs("input-misnamed", "sequence", NULL);
    write_tasks("task-control", "a\tb,c");
    write_tasks("task-empty", "a,");
    write_tasks("task-twice", "a,a");
    write_deep();
    write_cut();
    write_four_gigabytes();
    return EXIT_SUCCESS;
}
