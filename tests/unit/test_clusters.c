/* Parts of places: none is lost, none comes twice, none overlaps one of another part, and none is larger than it has to be. */
#include "config.h"

#include "tests/support/support.h"
#include "tflift/clusters.h"
#include "tflift/rng.h"

#include <stdbool.h>
#include <stdlib.h>

enum { SEED = 12, MOST = 120 };

static tfl_error err;

typedef struct place {
    uint64_t contig;
    int64_t start, length;
} place;

static bool overlap(const place *a, const place *b)
{
    return a->contig == b->contig && a->start < b->start + b->length && b->start < a->start + a->length;
}

/* The least number of each place's cluster, by trying until nothing changes. */
static void connect(const place *at, size_t n, uint64_t *least)
{
    bool changed = true;
    for (size_t i = 0; i < n; i++) {
        least[i] = i;
    }
    while (changed) {
        changed = false;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                if (overlap(&at[i], &at[j]) && least[j] < least[i]) {
                    least[i] = least[j];
                    changed = true;
                }
            }
        }
    }
}

/* The numbers that are kept of the places, in their order, those that they should be. */
static void check_part(const place *at, size_t n, const uint64_t *least, uint64_t from, uint64_t to)
{
    tfl_clusters *clusters;
    uint64_t number = 0;
    ck_assert_int_eq(tfl_clusters_create(&clusters, &err), TFL_OK);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(tfl_clusters_count(clusters), i);
        ck_assert_int_eq(tfl_clusters_add(clusters, at[i].contig, at[i].start, at[i].length, &err), TFL_OK);
    }
    ck_assert_int_eq(tfl_clusters_keep(clusters, from, to, &err), TFL_OK);
    for (size_t i = 0; i < n; i++) {
        if (least[i] >= from && least[i] < to) {
            ck_assert_int_eq(tfl_clusters_next(clusters, &number, &err), TFL_OK);
            ck_assert_uint_eq(number, i);
        }
    }
    ck_assert_int_eq(tfl_clusters_next(clusters, &number, &err), TFL_OK);
    ck_assert_uint_eq(number, UINT64_MAX);
    tfl_clusters_free(clusters);
}

START_TEST(parts_are_whole_clusters)
{
    static const uint64_t contigs[] = {0, 1, UINT64_C(1) << 63, UINT64_MAX};
    place at[MOST];
    uint64_t least[MOST];
    for (unsigned round = 0; round < 200; round++) {
        tfl_rng rng;
        tfl_rng_init(&rng, SEED, "places", round);
        size_t n = tfl_rng_below(&rng, MOST);
        uint32_t spread = 10 + tfl_rng_below(&rng, 2000);
        for (size_t i = 0; i < n; i++) {
            at[i] = (place){contigs[tfl_rng_below(&rng, 4)], tfl_rng_below(&rng, spread), 1 + tfl_rng_below(&rng, 40)};
        }
        connect(at, n, least);
        uint64_t cut = tfl_rng_below(&rng, (uint32_t)n + 1);
        check_part(at, n, least, 0, cut);
        check_part(at, n, least, cut, n);
    }
}
END_TEST

/* More than are sorted in memory: chains of five, whose links come far apart. */
START_TEST(many_places_are_parted_too)
{
    enum { CHAINS = 20000, LINKS = 5 };
    tfl_clusters *clusters;
    uint64_t number = 0, before = 0, n = 0;
    ck_assert_int_eq(tfl_clusters_create(&clusters, &err), TFL_OK);
    for (int64_t link = 0; link < LINKS; link++) {
        for (int64_t chain = 0; chain < CHAINS; chain++) {
            int64_t start = chain * 7919 % CHAINS * 100 + link * 20;
            ck_assert_int_eq(tfl_clusters_add(clusters, 7, start, link + 1 < LINKS ? 21 : 20, &err), TFL_OK);
        }
    }
    ck_assert_int_eq(tfl_clusters_keep(clusters, 100, 300, &err), TFL_OK);
    for (;; n++, before = number) {
        ck_assert_int_eq(tfl_clusters_next(clusters, &number, &err), TFL_OK);
        if (number == UINT64_MAX) {
            break;
        }
        ck_assert(number % CHAINS >= 100 && number % CHAINS < 300 && (n == 0 || number > before));
    }
    ck_assert_uint_eq(n, 200 * LINKS);
    tfl_clusters_free(clusters);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clusters");
    TCase *tests = tcase_create("clusters");
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, parts_are_whole_clusters);
    tcase_add_test(tests, many_places_are_parted_too);
    return test_run(suite);
}
