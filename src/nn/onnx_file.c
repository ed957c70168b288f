/* onnx_file.c: from bytes to a protocol buffer. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, VARINT_BYTES = 10 };

static tfl_status load_stream(FILE *stream, unsigned char **bytes, size_t *size, tfl_error *err)
{
    size_t capacity = 0, got;
    do {
        tfl_status status = TFL_GROW(*bytes, &capacity, *size + CHUNK, "the model", err);
        if (status != TFL_OK) {
            return status;
        }
        got = fread(*bytes + *size, 1, CHUNK, stream);
        *size += got;
    } while (got > 0);
    return ferror(stream) ? tfl_fail_errno(err, errno, "cannot be read") : TFL_OK;
}

tfl_status tfl_onnx_load(const char *path, unsigned char **bytes, size_t *size, tfl_error *err)
{
    *bytes = NULL;
    *size = 0;
    if (strcmp(path, "-") == 0) {
        tfl_status status = load_stream(stdin, bytes, size, err);
        tfl_error_prefix(status == TFL_OK ? NULL : err, "standard input");
        return status;
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return tfl_fail_errno(err, errno, "%s: cannot be opened", path);
    }
    tfl_status status = load_stream(stream, bytes, size, err);
    if (fclose(stream) != 0 && status == TFL_OK) {
        status = tfl_fail_errno(err, errno, "cannot be read");
    }
    tfl_error_prefix(status == TFL_OK ? NULL : err, "%s", path);
    return status;
}

/* The base-128 number at *at; false when the bytes end within it or it is too long. */
static bool read_varint(const unsigned char *bytes, size_t size, size_t *at, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_BYTES && *at < size; i++) {
        unsigned char byte = bytes[(*at)++];
        *value |= (uint64_t)(byte & 127) << (7 * i);
        if (byte < 128) {
            return true;
        }
    }
    return false;
}

typedef enum envelope { ENVELOPE_FITS, ENVELOPE_STRANGE, ENVELOPE_SHORT } envelope;

/* Walks over one field of the outermost message. The fields of ONNX's ModelProto all have numbers below 32, and are
 * numbers (type 0) or have a length (type 2). */
static envelope walk_field(const unsigned char *bytes, size_t size, size_t *at)
{
    uint64_t tag, value;
    if (!read_varint(bytes, size, at, &tag)) {
        return *at >= size ? ENVELOPE_SHORT : ENVELOPE_STRANGE;
    }
    unsigned type = (unsigned)(tag & 7);
    uint64_t field = tag >> 3;
    if (field == 0 || field > 31 || (type != 0 && type != 2)) {
        return ENVELOPE_STRANGE;
    }
    if (!read_varint(bytes, size, at, &value)) {
        return *at >= size ? ENVELOPE_SHORT : ENVELOPE_STRANGE;
    }
    if (type == 2) {
        if (value > size - *at) {
            return ENVELOPE_SHORT;
        }
        *at += (size_t)value;
    }
    return ENVELOPE_FITS;
}

static tfl_status check_envelope(const unsigned char *bytes, size_t size, tfl_error *err)
{
    static const struct {
        const char *magic, *is;
    } others[] = {
        {"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes, which is not supported yet; export the network as ONNX"},
        {"PK\x03\x04", "a zip archive, as PyTorch's checkpoints are; export the network as ONNX"},
    };
    if (size == 0) {
        return tfl_fail(err, TFL_EINPUT, "is empty; an ONNX model is expected");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t length = strlen(others[i].magic);
        if (size >= length && memcmp(bytes, others[i].magic, length) == 0) {
            return tfl_fail(err, TFL_EINPUT, "is %s", others[i].is);
        }
    }
    size_t fields = 0;
    for (size_t at = 0; at < size; fields++) {
        switch (walk_field(bytes, size, &at)) {
        case ENVELOPE_STRANGE:
            return tfl_fail(err, TFL_EINPUT, "is not an ONNX model");
        case ENVELOPE_SHORT:
            return fields == 0 ? tfl_fail(err, TFL_EINPUT, "is not an ONNX model")
                               : tfl_fail(err, TFL_EINPUT, "is cut short after %zu bytes; copy the model again", size);
        case ENVELOPE_FITS:
            break;
        }
    }
    return TFL_OK;
}

tfl_status tfl_onnx_unpack(const unsigned char *bytes, size_t size, Tfl__Onnx__Model **out, tfl_error *err)
{
    *out = NULL;
    tfl_status status = check_envelope(bytes, size, err);
    if (status != TFL_OK) {
        return status;
    }
    *out = tfl__onnx__model__unpack(NULL, size, bytes);
    return *out != NULL ? TFL_OK
                        : tfl_fail(err, TFL_EINPUT, "is damaged: its parts do not fit together as in an ONNX model");
}
