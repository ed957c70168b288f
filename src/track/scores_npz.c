/*
 * Contributions from an npz file: row i belongs to record i of the FASTA file, and its one_hot says which sequence that
 * is. Members that are deflated are unpacked into a temporary file once; stored ones are read where they are.
 */
#include "config.h"

#include "track/scores_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "track/bytes_internal.h"
#include "track/npy_internal.h"
#include "track/zip_internal.h"

/* An array of an archive, (N, 4, length). */
typedef struct array {
    bool unpacked;
    tfl_spool spool; /* when unpacked; else the member lies in the file, from at on */
    uint64_t at;
    size_t data; /* bytes of header */
    uint64_t shape[3];
} array;

typedef struct npz {
    tfl_file file;
    array one_hot, contributions;
    unsigned char *row; /* [4][length] as bytes */
} npz;

/* Behind the magic bytes stands a version, below 256 in two bytes; text has no NUL, whatever its first name. */
static bool is_it(const unsigned char *head, size_t size)
{
    return size >= 8 && memcmp(head, "PK\3\4", 4) == 0 && memchr(head + 4, '\0', 4) != NULL;
}

static tfl_status read_array(const npz *in, array *from, uint64_t offset, void *bytes, size_t size, tfl_error *err)
{
    return from->unpacked ? tfl_spool_read(&from->spool, offset, bytes, size, err)
                          : tfl_file_read(&in->file, from->at + offset, bytes, size, err);
}

static const tfl_zip_member *find_member(const tfl_zip_member *member, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(member[i].name, name) == 0) {
            return &member[i];
        }
    }
    return NULL;
}

/* The header of an array whose member is size bytes long. */
static tfl_status read_header(const npz *in, array *from, const tfl_zip_member *member, tfl_error *err)
{
    unsigned char head[TFL_NPY_MOST];
    size_t size = member->size < sizeof head ? (size_t)member->size : sizeof head;
    tfl_status status = read_array(in, from, 0, head, size, err);
    if (status == TFL_OK && tfl_npy_get_header(head, size, from->shape, &from->data, err) != TFL_OK) {
        (void)tfl_error_prefix(err, "%s: its member %s", in->file.name, member->name);
        return TFL_EINPUT;
    }
    uint64_t row = 0;
    if (status != TFL_OK) {
        return status;
    }
    if (from->shape[1] != TFL_BASES || from->shape[2] > UINT64_MAX / 16 / sizeof(float)) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: its member %s has the shape (%" PRIu64 ", %" PRIu64 ", %" PRIu64
                        "); (N, 4, length) is needed",
                        in->file.name, member->name, from->shape[0], from->shape[1], from->shape[2]);
    }
    row = from->shape[2] * TFL_BASES * sizeof(float);
    if ((row > 0 && from->shape[0] > (UINT64_MAX - from->data) / row) ||
        member->size != from->data + from->shape[0] * row) {
        return tfl_fail(err, TFL_EINPUT, "%s: its member %s is not as long as its shape says", in->file.name,
                        member->name);
    }
    size_t fits;
    return tfl_size_from(row, &fits) ? TFL_OK : tfl_fail_memory(err, "a row");
}

static tfl_status open_array(const npz *in, array *from, const tfl_zip_member *all, size_t n, const char *name,
                             tfl_error *err)
{
    const tfl_zip_member *member = find_member(all, n, name);
    if (member == NULL) {
        return tfl_fail(err, TFL_EINPUT, "%s: has no member %s, which tfscore's npz files have", in->file.name, name);
    }
    from->unpacked = member->method != TFL_ZIP_STORED;
    tfl_status status = tfl_zip_unpack(&in->file, member, from->unpacked ? &from->spool : NULL, err);
    if (status == TFL_OK && !from->unpacked) {
        status = tfl_zip_locate(&in->file, member, &from->at, err);
    }
    return status == TFL_OK ? read_header(in, from, member, err) : status;
}

static tfl_status fill(npz *in, const char *path, tfl_error *err)
{
    tfl_zip_member *member = NULL;
    size_t n = 0;
    tfl_status status = tfl_file_open(&in->file, path, "an npz", err);
    if (status == TFL_OK) {
        status = tfl_zip_read_directory(&in->file, &member, &n, err);
    }
    if (status == TFL_OK) {
        status = open_array(in, &in->one_hot, member, n, "one_hot.npy", err);
    }
    if (status == TFL_OK) {
        status = open_array(in, &in->contributions, member, n, "contributions.npy", err);
    }
    free(member);
    if (status == TFL_OK && memcmp(in->one_hot.shape, in->contributions.shape, sizeof in->one_hot.shape) != 0) {
        return tfl_fail(err, TFL_EINPUT, "%s: one_hot and contributions differ in shape", path);
    }
    if (status == TFL_OK) {
        /* as long as the file, or what was unpacked, says */
        in->row =
            in->one_hot.shape[0] == 0 ? NULL : tfl_calloc((size_t)in->one_hot.shape[2], TFL_BASES * sizeof(float));
        if (in->row == NULL && in->one_hot.shape[0] != 0) {
            return tfl_fail_memory(err, "a row");
        }
    }
    return status;
}

