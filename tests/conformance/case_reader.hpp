// Reads the values of a conformance case: shared by the oracle's answers and the C++ runner.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "fields.h"

namespace conformance {

using json = nlohmann::ordered_json;

// A number, or one of the strings nan, inf and -inf.
template <class Value>
Value number(const json& value) {
    if constexpr (std::is_floating_point_v<Value>) {
        if (value == "nan") return std::numeric_limits<Value>::quiet_NaN();
        if (value == "inf" || value == "-inf")
            return std::numeric_limits<Value>::infinity() * (value == "inf" ? 1 : -1);
    }
    return value.get<Value>();
}
inline double real(const json& value) { return number<double>(value); }

template <class Value>
std::vector<Value> array(const json& values) {
    std::vector<Value> result;
    for (const json& value : values) result.push_back(number<Value>(value));
    return result;
}

// An array that may be absent: empty then.
template <class Value>
std::vector<Value> array_or_empty(const json& object, const char* key) {
    return object.contains(key) ? array<Value>(object.at(key)) : std::vector<Value>{};
}

template <class Value>
void store(void* at, const json& given, int extent) {
    for (int n = 0; n < extent; ++n) {
        const Value value = number<Value>(given.is_array() ? given.at(static_cast<std::size_t>(n)) : given);
        std::memcpy(static_cast<char*>(at) + static_cast<std::size_t>(n) * sizeof value, &value, sizeof value);
    }
}

// Sets the fields of a public struct that are numbers. Arrays are left to the caller: who owns them differs.
template <class Struct>
void set_numbers(Struct& config, const char* name, const json& given) {
    for (const auto& [key, value] : given.items()) {
        const field* one = fields_of(name);
        while (one->name && key != one->name) ++one;
        if (!one->name) throw std::runtime_error(std::string(name) + " has no " + key);
        void* at = reinterpret_cast<char*>(&config) + one->offset;
        if (one->kind == FIELD_INT32) store<int32_t>(at, value, one->extent);
        if (one->kind == FIELD_INT64) store<int64_t>(at, value, one->extent);
        if (one->kind == FIELD_DOUBLE) store<double>(at, value, one->extent);
    }
}

}  // namespace conformance
