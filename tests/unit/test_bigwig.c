/* bigWig: what is written is read back; what is broken is refused, and never believed. */
#include "config.h"

#include "tflift/bigwig.h"

#include "tests/support/support.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 20240612, LENGTH = 30000 };

static char path[] = "/tmp/tflift-bigwig-XXXXXX";

static void make_path(void)
{
    memset(path + sizeof path - 7, 'X', 6); /* another test may have had it */
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
}

static void remove_path(void)
{
    unlink(path);
}

static tfl_bigwig_writer *create(const char *const *contig, const int64_t *length, size_t n)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig_writer *writer = NULL;
    tfl_status status = tfl_bigwig_create(path, contig, length, n, &writer, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    return writer;
}

static void must_write(tfl_bigwig_writer *writer, size_t contig, int64_t start, const float *value, size_t n)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_bigwig_write(writer, contig, start, value, n, &err) == TFL_OK, "%s", err.message);
}

static void must_commit(tfl_bigwig_writer *writer)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_bigwig_commit(writer, &err) == TFL_OK, "%s", err.message);
}

static tfl_bigwig *must_open(void)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig *bigwig = NULL;
    tfl_status status = tfl_bigwig_open(path, &bigwig, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    return bigwig;
}

static int same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_window(tfl_bigwig *bigwig, const char *contig, const float *expected, int64_t start, int64_t end)
{
    tfl_error err = TFL_ERROR_INIT;
    int known = 0;
    float *value = tfl_calloc((size_t)(end - start), sizeof *value);
    ck_assert_msg(tfl_bigwig_values(bigwig, contig, start, end, value, &known, &err) == TFL_OK, "%s", err.message);
    ck_assert_int_eq(known, 1);
    int64_t i = start;
    while (i < end && same(value[i - start], expected[i])) {
        i++;
    }
    ck_assert_msg(i == end, "%s [%lld, %lld): base %lld differs", contig, (long long)start, (long long)end,
                  (long long)i);
    free(value);
}

/* Stretches of all lengths with gaps of all lengths; which, _i chooses: from mostly gaps to none. */
static void fill(float *value, size_t n, tfl_rng *rng, int density)
{
    static const uint32_t run[] = {1, 3, 40, 3000, 30000};
    static const uint32_t gap[] = {9, 2, 70, 300, 1};
    for (size_t i = 0; i < n;) {
        for (size_t stop = i + tfl_rng_below(rng, gap[density]); i < n && i < stop; i++) {
            value[i] = NAN;
        }
        for (size_t stop = i + 1 + tfl_rng_below(rng, run[density]); i < n && i < stop; i++) {
            value[i] = (float)tfl_rng_normal(rng);
        }
    }
}

/* Written in pieces of random size; leading NaN skipped or written. */
static void write_in_pieces(tfl_bigwig_writer *writer, size_t contig, const float *value, size_t n, tfl_rng *rng)
{
    for (size_t i = 0; i < n;) {
        size_t m = 1 + tfl_rng_below(rng, 5000);
        m = m < n - i ? m : n - i;
        must_write(writer, contig, (int64_t)i, value + i, m);
        i += m;
    }
}

