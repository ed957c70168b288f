/*
 * read_scores SCORES FASTA [TASK]: name, position and value of every base that has one, for scripts that check what tfl_scores reads.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tflift/fasta.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/region.h"
#include "tflift/scores.h"

static tfl_status print_values(tfl_scores *scores, const tfl_sequence *sequence, tfl_error *err)
{
    tfl_region region = {0};
    int any = 0;
    float *value = tfl_calloc(sequence->length, sizeof *value);
    if (value == NULL) {
        return tfl_fail_memory(err, sequence->name);
    }
    tfl_status status = tfl_region_parse(sequence->name, sequence->length, true, &region, err);
    if (status == TFL_OK) {
        status = tfl_scores_find(scores, sequence, &region, value, &any, err);
    }
    for (size_t i = 0; status == TFL_OK && i < sequence->length; i++) {
        char text[TFL_NUMBER_SIZE];
        if (!isnan(value[i])) {
            tfl_format_float(text, value[i]);
            printf("%s\t%zu\t%s\n", sequence->name, i, text);
        }
    }
    tfl_region_clear(&region);
    free(value);
    return status;
}

static tfl_status run(char **argv, const char *task, tfl_error *err)
{
    tfl_scores *scores = NULL;
    tfl_fasta *fasta = NULL;
    tfl_sequence sequence = {0};
    int found = 1;
    tfl_status status = tfl_scores_open(argv[1], task, &scores, err);
    if (status == TFL_OK) {
        status = tfl_fasta_open(argv[2], 0, &fasta, err);
    }
    while (status == TFL_OK) {
        status = tfl_fasta_next(fasta, &sequence, &found, err);
        if (status != TFL_OK || !found) {
            break;
        }
        status = print_values(scores, &sequence, err);
    }
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    tfl_scores_close(scores);
    return status;
}

int main(int argc, char **argv)
{
    tfl_error err = TFL_ERROR_INIT;
    if (argc < 3 || argc > 4) {
        fputs("usage: read_scores SCORES FASTA [TASK]\n", stderr);
        return 2;
    }
    if (run(argv, argc == 4 ? argv[3] : NULL, &err) != TFL_OK) {
        fprintf(stderr, "read_scores: %s\n", err.message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
