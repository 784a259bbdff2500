#include "elementwise.hpp"

#include <bit>
#include <cmath>

// One source, compiled for several instruction sets; the loader picks. Sums use a fixed number of lanes, so that the
// bits are the same for all of them. (Sanitizers do not start before the loader's choice; they get the plain version.)
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define FARSPAN_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FARSPAN_CLONES
#endif

namespace tool {
namespace {

constexpr int64_t lanes = 16;

// e^x with a relative error below 1e-7 for |x| <= 87; beyond, x counts as +-87. NaN stays NaN.
// x = n ln 2 + r with |r| <= ln2/2; the polynomial is e^r's Taylor series to the 7th power (truncation 2e-9).
[[gnu::always_inline]] inline float exponential(float x) {
    constexpr float round_to_integer = 12582912.0f;  // 1.5 * 2^23
    x = x < -87.0f ? -87.0f : x;
    x = x > 87.0f ? 87.0f : x;
    const float shifted = x * 1.44269504f + round_to_integer;
    const float n = shifted - round_to_integer;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts, the first exact in products
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const uint32_t exponent = std::bit_cast<uint32_t>(shifted) << 23;  // n, modulo 2^8, moved to the exponent's bits
    return std::bit_cast<float>(std::bit_cast<uint32_t>(p) + exponent);
}

}  // namespace

FARSPAN_CLONES
void rms_norm(const float* x, const float* weight, float epsilon, int64_t rows, int64_t width, float* out) {
    for (int64_t r = 0; r < rows; ++r, x += width, out += width) {
        float partial[lanes] = {};
        const int64_t whole = width - width % lanes;
        for (int64_t n = 0; n < whole; n += lanes)
            for (int64_t l = 0; l < lanes; ++l) partial[l] += x[n + l] * x[n + l];
        float sum = 0;
        for (int64_t n = whole; n < width; ++n) sum += x[n] * x[n];
        for (int64_t l = 0; l < lanes; ++l) sum += partial[l];
        const float factor = 1.0f / std::sqrt(sum / static_cast<float>(width) + epsilon);
        for (int64_t n = 0; n < width; ++n) out[n] = x[n] * factor * weight[n];
    }
}

FARSPAN_CLONES
void silu_gate(const float* gate_up, int64_t rows, int64_t hidden, float* out) {
    for (int64_t r = 0; r < rows; ++r, gate_up += 2 * hidden, out += hidden) {
        const float *gate = gate_up, *up = gate_up + hidden;
        for (int64_t n = 0; n < hidden; ++n) out[n] = gate[n] / (1.0f + exponential(-gate[n])) * up[n];
    }
}

}  // namespace tool
