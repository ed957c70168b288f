/* References: what a --ref asks for, drawn the same whatever else is drawn, and the given ones of the golden data. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 61 };

static tfl_error err;
static tfl_shuffler *shuffler;

static void set_up(void)
{
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_shuffler_create(&shuffler, &err), TFL_OK);
}

static void tear_down(void)
{
    tfl_shuffler_free(shuffler);
}

/* A sequence that borrows its texts. */
static tfl_sequence make_sequence(const char *name, const char *letters)
{
    static char storage[4][256];
    static unsigned next;
    char *kept_name = storage[next++ % 4], *kept_letters = storage[next++ % 4];
    snprintf(kept_name, sizeof storage[0], "%s", name);
    snprintf(kept_letters, sizeof storage[0], "%s", letters);
    return (tfl_sequence){kept_name, kept_name + strlen(name), kept_letters, strlen(letters), 0, {0, 0, 0}};
}

static tfl_reference *create(const char *spec, unsigned n, uint64_t seed)
{
    tfl_reference *reference;
    ck_assert_msg(tfl_reference_create(spec, n, seed, &reference, &err) == TFL_OK, "%s", err.message);
    return reference;
}

/* ---------------------------------------------------------------- specifications */

#define KINDS "shuffle, dinuc, klet:K, zeros, uniform, freq[:A,C,G,T], fasta:FILE"
#define FOUR "': four frequencies that sum to 1 are needed, as in freq:0.3,0.2,0.2,0.3"

START_TEST(wrong_specifications_say_what_would_be_right)
{
    static const struct {
        const char *spec;
        const char *message;
    } table[] = {
        {"", "reference '': unknown; one of " KINDS " is needed"},
        {"dinucs", "reference 'dinucs': unknown; one of " KINDS " is needed"},
        {"Dinuc", "reference 'Dinuc': unknown; one of " KINDS " is needed"},
        {"dinuc:2", "reference 'dinuc:2': write it dinuc"},
        {"zeros:", "reference 'zeros:': write it zeros"},
        {"klet", "reference 'klet': write it klet:K"},
        {"klet:", "reference 'klet:': write it klet:K"},
        {"klet:9", "reference 'klet:9': K is a number from 1 to 8, as in klet:3"},
        {"klet:0", "reference 'klet:0': K is a number from 1 to 8, as in klet:3"},
        {"klet:2x", "reference 'klet:2x': K is a number from 1 to 8, as in klet:3"},
        {"fasta", "reference 'fasta': write it fasta:FILE"},
        {"freq:", "reference 'freq:" FOUR},
        {"freq:0.3,0.2,0.2", "reference 'freq:0.3,0.2,0.2" FOUR},
        {"freq:0.3,0.2,0.2,0.3,0", "reference 'freq:0.3,0.2,0.2,0.3,0" FOUR},
        {"freq:0.3,0.2,0.2,0.4", "reference 'freq:0.3,0.2,0.2,0.4" FOUR},
        {"freq:-0.3,0.5,0.5,0.3", "reference 'freq:-0.3,0.5,0.5,0.3" FOUR},
        {"freq:a,b,c,d", "reference 'freq:a,b,c,d" FOUR},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_reference *reference = (tfl_reference *)&err;
        tfl_error_clear(&err);
        ck_assert_int_eq(tfl_reference_create(table[i].spec, 10, 1, &reference, &err), TFL_EUSAGE);
        ck_assert_ptr_null(reference);
        ck_assert_str_eq(err.message, table[i].message);
    }
    tfl_reference *reference;
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_reference_create("dinuc", 0, 1, &reference, &err), TFL_EUSAGE);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_reference_create("fasta:absent.fa", 1, 1, &reference, &err), TFL_EIO);
    ck_assert_str_eq(err.message, "absent.fa: cannot open: No such file or directory");
}
END_TEST

