/* The plain reference: one loop per index, sums in float64. What the other levels are compared with. */
#include "config.h"

#include "kernels_internal.h"
#include "toom_internal.h"

#include <math.h>
#include <string.h>

static float a_at(const tfl_rows *rows, const float *a, size_t i, size_t k)
{
    return a[i * rows->stride + rows->offset[k / rows->length] + k % rows->length];
}

static size_t packed_size(const tfl_rows *rows, size_t n)
{
    return rows->segments * rows->length * n;
}

static void pack(const tfl_rows *rows, size_t n, const float *b, float *packed)
{
    memcpy(packed, b, packed_size(rows, n) * sizeof *packed);
}

static void product(const tfl_rows *rows, size_t m, const float *a, const float *packed, size_t n, const float *start, bool accumulate,
                    float *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = accumulate ? (double)c[i * ldc + j] : start != NULL ? (double)start[j] : 0.0;
            for (size_t k = 0; k < rows->segments * rows->length; k++) {
                sum += (double)a_at(rows, a, i, k) * (double)packed[k * n + j];
            }
            c[i * ldc + j] = (float)sum;
        }
    }
}

static void gradient(const tfl_rows *rows, size_t m, const float *a, const float *g, size_t ldg, size_t n, float *d)
{
    for (size_t k = 0; k < rows->segments * rows->length; k++) {
        for (size_t j = 0; j < n; j++) {
            double sum = (double)d[k * n + j];
            for (size_t i = 0; i < m; i++) {
                sum += (double)a_at(rows, a, i, k) * (double)g[i * ldg + j];
            }
            d[k * n + j] = (float)sum;
        }
    }
}

static double part_of(float weight, int sign)
{
    return sign == 0 || (sign > 0) == (weight > 0.0F) ? (double)weight : 0.0;
}

static void times_vector(const float *w, int sign, size_t rows, size_t columns, const float *x, float *y)
{
    for (size_t i = 0; i < rows; i++) {
        double sum = (double)y[i];
        for (size_t j = 0; j < columns; j++) {
            sum += part_of(w[i * columns + j], sign) * (double)x[j];
        }
        y[i] = (float)sum;
    }
}

static void transposed_times_vector(const float *w, int sign, size_t rows, size_t columns, const float *y, float *x)
{
    for (size_t j = 0; j < columns; j++) {
        double sum = (double)x[j];
        for (size_t i = 0; i < rows; i++) {
            sum += part_of(w[i * columns + j], sign) * (double)y[i];
        }
        x[j] = (float)sum;
    }
}

static void add_outer(float *w, size_t rows, size_t columns, const float *y, const float *x)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            w[i * columns + j] += y[i] * x[j];
        }
    }
}

static void fold(const float *columns, size_t ld, size_t rows, size_t taps, size_t n, size_t first, size_t last, float *out)
{
    for (size_t i = first; i < last; i++) {
        for (size_t t = 0; t < taps && t <= i; t++) {
            for (size_t c = 0; c < n && i - t < rows; c++) {
                out[(i - first) * n + c] += columns[(i - t) * ld + t * n + c];
            }
        }
    }
}

static void look_up(const float *b, size_t taps, size_t channels, size_t n, const unsigned char *which, size_t step, size_t m,
                    const float *start, float *c)
{
    for (size_t i = 0; i < m * n; i++) {
        double sum = start != NULL ? (double)start[i % n] : 0.0;
        for (size_t t = 0; t < taps; t++) {
            sum += (double)b[(t * channels + which[i / n * step + t]) * n + i % n];
        }
        c[i] = (float)sum;
    }
}

static void look_up_gradient(const unsigned char *which, size_t step, size_t m, const float *g, size_t taps, size_t channels, size_t n,
                             float *d)
{
    for (size_t k = 0; k < taps * channels * n; k++) {
        size_t t = k / n / channels, c = k / n % channels;
        double sum = (double)d[k];
        for (size_t i = 0; i < m; i++) {
            sum += which[i * step + t] == c ? (double)g[i * n + k % n] : 0.0;
        }
        d[k] = (float)sum;
    }
}

static void dots(const float *b, size_t n, const float *a, const uint32_t *at, size_t m, float *c)
{
    for (size_t i = 0; i < m; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < n; k++) {
            sum += (double)b[k] * (double)a[at[i] + k];
        }
        c[i] = (float)sum;
    }
}

