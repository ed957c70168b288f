/*
 * How near the convolution kernels come to what the processor can multiply and add. For every processor level and shape: the register-only
 * peak and the kernel are timed in turns, in processor time, and the best of the turns counts, for both.
 *
 * usage: bench_kernels [SECONDS-PER-LINE]
 */
#include "config.h"

#include "tflift/cpu.h"
#include "tflift/graph.h"

#include "tests/bench/support.h"

#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- layers */

typedef struct shape {
    const char *name;
    size_t in, length, out, width, dilation;
    bool same; /* padded to the same length */
} shape;

static const shape shapes[] = {
    {"paper conv1: 200x4, width 11 -> 50", 4, 200, 50, 11, 1, false},
    {"paper conv2: 190x50, width 11 -> 50", 50, 190, 50, 11, 1, false},
    {"first layer, long: 2114x4, width 21 -> 64", 4, 2114, 64, 21, 1, false},
    {"dilated: 2094x64, width 3, dilation 8 -> 64", 64, 2094, 64, 3, 8, true},
    {"dilated: 2094x512, width 3, dilation 4 -> 512", 512, 2094, 512, 3, 4, true},
};

typedef enum pass { FORWARD, TRANSPOSED, FORWARD_BY_TRANSFORM, TRANSPOSED_BY_TRANSFORM, WEIGHTS } pass;

static const char *const pass_name[] = {"forward", "transposed", "forward, transformed", "transposed, transformed", "weight gradient"};

typedef struct work {
    tfl_graph *graph;
    tfl_layer *layer;
    float *in, *out, *grad_in, *grad[2], *scratch;
} work;

static work make(const shape *s, bool transforms)
{
    tfl_error err = TFL_ERROR_INIT;
    work w = {.graph = NULL};
    tfl_shape input = {.rank = 2, .dim = {s->in, s->length}};
    unsigned index, from = 0;
    float *weight = bench_floats(s->in * s->out * s->width), *bias = bench_floats(s->out);
    size_t pad = s->same ? (s->width - 1) * s->dilation / 2 : 0;
    tfl_conv_parameters p = {.out_channels = s->out,
                             .groups = 1,
                             .kernel = {1, s->width},
                             .stride = {1, 1},
                             .dilation = {1, s->dilation},
                             .pad_before = {0, pad},
                             .pad_after = {0, pad},
                             .weight = weight,
                             .bias = bias};
    bench_need(tfl_graph_create(&input, &w.graph, &err) == TFL_OK, err.message);
    bench_need(tfl_graph_add(w.graph, "conv", NULL, &from, 1, &p, &index, &err) == TFL_OK, err.message);
    bench_need(tfl_graph_finish(w.graph, index, NULL, &err) == TFL_OK, err.message);
    w.graph->transforms = transforms;
    bench_need(tfl_graph_prepare(w.graph, NULL, &err) == TFL_OK, err.message);
    free(weight);
    free(bias);
    w.layer = &w.graph->layer[w.graph->output];
    w.in = bench_floats(s->in * s->length);
    w.grad_in = bench_floats(s->in * s->length);
    w.out = bench_floats(w.layer->size);
    w.grad[0] = bench_floats(s->in * s->out * s->width);
    w.grad[1] = bench_floats(s->out);
    w.scratch = bench_floats(w.graph->scratch);
    return w;
}

static void unmake(work *w)
{
    free(w->in);
    free(w->out);
    free(w->grad_in);
    free(w->grad[0]);
    free(w->grad[1]);
    free(w->scratch);
    tfl_graph_free(w->graph);
}

static void run(work *w, pass which)
{
    const float *in[1] = {w->in};
    float *grad_in[1] = {w->grad_in};
    const tfl_layer_kind *kind = w->layer->kind;
    switch (which) {
    case FORWARD:
    case FORWARD_BY_TRANSFORM:
        kind->forward(w->layer, in, w->out, w->scratch);
        break;
    case TRANSPOSED:
    case TRANSPOSED_BY_TRANSFORM:
        kind->transpose(w->layer, TFL_ALL, w->out, grad_in, w->scratch);
        break;
    case WEIGHTS:
        kind->weight_gradient(w->layer, in, w->out, w->grad, w->scratch);
        break;
    }
}

/* Operations per second of one turn of at least 5 ms. */
static double time_pass(work *w, pass which, double operations)
{
    size_t times = 0;
    double start = bench_cpu_time(), spent;
    do {
        run(w, which);
        times++;
        spent = bench_cpu_time() - start;
    } while (spent < 5e-3);
    return operations * (double)times / spent;
}

static void bench(const char *level, const shape *s, pass which, double seconds)
{
    work w = make(s, which == FORWARD_BY_TRANSFORM || which == TRANSPOSED_BY_TRANSFORM);
    size_t positions = which == TRANSPOSED || which == TRANSPOSED_BY_TRANSFORM ? s->length : w.layer->size / s->out; /* of the result */
    double operations = 2.0 * (double)positions * (double)(s->out * s->in * s->width);
    double best = 0.0, peak = 0.0, start = bench_cpu_time();
    do {
        double found = time_pass(&w, which, operations), limit = bench_peak_rate(level);
        best = found > best ? found : best;
        peak = limit > peak ? limit : peak;
    } while (bench_cpu_time() - start < seconds);
    printf("%-10s  %-46s %-24s %7.1f %7.1f %5.1f%%\n", level, s->name, pass_name[which], best / 1e9, peak / 1e9, 100.0 * best / peak);
    unmake(&w);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.3;
    const char *level;
    printf("%-10s  %-46s %-24s %7s %7s\n", "level", "convolution", "pass", "GFLOP/s", "peak");
    for (size_t i = 0; (level = tfl_cpu_level_at(i)) != NULL; i++) {
        bench_need(tfl_cpu_force(level), level);
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            for (pass which = FORWARD; which <= WEIGHTS; which++) {
                bench(level, &shapes[k], which, seconds);
            }
        }
    }
    return EXIT_SUCCESS;
}
