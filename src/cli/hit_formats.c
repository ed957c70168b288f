/* How matches are written: our table, BED, FIMO's table. */
#include "config.h"

#include "cli/hits.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "tflift/bed.h"
#include "tflift/number.h"
#include "tflift/row.h"

/* A line that is being written, field after field, each with what separates it from the next; the first failure stays. */
typedef struct line {
    tfl_output *output;
    tfl_error *err;
    tfl_status status;
} line;

static void put(line *l, const char *text, size_t length)
{
    if (l->status == TFL_OK) {
        l->status = tfl_output_write(l->output, text, length, l->err);
    }
}

static void put_text(line *l, const char *text, char separator)
{
    put(l, text, strlen(text));
    put(l, &separator, 1);
}

static void put_char(line *l, char text, char separator)
{
    put(l, (char[2]){text, separator}, 2);
}

static void put_whole(line *l, int64_t value, char separator)
{
    char text[TFL_NUMBER_SIZE + 1];
    size_t length = tfl_format_int(text, value);
    text[length] = separator;
    put(l, text, length + 1);
}

/* A number of so many significant digits, or NA. */
static void put_significant(line *l, int digits, double value, char separator)
{
    char text[TFL_NUMBER_SIZE + 1] = "NA";
    size_t length = isnan(value) ? 2 : tfl_format_significant(text, digits, value);
    text[length] = separator;
    put(l, text, length + 1);
}

/* A number within 1e15 with so many decimals, or NA. */
static void put_decimal(line *l, int digits, double value, char separator)
{
    char text[TFL_NUMBER_SIZE + 1] = "NA";
    size_t length = isnan(value) ? 2 : tfl_format_fixed(text, digits, value);
    text[length] = separator;
    put(l, text, length + 1);
}

/* 0 to 1000 for browsers, as in JASPAR's tracks: -100 log10 p, so that 400 is p = 1e-4. */
static int browser_score(double pvalue)
{
    double score = pvalue > 0 ? -100 * log10(pvalue) : 1000;
    return score < 1000 ? (int)lround(score) : 1000;
}

/* "log_odds pvalue qvalue matched importance_sum … importance_percentile rank". */
static void put_details(line *l, const tfl_hit *hit, char separator)
{
    put_decimal(l, 6, hit->match.log_odds, '\t');
    put_significant(l, 6, hit->match.pvalue, '\t');
    put_significant(l, 6, hit->qvalue, '\t');
    put_text(l, hit->matched, '\t');
    put_significant(l, 7, hit->importance.sum, '\t');
    put_significant(l, 7, hit->importance.mean, '\t');
    put_significant(l, 7, hit->importance.abs, '\t');
    put_decimal(l, 6, hit->importance.cosine, '\t');
    put_decimal(l, 2, hit->percentile, '\t');
    put_whole(l, (int64_t)hit->match.rank, separator);
}

static tfl_status write_tsv(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    line l = {output, err, TFL_OK};
    int64_t start = (int64_t)hit->match.start;
    put_text(&l, hit->sequence, '\t');
    put_whole(&l, start, '\t');
    put_whole(&l, start + (int64_t)hit->motif->width, '\t');
    put_text(&l, hit->motif->name, '\t');
    put_whole(&l, browser_score(hit->match.pvalue), '\t');
    put_char(&l, hit->match.strand, '\t');
    put_details(&l, hit, '\n');
    return l.status;
}

static tfl_status check_contig(const char *contig, tfl_error *err)
{
    return tfl_bed_can_begin(contig)
               ? TFL_OK
               : tfl_fail(err, TFL_EUNSUPPORTED, "contig %s: a row of BED cannot begin with this name",
                          contig);
}

/* On the genome: a sequence on its '-' strand counts from its other end. */
static tfl_status write_bed(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    const tfl_region *region = hit->region;
    int64_t start = (int64_t)hit->match.start;
    int64_t width = (int64_t)hit->motif->width;
    bool reverse = region->strand == '-';
    int64_t from = region->start + (reverse ? region->length - start - width : start);
    line l = {output, err, check_contig(region->contig, err)};
    put_text(&l, region->contig, '\t');
    put_whole(&l, from, '\t');
    put_whole(&l, from + width, '\t');
    put_text(&l, hit->motif->name, '\t');
    put_whole(&l, browser_score(hit->match.pvalue), '\t');
    put_char(&l, (hit->match.strand == '-') != reverse ? '-' : '+', '\t');
    put_details(&l, hit, '\t');
    put_text(&l, hit->sequence, '\n');
    return l.status;
}

/* FIMO counts from 1, includes the end, and scores in bits. */
static tfl_status write_fimo(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    const tfl_match *match = &hit->match;
    line l = {output, err, tfl_row_check(hit->motif->name, err)};
    put_text(&l, hit->motif->name, '\t');
    put_text(&l, hit->motif->alternative, '\t');
    put_text(&l, hit->sequence, '\t');
    put_whole(&l, (int64_t)match->start + 1, '\t');
    put_whole(&l, (int64_t)(match->start + hit->motif->width), '\t');
    put_char(&l, match->strand, '\t');
    put_decimal(&l, 6, match->log_odds / log(2), '\t');
    put_significant(&l, 6, match->pvalue, '\t');
    put_significant(&l, 6, hit->qvalue, '\t');
    put_text(&l, hit->matched, '\n');
    return l.status;
}

static const tfl_hit_format formats[] = {
    {"tsv", ".tsv", "a table with a header; positions within the sequence, 0-based, half open",
     "#sequence\tstart\tend\tmotif\tscore\tstrand\tlog_odds\tpvalue\tqvalue\tmatched\timportance_sum\timportance_mean\t"
     "importance_abs\timportance_cosine\timportance_percentile\trank",
     true, write_tsv},
    {"bed", ".bed", "BED6 and the table's other columns; on the genome where the sequence's name says where it lies",
     NULL, true, write_bed},
    {"fimo", ".fimo", "FIMO's table: positions from 1, scores in bits",
     "motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\tmatched_sequence",
     false, write_fimo},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

const tfl_hit_format *tfl_hit_format_at(size_t i)
{
    return i < N_FORMATS ? &formats[i] : NULL;
}

const tfl_hit_format *tfl_hit_format_find(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

const tfl_hit_format *tfl_hit_format_for(const char *path)
{
    size_t length = tfl_output_stem(path);
    for (size_t i = 0; i < N_FORMATS; i++) {
        size_t suffix = strlen(formats[i].suffix);
        if (length > suffix && strncasecmp(path + length - suffix, formats[i].suffix, suffix) == 0) {
            return &formats[i];
        }
    }
    return &formats[0];
}
