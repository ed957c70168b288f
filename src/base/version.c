#include "config.h"

#include "tflift/version.h"

const char *tfl_version(void)
{
    return PACKAGE_VERSION;
}
