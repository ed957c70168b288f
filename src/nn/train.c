#include "config.h"

#include "tflift/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/metrics.h"
#include "tflift/threads.h"
#include "tflift/vector.h"

#include "kernels_internal.h"
#include "layers_internal.h"

/*
 * A batch is cut into blocks whose number depends on the batch size alone. Each block sums its examples' gradients, and
 * the blocks are added in their order: the same additions in the same order for any number of threads.
 */
enum { MAX_BLOCKS = 16, MAX_WEIGHTS = 8 };

/* One trainable array and its state in Adam. */
typedef struct trainable {
    unsigned layer;
    float *value;
    size_t size, offset; /* offset into the flat gradient */
} trainable;

/* What one thread needs to run examples. */
typedef struct workspace {
    tfl_values *values, *gradient;
    float **mask;             /* [n_layers], NULL where a layer has none */
    float **sums;             /* [n_layers][gradient_sums], NULL where a layer has none */
    float *grad[MAX_WEIGHTS]; /* of one layer, in the sum of a block */
} workspace;

typedef struct trainer {
    tfl_graph *graph;
    const tfl_examples *examples;
    const tfl_train_options *options;
    trainable *trainable;
    size_t n_trainables, n_weights;
    size_t n_blocks;
    float *sum; /* [n_blocks][n_weights] gradient summed over a block's examples */
    unsigned n_workers;
    workspace *work;
    float *moment1, *moment2; /* [n_weights] Adam's */
    float *best;              /* [n_weights] of the best epoch */
    uint32_t *order;          /* [n] of the examples in this epoch */
    float *logit;             /* [n][n_tasks] seen while training, by example */
    float *valid_logit;       /* [valid n][n_tasks] */
    double *auroc;            /* [2][n_tasks] */
    size_t batch_start, batch_size;
    unsigned epoch;
    uint64_t step;
} trainer;

tfl_train_options tfl_train_defaults(void)
{
    return (tfl_train_options){
        .epochs = 50,
        .patience = 10,
        .batch = 64,
        .learning_rate = 0.001,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .epsilon = 1e-7,
        .seed = 1,
        .threads = 1,
    };
}

/* ---- initial weights */

tfl_status tfl_train_initialise(tfl_graph *graph, uint64_t seed, tfl_error *err)
{
    for (unsigned i = 0; i < graph->n_layers; i++) {
        tfl_layer *layer = &graph->layer[i];
        if (layer->kind->weights == NULL) {
            continue;
        }
        tfl_weights weights[MAX_WEIGHTS];
        size_t n = layer->kind->weights(layer, weights, MAX_WEIGHTS);
        for (size_t w = 0; w < n; w++) {
            if (weights[w].fan_in == 0) {
                memset(weights[w].value, 0, weights[w].size * sizeof(float));
                continue;
            }
            double limit = sqrt(6 / ((double)weights[w].fan_in + (double)weights[w].fan_out));
            tfl_rng rng;
            tfl_rng_init(&rng, seed, layer->name, w);
            for (size_t k = 0; k < weights[w].size; k++) {
                weights[w].value[k] = (float)(limit * (2 * tfl_rng_uniform(&rng) - 1));
            }
        }
    }
    return tfl_graph_prepare(graph, NULL, err);
}

/* ---- memory */

static void free_workspace(const tfl_graph *graph, workspace *w)
{
    tfl_values_free(w->values);
    tfl_values_free(w->gradient);
    for (size_t i = 0; w->mask != NULL && i < graph->n_layers; i++) {
        free(w->mask[i]);
    }
    for (size_t i = 0; w->sums != NULL && i < graph->n_layers; i++) {
        free(w->sums[i]);
    }
    free((void *)w->mask);
    free((void *)w->sums);
}

static size_t sums_of(const tfl_layer *layer)
{
    return layer->kind->gradient_sums != NULL ? layer->kind->gradient_sums(layer) : 0;
}

/* ReLU in place, values and gradients too: behind a weighted sum that nobody else sees, and whose way back does not look at what it was. */
static bool in_place(const tfl_graph *graph, size_t i)
{
    const tfl_layer *layer = &graph->layer[i];
    return layer->kind == &tfl_layer_relu && i != graph->logits && graph->n_uses[layer->input[0]] == 1 &&
           graph->layer[layer->input[0]].kind->family == TFL_MIX;
}

