/* onnx_operators.c: the table of operators. Where opsets differ in what an operator takes there is a row for each form.
 */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <limits.h>
#include <string.h>

#define ANY UINT_MAX

/* clang-format off */
static const tfl_onnx_operator operators[] = {
    /* name                opsets  inputs   attributes, converter */
    {"Abs",                 6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Add",                 7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"AveragePool",         7, 18, 1, 1,   "auto_pad:s ceil_mode:i count_include_pad:i kernel_shape:I pads:I strides:I", tfl_onnx_op_average_pool},
    {"AveragePool",        19, 21, 1, 1,   "auto_pad:s ceil_mode:i count_include_pad:i dilations:I kernel_shape:I pads:I strides:I", tfl_onnx_op_average_pool},
    {"BatchNormalization",  9, 21, 5, 5,   "epsilon:f momentum:f training_mode:i", tfl_onnx_op_batch_normalization},
    {"Cast",                6, 21, 1, 1,   "to:i saturate:i", tfl_onnx_op_cast},
    {"Celu",               12, 21, 1, 1,   "alpha:f", tfl_onnx_op_celu},
    {"Clip",                6, 10, 1, 1,   "min:f max:f", tfl_onnx_op_clip},
    {"Clip",               11, 21, 1, 3,   "", tfl_onnx_op_clip},
    {"Concat",              4, 21, 1, ANY, "axis:i", tfl_onnx_op_concat},
    {"Constant",            1, 21, 0, 0,   "value:t value_float:f value_floats:F value_int:i value_ints:I", NULL},
    {"ConstantOfShape",     9, 21, 1, 1,   "value:t", tfl_onnx_op_constant_of_shape},
    {"Conv",                1, 21, 2, 3,   "auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I", tfl_onnx_op_convolution},
    {"Div",                 7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"Dropout",             7, 11, 1, 1,   "ratio:f", tfl_onnx_op_dropout},
    {"Dropout",            12, 21, 1, 3,   "seed:i", tfl_onnx_op_dropout},
    {"Elu",                 6, 21, 1, 1,   "alpha:f", tfl_onnx_op_activation},
    {"Equal",               7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"Erf",                 9, 21, 1, 1,   "", tfl_onnx_op_erf},
    {"Exp",                 6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Expand",              8, 21, 2, 2,   "", tfl_onnx_op_expand},
    {"Flatten",             9, 21, 1, 1,   "axis:i", tfl_onnx_op_flatten},
    {"Gather",              1, 21, 2, 2,   "axis:i", tfl_onnx_op_gather},
    {"Gelu",               20, 21, 1, 1,   "approximate:s", tfl_onnx_op_gelu},
    {"Gemm",                7, 21, 2, 3,   "alpha:f beta:f transA:i transB:i", tfl_onnx_op_gemm},
    {"GlobalAveragePool",   1, 21, 1, 1,   "", tfl_onnx_op_global_average_pool},
    {"GlobalMaxPool",       1, 21, 1, 1,   "", tfl_onnx_op_global_max_pool},
    {"HardSigmoid",         6, 21, 1, 1,   "alpha:f beta:f", tfl_onnx_op_hard_sigmoid},
    {"HardSwish",          14, 21, 1, 1,   "", tfl_onnx_op_hard_sigmoid},
    {"Identity",            1, 21, 1, 1,   "", tfl_onnx_op_identity},
    {"LeakyRelu",           6, 21, 1, 1,   "alpha:f", tfl_onnx_op_activation},
    {"Log",                 6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"MatMul",              1, 21, 2, 2,   "", tfl_onnx_op_matmul},
    {"Max",                 8, 21, 2, 2,   "", tfl_onnx_op_bound},
    {"MaxPool",             8,  9, 1, 1,   "auto_pad:s kernel_shape:I pads:I storage_order:i strides:I", tfl_onnx_op_max_pool},
    {"MaxPool",            10, 21, 1, 1,   "auto_pad:s ceil_mode:i dilations:I kernel_shape:I pads:I storage_order:i strides:I", tfl_onnx_op_max_pool},
    {"Min",                 8, 21, 2, 2,   "", tfl_onnx_op_bound},
    {"Mul",                 7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"Neg",                 6, 21, 1, 1,   "", tfl_onnx_op_negative},
    {"PRelu",               9, 21, 2, 2,   "", tfl_onnx_op_prelu},
    {"Pad",                 2, 10, 1, 1,   "mode:s pads:I value:f", tfl_onnx_op_pad},
    {"Pad",                11, 17, 2, 3,   "mode:s", tfl_onnx_op_pad},
    {"Pad",                18, 21, 2, 4,   "mode:s", tfl_onnx_op_pad},
    {"Pow",                 7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"Range",              11, 21, 3, 3,   "", tfl_onnx_op_range},
    {"Reciprocal",          6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"ReduceMax",           1, 17, 1, 1,   "axes:I keepdims:i", tfl_onnx_op_reduce},
    {"ReduceMax",          18, 21, 1, 2,   "keepdims:i noop_with_empty_axes:i", tfl_onnx_op_reduce},
    {"ReduceMean",          1, 17, 1, 1,   "axes:I keepdims:i", tfl_onnx_op_reduce},
    {"ReduceMean",         18, 21, 1, 2,   "keepdims:i noop_with_empty_axes:i", tfl_onnx_op_reduce},
    {"ReduceSum",           1, 12, 1, 1,   "axes:I keepdims:i", tfl_onnx_op_reduce},
    {"ReduceSum",          13, 21, 1, 2,   "keepdims:i noop_with_empty_axes:i", tfl_onnx_op_reduce},
    {"Relu",                6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Reshape",             5, 13, 2, 2,   "", tfl_onnx_op_reshape},
    {"Reshape",            14, 21, 2, 2,   "allowzero:i", tfl_onnx_op_reshape},
    {"Selu",                6, 21, 1, 1,   "alpha:f gamma:f", tfl_onnx_op_activation},
    {"Shape",               1, 14, 1, 1,   "", tfl_onnx_op_shape},
    {"Shape",              15, 21, 1, 1,   "end:i start:i", tfl_onnx_op_shape},
    {"Sigmoid",             6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Slice",               1,  9, 1, 1,   "axes:I ends:I starts:I", tfl_onnx_op_slice},
    {"Slice",              10, 21, 3, 5,   "", tfl_onnx_op_slice},
    {"Softmax",             1, 21, 1, 1,   "axis:i", tfl_onnx_op_softmax},
    {"Softplus",            1, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Split",               2, 12, 1, 1,   "axis:i split:I", tfl_onnx_op_split},
    {"Split",              13, 17, 1, 2,   "axis:i", tfl_onnx_op_split},
    {"Split",              18, 21, 1, 2,   "axis:i num_outputs:i", tfl_onnx_op_split},
    {"Sqrt",                6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Squeeze",             1, 12, 1, 1,   "axes:I", tfl_onnx_op_squeeze},
    {"Squeeze",            13, 21, 1, 2,   "", tfl_onnx_op_squeeze},
    {"Sub",                 7, 21, 2, 2,   "", tfl_onnx_op_arithmetic},
    {"Sum",                 8, 21, 1, ANY, "", tfl_onnx_op_sum},
    {"Tanh",                6, 21, 1, 1,   "", tfl_onnx_op_activation},
    {"Transpose",           1, 21, 1, 1,   "perm:I", tfl_onnx_op_transpose},
    {"Unsqueeze",           1, 12, 1, 1,   "axes:I", tfl_onnx_op_unsqueeze},
    {"Unsqueeze",          13, 21, 2, 2,   "", tfl_onnx_op_unsqueeze},
    {"Where",               9, 21, 3, 3,   "", tfl_onnx_op_where},
};
/* clang-format on */

const tfl_onnx_operator *tfl_onnx_operator_at(size_t i)
{
    return i < sizeof operators / sizeof *operators ? &operators[i] : NULL;
}

const tfl_onnx_operator *tfl_onnx_operator_find(const char *name, int opset)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (strcmp(operators[i].name, name) == 0 && operators[i].first <= opset && opset <= operators[i].last) {
            return &operators[i];
        }
    }
    return NULL;
}

char tfl_onnx_operator_attribute(const tfl_onnx_operator *operator, const char * name)
{
    size_t length = strlen(name);
    if (strpbrk(name, ": ") != NULL) {
        return '\0';
    }
    for (const char *at = operator->attributes; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
        if (strncmp(at, name, length) == 0 && at[length] == ':') {
            return at[length + 1];
        }
    }
    return '\0';
}
