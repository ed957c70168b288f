/* The sequences that a program works on. */
#include "config.h"

#include "cli/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/program.h"
#include "tflift/bed.h"
#include "tflift/clusters.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/rng.h"
#include "tflift/windows.h"

struct tfl_source {
    tfl_source_options options;
    tfl_fasta *fasta;     /* NULL: windows of the genome */
    tfl_genome *genome;   /* NULL: there is none */
    char *regions;        /* the name of their file */
    tfl_windows windows;  /* those of the part */
    uint64_t first, last; /* records [first, last) are ours … */
    tfl_clusters *clusters; /* … or, where this is not NULL, those that it kept; … */
    uint64_t kept;          /* … the next one's number */
    uint64_t read;        /* records, or windows, so far */
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

/* What a record's place says, to clusters. One that cannot be placed is an error, which the part that reads it gives. */
static tfl_status add_place(tfl_clusters *clusters, const tfl_sequence *sequence, bool coordinates, tfl_error *err)
{
    tfl_region region;
    tfl_status status = tfl_region_parse(sequence->name, sequence->length, coordinates, &region, NULL);
    if (status == TFL_EINPUT) {
        status = tfl_region_parse(sequence->name, sequence->length, false, &region, NULL);
    }
    if (status != TFL_OK) {
        return tfl_fail_memory(err, sequence->name);
    }
    uint64_t contig = tfl_hash64(region.contig, strlen(region.contig));
    status = tfl_clusters_add(clusters, contig, region.start, region.length, err);
    tfl_region_clear(&region);
    return status;
}

/* Number of records of a file; their places go to the clusters, if any. */
static tfl_status count_records(tfl_source *source, const char *path, uint64_t *n, tfl_error *err)
{
    tfl_fasta *fasta = NULL;
    tfl_sequence sequence = {0};
    int found = 1;
    *n = 0;
    tfl_status status = tfl_fasta_open(path, TFL_FASTA_ANY_LETTER, &fasta, err);
    while (status == TFL_OK && (status = tfl_fasta_next(fasta, &sequence, &found, err)) == TFL_OK && found) {
        source->length = sequence.length;
        (*n)++;
        if (source->clusters != NULL) {
            status = add_place(source->clusters, &sequence, source->options.coordinates, err);
        }
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
    bool apart = source->options.apart && source->options.coordinates; /* else every record has a contig of its own */
    tfl_status status = apart ? tfl_clusters_create(&source->clusters, err) : TFL_OK;
    if (status == TFL_OK) {
        status = count_records(source, path, &n, err);
    }
    source->first = boundary(n, shard->number - 1, shard->of);
    source->last = boundary(n, shard->number, shard->of);
    if (status != TFL_OK || !apart) {
        return status;
    }
    status = tfl_clusters_keep(source->clusters, source->first, source->last, err);
    return status == TFL_OK ? tfl_clusters_next(source->clusters, &source->kept, err) : status;
}

/* ---------------------------------------------------------------- opening */

tfl_status tfl_source_check(const tfl_call *call, const tfl_source_input *input, const char *coordinates,
                            bool genome_alone, tfl_error *err)
{
    if (input->regions == NULL && (input->window != 0 || input->skip_edge)) {
        return tfl_fail(err, TFL_EUSAGE, "--%s: is about regions of a genome, and -r gives none",
                        input->window != 0 ? "window" : "skip-edge");
    }
    if (input->regions == NULL && call->n_operands == 0) {
        return tfl_fail(err, TFL_EUSAGE, "seqs.fa, or -g genome.fa -r regions.bed, is missing; --help says more");
    }
    if (input->regions == NULL && input->genome != NULL && !genome_alone) {
        return tfl_fail(err, TFL_EUSAGE, "--genome: nothing is read of it without -r regions.bed");
    }
    if (input->regions != NULL && call->n_operands > 0) {
        return tfl_fail(err, TFL_EUSAGE, "%s: sequences come from there or from --regions, not from both",
                        call->operand[0]);
    }
    if (input->regions != NULL && input->genome == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--regions: the genome that they lie on is missing; give -g genome.fa");
    }
    if (input->regions != NULL && coordinates != NULL && strcmp(coordinates, "none") == 0) {
        return tfl_fail(err, TFL_EUSAGE, "--coords none: is about names in FASTA; regions have their places");
    }
    return TFL_OK;
}

static tfl_status open_fasta(tfl_source *source, const char *path, tfl_error *err)
{
    tfl_status status = choose_records(source, path, err);
    if (status == TFL_OK) {
        unsigned not_empty = source->options.empty_records ? 0 : TFL_FASTA_NOT_EMPTY;
        status = tfl_fasta_open(path, TFL_FASTA_UNIQUE | not_empty, &source->fasta, err);
    }
    return status;
}

static tfl_status open_genome(tfl_source *source, const tfl_call *call, const char *path, tfl_error *err)
{
    tfl_status status = tfl_genome_open(path, &source->genome, err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_genome_index index = tfl_genome_index_state(source->genome);
    if (index.made) {
        tfl_program_note(call, "note: %s had no index; it was made%s", path,
                         index.kept ? ", and lies beside it"
                                    : " in memory, as it cannot be written beside it, and is made in every run");
    }
    if (index.older) {
        tfl_program_note(call,
                         "note: %s.fai is older than %s, which was therefore read in full; they fit, and touch %s.fai "
                         "saves the time",
                         path, path, path);
    }
    return TFL_OK;
}

/* The length of windows: as asked for, the model's own, or 0, regions as they are. */
static tfl_status choose_window(const tfl_call *call, const tfl_source_input *input, const tfl_source_options *options,
                                size_t *length, tfl_error *err)
{
    *length = input->window != 0 ? input->window : options->length;
    if (options->length != 0 && *length != options->length) {
        return tfl_fail(err, TFL_EUSAGE, "--window: %s takes sequences of %zu positions, not of %zu", options->model,
                        options->length, *length);
    }
    if (options->model != NULL && *length == 0) {
        tfl_program_note(call,
                         "note: %s takes any length, so regions are read as they are; --window N reads N bases around "
                         "each summit or middle",
                         options->model);
    }
    return TFL_OK;
}

static void tell_windows(const tfl_call *call, const tfl_windows *windows, size_t length)
{
    const uint64_t of = windows->regions;
    if (windows->middles > 0) {
        tfl_program_note(call,
                         "note: %" PRIu64 " of %" PRIu64 " regions name no summit; the %zu bases around their "
                         "middle are read",
                         windows->middles, of, length);
    }
    if (windows->at_edge > 0) {
        tfl_program_note(call,
                         "note: %" PRIu64 " of %" PRIu64 " regions were left out, as they or their windows leave "
                         "the contig",
                         windows->at_edge, of);
    }
    if (windows->duplicates > 0) {
        tfl_program_note(call,
                         "note: %" PRIu64 " of %" PRIu64 " regions were left out, as the same bases are read for "
                         "one before",
                         windows->duplicates, of);
    }
}

static tfl_status read_windows(tfl_source *source, const char *path, size_t length, bool skip_edge, tfl_error *err)
{
    tfl_bed *bed = NULL;
    tfl_status status = tfl_bed_open(path, &bed, err);
    if (status != TFL_OK) {
        return status;
    }
    source->regions = tfl_strdup(tfl_bed_name(bed));
    status = source->regions == NULL
                 ? tfl_fail_memory(err, "regions")
                 : tfl_windows_read(bed, source->genome, (int64_t)length, skip_edge, &source->windows, err);
    tfl_bed_close(bed);
    return status;
}

static tfl_status open_regions(tfl_source *source, const tfl_call *call, const tfl_source_input *input, tfl_error *err)
{
    size_t length = 0;
    tfl_status status = choose_window(call, input, &source->options, &length, err);
    if (status == TFL_OK) {
        status = read_windows(source, input->regions, length, input->skip_edge, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    tell_windows(call, &source->windows, length);
    tfl_window first;
    status = tfl_windows_find(&source->windows, 0, &first, err);
    if (status != TFL_OK) {
        return status;
    }
    source->length = (size_t)first.length;
    const tfl_shard *shard = &source->options.shard;
    if (shard->of > 1) {
        size_t n = source->windows.n;
        status = tfl_windows_keep(&source->windows, (size_t)boundary(n, shard->number - 1, shard->of),
                                  (size_t)boundary(n, shard->number, shard->of), err);
    }
    source->last = source->windows.n;
    return status;
}

tfl_status tfl_source_open(const tfl_call *call, const tfl_source_input *input, const tfl_source_options *options,
                           tfl_source **out, tfl_error *err)
{
    *out = NULL;
    tfl_source *source = tfl_calloc(1, sizeof *source);
    if (source == NULL) {
        return tfl_fail_memory(err, "sequences");
    }
    source->options = *options;
    source->windows = (tfl_windows)TFL_WINDOWS_INIT;
    tfl_status status = input->genome != NULL ? open_genome(source, call, input->genome, err) : TFL_OK;
    if (status == TFL_OK) {
        status =
            input->regions != NULL ? open_regions(source, call, input, err) : open_fasta(source, call->operand[0], err);
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
        tfl_clusters_free(source->clusters);
        tfl_windows_clear(&source->windows);
        tfl_genome_close(source->genome);
        free(source->regions);
        free(source);
    }
}

/* ---------------------------------------------------------------- sequences */

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

/* Whether the record of that number, which follows those before, is one of the part. */
static tfl_status is_ours(tfl_source *source, uint64_t number, bool *ours, tfl_error *err)
{
    if (source->clusters == NULL) {
        *ours = number >= source->first && number < source->last;
        return TFL_OK;
    }
    *ours = number == source->kept;
    return *ours ? tfl_clusters_next(source->clusters, &source->kept, err) : TFL_OK;
}

/* The next record of the part. */
static tfl_status next_record(tfl_source *source, tfl_sequence *sequence, int *found, tfl_error *err)
{
    tfl_status status = TFL_OK;
    bool ours = false;
    while (status == TFL_OK && !ours) {
        status = tfl_fasta_next(source->fasta, sequence, found, err);
        if (status == TFL_OK && !*found && source->read == 0) {
            status = tfl_fail(err, TFL_EINPUT, "%s: no sequences: a FASTA file with at least one record is needed",
                              tfl_source_name(source));
        }
        if (status != TFL_OK || !*found) {
            return status;
        }
        source->length = sequence->length;
        status = is_ours(source, source->read++, &ours, err);
    }
    return status;
}

static tfl_status next_window(tfl_source *source, tfl_sequence *sequence, tfl_region *region, int *found,
                              tfl_error *err)
{
    *found = source->read < source->last;
    if (!*found) {
        return TFL_OK;
    }
    size_t number = (size_t)source->read++;
    tfl_status status = tfl_windows_sequence(&source->windows, number, source->genome, sequence, region, err);
    tfl_window window;
    tfl_error unread = TFL_ERROR_INIT;
    if (status != TFL_OK && tfl_windows_find(&source->windows, number, &window, &unread) == TFL_OK) {
        tfl_error_prefix(err, "%s:%" PRId64, source->regions, window.line);
    }
    source->length = sequence->length;
    return status;
}

tfl_status tfl_source_next(tfl_source *source, tfl_sequence *sequence, tfl_region *region, bool *end, tfl_error *err)
{
    int found = 0;
    bool skip = true;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && skip) {
        status = source->fasta != NULL ? next_record(source, sequence, &found, err)
                                       : next_window(source, sequence, region, &found, err);
        skip = found && status == TFL_OK;
        if (skip) {
            status = judge(source, sequence, &skip, err);
        }
    }
    *end = status != TFL_OK || !found;
    return *end || source->fasta == NULL ? status : place(source, sequence, region, err);
}

double tfl_source_fraction(const tfl_source *source)
{
    if (source->last == UINT64_MAX || source->clusters != NULL) {
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
    return source->fasta != NULL ? tfl_fasta_name(source->fasta) : source->regions;
}

const tfl_genome *tfl_source_genome(const tfl_source *source)
{
    return source->genome;
}
