/* tfscore: contributions of every base of sequences to a model's tasks. The command line contract is that of --help. */
#include "config.h"

#include "cli/contigs.h"
#include "cli/plans.h"
#include "cli/program.h"
#include "cli/progress.h"
#include "cli/score_files.h"
#include "cli/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/explain.h"
#include "tflift/memory.h"
#include "tflift/method.h"
#include "tflift/model.h"
#include "tflift/number.h"
#include "tflift/reference.h"
#include "tflift/row.h"
#include "tflift/shuffle.h"
#include "tflift/threads.h"
#include "tflift/version.h"

/* ---------------------------------------------------------------- options */

typedef struct score_options {
    const char *model, *method, *reference, *task, *target;
    const char *output, *format, *deltas, *references;
    const char *n_policy, *coordinates, *overlap, *chrom_sizes, *shard, *cpu;
    unsigned n, steps, threads;
    uint64_t seed;
    double max_delta;
    bool hypothetical, normalize, both_strands, max_pool_gradient, exact, provenance;
    tfl_texts rules;
    tfl_source_input input;
} score_options;

static void score_defaults(void *options)
{
    score_options *o = options;
    o->method = tfl_method_at(0)->name;
    o->target = "logit";
    o->n_policy = "quarter";
    o->coordinates = "auto";
    o->overlap = "mean";
    o->n = 10;
    o->steps = 10;
    o->seed = 1;
    o->max_delta = HUGE_VAL;
}

static const char *method_at(size_t i, const char **help)
{
    const tfl_method *method = tfl_method_at(i);
    *help = method != NULL ? method->help : NULL;
    return method != NULL ? method->name : NULL;
}

static const char *reference_at(size_t i, const char **help)
{
    const char *usage = NULL;
    *help = tfl_reference_help(i, &usage);
    return *help != NULL ? usage : NULL;
}

/* The file of a --ref that names one. */
static const char *references_path(const char *text)
{
    return strncmp(text, "fasta:", 6) == 0 ? text + 6 : NULL;
}

static const char *format_at(size_t i, const char **help)
{
    const tfl_track_format *format = tfl_track_format_at(i);
    *help = format != NULL ? format->help : NULL;
    return format != NULL ? format->name : NULL;
}

static const char *rule_at(size_t i, const char **help)
{
    *help = NULL;
    return i < TFL_RULES ? tfl_rule_name[i] : NULL;
}

/* Words of a fixed list, ended by NULL. */
static const char *word_at(const char *const *words, size_t i, const char **help)
{
    *help = NULL;
    return words[i];
}

static const char *target_at(size_t i, const char **help)
{
    static const char *const words[] = {"logit", "probability", NULL};
    return word_at(words, i, help);
}

static const char *n_policy_at(size_t i, const char **help)
{
    static const char *const words[] = {"quarter", "zero", "skip", "error", NULL};
    return word_at(words, i, help);
}

static const char *overlap_at(size_t i, const char **help)
{
    static const char *const words[] = {"mean", "nearest", "first", "error", NULL};
    return word_at(words, i, help);
}

static const tfl_option score_rows[] = {
    TFL_SOURCE_ROWS(score_options, input, "the length that the network takes; where it takes any, regions as they are"),
    TFL_SECTION("What is explained"),
    {.name = "model",
     .letter = 'm',
     .argument = "FILE",
     TFL_FILE(score_options, model),
     .help = "the network, an ONNX file",
     .shown = "the built-in TAL1/GATA1 network"},
    {.name = "task",
     .letter = 't',
     .argument = "TASK",
     TFL_TEXT(score_options, task),
     .help = "a task's name or its number from 0, or all",
     .shown = "the first"},
    {.name = "target",
     .argument = "TARGET",
     TFL_CHOICE(score_options, target, target_at),
     .help = "what contributions add up to"},
    {.name = "normalize-weights",
     TFL_FLAG(score_options, normalize),
     .help = "normalise the weights of the first layer, as one-hot inputs allow"},
    TFL_SECTION("How"),
    {.name = "method", .argument = "METHOD", TFL_CHOICE(score_options, method, method_at), .help = "one of"},
    {.name = "ref",
     .argument = "REF",
     TFL_TEXT(score_options, reference),
     .files = {tfl_reads_file, references_path},
     .choice = reference_at,
     .help = "what sequences are compared with, one of",
     .shown = "the method's: dinuc, zeros or none"},
    {.name = "references",
     .letter = 'n',
     .argument = "N",
     TFL_UNSIGNED(score_options, n, 1, 100000),
     .help = "references per sequence, where they are drawn"},
    {.name = "seed", .argument = "N", TFL_SEED(score_options, seed), .help = "what references are drawn from"},
    {.name = "steps",
     .argument = "N",
     TFL_UNSIGNED(score_options, steps, 1, 10000),
     .help = "midpoints between reference and sequence (integrated-gradients)"},
    {.name = "rule",
     .argument = "LAYER=RULE",
     TFL_TEXTS(score_options, rules),
     .choice = rule_at,
     .help = "the rule of one layer, instead of the method's; may be given again; a rule is one of"},
    {.name = "max-pool-gradient",
     TFL_FLAG(score_options, max_pool_gradient),
     .help =
         "max pooling passes everything to the largest input, as a gradient does; contributions then need not add up"},
    {.name = "rc-average",
     TFL_FLAG(score_options, both_strands),
     .help = "mean of the sequence and its reverse complement"},
    {.name = "n-policy",
     .argument = "POLICY",
     TFL_CHOICE(score_options, n_policy, n_policy_at),
     .help =
         "letters other than A, C, G, T are a quarter of each base or zero, or the sequence is skipped or an error"},
    TFL_SECTION("Output"),
    TFL_OUTPUT_ROW(score_options, output,
                   "where contributions go; .gz means BGZF, where the format is text [standard output]"),
    TFL_FORMAT_ROW(score_options, format, format_at,
                   "unless given, the output's suffix tells it, and on standard output it is bedgraph; one of"),
    {.name = "hypothetical",
     TFL_FLAG(score_options, hypothetical),
     .help = "also for the bases that are not there (tsv, npz)"},
    {.name = "deltas",
     .argument = "FILE",
     TFL_TEXT(score_options, deltas),
     .help = "a table of what contributions add up to, and what they should"},
    {.name = "provenance",
     TFL_FLAG(score_options, provenance),
     .help = "what was done (version, model, method, reference, seed, target) as a second # line of tables too (tsv, "
             "deltas); the "
             "other formats but bigwig say it always"},
    {.name = "max-delta",
     .argument = "D",
     TFL_DOUBLE(score_options, max_delta, 0, HUGE_VAL),
     .shown = "",
     .help = "fail when the two differ by more than D"},
    {.name = "refs-out",
     .argument = "FILE",
     TFL_TEXT(score_options, references),
     .help = "keep the references, as FASTA"},
    TFL_SECTION("Coordinates"),
    {.name = "coords",
     .argument = "HOW",
     TFL_CHOICE(score_options, coordinates, tfl_source_coordinates_at),
     .help = "auto: names like chr1:100-300 are places; none: every sequence is a contig of its own"},
    {.name = "overlap",
     .argument = "HOW",
     TFL_CHOICE(score_options, overlap, overlap_at),
     .help = "what becomes of bases that several sequences cover (bedgraph, bigwig; the other formats keep the values of each)"},
    {.name = "chrom-sizes",
     .argument = "FILE",
     TFL_FILE(score_options, chrom_sizes),
     .help = "names and lengths of the contigs",
     .shown = "those of the genome"},
    TFL_SECTION("Running"),
    {.name = "shard",
     .argument = "I/N",
     TFL_TEXT(score_options, shard),
     .help =
         "the I-th of N parts of the sequences; text outputs of all parts, one behind the other, are the whole, but "
         "for header lines, which each part has (tail -n +2 leaves out that of a table). "
         "Regions that overlap stay in one part (and sequences placed by their names, where the format has one value "
         "per base), so that parts can be merged; with sorted ones the former holds too"},
    TFL_THREADS_ROW(score_options, threads),
    TFL_EXACT_ROW(score_options, exact),
    TFL_CPU_ROW(score_options, cpu),
    {0},
};

