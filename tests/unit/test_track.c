/* Tracks: rows of each text format, sorting and merging against a naive reference, and failures that leave nothing
 * behind. */
#include "config.h"

#include "tflift/track.h"

#include "tests/support/support.h"
#include "tflift/memory.h"
#include "tflift/rng.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SEED = 20240611 };

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/tflift-track-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* Number of files in the folder, which is removed with them. */
static int remove_folder(void)
{
    DIR *directory = opendir(folder);
    int n = 0;
    /* cppcheck-suppress readdirCalled ; one thread */
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[512];
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            unlink(path);
            n++;
        }
    }
    closedir(directory);
    rmdir(folder);
    return n;
}

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* The whole file; the caller frees. */
static char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is not there", path);
    char *bytes = NULL;
    *size = 0;
    for (;;) {
        bytes = tfl_realloc(bytes, *size + 65537, 1);
        ck_assert_ptr_nonnull(bytes);
        size_t n = fread(bytes + *size, 1, 65536, file);
        *size += n;
        if (n == 0) {
            break;
        }
    }
    (void)fclose(file);
    bytes[*size] = '\0';
    return bytes;
}

/* A record with its arrays: contribution i is spread over the channels such that their sum is exactly value[i]. */
typedef struct made {
    tfl_track_record record;
    tfl_region region;
    char name[64], contig[32];
    char *letters;
    float *contribution, *hypothetical;
} made;

static void make_record(made *to, const char *name, const char *contig, int64_t start, char strand, bool placed,
                        const char *letters, const float *value)
{
    size_t n = strlen(letters);
    snprintf(to->name, sizeof to->name, "%s", name);
    snprintf(to->contig, sizeof to->contig, "%s", contig);
    to->letters = tfl_strdup(letters);
    to->contribution = tfl_calloc(n * 4, sizeof(float));
    to->hypothetical = tfl_calloc(n * 4, sizeof(float));
    for (size_t i = 0; i < n; i++) {
        to->contribution[4 * i + i % 4] = value[i] + 1;
        to->contribution[4 * i + (i + 1) % 4] = -1;
        for (size_t c = 0; c < 4; c++) {
            to->hypothetical[4 * i + c] = (float)i + 0.25F * (float)c;
        }
    }
    to->region = (tfl_region){to->contig, start, (int64_t)n, strand, placed};
    to->record =
        (tfl_track_record){to->name, &to->region, to->letters, n, "task one", to->contribution, to->hypothetical};
}

static void free_record(made *record)
{
    free(record->letters);
    free(record->contribution);
    free(record->hypothetical);
}

static tfl_track *open_track(const char *path, const char *format, const tfl_track_options *options)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_track *track = NULL;
    tfl_status status = tfl_track_open(path, tfl_track_format_find(format), options, &track, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    return track;
}

static void must_write(tfl_track *track, const tfl_track_record *record)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_track_write(track, record, &err) == TFL_OK, "%s", err.message);
}

static tfl_track_summary must_commit(tfl_track *track)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_track_summary summary;
    ck_assert_msg(tfl_track_commit(track, &summary, &err) == TFL_OK, "%s", err.message);
    return summary;
}

static const float four[4] = {0.5F, -0.25F, 0, 2};

/* Two placed records in the wrong order, one of them on the other strand, and one sequence of its own. */
static void write_three(tfl_track *track)
{
    made record[3] = {0};
    make_record(&record[0], "chr2:10-14", "chr2", 10, '+', true, "ACGT", four);
    make_record(&record[1], "chr10:97-101(-)", "chr10", 97, '-', true, "ACGT", four);
    make_record(&record[2], "own", "own", 0, '+', false, "acgN", four);
    for (size_t i = 0; i < 3; i++) {
        must_write(track, &record[i].record);
        free_record(&record[i]);
    }
}

