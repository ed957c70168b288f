/* A line per series, with error bars where the table has them. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>
#include <stdlib.h>

#include "tflift/memory.h"

enum { MOST_MARKERS = 30 }; /* longer lines have none */

static int by_x(const void *a, const void *b)
{
    const tfl_mark *x = *(const tfl_mark *const *)a, *y = *(const tfl_mark *const *)b;
    if (x->x != y->x) {
        return x->x < y->x ? -1 : 1;
    }
    return x < y ? -1 : x > y; /* as in the table */
}

static void draw_error(const tfl_panel *panel, const tfl_mark *mark)
{
    const double cap = 2.5;
    double low = mark->y - mark->error;
    double x = tfl_panel_x(panel, mark->x);
    double top = tfl_panel_y(panel, mark->y + mark->error);
    double bottom = panel->y_axis.log && low <= 0 ? panel->top + panel->height : tfl_panel_y(panel, low);
    tfl_canvas_line(panel->canvas, x, top, x, bottom, 0.8, 0);
    tfl_canvas_line(panel->canvas, x - cap, top, x + cap, top, 0.8, 0);
    tfl_canvas_line(panel->canvas, x - cap, bottom, x + cap, bottom, 0.8, 0);
}

static void draw_line(const tfl_panel *panel, size_t series, const tfl_mark *const *mark, size_t n)
{
    cairo_t *cairo = panel->canvas->cairo;
    tfl_series_style style = tfl_panel_style(panel, series);
    tfl_colour_set(cairo, style.colour, 1);
    cairo_set_line_width(cairo, 1.3);
    for (size_t i = 0; i < n; i++) {
        cairo_line_to(cairo, tfl_panel_x(panel, mark[i]->x), tfl_panel_y(panel, mark[i]->y));
    }
    cairo_stroke(cairo);
    for (size_t i = 0; i < n; i++) {
        if (mark[i]->error > 0) {
            draw_error(panel, mark[i]);
        }
        if (n <= MOST_MARKERS && !panel->data->diagonal) {
            tfl_marker_draw(cairo, style.marker, tfl_panel_x(panel, mark[i]->x), tfl_panel_y(panel, mark[i]->y), 2.2);
        }
    }
}

tfl_status tfl_mark_lines(const tfl_panel *panel, tfl_error *err)
{
    const tfl_chart_data *data = panel->data;
    const tfl_mark **mark = tfl_calloc(data->n_marks, sizeof *mark);
    if (mark == NULL) {
        return tfl_fail_memory(err, "lines");
    }
    for (size_t s = 0; s < data->series.n; s++) {
        size_t n = 0;
        for (size_t i = 0; i < data->n_marks; i++) {
            if (data->mark[i].panel == panel->index && data->mark[i].series == s) {
                mark[n++] = &data->mark[i];
            }
        }
        if (n > 0 && !data->diagonal) { /* a curve of its own order is drawn as it comes */
            qsort(mark, n, sizeof *mark, by_x);
        }
        draw_line(panel, s, mark, n);
    }
    free(mark);
    return TFL_OK;
}
