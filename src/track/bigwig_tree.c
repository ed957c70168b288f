/* The chromosome tree of a bigWig file: names, sorted as bytes, to ids and lengths. */
#include "config.h"

#include "track/bigwig_internal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/sorter.h"
#include "track/bytes_internal.h"

/* A contig; its name stands behind this, with its NUL. */
typedef struct leaf {
    uint32_t id, length;
} leaf;

/* The contigs by name. */
typedef struct tree {
    tfl_sorter *sorter;
    uint64_t n;
    size_t key;            /* bytes of the longest name, at least 1 */
    unsigned char *record; /* a leaf with its name */
    size_t capacity;
} tree;

static const char *name_of(const void *record)
{
    return (const char *)record + sizeof(leaf);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(name_of(a), name_of(b));
}

/* The first 8 bytes, so that names of different ones are in the order of these. */
static uint64_t key_of(const char *name)
{
    uint64_t key = 0;
    for (size_t i = 0, end = strnlen(name, 8); i < 8; i++) {
        key = key << 8 | (i < end ? (unsigned char)name[i] : 0);
    }
    return key;
}

static tfl_status add_leaf(tree *t, const char *name, uint32_t length, tfl_error *err)
{
    const leaf head = {(uint32_t)t->n, length};
    size_t size = strlen(name);
    tfl_status status = TFL_GROW(t->record, &t->capacity, sizeof head + size + 1, "contig names", err);
    if (status == TFL_OK) {
        memcpy(t->record, &head, sizeof head);
        memcpy(t->record + sizeof head, name, size + 1);
        status = tfl_sorter_add(t->sorter, key_of(name), t->record, sizeof head + size + 1, err);
    }
    t->key = size > t->key ? size : t->key;
    t->n++;
    return status;
}

static tfl_status check_contig(const char *name, int64_t length, tfl_error *err)
{
    if (strlen(name) > TFL_BIGWIG_LONGEST_NAME) {
        return tfl_fail(err, TFL_EINPUT, "contig %.60s…: its name has %zu bytes, and %d is the most in a bigWig", name, strlen(name),
                        (int)TFL_BIGWIG_LONGEST_NAME);
    }
    if (length <= 0 || length > UINT32_MAX) {
        return tfl_fail(err, TFL_EINPUT, "contig %s: length %lld, but bigWig holds lengths from 1 to %lu", name,
                        (long long)length, (unsigned long)UINT32_MAX);
    }
    return TFL_OK;
}

static tfl_status add_leaves(tree *t, tfl_contig_list *contigs, tfl_spool *lengths, tfl_error *err)
{
    const char *name = NULL;
    int64_t length = 0;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && (status = tfl_contig_list_next(contigs, &name, &length, err)) == TFL_OK &&
           name != NULL) {
        status = check_contig(name, length, err);
        if (status == TFL_OK) {
            status = tfl_spool_append(lengths, &length, sizeof length, err);
        }
        if (status == TFL_OK) {
            status = add_leaf(t, name, (uint32_t)length, err);
        }
    }
    return status;
}

/* Fails where a name comes twice. */
static tfl_status check_names(tree *t, tfl_error *err)
{
    const void *record = NULL;
    bool any = false; /* t->record holds the name before */
    tfl_status status = tfl_sorter_sort(t->sorter, err);
    while (status == TFL_OK && (status = tfl_sorter_next(t->sorter, &record, err)) == TFL_OK && record != NULL) {
        if (any && by_name(t->record, record) == 0) {
            return tfl_fail(err, TFL_EINPUT, "contig %s: given twice, and names have to be unique", name_of(record));
        }
        memcpy(t->record, record, sizeof(leaf) + strlen(name_of(record)) + 1); /* which has room for the longest */
        any = true;
    }
    return status;
}

/* Nodes on the level where each item stands for span names. */
static uint64_t nodes_above(uint64_t n, uint64_t span)
{
    uint64_t items = (n + span - 1) / span;
    uint64_t nodes = (items + TFL_BIGWIG_FANOUT - 1) / TFL_BIGWIG_FANOUT;
    return nodes > 0 ? nodes : 1;
}

