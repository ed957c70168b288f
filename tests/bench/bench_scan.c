/*
 * How fast motifs are found: 100 motifs of widths 6 to 20 on both strands of 10 Mbp of random letters at p <= 1e-4, one thread. At every
 * processor level, beside a plain scan by turns: letter by letter, in double precision, over a hundredth of the sequence. A unit is 10^6
 * bases (both strands) times motifs per second of processor time.
 *
 * usage: bench_scan [ROUNDS]
 */
#include "config.h"

#include "tests/bench/support.h"

#include "tflift/cpu.h"
#include "tflift/memory.h"
#include "tflift/motif.h"
#include "tflift/rng.h"
#include "tflift/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOTIFS = 100, LENGTH = 10000000, PLAIN_LENGTH = 100000, MAX_LEVELS = TFL_CPUS };

/* As in public collections: most positions of a motif prefer one letter, some two, some none. */
static void random_column(tfl_rng *rng, double p[TFL_BASES])
{
    double strength = tfl_rng_uniform(rng);
    double main = strength < 0.5 ? 0.85 + 0.14 * tfl_rng_uniform(rng) : 0.3 + 0.4 * tfl_rng_uniform(rng);
    size_t best = tfl_rng_below(rng, TFL_BASES);
    for (size_t b = 0; b < TFL_BASES; b++) {
        p[b] = b == best ? main : (1 - main) / 3;
    }
}

static tfl_motifs *make_motifs(void)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "motifs", 0);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bench_need(out != NULL, "out of memory");
    for (unsigned i = 0; i < MOTIFS; i++) {
        unsigned width = 6 + tfl_rng_below(&rng, 15);
        (void)fprintf(out, ">m%u\n", i);
        for (unsigned j = 0; j < width; j++) {
            double p[TFL_BASES];
            random_column(&rng, p);
            (void)fprintf(out, "%.6f %.6f %.6f %.6f\n", p[0], p[1], p[2], p[3]);
        }
    }
    bench_need(fclose(out) == 0, "out of memory");
    tfl_motifs *motifs = NULL;
    bench_need(tfl_motifs_read_memory(text, size, "motifs", &motifs, &err) == TFL_OK, err.message);
    free(text);
    return motifs;
}

static char *make_letters(size_t length)
{
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "letters", 0);
    char *letters = tfl_calloc(length + 1, 1);
    bench_need(letters != NULL, "out of memory");
    for (size_t i = 0; i < length; i++) {
        letters[i] = "AAACCGGTTT"[tfl_rng_below(&rng, 10)];
    }
    return letters;
}

/* ---------------------------------------------------------------- the plain way */

static double plain_score(const tfl_logodds *logodds, const uint8_t *code, bool reverse)
{
    double score = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        score += reverse ? logodds->score[logodds->width - 1 - j][TFL_BASES - 1 - code[j]] : logodds->score[j][code[j]];
    }
    return score;
}

static size_t plain_scan(const tfl_scanner *scanner, const double *threshold, const uint8_t *code, size_t length)
{
    size_t found = 0;
    for (size_t i = 0; i < MOTIFS; i++) {
        const tfl_logodds *logodds = tfl_scanner_logodds(scanner, i);
        for (size_t start = 0; start + logodds->width <= length; start++) {
            found += plain_score(logodds, code + start, false) >= threshold[i];
            found += plain_score(logodds, code + start, true) >= threshold[i];
        }
    }
    return found;
}

static void find_thresholds(const tfl_scanner *scanner, double threshold[MOTIFS])
{
    tfl_error err = TFL_ERROR_INIT;
    for (size_t i = 0; i < MOTIFS; i++) {
        tfl_pvalues *pvalues = NULL;
        bench_need(tfl_pvalues_create(tfl_scanner_logodds(scanner, i), &pvalues, &err) == TFL_OK, err.message);
        threshold[i] = tfl_pvalues_threshold(pvalues, 1e-4) - 1e-6;
        tfl_pvalues_free(pvalues);
    }
}

/* ---------------------------------------------------------------- turns */

