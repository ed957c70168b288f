/* Windows of a genome are those that a plain reading of the file gives, and an index that does not fit is never
 * believed. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"
#include "tflift/fasta.h"
#include "tflift/genome.h"
#include "tflift/lines.h"
#include "tflift/rng.h"

#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/faidx.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED = 9, MOST_CONTIGS = 8, SIZE = 1 << 20 };

static tfl_error err;
static char path[4096], fai[4096], block_index[4096];

static void start(void)
{
    tfl_error_clear(&err);
    tfl_lines_quiet();
    printf("seed %d\n", SEED);
}

static void use_path(const char *name)
{
    char suffixed[64];
    test_scratch_path(path, sizeof path, name);
    (void)snprintf(suffixed, sizeof suffixed, "%s.fai", name);
    test_scratch_path(fai, sizeof fai, suffixed);
    (void)snprintf(suffixed, sizeof suffixed, "%s.gzi", name);
    test_scratch_path(block_index, sizeof block_index, suffixed);
    (void)unlink(fai);
    (void)unlink(block_index);
}

/* ---------------------------------------------------------------- random genomes */

typedef struct contig {
    char name[32];
    char *letters;
    size_t length;
} contig;

typedef struct truth {
    contig contig[MOST_CONTIGS + 2];
    size_t n;
} truth;

static void clear_truth(truth *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->contig[i].letters);
    }
    t->n = 0;
}

/* What a reader of the whole file finds in these bytes; false: it is no FASTA. */
static bool read_truth(const char *bytes, size_t size, truth *t)
{
    tfl_fasta *fasta;
    tfl_sequence sequence = {0};
    tfl_error inner = TFL_ERROR_INIT;
    int found = 1;
    t->n = 0;
    ck_assert_int_eq(tfl_fasta_open_memory(bytes, size, "truth", TFL_FASTA_UNIQUE, &fasta, &inner), TFL_OK);
    while (tfl_fasta_next(fasta, &sequence, &found, &inner) == TFL_OK && found) {
        contig *c = &t->contig[t->n++];
        ck_assert_uint_le(t->n, MOST_CONTIGS + 2);
        (void)snprintf(c->name, sizeof c->name, "%s", sequence.name);
        c->letters = malloc(sequence.length + 1);
        memcpy(c->letters, sequence.letters, sequence.length);
        c->length = sequence.length;
    }
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return inner.status == TFL_OK;
}

typedef struct shape {
    size_t width; /* letters of a line */
    const char *end;
    bool ended;       /* the last line too */
    bool empty;       /* one record has no letters */
    bool blank_lines; /* behind each record */
} shape;

static shape random_shape(tfl_rng *rng)
{
    static const size_t widths[] = {1, 2, 7, 60, 61, 1000, 100000};
    return (shape){widths[tfl_rng_below(rng, 7)], tfl_rng_below(rng, 3) == 0 ? "\r\n" : "\n", tfl_rng_below(rng, 3) > 0,
                   tfl_rng_below(rng, 4) == 0, tfl_rng_below(rng, 4) == 0};
}

static size_t write_record(char *bytes, const contig *c, const shape *how, bool last)
{
    size_t used = (size_t)sprintf(bytes, ">%s%s%s", c->name, c->length % 2 == 0 ? " a description" : "", how->end);
    for (size_t i = 0; i < c->length; i += how->width) {
        size_t n = c->length - i < how->width ? c->length - i : how->width;
        memcpy(bytes + used, c->letters + i, n);
        used += n;
        used += (size_t)sprintf(bytes + used, "%s", last && !how->ended && i + n == c->length ? "" : how->end);
    }
    if (how->blank_lines && c->length > 0 && (!last || how->ended)) {
        used += (size_t)sprintf(bytes + used, "%s", how->end);
    }
    return used;
}

