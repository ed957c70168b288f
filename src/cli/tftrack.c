/* tftrack: what is done with tracks once they are there. The command line contract is that of --help. */
#include "config.h"

#include "cli/contigs.h"
#include "cli/program.h"
#include "cli/report.h"
#include "tflift/memory.h"
#include "tflift/merge.h"
#include "tflift/npz.h"
#include "tflift/output.h"
#include "tflift/row.h"
#include "tflift/track.h"
#include "tflift/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---------------------------------------------------------------- tftrack merge */

typedef struct merge_options {
    const char *output, *format, *overlap, *lengths, *chrom_sizes;
} merge_options;

static void merge_defaults(void *options)
{
    merge_options *o = options;
    o->overlap = "mean";
    o->lengths = "same";
}

static const char *overlap_at(size_t i, const char **help)
{
    static const struct {
        const char *name, *help;
    } choices[] = {{"mean", "the mean of the tracks that have a value (default)"},
                   {"first", "the value of the track that was named first"},
                   {"error", "no track is written"}};
    bool there = i < sizeof choices / sizeof *choices;
    *help = there ? choices[i].help : NULL;
    return there ? choices[i].name : NULL;
}

static const char *lengths_at(size_t i, const char **help)
{
    static const struct {
        const char *name, *help;
    } choices[] = {{"same", "an error (default)"}, {"longest", "it has the longest, or ends with its last value"}};
    bool there = i < sizeof choices / sizeof *choices;
    *help = there ? choices[i].help : NULL;
    return there ? choices[i].name : NULL;
}

/* The i-th of the formats that hold one value per base. */
static const char *format_at(size_t i, const char **help)
{
    const tfl_track_format *format = tfl_track_format_at(0);
    for (size_t row = 0; format != NULL && (!format->one_value || i-- > 0);) {
        format = tfl_track_format_at(++row);
    }
    *help = format != NULL ? format->help : NULL;
    return format != NULL ? format->name : NULL;
}

static const tfl_option merge_rows[] = {
    TFL_SECTION("How tracks are joined"),
    {.name = "overlap",
     .argument = "WHICH",
     TFL_TEXT(merge_options, overlap),
     .help = "the value of a base that several tracks have a value for:",
     .choice = overlap_at},
    {.name = "chrom-sizes",
     .argument = "FILE",
     TFL_FILE(merge_options, chrom_sizes),
     .help =
         "names and lengths of the genome's contigs (a .fai will do), in the order that the result shall have; "
         "without it the tracks' own, in an order that keeps theirs; contigs that no track has together come in the "
         "tracks' order, or by name in a bigWig"},
    {.name = "lengths",
     .argument = "HOW",
     TFL_CHOICE(merge_options, lengths, lengths_at),
     .help = "a contig of different length in different tracks, where no --chrom-sizes tell which is right:"},
    TFL_SECTION("Output"),
    TFL_OUTPUT_ROW(merge_options, output, "where the track goes; by default to standard output, as bedGraph"),
    TFL_FORMAT_ROW(merge_options, format, format_at, "its format, where the suffix does not tell:"),
    {0},
};

static tfl_status check_overlap(const merge_options *o, tfl_overlap *overlap, tfl_error *err)
{
    if (!tfl_overlap_find(o->overlap, overlap)) {
        return tfl_fail(err, TFL_EUSAGE, "--overlap: \"%s\" is not one of mean, first, error", o->overlap);
    }
    if (*overlap == TFL_OVERLAP_NEAREST) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--overlap nearest: tracks do not tell where the centres of their regions are; mean, first "
                        "and error can be had (or nearest from tfscore)");
    }
    return TFL_OK;
}

static tfl_status choose_format(const merge_options *o, const char *output, const tfl_track_format **format,
                                tfl_error *err)
{
    *format = o->format != NULL ? tfl_track_format_find(o->format) : tfl_track_format_for(output);
    if (*format == NULL && strcmp(output, "-") == 0) {
        *format = tfl_track_format_find("bedgraph");
    }
    if (*format == NULL || !(*format)->one_value) {
        return tfl_fail(err, TFL_EUSAGE, "%s: its suffix names no format of one value per base; -f bedgraph or bigwig",
                        output);
    }
    return (*format)->text ? TFL_OK : tfl_program_check_plain(output, (*format)->name, err);
}

