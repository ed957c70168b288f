/*
 * layer.h: the kinds of layers, one table of them, and what each can do.
 *
 * A value is what a layer puts out: a tensor without batch dimension, float32, its channels last in memory. The shape keeps ONNX's
 * order, channels first: a value of shape (C, L) lies as [L][C], one of shape (C, H, W) as [H][W][C], (F) as [F].
 *
 * To add a layer: a file src/nn/layer_NAME.c with its functions, a row in src/nn/layer.c, a row in the ONNX map. The gradient
 * check, the rule check and the round trip in tests/ then cover it.
 */
#ifndef TFLIFT_LAYER_H
#define TFLIFT_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_MAX_RANK = 4 };

typedef struct tfl_shape {
    unsigned rank;
    size_t dim[TFL_MAX_RANK]; /* dim[0] is the channel axis, which memory holds last */
} tfl_shape;

/* Product of the dimensions (checked when the shape was made). */
size_t tfl_shape_size(const tfl_shape *shape);
/* An error unless the rank is 1 to TFL_MAX_RANK, no dimension is 0, and the product leaves room to count in (below 2^31). */
tfl_status tfl_shape_check(const tfl_shape *shape, tfl_error *err) TFL_MUST_USE;
bool tfl_shape_equal(const tfl_shape *a, const tfl_shape *b);
/* "(50, 190)" into text; returns text. */
const char *tfl_shape_text(const tfl_shape *shape, char text[64]);

/* A value as [lines][length][channels] in memory, its positions being those along the last spatial axis, or the one before it where the last has
 * length 1. Values of rank 1 have one position. */
typedef struct tfl_map {
    size_t lines, length, channels;
    unsigned axis; /* of the shape, that the positions run along */
} tfl_map;
tfl_map tfl_shape_map(const tfl_shape *shape);

/* A value as [outer][n][inner] in memory, its n elements being those along that axis of the shape. */
typedef struct tfl_axis {
    size_t outer, n, inner;
} tfl_axis;
tfl_axis tfl_shape_axis(const tfl_shape *shape, unsigned axis);

/* How a multiplier passes through a layer; attribution rules are chosen by family. */
typedef enum tfl_family {
    TFL_INPUT,
    TFL_MIX,         /* linear, each output a weighted sum of many inputs (convolution, dense): the Linear rule of Appendix B */
    TFL_CARRY,       /* linear, positive and negative parts are carried side by side (average pooling, BatchNormalization, Add, Sub, Concat,
                        Slice, Pad, Flatten, sums and means, multiplication by a constant, Identity, Dropout at inference) */
    TFL_ELEMENTWISE, /* y[i] = f_i(x[i]): ReLU, sigmoid, … */
    TFL_MAXIMUM,     /* max pooling, local and global */
    TFL_PRODUCT,     /* product of two varying inputs */
    TFL_COUPLED      /* softmax: each output depends on all inputs along an axis */
} tfl_family;

/* Which weights of a linear layer take part. */
typedef enum tfl_part {
    TFL_ALL,      /* W */
    TFL_POSITIVE, /* max(W, 0) */
    TFL_NEGATIVE  /* min(W, 0) */
} tfl_part;

typedef struct tfl_layer tfl_layer;

/* What is done with positions first … first + count - 1 of a value while a layer goes over them strip by strip, and has them in the cache; with
 * those of other arrays of its size, which the layer may have brought there ahead of it. */
enum { TFL_MOST_BESIDE = 4 };
typedef struct tfl_strips {
    void (*run)(void *context, size_t first, size_t count);
    void *context;
    const float *beside[TFL_MOST_BESIDE]; /* NULL behind the last */
} tfl_strips;

/* A trainable array of a layer. */
typedef struct tfl_weights {
    const char *name; /* "weight", "bias" */
    float *value;     /* owned by the layer; in an order of its own, the same for its gradient (parameters() gives ONNX order) */
    size_t size;
    size_t fan_in, fan_out; /* of a weight: inputs per output and outputs per input; 0, 0: starts at zero */
} tfl_weights;

