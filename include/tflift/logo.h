/*
 * logo.h: letters whose heights say something: contributions of a sequence, information of a motif.
 */
#ifndef TFLIFT_LOGO_H
#define TFLIFT_LOGO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"
#include "tflift/motif.h"
#include "tflift/plot.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_LOGO_MAX_LENGTH = 2000 };

/* One row of letters. */
typedef struct tfl_logo_row {
    const char *label;  /* NULL: none */
    const float *value; /* [length] contribution of each base; NAN: none there */
} tfl_logo_row;

/* A stretch that is marked in every row, such as a known motif. */
typedef struct tfl_logo_box {
    size_t start, end; /* [start, end) of the letters */
    size_t kind;       /* boxes of one kind have one colour */
    const char *label; /* NULL: none */
} tfl_logo_box;

typedef struct tfl_logo {
    const char *letters; /* [length], either case */
    size_t length;       /* at most TFL_LOGO_MAX_LENGTH */
    int64_t first;       /* the number of the first letter on the axis: 1-based positions */
    bool descending;     /* positions fall from left to right: the reverse strand */
    const char *x_label; /* such as "position on chr1"; NULL: "position" */
    const char *y_label; /* NULL: "contribution to the logit" */
    bool free_y;         /* a scale for each row, instead of one for all */
    bool upright;        /* letters below the axis stand upright; otherwise they hang from it upside down, as is usual */
    const tfl_logo_row *row;
    size_t n_rows;
    const tfl_logo_box *box;
    size_t n_boxes;
} tfl_logo;

/* Each base's letter, as high as its contribution, above the axis or below it. */
tfl_status tfl_logo_draw(const tfl_logo *logo, const tfl_page *page, tfl_error *err) TFL_MUST_USE;

typedef struct tfl_motif_logo {
    const tfl_motif *const *motif; /* [n_motifs], a panel each */
    size_t n_motifs;
    bool probability;        /* letters as high as p, instead of p times the information of the column in bits */
    bool reverse_complement; /* of every motif */
} tfl_motif_logo;

/* Letters of a column as high as their share, the largest on top (Schneider and Stephens, "Sequence logos", 1990; no correction for small
 * samples; against equal frequencies of the bases). */
tfl_status tfl_motif_logo_draw(const tfl_motif_logo *logo, const tfl_page *page, tfl_error *err) TFL_MUST_USE;

/* Heights of the letters of one column, by base: p_b (2 + sum p ln p / ln 2), or p_b. */
void tfl_motif_logo_heights(const double p[TFL_BASES], bool probability, double height[TFL_BASES]);

#ifdef __cplusplus
}
#endif
#endif