static void tell_merge(const tfl_call *call, const merge_options *o, const tfl_merge_summary *summary)
{
    const tfl_track_summary *track = &summary->track;
    if (summary->mixed) {
        tfl_program_note(call, "note: the tracks' first lines differ (another task, model or method?) and were left "
                               "out");
    }
    if (track->overlapping > 0) {
        tfl_program_note(call, "note: %" PRIu64 " of %" PRIu64 " bases have a value in several tracks; --overlap %s",
                         track->overlapping, track->bases, o->overlap);
    }
}

static tfl_status merge(const tfl_call *call, tfl_error *err)
{
    const merge_options *o = call->options;
    const char *output = o->output != NULL ? o->output : "-";
    const tfl_track_format *format = NULL;
    tfl_contigs genome = {0};
    tfl_merge_summary summary = {0};
    tfl_merge_options options = {.longest = strcmp(o->lengths, "longest") == 0};
    char description[64];
    (void)snprintf(description, sizeof description, "tftrack %s; merge", tfl_version());
    options.description = description;
    tfl_status status = check_overlap(o, &options.overlap, err);
    if (status == TFL_OK) {
        status = choose_format(o, output, &format, err);
    }
    if (status == TFL_OK) {
        status = tfl_program_check_outputs(call, &output, 1, err);
    }
    if (status == TFL_OK && o->chrom_sizes != NULL && tfl_options_given(call, "lengths")) {
        tfl_program_note(call, "note: --lengths changes nothing, as --chrom-sizes says how long contigs are");
    }
    if (status == TFL_OK && o->chrom_sizes != NULL) {
        status = tfl_contigs_read(o->chrom_sizes, &genome, err);
    }
    if (status == TFL_OK) {
        options.contig = genome.name;
        options.contig_length = genome.length;
        options.n_contigs = genome.n;
        status = tfl_merge_tracks(call->operand, call->n_operands, output, format, &options, &summary, err);
    }
    tfl_contigs_clear(&genome);
    if (status == TFL_OK) {
        tell_merge(call, o, &summary);
    }
    return status;
}

static const tfl_example merge_examples[] = {
    {"tftrack merge part1.bw part2.bw part3.bw -o all.bw", "what tfscore --shard left in parts"},
    {"tftrack merge --overlap error a.bedgraph.gz b.bedgraph.gz -o all.bedgraph.gz", "nothing, where they overlap"},
    {"tftrack merge scores.bedgraph --chrom-sizes genome.fa.fai -o scores.bw", "another format"},
    {0},
};

static const tfl_command merge_command = {
    .name = "merge",
    .summary = "join tracks of one value per base",
    .operands = "TRACK...",
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .files = {.reads = tfl_reads_file},
    .description =
        "Takes bigWig and bedGraph (plain, gzip, BGZF, or - for standard input), told apart by content. Rows of a "
        "bedGraph have to be sorted within each contig, as tfscore writes them. Signs are kept, and nothing is "
        "rounded: the parts of one run, made with --shard and named in their order, give the bytes of that run done at "
        "once (where that had no genome and placed sequences by their names, its contigs came by name: --chrom-sizes "
        "says so to a bedGraph).\n\n"
        "Memory does not depend on how many values there are; they wait in a temporary file ($TMPDIR, else /tmp).",
    .option = merge_rows,
    .example = merge_examples,
    .options_size = sizeof(merge_options),
    .defaults = merge_defaults,
    .run = merge,
};

/* ---------------------------------------------------------------- tftrack report */

typedef struct report_options {
    const char *output, *fasta, *assembly, *hits, *regions, *igv_js;
    bool link;
} report_options;

