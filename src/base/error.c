/* Failures: one status, one line. */
#include "config.h"

#define TFL_ERROR_SOURCE /* the functions themselves, see the end of error.h */
#include "tflift/error.h"
#include "tflift/row.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A name from a broken file may hold anything; a terminal gets one line of text. Bytes above 127 stay: they may be
 * UTF-8. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        *text = tfl_is_control(*text) ? '?' : *text;
    }
}

/* The name of an error of the operating system. strerror_r where strerror is not safe among threads. */
static void append_errno(char *message, int errno_value)
{
    char reason[128];
    if (strerror_r(errno_value, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", errno_value);
    }
    size_t used = strlen(message);
    snprintf(message + used, TFL_ERROR_SIZE - used, ": %s", reason);
}

static void fill(tfl_error *err, tfl_status status, const char *format, va_list arguments) TFL_PRINTF(3, 0);

static void fill(tfl_error *err, tfl_status status, const char *format, va_list arguments)
{
    err->status = status;
    if (vsnprintf(err->message, sizeof err->message, format, arguments) < 0) {
        err->message[0] = '\0';
    }
}

static bool is_open(const tfl_error *err)
{
    return err != NULL && err->status == TFL_OK;
}

tfl_status tfl_fail(tfl_error *err, tfl_status status, const char *format, ...)
{
    if (is_open(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        make_printable(err->message);
    }
    return status;
}

static tfl_status status_of_errno(int errno_value)
{
    switch (errno_value) {
    case EPIPE:
        return TFL_ECLOSED;
    case ENOMEM:
        return TFL_ENOMEM;
    default:
        return TFL_EIO;
    }
}

tfl_status tfl_fail_errno(tfl_error *err, int errno_value, const char *format, ...)
{
    tfl_status status = status_of_errno(errno_value);
    if (is_open(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        append_errno(err->message, errno_value);
        make_printable(err->message);
    }
    return status;
}

tfl_status tfl_fail_memory(tfl_error *err, const char *what)
{
    return tfl_fail(err, TFL_ENOMEM, "out of memory for %s", what);
}

void tfl_error_prefix(tfl_error *err, const char *format, ...)
{
    if (err == NULL || err->status == TFL_OK) {
        return;
    }
    char message[TFL_ERROR_SIZE];
    memcpy(message, err->message, sizeof message);

    va_list arguments;
    va_start(arguments, format);
    fill(err, err->status, format, arguments);
    va_end(arguments);
    size_t used = strlen(err->message);
    if (used + 2 < sizeof err->message) {
        memcpy(err->message + used, ": ", 3);
        used += 2;
        size_t room = sizeof err->message - used - 1;
        size_t rest = strnlen(message, room);
        memcpy(err->message + used, message, rest);
        err->message[used + rest] = '\0';
    }
    make_printable(err->message);
}

void tfl_error_clear(tfl_error *err)
{
    if (err != NULL) {
        err->status = TFL_OK;
        err->message[0] = '\0';
    }
}
