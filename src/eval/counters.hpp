// Whole numbers that a caller keeps between calls, sends and adds up. They are checked whenever they come back.
#pragma once

#include <cinttypes>
#include <cstdint>

#include "base/failure.hpp"

namespace farspan {

constexpr int64_t most_counted = int64_t{1} << 62;  // the sum of two such numbers does not overflow

// What holds the counters: a function's argument, or an entry of an array that is one.
struct counter_owner {
    const char* name;
    int64_t index = -1;
};

// A counter's name in a message: "counts.total[3]", "segments[17].segments".
struct counter_name {
    char text[96];
    counter_name(const counter_owner& owner, const char* field, int32_t index) {
        char entry[24] = "", place[16] = "";
        if (owner.index >= 0) format_text(entry, sizeof entry, "[%" PRId64 "]", owner.index);
        if (index >= 0) format_text(place, sizeof place, "[%d]", index);
        format_text(text, sizeof text, "%s%s.%s%s", owner.name, entry, field, place);
    }
};

inline void check_counter(const counter_owner& owner, const char* field, int32_t index, int64_t value) {
    if (value < 0 || value > most_counted)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, index).text,
                      "is %" PRId64 ": must be between 0 and 2^62", value);
}

// A counter that cannot be larger than another one of its struct, `whole`.
inline void check_share(const counter_owner& owner, const char* field, int32_t index, int64_t value, const char* whole,
                        int32_t whole_index, int64_t most) {
    if (value > most)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, index).text,
                      "is %" PRId64 ": must be at most %s, %" PRId64, value,
                      counter_name(owner, whole, whole_index).text, most);
}

// A counter that has nothing to count, because `limit` is `given`.
inline void check_unused(const counter_owner& owner, const char* field, int32_t index, int64_t value, const char* limit,
                         int64_t given) {
    if (value != 0)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, index).text,
                      "is %" PRId64 ": must be 0, %s is %" PRId64, value, counter_name(owner, limit, -1).text, given);
}

// The orders that a struct counts: 0 only before its first segment.
inline void check_orders(const counter_owner& owner, const char* field, int32_t value, int64_t segments, int32_t most) {
    const int32_t least = segments == 0 ? 0 : 1;
    if (value < least || value > most)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, -1).text,
                      "is %d: must be between %d and %d", value, least, most);
}

// Refuses what would make a counter too large; both numbers are checked ones.
inline void check_sum(const counter_owner& owner, const char* field, int32_t index, int64_t value, int64_t more) {
    if (more > most_counted - value)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, index).text,
                      "is %" PRId64 ": with %" PRId64 " more it must be at most 2^62", value, more);
}

// Below, Counts has a function visit_counters(a, b, visit) that calls visit(field, index, a's counter, b's) for every
// counter of two structs, with index -1 for single numbers.

template <class Counts>
void check_counters(const Counts& counts, const counter_owner& owner) {
    visit_counters(counts, counts, [&](const char* field, int32_t index, int64_t value, int64_t) {
        check_counter(owner, field, index, value);
        if (counts.segments == 0) check_unused(owner, field, index, value, "segments", 0);
    });
}

// `counts` is what `owner` holds, or a copy of it: where this throws, some counters have been added.
template <class Counts>
void add_counters(Counts& counts, const Counts& from, const counter_owner& owner) {
    visit_counters(counts, from, [&](const char* field, int32_t index, int64_t& value, int64_t more) {
        check_sum(owner, field, index, value, more);
        value += more;
    });
}

}  // namespace farspan
