/* tfscan: matches of motifs, and the importance that falls on each. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/hits.h"
#include "cli/options.h"
#include "cli/program.h"
#include "cli/progress.h"
#include "cli/source.h"
#include "tflift/importance.h"
#include "tflift/lines.h"
#include "tflift/memory.h"
#include "tflift/motif.h"
#include "tflift/number.h"
#include "tflift/output.h"
#include "tflift/qvalue.h"
#include "tflift/scan.h"
#include "tflift/scores.h"
#include "tflift/threads.h"

/* ---------------------------------------------------------------- options */

typedef struct scan_options {
    const char *motif_file, *scores, *task, *output, *format, *background, *coordinates;
    tfl_texts motifs;
    double pvalue, threshold, pseudocount;
    size_t top;
    bool forward_only, allow_missing;
    unsigned threads;
} scan_options;

static void set_defaults(void *options)
{
    scan_options *o = options;
    const tfl_scan_options scan = tfl_scan_defaults();
    *o = (scan_options){
        .pvalue = scan.limit, .pseudocount = scan.pseudocount, .background = "0.3,0.2,0.2,0.3", .coordinates = "auto"};
}

/* How a hit is written. */
typedef struct hit_format {
    const char *name, *suffix, *help;
    const char *header;
    tfl_status (*write)(tfl_output *output, const tfl_hit *hit, const tfl_motif *motif, const tfl_logodds *logodds,
                        double qvalue, double percentile, tfl_error *err);
} hit_format;

/* Seven digits, or "NA" for what is not known. */
static const char *digits_text(bool known, double value, char text[TFL_NUMBER_SIZE])
{
    if (!known || isnan(value)) {
        return "NA";
    }
    (void)snprintf(text, TFL_NUMBER_SIZE, "%.7g", value);
    return text;
}

/* That many decimals, or "NA" for what is not known. */
static const char *decimals_text(bool known, double value, int decimals, char text[TFL_NUMBER_SIZE])
{
    if (!known || isnan(value)) {
        return "NA";
    }
    (void)snprintf(text, TFL_NUMBER_SIZE, "%.*f", decimals, value);
    return text;
}

/* 0 to 1000: log-odds as a share of the motif's best, as browsers shade it. */
static int shade(const tfl_hit *hit, const tfl_logodds *logodds)
{
    double share = logodds->high > 0 ? hit->match.log_odds / logodds->high : 0;
    return (int)lround(1000 * fmin(fmax(share, 0), 1));
}

static tfl_status write_tsv(tfl_output *output, const tfl_hit *hit, const tfl_motif *motif, const tfl_logodds *logodds,
                            double qvalue, double percentile, tfl_error *err)
{
    const tfl_match *m = &hit->match;
    const tfl_importance *i = &hit->importance;
    char sum[TFL_NUMBER_SIZE];
    char mean[TFL_NUMBER_SIZE];
    char abs[TFL_NUMBER_SIZE];
    char cosine[TFL_NUMBER_SIZE];
    char place[TFL_NUMBER_SIZE];
    return tfl_output_printf(output, err, "%s\t%zu\t%zu\t%s\t%d\t%c\t%.6f\t%.6e\t%.6e\t%s\t%s\t%s\t%s\t%s\t%s\t%zu\n",
                             hit->sequence, m->start, m->start + hit->width, motif->name, shade(hit, logodds),
                             m->strand, m->log_odds, m->pvalue, qvalue, hit->matched,
                             digits_text(hit->scored, i->sum, sum), digits_text(hit->scored, i->mean, mean),
                             digits_text(hit->scored, i->abs, abs), decimals_text(hit->scored, i->cosine, 6, cosine),
                             decimals_text(hit->scored, percentile, 2, place), m->rank);
}

static tfl_status write_bed(tfl_output *output, const tfl_hit *hit, const tfl_motif *motif, const tfl_logodds *logodds,
                            double qvalue, double percentile, tfl_error *err)
{
    (void)percentile;
    char sum[TFL_NUMBER_SIZE];
    return tfl_output_printf(output, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\t%d\t%c\t%.6f\t%.6e\t%.6e\t%s\n",
                             hit->contig, hit->contig_start, hit->contig_start + (int64_t)hit->width, motif->name,
                             shade(hit, logodds), hit->contig_strand, hit->match.log_odds, hit->match.pvalue, qvalue,
                             digits_text(hit->scored, hit->importance.sum, sum));
}

