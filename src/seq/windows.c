/* Windows of a genome around regions. */
#include "config.h"

#include "tflift/windows.h"

#include "tflift/alphabet.h"
#include "tflift/clusters.h"
#include "tflift/memory.h"
#include "tflift/sorter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tfl_windows_clear(tfl_windows *windows)
{
    tfl_spool_clear(&windows->window);
    free(windows->letters);
    *windows = (tfl_windows)TFL_WINDOWS_INIT;
}

/* ---------------------------------------------------------------- placing */

/* "chr1, chr2, chr3 and 22 others" */
static void list_contigs(const tfl_genome *genome, char *text, size_t size)
{
    enum { SHOWN = 3 };
    size_t n = tfl_genome_size(genome), used = 0;
    for (size_t i = 0; i < n && i < SHOWN && used < size; i++) {
        const char *between = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        int added = snprintf(text + used, size - used, "%s%s", between, tfl_genome_contig(genome, i));
        used += added > 0 ? (size_t)added : 0;
    }
    if (n > SHOWN && used < size) {
        (void)snprintf(text + used, size - used, " and %zu other%s", n - SHOWN, n - SHOWN == 1 ? "" : "s");
    }
}

static tfl_status fail_contig(const tfl_bed *bed, const tfl_genome *genome, const char *contig, tfl_error *err)
{
    const char *like = tfl_genome_find_like(genome, contig);
    char contigs[256] = "";
    list_contigs(genome, contigs, sizeof contigs);
    return like != NULL ? tfl_bed_fail(bed, err, "%s has no contig \"%s\": it calls it \"%s\"", tfl_genome_name(genome),
                                       contig, like)
                        : tfl_bed_fail(bed, err, "%s has no contig \"%s\": what it has is %s", tfl_genome_name(genome),
                                       contig, contigs);
}

/* Why a window cannot be read. */
static tfl_status fail_edge(const tfl_bed *bed, const tfl_bed_row *row, const tfl_window *window, int64_t bases,
                            tfl_error *err)
{
    if (row->end > bases) {
        return tfl_bed_fail(bed, err,
                            "the region ends at %" PRId64 ", but %s has %" PRId64
                            " bases: it may be of another genome; --skip-edge leaves such regions out",
                            row->end, row->contig, bases);
    }
    return tfl_bed_fail(bed, err,
                        "the window of %" PRId64 " bases around position %" PRId64 " leaves %s, which has %" PRId64
                        " bases; --skip-edge leaves such regions out",
                        window->length, window->start + window->length / 2, row->contig, bases);
}

static tfl_status add_window(tfl_windows *windows, const tfl_window *window, tfl_error *err)
{
    tfl_status status = tfl_spool_append(&windows->window, window, sizeof *window, err);
    windows->n += status == TFL_OK;
    return status;
}

tfl_status tfl_windows_find(tfl_windows *windows, size_t i, tfl_window *window, tfl_error *err)
{
    return tfl_spool_read(&windows->window, (uint64_t)i * sizeof *window, window, sizeof *window, err);
}

static tfl_status place(const tfl_bed *bed, const tfl_bed_row *row, const tfl_genome *genome, int64_t length,
                        bool skip_edge, tfl_windows *windows, tfl_error *err)
{
    tfl_window window;
    memset(&window, 0, sizeof window); /* the padding goes to a file */
    window.start = row->start;
    window.length = row->end - row->start;
    window.line = tfl_bed_line(bed);
    window.strand = row->strand;
    if (!tfl_genome_find(genome, row->contig, &window.contig)) {
        return fail_contig(bed, genome, row->contig, err);
    }
    bool middle = row->summit < 0 && length != 0 && length != window.length;
    if (length != 0) {
        int64_t centre = row->summit >= 0 ? row->summit : row->start + window.length / 2;
        window.start = centre - length / 2;
        window.length = length;
    }
    int64_t bases = tfl_genome_length(genome, window.contig);
    if (window.start < 0 || window.start + window.length > bases || row->end > bases) {
        windows->at_edge++;
        return skip_edge ? TFL_OK : fail_edge(bed, row, &window, bases, err);
    }
    windows->middles += middle;
    return add_window(windows, &window, err);
}

/* ---------------------------------------------------------------- in the order of the genome */

/* A window and its number, as they came. */
typedef struct numbered {
    tfl_window window;
    uint64_t number;
} numbered;

