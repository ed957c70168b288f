/* Tables that the folder shares. */
#ifndef TFLIFT_SEQ_ALPHABET_INTERNAL_H
#define TFLIFT_SEQ_ALPHABET_INTERNAL_H

#include <stdint.h>

/* 1 for IUPAC nucleotide letters of either case, 0 for every other byte. */
extern const uint8_t tfl_base_iupac[256];

#endif
