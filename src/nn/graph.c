#include "config.h"

#include "tflift/graph.h"

#include "tflift/memory.h"
#include "tflift/threads.h"

#include "layers_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALIGN = 16,           /* floats */
    FEW_WEIGHTS = 1 << 20 /* are packed in less time than threads are started */
};

/* ---------------------------------------------------------------- building */

static void free_layer(tfl_layer *layer)
{
    if (layer->state != NULL && layer->kind->free != NULL) {
        layer->kind->free(layer);
    }
    free(layer->state);
    free(layer->name);
    free(layer->input);
    free(layer->input_shape);
    memset(layer, 0, sizeof *layer);
}

void tfl_graph_free(tfl_graph *graph)
{
    if (graph == NULL) {
        return;
    }
    for (size_t i = 0; i < graph->n_layers; i++) {
        free_layer(&graph->layer[i]);
    }
    for (size_t i = 0; graph->task != NULL && i < graph->n_tasks; i++) {
        free(graph->task[i]);
    }
    free(graph->layer);
    free(graph->n_uses);
    free(graph->task);
    free(graph);
}

/* NAME, or KIND_INDEX where there is none. */
static char *copy_name(const char *name, const char *kind, size_t index)
{
    char text[64];
    if (name != NULL && *name != '\0') {
        return tfl_strdup(name);
    }
    (void)snprintf(text, sizeof text, "%s_%zu", kind, index);
    return tfl_strdup(text);
}

static tfl_status set_inputs(tfl_layer *layer, const tfl_graph *graph, const unsigned *input, unsigned n_inputs, tfl_error *err)
{
    const tfl_layer_kind *kind = layer->kind;
    unsigned most = kind->max_inputs == 0 && kind->min_inputs > 0 ? TFL_MAX_INPUTS : kind->max_inputs;
    if (n_inputs < kind->min_inputs || n_inputs > most) {
        return tfl_fail(err, TFL_EINPUT, "%u inputs; it takes %u to %u", n_inputs, kind->min_inputs, most);
    }
    layer->n_inputs = n_inputs;
    layer->input = tfl_calloc(n_inputs, sizeof *layer->input);
    layer->input_shape = tfl_calloc(n_inputs, sizeof *layer->input_shape);
    if (layer->input == NULL || layer->input_shape == NULL) {
        return tfl_fail_memory(err, "a layer");
    }
    for (unsigned k = 0; k < n_inputs; k++) {
        if (input[k] >= graph->n_layers) {
            return tfl_fail(err, TFL_EUSAGE, "input %u is layer %u of %zu", k, input[k], graph->n_layers);
        }
        layer->input[k] = input[k];
        layer->input_shape[k] = graph->layer[input[k]].shape;
    }
    return TFL_OK;
}

static tfl_status create_layer(tfl_layer *layer, const tfl_graph *graph, const unsigned *input, unsigned n_inputs,
                               const void *parameters, tfl_error *err)
{
    const tfl_shape *shape[TFL_MAX_INPUTS];
    tfl_status status = set_inputs(layer, graph, input, n_inputs, err);
    for (unsigned k = 0; status == TFL_OK && k < n_inputs; k++) {
        shape[k] = &layer->input_shape[k];
    }
    if (status == TFL_OK) {
        status = layer->kind->create(layer, parameters, shape, err);
    }
    if (status == TFL_OK) {
        status = tfl_shape_check(&layer->shape, err);
    }
    if (status == TFL_OK) {
        layer->size = tfl_shape_size(&layer->shape);
    }
    return status;
}

tfl_status tfl_graph_add(tfl_graph *graph, const char *kind, const char *name, const unsigned *input, unsigned n_inputs,
                         const void *parameters, unsigned *index, tfl_error *err)
{
    const tfl_layer_kind *found = tfl_layer_kind_find(kind);
    if (found == NULL || (found->family == TFL_INPUT && graph->n_layers > 0)) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "layer '%s': no layer kind is named '%s'", name != NULL ? name : "", kind);
    }
    tfl_status status = TFL_GROW(graph->layer, &graph->capacity, graph->n_layers + 1, "layers", err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_layer *layer = &graph->layer[graph->n_layers];
    memset(layer, 0, sizeof *layer);
    layer->kind = found;
    layer->name = copy_name(name, kind, graph->n_layers);
    status = layer->name != NULL ? create_layer(layer, graph, input, n_inputs, parameters, err) : tfl_fail_memory(err, "a name");
    if (status != TFL_OK) {
        tfl_error_prefix(err, "layer '%s' (%s)", layer->name != NULL ? layer->name : "", kind);
        free_layer(layer);
        return status;
    }
    *index = (unsigned)graph->n_layers++;
    return TFL_OK;
}

