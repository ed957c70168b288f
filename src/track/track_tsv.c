/*
 * TSV: #name position base task contribution [hyp_A hyp_C hyp_G hyp_T], a row per base and task, in the sequence's own
 * orientation; positions from 0. A base without a value has "nan". The description is a second # line, where it is asked for.
 */
#include "config.h"

#include "track/text_internal.h"
#include "track/track_internal.h"

#include "tflift/alphabet.h"
#include "tflift/row.h"

enum { MOST_ROW = TFL_TEXT_COUNTER + 5 * (TFL_NUMBER_SIZE + 1) + 8 /* without the names */ };

static tfl_status open_tsv(tfl_track *track, tfl_error *err)
{
    tfl_status status = tfl_output_printf(track->output, err, "#name\tposition\tbase\ttask\tcontribution%s\n",
                                          track->options.hypothetical ? "\thyp_A\thyp_C\thyp_G\thyp_T" : "");
    return status == TFL_OK && track->options.provenance ? tfl_track_write_description(track, err) : status;
}

static tfl_status write_record(tfl_track *track, const tfl_track_record *record, const float *value, tfl_error *err)
{
    tfl_text name;
    tfl_text task = {"", 0};
    tfl_status status = tfl_text_take(&name, record->name, err);
    if (status == TFL_OK) {
        status = tfl_row_check(record->name, err);
    }
    if (status == TFL_OK) {
        status = tfl_text_take(&task, record->task, err);
    }
    tfl_counter position = tfl_counter_from(0);
    size_t n = record->length;
    size_t batch = TFL_TEXT_BATCH / (name.length + task.length + MOST_ROW);
    for (size_t i = 0; status == TFL_OK && i < n;) {
        char *row = tfl_output_reserve(track->output, TFL_TEXT_BATCH, err);
        if (row == NULL) {
            return err != NULL ? err->status : TFL_EIO;
        }
        char *at = row;
        for (size_t stop = n - i < batch ? n : i + batch; i < stop; i++) {
            at = tfl_text_put(at, name);
            *at++ = '\t';
            at = tfl_text_counter(at, &position);
            *at++ = '\t';
            *at++ = record->letters[i];
            *at++ = '\t';
            at = tfl_text_put(at, task);
            *at++ = '\t';
            at = tfl_text_float(at, value[i]);
            for (size_t c = 0; track->options.hypothetical && c < TFL_BASES; c++) {
                *at++ = '\t';
                at = tfl_text_float(at, record->hypothetical[i * TFL_BASES + c]);
            }
            *at++ = '\n';
            tfl_counter_next(&position);
        }
        tfl_output_advance(track->output, (size_t)(at - row));
    }
    return status;
}

const tfl_track_backend tfl_track_tsv = {
    .format = {.name = "tsv",
               .suffixes = ".tsv",
               .help =
                   "a table: name, position, base, task, contribution and, when asked for, hypothetical contributions",
               .all_tasks = true,
               .text = true,
               .hypothetical = true,
               .described = true},
    .open = open_tsv,
    .write = write_record,
};
