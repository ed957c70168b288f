/* Windows lie where windows.h says, hold what the genome holds there, and fall into parts that do not touch. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"
#include "tflift/lines.h"
#include "tflift/rng.h"
#include "tflift/windows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 17, CONTIGS = 3, LONGEST = 3000 };

static tfl_error err;
static tfl_genome *genome;
static char truth[CONTIGS][LONGEST + 1], genome_path[4096];
static const size_t truth_length[CONTIGS] = {LONGEST, 1000, 50};

static void start(void)
{
    tfl_rng rng;
    char *text = malloc(3 * (LONGEST + 100)), *at = text;
    tfl_error_clear(&err);
    tfl_lines_quiet();
    printf("seed %d\n", SEED);
    tfl_rng_init(&rng, SEED, "genome", 0);
    for (size_t c = 0; c < CONTIGS; c++) {
        for (size_t i = 0; i < truth_length[c]; i++) {
            truth[c][i] = "ACGTacgtNR"[tfl_rng_below(&rng, 10)];
        }
        truth[c][truth_length[c]] = '\0';
        at += sprintf(at, ">chr%zu\n", c + 1);
        for (size_t i = 0; i < truth_length[c]; i += 60) {
            at += sprintf(at, "%.60s\n", truth[c] + i);
        }
    }
    test_scratch_path(genome_path, sizeof genome_path, "genome.fa");
    test_write_file(genome_path, text, (size_t)(at - text));
    free(text);
    ck_assert_msg(tfl_genome_open(genome_path, &genome, &err) == TFL_OK, "%s", err.message);
}

static void stop(void)
{
    tfl_genome_close(genome);
}

static tfl_status read_windows(const char *text, int64_t length, bool skip_edge, tfl_windows *windows)
{
    tfl_bed *bed;
    *windows = (tfl_windows)TFL_WINDOWS_INIT;
    ck_assert_int_eq(tfl_bed_open_memory(text, strlen(text), "x.bed", &bed, &err), TFL_OK);
    tfl_status status = tfl_windows_read(bed, genome, length, skip_edge, windows, &err);
    tfl_bed_close(bed);
    return status;
}

static tfl_window window_of(tfl_windows *windows, size_t i)
{
    tfl_window found;
    ck_assert_int_eq(tfl_windows_find(windows, i, &found, &err), TFL_OK);
    return found;
}

/* All of them; the caller frees. */
static tfl_window *all_of(tfl_windows *windows)
{
    tfl_window *all = calloc(windows->n + 1, sizeof *all);
    for (size_t i = 0; i < windows->n; i++) {
        all[i] = window_of(windows, i);
    }
    return all;
}

/* ---------------------------------------------------------------- places */

START_TEST(a_window_as_long_as_its_region_is_the_region)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "regions", 0);
    for (unsigned round = 0; round < 500; round++) {
        tfl_windows windows;
        char text[100];
        int64_t from = tfl_rng_below(&rng, 1000), length = 1 + tfl_rng_below(&rng, 300);
        sprintf(text, "chr1\t%" PRId64 "\t%" PRId64 "\n", from, from + length);
        for (int64_t wanted = 0; wanted <= length; wanted += length) {
            ck_assert_int_eq(read_windows(text, wanted, false, &windows), TFL_OK);
            ck_assert(windows.n == 1 && window_of(&windows, 0).start == from &&
                      window_of(&windows, 0).length == length);
            ck_assert_uint_eq(windows.middles, 0);
            tfl_windows_clear(&windows);
        }
        /* another length leaves as much at one end as at the other, or one base more at the end */
        int64_t other = 1 + tfl_rng_below(&rng, 300);
        if (from >= other && other != length) {
            ck_assert_int_eq(read_windows(text, other, false, &windows), TFL_OK);
            int64_t before = window_of(&windows, 0).start - from,
                    behind = from + length - window_of(&windows, 0).start - other;
            ck_assert_int_le(llabs(behind - before), 1);
            ck_assert_uint_eq(windows.middles, 1);
            tfl_windows_clear(&windows);
        }
    }
}
END_TEST

