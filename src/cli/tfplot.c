/* tfplot: figures of contributions, motifs, matches, training and predictions. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/program.h"
#include "cli/stretch.h"
#include "tflift/chart.h"
#include "tflift/frame.h"
#include "tflift/logo.h"
#include "tflift/memory.h"
#include "tflift/motif.h"
#include "tflift/output.h"
#include "tflift/plot.h"

/* One struct for all subcommands: each has rows for what it uses. */
typedef struct options {
    const char *output, *format, *title, *palette;
    double width, height, resolution;
    /* logo */
    tfl_texts scores, boxes;
    const char *region, *genome, *fasta, *task;
    bool upright;
    /* motif */
    tfl_texts motifs;
    bool bits, probability, reverse;
    /* charts */
    tfl_chart chart;
    const char *labels, *split;
} options;

static void set_defaults(void *opaque)
{
    options *o = opaque;
    o->palette = "paper";
    o->resolution = 200;
    o->chart.x_line = NAN;
    o->chart.y_line = NAN;
}

static void set_match_defaults(void *opaque)
{
    options *o = opaque;
    set_defaults(opaque);
    o->chart.x = "log_odds";
    o->chart.y = "importance_sum";
}

static void set_tier_defaults(void *opaque)
{
    options *o = opaque;
    set_defaults(opaque);
    o->chart.y = "importance_sum";
}

static const char *format_at(size_t i, const char **help)
{
    const tfl_plot_format *format = tfl_plot_format_at(i);
    *help = NULL;
    return format != NULL ? format->name : NULL;
}

static const char *palette_at(size_t i, const char **help)
{
    const tfl_palette *palette = tfl_palette_at(i);
    *help = palette != NULL ? tfl_palette_help(palette) : NULL;
    return palette != NULL ? tfl_palette_name(palette) : NULL;
}

/* ---------------------------------------------------------------- rows that all share */

/* clang-format off */
#define PAGE_ROWS(width_of, height_of)                                                                                 \
    TFL_SECTION("Page"),                                                                                               \
    TFL_OUTPUT_ROW(options, output, "where the figure goes: .svg, .pdf or .png [standard output]"),                    \
    {.name = "format", .letter = 'f', .argument = "FORMAT", TFL_CHOICE(options, format, format_at),                    \
     .help = "instead of what the suffix tells", .shown = "svg on standard output"},                                   \
    {.name = "title", .argument = "TEXT", TFL_TEXT(options, title), .help = "above the figure"},                       \
    {.name = "palette", .argument = "NAME", TFL_CHOICE(options, palette, palette_at), .help = "colours:"},             \
    {.name = "width", .argument = "N", TFL_DOUBLE(options, width, 20, 10000), .help = "width of " width_of ", in points", \
     .shown = "by content"},                                                                                           \
    {.name = "height", .argument = "N", TFL_DOUBLE(options, height, 20, 10000), .help = "height of " height_of ", in points", \
     .shown = "by content"},                                                                                           \
    {.name = "resolution", .argument = "N", TFL_DOUBLE(options, resolution, 30, 1200), .help = "pixels per inch of PNG"}

#define Y_LABEL_ROW(text, usual)                                                                                       \
    {.name = "y-label", .argument = "TEXT", TFL_TEXT(options, chart.y_label), .help = (text), .shown = (usual)}

#define COLUMN_ROW(option, member, text)                                                                               \
    {.name = (option), .argument = "COLUMN", TFL_TEXT(options, member), .help = (text)}

#define AXIS_ROWS                                                                                                      \
    {.name = "x-label", .argument = "TEXT", TFL_TEXT(options, chart.x_label), .help = "what the x axis says",          \
     .shown = "the column, with its unit where that is known"},                                                        \
    Y_LABEL_ROW("what the y axis says", "likewise"),                                                                   \
    {.name = "free-y", TFL_FLAG(options, chart.free_y), .help = "a y scale for each panel, instead of one for all"},   \
    {.name = "y-line", .argument = "Y", TFL_DOUBLE(options, chart.y_line, -HUGE_VAL, HUGE_VAL), .shown = "",           \
     .help = "a dashed line at this value"}

#define X_LINE_ROW                                                                                                     \
    {.name = "x-line", .argument = "X", TFL_DOUBLE(options, chart.x_line, -HUGE_VAL, HUGE_VAL), .shown = "",           \
     .help = "a dashed line at this value"}

