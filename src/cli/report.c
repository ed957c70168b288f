/* A folder that shows tracks in a browser. */
#include "config.h"

#include "cli/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tflift/bed.h"
#include "tflift/bigwig.h"
#include "tflift/fasta.h"
#include "tflift/genome.h"
#include "tflift/memory.h"
#include "tflift/merge.h"
#include "tflift/output.h"
#include "tflift/row.h"
#include "tflift/table.h"

enum {
    FASTA_LINE = 60,  /* letters */
    COPY = 1 << 16,   /* bytes at once */
    SHOWN = 200,      /* bases that the browser shows at first */
    SHORT_LABEL = 17, /* UCSC cuts what is longer */
    LOCUS_SIZE = 1 << 12
};

typedef struct report_track {
    char *label; /* the file's name without its suffix */
    char *file;  /* in the folder */
    tfl_bigwig_summary total;
} report_track;

typedef struct report {
    const tfl_report_options *options;
    tfl_report_summary *summary;
    tfl_output_folder *folder;
    tfl_table *contigs; /* of the FASTA file; empty where there is none */
    int64_t *length;    /* [contigs] */
    size_t length_capacity;
    char *fasta; /* in the folder, or NULL */
    bool gzi;    /* it is BGZF, with a second index */
    char *assembly;
    report_track *track;    /* [n_tracks] */
    tfl_table *files;       /* their names so far */
    tfl_table *keys;        /* those of UCSC's stanzas so far */
    char locus[LOCUS_SIZE]; /* "" until there is one */
} report;

/* ---------------------------------------------------------------- files of the folder */

static tfl_status open_file(report *r, const char *name, tfl_output **out, tfl_error *err)
{
    const char *path = tfl_output_folder_file(r->folder, name);
    *out = NULL;
    return path == NULL ? tfl_fail_memory(err, "a file's name") : tfl_output_open(path, TFL_PLAIN, out, err);
}

/* Commits, or discards where status is a failure. */
static tfl_status close_file(tfl_output *output, tfl_status status, tfl_error *err)
{
    if (status == TFL_OK) {
        return tfl_output_commit(output, err);
    }
    tfl_output_discard(output);
    return status;
}

static tfl_status write_text(tfl_output *output, const char *text, tfl_error *err)
{
    return tfl_output_write(output, text, strlen(text), err);
}

/* The bytes of from, which is open, to the end of output. */
static tfl_status copy_bytes(int from, const char *name, tfl_output *output, tfl_error *err)
{
    char bytes[COPY];
    for (;;) {
        ssize_t n = read(from, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return tfl_fail_errno(err, errno, "%s: cannot read", name);
        }
        tfl_status status = n > 0 ? tfl_output_write(output, bytes, (size_t)n, err) : TFL_OK;
        if (n == 0 || status != TFL_OK) {
            return status;
        }
    }
}

static tfl_status copy_file(report *r, const char *path, const char *name, tfl_error *err)
{
    tfl_output *output = NULL;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) {
        return tfl_fail_errno(err, errno, "%s: cannot open", path);
    }
    tfl_status status = open_file(r, name, &output, err);
    if (status == TFL_OK) {
        status = close_file(output, copy_bytes(from, path, output, err), err);
    }
    (void)close(from); /* it was only read */
    return status;
}

/* A symbolic link, by the whole path. */
static tfl_status link_file(report *r, const char *path, const char *name, tfl_error *err)
{
    char *whole = realpath(path, NULL);
    if (whole == NULL) {
        return tfl_fail_errno(err, errno, "%s: cannot find", path);
    }
    const char *target = tfl_output_folder_file(r->folder, name);
    tfl_status status = target == NULL ? tfl_fail_memory(err, "a file's name") : TFL_OK;
    if (status == TFL_OK && symlink(whole, target) != 0) {
        status = tfl_fail_errno(err, errno, "%s: cannot make a link to %s", target, path);
    }
    free(whole);
    r->summary->linked = true;
    return status;
}