static void check_text(const char *format, const tfl_track_options *options, const char *expected)
{
    size_t size = 0;
    make_folder();
    const char *path = in_folder("out");
    tfl_track *track = open_track(path, format, options);
    write_three(track);
    tfl_track_summary summary = must_commit(track);
    char *found = slurp(path, &size);
    ck_assert_str_eq(found, expected);
    free(found);
    ck_assert_int_eq(remove_folder(), 1);
    ck_assert_uint_eq(summary.records, 3);
    ck_assert_uint_eq(summary.bases, 12);
    ck_assert_double_eq(summary.sum, 6.75);
    ck_assert_double_eq(summary.min, -0.25);
    ck_assert_double_eq(summary.max, 2);
}

START_TEST(bedgraph_rows)
{
    tfl_track_options options = {.description = "made by\ttest", .track_name = "a \"name\""};
    check_text("bedgraph", &options,
               "# made by test\ntrack type=bedGraph name=\"a  name \"\n"
               "own\t0\t1\t0.5\nown\t1\t2\t-0.25\nown\t2\t3\t0\nown\t3\t4\t2\n"
               "chr10\t97\t98\t2\nchr10\t98\t99\t0\nchr10\t99\t100\t-0.25\nchr10\t100\t101\t0.5\n"
               "chr2\t10\t11\t0.5\nchr2\t11\t12\t-0.25\nchr2\t12\t13\t0\nchr2\t13\t14\t2\n");
}
END_TEST

START_TEST(bedgraph_follows_the_genome)
{
    const char *const contig[] = {"chr2", "chr10", "chrM"};
    const int64_t length[] = {14, 101, 5};
    tfl_track_options options = {.contig = contig, .contig_length = length, .n_contigs = 3};
    check_text("bedgraph", &options,
               "own\t0\t1\t0.5\nown\t1\t2\t-0.25\nown\t2\t3\t0\nown\t3\t4\t2\n"
               "chr2\t10\t11\t0.5\nchr2\t11\t12\t-0.25\nchr2\t12\t13\t0\nchr2\t13\t14\t2\n"
               "chr10\t97\t98\t2\nchr10\t98\t99\t0\nchr10\t99\t100\t-0.25\nchr10\t100\t101\t0.5\n");
}
END_TEST

START_TEST(bed_rows)
{
    tfl_track_options options = {.description = NULL};
    check_text(
        "bed", &options,
        "chr2\t10\t11\tA\t250\t+\t0.5\nchr2\t11\t12\tC\t125\t+\t-0.25\n"
        "chr2\t12\t13\tG\t0\t+\t0\nchr2\t13\t14\tT\t1000\t+\t2\n"
        "chr10\t97\t98\tT\t1000\t-\t2\nchr10\t98\t99\tG\t0\t-\t0\n"
        "chr10\t99\t100\tC\t125\t-\t-0.25\nchr10\t100\t101\tA\t250\t-\t0.5\n"
        "own\t0\t1\ta\t250\t+\t0.5\nown\t1\t2\tc\t125\t+\t-0.25\nown\t2\t3\tg\t0\t+\t0\nown\t3\t4\tN\t1000\t+\t2\n");
}
END_TEST

START_TEST(tsv_rows)
{
    tfl_track_options options = {.hypothetical = true};
    check_text(
        "tsv", &options,
        "#name\tposition\tbase\ttask\tcontribution\thyp_A\thyp_C\thyp_G\thyp_T\n"
        "chr2:10-14\t0\tA\ttask one\t0.5\t0\t0.25\t0.5\t0.75\nchr2:10-14\t1\tC\ttask one\t-0.25\t1\t1.25\t1.5\t1.75\n"
        "chr2:10-14\t2\tG\ttask one\t0\t2\t2.25\t2.5\t2.75\nchr2:10-14\t3\tT\ttask one\t2\t3\t3.25\t3.5\t3.75\n"
        "chr10:97-101(-)\t0\tA\ttask one\t0.5\t0\t0.25\t0.5\t0.75\n"
        "chr10:97-101(-)\t1\tC\ttask one\t-0.25\t1\t1.25\t1.5\t1.75\n"
        "chr10:97-101(-)\t2\tG\ttask one\t0\t2\t2.25\t2.5\t2.75\n"
        "chr10:97-101(-)\t3\tT\ttask one\t2\t3\t3.25\t3.5\t3.75\n"
        "own\t0\ta\ttask one\t0.5\t0\t0.25\t0.5\t0.75\nown\t1\tc\ttask one\t-0.25\t1\t1.25\t1.5\t1.75\n"
        "own\t2\tg\ttask one\t0\t2\t2.25\t2.5\t2.75\nown\t3\tN\ttask one\t2\t3\t3.25\t3.5\t3.75\n");
}
END_TEST

