/* What figures share: formats, colours, outlines of letters, ticks, text. */
#include "config.h"

#include "tflift/plot.h"

#include "tests/support/support.h"
#include "tests/support/svg.h"
#include "tflift/rng.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plot/plot_internal.h"

enum { SEED = 9, PATH_SIZE = 4096 };

static tfl_error error;

START_TEST(formats_are_found_by_name_and_suffix)
{
    const tfl_plot_format *format;
    size_t n = 0;
    for (; (format = tfl_plot_format_at(n)) != NULL; n++) {
        char path[64];
        (void)snprintf(path, sizeof path, "a.b/c%s", format->suffixes);
        ck_assert_ptr_eq(tfl_plot_format_for(path), format);
        ck_assert_ptr_eq(tfl_plot_format_find(format->name), format);
    }
    ck_assert_uint_eq(n, 3);
    ck_assert_ptr_null(tfl_plot_format_for("svg"));
    ck_assert_ptr_null(tfl_plot_format_for("a.svg.gz"));
    ck_assert_ptr_eq(tfl_plot_format_for("A.PNG"), tfl_plot_format_find("png"));
}
END_TEST

/* ---------------------------------------------------------------- letters */

/* Curves lie within the hull of their points. */
START_TEST(letters_fill_their_boxes_and_stay_inside)
{
    static const char letters[] = "ACGTNacgtu-R";
    for (const char *letter = letters; *letter != '\0'; letter++) {
        double low[2] = {9, 9}, high[2] = {-9, -9};
        for (const tfl_outline_step *step = tfl_letter_outline(*letter); step->kind != '\0'; step++) {
            size_t n = step->kind == 'C' ? 6 : step->kind == 'Z' ? 0 : 2;
            for (size_t i = 0; i < n; i++) {
                low[i % 2] = fmin(low[i % 2], step->at[i]);
                high[i % 2] = fmax(high[i % 2], step->at[i]);
            }
        }
        for (size_t axis = 0; axis < 2; axis++) {
            ck_assert_msg(low[axis] == 0 && high[axis] == 1, "%c: %g to %g", *letter, low[axis], high[axis]);
        }
    }
}
END_TEST

START_TEST(bases_and_series_have_colours_of_their_own)
{
    const tfl_palette *palette;
    for (size_t p = 0; (palette = tfl_palette_at(p)) != NULL; p++) {
        ck_assert_ptr_eq(tfl_palette_find(tfl_palette_name(palette)), palette);
        for (size_t i = 0; i < 32; i++) {
            for (size_t j = 0; j < i; j++) {
                tfl_series_style a = tfl_palette_series(palette, NULL, i), b = tfl_palette_series(palette, NULL, j);
                ck_assert_msg(a.marker != b.marker || memcmp(&a.colour, &b.colour, sizeof a.colour) != 0,
                              "%s: series %zu and %zu look the same", tfl_palette_name(palette), i, j);
            }
        }
        tfl_series_style both = tfl_palette_series(palette, "Both", 7);
        tfl_series_style same = tfl_palette_series(palette, "both", 2);
        ck_assert_mem_eq(&both.colour, &same.colour, sizeof same.colour);
        ck_assert(both.colour.red > both.colour.green && both.colour.red > both.colour.blue); /* red in Appendix G */
    }
}
END_TEST

/* ---------------------------------------------------------------- axes */

/* The number that a label shows. */
static double label_value(const char *label)
{
    bool negative = strncmp(label, "\xe2\x88\x92", 3) == 0;
    double value = strtod(label + (negative ? 3 : 0), NULL);
    return negative ? -value : value;
}

