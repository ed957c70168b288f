/* write_onnx OUT OPSET INPUT PROGRAM: the model of a program of operators (tests/support/onnx.h), for scripts that need one:
 * write_onnx m.onnx 13 "N 4 12" "f = Flatten(x); y = Gemm(f, 48x2~1); p = Softmax(y)" */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/onnx.h"
#include "tflift/number.h"
#include "tflift/output.h"

int main(int argc, char **argv)
{
    tfl_error err = TFL_ERROR_INIT;
    tfl_output *output;
    int64_t opset;
    size_t size;
    if (argc != 5 || !tfl_parse_int(argv[2], 1, 100, &opset)) {
        (void)fprintf(stderr, "usage: write_onnx OUT OPSET INPUT PROGRAM\n");
        return 2;
    }
    unsigned char *bytes = test_onnx_program((int)opset, argv[3], argv[4], &size);
    tfl_status status = tfl_output_open(argv[1], TFL_PLAIN, &output, &err);
    if (status == TFL_OK && (status = tfl_output_write(output, bytes, size, &err)) == TFL_OK) {
        status = tfl_output_commit(output, &err);
    } else if (status == TFL_OK) {
        tfl_output_discard(output);
    }
    if (status != TFL_OK) {
        (void)fprintf(stderr, "write_onnx: %s\n", err.message);
    }
    free(bytes);
    return status == TFL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
