/* DNA letters: each IUPAC letter is a set of bases, and all tables follow from the sets. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"

#include <ctype.h>
#include <string.h>

/* Bits 1, 2, 4, 8: A, C, G, T. */
static const struct {
    char letter;
    unsigned bases;
} iupac[] = {{'A', 1}, {'C', 2},  {'G', 4}, {'T', 8},  {'U', 8},  {'R', 5},  {'Y', 10}, {'S', 6},
             {'W', 9}, {'K', 12}, {'M', 3}, {'B', 14}, {'D', 13}, {'H', 11}, {'V', 7},  {'N', 15}};

/* 0: not an IUPAC letter. */
static unsigned bases_of(int byte)
{
    for (size_t i = 0; i < sizeof iupac / sizeof *iupac; i++) {
        if (iupac[i].letter == toupper(byte)) {
            return iupac[i].bases;
        }
    }
    return 0;
}

/* A and T change places, and C and G. */
static unsigned complement_of(unsigned bases)
{
    return (bases & 1) << 3 | (bases & 2) << 1 | (bases & 4) >> 1 | (bases & 8) >> 3;
}

START_TEST(tables_follow_from_the_sets)
{
    for (int byte = 0; byte < 256; byte++) {
        unsigned bases = byte < 128 ? bases_of(byte) : 0;
        unsigned code = bases == 1 ? 0 : bases == 2 ? 1 : bases == 4 ? 2 : bases == 8 ? 3 : TFL_BASE_OTHER;
        ck_assert_uint_eq(tfl_base_code[byte], code);
        ck_assert_int_eq(tfl_base_is_iupac((char)byte), bases != 0);
        int complement = (unsigned char)tfl_base_complement[byte];
        if (bases == 0) {
            ck_assert_int_eq(complement, byte);
        } else {
            ck_assert_uint_eq(bases_of(complement), complement_of(bases));
            ck_assert_int_eq(islower(complement) != 0, islower(byte) != 0);
        }
    }
    ck_assert_str_eq(tfl_base_letter, "ACGTN");
}
END_TEST

START_TEST(reverse_complement_undoes_itself)
{
    static const char letters[] = "ACGTRYSWKMBDHVNacgtryswkmbdhvn-.*";
    char once[64], twice[64];
    size_t length = strlen(letters);
    tfl_reverse_complement(letters, length, once);
    tfl_reverse_complement(once, length, twice);
    ck_assert_int_eq(memcmp(letters, twice, length), 0);
    tfl_reverse_complement("AACGTTN", 7, once);
    ck_assert_int_eq(memcmp(once, "NAACGTT", 7), 0);
    tfl_reverse_complement("GATTACA", 7, once);
    ck_assert_int_eq(memcmp(once, "TGTAATC", 7), 0);
}
END_TEST

START_TEST(rows_are_one_hot)
{
    static const struct {
        const char *name;
        tfl_n_policy policy;
        float other;
    } table[] = {
        {"quarter", TFL_N_QUARTER, 0.25F}, {"zero", TFL_N_ZERO, 0}, {"skip", TFL_N_SKIP, 0}, {"error", TFL_N_ERROR, 0}};
    char letters[256];
    float rows[256][4];
    for (int byte = 0; byte < 256; byte++) {
        letters[byte] = (char)byte;
    }
    for (size_t i = 0; i < 4; i++) {
        tfl_n_policy policy;
        ck_assert(tfl_n_policy_find(table[i].name, &policy) && policy == table[i].policy);
        tfl_one_hot(letters, 256, policy, &rows[0][0]);
        for (int byte = 0; byte < 256; byte++) {
            for (unsigned base = 0; base < 4; base++) {
                unsigned code = tfl_base_code[byte];
                float expected = code == TFL_BASE_OTHER ? table[i].other : code == base ? 1 : 0;
                ck_assert(rows[byte][base] == expected);
            }
        }
    }
    tfl_n_policy policy;
    ck_assert(!tfl_n_policy_find("Zero", &policy) && !tfl_n_policy_find("", &policy));
}
END_TEST

START_TEST(other_letters_are_counted)
{
    size_t first = 99;
    ck_assert_uint_eq(tfl_count_other("ACGTacgtU", 9, &first), 0);
    ck_assert_uint_eq(first, 99);
    ck_assert_uint_eq(tfl_count_other("ACNGTnR", 7, &first), 3);
    ck_assert_uint_eq(first, 2);
    ck_assert_uint_eq(tfl_count_other("NNN", 3, NULL), 3);
    ck_assert_uint_eq(tfl_count_other("", 0, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alphabet");
    TCase *tests = tcase_create("alphabet");
    tcase_add_test(tests, tables_follow_from_the_sets);
    tcase_add_test(tests, reverse_complement_undoes_itself);
    tcase_add_test(tests, rows_are_one_hot);
    tcase_add_test(tests, other_letters_are_counted);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
