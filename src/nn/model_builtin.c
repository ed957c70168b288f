/* The model that is built in. */
#include "config.h"

#include "tflift/model.h"

tfl_status tfl_model_builtin(tfl_model **out, tfl_error *err)
{
    *out = NULL;
    return tfl_fail(err, TFL_EUNSUPPORTED, "no model is built in yet; give one with -m");
}
