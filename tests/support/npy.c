#include "config.h"

#include "tests/support/npy.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The unsigned little-endian number in bytes[0..n). */
static uint64_t little_endian(const unsigned char *bytes, size_t n)
{
    uint64_t number = 0;
    for (size_t i = n; i-- > 0;) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static double element(const unsigned char *bytes, const char *type)
{
    if (strcmp(type, "<f4") == 0) {
        uint32_t bits = (uint32_t)little_endian(bytes, 4);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    uint64_t bits = little_endian(bytes, 8);
    if (strcmp(type, "<i8") == 0) {
        int64_t value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* What follows 'key': in the header's dictionary. */
static const char *find_key(const char *header, const char *key, const char *name)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s':", key);
    const char *at = strstr(header, quoted);
    ck_assert_msg(at != NULL, "%s: its header has no %s", name, key);
    at += strlen(quoted);
    return at + strspn(at, " ");
}

static void parse_shape(const char *text, const char *name, test_npy *array)
{
    ck_assert_msg(*text == '(', "%s: its shape is no tuple", name);
    array->size = 1;
    for (text++; *text != ')'; text += strspn(text, ", ")) {
        char *end;
        unsigned long dim = strtoul(text, &end, 10);
        ck_assert_msg(end != text && array->rank < TEST_NPY_MAX_RANK, "%s: cannot read its shape", name);
        array->dim[array->rank++] = dim;
        array->size *= dim;
        text = end;
    }
}

void test_npy_parse(const void *bytes, size_t size, const char *name, test_npy *array)
{
    const unsigned char *byte = bytes;
    *array = (test_npy){0};
    ck_assert_msg(size > 12 && memcmp(byte, "\x93NUMPY", 6) == 0, "%s: is no .npy file", name);
    size_t prefix = byte[6] == 1 ? 10 : 12; /* version 1.0 counts the header in two bytes, later ones in four */
    size_t length = (size_t)little_endian(byte + 8, prefix - 8);
    ck_assert_msg(length <= size - prefix, "%s: is cut short", name);

    char *header = calloc(length + 1, 1);
    ck_assert_ptr_nonnull(header);
    memcpy(header, byte + prefix, length);
    char type[4] = "";
    ck_assert_msg(sscanf(find_key(header, "descr", name), "'%3[<a-z0-9]'", type) == 1 &&
                      (strcmp(type, "<f8") == 0 || strcmp(type, "<f4") == 0 || strcmp(type, "<i8") == 0),
                  "%s: its type is none of <f8, <f4, <i8", name);
    ck_assert_msg(strncmp(find_key(header, "fortran_order", name), "False", 5) == 0, "%s: is not in C order", name);
    parse_shape(find_key(header, "shape", name), name, array);
    free(header);

    size_t width = type[2] == '4' ? 4 : 8;
    ck_assert_msg(size - prefix - length == array->size * width, "%s: does not hold the values its shape says", name);
    array->value = calloc(array->size + 1, sizeof *array->value);
    ck_assert_ptr_nonnull(array->value);
    for (size_t i = 0; i < array->size; i++) {
        array->value[i] = element(byte + prefix + length + i * width, type);
    }
}

void test_npy_read(const char *path, test_npy *array)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    ck_assert_msg(size >= 0 && fseek(file, 0, SEEK_SET) == 0, "cannot read %s", path);
    unsigned char *bytes = malloc((size_t)size + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, (size_t)size, file), (size_t)size);
    ck_assert_int_eq(fclose(file), 0);
    test_npy_parse(bytes, (size_t)size, path, array);
    free(bytes);
}

void test_npy_free(test_npy *array)
{
    free(array->value);
    *array = (test_npy){0};
}

double test_npy_largest(const test_npy *array)
{
    double largest = 0;
    for (size_t i = 0; i < array->size; i++) {
        double size = fabs(array->value[i]);
        largest = isnan(size) ? (double)INFINITY : fmax(largest, size);
    }
    return largest;
}

double test_npy_difference(const test_npy *array, const float *got)
{
    double largest = 0;
    for (size_t i = 0; i < array->size; i++) {
        double size = fabs(array->value[i] - (double)got[i]);
        largest = isnan(size) ? (double)INFINITY : fmax(largest, size);
    }
    return largest;
}