START_TEST(ticks_are_round_and_labels_say_where_they_are)
{
    tfl_rng rng;
    tfl_axis axis;
    tfl_rng_init(&rng, SEED, "ticks", (uint64_t)_i);
    for (size_t k = 0; k < 200; k++) {
        bool is_log = _i % 2 == 1;
        double scale = pow(10, 8 * tfl_rng_uniform(&rng) - 4);
        double low = is_log ? scale : scale * tfl_rng_normal(&rng);
        double high =
            is_log ? low * pow(10, 0.5 + 5 * tfl_rng_uniform(&rng)) : low + scale * (0.1 + tfl_rng_uniform(&rng));
        tfl_axis_fit(&axis, low, high, is_log, 5);
        ck_assert_msg(axis.n_ticks >= 2 && axis.n_ticks <= 12, "%g to %g: %zu ticks", low, high, axis.n_ticks);
        for (size_t i = 0; i < axis.n_ticks; i++) {
            double tick = axis.tick[i], at = tfl_axis_at(&axis, tick);
            ck_assert_msg(at > -1e-5 && at < 1 + 1e-5, "%g to %g: a tick at %g", low, high, tick);
            double off = fabs(label_value(axis.label[i]) - tick);
            ck_assert_msg(off <= 1e-3 * fabs(high - low), "%g to %g: a tick at %g says %s", low, high, tick,
                          axis.label[i]);
            for (size_t j = 0; j < i; j++) {
                ck_assert_str_ne(axis.label[i], axis.label[j]);
            }
            if (!is_log && i > 1) {
                ck_assert_double_eq_tol(tick - axis.tick[i - 1], axis.tick[1] - axis.tick[0], 1e-6 * scale);
            }
        }
    }
}
END_TEST

START_TEST(an_axis_without_extent_gets_one)
{
    static const double value[] = {0, 1, -3, 1e-9, 1e9};
    tfl_axis axis;
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        tfl_axis_fit(&axis, value[i], value[i], value[i] > 0, 4);
        ck_assert(axis.low < axis.high);
        ck_assert_double_eq_tol(tfl_axis_at(&axis, value[i]), 0.5, 1e-9);
    }
}
END_TEST

/* ---------------------------------------------------------------- pages */

static tfl_page page_of(const char *path)
{
    return (tfl_page){.path = path};
}

/* A page with this text, as a file's bytes. */
static char *draw_text(const char *name, const char *title, const char *text, size_t *size)
{
    static char path[PATH_SIZE];
    test_scratch_path(path, sizeof path, name);
    tfl_page page = page_of(path);
    page.title = title;
    tfl_canvas *canvas = NULL;
    char *bytes = NULL;
    ck_assert_msg(tfl_canvas_open(&page, &canvas, &error) == TFL_OK, "%s", error.message);
    ck_assert_int_eq(tfl_canvas_begin(canvas, 100, 50, &error), TFL_OK);
    tfl_canvas_text(canvas, 10, 20, (tfl_text_style){.size = 9}, text);
    ck_assert_msg(tfl_canvas_commit(canvas, &error) == TFL_OK, "%s", error.message);
    *size = test_read_file(path, &bytes);
    return bytes;
}

START_TEST(text_of_any_bytes_makes_well_formed_files)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"a < b & c > d", "a &lt; b &amp; c &gt; d"},
        {"caf\xc3\xa9 \xe2\x88\x92", "caf\xc3\xa9 \xe2\x88\x92"},
        {"bad \xff\xc3 \xed\xa0\x80 \xc0\x80 \xf5", "bad ?? ??? ?? ?"},
        {"tab\tbell\a", "tab?bell?"},
        {"", "<svg"},
    };
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "text", 0);
    for (size_t i = 0; i < 300; i++) {
        char random[601];
        size_t size = 0, length = tfl_rng_below(&rng, 600), n = sizeof cases / sizeof *cases;
        for (size_t k = 0; k < length; k++) {
            random[k] = (char)(1 + tfl_rng_below(&rng, 255));
        }
        random[length] = '\0';
        char *svg = draw_text("text.svg", i < n ? NULL : "t", i < n ? cases[i].text : random, &size);
        ck_assert_uint_eq(strlen(svg), size);
        ck_assert_msg(test_svg_fault(svg) == NULL, "%s", test_svg_fault(svg));
        ck_assert_msg(i >= n || strstr(svg, cases[i].said) != NULL, "%s", svg);
        free(svg);
    }
}
END_TEST

START_TEST(titles_are_told_to_readers)
{
    size_t size = 0;
    char *svg = draw_text("title.svg", "A & B", "x", &size);
    ck_assert_ptr_nonnull(strstr(svg, "<title>A &amp; B</title>"));
    free(svg);
    char *pdf = draw_text("title.pdf", "A title", "x", &size);
    ck_assert_mem_eq(pdf, "%PDF", 4);
    for (size_t i = 0; i + 12 < size; i++) {
        ck_assert_msg(memcmp(pdf + i, "CreationDate", 12) != 0, "a date in a PDF, which should always be the same");
    }
    free(pdf);
}
END_TEST