/* ---------------------------------------------------------------- what a run is made of */

enum { FEW_REFERENCES = 5 }; /* fewer are told */

typedef struct worker {
    tfl_shuffler *shuffler;
    float *strand;         /* [2][T][length][4] contributions and hypothetical ones of the reverse complement */
    double *strand_output; /* [2][T] */
    size_t strand_capacity;
} worker;

/* A sequence on its way from reading to writing. */
typedef struct score_item {
    tfl_sequence sequence;
    tfl_region region;
    tfl_plan *plan;
    double fraction; /* of the source that had been read with it */
    size_t n_references;
    size_t n_equal; /* references that are the sequence itself */
    bool finite;    /* all its contributions */
    float *value;   /* x [length][4], contributions [T][length][4], hypothetical ones the same where wanted */
    size_t value_capacity;
    double *output; /* [2][T] of the sequence, of the references */
    char *letters;  /* [n_references][length], where they are kept */
    size_t letters_capacity;
} score_item;

typedef struct scoring {
    const tfl_call *call;
    const score_options *options;
    const tfl_method *method;
    const tfl_track_format *format;
    tfl_n_policy n_policy;
    tfl_overlap overlap;
    tfl_shard shard;
    unsigned threads;
    tfl_rule_override *override; /* [options->rules.n] */
    char **override_layer;       /* the names that override points to */
    tfl_model *model;
    tfl_reference *reference; /* NULL: the method needs none */
    char *reference_kind;     /* in names of references */
    char *description;
    tfl_contigs contigs;
    tfl_source *source;
    tfl_plans *plans;
    size_t n_tasks;
    unsigned *task;         /* [n_tasks] */
    const char **task_name; /* [n_tasks] of the first plan's graph */
    tfl_plan *first_plan;   /* held for the names */
    tfl_score_files *files;
    worker *worker; /* [threads] */
    size_t n_items;
    score_item *item; /* [n_items] */
    score_item ahead; /* the first sequence, read before the tasks were known */
    bool has_ahead;
    tfl_progress progress;
    uint64_t done, n_equal, n_few; /* sequences; those with a reference equal to them; those with few references */
    uint64_t n_not_finite;         /* those with contributions that are no finite numbers */
    char *not_finite;              /* the first of them */
} scoring;

/* ---------------------------------------------------------------- reading */

static tfl_status read_item(scoring *s, score_item *item, bool *end, tfl_error *err)
{
    tfl_status status = tfl_source_next(s->source, &item->sequence, &item->region, end, err);
    if (status != TFL_OK || *end) {
        return status;
    }
    item->fraction = tfl_source_fraction(s->source);
    status = tfl_plans_hold(s->plans, item->sequence.length, &item->plan, err);
    if (status != TFL_OK && status != TFL_EUSAGE) { /* what no sequence can help: --rule */
        tfl_error_prefix(err, "%s: %s", tfl_source_name(s->source), item->sequence.name);
    }
    return status;
}

static tfl_status pipeline_read(void *context, void *slot, bool *end, tfl_error *err)
{
    scoring *s = context;
    score_item *item = slot;
    if (s->has_ahead) {
        score_item kept = *item;
        *item = s->ahead;
        s->ahead = kept;
        s->has_ahead = false;
        *end = false;
        return TFL_OK;
    }
    return read_item(s, item, end, err);
}

