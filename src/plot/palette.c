/* Colours and the shapes of points. */
#include "config.h"

#include "plot/plot_internal.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "tflift/alphabet.h"

enum { CIRCLE, SQUARE, TRIANGLE, DIAMOND, CROSS, TRIANGLE_DOWN, MARKERS };

#define RGB(hex)                                                                                                       \
    {                                                                                                                  \
        (double)(((hex) >> 16) & 255) / 255, (double)(((hex) >> 8) & 255) / 255, (double)((hex)&255) / 255             \
    }

const tfl_colour tfl_black = RGB(0x222222);
const tfl_colour tfl_grey = RGB(0x666666);
const tfl_colour tfl_pale = RGB(0xdddddd);

typedef struct named_style {
    const char *name;
    tfl_series_style style;
} named_style;

enum { QUALITATIVE = 8 };

struct tfl_palette {
    const char *name, *help;
    tfl_colour base[TFL_BASES + 1];
    named_style known[4]; /* the paper's four kinds of region */
    tfl_colour series[QUALITATIVE];
    bool shapes; /* series differ by shape too; otherwise only when colours run out */
};

static const tfl_palette palettes[] = {
    {.name = "paper",
     .help = "red both, blue GATA1, green TAL1, black none",
     .base = {RGB(0x109648), RGB(0x255c99), RGB(0xf2a20c), RGB(0xd62839), RGB(0x888888)},
     .known = {{"both", {RGB(0xd62728), CIRCLE}},
               {"gata1", {RGB(0x1f5fc4), CIRCLE}},
               {"tal1", {RGB(0x1a9641), CIRCLE}},
               {"none", {RGB(0x111111), CIRCLE}}},
     .series = {RGB(0x1f5fc4), RGB(0x1a9641), RGB(0xd62728), RGB(0x7b3fa0), RGB(0xe08214), RGB(0x17a2b8), RGB(0x8c564b),
                RGB(0xd453a0)}},
    {.name = "colour-blind",
     .help = "told apart by everybody, and by shape too",
     .base = {RGB(0x009e73), RGB(0x0072b2), RGB(0xe69f00), RGB(0xd55e00), RGB(0x888888)},
     .known = {{"both", {RGB(0xd55e00), SQUARE}},
               {"gata1", {RGB(0x0072b2), CIRCLE}},
               {"tal1", {RGB(0x009e73), TRIANGLE}},
               {"none", {RGB(0x111111), CROSS}}},
     .series = {RGB(0x0072b2), RGB(0x009e73), RGB(0xd55e00), RGB(0xcc79a7), RGB(0xe69f00), RGB(0x56b4e9), RGB(0x222222),
                RGB(0xb8ab00)},
     .shapes = true},
};

enum { PALETTES = sizeof palettes / sizeof *palettes };

const tfl_palette *tfl_palette_at(size_t i)
{
    return i < PALETTES ? &palettes[i] : NULL;
}

const tfl_palette *tfl_palette_find(const char *name)
{
    for (size_t i = 0; i < PALETTES; i++) {
        if (strcmp(palettes[i].name, name) == 0) {
            return &palettes[i];
        }
    }
    return NULL;
}

const char *tfl_palette_name(const tfl_palette *palette)
{
    return palette->name;
}

const char *tfl_palette_help(const tfl_palette *palette)
{
    return palette->help;
}

tfl_colour tfl_palette_base(const tfl_palette *palette, char letter)
{
    return palette->base[tfl_base_code[(unsigned char)letter]];
}

tfl_series_style tfl_palette_series(const tfl_palette *palette, const char *name, size_t i)
{
    for (size_t k = 0; name != NULL && k < 4; k++) {
        if (strcasecmp(palette->known[k].name, name) == 0) {
            return palette->known[k].style;
        }
    }
    size_t shape = i / QUALITATIVE + (palette->shapes ? i % QUALITATIVE : 0);
    return (tfl_series_style){palette->series[i % QUALITATIVE], (unsigned)(shape % MARKERS)};
}

void tfl_colour_set(cairo_t *cairo, tfl_colour colour, double alpha)
{
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, alpha);
}

/* ---------------------------------------------------------------- markers */

/* Corners of a shape around the origin, scaled so that all shapes cover about the area of the circle of radius 1. */
typedef struct shape {
    size_t n;
    double corner[12][2];
} shape;

#define ARM 0.36
static const shape shapes[MARKERS] = {
    [SQUARE] = {4, {{-0.89, -0.89}, {0.89, -0.89}, {0.89, 0.89}, {-0.89, 0.89}}},
    [TRIANGLE] = {3, {{0, -1.35}, {1.2, 0.75}, {-1.2, 0.75}}},
    [DIAMOND] = {4, {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}}},
    [CROSS] = {12,
               {{-ARM, -1.2},
                {ARM, -1.2},
                {ARM, -ARM},
                {1.2, -ARM},
                {1.2, ARM},
                {ARM, ARM},
                {ARM, 1.2},
                {-ARM, 1.2},
                {-ARM, ARM},
                {-1.2, ARM},
                {-1.2, -ARM},
                {-ARM, -ARM}}},
    [TRIANGLE_DOWN] = {3, {{0, 1.35}, {1.2, -0.75}, {-1.2, -0.75}}},
};

void tfl_marker_draw(cairo_t *cairo, unsigned marker, double x, double y, double radius)
{
    const shape *s = &shapes[marker % MARKERS];
    if (s->n == 0) { /* a dot is the shortest way to write a circle */
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
        cairo_set_line_width(cairo, 2 * radius);
        cairo_move_to(cairo, x, y);
        cairo_line_to(cairo, x, y);
        cairo_stroke(cairo);
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        cairo_line_to(cairo, x + radius * s->corner[i][0], y + radius * s->corner[i][1]);
    }
    cairo_close_path(cairo);
    cairo_fill(cairo);
}
