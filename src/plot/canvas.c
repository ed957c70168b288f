/* A page to draw on, and the file that it becomes: one that is opened when all is drawn, so that a library that crashes
 * on the way (fontconfig does, where memory runs out) leaves nothing behind. */
#include "config.h"

#include "plot/plot_internal.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"

static const char font[] = "DejaVu Sans"; /* the system gives another where it has not got this one */
static const double points_per_inch = 72;
static const double layer_pixels = 3; /* per point */

/* ---------------------------------------------------------------- text as it can be written */

/* Bytes of the UTF-8 character that text begins with; 0 where there is none. */
static size_t character_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    for (size_t i = 1; i < length; i++) {
        if (text[i] >> 6 != 2) {
            return 0;
        }
    }
    bool overlong = (length == 2 && text[0] < 0xc2) || (length == 3 && text[0] == 0xe0 && text[1] < 0xa0) ||
                    (length == 4 && text[0] == 0xf0 && text[1] < 0x90);
    bool no_character = (length == 3 && text[0] == 0xed && text[1] >= 0xa0) || (length == 4 && text[0] > 0xf4) ||
                        (length == 4 && text[0] == 0xf4 && text[1] >= 0x90) ||
                        (length == 3 && text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe) || /* U+FFFE, U+FFFF */
                        (length == 1 && (text[0] < 0x20 || text[0] == 0x7f));
    return overlong || no_character ? 0 : length;
}

/* A copy that every reader of UTF-8 takes, cut where it is too long. */
static void clean(const char *text, char out[TFL_TEXT_SIZE])
{
    size_t used = 0;
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0' && used + 8 < TFL_TEXT_SIZE) {
        size_t length = character_length(at);
        memcpy(out + used, length > 0 ? (const char *)at : "?", length > 0 ? length : 1);
        used += length > 0 ? length : 1;
        at += length > 0 ? length : 1;
    }
    memcpy(out + used, *at != '\0' ? "\xe2\x80\xa6" : "", *at != '\0' ? 4 : 1);
}

/* ---------------------------------------------------------------- what cairo writes */

static cairo_status_t keep_bytes(void *opaque, const unsigned char *bytes, unsigned length)
{
    tfl_canvas *canvas = opaque;
    if (TFL_GROW(canvas->bytes, &canvas->capacity, canvas->size + length, "a figure", &canvas->error) != TFL_OK) {
        return CAIRO_STATUS_WRITE_ERROR;
    }
    if (length > 0) {
        memcpy(canvas->bytes + canvas->size, bytes, length);
    }
    canvas->size += length;
    return CAIRO_STATUS_SUCCESS;
}

/* ---------------------------------------------------------------- formats */

static cairo_surface_t *create_svg(tfl_canvas *canvas, double width, double height)
{
    cairo_surface_t *surface = cairo_svg_surface_create_for_stream(keep_bytes, canvas, width, height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PT);
    return surface;
}

/* Without the date of its making: the same figure is the same bytes. */
static cairo_surface_t *create_pdf(tfl_canvas *canvas, double width, double height)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep_bytes, canvas, width, height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    if (*canvas->title != '\0') {
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, canvas->title);
    }
    return surface;
}

static cairo_surface_t *create_png(tfl_canvas *canvas, double width, double height)
{
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * canvas->pixels),
                                      (int)ceil(height * canvas->pixels));
}

static void finish_vector(tfl_canvas *canvas)
{
    cairo_surface_finish(canvas->surface);
}

static void finish_png(tfl_canvas *canvas)
{
    if (cairo_surface_write_to_png_stream(canvas->surface, keep_bytes, canvas) != CAIRO_STATUS_SUCCESS) {
        (void)tfl_fail(&canvas->error, TFL_EIO, "the image cannot be written");
    }
}

static tfl_status write_svg(const tfl_canvas *canvas, tfl_output *output, tfl_error *err)
{
    return tfl_svg_write(canvas->bytes, canvas->size, canvas->title, canvas->said, output, err);
}

static tfl_status write_bytes(const tfl_canvas *canvas, tfl_output *output, tfl_error *err)
{
    return tfl_output_write(output, canvas->bytes, canvas->size, err);
}

typedef struct backend {
    const char *format;
    cairo_surface_t *(*create)(tfl_canvas *, double, double);
    void (*finish)(tfl_canvas *);
    tfl_status (*write)(const tfl_canvas *, tfl_output *, tfl_error *);
    bool image;
} backend;

