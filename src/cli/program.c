/* What main() of every program does around its work. */
#include "config.h"

#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tflift/cpu.h"
#include "tflift/lines.h"
#include "tflift/output.h"
#include "tflift/threads.h"
#include "tflift/version.h"

enum { STATUS_FAILED = 1, STATUS_MISUSE = 2 };

/* ---------------------------------------------------------------- signals */

static void end_by(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    (void)sigaction(number, &usual, NULL);
    (void)raise(number);
}

static void on_signal(int number)
{
    tfl_outputs_abandon();
    end_by(number); /* delivered when the handler returns */
}

static void set_signals(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, handle = {.sa_handler = on_signal}, old;
    (void)sigaction(SIGPIPE, &ignore, NULL); /* so that writing fails instead, and outputs are removed */
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        if (sigaction(ending[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) { /* nohup stays in force */
            (void)sigaction(ending[i], &handle, NULL);
        }
    }
}

/* A program started with a standard stream closed would give its number to the next file opened. What stands in for
 * standard output can only be read, so that writing to it fails. */
static void fill_streams(void)
{
    static const int flags[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)open("/dev/null", flags[fd]); /* the lowest free number: fd */
        }
    }
}

/* ---------------------------------------------------------------- messages */

void tfl_program_note(const tfl_call *call, const char *format, ...)
{
    if (call->quiet) {
        return;
    }
    char text[TFL_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "%s: %s\n", call->program, text);
}

unsigned tfl_program_threads(unsigned asked)
{
    return asked > 0 ? asked : tfl_threads_available();
}

const char *tfl_program_cpu_at(size_t i, const char **help)
{
    static const char *const levels[][2] = {{"portable", "any processor"},
                                            {"x86-64-v3", "AVX2 and FMA"},
                                            {"x86-64-v4", "AVX-512"},
                                            {"neon", "64-bit ARM"},
                                            {NULL, NULL}};
    *help = levels[i][1];
    return levels[i][0];
}

tfl_status tfl_program_cpu(const char *asked, tfl_error *err)
{
    if (asked == NULL || tfl_cpu_force(asked)) {
        return TFL_OK;
    }
    return tfl_fail(err, TFL_EUSAGE, "--cpu: this processor cannot run %s; the best that it can is %s", asked, tfl_cpu_level_at(0));
}

/* ---------------------------------------------------------------- inputs */

enum { PLACE_SIZE = 64 };

/* What the command line names that is read: path is what stands in it, place where ("--motifs", "the operand"). */
typedef tfl_status visit_input(void *context, const tfl_files *files, const char *path, const char *place, tfl_error *err);

static tfl_status visit_value(const tfl_files *files, const char *value, const char *place, visit_input *visit,
                              void *context, tfl_error *err)
{
    const char *path = files->path != NULL ? files->path(value) : value;
    return path != NULL ? visit(context, files, path, place, err) : TFL_OK;
}

static tfl_status visit_inputs(const tfl_call *call, visit_input *visit, void *context, tfl_error *err)
{
    const tfl_command *command = call->command;
    tfl_status status = TFL_OK;
    char place[PLACE_SIZE] = "the operand";
    for (size_t i = 0; status == TFL_OK && command->files.reads != NULL && i < call->n_operands; i++) {
        if (call->n_operands > 1) {
            (void)snprintf(place, sizeof place, "operand %zu", i + 1);
        }
        status = visit_value(&command->files, call->operand[i], place, visit, context, err);
    }
    for (const tfl_option *row = command->option; status == TFL_OK && row->kind != TFL_OPTION_NONE; row++) {
        const char *text = NULL;
        (void)snprintf(place, sizeof place, "--%s", row->name);
        for (size_t i = 0; status == TFL_OK && row->files.reads != NULL &&
                           (text = tfl_options_text(row, call->options, i)) != NULL;
             i++) {
            status = visit_value(&row->files, text, place, visit, context, err);
        }
    }
    return status;
}

