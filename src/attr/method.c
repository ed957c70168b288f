/* The methods table. */
#include "config.h"

#include "tflift/method.h"

#include <string.h>

const char *const tfl_rule_name[TFL_RULES] = {
    [TFL_RULE_GRADIENT] = "gradient",
    [TFL_RULE_GUIDED] = "guided",
    [TFL_RULE_RESCALE] = "rescale",
    [TFL_RULE_REVEALCANCEL] = "revealcancel",
};

static const tfl_method method_table[] = {
    {"genomics", TFL_RULE_RESCALE, TFL_RULE_REVEALCANCEL, TFL_WALK, true, "dinuc",
     "DeepLIFT, RevealCancel after dense layers and Rescale after convolutions"},
    {"rescale", TFL_RULE_RESCALE, TFL_RULE_RESCALE, TFL_WALK, true, "dinuc", "DeepLIFT with the Rescale rule"},
    {"revealcancel", TFL_RULE_REVEALCANCEL, TFL_RULE_REVEALCANCEL, TFL_WALK, true, "dinuc",
     "DeepLIFT with the RevealCancel rule"},
    {"gradient", TFL_RULE_GRADIENT, TFL_RULE_GRADIENT, TFL_WALK, false, NULL, "gradient at the base that is there"},
    {"gradient-x-input", TFL_RULE_GRADIENT, TFL_RULE_GRADIENT, TFL_WALK, true, "zeros",
     "gradient times difference from the reference"},
    {"guided-backprop", TFL_RULE_GUIDED, TFL_RULE_GUIDED, TFL_WALK, true, "zeros",
     "gradient without negative signals at ReLUs, times difference from the reference"},
    {"integrated-gradients", TFL_RULE_GRADIENT, TFL_RULE_GRADIENT, TFL_INTEGRATE, true, "dinuc",
     "mean gradient between reference and sequence, times their difference"},
    {"ism", TFL_RULE_GRADIENT, TFL_RULE_GRADIENT, TFL_MUTATE, false, NULL,
     "in-silico mutagenesis: what the target loses on average when the base is replaced"},
};

const tfl_method *tfl_method_at(size_t i)
{
    return i < sizeof method_table / sizeof *method_table ? &method_table[i] : NULL;
}

const tfl_method *tfl_method_find(const char *name)
{
    const tfl_method *method;
    for (size_t i = 0; (method = tfl_method_at(i)) != NULL; i++) {
        if (strcmp(method->name, name) == 0) {
            return method;
        }
    }
    return NULL;
}
