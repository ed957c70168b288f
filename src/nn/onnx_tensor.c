/* onnx_tensor.c: arrays of constants. */
#include "config.h"

#include "src/nn/onnx_internal.h"
#include "tflift/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- dimensions */

size_t tfl_onnx_dim(int64_t n)
{
    size_t dim;
    return tfl_size_from((uint64_t)n, &dim) ? dim : SIZE_MAX;
}

bool tfl_onnx_dims_size(const tfl_onnx_dims *dims, size_t *size)
{
    *size = 1;
    for (unsigned i = 0; i < dims->rank; i++) {
        if (dims->dim[i] == 0) {
            *size = 0;
            return true;
        }
    }
    for (unsigned i = 0; i < dims->rank; i++) {
        if (!tfl_size_mul(*size, dims->dim[i], size)) {
            return false;
        }
    }
    return true;
}

bool tfl_onnx_dims_equal(const tfl_onnx_dims *a, const tfl_onnx_dims *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, a->rank * sizeof *a->dim) == 0;
}

const char *tfl_onnx_dims_text(const tfl_onnx_dims *dims, char text[TFL_ONNX_TEXT_SIZE])
{
    size_t used = (size_t)snprintf(text, TFL_ONNX_TEXT_SIZE, "(");
    for (unsigned i = 0; i < dims->rank; i++) {
        used += (size_t)snprintf(text + used, TFL_ONNX_TEXT_SIZE - used, "%s%zu", i == 0 ? "" : ", ", dims->dim[i]);
    }
    snprintf(text + used, TFL_ONNX_TEXT_SIZE - used, ")");
    return text;
}

void tfl_onnx_dims_strides(const tfl_onnx_dims *dims, size_t stride[TFL_ONNX_MAX_RANK])
{
    size_t step = 1;
    for (unsigned i = dims->rank; i-- > 0;) {
        stride[i] = step;
        step *= dims->dim[i];
    }
}

bool tfl_onnx_dims_broadcast(const tfl_onnx_dims *a, const tfl_onnx_dims *b, tfl_onnx_dims *out)
{
    const tfl_onnx_dims *wide = a->rank >= b->rank ? a : b, *narrow = wide == a ? b : a;
    *out = *wide;
    for (unsigned i = 0; i < narrow->rank; i++) {
        size_t *have = &out->dim[wide->rank - narrow->rank + i], other = narrow->dim[i];
        if (*have != other && *have != 1 && other != 1) {
            return false;
        }
        *have = *have == 1 ? other : *have;
    }
    return true;
}

void tfl_onnx_dims_spread(const tfl_onnx_dims *narrow, const tfl_onnx_dims *wide, size_t *index)
{
    size_t stride[TFL_ONNX_MAX_RANK], step[TFL_ONNX_MAX_RANK], at[TFL_ONNX_MAX_RANK] = {0}, size, from = 0;
    unsigned extra = wide->rank - narrow->rank;
    if (!tfl_onnx_dims_size(wide, &size)) {
        return;
    }
    tfl_onnx_dims_strides(narrow, stride);
    for (unsigned i = 0; i < wide->rank; i++) {
        step[i] = i < extra || narrow->dim[i - extra] == 1 ? 0 : stride[i - extra];
    }
    for (size_t k = 0; k < size; k++) {
        index[k] = from;
        for (unsigned i = wide->rank; i-- > 0;) { /* count up, the last axis fastest */
            from += step[i];
            if (++at[i] < wide->dim[i]) {
                break;
            }
            from -= step[i] * at[i];
            at[i] = 0;
        }
    }
}

/* ---------------------------------------------------------------- tensors */

tfl_status tfl_onnx_tensor_create(const tfl_onnx_dims *dims, bool integer, tfl_onnx_tensor **out, tfl_error *err)
{
    *out = NULL;
    tfl_onnx_tensor *tensor = tfl_calloc(1, sizeof *tensor);
    if (tensor == NULL) {
        return tfl_fail_memory(err, "an array of the model");
    }
    tensor->dims = *dims;
    bool fits = tfl_onnx_dims_size(dims, &tensor->size);
    if (fits && integer) {
        tensor->integer = tfl_calloc(tensor->size, sizeof *tensor->integer);
    } else if (fits) {
        tensor->number = tfl_calloc(tensor->size, sizeof *tensor->number);
    }
    if (tensor->number == NULL && tensor->integer == NULL) {
        free(tensor);
        return tfl_fail_memory(err, "an array of the model");
    }
    *out = tensor;
    return TFL_OK;
}

void tfl_onnx_tensor_free(tfl_onnx_tensor *tensor)
{
    if (tensor != NULL) {
        free(tensor->number);
        free(tensor->integer);
        free(tensor);
    }
}

double tfl_onnx_tensor_get(const tfl_onnx_tensor *tensor, size_t i)
{
    if (tensor->number != NULL) {
        return (double)tensor->number[i];
    }
    return tensor->integer != NULL ? (double)tensor->integer[i] : 0;
}

