/* tfmodel: what is in a model, what it predicts and how well, and the same model in another form. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/evaluate.h"
#include "cli/model_info.h"
#include "cli/options.h"
#include "cli/predict.h"
#include "cli/program.h"
#include "cli/source.h"
#include "tflift/dataset.h"
#include "tflift/model.h"
#include "tflift/normalize.h"
#include "tflift/output.h"

/* One struct for all subcommands: each has rows for what it uses. */
typedef struct options {
    const char *model, *output, *n_policy, *cpu;
    size_t length;
    unsigned threads;
    bool builtin, exact;
    tfl_source_input input;
} options;

static void set_defaults(void *opaque)
{
    options *o = opaque;
    o->n_policy = "quarter";
}

static const char *n_policy_at(size_t i, const char **help)
{
    static const char *const words[] = {"quarter", "zero", "skip", "error", NULL};
    *help = NULL;
    return words[i];
}

#define MODEL_ROW                                                                                                      \
    {                                                                                                                  \
        .name = "model", .letter = 'm', .argument = "FILE", TFL_FILE(options, model),                                  \
        .help = "the network, an ONNX file", .shown = "the built-in TAL1/GATA1 network"                                \
    }
#define LENGTH_ROW(text)                                                                                               \
    {                                                                                                                  \
        .name = "length", .argument = "N", TFL_SIZE(options, length, 1, 1 << 24), .help = (text), .shown = ""          \
    }

/* ---------------------------------------------------------------- shared */

static tfl_status read_model(const char *path, tfl_model **model, tfl_error *err)
{
    return path != NULL ? tfl_model_read(path, model, err) : tfl_model_builtin(model, err);
}

/* The network at the length that is asked for, the model's own, or a usual one. */
static tfl_status build_graph(const tfl_model *model, size_t asked, tfl_graph **graph, tfl_error *err)
{
    enum { USUAL = 200 };
    size_t own = tfl_model_length(model);
    tfl_error inner = TFL_ERROR_INIT;
    tfl_status status = tfl_model_graph(model, asked != 0 ? asked : own != 0 ? own : USUAL, graph, &inner);
    if (status == TFL_OK) {
        return TFL_OK;
    }
    return asked != 0 || own != 0 ? tfl_fail(err, status, "%s", inner.message)
                                  : tfl_fail(err, status, "%s; --length N tries another", inner.message);
}

/* Opens the output (NULL: standard output), which may be none of the inputs. */
static tfl_status open_output(const tfl_call *call, tfl_output **output, tfl_error *err)
{
    const options *o = call->options;
    const char *path = o->output != NULL ? o->output : "-";
    tfl_status status = tfl_program_check_outputs(call, &path, 1, err);
    return status == TFL_OK ? tfl_output_open(path, TFL_BY_NAME, output, err) : status;
}

/* Completes the output after success, or removes it; returns the first failure. */
static tfl_status close_output(tfl_output *output, tfl_status status, tfl_error *err)
{
    if (status == TFL_OK) {
        return tfl_output_commit(output, err);
    }
    tfl_output_discard(output);
    return status;
}

/* ---------------------------------------------------------------- info */

static const tfl_option info_rows[] = {
    {.name = "builtin", TFL_FLAG(options, builtin), .help = "the built-in TAL1/GATA1 network, instead of a file"},
    LENGTH_ROW("length of the sequences for which shapes are shown, where the model takes any [200]"),
    {0},
};

static tfl_status run_info(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_model *model = NULL;
    tfl_graph *graph = NULL;
    tfl_output *output = NULL;
    if ((call->n_operands == 1) == o->builtin) {
        return tfl_fail(err, TFL_EUSAGE, "give either a model or --builtin");
    }
    tfl_status status = read_model(o->builtin ? NULL : call->operand[0], &model, err);
    if (status == TFL_OK) {
        status = build_graph(model, o->length, &graph, err);
    }
    if (status == TFL_OK && (status = open_output(call, &output, err)) == TFL_OK) {
        status = close_output(output, tfl_model_info_write(model, graph, output, err), err);
    }
    tfl_graph_free(graph);
    tfl_model_free(model);
    return status;
}

static const tfl_example info_examples[] = {
    {"tfmodel info model.onnx", "what is in it"},
    {"tfmodel info --builtin", "what is in the built-in network"},
    {0},
};

static const tfl_command info_command = {
    .name = "info",
    .summary = "show a model's layers, and the rule that each gets under each method",
    .operands = "[model.onnx]",
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description =
        "Lines with # say what the model takes and puts out; then there is a row per layer. receptive_field is the "
        "number of bases that one position of the layer sees. passes: how contributions pass through the layer; "
        "nonlinear layers do it by the rule that the method's column names, and - means that no rule is needed.",
    .option = info_rows,
    .example = info_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_info,
};

/* ---------------------------------------------------------------- predict */