tfl_status tfl_graph_create(const tfl_shape *input, tfl_graph **out, tfl_error *err)
{
    unsigned index;
    *out = NULL;
    tfl_graph *graph = tfl_calloc(1, sizeof *graph);
    if (graph == NULL) {
        return tfl_fail_memory(err, "a network");
    }
    tfl_status status = tfl_graph_add(graph, "input", "input", NULL, 0, input, &index, err);
    if (status != TFL_OK) {
        tfl_graph_free(graph);
        return status;
    }
    *out = graph;
    return TFL_OK;
}

/* ---------------------------------------------------------------- finishing */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static tfl_status check_names(const tfl_graph *graph, tfl_error *err)
{
    const char **name = tfl_calloc(graph->n_layers, sizeof *name);
    if (name == NULL) {
        return tfl_fail_memory(err, "names");
    }
    for (size_t i = 0; i < graph->n_layers; i++) {
        name[i] = graph->layer[i].name;
    }
    qsort((void *)name, graph->n_layers, sizeof *name, compare_names);
    tfl_status status = TFL_OK;
    for (size_t i = 1; status == TFL_OK && i < graph->n_layers; i++) {
        if (strcmp(name[i - 1], name[i]) == 0) {
            status = tfl_fail(err, TFL_EINPUT, "two layers named '%s'", name[i]);
        }
    }
    free((void *)name);
    return status;
}

/* Marks what output needs, then closes the gaps; to[old index] = new index. */
static void drop_unneeded(tfl_graph *graph, unsigned output, unsigned *to)
{
    enum { NEEDED = 1 };
    memset(to, 0, graph->n_layers * sizeof *to);
    to[0] = to[output] = NEEDED;
    for (size_t i = graph->n_layers; i-- > 0;) {
        for (unsigned k = 0; to[i] == NEEDED && k < graph->layer[i].n_inputs; k++) {
            to[graph->layer[i].input[k]] = NEEDED;
        }
    }
    unsigned n = 0;
    for (size_t i = 0; i < graph->n_layers; i++) {
        if (to[i] != NEEDED) {
            free_layer(&graph->layer[i]);
            continue;
        }
        to[i] = n;
        for (unsigned k = 0; k < graph->layer[i].n_inputs; k++) {
            graph->layer[i].input[k] = to[graph->layer[i].input[k]];
        }
        graph->layer[n++] = graph->layer[i];
    }
    graph->n_layers = n;
    graph->output = to[output];
}

static bool squashes(const tfl_layer *layer)
{
    return layer->kind == &tfl_layer_sigmoid || layer->kind == &tfl_layer_softmax;
}

/* The layer that output takes its values from, in the same order: only a new shape or a dropout lies between. */
static unsigned look_through(const tfl_graph *graph, unsigned output)
{
    const tfl_layer *layer = &graph->layer[output];
    while (layer->kind == &tfl_layer_dropout || (layer->kind == &tfl_layer_gather && tfl_layer_gather_keeps_order(layer))) {
        output = layer->input[0];
        layer = &graph->layer[output];
    }
    return output;
}

/* Element *element of what the layer joins is *element of its input *k. */
static void trace_concat(const tfl_layer *layer, unsigned *k, size_t *element)
{
    const tfl_concat_parameters *concat = tfl_layer_parameters(layer);
    size_t whole = layer->shape.dim[concat->axis], inner = 1;
    for (unsigned axis = concat->axis + 1; axis < layer->shape.rank; axis++) {
        inner *= layer->shape.dim[axis];
    }
    size_t outer = *element / inner / whole, along = *element / inner % whole;
    for (*k = 0; along >= layer->input_shape[*k].dim[concat->axis]; ++*k) {
        along -= layer->input_shape[*k].dim[concat->axis];
    }
    *element = (outer * layer->input_shape[*k].dim[concat->axis] + along) * inner + *element % inner;
}

