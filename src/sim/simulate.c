/* Sequences from a design, with their truth. Appendix F of the paper is the built-in design. Files are written by
 * simulate_write.c. */
#include "config.h"

#include "tflift/simulate.h"

#include "sim/deck_internal.h"
#include "sim/design_internal.h"
#include "tflift/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a class needs, made once. */
typedef struct class_plan {
    tfl_arranger *arranger;
    const tfl_motif **motif; /* [n_plantings] */
    double **weight;         /* [n_plantings][max - min + 1] of the truncated Poisson */
} class_plan;

struct tfl_simulator {
    const tfl_design *design;
    uint64_t seed;
    tfl_deck classes, splits; /* of the n sequences */
    int digits;               /* in names */
    class_plan *plan;         /* [n_classes] */
    tfl_simulated now;        /* what tfl_simulate gives out */
    size_t *count;            /* [most plantings of a class] */
    size_t *start;            /* [most instances of a class] */
    size_t *work;             /* [2 * most instances + most plantings] */
};

/* ---------------------------------------------------------------- what each sequence is */

static tfl_status deal_classes(tfl_simulator *s, tfl_error *err)
{
    const tfl_design *design = s->design;
    double *weight = tfl_calloc(design->n_classes, sizeof *weight);
    if (weight == NULL) {
        return tfl_fail_memory(err, "a simulation");
    }
    for (size_t c = 0; c < design->n_classes; c++) {
        weight[c] = design->classes[c].weight;
    }
    tfl_status status = tfl_deck_deal(&s->classes, s->seed, "classes", weight, design->n_classes, design->n, err);
    free(weight);
    return status;
}

static tfl_status deal_splits(tfl_simulator *s, tfl_error *err)
{
    return tfl_deck_deal(&s->splits, s->seed, "splits", s->design->split, 3, s->design->n, err);
}

/* ---------------------------------------------------------------- planning classes */

/* The Poisson distribution cut to [min, max], not normalised. Drawing from it is the same as drawing again until the
 * number lies there, and ends however unlikely that is. */
static tfl_status cut_poisson(const tfl_planting *p, double **out, tfl_error *err)
{
    double *weight = tfl_calloc((size_t)(p->max - p->min) + 1, sizeof *weight);
    *out = weight;
    if (weight == NULL) {
        return tfl_fail_memory(err, "a simulation");
    }
    weight[0] = 1;
    double largest = 1;
    for (unsigned k = p->min + 1; k <= p->max; k++) { /* P(k) / P(k - 1) = mean / k */
        double *next = &weight[k - p->min];
        *next = next[-1] * p->mean / k;
        largest = *next > largest ? *next : largest;
        if (largest > 1e100) { /* out of reach of overflow */
            for (unsigned j = 0; j <= k - p->min; j++) {
                weight[j] /= largest;
            }
            largest = 1;
        }
    }
    return TFL_OK;
}

static tfl_status plan_class(const tfl_design *design, const tfl_class *class, class_plan *plan, tfl_error *err)
{
    size_t planting = 0;
    tfl_status status = tfl_class_arranger(design, class, &plan->arranger, &planting, err);
    if (status != TFL_OK) {
        tfl_error_prefix(err, "design %s: class %s", design->name, class->name);
        return status;
    }
    plan->motif = tfl_calloc(class->n_plantings, sizeof *plan->motif);
    plan->weight = tfl_calloc(class->n_plantings, sizeof *plan->weight);
    if (plan->motif == NULL || plan->weight == NULL) {
        return tfl_fail_memory(err, "a simulation");
    }
    for (size_t k = 0; status == TFL_OK && k < class->n_plantings; k++) {
        plan->motif[k] =
            tfl_motifs_find(design->motifs, class->planting[k].motif); /* is there: the arranger was made */
        status = cut_poisson(&class->planting[k], &plan->weight[k], err);
    }
    return status;
}

static void free_plan(class_plan *plan, const tfl_class *class)
{
    for (size_t k = 0; plan->weight != NULL && k < class->n_plantings; k++) {
        free(plan->weight[k]);
    }
    free(plan->weight);
    free(plan->motif);
    tfl_arranger_free(plan->arranger);
}

/* Room for one sequence of the class with the most instances. */
static tfl_status make_room(tfl_simulator *s, tfl_error *err)
{
    size_t plantings = 0, instances = 0;
    for (size_t c = 0; c < s->design->n_classes; c++) {
        const tfl_class *class = &s->design->classes[c];
        size_t sum = 0;
        for (size_t k = 0; k < class->n_plantings; k++) {
            sum += class->planting[k].max; /* they fit into a sequence */
        }
        plantings = class->n_plantings > plantings ? class->n_plantings : plantings;
        instances = sum > instances ? sum : instances;
    }
    s->count = tfl_calloc(plantings, sizeof *s->count);
    s->start = tfl_calloc(instances, sizeof *s->start);
    s->work = tfl_calloc(2 * instances + plantings, sizeof *s->work);
    s->now.instance = tfl_calloc(instances, sizeof *s->now.instance);
    s->now.letters = tfl_calloc(s->design->length + 1, 1);
    bool good =
        s->count != NULL && s->start != NULL && s->work != NULL && s->now.instance != NULL && s->now.letters != NULL;
    return good ? TFL_OK : tfl_fail_memory(err, "a simulated sequence");
}

