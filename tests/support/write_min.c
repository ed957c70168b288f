/*
 * write_min OUT: the network o = min(i1, i2) = i1 - relu(i1 - i2) of the DeepLIFT paper's Figure 3 as ONNX, for sims/min.sh, with
 * DNA in front: the first letter of a sequence of two says what i1 is, the second what i2 is.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tflift/model.h"

/* What A, C, G and T stand for. */
static const float value[2][4] = {{3.0F, 1.0F, 2.5F, 0.75F}, {1.0F, 3.0F, 2.0F, 5.0F}};

static tfl_status build(tfl_graph *graph, tfl_error *err)
{
    static const int64_t first[1] = {0};
    static const float minus[2] = {1.0F, -1.0F};
    static const char *const task[] = {"min"};
    float weight[2 * 8] = {0}; /* [2 outputs][4 letters][2 positions] */
    for (size_t c = 0; c < 4; c++) {
        weight[2 * c] = value[0][c];
        weight[8 + 2 * c + 1] = value[1][c];
    }
    const tfl_gather_parameters flat = {.shape = {.rank = 1, .dim = {8}}};
    const tfl_gather_parameters i1 = {.shape = {.rank = 1, .dim = {1}}, .source = first};
    const tfl_dense_parameters inputs = {.out = 2, .weight = weight}, difference = {.out = 1, .weight = minus};
    unsigned last = 0;
    unsigned both;
    unsigned pair[2]; /* i1, h2 */
    tfl_status status = tfl_graph_add(graph, "gather", "flat", &last, 1, &flat, &last, err);
    status = status == TFL_OK ? tfl_graph_add(graph, "dense", "inputs", &last, 1, &inputs, &both, err) : status;
    status = status == TFL_OK ? tfl_graph_add(graph, "gather", "i1", &both, 1, &i1, &pair[0], err) : status;
    status = status == TFL_OK ? tfl_graph_add(graph, "dense", "h1", &both, 1, &difference, &last, err) : status;
    status = status == TFL_OK ? tfl_graph_add(graph, "relu", "h2", &last, 1, NULL, &pair[1], err) : status;
    status = status == TFL_OK ? tfl_graph_add(graph, "sub", "o", pair, 2, NULL, &last, err) : status;
    return status == TFL_OK ? tfl_graph_finish(graph, last, task, err) : status;
}

int main(int argc, char **argv)
{
    static const tfl_shape input = {.rank = 2, .dim = {4, 2}};
    tfl_error err = TFL_ERROR_INIT;
    tfl_graph *graph = NULL;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: write_min OUT\n");
        return 2;
    }
    tfl_status status = tfl_graph_create(&input, &graph, &err);
    status = status == TFL_OK ? build(graph, &err) : status;
    status = status == TFL_OK ? tfl_model_write(graph, argv[1], false, &err) : status;
    if (status != TFL_OK) {
        (void)fprintf(stderr, "write_min: %s\n", err.message);
    }
    tfl_graph_free(graph);
    return status == TFL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