typedef struct tfl_layer_kind {
    const char *name; /* "conv", "dense", "relu" … as tfmodel info prints it */
    tfl_family family;
    unsigned min_inputs, max_inputs; /* max 0: any number */

    /* Copies what it needs from parameters (the kind's own struct below; may be NULL where it has none) to the beginning of layer->state, checks it against
     * the shapes of the inputs and sets layer->shape. */
    tfl_status (*create)(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err);
    /* Frees what the state points to, and not the state. NULL: it points to nothing. */
    void (*free)(tfl_layer *layer);

    /* Packs weights for the kernels after they were set or changed. parts: whether TFL_POSITIVE and TFL_NEGATIVE will be asked for.
     * NULL: nothing to pack. */
    tfl_status (*prepare)(tfl_layer *layer, bool parts, tfl_error *err);

    /* Floats of scratch memory that the calls below need at most. NULL: none. */
    size_t (*scratch)(const tfl_layer *layer);

    /* out = f(in[0], in[1], …), every element written. */
    void (*forward)(const tfl_layer *layer, const float *const *in, float *out, float *scratch);

    /* The same bytes as forward, for positions first … first + count - 1 of out (tfl_shape_map); the others are left alone, or written too.
     * NULL: the kind has no faster way than forward. Where there is no window (below), those positions of the inputs are read, and no scratch
     * memory taken. */
    void (*forward_range)(const tfl_layer *layer, const float *const *in, float *out, size_t first, size_t count, float *scratch);

    /* grad_in[k] += (d out / d in[k])^T grad_out at in, for every k with grad_in[k] not NULL. relu'(0) = 0; a maximum sends its gradient
     * to its first argument. */
    void (*backward)(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch);

    /* TFL_MIX: forward, and transpose with all weights, beside other work, on values of one line (tfl_shape_map). after has positions of out once they are
     * there; before has those of grad_out before they are read, and before grad_in, which may be where the work reads, gets anything at the same
     * positions, which is added where accumulate is set, and written else. Both from the first position to the last, each once, and perhaps all at
     * once; they have no scratch memory. NULL: neither way. */
    void (*forward_strips)(const tfl_layer *layer, const float *const *in, float *out, const tfl_strips *after, float *scratch);
    void (*transpose_strips)(const tfl_layer *layer, const tfl_strips *before, const float *grad_out, bool accumulate, float *const *grad_in,
                             float *scratch);

    /* TFL_MIX, TFL_CARRY: out (+)= W_part in, without bias or constants; accumulate: add to out instead of writing it. */
    void (*apply)(const tfl_layer *layer, tfl_part part, const float *const *in, float *out, bool accumulate, float *scratch);

    /* TFL_MIX, TFL_CARRY: grad_in[k] += W_part^T grad_out for every k with grad_in[k] not NULL. */
    void (*transpose)(const tfl_layer *layer, tfl_part part, const float *grad_out, float *const *grad_in, float *scratch);

    /* TFL_MIX: times = in (W^T grad_out), element by element, which takes the less work the more of in is 0: what prepare found of in is in memory,
     * of times_memory floats. NULL, or 0 floats: transpose is the only way. */
    size_t (*times_memory)(const tfl_layer *layer);
    void (*times_prepare)(const tfl_layer *layer, const float *in, float *memory);
    void (*times)(const tfl_layer *layer, const float *in, float *memory, const float *grad_out, float *times, float *scratch);

    /* TFL_CARRY: the output is the sum of the inputs as they are, so that each has the output's multiplier. */
    bool sums;

    /* TFL_CARRY: whether W has negative entries (so that parts swap: negative BatchNormalization scale, Sub). NULL: never. */
    bool (*has_negative)(const tfl_layer *layer);

    /* TFL_ELEMENTWISE: y = f(x) and slope = f'(x) for all layer->size elements. */
    void (*function)(const tfl_layer *layer, const float *x, float *y);
    void (*derivative)(const tfl_layer *layer, const float *x, float *slope);

    /* TFL_ELEMENTWISE: whether f is defined for some numbers only (logarithm, square root). NULL: for all. */
    bool (*partial)(const tfl_layer *layer);
    /* TFL_ELEMENTWISE: f is straight pieces of slope 0 or 1, with kinks elsewhere than at 0: quotients are exact however close two points are, and
     * the slope halfway between them is not. */
    bool kinked;

    /* TFL_ELEMENTWISE: of elements first … first + n - 1, out = factor times the slope of the line between f at from and at to, f'(from) where they are
     * nearer than near; factor NULL: 1, and it may be out. accumulate: added to out (with a factor). NULL: the kind knows no way without the values of f. */
    void (*secant)(const tfl_layer *layer, const float *from, const float *to, float near, const float *factor, float *out, bool accumulate,
                   size_t first, size_t n);

    /* TFL_MAXIMUM: for each output element, the offset into in[0] of the first largest element of its window. */
    void (*argmax)(const tfl_layer *layer, const float *in, uint32_t *where);

    /* Trainable arrays (may point to fewer than max); returns their number. NULL: none. */
    size_t (*weights)(tfl_layer *layer, tfl_weights *weights, size_t max);

    /* grad[w] += gradient of the w-th trainable array, same order as weights(). */
    void (*weight_gradient)(const tfl_layer *layer, const float *const *in, const float *grad_out, float *const *grad, float *scratch);

    /* The same over many examples: sum_gradient adds what it likes to sums [gradient_sums(layer)], which starts as zeros, instead of grad, and end_gradient
     * adds to grad what was summed. NULL, or a size of 0: weight_gradient is all there is. */
    size_t (*gradient_sums)(const tfl_layer *layer);
    void (*sum_gradient)(const tfl_layer *layer, const float *const *in, const float *grad_out, float *const *grad, float *sums, float *scratch);
    void (*end_gradient)(const tfl_layer *layer, const float *sums, float *const *grad);

    /* Training: like forward and backward but with a mask drawn from rng (dropout); mask[layer->size] is the caller's. NULL: as at inference. */
    void (*train_forward)(const tfl_layer *layer, const float *const *in, float *out, float *mask, tfl_rng *rng);
    void (*train_backward)(const tfl_layer *layer, const float *mask, const float *grad_out, float *const *grad_in);

    /* Number of positions of the input that one output position sees along the last spatial axis, its stride, and the offset of the
     * first one, for receptive fields (where in and out have positions along the same axis). Extent 0: the whole length. NULL: elementwise (1, 1, 0). */
    void (*window)(const tfl_layer *layer, size_t *extent, size_t *stride, int64_t *offset);
} tfl_layer_kind;

