/* What is read from ONNX files: programs of operators (tests/support/onnx.h) with values that are known, and pairs of
 * programs that must do the same. */
#include "config.h"

#include "tflift/memory.h"
#include "tflift/model.h"

#include "src/nn/onnx_internal.h"

#include "tests/support/onnx.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The model of a program, its network for sequences of length, and values for it. */
typedef struct network {
    tfl_model *model;
    tfl_graph *graph;
    tfl_values *values;
    const float *output; /* [graph->n_tasks] */
} network;

static tfl_status try_network(int opset, const char *input, const char *program, size_t length, network *net, tfl_error *err)
{
    *net = (network){0};
    size_t size;
    unsigned char *bytes = test_onnx_program(opset, input, program, &size);
    tfl_status status = tfl_model_read_memory(bytes, size, "model.onnx", &net->model, err);
    status = status == TFL_OK ? tfl_model_graph(net->model, length, &net->graph, err) : status;
    status = status == TFL_OK ? tfl_values_create(net->graph, &net->values, err) : status;
    free(bytes);
    return status;
}

static void open_network(int opset, const char *input, const char *program, size_t length, network *net)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(try_network(opset, input, program, length, net, &err) == TFL_OK, "%s: %s", program, err.message);
}

static void close_network(network *net)
{
    tfl_values_free(net->values);
    tfl_graph_free(net->graph);
    tfl_model_free(net->model);
}

static void run_network(network *net)
{
    tfl_forward(net->graph, net->values, net->graph->output);
    net->output = net->values->of[net->graph->output];
}

/* ---------------------------------------------------------------- elements in their places */

/* The input is 4 channels of 3 positions with the value 10 channel + position, so that "21" is position 1 of channel 2.
 */
static const struct {
    int opset;
    const char *program, *expected;
} arrangements[] = {
    {13, "y = Pad(x, [0,0,0,0,0,0]); w = Transpose(y) perm=[0,1,2]; z = Slice(w, [0], [1], [1])", "0 1 2"},
    {13, "y = Transpose(x) perm=[0,2,1]", "0 10 20 30 1 11 21 31 2 12 22 32"},
    {13, "y = Transpose(x)", "0 10 20 30 1 11 21 31 2 12 22 32"}, /* (L, 4, N) */
    {13, "y = Slice(x, [1], [3], [1])", "10 11 12 20 21 22"},
    {13, "y = Slice(x, [-1], [-9223372036854775807], [2], [-1])", "2 1 0 12 11 10 22 21 20 32 31 30"},
    {13, "y = Slice(x, [0,1], [9223372036854775807,100], [1,2], [2,1])", "1 2 21 22"},
    {9, "y = Slice(x) starts=[1,2] ends=[-1,3] axes=[1,2]", "12 22"},
    {9, "y = Slice(x) starts=[0,3] ends=[1,4]", "30 31 32"},
    {13, "y = Pad(x, [0,0,1,0,-3,0], 5.0)", "5 0 1 2"},
    {13, "y = Slice(x, [3], [4], [1]); z = Pad(y, [0,0,2,0,0,2], _) mode='reflect'", "32 31 30 31 32 31 30"},
    {13, "y = Slice(x, [3], [4], [1]); z = Pad(y, [0,0,2,0,0,1], _) mode='edge'", "30 30 30 31 32 32"},
    {19, "y = Slice(x, [3], [4], [1]); z = Pad(y, [2,1], _, [2]) mode='wrap'", "31 32 30 31 32 30"},
    {9, "y = Slice(x) starts=[3] ends=[4] axes=[1]; z = Pad(y) pads=[0,0,1,0,0,0] value=7.0", "7 30 31 32"},
    {13, "y = Pad(x, [0,0,1,0,-3,0], 5.0); z = Pad(y, [0,0,0,0,0,1], 6.0)", "5 0 1 2 6"},
    {13, "y = Gather(x, [2,0]) axis=1", "20 21 22 0 1 2"},
    {13, "y = Gather(x, -1) axis=2", "2 12 22 32"},
    {13, "y = Gather(x, 2x2[3,0,1,2]) axis=1; z = Gather(y, 1) axis=1", "10 11 12 20 21 22"},
    {13, "y = Flatten(x); z = Slice(y, [4], [6], [1])", "11 12"},
    {13, "y = Flatten(x) axis=3; z = Slice(y, [3], [5], [0])", "10 11"},
    {13, "y = Reshape(x, [0,-1,6]); z = Gather(y, 1) axis=1", "20 21 22 30 31 32"},
    {13, "y = Reshape(x, [-1,2,6]); z = Transpose(y) perm=[0,2,1]", "0 20 1 21 2 22 10 30 11 31 12 32"},
    {14, "y = Reshape(x, [1,3,4]) allowzero=1; z = Gather(y, 2) axis=1", "22 30 31 32"},
    {13, "y = Unsqueeze(x, [1,-1]); z = Squeeze(y, [1]); w = Squeeze(z); v = Gather(w, 1) axis=1", "10 11 12"},
    {9, "y = Unsqueeze(x) axes=[2]; z = Squeeze(y) axes=[2]; v = Gather(z, 3) axis=1", "30 31 32"},
    {13, "y = Gather(x, [1]) axis=1; z = Expand(y, [2,1])", "10 11 12 10 11 12"},
    {13, "y = Gather(x, [1]) axis=2; z = Expand(y, [1,1,2])", "1 1 11 11 21 21 31 31"},
    {13, "y = Concat(x, x) axis=2; z = Gather(y, 0) axis=1", "0 1 2 0 1 2"},
    {13, "y = Gather(x, 2) axis=1; z = Gather(x, 0) axis=1; w = Concat(y, z) axis=1", "20 21 22 0 1 2"},
    {13, "a, y = Split(x, [1,3]) axis=1; z = Concat(y, a) axis=1", "10 11 12 20 21 22 30 31 32 0 1 2"},
    {18, "a, b, c = Split(x) axis=2 num_outputs=3; z = Concat(c, a) axis=2", "2 0 12 10 22 20 32 30"},
    {11, "a, b = Split(x) axis=1 split=[3,1]; z = Identity(b)", "30 31 32"},
    /* shape arithmetic */
    {13,
     "s = Shape(x); n = Gather(s, 0) axis=0; u = Unsqueeze(n, [0]); t = Concat(u, [-1]) axis=0; y = Reshape(x, t);"
     "z = Slice(y, [10], [12], [1])",
     "31 32"},
    {13, "s = Shape(x); l = Slice(s, [2], [3]); h = Div(l, [2]); y = Slice(x, h, l, [2])", "1 2 11 12 21 22 31 32"},
    {15, "s = Shape(x) start=-1; e = Sub(s, [1]); y = Slice(x, e, s, [2])", "2 12 22 32"},
    {13, "s = Shape(x); l = Gather(s, [2]) axis=0; q = Squeeze(l, [0]); r = Range(0, q, 2); y = Gather(x, r) axis=2",
     "0 2 10 12 20 22 30 32"},
    {13,
     "c = ConstantOfShape([3]) value={1[2]}; m = Mul(c, [1,1,-1]); e = Equal(m, [-2]); w = Where(e, [3], c); i = "
     "Cast(w) to=7;"
     "p = ReduceMax(x) axes=[1] keepdims=0; y = Gather(x, i) axis=1",
     "20 21 22 20 21 22 30 31 32"},
    {13, "k = Constant() value={2[1,3]}; y = Gather(x, k) axis=1", "10 11 12 30 31 32"},
    {13, "k = Constant() value_ints=[1]; j = Constant() value_int=0; a = Gather(x, k) axis=1; y = Gather(a, j) axis=2",
     "10"},
};