static const tfl_option report_rows[] = {
    TFL_SECTION("What is shown"),
    {.name = "genome",
     .letter = 'g',
     .argument = "FASTA",
     TFL_FILE(report_options, fasta),
     .help = "what the tracks lie on: the genome, or the sequences where each is its own contig"},
    {.name = "assembly",
     .argument = "NAME",
     TFL_TEXT(report_options, assembly),
     .help = "the assembly's name at UCSC, such as hg38; without -g igv.js, which knows such names too, takes the "
             "sequence from the network",
     .shown = "the FASTA file's"},
    {.name = "hits",
     .argument = "BED",
     TFL_FILE(report_options, hits),
     .help = "motif matches, as tfscan -f bed writes them"},
    {.name = "regions",
     .letter = 'r',
     .argument = "BED",
     TFL_FILE(report_options, regions),
     .help = "regions to jump to"},
    TFL_SECTION("Output"),
    {.name = "output", .letter = 'o', .argument = "DIR", TFL_TEXT(report_options, output), .help = "the new folder"},
    {.name = "igv-js",
     .argument = "FILE",
     TFL_FILE(report_options, igv_js),
     .help = "igv.min.js, to be copied into the folder (scripts/fetch-igv gets it)",
     .shown = ""},
    {.name = "link",
     TFL_FLAG(report_options, link),
     .help = "link to FASTA and bigWig instead of copying them; a FASTA of more than 256 MiB is always linked"},
    {0},
};

static void tell_report(const tfl_call *call, const report_options *o, const tfl_report_summary *summary)
{
    tfl_program_note(call,
                     "%s: %zu tracks, %zu motif hits, %zu regions; serve the folder and open it, as with: cd %s "
                     "&& python3 -m http.server",
                     o->output, call->n_operands, summary->hits, summary->regions, o->output);
    if (summary->linked) {
        tfl_program_note(call, "note: the folder has symbolic links in it; it shows nothing on another machine");
    }
    if (o->igv_js == NULL) {
        tfl_program_note(call, "note: igv.min.js has to be put into the folder (--igv-js does it; scripts/fetch-igv "
                               "gets it)");
    }
}

static tfl_status report(const tfl_call *call, tfl_error *err)
{
    const report_options *o = call->options;
    tfl_report_options options = {.folder = o->output,
                                  .track = call->operand,
                                  .n_tracks = call->n_operands,
                                  .fasta = o->fasta,
                                  .assembly = o->assembly,
                                  .hits = o->hits,
                                  .regions = o->regions,
                                  .igv_js = o->igv_js,
                                  .link = o->link};
    tfl_report_summary summary;
    if (o->output == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "-o DIR is missing: the report is a folder");
    }
    if (o->fasta == NULL && o->assembly == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "-g FASTA or --assembly NAME is missing: letters need a sequence");
    }
    if (o->assembly != NULL && (strchr(o->assembly, ' ') != NULL || !tfl_row_can_hold(o->assembly))) {
        return tfl_fail(err, TFL_EUSAGE, "--assembly: \"%s\" is no single word, as names of assemblies are", o->assembly);
    }
    tfl_status status = tfl_program_check_not_stdout(o->output, "a folder", err);
    if (status == TFL_OK) {
        status = tfl_report_write(&options, &summary, err);
    }
    if (status == TFL_OK) {
        tell_report(call, o, &summary);
    }
    return status;
}

static const tfl_example report_examples[] = {
    {"tftrack report *.bw -g genome.fa -r peaks.bed --hits hits.bed -o report", "tracks, peaks and motif matches"},
    {"tftrack report --assembly hg38 scores.bw -o report", "a genome that igv.js and UCSC have"},
    {0},
};

static const tfl_command report_command = {
    .name = "report",
    .summary = "a folder that shows tracks in a browser, letter by letter",
    .operands = "TRACK...",
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .files = {.reads = tfl_reads_file},
    .description =
        "Writes a page and a session of igv.js that draw every base as a letter as high as its contribution, with "
        "motif matches and regions below, and a track hub for the UCSC genome browser (hub.txt, logo on). The folder "
        "has everything in it but igv.js itself, and is there only once it is complete. Any web server will do; large "
        "tracks are quicker by one that answers requests for parts of files (Range), which UCSC needs.\n\n"
        "Tracks are bigWig, which is copied, or bedGraph, which becomes bigWig; of BED files the first six columns are "
        "kept. UCSC takes the hub where --assembly, or else the FASTA file's name, is an assembly that it has, and "
        "where "
        "it can reach the folder.",
    .option = report_rows,
    .example = report_examples,
    .options_size = sizeof(report_options),
    .run = report,
};

/* ---------------------------------------------------------------- tftrack unpack */

typedef struct unpack_options {
    const char *prefix, *format;
} unpack_options;

static void unpack_defaults(void *options)
{
    unpack_options *o = options;
    o->format = "npz";
}

