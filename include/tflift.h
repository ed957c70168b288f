/* tflift: the whole library. Programs that use a part of it may include that part's header alone. */
#ifndef TFLIFT_H
#define TFLIFT_H

#include "tflift/version.h"

#endif