struct tfl_layer {
    const tfl_layer_kind *kind;
    char *name;      /* the node's name in the model, unique within the graph */
    unsigned *input; /* [n_inputs] indices of earlier layers in the graph */
    unsigned n_inputs;
    tfl_shape shape;       /* of the output */
    tfl_shape *input_shape; /* [n_inputs] copies */
    size_t size;     /* tfl_shape_size(&shape) */
    bool transforms; /* the graph's, told before prepare */
    bool compared;   /* a maximum behind it picks among its values: equal windows then have to give equal values; told before prepare */
    void *state;     /* the kind's own; begins with its parameters. NULL where it takes none */
};

/* The parameters that make an equal layer, as create takes them, with weights as of the last prepare; NULL: the kind takes none. They belong to
 * the layer. */
static inline const void *tfl_layer_parameters(const tfl_layer *layer)
{
    return layer->state;
}

/* The table; NULL after the last. */
const tfl_layer_kind *tfl_layer_kind_at(size_t i);
const tfl_layer_kind *tfl_layer_kind_find(const char *name);

/*
 * Parameters of each kind, passed to tfl_graph_add; arrays are copied. Kinds that are missing here take NULL.
 */

/* "conv": 2D in general, 1D when in shape is (C, L) (then index 1 is the position axis and index 0 is 1, 1, 0, 0).
 * weight [out][in / groups][kernel0][kernel1] as ONNX has it; bias [out] or NULL. */
