/* Motifs as letters: the columns of their matrices. */
#include "config.h"

#include "tflift/logo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/plot_internal.h"

enum { COLUMNS = 3 };

static const double margin = 7;
static const double gap = 18;
static const double name_height = 15;
static const double ticks_height = 13;

typedef struct layout {
    const tfl_motif_logo *logo;
    const tfl_palette *palette;
    tfl_canvas *canvas;
    tfl_axis axis;
    size_t across, down, widest;
    double x[COLUMNS + 1]; /* where each column begins */
    double base, height, ticks;
    double left, top, y_step;
} layout;

void tfl_motif_logo_heights(const double p[TFL_BASES], bool probability, double height[TFL_BASES])
{
    double information = 2;
    for (size_t b = 0; b < TFL_BASES; b++) {
        information += p[b] > 0 ? p[b] * log2(p[b]) : 0;
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        height[b] = p[b] * (probability ? 1 : fmax(information, 0));
    }
}

/* p of column i as it is shown. */
static void column_of(const layout *l, const tfl_motif *motif, size_t i, double p[TFL_BASES])
{
    bool reverse = l->logo->reverse_complement;
    const double *from = motif->p[reverse ? motif->width - 1 - i : i];
    for (size_t b = 0; b < TFL_BASES; b++) {
        p[b] = from[reverse ? TFL_BASES - 1 - b : b];
    }
}

/* The letters of a column, the largest on top. */
static void draw_column(const layout *l, const double p[TFL_BASES], double x, double bottom)
{
    double height[TFL_BASES];
    bool done[TFL_BASES] = {false};
    double unit = l->height / (l->axis.high - l->axis.low);
    tfl_motif_logo_heights(p, l->logo->probability, height);
    for (size_t k = 0; k < TFL_BASES; k++) {
        size_t least = TFL_BASES;
        for (size_t b = 0; b < TFL_BASES; b++) {
            if (!done[b] && (least == TFL_BASES || height[b] < height[least])) {
                least = b;
            }
        }
        done[least] = true;
        if (height[least] * unit >= 0.02) {
            tfl_colour_set(l->canvas->cairo, tfl_palette_base(l->palette, tfl_base_letter[least]), 1);
            tfl_letter_path(l->canvas->cairo, tfl_base_letter[least], x + l->base * 0.02, bottom, l->base * 0.96,
                            height[least] * unit);
            tfl_letter_fill(l->canvas->cairo);
            bottom -= height[least] * unit;
        }
    }
}

static void draw_name(const layout *l, const tfl_motif *motif, double x, double y, double room)
{
    char text[300];
    bool second = motif->alternative[0] != '\0' && strcmp(motif->alternative, motif->name) != 0;
    (void)snprintf(text, sizeof text, "%.120s%s%.120s%s", motif->name, second ? "  " : "",
                   second ? motif->alternative : "", l->logo->reverse_complement ? "  (reverse complement)" : "");
    double width = tfl_canvas_text_width(l->canvas, TFL_TEXT_USUAL, true, text);
    double size = fmax(5, TFL_TEXT_USUAL * fmin(1, room / fmax(width, 1)));
    tfl_colour_set(l->canvas->cairo, tfl_black, 1);
    tfl_canvas_text(l->canvas, x, y, (tfl_text_style){size, TFL_LEFT, true, false}, text);
}

static void draw_motif(const layout *l, const tfl_motif *motif, double x, double y, double room)
{
    tfl_canvas *canvas = l->canvas;
    double bottom = y + l->height;
    size_t every = motif->width > 30 || l->base < 10 ? 5 : 1;
    draw_name(l, motif, x, y - 5, room);
    for (size_t i = 0; i < motif->width; i++) {
        double p[TFL_BASES];
        char text[24];
        column_of(l, motif, i, p);
        draw_column(l, p, x + l->base * (double)i, bottom);
        (void)snprintf(text, sizeof text, "%zu", i + 1);
        if ((i + 1) % every == 0 || i == 0) {
            tfl_colour_set(canvas->cairo, tfl_black, 1);
            tfl_canvas_text(canvas, x + l->base * ((double)i + 0.5), bottom + TFL_TEXT_SMALL + 3,
                            (tfl_text_style){TFL_TEXT_SMALL - 1, TFL_CENTRE, false, false}, text);
        }
    }
    tfl_colour_set(canvas->cairo, tfl_grey, 1);
    tfl_canvas_line(canvas, x - 2, bottom, x + l->base * (double)motif->width, bottom, 0.7, 0);
    tfl_canvas_line(canvas, x - 2, y, x - 2, bottom, 0.7, 0);
    tfl_axis_draw_y(canvas, &l->axis, x - 2, y, l->height, true);
}