START_TEST(elements_move_as_onnx_says)
{
    network net;
    open_network(arrangements[_i].opset, "N 4 3", arrangements[_i].program, 3, &net);
    for (int c = 0; c < 4; c++) {
        for (int l = 0; l < 3; l++) {
            net.values->of[0][4 * l + c] = (float)(10 * c + l);
        }
    }
    run_network(&net);
    char text[512] = "";
    for (size_t t = 0; t < net.graph->n_tasks; t++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%g", t == 0 ? "" : " ", (double)net.output[t]);
    }
    ck_assert_msg(strcmp(text, arrangements[_i].expected) == 0, "%s\n  gives %s\n  not   %s", arrangements[_i].program,
                  text, arrangements[_i].expected);
    close_network(&net);
}
END_TEST

/* ---------------------------------------------------------------- pairs that do the same */

/* For sequences of 12; ~ constants with the same seed are equal. */
static const struct {
    int opset;
    const char *input, *program;
    int other_opset;
    const char *other_input, *other;
} pairs[] = {
    /* layouts: the same filters over the same bases */
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, 3~2)", 13, "N 4 1 12", "y = Conv(x, 3x4x1x5~1, 3~2)"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, 3~2) strides=[2] pads=[1,2]", 13, "N 4 12 1",
     "y = Conv(x, 3x4x5x1~1, 3~2) strides=[2,1] pads=[1,0,2,0]"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, 3~2) dilations=[2]", 13, "N 1 4 12",
     "y = Conv(x, 3x1x4x5~1, 3~2) dilations=[1,2]"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, 3~2); z = MaxPool(y) kernel_shape=[3] strides=[2]", 13, "N 12 4",
     "t = Transpose(x) perm=[0,2,1]; y = Conv(t, 3x4x5~1, 3~2); z = MaxPool(y) kernel_shape=[3] strides=[2]"},
    {13, "N 4 L", "y = Conv(x, 3x4x5~1, 3~2)", 13, "1 4 L", "y = Conv(x, 3x4x5~1, 3~2)"},
    {13, "N 4 12", "y = Flatten(x); z = MatMul(y, 48x3~1)", 13, "N 12 4",
     "t = Transpose(x) perm=[0,2,1]; y = Flatten(t); z = MatMul(y, 48x3~1)"},
    /* convolution and pooling */
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) auto_pad='SAME_UPPER'", 13, "N 4 12", "y = Conv(x, 3x4x5~1) pads=[2,2]"},
    {13, "N 4 12", "y = Conv(x, 3x4x4~1) auto_pad='SAME_UPPER' strides=[2]", 13, "N 4 12",
     "y = Conv(x, 3x4x4~1) pads=[1,1] strides=[2]"},
    {13, "N 4 12", "y = Conv(x, 3x4x4~1) auto_pad='SAME_LOWER'", 13, "N 4 12", "y = Conv(x, 3x4x4~1) pads=[2,1]"},
    {13, "N 4 12", "y = Conv(x, 3x4x4~1) auto_pad='VALID'", 13, "N 4 12",
     "y = Conv(x, 3x4x4~1) kernel_shape=[4] pads=[0,0] group=1"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) pads=[2,3]", 13, "N 4 12", "p = Pad(x, [0,0,2,0,0,3]); y = Conv(p, 3x4x5~1)"},
    {13, "N 4 12", "y = Conv(x, 6x2x3~1, 6~2) group=2", 13, "N 4 12",
     "a, b = Split(x) axis=1; w = Constant() value={6x2x3~1}; v = Slice(w, [0], [3], [0]); u = Slice(w, [3], [6], [0]);"
     "k = Constant() value={6~2}; h = Slice(k, [0], [3]); g = Slice(k, [3], [6]);"
     "c = Conv(a, v, h); d = Conv(b, u, g); y = Concat(c, d) axis=1"},
    {13, "N 4 12", "y = AveragePool(x) kernel_shape=[3] strides=[3]", 13, "N 4 12",
     "y = Conv(x, "
     "4x1x3[0.333333333,0.333333333,0.333333333,0.333333333,0.333333333,0.333333333,0.333333333,0.333333333,0."
     "333333333,"
     "0.333333333,0.333333333,0.333333333]) group=4 strides=[3]"},
    {13, "N 4 12", "y = AveragePool(x) kernel_shape=[5] pads=[2,2] count_include_pad=1", 13, "N 4 12",
     "p = Pad(x, [0,0,2,0,0,2]); y = AveragePool(p) kernel_shape=[5]"},
    {13, "N 4 12", "y = AveragePool(x) kernel_shape=[5] strides=[5] ceil_mode=1; z = Gather(y, 2) axis=2", 13, "N 4 12",
     "a = Slice(x, [10], [12], [2]); z = ReduceMean(a) axes=[2]"},
    {19, "N 4 12", "y = AveragePool(x) kernel_shape=[2] dilations=[3]", 13, "N 4 12",
     "a = Slice(x, [0], [9], [2]); b = Slice(x, [3], [12], [2]); c = Add(a, b); y = Mul(c, 0.5)"},
    {10, "N 4 12", "y = MaxPool(x) kernel_shape=[2] dilations=[3] auto_pad='SAME_UPPER'", 13, "N 4 12",
     "y = MaxPool(x) kernel_shape=[2] dilations=[3] pads=[1,2]"},
    {9, "N 4 12", "y = MaxPool(x) kernel_shape=[3] strides=[2]; z = AveragePool(y) kernel_shape=[2]; w = Squeeze(z)",
     21, "N 4 12",
     "y = MaxPool(x) kernel_shape=[3] strides=[2] ceil_mode=0; z = AveragePool(y) kernel_shape=[2] dilations=[1]; w = "
     "Dropout(z)"},
    {9, "N 4 12", "y = Unsqueeze(x) axes=[1]; z = Reshape(y, [0,48]); s = Sum(z, z); r = Elu(s)", 21, "N 4 12",
     "y = Unsqueeze(x, [1]); z = Reshape(y, [0,48]); s = Add(z, z); r = Elu(s)"},
    {13, "N 4 12", "y = MaxPool(x) kernel_shape=[12]", 13, "N 4 12", "y = GlobalMaxPool(x)"},
    {13, "N 4 12", "y = GlobalMaxPool(x)", 13, "N 4 12", "y = ReduceMax(x) axes=[2] keepdims=0"},
    {18, "N 4 12", "y = ReduceMax(x, [1])", 13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; y = GlobalMaxPool(t)"},
    {13, "N 4 12", "y = GlobalAveragePool(x)", 13, "N 4 12", "y = ReduceMean(x) axes=[-1] keepdims=0"},
    {18, "N 4 12", "y = ReduceMean(x, [2,1])", 13, "N 4 12", "f = Flatten(x); y = ReduceMean(f) axes=[1]"},
    {18, "N 4 12", "y = ReduceMean(x)", 13, "N 4 12", "y = ReduceMean(x) axes=[0,1,2]"},
    {18, "N 4 12", "y = ReduceMean(x) noop_with_empty_axes=1; z = Mul(y, 2.0)", 13, "N 4 12", "z = Add(x, x)"},
    {11, "N 4 12", "y = ReduceSum(x) axes=[2]", 13, "N 4 12", "y = ReduceSum(x, [2])"},
    {13, "N 4 12", "y = ReduceSum(x, [1]) keepdims=0", 13, "N 4 12", "y = ReduceMean(x) axes=[1]; z = Mul(y, 4.0)"},
    {13, "N 4 1 12", "y = GlobalAveragePool(x)", 13, "N 4 12", "y = ReduceMean(x) axes=[2]"},
    /* matrices */
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, 3~2)", 13, "N 4 12",
     "f = Flatten(x); m = MatMul(f, 48x3~1); y = Add(m, 3~2)"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, 1x3~2) alpha=0.5 beta=2.0", 13, "N 4 12",
     "f = Flatten(x); m = MatMul(f, 48x3~1); h = Mul(m, 0.5); k = Constant() value={3~2}; l = Mul(k, 2.0); y = Add(l, "
     "h)"},
    {13, "N 4 12", "f = Flatten(x); w = Transpose(48x3~1); y = Gemm(f, w) transB=1", 13, "N 4 12",
     "f = Flatten(x); y = MatMul(f, 48x3~1)"},
    {13, "N 4 12",
     "t = Transpose(x) perm=[0,2,1]; m = MatMul(t, 4x5~1); a = Add(m, 5~2); y = Transpose(a) perm=[0,2,1]", 13,
     "N 4 12", "w = Transpose(4x5~1); k = Unsqueeze(w, [2]); y = Conv(x, k, 5~2)"},
    {13, "N 4 12", "f = Flatten(x); m = MatMul(f, 48x3~1); s = Sigmoid(m); a = Add(m, 3~2); y = Mul(a, s)", 13,
     "N 4 12", "f = Flatten(x); m = Gemm(f, 48x3~1); s = Sigmoid(m); a = Gemm(f, 48x3~1, 3~2); y = Mul(a, s)"},
    {13, "N 4 12", "f = Flatten(x); m = MatMul(f, 48x3~1); u = Unsqueeze(m, [1]); a = Add(u, 3~2); s = Squeeze(a, [1]); y = Mul(s, m)", 13,
     "N 4 12", "f = Flatten(x); m = Gemm(f, 48x3~1); s = Gemm(f, 48x3~1, 3~2); y = Mul(s, m)"},
    {13, "N 4 12", "f = Flatten(x); m = MatMul(f, 48x3~1); i = Identity(m); r = Reshape(i, [0,3]); a = Add(r, 3~2); y = Concat(a, i) axis=1", 13,
     "N 4 12", "f = Flatten(x); m = Gemm(f, 48x3~1); a = Gemm(f, 48x3~1, 3~2); y = Concat(a, m) axis=1"},
    /* arithmetic */
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 4~3, 4[1.0,2.0,0.5,0.25]) epsilon=0.0", 13, "N 4 12",
     "m = Unsqueeze(4~3, [1]); d = Sub(x, m); v = Sqrt(4x1[1.0,2.0,0.5,0.25]); n = Div(d, v); g = Unsqueeze(4~1, [1]);"
     "s = Mul(n, g); b = Unsqueeze(4~2, [1]); y = Add(b, s)"},
    {13, "N 4 12", "y = Sub(2.0, x)", 13, "N 4 12", "n = Neg(x); y = Add(n, 2.0)"},
    {13, "N 4 12", "a = Add(x, 10.0); y = Div(3.0, a)", 13, "N 4 12",
     "a = Add(10.0, x); r = Reciprocal(a); y = Mul(r, 3.0)"},
    {13, "N 4 12", "a = Abs(x); b = Add(a, 1.0); y = Div(x, b)", 13, "N 4 12",
     "a = Abs(x); b = Add(a, 1.0); r = Pow(b, -1.0); y = Mul(r, x)"},
    {13, "N 4 12", "y = Mul(x, 4x12~1)", 13, "N 4 12", "f = Flatten(x); g = Mul(f, 48~1); y = Reshape(g, [0,4,12])"},
    {13, "N 4 12", "m = ReduceMean(x) axes=[2]; y = Mul(x, m)", 13, "N 4 12",
     "m = ReduceMean(x) axes=[2]; e = Expand(m, [1,4,12]); y = Mul(e, x)"},
    {13, "N 4 12", "m = ReduceMean(x) axes=[2]; y = Sub(m, 1x12~1)", 13, "N 4 12",
     "m = GlobalAveragePool(x); e = Expand(m, [1,4,12]); y = Sub(e, 12~1)"},
    {13, "N 4 12", "y = Sum(x, x, x)", 13, "N 4 12", "a = Add(x, x); y = Add(a, x)"},
    {13, "N 4 12", "m = GlobalMaxPool(x); y = Sum(x, m)", 13, "N 4 12", "m = GlobalMaxPool(x); y = Add(m, x)"},
    {13, "N 4 12", "y = Mul(x, x)", 13, "N 4 12", "y = Pow(x, 2.0)"},
    {13, "N 4 12", "f = Flatten(x); p = Pow(f, 1x1x1[2.0]); y = ReduceSum(p, [1])", 13, "N 4 12", "f = Flatten(x); y = Mul(f, f)"},
    {13, "N 4 12", "y = Sqrt(4.0); z = Mul(x, y)", 13, "N 4 12", "z = Add(x, x)"},
    {13, "N 4 12", "a = Abs(x); b = Add(a, 1.0); t = Transpose(b) perm=[0,2,1]; s = Transpose(x) perm=[0,2,1]; y = Div(s, t)", 13,
     "N 4 12", "a = Abs(x); b = Add(a, 1.0); d = Div(x, b); y = Transpose(d) perm=[0,2,1]"},
    {13, "N 4 12", "s = Sum(x); y = Relu(s)", 13, "N 4 12", "y = Relu(x)"},
    {13, "N 4 12", "y = Concat(x, x) axis=0; z = ReduceSum(y, [0])", 13, "N 4 12", "z = Add(x, x)"},
    {13, "N 4 12", "e = Expand(x, [1,4,12]); c = Concat(e) axis=2; y = Relu(c)", 13, "N 4 12", "y = Relu(x)"},
    {13, "N 4 12", "w = Pad(3x4x3~1, [0,0,1,0,0,1]); y = Conv(x, w)", 13, "N 4 12",
     "c = Conv(x, 3x4x3~1); y = Slice(c, [1], [9], [2])"},
    {13, "N 4 12", "b = Neg(a); a = Relu(x); c = Add(b, x)", 13, "N 4 12", "a = Relu(x); b = Neg(a); c = Add(b, x)"},
    /* constants */
    {13, "N 4 12", "a = Add(1.0, 2.0); p = Pow(a, 2.0); q = Sub(p, 0.5); y = Mul(x, q)", 13, "N 4 12", "y = Mul(x, 8.5)"},
    {13, "N 4 12", "a = Exp(0.0); b = Reciprocal(4.0); c = Abs(-0.5); d = Tanh(0.0); l = Log(1.0); s = Div(b, c);"
     "t = Add(s, a); u = Add(t, d); v = Add(u, l); y = Mul(x, v)", 13, "N 4 12", "y = Mul(x, 1.5)"},
    {13, "N 4 12", "e = Erf(0.5); y = Mul(x, e)", 13, "N 4 12", "y = Mul(x, 0.5204999)"},
    {13, "N 4 12", "n = Neg(0.5); m = Neg([-3]); k = Mul(n, m); y = Mul(x, k)", 13, "N 4 12", "y = Mul(x, -1.5)"},
    {13, "N 4 12", "k = Constant() value_float=0.5; f = Constant() value_floats=[1.0,2.0]; s = Mul(k, f); h = Slice(s, [1], [2]);"
     "y = Add(x, h)", 13, "N 4 12", "y = Add(x, 1.0)"},
    {13, "N 4 12", "i = Cast(-2.75) to=6; b = Cast(0.25) to=9; d = Cast([3]) to=11; h = Cast(0.5) to=10; p = Cast(1.0) to=16;"
     "s = Add(i, b); t = Mul(d, h); u = Mul(t, p); v = Add(s, u); y = Mul(x, v)", 13, "N 4 12", "y = Mul(x, 0.5)"},
    {13, "N 4 12", "n = Constant() value_int=4; c = ConstantOfShape([4,1]); d = Add(c, n); y = Mul(x, d)", 13, "N 4 12",
     "y = Mul(x, 4.0)"},
    {13, "N 4 12", "w = Where(3x1[1,0,1], [5], [0.5,1.5,2.5]); y = Conv(x, 3x4x5~1); g = Reshape(w, [9]); h = Slice(g, [2], [5]); r = Reshape(h, [3,1]);"
     "z = Mul(y, r)", 13, "N 4 12", "y = Conv(x, 3x4x5~1); z = Mul(y, 3x1[5.0,0.5,1.5])"},
    {13, "N 4 12", "r = Range(2.0, 0.0, -0.5); c = Unsqueeze(r, [1]); y = Mul(x, c)", 13, "N 4 12", "y = Mul(x, 4x1[2.0,1.5,1.0,0.5])"},
    {15, "N 4 12", "s = Shape(x) start=-2 end=-1; t = Shape(x) start=2 end=9; u = Shape(x) start=-9 end=1; e = Shape(x) start=2 end=1;"
     "a = Concat(u, t, s, e) axis=0; r = Reshape(x, a); y = Relu(r)", 13, "N 4 12", "r = Reshape(x, [1,12,4]); y = Relu(r)"},
    /* types of attributes that early writers left out */
    {13, "N 4 12", "k = Constant() value?={1[0.5]}; c = Conv(x, 3x4x5~1) pads?=[2,2]; l = LeakyRelu(c) alpha?=0.25; f = Flatten(l) axis?=1; y = Mul(f, k)",
     13, "N 4 12", "c = Conv(x, 3x4x5~1) auto_pad?='SAME_UPPER'; l = LeakyRelu(c) alpha=0.25; f = Flatten(l); k = Constant() value_floats?=[0.5]; y = Mul(f, k)"},
    /* activations */
    {13, "N 4 12", "c = Clip(x, _, _); y = Relu(c)", 13, "N 4 12", "y = Relu(x)"},
    {10, "N 4 12", "c = Clip(x) min=-1e39 max=1e39; y = Relu(c)", 13, "N 4 12", "y = Relu(x)"},
    {13, "N 4 12", "y = Max(0.25, x)", 13, "N 4 12", "y = Clip(x, 0.25)"},
    {11, "N 4 12", "d = Dropout(x) ratio=0.0; y = Relu(d)", 13, "N 4 12", "d = Dropout(0.5); k = Dropout(x, d, 0); y = Relu(k)"},
    {14, "N 4 12", "t = Transpose(x) perm=[0,2,1]; y = HardSwish(t)", 14, "N 4 12", "h = HardSwish(x); y = Transpose(h) perm=[0,2,1]"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; y = PRelu(t, 4~1)", 13, "N 4 12", "h = PRelu(x, 4x1~1); y = Transpose(h) perm=[0,2,1]"},
    {20, "N 4 12", "y = Gelu(x)", 13, "N 4 12",
     "d = Div(x, 1.4142135); e = Erf(d); a = Add(e, 1.0); m = Mul(x, a); y = Mul(m, 0.5)"},
    {20, "N 4 12", "y = Gelu(x)", 13, "N 4 12",
     "h = Mul(0.5, x); d = Mul(0.70710678, x); e = Erf(d); a = Add(1.0, e); y = Mul(h, a)"},
    {20, "N 4 12", "y = Gelu(x)", 13, "N 4 12",
     "r = Sqrt(2.0); d = Div(x, r); e = Erf(d); a = Add(e, 1.0); m = Mul(a, x); y = Div(m, 2.0)"},
    {20, "N 4 12", "y = Gelu(x) approximate='tanh'", 13, "N 4 12",
     "p = Pow(x, 3.0); q = Mul(p, 0.044715); s = Add(x, q); r = Mul(s, 0.7978846); t = Tanh(r); a = Add(t, 1.0); h = "
     "Mul(x, 0.5);"
     "y = Mul(h, a)"},
    {20, "N 4 12", "y = Gelu(x) approximate='tanh'", 13, "N 4 12",
     "q = Mul(x, x); c = Mul(q, 0.044715); o = Add(c, 1.0); b = Mul(x, 0.7978846); r = Mul(o, b); t = Tanh(r); a = "
     "Add(1.0, t);"
     "m = Mul(a, x); y = Mul(m, 0.5)"},
    {13, "N 4 12", "y = Relu(x)", 13, "N 4 12", "y = Clip(x, 0.0)"},
    {13, "N 4 12", "y = Clip(x, -0.5, 1.0)", 13, "N 4 12",
     "a = Add(x, 0.5); b = Relu(a); c = Sub(1.5, b); d = Relu(c); y = Sub(1.0, d)"},
    {6 + 3, "N 4 12", "y = Clip(x) min=0.0 max=0.75", 13, "N 4 12", "r = Relu(x); m = Sub(0.75, r); n = Relu(m); y = Sub(0.75, n)"},
    {13, "N 4 12", "y = Clip(x, _, 0.5)", 13, "N 4 12", "y = Min(0.5, x)"},
    {8 + 1, "N 4 12", "y = Max(x, 0.25)", 13, "N 4 12", "a = Sub(x, 0.25); r = Relu(a); y = Add(r, 0.25)"},
    {13, "N 4 12", "y = HardSigmoid(x)", 13, "N 4 12", "a = Mul(x, 0.2); b = Add(a, 0.5); y = Clip(b, 0.0, 1.0)"},
    {13, "N 4 12", "y = HardSigmoid(x) alpha=1.5 beta=0.25", 13, "N 4 12", "a = Mul(x, 1.5); b = Add(a, 0.25); y = Clip(b, 0.0, 1.0)"},
    {14, "N 4 12", "y = HardSwish(x)", 13, "N 4 12", "a = Add(x, 3.0); b = Clip(a, 0.0, 6.0); c = Mul(x, b); y = Div(c, 6.0)"},
    {12, "N 4 12", "y = Celu(x)", 13, "N 4 12", "y = Elu(x)"},
    {12, "N 4 12", "y = Celu(x) alpha=0.5", 13, "N 4 12",
     "p = Relu(x); d = Div(x, 0.5); e = Exp(d); m = Sub(e, 1.0); s = Mul(m, 0.5); n = Min(s, 0.0); y = Add(p, n)"},
    {10, "N 4 12", "y = Clip(x) min=0.0 max=3.4028234e38", 13, "N 4 12", "y = LeakyRelu(x) alpha=0.0"},
    {13, "N 4 12", "y = PRelu(x, 4x1[0.25,0.25,0.25,0.25])", 13, "N 4 12", "y = LeakyRelu(x) alpha=0.25"},
    {13, "N 4 12", "y = PRelu(x, 1[0.25])", 13, "N 4 12",
     "y = PRelu(x, 12[0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25])"},
    {13, "N 4 12", "y = Elu(x)", 13, "N 4 12", "y = Elu(x) alpha=1.0"},
    {13, "N 4 12", "y = Selu(x)", 13, "N 4 12", "e = Elu(x) alpha=1.6732632; y = Mul(e, 1.050701)"},
    {13, "N 4 12", "y = Softplus(x)", 13, "N 4 12", "e = Exp(x); a = Add(e, 1.0); y = Log(a)"},
    {13, "N 4 12", "y = Sigmoid(x)", 13, "N 4 12", "h = Mul(x, 0.5); t = Tanh(h); a = Add(t, 1.0); y = Mul(a, 0.5)"},
    {13, "N 4 12", "y = Softmax(x) axis=1", 13, "N 4 12", "e = Exp(x); s = ReduceSum(e, [1]); y = Div(e, s)"},
    {11, "N 4 12", "y = Softmax(x)", 13, "N 4 12", "f = Flatten(x); s = Softmax(f); y = Reshape(s, [0,4,12])"},
    /* nothing */
    {13, "N 4 12", "y, m = Dropout(x, 0.5); z = Identity(y); c = Cast(z) to=1; r = Relu(c)", 13, "N 4 12",
     "r = Relu(x)"},
    {11, "N 4 12", "y = Dropout(x) ratio=0.25; r = Relu(y)", 13, "N 4 12",
     "y = Dropout(x); z = Dropout(y, 0.5, 0); r = Relu(z)"},
    /* a batch that the file fixes, of which one is taken: as many numbers as the batch has sequences, too */
    {13, "8 4 12", "y = Reshape(x, [8,48]); r = Relu(y)", 13, "N 4 12", "y = Reshape(x, [-1,48]); r = Relu(y)"},
    {13, "3 4 12", "f = Flatten(x); g = Gemm(f, 48x3~1); y = Reshape(g, [3,-1]); m = Gemm(y, 3x2~2)", 13, "N 4 12",
     "f = Flatten(x); g = Gemm(f, 48x3~1); m = Gemm(g, 3x2~2)"},
    {13, "3 4 12", "f = Flatten(x); g = Gemm(f, 48x3~1); w = Reshape(6~2, [3,-1]); m = MatMul(g, w)", 13, "N 4 12",
     "f = Flatten(x); g = Gemm(f, 48x3~1); m = Gemm(g, 3x2~2)"},
    {13, "3 4 12", "m = ReduceMean(x) axes=[2]; e = Expand(m, [3,4,12]); y = Sub(x, e); f = Flatten(y); g = Gemm(f, 48x3~1)", 13, "N 4 12",
     "m = ReduceMean(x) axes=[2]; y = Sub(x, m); f = Flatten(y); g = Gemm(f, 48x3~1)"},
};

