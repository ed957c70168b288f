/*
 * Writing bigWig. A stretch of values is a fixedStep section; stretches too short to be worth a section and an index
 * entry of their own are gathered in variableStep sections. Nothing is kept in memory but the section at hand.
 */
#include "config.h"

#include "track/bigwig_internal.h"

#include <math.h>
#include <stdlib.h>

#include "tflift/memory.h"
#include "track/bytes_internal.h"

enum {
    RUN_ITEMS = 8192,       /* 32 kB: what a browser has to fetch for one letter */
    SCATTERED_ITEMS = 2048, /* 16 kB */
    SHORT_RUN = 32,         /* shorter ones are gathered */
    ZOOM_HEADERS = TFL_BIGWIG_ZOOMS * TFL_BIGWIG_ZOOM_HEADER
};

struct tfl_bigwig_writer {
    tfl_output *output;
    tfl_deflater *deflater;
    tfl_bigwig_zooms *zooms;
    tfl_spool entries;
    tfl_spool lengths; /* of the contigs, 8 bytes each */
    uint64_t n_contigs;
    uint64_t tree, data;
    uint64_t n_sections;
    uint32_t largest;
    size_t contig;  /* the one being written, */
    int64_t length; /* so long, */
    int64_t end;    /* up to here */
    size_t n_run;
    uint32_t run_start;
    float run[RUN_ITEMS];
    size_t n_scattered;
    uint32_t scattered_start[SCATTERED_ITEMS];
    float scattered[SCATTERED_ITEMS];
    unsigned char section[TFL_BIGWIG_SECTION + 4 * RUN_ITEMS];
};

static tfl_status write_head(tfl_bigwig_writer *writer, tfl_contig_list *contigs, tfl_error *err)
{
    unsigned char head[TFL_BIGWIG_HEADER + ZOOM_HEADERS + TFL_BIGWIG_SUMMARY] = {0};
    unsigned char count[8] = {0};
    tfl_status status = tfl_output_write(writer->output, head, sizeof head, err);
    writer->tree = tfl_output_position(writer->output);
    if (status == TFL_OK) {
        status = tfl_bigwig_write_tree(writer->output, contigs, &writer->lengths, err);
    }
    writer->data = tfl_output_position(writer->output);
    return status == TFL_OK ? tfl_output_write(writer->output, count, sizeof count, err) : status;
}

static tfl_status read_length(tfl_bigwig_writer *writer, uint64_t contig, int64_t *length, tfl_error *err)
{
    return tfl_spool_read(&writer->lengths, contig * sizeof *length, length, sizeof *length, err);
}

static tfl_status start(tfl_bigwig_writer *writer, tfl_contig_list *contigs, tfl_error *err)
{
    if (!tfl_output_seekable(writer->output)) {
        return tfl_fail(
            err, TFL_EUSAGE,
            "a bigWig file cannot go to a pipe, terminal or device, for its header is written last; name a file");
    }
    tfl_status status = tfl_deflater_create(&writer->deflater, err);
    if (status == TFL_OK) {
        status = tfl_bigwig_zooms_create(writer->deflater, &writer->zooms, err);
    }
    if (status == TFL_OK) {
        status = write_head(writer, contigs, err);
    }
    return status == TFL_OK && writer->n_contigs > 0 ? read_length(writer, 0, &writer->length, err) : status;
}

tfl_status tfl_bigwig_create_over(tfl_output *output, tfl_contig_list *contigs, tfl_bigwig_writer **out, tfl_error *err)
{
    *out = NULL;
    tfl_bigwig_writer *writer = tfl_calloc(1, sizeof *writer);
    if (writer == NULL) {
        tfl_output_discard(output);
        return tfl_fail_memory(err, "a bigWig writer");
    }
    writer->output = output;
    writer->entries = (tfl_spool)TFL_SPOOL_INIT;
    writer->lengths = (tfl_spool)TFL_SPOOL_INIT;
    writer->n_contigs = contigs->n;
    tfl_status status = start(writer, contigs, err);
    if (status != TFL_OK) {
        tfl_bigwig_discard(writer);
        return status;
    }
    *out = writer;
    return TFL_OK;
}

tfl_status tfl_bigwig_create(const char *path, const char *const *contig, const int64_t *length, size_t n_contigs,
                             tfl_bigwig_writer **out, tfl_error *err)
{
    *out = NULL;
    tfl_output *output = NULL;
    tfl_contig_list contigs = TFL_CONTIG_LIST_INIT;
    tfl_status status = TFL_OK;
    for (size_t i = 0; status == TFL_OK && i < n_contigs; i++) {
        status = tfl_contig_list_add(&contigs, contig[i], length[i], err);
    }
    if (status == TFL_OK) {
        status = tfl_output_open(path, TFL_PLAIN, &output, err);
    }
    if (status == TFL_OK) {
        status = tfl_bigwig_create_over(output, &contigs, out, err);
        if (status != TFL_OK) {
            tfl_error_prefix(err, "%s", path);
        }
    }
    tfl_contig_list_clear(&contigs);
    return status;
}

