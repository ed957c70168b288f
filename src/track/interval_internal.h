/*
 * interval_internal.h: rows of text that give a value to bases of a contig: bedGraph, and our BED with the value in
 * column 7.
 */
#ifndef TFLIFT_INTERVAL_INTERNAL_H
#define TFLIFT_INTERVAL_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/lines.h"

typedef struct tfl_interval {
    const char *contig; /* within the line */
    int64_t start, end; /* start < end */
    float value;        /* NaN: none */
} tfl_interval;

/* Takes the row in line, which is written into, apart; errors name file and line. */
tfl_status tfl_interval_parse(const tfl_lines *lines, char *line, tfl_interval *row, tfl_error *err) TFL_MUST_USE;

/* A value: "nan" is none; infinities and what a float cannot hold are errors. */
tfl_status tfl_interval_value(const tfl_lines *lines, const char *field, float *value, tfl_error *err) TFL_MUST_USE;

#endif