START_TEST(programs_agree)
{
    network a, b;
    tfl_rng rng;
    tfl_rng_init(&rng, (uint64_t)_i, "input", 0);
    open_network(pairs[_i].opset, pairs[_i].input, pairs[_i].program, 12, &a);
    open_network(pairs[_i].other_opset, pairs[_i].other_input, pairs[_i].other, 12, &b);
    for (size_t i = 0; i < a.graph->layer[0].size; i++) {
        a.values->of[0][i] = b.values->of[0][i] = (float)(2 * tfl_rng_normal(&rng));
    }
    run_network(&a);
    run_network(&b);
    ck_assert_msg(a.graph->n_tasks == b.graph->n_tasks, "%s: %zu outputs, and %zu from %s", pairs[_i].program,
                  a.graph->n_tasks, b.graph->n_tasks, pairs[_i].other);
    for (size_t t = 0; t < a.graph->n_tasks; t++) {
        double difference = fabs((double)a.output[t] - (double)b.output[t]);
        ck_assert_msg(difference <= 2e-5 * (1 + fabs((double)a.output[t])), "%s\n  output %zu is %g, and %g from\n%s",
                      pairs[_i].program, t, (double)a.output[t], (double)b.output[t], pairs[_i].other);
    }
    close_network(&a);
    close_network(&b);
}
END_TEST

