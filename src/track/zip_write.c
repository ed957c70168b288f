/* Writing zip archives: stored members whose headers always have zip64 fields, as numpy.savez writes them too. */
#include "config.h"

#include "track/zip_internal.h"

#include <string.h>

#include "track/bytes_internal.h"

enum {
    LOCAL = 30,
    LOCAL_EXTRA = 20, /* id 2, size 2, unpacked size 8, packed size 8 */
    CENTRAL = 46,
    CENTRAL_EXTRA = 28, /* the same, and offset 8 */
    END64 = 56,
    LOCATOR64 = 20,
    END = 22,
    NEEDED = 45, /* 4.5: zip64 */
    DATE = 0x21  /* 1 January 1980: the same values give the same bytes */
};

/* What local and central headers share, from "version needed" on, 26 bytes. */
static void put_common(unsigned char *at, const tfl_zip_member *member, uint16_t extra)
{
    tfl_put_u16(at, NEEDED);
    tfl_put_u16(at + 2, 0); /* flags */
    tfl_put_u16(at + 4, TFL_ZIP_STORED);
    tfl_put_u16(at + 6, 0); /* time */
    tfl_put_u16(at + 8, DATE);
    tfl_put_u32(at + 10, member->crc);
    tfl_put_u32(at + 14, UINT32_MAX); /* sizes: in the extra field */
    tfl_put_u32(at + 18, UINT32_MAX);
    tfl_put_u16(at + 22, (uint16_t)strlen(member->name));
    tfl_put_u16(at + 24, extra);
}

static void put_extra(unsigned char *at, const tfl_zip_member *member, uint16_t size)
{
    tfl_put_u16(at, 1); /* zip64 */
    tfl_put_u16(at + 2, (uint16_t)(size - 4));
    tfl_put_u64(at + 4, member->size);
    tfl_put_u64(at + 12, member->size);
}

/* Returns the length. */
static size_t put_local(unsigned char *at, const tfl_zip_member *member)
{
    size_t name = strlen(member->name);
    tfl_put_u32(at, UINT32_C(0x04034b50));
    put_common(at + 4, member, LOCAL_EXTRA);
    memcpy(at + LOCAL, member->name, name);
    put_extra(at + LOCAL + name, member, LOCAL_EXTRA);
    return LOCAL + name + LOCAL_EXTRA;
}

tfl_status tfl_zip_begin(tfl_output *output, const char *name, tfl_zip_member *member, tfl_error *err)
{
    unsigned char local[LOCAL + TFL_ZIP_NAME + LOCAL_EXTRA];
    *member = (tfl_zip_member){.offset = tfl_output_position(output)};
    size_t length = strlen(name) < TFL_ZIP_NAME ? strlen(name) : TFL_ZIP_NAME - 1;
    memcpy(member->name, name, length);
    return tfl_output_write(output, local, put_local(local, member), err);
}

tfl_status tfl_zip_end(tfl_output *output, tfl_zip_member *member, tfl_error *err)
{
    unsigned char local[LOCAL + TFL_ZIP_NAME + LOCAL_EXTRA];
    return tfl_output_patch(output, member->offset, local, put_local(local, member), err);
}

static tfl_status write_central(tfl_output *output, const tfl_zip_member *member, tfl_error *err)
{
    unsigned char central[CENTRAL + TFL_ZIP_NAME + CENTRAL_EXTRA] = {0};
    size_t name = strlen(member->name);
    tfl_put_u32(central, UINT32_C(0x02014b50));
    tfl_put_u16(central + 4, NEEDED);
    put_common(central + 6, member, CENTRAL_EXTRA);
    tfl_put_u32(central + 42, UINT32_MAX); /* offset: in the extra field */
    memcpy(central + CENTRAL, member->name, name);
    put_extra(central + CENTRAL + name, member, CENTRAL_EXTRA);
    tfl_put_u64(central + CENTRAL + name + 20, member->offset);
    return tfl_output_write(output, central, CENTRAL + name + CENTRAL_EXTRA, err);
}

/* The three records behind the central directory, which lies in [start, end). */
static tfl_status write_end(tfl_output *output, uint64_t start, uint64_t end, size_t n, size_t comment, tfl_error *err)
{
    unsigned char tail[END64 + LOCATOR64 + END] = {0};
    tfl_put_u32(tail, UINT32_C(0x06064b50));
    tfl_put_u64(tail + 4, END64 - 12);
    tfl_put_u16(tail + 12, NEEDED);
    tfl_put_u16(tail + 14, NEEDED);
    tfl_put_u64(tail + 24, n);
    tfl_put_u64(tail + 32, n);
    tfl_put_u64(tail + 40, end - start);
    tfl_put_u64(tail + 48, start);
    unsigned char *locator = tail + END64;
    tfl_put_u32(locator, UINT32_C(0x07064b50));
    tfl_put_u64(locator + 8, end);
    tfl_put_u32(locator + 16, 1);
    unsigned char *last = locator + LOCATOR64;
    tfl_put_u32(last, UINT32_C(0x06054b50));
    tfl_put_u16(last + 8, (uint16_t)n);
    tfl_put_u16(last + 10, (uint16_t)n);
    tfl_put_u32(last + 12, (uint32_t)(end - start));
    tfl_put_u32(last + 16, start < UINT32_MAX ? (uint32_t)start : UINT32_MAX);
    tfl_put_u16(last + 20, (uint16_t)comment);
    return tfl_output_write(output, tail, sizeof tail, err);
}

tfl_status tfl_zip_write_directory(tfl_output *output, const tfl_zip_member *member, size_t n, const char *comment,
                                   tfl_error *err)
{
    uint64_t start = tfl_output_position(output);
    size_t length = comment == NULL ? 0 : strlen(comment);
    length = length > UINT16_MAX ? UINT16_MAX : length;
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        status = write_central(output, &member[i], err);
    }
    if (status == TFL_OK) {
        status = write_end(output, start, tfl_output_position(output), n, length, err);
    }
    return status == TFL_OK && length > 0 ? tfl_output_write(output, comment, length, err) : status;
}