/* The section that lies in writer->section, n items of item bytes, over [start, end). */
static tfl_status write_section(tfl_bigwig_writer *writer, uint8_t type, uint32_t start, uint32_t end, size_t n,
                                size_t item, tfl_error *err)
{
    unsigned char *at = writer->section;
    uint32_t size = (uint32_t)(TFL_BIGWIG_SECTION + n * item);
    tfl_put_u32(at, (uint32_t)writer->contig);
    tfl_put_u32(at + 4, start);
    tfl_put_u32(at + 8, end);
    tfl_put_u32(at + 12, type == TFL_BIGWIG_FIXED_STEP); /* step */
    tfl_put_u32(at + 16, 1);                             /* span */
    at[20] = type;
    at[21] = 0;
    tfl_put_u16(at + 22, (uint16_t)n);
    const unsigned char *packed = NULL;
    size_t packed_size = 0;
    tfl_status status = tfl_deflate(writer->deflater, at, size, &packed, &packed_size, err);
    if (status != TFL_OK) {
        return status;
    }
    uint64_t offset = tfl_output_position(writer->output);
    tfl_bigwig_bounds bounds = {(uint32_t)writer->contig, start, (uint32_t)writer->contig, end};
    writer->n_sections++;
    writer->largest = size > writer->largest ? size : writer->largest;
    status = tfl_bigwig_index_add(&writer->entries, &bounds, offset, packed_size, err);
    return status == TFL_OK ? tfl_output_write(writer->output, packed, packed_size, err) : status;
}

static tfl_status flush_scattered(tfl_bigwig_writer *writer, tfl_error *err)
{
    size_t n = writer->n_scattered;
    if (n == 0) {
        return TFL_OK;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char *at = writer->section + TFL_BIGWIG_SECTION + 8 * i;
        tfl_put_u32(at, writer->scattered_start[i]);
        tfl_put_f32(at + 4, writer->scattered[i]);
    }
    writer->n_scattered = 0;
    return write_section(writer, TFL_BIGWIG_VARIABLE_STEP, writer->scattered_start[0],
                         writer->scattered_start[n - 1] + 1, n, 8, err);
}

static tfl_status scatter(tfl_bigwig_writer *writer, size_t n, tfl_error *err)
{
    tfl_status status = TFL_OK;
    if (writer->n_scattered + n > SCATTERED_ITEMS) {
        status = flush_scattered(writer, err);
    }
    for (size_t i = 0; i < n; i++) {
        writer->scattered_start[writer->n_scattered] = writer->run_start + (uint32_t)i;
        writer->scattered[writer->n_scattered] = writer->run[i];
        writer->n_scattered++;
    }
    return status;
}

static tfl_status flush_run(tfl_bigwig_writer *writer, tfl_error *err)
{
    size_t n = writer->n_run;
    writer->n_run = 0;
    if (n < SHORT_RUN) {
        return scatter(writer, n, err);
    }
    tfl_status status = flush_scattered(writer, err);
    if (status != TFL_OK) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        tfl_put_f32(writer->section + TFL_BIGWIG_SECTION + 4 * i, writer->run[i]);
    }
    return write_section(writer, TFL_BIGWIG_FIXED_STEP, writer->run_start, writer->run_start + (uint32_t)n, n, 4, err);
}

static tfl_status flush_contig(tfl_bigwig_writer *writer, tfl_error *err)
{
    tfl_status status = flush_run(writer, err);
    return status == TFL_OK ? flush_scattered(writer, err) : status;
}

/* Values none of which is NaN. */
static tfl_status add_run(tfl_bigwig_writer *writer, uint32_t start, const float *value, size_t n, tfl_error *err)
{
    tfl_status status = tfl_bigwig_zooms_add(writer->zooms, (uint32_t)writer->contig, start, value, n, err);
    while (status == TFL_OK && n > 0) {
        if (writer->n_run == RUN_ITEMS || (writer->n_run > 0 && start != writer->run_start + writer->n_run)) {
            status = flush_run(writer, err);
        }
        if (writer->n_run == 0) {
            writer->run_start = start;
        }
        size_t m = RUN_ITEMS - writer->n_run < n ? RUN_ITEMS - writer->n_run : n;
        for (size_t i = 0; i < m; i++) {
            writer->run[writer->n_run + i] = value[i];
        }
        writer->n_run += m;
        value += m;
        start += (uint32_t)m;
        n -= m;
    }
    return status;
}