/* ---------------------------------------------------------------- a value is the same whoever else takes it */

/* Runs the program; *n outputs in the caller's room. false: it is refused. */
static bool outputs_of(int opset, const char *input, const char *program, float *output, size_t room, size_t *n)
{
    network net;
    tfl_error err = TFL_ERROR_INIT;
    bool taken = try_network(opset, input, program, 12, &net, &err) == TFL_OK;
    if (taken) {
        for (size_t i = 0; i < net.graph->layer[0].size; i++) {
            net.values->of[0][i] = (float)((i * 7 % 11) + 1) / 8 - 0.5F;
        }
        run_network(&net);
        *n = net.graph->n_tasks;
        ck_assert_uint_le(*n, room);
        memcpy(output, net.output, *n * sizeof *output);
    }
    close_network(&net);
    return taken;
}

/* The first value of a statement, the [length] bytes of whose name are returned. */
static const char *value_of(const char *statement, int *length)
{
    statement += strspn(statement, " ");
    *length = (int)strcspn(statement, " ,=");
    return statement;
}

/* Every value of the program as the last there is, and beside the whole: layers that take others into themselves leave the
 * others' values as they are. Returns how many values were compared; constants are none. */
static size_t check_values(int opset, const char *input, const char *program)
{
    enum { ROOM = 2048 };
    float whole[ROOM], alone[ROOM], both[ROOM];
    char part[2048], beside[4096];
    size_t n_whole, n_alone, n_both, compared = 0;
    int last_length, length;
    const char *last = strrchr(program, ';');
    last = value_of(last == NULL ? program : last + 1, &last_length);
    ck_assert_msg(outputs_of(opset, input, program, whole, ROOM, &n_whole), "%s", program);
    for (const char *statement = program, *end = program; *end != '\0'; statement = end + 1) {
        end = statement + strcspn(statement, ";");
        const char *value = value_of(statement, &length);
        (void)snprintf(part, sizeof part, "%.*s", (int)(end - program), program);
        (void)snprintf(beside, sizeof beside, "%s; first_ = Flatten(%.*s); second_ = Flatten(%.*s); both_ = Concat(first_, second_) axis=1",
                       program, length, value, last_length, last);
        if (!outputs_of(opset, input, part, alone, ROOM, &n_alone) || !outputs_of(opset, input, beside, both, ROOM, &n_both)) {
            continue;
        }
        ck_assert_msg(n_both == n_alone + n_whole, "%s\n  %zu numbers, of %zu and %zu", beside, n_both, n_alone, n_whole);
        for (size_t i = 0; i < n_both; i++) {
            double expected = (double)(i < n_alone ? alone[i] : whole[i - n_alone]), difference = fabs((double)both[i] - expected);
            ck_assert_msg(difference <= 2e-5 * (1 + fabs(expected)) || (isnan(expected) && isnan(both[i])), "%s\n  number %zu is %g, and %g without the other",
                          beside, i, (double)both[i], expected);
        }
        compared++;
    }
    return compared;
}

