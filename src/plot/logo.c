/* Contributions as letters. */
#include "config.h"

#include "tflift/logo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/plot_internal.h"
#include "tflift/alphabet.h"
#include "tflift/memory.h"

enum { MAX_LANES = 6 };

#define LEAST_HEIGHT 0.05 /* of a letter: what is lower cannot be seen, at any size */

static const double margin = 6;
static const double lane_height = 13;
static const double row_gap = 9;

/* Everything that is known before the page is: scales and places. */
typedef struct layout {
    const tfl_logo *logo;
    const tfl_palette *palette;
    tfl_canvas *canvas;
    tfl_axis *axis;   /* [n_rows] */
    unsigned *lane;   /* [n_boxes] */
    unsigned n_lanes; /* for labels of boxes above the rows */
    double base, row; /* width of a letter, height of a row of letters */
    double head;      /* above a row: its label */
    double left, top; /* of the first row's letters */
} layout;

/* ---------------------------------------------------------------- scales */

static void widen(const tfl_logo *logo, const tfl_logo_row *row, double *low, double *high)
{
    for (size_t i = 0; i < logo->length; i++) {
        if (isfinite(row->value[i])) {
            *low = fmin(*low, row->value[i]);
            *high = fmax(*high, row->value[i]);
        }
    }
}

/* A little room beyond the highest letter; 0 is always in sight. */
static void fit_axis(tfl_axis *axis, double low, double high)
{
    double room = 0.04 * (high - low);
    tfl_axis_fit(axis, low < 0 ? low - room : low, high > 0 ? high + room : high, false, 4);
}

static void fit_axes(layout *l)
{
    double low = 0, high = 0;
    const tfl_logo *logo = l->logo;
    for (size_t r = 0; r < logo->n_rows; r++) {
        widen(logo, &logo->row[r], &low, &high);
    }
    for (size_t r = 0; r < logo->n_rows; r++) {
        double own_low = 0, own_high = 0;
        widen(logo, &logo->row[r], &own_low, &own_high);
        fit_axis(&l->axis[r], logo->free_y ? own_low : low, logo->free_y ? own_high : high);
    }
}

/* ---------------------------------------------------------------- boxes */

static double x_of(const layout *l, size_t i)
{
    return l->left + l->base * (double)i;
}

/* The first lane in which a box's label overlaps no earlier one. */
static void put_in_lanes(layout *l)
{
    double end[MAX_LANES] = {0};
    for (size_t i = 0; i < l->logo->n_boxes; i++) {
        const tfl_logo_box *box = &l->logo->box[i];
        if (box->label == NULL) {
            continue;
        }
        double width = fmax(tfl_canvas_text_width(l->canvas, TFL_TEXT_SMALL, true, box->label) + 4,
                            l->base * (double)(box->end - box->start));
        double from = (x_of(l, box->start) + x_of(l, box->end) - width) / 2;
        unsigned lane = 0;
        while (lane + 1 < MAX_LANES && end[lane] > from) {
            lane++;
        }
        end[lane] = from + width;
        l->lane[i] = lane;
        l->n_lanes = lane + 1 > l->n_lanes ? lane + 1 : l->n_lanes;
    }
}

static tfl_colour box_colour(const layout *l, const tfl_logo_box *box)
{
    return tfl_palette_series(l->palette, NULL, box->kind).colour;
}

static void draw_box(const layout *l, const tfl_logo_box *box, double y, double height)
{
    cairo_t *cairo = l->canvas->cairo;
    double x = x_of(l, box->start);
    double width = l->base * (double)(box->end - box->start);
    cairo_rectangle(cairo, x, y, width, height);
    tfl_colour_set(cairo, box_colour(l, box), 0.10);
    cairo_fill_preserve(cairo);
    tfl_colour_set(cairo, box_colour(l, box), 0.9);
    cairo_set_line_width(cairo, 0.9);
    cairo_stroke(cairo);
}

static void draw_box_labels(const layout *l)
{
    const tfl_logo *logo = l->logo;
    for (size_t i = 0; i < logo->n_boxes; i++) {
        const tfl_logo_box *box = &logo->box[i];
        if (box->label == NULL) {
            continue;
        }
        double middle = (x_of(l, box->start) + x_of(l, box->end)) / 2;
        double y = l->top - l->head - lane_height * l->lane[i] - 4;
        double half = tfl_canvas_text_width(l->canvas, TFL_TEXT_SMALL, true, box->label) / 2;
        middle = fmax(middle, l->left + half);
        middle = fmin(middle, fmax(x_of(l, logo->length) - half, l->left + half));
        tfl_colour_set(l->canvas->cairo, box_colour(l, box), 1);
        tfl_canvas_text(l->canvas, middle, y, (tfl_text_style){TFL_TEXT_SMALL, TFL_CENTRE, true, false}, box->label);
    }
}

/* ---------------------------------------------------------------- rows */

