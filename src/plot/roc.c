/* ROC curves from predictions and labels. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/chart_internal.h"
#include "tflift/memory.h"
#include "tflift/number.h"

/* An example of a task: what was predicted, and what it is. */
typedef struct example {
    double score;
    bool positive;
} example;

typedef struct roc {
    const tfl_frame *predictions, *labels;
    const char *split;
    size_t name, label_name, split_column;
    tfl_table *rows;   /* of the labels, by name … */
    tfl_table *predicted; /* … and of the predictions */
    example *examples; /* [predictions' rows] */
} roc;

static const char *const prefixes[] = {"logit_", "probability_"};

/* The task whose logits (or, without those, probabilities) a column holds; NULL: none. */
static const char *task_of(const tfl_frame *predictions, size_t column)
{
    const char *name = predictions->column[column];
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], length) == 0) {
            char logit[256];
            size_t found = 0;
            (void)snprintf(logit, sizeof logit, "%s%s", prefixes[0], name + length);
            bool better = i > 0 && tfl_frame_find(predictions, logit, &found, NULL) == TFL_OK;
            return better ? NULL : name + length;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- examples */

static tfl_status index_rows(const tfl_frame *frame, size_t column, tfl_table **rows, tfl_error *err)
{
    tfl_status status = tfl_table_create(rows, err);
    for (size_t row = 0; status == TFL_OK && row < frame->n_rows; row++) {
        bool added = true;
        const char *name = tfl_frame_text(frame, row, column);
        status = tfl_table_add(*rows, name, NULL, &added, err);
        if (status == TFL_OK && !added) {
            status = tfl_fail(err, TFL_EINPUT, "%s:%lld: %s: a row of this name came before, and each sequence has one",
                              frame->name, (long long)frame->line[row], name);
        }
    }
    return status;
}

static bool in_split(const roc *r, size_t row)
{
    return r->split == NULL || strcmp(tfl_frame_text(r->labels, row, r->split_column), r->split) == 0;
}

/* Labels without a prediction. */
static size_t count_missing(const roc *r)
{
    size_t n = 0, found = 0;
    for (size_t row = 0; row < r->labels->n_rows; row++) {
        n += in_split(r, row) && !tfl_table_find(r->predicted, tfl_frame_text(r->labels, row, r->label_name), &found);
    }
    return n;
}

/* Those of a task that have a label and belong to the split. */
static tfl_status gather(roc *r, size_t score_column, size_t label_column, size_t *n, tfl_error *err)
{
    *n = 0;
    for (size_t i = 0; i < r->predictions->n_rows; i++) {
        size_t row = 0;
        double label = NAN, score = NAN;
        const char *name = tfl_frame_text(r->predictions, i, r->name);
        if (!tfl_table_find(r->rows, name, &row)) {
            return tfl_fail(err, TFL_EINPUT, "%s:%lld: %s: no row of this name in %s", r->predictions->name,
                            (long long)r->predictions->line[i], name, r->labels->name);
        }
        if (!in_split(r, row)) {
            continue;
        }
        tfl_status status = tfl_frame_number(r->labels, row, label_column, &label, err);
        if (status == TFL_OK) {
            status = tfl_frame_number(r->predictions, i, score_column, &score, err);
        }
        if (status != TFL_OK) {
            return status;
        }
        if (!isnan(label) && label != 0 && label != 1) {
            return tfl_fail(err, TFL_EINPUT, "%s:%lld: column %s has %s; a label is 0, 1 or NA", r->labels->name,
                            (long long)r->labels->line[row], r->labels->column[label_column],
                            tfl_frame_text(r->labels, row, label_column));
        }
        if (!isnan(label) && !isnan(score)) {
            r->examples[(*n)++] = (example){score, label == 1};
        }
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- curves */

static int by_score(const void *a, const void *b)
{
    const example *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

/* From (0,0) to (1,1), a point for each different score but those in the middle of a straight stretch; the area under
 * it, by trapezoids, counts ties one half. */
static tfl_status trace(roc *r, size_t n, unsigned series, tfl_chart_data *data, double *area, tfl_error *err)
{
    size_t positives = 0, up = 0, along = 0;
    tfl_mark last = {0, 0, 0, series, 0};
    *area = 0;
    for (size_t i = 0; i < n; i++) {
        positives += r->examples[i].positive;
    }
    if (n > 0) {
        qsort(r->examples, n, sizeof *r->examples, by_score);
    }
    tfl_status status = tfl_chart_data_add(data, last, err);
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        up += r->examples[i].positive;
        along += !r->examples[i].positive;
        bool tied = i + 1 < n && r->examples[i + 1].score == r->examples[i].score;
        if (!tied) {
            tfl_mark mark = {(double)along / (double)(n - positives), (double)up / (double)positives, 0, series, 0};
            *area += (mark.x - last.x) * (mark.y + last.y) / 2;
            tfl_mark *end = &data->mark[data->n_marks - 1];
            size_t before = data->n_marks > 1 && data->mark[data->n_marks - 2].series == series ? 1 : 0;
            bool straight =
                before && ((end[-1].x == end->x && end->x == mark.x) || (end[-1].y == end->y && end->y == mark.y));
            if (straight) {
                *end = mark;
            } else {
                status = tfl_chart_data_add(data, mark, err);
            }
            last = mark;
        }
    }
    return status;
}

static tfl_status add_task(roc *r, size_t column, const char *task, tfl_chart_data *data, tfl_error *err)
{
    size_t label_column = 0, n = 0, positives = 0;
    double area = 0;
    char name[256];
    tfl_status status = tfl_frame_find(r->labels, task, &label_column, err);
    if (status == TFL_OK) {
        status = gather(r, column, label_column, &n, err);
    }
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        positives += r->examples[i].positive;
    }
    if (status == TFL_OK && (positives == 0 || positives == n)) {
        return tfl_fail(err, TFL_EINPUT, "%s: task %s has %zu positives among %zu labels%s%s; a curve needs both kinds",
                        r->labels->name, task, positives, n, r->split != NULL ? " of split " : "",
                        r->split != NULL ? r->split : "");
    }
    if (status == TFL_OK) {
        status = trace(r, n, (unsigned)data->group.n, data, &area, err);
    }
    if (status == TFL_OK) {
        char text[TFL_NUMBER_SIZE];
        (void)tfl_format_fixed(text, 3, area);
        (void)snprintf(name, sizeof name, "%.200s (auROC %s)", task, text);
        status = tfl_levels_add(&data->series, name, err);
    }
    return status == TFL_OK ? tfl_levels_add(&data->group, task, err) : status;
}

static tfl_status add_tasks(roc *r, tfl_chart_data *data, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t column = 0; status == TFL_OK && column < r->predictions->n_columns; column++) {
        const char *task = task_of(r->predictions, column);
        if (task != NULL) {
            status = add_task(r, column, task, data, err);
        }
    }
    if (status == TFL_OK && data->series.n == 0) {
        return tfl_fail(err, TFL_EUSAGE,
                        "%s: no column begins with logit_ or probability_, as those of tfmodel predict do",
                        r->predictions->name);
    }
    return status;
}

/* ---------------------------------------------------------------- the figure */

static tfl_status read_curves(roc *r, tfl_chart_data *data, tfl_error *err)
{
    tfl_status status = tfl_frame_find(r->predictions, "name", &r->name, err);
    if (status == TFL_OK) {
        status = tfl_frame_find(r->labels, "name", &r->label_name, err);
    }
    if (status == TFL_OK && r->split != NULL) {
        status = tfl_frame_find(r->labels, "split", &r->split_column, err);
    }
    if (status == TFL_OK) {
        r->examples = tfl_calloc(r->predictions->n_rows, sizeof *r->examples);
        status = r->examples == NULL ? tfl_fail_memory(err, "predictions")
                                     : index_rows(r->labels, r->label_name, &r->rows, err);
    }
    if (status == TFL_OK) {
        status = index_rows(r->predictions, r->name, &r->predicted, err);
    }
    if (status == TFL_OK) {
        status = tfl_levels_add(&data->column, "", err);
    }
    return status == TFL_OK ? add_tasks(r, data, err) : status;
}

tfl_status tfl_roc_draw(const tfl_frame *predictions, const tfl_frame *labels, const char *split, const tfl_page *page,
                        tfl_chart_summary *summary, tfl_error *err)
{
    roc r = {.predictions = predictions, .labels = labels, .split = split};
    tfl_chart_data data = {.diagonal = true, .x_line = NAN, .y_line = NAN};
    (void)snprintf(data.x_label, sizeof data.x_label, "false positive rate");
    (void)snprintf(data.y_label, sizeof data.y_label, "true positive rate");
    tfl_status status = read_curves(&r, &data, err);
    if (status == TFL_OK) {
        status = tfl_chart_page_draw(tfl_chart_kind_find("lines"), &data, page, err);
    }
    if (status == TFL_OK && summary != NULL) {
        *summary = (tfl_chart_summary){data.n_marks, count_missing(&r), 1};
    }
    tfl_chart_data_clear(&data);
    tfl_table_free(r.rows);
    tfl_table_free(r.predicted);
    free(r.examples);
    return status;
}