START_TEST(a_base_without_a_value)
{
    size_t size = 0;
    made record = {0};
    const float value[] = {1, NAN, 3};
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    make_folder();
    const char *path = in_folder("out");
    make_record(&record, "s", "s", 0, '+', false, "ACG", value);
    tfl_track *track = open_track(path, "bedgraph", &options);
    must_write(track, &record.record);
    tfl_track_summary summary = must_commit(track);
    ck_assert_uint_eq(summary.missing, 1);
    ck_assert_uint_eq(summary.bases, 2);
    char *found = slurp(path, &size);
    ck_assert_str_eq(found, "s\t0\t1\t1\ns\t2\t3\t3\n");
    free(found);
    free_record(&record);
    remove_folder();
}
END_TEST

/* Positions whose number of digits grows, over more rows than one reservation holds. */
START_TEST(long_sequences)
{
    enum { LENGTH = 12345 };
    size_t size = 0;
    made record = {0};
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    char *letters = tfl_calloc(LENGTH + 1, 1);
    float *value = tfl_calloc(LENGTH, sizeof(float));
    memset(letters, 'A', LENGTH);
    for (int i = 0; i < LENGTH; i++) {
        value[i] = (float)i * 0.5F;
    }
    make_folder();
    make_record(&record, "s", "s", 0, '+', false, letters, value);
    tfl_track *track = open_track(in_folder("out"), "bedgraph", &options);
    must_write(track, &record.record);
    must_commit(track);
    char *found = slurp(in_folder("out"), &size);
    const char *at = found;
    for (int i = 0; i < LENGTH; i++) {
        char row[64];
        int n = snprintf(row, sizeof row, "s\t%d\t%d\t%g\n", i, i + 1, i * 0.5);
        ck_assert_msg(strncmp(at, row, (size_t)n) == 0, "row %d is not %s", i, row);
        at += n;
    }
    ck_assert_int_eq(*at, '\0');
    free(found);
    free(letters);
    free(value);
    free_record(&record);
    remove_folder();
}
END_TEST

/* ---------------------------------------------------------------- overlaps */

enum { GENOME = 400, RECORDS = 40 };

/* What each base should have, from the definition of the policy, over all records. */
static double naive(const made *record, size_t n, tfl_overlap overlap, size_t contig, int64_t base, unsigned *count)
{
    double value = NAN;
    double sum = 0;
    double nearest = INFINITY;
    *count = 0;
    /* the lowest start wins a tie of nearest, and the first record one of equal starts */
    int64_t nearest_start = INT64_MAX;
    for (size_t r = 0; r < n; r++) {
        const tfl_region *region = &record[r].region;
        int64_t offset = base - region->start;
        if ((size_t)(region->contig[3] - '1') != contig || offset < 0 || offset >= region->length) {
            continue;
        }
        int64_t i = region->strand == '-' ? region->length - 1 - offset : offset;
        const float *c = record[r].contribution + 4 * i;
        float mine = (float)((double)c[0] + c[1] + c[2] + c[3]);
        double distance = fabs((double)base + 0.5 - (double)region->start - 0.5 * (double)region->length);
        ++*count;
        sum += mine;
        if ((overlap == TFL_OVERLAP_FIRST && *count == 1) ||
            (overlap == TFL_OVERLAP_NEAREST &&
             (distance < nearest || (distance == nearest && region->start < nearest_start)))) {
            value = mine;
            nearest = distance;
            nearest_start = region->start;
        }
    }
    return overlap == TFL_OVERLAP_MEAN && *count > 0 ? (double)(float)(sum / *count) : value;
}

