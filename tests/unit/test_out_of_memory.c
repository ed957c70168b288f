/*
 * Every public function that can fail, run again and again with an allocator that fails at its first call, its second,
 * its third … until none fails: it says that memory ran out, makes nothing, leaks nothing, and leaves no file.
 *
 * A scenario calls functions of the library alone, what it needs being made before, so that the calls of the allocator
 * are the library's. scripts/check-scenarios finds a function of include/tflift/ that no scenario calls.
 */
#include "config.h"

#include "tests/support/failing_memory.h"
#include "tests/support/networks.h"
#include "tests/support/support.h"

#include "tflift.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, LENGTH = 30, SEQUENCES = 8, REFERENCES = 2 };

static const char letters[] = "ACGTACGTTTGGCCAANACGTTAGACCATG";

/* ---------------------------------------------------------------- what is made before */

static struct {
    char folder[PATH_SIZE]; /* for what a scenario writes; empty in between */
    char data[PATH_SIZE];   /* a data set */
    char fasta[PATH_SIZE], labels[PATH_SIZE], references[PATH_SIZE], design_path[PATH_SIZE], model_path[PATH_SIZE];
    char bigwig[PATH_SIZE];
    tfl_design *design;
    tfl_motifs *motifs;
    tfl_model *model;
    tfl_graph *graph;   /* a small network, see make_graph */
    tfl_graph *builtin; /* the network that is built in */
} made;

static char *model_bytes; /* of model_path */
static size_t model_size;
static tfl_frame *frame_of_charts;

static tfl_error failure; /* of what is made before; a test that fails there says why */

static void must(tfl_status status)
{
    ck_assert_msg(status == TFL_OK, "%s", failure.message);
}

static tfl_graph *make_graph(void)
{
    static float weight[4 * 3 * 7];
    tfl_rng rng;
    tfl_rng_init(&rng, 5, "weights", 0);
    for (size_t i = 0; i < sizeof weight / sizeof *weight; i++) {
        weight[i] = (float)tfl_rng_normal(&rng);
    }
    const tfl_shape input = {2, {4, LENGTH}};
    const tfl_conv_parameters conv = {
        .out_channels = 3, .groups = 1, .kernel = {1, 7}, .stride = {1, 1}, .dilation = {1, 1}, .weight = weight};
    const tfl_gather_parameters flat = {{1, {3}}, NULL, 0};
    const tfl_dropout_parameters rate = {0.2F};
    const tfl_dense_parameters dense = {2, weight, NULL};
    tfl_graph *graph;
    unsigned last = 0;
    must(tfl_graph_create(&input, &graph, &failure));
    must(tfl_graph_add(graph, "conv", "conv", &last, 1, &conv, &last, &failure));
    must(tfl_graph_add(graph, "relu", "relu", &last, 1, NULL, &last, &failure));
    must(tfl_graph_add(graph, "global-max-pool", "pool", &last, 1, NULL, &last, &failure));
    must(tfl_graph_add(graph, "gather", "flat", &last, 1, &flat, &last, &failure));
    must(tfl_graph_add(graph, "dropout", "drop", &last, 1, &rate, &last, &failure));
    must(tfl_graph_add(graph, "dense", "dense", &last, 1, &dense, &last, &failure));
    must(tfl_graph_finish(graph, last, NULL, &failure));
    return graph;
}

static void make_bigwig(void)
{
    static const char *const contig[] = {"chrX"};
    static const int64_t length[] = {5000};
    static float value[100];
    tfl_bigwig_writer *writer;
    must(tfl_bigwig_create(made.bigwig, contig, length, 1, &writer, &failure));
    must(tfl_bigwig_write(writer, 0, 1000, value, 100, &failure));
    must(tfl_bigwig_commit(writer, &failure));
}

static void make_texts(void)
{
    static const char design[] = "[design]\nname = d\nsequences = 8\nlength = 60\ntasks = a, b\n[class x]\nlabels = a\n"
                                 "plant = TAL1_known1 mean=1 min=1 max=2\n[class y]\nlabels = b\n";
    static const char fasta[] = ">s1 first\nACGTACGTTTGGCCAANACGTTAGACCATG\n>s2\nACGTACGTTTGGCCAANACG\nTTAGACCATG\n";
    static const char labels[] = "#name\tclass\tsplit\ta\tb\ns2\tx\ttrain\t1\t0\ns1\ty\ttest\t0\tNA\n";
    static const char references[] =
        ">s1|shuffled|0\nACGTACGTTTGGCCAANACGTTAGACCATG\n>s1|shuffled|1\nACGTACGTTTGGCCAANACGTTAGACCATT\n";
    test_write_file(made.design_path, design, sizeof design - 1);
    test_write_file(made.fasta, fasta, sizeof fasta - 1);
    test_write_file(made.labels, labels, sizeof labels - 1);
    test_write_file(made.references, references, sizeof references - 1);
}

static void make(void)
{
    test_scratch_path(made.folder, sizeof made.folder, "written");
    test_scratch_path(made.data, sizeof made.data, "data");
    test_scratch_path(made.fasta, sizeof made.fasta, "sequences.fa");
    test_scratch_path(made.labels, sizeof made.labels, "labels.tsv");
    test_scratch_path(made.references, sizeof made.references, "references.fa");
    test_scratch_path(made.design_path, sizeof made.design_path, "design.ini");
    test_scratch_path(made.model_path, sizeof made.model_path, "model.onnx");
    test_scratch_path(made.bigwig, sizeof made.bigwig, "values.bw");
    make_texts();
    make_bigwig();
    must(tfl_design_read(made.design_path, &made.design, &failure));
    must(tfl_simulate_write(made.design, 1, made.data, NULL, &failure));
    must(tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "motifs", &made.motifs, &failure));
    must(tfl_model_builtin(&made.model, &failure));
    must(tfl_model_graph(made.model, 40, &made.builtin, &failure));
    made.graph = make_graph();
    must(tfl_model_write(made.graph, made.model_path, false, &failure));
    char name[PATH_SIZE];
    test_scratch_path(name, sizeof name, "written/x");
    tfl_output_folder *folder;
    must(tfl_output_folder_open(made.folder, &folder, &failure));
    tfl_output_folder_keep(folder);
}

static void unmake(void)
{
    tfl_design_free(made.design);
    tfl_motifs_free(made.motifs);
    tfl_model_free(made.model);
    tfl_graph_free(made.builtin);
    tfl_graph_free(made.graph);
    tfl_frame_free(frame_of_charts);
    free(model_bytes);
    model_bytes = NULL;
}

/* A path in the folder for what a scenario writes. */
static const char *written(const char *name)
{
    static char path[PATH_SIZE + 64];
    (void)snprintf(path, sizeof path, "%s/%s", made.folder, name);
    return path;
}

/* ---------------------------------------------------------------- what scenarios share */

static const char *complaint; /* what a scenario saw that should not be: Check's macros would ask for memory */

/* A pointer that is neither NULL nor anything. */
static void *nowhere(void)
{
    static char byte;
    return &byte;
}

/* A function that makes something makes it or leaves *out NULL; at is out. */
static tfl_status check_made(tfl_status status, const void *at, const char *call)
{
    void *out;
    memcpy(&out, at, sizeof out);
    if ((status == TFL_OK) != (out != NULL) || out == nowhere()) {
        complaint = call;
    }
    return status;
}

