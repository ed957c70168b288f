/*
 * How fast tracks are written: contributions of 1000 regions of 1000 bases, in each format, beside a plain writer with fprintf("%g") in the
 * same run. Text goes to /dev/null, bigWig and npz to a file in $TMPDIR, removed again. The writers take turns, in processor time.
 * %g rounds to 6 digits; ours read back as the same number.
 *
 * usage: bench_write [ROUNDS]
 */
#include "config.h"

#include "tests/bench/support.h"

#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/rng.h"
#include "tflift/track.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LIBDEFLATE
#define BY "libdeflate"
#else
#define BY "zlib"
#endif

enum { RECORDS = 1000, LENGTH = 1000, NAME = 32 };

typedef struct data {
    float *contribution;            /* [LENGTH][4], one letter of each position */
    float *hypothetical;            /* [LENGTH][4] */
    char letters[LENGTH + 1];
} data;

static data make_data(void)
{
    tfl_rng rng;
    tfl_rng_init(&rng, 1, "values", 0);
    data d = {.contribution = tfl_alloc_floats(4 * LENGTH), .hypothetical = tfl_alloc_floats(4 * LENGTH)};
    bench_need(d.contribution != NULL && d.hypothetical != NULL, "out of memory");
    for (size_t i = 0; i < LENGTH; i++) {
        unsigned letter = tfl_rng_below(&rng, 4);
        d.letters[i] = "ACGT"[letter];
        for (unsigned b = 0; b < 4; b++) {
            d.hypothetical[4 * i + b] = (float)(tfl_rng_normal(&rng) * exp(tfl_rng_normal(&rng)) / 10);
            d.contribution[4 * i + b] = b == letter ? d.hypothetical[4 * i + b] : 0;
        }
    }
    return d;
}

/* ---------------------------------------------------------------- ours */

static void write_track(const tfl_track_format *format, bool hypothetical, bool placed, const data *d, const char *path)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_track_options options = {.hypothetical = hypothetical};
    tfl_track *track = NULL;
    char contig[] = "chr1";
    bench_need(tfl_track_open(path, format, &options, &track, &err) == TFL_OK, err.message);
    for (unsigned i = 0; i < RECORDS; i++) {
        char name[NAME];
        (void)snprintf(name, sizeof name, placed ? "chr1:%u-%u" : "s%u", 100000000 + i * 2000, 100000000 + i * 2000 + LENGTH);
        tfl_region region = {placed ? contig : name, placed ? 100000000 + (int64_t)i * 2000 : 0, LENGTH, '+', placed};
        tfl_track_record record = {.name = name,
                                   .region = &region,
                                   .letters = d->letters,
                                   .length = LENGTH,
                                   .task = "0",
                                   .contribution = d->contribution,
                                   .hypothetical = d->hypothetical};
        bench_need(tfl_track_write(track, &record, &err) == TFL_OK, err.message);
    }
    bench_need(tfl_track_commit(track, NULL, &err) == TFL_OK, err.message);
}

/* ---------------------------------------------------------------- the plain way */

static void write_plainly(bool hypothetical, const data *d)
{
    FILE *out = fopen("/dev/null", "w");
    bench_need(out != NULL, "/dev/null: cannot write");
    for (unsigned i = 0; i < RECORDS; i++) {
        unsigned start = 100000000 + i * 2000;
        for (unsigned j = 0; j < LENGTH; j++) {
            const float *h = d->hypothetical + 4 * (size_t)j;
            const float *c = d->contribution + 4 * (size_t)j;
            double value = (double)(c[0] + c[1] + c[2] + c[3]);
            if (hypothetical) {
                (void)fprintf(out, "s%u\t%u\t%c\t0\t%g\t%g\t%g\t%g\t%g\n", i, j, d->letters[j], value, (double)h[0], (double)h[1], (double)h[2],
                              (double)h[3]);
            } else {
                (void)fprintf(out, "chr1\t%u\t%u\t%g\n", start + j, start + j + 1, value);
            }
        }
    }
    bench_need(fclose(out) == 0, "/dev/null: cannot write");
}

/* ---------------------------------------------------------------- turns */

typedef struct writer {
    const char *name, *format;
    bool hypothetical, placed;
    bool file; /* is needed, as a pipe will not do */
} writer;

static const writer writers[] = {
    {"bedGraph", "bedgraph", false, true, false}, {"bed", "bed", false, true, false},
    {"tsv", "tsv", false, false, false},          {"tsv, hypothetical", "tsv", true, false, false},
    {"npz, hypothetical", "npz", true, false, true}, {"bigWig, all zooms", "bigwig", false, true, true},
};

enum { WRITERS = sizeof writers / sizeof *writers };

static double bytes_of(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? (double)s.st_size : 0;
}

static double time_writer(const writer *w, const data *d, const char *path)
{
    const tfl_track_format *format = tfl_track_format_find(w->format);
    double start = bench_cpu_time();
    write_track(format, w->hypothetical, w->placed, d, path);
    return bench_cpu_time() - start;
}

static double time_plainly(bool hypothetical, const data *d)
{
    double start = bench_cpu_time();
    write_plainly(hypothetical, d);
    return bench_cpu_time() - start;
}

int main(int argc, char **argv)
{
    size_t rounds = bench_rounds(argc, argv, 5);
    const char *folder = getenv("TMPDIR");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/bench_write-%ld", folder != NULL ? folder : "/tmp", (long)getpid());
    data d = make_data();
    static double size[WRITERS], megabytes[WRITERS][BENCH_ROUNDS], bases[WRITERS][BENCH_ROUNDS], ratio[WRITERS][BENCH_ROUNDS];
    for (size_t k = 0; k < WRITERS; k++) {
        (void)time_writer(&writers[k], &d, path);
        size[k] = bytes_of(path);
        (void)unlink(path);
    }
    for (size_t r = 0; r < rounds; r++) {
        double plain[2] = {time_plainly(false, &d), time_plainly(true, &d)};
        for (size_t k = 0; k < WRITERS; k++) {
            double seconds = time_writer(&writers[k], &d, writers[k].file ? path : "/dev/null");
            megabytes[k][r] = 1e-6 * size[k] / seconds;
            bases[k][r] = 1e-6 * RECORDS * LENGTH / seconds;
            ratio[k][r] = plain[writers[k].hypothetical] / seconds;
            (void)unlink(path);
        }
    }
    printf("\nOne thread, %zu rounds: median (least to most); bigWig by %s.\n\n| format | MB/s | 10^6 bases/s | times the bases/s of fprintf(\"%%g\") |\n"
           "|---|---|---|---|\n",
           rounds, BY);
    for (size_t k = 0; k < WRITERS; k++) {
        printf("| %s |", writers[k].name);
        bench_print_cell(megabytes[k], rounds, 0);
        bench_print_cell(bases[k], rounds, 1);
        bench_print_cell(ratio[k], rounds, 1);
        printf("\n");
    }
    free(d.contribution);
    free(d.hypothetical);
    return EXIT_SUCCESS;
}