START_TEST(reads_back_what_was_written)
{
    static const char *const contig[] = {"chr2", "chr10", "chr1"};
    static const int64_t length[] = {LENGTH, LENGTH + 7, 2 * LENGTH};
    float *value[2];
    tfl_rng rng;
    printf("seed %d\n", SEED);
    tfl_rng_init(&rng, SEED, "bigwig", (uint64_t)_i);
    make_path();
    tfl_bigwig_writer *writer = create(contig, length, 3);
    for (size_t c = 0; c < 2; c++) { /* chr10 stays empty */
        value[c] = tfl_calloc((size_t)length[2 * c], sizeof *value[c]);
        fill(value[c], (size_t)length[2 * c], &rng, _i);
        write_in_pieces(writer, 2 * c, value[c], (size_t)length[2 * c], &rng);
    }
    must_commit(writer);
    tfl_bigwig *bigwig = must_open();
    ck_assert_uint_eq(tfl_bigwig_contigs(bigwig), 3);
    for (size_t c = 0; c < 3; c++) {
        int64_t found = 0;
        ck_assert_str_eq(tfl_bigwig_contig(bigwig, c, &found), contig[c]);
        ck_assert_int_eq(found, length[c]);
    }
    uint64_t bases = 0;
    for (size_t c = 0; c < 2; c++) {
        check_window(bigwig, contig[2 * c], value[c], 0, length[2 * c]);
        for (int k = 0; k < 100; k++) {
            int64_t start = (int64_t)tfl_rng_below(&rng, (uint32_t)length[2 * c]);
            int64_t end = start + (int64_t)tfl_rng_below(&rng, (uint32_t)(length[2 * c] - start) + 1);
            check_window(bigwig, contig[2 * c], value[c], start, end);
        }
        for (int64_t i = 0; i < length[2 * c]; i++) {
            bases += isnan(value[c][i]) ? 0 : 1;
        }
        free(value[c]);
    }
    ck_assert_uint_eq(tfl_bigwig_total(bigwig).bases, bases);
    tfl_bigwig_close(bigwig);
    remove_path();
}
END_TEST

/* The same values in pieces of at most so many: the same bytes, sums included. */
START_TEST(pieces_do_not_matter)
{
    static const char *const contig[] = {"c"};
    static const int64_t length[] = {LENGTH};
    static const uint32_t most[] = {LENGTH, 1, 2, 17, 300};
    enum { WAYS = sizeof most / sizeof *most };
    char *bytes[WAYS];
    float *value = tfl_calloc(LENGTH, sizeof *value);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "pieces", (uint64_t)_i);
    fill(value, LENGTH, &rng, _i);
    size_t size[WAYS];
    make_path();
    for (size_t k = 0; k < WAYS; k++) {
        tfl_bigwig_writer *writer = create(contig, length, 1);
        for (size_t i = 0, m; i < LENGTH; i += m) {
            m = k == 0 ? LENGTH : 1 + tfl_rng_below(&rng, most[k]);
            m = m < LENGTH - i ? m : LENGTH - i;
            must_write(writer, 0, (int64_t)i, value + i, m);
        }
        must_commit(writer);
        size[k] = test_read_file(path, &bytes[k]);
        ck_assert_uint_eq(size[k], size[0]);
        ck_assert_mem_eq(bytes[k], bytes[0], size[0]);
    }
    for (size_t k = 0; k < WAYS; k++) {
        free(bytes[k]);
    }
    free(value);
    remove_path();
}
END_TEST

START_TEST(total_is_exact)
{
    static const char *const contig[] = {"c"};
    static const int64_t length[] = {100};
    const float value[] = {-1e30F, -1, -0.25F, NAN, -1e-30F};
    make_path();
    tfl_bigwig_writer *writer = create(contig, length, 1);
    must_write(writer, 0, 20, value, 5);
    must_commit(writer);
    tfl_bigwig *bigwig = must_open();
    tfl_bigwig_summary total = tfl_bigwig_total(bigwig);
    ck_assert_uint_eq(total.bases, 4);
    ck_assert_double_eq(total.min, (double)-1e30F);
    ck_assert_double_eq(total.max, (double)-1e-30F);
    ck_assert_double_eq(total.sum, (double)-1e30F);
    ck_assert_double_eq(total.sum_squares, (double)1e30F * 1e30F);
    tfl_bigwig_close(bigwig);
    remove_path();
}
END_TEST