static tfl_status write_fimo(tfl_output *output, const tfl_hit *hit, const tfl_motif *motif, const tfl_logodds *logodds,
                             double qvalue, double percentile, tfl_error *err)
{
    (void)logodds;
    (void)percentile;
    const tfl_match *m = &hit->match;
    return tfl_output_printf(output, err, "%s\t%s\t%s\t%zu\t%zu\t%c\t%.6g\t%.3g\t%.3g\t%s\n", motif->name,
                             motif->alternative, hit->sequence, m->start + 1, m->start + hit->width, m->strand,
                             m->log_odds / log(2), m->pvalue, qvalue, hit->matched);
}

static const hit_format formats[] = {
    {"tsv", ".tsv", "a row per match with everything known about it, positions within the sequence",
     "#sequence\tstart\tend\tmotif\tscore\tstrand\tlog_odds\tpvalue\tqvalue\tmatched\timportance_sum\timportance_"
     "mean\timportance_abs\t"
     "importance_cosine\timportance_percentile\trank\n",
     write_tsv},
    {"bed", ".bed", "BED6 on the genome, then log_odds, pvalue, qvalue, importance_sum", NULL, write_bed},
    {"fimo", ".fimo", "FIMO's table, positions from 1, score in bits",
     "motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\tmatched_sequence\n",
     write_fimo},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static const char *format_at(size_t i, const char **help)
{
    *help = i < FORMATS ? formats[i].help : NULL;
    return i < FORMATS ? formats[i].name : NULL;
}

static const char *coordinates_at(size_t i, const char **help)
{
    static const char *const name[] = {"auto", "none", NULL};
    *help = NULL;
    return name[i];
}

static const tfl_option rows[] = {
    TFL_SECTION("What is looked for"),
    {.name = "motifs",
     .letter = 'p',
     .argument = "FILE",
     TFL_TEXT(scan_options, motif_file),
     .help = "motifs in MEME, JASPAR, TRANSFAC or HOMER format or as plain probability rows, told apart by content",
     .shown = "GATA_disc1 and TAL1_known1, which are built in"},
    {.name = "motif",
     .argument = "NAME",
     TFL_TEXTS(scan_options, motifs),
     .help = "only this one of them; may be given again",
     .shown = "all"},
    {.name = "norc", TFL_FLAG(scan_options, forward_only), .help = "the forward strand only"},
    {.name = "bg", .argument = "A,C,G,T", TFL_TEXT(scan_options, background), .help = "background probabilities"},
    {.name = "pseudocount",
     .argument = "P",
     TFL_DOUBLE(scan_options, pseudocount, 0, 1),
     .help = "share of an even distribution that is mixed into the motifs' probabilities"},
    TFL_SECTION("Which matches are kept"),
    {.name = "pvalue",
     .argument = "P",
     TFL_DOUBLE_ABOVE(scan_options, pvalue, 0, 1),
     .help = "those with at most this p-value"},
    {.name = "threshold",
     .argument = "S",
     TFL_DOUBLE(scan_options, threshold, -HUGE_VAL, HUGE_VAL),
     .help = "instead: those with at least these log-odds (natural logarithm)",
     .shown = ""},
    {.name = "top",
     .argument = "K",
     TFL_SIZE(scan_options, top, 1, 1000000),
     .help = "instead: the K best of each motif in each sequence that do not overlap by more than half",
     .shown = ""},
    TFL_SECTION("Importance"),
    {.name = "scores",
     .argument = "FILE",
     TFL_TEXT(scan_options, scores),
     .help = "contributions: bigWig, bedGraph, or tfscore's TSV or npz; - for a bedGraph or TSV on standard input",
     .shown = "none, and NA in the columns of importance"},
    {.name = "task",
     .letter = 't',
     .argument = "TASK",
     TFL_TEXT(scan_options, task),
     .help = "which one of a TSV of several tasks"},
    {.name = "allow-missing",
     TFL_FLAG(scan_options, allow_missing),
     .help = "sequences without any contribution get NA, and are no error"},
    {.name = "coords",
     .argument = "HOW",
     TFL_CHOICE(scan_options, coordinates, coordinates_at),
     .help = "auto: names like chr1:100-300 are places; none: every sequence is a contig of its own"},
    TFL_SECTION("Output"),
    TFL_OUTPUT_ROW(scan_options, output, "where matches go, by suffix .tsv or .bed; .gz means BGZF"),
    TFL_FORMAT_ROW(scan_options, format, format_at, "one of"),
    TFL_THREADS_ROW(scan_options, threads),
    {0}};

/* ---------------------------------------------------------------- the scan */

/* A sequence on its way through the pipeline. */
typedef struct item {
    tfl_sequence sequence;
    tfl_region region;
    float *contribution; /* [sequence.length] */
    size_t capacity;
    int scored;
    tfl_matches matches;
    tfl_importance *importance; /* [matches.n] */
    size_t importance_capacity;
} item;

typedef struct scan {
    const tfl_call *call;
    const scan_options *options;
    tfl_motifs *file;  /* as read */
    tfl_motifs chosen; /* its motifs, or some of them; the array is ours, what it points to is file's */
    tfl_scanner *scanner;
    tfl_source *source;
    tfl_scores *scores;
    tfl_percentiles **percentiles; /* [threads] */
    size_t *width;                 /* [n_widths] of the motifs, each once */
    size_t n_widths;
    tfl_qvalues **qvalues; /* [motifs] */
    uint64_t *placements;  /* [motifs] */
    tfl_hits *hits;
    item *items;
    void **slot;
    size_t n_items;
    unsigned threads;
    uint64_t n_sequences, n_hits;
    tfl_progress progress;
} scan;

static tfl_status read_item(void *context, void *slot, bool *end, tfl_error *err)
{
    scan *s = context;
    item *it = slot;
    tfl_status status = tfl_source_next(s->source, &it->sequence, &it->region, end, err);
    it->scored = 0;
    if (status != TFL_OK || *end || s->scores == NULL) {
        return status;
    }
    status =
        tfl_grow((void **)&it->contribution, &it->capacity, it->sequence.length, sizeof(float), "contributions", err);
    if (status == TFL_OK) {
        status = tfl_scores_find(s->scores, &it->sequence, &it->region, it->contribution, &it->scored, err);
    }
    if (status == TFL_OK && !it->scored && it->sequence.length > 0 && !s->options->allow_missing) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: %s has no contributions there; its name or place must be that of the scored sequence (or "
                        "give --allow-missing)",
                        s->options->scores, it->sequence.name);
    }
    return status;
}

