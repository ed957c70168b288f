/*
 * alphabet.h: DNA letters, codes, complements and one-hot rows. Channel order is A, C, G, T everywhere.
 */
#ifndef TFLIFT_ALPHABET_H
#define TFLIFT_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tflift/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TFL_BASES = 4, TFL_BASE_OTHER = 4 };

/* 0..3 for A, C, G, T (and U) of either case, TFL_BASE_OTHER for every other byte. */
extern const uint8_t tfl_base_code[256];

/* Complement of an IUPAC letter, case kept; other bytes unchanged. */
extern const char tfl_base_complement[256];

extern const char tfl_base_letter[TFL_BASES + 2]; /* "ACGTN" */

/* Whether byte is an IUPAC nucleotide letter of either case (A C G T U R Y S W K M B D H V N). '-' and '.' are not. */
bool tfl_base_is_iupac(char byte);

/* Reverse complement of letters into out, which may not overlap it. */
void tfl_reverse_complement(const char *letters, size_t length, char *out);

/* How a letter other than A, C, G, T enters the network (--n-policy). */
typedef enum tfl_n_policy {
    TFL_N_QUARTER, /* 0.25 in every channel */
    TFL_N_ZERO,    /* 0 in every channel */
    TFL_N_SKIP,    /* the sequence is left out */
    TFL_N_ERROR    /* the sequence is an error */
} tfl_n_policy;

/* "quarter", "zero", "skip", "error" -> policy. */
bool tfl_n_policy_find(const char *name, tfl_n_policy *policy) TFL_MUST_USE;

/* One-hot rows, out[length][4]; other letters by policy (SKIP and ERROR are the caller's to apply; here they act like
 * ZERO). */
void tfl_one_hot(const char *letters, size_t length, tfl_n_policy policy, float *out);

/* Number of letters other than A, C, G, T; *first (may be NULL) is the 0-based position of the first. */
size_t tfl_count_other(const char *letters, size_t length, size_t *first);

#ifdef __cplusplus
}
#endif
#endif