/* ---------------------------------------------------------------- explaining */

/* The reverse complement of [length][4] in place: A, C, G, T are complemented by turning their order round. */
static void reverse_rows(float *rows, size_t length)
{
    for (size_t i = 0, j = length * TFL_BASES - 1; i < j; i++, j--) {
        float kept = rows[i];
        rows[i] = rows[j];
        rows[j] = kept;
    }
}

/* What the references of one sequence are drawn with. */
typedef struct reference_context {
    const scoring *s;
    worker *worker;
    score_item *item;
    bool reverse;
} reference_context;

static tfl_status fill_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const reference_context *c = context;
    score_item *item = c->item;
    size_t length = item->sequence.length;
    char *letters = item->letters != NULL ? item->letters + j * length : NULL;
    tfl_status status = tfl_reference_fill(c->s->reference, c->worker->shuffler, &item->sequence, j, c->s->n_policy,
                                           rows, letters, err);
    if (status != TFL_OK) {
        return status;
    }
    if (c->reverse) {
        reverse_rows(rows, length);
    } else if (memcmp(rows, item->value, length * TFL_BASES * sizeof *rows) == 0) {
        item->n_equal++;
    }
    return TFL_OK;
}

static tfl_status explain_strand(const scoring *s, reference_context *context, unsigned number, const float *x,
                                 tfl_explanation *explanation, tfl_error *err)
{
    tfl_explain_workspace *workspace = NULL;
    tfl_status status = tfl_plan_workspace(context->item->plan, number, &workspace, err);
    if (status != TFL_OK) {
        return status;
    }
    return tfl_explain(tfl_plan_explainer(context->item->plan), workspace, x, s->task, s->n_tasks,
                       context->item->n_references, fill_reference, context, explanation, err);
}

/* forward = mean of forward and the reverse complement of backward, task by task. */
static void average_strands(float *forward, const float *backward, size_t n_tasks, size_t length)
{
    size_t size = length * TFL_BASES;
    for (size_t t = 0; t < n_tasks; t++) {
        for (size_t i = 0; i < size; i++) {
            double sum = (double)forward[t * size + i] + (double)backward[t * size + size - 1 - i];
            forward[t * size + i] = (float)(sum / 2);
        }
    }
}

/* Explains the reverse complement too, and takes the mean. */
static tfl_status add_other_strand(const scoring *s, reference_context *context, unsigned number,
                                   tfl_explanation *explanation, tfl_error *err)
{
    worker *w = context->worker;
    size_t length = context->item->sequence.length, values = s->n_tasks * length * TFL_BASES;
    tfl_status status = TFL_GROW(w->strand, &w->strand_capacity, 2 * values, "contributions", err);
    if (status != TFL_OK) {
        return status;
    }
    tfl_explanation other = {.contribution = w->strand,
                             .hypothetical = explanation->hypothetical != NULL ? w->strand + values : NULL,
                             .output = w->strand_output,
                             .reference_output = w->strand_output + s->n_tasks};
    context->reverse = true;
    reverse_rows(context->item->value, length);
    status = explain_strand(s, context, number, context->item->value, &other, err);
    if (status != TFL_OK) {
        return status;
    }
    average_strands(explanation->contribution, other.contribution, s->n_tasks, length);
    if (explanation->hypothetical != NULL) {
        average_strands(explanation->hypothetical, other.hypothetical, s->n_tasks, length);
    }
    for (size_t t = 0; t < s->n_tasks; t++) {
        explanation->output[t] = (explanation->output[t] + other.output[t]) / 2;
        explanation->reference_output[t] = (explanation->reference_output[t] + other.reference_output[t]) / 2;
    }
    return TFL_OK;
}

/* Room for what is computed for an item. */
static tfl_status make_room(const scoring *s, score_item *item, tfl_error *err)
{
    size_t arrays = 1 + s->n_tasks * (s->options->hypothetical ? 2 : 1), letters = 0, values = 0;
    bool good = tfl_size_mul(item->sequence.length, TFL_BASES * arrays, &values) &&
                tfl_size_mul(item->sequence.length, item->n_references, &letters);
    if (!good) {
        return tfl_fail_memory(err, "contributions");
    }
    tfl_status status = TFL_GROW(item->value, &item->value_capacity, values, "contributions", err);
    if (status == TFL_OK && s->options->references != NULL) {
        status = TFL_GROW(item->letters, &item->letters_capacity, letters, "references", err);
    }
    if (status == TFL_OK && item->output == NULL) {
        item->output = tfl_calloc(2 * s->n_tasks, sizeof *item->output);
        status = item->output == NULL ? tfl_fail_memory(err, "contributions") : TFL_OK;
    }
    return status;
}

static float *contributions_of(const score_item *item)
{
    return item->value + item->sequence.length * TFL_BASES;
}

static float *hypothetical_of(const scoring *s, const score_item *item)
{
    return s->options->hypothetical ? contributions_of(item) + s->n_tasks * item->sequence.length * TFL_BASES : NULL;
}

static bool all_finite(const float *value, size_t n)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        finite = finite && isfinite(value[i]);
    }
    return finite;
}

static tfl_status explain_item(const scoring *s, unsigned number, score_item *item, tfl_error *err)
{
    item->n_references = 0;
    item->n_equal = 0;
    tfl_status status =
        s->reference != NULL ? tfl_reference_count(s->reference, &item->sequence, &item->n_references, err) : TFL_OK;
    if (status == TFL_OK) {
        status = make_room(s, item, err);
    }
    if (status != TFL_OK) {
        return status;
    }
    reference_context context = {.s = s, .worker = &s->worker[number], .item = item};
    tfl_explanation explanation = {.contribution = contributions_of(item),
                                   .hypothetical = hypothetical_of(s, item),
                                   .output = item->output,
                                   .reference_output = item->output + s->n_tasks};
    tfl_one_hot(item->sequence.letters, item->sequence.length, s->n_policy, item->value);
    status = explain_strand(s, &context, number, item->value, &explanation, err);
    if (status == TFL_OK && s->options->both_strands) {
        status = add_other_strand(s, &context, number, &explanation, err);
    }
    item->finite = status != TFL_OK || all_finite(contributions_of(item), s->n_tasks * item->sequence.length * TFL_BASES);
    return status;
}

