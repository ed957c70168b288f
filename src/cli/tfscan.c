/* tfscan: matches of motifs in sequences, and the importance that falls on them. */
#include "config.h"

#include "cli/hits.h"
#include "cli/program.h"
#include "cli/progress.h"
#include "cli/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/importance.h"
#include "tflift/memory.h"
#include "tflift/motif.h"
#include "tflift/number.h"
#include "tflift/output.h"
#include "tflift/scan.h"
#include "tflift/scores.h"
#include "tflift/threads.h"
#include "tflift/track.h"

typedef struct scan_options {
    const char *motifs;
    tfl_texts names;
    const char *background;
    double pseudocount;
    double pvalue, threshold;
    size_t top;
    bool forward_only;
    const char *scores, *task, *coordinates;
    bool allow_missing;
    const char *output, *format;
    unsigned threads;
    tfl_source_input input;
} scan_options;

static void scan_defaults(void *options)
{
    tfl_scan_options usual = tfl_scan_defaults();
    scan_options *o = options;
    o->background = "0.3,0.2,0.2,0.3";
    o->pseudocount = usual.pseudocount;
    o->pvalue = usual.limit;
    o->coordinates = "auto";
}

static const char *format_at(size_t i, const char **help)
{
    const tfl_hit_format *format = tfl_hit_format_at(i);
    *help = format != NULL ? format->help : NULL;
    return format != NULL ? format->name : NULL;
}

static const tfl_option scan_rows[] = {
    TFL_SOURCE_ROWS(scan_options, input, "regions as they are"),
    TFL_SECTION("Motifs"),
    {.name = "motifs",
     .letter = 'p',
     .argument = "FILE",
     TFL_FILE(scan_options, motifs),
     .shown = "GATA_disc1 and TAL1_known1, which are built in",
     .help =
         "motifs in MEME, JASPAR, TRANSFAC or HOMER format, or plain rows of probabilities; the content tells which"},
    {.name = "motif",
     .argument = "NAME",
     TFL_TEXTS(scan_options, names),
     .help = "only the motif of this name, or all that have it as second name; may be given again"},
    {.name = "bg",
     .argument = "A,C,G,T",
     TFL_TEXT(scan_options, background),
     .help = "background frequencies, for log-odds and p-values; \"motifs\" takes those of the motif file"},
    {.name = "pseudocount",
     .argument = "P",
     TFL_DOUBLE(scan_options, pseudocount, 0, 1),
     .help = "share of the motif that is spread evenly over the four letters"},
    TFL_SECTION("Which matches"),
    {.name = "pvalue",
     .argument = "P",
     TFL_DOUBLE_ABOVE(scan_options, pvalue, 0, 1),
     .help = "all with a p-value of at most P; this is what happens unless one of the next two is given"},
    {.name = "threshold",
     .argument = "S",
     TFL_DOUBLE(scan_options, threshold, -HUGE_VAL, HUGE_VAL),
     .shown = "",
     .help = "all with log-odds (natural logarithm) of at least S"},
    {.name = "top",
     .argument = "K",
     TFL_SIZE(scan_options, top, 1, 1000000000),
     .shown = "",
     .help = "the K best of each motif in each sequence that overlap by less than half"},
    {.name = "norc", TFL_FLAG(scan_options, forward_only), .help = "the forward strand only"},
    TFL_SECTION("Importance"),
    {.name = "scores",
     .argument = "FILE",
     TFL_FILE(scan_options, scores),
     .help = "contributions of the bases, as tfscore writes them: bigWig, bedGraph, tsv or npz; - is standard "
             "input, for bedGraph and tsv"},
    {.name = "task",
     .letter = 't',
     .argument = "NAME",
     TFL_TEXT(scan_options, task),
     .help = "the task, where the scores are a table of several"},
    {.name = "allow-missing",
     TFL_FLAG(scan_options, allow_missing),
     .help = "sequences without any score are no error; their matches have NA"},
    {.name = "coords",
     .argument = "HOW",
     TFL_CHOICE(scan_options, coordinates, tfl_source_coordinates_at),
     .help = "auto: names like chr1:100-300 are places; none: every sequence is a contig of its own"},
    TFL_SECTION("Output"),
    TFL_OUTPUT_ROW(scan_options, output, "where matches go; .gz means BGZF [standard output]"),
    TFL_FORMAT_ROW(scan_options, format, format_at,
                   "unless given, the output's suffix tells it, else it is tsv; one of"),
    TFL_SECTION("Running"),
    TFL_THREADS_ROW(scan_options, threads),
    {0},
};

/* ---------------------------------------------------------------- what a run is made of */

