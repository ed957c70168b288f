/* What rows of a table can hold. */
#include "config.h"

#include "tflift/row.h"

bool tfl_row_can_hold(const char *name)
{
    while (*name != '\0' && !tfl_is_control(*name)) {
        name++;
    }
    return *name == '\0';
}

bool tfl_row_can_begin(const char *name)
{
    return *name != '#' && tfl_row_can_hold(name);
}

tfl_status tfl_row_check(const char *name, tfl_error *err)
{
    return tfl_row_can_begin(name)
               ? TFL_OK
               : tfl_fail(err, TFL_EUNSUPPORTED,
                          "%s: a row of a table cannot begin with this name: # begins comments, and control characters "
                          "break rows",
                          name);
}
