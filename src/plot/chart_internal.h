/* chart_internal.h: a chart between its table and its page. */
#ifndef TFLIFT_CHART_INTERNAL_H
#define TFLIFT_CHART_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "plot/plot_internal.h"
#include "tflift/chart.h"
#include "tflift/frame.h"
#include "tflift/table.h"

/* Points of a figure beyond this number go into an image: a file with each as a shape would be large and slow to show.
 */
enum { TFL_MOST_SHAPES = 2000, TFL_MAX_SERIES = 32 };

/* ---------------------------------------------------------------- levels.c */

/* The different texts of a column, in the order in which they are shown. */
typedef struct tfl_levels {
    size_t n;
    const char **name; /* [n], the table's */
    size_t *place;     /* [n] where each stands, by its index in the table */
    tfl_table *table;
} tfl_levels;

/* Those of a column, at most `most` of them; what says what there is one of for each, in the error. Numbers are in
 * ascending order, and so are both, gata1, tal1, none in the paper's; others come as in the table. */
tfl_status tfl_levels_read(const tfl_frame *frame, size_t column, size_t most, const char *what, tfl_levels *levels,
                           tfl_error *err) TFL_MUST_USE;

/* A level more, behind the others; used where there is no column. */
tfl_status tfl_levels_add(tfl_levels *levels, const char *name, tfl_error *err) TFL_MUST_USE;

/* Where a text stands; it must be one of the levels. */
size_t tfl_levels_find(const tfl_levels *levels, const char *name);

/* An empty one is {0}. */
void tfl_levels_clear(tfl_levels *levels);

/* ---------------------------------------------------------------- chart_data.c */

/* What one number or pair of numbers of the table becomes. */
typedef struct tfl_mark {
    double x, y;  /* x: for categories, which */
    double error; /* 0: none */
    unsigned series, panel;
} tfl_mark;

typedef struct tfl_chart_data {
    tfl_mark *mark;
    size_t n_marks, capacity;
    tfl_levels group, series;         /* of the table, and with its columns: what has a style */
    tfl_levels column, row, category; /* row, category: may be empty */
    bool log_x, log_y, free_y;
    bool diagonal; /* a dashed line from corner to corner, and square panels from 0 to 1 */
    double x_line, y_line;
    char x_label[256], y_label[256];
    size_t missing; /* rows left out */
} tfl_chart_data;

tfl_status tfl_chart_data_add(tfl_chart_data *data, tfl_mark mark, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_chart_data_read(const tfl_chart_kind *kind, const tfl_frame *frame, const tfl_chart *chart,
                               tfl_chart_data *data, tfl_error *err) TFL_MUST_USE;
void tfl_chart_data_clear(tfl_chart_data *data);

/* ---------------------------------------------------------------- chart_page.c */

typedef struct tfl_panel {
    tfl_canvas *canvas;
    const tfl_palette *palette;
    const tfl_chart_data *data;
    unsigned index;
    double left, top, width, height;
    tfl_axis x_axis, y_axis;
} tfl_panel;

double tfl_panel_x(const tfl_panel *panel, double x);
double tfl_panel_y(const tfl_panel *panel, double y);
tfl_series_style tfl_panel_style(const tfl_panel *panel, size_t series);

tfl_status tfl_chart_page_draw(const tfl_chart_kind *kind, const tfl_chart_data *data, const tfl_page *page,
                               tfl_error *err) TFL_MUST_USE;

/* ---------------------------------------------------------------- kinds */

struct tfl_chart_kind {
    const char *name;
    bool categories;                                            /* x is a category, whatever its text */
    bool many_y;                                                /* y may name several columns */
    bool lines;                                                 /* the legend shows lines */
    bool zero;                                                  /* y comes down to 0 where it is near */
    tfl_status (*draw)(const tfl_panel *panel, tfl_error *err); /* marks of one panel */
    size_t (*foot)(const tfl_chart_data
                       *data); /* lines of text below each panel that draw writes; NULL: the x axis, at the bottom */
};

tfl_status tfl_mark_scatter(const tfl_panel *panel, tfl_error *err) TFL_MUST_USE;
tfl_status tfl_mark_tiers(const tfl_panel *panel, tfl_error *err) TFL_MUST_USE;
size_t tfl_mark_tiers_foot(const tfl_chart_data *data);
tfl_status tfl_mark_lines(const tfl_panel *panel, tfl_error *err) TFL_MUST_USE;

#endif
