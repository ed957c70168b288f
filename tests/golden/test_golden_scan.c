/* Scores, p-values, thresholds, matches and importance against the golden data (../shared/golden/scan/README.md). */
#include "config.h"

#include "tflift/importance.h"
#include "tflift/logodds.h"
#include "tflift/scan.h"

#include "tests/support/npy.h"
#include "tests/support/support.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double background[TFL_BASES] = {0.3, 0.2, 0.2, 0.3};

static tfl_error error;

#define OK(call) ck_assert_msg((call) == TFL_OK, "%s", error.message)

/* ---------------------------------------------------------------- files */

static void golden_path(char path[1024], const char *name)
{
    char relative[256];
    (void)snprintf(relative, sizeof relative, "golden/%s", name);
    ck_assert_msg(test_shared_path(path, 1024, relative), "%s is missing", relative);
}

static tfl_motifs *read_motifs(const char *name)
{
    char path[1024];
    tfl_motifs *motifs = NULL;
    golden_path(path, name);
    OK(tfl_motifs_read(path, &motifs, &error));
    return motifs;
}

static size_t motif_index(const tfl_motifs *motifs, const char *name)
{
    const tfl_motif *motif = tfl_motifs_find(motifs, name);
    ck_assert_msg(motif != NULL, "no motif %s", name);
    return (size_t)(motif - motifs->motif);
}

static tfl_lines *open_table(const char *name)
{
    char path[1024];
    tfl_lines *lines = NULL;
    golden_path(path, name);
    OK(tfl_lines_open(path, &lines, &error));
    return lines;
}

/* The next row of a table; 0 at its end. */
static size_t next_row(tfl_lines *lines, char **field, size_t max)
{
    char *line = NULL;
    size_t length = 0;
    do {
        OK(tfl_lines_next(lines, &line, &length, &error));
    } while (line != NULL && (*line == '#' || strncmp(line, "rule\t", 5) == 0));
    return line != NULL ? tfl_lines_split(line, '\t', field, max) : 0;
}

static double number(const char *text)
{
    double value = 0;
    ck_assert_msg(tfl_parse_double(text, &value), "\"%s\" is no number", text);
    return value;
}

/* ---------------------------------------------------------------- p-values */

typedef struct model {
    tfl_logodds *logodds;
    tfl_pvalues *pvalues;
} model;

static model prepare(const tfl_motif *motif)
{
    model m = {NULL, NULL};
    OK(tfl_logodds_create(motif, background, 0.001, &m.logodds, &error));
    OK(tfl_pvalues_create(m.logodds, &m.pvalues, &error));
    return m;
}

static void release(model *m)
{
    tfl_pvalues_free(m->pvalues);
    tfl_logodds_free(m->logodds);
}

START_TEST(pvalues_agree)
{
    tfl_motifs *motifs = read_motifs("scan/motifs.meme");
    tfl_lines *lines = open_table("scan/pvalues.tsv");
    char *field[3];
    char name[64] = "";
    model m = {NULL, NULL};
    double worst = 0;
    size_t rows = 0, exact = 0;
    while (next_row(lines, field, 3) == 3) {
        if (strcmp(name, field[0]) != 0) {
            release(&m);
            (void)snprintf(name, sizeof name, "%s", field[0]);
            m = prepare(&motifs->motif[motif_index(motifs, name)]);
        }
        double p = tfl_pvalues_find(m.pvalues, (number(field[1]) - 1e-6) * log(2));
        double relative = fabs(p / number(field[2]) - 1);
        worst = fmax(worst, relative);
        exact += relative < 1e-8;
        rows++;
        ck_assert_msg(relative < 0.004, "%s, score %s: %g instead of %s", name, field[1], p, field[2]);
    }
    printf("p-values: %zu, of which %zu equal; worst relative difference %.1e\n", rows, exact, worst);
    ck_assert_uint_gt(rows, 300);
    release(&m);
    tfl_lines_close(lines);
    tfl_motifs_free(motifs);
}
END_TEST