void tfl_onnx_tensor_set(tfl_onnx_tensor *tensor, size_t i, double value)
{
    int64_t whole = !(value > -0x1p63) /* NaN too */ ? INT64_MIN : value < 0x1p63 ? (int64_t)value : INT64_MAX;
    if (tensor->number != NULL) {
        tensor->number[i] = (float)value;
    } else if (tensor->integer != NULL) {
        tensor->integer[i] = whole;
    }
}

void tfl_onnx_tensor_copy(tfl_onnx_tensor *to, size_t i, const tfl_onnx_tensor *from, size_t k)
{
    if (to->integer != NULL && from->integer != NULL) {
        to->integer[i] = from->integer[k];
    } else {
        tfl_onnx_tensor_set(to, i, tfl_onnx_tensor_get(from, k));
    }
}

/* ---------------------------------------------------------------- from files */

static uint64_t raw_bits(const unsigned char *bytes, size_t width)
{
    uint64_t bits = 0;
    for (size_t i = width; i-- > 0;) { /* little-endian */
        bits = bits << 8 | bytes[i];
    }
    return bits;
}

static double from_float(uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return (double)value;
}

static double from_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static double from_float16(uint64_t bits)
{
    double sign = (bits >> 15 & 1) != 0 ? -1.0 : 1.0;
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023);
    if (exponent == 31) {
        return fraction == 0 ? sign * (double)INFINITY : (double)NAN;
    }
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

static double from_bfloat16(uint64_t bits)
{
    return from_float(bits << 16);
}

/* Where a type's values are when not raw. */
typedef enum field { FIELD_NONE, FIELD_FLOAT, FIELD_DOUBLE, FIELD_INT32, FIELD_INT64, FIELD_UINT64 } field;

/* TensorProto.DataType by number. */
typedef struct data_type {
    const char *name;
    unsigned width; /* bytes when raw; 0: not a type we read */
    field field;
    double (*decode)(uint64_t bits); /* floating-point types */
    bool is_signed;
} data_type;

static const data_type data_types[] = {
    {"undefined", 0, FIELD_NONE, NULL, false},
    {"float", 4, FIELD_FLOAT, from_float, true},
    {"uint8", 1, FIELD_INT32, NULL, false},
    {"int8", 1, FIELD_INT32, NULL, true},
    {"uint16", 2, FIELD_INT32, NULL, false},
    {"int16", 2, FIELD_INT32, NULL, true},
    {"int32", 4, FIELD_INT32, NULL, true},
    {"int64", 8, FIELD_INT64, NULL, true},
    {"string", 0, FIELD_NONE, NULL, false},
    {"bool", 1, FIELD_INT32, NULL, false},
    {"float16", 2, FIELD_INT32, from_float16, true},
    {"double", 8, FIELD_DOUBLE, from_double, true},
    {"uint32", 4, FIELD_UINT64, NULL, false},
    {"uint64", 8, FIELD_UINT64, NULL, false},
    {"complex64", 0, FIELD_NONE, NULL, false},
    {"complex128", 0, FIELD_NONE, NULL, false},
    {"bfloat16", 2, FIELD_INT32, from_bfloat16, true},
};

/* bits of the type's width as an integer; unsigned ones beyond the range become the largest. */
static int64_t to_integer(uint64_t bits, const data_type *type)
{
    if (!type->is_signed) {
        return bits > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)bits;
    }
    switch (type->width) {
    case 1:
        return (int8_t)bits;
    case 2:
        return (int16_t)bits;
    case 4:
        return (int32_t)bits;
    default:
        return (int64_t)bits;
    }
}

static size_t field_count(const Tfl__Onnx__Tensor *tensor, field from)
{
    switch (from) {
    case FIELD_FLOAT:
        return tensor->n_float_data;
    case FIELD_DOUBLE:
        return tensor->n_double_data;
    case FIELD_INT32:
        return tensor->n_int32_data;
    case FIELD_INT64:
        return tensor->n_int64_data;
    case FIELD_UINT64:
        return tensor->n_uint64_data;
    case FIELD_NONE:
        break;
    }
    return 0;
}

/* Element i of the typed fields. */
static void take_field(const Tfl__Onnx__Tensor *tensor, const data_type *type, size_t i, tfl_onnx_tensor *out)
{
    switch (type->field) {
    case FIELD_FLOAT:
        out->number[i] = tensor->float_data[i];
        break;
    case FIELD_DOUBLE:
        out->number[i] = (float)tensor->double_data[i];
        break;
    case FIELD_INT32:
        if (type->decode != NULL) {
            out->number[i] = (float)type->decode((uint64_t)(uint16_t)tensor->int32_data[i]);
        } else {
            out->integer[i] = tensor->int32_data[i];
        }
        break;
    case FIELD_INT64:
        out->integer[i] = tensor->int64_data[i];
        break;
    case FIELD_UINT64:
        out->integer[i] = to_integer(tensor->uint64_data[i], &data_types[13]);
        break;
    case FIELD_NONE:
        break;
    }
}

