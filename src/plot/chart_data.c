/* From the columns of a table to marks in panels. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/lines.h"
#include "tflift/memory.h"

enum { MAX_PANELS = 64, MAX_CATEGORIES = 32, MAX_Y = 16 };

void tfl_chart_data_clear(tfl_chart_data *data)
{
    tfl_levels_clear(&data->group);
    tfl_levels_clear(&data->series);
    tfl_levels_clear(&data->column);
    tfl_levels_clear(&data->row);
    tfl_levels_clear(&data->category);
    free(data->mark);
    memset(data, 0, sizeof *data);
}

tfl_status tfl_chart_data_add(tfl_chart_data *data, tfl_mark mark, tfl_error *err)
{
    tfl_status status = TFL_GROW(data->mark, &data->capacity, data->n_marks + 1, "points", err);
    if (status == TFL_OK) {
        data->mark[data->n_marks++] = mark;
    }
    return status;
}

/* ---------------------------------------------------------------- columns */

enum { NONE = -1 };

/* Columns by their index, NONE where they are not wanted. */
typedef struct columns {
    long x, group, panel, panel_row, error;
    size_t y[MAX_Y];
    size_t n_y;
} columns;

static tfl_status find_column(const tfl_frame *frame, const char *name, long *column, tfl_error *err)
{
    size_t found = 0;
    *column = NONE;
    if (name == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_frame_find(frame, name, &found, err);
    *column = (long)found;
    return status;
}

/* Names separated by commas; a single one may hold a comma itself. */
static tfl_status find_y(const tfl_frame *frame, const char *names, bool many, columns *c, tfl_error *err)
{
    if (!many || strchr(names, ',') == NULL) {
        c->n_y = 1;
        return tfl_frame_find(frame, names, &c->y[0], err);
    }
    char *copy = tfl_strdup(names);
    tfl_status status = copy == NULL ? tfl_fail_memory(err, "columns") : TFL_OK;
    char *field[MAX_Y + 1];
    size_t n = copy == NULL ? 0 : tfl_lines_split(copy, ',', field, MAX_Y + 1);
    if (n > MAX_Y) {
        status = tfl_fail(err, TFL_EUSAGE, "%s: %d columns at most can be drawn together", names, MAX_Y);
    }
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        status = tfl_frame_find(frame, field[i], &c->y[i], err);
    }
    c->n_y = n;
    free(copy);
    return status;
}

static tfl_status find_columns(const tfl_chart_kind *kind, const tfl_frame *frame, const tfl_chart *chart, columns *c,
                               tfl_error *err)
{
    const struct {
        const char *name;
        long *column;
    } wanted[] = {{chart->x, &c->x},
                  {chart->group, &c->group},
                  {chart->panel, &c->panel},
                  {chart->panel_row, &c->panel_row},
                  {chart->error, &c->error}};
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < sizeof wanted / sizeof *wanted; i++) {
        status = find_column(frame, wanted[i].name, wanted[i].column, err);
    }
    return status == TFL_OK ? find_y(frame, chart->y, kind->many_y, c, err) : status;
}

/* ---------------------------------------------------------------- words */

/* What the axes of known columns say: units, mostly. A name that ends in '*' begins so, one that begins with it holds
 * the rest. */
static const struct known_label {
    const char *column, *label;
} known_labels[] = {
    {"log_odds", "log-odds of the match (natural log)"},
    {"importance_sum", "total importance (logit)"},
    {"importance_mean", "mean importance per base (logit)"},
    {"importance_abs", "sum of absolute contributions (logit)"},
    {"importance_cosine", "cosine of contributions and motif"},
    {"importance_percentile", "percentile of importance (%)"},
    {"pvalue", "p-value"},
    {"qvalue", "q-value"},
    {"*loss", "loss (cross-entropy, nats)"},
    {"*auroc", "auROC"},
    {"*auprc", "auPRC"},
};

static const char *known_label(const char *column)
{
    for (size_t i = 0; i < sizeof known_labels / sizeof *known_labels; i++) {
        const char *name = known_labels[i].column;
        if (*name == '*' ? strstr(column, name + 1) != NULL : strcmp(column, name) == 0) {
            return known_labels[i].label;
        }
    }
    return NULL;
}

/* A column's name with blanks. */
static void spell(const char *column, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", column);
    for (; *text != '\0'; text++) {
        *text = (char)(*text == '_' ? ' ' : *text);
    }
}

static void name_axis(const char *wanted, const tfl_frame *frame, const size_t *column, size_t n, char text[256])
{
    const char *known = known_label(frame->column[column[0]]);
    for (size_t i = 1; i < n && known != NULL; i++) {
        const char *other = known_label(frame->column[column[i]]);
        known = other != NULL && strcmp(known, other) == 0 ? known : NULL;
    }
    if (wanted != NULL || known != NULL) {
        (void)snprintf(text, 256, "%s", wanted != NULL ? wanted : known);
        return;
    }
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used + 4 < 256; i++) {
        used += (size_t)snprintf(text + used, 256 - used, "%s", i > 0 ? ", " : "");
        spell(frame->column[column[i]], text + used, 256 - used);
        used += strlen(text + used);
    }
}

/* ---------------------------------------------------------------- series and panels */

/* One level, "", where there is no such column. */
static tfl_status read_levels(const tfl_frame *frame, long column, size_t most, const char *what, tfl_levels *levels,
                              tfl_error *err)
{
    return column != NONE ? tfl_levels_read(frame, (size_t)column, most, what, levels, err)
                          : tfl_levels_add(levels, "", err);
}