/* The polynomial that is 0 at all finite points but one (at all of them, for the one at infinity): coefficients from x^0. */
static void others(const tfl_toom_points *table, size_t point, double *coefficient)
{
    for (size_t j = 0; j < table->points; j++) {
        coefficient[j] = j == 0 ? 1.0 : 0.0;
    }
    for (size_t k = 0; k + 1 < table->points; k++) {
        for (size_t j = table->points; k != point && j-- > 0;) {
            coefficient[j] = (j > 0 ? coefficient[j - 1] : 0.0) - table->at[k] * coefficient[j];
        }
    }
}

/* Of the i-th tile, were there nothing before. */
static size_t tile_row(const tfl_tiles *tiles, size_t i, size_t j)
{
    size_t tile = tiles->tile + i;
    return (tile / tiles->step * TFL_TOOM_OUTPUTS + j) * tiles->step + tile % tiles->step;
}

static void spread(tfl_toom_kind kind, const tfl_tiles *tiles, const float *map, float *out, size_t ldo)
{
    const tfl_toom_points *table = &tfl_toom_table[kind];
    double coefficient[TFL_TOOM_MOST_FINITE + 1];
    for (size_t i = 0; i < table->points * tiles->count * tiles->channels; i++) {
        size_t c = i % tiles->channels, t = i / tiles->channels % tiles->count, point = i / tiles->channels / tiles->count;
        double sum = 0.0;
        others(table, point, coefficient);
        for (size_t j = 0; j < table->points; j++) {
            ptrdiff_t row = (ptrdiff_t)tile_row(tiles, t, j) - tiles->before;
            bool there = row >= 0 && row < (ptrdiff_t)tiles->length;
            sum += there ? coefficient[j] * (double)map[(size_t)row * tiles->channels + c] : 0.0;
        }
        out[point * ldo + t * tiles->channels + c] = (float)sum;
    }
}

static void gather(tfl_toom_kind kind, const tfl_tiles *tiles, const float *in, size_t ldi, const float *start, bool accumulate,
                   float *map)
{
    const tfl_toom_points *table = &tfl_toom_table[kind];
    for (size_t i = 0; i < TFL_TOOM_OUTPUTS * tiles->count * tiles->channels; i++) {
        size_t c = i % tiles->channels, t = i / tiles->channels / TFL_TOOM_OUTPUTS, j = i / tiles->channels % TFL_TOOM_OUTPUTS;
        size_t row = tile_row(tiles, t, j);
        const float *value = in + t * tiles->channels + c;
        double sum = j + 1 == TFL_TOOM_OUTPUTS ? (double)value[(table->points - 1) * ldi] : 0.0;
        for (size_t point = 0; point + 1 < table->points; point++) {
            sum += pow(table->at[point], (double)j) * (double)value[point * ldi];
        }
        if (row < tiles->length) {
            float *place = map + row * tiles->channels + c;
            *place = (float)(sum + (start != NULL ? (double)start[c] : 0.0) + (accumulate ? (double)*place : 0.0));
        }
    }
}

static void filter_tiles(const tfl_tiles *tiles, const float *map, float *out, size_t ldo)
{
    const tfl_toom_points *table = &tfl_toom_table[TFL_TOOM_4_4];
    for (size_t i = 0; i < table->points * tiles->count * tiles->channels; i++) {
        size_t c = i % tiles->channels, t = i / tiles->channels % tiles->count, point = i / tiles->channels / tiles->count;
        bool infinity = point + 1 == table->points;
        double sum = 0.0, below = 1.0;
        for (size_t k = 0; !infinity && k + 1 < table->points; k++) {
            below *= k == point ? 1.0 : table->at[point] - table->at[k];
        }
        for (size_t j = 0; j < TFL_TOOM_OUTPUTS; j++) {
            size_t row = tile_row(tiles, t, j);
            double power = infinity ? (j + 1 == TFL_TOOM_OUTPUTS ? 1.0 : 0.0) : pow(table->at[point], (double)j) / below;
            sum += row < tiles->length ? power * (double)map[row * tiles->channels + c] : 0.0;
        }
        out[point * ldo + t * tiles->channels + c] = (float)sum;
    }
}

