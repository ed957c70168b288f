/* Usage, --help and the man page, all from a command's tables. */
#include "config.h"

#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "tflift/version.h"

enum { WIDTH = 80, TEXT_COLUMN = 27, CHOICE_COLUMN = 8 };

/* ---------------------------------------------------------------- pieces of text */

/* Prints text in lines that end before WIDTH, the first beginning at column `at`, the others at `indent`; no line end
 * behind. */
static void wrap(FILE *file, const char *text, size_t at, size_t indent)
{
    size_t column = at;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > indent && column + 1 + length >= WIDTH) {
            (void)fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > at || (column > indent && at != indent)) {
            (void)fputc(' ', file);
            column++;
        }
        (void)fprintf(file, "%.*s", (int)length, text);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
}

/* The next paragraph of a description into paragraph; paragraphs are separated by empty lines. Returns the rest, NULL
 * behind the last. */
static const char *next_paragraph(const char *text, char *paragraph, size_t size)
{
    if (text == NULL || *text == '\0') {
        return NULL;
    }
    const char *end = strstr(text, "\n\n");
    size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
    (void)snprintf(paragraph, size, "%.*s", (int)length, text);
    text += length;
    return text + strspn(text, "\n");
}

/* "-n, --references N" into text. */
static void option_text(const tfl_option *option, char text[96])
{
    char letter[8] = "";
    if (option->letter != '\0') {
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    (void)snprintf(text, 96, "%s--%s%s%s", letter, option->name, option->argument != NULL ? " " : "",
                   option->argument != NULL ? option->argument : "");
}

/* The help text with the default behind it. */
static void help_text(const tfl_option *option, const void *options, char *text, size_t size)
{
    char shown[64];
    const char *value = tfl_option_default(option, options, shown);
    (void)snprintf(text, size, "%s%s%s%s", option->help, *value != '\0' ? " [" : "", value, *value != '\0' ? "]" : "");
}

static bool is_shown(const tfl_option *option)
{
    return option->kind == TFL_OPTION_SECTION || option->help != NULL;
}

/* ---------------------------------------------------------------- --help */

/* One entry: what is typed on the left, the text on the right, or below where the left is too long. */
static void write_entry(FILE *file, const char *left, const char *text, size_t indent, size_t column)
{
    (void)fprintf(file, "%*s%s", (int)indent, "", left);
    size_t at = indent + strlen(left);
    if (at + 2 > column) {
        (void)fputc('\n', file);
        at = 0;
    }
    (void)fprintf(file, "%*s", (int)(column - at), "");
    wrap(file, text, column, column);
    (void)fputc('\n', file);
}

static void write_choices(FILE *file, const tfl_option *option)
{
    const char *help = NULL;
    const char *choice = NULL;
    size_t longest = 0;
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL; i++) {
        longest = strlen(choice) > longest ? strlen(choice) : longest;
    }
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL; i++) {
        write_entry(file, choice, help, CHOICE_COLUMN, CHOICE_COLUMN + longest + 2);
    }
}

/* A closed set of words without a line about each: they fit behind the help text. */
static bool choices_have_help(const tfl_option *option)
{
    const char *help = NULL;
    return option->choice != NULL && option->choice(0, &help) != NULL && help != NULL;
}

static void append_choices(const tfl_option *option, char *text, size_t size)
{
    const char *help = NULL;
    const char *choice = NULL;
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s%s", i == 0 ? ": " : ", ", choice);
    }
}

static void write_option(FILE *file, const tfl_option *option, const void *options)
{
    char left[96], text[1024], help[1024];
    option_text(option, left);
    tfl_option plain = *option;
    (void)snprintf(help, sizeof help, "%s", option->help);
    if (option->choice != NULL && !choices_have_help(option)) {
        append_choices(option, help, sizeof help);
    }
    plain.help = help;
    help_text(&plain, options, text, sizeof text);
    write_entry(file, left, text, option->letter != '\0' ? 2 : 6, TEXT_COLUMN);
    if (choices_have_help(option)) {
        write_choices(file, option);
    }
}

static void write_options(FILE *file, const tfl_option *option, const void *options)
{
    for (; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind == TFL_OPTION_SECTION) {
            (void)fprintf(file, "\n%s:\n", option->name);
        } else if (is_shown(option)) {
            write_option(file, option, options);
        }
    }
}

static const char general_text[] =
    "Of an option that is given more than once the last counts, and a note says so, unless its help says that it may be. --NAME=VALUE is "
    "the same as --NAME VALUE. Options and other arguments may come in any order; behind -- nothing is an option.";

