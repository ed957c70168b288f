/* Distributions by category: a box from the lower to the upper quartile with the median, whiskers to the last point
 * within 1.5 times its height, every point beside its fellows, and how many there are below. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tflift/memory.h"
#include "tflift/rng.h"

enum { MOST_SHAPES = 2000 };

typedef struct box {
    double low, lower, median, upper, high; /* whiskers and quartiles */
} box;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996; R's and NumPy's default). */
static double quantile(const double *value, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? value[i] + (at - (double)i) * (value[i + 1] - value[i]) : value[n - 1];
}

/* value[n], n > 0, is sorted. */
static box summarise(double *value, size_t n)
{
    qsort(value, n, sizeof *value, by_value);
    box b = {0, quantile(value, n, 0.25), quantile(value, n, 0.5), quantile(value, n, 0.75), 0};
    double reach = 1.5 * (b.upper - b.lower);
    size_t first = 0, last = n - 1;
    while (first < last && value[first] < b.lower - reach) {
        first++;
    }
    while (last > first && value[last] > b.upper + reach) {
        last--;
    }
    b.low = fmin(value[first], b.lower);
    b.high = fmax(value[last], b.upper);
    return b;
}

/* ---------------------------------------------------------------- places */

/* The middle of a series' part of a category, and half its width. */
static double place(const tfl_panel *panel, double category, size_t series, double *half)
{
    double each = panel->width / (double)panel->data->category.n;
    double part = each * 0.84 / (double)panel->data->series.n;
    *half = part * 0.40;
    return panel->left + each * (category + 0.5) + part * ((double)series - ((double)panel->data->series.n - 1) / 2);
}

static bool is_here(const tfl_panel *panel, const tfl_mark *mark, size_t category, size_t series)
{
    return mark->panel == panel->index && mark->series == series && (size_t)mark->x == category;
}

/* ---------------------------------------------------------------- drawing */

static void draw_points(const tfl_panel *panel, size_t n)
{
    const tfl_chart_data *data = panel->data;
    cairo_t *cairo = panel->canvas->cairo;
    double radius = n > 1000 ? 0.9 : n > 200 ? 1.2 : 1.6;
    for (size_t i = 0; i < data->n_marks; i++) {
        const tfl_mark *mark = &data->mark[i];
        if (mark->panel != panel->index) {
            continue;
        }
        double half = 0;
        double x = place(panel, mark->x, mark->series, &half);
        tfl_rng rng; /* the same place for the same point, whatever else is drawn */
        tfl_rng_init(&rng, 1, "jitter", i);
        tfl_series_style style = tfl_panel_style(panel, mark->series);
        tfl_colour_set(cairo, style.colour, n > 1000 ? 0.3 : 0.45);
        tfl_marker_draw(cairo, style.marker, x + half * 0.9 * (2 * tfl_rng_uniform(&rng) - 1),
                        tfl_panel_y(panel, mark->y), radius);
    }
}

static void draw_box(const tfl_panel *panel, double x, double half, tfl_colour colour, box b)
{
    tfl_canvas *canvas = panel->canvas;
    double upper = tfl_panel_y(panel, b.upper);
    double lower = tfl_panel_y(panel, b.lower);
    double median = tfl_panel_y(panel, b.median);
    tfl_colour dark = {colour.red * 0.6, colour.green * 0.6, colour.blue * 0.6};
    tfl_colour_set(canvas->cairo, (tfl_colour){1, 1, 1}, 0.55);
    cairo_rectangle(canvas->cairo, x - half, upper, 2 * half, lower - upper);
    cairo_fill_preserve(canvas->cairo);
    tfl_colour_set(canvas->cairo, dark, 1);
    cairo_set_line_width(canvas->cairo, 0.9);
    cairo_stroke(canvas->cairo);
    tfl_canvas_line(canvas, x, upper, x, tfl_panel_y(panel, b.high), 0.9, 0);
    tfl_canvas_line(canvas, x, lower, x, tfl_panel_y(panel, b.low), 0.9, 0);
    tfl_canvas_line(canvas, x - half, median, x + half, median, 2.0, 0);
}

/* The box of one category and series, and its number below. */
static void draw_one(const tfl_panel *panel, size_t category, size_t series, double *value)
{
    size_t n = 0;
    double half = 0;
    char text[40];
    double x = place(panel, (double)category, series, &half);
    double y = panel->top + panel->height;
    tfl_series_style style = tfl_panel_style(panel, series);
    for (size_t i = 0; i < panel->data->n_marks; i++) {
        if (is_here(panel, &panel->data->mark[i], category, series)) {
            value[n++] = panel->data->mark[i].y;
        }
    }
    if (n > 0) {
        draw_box(panel, x, half, style.colour, summarise(value, n));
    }
    (void)snprintf(text, sizeof text, "%s%zu", series == 0 ? "n = " : "", n);
    tfl_colour_set(panel->canvas->cairo, panel->data->series.n > 1 ? style.colour : tfl_grey, 1);
    double middle = panel->left + panel->width * ((double)category + 0.5) / (double)panel->data->category.n;
    tfl_canvas_text(panel->canvas, middle, y + 4 + (TFL_TEXT_SMALL + 2) * (double)(series + 2),
                    (tfl_text_style){TFL_TEXT_SMALL - 1, TFL_CENTRE, false, false}, text);
}

static void draw_category(const tfl_panel *panel, size_t category)
{
    double middle = panel->left + panel->width * ((double)category + 0.5) / (double)panel->data->category.n;
    tfl_colour_set(panel->canvas->cairo, tfl_black, 1);
    tfl_canvas_text(panel->canvas, middle, panel->top + panel->height + 4 + TFL_TEXT_SMALL,
                    (tfl_text_style){TFL_TEXT_SMALL, TFL_CENTRE, true, false}, panel->data->category.name[category]);
}

size_t tfl_mark_tiers_foot(const tfl_chart_data *data)
{
    return 1 + data->series.n;
}

tfl_status tfl_mark_tiers(const tfl_panel *panel, tfl_error *err)
{
    const tfl_chart_data *data = panel->data;
    size_t n = 0;
    double *value = tfl_calloc(data->n_marks, sizeof *value);
    if (value == NULL) {
        return tfl_fail_memory(err, "points");
    }
    for (size_t i = 0; i < data->n_marks; i++) {
        n += data->mark[i].panel == panel->index;
    }
    bool many = data->n_marks > MOST_SHAPES && n > 0;
    if (many) {
        tfl_canvas_layer_begin(panel->canvas, panel->left, panel->top, panel->width, panel->height);
    }
    draw_points(panel, n);
    if (many) {
        tfl_canvas_layer_end(panel->canvas);
    }
    for (size_t c = 0; c < data->category.n; c++) {
        draw_category(panel, c);
        for (size_t s = 0; s < data->series.n; s++) {
            draw_one(panel, c, s, value);
        }
    }
    free(value);
    return TFL_OK;
}
