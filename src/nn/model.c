/* model.c: networks in files. */
#include "config.h"

#include "tflift/model.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tfl_model_free(tfl_model *model)
{
    if (model == NULL) {
        return;
    }
    for (size_t i = 0; i < model->n_nodes && model->node != NULL; i++) {
        free(model->node[i].input);
        free(model->node[i].output);
    }
    for (size_t i = 0; i < model->n_values && model->value != NULL; i++) {
        tfl_onnx_tensor_free(model->value[i].tensor);
    }
    for (size_t i = 0; i < model->n_tasks; i++) {
        free(model->task[i]);
    }
    free(model->task);
    free(model->node);
    free(model->value);
    free(model->order);
    tfl_table_free(model->names);
    if (model->proto != NULL) {
        tfl__onnx__model__free_unpacked(model->proto, NULL);
    }
    free(model->name);
    free(model);
}

tfl_status tfl_model_read_memory(const void *bytes, size_t size, const char *name, tfl_model **out, tfl_error *err)
{
    *out = NULL;
    tfl_model *model = tfl_calloc(1, sizeof *model);
    if (model == NULL || (model->name = tfl_strdup(name)) == NULL) {
        tfl_model_free(model);
        return tfl_fail_memory(err, "a model");
    }
    model->bytes = size;
    model->input = TFL_ONNX_NONE;
    model->batch = 1;
    snprintf(model->digest, sizeof model->digest, "%016" PRIx64, tfl_hash64(bytes, size));
    tfl_status status = tfl_onnx_unpack(bytes, size, &model->proto, err);
    if (status == TFL_OK) {
        status = tfl_onnx_resolve(model, err);
    }
    if (status != TFL_OK) {
        tfl_model_free(model);
        tfl_error_prefix(err, "%s", name);
        return status;
    }
    *out = model;
    return TFL_OK;
}

tfl_status tfl_model_read(const char *path, tfl_model **out, tfl_error *err)
{
    unsigned char *bytes;
    size_t size;
    *out = NULL;
    tfl_status status = tfl_onnx_load(path, &bytes, &size, err);
    if (status == TFL_OK) {
        status =
            tfl_model_read_memory(bytes, size, path[0] == '-' && path[1] == '\0' ? "standard input" : path, out, err);
    }
    free(bytes);
    return status;
}

const char *tfl_model_name(const tfl_model *model)
{
    return model->name;
}

const char *tfl_model_digest(const tfl_model *model)
{
    return model->digest;
}

size_t tfl_model_length(const tfl_model *model)
{
    return model->length;
}

tfl_layout tfl_model_layout(const tfl_model *model)
{
    return model->layout;
}

tfl_status tfl_model_graph_unpacked(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err)
{
    *out = NULL;
    if (model->length != 0 && length != model->length) {
        return tfl_fail(err, TFL_EINPUT, "%s: takes sequences of %zu positions, not of %zu", model->name, model->length,
                        length);
    }
    if (length == 0 || length > TFL_ONNX_MAX_LENGTH) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: sequences of 1 to %d positions are supported, not of %zu",
                        model->name, TFL_ONNX_MAX_LENGTH, length);
    }
    tfl_status status = tfl_onnx_build(model, length, out, err);
    if (status != TFL_OK && model->length == 0) {
        tfl_error_prefix(err, "with sequences of %zu positions", length);
    }
    tfl_error_prefix(status == TFL_OK ? NULL : err, "%s", model->name);
    return status;
}

tfl_status tfl_model_graph(const tfl_model *model, size_t length, tfl_graph **out, tfl_error *err)
{
    tfl_status status = tfl_model_graph_unpacked(model, length, out, err);
    if (status == TFL_OK && (status = tfl_graph_prepare(*out, NULL, err)) != TFL_OK) {
        tfl_graph_free(*out);
        *out = NULL;
        tfl_error_prefix(err, "%s", model->name);
    }
    return status;
}

tfl_status tfl_model_write_to(const tfl_graph *graph, tfl_output *output, bool any_length, tfl_error *err)
{
    unsigned char *bytes;
    size_t size;
    tfl_status status = tfl_onnx_write(graph, any_length, &bytes, &size, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "%s", tfl_output_name(output));
        return status;
    }
    status = tfl_output_write(output, bytes, size, err);
    free(bytes);
    return status;
}

tfl_status tfl_model_write(const tfl_graph *graph, const char *path, bool any_length, tfl_error *err)
{
    tfl_output *output;
    tfl_status status = tfl_output_open(path, TFL_PLAIN, &output, err);
    if (status == TFL_OK && (status = tfl_model_write_to(graph, output, any_length, err)) != TFL_OK) {
        tfl_output_discard(output);
    } else if (status == TFL_OK) {
        status = tfl_output_commit(output, err);
    }
    return status;
}

/* The bytes of the network for that length, written for any; none, where the model does not take that length. */
static tfl_status write_at(const tfl_model *model, size_t length, unsigned char **bytes, size_t *size, tfl_error *err)
{
    tfl_graph *graph;
    tfl_error inner = TFL_ERROR_INIT;
    *bytes = NULL;
    tfl_status status = tfl_model_graph_unpacked(model, length, &graph, &inner);
    if (status != TFL_OK) {
        return status == TFL_ENOMEM ? tfl_fail_memory(err, "a network") : TFL_OK;
    }
    status = tfl_onnx_write(graph, true, bytes, size, err);
    tfl_error_prefix(status == TFL_OK ? NULL : err, "%s: with sequences of %zu positions", model->name, length);
    tfl_graph_free(graph);
    return status;
}

tfl_status tfl_model_check_any_length(const tfl_model *model, size_t length, tfl_error *err)
{
    /* Where the strides before a layer make up P, some power of 2 up to P is the first to give it one position more. */
    static const int further[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, -64, -128, -192};
    unsigned char *bytes, *other;
    size_t size, other_size, agree = 0;
    tfl_status status = write_at(model, length, &bytes, &size, err);
    for (size_t i = 0; status == TFL_OK && bytes != NULL && i < sizeof further / sizeof *further; i++) {
        size_t at = length + (size_t)further[i]; /* less than 0 wraps around, to no length */
        status = write_at(model, at, &other, &other_size, err);
        if (status == TFL_OK && other != NULL) {
            agree++;
            if (other_size != size || memcmp(other, bytes, size) != 0) {
                status = tfl_fail(err, TFL_EUNSUPPORTED,
                                  "%s: its network for %zu positions holds other numbers than that for %zu, so that neither fits any length",
                                  model->name, at, length);
            }
        }
        free(other);
    }
    free(bytes);
    if (status == TFL_OK && agree == 0) {
        status = tfl_fail(err, TFL_EUNSUPPORTED, "%s: takes sequences of %zu positions, and none of those longer or shorter that were tried",
                          model->name, length);
    }
    return status;
}
