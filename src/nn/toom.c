#include "config.h"

#include "toom_internal.h"

#include "tflift/memory.h"

#include "layers_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEWEST_CHANNELS = 16,   /* what the kernels take */
    TILE_COST = 40,         /* of a channel's way to the points or back, in multiplications */
    BLOCK_FLOATS = 1 << 18, /* values of a block of tiles, at all points: what the second cache holds */
    FEWEST_ROWS = 192,       /* of a block all the same, so that packed weights are worth their reading */
    MOST_ROWS = 256
};

const tfl_toom_points tfl_toom_table[TFL_TOOM_KINDS] = {
    [TFL_TOOM_4_4] = {7, 4,
                      {(double)TFL_TOOM_44_A, -(double)TFL_TOOM_44_A, 1.0, -1.0, (double)TFL_TOOM_44_C, -(double)TFL_TOOM_44_C}},
    [TFL_TOOM_4_3] = {6, 3,
                      {0.0, (double)TFL_TOOM_43_A, -(double)TFL_TOOM_43_A, (double)TFL_TOOM_43_B, -(double)TFL_TOOM_43_B}},
};

struct tfl_toom {
    tfl_toom_shape shape;
    tfl_toom_kind kind;
    const tfl_kernels *kernels;
    size_t points;
    size_t parts; /* filters that the whole one is the sum of */
    size_t block; /* rows: tiles, and those that the last parts reach into */
    tfl_rows rows;
    size_t offset[1];
    size_t packed_size; /* of one point */
    float *packed;      /* [points][packed_size] */
};

/* ---------------------------------------------------------------- sizes */

static tfl_toom_kind kind_of(const tfl_toom_shape *shape)
{
    return shape->taps <= tfl_toom_table[TFL_TOOM_4_3].taps ? TFL_TOOM_4_3 : TFL_TOOM_4_4;
}

static size_t divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

static size_t parts_of(const tfl_toom_shape *shape)
{
    return divide_up(shape->taps, tfl_toom_table[kind_of(shape)].taps);
}

/* Tiles of the positions phase, phase + dilation, … below length. */
static size_t tiles_below(const tfl_toom_shape *shape, size_t phase, size_t length)
{
    return length <= phase ? 0 : divide_up(divide_up(length - phase, shape->dilation), TFL_TOOM_OUTPUTS);
}

static size_t phases_of(const tfl_toom_shape *shape)
{
    return tfl_min_size(shape->dilation, shape->out_length);
}

bool tfl_toom_pays(const tfl_toom_shape *shape)
{
    if (shape->in < FEWEST_CHANNELS || shape->out < FEWEST_CHANNELS) {
        return false;
    }
    /* Phases differ by one position, so the first has most tiles. */
    double tiles = (double)phases_of(shape) * (double)tiles_below(shape, 0, shape->out_length);
    double in = (double)shape->in, out = (double)shape->out, points = (double)tfl_toom_table[kind_of(shape)].points;
    double products = tiles * points * (double)parts_of(shape) * in * out;
    double direct = (double)shape->out_length * (double)shape->taps * in * out;
    return 10.0 * (products + tiles * TILE_COST * (in + out)) < 9.0 * direct;
}

/* Rows of all tiles at once, at most those of a block. */
static size_t block_of(const tfl_toom_shape *shape)
{
    size_t points = tfl_toom_table[kind_of(shape)].points, more = parts_of(shape) - 1;
    size_t all = phases_of(shape) * (tiles_below(shape, 0, shape->out_length) + more);
    size_t rows = BLOCK_FLOATS / (points * (shape->in + shape->out));
    rows = tfl_min_size(tfl_max_size(rows, FEWEST_ROWS + more), MOST_ROWS + more);
    size_t blocks = divide_up(all, rows);
    return tfl_min_size(rows, divide_up(all, blocks) + more);
}

size_t tfl_toom_scratch(const tfl_toom_shape *shape)
{
    return tfl_toom_table[kind_of(shape)].points * block_of(shape) * (shape->in + shape->out);
}

/* ---------------------------------------------------------------- weights */

/* factor[t]: how much tap t counts at a point, as in the value of a polynomial, divided by what the other points multiply it with. */
static void point_factors(const tfl_toom_points *table, size_t point, double *factor)
{
    double below = 1.0, power = 1.0;
    if (point + 1 == table->points) {
        for (size_t t = 0; t < table->taps; t++) {
            factor[t] = t + 1 == table->taps ? 1.0 : 0.0;
        }
        return;
    }
    for (size_t k = 0; k + 1 < table->points; k++) {
        below *= k == point ? 1.0 : table->at[point] - table->at[k];
    }
    for (size_t t = 0; t < table->taps; t++) {
        factor[t] = power / below;
        power *= table->at[point];
    }
}