static int compare_places(const void *a, const void *b)
{
    const tfl_window *x = &((const numbered *)a)->window, *y = &((const numbered *)b)->window;
    if (x->contig != y->contig) {
        return x->contig < y->contig ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    if (x->length != y->length) {
        return x->length < y->length ? -1 : 1;
    }
    return (x->strand == '-') - (y->strand == '-');
}

/* A number that grows with contig and start, though not with every step of those that are very large. */
static uint64_t key_of(const tfl_window *window)
{
    enum { START_BITS = 40, MOST_CONTIGS = 0xFFFFFF };
    const uint64_t most = (UINT64_C(1) << START_BITS) - 1;
    uint64_t start = (uint64_t)window->start;
    return window->contig < MOST_CONTIGS ? (uint64_t)window->contig << START_BITS | (start < most ? start : most)
                                         : UINT64_MAX;
}

/* The windows by contig, start, length and strand, then as they came; the caller frees. */
static tfl_status sort_windows(tfl_windows *windows, tfl_sorter **out, tfl_error *err)
{
    tfl_status status = tfl_sorter_create(compare_places, TFL_SORTER_MEMORY, out, err);
    for (size_t i = 0; status == TFL_OK && i < windows->n; i++) {
        numbered here = {.number = i};
        status = tfl_windows_find(windows, i, &here.window, err);
        if (status == TFL_OK) {
            status = tfl_sorter_add(*out, key_of(&here.window), &here, sizeof here, err);
        }
    }
    return status == TFL_OK ? tfl_sorter_sort(*out, err) : status;
}

/* What goes through the windows in that order and keeps some. */
typedef struct sieve {
    tfl_windows *windows;
    tfl_sorter *sorted; /* by place … */
    tfl_sorter *kept;   /* … and by number */
    const numbered *at; /* of sorted; NULL behind the last */
} sieve;

static tfl_status next_window(sieve *s, tfl_error *err)
{
    const void *record = NULL;
    tfl_status status = tfl_sorter_next(s->sorted, &record, err);
    s->at = record;
    return status;
}

static tfl_status open_sieve(tfl_windows *windows, sieve *s, tfl_error *err)
{
    *s = (sieve){.windows = windows};
    tfl_status status = sort_windows(windows, &s->sorted, err);
    if (status == TFL_OK) {
        status = tfl_sorter_create(NULL, TFL_SORTER_MEMORY, &s->kept, err);
    }
    return status == TFL_OK ? next_window(s, err) : status;
}

static tfl_status keep_window(sieve *s, tfl_error *err)
{
    return tfl_sorter_add(s->kept, s->at->number, &s->at->window, sizeof s->at->window, err);
}

/* Leaves the windows that were kept, in their order, unless status says that something failed; frees. */
static tfl_status close_sieve(sieve *s, tfl_status status, tfl_error *err)
{
    const void *window = NULL;
    if (status == TFL_OK && tfl_sorter_count(s->kept) < s->windows->n) {
        tfl_spool_clear(&s->windows->window);
        s->windows->n = 0;
        status = tfl_sorter_sort(s->kept, err);
        while (status == TFL_OK && (status = tfl_sorter_next(s->kept, &window, err)) == TFL_OK && window != NULL) {
            status = add_window(s->windows, window, err);
        }
    }
    tfl_sorter_free(s->sorted);
    tfl_sorter_free(s->kept);
    return status;
}

static tfl_status drop_duplicates(tfl_windows *windows, tfl_error *err)
{
    sieve s;
    numbered before;
    bool any = false;
    tfl_status status = open_sieve(windows, &s, err);
    for (; status == TFL_OK && s.at != NULL; any = true) {
        bool again = any && compare_places(&before, s.at) == 0;
        before = *s.at;
        windows->duplicates += again;
        status = again ? TFL_OK : keep_window(&s, err);
        if (status == TFL_OK) {
            status = next_window(&s, err);
        }
    }
    return close_sieve(&s, status, err);
}

/* Adds a window for each number that clusters kept to those in keeping. */
static tfl_status take_kept(tfl_windows *windows, tfl_clusters *clusters, tfl_windows *keeping, tfl_error *err)
{
    tfl_window window;
    uint64_t number = 0;
    tfl_status status = tfl_clusters_next(clusters, &number, err);
    while (status == TFL_OK && number != UINT64_MAX) {
        status = tfl_windows_find(windows, (size_t)number, &window, err);
        if (status == TFL_OK) {
            status = add_window(keeping, &window, err);
        }
        if (status == TFL_OK) {
            status = tfl_clusters_next(clusters, &number, err);
        }
    }
    return status;
}

tfl_status tfl_windows_keep(tfl_windows *windows, size_t from, size_t to, tfl_error *err)
{
    tfl_window window;
    tfl_windows kept = TFL_WINDOWS_INIT;
    tfl_clusters *clusters = NULL;
    tfl_status status = tfl_clusters_create(&clusters, err);
    for (size_t i = 0; status == TFL_OK && i < windows->n; i++) {
        status = tfl_windows_find(windows, i, &window, err);
        if (status == TFL_OK) {
            status = tfl_clusters_add(clusters, window.contig, window.start, window.length, err);
        }
    }
    if (status == TFL_OK) {
        status = tfl_clusters_keep(clusters, from, to, err);
    }
    if (status == TFL_OK) {
        status = take_kept(windows, clusters, &kept, err);
    }
    if (status == TFL_OK) { /* the rows' counts stay */
        const tfl_spool all = windows->window;
        windows->window = kept.window;
        windows->n = kept.n;
        kept.window = all;
    }
    tfl_windows_clear(&kept);
    tfl_clusters_free(clusters);
    return status;
}

/* ---------------------------------------------------------------- reading */

tfl_status tfl_windows_read(tfl_bed *bed, const tfl_genome *genome, int64_t length, bool skip_edge,
                            tfl_windows *windows, tfl_error *err)
{
    tfl_bed_row row;
    bool found = true;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && (status = tfl_bed_next(bed, &row, &found, err)) == TFL_OK && found) {
        windows->regions++;
        status = place(bed, &row, genome, length, skip_edge, windows, err);
    }
    if (status == TFL_OK && windows->regions == 0) {
        status =
            tfl_fail(err, TFL_EINPUT, "%s: no regions: rows of contig, start and end are needed", tfl_bed_name(bed));
    }
    if (status == TFL_OK && windows->n == 0) {
        status = tfl_fail(err, TFL_EINPUT, "%s: no region is left: all %" PRIu64 " leave their contigs",
                          tfl_bed_name(bed), windows->regions);
    }
    return status == TFL_OK ? drop_duplicates(windows, err) : status;
}

