/*
 * npz: one_hot, contributions and, when asked for, hypothetical, each (N, 4, length) in the sequences' own orientation,
 * N sequences of one length in the order in which they came. Letters other than A, C, G, T are zero in one_hot.
 * contributions go straight into the file, the others wait until its number of rows is known. The description is the
 * archive's comment.
 */
#include "config.h"

#include "track/track_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tflift/alphabet.h"
#include "tflift/memory.h"
#include "track/bytes_internal.h"
#include "track/npy_internal.h"
#include "tflift/spool.h"
#include "track/zip_internal.h"

enum { ARRAYS = 3, CHUNK = 1 << 16 };

typedef struct npz {
    uint64_t n;
    size_t length;
    uLong crc;              /* of contributions, without their header */
    tfl_spool letters;      /* base codes, [n][length] */
    tfl_spool hypothetical; /* as in the file */
    unsigned char *bytes;   /* a record as in the file */
    tfl_zip_member member[ARRAYS];
    size_t n_members;
} npz;

static tfl_status write_header(tfl_output *output, const npz *state, uLong *crc, tfl_error *err)
{
    unsigned char header[TFL_NPY_HEADER];
    const uint64_t shape[3] = {state->n, TFL_BASES, state->length};
    tfl_npy_put_header(header, shape);
    *crc = crc32(0, header, sizeof header);
    return tfl_output_write(output, header, sizeof header, err);
}

static tfl_status open_npz(tfl_track *track, tfl_error *err)
{
    npz *state = tfl_calloc(1, sizeof *state);
    if (state == NULL) {
        return tfl_fail_memory(err, "an npz file");
    }
    track->state = state;
    state->letters = (tfl_spool)TFL_SPOOL_INIT;
    state->hypothetical = (tfl_spool)TFL_SPOOL_INIT;
    state->crc = crc32(0, NULL, 0);
    if (!tfl_output_seekable(track->output)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "an npz file cannot go to a pipe, terminal or device, for its shape is known last; "
                        "name a file");
    }
    uLong crc = 0;
    tfl_status status = tfl_zip_begin(track->output, "contributions.npy", &state->member[0], err);
    return status == TFL_OK ? write_header(track->output, state, &crc, err) : status;
}

/* to[4][n] = from[n][4], as bytes. */
static void transpose(unsigned char *to, const float *from, size_t n)
{
    for (size_t c = 0; c < TFL_BASES; c++) {
        for (size_t i = 0; i < n; i++, to += 4) {
            tfl_put_f32(to, from[i * TFL_BASES + c]);
        }
    }
}

static tfl_status check_length(npz *state, const tfl_track_record *record, tfl_error *err)
{
    if (state->n == 0) {
        state->length = record->length;
        state->bytes = tfl_calloc(record->length, TFL_BASES * sizeof(float));
        return state->bytes == NULL ? tfl_fail_memory(err, "a record") : TFL_OK;
    }
    if (record->length != state->length) {
        return tfl_fail(err, TFL_EINPUT,
                        "record %s: has %zu bases, and those before it %zu; npz needs sequences of one length",
                        record->name, record->length, state->length);
    }
    return TFL_OK;
}

static tfl_status keep_letters(npz *state, const tfl_track_record *record, tfl_error *err)
{
    for (size_t i = 0; i < record->length; i++) {
        state->bytes[i] = tfl_base_code[(unsigned char)record->letters[i]];
    }
    return tfl_spool_append(&state->letters, state->bytes, record->length, err);
}

/* crc32 counts in 32 bits. */
static uLong add_crc(uLong crc, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        size_t part = size < CHUNK ? size : CHUNK;
        crc = crc32(crc, bytes, (uInt)part);
        bytes += part;
        size -= part;
    }
    return crc;
}

static tfl_status write_record(tfl_track *track, const tfl_track_record *record, const float *value, tfl_error *err)
{
    (void)value;
    npz *state = track->state;
    size_t size = record->length * TFL_BASES * sizeof(float);
    tfl_status status = check_length(state, record, err);
    if (status == TFL_OK) {
        status = keep_letters(state, record, err);
    }
    if (status == TFL_OK && track->options.hypothetical) {
        transpose(state->bytes, record->hypothetical, record->length);
        status = tfl_spool_append(&state->hypothetical, state->bytes, size, err);
    }
    if (status == TFL_OK) {
        transpose(state->bytes, record->contribution, record->length);
        state->crc = add_crc(state->crc, state->bytes, size);
        status = tfl_output_write(track->output, state->bytes, size, err);
    }
    state->n += status == TFL_OK;
    return status;
}