START_TEST(kinds_are_what_they_say)
{
    static const struct {
        const char *spec;
        const char *text;
        bool drawn, constant;
        size_t count;
    } table[] = {{"shuffle", "shuffle", true, false, 7},
                 {"dinuc", "dinuc", true, false, 7},
                 {"klet:3", "klet:3", true, false, 7},
                 {"zeros", "zeros", false, true, 1},
                 {"uniform", "uniform", false, true, 1},
                 {"freq", "freq 0.3,0.2,0.2,0.3", false, true, 1},
                 {"freq:1,0,0,0", "freq 1,0,0,0", false, true, 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_reference *reference = create(table[i].spec, 7, 1);
        tfl_sequence sequence = make_sequence("s", "ACGT");
        size_t count;
        ck_assert_str_eq(tfl_reference_text(reference), table[i].text);
        ck_assert_int_eq(tfl_reference_is_drawn(reference), table[i].drawn);
        ck_assert_int_eq(tfl_reference_is_constant(reference), table[i].constant);
        ck_assert_int_eq(tfl_reference_count(reference, &sequence, &count, &err), TFL_OK);
        ck_assert_uint_eq(count, table[i].count);
        float rows[16];
        ck_assert_int_eq(tfl_reference_fill(reference, shuffler, &sequence, count, TFL_N_ZERO, rows, NULL, &err),
                         TFL_EUSAGE);
        tfl_error_clear(&err);
        tfl_reference_free(reference);
    }
    tfl_reference_free(NULL);
}
END_TEST

START_TEST(every_kind_has_a_line_of_help)
{
    const char *usage = NULL, *help;
    size_t n = 0;
    char all[256] = "";
    while ((help = tfl_reference_help(n, &usage)) != NULL) {
        ck_assert_uint_gt(strlen(help), 5);
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", n > 0 ? ", " : "", usage);
        n++;
    }
    ck_assert_ptr_null(usage);
    ck_assert_str_eq(all, KINDS);
}
END_TEST

/* ---------------------------------------------------------------- constant ones */

START_TEST(constants_fill_every_position)
{
    static const struct {
        const char *spec;
        float row[4];
    } table[] = {{"zeros", {0, 0, 0, 0}},
                 {"uniform", {0.25F, 0.25F, 0.25F, 0.25F}},
                 {"freq", {0.3F, 0.2F, 0.2F, 0.3F}},
                 {"freq:0.1,0.2,0.3,0.4", {0.1F, 0.2F, 0.3F, 0.4F}}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_reference *reference = create(table[i].spec, 10, 1);
        tfl_sequence sequence = make_sequence("s", "ACGTN");
        float rows[5][4];
        char letters[6] = "-----";
        ck_assert_int_eq(tfl_reference_fill(reference, NULL, &sequence, 0, TFL_N_QUARTER, &rows[0][0], letters, &err),
                         TFL_OK);
        for (int p = 0; p < 5; p++) {
            ck_assert_mem_eq(rows[p], table[i].row, sizeof rows[p]);
        }
        ck_assert_str_eq(letters, "-----");
        tfl_reference_free(reference);
    }
}
END_TEST

/* ---------------------------------------------------------------- drawn ones */

/* Letters of reference j; the rows must be theirs, with and without asking for the letters. */
static void draw(const tfl_reference *reference, const tfl_sequence *sequence, size_t j, tfl_n_policy policy,
                 char *letters)
{
    float *rows = malloc(sequence->length * 16 + 1), *again = malloc(sequence->length * 16 + 1);
    float *expected = malloc(sequence->length * 16 + 1);
    ck_assert_int_eq(tfl_reference_fill(reference, shuffler, sequence, j, policy, rows, letters, &err), TFL_OK);
    letters[sequence->length] = '\0';
    tfl_one_hot(letters, sequence->length, policy, expected);
    ck_assert_mem_eq(rows, expected, sequence->length * 16);
    ck_assert_int_eq(tfl_reference_fill(reference, shuffler, sequence, j, policy, again, NULL, &err), TFL_OK);
    ck_assert_mem_eq(again, expected, sequence->length * 16);
    free(rows);
    free(again);
    free(expected);
}

START_TEST(draws_depend_on_seed_name_and_number_alone)
{
    static const char *const specs[] = {"shuffle", "dinuc", "klet:3"};
    const char *letters = "ACCCACGATGATGNNACGTTACGGATAAACCCTTNACGAGATCGATCGTACG";
    tfl_reference *reference = create(specs[_i], 10, SEED);
    tfl_reference *fewer = create(specs[_i], 3, SEED);
    tfl_reference *other_seed = create(specs[_i], 10, SEED + 1);
    tfl_sequence sequence = make_sequence("chr1:0-52", letters);
    tfl_sequence other_name = make_sequence("chr2:0-52", letters);
    char drawn[10][256], out[256];
    for (size_t j = 0; j < 10; j++) {
        draw(reference, &sequence, j, TFL_N_QUARTER, drawn[j]);
    }
    for (size_t j = 10; j > 0; j--) { /* in another order, with another policy */
        draw(reference, &sequence, j - 1, TFL_N_ZERO, out);
        ck_assert_str_eq(out, drawn[j - 1]);
        draw(other_seed, &sequence, j - 1, TFL_N_ZERO, out);
        ck_assert_str_ne(out, drawn[j - 1]);
        draw(reference, &other_name, j - 1, TFL_N_ZERO, out);
        ck_assert_str_ne(out, drawn[j - 1]);
        for (size_t i = 0; i < j - 1; i++) {
            ck_assert_str_ne(drawn[i], drawn[j - 1]);
        }
    }
    draw(fewer, &sequence, 2, TFL_N_QUARTER, out);
    ck_assert_str_eq(out, drawn[2]);
    tfl_reference_free(reference);
    tfl_reference_free(fewer);
    tfl_reference_free(other_seed);
}
END_TEST

/* Results that users have would change with these. */
START_TEST(draws_are_pinned)
{
    static const struct {
        const char *spec;
        const char *letters;
    } table[] = {{"shuffle", "ACCCACCTTAAACGACTGGTAAGAATTAGCGGCTCCAGCA"},
                 {"dinuc", "ATACCGCACGCACCCAGTGACACGCACGATGATTAGATAT"},
                 {"klet:3", "ACGTACCACGATGCACGATGATTAGCATAGCACCCACGAT"}};
    tfl_sequence sequence = make_sequence("chr1:0-40", "ACCCACGATGATGCACGATTAGCACGTACGATAGCACCAT");
    for (size_t i = 0; i < 3; i++) {
        char out[64];
        tfl_reference *reference = create(table[i].spec, 10, 1);
        draw(reference, &sequence, 3, TFL_N_QUARTER, out);
        ck_assert_str_eq(out, table[i].letters);
        tfl_reference_free(reference);
    }
}
END_TEST

/* ---------------------------------------------------------------- given ones */

static tfl_status create_from_text(const char *text, tfl_reference **reference, char path[4200])
{
    char spec[4300];
    test_scratch_path(path, 4200, "refs.fa");
    test_write_file(path, text, strlen(text));
    snprintf(spec, sizeof spec, "fasta:%s", path);
    return tfl_reference_create(spec, 10, 1, reference, &err);
}

START_TEST(given_ones_belong_to_their_names)
{
    static const char text[] =
        ">b|mono|0\nAAAA\n>a|x|5\nCCCC\n>b|mono|1\nGGGG\n>plain\nTTNT\n>c|d|kind|3\nACGT\n>a|x|0\nTTTT\n"
        ">odd|x|y\nCACA\n>|x|1\nGAGA\n>e||1\nTATA\n";
    static const struct {
        const char *name;
        const char *letters[2];
    } table[] = {{"a", {"CCCC", "TTTT"}}, {"b", {"AAAA", "GGGG"}},     {"plain", {"TTNT", NULL}},
                 {"c|d", {"ACGT", NULL}}, {"odd|x|y", {"CACA", NULL}}, {"|x|1", {"GAGA", NULL}},
                 {"e||1", {"TATA", NULL}}};
    char path[4200];
    tfl_reference *reference;
    ck_assert_int_eq(create_from_text(text, &reference, path), TFL_OK);
    ck_assert(!tfl_reference_is_drawn(reference) && !tfl_reference_is_constant(reference));
    ck_assert_int_eq(strncmp(tfl_reference_text(reference), "fasta /", 7), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tfl_sequence sequence = make_sequence(table[i].name, "acgt");
        size_t count;
        ck_assert_int_eq(tfl_reference_count(reference, &sequence, &count, &err), TFL_OK);
        ck_assert_uint_eq(count, table[i].letters[1] == NULL ? 1 : 2);
        for (size_t j = 0; j < count; j++) {
            char out[8];
            draw(reference, &sequence, j, TFL_N_QUARTER, out);
            ck_assert_str_eq(out, table[i].letters[j]);
        }
    }
    tfl_reference_free(reference);
}
END_TEST

START_TEST(missing_and_misfitting_ones_are_told)
{
    char path[4200], expected[4500];
    tfl_reference *reference;
    size_t count;
    ck_assert_int_eq(create_from_text(">a|x|0\nAAAA\n>a|x|1\nAAA\n", &reference, path), TFL_OK);
    tfl_sequence absent = make_sequence("b", "ACGT"), present = make_sequence("a", "ACGT");
    ck_assert_int_eq(tfl_reference_count(reference, &absent, &count, &err), TFL_EINPUT);
    snprintf(expected, sizeof expected, "%s: no reference for sequence b: a record named b|KIND|0 is needed", path);
    ck_assert_str_eq(err.message, expected);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_reference_count(reference, &present, &count, &err), TFL_EINPUT);
    snprintf(expected, sizeof expected,
             "%s: reference 1 of sequence a has 3 letters, and 4 are needed, as in the sequence", path);
    ck_assert_str_eq(err.message, expected);
    tfl_reference_free(reference);

    tfl_error_clear(&err);
    ck_assert_int_eq(create_from_text(">a|x|0\nAAAA\n>a|x|0\nAAA\n", &reference, path), TFL_EINPUT);
    snprintf(expected, sizeof expected, "%s:3: record a|x|0: a record of this name came before, and names must differ",
             path);
    ck_assert_str_eq(err.message, expected);
    ck_assert_ptr_null(reference);
    tfl_error_clear(&err);
    ck_assert_int_eq(create_from_text("", &reference, path), TFL_EINPUT);
}
END_TEST