static tfl_status pipeline_work(void *context, unsigned number, void *slot, tfl_error *err)
{
    const scoring *s = context;
    score_item *item = slot;
    tfl_status status = explain_item(s, number, item, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "%s: %s", tfl_source_name(s->source), item->sequence.name);
    }
    return status;
}

/* ---------------------------------------------------------------- writing */

static tfl_status pipeline_write(void *context, void *slot, tfl_error *err)
{
    scoring *s = context;
    score_item *item = slot;
    tfl_scored scored = {.sequence = &item->sequence,
                         .region = &item->region,
                         .contribution = contributions_of(item),
                         .hypothetical = hypothetical_of(s, item),
                         .output = item->output,
                         .reference_output = item->output + s->n_tasks,
                         .n_references = item->n_references,
                         .reference_letters = item->letters};
    tfl_status status = tfl_score_files_write(s->files, &scored, err);
    if (status == TFL_OK && !item->finite && s->n_not_finite++ == 0) {
        s->not_finite = tfl_strdup(item->sequence.name);
        status = s->not_finite == NULL ? tfl_fail_memory(err, "a name") : TFL_OK;
    }
    tfl_plan_release(item->plan);
    item->plan = NULL;
    s->done++;
    s->n_equal += item->n_equal > 0;
    s->n_few += item->n_references < FEW_REFERENCES;
    tfl_progress_step(&s->progress, s->done, item->fraction);
    return status;
}

static const tfl_pipeline pipeline = {pipeline_read, pipeline_work, pipeline_write};

/* ---------------------------------------------------------------- setting up: options that are more than a value */

/* The format by name or by suffix, and what it cannot do. */
static tfl_status choose_format(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    const char *path = o->output != NULL ? o->output : "-";
    bool is_stdout = strcmp(path, "-") == 0;
    s->format = o->format != NULL ? tfl_track_format_find(o->format)
                : is_stdout       ? tfl_track_format_at(0)
                                  : tfl_track_format_for(path);
    if (s->format == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--output: the suffix of \"%s\" tells no format; choose one with -f", path);
    }
    if (is_stdout && !s->format->text) {
        return tfl_fail(err, TFL_EUSAGE, "--format: %s is not text and cannot go to standard output; give -o FILE",
                        s->format->name);
    }
    if (!s->format->text && tfl_program_check_plain(path, s->format->name, err) != TFL_OK) {
        return err->status;
    }
    if (o->provenance && !s->format->described && o->deltas == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--provenance: format %s has no place for it; the table of --deltas has",
                        s->format->name);
    }
    if (o->hypothetical && !s->format->hypothetical) {
        return tfl_fail(err, TFL_EUSAGE, "--hypothetical: format %s cannot hold them; tsv and npz can",
                        s->format->name);
    }
    if (s->overlap == TFL_OVERLAP_ERROR && !s->format->one_value) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--overlap error: format %s keeps the values of every sequence, overlap or not; bedgraph and "
                        "bigwig do not",
                        s->format->name);
    }
    return TFL_OK;
}

static tfl_status parse_rule(const char *text, char **layer, tfl_rule *rule, tfl_error *err)
{
    const char *equals = strrchr(text, '=');
    if (equals != NULL && equals > text) {
        for (int i = 0; i < TFL_RULES; i++) {
            if (strcmp(equals + 1, tfl_rule_name[i]) == 0) {
                *rule = (tfl_rule)i;
                *layer = tfl_strndup(text, (size_t)(equals - text));
                return *layer != NULL ? TFL_OK : tfl_fail_memory(err, "rules");
            }
        }
    }
    return tfl_fail(err, TFL_EUSAGE,
                    "--rule: \"%s\" is not LAYER=RULE, RULE being gradient, guided, rescale or revealcancel", text);
}

/* The last of n rules is not another one for a layer that has one. */
static tfl_status check_rule(const tfl_rule_override *override, size_t n, tfl_error *err)
{
    const tfl_rule_override *last = &override[n - 1];
    for (size_t i = 0; i + 1 < n; i++) {
        if (strcmp(override[i].layer, last->layer) == 0 && override[i].rule != last->rule) {
            return tfl_fail(err, TFL_EUSAGE, "--rule: layer %s is given two rules, %s and %s; it can have one",
                            last->layer, tfl_rule_name[override[i].rule], tfl_rule_name[last->rule]);
        }
    }
    return TFL_OK;
}

static tfl_status parse_rules(scoring *s, tfl_error *err)
{
    size_t n = s->options->rules.n;
    s->override = tfl_calloc(n, sizeof *s->override);
    s->override_layer = tfl_calloc(n, sizeof *s->override_layer);
    tfl_status status = s->override == NULL || s->override_layer == NULL ? tfl_fail_memory(err, "rules") : TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        status = parse_rule(s->options->rules.text[i], &s->override_layer[i], &s->override[i].rule, err);
        s->override[i].layer = s->override_layer[i];
        status = status == TFL_OK ? check_rule(s->override, i + 1, err) : status;
    }
    return status;
}

