/* Designs and what is drawn from them: distributions by chi-square at p = 5e-7, the seed is in every message. Within
 * long loops mistakes are counted and asserted once: an assertion of Check costs a write. */
#include "config.h"

#include "tflift/memory.h"
#include "tflift/simulate.h"

#include "sim/arrange_internal.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t SEED = 20240229;

/* ---------------------------------------------------------------- chi-square */

static double chi_square(const double *observed, const double *expected, size_t n)
{
    double sum = 0, impossible = 0;
    for (size_t i = 0; i < n; i++) {
        if (expected[i] > 0) {
            sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
        } else {
            impossible += observed[i];
        }
    }
    ck_assert_msg(impossible == 0, "what cannot happen was seen %g times (seed %llu)", impossible,
                  (unsigned long long)SEED);
    return sum;
}

/* The chi-square that is exceeded with probability 5e-7 (Wilson and Hilferty). */
static double limit(double degrees)
{
    double a = 2 / (9 * degrees);
    return degrees * pow(1 - a + 4.9 * sqrt(a), 3);
}

static void expect_fit(const char *what, const double *observed, const double *expected, size_t n)
{
    double x = chi_square(observed, expected, n);
    ck_assert_msg(x < limit((double)n - 1), "%s: chi-square %g, limit %g (seed %llu)", what, x, limit((double)n - 1),
                  (unsigned long long)SEED);
}

/* ---------------------------------------------------------------- arrangements, against all that there are */

enum { MOST_BLOCKS = 8, MOST_CODES = 1 << 20 };

typedef struct arrangement_case {
    size_t length;
    tfl_blocks kind[3];
    size_t n_kinds;
    size_t count[3];
} arrangement_case;

static const arrangement_case arrangement_cases[] = {
    {9, {{2, 0, 9, 2}, {3, 0, 9, 1}}, 2, {2, 1}},                    /* anywhere */
    {10, {{2, 0, 10, 2}, {3, 0, 10, 2}}, 2, {2, 1}},                 /* fewer than there could be */
    {7, {{2, 0, 7, 2}, {3, 0, 7, 1}}, 2, {2, 1}},                    /* no letter left */
    {10, {{2, 0, 10, 2}, {3, 2, 8, 1}}, 2, {2, 1}},                  /* one range */
    {12, {{2, 0, 6, 2}, {2, 4, 12, 2}, {1, 5, 7, 1}}, 3, {1, 2, 1}}, /* ranges that overlap */
    {6, {{2, 0, 4, 1}, {2, 2, 6, 1}}, 2, {1, 1}},                    /* two kinds, one in the other's way */
    {40, {{1, 0, 40, 3}}, 1, {0}},                                   /* none at all */
};

static size_t number_of_blocks(const arrangement_case *c)
{
    size_t m = 0;
    for (size_t k = 0; k < c->n_kinds; k++) {
        m += c->count[k];
    }
    return m;
}

/* Index of an arrangement: its starts as digits. */
static size_t code_of(const arrangement_case *c, const size_t *start, size_t m)
{
    size_t code = 0;
    for (size_t i = 0; i < m; i++) {
        code = code * c->length + start[i];
    }
    return code < MOST_CODES ? code : 0;
}

static bool is_good(const arrangement_case *c, const size_t *start)
{
    bool used[64] = {false};
    size_t i = 0;
    for (size_t k = 0; k < c->n_kinds; k++) {
        for (size_t j = 0; j < c->count[k]; j++, i++) {
            if (start[i] < c->kind[k].first || start[i] + c->kind[k].width > c->kind[k].last) {
                return false;
            }
            for (size_t p = start[i]; p < start[i] + c->kind[k].width; p++) {
                if (used[p]) {
                    return false;
                }
                used[p] = true;
            }
        }
    }
    return true;
}