enum { ITEMS_PER_THREAD = 4 };

/* A sequence on its way from reading to writing. */
typedef struct scan_item {
    tfl_sequence sequence;
    tfl_region region;
    double fraction; /* of the source that had been read with it */
    float *value;    /* [length] contributions, where there are scores */
    size_t value_capacity;
    tfl_matches matches;
    tfl_importance *importance; /* [matches.n] */
    size_t importance_capacity;
} scan_item;

typedef struct scanning {
    const tfl_call *call;
    const scan_options *options;
    const tfl_hit_format *format;
    unsigned threads;
    tfl_motifs *motifs; /* of the file */
    tfl_motifs wanted;  /* those of it that are scanned; the motifs themselves are motifs' */
    size_t *width;      /* [n_widths] different ones */
    size_t n_widths;
    tfl_scanner *scanner;
    tfl_source *source;
    tfl_scores *scores;            /* NULL: none */
    tfl_percentiles **percentiles; /* [threads] with scores */
    tfl_hits *hits;
    tfl_output *output;
    scan_item *item; /* [n_items] */
    size_t n_items;
    uint64_t n_sequences, n_missing;
    tfl_progress progress;
} scanning;

/* ---------------------------------------------------------------- options that need a second look */

static tfl_status check_selection(const tfl_call *call, tfl_error *err)
{
    static const char *const names[] = {"pvalue", "threshold", "top"};
    const char *given = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!tfl_options_given(call, names[i])) {
            continue;
        }
        if (given != NULL) {
            return tfl_fail(err, TFL_EUSAGE, "--%s and --%s: only one of them can say which matches", given, names[i]);
        }
        given = names[i];
    }
    return TFL_OK;
}

static tfl_status check_files(const scanning *s, tfl_error *err)
{
    const scan_options *o = s->options;
    if (o->scores == NULL && o->task != NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--task: there are no --scores that it could choose from");
    }
    if (o->scores != NULL && !s->format->importance) {
        return tfl_fail(err, TFL_EUSAGE, "--scores: format %s has no columns for importance; tsv and bed have",
                        s->format->name);
    }
    const char *output = o->output != NULL ? o->output : "-";
    const tfl_track_format *track = tfl_track_format_for(output);
    if (o->format == NULL && track != NULL && tfl_hit_format_find(track->name) == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "%s: matches are not written as %s, but as tsv, bed or fimo; -f takes one of them",
                        output, track->name);
    }
    return tfl_program_check_outputs(s->call, &output, 1, err);
}

/* "0.3,0.2,0.2,0.3" */
static tfl_status parse_background(const char *text, double background[TFL_BASES], tfl_error *err)
{
    double sum = 0;
    for (size_t b = 0; b < TFL_BASES; b++) {
        char number[64];
        size_t length = strcspn(text, ",");
        bool last = b + 1 == TFL_BASES;
        if (length >= sizeof number || (text[length] == ',') == last) {
            return tfl_fail(err, TFL_EUSAGE,
                            "--bg: four frequencies are needed, such as 0.3,0.2,0.2,0.3, or the word motifs");
        }
        memcpy(number, text, length);
        number[length] = '\0';
        if (!tfl_parse_double(number, &background[b]) || background[b] <= 0) {
            return tfl_fail(err, TFL_EUSAGE, "--bg: %s: a frequency above 0 is needed", number);
        }
        sum += background[b];
        text += length + 1;
    }
    return fabs(sum - 1) <= 0.01 ? TFL_OK
                                 : tfl_fail(err, TFL_EUSAGE, "--bg: the frequencies sum to %g; 1 is needed", sum);
}

static tfl_status make_scan_options(const scanning *s, tfl_scan_options *out, tfl_error *err)
{
    const scan_options *o = s->options;
    *out = tfl_scan_defaults();
    out->both_strands = !o->forward_only;
    out->pseudocount = o->pseudocount;
    out->threads = s->threads;
    out->limit = o->pvalue;
    if (tfl_options_given(s->call, "top")) {
        out->select = TFL_SELECT_TOP;
        out->top = o->top;
    } else if (tfl_options_given(s->call, "threshold")) {
        out->select = TFL_SELECT_THRESHOLD;
        out->limit = o->threshold;
    }
    if (strcmp(o->background, "motifs") == 0) {
        if (!s->motifs->has_background) {
            tfl_program_note(s->call, "note: %s gives no background; --bg motifs takes 0.25 for each letter",
                             o->motifs);
        }
        memcpy(out->background, s->motifs->background, sizeof out->background);
        return TFL_OK;
    }
    return parse_background(o->background, out->background, err);
}

