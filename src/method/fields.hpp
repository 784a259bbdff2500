// The fields of the configurations as data. Defaults, range checks and the rule that a field which a method does not
// read keeps its default all come from the one list in field_list.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "farspan/farspan.h"

namespace farspan {

enum class field_type : uint8_t { int32, int64, real, floats, doubles };  // the last two: an array, NULL or borrowed

// What the numbers of a field mean.
enum class field_use : uint8_t { number, flag, word, count, none };

struct field_range {
    double low, high;
    bool open_low = false;  // low itself is outside
    bool even = false;
    farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE;
    field_use use = field_use::number;
    std::array<const char*, 4> words{};  // of an enum: the spelling of low, low + 1 ...
};

struct field {
    const char* name;
    field_type type;
    uint32_t offset;
    double initial;
    field_range range;

    bool is_array() const { return type == field_type::floats || type == field_type::doubles; }
};

// The value of a field in a configuration.
template <class T>
T load(const field& f, const void* config) {
    T value;
    std::memcpy(&value, static_cast<const char*>(config) + f.offset, sizeof value);
    return value;
}
template <class T>
void store(const field& f, void* config, T value) {
    std::memcpy(static_cast<char*>(config) + f.offset, &value, sizeof value);
}
inline int64_t load_integer(const field& f, const void* config) {
    return f.type == field_type::int32 ? load<int32_t>(f, config) : load<int64_t>(f, config);
}

// Upper bound of positions, lengths and windows: sums of a few of them stay far from int64's end, and double holds them
// exactly.
constexpr int64_t most_positions = int64_t{1} << 40;

namespace ranges {
constexpr double most = static_cast<double>(most_positions);
constexpr field_range between(double low, double high, farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE) {
    return {.low = low, .high = high, .status = status};
}
constexpr field_range above(double low, double high) { return {.low = low, .high = high, .open_low = true}; }
constexpr field_range even(double low, double high, farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE) {
    return {.low = low, .high = high, .even = true, .status = status};
}
template <class... Word>
constexpr field_range one_of(int32_t first, Word... words) {
    const double low = first;
    return {.low = low,
            .high = low + sizeof...(words) - 1,
            .status = FARSPAN_ERROR_METHOD,
            .use = field_use::word,
            .words = {words...}};
}
constexpr field_range flag() { return {.low = 0, .high = 1, .use = field_use::flag}; }
constexpr field_range array() { return {.low = 0, .high = 1, .status = FARSPAN_ERROR_NULL_ARGUMENT}; }
// The number of entries of the array in front of it: the method that reads it knows how many there must be.
constexpr field_range count(double high = 4294967296, farspan_status status = FARSPAN_ERROR_SHAPE) {
    return {.low = 0, .high = high, .status = status, .use = field_use::count};
}
constexpr field_range unused() { return {.low = 0, .high = 0, .use = field_use::none}; }
}  // namespace ranges

template <class Member>
constexpr field_type type_of() {
    if (std::is_same_v<Member, const float*>) return field_type::floats;
    if (std::is_same_v<Member, const double*>) return field_type::doubles;
    if (std::is_same_v<Member, double>) return field_type::real;
    return sizeof(Member) == 4 ? field_type::int32 : field_type::int64;
}

// Sets of fields of one part, for method_list.def: rope_fields::factor | rope_fields::base ...
using field_set = uint64_t;

#define FARSPAN_INDEX(id, member, initial, range) id##_index,
#define FARSPAN_BIT(id, member, initial, range) constexpr field_set id = field_set{1} << id##_index;

namespace rope_fields {
#define ROPE_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef ROPE_FIELD
#define ROPE_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef ROPE_FIELD
// Not fields but values of `magnitude` that only some methods know.
constexpr field_set yarn_magnitude_policy = field_set{1} << 62;       // FARSPAN_MAGNITUDE_YARN
constexpr field_set unclamped_magnitude_policy = field_set{1} << 63;  // FARSPAN_MAGNITUDE_UNCLAMPED
}  // namespace rope_fields

namespace remap_fields {
#define REMAP_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef REMAP_FIELD
#define REMAP_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef REMAP_FIELD
}  // namespace remap_fields

namespace bias_fields {
#define BIAS_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef BIAS_FIELD
#define BIAS_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef BIAS_FIELD
}  // namespace bias_fields

namespace score_fields {
#define SCORE_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef SCORE_FIELD
#define SCORE_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef SCORE_FIELD
}  // namespace score_fields

#undef FARSPAN_INDEX
#undef FARSPAN_BIT

std::span<const field> fields_of(const farspan_rope_config&);
std::span<const field> fields_of(const farspan_remap_config&);
std::span<const field> fields_of(const farspan_bias_config&);
std::span<const field> fields_of(const farspan_mask_config&);
std::span<const field> fields_of(const farspan_score_config&);

// A number as text, shortest form that reads back the same; 2^40 is written so.
struct number_text {
    explicit number_text(double value);
    explicit number_text(int64_t value);
    char text[32];
};

void fill_defaults(std::span<const field> fields, void* config);

// Throws failure for the first field that is NaN or infinite, that is read and outside its range, or that is not read
// and differs from its default. `part` is "rope", `method` a spelling for the message.
void check_fields(const char* part, std::span<const field> fields, const void* config, field_set read,
                  const char* method);

}  // namespace farspan
