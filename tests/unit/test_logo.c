/* Logos: letters are as high as what they stand for. */
#include "config.h"

#include "tflift/logo.h"

#include "tests/support/support.h"
#include "tests/support/svg.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 6, LENGTH = 50, ROWS = 3, PATH_SIZE = 4096 };

static const double tolerance = 0.02; /* cairo writes 1/256 of a point */

static tfl_error error;
static char letters[LENGTH + 1];
static float value[ROWS][LENGTH];
static tfl_logo_row row[ROWS];

/* Random letters and contributions, none so small that it is not drawn. */
static void make_logo(tfl_logo *logo, uint64_t number)
{
    static char label[ROWS][16];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "logo", number);
    for (size_t i = 0; i < LENGTH; i++) {
        letters[i] = "ACGTacgtN"[tfl_rng_below(&rng, 9)];
        for (size_t r = 0; r < ROWS; r++) {
            double size = (0.1 + tfl_rng_uniform(&rng)) * (double)(r + 1);
            value[r][i] = (float)(tfl_rng_below(&rng, 3) == 0 ? -size : size);
        }
    }
    for (size_t r = 0; r < ROWS; r++) {
        (void)snprintf(label[r], sizeof label[r], "row <%zu>", r);
        row[r] = (tfl_logo_row){label[r], value[r]};
    }
    *logo = (tfl_logo){.letters = letters, .length = LENGTH, .first = 101, .row = row, .n_rows = ROWS};
}

static char *draw(const tfl_logo *logo, const char *name, size_t *size)
{
    char path[PATH_SIZE];
    char *bytes = NULL;
    test_scratch_path(path, sizeof path, name);
    const tfl_page page = {.path = path, .title = "A logo"};
    ck_assert_msg(tfl_logo_draw(logo, &page, &error) == TFL_OK, "%s", error.message);
    *size = test_read_file(path, &bytes);
    return bytes;
}

static int by_left(const void *a, const void *b)
{
    const test_shape *x = a, *y = b;
    return (x->left > y->left) - (x->left < y->left);
}

/* The boxes of the letters of all rows, in each from left to right: [rows][LENGTH]. The hole of an A is left out. */
static test_shape *letter_boxes(const char *svg, size_t n_rows)
{
    test_shape *shape = NULL;
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "evenodd");
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (shape[i].points != 3) {
            shape[kept++] = shape[i];
        }
    }
    ck_assert_uint_eq(kept, n_rows * LENGTH);
    for (size_t r = 0; r < n_rows; r++) {
        qsort(shape + r * LENGTH, LENGTH, sizeof *shape, by_left);
    }
    return shape;
}

/* Every letter's height is its contribution times one scale, from one zero. Returns the scale, in points. */
static double check_row(const test_shape *box, const float *contribution)
{
    double zero = contribution[0] > 0 ? box[0].bottom : box[0].top;
    double drawn = 0, sum = 0, scale = 0;
    for (size_t i = 0; i < LENGTH; i++) {
        double height = contribution[i] > 0 ? zero - box[i].top : zero - box[i].bottom;
        ck_assert_double_eq_tol(contribution[i] > 0 ? box[i].bottom : box[i].top, zero, tolerance);
        scale = i == 0 ? height / contribution[0] : scale;
        drawn += height;
        sum += contribution[i];
    }
    scale = drawn / sum;
    for (size_t i = 0; i < LENGTH; i++) {
        ck_assert_double_eq_tol(box[i].bottom - box[i].top, fabs(contribution[i] * scale), 2 * tolerance);
    }
    return scale;
}

START_TEST(heights_are_contributions)
{
    tfl_logo logo;
    size_t size = 0;
    make_logo(&logo, (uint64_t)_i);
    logo.upright = _i % 2 == 1;
    logo.free_y = _i % 4 >= 2;
    char *svg = draw(&logo, "logo.svg", &size);
    ck_assert_msg(test_svg_fault(svg) == NULL, "%s", test_svg_fault(svg));
    test_shape *box = letter_boxes(svg, ROWS);
    double scale[ROWS];
    for (size_t r = 0; r < ROWS; r++) {
        scale[r] = check_row(box + r * LENGTH, value[r]);
    }
    if (logo.free_y) { /* row r has contributions about r + 1 times as large */
        ck_assert(scale[0] > 1.3 * scale[1] && scale[1] > 1.1 * scale[2]);
    } else {
        ck_assert_double_eq_tol(scale[0], scale[1], 0.01 * scale[0]);
        ck_assert_double_eq_tol(scale[0], scale[2], 0.01 * scale[0]);
    }
    ck_assert_ptr_nonnull(strstr(svg, "row &lt;2&gt;\n"));
    ck_assert_ptr_nonnull(strstr(svg, "\n110\n"));
    ck_assert_ptr_nonnull(strstr(svg, "contribution to the logit\n"));
    free(box);
    free(svg);
}
END_TEST

