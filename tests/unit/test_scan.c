/* Matches against the plainest way to find them, and the symmetries they have. */
#include "config.h"

#include "tflift/scan.h"

#include "tests/support/support.h"
#include "tflift/alphabet.h"
#include "tflift/cpu.h"
#include "tflift/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5, MAX_LENGTH = 400 };

static tfl_error error;

/* Widths 1 to 14, among them a palindrome and one whose rows tie. */
static const char motif_text[] =
    ">one\n0.7 0.1 0.1 0.1\n"
    ">two\n0.7 0.1 0.1 0.1\n0.1 0.1 0.1 0.7\n"
    ">palindrome\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n"
    ">five\n0.9 0 0.1 0\n0 1 0 0\n0.5 0 0 0.5\n0.2 0.3 0.3 0.2\n0 0 0.1 0.9\n"
    ">eight\n.5 .5 0 0\n0 0 .5 .5\n.5 .5 0 0\n0 0 .5 .5\n1 0 0 0\n0 1 0 0\n0 0 1 0\n.25 .25 .25 .25\n"
    ">fourteen\n.3 .1 .1 .5\n.6 .1 .2 .1\n.1 .1 .1 .7\n.3 .1 .5 .1\n.3 .4 .1 .2\n.6 .1 .2 .1\n.1 .1 .1 .7\n"
    ".2 .3 .4 .1\n.2 .4 .2 .2\n.1 .1 .2 .6\n.1 .2 .1 .6\n.3 .1 .5 .1\n.3 .4 .1 .2\n.6 .1 .2 .1\n";

static tfl_motifs *motifs;

static void set_up(void)
{
    ck_assert_msg(tfl_motifs_read_memory(motif_text, strlen(motif_text), "t", &motifs, &error) == TFL_OK, "%s",
                  error.message);
}

static void tear_down(void)
{
    tfl_motifs_free(motifs);
}

/* Letters of either case, with N and IUPAC codes here and there. */
static tfl_sequence random_sequence(tfl_rng *rng, char letters[MAX_LENGTH + 1])
{
    static const char alphabet[] = "ACGTACGTACGTACGTACGTACGTacgtacgtACGTACGTACGTACGTNnR";
    size_t length = tfl_rng_below(rng, 4) == 0 ? tfl_rng_below(rng, 16) : tfl_rng_below(rng, MAX_LENGTH + 1);
    for (size_t i = 0; i < length; i++) {
        letters[i] = alphabet[tfl_rng_below(rng, sizeof alphabet - 1)];
    }
    letters[length] = '\0';
    static char name[] = "s";
    return (tfl_sequence){.name = name, .description = name, .letters = letters, .length = length};
}

static tfl_scanner *make_scanner(tfl_select select, double limit, size_t top, bool both)
{
    tfl_scan_options options = tfl_scan_defaults();
    options.select = select;
    options.limit = limit;
    options.top = top;
    options.both_strands = both;
    tfl_scanner *scanner = NULL;
    ck_assert_msg(tfl_scanner_create(motifs, &options, &scanner, &error) == TFL_OK, "%s", error.message);
    return scanner;
}

/* The score of a placement, letter by letter; NAN over a letter other than A, C, G, T. */
static double plain_score(const tfl_logodds *logodds, const char *letters, size_t start, char strand)
{
    double score = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        size_t at = strand == '+' ? start + j : start + logodds->width - 1 - j;
        uint8_t code = tfl_base_code[(unsigned char)letters[at]];
        if (code >= TFL_BASES) {
            return NAN;
        }
        score += logodds->score[j][strand == '+' ? code : TFL_BASES - 1 - code];
    }
    return score;
}

