/* Scales, and ticks at round numbers. */
#include "config.h"

#include "plot/plot_internal.h"
#include "tflift/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char minus[] = "\xe2\x88\x92"; /* U+2212 */
static const double tick_length = 3;

/* ---------------------------------------------------------------- where ticks are */

/* How many multiples of step lie on the axis. */
static double count_steps(const tfl_axis *axis, double step)
{
    double slack = step * 1e-6;
    return floor((axis->high + slack) / step) - ceil((axis->low - slack) / step) + 1;
}

/* 1, 2 or 5 times a power of ten: that with a number of ticks nearest to what is wanted, the fewer of two as near
 * unless they are fewer than 3. */
static double round_step(const tfl_axis *axis, size_t wanted)
{
    static const double nice[] = {1, 2, 5, 10, 20};
    double power = pow(10, floor(log10((axis->high - axis->low) / (double)wanted)));
    double best = power, distance = HUGE_VAL;
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++) {
        double n = count_steps(axis, nice[i] * power);
        double off = fabs(n - (double)wanted) + (n < 3 ? 0.5 : 0);
        if (off <= distance) {
            best = nice[i] * power;
            distance = off;
        }
    }
    return best;
}

/* "-0.25" with a minus sign for the hyphen. */
static void write_label(char label[32], double value, int decimals)
{
    char text[TFL_NUMBER_SIZE];
    double size = fabs(value);
    if (size >= 1e7 || decimals > 6) {
        (void)tfl_format_significant(text, 4, size);
    } else {
        (void)tfl_format_fixed(text, decimals, size);
    }
    (void)snprintf(label, 32, "%s%.27s", value < 0 ? minus : "", text);
}

static void add_tick(tfl_axis *axis, double value, int decimals)
{
    if (axis->n_ticks < TFL_MAX_TICKS) {
        axis->tick[axis->n_ticks] = value;
        write_label(axis->label[axis->n_ticks], value, decimals);
        axis->n_ticks++;
    }
}

static void put_linear_ticks(tfl_axis *axis, size_t wanted)
{
    double step = round_step(axis, wanted);
    int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    double slack = step * 1e-6;
    double first = ceil((axis->low - slack) / step);
    double last = floor((axis->high + slack) / step);
    for (size_t i = 0; i < TFL_MAX_TICKS && first + (double)i <= last; i++) {
        double k = first + (double)i;
        add_tick(axis, k == 0 ? 0 : k * step, decimals); /* not -0 */
    }
}

/* Powers of ten, and 2 and 5 times those where few fit; every other power and so on where many do. */
static void put_log_ticks(tfl_axis *axis, size_t wanted)
{
    static const double factor[] = {1, 2, 5};
    double span = log10(axis->high / axis->low);
    size_t factors = span * 3 <= (double)wanted * 1.6 ? 3 : 1;
    int every = factors == 1 ? (int)fmax(1, ceil(span / (double)wanted)) : 1;
    for (int power = (int)floor(log10(axis->low)); power <= (int)ceil(log10(axis->high)); power++) {
        for (size_t i = 0; i < factors && power % every == 0; i++) {
            double value = factor[i] * pow(10, power);
            if (value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9)) {
                add_tick(axis, value, power < 0 ? -power : 0);
            }
        }
    }
}

void tfl_axis_fit(tfl_axis *axis, double low, double high, bool log, size_t wanted)
{
    memset(axis, 0, sizeof *axis);
    axis->log = log;
    if (low == high) {
        double apart = low == 0 ? 1 : fabs(low) * 0.1;
        low = log ? low / 2 : low - apart;
        high = log ? high * 2 : high + apart;
    }
    axis->low = low;
    axis->high = high;
    if (log) {
        put_log_ticks(axis, wanted);
    }
    if (axis->n_ticks < 2) { /* less than a decade may hold but one of 1, 2 and 5 */
        axis->n_ticks = 0;
        put_linear_ticks(axis, wanted);
    }
}

double tfl_axis_at(const tfl_axis *axis, double value)
{
    return axis->log ? log(value / axis->low) / log(axis->high / axis->low)
                     : (value - axis->low) / (axis->high - axis->low);
}

/* ---------------------------------------------------------------- drawing */

double tfl_axis_label_width(tfl_canvas *canvas, const tfl_axis *axis)
{
    double widest = 0;
    for (size_t i = 0; i < axis->n_ticks; i++) {
        widest = fmax(widest, tfl_canvas_text_width(canvas, TFL_TEXT_SMALL, false, axis->label[i]));
    }
    return widest + tick_length + 3;
}

void tfl_axis_draw_y(tfl_canvas *canvas, const tfl_axis *axis, double x, double y, double height, bool labels)
{
    for (size_t i = 0; i < axis->n_ticks; i++) {
        double at = y + height * (1 - tfl_axis_at(axis, axis->tick[i]));
        tfl_colour_set(canvas->cairo, tfl_grey, 1);
        tfl_canvas_line(canvas, x - tick_length, at, x, at, 0.7, 0);
        if (labels) {
            tfl_colour_set(canvas->cairo, tfl_black, 1);
            tfl_canvas_text(canvas, x - tick_length - 2, at + TFL_TEXT_SMALL * 0.36,
                            (tfl_text_style){.size = TFL_TEXT_SMALL, .anchor = TFL_RIGHT}, axis->label[i]);
        }
    }
}

void tfl_axis_draw_x(tfl_canvas *canvas, const tfl_axis *axis, double x, double y, double width, bool labels)
{
    for (size_t i = 0; i < axis->n_ticks; i++) {
        double at = x + width * tfl_axis_at(axis, axis->tick[i]);
        tfl_colour_set(canvas->cairo, tfl_grey, 1);
        tfl_canvas_line(canvas, at, y, at, y + tick_length, 0.7, 0);
        if (labels) {
            tfl_colour_set(canvas->cairo, tfl_black, 1);
            tfl_canvas_text(canvas, at, y + tick_length + TFL_TEXT_SMALL + 1,
                            (tfl_text_style){.size = TFL_TEXT_SMALL, .anchor = TFL_CENTRE}, axis->label[i]);
        }
    }
}
