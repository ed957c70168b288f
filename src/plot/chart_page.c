/* The page of a chart: panels, axes, strips with the panels' names, legend. */
#include "config.h"

#include "plot/chart_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"

static const double margin = 7;
static const double gap = 10;         /* between panels */
static const double strip = 13;       /* for a panel's name */
static const double line_height = 10; /* of ticks' labels */

typedef struct page {
    const tfl_chart_kind *kind;
    const tfl_chart_data *data;
    const tfl_palette *palette;
    tfl_canvas *canvas;
    tfl_axis x_axis;
    tfl_axis *y_axis; /* [n_panels] */
    size_t n_panels, across, down;
    double width, height;  /* of a panel */
    double left, top;      /* of the first panel */
    double x_step, y_step; /* from panel to panel */
    double ticks;          /* room for the labels of a y axis */
    double foot;           /* below the last panel of a column: ticks' labels */
    double legend;         /* height */
    bool names;            /* of columns, over panels */
} page;

double tfl_panel_x(const tfl_panel *panel, double x)
{
    return panel->left + panel->width * tfl_axis_at(&panel->x_axis, x);
}

double tfl_panel_y(const tfl_panel *panel, double y)
{
    return panel->top + panel->height * (1 - tfl_axis_at(&panel->y_axis, y));
}

static tfl_series_style style_of(const tfl_chart_data *data, const tfl_palette *palette, size_t series)
{
    const char *name = data->group.n == data->series.n ? data->group.name[series] : NULL;
    return tfl_palette_series(palette, name, series);
}

tfl_series_style tfl_panel_style(const tfl_panel *panel, size_t series)
{
    return style_of(panel->data, panel->palette, series);
}

/* ---------------------------------------------------------------- scales */

typedef struct range {
    double low, high;
} range;

