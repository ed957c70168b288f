/*
 * text_internal.h: rows of text straight into an output's buffer.
 */
#ifndef TFLIFT_TEXT_INTERNAL_H
#define TFLIFT_TEXT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tflift/number.h"
#include "tflift/track.h"
#include "tflift/bed.h"

enum {
    TFL_TEXT_BATCH = 1 << 16, /* bytes reserved at once */
    TFL_TEXT_NAME = 1 << 12,  /* longest name that a row may hold */
    TFL_TEXT_COUNTER = 20     /* longest counter */
};

/* A whole number that is counted up in its decimal digits. */
typedef struct tfl_counter {
    char digit[TFL_TEXT_COUNTER];
    size_t length;
} tfl_counter;

static inline tfl_counter tfl_counter_from(int64_t value)
{
    char text[TFL_NUMBER_SIZE];
    tfl_counter counter = {{0}, 0};
    counter.length = tfl_format_int(text, value);
    memcpy(counter.digit, text, counter.length);
    return counter;
}

static inline void tfl_counter_next(tfl_counter *counter)
{
    size_t i = counter->length;
    while (i > 0 && counter->digit[i - 1] == '9') {
        counter->digit[--i] = '0';
    }
    if (i > 0) {
        counter->digit[i - 1]++;
        return;
    }
    counter->digit[0] = '1';
    counter->digit[counter->length++] = '0'; /* 99 -> 00 -> 10 -> 100 */
}

static inline char *tfl_text_counter(char *at, const tfl_counter *counter)
{
    memcpy(at, counter->digit, TFL_TEXT_COUNTER);
    return at + counter->length;
}

static inline char *tfl_text_float(char *at, float value)
{
    return at + tfl_format_float(at, value);
}

/* A name with its length. */
typedef struct tfl_text {
    const char *text;
    size_t length;
} tfl_text;

static inline char *tfl_text_put(char *at, tfl_text text)
{
    memcpy(at, text.text, text.length);
    return at + text.length;
}

/* name, if rows can hold it. */
static inline TFL_MUST_USE tfl_status tfl_text_take(tfl_text *out, const char *name, tfl_error *err)
{
    *out = (tfl_text){name, strlen(name)};
    return out->length <= TFL_TEXT_NAME
               ? TFL_OK
               : tfl_fail(err, TFL_EUNSUPPORTED, "%.40s…: the name has %zu bytes, and %d are the most", name,
                          out->length, (int)TFL_TEXT_NAME);
}

/* The same of a contig that rows begin with. */
static inline TFL_MUST_USE tfl_status tfl_text_take_contig(tfl_text *out, const char *contig, tfl_error *err)
{
    tfl_status status = tfl_text_take(out, contig, err);
    return status != TFL_OK || tfl_bed_can_begin(contig)
               ? status
               : tfl_fail(err, TFL_EUNSUPPORTED,
                          "contig %s: rows of text cannot begin with this name; bigWig can hold it", contig);
}

#endif