static void close_npz(void *state)
{
    npz *in = state;
    if (in != NULL) {
        tfl_file_close(&in->file);
        tfl_spool_clear(&in->one_hot.spool);
        tfl_spool_clear(&in->contributions.spool);
        free(in->row);
        free(in);
    }
}

static tfl_status open_npz(const char *path, const char *task, void **state, tfl_error *err)
{
    (void)task; /* a file holds one */
    *state = NULL;
    npz *in = tfl_calloc(1, sizeof *in);
    if (in == NULL) {
        return tfl_fail_memory(err, "an npz file");
    }
    in->file = (tfl_file)TFL_FILE_INIT;
    in->one_hot.spool = (tfl_spool)TFL_SPOOL_INIT;
    in->contributions.spool = (tfl_spool)TFL_SPOOL_INIT;
    tfl_status status = fill(in, path, err);
    if (status != TFL_OK) {
        close_npz(in);
        return status;
    }
    *state = in;
    return TFL_OK;
}

static tfl_status read_row(npz *in, array *from, uint64_t row, tfl_error *err)
{
    size_t size = (size_t)from->shape[2] * TFL_BASES * sizeof(float);
    return read_array(in, from, from->data + row * size, in->row, size, err);
}

/* Whether position i of the one-hot row is this letter; for letters other than A, C, G, T all four channels are alike.
 */
static bool is_letter(const npz *in, size_t i, char letter)
{
    size_t length = (size_t)in->one_hot.shape[2];
    unsigned code = tfl_base_code[(unsigned char)letter];
    for (size_t c = 0; c < TFL_BASES; c++) {
        float found = tfl_get_f32(in->row + (c * length + i) * sizeof(float));
        float expected = code == TFL_BASE_OTHER ? tfl_get_f32(in->row + i * sizeof(float)) : (float)(c == code);
        if (found != expected) {
            return false;
        }
    }
    return true;
}

static tfl_status check_sequence(npz *in, const tfl_sequence *sequence, tfl_error *err)
{
    uint64_t row = sequence->index;
    if (row >= in->one_hot.shape[0]) {
        return tfl_fail(err, TFL_EINPUT, "%s: has %" PRIu64 " sequences, and %s is number %" PRIu64, in->file.name,
                        in->one_hot.shape[0], sequence->name, row + 1);
    }
    if (sequence->length != in->one_hot.shape[2]) {
        return tfl_fail(err, TFL_EINPUT, "%s: its sequences have %" PRIu64 " bases, but %s has %zu", in->file.name,
                        in->one_hot.shape[2], sequence->name, sequence->length);
    }
    tfl_status status = read_row(in, &in->one_hot, row, err);
    for (size_t i = 0; status == TFL_OK && i < sequence->length; i++) {
        if (!is_letter(in, i, sequence->letters[i])) {
            status = tfl_fail(err, TFL_EINPUT, "%s: its sequence number %" PRIu64 " is not %s: base %zu differs",
                              in->file.name, row + 1, sequence->name, i);
        }
    }
    return status;
}

/* What the four channels of base i add up to: infinite where one of them is, too, else NaN where one is NaN. */
static float sum_channels(const npz *in, size_t i)
{
    size_t length = (size_t)in->contributions.shape[2];
    double sum = 0, size = 0;
    for (size_t c = 0; c < TFL_BASES; c++) {
        float value = tfl_get_f32(in->row + (c * length + i) * sizeof(float));
        sum += value;
        size = fmax(size, fabs((double)value));
    }
    return isinf(size) ? (float)size : (float)sum;
}

static tfl_status find(void *state, const tfl_sequence *sequence, const tfl_region *region, float *value,
                       tfl_error *err)
{
    (void)region; /* rows are in the sequences' own orientation */
    npz *in = state;
    tfl_status status = check_sequence(in, sequence, err);
    if (status == TFL_OK) {
        status = read_row(in, &in->contributions, sequence->index, err);
    }
    for (size_t i = 0; status == TFL_OK && i < sequence->length; i++) {
        value[i] = sum_channels(in, i);
        if (isinf(value[i])) {
            status = tfl_fail(err, TFL_EINPUT,
                              "%s: its array contributions: base %zu of sequence number %" PRIu64
                              " is infinite; a number is needed, or nan where there is none",
                              in->file.name, i, sequence->index + 1);
        }
    }
    return status;
}

const tfl_score_source tfl_scores_npz = {"npz", is_it, open_npz, find, close_npz, NULL};
