/* Random layers of every kind, and random networks of them. */
#ifndef TFLIFT_TEST_NETWORKS_H
#define TFLIFT_TEST_NETWORKS_H

#include "tflift/graph.h"
#include "tflift/rng.h"

/* What a kind needs of its input for a test to make sense. */
typedef enum test_domain {
    TEST_ANY,      /* from -1.5 to 1.5, but not within 0.15 of 0, where many functions have a kink */
    TEST_POSITIVE, /* from 0.5 to 2.5 */
    TEST_SPACED    /* no two elements within 0.25 */
} test_domain;

typedef struct test_kind {
    const char *kind;
    /* Adds a layer of the kind with random parameters after layer from, and whatever other inputs it needs; returns its index. */
    unsigned (*add)(tfl_graph *graph, tfl_rng *rng, unsigned from);
    unsigned min_rank, max_rank; /* of the input */
    test_domain domain;
} test_kind;

/* By the name of a layer kind; NULL when there is none: then a case is missing in networks.c. */
const test_kind *test_kind_find(const char *kind);

/* A random shape of that rank, small, and not of round numbers. */
tfl_shape test_random_shape(tfl_rng *rng, unsigned rank);

/* n values of the domain. */
void test_random_values(tfl_rng *rng, test_domain domain, float *x, size_t n);

/* A finished random network on an input (4, length), a small CNN with branches. Kind number seed modulo the number of kinds is in
 * it for sure, so that as many seeds as there are kinds show them all. The caller frees. */
tfl_graph *test_random_graph(uint64_t seed);

#endif
