/* Walking argv by the option tables. Help and man page are in help.c. */
#include "config.h"

#include "cli/options.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tflift/memory.h"
#include "tflift/number.h"

const char *const tfl_reads_file[] = {"", NULL};
const char *const tfl_reads_genome[] = {"", ".fai", ".gzi", NULL};
const char *const tfl_reads_dataset[] = {"/sequences.fa", "/labels.tsv", NULL};

/* ---------------------------------------------------------------- values of each kind */

static void *target_of(const tfl_option *option, void *options)
{
    return (char *)options + option->offset;
}

static const void *source_of(const tfl_option *option, const void *options)
{
    return (const char *)options + option->offset;
}

static bool set_int(const tfl_option *option, const char *text, void *target)
{
    return tfl_parse_int(text, option->low, option->high, target);
}

static bool set_unsigned(const tfl_option *option, const char *text, void *target)
{
    int64_t value = 0;
    bool good = tfl_parse_int(text, option->low, option->high, &value);
    if (good) {
        *(unsigned *)target = (unsigned)value;
    }
    return good;
}

static bool set_size(const tfl_option *option, const char *text, void *target)
{
    int64_t value = 0;
    bool good = tfl_parse_int(text, option->low, option->high, &value);
    size_t size;
    good = good && tfl_size_from((uint64_t)value, &size);
    if (good) {
        *(size_t *)target = size;
    }
    return good;
}

static bool set_seed(const tfl_option *option, const char *text, void *target)
{
    (void)option;
    return tfl_parse_uint64(text, target);
}

static bool set_double(const tfl_option *option, const char *text, void *target)
{
    double value = 0;
    if (!tfl_parse_double(text, &value) || value < option->least || value > option->most ||
        (option->above && value <= option->least)) {
        return false;
    }
    *(double *)target = value;
    return true;
}

static bool set_text(const tfl_option *option, const char *text, void *target)
{
    (void)option;
    *(const char **)target = text;
    return text[0] != '\0';
}

static bool set_choice(const tfl_option *option, const char *text, void *target)
{
    const char *help = NULL;
    const char *choice = NULL;
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL; i++) {
        if (strcmp(choice, text) == 0) {
            *(const char **)target = choice;
            return true;
        }
    }
    return false;
}

/* Room for every word of argv was made when parsing began. */
static bool add_text(const tfl_option *option, const char *text, void *target)
{
    (void)option;
    tfl_texts *texts = target;
    texts->text[texts->n] = text;
    texts->n++;
    return text[0] != '\0';
}

static void show_int(const void *source, char text[64])
{
    (void)snprintf(text, 64, "%" PRId64, *(const int64_t *)source);
}

static void show_unsigned(const void *source, char text[64])
{
    (void)snprintf(text, 64, "%u", *(const unsigned *)source);
}

static void show_size(const void *source, char text[64])
{
    (void)snprintf(text, 64, "%zu", *(const size_t *)source);
}

static void show_seed(const void *source, char text[64])
{
    (void)snprintf(text, 64, "%" PRIu64, *(const uint64_t *)source);
}

static void show_double(const void *source, char text[64])
{
    (void)snprintf(text, 64, "%.10g", *(const double *)source);
}

static void show_text(const void *source, char text[64])
{
    const char *value = *(const char *const *)source;
    (void)snprintf(text, 64, "%s", value != NULL ? value : "");
}

static void expect_whole(const tfl_option *option, char text[96])
{
    if (option->high == INT64_MAX || (option->kind == TFL_OPTION_UNSIGNED && option->high == UINT32_MAX)) {
        (void)snprintf(text, 96, "a whole number of at least %" PRId64, option->low);
    } else {
        (void)snprintf(text, 96, "a whole number from %" PRId64 " to %" PRId64, option->low, option->high);
    }
}

static void expect_seed(const tfl_option *option, char text[96])
{
    (void)option;
    (void)snprintf(text, 96, "a whole number from 0 to %" PRIu64, UINT64_MAX);
}

