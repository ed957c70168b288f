/*
 * Weight normalisation for one-hot inputs (paper, Appendix K): W'[o][c][k] = W[o][c][k] - mean_c W[o][c][k], and the means of all taps go to
 * the bias. Outputs stay the same as long as the four values under a tap are those of one base, and sum to 1.
 */
#include "config.h"

#include "tflift/normalize.h"

#include "tflift/memory.h"

#include <stdlib.h>
#include <string.h>

/* The axis of a convolution's weights that runs over the four bases. */
typedef enum base_axis { CHANNEL, KERNEL_0, KERNEL_1 } base_axis;

static const char refusal[] = "its weights cannot be normalised";

/* ---------------------------------------------------------------- the first convolution */

static tfl_status find_only_use(const tfl_graph *graph, unsigned l, unsigned *use, tfl_error *err)
{
    const tfl_layer *layer = &graph->layer[l];
    if (graph->n_uses[l] != 1) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "layer '%s': %s: the sequence must go into one convolution and nowhere else", layer->name,
                        refusal);
    }
    for (*use = l + 1; *use < graph->n_layers; ++*use) {
        for (unsigned k = 0; k < graph->layer[*use].n_inputs; k++) {
            if (graph->layer[*use].input[k] == l) {
                return TFL_OK;
            }
        }
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "layer '%s': %s: nothing takes it", layer->name, refusal);
}

/* The first convolution, behind layers that only move elements. */
static tfl_status find_convolution(const tfl_graph *graph, unsigned *l, tfl_error *err)
{
    *l = 0;
    do {
        tfl_status status = find_only_use(graph, *l, l, err);
        if (status != TFL_OK) {
            return status;
        }
    } while (strcmp(graph->layer[*l].kind->name, "gather") == 0 || strcmp(graph->layer[*l].kind->name, "dropout") == 0);
    const tfl_layer *layer = &graph->layer[*l];
    if (strcmp(layer->kind->name, "conv") == 0) {
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "layer '%s': %s: it is of kind %s, and the first layer must be a convolution", layer->name,
                    refusal, layer->kind->name);
}

/* ---------------------------------------------------------------- where the bases are */

/* Sends what = 1, 2, … for each base (or, if of_position is set, each position) through the layers before the convolution; element i of its input
 * is then got[i], 0 where it comes from no base. */
