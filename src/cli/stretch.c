/* The stretch of a sequence that a logo shows. */
#include "config.h"

#include "cli/stretch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/bed.h"
#include "tflift/genome.h"
#include "tflift/memory.h"
#include "tflift/number.h"

void tfl_stretch_clear(tfl_stretch *stretch)
{
    tfl_sequence_clear(&stretch->sequence);
    tfl_region_clear(&stretch->region);
    free(stretch->letters);
    memset(stretch, 0, sizeof *stretch);
}

/* ---------------------------------------------------------------- the region asked for */

/* "NAME:START-END" taken apart, 1-based and closed. */
typedef struct wanted {
    const char *text;
    size_t name_length; /* 0: text is but a name */
    int64_t from, to;
} wanted;

/* A number in which commas may group the digits. */
static bool read_position(const char *text, size_t length, int64_t *value)
{
    char digits[24];
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ',' && used + 1 < sizeof digits) {
            digits[used++] = text[i];
        }
    }
    digits[used] = '\0';
    return used > 0 && used + 1 < sizeof digits && digits[0] != '+' && tfl_parse_int(digits, 0, INT64_MAX / 2, value);
}

static wanted take_apart(const char *text)
{
    wanted w = {text, 0, 0, 0};
    const char *colon = strrchr(text, ':');
    const char *dash = colon != NULL ? strchr(colon, '-') : NULL;
    if (dash != NULL && colon > text && read_position(colon + 1, (size_t)(dash - colon) - 1, &w.from) &&
        read_position(dash + 1, strlen(dash + 1), &w.to)) {
        w.name_length = (size_t)(colon - text);
    }
    return w;
}

static bool is_name(const wanted *w, const char *name)
{
    return w->name_length > 0 && strlen(name) == w->name_length && strncmp(w->text, name, w->name_length) == 0;
}

/* ---------------------------------------------------------------- records */

/* All of a record, in its own orientation. */
static void take_whole(tfl_stretch *s)
{
    s->start = 0;
    s->end = s->sequence.length;
    s->on_contig = s->region.placed;
    s->descending = s->region.placed && s->region.strand == '-';
    s->first = !s->region.placed ? 1 : s->descending ? s->region.start + s->region.length : s->region.start + 1;
}

/* The part of a record of that name. */
static void take_part(tfl_stretch *s, const wanted *w)
{
    s->start = (size_t)(w->from - 1);
    s->end = (size_t)w->to;
    s->first = w->from;
}

/* The part of a record that is placed there, in the genome's orientation. */
static void take_placed(tfl_stretch *s, const wanted *w)
{
    int64_t from = w->from - 1 - s->region.start;
    int64_t to = w->to - s->region.start;
    s->reversed = s->region.strand == '-';
    s->start = (size_t)(s->reversed ? s->region.length - to : from);
    s->end = (size_t)(s->reversed ? s->region.length - from : to);
    s->on_contig = true;
    s->first = w->from;
}

static tfl_status check_range(const wanted *w, const char *path, const char *name, uint64_t length, tfl_error *err)
{
    if (w->from < 1 || w->from > w->to) {
        return tfl_fail(err, TFL_EUSAGE, "--region %s: positions count from 1, and the first comes before the last",
                        w->text);
    }
    if ((uint64_t)w->to > length) {
        return tfl_fail(err, TFL_EUSAGE, "%s: %s has %llu letters, and --region %s wants %lld", path, name,
                        (unsigned long long)length, w->text, (long long)w->to);
    }
    return TFL_OK;
}