/* clang-format off */
#define MAKE(out, call) ((out) = nowhere(), check_made((call), &(out), #call))
/* clang-format on */

static void sequence_one(tfl_sequence *sequence, char *text)
{
    static char name[] = "s1", nothing[] = "";
    memcpy(text, letters, sizeof letters);
    *sequence = (tfl_sequence){.name = name, .description = nothing, .letters = text, .length = LENGTH};
}

static tfl_status memory_or(const void *pointer, tfl_error *err)
{
    return pointer != NULL ? TFL_OK : tfl_fail_memory(err, "a test");
}

/* ---------------------------------------------------------------- base */

static tfl_status pieces(size_t i, tfl_error *err)
{
    void *array = NULL;
    size_t capacity = 0;
    (void)i;
    void *piece[] = {tfl_calloc(3, 5), tfl_realloc(NULL, 7, 2), tfl_alloc_floats(9), tfl_strdup("text"),
                     tfl_strndup("text", 2)};
    tfl_status status = TFL_OK;
    for (size_t k = 0; k < sizeof piece / sizeof *piece; k++) {
        status = status == TFL_OK ? memory_or(piece[k], err) : status;
        free(piece[k]);
    }
    status = status == TFL_OK ? tfl_grow(&array, 8, &capacity, 3, "an array", err) : status;
    status = status == TFL_OK ? tfl_grow(&array, 8, &capacity, 300, "an array", err) : status;
    free(array);
    return status;
}

/* Failures are told without memory, or nobody would hear of a lack of it. */
static tfl_status failures(size_t i, tfl_error *err)
{
    tfl_error local = TFL_ERROR_INIT;
    (void)i;
    (void)err;
    (void)tfl_fail(&local, TFL_EINPUT, "%s: %d", "a failure", 3);
    tfl_error_prefix(&local, "line %d", 3);
    tfl_error_clear(&local);
    (void)tfl_fail_errno(&local, 2, "a failure");
    tfl_error_clear(&local);
    (void)tfl_fail_memory(&local, "nothing");
    return TFL_OK;
}

static tfl_status names(size_t i, tfl_error *err)
{
    tfl_table *table;
    (void)i;
    tfl_status status = MAKE(table, tfl_table_create(&table, err));
    for (unsigned k = 0; status == TFL_OK && k < 100; k++) {
        char name[16];
        size_t index;
        bool added;
        (void)snprintf(name, sizeof name, "name %u", k);
        status = tfl_table_add(table, name, &index, &added, err);
        if (status != TFL_OK && (tfl_table_find(table, name, NULL) || tfl_table_size(table) != k)) {
            complaint = "tfl_table_add added in spite of its failure";
        }
    }
    tfl_table_free(table);
    return status;
}

static tfl_status text_lines(size_t i, tfl_error *err)
{
    static char text[20000];
    tfl_lines *lines;
    memset(text, 'x', sizeof text); /* a line that is longer than any buffer */
    tfl_status status = i == 0 ? MAKE(lines, tfl_lines_open(made.fasta, &lines, err))
                               : MAKE(lines, tfl_lines_open_memory(text, sizeof text, "text", &lines, err));
    char *line = text;
    size_t length;
    tfl_error local = TFL_ERROR_INIT;
    const char *bytes;
    if (status == TFL_OK) {
        status = tfl_lines_peek(lines, sizeof text, &bytes, &length, err);
    }
    while (status == TFL_OK && line != NULL) {
        status = tfl_lines_next(lines, &line, &length, err);
    }
    if (status == TFL_OK) {
        (void)tfl_lines_fail(lines, &local, "a failure");
    }
    tfl_lines_close(lines);
    return status;
}

/* Writes, overwrites, and ends as asked. */
static tfl_status write_one(const char *name, bool commit, tfl_error *err)
{
    tfl_output *output;
    tfl_status status = MAKE(output, tfl_output_open(written(name), TFL_BY_NAME, &output, err));
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_output_write(output, letters, sizeof letters, err);
    status = status == TFL_OK ? tfl_output_printf(output, err, "%*d", 100000, 7) : status;
    char *room = status == TFL_OK ? tfl_output_reserve(output, 100, err) : NULL;
    if (room != NULL) {
        memset(room, 'x', 100);
        tfl_output_advance(output, 100);
    }
    status = status == TFL_OK ? tfl_output_flush(output, err) : status;
    if (status == TFL_OK && tfl_output_seekable(output)) {
        status = tfl_output_patch(output, 0, "head", 4, err);
    }
    if (status == TFL_OK && commit) {
        status = tfl_output_finish(output, err);
    }
    if (status == TFL_OK && commit) {
        return tfl_output_commit(output, err);
    }
    tfl_output_discard(output);
    return status;
}

static tfl_status outputs(size_t i, tfl_error *err)
{
    static const char *const name[] = {"text", "text.gz"};
    return write_one(name[i % 2], i < 2, err);
}

static tfl_status output_folders(size_t i, tfl_error *err)
{
    tfl_output_folder *folder;
    const char *const input[] = {made.fasta};
    (void)i;
    tfl_status status = tfl_output_check(made.labels, input, 1, err);
    status = status == TFL_OK ? MAKE(folder, tfl_output_folder_open(written("new"), &folder, err)) : status;
    if (status == TFL_OK) {
        tfl_output_folder_discard(folder);
    }
    return status;
}

static tfl_status staged_folders(size_t i, tfl_error *err)
{
    tfl_output_folder *folder;
    tfl_output *output = NULL;
    tfl_status status = MAKE(folder, tfl_output_folder_stage(written("staged"), &folder, err));
    if (status != TFL_OK) {
        return status;
    }
    const char *path = tfl_output_folder_file(folder, "file");
    status = path == NULL ? tfl_fail_memory(err, "a file") : tfl_output_open(path, TFL_PLAIN, &output, err);
    status = status == TFL_OK ? tfl_output_commit(output, err) : status;
    if (status == TFL_OK && i == 0) {
        return tfl_output_folder_commit(folder, err);
    }
    tfl_output_folder_discard(folder);
    return status;
}

static tfl_status spilling(size_t i, tfl_error *err)
{
    static unsigned char bytes[100000];
    int fd = -1;
    (void)i;
    tfl_output *output = NULL;
    tfl_spool spool = TFL_SPOOL_INIT;
    tfl_status status = tfl_spool_append(&spool, bytes, 100, err);
    status = status == TFL_OK ? tfl_spool_append(&spool, bytes, sizeof bytes, err) : status;
    status = status == TFL_OK ? tfl_spool_read(&spool, 50, bytes, 70000, err) : status;
    status = status == TFL_OK ? MAKE(output, tfl_output_open(written("spooled"), TFL_PLAIN, &output, err)) : status;
    status = status == TFL_OK ? tfl_spool_copy(&spool, output, err) : status;
    tfl_output_discard(output);
    tfl_spool_clear(&spool);
    status = status == TFL_OK ? tfl_spill_open(&fd, err) : status;
    if (status == TFL_OK) {
        status = tfl_spill_write(fd, 5, letters, sizeof letters, err);
        status = status == TFL_OK ? tfl_spill_read(fd, 5, bytes, sizeof letters, err) : status;
        (void)close(fd);
    }
    return status;
}

