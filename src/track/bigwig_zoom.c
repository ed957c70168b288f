/*
 * The zoom levels of a bigWig file, all in one pass: a record that is complete on one level is added to the next, in
 * float64, and rounded to float32 only in the file. Level k has a record for every 32 * 4^k bases (aligned to multiples
 * of that) with a value; records begin and end at their first and last base that has one, so none reaches beyond its
 * contig.
 */
#include "config.h"

#include "track/bigwig_internal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tflift/memory.h"
#include "track/bytes_internal.h"

enum { FIRST_REDUCTION = 32, FACTOR = 4, RECORDS = 512 /* per block */ };

typedef struct sums {
    uint32_t contig, start, end;
    uint32_t bases;
    float min, max;
    double sum, sum_squares;
} sums;

typedef struct level {
    uint32_t reduction;
    bool is_open;
    sums open;
    unsigned char block[RECORDS * TFL_BIGWIG_ZOOM_RECORD];
    size_t in_block;
    tfl_bigwig_bounds bounds; /* of the block */
    uint64_t n_records;
    tfl_spool data, entries;
} level;

struct tfl_bigwig_zooms {
    tfl_deflater *deflater; /* not ours */
    level level[TFL_BIGWIG_ZOOMS];
    tfl_bigwig_summary total;
    double lost[2]; /* what adding to the total's sum and sum of squares has rounded away (Neumaier) */
};

tfl_status tfl_bigwig_zooms_create(tfl_deflater *deflater, tfl_bigwig_zooms **out, tfl_error *err)
{
    *out = NULL;
    tfl_bigwig_zooms *zooms = tfl_calloc(1, sizeof *zooms);
    if (zooms == NULL) {
        return tfl_fail_memory(err, "zoom levels");
    }
    zooms->deflater = deflater;
    uint32_t reduction = FIRST_REDUCTION;
    for (size_t k = 0; k < TFL_BIGWIG_ZOOMS; k++) {
        zooms->level[k].reduction = reduction;
        zooms->level[k].data = (tfl_spool)TFL_SPOOL_INIT;
        zooms->level[k].entries = (tfl_spool)TFL_SPOOL_INIT;
        reduction *= FACTOR;
    }
    *out = zooms;
    return TFL_OK;
}

void tfl_bigwig_zooms_free(tfl_bigwig_zooms *zooms)
{
    if (zooms != NULL) {
        for (size_t k = 0; k < TFL_BIGWIG_ZOOMS; k++) {
            tfl_spool_clear(&zooms->level[k].data);
            tfl_spool_clear(&zooms->level[k].entries);
        }
        free(zooms);
    }
}

/* C leaves the conversion of what float cannot hold open; a file had better say that it was too much. */
static float to_float(double value)
{
    if (fabs(value) > FLT_MAX) {
        return value > 0 ? INFINITY : -INFINITY;
    }
    return (float)value;
}

static void put_record(unsigned char *at, const sums *record)
{
    tfl_put_u32(at, record->contig);
    tfl_put_u32(at + 4, record->start);
    tfl_put_u32(at + 8, record->end);
    tfl_put_u32(at + 12, record->bases);
    tfl_put_f32(at + 16, record->min);
    tfl_put_f32(at + 20, record->max);
    tfl_put_f32(at + 24, to_float(record->sum));
    tfl_put_f32(at + 28, to_float(record->sum_squares));
}

static tfl_status flush(tfl_bigwig_zooms *zooms, level *here, tfl_error *err)
{
    if (here->in_block == 0) {
        return TFL_OK;
    }
    const unsigned char *packed = NULL;
    size_t size = 0;
    tfl_status status =
        tfl_deflate(zooms->deflater, here->block, here->in_block * TFL_BIGWIG_ZOOM_RECORD, &packed, &size, err);
    if (status == TFL_OK) {
        status = tfl_bigwig_index_add(&here->entries, &here->bounds, tfl_spool_size(&here->data), size, err);
    }
    if (status == TFL_OK) {
        status = tfl_spool_append(&here->data, packed, size, err);
    }
    here->in_block = 0;
    return status;
}

/* *sum += value, what is rounded away going to *lost. */
static void add_exactly(double *sum, double *lost, double value)
{
    double result = *sum + value;
    *lost += fabs(*sum) >= fabs(value) ? (*sum - result) + value : (value - result) + *sum;
    *sum = result;
}

static void add_total(tfl_bigwig_zooms *zooms, const sums *record)
{
    tfl_bigwig_summary *total = &zooms->total;
    if (total->bases == 0 || record->min < total->min) {
        total->min = record->min;
    }
    if (total->bases == 0 || record->max > total->max) {
        total->max = record->max;
    }
    total->bases += record->bases;
    add_exactly(&total->sum, &zooms->lost[0], record->sum);
    add_exactly(&total->sum_squares, &zooms->lost[1], record->sum_squares);
}

static tfl_status keep(tfl_bigwig_zooms *zooms, level *here, const sums *record, tfl_error *err)
{
    if (here->in_block == 0) {
        here->bounds.first_contig = record->contig;
        here->bounds.start = record->start;
    }
    if (here == zooms->level) { /* the lowest: each base once */
        add_total(zooms, record);
    }
    here->bounds.last_contig = record->contig;
    here->bounds.end = record->end;
    put_record(here->block + here->in_block * TFL_BIGWIG_ZOOM_RECORD, record);
    here->in_block++;
    here->n_records++;
    return here->in_block == RECORDS ? flush(zooms, here, err) : TFL_OK;
}

