/* Lines of plain, gzip and BGZF files: the same lines from each, and no truncated file taken for a whole one. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/lines.h"
#include "tflift/rng.h"

#include <fcntl.h>
#include <htslib/bgzf.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { SEED = 21, MOST = 2000000 };

static tfl_error err;

static void clear_error(void)
{
    tfl_error_clear(&err);
    tfl_lines_quiet();
}

static void write_gzip(const char *path, const char *bytes, size_t size)
{
    gzFile file = gzopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert(size == 0 || gzwrite(file, bytes, (unsigned)size) == (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
}

static void write_bgzf(const char *path, const char *bytes, size_t size)
{
    BGZF *file = bgzf_open(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert(bgzf_write(file, bytes, size) == (ssize_t)size);
    ck_assert_int_eq(bgzf_close(file), 0);
}

/* ---------------------------------------------------------------- random texts */

typedef struct text {
    char *bytes;
    size_t size;
    size_t n; /* lines */
} text;

/* Lines of 'a'..'z', mostly short, a few longer than any buffer, ending in LF or CRLF, the last one perhaps in nothing.
 */
static text random_text(tfl_rng *rng)
{
    text made = {malloc(MOST), 0, tfl_rng_below(rng, 200)};
    for (size_t line = 0; line < made.n; line++) {
        bool last = line + 1 == made.n;
        size_t length = tfl_rng_below(rng, 20) == 0 ? tfl_rng_below(rng, 4) * 150000 / 2 : tfl_rng_below(rng, 100);
        if (made.size + length + 2 > MOST) {
            made.n = line;
            break;
        }
        for (size_t i = 0; i < length; i++) {
            made.bytes[made.size++] = (char)('a' + (i * 7 + line) % 26);
        }
        if (last && length > 0 && tfl_rng_below(rng, 2) == 0) {
            break;
        }
        if (tfl_rng_below(rng, 2) == 0) {
            made.bytes[made.size++] = '\r';
        }
        made.bytes[made.size++] = '\n';
    }
    return made;
}

/* Reads lines to its end and compares with text, pushing every third line back once. */
static void compare_lines(tfl_lines *lines, const text *expected)
{
    const char *at = expected->bytes;
    for (size_t n = 0;; n++) {
        char *line;
        size_t length;
        ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_OK);
        if (n % 3 == 2 && line != NULL) {
            tfl_lines_push_back(lines);
            ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_OK);
        }
        if (line == NULL) {
            ck_assert_uint_eq(n, expected->n);
            ck_assert_ptr_eq(at, expected->bytes + expected->size);
            break;
        }
        ck_assert_int_eq(tfl_lines_number(lines), (int64_t)n + 1);
        ck_assert_uint_eq(strlen(line), length);
        ck_assert_int_eq(memcmp(line, at, length), 0);
        at += length;
        at += at < expected->bytes + expected->size && *at == '\r';
        at += at < expected->bytes + expected->size && *at == '\n';
    }
}

START_TEST(every_kind_of_file_gives_the_same_lines)
{
    char path[4200];
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "texts", (uint64_t)_i);
    test_scratch_path(path, sizeof path, "lines");
    for (int round = 0; round < 5; round++) {
        text made = random_text(&rng);
        tfl_lines *lines;
        ck_assert_int_eq(tfl_lines_open_memory(made.bytes, made.size, "memory", &lines, &err), TFL_OK);
        ck_assert_str_eq(tfl_lines_name(lines), "memory");
        compare_lines(lines, &made);
        tfl_lines_close(lines);
        for (int kind = 0; kind < 3; kind++) {
            if (kind == 0) {
                test_write_file(path, made.bytes, made.size);
            } else {
                (kind == 1 ? write_gzip : write_bgzf)(path, made.bytes, made.size);
            }
            ck_assert_int_eq(tfl_lines_open(path, &lines, &err), TFL_OK);
            ck_assert_str_eq(tfl_lines_name(lines), path);
            compare_lines(lines, &made);
            tfl_lines_close(lines);
        }
        free(made.bytes);
    }
}
END_TEST