static void share_places(const tfl_graph *graph, workspace *w)
{
    for (size_t i = 1; i < graph->n_layers; i++) {
        if (in_place(graph, i)) {
            w->values->of[i] = w->values->of[graph->layer[i].input[0]];
            w->gradient->of[i] = w->gradient->of[graph->layer[i].input[0]];
        }
    }
}

static tfl_status create_workspace(const tfl_graph *graph, workspace *w, tfl_error *err)
{
    tfl_status status = tfl_values_create(graph, &w->values, err);
    if (status == TFL_OK) {
        status = tfl_values_create(graph, &w->gradient, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    share_places(graph, w);
    w->mask = tfl_calloc(graph->n_layers, sizeof *w->mask);
    w->sums = tfl_calloc(graph->n_layers, sizeof *w->sums);
    bool complete = w->mask != NULL && w->sums != NULL;
    for (size_t i = 0; complete && i < graph->n_layers; i++) {
        const tfl_layer *layer = &graph->layer[i];
        if (layer->kind->train_forward != NULL) {
            complete = (w->mask[i] = tfl_alloc_floats(layer->size)) != NULL;
        }
        if (complete && sums_of(layer) > 0) {
            complete = (w->sums[i] = tfl_alloc_floats(sums_of(layer))) != NULL;
        }
    }
    return complete ? TFL_OK : tfl_fail_memory(err, "training");
}

/* Lists the trainable arrays up to the logits. */
static tfl_status list_trainables(trainer *t, tfl_error *err)
{
    size_t capacity = 0;
    for (unsigned i = 0; i <= t->graph->logits; i++) {
        tfl_layer *layer = &t->graph->layer[i];
        if (layer->kind->weights == NULL) {
            continue;
        }
        tfl_weights weights[MAX_WEIGHTS];
        size_t n = layer->kind->weights(layer, weights, MAX_WEIGHTS);
        tfl_status status = TFL_GROW(t->trainable, &capacity, t->n_trainables + n, "trainable arrays", err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t w = 0; w < n; w++) {
            t->trainable[t->n_trainables++] = (trainable){i, weights[w].value, weights[w].size, t->n_weights};
            t->n_weights += weights[w].size;
        }
    }
    return t->n_weights > 0 ? TFL_OK : tfl_fail(err, TFL_EUSAGE, "the network has nothing to train");
}

static void free_trainer(trainer *t)
{
    for (size_t i = 0; t->work != NULL && i < t->n_workers; i++) {
        free_workspace(t->graph, &t->work[i]);
    }
    free(t->work);
    free(t->sum);
    free(t->trainable);
    free(t->moment1);
    free(t->moment2);
    free(t->best);
    free(t->order);
    free(t->logit);
    free(t->valid_logit);
    free(t->auroc);
}

static tfl_status create_trainer(trainer *t, const tfl_examples *valid, tfl_error *err)
{
    tfl_status status = list_trainables(t, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t n = t->examples->n, tasks = t->graph->n_tasks, sums = 0;
    t->n_blocks = tfl_min_size(t->options->batch, MAX_BLOCKS);
    if (!tfl_size_mul(t->n_blocks, t->n_weights, &sums)) {
        return tfl_fail_memory(err, "training");
    }
    t->n_workers = (unsigned)tfl_max_size(1, tfl_min_size(t->options->threads, t->n_blocks));
    t->work = tfl_calloc(t->n_workers, sizeof *t->work);
    t->sum = tfl_alloc_floats(sums);
    t->moment1 = tfl_alloc_floats(t->n_weights);
    t->moment2 = tfl_alloc_floats(t->n_weights);
    t->best = tfl_alloc_floats(t->n_weights);
    t->order = tfl_calloc(n, sizeof *t->order);
    t->logit = tfl_calloc(n, tasks * sizeof *t->logit);
    t->valid_logit = tfl_calloc(valid->n, tasks * sizeof *t->valid_logit);
    t->auroc = tfl_calloc(2 * tasks, sizeof *t->auroc);
    if (t->work == NULL || t->sum == NULL || t->moment1 == NULL || t->moment2 == NULL || t->best == NULL || t->order == NULL ||
        t->logit == NULL || t->valid_logit == NULL || t->auroc == NULL) {
        return tfl_fail_memory(err, "training");
    }
    for (size_t i = 0; i < t->n_workers && status == TFL_OK; i++) {
        status = create_workspace(t->graph, &t->work[i], err);
    }
    return status;
}

/* ---- one example */

/* Forward with dropout; the same masks whatever the batch or thread. */
static void forward_example(const trainer *t, workspace *w, size_t example)
{
    tfl_rng rng;
    tfl_rng_init(&rng, t->options->seed, "dropout", t->epoch * (uint64_t)t->examples->n + example);
    const float *in[TFL_MAX_INPUTS];
    for (unsigned i = 1; i <= t->graph->logits; i++) {
        const tfl_layer *layer = &t->graph->layer[i];
        tfl_values_inputs(w->values, layer, in);
        if (in_place(t->graph, i)) {
            tfl_kernels_get()->rectify(w->values->of[i], in[0], layer->size);
        } else if (layer->kind->train_forward != NULL) {
            layer->kind->train_forward(layer, in, w->values->of[i], w->mask[i], &rng);
        } else {
            layer->kind->forward(layer, in, w->values->of[i], w->values->scratch);
        }
    }
}

/* Gradient of the mean cross-entropy with respect to the logits: (sigmoid(z) - y) / numbers in the batch. */
static void seed_loss(const float *logit, const float *label, size_t n_tasks, float scale, float *seed)
{
    for (size_t k = 0; k < n_tasks; k++) {
        seed[k] = isnan(label[k]) ? 0 : scale * (1 / (1 + expf(-logit[k])) - label[k]);
    }
}

/* Where the gradients of a layer's arrays are in the sum of a block; false: it has none. */
static bool find_gradients(const trainer *t, float *sum, unsigned layer, float **grad)
{
    size_t n = 0;
    for (size_t w = 0; w < t->n_trainables; w++) {
        if (t->trainable[w].layer == layer) {
            grad[n++] = sum + t->trainable[w].offset;
        }
    }
    return n > 0;
}

static void add_weight_gradient(const trainer *t, workspace *w, unsigned i, const float *const *in, float *sum)
{
    const tfl_layer *layer = &t->graph->layer[i];
    if (!find_gradients(t, sum, i, w->grad)) {
        return;
    }
    if (w->sums[i] != NULL) {
        layer->kind->sum_gradient(layer, in, w->gradient->of[i], w->grad, w->sums[i], w->values->scratch);
    } else {
        layer->kind->weight_gradient(layer, in, w->gradient->of[i], w->grad, w->values->scratch);
    }
}

static void backward_example(const trainer *t, workspace *w, float *sum)
{
    const float *in[TFL_MAX_INPUTS];
    float *grad_in[TFL_MAX_INPUTS];
    for (unsigned i = 1; i < t->graph->logits; i++) {
        if (!in_place(t->graph, i)) {
            memset(w->gradient->of[i], 0, t->graph->layer[i].size * sizeof(float));
        }
    }
    for (unsigned i = t->graph->logits; i > 0; i--) {
        const tfl_layer *layer = &t->graph->layer[i];
        tfl_values_inputs(w->values, layer, in);
        if (in_place(t->graph, i)) {
            tfl_kernels_get()->rectify(w->gradient->of[i], w->values->of[i], layer->size);
            continue;
        }
        if (layer->kind->weight_gradient != NULL) {
            add_weight_gradient(t, w, i, in, sum);
        }
        bool wanted = false;
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            grad_in[k] = layer->input[k] == 0 ? NULL : w->gradient->of[layer->input[k]];
            wanted |= grad_in[k] != NULL;
        }
        if (!wanted) {
            continue;
        }
        if (layer->kind->train_backward != NULL) {
            layer->kind->train_backward(layer, w->mask[i], w->gradient->of[i], grad_in);
        } else {
            layer->kind->backward(layer, in, w->values->of[i], w->gradient->of[i], grad_in, w->values->scratch);
        }
    }
}

/* ---- one batch */

/* Sums of a form of a layer's own: cleared before the examples of a block, added to its sum behind them. */
static void begin_sums(const trainer *t, workspace *w)
{
    for (unsigned i = 0; i <= t->graph->logits; i++) {
        if (w->sums[i] != NULL) {
            memset(w->sums[i], 0, sums_of(&t->graph->layer[i]) * sizeof(float));
        }
    }
}

static void end_sums(const trainer *t, workspace *w, float *sum)
{
    for (unsigned i = 0; i <= t->graph->logits; i++) {
        const tfl_layer *layer = &t->graph->layer[i];
        if (w->sums[i] != NULL && find_gradients(t, sum, i, w->grad)) {
            layer->kind->end_gradient(layer, w->sums[i], w->grad);
        }
    }
}

static tfl_status run_block(void *context, unsigned number, size_t index, tfl_error *err)
{
    (void)err;
    trainer *t = context;
    workspace *w = &t->work[number];
    float *sum = t->sum + index * t->n_weights;
    size_t tasks = t->graph->n_tasks;
    size_t from = t->batch_size * index / t->n_blocks, to = t->batch_size * (index + 1) / t->n_blocks;
    float scale = 1 / (float)(t->batch_size * tasks);
    memset(sum, 0, t->n_weights * sizeof(float));
    begin_sums(t, w);
    for (size_t i = from; i < to; i++) {
        size_t example = t->order[t->batch_start + i];
        t->examples->x(t->examples->context, example, w->values->of[0]);
        forward_example(t, w, example);
        float *logit = t->logit + example * tasks;
        memcpy(logit, w->values->of[t->graph->logits], tasks * sizeof(float));
        seed_loss(logit, t->examples->label + example * tasks, tasks, scale, w->gradient->of[t->graph->logits]);
        backward_example(t, w, sum);
    }
    end_sums(t, w, sum);
    return TFL_OK;
}

/* The blocks' sums, added to that of the first in their order, a piece that stays in the cache at a time. */
static void add_blocks(trainer *t)
{
    enum { PIECE = 2048 };
    for (size_t first = 0; first < t->n_weights; first += PIECE) {
        size_t n = tfl_min_size(t->n_weights - first, PIECE);
        for (size_t b = 1; b < t->n_blocks; b++) {
            tfl_vector_add(t->sum + first, t->sum + b * t->n_weights + first, n);
        }
    }
}

/* Adam (Kingma and Ba, 2015, algorithm 1) with the blocks' sums as gradient. */
static void update_weights(trainer *t)
{
    const tfl_train_options *o = t->options;
    t->step++;
    double correction1 = 1 - pow(o->beta1, (double)t->step), correction2 = 1 - pow(o->beta2, (double)t->step);
    const tfl_adam how = {
        .rate = (float)(o->learning_rate * sqrt(correction2) / correction1),
        .beta1 = (float)o->beta1,
        .beta2 = (float)o->beta2,
        .epsilon = (float)o->epsilon,
    };
    add_blocks(t);
    for (size_t w = 0; w < t->n_trainables; w++) {
        const trainable *a = &t->trainable[w];
        tfl_kernels_get()->adam(&how, t->sum + a->offset, t->moment1 + a->offset, t->moment2 + a->offset, a->value, a->size);
    }
}

/* ---- one epoch */

static tfl_status run_epoch(trainer *t, tfl_error *err)
{
    size_t n = t->examples->n;
    tfl_rng rng;
    tfl_rng_init(&rng, t->options->seed, "epoch", t->epoch);
    for (size_t i = 0; i < n; i++) {
        t->order[i] = (uint32_t)i;
    }
    tfl_rng_shuffle(&rng, t->order, n, sizeof *t->order);
    tfl_status status = TFL_OK;
    for (t->batch_start = 0; t->batch_start < n && status == TFL_OK; t->batch_start += t->batch_size) {
        t->batch_size = n - t->batch_start < t->options->batch ? n - t->batch_start : t->options->batch;
        status = tfl_parallel_for(t, t->n_blocks, t->options->threads, run_block, err);
        if (status != TFL_OK) {
            break;
        }
        update_weights(t);
        status = tfl_graph_prepare(t->graph, NULL, err);
    }
    return status;
}

static void copy_weights(trainer *t, bool restore)
{
    for (size_t w = 0; w < t->n_trainables; w++) {
        trainable *a = &t->trainable[w];
        if (restore) {
            memcpy(a->value, t->best + a->offset, a->size * sizeof(float));
        } else {
            memcpy(t->best + a->offset, a->value, a->size * sizeof(float));
        }
    }
}

static tfl_status measure_epoch(trainer *t, const tfl_examples *valid, tfl_epoch *epoch, tfl_error *err)
{
    size_t tasks = t->graph->n_tasks;
    tfl_status status = tfl_predict(t->graph, valid, t->options->threads, t->valid_logit, err);
    for (size_t k = 0; k < tasks && status == TFL_OK; k++) {
        status = tfl_auroc(t->logit + k, t->examples->label + k, t->examples->n, tasks, &t->auroc[k], err);
        if (status == TFL_OK) {
            status = tfl_auroc(t->valid_logit + k, valid->label + k, valid->n, tasks, &t->auroc[tasks + k], err);
        }
    }
    if (status == TFL_EINPUT) { /* logits that are no numbers */
        tfl_error_prefix(err, "training diverged in epoch %u (a lower --lr may help)", t->epoch);
    }
    if (status != TFL_OK) {
        return status;
    }
    *epoch = (tfl_epoch){
        .number = t->epoch,
        .train_loss = tfl_cross_entropy(t->logit, t->examples->label, t->examples->n * tasks),
        .valid_loss = tfl_cross_entropy(t->valid_logit, valid->label, valid->n * tasks),
        .train_auroc = t->auroc,
        .valid_auroc = t->auroc + tasks,
    };
    return TFL_OK;
}

static tfl_status run_epochs(trainer *t, const tfl_examples *valid,
                             int (*report)(void *context, const tfl_epoch *epoch), void *context, tfl_error *err)
{
    double best = INFINITY;
    unsigned since_best = 0;
    copy_weights(t, false);
    for (t->epoch = 1; t->epoch <= t->options->epochs; t->epoch++) {
        tfl_epoch epoch;
        tfl_status status = run_epoch(t, err);
        if (status == TFL_OK) {
            status = measure_epoch(t, valid, &epoch, err);
        }
        if (status != TFL_OK) {
            return status;
        }
        epoch.best = epoch.valid_loss < best;
        since_best = epoch.best ? 0 : since_best + 1;
        if (epoch.best) {
            best = epoch.valid_loss;
            copy_weights(t, false);
        }
        if (report != NULL && report(context, &epoch) != 0) {
            break;
        }
        if (t->options->patience > 0 && since_best >= t->options->patience) {
            break;
        }
    }
    copy_weights(t, true);
    return tfl_graph_prepare(t->graph, NULL, err);
}

static tfl_status check_options(const tfl_examples *train, const tfl_examples *valid, const tfl_train_options *options,
                                tfl_error *err)
{
    if (train->n == 0 || valid->n == 0) {
        return tfl_fail(err, TFL_EINPUT,
                        "training needs sequences in the splits train and valid, but there are %zu and %zu", train->n,
                        valid->n);
    }
    if (train->n > UINT32_MAX) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "training takes at most %u sequences", UINT32_MAX);
    }
    if (options->batch == 0 || options->epochs == 0 || !(options->learning_rate > 0)) {
        return tfl_fail(err, TFL_EUSAGE, "batch size, epochs and learning rate must be positive");
    }
    return TFL_OK;
}

