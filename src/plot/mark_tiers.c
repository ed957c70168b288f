/* Distributions by category: a box from the lower to the upper quartile with the median, whiskers to the last point
 * within 1.5 times its height, every point beside its fellows, and how many there are below. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tflift/memory.h"
#include "tflift/rng.h"

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

/* The series that come in a category of any panel stand side by side in it. */
typedef struct places {
    const tfl_panel *panel;
    size_t *slot;  /* [categories][series] from the left, from 1; 0: does not come */
    size_t *slots; /* [categories] */
} places;

static tfl_status find_places(const tfl_panel *panel, places *p, tfl_error *err)
{
    const tfl_chart_data *data = panel->data;
    size_t n_series = data->series.n;
    p->panel = panel;
    p->slot = tfl_calloc(data->category.n * n_series, sizeof *p->slot);
    p->slots = tfl_calloc(data->category.n, sizeof *p->slots);
    if (p->slot == NULL || p->slots == NULL) {
        return tfl_fail_memory(err, "points");
    }
    for (size_t i = 0; i < data->n_marks; i++) {
        p->slot[(size_t)data->mark[i].x * n_series + data->mark[i].series] = 1;
    }
    for (size_t c = 0; c < data->category.n; c++) {
        for (size_t s = 0; s < n_series; s++) {
            size_t *slot = &p->slot[c * n_series + s];
            *slot = *slot > 0 ? ++p->slots[c] : 0;
        }
    }
    return TFL_OK;
}

static double middle_of(const tfl_panel *panel, size_t category)
{
    return panel->left + panel->width * ((double)category + 0.5) / (double)panel->data->category.n;
}

/* The middle of a series' part of a category, and half its width. */
static double place(const places *p, size_t category, size_t series, double *half)
{
    const tfl_chart_data *data = p->panel->data;
    double n = (double)p->slots[category];
    double part = fmin(p->panel->width / (double)data->category.n * 0.84 / fmax(n, 1), 60);
    *half = part * 0.40;
    double slot = (double)p->slot[category * data->series.n + series] - 1;
    return middle_of(p->panel, category) + part * (slot - (n - 1) / 2);
}

static bool is_here(const tfl_panel *panel, const tfl_mark *mark, size_t category, size_t series)
{
    return mark->panel == panel->index && mark->series == series && (size_t)mark->x == category;
}

/* ---------------------------------------------------------------- drawing */

static void draw_points(const places *p, size_t n)
{
    const tfl_panel *panel = p->panel;
    const tfl_chart_data *data = panel->data;
    cairo_t *cairo = panel->canvas->cairo;
    double radius = n > 1000 ? 0.9 : n > 200 ? 1.2 : 1.6;
    for (size_t i = 0; i < data->n_marks; i++) {
        const tfl_mark *mark = &data->mark[i];
        if (mark->panel != panel->index) {
            continue;
        }
        double half = 0;
        double x = place(p, (size_t)mark->x, mark->series, &half);
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
    tfl_colour_set(canvas->cairo, (tfl_colour){1, 1, 1}, 0.4);
    cairo_rectangle(canvas->cairo, x - half, upper, 2 * half, lower - upper);
    cairo_fill_preserve(canvas->cairo);
    tfl_colour_set(canvas->cairo, dark, 1);
    cairo_set_line_width(canvas->cairo, 0.9);
    cairo_stroke(canvas->cairo);
    tfl_canvas_line(canvas, x, upper, x, tfl_panel_y(panel, b.high), 0.9, 0);
    tfl_canvas_line(canvas, x, lower, x, tfl_panel_y(panel, b.low), 0.9, 0);
    tfl_canvas_line(canvas, x - half, median, x + half, median, 2.0, 0);
}

/* The box of one category and series, and its number on a line of the text below. value: room for all points. */
static void draw_one(const places *p, size_t category, size_t series, double *value, double *line)
{
    size_t n = 0;
    double half = 0;
    char text[40];
    const tfl_panel *panel = p->panel;
    double x = place(p, category, series, &half);
    tfl_series_style style = tfl_panel_style(panel, series);
    for (size_t i = 0; i < panel->data->n_marks; i++) {
        if (is_here(panel, &panel->data->mark[i], category, series)) {
            value[n++] = panel->data->mark[i].y;
        }
    }
    if (n == 0) {
        return;
    }
    draw_box(panel, x, half, style.colour, summarise(value, n));
    (void)snprintf(text, sizeof text, "n = %zu", n);
    tfl_colour_set(panel->canvas->cairo, panel->data->series.n > 1 ? style.colour : tfl_grey, 1);
    tfl_canvas_text(panel->canvas, middle_of(panel, category),
                    panel->top + panel->height + 4 + (TFL_TEXT_SMALL + 2) * ++*line + TFL_TEXT_SMALL,
                    (tfl_text_style){TFL_TEXT_SMALL - 1, TFL_CENTRE, false, false}, text);
}

static void draw_category(const tfl_panel *panel, size_t category)
{
    double middle = middle_of(panel, category);
    tfl_colour_set(panel->canvas->cairo, tfl_black, 1);
    tfl_canvas_text(panel->canvas, middle, panel->top + panel->height + 4 + TFL_TEXT_SMALL,
                    (tfl_text_style){TFL_TEXT_SMALL, TFL_CENTRE, true, false}, panel->data->category.name[category]);
}

/* The name, and the numbers of as many series as come in one category. */
size_t tfl_mark_tiers_foot(const tfl_chart_data *data)
{
    size_t most = 1;
    for (size_t c = 0; c < data->category.n; c++) {
        bool comes[TFL_MAX_SERIES] = {false};
        size_t n = 0;
        for (size_t i = 0; i < data->n_marks; i++) {
            if ((size_t)data->mark[i].x == c && !comes[data->mark[i].series]) {
                comes[data->mark[i].series] = true;
                n++;
            }
        }
        most = n > most ? n : most;
    }
    return 1 + most;
}

static void draw_all_points(const places *p)
{
    size_t n = 0;
    const tfl_panel *panel = p->panel;
    for (size_t i = 0; i < panel->data->n_marks; i++) {
        n += panel->data->mark[i].panel == panel->index;
    }
    bool many = panel->data->n_marks > TFL_MOST_SHAPES && n > 0;
    if (many) {
        tfl_canvas_layer_begin(panel->canvas, panel->left, panel->top, panel->width, panel->height);
    }
    draw_points(p, n);
    if (many) {
        tfl_canvas_layer_end(panel->canvas);
    }
}

tfl_status tfl_mark_tiers(const tfl_panel *panel, tfl_error *err)
{
    const tfl_chart_data *data = panel->data;
    places p = {0};
    double *value = tfl_calloc(data->n_marks, sizeof *value);
    tfl_status status = value == NULL ? tfl_fail_memory(err, "points") : find_places(panel, &p, err);
    if (status == TFL_OK) {
        draw_all_points(&p);
    }
    for (size_t c = 0; status == TFL_OK && c < data->category.n; c++) {
        double line = 0;
        draw_category(panel, c);
        for (size_t s = 0; s < data->series.n; s++) {
            draw_one(&p, c, s, value, &line);
        }
    }
    free(value);
    free(p.slot);
    free(p.slots);
    return status;
}