static const backend backends[] = {
    {"svg", create_svg, finish_vector, write_svg, false},
    {"pdf", create_pdf, finish_vector, write_bytes, false},
    {"png", create_png, finish_png, write_bytes, true},
};

static const backend *backend_of(const tfl_canvas *canvas)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        if (strcmp(backends[i].format, canvas->format->name) == 0) {
            return &backends[i];
        }
    }
    return &backends[0];
}

/* ---------------------------------------------------------------- open, commit, discard */

/* Outlines that do not depend on the device: text is measured before there is one. */
static void set_up(cairo_t *cairo)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
}

static const tfl_plot_format *format_of(const tfl_page *page)
{
    const tfl_plot_format *format = page->format != NULL ? page->format : tfl_plot_format_for(page->path);
    return format != NULL || strcmp(page->path, "-") != 0 ? format : tfl_plot_format_at(0);
}

void tfl_canvas_discard(tfl_canvas *canvas)
{
    if (canvas == NULL) {
        return;
    }
    if (canvas->under != NULL) {
        cairo_destroy(canvas->under);
    }
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    free(canvas->bytes);
    free(canvas->said);
    free(canvas);
}

tfl_status tfl_canvas_open(const tfl_page *page, tfl_canvas **out, tfl_error *err)
{
    *out = NULL;
    const tfl_plot_format *format = format_of(page);
    if (format == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "%s: its suffix tells no format; .svg, .pdf or .png is needed, or -f FORMAT",
                        page->path);
    }
    tfl_canvas *canvas = tfl_calloc(1, sizeof *canvas);
    if (canvas == NULL) {
        return tfl_fail_memory(err, "a figure");
    }
    canvas->path = page->path;
    canvas->format = format;
    clean(page->title != NULL ? page->title : "", canvas->title);
    canvas->pixels = (page->resolution > 0 ? page->resolution : 200) / points_per_inch;
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    canvas->cairo = cairo_create(canvas->surface);
    set_up(canvas->cairo);
    *out = canvas;
    return TFL_OK;
}

static tfl_status check_drawn(cairo_status_t drawn, tfl_error *err)
{
    return drawn == CAIRO_STATUS_SUCCESS ? TFL_OK
                                         : tfl_fail(err, drawn == CAIRO_STATUS_NO_MEMORY ? TFL_ENOMEM : TFL_EIO,
                                                    "drawing failed: %s", cairo_status_to_string(drawn));
}

/* What has been measured is checked first: text whose font failed is 0 wide, and the page would be arranged for that.
 */
tfl_status tfl_canvas_begin(tfl_canvas *canvas, double width, double height, tfl_error *err)
{
    enum { MOST_PIXELS = 32000 };
    const backend *to = backend_of(canvas);
    tfl_status measured = check_drawn(cairo_status(canvas->cairo), err);
    if (measured != TFL_OK) {
        return measured;
    }
    double scale = to->image ? canvas->pixels : 1;
    if (width * scale > MOST_PIXELS || height * scale > MOST_PIXELS) {
        return tfl_fail(err, TFL_EUSAGE,
                        "the figure would be %.0f x %.0f points, too large to draw: fewer panels, shorter sequences or "
                        "a lower --resolution are needed",
                        width, height);
    }
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    canvas->surface = to->create(canvas, width, height);
    canvas->cairo = cairo_create(canvas->surface);
    set_up(canvas->cairo);
    cairo_scale(canvas->cairo, scale, scale);
    cairo_set_source_rgb(canvas->cairo, 1, 1, 1);
    cairo_paint(canvas->cairo);
    return TFL_OK;
}

/* The page as bytes. */
static tfl_status finish(tfl_canvas *canvas, tfl_error *err)
{
    const backend *to = backend_of(canvas);
    cairo_status_t drawn = cairo_status(canvas->cairo);
    to->finish(canvas);
    if (canvas->error.status != TFL_OK) {
        return tfl_fail(err, canvas->error.status, "%s", canvas->error.message);
    }
    return check_drawn(drawn != CAIRO_STATUS_SUCCESS ? drawn : cairo_surface_status(canvas->surface), err);
}

static tfl_status write_file(const tfl_canvas *canvas, tfl_error *err)
{
    const backend *to = backend_of(canvas);
    tfl_output *output = NULL;
    tfl_status status = tfl_output_open(canvas->path, TFL_PLAIN, &output, err);
    if (status == TFL_OK) {
        status = to->write(canvas, output, err);
    }
    if (status == TFL_OK) {
        return tfl_output_commit(output, err);
    }
    tfl_output_discard(output);
    return status;
}

