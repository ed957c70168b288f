/* Reading contributions back: every format gives what was written, and files that are wrong are refused with file and
 * line. */
#include "config.h"

#include "tflift/scores.h"

#include "tests/support/support.h"
#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/rng.h"
#include "tflift/track.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 20240613, N = 40, LENGTH = 57 };

static char path[64];

static void make_path(const char *suffix)
{
    snprintf(path, sizeof path, "/tmp/tflift-scores-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    unlink(path);
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "%s", suffix);
}

/* A sequence, where it lies, and its contributions. */
typedef struct made {
    tfl_sequence sequence;
    tfl_region region;
    char name[64], contig[64], letters[LENGTH + 1];
    float contribution[LENGTH * 4], value[LENGTH];
} made;

static void make(made *to, size_t i, tfl_rng *rng)
{
    int64_t start = (int64_t)i * 100;
    bool placed = i % 4 != 0;
    char strand = i % 3 == 0 ? '-' : '+';
    snprintf(to->contig, sizeof to->contig, placed ? "chr%zu" : "own%zu", placed ? 1 + i % 2 : i);
    snprintf(to->name, sizeof to->name, placed ? "%s:%d-%d(%c)" : "%s", to->contig, (int)start, (int)start + LENGTH,
             strand);
    for (size_t k = 0; k < LENGTH; k++) {
        to->letters[k] = "ACGTacgtN"[tfl_rng_below(rng, 9)];
        double sum = 0;
        for (size_t c = 0; c < 4; c++) {
            to->contribution[4 * k + c] = (float)tfl_rng_normal(rng);
            sum += to->contribution[4 * k + c];
        }
        to->value[k] = (float)sum;
    }
    to->letters[LENGTH] = '\0';
    to->region = (tfl_region){to->contig, placed ? start : 0, LENGTH, placed ? strand : '+', placed};
    to->sequence = (tfl_sequence){.name = to->name, .letters = to->letters, .length = LENGTH, .index = i};
}

static made *make_all(void)
{
    made *all = tfl_calloc(N, sizeof *all);
    tfl_rng rng;
    printf("seed %d\n", SEED);
    tfl_rng_init(&rng, SEED, "scores", 0);
    for (size_t i = 0; i < N; i++) {
        make(&all[i], i, &rng);
    }
    return all;
}

static void write_tasks(const made *all, const char *format, const char *const *task, size_t n_tasks)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_track *track = NULL;
    tfl_track_options options = {.description = "a test"};
    tfl_status status = tfl_track_open(path, tfl_track_format_find(format), &options, &track, &err);
    for (size_t i = 0; status == TFL_OK && i < N; i++) {
        for (size_t t = 0; status == TFL_OK && t < n_tasks; t++) {
            tfl_track_record record = {.name = all[i].name,
                                       .region = &all[i].region,
                                       .letters = all[i].letters,
                                       .length = LENGTH,
                                       .task = task[t],
                                       .contribution = all[i].contribution};
            status = tfl_track_write(track, &record, &err);
        }
    }
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_track_commit(track, NULL, &err) == TFL_OK, "%s", err.message);
}

static tfl_scores *must_open(const char *task)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_scores *scores = NULL;
    tfl_status status = tfl_scores_open(path, task, &scores, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    return scores;
}

static int find(tfl_scores *scores, const tfl_sequence *sequence, const tfl_region *region, float *value)
{
    int any = -1;
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_scores_find(scores, sequence, region, value, &any, &err) == TFL_OK, "%s", err.message);
    return any;
}

static int same_values(const float *a, const float *b)
{
    size_t i = 0;
    while (i < LENGTH && a[i] == b[i]) {
        i++;
    }
    return i == LENGTH;
}

static void check_all(tfl_scores *scores, const made *all)
{
    float value[LENGTH];
    for (size_t k = 0; k < N; k++) {
        const made *here = &all[(k * 7) % N];
        ck_assert_int_eq(find(scores, &here->sequence, &here->region, value), 1);
        ck_assert_msg(same_values(value, here->value), "%s differs", here->name);
    }
}