/* A file has a name, and standard input is there once; context is the place that took it, char[PLACE_SIZE]. */
static tfl_status check_name(void *context, const tfl_files *files, const char *path, const char *place, tfl_error *err)
{
    char *taken = context;
    if (*path == '\0') {
        return tfl_fail(err, TFL_EUSAGE, "%s: the name of a file is needed, and it is empty", place);
    }
    if (strcmp(path, "-") != 0 || **files->reads != '\0') {
        return TFL_OK;
    }
    if (*taken != '\0') {
        return tfl_fail(err, TFL_EUSAGE, "-: standard input can be read once, and both %s and %s name it", taken, place);
    }
    (void)snprintf(taken, PLACE_SIZE, "%s", place);
    return TFL_OK;
}

/* ---------------------------------------------------------------- outputs */

typedef struct output_list {
    const char *const *path; /* [n], NULL: none */
    size_t n;
} output_list;

static tfl_status check_differ(const output_list *outputs, tfl_error *err)
{
    for (size_t i = 0; i < outputs->n; i++) {
        for (size_t j = 0; outputs->path[i] != NULL && j < i; j++) {
            if (outputs->path[j] != NULL && tfl_output_same(outputs->path[i], outputs->path[j])) {
                return tfl_fail(err, TFL_EUSAGE, "%s: two outputs cannot go to the same place", outputs->path[i]);
            }
        }
    }
    return TFL_OK;
}

/* None of the outputs is one of the files that are read. */
static tfl_status check_input(void *context, const tfl_files *files, const char *path, const char *place, tfl_error *err)
{
    const output_list *outputs = context;
    tfl_status status = TFL_OK;
    (void)place;
    for (const char *const *ending = files->reads; status == TFL_OK && *ending != NULL; ending++) {
        char file[PATH_MAX];
        const char *read = file;
        int length = snprintf(file, sizeof file, "%s%s", path, *ending);
        bool too_long = length < 0 || (size_t)length >= sizeof file; /* to be opened */
        for (size_t i = 0; status == TFL_OK && !too_long && i < outputs->n; i++) {
            status = tfl_output_check(outputs->path[i], &read, 1, err);
        }
    }
    return status;
}

tfl_status tfl_program_check_outputs(const tfl_call *call, const char *const *output, size_t n, tfl_error *err)
{
    output_list outputs = {output, n};
    tfl_status status = visit_inputs(call, check_input, &outputs, err);
    return status == TFL_OK ? check_differ(&outputs, err) : status;
}

tfl_status tfl_program_check_not_stdout(const char *path, const char *what, tfl_error *err)
{
    return path == NULL || strcmp(path, "-") != 0
               ? TFL_OK
               : tfl_fail(err, TFL_EUSAGE, "--output: - is standard output, and %s is needed", what);
}

tfl_status tfl_program_check_plain(const char *path, const char *what, tfl_error *err)
{
    const char *suffix = path != NULL ? path + tfl_output_stem(path) : "";
    return *suffix == '\0' ? TFL_OK
                           : tfl_fail(err, TFL_EUSAGE, "%s: %s is not written compressed; leave %s out", path, what, suffix);
}

tfl_status tfl_program_check_model(const char *path, tfl_error *err)
{
    static const char *const others[] = {".h5", ".hdf5", ".keras", ".pb", ".pt", ".pth", ".tflite"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t n = strlen(others[i]);
        if (length > n && strcasecmp(path + length - n, others[i]) == 0) {
            return tfl_fail(err, TFL_EUSAGE, "%s: models are written as ONNX; a name that ends in .onnx is needed", path);
        }
    }
    return tfl_program_check_plain(path, "a model", err);
}

/* The exit status of a failure, after saying what it was. */
static int fail(const tfl_command *command, const tfl_error *err)
{
    if (err->status == TFL_ECLOSED) {
        end_by(SIGPIPE);
        return STATUS_FAILED;
    }
    (void)fprintf(stderr, "%s: %s\n", command->name, err->message);
    return err->status == TFL_EUSAGE ? STATUS_MISUSE : STATUS_FAILED;
}