tfl_status tfl_canvas_commit(tfl_canvas *canvas, tfl_error *err)
{
    tfl_status status = finish(canvas, err);
    if (status == TFL_OK) {
        status = write_file(canvas, err);
    }
    tfl_canvas_discard(canvas);
    return status;
}

tfl_status tfl_canvas_end(tfl_canvas *canvas, tfl_status status, tfl_error *err)
{
    if (status == TFL_OK) {
        return tfl_canvas_commit(canvas, err);
    }
    tfl_canvas_discard(canvas);
    return status;
}

/* ---------------------------------------------------------------- layers */

void tfl_canvas_layer_begin(tfl_canvas *canvas, double x, double y, double width, double height)
{
    if (backend_of(canvas)->image) {
        return;
    }
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)ceil(width * layer_pixels),
                                                        (int)ceil(height * layer_pixels));
    canvas->under = canvas->cairo;
    canvas->cairo = cairo_create(image);
    cairo_surface_destroy(image); /* the context holds it */
    cairo_scale(canvas->cairo, layer_pixels, layer_pixels);
    cairo_translate(canvas->cairo, -x, -y);
    canvas->layer[0] = x;
    canvas->layer[1] = y;
}

void tfl_canvas_layer_end(tfl_canvas *canvas)
{
    if (canvas->under == NULL) {
        return;
    }
    cairo_t *page = canvas->under;
    cairo_save(page);
    cairo_translate(page, canvas->layer[0], canvas->layer[1]);
    cairo_scale(page, 1 / layer_pixels, 1 / layer_pixels);
    cairo_set_source_surface(page, cairo_get_target(canvas->cairo), 0, 0);
    cairo_paint(page);
    cairo_restore(page);
    (void)check_drawn(cairo_status(canvas->cairo), &canvas->error);
    cairo_destroy(canvas->cairo);
    canvas->cairo = page;
    canvas->under = NULL;
}

/* ---------------------------------------------------------------- drawing */

static void choose_font(cairo_t *cairo, double size, bool bold)
{
    cairo_select_font_face(cairo, font, CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

/* The advance of text that is clean. */
static double advance(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

double tfl_canvas_text_width(tfl_canvas *canvas, double size, bool bold, const char *text)
{
    char kept[TFL_TEXT_SIZE];
    clean(text, kept);
    choose_font(canvas->cairo, size, bold);
    return advance(canvas->cairo, kept);
}

/* Adds a line to what was said. */
static void say(tfl_canvas *canvas, const char *text)
{
    size_t length = strlen(text);
    if (TFL_GROW(canvas->said, &canvas->said_capacity, canvas->said_size + length + 2, "text", &canvas->error) ==
        TFL_OK) {
        memcpy(canvas->said + canvas->said_size, text, length);
        memcpy(canvas->said + canvas->said_size + length, "\n", 2);
        canvas->said_size += length + 1;
    }
}

void tfl_canvas_text(tfl_canvas *canvas, double x, double y, tfl_text_style style, const char *text)
{
    static const double share[] = {[TFL_LEFT] = 0, [TFL_CENTRE] = 0.5, [TFL_RIGHT] = 1};
    char kept[TFL_TEXT_SIZE];
    cairo_t *cairo = canvas->cairo;
    clean(text, kept);
    choose_font(cairo, style.size, style.bold);
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    if (style.turned) {
        cairo_rotate(cairo, -acos(-1) / 2);
    }
    cairo_move_to(cairo, -share[style.anchor] * advance(cairo, kept), 0);
    cairo_show_text(cairo, kept);
    cairo_restore(cairo);
    cairo_new_path(cairo);
    say(canvas, kept);
}

void tfl_canvas_line(tfl_canvas *canvas, double x0, double y0, double x1, double y1, double width, double dash)
{
    cairo_set_line_width(canvas->cairo, width);
    cairo_set_dash(canvas->cairo, &dash, dash > 0 ? 1 : 0, 0);
    cairo_move_to(canvas->cairo, x0, y0);
    cairo_line_to(canvas->cairo, x1, y1);
    cairo_stroke(canvas->cairo);
    cairo_set_dash(canvas->cairo, NULL, 0, 0);
}