typedef struct tfl_conv_parameters {
    size_t out_channels, groups;
    size_t kernel[2], stride[2], dilation[2];
    size_t pad_before[2], pad_after[2];
    const float *weight, *bias;
} tfl_conv_parameters;

/* "dense": y = W x + b along the last axis of the shape: of a vector (F), or of every row of (N, F), (M, N, F).
 * weight [out][in], bias [out] or NULL. */
typedef struct tfl_dense_parameters {
    size_t out;
    const float *weight, *bias;
} tfl_dense_parameters;

/* "average-pool", "max-pool": window, stride, padding per spatial axis (index 0 height, 1 position; for (C, L) index 0 is 1, 1, 0, 0);
 * count_pads: whether padding counts in the mean. "global-average-pool" and "global-max-pool" take NULL and keep the rank (C, 1). */
typedef struct tfl_pool_parameters {
    size_t kernel[2], stride[2], dilation[2];
    size_t pad_before[2], pad_after[2];
    bool count_pads, ceil_mode;
} tfl_pool_parameters;

/* "scale": y = factor x + shift, an array per channel (n = channels), per element (n = size, ONNX order) or one number (n = 1);
 * BatchNormalization at inference and arithmetic with constants. shift may be NULL. */
typedef struct tfl_scale_parameters {
    size_t n;
    const float *factor, *shift;
} tfl_scale_parameters;

/* "gather": y[i] = x[source[i]], or fill where source[i] < 0: Flatten, Reshape, Transpose, Slice, Pad, Squeeze, Unsqueeze. Offsets count in
 * ONNX order (channels first) on both sides; the layer turns them into memory order. source NULL: the same elements, new shape. */
typedef struct tfl_gather_parameters {
    tfl_shape shape; /* of the output */
    const int64_t *source;
    float fill;
} tfl_gather_parameters;

/* "add" takes two inputs or more of one shape, "sub" (first minus second) and "mul" two. To broadcast, gather first. */

/* "concat": joins its inputs along an axis of their shapes (0: channels). */
typedef struct tfl_concat_parameters {
    unsigned axis;
} tfl_concat_parameters;

/* "reduce-mean", "reduce-sum": over the marked axes of the shape; keep: they stay as 1, otherwise they go (all of them: shape (1)). */
typedef struct tfl_reduce_parameters {
    bool axis[TFL_MAX_RANK];
    bool keep;
} tfl_reduce_parameters;

/* "softmax": over an axis of the shape. */
typedef struct tfl_softmax_parameters {
    unsigned axis;
} tfl_softmax_parameters;

/* "dropout": rate of leaving out, in [0, 1). */
typedef struct tfl_dropout_parameters {
    float rate;
} tfl_dropout_parameters;

/* "leaky-relu" (alpha x where x < 0; NULL: 0.01), "elu" (alpha (exp x - 1) where x < 0; NULL: 1), "selu" (beta times elu; NULL: 1.6732632,
 * 1.0507010), "power" (x to the power of alpha), "clip" (alpha where x is
 * less, beta where it is more; NULL: 0, 6). "relu", "sigmoid", "tanh", "softplus", "gelu", "gelu-tanh", "exp", "log", "reciprocal",
 * "sqrt", "abs" take NULL. */
typedef struct tfl_activation_parameters {
    float alpha, beta;
} tfl_activation_parameters;

/* "prelu": slope where x < 0, per channel (n = channels), per element (n = size, ONNX order) or one number (n = 1). */
typedef struct tfl_prelu_parameters {
    size_t n;
    const float *slope;
} tfl_prelu_parameters;

#ifdef __cplusplus
}
#endif
#endif