/* The name of a file without folder, ".gz" or the like and the suffix before it. The caller frees; NULL when out of memory. */
static char *stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = tfl_output_stem(name);
    for (size_t i = length; i > 1; i--) {
        if (name[i - 1] == '.') {
            return tfl_strndup(name, i - 1);
        }
    }
    return tfl_strndup(name, length);
}

/* STEM and suffix, with '_' for what would have to be escaped in an address. The caller frees; NULL when out of memory.
 */
static char *file_name(const char *stem, const char *suffix)
{
    size_t size = strlen(stem) + strlen(suffix) + 1;
    char *name = tfl_calloc(size, 1);
    if (name != NULL) {
        (void)snprintf(name, size, "%s%s", stem, suffix);
        for (char *c = name; *c != '\0'; c++) {
            bool plain = isalnum((unsigned char)*c) || *c == '-' || *c == '_' || (*c == '.' && c > name);
            *c = plain ? *c : '_';
        }
    }
    return name;
}

/* ---------------------------------------------------------------- FASTA */

static tfl_status add_contig(report *r, const char *name, int64_t length, tfl_error *err)
{
    size_t number = 0;
    tfl_status status = tfl_table_add(r->contigs, name, &number, NULL, err);
    if (status == TFL_OK) {
        status = TFL_GROW(r->length, &r->length_capacity, number + 1, "contigs", err);
    }
    if (status == TFL_OK) {
        r->length[number] = length;
    }
    return status;
}

static tfl_status write_sequence(const tfl_sequence *sequence, tfl_output *output, tfl_output *index, tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, ">%s\n", sequence->name);
    if (status == TFL_OK) {
        status = tfl_output_printf(index, err, "%s\t%zu\t%" PRIu64 "\t%d\t%d\n", sequence->name, sequence->length,
                                   tfl_output_position(output), FASTA_LINE, FASTA_LINE + 1);
    }
    for (size_t i = 0; status == TFL_OK && i < sequence->length; i += FASTA_LINE) {
        size_t n = sequence->length - i < FASTA_LINE ? sequence->length - i : FASTA_LINE;
        status = tfl_output_write(output, sequence->letters + i, n, err);
        if (status == TFL_OK) {
            status = tfl_output_write(output, "\n", 1, err);
        }
    }
    return status;
}

/* All sequences, in lines of one length, and where they are. */
static tfl_status write_sequences(report *r, tfl_fasta *fasta, tfl_output *output, tfl_output *index, tfl_error *err)
{
    tfl_sequence sequence = {0};
    int found = 1;
    tfl_status status = TFL_OK;
    while (status == TFL_OK && (status = tfl_fasta_next(fasta, &sequence, &found, err)) == TFL_OK && found) {
        status = add_contig(r, sequence.name, (int64_t)sequence.length, err);
        if (status == TFL_OK) {
            status = write_sequence(&sequence, output, index, err);
        }
    }
    tfl_sequence_clear(&sequence);
    return status;
}

static tfl_status copy_fasta(report *r, const char *stem, tfl_error *err)
{
    tfl_fasta *fasta = NULL;
    tfl_output *output = NULL, *index = NULL;
    char *index_name = file_name(stem, ".fa.fai");
    r->fasta = file_name(stem, ".fa");
    tfl_status status = index_name == NULL || r->fasta == NULL ? tfl_fail_memory(err, "a file's name") : TFL_OK;
    if (status == TFL_OK) {
        status = tfl_fasta_open(r->options->fasta, TFL_FASTA_UNIQUE | TFL_FASTA_NOT_EMPTY, &fasta, err);
    }
    if (status == TFL_OK) {
        status = open_file(r, r->fasta, &output, err);
    }
    if (status == TFL_OK) {
        status = open_file(r, index_name, &index, err);
    }
    if (status == TFL_OK) {
        status = write_sequences(r, fasta, output, index, err);
    }
    if (output != NULL) {
        status = close_file(output, status, err);
    }
    if (index != NULL) {
        status = close_file(index, status, err);
    }
    tfl_fasta_close(fasta);
    free(index_name);
    return status;
}