static void expect_double(const tfl_option *option, char text[96])
{
    bool low = option->least > -HUGE_VAL, high = option->most < HUGE_VAL;
    const char *from = option->above ? "above" : "of at least";
    if (low && high && option->above) {
        (void)snprintf(text, 96, "a number above %g and at most %g", option->least, option->most);
    } else if (low && high) {
        (void)snprintf(text, 96, "a number from %g to %g", option->least, option->most);
    } else if (low) {
        (void)snprintf(text, 96, "a number %s %g", from, option->least);
    } else {
        (void)snprintf(text, 96, "a number");
    }
}

static void expect_text(const tfl_option *option, char text[96])
{
    (void)snprintf(text, 96, "%s: it is empty", option->argument);
}

typedef struct kind_functions {
    bool (*set)(const tfl_option *option, const char *text, void *target); /* false: not such a value */
    void (*show)(const void *source, char text[64]);                       /* NULL: has no default to show */
    void (*expect)(const tfl_option *option, char text[96]);               /* what a value must be: `… is not …` */
} kind_functions;

static const kind_functions kinds[TFL_OPTION_KINDS] = {
    [TFL_OPTION_INT] = {set_int, show_int, expect_whole},
    [TFL_OPTION_UNSIGNED] = {set_unsigned, show_unsigned, expect_whole},
    [TFL_OPTION_SIZE] = {set_size, show_size, expect_whole},
    [TFL_OPTION_SEED] = {set_seed, show_seed, expect_seed},
    [TFL_OPTION_DOUBLE] = {set_double, show_double, expect_double},
    [TFL_OPTION_TEXT] = {set_text, show_text, expect_text},
    [TFL_OPTION_CHOICE] = {set_choice, show_text, NULL},
    [TFL_OPTION_TEXTS] = {add_text, NULL, expect_text},
};

const char *tfl_options_text(const tfl_option *option, const void *options, size_t i)
{
    const void *source = source_of(option, options);
    if (option->kind == TFL_OPTION_TEXTS) {
        const tfl_texts *texts = source;
        return i < texts->n ? texts->text[i] : NULL;
    }
    return option->kind == TFL_OPTION_TEXT && i == 0 ? *(const char *const *)source : NULL;
}

const char *tfl_option_default(const tfl_option *option, const void *options, char text[64])
{
    text[0] = '\0';
    if (option->shown != NULL) {
        return option->shown;
    }
    if (kinds[option->kind].show != NULL) {
        kinds[option->kind].show(source_of(option, options), text);
    }
    return text;
}

/* ---------------------------------------------------------------- the rows that every command has */

typedef struct general {
    bool quiet, help, version, man;
} general;

const tfl_option tfl_general_options[] = {
    {.name = "quiet",
     .letter = 'q',
     TFL_FLAG(general, quiet),
     .help = "no progress bar and no notes on standard error"},
    {.name = "help", .letter = 'h', TFL_FLAG(general, help), .help = "print this and leave"},
    {.name = "version", .letter = 'V', TFL_FLAG(general, version), .help = "print the version and leave"},
    {.name = "man", TFL_FLAG(general, man)}, /* no help text: hidden */
    {0},
};

/* ---------------------------------------------------------------- the nearest word */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

enum { LONGEST_WORD = 64 };

/* Letters to put in, take out or replace to make b of a (Levenshtein); SIZE_MAX for words too long to be a slip. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[LONGEST_WORD + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST_WORD || m > LONGEST_WORD) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

/* The better of two candidates for a mistyped word. */
static void nearer(const char *word, const char *candidate, const char **best, size_t *distance)
{
    size_t d = edit_distance(word, candidate);
    if (strncmp(word, candidate, strlen(word)) == 0 && strlen(word) >= 2) {
        d = 0; /* a prefix is surely meant */
    }
    if (d < *distance) {
        *distance = d;
        *best = candidate;
    }
}

/* How far a suggestion may be from what was typed. */
static size_t tolerance(const char *word)
{
    return strlen(word) / 3 + 2;
}

static const char *nearest_in(const tfl_option *option, const char *word, const char *best, size_t *distance)
{
    for (; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind != TFL_OPTION_SECTION && option->help != NULL) {
            nearer(word, option->name, &best, distance);
        }
    }
    return best;
}