static void combine(const double *factor, size_t taps, const float *x, size_t n, float *y)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t t = 0; t < taps; t++) {
            sum += factor[t] * (double)x[t * n + i];
        }
        y[i] = (float)sum;
    }
}

static void rectify(float *y, const float *by, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = by[i] > 0.0F ? y[i] : 0.0F;
    }
}

static void adam(const tfl_adam *how, const float *gradient, float *first, float *second, float *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double g = (double)gradient[i], beta1 = (double)how->beta1, beta2 = (double)how->beta2;
        double m = beta1 * (double)first[i] + (1.0 - beta1) * g, v = beta2 * (double)second[i] + (1.0 - beta2) * g * g;
        first[i] = (float)m;
        second[i] = (float)v;
        value[i] = (float)((double)value[i] - (double)how->rate * m / (sqrt(v) + (double)how->epsilon));
    }
}

static void add_scaled(float *y, float a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

static void add_product(float *y, const float *a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] += a[i] * x[i];
    }
}

static void add_rows(float *y, float a, const float *x, size_t n, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        add_scaled(y + i * n, a, x, n);
    }
}

static void sum_rows(float *y, float a, const float *x, size_t n, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        add_scaled(y, a, x + i * n, n);
    }
}

static void add(float *y, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)((double)a[i] + (double)b[i]);
    }
}

static void add_relu(float *y, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)((double)a[i] + fmax((double)b[i], 0.0));
    }
}

static void multiply(float *y, const float *a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)((double)a[i] * (double)x[i]);
    }
}

static void relu_secant(const float *from, const float *to, float near, const float *factor, float *y, bool accumulate, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double way = (double)to[i] - (double)from[i], rise = fmax((double)to[i], 0.0) - fmax((double)from[i], 0.0);
        double slope = fabs(way) < (double)near ? (from[i] > 0.0F ? 1.0 : 0.0) : rise / way;
        double product = factor != NULL ? slope * (double)factor[i] : slope;
        y[i] = (float)(product + (accumulate && factor != NULL ? (double)y[i] : 0.0));
    }
}

static void maximum(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] > y[i] ? x[i] : y[i];
    }
}

static bool near_start(const tfl_secant *s, size_t i)
{
    float part = s->part != NULL ? s->part[i] : s->to[i] - s->from[i];
    return fabsf(part) < s->near || s->to[i] == s->from[i];
}

static bool close_by(const tfl_secant *s, size_t i)
{
    float middle = fabsf(0.5F * (s->from[i] + s->to[i]));
    return fabsf(s->to[i] - s->from[i]) < (middle < 1.0F ? s->close * middle : s->close);
}

static void secant_points(const tfl_secant *s, float *point, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        point[i] = !near_start(s, i) && close_by(s, i) ? 0.5F * (s->from[i] + s->to[i]) : s->from[i];
    }
}

static void secant(const tfl_secant *s, float *slope, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!near_start(s, i) && !close_by(s, i)) {
            slope[i] = (s->f_to[i] - s->f_from[i]) / (s->to[i] - s->from[i]);
        }
    }
}

/* ---------------------------------------------------------------- functions of one number */

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double softplus(double x)
{
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* Distribution and density of the standard normal. */
static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

static double normal_density(double x)
{
    return exp(-0.5 * x * x) * M_2_SQRTPI * 0.5 * M_SQRT1_2;
}

/* x / 2 (1 + tanh(y / 2)) is x times the sigmoid of y, which loses nothing where tanh is near -1. */
static double gelu_tanh_inner(double x)
{
    return 2.0 * sqrt(M_2_PI) * (x + 0.044715 * x * x * x);
}

static double gelu_tanh(double x)
{
    return x * sigmoid(gelu_tanh_inner(x));
}

static double gelu_tanh_slope(double x)
{
    double y = gelu_tanh_inner(x);
    return sigmoid(y) + x * sigmoid(y) * sigmoid(-y) * 2.0 * sqrt(M_2_PI) * (1.0 + 3.0 * 0.044715 * x * x);
}

/* clang-format off */
#define FUNCTION(name, expression, slope_expression)                                                      \
    static void name##_function(const float *in, float *out, size_t n, float alpha_, float beta_)          \
    {                                                                                                     \
        double alpha = (double)alpha_, beta = (double)beta_;                                              \
        (void)alpha, (void)beta;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                                  \
            double x = (double)in[i];                                                                     \
            out[i] = (float)(expression);                                                                 \
        }                                                                                                 \
    }                                                                                                     \
    static void name##_derivative(const float *in, float *out, size_t n, float alpha_, float beta_)        \
    {                                                                                                     \
        double alpha = (double)alpha_, beta = (double)beta_;                                              \
        (void)alpha, (void)beta;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                                  \
            double x = (double)in[i];                                                                     \
            (void)x;                                                                                      \
            out[i] = (float)(slope_expression);                                                           \
        }                                                                                                 \
    }

