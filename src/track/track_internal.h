/*
 * track_internal.h: what a format has to provide, and what it finds in a track.
 */
#ifndef TFLIFT_TRACK_INTERNAL_H
#define TFLIFT_TRACK_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/output.h"
#include "tflift/track.h"

#include "track/placement_internal.h"

/* A format: a row of formats.c. Functions that are NULL are not needed. Nobody commits or frees the output but track.c:
 * who takes it over meanwhile (bigWig's writer) gives it back in finish. */
typedef struct tfl_track_backend {
    tfl_track_format format;
    /* Headers; track->output is open. */
    tfl_status (*open)(tfl_track *track, tfl_error *err);
    /* One record with its projected values, both in the sequence's orientation; for formats of one value per base, only
     * records that are their own contig. Not called for such formats when they have no write. */
    tfl_status (*write)(tfl_track *track, const tfl_track_record *record, const float *value, tfl_error *err);
    /* Placed values come now, on these contigs (sorted; one_value formats only), to be read before this returns. */
    tfl_status (*begin)(tfl_track *track, tfl_contig_list *contigs, tfl_error *err);
    /* Values of bases [start, start + n) of a contig, in order and without overlap; NaN: none (one_value formats only).
     */
    tfl_status (*values)(tfl_track *track, const tfl_contig *contig, int64_t start, const float *value, size_t n,
                         tfl_error *err);
    /* What is left to write. */
    tfl_status (*finish)(tfl_track *track, tfl_error *err);
    /* Frees track->state; called once, at the end of every track. */
    void (*free_state)(tfl_track *track);
} tfl_track_backend;

struct tfl_track {
    const tfl_track_backend *backend;
    tfl_track_options options;
    tfl_output *output;
    tfl_placement *placement; /* of one_value formats */
    tfl_track_summary summary;
    float *value; /* the projected values of the record at hand */
    size_t capacity;
    bool finished;
    void *state; /* the format's own */
};

extern const tfl_track_backend tfl_track_bedgraph, tfl_track_bed, tfl_track_bigwig, tfl_track_tsv, tfl_track_npz;

const tfl_track_backend *tfl_track_backend_of(const tfl_track_format *format);

/* options->description as a "# …" line; nothing where there is none. */
tfl_status tfl_track_write_description(tfl_track *track, tfl_error *err) TFL_MUST_USE;

/* "track type=… name="…" …" where options->track_name is given; attributes follow the name. */
tfl_status tfl_track_write_track_line(tfl_track *track, const char *type, const char *attributes,
                                      tfl_error *err) TFL_MUST_USE;

#endif
