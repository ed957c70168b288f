/* Labelled sequences: rows find their sequences in any order, and what is wrong is told with file and line. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/dataset.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SEED = 71 };

static tfl_error err;
static char fasta[4200], labels[4200];

static void set_up(void)
{
    tfl_error_clear(&err);
    test_scratch_path(fasta, sizeof fasta, "x.fa");
    test_scratch_path(labels, sizeof labels, "x.tsv");
}

static tfl_status read_texts(const char *fasta_text, const char *label_text, tfl_dataset **dataset)
{
    test_write_file(fasta, fasta_text, strlen(fasta_text));
    test_write_file(labels, label_text, strlen(label_text));
    return tfl_dataset_read_files(fasta, labels, dataset, &err);
}

#define THREE ">a\nACGT\n>b x\nACGN\n>c\nttTT\n"

START_TEST(rows_find_their_sequences)
{
    /* with and without #, class and split, in any order of rows and columns, LF and CRLF */
    static const char *const tables[] = {
        "#name\tclass\tsplit\tboth\tgata1\nb\t1\ttest\t1\tNA\na\t0\ttrain\t0\t1\nc\tx\tvalid\t1\t0\n",
        "name\tboth\tgata1\tsplit\r\na\t0\t1\ttrain\r\nb\t1\tNA\ttest\r\n\r\nc\t1\t0\tvalid\r\n",
        "#both\tsplit\tname\tgata1\n0\ttrain\ta\t1\n1\ttest\tb\tNA\n1\tvalid\tc\t0",
    };
    for (size_t i = 0; i < 3; i++) {
        tfl_dataset *dataset;
        ck_assert_msg(read_texts(THREE, tables[i], &dataset) == TFL_OK, "%s", err.message);
        ck_assert_uint_eq(dataset->n, 3);
        ck_assert_uint_eq(dataset->length, 4);
        ck_assert_uint_eq(dataset->n_tasks, 2);
        ck_assert_str_eq(dataset->task[0], "both");
        ck_assert_str_eq(dataset->task[1], "gata1");
        ck_assert_str_eq(dataset->sequence[1].name, "b");
        ck_assert_str_eq(dataset->sequence[1].letters, "ACGN");
        static const uint8_t split[] = {TFL_TRAIN, TFL_TEST, TFL_VALID};
        ck_assert_mem_eq(dataset->split, split, 3);
        ck_assert(dataset->label[0] == 0 && dataset->label[1] == 1 && dataset->label[2] == 1 &&
                  isnan(dataset->label[3]));
        ck_assert(dataset->label[4] == 1 && dataset->label[5] == 0);
        tfl_dataset_free(dataset);
    }
    tfl_dataset_free(NULL);
}
END_TEST

START_TEST(a_folder_is_read)
{
    char folder[4200], path[4300];
    test_scratch_path(folder, sizeof folder, "d");
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    snprintf(path, sizeof path, "%s/sequences.fa", folder);
    test_write_file(path, THREE, strlen(THREE));
    tfl_dataset *dataset;
    char expected[4400];
    ck_assert_int_eq(tfl_dataset_read(folder, &dataset, &err), TFL_EIO);
    ck_assert_ptr_null(dataset);
    snprintf(expected, sizeof expected, "%s/labels.tsv: cannot open: No such file or directory", folder);
    ck_assert_str_eq(err.message, expected);
    tfl_error_clear(&err);
    snprintf(path, sizeof path, "%s/labels.tsv", folder);
    static const char table[] = "#name\tt\na\t0\nb\t1\nc\tNA\n";
    test_write_file(path, table, strlen(table));
    for (int slash = 0; slash < 2; slash++) { /* one at the end may be there or not */
        snprintf(path, sizeof path, "%s%s", folder, slash ? "/" : "");
        ck_assert_int_eq(tfl_dataset_read(path, &dataset, &err), TFL_OK);
        ck_assert_uint_eq(dataset->n_tasks, 1);
        tfl_dataset_free(dataset);
    }
}
END_TEST

