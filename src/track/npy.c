#include "config.h"

#include "track/npy_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tflift/number.h"
#include "track/bytes_internal.h"

static const char magic[] = "\x93NUMPY";

enum { MAGIC = 6, PREFIX = 10 /* magic, version 2, length of the rest 2 */ };

void tfl_npy_put_header(unsigned char at[TFL_NPY_HEADER], const uint64_t shape[3])
{
    memset(at, ' ', TFL_NPY_HEADER);
    memcpy(at, magic, MAGIC);
    at[6] = 1;
    at[7] = 0;
    tfl_put_u16(at + 8, TFL_NPY_HEADER - PREFIX);
    int n = snprintf((char *)at + PREFIX, TFL_NPY_HEADER - PREFIX,
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu64 ", %" PRIu64 "), }",
                     shape[0], shape[1], shape[2]);
    at[PREFIX + n] = ' ';
    at[TFL_NPY_HEADER - 1] = '\n';
}

/* The text behind 'key': in a header, blanks skipped. NULL when there is none. */
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(key);
    at += strspn(at, " ");
    if (*at != ':') {
        return NULL;
    }
    at++;
    return at + strspn(at, " ");
}

/* "(12, 4, 200)" */
static int read_shape(const char *text, uint64_t shape[3])
{
    char digits[TFL_NUMBER_SIZE];
    for (size_t i = 0; i < 3; i++) {
        if (*text != (i == 0 ? '(' : ',')) {
            return 0;
        }
        text++;
        text += strspn(text, " ");
        size_t n = strspn(text, "0123456789");
        if (n == 0 || n >= sizeof digits) {
            return 0;
        }
        memcpy(digits, text, n);
        digits[n] = '\0';
        if (!tfl_parse_uint64(digits, &shape[i])) {
            return 0;
        }
        text += n;
    }
    text += *text == ',';
    text += strspn(text, " ");
    return *text == ')';
}

/* The length of a value of text that ends with the next character last, or of its beginning. */
static int length_to(const char *text, char last, size_t most)
{
    size_t n = *text == '\0' ? 0 : 1; /* behind the quotation mark or parenthesis that opens it */
    while (n < most && text[n] != '\0' && text[n] != last) {
        n++;
    }
    return (int)n + (text[n] == last ? 1 : 0);
}

static tfl_status read_text(const char *text, uint64_t shape[3], tfl_error *err)
{
    const char *type = value_of(text, "'descr'");
    const char *order = value_of(text, "'fortran_order'");
    const char *dimensions = value_of(text, "'shape'");
    if (type == NULL || order == NULL || dimensions == NULL) {
        return tfl_fail(err, TFL_EINPUT, "its header lacks descr, fortran_order or shape");
    }
    if (strncmp(type, "'<f4'", 5) != 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "its values are of type %.*s; '<f4' (little-endian float32) is needed",
                        length_to(type, '\'', 20), type);
    }
    if (strncmp(order, "False", 5) != 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "it is in Fortran order; C order is needed");
    }
    if (!read_shape(dimensions, shape)) {
        return tfl_fail(err, TFL_EINPUT, "its shape is %.*s; (N, 4, length) is needed", length_to(dimensions, ')', 60),
                        dimensions);
    }
    return TFL_OK;
}

tfl_status tfl_npy_get_header(const unsigned char *at, size_t size, uint64_t shape[3], size_t *data, tfl_error *err)
{
    char text[TFL_NPY_MOST + 1];
    if (size < PREFIX + 2 || memcmp(at, magic, MAGIC) != 0 || at[6] < 1 || at[6] > 3) {
        return tfl_fail(err, TFL_EINPUT, "it is no array in numpy's format");
    }
    size_t prefix = at[6] == 1 ? PREFIX : PREFIX + 2;
    uint64_t length = at[6] == 1 ? tfl_get_u16(at + 8) : tfl_get_u32(at + 8);
    if (length > size - prefix || length > TFL_NPY_MOST) {
        return tfl_fail(err, TFL_EINPUT, "its header is cut short, or longer than %d bytes", (int)TFL_NPY_MOST);
    }
    memcpy(text, at + prefix, (size_t)length);
    text[length] = '\0';
    *data = prefix + (size_t)length;
    return read_text(text, shape, err);
}
