/* Where a sequence lies, by its name and length. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/fasta.h"
#include "tflift/region.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static tfl_error err;

START_TEST(names_place_sequences)
{
    static const struct {
        const char *name;
        size_t length;
        const char *contig;
        int64_t start;
        char strand;
        bool placed;
    } table[] = {
        {"chr1:100-300", 200, "chr1", 100, '+', true}, /* bedtools getfasta */
        {"chr1:101-300", 200, "chr1", 100, '+', true}, /* samtools faidx */
        {"chr1:0-5", 5, "chr1", 0, '+', true},
        {"chr1:1-5", 5, "chr1", 0, '+', true},
        {"peak7::chr2:100-300", 200, "chr2", 100, '+', true}, /* bedtools getfasta -name */
        {"a::b::chr2:100-300(-)", 200, "chr2", 100, '-', true},
        {"chr1:100-300(+)", 200, "chr1", 100, '+', true},
        {"chr1:100-300(-)", 200, "chr1", 100, '-', true},
        {"chr1:100-300(.)", 200, "chr1", 100, '+', true},
        {"HLA-A*01:01:01:01:5-15", 10, "HLA-A*01:01:01:01", 5, '+', true},
        {"x::HLA-A*01:01:01:01:6-15(-)", 10, "HLA-A*01:01:01:01", 5, '-', true},
        {"chr1:5000000000-5000000010", 10, "chr1", INT64_C(5000000000), '+', true},
        /* names of their own */
        {"seq1", 10, "seq1", 0, '+', false},
        {"HLA-A*01:01:01:01", 10, "HLA-A*01:01:01:01", 0, '+', false},
        {"chr1:100", 10, "chr1:100", 0, '+', false},
        {"chr1:-100-200", 10, "chr1:-100-200", 0, '+', false},
        {"chr1:100-", 10, "chr1:100-", 0, '+', false},
        {"chr1:1e2-200", 10, "chr1:1e2-200", 0, '+', false},
        {"chr1:1-2-3", 10, "chr1:1-2-3", 0, '+', false},
        {":1-11", 10, ":1-11", 0, '+', false},
        {"x:::1-11", 10, "x:::1-11", 0, '+', false},
        {"chr1:99999999999999999999-99999999999999999999", 10, "chr1:99999999999999999999-99999999999999999999", 0, '+',
         false},
        {"gene(-)", 10, "gene(-)", 0, '+', false},
        {"", 10, "", 0, '+', false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_region region;
        tfl_error_clear(&err);
        ck_assert_msg(tfl_region_parse(table[i].name, table[i].length, true, &region, &err) == TFL_OK, "%s",
                      err.message);
        ck_assert_str_eq(region.contig, table[i].contig);
        ck_assert_int_eq(region.start, table[i].start);
        ck_assert_int_eq(region.length, (int64_t)table[i].length);
        ck_assert_int_eq(region.strand, table[i].strand);
        ck_assert_int_eq(region.placed, table[i].placed);
        tfl_region_clear(&region);
        ck_assert_ptr_null(region.contig);

        ck_assert_int_eq(tfl_region_parse(table[i].name, table[i].length, false, &region, &err), TFL_OK);
        ck_assert_str_eq(region.contig, table[i].name);
        ck_assert(region.start == 0 && region.strand == '+' && !region.placed);
        tfl_region_clear(&region);
    }
}
END_TEST

START_TEST(numbers_that_do_not_fit_are_told)
{
    static const struct {
        const char *name;
        size_t length;
        int span;
    } table[] = {{"chr1:100-300", 150, 200},
                 {"chr1:100-300", 199, 200},
                 {"chr1:100-300", 202, 200},
                 {"chr1:0-9", 10, 9},
                 {"chr1:300-100", 200, -200}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_region region;
        char expected[200];
        tfl_error_clear(&err);
        ck_assert_int_eq(tfl_region_parse(table[i].name, table[i].length, true, &region, &err), TFL_EINPUT);
        snprintf(expected, sizeof expected,
                 "%s: the sequence has %zu letters, and its coordinates span %d (0-based) or %d (1-based): "
                 "correct the name, or use --coords none",
                 table[i].name, table[i].length, table[i].span, table[i].span + 1);
        ck_assert_str_eq(err.message, expected);
        ck_assert_ptr_null(region.contig);
    }
}
END_TEST

/* The real regions are named 0-based: chr1:7358434-7358634 has 200 letters. */
START_TEST(real_names_are_placed)
{
    char path[4096];
    if (!test_shared_path(path, sizeof path, "real/human_h1_dnase_200bp.fa.gz")) {
        printf("skipped: the real sequences are absent\n");
        return;
    }
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found, n = 0;
    ck_assert_int_eq(tfl_fasta_open(path, TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &fasta, &err), TFL_OK);
    while (tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK && found) {
        tfl_region region;
        char name[100];
        ck_assert_int_eq(tfl_region_parse(sequence.name, sequence.length, true, &region, &err), TFL_OK);
        snprintf(name, sizeof name, "%s:%" PRId64 "-%" PRId64, region.contig, region.start,
                 region.start + region.length);
        ck_assert_str_eq(name, sequence.name);
        ck_assert(region.placed && region.length == 200);
        tfl_region_clear(&region);
        n++;
    }
    ck_assert_str_eq(err.message, "");
    ck_assert_int_eq(n, 960);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
}
END_TEST

/* Tests may share a process (CK_FORK=no). */
static void forget_errors(void)
{
    tfl_error_clear(&err);
}

int main(void)
{
    Suite *suite = suite_create("region");
    TCase *tests = tcase_create("region");
    tcase_add_checked_fixture(tests, forget_errors, NULL);
    tcase_add_test(tests, names_place_sequences);
    tcase_add_test(tests, numbers_that_do_not_fit_are_told);
    tcase_add_test(tests, real_names_are_placed);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
