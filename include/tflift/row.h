/*
 * row.h: names that rows of a table can hold and begin with, so that what is written is read again as it was.
 */
#ifndef TFLIFT_ROW_H
#define TFLIFT_ROW_H

#include <stdbool.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether byte is a control character (a tab and the end of a line among them), whatever the locale. */
static inline bool tfl_is_control(char byte)
{
    return (unsigned char)byte < ' ' || byte == 127;
}

/* Whether a row can hold name, in any column: it has no control character. */
bool tfl_row_can_hold(const char *name);

/* Whether a row can begin with name: with '#' in front it would be a comment, and a control character breaks it. */
bool tfl_row_can_begin(const char *name);

/* TFL_EUNSUPPORTED, with the name, unless a row can begin with it. */
tfl_status tfl_row_check(const char *name, tfl_error *err) TFL_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
