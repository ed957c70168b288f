/*
 * plot.h: what every figure needs to know: where it goes, in which format, in which colours.
 *
 * Figures are drawn by cairo, and the same figure is the same bytes: no dates, no random names. Lengths are in points (1/72 inch).
 */
#ifndef TFLIFT_PLOT_H
#define TFLIFT_PLOT_H

#include <stddef.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_plot_format {
    const char *name;     /* "svg", "pdf", "png" */
    const char *suffixes; /* ".svg" */
    const char *help;
} tfl_plot_format;

/* The table; NULL after the last. */
const tfl_plot_format *tfl_plot_format_at(size_t i);
const tfl_plot_format *tfl_plot_format_find(const char *name);
/* By the path's suffix, in either case; NULL when no format has it. */
const tfl_plot_format *tfl_plot_format_for(const char *path);

typedef struct tfl_palette tfl_palette;

/* Palettes: "paper", the colours of the DeepLIFT paper's figures, and "colour-blind" (Okabe and Ito, "Color Universal Design", 2008), in
 * which series differ by the shape of their points too. NULL after the last, and for a name that is none. */
const tfl_palette *tfl_palette_at(size_t i);
const tfl_palette *tfl_palette_find(const char *name);
const char *tfl_palette_name(const tfl_palette *palette);
const char *tfl_palette_help(const tfl_palette *palette);

typedef struct tfl_page {
    const char *path;              /* "-": standard output */
    const tfl_plot_format *format; /* NULL: by the path's suffix */
    const tfl_palette *palette;    /* NULL: the first */
    const char *title;             /* NULL: none */
    double width, height;          /* of one panel, in points; 0: what is usual for the kind of figure */
    double resolution;             /* of PNG, in pixels per inch; 0: 200 */
} tfl_page;

#ifdef __cplusplus
}
#endif
#endif
