/* Designs in memory: freed, checked, written. Reading is in design_read.c. */
#include "config.h"

#include "tflift/design.h"

#include "sim/design_internal.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- freeing */

static void free_class(tfl_class *class)
{
    for (size_t k = 0; k < class->n_plantings; k++) {
        free(class->planting[k].motif);
    }
    free(class->planting);
    free(class->label);
    free(class->name);
}

void tfl_design_free(tfl_design *design)
{
    if (design == NULL) {
        return;
    }
    for (size_t c = 0; c < design->n_classes; c++) {
        free_class(&design->classes[c]);
    }
    for (size_t t = 0; t < design->n_tasks; t++) {
        free(design->task[t]);
    }
    free(design->classes);
    free(design->task);
    free(design->name);
    free(design->motif_file);
    free(design->file);
    tfl_motifs_free(design->motifs);
    free(design);
}

/* ---------------------------------------------------------------- checking */

/* The one motif of that name. */
static tfl_status find_motif(const tfl_design *design, const char *name, const tfl_motif **out, tfl_error *err)
{
    *out = tfl_motifs_find(design->motifs, name);
    if (*out == NULL) {
        return tfl_fail(err, TFL_EINPUT, "there is no motif \"%s\" in %s", name,
                        *design->motif_file != '\0' ? design->motif_file : "the built-in motifs");
    }
    const tfl_motif *second = tfl_motifs_find_next(design->motifs, name, *out);
    if (second == NULL) {
        return TFL_OK;
    }
    bool more = tfl_motifs_find_next(design->motifs, name, second) != NULL;
    return tfl_fail(err, TFL_EINPUT, "%s is the second name of several motifs; give the first name of one: %s, %s%s",
                    name, (*out)->name, second->name, more ? ", ..." : "");
}

/* Where a planting may lie, and whether one instance has room there. */
static tfl_status blocks_of(const tfl_design *design, const tfl_planting *planting, tfl_blocks *blocks, tfl_error *err)
{
    const tfl_motif *motif = NULL;
    tfl_status status = find_motif(design, planting->motif, &motif, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t last = planting->last > 0 ? planting->last : design->length;
    if (last > design->length) {
        return tfl_fail(err, TFL_EINPUT, "%s lies within %zu-%zu, but the sequences have %zu letters", planting->motif,
                        planting->first, last, design->length);
    }
    if (planting->first >= last || last - planting->first < motif->width) {
        return tfl_fail(err, TFL_EINPUT, "%s has %zu letters and does not fit into %zu-%zu", planting->motif,
                        motif->width, planting->first, last);
    }
    *blocks = (tfl_blocks){.width = motif->width, .first = planting->first, .last = last, .max = planting->max};
    return TFL_OK;
}

tfl_status tfl_class_arranger(const tfl_design *design, const tfl_class *class, tfl_arranger **out, size_t *planting,
                              tfl_error *err)
{
    *out = NULL;
    *planting = SIZE_MAX;
    if (class->n_plantings == 0) {
        return TFL_OK;
    }
    tfl_blocks *blocks = tfl_calloc(class->n_plantings, sizeof *blocks);
    if (blocks == NULL) {
        return tfl_fail_memory(err, "placing instances");
    }
    tfl_status status = TFL_OK;
    for (size_t k = 0; status == TFL_OK && k < class->n_plantings; k++) {
        status = blocks_of(design, &class->planting[k], &blocks[k], err);
        *planting = status == TFL_OK ? SIZE_MAX : k;
    }
    bool fits = false;
    if (status == TFL_OK) {
        status = tfl_arranger_create(design->length, blocks, class->n_plantings, &fits, out, err);
    }
    if (status == TFL_OK && !fits) {
        status = tfl_fail(err, TFL_EINPUT,
                          "the instances do not fit without overlap into %zu letters when each motif is planted as "
                          "often as its max allows; "
                          "make max smaller or the sequences longer",
                          design->length);
    }
    free(blocks);
    return status;
}

tfl_status tfl_design_check(const tfl_design *design, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t c = 0; status == TFL_OK && c < design->n_classes; c++) {
        tfl_arranger *arranger = NULL;
        size_t planting = 0;
        status = tfl_class_arranger(design, &design->classes[c], &arranger, &planting, err);
        tfl_arranger_free(arranger);
        if (status != TFL_OK) {
            tfl_error_prefix(err, "design %s: class %s", design->name, design->classes[c].name);
        }
    }
    return status;
}