static const tfl_match *find_match(const tfl_matches *matches, size_t motif, size_t start, char strand)
{
    for (size_t i = 0; i < matches->n; i++) {
        const tfl_match *m = &matches->match[i];
        if (m->motif == motif && m->start == start && m->strand == strand) {
            return m;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- selection by score and by p-value */

/* Every placement that is good enough, and no other, is in matches. */
static void check_all(const tfl_scanner *scanner, const tfl_sequence *s, const tfl_matches *matches, tfl_select select,
                      double limit, bool both)
{
    size_t expected = 0;
    for (size_t i = 0; i < motifs->n; i++) {
        const tfl_logodds *logodds = tfl_scanner_logodds(scanner, i);
        tfl_pvalues *pvalues = NULL;
        ck_assert_int_eq(tfl_pvalues_create(logodds, &pvalues, &error), TFL_OK);
        size_t placements = 0;
        for (size_t start = 0; start + logodds->width <= s->length; start++) {
            for (size_t strand = 0; strand < (both ? 2 : 1); strand++) {
                double score = plain_score(logodds, s->letters, start, "+-"[strand]);
                placements += isnan(score) ? 0 : 1;
                double p = isnan(score) ? 2 : tfl_pvalues_find(pvalues, score);
                const tfl_match *match = find_match(matches, i, start, "+-"[strand]);
                bool good = !isnan(score) && (select == TFL_SELECT_PVALUE ? p <= limit : score >= limit);
                ck_assert_msg(good == (match != NULL), "motif %zu, start %zu, score %g, p %g", i, start, score, p);
                if (good) {
                    expected++;
                    ck_assert(match->log_odds == score);
                    ck_assert(match->pvalue == p);
                }
            }
        }
        ck_assert_uint_eq(matches->placements[i], placements);
        tfl_pvalues_free(pvalues);
    }
    ck_assert_uint_eq(matches->n, expected);
}

static void check_order_and_ranks(const tfl_matches *matches)
{
    for (size_t i = 0; i < matches->n; i++) {
        const tfl_match *m = &matches->match[i];
        if (i > 0) {
            const tfl_match *l = m - 1;
            ck_assert(l->start < m->start ||
                      (l->start == m->start && (l->motif < m->motif || (l->motif == m->motif && l->strand == '+'))));
        }
        size_t better = 0;
        for (size_t j = 0; j < matches->n; j++) {
            const tfl_match *other = &matches->match[j];
            better +=
                other->motif == m->motif && (other->log_odds > m->log_odds ||
                                             (other->log_odds == m->log_odds && (other->start < m->start || j < i)));
        }
        ck_assert_uint_eq(m->rank, better + 1);
    }
}

START_TEST(every_good_placement_is_found_and_no_other)
{
    static const struct {
        tfl_select select;
        double limit;
    } choices[] = {{TFL_SELECT_PVALUE, 0.01}, {TFL_SELECT_PVALUE, 1e-4}, {TFL_SELECT_PVALUE, 1},
                   {TFL_SELECT_THRESHOLD, 2}, {TFL_SELECT_THRESHOLD, 0}, {TFL_SELECT_THRESHOLD, -1000}};
    bool both = _i % 2 == 0;
    tfl_scanner *scanner = make_scanner(choices[_i / 2].select, choices[_i / 2].limit, 0, both);
    tfl_matches matches = {0};
    for (unsigned i = 0; i < 8; i++) {
        char letters[MAX_LENGTH + 1];
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "scan", i);
        tfl_sequence s = random_sequence(&rng, letters);
        ck_assert_msg(tfl_scan(scanner, &s, &matches, &error) == TFL_OK, "%s", error.message);
        check_all(scanner, &s, &matches, choices[_i / 2].select, choices[_i / 2].limit, both);
        check_order_and_ranks(&matches);
    }
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
}
END_TEST

START_TEST(the_reverse_complement_has_the_same_matches_on_the_other_strand)
{
    tfl_scanner *scanner = make_scanner(TFL_SELECT_PVALUE, 0.02, 0, true);
    tfl_matches forward = {0}, backward = {0};
    size_t seen = 0;
    for (unsigned i = 0; i < 20; i++) {
        char letters[MAX_LENGTH + 1], reversed[MAX_LENGTH + 1];
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "reverse", i);
        tfl_sequence s = random_sequence(&rng, letters);
        tfl_sequence r = s;
        tfl_reverse_complement(letters, s.length, reversed);
        r.letters = reversed;
        ck_assert_int_eq(tfl_scan(scanner, &s, &forward, &error), TFL_OK);
        ck_assert_int_eq(tfl_scan(scanner, &r, &backward, &error), TFL_OK);
        ck_assert_uint_eq(forward.n, backward.n);
        for (size_t m = 0; m < forward.n; m++) {
            const tfl_match *match = &forward.match[m];
            size_t start = s.length - match->start - motifs->motif[match->motif].width;
            const tfl_match *mirror = find_match(&backward, match->motif, start, match->strand == '+' ? '-' : '+');
            ck_assert_ptr_nonnull(mirror);
            ck_assert(mirror->log_odds == match->log_odds);
            seen++;
        }
    }
    ck_assert_uint_gt(seen, 100);
    tfl_matches_clear(&forward);
    tfl_matches_clear(&backward);
    tfl_scanner_free(scanner);
}
END_TEST

START_TEST(sequences_without_room_have_no_matches)
{
    static const char *const letters[] = {"", "N", "NNNNNNNNNNNNNNNNNNNNNN", "RYKM"};
    tfl_scanner *scanner = make_scanner(_i == 0 ? TFL_SELECT_TOP : TFL_SELECT_THRESHOLD, -1000, 5, true);
    tfl_matches matches = {0};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        char copy[32];
        (void)snprintf(copy, sizeof copy, "%s", letters[i]);
        tfl_sequence s = {.name = copy, .letters = copy, .length = strlen(copy)};
        ck_assert_int_eq(tfl_scan(scanner, &s, &matches, &error), TFL_OK);
        ck_assert_uint_eq(matches.n, 0);
        ck_assert_uint_eq(matches.placements[0], 0);
    }
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
}
END_TEST

