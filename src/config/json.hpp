// Values of a document that nobody vouches for. Of a JSON text only what somebody asks for becomes a value: an object
// knows where its fields stand, and makes the value of one when it is looked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_scan.hpp"

namespace farspan::config {

class json_object;

struct json_value {
    enum kind_t { null, boolean, integer, real, text, array, object };
    kind_t kind = null;
    int64_t integer_value = 0;  // boolean: 0 or 1
    double real_value = 0;      // integer: the same number
    std::string text_value{};
    std::vector<json_value> items{};              // of a list, the first most_items; of an object that was put together
    std::size_t left_out = 0;                     // items of a list beyond those
    std::vector<std::string> names{};             // of an object that was put together
    std::shared_ptr<const json_object> fields{};  // of an object in a text

    std::size_t size() const;  // of a list or an object
    bool empty() const;        // the same is 0

    // An item of an object by its name; nullptr if there is none or this is no object. Lives as long as the object.
    const json_value* find(std::string_view name) const;

    // Calls `each` with the names of an object, in the order of the document.
    void each_name(const std::function<void(std::string_view)>& each) const;
};

// More items than any list has that is read: layers, pairs.
constexpr std::size_t most_items = 4096;

using json::join_path;

// What a value is, short enough for a message: 4, "four", an object.
std::string describe(const json_value& value);

// Throws failure(FARSPAN_ERROR_FORMAT) with the JSON path that the error follows.
// The values refer to the text, and to the pacer if there is one.
json_value parse_json(std::string_view document, pacer* pace = nullptr);

}  // namespace farspan::config