/* expected[code] = 1 for each arrangement there is; returns their number. */
static size_t enumerate(const arrangement_case *c, double *expected)
{
    size_t m = number_of_blocks(c), n = 0, codes = 1;
    for (size_t i = 0; i < m; i++) {
        codes *= c->length;
    }
    for (size_t code = 0; code < codes; code++) {
        size_t start[MOST_BLOCKS], rest = code;
        for (size_t i = m; i-- > 0; rest /= c->length) {
            start[i] = rest % c->length;
        }
        if (is_good(c, start)) {
            expected[code] = 1;
            n++;
        }
    }
    return n;
}

START_TEST(arrangements_are_uniform)
{
    const arrangement_case *c = &arrangement_cases[_i];
    size_t m = number_of_blocks(c), start[MOST_BLOCKS], work[3 * MOST_BLOCKS];
    double *observed = tfl_calloc(MOST_CODES, sizeof *observed), *expected = tfl_calloc(MOST_CODES, sizeof *expected);
    ck_assert(observed != NULL && expected != NULL);
    size_t n = enumerate(c, expected);
    tfl_error err = TFL_ERROR_INIT;
    tfl_arranger *arranger = NULL;
    bool fits = false;
    ck_assert_int_eq(tfl_arranger_create(c->length, c->kind, c->n_kinds, &fits, &arranger, &err), TFL_OK);
    ck_assert(fits);
    tfl_rng rng;
    tfl_rng_init(&rng, SEED, "arrangements", (uint64_t)_i);
    for (size_t i = 0; i < 60 * n; i++) {
        tfl_arrange(arranger, c->count, &rng, start, work);
        observed[code_of(c, start, m)]++;
    }
    for (size_t code = 0; code < MOST_CODES; code++) {
        expected[code] *= 60;
    }
    double x = chi_square(observed, expected, MOST_CODES);
    ck_assert_msg(n == 1 || x < limit((double)n - 1), "case %d: chi-square %g over %zu arrangements (seed %llu)", _i, x,
                  n, (unsigned long long)SEED);
    tfl_arranger_free(arranger);
    free(observed);
    free(expected);
}
END_TEST

/* Each has room for any one block, and not for all of them. */
START_TEST(what_cannot_be_is_known)
{
    static const arrangement_case cases[] = {
        {6, {{2, 0, 6, 2}, {3, 0, 6, 1}}, 2, {0}},
        {20, {{4, 5, 12, 2}}, 1, {0}},
        {20, {{3, 0, 20, 1}, {4, 2, 7, 1}, {4, 2, 8, 1}}, 3, {0}}, /* the two with ranges hinder each other */
        {SIZE_MAX / 2, {{SIZE_MAX / 4, 0, SIZE_MAX / 2, SIZE_MAX / 2}}, 1, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tfl_error err = TFL_ERROR_INIT;
        tfl_arranger *arranger = NULL;
        bool fits = true;
        ck_assert_int_eq(tfl_arranger_create(cases[i].length, cases[i].kind, cases[i].n_kinds, &fits, &arranger, &err),
                         TFL_OK);
        ck_assert_msg(!fits && arranger == NULL, "case %zu", i);
    }
}
END_TEST

START_TEST(ranges_have_a_limit)
{
    static const tfl_blocks kind[] = {{1, 0, 9999, 200}, {1, 0, 10000, 200}};
    tfl_error err = TFL_ERROR_INIT;
    tfl_arranger *arranger = NULL;
    bool fits = true;
    ck_assert_int_eq(tfl_arranger_create(10000, kind, 2, &fits, &arranger, &err), TFL_EUNSUPPORTED);
    ck_assert_ptr_null(arranger);
}
END_TEST

/* ---------------------------------------------------------------- the paper's simulation */

static tfl_design *read_text(const char *text)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *design = NULL;
    tfl_status status = tfl_design_read_memory(text, strlen(text), "d.ini", &design, &err);
    ck_assert_msg(status == TFL_OK, "%s", err.message);
    return design;
}

/* The built-in design and its simulator. */
static tfl_design *design;
static tfl_simulator *simulator;

static void set_up(void)
{
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_msg(tfl_design_read(NULL, &design, &err) == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_simulator_create(design, SEED, &simulator, &err) == TFL_OK, "%s", err.message);
}

