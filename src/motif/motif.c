/* Motifs in memory, and the table of the formats they come in. */
#include "config.h"

#include "tflift/motif.h"

#include "motif/motif_internal.h"
#include "tflift/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which a text is tried: the one that takes nearly anything comes last. */
static const tfl_motif_format *const formats[] = {
    &tfl_motif_format_meme,   &tfl_motif_format_transfac, &tfl_motif_format_homer,
    &tfl_motif_format_jaspar, &tfl_motif_format_rows,
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

/* No motif file is this large; a few bytes of gzip could be. */
static const size_t MAX_TEXT = (size_t)256 << 20;

const char *tfl_motif_format_name(size_t i)
{
    return i < N_FORMATS ? formats[i]->name : NULL;
}

void tfl_motifs_free(tfl_motifs *motifs)
{
    if (motifs == NULL) {
        return;
    }
    for (size_t i = 0; i < motifs->n; i++) {
        free(motifs->motif[i].name);
        free(motifs->motif[i].alternative);
        free(motifs->motif[i].p);
    }
    free(motifs->motif);
    free(motifs);
}

/* The first from motif i on with that second name. */
static const tfl_motif *find_alternative(const tfl_motifs *motifs, const char *name, size_t i)
{
    for (; i < motifs->n; i++) {
        if (*name != '\0' && strcmp(motifs->motif[i].alternative, name) == 0) {
            return &motifs->motif[i];
        }
    }
    return NULL;
}

const tfl_motif *tfl_motifs_find(const tfl_motifs *motifs, const char *name)
{
    for (size_t i = 0; i < motifs->n; i++) {
        if (strcmp(motifs->motif[i].name, name) == 0) {
            return &motifs->motif[i];
        }
    }
    return find_alternative(motifs, name, 0);
}

const tfl_motif *tfl_motifs_find_next(const tfl_motifs *motifs, const char *name, const tfl_motif *found)
{
    bool unique = strcmp(found->name, name) == 0;
    return unique ? NULL : find_alternative(motifs, name, (size_t)(found - motifs->motif) + 1);
}

void tfl_motif_smooth(const tfl_motif *motif, double pseudocount, double (*q)[TFL_BASES])
{
    for (size_t j = 0; j < motif->width; j++) {
        for (size_t b = 0; b < TFL_BASES; b++) {
            q[j][b] = (1 - pseudocount) * motif->p[j][b] + pseudocount / TFL_BASES;
        }
    }
}

void tfl_motif_sample(const tfl_motif *motif, double pseudocount, tfl_rng *rng, char *word)
{
    for (size_t j = 0; j < motif->width; j++) {
        double q[TFL_BASES];
        for (size_t b = 0; b < TFL_BASES; b++) {
            q[b] = (1 - pseudocount) * motif->p[j][b] + pseudocount / TFL_BASES;
        }
        word[j] = tfl_base_letter[tfl_rng_choose(rng, q, TFL_BASES)];
    }
}

/* ---------------------------------------------------------------- reading */

/* The format of a text, NULL when it is none of ours. */
static tfl_status find_format(const char *text, size_t size, const char *name, const tfl_motif_format **format,
                              tfl_error *err)
{
    *format = NULL;
    for (size_t i = 0; i < N_FORMATS && *format == NULL; i++) {
        tfl_lines *lines = NULL;
        bool yes = false;
        tfl_status status = tfl_lines_open_memory(text, size, name, &lines, err);
        if (status == TFL_OK) {
            status = formats[i]->sniff(lines, &yes, err);
            tfl_lines_close(lines);
        }
        if (status != TFL_OK) {
            return status;
        }
        *format = yes ? formats[i] : NULL;
    }
    return TFL_OK;
}

/* All formats' names, "a, b, c". */
static void list_formats(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < N_FORMATS && used < size; i++) {
        int length = snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", formats[i]->name);
        used += length > 0 ? (size_t)length : 0;
    }
}

