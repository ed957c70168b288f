/*
 * SVG after cairo: words for those who cannot see the figure, and for searching, since cairo draws text as outlines;
 * and ids that are numbered in the order in which they come, behind a hash of the figure.
 */
#include "config.h"

#include "plot/plot_internal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/table.h"

#include <stdlib.h>

/* What stands in front of an id, and the byte behind it. */
static const struct mark {
    const char *before;
    char after;
} marks[] = {{" id=\"", '"'}, {"href=\"#", '"'}, {"url(#", ')'}};

enum { MARKS = sizeof marks / sizeof *marks };

typedef struct span {
    const char *at;
    size_t length;
} span;

/* Whether an id begins right behind at, where a mark ends; *after is the byte that ends it. */
static bool begins_id(const char *text, const char *at, char *after)
{
    for (size_t i = 0; i < MARKS; i++) {
        size_t length = strlen(marks[i].before);
        if ((size_t)(at - text) >= length && memcmp(at - length, marks[i].before, length) == 0) {
            *after = marks[i].after;
            return true;
        }
    }
    return false;
}

/* The next id of text[0..size) from position from on; false at the end. Marks end in '"' or '#', so that few places are
 * looked at closely. */
static bool next_id(const char *text, size_t size, size_t from, span *id)
{
    for (size_t i = from; i < size; i++) {
        char after = 0;
        if ((text[i] == '"' || text[i] == '#') && begins_id(text, text + i + 1, &after)) {
            const char *end = memchr(text + i + 1, after, size - i - 1);
            if (end != NULL) {
                *id = (span){text + i + 1, (size_t)(end - text) - i - 1};
                return true;
            }
        }
    }
    return false;
}

/* FNV-1a. */
static uint32_t hash(uint32_t value, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) {
        value = (value ^ at[i]) * 16777619U;
    }
    return value;
}

/* The number of an id, in the order of their first coming. */
static tfl_status number_id(tfl_table *ids, span id, size_t *number, tfl_error *err)
{
    char *name = tfl_strndup(id.at, id.length);
    tfl_status status = name == NULL ? tfl_fail_memory(err, "a figure") : tfl_table_add(ids, name, number, NULL, err);
    free(name);
    return status;
}

/* Numbers all ids, and hashes everything, with the numbers for the ids. */
static tfl_status number_ids(tfl_table *ids, const char *text, size_t size, uint32_t *value, tfl_error *err)
{
    size_t from = 0;
    span id = {NULL, 0};
    tfl_status status = TFL_OK;
    *value = 2166136261U;
    while (status == TFL_OK && next_id(text, size, from, &id)) {
        size_t number = 0;
        status = number_id(ids, id, &number, err);
        *value = hash(*value, text + from, (size_t)(id.at - text) - from);
        *value = hash(*value, &number, sizeof number);
        from = (size_t)(id.at - text) + id.length;
    }
    *value = hash(*value, text + from, size - from);
    return status;
}

static tfl_status write_renamed(tfl_table *ids, const char *text, size_t size, uint32_t value, tfl_output *output,
                                tfl_error *err)
{
    size_t from = 0;
    span id = {NULL, 0};
    tfl_status status = TFL_OK;
    while (status == TFL_OK && next_id(text, size, from, &id)) {
        size_t number = 0;
        status = number_id(ids, id, &number, err);
        if (status == TFL_OK) {
            status = tfl_output_write(output, text + from, (size_t)(id.at - text) - from, err);
        }
        if (status == TFL_OK) {
            status = tfl_output_printf(output, err, "f%08" PRIx32 "-%zu", value, number);
        }
        from = (size_t)(id.at - text) + id.length;
    }
    return status == TFL_OK ? tfl_output_write(output, text + from, size - from, err) : status;
}

static tfl_status write_escaped(tfl_output *output, const char *text, tfl_error *err)
{
    static const char special[] = "&<>";
    static const char *const entity[] = {"&amp;", "&lt;", "&gt;"};
    tfl_status status = TFL_OK;
    while (status == TFL_OK && *text != '\0') {
        size_t plain = strcspn(text, special);
        status = tfl_output_write(output, text, plain, err);
        text += plain;
        if (status == TFL_OK && *text != '\0') {
            const char *found = entity[strchr(special, *text) - special];
            status = tfl_output_write(output, found, strlen(found), err);
            text++;
        }
    }
    return status;
}

static tfl_status write_element(tfl_output *output, const char *name, const char *text, tfl_error *err)
{
    if (text == NULL || *text == '\0') {
        return TFL_OK;
    }
    tfl_status status = tfl_output_printf(output, err, "\n<%s>", name);
    if (status == TFL_OK) {
        status = write_escaped(output, text, err);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "</%s>", name) : status;
}

/* The end of the first tag <svg …>, 0 when there is none. */
static size_t head_size(const char *text, size_t size)
{
    static const char tag[] = "<svg";
    for (size_t i = 0; i + sizeof tag <= size; i++) {
        const char *end = NULL;
        if (memcmp(text + i, tag, sizeof tag - 1) == 0 && (end = memchr(text + i, '>', size - i)) != NULL) {
            return (size_t)(end - text) + 1;
        }
    }
    return 0;
}

tfl_status tfl_svg_write(const unsigned char *svg, size_t size, const char *title, const char *description,
                         tfl_output *output, tfl_error *err)
{
    const char *text = (const char *)svg;
    size_t head = head_size(text, size);
    uint32_t value = 0;
    tfl_table *ids = NULL;
    tfl_status status = tfl_table_create(&ids, err);
    if (status == TFL_OK) {
        status = number_ids(ids, text + head, size - head, &value, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_write(output, text, head, err);
    }
    if (status == TFL_OK) {
        status = write_element(output, "title", title, err);
    }
    if (status == TFL_OK) {
        status = write_element(output, "desc", description, err);
    }
    if (status == TFL_OK) {
        status = write_renamed(ids, text + head, size - head, value, output, err);
    }
    tfl_table_free(ids);
    return status;
}
