/* BED and narrowPeak: rows that are written are the rows that are read, and what is wrong is told with its line. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/bed.h"
#include "tflift/rng.h"

#include <htslib/bgzf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5 };

static tfl_error err;

static void clear_error(void)
{
    tfl_error_clear(&err);
}

static tfl_bed *open_text(const char *text)
{
    tfl_bed *bed;
    ck_assert_int_eq(tfl_bed_open_memory(text, strlen(text), "x.bed", &bed, &err), TFL_OK);
    return bed;
}

/* ---------------------------------------------------------------- random files */

typedef struct written {
    char contig[16];
    int64_t start, end, summit;
    char strand;
} written;

/* Columns 4 to n of a row whose strand and summit are known. */
static size_t write_columns(char *text, size_t size, const written *row, size_t n, char separator)
{
    char strand[2] = {row->strand, '\0'}, summit[24];
    const char *column[12] = {"", "", "", "a-name", "0", strand, "10.5", "-1", "3e2", summit, "5,", "0,"};
    (void)snprintf(summit, sizeof summit, "%" PRId64, row->summit < 0 ? -1 : row->summit - row->start);
    size_t used = 0;
    for (size_t i = 3; i < n; i++) {
        used += (size_t)snprintf(text + used, size - used, "%c%s", separator, column[i]);
    }
    return used;
}

/* Contigs that could be taken for something else. */
START_TEST(contigs_that_rows_can_begin_with_are_read_again)
{
    static const struct {
        const char *contig;
        bool can;
    } table[] = {
        {"chr1", true},     {"track", false}, {"track1", true},     {"browser", false}, {"browser_x", true},
        {"track x", false}, {"#c", false},    {"c#", true},         {"", false},        {"\x1f\x8b", false},
        {"a\nb", false},    {"a\tb", false},  {"\xc3\xa4", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *contig = table[i].contig;
        ck_assert_msg(tfl_bed_can_begin(contig) == table[i].can, "contig \"%s\"", contig);
        char text[64];
        (void)snprintf(text, sizeof text, "%s\t1\t2\n", contig);
        tfl_bed *bed = open_text(text);
        tfl_bed_row row;
        bool found = false;
        if (table[i].can) {
            ck_assert_int_eq(tfl_bed_next(bed, &row, &found, &err), TFL_OK);
            ck_assert(found);
            ck_assert_str_eq(row.contig, contig);
        }
        tfl_bed_close(bed);
    }
}
END_TEST

/* A file of n_rows rows with that many columns, among lines that are no rows. */
static size_t write_rows(tfl_rng *rng, char *text, size_t size, written *row, size_t n_rows, size_t columns)
{
    static const char *const between[] = {"", "", "", "# a comment", "track name=x", "browser position chr1", " \t"};
    char separator = tfl_rng_below(rng, 3) == 0 ? ' ' : '\t';
    const char *end = tfl_rng_below(rng, 2) == 0 ? "\n" : "\r\n";
    size_t used = 0;
    for (size_t i = 0; i < n_rows; i++) {
        written *w = &row[i];
        (void)snprintf(w->contig, sizeof w->contig, "track%u", (unsigned)tfl_rng_below(rng, 30));
        w->start = (int64_t)tfl_rng_below(rng, 1000000);
        w->end = w->start + 1 + (int64_t)tfl_rng_below(rng, 500);
        w->strand = columns > 5 ? "+-."[tfl_rng_below(rng, 3)] : '.';
        bool summit = columns == 10 && tfl_rng_below(rng, 4) > 0;
        w->summit = summit ? w->start + (int64_t)tfl_rng_below(rng, (uint32_t)(w->end - w->start)) : -1;
        const char *line = between[tfl_rng_below(rng, sizeof between / sizeof *between)];
        if (*line != '\0') {
            used += (size_t)snprintf(text + used, size - used, "%s%s", line, end);
        }
        used += (size_t)snprintf(text + used, size - used, "%s%c%" PRId64 "%c%" PRId64, w->contig, separator, w->start,
                                 separator, w->end);
        used += write_columns(text + used, size - used, w, columns, separator);
        used += (size_t)snprintf(text + used, size - used, "%s", end);
    }
    return used;
}

static void compare_rows(tfl_bed *bed, const written *expected, size_t n_rows, size_t columns)
{
    tfl_bed_row row;
    bool found;
    for (size_t i = 0; i < n_rows; i++) {
        ck_assert_msg(tfl_bed_next(bed, &row, &found, &err) == TFL_OK && found, "%s", err.message);
        ck_assert_str_eq(row.contig, expected[i].contig);
        ck_assert_int_eq(row.start, expected[i].start);
        ck_assert_int_eq(row.end, expected[i].end);
        ck_assert_int_eq(row.strand, expected[i].strand);
        ck_assert_int_eq(row.summit, expected[i].summit);
        ck_assert_int_eq(tfl_bed_is_narrowpeak(bed), columns == 10);
    }
    ck_assert_int_eq(tfl_bed_next(bed, &row, &found, &err), TFL_OK);
    ck_assert(!found);
}

START_TEST(rows_are_read_as_written)
{
    enum { ROUNDS = 200, MOST_ROWS = 50, SIZE = 1 << 14 };
    printf("seed %d\n", SEED);
    char *text = malloc(SIZE), path[4096];
    written row[MOST_ROWS];
    test_scratch_path(path, sizeof path, "rows.bed.gz");
    for (unsigned round = 0; round < ROUNDS; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "rows", round);
        static const size_t widths[] = {3, 4, 5, 6, 7, 8, 9, 10, 12};
        size_t n_rows = tfl_rng_below(&rng, MOST_ROWS), columns = widths[round % 9];
        size_t size = write_rows(&rng, text, SIZE, row, n_rows, columns);
        ck_assert_uint_lt(size, SIZE);
        tfl_bed *bed;
        ck_assert_int_eq(tfl_bed_open_memory(text, size, "rows", &bed, &err), TFL_OK);
        compare_rows(bed, row, n_rows, columns);
        tfl_bed_close(bed);
        BGZF *file = bgzf_open(path, round % 2 == 0 ? "w" : "wg"); /* BGZF and gzip */
        ck_assert_ptr_nonnull(file);
        ck_assert(bgzf_write(file, text, size) == (ssize_t)size && bgzf_close(file) == 0);
        ck_assert_int_eq(tfl_bed_open(path, &bed, &err), TFL_OK);
        compare_rows(bed, row, n_rows, columns);
        tfl_bed_close(bed);
    }
    free(text);
}
END_TEST

