/* Charts: every row is a mark in its place, and what is told is what is there. */
#include "config.h"

#include "tflift/chart.h"

#include "tests/support/support.h"
#include "tests/support/svg.h"
#include "tflift/number.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 8, MOST = 30000, TEXT_SIZE = MOST * 60, PATH_SIZE = 4096 };

static tfl_error error;

typedef struct table {
    char text[TEXT_SIZE];
    size_t n;
    double x[MOST], y[MOST];
    unsigned group[MOST], panel[MOST];
} table;

static table made;

static const char *const groups[] = {"none", "tal1", "gata1", "both"};

/* Random rows: x, y, group, panel, tier (1 to 3), error. */
static tfl_frame *make_table(size_t n, uint64_t number)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "chart", number);
    size_t used = (size_t)sprintf(made.text, "#x\ty\tgroup\tpanel\ttier\terror\n");
    made.n = n;
    for (size_t i = 0; i < n; i++) {
        made.x[i] = 1 + floor(1000 * tfl_rng_uniform(&rng)) / 64;
        made.y[i] = floor(4000 * tfl_rng_normal(&rng)) / 1024;
        made.group[i] = (unsigned)tfl_rng_below(&rng, 4);
        made.panel[i] = (unsigned)tfl_rng_below(&rng, 3);
        used +=
            (size_t)snprintf(made.text + used, sizeof made.text - used, "%.17g\t%.17g\t%s\tp%u\t%u\t0.25\n", made.x[i],
                             made.y[i], groups[made.group[i]], made.panel[i], 1 + (unsigned)tfl_rng_below(&rng, 3));
    }
    tfl_frame *frame = NULL;
    ck_assert_msg(tfl_frame_read_memory(made.text, used, "t.tsv", &frame, &error) == TFL_OK, "%s", error.message);
    return frame;
}

static tfl_chart plain_chart(void)
{
    return (tfl_chart){.x = "x", .y = "y", .x_line = NAN, .y_line = NAN};
}

static char *draw(const char *kind, const tfl_frame *frame, const tfl_chart *chart, const char *name, size_t *size)
{
    char path[PATH_SIZE];
    char *bytes = NULL;
    size_t ignored = 0;
    tfl_chart_summary summary = {0};
    test_scratch_path(path, sizeof path, name);
    const tfl_page page = {.path = path, .title = "A chart"};
    ck_assert_msg(tfl_chart_draw(tfl_chart_kind_find(kind), frame, chart, &page, &summary, &error) == TFL_OK, "%s",
                  error.message);
    *(size != NULL ? size : &ignored) = test_read_file(path, &bytes);
    return bytes;
}

/* ---------------------------------------------------------------- scatter */

/* Points in a chart without panels lie where a straight line takes x and y. */
START_TEST(points_lie_where_their_numbers_are)
{
    tfl_chart chart = plain_chart();
    tfl_frame *frame = make_table(200, (uint64_t)_i);
    test_shape *shape = NULL;
    bool is_log = _i % 2 == 1;
    chart.log_x = is_log;
    chart.group = "group";
    char *svg = draw("scatter", frame, &chart, "points.svg", NULL);
    ck_assert_msg(test_svg_fault(svg) == NULL, "%s", test_svg_fault(svg));
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "stroke-linecap:round");
    ck_assert_uint_eq(n, made.n + 4); /* and a key for each group */
    size_t low = 0, high = 0;         /* the points far left and right, top and bottom tell the scales */
    for (size_t i = 0; i < made.n; i++) {
        low = made.x[i] < made.x[low] ? i : low;
        high = made.x[i] > made.x[high] ? i : high;
    }
    double from = is_log ? log(made.x[low]) : made.x[low], to = is_log ? log(made.x[high]) : made.x[high];
    double across = (shape[high].left - shape[low].left) / (to - from);
    size_t least = 0, most = 0;
    for (size_t i = 0; i < made.n; i++) {
        least = made.y[i] < made.y[least] ? i : least;
        most = made.y[i] > made.y[most] ? i : most;
    }
    double down = (shape[most].top - shape[least].top) / (made.y[most] - made.y[least]);
    ck_assert(across > 0 && down < 0);
    for (size_t i = 0; i < made.n; i++) {
        double x = is_log ? log(made.x[i]) : made.x[i];
        ck_assert_double_eq_tol(shape[i].left, shape[low].left + (x - from) * across, 0.02);
        ck_assert_double_eq_tol(shape[i].top, shape[least].top + (made.y[i] - made.y[least]) * down, 0.02);
    }
    free(shape);
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

