#include "config.h"

#include "track/contig_list_internal.h"

#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"

typedef struct front {
    int64_t length;
    uint64_t size;
} front;

void tfl_contig_list_clear(tfl_contig_list *list)
{
    tfl_spool_clear(&list->spool);
    free(list->name);
    *list = (tfl_contig_list)TFL_CONTIG_LIST_INIT;
}

tfl_status tfl_contig_list_add(tfl_contig_list *list, const char *name, int64_t length, tfl_error *err)
{
    const front head = {length, strlen(name) + 1};
    tfl_status status = tfl_spool_append(&list->spool, &head, sizeof head, err);
    if (status == TFL_OK) {
        status = tfl_spool_append(&list->spool, name, (size_t)head.size, err);
    }
    list->n += status == TFL_OK;
    return status;
}

tfl_status tfl_contig_list_next(tfl_contig_list *list, const char **name, int64_t *length, tfl_error *err)
{
    front head = {0, 0};
    *name = NULL;
    *length = 0;
    if (list->next == tfl_spool_size(&list->spool)) {
        list->next = 0;
        return TFL_OK;
    }
    tfl_status status = tfl_spool_read(&list->spool, list->next, &head, sizeof head, err);
    if (status == TFL_OK) {
        status = TFL_GROW(list->name, &list->capacity, (size_t)head.size, "the name of a contig", err);
    }
    if (status == TFL_OK) {
        status = tfl_spool_read(&list->spool, list->next + sizeof head, list->name, (size_t)head.size, err);
    }
    if (status == TFL_OK) {
        list->next += sizeof head + head.size;
        *name = list->name;
        *length = head.length;
    }
    return status;
}
