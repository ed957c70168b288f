/* Where a sequence lies on a genome, read from its name. */
#include "config.h"

#include "tflift/region.h"

#include "tflift/memory.h"
#include "tflift/number.h"

#include <stdlib.h>
#include <string.h>

/* The parts of a name; contig is its [contig, contig + contig_length). */
typedef struct coordinates {
    const char *contig;
    size_t contig_length;
    int64_t start;
    int64_t end;
    char strand;
} coordinates;

/* "(+)", "(-)" or bedtools' "(.)" at the end of name[0..*length) is taken off. */
static char take_strand(const char *name, size_t *length)
{
    if (*length > 3 && name[*length - 3] == '(' && name[*length - 1] == ')') {
        char strand = name[*length - 2];
        if (strand == '+' || strand == '-' || strand == '.') {
            *length -= 3;
            return strand == '-' ? '-' : '+';
        }
    }
    return '+';
}

/* A number without sign that fills text[0..length). */
static bool read_position(const char *text, size_t length, int64_t *value)
{
    char digits[20];
    if (length == 0 || length >= sizeof digits || text[0] < '0' || text[0] > '9') {
        return false;
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    return tfl_parse_int(digits, 0, INT64_MAX / 2, value);
}

/* The last byte of text[0..length) that is c, or NULL. */
static const char *find_last(const char *text, size_t length, char c)
{
    while (length > 0) {
        if (text[--length] == c) {
            return text + length;
        }
    }
    return NULL;
}

/* The contig of "name::contig" or "contig": what follows the last "::". */
static void take_contig(const char *text, size_t length, coordinates *found)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] == ':' && text[i + 1] == ':') {
            from = i + 2;
        }
    }
    found->contig = text + from;
    found->contig_length = length - from;
}

/* Contigs may hold ':' themselves (HLA-A*01:01:01:01), so the last one separates. */
static bool read_coordinates(const char *name, coordinates *found)
{
    size_t length = strlen(name);
    found->strand = take_strand(name, &length);
    const char *colon = find_last(name, length, ':');
    if (colon == NULL) {
        return false;
    }
    const char *numbers = colon + 1;
    size_t n = length - (size_t)(numbers - name);
    const char *dash = memchr(numbers, '-', n);
    if (dash == NULL || !read_position(numbers, (size_t)(dash - numbers), &found->start) ||
        !read_position(dash + 1, n - (size_t)(dash - numbers) - 1, &found->end)) {
        return false;
    }
    take_contig(name, (size_t)(colon - name), found);
    return found->contig_length > 0;
}

/* Turns 1-based closed coordinates into 0-based half-open ones where the length says that they are. */
static tfl_status fit(const char *name, size_t length, coordinates *found, tfl_error *err)
{
    int64_t span = found->end - found->start;
    if (span >= 0 && (uint64_t)span == length) {
        return TFL_OK;
    }
    if (span >= 0 && (uint64_t)span + 1 == length && found->start >= 1) {
        found->start--;
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EINPUT,
                    "%s: the sequence has %zu letters, and its coordinates span %lld (0-based) or %lld (1-based): "
                    "correct the name, or use --coords none",
                    name, length, (long long)span, (long long)span + 1);
}

tfl_status tfl_region_parse(const char *name, size_t length, bool coordinates_wanted, tfl_region *region,
                            tfl_error *err)
{
    memset(region, 0, sizeof *region);
    uint64_t letters = length; /* where sizes have 32 bits all of them are in bounds */
    if (letters > INT64_MAX / 2) {
        return tfl_fail_memory(err, name);
    }
    coordinates found = {name, strlen(name), 0, 0, '+'};
    bool placed = coordinates_wanted && read_coordinates(name, &found);
    if (placed) {
        tfl_status status = fit(name, length, &found, err);
        if (status != TFL_OK) {
            return status;
        }
    } else {
        found = (coordinates){name, strlen(name), 0, 0, '+'};
    }
    region->contig = tfl_strndup(found.contig, found.contig_length);
    region->start = found.start;
    region->length = (int64_t)length;
    region->strand = found.strand;
    region->placed = placed;
    return region->contig != NULL ? TFL_OK : tfl_fail_memory(err, "the name of a contig");
}

void tfl_region_clear(tfl_region *region)
{
    free(region->contig);
    memset(region, 0, sizeof *region);
}
