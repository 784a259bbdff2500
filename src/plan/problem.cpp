#include "plan/problem.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <functional>
#include <limits>

#include "base/counts.hpp"
#include "base/failure.hpp"
#include "base/host_memory.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;
constexpr int64_t max_extent = (int64_t{1} << 31) - 4096;  // rows and keys: tile arithmetic stays far from overflow
constexpr int64_t max_heads = 1 << 20;
constexpr int64_t max_dim = 512;

void check_size(const char* name, int64_t value, int64_t most) {
    if (value < 1 || value > most)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("problem.%s", name),
                      "is %" PRId64 ": must be between 1 and %" PRId64, value, most);
}

void check_sizes(const farspan_problem& given) {
    check_size("batch", given.batch, max_heads);
    check_size("query_heads", given.query_heads, max_heads);
    check_size("key_heads", given.key_heads, max_heads);
    check_size("queries", given.queries, max_extent);
    check_size("keys", given.keys, max_extent);
    check_size("head_dim", given.head_dim, max_dim);
    if (given.value_dim != 0) check_size("value_dim", given.value_dim, max_dim);
    if (given.query_heads % given.key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "problem.query_heads",
                      "is %" PRId64 ": must be a multiple of key_heads, %" PRId64, given.query_heads, given.key_heads);
    if (given.state != FARSPAN_STATE_RAW && given.state != FARSPAN_STATE_ROTATED)
        throw failure(FARSPAN_ERROR_METHOD, "problem.state", "is %d: must be raw (0) or rotated (1)", given.state);
    if (given.length < 0 || given.length > max_position)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "problem.length",
                      "is %" PRId64 ": must be between 0 (automatic) and 2^40", given.length);
}

// Of an array with a row for each batch, `stride` apart, or one for all: behind the last row there may be as much as
// between the others.
void check_rows_count(const int64_t* rows, int64_t count, const char* path, int64_t batch, int64_t stride,
                      int64_t entries) {
    check_absent(rows, count, path);
    if (!rows) return;
    if (stride < 0)
        throw failure(FARSPAN_ERROR_STRIDE, field_path("%.*s_stride", static_cast<int>(std::strlen(path) - 1), path),
                      "is %" PRId64 ": must not be negative", stride);
    int64_t reach = 0, whole = 0;
    if (__builtin_mul_overflow(batch - 1, stride, &reach) || __builtin_add_overflow(reach, entries, &reach) ||
        __builtin_mul_overflow(batch, stride, &whole))
        throw failure(FARSPAN_ERROR_STRIDE, field_path("%.*s_stride", static_cast<int>(std::strlen(path) - 1), path),
                      "is %" PRId64 ": the rows overflow", stride);
    if (count < reach || count > std::max(reach, whole))
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_count", path),
                      "is %" PRId64 ": must be %" PRId64 ", a position for each row", count, reach);
}

// How much each array holds; the axis positions are looked at where they are used.
void check_counts(const farspan_problem& given) {
    if (given.segments < 0 || given.segments > given.queries + given.keys)
        throw failure(FARSPAN_ERROR_SHAPE, "problem.segments",
                      "is %" PRId64 ": must be between 0 and queries + keys, %" PRId64, given.segments,
                      given.queries + given.keys);
    check_rows_count(given.query_positions, given.query_positions_count, "problem.query_positions", given.batch,
                     given.query_position_stride, given.queries);
    check_rows_count(given.key_positions, given.key_positions_count, "problem.key_positions", given.batch,
                     given.key_position_stride, given.keys);
    check_absent(given.query_axis_positions, given.query_axis_positions_count, "problem.query_axis_positions");
    check_absent(given.key_axis_positions, given.key_axis_positions_count, "problem.key_axis_positions");
    check_input(given.query_offsets, given.query_offsets_count, given.segments + 1, "problem.query_offsets",
                "segments + 1");
    check_input(given.key_offsets, given.key_offsets_count, given.segments + 1, "problem.key_offsets", "segments + 1");
    check_input(given.key_ranges, given.key_ranges_count, 2 * given.batch, "problem.key_ranges", "two for each batch");
}

