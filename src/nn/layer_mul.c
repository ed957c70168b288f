/* Product, element by element, of two values that both vary. */
#include "config.h"

#include "kernels_internal.h"
#include "layers_internal.h"

static void forward(const tfl_layer *layer, const float *const *in, float *out, float *scratch)
{
    (void)scratch;
    for (size_t i = 0; i < layer->size; i++) {
        out[i] = in[0][i] * in[1][i];
    }
}

static void backward(const tfl_layer *layer, const float *const *in, const float *out, const float *grad_out, float *const *grad_in,
                     float *scratch)
{
    const tfl_kernels *kernels = tfl_kernels_get();
    (void)out;
    (void)scratch;
    for (unsigned k = 0; k < 2; k++) {
        if (grad_in[k] != NULL) {
            kernels->add_product(grad_in[k], in[1 - k], grad_out, layer->size);
        }
    }
}

const tfl_layer_kind tfl_layer_mul = {
    .name = "mul",
    .family = TFL_PRODUCT,
    .min_inputs = 2,
    .max_inputs = 2,
    .create = tfl_layer_create_same_shape,
    .forward = forward,
    .backward = backward,
};