#define LOG_ROWS                                                                                                       \
    {.name = "log-x", TFL_FLAG(options, chart.log_x), .help = "a logarithmic x axis"},                                 \
    {.name = "log-y", TFL_FLAG(options, chart.log_y), .help = "a logarithmic y axis"}

#define PANEL_ROWS                                                                                                     \
    COLUMN_ROW("group", chart.group, "colours by the values of this column; both, gata1, tal1 and none have fixed ones"), \
    COLUMN_ROW("panel", chart.panel, "a panel for each value of this column"),                                         \
    COLUMN_ROW("panel-rows", chart.panel_row, "a row of panels for each value of this column")
/* clang-format on */

/* The page as the options have it; its output is none of the inputs. */
static tfl_status make_page(const tfl_call *call, tfl_page *page, tfl_error *err)
{
    const options *o = call->options;
    *page = (tfl_page){.path = o->output != NULL ? o->output : "-",
                       .format = o->format != NULL ? tfl_plot_format_find(o->format) : NULL,
                       .palette = tfl_palette_find(o->palette),
                       .title = o->title,
                       .width = o->width,
                       .height = o->height,
                       .resolution = o->resolution};
    if (page->format == NULL && o->output != NULL && strcmp(o->output, "-") != 0 &&
        tfl_plot_format_for(o->output) == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "%s: its suffix tells no format; .svg, .pdf or .png is needed, or -f FORMAT",
                        o->output);
    }
    tfl_status status = tfl_program_check_plain(o->output, "a figure", err);
    return status == TFL_OK ? tfl_program_check_outputs(call, &page->path, 1, err) : status;
}

/* ---------------------------------------------------------------- logo */

/* The file of "[LABEL=]FILE"; what is before the first '=' is a label unless it is the beginning of a path. */
static const char *score_path(const char *text)
{
    size_t length = strcspn(text, "=/");
    return text[length] == '=' && length > 0 ? text + length + 1 : text;
}

static const tfl_option logo_rows[] = {
    TFL_SECTION("What is shown"),
    {.name = "scores",
     .argument = "[LABEL=]FILE",
     TFL_TEXTS(options, scores),
     .files = {tfl_reads_file, score_path},
     .help =
         "contributions: bigWig, bedGraph, TSV or npz of tfscore; a row of letters each, as for those given without "
         "this option; may be given more than once"},
    {.name = "region",
     .letter = 'r',
     .argument = "REGION",
     TFL_TEXT(options, region),
     .help = "NAME:START-END, 1-based and both included as in samtools, or the NAME of a sequence",
     .shown = "the first sequence"},
    {.name = "genome",
     .letter = 'g',
     .argument = "FILE",
     TFL_TEXT(options, genome),
     .files = {.reads = tfl_reads_genome},
     .help = "letters by contig"},
    {.name = "fasta",
     .argument = "FILE",
     TFL_FILE(options, fasta),
     .help = "letters by sequence, instead of a genome: what tfscore was given"},
    {.name = "task",
     .letter = 't',
     .argument = "TASK",
     TFL_TEXT(options, task),
     .help = "the one to take from TSV files that hold several; other files hold one each"},
    {.name = "boxes",
     .argument = "FILE.bed",
     TFL_TEXTS(options, boxes),
     .files = {.reads = tfl_reads_file},
     .help = "mark these intervals in every row, labelled with their names; may be given more than once"},
    TFL_SECTION("How"),
    {.name = "free-y", TFL_FLAG(options, chart.free_y), .help = "a y scale for each row, instead of one for all"},
    {.name = "upright",
     TFL_FLAG(options, upright),
     .help = "letters below the axis stand upright instead of hanging upside down"},
    Y_LABEL_ROW("what the y axis says", "contribution to the logit"),
    PAGE_ROWS("the letters", "a row"),
    {0},
};

/* What a logo is made of. */
typedef struct logo_parts {
    tfl_stretch stretch;
    tfl_logo_row *row;
    float *value; /* [n_rows][length] */
    char **label; /* [n_rows] */
    bool any_table; /* of several tasks */
    tfl_boxes boxes;
    char x_label[256];
} logo_parts;

static void clear_parts(logo_parts *parts, size_t n_rows)
{
    for (size_t i = 0; parts->label != NULL && i < n_rows; i++) {
        free(parts->label[i]);
    }
    free(parts->label);
    tfl_boxes_clear(&parts->boxes);
    free(parts->row);
    free(parts->value);
    tfl_stretch_clear(&parts->stretch);
}

