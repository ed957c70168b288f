/* k-let shuffles: counts kept, every shuffle reached, all equally often, against enumeration. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/shuffle.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 51 };

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

static void random_letters(tfl_rng *rng, const char *alphabet, size_t length, char *letters)
{
    for (size_t i = 0; i < length; i++) {
        letters[i] = alphabet[tfl_rng_below(rng, (uint32_t)strlen(alphabet))];
    }
    letters[length] = '\0';
}

static void to_upper(char *letters)
{
    for (; *letters != '\0'; letters++) {
        *letters = (char)toupper((unsigned char)*letters);
    }
}

/* ---------------------------------------------------------------- counts */

static size_t word_length;

static int compare_words(const void *a, const void *b)
{
    return memcmp(*(const char *const *)a, *(const char *const *)b, word_length);
}

/* Whether two texts of one length hold the same words of k letters equally often. */
static bool same_words(const char *a, const char *b, size_t length, size_t k)
{
    const char *word_a[500] = {NULL}, *word_b[500] = {NULL};
    size_t n = length < k ? 0 : length - k + 1;
    for (size_t i = 0; i < n; i++) {
        word_a[i] = a + i;
        word_b[i] = b + i;
    }
    word_length = k;
    qsort(word_a, n, sizeof *word_a, compare_words);
    qsort(word_b, n, sizeof *word_b, compare_words);
    for (size_t i = 0; i < n; i++) {
        if (memcmp(word_a[i], word_b[i], k) != 0) {
            return false;
        }
    }
    return true;
}

START_TEST(words_and_the_beginning_are_kept)
{
    static const char *const alphabets[] = {
        "ACGT", "AC", "ACGTacgt", "ACGTN", "ACGTNRYKMacgtn", "AAAAAAACGT", "ACDEFGHIKLMNPQRSTVWY"};
    tfl_rng rng;
    unsigned k = (unsigned)_i;
    size_t changed = 0, rounds = 700;
    tfl_rng_init(&rng, SEED, "words", k);
    for (size_t round = 0; round < rounds; round++) {
        char letters[401], out[401];
        size_t length = tfl_rng_below(&rng, round % 2 == 0 ? 30 : 400);
        random_letters(&rng, alphabets[round % 7], length, letters);
        ck_assert_int_eq(tfl_shuffle(shuffler, letters, length, k, &rng, out, &err), TFL_OK);
        out[length] = '\0';
        to_upper(letters);
        ck_assert_msg(same_words(letters, out, length, k), "%s became %s", letters, out);
        ck_assert_int_eq(strncmp(letters, out, k - 1), 0);
        changed += strcmp(letters, out) != 0;
        if (length < k) {
            ck_assert_str_eq(letters, out);
        }
    }
    printf("k %u, seed %d: %zu of %zu sequences changed\n", k, SEED, changed, rounds);
    ck_assert_uint_gt(changed, k <= 4 ? rounds / 2 : 50);
}
END_TEST

/* ---------------------------------------------------------------- enumeration */

/* All texts with the words of a text and its beginning, found by laying letter after letter with what is left of the
 * words. */
typedef struct enumeration {
    size_t length, k;
    char letters[32]; /* the original, upper case */
    bool used[32];    /* its words */
    char text[32];
    size_t n;
    size_t capacity;
    char (*found)[32];
} enumeration;

static void lay(enumeration *all, size_t at)
{
    if (at == all->length) {
        if (all->n == all->capacity) {
            all->capacity = all->capacity * 2 + 16;
            all->found = realloc(all->found, all->capacity * sizeof *all->found);
            ck_assert_ptr_nonnull(all->found);
        }
        memcpy(all->found[all->n++], all->text, 32);
        return;
    }
    bool tried[256] = {false};
    size_t k = all->k;
    for (size_t word = 0; word + k <= all->length; word++) {
        unsigned char next = (unsigned char)all->letters[word + k - 1];
        if (all->used[word] || tried[next] || memcmp(all->letters + word, all->text + at - (k - 1), k - 1) != 0) {
            continue;
        }
        tried[next] = true;
        all->used[word] = true;
        all->text[at] = (char)next;
        lay(all, at + 1);
        all->used[word] = false;
    }
}

static enumeration enumerate(const char *letters, size_t k)
{
    enumeration all = {.length = strlen(letters), .k = k};
    memcpy(all.letters, letters, all.length + 1);
    to_upper(all.letters);
    if (all.length < k) {
        all.k = 1;
        all.n = 1;
        all.found = calloc(1, sizeof *all.found);
        memcpy(all.found[0], all.letters, 32);
        return all;
    }
    memcpy(all.text, all.letters, k - 1);
    lay(&all, k - 1);
    return all;
}

static size_t find(const enumeration *all, const char *text)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->found[i], text) == 0) {
            return i;
        }
    }
    ck_abort_msg("%s is no shuffle of %s", text, all->letters);
}