/* In the golden data each sequence has R references, numbered in order; their kinds keep the counts that they say they
 * keep. */
static void check_golden(const char *model, const char *kind)
{
    char path[4096], spec[4200], relative[256];
    snprintf(relative, sizeof relative, "golden/%s/refs_%s.fa", model, kind);
    if (!test_shared_path(path, sizeof path, relative)) {
        printf("skipped: %s is absent\n", relative);
        return;
    }
    snprintf(spec, sizeof spec, "fasta:%s", path);
    tfl_reference *reference = create(spec, 10, 1);
    snprintf(relative, sizeof relative, "golden/%s/seqs.fa", model);
    ck_assert(test_shared_path(path, sizeof path, relative));
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    int found;
    size_t n = 0, references = 0, count;
    ck_assert_int_eq(tfl_fasta_open(path, TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &fasta, &err), TFL_OK);
    while (tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK && found) {
        ck_assert_msg(tfl_reference_count(reference, &sequence, &count, &err) == TFL_OK, "%s", err.message);
        for (size_t j = 0; j < count; j++) {
            char letters[1024];
            size_t balance[256] = {0};
            draw(reference, &sequence, j, TFL_N_ZERO, letters);
            for (size_t i = 0; i < sequence.length; i++) {
                balance[(unsigned char)letters[i]]++;
                balance[(unsigned char)sequence.letters[i]]--;
            }
            for (size_t i = 0; i < 256 && strcmp(kind, "fixed") != 0; i++) {
                ck_assert_uint_eq(balance[i], 0);
            }
        }
        references += count;
        n++;
    }
    ck_assert_str_eq(err.message, "");
    printf("%s %s: %zu sequences, %zu references\n", model, kind, n, references);
    ck_assert(n > 0 && references % n == 0);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    tfl_reference_free(reference);
}

START_TEST(golden_references_fit_their_sequences)
{
    static const char *const models[] = {"tiny", "simnet", "samepool", "dilres", "bnnet"};
    for (size_t i = 0; i < 5; i++) {
        check_golden(models[i], "mono");
        check_golden(models[i], "dinuc");
    }
    check_golden("edge", "fixed");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *tests = tcase_create("reference");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    test_use_scratch(tests);
    tcase_add_test(tests, wrong_specifications_say_what_would_be_right);
    tcase_add_test(tests, kinds_are_what_they_say);
    tcase_add_test(tests, every_kind_has_a_line_of_help);
    tcase_add_test(tests, constants_fill_every_position);
    tcase_add_loop_test(tests, draws_depend_on_seed_name_and_number_alone, 0, 3);
    tcase_add_test(tests, draws_are_pinned);
    tcase_add_test(tests, given_ones_belong_to_their_names);
    tcase_add_test(tests, missing_and_misfitting_ones_are_told);
    tcase_add_test(tests, golden_references_fit_their_sequences);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