/* at_point [parts][in][out] from weight [taps][in][out]. */
static void evaluate(const tfl_toom *toom, const float *weight, size_t point, float *at_point)
{
    const tfl_toom_points *table = &tfl_toom_table[toom->kind];
    size_t size = toom->shape.in * toom->shape.out;
    double factor[TFL_TOOM_OUTPUTS];
    point_factors(table, point, factor);
    for (size_t part = 0; part < toom->parts; part++) {
        size_t first = part * table->taps, taps = tfl_min_size(table->taps, toom->shape.taps - first);
        toom->kernels->combine(factor, taps, weight + first * size, size, at_point + part * size);
    }
}

static tfl_status pack_weights(tfl_toom *toom, const float *weight, tfl_error *err)
{
    size_t depth = toom->parts * toom->shape.in, total = 0;
    toom->packed_size = toom->kernels->packed_size(&toom->rows, toom->shape.out);
    float *at_point = tfl_alloc_floats(depth * toom->shape.out);
    if (tfl_size_mul(toom->packed_size, toom->points, &total)) {
        toom->packed = tfl_alloc_floats(total);
    }
    if (at_point == NULL || toom->packed == NULL) {
        free(at_point);
        return tfl_fail_memory(err, "packed weights");
    }
    for (size_t point = 0; point < toom->points; point++) {
        evaluate(toom, weight, point, at_point);
        toom->kernels->pack(&toom->rows, toom->shape.out, at_point, toom->packed + point * toom->packed_size);
    }
    free(at_point);
    return TFL_OK;
}

tfl_status tfl_toom_create(const tfl_toom_shape *shape, const tfl_kernels *kernels, const float *weight, tfl_toom **out, tfl_error *err)
{
    tfl_toom *toom = tfl_calloc(1, sizeof *toom);
    *out = NULL;
    if (toom == NULL) {
        return tfl_fail_memory(err, "a convolution");
    }
    toom->shape = *shape;
    toom->kind = kind_of(shape);
    toom->kernels = kernels;
    toom->points = tfl_toom_table[toom->kind].points;
    toom->parts = parts_of(shape);
    toom->block = block_of(shape);
    toom->rows = (tfl_rows){.segments = 1, .length = toom->parts * shape->in, .stride = shape->in, .offset = toom->offset};
    tfl_status status = pack_weights(toom, weight, err);
    if (status != TFL_OK) {
        tfl_toom_free(toom);
        return status;
    }
    *out = toom;
    return TFL_OK;
}

void tfl_toom_free(tfl_toom *toom)
{
    if (toom != NULL) {
        free(toom->packed);
        free(toom);
    }
}

/* ---------------------------------------------------------------- running */

/* Neighbouring tiles of one phase, and the row of the block where they begin. */
typedef struct run {
    size_t phase, tile, count, row;
} run;

/* Where a run of the whole has got to. */
typedef struct progress {
    size_t first, end; /* positions wanted */
    size_t phase, tile;
    bool begun; /* tile is one of this phase */
} progress;

/* The first tile of a phase that holds a position from first on. */
static size_t first_tile(const tfl_toom_shape *shape, size_t phase, size_t first)
{
    return first <= phase ? 0 : divide_up(first - phase, shape->dilation) / TFL_TOOM_OUTPUTS;
}

/* Fills a block with runs; returns their number, and in *rows that of the rows they take. 0: all is done. */
static size_t next_block(const tfl_toom *toom, progress *at, run *runs, size_t *rows)
{
    size_t n = 0, more = toom->parts - 1;
    *rows = 0;
    for (; at->phase < phases_of(&toom->shape); at->phase++, at->begun = false) {
        at->tile = at->begun ? at->tile : first_tile(&toom->shape, at->phase, at->first);
        at->begun = true;
        size_t end = tiles_below(&toom->shape, at->phase, at->end);
        if (at->tile >= end) {
            continue;
        }
        if (*rows + more >= toom->block) {
            return n;
        }
        size_t count = tfl_min_size(end - at->tile, toom->block - *rows - more);
        runs[n++] = (run){at->phase, at->tile, count, *rows};
        *rows += count + more;
        at->tile += count;
        if (at->tile < end) {
            return n;
        }
    }
    return n;
}

