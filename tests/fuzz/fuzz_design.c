/* A design, and, where it is small, sequences by it. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/simulate.h"

#include <string.h>

enum { MAX_LENGTH = 2000, MAX_SEQUENCES = 10000 };

static void check_sequence(const tfl_design *design, const tfl_simulated *sequence)
{
    fuzz_need(strlen(sequence->letters) == design->length, "%zu letters, not %zu", strlen(sequence->letters),
              design->length);
    fuzz_need(sequence->class_index < design->n_classes && sequence->split < 3, "class %zu, split %u",
              sequence->class_index, sequence->split);
    for (size_t i = 0; i < sequence->n_instances; i++) {
        const tfl_instance *at = &sequence->instance[i];
        fuzz_need(at->start <= design->length && at->motif->width <= design->length - at->start,
                  "%s of %zu at %zu of %zu", at->motif->name, at->motif->width, at->start, design->length);
    }
}

static void simulate(const tfl_design *design)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_simulator *simulator;
    const tfl_simulated *sequence;
    if (!fuzz_succeeded(tfl_simulator_create(design, 7, &simulator, &err), &err)) {
        return;
    }
    for (size_t i = 0; i < 8 && i < design->n; i++) {
        if (fuzz_succeeded(tfl_simulate(simulator, design->n - 1 - i, &sequence, &err), &err)) {
            check_sequence(design, sequence);
        }
    }
    tfl_simulator_free(simulator);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_design *design;
    if (size > 0 && memchr(data, '/', size) != NULL) {
        return 0; /* a design may name files, and those of this machine are not the input */
    }
    if (!fuzz_succeeded(tfl_design_read_memory(data, size, "input.ini", &design, &err), &err)) {
        fuzz_need(design == NULL, "a design in spite of an error");
        return 0;
    }
    if (design->length <= MAX_LENGTH && design->n <= MAX_SEQUENCES) {
        simulate(design);
    }
    tfl_design_free(design);
    return 0;
}
