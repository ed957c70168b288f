/* The chromosome tree of a bigWig file: names, sorted as bytes, to ids and lengths. */
#include "config.h"

#include "track/bigwig_internal.h"

#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "track/bytes_internal.h"

typedef struct named {
    const char *name;
    uint32_t id, length;
} named;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static tfl_status sorted(const char *const *contig, const int64_t *length, size_t n, named **out, tfl_error *err)
{
    named *all = tfl_calloc(n, sizeof *all);
    *out = all;
    if (all == NULL) {
        return tfl_fail_memory(err, "contig names");
    }
    for (size_t i = 0; i < n; i++) {
        if (length[i] <= 0 || length[i] > UINT32_MAX) {
            return tfl_fail(err, TFL_EINPUT, "contig %s: length %lld, but bigWig holds lengths from 1 to %lu",
                            contig[i], (long long)length[i], (unsigned long)UINT32_MAX);
        }
        all[i] = (named){contig[i], (uint32_t)i, (uint32_t)length[i]};
    }
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 1; i < n; i++) {
        if (by_name(&all[i - 1], &all[i]) == 0) {
            return tfl_fail(err, TFL_EINPUT, "contig %s: given twice, and names have to be unique", all[i].name);
        }
    }
    return TFL_OK;
}

/* Nodes on the level where each item stands for span names. */
static uint64_t nodes_above(uint64_t n, uint64_t span)
{
    uint64_t items = (n + span - 1) / span;
    uint64_t nodes = (items + TFL_BIGWIG_FANOUT - 1) / TFL_BIGWIG_FANOUT;
    return nodes > 0 ? nodes : 1;
}

/* One level, span names per item (1: the leaves); below is where the nodes that its items point to begin. */
static tfl_status write_level(tfl_output *output, const named *all, uint64_t n, uint64_t span, size_t key,
                              uint64_t below, tfl_error *err)
{
    size_t item = key + 8;
    unsigned char *node = tfl_calloc(TFL_BIGWIG_NODE + TFL_BIGWIG_FANOUT * item, 1);
    if (node == NULL) {
        return tfl_fail_memory(err, "the tree of contig names");
    }
    tfl_status status = TFL_OK;
    uint64_t nodes = nodes_above(n, span);
    for (uint64_t i = 0; status == TFL_OK && i < nodes; i++) {
        unsigned char *at = node + TFL_BIGWIG_NODE;
        uint16_t count = 0;
        for (uint64_t first = i * TFL_BIGWIG_FANOUT * span; first < n && count < TFL_BIGWIG_FANOUT; first += span) {
            memset(at, 0, key);
            memcpy(at, all[first].name, strlen(all[first].name));
            if (span == 1) {
                tfl_put_u32(at + key, all[first].id);
                tfl_put_u32(at + key + 4, all[first].length);
            } else {
                tfl_put_u64(at + key, below + first / span * (TFL_BIGWIG_NODE + TFL_BIGWIG_FANOUT * item));
            }
            at += item;
            count++;
        }
        node[0] = span == 1;
        tfl_put_u16(node + 2, count);
        status = tfl_output_write(output, node, (size_t)(at - node), err);
    }
    free(node);
    return status;
}

static tfl_status write_sorted(tfl_output *output, const named *all, size_t n, tfl_error *err)
{
    size_t key = 1;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(all[i].name);
        key = length > key ? length : key;
    }
    unsigned char header[TFL_BIGWIG_TREE_HEADER] = {0};
    tfl_put_u32(header, TFL_BIGWIG_TREE_MAGIC);
    tfl_put_u32(header + 4, TFL_BIGWIG_FANOUT);
    tfl_put_u32(header + 8, (uint32_t)key);
    tfl_put_u32(header + 12, 8);
    tfl_put_u64(header + 16, n);
    tfl_status status = tfl_output_write(output, header, sizeof header, err);
    uint64_t span = 1;
    while (nodes_above(n, span) > 1) {
        span *= TFL_BIGWIG_FANOUT;
    }
    /* From the root down. All nodes but the last of a level are full, so their places are known. */
    for (; status == TFL_OK && span >= 1; span /= TFL_BIGWIG_FANOUT) {
        uint64_t items = (n + span - 1) / span;
        uint64_t size = nodes_above(n, span) * TFL_BIGWIG_NODE + items * (key + 8);
        status = write_level(output, all, n, span, key, tfl_output_position(output) + size, err);
    }
    return status;
}

tfl_status tfl_bigwig_write_tree(tfl_output *output, const char *const *contig, const int64_t *length, size_t n_contigs,
                                 tfl_error *err)
{
    named *all = NULL;
    tfl_status status = sorted(contig, length, n_contigs, &all, err);
    if (status == TFL_OK) {
        status = write_sorted(output, all, n_contigs, err);
    }
    free(all);
    return status;
}
