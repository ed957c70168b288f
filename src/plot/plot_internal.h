/* plot_internal.h: what the figures share: the canvas, text, letters, colours and axes. Lengths are in points, y grows
 * downwards. */
#ifndef TFLIFT_PLOT_INTERNAL_H
#define TFLIFT_PLOT_INTERNAL_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/output.h"
#include "tflift/plot.h"

/* ---------------------------------------------------------------- canvas.c */

enum { TFL_TEXT_SIZE = 512 }; /* bytes of a text that is drawn */

typedef struct tfl_canvas {
    const char *path;
    const tfl_plot_format *format;
    cairo_surface_t *surface; /* before tfl_canvas_begin only for measuring text */
    cairo_t *cairo;
    double pixels; /* of an image, per point */
    char title[TFL_TEXT_SIZE]; /* as it is drawn; "": none */
    tfl_error error;      /* the first failure while drawing, told by tfl_canvas_commit */
    unsigned char *bytes; /* what cairo wrote */
    size_t size, capacity;
    char *said; /* every text drawn, a line each */
    size_t said_size, said_capacity;
    cairo_t *under; /* of the page, while a layer is drawn */
    double layer[4];
} tfl_canvas;

/* Text can be measured at once, and drawn after tfl_canvas_begin. The page's path is kept, not copied. */
tfl_status tfl_canvas_open(const tfl_page *page, tfl_canvas **out, tfl_error *err) TFL_MUST_USE;

/* A white page of this size. Fails where text could not be measured, too. */
tfl_status tfl_canvas_begin(tfl_canvas *canvas, double width, double height, tfl_error *err) TFL_MUST_USE;

/* Writes the page's file, of which there is nothing before, and frees canvas in every case. */
tfl_status tfl_canvas_commit(tfl_canvas *canvas, tfl_error *err) TFL_MUST_USE;

/* Leaves nothing behind; NULL is allowed. */
void tfl_canvas_discard(tfl_canvas *canvas);

/* commit after success, discard after a failure; returns the first failure. */
tfl_status tfl_canvas_end(tfl_canvas *canvas, tfl_status status, tfl_error *err) TFL_MUST_USE;

/* Until tfl_canvas_layer_end, drawing goes into an image within this rectangle of the page: bounded in size, however
 * much is drawn. Where the page is an image already it goes straight there. */
void tfl_canvas_layer_begin(tfl_canvas *canvas, double x, double y, double width, double height);
void tfl_canvas_layer_end(tfl_canvas *canvas);

/* Sizes of text. */
#define TFL_TEXT_SMALL 8.0
#define TFL_TEXT_USUAL 9.0
#define TFL_TEXT_TITLE 11.0

typedef enum tfl_anchor { TFL_LEFT, TFL_CENTRE, TFL_RIGHT } tfl_anchor;

typedef struct tfl_text_style {
    double size;
    tfl_anchor anchor;
    bool bold;
    bool turned; /* read upwards, y being the place along it */
} tfl_text_style;

/* Text with its baseline at y, in the current colour. What is no UTF-8, and control characters, become '?'. */
void tfl_canvas_text(tfl_canvas *canvas, double x, double y, tfl_text_style style, const char *text);
double tfl_canvas_text_width(tfl_canvas *canvas, double size, bool bold, const char *text);

/* A straight line in the current colour; dash 0: solid. */
void tfl_canvas_line(tfl_canvas *canvas, double x0, double y0, double x1, double y1, double width, double dash);

/* ---------------------------------------------------------------- svg.c */

/* An SVG as cairo wrote it, with a title and a description (UTF-8 without control characters but line ends; NULL or "": none) for readers of the file, and ids that do not depend on what
 * was drawn before and differ from those of other figures, so that several can stand in one HTML page. */
tfl_status tfl_svg_write(const unsigned char *svg, size_t size, const char *title, const char *description,
                         tfl_output *output, tfl_error *err) TFL_MUST_USE;

/* ---------------------------------------------------------------- letters.c */

/* kind: 'M' move, 'L' line, 'C' curve, 'Z' close, '\0' the end; at: points in the unit square, y upwards. */
typedef struct tfl_outline_step {
    char kind;
    double at[6];
} tfl_outline_step;

/* A, C, G, T of either case; N for all others. */
const tfl_outline_step *tfl_letter_outline(char letter);

/* Adds the letter in the box from (x, y), its lower left corner, to the path; a negative height hangs it from there,
 * upside down. Letters of one colour that do not overlap are filled together, which keeps files small. */
void tfl_letter_path(cairo_t *cairo, char letter, double x, double y, double width, double height);

/* Fills the letters of the path in the current colour. */
void tfl_letter_fill(cairo_t *cairo);

/* ---------------------------------------------------------------- palette.c */

typedef struct tfl_colour {
    double red, green, blue;
} tfl_colour;

typedef struct tfl_series_style {
    tfl_colour colour;
    unsigned marker;
} tfl_series_style;

tfl_colour tfl_palette_base(const tfl_palette *palette, char letter);

/* The style of the series called name (may be NULL), number i of them. */
tfl_series_style tfl_palette_series(const tfl_palette *palette, const char *name, size_t i);

void tfl_colour_set(cairo_t *cairo, tfl_colour colour, double alpha);
extern const tfl_colour tfl_black, tfl_grey, tfl_pale; /* text; axes; grids */

/* Fills marker (a shape) of this radius around (x, y) in the current colour. */
void tfl_marker_draw(cairo_t *cairo, unsigned marker, double x, double y, double radius);

/* ---------------------------------------------------------------- axis.c */

enum { TFL_MAX_TICKS = 24 };

typedef struct tfl_axis {
    double low, high;
    bool log;
    size_t n_ticks;
    double tick[TFL_MAX_TICKS];
    char label[TFL_MAX_TICKS][32];
} tfl_axis;

/* An axis over [low, high], with about this many ticks at round numbers. Equal ends are moved apart; log wants both
 * above 0. */
void tfl_axis_fit(tfl_axis *axis, double low, double high, bool log, size_t wanted);

/* Where value lies, 0 at low to 1 at high. */
double tfl_axis_at(const tfl_axis *axis, double value);

/* The room that the labels of a y axis need. */
double tfl_axis_label_width(tfl_canvas *canvas, const tfl_axis *axis);

/* Ticks and labels left of (x, y … y + height), high at the top; labels only if wanted. */
void tfl_axis_draw_y(tfl_canvas *canvas, const tfl_axis *axis, double x, double y, double height, bool labels);

/* The same below (x … x + width, y). */
void tfl_axis_draw_x(tfl_canvas *canvas, const tfl_axis *axis, double x, double y, double width, bool labels);

#endif