/* With so little memory that each record is a run, and runs are merged before the end; or so much that there is none. */
static tfl_status sorting(size_t i, tfl_error *err)
{
    tfl_sorter *sorter;
    const void *record = letters;
    tfl_status status = MAKE(sorter, tfl_sorter_create(NULL, i == 0 ? 1 : 100000, &sorter, err));
    for (unsigned k = 0; status == TFL_OK && k < 70; k++) {
        status = tfl_sorter_add(sorter, 70 - k, letters, sizeof letters, err);
    }
    status = status == TFL_OK ? tfl_sorter_sort(sorter, err) : status;
    while (status == TFL_OK && record != NULL) {
        status = tfl_sorter_next(sorter, &record, err);
    }
    tfl_sorter_free(sorter);
    return status;
}

static tfl_status distinct_names(size_t i, tfl_error *err)
{
    enum { LONG = 200000 }; /* two of these are more than are kept in memory */
    static char name[LONG];
    const char *again = NULL;
    int64_t line = 0;
    tfl_distinct *distinct;
    (void)i;
    tfl_status status = MAKE(distinct, tfl_distinct_create(&distinct, err));
    for (unsigned k = 0; status == TFL_OK && k < 4; k++) {
        bool known = false;
        memset(name, 'a' + (int)(k < 3 ? k : 2), LONG - 1);
        status = tfl_distinct_add(distinct, name, k, &known, err);
    }
    status = status == TFL_OK ? tfl_distinct_check(distinct, &again, &line, err) : status;
    if (status == TFL_OK && again == NULL) {
        complaint = "tfl_distinct_check did not find a name that came twice";
    }
    tfl_distinct_free(distinct);
    return status;
}

/* Items of the pipeline are numbers below 40; working on one takes memory. */
static tfl_status read_item(void *context, void *item, bool *end, tfl_error *err)
{
    size_t *next = context;
    (void)err;
    *(size_t *)item = *next;
    *end = (*next)++ == 40;
    return TFL_OK;
}

static tfl_status work_on(size_t number, tfl_error *err)
{
    float *memory = tfl_alloc_floats(number + 1);
    tfl_status status = memory_or(memory, err);
    free(memory);
    return status;
}

static tfl_status work_item(void *context, unsigned worker, void *item, tfl_error *err)
{
    (void)context;
    (void)worker;
    return work_on(*(const size_t *)item, err);
}

static tfl_status write_item(void *context, void *item, tfl_error *err)
{
    (void)context;
    return work_on(*(const size_t *)item, err);
}

static tfl_status work_index(void *context, unsigned worker, size_t i, tfl_error *err)
{
    (void)context;
    (void)worker;
    return work_on(i, err);
}

static tfl_status threads(size_t i, tfl_error *err)
{
    static const tfl_pipeline pipeline = {read_item, work_item, write_item};
    size_t number[8];
    void *item[8];
    size_t next = 0;
    for (size_t k = 0; k < 8; k++) {
        item[k] = &number[k];
    }
    tfl_status status = tfl_pipeline_run(&pipeline, &next, item, 8, (unsigned)i + 1, err);
    return status == TFL_OK ? tfl_parallel_for(NULL, 20, (unsigned)i + 1, work_index, err) : status;
}

/* ---------------------------------------------------------------- seq */

static tfl_status fasta_records(tfl_fasta *fasta, tfl_error *err)
{
    tfl_sequence sequence = {0}, copy = {0};
    int found = 1;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && found) {
        status = tfl_fasta_next(fasta, &sequence, &found, err);
        if (status == TFL_OK && found) {
            status = tfl_sequence_copy(&copy, &sequence, err);
        }
    }
    tfl_sequence_clear(&sequence);
    tfl_sequence_clear(&copy);
    return status;
}

static tfl_status fasta_files(size_t i, tfl_error *err)
{
    static const char text[] = ">s1 first\nACGT\n>s2\nAC\n";
    tfl_fasta *fasta;
    unsigned flags = TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY;
    tfl_status status = i == 0 ? MAKE(fasta, tfl_fasta_open(made.fasta, flags, &fasta, err))
                               : MAKE(fasta, tfl_fasta_open_memory(text, sizeof text - 1, "text", flags, &fasta, err));
    status = status == TFL_OK ? fasta_records(fasta, err) : status;
    tfl_fasta_close(fasta);
    return status;
}

static tfl_status bed_files(size_t i, tfl_error *err)
{
    static const char text[] = "chr1\t10\t20\tname\t0\t+\t1.5\t-1\t-1\t3\nchr2\t1\t2\tname\t0\t-\t1\t-1\t-1\t-1\n";
    tfl_bed *bed;
    tfl_bed_row row;
    tfl_error local = TFL_ERROR_INIT;
    bool found = true;
    char path[PATH_SIZE];
    test_source_path(path, sizeof path, "tests/fuzz/corpus/fuzz_bed/bed12");
    tfl_status status = i == 0 ? MAKE(bed, tfl_bed_open(path, &bed, err))
                               : MAKE(bed, tfl_bed_open_memory(text, sizeof text - 1, "text", &bed, err));
    while (status == TFL_OK && found) {
        status = tfl_bed_next(bed, &row, &found, err);
    }
    if (status == TFL_OK) {
        (void)tfl_bed_fail(bed, &local, "a failure");
    }
    tfl_bed_close(bed);
    return status;
}

/* 0 and 1: the index has to be made, of FASTA and of BGZF; 2: it is there; 3: and older than the file. */
static char genome_path[PATH_SIZE];

/* An index is whole, and may stay where the one beside it could not be made. */
static void remove_index(size_t i)
{
    static const char *const suffix[] = {"fai", "gzi"};
    for (size_t k = 0; i < 2 && k < 2; k++) {
        char path[PATH_SIZE + 8];
        (void)snprintf(path, sizeof path, "%s.%s", genome_path, suffix[k]);
        (void)unlink(path);
    }
}

static void need_genome(size_t i)
{
    const struct timespec now[2] = {{0, UTIME_NOW}, {2000000000, 0}};
    static const char *const name[] = {"genome0.fa", "genome1.fa.gz", "genome2.fa", "genome3.fa"};
    tfl_output *output;
    tfl_genome *genome;
    test_scratch_path(genome_path, sizeof genome_path, name[i]);
    must(tfl_output_open(genome_path, TFL_BY_NAME, &output, &failure));
    must(tfl_output_printf(output, &failure, ">chr1\n%s\n%s\n>chr2\n%s\n", letters, letters, letters));
    must(tfl_output_commit(output, &failure));
    if (i >= 2) {
        must(tfl_genome_open(genome_path, &genome, &failure));
        tfl_genome_close(genome);
    }
    ck_assert(i < 3 || utimensat(AT_FDCWD, genome_path, now, 0) == 0);
}

