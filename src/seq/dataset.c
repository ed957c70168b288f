/* Labelled sequences. */
#include "config.h"

#include "tflift/dataset.h"

#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/rng.h"
#include "tflift/row.h"
#include "tflift/table.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const tfl_split_name[TFL_SPLITS] = {"train", "valid", "test"};

void tfl_dataset_free(tfl_dataset *dataset)
{
    if (dataset == NULL) {
        return;
    }
    for (size_t i = 0; i < dataset->n; i++) {
        tfl_sequence_clear(&dataset->sequence[i]);
    }
    for (size_t t = 0; t < dataset->n_tasks; t++) {
        free(dataset->task[t]);
    }
    free(dataset->sequence);
    free(dataset->task);
    free(dataset->split);
    free(dataset->label);
    free(dataset);
}

/* ---------------------------------------------------------------- the sequences */

/* What is being read. */
typedef struct reading {
    tfl_dataset *dataset;
    size_t capacity; /* of its sequences */
    tfl_table *name; /* of its sequences */
    const char *fasta;

    tfl_lines *lines; /* the label table */
    size_t n_columns;
    size_t name_column;
    size_t split_column; /* n_columns: none */
    size_t *task_column; /* [n_tasks] */
    char **field;        /* [n_columns + 1] of the current line */
    bool *labelled;      /* [n] */
} reading;

static tfl_status add_sequence(reading *r, const tfl_sequence *sequence, tfl_error *err)
{
    tfl_dataset *dataset = r->dataset;
    if (dataset->n > 0 && sequence->length != dataset->length) {
        return tfl_fail(err, TFL_EINPUT, "%s: record %s has %zu letters, and %zu are needed, as in the first record",
                        r->fasta, sequence->name, sequence->length, dataset->length);
    }
    dataset->length = sequence->length;
    tfl_status status = TFL_GROW(dataset->sequence, &r->capacity, dataset->n + 1, "the sequences", err);
    if (status == TFL_OK) {
        status = tfl_table_add(r->name, sequence->name, NULL, NULL, err);
    }
    if (status == TFL_OK) {
        tfl_sequence *kept = &dataset->sequence[dataset->n++];
        memset(kept, 0, sizeof *kept);
        status = tfl_sequence_copy(kept, sequence, err);
    }
    return status;
}

static tfl_status read_sequences(reading *r, tfl_error *err)
{
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found = 0;
    tfl_status status = tfl_fasta_open(r->fasta, TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &fasta, err);
    if (status != TFL_OK) {
        return status;
    }
    do {
        status = tfl_fasta_next(fasta, &sequence, &found, err);
        if (status == TFL_OK && found) {
            status = add_sequence(r, &sequence, err);
        }
    } while (status == TFL_OK && found);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return status;
}

/* ---------------------------------------------------------------- the header of the label table */

static size_t count_tabs(const char *line)
{
    size_t n = 0;
    for (; *line != '\0'; line++) {
        n += *line == '\t';
    }
    return n;
}

/* Blank lines are passed over; *line is NULL at the end. */
static tfl_status next_line(reading *r, char **line, tfl_error *err)
{
    size_t length;
    tfl_status status;
    do {
        status = tfl_lines_next(r->lines, line, &length, err);
    } while (status == TFL_OK && *line != NULL && length == 0);
    return status;
}

static tfl_status reserve_columns(reading *r, tfl_error *err)
{
    r->field = tfl_calloc(r->n_columns + 1, sizeof *r->field);
    r->task_column = tfl_calloc(r->n_columns, sizeof *r->task_column);
    r->dataset->task = tfl_calloc(r->n_columns, sizeof *r->dataset->task);
    return r->field == NULL || r->task_column == NULL || r->dataset->task == NULL ? tfl_fail_memory(err, "the labels")
                                                                                  : TFL_OK;
}

static tfl_status add_task(reading *r, size_t column, tfl_error *err)
{
    tfl_dataset *dataset = r->dataset;
    const char *field = r->field[column];
    if (*field == '\0') {
        return tfl_lines_fail(r->lines, err, "column %zu has no name", column + 1);
    }
    if (!tfl_row_can_hold(field) || strchr(field, ',') != NULL) {
        return tfl_lines_fail(r->lines, err,
                              "task \"%s\": a name without commas, which separate tasks in a model, and without "
                              "control characters is needed",
                              field);
    }
    char *name = tfl_strdup(field);
    if (name == NULL) {
        return tfl_fail_memory(err, "the labels");
    }
    r->task_column[dataset->n_tasks] = column;
    dataset->task[dataset->n_tasks++] = name;
    return TFL_OK;
}