START_TEST(a_value_is_the_same_whoever_takes_it)
{
    size_t compared = check_values(pairs[_i].opset, pairs[_i].input, pairs[_i].program) +
                      check_values(pairs[_i].other_opset, pairs[_i].other_input, pairs[_i].other);
        ck_assert_msg(compared >= 2, "%s: only %zu values", pairs[_i].program, compared);
}
END_TEST

/* ---------------------------------------------------------------- layers */

/* The kinds of layers that a program becomes, behind the input: no more than it needs. (A last gather makes a vector of
 * outputs with several axes.) */
static const struct {
    int opset;
    const char *input, *program, *kinds;
} layers[] = {
    {13, "N 4 12",
     "p = Pad(x, [0,0,0,0,0,0]); y = AveragePool(p) kernel_shape=[12]; f = Flatten(y); z = Gemm(f, 4x3~1)",
     "average-pool gather dense"},
    {13, "N 12 4",
     "t = Transpose(x) perm=[0,2,1]; y = Conv(t, 3x4x5~1); u = Transpose(y) perm=[0,2,1]; v = Transpose(u) "
     "perm=[0,2,1];"
     "z = Relu(v)",
     "conv relu gather"},
    {13, "N 4 1 12", "y = Conv(x, 3x4x1x5~1); s = Squeeze(y, [2]); r = Relu(s)", "conv relu gather"},
    {13, "N 4 12",
     "r = Relu(x); t = Transpose(r) perm=[0,2,1]; s = Slice(t, [2], [9], [1]); p = Pad(s, [0,1,0,0,1,0]); e = Exp(p)",
     "relu gather exp gather"},
    {13, "N 1 4 12", "y = Conv(x, 3x1x4x5~1); p = MaxPool(y) kernel_shape=[1,2]", "conv max-pool gather"},
    {20, "N 4 12", "y = Gelu(x)", "gelu gather"},
    {13, "N 4 12", "d = Div(x, 1.4142135); e = Erf(d); a = Add(e, 1.0); m = Mul(x, a); y = Mul(m, 0.5)", "gelu gather"},
    {13, "N 12 4", "r = Reshape(x, [-1,4]); m = MatMul(r, 4x3~1); u = Reshape(m, [-1,12,3]); a = Add(u, 3~2); y = Relu(a)", "gather dense relu gather"},
    {13, "N 4 12", "f = Flatten(x); m = MatMul(f, 48x3~1); a = Add(m, 3~2); s = Sigmoid(a); u = Unsqueeze(s, [2])",
     "gather dense sigmoid"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 4~3, 4[1.0,2.0,0.5,0.25])", "scale gather"},
    {13, "N 4 12", "a = Relu(x); unused = Exp(a); y = Dropout(a, 0.25)", "relu dropout gather"},
    {13, "N 4 12", "y = Conv(x, 3x4x1~1); s = Sigmoid(y)", "conv gather sigmoid"},
};