static tfl_status genomes(size_t i, tfl_error *err)
{
    tfl_genome *genome;
    char window[LENGTH];
    remove_index(i);
    tfl_status status = MAKE(genome, tfl_genome_open(genome_path, &genome, err));
    status = status == TFL_OK ? tfl_genome_read(genome, 1, 3, LENGTH - 5, window, err) : status;
    tfl_genome_close(genome);
    return status;
}

static void need_indexed_genome(size_t i)
{
    (void)i;
    need_genome(2);
}

/* So many that they are sorted in a file. */
static tfl_status clusters(size_t i, tfl_error *err)
{
    enum { PLACES = 12000 };
    tfl_clusters *all;
    uint64_t number = 0;
    (void)i;
    tfl_status status = MAKE(all, tfl_clusters_create(&all, err));
    for (int64_t k = 0; status == TFL_OK && k < PLACES; k++) {
        status = tfl_clusters_add(all, (uint64_t)k % 2, k, 3, err);
    }
    status = status == TFL_OK ? tfl_clusters_keep(all, 1, PLACES, err) : status;
    status = status == TFL_OK ? tfl_clusters_next(all, &number, err) : status;
    if (status == TFL_OK && number != 1) {
        complaint = "tfl_clusters_next did not find the first place kept";
    }
    tfl_clusters_free(all);
    return status;
}

/* 0: all windows; 1: a part of them. */
static tfl_status windows(size_t i, tfl_error *err)
{
    static const char text[] =
        "chr1\t5\t15\tx\t0\t-\nchr2\t5\t15\tx\t0\t+\nchr1\t5\t15\tx\t0\t-\nchr1\t7\t17\tx\t0\t.\n";
    tfl_genome *genome;
    tfl_bed *bed = NULL;
    tfl_windows found = TFL_WINDOWS_INIT;
    tfl_sequence sequence = {0};
    tfl_region region = {0};
    tfl_status status = MAKE(genome, tfl_genome_open(genome_path, &genome, err));
    if (status == TFL_OK) {
        status = MAKE(bed, tfl_bed_open_memory(text, sizeof text - 1, "text", &bed, err));
    }
    status = status == TFL_OK ? tfl_windows_read(bed, genome, 4, false, &found, err) : status;
    status = status == TFL_OK && i == 1 ? tfl_windows_keep(&found, 0, 1, err) : status;
    tfl_window window;
    for (size_t k = 0; status == TFL_OK && k < found.n; k++) {
        status = tfl_windows_find(&found, k, &window, err);
        status = status != TFL_OK ? status : tfl_windows_sequence(&found, k, genome, &sequence, &region, err);
    }
    tfl_sequence_clear(&sequence);
    tfl_region_clear(&region);
    tfl_windows_clear(&found);
    tfl_bed_close(bed);
    tfl_genome_close(genome);
    return status;
}

static tfl_status regions(size_t i, tfl_error *err)
{
    static const char *const name[] = {"s1", "chr1:100-130(-)", "x::chr1:101-130"};
    tfl_region region;
    tfl_status status = tfl_region_parse(name[i], LENGTH, true, &region, err);
    if (status == TFL_OK) {
        tfl_region_clear(&region);
    }
    return status;
}

static tfl_status shuffles(size_t i, tfl_error *err)
{
    tfl_shuffler *shuffler;
    tfl_rng rng;
    char out[LENGTH];
    bool single;
    unsigned k = (unsigned)i + 1;
    tfl_rng_init(&rng, 1, "shuffles", i);
    tfl_status status = MAKE(shuffler, tfl_shuffler_create(&shuffler, err));
    status = status == TFL_OK ? tfl_shuffle(shuffler, letters, LENGTH, k, &rng, out, err) : status;
    status = status == TFL_OK ? tfl_shuffle_is_single(shuffler, letters, LENGTH, k, &single, err) : status;
    tfl_shuffler_free(shuffler);
    return status;
}

static tfl_status reference_rows(const tfl_reference *reference, tfl_error *err)
{
    tfl_shuffler *shuffler;
    tfl_sequence sequence;
    char text[LENGTH + 1], shuffled[LENGTH];
    float rows[LENGTH * 4];
    size_t count = 0;
    sequence_one(&sequence, text);
    tfl_status status = MAKE(shuffler, tfl_shuffler_create(&shuffler, err));
    status = status == TFL_OK ? tfl_reference_count(reference, &sequence, &count, err) : status;
    for (size_t j = 0; status == TFL_OK && j < count; j++) {
        status = tfl_reference_fill(reference, shuffler, &sequence, j, TFL_N_QUARTER, rows, shuffled, err);
    }
    tfl_shuffler_free(shuffler);
    return status;
}

static tfl_status references(size_t i, tfl_error *err)
{
    static const char *const kind[] = {"shuffle", "dinuc", "klet:3", "zeros", "uniform", "freq:0.25,0.25,0.25,0.25"};
    char given[PATH_SIZE + 8];
    (void)snprintf(given, sizeof given, "fasta:%s", made.references);
    tfl_reference *reference;
    tfl_status status = MAKE(reference, tfl_reference_create(i < 6 ? kind[i] : given, 2, 1, &reference, err));
    status = status == TFL_OK ? reference_rows(reference, err) : status;
    tfl_reference_free(reference);
    return status;
}

static tfl_status datasets(size_t i, tfl_error *err)
{
    tfl_dataset *dataset;
    tfl_status status = i == 0 ? MAKE(dataset, tfl_dataset_read(made.data, &dataset, err))
                               : MAKE(dataset, tfl_dataset_read_files(made.fasta, made.labels, &dataset, err));
    tfl_dataset_free(dataset);
    return status;
}

/* ---------------------------------------------------------------- motif, sim, scan */

static const char *motif_corpus(size_t i)
{
    static const char *const name[] = {"meme", "transfac", "homer", "jaspar", "rows"};
    static char path[PATH_SIZE];
    char relative[64];
    (void)snprintf(relative, sizeof relative, "tests/fuzz/corpus/fuzz_motif/%s", name[i]);
    test_source_path(path, sizeof path, relative);
    return path;
}

static tfl_status motif_files(size_t i, tfl_error *err)
{
    tfl_motifs *motifs;
    tfl_output *output = NULL;
    tfl_status status = MAKE(motifs, tfl_motifs_read(motif_corpus(i), &motifs, err));
    status = status == TFL_OK ? MAKE(output, tfl_output_open(written("motifs"), TFL_PLAIN, &output, err)) : status;
    status = status == TFL_OK ? tfl_motifs_write(motifs, tfl_motif_format_name(i), output, err) : status;
    tfl_output_discard(output);
    tfl_motifs_free(motifs);
    return status;
}

static tfl_status motifs_in_memory(size_t i, tfl_error *err)
{
    tfl_motifs *motifs;
    (void)i;
    tfl_status status =
        MAKE(motifs, tfl_motifs_read_memory(tfl_builtin_motifs, strlen(tfl_builtin_motifs), "motifs", &motifs, err));
    tfl_motifs_free(motifs);
    return status;
}

static tfl_status log_odds(size_t i, tfl_error *err)
{
    tfl_logodds *logodds = NULL;
    tfl_pvalues *pvalues = NULL;
    tfl_status status =
        MAKE(logodds, tfl_logodds_create(&made.motifs->motif[i], made.motifs->background, 0.001, &logodds, err));
    status = status == TFL_OK ? MAKE(pvalues, tfl_pvalues_create(logodds, &pvalues, err)) : status;
    tfl_pvalues_free(pvalues);
    tfl_logodds_free(logodds);
    return status;
}

