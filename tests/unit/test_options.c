/* The option tables: what parses, what is refused and in which words, and that help, usage and man page come from the
 * same rows. */
#include "config.h"

#include "cli/options.h"

#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    bool fast;
    int64_t shift;
    unsigned steps;
    size_t length;
    uint64_t seed;
    double rate, share;
    const char *output, *policy;
    tfl_texts rules;
} settings;

static const char *policy_at(size_t i, const char **help)
{
    static const char *const name[] = {"quarter", "zero", "skip"};
    *help = NULL;
    return i < 3 ? name[i] : NULL;
}

static const char *method_at(size_t i, const char **help)
{
    static const char *const name[] = {"genomics", "rescale"};
    *help = "a line that says what the method does and is long enough to be wrapped";
    return i < 2 ? name[i] : NULL;
}

static void defaults(void *options)
{
    settings *s = options;
    s->steps = 10;
    s->length = 200;
    s->seed = 1;
    s->share = 0.25;
    s->policy = "quarter";
}

static const tfl_option rows[] = {
    TFL_SECTION("Numbers"),
    {.name = "fast", .letter = 'F', TFL_FLAG(settings, fast), .help = "be quick about it"},
    {.name = "shift", .argument = "N", TFL_INT(settings, shift, -5, 5), .help = "an integer", .shown = ""},
    {.name = "steps",
     .letter = 'n',
     .argument = "N",
     TFL_UNSIGNED(settings, steps, 1, 10000),
     .help = "steps of the path"},
    {.name = "length", .argument = "N", TFL_SIZE(settings, length, 1, INT64_MAX), .help = "letters"},
    TFL_SEED_ROW(settings, seed),
    {.name = "rate", .argument = "R", TFL_DOUBLE_ABOVE(settings, rate, 0, HUGE_VAL), .help = "a rate", .shown = ""},
    {.name = "share", .argument = "P", TFL_DOUBLE(settings, share, 0, 1), .help = "a share"},
    TFL_SECTION("Words"),
    TFL_OUTPUT_ROW(settings, output, "where results go"),
    {.name = "n-policy",
     .argument = "POLICY",
     TFL_CHOICE(settings, policy, policy_at),
     .help = "letters other than A, C, G, T"},
    {.name = "rule", .argument = "LAYER=RULE", TFL_TEXTS(settings, rules), .help = "a rule", .choice = method_at},
    {0},
};

static const tfl_example examples[] = {{"tfthing seqs.fa", "what it is for"}, {0}};

static const tfl_command command = {
    .name = "tfthing",
    .summary = "do a thing",
    .operands = "seqs.fa",
    .min_operands = 1,
    .max_operands = 2,
    .description = "A first paragraph.\n\nA second one that goes on for long enough to need a second line of eighty "
                   "columns, and here it ends.",
    .option = rows,
    .example = examples,
    .options_size = sizeof(settings),
    .defaults = defaults,
};

enum { MAX_WORDS = 32 };

typedef struct parsed {
    settings *s;
    tfl_call call;
    tfl_error err;
    int argc;
    char *argv[MAX_WORDS];
} parsed;