/* The label of a row: given, or the file's name without folder and suffix where there are several rows. */
static char *row_label(const char *text, bool several)
{
    const char *path = score_path(text);
    if (path != text) {
        return tfl_strndup(text, (size_t)(path - text) - 1);
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return several ? tfl_strndup(name, dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name))
                   : tfl_strdup("");
}

/* Files of contributions: those given as they are, then those of --scores. */
static size_t count_scores(const tfl_call *call)
{
    const options *o = call->options;
    return call->n_operands + o->scores.n;
}

static const char *score_at(const tfl_call *call, size_t i)
{
    const options *o = call->options;
    return i < call->n_operands ? call->operand[i] : o->scores.text[i - call->n_operands];
}

static tfl_status read_row(const tfl_call *call, logo_parts *parts, size_t i, float *value, tfl_error *err)
{
    const options *o = call->options;
    tfl_scores *scores = NULL;
    const char *path = score_path(score_at(call, i));
    tfl_status status = tfl_scores_open(path, o->task, &scores, err);
    if (status == TFL_OK) {
        parts->any_table = parts->any_table || tfl_scores_is_table(scores);
        status = tfl_stretch_values(&parts->stretch, scores, path, value, err);
    }
    tfl_scores_close(scores);
    parts->label[i] = row_label(score_at(call, i), count_scores(call) > 1);
    if (status == TFL_OK && parts->label[i] == NULL) {
        status = tfl_fail_memory(err, "a logo");
    }
    if (status == TFL_OK) {
        parts->row[i] = (tfl_logo_row){parts->label[i][0] != '\0' ? parts->label[i] : NULL, value};
    }
    return status;
}

/* The letters. */
static tfl_status find_stretch(const options *o, tfl_stretch *stretch, tfl_error *err)
{
    if (o->genome != NULL) {
        return tfl_stretch_find(stretch, o->genome, o->region, err);
    }
    tfl_status status = tfl_stretch_find_record(stretch, o->fasta, o->region, err);
    size_t length = stretch->end - stretch->start;
    return status != TFL_OK || length <= TFL_LOGO_MAX_LENGTH
               ? status
               : tfl_stretch_fail_length(stretch->sequence.name, length, err);
}

static tfl_status read_parts(const tfl_call *call, logo_parts *parts, tfl_error *err)
{
    const options *o = call->options;
    size_t n_rows = count_scores(call);
    tfl_status status = find_stretch(o, &parts->stretch, err);
    if (status != TFL_OK) {
        return status;
    }
    size_t length = parts->stretch.end - parts->stretch.start;
    parts->row = tfl_calloc(n_rows, sizeof *parts->row);
    parts->label = tfl_calloc(n_rows, sizeof *parts->label);
    parts->value = tfl_alloc_floats(n_rows * length);
    if (parts->row == NULL || parts->label == NULL || parts->value == NULL) {
        return tfl_fail_memory(err, "a logo");
    }
    for (size_t i = 0; status == TFL_OK && i < n_rows; i++) {
        status = read_row(call, parts, i, parts->value + i * length, err);
    }
    if (status == TFL_OK && o->task != NULL && !parts->any_table) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--task: none of the contributions is a table of tasks (tsv) that it could choose from; leave "
                        "it out");
    }
    for (size_t i = 0; status == TFL_OK && i < o->boxes.n; i++) {
        status = tfl_boxes_read(&parts->boxes, &parts->stretch, o->boxes.text[i], err);
    }
    return status == TFL_OK ? tfl_boxes_sort(&parts->boxes, err) : status;
}

static tfl_status draw_logo(const tfl_call *call, logo_parts *parts, const tfl_page *page, tfl_error *err)
{
    const options *o = call->options;
    const tfl_stretch *stretch = &parts->stretch;
    (void)snprintf(parts->x_label, sizeof parts->x_label, "position %s %s", stretch->on_contig ? "on" : "in",
                   stretch->on_contig ? stretch->region.contig : stretch->sequence.name);
    const tfl_logo logo = {.letters = stretch->letters,
                           .length = stretch->end - stretch->start,
                           .first = stretch->first,
                           .descending = stretch->descending,
                           .x_label = parts->x_label,
                           .y_label = o->chart.y_label,
                           .free_y = o->chart.free_y,
                           .upright = o->upright,
                           .row = parts->row,
                           .n_rows = count_scores(call),
                           .box = parts->boxes.box,
                           .n_boxes = parts->boxes.n};
    return tfl_logo_draw(&logo, page, err);
}