static void make_random_records(made *record, size_t n, tfl_rng *rng)
{
    for (size_t r = 0; r < n; r++) {
        char letters[64] = {0};
        char name[64];
        char contig[] = "chr?";
        float value[64];
        size_t length = 1 + tfl_rng_below(rng, 60);
        int64_t start = (int64_t)tfl_rng_below(rng, GENOME - 64);
        for (size_t i = 0; i < length; i++) {
            letters[i] = 'A';
            value[i] = (float)tfl_rng_below(rng, 64) / 16; /* sums are exact, whatever their order */
        }
        contig[3] = (char)('1' + tfl_rng_below(rng, 3));
        snprintf(name, sizeof name, "%s:%" PRId64 "-%" PRId64, contig, start, start + (int64_t)length);
        make_record(&record[r], name, contig, start, tfl_rng_below(rng, 2) ? '-' : '+', true, letters, value);
    }
}

static char *write_records(const char *format, tfl_overlap overlap, const made *record, size_t n,
                           tfl_track_summary *summary, size_t *size)
{
    tfl_track_options options = {.overlap = overlap};
    tfl_track *track = open_track(in_folder("out"), format, &options);
    for (size_t r = 0; r < n; r++) {
        must_write(track, &record[r].record);
    }
    *summary = must_commit(track);
    return slurp(in_folder("out"), size);
}

static void check_overlaps(const made *record, size_t n, tfl_overlap overlap)
{
    size_t size = 0;
    tfl_track_summary summary;
    char *found = write_records("bedgraph", overlap, record, n, &summary, &size);
    char *at = found;
    uint64_t overlapping = 0;
    uint64_t bases = 0;
    for (size_t contig = 0; contig < 3; contig++) {
        for (int64_t base = 0; base < GENOME; base++) {
            unsigned count = 0;
            double expected = naive(record, n, overlap, contig, base, &count);
            if (count == 0) {
                continue;
            }
            char row[64];
            int length = snprintf(row, sizeof row, "chr%zu\t%" PRId64 "\t%" PRId64 "\t", contig + 1, base, base + 1);
            ck_assert_msg(strncmp(at, row, (size_t)length) == 0, "policy %d: %s expected, %.20s found", overlap, row,
                          at);
            double value = strtod(at + length, &at);
            ck_assert_msg(value == expected || (float)value == (float)expected, "policy %d: %s%g expected, %g found",
                          overlap, row, expected, value);
            at++;
            overlapping += count > 1;
            bases++;
        }
    }
    ck_assert_int_eq(*at, '\0');
    ck_assert_uint_eq(summary.overlapping, overlapping);
    ck_assert_uint_eq(summary.bases, bases);
    free(found);
}

START_TEST(overlaps_follow_the_policy)
{
    printf("seed %d\n", SEED);
    make_folder();
    for (uint64_t trial = 0; trial < 30; trial++) {
        made record[RECORDS] = {0};
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "overlaps", trial);
        size_t n = 1 + tfl_rng_below(&rng, RECORDS);
        make_random_records(record, n, &rng);
        check_overlaps(record, n, TFL_OVERLAP_MEAN);
        check_overlaps(record, n, TFL_OVERLAP_NEAREST);
        check_overlaps(record, n, TFL_OVERLAP_FIRST);
        for (size_t r = 0; r < n; r++) {
            free_record(&record[r]);
        }
    }
    remove_folder();
}
END_TEST

