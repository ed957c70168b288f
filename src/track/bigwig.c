/* The fixed parts of a bigWig file, as numbers and as bytes. */
#include "config.h"

#include "track/bigwig_internal.h"

#include <string.h>

#include "track/bytes_internal.h"

void tfl_bigwig_put_header(unsigned char at[TFL_BIGWIG_HEADER], const tfl_bigwig_header *header)
{
    memset(at, 0, TFL_BIGWIG_HEADER);
    tfl_put_u32(at, TFL_BIGWIG_MAGIC);
    tfl_put_u16(at + 4, header->version);
    tfl_put_u16(at + 6, header->n_zooms);
    tfl_put_u64(at + 8, header->tree);
    tfl_put_u64(at + 16, header->data);
    tfl_put_u64(at + 24, header->index);
    /* 32: field counts and autoSql, of bigBed only */
    tfl_put_u64(at + 44, header->summary);
    tfl_put_u32(at + 52, header->block_size);
}

tfl_bigwig_header tfl_bigwig_get_header(const unsigned char at[TFL_BIGWIG_HEADER])
{
    return (tfl_bigwig_header){.version = tfl_get_u16(at + 4),
                               .n_zooms = tfl_get_u16(at + 6),
                               .tree = tfl_get_u64(at + 8),
                               .data = tfl_get_u64(at + 16),
                               .index = tfl_get_u64(at + 24),
                               .summary = tfl_get_u64(at + 44),
                               .block_size = tfl_get_u32(at + 52)};
}

void tfl_bigwig_put_summary(unsigned char at[TFL_BIGWIG_SUMMARY], const tfl_bigwig_summary *summary)
{
    tfl_put_u64(at, summary->bases);
    tfl_put_f64(at + 8, summary->min);
    tfl_put_f64(at + 16, summary->max);
    tfl_put_f64(at + 24, summary->sum);
    tfl_put_f64(at + 32, summary->sum_squares);
}

tfl_bigwig_summary tfl_bigwig_get_summary(const unsigned char at[TFL_BIGWIG_SUMMARY])
{
    return (tfl_bigwig_summary){.bases = tfl_get_u64(at),
                                .min = tfl_get_f64(at + 8),
                                .max = tfl_get_f64(at + 16),
                                .sum = tfl_get_f64(at + 24),
                                .sum_squares = tfl_get_f64(at + 32)};
}
