#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/text.hpp"
#include "method/registry.hpp"
#include "method/scheme_json.hpp"

namespace farspan {
namespace {

// 500000 and not 5e+05. -0 keeps its sign.
bool is_whole(double value) {
    return value == std::floor(value) && std::abs(value) < 1e15 && !(value == 0 && std::signbit(value));
}

std::string text_of(double value) {
    if (is_whole(value)) return std::to_string(static_cast<int64_t>(value));
    char text[32];
    shortest_text(text, sizeof text, value);
    return text;
}

// The shortest text that reads back, through double, as the same float.
std::string text_of(float value) {
    if (is_whole(static_cast<double>(value))) return std::to_string(static_cast<int64_t>(value));
    char text[32];
    const c_locale scope;
    for (int digits = 1; digits <= 9; ++digits) {
        std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
        if (static_cast<float>(std::strtod(text, nullptr)) == value) break;
    }
    return text;
}

template <class Value>
std::string list_of(const Value* values, int64_t count) {
    std::string text = "[";
    for (int64_t n = 0; n < count; ++n) text += (n == 0 ? "" : ", ") + text_of(values[n]);
    return text + "]";
}

std::string scalar_text(const field& f, const void* config) {
    if (f.type == field_type::real) return text_of(load<double>(f, config));
    const int64_t value = load_integer(f, config);
    if (f.range.use == field_use::flag) return value != 0 ? "true" : "false";
    if (f.range.use != field_use::word) return std::to_string(value);
    return '"' + std::string(f.range.words[static_cast<std::size_t>(value - static_cast<int64_t>(f.range.low))]) + '"';
}

// -0 is not 0 here: what is read back has the same bits.
bool is_initial(const field& f, const void* config) {
    if (f.is_array()) return load<const void*>(f, config) == nullptr;
    if (f.type != field_type::real) return load_integer(f, config) == static_cast<int64_t>(f.initial);
    const auto value = load<double>(f, config);
    return std::memcmp(&value, &f.initial, sizeof value) == 0;
}

std::string value_text(const scheme_part& part, std::size_t n, std::size_t run) {
    const field& f = part.fields[n];
    const int64_t count = f.is_array() ? load_integer(count_of(f), part.config) : 0;
    if (f.type == field_type::floats) return list_of(load<const float*>(f, part.config), count);
    if (f.type == field_type::doubles) return list_of(load<const double*>(f, part.config), count);
    if (std::strchr(f.name, '[') == nullptr) return scalar_text(f, part.config);
    std::string text = "[";
    for (std::size_t entry = 0; entry < run; ++entry)
        text += (entry == 0 ? "" : ", ") + scalar_text(part.fields[n + entry], part.config);
    return text + "]";
}

void add(std::string& object, std::string_view name, const std::string& value) {
    object += object.empty() ? "{" : ", ";
    object += '"' + std::string(name) + "\": " + value;
}

std::string part_text(const scheme_part& part) {
    std::string text;
    if (part.method && *part.method != 0)
        add(text, part.method_key, '"' + std::string(method_name(part.naming, *part.method)) + '"');
    for (std::size_t n = 0, run = 0; n < part.fields.size(); n += run) {
        run = json_run(part.fields, n);
        bool initial = true;
        for (std::size_t entry = n; entry < n + run; ++entry)
            initial = initial && is_initial(part.fields[entry], part.config);
        const std::string_view name = json_name(part.fields[n]);
        if (!initial && !name.empty()) add(text, name, value_text(part, n, run));
    }
    return text.empty() ? text : text + "}";
}

}  // namespace

std::string scheme_to_json(const scheme& scheme) {
    scheme_configs configs(scheme);
    std::string text;
    for (const scheme_part& part : configs.parts())
        if (const std::string object = part_text(part); !object.empty()) add(text, part.name, object);
    return text.empty() ? "{}" : text + "}";
}

}  // namespace farspan