START_TEST(ids_tell_figures_apart_and_not_the_order_of_drawing)
{
    size_t size = 0;
    char *first = draw_text("a.svg", NULL, "one", &size);
    char *second = draw_text("b.svg", NULL, "two", &size);
    char *again = draw_text("c.svg", NULL, "one", &size);
    ck_assert_str_eq(first, again);
    const char *id = strstr(first, " id=\"f");
    ck_assert_ptr_nonnull(id);
    char prefix[16] = "";
    memcpy(prefix, id + 5, 9);
    ck_assert_ptr_null(strstr(second, prefix));
    ck_assert_ptr_null(strstr(first, "glyph")); /* every id is renamed where it stands and where it is used */
    free(first);
    free(second);
    free(again);
}
END_TEST

START_TEST(pages_that_are_too_large_are_refused)
{
    char path[PATH_SIZE];
    tfl_canvas *canvas = NULL;
    test_scratch_path(path, sizeof path, "huge.png");
    tfl_page page = page_of(path);
    ck_assert_int_eq(tfl_canvas_open(&page, &canvas, &error), TFL_OK);
    tfl_status status = tfl_canvas_begin(canvas, 100, 20000, &error);
    ck_assert_int_eq(tfl_canvas_end(canvas, status, &error), TFL_EUSAGE);
    ck_assert_ptr_nonnull(strstr(error.message, "too large"));
}
END_TEST

static size_t files_in(const char *path)
{
    size_t n = 0;
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    while (readdir(folder) != NULL) {
        n++;
    }
    (void)closedir(folder);
    return n - 2;
}

/* A failure that cairo keeps, as it does that of a font: a restore without a save. */
static void fail_cairo(tfl_canvas *canvas, bool now)
{
    if (now) {
        cairo_restore(canvas->cairo);
    }
}

/* While text is measured, on the page, in a layer, never. */
START_TEST(a_failure_of_cairo_at_any_time_leaves_no_file)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 8];
    test_scratch_path(folder, sizeof folder, "failures");
    (void)mkdir(folder, 0777);
    for (int when = 0; when <= 3; when++) {
        tfl_error failure = TFL_ERROR_INIT;
        tfl_canvas *canvas = NULL;
        (void)snprintf(path, sizeof path, "%s/a.svg", folder);
        tfl_page page = page_of(path);
        ck_assert_int_eq(tfl_canvas_open(&page, &canvas, &failure), TFL_OK);
        fail_cairo(canvas, when == 0);
        tfl_status status = tfl_canvas_begin(canvas, 100, 50, &failure);
        ck_assert_msg((status == TFL_OK) == (when != 0), "%d: %s", when, failure.message);
        if (status == TFL_OK) {
            fail_cairo(canvas, when == 1);
            tfl_canvas_layer_begin(canvas, 0, 0, 9, 9);
            fail_cairo(canvas, when == 2);
            tfl_canvas_layer_end(canvas);
        }
        ck_assert_uint_eq(files_in(folder), 0);
        status = tfl_canvas_end(canvas, status, &failure);
        ck_assert_msg((status == TFL_OK) == (when == 3), "%d: %s", when, failure.message);
        ck_assert_msg(when == 3 || strncmp(failure.message, "drawing failed: ", 16) == 0, "%s", failure.message);
        ck_assert_uint_eq(files_in(folder), when == 3);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plot");
    TCase *tests = tcase_create("plot");
    test_use_scratch(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, formats_are_found_by_name_and_suffix);
    tcase_add_test(tests, letters_fill_their_boxes_and_stay_inside);
    tcase_add_test(tests, bases_and_series_have_colours_of_their_own);
    tcase_add_loop_test(tests, ticks_are_round_and_labels_say_where_they_are, 0, 10);
    tcase_add_test(tests, an_axis_without_extent_gets_one);
    tcase_add_test(tests, text_of_any_bytes_makes_well_formed_files);
    tcase_add_test(tests, titles_are_told_to_readers);
    tcase_add_test(tests, ids_tell_figures_apart_and_not_the_order_of_drawing);
    tcase_add_test(tests, pages_that_are_too_large_are_refused);
    tcase_add_test(tests, a_failure_of_cairo_at_any_time_leaves_no_file);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