static tfl_status scan_item(void *context, unsigned worker, void *slot, tfl_error *err)
{
    const scan *s = context;
    item *it = slot;
    tfl_status status = tfl_scan(s->scanner, &it->sequence, &it->matches, err);
    if (status == TFL_OK) {
        status = tfl_grow((void **)&it->importance, &it->importance_capacity, it->matches.n, sizeof *it->importance,
                          "importance", err);
    }
    if (status != TFL_OK || !it->scored) {
        return status;
    }
    for (size_t i = 0; i < it->matches.n; i++) {
        const tfl_match *match = &it->matches.match[i];
        it->importance[i] = tfl_importance_of(match, tfl_scanner_logodds(s->scanner, match->motif),
                                              it->sequence.letters, it->contribution);
    }
    for (size_t w = 0; w < s->n_widths && status == TFL_OK; w++) {
        status = tfl_percentiles_add(s->percentiles[worker], s->width[w], it->contribution, it->sequence.length, err);
    }
    return status;
}

/* The letters under a match in the orientation of the motif, upper case, into word[width + 1]. */
static void matched_word(const item *it, const tfl_match *match, size_t width, char *word)
{
    const char *letters = it->sequence.letters + match->start;
    if (match->strand == '-') {
        tfl_reverse_complement(letters, width, word);
    } else {
        memcpy(word, letters, width);
    }
    for (size_t i = 0; i < width; i++) {
        word[i] = (char)toupper((unsigned char)word[i]);
    }
    word[width] = '\0';
}

static tfl_status keep_match(scan *s, const item *it, size_t i, tfl_error *err)
{
    const tfl_match *match = &it->matches.match[i];
    size_t width = s->chosen.motif[match->motif].width;
    bool reverse = it->region.strand == '-';
    size_t from_end = it->sequence.length - match->start - width;
    char word[TFL_MOTIF_MAX_WIDTH + 1];
    matched_word(it, match, width, word);
    const tfl_hit hit = {
        .match = *match,
        .width = width,
        .scored = it->scored != 0,
        .importance = it->scored ? it->importance[i] : (tfl_importance){0},
        .sequence = it->sequence.name,
        .contig = it->region.contig,
        .contig_start = it->region.start + (int64_t)(reverse ? from_end : match->start),
        .contig_strand = (match->strand == '-') != reverse ? '-' : '+',
        .matched = word,
    };
    s->n_hits++;
    tfl_status status = tfl_qvalues_add(s->qvalues[match->motif], match->pvalue, err);
    return status == TFL_OK ? tfl_hits_keep(s->hits, &hit, err) : status;
}

