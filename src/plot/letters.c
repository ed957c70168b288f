/*
 * The letters of logos as outlines of our own, so that they depend on no font and fill their boxes to the edge,
 * whatever their height. Each lies in the unit square, y upwards; C and G are arcs of ellipses.
 */
#include "config.h"

#include "plot/plot_internal.h"

#include "tflift/alphabet.h"

static const tfl_outline_step letter_a[] = {
    {'M', {0.0000, 0.0000}},
    {'L', {0.3850, 1.0000}},
    {'L', {0.6150, 1.0000}},
    {'L', {1.0000, 0.0000}},
    {'L', {0.7900, 0.0000}},
    {'L', {0.7050, 0.2350}},
    {'L', {0.2950, 0.2350}},
    {'L', {0.2100, 0.0000}},
    {'Z', {0}},
    {'M', {0.3580, 0.3850}},
    {'L', {0.5000, 0.7530}},
    {'L', {0.6420, 0.3850}},
    {'Z', {0}},
    {'\0', {0}},
};

static const tfl_outline_step letter_c[] = {
    {'M', {1.0000, 0.7619}},
    {'C', {0.9017, 0.9099, 0.7276, 1.0000, 0.5400, 1.0000}},
    {'C', {0.2418, 1.0000, 0.0000, 0.7761, 0.0000, 0.5000}},
    {'C', {0.0000, 0.2239, 0.2418, 0.0000, 0.5400, 0.0000}},
    {'C', {0.7276, 0.0000, 0.9017, 0.0901, 1.0000, 0.2381}},
    {'L', {0.8000, 0.2876}},
    {'C', {0.7375, 0.2039, 0.6416, 0.1550, 0.5400, 0.1550}},
    {'C', {0.3577, 0.1550, 0.2100, 0.3095, 0.2100, 0.5000}},
    {'C', {0.2100, 0.6905, 0.3577, 0.8450, 0.5400, 0.8450}},
    {'C', {0.6416, 0.8450, 0.7375, 0.7961, 0.8000, 0.7124}},
    {'Z', {0}},
    {'\0', {0}},
};

static const tfl_outline_step letter_g[] = {
    {'M', {1.0000, 0.7619}},
    {'C', {0.9017, 0.9099, 0.7276, 1.0000, 0.5400, 1.0000}},
    {'C', {0.2418, 1.0000, 0.0000, 0.7761, 0.0000, 0.5000}},
    {'C', {0.0000, 0.2239, 0.2418, 0.0000, 0.5400, 0.0000}},
    {'C', {0.7276, 0.0000, 0.9017, 0.0901, 1.0000, 0.2381}},
    {'L', {1.0000, 0.5300}},
    {'L', {0.5600, 0.5300}},
    {'L', {0.5600, 0.3850}},
    {'L', {0.7900, 0.3850}},
    {'L', {0.7900, 0.2748}},
    {'C', {0.7273, 0.1987, 0.6360, 0.1550, 0.5400, 0.1550}},
    {'C', {0.3577, 0.1550, 0.2100, 0.3095, 0.2100, 0.5000}},
    {'C', {0.2100, 0.6905, 0.3577, 0.8450, 0.5400, 0.8450}},
    {'C', {0.6416, 0.8450, 0.7375, 0.7961, 0.8000, 0.7124}},
    {'Z', {0}},
    {'\0', {0}},
};

static const tfl_outline_step letter_t[] = {
    {'M', {0.0000, 1.0000}},
    {'L', {1.0000, 1.0000}},
    {'L', {1.0000, 0.8400}},
    {'L', {0.6050, 0.8400}},
    {'L', {0.6050, 0.0000}},
    {'L', {0.3950, 0.0000}},
    {'L', {0.3950, 0.8400}},
    {'L', {0.0000, 0.8400}},
    {'Z', {0}},
    {'\0', {0}},
};

static const tfl_outline_step letter_n[] = {
    {'M', {0.0000, 0.0000}},
    {'L', {0.0000, 1.0000}},
    {'L', {0.2500, 1.0000}},
    {'L', {0.7800, 0.3000}},
    {'L', {0.7800, 1.0000}},
    {'L', {1.0000, 1.0000}},
    {'L', {1.0000, 0.0000}},
    {'L', {0.7500, 0.0000}},
    {'L', {0.2200, 0.7000}},
    {'L', {0.2200, 0.0000}},
    {'Z', {0}},
    {'\0', {0}},
};

/* By base code, the last for every other letter. */
static const tfl_outline_step *const outline[TFL_BASES + 1] = {letter_a, letter_c, letter_g, letter_t, letter_n};

const tfl_outline_step *tfl_letter_outline(char letter)
{
    return outline[tfl_base_code[(unsigned char)letter]];
}

void tfl_letter_path(cairo_t *cairo, char letter, double x, double y, double width, double height)
{
    cairo_matrix_t place; /* unit square -> box, y upwards */
    cairo_matrix_init(&place, width, 0, 0, -height, x, y);
    for (const tfl_outline_step *step = tfl_letter_outline(letter); step->kind != '\0'; step++) {
        double at[6];
        for (size_t i = 0; i < 6; i += 2) {
            at[i] = step->at[i];
            at[i + 1] = step->at[i + 1];
            cairo_matrix_transform_point(&place, &at[i], &at[i + 1]);
        }
        switch (step->kind) {
        case 'M':
            cairo_move_to(cairo, at[0], at[1]);
            break;
        case 'L':
            cairo_line_to(cairo, at[0], at[1]);
            break;
        case 'C':
            cairo_curve_to(cairo, at[0], at[1], at[2], at[3], at[4], at[5]);
            break;
        default:
            cairo_close_path(cairo);
        }
    }
}

void tfl_letter_fill(cairo_t *cairo)
{
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_fill(cairo);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING);
}