START_TEST(layers_are_as_few_as_needed)
{
    network net;
    char text[512] = "";
    open_network(layers[_i].opset, layers[_i].input, layers[_i].program, 12, &net);
    for (size_t i = 1; i < net.graph->n_layers; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", i == 1 ? "" : " ", net.graph->layer[i].kind->name);
    }
    ck_assert_msg(strcmp(text, layers[_i].kinds) == 0, "%s\n  becomes %s\n  not     %s", layers[_i].program, text,
                  layers[_i].kinds);
    close_network(&net);
}
END_TEST

/* ---------------------------------------------------------------- logits */

/* Whatever comes behind a final sigmoid or softmax, the network ends in it, and its logits are what the other program computes. */
static const struct {
    int opset;
    const char *program, *logits;
} ends[] = {
    {13, "y = Sigmoid(z); i = Identity(y)", "z"},
    {13, "y = Sigmoid(z); u = Unsqueeze(y, [2]); v = Reshape(u, [0,-1]); w = Dropout(v, 0.5); q = Cast(w) to=1", "z"},
    {13, "y = Sigmoid(z); d = Dropout(y, 0.5); t = Transpose(d)", "z"},
    {13, "y = Sigmoid(z); g = Gather(y, [2,0]) axis=1", "g = Gather(z, [2,0]) axis=1"},
    {13, "y = Sigmoid(z); g = Slice(y, [1], [2], [1]); q = Squeeze(g)", "g = Slice(z, [1], [2], [1])"},
    {13, "r = Reshape(z, [0,2,3]); y = Sigmoid(r)", "z"},
    {13, "r = Reshape(z, [0,2,3]); y = Sigmoid(r); f = Flatten(y)", "z"},
    {13, "r = Reshape(z, [0,2,3]); y = Sigmoid(r); t = Transpose(y) perm=[0,2,1]; d = Dropout(t, 0.5); f = Flatten(d)",
     "r = Reshape(z, [0,2,3]); t = Transpose(r) perm=[0,2,1]; f = Flatten(t)"},
    {13, "h, k = Split(z) axis=1; y = Sigmoid(k); w = Sigmoid(h); c = Concat(y, w) axis=1",
     "h, k = Split(z) axis=1; c = Concat(k, h) axis=1"},
    {13, "h, k, l = Split(z) axis=1; y = Sigmoid(h); v = Sigmoid(k); w = Sigmoid(l); c = Concat(v, y) axis=1; d = Concat(c, w) axis=1",
     "h, k, l = Split(z) axis=1; d = Concat(k, h, l) axis=1"},
    {13, "h, k = Split(z) axis=1; y = Sigmoid(h); w = Sigmoid(k); u = Unsqueeze(y, [2]); d = Dropout(w, 0.5); v = Unsqueeze(d, [2]);"
         "c = Concat(u, v) axis=-1",
     "h, k = Split(z) axis=1; u = Unsqueeze(h, [2]); v = Unsqueeze(k, [2]); c = Concat(u, v) axis=2; f = Flatten(c)"},
    {13, "h = Slice(z, [0], [1], [1]); k = Slice(z, [3], [4], [1]); y = Sigmoid(h); w = Sigmoid(k); u = Unsqueeze(y, [2]); v = Unsqueeze(w, [2]);"
         "c = Concat(u, v) axis=-1",
     "h = Gather(z, [0,3]) axis=1"},
    {13, "h, k = Split(z) axis=1; y = Sigmoid(h); w = Sigmoid(k); c = Concat(y, w) axis=1; s = Slice(c, [4], [0], [1], [-2])",
     "s = Slice(z, [4], [0], [1], [-2])"},
    {13, "y = Sigmoid(z); c = Concat(y, y) axis=1", "c = Concat(z, z) axis=1"},
    {13, "h, k, l = Split(z) axis=1; y = Softmax(h); v = Softmax(k); w = Softmax(l); c = Concat(y, v, w) axis=1; d = Dropout(c, 0.5)", "z"},
    {13, "y = Softmax(z); i = Identity(y)", "z"},
    {13, "y = Softmax(z); u = Unsqueeze(y, [1]); d = Dropout(u, 0.5); s = Squeeze(d); f = Flatten(s)", "z"},
    {13, "r = Reshape(z, [0,2,3]); y = Softmax(r)", "z"},
    {13, "r = Reshape(z, [0,2,3]); y = Softmax(r) axis=1", "z"},
    {13, "r = Reshape(z, [0,2,3]); y = Softmax(r); t = Transpose(y) perm=[0,2,1]", "r = Reshape(z, [0,2,3]); t = Transpose(r) perm=[0,2,1]; f = Flatten(t)"},
    {13, "r = Reshape(z, [0,3,2]); y = Softmax(r) axis=1; f = Flatten(y)", "z"},
    {13, "r = Reshape(z, [0,3,2]); y = Softmax(r) axis=1; d = Dropout(y, 0.5); q = Reshape(d, [0,2,3])", "z"},
    {11, "r = Reshape(z, [0,3,2]); y = Softmax(r); f = Flatten(y)", "z"},
};