static tfl_status trace_input(const tfl_graph *graph, unsigned conv, bool of_position, float *got, tfl_error *err)
{
    tfl_values *values;
    tfl_status status = tfl_values_create(graph, &values, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t channels = graph->layer[0].shape.dim[0];
    unsigned last = graph->layer[conv].input[0];
    for (size_t i = 0; i < graph->layer[0].size; i++) {
        values->of[0][i] = (float)(1 + (of_position ? i / channels : i % channels));
    }
    tfl_forward(graph, values, last);
    memcpy(got, values->of[last], graph->layer[last].size * sizeof *got);
    tfl_values_free(values);
    return TFL_OK;
}

/* Whether, along that axis of the input [height][width][channels], the elements are bases A, C, G, T of one position each. */
static bool runs_over_bases(const size_t dim[3], unsigned axis, const float *base, const float *position)
{
    size_t step = axis == 2 ? 1 : axis == 1 ? dim[2] : dim[1] * dim[2];
    for (size_t i = 0; i < dim[0] * dim[1] * dim[2]; i++) {
        size_t along = i / step % dim[axis];
        if (base[i] != (float)(along + 1) || position[i] != position[i - along * step]) {
            return false;
        }
    }
    return dim[axis] == 4;
}

static bool find_base_axis(const tfl_layer *layer, const tfl_conv_parameters *conv, const float *base, const float *position,
                           base_axis *axis)
{
    const tfl_shape *shape = &layer->input_shape[0];
    bool flat = shape->rank == 2;
    const size_t dim[3] = {flat ? 1 : shape->dim[1], shape->dim[shape->rank - 1], shape->dim[0]};
    *axis = CHANNEL;
    if (runs_over_bases(dim, 2, base, position)) {
        return conv->groups == 1;
    }
    for (unsigned k = 0; k < 2; k++) {
        *axis = k == 0 ? KERNEL_0 : KERNEL_1;
        if (runs_over_bases(dim, k, base, position)) {
            return conv->kernel[k] == 4;
        }
    }
    return false;
}

static tfl_status check_convolution(const tfl_graph *graph, unsigned l, base_axis *axis, tfl_error *err)
{
    const tfl_layer *layer = &graph->layer[l];
    const tfl_conv_parameters *conv = tfl_layer_parameters(layer);
    size_t size = tfl_shape_size(&layer->input_shape[0]);
    float *base = tfl_alloc_floats(size);
    float *position = tfl_alloc_floats(size);
    tfl_status status = base != NULL && position != NULL ? TFL_OK : tfl_fail_memory(err, "a convolution's input");
    if (status == TFL_OK) {
        status = trace_input(graph, l, false, base, err);
    }
    if (status == TFL_OK) {
        status = trace_input(graph, l, true, position, err);
    }
    bool pads = conv->pad_before[0] + conv->pad_before[1] + conv->pad_after[0] + conv->pad_after[1] > 0;
    for (size_t i = 0; status == TFL_OK && i < size; i++) {
        pads |= base[i] == 0.0F;
    }
    if (status == TFL_OK && pads) {
        status = tfl_fail(err, TFL_EUNSUPPORTED,
                          "layer '%s': %s: it pads the sequence, and where a filter hangs over the end it sees no base; a convolution "
                          "without padding can be normalised",
                          layer->name, refusal);
    }
    if (status == TFL_OK && !find_base_axis(layer, conv, base, position, axis)) {
        status = tfl_fail(err, TFL_EUNSUPPORTED, "layer '%s': %s: each of its filters must see all four bases of a position at once",
                          layer->name, refusal);
    }
    free(base);
    free(position);
    return status;
}

/* ---------------------------------------------------------------- the weights */

/* Weights of one filter, [channels][kernel 0][kernel 1], lose their mean over the bases; returns the sum of all means. */
static double center_filter(float *weight, const size_t dim[3], base_axis axis)
{
    size_t step = axis == CHANNEL ? dim[1] * dim[2] : axis == KERNEL_0 ? dim[2] : 1;
    double sum = 0.0;
    for (size_t i = 0; i < dim[0] * dim[1] * dim[2]; i++) {
        if (i / step % 4 != 0) {
            continue; /* the first of four begins each column of bases */
        }
        double mean = 0.0;
        for (size_t base = 0; base < 4; base++) {
            mean += (double)weight[i + base * step] / 4.0;
        }
        for (size_t base = 0; base < 4; base++) {
            weight[i + base * step] = (float)((double)weight[i + base * step] - mean);
        }
        sum += mean;
    }
    return sum;
}

/* A layer in the place of the old one, with these parameters. */
static tfl_status replace(tfl_layer *layer, const tfl_conv_parameters *parameters, tfl_error *err)
{
    const tfl_shape *input[] = {&layer->input_shape[0]};
    tfl_layer fresh = *layer;
    fresh.state = NULL;
    tfl_status status = layer->kind->create(&fresh, parameters, input, err);
    tfl_layer *useless = status == TFL_OK ? layer : &fresh;
    if (useless->state != NULL) {
        layer->kind->free(useless);
        free(useless->state);
    }
    if (status == TFL_OK) {
        *layer = fresh;
    }
    return status;
}

static tfl_status center_weights(tfl_layer *layer, base_axis axis, tfl_error *err)
{
    tfl_conv_parameters conv = *(const tfl_conv_parameters *)tfl_layer_parameters(layer);
    const size_t dim[3] = {layer->input_shape[0].dim[0] / conv.groups, conv.kernel[0], conv.kernel[1]};
    size_t filter = dim[0] * dim[1] * dim[2];
    float *weight = tfl_alloc_floats(conv.out_channels * filter);
    float *bias = tfl_alloc_floats(conv.out_channels);
    tfl_status status = TFL_OK;
    if (weight == NULL || bias == NULL) {
        status = tfl_fail_memory(err, "normalised weights");
    } else {
        memcpy(weight, conv.weight, conv.out_channels * filter * sizeof *weight);
        for (size_t o = 0; o < conv.out_channels; o++) {
            double mean = center_filter(weight + o * filter, dim, axis);
            bias[o] = (float)(mean + (conv.bias != NULL ? (double)conv.bias[o] : 0.0));
        }
        conv.weight = weight;
        conv.bias = bias;
        status = replace(layer, &conv, err);
    }
    free(weight);
    free(bias);
    return status;
}

tfl_status tfl_normalize_weights(tfl_graph *graph, tfl_error *err)
{
    unsigned l;
    base_axis axis;
    tfl_status status = find_convolution(graph, &l, err);
    if (status == TFL_OK) {
        status = check_convolution(graph, l, &axis, err);
    }
    if (status == TFL_OK) {
        status = center_weights(&graph->layer[l], axis, err);
    }
    return status == TFL_OK ? tfl_graph_prepare(graph, NULL, err) : status;
}
