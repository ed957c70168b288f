/* tftrain: a convolutional network from labelled sequences (paper, Appendix F). */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/evaluate.h"
#include "cli/options.h"
#include "cli/program.h"
#include "cli/progress.h"
#include "tflift/alphabet.h"
#include "tflift/dataset.h"
#include "tflift/graph.h"
#include "tflift/memory.h"
#include "tflift/model.h"
#include "tflift/output.h"
#include "tflift/train.h"

typedef struct options {
    const char *output, *log, *fasta, *labels, *cpu;
    unsigned epochs, patience, threads;
    size_t batch, filters, width, dense;
    double learning_rate, dropout;
    uint64_t seed;
    bool exact;
} options;

static void set_defaults(void *opaque)
{
    options *o = opaque;
    tfl_train_options training = tfl_train_defaults();
    *o = (options){
        .epochs = training.epochs,
        .patience = training.patience,
        .batch = training.batch,
        .filters = 50,
        .width = 11,
        .dense = 50,
        .learning_rate = training.learning_rate,
        .dropout = 0.5,
        .seed = training.seed,
    };
}

static const tfl_option rows[] = {
    TFL_SECTION("Input and output"),
    TFL_OUTPUT_ROW(options, output, "the model, as ONNX"),
    {.name = "fasta",
     .argument = "FILE",
     TFL_FILE(options, fasta),
     .help = "sequences, instead of a directory of tfsim's"},
    {.name = "labels",
     .argument = "FILE",
     TFL_FILE(options, labels),
     .help =
         "their labels: a table with the header line \"#name class split LABEL...\", where class and split may be "
         "missing; without split each sequence's name tells it, 80, 10 and 10 in a hundred, in tfmodel evaluate too"},
    {.name = "log", .argument = "FILE", TFL_TEXT(options, log), .help = "the line per epoch also goes there"},
    TFL_SECTION("Network"),
    {.name = "filters",
     .argument = "N",
     TFL_SIZE(options, filters, 1, 4096),
     .help = "filters of each of the two convolutions"},
    {.name = "width", .argument = "N", TFL_SIZE(options, width, 1, 1000), .help = "positions that a filter spans"},
    {.name = "dense", .argument = "N", TFL_SIZE(options, dense, 1, 65536), .help = "units of the dense layer"},
    {.name = "dropout",
     .argument = "P",
     TFL_DOUBLE(options, dropout, 0, 0.99),
     .help = "share of the dense layer's units that is left out at random while training"},
    TFL_SECTION("Training"),
    {.name = "epochs",
     .argument = "N",
     TFL_UNSIGNED(options, epochs, 1, 1000000),
     .help = "passes over the training sequences, at most"},
    {.name = "patience",
     .argument = "N",
     TFL_UNSIGNED(options, patience, 0, 1000000),
     .help = "stop after N epochs without a better validation loss; 0: never"},
    {.name = "batch", .argument = "N", TFL_SIZE(options, batch, 1, 65536), .help = "sequences per step of Adam"},
    {.name = "lr",
     .argument = "RATE",
     TFL_DOUBLE_ABOVE(options, learning_rate, 0, 10),
     .help = "learning rate of Adam"},
    TFL_SEED_ROW(options, seed),
    TFL_EXACT_ROW(options, exact),
    TFL_THREADS_ROW(options, threads),
    TFL_CPU_ROW(options, cpu),
    {0}};

/* ---- the network */

/* Adds a layer behind the last one. */
static tfl_status append(tfl_graph *graph, const char *kind, const char *name, const void *parameters, unsigned *last,
                         tfl_error *err)
{
    unsigned input = *last;
    return tfl_graph_add(graph, kind, name, &input, 1, parameters, last, err);
}

typedef struct step {
    const char *kind, *name;
    const void *parameters;
} step;

/* Convolution, ReLU, convolution, ReLU, global average, dense, ReLU, dropout, dense: Appendix F. */
static tfl_status append_layers(tfl_graph *graph, const options *o, const tfl_dataset *data, const float *zeros,
                                tfl_error *err)
{
    const tfl_conv_parameters conv = {
        .out_channels = o->filters,
        .groups = 1,
        .kernel = {1, o->width},
        .stride = {1, 1},
        .dilation = {1, 1},
        .weight = zeros,
        .bias = zeros,
    };
    const tfl_gather_parameters flatten = {.shape = {1, {o->filters}}};
    const tfl_dense_parameters hidden = {o->dense, zeros, zeros}, logits = {data->n_tasks, zeros, zeros};
    const tfl_dropout_parameters dropout = {(float)o->dropout};
    const step steps[] = {
        {"conv", "conv1", &conv},
        {"relu", "relu1", NULL},
        {"conv", "conv2", &conv},
        {"relu", "relu2", NULL},
        {"global-average-pool", "pool", NULL},
        {"gather", "flatten", &flatten},
        {"dense", "dense1", &hidden},
        {"relu", "relu3", NULL},
        {"dropout", "dropout", &dropout},
        {"dense", "dense2", &logits},
    };
    unsigned last = 0;
    tfl_status status = TFL_OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == TFL_OK; i++) {
        status = append(graph, steps[i].kind, steps[i].name, steps[i].parameters, &last, err);
    }
    return status == TFL_OK ? tfl_graph_finish(graph, last, (const char *const *)data->task, err) : status;
}