static void run_block(const tfl_toom *toom, const run *runs, size_t n, size_t rows, const float *map, const float *start, bool accumulate,
                      float *out, float *scratch)
{
    const tfl_toom_shape *s = &toom->shape;
    const size_t step = TFL_TOOM_OUTPUTS * s->dilation, more = toom->parts - 1;
    const size_t in_size = toom->block * s->in, out_size = toom->block * s->out;
    float *at_points = scratch, *products = scratch + toom->points * in_size; /* [points][block][channels] */
    for (size_t i = 0; i < n; i++) {
        const tfl_tiles tiles = {.channels = s->in,
                                 .length = s->in_length,
                                 .step = s->dilation,
                                 .count = runs[i].count + more,
                                 .first = (ptrdiff_t)(runs[i].phase + runs[i].tile * step) - s->before};
        toom->kernels->spread(toom->kind, &tiles, map, at_points + runs[i].row * s->in, in_size);
    }
    /* Where one run ends and the next begins, rows are computed that belong to none. */
    for (size_t point = 0; point < toom->points; point++) {
        toom->kernels->product(&toom->rows, rows - more, at_points + point * in_size, toom->packed + point * toom->packed_size, s->out,
                               NULL, false, products + point * out_size, s->out);
    }
    for (size_t i = 0; i < n; i++) {
        const tfl_tiles tiles = {.channels = s->out,
                                 .length = s->out_length,
                                 .step = s->dilation,
                                 .count = runs[i].count,
                                 .first = (ptrdiff_t)(runs[i].phase + runs[i].tile * step)};
        toom->kernels->gather(toom->kind, &tiles, products + runs[i].row * s->out, out_size, start, accumulate, out);
    }
}

void tfl_toom_run(const tfl_toom *toom, const float *map, size_t first, size_t count, const float *start, bool accumulate, float *out,
                  float *scratch)
{
    run runs[MOST_ROWS];
    size_t n, rows;
    progress at = {.first = first, .end = first + count};
    while ((n = next_block(toom, &at, runs, &rows)) > 0) {
        run_block(toom, runs, n, rows, map, start, accumulate, out, scratch);
    }
}

/* ---------------------------------------------------------------- gradient of the weights */

size_t tfl_toom_gradient_sums(const tfl_toom *toom)
{
    return toom->kind == TFL_TOOM_4_4 ? toom->points * toom->rows.length * toom->shape.out : 0;
}

/* A tile of what came back is the filter, and the taps that it meets in four places are its outputs: the same points, with the tiles summed over. */
static void sum_block(const tfl_toom *toom, const run *runs, size_t n, size_t rows, const float *map, const float *grad_out, float *sums,
                      float *scratch)
{
    const tfl_toom_shape *s = &toom->shape;
    const size_t step = TFL_TOOM_OUTPUTS * s->dilation, more = toom->parts - 1;
    const size_t in_size = toom->block * s->in, out_size = toom->block * s->out;
    float *at_points = scratch, *filters = scratch + toom->points * in_size; /* [points][block][channels] */
    for (size_t i = 0; i < n; i++) {
        const size_t first = runs[i].phase + runs[i].tile * step;
        tfl_tiles tiles = {.channels = s->in,
                           .length = s->in_length,
                           .step = s->dilation,
                           .count = runs[i].count + more,
                           .first = (ptrdiff_t)first - s->before};
        toom->kernels->spread(toom->kind, &tiles, map, at_points + runs[i].row * s->in, in_size);
        tiles = (tfl_tiles){.channels = s->out, .length = s->out_length, .step = s->dilation, .count = runs[i].count, .first = (ptrdiff_t)first};
        toom->kernels->filter_tiles(&tiles, grad_out, filters + runs[i].row * s->out, out_size);
        for (size_t point = 0; point < toom->points; point++) { /* rows between runs belong to none */
            memset(filters + point * out_size + (runs[i].row + runs[i].count) * s->out, 0, more * s->out * sizeof *filters);
        }
    }
    for (size_t point = 0; point < toom->points; point++) {
        toom->kernels->gradient(&toom->rows, rows - more, at_points + point * in_size, filters + point * out_size, s->out, s->out,
                                sums + point * toom->rows.length * s->out);
    }
}

void tfl_toom_sum_gradient(const tfl_toom *toom, const float *map, const float *grad_out, float *sums, float *scratch)
{
    run runs[MOST_ROWS];
    size_t n, rows;
    progress at = {.first = 0, .end = toom->shape.out_length};
    while ((n = next_block(toom, &at, runs, &rows)) > 0) {
        sum_block(toom, runs, n, rows, map, grad_out, sums, scratch);
    }
}

void tfl_toom_end_gradient(const tfl_toom *toom, const float *sums, float *grad)
{
    const tfl_toom_shape *s = &toom->shape;
    const tfl_tiles taps = {.channels = s->in * s->out, .length = s->taps, .step = 1, .count = toom->parts, .first = 0};
    toom->kernels->gather(toom->kind, &taps, sums, toom->rows.length * s->out, NULL, true, grad);
}