FUNCTION(relu, x > 0.0 ? x : 0.0, x > 0.0 ? 1.0 : 0.0)
FUNCTION(leaky_relu, x > 0.0 ? x : alpha * x, x > 0.0 ? 1.0 : alpha)
FUNCTION(elu, x > 0.0 ? x : alpha * expm1(x), x > 0.0 ? 1.0 : alpha * exp(x))
FUNCTION(selu, beta * (x > 0.0 ? x : alpha * expm1(x)), beta * (x > 0.0 ? 1.0 : alpha * exp(x)))
FUNCTION(sigmoid, sigmoid(x), sigmoid(x) * sigmoid(-x))
FUNCTION(tanh, tanh(x), 1.0 / (cosh(x) * cosh(x)))
FUNCTION(softplus, softplus(x), sigmoid(x))
FUNCTION(gelu, x * normal_cdf(x), normal_cdf(x) + x * normal_density(x))
FUNCTION(gelu_tanh, gelu_tanh(x), gelu_tanh_slope(x))
FUNCTION(exp, exp(x), exp(x))
FUNCTION(log, log(x), 1.0 / x)
FUNCTION(reciprocal, 1.0 / x, -1.0 / (x * x))
FUNCTION(sqrt, sqrt(x), 0.5 / sqrt(x))
FUNCTION(abs, fabs(x), x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0)
FUNCTION(clip, fmin(fmax(x, alpha), beta), x > alpha && x < beta ? 1.0 : 0.0)
FUNCTION(power, pow(x, alpha), alpha == 0.0 ? 0.0 : alpha * pow(x, alpha - 1.0))

#define FUNCTIONS(suffix) {                      \
    [TFL_RELU] = relu_##suffix,                  \
    [TFL_LEAKY_RELU] = leaky_relu_##suffix,      \
    [TFL_ELU] = elu_##suffix,                    \
    [TFL_SELU] = selu_##suffix,                  \
    [TFL_SIGMOID] = sigmoid_##suffix,            \
    [TFL_TANH] = tanh_##suffix,                  \
    [TFL_SOFTPLUS] = softplus_##suffix,          \
    [TFL_GELU] = gelu_##suffix,                  \
    [TFL_GELU_TANH] = gelu_tanh_##suffix,        \
    [TFL_EXP] = exp_##suffix,                    \
    [TFL_LOG] = log_##suffix,                    \
    [TFL_RECIPROCAL] = reciprocal_##suffix,      \
    [TFL_SQRT] = sqrt_##suffix,                  \
    [TFL_ABS] = abs_##suffix,                    \
    [TFL_POWER] = power_##suffix,                \
    [TFL_CLIP] = clip_##suffix,                  \
}
/* clang-format on */

const tfl_kernels tfl_kernels_naive = {
    .level = "naive",
    .packed_size = packed_size,
    .pack = pack,
    .product = product,
    .gradient = gradient,
    .times_vector = times_vector,
    .transposed_times_vector = transposed_times_vector,
    .add_outer = add_outer,
    .fold = fold,
    .look_up = look_up,
    .look_up_gradient = look_up_gradient,
    .dots = dots,
    .spread = spread,
    .gather = gather,
    .filter_tiles = filter_tiles,
    .combine = combine,
    .rectify = rectify,
    .adam = adam,
    .add_scaled = add_scaled,
    .add_rows = add_rows,
    .sum_rows = sum_rows,
    .add = add,
    .add_relu = add_relu,
    .add_product = add_product,
    .multiply = multiply,
    .relu_secant = relu_secant,
    .maximum = maximum,
    .secant_points = secant_points,
    .secant = secant,
    .function = FUNCTIONS(function),
    .derivative = FUNCTIONS(derivative),
};