/* The letters of one base, or the others. */
static void draw_base(const layout *l, const tfl_logo_row *row, unsigned code, double zero, double per_unit)
{
    const tfl_logo *logo = l->logo;
    cairo_t *cairo = l->canvas->cairo;
    double width = l->base * 0.96;
    double inset = (l->base - width) / 2;
    for (size_t i = 0; i < logo->length; i++) {
        double height = isfinite(row->value[i]) ? row->value[i] * per_unit : 0;
        if (tfl_base_code[(unsigned char)logo->letters[i]] != code || fabs(height) < LEAST_HEIGHT) {
            continue;
        }
        bool stands = height < 0 && logo->upright;
        tfl_letter_path(cairo, logo->letters[i], x_of(l, i) + inset, stands ? zero - height : zero, width,
                        stands ? -height : height);
    }
    tfl_colour_set(cairo, tfl_palette_base(l->palette, tfl_base_letter[code]), 1);
    tfl_letter_fill(cairo);
}

static void draw_letters(const layout *l, const tfl_logo_row *row, double zero, double per_unit)
{
    for (unsigned code = 0; code <= TFL_BASE_OTHER; code++) {
        draw_base(l, row, code, zero, per_unit);
    }
}

static void draw_row(const layout *l, size_t r, double y)
{
    const tfl_logo *logo = l->logo;
    const tfl_axis *axis = &l->axis[r];
    tfl_canvas *canvas = l->canvas;
    double right = x_of(l, logo->length);
    double zero = y + l->row * (1 - tfl_axis_at(axis, 0));
    for (size_t i = 0; i < logo->n_boxes; i++) {
        draw_box(l, &logo->box[i], y, l->row);
    }
    tfl_colour_set(canvas->cairo, tfl_grey, 1);
    tfl_canvas_line(canvas, l->left, zero, right, zero, 0.6, 0);
    draw_letters(l, &logo->row[r], zero, l->row / (axis->high - axis->low));
    tfl_colour_set(canvas->cairo, tfl_grey, 1);
    tfl_canvas_line(canvas, l->left - 2, y, l->left - 2, y + l->row, 0.7, 0);
    tfl_axis_draw_y(canvas, axis, l->left - 2, y, l->row, true);
    if (logo->row[r].label != NULL) {
        tfl_colour_set(canvas->cairo, tfl_black, 1);
        tfl_canvas_text(canvas, l->left, y - 4, (tfl_text_style){TFL_TEXT_USUAL, TFL_LEFT, true, false},
                        logo->row[r].label);
    }
}

/* ---------------------------------------------------------------- positions */

/* Every how many positions there is a number, so that numbers keep apart. */
static int64_t position_step(const layout *l)
{
    static const int64_t nice[] = {1, 2, 5};
    char text[32];
    (void)snprintf(text, sizeof text, "%lld", (long long)(l->logo->first + (int64_t)l->logo->length));
    double room = tfl_canvas_text_width(l->canvas, TFL_TEXT_SMALL, false, text) + 14;
    int64_t step = 5;
    for (int64_t power = 1; power < 1000000; power *= 10) {
        for (size_t i = 0; i < 3; i++) {
            step = nice[i] * power;
            if ((double)step * l->base >= room && step >= 5) {
                return step;
            }
        }
    }
    return step;
}

static void draw_positions(const layout *l, double y)
{
    const tfl_logo *logo = l->logo;
    tfl_canvas *canvas = l->canvas;
    int64_t step = position_step(l);
    tfl_colour_set(canvas->cairo, tfl_grey, 1);
    tfl_canvas_line(canvas, l->left, y, x_of(l, logo->length), y, 0.7, 0);
    for (size_t i = 0; i < logo->length; i++) {
        int64_t position = logo->descending ? logo->first - (int64_t)i : logo->first + (int64_t)i;
        double x = x_of(l, i) + l->base / 2;
        if (position % step == 0 || (i == 0 && position == 1)) {
            char text[32];
            (void)snprintf(text, sizeof text, "%lld", (long long)position);
            tfl_colour_set(canvas->cairo, tfl_grey, 1);
            tfl_canvas_line(canvas, x, y, x, y + 3, 0.7, 0);
            tfl_colour_set(canvas->cairo, tfl_black, 1);
            tfl_canvas_text(canvas, x, y + 4 + TFL_TEXT_SMALL,
                            (tfl_text_style){TFL_TEXT_SMALL, TFL_CENTRE, false, false}, text);
        }
    }
    tfl_canvas_text(canvas, (l->left + x_of(l, logo->length)) / 2, y + 8 + 2 * TFL_TEXT_USUAL,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, false},
                    logo->x_label != NULL ? logo->x_label : "position");
}

/* ---------------------------------------------------------------- the page */

static double default_base_width(size_t length)
{
    return fmin(13, fmax(3.2, 780 / (double)length));
}