static tfl_status keep_item(void *context, void *slot, tfl_error *err)
{
    scan *s = context;
    const item *it = slot;
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < it->matches.n && status == TFL_OK; i++) {
        status = keep_match(s, it, i, err);
    }
    for (size_t m = 0; m < s->chosen.n; m++) {
        s->placements[m] += it->matches.placements[m];
    }
    tfl_progress_step(&s->progress, ++s->n_sequences, tfl_source_fraction(s->source));
    return status;
}

static const tfl_pipeline pipeline = {read_item, scan_item, keep_item};

/* ---------------------------------------------------------------- preparing */

static tfl_status parse_background(const char *text, double background[TFL_BASES], tfl_error *err)
{
    char copy[128];
    char *field[TFL_BASES + 1];
    (void)snprintf(copy, sizeof copy, "%s", text);
    size_t n = strlen(text) < sizeof copy ? tfl_lines_split(copy, ',', field, TFL_BASES + 1) : 0;
    bool good = n == TFL_BASES;
    for (size_t b = 0; b < TFL_BASES && good; b++) {
        good = tfl_parse_double(field[b], &background[b]) && background[b] > 0;
    }
    if (!good) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--bg: \"%s\" is not four positive numbers with commas, such as 0.3,0.2,0.2,0.3", text);
    }
    return TFL_OK;
}

static tfl_status choose_scan(const tfl_call *call, tfl_scan_options *scanning, tfl_error *err)
{
    const scan_options *o = call->options;
    bool threshold = tfl_options_given(call, "threshold");
    bool top = tfl_options_given(call, "top");
    if (threshold + top + tfl_options_given(call, "pvalue") > 1) {
        return tfl_fail(err, TFL_EUSAGE, "--pvalue, --threshold and --top exclude each other: give one");
    }
    *scanning = tfl_scan_defaults();
    scanning->select = top ? TFL_SELECT_TOP : threshold ? TFL_SELECT_THRESHOLD : TFL_SELECT_PVALUE;
    scanning->limit = threshold ? o->threshold : o->pvalue;
    scanning->top = o->top;
    scanning->both_strands = !o->forward_only;
    scanning->pseudocount = o->pseudocount;
    scanning->threads = tfl_program_threads(o->threads);
    return parse_background(o->background, scanning->background, err);
}

static tfl_status read_motifs(scan *s, tfl_error *err)
{
    const scan_options *o = s->options;
    if (o->motif_file != NULL) {
        return tfl_motifs_read(o->motif_file, &s->file, err);
    }
    tfl_program_note(s->call, "note: without -p the motifs are GATA_disc1 and TAL1_known1, which are built in");
    return tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "built-in motifs", &s->file, err);
}

static tfl_status choose_motifs(scan *s, tfl_error *err)
{
    const tfl_texts *names = &s->options->motifs;
    size_t n = names->n > 0 ? names->n : s->file->n;
    s->chosen.motif = tfl_calloc(n, sizeof *s->chosen.motif);
    if (s->chosen.motif == NULL) {
        return tfl_fail_memory(err, "motifs");
    }
    for (s->chosen.n = 0; s->chosen.n < n; s->chosen.n++) {
        const tfl_motif *motif =
            names->n > 0 ? tfl_motifs_find(s->file, names->text[s->chosen.n]) : &s->file->motif[s->chosen.n];
        if (motif == NULL) {
            return tfl_fail(err, TFL_EUSAGE, "--motif: there is no \"%s\" in %s", names->text[s->chosen.n],
                            s->options->motif_file != NULL ? s->options->motif_file : "the built-in motifs");
        }
        s->chosen.motif[s->chosen.n] = *motif;
    }
    return TFL_OK;
}

/* The widths of the motifs, each once. */
static tfl_status list_widths(scan *s, tfl_error *err)
{
    s->width = tfl_calloc(s->chosen.n, sizeof *s->width);
    if (s->width == NULL) {
        return tfl_fail_memory(err, "motifs");
    }
    for (size_t m = 0; m < s->chosen.n; m++) {
        size_t w = 0;
        while (w < s->n_widths && s->width[w] != s->chosen.motif[m].width) {
            w++;
        }
        if (w == s->n_widths) {
            s->width[s->n_widths++] = s->chosen.motif[m].width;
        }
    }
    return TFL_OK;
}