static tfl_status parse_options(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    s->method = tfl_method_find(o->method);
    s->threads = tfl_program_threads(o->threads);
    s->shard = (tfl_shard){1, 1};
    if (!tfl_n_policy_find(o->n_policy, &s->n_policy) || !tfl_overlap_find(o->overlap, &s->overlap)) {
        return tfl_fail(err, TFL_EUSAGE, "--n-policy %s --overlap %s: a choice that the library lacks", o->n_policy,
                        o->overlap);
    }
    if (o->normalize && s->n_policy == TFL_N_ZERO) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--normalize-weights: it keeps outputs where each position's channels sum to one, which an N "
                        "of --n-policy zero does "
                        "not; take --n-policy quarter");
    }
    if (o->shard != NULL && !tfl_shard_parse(o->shard, &s->shard)) {
        return tfl_fail(err, TFL_EUSAGE, "--shard: \"%s\" is not I/N, the I-th of N parts, as in 2/8", o->shard);
    }
    tfl_status status = tfl_source_check(s->call, &o->input, o->coordinates, true, err);
    if (status == TFL_OK) {
        status = choose_format(s, err);
    }
    return status == TFL_OK ? parse_rules(s, err) : status;
}

/* KIND in the names NAME|KIND|J: "dinuc", "klet3". */
static tfl_status name_kind(scoring *s, tfl_error *err)
{
    bool drawn = tfl_reference_is_drawn(s->reference);
    s->reference_kind = tfl_strdup(drawn ? tfl_reference_text(s->reference) : "given");
    if (s->reference_kind == NULL) {
        return tfl_fail_memory(err, "references");
    }
    char *colon = strchr(s->reference_kind, ':');
    if (colon != NULL) {
        memmove(colon, colon + 1, strlen(colon));
    }
    return TFL_OK;
}

static tfl_status create_reference(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    const char *spec = o->reference != NULL ? o->reference : s->method->default_reference;
    if (spec != NULL) {
        tfl_status status = tfl_reference_create(spec, o->n, o->seed, &s->reference, err);
        if (status == TFL_OK) {
            status = name_kind(s, err);
        }
        if (status != TFL_OK) {
            return status;
        }
    }
    if (o->references != NULL && (s->reference == NULL || tfl_reference_is_constant(s->reference))) {
        return tfl_fail(err, TFL_EUSAGE, "--refs-out: %s has no letters to write",
                        s->reference == NULL ? "a run without references" : tfl_reference_text(s->reference));
    }
    if (s->reference == NULL && (o->deltas != NULL || o->max_delta < HUGE_VAL)) {
        return tfl_fail(err, TFL_EUSAGE, "%s: method %s has no reference, so there are no deltas; --ref gives one",
                        o->deltas != NULL ? "--deltas" : "--max-delta", s->method->name);
    }
    return TFL_OK;
}

static tfl_status open_source(scoring *s, tfl_error *err)
{
    tfl_source_options options = {.coordinates = strcmp(s->options->coordinates, "auto") == 0,
                                  .n_policy = s->n_policy,
                                  .model = tfl_model_name(s->model),
                                  .length = tfl_model_length(s->model),
                                  .shard = s->shard,
                                  .apart = s->format->one_value};
    return tfl_source_open(s->call, &s->options->input, &options, &s->source, err);
}

/* ---------------------------------------------------------------- setting up: outputs */

static tfl_status check_task_paths(const scoring *s, tfl_error *err)
{
    char **path = tfl_calloc(s->n_tasks + 2, sizeof *path);
    tfl_status status = path == NULL ? tfl_fail_memory(err, "paths") : TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < s->n_tasks; t++) {
        path[t] = tfl_score_task_path(s->options->output, s->task_name[t]);
        status = path[t] == NULL ? tfl_fail_memory(err, "paths") : TFL_OK;
    }
    if (status == TFL_OK) {
        const char *fixed[] = {s->options->deltas, s->options->references};
        for (size_t i = 0; i < 2; i++) {
            path[s->n_tasks + i] = fixed[i] != NULL ? tfl_strdup(fixed[i]) : NULL;
        }
        status = tfl_program_check_outputs(s->call, (const char *const *)path, s->n_tasks + 2, err);
    }
    for (size_t t = 0; path != NULL && t < s->n_tasks + 2; t++) {
        free(path[t]);
    }
    free(path);
    return status;
}

static tfl_status check_outputs(const scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    const char *path = o->output != NULL ? o->output : "-";
    if (s->n_tasks > 1 && !s->format->all_tasks) {
        if (strcmp(path, "-") == 0) {
            return tfl_fail(err, TFL_EUSAGE,
                            "--task: format %s holds one task per file; give -o FILE, or -f tsv, for all",
                            s->format->name);
        }
        return check_task_paths(s, err);
    }
    const char *output[] = {path, o->deltas, o->references};
    return tfl_program_check_outputs(s->call, output, sizeof output / sizeof *output, err);
}

