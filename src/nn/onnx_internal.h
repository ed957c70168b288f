/*
 * onnx_internal.h: the parts of reading ONNX.
 *
 *   onnx_file.c    bytes -> protocol buffer
 *   onnx_tensor.c  arrays in files -> checked float or integer arrays
 *   onnx_model.c   nodes and names checked and put in order: all that does not depend on the sequence's length
 *   onnx_build.c   nodes, in order, for one length -> a tfl_graph; constants and shapes are computed on the way
 *   onnx_operators.c   one row per operator: opsets, inputs, attributes, and the function that converts it
 * (onnx_op_*.c)
 *
 * To add an operator: a row there, and a converter.
 */
#ifndef TFLIFT_ONNX_INTERNAL_H
#define TFLIFT_ONNX_INTERNAL_H

#include "src/nn/onnx_schema.pb-c.h"
#include "tflift/model.h"
#include "tflift/table.h"

enum {
    TFL_ONNX_MAX_RANK = 8,
    TFL_ONNX_FIRST_OPSET = 9,
    TFL_ONNX_LAST_OPSET = 21,
    TFL_ONNX_MAX_LENGTH = 1 << 24, /* of a sequence */
    TFL_ONNX_TEXT_SIZE = 192
};
#define TFL_ONNX_NONE SIZE_MAX

/* Dimensions as ONNX has them, batch included. */
typedef struct tfl_onnx_dims {
    unsigned rank;
    size_t dim[TFL_ONNX_MAX_RANK];
} tfl_onnx_dims;

/* An array of constants: floats, or integers (shapes, indices, truth values). */
typedef struct tfl_onnx_tensor {
    tfl_onnx_dims dims;
    size_t size;
    float *number;    /* [size], or NULL: it holds integers */
    int64_t *integer; /* [size], or NULL */
} tfl_onnx_tensor;

typedef struct tfl_onnx_builder tfl_onnx_builder;
typedef struct tfl_onnx_node tfl_onnx_node;

typedef struct tfl_onnx_operator {
    const char *name;
    int first, last; /* opsets */
    unsigned min_inputs, max_inputs;
    const char *attributes; /* "axis:i alpha:f": i integer, f float, s text, t tensor, I integers, F floats */
    tfl_status (*convert)(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_error *err);
} tfl_onnx_operator;

struct tfl_onnx_node {
    const tfl_onnx_operator *operator;
    const Tfl__Onnx__Node *proto;
    const char *name;       /* its own, or its first output's */
    size_t *input, *output; /* value numbers, TFL_ONNX_NONE where left out; [proto->n_input], [proto->n_output] */
};

/* A name in the model and what gives it its value. */
typedef struct tfl_onnx_source {
    size_t producer;         /* node, or TFL_ONNX_NONE */
    tfl_onnx_tensor *tensor; /* of an initializer or Constant node, or NULL */
    size_t uses;             /* by nodes, and as the model's output */
} tfl_onnx_source;

struct tfl_model {
    char *name;
    char digest[17];
    size_t bytes; /* size of the file */
    Tfl__Onnx__Model *proto;
    int opset;
    tfl_table *names; /* of values; a value's number is its index here */
    size_t n_values;
    tfl_onnx_source *value; /* [n_values] */
    size_t n_nodes;
    tfl_onnx_node *node; /* [n_nodes] as in the file */
    size_t *order;       /* [n_nodes] each node behind those it needs */
    size_t input, output;
    tfl_layout layout;
    size_t length; /* 0: any */
    size_t batch;  /* as the file fixes it; 1 otherwise */
    char **task;
    size_t n_tasks; /* 0: the file names none */
};

/* ---- onnx_file.c */

/* The whole file ("-": standard input); the caller frees *bytes. */
tfl_status tfl_onnx_load(const char *path, unsigned char **bytes, size_t *size, tfl_error *err) TFL_MUST_USE;

/* Errors tell a file that is cut short from one that never was ONNX. */
tfl_status tfl_onnx_unpack(const unsigned char *bytes, size_t size, Tfl__Onnx__Model **out,
                           tfl_error *err) TFL_MUST_USE;

/* ---- onnx_tensor.c */

/* Decodes tensor: float, double, float16, bfloat16 to floats (NaN and infinities refused), integers and bool to
 * integers. */
tfl_status tfl_onnx_tensor_read(const Tfl__Onnx__Tensor *tensor, tfl_onnx_tensor **out, tfl_error *err) TFL_MUST_USE;

/* One without values yet; integer says which kind. */
tfl_status tfl_onnx_tensor_create(const tfl_onnx_dims *dims, bool integer, tfl_onnx_tensor **out,
                                  tfl_error *err) TFL_MUST_USE;