/* The paper's colours, whatever the order of the table; keys are in the paper's order. */
START_TEST(groups_have_the_papers_colours)
{
    static const char *const colour[] = {"rgb(6.6", "rgb(10.1", "rgb(12.1", "rgb(83.9"}; /* as groups: black … red */
    tfl_chart chart = plain_chart();
    tfl_frame *frame = make_table(50, 77);
    test_shape *shape = NULL;
    chart.group = "group";
    char *svg = draw("scatter", frame, &chart, "colours.svg", NULL);
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "stroke-linecap:round");
    for (size_t i = 0; i < made.n; i++) {
        ck_assert_msg(strstr(shape[i].style, colour[made.group[i]]) != NULL, "%s: %s", groups[made.group[i]],
                      shape[i].style);
    }
    ck_assert_ptr_nonnull(strstr(svg, "both\ngata1\ntal1\nnone\n"));
    ck_assert_uint_eq(n, made.n + 4);
    free(shape);
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

START_TEST(many_points_do_not_make_large_files)
{
    size_t size = 0;
    tfl_chart chart = plain_chart();
    tfl_frame *frame = make_table(MOST, 5);
    chart.panel = "panel";
    chart.group = "group";
    char *svg = draw("scatter", frame, &chart, "many.svg", &size);
    ck_assert_uint_lt(size, 2000000);
    ck_assert_ptr_nonnull(strstr(svg, "<image"));
    ck_assert_msg(test_svg_fault(svg) == NULL, "%s", test_svg_fault(svg));
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

/* ---------------------------------------------------------------- panels */

START_TEST(every_panel_and_group_is_named)
{
    static const char *const kinds[] = {"scatter", "tiers", "lines"};
    const tfl_plot_format *format;
    tfl_frame *frame = make_table(300, 3);
    tfl_chart chart = plain_chart();
    chart.group = "group";
    chart.panel = "panel";
    chart.panel_row = "tier";
    chart.x = _i == 1 ? "tier" : "x";
    chart.error = _i == 2 ? "error" : NULL;
    char *svg = draw(kinds[_i], frame, &chart, "named.svg", NULL);
    static const char *const expected[] = {"A chart\n", "\np0\n", "\np1\n", "\np2\n",
                                           "\n1\n",     "\n2\n",  "\n3\n",  "\ngata1\n"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ck_assert_msg(strstr(svg, expected[i]) != NULL, "%s is not said", expected[i]);
    }
    ck_assert_msg(test_svg_fault(svg) == NULL, "%s", test_svg_fault(svg));
    free(svg);
    for (size_t i = 0; (format = tfl_plot_format_at(i)) != NULL; i++) {
        char name[32];
        size_t size[2];
        (void)snprintf(name, sizeof name, "same%s", format->suffixes);
        char *one = draw(kinds[_i], frame, &chart, name, &size[0]);
        char *two = draw(kinds[_i], frame, &chart, name, &size[1]);
        ck_assert_uint_eq(size[0], size[1]);
        ck_assert_mem_eq(one, two, size[0]);
        free(one);
        free(two);
    }
    tfl_frame_free(frame);
}
END_TEST

/* ---------------------------------------------------------------- tiers, lines */

/* Sums the numbers of the lines "n = 12". */
static size_t sum_counts(const char *svg)
{
    size_t sum = 0;
    for (const char *at = svg; (at = strstr(at, "\nn = ")) != NULL; at += 5) {
        sum += strtoul(at + 5, NULL, 10);
    }
    return sum;
}

START_TEST(tiers_count_every_row)
{
    tfl_chart chart = plain_chart();
    tfl_frame *frame = make_table((size_t)_i * 37 + 1, (uint64_t)_i);
    chart.x = "tier";
    chart.group = _i % 2 == 0 ? "group" : NULL;
    chart.panel = _i % 3 == 0 ? "panel" : NULL;
    char *svg = draw("tiers", frame, &chart, "tiers.svg", NULL);
    ck_assert_uint_eq(sum_counts(svg), made.n);
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

/* Quartiles of 1 … 9 are 3, 5, 7: so lie the box and the line in it, between whiskers at 1 and 9. */
START_TEST(boxes_are_quartiles)
{
    static const char text[] = "t\ty\na\t9\na\t1\na\t8\na\t2\na\t7\na\t3\na\t6\na\t4\na\t5\n";
    tfl_frame *frame = NULL;
    test_shape *shape = NULL;
    tfl_chart chart = plain_chart();
    chart.x = "t";
    ck_assert_int_eq(tfl_frame_read_memory(text, sizeof text - 1, "t.tsv", &frame, &error), TFL_OK);
    char *svg = draw("tiers", frame, &chart, "box.svg", NULL);
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "stroke-linecap:round"); /* the points, in the order of the table */
    ck_assert_uint_eq(n, 9);
    double nine = shape[0].top, one = shape[1].top, seven = shape[4].top, five = shape[8].top, three = shape[5].top;
    free(shape);
    n = test_svg_shapes(svg, &shape);
    size_t dark = test_svg_keep(shape, n, "stroke-width:0.9;");
    bool box = false, upper = false, lower = false;
    for (size_t i = 0; i < dark; i++) {
        box = box || (fabs(shape[i].top - seven) < 0.02 && fabs(shape[i].bottom - three) < 0.02);
        upper = upper || (fabs(shape[i].top - nine) < 0.02 && fabs(shape[i].bottom - seven) < 0.02);
        lower = lower || (fabs(shape[i].top - three) < 0.02 && fabs(shape[i].bottom - one) < 0.02);
    }
    ck_assert(box && upper && lower);
    free(shape);
    n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "stroke-width:2;");
    ck_assert_uint_eq(n, 1);
    ck_assert_double_eq_tol(shape[0].top, five, 0.02);
    free(shape);
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

START_TEST(lines_go_from_left_to_right_through_every_row)
{
    tfl_chart chart = plain_chart();
    tfl_frame *frame = make_table(100, 12);
    test_shape *shape = NULL;
    chart.y = "y,error";
    char *svg = draw("lines", frame, &chart, "lines.svg", NULL);
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "stroke-width:1.3;");
    ck_assert_uint_eq(n, 2); /* a line per column, and no markers on long ones */
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(shape[i].points, i == 0 ? made.n : 2); /* cairo makes one of lines that go straight on */
        ck_assert_double_eq_tol(shape[i].left, shape[0].left, 0.02);
    }
    ck_assert_double_eq_tol(shape[1].top, shape[1].bottom, 0.02); /* error is 0.25 everywhere */
    const char *legend = strstr(svg, "\ny\nerror\n");
    ck_assert_ptr_nonnull(legend);
    free(shape);
    free(svg);
    tfl_frame_free(frame);
}
END_TEST