static tfl_status read_as(const tfl_motif_format *format, const char *text, size_t size, const char *name,
                          tfl_motifs *motifs, tfl_error *err)
{
    tfl_motif_builder builder = {.motifs = motifs, .rows = format->rows};
    tfl_status status = tfl_lines_open_memory(text, size, name, &builder.lines, err);
    if (status == TFL_OK) {
        status = tfl_table_create(&builder.names, err);
    }
    if (status == TFL_OK) {
        status = format->read(&builder, err);
    }
    if (status == TFL_OK) {
        status = tfl_motif_builder_end(&builder, err);
    }
    if (status == TFL_OK && motifs->n == 0) {
        status = tfl_fail(err, TFL_EINPUT, "%s: holds no motif (its format is %s)", name, format->name);
    }
    tfl_table_free(builder.names);
    tfl_lines_close(builder.lines);
    return status;
}

/* The text has a size and no NUL at its end, which strspn would run past. */
static bool is_blank(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'))) {
        i++;
    }
    return i == size;
}

static tfl_status read_text(const char *text, size_t size, const char *name, tfl_motifs *motifs, tfl_error *err)
{
    const tfl_motif_format *format = NULL;
    tfl_status status = find_format(text, size, name, &format, err);
    if (status != TFL_OK) {
        return status;
    }
    if (format == NULL) {
        char names[128] = "";
        list_formats(names, sizeof names);
        return is_blank(text, size)
                   ? tfl_fail(err, TFL_EINPUT, "%s: is empty; a motif file is needed", name)
                   : tfl_fail(err, TFL_EINPUT, "%s: is not a motif file that we know (%s)", name, names);
    }
    return read_as(format, text, size, name, motifs, err);
}

tfl_status tfl_motifs_read_memory(const void *bytes, size_t size, const char *name, tfl_motifs **out, tfl_error *err)
{
    *out = NULL;
    tfl_motifs *motifs = tfl_calloc(1, sizeof *motifs);
    if (motifs == NULL) {
        return tfl_fail_memory(err, "motifs");
    }
    for (size_t b = 0; b < TFL_BASES; b++) {
        motifs->background[b] = 1.0 / TFL_BASES;
    }
    tfl_status status = read_text(bytes, size, name, motifs, err);
    if (status != TFL_OK) {
        tfl_motifs_free(motifs);
        return status;
    }
    *out = motifs;
    return TFL_OK;
}

/* Appends a line and its end to *text[*used]. */
static tfl_status append_line(char **text, size_t *capacity, size_t *used, const char *line, size_t length,
                              const char *name, tfl_error *err)
{
    if (length >= MAX_TEXT - *used) {
        return tfl_fail(err, TFL_EINPUT, "%s: is larger than %zu MiB, which no motif file is", name, MAX_TEXT >> 20);
    }
    tfl_status status = TFL_GROW(*text, capacity, *used + length + 1, "the text of a motif file", err);
    if (status != TFL_OK) {
        return status;
    }
    memcpy(*text + *used, line, length);
    (*text)[*used + length] = '\n';
    *used += length + 1;
    return TFL_OK;
}

/* The whole text is held, so that a pipe can be looked at first and read then. */
tfl_status tfl_motifs_read(const char *path, tfl_motifs **out, tfl_error *err)
{
    *out = NULL;
    tfl_lines *lines = NULL;
    tfl_status status = tfl_lines_open(path, &lines, err);
    char *text = NULL;
    size_t capacity = 0;
    size_t used = 0;
    for (bool end = false; status == TFL_OK && !end;) {
        char *line = NULL;
        size_t length = 0;
        status = tfl_lines_next(lines, &line, &length, err);
        end = line == NULL;
        if (status == TFL_OK && !end) {
            status = append_line(&text, &capacity, &used, line, length, tfl_lines_name(lines), err);
        }
    }
    if (status == TFL_OK) {
        status = tfl_motifs_read_memory(text != NULL ? text : "", used, tfl_lines_name(lines), out, err);
    }
    free(text);
    tfl_lines_close(lines);
    return status;
}

/* ---------------------------------------------------------------- writing */

tfl_status tfl_motifs_write(const tfl_motifs *motifs, const char *format, tfl_output *output, tfl_error *err)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i]->name, format) == 0) {
            return formats[i]->write(motifs, output, err);
        }
    }
    char names[128] = "";
    list_formats(names, sizeof names);
    return tfl_fail(err, TFL_EUSAGE, "%s: is no format of motif files; these are: %s", format, names);
}