static tfl_status check_logo_options(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    if (count_scores(call) == 0) {
        return tfl_fail(err, TFL_EUSAGE, "no contributions given, for example --scores scores.bw");
    }
    if ((o->genome == NULL) == (o->fasta == NULL)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "the letters come from either -g genome.fa or --fasta seqs.fa; give one of them");
    }
    return o->genome == NULL || o->region != NULL
               ? TFL_OK
               : tfl_fail(err, TFL_EUSAGE, "-g: which part of the genome is missing: --region NAME:START-END");
}

static tfl_status run_logo(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_page page;
    logo_parts parts = {0};
    tfl_status status = check_logo_options(call, err);
    if (status == TFL_OK) {
        status = make_page(call, &page, err);
    }
    if (status == TFL_OK) {
        status = read_parts(call, &parts, err);
    }
    if (status == TFL_OK) {
        status = draw_logo(call, &parts, &page, err);
    }
    if (status == TFL_OK && o->boxes.n > 0 && parts.boxes.n == 0) {
        tfl_program_note(call, "note: none of the intervals of --boxes lies there");
    }
    clear_parts(&parts, count_scores(call));
    return status;
}

static const tfl_example logo_examples[] = {
    {"tfplot logo --scores scores.bw --region chr1:100-180 -g genome.fa -o logo.svg", "81 bases of a genome"},
    {"tfplot logo both=both.bw gata1=gata1.bw --fasta seqs.fa -r s5 -o logo.pdf",
     "the sequence s5, a row for each of two tasks"},
    {0},
};

static const tfl_command logo_command = {
    .name = "logo",
    .summary = "draw contributions as letters, with boxes on known motifs",
    .operands = "[[LABEL=]scores]...",
    .max_operands = 64,
    .files = {tfl_reads_file, score_path},
    .description = "Each base's letter is as high as its contribution, above the axis or below it. Positions on the "
                   "axis are 1-based, those of BED files are 0-based as always.",
    .option = logo_rows,
    .example = logo_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_logo,
};

/* ---------------------------------------------------------------- motif */

static const tfl_option motif_rows[] = {
    TFL_SECTION("What is shown"),
    {.name = "motif",
     .argument = "NAME",
     TFL_TEXTS(options, motifs),
     .help = "only the motif of this name, or all that have it as second name; may be given more than once"},
    {.name = "bits", TFL_FLAG(options, bits), .help = "columns as high as their information in bits (the default)"},
    {.name = "probability", TFL_FLAG(options, probability), .help = "letters as high as their probability"},
    {.name = "reverse-complement", TFL_FLAG(options, reverse), .help = "the motifs as on the other strand"},
    PAGE_ROWS("the widest motif", "a motif"),
    {0},
};

/* The motifs named, in that order, or all. */
static tfl_status choose_motifs(const options *o, const tfl_motifs *motifs, const char *path, const tfl_motif ***out,
                                size_t *n, tfl_error *err)
{
    size_t names = o->motifs.n, most = 0;
    *n = 0;
    *out = tfl_size_mul(names > 0 ? names : 1, motifs->n, &most) ? tfl_calloc(most, sizeof **out) : NULL;
    if (*out == NULL) {
        return tfl_fail_memory(err, "motifs");
    }
    for (; names == 0 && *n < motifs->n; (*n)++) {
        (*out)[*n] = &motifs->motif[*n];
    }
    for (size_t i = 0; i < names; i++) {
        const char *name = o->motifs.text[i];
        const tfl_motif *motif = tfl_motifs_find(motifs, name);
        if (motif == NULL) {
            return tfl_fail(err, TFL_EUSAGE, "%s: holds no motif %s; its first is %s", path, name,
                            motifs->motif[0].name);
        }
        for (; motif != NULL; motif = tfl_motifs_find_next(motifs, name, motif)) {
            (*out)[(*n)++] = motif;
        }
    }
    return TFL_OK;
}

static tfl_status run_motif(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_page page;
    tfl_motifs *motifs = NULL;
    const tfl_motif **chosen = NULL;
    size_t n = 0;
    if (o->bits && o->probability) {
        return tfl_fail(err, TFL_EUSAGE, "give either --bits or --probability");
    }
    tfl_status status = make_page(call, &page, err);
    if (status == TFL_OK) {
        status = tfl_motifs_read(call->operand[0], &motifs, err);
    }
    if (status == TFL_OK) {
        status = choose_motifs(o, motifs, call->operand[0], &chosen, &n, err);
    }
    if (status == TFL_OK) {
        const tfl_motif_logo logo = {chosen, n, o->probability, o->reverse};
        status = tfl_motif_logo_draw(&logo, &page, err);
    }
    free(chosen);
    tfl_motifs_free(motifs);
    return status;
}

