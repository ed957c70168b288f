/* What all track formats share: checks, projection, placement, the summary, and that a file is complete or not there.
 */
#include "config.h"

#include "track/track_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "tflift/row.h"

bool tfl_overlap_find(const char *name, tfl_overlap *overlap)
{
    static const struct {
        const char *name;
        tfl_overlap overlap;
    } policies[] = {{"mean", TFL_OVERLAP_MEAN},
                    {"nearest", TFL_OVERLAP_NEAREST},
                    {"first", TFL_OVERLAP_FIRST},
                    {"error", TFL_OVERLAP_ERROR}};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (strcmp(policies[i].name, name) == 0) {
            *overlap = policies[i].overlap;
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- opening */

static tfl_status start(tfl_track *track, const char *path, tfl_error *err)
{
    const tfl_track_format *format = &track->backend->format;
    if (strcmp(path, "-") == 0 && !format->text) {
        return tfl_fail(err, TFL_EUSAGE, "standard output: %s is not a text format; give the output a file name",
                        format->name);
    }
    tfl_status status = tfl_output_open(path, format->text ? TFL_BY_NAME : TFL_PLAIN, &track->output, err);
    if (status == TFL_OK && format->one_value) {
        status = tfl_placement_create(&track->options, &track->placement, err);
    }
    if (status == TFL_OK && track->backend->open != NULL) {
        status = track->backend->open(track, err);
        if (status != TFL_OK) {
            tfl_error_prefix(err, "%s", path);
        }
    }
    return status;
}

tfl_status tfl_track_open(const char *path, const tfl_track_format *format, const tfl_track_options *options,
                          tfl_track **out, tfl_error *err)
{
    *out = NULL;
    const tfl_track_backend *backend = tfl_track_backend_of(format);
    if (backend == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "%s: no format was given that tracks can be written in", path);
    }
    tfl_track *track = tfl_calloc(1, sizeof *track);
    if (track == NULL) {
        return tfl_fail_memory(err, "a track");
    }
    track->backend = backend;
    track->options = *options;
    tfl_status status = start(track, path, err);
    if (status != TFL_OK) {
        tfl_track_discard(track);
        return status;
    }
    *out = track;
    return TFL_OK;
}

/* Writes text as part of a line: control characters would break it. */
static tfl_status write_line_text(tfl_track *track, const char *text, char quote, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (; status == TFL_OK && *text != '\0'; text++) {
        char byte = tfl_is_control(*text) || *text == quote ? ' ' : *text;
        status = tfl_output_write(track->output, &byte, 1, err);
    }
    return status;
}

tfl_status tfl_track_write_description(tfl_track *track, tfl_error *err)
{
    if (track->options.description == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_output_write(track->output, "# ", 2, err);
    if (status == TFL_OK) {
        status = write_line_text(track, track->options.description, '\n', err);
    }
    return status == TFL_OK ? tfl_output_write(track->output, "\n", 1, err) : status;
}

tfl_status tfl_track_write_track_line(tfl_track *track, const char *type, const char *attributes, tfl_error *err)
{
    if (track->options.track_name == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_output_printf(track->output, err, "track %sname=\"", type);
    if (status == TFL_OK) {
        status = write_line_text(track, track->options.track_name, '"', err);
    }
    return status == TFL_OK ? tfl_output_printf(track->output, err, "\"%s\n", attributes) : status;
}

/* ---------------------------------------------------------------- writing */

static tfl_status check_record(const tfl_track *track, const tfl_track_record *record, tfl_error *err)
{
    if (record->region == NULL || record->region->length < 0 || (uint64_t)record->region->length != record->length) {
        return tfl_fail(err, TFL_EUSAGE, "record %s: its region is not as long as the sequence", record->name);
    }
    if (strpbrk(record->name, "\t\n") != NULL || strpbrk(record->region->contig, "\t\n") != NULL) {
        return tfl_fail(err, TFL_EINPUT, "record %s: a tab or line end within a name breaks every format",
                        record->name);
    }
    if (track->backend->format.hypothetical && track->options.hypothetical && record->hypothetical == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "record %s: comes without hypothetical contributions", record->name);
    }
    return TFL_OK;
}

/* value[i] = sum of contribution[i][0..3]. NaN stays NaN: the base has no value. */
static tfl_status project(tfl_track *track, const tfl_track_record *record, tfl_error *err)
{
    tfl_status status = TFL_GROW(track->value, &track->capacity, record->length, "the values of a record", err);
    if (status != TFL_OK) {
        return status;
    }
    for (size_t i = 0; i < record->length; i++) {
        const float *c = record->contribution + i * TFL_BASES;
        track->value[i] = (float)((double)c[0] + c[1] + c[2] + c[3]);
        track->summary.missing += isnan(track->value[i]) ? 1 : 0;
        if (isinf(track->value[i])) {
            return tfl_fail(err, TFL_EINPUT,
                            "record %s: the contribution of base %zu to task %s is infinite; the model overflows",
                            record->name, i, record->task);
        }
    }
    return TFL_OK;
}

/* Sequences that are their own contig need no sorting, where the format can do without it. */
static bool goes_straight(const tfl_track *track, const tfl_track_record *record)
{
    return track->placement == NULL || (track->backend->write != NULL && !record->region->placed &&
                                        !tfl_placement_knows(track->placement, record->region->contig));
}

tfl_status tfl_track_write(tfl_track *track, const tfl_track_record *record, tfl_error *err)
{
    tfl_status status = check_record(track, record, err);
    if (status == TFL_OK) {
        status = project(track, record, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    track->summary.records++;
    if (!goes_straight(track, record)) {
        return tfl_placement_add(track->placement, record, track->value, err);
    }
    tfl_track_summarise(&track->summary, track->value, record->length);
    if (track->placement != NULL) {
        status = tfl_placement_pass(track->placement, record->region->contig, err);
    }
    return status == TFL_OK ? track->backend->write(track, record, track->value, err) : status;
}

/* ---------------------------------------------------------------- the end */

static tfl_status take(void *context, const tfl_contig *contig, int64_t start, const float *value, size_t n,
                       tfl_error *err)
{
    tfl_track *track = context;
    return track->backend->values(track, contig, start, value, n, err);
}

/* What is still to be written. */
static tfl_status write_rest(tfl_track *track, tfl_error *err)
{
    const tfl_track_backend *backend = track->backend;
    tfl_status status = TFL_OK;
    if (track->placement != NULL) {
        tfl_contig_list *contigs = NULL;
        status = tfl_placement_sort(track->placement, &contigs, err);
        if (status == TFL_OK && backend->begin != NULL) {
            status = backend->begin(track, contigs, err);
        }
        if (status == TFL_OK) {
            status = tfl_placement_merge(track->placement, take, track, &track->summary, err);
        }
    }
    return status == TFL_OK && backend->finish != NULL ? backend->finish(track, err) : status;
}

tfl_status tfl_track_finish(tfl_track *track, tfl_error *err)
{
    if (track->finished) {
        return TFL_OK;
    }
    tfl_status status = write_rest(track, err);
    if (status == TFL_OK) {
        status = tfl_output_finish(track->output, err);
    }
    track->finished = status == TFL_OK;
    return status;
}

tfl_status tfl_track_commit(tfl_track *track, tfl_track_summary *summary, tfl_error *err)
{
    tfl_status status = tfl_track_finish(track, err);
    if (status == TFL_OK) {
        status = tfl_output_commit(track->output, err);
        track->output = NULL;
    }
    if (summary != NULL) {
        *summary = track->summary;
    }
    tfl_track_discard(track);
    return status;
}

void tfl_track_discard(tfl_track *track)
{
    if (track != NULL) {
        if (track->backend->free_state != NULL) {
            track->backend->free_state(track);
        }
        tfl_output_discard(track->output);
        tfl_placement_free(track->placement);
        free(track->value);
        free(track);
    }
}
