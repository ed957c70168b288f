/* A k-let shuffle (k and the seed from the first bytes, letters from the others) keeps what it promises to keep. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tflift/shuffle.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LENGTH = 400 };

typedef struct word {
    char letter[TFL_SHUFFLE_MAX_K]; /* NUL behind the k-th */
} word;

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(word));
}

/* The words of k letters, sorted. The caller frees. */
static word *klets(const char *letters, size_t length, unsigned k)
{
    word *all = fuzz_calloc(length - k + 1, sizeof *all);
    for (size_t i = 0; i + k <= length; i++) {
        memcpy(all[i].letter, letters + i, k);
    }
    qsort(all, length - k + 1, sizeof *all, compare);
    return all;
}

static void check(const char *letters, const char *shuffled, size_t length, unsigned k)
{
    if (length < k) {
        fuzz_need(memcmp(letters, shuffled, length) == 0, "%zu letters are changed for k = %u", length, k);
        return;
    }
    word *before = klets(letters, length, k);
    word *after = klets(shuffled, length, k);
    fuzz_need(memcmp(before, after, (length - k + 1) * sizeof *before) == 0, "%u-lets of %.*s are not those of %.*s", k,
              (int)length, shuffled, (int)length, letters);
    fuzz_need(memcmp(letters, shuffled, k - 1) == 0, "%.*s begins otherwise than %.*s, k = %u", (int)length, shuffled,
              (int)length, letters, k);
    free(before);
    free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char alphabet[] = "ACGTACGTACGTNRacgtnX";
    fuzz_bytes bytes = {data, size};
    tfl_error err = TFL_ERROR_INIT;
    char letters[MAX_LENGTH] = "";
    char shuffled[MAX_LENGTH] = "";
    size_t length = 0;
    tfl_rng rng;
    tfl_shuffler *shuffler;
    bool single;
    unsigned k = 1 + fuzz_byte(&bytes) % TFL_SHUFFLE_MAX_K;
    tfl_rng_init(&rng, fuzz_word(&bytes), "fuzz", 0);
    for (; length < MAX_LENGTH && bytes.left > 0; length++) {
        letters[length] = alphabet[fuzz_byte(&bytes) % (sizeof alphabet - 1)];
    }
    fuzz_need(fuzz_succeeded(tfl_shuffler_create(&shuffler, &err), &err), "no memory");
    if (fuzz_succeeded(tfl_shuffle(shuffler, letters, length, k, &rng, shuffled, &err), &err) &&
        fuzz_succeeded(tfl_shuffle_is_single(shuffler, letters, length, k, &single, &err), &err)) {
        for (size_t i = 0; i < length; i++) {
            letters[i] = (char)toupper((unsigned char)letters[i]);
        }
        check(letters, shuffled, length, k);
        fuzz_need(!single || length < k || memcmp(letters, shuffled, length) == 0,
                  "%.*s has one shuffle, k = %u, but there is %.*s", (int)length, letters, k, (int)length, shuffled);
    }
    tfl_shuffler_free(shuffler);
    return 0;
}