/* Each as wide as its widest motif. */
static void arrange_columns(layout *l)
{
    l->x[0] = l->left;
    for (size_t c = 0; c < l->across; c++) {
        size_t width = 0;
        for (size_t i = c; i < l->logo->n_motifs; i += l->across) {
            width = l->logo->motif[i]->width > width ? l->logo->motif[i]->width : width;
        }
        l->x[c + 1] = l->x[c] + fmax(l->base * (double)width, 90) + l->ticks + gap;
    }
}

static void arrange(layout *l, const tfl_page *page)
{
    size_t n = l->logo->n_motifs;
    for (size_t i = 0; i < n; i++) {
        size_t width = l->logo->motif[i]->width;
        l->widest = width > l->widest ? width : l->widest;
    }
    l->across = n == 1 || l->widest > 30 ? 1 : n <= 6 ? 2 : COLUMNS;
    l->down = (n + l->across - 1) / l->across;
    l->base =
        page->width > 0 ? page->width / (double)l->widest : fmax(4, fmin(n == 1 ? 22 : 15, 700 / (double)l->widest));
    l->height = page->height > 0 ? page->height : n == 1 ? 100 : 70;
    tfl_axis_fit(&l->axis, 0, l->logo->probability ? 1 : 2, false, 3);
    l->ticks = tfl_axis_label_width(l->canvas, &l->axis) + 2;
    l->left = margin + TFL_TEXT_USUAL + 4 + l->ticks;
    l->top = margin + (page->title != NULL ? TFL_TEXT_TITLE + 8 : 0) + name_height;
    arrange_columns(l);
    l->y_step = l->height + ticks_height + name_height + gap / 2;
}

static tfl_status draw(const layout *l, const tfl_page *page, tfl_error *err)
{
    tfl_canvas *canvas = l->canvas;
    double width = l->x[l->across] - l->ticks - gap + margin + 4;
    double bottom = l->top + l->y_step * (double)(l->down - 1) + l->height;
    if (page->title != NULL) {
        width = fmax(width, l->left + tfl_canvas_text_width(canvas, TFL_TEXT_TITLE, true, page->title) + margin);
    }
    tfl_status status = tfl_canvas_begin(canvas, width, bottom + ticks_height + TFL_TEXT_USUAL + 6 + margin, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_colour_set(canvas->cairo, tfl_black, 1);
    if (page->title != NULL) {
        tfl_canvas_text(canvas, l->left, margin + TFL_TEXT_TITLE,
                        (tfl_text_style){TFL_TEXT_TITLE, TFL_LEFT, true, false}, page->title);
    }
    tfl_canvas_text(canvas, margin + TFL_TEXT_USUAL, (l->top + bottom) / 2,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, true},
                    l->logo->probability ? "probability" : "information (bits)");
    tfl_canvas_text(canvas, (l->left + width - margin) / 2, bottom + ticks_height + TFL_TEXT_USUAL + 3,
                    (tfl_text_style){TFL_TEXT_USUAL, TFL_CENTRE, false, false}, "position in the motif");
    for (size_t i = 0; i < l->logo->n_motifs; i++) {
        size_t c = i % l->across, r = i / l->across;
        draw_motif(l, l->logo->motif[i], l->x[c], l->top + l->y_step * (double)r, l->x[c + 1] - l->x[c] - 8);
    }
    return TFL_OK;
}

tfl_status tfl_motif_logo_draw(const tfl_motif_logo *logo, const tfl_page *page, tfl_error *err)
{
    layout l = {.logo = logo, .palette = page->palette != NULL ? page->palette : tfl_palette_at(0)};
    if (logo->n_motifs == 0) {
        return tfl_fail(err, TFL_EUSAGE, "no motif to draw: at least one is needed");
    }
    tfl_status status = tfl_canvas_open(page, &l.canvas, err);
    if (status == TFL_OK) {
        arrange(&l, page);
        status = tfl_canvas_end(l.canvas, draw(&l, page, err), err);
    }
    return status;
}
