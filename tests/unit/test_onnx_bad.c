/* ONNX files that are wrong, each in one way, and what is said about them. */
#include "config.h"

#include "tflift/model.h"
#include "tflift/rng.h"

#include "tests/support/onnx.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said about bytes, reading them and building a network for a sequence of length; "" when all is well. */
static tfl_error read_bytes(const unsigned char *bytes, size_t size, size_t length)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model;
    tfl_graph *graph = NULL;
    tfl_status status = tfl_model_read_memory(bytes, size, "m.onnx", &model, &err);
    if (status == TFL_OK) {
        status = tfl_model_graph(model, length, &graph, &err);
    }
    ck_assert_int_eq(status, err.status);
    ck_assert_int_eq(graph == NULL, status != TFL_OK);
    tfl_graph_free(graph);
    tfl_model_free(model);
    return err;
}

/* ---------------------------------------------------------------- programs */

static const struct {
    int opset;
    const char *input, *program;
    tfl_status status;
    const char *message;
} programs[] = {
    /* the model as a whole */
    {8, "N 4 12", "y = Relu(x)", TFL_EUNSUPPORTED, "m.onnx: is of ONNX opset 8; opsets 9 to 21 are read"},
    {22, "N 4 12", "y = Relu(x)", TFL_EUNSUPPORTED, "m.onnx: is of ONNX opset 22; opsets 9 to 21 are read"},
    {13, "N 5 12", "y = Relu(x)", TFL_EUNSUPPORTED,
     "m.onnx: input \"x\": its dimensions are (N, 5, 12); one-hot DNA is expected as (N, 4, L), (N, L, 4), (N, 1, 4, "
     "L), (N, 4, 1, L) "
     "or (N, 4, L, 1)"},
    {13, "N 48", "y = Relu(x)", TFL_EUNSUPPORTED,
     "m.onnx: input \"x\": its dimensions are (N, 48); one-hot DNA is expected as (N, 4, L), (N, L, 4), (N, 1, 4, L), "
     "(N, 4, 1, L) "
     "or (N, 4, L, 1)"},
    {13, "N 4 99999999999", "y = Relu(x)", TFL_EUNSUPPORTED,
     "m.onnx: input \"x\": it is for sequences of 99999999999 positions; at most 16777216 are supported"},
    {13, "N 4 10", "y = Relu(x)", TFL_EINPUT, "m.onnx: takes sequences of 10 positions, not of 12"},
    {13, "N 4 12", "y = Flatten(x)", TFL_EINPUT, "m.onnx: output \"y\" is the sequence itself; what a network makes of it is expected"},
    {13, "N 4 12", "y = Shape(x)", TFL_EINPUT, "m.onnx: output \"y\" is not computed from the sequence"},
    /* names */
    {13, "N 4 12", "y = Add(x, z)", TFL_EINPUT, "m.onnx: node \"/y\" (Add): its input \"z\" is not defined anywhere"},
    {13, "N 4 12", "y = Relu(x); y = Exp(y)", TFL_EINPUT, "m.onnx: node \"/y\" (Exp): \"y\" is defined twice"},
    {13, "N 4 12", "x = Relu(x)", TFL_EINPUT, "m.onnx: node \"/x\" (Relu): \"x\" is defined twice"},
    {13, "N 4 12", "_ = Relu(x); y = Exp(x)", TFL_EINPUT, "m.onnx: node \"/_\" (Relu): it has no output"},
    {13, "N 4 12", "a = Relu(x); b = Add(a, d); c = Exp(b); d = Neg(c); y = Tanh(d)", TFL_EINPUT,
     "m.onnx: node \"/c\" (Exp): it needs its own output (a cycle)"},
    /* operators */
    {13, "N 4 12", "y = LSTM(x)", TFL_EUNSUPPORTED, "m.onnx: node \"/y\" (LSTM): the operator is not supported"},
    {13, "N 4 12", "y = LSTM(x) @", TFL_EUNSUPPORTED, "m.onnx: node \"y\" (LSTM): the operator is not supported"},
    {13, "N 4 12", "y = Gelu(x)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gelu): the operator is not part of the model's opset, 13"},
    {13, "N 4 12", "y = Relu(x, x)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Relu): it has 2 inputs; in opset 13 the operator takes 1 to 1"},
    {13, "N 4 12", "y = Relu(_)", TFL_EINPUT, "m.onnx: node \"/y\" (Relu): its input 0 is missing"},
    {13, "N 4 12", "y = Relu(x) alpha=0.5", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Relu): attribute \"alpha\" is not known for this operator"},
    {13, "N 4 12", "y = Elu(x) alpha=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Elu): attribute \"alpha\" has another type than this operator takes"},
    {13, "N 4 12", "y = Elu(x) alpha=1.0 alpha=2.0", TFL_EINPUT,
     "m.onnx: node \"/y\" (Elu): attribute \"alpha\" is given twice"},
    {13, "N 4 12", "y = Erf(x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Erf): the operator is only supported within a Gelu"},
    {13, "N 4 12", "e = Erf(x); y = Relu(e)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Relu): it takes the result of node \"/e\" (Erf), an operator that is only supported within "
     "a Gelu"},
    {13, "N 4 12", "y, i = MaxPool(x) kernel_shape=[2]; z = Relu(i)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/z\" (Relu): its input \"i\" is a second output, which is not supported"},
    {13, "N 4 12", "y = Clip(x, 1.0, -1.0)", TFL_EINPUT, "m.onnx: node \"/y\" (Clip): its min 1 is larger than its max -1"},
    {13, "N 4 12", "a = Relu(x); y = Max(a, x)", TFL_EUNSUPPORTED, 
     "m.onnx: node \"/y\" (Max): input \"x\" (bound) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = Min(x, 4x1~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Min): only the minimum of a value and one constant number is supported"},
    {13, "N 4 12", "y = Relu(4~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Relu): its input \"constant.0\" is constant, and only values computed from the sequence are "
     "supported there"},
    /* convolution and pooling */
    {13, "N 4 L", "y = Conv(x, 3x4x13~1)", TFL_EINPUT,
     "m.onnx: with sequences of 12 positions: node \"/y\" (Conv): length: input of 12 positions is shorter than the "
     "kernel, which spans 13"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) dilations=[4]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): length: input of 12 positions is shorter than the kernel, which spans 17"},
    {13, "N 4 12", "y = Conv(x, 3x5x5~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): weights of dimensions (3, 5, 5) in 1 groups do not fit an input of 4 channels"},
    {13, "N 4 12", "y = Conv(x, 3x2x5~1) group=2", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): weights of dimensions (3, 2, 5) in 2 groups do not fit an input of 4 channels"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, 4~2)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): it has 3 filters, and a bias of 4 numbers"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) kernel_shape=[4]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): kernel_shape differs from its weights, of dimensions (3, 4, 5)"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) strides=[0]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): strides holds 0, which makes no sense"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) pads=[-1,0]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): pads holds -1, which makes no sense"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) pads=[1]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): pads has 1 numbers, and 2 are needed"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) auto_pad='SAME'", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Conv): auto_pad is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER"},
    {13, "N 4 12", "w = ReduceMean(x) axes=[0,1,2]; y = Conv(x, w)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Conv): input \"w\" (weights) is computed from the sequence; only constants are "
     "supported there"},
    {13, "N 4 12", "f = Flatten(x); y = Conv(f, 3x4x5~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Conv): its input has dimensions (1, 48); (N, channels, length) or (N, channels, height, "
     "width) are supported"},
    {13, "N 4 12", "s = Slice(x, [0], [2], [2]); y = MaxPool(s) kernel_shape=[2] dilations=[3] pads=[2,2]", TFL_EINPUT,
     "m.onnx: node \"/y\" (MaxPool): length: a window that sees nothing but padding"},
    {19, "N 4 12", "s = Slice(x, [0], [2], [2]); y = AveragePool(s) kernel_shape=[2] dilations=[3] pads=[2,2]", TFL_EINPUT,
     "m.onnx: node \"/y\" (AveragePool): length: a window that sees nothing but padding"},
    {13, "N 4 12", "y = MaxPool(x)", TFL_EINPUT, "m.onnx: node \"/y\" (MaxPool): it has no kernel_shape"},
    {13, "N 4 12", "y = MaxPool(x) kernel_shape=[2] storage_order=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (MaxPool): storage_order 1 is not supported; only 0 is"},
    /* matrices and normalisation */
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 47x3~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its weights are for 47 inputs, and its input has dimensions (1, 48)"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1) transA=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): transA 1 is not supported; only 0 is"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, 4~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its bias has dimensions (4), and it has 3 outputs"},
    {13, "N 4 12", "y = Gemm(x, 48x3~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its input has dimensions (1, 4, 12), not (N, features)"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; y = MatMul(x, t)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (MatMul): input \"t\" (weight matrix) is computed from the sequence; only constants are "
     "supported there"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 4~3, 4[1.0,1.0,-1.0,1.0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (BatchNormalization): its variance -1 of channel 2 with epsilon 1e-05 gives no finite "
     "factor"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 3~3, 4~4)", TFL_EINPUT,
     "m.onnx: node \"/y\" (BatchNormalization): its mean has 3 numbers, and its input 4 channels"},
    {15, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, 4~3, 4~4) training_mode=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (BatchNormalization): training_mode 1 is not supported; only 0 is"},
    {13, "N 4 12", "y = Dropout(x, 0.5, 1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Dropout): it is in training mode; export the network for inference"},
    /* arithmetic */
    {13, "N 4 12", "y = Add(x, 5~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Add): operands of dimensions (1, 4, 12) and (5) do not fit together"},
    {13, "8 4 12", "f = Flatten(x); m = MatMul(f, 48x3~1); y = Add(m, 8x3~2)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Add): its constants are for each of the 8 sequences of a batch; export the network for one sequence, or for any "
     "number"},
    {13, "N 4 12", "y = Div(x, 0.0)", TFL_EINPUT, "m.onnx: node \"/y\" (Div): it divides by 0"},
    {13, "N 4 12", "a = Div(1.0, 0.0); y = Mul(x, a)", TFL_EINPUT,
     "m.onnx: node \"/a\" (Div): its constants give a number that is not finite"},
    {13, "N 4 12", "y = Pow(2.0, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Pow): only powers with one constant exponent are supported"},
    {13, "N 4 12", "y = PRelu(x, 5~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (PRelu): its slopes do not fit an input of dimensions (1, 4, 12)"},
    /* elements in places that do not exist */
    {13, "N 4 12", "y = Reshape(x, [0,5,-1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): its input of dimensions (1, 4, 12) does not fit into (1, 5, 9)"},
    {13, "N 4 12", "y = Reshape(x, [0,-1,-1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): the shape that it asks for holds -1"},
    {13, "N 4 12", "y = Reshape(x, [1,4,12,0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): it keeps dimension 3 of an input that has 3"},
    {13, "N 4 12", "y = Reshape(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Reshape): input \"x\" (shape) is computed from the sequence; only constants are "
     "supported there"},
    {13, "N 4 12", "y = Transpose(x) perm=[0,1,1]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Transpose): axis 1 is listed twice"},
    {13, "N 4 12", "y = Transpose(x) perm=[0,1]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Transpose): perm lists 2 axes, and its input has 3"},
    {13, "N 4 12", "y = Squeeze(x, [1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Squeeze): axis 1 cannot go: it has 4 elements"},
    {13, "N 4 12", "y = Gather(x, [4]) axis=1", TFL_EINPUT, "m.onnx: node \"/y\" (Gather): there is no element 4 in 4"},
    {13, "N 4 12", "y = Gather(x, [0]) axis=3", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gather): there is no axis 3 in 3 dimensions"},
    {13, "N 4 12", "y = Slice(x, [5], [5], [2])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): nothing is left of its input"},
    {13, "N 4 12", "y = Slice(x, [5], [6], [2], [0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): a step of 0 never ends"},
    {13, "N 4 12", "y = Slice(x, [5], [6,7], [2])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): its starts, ends, axes and steps differ in number"},
    {13, "N 4 12", "y = Pad(x, [0,0,-7,0,0,-6])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): axis 2 of 12 elements cannot be padded by -7 and -6"},
    {13, "N 4 12", "y = Pad(x, [1,1])", TFL_EINPUT, "m.onnx: node \"/y\" (Pad): it has 2 pads for 3 axes"},
    {13, "N 4 12", "y = Pad(x, [0,0,1,0,0,1]) mode='mirror'", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Pad): its mode is none of constant, reflect, edge, wrap"},
    {13, "N 4 12", "y = Expand(x, [1,4,24])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Expand): its input of dimensions (1, 4, 12) cannot be expanded to (1, 4, 24)"},
    {13, "N 4 12", "a = Relu(x); s = Slice(x, [1], [3], [2]); y = Concat(a, s) axis=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Concat): inputs of dimensions (1, 4, 12) and (1, 4, 2) cannot be joined along axis 1"},
    {13, "N 4 12", "a = Relu(x); y = Concat(a, 1x4x12~1) axis=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Concat): its input \"constant.0\" is constant, and only values computed from the sequence "
     "are supported there"},
    {13, "N 4 12", "a, b = Split(x, [1,2]) axis=1", TFL_EINPUT,
     "m.onnx: node \"/a\" (Split): its parts have 3 of 4 elements"},
    {13, "N 4 12", "y = Cast(x) to=7", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Cast): it makes integers of values computed from the sequence"},
    {13, "N 4 12", "y = Cast(x) to=8", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Cast): converting to type 8 is not supported"},
    {13, "N 4 12", "c = Constant(); y = Add(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (Constant): it has 0 attributes, and one is its value"},
    {13, "N 4 12", "r = Range(0, 5, 0); y = Gather(x, r) axis=2", TFL_EINPUT,
     "m.onnx: node \"/r\" (Range): it never ends, or holds far too many numbers"},
    /* inputs that are left out, and numbers that are none */
    {13, "N 4 12", "y = Add(x, _)", TFL_EINPUT, "m.onnx: node \"/y\" (Add): one of its inputs is missing"},
    {13, "N 4 12", "y = Identity(_)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Identity): its input is missing"},
    {13, "N 4 12", "y = Gelu(x)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gelu): the operator is not part of the model's opset, 13"},
    {20, "N 4 12", "y = Gelu(x) approximate='erf'", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gelu): approximate is neither none nor tanh"},
    {20, "N 4 12", "y = Gelu(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gelu): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = PRelu(0.5, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (PRelu): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = PRelu(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (PRelu): input \"x\" (slope) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = PRelu(x, [1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (PRelu): input \"constant.0\" (slope) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "y = PRelu(x, 2x4x12~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (PRelu): its slopes do not fit an input of dimensions (1, 4, 12)"},
    {13, "N 4 12", "y = PRelu(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (PRelu): its slopes do not fit an input of dimensions (1, 4, 12)"},
    {13, "N 4 12", "y = Clip(x, [0.5,0.5])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Clip): its min has 2 numbers"},
    {13, "N 4 12", "y = Clip(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Clip): input \"x\" (min) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = Clip(0.5, 0.0)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Clip): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Max(0.5, 0.25)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Max): its input \"constant.1\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Max(x, 1x1x1x1[0.5])", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Max): only the maximum of a value and one constant number is supported"},
    {13, "N 4 12", "y = HardSigmoid(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (HardSigmoid): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = HardSigmoid(x) alpha=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (HardSigmoid): attribute \"alpha\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = HardSigmoid(x) beta=-1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (HardSigmoid): attribute \"beta\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = LeakyRelu(x) alpha=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (LeakyRelu): attribute \"alpha\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = Selu(x) gamma=-1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (Selu): attribute \"gamma\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = Celu(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Celu): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Celu(x) alpha=0.0", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Celu): its alpha is 0; numbers from 1e-38 on are supported"},
    {13, "N 4 12", "y = Celu(x) alpha=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (Celu): attribute \"alpha\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = Celu(x) alpha=-0.5", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Celu): its alpha is -0.5; numbers from 1e-38 on are supported"},
    {13, "N 4 12", "y = Dropout(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Dropout): input \"x\" (ratio) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = Dropout(x, 1e38)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Dropout): a rate of 1e+38; it lies in [0, 1)"},
    {13, "N 4 12", "a = Log(-1.0); y = Mul(x, a)", TFL_EINPUT,
     "m.onnx: node \"/a\" (Log): its constant -1 gives a number that is not finite"},
    {13, "N 4 12", "a = Reciprocal(0.0); y = Mul(x, a)", TFL_EINPUT,
     "m.onnx: node \"/a\" (Reciprocal): its constant 0 gives a number that is not finite"},
    {13, "N 4 12", "y = Neg(_)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Neg): its input 0 is missing"},
    {13, "N 4 12", "y = Sum(0.5, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Sum): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Sum(x, 0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Sum): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Sum(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Sum): its input 1 is missing"},
    {13, "N 4 12", "y = Equal(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Equal): two values computed from the sequence are not supported here"},
    {13, "N 4 12", "y = Equal(x, 1.0)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Equal): comparing values computed from the sequence is not supported"},
    {13, "N 4 12", "y = Pow(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Pow): two values computed from the sequence are not supported here"},
    {13, "N 4 12", "a = Relu(x); s = Slice(x, [0], [5], [2]); y = Mul(a, s)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Mul): operands of dimensions (1, 4, 12) and (1, 4, 5) do not fit together"},
    {13, "N 4 12", "e = Erf(x); y = Add(e, 5~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Add): operands of dimensions (1, 4, 12) and (5) do not fit together"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = Add(r, r)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Add): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = Relu(r)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Relu): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = Mul(r, 2.0)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Mul): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = PRelu(r, 0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (PRelu): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = Softmax(r)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Softmax): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = ReduceMean(r) axes=[1]", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (ReduceMean): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "t = Transpose(x) perm=[0,2,1]; r = Reshape(t, [2,3,2,2,2]); y = Concat(r, r) axis=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Concat): a value of dimensions (2, 3, 2, 2, 2) has too many axes"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, _)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): its weights have dimensions (); a matrix is supported"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): its weights have dimensions (48); a matrix is supported"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x0[])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): input \"constant.0\" (weight matrix) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, f)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): input \"f\" (weight matrix) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, f)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): input \"f\" (bias) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, [1,2,3])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): input \"constant.1\" (bias) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, 3x1~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its bias has dimensions (3, 1), and it has 3 outputs"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x1[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): input \"constant.0\" (weight matrix) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x1~1, 3.0e38) beta=2.0", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its beta 2 times its bias 3e+38 is no finite number"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1) alpha=3.4e38", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): its alpha 3.4e+38 times its weight -1.37165 is no finite number"},
    {10, "N 4 12", "y = Clip(x) min=0.5 max=1e39; z = Elu(y) alpha=-1e39", TFL_EINPUT,
     "m.onnx: node \"/z\" (Elu): attribute \"alpha\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = Celu(x) alpha=1e-40", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Celu): its alpha is 9.99995e-41; numbers from 1e-38 on are supported"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1) alpha=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): attribute \"alpha\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "f = Flatten(x); y = Gemm(f, 48x3~1, 3~1) beta=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gemm): attribute \"beta\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "y = Gemm(0.5, 48x3~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Gemm): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = MatMul(48x3~1, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (MatMul): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = MatMul(x, 0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (MatMul): its weights have dimensions (); a matrix is supported"},
    {13, "N 4 12", "s = Squeeze(x, [0]); y = BatchNormalization(s, 4~1, 4~2, 4~3, 4~4)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (BatchNormalization): its input has dimensions (4, 12), not (N, channels, …)"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, _, 4~3, 4~4)", TFL_EINPUT,
     "m.onnx: node \"/y\" (BatchNormalization): its bias has 0 numbers, and its input 4 channels"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, 4~2, x, 4~4)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (BatchNormalization): input \"x\" (mean) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = BatchNormalization(x, 4~1, [1,2,3,4], 4~3, 4~4)", TFL_EINPUT,
     "m.onnx: node \"/y\" (BatchNormalization): input \"constant.1\" (bias) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "y = BatchNormalization(0.5, 4~1, 4~2, 4~3, 4~4)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (BatchNormalization): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Conv(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): its weights have dimensions (), and its input has 3 axes"},
    {13, "N 4 12", "y = Conv(x, 3x4x1x1~1)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): its weights have dimensions (3, 4, 1, 1), and its input has 3 axes"},
    {13, "N 4 12", "y = Conv(x, 3x4x1[1,1,1,1,1,1,1,1,1,1,1,1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): input \"constant.0\" (weights) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) kernel_shape=[5,5]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): kernel_shape has 2 numbers, and 1 are needed"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) group=0", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): weights of dimensions (3, 4, 5) in 0 groups do not fit an input of 4 channels"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1, [1,2,3])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): input \"constant.1\" (bias) holds integers; floating-point numbers are needed there"},
    {13, "N 4 12", "y = Conv(0.5, 3x4x5~1)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Conv): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = GlobalMaxPool(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (GlobalMaxPool): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = AveragePool(0.5) kernel_shape=[2]", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (AveragePool): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    /* places, continued */
    {13, "N 4 12", "y = Reshape(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): the shape that it asks for is missing, or has more than 8 dimensions"},
    {13, "N 4 12", "y = Reshape(x, [1,1,1,1,1,1,1,4,12])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): the shape that it asks for is missing, or has more than 8 dimensions"},
    {13, "N 4 12", "y = Reshape(x, 1x3[0,4,12])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): input \"constant.0\" (shape) is no list of integers"},
    {13, "N 4 12", "y = Reshape(x, 48.0)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): input \"constant.0\" (shape) is no list of integers"},
    {14, "N 4 12", "y = Reshape(x, [4611686018427387904,4611686018427387904,4]) allowzero=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): the shape that it asks for is too large"},
    {13, "N 4 12", "y = Flatten(x) axis=4", TFL_EINPUT,
     "m.onnx: node \"/y\" (Flatten): there is no axis 4 in 3 dimensions"},
    {13, "N 4 12", "y = Squeeze(x, [3])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Squeeze): there is no axis 3 in 3 dimensions"},
    {13, "N 4 12", "y = Unsqueeze(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Unsqueeze): its axes are missing, or make more than 8 dimensions"},
    {13, "N 4 12", "y = Unsqueeze(x, [0,1,2,3,4,5])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Unsqueeze): its axes are missing, or make more than 8 dimensions"},
    {13, "N 4 12", "y = Unsqueeze(x, [4])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Unsqueeze): there is no axis 4 in 4 dimensions"},
    {13, "N 4 12", "y = Unsqueeze(x, [1,1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Unsqueeze): axis 1 is listed twice"},
    {13, "N 4 12", "y = Transpose(x) perm=[0,1,-4]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Transpose): there is no axis -4 in 3 dimensions"},
    {13, "N 4 12", "y = Expand(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Expand): the shape that it asks for is missing, or has more than 8 dimensions"},
    {13, "N 4 12", "y = Expand(x, [1,-4,12])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Expand): the shape that it asks for holds -4"},
    {13, "N 4 12", "y = Slice(x, [0,0,0,0], [1,1,1,1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): its starts, ends, axes and steps differ in number"},
    {13, "N 4 12", "y = Slice(x, [0], [1], [1,2])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): its starts, ends, axes and steps differ in number"},
    {13, "N 4 12", "y = Slice(x, [0], [1], [1], [1,1])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): its starts, ends, axes and steps differ in number"},
    {13, "N 4 12", "y = Slice(x, [0], [1], [3])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Slice): there is no axis 3 in 3 dimensions"},
    {13, "N 4 12", "y = Slice(x, [0], [1], x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Slice): input \"x\" (axes) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "a, b = Split(x, [4]) axis=1", TFL_EINPUT,
     "m.onnx: node \"/a\" (Split): it has 2 outputs, and lists 1 parts"},
    {13, "N 4 12", "a, b = Split(x, [0,4]) axis=1", TFL_EINPUT,
     "m.onnx: node \"/a\" (Split): axis 1 of 4 elements cannot be split like that"},
    {13, "N 4 12", "a, b = Split(x, [3,2]) axis=1", TFL_EINPUT,
     "m.onnx: node \"/a\" (Split): axis 1 of 4 elements cannot be split like that"},
    {13, "N 4 12", "a, b = Split(x) axis=3", TFL_EINPUT,
     "m.onnx: node \"/a\" (Split): there is no axis 3 in 3 dimensions"},
    {13, "N 4 12", "y = Pad(x, [0,0,1,0,0,1], [1.0,2.0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): it has 2 values to pad with"},
    {13, "N 4 12", "y = Pad(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): it has 0 pads for 3 axes"},
    {19, "N 4 12", "y = Pad(x, [1,1], _, [3])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): there is no axis 3 in 3 dimensions"},
    {19, "N 4 12", "y = Pad(x, [1,1,1,1], _, [2,2])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): axis 2 is listed twice"},
    {10, "N 4 12", "y = Pad(x) pads=[0,0,1,0,0,1] value=1e39", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): attribute \"value\" is infinite, and only finite numbers make sense"},
    {13, "N 4 12", "c = Slice(4~1, [0], [0]); p = Pad(c, [1,1]) mode='edge'; y = Mul(x, p)", TFL_EINPUT,
     "m.onnx: node \"/p\" (Pad): axis 0 of 0 elements cannot be padded by 1 and 1"},
    {13, "N 4 12", "y = Gather(x, 0.0)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gather): its indices are not integers, or have too many dimensions"},
    {13, "N 4 12", "y = Gather(x, _)", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gather): its indices are not integers, or have too many dimensions"},
    {13, "N 4 12", "y = Gather(x, 1x1x1x1x1x1x1[0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gather): its indices are not integers, or have too many dimensions"},
    {13, "N 4 12", "y = Gather(x, -5) axis=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Gather): there is no element -5 in 4"},
    {13, "N 4 12", "y = Concat(x, _) axis=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Concat): its input 1 is missing"},
    {13, "N 4 12", "y = Concat(x, x) axis=3", TFL_EINPUT,
     "m.onnx: node \"/y\" (Concat): there is no axis 3 in 3 dimensions"},
    {13, "N 4 12", "f = Flatten(x); y = Concat(x, f) axis=1", TFL_EINPUT,
     "m.onnx: node \"/y\" (Concat): inputs of dimensions (1, 4, 12) and (1, 48) cannot be joined along axis 1"},
    {13, "N 4 12", "c = Concat([1], 0.5) axis=0; y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (Concat): inputs of dimensions (1) and () cannot be joined along axis 0"},
    {13, "N 4 12", "c = Concat([1], [0.5]) axis=0; y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (Concat): it joins floats and integers"},
    {13, "N 4 12", "y = Concat(x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x) axis=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Concat): it joins 66 inputs; 64 are supported"},
    {13, "N 4 12", "y = ReduceMean(x) axes=[3]", TFL_EINPUT,
     "m.onnx: node \"/y\" (ReduceMean): there is no axis 3 in 3 dimensions"},
    {18, "N 4 12", "y = ReduceMean(x, x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (ReduceMean): input \"x\" (axes) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = ReduceMax(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (ReduceMax): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Softmax(0.5)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Softmax): its input \"constant.0\" is constant, and only values computed from the sequence are supported there"},
    {13, "N 4 12", "y = Softmax(x) axis=3", TFL_EINPUT,
     "m.onnx: node \"/y\" (Softmax): there is no axis 3 in 3 dimensions"},
    /* shape arithmetic */
    {13, "N 4 12", "s = Shape(_); y = Reshape(x, s)", TFL_EINPUT,
     "m.onnx: node \"/s\" (Shape): its input is missing"},
    {13, "N 4 12", "m, i = MaxPool(x) kernel_shape=[2]; s = Shape(i); y = Reshape(x, s)", TFL_EINPUT,
     "m.onnx: node \"/s\" (Shape): its input is missing"},
    {13, "N 4 12", "c = ConstantOfShape(_); y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): the shape that it asks for is missing, or has more than 8 dimensions"},
    {13, "N 4 12", "c = ConstantOfShape([-1]); y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): the shape that it asks for holds -1"},
    {13, "N 4 12", "c = ConstantOfShape([1,1,1,1,1,1,1,1,1]); y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): the shape that it asks for is missing, or has more than 8 dimensions"},
    {13, "N 4 12", "c = ConstantOfShape([1]) value={2[1.0,2.0]}; y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): its value has 2 numbers"},
    {13, "N 4 12", "c = ConstantOfShape(x); y = Mul(x, c)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/c\" (ConstantOfShape): input \"x\" (shape) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "r = Range(0, [4,5], 1); y = Gather(x, r) axis=2", TFL_EINPUT,
     "m.onnx: node \"/r\" (Range): its limit is not one number"},
    {13, "N 4 12", "r = Range(0, _, 1); y = Gather(x, r) axis=2", TFL_EINPUT,
     "m.onnx: node \"/r\" (Range): its limit is not one number"},
    {13, "N 4 12", "r = Range(0, x, 1); y = Gather(x, r) axis=2", TFL_EUNSUPPORTED,
     "m.onnx: node \"/r\" (Range): input \"x\" (limit) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "y = Cast(_) to=1", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Cast): converting to type 1 is not supported"},
    {13, "N 4 12", "y = Cast(x)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/y\" (Cast): converting to type 0 is not supported"},
    {13, "N 4 12", "w = Where(1, x, 0.0); y = Mul(x, w)", TFL_EUNSUPPORTED,
     "m.onnx: node \"/w\" (Where): input \"x\" (first value) is computed from the sequence; only constants are supported there"},
    {13, "N 4 12", "w = Where(1, _, 0.0); y = Mul(x, w)", TFL_EINPUT,
     "m.onnx: node \"/w\" (Where): its inputs do not fit together"},
    {13, "N 4 12", "w = Where([1,0], 3~1, 0.0); y = Mul(x, w)", TFL_EINPUT,
     "m.onnx: node \"/w\" (Where): its inputs do not fit together"},
    /* small files that ask for the world */
    {13, "N 4 12", "c = ConstantOfShape([1000000000]) value={1[1.0]}; y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): it asks for arrays of 1000000000 and more numbers, far more than this "
     "model has weights for"},
    {13, "N 4 12", "c = ConstantOfShape([4294967296,4294967296,2]); y = Mul(x, c)", TFL_EINPUT,
     "m.onnx: node \"/c\" (ConstantOfShape): it asks for arrays of 18446744073709551615 and more numbers, far more "
     "than this model has "
     "weights for"},
    {13, "N 4 12", "r = Range(0, 1000000000, 1); y = Gather(x, r) axis=2", TFL_EINPUT,
     "m.onnx: node \"/r\" (Range): it asks for arrays of 1000000000 and more numbers, far more than this model has "
     "weights for"},
    /* what 32 bits would cut to 10, 12 or 48 */
    {13, "N 4 12", "y = Pad(x, [0,0,2147483647,0,0,2147483647])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): it asks for arrays of 4294967306 and more numbers, far more than this model has "
     "weights for"},
    {13, "N 4 12", "g = Gather(x, [0]) axis=2; y = Expand(g, [1,4,4294967308])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Expand): it asks for arrays of 4294967308 and more numbers, far more than this model has "
     "weights for"},
    {13, "N 4 12", "y = Reshape(x, [4294967344])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Reshape): its input of dimensions (1, 4, 12) does not fit into (4294967344)"},
    {13, "N 4 4294967308", "y = Relu(x)", TFL_EUNSUPPORTED,
     "m.onnx: input \"x\": it is for sequences of 4294967308 positions; at most 16777216 are supported"},
    {13, "N 4 12", "y = Pad(x, [0,0,2000000000,0,0,0])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Pad): it asks for arrays of 2000000012 and more numbers, far more than this model has "
     "weights for"},
    {13, "N 4 12", "g = Gather(x, [0]) axis=2; y = Expand(g, [1,4,100000000])", TFL_EINPUT,
     "m.onnx: node \"/y\" (Expand): it asks for arrays of 100000000 and more numbers, far more than this model has "
     "weights for"},
    {13, "N 4 12", "y = Conv(x, 3x4x5~1) pads=[1000000000,0]", TFL_EINPUT,
     "m.onnx: node \"/y\" (Conv): it asks for arrays of 4000000048 and more numbers, far more than this model has "
     "weights for"},
};