static tfl_status designs(size_t i, tfl_error *err)
{
    static const char text[] = "[design]\nname = d\nsequences = 8\nlength = 60\ntasks = a\n[class x]\nlabels = a\n";
    tfl_design *design;
    tfl_output *output = NULL;
    tfl_status status = i == 0   ? MAKE(design, tfl_design_read(made.design_path, &design, err))
                        : i == 1 ? MAKE(design, tfl_design_read(NULL, &design, err))
                                 : MAKE(design, tfl_design_read_memory(text, sizeof text - 1, "text", &design, err));
    status = status == TFL_OK ? tfl_design_check(design, err) : status;
    status = status == TFL_OK ? MAKE(output, tfl_output_open(written("design.ini"), TFL_PLAIN, &output, err)) : status;
    status = status == TFL_OK ? tfl_design_write(design, 3, output, err) : status;
    tfl_output_discard(output);
    tfl_design_free(design);
    return status;
}

static tfl_status simulations(size_t i, tfl_error *err)
{
    tfl_simulator *simulator;
    const tfl_simulated *simulated;
    (void)i;
    tfl_status status = MAKE(simulator, tfl_simulator_create(made.design, 1, &simulator, err));
    for (size_t k = 0; status == TFL_OK && k < made.design->n; k++) {
        status = tfl_simulate(simulator, k, &simulated, err);
    }
    tfl_simulator_free(simulator);
    return status;
}

static tfl_status simulated_files(size_t i, tfl_error *err)
{
    char simdata[PATH_SIZE + 64];
    (void)i;
    (void)snprintf(simdata, sizeof simdata, "%s", written("all.simdata"));
    return tfl_simulate_write(made.design, 1, written("simulated"), simdata, err);
}

static tfl_status scans(size_t i, tfl_error *err)
{
    tfl_scan_options options = tfl_scan_defaults();
    tfl_scanner *scanner;
    tfl_matches matches = {0};
    tfl_sequence sequence;
    char text[LENGTH + 1];
    options.select = (tfl_select)i;
    options.limit = i == TFL_SELECT_PVALUE ? 1 : -100;
    options.top = 3;
    options.threads = 2;
    sequence_one(&sequence, text);
    tfl_status status = MAKE(scanner, tfl_scanner_create(made.motifs, &options, &scanner, err));
    status = status == TFL_OK ? tfl_scan(scanner, &sequence, &matches, err) : status;
    tfl_matches_clear(&matches);
    tfl_scanner_free(scanner);
    return status;
}

static tfl_status percentiles(size_t i, tfl_error *err)
{
    tfl_percentiles *one = NULL, *two = NULL;
    float value[100];
    (void)i;
    for (size_t k = 0; k < 100; k++) {
        value[k] = (float)(k * k) - 3000;
    }
    tfl_status status = MAKE(one, tfl_percentiles_create(&one, err));
    status = status == TFL_OK ? MAKE(two, tfl_percentiles_create(&two, err)) : status;
    status = status == TFL_OK ? tfl_percentiles_add(one, 5, value, 50, err) : status;
    status = status == TFL_OK ? tfl_percentiles_add(two, 8, value, 100, err) : status;
    status = status == TFL_OK ? tfl_percentiles_merge(one, two, err) : status;
    if (status == TFL_OK) {
        tfl_percentiles_ready(one);
    }
    tfl_percentiles_free(one);
    tfl_percentiles_free(two);
    return status;
}

static tfl_status q_values(size_t i, tfl_error *err)
{
    tfl_qvalues *qvalues;
    (void)i;
    tfl_status status = MAKE(qvalues, tfl_qvalues_create(&qvalues, err));
    for (unsigned k = 1; status == TFL_OK && k < 70000; k++) {
        status = tfl_qvalues_add(qvalues, 1.0 / k, err);
    }
    if (status == TFL_OK) {
        tfl_qvalues_ready(qvalues, 100000);
    }
    tfl_qvalues_free(qvalues);
    return status;
}

/* ---------------------------------------------------------------- nn */

static const char *const model_corpus[] = {
    "any-length",  "channels-last", "constants", "conv-maxpool-gemm", "elementwise",       "erf-softmax",
    "height-four", "opset-nine",    "range",     "shape-arithmetic",  "slice-pad-squeeze", "split-concat-expand",
};
enum { MODELS = sizeof model_corpus / sizeof *model_corpus };

static tfl_status model_files(size_t i, tfl_error *err)
{
    char path[PATH_SIZE], relative[64];
    (void)snprintf(relative, sizeof relative, "tests/fuzz/corpus/fuzz_onnx/%s", model_corpus[i]);
    test_source_path(path, sizeof path, relative);
    tfl_model *model = NULL;
    tfl_graph *graph = NULL;
    tfl_status status = MAKE(model, tfl_model_read(path, &model, err));
    if (status == TFL_OK) {
        size_t length = tfl_model_length(model);
        length = length != 0 ? length : 60;
        status = i > 0 ? MAKE(graph, tfl_model_graph(model, length, &graph, err)) /* calls the other, too */
                       : MAKE(graph, tfl_model_graph_unpacked(model, length, &graph, err));
    }
    if (status == TFL_OK && i == 0) {
        status = tfl_model_check_any_length(model, 60, err);
    }
    tfl_graph_free(graph);
    tfl_model_free(model);
    return status;
}

static void need_model(size_t i)
{
    if (i == 0) {
        model_size = test_read_file(made.model_path, &model_bytes);
    }
}

static tfl_status models_in_memory(size_t i, tfl_error *err)
{
    tfl_model *model;
    tfl_status status = i == 0 ? MAKE(model, tfl_model_read_memory(model_bytes, model_size, "model", &model, err))
                               : MAKE(model, tfl_model_builtin(&model, err));
    tfl_model_free(model);
    return status;
}

static tfl_status graphs(size_t i, tfl_error *err)
{
    static const float weight[24] = {0.5F, -1};
    static const char *const task[] = {"one", "two"};
    const tfl_shape input = {2, {4, 3}};
    const tfl_gather_parameters flat = {{1, {12}}, NULL, 0};
    const tfl_dense_parameters dense = {2, weight, weight};
    tfl_graph *graph;
    unsigned last = 0;
    tfl_status status = tfl_shape_check(&input, err);
    status = status == TFL_OK ? MAKE(graph, tfl_graph_create(&input, &graph, err)) : status;
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_graph_add(graph, "gather", "flat", &last, 1, &flat, &last, err);
    status = status == TFL_OK ? tfl_graph_add(graph, "dense", "dense", &last, 1, &dense, &last, err) : status;
    if (status == TFL_OK) {
        status = i == 0 ? tfl_graph_finish(graph, last, task, err) : tfl_graph_finish_unpacked(graph, last, task, err);
    }
    tfl_graph_free(graph);
    return status;
}