/* ---------------------------------------------------------------- motifs */

static tfl_status read_motifs(scanning *s, tfl_error *err)
{
    if (s->options->motifs != NULL) {
        return tfl_motifs_read(s->options->motifs, &s->motifs, err);
    }
    tfl_program_note(s->call, "note: no motifs given with -p; using GATA_disc1 and TAL1_known1, which are built in");
    return tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "built-in motifs", &s->motifs, err);
}

/* The motifs that --motif names, in the order of the file; all where there is none. */
static tfl_status choose_motifs(scanning *s, tfl_error *err)
{
    const tfl_texts *names = &s->options->names;
    const tfl_motifs *all = s->motifs;
    bool *chosen = tfl_calloc(all->n, sizeof *chosen);
    s->wanted.motif = tfl_calloc(all->n, sizeof *s->wanted.motif);
    if (chosen == NULL || s->wanted.motif == NULL) {
        free(chosen);
        return tfl_fail_memory(err, "motifs");
    }
    for (size_t i = 0; i < names->n; i++) {
        const tfl_motif *motif = tfl_motifs_find(all, names->text[i]);
        if (motif == NULL) {
            free(chosen);
            return tfl_fail(err, TFL_EUSAGE, "--motif: %s: there is no such motif in %s", names->text[i],
                            s->options->motifs != NULL ? s->options->motifs : "those that are built in");
        }
        for (; motif != NULL; motif = tfl_motifs_find_next(all, names->text[i], motif)) {
            chosen[motif - all->motif] = true;
        }
    }
    for (size_t i = 0; i < all->n; i++) {
        if (names->n == 0 || chosen[i]) {
            s->wanted.motif[s->wanted.n++] = all->motif[i];
        }
    }
    free(chosen);
    return TFL_OK;
}

static tfl_status list_widths(scanning *s, tfl_error *err)
{
    s->width = tfl_calloc(s->wanted.n, sizeof *s->width);
    if (s->width == NULL) {
        return tfl_fail_memory(err, "motifs");
    }
    for (size_t i = 0; i < s->wanted.n; i++) {
        size_t at = 0;
        while (at < s->n_widths && s->width[at] != s->wanted.motif[i].width) {
            at++;
        }
        s->n_widths += at == s->n_widths;
        s->width[at] = s->wanted.motif[i].width;
    }
    return TFL_OK;
}

static void tell_hopeless(const scanning *s)
{
    const char *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < s->wanted.n; i++) {
        if (!tfl_scanner_can_match(s->scanner, i)) {
            first = first != NULL ? first : s->wanted.motif[i].name;
            n++;
        }
    }
    if (n > 0) {
        tfl_program_note(s->call,
                         "note: %zu of %zu motifs cannot match, as not even their best word is that good (%s%s)", n,
                         s->wanted.n, first, n > 1 ? " and others" : "");
    }
}

static tfl_status prepare_motifs(scanning *s, tfl_error *err)
{
    tfl_scan_options options;
    tfl_status status = read_motifs(s, err);
    if (status == TFL_OK) {
        status = choose_motifs(s, err);
    }
    if (status == TFL_OK) {
        status = list_widths(s, err);
    }
    if (status == TFL_OK) {
        status = make_scan_options(s, &options, err);
    }
    if (status == TFL_OK) {
        status = tfl_scanner_create(&s->wanted, &options, &s->scanner, err);
    }
    if (status == TFL_OK) {
        status = tfl_hits_create(&s->wanted, &s->hits, err);
    }
    if (status == TFL_OK) {
        tell_hopeless(s);
    }
    return status;
}

/* ---------------------------------------------------------------- setting up and tearing down */

static tfl_status open_scores(scanning *s, tfl_error *err)
{
    const scan_options *o = s->options;
    if (o->scores == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_scores_open(o->scores, o->task, &s->scores, err);
    if (status != TFL_OK) {
        return status;
    }
    if (o->task != NULL && !tfl_scores_is_table(s->scores)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "%s: is no table of tasks (tsv) that --task could choose from; leave --task out",
                        strcmp(o->scores, "-") == 0 ? "standard input" : o->scores);
    }
    s->percentiles = tfl_calloc(s->threads, sizeof *s->percentiles);
    if (s->percentiles == NULL) {
        return tfl_fail_memory(err, "threads");
    }
    for (unsigned i = 0; i < s->threads && status == TFL_OK; i++) {
        status = tfl_percentiles_create(&s->percentiles[i], err);
    }
    return status;
}

