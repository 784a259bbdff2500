#include "number_types.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "farspan/farspan.h"

namespace farspan_test {
namespace {

struct small_format {
    int fraction_bits;
    int least_exponent;  // of normal numbers
    int most_exponent;
};
constexpr small_format f16{10, -14, 15}, bf16{7, -126, 127};

const small_format& format_of(int32_t dtype) { return dtype == FARSPAN_F16 ? f16 : bf16; }

double round_small(const small_format& format, double value) {
    if (!std::isfinite(value) || value == 0) return value;
    const int exponent = std::max(std::ilogb(value), format.least_exponent);
    const double unit = std::ldexp(1.0, exponent - format.fraction_bits);
    const double result = std::nearbyint(value / unit) * unit;
    const double largest = std::ldexp(2.0 - std::ldexp(1.0, -format.fraction_bits), format.most_exponent);
    return std::fabs(result) > largest ? std::copysign(INFINITY, value) : result;
}

// `value` is a number of the format.
uint16_t small_bits(const small_format& format, double value) {
    const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
    const int exponent_bits = 15 - format.fraction_bits;
    const int special = ((1 << exponent_bits) - 1) << format.fraction_bits;
    if (std::isnan(value)) return static_cast<uint16_t>(sign | special | (1 << (format.fraction_bits - 1)));
    if (std::isinf(value)) return static_cast<uint16_t>(sign | special);
    const double magnitude = std::fabs(value);
    if (magnitude < std::ldexp(1.0, format.least_exponent)) {  // zero or subnormal
        const double units = std::ldexp(magnitude, format.fraction_bits - format.least_exponent);
        return static_cast<uint16_t>(sign | static_cast<int>(units));
    }
    const int exponent = std::ilogb(magnitude);
    const double fraction = std::ldexp(magnitude, format.fraction_bits - exponent) - (1 << format.fraction_bits);
    const int biased = exponent - format.least_exponent + 1;
    return static_cast<uint16_t>(sign | (biased << format.fraction_bits) | static_cast<int>(fraction));
}

double small_value(const small_format& format, uint16_t bits) {
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    const int fraction = bits & ((1 << format.fraction_bits) - 1);
    const int biased = (bits & 0x7FFF) >> format.fraction_bits;
    const int exponent_bits = 15 - format.fraction_bits;
    if (biased == (1 << exponent_bits) - 1) return fraction != 0 ? NAN : sign * INFINITY;
    if (biased == 0) return sign * std::ldexp(fraction, format.least_exponent - format.fraction_bits);
    return sign * std::ldexp(fraction + (1 << format.fraction_bits),
                             biased - 1 + format.least_exponent - format.fraction_bits);
}

}  // namespace

double rounded(int32_t dtype, double value) {
    if (dtype == FARSPAN_F64) return value;
    if (dtype == FARSPAN_F32) return static_cast<double>(static_cast<float>(value));
    return round_small(format_of(dtype), value);
}

void store_number(int32_t dtype, double value, void* memory) {
    if (dtype == FARSPAN_F64) {
        std::memcpy(memory, &value, sizeof value);
    } else if (dtype == FARSPAN_F32) {
        const auto narrow = static_cast<float>(value);
        std::memcpy(memory, &narrow, sizeof narrow);
    } else {
        const uint16_t bits = small_bits(format_of(dtype), rounded(dtype, value));
        std::memcpy(memory, &bits, sizeof bits);
    }
}

double load_number(int32_t dtype, const void* memory) {
    if (dtype == FARSPAN_F64) {
        double value = 0;
        std::memcpy(&value, memory, sizeof value);
        return value;
    }
    if (dtype == FARSPAN_F32) {
        float value = 0;
        std::memcpy(&value, memory, sizeof value);
        return value;
    }
    uint16_t bits = 0;
    std::memcpy(&bits, memory, sizeof bits);
    return small_value(format_of(dtype), bits);
}

int64_t number_bytes(int32_t dtype) { return dtype == FARSPAN_F64 ? 8 : dtype == FARSPAN_F32 ? 4 : 2; }

double half_ulp(int32_t dtype, double value) {
    const int fraction_bits = dtype == FARSPAN_F32 ? 23 : format_of(dtype).fraction_bits;
    const int least = dtype == FARSPAN_F32 ? -126 : format_of(dtype).least_exponent;
    const int exponent = value == 0 ? least : std::max(std::ilogb(value), least);
    return std::ldexp(0.5, exponent - fraction_bits);
}

double float_ulps(float got, long double exact) {
    const int exponent = exact == 0 ? -126 : std::max(std::ilogb(static_cast<double>(exact)), -126);
    return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / std::ldexp(1.0L, exponent - 23));
}

exact_turn turn_of(long double position, double frequency) {
    const auto factor = static_cast<long double>(frequency);
    const long double high = position * factor, low = std::fma(position, factor, -high);
    const long double cosine = std::cos(high), sine = std::sin(high);
    return {cosine - low * sine, sine + low * cosine};
}

}  // namespace farspan_test
