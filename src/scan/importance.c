/* The contribution that falls on a match, and where it stands among all windows. */
#include "config.h"

#include "tflift/importance.h"

#include "tflift/alphabet.h"
#include "tflift/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- a match */

/* q_jb IC_j of a motif, what a perfect attribution would look like. */
static double expected(const tfl_logodds *logodds, size_t position, size_t code)
{
    double information = 0;
    double q = 0;
    for (size_t b = 0; b < TFL_BASES; b++) {
        double p = (1 - logodds->pseudocount) * logodds->motif->p[position][b] + logodds->pseudocount / TFL_BASES;
        information += p * logodds->score[position][b];
        q = b == code ? p : q;
    }
    return q * information;
}

/* Length of the motif's matrix q_jb IC_j. */
static double expected_norm(const tfl_logodds *logodds)
{
    double sum = 0;
    for (size_t j = 0; j < logodds->width; j++) {
        for (size_t b = 0; b < TFL_BASES; b++) {
            double value = expected(logodds, j, b);
            sum += value * value;
        }
    }
    return sqrt(sum);
}

tfl_importance tfl_importance_of(const tfl_match *match, const tfl_logodds *logodds, const char *letters,
                                 const float *contribution)
{
    size_t width = logodds->width;
    double sum = 0;
    double abs = 0;
    double product = 0;
    double square = 0;
    size_t missing = 0;
    for (size_t j = 0; j < width; j++) {
        size_t at = match->start + (match->strand == '-' ? width - 1 - j : j);
        double value = (double)contribution[at];
        if (isnan(value)) {
            missing++;
            continue;
        }
        uint8_t code = tfl_base_code[(unsigned char)letters[at]];
        sum += value;
        abs += fabs(value);
        square += value * value;
        if (code < TFL_BASES) {
            product += value * expected(logodds, j, match->strand == '-' ? TFL_BASES - 1U - code : code);
        }
    }
    if (missing == width) {
        return (tfl_importance){NAN, NAN, NAN, NAN};
    }
    double norm = sqrt(square) * expected_norm(logodds);
    return (tfl_importance){sum, sum / (double)width, abs, missing == 0 && norm > 0 ? product / norm : NAN};
}

/* ---------------------------------------------------------------- all windows */

/* A bin is the first 20 bits of a sum as a float: sign, exponent and 11 bits of the mantissa, which is 0.05 %. Bins are
 * kept by pages of one exponent, as only few exponents occur. */
enum { BITS = 12, BINS = 2048, PAGES = 512 };

typedef struct histogram {
    size_t width;
    uint64_t total;
    uint64_t *page[PAGES];  /* [BINS], or NULL: all 0 */
    uint64_t before[PAGES]; /* sums on the pages before, once ready */
} histogram;

struct tfl_percentiles {
    size_t n, capacity;
    histogram **histogram; /* [n] by width */
};

/* Bins by increasing value. */
static uint32_t find_bin(double sum)
{
    float value = (float)sum + 0.0F; /* -0 is 0 */
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
    return bits >> BITS;
}

tfl_status tfl_percentiles_create(tfl_percentiles **out, tfl_error *err)
{
    *out = tfl_calloc(1, sizeof **out);
    return *out != NULL ? TFL_OK : tfl_fail_memory(err, "percentiles");
}

void tfl_percentiles_free(tfl_percentiles *percentiles)
{
    if (percentiles == NULL) {
        return;
    }
    for (size_t i = 0; i < percentiles->n; i++) {
        for (size_t page = 0; page < PAGES; page++) {
            free(percentiles->histogram[i]->page[page]);
        }
        free(percentiles->histogram[i]);
    }
    free(percentiles->histogram);
    free(percentiles);
}

static histogram *find_histogram(const tfl_percentiles *percentiles, size_t width)
{
    for (size_t i = 0; i < percentiles->n; i++) {
        if (percentiles->histogram[i]->width == width) {
            return percentiles->histogram[i];
        }
    }
    return NULL;
}