/* The mean does not depend on the order of the input: neither text nor bigWig do, byte for byte. */
START_TEST(order_does_not_matter)
{
    made record[RECORDS] = {0};
    tfl_track_summary summary;
    tfl_rng rng;
    make_folder();
    for (int format = 0; format < 2; format++) {
        size_t size[2];
        const char *name = format == 0 ? "bedgraph" : "bigwig";
        tfl_rng_init(&rng, SEED, "order", 0);
        make_random_records(record, RECORDS, &rng);
        char *forward = write_records(name, TFL_OVERLAP_MEAN, record, RECORDS, &summary, &size[0]);
        made turned[RECORDS];
        for (size_t r = 0; r < RECORDS; r++) {
            turned[r] = record[RECORDS - 1 - r];
            turned[r].record.region = &turned[r].region;
            turned[r].region.contig = turned[r].contig;
            turned[r].record.name = turned[r].name;
        }
        char *backward = write_records(name, TFL_OVERLAP_MEAN, turned, RECORDS, &summary, &size[1]);
        ck_assert_uint_eq(size[0], size[1]);
        ck_assert_mem_eq(forward, backward, size[0]);
        free(forward);
        free(backward);
        for (size_t r = 0; r < RECORDS; r++) {
            free_record(&record[r]);
        }
    }
    remove_folder();
}
END_TEST

/* ---------------------------------------------------------------- failures */

/* Writes records; one of the calls has to fail with a message that contains each of the two texts, and nothing may be
 * left. */
static void must_fail(const char *format, const tfl_track_options *options, const tfl_track_record *const *record,
                      size_t n, const char *what, const char *also)
{
    tfl_error err = TFL_ERROR_INIT;
    make_folder();
    tfl_track *track = open_track(in_folder("out"), format, options);
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        status = tfl_track_write(track, record[i], &err);
    }
    if (status == TFL_OK) {
        status = tfl_track_commit(track, NULL, &err);
    } else {
        tfl_track_discard(track);
    }
    ck_assert_msg(status != TFL_OK, "%s: not refused", what);
    ck_assert_int_eq(status, err.status);
    ck_assert_msg(strstr(err.message, what) != NULL && strstr(err.message, also) != NULL, "%s", err.message);
    ck_assert_int_eq(remove_folder(), 0);
}

START_TEST(refused_records)
{
    const char *const contig[] = {"chr1", "chr2"};
    const int64_t length[] = {100, 50};
    const float infinite[] = {1, 2, INFINITY, 4};
    tfl_track_options genome = {.contig = contig, .contig_length = length, .n_contigs = 2};
    tfl_track_options strict = {.overlap = TFL_OVERLAP_ERROR};
    tfl_track_options plain = {.overlap = TFL_OVERLAP_MEAN};
    made record[6] = {0};
    make_record(&record[0], "x", "chr2", 47, '+', true, "ACGT", four);
    make_record(&record[1], "y", "2", 4, '+', true, "ACGT", four);
    make_record(&record[2], "z", "chr2", -1, '+', true, "ACGT", four);
    make_record(&record[3], "overflowing", "chr2", 1, '+', true, "ACGT", infinite);
    make_record(&record[4], "later", "chr2", 50, '+', true, "ACGT", four);
    make_record(&record[5], "chr2", "chr2", 0, '+', false, "ACG", four);
    const tfl_track_record *const one[] = {&record[0].record, &record[4].record, &record[5].record};
    must_fail("bedgraph", &genome, one, 1, "record x: ends at base 51", "chr2 has 50");
    must_fail("bigwig", &strict, one, 2, "records x and later", "base 50");
    must_fail("npz", &plain, one, 3, "record chr2", "one length");
    const tfl_track_record *const other[] = {&record[1].record};
    must_fail("bigwig", &genome, other, 1, "record y", "contig 2");
    must_fail("bigwig", &genome, other, 1, "chr1", "");
    const tfl_track_record *const third[] = {&record[2].record};
    must_fail("bedgraph", &plain, third, 1, "record z", "-1");
    const tfl_track_record *const fourth[] = {&record[3].record};
    must_fail("tsv", &plain, fourth, 1, "record overflowing", "base 2 to task task one is infinite");
    const tfl_track_record *const mixed[] = {&record[5].record, &record[0].record};
    must_fail("bedgraph", &plain, mixed, 2, "chr2: is a sequence, and a contig", "");
    for (size_t i = 0; i < 6; i++) {
        free_record(&record[i]);
    }
}
END_TEST

static void must_not_open(const char *path, const char *format, const char *what)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_track *track = NULL;
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    tfl_status status = tfl_track_open(path, tfl_track_format_find(format), &options, &track, &err);
    ck_assert_ptr_null(track);
    ck_assert_int_ne(status, TFL_OK);
    ck_assert_msg(strstr(err.message, what) != NULL, "%s", err.message);
}

