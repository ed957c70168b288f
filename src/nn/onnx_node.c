/* onnx_node.c: attributes of a node. That each has a known name and the right type was checked when the model was read.
 */
#include "config.h"

#include "src/nn/onnx_internal.h"

#include <string.h>

const Tfl__Onnx__Attribute *tfl_onnx_attribute(const tfl_onnx_node *node, const char *name)
{
    for (size_t i = 0; i < node->proto->n_attribute; i++) {
        if (strcmp(node->proto->attribute[i]->name, name) == 0) {
            return node->proto->attribute[i];
        }
    }
    return NULL;
}

int64_t tfl_onnx_integer(const tfl_onnx_node *node, const char *name, int64_t otherwise)
{
    const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
    return attribute != NULL ? attribute->i : otherwise;
}

float tfl_onnx_float(const tfl_onnx_node *node, const char *name, float otherwise)
{
    const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
    return attribute != NULL ? attribute->f : otherwise;
}

bool tfl_onnx_text_is(const tfl_onnx_node *node, const char *name, const char *otherwise, const char *expected)
{
    const Tfl__Onnx__Attribute *attribute = tfl_onnx_attribute(node, name);
    if (attribute == NULL) {
        return strcmp(otherwise, expected) == 0;
    }
    return attribute->s.len == strlen(expected) && memcmp(attribute->s.data, expected, attribute->s.len) == 0;
}

tfl_status tfl_onnx_require(const tfl_onnx_node *node, const char *name, int64_t value, tfl_error *err)
{
    int64_t found = tfl_onnx_integer(node, name, value);
    if (found == value) {
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EUNSUPPORTED, "%s %lld is not supported; only %lld is", name, (long long)found,
                    (long long)value);
}

tfl_status tfl_onnx_axis(int64_t axis, unsigned rank, unsigned *out, tfl_error *err)
{
    int64_t from_start = axis < 0 ? axis + (int64_t)rank : axis;
    if (from_start < 0 || from_start >= (int64_t)rank) {
        return tfl_fail(err, TFL_EINPUT, "there is no axis %lld in %u dimensions", (long long)axis, rank);
    }
    *out = (unsigned)from_start;
    return TFL_OK;
}

tfl_status tfl_onnx_node_failed(const tfl_onnx_node *node, tfl_status status, tfl_error *err)
{
    tfl_error_prefix(err, "node \"%s\" (%s)", node->name, node->proto->op_type == NULL ? "" : node->proto->op_type);
    return status;
}