static void tear_down(void)
{
    tfl_simulator_free(simulator);
    tfl_design_free(design);
}

static const tfl_simulated *draw(size_t i)
{
    tfl_error err = TFL_ERROR_INIT;
    const tfl_simulated *sequence = NULL;
    if (tfl_simulate(simulator, i, &sequence, &err) != TFL_OK) {
        ck_abort_msg("%s", err.message);
    }
    return sequence;
}

START_TEST(shares_are_exact)
{
    size_t class[4] = {0}, split[3] = {0};
    for (size_t i = 0; i < design->n; i++) {
        const tfl_simulated *s = draw(i);
        class[s->class_index]++;
        split[s->split]++;
    }
    for (size_t c = 0; c < 4; c++) {
        ck_assert_uint_eq(class[c], 2000);
    }
    ck_assert_uint_eq(split[0], 6400);
    ck_assert_uint_eq(split[1], 800);
    ck_assert_uint_eq(split[2], 800);
}
END_TEST

START_TEST(labels_are_the_papers)
{
    static const char *const task[] = {"both", "gata1", "tal1"};
    static const char *const name[] = {"both", "tal1", "gata1", "none"};
    static const uint8_t label[4][3] = {{1, 1, 1}, {0, 0, 1}, {0, 1, 0}, {0, 0, 0}};
    ck_assert_uint_eq(design->n_tasks, 3);
    ck_assert_uint_eq(design->n_classes, 4);
    for (size_t t = 0; t < 3; t++) {
        ck_assert_str_eq(design->task[t], task[t]);
    }
    for (size_t c = 0; c < 4; c++) {
        ck_assert_str_eq(design->classes[c].name, name[c]);
        ck_assert_mem_eq(design->classes[c].label, label[c], 3);
    }
}
END_TEST

/* Poisson, drawn again until it lies in 1..3: P(k) goes with mean^k / k!. */
START_TEST(numbers_of_instances_are_cut_poisson)
{
    double observed[4][2][4] = {{{0}}}; /* [class][TAL1, GATA1][number] */
    for (size_t i = 0; i < design->n; i++) {
        const tfl_simulated *s = draw(i);
        size_t number[2] = {0};
        for (size_t k = 0; k < s->n_instances; k++) {
            number[strcmp(s->instance[k].motif->name, "GATA_disc1") == 0]++;
        }
        if (number[0] > 3 || number[1] > 3) {
            ck_abort_msg("more than 3 instances (seed %llu)", (unsigned long long)SEED);
        }
        observed[s->class_index][0][number[0]]++;
        observed[s->class_index][1][number[1]]++;
    }
    static const double none[4] = {2000, 0, 0, 0};
    static const double one[4] = {0, 2000 * 6 / 10.0, 2000 * 3 / 10.0, 2000 * 1 / 10.0}; /* mean 1: 1, 1/2, 1/6 */
    static const double two[4] = {0, 2000 * 3 / 8.0, 2000 * 3 / 8.0, 2000 * 2 / 8.0};    /* mean 2: 2, 2, 4/3 */
    expect_fit("TAL1 with GATA1", observed[0][0], one, 4);
    expect_fit("GATA1 with TAL1", observed[0][1], one, 4);
    expect_fit("TAL1 alone", observed[1][0], two, 4);
    expect_fit("no GATA1", observed[1][1], none, 4);
    expect_fit("no TAL1", observed[2][0], none, 4);
    expect_fit("GATA1 alone", observed[2][1], two, 4);
    expect_fit("neither", observed[3][0], none, 4);
}
END_TEST