START_TEST(bases_without_a_value_have_no_letter)
{
    tfl_logo logo;
    test_shape *shape = NULL;
    size_t size = 0;
    make_logo(&logo, 0);
    logo.n_rows = 1;
    for (size_t i = 0; i < LENGTH; i++) {
        letters[i] = 'T';
        value[0][i] = i % 2 == 0 ? NAN : 1;
    }
    char *svg = draw(&logo, "nan.svg", &size);
    size_t n = test_svg_shapes(svg, &shape);
    ck_assert_uint_eq(test_svg_keep(shape, n, "evenodd"), LENGTH / 2);
    free(shape);
    free(svg);
}
END_TEST

START_TEST(boxes_lie_on_their_letters)
{
    tfl_logo logo;
    static const tfl_logo_box boxes[] = {{3, 9, 0, "GATA1"}, {20, 31, 1, "TAL1"}, {22, 26, 1, NULL}};
    size_t size = 0;
    make_logo(&logo, 1);
    logo.n_rows = 1;
    logo.box = boxes;
    logo.n_boxes = 3;
    char *svg = draw(&logo, "boxes.svg", &size);
    test_shape *letter = letter_boxes(svg, 1), *shape = NULL;
    size_t n = test_svg_shapes(svg, &shape);
    n = test_svg_keep(shape, n, "fill-opacity:0.1");
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < n; i++) {
        const test_shape *first = &letter[boxes[i].start], *last = &letter[boxes[i].end - 1];
        double inset = 0.5 * (letter[1].left - letter[0].right);
        ck_assert_double_eq_tol(shape[i].left, first->left - inset, tolerance);
        ck_assert_double_eq_tol(shape[i].right, last->right + inset, tolerance);
        for (size_t k = boxes[i].start; k < boxes[i].end; k++) {
            ck_assert(shape[i].top <= letter[k].top + tolerance && shape[i].bottom >= letter[k].bottom - tolerance);
        }
    }
    ck_assert_str_ne(shape[0].style, shape[1].style);
    ck_assert_str_eq(shape[1].style, shape[2].style);
    ck_assert_ptr_nonnull(strstr(svg, "TAL1\n"));
    free(shape);
    free(letter);
    free(svg);
}
END_TEST

