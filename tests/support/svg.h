/* What tests look for in an SVG that cairo wrote. */
#ifndef TFLIFT_TEST_SVG_H
#define TFLIFT_TEST_SVG_H

#include <stdbool.h>
#include <stddef.h>

/* A sub-path with at least two points: its box, control points included, and the style that it is drawn in. */
typedef struct test_shape {
    char style[320];
    double left, top, right, bottom;
    size_t points;
} test_shape;

/* All shapes of the paths outside of symbols, in their order, into *shape, the caller's to free; returns how many. */
size_t test_svg_shapes(const char *svg, test_shape **shape);

/* The shapes whose style contains this text are moved to the front; returns how many. */
size_t test_svg_keep(test_shape *shape, size_t n, const char *style);

/* Why the text is no well-formed XML, for what cairo and we write of XML; NULL: it is. */
const char *test_svg_fault(const char *svg);

/* Width or height of the <svg> element in points. */
double test_svg_size(const char *svg, const char *attribute);

#endif
