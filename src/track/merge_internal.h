/*
 * merge_internal.h: the contigs of several tracks: what each says of their order and lengths, and what that comes to.
 */
#ifndef TFLIFT_MERGE_INTERNAL_H
#define TFLIFT_MERGE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/merge.h"

#include "track/placement_internal.h"

typedef struct tfl_merge_contigs tfl_merge_contigs;

/* For n files; path and options have to live as long. by_name: contigs whose order no file tells come by name, as in a
 * bigWig of one run; else in the order of the files, which is that of a run whose parts the files are. */
tfl_status tfl_merge_contigs_create(const tfl_merge_options *options, const char *const *path, size_t n, bool by_name,
                                    tfl_merge_contigs **out, tfl_error *err) TFL_MUST_USE;
void tfl_merge_contigs_free(tfl_merge_contigs *contigs);

/* File number file, not before those that were added to already, has this contig, behind those that were added; length
 * 0: it does not say how long. *added is false where that file has had it (may be NULL). Lengths that contradict each
 * other are an error. */
tfl_status tfl_merge_contigs_add(tfl_merge_contigs *contigs, size_t file, const char *contig, int64_t length,
                                 size_t *number, bool *added, tfl_error *err) TFL_MUST_USE;

/* File number file has a value for a base in front of end. */
void tfl_merge_contigs_reach(tfl_merge_contigs *contigs, size_t file, size_t number, int64_t end);

/* Order and lengths; *out stays the contigs'. A value behind the end of a contig, and one on a contig that the genome
 * does not have, are errors. */
tfl_status tfl_merge_contigs_finish(tfl_merge_contigs *contigs, const tfl_contigs **out, tfl_error *err) TFL_MUST_USE;

#endif