void tfl_onnx_tensor_free(tfl_onnx_tensor *tensor);

/* Element as a number, whatever the kind; and back, rounded (floats) or cut to the range (integers). */
double tfl_onnx_tensor_get(const tfl_onnx_tensor *tensor, size_t i);
void tfl_onnx_tensor_set(tfl_onnx_tensor *tensor, size_t i, double value);
/* Element i becomes from's element k. */
void tfl_onnx_tensor_copy(tfl_onnx_tensor *to, size_t i, const tfl_onnx_tensor *from, size_t k);

/* A dimension that a model names, n >= 0. Where sizes have 32 bits a larger one becomes the largest, which is too large
 * for everything, instead of what is left when it is cut. */
size_t tfl_onnx_dim(int64_t n);

/* Product of the dimensions; false when it does not fit a size_t. */
bool tfl_onnx_dims_size(const tfl_onnx_dims *dims, size_t *size) TFL_MUST_USE;
bool tfl_onnx_dims_equal(const tfl_onnx_dims *a, const tfl_onnx_dims *b);
const char *tfl_onnx_dims_text(const tfl_onnx_dims *dims, char text[TFL_ONNX_TEXT_SIZE]); /* "(1, 4, 200)" */

/* stride[axis]: how far apart neighbours along the axis lie in row-major order. */
void tfl_onnx_dims_strides(const tfl_onnx_dims *dims, size_t stride[TFL_ONNX_MAX_RANK]);

/* The dimensions that a and b broadcast to (ONNX "Multidirectional broadcasting"); false when they do not. */
bool tfl_onnx_dims_broadcast(const tfl_onnx_dims *a, const tfl_onnx_dims *b, tfl_onnx_dims *out) TFL_MUST_USE;

/* For each element of wide, the one of narrow that broadcasting puts there: index[size of wide]. */
void tfl_onnx_dims_spread(const tfl_onnx_dims *narrow, const tfl_onnx_dims *wide, size_t *index);

/* ---- onnx_model.c */

/* Resolves and checks model->proto, and fills the rest of model. */
tfl_status tfl_onnx_resolve(tfl_model *model, tfl_error *err) TFL_MUST_USE;

/* Puts `node "NAME" (OPERATOR): ` in front of the message; returns status. */
tfl_status tfl_onnx_node_failed(const tfl_onnx_node *node, tfl_status status, tfl_error *err);

/* ---- onnx_operators.c */

const tfl_onnx_operator *tfl_onnx_operator_find(const char *name, int opset);
/* The rows, NULL after the last. */
const tfl_onnx_operator *tfl_onnx_operator_at(size_t i);
/* Type letter of an attribute, 0 when the operator has none of that name. */
char tfl_onnx_operator_attribute(const tfl_onnx_operator *operator, const char * name);

/* ---- onnx_node.c: attributes, with the value they have when not given */

const Tfl__Onnx__Attribute *tfl_onnx_attribute(const tfl_onnx_node *node, const char *name);
int64_t tfl_onnx_integer(const tfl_onnx_node *node, const char *name, int64_t otherwise);
float tfl_onnx_float(const tfl_onnx_node *node, const char *name, float otherwise);
bool tfl_onnx_text_is(const tfl_onnx_node *node, const char *name, const char *otherwise, const char *expected);

/* Fails unless the attribute has the value (or is left out): an option that tflift does not do. */
tfl_status tfl_onnx_require(const tfl_onnx_node *node, const char *name, int64_t value, tfl_error *err) TFL_MUST_USE;

/* axis counted from the end where negative; rank + extra axes exist. */
tfl_status tfl_onnx_axis(int64_t axis, unsigned rank, unsigned *out, tfl_error *err) TFL_MUST_USE;

/* ---- onnx_build.c */

/* A value at one length. Either a constant, or what a layer puts out, seen through dims and perhaps a rearrangement
 * that no layer does yet: element i (row-major in dims) is element source[i] of the layer's (in ONNX order), or fill
 * where that is negative. Reshapes, transposes and slices add up here, and become one gather layer where a consumer
 * needs it. */
typedef struct tfl_onnx_value {
    const tfl_onnx_tensor *tensor; /* constant, or NULL */
    tfl_onnx_dims dims;
    size_t layer;          /* TFL_ONNX_NONE: constant, or not computed */
    const int64_t *source; /* NULL: all elements in order */
    float fill;
    const char *arranged;         /* node that arranged it last; names the gather layer */
    const tfl_onnx_node *pending; /* no layer can compute it, but perhaps a pattern contains it (Erf in a Gelu) */
} tfl_onnx_value;

