// f16 and bf16 by definition, for test data. Round to nearest, ties to even.
#pragma once

#include <cstdint>

namespace farspan_test {

// The value of `dtype` (FARSPAN_*) that is nearest to `value`, and its storage.
double rounded(int32_t dtype, double value);
void store_number(int32_t dtype, double value, void* memory);
double load_number(int32_t dtype, const void* memory);
int64_t number_bytes(int32_t dtype);

// The largest error of one rounding of a number of this magnitude.
double half_ulp(int32_t dtype, double value);

// Distance of a float from the real number `exact`, in units of the last place of `exact` as a float.
double float_ulps(float got, long double exact);

// cos and sin of position * frequency, to about 64 bits: the product has more bits than a long double, so its rounding
// is carried.
struct exact_turn {
    long double cosine, sine;
};
exact_turn turn_of(long double position, double frequency);

}  // namespace farspan_test