static tfl_status create_counts(scan *s, tfl_error *err)
{
    s->threads = tfl_program_threads(s->options->threads);
    s->percentiles = tfl_calloc(s->threads, sizeof(tfl_percentiles *));
    s->qvalues = tfl_calloc(s->chosen.n, sizeof(tfl_qvalues *));
    s->placements = tfl_calloc(s->chosen.n, sizeof *s->placements);
    s->n_items = (size_t)4 * s->threads;
    s->items = tfl_calloc(s->n_items, sizeof *s->items);
    s->slot = tfl_calloc(s->n_items, sizeof(void *));
    if (s->percentiles == NULL || s->qvalues == NULL || s->placements == NULL || s->items == NULL || s->slot == NULL) {
        return tfl_fail_memory(err, "matches");
    }
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < s->n_items; i++) {
        s->slot[i] = &s->items[i];
    }
    for (unsigned t = 0; t < s->threads && status == TFL_OK; t++) {
        status = tfl_percentiles_create(&s->percentiles[t], err);
    }
    for (size_t m = 0; m < s->chosen.n && status == TFL_OK; m++) {
        status = tfl_qvalues_create(&s->qvalues[m], err);
    }
    return status == TFL_OK ? tfl_hits_create(&s->hits, err) : status;
}

static tfl_status open_inputs(scan *s, tfl_error *err)
{
    const scan_options *o = s->options;
    const char *fasta = s->call->operand[0];
    const tfl_source_options source = {strcmp(o->coordinates, "auto") == 0, TFL_N_ZERO, {1, 1}};
    if (o->scores != NULL && strcmp(o->scores, "-") == 0 && strcmp(fasta, "-") == 0) {
        return tfl_fail(err, TFL_EUSAGE, "--scores and the sequences cannot both come from standard input");
    }
    tfl_status status = o->scores != NULL ? tfl_scores_open(o->scores, o->task, &s->scores, err) : TFL_OK;
    return status == TFL_OK ? tfl_source_open_fasta(fasta, &source, &s->source, err) : status;
}

static tfl_status prepare(scan *s, tfl_error *err)
{
    tfl_scan_options scanning;
    tfl_status status = choose_scan(s->call, &scanning, err);
    tfl_status (*const step[])(scan *, tfl_error *) = {read_motifs, choose_motifs, list_widths, create_counts};
    for (size_t i = 0; i < sizeof step / sizeof *step && status == TFL_OK; i++) {
        status = step[i](s, err);
    }
    if (status == TFL_OK) {
        status = tfl_scanner_create(&s->chosen, &scanning, &s->scanner, err);
    }
    return status == TFL_OK ? open_inputs(s, err) : status;
}

static void clear(scan *s)
{
    for (size_t i = 0; s->items != NULL && i < s->n_items; i++) {
        item *it = &s->items[i];
        tfl_sequence_clear(&it->sequence);
        tfl_region_clear(&it->region);
        tfl_matches_clear(&it->matches);
        free(it->contribution);
        free(it->importance);
    }
    for (unsigned t = 0; s->percentiles != NULL && t < s->threads; t++) {
        tfl_percentiles_free(s->percentiles[t]);
    }
    for (size_t m = 0; s->qvalues != NULL && m < s->chosen.n; m++) {
        tfl_qvalues_free(s->qvalues[m]);
    }
    free(s->items);
    free(s->slot);
    free(s->percentiles);
    free(s->qvalues);
    free(s->placements);
    free(s->width);
    tfl_hits_free(s->hits);
    tfl_scores_close(s->scores);
    tfl_source_close(s->source);
    tfl_scanner_free(s->scanner);
    free(s->chosen.motif);
    tfl_motifs_free(s->file);
}

/* ---------------------------------------------------------------- the output */

/* By -f, else by the suffix of -o, else the first. */
static const hit_format *choose_format(const scan_options *o)
{
    const char *path = o->output != NULL ? o->output : "";
    size_t length = strlen(path);
    length -= length > 3 && strcmp(path + length - 3, ".gz") == 0 ? 3 : 0;
    for (size_t i = 0; i < FORMATS; i++) {
        size_t suffix = strlen(formats[i].suffix);
        bool fits = length > suffix && strncmp(path + length - suffix, formats[i].suffix, suffix) == 0;
        if (o->format != NULL ? strcmp(o->format, formats[i].name) == 0 : fits) {
            return &formats[i];
        }
    }
    return &formats[0];
}

