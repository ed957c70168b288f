/*
 * Reading bigWig by random access. Nothing in the file is believed: offsets and sizes are compared with the file's size
 * before they are used, a walk through a tree visits no more nodes than the file has room for, blocks hold what the
 * index says, and no allocation is larger than the file.
 */
#include "config.h"

#include "track/bigwig_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tflift/memory.h"
#include "tflift/table.h"
#include "track/bytes_internal.h"
#include "track/file_internal.h"

enum {
    DEEPEST = 32,
    LARGEST_BLOCK =
        TFL_BIGWIG_SECTION + 65535 * 12, /* a section with as many items of the largest kind as it can count */
    LARGEST_PACKED = LARGEST_BLOCK + LARGEST_BLOCK / 8 + 64,
    NEWEST = 4 /* version */
};

typedef struct index_node {
    uint64_t offset; /* in the file; 0: none has been read */
    bool is_leaf;
    unsigned char *items;
    size_t size, capacity; /* bytes */
} index_node;

struct tfl_bigwig {
    char *name;
    tfl_file file;
    tfl_bigwig_header header;
    tfl_bigwig_summary total;
    size_t n_contigs;
    uint32_t *length; /* [id], 0: this id has not come yet */
    char **contig;    /* [id] */
    tfl_table *table; /* name -> number in order of the tree */
    uint32_t *id;     /* [number] */
    unsigned char *packed;
    size_t packed_capacity;
    unsigned char *block;  /* room for the largest */
    uint64_t block_offset; /* of the block that is unpacked; 0: none */
    size_t block_size;
    index_node level[DEEPEST]; /* the node that was read last on each level of the index, the root first */
};

static tfl_status bad(const tfl_bigwig *bigwig, tfl_error *err, const char *what)
{
    return tfl_fail(err, TFL_EINPUT, "%s: %s", bigwig->name, what);
}

/* ---------------------------------------------------------------- chromosome tree */

typedef struct tree_walk {
    tfl_bigwig *bigwig;
    uint32_t key;
    uint64_t nodes_left;
    size_t found;
} tree_walk;

static tfl_status take_contig(tree_walk *walk, const unsigned char *item, tfl_error *err)
{
    tfl_bigwig *bigwig = walk->bigwig;
    uint32_t id = tfl_get_u32(item + walk->key);
    uint32_t length = tfl_get_u32(item + walk->key + 4);
    if (walk->found == bigwig->n_contigs || id >= bigwig->n_contigs || length == 0 || bigwig->length[id] != 0) {
        return bad(bigwig, err, "its contigs are damaged: a number or length that cannot be");
    }
    size_t end = 0;
    while (end < walk->key && item[end] != '\0') {
        end++;
    }
    bigwig->contig[id] = tfl_strndup((const char *)item, end);
    if (bigwig->contig[id] == NULL) {
        return tfl_fail_memory(err, "contig names");
    }
    bool added = false;
    bigwig->length[id] = length;
    bigwig->id[walk->found++] = id;
    tfl_status status = tfl_table_add(bigwig->table, bigwig->contig[id], NULL, &added, err);
    return status == TFL_OK && (!added || end == 0)
               ? bad(bigwig, err, "its contigs are damaged: a name that is empty or twice")
               : status;
}

