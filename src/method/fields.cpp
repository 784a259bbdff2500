#include "method/fields.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "base/failure.hpp"
#include "base/text.hpp"

namespace farspan {
namespace {

using namespace ranges;

#define FARSPAN_ROW(config, member, initial, range)                                                                    \
    field{#member, type_of<std::remove_cvref_t<decltype(std::declval<config&>().member)>>(), offsetof(config, member), \
          initial, range},

constexpr field rope_rows[] = {
#define ROPE_FIELD(id, member, initial, range) FARSPAN_ROW(farspan_rope_config, member, initial, range)
#include "method/field_list.def"
#undef ROPE_FIELD
};
constexpr field remap_rows[] = {
#define REMAP_FIELD(id, member, initial, range) FARSPAN_ROW(farspan_remap_config, member, initial, range)
#include "method/field_list.def"
#undef REMAP_FIELD
};
constexpr field bias_rows[] = {
#define BIAS_FIELD(id, member, initial, range) FARSPAN_ROW(farspan_bias_config, member, initial, range)
#include "method/field_list.def"
#undef BIAS_FIELD
};
constexpr field mask_rows[] = {
#define MASK_FIELD(id, member, initial, range) FARSPAN_ROW(farspan_mask_config, member, initial, range)
#include "method/field_list.def"
#undef MASK_FIELD
};
constexpr field score_rows[] = {
#define SCORE_FIELD(id, member, initial, range) FARSPAN_ROW(farspan_score_config, member, initial, range)
#include "method/field_list.def"
#undef SCORE_FIELD
};

// For comparisons: every bound is exact in double and rounding is monotone, so no int64 crosses a bound on the way.
double load_number(const field& f, const void* config) {
    if (f.is_array()) return load<const void*>(f, config) ? 1 : 0;
    return f.type == field_type::real ? load<double>(f, config) : static_cast<double>(load_integer(f, config));
}

number_text value_text(const field& f, const void* config) {
    return f.type == field_type::real ? number_text(load<double>(f, config)) : number_text(load_integer(f, config));
}

bool in_range(const field& f, const void* config) {
    const double value = load_number(f, config);
    if (f.range.even && load_integer(f, config) % 2 != 0) return false;
    return (f.range.open_low ? value > f.range.low : value >= f.range.low) && value <= f.range.high;
}

// "half (1) or interleaved (2)", "0 or 1"; empty for a range of numbers.
std::string spelled(const field_range& range) {
    if (range.use == field_use::flag) return "0 or 1";
    std::string text;
    for (std::size_t n = 0; n < range.words.size() && range.words[n]; ++n) {
        const bool last = n + 1 == range.words.size() || !range.words[n + 1];
        text += n == 0 ? "" : last ? " or " : ", ";
        text += std::string(range.words[n]) + " (" + std::to_string(static_cast<int>(range.low) + static_cast<int>(n)) +
                ")";
    }
    return text;
}

[[noreturn]] void refuse_range(const char* part, const field& f, const void* config) {
    const number_text value = value_text(f, config), low(f.range.low), high(f.range.high);
    if (const std::string words = spelled(f.range); !words.empty())
        throw failure(f.range.status, field_path("%s.%s", part, f.name), "is %s: must be %s", value.text,
                      words.c_str());
    if (f.range.low == f.range.high)
        throw failure(f.range.status, field_path("%s.%s", part, f.name), "is %s: must be %s", value.text, low.text);
    if (f.range.open_low)
        throw failure(f.range.status, field_path("%s.%s", part, f.name), "is %s: must be above %s and at most %s",
                      value.text, low.text, high.text);
    throw failure(f.range.status, field_path("%s.%s", part, f.name), "is %s: must be %sbetween %s and %s", value.text,
                  f.range.even ? "even and " : "", low.text, high.text);
}

[[noreturn]] void refuse_unread(const char* part, const field& f, const void* config, const char* method) {
    if (f.is_array())
        throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.%s", part, f.name),
                      "is not NULL but method %s does not use it", method);
    throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.%s", part, f.name),
                  "is %s but method %s does not use it (default %s)", value_text(f, config).text, method,
                  number_text(f.initial).text);
}

}  // namespace

number_text::number_text(double value) {
    if (value == static_cast<double>(most_positions)) {
        std::strcpy(text, "2^40");
        return;
    }
    shortest_text(text, sizeof text, value);
}

number_text::number_text(int64_t value) { *std::to_chars(text, text + sizeof text - 1, value).ptr = '\0'; }

std::span<const field> fields_of(const farspan_rope_config&) { return rope_rows; }
std::span<const field> fields_of(const farspan_remap_config&) { return remap_rows; }
std::span<const field> fields_of(const farspan_bias_config&) { return bias_rows; }
std::span<const field> fields_of(const farspan_mask_config&) { return mask_rows; }
std::span<const field> fields_of(const farspan_score_config&) { return score_rows; }

void fill_defaults(std::span<const field> fields, void* config) {
    for (const field& f : fields) {
        switch (f.type) {
            case field_type::int32:
                store(f, config, static_cast<int32_t>(f.initial));
                break;
            case field_type::int64:
                store(f, config, static_cast<int64_t>(f.initial));
                break;
            case field_type::real:
                store(f, config, f.initial);
                break;
            case field_type::floats:
            case field_type::doubles:
                store<const void*>(f, config, nullptr);
                break;
        }
    }
}

void check_fields(const char* part, std::span<const field> fields, const void* config, field_set read,
                  const char* method) {
    for (const field& f : fields)
        if (f.type == field_type::real && !std::isfinite(load<double>(f, config)))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("%s.%s", part, f.name),
                          "is %s: must be a finite number", value_text(f, config).text);
    for (std::size_t n = 0; n < fields.size(); ++n) {
        const field& f = fields[n];
        if ((read >> n & 1) == 0) {
            if (load_number(f, config) != f.initial) refuse_unread(part, f, config, method);
        } else if (!f.is_array() && !in_range(f, config)) {
            refuse_range(part, f, config);
        }
    }
}

}  // namespace farspan