static tfl_status set_up(scanning *s, tfl_error *err)
{
    const scan_options *o = s->options;
    s->threads = tfl_program_threads(o->threads);
    s->n_items = (size_t)s->threads * ITEMS_PER_THREAD;
    const char *path = o->output != NULL ? o->output : "-";
    s->format = o->format != NULL ? tfl_hit_format_find(o->format) : tfl_hit_format_for(path);
    tfl_status status = tfl_source_check(s->call, &o->input, o->coordinates, false, err);
    if (status == TFL_OK) {
        status = check_selection(s->call, err);
    }
    if (status == TFL_OK) {
        status = check_files(s, err);
    }
    if (status == TFL_OK) {
        status = prepare_motifs(s, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_open(path, TFL_BY_NAME, &s->output, err);
    }
    if (status == TFL_OK) {
        /* Only they depend on where a sequence lies. */
        bool coordinates = o->scores != NULL || strcmp(s->format->name, "bed") == 0;
        tfl_source_options options = {
            .coordinates = coordinates && strcmp(o->coordinates, "auto") == 0, .empty_records = true, .shard = {1, 1}};
        status = tfl_source_open(s->call, &o->input, &options, &s->source, err);
    }
    if (status == TFL_OK) {
        status = open_scores(s, err);
    }
    return status;
}

static void free_items(scanning *s)
{
    for (size_t i = 0; s->item != NULL && i < s->n_items; i++) {
        tfl_sequence_clear(&s->item[i].sequence);
        tfl_region_clear(&s->item[i].region);
        tfl_matches_clear(&s->item[i].matches);
        free(s->item[i].value);
        free(s->item[i].importance);
    }
    free(s->item);
}

static void tear_down(scanning *s)
{
    free_items(s);
    for (unsigned i = 0; s->percentiles != NULL && i < s->threads; i++) {
        tfl_percentiles_free(s->percentiles[i]);
    }
    free(s->percentiles);
    tfl_scores_close(s->scores);
    tfl_source_close(s->source);
    tfl_hits_free(s->hits);
    tfl_scanner_free(s->scanner);
    free(s->width);
    free(s->wanted.motif);
    tfl_motifs_free(s->motifs);
}

/* ---------------------------------------------------------------- the pipeline */

static tfl_status find_scores(scanning *s, scan_item *item, tfl_error *err)
{
    const tfl_sequence *sequence = &item->sequence;
    int any = 0;
    tfl_status status = TFL_GROW(item->value, &item->value_capacity, sequence->length + 1, "scores", err);
    if (status == TFL_OK) {
        status = tfl_scores_find(s->scores, sequence, &item->region, item->value, &any, err);
    }
    if (status != TFL_OK || any || sequence->length == 0) {
        return status;
    }
    s->n_missing++;
    return s->options->allow_missing
               ? TFL_OK
               : tfl_fail(err, TFL_EINPUT, "%s: %s: %s has no score for it; with --allow-missing its matches have NA",
                          tfl_source_name(s->source), sequence->name, s->options->scores);
}

static tfl_status read_item(void *context, void *slot, bool *end, tfl_error *err)
{
    scanning *s = context;
    scan_item *item = slot;
    tfl_status status = tfl_source_next(s->source, &item->sequence, &item->region, end, err);
    if (status != TFL_OK || *end) {
        return status;
    }
    item->fraction = tfl_source_fraction(s->source);
    s->n_sequences++;
    return s->scores != NULL ? find_scores(s, item, err) : TFL_OK;
}

static tfl_status weigh_matches(const scanning *s, unsigned worker, scan_item *item, tfl_error *err)
{
    const tfl_matches *matches = &item->matches;
    tfl_status status = TFL_GROW(item->importance, &item->importance_capacity, matches->n + 1, "matches", err);
    for (size_t i = 0; i < s->n_widths && status == TFL_OK; i++) {
        status = tfl_percentiles_add(s->percentiles[worker], s->width[i], item->value, item->sequence.length, err);
    }
    for (size_t i = 0; i < matches->n && status == TFL_OK; i++) {
        const tfl_match *match = &matches->match[i];
        item->importance[i] = tfl_importance_of(match, tfl_scanner_logodds(s->scanner, match->motif),
                                                item->sequence.letters, item->value);
    }
    return status;
}

static tfl_status scan_one(void *context, unsigned worker, void *slot, tfl_error *err)
{
    const scanning *s = context;
    scan_item *item = slot;
    tfl_status status = tfl_scan(s->scanner, &item->sequence, &item->matches, err);
    return status == TFL_OK && s->scores != NULL ? weigh_matches(s, worker, item, err) : status;
}

static tfl_status keep_matches(void *context, void *slot, tfl_error *err)
{
    scanning *s = context;
    const scan_item *item = slot;
    tfl_progress_step(&s->progress, item->sequence.index + 1, item->fraction);
    return tfl_hits_add(s->hits, &item->sequence, &item->region, &item->matches,
                        s->scores != NULL ? item->importance : NULL, err);
}

static const tfl_pipeline scan_pipeline = {read_item, scan_one, keep_matches};

static tfl_status scan_all(scanning *s, tfl_error *err)
{
    s->item = tfl_calloc(s->n_items, sizeof *s->item);
    void **slot = tfl_calloc(s->n_items, sizeof *slot);
    if (s->item == NULL || slot == NULL) {
        free(slot);
        return tfl_fail_memory(err, "threads");
    }
    for (size_t i = 0; i < s->n_items; i++) {
        slot[i] = &s->item[i];
    }
    tfl_progress_start(&s->progress, s->call, "sequences");
    tfl_status status = tfl_pipeline_run(&scan_pipeline, s, slot, s->n_items, s->threads, err);
    tfl_progress_end(&s->progress);
    free(slot);
    return status;
}

/* The counts of all threads, in the first one's. */
static tfl_status write_hits(scanning *s, tfl_error *err)
{
    tfl_percentiles *all = s->percentiles != NULL ? s->percentiles[0] : NULL;
    tfl_status status = TFL_OK;
    for (unsigned i = 1; all != NULL && i < s->threads && status == TFL_OK; i++) {
        status = tfl_percentiles_merge(all, s->percentiles[i], err);
    }
    return status == TFL_OK ? tfl_hits_write(s->hits, all, s->format, s->output, err) : status;
}

static tfl_status run_scan(const tfl_call *call, tfl_error *err)
{
    scanning s = {.call = call, .options = call->options};
    tfl_status status = set_up(&s, err);
    if (status == TFL_OK) {
        status = scan_all(&s, err);
    }
    if (status == TFL_OK) {
        status = write_hits(&s, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_commit(s.output, err);
    } else {
        tfl_output_discard(s.output);
    }
    if (status == TFL_OK) {
        tfl_program_note(call, "%" PRIu64 " matches in %" PRIu64 " sequences", tfl_hits_count(s.hits), s.n_sequences);
    }
    if (status == TFL_OK && s.n_missing > 0) {
        tfl_program_note(call, "note: %" PRIu64 " of %" PRIu64 " sequences have no score", s.n_missing, s.n_sequences);
    }
    tear_down(&s);
    return status;
}

/* ---------------------------------------------------------------- the program */

static const tfl_example examples[] = {
    {"tfscan -p motifs.meme seqs.fa", "matches of every motif with p <= 1e-4, on both strands"},
    {"tfscore seqs.fa | tfscan -p motifs.meme --scores - seqs.fa", "and the contributions that fall on each"},
    {"tfscan -p JASPAR.txt --motif MA0035.4 --top 5 peaks.fa", "the five best of one motif in each sequence"},
    {"tfscan -p motifs.meme --scores scores.bw peaks.fa -o hits.bed", "on the genome, for a browser"},
    {"tfscan -p motifs.meme -g genome.fa -r peaks.bed -o hits.bed", "without a FASTA file of the regions"},
    {0},
};

static const tfl_command command = {
    .name = "tfscan",
    .summary = "find matches of motifs in sequences, and the importance that falls on them",
    .operands = "[seqs.fa]",
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description =
        "A match has log-odds (natural logarithms) against the background, its p-value (the probability that a random "
        "word "
        "of the background scores as high) and its q-value (Benjamini and Hochberg, over all placements of the motif "
        "in all "
        "sequences, counting the matches that are reported). Either case of letter is taken; a placement over a letter "
        "other than A, C, G, T is not scored. Positions are 0-based, half open, on the forward strand, also of a match "
        "on "
        "'-'; its letters are shown in the motif's orientation.\n\n"
        "The column score is -100 log10 p, at most 1000, for browsers. With --scores, importance_sum, _mean and _abs "
        "are the "
        "sum, mean and sum of absolute values of the contributions under the match; importance_cosine is the cosine "
        "between "
        "the contributions, each in the row of its letter, and the motif's probabilities times information content; "
        "importance_percentile says how many per cent of all windows of that width, over all sequences, have a smaller "
        "sum, those of the same one (to 0.05 %) counting half. A base without a score counts as 0, and leaves no cosine; "
        "a match without any has NA. "
        "The column rank counts the matches of one motif in one sequence by log-odds.",
    .option = scan_rows,
    .example = examples,
    .options_size = sizeof(scan_options),
    .defaults = scan_defaults,
    .run = run_scan,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