static tfl_status walk_tree(tree_walk *walk, uint64_t offset, int depth, tfl_error *err)
{
    unsigned char head[TFL_BIGWIG_NODE];
    tfl_bigwig *bigwig = walk->bigwig;
    if (depth == DEEPEST || walk->nodes_left-- == 0) {
        return bad(bigwig, err, "its contigs are damaged: a tree without end");
    }
    tfl_status status = tfl_file_read(&bigwig->file, offset, head, sizeof head, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t item = (size_t)walk->key + 8;
    size_t size = tfl_get_u16(head + 2) * item;
    if (!tfl_file_has(&bigwig->file, offset + sizeof head, size)) {
        return bad(bigwig, err, "its contigs are damaged, or it is cut short");
    }
    unsigned char *node = tfl_calloc(size, 1);
    if (node == NULL) {
        return tfl_fail_memory(err, "contig names");
    }
    status = tfl_file_read(&bigwig->file, offset + sizeof head, node, size, err);
    for (size_t at = 0; status == TFL_OK && at < size; at += item) {
        status = head[0] != 0 ? take_contig(walk, node + at, err)
                              : walk_tree(walk, tfl_get_u64(node + at + walk->key), depth + 1, err);
    }
    free(node);
    return status;
}

static tfl_status read_tree(tfl_bigwig *bigwig, tfl_error *err)
{
    unsigned char header[TFL_BIGWIG_TREE_HEADER];
    tfl_status status = tfl_file_read(&bigwig->file, bigwig->header.tree, header, sizeof header, err);
    if (status != TFL_OK) {
        return status;
    }
    uint32_t key = tfl_get_u32(header + 8);
    uint64_t n = tfl_get_u64(header + 16);
    if (tfl_get_u32(header) != TFL_BIGWIG_TREE_MAGIC || key == 0 || tfl_get_u32(header + 12) != 8) {
        return bad(bigwig, err, "the list of its contigs is not where the header says");
    }
    if (key > TFL_BIGWIG_LONGEST_NAME) {
        return tfl_fail(err, TFL_EINPUT, "%s: its contigs are damaged: names of %" PRIu32 " bytes", bigwig->name, key);
    }
    if (n > bigwig->file.size / ((uint64_t)key + 8)) {
        return bad(bigwig, err, "it has more contigs than a file of its size can hold");
    }
    bigwig->n_contigs = (size_t)n;
    bigwig->length = tfl_calloc(bigwig->n_contigs, sizeof *bigwig->length);
    bigwig->contig = tfl_calloc(bigwig->n_contigs, sizeof *bigwig->contig);
    bigwig->id = tfl_calloc(bigwig->n_contigs, sizeof *bigwig->id);
    if (bigwig->length == NULL || bigwig->contig == NULL || bigwig->id == NULL) {
        return tfl_fail_memory(err, "contig names");
    }
    status = tfl_table_create(&bigwig->table, err);
    tree_walk walk = {bigwig, key, bigwig->file.size / TFL_BIGWIG_NODE, 0};
    if (status == TFL_OK) {
        status = walk_tree(&walk, bigwig->header.tree + sizeof header, 0, err);
    }
    return status == TFL_OK && walk.found != bigwig->n_contigs
               ? bad(bigwig, err, "its contigs are damaged: some are missing")
               : status;
}

/* ---------------------------------------------------------------- opening */

static tfl_status check_magic(const tfl_bigwig *bigwig, const unsigned char head[4], tfl_error *err)
{
    unsigned char turned[4] = {head[3], head[2], head[1], head[0]};
    if (tfl_get_u32(head) == TFL_BIGWIG_MAGIC) {
        return TFL_OK;
    }
    if (tfl_get_u32(turned) == TFL_BIGWIG_MAGIC) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: is a big-endian bigWig; only little-endian ones can be read",
                        bigwig->name);
    }
    if (tfl_get_u32(head) == TFL_BIGBED_MAGIC) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: is a bigBed; a bigWig is needed", bigwig->name);
    }
    return bad(bigwig, err, "is no bigWig: it does not begin as one");
}

static tfl_status read_header(tfl_bigwig *bigwig, tfl_error *err)
{
    unsigned char head[TFL_BIGWIG_HEADER];
    unsigned char tail[4];
    if (bigwig->file.size < sizeof head + sizeof tail) {
        return bad(bigwig, err, "is no bigWig, or cut short: it is shorter than a header");
    }
    tfl_status status = tfl_file_read(&bigwig->file, 0, head, sizeof head, err);
    if (status == TFL_OK) {
        status = check_magic(bigwig, head, err);
    }
    if (status == TFL_OK) {
        status = tfl_file_read(&bigwig->file, bigwig->file.size - sizeof tail, tail, sizeof tail, err);
    }
    if (status == TFL_OK && tfl_get_u32(tail) != TFL_BIGWIG_MAGIC) {
        return bad(bigwig, err, "is cut short: a bigWig ends with the four bytes that it begins with");
    }
    bigwig->header = tfl_bigwig_get_header(head);
    return status == TFL_OK && bigwig->header.version > NEWEST
               ? tfl_fail(err, TFL_EUNSUPPORTED, "%s: is a bigWig of version %d; up to version %d can be read",
                          bigwig->name, bigwig->header.version, NEWEST)
               : status;
}