/* Parses words separated by single blanks; "''" stands for an empty word. */
static parsed parse(const char *line)
{
    static char text[512];
    parsed p = {.err = TFL_ERROR_INIT};
    (void)snprintf(text, sizeof text, "tfthing %s", line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_int_lt(p.argc, MAX_WORDS);
        p.argv[p.argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    void *options = NULL;
    ck_assert_int_eq(tfl_options_create(&command, &options, &p.err), TFL_OK);
    p.s = options;
    tfl_status status = tfl_options_parse(&command, p.argc, p.argv, options, &p.call, &p.err);
    ck_assert_int_eq(status, p.err.status);
    return p;
}

static void done(parsed *p)
{
    free(p->call.operand);
    tfl_options_free(&command, p->s);
}

START_TEST(defaults_stay_without_options)
{
    parsed p = parse("x.fa");
    ck_assert_str_eq(p.err.message, "");
    ck_assert_uint_eq(p.s->steps, 10);
    ck_assert_uint_eq(p.call.n_operands, 1);
    ck_assert_str_eq(p.call.operand[0], "x.fa");
    ck_assert(!p.call.quiet);
    done(&p);
}
END_TEST

/* Each way of writing the same thing. */
START_TEST(writings_agree)
{
    static const char *const lines[] = {
        "--steps 7 --fast x.fa", "--steps=7 x.fa --fast", "x.fa -n7 -F", "-n 7 -F x.fa", "-Fn7 x.fa", "-Fn 7 x.fa",
        "-F x.fa -n 3 -n 7",     "-F -n7 -- x.fa"};
    parsed p = parse(lines[_i]);
    ck_assert_str_eq(p.err.message, "");
    ck_assert_uint_eq(p.s->steps, 7);
    ck_assert(p.s->fast);
    ck_assert_uint_eq(p.call.n_operands, 1);
    ck_assert_str_eq(p.call.operand[0], "x.fa");
    done(&p);
}
END_TEST

START_TEST(values_of_every_kind)
{
    parsed p =
        parse("--shift -5 --length 4000000000 --seed 18446744073709551615 --rate 1e-3 --share 1 --output=-o --n-policy skip "
              "--rule a=b - --rule c=d");
    ck_assert_str_eq(p.err.message, "");
    ck_assert_int_eq(p.s->shift, -5);
    ck_assert(p.s->length == 4000000000);
    ck_assert(p.s->seed == UINT64_MAX);
    ck_assert(p.s->rate == 1e-3 && p.s->share == 1);
    ck_assert_str_eq(p.s->output, "-o");
    ck_assert_str_eq(p.s->policy, "skip");
    p.call.argv = p.argv; /* parse() returned a copy */
    ck_assert(tfl_options_given(&p.call, "seed"));
    ck_assert(!tfl_options_given(&p.call, "steps"));
    ck_assert_uint_eq(p.s->rules.n, 2);
    ck_assert_str_eq(p.s->rules.text[1], "c=d");
    ck_assert_str_eq(p.call.operand[0], "-");
    done(&p);
}
END_TEST

START_TEST(behind_two_dashes_are_operands)
{
    parsed p = parse("-q -- --fast -n");
    ck_assert_str_eq(p.err.message, "");
    ck_assert(p.call.quiet && !p.s->fast);
    ck_assert_uint_eq(p.call.n_operands, 2);
    ck_assert_str_eq(p.call.operand[0], "--fast");
    done(&p);
}
END_TEST

/* A size beyond 32 bits is taken where sizes have more, and nothing of it elsewhere. */
START_TEST(sizes_are_whole_or_refused)
{
    parsed p = parse("--length 9000000000 x.fa");
    if ((uint64_t)SIZE_MAX > UINT32_MAX) {
        ck_assert_str_eq(p.err.message, "");
        ck_assert_uint_eq(p.s->length, 9000000000);
    } else {
        ck_assert_str_eq(p.err.message, "--length: \"9000000000\" is not a whole number of at least 1");
        ck_assert_uint_eq(p.s->length, 200);
    }
    done(&p);
}
END_TEST

/* What looks like an option and is none may be a value. */
START_TEST(values_may_begin_with_dashes)
{
    static const char *const values[] = {"-z", "-5", "--x", "-Fn", "-", "---"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "-o %s x.fa", values[i]);
        parsed p = parse(line);
        ck_assert_str_eq(p.err.message, "");
        ck_assert_str_eq(p.s->output, values[i]);
        done(&p);
    }
}
END_TEST

/* Of several values the last counts; whether one before it was another. */
START_TEST(the_last_value_counts)
{
    static const struct {
        const char *line, *before;
    } cases[] = {{"x.fa", NULL},           {"-o a x.fa", NULL},           {"-o a --output=a x.fa", NULL},
                 {"-o a x.fa -ob", "a"},   {"-o b -o a x.fa -o b", "a"}, {"-n 1 -n 2 x.fa", NULL},
                 {"x.fa -- -o a -o", NULL}};
    const tfl_option *output = rows;
    while (output->name == NULL || strcmp(output->name, "output") != 0) {
        output++;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *before = NULL, *last = NULL;
        parsed p = parse(cases[i].line);
        p.call.argv = p.argv; /* parse() returned a copy */
        bool overridden = tfl_options_overridden(&p.call, output, &before, &last);
        ck_assert_msg(overridden == (cases[i].before != NULL), "%s", cases[i].line);
        ck_assert_pstr_eq(before, cases[i].before);
        ck_assert_pstr_eq(last, p.s->output);
        done(&p);
    }
    parsed p = parse("--rule a=b --rule c=d x.fa");
    const char *before = NULL, *last = NULL;
    p.call.argv = p.argv;
    for (const tfl_option *row = rows; row->kind != TFL_OPTION_NONE; row++) {
        ck_assert_msg(!tfl_options_overridden(&p.call, row, &before, &last), "%s", row->name);
    }
    done(&p);
}
END_TEST

static const char *const misuse[][2] = {
    {"--steps x x.fa", "--steps: \"x\" is not a whole number from 1 to 10000"},
    {"-n0 x.fa", "--steps: \"0\" is not a whole number from 1 to 10000"},
    {"--steps= x.fa", "--steps: \"\" is not a whole number from 1 to 10000"},
    {"--steps=3. x.fa", "--steps: \"3.\" is not a whole number from 1 to 10000"},
    {"--length 0 x.fa", "--length: \"0\" is not a whole number of at least 1"},
    {"--seed -1 x.fa", "--seed: \"-1\" is not a whole number from 0 to 18446744073709551615"},
    {"--share 1.5 x.fa", "--share: \"1.5\" is not a number from 0 to 1"},
    {"--share nan x.fa", "--share: \"nan\" is not a number from 0 to 1"},
    {"--rate 0 x.fa", "--rate: \"0\" is not a number above 0"},
    {"-o '' x.fa", "--output: \"\" is not FILE: it is empty"},
    {"--n-policy n x.fa", "--n-policy: \"n\" is not one of quarter, zero, skip"},
    {"--fast=1 x.fa", "--fast: takes no value, but was given \"1\""},
    {"x.fa --steps", "--steps: a value is missing: --steps N"},
    {"x.fa -n", "--steps: a value is missing: --steps N"},
    {"-o --fast x.fa", "--output: a value is missing in front of --fast; --output=--fast if that is the value"},
    {"-o --steps=3 x.fa", "--output: a value is missing in front of --steps=3; --output=--steps=3 if that is the value"},
    {"-n -F x.fa", "--steps: a value is missing in front of -F; --steps=-F if that is the value"},
    {"-o --quiet x.fa", "--output: a value is missing in front of --quiet; --output=--quiet if that is the value"},
    {"-o -- x.fa", "--output: a value is missing in front of --; --output=-- if that is the value"},
    {"--stepz 3 x.fa", "--stepz: no such option; did you mean --steps?"},
    {"--st 3 x.fa", "--st: no such option; did you mean --steps?"},
    {"--versoin x.fa", "--versoin: no such option; did you mean --version?"},
    {"--somethingelse x.fa", "--somethingelse: no such option; --help lists them all"},
    {"-z x.fa", "-z: no such option; --help lists them all"},
    {"-q", "seqs.fa is missing; --help says more"},
    {"a b c", "c: one argument too many, only seqs.fa can be given"},
};

START_TEST(misuse_is_told)
{
    parsed p = parse(misuse[_i][0]);
    ck_assert_int_eq(p.err.status, TFL_EUSAGE);
    ck_assert_str_eq(p.err.message, misuse[_i][1]);
    done(&p);
}
END_TEST

START_TEST(wishes_are_found)
{
    static const struct {
        const char *line;
        tfl_wish wish;
    } cases[] = {{"", TFL_WISH_USAGE},        {"x.fa", TFL_WISH_RUN},        {"x.fa --help", TFL_WISH_HELP},
                 {"-h", TFL_WISH_HELP},       {"-qV", TFL_WISH_VERSION},     {"--man", TFL_WISH_MAN},
                 {"-- --help", TFL_WISH_RUN}, {"-o --help x", TFL_WISH_RUN}, {"--bad --help", TFL_WISH_RUN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parsed p = parse(cases[i].line);
        ck_assert_msg(tfl_options_wish(&command, p.argc, p.argv) == cases[i].wish, "%s", cases[i].line);
        done(&p);
    }
}
END_TEST

/* What write(file) prints; the caller frees. */
static char *printed(int what)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    tfl_error err = TFL_ERROR_INIT;
    switch (what) {
    case 0:
        ck_assert_int_eq(tfl_help_write(&command, "tfthing", file, &err), TFL_OK);
        break;
    case 1:
        ck_assert_int_eq(tfl_help_man(&command, file, &err), TFL_OK);
        break;
    default:
        tfl_help_usage(&command, "tfthing", file);
    }
    long size = ftell(file);
    rewind(file);
    char *text = calloc((size_t)size + 1, 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

START_TEST(help_names_every_option_in_80_columns)
{
    char *text = printed(0);
    for (const tfl_option *row = rows; row->kind != TFL_OPTION_NONE; row++) {
        ck_assert_msg(strstr(text, row->name) != NULL, "--help does not tell %s", row->name);
    }
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 80, "%.*s", (int)length, line);
        ck_assert_msg(length == 0 || line[length - 1] != ' ', "a blank ends \"%.*s\"", (int)length, line);
        line += length + (line[length] == '\n');
    }
    ck_assert_ptr_nonnull(strstr(text, "steps of the path [10]\n"));
    ck_assert_ptr_nonnull(strstr(text, "an integer\n"));
    ck_assert_ptr_nonnull(strstr(text, "quarter, zero,"));
    ck_assert_ptr_nonnull(strstr(text, "  tfthing seqs.fa\n      what it is for\n"));
    ck_assert_ptr_null(strstr(text, "--man"));
    free(text);
}
END_TEST

START_TEST(man_page_names_every_option)
{
    char *text = printed(1);
    ck_assert_int_eq(strncmp(text, ".TH tfthing 1 ", 14), 0);
    ck_assert_ptr_nonnull(strstr(text, "\\fB\\-n\\fR, \\fB\\-\\-steps\\fR \\fIN\\fR\nsteps of the path [10]\n"));
    ck_assert_ptr_nonnull(strstr(text, "\\fB\\-\\-n\\-policy"));
    free(text);
}
END_TEST

START_TEST(usage_is_short)
{
    char *text = printed(2);
    ck_assert_str_eq(text, "Usage: tfthing [OPTION]... seqs.fa\nDo a thing.\n\"tfthing --help\" lists the options.\n");
    free(text);
}
END_TEST

START_TEST(subcommands_are_found)
{
    static const tfl_command generate = {.name = "generate"}, shuffle = {.name = "shuffle"};
    static const tfl_command *const sub[] = {&generate, &shuffle, NULL};
    static const tfl_command root = {.name = "tfsim", .subcommand = sub};
    tfl_error err = TFL_ERROR_INIT;
    ck_assert_ptr_eq(tfl_subcommand_find(&root, "shuffle", &err), &shuffle);
    ck_assert_ptr_null(tfl_subcommand_find(&root, "shufle", &err));
    ck_assert_str_eq(err.message, "shufle: no such command; did you mean \"tfsim shuffle\"?");
    tfl_error_clear(&err);
    ck_assert_ptr_null(tfl_subcommand_find(&root, "x", &err));
    ck_assert_str_eq(err.message, "x: no such command; --help lists them all");
    ck_assert_int_eq(err.status, TFL_EUSAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *parsing = tcase_create("parsing");
    tcase_add_test(parsing, defaults_stay_without_options);
    tcase_add_test(parsing, values_may_begin_with_dashes);
    tcase_add_test(parsing, the_last_value_counts);
    tcase_add_loop_test(parsing, writings_agree, 0, 8);
    tcase_add_test(parsing, values_of_every_kind);
    tcase_add_test(parsing, sizes_are_whole_or_refused);
    tcase_add_test(parsing, behind_two_dashes_are_operands);
    tcase_add_loop_test(parsing, misuse_is_told, 0, (int)(sizeof misuse / sizeof *misuse));
    tcase_add_test(parsing, wishes_are_found);
    tcase_add_test(parsing, subcommands_are_found);
    suite_add_tcase(suite, parsing);
    TCase *texts = tcase_create("texts");
    tcase_add_test(texts, help_names_every_option_in_80_columns);
    tcase_add_test(texts, man_page_names_every_option);
    tcase_add_test(texts, usage_is_short);
    suite_add_tcase(suite, texts);
    return test_run(suite);
}