/* ---------------------------------------------------------------- the best k */

/* As the contract words it: the best start, the first of equals; starts around it are out; again. */
static size_t plain_top(const tfl_logodds *logodds, const tfl_sequence *s, size_t top, bool both, tfl_match *out)
{
    double score[MAX_LENGTH];
    char strand[MAX_LENGTH];
    size_t n = s->length < logodds->width ? 0 : s->length - logodds->width + 1;
    size_t half = logodds->width / 2;
    for (size_t i = 0; i < n; i++) {
        score[i] = plain_score(logodds, s->letters, i, '+');
        double reverse = both ? plain_score(logodds, s->letters, i, '-') : -HUGE_VAL;
        strand[i] = reverse > score[i] ? '-' : '+';
        score[i] = reverse > score[i] ? reverse : score[i];
    }
    size_t found = 0;
    while (found < top) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) {
            best = !isnan(score[i]) && (best == n || score[i] > score[best]) ? i : best;
        }
        if (best == n) {
            break;
        }
        found++;
        out[found - 1] = (tfl_match){.start = best, .strand = strand[best], .log_odds = score[best], .rank = found};
        for (size_t i = 0; i < n; i++) {
            bool near = i + half >= best && i + 2 <= best + half;
            score[i] = near || i == best ? NAN : score[i];
        }
    }
    return found;
}

START_TEST(the_best_are_taken_by_the_rule)
{
    static const size_t tops[] = {1, 5, 1000};
    bool both = _i % 2 == 0;
    size_t top = tops[_i / 2];
    tfl_scanner *scanner = make_scanner(TFL_SELECT_TOP, 0, top, both);
    tfl_matches matches = {0};
    for (unsigned i = 0; i < 20; i++) {
        char letters[MAX_LENGTH + 1];
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "top", i);
        tfl_sequence s = random_sequence(&rng, letters);
        for (size_t j = 1 + i / 2; i % 2 == 1 && j < s.length; j++) { /* equal scores, and as many taken as can be */
            letters[j] = letters[j - 1 - i / 2];
        }
        ck_assert_int_eq(tfl_scan(scanner, &s, &matches, &error), TFL_OK);
        size_t total = 0;
        for (size_t m = 0; m < motifs->n; m++) {
            tfl_match expected[MAX_LENGTH];
            size_t n = plain_top(tfl_scanner_logodds(scanner, m), &s, top, both, expected);
            for (size_t k = 0; k < n; k++) {
                const tfl_match *match = find_match(&matches, m, expected[k].start, expected[k].strand);
                ck_assert_msg(match != NULL, "sequence %u, motif %zu: start %zu is missing", i, m, expected[k].start);
                ck_assert_uint_eq(match->rank, k + 1);
                ck_assert(match->log_odds == expected[k].log_odds);
            }
            total += n;
        }
        ck_assert_uint_eq(matches.n, total);
    }
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
}
END_TEST