START_TEST(thresholds_agree)
{
    static const double limits[] = {1e-3, 1e-4, 1e-5};
    tfl_motifs *motifs = read_motifs("scan/motifs.meme");
    tfl_lines *lines = open_table("scan/thresholds.tsv");
    char *field[8];
    while (next_row(lines, field, 8) == 8) {
        model m = prepare(&motifs->motif[motif_index(motifs, field[0])]);
        ck_assert_uint_eq(m.logodds->width, (size_t)number(field[1]));
        ck_assert_double_eq_tol(m.logodds->low / log(2), number(field[2]), 2e-6);
        ck_assert_double_eq_tol(m.logodds->high / log(2), number(field[3]), 2e-6);
        ck_assert_double_eq_tol(tfl_pvalues_find(m.pvalues, m.logodds->high) / number(field[4]), 1, 1e-6);
        for (size_t i = 0; i < 3; i++) {
            double threshold = tfl_pvalues_threshold(m.pvalues, limits[i]);
            if (strcmp(field[5 + i], "NA") == 0) {
                ck_assert_msg(threshold > m.logodds->high, "%s, p %g: no word is so rare", field[0], limits[i]);
                continue;
            }
            double expected = number(field[5 + i]) * log(2);
            double ratio = tfl_pvalues_find(m.pvalues, expected - 1e-6) / tfl_pvalues_find(m.pvalues, threshold - 1e-6);
            ck_assert_msg(fabs(threshold - expected) < 2e-6 || fabs(ratio - 1) < 0.004,
                          "%s, p %g: %.9f instead of %.9f", field[0], limits[i], threshold, expected);
        }
        release(&m);
    }
    tfl_lines_close(lines);
    tfl_motifs_free(motifs);
}
END_TEST

/* ---------------------------------------------------------------- matches */

/* All records of a FASTA file. */
typedef struct records {
    size_t n;
    tfl_sequence *record;
} records;

static records read_records(const char *name)
{
    char path[1024];
    golden_path(path, name);
    tfl_fasta *fasta = NULL;
    records all = {0, calloc(200, sizeof(tfl_sequence))};
    OK(tfl_fasta_open(path, TFL_FASTA_UNIQUE, &fasta, &error));
    for (int found = 1; found;) {
        ck_assert_uint_lt(all.n, 200);
        OK(tfl_fasta_next(fasta, &all.record[all.n], &found, &error));
        all.n += found ? 1 : 0;
    }
    tfl_fasta_close(fasta);
    return all;
}

static void free_records(records *all)
{
    for (size_t i = 0; i < 200; i++) {
        tfl_sequence_clear(&all->record[i]);
    }
    free(all->record);
}

/* The golden row of a placement: its p-value; 2 where there is none. */
typedef struct hit {
    size_t record, motif, start;
    char strand;
    double score, p;
    char matched[32];
    bool seen;
} hit;

static size_t read_hits(const tfl_motifs *motifs, const records *all, hit *out, size_t max)
{
    tfl_lines *lines = open_table("scan/hits.tsv");
    char *field[9];
    size_t n = 0;
    while (next_row(lines, field, 9) == 9) {
        ck_assert_uint_lt(n, max);
        size_t record = 0;
        while (strcmp(all->record[record].name, field[0]) != 0) {
            record++;
            ck_assert_uint_lt(record, all->n);
        }
        out[n] = (hit){record,
                       motif_index(motifs, field[4]),
                       (size_t)number(field[1]),
                       field[3][0],
                       number(field[6]),
                       number(field[7]),
                       "",
                       false};
        (void)snprintf(out[n++].matched, sizeof out->matched, "%s", field[8]);
    }
    tfl_lines_close(lines);
    return n;
}

static void check_matched(const hit *expected, const tfl_sequence *s, size_t width)
{
    char word[32] = "", upper[32] = "";
    if (expected->strand == '-') {
        tfl_reverse_complement(s->letters + expected->start, width, word);
    } else {
        memcpy(word, s->letters + expected->start, width);
    }
    for (size_t j = 0; j < width; j++) {
        upper[j] = tfl_base_letter[tfl_base_code[(unsigned char)word[j]]];
    }
    ck_assert_str_eq(upper, expected->matched);
}