tfl_status tfl_train(tfl_graph *graph, const tfl_examples *train, const tfl_examples *valid,
                     const tfl_train_options *options, int (*report)(void *context, const tfl_epoch *epoch),
                     void *context, tfl_error *err)
{
    trainer t = {.graph = graph, .examples = train, .options = options};
    tfl_status status = check_options(train, valid, options, err);
    if (status == TFL_OK) {
        status = create_trainer(&t, valid, err);
    }
    if (status == TFL_OK) {
        status = run_epochs(&t, valid, report, context, err);
    }
    free_trainer(&t);
    return status;
}

/* ---- prediction */

typedef struct predictor {
    const tfl_graph *graph;
    const tfl_examples *examples;
    tfl_values **values; /* [threads] */
    float *logit;
} predictor;

static tfl_status predict_one(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)err;
    const predictor *p = context;
    tfl_values *values = p->values[worker];
    size_t tasks = p->graph->n_tasks;
    p->examples->x(p->examples->context, i, values->of[0]);
    tfl_forward(p->graph, values, p->graph->logits);
    memcpy(p->logit + i * tasks, values->of[p->graph->logits], tasks * sizeof(float));
    return TFL_OK;
}

tfl_status tfl_predict(const tfl_graph *graph, const tfl_examples *examples, unsigned threads, float *logit,
                       tfl_error *err)
{
    threads = threads == 0 ? 1 : threads;
    predictor p = {graph, examples, tfl_calloc(threads, sizeof(tfl_values *)), logit};
    tfl_status status = p.values != NULL ? TFL_OK : tfl_fail_memory(err, "prediction");
    for (unsigned i = 0; i < threads && status == TFL_OK; i++) {
        status = tfl_values_create(graph, &p.values[i], err);
    }
    if (status == TFL_OK) {
        status = tfl_parallel_for(&p, examples->n, threads, predict_one, err);
    }
    for (unsigned i = 0; p.values != NULL && i < threads; i++) {
        tfl_values_free(p.values[i]);
    }
    free(p.values);
    return status;
}
