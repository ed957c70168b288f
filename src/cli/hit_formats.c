/* How matches are written: our table, BED, FIMO's table. */
#include "config.h"

#include "cli/hits.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 48 };

/* A number of so many significant digits, or NA. */
static const char *significant(char text[NUMBER_SIZE], int digits, double value)
{
    (void)snprintf(text, NUMBER_SIZE, "%.*g", digits, value);
    return isnan(value) ? "NA" : text;
}

/* A number between -100 and 100 with so many decimals, or NA. */
static const char *decimal(char text[NUMBER_SIZE], int digits, double value)
{
    (void)snprintf(text, NUMBER_SIZE, "%.*f", digits, value);
    return isnan(value) ? "NA" : text;
}

/* 0 to 1000 for browsers, as in JASPAR's tracks: -100 log10 p, so that 400 is p = 1e-4. */
static int browser_score(double pvalue)
{
    double score = pvalue > 0 ? -100 * log10(pvalue) : 1000;
    return score < 1000 ? (int)lround(score) : 1000;
}

/* "log_odds pvalue qvalue matched importance_sum … importance_percentile rank". */
static tfl_status write_details(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    char sum[NUMBER_SIZE], mean[NUMBER_SIZE], abs[NUMBER_SIZE], cosine[NUMBER_SIZE], percentile[NUMBER_SIZE];
    return tfl_output_printf(output, err, "%.6f\t%.6g\t%.6g\t%s\t%s\t%s\t%s\t%s\t%s\t%zu", hit->match.log_odds,
                             hit->match.pvalue, hit->qvalue, hit->matched, significant(sum, 7, hit->importance.sum),
                             significant(mean, 7, hit->importance.mean), significant(abs, 7, hit->importance.abs),
                             decimal(cosine, 6, hit->importance.cosine), decimal(percentile, 2, hit->percentile),
                             hit->match.rank);
}

static tfl_status write_tsv(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    const tfl_match *match = &hit->match;
    tfl_status status = tfl_output_printf(output, err, "%s\t%zu\t%zu\t%s\t%d\t%c\t", hit->sequence, match->start,
                                          match->start + hit->motif->width, hit->motif->name,
                                          browser_score(match->pvalue), match->strand);
    if (status == TFL_OK) {
        status = write_details(hit, output, err);
    }
    return status == TFL_OK ? tfl_output_write(output, "\n", 1, err) : status;
}

/* On the genome: a sequence on its '-' strand counts from its other end. */
static tfl_status write_bed(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    const tfl_region *region = hit->region;
    int64_t start = (int64_t)hit->match.start;
    int64_t width = (int64_t)hit->motif->width;
    bool reverse = region->strand == '-';
    int64_t from = region->start + (reverse ? region->length - start - width : start);
    char strand = (hit->match.strand == '-') != reverse ? '-' : '+';
    tfl_status status =
        tfl_output_printf(output, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\t%d\t%c\t", region->contig, from, from + width,
                          hit->motif->name, browser_score(hit->match.pvalue), strand);
    if (status == TFL_OK) {
        status = write_details(hit, output, err);
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "\t%s\n", hit->sequence) : status;
}

/* FIMO counts from 1, includes the end, and scores in bits. */
static tfl_status write_fimo(const tfl_hit *hit, tfl_output *output, tfl_error *err)
{
    const tfl_match *match = &hit->match;
    return tfl_output_printf(output, err, "%s\t%s\t%s\t%zu\t%zu\t%c\t%.6f\t%.6g\t%.6g\t%s\n", hit->motif->name,
                             hit->motif->alternative, hit->sequence, match->start + 1, match->start + hit->motif->width,
                             match->strand, match->log_odds / log(2), match->pvalue, hit->qvalue, hit->matched);
}

static const tfl_hit_format formats[] = {
    {"tsv", ".tsv", "a table with a header; positions within the sequence, 0-based, half open",
     "#sequence\tstart\tend\tmotif\tscore\tstrand\tlog_odds\tpvalue\tqvalue\tmatched\timportance_sum\timportance_mean\t"
     "importance_abs\timportance_cosine\timportance_percentile\trank",
     write_tsv},
    {"bed", ".bed", "BED6 and the table's other columns; on the genome where the sequence's name says where it lies",
     NULL, write_bed},
    {"fimo", ".fimo", "FIMO's table: positions from 1, scores in bits",
     "motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\tmatched_sequence",
     write_fimo},
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
    size_t length = strlen(path);
    length -= length > 3 && strcmp(path + length - 3, ".gz") == 0 ? 3 : 0;
    for (size_t i = 0; i < N_FORMATS; i++) {
        size_t suffix = strlen(formats[i].suffix);
        if (length > suffix && strncmp(path + length - suffix, formats[i].suffix, suffix) == 0) {
            return &formats[i];
        }
    }
    return &formats[0];
}
