/* The kinds of charts. */
#include "config.h"

#include "tflift/chart.h"

#include <string.h>

#include "plot/chart_internal.h"

static const tfl_chart_kind kinds[] = {
    {.name = "scatter", .zero = true, .draw = tfl_mark_scatter},
    {.name = "tiers", .categories = true, .zero = true, .draw = tfl_mark_tiers, .foot = tfl_mark_tiers_foot},
    {.name = "lines", .many_y = true, .lines = true, .draw = tfl_mark_lines},
};

const tfl_chart_kind *tfl_chart_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

tfl_status tfl_chart_draw(const tfl_chart_kind *kind, const tfl_frame *frame, const tfl_chart *chart,
                          const tfl_page *page, tfl_chart_summary *summary, tfl_error *err)
{
    tfl_chart_data data = {0};
    tfl_status status = tfl_chart_data_read(kind, frame, chart, &data, err);
    if (status == TFL_OK) {
        status = tfl_chart_page_draw(kind, &data, page, err);
    }
    if (status == TFL_OK && summary != NULL) {
        *summary = (tfl_chart_summary){data.n_marks, data.missing, data.column.n * (data.row.n > 0 ? data.row.n : 1)};
    }
    tfl_chart_data_clear(&data);
    return status;
}
