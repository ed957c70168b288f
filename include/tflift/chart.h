/*
 * chart.h: columns of a table as points, boxes or lines, in a grid of panels.
 *
 * To add a kind of chart: a row in the table of src/plot/chart.c and a file mark_NAME.c.
 */
#ifndef TFLIFT_CHART_H
#define TFLIFT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "tflift/error.h"
#include "tflift/frame.h"
#include "tflift/plot.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_chart_kind tfl_chart_kind;

/* "scatter": a point per row; "tiers": the distribution of y for each value of x, as a box and points; "lines": y over x. NULL for
 * another name. */
const tfl_chart_kind *tfl_chart_kind_find(const char *name);

typedef struct tfl_chart {
    const char *x, *y;             /* columns; y may be several of them, separated by commas, for lines */
    const char *group;             /* the column that tells colours; NULL: none */
    const char *panel, *panel_row; /* the columns that tell a panel's column and row; NULL: none */
    const char *error;             /* the column with half the length of error bars; NULL: none */
    const char *x_label, *y_label; /* NULL: made of the columns' names */
    bool log_x, log_y;             /* logarithmic scales; values that are not above 0 are left out */
    bool free_y;                   /* a y scale for each panel, instead of one for all */
    double x_line, y_line;         /* a dashed line there; NAN: none */
} tfl_chart;

typedef struct tfl_chart_summary {
    size_t drawn, missing; /* rows with a point, and without for lack of a number */
    size_t panels;
} tfl_chart_summary;

/* Groups and panels come in the order of the table, and in that of their numbers where all of them are numbers; both, gata1, tal1 and none
 * have the colours that the paper gives them. Errors: no such column, text where numbers are needed, no row with numbers, more than 64
 * panels or 32 groups. summary may be NULL. */
tfl_status tfl_chart_draw(const tfl_chart_kind *kind, const tfl_frame *frame, const tfl_chart *chart, const tfl_page *page,
                          tfl_chart_summary *summary, tfl_error *err) TFL_MUST_USE;

/* ROC curves, one per task, with the areas in the legend: predictions with the columns name and, for each task, logit_TASK (or
 * probability_TASK), labels with the columns name, TASK and, to use one split only, split. split NULL: all rows. Predictions without a label, and a
 * name that comes twice, are errors; summary's missing are the labels (of the split) without a prediction. */
tfl_status tfl_roc_draw(const tfl_frame *predictions, const tfl_frame *labels, const char *split, const tfl_page *page,
                        tfl_chart_summary *summary, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