std::vector<segment> make_segments(const farspan_problem& given) {
    if (given.segments == 0) return {{0, given.queries, 0, given.keys}};
    if (!given.query_offsets || !given.key_offsets)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT,
                      field_path("problem.%s", given.query_offsets ? "key_offsets" : "query_offsets"),
                      "is NULL: packed sequences need it");
    std::vector<segment> segments;
    const auto check = [&](const char* name, const int64_t* offsets, int64_t total) {
        if (offsets[0] != 0 || offsets[given.segments] != total)
            throw failure(FARSPAN_ERROR_SHAPE, field_path("problem.%s", name),
                          "runs from %" PRId64 " to %" PRId64 ": must run from 0 to %" PRId64, offsets[0],
                          offsets[given.segments], total);
        for (int64_t s = 0; s < given.segments; ++s)
            if (offsets[s + 1] < offsets[s])
                throw failure(FARSPAN_ERROR_SHAPE, field_path("problem.%s[%" PRId64 "]", name, s + 1),
                              "is %" PRId64 ": must not be below its predecessor, %" PRId64, offsets[s + 1],
                              offsets[s]);
    };
    check("query_offsets", given.query_offsets, given.queries);
    check("key_offsets", given.key_offsets, given.keys);
    segments.reserve(static_cast<std::size_t>(given.segments));
    for (int64_t s = 0; s < given.segments; ++s)
        segments.push_back(
            {given.query_offsets[s], given.query_offsets[s + 1], given.key_offsets[s], given.key_offsets[s + 1]});
    return segments;
}

bool valid_position(int64_t position) { return position >= 0 && position <= max_position; }

void check_position(const char* name, int64_t index, int64_t position) {
    if (!valid_position(position))
        throw failure(FARSPAN_ERROR_POSITIONS, field_path("problem.%s[%" PRId64 "]", name, index),
                      "is %" PRId64 ": must be between 0 and 2^40", position);
}

void read_key_range(const farspan_problem& given, int64_t b, position_row& row) {
    row.last_valid_key = given.keys;
    if (!given.key_ranges) return;
    row.first_valid_key = given.key_ranges[2 * b];
    row.last_valid_key = given.key_ranges[2 * b + 1];
    if (row.first_valid_key < 0 || row.last_valid_key < row.first_valid_key || row.last_valid_key > given.keys)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("problem.key_ranges[%" PRId64 "]", b),
                      "is [%" PRId64 ", %" PRId64 "): must lie within [0, %" PRId64 ")", row.first_valid_key,
                      row.last_valid_key, given.keys);
}

// The positions of the keys that are seen; the hidden ones go on from them, so that nothing depends on what was given
// for padding (Hugging Face: 1 in front of 0, 1, 2 ...).
void read_keys(const int64_t* positions, const segment& s, position_row& row) {
    const int64_t first = std::clamp(row.first_valid_key, s.first_key, s.last_key),
                  last = std::clamp(row.last_valid_key, first, s.last_key);
    for (int64_t j = first; j < last; ++j) {
        check_position("key_positions", j, row.key[j] = positions[j]);
        if (j > first && row.key[j] < row.key[j - 1])
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("problem.key_positions[%" PRId64 "]", j),
                          "is %" PRId64 ": must not be below its predecessor, %" PRId64, row.key[j], row.key[j - 1]);
    }
    if (first == last) return;  // the default positions stay
    for (int64_t j = first; j-- > s.first_key;) row.key[j] = std::max<int64_t>(row.key[j + 1] - 1, 0);
    for (int64_t j = last; j < s.last_key; ++j) row.key[j] = std::min(row.key[j - 1] + 1, max_position);
}

// Queries are aligned with the last keys of their segment. A query whose own key is padding is padding too: its
// position may be anything, and one that is no position sees nothing. It counts as its neighbour's then, so that no
// table is wider for it.
void read_queries(const int64_t* positions, const segment& s, position_row& row) {
    int64_t known = 0;
    bool any = false;
    for (int64_t i = s.first_query; i < s.last_query; ++i) {
        const int64_t j = i - s.last_query + s.last_key;
        const bool padding = j >= s.first_key && (j < row.first_valid_key || j >= row.last_valid_key);
        if (padding && !valid_position(positions[i])) {
            row.blind.resize(row.query.size());
            row.blind[i] = 1;
            row.query[i] = known;
            continue;
        }
        check_position("query_positions", i, positions[i]);
        row.query[i] = known = positions[i];
        if (!any) std::fill(row.query.begin() + s.first_query, row.query.begin() + i, known);
        any = true;
    }
}

// Default positions: the keys of a segment count from 0, its queries are aligned with the last keys.
position_row make_row(const farspan_problem& given, const std::vector<segment>& segments, int64_t b) {
    position_row row;
    row.query.resize(static_cast<std::size_t>(given.queries));
    row.key.resize(static_cast<std::size_t>(given.keys));
    read_key_range(given, b, row);
    for (const segment& s : segments) {
        const int64_t shift = (s.last_key - s.first_key) - (s.last_query - s.first_query);
        for (int64_t i = s.first_query; i < s.last_query; ++i) row.query[i] = i - s.first_query + shift;
        for (int64_t j = s.first_key; j < s.last_key; ++j) row.key[j] = j - s.first_key;
        if (given.query_positions) read_queries(given.query_positions + b * given.query_position_stride, s, row);
        if (given.key_positions) read_keys(given.key_positions + b * given.key_position_stride, s, row);
    }
    return row;
}

// Whether any batch entry sees key j.
bool is_seen(const std::vector<position_row>& rows, int64_t j) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const position_row& row) { return row.first_valid_key <= j && j < row.last_valid_key; });
}