/* Numbers that no size_t of this machine holds become its largest: where sizes have 32 bits, messages name this one. */
static void cap_sizes(const char *text, char capped[TFL_ERROR_SIZE])
{
    char largest[32];
    size_t n = (size_t)snprintf(largest, sizeof largest, "%zu", SIZE_MAX), used = 0;
    capped[0] = '\0';
    while (*text != '\0') {
        size_t digits = strspn(text, "0123456789");
        bool large = digits > n || (digits == n && strncmp(text, largest, n) > 0);
        size_t wrote = digits == 0 ? 1 : digits;
        used += (size_t)snprintf(capped + used, TFL_ERROR_SIZE - used, "%.*s", (int)(large ? n : wrote), large ? largest : text);
        text += wrote;
    }
}

START_TEST(programs_are_refused)
{
    char said[TFL_ERROR_SIZE], expected[TFL_ERROR_SIZE];
    size_t size;
    unsigned char *bytes = test_onnx_program(programs[_i].opset, programs[_i].input, programs[_i].program, &size);
    tfl_error err = read_bytes(bytes, size, 12);
    cap_sizes(err.message, said);
    cap_sizes(programs[_i].message, expected);
    ck_assert_msg(strcmp(said, expected) == 0, "%s\n  says %s\n  not  %s", programs[_i].program, said, expected);
    ck_assert_int_eq(err.status, programs[_i].status);
    free(bytes);
}
END_TEST

