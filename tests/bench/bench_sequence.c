/*
 * How fast sequences are read and shuffled, beside plain ways in the same run: FASTA beside a loop that only takes the lines from HTSlib, plain
 * and BGZF, and dinucleotide shuffles of 200 bp beside the textbook's algorithm. They take turns, in
 * processor time.
 *
 * usage: bench_sequence [ROUNDS]
 */
#include "config.h"

#include "tests/bench/support.h"

#include "tflift/fasta.h"
#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/rng.h"
#include "tflift/shuffle.h"

#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASES = 20000000, LINE = 60, LENGTH = 200, SHUFFLES = 20000, PATH_SIZE = 4096 };

/* ---------------------------------------------------------------- FASTA */

static void write_fasta(const char *path)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_output *output = NULL;
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "letters", 0);
    bench_need(tfl_output_open(path, TFL_BY_NAME, &output, &err) == TFL_OK, err.message);
    for (size_t i = 0; i < BASES; i += LINE) {
        char line[LINE + 2];
        if (i % (LINE * 10000) == 0) {
            bench_need(tfl_output_printf(output, &err, ">s%zu\n", i) == TFL_OK, err.message);
        }
        for (size_t j = 0; j < LINE; j++) {
            line[j] = "ACGT"[tfl_rng_below(&rng, 4)];
        }
        line[LINE] = '\n';
        bench_need(tfl_output_write(output, line, LINE + 1, &err) == TFL_OK, err.message);
    }
    bench_need(tfl_output_commit(output, &err) == TFL_OK, err.message);
}

static double read_fasta(const char *path)
{
    tfl_error err = TFL_ERROR_INIT;
    double start = bench_cpu_time();
    tfl_fasta *fasta = NULL;
    tfl_sequence sequence = {0};
    int found = 0;
    size_t bases = 0;
    bench_need(tfl_fasta_open(path, TFL_FASTA_UNIQUE, &fasta, &err) == TFL_OK, err.message);
    do {
        bench_need(tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK, err.message);
        bases += found != 0 ? sequence.length : 0;
    } while (found);
    bench_need(bases >= BASES, "letters are missing");
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return bench_cpu_time() - start;
}

static double read_lines(const char *path)
{
    double start = bench_cpu_time();
    kstring_t line = {0, 0, NULL};
    size_t bases = 0;
    BGZF *file = bgzf_open(path, "r");
    bench_need(file != NULL, "cannot open what was just written");
    while (bgzf_getline(file, '\n', &line) >= 0) {
        bases += line.s[0] != '>' ? line.l : 0;
    }
    bench_need(bases >= BASES && bgzf_close(file) == 0, "letters are missing");
    free(line.s);
    return bench_cpu_time() - start;
}

/* ---------------------------------------------------------------- shuffling */

static double shuffle(tfl_shuffler *shuffler, const char *letters, unsigned k)
{
    tfl_error err = TFL_ERROR_INIT;
    char out[LENGTH];
    double start = bench_cpu_time();
    for (uint64_t i = 0; i < SHUFFLES; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, 1, "bench", i);
        bench_need(tfl_shuffle(shuffler, letters + i % 1000 * LENGTH, LENGTH, k, &rng, out, &err) == TFL_OK, err.message);
    }
    return bench_cpu_time() - start;
}

/* Altschul and Erickson, 1985: draw last exits until they lead to the end, shuffle the others, walk. */
static bool leads_to_end(unsigned from, unsigned end, const unsigned *last, unsigned (*exit)[LENGTH])
{
    for (unsigned steps = 0; steps < 4 && from != end; steps++) {
        from = exit[from][last[from]];
    }
    return from == end;
}