/* path with suffix, into the folder as name with suffix. */
static tfl_status link_companion(report *r, const char *path, const char *name, const char *suffix, bool needed,
                                 tfl_error *err)
{
    size_t size = strlen(path) + strlen(name) + strlen(suffix) + 1;
    char *from = tfl_calloc(size, 1), *to = tfl_calloc(size, 1);
    tfl_status status = from == NULL || to == NULL ? tfl_fail_memory(err, "a file's name") : TFL_OK;
    if (status == TFL_OK) {
        (void)snprintf(from, size, "%s%s", path, suffix);
        (void)snprintf(to, size, "%s%s", name, suffix);
        if (access(from, R_OK) == 0) {
            status = link_file(r, from, to, err);
            r->gzi = r->gzi || strcmp(suffix, ".gzi") == 0;
        } else if (needed) {
            status = tfl_fail_errno(err, errno, "%s: browsers need the index; samtools faidx %s makes it", from, path);
        }
    }
    free(from);
    free(to);
    return status;
}

static tfl_status link_fasta(report *r, const char *stem, tfl_error *err)
{
    tfl_genome *genome = NULL;
    const char *path = r->options->fasta;
    bool compressed = path[tfl_output_stem(path)] != '\0';
    tfl_status status = tfl_genome_open(path, &genome, err); /* makes the index, or checks it */
    for (size_t i = 0; status == TFL_OK && i < tfl_genome_size(genome); i++) {
        status = add_contig(r, tfl_genome_contig(genome, i), tfl_genome_length(genome, i), err);
    }
    tfl_genome_close(genome);
    if (status == TFL_OK) {
        r->fasta = file_name(stem, compressed ? ".fa.gz" : ".fa");
        status = r->fasta == NULL ? tfl_fail_memory(err, "a file's name") : link_file(r, path, r->fasta, err);
    }
    if (status == TFL_OK) {
        status = link_companion(r, path, r->fasta, ".fai", true, err);
    }
    return status == TFL_OK ? link_companion(r, path, r->fasta, ".gzi", false, err) : status;
}

