/*
 * program.h: what main() of every program does around its work.
 *
 * Signals that end the program remove unfinished outputs first. A reader that closed our pipe ends it silently by
 * SIGPIPE, as it does other tools. Status 0 success, 1 a failure of input, output or model, 2 wrong usage; each failure
 * is one line "PROGRAM: …" on stderr.
 */
#ifndef TFLIFT_CLI_PROGRAM_H
#define TFLIFT_CLI_PROGRAM_H

#include "cli/options.h"

/* The whole of main(). */
int tfl_program_main(const tfl_command *command, int argc, char **argv);

/* One line "PROGRAM: …" on stderr that is no error; nothing with -q. */
void tfl_program_note(const tfl_call *call, const char *format, ...) TFL_PRINTF(2, 3);

/* Threads to use: as asked for, or the processors at hand where that is 0. */
unsigned tfl_program_threads(unsigned asked);

/* The processor level that is asked for, NULL for the best: one that this machine cannot run is misuse. To be called before any network is made. */
tfl_status tfl_program_cpu(const char *asked, tfl_error *err) TFL_MUST_USE;

/* The levels that are known (choices of TFL_CPU_ROW). */
const char *tfl_program_cpu_at(size_t i, const char **help);

/* The path of --output, where standard output will not do: TFL_EUSAGE for "-", as what ("a folder") is needed. NULL is allowed. */
tfl_status tfl_program_check_not_stdout(const char *path, const char *what, tfl_error *err) TFL_MUST_USE;

/* TFL_EUSAGE where the name of an output says that it is compressed, and what ("a model") is not. NULL is allowed. */
tfl_status tfl_program_check_plain(const char *path, const char *what, tfl_error *err) TFL_MUST_USE;

/* TFL_EUSAGE where the name of a model to be written says that it is anything but ONNX. */
tfl_status tfl_program_check_model(const char *path, tfl_error *err) TFL_MUST_USE;

/* TFL_EUSAGE when one of the n outputs ("-": standard output; NULL: none) is a file that the call reads, as the rows of
 * its options and the command itself (for operands) say, or another output. */
tfl_status tfl_program_check_outputs(const tfl_call *call, const char *const *output, size_t n,
                                     tfl_error *err) TFL_MUST_USE;

#endif
