/* Several tracks into one: each is a record to the placement of a new track. */
#include "config.h"

#include "tflift/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tflift/bed.h"
#include "tflift/bigwig.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "track/interval_internal.h"
#include "track/merge_internal.h"
#include "track/scores_internal.h"
#include "track/track_internal.h"

enum {
    CHUNK = 1 << 16, /* values of a stretch at most */
    GAP = 64         /* bases without a value that do not end one: a further one costs as much */
};

typedef struct merging {
    tfl_merge_contigs *contigs;
    tfl_track *track;
    const char *path; /* the file at hand … */
    size_t file;      /* … and its number */
    char *contig;     /* the contig at hand */
    size_t number;
    float *value;  /* [CHUNK] */
    int64_t start; /* of bases [start, start + n) */
    size_t n;
    char *description, *track_name; /* as all text tracks have them, or NULL */
    bool mixed;
} merging;

/* ---------------------------------------------------------------- values of the file at hand */

static tfl_status place(merging *m, int64_t start, const float *value, size_t n, tfl_error *err)
{
    const tfl_region region = {
        .contig = m->contig, .start = start, .length = (int64_t)n, .strand = '+', .placed = true};
    const tfl_track_record record = {.name = m->path, .region = &region, .length = n};
    return tfl_placement_add(m->track->placement, &record, value, err);
}

/* What is in m->value, but for its gaps. */
static tfl_status flush(merging *m, tfl_error *err)
{
    tfl_status status = TFL_OK;
    size_t end = 0; /* of the values seen, and behind it nothing so far */
    size_t first = 0;
    for (size_t i = 0; status == TFL_OK && i < m->n; i++) {
        if (isnan(m->value[i])) {
            continue;
        }
        if (end > first && i - end > GAP) {
            status = place(m, m->start + (int64_t)first, m->value + first, end - first, err);
            first = i;
        }
        first = end == 0 ? i : first;
        end = i + 1;
    }
    if (status == TFL_OK && end > first) {
        status = place(m, m->start + (int64_t)first, m->value + first, end - first, err);
    }
    if (end > 0) {
        tfl_merge_contigs_reach(m->contigs, m->file, m->number, m->start + (int64_t)end);
    }
    m->n = 0;
    return status;
}

static tfl_status set_contig(merging *m, const char *contig, tfl_error *err)
{
    free(m->contig);
    m->contig = tfl_strdup(contig);
    return m->contig == NULL ? tfl_fail_memory(err, "a contig's name") : TFL_OK;
}

/* ---------------------------------------------------------------- bigWig */

static tfl_status take_contig(merging *m, tfl_bigwig *bigwig, size_t i, tfl_error *err)
{
    int64_t length = 0, from = 0;
    const char *name = tfl_bigwig_contig(bigwig, i, &length);
    tfl_status status = set_contig(m, name, err);
    if (status == TFL_OK) {
        status = tfl_merge_contigs_add(m->contigs, m->file, name, length, &m->number, NULL, err);
    }
    while (status == TFL_OK) {
        status = tfl_bigwig_next(bigwig, i, from, m->value, CHUNK, &m->start, &m->n, err);
        if (status != TFL_OK || m->n == 0) {
            break;
        }
        from = m->start + (int64_t)m->n;
        status = flush(m, err);
    }
    return status;
}

static tfl_status take_bigwig(merging *m, tfl_error *err)
{
    tfl_bigwig *bigwig = NULL;
    tfl_status status = tfl_bigwig_open(m->path, &bigwig, err);
    for (size_t i = 0; status == TFL_OK && i < tfl_bigwig_contigs(bigwig); i++) {
        status = take_contig(m, bigwig, i, err);
    }
    tfl_bigwig_close(bigwig);
    return status;
}

/* ---------------------------------------------------------------- text */

/* Moves on to the contig of a row. */
static tfl_status begin_contig(merging *m, const tfl_lines *lines, const char *contig, tfl_error *err)
{
    bool added = false;
    tfl_status status = flush(m, err);
    if (status == TFL_OK) {
        status = set_contig(m, contig, err);
    }
    if (status == TFL_OK) {
        status = tfl_merge_contigs_add(m->contigs, m->file, contig, 0, &m->number, &added, err);
    }
    return status == TFL_OK && !added
               ? tfl_lines_fail(lines, err, "contig %s comes again; rows have to be sorted (sort -k1,1 -k2,2n)", contig)
               : status;
}