static tfl_status take_fasta(report *r, tfl_error *err)
{
    const char *path = r->options->fasta;
    struct stat found;
    tfl_status status = tfl_table_create(&r->contigs, err);
    char *stem = status == TFL_OK && path != NULL ? stem_of(strcmp(path, "-") == 0 ? "sequences" : path) : NULL;
    if (status == TFL_OK && path != NULL) {
        bool large = stat(path, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > TFL_REPORT_MOST_COPIED;
        status = stem == NULL                ? tfl_fail_memory(err, "a file's name")
                 : r->options->link || large ? link_fasta(r, stem, err)
                                             : copy_fasta(r, stem, err);
    }
    if (status == TFL_OK) {
        r->assembly = r->options->assembly != NULL ? tfl_strdup(r->options->assembly)
                      : stem != NULL               ? file_name(stem, "")
                                                   : NULL;
        status = r->assembly == NULL ? tfl_fail_memory(err, "a name") : TFL_OK;
    }
    free(stem);
    return status;
}

/* ---------------------------------------------------------------- tracks */

/* Sets the locus where there is none: bases [start, end), or the middle of them, or what lies around them too. */
static void set_locus(report *r, const char *contig, int64_t start, int64_t end)
{
    size_t number = 0;
    if (r->locus[0] != '\0') {
        return;
    }
    int64_t last = r->fasta != NULL && tfl_table_find(r->contigs, contig, &number) ? r->length[number] : end;
    int64_t from = start + (end - start - SHOWN) / 2;
    from = from + SHOWN > last ? last - SHOWN : from;
    from = from < 0 ? 0 : from;
    end = from + SHOWN < last ? from + SHOWN : last;
    int length = snprintf(r->locus, sizeof r->locus, "%s:%" PRId64 "-%" PRId64, contig, from + 1, end);
    r->locus[0] = length < LOCUS_SIZE ? r->locus[0] : '\0';
}

/* A contig that has values must be one of the FASTA's, and not be longer. */
static tfl_status check_contig(report *r, const char *path, tfl_bigwig *bigwig, size_t i, tfl_error *err)
{
    float value[SHOWN];
    int64_t length = 0, start = 0;
    size_t n = 0, number = 0;
    const char *name = tfl_bigwig_contig(bigwig, i, &length);
    bool known = r->fasta == NULL || tfl_table_find(r->contigs, name, &number);
    if (known && r->fasta != NULL && length > r->length[number]) {
        return tfl_fail(err, TFL_EINPUT, "%s: contig %s has %lld bases, but %lld in %s; is that another assembly?",
                        path, name, (long long)length, (long long)r->length[number], r->options->fasta);
    }
    tfl_status status = TFL_OK;
    if (!known || r->locus[0] == '\0') {
        status = tfl_bigwig_next(bigwig, i, 0, value, SHOWN, &start, &n, err);
    }
    if (status == TFL_OK && n > 0 && !known) {
        return tfl_fail(err, TFL_EINPUT,
                        "%s: has values on contig %s, which %s does not have (its first is called %s); -g takes what "
                        "the values lie on",
                        path, name, r->options->fasta, tfl_table_name(r->contigs, 0));
    }
    if (status == TFL_OK && n > 0) {
        set_locus(r, name, start, start + (int64_t)n);
    }
    return status;
}

/* A track that is in the folder, or will be linked there. */
static tfl_status check_track(report *r, report_track *track, const char *path, const char *name, tfl_error *err)
{
    tfl_bigwig *bigwig = NULL;
    tfl_status status = tfl_bigwig_open(path, &bigwig, err);
    for (size_t i = 0; status == TFL_OK && i < tfl_bigwig_contigs(bigwig); i++) {
        status = check_contig(r, name, bigwig, i, err);
    }
    if (status == TFL_OK) {
        track->total = tfl_bigwig_total(bigwig);
    }
    tfl_bigwig_close(bigwig);
    return status;
}

/* bedGraph into a bigWig. */
static tfl_status convert_track(report *r, report_track *track, const char *path, tfl_error *err)
{
    size_t n = tfl_table_size(r->contigs);
    const char **contig = tfl_calloc(n, sizeof *contig);
    const char *target = tfl_output_folder_file(r->folder, track->file);
    tfl_status status = contig == NULL || target == NULL ? tfl_fail_memory(err, "contigs") : TFL_OK;
    if (status == TFL_OK) {
        for (size_t i = 0; i < n; i++) {
            contig[i] = tfl_table_name(r->contigs, i);
        }
        tfl_merge_options options = {.overlap = TFL_OVERLAP_ERROR,
                                     .longest = true,
                                     .contig = contig,
                                     .contig_length = r->length,
                                     .n_contigs = n};
        status = tfl_merge_tracks(&path, 1, target, tfl_track_format_find("bigwig"), &options, NULL, err);
    }
    free(contig);
    return status == TFL_OK ? check_track(r, track, target, path, err) : status;
}

static tfl_status name_track(report *r, report_track *track, const char *path, tfl_error *err)
{
    bool added = false;
    track->label = stem_of(strcmp(path, "-") == 0 ? "scores" : path);
    track->file = track->label != NULL ? file_name(track->label, ".bw") : NULL;
    if (track->file == NULL) {
        return tfl_fail_memory(err, "a file's name");
    }
    if (!tfl_row_can_hold(track->label)) {
        return tfl_fail(err, TFL_EUSAGE, "%s: a hub has a line for the track's name, which control characters break; rename it",
                        path);
    }
    tfl_status status = tfl_table_add(r->files, track->file, NULL, &added, err);
    return status == TFL_OK && !added
               ? tfl_fail(err, TFL_EUSAGE, "%s: another track is called %s too; rename one", path, track->label)
               : status;
}

static tfl_status take_track(report *r, report_track *track, const char *path, tfl_error *err)
{
    tfl_status status = name_track(r, track, path, err);
    if (status != TFL_OK) {
        return status;
    }
    if (!tfl_bigwig_is(path)) {
        return convert_track(r, track, path, err);
    }
    status = check_track(r, track, path, path, err);
    if (status != TFL_OK) {
        return status;
    }
    return r->options->link ? link_file(r, path, track->file, err) : copy_file(r, path, track->file, err);
}

static tfl_status take_tracks(report *r, tfl_error *err)
{
    size_t n = r->options->n_tracks;
    r->track = tfl_calloc(n, sizeof *r->track);
    tfl_status status = r->track == NULL ? tfl_fail_memory(err, "tracks") : tfl_table_create(&r->files, err);
    for (size_t i = 0; status == TFL_OK && i < n; i++) {
        status = take_track(r, &r->track[i], r->options->track[i], err);
    }
    return status;
}

/* ---------------------------------------------------------------- BED */

/* Columns behind the sixth mean something else to each browser: they are left out. */
static tfl_status write_row(const report *r, const tfl_bed *bed, const tfl_bed_row *row, tfl_output *output,
                            tfl_error *err)
{
    size_t number = 0;
    bool known = r->fasta == NULL || tfl_table_find(r->contigs, row->contig, &number);
    if (!known) {
        return tfl_bed_fail(bed, err, "contig %s is not in %s (whose first is called %s)", row->contig,
                            r->options->fasta, tfl_table_name(r->contigs, 0));
    }
    if (r->fasta != NULL && row->end > r->length[number]) {
        return tfl_bed_fail(bed, err, "ends at %" PRId64 ", but contig %s has %" PRId64 " bases in %s", row->end,
                            row->contig, r->length[number], r->options->fasta);
    }
    return tfl_output_printf(output, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\t%s\t%c\n", row->contig, row->start,
                             row->end, row->name != NULL ? row->name : ".", row->score != NULL ? row->score : "0",
                             row->strand);
}

/* Copies a BED file's first six columns; the first row is what is shown at first, if asked for. */
static tfl_status take_bed(report *r, const char *path, const char *name, bool show, size_t *rows, tfl_error *err)
{
    tfl_bed *bed = NULL;
    tfl_output *output = NULL;
    tfl_bed_row row;
    bool found = true;
    if (path == NULL) {
        return TFL_OK;
    }
    tfl_status status = tfl_bed_open(path, &bed, err);
    if (status == TFL_OK) {
        status = open_file(r, name, &output, err);
    }
    while (status == TFL_OK && (status = tfl_bed_next(bed, &row, &found, err)) == TFL_OK && found) {
        status = write_row(r, bed, &row, output, err);
        ++*rows;
        if (show) {
            set_locus(r, row.contig, row.start, row.end);
        }
    }
    if (output != NULL) {
        status = close_file(output, status, err);
    }
    tfl_bed_close(bed);
    return status;
}

static tfl_status take_regions(report *r, tfl_error *err)
{
    return take_bed(r, r->options->regions, "regions.bed", true, &r->summary->regions, err);
}

static tfl_status take_hits(report *r, tfl_error *err)
{
    return take_bed(r, r->options->hits, "hits.bed", false, &r->summary->hits, err);
}

/* ---------------------------------------------------------------- igv.js */

/* text within quotes, as JSON has it. */
static tfl_status write_json(tfl_output *output, const char *before, const char *text, const char *after,
                             tfl_error *err)
{
    tfl_status status = tfl_output_printf(output, err, "%s\"", before);
    for (; status == TFL_OK && *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            status = tfl_output_printf(output, err, "\\%c", c);
        } else if (c < ' ') {
            status = tfl_output_printf(output, err, "\\u%04x", c);
        } else {
            status = tfl_output_write(output, text, 1, err);
        }
    }
    return status == TFL_OK ? tfl_output_printf(output, err, "\"%s", after) : status;
}