static uint32_t big_endian(const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

START_TEST(the_same_logo_is_the_same_bytes_in_every_format)
{
    const tfl_plot_format *format;
    tfl_logo logo;
    double points[2] = {0, 0};
    make_logo(&logo, 2);
    for (size_t i = 0; (format = tfl_plot_format_at(i)) != NULL; i++) {
        char name[2][32];
        char *bytes[2];
        size_t size[2];
        for (int k = 0; k < 2; k++) {
            (void)snprintf(name[k], sizeof name[k], "%d%s", k, format->suffixes);
            bytes[k] = draw(&logo, name[k], &size[k]);
        }
        ck_assert_uint_eq(size[0], size[1]);
        ck_assert_mem_eq(bytes[0], bytes[1], size[0]);
        if (strcmp(format->name, "svg") == 0) {
            points[0] = test_svg_size(bytes[0], "width");
            points[1] = test_svg_size(bytes[0], "height");
        } else if (strcmp(format->name, "png") == 0) { /* 200 pixels per inch */
            ck_assert_mem_eq(bytes[0], "\x89PNG", 4);
            ck_assert_uint_eq(big_endian(bytes[0] + 16), (uint32_t)ceil(points[0] * 200 / 72 - 1e-3));
            ck_assert_uint_eq(big_endian(bytes[0] + 20), (uint32_t)ceil(points[1] * 200 / 72 - 1e-3));
        }
        free(bytes[0]);
        free(bytes[1]);
    }
}
END_TEST

START_TEST(what_cannot_be_drawn_is_told)
{
    static const tfl_logo_box outside = {40, LENGTH + 1, 0, NULL};
    tfl_logo logo;
    char path[PATH_SIZE];
    test_scratch_path(path, sizeof path, "none.svg");
    tfl_page page = {.path = path};
    make_logo(&logo, 3);
    logo.length = _i == 0 ? 0 : _i == 1 ? TFL_LOGO_MAX_LENGTH + 1 : LENGTH;
    logo.n_rows = _i == 2 ? 0 : ROWS;
    logo.box = &outside;
    logo.n_boxes = _i == 3;
    page.path = _i == 4 ? "logo.gif" : path;
    ck_assert_int_eq(tfl_logo_draw(&logo, &page, &error), TFL_EUSAGE);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_null(file);
}
END_TEST

/* ---------------------------------------------------------------- motifs */

START_TEST(columns_are_as_high_as_their_information)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "columns", (uint64_t)_i);
    double p[TFL_BASES], height[TFL_BASES], sum = 0, total = 0, entropy = 0;
    for (size_t b = 0; b < TFL_BASES; b++) {
        p[b] = _i == 0 ? b == 1 : _i == 1 ? 0.25 : tfl_rng_uniform(&rng);
        sum += p[b];
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        p[b] /= sum;
        entropy -= p[b] > 0 ? p[b] * log(p[b]) / log(2) : 0;
    }
    tfl_motif_logo_heights(p, false, height);
    for (size_t b = 0; b < TFL_BASES; b++) {
        total += height[b];
        ck_assert_double_eq_tol(height[b], p[b] * (2 - entropy), 1e-12);
    }
    ck_assert_double_eq_tol(total, _i == 0 ? 2 : _i == 1 ? 0 : 2 - entropy, 1e-12);
    tfl_motif_logo_heights(p, true, height);
    ck_assert_double_eq_tol(height[0] + height[1] + height[2] + height[3], 1, 1e-12);
}
END_TEST

/* All letters of a motif: their heights sum to what the columns have, and the other strand has the same. */
START_TEST(letters_of_a_motif_sum_to_its_information)
{
    tfl_motifs *motifs = NULL;
    char path[PATH_SIZE];
    double drawn[2][2] = {{0}}, information = 0;
    ck_assert_int_eq(tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "m", &motifs, &error),
                     TFL_OK);
    const tfl_motif *motif = &motifs->motif[0];
    test_scratch_path(path, sizeof path, "motif.svg");
    const tfl_page page = {.path = path, .height = 1000};
    for (size_t i = 0; i < motif->width; i++) {
        double height[TFL_BASES];
        tfl_motif_logo_heights(motif->p[i], false, height);
        information += height[0] + height[1] + height[2] + height[3];
    }
    for (int k = 0; k < 4; k++) {
        char *svg = NULL;
        test_shape *shape = NULL;
        const tfl_motif_logo logo = {&motif, 1, k % 2 == 1, k / 2 == 1};
        ck_assert_int_eq(tfl_motif_logo_draw(&logo, &page, &error), TFL_OK);
        (void)test_read_file(path, &svg);
        size_t n = test_svg_shapes(svg, &shape);
        n = test_svg_keep(shape, n, "evenodd");
        for (size_t i = 0; i < n; i++) {
            drawn[k % 2][k / 2] += shape[i].points != 3 ? shape[i].bottom - shape[i].top : 0;
        }
        ck_assert_msg(strstr(svg, motif->name) != NULL, "%s is not named", motif->name);
        free(shape);
        free(svg);
    }
    for (int k = 0; k < 2; k++) {
        ck_assert_double_eq_tol(drawn[0][k], information * 1000 / 2, 0.1 * (double)motif->width);
        ck_assert_double_eq_tol(drawn[1][k], (double)motif->width * 1000, 0.1 * (double)motif->width);
    }
    tfl_motifs_free(motifs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logo");
    TCase *tests = tcase_create("logo");
    test_use_scratch(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, heights_are_contributions, 0, 8);
    tcase_add_test(tests, bases_without_a_value_have_no_letter);
    tcase_add_test(tests, boxes_lie_on_their_letters);
    tcase_add_test(tests, the_same_logo_is_the_same_bytes_in_every_format);
    tcase_add_loop_test(tests, what_cannot_be_drawn_is_told, 0, 5);
    tcase_add_loop_test(tests, columns_are_as_high_as_their_information, 0, 50);
    tcase_add_test(tests, letters_of_a_motif_sum_to_its_information);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