/* Counts of all threads together, ready to be asked. */
static tfl_status end_counts(scan *s, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (unsigned t = 1; t < s->threads && status == TFL_OK; t++) {
        status = tfl_percentiles_merge(s->percentiles[0], s->percentiles[t], err);
    }
    tfl_percentiles_ready(s->percentiles[0]);
    for (size_t m = 0; m < s->chosen.n; m++) {
        tfl_qvalues_ready(s->qvalues[m], s->placements[m]);
    }
    return status;
}

static tfl_status write_hits(scan *s, const hit_format *format, tfl_output *output, tfl_error *err)
{
    tfl_status status = end_counts(s, err);
    if (status == TFL_OK && format->header != NULL) {
        status = tfl_output_write(output, format->header, strlen(format->header), err);
    }
    bool found = true;
    while (status == TFL_OK && found) {
        tfl_hit hit;
        status = tfl_hits_next(s->hits, &hit, &found, err);
        if (status == TFL_OK && found) {
            size_t m = hit.match.motif;
            double percentile =
                hit.scored ? tfl_percentiles_find(s->percentiles[0], hit.width, hit.importance.sum) : (double)NAN;
            status = format->write(output, &hit, &s->chosen.motif[m], tfl_scanner_logodds(s->scanner, m),
                                   tfl_qvalues_find(s->qvalues[m], hit.match.pvalue), percentile, err);
        }
    }
    return status;
}

static tfl_status scan_and_write(scan *s, const hit_format *format, tfl_output *output, tfl_error *err)
{
    tfl_progress_start(&s->progress, s->call, "sequences");
    tfl_status status = tfl_pipeline_run(&pipeline, s, s->slot, s->n_items, s->threads, err);
    tfl_progress_end(&s->progress);
    if (status == TFL_OK) {
        status = write_hits(s, format, output, err);
    }
    if (status == TFL_OK) {
        tfl_program_note(s->call, "%" PRIu64 " matches in %" PRIu64 " sequences", s->n_hits, s->n_sequences);
    }
    return status;
}

static tfl_status check_files(const tfl_call *call, tfl_error *err)
{
    const scan_options *o = call->options;
    const char *const input[] = {o->motif_file, o->scores};
    tfl_status status = tfl_output_check(o->output, input, 2, err);
    return status == TFL_OK ? tfl_program_check_output(call, o->output, err) : status;
}

static tfl_status run(const tfl_call *call, tfl_error *err)
{
    const scan_options *o = call->options;
    scan s = {.call = call, .options = o};
    tfl_output *output = NULL;
    tfl_status status = check_files(call, err);
    if (status == TFL_OK) {
        status = prepare(&s, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_open(o->output != NULL ? o->output : "-", TFL_BY_NAME, &output, err);
    }
    if (status == TFL_OK) {
        status = scan_and_write(&s, choose_format(o), output, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_commit(output, err);
    } else {
        tfl_output_discard(output);
    }
    clear(&s);
    return status;
}

static const tfl_example examples[] = {
    {"tfscan -p motifs.meme seqs.fa > hits.tsv", "matches with p-values up to 1e-4 on both strands"},
    {"tfscore seqs.fa | tfscan -p motifs.meme --scores - seqs.fa", "and the importance that falls on each"},
    {"tfscan -p motifs.meme --scores scores.bw -o hits.bed peaks.fa", "for a genome browser"},
    {"tfscan -p jaspar.txt --motif GATA1 --top 5 --norc seqs.fa", "the five best places of one motif in each sequence"},
    {0}};

static const tfl_command command = {
    .name = "tfscan",
    .summary = "find motifs in sequences, and the importance that falls on each match",
    .operands = "seqs.fa",
    .min_operands = 1,
    .max_operands = 1,
    .description = "Log-odds are natural logarithms of the motif's probabilities against the background; a placement "
                   "over a letter other than A, C, G, T is not "
                   "scored. P-values are for one placement of a random word; q-values are those of Benjamini and "
                   "Hochberg, for each motif, over "
                   "all placements scored. Score is the log-odds as a share of the motif's best, 0 to 1000.\n\n"
                   "Importance: the sum, mean and sum of absolute values of the contributions under the match; their "
                   "cosine with the motif's "
                   "information content; and where the sum stands among the sums of all windows of that width, in "
                   "percent. Rank is by log-odds among "
                   "the motif's matches in the sequence.",
    .option = rows,
    .example = examples,
    .options_size = sizeof(scan_options),
    .defaults = set_defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