/* ---------------------------------------------------------------- weights */

static const unsigned char nan_bytes[8] = {0, 0, 128, 63, 0, 0, 192, 127}, infinite_bytes[8] = {0, 0, 128, 255};
static const unsigned char half_bytes[4] = {0, 0x3c, 0, 0x7c}, one_bytes[8] = {0, 0, 128, 63, 0, 0, 128, 63};

static const struct {
    int type;
    const char *dims;
    const unsigned char *raw;
    size_t size;
    const char *message;
} tensors[] = {
    {1, "2", one_bytes, 8, ""},
    {1, "2", nan_bytes, 8, "its value 1 is NaN, and only finite numbers make sense"},
    {1, "2", infinite_bytes, 8, "its value 0 is infinite, and only finite numbers make sense"},
    {10, "2", half_bytes, 4, "its value 1 is infinite, and only finite numbers make sense"},
    {1, "3", one_bytes, 8, "its dimensions (3) need 3 values of type float, and it holds 8 bytes"},
    {1, "2", one_bytes, 7, "its dimensions (2) need 2 values of type float, and it holds 7 bytes"},
    {1, "2", one_bytes, 0, "its dimensions (2) need 2 values of type float, and it holds 0 values"},
    {1, "-1", one_bytes, 8, "its dimension 0 is -1"},
    {1, "9223372036854775807 9223372036854775807", one_bytes, 8, "its dimensions multiply to more than fits in memory"},
    {1, "4294967298", one_bytes, 8, "its dimensions (4294967298) need 4294967298 values of type float, and it holds 8 bytes"},
    {1, "1 1 1 1 1 1 1 1 2", one_bytes, 8, "it has 9 dimensions, and at most 8 are read"},
    {8, "2", one_bytes, 8, "its type is string (8); float, double, float16, bfloat16 and integers are read"},
    {17, "2", one_bytes, 8, "its type is unknown (17); float, double, float16, bfloat16 and integers are read"},
    {0, "2", one_bytes, 8, "its type is unknown (0); float, double, float16, bfloat16 and integers are read"},
};