/* ---------------------------------------------------------------- writing */

/* "KEY = 0.3, 0.2" */
static tfl_status write_numbers(tfl_output *output, const char *key, const double *value, size_t n, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "%s =", key);
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        char text[TFL_NUMBER_SIZE];
        tfl_format_double(text, value[i]);
        status = tfl_output_printf(output, err, "%s%s", i == 0 ? " " : ", ", text);
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

/* "KEY = a, b": the tasks, or those that mask has (NULL: all). */
static tfl_status write_tasks(tfl_output *output, const char *key, const tfl_design *design, const uint8_t *mask,
                              tfl_error *err)
{
    const char *separator = "";
    tfl_status status = tfl_output_printf(output, err, "%s =", key);
    for (size_t t = 0; status == TFL_OK && t < design->n_tasks; t++) {
        if (mask == NULL || mask[t] != 0) {
            status = tfl_output_printf(output, err, "%s %s", separator, design->task[t]);
            separator = ",";
        }
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

static tfl_status write_planting(tfl_output *output, const tfl_planting *p, tfl_error *err)
{
    char mean[TFL_NUMBER_SIZE], reverse[TFL_NUMBER_SIZE];
    tfl_format_double(mean, p->mean);
    tfl_format_double(reverse, p->reverse);
    tfl_status status = tfl_output_printf(output, err, "plant = %s mean=%s min=%u max=%u reverse=%s", p->motif, mean,
                                          p->min, p->max, reverse);
    if (status == TFL_OK && (p->first > 0 || p->last > 0)) {
        status = tfl_output_printf(output, err, " within=%zu-", p->first);
        if (status == TFL_OK && p->last > 0) {
            status = tfl_output_printf(output, err, "%zu", p->last);
        }
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

static tfl_status write_class(tfl_output *output, const tfl_design *design, const tfl_class *class, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "\n[class %s]\n", class->name);
    if (status == TFL_OK) {
        status = write_numbers(output, "weight", &class->weight, 1, err);
    }
    if (status == TFL_OK) {
        status = write_tasks(output, "labels", design, class->label, err);
    }
    for (size_t k = 0; status == TFL_OK && k < class->n_plantings; k++) {
        status = write_planting(output, &class->planting[k], err);
    }
    return status;
}

/* Whether a value of an INI file can be text: " ;" begins a comment, blanks at the end are no part of it, and a line is all there is. */
static bool can_be_value(const char *text)
{
    size_t length = strlen(text);
    return tfl_row_can_hold(text) && strstr(text, " ;") == NULL && (length == 0 || text[length - 1] != ' ');
}

/* The motif file by its full path, as the design may be written into another folder. */
static tfl_status write_motif_file(tfl_output *output, const tfl_design *design, tfl_error *err)
{
    if (*design->motif_file == '\0') {
        return TFL_OK;
    }
    char *path = realpath(design->motif_file, NULL);
    if (path == NULL) {
        return tfl_fail_errno(err, errno, "%s: cannot find the file again", design->motif_file);
    }
    tfl_status status = can_be_value(path) ? tfl_output_printf(output, err, "motifs = %s\n", path)
                                           : tfl_fail(err, TFL_EUNSUPPORTED,
                                                      "%s: design.ini cannot hold this path: \" ;\" in it, a control character "
                                                      "or a blank at its end would be lost; rename the folder or the file",
                                                      path);
    free(path);
    return status;
}

tfl_status tfl_design_write(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err)
{
    tfl_status status =
        tfl_output_printf(output, err, "[design]\nname = %s\nsequences = %zu\nlength = %zu\nseed = %" PRIu64 "\n",
                          design->name, design->n, design->length, seed);
    const struct {
        const char *key;
        const double *value;
        size_t n;
    } numbers[] = {{"background", design->background, TFL_BASES},
                   {"pseudocount", &design->pseudocount, 1},
                   {"split", design->split, 3}};
    for (size_t i = 0; status == TFL_OK && i < sizeof numbers / sizeof *numbers; i++) {
        status = write_numbers(output, numbers[i].key, numbers[i].value, numbers[i].n, err);
    }
    if (status == TFL_OK) {
        status = write_tasks(output, "tasks", design, NULL, err);
    }
    if (status == TFL_OK) {
        status = write_motif_file(output, design, err);
    }
    for (size_t c = 0; status == TFL_OK && c < design->n_classes; c++) {
        status = write_class(output, design, &design->classes[c], err);
    }
    return status;
}
