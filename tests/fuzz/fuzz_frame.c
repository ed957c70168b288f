/* A table with named columns: what is read is what the header promises, and every cell is text. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/frame.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_frame *frame;
    if (!fuzz_succeeded(tfl_frame_read_memory(data, size, "input.tsv", &frame, &err), &err)) {
        fuzz_need(frame == NULL, "a table in spite of an error");
        return 0;
    }
    fuzz_need(frame->n_columns > 0, "no column, and no error");
    for (size_t c = 0; c < frame->n_columns; c++) {
        size_t found = frame->n_columns;
        (void)fuzz_succeeded(tfl_frame_find(frame, frame->column[c], &found, &err), &err);
        fuzz_need(found == c, "column %zu is found as %zu", c, found);
        for (size_t r = 0; r < frame->n_rows; r++) {
            double value = 0;
            const char *text = tfl_frame_text(frame, r, c);
            fuzz_need(strpbrk(text, "\t\n") == NULL, "row %zu: a tab in a cell", r);
            bool number = fuzz_succeeded(tfl_frame_number(frame, r, c, &value, &err), &err);
            fuzz_need(!number || isfinite(value) || isnan(value), "%s is infinite", text);
        }
    }
    tfl_frame_free(frame);
    return 0;
}