/* Whether a record has what is wanted; then it becomes the stretch. */
static tfl_status try_record(tfl_stretch *s, const wanted *w, const char *path, bool *taken, tfl_error *err)
{
    const tfl_sequence *record = &s->sequence;
    bool named = is_name(w, record->name);
    tfl_status status = named ? check_range(w, path, record->name, record->length, err) : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_region_parse(record->name, record->length, true, &s->region, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    *taken = true;
    if (w->text == NULL || strcmp(record->name, w->text) == 0) {
        take_whole(s);
    } else if (named) {
        take_part(s, w);
    } else if (s->region.placed && is_name(w, s->region.contig) && w->from > s->region.start && w->from <= w->to &&
               w->to <= s->region.start + s->region.length) {
        take_placed(s, w);
    } else {
        *taken = false;
        tfl_region_clear(&s->region);
    }
    return TFL_OK;
}

static tfl_status copy_letters(tfl_stretch *s, tfl_error *err)
{
    size_t length = s->end - s->start;
    s->letters = tfl_strndup(s->sequence.letters + s->start, length);
    if (s->letters == NULL) {
        return tfl_fail_memory(err, "a region");
    }
    if (s->reversed) {
        tfl_reverse_complement(s->sequence.letters + s->start, length, s->letters);
    }
    return TFL_OK;
}

static tfl_status search(tfl_stretch *s, tfl_fasta *fasta, const wanted *w, tfl_error *err)
{
    for (;;) {
        int found = 0;
        bool taken = false;
        tfl_status status = tfl_fasta_next(fasta, &s->sequence, &found, err);
        if (status == TFL_OK && !found) {
            return tfl_fail(err, TFL_EUSAGE, "%s: holds no sequence %s, nor one that covers it", tfl_fasta_name(fasta),
                            w->text);
        }
        if (status == TFL_OK) {
            status = try_record(s, w, tfl_fasta_name(fasta), &taken, err);
        }
        if (status != TFL_OK || taken) {
            return status;
        }
    }
}

tfl_status tfl_stretch_find_record(tfl_stretch *stretch, const char *path, const char *region, tfl_error *err)
{
    tfl_fasta *fasta = NULL;
    wanted w = region != NULL ? take_apart(region) : (wanted){NULL, 0, 0, 0};
    tfl_status status = tfl_fasta_open(path, TFL_FASTA_NOT_EMPTY, &fasta, err);
    if (status != TFL_OK) {
        return status;
    }
    status = search(stretch, fasta, &w, err);
    tfl_fasta_close(fasta);
    return status == TFL_OK ? copy_letters(stretch, err) : status;
}

/* ---------------------------------------------------------------- genomes */

/* The contig that is asked for; one named as the whole text is all of it. */
static tfl_status find_contig(const tfl_genome *genome, wanted *w, size_t *contig, tfl_error *err)
{
    if (tfl_genome_find(genome, w->text, contig)) {
        w->from = 1;
        w->to = tfl_genome_length(genome, *contig);
        return TFL_OK;
    }
    char *name = tfl_strndup(w->text, w->name_length > 0 ? w->name_length : strlen(w->text));
    if (name == NULL) {
        return tfl_fail_memory(err, "a region");
    }
    tfl_status status = TFL_OK;
    const char *like = tfl_genome_find_like(genome, name);
    if (w->name_length == 0 || !tfl_genome_find(genome, name, contig)) {
        status = tfl_fail(err, TFL_EUSAGE, "%s: holds no contig %s%s%s", tfl_genome_name(genome), name,
                          like != NULL ? "; it calls it " : ", as --region wants", like != NULL ? like : "");
    }
    free(name);
    return status == TFL_OK ? check_range(w, tfl_genome_name(genome), tfl_genome_contig(genome, *contig),
                                          (uint64_t)tfl_genome_length(genome, *contig), err)
                            : status;
}

/* The part of the contig becomes a sequence of its own, placed where it is. */
static tfl_status cut(tfl_stretch *s, tfl_genome *genome, size_t contig, const wanted *w, tfl_error *err)
{
    size_t length;
    if (!tfl_size_from((uint64_t)(w->to - w->from + 1), &length) || length > TFL_LOGO_MAX_LENGTH) {
        return tfl_stretch_fail_length(w->text, length, err);
    }
    s->sequence.name = tfl_strdup(w->text);
    s->sequence.letters = tfl_calloc(length + 1, 1);
    s->region.contig = tfl_strdup(tfl_genome_contig(genome, contig));
    if (s->sequence.name == NULL || s->sequence.letters == NULL || s->region.contig == NULL) {
        return tfl_fail_memory(err, "a region");
    }
    s->sequence.length = length;
    s->region.start = w->from - 1;
    s->region.length = (int64_t)length;
    s->region.strand = '+';
    s->region.placed = true;
    take_whole(s);
    return tfl_genome_read(genome, contig, w->from - 1, length, s->sequence.letters, err);
}

tfl_status tfl_stretch_find(tfl_stretch *stretch, const char *path, const char *region, tfl_error *err)
{
    tfl_genome *genome = NULL;
    size_t contig = 0;
    wanted w = take_apart(region);
    tfl_status status = tfl_genome_open(path, &genome, err);
    if (status == TFL_OK) {
        status = find_contig(genome, &w, &contig, err);
    }
    if (status == TFL_OK) {
        status = cut(stretch, genome, contig, &w, err);
    }
    tfl_genome_close(genome);
    return status == TFL_OK ? copy_letters(stretch, err) : status;
}

tfl_status tfl_stretch_fail_length(const char *name, size_t length, tfl_error *err)
{
    return tfl_fail(err, TFL_EUSAGE,
                    "%s: %zu letters, and a logo takes %d at most; --region NAME:START-END gives a part", name, length,
                    TFL_LOGO_MAX_LENGTH);
}

/* ---------------------------------------------------------------- contributions */

tfl_status tfl_stretch_values(const tfl_stretch *stretch, tfl_scores *scores, const char *path, float *value,
                              tfl_error *err)
{
    int any = 0;
    size_t n = stretch->end - stretch->start;
    float *all = tfl_alloc_floats(stretch->sequence.length);
    if (all == NULL) {
        return tfl_fail_memory(err, "contributions");
    }
    tfl_status status = tfl_scores_find(scores, &stretch->sequence, &stretch->region, all, &any, err);
    any = 0;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        value[i] = all[stretch->reversed ? stretch->end - 1 - i : stretch->start + i];
        any = any || !isnan(value[i]);
    }
    free(all);
    if (status == TFL_OK && !any) {
        return tfl_fail(err, TFL_EINPUT, "%s: has no value for %s, letters %zu to %zu", path, stretch->sequence.name,
                        stretch->start + 1, stretch->end);
    }
    return status;
}