static const char *array_format_at(size_t i, const char **help)
{
    static const struct {
        const char *name, *help;
    } choices[] = {{"npz", "an archive of one array, called arr_0"}, {"npy", "a bare array"}};
    bool there = i < sizeof choices / sizeof *choices;
    *help = there ? choices[i].help : NULL;
    return there ? choices[i].name : NULL;
}

static const tfl_option unpack_rows[] = {
    TFL_SECTION("Output"),
    {.name = "output",
     .letter = 'o',
     .argument = "PREFIX",
     TFL_TEXT(unpack_options, prefix),
     .help = "in front of each file's name",
     .shown = "the archive's name without .npz"},
    TFL_FORMAT_ROW(unpack_options, format, array_format_at, "of the files:"),
    {0},
};

/* "PREFIX.ARRAY.FORMAT"; the caller frees, NULL when out of memory. */
static char *array_path(const unpack_options *o, const char *archive, const char *array)
{
    size_t length = strlen(archive);
    bool suffix = length > strlen(".npz") && strcasecmp(archive + length - strlen(".npz"), ".npz") == 0;
    const char *prefix = o->prefix != NULL ? o->prefix : archive;
    length = o->prefix != NULL || !suffix ? strlen(prefix) : length - strlen(".npz");
    size_t size = length + strlen(array) + strlen(o->format) + 3;
    char *path = tfl_calloc(size, 1);
    if (path != NULL) {
        (void)snprintf(path, size, "%.*s.%s.%s", (int)length, prefix, array, o->format);
    }
    return path;
}

static tfl_status choose_paths(const tfl_call *call, const tfl_npz *npz, char **path, tfl_error *err)
{
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < tfl_npz_size(npz); i++) {
        const char *array = tfl_npz_array(npz, i);
        if (*array == '\0' || strchr(array, '/') != NULL) {
            return tfl_fail(err, TFL_EINPUT, "%s: array \"%s\": its name is no name of a file", call->operand[0],
                            array);
        }
        path[i] = array_path(call->options, call->operand[0], array);
        const char *output = path[i];
        status = output == NULL ? tfl_fail_memory(err, "a path") : tfl_program_check_outputs(call, &output, 1, err);
    }
    return status;
}

static tfl_status unpack(const tfl_call *call, tfl_error *err)
{
    const unpack_options *o = call->options;
    tfl_npz *npz = NULL;
    char **path = NULL;
    tfl_status status = tfl_program_check_not_stdout(o->prefix, "what the names of files begin with", err);
    if (status == TFL_OK) {
        status = tfl_npz_open(call->operand[0], &npz, err);
    }
    size_t n = status == TFL_OK ? tfl_npz_size(npz) : 0;
    if (status == TFL_OK) {
        path = tfl_calloc(n, sizeof *path);
        status = path == NULL ? tfl_fail_memory(err, "paths") : choose_paths(call, npz, path, err);
    }
    if (status == TFL_OK) {
        status = tfl_npz_write(npz, (const char *const *)path, err);
    }
    for (size_t i = 0; path != NULL && i < n; i++) {
        if (status == TFL_OK) {
            tfl_program_note(call, "%s", path[i]);
        }
        free(path[i]);
    }
    free(path);
    tfl_npz_close(npz);
    return status;
}

static const tfl_example unpack_examples[] = {
    {"tfscore --hypothetical seqs.fa -o s.npz && tftrack unpack s.npz",
     "s.one_hot.npz, s.contributions.npz and s.hypothetical.npz"},
    {"modisco motifs -s s.one_hot.npz -a s.hypothetical.npz -n 2000 -o motifs.h5", "tfmodisco-lite, then"},
    {0},
};

static const tfl_command unpack_command = {
    .name = "unpack",
    .summary = "write each array of an npz file to a file of its own",
    .operands = "scores.npz",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "For programs that take one array per file, such as tfmodisco-lite: it wants sequences and "
                   "hypothetical contributions, each (N,4,length) and called arr_0. The bytes of the arrays are not "
                   "changed; their checksums are compared.",
    .option = unpack_rows,
    .example = unpack_examples,
    .options_size = sizeof(unpack_options),
    .defaults = unpack_defaults,
    .run = unpack,
};

static const tfl_command *const subcommands[] = {&merge_command, &report_command, &unpack_command, NULL};

static const tfl_command command = {
    .name = "tftrack",
    .summary = "work with contributions: join tracks, show them in a browser, unpack arrays",
    .subcommand = subcommands,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