/* The untrained network. */
static tfl_status create_network(const options *o, const tfl_dataset *data, tfl_graph **out, tfl_error *err)
{
    if (data->length < 2 * o->width - 1) {
        return tfl_fail(err, TFL_EINPUT,
                        "sequences of %zu letters are too short for two convolutions of width %zu: at least %zu",
                        data->length, o->width, 2 * o->width - 1);
    }
    const tfl_shape input = {2, {TFL_BASES, data->length}};
    size_t channels = o->filters > TFL_BASES ? o->filters : TFL_BASES;
    size_t largest = o->filters * channels * o->width;
    largest = o->dense * o->filters > largest ? o->dense * o->filters : largest;
    largest = o->dense * data->n_tasks > largest ? o->dense * data->n_tasks : largest;
    float *zeros = tfl_alloc_floats(largest);
    tfl_status status = zeros == NULL ? tfl_fail_memory(err, "the network") : tfl_graph_create(&input, out, err);
    if (status == TFL_OK) {
        status = append_layers(*out, o, data, zeros, err);
    }
    if (status == TFL_OK) {
        (*out)->transforms = !o->exact;
        status = tfl_train_initialise(*out, o->seed, err);
    }
    free(zeros);
    return status;
}

/* ---- what is said about it */

typedef struct report {
    const tfl_dataset *data;
    const options *options;
    tfl_output *table, *log; /* log may be NULL */
    tfl_progress progress;
    tfl_error *err;
} report;

static tfl_status write_epoch_header(tfl_output *output, const tfl_dataset *data, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "#epoch\ttrain_loss\tvalid_loss");
    for (tfl_split split = TFL_TRAIN; split <= TFL_VALID && status == TFL_OK; split++) {
        for (size_t k = 0; k < data->n_tasks && status == TFL_OK; k++) {
            status = tfl_output_printf(output, err, "\t%s_auroc_%s", tfl_split_name[split], data->task[k]);
        }
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "\tbest\n") : status;
}

static tfl_status write_epoch(tfl_output *output, const tfl_epoch *epoch, size_t tasks, tfl_error *err)
{
    tfl_status status =
        tfl_output_printf(output, err, "%u\t%.5f\t%.5f", epoch->number, epoch->train_loss, epoch->valid_loss);
    for (size_t k = 0; k < 2 * tasks && status == TFL_OK; k++) {
        double area = k < tasks ? epoch->train_auroc[k] : epoch->valid_auroc[k - tasks];
        status = tfl_output_printf(output, err, "\t%.4f", area);
    }
    if (status == TFL_OK) {
        status = tfl_output_printf(output, err, "\t%s\n", epoch->best ? "*" : "");
    }
    return status == TFL_OK ? tfl_output_flush(output, err) : status;
}

static int report_epoch(void *context, const tfl_epoch *epoch)
{
    report *r = context;
    tfl_progress_end(&r->progress);
    tfl_status status = write_epoch(r->table, epoch, r->data->n_tasks, r->err);
    if (status == TFL_OK && r->log != NULL) {
        status = write_epoch(r->log, epoch, r->data->n_tasks, r->err);
    }
    tfl_progress_step(&r->progress, epoch->number, (double)epoch->number / r->options->epochs);
    return status != TFL_OK;
}

/* ---- the program */

static tfl_status read_data(const tfl_call *call, tfl_dataset **data, tfl_error *err)
{
    const options *o = call->options;
    if ((o->fasta != NULL) != (o->labels != NULL)) {
        return tfl_fail(err, TFL_EUSAGE, "--fasta and --labels go together");
    }
    if ((call->n_operands == 1) == (o->fasta != NULL)) {
        return tfl_fail(err, TFL_EUSAGE, "give either the directory of a data set or --fasta and --labels");
    }
    if (o->fasta != NULL) {
        return tfl_dataset_read_files(o->fasta, o->labels, data, err);
    }
    return tfl_dataset_read(call->operand[0], data, err);
}

static tfl_status train_network(const tfl_call *call, const tfl_dataset *data, tfl_graph *graph, report *r)
{
    const options *o = call->options;
    tfl_split_view train = {0}, valid = {0};
    tfl_train_options training = tfl_train_defaults();
    training.epochs = o->epochs;
    training.patience = o->patience;
    training.batch = o->batch;
    training.learning_rate = o->learning_rate;
    training.seed = o->seed;
    training.threads = tfl_program_threads(o->threads);
    tfl_status status = tfl_split_view_create(data, TFL_TRAIN, &train, r->err);
    if (status == TFL_OK) {
        status = tfl_split_view_create(data, TFL_VALID, &valid, r->err);
    }
    if (status == TFL_OK) {
        tfl_progress_start(&r->progress, call, "epochs");
        status = tfl_train(graph, &train.examples, &valid.examples, &training, report_epoch, r, r->err);
        tfl_progress_end(&r->progress);
    }
    tfl_split_view_clear(&train);
    tfl_split_view_clear(&valid);
    return status == TFL_OK ? r->err->status : status; /* a report that could not be written ends the training early */
}

