/*
 * BED6+1, a row per base in genome order within each record: the base on the record's strand as name; score 0–1000;
 * strand; the value.
 *
 * The score is 1000 |value| / (largest |value| of the record), rounded: a browser's shade shows where in a sequence the
 * importance is, whatever its sign, and does not depend on the other sequences. Records that overlap each keep their
 * rows.
 */
#include "config.h"

#include "track/text_internal.h"
#include "track/track_internal.h"

#include <math.h>

enum { MOST_ROW = 2 * (TFL_TEXT_COUNTER + 1) + TFL_NUMBER_SIZE + 32 /* without the name */ };

static tfl_status open_bed(tfl_track *track, tfl_error *err)
{
    tfl_status status = tfl_track_write_description(track, err);
    return status == TFL_OK ? tfl_track_write_track_line(track, "", " useScore=1", err) : status;
}

static float largest(const float *value, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++) {
        float size = fabsf(value[i]);
        most = size > most ? size : most; /* false for NaN */
    }
    return most;
}

static int64_t score(float value, float most)
{
    return most > 0 ? (int64_t)(1000 * ((double)fabsf(value) / most) + 0.5) : 0;
}

static char *put_row(char *at, tfl_text contig, const tfl_counter *from, const tfl_counter *to, char base, char strand,
                     int64_t points, float value)
{
    at = tfl_text_put(at, contig);
    *at++ = '\t';
    at = tfl_text_counter(at, from);
    *at++ = '\t';
    at = tfl_text_counter(at, to);
    *at++ = '\t';
    *at++ = base;
    *at++ = '\t';
    at += tfl_format_int(at, points);
    *at++ = '\t';
    *at++ = strand;
    *at++ = '\t';
    at = tfl_text_float(at, value);
    *at++ = '\n';
    return at;
}

static tfl_status write_record(tfl_track *track, const tfl_track_record *record, const float *value, tfl_error *err)
{
    const tfl_region *region = record->region;
    size_t n = record->length;
    tfl_text contig;
    tfl_status status = tfl_text_take_contig(&contig, region->contig, err);
    tfl_counter from = tfl_counter_from(region->start);
    tfl_counter to = tfl_counter_from(region->start + 1);
    float most = largest(value, n);
    bool reverse = region->strand == '-';
    size_t batch = TFL_TEXT_BATCH / (contig.length + MOST_ROW);
    for (size_t i = 0; status == TFL_OK && i < n;) {
        char *row = tfl_output_reserve(track->output, TFL_TEXT_BATCH, err);
        if (row == NULL) {
            return err != NULL ? err->status : TFL_EIO;
        }
        char *at = row;
        for (size_t stop = n - i < batch ? n : i + batch; i < stop; i++) {
            size_t j = reverse ? n - 1 - i : i;
            if (!isnan(value[j])) {
                at = put_row(at, contig, &from, &to, record->letters[j], reverse ? '-' : '+', score(value[j], most),
                             value[j]);
            }
            from = to;
            tfl_counter_next(&to);
        }
        tfl_output_advance(track->output, (size_t)(at - row));
    }
    return status;
}

const tfl_track_backend tfl_track_bed = {
    .format = {.name = "bed",
               .suffixes = ".bed",
               .help = "BED6+1, a row per base: the base, 1000 |value| over the sequence's largest, strand, value",
               .text = true,
               .described = true},
    .open = open_bed,
    .write = write_record,
};
