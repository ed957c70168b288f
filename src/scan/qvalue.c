/* Benjamini and Hochberg's procedure over a stream of p-values. */
#include "config.h"

#include "tflift/qvalue.h"

#include "tflift/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Equal p-values, and how many. Words of equal score have them, so that narrow motifs have few. */
typedef struct group {
    double p;
    uint64_t count;
    double q;
} group;

struct tfl_qvalues {
    size_t n, capacity;
    group *group;  /* [n], by increasing p and without equals once ready */
    bool rounding; /* p-values are rounded up to 11 bits */
};

enum { MAX_GROUPS = 65536, MANTISSA_BITS = 11 };

tfl_status tfl_qvalues_create(tfl_qvalues **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    return *out != NULL ? TFL_OK : tfl_fail_memory(err, "q-values");
}

void tfl_qvalues_free(tfl_qvalues *qvalues)
{
    if (qvalues != NULL) {
        free(qvalues->group);
        free(qvalues);
    }
}

static double round_up(double p)
{
    int exponent = 0;
    double mantissa = frexp(p, &exponent);
    return ldexp(ceil(ldexp(mantissa, MANTISSA_BITS + 1)), exponent - MANTISSA_BITS - 1);
}

static int by_p(const void *a, const void *b)
{
    double x = ((const group *)a)->p;
    double y = ((const group *)b)->p;
    return (x > y) - (x < y);
}

/* Sorts, and makes equal ones one. */
static void collapse(tfl_qvalues *qvalues)
{
    size_t n = 0;
    if (qvalues->n > 0) {
        qsort(qvalues->group, qvalues->n, sizeof *qvalues->group, by_p);
    }
    for (size_t i = 0; i < qvalues->n; i++) {
        if (n > 0 && qvalues->group[n - 1].p == qvalues->group[i].p) {
            qvalues->group[n - 1].count += qvalues->group[i].count;
        } else {
            qvalues->group[n++] = qvalues->group[i];
        }
    }
    qvalues->n = n;
}

static void round_all(tfl_qvalues *qvalues)
{
    qvalues->rounding = true;
    for (size_t i = 0; i < qvalues->n; i++) {
        qvalues->group[i].p = round_up(qvalues->group[i].p);
    }
    collapse(qvalues);
}

/* Room for one more: equal ones are made one first, and the array doubled while less than half of it was that. */
static tfl_status make_room(tfl_qvalues *qvalues, tfl_error *err)
{
    collapse(qvalues);
    if (!qvalues->rounding && qvalues->n >= MAX_GROUPS) {
        round_all(qvalues);
    }
    if (qvalues->capacity > 0 && qvalues->n <= qvalues->capacity / 2) {
        return TFL_OK;
    }
    size_t need = qvalues->capacity > 0 ? 2 * qvalues->capacity : 64;
    return TFL_GROW(qvalues->group, &qvalues->capacity, need, "q-values", err);
}

tfl_status tfl_qvalues_add(tfl_qvalues *qvalues, double p, tfl_error *err)
{
    tfl_status status = qvalues->n == qvalues->capacity ? make_room(qvalues, err) : TFL_OK;
    if (status == TFL_OK) {
        qvalues->group[qvalues->n++] = (group){qvalues->rounding ? round_up(p) : p, 1, 0};
    }
    return status;
}

void tfl_qvalues_ready(tfl_qvalues *qvalues, uint64_t tests)
{
    collapse(qvalues);
    uint64_t rank = 0;
    for (size_t i = 0; i < qvalues->n; i++) {
        rank += qvalues->group[i].count;
        qvalues->group[i].q = qvalues->group[i].p * (double)tests / (double)rank;
    }
    double least = 1;
    for (size_t i = qvalues->n; i-- > 0;) {
        least = fmin(least, qvalues->group[i].q);
        qvalues->group[i].q = least;
    }
}

double tfl_qvalues_find(const tfl_qvalues *qvalues, double p)
{
    double wanted = qvalues->rounding ? round_up(p) : p;
    size_t low = 0;
    size_t high = qvalues->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (qvalues->group[middle].p < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < qvalues->n && qvalues->group[low].p == wanted ? qvalues->group[low].q : 1;
}