static size_t write_genome(char *bytes, const truth *t, const shape *how)
{
    size_t used = 0;
    for (size_t i = 0; i < t->n; i++) {
        used += write_record(bytes + used, &t->contig[i], how, i + 1 == t->n);
    }
    ck_assert_uint_lt(used, SIZE);
    return used;
}

static void random_genome(tfl_rng *rng, truth *t, bool empty)
{
    static const char letters[] = "ACGTacgtNnRyM";
    t->n = 1 + tfl_rng_below(rng, MOST_CONTIGS);
    for (size_t i = 0; i < t->n; i++) {
        contig *c = &t->contig[i];
        (void)snprintf(c->name, sizeof c->name, "%s%zu", i % 2 == 0 ? "chr" : "HLA-A*01:", i);
        c->length = empty && i == t->n / 2 ? 0 : 1 + tfl_rng_below(rng, tfl_rng_below(rng, 2) == 0 ? 50 : 20000);
        c->letters = malloc(c->length + 1);
        for (size_t j = 0; j < c->length; j++) {
            c->letters[j] = letters[tfl_rng_below(rng, sizeof letters - 1)];
        }
    }
}

/* Plain, or BGZF in blocks of random sizes, empty ones among them. */
static void store(tfl_rng *rng, const char *bytes, size_t size, bool blocks)
{
    if (!blocks) {
        test_write_file(path, bytes, size);
        return;
    }
    BGZF *file = bgzf_open(path, "w");
    ck_assert_ptr_nonnull(file);
    size_t most = tfl_rng_below(rng, 2) == 0 ? 300 : 60000;
    for (size_t done = 0; done < size;) {
        size_t n = 1 + tfl_rng_below(rng, (uint32_t)most);
        n = n < size - done ? n : size - done;
        ck_assert(bgzf_write(file, bytes + done, n) == (ssize_t)n && bgzf_flush(file) == 0);
        done += n;
    }
    ck_assert_int_eq(bgzf_close(file), 0);
}

/* Makes a file older or newer than the genome by ten seconds. */
static void set_age(const char *file, int seconds)
{
    struct stat known;
    ck_assert_int_eq(stat(path, &known), 0);
    struct timespec times[2] = {known.st_mtim, known.st_mtim};
    times[1].tv_sec += seconds;
    (void)utimensat(AT_FDCWD, file, times, 0);
}

/* ---------------------------------------------------------------- windows */

/* Reads every contig whole and windows of it. All are true, or (when errors may be) an error; returns how many errors.
 */
static size_t compare_windows(tfl_rng *rng, tfl_genome *genome, const truth *t, bool may_fail)
{
    char *letters = malloc(SIZE);
    size_t failures = 0;
    for (size_t i = 0; i < t->n; i++) {
        const contig *c = &t->contig[i];
        size_t at = 0;
        bool known = tfl_genome_find(genome, c->name, &at);
        ck_assert(known || may_fail);
        if (!known) {
            failures++;
            continue;
        }
        ck_assert_int_eq(tfl_genome_length(genome, at), (int64_t)c->length);
        for (unsigned j = 0; j < 20; j++) {
            size_t from = j == 0 || c->length == 0 ? 0 : tfl_rng_below(rng, (uint32_t)c->length);
            size_t n = j == 0 ? c->length : tfl_rng_below(rng, (uint32_t)(c->length - from) + 1);
            tfl_status status = tfl_genome_read(genome, at, (int64_t)from, n, letters, &err);
            ck_assert_msg(status == TFL_OK || may_fail, "%s", err.message);
            ck_assert_msg(status != TFL_OK || memcmp(letters, c->letters + from, n) == 0, "%s:%zu-%zu", c->name, from,
                          from + n);
            failures += status != TFL_OK;
            tfl_error_clear(&err);
        }
    }
    free(letters);
    return failures;
}

