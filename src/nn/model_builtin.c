/* The model that is built in. */
#include "config.h"

#include "nn/builtin_internal.h"
#include "tflift/model.h"

tfl_status tfl_model_builtin(tfl_model **out, tfl_error *err)
{
    return tfl_model_read_memory(tfl_builtin_network, tfl_builtin_network_size, "built-in model", out, err);
}
