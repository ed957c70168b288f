/* Networks exported by PyTorch give the logits that PyTorch gave. */
#include "config.h"

#include "tflift/alphabet.h"
#include "tflift/fasta.h"
#include "tflift/memory.h"
#include "tflift/model.h"

#include "tests/support/npy.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *model, *sequences, *logits;
} cases[] = {
    {"tiny/model.onnx", "tiny/seqs.fa", "tiny/logits.npy"},
    {"simnet/model.onnx", "simnet/seqs.fa", "simnet/logits.npy"},
    {"simnet/model_sigmoid.onnx", "simnet/seqs.fa", "simnet/logits.npy"},
    {"samepool/model.onnx", "samepool/seqs.fa", "samepool/logits.npy"},
    {"dilres/model.onnx", "dilres/seqs.fa", "dilres/logits.npy"},
    {"bnnet/model.onnx", "bnnet/seqs.fa", "bnnet/logits.npy"},
    {"edge/model.onnx", "edge/seqs.fa", "edge/logits.npy"},
};

enum { CASES = sizeof cases / sizeof *cases, PATH_SIZE = 4096 };

static const char *shared(const char *relative)
{
    static char path[PATH_SIZE];
    char below[256];
    snprintf(below, sizeof below, "golden/%s", relative);
    ck_assert_msg(test_shared_path(path, sizeof path, below), "%s is missing", below);
    return path;
}

/* The logits of every sequence, [n][tasks], for as many sequences as expected holds. */
static void check_sequences(const tfl_model *model, const char *sequences, const test_npy *expected)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_fasta *fasta = NULL;
    tfl_graph *graph = NULL;
    tfl_values *values = NULL;
    tfl_sequence sequence = {0};
    size_t tasks = expected->dim[1], n = 0;
    float *logit = tfl_alloc_floats(expected->size);
    int found = 1;
    ck_assert_msg(tfl_model_graph(model, tfl_model_length(model), &graph, &err) == TFL_OK, "%s", err.message);
    ck_assert_uint_eq(graph->n_tasks, tasks);
    ck_assert_msg(tfl_values_create(graph, &values, &err) == TFL_OK, "%s", err.message);
    ck_assert_msg(tfl_fasta_open(sequences, 0, &fasta, &err) == TFL_OK, "%s", err.message);
    for (;; n++) {
        ck_assert_msg(tfl_fasta_next(fasta, &sequence, &found, &err) == TFL_OK, "%s", err.message);
        if (!found) {
            break;
        }
        ck_assert_uint_lt(n, expected->dim[0]);
        ck_assert_uint_eq(sequence.length, tfl_model_length(model));
        tfl_one_hot(sequence.letters, sequence.length, TFL_N_ZERO, values->of[0]);
        tfl_forward(graph, values, graph->logits);
        for (size_t t = 0; t < tasks; t++) {
            logit[n * tasks + t] = values->of[graph->logits][t];
        }
    }
    ck_assert_uint_eq(n, expected->dim[0]);
    double difference = test_npy_difference(expected, logit), largest = test_npy_largest(expected);
    ck_assert_msg(difference <= 1e-5 * largest, "%s: differs by %g, and the largest is %g", tfl_model_name(model),
                  difference, largest);
    tfl_sequence_clear(&sequence);
    tfl_fasta_close(fasta);
    tfl_values_free(values);
    tfl_graph_free(graph);
    free(logit);
}

START_TEST(logits_agree)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_model *model = NULL;
    test_npy expected;
    ck_assert_msg(tfl_model_read(shared(cases[_i].model), &model, &err) == TFL_OK, "%s", err.message);
    ck_assert_int_eq((int)tfl_model_layout(model), TFL_N4L);
    test_npy_read(shared(cases[_i].logits), &expected);
    check_sequences(model, shared(cases[_i].sequences), &expected);
    test_npy_free(&expected);
    tfl_model_free(model);
}
END_TEST

int main(void)
{
    char path[PATH_SIZE];
    if (!test_shared_path(path, sizeof path, "golden/README.md")) {
        test_skip("the golden data is not here");
    }
    Suite *suite = suite_create("golden models");
    TCase *tests = tcase_create("logits");
    tcase_add_loop_test(tests, logits_agree, 0, CASES);
    suite_add_tcase(suite, tests);
    return test_run(suite);
}
