/*
 * tfscore as a whole process, from FASTA to bigWig, against what the processor can multiply and add.
 *
 * Operations are those of direct arithmetic, counted from the network: twice the weights per output position, forward for the sequence and each
 * reference (but for the first layer, whose one-hot input needs no product), back for each task and reference. Rates are per second of processor
 * time, by turns with the register-only peak, which is the mean of the turns before and after; so a ratio says how much of the processor the work
 * itself had. Threads are compared by the clock, one and two by turns, and so is what the machine makes of two: registers alone, by one thread and by
 * two at once, before, between and after.
 *
 * A wait is a time that a thread gave up the processor before its time was over: for a lock, for something to do, for a disk. What a process waits when
 * it starts and ends is no matter of sequences, so waits are those of a run less those of one with half the sequences. Memory of a worker likewise is
 * the difference of two runs, one with twice the threads.
 *
 * usage: bench_score [ROUNDS [NETWORK]]   in the build folder, where tfscore is
 */
#include "config.h"

#include "tests/bench/support.h"

#include "tflift/cpu.h"
#include "tflift/graph.h"
#include "tflift/memory.h"
#include "tflift/model.h"
#include "tflift/rng.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ROUNDS = 101, CREW_ROUNDS = 3, PEAK_TURNS = 6 };

/* ---------------------------------------------------------------- networks */

typedef struct network {
    const char *key, *name;
    size_t length, channels, width, blocks; /* channels 0: the built-in network */
    size_t references, sequences, tasks;
    size_t shared, shared_references; /* sequences for one thread and two: enough for the start and the end not to matter */
    size_t crew, per_worker;          /* threads, where they are many, and sequences of one reference for each */
    size_t most_rounds;
} network;

static const network networks[] = {
    {"paper", "the paper's: 200 bp, two convolutions of 50 x 11, 3 tasks, 10 references", 200, 0, 0, 0, 10, 800, 3, 1500, 10, 64, 20, MOST_ROUNDS},
    {"paper-one", "the same, one task", 200, 0, 0, 0, 10, 1600, 1, 2400, 10, 64, 20, MOST_ROUNDS},
    {"bpnet", "BPNet-like: 2114 bp, 64 x 21 and 8 residual dilated 64 x 3, 20 references", 2114, 64, 21, 8, 20, 24, 1, 32, 20, 64, 2, MOST_ROUNDS},
    {"chrombpnet", "ChromBPNet size: the same with 512 channels, 10 references", 2114, 512, 21, 8, 10, 3, 1, 24, 1, 4, 2, 3},
};

typedef struct files {
    char folder[64], model[96], sequences[96], shared[96], many[96], half[96], output[96];
} files;

static tfl_error error;

#define OK(call) bench_need((call) == TFL_OK, error.message)

static unsigned add(tfl_graph *graph, const char *kind, const unsigned *input, unsigned n_inputs, const void *parameters)
{
    unsigned index;
    OK(tfl_graph_add(graph, kind, NULL, input, n_inputs, parameters, &index, &error));
    return index;
}

static unsigned add_conv(tfl_graph *graph, unsigned from, size_t in, size_t out, size_t width, size_t dilation, bool same)
{
    size_t pad = same ? (width - 1) * dilation / 2 : 0;
    float *weight = bench_floats(in * out * width), *bias = bench_floats(out);
    const tfl_conv_parameters p = {.out_channels = out,
                                   .groups = 1,
                                   .kernel = {1, width},
                                   .stride = {1, 1},
                                   .dilation = {1, dilation},
                                   .pad_before = {0, pad},
                                   .pad_after = {0, pad},
                                   .weight = weight,
                                   .bias = bias};
    unsigned index = add(graph, "conv", &from, 1, &p);
    free(weight);
    free(bias);
    return index;
}