START_TEST(every_format_reads_back)
{
    static const struct {
        const char *format, *suffix;
    } cases[] = {{"bedgraph", ".bedgraph"},
                 {"bedgraph", ".bedgraph.gz"},
                 {"bigwig", ".bw"},
                 {"tsv", ".tsv"},
                 {"tsv", ".tsv.gz"},
                 {"npz", ".npz"},
                 {"bed", ".bed"}};
    const char *const task[] = {"t"};
    made *all = make_all();
    make_path(cases[_i].suffix);
    write_tasks(all, cases[_i].format, task, 1);
    tfl_scores *scores = must_open(NULL);
    ck_assert_int_eq(tfl_scores_is_table(scores), strcmp(cases[_i].format, "tsv") == 0);
    check_all(scores, all);
    tfl_scores_close(scores);
    unlink(path);
    free(all);
}
END_TEST

START_TEST(one_task_of_several)
{
    const char *const task[] = {"both", "GATA1", "TAL1"};
    made *all = make_all();
    tfl_error err = TFL_ERROR_INIT;
    tfl_scores *scores = NULL;
    make_path(".tsv");
    write_tasks(all, "tsv", task, 3);
    ck_assert_int_eq(tfl_scores_open(path, NULL, &scores, &err), TFL_EUSAGE);
    ck_assert_msg(strstr(err.message, "both, GATA1, TAL1") != NULL, "%s", err.message);
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_scores_open(path, "TAL2", &scores, &err), TFL_EUSAGE);
    ck_assert_msg(strstr(err.message, "both, GATA1, TAL1") != NULL, "%s", err.message);
    ck_assert_ptr_null(scores);
    scores = must_open("GATA1");
    check_all(scores, all);
    tfl_scores_close(scores);
    unlink(path);
    free(all);
}
END_TEST

/* Formats that know the letters notice another sequence; all say so when there is nothing. */
START_TEST(other_sequences)
{
    static const char *const format[] = {"tsv", "npz", "bedgraph", "bigwig"};
    const char *const task[] = {"t"};
    made *all = make_all();
    tfl_error err = TFL_ERROR_INIT;
    float value[LENGTH];
    int any = -1;
    make_path("");
    write_tasks(all, format[_i], task, 1);
    tfl_scores *scores = must_open(NULL);
    tfl_sequence stranger = all[4].sequence;
    tfl_region region = {"elsewhere", 0, LENGTH, '+', false};
    stranger.name = region.contig;
    if (_i == 1) {
        stranger.index = N;
        ck_assert_int_eq(tfl_scores_find(scores, &stranger, &region, value, &any, &err), TFL_EINPUT);
        ck_assert_msg(strstr(err.message, "has 40 sequences, and elsewhere is number 41") != NULL, "%s", err.message);
    } else {
        ck_assert_int_eq(find(scores, &stranger, &region, value), 0);
        ck_assert(isnan(value[0]) && isnan(value[LENGTH - 1]));
    }
    if (_i < 2) {
        tfl_error_clear(&err);
        all[5].letters[3] = all[5].letters[3] == 'G' ? 'C' : 'G';
        ck_assert_int_eq(tfl_scores_find(scores, &all[5].sequence, &all[5].region, value, &any, &err), TFL_EINPUT);
        ck_assert_msg(strstr(err.message, all[5].name) != NULL && strstr(err.message, "base 3") != NULL, "%s",
                      err.message);
    }
    tfl_scores_close(scores);
    unlink(path);
    free(all);
}
END_TEST

/* ---------------------------------------------------------------- text of others */

static void store(const char *text)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_output *output = NULL;
    make_path("");
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_write(output, text, strlen(text), &err), TFL_OK);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
}

