#include "content.h"

#include <math.h>
#include <string.h>

#include "farspan/farspan.h"

static uint64_t mixed(uint64_t seed, uint64_t n) {
    uint64_t z = seed * UINT64_C(0x9E3779B97F4A7C15) + n + 1;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float bits_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Of a multiple of 1/64 within [-2, 2): a normal number of f16, or zero. */
static uint16_t f16_bits(float value) {
    const uint32_t bits = float_bits(value);
    if (value == 0) return 0;
    return (uint16_t)((bits >> 16 & 0x8000) | ((((bits >> 23 & 0xff) - 112) << 10) & 0x7c00) | (bits >> 13 & 0x3ff));
}

static double f16_value(uint16_t bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double magnitude = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) magnitude = fraction == 0 ? (double)INFINITY : (double)NAN;
    return bits & 0x8000 ? -magnitude : magnitude;
}

size_t dtype_bytes(int32_t dtype) { return dtype == FARSPAN_F32 ? 4 : 2; }

void fill_content(void* memory, int32_t dtype, size_t elements, uint64_t seed) {
    for (size_t n = 0; n < elements; ++n) {
        const uint64_t z = mixed(seed, n);
        unsigned char* to = (unsigned char*)memory + n * dtype_bytes(dtype);
        if (dtype == FARSPAN_F32) {
            const float value = ((float)(z >> 40) - 8388608.0f) / 4194304.0f;
            memcpy(to, &value, sizeof value);
        } else {
            const float value = ((float)(z >> 56) - 128.0f) / 64.0f;
            const uint16_t bits = dtype == FARSPAN_F16 ? f16_bits(value) : (uint16_t)(float_bits(value) >> 16);
            memcpy(to, &bits, sizeof bits);
        }
    }
}

double element_value(const void* memory, int32_t dtype, size_t n) {
    const unsigned char* from = (const unsigned char*)memory + n * dtype_bytes(dtype);
    if (dtype == FARSPAN_F32) {
        float value;
        memcpy(&value, from, sizeof value);
        return (double)value;
    }
    uint16_t bits;
    memcpy(&bits, from, sizeof bits);
    return dtype == FARSPAN_F16 ? f16_value(bits) : (double)bits_float((uint32_t)bits << 16);
}