/* Puts count times value behind what waits, which ends at row->start or at most GAP before, or is nothing. */
static tfl_status append(merging *m, const tfl_interval *row, tfl_error *err)
{
    int64_t at = row->start;
    tfl_status status = TFL_OK;
    int64_t gap = m->n > 0 ? at - m->start - (int64_t)m->n : 0;
    if (m->n > 0 && (gap > GAP || m->n + (size_t)gap >= CHUNK)) {
        status = flush(m, err);
        gap = 0;
    }
    for (int64_t i = 0; i < gap; i++) {
        m->value[m->n++] = NAN;
    }
    while (status == TFL_OK && at < row->end) {
        if (m->n == CHUNK) {
            status = flush(m, err);
        }
        m->start = m->n == 0 ? at : m->start;
        while (at < row->end && m->n < CHUNK) {
            m->value[m->n++] = row->value;
            at++;
        }
    }
    return status;
}

/* *end: of the row before, on the contig at hand. */
static tfl_status take_row(merging *m, const tfl_lines *lines, char *line, int64_t *end, tfl_error *err)
{
    tfl_interval row;
    tfl_status status = tfl_interval_parse(lines, line, &row, err);
    if (status == TFL_OK && (m->contig == NULL || strcmp(m->contig, row.contig) != 0)) {
        status = begin_contig(m, lines, row.contig, err);
        *end = 0;
    }
    if (status == TFL_OK && row.start < *end) {
        status = tfl_lines_fail(lines, err,
                                "begins at %lld, but the row before ends at %lld; rows have to be sorted "
                                "(sort -k1,1 -k2,2n) and must not overlap",
                                (long long)row.start, (long long)*end);
    }
    if (status == TFL_OK && row.end > UINT32_MAX) {
        status = tfl_lines_fail(lines, err, "ends at %lld; contigs of more than %lu bases cannot be joined",
                                (long long)row.end, (unsigned long)UINT32_MAX);
    }
    if (status == TFL_OK) {
        *end = row.end;
        tfl_merge_contigs_reach(m->contigs, m->file, m->number, row.end); /* so far, whether or not it has a value */
    }
    return status == TFL_OK && !isnan(row.value) ? append(m, &row, err) : status;
}

static tfl_status take_text(merging *m, tfl_error *err)
{
    tfl_lines *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    int64_t end = 0;
    bool any = false;
    tfl_status status = tfl_scores_open_lines(m->path, &lines, err);
    while (status == TFL_OK && (status = tfl_lines_next(lines, &line, &length, err)) == TFL_OK && line != NULL) {
        any = true;
        if (tfl_bed_is_row(line)) {
            status = take_row(m, lines, line, &end, err);
        }
    }
    if (status == TFL_OK && !any) {
        status = tfl_fail(err, TFL_EINPUT, "%s: is empty; a bigWig or a bedGraph is needed", tfl_lines_name(lines));
    }
    tfl_lines_close(lines);
    return status == TFL_OK ? flush(m, err) : status;
}

static tfl_status take_file(merging *m, tfl_error *err)
{
    free(m->contig);
    m->contig = NULL;
    m->n = 0;
    if (tfl_bigwig_is(m->path)) {
        return take_bigwig(m, err);
    }
    if (tfl_scores_source_of(m->path) != &tfl_scores_text) {
        return tfl_fail(err, TFL_EINPUT, "%s: is no track of one value per base; a bigWig or a bedGraph is needed",
                        m->path);
    }
    return take_text(m, err);
}

/* ---------------------------------------------------------------- first lines of text */

/* The name of "track … name="NAME" …", "" where it has none; NULL when out of memory. */
static char *name_of(const char *line)
{
    const char *name = strstr(line, " name=\"");
    const char *begin = name != NULL ? name + strlen(" name=\"") : NULL;
    const char *end = begin != NULL ? strchr(begin, '"') : NULL;
    return end != NULL ? tfl_strndup(begin, (size_t)(end - begin)) : tfl_strdup("");
}

/* Takes what a line in front of the first row says, unless one before it said it. */
static tfl_status take_head(const char *line, char **description, char **track_name, tfl_error *err)
{
    char **said = NULL;
    if (*description == NULL && strncmp(line, "# ", 2) == 0) {
        said = description;
        *said = tfl_strdup(line + 2);
    } else if (*track_name == NULL && strncmp(line, "track", 5) == 0) {
        said = track_name;
        *said = name_of(line);
    }
    return said != NULL && *said == NULL ? tfl_fail_memory(err, "first lines") : TFL_OK;
}

