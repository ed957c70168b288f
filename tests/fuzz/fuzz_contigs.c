/* Names and lengths of contigs: what is read is what the header promises. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "cli/contigs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(const tfl_contigs *contigs)
{
    fuzz_need(contigs->n > 0, "no contig, and no error");
    for (size_t i = 0; i < contigs->n; i++) {
        const char *name = contigs->name[i];
        size_t found = contigs->n;
        fuzz_need(contigs->length[i] > 0, "%s is %lld long", name, (long long)contigs->length[i]);
        fuzz_need(name[0] != '\0' && name[0] != '#' && strpbrk(name, " \t\n") == NULL, "\"%s\" is a name", name);
        fuzz_need(tfl_table_find(contigs->table, name, &found) && found == i, "%s is found as %zu", name, found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_contigs contigs = {0};
    char *path = fuzz_file(data, size);
    if (fuzz_succeeded(tfl_contigs_read(path, &contigs, &err), &err)) {
        check(&contigs);
    }
    tfl_contigs_clear(&contigs);
    (void)unlink(path);
    free(path);
    return 0;
}