/* In a long sequence, where not all starts are kept: the best k are the first k of all. Every other thousand letters
 * repeats itself, so that scores are equal and each match takes as many starts as it can. */
START_TEST(fewer_are_the_first_of_more)
{
    enum { LENGTH = 30000 };
    static const size_t tops[] = {1, 5, 60, 3000};
    bool both = _i % 2 == 0;
    static char letters[LENGTH + 1];
    char name[] = "long";
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "long", (uint64_t)_i);
    for (size_t i = 0; i < LENGTH; i++) {
        size_t period = 1 + i / 2000;
        letters[i] = i / 1000 % 2 == 0 ? "ACGT"[tfl_rng_below(&rng, 4)] : letters[i - period];
    }
    tfl_sequence s = {.name = name, .description = name, .letters = letters, .length = LENGTH};
    tfl_scanner *few = make_scanner(TFL_SELECT_TOP, 0, tops[_i / 2], both);
    tfl_scanner *more = make_scanner(TFL_SELECT_TOP, 0, LENGTH, both);
    tfl_matches got = {0}, all = {0};
    ck_assert_int_eq(tfl_scan(few, &s, &got, &error), TFL_OK);
    ck_assert_int_eq(tfl_scan(more, &s, &all, &error), TFL_OK);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        if (all.match[i].rank <= tops[_i / 2]) {
            ck_assert_uint_lt(n, got.n);
            ck_assert_uint_eq(got.match[n].start, all.match[i].start);
            ck_assert_uint_eq(got.match[n].motif, all.match[i].motif);
            ck_assert_uint_eq(got.match[n].rank, all.match[i].rank);
            ck_assert(got.match[n].strand == all.match[i].strand && got.match[n].log_odds == all.match[i].log_odds);
            n++;
        }
    }
    ck_assert_uint_eq(n, got.n);
    tfl_matches_clear(&got);
    tfl_matches_clear(&all);
    tfl_scanner_free(few);
    tfl_scanner_free(more);
}
END_TEST

/* ---------------------------------------------------------------- every processor level, and threads */

/* A motif of up to 70 positions; the more uneven, the wider the range of its scores. Every third is a palindrome. */
static void write_motif(FILE *out, unsigned i, tfl_rng *rng)
{
    unsigned width = 1 + tfl_rng_below(rng, i % 5 == 0 ? 70 : 20);
    unsigned power = 1 + tfl_rng_below(rng, 12);
    double p[70][TFL_BASES];
    for (unsigned j = 0; j < width; j++) {
        for (unsigned b = 0; b < TFL_BASES; b++) {
            bool mirrored = i % 3 == 0 && j > width - 1 - j;
            p[j][b] = mirrored ? p[width - 1 - j][TFL_BASES - 1 - b] : pow(tfl_rng_uniform(rng) + 1e-3, power);
        }
    }
    (void)fprintf(out, ">m%u\n", i);
    for (unsigned j = 0; j < width; j++) {
        double sum = p[j][0] + p[j][1] + p[j][2] + p[j][3];
        (void)fprintf(out, "%.9f %.9f %.9f %.9f\n", p[j][0] / sum, p[j][1] / sum, p[j][2] / sum, p[j][3] / sum);
    }
}

static tfl_motifs *random_motifs(unsigned n, uint64_t index)
{
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "motifs", index);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    for (unsigned i = 0; i < n; i++) {
        write_motif(out, i, &rng);
    }
    ck_assert_int_eq(fclose(out), 0);
    tfl_motifs *made = NULL;
    ck_assert_msg(tfl_motifs_read_memory(text, size, "random", &made, &error) == TFL_OK, "%s", error.message);
    free(text);
    return made;
}