/* Draws many shuffles and compares how often each one comes. Returns the chi-square's z. */
static double check_even(const char *letters, size_t k, size_t per_shuffle, tfl_rng *rng)
{
    enumeration all = enumerate(letters, k);
    size_t *count = calloc(all.n, sizeof *count);
    for (size_t i = 0; i < per_shuffle * all.n; i++) {
        char out[32] = "";
        ck_assert_int_eq(tfl_shuffle(shuffler, letters, all.length, (unsigned)k, rng, out, &err), TFL_OK);
        count[find(&all, out)]++;
    }
    double chi = 0;
    for (size_t i = 0; i < all.n; i++) {
        double difference = (double)count[i] - (double)per_shuffle;
        ck_assert_msg(count[i] > 0, "%s is never reached from %s", all.found[i], letters);
        chi += difference * difference / (double)per_shuffle;
    }
    double z = all.n > 1 ? test_chi_square_z(chi, all.n - 1) : 0;
    ck_assert_msg(z < 4.5, "%s, k %zu: chi-square %g with %zu degrees of freedom", letters, k, chi, all.n - 1);
    if (all.n == 27) {
        printf("%s, k %zu: %zu shuffles, seed %d, chi-square %.1f with %zu degrees of freedom\n", letters, k, all.n,
               SEED, chi, all.n - 1);
    }
    free(count);
    free(all.found);
    return z;
}

/* Keeping the last edges of the original, as widely copied code does, would reach nine of these. */
START_TEST(all_27_are_reached_evenly)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "27", 0);
    enumeration all = enumerate("ACCCACGATGATG", 2);
    ck_assert_uint_eq(all.n, 27);
    free(all.found);
    (void)check_even("ACCCACGATGATG", 2, 2000, &rng);
}
END_TEST

START_TEST(small_sequences_are_shuffled_evenly)
{
    static const char *const alphabets[] = {"ACGT", "AC", "ACG", "ACN", "acAC"};
    tfl_rng rng;
    size_t k = (size_t)_i, tested = 0;
    double worst = 0, sum = 0;
    tfl_rng_init(&rng, SEED, "small", k);
    for (int round = 0; round < 150; round++) {
        char letters[32];
        size_t length = k == 1 ? 1 + tfl_rng_below(&rng, 6) : 4 + tfl_rng_below(&rng, (uint32_t)(6 + 4 * k));
        random_letters(&rng, alphabets[round % 5], length, letters);
        enumeration all = enumerate(letters, k);
        free(all.found);
        if (all.n > 1 && all.n <= 200) {
            double z = check_even(letters, k, 60, &rng);
            worst = z > worst ? z : worst;
            sum += z;
            tested++;
        }
    }
    printf("k %zu, seed %d: %zu sequences, z of chi-square %.2f on average, %.2f at most\n", k, SEED, tested,
           sum / (double)tested, worst);
    ck_assert_uint_gt(tested, 20);
    ck_assert(sum / (double)tested < 0.5);
}
END_TEST

START_TEST(single_shuffles_are_known)
{
    static const char *const alphabets[] = {"AC", "ACG", "ACGT", "AN", "acAC"};
    tfl_rng rng;
    size_t k = (size_t)_i, single_ones = 0, rounds = 3000;
    tfl_rng_init(&rng, SEED, "single", k);
    for (size_t round = 0; round < rounds; round++) {
        char letters[32];
        random_letters(&rng, alphabets[round % 5], tfl_rng_below(&rng, k == 1 ? 6 : (uint32_t)(6 + 2 * k)), letters);
        enumeration all = enumerate(letters, k);
        bool single;
        ck_assert_int_eq(tfl_shuffle_is_single(shuffler, letters, strlen(letters), (unsigned)k, &single, &err), TFL_OK);
        ck_assert_msg(single == (all.n == 1), "%s, k %zu: %zu shuffles", letters, k, all.n);
        single_ones += single;
        free(all.found);
    }
    printf("k %zu, seed %d: %zu of %zu have a single shuffle\n", k, SEED, single_ones, rounds);
    ck_assert(single_ones > 50 && single_ones < rounds - 50);
}
END_TEST