static void write_general(FILE *file)
{
    (void)fputs("\nGeneral:\n", file);
    write_options(file, tfl_general_options, NULL);
    (void)fputc('\n', file);
    wrap(file, general_text, 0, 0);
    (void)fputc('\n', file);
}

static void write_examples(FILE *file, const tfl_example *example)
{
    if (example == NULL) {
        return;
    }
    (void)fputs("\nExamples:\n", file);
    for (; example->command != NULL; example++) {
        (void)fprintf(file, "  %s\n      ", example->command);
        wrap(file, example->help, 6, 6);
        (void)fputc('\n', file);
    }
}

/* The first letter as a capital: summaries are written without. */
static void write_summary(FILE *file, const char *summary)
{
    char text[256];
    (void)snprintf(text, sizeof text, "%s.", summary);
    if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    wrap(file, text, 0, 0);
    (void)fputc('\n', file);
}

static void write_description(FILE *file, const char *text)
{
    char paragraph[2048];
    while ((text = next_paragraph(text, paragraph, sizeof paragraph)) != NULL) {
        (void)fputc('\n', file);
        wrap(file, paragraph, 0, 0);
        (void)fputc('\n', file);
    }
}

static void write_synopsis(const tfl_command *command, const char *program, FILE *file)
{
    if (command->subcommand != NULL) {
        (void)fprintf(file, "Usage: %s COMMAND [OPTION]...\n", program);
    } else if (command->operands != NULL) {
        (void)fprintf(file, "Usage: %s [OPTION]... %s\n", program, command->operands);
    } else {
        (void)fprintf(file, "Usage: %s [OPTION]...\n", program);
    }
}

static void write_commands(FILE *file, const tfl_command *command)
{
    (void)fputs("\nCommands:\n", file);
    for (const tfl_command *const *sub = command->subcommand; *sub != NULL; sub++) {
        write_entry(file, (*sub)->name, (*sub)->summary, 2, 16);
    }
}

void tfl_help_usage(const tfl_command *command, const char *program, FILE *file)
{
    write_synopsis(command, program, file);
    write_summary(file, command->summary);
    if (command->subcommand != NULL) {
        write_commands(file, command);
        (void)fprintf(file, "\n\"%s COMMAND --help\" says more about a command.\n", program);
    } else {
        (void)fprintf(file, "\"%s --help\" lists the options.\n", program);
    }
}

tfl_status tfl_help_write(const tfl_command *command, const char *program, FILE *file, tfl_error *err)
{
    write_synopsis(command, program, file);
    write_summary(file, command->summary);
    write_description(file, command->description);
    if (command->subcommand != NULL) {
        write_commands(file, command);
        write_general(file);
        write_examples(file, command->example);
        return TFL_OK;
    }
    void *options = NULL;
    if (tfl_options_create(command, &options, err) != TFL_OK) {
        return err != NULL ? err->status : TFL_ENOMEM;
    }
    write_options(file, command->option, options);
    write_general(file);
    write_examples(file, command->example);
    tfl_options_free(command, options);
    return TFL_OK;
}

/* ---------------------------------------------------------------- the man page */

/* Text with what roff would take as its own escaped, and dashes as minus signs that can be copied. */
static void roff(FILE *file, const char *text)
{
    static const char special[] = "\\-~^'`";
    static const char *const escape[] = {"\\e", "\\-", "\\(ti", "\\(ha", "\\(aq", "\\(ga"};
    if (*text == '.') {
        (void)fputs("\\&", file);
    }
    for (; *text != '\0'; text++) {
        const char *found = strchr(special, *text);
        if (found != NULL) {
            (void)fputs(escape[found - special], file);
        } else {
            (void)fputc(*text, file);
        }
    }
}

static void man_line(FILE *file, const char *macro, const char *text)
{
    (void)fprintf(file, "%s ", macro);
    roff(file, text);
    (void)fputc('\n', file);
}

static void man_choices(FILE *file, const tfl_option *option)
{
    const char *help = NULL;
    const char *choice = NULL;
    (void)fputs(".RS\n", file);
    for (size_t i = 0; (choice = option->choice(i, &help)) != NULL; i++) {
        (void)fputs(".TP\n", file);
        man_line(file, ".B", choice);
        if (help != NULL) {
            roff(file, help);
        }
        (void)fputc('\n', file);
    }
    (void)fputs(".RE\n", file);
}