START_TEST(matches_agree)
{
    static hit hits[2000];
    tfl_motifs *motifs = read_motifs("scan/motifs.meme");
    records all = read_records("scan/seqs.fa");
    size_t n = read_hits(motifs, &all, hits, 2000);
    tfl_scan_options options = tfl_scan_defaults();
    tfl_scanner *scanner = NULL;
    OK(tfl_scanner_create(motifs, &options, &scanner, &error));
    tfl_matches matches = {0};
    size_t found = 0, at = 0, differ = 0;
    double worst_score = 0, worst_p = 0;
    for (size_t r = 0; r < all.n; r++) {
        OK(tfl_scan(scanner, &all.record[r], &matches, &error));
        for (size_t i = 0; i < matches.n; i++, found++) {
            const tfl_match *m = &matches.match[i];
            /* Golden rows have the same order, so that the next one is ahead. */
            while (at < n && !(hits[at].record == r && hits[at].start == m->start && hits[at].motif == m->motif &&
                               hits[at].strand == m->strand)) {
                at++;
            }
            ck_assert_msg(at < n, "%s:%zu motif %zu: p %g, but no golden row, or one further up", all.record[r].name,
                          m->start, m->motif, m->pvalue);
            hits[at].seen = true;
            ck_assert_double_le(hits[at].p, 1.03e-4);
            worst_score = fmax(worst_score, fabs(m->log_odds - hits[at].score));
            worst_p = fmax(worst_p, fabs(m->pvalue / hits[at].p - 1));
            check_matched(&hits[at], &all.record[r], motifs->motif[m->motif].width);
        }
    }
    size_t expected = 0;
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(hits[i].seen || hits[i].p > 0.97e-4, "%s:%zu is missing, p %g", all.record[hits[i].record].name,
                      hits[i].start, hits[i].p);
        differ += hits[i].seen != (hits[i].p <= 1e-4);
        expected += hits[i].p <= 1e-4;
    }
    printf("matches: %zu, %zu expected, %zu differ; worst difference of a score %.1e, of a p-value %.1e\n", found,
           expected, differ, worst_score, worst_p);
    ck_assert_double_le(worst_score, 2e-6);
    ck_assert_double_le(worst_p, 0.004);
    ck_assert_uint_gt(found, 700);
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
    free_records(&all);
    tfl_motifs_free(motifs);
}
END_TEST

/* ---------------------------------------------------------------- the best five, and what falls on them */

enum { REGION = 200, TASKS = 3 };

/* Contributions of a region, [TASKS][REGION]. */
static void read_contributions(tfl_lines *lines, const char *name, float value[TASKS][REGION])
{
    for (size_t task = 0; task < TASKS; task++) {
        char *field[REGION + 2];
        ck_assert_uint_eq(next_row(lines, field, REGION + 2), REGION + 2);
        ck_assert_str_eq(field[0], name);
        for (size_t i = 0; i < REGION; i++) {
            value[task][i] = (float)number(field[i + 2]);
        }
    }
}

static void check_best(const tfl_scanner *scanner, const tfl_matches *matches, const tfl_motifs *motifs,
                       const tfl_sequence *s, float value[TASKS][REGION], char **field)
{
    const tfl_match *match = NULL;
    for (size_t i = 0; i < matches->n; i++) {
        const tfl_match *m = &matches->match[i];
        if (m->motif == motif_index(motifs, field[1]) && m->rank == (size_t)number(field[2])) {
            match = m;
        }
    }
    ck_assert_ptr_nonnull(match);
    ck_assert_uint_eq(match->start, (size_t)number(field[3]));
    ck_assert_double_eq_tol(match->log_odds, number(field[5]), 2e-6);
    for (size_t task = 0; task < TASKS; task++) {
        tfl_importance i =
            tfl_importance_of(match, tfl_scanner_logodds(scanner, match->motif), s->letters, value[task]);
        ck_assert_double_eq_tol(i.sum, number(field[6 + task]), 5e-6);
        if (task == 0) {
            ck_assert_double_eq_tol(i.mean, number(field[9]), 5e-6);
            ck_assert_double_eq_tol(i.abs, number(field[10]), 5e-6);
            ck_assert_double_eq_tol(i.cosine, number(field[11]), 2e-6);
        }
    }
}