/* One network after the other, so that every kind of layer is among them. */
static tfl_graph *random_network(size_t i)
{
    static tfl_graph *graph;
    static size_t of = SIZE_MAX;
    if (of != i) {
        tfl_graph_free(graph);
        graph = test_random_graph(i);
        of = i;
    }
    return graph;
}
enum { NETWORKS = 48, MOST_LENGTH = 40 };

static void need_network(size_t i)
{
    (void)random_network(i);
}

static tfl_status networks(size_t i, tfl_error *err)
{
    bool parts[256];
    tfl_graph *copy;
    tfl_values *values = NULL, *fewer = NULL;
    memset(parts, 1, sizeof parts);
    tfl_status status = MAKE(copy, tfl_graph_copy(random_network(i), &copy, err));
    status = status == TFL_OK ? tfl_graph_prepare(copy, parts, err) : status;
    status = status == TFL_OK ? tfl_graph_end_in_sigmoid(copy, err) : status;
    status = status == TFL_OK ? MAKE(values, tfl_values_create(copy, &values, err)) : status;
    status = status == TFL_OK ? MAKE(fewer, tfl_values_create_kept(copy, parts, copy->output, values, &fewer, err)) : status;
    tfl_values_free(fewer);
    tfl_values_free(values);
    tfl_graph_free(copy);
    return status;
}

static tfl_status written_models(size_t i, tfl_error *err)
{
    tfl_output *output;
    tfl_status status = MAKE(output, tfl_output_open(written("to.onnx"), TFL_PLAIN, &output, err));
    status = status == TFL_OK ? tfl_model_write_to(random_network(i), output, false, err) : status;
    tfl_output_discard(output);
    return status == TFL_OK ? tfl_model_write(random_network(i), written("model.onnx"), false, err) : status;
}

/* length letters, turned by e. */
static void turned(size_t length, size_t e, float *rows)
{
    for (size_t k = 0; k < length; k++) {
        tfl_one_hot(&letters[(k + e) % LENGTH], 1, TFL_N_QUARTER, rows + 4 * k);
    }
}

static void example(void *context, size_t e, float *rows)
{
    (void)context;
    turned(LENGTH, e, rows);
}

static tfl_status training(size_t i, tfl_error *err)
{
    static const float label[SEQUENCES * 2] = {1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1};
    const tfl_examples examples = {example, NULL, SEQUENCES, label};
    tfl_train_options options = tfl_train_defaults();
    options.epochs = 2;
    options.batch = 3;
    options.threads = (unsigned)i + 1;
    float logit[SEQUENCES * 2];
    tfl_graph *copy;
    tfl_status status = MAKE(copy, tfl_graph_copy(made.graph, &copy, err));
    status = status == TFL_OK ? tfl_train_initialise(copy, 1, err) : status;
    if (status == TFL_OK) {
        status = tfl_train(copy, &examples, &examples, &options, NULL, NULL, err);
        status = status == TFL_ENOMEM && strstr(err->message, "diverged") != NULL ? TFL_EINPUT : status;
    }
    status = status == TFL_OK ? tfl_predict(copy, &examples, options.threads, logit, err) : status;
    tfl_graph_free(copy);
    return status;
}

static tfl_status areas(size_t i, tfl_error *err)
{
    static const float score[] = {1, 2, 3, 4, 5, 6}, label[] = {0, 1, 0, 1, 1, NAN};
    double area;
    return i == 0 ? tfl_auroc(score, label, 6, 1, &area, err) : tfl_auprc(score, label, 6, 1, &area, err);
}

/* ---------------------------------------------------------------- attr */

static tfl_status normalisation(size_t i, tfl_error *err)
{
    tfl_graph *copy;
    (void)i;
    tfl_status status = MAKE(copy, tfl_graph_copy(made.builtin, &copy, err));
    status = status == TFL_OK ? tfl_normalize_weights(copy, err) : status;
    tfl_graph_free(copy);
    return status;
}

static tfl_status give_reference(void *context, size_t j, float *rows, tfl_error *err)
{
    const size_t *length = context;
    (void)err;
    turned(*length, 3 * j + 1, rows);
    return TFL_OK;
}

static tfl_status explain_once(const tfl_explainer *explainer, const tfl_graph *graph, size_t n_references,
                               tfl_error *err)
{
    static float x[MOST_LENGTH * 4], contribution[MOST_LENGTH * 4];
    static const unsigned task[] = {0};
    size_t length = graph->layer[0].shape.dim[1];
    tfl_explanation explanation = {.contribution = contribution};
    tfl_explain_workspace *workspace;
    turned(length, 0, x);
    tfl_status status = MAKE(workspace, tfl_explain_workspace_create(explainer, &workspace, err));
    status = status == TFL_OK ? tfl_explain(explainer, workspace, x, task, 1, n_references, give_reference, &length,
                                            &explanation, err)
                              : status;
    tfl_explain_workspace_free(workspace);
    return status;
}

static tfl_status explaining(size_t i, tfl_error *err)
{
    tfl_graph *copy;
    tfl_explainer *explainer = NULL;
    const tfl_explain_options options = {.method = tfl_method_at(i / 2), .steps = 2, .probability = i % 2 == 1};
    if (options.method == NULL) {
        return TFL_OK; /* there are fewer */
    }
    tfl_status status = MAKE(copy, tfl_graph_copy(made.graph, &copy, err));
    status = status == TFL_OK ? MAKE(explainer, tfl_explainer_create(copy, &options, &explainer, err)) : status;
    status = status == TFL_OK
                 ? explain_once(explainer, copy, options.method->default_reference != NULL ? REFERENCES : 0, err)
                 : status;
    tfl_explainer_free(explainer);
    tfl_graph_free(copy);
    return status;
}

static tfl_status explained_networks(size_t i, tfl_error *err)
{
    tfl_graph *copy;
    tfl_explainer *explainer = NULL;
    const tfl_explain_options options = {.method = tfl_method_find("genomics")};
    tfl_status status = MAKE(copy, tfl_graph_copy(random_network(i), &copy, err));
    status = status == TFL_OK ? MAKE(explainer, tfl_explainer_create(copy, &options, &explainer, err)) : status;
    status = status == TFL_OK ? explain_once(explainer, copy, REFERENCES, err) : status;
    tfl_explainer_free(explainer);
    tfl_graph_free(copy);
    return status;
}

/* ---------------------------------------------------------------- track */

static tfl_status write_records(tfl_track *track, tfl_error *err)
{
    static char chromosome[] = "chrX", own[] = "s1";
    static const struct {
        const char *name;
        tfl_region region;
    } where[] = {{"chrX:20-50", {chromosome, 20, LENGTH, '+', true}},
                 {"chrX:10-40(-)", {chromosome, 10, LENGTH, '-', true}},
                 {"s1", {own, 0, LENGTH, '+', false}}};
    static float contribution[LENGTH * 4];
    tfl_status status = TFL_OK;
    for (size_t k = 0; status == TFL_OK && k < 3; k++) {
        const tfl_track_record record = {where[k].name, &where[k].region, letters,     LENGTH,
                                         "task",        contribution,     contribution};
        status = tfl_track_write(track, &record, err);
    }
    return status;
}