/* Where there is a FASTA file igv.js need not ask its own server what genomes there are. */
static tfl_status write_reference(const report *r, tfl_output *output, tfl_error *err)
{
    if (r->fasta == NULL) {
        return write_json(output, "{\n  \"genome\": ", r->assembly, ",\n", err);
    }
    tfl_status status = write_json(
        output, "{\n  \"loadDefaultGenomes\": false,\n  \"reference\": {\n    \"id\": ", r->assembly, ",\n", err);
    if (status == TFL_OK) {
        status = write_json(output, "    \"name\": ", r->assembly, ",\n", err);
    }
    if (status == TFL_OK && r->gzi) {
        status = tfl_output_printf(output, err, "    \"compressedIndexURL\": \"%s.gzi\",\n", r->fasta);
    }
    return status == TFL_OK
               ? tfl_output_printf(output, err, "    \"fastaURL\": \"%s\",\n    \"indexURL\": \"%s.fai\"\n  },\n",
                                   r->fasta, r->fasta)
               : status;
}

static tfl_status write_bed_track(tfl_output *output, const char *name, const char *file, tfl_error *err)
{
    return tfl_output_printf(output, err,
                             ",\n    {\n      \"name\": \"%s\",\n      \"type\": \"annotation\",\n      \"format\": "
                             "\"bed\",\n      \"url\": \"%s\",\n      \"displayMode\": \"EXPANDED\"\n    }",
                             name, file);
}