static tfl_status check_unique(const reading *r, tfl_error *err)
{
    tfl_table *names;
    tfl_status status = tfl_table_create(&names, err);
    for (size_t column = 0; column < r->n_columns && status == TFL_OK; column++) {
        bool added = true;
        status = tfl_table_add(names, r->field[column], NULL, &added, err);
        if (status == TFL_OK && !added) {
            status = tfl_lines_fail(r->lines, err, "two columns are named %s, and names must differ", r->field[column]);
        }
    }
    tfl_table_free(names);
    return status;
}

/* Finds name, class and split; every other column is a task. */
static tfl_status assign_columns(reading *r, tfl_error *err)
{
    r->name_column = r->n_columns;
    r->split_column = r->n_columns;
    tfl_status status = check_unique(r, err);
    for (size_t column = 0; column < r->n_columns && status == TFL_OK; column++) {
        if (strcmp(r->field[column], "name") == 0) {
            r->name_column = column;
        } else if (strcmp(r->field[column], "split") == 0) {
            r->split_column = column;
        } else if (strcmp(r->field[column], "class") != 0) {
            status = add_task(r, column, err);
        }
    }
    if (status == TFL_OK && (r->name_column == r->n_columns || r->dataset->n_tasks == 0)) {
        return tfl_lines_fail(
            r->lines, err,
            "the header needs the column name and at least one task: "
            "#name, then class and split where there are any, then the tasks, with tabs between them");
    }
    return status;
}

static tfl_status read_header(reading *r, tfl_error *err)
{
    char *line;
    tfl_status status = next_line(r, &line, err);
    if (status != TFL_OK) {
        return status;
    }
    if (line == NULL) {
        return tfl_fail(err, TFL_EINPUT, "%s: empty, and a header #name class split TASK… is needed",
                        tfl_lines_name(r->lines));
    }
    line += *line == '#';
    r->n_columns = count_tabs(line) + 1;
    status = reserve_columns(r, err);
    if (status == TFL_OK) {
        (void)tfl_lines_split(line, '\t', r->field, r->n_columns);
        status = assign_columns(r, err);
    }
    return status;
}

/* ---------------------------------------------------------------- its rows */

static tfl_status find_row(reading *r, size_t *i, tfl_error *err)
{
    const char *name = r->field[r->name_column];
    if (!tfl_table_find(r->name, name, i)) {
        return tfl_lines_fail(r->lines, err, "%s: no sequence of this name in %s", name, r->fasta);
    }
    if (r->labelled[*i]) {
        return tfl_lines_fail(r->lines, err, "%s: a row of this name came before, and each sequence has one", name);
    }
    r->labelled[*i] = true;
    return TFL_OK;
}

/* By the name alone: whoever reads the data set, with whatever seed, has to call the same sequences test. */
static uint8_t draw_split(const char *name)
{
    tfl_rng rng;
    tfl_rng_init(&rng, 1, name, 0);
    double u = tfl_rng_uniform(&rng);
    return (uint8_t)(u < 0.8 ? TFL_TRAIN : u < 0.9 ? TFL_VALID : TFL_TEST);
}

static tfl_status read_split(const reading *r, size_t i, tfl_error *err)
{
    if (r->split_column == r->n_columns) {
        r->dataset->split[i] = draw_split(r->dataset->sequence[i].name);
        return TFL_OK;
    }
    const char *text = r->field[r->split_column];
    for (unsigned split = 0; split < TFL_SPLITS; split++) {
        if (strcmp(text, tfl_split_name[split]) == 0) {
            r->dataset->split[i] = (uint8_t)split;
            return TFL_OK;
        }
    }
    return tfl_lines_fail(r->lines, err, "%s: split '%s': train, valid or test is needed", r->field[r->name_column],
                          text);
}

static tfl_status read_label(const reading *r, size_t i, size_t task, tfl_error *err)
{
    const char *text = r->field[r->task_column[task]];
    float *label = &r->dataset->label[i * r->dataset->n_tasks + task];
    if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0) {
        *label = (float)(*text - '0');
        return TFL_OK;
    }
    if (strcmp(text, "NA") == 0) {
        *label = NAN;
        return TFL_OK;
    }
    return tfl_lines_fail(r->lines, err, "%s: label '%s' of task %s: 0, 1 or NA is needed", r->field[r->name_column],
                          text, r->dataset->task[task]);
}

