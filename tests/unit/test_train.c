/* Training: it learns what can be learnt, stops when it should, and gives the same bytes for any number of threads. */
#include "config.h"

#include "tflift/train.h"

#include "tests/support/support.h"
#include "tflift/metrics.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 24, CHANNELS = 4, TASKS = 2, WORD = 4, N_TRAIN = 3000, N_VALID = 300 };

/* Sequences over four letters; task 0: the word 0 1 2 3 is planted, task 1: the word 3 2 1 0; some labels are not
 * known. */
typedef struct toy {
    unsigned char letter[N_TRAIN][LENGTH];
    float label[N_TRAIN][TASKS];
} toy;

static void plant(unsigned char *letters, size_t from, size_t to, bool backwards, tfl_rng *rng)
{
    size_t start = from + tfl_rng_below(rng, (uint32_t)(to - from - WORD + 1));
    for (size_t w = 0; w < WORD; w++) {
        letters[start + w] = (unsigned char)(backwards ? WORD - 1 - w : w);
    }
}

static void draw_toy(toy *data, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, 7, name, i);
        for (size_t l = 0; l < LENGTH; l++) {
            data->letter[i][l] = (unsigned char)tfl_rng_below(&rng, CHANNELS);
        }
        bool first = i % 2 == 0, second = i % 3 == 0;
        if (first) {
            plant(data->letter[i], 0, LENGTH / 2, false, &rng);
        }
        if (second) {
            plant(data->letter[i], LENGTH / 2, LENGTH, true, &rng);
        }
        data->label[i][0] = first ? 1 : 0;
        data->label[i][1] = i % 11 == 0 ? NAN : second ? 1 : 0;
    }
}

static void toy_rows(void *context, size_t i, float *rows)
{
    const toy *data = context;
    memset(rows, 0, LENGTH * CHANNELS * sizeof *rows);
    for (size_t l = 0; l < LENGTH; l++) {
        rows[l * CHANNELS + data->letter[i][l]] = 1;
    }
}