/* The series of y column k and group g is number k * groups + g. */
static tfl_status name_series(const tfl_frame *frame, const columns *c, tfl_chart_data *data, tfl_error *err)
{
    tfl_levels *groups = &data->group;
    tfl_status status = read_levels(frame, c->group, TFL_MAX_SERIES / c->n_y, "colour", groups, err);
    for (size_t k = 0; status == TFL_OK && k < c->n_y; k++) {
        char column[128], name[512];
        spell(frame->column[c->y[k]], column, sizeof column);
        for (size_t g = 0; status == TFL_OK && g < groups->n; g++) {
            bool both = c->n_y > 1 && *groups->name[g] != '\0';
            (void)snprintf(name, sizeof name, "%s%s%.250s", c->n_y > 1 ? column : "", both ? ", " : "",
                           groups->name[g]);
            status = tfl_levels_add(&data->series, name, err);
            if (status == TFL_OK && data->series.n != k * groups->n + g + 1) {
                status = tfl_fail(err, TFL_EUSAGE, "%s: two lines would be called %s, and names must differ",
                                  frame->name, name);
            }
        }
    }
    return status;
}

static tfl_status name_panels(const tfl_frame *frame, const columns *c, tfl_chart_data *data, tfl_error *err)
{
    tfl_status status = read_levels(frame, c->panel, MAX_PANELS, "panel", &data->column, err);
    if (status == TFL_OK && c->panel_row != NONE) {
        status = tfl_levels_read(frame, (size_t)c->panel_row, MAX_PANELS, "row of panels", &data->row, err);
    }
    if (status == TFL_OK && data->column.n * (data->row.n > 0 ? data->row.n : 1) > MAX_PANELS) {
        status = tfl_fail(err, TFL_EUSAGE, "%s: %zu times %zu panels, and %d fit on a page", frame->name,
                          data->column.n, data->row.n, MAX_PANELS);
    }
    return status;
}

/* ---------------------------------------------------------------- rows */

static tfl_status read_x(const tfl_frame *frame, size_t row, const columns *c, const tfl_chart_data *data, double *x,
                         tfl_error *err)
{
    if (data->category.n > 0) {
        *x = (double)tfl_levels_find(&data->category, tfl_frame_text(frame, row, (size_t)c->x));
        return TFL_OK;
    }
    return tfl_frame_number(frame, row, (size_t)c->x, x, err);
}

static bool can_be_drawn(const tfl_chart_data *data, double x, double y)
{
    return isfinite(x) && isfinite(y) && (!data->log_x || x > 0) && (!data->log_y || y > 0);
}

/* Which of the levels a row has. */
static size_t level_of(const tfl_frame *frame, size_t row, long column, const tfl_levels *levels)
{
    return column != NONE ? tfl_levels_find(levels, tfl_frame_text(frame, row, (size_t)column)) : 0;
}

/* x, error and panel: what the marks of a row share. */
static tfl_status read_shared(const tfl_frame *frame, size_t row, const columns *c, const tfl_chart_data *data,
                              tfl_mark *mark, tfl_error *err)
{
    tfl_status status = read_x(frame, row, c, data, &mark->x, err);
    if (status == TFL_OK && c->error != NONE) {
        status = tfl_frame_number(frame, row, (size_t)c->error, &mark->error, err);
        mark->error = isfinite(mark->error) ? fabs(mark->error) : 0;
    }
    mark->panel = (unsigned)(level_of(frame, row, c->panel, &data->column) +
                             data->column.n * level_of(frame, row, c->panel_row, &data->row));
    return status;
}

static tfl_status read_row(const tfl_frame *frame, size_t row, const columns *c, tfl_chart_data *data, tfl_error *err)
{
    tfl_mark mark = {0};
    bool drawn = false;
    size_t group = level_of(frame, row, c->group, &data->group);
    tfl_status status = read_shared(frame, row, c, data, &mark, err);
    for (size_t k = 0; status == TFL_OK && k < c->n_y; k++) {
        status = tfl_frame_number(frame, row, c->y[k], &mark.y, err);
        if (status == TFL_OK && can_be_drawn(data, mark.x, mark.y)) {
            mark.series = (unsigned)(k * data->group.n + group);
            status = tfl_chart_data_add(data, mark, err);
            drawn = true;
        }
    }
    data->missing += !drawn;
    return status;
}

static tfl_status read_rows(const tfl_frame *frame, const columns *c, tfl_chart_data *data, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t row = 0; status == TFL_OK && row < frame->n_rows; row++) {
        status = read_row(frame, row, c, data, err);
    }
    if (status == TFL_OK && data->n_marks == 0) {
        return tfl_fail(err, TFL_EINPUT, "%s: none of its %zu rows has numbers to draw in %s and %s", frame->name,
                        frame->n_rows, frame->column[c->x], frame->column[c->y[0]]);
    }
    return status;
}

tfl_status tfl_chart_data_read(const tfl_chart_kind *kind, const tfl_frame *frame, const tfl_chart *chart,
                               tfl_chart_data *data, tfl_error *err)
{
    columns c = {0};
    data->log_x = chart->log_x;
    data->log_y = chart->log_y;
    data->free_y = chart->free_y;
    data->x_line = chart->x_line;
    data->y_line = chart->y_line;
    tfl_status status = find_columns(kind, frame, chart, &c, err);
    if (status == TFL_OK) {
        size_t x = (size_t)c.x;
        name_axis(chart->x_label, frame, &x, 1, data->x_label);
        name_axis(chart->y_label, frame, c.y, c.n_y, data->y_label);
        status = name_series(frame, &c, data, err);
    }
    if (status == TFL_OK) {
        status = name_panels(frame, &c, data, err);
    }
    if (status == TFL_OK && kind->categories) {
        status = tfl_levels_read(frame, (size_t)c.x, MAX_CATEGORIES, "place", &data->category, err);
    }
    return status == TFL_OK ? read_rows(frame, &c, data, err) : status;
}