static void plain_shuffle(const char *letters, tfl_rng *rng, char *out)
{
    unsigned exit[4][LENGTH], n[4] = {0}, last[4] = {0}, used[4] = {0};
    unsigned code[256] = {['A'] = 0, ['C'] = 1, ['G'] = 2, ['T'] = 3};
    unsigned end = code[(unsigned char)letters[LENGTH - 1]];
    for (size_t i = 0; i + 1 < LENGTH; i++) {
        unsigned from = code[(unsigned char)letters[i]];
        exit[from][n[from]++] = code[(unsigned char)letters[i + 1]];
    }
    bool good = false;
    while (!good) {
        good = true;
        for (unsigned v = 0; v < 4; v++) {
            last[v] = n[v] > 0 ? tfl_rng_below(rng, n[v]) : 0;
        }
        for (unsigned v = 0; v < 4; v++) {
            good = good && (n[v] == 0 || leads_to_end(v, end, last, exit));
        }
    }
    for (unsigned v = 0; v < 4; v++) {
        unsigned free_exits = v != end && n[v] > 0 ? n[v] - 1 : n[v];
        unsigned kept = exit[v][last[v]];
        if (free_exits < n[v]) {
            exit[v][last[v]] = exit[v][free_exits];
            exit[v][free_exits] = kept;
        }
        for (unsigned i = free_exits; i > 1; i--) {
            unsigned j = tfl_rng_below(rng, i);
            kept = exit[v][i - 1];
            exit[v][i - 1] = exit[v][j];
            exit[v][j] = kept;
        }
    }
    unsigned v = code[(unsigned char)letters[0]];
    out[0] = letters[0];
    for (size_t i = 1; i < LENGTH; i++) {
        v = exit[v][used[v]++];
        out[i] = "ACGT"[v];
    }
}

static double shuffle_plainly(const char *letters)
{
    char out[LENGTH];
    double start = bench_cpu_time();
    for (uint64_t i = 0; i < SHUFFLES; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, 1, "bench", i);
        plain_shuffle(letters + i % 1000 * LENGTH, &rng, out);
    }
    return bench_cpu_time() - start;
}

/* ---------------------------------------------------------------- turns */

typedef struct rates {
    const char *what, *plain;
    double rate[BENCH_ROUNDS], ratio[BENCH_ROUNDS]; /* Mbp/s, and to that of the plain way */
} rates;

static void note(rates *r, size_t round, double bases, double seconds, double plain_seconds)
{
    r->rate[round] = 1e-6 * bases / seconds;
    r->ratio[round] = plain_seconds / seconds;
}

static char *make_letters(void)
{
    tfl_rng rng;
    char *letters = tfl_calloc(1000 * LENGTH, 1);
    bench_need(letters != NULL, "out of memory");
    tfl_rng_init(&rng, 1, "shuffled", 0);
    for (size_t i = 0; i < 1000 * LENGTH; i++) {
        letters[i] = "AAACCGGTTT"[tfl_rng_below(&rng, 10)];
    }
    return letters;
}

static void name_file(char path[PATH_SIZE], const char *suffix)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(path, PATH_SIZE, "%s/bench_sequence-%ld.fa%s", folder != NULL ? folder : "/tmp", (long)getpid(), suffix);
}

int main(int argc, char **argv)
{
    size_t rounds = bench_rounds(argc, argv, 5);
    static const char textbook[] = "the textbook's 2-let shuffles", lines[] = "taking lines from HTSlib alone";
    static rates r[] = {{"FASTA", lines, {0}, {0}},
                        {"FASTA, BGZF", lines, {0}, {0}},
                        {"1-let shuffles of 200 bp", textbook, {0}, {0}},
                        {"2-let shuffles of 200 bp", textbook, {0}, {0}},
                        {"3-let shuffles of 200 bp", textbook, {0}, {0}}};
    tfl_error err = TFL_ERROR_INIT;
    tfl_shuffler *shuffler = NULL;
    char *letters = make_letters();
    char path[2][PATH_SIZE];
    bench_need(tfl_shuffler_create(&shuffler, &err) == TFL_OK, err.message);
    for (int z = 0; z < 2; z++) {
        name_file(path[z], z == 0 ? "" : ".gz");
        write_fasta(path[z]);
    }
    for (size_t round = 0; round < rounds; round++) {
        for (int z = 0; z < 2; z++) {
            double plain = read_lines(path[z]);
            note(&r[z], round, BASES, read_fasta(path[z]), plain);
        }
        double plain = shuffle_plainly(letters);
        for (unsigned k = 1; k <= 3; k++) {
            note(&r[1 + k], round, (double)SHUFFLES * LENGTH, shuffle(shuffler, letters, k), plain);
        }
    }
    printf("\nOne thread, %zu rounds: median (least to most).\n\n| what | Mbp/s | times | that of |\n|---|---|---|---|\n", rounds);
    for (size_t i = 0; i < sizeof r / sizeof *r; i++) {
        printf("| %s |", r[i].what);
        bench_print_cell(r[i].rate, rounds, 0);
        bench_print_cell(r[i].ratio, rounds, 2);
        printf(" %s |\n", r[i].plain);
    }
    (void)unlink(path[0]);
    (void)unlink(path[1]);
    tfl_shuffler_free(shuffler);
    free(letters);
    return EXIT_SUCCESS;
}
