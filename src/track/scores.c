/* Contributions read back: which kind of file it is, told by its first bytes. */
#include "config.h"

#include "track/scores_internal.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tflift/bigwig.h"
#include "tflift/memory.h"
#include "tflift/track.h"

struct tfl_scores {
    const tfl_score_source *source;
    void *state;
};

enum { HEAD = 8 };

/* What a regular file begins with; 0 bytes of anything else, which can be read only once, or not at all. */
static size_t read_head(const char *path, unsigned char head[HEAD])
{
    struct stat found; /* asked for first: who writes into a FIFO would notice that it was opened and closed */
    int fd = stat(path, &found) == 0 && S_ISREG(found.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, head, HEAD);
    (void)close(fd); /* it was only read */
    return n > 0 ? (size_t)n : 0;
}

/* Those that are told by what they begin with. */
static const tfl_score_source *const source[] = {&tfl_scores_bigwig, &tfl_scores_npz};
enum { SOURCES = sizeof source / sizeof *source };

/* The number of the source whose files begin so; SOURCES: none. */
static size_t find_source(const unsigned char *head, size_t size)
{
    size_t i = 0;
    while (i < SOURCES && !source[i]->is_it(head, size)) {
        i++;
    }
    return i;
}

const tfl_score_source *tfl_scores_source_of(const char *path)
{
    const tfl_track_format *format = tfl_track_format_for(path);
    unsigned char head[HEAD] = {0};
    size_t found = find_source(head, read_head(path, head));
    if (found < SOURCES) {
        return source[found];
    }
    for (size_t i = 0; format != NULL && i < SOURCES; i++) {
        if (strcmp(source[i]->format, format->name) == 0) { /* it will say what is wrong with its beginning */
            return source[i];
        }
    }
    return &tfl_scores_text;
}

tfl_status tfl_scores_open_lines(const char *path, tfl_lines **lines, tfl_error *err)
{
    const char *bytes = NULL;
    size_t size = 0;
    unsigned char head[HEAD] = {0};
    tfl_status status = tfl_lines_open(path, lines, err);
    if (status == TFL_OK) {
        status = tfl_lines_peek(*lines, HEAD, &bytes, &size, err);
    }
    if (status == TFL_OK && size > 0) {
        memcpy(head, bytes, size);
    }
    size_t other = status == TFL_OK ? find_source(head, size) : SOURCES;
    if (other < SOURCES) {
        status =
            tfl_fail(err, TFL_EUNSUPPORTED, "%s: begins as %s, which is read from a file with a name, not from a pipe",
                     tfl_lines_name(*lines), source[other]->format);
    }
    if (status != TFL_OK) {
        tfl_lines_close(*lines);
        *lines = NULL;
    }
    return status;
}

bool tfl_bigwig_is(const char *path)
{
    return tfl_scores_source_of(path) == &tfl_scores_bigwig;
}

tfl_status tfl_scores_open(const char *path, const char *task, tfl_scores **out, tfl_error *err)
{
    *out = NULL;
    tfl_scores *scores = tfl_calloc(1, sizeof *scores);
    if (scores == NULL) {
        return tfl_fail_memory(err, "contributions");
    }
    scores->source = tfl_scores_source_of(path);
    tfl_status status = scores->source->open(path, task, &scores->state, err);
    if (status != TFL_OK) {
        free(scores);
        return status;
    }
    *out = scores;
    return TFL_OK;
}

void tfl_scores_close(tfl_scores *scores)
{
    if (scores != NULL) {
        scores->source->close(scores->state);
        free(scores);
    }
}

bool tfl_scores_is_table(const tfl_scores *scores)
{
    return scores->source->is_table != NULL && scores->source->is_table(scores->state);
}

void tfl_scores_reverse(float *value, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        float held = value[i];
        value[i] = value[n - 1 - i];
        value[n - 1 - i] = held;
    }
}

tfl_status tfl_scores_find(tfl_scores *scores, const tfl_sequence *sequence, const tfl_region *region, float *value,
                           int *any, tfl_error *err)
{
    *any = 0;
    for (size_t i = 0; i < sequence->length; i++) {
        value[i] = NAN;
    }
    tfl_status status = scores->source->find(scores->state, sequence, region, value, err);
    for (size_t i = 0; status == TFL_OK && !*any && i < sequence->length; i++) {
        *any = !isnan(value[i]);
    }
    return status;
}
