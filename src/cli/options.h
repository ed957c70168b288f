/*
 * options.h: what a program takes on its command line, as tables. Parsing, --help, usage and the man page all come from
 * them.
 *
 * A program is a tfl_command. Its options are one table of rows that fill a struct of the program's own; a program with
 * subcommands (tfsim generate) has a table of commands instead. Every command also takes -q, --help, --version and
 * --man (options.c, general).
 *
 *     typedef struct options { unsigned steps, threads; } options;
 *     static const tfl_option rows[] = {
 *         TFL_SECTION("What is computed"),
 *         {.name = "steps", .argument = "N", TFL_UNSIGNED(options, steps, 1, 10000), .help = "steps of the path"},
 *         TFL_THREADS_ROW(options, threads),
 *         {0}};
 */
#ifndef TFLIFT_CLI_OPTIONS_H
#define TFLIFT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tflift/error.h"

typedef enum tfl_option_kind {
    TFL_OPTION_NONE, /* ends the table */
    TFL_OPTION_SECTION,
    TFL_OPTION_FLAG,     /* bool */
    TFL_OPTION_INT,      /* int64_t */
    TFL_OPTION_UNSIGNED, /* unsigned */
    TFL_OPTION_SIZE,     /* size_t */
    TFL_OPTION_SEED,     /* uint64_t, all of them */
    TFL_OPTION_DOUBLE,   /* double */
    TFL_OPTION_TEXT,     /* const char *, NULL when not given */
    TFL_OPTION_CHOICE,   /* const char *, one of the choices */
    TFL_OPTION_TEXTS,    /* tfl_texts: may be given more than once */
    TFL_OPTION_KINDS
} tfl_option_kind;

/* The values of an option that may be given more than once. */
typedef struct tfl_texts {
    size_t n;
    const char **text;
} tfl_texts;

/* The files that a value names which are read: no output may be one of them (tfl_program_check_outputs), and only one of
 * them all standard input, which the program sees to before the command runs. */
typedef struct tfl_files {
    const char *const *reads; /* tfl_reads_file, …: what is put behind the path to get each of them; ends with NULL */
    /* Where in the value the path begins, NULL where it names none; no function: at its beginning. */
    const char *(*path)(const char *text);
} tfl_files;

extern const char *const tfl_reads_file[];    /* the file itself */
extern const char *const tfl_reads_genome[];  /* FASTA and its index, which is beside it */
extern const char *const tfl_reads_dataset[]; /* what a folder of tfsim's holds that is read */

typedef struct tfl_option {
    const char *name;     /* long name, without dashes; the title of a section */
    char letter;          /* short name; 0: none */
    const char *argument; /* what the value is called in --help; NULL for flags */
    tfl_option_kind kind;
    size_t offset;      /* of the target in the program's struct */
    int64_t low, high;  /* range of whole numbers */
    double least, most; /* range of TFL_OPTION_DOUBLE */
    bool above;         /* least itself is not allowed */
    const char *help;   /* sentences without a capital first letter or a final full stop */
    const char *shown;  /* the default in words, where the struct's value does not say it; "": show none */
    /* Choice i, NULL after the last; *help (not NULL) is a line about it. For a choice and, only as help, for any other
     * kind. */
    const char *(*choice)(size_t i, const char **help);
    tfl_files files; /* what is read of the files that a text names; NULLs: it names none that are read */
} tfl_option;

/* The offset of a member, refused by the compiler when the member is no ctype. */
#define TFL_MEMBER(ctype, type, member) (offsetof(type, member) + 0 * sizeof((ctype *)0 == &((type *)0)->member))

/* Kind and target of a row. */
#define TFL_FLAG(type, member) .kind = TFL_OPTION_FLAG, .offset = TFL_MEMBER(bool, type, member)
#define TFL_INT(type, member, from, to)                                                                                \
    .kind = TFL_OPTION_INT, .offset = TFL_MEMBER(int64_t, type, member), .low = (from), .high = (to)
#define TFL_UNSIGNED(type, member, from, to)                                                                           \
    .kind = TFL_OPTION_UNSIGNED, .offset = TFL_MEMBER(unsigned, type, member), .low = (from), .high = (to)
#define TFL_SIZE(type, member, from, to)                                                                               \
    .kind = TFL_OPTION_SIZE, .offset = TFL_MEMBER(size_t, type, member), .low = (from), .high = (to)
#define TFL_SEED(type, member) .kind = TFL_OPTION_SEED, .offset = TFL_MEMBER(uint64_t, type, member)
/* from <= value <= to; TFL_DOUBLE_ABOVE: from < value. HUGE_VAL for no limit. */
#define TFL_DOUBLE(type, member, from, to)                                                                             \
    .kind = TFL_OPTION_DOUBLE, .offset = TFL_MEMBER(double, type, member), .least = (from), .most = (to)
#define TFL_DOUBLE_ABOVE(type, member, from, to) TFL_DOUBLE(type, member, from, to), .above = true
#define TFL_TEXT(type, member) .kind = TFL_OPTION_TEXT, .offset = TFL_MEMBER(const char *, type, member)
#define TFL_CHOICE(type, member, function)                                                                             \
    .kind = TFL_OPTION_CHOICE, .offset = TFL_MEMBER(const char *, type, member), .choice = (function)
#define TFL_TEXTS(type, member) .kind = TFL_OPTION_TEXTS, .offset = TFL_MEMBER(tfl_texts, type, member)
/* A text that names a file which is read. */
#define TFL_FILE(type, member) TFL_TEXT(type, member), .files = {.reads = tfl_reads_file}

