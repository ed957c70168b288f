#include "config.h"

#include "track/deflate_internal.h"

#include <stdlib.h>
#include <zlib.h>

/* The test of this file compiles it a second time, with TFL_ZLIB_ALONE. */
#if defined(HAVE_LIBDEFLATE) && !defined(TFL_ZLIB_ALONE)
#define USE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "tflift/memory.h"

/* Floating-point values hardly shrink: the fastest level costs a few percent of size and saves most of the time. */
enum { LEVEL = 1 };

struct tfl_deflater {
#ifdef USE_LIBDEFLATE
    struct libdeflate_compressor *compressor;
#else
    z_stream stream;
#endif
    unsigned char *packed;
    size_t capacity;
};

#ifdef USE_LIBDEFLATE

static int start(tfl_deflater *deflater)
{
    deflater->compressor = libdeflate_alloc_compressor(LEVEL);
    return deflater->compressor != NULL;
}

static void stop(tfl_deflater *deflater)
{
    libdeflate_free_compressor(deflater->compressor);
}

static size_t bound(tfl_deflater *deflater, size_t size)
{
    return libdeflate_zlib_compress_bound(deflater->compressor, size);
}

/* Size of the stream, 0 on failure. */
static size_t pack(tfl_deflater *deflater, const void *bytes, size_t size)
{
    return libdeflate_zlib_compress(deflater->compressor, bytes, size, deflater->packed, deflater->capacity);
}

#else

static int start(tfl_deflater *deflater)
{
    return deflateInit(&deflater->stream, LEVEL) == Z_OK;
}

static void stop(tfl_deflater *deflater)
{
    (void)deflateEnd(&deflater->stream);
}

static size_t bound(tfl_deflater *deflater, size_t size)
{
    return deflateBound(&deflater->stream, (uLong)size);
}

static size_t pack(tfl_deflater *deflater, const void *bytes, size_t size)
{
    z_stream *stream = &deflater->stream;
    if (deflateReset(stream) != Z_OK) {
        return 0;
    }
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)size;
    stream->next_out = deflater->packed;
    stream->avail_out = (uInt)deflater->capacity;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? deflater->capacity - stream->avail_out : 0;
}

#endif

tfl_status tfl_deflater_create(tfl_deflater **out, tfl_error *err)
{
    *out = NULL;
    tfl_deflater *deflater = tfl_calloc(1, sizeof *deflater);
    if (deflater == NULL || !start(deflater)) {
        free(deflater);
        return tfl_fail_memory(err, "compression");
    }
    *out = deflater;
    return TFL_OK;
}

void tfl_deflater_free(tfl_deflater *deflater)
{
    if (deflater != NULL) {
        stop(deflater);
        free(deflater->packed);
        free(deflater);
    }
}

tfl_status tfl_deflate(tfl_deflater *deflater, const void *bytes, size_t size, const unsigned char **packed,
                       size_t *packed_size, tfl_error *err)
{
    tfl_status status = TFL_GROW(deflater->packed, &deflater->capacity, bound(deflater, size), "compressed data", err);
    if (status != TFL_OK) {
        return status;
    }
    *packed_size = pack(deflater, bytes, size);
    *packed = deflater->packed;
    return *packed_size > 0 ? TFL_OK : tfl_fail_memory(err, "compression");
}