// The axis positions of what some batch entry sees; those of padding, which are shared by all entries too, count as 0.
std::vector<int64_t> copy_axes(const char* name, const int64_t* positions, int64_t given_count, int64_t axes,
                               int64_t count, const std::function<bool(int64_t)>& seen) {
    if (!positions)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("problem.%s", name),
                      "is NULL: the scheme's rope has %" PRId64 " position axes", axes);
    check_input(positions, given_count, axes * count, field_path("problem.%s", name),
                "a position for each axis and row");
    std::vector<int64_t> result(positions, positions + axes * count);
    for (int64_t n = 0; n < axes * count; ++n) {
        if (!valid_position(result[n]) && !seen(n % count)) result[n] = 0;
        check_position(name, n, result[n]);
    }
    return result;
}

// The current length: one more than the largest position of what is seen.
int64_t length_of(const problem& problem) {
    int64_t largest = 0;
    for (const position_row& row : problem.rows) {
        for (std::size_t i = 0; i < row.query.size(); ++i)
            if (row.blind.empty() || !row.blind[i]) largest = std::max(largest, row.query[i]);
        for (int64_t j = row.first_valid_key; j < row.last_valid_key; ++j) largest = std::max(largest, row.key[j]);
    }
    return largest + 1;
}

}  // namespace

problem check_problem(const farspan_problem& given, int32_t axes, const volatile int32_t* cancel) {
    check_sizes(given);
    problem result;
    result.rotated = given.state == FARSPAN_STATE_ROTATED;
    result.batch = given.batch;
    result.query_heads = given.query_heads;
    result.key_heads = given.key_heads;
    result.queries = given.queries;
    result.keys = given.keys;
    result.head_dim = given.head_dim;
    result.value_dim = given.value_dim == 0 ? given.head_dim : given.value_dim;
    result.head_offset = given.head_offset;
    check_counts(given);
    result.segments = make_segments(given);

    const bool per_batch = given.key_ranges || (given.query_positions && given.query_position_stride != 0) ||
                           (given.key_positions && given.key_position_stride != 0);
    const int64_t rows = per_batch ? given.batch : 1;
    require_memory(static_cast<double>(rows) * static_cast<double>(given.queries + given.keys) * sizeof(int64_t),
                   "positions of the plan");
    for (int64_t b = 0; b < rows; ++b) {
        stop_if_set(cancel);
        result.rows.push_back(make_row(given, result.segments, b));
    }

    result.length = given.length == 0 ? length_of(result) : given.length;
    if (axes > 1 && !result.rotated) {
        const auto key_seen = [&](int64_t j) { return is_seen(result.rows, j); };
        const auto query_seen = [&](int64_t i) {
            const auto s = std::find_if(result.segments.begin(), result.segments.end(),
                                        [&](const segment& one) { return i < one.last_query; });
            const int64_t j = i - s->last_query + s->last_key;
            return j < s->first_key || is_seen(result.rows, j);
        };
        result.query_axes = copy_axes("query_axis_positions", given.query_axis_positions,
                                      given.query_axis_positions_count, axes, given.queries, query_seen);
        result.key_axes = copy_axes("key_axis_positions", given.key_axis_positions, given.key_axis_positions_count,
                                    axes, given.keys, key_seen);
    }
    return result;
}

void check_heads(const scheme& scheme, int64_t query_heads, int64_t head_offset, const char* heads_path) {
    if (head_offset < 0 || head_offset > max_heads)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "problem.head_offset",
                      "is %" PRId64 ": must be between 0 and %" PRId64, head_offset, max_heads);
    const auto check = [&](const char* what, int64_t heads) {
        if (head_offset + query_heads > heads)
            throw failure(FARSPAN_ERROR_HEAD_GROUPS, heads_path,
                          "is %" PRId64 " and head_offset %" PRId64 ": %s %" PRId64, query_heads, head_offset, what,
                          heads);
    };
    if (scheme.bias.heads > 0) check("the bias has heads", scheme.bias.heads);
    if (scheme.score.sink_logits) check("score.sink_logits_count is", scheme.score.sink_logits_count);
}

std::pair<int64_t, int64_t> problem::distances() const {
    int64_t smallest = std::numeric_limits<int64_t>::max(), largest = std::numeric_limits<int64_t>::min();
    for (const position_row& row : rows)
        for (const segment& s : segments) {
            if (s.first_query == s.last_query || s.first_key == s.last_key) continue;
            const auto [first, last] =
                std::minmax_element(row.query.begin() + s.first_query, row.query.begin() + s.last_query);
            smallest = std::min(smallest, *first - row.key[s.last_key - 1]);
            largest = std::max(largest, *last - row.key[s.first_key]);
        }
    return {smallest, largest};
}

}  // namespace farspan