START_TEST(a_window_begins_half_its_length_before_the_summit)
{
    for (int64_t length = 1; length < 40; length++) {
        for (int64_t summit = 0; summit < 100; summit++) {
            for (size_t strand = 0; strand < 3; strand++) {
                tfl_windows windows;
                char text[100];
                sprintf(text, "chr1\t500\t600\t.\t0\t%c\t1.5\t2\t3\t%" PRId64 "\n", "+-."[strand], summit);
                ck_assert_int_eq(read_windows(text, length, false, &windows), TFL_OK);
                ck_assert_int_eq(window_of(&windows, 0).start, 500 + summit - length / 2);
                ck_assert_int_eq(window_of(&windows, 0).length, length);
                ck_assert_uint_eq(windows.middles, 0);
                tfl_windows_clear(&windows);
            }
        }
    }
}
END_TEST

/* Every window of chr3's 50 bases: it is read where it fits, and is left out or an error where it does not. */
START_TEST(windows_end_where_contigs_end)
{
    for (int64_t length = 1; length <= 51; length++) {
        for (int64_t centre = 0; centre < 50; centre++) {
            tfl_windows windows;
            char text[100], message[300];
            int64_t from = centre - length / 2;
            bool fits = from >= 0 && from + length <= 50;
            sprintf(text, "chr1\t100\t200\nchr3\t%" PRId64 "\t%" PRId64 "\n", centre, centre + 1);
            tfl_error_clear(&err);
            tfl_status status = read_windows(text, length, false, &windows);
            ck_assert_int_eq(status, fits ? TFL_OK : TFL_EINPUT);
            tfl_windows_clear(&windows);
            if (!fits) {
                sprintf(message,
                        "x.bed:2: the window of %d bases around position %d leaves chr3, which has 50 bases; "
                        "--skip-edge leaves such regions out",
                        (int)length, (int)centre);
                ck_assert_str_eq(err.message, message);
            }
            ck_assert_int_eq(read_windows(text, length, true, &windows), TFL_OK);
            ck_assert_uint_eq(windows.n, fits ? 2 : 1);
            ck_assert_uint_eq(windows.at_edge, fits ? 0 : 1);
            tfl_windows_clear(&windows);
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- letters */

START_TEST(sequences_are_those_of_the_genome)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "letters", 0);
    tfl_sequence sequence = {0};
    tfl_region region = {0}, named;
    for (unsigned round = 0; round < 1000; round++) {
        tfl_windows windows;
        char text[100], expected[LONGEST], name[100];
        size_t c = tfl_rng_below(&rng, CONTIGS), from = tfl_rng_below(&rng, (uint32_t)truth_length[c]);
        size_t length = 1 + tfl_rng_below(&rng, (uint32_t)(truth_length[c] - from));
        char strand = "+-."[tfl_rng_below(&rng, 3)];
        sprintf(text, "chr%zu\t%zu\t%zu\tname\t0\t%c\n", c + 1, from, from + length, strand);
        ck_assert_int_eq(read_windows(text, 0, false, &windows), TFL_OK);
        ck_assert_msg(tfl_windows_sequence(&windows, 0, genome, &sequence, &region, &err) == TFL_OK, "%s", err.message);
        if (strand == '-') {
            tfl_reverse_complement(truth[c] + from, length, expected);
        } else {
            memcpy(expected, truth[c] + from, length);
        }
        ck_assert_uint_eq(sequence.length, length);
        ck_assert_int_eq(memcmp(sequence.letters, expected, length), 0);
        sprintf(name, "chr%zu:%zu-%zu%s", c + 1, from, from + length,
                strand == '+'   ? "(+)"
                : strand == '-' ? "(-)"
                                : "");
        ck_assert_str_eq(sequence.name, name);
        /* the name alone places it there too */
        ck_assert_int_eq(tfl_region_parse(sequence.name, length, true, &named, &err), TFL_OK);
        ck_assert_str_eq(region.contig, named.contig);
        ck_assert(region.start == named.start && region.length == named.length && region.strand == named.strand &&
                  region.placed);
        tfl_region_clear(&named);
        tfl_windows_clear(&windows);
    }
    tfl_sequence_clear(&sequence);
    tfl_region_clear(&region);
}
END_TEST

/* ---------------------------------------------------------------- duplicates and parts */

static char *random_regions(tfl_rng *rng, size_t n, uint32_t span, bool sorted)
{
    char *text = malloc(n * 64 + 1), *at = text;
    uint32_t from = 0;
    *text = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t contig = sorted ? i * 2 / n : tfl_rng_below(rng, 2);
        from = sorted ? (i > 0 && (i - 1) * 2 / n == contig ? from : 0) + tfl_rng_below(rng, span)
                      : tfl_rng_below(rng, 700);
        from = from < 800 ? from : 800;
        at += sprintf(at, "chr%zu\t%u\t%u\t.\t0\t%c\n", contig + 1, from, from + 1 + tfl_rng_below(rng, span),
                      sorted ? '.' : "+-."[tfl_rng_below(rng, 3)]);
    }
    return text;
}