START_TEST(weights_are_refused)
{
    test_bytes graph = {NULL, 0, 0},
               tensor = test_tensor("w", tensors[_i].type, tensors[_i].dims, tensors[_i].raw, tensors[_i].size);
    free(test_put_program(&graph, "y = Relu(x)"));
    test_put_message(&graph, 5, &tensor);
    test_put_value(&graph, 11, "x", "N 4 12");
    test_put_value(&graph, 12, "y", "N T");
    test_bytes model = test_model(13, &graph);
    tfl_error err = read_bytes(model.byte, model.size, 12);
    char said[TFL_ERROR_SIZE], message[TFL_ERROR_SIZE] = "", expected[TFL_ERROR_SIZE];
    if (tensors[_i].message[0] != '\0') {
        snprintf(message, sizeof message, "m.onnx: weights \"w\": %s", tensors[_i].message);
    }
    cap_sizes(err.message, said);
    cap_sizes(message, expected);
    ck_assert_str_eq(said, expected);
    test_bytes_free(&model);
}
END_TEST

/* What a model reads from a tensor that is one number. */
static float read_number(test_bytes *tensor)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model = NULL;
    tfl_graph *graph = NULL;
    tfl_values *values = NULL;
    test_bytes body = {NULL, 0, 0};
    test_put_message(&body, 5, tensor);
    free(test_put_program(&body, "y = Mul(x, w)"));
    test_put_value(&body, 11, "x", "N 4 1");
    test_put_value(&body, 12, "y", "N T");
    test_bytes bytes = test_model(13, &body);
    ck_assert_msg(tfl_model_read_memory(bytes.byte, bytes.size, "m.onnx", &model, &err) == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_model_graph(model, 1, &graph, &err) == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_values_create(graph, &values, &err) == TFL_OK, "%s", err.message);
    values->of[0][0] = 1;
    tfl_forward(graph, values, graph->output);
    float number = values->of[graph->output][0];
    tfl_values_free(values);
    tfl_graph_free(graph);
    tfl_model_free(model);
    test_bytes_free(&bytes);
    return number;
}