static void open_and_compare(tfl_rng *rng, const truth *t, bool made, bool older)
{
    tfl_genome *genome;
    ck_assert_msg(tfl_genome_open(path, &genome, &err) == TFL_OK, "%s", err.message);
    tfl_genome_index state = tfl_genome_index_state(genome);
    ck_assert(state.made == made && state.kept == made && state.older == older);
    ck_assert_uint_eq(tfl_genome_size(genome), t->n);
    for (size_t i = 0; i < t->n; i++) {
        ck_assert_str_eq(tfl_genome_contig(genome, i), t->contig[i].name);
    }
    (void)compare_windows(rng, genome, t, false);
    tfl_genome_close(genome);
}

/* HTSlib's own index of the same file is ours, and works. */
static void compare_with_htslib(tfl_rng *rng, const truth *t, bool blocks)
{
    char other[4096], other_blocks[4096], *ours = NULL, *theirs = NULL;
    test_scratch_path(other, sizeof other, "other.fai");
    test_scratch_path(other_blocks, sizeof other_blocks, "other.gzi");
    if (fai_build3(path, other, blocks ? other_blocks : NULL) != 0) {
        return; /* it takes fewer files than we do: blank lines, for example */
    }
    size_t size = test_read_file(fai, &ours);
    ck_assert_uint_eq(test_read_file(other, &theirs), size);
    ck_assert_str_eq(ours, theirs);
    free(ours);
    free(theirs);
    faidx_t *reader = fai_load3(path, fai, blocks ? block_index : NULL, 0); /* our indices */
    ck_assert_ptr_nonnull(reader);
    for (size_t i = 0; i < t->n; i++) {
        hts_pos_t length = 0;
        char *letters = t->contig[i].length == 0
                            ? NULL
                            : faidx_fetch_seq64(reader, t->contig[i].name, 0, (hts_pos_t)t->contig[i].length, &length);
        ck_assert_int_eq(length, (hts_pos_t)t->contig[i].length);
        ck_assert(letters == NULL || memcmp(letters, t->contig[i].letters, t->contig[i].length) == 0);
        free(letters);
    }
    fai_destroy(reader);
    ck_assert_int_eq(rename(other, fai), 0); /* and theirs */
    if (blocks) {
        ck_assert_int_eq(rename(other_blocks, block_index), 0);
        set_age(block_index, (int)tfl_rng_below(rng, 3) * 10 - 10);
    }
    set_age(fai, 10);
    open_and_compare(rng, t, false, false);
}

START_TEST(windows_are_those_of_the_file)
{
    enum { ROUNDS = 120 };
    char *bytes = malloc(SIZE);
    for (unsigned round = 0; round < ROUNDS; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "windows", round);
        truth t;
        bool blocks = round % 2 == 1;
        shape how = random_shape(&rng);
        random_genome(&rng, &t, how.empty);
        size_t size = write_genome(bytes, &t, &how);
        use_path(blocks ? "genome.fa.gz" : "genome.fa");
        store(&rng, bytes, size, blocks);
        open_and_compare(&rng, &t, true, false);
        for (int age = -10; age <= 10; age += 20) {
            set_age(fai, age);
            set_age(block_index, age);
            open_and_compare(&rng, &t, false, age < 0);
        }
        if (!how.empty) { /* it leaves contigs without letters out */
            compare_with_htslib(&rng, &t, blocks);
        }
        clear_truth(&t);
    }
    free(bytes);
}
END_TEST

/* ---------------------------------------------------------------- indices that do not fit */

static size_t insert_byte(char *bytes, size_t size, size_t at, char byte)
{
    memmove(bytes + at + 1, bytes + at, size - at);
    bytes[at] = byte;
    return size + 1;
}

static size_t delete_byte(char *bytes, size_t size, size_t at)
{
    memmove(bytes + at, bytes + at + 1, size - at - 1);
    return size - 1;
}

