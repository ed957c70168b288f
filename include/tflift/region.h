/*
 * region.h: where a sequence lies on a genome.
 */
#ifndef TFLIFT_REGION_H
#define TFLIFT_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tfl_region {
    char *contig;  /* owned */
    int64_t start; /* 0-based, half-open [start, start + length) */
    int64_t length;
    char strand; /* '+' or '-' */
    bool placed; /* named by coordinates; false: the sequence is its own contig, start 0 */
} tfl_region;

/* Places a sequence by its name: "chr:start-end", "name::chr:start-end", either with "(+)" or "(-)". The length tells
 * 0-based half-open (bedtools: end - start == length) from 1-based closed (samtools: end - start + 1 == length). A name
 * that does not have this form, or coordinates == false, makes the sequence its own contig. A name of this form whose
 * numbers do not fit the length is an error that says both. The caller clears. */
tfl_status tfl_region_parse(const char *name, size_t length, bool coordinates, tfl_region *region,
                            tfl_error *err) TFL_MUST_USE;

void tfl_region_clear(tfl_region *region);

#ifdef __cplusplus
}
#endif
#endif