/* What the lines in front of the first row say; "" where they say nothing. */
static tfl_status read_head(const char *path, char **description, char **track_name, tfl_error *err)
{
    tfl_lines *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    struct stat found; /* what is no regular file can be read only once */
    bool is_text = stat(path, &found) == 0 && S_ISREG(found.st_mode) && tfl_scores_source_of(path) == &tfl_scores_text;
    tfl_status status = is_text ? tfl_lines_open(path, &lines, err) : TFL_OK;
    while (status == TFL_OK && is_text && (status = tfl_lines_next(lines, &line, &length, err)) == TFL_OK &&
           line != NULL && !tfl_bed_is_row(line)) {
        status = take_head(line, description, track_name, err);
    }
    tfl_lines_close(lines);
    *description = status == TFL_OK && *description == NULL ? tfl_strdup("") : *description;
    *track_name = status == TFL_OK && *track_name == NULL ? tfl_strdup("") : *track_name;
    return status == TFL_OK && (*description == NULL || *track_name == NULL) ? tfl_fail_memory(err, "first lines")
                                                                             : status;
}

/* What the first lines of all files agree on. */
static tfl_status read_heads(merging *m, const char *const *path, size_t n, tfl_error *err)
{
    tfl_status status = n > 0 ? read_head(path[0], &m->description, &m->track_name, err) : TFL_OK;
    for (size_t i = 1; status == TFL_OK && !m->mixed && i < n; i++) {
        char *description = NULL, *track_name = NULL;
        status = read_head(path[i], &description, &track_name, err);
        m->mixed =
            status == TFL_OK && (strcmp(description, m->description) != 0 || strcmp(track_name, m->track_name) != 0);
        free(description);
        free(track_name);
    }
    return status;
}

/* ---------------------------------------------------------------- all of it */

static tfl_status open_track(merging *m, const char *output, const tfl_track_format *format,
                             const tfl_merge_options *options, tfl_error *err)
{
    tfl_track_options o = {.overlap = options->overlap, .description = m->mixed ? options->description : NULL};
    if (!m->mixed && *m->description != '\0') {
        o.description = m->description;
    }
    if (!m->mixed && *m->track_name != '\0') {
        o.track_name = m->track_name;
    }
    return tfl_track_open(output, format, &o, &m->track, err);
}

static tfl_status take_files(merging *m, const char *const *path, size_t n, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        m->file = i;
        m->path = path[i];
        status = take_file(m, err);
    }
    return status;
}

static tfl_status finish(merging *m, size_t n, tfl_merge_summary *summary, tfl_error *err)
{
    const tfl_contigs *contigs = NULL;
    tfl_status status = tfl_merge_contigs_finish(m->contigs, &contigs, err);
    if (status == TFL_OK) {
        status = tfl_placement_arrange(m->track->placement, contigs, err);
    }
    if (status == TFL_OK) {
        m->track->summary.records = n;
        summary->contigs = contigs->n;
        summary->mixed = m->mixed;
        status = tfl_track_commit(m->track, &summary->track, err);
        m->track = NULL;
    }
    return status;
}

static void clear(merging *m)
{
    tfl_track_discard(m->track);
    tfl_merge_contigs_free(m->contigs);
    free(m->contig);
    free(m->value);
    free(m->description);
    free(m->track_name);
}

tfl_status tfl_merge_tracks(const char *const *path, size_t n, const char *output, const tfl_track_format *format,
                            const tfl_merge_options *options, tfl_merge_summary *summary, tfl_error *err)
{
    tfl_merge_summary unused;
    merging m = {.value = NULL};
    if (n == 0 || format == NULL || !format->one_value || options->overlap == TFL_OVERLAP_NEAREST) {
        return tfl_fail(err, TFL_EUSAGE, "merging takes tracks and a format of one value per base, and no centres");
    }
    m.value = tfl_calloc(CHUNK, sizeof *m.value);
    tfl_status status = m.value == NULL ? tfl_fail_memory(err, "values")
                                        : tfl_merge_contigs_create(options, path, n, !format->text, &m.contigs, err);
    if (status == TFL_OK) {
        status = read_heads(&m, path, n, err);
    }
    if (status == TFL_OK) {
        status = open_track(&m, output, format, options, err);
    }
    if (status == TFL_OK) {
        status = take_files(&m, path, n, err);
    }
    if (status == TFL_OK) {
        status = finish(&m, n, summary != NULL ? summary : &unused, err);
    }
    clear(&m);
    return status;
}