static tfl_status write_tracks(const report *r, tfl_output *output, tfl_error *err)
{
    tfl_status status = write_text(output, "  \"tracks\": [\n", err);
    for (size_t i = 0; status == TFL_OK && i < r->options->n_tracks; i++) {
        const char *before = i == 0 ? "    {\n      \"name\": " : ",\n    {\n      \"name\": ";
        status = write_json(output, before, r->track[i].label, ",\n", err);
        if (status == TFL_OK) {
            status = tfl_output_printf(output, err,
                                       "      \"type\": \"wig\",\n      \"format\": \"bigwig\",\n      \"url\": "
                                       "\"%s\",\n      \"graphType\": \"dynseq\",\n      \"autoscaleGroup\": "
                                       "\"contributions\",\n      \"height\": 100\n    }",
                                       r->track[i].file);
        }
    }
    if (status == TFL_OK && r->options->hits != NULL) {
        status = write_bed_track(output, "motif hits", "hits.bed", err);
    }
    if (status == TFL_OK && r->options->regions != NULL) {
        status = write_bed_track(output, "regions", "regions.bed", err);
    }
    return status == TFL_OK ? write_text(output, "\n  ]\n}\n", err) : status;
}

static tfl_status write_session(report *r, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = open_file(r, "session.json", &output, err);
    if (status != TFL_OK) {
        return status;
    }
    status = write_reference(r, output, err);
    if (status == TFL_OK && r->locus[0] != '\0') {
        status = write_json(output, "  \"locus\": ", r->locus, ",\n", err);
    }
    return close_file(output, status == TFL_OK ? write_tracks(r, output, err) : status, err);
}

static tfl_status write_page(report *r, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = open_file(r, "index.html", &output, err);
    if (status == TFL_OK) {
        status = close_file(output, write_text(output, tfl_report_page, err), err);
    }
    return status == TFL_OK && r->options->igv_js != NULL ? copy_file(r, r->options->igv_js, "igv.min.js", err)
                                                          : status;
}

/* ---------------------------------------------------------------- UCSC */