/* A convolution; blocks x = x + relu(dilated convolution of x); the mean over positions; a dense layer. */
static tfl_graph *make_graph(const network *n)
{
    tfl_graph *graph;
    const tfl_shape input = {.rank = 2, .dim = {4, n->length}};
    OK(tfl_graph_create(&input, &graph, &error));
    unsigned x = add_conv(graph, 0, 4, n->channels, n->width, 1, false);
    x = add(graph, "relu", &x, 1, NULL);
    for (size_t block = 0; block < n->blocks; block++) {
        unsigned branch = add_conv(graph, x, n->channels, n->channels, 3, (size_t)2 << block, true);
        const unsigned both[2] = {x, add(graph, "relu", &branch, 1, NULL)};
        x = add(graph, "add", both, 2, NULL);
    }
    x = add(graph, "global-average-pool", &x, 1, NULL);
    const tfl_gather_parameters flat = {.shape = {1, {n->channels}}};
    x = add(graph, "gather", &x, 1, &flat);
    float *weight = bench_floats(n->channels);
    const tfl_dense_parameters dense = {.out = 1, .weight = weight};
    x = add(graph, "dense", &x, 1, &dense);
    free(weight);
    OK(tfl_graph_finish(graph, x, NULL, &error));
    return graph;
}

static tfl_graph *open_graph(const network *n)
{
    tfl_model *model;
    tfl_graph *graph;
    if (n->channels > 0) {
        return make_graph(n);
    }
    OK(tfl_model_builtin(&model, &error));
    OK(tfl_model_graph(model, n->length, &graph, &error));
    tfl_model_free(model);
    return graph;
}

static bool is_weighted(const tfl_layer *layer)
{
    return strcmp(layer->kind->name, "conv") == 0 || strcmp(layer->kind->name, "dense") == 0;
}

/* Operations of one way through a layer: two for each weight that an output has. */
static double layer_operations(const tfl_layer *layer)
{
    tfl_weights list[2];
    if (!is_weighted(layer)) {
        return 0.0;
    }
    tfl_layer *open = (tfl_layer *)layer; /* only looked at */
    layer->kind->weights(open, list, 2);
    return 2.0 * (double)(layer->size * list[0].fan_in);
}

static double count_operations(const network *n, const tfl_graph *graph)
{
    double operations = 0.0, ways_back = (double)(n->references * n->tasks), ways_forth = (double)(1 + n->references);
    for (size_t l = 1; l < graph->n_layers; l++) {
        const tfl_layer *layer = &graph->layer[l];
        operations += layer_operations(layer) * (ways_back + (layer->input[0] != 0 ? ways_forth : 0.0));
    }
    return operations;
}

/* ---------------------------------------------------------------- files */

static void write_sequences(const char *path, size_t n, size_t length)
{
    FILE *file = fopen(path, "w");
    bench_need(file != NULL, path);
    for (size_t i = 0; i < n; i++) {
        tfl_rng rng;
        tfl_rng_init(&rng, 1, "sequence", i);
        fprintf(file, ">seq%zu\n", i);
        for (size_t k = 0; k < length; k++) {
            fputc("ACGT"[tfl_rng_below(&rng, 4)], file);
        }
        fputc('\n', file);
    }
    bench_need(fclose(file) == 0, path);
}

static files make_files(const network *n)
{
    files f;
    snprintf(f.folder, sizeof f.folder, "bench_files.XXXXXX");
    bench_need(mkdtemp(f.folder) != NULL, "no folder for files");
    snprintf(f.model, sizeof f.model, "%s/model.onnx", f.folder);
    snprintf(f.sequences, sizeof f.sequences, "%s/sequences.fa", f.folder);
    snprintf(f.shared, sizeof f.shared, "%s/shared.fa", f.folder);
    snprintf(f.many, sizeof f.many, "%s/many.fa", f.folder);
    snprintf(f.half, sizeof f.half, "%s/half.fa", f.folder);
    snprintf(f.output, sizeof f.output, "%s/scores.bw", f.folder);
    write_sequences(f.sequences, n->sequences, n->length);
    write_sequences(f.shared, n->shared, n->length);
    write_sequences(f.many, 2 * n->crew * n->per_worker, n->length);
    write_sequences(f.half, n->crew * n->per_worker, n->length);
    if (n->channels > 0) {
        tfl_graph *graph = make_graph(n);
        OK(tfl_model_write(graph, f.model, false, &error));
        tfl_graph_free(graph);
    }
    return f;
}