static void man_option(FILE *file, const tfl_option *option, const void *options)
{
    char text[1024];
    (void)fputs(".TP\n", file);
    if (option->letter != '\0') {
        (void)fprintf(file, "\\fB\\-%c\\fR, ", option->letter);
    }
    (void)fputs("\\fB\\-\\-", file);
    roff(file, option->name);
    (void)fprintf(file, "\\fR%s%s%s\n", option->argument != NULL ? " \\fI" : "",
                  option->argument != NULL ? option->argument : "", option->argument != NULL ? "\\fR" : "");
    help_text(option, options, text, sizeof text);
    roff(file, text);
    (void)fputc('\n', file);
    if (option->choice != NULL) {
        man_choices(file, option);
    }
}

static void man_options(FILE *file, const tfl_option *option, const void *options)
{
    for (; option->kind != TFL_OPTION_NONE; option++) {
        if (option->kind == TFL_OPTION_SECTION) {
            man_line(file, ".SS", option->name);
        } else if (is_shown(option)) {
            man_option(file, option, options);
        }
    }
}

static void man_description(FILE *file, const char *text)
{
    char paragraph[2048];
    while ((text = next_paragraph(text, paragraph, sizeof paragraph)) != NULL) {
        (void)fputs(".PP\n", file);
        roff(file, paragraph);
        (void)fputc('\n', file);
    }
}

static void man_examples(FILE *file, const tfl_example *example)
{
    for (; example != NULL && example->command != NULL; example++) {
        (void)fputs(".TP\n", file);
        man_line(file, ".B", example->command);
        roff(file, example->help);
        (void)fputc('\n', file);
    }
}

static void man_synopsis(FILE *file, const tfl_command *command, const char *program)
{
    (void)fputs(".PP\n.B ", file);
    roff(file, program);
    (void)fputs("\n.RI [ OPTION ]...\n", file);
    if (command->operands != NULL) {
        man_line(file, ".I", command->operands);
    }
}

/* Description and options of a command, under the headings given. */
static tfl_status man_command(FILE *file, const tfl_command *command, tfl_error *err)
{
    void *options = NULL;
    tfl_status status = tfl_options_create(command, &options, err);
    if (status != TFL_OK) {
        return status;
    }
    man_description(file, command->description);
    man_options(file, command->option, options);
    tfl_options_free(command, options);
    return TFL_OK;
}

static tfl_status man_subcommands(FILE *file, const tfl_command *command, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (const tfl_command *const *sub = command->subcommand; status == TFL_OK && *sub != NULL; sub++) {
        char title[96];
        (void)snprintf(title, sizeof title, "%s %s", command->name, (*sub)->name);
        man_line(file, ".SH", title);
        write_summary(file, (*sub)->summary);
        man_synopsis(file, *sub, title);
        status = man_command(file, *sub, err);
        if ((*sub)->example != NULL) {
            (void)fputs(".SS Examples\n", file);
        }
        man_examples(file, (*sub)->example);
    }
    return status;
}

static void man_heading(FILE *file, const tfl_command *command)
{
    (void)fprintf(file, ".TH %s 1 \"\" \"tflift %s\" \"User Commands\"\n.SH NAME\n%s \\- ", command->name,
                  tfl_version(), command->name);
    roff(file, command->summary);
    (void)fputs("\n.SH SYNOPSIS\n", file);
}

static void man_ending(FILE *file, const tfl_command *command)
{
    if (command->example != NULL) {
        (void)fputs(".SH EXAMPLES\n", file);
        man_examples(file, command->example);
    }
    (void)fputs(".SH EXIT STATUS\n0 success, 1 a failure of input, output or model, 2 wrong usage.\n"
                ".SH SEE ALSO\n.BR tfsim (1),\n.BR tftrain (1),\n.BR tfscore (1),\n.BR tfscan (1),\n.BR tfmodel "
                "(1),\n.BR tftrack (1),\n.BR tfplot (1)\n",
                file);
}

tfl_status tfl_help_man(const tfl_command *command, FILE *file, tfl_error *err)
{
    tfl_status status = TFL_OK;
    man_heading(file, command);
    if (command->subcommand != NULL) {
        (void)fprintf(file, ".B %s\n.I COMMAND\n.RI [ OPTION ]...\n.SH DESCRIPTION\n", command->name);
        man_description(file, command->description != NULL ? command->description : command->summary);
        status = man_subcommands(file, command, err);
    } else {
        man_synopsis(file, command, command->name);
        (void)fputs(".SH DESCRIPTION\n", file);
        status = man_command(file, command, err);
    }
    (void)fputs(".SH GENERAL OPTIONS\n", file);
    man_options(file, tfl_general_options, NULL);
    man_description(file, general_text);
    man_ending(file, command);
    return status;
}
