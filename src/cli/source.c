/* The sequences that a program works on. */
#include "config.h"

#include "cli/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/number.h"

struct tfl_source {
    tfl_source_options options;
    tfl_fasta *fasta;
    uint64_t first, last; /* records [first, last) are ours */
    uint64_t read;        /* records so far */
    uint64_t skipped;
    size_t length;
};

const char *tfl_source_coordinates_at(size_t i, const char **help)
{
    static const char *const words[] = {"auto", "none", NULL};
    *help = NULL;
    return words[i];
}

bool tfl_shard_parse(const char *text, tfl_shard *shard)
{
    const char *slash = strchr(text, '/');
    char number[24];
    int64_t part = 0, parts = 0;
    if (slash == NULL || (size_t)(slash - text) >= sizeof number) {
        return false;
    }
    memcpy(number, text, (size_t)(slash - text));
    number[slash - text] = '\0';
    if (!tfl_parse_int(slash + 1, 1, 1000000, &parts) || !tfl_parse_int(number, 1, parts, &part)) {
        return false;
    }
    shard->number = (uint64_t)part;
    shard->of = (uint64_t)parts;
    return true;
}

/* Number of records of a file. */
static tfl_status count_records(const char *path, uint64_t *n, size_t *length, tfl_error *err)
{
    tfl_fasta *fasta = NULL;
    tfl_sequence sequence = {0};
    int found = 1;
    *n = 0;
    tfl_status status = tfl_fasta_open(path, TFL_FASTA_ANY_LETTER, &fasta, err);
    while (status == TFL_OK && (status = tfl_fasta_next(fasta, &sequence, &found, err)) == TFL_OK && found) {
        *length = sequence.length;
        (*n)++;
    }
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return status;
}

/* Part I of N of n records: [(I - 1) n / N, I n / N), without overflow. */
static uint64_t boundary(uint64_t n, uint64_t number, uint64_t of)
{
    return n / of * number + n % of * number / of;
}

static tfl_status choose_records(tfl_source *source, const char *path, tfl_error *err)
{
    const tfl_shard *shard = &source->options.shard;
    source->first = 0;
    source->last = UINT64_MAX;
    if (shard->of == 1) {
        return TFL_OK;
    }
    if (strcmp(path, "-") == 0) {
        return tfl_fail(err, TFL_EUSAGE, "--shard: standard input cannot be read twice, as parts need; give a file");
    }
    uint64_t n = 0;
    tfl_status status = count_records(path, &n, &source->length, err);
    source->first = boundary(n, shard->number - 1, shard->of);
    source->last = boundary(n, shard->number, shard->of);
    return status;
}

tfl_status tfl_source_open_fasta(const char *path, const tfl_source_options *options, tfl_source **out, tfl_error *err)
{
    *out = NULL;
    tfl_source *source = tfl_calloc(1, sizeof *source);
    if (source == NULL) {
        return tfl_fail_memory(err, "sequences");
    }
    source->options = *options;
    tfl_status status = choose_records(source, path, err);
    if (status == TFL_OK) {
        unsigned not_empty = options->empty_records ? 0 : TFL_FASTA_NOT_EMPTY;
        status = tfl_fasta_open(path, TFL_FASTA_UNIQUE | not_empty, &source->fasta, err);
    }
    if (status != TFL_OK) {
        tfl_source_close(source);
        return status;
    }
    *out = source;
    return TFL_OK;
}

void tfl_source_close(tfl_source *source)
{
    if (source != NULL) {
        tfl_fasta_close(source->fasta);
        free(source);
    }
}

/* Applies the policy to a sequence with letters other than A, C, G, T. */
static tfl_status judge(tfl_source *source, const tfl_sequence *sequence, bool *skip, tfl_error *err)
{
    size_t first = 0;
    *skip = false;
    if (source->options.n_policy != TFL_N_SKIP && source->options.n_policy != TFL_N_ERROR) {
        return TFL_OK;
    }
    if (tfl_count_other(sequence->letters, sequence->length, &first) == 0) {
        return TFL_OK;
    }
    if (source->options.n_policy == TFL_N_ERROR) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: %s: the letter at position %zu is '%c', and --n-policy error wants A, C, G and T alone",
                        tfl_source_name(source), sequence->name, first, sequence->letters[first]);
    }
    *skip = true;
    source->skipped++;
    return TFL_OK;
}

static tfl_status place(const tfl_source *source, const tfl_sequence *sequence, tfl_region *region, tfl_error *err)
{
    tfl_region_clear(region);
    tfl_status status = tfl_region_parse(sequence->name, sequence->length, source->options.coordinates, region, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "%s", tfl_source_name(source));
    }
    return status;
}

tfl_status tfl_source_next(tfl_source *source, tfl_sequence *sequence, tfl_region *region, bool *end, tfl_error *err)
{
    *end = false;
    for (;;) {
        int found = 0;
        bool skip = false;
        tfl_status status = tfl_fasta_next(source->fasta, sequence, &found, err);
        if (status == TFL_OK && !found && source->read == 0) {
            status = tfl_fail(err, TFL_EINPUT, "%s: no sequences: a FASTA file with at least one record is needed",
                              tfl_source_name(source));
        }
        if (status != TFL_OK || !found) {
            *end = true;
            return status;
        }
        source->length = sequence->length;
        uint64_t number = source->read++;
        if (number < source->first || number >= source->last) {
            continue;
        }
        status = judge(source, sequence, &skip, err);
        if (status != TFL_OK) {
            return status;
        }
        if (!skip) {
            return place(source, sequence, region, err);
        }
    }
}

double tfl_source_fraction(const tfl_source *source)
{
    if (source->last == UINT64_MAX) {
        return tfl_fasta_fraction(source->fasta);
    }
    double given = source->read > source->first ? (double)(source->read - source->first) : 0;
    return source->last > source->first ? given / (double)(source->last - source->first) : -1;
}

uint64_t tfl_source_skipped(const tfl_source *source)
{
    return source->skipped;
}

size_t tfl_source_length(const tfl_source *source)
{
    return source->length;
}

const char *tfl_source_name(const tfl_source *source)
{
    return tfl_fasta_name(source->fasta);
}