void tfl_graph_trace(const tfl_graph *graph, unsigned *layer, size_t *element)
{
    const tfl_layer *at = &graph->layer[*layer];
    while (*element != SIZE_MAX && (at->kind == &tfl_layer_dropout || at->kind == &tfl_layer_gather || at->kind == &tfl_layer_concat)) {
        unsigned k = 0;
        if (at->kind == &tfl_layer_concat) {
            trace_concat(at, &k, element);
        } else if (at->kind == &tfl_layer_gather) {
            const tfl_gather_parameters *gather = tfl_layer_parameters(at);
            int64_t from = gather->source != NULL ? gather->source[*element] : (int64_t)*element;
            *element = from < 0 ? SIZE_MAX : (size_t)from;
        }
        *layer = at->input[k];
        at = &graph->layer[*layer];
    }
}

bool tfl_graph_is_probability(const tfl_graph *graph, size_t task)
{
    const tfl_shape *shape = &graph->layer[graph->logits].shape;
    size_t element = task % shape->dim[0] * (tfl_shape_size(shape) / shape->dim[0]) + task / shape->dim[0]; /* in ONNX order */
    unsigned layer = graph->logits;
    if (graph->logits != graph->output) {
        return false;
    }
    tfl_graph_trace(graph, &layer, &element);
    return element != SIZE_MAX && squashes(&graph->layer[layer]);
}

static void find_logits(tfl_graph *graph)
{
    const tfl_layer *last = &graph->layer[graph->output];
    graph->logits = squashes(last) ? last->input[0] : graph->output;
    graph->n_tasks = graph->layer[graph->logits].size;
}

static tfl_status count_uses(tfl_graph *graph, tfl_error *err)
{
    graph->n_uses = tfl_calloc(graph->n_layers, sizeof *graph->n_uses);
    if (graph->n_uses == NULL) {
        return tfl_fail_memory(err, "a network");
    }
    for (size_t i = 0; i < graph->n_layers; i++) {
        for (unsigned k = 0; k < graph->layer[i].n_inputs; k++) {
            graph->n_uses[graph->layer[i].input[k]]++;
        }
    }
    return TFL_OK;
}

static tfl_status name_tasks(tfl_graph *graph, const char *const *task, tfl_error *err)
{
    graph->task = tfl_calloc(graph->n_tasks, sizeof *graph->task);
    for (size_t i = 0; graph->task != NULL && i < graph->n_tasks; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%zu", i);
        graph->task[i] = tfl_strdup(task != NULL ? task[i] : number);
        if (graph->task[i] == NULL) {
            return tfl_fail_memory(err, "task names");
        }
    }
    return graph->task != NULL ? TFL_OK : tfl_fail_memory(err, "task names");
}

tfl_status tfl_graph_finish_unpacked(tfl_graph *graph, unsigned output, const char *const *task, tfl_error *err)
{
    if (output >= graph->n_layers || graph->n_uses != NULL) {
        return tfl_fail(err, TFL_EUSAGE, "the output is layer %u of %zu, or the network is finished already", output, graph->n_layers);
    }
    unsigned *to = tfl_calloc(graph->n_layers, sizeof *to);
    if (to == NULL) {
        return tfl_fail_memory(err, "a network");
    }
    unsigned last = look_through(graph, output);
    drop_unneeded(graph, squashes(&graph->layer[last]) ? last : output, to);
    free(to);
    find_logits(graph);
    tfl_status status = check_names(graph, err);
    if (status == TFL_OK) {
        status = count_uses(graph, err);
    }
    return status == TFL_OK ? name_tasks(graph, task, err) : status;
}

tfl_status tfl_graph_finish(tfl_graph *graph, unsigned output, const char *const *task, tfl_error *err)
{
    tfl_status status = tfl_graph_finish_unpacked(graph, output, task, err);
    return status == TFL_OK ? tfl_graph_prepare(graph, NULL, err) : status;
}