/* One line about the run, for headers: what the numbers depend on, and nothing else. */
static tfl_status describe(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    char reference[512] = "none";
    if (s->reference != NULL && tfl_reference_is_drawn(s->reference)) {
        (void)snprintf(reference, sizeof reference, "%s, %u each, seed %" PRIu64, tfl_reference_text(s->reference),
                       o->n, o->seed);
    } else if (s->reference != NULL) {
        (void)snprintf(reference, sizeof reference, "%s", tfl_reference_text(s->reference));
    }
    bool usual = s->n_policy == TFL_N_QUARTER, met = s->format->one_value && s->overlap != TFL_OVERLAP_MEAN;
    char steps[32] = "";
    if (s->method->average == TFL_INTEGRATE) {
        (void)snprintf(steps, sizeof steps, " with %u steps", o->steps);
    }
    enum { SIZE = 2048 };
    s->description = tfl_calloc(SIZE, 1);
    if (s->description == NULL) {
        return tfl_fail_memory(err, "outputs");
    }
    int used = snprintf(s->description, SIZE, "tfscore %s; model %s%s; method %s%s%s%s%s; reference %s%s%s%s%s; target %s",
                        tfl_version(), tfl_model_digest(s->model), o->normalize ? " with normalised weights" : "",
                        s->method->name, steps, o->max_pool_gradient ? ", gradient through max pooling" : "",
                        o->both_strands ? ", both strands" : "", o->exact ? ", exact sums" : "", reference,
                        usual ? "" : "; n-policy ", usual ? "" : o->n_policy, met ? "; overlap " : "",
                        met ? o->overlap : "", o->target);
    for (size_t i = 0; i < o->rules.n && used > 0 && used < SIZE; i++) {
        used += snprintf(s->description + used, (size_t)(SIZE - used), "; rule %s", o->rules.text[i]);
    }
    for (char *c = s->description; *c != '\0'; c++) {
        *c = tfl_is_control(*c) ? ' ' : *c; /* in names of files and layers: it stays one line */
    }
    return TFL_OK;
}

static tfl_status open_files(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    tfl_score_files_options files = {
        .path = o->output != NULL ? o->output : "-",
        .format = s->format,
        .track = {.overlap = s->overlap,
                  .hypothetical = o->hypothetical,
                  .provenance = o->provenance,
                  .contig = s->contigs.name,
                  .contig_length = s->contigs.length,
                  .n_contigs = s->contigs.n},
        .description = s->description,
        .task = s->task_name,
        .n_tasks = s->n_tasks,
        .deltas = o->deltas,
        .references = o->references,
        .reference_kind = s->reference_kind,
    };
    return tfl_score_files_open(&files, &s->files, err);
}

/* ---------------------------------------------------------------- setting up: model and tasks */

static tfl_status read_model(scoring *s, tfl_error *err)
{
    const char *path = s->options->model;
    tfl_status status = tfl_program_cpu(s->options->cpu, err);
    if (status != TFL_OK) {
        return status;
    }
    return path != NULL ? tfl_model_read(path, &s->model, err) : tfl_model_builtin(&s->model, err);
}

static tfl_status create_plans(scoring *s, tfl_error *err)
{
    const score_options *o = s->options;
    tfl_explain_options options = {
        .method = s->method,
        .override = s->override,
        .n_overrides = o->rules.n,
        .steps = o->steps,
        .probability = strcmp(o->target, "probability") == 0,
        .max_tasks = o->task != NULL && strcmp(o->task, "all") == 0 ? 0 : 1,
        .exact = o->exact,
        .max_pool_gradient = o->max_pool_gradient,
    };
    const tfl_plans_options plans = {.explain = &options, .normalize = o->normalize, .threads = s->threads};
    return tfl_plans_create(s->model, &plans, &s->plans, err);
}

/* "both, gata1, tal1" */
static void list_tasks(const tfl_graph *graph, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t t = 0; t < graph->n_tasks && used < size; t++) {
        int n = snprintf(text + used, size - used, "%s%s", t > 0 ? ", " : "", graph->task[t]);
        used += n > 0 ? (size_t)n : 0;
    }
}

/* A task's number by its name or number; n_tasks: there is none. */
static size_t find_task(const tfl_graph *graph, const char *text)
{
    int64_t number = 0;
    for (size_t t = 0; t < graph->n_tasks; t++) {
        if (strcmp(graph->task[t], text) == 0) {
            return t;
        }
    }
    bool good = tfl_parse_int(text, 0, (int64_t)graph->n_tasks - 1, &number);
    return good ? (size_t)number : graph->n_tasks;
}

/* The chosen task has what --target asks for. */
static tfl_status check_target(const scoring *s, const tfl_graph *graph, unsigned task, tfl_error *err)
{
    bool wanted = strcmp(s->options->target, "probability") == 0, given = tfl_graph_is_probability(graph, task);
    if (given && !wanted) {
        return tfl_fail(err, TFL_EUNSUPPORTED,
                        "%s: its task %s is a value of a sigmoid or softmax that was picked from it or joined with others, "
                        "so that there is no logit; --target probability explains it",
                        tfl_model_name(s->model), graph->task[task]);
    }
    if (wanted && !given && graph->logits == graph->output) {
        return tfl_fail(err, TFL_EUNSUPPORTED, "%s: its task %s is no probability, as others are; --target logit explains it",
                        tfl_model_name(s->model), graph->task[task]);
    }
    return TFL_OK;
}

static tfl_status choose_tasks(scoring *s, const tfl_graph *graph, tfl_error *err)
{
    const char *text = s->options->task;
    bool all = text != NULL && strcmp(text, "all") == 0;
    size_t first = text == NULL || all ? 0 : find_task(graph, text);
    char names[256];
    list_tasks(graph, names, sizeof names);
    if (first == graph->n_tasks) {
        return tfl_fail(err, TFL_EUSAGE, "--task: \"%s\" is no task of %s; its tasks are %s", text,
                        tfl_model_name(s->model), names);
    }
    s->n_tasks = all ? graph->n_tasks : 1;
    s->task = tfl_calloc(s->n_tasks, sizeof *s->task);
    s->task_name = tfl_calloc(s->n_tasks, sizeof *s->task_name);
    if (s->task == NULL || s->task_name == NULL) {
        return tfl_fail_memory(err, "tasks");
    }
    tfl_status status = TFL_OK;
    for (size_t t = 0; status == TFL_OK && t < s->n_tasks; t++) {
        s->task[t] = (unsigned)(first + t);
        s->task_name[t] = graph->task[first + t];
        status = check_target(s, graph, s->task[t], err);
    }
    if (status != TFL_OK) {
        return status;
    }
    if (text == NULL && graph->n_tasks > 1) {
        tfl_program_note(s->call, "note: contributions are to task %s, the first of %s; -t takes another, or all",
                         graph->task[0], names);
    }
    return TFL_OK;
}