static void widen(range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

/* A little room beyond the outermost points. */
static void pad(range *r, bool is_log)
{
    double share = 0.04;
    if (is_log) {
        double factor = pow(r->high / r->low, share);
        r->low /= factor;
        r->high *= factor;
    } else {
        double room = share * (r->high - r->low);
        r->low -= room;
        r->high += room;
    }
}

/* The y values of a panel, or of all. */
static range y_range(const page *p, size_t panel, bool all)
{
    range r = {HUGE_VAL, -HUGE_VAL};
    const tfl_chart_data *data = p->data;
    for (size_t i = 0; i < data->n_marks; i++) {
        const tfl_mark *mark = &data->mark[i];
        if (all || mark->panel == panel) {
            double low = mark->y - mark->error;
            widen(&r, data->log_y && low <= 0 ? mark->y : low);
            widen(&r, mark->y + mark->error);
        }
    }
    if (r.low > r.high) {
        return (range){data->log_y ? 1 : 0, data->log_y ? 10 : 1};
    }
    if (!data->log_y && p->kind->zero && r.low > 0 && r.low < r.high / 2) {
        r.low = 0;
    }
    if (!data->log_y && p->kind->zero && r.high < 0 && r.high > r.low / 2) {
        r.high = 0;
    }
    if (isfinite(data->y_line) && (!data->log_y || data->y_line > 0)) {
        widen(&r, data->y_line);
    }
    pad(&r, data->log_y);
    return r;
}

static range x_range(const page *p)
{
    range r = {HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < p->data->n_marks; i++) {
        widen(&r, p->data->mark[i].x);
    }
    if (isfinite(p->data->x_line) && (!p->data->log_x || p->data->x_line > 0)) {
        widen(&r, p->data->x_line);
    }
    pad(&r, p->data->log_x);
    return r;
}

static void fit_axes(page *p)
{
    const tfl_chart_data *data = p->data;
    const range rates = {-0.02, 1.02};
    range x = data->diagonal ? rates : x_range(p);
    size_t x_ticks = p->width < 130 ? 4 : p->width < 220 ? 5 : 7;
    size_t y_ticks = p->height < 130 ? 4 : p->height < 220 ? 5 : 6;
    tfl_axis_fit(&p->x_axis, x.low, x.high, data->log_x, x_ticks);
    for (size_t i = 0; i < p->n_panels; i++) {
        range y = data->diagonal ? rates : y_range(p, i, !data->free_y);
        tfl_axis_fit(&p->y_axis[i], y.low, y.high, data->log_y, y_ticks);
    }
}

/* ---------------------------------------------------------------- sizes */

/* A grid of columns and rows, or as many rows as the columns need. */
static void arrange_panels(page *p)
{
    size_t n = p->data->column.n;
    p->across = n;
    p->down = 1;
    if (p->data->row.n > 0) {
        p->down = p->data->row.n;
    } else if (n > 4) {
        p->across = (size_t)ceil(sqrt((double)n));
        p->across = p->across > 5 ? 5 : p->across;
        p->down = (n + p->across - 1) / p->across;
    }
    p->n_panels = n * (p->data->row.n > 0 ? p->data->row.n : 1);
}

/* Room for a category: its name, and a box for each series that comes in it. */
static double category_width(const page *p)
{
    double widest = 16;
    double each = p->data->series.n > 2 ? 17 : 24;
    for (size_t i = 0; i < p->data->category.n; i++) {
        double name = tfl_canvas_text_width(p->canvas, TFL_TEXT_SMALL, true, p->data->category.name[i]) + 10;
        widest = fmax(widest, fmax(name, each * (double)p->data->series.n + 12));
    }
    return widest;
}

static void size_panels(page *p, const tfl_page *wanted)
{
    static const double usual[][2] = {{320, 220}, {230, 180}, {180, 140}, {150, 120}};
    size_t n = p->across < 4 ? p->across : 4;
    p->width = usual[n - 1][0];
    p->height = usual[n - 1][1];
    if (p->data->diagonal) {
        p->width = p->height = 240;
    } else if (p->data->category.n > 0) {
        p->width = fmax(p->across == 1 ? 240 : 110, (double)p->data->category.n * category_width(p));
    }
    p->width = wanted->width > 0 ? wanted->width : p->width;
    p->height = wanted->height > 0 ? wanted->height : p->height;
}

/* How far the labels of the x axis reach beyond the panel. */
static double overhang(const page *p)
{
    double most = 4;
    const tfl_axis *axis = &p->x_axis;
    for (size_t i = 0; p->kind->foot == NULL && i < axis->n_ticks; i++) {
        double half = tfl_canvas_text_width(p->canvas, TFL_TEXT_SMALL, false, axis->label[i]) / 2;
        most = fmax(most, half - p->width * (1 - tfl_axis_at(axis, axis->tick[i])));
    }
    return most;
}

static double total_width(const page *p)
{
    return p->left + p->x_step * (double)(p->across - 1) + p->width +
           fmax(p->data->row.n > 0 ? strip + 3 : 0, overhang(p)) + margin;
}

static bool has_legend(const page *p)
{
    return p->data->series.n > 1 || p->data->series.name[0][0] != '\0';
}

static double key_width(const page *p, size_t series)
{
    double mark = p->kind->lines ? 20 : 10;
    return mark + 3 + tfl_canvas_text_width(p->canvas, TFL_TEXT_USUAL, false, p->data->series.name[series]) + 12;
}

static const double key_height = 14;

/* Walks over the keys of the legend from left to right, line after line; draws them or only measures. Returns the
 * height. */
static double walk_legend(const page *p, double x, double y, double width,
                          void (*draw)(const page *, size_t, double, double))
{
    double at = 0;
    double line = 0;
    for (size_t i = 0; has_legend(p) && i < p->data->series.n; i++) {
        double key = key_width(p, i);
        if (at > 0 && (p->data->diagonal || at + key - 12 > width)) {
            at = 0;
            line++;
        }
        if (draw != NULL) {
            draw(p, i, x + at, y + key_height * line);
        }
        at += key;
    }
    return has_legend(p) ? key_height * (line + 1) + 4 : 0;
}

/* In ROC figures there is room below the diagonal. */
static bool is_inside(const page *p)
{
    return p->data->diagonal;
}

static double legend_width(const page *p)
{
    return p->x_step * (double)(p->across - 1) + p->width;
}

static void arrange(page *p, const tfl_page *wanted)
{
    for (size_t i = 0; i < p->n_panels; i++) {
        p->ticks = fmax(p->ticks, tfl_axis_label_width(p->canvas, &p->y_axis[i]));
    }
    bool foot = p->kind->foot != NULL;
    p->foot = 4 + line_height * (double)(foot ? p->kind->foot(p->data) : 1);
    p->names = p->data->column.n > 1 || p->data->column.name[0][0] != '\0';
    bool every = p->data->row.n == 0; /* every row has panels of its own names */
    p->left = margin + TFL_TEXT_USUAL + 4 + p->ticks;
    p->x_step = p->width + gap + (p->data->free_y ? p->ticks : 0);
    p->y_step = p->height + gap + (foot ? p->foot : 0) + (every && p->names ? strip : 0);
    p->legend = walk_legend(p, 0, 0, legend_width(p), NULL);
    p->top = margin + (wanted->title != NULL ? TFL_TEXT_TITLE + 8 : 0) + (is_inside(p) ? 0 : p->legend) +
             (p->names ? strip : 2);
}

/* ---------------------------------------------------------------- drawing */

static void draw_key(const page *p, size_t series, double x, double y)
{
    cairo_t *cairo = p->canvas->cairo;
    tfl_series_style style = style_of(p->data, p->palette, series);
    double middle = y + key_height / 2;
    double mark = p->kind->lines ? 20 : 10;
    tfl_colour_set(cairo, style.colour, 1);
    if (p->kind->lines) {
        tfl_canvas_line(p->canvas, x, middle, x + 18, middle, 1.6, 0);
    }
    if (!p->data->diagonal) {
        tfl_marker_draw(cairo, style.marker, x + mark / 2 - 1, middle, 2.8);
    }
    tfl_colour_set(cairo, tfl_black, 1);
    tfl_canvas_text(p->canvas, x + mark + 3, middle + TFL_TEXT_USUAL * 0.36,
                    (tfl_text_style){.size = TFL_TEXT_USUAL, .anchor = TFL_LEFT}, p->data->series.name[series]);
}

/* A name over a panel, or beside it. */
static void draw_strip(const page *p, double x, double y, double length, bool turned, const char *name)
{
    double across = tfl_canvas_text_width(p->canvas, TFL_TEXT_USUAL, true, name);
    double size = fmax(6, TFL_TEXT_USUAL * fmin(1, length / fmax(across, 1)));
    tfl_colour_set(p->canvas->cairo, tfl_black, 1);
    tfl_canvas_text(p->canvas, x, y, (tfl_text_style){size, TFL_CENTRE, true, turned}, name);
}

static void draw_grid(const tfl_panel *panel)
{
    tfl_canvas *canvas = panel->canvas;
    double right = panel->left + panel->width;
    double bottom = panel->top + panel->height;
    tfl_colour faint = {0.92, 0.92, 0.92};
    tfl_colour_set(canvas->cairo, faint, 1);
    for (size_t i = 0; i < panel->y_axis.n_ticks; i++) {
        double y = tfl_panel_y(panel, panel->y_axis.tick[i]);
        tfl_canvas_line(canvas, panel->left, y, right, y, 0.6, 0);
    }
    for (size_t i = 0; panel->data->category.n == 0 && i < panel->x_axis.n_ticks; i++) {
        double x = tfl_panel_x(panel, panel->x_axis.tick[i]);
        tfl_canvas_line(canvas, x, panel->top, x, bottom, 0.6, 0);
    }
}

/* Zero, the lines asked for, and the diagonal. */
static void draw_guides(const tfl_panel *panel)
{
    tfl_canvas *canvas = panel->canvas;
    const tfl_chart_data *data = panel->data;
    double right = panel->left + panel->width;
    double bottom = panel->top + panel->height;
    tfl_colour_set(canvas->cairo, tfl_grey, 1);
    if (!data->log_y && panel->y_axis.low < 0 && panel->y_axis.high > 0) {
        double y = tfl_panel_y(panel, 0);
        tfl_canvas_line(canvas, panel->left, y, right, y, 0.9, 0);
    }
    if (isfinite(data->y_line)) {
        double y = tfl_panel_y(panel, data->y_line);
        tfl_canvas_line(canvas, panel->left, y, right, y, 0.8, 3);
    }
    if (isfinite(data->x_line) && data->category.n == 0) {
        double x = tfl_panel_x(panel, data->x_line);
        tfl_canvas_line(canvas, x, panel->top, x, bottom, 0.8, 3);
    }
    if (data->diagonal) {
        tfl_canvas_line(canvas, tfl_panel_x(panel, 0), tfl_panel_y(panel, 0), tfl_panel_x(panel, 1),
                        tfl_panel_y(panel, 1), 0.8, 3);
    }
}

static bool is_lowest(const page *p, size_t panel)
{
    return panel + p->across >= p->n_panels;
}

static tfl_status draw_panel(const page *p, size_t i, tfl_error *err)
{
    size_t column = i % p->across, row = i / p->across;
    tfl_panel panel = {.canvas = p->canvas,
                       .palette = p->palette,
                       .data = p->data,
                       .index = (unsigned)i,
                       .left = p->left + p->x_step * (double)column,
                       .top = p->top + p->y_step * (double)row,
                       .width = p->width,
                       .height = p->height,
                       .x_axis = p->x_axis,
                       .y_axis = p->y_axis[i]};
    bool by_row = p->data->row.n > 0;
    draw_grid(&panel);
    draw_guides(&panel);
    tfl_status status = p->kind->draw(&panel, err);
    tfl_colour_set(p->canvas->cairo, tfl_grey, 1);
    cairo_set_line_width(p->canvas->cairo, 0.8);
    cairo_rectangle(p->canvas->cairo, panel.left, panel.top, panel.width, panel.height);
    cairo_stroke(p->canvas->cairo);
    tfl_axis_draw_y(p->canvas, &panel.y_axis, panel.left, panel.top, panel.height, column == 0 || p->data->free_y);
    if (p->kind->foot == NULL) {
        tfl_axis_draw_x(p->canvas, &panel.x_axis, panel.left, panel.top + panel.height, panel.width, is_lowest(p, i));
    }
    if (p->names && (row == 0 || !by_row)) {
        draw_strip(p, panel.left + panel.width / 2, panel.top - 4, panel.width, false,
                   p->data->column.name[by_row ? column : i]);
    }
    if (by_row && column + 1 == p->across) {
        draw_strip(p, panel.left + panel.width + strip - 1, panel.top + panel.height / 2, panel.height, true,
                   p->data->row.name[row]);
    }
    return status;
}

static void draw_words(const page *p, const tfl_page *wanted, double bottom)
{
    tfl_canvas *canvas = p->canvas;
    double width = legend_width(p);
    tfl_colour_set(canvas->cairo, tfl_black, 1);
    if (wanted->title != NULL) {
        tfl_canvas_text(canvas, p->left, margin + TFL_TEXT_TITLE,
                        (tfl_text_style){TFL_TEXT_TITLE, TFL_LEFT, true, false}, wanted->title);
    }
    tfl_canvas_text(canvas, p->left + width / 2, bottom + p->foot + TFL_TEXT_USUAL + 5,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, false}, p->data->x_label);
    tfl_canvas_text(canvas, margin + TFL_TEXT_USUAL, (p->top + bottom) / 2,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, true}, p->data->y_label);
}

