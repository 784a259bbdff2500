// Reads the scalars of a conformance case: shared by the maker of the vectors and the C++ runner.
#pragma once

#include <array>
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
inline double real(const json& value) {
    if (!value.is_string()) return value.get<double>();
    const auto& text = value.get_ref<const std::string&>();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf" || text == "-inf") return std::numeric_limits<double>::infinity() * (text == "inf" ? 1 : -1);
    throw std::runtime_error("not a number: " + text);
}

template <class Value>
std::vector<Value> array(const json& values) {
    std::vector<Value> result;
    for (const json& value : values) {
        if constexpr (std::is_floating_point_v<Value>)
            result.push_back(static_cast<Value>(real(value)));
        else
            result.push_back(value.get<Value>());
    }
    return result;
}

// An array that may be absent: empty then.
template <class Value>
std::vector<Value> array_or_empty(const json& object, const char* key) {
    return object.contains(key) ? array<Value>(object.at(key)) : std::vector<Value>{};
}

// Sets the fields of a configuration that are numbers. Arrays are left to the caller: who owns them differs.
inline void set_numbers(void* config, const field* fields, const json& given) {
    for (const auto& [name, value] : given.items()) {
        if (name == "method") continue;
        const field* one = find_field(fields, name.c_str());
        if (!one) throw std::runtime_error("unknown field: " + name);
        const auto store = [&](const auto& number) {
            std::memcpy(static_cast<char*>(config) + one->offset, &number, sizeof number);
        };
        switch (one->kind) {
            case FIELD_INT32:
                store(value.template get<int32_t>());
                break;
            case FIELD_INT64:
                store(value.template get<int64_t>());
                break;
            case FIELD_DOUBLE:
                store(real(value));
                break;
            case FIELD_FOUR_INT32:
                store(value.template get<std::array<int32_t, 4>>());
                break;
            default:
                break;
        }
    }
}

}  // namespace conformance
