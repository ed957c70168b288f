/*
 * error.h: how functions of the library say that something failed.
 *
 * A function that can fail returns a tfl_status and takes a tfl_error as its last argument. The first failure wins: it
 * writes the message, and the frames above only add context in front of it (file, line, record). The library never
 * prints or exits.
 */
#ifndef TFLIFT_ERROR_H
#define TFLIFT_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TFL_MUST_USE __attribute__((warn_unused_result))
#define TFL_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define TFL_MUST_USE
#define TFL_PRINTF(format_index, first_argument)
#endif

typedef enum tfl_status {
    TFL_OK = 0,
    TFL_EINPUT,       /* the content of an input is wrong */
    TFL_EIO,          /* the operating system refused to open, read, write, sync or rename */
    TFL_ENOMEM,       /* out of memory */
    TFL_EUSAGE,       /* an argument or option does not make sense */
    TFL_EUNSUPPORTED, /* valid, but something that tflift does not do */
    TFL_ECLOSED       /* the reader of a pipe has gone: nothing is wrong, there is just nobody to write for */
} tfl_status;

enum { TFL_ERROR_SIZE = 1024 };

typedef struct tfl_error {
    tfl_status status;
    char message[TFL_ERROR_SIZE]; /* one line, no newline; cut at the end when too long */
} tfl_error;

/* clang-format off */
#define TFL_ERROR_INIT {TFL_OK, ""}
/* clang-format on */

/* Records a failure unless err already holds one; err may be NULL. Control characters in the text become '?', so that
 * a message with a name from a broken file stays one line. Returns status, for `return tfl_fail(...)`. */
tfl_status tfl_fail(tfl_error *err, tfl_status status, const char *format, ...) TFL_PRINTF(3, 4);

/* tfl_fail with TFL_EIO (TFL_ECLOSED for EPIPE, TFL_ENOMEM for ENOMEM) and ": " and the text of
 * errno_value appended. */
tfl_status tfl_fail_errno(tfl_error *err, int errno_value, const char *format, ...) TFL_PRINTF(3, 4);

/* tfl_fail with TFL_ENOMEM, naming what the memory was for. */
tfl_status tfl_fail_memory(tfl_error *err, const char *what);

/* Puts "CONTEXT: " in front of the recorded message. No effect on an empty or NULL err. The caller returns the status that it has: a
 * NULL err knows none. */
void tfl_error_prefix(tfl_error *err, const char *format, ...) TFL_PRINTF(2, 3);

/* Back to TFL_OK and no message. */
void tfl_error_clear(tfl_error *err);

/* clang's analyzer sees one file at a time. This tells it that a failure's status is never TFL_OK, so that it does not
 * follow paths on which a function fails and its caller goes on. */
#if defined(__clang_analyzer__) && !defined(TFL_ERROR_SOURCE)
#define tfl_fail(err, status, ...) ((void)(tfl_fail)((err), (status), __VA_ARGS__), (status))
#define tfl_fail_errno(err, errno_value, ...) ((void)(tfl_fail_errno)((err), (errno_value), __VA_ARGS__), TFL_EIO)
#define tfl_fail_memory(err, what) ((void)(tfl_fail_memory)((err), (what)), TFL_ENOMEM)
#endif

#ifdef __cplusplus
}
#endif
#endif