/* Numbers in every type that weights may have, raw, and in the field of that type. */
START_TEST(weights_are_read_in_every_type)
{
    enum { RAW, FLOATS = 4, INT32S = 5, INT64S = 7, DOUBLES = 10, UINT64S = 11 };
    static const struct {
        int type;
        unsigned field;
        size_t size;
        unsigned char byte[10];
        float value;
    } rows[] = {
        {1, RAW, 4, {0, 0, 0xc0, 0x3f}, 1.5F},
        {1, FLOATS, 4, {0, 0, 0xc0, 0x3f}, 1.5F},
        {11, RAW, 8, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1.5F},
        {11, DOUBLES, 8, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1.5F},
        {10, RAW, 2, {0, 0x3e}, 1.5F},
        {10, RAW, 2, {1, 0x80}, -0x1p-24F}, /* subnormal */
        {10, INT32S, 2, {0x80, 0x7c}, 1.5F}, /* varints, of 7 bits each */
        {16, RAW, 2, {0xc0, 0x3f}, 1.5F},
        {16, INT32S, 2, {0xc0, 0x7f}, 1.5F},
        {7, RAW, 8, {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -2},
        {7, INT64S, 10, {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, -2},
        {6, RAW, 4, {0xfe, 0xff, 0xff, 0xff}, -2},
        {6, INT32S, 10, {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, -2},
        {5, RAW, 2, {0xfe, 0xff}, -2},
        {4, RAW, 2, {0xfe, 0xff}, 65534},
        {3, RAW, 1, {0xfe}, -2},
        {2, RAW, 1, {0xfe}, 254},
        {9, RAW, 1, {1}, 1},
        {9, INT32S, 1, {1}, 1},
        {12, RAW, 4, {0, 0, 0, 0x80}, 0x1p31F},
        {12, UINT64S, 1, {5}, 5},
        {13, RAW, 8, {0, 0, 0, 0, 0, 0, 0, 0x80}, 0x1p63F},
        {13, UINT64S, 10, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, 0x1p63F},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_bytes tensor = test_tensor("w", rows[i].type, "", rows[i].byte, rows[i].field == RAW ? rows[i].size : 0);
        if (rows[i].field != RAW) {
            test_bytes packed = {NULL, 0, 0};
            test_put(&packed, rows[i].byte, rows[i].size);
            test_put_message(&tensor, rows[i].field, &packed);
        }
        float number = read_number(&tensor);
        ck_assert_msg(number == rows[i].value, "type %d in field %u: %g", rows[i].type, rows[i].field, (double)number);
    }
}
END_TEST

/* ---------------------------------------------------------------- files */

/* A graph and its model, changed by hand before and after. */
static tfl_error read_changed(void (*change)(test_bytes *graph), const char *metadata)
{
    test_bytes graph = {NULL, 0, 0};
    change(&graph);
    test_bytes model = test_model(13, &graph);
    if (metadata != NULL) {
        test_bytes entry = {NULL, 0, 0};
        test_put_text(&entry, 1, "tasks");
        test_put_text(&entry, 2, metadata);
        test_put_message(&model, 14, &entry);
    }
    tfl_error err = read_bytes(model.byte, model.size, 12);
    test_bytes_free(&model);
    return err;
}

static void external_data(test_bytes *graph)
{
    test_bytes tensor = test_tensor("w", 1, "2", NULL, 0), entry = {NULL, 0, 0};
    test_put_text(&entry, 1, "location");
    test_put_text(&entry, 2, "weights.bin");
    test_put_message(&tensor, 13, &entry);
    test_put_integer(&tensor, 14, 1);
    test_put_message(graph, 5, &tensor);
    free(test_put_program(graph, "y = Relu(x)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 12, "y", "N T");
}

static void two_inputs(test_bytes *graph)
{
    free(test_put_program(graph, "y = Add(x, z)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 11, "z", "N 4 12");
    test_put_value(graph, 12, "y", "N T");
}

static void two_outputs(test_bytes *graph)
{
    free(test_put_program(graph, "y = Relu(x); z = Exp(x)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 12, "y", "N T");
    test_put_value(graph, 12, "z", "N T");
}

static void unknown_output(test_bytes *graph)
{
    free(test_put_program(graph, "y = Relu(x)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 12, "z", "N T");
}

static void no_input(test_bytes *graph)
{
    free(test_put_program(graph, "y = Relu(x)"));
    test_put_value(graph, 12, "y", "N T");
}

static void sparse_weights(test_bytes *graph)
{
    test_bytes sparse = {NULL, 0, 0};
    test_put_message(graph, 15, &sparse);
    no_input(graph);
    test_put_value(graph, 11, "x", "N 4 12");
}

static void nameless_weights(test_bytes *graph)
{
    test_bytes tensor = test_tensor("", 1, "2", one_bytes, 8);
    test_put_message(graph, 5, &tensor);
    no_input(graph);
    test_put_value(graph, 11, "x", "N 4 12");
}

static void other_domain(test_bytes *graph)
{
    test_bytes node = {NULL, 0, 0};
    test_put_text(&node, 1, "x");
    test_put_text(&node, 2, "y");
    test_put_text(&node, 4, "FusedConv");
    test_put_text(&node, 7, "com.microsoft");
    test_put_message(graph, 1, &node);
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 12, "y", "N T");
}

static void weights_as_inputs(test_bytes *graph) /* as files of IR version 3 have them */
{
    free(test_put_program(graph, "y = Mul(x, 0.5)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 11, "constant.0", "1");
    test_put_value(graph, 12, "y", "N T");
}

static void two_tasks(test_bytes *graph)
{
    free(test_put_program(graph, "f = Flatten(x); y = MatMul(f, 48x2~1)"));
    test_put_value(graph, 11, "x", "N 4 12");
    test_put_value(graph, 12, "y", "N T");
}

START_TEST(files_are_refused)
{
    static const struct {
        void (*change)(test_bytes *graph);
        const char *metadata, *message;
    } rows[] = {
        {external_data, NULL,
         "m.onnx: weights \"w\": its values are in another file (external data); save the model with its weights "
         "inside"},
        {two_inputs, NULL, "m.onnx: has more than one input (\"x\", \"z\"); only the sequence can be one"},
        {two_outputs, NULL, "m.onnx: has 2 outputs; models with one are supported"},
        {unknown_output, NULL, "m.onnx: output \"z\": no node computes it"},
        {no_input, NULL, "m.onnx: has no input"},
        {sparse_weights, NULL, "m.onnx: has sparse weights; save it with dense ones"},
        {nameless_weights, NULL, "m.onnx: weights (initializer) 0 have no name"},
        {other_domain, NULL, "m.onnx: node \"y\" (FusedConv): operators of the domain \"com.microsoft\" are not known"},
        {weights_as_inputs, NULL, ""},
        {two_tasks, "a,b", ""},
        {two_tasks, "a/b,\xc3\xa4 c", ""},
        {two_tasks, "a\tb,c",
         "m.onnx: task 0 is named \"a?b\" (in its metadata), but control characters break rows"},
        {two_tasks, "a,b\n", "m.onnx: task 1 is named \"b?\" (in its metadata), but control characters break rows"},
        {two_tasks, "a,", "m.onnx: task 1 has no name (in its metadata), and each of several needs one"},
        {two_tasks, ",b", "m.onnx: task 0 has no name (in its metadata), and each of several needs one"},
        {two_tasks, "a,a", "m.onnx: two tasks are named a (in its metadata), and names must differ"},
        {two_tasks, "a,b,c", "m.onnx: names 3 tasks (in its metadata), and has 2 outputs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tfl_error err = read_changed(rows[i].change, rows[i].metadata);
        ck_assert_str_eq(err.message, rows[i].message);
    }
}
END_TEST

START_TEST(what_is_not_onnx_is_told)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } rows[] = {
        {"", 0, "m.onnx: is empty; an ONNX model is expected"},
        {">seq\nACGT\n", 10, "m.onnx: is not an ONNX model"},
        {"\x89HDF\r\n\x1a\n....", 12, "m.onnx: is an HDF5 file, as Keras writes, which is not supported yet; export the network as ONNX"},
        {"PK\x03\x04....", 8, "m.onnx: is a zip archive, as PyTorch's checkpoints are; export the network as ONNX"},
        {"\x08\x08", 2, "m.onnx: has no graph; is it an ONNX model?"},
        {"\x08\x08\x3a\x00", 4, "m.onnx: does not say which ONNX opset it uses; is it an ONNX model?"},
        {"\x08\x08\x3a\x02\xff\xff", 6, "m.onnx: is damaged: its parts do not fit together as in an ONNX model"},
        {"\x08\x08\x3a\x7f", 4, "m.onnx: is cut short after 4 bytes; copy the model again"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tfl_error err = read_bytes((const unsigned char *)rows[i].bytes, rows[i].size, 12);
        ck_assert_str_eq(err.message, rows[i].message);
    }
}
END_TEST

START_TEST(missing_files_are_told)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model;
    ck_assert_int_eq(tfl_model_read("no/such.onnx", &model, &err), TFL_EIO);
    ck_assert_str_eq(err.message, "no/such.onnx: cannot be opened: No such file or directory");
    err = (tfl_error)TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_model_read("/", &model, &err), TFL_EIO);
    ck_assert_ptr_null(model);
}
END_TEST

static const char every_part[] =
    "c = Conv(x, 3x4x5~1, 3~2) pads=[2,2]; r = Relu(c); p = MaxPool(r) kernel_shape=[2] strides=[2];"
    "s = Shape(p); n = Gather(s, [0]) axis=0; t = Concat(n, [-1]) axis=0; f = Reshape(p, t);"
    "m = MatMul(f, 18x3~3); a = Add(m, 3~4); k = Constant() value={1[0.5]}; h = Mul(a, k); y = Sigmoid(h)";

/* However short the file is cut, it is an error, and never read beyond its end. */
START_TEST(every_cut_is_an_error)
{
    size_t size;
    unsigned char *bytes = test_onnx_program(13, "N 4 12", every_part, &size);
    ck_assert_str_eq(read_bytes(bytes, size, 12).message, "");
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *copy = malloc(cut + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, bytes, cut);
        tfl_error err = read_bytes(copy, cut, 12);
        ck_assert_msg(strncmp(err.message, "m.onnx: ", 8) == 0, "cut to %zu of %zu bytes: \"%s\"", cut, size,
                      err.message);
        free(copy);
    }
    free(bytes);
}
END_TEST

/* Bytes changed at random give an error or a network, and nothing worse. */
START_TEST(damage_does_no_harm)
{
    enum { ROUNDS = 3000 };
    tfl_rng rng;
    size_t size, refused = 0;
    unsigned char *bytes = test_onnx_program(13, "N 4 L", every_part, &size);
    tfl_rng_init(&rng, 1, "damage", 0);
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = 1 + tfl_rng_below(&rng, 4), at[4];
        unsigned char old[4];
        for (size_t i = 0; i < n; i++) {
            at[i] = tfl_rng_below(&rng, (uint32_t)size);
            old[i] = bytes[at[i]];
            bytes[at[i]] = (unsigned char)(tfl_rng_below(&rng, 2) == 0 ? old[i] ^ (1U << tfl_rng_below(&rng, 8))
                                                                       : tfl_rng_below(&rng, 256));
        }
        refused += read_bytes(bytes, size, 12).status != TFL_OK;
        for (size_t i = n; i-- > 0;) {
            bytes[at[i]] = old[i];
        }
    }
    printf("%zu of %d damaged models are refused\n", refused, ROUNDS);
    ck_assert_uint_gt(refused, ROUNDS / 10);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad onnx");
    TCase *tests = tcase_create("refused");
    tcase_add_loop_test(tests, programs_are_refused, 0, sizeof programs / sizeof *programs);
    tcase_add_loop_test(tests, weights_are_refused, 0, sizeof tensors / sizeof *tensors);
    tcase_add_test(tests, weights_are_read_in_every_type);
    tcase_add_test(tests, files_are_refused);
    tcase_add_test(tests, what_is_not_onnx_is_told);
    tcase_add_test(tests, missing_files_are_told);
    tcase_add_test(tests, every_cut_is_an_error);
    tcase_add_test(tests, damage_does_no_harm);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
