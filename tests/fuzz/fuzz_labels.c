/* A table of labels beside a FASTA file of three sequences. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(const tfl_dataset *dataset)
{
    fuzz_need(dataset->n > 0 && dataset->n <= 3 && dataset->n_tasks > 0 && dataset->length == 4,
              "%zu sequences of %zu, %zu tasks", dataset->n, dataset->length, dataset->n_tasks);
    for (size_t i = 0; i < dataset->n; i++) {
        fuzz_need(dataset->split[i] < TFL_SPLITS, "split %u", dataset->split[i]);
        for (size_t t = 0; t < dataset->n_tasks; t++) {
            float label = dataset->label[i * dataset->n_tasks + t];
            fuzz_need(label == 0.0F || label == 1.0F || isnan(label), "label %g of %s", (double)label,
                      dataset->task[t]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char fasta[] = ">a\nACGT\n>b\nACGA\n>c\nNNNN\n";
    tfl_error err = TFL_ERROR_INIT;
    tfl_dataset *dataset;
    char *sequences = fuzz_file((const uint8_t *)fasta, strlen(fasta)), *labels = fuzz_file(data, size);
    if (fuzz_succeeded(tfl_dataset_read_files(sequences, labels, &dataset, &err), &err)) {
        check(dataset);
        tfl_dataset_free(dataset);
    }
    (void)unlink(sequences);
    (void)unlink(labels);
    free(sequences);
    free(labels);
    return 0;
}
