/* The formats of figures. */
#include "config.h"

#include "tflift/plot.h"

#include <string.h>
#include <strings.h>

static const tfl_plot_format formats[] = {
    {"svg", ".svg", "vector graphics for browsers and editors"},
    {"pdf", ".pdf", "vector graphics for papers"},
    {"png", ".png", "an image"},
};

enum { FORMATS = sizeof formats / sizeof *formats };

const tfl_plot_format *tfl_plot_format_at(size_t i)
{
    return i < FORMATS ? &formats[i] : NULL;
}

const tfl_plot_format *tfl_plot_format_find(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

const tfl_plot_format *tfl_plot_format_for(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FORMATS; i++) {
        size_t suffix = strlen(formats[i].suffixes);
        if (length >= suffix && strcasecmp(path + length - suffix, formats[i].suffixes) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}