static int digits_of(size_t number)
{
    int digits = 1;
    for (; number >= 10; number /= 10) {
        digits++;
    }
    return digits;
}

tfl_status tfl_simulator_create(const tfl_design *design, uint64_t seed, tfl_simulator **out, tfl_error *err)
{
    *out = NULL;
    tfl_simulator *s = tfl_calloc(1, sizeof *s);
    if (s == NULL) {
        return tfl_fail_memory(err, "a simulation");
    }
    s->design = design;
    s->seed = seed;
    s->digits = digits_of(design->n - 1);
    s->plan = tfl_calloc(design->n_classes, sizeof *s->plan);
    tfl_status status = s->plan == NULL ? tfl_fail_memory(err, "a simulation") : TFL_OK;
    for (size_t c = 0; status == TFL_OK && c < design->n_classes; c++) {
        status = plan_class(design, &design->classes[c], &s->plan[c], err);
    }
    if (status == TFL_OK) {
        status = make_room(s, err);
    }
    if (status == TFL_OK) {
        status = deal_classes(s, err);
    }
    if (status == TFL_OK) {
        status = deal_splits(s, err);
    }
    if (status != TFL_OK) {
        tfl_simulator_free(s);
        return status;
    }
    *out = s;
    return TFL_OK;
}

void tfl_simulator_free(tfl_simulator *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t c = 0; s->plan != NULL && c < s->design->n_classes; c++) {
        free_plan(&s->plan[c], &s->design->classes[c]);
    }
    free(s->plan);
    tfl_deck_clear(&s->classes);
    tfl_deck_clear(&s->splits);
    free(s->count);
    free(s->start);
    free(s->work);
    free(s->now.instance);
    free(s->now.letters);
    free(s);
}

/* ---------------------------------------------------------------- one sequence */

static void draw_background(const tfl_design *design, tfl_rng *rng, char *letters)
{
    for (size_t i = 0; i < design->length; i++) {
        letters[i] = tfl_base_letter[tfl_rng_choose(rng, design->background, TFL_BASES)];
    }
}

static void reverse_in_place(char *word, size_t width)
{
    for (size_t i = 0; i < (width + 1) / 2; i++) {
        char left = tfl_base_complement[(unsigned char)word[i]];
        word[i] = tfl_base_complement[(unsigned char)word[width - 1 - i]];
        word[width - 1 - i] = left;
    }
}

/* A word of planting k at start, over the background. */
static void plant(tfl_simulator *s, const class_plan *plan, const tfl_planting *planting, size_t k, size_t start,
                  tfl_rng *rng)
{
    tfl_instance *instance = &s->now.instance[s->now.n_instances++];
    char *word = s->now.letters + start;
    tfl_motif_sample(plan->motif[k], s->design->pseudocount, rng, word);
    bool reverse = tfl_rng_uniform(rng) < planting->reverse;
    if (reverse) {
        reverse_in_place(word, plan->motif[k]->width);
    }
    *instance = (tfl_instance){.start = start, .motif = plan->motif[k], .reverse = reverse, .word = word};
}

static void plant_all(tfl_simulator *s, const tfl_class *class, const class_plan *plan, tfl_rng *rng)
{
    for (size_t k = 0; k < class->n_plantings; k++) {
        const tfl_planting *p = &class->planting[k];
        s->count[k] = p->min + tfl_rng_choose(rng, plan->weight[k], (size_t)(p->max - p->min) + 1);
    }
    tfl_arrange(plan->arranger, s->count, rng, s->start, s->work);
    const size_t *start = s->start;
    for (size_t k = 0; k < class->n_plantings; k++) {
        for (size_t i = 0; i < s->count[k]; i++) {
            plant(s, plan, &class->planting[k], k, *start++, rng);
        }
    }
}

tfl_status tfl_simulate(tfl_simulator *s, size_t i, const tfl_simulated **out, tfl_error *err)
{
    *out = NULL;
    if (i >= s->design->n) {
        return tfl_fail(err, TFL_EUSAGE, "sequence %zu of a simulation of %zu: numbers begin at 0", i, s->design->n);
    }
    tfl_rng rng;
    tfl_rng_init(&rng, s->seed, "sequence", i);
    s->now.class_index = tfl_deck_card(&s->classes, i);
    s->now.split = (uint8_t)tfl_deck_card(&s->splits, i);
    s->now.n_instances = 0;
    (void)snprintf(s->now.name, sizeof s->now.name, "seq_%0*zu", s->digits, i);
    const tfl_class *class = &s->design->classes[s->now.class_index];
    draw_background(s->design, &rng, s->now.letters);
    if (class->n_plantings > 0) {
        plant_all(s, class, &s->plan[s->now.class_index], &rng);
    }
    *out = &s->now;
    return TFL_OK;
}