static void check_window(tfl_scores *scores, const char *contig, int64_t start, size_t n, const float *expected)
{
    float value[16];
    char letters[] = "ACGTACGTACGTACG";
    tfl_sequence sequence = {.name = "s", .letters = letters, .length = n};
    char name[16];
    snprintf(name, sizeof name, "%s", contig);
    tfl_region region = {name, start, (int64_t)n, '+', true};
    find(scores, &sequence, &region, value);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(value[i] == expected[i] || (isnan(value[i]) && isnan(expected[i])), "base %zu: %g, not %g", i,
                      (double)value[i], (double)expected[i]);
    }
}

static void check_text(const char *text, const char *contig, int64_t start, size_t n, const float *expected)
{
    store(text);
    tfl_scores *scores = must_open(NULL);
    check_window(scores, contig, start, n, expected);
    tfl_scores_close(scores);
    unlink(path);
}

START_TEST(bedgraph_of_others)
{
    const float gaps[] = {NAN, 1, 2, NAN, 3, 3, 3, NAN};
    /* comments, CRLF, blanks for tabs, intervals, an empty line, no line end at the end */
    check_text("#c\ntrack type=bedGraph\nbrowser x\nchr1 1 2 1\r\nchr1\t2\t3\t2\r\n\nchr1 4 7 3e0", "chr1", 0, 8, gaps);
    /* in any order, contigs mixed */
    check_text("chr1 4 7 3\nchr2 0 1 9\nchr1 2 3 2\nchr1 1 2 1\n", "chr1", 0, 8, gaps);
    /* the same said twice, and once in pieces */
    check_text("chr1 1 2 1\nchr1 4 7 3\nchr1 1 2 1\nchr1 2 3 2\nchr1 5 6 3\nchr1 6 7 3\n", "chr1", 0, 8, gaps);
    /* "track" and "browser" are words; blanks alone are an empty line */
    check_text("track1 1 2 1\nbrowser_x 1 2 9\n \t\ntrack1 2 3 2\ntrack\ntrack1 4 7 3\n", "track1", 0, 8, gaps);
    /* no value is no value */
    check_text("chr1 1 2 1\nchr1 2 3 2\nchr1 3 4 NaN\nchr1 4 7 3\n", "chr1", 0, 8, gaps);
    const float inside[] = {3, 3};
    check_text("chr1 4 9000000000 3\n", "chr1", 8000000000, 2, inside);
}
END_TEST

START_TEST(refused_text)
{
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"", "", "holds no values"},
        {"# only a comment\n", "", "holds no values"},
        {"chr1 1 2\n", ":1: ", "3 columns"},
        {"chr1 1 2 3 4\n", ":1: ", "5 columns"},
        {"#\nchr1 1 2 x\n", ":2: ", "the value is \"x\""},
        {"chr1 1 2 inf\n", ":1: ", "the value is \"inf\""},
        {"chr1 1 2 1e39\n", ":1: ", "the value is \"1e39\""},
        {"chr1 2 2 1\n", ":1: ", "start and end are \"2\" and \"2\""},
        {"chr1 -1 2 1\n", ":1: ", "\"-1\""},
        {"chr1 1 99999999999999999999 1\n", ":1: ", "\"99999999999999999999\""},
        {"chr1 1.5 2 1\n", ":1: ", "\"1.5\""},
        {"chr1 1 2 1\nchr1 2 3 1\nchr1 2 3 2\n", ":3: ", "base 2 of chr1 another value than line 2"},
        {"chr1 5 9 1\nchr1 0 6 2\n", ":2: ", "base 5 of chr1 another value than line 1"},
        {"chr1 0 1 1\nchr1 1 2 2\nchr1 2 3 3\nchr1 0 3 1\n", ":4: ", "base 1 of chr1 another value than line 2"},
        {"#name\tposition\tbase\ttask\tcontribution\n", "", "holds no values"},
        {"#name\tposition\tbase\ttask\tcontribution\ns\t0\tA\tt\n", ":2: ", "not a row"},
        {"#name\tposition\tbase\ttask\tcontribution\ns\t0\tAC\tt\t1\n", ":2: ", "not a row"},
        {"#name\tposition\tbase\ttask\tcontribution\ns\t-1\tA\tt\t1\n", ":2: ", "position is \"-1\""},
        {"#name\tposition\tbase\ttask\tcontribution\ns\t0\tA\tt\t1\ns\t0\tC\tt\t1\n",
         ":3: ", "another value than line 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char start[128];
        tfl_error err = TFL_ERROR_INIT;
        tfl_scores *scores = NULL;
        store(cases[i].text);
        snprintf(start, sizeof start, "%s%s", path, *cases[i].where == '\0' ? ": " : cases[i].where);
        ck_assert_int_eq(tfl_scores_open(path, NULL, &scores, &err), TFL_EINPUT);
        ck_assert_ptr_null(scores);
        ck_assert_msg(strncmp(err.message, start, strlen(start)) == 0 && strstr(err.message, cases[i].what) != NULL,
                      "case %zu: %s", i, err.message);
        unlink(path);
    }
}
END_TEST