/* The softmax of program, by its definition. */
static void spell_softmax(const char *program, char *text, size_t size)
{
    const char *call = strstr(program, "y = Softmax(");
    char of = call == NULL ? 'z' : call[strlen("y = Softmax(")];
    const char *end = call == NULL ? "" : strchr(call, ')') + 1;
    const char *axis = strncmp(end, " axis=1", 7) == 0 ? "[1]" : "[-1]";
    const char *rest = end + (strncmp(end, " axis=1", 7) == 0 ? 7 : 0);
    (void)snprintf(text, size, "%.*s e = Exp(%c); a = ReduceSum(e, %s); y = Div(e, a)%s", call == NULL ? 0 : (int)(call - program),
                   program, of, axis, rest);
}

START_TEST(a_final_sigmoid_or_softmax_has_logits_before_it)
{
    static const char body[] = "b = Flatten(x); z = Gemm(b, 48x6~1)";
    bool softmax = strstr(ends[_i].program, "Softmax") != NULL;
    char program[3][512];
    char spelt[256];
    network net[3]; /* the one to look at, its logits, its softmax spelt out */
    spell_softmax(ends[_i].program, spelt, sizeof spelt);
    (void)snprintf(program[0], sizeof *program, "%s; %s", body, ends[_i].program);
    (void)snprintf(program[1], sizeof *program, "%s%s%s", body, strlen(ends[_i].logits) > 1 ? "; " : "",
                   strlen(ends[_i].logits) > 1 ? ends[_i].logits : "");
    (void)snprintf(program[2], sizeof *program, "%s; %s", body, spelt);
    for (int i = 0; i < (softmax && ends[_i].opset == 13 ? 3 : 2); i++) {
        open_network(ends[_i].opset, "N 4 12", program[i], 12, &net[i]);
        tfl_rng rng;
        tfl_rng_init(&rng, (uint64_t)_i, "ends", 0);
        for (size_t k = 0; k < net[i].graph->layer[0].size; k++) {
            net[i].values->of[0][k] = (float)(0.5 * tfl_rng_normal(&rng));
        }
        run_network(&net[i]);
        ck_assert_uint_eq(net[i].graph->n_tasks, net[0].graph->n_tasks);
    }
    const tfl_graph *graph = net[0].graph;
    ck_assert_str_eq(graph->layer[graph->output].kind->name, softmax ? "softmax" : "sigmoid");
    ck_assert_uint_ne(graph->output, graph->logits);
    for (size_t t = 0; t < graph->n_tasks; t++) {
        float logit = net[0].values->of[graph->logits][t];
        ck_assert_msg(fabsf(logit - net[1].output[t]) < 1e-5F, "%s\n  logit %zu is %g, not %g", ends[_i].program, t, (double)logit,
                      (double)net[1].output[t]);
        double expected = softmax && ends[_i].opset == 13 ? (double)net[2].output[t] : 1 / (1 + exp(-(double)logit));
        ck_assert_msg((softmax && ends[_i].opset != 13) || fabs((double)net[0].output[t] - expected) < 1e-5,
                      "%s\n  output %zu is %g, not %g", ends[_i].program, t, (double)net[0].output[t], expected);
    }
    for (int i = 0; i < (softmax && ends[_i].opset == 13 ? 3 : 2); i++) {
        close_network(&net[i]);
    }
}
END_TEST

