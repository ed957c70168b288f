/*
 * bedGraph: contig, start, end, value. A row for every base that has a value, zero or not, so that rows of two files
 * can be joined; the description is a comment.
 */
#include "config.h"

#include "track/text_internal.h"
#include "track/track_internal.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_ROW = TFL_TEXT_NAME + 2 * (TFL_TEXT_COUNTER + 1) + TFL_NUMBER_SIZE + 2 };

static tfl_status open_bedgraph(tfl_track *track, tfl_error *err)
{
    tfl_status status = tfl_track_write_description(track, err);
    return status == TFL_OK ? tfl_track_write_track_line(track, "type=bedGraph ", "", err) : status;
}

static tfl_status write_rows(tfl_output *output, const char *name, int64_t start, const float *value, size_t n,
                             tfl_error *err)
{
    tfl_text contig;
    tfl_status status = tfl_text_take_contig(&contig, name, err);
    tfl_counter from = tfl_counter_from(start);
    tfl_counter to = tfl_counter_from(start + 1);
    size_t batch = TFL_TEXT_BATCH / (contig.length + (MOST_ROW - TFL_TEXT_NAME));
    for (size_t i = 0; status == TFL_OK && i < n;) {
        char *row = tfl_output_reserve(output, TFL_TEXT_BATCH, err);
        if (row == NULL) {
            return err != NULL ? err->status : TFL_EIO;
        }
        char *at = row;
        for (size_t stop = n - i < batch ? n : i + batch; i < stop; i++) {
            if (!isnan(value[i])) {
                at = tfl_text_put(at, contig);
                *at++ = '\t';
                at = tfl_text_counter(at, &from);
                *at++ = '\t';
                at = tfl_text_counter(at, &to);
                *at++ = '\t';
                at = tfl_text_float(at, value[i]);
                *at++ = '\n';
            }
            from = to;
            tfl_counter_next(&to);
        }
        tfl_output_advance(output, (size_t)(at - row));
    }
    return status;
}

static tfl_status write_record(tfl_track *track, const tfl_track_record *record, const float *value, tfl_error *err)
{
    return write_rows(track->output, record->region->contig, 0, value, record->length, err);
}

static tfl_status write_values(tfl_track *track, const tfl_contig *contig, int64_t start, const float *value, size_t n,
                               tfl_error *err)
{
    return write_rows(track->output, contig->name, start, value, n, err);
}

const tfl_track_backend tfl_track_bedgraph = {
    .format = {.name = "bedgraph",
               .suffixes = ".bedgraph .bg .bdg",
               .help = "bedGraph, a row per base",
               .one_value = true,
               .text = true,
               .described = true},
    .open = open_bedgraph,
    .write = write_record,
    .values = write_values,
};
