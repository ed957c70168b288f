/* The stretch of a sequence that a logo shows. */
#include "config.h"

#include "cli/stretch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/lines.h"
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

static tfl_status check_range(const wanted *w, const char *path, const tfl_sequence *record, tfl_error *err)
{
    if (w->from < 1 || w->from > w->to) {
        return tfl_fail(err, TFL_EUSAGE, "--region %s: positions count from 1, and the first comes before the last",
                        w->text);
    }
    if ((uint64_t)w->to > record->length) {
        return tfl_fail(err, TFL_EUSAGE, "%s: %s has %zu letters, and --region %s wants %lld", path, record->name,
                        record->length, w->text, (long long)w->to);
    }
    return TFL_OK;
}

/* Only the part of a contig that is wanted, as a sequence of its own. */
static tfl_status cut_contig(tfl_stretch *s, const wanted *w, tfl_error *err)
{
    size_t length = (size_t)(w->to - w->from + 1);
    char *contig = tfl_strdup(s->sequence.name);
    char *name = tfl_strdup(w->text);
    if (contig == NULL || name == NULL) {
        free(contig);
        free(name);
        return tfl_fail_memory(err, "a region");
    }
    memmove(s->sequence.letters, s->sequence.letters + w->from - 1, length);
    s->sequence.letters[length] = '\0';
    s->sequence.length = length;
    free(s->sequence.name);
    s->sequence.name = name;
    s->sequence.capacity[0] = strlen(name) + 1;
    tfl_region_clear(&s->region);
    s->region = (tfl_region){contig, w->from - 1, (int64_t)length, '+', true};
    take_whole(s);
    return TFL_OK;
}

/* Whether a record has what is wanted; then it becomes the stretch. */
static tfl_status try_record(tfl_stretch *s, const wanted *w, bool genome, const char *path, bool *taken,
                             tfl_error *err)
{
    const tfl_sequence *record = &s->sequence;
    *taken = true;
    bool named = is_name(w, record->name);
    tfl_status status = named ? check_range(w, path, record, err) : TFL_OK;
    if (status == TFL_OK && named && genome) {
        return cut_contig(s, w, err);
    }
    if (status == TFL_OK) {
        status = tfl_region_parse(record->name, record->length, !genome, &s->region, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    if (w->text == NULL || strcmp(record->name, w->text) == 0) {
        take_whole(s);
        s->on_contig = s->on_contig || genome;
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

static tfl_status search(tfl_stretch *s, tfl_fasta *fasta, const wanted *w, bool genome, tfl_error *err)
{
    for (;;) {
        int found = 0;
        bool taken = false;
        tfl_status status = tfl_fasta_next(fasta, &s->sequence, &found, err);
        if (status == TFL_OK && !found) {
            return tfl_fail(err, TFL_EUSAGE, "%s: holds no %s %s, nor one that covers it", tfl_fasta_name(fasta),
                            genome ? "contig" : "sequence", w->text);
        }
        if (status == TFL_OK) {
            status = try_record(s, w, genome, tfl_fasta_name(fasta), &taken, err);
        }
        if (status != TFL_OK || taken) {
            return status;
        }
    }
}

tfl_status tfl_stretch_find(tfl_stretch *stretch, const char *path, bool genome, const char *region, tfl_error *err)
{
    tfl_fasta *fasta = NULL;
    wanted w = region != NULL ? take_apart(region) : (wanted){NULL, 0, 0, 0};
    tfl_status status = tfl_fasta_open(path, TFL_FASTA_NOT_EMPTY, &fasta, err);
    if (status != TFL_OK) {
        return status;
    }
    status = search(stretch, fasta, &w, genome, err);
    tfl_fasta_close(fasta);
    return status == TFL_OK ? copy_letters(stretch, err) : status;
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

/* name: the fourth column, NULL when there is none. */
static tfl_status read_interval(const tfl_stretch *s, const tfl_lines *lines, char *line, tfl_logo_box *box, bool *here,
                                const char **name, tfl_error *err)
{
    char *field[5] = {NULL};
    int64_t start = 0, end = 0;
    char separator = strchr(line, '\t') != NULL ? '\t' : ' ';
    size_t n = tfl_lines_split(line, separator, field, 5);
    if (n < 3) {
        return tfl_lines_fail(lines, err, "%zu columns; BED has 3 or more: contig, start, end, name", n);
    }
    if (!tfl_parse_int(field[1], 0, INT64_MAX / 2, &start) || !tfl_parse_int(field[2], 0, INT64_MAX / 2, &end) ||
        start > end) {
        return tfl_lines_fail(
            lines, err, "start and end are \"%s\" and \"%s\"; whole numbers are needed, the start not behind the end",
            field[1], field[2]);
    }
    *here = place_box(s, field[0], start, end, box);
    *name = n > 3 && strcmp(field[3], ".") != 0 ? field[3] : NULL;
    return TFL_OK;
}

static tfl_status add_box(tfl_boxes *boxes, tfl_logo_box box, const char *name, tfl_error *err)
{
    void *array = boxes->box;
    tfl_status status = tfl_grow(&array, &boxes->capacity, boxes->n + 1, sizeof box, "boxes", err);
    boxes->box = array;
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

static tfl_status take_interval(tfl_boxes *boxes, const tfl_stretch *stretch, const tfl_lines *lines, char *line,
                                tfl_error *err)
{
    tfl_logo_box box = {0, 0, 0, NULL};
    bool here = false;
    const char *name = NULL;
    tfl_status status = read_interval(stretch, lines, line, &box, &here, &name, err);
    if (status == TFL_OK && name != NULL) {
        status = tfl_table_add(boxes->names, name, NULL, NULL, err);
    }
    return status == TFL_OK && here ? add_box(boxes, box, name, err) : status;
}

static bool is_comment(const char *line)
{
    return *line == '\0' || *line == '#' || strncmp(line, "track", 5) == 0 || strncmp(line, "browser", 7) == 0;
}

tfl_status tfl_boxes_read(tfl_boxes *boxes, const tfl_stretch *stretch, const char *path, tfl_error *err)
{
    tfl_lines *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    tfl_status status = boxes->names == NULL ? tfl_table_create(&boxes->names, err) : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_lines_open(path, &lines, err);
    }
    while (status == TFL_OK) {
        status = tfl_lines_next(lines, &line, &length, err);
        if (status != TFL_OK || line == NULL) {
            break;
        }
        if (!is_comment(line)) {
            status = take_interval(boxes, stretch, lines, line, err);
        }
    }
    tfl_lines_close(lines);
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