tfl_status tfl_graph_end_in_sigmoid(tfl_graph *graph, tfl_error *err)
{
    unsigned sigmoid;
    if (graph->output != graph->logits) {
        return TFL_OK;
    }
    for (size_t t = 0; t < graph->n_tasks; t++) {
        if (tfl_graph_is_probability(graph, t)) {
            return TFL_OK;
        }
    }
    size_t *n_uses = tfl_realloc(graph->n_uses, graph->n_layers + 1, sizeof *n_uses);
    if (n_uses == NULL) {
        return tfl_fail_memory(err, "a network");
    }
    graph->n_uses = n_uses;
    tfl_status status = tfl_graph_add(graph, "sigmoid", NULL, &graph->logits, 1, NULL, &sigmoid, err);
    if (status != TFL_OK) {
        return status;
    }
    graph->n_uses[sigmoid] = 0;
    graph->n_uses[graph->logits]++;
    graph->output = sigmoid;
    return tfl_graph_prepare(graph, NULL, err);
}

typedef struct packing {
    tfl_graph *graph;
    const bool *parts;
} packing;

static tfl_status prepare_layer(void *context, unsigned worker, size_t i, tfl_error *err)
{
    const packing *p = context;
    tfl_layer *layer = &p->graph->layer[i];
    tfl_status status = TFL_OK;
    (void)worker;
    layer->transforms = p->graph->transforms;
    if (layer->kind->prepare != NULL) {
        status = layer->kind->prepare(layer, p->parts != NULL && p->parts[i], err);
        tfl_error_prefix(status == TFL_OK ? NULL : err, "layer '%s' (%s)", layer->name, layer->kind->name);
    }
    return status;
}

static void tell_compared(tfl_graph *graph)
{
    for (size_t i = graph->n_layers; i-- > 0;) {
        graph->layer[i].compared = false;
    }
    for (size_t i = graph->n_layers; i-- > 0;) {
        const tfl_layer *layer = &graph->layer[i];
        bool compares = layer->compared || layer->kind->family == TFL_MAXIMUM;
        for (unsigned j = 0; j < layer->n_inputs; j++) {
            graph->layer[layer->input[j]].compared |= compares;
        }
    }
}

tfl_status tfl_graph_prepare(tfl_graph *graph, const bool *parts, tfl_error *err)
{
    tell_compared(graph);
    unsigned threads = graph->threads > 1 && tfl_graph_parameters(graph) > FEW_WEIGHTS ? graph->threads : 1;
    tfl_status status = tfl_parallel_for(&(packing){graph, parts}, graph->n_layers, threads, prepare_layer, err);
    graph->scratch = 0;
    for (size_t i = 0; status == TFL_OK && i < graph->n_layers; i++) {
        const tfl_layer *layer = &graph->layer[i];
        graph->scratch = tfl_max_size(graph->scratch, layer->kind->scratch != NULL ? layer->kind->scratch(layer) : 0);
    }
    return status;
}

tfl_status tfl_graph_copy(const tfl_graph *graph, tfl_graph **out, tfl_error *err)
{
    tfl_graph *copy = NULL;
    *out = NULL;
    tfl_status status = tfl_graph_create(&graph->layer[0].shape, &copy, err);
    for (size_t i = 1; status == TFL_OK && i < graph->n_layers; i++) {
        const tfl_layer *layer = &graph->layer[i];
        unsigned index;
        status = tfl_graph_add(copy, layer->kind->name, layer->name, layer->input, layer->n_inputs,
                               tfl_layer_parameters(layer), &index, err);
    }
    if (status == TFL_OK) {
        status = tfl_graph_finish(copy, graph->output, (const char *const *)graph->task, err);
    }
    if (status != TFL_OK) {
        tfl_graph_free(copy);
        return status;
    }
    *out = copy;
    return TFL_OK;
}

/* ---------------------------------------------------------------- facts */

size_t tfl_graph_parameters(const tfl_graph *graph)
{
    size_t n = 0;
    for (size_t i = 0; i < graph->n_layers; i++) {
        tfl_weights list[8];
        tfl_layer *layer = &graph->layer[i];
        size_t arrays = layer->kind->weights != NULL ? layer->kind->weights(layer, list, 8) : 0;
        for (size_t k = 0; k < arrays; k++) {
            n += list[k].size;
        }
    }
    return n;
}

/* field: input positions that one position of the layer sees; step: how far apart two neighbours look. */
typedef struct sight {
    size_t field, step;
} sight;

