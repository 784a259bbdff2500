// A JSON document as a tree, for files that nobody vouches for: depth, size and duplicate keys are checked while
// reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace farspan::config {

struct json_value {
    enum kind_t { null, boolean, integer, real, text, array, object };
    kind_t kind = null;
    int64_t integer_value = 0;  // boolean: 0 or 1
    double real_value = 0;      // integer: the same number
    std::string text_value{};
    std::vector<std::string> names{};  // of an object's items
    std::vector<json_value> items{};

    // An item of an object by its name; nullptr if there is none or this is no object.
    const json_value* find(std::string_view name) const;
};

// "$.rope_scaling" and "factor" give "$.rope_scaling.factor".
std::string join_path(const std::string& path, std::string_view name);
std::string join_path(const std::string& path, std::size_t index);

// What a value is, short enough for a message: 4, "four", an object.
std::string describe(const json_value& value);

// Throws failure(FARSPAN_ERROR_FORMAT, argument, ...) with the JSON path that the error follows.
json_value parse_json(std::string_view document, int32_t argument);

}  // namespace farspan::config