/* ---------------------------------------------------------------- boxes */

/* An interval [start, end) of the sequence as letters of the stretch; false where it lies elsewhere. */
static bool put_on(const tfl_stretch *s, int64_t start, int64_t end, tfl_logo_box *box)
{
    int64_t from = start - (int64_t)s->start;
    int64_t to = end - (int64_t)s->start;
    int64_t length = (int64_t)(s->end - s->start);
    from = from < 0 ? 0 : from;
    to = to > length ? length : to;
    if (from >= to) {
        return false;
    }
    box->start = (size_t)(s->reversed ? length - to : from);
    box->end = (size_t)(s->reversed ? length - from : to);
    return true;
}

/* The same for an interval of a contig or sequence called name. */
static bool place_box(const tfl_stretch *s, const char *name, int64_t start, int64_t end, tfl_logo_box *box)
{
    if (strcmp(name, s->sequence.name) == 0) {
        return put_on(s, start, end, box);
    }
    if (!s->region.placed || strcmp(name, s->region.contig) != 0) {
        return false;
    }
    start -= s->region.start;
    end -= s->region.start;
    return s->region.strand == '-' ? put_on(s, s->region.length - end, s->region.length - start, box)
                                   : put_on(s, start, end, box);
}

static tfl_status add_box(tfl_boxes *boxes, tfl_logo_box box, const char *name, tfl_error *err)
{
    tfl_status status = TFL_GROW(boxes->box, &boxes->capacity, boxes->n + 1, "boxes", err);
    char *label = name != NULL ? tfl_strdup(name) : NULL;
    if (status == TFL_OK && name != NULL && label == NULL) {
        status = tfl_fail_memory(err, "boxes");
    }
    if (status != TFL_OK) {
        free(label);
        return status;
    }
    box.label = label;
    boxes->box[boxes->n++] = box;
    return TFL_OK;
}

static tfl_status take_row(tfl_boxes *boxes, const tfl_stretch *stretch, const tfl_bed_row *row, tfl_error *err)
{
    tfl_logo_box box = {0, 0, 0, NULL};
    bool here = place_box(stretch, row->contig, row->start, row->end, &box);
    const char *name = row->name != NULL && strcmp(row->name, ".") != 0 ? row->name : NULL;
    tfl_status status = name != NULL ? tfl_table_add(boxes->names, name, NULL, NULL, err) : TFL_OK;
    return status == TFL_OK && here ? add_box(boxes, box, name, err) : status;
}

tfl_status tfl_boxes_read(tfl_boxes *boxes, const tfl_stretch *stretch, const char *path, tfl_error *err)
{
    tfl_bed *bed = NULL;
    tfl_bed_row row;
    bool found = true;
    tfl_status status = boxes->names == NULL ? tfl_table_create(&boxes->names, err) : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_bed_open(path, &bed, err);
    }
    while (status == TFL_OK && found) {
        status = tfl_bed_next(bed, &row, &found, err);
        if (status == TFL_OK && found) {
            status = take_row(boxes, stretch, &row, err);
        }
    }
    tfl_bed_close(bed);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

tfl_status tfl_boxes_sort(tfl_boxes *boxes, tfl_error *err)
{
    size_t n = boxes->names != NULL ? tfl_table_size(boxes->names) : 0;
    const char **name = tfl_calloc(n, sizeof *name);
    if (name == NULL) {
        return tfl_fail_memory(err, "boxes");
    }
    for (size_t i = 0; i < n; i++) {
        name[i] = tfl_table_name(boxes->names, i);
    }
    if (n > 0) {
        qsort(name, n, sizeof *name, by_name);
    }
    for (size_t i = 0; i < boxes->n; i++) {
        const char **found =
            boxes->box[i].label != NULL ? bsearch(&boxes->box[i].label, name, n, sizeof *name, by_name) : NULL;
        boxes->box[i].kind = found != NULL ? (size_t)(found - name) : n;
    }
    free(name);
    return TFL_OK;
}

void tfl_boxes_clear(tfl_boxes *boxes)
{
    for (size_t i = 0; i < boxes->n; i++) {
        free((char *)(uintptr_t)boxes->box[i].label);
    }
    free(boxes->box);
    tfl_table_free(boxes->names);
    memset(boxes, 0, sizeof *boxes);
}