/* Outputs that are values of a sigmoid or softmax, and have no logits: 1 for those. */
static const struct {
    const char *program, *probabilities;
} picked[] = {
    {"y = Softmax(z); g = Gather(y, [1]) axis=1", "1"},
    {"y = Softmax(z); g = Slice(y, [1], [2], [1]); d = Dropout(g, 0.5); q = Squeeze(d, [1])", "1"},
    {"y = Softmax(z); g = Gather(y, [5,4,3,2,1,0]) axis=1", "111111"},
    {"h, k = Split(z, [2,4]) axis=1; y = Softmax(h); w = Softmax(k); c = Concat(y, w) axis=1", "111111"},
    {"h, k = Split(z) axis=1; y = Softmax(h); w = Sigmoid(k); c = Concat(y, w) axis=1", "111111"},
    {"h, k = Split(z, [2,4]) axis=1; w = Sigmoid(k); c = Concat(h, w) axis=1", "001111"},
    {"h, k = Split(z) axis=1; w = Sigmoid(k); u = Unsqueeze(h, [2]); v = Unsqueeze(w, [2]); c = Concat(u, v) axis=2; d = Dropout(c, 0.5)", "010101"},
    {"y = Sigmoid(z); p = Pad(y, [0,1,0,0], 0.5)", "0111111"},
    {"y = Softmax(z); m = Mul(y, 2.0)", "000000"},
    {"z2 = Identity(z)", "000000"},
    {"y = Sigmoid(z)", "000000"},
};

START_TEST(a_probability_that_has_no_logit_is_known)
{
    char program[512], text[16] = "";
    network net;
    (void)snprintf(program, sizeof program, "b = Flatten(x); z = Gemm(b, 48x6~1); %s", picked[_i].program);
    open_network(13, "N 4 12", program, 12, &net);
    for (size_t t = 0; t < net.graph->n_tasks; t++) {
        text[t] = tfl_graph_is_probability(net.graph, t) ? '1' : '0';
    }
    ck_assert_msg(strcmp(text, picked[_i].probabilities) == 0, "%s: %s, not %s", picked[_i].program, text, picked[_i].probabilities);
    bool any = strchr(text, '1') != NULL;
    ck_assert_msg(!any || net.graph->output == net.graph->logits, "%s", picked[_i].program);
    tfl_error err = TFL_ERROR_INIT;
    tfl_status status = tfl_graph_end_in_sigmoid(net.graph, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    ck_assert_int_eq(net.graph->output == net.graph->logits, any);
    close_network(&net);
}
END_TEST

/* Fails unless the network of the program, written and read again, puts out the same bytes in the same places. */
static void check_written(int opset, const char *input, const char *program, size_t length)
{
    network net, again = {0};
    tfl_error err = TFL_ERROR_INIT;
    unsigned char *bytes;
    size_t size;
    open_network(opset, input, program, length, &net);
    tfl_status status = tfl_onnx_write(net.graph, false, &bytes, &size, &err);
    status = status == TFL_OK ? tfl_model_read_memory(bytes, size, "again.onnx", &again.model, &err) : status;
    status = status == TFL_OK ? tfl_model_graph(again.model, length, &again.graph, &err) : status;
    status = status == TFL_OK ? tfl_values_create(again.graph, &again.values, &err) : status;
    ck_assert_msg(status == TFL_OK, "%s, written and read: %s", program, err.message);
    for (size_t i = 0; i < net.graph->layer[0].size; i++) {
        net.values->of[0][i] = again.values->of[0][i] = (float)((i * 7 % 11) + 1) / 16;
    }
    run_network(&net);
    run_network(&again);
    ck_assert_uint_eq(net.graph->n_tasks, again.graph->n_tasks);
    ck_assert_msg(memcmp(net.output, again.output, net.graph->n_tasks * sizeof *net.output) == 0, "%s, written and read, differs", program);
    free(bytes);
    close_network(&net);
    close_network(&again);
}

START_TEST(programs_come_back_equal)
{
    char program[512];
    for (size_t i = 0; i < sizeof arrangements / sizeof *arrangements; i++) {
        check_written(arrangements[i].opset, "N 4 3", arrangements[i].program, 3);
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        check_written(pairs[i].opset, pairs[i].input, pairs[i].program, 12);
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        (void)snprintf(program, sizeof program, "b = Flatten(x); z = Gemm(b, 48x6~1); %s", ends[i].program);
        check_written(ends[i].opset, "N 4 12", program, 12);
    }
    for (size_t i = 0; i < sizeof picked / sizeof *picked; i++) {
        (void)snprintf(program, sizeof program, "b = Flatten(x); z = Gemm(b, 48x6~1); %s", picked[i].program);
        check_written(13, "N 4 12", program, 12);
    }
}
END_TEST

/* Whether one of the programs has the operator, and is of an opset of this row. */
static bool is_tested(const tfl_onnx_operator *row)
{
    char call[64];
    snprintf(call, sizeof call, "= %s(", row->name);
    for (size_t i = 0; i < sizeof arrangements / sizeof *arrangements; i++) {
        if (row->first <= arrangements[i].opset && arrangements[i].opset <= row->last &&
            strstr(arrangements[i].program, call) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if ((row->first <= pairs[i].opset && pairs[i].opset <= row->last && strstr(pairs[i].program, call) != NULL) ||
            (row->first <= pairs[i].other_opset && pairs[i].other_opset <= row->last &&
             strstr(pairs[i].other, call) != NULL)) {
            return true;
        }
    }
    return false;
}

START_TEST(every_operator_is_in_a_program)
{
    const tfl_onnx_operator *row;
    for (size_t i = 0; (row = tfl_onnx_operator_at(i)) != NULL; i++) {
        ck_assert_msg(is_tested(row), "%s of opset %d to %d is in no program above", row->name, row->first, row->last);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("onnx");
    TCase *tests = tcase_create("read");
    tcase_add_loop_test(tests, elements_move_as_onnx_says, 0, sizeof arrangements / sizeof *arrangements);
    tcase_add_loop_test(tests, programs_agree, 0, sizeof pairs / sizeof *pairs);
    tcase_add_loop_test(tests, a_value_is_the_same_whoever_takes_it, 0, sizeof pairs / sizeof *pairs);
    tcase_add_loop_test(tests, layers_are_as_few_as_needed, 0, sizeof layers / sizeof *layers);
    tcase_add_test(tests, programs_come_back_equal);
    tcase_add_test(tests, every_operator_is_in_a_program);
    tcase_add_loop_test(tests, a_final_sigmoid_or_softmax_has_logits_before_it, 0, sizeof ends / sizeof *ends);
    tcase_add_loop_test(tests, a_probability_that_has_no_logit_is_known, 0, sizeof picked / sizeof *picked);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