static const tfl_option predict_rows[] = {
    TFL_SOURCE_ROWS(options, input, "the length that the network takes; where it takes any, regions as they are"),
    TFL_SECTION("Predictions"),
    MODEL_ROW,
    TFL_OUTPUT_ROW(options, output, "where predictions go; .gz means BGZF [standard output]"),
    {.name = "n-policy",
     .argument = "POLICY",
     TFL_CHOICE(options, n_policy, n_policy_at),
     .help =
         "letters other than A, C, G, T are a quarter of each base or zero, or the sequence is skipped or an error"},
    TFL_THREADS_ROW(options, threads),
    TFL_EXACT_ROW(options, exact),
    TFL_CPU_ROW(options, cpu),
    {0},
};

static tfl_status predict_source(const tfl_call *call, const tfl_model *model, tfl_source *source, tfl_n_policy policy,
                                 tfl_error *err)
{
    const options *o = call->options;
    tfl_output *output = NULL;
    tfl_status status = open_output(call, &output, err);
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_predict_write(call, model, source, policy, o->exact, tfl_program_threads(o->threads), output, err);
    status = close_output(output, status, err);
    if (status == TFL_OK && tfl_source_skipped(source) > 0) {
        tfl_program_note(call, "note: %llu sequences were skipped for letters other than A, C, G, T",
                         (unsigned long long)tfl_source_skipped(source));
    }
    return status;
}

static tfl_status run_predict(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_model *model = NULL;
    tfl_source *source = NULL;
    tfl_source_options how = {.shard = {1, 1}};
    if (!tfl_n_policy_find(o->n_policy, &how.n_policy)) {
        return tfl_fail(err, TFL_EUSAGE, "--n-policy: %s is no policy", o->n_policy);
    }
    tfl_status status = tfl_source_check(call, &o->input, NULL, false, err);
    if (status == TFL_OK) {
        status = tfl_program_cpu(o->cpu, err);
    }
    if (status == TFL_OK) {
        status = read_model(o->model, &model, err);
    }
    if (status == TFL_OK) {
        how.model = tfl_model_name(model);
        how.length = tfl_model_length(model);
        status = tfl_source_open(call, &o->input, &how, &source, err);
    }
    if (status == TFL_OK) {
        status = predict_source(call, model, source, how.n_policy, err);
    }
    tfl_source_close(source);
    tfl_model_free(model);
    return status;
}

static const tfl_example predict_examples[] = {
    {"tfmodel predict seqs.fa", "the built-in network's predictions"},
    {"tfmodel predict -m model.onnx peaks.fa.gz -o predictions.tsv.gz", "those of a model of your own"},
    {"tfmodel predict -m model.onnx -g genome.fa -r peaks.narrowPeak", "around the summits of peaks"},
    {0},
};

static const tfl_command predict_command = {
    .name = "predict",
    .summary = "write a logit and a probability per sequence and task",
    .operands = "[seqs.fa]",
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = TFL_NAMES_DIFFER " The probability of an output without a logit, such as a class that is picked from a softmax, is the output "
                                    "itself, and its logit ln(p / (1 - p)).",
    .option = predict_rows,
    .example = predict_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_predict,
};

/* ---------------------------------------------------------------- evaluate */

static const tfl_option evaluate_rows[] = {
    MODEL_ROW,
    TFL_OUTPUT_ROW(options, output, "where the table goes [standard output]"),
    TFL_THREADS_ROW(options, threads),
    TFL_EXACT_ROW(options, exact),
    TFL_CPU_ROW(options, cpu),
    {0},
};

/* Tasks with names must be the labels' in the same order. */
static tfl_status check_tasks(const tfl_model *model, const tfl_graph *graph, const tfl_dataset *data, tfl_error *err)
{
    for (size_t t = 0; t < graph->n_tasks && graph->n_tasks == data->n_tasks; t++) {
        bool named = graph->task[t][strspn(graph->task[t], "0123456789")] != '\0';
        if (named && strcmp(graph->task[t], data->task[t]) != 0) {
            return tfl_fail(err, TFL_EINPUT, "%s: its task %zu is %s, and column %zu of the labels is %s",
                            tfl_model_name(model), t, graph->task[t], t, data->task[t]);
        }
    }
    return TFL_OK;
}

static tfl_status evaluate_splits(const tfl_call *call, const tfl_graph *graph, const tfl_dataset *data, tfl_error *err)
{
    const options *o = call->options;
    tfl_output *output = NULL;
    tfl_status status = open_output(call, &output, err);
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_evaluate_header(output, err);
    for (tfl_split split = TFL_TRAIN; split < TFL_SPLITS && status == TFL_OK; split++) {
        status = tfl_evaluate_split(graph, data, split, tfl_program_threads(o->threads), output, err);
    }
    return close_output(output, status, err);
}

