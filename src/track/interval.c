/* Rows of text that give a value to bases of a contig. */
#include "config.h"

#include "track/interval_internal.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "tflift/bed.h"
#include "tflift/number.h"

enum { BED_FIELDS = 7, BEDGRAPH_FIELDS = 4 };

tfl_status tfl_interval_value(const tfl_lines *lines, const char *field, float *value, tfl_error *err)
{
    const double beyond = 0x1.ffffffp127; /* what would be rounded to infinity */
    double number = NAN;
    if (strcasecmp(field, "nan") != 0 && (!tfl_parse_double(field, &number) || fabs(number) >= beyond)) {
        return tfl_lines_fail(lines, err, "the value is \"%s\"; a number is needed", field);
    }
    *value = (float)number;
    return TFL_OK;
}

tfl_status tfl_interval_parse(const tfl_lines *lines, char *line, tfl_interval *row, tfl_error *err)
{
    char *field[BED_FIELDS + 1];
    size_t n = tfl_lines_split(line, ' ', field, BED_FIELDS + 1);
    bool is_bed = n == BED_FIELDS && strlen(field[5]) == 1 && strchr("+-.", field[5][0]) != NULL;
    if (n != BEDGRAPH_FIELDS && !is_bed) {
        return tfl_lines_fail(lines, err, "%zu columns; bedGraph has 4: contig, start, end, value", n);
    }
    if (!tfl_parse_int(field[1], 0, INT64_MAX / 2, &row->start) ||
        !tfl_parse_int(field[2], 0, INT64_MAX / 2, &row->end) || row->start >= row->end) {
        return tfl_lines_fail(lines, err,
                              "start and end are \"%s\" and \"%s\"; whole numbers are needed, the start below the end",
                              field[1], field[2]);
    }
    if (!tfl_bed_can_begin(field[0])) {
        return tfl_lines_fail(
            lines, err, "column 1 is \"%s\"; a contig's name holds no control characters, and does not begin with #",
            field[0]);
    }
    row->contig = field[0];
    return tfl_interval_value(lines, field[is_bed ? 6 : 3], &row->value, err);
}
