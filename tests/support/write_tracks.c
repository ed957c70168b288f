/*
 * write_tracks FOLDER: random contributions of 20 sequences to one task, in every format (FOLDER/scores.SUFFIX), and the sequences
 * (FOLDER/seqs.fa), for scripts that check them with readers of others.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tflift/rng.h"
#include "tflift/track.h"

enum { SEED = 3, N = 20, LENGTH = 50, FORMATS = 5 };

typedef struct files {
    tfl_track *track[FORMATS];
    FILE *fasta;
} files;

static tfl_status open_all(files *to, const char *folder, tfl_error *err)
{
    static const char *const suffix[FORMATS] = {"bedgraph", "bed", "bw", "tsv", "npz"};
    static const tfl_track_options options = {.hypothetical = true, .description = "made by write_tracks"};
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/seqs.fa", folder);
    to->fasta = fopen(path, "w");
    tfl_status status = to->fasta == NULL ? tfl_fail(err, TFL_EIO, "%s: cannot open", path) : TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < FORMATS; i++) {
        (void)snprintf(path, sizeof path, "%s/scores.%s", folder, suffix[i]);
        status = tfl_track_open(path, tfl_track_format_for(path), &options, &to->track[i], err);
    }
    return status;
}

static tfl_status write_record(files *to, size_t i, tfl_error *err)
{
    char name[64];
    char contig[] = "chrX";
    char letters[LENGTH + 1] = "";
    float contribution[LENGTH * 4];
    float hypothetical[LENGTH * 4];
    tfl_rng rng;
    int start = 1000 + 70 * (int)i;
    tfl_region region = {contig, start, LENGTH, i % 2 == 0 ? '+' : '-', true};
    (void)snprintf(name, sizeof name, "chrX:%d-%d(%c)", start, start + LENGTH, region.strand);
    tfl_rng_init(&rng, SEED, name, 0);
    for (size_t k = 0; k < LENGTH; k++) {
        letters[k] = "ACGTN"[tfl_rng_below(&rng, 20) == 0 ? 4 : tfl_rng_below(&rng, 4)];
        for (size_t c = 0; c < 4; c++) {
            contribution[4 * k + c] = (float)tfl_rng_normal(&rng);
            hypothetical[4 * k + c] = (float)tfl_rng_normal(&rng);
        }
    }
    (void)fprintf(to->fasta, ">%s\n%s\n", name, letters);
    const tfl_track_record record = {name, &region, letters, LENGTH, "task", contribution, hypothetical};
    tfl_status status = TFL_OK;
    for (size_t f = 0; status == TFL_OK && f < FORMATS; f++) {
        status = tfl_track_write(to->track[f], &record, err);
    }
    return status;
}

static tfl_status run(const char *folder, tfl_error *err)
{
    files to = {{NULL}, NULL};
    tfl_status status = open_all(&to, folder, err);
    for (size_t i = 0; status == TFL_OK && i < N; i++) {
        status = write_record(&to, i, err);
    }
    for (size_t f = 0; f < FORMATS; f++) {
        if (status == TFL_OK) {
            status = tfl_track_commit(to.track[f], NULL, err);
        } else {
            tfl_track_discard(to.track[f]);
        }
    }
    if (to.fasta != NULL && fclose(to.fasta) != 0 && status == TFL_OK) {
        status = tfl_fail(err, TFL_EIO, "%s/seqs.fa: cannot write", folder);
    }
    return status;
}

int main(int argc, char **argv)
{
    tfl_error err = TFL_ERROR_INIT;
    if (argc != 2) {
        fputs("usage: write_tracks FOLDER\n", stderr);
        return 2;
    }
    if (run(argv[1], &err) != TFL_OK) {
        fprintf(stderr, "write_tracks: %s\n", err.message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