static tfl_status tracks(size_t i, tfl_error *err)
{
    const tfl_track_format *format = tfl_track_format_at(i / 2);
    if (format == NULL) {
        return TFL_OK; /* there are fewer */
    }
    const tfl_track_options options = {
        .hypothetical = format->hypothetical, .description = "a test", .track_name = "test"};
    tfl_track *track;
    tfl_status status = MAKE(track, tfl_track_open(written(format->name), format, &options, &track, err));
    if (status != TFL_OK) {
        return status;
    }
    status = write_records(track, err);
    if (status == TFL_OK && i % 2 == 0) {
        status = tfl_track_finish(track, err);
    }
    if (status == TFL_OK && i % 2 == 0) {
        return tfl_track_commit(track, NULL, err);
    }
    tfl_track_discard(track);
    return status;
}

static tfl_status bigwigs_written(size_t i, tfl_error *err)
{
    static const char *const contig[] = {"chrX", "chrY"};
    static const int64_t length[] = {5000, 100};
    static const float value[3000] = {0, 1, 2};
    tfl_bigwig_writer *writer;
    tfl_status status = MAKE(writer, tfl_bigwig_create(written("values.bw"), contig, length, 2, &writer, err));
    if (status != TFL_OK) {
        return status;
    }
    status = tfl_bigwig_write(writer, 0, 100, value, 3000, err);
    status = status == TFL_OK ? tfl_bigwig_write(writer, 1, 0, value, 100, err) : status;
    if (status == TFL_OK && i == 0) {
        return tfl_bigwig_commit(writer, err);
    }
    tfl_bigwig_discard(writer);
    return status;
}

static tfl_status bigwigs_read(size_t i, tfl_error *err)
{
    tfl_bigwig *bigwig;
    float value[LENGTH];
    int known;
    int64_t start;
    size_t n;
    (void)i;
    tfl_status status = MAKE(bigwig, tfl_bigwig_open(made.bigwig, &bigwig, err));
    status = status == TFL_OK ? tfl_bigwig_values(bigwig, "chrX", 1000, 1000 + LENGTH, value, &known, err) : status;
    status = status == TFL_OK ? tfl_bigwig_next(bigwig, 0, 0, value, LENGTH, &start, &n, err) : status;
    tfl_bigwig_close(bigwig);
    return status;
}

static tfl_status merged(size_t i, tfl_error *err)
{
    char bedgraph[PATH_SIZE];
    test_source_path(bedgraph, sizeof bedgraph, "tests/fuzz/corpus/fuzz_scores/bedgraph");
    const char *const path[] = {made.bigwig, i == 0 ? made.bigwig : bedgraph};
    const tfl_track_format *format = tfl_track_format_find(i == 0 ? "bigwig" : "bedgraph");
    const tfl_merge_options options = {.overlap = TFL_OVERLAP_FIRST, .longest = true};
    return tfl_merge_tracks(path, 2, written(format->name), format, &options, NULL, err);
}

static tfl_status unpacked(size_t i, tfl_error *err)
{
    char path[PATH_SIZE], to[3][2 * PATH_SIZE];
    test_source_path(path, sizeof path, "tests/fuzz/corpus/fuzz_scores/npz");
    const char *const target[] = {to[0], to[1], to[2]};
    for (size_t j = 0; j < 3; j++) {
        (void)snprintf(to[j], sizeof to[j], "%s%zu.%s", written("array"), j, i == 0 ? "npz" : "npy");
    }
    tfl_npz *npz;
    tfl_status status = MAKE(npz, tfl_npz_open(path, &npz, err));
    status = status == TFL_OK ? tfl_npz_write(npz, target, err) : status;
    tfl_npz_close(npz);
    return status;
}

static tfl_status score_files(size_t i, tfl_error *err)
{
    static const char *const name[] = {"bedgraph", "bigwig", "npz", "tsv"};
    char path[PATH_SIZE], relative[64], text[LENGTH + 1];
    (void)snprintf(relative, sizeof relative, "tests/fuzz/corpus/fuzz_scores/%s", name[i]);
    test_source_path(path, sizeof path, relative);
    static char contig[] = "chrX";
    const tfl_region region = {contig, 1000, 20, '+', true};
    tfl_scores *scores;
    tfl_sequence sequence;
    float value[LENGTH];
    int any;
    sequence_one(&sequence, text);
    sequence.length = 20;
    text[20] = '\0';
    tfl_status status = MAKE(scores, tfl_scores_open(path, NULL, &scores, err));
    status = status == TFL_OK ? tfl_scores_find(scores, &sequence, &region, value, &any, err) : status;
    tfl_scores_close(scores);
    return status;
}

/* ---------------------------------------------------------------- plot */

static const char frame_text[] = "#name\ttask\tx\ty\tsplit\ta\tlogit_a\ns1\ta\t1\t2.5\ttest\t1\t2\n"
                                 "s2\tb\t2\t-1\ttest\t0\t-1\ns3\tb\tNA\t-1\ttest\t0\t3\n";

static tfl_status frames(size_t i, tfl_error *err)
{
    tfl_frame *frame;
    size_t column;
    double value;
    tfl_status status =
        i == 0 ? MAKE(frame, tfl_frame_read(made.labels, &frame, err))
               : MAKE(frame, tfl_frame_read_memory(frame_text, sizeof frame_text - 1, "frame", &frame, err));
    status = status == TFL_OK && i == 1 ? tfl_frame_find(frame, "x", &column, err) : status;
    status = status == TFL_OK && i == 1 ? tfl_frame_number(frame, 0, column, &value, err) : status;
    status = status == TFL_OK ? tfl_row_check("name", err) : status;
    tfl_frame_free(frame);
    return status;
}

static void need_frame(size_t i)
{
    if (i == 0) {
        must(tfl_frame_read_memory(frame_text, sizeof frame_text - 1, "frame", &frame_of_charts, &failure));
    }
}

/* A page of each format in turn. */
static tfl_page page_of(size_t i)
{
    const tfl_plot_format *format = tfl_plot_format_at(i % 3);
    return (tfl_page){.path = written(format->name), .format = format, .title = "title", .resolution = 20};
}

static tfl_status charts(size_t i, tfl_error *err)
{
    static const char *const kind[] = {"scatter", "tiers", "lines"};
    static const tfl_chart chart = {
        .x = "x", .y = "y", .group = "task", .panel = "split", .x_line = NAN, .y_line = NAN};
    const tfl_page page = page_of(i);
    return i < 9 ? tfl_chart_draw(tfl_chart_kind_find(kind[i / 3]), frame_of_charts, &chart, &page, NULL, err)
                 : tfl_roc_draw(frame_of_charts, frame_of_charts, "test", &page, NULL, err);
}

static tfl_status logos(size_t i, tfl_error *err)
{
    static const float value[LENGTH] = {1, -2, 0.5F};
    static const tfl_logo_row row = {"task", value};
    static const tfl_logo_box box = {1, 4, 0, "motif"};
    static const tfl_logo logo = {
        .letters = letters, .length = LENGTH, .first = 1, .row = &row, .n_rows = 1, .box = &box, .n_boxes = 1};
    const tfl_motif *const motif[] = {&made.motifs->motif[0], &made.motifs->motif[1]};
    const tfl_motif_logo motifs = {.motif = motif, .n_motifs = 2};
    const tfl_page page = page_of(i);
    return i < 3 ? tfl_logo_draw(&logo, &page, err) : tfl_motif_logo_draw(&motifs, &page, err);
}