static bool overlap(const tfl_window *a, const tfl_window *b)
{
    return a->contig == b->contig && a->start < b->start + b->length && b->start < a->start + a->length;
}

static bool same(const tfl_window *a, const tfl_window *b)
{
    return a->contig == b->contig && a->start == b->start && a->length == b->length &&
           (a->strand == '-') == (b->strand == '-');
}

START_TEST(the_same_window_comes_once)
{
    for (unsigned round = 0; round < 100; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "duplicates", round);
        tfl_windows windows;
        size_t n = 1 + tfl_rng_below(&rng, 200), differing = 0;
        char *text = random_regions(&rng, n, 3, false);
        ck_assert_msg(read_windows(text, 10, true, &windows) == TFL_OK, "%s", err.message);
        tfl_window *all = all_of(&windows);
        for (size_t i = 0; i < windows.n; i++) {
            for (size_t j = 0; j < i; j++) {
                ck_assert(!same(&all[i], &all[j]));
            }
            ck_assert(i == 0 || all[i - 1].line < all[i].line);
            differing++;
        }
        free(all);
        ck_assert_uint_eq(differing + windows.duplicates + windows.at_edge, n);
        ck_assert_uint_eq(windows.regions, n);
        free(text);
        tfl_windows_clear(&windows);
    }
}
END_TEST

/* The parts of the windows of a text: none is lost, none comes twice, none overlaps one of another part. Returns
 * whether the parts, one behind the other, are the whole. */
static bool check_parts(const char *text, int64_t length, size_t parts)
{
    tfl_windows whole, part;
    bool in_order = true;
    size_t n = 0;
    ck_assert_int_eq(read_windows(text, length, true, &whole), TFL_OK);
    size_t *home = calloc(whole.n, sizeof *home);
    tfl_window *all = all_of(&whole);
    for (size_t p = 0; p < parts; p++) {
        ck_assert_int_eq(read_windows(text, length, true, &part), TFL_OK);
        ck_assert_int_eq(tfl_windows_keep(&part, whole.n * p / parts, whole.n * (p + 1) / parts, &err), TFL_OK);
        for (size_t i = 0, at = 0; i < part.n; i++, at++, n++) {
            int64_t line = window_of(&part, i).line;
            while (at < whole.n && all[at].line != line) {
                at++;
            }
            ck_assert_uint_lt(at, whole.n); /* in the order of the whole */
            ck_assert_uint_eq(home[at], 0); /* and in no other part */
            home[at] = p + 1;
            in_order &= at == n;
        }
        tfl_windows_clear(&part);
    }
    ck_assert_uint_eq(n, whole.n);
    for (size_t i = 0; i < whole.n; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert(home[i] == home[j] || !overlap(&all[i], &all[j]));
        }
    }
    free(all);
    free(home);
    tfl_windows_clear(&whole);
    return in_order;
}

