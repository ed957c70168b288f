/*
 * write_model OUT LENGTH|any [SEED]: a small network with random weights as ONNX, for scripts that need a model: two
 * convolutions, global average pooling, two dense layers, tasks "first", "second" and "third one".
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/model.h"
#include "tflift/number.h"
#include "tflift/rng.h"

enum { ANY_LENGTH = 100 };

typedef struct builder {
    tfl_graph *graph;
    tfl_rng rng;
    unsigned last; /* layer added last */
} builder;

static float *random_floats(builder *b, size_t n, double scale)
{
    float *x = tfl_alloc_floats(n);
    for (size_t i = 0; x != NULL && i < n; i++) {
        x[i] = (float)(scale * tfl_rng_normal(&b->rng));
    }
    return x;
}

static tfl_status add(builder *b, const char *kind, const char *name, const void *parameters, tfl_error *err)
{
    return tfl_graph_add(b->graph, kind, name, &b->last, 1, parameters, &b->last, err);
}

static tfl_status add_conv(builder *b, const char *name, size_t in, size_t out, size_t width, tfl_error *err)
{
    float *weight = random_floats(b, in * out * width, 0.4), *bias = random_floats(b, out, 0.2);
    tfl_conv_parameters p = {.out_channels = out,
                             .groups = 1,
                             .kernel = {1, width},
                             .stride = {1, 1},
                             .dilation = {1, 1},
                             .weight = weight,
                             .bias = bias};
    tfl_status status =
        weight == NULL || bias == NULL ? tfl_fail_memory(err, "weights") : add(b, "conv", name, &p, err);
    free(weight);
    free(bias);
    return status;
}

static tfl_status add_dense(builder *b, const char *name, size_t in, size_t out, tfl_error *err)
{
    float *weight = random_floats(b, in * out, 1), *bias = random_floats(b, out, 0.5);
    tfl_dense_parameters p = {.out = out, .weight = weight, .bias = bias};
    tfl_status status =
        weight == NULL || bias == NULL ? tfl_fail_memory(err, "weights") : add(b, "dense", name, &p, err);
    free(weight);
    free(bias);
    return status;
}

static tfl_status build(builder *b, tfl_error *err)
{
    static const char *const task[] = {"first", "second", "third one"};
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {8}}};
    tfl_status status = add_conv(b, "conv1", 4, 8, 7, err);
    status = status == TFL_OK ? add(b, "relu", "relu1", NULL, err) : status;
    status = status == TFL_OK ? add_conv(b, "conv2", 8, 8, 5, err) : status;
    status = status == TFL_OK ? add(b, "relu", "relu2", NULL, err) : status;
    status = status == TFL_OK ? add(b, "global-average-pool", "pool", NULL, err) : status;
    status = status == TFL_OK ? add(b, "gather", "flat", &flat, err) : status;
    status = status == TFL_OK ? add_dense(b, "dense1", 8, 6, err) : status;
    status = status == TFL_OK ? add(b, "relu", "relu3", NULL, err) : status;
    status = status == TFL_OK ? add_dense(b, "dense2", 6, 3, err) : status;
    return status == TFL_OK ? tfl_graph_finish(b->graph, b->last, task, err) : status;
}

int main(int argc, char **argv)
{
    tfl_error err = TFL_ERROR_INIT;
    builder b = {NULL, {{0}, {0}, {0}, 0}, 0};
    int64_t length = ANY_LENGTH;
    uint64_t seed = 1;
    bool any = argc > 2 && strcmp(argv[2], "any") == 0;
    if (argc < 3 || (!any && !tfl_parse_int(argv[2], 11, 100000, &length)) ||
        (argc > 3 && !tfl_parse_uint64(argv[3], &seed))) {
        (void)fprintf(stderr, "usage: write_model OUT LENGTH|any [SEED]\n");
        return 2;
    }
    const tfl_shape input = {.rank = 2, .dim = {4, (size_t)length}};
    tfl_rng_init(&b.rng, seed, "write_model", 0);
    tfl_status status = tfl_graph_create(&input, &b.graph, &err);
    status = status == TFL_OK ? build(&b, &err) : status;
    status = status == TFL_OK ? tfl_model_write(b.graph, argv[1], any, &err) : status;
    if (status != TFL_OK) {
        (void)fprintf(stderr, "write_model: %s\n", err.message);
    }
    tfl_graph_free(b.graph);
    return status == TFL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