/* Random intervals against an array. */
START_TEST(random_intervals)
{
    enum { BASES = 300 };
    printf("seed %d\n", SEED);
    for (uint64_t trial = 0; trial < 40; trial++) {
        float truth[BASES];
        tfl_rng rng;
        char text[8192] = "";
        size_t used = 0;
        tfl_rng_init(&rng, SEED, "intervals", trial);
        for (size_t i = 0; i < BASES; i++) {
            truth[i] = NAN;
        }
        for (int k = 0; k < 60; k++) { /* an interval lies within one value, or says again what is there */
            uint32_t start = tfl_rng_below(&rng, BASES - 20);
            uint32_t end = start + 1 + tfl_rng_below(&rng, 20);
            uint32_t block = start / 50;
            float value = (float)block; /* so that overlaps agree */
            end = end > (block + 1) * 50 ? (block + 1) * 50 : end;
            used += (size_t)snprintf(text + used, sizeof text - used, "c\t%u\t%u\t%g\n", start, end, (double)value);
            for (uint32_t i = start; i < end; i++) {
                truth[i] = value;
            }
        }
        store(text);
        tfl_scores *scores = must_open(NULL);
        for (int64_t start = 0; start + 16 <= BASES; start += 41) {
            check_window(scores, "c", start, 15, truth + start);
        }
        tfl_scores_close(scores);
        unlink(path);
    }
}
END_TEST

/* So many values that they lie in a temporary file, all said twice; and then one of them otherwise. */
START_TEST(text_that_memory_does_not_hold)
{
    enum { BASES = 40000 };
    static float truth[BASES];
    static char text[2 * BASES * 32];
    tfl_error err = TFL_ERROR_INIT;
    tfl_rng rng;
    char expected[TFL_ERROR_SIZE];
    tfl_rng_init(&rng, SEED, "many values", 0);
    size_t used = 0;
    for (size_t row = 0; row < 2 * BASES; row++) {
        size_t i = row % BASES;
        truth[i] = row < BASES ? (float)tfl_rng_below(&rng, 1000) : truth[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "c\t%zu\t%zu\t%g\n", i, i + 1, (double)truth[i]);
    }
    store(text);
    tfl_scores *scores = must_open(NULL);
    for (int k = 0; k < 2000; k++) {
        uint32_t start = tfl_rng_below(&rng, BASES - 15);
        check_window(scores, "c", start, 15, truth + start);
    }
    tfl_scores_close(scores);
    unlink(path);
    for (size_t i = BASES - 1; i > 0; i -= BASES / 3) {
        size_t length = used;
        (void)snprintf(text + used, sizeof text - used, "c\t%zu\t%zu\t-1\n", i, i + 1);
        store(text);
        snprintf(expected, sizeof expected, "%s:%d: gives base %zu of c another value than line %zu; ", path,
                 2 * BASES + 1, i, i + 1);
        ck_assert_int_eq(tfl_scores_open(path, NULL, &scores, &err), TFL_EINPUT);
        ck_assert_msg(strncmp(err.message, expected, strlen(expected)) == 0, "%s", err.message);
        tfl_error_clear(&err);
        text[length] = '\0';
        unlink(path);
    }
}
END_TEST