START_TEST(refused_places)
{
    static const char *const format[] = {"bedgraph", "bed", "bigwig", "tsv", "npz"};
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        must_not_open("/nonexistent/folder/out", format[i], "/nonexistent/folder/out");
    }
    must_not_open("-", "bigwig", "standard output");
    must_not_open("-", "npz", "standard output");
    must_not_open("/dev/null", "bigwig", "/dev/null");
    must_not_open("/dev/null", "npz", "/dev/null");
    must_not_open("x", "nonsense", "x");
}
END_TEST

/* A file that may not grow beyond a limit fails at every limit below its size, and leaves nothing. */
START_TEST(full_disks)
{
    enum { LENGTH = 3000 };
    const char *name = tfl_track_format_at((size_t)_i)->name;
    char letters[LENGTH + 1];
    float value[LENGTH];
    struct rlimit limit = {0, RLIM_INFINITY};
    tfl_track_options options = {.hypothetical = true};
    for (size_t i = 0; i < LENGTH; i++) {
        letters[i] = "ACGT"[i % 4];
        value[i] = sinf((float)i);
    }
    letters[LENGTH] = '\0';
    (void)signal(SIGXFSZ, SIG_IGN);
    made record[8] = {0};
    for (size_t r = 0; r < 8; r++) {
        char contig[] = "c0";
        contig[1] = (char)('0' + r);
        make_record(&record[r], contig, contig, 10, '+', true, letters, value);
    }
    make_folder();
    tfl_track *track = open_track(in_folder("out"), name, &options);
    for (size_t r = 0; r < 8; r++) {
        must_write(track, &record[r].record);
    }
    must_commit(track);
    size_t size = 0;
    free(slurp(in_folder("out"), &size));
    remove_folder();
    make_folder();
    int refused = 0;
    for (size_t most = 0; most < size; most += 1 + size / 23) {
        tfl_error err = TFL_ERROR_INIT;
        tfl_status status = TFL_OK;
        limit.rlim_cur = most;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        track = open_track(in_folder("out"), name, &options);
        for (size_t r = 0; status == TFL_OK && r < 8; r++) {
            status = tfl_track_write(track, &record[r].record, &err);
        }
        if (status == TFL_OK) {
            status = tfl_track_commit(track, NULL, &err);
        } else {
            tfl_track_discard(track);
        }
        ck_assert_msg(status == TFL_EIO, "%s at %zu of %zu bytes: status %d, %s", name, most, size, (int)status,
                      err.message);
        ck_assert_int_ne(access(in_folder("out"), F_OK), 0);
        refused++;
    }
    ck_assert_int_gt(refused, 20);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(remove_folder(), 0);
    for (size_t r = 0; r < 8; r++) {
        free_record(&record[r]);
    }
}
END_TEST

/* A pipe whose reader has gone: nothing is wrong, there is just nobody to write for. */
START_TEST(closed_pipes)
{
    static const char *const format[] = {"bedgraph", "bed", "tsv"};
    int end[2];
    char path[32];
    tfl_error err = TFL_ERROR_INIT;
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    (void)signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(end), 0);
    (void)close(end[0]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", end[1]);
    tfl_track *track = open_track(path, format[_i], &options);
    write_three(track);
    ck_assert_int_eq(tfl_track_commit(track, NULL, &err), TFL_ECLOSED);
    (void)close(end[1]);
}
END_TEST

START_TEST(full_device)
{
    static const char *const format[] = {"bedgraph", "bed", "tsv"};
    tfl_error err = TFL_ERROR_INIT;
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    tfl_track *track = open_track("/dev/full", format[_i], &options);
    write_three(track);
    ck_assert_int_eq(tfl_track_commit(track, NULL, &err), TFL_EIO);
    ck_assert_msg(strstr(err.message, "/dev/full") != NULL, "%s", err.message);
}
END_TEST

