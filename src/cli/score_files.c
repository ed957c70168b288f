/* What tfscore writes: tracks, deltas, references. */
#include "config.h"

#include "cli/score_files.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/row.h"

struct tfl_score_files {
    tfl_score_files_options options;
    size_t n_tracks;    /* one, or one per task */
    tfl_track **track;  /* [n_tracks] */
    char **description; /* [n_tracks] */
    tfl_output *deltas;
    tfl_output *references;
    tfl_delta_summary delta;
};

/* ---------------------------------------------------------------- names */

/* Length of the part of a path in front of its suffix ("scores" of "scores.bedgraph.gz"). */
static size_t stem_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    size_t end = folder + tfl_output_stem(path + folder);
    for (size_t i = end; i > folder + 1; i--) {
        if (path[i - 1] == '.') {
            return i - 1;
        }
    }
    return end;
}

char *tfl_score_task_path(const char *path, const char *task)
{
    size_t stem = stem_length(path), size = strlen(path) + strlen(task) + 2;
    char *result = tfl_calloc(size, 1);
    if (result == NULL) {
        return NULL;
    }
    (void)snprintf(result, size, "%.*s.%s", (int)stem, path, task);
    for (char *c = result + stem + 1; *c != '\0'; c++) {
        *c = isalnum((unsigned char)*c) || strchr("._-+", *c) != NULL ? *c : '_';
    }
    (void)snprintf(result + stem + 1 + strlen(task), strlen(path) - stem + 1, "%s", path + stem);
    return result;
}

/* "DESCRIPTION; task TASK" */
static char *describe(const char *description, const char *task)
{
    size_t size = strlen(description) + strlen(task) + 16;
    char *text = tfl_calloc(size, 1);
    if (text != NULL) {
        (void)snprintf(text, size, "%s; task %s", description, task);
    }
    return text;
}

/* ---------------------------------------------------------------- opening */

static tfl_status open_track(tfl_score_files *files, size_t i, const char *path, const char *task, tfl_error *err)
{
    tfl_track_options options = files->options.track;
    files->description[i] = describe(files->options.description, task);
    if (files->description[i] == NULL) {
        return tfl_fail_memory(err, "a track");
    }
    options.description = files->description[i];
    options.track_name = task;
    return tfl_track_open(path, files->options.format, &options, &files->track[i], err);
}

/* One file for everything where the format can, or there is one task; else one per task. */
static tfl_status open_tracks(tfl_score_files *files, tfl_error *err)
{
    const tfl_score_files_options *o = &files->options;
    bool one = o->n_tasks == 1 || o->format->all_tasks;
    files->n_tracks = one ? 1 : o->n_tasks;
    files->track = tfl_calloc(files->n_tracks, sizeof *files->track);
    files->description = tfl_calloc(files->n_tracks, sizeof *files->description);
    if (files->track == NULL || files->description == NULL) {
        return tfl_fail_memory(err, "tracks");
    }
    if (one) {
        return open_track(files, 0, o->path, o->n_tasks == 1 ? o->task[0] : "all", err);
    }
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < o->n_tasks; t++) {
        char *path = tfl_score_task_path(o->path, o->task[t]);
        status = path == NULL ? tfl_fail_memory(err, "a path") : open_track(files, t, path, o->task[t], err);
        free(path);
    }
    return status;
}

static tfl_status open_deltas(tfl_score_files *files, tfl_error *err)
{
    static const char header[] = "#name\ttask\toutput\treference_output\tdelta\tsum_of_contributions\tdifference\n";
    if (files->options.deltas == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_output_open(files->options.deltas, TFL_BY_NAME, &files->deltas, err);
    if (status == TFL_OK) {
        status = tfl_output_write(files->deltas, header, sizeof header - 1, err);
    }
    return status == TFL_OK && files->options.track.provenance
               ? tfl_output_printf(files->deltas, err, "# %s\n", files->options.description)
               : status;
}

tfl_status tfl_score_files_open(const tfl_score_files_options *options, tfl_score_files **out, tfl_error *err)
{
    *out = NULL;
    tfl_score_files *files = tfl_calloc(1, sizeof *files);
    if (files == NULL) {
        return tfl_fail_memory(err, "outputs");
    }
    files->options = *options;
    tfl_status status = open_tracks(files, err);
    if (status == TFL_OK) {
        status = open_deltas(files, err);
    }
    if (status == TFL_OK && options->references != NULL) {
        status = tfl_output_open(options->references, TFL_BY_NAME, &files->references, err);
    }
    if (status != TFL_OK) {
        tfl_score_files_discard(files);
        return status;
    }
    *out = files;
    return TFL_OK;
}

void tfl_score_files_discard(tfl_score_files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; files->track != NULL && i < files->n_tracks; i++) {
        tfl_track_discard(files->track[i]);
    }
    for (size_t i = 0; files->description != NULL && i < files->n_tracks; i++) {
        free(files->description[i]);
    }
    tfl_output_discard(files->deltas);
    tfl_output_discard(files->references);
    free(files->track);
    free(files->description);
    free(files);
}

/* ---------------------------------------------------------------- writing */