static sight look(const tfl_layer *layer, const sight *from, size_t whole)
{
    size_t extent = 1, stride = 1;
    int64_t offset = 0;
    sight here = {.field = 1, .step = 1};
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        here.field = tfl_max_size(here.field, from[layer->input[k]].field);
        here.step = tfl_max_size(here.step, from[layer->input[k]].step);
    }
    if (layer->kind->window != NULL) {
        layer->kind->window(layer, &extent, &stride, &offset);
    }
    if (extent == 0 || (extent > 1 && extent - 1 > whole / here.step)) {
        return (sight){.field = whole, .step = whole};
    }
    here.field = tfl_min_size(whole, here.field + (extent - 1) * here.step);
    here.step = stride > whole / here.step ? whole : here.step * stride;
    return here;
}

size_t tfl_graph_receptive_field(const tfl_graph *graph, unsigned layer)
{
    const tfl_shape *input = &graph->layer[0].shape;
    size_t whole = input->dim[input->rank - 1];
    sight *seen = tfl_calloc(graph->n_layers, sizeof *seen);
    if (seen == NULL) {
        return whole; /* never too small */
    }
    for (size_t i = 0; i <= layer; i++) {
        seen[i] = look(&graph->layer[i], seen, whole);
    }
    size_t field = seen[layer].field;
    free(seen);
    return field;
}

/* ---------------------------------------------------------------- running */