/* What a run writes: a table on standard output, the model, and a log where one was asked for (else NULL). */
typedef struct outputs {
    tfl_output *table, *model, *log;
} outputs;

/* The table: epochs, then the test split. */
static tfl_status train_and_report(const tfl_call *call, const tfl_dataset *data, tfl_graph *graph, const outputs *to,
                                   tfl_error *err)
{
    const options *o = call->options;
    report r = {.data = data, .options = o, .table = to->table, .log = to->log, .err = err};
    tfl_status status = write_epoch_header(to->table, data, err);
    if (status == TFL_OK && to->log != NULL) {
        status = write_epoch_header(to->log, data, err);
    }
    if (status == TFL_OK) {
        status = train_network(call, data, graph, &r);
    }
    if (status == TFL_OK) {
        status = tfl_model_write_to(graph, to->model, true, err);
    }
    if (status == TFL_OK) {
        status = tfl_evaluate_header(to->table, err);
    }
    if (status == TFL_OK) {
        status = tfl_evaluate_split(graph, data, TFL_TEST, tfl_program_threads(o->threads), to->table, err);
    }
    return status;
}

static tfl_status commit(tfl_output **output, tfl_status status, tfl_error *err)
{
    if (status == TFL_OK && *output != NULL) {
        status = tfl_output_commit(*output, err);
        *output = NULL;
    }
    return status;
}

/* All are finished before the first is given its name. */
static tfl_status commit_outputs(outputs *to, tfl_error *err)
{
    tfl_status status = tfl_output_finish(to->model, err);
    if (status == TFL_OK && to->log != NULL) {
        status = tfl_output_finish(to->log, err);
    }
    status = commit(&to->table, status, err);
    status = commit(&to->model, status, err);
    return commit(&to->log, status, err);
}

/* The outputs are opened before the work, so that a wrong path is known at once. */
static tfl_status train_with_outputs(const tfl_call *call, const tfl_dataset *data, tfl_graph *graph, tfl_error *err)
{
    const options *o = call->options;
    outputs to = {NULL, NULL, NULL};
    tfl_status status = tfl_output_open("-", TFL_PLAIN, &to.table, err);
    if (status == TFL_OK) {
        status = tfl_output_open(o->output, TFL_PLAIN, &to.model, err);
    }
    if (status == TFL_OK && o->log != NULL) {
        status = tfl_output_open(o->log, TFL_BY_NAME, &to.log, err);
    }
    if (status == TFL_OK) {
        status = train_and_report(call, data, graph, &to, err);
    }
    if (status == TFL_OK) {
        status = commit_outputs(&to, err);
    }
    tfl_output_discard(to.log);
    tfl_output_discard(to.model);
    tfl_output_discard(to.table);
    return status;
}

static tfl_status run(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    if (o->output == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "-o: where the model goes is missing, for example -o model.onnx");
    }
    const char *const output[] = {o->output, o->log, "-"};
    tfl_status status = tfl_program_cpu(o->cpu, err);
    tfl_dataset *data = NULL;
    tfl_graph *graph = NULL;
    if (status == TFL_OK) {
        status = tfl_program_check_model(o->output, err);
    }
    if (status == TFL_OK) {
        status = tfl_program_check_outputs(call, output, sizeof output / sizeof *output, err);
    }
    if (status == TFL_OK) {
        status = read_data(call, &data, err);
    }
    if (status == TFL_OK) {
        status = create_network(o, data, &graph, err);
    }
    if (status == TFL_OK) {
        status = train_with_outputs(call, data, graph, err);
    }
    tfl_graph_free(graph);
    tfl_dataset_free(data);
    return status;
}

static const tfl_example examples[] = {
    {"tftrain data -o model.onnx", "train on a data set that tfsim generate wrote"},
    {"tftrain --fasta peaks.fa --labels labels.tsv -o model.onnx", "train on sequences of your own"},
    {"tftrain data -o model.onnx --epochs 100 --patience 0 --log epochs.tsv",
     "train for a fixed time and keep the record"},
    {0}};

static const tfl_command command = {
    .name = "tftrain",
    .summary = "train a convolutional network on labelled sequences",
    .operands = "DIR",
    .max_operands = 1,
    .files = {.reads = tfl_reads_dataset},
    .description =
        "Trains the network of the DeepLIFT paper's genomics study (two convolutions, global average pooling, a dense "
        "layer "
        "with dropout, a logit per task) by Adam on binary cross-entropy, and writes the weights of the epoch with the "
        "best validation loss as ONNX.\n\n"
        "Standard output gets a table: a row per epoch with the loss and each task's area under the ROC curve on the "
        "training "
        "and the validation split (training figures are taken while training, with dropout), then auROC and auPRC on "
        "the test split.",
    .option = rows,
    .example = examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