static tfl_status name_window(const tfl_window *window, const char *contig, char **name, tfl_error *err)
{
    enum { NUMBERS = 48 }; /* ":", two numbers, "-", "(+)" */
    size_t size = strlen(contig) + NUMBERS;
    const char *strand = window->strand == '+' ? "(+)" : window->strand == '-' ? "(-)" : "";
    *name = tfl_calloc(size, 1);
    if (*name == NULL) {
        return tfl_fail_memory(err, "the name of a region");
    }
    (void)snprintf(*name, size, "%s:%" PRId64 "-%" PRId64 "%s", contig, window->start, window->start + window->length,
                   strand);
    return TFL_OK;
}

static tfl_status set_region(const tfl_window *window, const char *contig, tfl_region *region, tfl_error *err)
{
    tfl_region_clear(region);
    *region = (tfl_region){.contig = tfl_strdup(contig),
                           .start = window->start,
                           .length = window->length,
                           .strand = (char)(window->strand == '-' ? '-' : '+'),
                           .placed = true};
    return region->contig != NULL ? TFL_OK : tfl_fail_memory(err, "the name of a contig");
}

tfl_status tfl_windows_sequence(tfl_windows *windows, size_t i, tfl_genome *genome, tfl_sequence *sequence,
                                tfl_region *region, tfl_error *err)
{
    tfl_window found;
    const tfl_window *window = &found;
    tfl_status status = tfl_windows_find(windows, i, &found, err);
    if (status != TFL_OK) {
        return status;
    }
    const char *contig = tfl_genome_contig(genome, window->contig);
    size_t length;
    if (!tfl_size_from((uint64_t)window->length, &length)) {
        return tfl_fail_memory(err, "the letters of a region");
    }
    char none[] = "";
    tfl_sequence read = {.description = none, .length = length, .index = i};
    status = tfl_grow(&windows->letters, 2, &windows->letters_capacity, length, "the letters of a region", err); /* on both strands */
    if (status == TFL_OK) {
        read.letters = windows->letters;
        status = tfl_genome_read(genome, window->contig, window->start, length, read.letters, err);
    }
    if (status == TFL_OK && window->strand == '-') {
        read.letters = windows->letters + length;
        tfl_reverse_complement(windows->letters, length, read.letters);
    }
    if (status == TFL_OK) {
        status = name_window(window, contig, &read.name, err);
    }
    if (status == TFL_OK) {
        status = tfl_sequence_copy(sequence, &read, err);
    }
    free(read.name);
    return status == TFL_OK ? set_region(window, contig, region, err) : status;
}