START_TEST(words_are_drawn_column_by_column)
{
    const tfl_motif *motif = tfl_motifs_find(design->motifs, _i == 0 ? "GATA_disc1" : "TAL1_known1");
    double observed[64] = {0}, expected[64] = {0}, q[16][TFL_BASES], words = 0;
    ck_assert_ptr_nonnull(motif);
    tfl_motif_smooth(motif, design->pseudocount, q);
    for (size_t i = 0; i < design->n; i++) {
        const tfl_simulated *s = draw(i);
        for (size_t k = 0; k < s->n_instances; k++) {
            for (size_t j = 0; s->instance[k].motif == motif && j < motif->width; j++) {
                observed[j * 4 + tfl_base_code[(unsigned char)s->instance[k].word[j]]]++;
                words += j == 0;
            }
        }
    }
    for (size_t j = 0; j < motif->width; j++) {
        for (size_t b = 0; b < 4; b++) {
            expected[j * 4 + b] = words * q[j][b];
        }
    }
    double x = chi_square(observed, expected, 4 * motif->width), degrees = 3 * (double)motif->width;
    ck_assert_msg(words > 5000 && x < limit(degrees), "%s: chi-square %g over %g words (seed %llu)", motif->name, x,
                  words, (unsigned long long)SEED);
}
END_TEST

START_TEST(background_is_drawn_letter_by_letter)
{
    double observed[4] = {0}, expected[4], n = 0;
    double pair[16] = {0}, expected_pair[16], n_pairs = 0; /* neighbours are independent */
    for (size_t i = 0; i < design->n; i++) {
        const tfl_simulated *s = draw(i);
        if (s->n_instances > 0) {
            continue;
        }
        for (size_t p = 0; p < design->length; p++) {
            size_t code = tfl_base_code[(unsigned char)s->letters[p]];
            observed[code]++;
            n++;
            if (p % 2 == 1) {
                pair[4 * tfl_base_code[(unsigned char)s->letters[p - 1]] + code]++;
                n_pairs++;
            }
        }
    }
    for (size_t b = 0; b < 16; b++) {
        expected[b % 4] = n * design->background[b % 4];
        expected_pair[b] = n_pairs * design->background[b / 4] * design->background[b % 4];
    }
    expect_fit("letters", observed, expected, 4);
    expect_fit("neighbours", pair, expected_pair, 16);
}
END_TEST

START_TEST(a_single_instance_lies_anywhere)
{
    double observed[191] = {0}, expected[191], n = 0;
    for (size_t i = 0; i < design->n; i++) {
        const tfl_simulated *s = draw(i);
        if (s->class_index == 2 && s->n_instances == 1) {
            observed[s->instance[0].start]++;
            n++;
        }
    }
    for (size_t p = 0; p < 191; p++) {
        expected[p] = n / 191;
    }
    ck_assert(n > 500);
    expect_fit("starts", observed, expected, 191);
}
END_TEST

START_TEST(a_sequence_depends_on_seed_and_number_alone)
{
    char *alone = tfl_strdup(draw(4321)->letters);
    char name[64];
    (void)snprintf(name, sizeof name, "%s", draw(4321)->name);
    for (size_t i = 4300; i <= 4321; i++) {
        (void)draw(i);
    }
    ck_assert_str_eq(draw(4321)->letters, alone);
    ck_assert_str_eq(name, "seq_4321");
    ck_assert_str_ne(draw(4322)->letters, alone);
    tfl_simulator_free(simulator);
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_int_eq(tfl_simulator_create(design, SEED + 1, &simulator, &err), TFL_OK);
    ck_assert_str_ne(draw(4321)->letters, alone);
    free(alone);
}
END_TEST

/* ---------------------------------------------------------------- other designs */