static tfl_status add_histogram(tfl_percentiles *percentiles, size_t width, histogram **out, tfl_error *err)
{
    *out = find_histogram(percentiles, width);
    if (*out != NULL) {
        return TFL_OK;
    }
    tfl_status status = TFL_GROW(percentiles->histogram, &percentiles->capacity, percentiles->n + 1, "percentiles", err);
    if (status != TFL_OK) {
        return status;
    }
    *out = tfl_calloc(1, sizeof **out);
    if (*out == NULL) {
        return tfl_fail_memory(err, "percentiles");
    }
    (*out)->width = width;
    percentiles->histogram[percentiles->n++] = *out;
    return TFL_OK;
}

static tfl_status add_count(histogram *h, uint32_t bin, uint64_t count, tfl_error *err)
{
    uint64_t **page = &h->page[bin / BINS];
    if (*page == NULL) {
        *page = tfl_calloc(BINS, sizeof **page);
    }
    if (*page == NULL) {
        return tfl_fail_memory(err, "percentiles");
    }
    (*page)[bin % BINS] += count;
    h->total += count;
    return TFL_OK;
}

/* A running sum that keeps what rounding takes away (Knuth's two-sum), so that windows of zeros behind large values are
 * 0. */
typedef struct running_sum {
    double high, low;
} running_sum;

static void add_value(running_sum *sum, double value)
{
    double total = sum->high + value;
    double part = total - sum->high;
    sum->low += (sum->high - (total - part)) + (value - part);
    sum->high = total;
}

/* The windows of a stretch without NaN. */
static tfl_status add_stretch(histogram *h, const float *value, size_t length, tfl_error *err)
{
    running_sum sum = {0, 0};
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < length && status == TFL_OK; i++) {
        add_value(&sum, (double)value[i]);
        if (i + 1 >= h->width) {
            status = add_count(h, find_bin(sum.high + sum.low), 1, err);
            add_value(&sum, -(double)value[i + 1 - h->width]);
        }
    }
    return status;
}

tfl_status tfl_percentiles_add(tfl_percentiles *percentiles, size_t width, const float *contribution, size_t length,
                               tfl_error *err)
{
    histogram *h = NULL;
    tfl_status status = add_histogram(percentiles, width, &h, err);
    for (size_t from = 0; from < length && status == TFL_OK;) {
        size_t to = from;
        while (to < length && !isnan(contribution[to])) {
            to++;
        }
        status = add_stretch(h, contribution + from, to - from, err);
        from = to + 1;
    }
    return status;
}

tfl_status tfl_percentiles_merge(tfl_percentiles *percentiles, const tfl_percentiles *other, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < other->n && status == TFL_OK; i++) {
        const histogram *from = other->histogram[i];
        histogram *to = NULL;
        status = add_histogram(percentiles, from->width, &to, err);
        for (uint32_t bin = 0; bin < (uint32_t)PAGES * BINS && status == TFL_OK; bin++) {
            const uint64_t *page = from->page[bin / BINS];
            if (page == NULL) {
                bin += BINS - 1;
            } else if (page[bin % BINS] > 0) {
                status = add_count(to, bin, page[bin % BINS], err);
            }
        }
    }
    return status;
}

void tfl_percentiles_ready(tfl_percentiles *percentiles)
{
    for (size_t i = 0; i < percentiles->n; i++) {
        histogram *h = percentiles->histogram[i];
        uint64_t before = 0;
        for (size_t page = 0; page < PAGES; page++) {
            h->before[page] = before;
            for (size_t bin = 0; h->page[page] != NULL && bin < BINS; bin++) {
                before += h->page[page][bin];
            }
        }
    }
}

double tfl_percentiles_find(const tfl_percentiles *percentiles, size_t width, double sum)
{
    const histogram *h = find_histogram(percentiles, width);
    if (h == NULL || h->total == 0 || isnan(sum)) {
        return NAN;
    }
    uint32_t bin = find_bin(sum);
    const uint64_t *page = h->page[bin / BINS];
    uint64_t before = h->before[bin / BINS];
    for (size_t i = 0; page != NULL && i < bin % BINS; i++) {
        before += page[i];
    }
    double within = page != NULL ? (double)page[bin % BINS] : 0;
    return 100 * ((double)before + within / 2) / (double)h->total;
}