START_TEST(unknown_contigs_and_places_outside)
{
    static const char *const contig[] = {"c"};
    static const int64_t length[] = {3};
    const float three[] = {1, 2, 3};
    float value[9];
    int known = 1;
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    tfl_bigwig_writer *writer = create(contig, length, 1);
    must_write(writer, 0, 0, three, 3);
    must_commit(writer);
    tfl_bigwig *bigwig = must_open();
    ck_assert_int_eq(tfl_bigwig_values(bigwig, "d", 0, 3, value, &known, &err), TFL_OK);
    ck_assert_int_eq(known, 0);
    ck_assert(isnan(value[0]) && isnan(value[1]) && isnan(value[2]));
    ck_assert_int_eq(tfl_bigwig_values(bigwig, "c", -3, 6, value, NULL, &err), TFL_OK);
    ck_assert(isnan(value[2]) && isnan(value[6]));
    ck_assert(value[3] == 1 && value[5] == 3);
    tfl_bigwig_close(bigwig);
    remove_path();
}
END_TEST

/* Enough contigs for a tree of three levels. */
START_TEST(many_contigs)
{
    enum { N = 70000 };
    char(*name)[16] = tfl_calloc(N, sizeof *name);
    const char **contig = tfl_calloc(N, sizeof *contig);
    int64_t *length = tfl_calloc(N, sizeof *length);
    float value = 0;
    make_path();
    for (size_t i = 0; i < N; i++) {
        snprintf(name[i], sizeof name[i], "c%zu", i);
        contig[i] = name[i];
        length[i] = (int64_t)i + 1;
    }
    tfl_bigwig_writer *writer = create(contig, length, N);
    for (size_t i = 0; i < N; i += 7) {
        value = (float)i;
        must_write(writer, i, (int64_t)(i / 2), &value, 1);
    }
    must_commit(writer);
    tfl_bigwig *bigwig = must_open();
    ck_assert_uint_eq(tfl_bigwig_contigs(bigwig), N);
    for (size_t i = 0; i < N; i += 91) {
        int64_t found = 0;
        tfl_error err = TFL_ERROR_INIT;
        ck_assert_str_eq(tfl_bigwig_contig(bigwig, i, &found), name[i]);
        ck_assert_int_eq(found, length[i]);
        ck_assert_int_eq(tfl_bigwig_values(bigwig, name[i], (int64_t)(i / 2), (int64_t)(i / 2) + 1, &value, NULL, &err),
                         TFL_OK);
        ck_assert_msg(value == (float)i, "contig %zu: %g", i, (double)value);
    }
    tfl_bigwig_close(bigwig);
    free(name);
    free(contig);
    free(length);
    remove_path();
}
END_TEST

/* The longest name that our reader takes can be written and read; one byte more is refused before there is a file. */
START_TEST(names_are_as_long_as_can_be_read)
{
    static char name[TFL_BIGWIG_LONGEST_NAME + 2];
    const char *const contig[] = {"a", name};
    static const int64_t length[] = {10, 20};
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig_writer *writer = NULL;
    tfl_bigwig *bigwig = NULL;
    int64_t read = 0;
    make_path();
    memset(name, 'n', TFL_BIGWIG_LONGEST_NAME);
    ck_assert_int_eq(tfl_bigwig_create(path, contig, length, 2, &writer, &err), TFL_OK);
    ck_assert_int_eq(tfl_bigwig_commit(writer, &err), TFL_OK);
    ck_assert_int_eq(tfl_bigwig_open(path, &bigwig, &err), TFL_OK);
    ck_assert_str_eq(tfl_bigwig_contig(bigwig, 1, &read), name);
    ck_assert_int_eq(read, 20);
    tfl_bigwig_close(bigwig);
    (void)remove(path);

    name[TFL_BIGWIG_LONGEST_NAME] = 'n';
    ck_assert_int_eq(tfl_bigwig_create(path, contig, length, 2, &writer, &err), TFL_EINPUT);
    ck_assert_msg(strstr(err.message, "nnn…: its name has 65536 bytes") != NULL, "%s", err.message);
    ck_assert_ptr_null(writer);
    ck_assert_int_ne(access(path, F_OK), 0);
    tfl_error_clear(&err);
}
END_TEST