static tfl_status unknown_option(const tfl_command *command, const char *word, size_t length, tfl_error *err)
{
    char name[LONGEST_WORD + 1];
    (void)snprintf(name, sizeof name, "%.*s", length < LONGEST_WORD ? (int)length : LONGEST_WORD, word);
    size_t distance = tolerance(name);
    const char *best = nearest_in(command->option, name, NULL, &distance);
    best = nearest_in(tfl_general_options, name, best, &distance);
    if (best == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--%s: no such option; --help lists them all", name);
    }
    return tfl_fail(err, TFL_EUSAGE, "--%s: no such option; did you mean --%s?", name, best);
}

const tfl_command *tfl_subcommand_find(const tfl_command *command, const char *word, tfl_error *err)
{
    const char *best = NULL;
    size_t distance = tolerance(word);
    for (const tfl_command *const *sub = command->subcommand; *sub != NULL; sub++) {
        if (strcmp((*sub)->name, word) == 0) {
            return *sub;
        }
        nearer(word, (*sub)->name, &best, &distance);
    }
    if (best != NULL) {
        (void)tfl_fail(err, TFL_EUSAGE, "%s: no such command; did you mean \"%s %s\"?", word, command->name, best);
    } else {
        (void)tfl_fail(err, TFL_EUSAGE, "%s: no such command; --help lists them all", word);
    }
    return NULL;
}

/* ---------------------------------------------------------------- walking argv */

typedef struct walk {
    const tfl_command *command;
    int argc, next; /* next word to look at */
    char **argv;
    const char *cluster; /* rest of a word of short options, "" between words */
    bool only_operands;  /* behind "--" */
} walk;

/* What the walk comes to: an option (general or the command's own) with its value, or an operand. */
typedef struct step {
    const tfl_option *option;
    bool is_general;
    const char *value; /* of the option, or the operand */
} step;

static const tfl_option *find_long(const tfl_option *option, const char *name, size_t length)
{
    for (; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind != TFL_OPTION_SECTION && strlen(option->name) == length &&
            strncmp(option->name, name, length) == 0) {
            return option;
        }
    }
    return NULL;
}

static const tfl_option *find_short(const tfl_option *option, char letter)
{
    for (; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind != TFL_OPTION_SECTION && option->letter == letter) {
            return option;
        }
    }
    return NULL;
}

/* Whether a word is one of the options, or the end of them: then a value was forgotten in front of it. */
static bool is_option(const tfl_command *command, const char *word)
{
    if (word[0] != '-' || word[1] == '\0') {
        return false;
    }
    if (word[1] != '-') {
        bool known = find_short(command->option, word[1]) != NULL || find_short(tfl_general_options, word[1]) != NULL;
        return word[2] == '\0' && known;
    }
    size_t length = strcspn(word + 2, "=");
    return word[2] == '\0' || find_long(command->option, word + 2, length) != NULL ||
           find_long(tfl_general_options, word + 2, length) != NULL;
}

/* The value of an option that stands alone in its word: the next word. */
static tfl_status value_behind(walk *w, step *found, tfl_error *err)
{
    const tfl_option *option = found->option;
    if (w->next < w->argc && is_option(w->command, w->argv[w->next])) {
        const char *word = w->argv[w->next];
        return tfl_fail(err, TFL_EUSAGE, "--%s: a value is missing in front of %s; --%s=%s if that is the value",
                        option->name, word, option->name, word);
    }
    if (w->next >= w->argc) {
        return tfl_fail(err, TFL_EUSAGE, "--%s: a value is missing: --%s %s", option->name, option->name,
                        option->argument);
    }
    found->value = w->argv[w->next++];
    return TFL_OK;
}