static void take_raw(const Tfl__Onnx__Tensor *tensor, const data_type *type, size_t i, tfl_onnx_tensor *out)
{
    uint64_t bits = raw_bits(tensor->raw_data.data + i * type->width, type->width);
    if (type->decode != NULL) {
        out->number[i] = (float)type->decode(bits);
    } else {
        out->integer[i] = to_integer(bits, type);
    }
}

/* What nearly all weights are. */
static void take_raw_floats(const unsigned char *bytes, size_t n, float *number)
{
    for (size_t i = 0; i < n; i++, bytes += 4) {
        uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
        memcpy(&number[i], &word, sizeof word);
    }
}

static void take_values(const Tfl__Onnx__Tensor *tensor, const data_type *type, bool raw, tfl_onnx_tensor *out)
{
    if (raw && type->decode == from_float) {
        take_raw_floats(tensor->raw_data.data, out->size, out->number);
        return;
    }
    for (size_t i = 0; i < out->size; i++) {
        raw ? take_raw(tensor, type, i, out) : take_field(tensor, type, i, out);
    }
}

/* size where all are finite. */
static size_t first_not_finite(const tfl_onnx_tensor *tensor)
{
    size_t i = 0;
    while (i < tensor->size && isfinite(tensor->number[i])) {
        i++;
    }
    return i;
}

static tfl_status read_dims(const Tfl__Onnx__Tensor *tensor, tfl_onnx_dims *dims, size_t *size, tfl_error *err)
{
    if (tensor->n_dims > TFL_ONNX_MAX_RANK) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "it has %zu dimensions, and at most %d are read", tensor->n_dims,
                        TFL_ONNX_MAX_RANK);
    }
    *dims = (tfl_onnx_dims){.rank = (unsigned)tensor->n_dims};
    for (unsigned i = 0; i < dims->rank; i++) {
        if (tensor->dims[i] < 0) {
            return tfl_fail(err, TFL_EINPUT, "its dimension %u is %lld", i, (long long)tensor->dims[i]);
        }
        dims->dim[i] = tfl_onnx_dim(tensor->dims[i]);
    }
    if (!tfl_onnx_dims_size(dims, size)) {
        return tfl_fail(err, TFL_EINPUT, "its dimensions multiply to more than fits in memory");
    }
    return TFL_OK;
}

static tfl_status find_type(const Tfl__Onnx__Tensor *tensor, const data_type **out, tfl_error *err)
{
    int32_t code = tensor->data_type;
    if (tensor->data_location != 0 || tensor->n_external_data > 0) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "its values are in another file (external data); save the model with its weights inside");
    }
    if (code <= 0 || (size_t)code >= sizeof data_types / sizeof *data_types || data_types[code].width == 0) {
        const char *name =
            code > 0 && (size_t)code < sizeof data_types / sizeof *data_types ? data_types[code].name : "unknown";
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "its type is %s (%d); float, double, float16, bfloat16 and integers are read", name, code);
    }
    *out = &data_types[code];
    return TFL_OK;
}

/* Whether the tensor holds as many values as its dimensions say; *raw tells where. */
static tfl_status check_count(const Tfl__Onnx__Tensor *tensor, const data_type *type, const tfl_onnx_dims *dims,
                              size_t size, bool *raw, tfl_error *err)
{
    char text[TFL_ONNX_TEXT_SIZE];
    *raw = tensor->raw_data.len > 0;
    size_t have = *raw ? tensor->raw_data.len / type->width : field_count(tensor, type->field);
    if (have != size || (*raw && tensor->raw_data.len % type->width != 0)) {
        return tfl_fail(err, TFL_EINPUT, "its dimensions %s need %zu values of type %s, and it holds %zu %s",
                        tfl_onnx_dims_text(dims, text), size, type->name, *raw ? tensor->raw_data.len : have,
                        *raw ? "bytes" : "values");
    }
    return TFL_OK;
}

tfl_status tfl_onnx_tensor_read(const Tfl__Onnx__Tensor *tensor, tfl_onnx_tensor **out, tfl_error *err)
{
    *out = NULL;
    const data_type *type = NULL;
    tfl_onnx_dims dims;
    size_t size;
    bool raw;
    tfl_onnx_tensor *made;
    tfl_status status;
    if ((status = find_type(tensor, &type, err)) != TFL_OK ||
        (status = read_dims(tensor, &dims, &size, err)) != TFL_OK ||
        (status = check_count(tensor, type, &dims, size, &raw, err)) != TFL_OK ||
        (status = tfl_onnx_tensor_create(&dims, type->decode == NULL, &made, err)) != TFL_OK) {
        return status;
    }
    take_values(tensor, type, raw, made);
    size_t bad = made->number != NULL ? first_not_finite(made) : size;
    if (bad < size) {
        status = tfl_fail(err, TFL_EINPUT, "its value %zu is %s, and only finite numbers make sense", bad,
                          isnan(made->number[bad]) ? "NaN" : "infinite");
        tfl_onnx_tensor_free(made);
        return status;
    }
    *out = made;
    return TFL_OK;
}
