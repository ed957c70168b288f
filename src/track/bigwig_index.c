/*
 * The R-tree of a bigWig file. Entries come in order, so that the tree is known from their number alone: node i of a
 * level holds the items i * 256 … i * 256 + 255 of the level below, and an item's bounds are the first of its first
 * entry and the last of its last. Entries are kept in a spool as they will lie in the leaves.
 */
#include "config.h"

#include "track/bigwig_internal.h"

#include <string.h>

#include "track/bytes_internal.h"

static void put_bounds(unsigned char *at, const tfl_bigwig_bounds *bounds)
{
    tfl_put_u32(at, bounds->first_contig);
    tfl_put_u32(at + 4, bounds->start);
    tfl_put_u32(at + 8, bounds->last_contig);
    tfl_put_u32(at + 12, bounds->end);
}

tfl_status tfl_bigwig_index_add(tfl_spool *entries, const tfl_bigwig_bounds *bounds, uint64_t offset, uint64_t size,
                                tfl_error *err)
{
    unsigned char leaf[TFL_BIGWIG_LEAF];
    put_bounds(leaf, bounds);
    tfl_put_u64(leaf + 16, offset);
    tfl_put_u64(leaf + 24, size);
    return tfl_spool_append(entries, leaf, sizeof leaf, err);
}

static tfl_status read_entry(tfl_spool *entries, uint64_t i, unsigned char leaf[TFL_BIGWIG_LEAF], tfl_error *err)
{
    return tfl_spool_read(entries, i * TFL_BIGWIG_LEAF, leaf, TFL_BIGWIG_LEAF, err);
}

/* The bounds of entries [first, last], 16 bytes. */
static tfl_status read_bounds(tfl_spool *entries, uint64_t first, uint64_t last, unsigned char at[16], tfl_error *err)
{
    unsigned char leaf[TFL_BIGWIG_LEAF];
    tfl_status status = read_entry(entries, first, leaf, err);
    memcpy(at, leaf, 8);
    if (status == TFL_OK) {
        status = read_entry(entries, last, leaf, err);
    }
    memcpy(at + 8, leaf + 8, 8);
    return status;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static uint64_t nodes_above(uint64_t n, uint64_t span)
{
    uint64_t nodes = divide_up(divide_up(n, span), TFL_BIGWIG_FANOUT);
    return nodes > 0 ? nodes : 1;
}

/* An item of a level where each stands for span entries: a leaf's (span 1, base added to the offset) or a branch's,
 * whose children lie from base on, all of them child bytes long but the last. Returns its size through *size. */
static tfl_status write_item(unsigned char *at, tfl_spool *entries, uint64_t first, uint64_t span, uint64_t base,
                             uint64_t child, tfl_error *err)
{
    if (span == 1) {
        tfl_status status = read_entry(entries, first, at, err);
        tfl_put_u64(at + 16, tfl_get_u64(at + 16) + base);
        return status;
    }
    uint64_t n = tfl_spool_size(entries) / TFL_BIGWIG_LEAF;
    uint64_t last = (first + span < n ? first + span : n) - 1;
    tfl_put_u64(at + 16, base + first / span * child);
    return read_bounds(entries, first, last, at, err);
}

static size_t item_size(uint64_t span)
{
    return span == 1 ? TFL_BIGWIG_LEAF : TFL_BIGWIG_BRANCH;
}

static tfl_status write_level(tfl_output *output, tfl_spool *entries, uint64_t span, uint64_t base, tfl_error *err)
{
    unsigned char node[TFL_BIGWIG_NODE + TFL_BIGWIG_FANOUT * TFL_BIGWIG_LEAF];
    uint64_t n = tfl_spool_size(entries) / TFL_BIGWIG_LEAF;
    uint64_t child = TFL_BIGWIG_NODE + TFL_BIGWIG_FANOUT * item_size(span / TFL_BIGWIG_FANOUT);
    tfl_status status = TFL_OK;
    for (uint64_t i = 0; status == TFL_OK && i < nodes_above(n, span); i++) {
        uint16_t count = 0;
        uint64_t first = i * TFL_BIGWIG_FANOUT * span;
        for (; status == TFL_OK && first < n && count < TFL_BIGWIG_FANOUT; first += span, count++) {
            status =
                write_item(node + TFL_BIGWIG_NODE + count * item_size(span), entries, first, span, base, child, err);
        }
        node[0] = span == 1;
        node[1] = 0;
        tfl_put_u16(node + 2, count);
        if (status == TFL_OK) {
            status = tfl_output_write(output, node, TFL_BIGWIG_NODE + count * item_size(span), err);
        }
    }
    return status;
}

static tfl_status write_header(tfl_output *output, tfl_spool *entries, uint32_t items_per_block, tfl_error *err)
{
    unsigned char header[TFL_BIGWIG_INDEX_HEADER] = {0};
    uint64_t n = tfl_spool_size(entries) / TFL_BIGWIG_LEAF;
    tfl_put_u32(header, TFL_BIGWIG_INDEX_MAGIC);
    tfl_put_u32(header + 4, TFL_BIGWIG_FANOUT);
    tfl_put_u64(header + 8, n);
    if (n > 0) {
        tfl_status status = read_bounds(entries, 0, n - 1, header + 16, err);
        if (status != TFL_OK) {
            return status;
        }
    }
    tfl_put_u64(header + 32, tfl_output_position(output)); /* where the data end */
    tfl_put_u32(header + 40, items_per_block);
    return tfl_output_write(output, header, sizeof header, err);
}

tfl_status tfl_bigwig_write_index(tfl_output *output, tfl_spool *entries, uint64_t base, uint32_t items_per_block,
                                  tfl_error *err)
{
    uint64_t n = tfl_spool_size(entries) / TFL_BIGWIG_LEAF;
    uint64_t span = 1;
    while (nodes_above(n, span) > 1) {
        span *= TFL_BIGWIG_FANOUT;
    }
    tfl_status status = write_header(output, entries, items_per_block, err);
    for (; status == TFL_OK && span > 1; span /= TFL_BIGWIG_FANOUT) {
        uint64_t size = nodes_above(n, span) * TFL_BIGWIG_NODE + divide_up(n, span) * TFL_BIGWIG_BRANCH;
        status = write_level(output, entries, span, tfl_output_position(output) + size, err);
    }
    return status == TFL_OK ? write_level(output, entries, 1, base, err) : status;
}