/* "a_b" for a track called a-b, or with a number behind where another has that. The caller frees. */
static tfl_status choose_key(report *r, const char *label, char **out, tfl_error *err)
{
    enum { NUMBER = 24 };
    size_t length = strlen(label), size = length + NUMBER;
    char *key = tfl_calloc(size, 1);
    bool added = false;
    tfl_status status = key == NULL ? tfl_fail_memory(err, "a track's name") : TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < length; i++) {
        key[i] = (char)(isalnum((unsigned char)label[i]) ? label[i] : '_');
    }
    for (size_t k = 2; status == TFL_OK && !added; k++) {
        status = tfl_table_add(r->keys, key, NULL, &added, err);
        if (!added) {
            (void)snprintf(key + length, NUMBER, "_%zu", k);
        }
    }
    *out = key;
    return status;
}

static tfl_status write_stanza(report *r, const report_track *track, tfl_output *output, tfl_error *err)
{
    char *key = NULL;
    tfl_status status = choose_key(r, track->label, &key, err);
    if (status == TFL_OK) {
        status = tfl_output_printf(
            output, err,
            "track tflift_%s\nbigDataUrl %s\nshortLabel %.*s\nlongLabel Contribution of every base: %s\ntype bigWig %.9g "
            "%.9g\nvisibility full\nlogo on\nautoScale on\nmaxHeightPixels 128:80:16\n\n",
            key, track->file, SHORT_LABEL, track->label, track->label, track->total.min, track->total.max);
    }
    free(key);
    return status;
}

static tfl_status write_track_db(report *r, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = tfl_table_create(&r->keys, err);
    if (status == TFL_OK) {
        status = open_file(r, "trackDb.txt", &output, err);
    }
    for (size_t i = 0; status == TFL_OK && i < r->options->n_tracks; i++) {
        status = write_stanza(r, &r->track[i], output, err);
    }
    return output == NULL ? status : close_file(output, status, err);
}

static tfl_status write_hub(report *r, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = open_file(r, "hub.txt", &output, err);
    if (status == TFL_OK) {
        status = close_file(output,
                            write_text(output,
                                       "hub tflift\nshortLabel tflift\nlongLabel Contributions of every base to a "
                                       "network's prediction\ngenomesFile genomes.txt\nemail nobody@example.org\n",
                                       err),
                            err);
    }
    if (status == TFL_OK) {
        status = open_file(r, "genomes.txt", &output, err);
    }
    if (status == TFL_OK) {
        status =
            close_file(output, tfl_output_printf(output, err, "genome %s\ntrackDb trackDb.txt\n", r->assembly), err);
    }
    return status == TFL_OK ? write_track_db(r, err) : status;
}

/* ---------------------------------------------------------------- all of it */

static tfl_status fill(report *r, tfl_error *err)
{
    static tfl_status (*const steps[])(report *, tfl_error *) = {take_fasta,    take_regions, take_tracks, take_hits,
                                                                 write_session, write_page,   write_hub};
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < sizeof steps / sizeof *steps; i++) {
        status = steps[i](r, err);
    }
    return status;
}

static void clear(report *r)
{
    for (size_t i = 0; r->track != NULL && i < r->options->n_tracks; i++) {
        free(r->track[i].label);
        free(r->track[i].file);
    }
    tfl_table_free(r->contigs);
    tfl_table_free(r->files);
    tfl_table_free(r->keys);
    free(r->length);
    free(r->fasta);
    free(r->assembly);
    free(r->track);
}

tfl_status tfl_report_write(const tfl_report_options *options, tfl_report_summary *summary, tfl_error *err)
{
    report r = {.options = options, .summary = summary};
    *summary = (tfl_report_summary){0};
    tfl_status status = tfl_output_folder_stage(options->folder, &r.folder, err);
    if (status == TFL_OK) {
        status = fill(&r, err);
        if (status == TFL_OK) {
            status = tfl_output_folder_commit(r.folder, err);
        } else {
            tfl_output_folder_discard(r.folder);
        }
    }
    clear(&r);
    return status;
}