/* Whatever is looked at, the lines are the same. */
START_TEST(looking_ahead_takes_nothing)
{
    static const size_t wanted[] = {0, 1, 8, 100000, MOST};
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "looking ahead", (uint64_t)_i);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        text made = random_text(&rng);
        tfl_lines *lines;
        const char *bytes;
        size_t found, expected = wanted[i] < made.size ? wanted[i] : made.size;
        ck_assert_int_eq(tfl_lines_open_memory(made.bytes, made.size, "memory", &lines, &err), TFL_OK);
        ck_assert_int_eq(tfl_lines_peek(lines, wanted[i], &bytes, &found, &err), TFL_OK);
        ck_assert_uint_eq(found, expected);
        ck_assert_int_eq(memcmp(bytes, made.bytes, found), 0);
        compare_lines(lines, &made);
        tfl_lines_close(lines);
        free(made.bytes);
    }
}
END_TEST

/* Grows from 0 to 1 whatever the kind; of a plain file it is exact. */
START_TEST(the_fraction_read_grows)
{
    enum { LINES = 100000 };
    char path[4200];
    test_scratch_path(path, sizeof path, "fraction");
    char *bytes = malloc(LINES * 8);
    for (int i = 0; i < LINES; i++) {
        memcpy(bytes + 8 * i, "acgtacg\n", 8);
    }
    for (int kind = 0; kind < 3; kind++) {
        if (kind == 0) {
            test_write_file(path, bytes, LINES * 8);
        } else {
            (kind == 1 ? write_gzip : write_bgzf)(path, bytes, LINES * 8);
        }
        tfl_lines *lines;
        ck_assert_int_eq(tfl_lines_open(path, &lines, &err), TFL_OK);
        double last = tfl_lines_fraction(lines);
        bool grows = last >= 0, exact = true;
        for (int i = 0; i < LINES; i++) {
            char *line;
            size_t length;
            grows = tfl_lines_next(lines, &line, &length, &err) == TFL_OK && grows;
            double now = tfl_lines_fraction(lines);
            grows = now >= last && now <= 1 && grows;
            exact = fabs(now - (i + 1.0) / LINES) < 1e-9 && exact;
            last = now;
        }
        ck_assert_msg(grows, "kind %d", kind);
        ck_assert(exact || kind > 0);
        ck_assert(last > 0.99);
        tfl_lines_close(lines);
    }
    tfl_lines *lines;
    ck_assert_int_eq(tfl_lines_open_memory(bytes, 8, "memory", &lines, &err), TFL_OK);
    ck_assert(tfl_lines_fraction(lines) < 0);
    tfl_lines_close(lines);
    free(bytes);
}
END_TEST

/* ---------------------------------------------------------------- broken files */

/* Reads to the end or to an error; returns the status. */
static tfl_status read_through(const char *path, size_t *n)
{
    tfl_lines *lines;
    tfl_error_clear(&err);
    tfl_status status = tfl_lines_open(path, &lines, &err);
    ck_assert_int_eq(status, TFL_OK);
    char *line;
    size_t length;
    *n = 0;
    do {
        status = tfl_lines_next(lines, &line, &length, &err);
        *n += line != NULL;
    } while (status == TFL_OK && line != NULL);
    tfl_lines_close(lines);
    return status;
}

/* Every proper beginning of a compressed file but the empty one is an error. */
static void check_beginnings(const char *path, const char *short_path)
{
    char *bytes;
    size_t n;
    size_t size = test_read_file(path, &bytes);
    size_t step = size > 4000 ? 997 : 1;
    ck_assert_int_eq(read_through(path, &n), TFL_OK);
    for (size_t length = 1; length < size; length += length < 100 || size - length < 100 ? 1 : step) {
        test_write_file(short_path, bytes, length);
        ck_assert_msg(read_through(short_path, &n) == TFL_EINPUT, "%zu bytes of %zu were taken for a whole file",
                      length, size);
        ck_assert_msg(strncmp(err.message, short_path, strlen(short_path)) == 0 &&
                          strstr(err.message, "truncated") != NULL,
                      "%s", err.message);
    }
    test_write_file(short_path, "", 0);
    ck_assert_int_eq(read_through(short_path, &n), TFL_OK);
    free(bytes);
}