static void remove_files(const files *f)
{
    DIR *folder = opendir(f->folder);
    bench_need(folder != NULL, f->folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        (void)unlinkat(dirfd(folder), entry->d_name, 0); /* . and .. stay */
    }
    closedir(folder);
    bench_need(rmdir(f->folder) == 0, "the files of the benchmark stay behind");
}

/* ---------------------------------------------------------------- a run of tfscore */

typedef struct usage {
    double wall, cpu;
    long memory; /* kilobytes at most */
    long waits;  /* given up the processor to wait */
} usage;

static _Noreturn void start_tfscore(const network *n, const files *f, const char *sequences, size_t references, unsigned threads, bool exact)
{
    char number[32], at[32];
    const char *arguments[24];
    size_t k = 0;
    snprintf(number, sizeof number, "%zu", references);
    snprintf(at, sizeof at, "-@%u", threads);
    const char *const fixed[] = {"./tfscore", "-q", "--ref", "dinuc", "-n", number, at, "-o", f->output, "-t", n->tasks > 1 ? "all" : "0"};
    for (; k < sizeof fixed / sizeof *fixed; k++) {
        arguments[k] = fixed[k];
    }
    if (n->channels > 0) {
        arguments[k++] = "-m";
        arguments[k++] = f->model;
    }
    if (exact) {
        arguments[k++] = "--exact";
    }
    arguments[k++] = sequences;
    arguments[k] = NULL;
    execv(arguments[0], (char *const *)arguments);
    perror("./tfscore");
    _exit(127);
}

/* In a process of its own, whose only child is tfscore, so that what it used is that child's. */
static _Noreturn void watch(const network *n, const files *f, const char *sequences, size_t references, unsigned threads, bool exact, int to)
{
    double start = bench_wall_time();
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        start_tfscore(n, f, sequences, references, threads, exact);
    }
    bool good = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    struct rusage used;
    usage u = {.wall = bench_wall_time() - start};
    good = good && getrusage(RUSAGE_CHILDREN, &used) == 0;
    if (good) {
        u.cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
        u.memory = used.ru_maxrss;
        u.waits = used.ru_nvcsw;
    }
    good = good && write(to, &u, sizeof u) == (ssize_t)sizeof u;
    _exit(good ? 0 : 1);
}

static usage run_tfscore(const network *n, const files *f, const char *sequences, size_t references, unsigned threads, bool exact)
{
    int ends[2], status;
    usage u;
    bench_need(pipe(ends) == 0, "no pipe");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        watch(n, f, sequences, references, threads, exact, ends[1]);
    }
    bench_need(child > 0 && waitpid(child, &status, 0) == child && status == 0, "tfscore failed");
    bench_need(read(ends[0], &u, sizeof u) == (ssize_t)sizeof u, "tfscore said nothing");
    close(ends[0]);
    close(ends[1]);
    return u;
}

/* ---------------------------------------------------------------- convolutions alone */

typedef struct convolution {
    tfl_layer *layer;
    float *in, *out, *grad_in;
} convolution;

