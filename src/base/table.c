/* Names and their indices: a hash table with open addressing. */
#include "config.h"

#include "tflift/table.h"

#include "tflift/memory.h"
#include "tflift/rng.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Names live in blocks that never move, so that a name stays where it was handed out. */
typedef struct name_block {
    struct name_block *next;
    size_t used;
    size_t size;
    char bytes[];
} name_block;

enum { BLOCK_SIZE = 16384 };

typedef struct entry {
    uint64_t hash;
    const char *name;
} entry;

struct tfl_table {
    entry *entry; /* [n], in the order in which they came */
    size_t n;
    size_t capacity;
    size_t *slot; /* [n_slots] index + 1, 0 where empty; n_slots is a power of two */
    size_t n_slots;
    name_block *block;
};

tfl_status tfl_table_create(tfl_table **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    return *out != NULL ? TFL_OK : tfl_fail_memory(err, "a table of names");
}

void tfl_table_free(tfl_table *table)
{
    if (table == NULL) {
        return;
    }
    for (name_block *block = table->block; block != NULL;) {
        name_block *next = block->next;
        free(block);
        block = next;
    }
    free(table->slot);
    free(table->entry);
    free(table);
}

static size_t first_empty(const tfl_table *table, uint64_t hash)
{
    size_t at = (size_t)hash & (table->n_slots - 1);
    while (table->slot[at] != 0) {
        at = (at + 1) & (table->n_slots - 1);
    }
    return at;
}

/* At most two thirds of the slots are used. */
static tfl_status make_room(tfl_table *table, tfl_error *err)
{
    if (table->n + 1 <= table->n_slots / 3 * 2) {
        return TFL_OK;
    }
    size_t n_slots = table->n_slots == 0 ? 64 : table->n_slots * 2;
    size_t *slot = tfl_calloc(n_slots, sizeof *slot);
    if (slot == NULL) {
        return tfl_fail_memory(err, "a table of names");
    }
    free(table->slot);
    table->slot = slot;
    table->n_slots = n_slots;
    for (size_t i = 0; i < table->n; i++) {
        slot[first_empty(table, table->entry[i].hash)] = i + 1;
    }
    return TFL_OK;
}

static const char *keep_name(tfl_table *table, const char *name, size_t length)
{
    size_t need = length + 1;
    if (table->block == NULL || table->block->size - table->block->used < need) {
        size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
        name_block *block = tfl_realloc(NULL, sizeof *block + size, 1);
        if (block == NULL) {
            return NULL;
        }
        block->next = table->block;
        block->used = 0;
        block->size = size;
        table->block = block;
    }
    char *kept = table->block->bytes + table->block->used;
    memcpy(kept, name, need);
    table->block->used += need;
    return kept;
}

static bool find_hashed(const tfl_table *table, const char *name, uint64_t hash, size_t *index)
{
    if (table->n == 0) {
        return false;
    }
    size_t at = (size_t)hash & (table->n_slots - 1);
    for (; table->slot[at] != 0; at = (at + 1) & (table->n_slots - 1)) {
        const entry *candidate = &table->entry[table->slot[at] - 1];
        if (candidate->hash == hash && strcmp(candidate->name, name) == 0) {
            if (index != NULL) {
                *index = table->slot[at] - 1;
            }
            return true;
        }
    }
    return false;
}

tfl_status tfl_table_add(tfl_table *table, const char *name, size_t *index, bool *added, tfl_error *err)
{
    size_t length = strlen(name);
    uint64_t hash = tfl_hash64(name, length);
    bool present = find_hashed(table, name, hash, index);
    if (added != NULL) {
        *added = !present;
    }
    if (present) {
        return TFL_OK;
    }
    tfl_status status = TFL_GROW(table->entry, &table->capacity, table->n + 1, "a table of names", err);
    if (status == TFL_OK) {
        status = make_room(table, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    const char *kept = keep_name(table, name, length);
    if (kept == NULL) {
        return tfl_fail_memory(err, "a table of names");
    }
    table->entry[table->n] = (entry){hash, kept};
    table->slot[first_empty(table, hash)] = table->n + 1;
    if (index != NULL) {
        *index = table->n;
    }
    table->n++;
    return TFL_OK;
}

bool tfl_table_find(const tfl_table *table, const char *name, size_t *index)
{
    return find_hashed(table, name, tfl_hash64(name, strlen(name)), index);
}

size_t tfl_table_size(const tfl_table *table)
{
    return table->n;
}

const char *tfl_table_name(const tfl_table *table, size_t index)
{
    return table->entry[index].name;
}