START_TEST(errors_name_file_and_line)
{
    static const struct {
        const char *fasta;
        const char *labels;
        const char *message; /* %s: the label table, or the FASTA file when it starts with F */
    } table[] = {
        {THREE, "", "%s: empty, and a header #name class split TASK… is needed"},
        {THREE, "#name\tclass\tsplit\n",
         "%s:1: the header needs the column name and at least one task: #name, then class and split where there are "
         "any, then "
         "the tasks, with tabs between them"},
        {THREE, "#id\tt\n",
         "%s:1: the header needs the column name and at least one task: #name, then class and split where there are "
         "any, then "
         "the tasks, with tabs between them"},
        {THREE, "#name\tt\tt\n", "%s:1: two columns are named t, and names must differ"},
        {THREE, "#name\tt\t\n", "%s:1: column 3 has no name"},
        {THREE, "#name\tt,u\n",
         "%s:1: task \"t,u\": a name without commas, which separate tasks in a model, and without control characters is "
         "needed"},
        {THREE, "#name\tt\x01\n",
         "%s:1: task \"t?\": a name without commas, which separate tasks in a model, and without control characters is "
         "needed"},
        {THREE, "#name\tt\na\t0\nb\n", "%s:3: 1 columns, and the header has 2"},
        {THREE, "#name\tt\na\t0\t1\n", "%s:2: 3 columns, and the header has 2"},
        {THREE, "#name\tt\na\t2\n", "%s:2: a: label '2' of task t: 0, 1 or NA is needed"},
        {THREE, "#name\tt\na\t0.5\n", "%s:2: a: label '0.5' of task t: 0, 1 or NA is needed"},
        {THREE, "#name\tt\na\t\n", "%s:2: a: label '' of task t: 0, 1 or NA is needed"},
        {THREE, "#name\tsplit\tt\na\tTrain\t1\n", "%s:2: a: split 'Train': train, valid or test is needed"},
        {THREE, "#name\tt\na\t0\nb\t1\nc\t1\nb\t1\n",
         "%s:5: b: a row of this name came before, and each sequence has one"},
        {">a\nAC\n>b\nACG\n", "#name\tt\na\t0\n",
         "F%s: record b has 3 letters, and 2 are needed, as in the first record"},
        {">a\nAC\n>a\nAC\n", "#name\tt\na\t0\n",
         "F%s:3: record a: a record of this name came before, and names must differ"},
        {"", "#name\tt\na\t0\n", "F%s: no sequences: a FASTA file with at least one record is needed"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_dataset *dataset = (tfl_dataset *)&err;
        const char *message = table[i].message;
        bool about_fasta = *message == 'F';
        char expected[4600];
        message += about_fasta;
        ck_assert_int_eq(strncmp(message, "%s", 2), 0);
        snprintf(expected, sizeof expected, "%s%s", about_fasta ? fasta : labels, message + 2);
        tfl_error_clear(&err);
        ck_assert_int_eq(read_texts(table[i].fasta, table[i].labels, &dataset), TFL_EINPUT);
        ck_assert_ptr_null(dataset);
        ck_assert_str_eq(err.message, expected);
    }
}
END_TEST

START_TEST(errors_name_both_files_where_both_matter)
{
    char expected[9000];
    tfl_dataset *dataset;
    ck_assert_int_eq(read_texts(THREE, "#name\tt\nd\t0\n", &dataset), TFL_EINPUT);
    snprintf(expected, sizeof expected, "%s:2: d: no sequence of this name in %s", labels, fasta);
    ck_assert_str_eq(err.message, expected);
    tfl_error_clear(&err);
    ck_assert_int_eq(read_texts(THREE, "#name\tt\na\t0\nc\t1\n", &dataset), TFL_EINPUT);
    snprintf(expected, sizeof expected, "%s: no row for sequence b of %s, and each sequence has one", labels, fasta);
    ck_assert_str_eq(err.message, expected);
}
END_TEST

/* Without the column, splits are drawn 0.8/0.1/0.1, by name whatever the order. */
START_TEST(splits_are_drawn_by_name)
{
    enum { N = 5000 };
    char *fasta_text = malloc(N * 20), *label_text = malloc(N * 20 + 20);
    for (int reversed = 0; reversed < 2; reversed++) {
        size_t f = 0, l = (size_t)sprintf(label_text, "#name\tt\n");
        for (int i = 0; i < N; i++) {
            int number = reversed ? N - 1 - i : i;
            f += (size_t)sprintf(fasta_text + f, ">s%d\nA\n", number);
            l += (size_t)sprintf(label_text + l, "s%d\t%d\n", i, i % 2);
        }
        static uint8_t split[N];
        tfl_dataset *dataset;
        ck_assert_int_eq(read_texts(fasta_text, label_text, &dataset), TFL_OK);
        size_t count[TFL_SPLITS] = {0};
        for (size_t i = 0; i < N; i++) {
            size_t number = reversed ? N - 1 - i : i;
            count[dataset->split[i]]++;
            ck_assert(!reversed || split[number] == dataset->split[i]);
            ck_assert(dataset->label[i] == (float)(number % 2));
            split[number] = dataset->split[i];
        }
        static const double share[] = {0.8, 0.1, 0.1};
        double chi = 0;
        for (int s = 0; s < TFL_SPLITS; s++) {
            chi += ((double)count[s] - share[s] * N) * ((double)count[s] - share[s] * N) / (share[s] * N);
        }
        printf("%s %zu, %s %zu, %s %zu: chi-square %.2f with 2 degrees of freedom\n", tfl_split_name[0], count[0],
               tfl_split_name[1], count[1], tfl_split_name[2], count[2], chi);
        ck_assert(test_chi_square_z(chi, 2) < 4);
        tfl_dataset_free(dataset);
    }
    free(fasta_text);
    free(label_text);
}
END_TEST

/* Any byte of the table changed into any other: read or refused, and a refusal names a file. */
START_TEST(any_byte_may_be_wrong)
{
    char table[] = "#name\tsplit\tt\na\ttrain\t0\nb\ttest\t1\nc\tvalid\tNA\n";
    size_t size = strlen(table), refused = 0, tried = 0;
    test_write_file(fasta, THREE, strlen(THREE));
    for (size_t i = 0; i < size; i++) {
        static const unsigned char bytes[] = {0, '\t', '\n', '\r', ' ', '#', '0', '1', 'N', 'x', 0x80, 0xFF};
        char kept = table[i];
        for (size_t b = 0; b < sizeof bytes; b++) {
            tfl_dataset *dataset;
            table[i] = (char)bytes[b];
            tfl_error_clear(&err);
            test_write_file(labels, table, size);
            tfl_status status = tfl_dataset_read_files(fasta, labels, &dataset, &err);
            ck_assert(status == TFL_OK || strncmp(err.message, labels, strlen(labels)) == 0);
            ck_assert((status == TFL_OK) == (dataset != NULL));
            tfl_dataset_free(dataset);
            refused += status != TFL_OK;
            tried++;
        }
        table[i] = kept;
    }
    printf("%zu of %zu changed tables refused\n", refused, tried);
    ck_assert_uint_gt(refused, tried / 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset");
    TCase *tests = tcase_create("dataset");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    test_use_scratch(tests);
    tcase_add_test(tests, rows_find_their_sequences);
    tcase_add_test(tests, a_folder_is_read);
    tcase_add_test(tests, errors_name_file_and_line);
    tcase_add_test(tests, errors_name_both_files_where_both_matter);
    tcase_add_test(tests, splits_are_drawn_by_name);
    tcase_add_test(tests, any_byte_may_be_wrong);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