static const tfl_example motif_examples[] = {
    {"tfplot motif motifs.meme -o logos.svg", "every motif of a file"},
    {"tfplot motif JASPAR.txt --motif MA0035.4 --reverse-complement -o gata1.png", "one, as on the other strand"},
    {0},
};

static const tfl_command motif_command = {
    .name = "motif",
    .summary = "draw motifs as sequence logos",
    .operands = "motifs.meme",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "Motifs in MEME, JASPAR, TRANSFAC, HOMER or plain rows. Information is counted against equal "
                   "frequencies of the bases, without a correction for small samples.",
    .option = motif_rows,
    .example = motif_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_motif,
};

/* ---------------------------------------------------------------- scatter, tiers, lines */

static const tfl_option scatter_rows[] = {
    TFL_SECTION("What is shown"),
    COLUMN_ROW("x", chart.x, "across"),
    COLUMN_ROW("y", chart.y, "upwards"),
    PANEL_ROWS,
    TFL_SECTION("Axes"),
    AXIS_ROWS,
    X_LINE_ROW,
    LOG_ROWS,
    PAGE_ROWS("a panel", "a panel"),
    {0},
};

static const tfl_option tiers_rows[] = {
    TFL_SECTION("What is shown"),
    COLUMN_ROW("x", chart.x, "the categories"),
    COLUMN_ROW("y", chart.y, "upwards"),
    PANEL_ROWS,
    TFL_SECTION("Axes"),
    AXIS_ROWS,
    {.name = "log-y", TFL_FLAG(options, chart.log_y), .help = "a logarithmic y axis"},
    PAGE_ROWS("a panel", "a panel"),
    {0},
};

static const tfl_option lines_rows[] = {
    TFL_SECTION("What is shown"),
    COLUMN_ROW("x", chart.x, "across"),
    {.name = "y",
     .argument = "COLUMN,...",
     TFL_TEXT(options, chart.y),
     .help = "upwards, a line for each of these columns"},
    COLUMN_ROW("error", chart.error, "error bars reach so far up and down"),
    PANEL_ROWS,
    TFL_SECTION("Axes"),
    AXIS_ROWS,
    X_LINE_ROW,
    LOG_ROWS,
    PAGE_ROWS("a panel", "a panel"),
    {0},
};

/* Lines that were asked for have a place. */
static tfl_status check_lines(const tfl_chart *chart, tfl_error *err)
{
    const struct {
        const char *axis;
        bool log;
        double line;
    } lines[] = {{"x", chart->log_x, chart->x_line}, {"y", chart->log_y, chart->y_line}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].log && lines[i].line <= 0) {
            return tfl_fail(err, TFL_EUSAGE, "--%s-line: %g has no place with --log-%s; a number above 0 has", lines[i].axis,
                            lines[i].line, lines[i].axis);
        }
    }
    return TFL_OK;
}

static void tell_missing(const tfl_call *call, const tfl_chart_summary *summary)
{
    if (summary->missing > 0) {
        tfl_program_note(call, "note: %zu rows were left out for lack of a number to draw", summary->missing);
    }
}

static tfl_status run_chart(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_page page;
    tfl_frame *frame = NULL;
    tfl_chart_summary summary = {0};
    if (o->chart.x == NULL || o->chart.y == NULL) {
        return tfl_fail(err, TFL_EUSAGE, "--%s: which column is missing, for example --%s epoch",
                        o->chart.x == NULL ? "x" : "y", o->chart.x == NULL ? "x" : "y");
    }
    tfl_status status = check_lines(&o->chart, err);
    if (status == TFL_OK) {
        status = make_page(call, &page, err);
    }
    if (status == TFL_OK) {
        status = tfl_frame_read(call->operand[0], &frame, err);
    }
    if (status == TFL_OK) {
        const tfl_chart_kind *kind = tfl_chart_kind_find(call->command->name);
        status = tfl_chart_draw(kind, frame, &o->chart, &page, &summary, err);
    }
    if (status == TFL_OK) {
        tell_missing(call, &summary);
    }
    tfl_frame_free(frame);
    return status;
}