/* ---------------------------------------------------------------- ROC */

enum { SCORED = 120 };

/* The share of pairs that are ranked rightly, ties one half. */
static double plain_area(const double *score, const int *label)
{
    double right = 0, pairs = 0;
    for (size_t i = 0; i < SCORED; i++) {
        for (size_t j = 0; j < SCORED; j++) {
            if (label[i] == 1 && label[j] == 0) {
                pairs++;
                right += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
            }
        }
    }
    return right / pairs;
}

START_TEST(areas_are_those_of_ranks)
{
    static char predictions[SCORED * 40], labels[SCORED * 60];
    static double score[SCORED];
    static int label[SCORED];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "roc", (uint64_t)_i);
    size_t p = (size_t)sprintf(predictions, "#name\tlogit_t\tprobability_t\n");
    size_t l = (size_t)sprintf(labels, "#name\tclass\tsplit\tt\n");
    for (size_t i = 0; i < SCORED; i++) {
        label[i] = tfl_rng_below(&rng, 10) == 0 ? -1 : (int)tfl_rng_below(&rng, 2); /* -1: NA, or of another split */
        score[i] = floor((_i % 2 == 0 ? 4 : 400) * (tfl_rng_normal(&rng) + label[i])) / 4;
        p += (size_t)sprintf(predictions + p, "s%zu\t%g\t0\n", i, score[i]);
        l += (size_t)sprintf(labels + l, "s%zu\tc\t%s\t%s\n", i, label[i] < 0 && _i % 3 == 0 ? "train" : "test",
                             label[i] < 0 && _i % 3 != 0 ? "NA"
                             : label[i] == 1             ? "1"
                                                         : "0");
    }
    char path[PATH_SIZE], expected[32];
    char *svg = NULL;
    tfl_frame *one = NULL, *two = NULL;
    test_scratch_path(path, sizeof path, "roc.svg");
    const tfl_page page = {.path = path};
    ck_assert_int_eq(tfl_frame_read_memory(predictions, p, "p.tsv", &one, &error), TFL_OK);
    ck_assert_int_eq(tfl_frame_read_memory(labels, l, "l.tsv", &two, &error), TFL_OK);
    ck_assert_msg(tfl_roc_draw(one, two, "test", &page, NULL, &error) == TFL_OK, "%s", error.message);
    (void)test_read_file(path, &svg);
    (void)snprintf(expected, sizeof expected, "t (auROC %.3f)", plain_area(score, label));
    ck_assert_msg(strstr(svg, expected) != NULL, "%s is not said", expected);
    free(svg);
    tfl_frame_free(one);
    tfl_frame_free(two);
}
END_TEST