static tfl_status read_row(reading *r, char *line, tfl_error *err)
{
    size_t i = 0;
    size_t n = count_tabs(line) + 1;
    if (n != r->n_columns) {
        return tfl_lines_fail(r->lines, err, "%zu columns, and the header has %zu", n, r->n_columns);
    }
    (void)tfl_lines_split(line, '\t', r->field, r->n_columns);
    tfl_status status = find_row(r, &i, err);
    if (status == TFL_OK) {
        status = read_split(r, i, err);
    }
    for (size_t task = 0; task < r->dataset->n_tasks && status == TFL_OK; task++) {
        status = read_label(r, i, task, err);
    }
    return status;
}

static tfl_status check_labelled(const reading *r, tfl_error *err)
{
    for (size_t i = 0; i < r->dataset->n; i++) {
        if (!r->labelled[i]) {
            return tfl_fail(err, TFL_EINPUT, "%s: no row for sequence %s of %s, and each sequence has one",
                            tfl_lines_name(r->lines), r->dataset->sequence[i].name, r->fasta);
        }
    }
    return TFL_OK;
}

static tfl_status read_labels(reading *r, tfl_error *err)
{
    tfl_dataset *dataset = r->dataset;
    tfl_status status = read_header(r, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t n_labels;
    if (!tfl_size_mul(dataset->n, dataset->n_tasks, &n_labels)) {
        return tfl_fail_memory(err, "the labels");
    }
    dataset->label = tfl_calloc(n_labels, sizeof *dataset->label);
    dataset->split = tfl_calloc(dataset->n, sizeof *dataset->split);
    r->labelled = tfl_calloc(dataset->n, sizeof *r->labelled);
    if (dataset->label == NULL || dataset->split == NULL || r->labelled == NULL) {
        return tfl_fail_memory(err, "the labels");
    }
    for (;;) {
        char *line;
        status = next_line(r, &line, err);
        if (status != TFL_OK || line == NULL) {
            break;
        }
        status = read_row(r, line, err);
        if (status != TFL_OK) {
            break;
        }
    }
    return status == TFL_OK ? check_labelled(r, err) : status;
}

/* ---------------------------------------------------------------- both */

static tfl_status read_both(reading *r, const char *labels, tfl_error *err)
{
    tfl_status status = tfl_table_create(&r->name, err);
    if (status == TFL_OK) {
        status = read_sequences(r, err);
    }
    if (status == TFL_OK) {
        status = tfl_lines_open(labels, &r->lines, err);
    }
    return status == TFL_OK ? read_labels(r, err) : status;
}

tfl_status tfl_dataset_read_files(const char *fasta, const char *labels, tfl_dataset **out, tfl_error *err)
{
    *out = NULL;
    reading r = {.fasta = fasta};
    r.dataset = tfl_calloc(1, sizeof *r.dataset);
    tfl_status status = r.dataset == NULL ? tfl_fail_memory(err, "a data set") : read_both(&r, labels, err);
    free(r.labelled);
    free(r.field);
    free(r.task_column);
    tfl_lines_close(r.lines);
    tfl_table_free(r.name);
    if (status != TFL_OK) {
        tfl_dataset_free(r.dataset);
        return status;
    }
    *out = r.dataset;
    return TFL_OK;
}

/* The caller frees; NULL when out of memory. */
static char *join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = tfl_realloc(NULL, size, 1);
    if (path != NULL) {
        size_t length = strlen(directory);
        bool slash = length > 0 && directory[length - 1] == '/';
        (void)snprintf(path, size, "%s%s%s", directory, slash ? "" : "/", name);
    }
    return path;
}

tfl_status tfl_dataset_read(const char *directory, tfl_dataset **out, tfl_error *err)
{
    *out = NULL;
    char *fasta = join(directory, "sequences.fa");
    char *labels = join(directory, "labels.tsv");
    tfl_status status = fasta == NULL || labels == NULL ? tfl_fail_memory(err, "a data set")
                                                        : tfl_dataset_read_files(fasta, labels, out, err);
    free(fasta);
    free(labels);
    return status;
}