static void draw_legend(const page *p)
{
    double width = legend_width(p);
    if (!is_inside(p)) {
        (void)walk_legend(p, p->left, p->top - (p->names ? strip : 2) - p->legend, width, draw_key);
        return;
    }
    double widest = 0;
    for (size_t i = 0; i < p->data->series.n; i++) {
        widest = fmax(widest, key_width(p, i));
    }
    double x = p->left + width - widest;
    double y = p->top + p->height - p->legend - 8;
    tfl_colour_set(p->canvas->cairo, (tfl_colour){1, 1, 1}, 0.85);
    cairo_rectangle(p->canvas->cairo, x - 4, y - 2, widest - 4, p->legend);
    cairo_fill(p->canvas->cairo);
    (void)walk_legend(p, x, y, width, draw_key);
}

static tfl_status draw(const page *p, const tfl_page *wanted, tfl_error *err)
{
    double bottom = p->top + p->y_step * (double)(p->down - 1) + p->height;
    double title = wanted->title != NULL ? tfl_canvas_text_width(p->canvas, TFL_TEXT_TITLE, true, wanted->title) : 0;
    double label = tfl_canvas_text_width(p->canvas, TFL_TEXT_USUAL, false, p->data->y_label);
    double width = fmax(total_width(p), p->left + title + margin);
    double height = fmax(bottom + p->foot + TFL_TEXT_USUAL + 8 + margin, (p->top + bottom + label) / 2 + margin);
    tfl_status status = tfl_canvas_begin(p->canvas, width, height, err);
    if (status == TFL_OK) {
        draw_words(p, wanted, bottom);
    }
    for (size_t i = 0; status == TFL_OK && i < p->n_panels; i++) {
        status = draw_panel(p, i, err);
    }
    if (status == TFL_OK) {
        draw_legend(p);
    }
    return status;
}

tfl_status tfl_chart_page_draw(const tfl_chart_kind *kind, const tfl_chart_data *data, const tfl_page *wanted,
                               tfl_error *err)
{
    page p = {.kind = kind, .data = data, .palette = wanted->palette != NULL ? wanted->palette : tfl_palette_at(0)};
    arrange_panels(&p);
    p.y_axis = tfl_calloc(p.n_panels, sizeof *p.y_axis);
    tfl_status status = p.y_axis == NULL ? tfl_fail_memory(err, "axes") : tfl_canvas_open(wanted, &p.canvas, err);
    if (status == TFL_OK) {
        size_panels(&p, wanted);
        fit_axes(&p);
        arrange(&p, wanted);
        status = tfl_canvas_end(p.canvas, draw(&p, wanted, err), err);
    }
    free(p.y_axis);
    return status;
}