/* Changes the genome in one of the ways in which files change. */
static size_t change(tfl_rng *rng, char *bytes, size_t size, truth *t, shape *how)
{
    size_t at = tfl_rng_below(rng, (uint32_t)size);
    switch (tfl_rng_below(rng, 9)) {
    case 0:
        return insert_byte(bytes, size, at, 'A');
    case 1:
        return delete_byte(bytes, size, at);
    case 2:
        return insert_byte(bytes, size, at, '\n');
    case 3: /* letters are changed: the index is still right */
        bytes[at] = tfl_base_is_iupac(bytes[at]) ? 'C' : bytes[at];
        return size;
    case 4: /* the lines are wrapped anew */
        how->width = 1 + tfl_rng_below(rng, 100);
        return write_genome(bytes, t, how);
    case 5: { /* another order */
        contig kept = t->contig[0];
        t->contig[0] = t->contig[t->n - 1];
        t->contig[t->n - 1] = kept;
        return write_genome(bytes, t, how);
    }
    case 6: /* another name, and a contig more */
        t->contig[tfl_rng_below(rng, (uint32_t)t->n)].name[1]++;
        return write_genome(bytes, t, how);
    case 7:
        return size + (size_t)sprintf(bytes + size, "\n>new\nACGT\n");
    default:
        return at;
    }
}

START_TEST(an_index_that_does_not_fit_is_not_believed)
{
    enum { ROUNDS = 600 };
    char *bytes = malloc(SIZE);
    size_t refused = 0, opened = 0, misfits = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "stale", round);
        truth t, now;
        bool blocks = round % 2 == 1;
        shape how = random_shape(&rng);
        random_genome(&rng, &t, how.empty);
        size_t size = write_genome(bytes, &t, &how);
        use_path(blocks ? "stale.fa.gz" : "stale.fa");
        store(&rng, bytes, size, blocks);
        open_and_compare(&rng, &t, true, false);
        size = change(&rng, bytes, size, &t, &how);
        store(&rng, bytes, size, blocks);
        int age = tfl_rng_below(&rng, 2) == 0 ? -10 : 10;
        set_age(fai, age);
        if (blocks && tfl_rng_below(&rng, 2) == 0) {
            set_age(block_index, tfl_rng_below(&rng, 2) == 0 ? -10 : 10);
        } else {
            (void)unlink(block_index);
        }
        tfl_genome *genome;
        bool readable = read_truth(bytes, size, &now);
        if (tfl_genome_open(path, &genome, &err) != TFL_OK) {
            ck_assert_int_eq(err.status, TFL_EINPUT);
            ck_assert_ptr_null(genome);
            refused++;
        } else {
            ck_assert_msg(readable || age > 0, "round %u: a file that is no FASTA", round);
            size_t failures = compare_windows(&rng, genome, &now, true);
            ck_assert_msg(age > 0 || failures == 0, "round %u: an index made anew fails", round);
            misfits += failures > 0;
            opened++;
        }
        tfl_error_clear(&err);
        tfl_genome_close(opened + refused > 0 ? genome : NULL);
        clear_truth(&t);
        clear_truth(&now);
    }
    printf("%zu refused when opened, %zu opened, of which %zu had windows that were refused\n", refused, opened,
           misfits);
    ck_assert_uint_gt(refused, ROUNDS / 2);
    ck_assert_uint_gt(opened, ROUNDS / 20);
    free(bytes);
}
END_TEST

/* ---------------------------------------------------------------- names */

