/* What a sequence is compared with. */
#include "config.h"

#include "tflift/reference.h"

#include "seq/given_internal.h"
#include "seq/shuffle_internal.h"
#include "tflift/memory.h"
#include "tflift/number.h"
#include "tflift/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tfl_reference {
    unsigned k; /* of drawn ones; 0: not drawn */
    unsigned n;
    uint64_t seed;
    bool constant;
    float row[TFL_BASES]; /* of constant ones */
    tfl_given *given;     /* NULL: not given */
    char *text;
};

/* ---------------------------------------------------------------- the kinds */

/* argument is what follows ':' in the spec, NULL where nothing does. */
typedef tfl_status set_up(tfl_reference *reference, const char *argument, tfl_error *err);

static set_up set_shuffle;
static set_up set_dinuc;
static set_up set_klet;
static set_up set_zeros;
static set_up set_uniform;
static set_up set_freq;
static set_up set_fasta;

typedef enum argument_need { NO_ARGUMENT, MAY_HAVE_ARGUMENT, NEEDS_ARGUMENT } argument_need;

typedef struct reference_kind {
    const char *name;
    const char *usage;
    const char *help;
    argument_need argument;
    set_up *set_up;
} reference_kind;

static const reference_kind kinds[] = {
    {"shuffle", "shuffle", "shuffled letters", NO_ARGUMENT, set_shuffle},
    {"dinuc", "dinuc", "shuffles that keep the counts of dinucleotides", NO_ARGUMENT, set_dinuc},
    {"klet", "klet:K", "shuffles that keep the counts of words of K letters, K from 1 to 8", NEEDS_ARGUMENT, set_klet},
    {"zeros", "zeros", "0 in every channel", NO_ARGUMENT, set_zeros},
    {"uniform", "uniform", "0.25 in every channel", NO_ARGUMENT, set_uniform},
    {"freq", "freq[:A,C,G,T]", "base frequencies at every position, 0.3,0.2,0.2,0.3 unless given", MAY_HAVE_ARGUMENT,
     set_freq},
    {"fasta", "fasta:FILE", "sequences of a file, named NAME|KIND|J for sequence NAME", NEEDS_ARGUMENT, set_fasta},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const char *tfl_reference_help(size_t kind, const char **usage)
{
    *usage = kind < N_KINDS ? kinds[kind].usage : NULL;
    return kind < N_KINDS ? kinds[kind].help : NULL;
}

static tfl_status fail_unknown(const char *spec, tfl_error *err)
{
    char known[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", kinds[i].usage);
    }
    return tfl_fail(err, TFL_EUSAGE, "reference '%s': unknown; one of %s is needed", spec, known);
}

/* The kind that spec starts with, and what follows ':'. */
static tfl_status find_kind(const char *spec, const reference_kind **kind, const char **argument, tfl_error *err)
{
    size_t length = strcspn(spec, ":");
    *kind = NULL;
    *argument = NULL;
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strlen(kinds[i].name) == length && strncmp(spec, kinds[i].name, length) == 0) {
            *kind = &kinds[i];
        }
    }
    if (*kind == NULL) {
        return fail_unknown(spec, err);
    }
    if (spec[length] == ':') {
        *argument = spec + length + 1;
    }
    bool given = *argument != NULL && **argument != '\0';
    if ((*argument != NULL && (*kind)->argument == NO_ARGUMENT) || (!given && (*kind)->argument == NEEDS_ARGUMENT)) {
        return tfl_fail(err, TFL_EUSAGE, "reference '%s': write it %s", spec, (*kind)->usage);
    }
    return TFL_OK;
}

/* ---------------------------------------------------------------- drawn ones */

static tfl_status set_text(tfl_reference *reference, const char *name, const char *argument, tfl_error *err)
{
    size_t size = strlen(name) + strlen(argument) + 1;
    reference->text = tfl_realloc(NULL, size, 1);
    if (reference->text == NULL) {
        return tfl_fail_memory(err, "a reference");
    }
    (void)snprintf(reference->text, size, "%s%s", name, argument);
    return TFL_OK;
}

static tfl_status set_shuffle(tfl_reference *reference, const char *argument, tfl_error *err)
{
    (void)argument;
    reference->k = 1;
    return set_text(reference, "shuffle", "", err);
}

static tfl_status set_dinuc(tfl_reference *reference, const char *argument, tfl_error *err)
{
    (void)argument;
    reference->k = 2;
    return set_text(reference, "dinuc", "", err);
}

static tfl_status set_klet(tfl_reference *reference, const char *argument, tfl_error *err)
{
    int64_t k;
    if (!tfl_parse_int(argument, 1, TFL_SHUFFLE_MAX_K, &k)) {
        return tfl_fail(err, TFL_EUSAGE, "reference 'klet:%s': K is a number from 1 to %d, as in klet:3", argument,
                        TFL_SHUFFLE_MAX_K);
    }
    reference->k = (unsigned)k;
    return set_text(reference, "klet:", argument, err);
}

/* ---------------------------------------------------------------- constant ones */

static tfl_status set_zeros(tfl_reference *reference, const char *argument, tfl_error *err)
{
    (void)argument;
    reference->constant = true;
    return set_text(reference, "zeros", "", err);
}

static tfl_status set_uniform(tfl_reference *reference, const char *argument, tfl_error *err)
{
    (void)argument;
    reference->constant = true;
    for (unsigned base = 0; base < TFL_BASES; base++) {
        reference->row[base] = 0.25F;
    }
    return set_text(reference, "uniform", "", err);
}