/* Whether an index begins at offset. */
static tfl_status check_index(const tfl_bigwig *bigwig, uint64_t offset, tfl_error *err)
{
    unsigned char header[TFL_BIGWIG_INDEX_HEADER];
    if (!tfl_file_has(&bigwig->file, offset, sizeof header)) {
        return bad(bigwig, err, "is damaged or cut short: an index lies beyond its end");
    }
    tfl_status status = tfl_file_read(&bigwig->file, offset, header, sizeof header, err);
    return status == TFL_OK && tfl_get_u32(header) != TFL_BIGWIG_INDEX_MAGIC
               ? bad(bigwig, err, "is damaged: an index is not where the header says")
               : status;
}

static tfl_status check_zooms(const tfl_bigwig *bigwig, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < bigwig->header.n_zooms; i++) {
        unsigned char zoom[TFL_BIGWIG_ZOOM_HEADER];
        status = tfl_file_read(&bigwig->file, TFL_BIGWIG_HEADER + i * sizeof zoom, zoom, sizeof zoom, err);
        if (status == TFL_OK) {
            status = check_index(bigwig, tfl_get_u64(zoom + 16), err);
        }
    }
    return status;
}

static tfl_status read_total(tfl_bigwig *bigwig, tfl_error *err)
{
    unsigned char bytes[TFL_BIGWIG_SUMMARY];
    if (bigwig->header.summary == 0) { /* version 1 has none */
        return TFL_OK;
    }
    tfl_status status = tfl_file_read(&bigwig->file, bigwig->header.summary, bytes, sizeof bytes, err);
    if (status == TFL_OK) {
        bigwig->total = tfl_bigwig_get_summary(bytes);
    }
    return status;
}

static tfl_status start(tfl_bigwig *bigwig, const char *path, tfl_error *err)
{
    bigwig->name = tfl_strdup(path);
    if (bigwig->name == NULL) {
        return tfl_fail_memory(err, "a bigWig file");
    }
    tfl_status status = tfl_file_open(&bigwig->file, path, "a bigWig", err);
    if (status == TFL_OK) {
        status = read_header(bigwig, err);
    }
    if (status == TFL_OK) {
        status = check_index(bigwig, bigwig->header.index, err);
    }
    if (status == TFL_OK) {
        status = check_zooms(bigwig, err);
    }
    if (status == TFL_OK) {
        status = read_total(bigwig, err);
    }
    return status == TFL_OK ? read_tree(bigwig, err) : status;
}

tfl_status tfl_bigwig_open(const char *path, tfl_bigwig **out, tfl_error *err)
{
    *out = NULL;
    tfl_bigwig *bigwig = tfl_calloc(1, sizeof *bigwig);
    if (bigwig == NULL) {
        return tfl_fail_memory(err, "a bigWig file");
    }
    bigwig->file = (tfl_file)TFL_FILE_INIT;
    tfl_status status = start(bigwig, path, err);
    if (status != TFL_OK) {
        tfl_bigwig_close(bigwig);
        return status;
    }
    *out = bigwig;
    return TFL_OK;
}

void tfl_bigwig_close(tfl_bigwig *bigwig)
{
    if (bigwig != NULL) {
        for (size_t i = 0; bigwig->contig != NULL && i < bigwig->n_contigs; i++) {
            free(bigwig->contig[i]);
        }
        tfl_file_close(&bigwig->file);
        tfl_table_free(bigwig->table);
        free(bigwig->name);
        free(bigwig->length);
        free(bigwig->contig);
        free(bigwig->id);
        free(bigwig->packed);
        free(bigwig->block);
        for (size_t i = 0; i < DEEPEST; i++) {
            free(bigwig->level[i].items);
        }
        free(bigwig);
    }
}

size_t tfl_bigwig_contigs(const tfl_bigwig *bigwig)
{
    return bigwig->n_contigs;
}

const char *tfl_bigwig_contig(const tfl_bigwig *bigwig, size_t i, int64_t *length)
{
    *length = bigwig->length[i];
    return bigwig->contig[i];
}

tfl_bigwig_summary tfl_bigwig_total(const tfl_bigwig *bigwig)
{
    return bigwig->total;
}

/* ---------------------------------------------------------------- values */

/* What an index says of a node or a block: it lies in [start, end), each contig << 32 | base. */
typedef struct extent {
    uint64_t start, end;
} extent;

static uint64_t place(uint32_t contig, int64_t base)
{
    return (uint64_t)contig << 32 | (uint64_t)base;
}