/* conv 8 x WORD, ReLU, max pooling over thirds of the sequence, dense, ReLU, dropout, dense. */
static tfl_graph *toy_graph(void)
{
    static const float zeros[4096];
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = NULL;
    const tfl_shape input = {2, {CHANNELS, LENGTH}};
    ck_assert_int_eq(tfl_graph_create(&input, &graph, &err), TFL_OK);
    unsigned in = 0, conv, relu, pool, flat, dense, act, drop, out;
    const tfl_conv_parameters c = {8, 1, {1, WORD}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, zeros, zeros};
    const tfl_dense_parameters hidden = {16, zeros, zeros}, last = {TASKS, zeros, zeros};
    const tfl_gather_parameters flatten = {{1, {8 * ((LENGTH - WORD + 1) / 7)}}, NULL, 0};
    const tfl_dropout_parameters rate = {0.2F};
    const tfl_pool_parameters window = {{1, 7}, {1, 7}, {1, 1}, {0, 0}, {0, 0}, false, false};
    ck_assert_int_eq(tfl_graph_add(graph, "conv", "conv", &in, 1, &c, &conv, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "relu", "relu", &conv, 1, NULL, &relu, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "max-pool", "pool", &relu, 1, &window, &pool, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "gather", "flat", &pool, 1, &flatten, &flat, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "dense", "dense", &flat, 1, &hidden, &dense, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "relu", "act", &dense, 1, NULL, &act, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "dropout", "drop", &act, 1, &rate, &drop, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_add(graph, "dense", "out", &drop, 1, &last, &out, &err), TFL_OK);
    ck_assert_int_eq(tfl_graph_finish(graph, out, NULL, &err), TFL_OK);
    ck_assert_int_eq(tfl_train_initialise(graph, 3, &err), TFL_OK);
    return graph;
}

static int last_epoch(void *context, const tfl_epoch *epoch)
{
    *(tfl_epoch *)context = *epoch;
    return 0;
}

/* Trains on the toy data and returns the logits of the validation examples; the caller frees. */
static float *train_toy(unsigned threads, unsigned epochs, unsigned patience, double rate, tfl_epoch *last)
{
    static toy train, valid;
    draw_toy(&train, N_TRAIN, "train");
    draw_toy(&valid, N_VALID, "valid");
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = toy_graph();
    const tfl_examples t = {toy_rows, &train, N_TRAIN, train.label[0]}, v = {toy_rows, &valid, N_VALID, valid.label[0]};
    tfl_train_options options = tfl_train_defaults();
    options.epochs = epochs;
    options.patience = patience;
    options.batch = 20; /* gives its blocks one or two examples each */
    options.learning_rate = rate;
    options.threads = threads;
    ck_assert_msg(tfl_train(graph, &t, &v, &options, last_epoch, last, &err) == TFL_OK, "%s", err.message);
    float *logit = calloc(N_VALID, TASKS * sizeof *logit);
    ck_assert_int_eq(tfl_predict(graph, &v, threads, logit, &err), TFL_OK);
    last->valid_loss = tfl_cross_entropy(logit, v.label, (size_t)N_VALID * TASKS);
    double area;
    for (size_t k = 0; k < TASKS && epochs > 20; k++) {
        ck_assert_int_eq(tfl_auroc(logit + k, v.label + k, N_VALID, TASKS, &area, &err), TFL_OK);
        ck_assert_msg(area > 0.9, "task %zu: auROC %.3f on sequences not trained on", k, area);
    }
    tfl_graph_free(graph);
    return logit;
}

START_TEST(learns_two_words)
{
    tfl_epoch last;
    free(train_toy(2, 25, 0, 0.005, &last));
    ck_assert_uint_eq(last.number, 25);
}
END_TEST

START_TEST(same_bytes_for_any_number_of_threads)
{
    tfl_epoch last;
    float *one = train_toy(1, 3, 0, 0.01, &last), *seven = train_toy(7, 3, 0, 0.01, &last);
    ck_assert_mem_eq(one, seven, N_VALID * TASKS * sizeof *one);
    free(one);
    free(seven);
}
END_TEST

/* Two convolutions, of which the second is wide enough for transforms: its weights' gradients then go through sums of their own. */
static tfl_graph *wide_graph(bool transforms)
{
    enum { FILTERS = 32, WIDTH = 8 };
    static const float zeros[FILTERS * FILTERS * WIDTH];
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = NULL;
    const tfl_shape input = {2, {CHANNELS, LENGTH}};
    const tfl_conv_parameters conv = {FILTERS, 1, {1, WIDTH}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, zeros, zeros};
    const tfl_gather_parameters flatten = {{1, {FILTERS}}, NULL, 0};
    const tfl_dropout_parameters rate = {0.3F};
    const tfl_dense_parameters logits = {TASKS, zeros, zeros};
    const struct {
        const char *kind;
        const void *parameters;
    } steps[] = {{"conv", &conv},        {"relu", NULL},     {"conv", &conv},     {"relu", NULL}, {"global-average-pool", NULL},
                 {"gather", &flatten}, {"dropout", &rate}, {"dense", &logits}};
    unsigned last = 0;
    ck_assert_int_eq(tfl_graph_create(&input, &graph, &err), TFL_OK);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        unsigned from = last;
        ck_assert_int_eq(tfl_graph_add(graph, steps[i].kind, NULL, &from, 1, steps[i].parameters, &last, &err), TFL_OK);
    }
    ck_assert_int_eq(tfl_graph_finish(graph, last, NULL, &err), TFL_OK);
    graph->transforms = transforms;
    ck_assert_int_eq(tfl_train_initialise(graph, 5, &err), TFL_OK);
    return graph;
}

/* Logits after a few epochs; the caller frees. */
static float *train_wide(bool transforms, unsigned threads)
{
    static toy train, valid;
    draw_toy(&train, N_TRAIN, "train");
    draw_toy(&valid, N_VALID, "valid");
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = wide_graph(transforms);
    const tfl_examples t = {toy_rows, &train, 330, train.label[0]}, v = {toy_rows, &valid, N_VALID, valid.label[0]};
    tfl_train_options options = tfl_train_defaults();
    options.epochs = 2;
    options.batch = 50;
    options.threads = threads;
    ck_assert_msg(tfl_train(graph, &t, &v, &options, NULL, NULL, &err) == TFL_OK, "%s", err.message);
    float *logit = calloc(N_VALID, TASKS * sizeof *logit);
    ck_assert_int_eq(tfl_predict(graph, &v, threads, logit, &err), TFL_OK);
    tfl_graph_free(graph);
    return logit;
}