/* ---------------------------------------------------------------- what is wrong */

START_TEST(what_is_wrong_is_told)
{
    static const struct {
        const char *kind, *x, *y, *group, *message;
    } bad[] = {
        {"scatter", "z", "y", NULL, "t.tsv: has no column z; it has x, y, group, panel, tier, error"},
        {"scatter", "x", "y", "who", "t.tsv: has no column who; it has x, y, group, panel, tier, error"},
        {"scatter", "x", "group", NULL, "t.tsv:2: column group has \"both\"; a number is needed, or NA"},
        {"lines", "x", "y,z", NULL, "t.tsv: has no column z; it has x, y, group, panel, tier, error"},
        {"lines", "x", "y,y", NULL, "t.tsv: two lines would be called y, and names must differ"},
        {"scatter", "x", "y", "x", "t.tsv: column x has more than 32 different values, too many for a colour each"},
    };
    tfl_frame *frame = make_table(100, 1);
    char path[PATH_SIZE];
    test_scratch_path(path, sizeof path, "wrong.svg");
    const tfl_page page = {.path = path};
    tfl_chart chart = plain_chart();
    chart.x = bad[_i].x;
    chart.y = bad[_i].y;
    chart.group = bad[_i].group;
    memcpy(strstr(frame->cell[2], groups[made.group[0]]), "both", 4);
    frame->cell[2][4] = '\0';
    ck_assert_int_ne(tfl_chart_draw(tfl_chart_kind_find(bad[_i].kind), frame, &chart, &page, NULL, &error), TFL_OK);
    ck_assert_str_eq(error.message, bad[_i].message);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_null(file);
    tfl_frame_free(frame);
}
END_TEST

START_TEST(rows_without_numbers_are_counted)
{
    static const char text[] = "x\ty\n1\t2\nNA\t3\n-4\t5\n6\t.\n";
    tfl_frame *frame = NULL;
    char path[PATH_SIZE];
    tfl_chart_summary summary;
    tfl_chart chart = plain_chart();
    test_scratch_path(path, sizeof path, "missing.svg");
    const tfl_page page = {.path = path};
    ck_assert_int_eq(tfl_frame_read_memory(text, sizeof text - 1, "t.tsv", &frame, &error), TFL_OK);
    const tfl_chart_kind *kind = tfl_chart_kind_find("scatter");
    ck_assert_int_eq(tfl_chart_draw(kind, frame, &chart, &page, &summary, &error), TFL_OK);
    ck_assert_uint_eq(summary.drawn, 2);
    ck_assert_uint_eq(summary.missing, 2);
    chart.log_x = true; /* and -4 */
    ck_assert_int_eq(tfl_chart_draw(kind, frame, &chart, &page, &summary, &error), TFL_OK);
    ck_assert_uint_eq(summary.missing, 3);
    frame->n_rows = 0;
    ck_assert_int_eq(tfl_chart_draw(kind, frame, &chart, &page, &summary, &error), TFL_EINPUT);
    ck_assert_str_eq(error.message, "t.tsv: none of its 0 rows has numbers to draw in x and y");
    tfl_frame_free(frame);
}
END_TEST

/* Tests may share a process (CK_FORK=no). */
static void forget_errors(void)
{
    tfl_error_clear(&error);
}

int main(void)
{
    Suite *suite = suite_create("chart");
    TCase *tests = tcase_create("chart");
    tcase_add_checked_fixture(tests, forget_errors, NULL);
    test_use_scratch(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, points_lie_where_their_numbers_are, 0, 6);
    tcase_add_test(tests, groups_have_the_papers_colours);
    tcase_add_test(tests, many_points_do_not_make_large_files);
    tcase_add_loop_test(tests, every_panel_and_group_is_named, 0, 3);
    tcase_add_loop_test(tests, tiers_count_every_row, 0, 12);
    tcase_add_test(tests, boxes_are_quartiles);
    tcase_add_test(tests, lines_go_from_left_to_right_through_every_row);
    tcase_add_loop_test(tests, areas_are_those_of_ranks, 0, 12);
    tcase_add_loop_test(tests, what_is_wrong_is_told, 0, 6);
    tcase_add_test(tests, rows_without_numbers_are_counted);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