typedef struct level {
    const char *name;
    tfl_scanner *scanner;
    tfl_matches matches;
    double rate[BENCH_ROUNDS], ratio[BENCH_ROUNDS]; /* Mbp * motifs / s, and to the plain way's */
    double preparing;                               /* seconds */
} level;

static size_t make_levels(const tfl_motifs *motifs, level levels[MAX_LEVELS])
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_scan_options options = tfl_scan_defaults();
    size_t n = 0;
    for (const char *name; (name = tfl_cpu_level_at(n)) != NULL; n++) {
        bench_need(tfl_cpu_force(name), name);
        levels[n] = (level){.name = name};
        double start = bench_cpu_time();
        bench_need(tfl_scanner_create(motifs, &options, &levels[n].scanner, &err) == TFL_OK, err.message);
        levels[n].preparing = bench_cpu_time() - start;
    }
    return n;
}

static double time_level(level *l, const tfl_sequence *sequence)
{
    tfl_error err = TFL_ERROR_INIT;
    double start = bench_cpu_time();
    bench_need(tfl_scan(l->scanner, sequence, &l->matches, &err) == TFL_OK, err.message);
    return 1e-6 * MOTIFS * LENGTH / (bench_cpu_time() - start);
}

static size_t count_within(const tfl_matches *matches, size_t end, const tfl_motifs *motifs)
{
    size_t n = 0;
    for (size_t i = 0; i < matches->n; i++) {
        n += matches->match[i].start + motifs->motif[matches->match[i].motif].width <= end;
    }
    return n;
}

static void print_levels(level *levels, size_t n, const double *plain, size_t rounds)
{
    printf("\n%d motifs, both strands, %d Mbp, p <= 1e-4, one thread, %zu rounds: median (least to most).\n\n"
           "| way | Mbp motif/s | times the plain way | matches | ms to prepare |\n|---|---|---|---|---|\n| plain |",
           MOTIFS, LENGTH / 1000000, rounds);
    bench_print_cell(plain, rounds, 0);
    printf(" 1 | | |\n");
    for (size_t k = 0; k < n; k++) {
        printf("| %s |", levels[k].name);
        bench_print_cell(levels[k].rate, rounds, 0);
        bench_print_cell(levels[k].ratio, rounds, 1);
        printf(" %zu | %.0f |\n", levels[k].matches.n, 1e3 * levels[k].preparing);
    }
}

int main(int argc, char **argv)
{
    size_t rounds = bench_rounds(argc, argv, 5), found = 0;
    char name[] = "random";
    tfl_motifs *motifs = make_motifs();
    tfl_sequence sequence = {.name = name, .letters = make_letters(LENGTH), .length = LENGTH};
    static level levels[MAX_LEVELS];
    static uint8_t code[PLAIN_LENGTH];
    double threshold[MOTIFS], plain[BENCH_ROUNDS];
    size_t n = make_levels(motifs, levels);
    find_thresholds(levels[0].scanner, threshold);
    for (size_t i = 0; i < PLAIN_LENGTH; i++) {
        code[i] = tfl_base_code[(unsigned char)sequence.letters[i]];
    }
    for (size_t r = 0; r < rounds; r++) {
        double start = bench_cpu_time();
        found = plain_scan(levels[0].scanner, threshold, code, PLAIN_LENGTH);
        plain[r] = 1e-6 * MOTIFS * PLAIN_LENGTH / (bench_cpu_time() - start);
        for (size_t k = 0; k < n; k++) {
            levels[k].rate[r] = time_level(&levels[k], &sequence);
            levels[k].ratio[r] = levels[k].rate[r] / plain[r];
        }
    }
    print_levels(levels, n, plain, rounds);
    for (size_t k = 0; k < n; k++) {
        bench_need(count_within(&levels[k].matches, PLAIN_LENGTH, motifs) == found, "the plain way found something else");
        tfl_matches_clear(&levels[k].matches);
        tfl_scanner_free(levels[k].scanner);
    }
    tfl_motifs_free(motifs);
    free(sequence.letters);
    return EXIT_SUCCESS;
}
