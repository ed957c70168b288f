#include "config.h"

#include "toom_internal.h"

#include "tflift/memory.h"

#include "layers_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEWEST_CHANNELS = 16,   /* what the kernels take */
    TILE_COST = 40,         /* of a channel's way to the points or back, in multiplications */
    TURN = 12,              /* rows of a block: a multiple of what product takes at once */
    FEW_ROWS = 60,          /* of a block where weights are LIGHT: what goes in and comes out stays in the second cache until it is needed again */
    LIGHT = 1 << 16,        /* floats of packed weights that stay there, too */
    BLOCK_FLOATS = 1 << 18, /* otherwise: values of a block of tiles, at all points, as many as that cache holds, */
    FEWEST_ROWS = 192,      /* but so many that packed weights are worth their reading */
    MOST_ROWS = 256,
    MOST_AHEAD = 1 << 17    /* floats brought into that cache before they are needed */
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
    size_t more;  /* tiles behind the last that they reach into */
    size_t tiles; /* that have outputs */
    size_t block; /* of so many tiles at once */
    tfl_rows rows, at_infinity;
    size_t *offset;     /* [parts] */
    size_t packed_size; /* of a finite point */
    float *packed;      /* [points - 1][packed_size], and those of infinity */
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

/* At infinity there is a filter's last tap alone: of the last part, nothing where it is shorter than the others. */
static size_t parts_at_infinity(const tfl_toom_shape *shape)
{
    return shape->taps / tfl_toom_table[kind_of(shape)].taps;
}

/* Multiplications of a tile, for one channel of its input and one of its output. */
static size_t products_of(const tfl_toom_shape *shape)
{
    return (tfl_toom_table[kind_of(shape)].points - 1) * parts_of(shape) + parts_at_infinity(shape);
}

/* The first position of a tile. */
static size_t tile_begin(const tfl_toom_shape *shape, size_t tile)
{
    return tile / shape->dilation * TFL_TOOM_OUTPUTS * shape->dilation + tile % shape->dilation;
}

/* Tiles that begin below length: as many as positions, where 4 take turns of the dilation. */
static size_t tiles_below(const tfl_toom_shape *shape, size_t length)
{
    size_t turn = TFL_TOOM_OUTPUTS * shape->dilation;
    return length / turn * shape->dilation + tfl_min_size(length % turn, shape->dilation);
}

/* The last parts of a tile look so many tiles further. */
static size_t more_of(const tfl_toom_shape *shape)
{
    return (parts_of(shape) - 1) * shape->dilation;
}

bool tfl_toom_pays(const tfl_toom_shape *shape)
{
    if (shape->in < FEWEST_CHANNELS || shape->out < FEWEST_CHANNELS) {
        return false;
    }
    double tiles = (double)tiles_below(shape, shape->out_length);
    double in = (double)shape->in, out = (double)shape->out, products = tiles * (double)products_of(shape) * in * out;
    double direct = (double)shape->out_length * (double)shape->taps * in * out;
    return 10.0 * (products + tiles * TILE_COST * (in + out)) < 9.0 * direct;
}

/* All tiles at once, at most those of a block. */
static size_t block_of(const tfl_toom_shape *shape)
{
    size_t points = tfl_toom_table[kind_of(shape)].points, all = tiles_below(shape, shape->out_length);
    size_t rows = BLOCK_FLOATS / (points * (shape->in + shape->out));
    bool light = products_of(shape) * shape->in * shape->out <= LIGHT;
    rows = light ? FEW_ROWS : tfl_min_size(tfl_max_size(rows, FEWEST_ROWS), MOST_ROWS);
    rows = divide_up(all, divide_up(all, rows));
    return tfl_min_size(divide_up(rows, TURN) * TURN, all);
}