START_TEST(truncated_files_are_noticed)
{
    char path[4200], short_path[4200];
    test_scratch_path(path, sizeof path, "whole.gz");
    test_scratch_path(short_path, sizeof short_path, "short.gz");
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "truncated", 0);
    size_t size = _i < 2 ? 300 : 200000; /* of one block and of several */
    char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = i % 61 == 60 ? '\n' : "ACGT"[tfl_rng_below(&rng, 4)];
    }
    (_i % 2 == 0 ? write_gzip : write_bgzf)(path, bytes, size);
    check_beginnings(path, short_path);
    free(bytes);
}
END_TEST

START_TEST(whole_blocks_without_the_last_one_are_truncated)
{
    char path[4200], expected[4400], *bytes;
    size_t n;
    test_scratch_path(path, sizeof path, "noend.gz");
    write_bgzf(path, ">a\nACGT\n", 8);
    size_t size = test_read_file(path, &bytes);
    test_write_file(path, bytes, size - 28); /* the empty block that ends a BGZF file */
    ck_assert_int_eq(read_through(path, &n), TFL_EINPUT);
    snprintf(expected, sizeof expected, "%s: the compressed file ends too early: it is truncated, get it again", path);
    ck_assert_str_eq(err.message, expected);
    free(bytes);
}
END_TEST

/* A changed byte in a compressed file is an error or (in a part of the header that says nothing) changes nothing. */
START_TEST(damaged_files_are_noticed)
{
    char path[4200], *bytes;
    size_t n, noticed = 0;
    test_scratch_path(path, sizeof path, "damaged.gz");
    char letters[1000];
    for (size_t i = 0; i < sizeof letters; i++) {
        letters[i] = i % 50 == 49 ? '\n' : (char)('a' + i * i % 26);
    }
    (_i == 0 ? write_gzip : write_bgzf)(path, letters, sizeof letters);
    size_t size = test_read_file(path, &bytes);
    for (size_t i = 2; i < size; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x10);
        test_write_file(path, bytes, size);
        tfl_status status = read_through(path, &n);
        ck_assert_msg(status == TFL_EINPUT || (status == TFL_OK && n == 20) || i < 18, "byte %zu", i);
        noticed += status == TFL_EINPUT;
        bytes[i] = (char)(bytes[i] ^ 0x10);
    }
    printf("%zu of %zu damaged bytes noticed\n", noticed, size - 2);
    ck_assert_uint_gt(noticed, (size - 2) * 3 / 4);
    free(bytes);
}
END_TEST

START_TEST(a_nul_byte_is_no_text)
{
    tfl_lines *lines;
    char *line;
    size_t length;
    ck_assert_int_eq(tfl_lines_open_memory("ab\nc\0d\n", 7, "x.txt", &lines, &err), TFL_OK);
    ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_OK);
    ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_EINPUT);
    ck_assert_ptr_null(line);
    ck_assert_str_eq(err.message, "x.txt:2: a NUL byte: this is not a text file");
    tfl_lines_close(lines);
}
END_TEST

START_TEST(what_cannot_be_opened)
{
    char path[4200], expected[4400];
    tfl_lines *lines = (tfl_lines *)&err;
    test_scratch_path(path, sizeof path, "absent.txt");
    ck_assert_int_eq(tfl_lines_open(path, &lines, &err), TFL_EIO);
    ck_assert_ptr_null(lines);
    snprintf(expected, sizeof expected, "%s: cannot open: No such file or directory", path);
    ck_assert_str_eq(err.message, expected);

    tfl_error_clear(&err);
    test_scratch_path(path, sizeof path, "");
    ck_assert_int_eq(tfl_lines_open(path, &lines, &err), TFL_EIO);
    snprintf(expected, sizeof expected, "%s: is a folder, and a file is needed", path);
    ck_assert_str_eq(err.message, expected);

    /* a name that HTSlib would take for a place on the network is a file's name */
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_lines_open("http://localhost:1/x", &lines, &err), TFL_EIO);
    ck_assert_str_eq(err.message, "http://localhost:1/x: cannot open: No such file or directory");
}
END_TEST