/* Runs of N, and the best words of the motifs, so that good matches lie at the ends of stretches and blocks. */
static char *long_letters(tfl_rng *rng, const tfl_motifs *planted, size_t length)
{
    char *letters = tfl_calloc(length + 1, 1);
    ck_assert_ptr_nonnull(letters);
    for (size_t i = 0; i < length; i++) {
        letters[i] = "AAACCGGTTTaacgtt"[tfl_rng_below(rng, 16)];
    }
    for (size_t n = length / 200; n > 0; n--) {
        size_t at = tfl_rng_below(rng, (uint32_t)length);
        const tfl_motif *motif = &planted->motif[tfl_rng_below(rng, (uint32_t)planted->n)];
        for (size_t j = 0; j < motif->width && at + j < length; j++) {
            const double *p = motif->p[j];
            size_t best = 0;
            for (size_t b = 1; b < TFL_BASES; b++) {
                best = p[b] > p[best] ? b : best;
            }
            letters[at + j] = tfl_base_letter[best];
        }
        if (tfl_rng_below(rng, 4) == 0) {
            memset(letters + at, 'N', length - at < n % 40 ? length - at : n % 40);
        }
    }
    return letters;
}

static tfl_scanner *scanner_for(const char *level, unsigned threads, const tfl_motifs *of, tfl_scan_options options)
{
    tfl_scanner *scanner = NULL;
    options.threads = threads;
    ck_assert(tfl_cpu_force(level));
    ck_assert_msg(tfl_scanner_create(of, &options, &scanner, &error) == TFL_OK, "%s", error.message);
    ck_assert(tfl_cpu_force(tfl_cpu_level_at(0)));
    return scanner;
}

static void check_same(const tfl_matches *a, const tfl_matches *b, size_t n_motifs, const char *what)
{
    ck_assert_msg(a->n == b->n, "%s: %zu matches, not %zu", what, a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const tfl_match *x = &a->match[i], *y = &b->match[i];
        ck_assert_msg(x->motif == y->motif && x->start == y->start && x->strand == y->strand && x->log_odds == y->log_odds &&
                          x->pvalue == y->pvalue && x->rank == y->rank,
                      "%s: match %zu differs", what, i);
    }
    ck_assert_mem_eq(a->placements, b->placements, n_motifs * sizeof *a->placements);
}

/* The portable level scores every placement; the others rule most out, many at a time. */
START_TEST(every_level_finds_the_same)
{
    static const struct {
        tfl_select select;
        double limit;
        size_t top;
        bool both;
        double background[TFL_BASES];
    } choices[] = {
        {TFL_SELECT_PVALUE, 1e-4, 0, true, {0.3, 0.2, 0.2, 0.3}},     {TFL_SELECT_PVALUE, 1e-3, 0, false, {0.1, 0.4, 0.2, 0.3}},
        {TFL_SELECT_PVALUE, 1e-9, 0, true, {0.25, 0.25, 0.25, 0.25}}, {TFL_SELECT_PVALUE, 0.2, 0, true, {0.97, 0.01, 0.01, 0.01}},
        {TFL_SELECT_THRESHOLD, 6, 0, true, {0.3, 0.2, 0.2, 0.3}},     {TFL_SELECT_THRESHOLD, 1e9, 0, true, {0.3, 0.2, 0.2, 0.3}},
        {TFL_SELECT_THRESHOLD, -20, 0, false, {0.3, 0.2, 0.2, 0.3}},  {TFL_SELECT_TOP, 0, 7, true, {0.3, 0.2, 0.2, 0.3}},
    };
    tfl_scan_options options = tfl_scan_defaults();
    options.select = choices[_i].select;
    options.limit = choices[_i].limit;
    options.top = choices[_i].top;
    options.both_strands = choices[_i].both;
    memcpy(options.background, choices[_i].background, sizeof options.background);
    options.pseudocount = _i % 2 == 0 ? 0.001 : 1e-9;
    tfl_motifs *some = random_motifs(8, (uint64_t)_i);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "long", (uint64_t)_i);
    tfl_scanner *scanner[TFL_CPUS];
    size_t n = 0;
    for (; tfl_cpu_level_at(n) != NULL; n++) {
        scanner[n] = scanner_for(tfl_cpu_level_at(n), 2, some, options);
    }
    static const size_t lengths[] = {20000, 8192, 257, 64, 63};
    tfl_matches expected = {0}, found = {0};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        char name[] = "s";
        tfl_sequence s = {.name = name, .letters = long_letters(&rng, some, lengths[k]), .length = lengths[k]};
        ck_assert_int_eq(tfl_scan(scanner[n - 1], &s, &expected, &error), TFL_OK);
        for (size_t l = 0; l + 1 < n; l++) {
            ck_assert_int_eq(tfl_scan(scanner[l], &s, &found, &error), TFL_OK);
            check_same(&found, &expected, some->n, tfl_cpu_level_at(l));
        }
        free(s.letters);
    }
    for (size_t l = 0; l < n; l++) {
        tfl_scanner_free(scanner[l]);
    }
    tfl_matches_clear(&expected);
    tfl_matches_clear(&found);
    tfl_motifs_free(some);
}
END_TEST