START_TEST(parts_do_not_touch)
{
    static const size_t parts[] = {1, 2, 3, 7, 50};
    size_t out_of_order = 0;
    for (unsigned round = 0; round < 300; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "parts", round);
        bool sorted = round % 2 == 0;
        char *text = random_regions(&rng, 1 + tfl_rng_below(&rng, 60), 1 + tfl_rng_below(&rng, 40), sorted);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            bool in_order = check_parts(text, sorted ? 0 : 1 + tfl_rng_below(&rng, 30), parts[i]);
            ck_assert(in_order || !(sorted || parts[i] == 1));
            out_of_order += !in_order;
        }
        free(text);
    }
    ck_assert_uint_gt(out_of_order, 100); /* or the regions were too far apart to tell anything */
}
END_TEST

/* ---------------------------------------------------------------- what is wrong */

START_TEST(what_is_wrong_is_told)
{
    static const struct {
        const char *text, *message;
        bool skip_edge;
    } table[] = {
        {"", "x.bed: no regions: rows of contig, start and end are needed", false},
        {"#\n", "x.bed: no regions: rows of contig, start and end are needed", false},
        {"chr1\t5\t9\n2\t5\t9\n", "x.bed:2: @ has no contig \"2\": it calls it \"chr2\"", false},
        {"2\t5\t9\n", "x.bed:1: @ has no contig \"2\": it calls it \"chr2\"", true},
        {"chr4\t5\t9\n", "x.bed:1: @ has no contig \"chr4\": what it has is chr1, chr2 and chr3", false},
        {"chr3\t5\t51\n",
         "x.bed:1: the region ends at 51, but chr3 has 50 bases: it may be of another genome; --skip-edge leaves such "
         "regions out",
         false},
        {"chr3\t5\t51\n", "x.bed: no region is left: all 1 leave their contigs", true},
        {"chr3\t5\n", "x.bed:1: 2 columns, and at least 3 are needed: contig, start and end, with tabs between", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_windows windows;
        char expected[TFL_ERROR_SIZE], *at = expected;
        for (const char *from = table[i].message; *from != '\0'; from++) { /* @ is the path */
            at += *from == '@' ? sprintf(at, "%s", genome_path) : sprintf(at, "%c", *from);
        }
        tfl_error_clear(&err);
        ck_assert_int_eq(read_windows(table[i].text, 0, table[i].skip_edge, &windows), TFL_EINPUT);
        ck_assert_str_eq(err.message, expected);
        tfl_windows_clear(&windows);
    }
}
END_TEST

/* So many that they are sorted in a file: windows in a random order, each again and again, in parts of clusters. */
START_TEST(many_windows_are_told_apart_too)
{
    enum { DIFFERENT = 900, ROWS = 40000, PARTS = 3 };
    char *text = malloc(ROWS * 24), *at = text;
    unsigned times[DIFFERENT] = {0};
    size_t different = 0, n = 0;
    tfl_windows windows;
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "many", 0);
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t start = tfl_rng_below(&rng, DIFFERENT);
        at += sprintf(at, "chr1\t%u\t%u\n", start, start + 1);
        different += times[start]++ == 0;
    }
    for (size_t p = 0; p < PARTS; p++) {
        ck_assert_int_eq(read_windows(text, 0, false, &windows), TFL_OK);
        ck_assert_uint_eq(windows.n, different);
        ck_assert_uint_eq(windows.duplicates, ROWS - different);
        ck_assert_int_eq(tfl_windows_keep(&windows, different * p / PARTS, different * (p + 1) / PARTS, &err), TFL_OK);
        for (size_t i = 0; i < windows.n; i++, n++) {
            tfl_window here = window_of(&windows, i);
            ck_assert_uint_gt(times[here.start], 0); /* in no part before */
            times[here.start] = 0;
        }
        tfl_windows_clear(&windows);
    }
    ck_assert_uint_eq(n, different);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("windows");
    TCase *tests = tcase_create("windows");
    test_use_scratch(tests);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, a_window_as_long_as_its_region_is_the_region);
    tcase_add_test(tests, a_window_begins_half_its_length_before_the_summit);
    tcase_add_test(tests, windows_end_where_contigs_end);
    tcase_add_test(tests, sequences_are_those_of_the_genome);
    tcase_add_test(tests, the_same_window_comes_once);
    tcase_add_test(tests, parts_do_not_touch);
    tcase_add_test(tests, many_windows_are_told_apart_too);
    tcase_add_test(tests, what_is_wrong_is_told);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