static void join(sums *to, const sums *part)
{
    to->end = part->end;
    to->bases += part->bases;
    to->min = part->min < to->min ? part->min : to->min;
    to->max = part->max > to->max ? part->max : to->max;
    to->sum += part->sum;
    to->sum_squares += part->sum_squares;
}

static bool goes_on(const level *here, uint32_t contig, uint32_t start)
{
    return here->is_open && here->open.contig == contig && here->open.start / here->reduction == start / here->reduction;
}

/* Adds part, which lies in one cell of level k, to that level; a record that it completes goes to the level above, and
 * so on up. */
static tfl_status add(tfl_bigwig_zooms *zooms, size_t k, const sums *part, tfl_error *err)
{
    sums rising = *part;
    for (; k < TFL_BIGWIG_ZOOMS; k++) {
        level *here = &zooms->level[k];
        if (goes_on(here, rising.contig, rising.start)) {
            join(&here->open, &rising);
            return TFL_OK;
        }
        bool completes = here->is_open;
        sums complete = here->open;
        here->open = rising;
        here->is_open = true;
        if (!completes) {
            return TFL_OK;
        }
        tfl_status status = keep(zooms, here, &complete, err);
        if (status != TFL_OK) {
            return status;
        }
        rising = complete;
    }
    return TFL_OK;
}

/* One value after the other, so that sums do not depend on how many come at once. */
static void add_values(sums *to, uint32_t start, const float *value, size_t n)
{
    to->end = start + (uint32_t)n;
    to->bases += (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        to->min = value[i] < to->min ? value[i] : to->min;
        to->max = value[i] > to->max ? value[i] : to->max;
        to->sum += value[i];
        to->sum_squares += (double)value[i] * value[i];
    }
}

tfl_status tfl_bigwig_zooms_add(tfl_bigwig_zooms *zooms, uint32_t contig, uint32_t start, const float *value, size_t n,
                                tfl_error *err)
{
    level *lowest = zooms->level;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && n > 0) {
        size_t rest = FIRST_REDUCTION - start % FIRST_REDUCTION;
        size_t m = n < rest ? n : rest;
        if (!goes_on(lowest, contig, start)) {
            sums none = {.contig = contig, .start = start, .min = value[0], .max = value[0]};
            status = add(zooms, 0, &none, err);
        }
        add_values(&lowest->open, start, value, m);
        value += m;
        start += (uint32_t)m;
        n -= m;
    }
    return status;
}

/* The records that are still open, from the lowest level up. */
static tfl_status finish(tfl_bigwig_zooms *zooms, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t k = 0; status == TFL_OK && k < TFL_BIGWIG_ZOOMS; k++) {
        level *here = &zooms->level[k];
        if (here->is_open) {
            here->is_open = false;
            status = keep(zooms, here, &here->open, err);
            if (status == TFL_OK && k + 1 < TFL_BIGWIG_ZOOMS) {
                status = add(zooms, k + 1, &here->open, err);
            }
        }
        if (status == TFL_OK) {
            status = flush(zooms, here, err);
        }
    }
    return status;
}

static tfl_status write_level(level *here, tfl_output *output, unsigned char at[TFL_BIGWIG_ZOOM_HEADER], tfl_error *err)
{
    unsigned char count[4];
    tfl_put_u32(count, here->n_records > UINT32_MAX ? UINT32_MAX : (uint32_t)here->n_records);
    tfl_put_u32(at, here->reduction);
    tfl_put_u32(at + 4, 0);
    tfl_put_u64(at + 8, tfl_output_position(output));
    tfl_status status = tfl_output_write(output, count, sizeof count, err);
    uint64_t base = tfl_output_position(output);
    if (status == TFL_OK) {
        status = tfl_spool_copy(&here->data, output, err);
    }
    tfl_put_u64(at + 16, tfl_output_position(output));
    return status == TFL_OK ? tfl_bigwig_write_index(output, &here->entries, base, RECORDS, err) : status;
}

tfl_status tfl_bigwig_zooms_write(tfl_bigwig_zooms *zooms, tfl_output *output,
                                  unsigned char at[TFL_BIGWIG_ZOOMS * TFL_BIGWIG_ZOOM_HEADER], uint16_t *n_levels,
                                  uint32_t *block_size, tfl_bigwig_summary *total, tfl_error *err)
{
    *n_levels = 0;
    *block_size = RECORDS * TFL_BIGWIG_ZOOM_RECORD;
    tfl_status status = finish(zooms, err);
    uint64_t fewest = UINT64_MAX;
    for (size_t k = 0; status == TFL_OK && k < TFL_BIGWIG_ZOOMS; k++) {
        level *here = &zooms->level[k];
        if (here->n_records > 0 && here->n_records < fewest) { /* else it says no more than the level below */
            fewest = here->n_records;
            status = write_level(here, output, at + (size_t)*n_levels * TFL_BIGWIG_ZOOM_HEADER, err);
            (*n_levels)++;
        }
    }
    *total = zooms->total;
    total->sum += isfinite(zooms->lost[0]) ? zooms->lost[0] : 0;
    total->sum_squares += isfinite(zooms->lost[1]) ? zooms->lost[1] : 0;
    return status;
}
