#include "config.h"

#include "layers_internal.h"

/* The graph sets the shape, and the caller the values. */
static tfl_status create(tfl_layer *layer, const void *parameters, const tfl_shape *const *input, tfl_error *err)
{
    (void)input;
    if (parameters == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "the input needs a shape");
    }
    layer->shape = *(const tfl_shape *)parameters;
    return TFL_OK;
}

const tfl_layer_kind tfl_layer_input = {
    .name = "input",
    .family = TFL_INPUT,
    .min_inputs = 0,
    .max_inputs = 0,
    .create = create,
};