static tfl_status step_long(walk *w, const char *word, step *found, tfl_error *err)
{
    size_t length = strcspn(word, "=");
    found->option = find_long(w->command->option, word, length);
    found->is_general = found->option == NULL;
    if (found->is_general) {
        found->option = find_long(tfl_general_options, word, length);
    }
    if (found->option == NULL) {
        return unknown_option(w->command, word, length, err);
    }
    bool takes_value = found->option->kind != TFL_OPTION_FLAG;
    if (word[length] == '=' && !takes_value) {
        return tfl_fail(err, TFL_EUSAGE, "--%s: takes no value, but was given \"%s\"", found->option->name,
                        word + length + 1);
    }
    if (word[length] == '=') {
        found->value = word + length + 1;
        return TFL_OK;
    }
    return takes_value ? value_behind(w, found, err) : TFL_OK;
}

static tfl_status step_short(walk *w, step *found, tfl_error *err)
{
    char letter = *w->cluster++;
    found->option = find_short(w->command->option, letter);
    found->is_general = found->option == NULL;
    if (found->is_general) {
        found->option = find_short(tfl_general_options, letter);
    }
    if (found->option == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "-%c: no such option; --help lists them all", letter);
    }
    if (found->option->kind == TFL_OPTION_FLAG) {
        return TFL_OK;
    }
    if (*w->cluster != '\0') {
        found->value = w->cluster;
        w->cluster = "";
        return TFL_OK;
    }
    return value_behind(w, found, err);
}

/* The next option or operand; *end when there is none. */
static tfl_status walk_next(walk *w, step *found, bool *end, tfl_error *err)
{
    memset(found, 0, sizeof *found);
    *end = false;
    if (*w->cluster != '\0') {
        return step_short(w, found, err);
    }
    if (w->next >= w->argc) {
        *end = true;
        return TFL_OK;
    }
    const char *word = w->argv[w->next++];
    if (!w->only_operands && strcmp(word, "--") == 0) {
        w->only_operands = true;
        return walk_next(w, found, end, err);
    }
    if (w->only_operands || word[0] != '-' || word[1] == '\0') {
        found->value = word;
        return TFL_OK;
    }
    if (word[1] == '-') {
        return step_long(w, word + 2, found, err);
    }
    w->cluster = word + 1;
    return step_short(w, found, err);
}

static walk walk_begin(const tfl_command *command, int argc, char **argv)
{
    walk w = {.command = command, .argc = argc, .argv = argv, .next = 1, .cluster = ""};
    return w;
}

/* ---------------------------------------------------------------- the public calls */

tfl_wish tfl_options_wish(const tfl_command *command, int argc, char **argv)
{
    static const struct {
        size_t offset;
        tfl_wish wish;
    } wishes[] = {
        {offsetof(general, help), TFL_WISH_HELP},
        {offsetof(general, version), TFL_WISH_VERSION},
        {offsetof(general, man), TFL_WISH_MAN},
    };
    if (argc <= 1 && command->max_operands > 0) {
        return TFL_WISH_USAGE;
    }
    walk w = walk_begin(command, argc, argv);
    step found;
    bool end = false;
    while (walk_next(&w, &found, &end, NULL) == TFL_OK && !end) {
        for (size_t i = 0; found.is_general && i < sizeof wishes / sizeof *wishes; i++) {
            if (found.option->offset == wishes[i].offset) {
                return wishes[i].wish;
            }
        }
    }
    return TFL_WISH_RUN;
}

tfl_status tfl_options_create(const tfl_command *command, void **out, tfl_error *err)
{
    *out = tfl_calloc(1, command->options_size);
    if (*out == NULL) {
        return tfl_fail_memory(err, "options");
    }
    if (command->defaults != NULL) {
        command->defaults(*out);
    }
    return TFL_OK;
}

void tfl_options_free(const tfl_command *command, void *options)
{
    for (const tfl_option *option = command->option; options != NULL && option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind == TFL_OPTION_TEXTS) {
            tfl_texts *texts = target_of(option, options);
            free(texts->text);
        }
    }
    free(options);
}

/* Lists get room for as many values as there are words. */
static tfl_status make_room(const tfl_command *command, int argc, void *options, tfl_error *err)
{
    for (const tfl_option *option = command->option; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind == TFL_OPTION_TEXTS) {
            tfl_texts *texts = target_of(option, options);
            texts->text = tfl_calloc((size_t)argc, sizeof *texts->text);
            if (texts->text == NULL) {
                return tfl_fail_memory(err, "options");
            }
        }
    }
    return TFL_OK;
}

