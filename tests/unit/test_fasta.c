/* FASTA: what was written in any layout is read, and what is wrong is told with file, line and record. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"
#include "tflift/fasta.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SEED = 41, MOST = 60, STRICT = TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY };

static tfl_error err;

static void clear_error(void)
{
    tfl_error_clear(&err);
    tfl_lines_quiet();
}

/* ---------------------------------------------------------------- random files */

typedef struct made {
    size_t n;
    tfl_sequence sequence[MOST];
    char *text;
    size_t size;
} made;

static void put(made *file, const char *text)
{
    size_t length = strlen(text);
    memcpy(file->text + file->size, text, length);
    file->size += length;
}

/* Records of up to 5000 letters in lines of a random width, LF or CRLF, with blank lines and blanks at ends of lines.
 */
static void make_file(made *file, tfl_rng *rng)
{
    static const char letters[] = "ACGTacgtNRYSWKMBDHVnryswkmbdhvUu";
    memset(file, 0, sizeof *file);
    file->n = tfl_rng_below(rng, MOST + 1);
    file->text = malloc(4000000);
    const char *end = tfl_rng_below(rng, 2) == 0 ? "\n" : "\r\n";
    for (size_t i = 0; i < file->n; i++) {
        char header[100], name[32], description[32];
        snprintf(name, sizeof name, "%s%zu", tfl_rng_below(rng, 2) == 0 ? "seq" : "chr1:|", i);
        snprintf(description, sizeof description, "%s", tfl_rng_below(rng, 2) == 0 ? "" : "two  words\tmore");
        snprintf(header, sizeof header, ">%s%s%s%s", name, description[0] != '\0' ? " \t" : "", description, end);
        put(file, header);
        size_t length = tfl_rng_below(rng, 8) == 0 ? 0 : tfl_rng_below(rng, 5000);
        char *text = malloc(length + 1);
        size_t width = 1 + tfl_rng_below(rng, 200);
        for (size_t j = 0; j < length; j++) {
            text[j] = letters[tfl_rng_below(rng, sizeof letters - 1)];
            file->text[file->size++] = text[j];
            if (j % width == width - 1 || j == length - 1) {
                put(file, tfl_rng_below(rng, 50) == 0 ? "  " : "");
                bool last = i + 1 == file->n && j == length - 1 && tfl_rng_below(rng, 2) == 0;
                put(file, last ? "" : end);
                put(file, tfl_rng_below(rng, 50) == 0 && !last ? end : "");
            }
        }
        text[length] = '\0';
        char *name_copy = tfl_strdup(name), *description_copy = tfl_strdup(description);
        file->sequence[i] = (tfl_sequence){name_copy, description_copy, text, length, i, {0, 0, 0}};
    }
}

static void free_file(made *file)
{
    for (size_t i = 0; i < file->n; i++) {
        tfl_sequence_clear(&file->sequence[i]);
    }
    free(file->text);
}

static void expect_sequence(const tfl_sequence *read, const tfl_sequence *expected)
{
    ck_assert_str_eq(read->name, expected->name);
    ck_assert_str_eq(read->description, expected->description);
    ck_assert_uint_eq(read->length, expected->length);
    ck_assert_str_eq(read->letters, expected->letters);
    ck_assert_uint_eq(read->index, expected->index);
}

START_TEST(records_are_read_in_any_layout)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "files", (uint64_t)_i);
    for (int round = 0; round < 10; round++) {
        made file;
        make_file(&file, &rng);
        tfl_fasta *fasta;
        tfl_sequence sequence = {0}, copy = {0};
        int found;
        ck_assert_int_eq(tfl_fasta_open_memory(file.text, file.size, "x.fa", TFL_FASTA_UNIQUE, &fasta, &err), TFL_OK);
        for (size_t i = 0; i < file.n; i++) {
            ck_assert_msg(tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK, "%s", err.message);
            ck_assert(found);
            expect_sequence(&sequence, &file.sequence[i]);
            ck_assert_int_eq(tfl_sequence_copy(&copy, &sequence, &err), TFL_OK);
            expect_sequence(&copy, &sequence);
        }
        ck_assert_int_eq(tfl_fasta_next(fasta, &sequence, &found, &err), TFL_OK);
        ck_assert(!found);
        tfl_sequence_clear(&sequence);
        ck_assert(sequence.letters == NULL && sequence.length == 0);
        tfl_sequence_clear(&copy);
        tfl_fasta_close(fasta);
        free_file(&file);
    }
}
END_TEST

