/* A file that says it is a model: reading it, the networks it gives, and a pass forward and back through the small ones. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/model.h"

#include <stdlib.h>

/* A pass through a larger network takes longer than it teaches. */
enum { MAX_VALUES = 1 << 14, MAX_PARAMETERS = 1 << 14 };

static int is_small(const tfl_graph *graph)
{
    size_t values = 0;
    for (size_t l = 0; l < graph->n_layers && values <= MAX_VALUES; l++) {
        values += graph->layer[l].size;
    }
    return values <= MAX_VALUES && graph->scratch <= 16 * MAX_VALUES && tfl_graph_parameters(graph) <= MAX_PARAMETERS;
}

static void run(const tfl_graph *graph)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_values *values;
    fuzz_need(graph->n_tasks == graph->layer[graph->logits].size, "%zu tasks, but %zu logits", graph->n_tasks,
              graph->layer[graph->logits].size);
    if (!is_small(graph) || !fuzz_succeeded(tfl_values_create(graph, &values, &err), &err)) {
        return;
    }
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        values->of[0][i] = i % 4 == (i / 4 + i / 16) % 4 ? 1.0F : 0.0F;
    }
    tfl_forward(graph, values, graph->output);
    float *seed = fuzz_calloc(graph->n_tasks, sizeof *seed);
    seed[0] = 1.0F;
    tfl_values *gradient;
    if (fuzz_succeeded(tfl_values_create(graph, &gradient, &err), &err)) {
        tfl_gradient(graph, values, seed, gradient);
        tfl_values_free(gradient);
    }
    free(seed);
    tfl_values_free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model;
    if (!fuzz_succeeded(tfl_model_read_memory(data, size, "model.onnx", &model, &err), &err)) {
        fuzz_need(model == NULL, "a model in spite of an error");
        return 0;
    }
    const size_t lengths[] = {tfl_model_length(model), 1, 12, 50};
    for (size_t i = tfl_model_length(model) == 0 ? 1 : 0; i < sizeof lengths / sizeof *lengths; i++) {
        tfl_graph *graph;
        if (fuzz_succeeded(tfl_model_graph(model, lengths[i], &graph, &err), &err)) {
            run(graph);
        } else {
            fuzz_need(graph == NULL, "a network in spite of an error");
        }
        tfl_graph_free(graph);
    }
    tfl_model_free(model);
    return 0;
}