START_TEST(the_best_five_agree)
{
    tfl_motifs *motifs = read_motifs("scan/paper_motifs.txt");
    records all = read_records("scan/regions.fa");
    tfl_lines *contributions = open_table("scan/contribs.tsv");
    tfl_lines *lines = open_table("scan/top5.tsv");
    tfl_scan_options options = tfl_scan_defaults();
    options.select = TFL_SELECT_TOP;
    options.top = 5;
    options.both_strands = false;
    tfl_scanner *scanner = NULL;
    OK(tfl_scanner_create(motifs, &options, &scanner, &error));
    tfl_matches matches = {0};
    for (size_t r = 0; r < all.n; r++) {
        const tfl_sequence *s = &all.record[r];
        float value[TASKS][REGION];
        read_contributions(contributions, s->name, value);
        OK(tfl_scan(scanner, s, &matches, &error));
        ck_assert_uint_eq(matches.n, 10);
        for (size_t i = 0; i < 10; i++) {
            char *field[12];
            ck_assert_uint_eq(next_row(lines, field, 12), 12);
            ck_assert_str_eq(field[0], s->name);
            check_best(scanner, &matches, motifs, s, value, field);
        }
    }
    ck_assert_uint_eq(all.n, 80);
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
    tfl_lines_close(contributions);
    tfl_lines_close(lines);
    free_records(&all);
    tfl_motifs_free(motifs);
}
END_TEST

/* ---------------------------------------------------------------- every placement */

START_TEST(every_score_agrees)
{
    tfl_motifs *motifs = read_motifs("motifs.meme");
    records all = read_records("simnet/seqs.fa");
    tfl_scan_options options = tfl_scan_defaults();
    options.select = TFL_SELECT_THRESHOLD;
    options.limit = -HUGE_VAL;
    options.both_strands = false;
    tfl_scanner *scanner = NULL;
    OK(tfl_scanner_create(motifs, &options, &scanner, &error));
    tfl_matches matches = {0};
    for (size_t m = 0; m < motifs->n; m++) {
        char path[1024], name[64];
        (void)snprintf(name, sizeof name, "simnet/scan.%s.npy", motifs->motif[m].name);
        golden_path(path, name);
        test_npy expected;
        test_npy_read(path, &expected);
        ck_assert_uint_eq(expected.dim[0], all.n);
        size_t seen = 0;
        for (size_t r = 0; r < all.n; r++) {
            OK(tfl_scan(scanner, &all.record[r], &matches, &error));
            for (size_t i = 0; i < matches.n; i++) {
                if (matches.match[i].motif == m) {
                    double score = expected.value[r * expected.dim[1] + matches.match[i].start];
                    ck_assert_double_eq_tol(matches.match[i].log_odds, score, 1e-9);
                    seen++;
                }
            }
        }
        ck_assert_uint_eq(seen, expected.size);
        test_npy_free(&expected);
    }
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
    free_records(&all);
    tfl_motifs_free(motifs);
}
END_TEST

int main(void)
{
    char path[1024];
    if (!test_shared_path(path, sizeof path, "golden/scan/README.md")) {
        test_skip("the golden data is not there (../shared/golden)");
    }
    Suite *suite = suite_create("golden scan");
    TCase *tests = tcase_create("golden scan");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, pvalues_agree);
    tcase_add_test(tests, thresholds_agree);
    tcase_add_test(tests, matches_agree);
    tcase_add_test(tests, the_best_five_agree);
    tcase_add_test(tests, every_score_agrees);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