static extent get_extent(const unsigned char *at)
{
    return (extent){place(tfl_get_u32(at), tfl_get_u32(at + 4)), place(tfl_get_u32(at + 8), tfl_get_u32(at + 12))};
}

static extent common(extent a, extent b)
{
    return (extent){a.start > b.start ? a.start : b.start, a.end < b.end ? a.end : b.end};
}

/* What is asked for, and how far a walk has come. */
typedef struct query {
    tfl_bigwig *bigwig;
    uint32_t contig;
    int64_t start, end;
    float *value;                     /* [end - start]; NULL: where the first value is, which then is end */
    uint64_t nodes_left, blocks_left; /* more than these the file has no room for */
} query;

static tfl_status bad_block(const tfl_bigwig *bigwig, uint64_t offset, const char *what, tfl_error *err)
{
    return tfl_fail(err, TFL_EINPUT, "%s: the block at byte %llu is damaged: %s", bigwig->name,
                    (unsigned long long)offset, what);
}

/* Puts value on [start, end), as far as it is asked for. False: a base has another value already. */
static bool put(query *wanted, int64_t start, int64_t end, float value)
{
    int64_t from = start > wanted->start ? start : wanted->start;
    int64_t to = end < wanted->end ? end : wanted->end;
    if (wanted->value == NULL) {
        if (from < to && !isnan(value)) {
            wanted->end = from; /* what lies behind it is no longer asked for */
        }
        return true;
    }
    for (int64_t i = from; i < to; i++) {
        float *here = &wanted->value[i - wanted->start];
        if (!isnan(*here) && *here != value) {
            return false;
        }
        *here = value;
    }
    return true;
}

/* Item i of the section in the block: its place and its value. */
static float get_item(const unsigned char *block, size_t i, int64_t *start, int64_t *end)
{
    const unsigned char *items = block + TFL_BIGWIG_SECTION;
    const unsigned char *item;
    switch (block[20]) {
    case TFL_BIGWIG_BEDGRAPH:
        item = items + 12 * i;
        *start = tfl_get_u32(item);
        *end = tfl_get_u32(item + 4);
        return tfl_get_f32(item + 8);
    case TFL_BIGWIG_VARIABLE_STEP:
        item = items + 8 * i;
        *start = tfl_get_u32(item);
        *end = *start + tfl_get_u32(block + 16);
        return tfl_get_f32(item + 4);
    default:
        *start = tfl_get_u32(block + 4) + (int64_t)i * tfl_get_u32(block + 12);
        *end = *start + tfl_get_u32(block + 16);
        return tfl_get_f32(items + 4 * i);
    }
}

/* The section that is unpacked. Its items lie within what led to it: else what is asked for would decide which of them
 * are found. */
static tfl_status take_section(query *wanted, uint64_t offset, extent within, tfl_error *err)
{
    static const size_t item_size[] = {0, 12, 8, 4};
    const tfl_bigwig *bigwig = wanted->bigwig;
    const unsigned char *block = bigwig->block;
    if (bigwig->block_size < TFL_BIGWIG_SECTION || block[20] < TFL_BIGWIG_BEDGRAPH ||
        block[20] > TFL_BIGWIG_FIXED_STEP) {
        return bad_block(bigwig, offset, "it holds no section", err);
    }
    size_t n = tfl_get_u16(block + 22);
    if (bigwig->block_size != TFL_BIGWIG_SECTION + n * item_size[block[20]]) {
        return bad_block(bigwig, offset, "its size does not fit the number of its items", err);
    }
    if (tfl_get_u32(block) != wanted->contig) {
        return bad_block(bigwig, offset, "it lies on another contig than the index says", err);
    }
    int64_t done = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t start = 0;
        int64_t end = 0;
        float value = get_item(block, i, &start, &end);
        if (start < done || start >= end || end > bigwig->length[wanted->contig]) {
            return bad_block(bigwig, offset, "an item is empty, in the wrong place, or leaves its contig", err);
        }
        if (place(wanted->contig, start) < within.start || place(wanted->contig, end) > within.end) {
            return bad_block(bigwig, offset, "an item lies outside of what the index says", err);
        }
        if (isinf(value)) {
            return bad_block(bigwig, offset, "a value is infinite", err);
        }
        if (!put(wanted, start, end, value)) {
            return bad_block(bigwig, offset, "it gives a base another value than the block before", err);
        }
        done = end;
    }
    return TFL_OK;
}