/* Reads the first sequence, whose length makes the first network: that knows the tasks. Where no sequence is left (an
 * empty part), the length of one that was passed over will do. */
static tfl_status look_ahead(scoring *s, tfl_error *err)
{
    bool end = false;
    tfl_status status = read_item(s, &s->ahead, &end, err);
    if (status != TFL_OK) {
        return status;
    }
    s->has_ahead = !end;
    size_t length = end ? tfl_source_length(s->source) : s->ahead.sequence.length;
    status = tfl_plans_hold(s->plans, length, &s->first_plan, err);
    if (status != TFL_OK && status != TFL_EUSAGE) {
        tfl_error_prefix(err, "%s", tfl_source_name(s->source));
    }
    return status == TFL_OK ? choose_tasks(s, tfl_plan_graph(s->first_plan), err) : status;
}

static tfl_status create_workers(scoring *s, tfl_error *err)
{
    enum { ITEMS_PER_THREAD = 4 };
    s->n_items = (size_t)s->threads * ITEMS_PER_THREAD;
    s->item = tfl_calloc(s->n_items, sizeof *s->item);
    s->worker = tfl_calloc(s->threads, sizeof *s->worker);
    tfl_status status = s->item == NULL || s->worker == NULL ? tfl_fail_memory(err, "threads") : TFL_OK;
    for (unsigned i = 0; status == TFL_OK && i < s->threads; i++) {
        status = tfl_shuffler_create(&s->worker[i].shuffler, err);
        s->worker[i].strand_output = tfl_calloc(2 * s->n_tasks, sizeof(double));
        if (status == TFL_OK && s->worker[i].strand_output == NULL) {
            status = tfl_fail_memory(err, "threads");
        }
    }
    return status;
}

/* Everything that is needed before the first sequence is explained, in order. */
static tfl_status set_up(scoring *s, tfl_error *err)
{
    static tfl_status (*const steps[])(scoring *, tfl_error *) = {
        parse_options, create_reference, read_model, create_plans, open_source, look_ahead, describe, create_workers,
    };
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < sizeof steps / sizeof *steps; i++) {
        status = steps[i](s, err);
    }
    if (status == TFL_OK && s->options->chrom_sizes != NULL) {
        status = tfl_contigs_read(s->options->chrom_sizes, &s->contigs, err);
    } else if (status == TFL_OK && s->options->input.genome != NULL) {
        status = tfl_contigs_of(tfl_source_genome(s->source), &s->contigs, err);
    }
    if (status == TFL_OK) {
        status = check_outputs(s, err);
    }
    return status == TFL_OK ? open_files(s, err) : status;
}

/* ---------------------------------------------------------------- running */

static void clear_item(score_item *item)
{
    tfl_sequence_clear(&item->sequence);
    tfl_region_clear(&item->region);
    tfl_plan_release(item->plan);
    free(item->value);
    free(item->output);
    free(item->letters);
}

static void tear_down(scoring *s)
{
    for (size_t i = 0; s->item != NULL && i < s->n_items; i++) {
        clear_item(&s->item[i]);
    }
    clear_item(&s->ahead);
    for (unsigned i = 0; s->worker != NULL && i < s->threads; i++) {
        tfl_shuffler_free(s->worker[i].shuffler);
        free(s->worker[i].strand);
        free(s->worker[i].strand_output);
    }
    for (size_t i = 0; s->override_layer != NULL && i < s->options->rules.n; i++) {
        free(s->override_layer[i]);
    }
    tfl_plan_release(s->first_plan);
    tfl_plans_free(s->plans);
    tfl_source_close(s->source);
    tfl_reference_free(s->reference);
    tfl_model_free(s->model);
    tfl_contigs_clear(&s->contigs);
    free(s->override);
    free(s->override_layer);
    free(s->reference_kind);
    free(s->not_finite);
    free(s->description);
    free(s->item);
    free(s->worker);
    free(s->task);
    free(s->task_name);
}

static tfl_status explain_all(scoring *s, tfl_error *err)
{
    void **slot = tfl_calloc(s->n_items, sizeof *slot);
    if (slot == NULL) {
        return tfl_fail_memory(err, "threads");
    }
    for (size_t i = 0; i < s->n_items; i++) {
        slot[i] = &s->item[i];
    }
    tfl_progress_start(&s->progress, s->call, "sequences");
    tfl_status status = tfl_pipeline_run(&pipeline, s, slot, s->n_items, s->threads, err);
    tfl_progress_end(&s->progress);
    free(slot);
    return status;
}

/* Options that are given and change nothing: a script may pass the same to all methods, so that it is no error. */
static void tell_idle(const scoring *s)
{
    const score_options *o = s->options;
    const tfl_method *method = s->method;
    bool compared = o->deltas != NULL || o->max_delta < HUGE_VAL || o->references != NULL || o->rules.n > 0 ||
                    (o->hypothetical && method->average != TFL_MUTATE);
    const struct {
        const char *option;
        bool idle;
    } rows[] = {{"steps", method->average != TFL_INTEGRATE},
                {"max-pool-gradient", method->average == TFL_MUTATE},
                {"ref", !method->times_delta && !compared}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].idle && tfl_options_given(s->call, rows[i].option)) {
            tfl_program_note(s->call, "note: --%s changes nothing in what method %s writes", rows[i].option,
                             method->name);
        }
    }
    if (s->overlap != TFL_OVERLAP_MEAN && !s->format->one_value) {
        tfl_program_note(s->call, "note: --overlap changes nothing in format %s, which keeps the values of every sequence",
                         s->format->name);
    }
    if (tfl_options_given(s->call, "references") && (s->reference == NULL || !tfl_reference_is_drawn(s->reference))) {
        tfl_program_note(s->call, "note: --references changes nothing, as none are drawn with reference %s",
                         s->reference != NULL ? tfl_reference_text(s->reference) : "none");
    }
}

