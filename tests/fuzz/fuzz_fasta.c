/* FASTA (first byte: the reader's flags), plain or compressed, and the regions that the names say. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/fasta.h"
#include "tflift/region.h"

#include <string.h>

static void check_region(const tfl_sequence *sequence, bool coordinates)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_region region;
    if (!fuzz_succeeded(tfl_region_parse(sequence->name, sequence->length, coordinates, &region, &err), &err)) {
        return;
    }
    fuzz_need(region.contig[0] != '\0' && region.start >= 0 && region.length == (int64_t)sequence->length,
              "%s: contig %s from %lld, length %lld", sequence->name, region.contig, (long long)region.start,
              (long long)region.length);
    fuzz_need(region.strand == '+' || region.strand == '-', "%s: strand %d", sequence->name, region.strand);
    fuzz_need(coordinates || !region.placed, "%s: placed although coordinates are off", sequence->name);
    tfl_region_clear(&region);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    tfl_error err = TFL_ERROR_INIT;
    tfl_sequence sequence = {0};
    unsigned flags = fuzz_byte(&bytes) % 8U;
    tfl_fasta *fasta;
    int found = 1;
    uint64_t records = 0;
    if (!fuzz_succeeded(tfl_fasta_open_memory(bytes.at, bytes.left, "input.fa", flags, &fasta, &err), &err)) {
        return 0;
    }
    while (found && fuzz_succeeded(tfl_fasta_next(fasta, &sequence, &found, &err), &err) && found) {
        fuzz_need(sequence.index == records, "record %llu is number %llu", (unsigned long long)records,
                  (unsigned long long)sequence.index);
        records++;
        fuzz_need(sequence.name[0] != '\0' && strlen(sequence.letters) == sequence.length, "%s: %zu letters, not %zu",
                  sequence.name, strlen(sequence.letters), sequence.length);
        fuzz_need((flags & TFL_FASTA_NOT_EMPTY) == 0 || sequence.length > 0, "%s: empty", sequence.name);
        check_region(&sequence, true);
        check_region(&sequence, false);
    }
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    return 0;
}
