/*
 * bytes_internal.h: numbers in little-endian files, on any host.
 */
#ifndef TFLIFT_BYTES_INTERNAL_H
#define TFLIFT_BYTES_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void tfl_put_u16(unsigned char *at, uint16_t value)
{
    at[0] = (unsigned char)(value & 0xff);
    at[1] = (unsigned char)(value >> 8);
}

static inline void tfl_put_u32(unsigned char *at, uint32_t value)
{
    tfl_put_u16(at, (uint16_t)(value & 0xffff));
    tfl_put_u16(at + 2, (uint16_t)(value >> 16));
}

static inline void tfl_put_u64(unsigned char *at, uint64_t value)
{
    tfl_put_u32(at, (uint32_t)(value & 0xffffffff));
    tfl_put_u32(at + 4, (uint32_t)(value >> 32));
}

static inline void tfl_put_f32(unsigned char *at, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    tfl_put_u32(at, bits);
}

static inline void tfl_put_f64(unsigned char *at, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    tfl_put_u64(at, bits);
}

static inline uint16_t tfl_get_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t tfl_get_u32(const unsigned char *at)
{
    return tfl_get_u16(at) | (uint32_t)tfl_get_u16(at + 2) << 16;
}

static inline uint64_t tfl_get_u64(const unsigned char *at)
{
    return tfl_get_u32(at) | (uint64_t)tfl_get_u32(at + 4) << 32;
}

static inline float tfl_get_f32(const unsigned char *at)
{
    uint32_t bits = tfl_get_u32(at);
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double tfl_get_f64(const unsigned char *at)
{
    uint64_t bits = tfl_get_u64(at);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