/* All texts over two letters up to length 12, all over three up to 7. */
START_TEST(single_shuffles_are_known_for_every_short_text)
{
    for (size_t n_letters = 2; n_letters <= 3; n_letters++) {
        for (size_t length = 1; length <= (n_letters == 2 ? 11 : 7); length++) {
            size_t texts = 1;
            for (size_t i = 0; i < length; i++) {
                texts *= n_letters;
            }
            for (size_t text = 0; text < texts; text++) {
                char letters[32] = "";
                for (size_t i = 0, rest = text; i < length; i++, rest /= n_letters) {
                    letters[i] = "ACG"[rest % n_letters];
                }
                for (size_t k = 2; k <= 3; k++) {
                    enumeration all = enumerate(letters, k);
                    bool single;
                    ck_assert_int_eq(tfl_shuffle_is_single(shuffler, letters, length, (unsigned)k, &single, &err),
                                     TFL_OK);
                    ck_assert_msg(single == (all.n == 1), "%s, k %zu: %zu shuffles", letters, k, all.n);
                    free(all.found);
                }
            }
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- the rest */

/* The shuffler remembers nothing: what came before does not change a draw. */
START_TEST(a_used_shuffler_is_as_good_as_new)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "used", 0);
    for (int round = 0; round < 300; round++) {
        char letters[401], out[401] = "", again[401] = "";
        unsigned k = 1 + tfl_rng_below(&rng, 8);
        size_t length = tfl_rng_below(&rng, 400);
        random_letters(&rng, round % 3 == 0 ? "ACGTN" : "ACGT", length, letters);
        tfl_rng first, second;
        tfl_rng_init(&first, SEED, letters, 0);
        tfl_rng_init(&second, SEED, letters, 0);
        ck_assert_int_eq(tfl_shuffle(shuffler, letters, length, k, &first, out, &err), TFL_OK);
        tfl_shuffler *new_one;
        ck_assert_int_eq(tfl_shuffler_create(&new_one, &err), TFL_OK);
        ck_assert_int_eq(tfl_shuffle(new_one, letters, length, k, &second, again, &err), TFL_OK);
        ck_assert_str_eq(out, again);
        tfl_shuffler_free(new_one);
    }
}
END_TEST

/* A, C, G and T have a faster way of their own. With N in the place of T, and of nothing else, the draws are the same. */
START_TEST(another_letter_changes_no_draw)
{
    enum { LENGTH = 3000 };
    for (uint64_t i = 0; i < 300; i++) {
        char letters[LENGTH + 1], renamed[LENGTH + 1], expected[LENGTH], found[LENGTH];
        tfl_rng rng, same;
        tfl_rng_init(&rng, SEED, "renamed", i);
        size_t length = 1 + tfl_rng_below(&rng, i % 10 == 0 ? LENGTH : 60);
        random_letters(&rng, i % 3 == 0 ? "AT" : "AACcGgtT", length, letters);
        renamed[length] = '\0';
        for (size_t j = 0; j < length; j++) {
            renamed[j] = letters[j] == 'T' || letters[j] == 't' ? 'N' : letters[j];
        }
        same = rng;
        ck_assert_int_eq(tfl_shuffle(shuffler, renamed, length, 2, &rng, expected, &err), TFL_OK);
        ck_assert_int_eq(tfl_shuffle(shuffler, letters, length, 2, &same, found, &err), TFL_OK);
        for (size_t j = 0; j < length; j++) {
            ck_assert_msg(expected[j] == (found[j] == 'T' ? 'N' : found[j]), "seed %d, sequence %d, letter %zu", SEED, (int)i, j);
        }
        ck_assert_uint_eq(tfl_rng_next(&rng), tfl_rng_next(&same));
    }
}
END_TEST

START_TEST(only_some_k_make_sense)
{
    tfl_rng rng;
    char out[8];
    bool single;
    tfl_rng_init(&rng, SEED, "k", 0);
    for (unsigned k = 0; k <= 9; k += 9) {
        char expected[100];
        snprintf(expected, sizeof expected, "%u-let shuffles: the length of a word is 1 to 8", k);
        tfl_error_clear(&err);
        ck_assert_int_eq(tfl_shuffle(shuffler, "ACGT", 4, k, &rng, out, &err), TFL_EUSAGE);
        ck_assert_str_eq(err.message, expected);
        ck_assert_int_eq(tfl_shuffle_is_single(shuffler, "ACGT", 4, k, &single, &err), TFL_EUSAGE);
    }
}
END_TEST

START_TEST(long_sequences_are_shuffled)
{
    enum { LENGTH = 300000 };
    char *letters = malloc(LENGTH + 1), *out = malloc(LENGTH);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "long", 0);
    random_letters(&rng, "ACGTN", LENGTH, letters);
    for (unsigned k = 1; k <= 8; k++) {
        bool single;
        ck_assert_int_eq(tfl_shuffle(shuffler, letters, LENGTH, k, &rng, out, &err), TFL_OK);
        ck_assert_int_ne(memcmp(letters, out, LENGTH), 0);
        ck_assert_int_eq(tfl_shuffle_is_single(shuffler, letters, LENGTH, k, &single, &err), TFL_OK);
        ck_assert(!single);
    }
    free(letters);
    free(out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shuffle");
    TCase *tests = tcase_create("shuffle");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, words_and_the_beginning_are_kept, 1, TFL_SHUFFLE_MAX_K + 1);
    tcase_add_test(tests, all_27_are_reached_evenly);
    tcase_add_loop_test(tests, small_sequences_are_shuffled_evenly, 1, 5);
    tcase_add_loop_test(tests, single_shuffles_are_known, 1, 6);
    tcase_add_test(tests, single_shuffles_are_known_for_every_short_text);
    tcase_add_test(tests, a_used_shuffler_is_as_good_as_new);
    tcase_add_test(tests, another_letter_changes_no_draw);
    tcase_add_test(tests, only_some_k_make_sense);
    tcase_add_test(tests, long_sequences_are_shuffled);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
