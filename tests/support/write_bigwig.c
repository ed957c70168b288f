/*
 * write_bigwig OUT < SPEC: a bigWig from lines on standard input, for scripts that check it with readers of others:
 *   contig NAME LENGTH              in the order in which values come
 *   values CONTIG START FILE N      N float32 of this host's byte order, from FILE (a contig is its 0-based number)
 * Values of one line go to the writer in pieces, so that pieces need not be sections.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/bigwig.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/number.h"

enum { PIECE = 3001 };

typedef struct spec {
    char **contig;
    int64_t *length;
    size_t n, capacity[2];
    tfl_bigwig_writer *writer;
} spec;

static tfl_status add_contig(spec *all, char **field, tfl_error *err)
{
    tfl_status status = TFL_GROW(all->contig, &all->capacity[0], all->n + 1, "contigs", err);
    if (status == TFL_OK) {
        status = TFL_GROW(all->length, &all->capacity[1], all->n + 1, "contigs", err);
    }
    if (status != TFL_OK) {
        return status;
    }
    all->contig[all->n] = tfl_strdup(field[1]);
    if (all->contig[all->n] == NULL || !tfl_parse_int(field[2], INT64_MIN, INT64_MAX, &all->length[all->n])) {
        return tfl_fail(err, TFL_EINPUT, "contig %s: not a length", field[1]);
    }
    all->n++;
    return TFL_OK;
}

static tfl_status add_values(spec *all, char **field, tfl_error *err)
{
    float value[PIECE];
    int64_t contig = 0;
    int64_t start = 0;
    int64_t n = 0;
    if (!tfl_parse_int(field[1], 0, INT64_MAX, &contig) || !tfl_parse_int(field[2], INT64_MIN, INT64_MAX, &start) ||
        !tfl_parse_int(field[4], 0, INT64_MAX, &n)) {
        return tfl_fail(err, TFL_EINPUT, "values: not numbers");
    }
    FILE *file = fopen(field[3], "rb");
    if (file == NULL) {
        return tfl_fail(err, TFL_EIO, "%s: cannot open", field[3]);
    }
    tfl_status status = TFL_OK;
    while (status == TFL_OK && n > 0) {
        size_t part = n < PIECE ? (size_t)n : PIECE;
        if (fread(value, sizeof *value, part, file) != part) {
            status = tfl_fail(err, TFL_EIO, "%s: too short", field[3]);
            break;
        }
        status = tfl_bigwig_write(all->writer, (size_t)contig, start, value, part, err);
        start += (int64_t)part;
        n -= (int64_t)part;
    }
    (void)fclose(file);
    return status;
}

static tfl_status take(spec *all, const char *path, char *line, tfl_error *err)
{
    char *field[5];
    size_t n = tfl_lines_split(line, ' ', field, 5);
    if (n == 3 && strcmp(field[0], "contig") == 0) {
        return add_contig(all, field, err);
    }
    if (n != 5 || strcmp(field[0], "values") != 0) {
        return tfl_fail(err, TFL_EINPUT, "neither a contig nor values");
    }
    tfl_status status = TFL_OK;
    if (all->writer == NULL) {
        status = tfl_bigwig_create(path, (const char *const *)all->contig, all->length, all->n, &all->writer, err);
    }
    return status == TFL_OK ? add_values(all, field, err) : status;
}

static tfl_status run(spec *all, const char *path, tfl_error *err)
{
    tfl_lines *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    tfl_status status = tfl_lines_open("-", &lines, err);
    while (status == TFL_OK) {
        status = tfl_lines_next(lines, &line, &length, err);
        if (status != TFL_OK || line == NULL) {
            break;
        }
        status = take(all, path, line, err);
    }
    tfl_lines_close(lines);
    if (status == TFL_OK && all->writer == NULL) { /* a track without values */
        status = tfl_bigwig_create(path, (const char *const *)all->contig, all->length, all->n, &all->writer, err);
    }
    if (status != TFL_OK) {
        tfl_bigwig_discard(all->writer);
        return status;
    }
    return tfl_bigwig_commit(all->writer, err);
}

int main(int argc, char **argv)
{
    spec all = {0};
    tfl_error err = TFL_ERROR_INIT;
    if (argc != 2) {
        fputs("usage: write_bigwig OUT < SPEC\n", stderr);
        return 2;
    }
    tfl_status status = run(&all, argv[1], &err);
    for (size_t i = 0; i < all.n; i++) {
        free(all.contig[i]);
    }
    free(all.contig);
    free(all.length);
    if (status != TFL_OK) {
        fprintf(stderr, "write_bigwig: %s\n", err.message);
    }
    return status == TFL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