/* ---------------------------------------------------------------- the table */

typedef struct scenario {
    const char *name;
    size_t n; /* how many there are of it */
    tfl_status (*run)(size_t i, tfl_error *err);
    void (*before)(size_t i); /* NULL: nothing */
    size_t keeps; /* entries of the list of unfinished files (tempfile.c), which only grows, that it may leave */
    size_t
        forgives; /* calls whose failure need not be told: a folder is synced after a rename where that is possible */
} scenario;

static const scenario scenarios[] = {
    {"pieces", 1, pieces, NULL, 0, 0},
    {"failures", 1, failures, NULL, 0, 0},
    {"names", 1, names, NULL, 0, 0},
    {"lines", 2, text_lines, NULL, 0, 0},
    {"outputs", 4, outputs, NULL, 1, 1},
    {"output folders", 1, output_folders, NULL, 1, 0},
    {"staged folders", 2, staged_folders, NULL, 3, 3},
    {"spilling", 1, spilling, NULL, 0, 0},
    {"sorting", 2, sorting, NULL, 0, 0},
    {"distinct names", 1, distinct_names, NULL, 0, 0},
    {"threads", 3, threads, NULL, 0, 0},
    {"FASTA", 2, fasta_files, NULL, 0, 0},
    {"BED", 2, bed_files, NULL, 0, 0},
    {"genomes", 4, genomes, need_genome, 2, 2},
    {"clusters", 1, clusters, NULL, 0, 0},
    {"windows", 2, windows, need_indexed_genome, 0, 0},
    {"regions", 3, regions, NULL, 0, 0},
    {"shuffles", 4, shuffles, NULL, 0, 0},
    {"references", 7, references, NULL, 0, 0},
    {"data sets", 2, datasets, NULL, 0, 0},
    {"motif files", 5, motif_files, NULL, 1, 0},
    {"motifs in memory", 1, motifs_in_memory, NULL, 0, 0},
    {"log-odds", 2, log_odds, NULL, 0, 0},
    {"designs", 3, designs, NULL, 1, 0},
    {"simulations", 1, simulations, NULL, 0, 0},
    {"simulated files", 1, simulated_files, NULL, 6, 5},
    {"scans", 3, scans, NULL, 0, 0},
    {"percentiles", 1, percentiles, NULL, 0, 0},
    {"q-values", 1, q_values, NULL, 0, 0},
    {"model files", MODELS, model_files, NULL, 0, 0},
    {"models in memory", 2, models_in_memory, need_model, 0, 0},
    {"graphs", 2, graphs, NULL, 0, 0},
    {"networks", NETWORKS, networks, need_network, 0, 0},
    {"written models", NETWORKS, written_models, need_network, 1, 1},
    {"training", 3, training, NULL, 0, 0},
    {"areas", 2, areas, NULL, 0, 0},
    {"normalisation", 1, normalisation, NULL, 0, 0},
    {"explaining", 64, explaining, NULL, 0, 0},
    {"explained networks", NETWORKS, explained_networks, need_network, 0, 0},
    {"tracks", 40, tracks, NULL, 1, 1},
    {"bigWigs written", 2, bigwigs_written, NULL, 1, 1},
    {"bigWigs read", 1, bigwigs_read, NULL, 0, 0},
    {"merged tracks", 2, merged, NULL, 1, 1},
    {"unpacked arrays", 2, unpacked, NULL, 3, 3},
    {"score files", 4, score_files, NULL, 0, 0},
    {"frames", 2, frames, NULL, 0, 0},
    {"charts", 12, charts, need_frame, 1, 1},
    {"logos", 6, logos, NULL, 1, 1},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

/* Removes what is in the folder for what is written, one folder deep; how much there was. */
static size_t sweep(const char *path)
{
    size_t n = 0;
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[2 * PATH_SIZE];
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            n += unlink(inner) != 0 ? 1 + sweep(inner) : 1;
            (void)rmdir(inner);
        }
    }
    ck_assert_int_eq(closedir(folder), 0);
    return n;
}

/* One run, in which call k fails. Whether it did: false once there are not as many calls. */
static bool run_once(const scenario *s, size_t i, size_t k, bool all_after, size_t *forgiven)
{
    tfl_error err = TFL_ERROR_INIT;
    size_t calls;
    complaint = NULL;
    test_memory_arm(k, all_after);
    tfl_status status = s->run(i, &err);
    size_t failed = test_memory_disarm(&calls);
    size_t live = test_memory_live();
    size_t files = sweep(made.folder);
    ck_assert_msg(live <= s->keeps, "%s %zu, call %zu: %zu pieces of memory are left", s->name, i, k, live);
    ck_assert_msg(complaint == NULL, "%s %zu, call %zu: %s", s->name, i, k, complaint);
    if (failed > 0 && status == TFL_OK) {
        (*forgiven)++;
        return true;
    }
    ck_assert_msg(failed > 0 || status == TFL_OK, "%s %zu: %s", s->name, i, err.message);
    if (failed > 0) {
        ck_assert_msg(status == TFL_ENOMEM && err.status == TFL_ENOMEM && err.message[0] != '\0',
                      "%s %zu, call %zu: status %d: %s", s->name, i, k, (int)status, err.message);
        ck_assert_msg(files == 0, "%s %zu, call %zu: %zu files are left", s->name, i, k, files);
    }
    return failed > 0;
}

START_TEST(running_out_of_memory_is_told)
{
    const scenario *s = &scenarios[_i];
    for (size_t i = 0; i < s->n; i++) {
        size_t k[2] = {1, 1};
        size_t forgiven[2] = {0, 0};
        if (s->before != NULL) {
            s->before(i);
        }
        for (int all_after = 0; all_after < 2; all_after++) {
            while (run_once(s, i, k[all_after], all_after, &forgiven[all_after])) {
                k[all_after]++;
            }
            ck_assert_msg(forgiven[all_after] <= s->forgives, "%s %zu: %zu failures were not told", s->name, i,
                          forgiven[all_after]);
        }
        printf("%s %zu: %zu calls\n", s->name, i, k[0] - 1);
    }
}
END_TEST

/* Without this the rest might pass for nothing. */
START_TEST(failures_and_leaks_are_seen)
{
    size_t calls;
    test_memory_arm(2, false);
    char *first = tfl_strdup("one"), *second = tfl_strdup("two");
    float *third = tfl_alloc_floats(3);
    size_t failed = test_memory_disarm(&calls);
    ck_assert(first != NULL && second == NULL && third != NULL);
    ck_assert_uint_eq(calls, 3);
    ck_assert_uint_eq(failed, 1);
    ck_assert_uint_eq(test_memory_live(), 2);
    free(first);
    free(third);
    ck_assert_uint_eq(test_memory_live(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("out of memory");
    TCase *tests = tcase_create("out of memory");
    tcase_set_timeout(tests, 120);
    test_use_scratch(tests);
    tcase_add_checked_fixture(tests, make, unmake);
    tcase_add_test(tests, failures_and_leaks_are_seen);
    tcase_add_loop_test(tests, running_out_of_memory_is_told, 0, SCENARIOS);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