/* So long that threads share it. */
START_TEST(threads_find_the_same_in_a_long_sequence)
{
    enum { LONG = 600000 };
    tfl_scan_options options = tfl_scan_defaults();
    tfl_motifs *some = random_motifs(8, 99);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "threads", 0);
    char name[] = "s";
    tfl_sequence s = {.name = name, .letters = long_letters(&rng, some, LONG), .length = LONG};
    tfl_matches one = {0}, many = {0};
    for (unsigned threads = 1; threads <= 7; threads += threads == 1 ? 1 : 5) {
        tfl_scanner *scanner = scanner_for(tfl_cpu_level_at(0), threads, some, options);
        ck_assert_int_eq(tfl_scan(scanner, &s, threads == 1 ? &one : &many, &error), TFL_OK);
        tfl_scanner_free(scanner);
        if (threads > 1) {
            check_same(&many, &one, some->n, "threads");
        }
    }
    ck_assert_uint_gt(one.n, 1000);
    tfl_matches_clear(&one);
    tfl_matches_clear(&many);
    tfl_motifs_free(some);
    free(s.letters);
}
END_TEST

START_TEST(preparing_on_many_threads_changes_nothing)
{
    tfl_scan_options options = tfl_scan_defaults();
    tfl_scanner *one = make_scanner(options.select, options.limit, 0, true), *seven = NULL;
    options.threads = 7;
    ck_assert_int_eq(tfl_scanner_create(motifs, &options, &seven, &error), TFL_OK);
    for (size_t i = 0; i < motifs->n; i++) {
        ck_assert_str_eq(tfl_scanner_logodds(one, i)->motif->name, tfl_scanner_logodds(seven, i)->motif->name);
        ck_assert(tfl_scanner_logodds(one, i)->high == tfl_scanner_logodds(seven, i)->high);
    }
    tfl_scanner_free(one);
    tfl_scanner_free(seven);
    options.pseudocount = 0;
    ck_assert_int_eq(tfl_scanner_create(motifs, &options, &seven, &error), TFL_EUSAGE);
    ck_assert_str_eq(error.message, "motif palindrome has no C at position 1; the pseudocount has to be above 0");
    ck_assert_ptr_null(seven);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scan");
    TCase *tests = tcase_create("scan");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, every_good_placement_is_found_and_no_other, 0, 12);
    tcase_add_test(tests, the_reverse_complement_has_the_same_matches_on_the_other_strand);
    tcase_add_loop_test(tests, sequences_without_room_have_no_matches, 0, 2);
    tcase_add_loop_test(tests, the_best_are_taken_by_the_rule, 0, 6);
    tcase_add_loop_test(tests, fewer_are_the_first_of_more, 0, 8);
    tcase_add_loop_test(tests, every_level_finds_the_same, 0, 8);
    tcase_add_test(tests, threads_find_the_same_in_a_long_sequence);
    tcase_add_test(tests, preparing_on_many_threads_changes_nothing);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