START_TEST(contigs_are_known_by_other_spellings)
{
    static const char genome_text[] = ">chr1\nA\n>2\nA\n>chrMT\nA\n>CHRX\nA\n>chrUn_1v2\nA\n";
    static const struct {
        const char *name, *like;
    } table[] = {{"1", "chr1"},     {"Chr1", "chr1"}, {"chr2", "2"},           {"M", "chrMT"}, {"MT", "chrMT"},
                 {"chrM", "chrMT"}, {"x", "CHRX"},    {"chrX", "CHRX"},        {"chr3", NULL}, {"3", NULL},
                 {"chr", NULL},     {"", NULL},       {"Un_1v2", "chrUn_1v2"}, {"chr11", NULL}};
    tfl_genome *genome;
    use_path("names.fa");
    test_write_file(path, genome_text, strlen(genome_text));
    ck_assert_int_eq(tfl_genome_open(path, &genome, &err), TFL_OK);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *like = tfl_genome_find_like(genome, table[i].name);
        ck_assert(!tfl_genome_find(genome, table[i].name, NULL));
        ck_assert_msg((like == NULL) == (table[i].like == NULL), "%s is %s", table[i].name, like);
        ck_assert(like == NULL || strcmp(like, table[i].like) == 0);
    }
    tfl_genome_close(genome);
}
END_TEST

/* ---------------------------------------------------------------- what is wrong */

static void expect_message(const char *message)
{
    char expected[TFL_ERROR_SIZE], *at = expected;
    tfl_genome *genome;
    char letters[100];
    for (const char *from = message; *from != '\0'; from++) { /* @ is the path */
        at += *from == '@' ? sprintf(at, "%s", path) : sprintf(at, "%c", *from);
    }
    tfl_error_clear(&err);
    tfl_status status = tfl_genome_open(path, &genome, &err);
    if (status == TFL_OK) {
        status = tfl_genome_read(genome, 0, 0, (size_t)tfl_genome_length(genome, 0), letters, &err);
    }
    ck_assert_int_ne(status, TFL_OK);
    ck_assert_str_eq(err.message, expected);
    tfl_genome_close(genome);
}

#define MARK                                                                                                           \
    "a byte order mark in front of the line, as some editors put it in front of a file: take it out, for example with " \
    "LC_ALL=C sed 's/^\\xEF\\xBB\\xBF//'"
#define NO_LETTER "a byte among the letters that is none: a blank, '>', a control character or no ASCII"