static tfl_status run_evaluate(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_model *model = NULL;
    tfl_graph *graph = NULL;
    tfl_dataset *data = NULL;
    tfl_status status = tfl_program_cpu(o->cpu, err);
    if (status == TFL_OK) {
        status = read_model(o->model, &model, err);
    }
    if (status == TFL_OK) {
        status = tfl_dataset_read(call->operand[0], &data, err);
    }
    if (status == TFL_OK) {
        status = tfl_model_graph_unpacked(model, data->length, &graph, err);
    }
    if (status == TFL_OK) {
        status = check_tasks(model, graph, data, err);
    }
    if (status == TFL_OK) {
        graph->transforms = !o->exact;
        status = tfl_graph_prepare(graph, NULL, err);
    }
    if (status == TFL_OK) {
        status = evaluate_splits(call, graph, data, err);
    }
    tfl_dataset_free(data);
    tfl_graph_free(graph);
    tfl_model_free(model);
    return status;
}

static const tfl_example evaluate_examples[] = {
    {"tfmodel evaluate -m model.onnx data", "on a data set that tfsim generate wrote"},
    {0},
};

static const tfl_command evaluate_command = {
    .name = "evaluate",
    .summary = "measure auROC and auPRC per task and split",
    .operands = "DIR",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_dataset},
    .description = "DIR holds sequences.fa and labels.tsv, as tfsim generate writes them. auPRC is average precision.",
    .option = evaluate_rows,
    .example = evaluate_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_evaluate,
};

/* ---------------------------------------------------------------- normalize, convert */

static const tfl_option rewrite_rows[] = {
    {.name = "output", .letter = 'o', .argument = "FILE", TFL_TEXT(options, output), .help = "the new model"},
    LENGTH_ROW("make the new model for sequences of this length, where the old one takes any; needed where numbers in "
               "it come from the length"),
    {0},
};

/* A model for any length can be written only where its network is the same but for the length. */
static tfl_status check_any_length(const tfl_model *model, const tfl_graph *graph, tfl_error *err)
{
    tfl_error inner = TFL_ERROR_INIT;
    tfl_status status = tfl_model_check_any_length(model, graph->layer[0].shape.dim[1], &inner);
    return status == TFL_OK ? TFL_OK : tfl_fail(err, status, "%s; --length N makes the new model for one length", inner.message);
}

/* Reads a model, changes it (change may be NULL), and writes it for the same lengths. */
static tfl_status rewrite(const tfl_call *call, tfl_status (*change)(tfl_graph *, tfl_error *), tfl_error *err)
{
    const options *o = call->options;
    if (o->output == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "-o: where the model goes is missing, for example -o new.onnx");
    }
    tfl_model *model = NULL;
    tfl_graph *graph = NULL;
    tfl_status status = tfl_program_check_model(o->output, err);
    if (status == TFL_OK) {
        status = tfl_program_check_outputs(call, &o->output, 1, err);
    }
    if (status == TFL_OK) {
        status = tfl_model_read(call->operand[0], &model, err);
    }
    if (status == TFL_OK) {
        status = build_graph(model, o->length, &graph, err);
    }
    bool any_length = status == TFL_OK && tfl_model_length(model) == 0 && o->length == 0;
    if (any_length) {
        status = check_any_length(model, graph, err);
    }
    if (status == TFL_OK && change != NULL && (status = change(graph, err)) != TFL_OK) {
        tfl_error_prefix(err, "%s", tfl_model_name(model));
    }
    if (status == TFL_OK) {
        status = tfl_model_write(graph, o->output, any_length, err);
    }
    tfl_graph_free(graph);
    tfl_model_free(model);
    return status;
}

static tfl_status run_normalize(const tfl_call *call, tfl_error *err)
{
    return rewrite(call, tfl_normalize_weights, err);
}

static tfl_status run_convert(const tfl_call *call, tfl_error *err)
{
    return rewrite(call, NULL, err);
}

static const tfl_example normalize_examples[] = {
    {"tfmodel normalize model.onnx -o normalized.onnx", "the same predictions, another meaning of zeros"},
    {0},
};

static const tfl_command normalize_command = {
    .name = "normalize",
    .summary = "normalise the first layer's weights, as one-hot inputs allow",
    .operands = "model.onnx",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "Every position of every filter of the first convolution loses its mean over the four bases, which "
                   "goes into the bias. Predictions stay the same; an input of zeros becomes the average base.",
    .option = rewrite_rows,
    .example = normalize_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_normalize,
};

static const tfl_example convert_examples[] = {
    {"tfmodel convert in.onnx -o out.onnx", "the same network with no more layers than needed"},
    {0},
};

static const tfl_command convert_command = {
    .name = "convert",
    .summary = "write a model anew, for inputs (N, 4, L)",
    .operands = "in.onnx",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "Shape arithmetic is computed, layouts of the input other than (N, 4, L) are brought into it, and "
                   "layers that do nothing are left out. The outputs are the same.",
    .option = rewrite_rows,
    .example = convert_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_convert,
};

/* ---------------------------------------------------------------- the program */

static const tfl_command *const subcommands[] = {&info_command,      &predict_command, &evaluate_command,
                                                 &normalize_command, &convert_command, NULL};

static const tfl_command command = {
    .name = "tfmodel",
    .summary = "look into models, use, test and convert them",
    .subcommand = subcommands,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