/* Four numbers with commas between them, none negative, that sum to one. */
static bool read_frequencies(const char *text, float row[TFL_BASES])
{
    double sum = 0;
    for (unsigned base = 0; base < TFL_BASES; base++) {
        char number[32];
        size_t length = strcspn(text, ",");
        double value;
        if (length >= sizeof number || text[length] != (base + 1 < TFL_BASES ? ',' : '\0')) {
            return false;
        }
        memcpy(number, text, length);
        number[length] = '\0';
        if (!tfl_parse_double(number, &value) || value < 0) {
            return false;
        }
        row[base] = (float)value;
        sum += value;
        text += length + 1;
    }
    return fabs(sum - 1) <= 1e-3;
}

static tfl_status set_freq(tfl_reference *reference, const char *argument, tfl_error *err)
{
    const char *frequencies = argument != NULL ? argument : "0.3,0.2,0.2,0.3";
    reference->constant = true;
    if (!read_frequencies(frequencies, reference->row)) {
        return tfl_fail(err, TFL_EUSAGE,
                        "reference 'freq:%s': four frequencies that sum to 1 are needed, as in freq:0.3,0.2,0.2,0.3",
                        frequencies);
    }
    return set_text(reference, "freq ", frequencies, err);
}

/* ---------------------------------------------------------------- given ones */

static tfl_status set_fasta(tfl_reference *reference, const char *argument, tfl_error *err)
{
    tfl_status status = tfl_given_read(argument, &reference->given, err);
    return status != TFL_OK ? status : set_text(reference, "fasta ", argument, err);
}

/* ---------------------------------------------------------------- all of them */

tfl_status tfl_reference_create(const char *spec, unsigned n, uint64_t seed, tfl_reference **out, tfl_error *err)
{
    const reference_kind *kind;
    const char *argument;
    *out = NULL;
    tfl_status status = find_kind(spec, &kind, &argument, err);
    if (status != TFL_OK) {
        return status;
    }
    if (n == 0) {
        return tfl_fail(err, TFL_EUSAGE, "reference '%s': at least one reference per sequence is needed", spec);
    }
    tfl_reference *reference = tfl_calloc(1, sizeof *reference);
    if (reference == NULL) {
        return tfl_fail_memory(err, "a reference");
    }
    reference->n = n;
    reference->seed = seed;
    status = kind->set_up(reference, argument, err);
    if (status != TFL_OK) {
        tfl_reference_free(reference);
        return status;
    }
    *out = reference;
    return TFL_OK;
}

void tfl_reference_free(tfl_reference *reference)
{
    if (reference != NULL) {
        tfl_given_free(reference->given);
        free(reference->text);
        free(reference);
    }
}

const char *tfl_reference_text(const tfl_reference *reference)
{
    return reference->text;
}

bool tfl_reference_is_drawn(const tfl_reference *reference)
{
    return reference->k > 0;
}

bool tfl_reference_is_constant(const tfl_reference *reference)
{
    return reference->constant;
}

tfl_status tfl_reference_count(const tfl_reference *reference, const tfl_sequence *sequence, size_t *count,
                               tfl_error *err)
{
    if (reference->given != NULL) {
        return tfl_given_count(reference->given, sequence, count, err);
    }
    *count = reference->constant ? 1 : reference->n;
    return TFL_OK;
}

static void fill_constant(const float row[TFL_BASES], size_t length, float *rows)
{
    for (size_t i = 0; i < length; i++) {
        memcpy(rows + i * TFL_BASES, row, TFL_BASES * sizeof *row);
    }
}

/* The stream depends on nothing but the seed, the name and j. */
static tfl_status draw(const tfl_reference *reference, tfl_shuffler *shuffler, const tfl_sequence *sequence, size_t j,
                       char *letters, tfl_error *err)
{
    tfl_rng rng;
    tfl_rng_init(&rng, reference->seed, sequence->name, j);
    return tfl_shuffle(shuffler, sequence->letters, sequence->length, reference->k, &rng, letters, err);
}

static tfl_status fill_drawn(const tfl_reference *reference, tfl_shuffler *shuffler, const tfl_sequence *sequence,
                             size_t j, tfl_n_policy policy, float *rows, char *letters, tfl_error *err)
{
    char *drawn = letters != NULL ? letters : tfl_shuffler_letters(shuffler, sequence->length, err);
    tfl_status status = drawn == NULL ? TFL_ENOMEM : draw(reference, shuffler, sequence, j, drawn, err);
    if (status == TFL_OK) {
        tfl_one_hot(drawn, sequence->length, policy, rows);
    }
    return status;
}

tfl_status tfl_reference_fill(const tfl_reference *reference, tfl_shuffler *shuffler, const tfl_sequence *sequence,
                              size_t j, tfl_n_policy policy, float *rows, char *letters, tfl_error *err)
{
    size_t count;
    tfl_status status = tfl_reference_count(reference, sequence, &count, err);
    if (status != TFL_OK) {
        return status;
    }
    if (j >= count) {
        return tfl_fail(err, TFL_EUSAGE, "%s: reference %zu of %zu", sequence->name, j, count);
    }
    if (reference->k > 0) {
        return fill_drawn(reference, shuffler, sequence, j, policy, rows, letters, err);
    }
    if (reference->constant) {
        fill_constant(reference->row, sequence->length, rows);
        return TFL_OK;
    }
    const char *given = tfl_given_letters(reference->given, sequence, j);
    tfl_one_hot(given, sequence->length, policy, rows);
    if (letters != NULL) {
        memcpy(letters, given, sequence->length);
    }
    return TFL_OK;
}