/* The head of the node that begins with the name in place first. */
static tfl_status write_node(tfl_output *output, const tree *t, uint64_t first, uint64_t span, tfl_error *err)
{
    unsigned char node[TFL_BIGWIG_NODE] = {span == 1};
    uint64_t items = (t->n - first + span - 1) / span;
    tfl_put_u16(node + 2, (uint16_t)(items < TFL_BIGWIG_FANOUT ? items : TFL_BIGWIG_FANOUT));
    return tfl_output_write(output, node, sizeof node, err);
}

/* An item: a name, filled up with NUL, and what it leads to. */
static tfl_status write_item(tfl_output *output, const tree *t, const void *record, uint64_t child, bool is_leaf,
                             tfl_error *err)
{
    static const unsigned char none[64];
    unsigned char to[8];
    leaf head;
    size_t size = strlen(name_of(record));
    memcpy(&head, record, sizeof head);
    tfl_put_u64(to, child);
    if (is_leaf) {
        tfl_put_u32(to, head.id);
        tfl_put_u32(to + 4, head.length);
    }
    tfl_status status = tfl_output_write(output, name_of(record), size, err);
    for (size_t rest = t->key - size; status == TFL_OK && rest > 0;) {
        size_t part = rest < sizeof none ? rest : sizeof none;
        status = tfl_output_write(output, none, part, err);
        rest -= part;
    }
    return status == TFL_OK ? tfl_output_write(output, to, sizeof to, err) : status;
}

/* One level, span names per item (1: the leaves); below is where the nodes that its items point to begin. */
static tfl_status write_level(tfl_output *output, tree *t, uint64_t span, uint64_t below, tfl_error *err)
{
    const uint64_t node = TFL_BIGWIG_NODE + TFL_BIGWIG_FANOUT * ((uint64_t)t->key + 8);
    const void *record = NULL;
    tfl_status status = t->n == 0 ? write_node(output, t, 0, span, err) : tfl_sorter_sort(t->sorter, err);
    for (uint64_t i = 0; status == TFL_OK && i < t->n; i++) {
        status = tfl_sorter_next(t->sorter, &record, err);
        if (status == TFL_OK && i % (span * TFL_BIGWIG_FANOUT) == 0) {
            status = write_node(output, t, i, span, err);
        }
        if (status == TFL_OK && i % span == 0) {
            status = write_item(output, t, record, below + i / span * node, span == 1, err);
        }
    }
    return status;
}

static tfl_status write_sorted(tfl_output *output, tree *t, tfl_error *err)
{
    unsigned char header[TFL_BIGWIG_TREE_HEADER] = {0};
    tfl_put_u32(header, TFL_BIGWIG_TREE_MAGIC);
    tfl_put_u32(header + 4, TFL_BIGWIG_FANOUT);
    tfl_put_u32(header + 8, (uint32_t)t->key);
    tfl_put_u32(header + 12, 8);
    tfl_put_u64(header + 16, t->n);
    tfl_status status = tfl_output_write(output, header, sizeof header, err);
    uint64_t span = 1;
    while (nodes_above(t->n, span) > 1) {
        span *= TFL_BIGWIG_FANOUT;
    }
    /* From the root down. All nodes but the last of a level are full, so their places are known. */
    for (; status == TFL_OK && span >= 1; span /= TFL_BIGWIG_FANOUT) {
        uint64_t items = (t->n + span - 1) / span;
        uint64_t size = nodes_above(t->n, span) * TFL_BIGWIG_NODE + items * (t->key + 8);
        status = write_level(output, t, span, tfl_output_position(output) + size, err);
    }
    return status;
}

tfl_status tfl_bigwig_write_tree(tfl_output *output, tfl_contig_list *contigs, tfl_spool *lengths, tfl_error *err)
{
    tree t = {.key = 1};
    tfl_status status = tfl_sorter_create(by_name, TFL_SORTER_MEMORY, &t.sorter, err);
    if (status == TFL_OK) {
        status = add_leaves(&t, contigs, lengths, err);
    }
    if (status == TFL_OK) {
        status = check_names(&t, err);
    }
    if (status == TFL_OK) {
        status = write_sorted(output, &t, err);
    }
    tfl_sorter_free(t.sorter);
    free(t.record);
    return status;
}