/* ---------------------------------------------------------------- narrowPeak or not */

START_TEST(ten_columns_are_told_apart)
{
    static const struct {
        const char *text;
        int64_t summit;
        bool narrowpeak;
    } table[] = {
        {"c\t100\t300\t.\t0\t.\t5\t4\t3\t7\n", 107, true},
        {"c\t100\t300\t.\t0\t.\t0\t0\t0\t199\n", 299, true},
        {"c\t100\t300\t.\t0\t.\t1e3\t-1\t-1\t-1\n", -1, true},
        {"c\t100\t300\t.\t0\t.\t150\t200\t0\t1\n", -1, false},       /* a thick part within the region */
        {"c\t100\t300\t.\t0\t.\t100\t100\t255,0,0\t2\n", -1, false}, /* and a colour */
        {"c\t100\t300\t.\t0\t.\t150\t301\t0\t1\n", 101, true},
        {"c\t100\t300\t.\t0\t.\t5\t4\t3\n", -1, false}, /* broadPeak */
        {"c\t100\t300\t.\t0\t.\t5\t4\t3\t7\tx\n", -1, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_bed *bed = open_text(table[i].text);
        tfl_bed_row row;
        bool found;
        ck_assert_msg(tfl_bed_next(bed, &row, &found, &err) == TFL_OK && found, "%s", err.message);
        ck_assert_int_eq(row.summit, table[i].summit);
        ck_assert_int_eq(tfl_bed_is_narrowpeak(bed), table[i].narrowpeak);
        tfl_bed_close(bed);
    }
}
END_TEST

/* ---------------------------------------------------------------- what is wrong */

START_TEST(what_is_wrong_is_told)
{
    static const struct {
        const char *text, *message;
    } table[] = {
        {"c\n", "x.bed:1: 1 column, and at least 3 are needed: contig, start and end, with tabs between"},
        {"#\nc\t1\n", "x.bed:2: 2 columns, and at least 3 are needed: contig, start and end, with tabs between"},
        {"c\t1\t2\nc\t1\t2\tx\n", "x.bed:2: 4 columns, and the first row has 3: every row needs as many"},
        {"\t1\t2\n", "x.bed:1: column 1 is empty, and the name of a contig is needed"},
        {"chrom\tstart\tend\n", "x.bed:1: start \"start\" is no position: a whole number from 0 to 1000000000000 is "
                                "needed; a line of column names has to begin with #"},
        {"c\t-1\t2\n", "x.bed:1: start \"-1\" is no position: a whole number from 0 to 1000000000000 is needed"},
        {"c\t1\t2.5\n", "x.bed:1: end \"2.5\" is no position: a whole number from 0 to 1000000000000 is needed"},
        {"c\t1\t1000000000001\n",
         "x.bed:1: end \"1000000000001\" is no position: a whole number from 0 to 1000000000000 is needed"},
        {"c\t1\t99999999999999999999\n",
         "x.bed:1: end \"99999999999999999999\" is no position: a whole number from 0 to 1000000000000 is needed"},
        {"c\t1\t\n", "x.bed:1: end \"\" is no position: a whole number from 0 to 1000000000000 is needed"},
        {"c\t7\t7\n",
         "x.bed:1: start and end are both 7, so that no base lies between: end is the first position behind "
         "the region"},
        {"c\t9\t7\n", "x.bed:1: start 9 is larger than end 7: the smaller comes first on either strand, and the strand "
                      "is column 6"},
        {"c\t1\t2\ta\t0\tx\n",
         "x.bed:1: \"x\" in column 6 is no strand: +, - or . is needed (cut -f 1-3 keeps the places alone)"},
        {"c\t1\t2\ta\t0\t\n",
         "x.bed:1: \"\" in column 6 is no strand: +, - or . is needed (cut -f 1-3 keeps the places alone)"},
        {"c\t1\t9\ta\t0\t.\t1\tx\t1\t3\n", "x.bed:1: \"x\" in column 8 is no number, and ten columns are narrowPeak's: "
                                           "numbers in 7 to 9 and the summit in 10"},
        {"c\t1\t9\ta\t0\t.\t1\t1\t1\t8\n",
         "x.bed:1: summit \"8\" in column 10 is not within the region: a whole number "
         "from 0 to 7 is needed, or -1 for none"},
        {"c\t1\t9\ta\t0\t.\t1\t1\t1\t-2\n", "x.bed:1: summit \"-2\" in column 10 is not within the region: a whole "
                                            "number from 0 to 7 is needed, or -1 for none"},
        {"c\t1\t9\ta\t0\t.\t1\t1\t1\t3\nc\t1\t9\ta\t0\t.\t1\t1\t1\t\n",
         "x.bed:2: summit \"\" in column 10 is not within the region: a whole number from 0 to 7 is needed, or -1 for "
         "none"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_bed *bed = open_text(table[i].text);
        tfl_bed_row row;
        bool found = true;
        tfl_error_clear(&err);
        while (found && tfl_bed_next(bed, &row, &found, &err) == TFL_OK) {
        }
        ck_assert_str_eq(err.message, table[i].message);
        ck_assert_int_eq(err.status, TFL_EINPUT);
        ck_assert(!found);
        tfl_bed_close(bed);
    }
    tfl_bed *bed;
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bed_open("/nowhere/x.bed", &bed, &err), TFL_EIO);
    ck_assert_ptr_null(bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bed");
    TCase *tests = tcase_create("bed");
    test_use_scratch(tests);
    tcase_add_checked_fixture(tests, clear_error, NULL);
    tcase_add_test(tests, rows_are_read_as_written);
    tcase_add_test(tests, contigs_that_rows_can_begin_with_are_read_again);
    tcase_add_test(tests, ten_columns_are_told_apart);
    tcase_add_test(tests, what_is_wrong_is_told);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