static size_t padded_size(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* Where each value lies in the one block; NOWHERE: it is the lender's, or none. */
#define NOWHERE SIZE_MAX

static unsigned last_reader(const tfl_graph *graph, unsigned layer)
{
    unsigned last = layer;
    for (unsigned l = layer + 1; l < graph->n_layers; l++) {
        for (unsigned k = 0; k < graph->layer[l].n_inputs; k++) {
            last = graph->layer[l].input[k] == layer ? l : last;
        }
    }
    return last;
}

/* Both of which nothing else takes. */
static bool is_sum_of_relus(const tfl_graph *graph, const tfl_layer *sum)
{
    bool all = true;
    for (unsigned k = 0; k < sum->n_inputs; k++) {
        all = all && graph->layer[sum->input[k]].kind == &tfl_layer_relu && graph->n_uses[sum->input[k]] == 1;
    }
    return all;
}

/* A ReLU that only a sum of two takes, and whose own values nobody wants, is computed with the sum: residual blocks then save a way through memory. */
static bool goes_with_sum(const tfl_graph *graph, const bool *kept, unsigned last, unsigned relu)
{
    const tfl_layer *layer = &graph->layer[relu];
    unsigned reader = last_reader(graph, relu);
    const tfl_layer *sum = &graph->layer[reader];
    return layer->kind == &tfl_layer_relu && !kept[relu] && kept[layer->input[0]] && graph->n_uses[relu] == 1 && reader <= last &&
           sum->kind == &tfl_layer_add && sum->n_inputs == 2 && !is_sum_of_relus(graph, sum);
}

/* A value that stays in the cache is there for the next layer in any case. */
enum { LEAST_IN_STRIPS = 1 << 16 };

/* Whether a layer's positions need but the same ones of its inputs. */
static bool goes_by_position(const tfl_layer *layer, const tfl_map *map)
{
    const tfl_map own = tfl_shape_map(&layer->shape);
    return layer->kind->forward_range != NULL && layer->kind->window == NULL && own.lines == 1 && own.length == map->length &&
           own.axis == map->axis;
}

/* The last of the layers that are computed strip by strip as layer l gives them its values; l: none is. */
static unsigned last_in_strips(const tfl_graph *graph, unsigned l, unsigned last)
{
    const tfl_layer *layer = &graph->layer[l];
    const tfl_map map = tfl_shape_map(&layer->shape);
    bool goes = layer->kind->forward_strips != NULL && map.lines == 1 && layer->size >= LEAST_IN_STRIPS;
    while (goes && l < last && goes_by_position(&graph->layer[l + 1], &map)) {
        l++;
    }
    return l;
}

/* Places that values that are not kept take in turns. */
typedef struct turns {
    size_t n;
    size_t *size;      /* [n] of each */
    unsigned *free_at; /* [n] the last layer that reads what is there */
    size_t *of;        /* [n_layers] the place of each value */
} turns;

/* The place that is free when a layer begins and needs to grow least, or a new one. */
static size_t take_turn(turns *places, unsigned layer, size_t need)
{
    size_t best = places->n;
    for (size_t i = 0; i < places->n; i++) {
        bool larger = best < places->n && places->size[i] > places->size[best];
        bool fits = best < places->n && places->size[best] >= need;
        if (places->free_at[i] < layer && (best == places->n || (fits ? !larger && places->size[i] >= need : larger))) {
            best = i;
        }
    }
    places->n += best == places->n;
    places->size[best] = tfl_max_size(places->size[best], need);
    return best;
}

static tfl_status plan_turns(const tfl_graph *graph, const bool *kept, unsigned last, turns *places, tfl_error *err)
{
    places->size = tfl_calloc(graph->n_layers, sizeof *places->size);
    places->free_at = tfl_calloc(graph->n_layers, sizeof *places->free_at);
    places->of = tfl_calloc(graph->n_layers, sizeof *places->of);
    if (places->size == NULL || places->free_at == NULL || places->of == NULL) {
        return tfl_fail_memory(err, "the values of a network");
    }
    for (unsigned l = 0, first = 0, end = 0; l <= last; l++) { /* layers first … end go in strips, all of them at the same time */
        places->of[l] = NOWHERE;
        if (l > end) {
            first = l;
            end = last_in_strips(graph, l, last);
        }
        if (!kept[l] && !goes_with_sum(graph, kept, last, l)) {
            places->of[l] = take_turn(places, first, padded_size(graph->layer[l].size));
            places->free_at[places->of[l]] = last_reader(graph, l);
        }
    }
    return TFL_OK;
}

/* offset[n_layers] into the block whose size comes back in total; scratch is at its beginning unless it is lent. */
static tfl_status place_values(const tfl_graph *graph, const bool *kept, unsigned last, bool lent, size_t *offset, size_t *total,
                               tfl_error *err)
{
    turns places = {0};
    tfl_status status = plan_turns(graph, kept, last, &places, err);
    bool fits = true;
    *total = lent ? 0 : padded_size(graph->scratch);
    for (unsigned l = 0; status == TFL_OK && l < graph->n_layers; l++) {
        offset[l] = NOWHERE;
        if (l <= last && kept[l]) {
            offset[l] = *total;
            fits = fits && tfl_size_add(*total, padded_size(graph->layer[l].size), total);
        }
    }
    for (size_t i = 0; status == TFL_OK && !lent && i < places.n; i++) {
        for (unsigned l = 0; l <= last; l++) {
            offset[l] = !kept[l] && places.of[l] == i ? *total : offset[l];
        }
        fits = fits && tfl_size_add(*total, places.size[i], total);
    }
    free(places.size);
    free(places.free_at);
    free(places.of);
    return status != TFL_OK || fits ? status : tfl_fail_memory(err, "the values of a network");
}

tfl_status tfl_values_create_kept(const tfl_graph *graph, const bool *kept, unsigned last, const tfl_values *lender, tfl_values **out,
                                  tfl_error *err)
{
    size_t total = 0, *offset = tfl_calloc(graph->n_layers, sizeof *offset);
    tfl_values *values = tfl_calloc(1, sizeof *values);
    tfl_status status = offset != NULL && values != NULL ? TFL_OK : tfl_fail_memory(err, "the values of a network");
    *out = NULL;
    if (status == TFL_OK) {
        status = place_values(graph, kept, last, lender != NULL, offset, &total, err);
    }
    if (status == TFL_OK) {
        values->memory = tfl_alloc_floats(total);
        values->of = tfl_calloc(graph->n_layers, sizeof *values->of);
        status = values->memory != NULL && values->of != NULL ? TFL_OK : tfl_fail_memory(err, "the values of a network");
    }
    if (status != TFL_OK) {
        free(offset);
        tfl_values_free(values);
        return status;
    }
    values->scratch = lender != NULL ? lender->scratch : values->memory;
    for (unsigned l = 0; l < graph->n_layers; l++) {
        float *lent = lender != NULL ? lender->of[l] : NULL;
        values->of[l] = offset[l] != NOWHERE ? values->memory + offset[l] : lent;
    }
    free(offset);
    *out = values;
    return TFL_OK;
}

tfl_status tfl_values_create(const tfl_graph *graph, tfl_values **out, tfl_error *err)
{
    bool *kept = tfl_calloc(graph->n_layers, sizeof *kept);
    *out = NULL;
    if (kept == NULL) {
        return tfl_fail_memory(err, "the values of a network");
    }
    memset(kept, true, graph->n_layers * sizeof *kept);
    tfl_status status = tfl_values_create_kept(graph, kept, (unsigned)graph->n_layers - 1, NULL, out, err);
    free(kept);
    return status;
}

void tfl_values_free(tfl_values *values)
{
    if (values == NULL) {
        return;
    }
    free(values->memory);
    free((void *)values->of);
    free(values);
}

void tfl_values_inputs(const tfl_values *values, const tfl_layer *layer, const float **in)
{
    for (unsigned k = 0; k < layer->n_inputs; k++) {
        in[k] = values->of[layer->input[k]];
    }
}

/* Positions of the sum of an input and a ReLU that goes with it. */
static void forward_sum(const tfl_graph *graph, const tfl_values *values, const tfl_layer *sum, float *out, size_t first, size_t count)
{
    unsigned k = values->of[sum->input[0]] == NULL ? 0 : 1;
    const tfl_layer *relu = &graph->layer[sum->input[k]];
    size_t channels = sum->shape.dim[0];
    tfl_layer_add_relu(values->of[sum->input[1 - k]], values->of[relu->input[0]], out, first * channels, count * channels);
}

static bool is_sum_with_relu(const tfl_layer *layer, const float *const *in)
{
    return layer->kind == &tfl_layer_add && (in[0] == NULL || in[1] == NULL);
}

/* Layers first … last that go along with the one before them. */
typedef struct company {
    const tfl_graph *graph;
    const tfl_values *values;
    unsigned first, last;
} company;

static void forward_strip(void *context, size_t first, size_t count)
{
    const company *all = context;
    const tfl_values *values = all->values;
    const float *in[TFL_MAX_INPUTS];
    for (unsigned i = all->first; i <= all->last; i++) {
        const tfl_layer *layer = &all->graph->layer[i];
        tfl_values_inputs(values, layer, in);
        if (values->of[i] == NULL) {
            continue;
        }
        if (is_sum_with_relu(layer, in)) {
            forward_sum(all->graph, values, layer, values->of[i], first, count);
        } else {
            layer->kind->forward_range(layer, in, values->of[i], first, count, NULL);
        }
    }
}

void tfl_forward(const tfl_graph *graph, tfl_values *values, unsigned last)
{
    const float *in[TFL_MAX_INPUTS];
    for (unsigned i = 1, end; i <= last; i = end + 1) {
        const tfl_layer *layer = &graph->layer[i];
        end = last_in_strips(graph, i, last);
        tfl_values_inputs(values, layer, in);
        if (values->of[i] == NULL) {
            continue;
        }
        if (end > i) {
            company others = {graph, values, i + 1, end};
            const tfl_strips after = {forward_strip, &others, {values->of[end]}};
            layer->kind->forward_strips(layer, in, values->of[i], &after, values->scratch);
        } else if (is_sum_with_relu(layer, in)) {
            forward_sum(graph, values, layer, values->of[i], 0, layer->size / layer->shape.dim[0]);
        } else {
            layer->kind->forward(layer, in, values->of[i], values->scratch);
        }
    }
}

void tfl_gradient(const tfl_graph *graph, const tfl_values *values, const float *seed, tfl_values *gradient)
{
    const float *in[TFL_MAX_INPUTS];
    float *grad_in[TFL_MAX_INPUTS];
    for (size_t i = 0; i < graph->logits; i++) {
        memset(gradient->of[i], 0, graph->layer[i].size * sizeof **gradient->of);
    }
    memcpy(gradient->of[graph->logits], seed, graph->n_tasks * sizeof *seed);
    for (size_t i = graph->logits; i > 0; i--) {
        const tfl_layer *layer = &graph->layer[i];
        tfl_values_inputs(values, layer, in);
        for (unsigned k = 0; k < layer->n_inputs; k++) {
            grad_in[k] = gradient->of[layer->input[k]];
        }
        layer->kind->backward(layer, in, values->of[i], gradient->of[i], grad_in, gradient->scratch);
    }
}