START_TEST(instances_keep_to_range_and_strand)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d =
        read_text("[design]\nsequences = 2000\nlength = 60\ntasks = t\n"
                  "[class a]\nlabels = t\nplant = TAL1_known1 reverse=0.25 within=10-40\n"
                  "plant = GATA_disc1 mean=1 min=0 max=2 within=25-\nplant = GATA_disc1 reverse=1 within=0-30\n");
    tfl_simulator *s = NULL;
    ck_assert_int_eq(tfl_simulator_create(d, SEED, &s, &err), TFL_OK);
    double reversed[2] = {0}, expected[2] = {1500, 500};
    size_t mistakes = 0;
    for (size_t i = 0; i < d->n; i++) {
        const tfl_simulated *one = NULL;
        mistakes += tfl_simulate(s, i, &one, &err) != TFL_OK;
        const tfl_instance *tal = &one->instance[0], *last = &one->instance[one->n_instances - 1];
        mistakes += tal->start < 10 || tal->start + 16 > 40 || last->start + 10 > 30 || !last->reverse;
        reversed[tal->reverse]++;
        bool used[60] = {false};
        for (size_t k = 0; k < one->n_instances; k++) {
            const tfl_instance *m = &one->instance[k];
            mistakes += m->word != one->letters + m->start;
            for (size_t p = m->start; p < m->start + m->motif->width; p++) {
                mistakes += used[p];
                used[p] = true;
            }
        }
    }
    ck_assert_msg(mistakes == 0, "%zu mistakes (seed %llu)", mistakes, (unsigned long long)SEED);
    expect_fit("reverse strand", reversed, expected, 2);
    tfl_simulator_free(s);
    tfl_design_free(d);
}
END_TEST

/* Column 3 of GATA_disc1 is all G, 4 A, 5 T: reverse complemented, C, T, A from the other end. */
START_TEST(reverse_instances_are_reverse_complements)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d =
        read_text("[design]\nsequences = 500\npseudocount = 0\ntasks = t\n[class a]\nplant = GATA_disc1 reverse=1\n");
    tfl_simulator *s = NULL;
    const tfl_simulated *one = NULL;
    ck_assert_int_eq(tfl_simulator_create(d, SEED, &s, &err), TFL_OK);
    for (size_t i = 0; i < d->n; i++) {
        ck_assert_int_eq(tfl_simulate(s, i, &one, &err), TFL_OK);
        ck_assert_int_eq(strncmp(one->instance[0].word + 4, "ATC", 3), 0);
    }
    tfl_simulator_free(s);
    tfl_design_free(d);
}
END_TEST

START_TEST(shares_that_do_not_divide_are_rounded)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d =
        read_text("[design]\nsequences = 10\ntasks = t\n[class a]\n[class b]\n[class c]\n[class never]\nweight = 0\n");
    tfl_simulator *s = NULL;
    const tfl_simulated *one = NULL;
    size_t class[4] = {0}, split[3] = {0};
    ck_assert_int_eq(tfl_simulator_create(d, SEED, &s, &err), TFL_OK);
    for (size_t i = 0; i < d->n; i++) {
        ck_assert_int_eq(tfl_simulate(s, i, &one, &err), TFL_OK);
        class[one->class_index]++;
        split[one->split]++;
    }
    ck_assert(class[0] == 4 && class[1] == 3 && class[2] == 3 && class[3] == 0);
    ck_assert(split[0] == 8 && split[1] == 1 && split[2] == 1);
    tfl_simulator_free(s);
    tfl_design_free(d);
}
END_TEST

START_TEST(a_length_that_is_too_short_is_told)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_simulator *s = NULL;
    design->length = 77;
    ck_assert_int_eq(tfl_design_check(design, &err), TFL_EINPUT);
    ck_assert_str_eq(
        err.message,
        "design tal1-gata1: class both: the instances do not fit without overlap into 77 letters when each motif is "
        "planted as often as its max allows; make max smaller or the sequences longer");
    tfl_error_clear(&err);
    ck_assert_int_eq(tfl_simulator_create(design, 1, &s, &err), TFL_EINPUT);
    ck_assert_ptr_null(s);
    tfl_error_clear(&err);
    design->length = 78; /* 3 * 10 + 3 * 16 */
    ck_assert_int_eq(tfl_design_check(design, &err), TFL_OK);
}
END_TEST

/* ---------------------------------------------------------------- design files */