START_TEST(transforms_train_the_same_network)
{
    float *direct = train_wide(false, 1), *one = train_wide(true, 1), *five = train_wide(true, 5);
    double worst = 0.0;
    ck_assert_mem_eq(one, five, N_VALID * TASKS * sizeof *one);
    for (size_t i = 0; i < (size_t)N_VALID * TASKS; i++) {
        double difference = fabs((double)one[i] - (double)direct[i]);
        worst = difference > worst ? difference : worst; /* gcc 12 for ARM fails on fmax() here */
    }
    ck_assert_msg(worst > 0.0 && worst < 1e-3, "logits by transforms and by direct sums differ by %g", worst);
    free(direct);
    free(one);
    free(five);
}
END_TEST

static int watch_best(void *context, const tfl_epoch *epoch)
{
    double *best = context;
    best[0] = fmin(best[0], epoch->valid_loss);
    best[1] = epoch->number;
    ck_assert_int_eq(epoch->best, epoch->valid_loss == best[0]);
    return 0;
}

START_TEST(stops_early_and_keeps_the_best_epoch)
{
    static toy train, valid;
    draw_toy(&train, N_TRAIN, "train");
    draw_toy(&valid, N_VALID, "valid");
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = toy_graph();
    const tfl_examples t = {toy_rows, &train, 40, train.label[0]}, v = {toy_rows, &valid, N_VALID, valid.label[0]};
    tfl_train_options options = tfl_train_defaults();
    options.epochs = 400; /* forty examples are soon learnt by heart */
    options.patience = 5;
    options.learning_rate = 0.02;
    double best[2] = {INFINITY, 0};
    ck_assert_int_eq(tfl_train(graph, &t, &v, &options, watch_best, best, &err), TFL_OK);
    ck_assert_msg(best[1] < 400, "no early stop");
    float *logit = calloc(N_VALID, TASKS * sizeof *logit);
    ck_assert_int_eq(tfl_predict(graph, &v, 1, logit, &err), TFL_OK);
    ck_assert_double_eq_tol(tfl_cross_entropy(logit, v.label, (size_t)N_VALID * TASKS), best[0], 1e-12);
    free(logit);
    tfl_graph_free(graph);
}
END_TEST

START_TEST(weights_that_grow_beyond_all_numbers_are_told)
{
    static toy train;
    draw_toy(&train, N_TRAIN, "train");
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = toy_graph();
    const tfl_examples t = {toy_rows, &train, N_TRAIN, train.label[0]};
    tfl_train_options options = tfl_train_defaults();
    options.learning_rate = 1e30;
    ck_assert_int_eq(tfl_train(graph, &t, &t, &options, NULL, NULL, &err), TFL_EINPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "training diverged in epoch 1 (a lower --lr may help)"));
    tfl_graph_free(graph);
}
END_TEST

START_TEST(initial_weights_fill_glorots_interval)
{
    tfl_graph *graph = toy_graph();
    for (unsigned i = 0; i < graph->n_layers; i++) {
        tfl_layer *layer = &graph->layer[i];
        if (layer->kind->weights == NULL) {
            continue;
        }
        tfl_weights w[4];
        ck_assert_uint_eq(layer->kind->weights(layer, w, 4), 2);
        double in = (double)w[0].size / (double)w[1].size, out = (double)w[1].size, largest = 0;
        if (strcmp(layer->kind->name, "conv") == 0) {
            out *= WORD;
        }
        for (size_t k = 0; k < w[0].size; k++) {
            largest = fmax(largest, fabs((double)w[0].value[k]));
        }
        double limit = sqrt(6 / (in + out));
        ck_assert_msg(largest <= limit && largest > 0.8 * limit, "%s: %g of %g", layer->name, largest, limit);
        for (size_t k = 0; k < w[1].size; k++) {
            ck_assert(w[1].value[k] == 0);
        }
    }
    tfl_graph_free(graph);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("train");
    TCase *tests = tcase_create("train");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, learns_two_words);
    tcase_add_test(tests, same_bytes_for_any_number_of_threads);
    tcase_add_test(tests, transforms_train_the_same_network);
    tcase_add_test(tests, stops_early_and_keeps_the_best_epoch);
    tcase_add_test(tests, weights_that_grow_beyond_all_numbers_are_told);
    tcase_add_test(tests, initial_weights_fill_glorots_interval);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
