/*
 * train.h: training by Adam on binary cross-entropy of the logits, with early stopping on the validation loss.
 */
#ifndef TFLIFT_TRAIN_H
#define TFLIFT_TRAIN_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Examples: x(context, i, rows) writes the input of example i, [length][channels]; label [n][n_tasks] 0, 1 or NAN (not known). */
typedef struct tfl_examples {
    void (*x)(void *context, size_t i, float *rows);
    void *context;
    size_t n;
    const float *label;
} tfl_examples;

typedef struct tfl_train_options {
    unsigned epochs, patience; /* patience 0: never stop early */
    size_t batch;
    double learning_rate, beta1, beta2, epsilon;
    uint64_t seed;
    unsigned threads;
} tfl_train_options;

/* The defaults of tftrain. */
tfl_train_options tfl_train_defaults(void);

typedef struct tfl_epoch {
    unsigned number; /* from 1 */
    double train_loss, valid_loss;
    const double *train_auroc, *valid_auroc; /* [n_tasks] */
    int best; /* best validation loss so far */
} tfl_epoch;

/* Draws initial weights: Glorot uniform (Keras' default: limit sqrt(6 / (fan in + fan out))), biases 0. */
tfl_status tfl_train_initialise(tfl_graph *graph, uint64_t seed, tfl_error *err) TFL_MUST_USE;

/* Trains graph in place and leaves the weights of the epoch with the best validation loss. report (may be NULL) is called after each
 * epoch; non-zero ends the training. The result has the same bytes for any number of threads. */
tfl_status tfl_train(tfl_graph *graph, const tfl_examples *train, const tfl_examples *valid, const tfl_train_options *options,
                     int (*report)(void *context, const tfl_epoch *epoch), void *context, tfl_error *err) TFL_MUST_USE;

/* logit[n][n_tasks] of all examples. */
tfl_status tfl_predict(const tfl_graph *graph, const tfl_examples *examples, unsigned threads, float *logit, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
