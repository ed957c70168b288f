/* The memory that one thread explains in: sized once, from the plan. */
#include "config.h"

#include "attr/attr_internal.h"

#include "tflift/memory.h"

#include <stdlib.h>

/* Hands out pieces of a block; with base NULL it only counts what they take. */
typedef struct cursor {
    float *base;
    size_t used;
} cursor;

enum { ALIGNMENT = 16 }; /* floats in 64 bytes */

static float *take(cursor *block, size_t n)
{
    float *piece = block->base == NULL ? NULL : block->base + block->used;
    block->used += (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return piece;
}

/* Indices take the place of as many floats. */
static uint32_t *take_indices(cursor *block, size_t n)
{
    _Static_assert(sizeof(uint32_t) == sizeof(float), "an index is as large as a float");
    return (void *)take(block, n);
}

static void place_layer(const tfl_explain_workspace *w, cursor *block, unsigned l)
{
    const tfl_plan *plan = w->plan;
    const tfl_layer *layer = &plan->graph->layer[l];
    tfl_place *at = &w->at[l];
    bool two_slopes = tfl_walk_steps(plan, l)->split == TFL_SPLITS;
    if (layer->kind->family == TFL_ELEMENTWISE && !plan->fused[l]) {
        at->slope[TFL_PLUS] = take(block, layer->size);
        at->slope[TFL_MINUS] = two_slopes ? take(block, layer->size) : at->slope[TFL_PLUS];
    }
    if (layer->kind->family == TFL_MAXIMUM) {
        at->argmax_x = take_indices(block, layer->size);
        at->argmax_reference = take_indices(block, layer->size);
    }
    for (unsigned sign = TFL_PLUS; plan->parts[l] && sign < TFL_SIGNS; sign++) {
        at->part[sign] = take(block, layer->size);
    }
}

static void place_multipliers(const tfl_explain_workspace *w, cursor *block)
{
    const tfl_plan *plan = w->plan;
    for (size_t i = 0; i < plan->n_buffers; i++) {
        float *buffer = take(block, plan->buffer_size[i]);
        for (unsigned l = 0; l <= plan->target; l++) {
            for (unsigned sign = TFL_PLUS; sign < TFL_SIGNS; sign++) {
                if (plan->reached[l] && plan->buffer[sign][l] == i) {
                    w->at[l].multiplier[sign] = buffer;
                }
            }
        }
    }
}

/* Everything that is floats, in one block. */
static void place_floats(tfl_explain_workspace *w, cursor *block)
{
    const tfl_plan *plan = w->plan;
    w->rows = take(block, plan->graph->layer[0].size);
    if (plan->n_buffers == 0) {
        return; /* no walk */
    }
    for (size_t i = 0; i < TFL_TEMPORARIES; i++) {
        w->temporary[i] = take(block, plan->widest);
    }
    for (unsigned l = 0; l <= plan->target; l++) {
        if (plan->reached[l]) {
            place_layer(w, block, l);
        }
    }
    place_multipliers(w, block);
    if (plan->last > 0) {
        const tfl_layer *last = &plan->graph->layer[plan->last];
        w->times = take(block, plan->graph->layer[0].size);
        w->times_memory = take(block, last->kind->times_memory(last));
        w->waiting = take(block, w->max_tasks * last->size);
    }
}

static tfl_status allocate_floats(tfl_explain_workspace *w, tfl_error *err)
{
    cursor block = {NULL, 0};
    place_floats(w, &block);
    w->floats = tfl_alloc_floats(block.used);
    if (w->floats == NULL) {
        return tfl_fail_memory(err, "multipliers");
    }
    block = (cursor){w->floats, 0};
    place_floats(w, &block);
    return TFL_OK;
}

static tfl_status allocate_sums(tfl_explain_workspace *w, size_t max_tasks, tfl_error *err)
{
    size_t size = w->plan->graph->layer[0].size;
    size_t per_task; /* two sums, and the output */
    size_t n;
    if (!tfl_size_mul(2, size, &per_task) || !tfl_size_add(per_task, 1, &per_task) || !tfl_size_mul(per_task, max_tasks, &n) ||
        !tfl_size_add(n, size, &n)) {
        return tfl_fail_memory(err, "sums over references");
    }
    w->doubles = tfl_calloc(n, sizeof *w->doubles);
    if (w->doubles == NULL) {
        return tfl_fail_memory(err, "sums over references");
    }
    w->sum = w->doubles;
    w->sum_reference = w->sum + max_tasks * size;
    w->row_sum = w->sum_reference + max_tasks * size;
    w->sum_output = w->row_sum + size;
    return TFL_OK;
}

static tfl_status allocate(tfl_explain_workspace *w, const tfl_explainer *explainer, tfl_error *err)
{
    const tfl_graph *graph = explainer->graph;
    w->at = tfl_calloc(graph->n_layers, sizeof *w->at);
    if (w->at == NULL) {
        return tfl_fail_memory(err, "multipliers");
    }
    const tfl_plan *plan = w->plan;
    tfl_status status = tfl_values_create_kept(graph, plan->kept, plan->target, NULL, &w->input_values, err);
    if (status == TFL_OK) {
        status = tfl_values_create_kept(graph, plan->kept, plan->target, w->input_values, &w->reference_values, err);
    }
    if (status == TFL_OK) {
        status = allocate_floats(w, err);
    }
    if (status == TFL_OK) {
        status = allocate_sums(w, explainer->max_tasks, err);
    }
    w->x = w->input_values;
    w->reference = w->reference_values;
    return status;
}

tfl_status tfl_explain_workspace_create(const tfl_explainer *explainer, tfl_explain_workspace **out, tfl_error *err)
{
    *out = NULL;
    tfl_explain_workspace *w = tfl_calloc(1, sizeof *w);
    if (w == NULL) {
        return tfl_fail_memory(err, "an explanation");
    }
    w->plan = &explainer->plan;
    w->max_tasks = explainer->max_tasks;
    tfl_status status = allocate(w, explainer, err);
    if (status != TFL_OK) {
        tfl_explain_workspace_free(w);
        return status;
    }
    *out = w;
    return TFL_OK;
}

void tfl_explain_workspace_free(tfl_explain_workspace *workspace)
{
    if (workspace == NULL) {
        return;
    }
    tfl_values_free(workspace->input_values);
    tfl_values_free(workspace->reference_values);
    free(workspace->at);
    free(workspace->floats);
    free(workspace->doubles);
    free(workspace);
}