START_TEST(writer_refuses)
{
    static const char *const contig[] = {"a", "b", "a"};
    static const int64_t length[] = {10, 20, 30};
    static const int64_t wrong[] = {10, 0};
    static const int64_t huge[] = {10, INT64_C(1) << 32};
    const float value[] = {1, 2, INFINITY};
    tfl_error err = TFL_ERROR_INIT;
    tfl_bigwig_writer *writer = NULL;
    make_path();
    ck_assert_int_eq(tfl_bigwig_create(path, contig, length, 3, &writer, &err), TFL_EINPUT);
    ck_assert_msg(strstr(err.message, "contig a: given twice") != NULL, "%s", err.message);
    ck_assert_ptr_null(writer);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bigwig_create(path, contig, wrong, 2, &writer, &err), TFL_EINPUT);
    ck_assert_msg(strstr(err.message, "contig b: length 0") != NULL, "%s", err.message);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bigwig_create(path, contig, huge, 2, &writer, &err), TFL_EINPUT);
    static const struct {
        size_t contig;
        int64_t start;
        size_t n;
        tfl_status status;
    } cases[] = {{0, 9, 2, TFL_EUSAGE},  /* beyond the contig */
                 {2, 0, 1, TFL_EUSAGE},  /* no such contig */
                 {0, -1, 1, TFL_EUSAGE}, /* in front of it */
                 {0, 3, 1, TFL_EUSAGE},  /* behind what was written */
                 {1, 0, 3, TFL_EINPUT}}; /* infinite */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tfl_error_clear(&err);
        writer = create(contig, length, 2);
        must_write(writer, 0, 3, value, 2);
        tfl_status status = tfl_bigwig_write(writer, cases[i].contig, cases[i].start, value, cases[i].n, &err);
        ck_assert_msg(status == cases[i].status, "case %zu: %s", i, err.message);
        tfl_bigwig_discard(writer);
    }
    remove_path();
}
END_TEST

/* ---------------------------------------------------------------- broken files */

/* A small file with a two-level tree of contigs, both kinds of section, and zoom levels. */
static unsigned char *small_file(size_t *size)
{
    static const char *const contig[] = {"chr1", "chr2"};
    static const int64_t length[] = {500, 300};
    float value[200];
    for (size_t i = 0; i < 200; i++) {
        value[i] = (float)(i % 3);
    }
    tfl_bigwig_writer *writer = create(contig, length, 2);
    must_write(writer, 0, 5, value, 200);
    must_write(writer, 0, 300, value, 2);
    must_write(writer, 1, 100, value, 150);
    must_commit(writer);
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = tfl_calloc(1 << 16, 1);
    *size = fread(bytes, 1, 1 << 16, file);
    (void)fclose(file);
    ck_assert_uint_lt(*size, 4000);
    return bytes;
}

static void store(const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    (void)fclose(file);
}

/* Opens and reads everything; the status of the first failure. */
static tfl_status read_all(tfl_error *err)
{
    tfl_bigwig *bigwig = NULL;
    float value[600];
    tfl_error_clear(err);
    tfl_status status = tfl_bigwig_open(path, &bigwig, err);
    ck_assert_msg(status == TFL_OK || bigwig == NULL, "a handle after a failure");
    for (size_t i = 0; status == TFL_OK && i < tfl_bigwig_contigs(bigwig); i++) {
        int64_t length = 0;
        const char *contig = tfl_bigwig_contig(bigwig, i, &length);
        status = tfl_bigwig_values(bigwig, contig, 0, 600, value, NULL, err);
    }
    tfl_bigwig_close(bigwig);
    ck_assert_int_eq(status, err->status);
    ck_assert_msg(status == TFL_OK || strncmp(err->message, path, strlen(path)) == 0, "no file named: %s",
                  err->message);
    return status;
}

