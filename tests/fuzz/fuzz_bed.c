/* BED and narrowPeak: the rows that are read keep the promises of bed.h. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/bed.h"

#include <string.h>

static void check_row(const tfl_bed *bed, const tfl_bed_row *row)
{
    long long line = (long long)tfl_bed_line(bed);
    fuzz_need(line >= 1 && row->contig[0] != '\0' && strchr(row->contig, '\t') == NULL, "line %lld: contig \"%s\"",
              line, row->contig);
    fuzz_need(row->start >= 0 && row->start < row->end && row->end <= TFL_BED_MOST, "line %lld: from %lld to %lld",
              line, (long long)row->start, (long long)row->end);
    fuzz_need(row->summit == -1 || (tfl_bed_is_narrowpeak(bed) && row->summit >= row->start && row->summit < row->end),
              "line %lld: summit %lld", line, (long long)row->summit);
    fuzz_need(row->strand == '+' || row->strand == '-' || row->strand == '.', "line %lld: strand %d", line,
              row->strand);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_bed *bed;
    tfl_bed_row row;
    bool found = true;
    if (!fuzz_succeeded(tfl_bed_open_memory(data, size, "input.bed", &bed, &err), &err)) {
        return 0;
    }
    while (found && fuzz_succeeded(tfl_bed_next(bed, &row, &found, &err), &err) && found) {
        check_row(bed, &row);
    }
    tfl_bed_close(bed);
    return 0;
}