static tfl_status write_tracks(tfl_score_files *files, const tfl_scored *s, tfl_error *err)
{
    size_t size = s->sequence->length * TFL_BASES;
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < files->options.n_tasks; t++) {
        tfl_track_record record = {.name = s->sequence->name,
                                   .region = s->region,
                                   .letters = s->sequence->letters,
                                   .length = s->sequence->length,
                                   .task = files->options.task[t],
                                   .contribution = s->contribution + t * size,
                                   .hypothetical = s->hypothetical != NULL ? s->hypothetical + t * size : NULL};
        status = tfl_track_write(files->track[files->n_tracks == 1 ? 0 : t], &record, err);
    }
    return status;
}

static double sum_of(const float *contribution, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)contribution[i];
    }
    return sum;
}

static void note_difference(tfl_delta_summary *delta, const tfl_scored *s, const char *task, double difference)
{
    double size = fabs(difference);
    delta->n++;
    delta->mean += (size - delta->mean) / (double)delta->n;
    if (delta->n == 1 || size > delta->largest || isnan(size)) {
        delta->largest = size;
        (void)snprintf(delta->name, sizeof delta->name, "%s", s->sequence->name);
        (void)snprintf(delta->task, sizeof delta->task, "%s", task);
    }
}

static tfl_status write_delta_row(tfl_output *output, const char *name, const char *task, const double *value, size_t n,
                                  tfl_error *err)
{
    tfl_status status = tfl_row_check(name, err);
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "%s\t%s", name, task);
    }
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        char text[TFL_NUMBER_SIZE];
        tfl_format_double(text, value[i]);
        status = tfl_output_printf(output, err, "\t%s", text);
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

static tfl_status write_deltas(tfl_score_files *files, const tfl_scored *s, tfl_error *err)
{
    size_t size = s->sequence->length * TFL_BASES;
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < files->options.n_tasks; t++) {
        double delta = s->output[t] - s->reference_output[t];
        double sum = sum_of(s->contribution + t * size, size);
        double value[] = {s->output[t], s->reference_output[t], delta, sum, sum - delta};
        note_difference(&files->delta, s, files->options.task[t], sum - delta);
        if (files->deltas != NULL) {
            status = write_delta_row(files->deltas, s->sequence->name, files->options.task[t], value,
                                     sizeof value / sizeof *value, err);
        }
    }
    return status;
}

static tfl_status write_references(tfl_score_files *files, const tfl_scored *s, tfl_error *err)
{
    size_t length = s->sequence->length;
    tfl_status status = TFL_OK;
    for (size_t j = 0; status == TFL_OK && j < s->n_references; j++) {
        status = tfl_output_printf(files->references, err, ">%s|%s|%zu\n", s->sequence->name,
                                   files->options.reference_kind, j);
        if (status == TFL_OK) {
            status = tfl_output_write(files->references, s->reference_letters + j * length, length, err);
        }
        if (status == TFL_OK) {
            status = tfl_output_write(files->references, "\n", 1, err);
        }
    }
    return status;
}

tfl_status tfl_score_files_write(tfl_score_files *files, const tfl_scored *scored, tfl_error *err)
{
    tfl_status status = write_tracks(files, scored, err);
    if (status == TFL_OK) {
        status = write_deltas(files, scored, err);
    }
    return status == TFL_OK && files->references != NULL ? write_references(files, scored, err) : status;
}

/* ---------------------------------------------------------------- ending */

static void add_summary(tfl_track_summary *all, const tfl_track_summary *one)
{
    bool first = all->records == 0;
    all->min = first || one->min < all->min ? one->min : all->min;
    all->max = first || one->max > all->max ? one->max : all->max;
    all->sum += one->sum;
    all->records += one->records;
    all->bases += one->bases;
    all->overlapping += one->overlapping;
    all->missing += one->missing;
}

static tfl_status commit_output(tfl_output **output, tfl_status status, tfl_error *err)
{
    if (*output != NULL && status == TFL_OK) {
        status = tfl_output_commit(*output, err);
        *output = NULL;
    }
    return status;
}

/* All that can go wrong with a full disk goes wrong here, before the first file has its name. */
static tfl_status finish_all(tfl_score_files *files, tfl_error *err)
{
    tfl_status status = files->references != NULL ? tfl_output_finish(files->references, err) : TFL_OK;
    if (status == TFL_OK && files->deltas != NULL) {
        status = tfl_output_finish(files->deltas, err);
    }
    for (size_t i = 0; status == TFL_OK && i < files->n_tracks; i++) {
        status = tfl_track_finish(files->track[i], err);
    }
    return status;
}

tfl_status tfl_score_files_commit(tfl_score_files *files, tfl_track_summary *track, tfl_delta_summary *delta,
                                  tfl_error *err)
{
    tfl_status status = finish_all(files, err);
    status = commit_output(&files->references, status, err);
    status = commit_output(&files->deltas, status, err);
    *track = (tfl_track_summary){0};
    for (size_t i = 0; status == TFL_OK && i < files->n_tracks; i++) {
        tfl_track_summary one = {0};
        status = tfl_track_commit(files->track[i], &one, err);
        files->track[i] = NULL;
        if (status == TFL_OK) {
            add_summary(track, &one);
        }
    }
    *delta = files->delta;
    tfl_score_files_discard(files);
    return status;
}
