/* A point per row. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>

/* Smaller and paler where there are many, so that what they hide shows through, and smaller in small panels. */
static void size_points(const tfl_panel *panel, size_t n, double *radius, double *alpha)
{
    double size = fmin(1, fmax(0.7, sqrt(panel->width * panel->height / (180 * 140))));
    *radius = size * fmax(0.9, fmin(2, 2 - 0.35 * log10(fmax((double)n, 1) / 100)));
    *alpha = fmax(0.3, fmin(0.75, 0.75 - 0.2 * log10(fmax((double)n, 1) / 100)));
}

static void draw_points(const tfl_panel *panel, double radius, double alpha)
{
    const tfl_chart_data *data = panel->data;
    cairo_t *cairo = panel->canvas->cairo;
    for (size_t i = 0; i < data->n_marks; i++) {
        const tfl_mark *mark = &data->mark[i];
        if (mark->panel == panel->index) {
            tfl_series_style style = tfl_panel_style(panel, mark->series);
            tfl_colour_set(cairo, style.colour, alpha);
            tfl_marker_draw(cairo, style.marker, tfl_panel_x(panel, mark->x), tfl_panel_y(panel, mark->y), radius);
        }
    }
}

tfl_status tfl_mark_scatter(const tfl_panel *panel, tfl_error *err)
{
    double radius = 0, alpha = 0;
    size_t n = 0;
    (void)err;
    for (size_t i = 0; i < panel->data->n_marks; i++) {
        n += panel->data->mark[i].panel == panel->index;
    }
    size_points(panel, n, &radius, &alpha);
    bool many = panel->data->n_marks > TFL_MOST_SHAPES && n > 0;
    if (many) {
        tfl_canvas_layer_begin(panel->canvas, panel->left, panel->top, panel->width, panel->height);
    }
    draw_points(panel, radius, alpha);
    if (many) {
        tfl_canvas_layer_end(panel->canvas);
    }
    return TFL_OK;
}
