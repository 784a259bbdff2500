// Rows of a cache as int8 storage gives them back, by the words of cache.h.
#pragma once

#include <cstdint>

namespace farspan_test {

// Of one head each. Where a rounding to float could decide between two multiples of a scale, `refuse_ties` throws std::logic_error.
void round_key_to_int8(double* key, int64_t dim, bool refuse_ties = false);
void round_value_to_int8(double* value, int64_t dim, bool refuse_ties = false);

}  // namespace farspan_test