/* Processor time that the convolutions of one sequence take by themselves. */
static double time_convolutions(const network *n, tfl_graph *graph, bool exact)
{
    double spent = 0.0;
    graph->transforms = !exact;
    OK(tfl_graph_prepare(graph, NULL, &error));
    float *scratch = bench_floats(graph->scratch);
    for (size_t l = 1; l < graph->n_layers; l++) {
        tfl_layer *layer = &graph->layer[l];
        if (strcmp(layer->kind->name, "conv") != 0) {
            continue;
        }
        size_t size = tfl_shape_size(&layer->input_shape[0]), times = 1 + (size_t)(1e9 / layer_operations(layer));
        float *in = bench_floats(size), *out = bench_floats(layer->size), *grad_in = bench_floats(size);
        for (size_t i = 0; layer->input[0] == 0 && i < size; i++) {
            in[i] = i % 4 == i / 4 % 4 ? 1.0F : 0.0F;
        }
        double start = bench_cpu_time();
        for (size_t i = 0; i < times; i++) {
            layer->kind->forward(layer, (const float *const[]){in}, out, scratch);
        }
        double between = bench_cpu_time();
        for (size_t i = 0; i < times; i++) {
            layer->kind->transpose(layer, TFL_ALL, out, (float *const[]){grad_in}, scratch);
        }
        double forth = (between - start) / (double)times, back = (bench_cpu_time() - between) / (double)times;
        spent += forth * (double)(1 + n->references) + back * (double)(n->references * n->tasks);
        free(in);
        free(out);
        free(grad_in);
    }
    free(scratch);
    return spent;
}

/* ---------------------------------------------------------------- the table */

static double peak_turns(void)
{
    double sum = 0.0;
    for (size_t i = 0; i < PEAK_TURNS; i++) {
        sum += bench_peak_rate(tfl_cpu_level());
    }
    return sum / PEAK_TURNS;
}

static void print_percent(const char *what, double *value, size_t n)
{
    bench_spread s = bench_spread_of(value, n);
    printf(" %s%.0f %% (%.0f to %.0f) |", what, 100.0 * s.median, 100.0 * s.least, 100.0 * s.most);
}

/* Of one way: rate, ratio to the peak, what is no convolution; the last two by what was measured right before and right after. */
static void bench_way(const network *n, const files *f, tfl_graph *graph, bool exact, size_t rounds)
{
    static double rate[MOST_ROUNDS], ratio[MOST_ROUNDS], elsewhere[MOST_ROUNDS], peaks[MOST_ROUNDS];
    double operations = count_operations(n, graph);
    double convolutions = time_convolutions(n, graph, exact);
    for (size_t i = 0; i < rounds; i++) {
        double peak = peak_turns();
        usage u = run_tfscore(n, f, f->sequences, n->references, 1, exact);
        peaks[i] = (peak + peak_turns()) / 2.0;
        rate[i] = (double)n->sequences / u.cpu;
        ratio[i] = rate[i] * operations / peaks[i];
        double before = convolutions;
        convolutions = time_convolutions(n, graph, exact);
        elsewhere[i] = 1.0 - (before + convolutions) / 2.0 * rate[i];
    }
    bench_spread rates = bench_spread_of(rate, rounds), top = bench_spread_of(peaks, rounds);
    printf("| %s | %s | %.0f | %.3g | %.0f | %.0f |", n->name, exact ? "`--exact`" : "default", operations / 1e6, rates.median,
           rates.median * operations / 1e9, top.median / 1e9);
    print_percent("", ratio, rounds);
    print_percent("", elsewhere, rounds);
    printf("\n");
}

typedef struct paired {
    double faster, own; /* two threads against one: tfscore, and registers alone */
} paired;

static paired pair_threads(const network *n, const files *f)
{
    const char *level = tfl_cpu_level();
    double before = bench_peak_of_two(level);
    usage one = run_tfscore(n, f, f->shared, n->shared_references, 1, false);
    double between = bench_peak_of_two(level);
    usage two = run_tfscore(n, f, f->shared, n->shared_references, 2, false);
    double own = (before + 2.0 * between + bench_peak_of_two(level)) / 4.0;
    return (paired){one.wall / two.wall, own};
}

/* Of a sequence more; what the starts of two processes differ by may leave less than none. */
static double waits_between(const network *n, const usage *many, const usage *half)
{
    double waits = (double)(many->waits - half->waits) / (double)(n->crew * n->per_worker);
    return waits > 0.0 ? waits : 0.0;
}