/* What a user should know about the run. */
static void tell_notes(const scoring *s, const tfl_track_summary *track)
{
    bool drawn = s->reference != NULL && tfl_reference_is_drawn(s->reference);
    uint64_t skipped = tfl_source_skipped(s->source);
    bool given = s->reference != NULL && !drawn && !tfl_reference_is_constant(s->reference);
    if (given && s->n_few > 0) {
        tfl_program_note(s->call,
                         "note: %" PRIu64 " of %" PRIu64
                         " sequences have fewer than %d references; contributions are steadier with 10 or more",
                         s->n_few, s->done, FEW_REFERENCES);
    }
    if (drawn && s->options->n < FEW_REFERENCES) {
        tfl_program_note(s->call, "note: %u reference%s per sequence; contributions are steadier with 10 or more (-n)",
                         s->options->n, s->options->n == 1 ? "" : "s");
    }
    if (s->n_equal > 0) {
        tfl_program_note(s->call,
                         "note: %" PRIu64 " of %" PRIu64
                         " sequences have a reference that equals them, from which nothing can be learnt%s",
                         s->n_equal, s->done, drawn ? " (they have few shuffles, or one)" : "");
    }
    if (s->n_not_finite > 0) {
        tfl_program_note(s->call,
                         "note: %" PRIu64 " of %" PRIu64
                         " sequences, %s the first, have contributions that are no finite numbers (where the model takes the "
                         "logarithm of 0, say)",
                         s->n_not_finite, s->done, s->not_finite);
    }
    if (skipped > 0) {
        tfl_program_note(s->call, "note: %" PRIu64 " sequences with letters other than A, C, G, T were skipped",
                         skipped);
    }
    if (track->overlapping > 0) {
        tfl_program_note(s->call, "note: %" PRIu64 " bases are covered by several sequences; --overlap %s",
                         track->overlapping, s->options->overlap);
    }
}

static void tell_deltas(const scoring *s, const tfl_delta_summary *delta)
{
    if (s->options->deltas != NULL && delta->n > 0) {
        tfl_program_note(s->call,
                         "deltas: %" PRIu64
                         " rows; contributions and delta differ by %.3g on average and by %.3g at most (%s, task %s)",
                         delta->n, delta->mean, delta->largest, delta->name, delta->task);
    }
}

static tfl_status check_deltas(const scoring *s, const tfl_delta_summary *delta, tfl_error *err)
{
    if (s->options->max_delta < HUGE_VAL && delta->n > 0 && !(delta->largest <= s->options->max_delta)) {
        return tfl_fail(
            err, TFL_EINPUT,
            "%s: %s: contributions to task %s and their delta differ by %.3g, more than --max-delta %g allows",
            tfl_source_name(s->source), delta->name, delta->task, delta->largest, s->options->max_delta);
    }
    return TFL_OK;
}

static tfl_status run_score(const tfl_call *call, tfl_error *err)
{
    scoring s = {.call = call, .options = call->options};
    tfl_track_summary track = {0};
    tfl_delta_summary delta = {0};
    tfl_status status = set_up(&s, err);
    if (status == TFL_OK) {
        tell_idle(&s);
        status = explain_all(&s, err);
    }
    if (status == TFL_OK) {
        status = tfl_score_files_commit(s.files, &track, &delta, err);
    } else {
        tfl_score_files_discard(s.files);
    }
    if (status == TFL_OK) {
        tell_notes(&s, &track);
        tell_deltas(&s, &delta);
        status = check_deltas(&s, &delta, err);
    }
    tear_down(&s);
    return status;
}

/* ---------------------------------------------------------------- the program */

static const tfl_example examples[] = {
    {"tfscore --ref shuffle -n 10 seqs.fa", "contributions to the built-in model's first task, on standard output"},
    {"tfscore -m model.onnx -t all peaks.fa -o scores.bw",
     "a bigWig per task; names like chr1:100-300 tell where sequences lie"},
    {"tfscore -m model.onnx -g genome.fa -r peaks.narrowPeak -o scores.bw", "around the summits of peaks"},
    {"tfscore --deltas deltas.tsv --max-delta 1e-3 seqs.fa -o scores.tsv.gz", "and check that contributions add up"},
    {"tfscore seqs.fa | tfscan -p motifs.meme --scores - seqs.fa", "importance of motif matches"},
    {0},
};

static const tfl_command command = {
    .name = "tfscore",
    .summary = "score every base of sequences by its contribution to a prediction",
    .operands = "[seqs.fa]",
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description =
        "Contributions say by how much each base moves the model's output away from that of reference "
        "sequences (DeepLIFT; Shrikumar, "
        "Greenside and Kundaje 2017). Sequences are FASTA, plain, gzip or BGZF; - is standard input. A "
        "sequence has the same "
        "contributions alone, among others, in parts and with any number of threads.\n\n"
        "With -g and -r, N bases around position c are [c - N/2, c - N/2 + N), c being the summit (narrowPeak's "
        "column 10), or the middle of a region that names none. A region on strand - is scored as its reverse "
        "complement, and its values are written in genome order. Sequences are named CONTIG:START-END, 0-based "
        "and half open, with (+) or (-) where the region has a strand. Where the same bases would be read "
        "twice, they are read once. -g alone tells the lengths and the order of contigs.\n\n" TFL_NAMES_DIFFER,
    .option = score_rows,
    .example = examples,
    .options_size = sizeof(score_options),
    .defaults = score_defaults,
    .run = run_score,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
