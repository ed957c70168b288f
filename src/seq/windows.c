/* Windows of a genome around regions. */
#include "config.h"

#include "tflift/windows.h"

#include "tflift/alphabet.h"
#include "tflift/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tfl_windows_clear(tfl_windows *windows)
{
    free(windows->window);
    free(windows->letters);
    *windows = (tfl_windows){0};
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
    tfl_status status = tfl_grow((void **)&windows->window, &windows->capacity, windows->n + 1, sizeof *windows->window,
                                 "regions", err);
    if (status == TFL_OK) {
        windows->window[windows->n++] = *window;
    }
    return status;
}

static tfl_status place(const tfl_bed *bed, const tfl_bed_row *row, const tfl_genome *genome, int64_t length,
                        bool skip_edge, tfl_windows *windows, tfl_error *err)
{
    tfl_window window = {
        .start = row->start, .length = row->end - row->start, .line = tfl_bed_line(bed), .strand = row->strand};
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

static int compare_places(const void *a, const void *b)
{
    const tfl_window *x = *(const tfl_window *const *)a, *y = *(const tfl_window *const *)b;
    if (x->contig != y->contig) {
        return x->contig < y->contig ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    if (x->length != y->length) {
        return x->length < y->length ? -1 : 1;
    }
    if ((x->strand == '-') != (y->strand == '-')) {
        return y->strand == '-' ? -1 : 1;
    }
    return x < y ? -1 : x > y; /* as they came */
}

/* Pointers to the windows by contig, start, length and strand; the caller frees. */
static tfl_status sort_windows(const tfl_windows *windows, tfl_window ***out, tfl_error *err)
{
    tfl_window **order = tfl_calloc(windows->n, sizeof *order);
    *out = order;
    if (order == NULL) {
        return tfl_fail_memory(err, "regions");
    }
    for (size_t i = 0; i < windows->n; i++) {
        order[i] = &windows->window[i];
    }
    qsort(order, windows->n, sizeof *order, compare_places);
    return TFL_OK;
}

static bool same_sequence(const tfl_window *a, const tfl_window *b)
{
    return a->contig == b->contig && a->start == b->start && a->length == b->length &&
           (a->strand == '-') == (b->strand == '-');
}

/* Takes out windows whose length was set to 0. */
static void close_gaps(tfl_windows *windows)
{
    size_t kept = 0;
    for (size_t i = 0; i < windows->n; i++) {
        if (windows->window[i].length > 0) {
            windows->window[kept++] = windows->window[i];
        }
    }
    windows->n = kept;
}

static tfl_status drop_duplicates(tfl_windows *windows, tfl_error *err)
{
    tfl_window **order = NULL;
    tfl_status status = sort_windows(windows, &order, err);
    size_t first = 0; /* of those that are the same */
    for (size_t i = 1; status == TFL_OK && i < windows->n; i++) {
        if (same_sequence(order[i], order[first])) {
            order[i]->length = 0;
            windows->duplicates++;
        } else {
            first = i;
        }
    }
    free(order);
    close_gaps(windows);
    return status;
}

/* first[i] is the first window, as they came, of the cluster of window i. */
static void find_clusters(const tfl_windows *windows, tfl_window *const *order, size_t *first)
{
    for (size_t from = 0, to = 0; from < windows->n; from = to) {
        int64_t end = order[from]->start;
        size_t least = SIZE_MAX;
        for (to = from;
             to < windows->n && order[to]->contig == order[from]->contig && (to == from || order[to]->start < end);
             to++) {
            size_t i = (size_t)(order[to] - windows->window);
            int64_t own_end = order[to]->start + order[to]->length;
            end = own_end > end ? own_end : end;
            least = i < least ? i : least;
        }
        for (size_t i = from; i < to; i++) {
            first[order[i] - windows->window] = least;
        }
    }
}

tfl_status tfl_windows_keep(tfl_windows *windows, size_t from, size_t to, tfl_error *err)
{
    tfl_window **order = NULL;
    tfl_status status = sort_windows(windows, &order, err);
    size_t *first = tfl_calloc(windows->n, sizeof *first);
    if (status == TFL_OK && first == NULL) {
        status = tfl_fail_memory(err, "regions");
    }
    if (status == TFL_OK) {
        find_clusters(windows, order, first);
        for (size_t i = 0; i < windows->n; i++) {
            windows->window[i].length = first[i] >= from && first[i] < to ? windows->window[i].length : 0;
        }
        close_gaps(windows);
    }
    free(order);
    free(first);
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
    const tfl_window *window = &windows->window[i];
    const char *contig = tfl_genome_contig(genome, window->contig);
    size_t length = (size_t)window->length;
    char none[] = "";
    tfl_sequence read = {.description = none, .length = length, .index = i};
    tfl_status status =
        tfl_grow((void **)&windows->letters, &windows->letters_capacity, length, 2, "the letters of a region", err);
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