/* Standard output may have failed without anybody noticing: a full disk shows when the last bytes leave. */
static tfl_status flush_stdout(tfl_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return tfl_fail_errno(err, errno != 0 ? errno : EIO, "standard output: writing failed");
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- running */

/* Scripts put their users' options behind their own, so that it is no error. */
static void tell_overridden(const tfl_call *call)
{
    for (const tfl_option *row = call->command->option; row->kind != TFL_OPTION_NONE; row++) {
        const char *before = NULL, *last = NULL;
        if (tfl_options_overridden(call, row, &before, &last)) {
            tfl_program_note(call, "note: --%s is given more than once; %s counts, not %s", row->name, last, before);
        }
    }
}

static tfl_status run_with_options(const tfl_command *root, const tfl_command *command, int argc, char **argv,
                                   tfl_error *err)
{
    void *options = NULL;
    tfl_call call = {.program = root->name};
    tfl_status status = tfl_options_create(command, &options, err);
    if (status == TFL_OK) {
        status = tfl_options_parse(command, argc, argv, options, &call, err);
    }
    char standard_input[PLACE_SIZE] = "";
    if (status == TFL_OK) {
        status = visit_inputs(&call, check_name, standard_input, err);
    }
    if (status == TFL_OK) {
        tell_overridden(&call);
        status = command->run(&call, err);
    }
    free(call.operand);
    tfl_options_free(command, options);
    return status;
}

/* --help, --version, --man and nothing at all; program is the whole name ("tfsim generate"). */
static tfl_status grant(tfl_wish wish, const tfl_command *root, const tfl_command *command, const char *program,
                        tfl_error *err)
{
    tfl_status status = TFL_OK;
    switch (wish) {
    case TFL_WISH_HELP:
        status = tfl_help_write(command, program, stdout, err);
        break;
    case TFL_WISH_VERSION:
        (void)printf("%s (%s) %s\n", root->name, PACKAGE_NAME, tfl_version());
        break;
    case TFL_WISH_MAN:
        status = tfl_help_man(root, stdout, err);
        break;
    case TFL_WISH_USAGE:
    case TFL_WISH_RUN:
        break;
    }
    return status == TFL_OK ? flush_stdout(err) : status;
}

static int run_command(const tfl_command *root, const tfl_command *command, const char *program, int argc, char **argv)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_wish wish = tfl_options_wish(command, argc, argv);
    if (wish == TFL_WISH_USAGE) {
        tfl_help_usage(command, program, stderr);
        return STATUS_MISUSE;
    }
    tfl_status status = wish == TFL_WISH_RUN ? run_with_options(root, command, argc, argv, &err)
                                             : grant(wish, root, command, program, &err);
    return status == TFL_OK ? EXIT_SUCCESS : fail(root, &err);
}

/* A program with subcommands: its own options are the general ones, in front of the subcommand's name. */
static int run_subcommand(const tfl_command *root, int argc, char **argv)
{
    static const tfl_option none[] = {{0}};
    tfl_error err = TFL_ERROR_INIT;
    if (argc > 1 && argv[1][0] != '-') {
        const tfl_command *command = tfl_subcommand_find(root, argv[1], &err);
        if (command == NULL) {
            return fail(root, &err);
        }
        char program[96];
        (void)snprintf(program, sizeof program, "%s %s", root->name, command->name);
        return run_command(root, command, program, argc - 1, argv + 1);
    }
    tfl_command plain = *root;
    plain.option = none;
    plain.min_operands = 1;
    plain.max_operands = SIZE_MAX;
    plain.operands = "a command";
    tfl_wish wish = tfl_options_wish(&plain, argc, argv);
    if (wish == TFL_WISH_USAGE) {
        tfl_help_usage(root, root->name, stderr);
        return STATUS_MISUSE;
    }
    if (wish == TFL_WISH_RUN) {
        tfl_call call = {.program = root->name};
        char unused = 0;
        tfl_status status = tfl_options_parse(&plain, argc, argv, &unused, &call, &err);
        free(call.operand);
        if (status == TFL_OK) {
            (void)tfl_fail(&err, TFL_EUSAGE, "the command comes first: %s COMMAND [OPTION]...", root->name);
        }
        return fail(root, &err);
    }
    return grant(wish, root, root, root->name, &err) == TFL_OK ? EXIT_SUCCESS : fail(root, &err);
}

int tfl_program_main(const tfl_command *command, int argc, char **argv)
{
    fill_streams();
    set_signals();
    tfl_lines_quiet();
    return command->subcommand != NULL ? run_subcommand(command, argc, argv)
                                       : run_command(command, command, command->name, argc, argv);
}