static tfl_status check_place(tfl_bigwig_writer *writer, size_t contig, int64_t start, size_t n, tfl_error *err)
{
    if (contig >= writer->n_contigs || contig < writer->contig || (contig == writer->contig && start < writer->end)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "bigWig values have to come in the order of the contigs and of their positions");
    }
    int64_t length = writer->length;
    tfl_status status = contig != writer->contig ? read_length(writer, contig, &length, err) : TFL_OK;
    if (status == TFL_OK && (start < 0 || start > length || (uint64_t)(length - start) < n)) {
        return tfl_fail(err, TFL_EUSAGE, "bases %lld to %lld lie outside their contig, which is %lld long",
                        (long long)start, (long long)start + (long long)n, (long long)length);
    }
    writer->length = status == TFL_OK ? length : writer->length; /* of contig, which is written next */
    return status;
}

tfl_status tfl_bigwig_write(tfl_bigwig_writer *writer, size_t contig, int64_t start, const float *value, size_t n,
                            tfl_error *err)
{
    tfl_status status = check_place(writer, contig, start, n, err);
    if (status == TFL_OK && contig != writer->contig) {
        status = flush_contig(writer, err);
        writer->contig = contig;
    }
    for (size_t i = 0; status == TFL_OK && i < n;) {
        size_t first = i;
        while (i < n && isfinite(value[i])) {
            i++;
        }
        if (i < n && isinf(value[i])) {
            return tfl_fail(err, TFL_EINPUT, "the value of base %lld is infinite", (long long)(start + (int64_t)i));
        }
        if (i > first) {
            status = add_run(writer, (uint32_t)(start + (int64_t)first), value + first, i - first, err);
        }
        while (i < n && isnan(value[i])) {
            i++;
        }
    }
    writer->end = start + (int64_t)n;
    return status;
}

/* The header, the zoom headers, the summary and the number of sections, all known only now. */
static tfl_status patch(tfl_bigwig_writer *writer, const tfl_bigwig_header *header, const unsigned char *zooms,
                        const tfl_bigwig_summary *total, tfl_error *err)
{
    unsigned char bytes[TFL_BIGWIG_HEADER];
    unsigned char summary[TFL_BIGWIG_SUMMARY];
    unsigned char count[8];
    tfl_bigwig_put_header(bytes, header);
    tfl_bigwig_put_summary(summary, total);
    tfl_put_u64(count, writer->n_sections);
    tfl_status status = tfl_output_patch(writer->output, 0, bytes, sizeof bytes, err);
    if (status == TFL_OK) {
        status = tfl_output_patch(writer->output, TFL_BIGWIG_HEADER, zooms, ZOOM_HEADERS, err);
    }
    if (status == TFL_OK) {
        status = tfl_output_patch(writer->output, header->summary, summary, sizeof summary, err);
    }
    return status == TFL_OK ? tfl_output_patch(writer->output, header->data, count, sizeof count, err) : status;
}

static tfl_status finish(tfl_bigwig_writer *writer, tfl_error *err)
{
    unsigned char zooms[ZOOM_HEADERS] = {0};
    unsigned char magic[4];
    tfl_bigwig_summary total = {0};
    tfl_bigwig_header header = {
        .version = 4, .tree = writer->tree, .data = writer->data, .summary = TFL_BIGWIG_HEADER + ZOOM_HEADERS};
    tfl_status status = flush_contig(writer, err);
    header.index = tfl_output_position(writer->output);
    if (status == TFL_OK) {
        status = tfl_bigwig_write_index(writer->output, &writer->entries, 0, 1, err);
    }
    if (status == TFL_OK) {
        status = tfl_bigwig_zooms_write(writer->zooms, writer->output, zooms, &header.n_zooms, &header.block_size,
                                        &total, err);
    }
    if (status == TFL_OK) {
        tfl_put_u32(magic, TFL_BIGWIG_MAGIC);
        status = tfl_output_write(writer->output, magic, sizeof magic, err);
    }
    header.block_size = writer->largest > header.block_size ? writer->largest : header.block_size;
    return status == TFL_OK ? patch(writer, &header, zooms, &total, err) : status;
}

tfl_status tfl_bigwig_finish(tfl_bigwig_writer *writer, tfl_output **output, tfl_error *err)
{
    *output = NULL;
    tfl_status status = finish(writer, err);
    if (status == TFL_OK) {
        *output = writer->output;
        writer->output = NULL;
    }
    tfl_bigwig_discard(writer);
    return status;
}

tfl_status tfl_bigwig_commit(tfl_bigwig_writer *writer, tfl_error *err)
{
    tfl_output *output = NULL;
    tfl_status status = tfl_bigwig_finish(writer, &output, err);
    return status == TFL_OK ? tfl_output_commit(output, err) : status;
}

void tfl_bigwig_discard(tfl_bigwig_writer *writer)
{
    if (writer != NULL) {
        tfl_output_discard(writer->output);
        tfl_bigwig_zooms_free(writer->zooms);
        tfl_deflater_free(writer->deflater);
        tfl_spool_clear(&writer->entries);
        tfl_spool_clear(&writer->lengths);
        free(writer);
    }
}