struct tfl_onnx_builder {
    const tfl_model *model;
    tfl_graph *graph;
    tfl_onnx_value *value; /* [model->n_values] */
    tfl_table *layer_names;
    size_t budget; /* numbers that may still be held: bounded by the sizes of file and sequence */
    size_t n_owned, owned_capacity;
    struct tfl_onnx_owned {
        void *memory;
        tfl_onnx_tensor *tensor;
    } * owned; /* freed with the builder */
};

/* Layers for all nodes, and the finished graph. */
tfl_status tfl_onnx_build(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err) TFL_MUST_USE;

/* Memory and tensors that live as long as the builder, charged to its budget. */
tfl_status tfl_onnx_allocate(tfl_onnx_builder *builder, size_t count, size_t size, void *out,
                             tfl_error *err) TFL_MUST_USE;
tfl_status tfl_onnx_new_tensor(tfl_onnx_builder *builder, const tfl_onnx_dims *dims, bool integer,
                               tfl_onnx_tensor **out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_onnx_charge(tfl_onnx_builder *builder, size_t numbers, tfl_error *err) TFL_MUST_USE;

/* The node's k-th input; NULL when it is left out. */
tfl_onnx_value *tfl_onnx_input(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k);
/* … which must be constant: *tensor is NULL when it is left out. what names it in the error. */
tfl_status tfl_onnx_constant(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k, const char *what,
                             const tfl_onnx_tensor **tensor, tfl_error *err) TFL_MUST_USE;
/* … and floating-point. */
tfl_status tfl_onnx_weights(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k, const char *what,
                            const tfl_onnx_tensor **tensor, tfl_error *err) TFL_MUST_USE;
/* … which must vary with the sequence, and be computed by layers. */
tfl_status tfl_onnx_varying(const tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned k,
                            tfl_onnx_value **value, tfl_error *err) TFL_MUST_USE;
bool tfl_onnx_all_constant(const tfl_onnx_builder *builder, const tfl_onnx_node *node);

/* The node's first output. */
void tfl_onnx_set_constant(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_tensor *tensor);
void tfl_onnx_set_layer(tfl_onnx_builder *builder, const tfl_onnx_node *node, unsigned layer,
                        const tfl_onnx_dims *dims);
void tfl_onnx_set_value(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_value *value);
void tfl_onnx_set_pending(tfl_onnx_builder *builder, const tfl_onnx_node *node, const tfl_onnx_node *pending,
                          const tfl_onnx_dims *dims);

/* The layer that holds value in this shape, in order; a gather layer is added where there is none. shape NULL: any. */
tfl_status tfl_onnx_layer(tfl_onnx_builder *builder, tfl_onnx_value *value, const tfl_shape *shape, unsigned *layer,
                          tfl_error *err) TFL_MUST_USE;

/* The shape for dims without the batch and axes of 1, but the first and keep (TFL_ONNX_NONE: none); axis[i] is where
 * ONNX's axis i is in it, TFL_MAX_RANK where nowhere (axis may be NULL). */
tfl_status tfl_onnx_shape(const tfl_onnx_dims *dims, size_t keep, tfl_shape *shape, unsigned axis[TFL_ONNX_MAX_RANK],
                          tfl_error *err) TFL_MUST_USE;

/* Adds a layer called after the node. */
tfl_status tfl_onnx_add(tfl_onnx_builder *builder, const char *name, const char *kind, const unsigned *input,
                        unsigned n_inputs, const void *parameters, unsigned *layer, tfl_error *err) TFL_MUST_USE;

/* Adds a layer that puts out the shape of its one input, and makes it the node's output. */
tfl_status tfl_onnx_add_elementwise(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *value,
                                    const char *kind, const void *parameters, tfl_error *err) TFL_MUST_USE;

/* ---- onnx_output.c: the layer that puts out what the model does */
tfl_status tfl_onnx_output(tfl_onnx_builder *builder, unsigned *layer, tfl_error *err) TFL_MUST_USE;

/* ---- onnx_arrange.c: elements in other places, of constants and of layers alike */

/* Axis a of the result has offset[a][dims.dim[a]] steps: an element is the sum of its axes' offsets (row-major in the
 * source), or fill when one is negative. */
typedef struct tfl_onnx_arrangement {
    tfl_onnx_dims dims;
    int64_t *offset[TFL_ONNX_MAX_RANK];
    float fill;
} tfl_onnx_arrangement;

/* Room for offset[axis][n], and n as the result's dimension. */
tfl_status tfl_onnx_arrange_axis(tfl_onnx_builder *builder, tfl_onnx_arrangement *arrangement, unsigned axis, size_t n,
                                 tfl_error *err) TFL_MUST_USE;
/* The rearranged value in *out. name is the node's. */
tfl_status tfl_onnx_arrange(tfl_onnx_builder *builder, const tfl_onnx_value *value,
                            const tfl_onnx_arrangement *arrangement, const char *name, tfl_onnx_value *out,
                            tfl_error *err) TFL_MUST_USE;
/* The same elements in the same order with other dimensions. */
tfl_status tfl_onnx_reshape(tfl_onnx_builder *builder, const tfl_onnx_value *value, const tfl_onnx_dims *dims,
                            const char *name, tfl_onnx_value *out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_onnx_transpose(tfl_onnx_builder *builder, const tfl_onnx_value *value, const unsigned *permutation,
                              const char *name, tfl_onnx_value *out, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_onnx_expand(tfl_onnx_builder *builder, const tfl_onnx_value *value, const tfl_onnx_dims *dims,
                           const char *name, tfl_onnx_value *out, tfl_error *err) TFL_MUST_USE;

/* ---- onnx_op_*.c: y = factor x + shift with constants that broadcast to x (either may be NULL) */
tfl_status tfl_onnx_scale(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value *value,
                          const tfl_onnx_tensor *factor, const tfl_onnx_tensor *shift, tfl_error *err) TFL_MUST_USE;

/* Whether dimensions that a node asks for begin with the batch that the file is fixed for, of which one is taken here. */
bool tfl_onnx_names_batch(const tfl_onnx_builder *builder, const tfl_onnx_dims *dims);

/* Whether node, a Mul or Div, completes a Gelu expression; *value is then the x and *kind the layer. onnx_gelu.c */
bool tfl_onnx_gelu_find(const tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_onnx_value **value,
                        const char **kind);

/* A list of integers: an attribute where the operator has it, otherwise constant input k (TFL_ONNX_NONE: none). given:
 * whether it is there. */
typedef struct tfl_onnx_list {
    const int64_t *value;
    size_t n;
    bool given;
} tfl_onnx_list;
tfl_status tfl_onnx_list_read(const tfl_onnx_builder *builder, const tfl_onnx_node *node, const char *name, size_t k,
                              tfl_onnx_list *list, tfl_error *err) TFL_MUST_USE;

/* ---- onnx_write.c: the file of a model; the caller frees *bytes. */
tfl_status tfl_onnx_write(const tfl_graph *graph, bool any_length, unsigned char **bytes, size_t *size,
                          tfl_error *err) TFL_MUST_USE;

/* Converters, for the table. */
#define TFL_ONNX_CONVERTER(name)                                                                                       \
    tfl_status tfl_onnx_op_##name(tfl_onnx_builder *builder, const tfl_onnx_node *node, tfl_error *err)

TFL_ONNX_CONVERTER(activation);
TFL_ONNX_CONVERTER(arithmetic);
TFL_ONNX_CONVERTER(average_pool);
TFL_ONNX_CONVERTER(batch_normalization);
TFL_ONNX_CONVERTER(bound);
TFL_ONNX_CONVERTER(cast);
TFL_ONNX_CONVERTER(celu);
TFL_ONNX_CONVERTER(clip);
TFL_ONNX_CONVERTER(concat);
TFL_ONNX_CONVERTER(constant_of_shape);
TFL_ONNX_CONVERTER(convolution);
TFL_ONNX_CONVERTER(dropout);
TFL_ONNX_CONVERTER(erf);
TFL_ONNX_CONVERTER(expand);
TFL_ONNX_CONVERTER(flatten);
TFL_ONNX_CONVERTER(gather);
TFL_ONNX_CONVERTER(gelu);
TFL_ONNX_CONVERTER(gemm);
TFL_ONNX_CONVERTER(global_average_pool);
TFL_ONNX_CONVERTER(global_max_pool);
TFL_ONNX_CONVERTER(hard_sigmoid);
TFL_ONNX_CONVERTER(identity);
TFL_ONNX_CONVERTER(matmul);
TFL_ONNX_CONVERTER(max_pool);
TFL_ONNX_CONVERTER(negative);
TFL_ONNX_CONVERTER(pad);
TFL_ONNX_CONVERTER(transpose);
TFL_ONNX_CONVERTER(prelu);
TFL_ONNX_CONVERTER(range);
TFL_ONNX_CONVERTER(reduce);
TFL_ONNX_CONVERTER(reshape);
TFL_ONNX_CONVERTER(shape);
TFL_ONNX_CONVERTER(slice);
TFL_ONNX_CONVERTER(softmax);
TFL_ONNX_CONVERTER(split);
TFL_ONNX_CONVERTER(squeeze);
TFL_ONNX_CONVERTER(sum);
TFL_ONNX_CONVERTER(unsqueeze);
TFL_ONNX_CONVERTER(where);

#endif