/* clang-format off */
#define TFL_SECTION(title) {.kind = TFL_OPTION_SECTION, .name = (title)}

/* Rows that several programs share. The threads' member is unsigned and 0 until given (see tfl_program_threads). */
#define TFL_THREADS_ROW(type, member) \
    {.name = "threads", .letter = '@', .argument = "N", TFL_UNSIGNED(type, member, 1, 1024), \
     .help = "threads to work with; results do not depend on it", .shown = "the processors at hand"}
#define TFL_EXACT_ROW(type, member) \
    {.name = "exact", TFL_FLAG(type, member), \
     .help = "convolutions by direct sums, twice as long, instead of transforms, whose results differ by some millionths"}
/* See tfl_program_cpu. */
#define TFL_CPU_ROW(type, member) \
    {.name = "cpu", .argument = "LEVEL", TFL_CHOICE(type, member, tfl_program_cpu_at), .shown = "the best that this processor has", \
     .help = "processor level that is computed for; the last digits of results depend on it, and portable gives the same bytes " \
             "everywhere; one of"}
#define TFL_SEED_ROW(type, member) \
    {.name = "seed", .argument = "N", TFL_SEED(type, member), .help = "what random numbers are drawn from"}
#define TFL_NAMES_DIFFER \
    "Names of sequences must differ. One of the first 8192 is noticed as soon as it comes again, any other at the " \
    "end; no output file appears then, but what goes to standard output has been written."
#define TFL_OUTPUT_ROW(type, member, text) \
    {.name = "output", .letter = 'o', .argument = "FILE", TFL_TEXT(type, member), .help = (text)}
#define TFL_FORMAT_ROW(type, member, function, text) \
    {.name = "format", .letter = 'f', .argument = "FORMAT", TFL_CHOICE(type, member, function), .help = (text)}
/* clang-format on */

typedef struct tfl_example {
    const char *command; /* as typed */
    const char *help;    /* what it does */
} tfl_example;

/* How a command was called. */
typedef struct tfl_call {
    const char *program;  /* "tfsim": in front of every message */
    const void *options;  /* the struct that the rows filled */
    const char **operand; /* [n_operands] */
    size_t n_operands;
    bool quiet; /* -q: no progress, no notes */
    const struct tfl_command *command;
    int argc; /* as parsed */
    char **argv;
} tfl_call;

typedef struct tfl_command tfl_command;
struct tfl_command {
    const char *name;     /* "tfscore", "generate" */
    const char *summary;  /* one line, no capital first letter, no full stop */
    const char *operands; /* as in the usage line: "seqs.fa"; NULL: none */
    size_t min_operands, max_operands;
    tfl_files files;                 /* what is read of the files that an operand names */
    const char *description;         /* paragraphs separated by empty lines; may be NULL */
    const tfl_option *option;        /* ends with {0} */
    const tfl_example *example;      /* ends with {0}; may be NULL */
    size_t options_size;             /* of the struct */
    void (*defaults)(void *options); /* fills the zeroed struct; NULL: zeros are the defaults */
    tfl_status (*run)(const tfl_call *call, tfl_error *err);
    const tfl_command *const *subcommand; /* NULL-ended; then there are only name, summary, description and example */
};

typedef enum tfl_wish { TFL_WISH_RUN, TFL_WISH_USAGE, TFL_WISH_HELP, TFL_WISH_VERSION, TFL_WISH_MAN } tfl_wish;

/* What argv[1 … argc-1] asks of a command with options of its own: nothing at all is TFL_WISH_USAGE where operands are
 * taken; --help and its like win over everything behind them. options holds the defaults (tfl_options_create). */
tfl_wish tfl_options_wish(const tfl_command *command, int argc, char **argv);

/* The zeroed and then filled struct of a command; free with tfl_options_free. */
tfl_status tfl_options_create(const tfl_command *command, void **out, tfl_error *err) TFL_MUST_USE;
void tfl_options_free(const tfl_command *command, void *options);

/* Fills options, *operand (the caller frees; [argc], texts are argv's) and call. Misuse is TFL_EUSAGE. */
tfl_status tfl_options_parse(const tfl_command *command, int argc, char **argv, void *options, tfl_call *call,
                             tfl_error *err) TFL_MUST_USE;

/* Whether the option of that long name was given, for defaults that depend on something else. */
bool tfl_options_given(const tfl_call *call, const char *name);

/* Whether an option of one value was given more than once with different ones: the last counts, and *before is one that
 * does not. */
bool tfl_options_overridden(const tfl_call *call, const tfl_option *option, const char **before, const char **last);

/* The subcommand called word; NULL, and TFL_EUSAGE with the nearest one, when there is none. */
const tfl_command *tfl_subcommand_find(const tfl_command *command, const char *word, tfl_error *err);

/* Text i of a row of texts, NULL after the last, and for rows of other kinds. */
const char *tfl_options_text(const tfl_option *option, const void *options, size_t i);

/* The rows that every command has; ends with {0}. */
extern const tfl_option tfl_general_options[];

/* The default of a row as text, "" when there is none to show. */
const char *tfl_option_default(const tfl_option *option, const void *options, char text[64]);

/* Usage, in brief. program is the whole name ("tfsim generate"). */
void tfl_help_usage(const tfl_command *command, const char *program, FILE *file);

/* --help: 80 columns. TFL_ENOMEM when the defaults cannot be made. */
tfl_status tfl_help_write(const tfl_command *command, const char *program, FILE *file, tfl_error *err) TFL_MUST_USE;

/* The man page, subcommands included, in roff. */
tfl_status tfl_help_man(const tfl_command *command, FILE *file, tfl_error *err) TFL_MUST_USE;

#endif