START_TEST(cut_short_anywhere)
{
    size_t size = 0;
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    unsigned char *bytes = small_file(&size);
    ck_assert_int_eq(read_all(&err), TFL_OK);
    for (size_t n = size; n-- > 0;) {
        ck_assert_int_eq(truncate(path, (off_t)n), 0);
        ck_assert_msg(read_all(&err) == TFL_EINPUT, "%zu of %zu bytes: %s", n, size, err.message);
    }
    free(bytes);
    remove_path();
}
END_TEST

static uint64_t number_at(const unsigned char *bytes, size_t at)
{
    uint64_t number = 0;
    for (size_t i = 8; i > 0; i--) {
        number = number << 8 | bytes[at + i - 1];
    }
    return number;
}

/* Whatever a byte is changed to, the answer is a status: the sanitizers see to the rest. */
START_TEST(any_byte_changed)
{
    size_t size = 0;
    size_t in_blocks = 0;
    size_t noticed = 0;
    tfl_error err = TFL_ERROR_INIT;
    static const unsigned char change[] = {0x01, 0x80, 0xff};
    make_path();
    unsigned char *bytes = small_file(&size);
    size_t data = (size_t)number_at(bytes, 16);
    size_t index = (size_t)number_at(bytes, 24);
    int fd = open(path, O_WRONLY);
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < sizeof change; k++) {
            unsigned char changed = bytes[i] ^ change[k];
            ck_assert_int_eq(pwrite(fd, &changed, 1, (off_t)i), 1);
            int refused = read_all(&err) != TFL_OK;
            if (i >= data + 8 && i < index) {
                in_blocks++;
                noticed += (size_t)refused;
            }
        }
        ck_assert_int_eq(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
    }
    (void)close(fd);
    /* values carry a checksum; only the bits that fill up its last byte do not matter */
    printf("%zu of %zu changes within values noticed\n", noticed, in_blocks);
    ck_assert_uint_gt(100 * noticed, 98 * in_blocks);
    free(bytes);
    remove_path();
}
END_TEST

START_TEST(other_kinds_of_file)
{
    static const struct {
        unsigned char head[4];
        const char *message;
    } cases[] = {{{0x88, 0x8f, 0xfc, 0x26}, "big-endian"},
                 {{0xeb, 0xf2, 0x89, 0x87}, "bigBed"},
                 {{'c', 'h', 'r', '1'}, "is no bigWig"}};
    size_t size = 0;
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    unsigned char *bytes = small_file(&size);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(bytes, cases[i].head, 4);
        store(bytes, size);
        ck_assert_int_ne(read_all(&err), TFL_OK);
        ck_assert_msg(strstr(err.message, cases[i].message) != NULL, "%s", err.message);
    }
    free(bytes);
    remove_path();
    tfl_bigwig *bigwig = NULL;
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bigwig_open("/nonexistent", &bigwig, &err), TFL_EIO);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bigwig_open("/dev/null", &bigwig, &err), TFL_EUNSUPPORTED);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_bigwig_open("/tmp", &bigwig, &err), TFL_EUNSUPPORTED);
    ck_assert_ptr_null(bigwig);
}
END_TEST

/* A node of the index that points to itself, and one of the tree of contigs: refused, and soon. */
START_TEST(trees_without_end)
{
    size_t size = 0;
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    unsigned char *bytes = small_file(&size);
    for (size_t which = 0; which < 2; which++) {
        static const size_t field[] = {8, 24};     /* chromosome tree, index */
        static const size_t header[] = {32, 48};   /* before the root */
        static const size_t offset_at[] = {4, 16}; /* of a child in a branch; keys have 4 bytes here */
        unsigned char *broken = tfl_calloc(size, 1);
        memcpy(broken, bytes, size);
        uint64_t at = number_at(broken, field[which]);
        unsigned char *node = broken + at + header[which];
        node[0] = 0; /* a branch … */
        node[2] = 2;
        node[3] = 0;
        size_t item = offset_at[which] + 8;
        for (size_t k = 0; k < 2; k++) {
            memset(node + 4 + k * item, 0, item);
            memset(node + 4 + k * item + 8, 0xff, which == 1 ? 8 : 0); /* … that covers everything … */
            for (size_t i = 0; i < 8; i++) {                           /* … and whose children are itself */
                node[4 + k * item + offset_at[which] + i] = (unsigned char)((at + header[which]) >> (8 * i));
            }
        }
        store(broken, size);
        ck_assert_int_eq(read_all(&err), TFL_EINPUT);
        ck_assert_msg(strstr(err.message, "without end") != NULL, "%s", err.message);
        free(broken);
    }
    free(bytes);
    remove_path();
}
END_TEST