/* Goes back to the member begun in open. */
static tfl_status end_contributions(tfl_track *track, uint64_t size, tfl_error *err)
{
    npz *state = track->state;
    tfl_zip_member *member = &state->member[state->n_members++];
    unsigned char header[TFL_NPY_HEADER];
    const uint64_t shape[3] = {state->n, TFL_BASES, state->length};
    tfl_npy_put_header(header, shape);
    uint64_t at = tfl_output_position(track->output) - size - sizeof header;
    tfl_status status = tfl_output_patch(track->output, at, header, sizeof header, err);
    member->size = size + sizeof header;
    member->crc = (uint32_t)crc32_combine(crc32(0, header, sizeof header), state->crc, (z_off_t)size);
    return status == TFL_OK ? tfl_zip_end(track->output, member, err) : status;
}

/* One row of an array, as bytes. */
typedef tfl_status row_reader(npz *state, uint64_t row, unsigned char *bytes, tfl_error *err);

static tfl_status read_one_hot(npz *state, uint64_t row, unsigned char *bytes, tfl_error *err)
{
    static const unsigned char one[4] = {0, 0, 0x80, 0x3f};
    unsigned char code[1024];
    memset(bytes, 0, state->length * TFL_BASES * sizeof(float));
    for (size_t i = 0; i < state->length;) {
        size_t n = state->length - i < sizeof code ? state->length - i : sizeof code;
        tfl_status status = tfl_spool_read(&state->letters, row * state->length + i, code, n, err);
        if (status != TFL_OK) {
            return status;
        }
        for (size_t stop = i + n, j = 0; i < stop; i++, j++) {
            if (code[j] < TFL_BASES) {
                memcpy(bytes + (code[j] * state->length + i) * sizeof one, one, sizeof one);
            }
        }
    }
    return TFL_OK;
}

static tfl_status read_hypothetical(npz *state, uint64_t row, unsigned char *bytes, tfl_error *err)
{
    size_t size = state->length * TFL_BASES * sizeof(float);
    return tfl_spool_read(&state->hypothetical, row * size, bytes, size, err);
}

static tfl_status write_array(tfl_track *track, const char *name, row_reader *read, tfl_error *err)
{
    npz *state = track->state;
    tfl_zip_member *member = &state->member[state->n_members++];
    size_t size = state->length * TFL_BASES * sizeof(float);
    uLong crc = 0;
    tfl_status status = tfl_zip_begin(track->output, name, member, err);
    if (status == TFL_OK) {
        status = write_header(track->output, state, &crc, err);
    }
    for (uint64_t row = 0; status == TFL_OK && row < state->n; row++) {
        status = read(state, row, state->bytes, err);
        if (status == TFL_OK) {
            crc = add_crc(crc, state->bytes, size);
            status = tfl_output_write(track->output, state->bytes, size, err);
        }
    }
    member->size = TFL_NPY_HEADER + state->n * size;
    member->crc = (uint32_t)crc;
    return status == TFL_OK ? tfl_zip_end(track->output, member, err) : status;
}

static tfl_status finish(tfl_track *track, tfl_error *err)
{
    npz *state = track->state;
    tfl_status status = end_contributions(track, state->n * state->length * TFL_BASES * sizeof(float), err);
    if (status == TFL_OK) {
        status = write_array(track, "one_hot.npy", read_one_hot, err);
    }
    if (status == TFL_OK && track->options.hypothetical) {
        status = write_array(track, "hypothetical.npy", read_hypothetical, err);
    }
    return status == TFL_OK ? tfl_zip_write_directory(track->output, state->member, state->n_members,
                                                      track->options.description, err)
                            : status;
}

static void free_state(tfl_track *track)
{
    npz *state = track->state;
    if (state != NULL) {
        tfl_spool_clear(&state->letters);
        tfl_spool_clear(&state->hypothetical);
        free(state->bytes);
        free(state);
    }
}

const tfl_track_backend tfl_track_npz = {
    .format = {.name = "npz",
               .suffixes = ".npz",
               .help = "numpy arrays one_hot, contributions and, when asked for, hypothetical, each (N,4,length)",
               .hypothetical = true,
               .described = true},
    .open = open_npz,
    .write = write_record,
    .finish = finish,
    .free_state = free_state,
};
