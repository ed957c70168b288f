/* A genome and an index of it (what follows the first NUL byte): an index that is believed says what one made anew
 * says, and windows are the same by both. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/genome.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_index(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    fuzz_need(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "%s: cannot be written", path);
}

/* The letters of a contig, whole; NULL where that is an error. */
static char *read_contig(tfl_genome *genome, size_t contig, int64_t from, size_t length)
{
    tfl_error err = TFL_ERROR_INIT;
    char *letters = fuzz_calloc(length, 1);
    if (!fuzz_succeeded(tfl_genome_read(genome, contig, from, length, letters, &err), &err)) {
        free(letters);
        return NULL;
    }
    return letters;
}

static void compare_contig(tfl_genome *told, size_t contig, tfl_genome *anew)
{
    const char *name = tfl_genome_contig(told, contig);
    int64_t length = tfl_genome_length(told, contig);
    size_t other = 0;
    if (length == 0) {
        return;
    }
    fuzz_need(tfl_genome_find(anew, name, &other), "%s: is not there", name);
    if (tfl_genome_size(anew) > tfl_genome_size(told)) {
        return; /* a header may look like a line of letters; what is read of it is an error */
    }
    fuzz_need(tfl_genome_length(anew, other) == length, "%s: %lld, not %lld", name, (long long)length,
              (long long)tfl_genome_length(anew, other));
    for (int64_t from = 0; from < length; from += 1 + length / 5) {
        size_t n = (size_t)(length - from > length / 3 + 1 ? length / 3 + 1 : length - from);
        char *a = read_contig(told, contig, from, n), *b = read_contig(anew, other, from, n);
        fuzz_need((a == NULL) == (b == NULL), "%s: one of two windows fails", name);
        fuzz_need(a == NULL || memcmp(a, b, n) == 0, "%s: two windows differ", name);
        free(a);
        free(b);
    }
}

/* The genome without its index: by a name beside which none can be, or be written, which spares a sync for each input.
 */
static tfl_genome *open_anew(const char *path)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_genome *genome = NULL;
    char name[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    fuzz_need(fd >= 0, "%s: cannot be opened", path);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", fd);
    /* a file that cannot be indexed is no genome, whatever an index says */
    (void)fuzz_succeeded(tfl_genome_open(name, &genome, &err), &err);
    (void)close(fd);
    return genome;
}

static void compare(const char *path)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_genome *told = NULL, *anew = open_anew(path);
    bool believed = fuzz_succeeded(tfl_genome_open(path, &told, &err), &err);
    fuzz_need(believed == (told != NULL), "a genome in spite of an error, or none");
    for (size_t i = 0; believed && anew != NULL && i < tfl_genome_size(told); i++) {
        compare_contig(told, i, anew);
    }
    tfl_genome_close(told);
    tfl_genome_close(anew);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t fasta = end != NULL ? (size_t)(end - data) : size;
    char *path = fuzz_file(data, fasta), index[64], blocks[64];
    (void)snprintf(index, sizeof index, "%s.fai", path);
    (void)snprintf(blocks, sizeof blocks, "%s.gzi", path);
    if (end != NULL) {
        write_index(index, end + 1, size - fasta - 1);
        compare(path);
    } else {
        tfl_genome_close(open_anew(path));
    }
    (void)unlink(path);
    (void)unlink(index);
    (void)unlink(blocks);
    free(path);
    return 0;
}