/* The first base of chr1 that has a value, by a walk; -1 and a message where it is refused. */
static int64_t first_value(tfl_error *err)
{
    float value[4];
    int64_t start = -1;
    size_t n = 0;
    tfl_error_clear(err);
    tfl_bigwig *bigwig = must_open();
    tfl_status status = tfl_bigwig_next(bigwig, 0, 0, value, 4, &start, &n, err);
    ck_assert(status != TFL_OK || n > 0);
    tfl_bigwig_close(bigwig);
    return status == TFL_OK ? start : -1;
}

enum { INDEX_HEADER = 48, NODE_HEADER = 4, LEAF = 32 };

/* Bounds that leave out a value would make it come and go with what is asked for. */
START_TEST(an_index_that_says_less_than_there_is)
{
    static const size_t field[] = {4, 12}; /* of a leaf: where it starts, where it ends */
    size_t size = 0;
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    unsigned char *bytes = small_file(&size);
    unsigned char *leaf = bytes + number_at(bytes, 24) + INDEX_HEADER + NODE_HEADER;
    ck_assert_int_eq(first_value(&err), 5);
    for (size_t i = 0; i < 2; i++) {
        unsigned char held = leaf[field[i]];
        leaf[field[i]] = (unsigned char)(held + (i == 0 ? 1 : -1));
        store(bytes, size);
        ck_assert_int_eq(first_value(&err), -1);
        ck_assert_msg(strstr(err.message, "outside of what the index says") != NULL, "%s", err.message);
        ck_assert_int_eq(read_all(&err), TFL_EINPUT);
        ck_assert_msg(strstr(err.message, "outside of what the index says") != NULL, "%s", err.message);
        leaf[field[i]] = held;
    }
    free(bytes);
    remove_path();
}
END_TEST

/* The first two blocks, both of chr1, change places in the index: the first value is the same. */
START_TEST(an_index_in_another_order)
{
    size_t size = 0;
    unsigned char held[LEAF];
    tfl_error err = TFL_ERROR_INIT;
    make_path();
    unsigned char *bytes = small_file(&size);
    unsigned char *leaf = bytes + number_at(bytes, 24) + INDEX_HEADER + NODE_HEADER;
    ck_assert_int_eq(leaf[LEAF], 0); /* contig chr1 */
    memcpy(held, leaf, LEAF);
    memcpy(leaf, leaf + LEAF, LEAF);
    memcpy(leaf + LEAF, held, LEAF);
    store(bytes, size);
    ck_assert_msg(first_value(&err) == 5, "%s", err.message);
    free(bytes);
    remove_path();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bigwig");
    TCase *tests = tcase_create("bigwig");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, reads_back_what_was_written, 0, 5);
    tcase_add_loop_test(tests, pieces_do_not_matter, 0, 5);
    tcase_add_test(tests, total_is_exact);
    tcase_add_test(tests, unknown_contigs_and_places_outside);
    tcase_add_test(tests, many_contigs);
    tcase_add_test(tests, names_are_as_long_as_can_be_read);
    tcase_add_test(tests, writer_refuses);
    tcase_add_test(tests, cut_short_anywhere);
    tcase_add_test(tests, any_byte_changed);
    tcase_add_test(tests, other_kinds_of_file);
    tcase_add_test(tests, trees_without_end);
    tcase_add_test(tests, an_index_that_says_less_than_there_is);
    tcase_add_test(tests, an_index_in_another_order);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
