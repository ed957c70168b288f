/* The table of track formats. */
#include "config.h"

#include "track/track_internal.h"

#include <string.h>
#include <strings.h>

static const tfl_track_backend *const backends[] = {
    &tfl_track_bedgraph,
    &tfl_track_bed,
    &tfl_track_bigwig,
    &tfl_track_tsv,
    &tfl_track_npz,
};

enum { N_BACKENDS = sizeof backends / sizeof *backends };

const tfl_track_format *tfl_track_format_at(size_t i)
{
    return i < N_BACKENDS ? &backends[i]->format : NULL;
}

const tfl_track_format *tfl_track_format_find(const char *name)
{
    for (size_t i = 0; i < N_BACKENDS; i++) {
        if (strcmp(backends[i]->format.name, name) == 0) {
            return &backends[i]->format;
        }
    }
    return NULL;
}

/* Whether text[length] is one of the words of a list separated by blanks, in either case. */
static bool is_listed(const char *list, const char *text, size_t length)
{
    while (*list != '\0') {
        size_t word = strcspn(list, " ");
        if (word == length && strncasecmp(list, text, length) == 0) {
            return true;
        }
        list += word;
        list += strspn(list, " ");
    }
    return false;
}

const tfl_track_format *tfl_track_format_for(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = tfl_output_stem(name);
    bool compressed = name[length] != '\0';
    size_t stem = length;
    while (stem > 0 && name[stem - 1] != '.') {
        stem--;
    }
    if (stem == 0) {
        return NULL;
    }
    for (size_t i = 0; i < N_BACKENDS; i++) {
        const tfl_track_format *format = &backends[i]->format;
        if (is_listed(format->suffixes, name + stem - 1, length - stem + 1) && (format->text || !compressed)) {
            return format;
        }
    }
    return NULL;
}

const tfl_track_backend *tfl_track_backend_of(const tfl_track_format *format)
{
    for (size_t i = 0; i < N_BACKENDS; i++) {
        if (&backends[i]->format == format) {
            return backends[i];
        }
    }
    return NULL;
}