static uLongf largest_block(const tfl_bigwig *bigwig)
{
    uint32_t size = bigwig->header.block_size;
    return size == 0 || size > LARGEST_BLOCK ? LARGEST_BLOCK : size;
}

static tfl_status make_room(tfl_bigwig *bigwig, size_t packed_size, tfl_error *err)
{
    tfl_status status = TFL_GROW(bigwig->packed, &bigwig->packed_capacity, packed_size, "a block", err);
    if (status == TFL_OK && bigwig->block == NULL) {
        bigwig->block = tfl_calloc(largest_block(bigwig), 1);
        status = bigwig->block == NULL ? tfl_fail_memory(err, "a block") : TFL_OK;
    }
    return status;
}

/* From bigwig->packed to bigwig->block. */
static tfl_status unpack_block(tfl_bigwig *bigwig, uint64_t offset, size_t packed_size, tfl_error *err)
{
    uLongf size = largest_block(bigwig);
    if (bigwig->header.block_size == 0) { /* not compressed */
        if (packed_size > size) {
            return bad_block(bigwig, offset, "it is too large", err);
        }
        memcpy(bigwig->block, bigwig->packed, packed_size);
        bigwig->block_size = packed_size;
        return TFL_OK;
    }
    int result = uncompress(bigwig->block, &size, bigwig->packed, (uLong)packed_size);
    bigwig->block_size = size;
    if (result == Z_MEM_ERROR) {
        return tfl_fail_memory(err, "a block");
    }
    return result == Z_OK ? TFL_OK
                          : bad_block(bigwig, offset,
                                      result == Z_BUF_ERROR ? "it is larger than the header says, or cut short"
                                                            : "it does not unpack",
                                      err);
}

/* Unpacks the block into bigwig->block, unless it is there. */
static tfl_status read_block(tfl_bigwig *bigwig, uint64_t offset, uint64_t size, tfl_error *err)
{
    if (bigwig->block_offset == offset && offset != 0) {
        return TFL_OK;
    }
    bigwig->block_offset = 0;
    if (size == 0) {
        return bad_block(bigwig, offset, "the index says that it is empty", err);
    }
    if (size > LARGEST_PACKED || !tfl_file_has(&bigwig->file, offset, size)) {
        return bad_block(bigwig, offset, "it lies beyond the end of the file, or is too large", err);
    }
    tfl_status status = make_room(bigwig, (size_t)size, err);
    if (status == TFL_OK) {
        status = tfl_file_read(&bigwig->file, offset, bigwig->packed, (size_t)size, err);
    }
    if (status == TFL_OK) {
        status = unpack_block(bigwig, offset, (size_t)size, err);
    }
    if (status == TFL_OK) {
        bigwig->block_offset = offset;
    }
    return status;
}

static bool overlaps(const query *wanted, extent bounds)
{
    int64_t length = wanted->bigwig->length[wanted->contig];
    int64_t start = wanted->start > 0 ? wanted->start : 0;
    int64_t end = wanted->end < length ? wanted->end : length;
    return start < end && bounds.start < place(wanted->contig, end) && bounds.end > place(wanted->contig, start);
}

static tfl_status take_leaf(query *wanted, const unsigned char *leaf, extent within, tfl_error *err)
{
    uint64_t offset = tfl_get_u64(leaf + 16);
    if (wanted->blocks_left-- == 0) {
        return bad(wanted->bigwig, err, "its index is damaged: a tree without end");
    }
    tfl_status status = read_block(wanted->bigwig, offset, tfl_get_u64(leaf + 24), err);
    return status == TFL_OK ? take_section(wanted, offset, within, err) : status;
}

static size_t size_of_item(const index_node *of)
{
    return of->is_leaf ? TFL_BIGWIG_LEAF : TFL_BIGWIG_BRANCH;
}

