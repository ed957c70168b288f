/* bigWig, through the writer of bigwig_write.c. */
#include "config.h"

#include "track/bigwig_internal.h"
#include "track/track_internal.h"

static tfl_status open_bigwig(tfl_track *track, tfl_error *err)
{
    /* Better now than after a night's work. */
    if (!tfl_output_seekable(track->output)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "a bigWig file cannot go to a pipe, terminal or device, for its header is written last; "
                        "name a file");
    }
    return TFL_OK;
}

static tfl_status begin(tfl_track *track, tfl_contig_list *contigs, tfl_error *err)
{
    tfl_output *output = track->output;
    tfl_bigwig_writer *writer = NULL;
    track->output = NULL; /* the writer's now */
    tfl_status status = tfl_bigwig_create_over(output, contigs, &writer, err);
    track->state = writer;
    return status;
}

static tfl_status write_values(tfl_track *track, const tfl_contig *contig, int64_t start, const float *value, size_t n,
                               tfl_error *err)
{
    return tfl_bigwig_write(track->state, contig->number, start, value, n, err);
}

static tfl_status finish(tfl_track *track, tfl_error *err)
{
    tfl_bigwig_writer *writer = track->state;
    track->state = NULL;
    return tfl_bigwig_finish(writer, &track->output, err);
}

static void free_state(tfl_track *track)
{
    tfl_bigwig_discard(track->state);
}

const tfl_track_backend tfl_track_bigwig = {
    .format = {.name = "bigwig", .suffixes = ".bw .bigwig", .help = "bigWig, for genome browsers", .one_value = true},
    .open = open_bigwig,
    .begin = begin,
    .values = write_values,
    .finish = finish,
    .free_state = free_state,
};
