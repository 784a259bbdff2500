// A scheme as JSON: the fields of field_list.def by the names of their members, enums and methods as words, flags as
// true and false, counts left to their arrays. Only what differs from the defaults is written, so that the text of a
// scheme stays the same when the library learns new fields.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "method/fields.hpp"
#include "method/scheme.hpp"

namespace farspan {

// One part of a scheme in a form that a loop can read and write.
struct scheme_part {
    const char* name;
    int32_t naming;          // FARSPAN_PART_* of its method; -1 without one
    const char* method_key;  // nullptr without a method
    int32_t* method;
    void* config;
    std::span<const field> fields;
};

struct scheme_configs {
    farspan_rope_config rope;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_mask_config mask;
    farspan_score_config score;

    scheme_configs();  // the defaults
    explicit scheme_configs(const scheme& made);
    std::array<scheme_part, 5> parts();
};

// The name of a field in JSON: a run of fields "axis_sections[0]", "axis_sections[1]" ... is one list. Empty if it has
// none.
std::string_view json_name(const field& f);
// How many fields from fields[n] on have its name.
std::size_t json_run(std::span<const field> fields, std::size_t n);

// The number of entries of an array: its count is the next field.
inline const field& count_of(const field& array) { return (&array)[1]; }

// Canonical: of equal schemes the same bytes, on one line. Every finite number reads back with the same bits.
std::string scheme_to_json(const scheme& scheme);

// Throws failure with the JSON path of what is refused, or what make_scheme throws.
std::unique_ptr<scheme> scheme_from_json(std::string_view text);

}  // namespace farspan
