/*
 * graph.h: a network of layers with concrete shapes, and the memory to run it in.
 *
 * A graph is immutable once finished (training changes weights through tfl_train alone) and shared by threads; each thread has values of its own.
 */
#ifndef TFLIFT_GRAPH_H
#define TFLIFT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_graph {
    size_t n_layers;
    tfl_layer *layer;     /* in topological order; layer 0 is the input */
    size_t *n_uses;       /* [n_layers] how many layers take this one's output */
    unsigned output;      /* layer whose values are the model's output, as the model has it (perhaps a sigmoid) */
    unsigned logits;      /* layer before a final sigmoid or softmax; output when there is none */
    size_t n_tasks;       /* size of logits */
    char **task;          /* [n_tasks] names; "0", "1", … when the model has none */
    size_t scratch;       /* floats that a layer call needs at most */
    bool transforms;      /* wide convolutions may take fewer multiplications by Toom-Cook transforms, once tfl_graph_prepare has been called:
                             about twice as fast, errors of some 1e-6 of the largest value of a position; what an output is then depends, in its last
                             digits, on inputs up to 3 positions (of its dilation) outside its window. Values that a maximum picks among are summed directly all the
                             same: where windows are equal, rounding would choose. false: direct sums */
    unsigned threads;     /* that tfl_graph_prepare packs weights on, where they are many; 0, as 1: the calling one alone */
    size_t capacity;      /* of layer; the builder's own */
} tfl_graph;

/* A graph with its input, (channels, length). The caller frees. */
tfl_status tfl_graph_create(const tfl_shape *input, tfl_graph **out, tfl_error *err) TFL_MUST_USE;
void tfl_graph_free(tfl_graph *graph);

/* Adds a layer; *index is its number. Errors name the layer. */
tfl_status tfl_graph_add(tfl_graph *graph, const char *kind, const char *name, const unsigned *input, unsigned n_inputs,
                         const void *parameters, unsigned *index, tfl_error *err) TFL_MUST_USE;

/* Ends building: output is a layer's number; task names are copied (NULL: numbers). Drops layers that the output does not need, and those that only
 * give the elements of a final sigmoid or softmax a new shape; finds the logits, packs weights (without parts; see tfl_graph_prepare). */
tfl_status tfl_graph_finish(tfl_graph *graph, unsigned output, const char *const *task, tfl_error *err) TFL_MUST_USE;

/* The same without packing, for one who packs otherwise: the graph cannot run before tfl_graph_prepare (tfl_explainer_create calls it). */
tfl_status tfl_graph_finish_unpacked(tfl_graph *graph, unsigned output, const char *const *task, tfl_error *err) TFL_MUST_USE;

/* Whether what the model puts out for the task is a value of a sigmoid or softmax that the network does not end in: one of several classes that was
 * picked, or one joined with other outputs. Such a task has no logit; the value itself is among the logits. */
bool tfl_graph_is_probability(const tfl_graph *graph, size_t task);

/* Lets a finished network that ends in logits end in their sigmoid; one that ends in a sigmoid or softmax stays as it is, and so does one with a task
 * that is a probability already. Values made before no longer fit. */
tfl_status tfl_graph_end_in_sigmoid(tfl_graph *graph, tfl_error *err) TFL_MUST_USE;

/* Packs weights, again or for the first time, with the positive and negative parts of the layers for which parts[layer] is true (NULL: none). */
tfl_status tfl_graph_prepare(tfl_graph *graph, const bool *parts, tfl_error *err) TFL_MUST_USE;

/* Trainable numbers of the whole graph. */
size_t tfl_graph_parameters(const tfl_graph *graph);

/* Receptive field of one position of layer along the last spatial axis of the input, in positions (the whole length when
 * the layer is dense or global). */
size_t tfl_graph_receptive_field(const tfl_graph *graph, unsigned layer);

/* An array per layer, for values or gradients, and scratch memory. */
typedef struct tfl_values {
    float **of;      /* [n_layers][layer.size] in memory order; of[0] is the input. NULL: not kept, and never there (tfl_values_create_kept) */
    float *scratch;  /* [graph.scratch] */
    float *memory;   /* what they lie in */
} tfl_values;

tfl_status tfl_values_create(const tfl_graph *graph, tfl_values **out, tfl_error *err) TFL_MUST_USE;

/* Less memory, for tfl_forward up to layer last: values of layers that kept [n_layers] does not mark live only until the last layer that takes them
 * has run, and share their places. lender: other values made with the same arguments, and which live longer; scratch and all values that are not kept lie
 * where they lie there (NULL: in memory of their own). */
tfl_status tfl_values_create_kept(const tfl_graph *graph, const bool *kept, unsigned last, const tfl_values *lender, tfl_values **out,
                                  tfl_error *err) TFL_MUST_USE;
void tfl_values_free(tfl_values *values);

/* The n_inputs <= max pointers that a layer's functions take. */
void tfl_values_inputs(const tfl_values *values, const tfl_layer *layer, const float **in);
enum { TFL_MAX_INPUTS = 64 };

/* Runs layers 1 … last on values->of[0], allocating nothing. */
void tfl_forward(const tfl_graph *graph, tfl_values *values, unsigned last);

/* Gradient of sum_t seed[t] * logit[t] with respect to every layer's output: gradient->of[i]; gradient->of[0] is the input's. values
 * as tfl_forward left them. */
void tfl_gradient(const tfl_graph *graph, const tfl_values *values, const float *seed, tfl_values *gradient);

/* An equal graph of its own. */
tfl_status tfl_graph_copy(const tfl_graph *graph, tfl_graph **out, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
