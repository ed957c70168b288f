/*
 * Files are the same bytes, and read the same, when the program that uses the library has set a locale with a decimal
 * comma. (Ours set none.) The locale is made for the occasion, where localedef is at hand.
 */
#include "config.h"

#include "tests/support/support.h"

#include "tflift.h"

#include <ftw.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4200, LENGTH = 20 };

static tfl_error err;

static void must(tfl_status status)
{
    ck_assert_msg(status == TFL_OK, "%s", err.message);
}

static const char *place(const char *folder, const char *name)
{
    static char path[PATH_SIZE];
    char relative[128];
    (void)snprintf(relative, sizeof relative, "%s-%s", folder, name);
    test_scratch_path(path, sizeof path, relative);
    return path;
}

static tfl_output *open_output(const char *folder, const char *name)
{
    tfl_output *output;
    must(tfl_output_open(place(folder, name), TFL_PLAIN, &output, &err));
    return output;
}

/* Motifs in every format, each read back and written once more. */
static void write_motifs(const char *folder)
{
    const char *format;
    tfl_motifs *motifs, *again;
    must(tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "motifs", &motifs, &err));
    for (size_t i = 0; (format = tfl_motif_format_name(i)) != NULL; i++) {
        tfl_output *output = open_output(folder, format);
        must(tfl_motifs_write(motifs, format, output, &err));
        must(tfl_output_commit(output, &err));
        must(tfl_motifs_read(place(folder, format), &again, &err));
        ck_assert(again->motif[0].width == motifs->motif[0].width &&
                  fabs(again->motif[0].p[3][1] - motifs->motif[0].p[3][1]) < 1e-9);
        tfl_motifs_free(again);
    }
    tfl_motifs_free(motifs);
}

static void write_design(const char *folder)
{
    tfl_design *design;
    tfl_output *output = open_output(folder, "design");
    must(tfl_design_read(NULL, &design, &err));
    must(tfl_design_write(design, 3, output, &err));
    must(tfl_output_commit(output, &err));
    tfl_design_free(design);
    must(tfl_design_read(place(folder, "design"), &design, &err));
    ck_assert(design->background[0] > 0.2 && design->background[0] < 0.4);
    tfl_design_free(design);
}

static void write_track(const char *folder, const tfl_track_format *format)
{
    static char contig[] = "chr1";
    static const char letters[] = "ACGTTGCAACGTTGCAACGT";
    static float contribution[LENGTH * 4];
    const tfl_region region = {contig, 100, LENGTH, '+', true};
    const tfl_track_record record = {"chr1:100-120", &region, letters, LENGTH, "task", contribution, NULL};
    const tfl_track_options options = {.track_name = "name"};
    tfl_track *track;
    for (size_t i = 0; i < LENGTH; i++) {
        contribution[4 * i] = (float)i / 7 - 1;
    }
    must(tfl_track_open(place(folder, format->name), format, &options, &track, &err));
    must(tfl_track_write(track, &record, &err));
    must(tfl_track_commit(track, NULL, &err));
}

/* What is read back from a track is what was written. */
static void read_track(const char *folder, const tfl_track_format *format)
{
    static char name[] = "chr1:100-120", contig[] = "chr1", letters[] = "ACGTTGCAACGTTGCAACGT", nothing[] = "";
    const tfl_region region = {contig, 100, LENGTH, '+', true};
    const tfl_sequence sequence = {.name = name, .description = nothing, .letters = letters, .length = LENGTH};
    tfl_scores *scores;
    float value[LENGTH];
    int any;
    must(tfl_scores_open(place(folder, format->name), NULL, &scores, &err));
    must(tfl_scores_find(scores, &sequence, &region, value, &any, &err));
    for (size_t i = 0; i < LENGTH; i++) {
        ck_assert_msg(value[i] == (float)i / 7 - 1, "%s: %g", format->name, (double)value[i]);
    }
    tfl_scores_close(scores);
}

static void write_figures(const char *folder)
{
    static const float value[LENGTH] = {0.5F, -0.25F, 1.5F};
    static const tfl_logo_row row = {"task", value};
    static const char table[] = "name\tx\ty\tlogit_t\tt\na\t0.1\t0.25\t1.5\t1\nb\t0.3\t0.75\t-0.5\t0\n";
    const tfl_logo logo = {.letters = "ACGTTGCAACGTTGCAACGT", .length = LENGTH, .first = 1, .row = &row, .n_rows = 1};
    const tfl_chart chart = {.x = "x", .y = "y", .x_line = NAN, .y_line = NAN};
    tfl_page page = {.path = place(folder, "logo.svg")};
    tfl_frame *frame;
    must(tfl_logo_draw(&logo, &page, &err));
    must(tfl_frame_read_memory(table, sizeof table - 1, "table", &frame, &err));
    page.path = place(folder, "chart.svg");
    must(tfl_chart_draw(tfl_chart_kind_find("scatter"), frame, &chart, &page, NULL, &err));
    page.path = place(folder, "roc.svg");
    must(tfl_roc_draw(frame, frame, NULL, &page, NULL, &err));
    tfl_frame_free(frame);
}

static const char *const names[] = {"meme", "transfac", "homer", "jaspar", "rows",     "design",    "bedgraph",
                                    "bed",  "bigwig",   "tsv",   "npz",    "logo.svg", "chart.svg", "roc.svg"};

static const char *const readable[] = {"bedgraph", "bigwig", "tsv", "npz"};

static void write_all(const char *folder)
{
    write_motifs(folder);
    write_design(folder);
    for (size_t i = 0; tfl_track_format_at(i) != NULL; i++) {
        write_track(folder, tfl_track_format_at(i));
    }
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        read_track(folder, tfl_track_format_find(readable[i]));
    }
    write_figures(folder);
}

START_TEST(a_decimal_comma_changes_nothing)
{
    ck_assert_str_eq(setlocale(LC_ALL, "C"), "C");
    write_all("point");
    ck_assert_ptr_nonnull(setlocale(LC_ALL, "de_DE.UTF-8"));
    ck_assert_str_eq(localeconv()->decimal_point, ",");
    write_all("comma");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *point, *comma;
        size_t size = test_read_file(place("point", names[i]), &point);
        ck_assert_msg(test_read_file(place("comma", names[i]), &comma) == size && memcmp(point, comma, size) == 0,
                      "%s differs", names[i]);
        free(point);
        free(comma);
    }
}
END_TEST

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

/* A locale with a decimal comma in a folder of its own; false where none can be made. */
static int make_locale(char folder[])
{
    char command[256];
    if (mkdtemp(folder) == NULL) {
        return 0;
    }
    (void)snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", folder, folder);
    int status = system(command); /* NOLINT(cert-env33-c): localedef is where the PATH says */
    return status == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

int main(void)
{
    char folder[] = "/tmp/tflift-locale-XXXXXX";
    if (!make_locale(folder)) {
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        test_skip("no locale with a decimal comma can be made: localedef or its sources (Debian: locales) are missing");
    }
    Suite *suite = suite_create("locale");
    TCase *tests = tcase_create("locale");
    test_use_scratch(tests);
    tcase_add_test(tests, a_decimal_comma_changes_nothing);
    suite_add_tcase(suite, tests);
    int status = test_run(suite);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return status;
}