START_TEST(what_is_wrong_is_told)
{
    static const struct {
        const char *fasta, *index, *message;
    } table[] = {
        {"", NULL, "@: no sequences: a FASTA file with at least one record is needed"},
        {"ACGT\n>a\nA\n", NULL, "@:1: text before the first record: a FASTA file starts with a line '>NAME'"},
        {">\nACGT\n", NULL, "@:1: a record without name: the name follows '>' at once"},
        {">a\nAC\nA\n>a\nA\n", NULL, "@:4: a: a contig of this name came before, and names must differ"},
        {">a\nAC\nACG\n", NULL,
         "@:3: a: the lines of a contig are not of one length, and an index needs that: wrap them anew, for example "
         "with seqkit seq -w 60"},
        {">a\nAC\nA\nAC\n", NULL,
         "@:4: a: the lines of a contig are not of one length, and an index needs that: wrap them anew, for example "
         "with seqkit seq -w 60"},
        {">a\nAC\nAC\r\n", NULL,
         "@:3: a: the lines of a contig are not of one length, and an index needs that: wrap them anew, for example "
         "with seqkit seq -w 60"},
        {">a\nA*\n", NULL,
         "@: a: the byte at position 1 is '*', no nucleotide letter (A C G T U R Y S W K M B D H V N of either case "
         "are)"},
        {"\xEF\xBB\xBF>a\nAC\n", NULL, "@:1: " MARK},
        {">a\nAC\n\xEF\xBB\xBF>b\nA\n", NULL, "@:3: a: " MARK},
        {">a\nAC\nA A\n", NULL, "@:3: a: " NO_LETTER},
        {">a\n AC\n", NULL, "@:2: a: " NO_LETTER},
        {">a\nAC>b\nA\n", NULL, "@:2: a: " NO_LETTER},
        {">a\nA\xE4\n", NULL, "@:2: a: " NO_LETTER},
        {">a\nA\x7F\n", NULL, "@:2: a: " NO_LETTER},
        {">a\nAC\n", "a\t2\t3\t2\n",
         "@.fai:1: no row of a FASTA index, which has 5 columns (name, length, offset, bases and bytes of a line): "
         "remove the file, and it is made anew"},
        {">a\nAC\n", "a\t2\t3\t0\t3\n",
         "@.fai:1: no row of a FASTA index, which has 5 columns (name, length, offset, bases and bytes of a line): "
         "remove the file, and it is made anew"},
        {">a\nAC\n", "a\t1000000000000\t3\t1\t1000000000000\n",
         "@.fai:1: no row of a FASTA index, which has 5 columns (name, length, offset, bases and bytes of a line): "
         "remove the file, and it is made anew"},
        {">a\nAC\n", "a\t2\t3\t2\t3\na\t2\t3\t2\t3\n",
         "@.fai:2: contig a comes twice: remove the file, and it is made anew"},
        {">a\nAC\n", "a\t3\t3\t3\t4\n",
         "@.fai: does not fit @ (contig a): it is the index of another file, or of an earlier state of this one; "
         "remove "
         "it, and it is made anew, or run samtools faidx @"},
        {">a\nAC\n>b\nA\n", "a\t2\t3\t2\t3\n",
         "@.fai: does not fit @ (contig b): it is the index of another file, or of an earlier state of this one; "
         "remove "
         "it, and it is made anew, or run samtools faidx @"},
        {">a\nAC\n", "",
         "@.fai: does not fit @ (contig a): it is the index of another file, or of an earlier state of this one; "
         "remove "
         "it, and it is made anew, or run samtools faidx @"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (int age = -10; age <= 10; age += 20) { /* however old the index is */
            use_path("wrong.fa");
            test_write_file(path, table[i].fasta, strlen(table[i].fasta));
            if (table[i].index != NULL) {
                test_write_file(fai, table[i].index, strlen(table[i].index));
                set_age(fai, age);
            }
            expect_message(table[i].message);
        }
    }
}
END_TEST

START_TEST(files_that_are_not_taken)
{
    char bytes[1000];
    use_path("wrong.fa.gz");
    BGZF *file = bgzf_open(path, "wg");
    ck_assert(bgzf_write(file, ">a\nACGT\n", 8) == 8 && bgzf_close(file) == 0);
    expect_message("@: is gzip, which can only be read from its beginning: gunzip it, or compress it with bgzip");
    file = bgzf_open(path, "w");
    ck_assert(bgzf_write(file, ">a\nACGT\n", 8) == 8 && bgzf_close(file) == 0);
    struct stat known;
    ck_assert_int_eq(stat(path, &known), 0);
    ck_assert_int_eq(truncate(path, known.st_size - 28), 0); /* the block that ends it */
    expect_message("@: the compressed file is truncated or damaged: get it again");
    memset(bytes, 'x', sizeof bytes);
    test_write_file(block_index, bytes, sizeof bytes);
    expect_message("@: the compressed file is truncated or damaged: get it again");
    file = bgzf_open(path, "w");
    ck_assert(bgzf_write(file, ">a\nACGT\n", 8) == 8 && bgzf_close(file) == 0);
    for (size_t size = 0; size < 30; size++) {
        test_write_file(block_index, bytes, size);
        expect_message("@.gzi: does not fit @: it is the index of another file, or of an earlier state of this one; "
                       "remove it, and it is made anew");
    }
    use_path("folder");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_message("@: is no ordinary file, and one that can be read at any place is needed");
    use_path("nowhere.fa");
    expect_message("@: cannot open: No such file or directory");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("genome");
    TCase *tests = tcase_create("genome");
    test_use_scratch(tests);
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_test(tests, windows_are_those_of_the_file);
    tcase_add_test(tests, an_index_that_does_not_fit_is_not_believed);
    tcase_add_test(tests, contigs_are_known_by_other_spellings);
    tcase_add_test(tests, what_is_wrong_is_told);
    tcase_add_test(tests, files_that_are_not_taken);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