static void arrange(layout *l, const tfl_page *page)
{
    const tfl_logo *logo = l->logo;
    bool labelled = false;
    double ticks = 0;
    for (size_t r = 0; r < logo->n_rows; r++) {
        labelled = labelled || logo->row[r].label != NULL;
        ticks = fmax(ticks, tfl_axis_label_width(l->canvas, &l->axis[r]));
    }
    l->base = page->width > 0 ? page->width / (double)logo->length : default_base_width(logo->length);
    l->row = page->height > 0 ? page->height : logo->n_rows == 1 ? 110 : 72;
    l->head = labelled ? TFL_TEXT_USUAL + 6 : 4;
    l->left = margin + TFL_TEXT_USUAL + 5 + ticks + 2;
    put_in_lanes(l);
    l->top = margin + (page->title != NULL ? TFL_TEXT_TITLE + 9 : 0) + lane_height * l->n_lanes + l->head;
}

/* What stands beside the axes must fit, whatever the letters need. */
static double body_width(const layout *l, const tfl_page *page)
{
    double width = l->base * (double)l->logo->length;
    if (page->title != NULL) {
        width = fmax(width, tfl_canvas_text_width(l->canvas, TFL_TEXT_TITLE, true, page->title));
    }
    for (size_t r = 0; r < l->logo->n_rows; r++) {
        const char *label = l->logo->row[r].label;
        width = fmax(width, label != NULL ? tfl_canvas_text_width(l->canvas, TFL_TEXT_USUAL, true, label) : 0);
    }
    return width;
}

static tfl_status draw(layout *l, const tfl_page *page, tfl_error *err)
{
    const tfl_logo *logo = l->logo;
    tfl_canvas *canvas = l->canvas;
    double step = l->row + row_gap + l->head;
    double bottom = l->top + step * (double)(logo->n_rows - 1) + l->row;
    const char *y_label = logo->y_label != NULL ? logo->y_label : "contribution to the logit";
    /* one label for all rows, unless it is longer than they are high */
    double tall = tfl_canvas_text_width(canvas, TFL_TEXT_USUAL, false, y_label);
    double extra = fmax(0, (tall - (bottom - l->top)) / 2);
    tfl_status status = tfl_canvas_begin(canvas, l->left + body_width(l, page) + 2 * margin,
                                         fmax(bottom + 2 * TFL_TEXT_USUAL + 18, bottom + extra) + margin, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_colour_set(canvas->cairo, tfl_black, 1);
    if (page->title != NULL) {
        tfl_canvas_text(canvas, l->left, margin + TFL_TEXT_TITLE,
                        (tfl_text_style){TFL_TEXT_TITLE, TFL_LEFT, true, false}, page->title);
    }
    tfl_canvas_text(canvas, margin + TFL_TEXT_USUAL, (l->top + bottom) / 2,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, true}, y_label);
    draw_box_labels(l);
    for (size_t r = 0; r < logo->n_rows; r++) {
        draw_row(l, r, l->top + step * (double)r);
    }
    draw_positions(l, bottom + 5);
    return TFL_OK;
}

static tfl_status check(const tfl_logo *logo, tfl_error *err)
{
    if (logo->length == 0 || logo->length > TFL_LOGO_MAX_LENGTH) {
        return tfl_fail(err, TFL_EUSAGE, "%zu letters; a logo takes 1 to %d: give a part of the sequence with --region",
                        logo->length, TFL_LOGO_MAX_LENGTH);
    }
    if (logo->n_rows == 0) {
        return tfl_fail(err, TFL_EUSAGE, "a logo without contributions: at least one row is needed");
    }
    for (size_t i = 0; i < logo->n_boxes; i++) {
        if (logo->box[i].start >= logo->box[i].end || logo->box[i].end > logo->length) {
            return tfl_fail(err, TFL_EUSAGE, "a box from %zu to %zu does not lie on %zu letters", logo->box[i].start,
                            logo->box[i].end, logo->length);
        }
    }
    return TFL_OK;
}

static tfl_status prepare(layout *l, tfl_error *err)
{
    l->axis = tfl_calloc(l->logo->n_rows, sizeof *l->axis);
    l->lane = tfl_calloc(l->logo->n_boxes, sizeof *l->lane);
    if (l->axis == NULL || l->lane == NULL) {
        return tfl_fail_memory(err, "a logo");
    }
    fit_axes(l);
    return TFL_OK;
}

tfl_status tfl_logo_draw(const tfl_logo *logo, const tfl_page *page, tfl_error *err)
{
    layout l = {.logo = logo, .palette = page->palette != NULL ? page->palette : tfl_palette_at(0)};
    tfl_status status = check(logo, err);
    if (status == TFL_OK) {
        status = prepare(&l, err);
    }
    if (status == TFL_OK) {
        status = tfl_canvas_open(page, &l.canvas, err);
    }
    if (status == TFL_OK) {
        arrange(&l, page);
        status = tfl_canvas_end(l.canvas, draw(&l, page, err), err);
    }
    free(l.axis);
    free(l.lane);
    return status;
}