/* Waits per sequence of two threads and of many, and bytes of a worker. */
typedef struct crowd {
    double few, many, memory;
} crowd;

static crowd watch_crew(const network *n, const files *f)
{
    unsigned crew = (unsigned)n->crew, half_crew = crew / 2;
    usage two = run_tfscore(n, f, f->many, 1, 2, false), two_half = run_tfscore(n, f, f->half, 1, 2, false);
    usage all = run_tfscore(n, f, f->many, 1, crew, false), all_half = run_tfscore(n, f, f->half, 1, crew, false);
    usage fewer = half_crew == 2 ? two : run_tfscore(n, f, f->many, 1, half_crew, false);
    return (crowd){waits_between(n, &two, &two_half), waits_between(n, &all, &all_half),
                   (double)(all.memory - fewer.memory) / (double)(crew - half_crew) * 1024.0};
}

static void bench_threads(const network *n, const files *f, size_t rounds)
{
    static double faster[MOST_ROUNDS], own[MOST_ROUNDS], of_own[MOST_ROUNDS];
    double few[CREW_ROUNDS], many[CREW_ROUNDS], memory[CREW_ROUNDS];
    size_t crews = rounds < CREW_ROUNDS ? rounds : CREW_ROUNDS;
    for (size_t i = 0; i < rounds; i++) {
        paired found = pair_threads(n, f);
        faster[i] = found.faster;
        own[i] = found.own;
        of_own[i] = found.faster / found.own;
    }
    for (size_t i = 0; i < crews; i++) {
        crowd found = watch_crew(n, f);
        few[i] = found.few;
        many[i] = found.many;
        memory[i] = found.memory;
    }
    bench_spread speed = bench_spread_of(faster, rounds);
    printf("| %s | %.2f (%.2f to %.2f) |", n->name, speed.median, speed.least, speed.most);
    print_percent("", of_own, rounds);
    printf(" %.2f | %.2f | %.2f (%zu) | %.1f |\n", bench_spread_of(own, rounds).median, bench_spread_of(few, crews).median,
           bench_spread_of(many, crews).median, n->crew, bench_spread_of(memory, crews).median / 1e6);
}

/* Half of the table of one network. */
static void bench_network(const network *n, bool threads, size_t rounds)
{
    files f = make_files(n);
    tfl_graph *graph = threads ? NULL : open_graph(n);
    rounds = rounds < n->most_rounds ? rounds : n->most_rounds;
    if (threads) {
        bench_threads(n, &f, rounds);
    } else {
        bench_way(n, &f, graph, true, rounds);
        bench_way(n, &f, graph, false, rounds);
    }
    tfl_graph_free(graph);
    remove_files(&f);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 5;
    bench_need(rounds > 0 && rounds <= MOST_ROUNDS, "usage: bench_score [ROUNDS [NETWORK]]");
    const char *only = argc > 2 ? argv[2] : NULL;
    const size_t n_networks = sizeof networks / sizeof *networks;
    /* Threads first: a child's memory begins with what this process has. */
    printf("| network | two threads against one | of the machine's own two | which are | waits per sequence of two | of many threads (so many) | "
           "MB per worker |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n_networks; i++) {
        if (only == NULL || strcmp(only, networks[i].key) == 0) {
            bench_network(&networks[i], true, rounds);
        }
    }
    printf("\n`tfscore --ref dinuc`, one thread, processor level %s, %zu rounds (at most 3 at ChromBPNet size): median (least to most).\n\n"
           "| network | way | MFLOP/sequence | sequences/s | GFLOP/s | peak GFLOP/s | of peak | not convolutions |\n"
           "|---|---|---|---|---|---|---|---|\n", tfl_cpu_level(), rounds);
    for (size_t i = 0; i < n_networks; i++) {
        if (only == NULL || strcmp(only, networks[i].key) == 0) {
            bench_network(&networks[i], false, rounds);
        }
    }
    return EXIT_SUCCESS;
}