size_t tfl_toom_scratch(const tfl_toom_shape *shape)
{
    size_t block = block_of(shape);
    return tfl_toom_table[kind_of(shape)].points * ((block + more_of(shape)) * shape->in + block * shape->out);
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

static const tfl_rows *rows_at(const tfl_toom *toom, size_t point)
{
    return point + 1 == toom->points ? &toom->at_infinity : &toom->rows;
}

static tfl_status pack_weights(tfl_toom *toom, const float *weight, tfl_error *err)
{
    size_t depth = toom->parts * toom->shape.in, total = 0, rest = toom->kernels->packed_size(&toom->at_infinity, toom->shape.out);
    toom->packed_size = toom->kernels->packed_size(&toom->rows, toom->shape.out);
    float *at_point = tfl_alloc_floats(depth * toom->shape.out);
    if (tfl_size_mul(toom->packed_size, toom->points - 1, &total) && tfl_size_add(total, rest, &total)) {
        toom->packed = tfl_alloc_floats(total);
    }
    if (at_point == NULL || toom->packed == NULL) {
        free(at_point);
        return tfl_fail_memory(err, "packed weights");
    }
    for (size_t point = 0; point < toom->points; point++) {
        evaluate(toom, weight, point, at_point);
        toom->kernels->pack(rows_at(toom, point), toom->shape.out, at_point, toom->packed + point * toom->packed_size);
    }
    free(at_point);
    return TFL_OK;
}

/* A tile and those that its other parts reach into, which lie side by side where there is no dilation. */
static tfl_rows rows_of(const tfl_toom *toom, size_t parts)
{
    const tfl_toom_shape *s = &toom->shape;
    bool side_by_side = s->dilation == 1;
    size_t segments = side_by_side ? 1 : parts, length = side_by_side ? parts * s->in : s->in;
    return (tfl_rows){.segments = segments, .length = length, .stride = s->in, .offset = toom->offset};
}

static tfl_status set_rows(tfl_toom *toom, tfl_error *err)
{
    const tfl_toom_shape *s = &toom->shape;
    toom->offset = tfl_calloc(toom->parts, sizeof *toom->offset);
    if (toom->offset == NULL) {
        return tfl_fail_memory(err, "a convolution");
    }
    for (size_t part = 0; part < toom->parts; part++) {
        toom->offset[part] = part * s->dilation * s->in;
    }
    toom->rows = rows_of(toom, toom->parts);
    toom->at_infinity = rows_of(toom, parts_at_infinity(s));
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
    toom->more = more_of(shape);
    toom->tiles = tiles_below(shape, shape->out_length);
    toom->block = block_of(shape);
    tfl_status status = set_rows(toom, err);
    if (status == TFL_OK) {
        status = pack_weights(toom, weight, err);
    }
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
        free(toom->offset);
        free(toom);
    }
}

/* ---------------------------------------------------------------- running */

/* Tiles first … end - 1. */
typedef struct stretch {
    size_t first, end;
} stretch;

/* Those of a stretch at once, or fewer where it ends. */
static stretch next_block(const tfl_toom *toom, stretch left)
{
    return (stretch){left.first, tfl_min_size(left.first + toom->block, left.end)};
}

/* The map of a block's tiles, and of those that its last parts reach into, at all points. */
static void spread_block(const tfl_toom *toom, stretch block, const float *map, float *at_points)
{
    const tfl_toom_shape *s = &toom->shape;
    const tfl_tiles tiles = {.channels = s->in,
                             .length = s->in_length,
                             .step = s->dilation,
                             .tile = block.first,
                             .count = block.end - block.first + toom->more,
                             .before = s->before};
    toom->kernels->spread(toom->kind, &tiles, map, at_points, (toom->block + toom->more) * s->in);
}

static tfl_tiles output_tiles(const tfl_toom *toom, stretch block)
{
    const tfl_toom_shape *s = &toom->shape;
    return (tfl_tiles){
        .channels = s->out, .length = s->out_length, .step = s->dilation, .tile = block.first, .count = block.end - block.first};
}

/* ahead: what the next block wants. */
static void run_block(const tfl_toom *toom, stretch block, const float *map, const float *start, bool accumulate, float *out, tfl_ahead *ahead,
                      float *scratch)
{
    const tfl_toom_shape *s = &toom->shape;
    const size_t in_size = (toom->block + toom->more) * s->in, out_size = toom->block * s->out;
    float *at_points = scratch, *products = scratch + toom->points * in_size; /* [points][tiles][channels] */
    const tfl_tiles tiles = output_tiles(toom, block);
    spread_block(toom, block, map, at_points);
    for (size_t point = 0; point < toom->points; point++) {
        tfl_rows rows = *rows_at(toom, point);
        rows.ahead = ahead;
        toom->kernels->product(&rows, tiles.count, at_points + point * in_size, toom->packed + point * toom->packed_size, s->out, NULL,
                               false, products + point * out_size, s->out);
    }
    toom->kernels->gather(toom->kind, &tiles, products, out_size, start, accumulate, out);
}

void tfl_toom_run(const tfl_toom *toom, const float *map, size_t first, size_t count, const float *start, bool accumulate, float *out,
                  float *scratch)
{
    const size_t step = toom->shape.dilation;
    stretch left = {first / (TFL_TOOM_OUTPUTS * step) * step, tiles_below(&toom->shape, first + count)};
    for (; left.first < left.end; left.first = next_block(toom, left).end) {
        run_block(toom, next_block(toom, left), map, start, accumulate, out, NULL, scratch);
    }
}