/* The node at offset, unless it is the one that was read last on its level. */
static tfl_status read_node(tfl_bigwig *bigwig, uint64_t offset, index_node *to, tfl_error *err)
{
    unsigned char head[TFL_BIGWIG_NODE];
    if (to->offset == offset && offset != 0) {
        return TFL_OK;
    }
    to->offset = 0;
    tfl_status status = tfl_file_read(&bigwig->file, offset, head, sizeof head, err);
    if (status != TFL_OK) {
        return status;
    }
    to->is_leaf = head[0] != 0;
    to->size = tfl_get_u16(head + 2) * size_of_item(to);
    if (!tfl_file_has(&bigwig->file, offset + sizeof head, to->size)) {
        return bad(bigwig, err, "its index is damaged, or it is cut short");
    }
    status = TFL_GROW(to->items, &to->capacity, to->size, "an index", err);
    if (status == TFL_OK) {
        status = tfl_file_read(&bigwig->file, offset + sizeof head, to->items, to->size, err);
    }
    if (status == TFL_OK) {
        to->offset = offset;
    }
    return status;
}

/* The node at offset and all below it, which lies within what the nodes above say. */
static tfl_status walk_index(query *wanted, uint64_t offset, extent within, int depth, tfl_error *err)
{
    tfl_bigwig *bigwig = wanted->bigwig;
    if (depth == DEEPEST || wanted->nodes_left-- == 0) {
        return bad(bigwig, err, "its index is damaged: a tree without end");
    }
    const index_node *here = &bigwig->level[depth];
    tfl_status status = read_node(bigwig, offset, &bigwig->level[depth], err);
    for (size_t at = 0; status == TFL_OK && at < here->size; at += size_of_item(here)) {
        const unsigned char *item = here->items + at;
        extent bounds = get_extent(item);
        if (overlaps(wanted, bounds)) {
            bounds = common(bounds, within);
            status = here->is_leaf ? take_leaf(wanted, item, bounds, err)
                                   : walk_index(wanted, tfl_get_u64(item + 16), bounds, depth + 1, err);
        }
    }
    return status;
}

static tfl_status walk(query *wanted, tfl_error *err)
{
    const extent all = {0, UINT64_MAX};
    return walk_index(wanted, wanted->bigwig->header.index + TFL_BIGWIG_INDEX_HEADER, all, 0, err);
}

static query ask(tfl_bigwig *bigwig, uint32_t contig, int64_t start, int64_t end, float *value)
{
    return (query){.bigwig = bigwig,
                   .contig = contig,
                   .start = start,
                   .end = end,
                   .value = value,
                   .nodes_left = bigwig->file.size / TFL_BIGWIG_NODE,
                   .blocks_left = bigwig->file.size / TFL_BIGWIG_LEAF};
}

static void clear_values(int64_t start, int64_t end, float *value)
{
    for (int64_t i = start; i < end; i++) {
        value[i - start] = NAN;
    }
}

/* Values of bases [start, end) of a contig, NaN where there is none. */
static tfl_status read_values(tfl_bigwig *bigwig, uint32_t contig, int64_t start, int64_t end, float *value,
                              tfl_error *err)
{
    clear_values(start, end, value);
    query wanted = ask(bigwig, contig, start, end, value);
    return walk(&wanted, err);
}

tfl_status tfl_bigwig_values(tfl_bigwig *bigwig, const char *contig, int64_t start, int64_t end, float *value,
                             int *known, tfl_error *err)
{
    size_t number = 0;
    bool found = tfl_table_find(bigwig->table, contig, &number);
    if (known != NULL) {
        *known = found;
    }
    if (found && start < end) {
        return read_values(bigwig, bigwig->id[number], start, end, value, err);
    }
    clear_values(start, end, value);
    return TFL_OK;
}

tfl_status tfl_bigwig_next(tfl_bigwig *bigwig, size_t contig, int64_t from, float *value, size_t capacity,
                           int64_t *start, size_t *n, tfl_error *err)
{
    int64_t length = bigwig->length[contig];
    *n = 0;
    if (from >= length || capacity == 0) {
        return TFL_OK;
    }
    query first = ask(bigwig, (uint32_t)contig, from, length, NULL);
    tfl_status status = walk(&first, err);
    if (status != TFL_OK || first.end == length) { /* nothing has been found */
        return status;
    }
    int64_t room = length - first.end;
    size_t most = (uint64_t)room < capacity ? (size_t)room : capacity;
    *start = first.end;
    status = read_values(bigwig, (uint32_t)contig, *start, *start + (int64_t)most, value, err);
    while (status == TFL_OK && most > 0 && isnan(value[most - 1])) {
        most--;
    }
    *n = status == TFL_OK ? most : 0;
    return status;
}