START_TEST(an_old_file_survives_a_failure)
{
    size_t size = 0;
    made record = {0};
    const float infinite[] = {INFINITY};
    tfl_error err = TFL_ERROR_INIT;
    tfl_track_options options = {.overlap = TFL_OVERLAP_MEAN};
    make_folder();
    FILE *old = fopen(in_folder("out"), "w");
    fputs("old", old);
    (void)fclose(old);
    make_record(&record, "s", "s", 0, '+', false, "A", infinite);
    tfl_track *track = open_track(in_folder("out"), "bigwig", &options);
    ck_assert_int_eq(tfl_track_write(track, &record.record, &err), TFL_EINPUT);
    tfl_track_discard(track);
    char *found = slurp(in_folder("out"), &size);
    ck_assert_str_eq(found, "old");
    free(found);
    free_record(&record);
    ck_assert_int_eq(remove_folder(), 1);
}
END_TEST

/* ---------------------------------------------------------------- the table */

START_TEST(formats_by_name_and_suffix)
{
    static const struct {
        const char *path, *format;
    } cases[] = {{"a.bw", "bigwig"},
                 {"dir.x/a.BigWig", "bigwig"},
                 {"a.bedGraph", "bedgraph"},
                 {"a.bedgraph.gz", "bedgraph"},
                 {"x/a.bg", "bedgraph"},
                 {"a.bed.gz", "bed"},
                 {"a.BED.GZ", "bed"},
                 {"a.tsv.bgz", "tsv"},
                 {"a.npz.GZ", NULL},
                 {"a.tsv", "tsv"},
                 {"a.npz", "npz"},
                 {"a.b.npz", "npz"},
                 {"a.bw.gz", NULL},
                 {"a.npz.gz", NULL},
                 {"bw", NULL},
                 {"dir.bw/a", NULL},
                 {"a.", NULL},
                 {"", NULL},
                 {"a.txt", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const tfl_track_format *format = tfl_track_format_for(cases[i].path);
        const char *name = format == NULL ? "none" : format->name;
        ck_assert_msg(strcmp(name, cases[i].format == NULL ? "none" : cases[i].format) == 0, "%s: %s", cases[i].path,
                      name);
    }
    for (size_t i = 0; tfl_track_format_at(i) != NULL; i++) {
        const tfl_track_format *format = tfl_track_format_at(i);
        ck_assert_ptr_eq(tfl_track_format_find(format->name), format);
        ck_assert_int_gt((int)strlen(format->help), 0);
    }
    ck_assert_ptr_null(tfl_track_format_find("wig"));
}
END_TEST

START_TEST(policies_by_name)
{
    static const char *const name[] = {"mean", "nearest", "first", "error"};
    tfl_overlap overlap;
    for (int i = 0; i < 4; i++) {
        ck_assert(tfl_overlap_find(name[i], &overlap));
        ck_assert_int_eq(overlap, i);
    }
    ck_assert(!tfl_overlap_find("median", &overlap));
}
END_TEST

int main(void)
{
    int formats = 0;
    while (tfl_track_format_at((size_t)formats) != NULL) {
        formats++;
    }
    Suite *suite = suite_create("track");
    TCase *tests = tcase_create("track");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, bedgraph_rows);
    tcase_add_test(tests, bedgraph_follows_the_genome);
    tcase_add_test(tests, bed_rows);
    tcase_add_test(tests, tsv_rows);
    tcase_add_test(tests, a_base_without_a_value);
    tcase_add_test(tests, long_sequences);
    tcase_add_test(tests, overlaps_follow_the_policy);
    tcase_add_test(tests, order_does_not_matter);
    tcase_add_test(tests, refused_records);
    tcase_add_test(tests, refused_places);
    tcase_add_loop_test(tests, full_disks, 0, formats);
    tcase_add_loop_test(tests, closed_pipes, 0, 3);
    tcase_add_loop_test(tests, full_device, 0, 3);
    tcase_add_test(tests, an_old_file_survives_a_failure);
    tcase_add_test(tests, formats_by_name_and_suffix);
    tcase_add_test(tests, policies_by_name);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