/* Lets work have the positions from *done on before end. */
static void run_strip(const tfl_strips *work, size_t *done, size_t end)
{
    if (work != NULL && *done < end) {
        work->run(work->context, *done, end - *done);
        *done = end;
    }
}

/* One behind the last position of the map that a block of tiles reads or writes, at most; all where it is the last block. */
static size_t map_end(const tfl_toom *toom, stretch block)
{
    const tfl_toom_shape *s = &toom->shape;
    if (block.end == toom->tiles) {
        return s->in_length;
    }
    size_t written = tile_begin(s, block.end - 1) + (TFL_TOOM_OUTPUTS - 1) * s->dilation + 1;
    ptrdiff_t read = (ptrdiff_t)(tile_begin(s, block.end - 1 + toom->more) + (toom->points - 1) * s->dilation + 1) - s->before;
    return tfl_min_size(read < (ptrdiff_t)written ? written : (size_t)read, s->in_length);
}

static void list_ahead(tfl_ahead *list, const float *array, size_t channels, size_t first, size_t end)
{
    list->at[list->n] = array + first * channels;
    list->floats[list->n] = (end - first) * channels;
    list->n += first < end ? 1 : 0;
}

/* What the block from left on reads and writes, and what is read beside it. */
static tfl_ahead wanted_next(const tfl_toom *toom, stretch left, const float *map, const float *out, const tfl_strips *work)
{
    const tfl_toom_shape *s = &toom->shape;
    tfl_ahead list = {.n = 0};
    if (left.first == left.end) {
        return list;
    }
    size_t end = tfl_min_size(map_end(toom, next_block(toom, left)), s->out_length);
    size_t first = tfl_min_size(map_end(toom, (stretch){0, left.first}), end);
    end = tfl_min_size(end, first + MOST_AHEAD / (TFL_MOST_AHEAD * tfl_max_size(s->in, s->out)));
    list_ahead(&list, out, s->out, first, end);
    list_ahead(&list, map, s->in, first, end);
    for (size_t i = 0; work != NULL && i < TFL_MOST_BESIDE && work->beside[i] != NULL; i++) {
        list_ahead(&list, work->beside[i], s->out, first, end);
    }
    return list;
}

void tfl_toom_run_strips(const tfl_toom *toom, const float *map, const tfl_strips *before, const float *start, bool accumulate, float *out,
                         const tfl_strips *after, float *scratch)
{
    size_t seen = 0, done = 0;
    for (stretch block, left = {0, toom->tiles}; left.first < left.end; left.first = block.end) {
        block = next_block(toom, left);
        run_strip(before, &seen, map_end(toom, block));
        tfl_ahead ahead = wanted_next(toom, (stretch){block.end, left.end}, map, out, before != NULL ? before : after);
        run_block(toom, block, map, start, accumulate, out, &ahead, scratch);
        run_strip(after, &done, block.end == toom->tiles ? toom->shape.out_length : tile_begin(&toom->shape, block.end));
    }
}

/* ---------------------------------------------------------------- gradient of the weights */

size_t tfl_toom_gradient_sums(const tfl_toom *toom)
{
    return toom->kind == TFL_TOOM_4_4 ? toom->points * toom->parts * toom->shape.in * toom->shape.out : 0;
}

/* A tile of what came back is the filter, and the taps that it meets in four places are its outputs: the same points, with the tiles summed over. */
void tfl_toom_sum_gradient(const tfl_toom *toom, const float *map, const float *grad_out, float *sums, float *scratch)
{
    const tfl_toom_shape *s = &toom->shape;
    const size_t in_size = (toom->block + toom->more) * s->in, out_size = toom->block * s->out, depth = toom->parts * s->in;
    float *at_points = scratch, *filters = scratch + toom->points * in_size; /* [points][tiles][channels] */
    for (stretch block, left = {0, toom->tiles}; left.first < left.end; left.first = block.end) {
        block = next_block(toom, left);
        const tfl_tiles tiles = output_tiles(toom, block);
        spread_block(toom, block, map, at_points);
        toom->kernels->filter_tiles(&tiles, grad_out, filters, out_size);
        for (size_t point = 0; point < toom->points; point++) {
            toom->kernels->gradient(rows_at(toom, point), tiles.count, at_points + point * in_size, filters + point * out_size, s->out, s->out,
                                    sums + point * depth * s->out);
        }
    }
}

void tfl_toom_end_gradient(const tfl_toom *toom, const float *sums, float *grad)
{
    const tfl_toom_shape *s = &toom->shape;
    const tfl_tiles taps = {.channels = s->in * s->out, .length = s->taps, .step = 1, .count = toom->parts};
    toom->kernels->gather(toom->kind, &taps, sums, toom->parts * s->in * s->out, NULL, true, grad);
}