static char *written(const tfl_design *d, uint64_t seed)
{
    char path[] = "test_simulate.XXXXXX";
    tfl_error err = TFL_ERROR_INIT;
    tfl_output *output = NULL;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(tfl_output_open(path, TFL_PLAIN, &output, &err), TFL_OK);
    ck_assert_int_eq(tfl_design_write(d, seed, output, &err), TFL_OK);
    ck_assert_int_eq(tfl_output_commit(output, &err), TFL_OK);
    ck_assert_int_eq(close(fd), 0);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    char *text = tfl_calloc(8192, 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(fread(text, 1, 8191, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(unlink(path), 0);
    return text;
}

static void expect_round_trip(const tfl_design *d)
{
    char *once = written(d, 42);
    tfl_design *again = read_text(once);
    ck_assert(again->seed == 42);
    char *twice = written(again, 42);
    ck_assert_str_eq(once, twice);
    tfl_design_free(again);
    free(once);
    free(twice);
}

/* A design that was not read from a file can ask for any number. */
START_TEST(more_sequences_than_can_be_dealt_are_refused)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_simulator *none = NULL;
    design->n = (size_t)UINT32_MAX + 1;
    if (design->n > 0) { /* it is 0 where sizes have 32 bits */
        ck_assert_int_eq(tfl_simulator_create(design, SEED, &none, &err), TFL_EUNSUPPORTED);
        ck_assert_ptr_null(none);
        ck_assert_ptr_nonnull(strstr(err.message, "4294967295 is the most"));
    }
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    expect_round_trip(design);
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d = NULL;
    char path[4096];
    test_source_path(path, sizeof path, "sims/grammar.ini");
    ck_assert_msg(tfl_design_read(path, &d, &err) == TFL_OK, "%s", err.message);
    expect_round_trip(d);
    tfl_design_free(d);
}
END_TEST

START_TEST(the_built_in_design_is_the_file)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d = NULL;
    char path[4096];
    test_source_path(path, sizeof path, "sims/tal1-gata1.ini");
    ck_assert_msg(tfl_design_read(path, &d, &err) == TFL_OK, "%s", err.message);
    char *of_file = written(d, 1), *built_in = written(design, 1);
    ck_assert_str_eq(of_file, built_in);
    ck_assert_str_eq(tfl_design_builtin(0), design->name);
    free(of_file);
    free(built_in);
    tfl_design_free(d);
}
END_TEST

#define DESIGN "[design]\ntasks = t, u\n" /* two lines */

static const char *const bad[][2] = {
    {"", "d.ini: has no [class NAME], and one at least is needed"},
    {"length = 5\n", "d.ini:1: \"length\" stands in front of the first section, which must be [design]"},
    {"[class a]\n", "d.ini:1: the first section must be [design]"},
    {"[design]\n[class a]\n", "d.ini:2: [design] must name its tasks first: tasks = NAME, NAME"},
    {DESIGN, "d.ini: has no [class NAME], and one at least is needed"},
    {DESIGN "[design]\n", "d.ini:3: [design] comes twice"},
    {DESIGN "[classes]\n", "d.ini:3: there is no section [classes]; sections are [design] and [class NAME]"},
    {DESIGN "[class]\n", "d.ini:3: a class needs a name without blanks: [class NAME]"},
    {DESIGN "[class a\n", "d.ini:3: a section's heading has no \"]\""},
    {DESIGN "[class a] plant = X\n", "d.ini:3: something stands behind a section's heading: \"plant = X\""},
    {DESIGN "[class a]\n[class a]\n", "d.ini:4: class a comes twice"},
    {DESIGN "lenght = 5\n", "d.ini:3: there is no key \"lenght\" here; keys are name, sequences, length, seed, "
                            "background, pseudocount, split, tasks, motifs"},
    {DESIGN "nothing\n", "d.ini:3: neither a [section] nor KEY = VALUE"},
    {DESIGN "length = 0\n", "d.ini:3: length: \"0\" is not a whole number from 1 to 100000000"},
    {DESIGN "sequences = many\n", "d.ini:3: sequences: \"many\" is not a whole number from 1 to 1000000000"},
    {DESIGN "seed = -1\n", "d.ini:3: seed: \"-1\" is not a whole number from 0 to 18446744073709551615"},
    {DESIGN "length = 5\n\n; a comment\nlength = 6\n", "d.ini:6: length: comes twice in this section"},
    {DESIGN "background = 0.3, 0.2, 0.2\n", "d.ini:3: background: has 3 numbers, and 4 are needed"},
    {DESIGN "background = 0.3, 0.2, 0.2, 0.4\n", "d.ini:3: background: the numbers sum to 1.1, and should to 1"},
    {DESIGN "split = 0.8, 0.1, -0.1\n", "d.ini:3: split: \"-0.1\" is not a number from 0 to 1"},
    {DESIGN "split = 0.5, 0.25, 0.25, 0\n", "d.ini:3: split: has more than 3 numbers"},
    {DESIGN "pseudocount = nan\n", "d.ini:3: pseudocount: \"nan\" is not a number from 0 to 1"},
    {"[design]\ntasks = t, t\n", "d.ini:2: tasks: \"t\" comes twice"},
    {"[design]\ntasks = t, class\n",
     "d.ini:2: tasks: \"class\" is what another column of labels.tsv is called; another name is needed"},
    {"[design]\ntasks = t\x01\n", "d.ini:2: tasks: \"t?\": a name without control characters is needed"},
    {DESIGN "[class a\x7f]\n", "d.ini:3: class \"a?\": a name without control characters is needed"},
    {"[design]\ntasks =\n", "d.ini:2: tasks: is empty, and one task at least is needed"},
    {DESIGN "[class a]\nlabels = v\n", "d.ini:4: labels: \"v\" is none of the tasks that [design] names"},
    {DESIGN "[class a]\nlength = 5\n", "d.ini:4: there is no key \"length\" here; keys are weight, labels, plant"},
    {DESIGN "[class a]\nweight = -1\n", "d.ini:4: weight: \"-1\" is not a number from 0 to 1e+09"},
    {DESIGN "[class a]\nweight = 0\n", "d.ini: all classes have weight 0"},
    {DESIGN "[class a]\nplant =\n",
     "d.ini:4: plant: is empty; a motif's name is needed, and perhaps mean=, min=, max=, reverse=, within="},
    {DESIGN "[class a]\nplant = GATA_disc1 often\n",
     "d.ini:4: plant: \"often\" is not KEY=VALUE; keys are mean, min, max, reverse, within"},
    {DESIGN "[class a]\nplant = GATA_disc1 most=3\n",
     "d.ini:4: plant: there is no key \"most\"; keys are mean, min, max, reverse, within"},
    {DESIGN "[class a]\nplant = GATA_disc1 max=3 max=4\n", "d.ini:4: plant: max comes twice"},
    {DESIGN "[class a]\nplant = GATA_disc1 mean=2 max=4\n", "d.ini:4: plant: mean needs min and max with it"},
    {DESIGN "[class a]\nplant = GATA_disc1 min=2\n",
     "d.ini:4: plant: min is 2 and max is 1; min cannot be larger (both are 1 unless given)"},
    {DESIGN "[class a]\nplant = GATA_disc1 reverse=2\n", "d.ini:4: plant: reverse: \"2\" is not a number from 0 to 1"},
    {DESIGN "[class a]\nplant = GATA_disc1 mean=0 min=0 max=4\n",
     "d.ini:4: plant: mean: \"0\" is not a number from 1e-06 to 1000"},
    {DESIGN "[class a]\nplant = GATA_disc1 within=50\n",
     "d.ini:4: plant: within: \"50\" is not FIRST-LAST, 0-based, LAST itself outside"},
    {DESIGN "[class a]\nplant = GATA_disc1 within=50-50\n",
     "d.ini:4: plant: within: \"50-50\" is not FIRST-LAST, 0-based, LAST itself outside"},
    {DESIGN "[class a]\nplant = GATA_disc1\n[class b]\nplant = GATA_disc1\nplant = GATA1\n",
     "d.ini:7: class b: there is no motif \"GATA1\" in the built-in motifs"},
    {DESIGN "[class a]\nplant = GATA_disc1 within=50-59\n",
     "d.ini:4: class a: GATA_disc1 has 10 letters and does not fit into 50-59"},
    {DESIGN "[class a]\nplant = GATA_disc1 within=150-201\n",
     "d.ini:4: class a: GATA_disc1 lies within 150-201, but the sequences have 200 letters"},
    {DESIGN "[class a]\nweight = 1\nplant = GATA_disc1 min=3 max=3 within=0-29\n",
     "d.ini:3: class a: the instances do not fit without overlap into 200 letters when each motif is planted as often "
     "as its max allows; make "
     "max smaller or the sequences longer"},
    {DESIGN "motifs = /nowhere/x.meme\n[class a]\n",
     "d.ini:3: /nowhere/x.meme: cannot open: No such file or directory"},
};

START_TEST(mistakes_are_told_with_their_line)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d = NULL;
    tfl_status status = tfl_design_read_memory(bad[_i][0], strlen(bad[_i][0]), "d.ini", &d, &err);
    ck_assert_ptr_null(d);
    ck_assert_int_eq(status, err.status);
    ck_assert_str_eq(err.message, bad[_i][1]);
}
END_TEST