/* ---------------------------------------------------------------- broken npz */

static unsigned char *small_npz(size_t *size)
{
    const char *const task[] = {"t"};
    made *all = make_all();
    make_path(".npz");
    write_tasks(all, "npz", task, 1);
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = tfl_calloc(1 << 17, 1);
    *size = fread(bytes, 1, 1 << 17, file);
    (void)fclose(file);
    free(all);
    return bytes;
}

static tfl_status open_and_read(tfl_error *err)
{
    static made *all; /* once per process */
    tfl_scores *scores = NULL;
    float value[LENGTH];
    int any = 0;
    all = all == NULL ? make_all() : all;
    tfl_error_clear(err);
    tfl_status status = tfl_scores_open(path, NULL, &scores, err);
    for (size_t i = 0; status == TFL_OK && i < N; i++) {
        status = tfl_scores_find(scores, &all[i].sequence, &all[i].region, value, &any, err);
    }
    tfl_scores_close(scores);
    return status;
}

START_TEST(npz_cut_short)
{
    size_t size = 0;
    tfl_error err = TFL_ERROR_INIT;
    unsigned char *bytes = small_npz(&size);
    ck_assert_int_eq(open_and_read(&err), TFL_OK);
    for (size_t n = size; n > 0; n -= n > 2000 && n < size - 2000 ? 997 : 1) {
        ck_assert_int_eq(truncate(path, (off_t)(n - 1)), 0);
        ck_assert_msg(open_and_read(&err) == TFL_EINPUT, "%zu of %zu bytes: %s", n - 1, size, err.message);
        if (n > 2000 && n < 2998) {
            break;
        }
    }
    free(bytes);
    unlink(path);
}
END_TEST

/* Everything in an npz is under a checksum, or decides where things are. */
START_TEST(npz_with_a_byte_changed)
{
    size_t size = 0;
    size_t refused = 0;
    size_t tried = 0;
    tfl_error err = TFL_ERROR_INIT;
    unsigned char *bytes = small_npz(&size);
    FILE *file = fopen(path, "r+b");
    setvbuf(file, NULL, _IONBF, 0);
    for (size_t i = 0; i<size; i += i> 300 && i < size - 600 ? 89 : 1) {
        (void)fseek(file, (long)i, SEEK_SET);
        (void)fputc(bytes[i] ^ 0x40, file);
        refused += open_and_read(&err) != TFL_OK;
        (void)fseek(file, (long)i, SEEK_SET);
        (void)fputc(bytes[i], file);
        tried++;
    }
    (void)fclose(file);
    printf("%zu of %zu changes noticed\n", refused, tried);
    ck_assert_uint_gt(10 * refused, 7 * tried);
    ck_assert_int_eq(open_and_read(&err), TFL_OK);
    free(bytes);
    unlink(path);
}
END_TEST

START_TEST(files_that_are_not_there)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_scores *scores = NULL;
    ck_assert_int_eq(tfl_scores_open("/nonexistent/x.bw", NULL, &scores, &err), TFL_EIO);
    ck_assert_msg(strstr(err.message, "/nonexistent/x.bw") != NULL, "%s", err.message);
    tfl_error_clear(&err);
    ck_assert_int_ne(tfl_scores_open("/tmp", NULL, &scores, &err), TFL_OK);
    ck_assert_msg(strstr(err.message, "/tmp") != NULL, "%s", err.message);
    ck_assert_ptr_null(scores);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scores");
    TCase *tests = tcase_create("scores");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_format_reads_back, 0, 7);
    tcase_add_test(tests, one_task_of_several);
    tcase_add_loop_test(tests, other_sequences, 0, 4);
    tcase_add_test(tests, bedgraph_of_others);
    tcase_add_test(tests, refused_text);
    tcase_add_test(tests, random_intervals);
    tcase_add_test(tests, text_that_memory_does_not_hold);
    tcase_add_test(tests, npz_cut_short);
    tcase_add_test(tests, npz_with_a_byte_changed);
    tcase_add_test(tests, files_that_are_not_there);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
