/*
 * placement_internal.h: records in any order into one value per base, in genome order.
 *
 * Values wait in a temporary file, and so do the places of records when they are many; what stays in memory is the
 * genome's contigs, and one record's length of values.
 */
#ifndef TFLIFT_PLACEMENT_INTERNAL_H
#define TFLIFT_PLACEMENT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/track.h"

#include "track/contig_list_internal.h"

typedef struct tfl_contigs {
    size_t n;
    const char **name;
    int64_t *length;
} tfl_contigs;

/* The contig that values lie on. */
typedef struct tfl_contig {
    size_t number; /* in the order of all */
    const char *name;
} tfl_contig;

/* Takes values of bases [start, start + n). */
typedef tfl_status tfl_placement_take(void *context, const tfl_contig *contig, int64_t start, const float *value,
                                      size_t n, tfl_error *err);

typedef struct tfl_placement tfl_placement;

tfl_status tfl_placement_create(const tfl_track_options *options, tfl_placement **out, tfl_error *err) TFL_MUST_USE;
void tfl_placement_free(tfl_placement *placement);

/* Takes the values of a record, in its own orientation. A region that leaves its contig, or names one that the genome
 * does not have, is an error; a sequence that is its own contig never is. */
tfl_status tfl_placement_add(tfl_placement *placement, const tfl_track_record *record, const float *value,
                             tfl_error *err) TFL_MUST_USE;

/* Whether the genome has this contig. */
bool tfl_placement_knows(const tfl_placement *placement, const char *contig);

/* A sequence that is its own contig has been written without placement: no added record may lie on it. */
tfl_status tfl_placement_pass(tfl_placement *placement, const char *contig, tfl_error *err) TFL_MUST_USE;

/* Order and lengths of the contigs, where they are known only after records were added (to a placement without a
 * genome); all that have records must be among them. They have to live as long as the placement. */
tfl_status tfl_placement_arrange(tfl_placement *placement, const tfl_contigs *contigs, tfl_error *err) TFL_MUST_USE;

/* Sorts what was added. contigs stay the placement's: the genome's in its order, then others, by name. */
tfl_status tfl_placement_sort(tfl_placement *placement, tfl_contig_list **contigs, tfl_error *err) TFL_MUST_USE;

/* Gives the merged values to take, in order; NaN: no value. summary gets bases, overlapping, min, max and sum of these.
 */
tfl_status tfl_placement_merge(tfl_placement *placement, tfl_placement_take *take, void *context,
                               tfl_track_summary *summary, tfl_error *err) TFL_MUST_USE;

/* Adds one value per base to bases, min, max and sum of a summary; NaN is left out. */
void tfl_track_summarise(tfl_track_summary *summary, const float *value, size_t n);

#endif