START_TEST(dash_is_standard_input)
{
    char path[4200];
    test_scratch_path(path, sizeof path, "stdin.gz");
    write_bgzf(path, "one\ntwo\n", 8);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    size_t n;
    ck_assert_int_eq(read_through("-", &n), TFL_OK);
    ck_assert_uint_eq(n, 2);
    tfl_lines *lines;
    ck_assert_int_eq(tfl_lines_open("-", &lines, &err), TFL_OK);
    ck_assert_str_eq(tfl_lines_name(lines), "standard input");
    tfl_lines_close(lines);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(byte_order_marks_are_left_out)
{
    tfl_lines *lines;
    char *line;
    size_t length;
    static const char marked[] = "\xEF\xBB\xBF>a\n\xEF\xBB\xBF\xEF\xBB\xBF>b";
    ck_assert_int_eq(tfl_lines_open_memory(marked, sizeof marked - 1, "x", &lines, &err), TFL_OK);
    ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_OK);
    ck_assert_str_eq(line, ">a");
    ck_assert_int_eq(tfl_lines_next(lines, &line, &length, &err), TFL_OK);
    ck_assert_str_eq(line, ">b"); /* two files were joined */
    ck_assert_uint_eq(length, 2);
    tfl_lines_close(lines);
}
END_TEST

/* ---------------------------------------------------------------- fields */

START_TEST(lines_are_split)
{
    static const struct {
        const char *line;
        char separator;
        size_t max;
        size_t n;
        const char *field[4];
    } table[] = {
        {"a\tb\tc", '\t', 4, 3, {"a", "b", "c"}},
        {"a\t\tc\t", '\t', 4, 4, {"a", "", "c", ""}},
        {"a\tb\tc", '\t', 2, 2, {"a", "b\tc"}},
        {"", '\t', 4, 1, {""}},
        {"a b", '\t', 4, 1, {"a b"}},
        {"  a \t b  ", ' ', 4, 2, {"a", "b"}},
        {"", ' ', 4, 0, {NULL}},
        {"   ", ' ', 4, 0, {NULL}},
        {"a b c d", ' ', 2, 2, {"a", "b c d"}},
        {"a,b", ',', 4, 2, {"a", "b"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char line[32], *field[4];
        snprintf(line, sizeof line, "%s", table[i].line);
        ck_assert_uint_eq(tfl_lines_split(line, table[i].separator, field, table[i].max), table[i].n);
        for (size_t j = 0; j < table[i].n; j++) {
            ck_assert_str_eq(field[j], table[i].field[j]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lines");
    TCase *tests = tcase_create("lines");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, clear_error, NULL);
    test_use_scratch(tests);
    tcase_add_loop_test(tests, every_kind_of_file_gives_the_same_lines, 0, 4);
    tcase_add_loop_test(tests, looking_ahead_takes_nothing, 0, 4);
    tcase_add_test(tests, the_fraction_read_grows);
    tcase_add_loop_test(tests, truncated_files_are_noticed, 0, 4);
    tcase_add_test(tests, whole_blocks_without_the_last_one_are_truncated);
    tcase_add_loop_test(tests, damaged_files_are_noticed, 0, 2);
    tcase_add_test(tests, a_nul_byte_is_no_text);
    tcase_add_test(tests, what_cannot_be_opened);
    tcase_add_test(tests, dash_is_standard_input);
    tcase_add_test(tests, byte_order_marks_are_left_out);
    tcase_add_test(tests, lines_are_split);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