/* ---------------------------------------------------------------- broken files */

/* Reads all records; returns how many there were before the end or an error. */
static size_t read_all(const char *text, size_t size, unsigned flags)
{
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found = 0;
    size_t n = 0;
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_fasta_open_memory(text, size, "x.fa", flags, &fasta, &err), TFL_OK);
    while (tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK && found) {
        n++;
    }
    ck_assert(!found);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return n;
}

#define RIGHT " is no nucleotide letter (A C G T U R Y S W K M B D H V N of either case are)"

START_TEST(errors_name_file_line_and_record)
{
    static const struct {
        const char *text;
        const char *message;
        size_t n;
    } table[] = {
        {"", "x.fa: no sequences: a FASTA file with at least one record is needed", 0},
        {"\n\n", "x.fa: no sequences: a FASTA file with at least one record is needed", 0},
        {"ACGT\n", "x.fa:1: text before the first record: a FASTA file starts with a line '>NAME'", 0},
        {"\n; comment\n>a\nA\n", "x.fa:2: text before the first record: a FASTA file starts with a line '>NAME'", 0},
        {"@r1\nACGT\n+\nIIII\n",
         "x.fa:1: this looks like FASTQ, and FASTA is needed: a line '>NAME' before each sequence", 0},
        {">a\nA\n>\nC\n", "x.fa:3: record 2 has no name: the name follows '>' at once", 1},
        {"> a\nA\n", "x.fa:1: record 1 has no name: the name follows '>' at once", 0},
        {">a\nA\n>b x\rACGT\r>c\rACGT\r",
         "x.fa:3: record 2: a carriage return within its header: where lines end in that alone, line feeds are needed (tr '\\r' '\\n')", 1},
        {">a\nAC\nGJT\n", "x.fa:3: record a: 'J' in column 2" RIGHT, 0},
        {">a\nAC GT\n", "x.fa:2: record a: byte 0x20 in column 3" RIGHT, 0},
        {">a\nAC\xC3\xA9\n", "x.fa:2: record a: byte 0xC3 in column 3" RIGHT, 0},
        {">a\nA\rC\n", "x.fa:2: record a: byte 0x0D in column 2" RIGHT, 0},
        {">a\nAC-T\n", "x.fa:2: record a: '-' in column 3" RIGHT, 0},
        {">a\nA\n>b x\n\n>c\nC\n", "x.fa:3: record b: no letters follow its name, and at least one is needed", 1},
        {">a\nA\n>b", "x.fa:3: record b: no letters follow its name, and at least one is needed", 1},
        {">a 1\nA\n>b\nC\n>a 2\nG\n", "x.fa:5: record a: a record of this name came before, and names must differ", 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ck_assert_uint_eq(read_all(table[i].text, strlen(table[i].text), STRICT), table[i].n);
        ck_assert_str_eq(err.message, table[i].message);
        ck_assert_int_eq(err.status, TFL_EINPUT);
    }
    (void)read_all(">a\nA\0C\n", 7, STRICT);
    ck_assert_str_eq(err.message, "x.fa:2: a NUL byte: this is not a text file");
}
END_TEST

START_TEST(flags_allow_more)
{
    ck_assert_uint_eq(read_all("", 0, 0), 0);
    ck_assert_uint_eq(read_all(">a\n>a\nA\n>b", 10, 0), 3);
    ck_assert_uint_eq(read_all(">p\nMKV*-\n", 9, STRICT | TFL_FASTA_ANY_LETTER), 1);
    ck_assert_int_eq(err.status, TFL_OK);
}
END_TEST

/* Every single byte changed into any other leaves a file that is read or refused, never one that breaks the reader; a
 * refused one names the file. */
START_TEST(any_byte_may_be_wrong)
{
    char text[] = ">a one\nACGT\nAC\n>b\r\nNNN\r\n\n>c\nacgtn";
    size_t size = strlen(text), refused = 0;
    for (size_t i = 0; i < size; i++) {
        char kept = text[i];
        for (int byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            (void)read_all(text, size, STRICT);
            ck_assert(err.status == TFL_OK || strncmp(err.message, "x.fa", 4) == 0);
            refused += err.status != TFL_OK;
        }
        text[i] = kept;
    }
    printf("%zu of %zu changed files refused\n", refused, size * 256);
    ck_assert_uint_gt(refused, size * 256 / 2);
}
END_TEST

START_TEST(truncated_gzip_is_an_error)
{
    char path[4200], *bytes;
    test_scratch_path(path, sizeof path, "x.fa.gz");
    gzFile file = gzopen(path, "wb");
    for (int i = 0; i < 2000; i++) {
        gzprintf(file, ">s%d\nACGTTGCA%d\n", i, i);
        gzprintf(file, "%s\n", i % 2 == 0 ? "ACGTACGTTT" : "NNNN");
    }
    ck_assert_int_eq(gzclose(file), Z_OK);
    size_t size = test_read_file(path, &bytes);
    test_write_file(path, bytes, size / 2);
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found;
    tfl_status status;
    ck_assert_int_eq(tfl_fasta_open(path, STRICT | TFL_FASTA_ANY_LETTER, &fasta, &err), TFL_OK);
    ck_assert_str_eq(tfl_fasta_name(fasta), path);
    do {
        status = tfl_fasta_next(fasta, &sequence, &found, &err);
    } while (status == TFL_OK && found);
    ck_assert_int_eq(status, TFL_EINPUT);
    char expected[4400];
    snprintf(expected, sizeof expected, "%s: the compressed file is truncated or damaged: get it again", path);
    ck_assert_str_eq(err.message, expected);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    free(bytes);
}
END_TEST

START_TEST(a_file_that_is_absent)
{
    tfl_fasta *fasta = (tfl_fasta *)&err;
    ck_assert_int_eq(tfl_fasta_open("absent.fa", STRICT, &fasta, &err), TFL_EIO);
    ck_assert_ptr_null(fasta);
    ck_assert_str_eq(err.message, "absent.fa: cannot open: No such file or directory");
}
END_TEST

/* ---------------------------------------------------------------- many names */

START_TEST(many_names_differ)
{
    enum { N = 200000 };
    char *text = malloc(N * 24);
    size_t size = 0;
    for (int i = 0; i < N; i++) {
        size += (size_t)snprintf(text + size, 24, ">chr%d:%d\nA\n", i % 25, i);
    }
    ck_assert_uint_eq(read_all(text, size, STRICT), N);
    ck_assert_int_eq(err.status, TFL_OK);
    size += (size_t)snprintf(text + size, 24, ">chr%d:%d\nA\n", 5, 5);
    ck_assert_uint_eq(read_all(text, size, STRICT), N);
    ck_assert_ptr_nonnull(strstr(err.message, "record chr5:5: a record of this name came before"));
    free(text);
}
END_TEST

/* Any byte in any column of lines of any length, as lines are looked at many letters at a time. */
START_TEST(a_bad_byte_is_found_wherever_it_is)
{
    for (size_t length = 1; length <= 70; length++) {
        for (size_t column = 0; column < length; column++) {
            char text[80] = ">s\n";
            memset(text + 3, "ACGTNacgtnRy"[(length + column) % 12], length);
            unsigned char byte = (unsigned char)(1 + (length * 70 + column) % 255);
            bool good = tfl_base_is_iupac((char)byte);
            bool blank = byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t' || (byte == '>' && column == 0);
            text[3 + column] = (char)byte;
            clear_error();
            tfl_fasta *fasta = NULL;
            tfl_sequence sequence = {0};
            int found = 0;
            ck_assert_int_eq(tfl_fasta_open_memory(text, 3 + length, "f", 0, &fasta, &err), TFL_OK);
            tfl_status status = tfl_fasta_next(fasta, &sequence, &found, &err);
            if (!blank) {
                char where[32];
                (void)snprintf(where, sizeof where, "in column %zu ", column + 1);
                ck_assert_msg((status == TFL_OK) == good, "byte %u in column %zu of %zu", byte, column + 1, length);
                ck_assert(good || strstr(err.message, where) != NULL);
                ck_assert(!good || (sequence.length == length && memcmp(sequence.letters, text + 3, length) == 0));
            }
            tfl_sequence_clear(&sequence);
            tfl_fasta_close(fasta);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fasta");
    TCase *tests = tcase_create("fasta");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, clear_error, NULL);
    test_use_scratch(tests);
    tcase_add_loop_test(tests, records_are_read_in_any_layout, 0, 4);
    tcase_add_test(tests, errors_name_file_line_and_record);
    tcase_add_test(tests, flags_allow_more);
    tcase_add_test(tests, any_byte_may_be_wrong);
    tcase_add_test(tests, truncated_gzip_is_an_error);
    tcase_add_test(tests, a_file_that_is_absent);
    tcase_add_test(tests, a_bad_byte_is_found_wherever_it_is);
    tcase_add_test(tests, many_names_differ);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