/* All choices of an option: "quarter, zero, skip, error". */
static void list_choices(const tfl_option *option, char *text, size_t size)
{
    const char *help = NULL;
    const char *choice = NULL;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", choice);
        used += n > 0 ? (size_t)n : 0;
    }
}

static tfl_status bad_value(const tfl_option *option, const char *value, tfl_error *err)
{
    if (option->kind == TFL_OPTION_CHOICE) {
        char choices[512];
        list_choices(option, choices, sizeof choices);
        return tfl_fail(err, TFL_EUSAGE, "--%s: \"%s\" is not one of %s", option->name, value, choices);
    }
    char expected[96];
    kinds[option->kind].expect(option, expected);
    return tfl_fail(err, TFL_EUSAGE, "--%s: \"%s\" is not %s", option->name, value, expected);
}

static tfl_status take_option(const step *found, void *options, general *common, tfl_error *err)
{
    void *target = target_of(found->option, found->is_general ? (void *)common : options);
    if (found->option->kind == TFL_OPTION_FLAG) {
        *(bool *)target = true;
        return TFL_OK;
    }
    return kinds[found->option->kind].set(found->option, found->value, target)
               ? TFL_OK
               : bad_value(found->option, found->value, err);
}

static tfl_status check_operands(const tfl_command *command, const tfl_call *call, tfl_error *err)
{
    if (call->n_operands < command->min_operands) {
        return tfl_fail(err, TFL_EUSAGE, "%s is missing; --help says more", command->operands);
    }
    if (call->n_operands > command->max_operands && command->max_operands == 0) {
        return tfl_fail(err, TFL_EUSAGE, "%s: takes options only, no such argument", call->operand[0]);
    }
    if (call->n_operands > command->max_operands) {
        return tfl_fail(err, TFL_EUSAGE, "%s: one argument too many, only %s can be given",
                        call->operand[command->max_operands], command->operands);
    }
    return TFL_OK;
}

tfl_status tfl_options_parse(const tfl_command *command, int argc, char **argv, void *options, tfl_call *call,
                             tfl_error *err)
{
    general common = {0};
    call->options = options;
    call->command = command;
    call->argc = argc;
    call->argv = argv;
    call->n_operands = 0;
    call->operand = tfl_calloc((size_t)argc + 1, sizeof *call->operand);
    if (call->operand == NULL) {
        return tfl_fail_memory(err, "options");
    }
    tfl_status status = make_room(command, argc, options, err);
    walk w = walk_begin(command, argc, argv);
    step found;
    bool end = false;
    while (status == TFL_OK && (status = walk_next(&w, &found, &end, err)) == TFL_OK && !end) {
        if (found.option == NULL) {
            call->operand[call->n_operands++] = found.value;
        } else {
            status = take_option(&found, options, &common, err);
        }
    }
    call->quiet = common.quiet;
    return status == TFL_OK ? check_operands(command, call, err) : status;
}

bool tfl_options_given(const tfl_call *call, const char *name)
{
    walk w = walk_begin(call->command, call->argc, call->argv);
    step found;
    bool end = false;
    while (walk_next(&w, &found, &end, NULL) == TFL_OK && !end) {
        if (found.option != NULL && strcmp(found.option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool tfl_options_overridden(const tfl_call *call, const tfl_option *option, const char **before, const char **last)
{
    walk w = walk_begin(call->command, call->argc, call->argv);
    step found;
    bool end = false;
    bool single = option->kind != TFL_OPTION_FLAG && option->kind != TFL_OPTION_TEXTS;
    *before = *last = NULL;
    while (single && walk_next(&w, &found, &end, NULL) == TFL_OK && !end) {
        if (found.option == option) {
            *before = *last != NULL && strcmp(*last, found.value) != 0 ? *last : *before;
            *last = found.value;
        }
    }
    return *before != NULL;
}