static const tfl_example scatter_examples[] = {
    {"tfplot scatter matches.tsv --group class --panel task -o scatter.svg",
     "importance against log-odds, a panel per task"},
    {0},
};

static const tfl_command scatter_command = {
    .name = "scatter",
    .summary = "draw the importance of matches against their log-odds, or any two columns",
    .operands = "matches.tsv",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "A table with one header line, with # in front or without, columns separated by tabs. Rows in which "
                   "x or y is NA are left out.",
    .option = scatter_rows,
    .example = scatter_examples,
    .options_size = sizeof(options),
    .defaults = set_match_defaults,
    .run = run_chart,
};

static const tfl_example tiers_examples[] = {
    {"tfplot tiers matches.tsv --x instances --group class -o tiers.svg",
     "importance by the number of instances in the sequence"},
    {0},
};

static const tfl_command tiers_command = {
    .name = "tiers",
    .summary = "draw the distribution of a column for each value of another",
    .operands = "matches.tsv",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "A box from the lower to the upper quartile with the median, whiskers to the last point within 1.5 "
                   "times its height, every point, and how many there are.",
    .option = tiers_rows,
    .example = tiers_examples,
    .options_size = sizeof(options),
    .defaults = set_tier_defaults,
    .run = run_chart,
};

static const tfl_example lines_examples[] = {
    {"tfplot lines epochs.tsv --x epoch --y train_loss,valid_loss -o training.svg", "what tftrain --log wrote"},
    {"tfplot lines errors.tsv --x references --y error --log-x --log-y -o e.svg", "how an error falls"},
    {0},
};

static const tfl_command lines_command = {
    .name = "lines",
    .summary = "draw columns as lines over another: training curves, errors",
    .operands = "table.tsv",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .option = lines_rows,
    .example = lines_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_chart,
};

/* ---------------------------------------------------------------- roc */

static const tfl_option roc_rows[] = {
    TFL_SECTION("What is shown"),
    {.name = "labels",
     .argument = "FILE",
     TFL_FILE(options, labels),
     .help = "table with the columns name, split and one per task, as tfsim generate writes it"},
    {.name = "split", .argument = "NAME", TFL_TEXT(options, split), .help = "only this part", .shown = "all rows"},
    PAGE_ROWS("the panel", "the panel"),
    {0},
};

static tfl_status run_roc(const tfl_call *call, tfl_error *err)
{
    const options *o = call->options;
    tfl_page page;
    tfl_frame *predictions = NULL, *labels = NULL;
    tfl_chart_summary summary = {0};
    if (o->labels == NULL) {
        return tfl_fail(err, TFL_EUSAGE,
                        "--labels: the table of labels is missing, for example --labels data/labels.tsv");
    }
    tfl_status status = make_page(call, &page, err);
    if (status == TFL_OK) {
        status = tfl_frame_read(call->operand[0], &predictions, err);
    }
    if (status == TFL_OK) {
        status = tfl_frame_read(o->labels, &labels, err);
    }
    if (status == TFL_OK) {
        status = tfl_roc_draw(predictions, labels, o->split, &page, &summary, err);
    }
    if (status == TFL_OK && summary.missing > 0) {
        tfl_program_note(call, "note: %zu labels of %s have no prediction and were left out", summary.missing, o->labels);
    }
    tfl_frame_free(labels);
    tfl_frame_free(predictions);
    return status;
}

static const tfl_example roc_examples[] = {
    {"tfplot roc predictions.tsv --labels data/labels.tsv --split test -o roc.svg",
     "the test sequences of a simulation"},
    {0},
};

static const tfl_command roc_command = {
    .name = "roc",
    .summary = "draw ROC curves per task",
    .operands = "predictions.tsv",
    .min_operands = 1,
    .max_operands = 1,
    .files = {.reads = tfl_reads_file},
    .description = "predictions.tsv is what tfmodel predict writes. The area under each curve is in the legend; ties "
                   "count one half.",
    .option = roc_rows,
    .example = roc_examples,
    .options_size = sizeof(options),
    .defaults = set_defaults,
    .run = run_roc,
};

/* ---------------------------------------------------------------- the program */

static const tfl_command *const subcommands[] = {
    &logo_command, &motif_command, &scatter_command, &tiers_command, &lines_command, &roc_command, NULL};

static const tfl_command command = {
    .name = "tfplot",
    .summary = "draw contributions, motifs, matches, training and predictions",
    .subcommand = subcommands,
};

int main(int argc, char **argv)
{
    return tfl_program_main(&command, argc, argv);
}