START_TEST(long_lines_and_indentation)
{
    char text[2048] = "  [design]\n   tasks = t\n\tlength = 50 ; a comment behind\n; ";
    memset(text + strlen(text), 'x', 1000);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "\n[class a] # comment\n");
    tfl_design *d = read_text(text);
    ck_assert_uint_eq(d->length, 50);
    tfl_design_free(d);

    tfl_error err = TFL_ERROR_INIT;
    memset(text, 0, sizeof text);
    (void)snprintf(text, sizeof text, "[design]\nname = ");
    memset(text + strlen(text), 'x', 1000);
    ck_assert_int_eq(tfl_design_read_memory(text, strlen(text), "d.ini", &d, &err), TFL_EINPUT);
    ck_assert_msg(strncmp(err.message, "d.ini:2: the line has 1007 letters, and ", 40) == 0, "%s", err.message);
}
END_TEST

START_TEST(unknown_designs_are_told)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *d = NULL;
    ck_assert_int_eq(tfl_design_read("nowhere", &d, &err), TFL_EINPUT);
    ck_assert_str_eq(err.message, "nowhere: there is no such file, and no such design built in (tal1-gata1)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("simulate");
    TCase *arranging = tcase_create("arranging");
    tcase_add_loop_test(arranging, arrangements_are_uniform, 0,
                        (int)(sizeof arrangement_cases / sizeof *arrangement_cases));
    tcase_add_test(arranging, what_cannot_be_is_known);
    tcase_add_test(arranging, ranges_have_a_limit);
    suite_add_tcase(suite, arranging);
    TCase *paper = tcase_create("the paper's simulation");
    tcase_add_checked_fixture(paper, set_up, tear_down);
    tcase_add_test(paper, shares_are_exact);
    tcase_add_test(paper, labels_are_the_papers);
    tcase_add_test(paper, numbers_of_instances_are_cut_poisson);
    tcase_add_loop_test(paper, words_are_drawn_column_by_column, 0, 2);
    tcase_add_test(paper, background_is_drawn_letter_by_letter);
    tcase_add_test(paper, a_single_instance_lies_anywhere);
    tcase_add_test(paper, a_sequence_depends_on_seed_and_number_alone);
    tcase_add_test(paper, a_length_that_is_too_short_is_told);
    tcase_add_test(paper, more_sequences_than_can_be_dealt_are_refused);
    tcase_add_test(paper, what_is_written_reads_back);
    tcase_add_test(paper, the_built_in_design_is_the_file);
    suite_add_tcase(suite, paper);
    TCase *designs = tcase_create("designs");
    tcase_add_test(designs, instances_keep_to_range_and_strand);
    tcase_add_test(designs, reverse_instances_are_reverse_complements);
    tcase_add_test(designs, shares_that_do_not_divide_are_rounded);
    tcase_add_loop_test(designs, mistakes_are_told_with_their_line, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(designs, long_lines_and_indentation);
    tcase_add_test(designs, unknown_designs_are_told);
    suite_add_tcase(suite, designs);
    return test_run(suite);
}
