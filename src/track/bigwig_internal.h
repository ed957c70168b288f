/*
 * bigwig_internal.h: what the writer and the reader of bigWig share: sizes, magic numbers, header, index, zoom levels.
 *
 * Layout of the files that we write, everything little-endian:
 *   header 64 | zoom headers 10 x 24 | total summary 40 | chromosome tree | number of sections 8 | sections | index |
 *   for each zoom level: number of records 4 | blocks of records | index | magic
 * igv.js reads everything in front of the sections in one request, so the chromosome tree has to lie there.
 */
#ifndef TFLIFT_BIGWIG_INTERNAL_H
#define TFLIFT_BIGWIG_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "tflift/bigwig.h"
#include "tflift/error.h"
#include "tflift/output.h"

#include "tflift/spool.h"
#include "track/contig_list_internal.h"
#include "track/deflate_internal.h"

#define TFL_BIGWIG_MAGIC UINT32_C(0x888FFC26)
#define TFL_BIGBED_MAGIC UINT32_C(0x8789F2EB)
#define TFL_BIGWIG_TREE_MAGIC UINT32_C(0x78CA8C91)
#define TFL_BIGWIG_INDEX_MAGIC UINT32_C(0x2468ACE0)

enum {
    TFL_BIGWIG_HEADER = 64,
    TFL_BIGWIG_ZOOM_HEADER = 24,
    TFL_BIGWIG_SUMMARY = 40,
    TFL_BIGWIG_TREE_HEADER = 32,
    TFL_BIGWIG_INDEX_HEADER = 48,
    TFL_BIGWIG_NODE = 4,    /* is leaf 1, reserved 1, number of items 2; in both trees */
    TFL_BIGWIG_LEAF = 32,   /* of the index: contig, start, contig, end, offset 8, size 8 */
    TFL_BIGWIG_BRANCH = 24, /* of the index: contig, start, contig, end, offset 8 */
    TFL_BIGWIG_SECTION = 24,
    TFL_BIGWIG_ZOOM_RECORD = 32,
    TFL_BIGWIG_FANOUT = 256, /* items per node of both trees */
    TFL_BIGWIG_ZOOMS = 10
};

/* Kinds of section. */
enum { TFL_BIGWIG_BEDGRAPH = 1, TFL_BIGWIG_VARIABLE_STEP = 2, TFL_BIGWIG_FIXED_STEP = 3 };

typedef struct tfl_bigwig_header {
    uint16_t version, n_zooms;
    uint64_t tree, data, index, summary;
    uint32_t block_size; /* of the largest block when unpacked; 0: blocks are not compressed */
} tfl_bigwig_header;

void tfl_bigwig_put_header(unsigned char at[TFL_BIGWIG_HEADER], const tfl_bigwig_header *header);
tfl_bigwig_header
tfl_bigwig_get_header(const unsigned char at[TFL_BIGWIG_HEADER]); /* the magic is the caller's to check */
void tfl_bigwig_put_summary(unsigned char at[TFL_BIGWIG_SUMMARY], const tfl_bigwig_summary *summary);
tfl_bigwig_summary tfl_bigwig_get_summary(const unsigned char at[TFL_BIGWIG_SUMMARY]);

/* A writer over an output that is open already and is the writer's from now on, also on failure; contigs is read here
 * alone, from its first to its last. */
tfl_status tfl_bigwig_create_over(tfl_output *output, tfl_contig_list *contigs, tfl_bigwig_writer **out,
                                  tfl_error *err) TFL_MUST_USE;

/* Writes what is left into the output, which is the caller's again, and NULL on failure. Frees writer in every case. */
tfl_status tfl_bigwig_finish(tfl_bigwig_writer *writer, tfl_output **output, tfl_error *err) TFL_MUST_USE;

/* The tree from names to (id, length), ids being places in the list; lengths get the latter, 8 bytes each. A name that
 * comes twice, and a length that bigWig cannot hold, are errors. */
tfl_status tfl_bigwig_write_tree(tfl_output *output, tfl_contig_list *contigs, tfl_spool *lengths,
                                 tfl_error *err) TFL_MUST_USE;

/* Index entries wait in a spool, in order and without overlap. first and last are (contig, position). */
typedef struct tfl_bigwig_bounds {
    uint32_t first_contig, start, last_contig, end;
} tfl_bigwig_bounds;
tfl_status tfl_bigwig_index_add(tfl_spool *entries, const tfl_bigwig_bounds *bounds, uint64_t offset, uint64_t size,
                                tfl_error *err) TFL_MUST_USE;
/* Writes the R-tree over entries; base is added to their offsets. */
tfl_status tfl_bigwig_write_index(tfl_output *output, tfl_spool *entries, uint64_t base, uint32_t items_per_block,
                                  tfl_error *err) TFL_MUST_USE;

/* All zoom levels of a track, built in one pass. */
typedef struct tfl_bigwig_zooms tfl_bigwig_zooms;
tfl_status tfl_bigwig_zooms_create(tfl_deflater *deflater, tfl_bigwig_zooms **out, tfl_error *err) TFL_MUST_USE;
void tfl_bigwig_zooms_free(tfl_bigwig_zooms *zooms);
/* Adds values (none of them NaN) of bases [start, start + n), behind all before. */
tfl_status tfl_bigwig_zooms_add(tfl_bigwig_zooms *zooms, uint32_t contig, uint32_t start, const float *value, size_t n,
                                tfl_error *err) TFL_MUST_USE;
/* Writes the levels that are worth having, and their headers into at; says how many they are, the size of the largest
 * block, and the summary of everything that was added. */
tfl_status tfl_bigwig_zooms_write(tfl_bigwig_zooms *zooms, tfl_output *output,
                                  unsigned char at[TFL_BIGWIG_ZOOMS * TFL_BIGWIG_ZOOM_HEADER], uint16_t *n_levels,
                                  uint32_t *block_size, tfl_bigwig_summary *total, tfl_error *err) TFL_MUST_USE;

#endif
