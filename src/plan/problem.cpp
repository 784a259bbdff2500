#include "plan/problem.hpp"

#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr int32_t problem_argument = 3;
constexpr int64_t max_position = int64_t{1} << 40;
constexpr int64_t max_extent = (int64_t{1} << 31) - 4096;  // rows and keys: tile arithmetic stays far from overflow
constexpr int64_t max_heads = 1 << 20;
constexpr int64_t max_dim = 512;

void check_size(const char* name, int64_t value, int64_t most) {
    if (value < 1 || value > most)
        throw failure(FARSPAN_ERROR_SHAPE, problem_argument, "problem.%s is %" PRId64 ": must be between 1 and %" PRId64,
                      name, value, most);
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
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, problem_argument,
                      "problem.query_heads is %" PRId64 ": must be a multiple of key_heads, %" PRId64, given.query_heads,
                      given.key_heads);
    if (given.state != FARSPAN_STATE_RAW && given.state != FARSPAN_STATE_ROTATED)
        throw failure(FARSPAN_ERROR_METHOD, problem_argument, "problem.state is %d: must be raw (0) or rotated (1)",
                      given.state);
    if (given.length < 0 || given.length > max_position)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, problem_argument,
                      "problem.length is %" PRId64 ": must be between 0 (automatic) and 2^40", given.length);
}

std::vector<segment> make_segments(const farspan_problem& given) {
    if (given.segments == 0) return {{0, given.queries, 0, given.keys}};
    if (given.segments < 0 || given.segments > given.queries + given.keys)
        throw failure(FARSPAN_ERROR_SHAPE, problem_argument,
                      "problem.segments is %" PRId64 ": must be between 0 and queries + keys, %" PRId64, given.segments,
                      given.queries + given.keys);
    if (!given.query_offsets || !given.key_offsets)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, problem_argument, "problem.%s is NULL: packed sequences need it",
                      given.query_offsets ? "key_offsets" : "query_offsets");
    std::vector<segment> segments;
    const auto check = [&](const char* name, const int64_t* offsets, int64_t total) {
        if (offsets[0] != 0 || offsets[given.segments] != total)
            throw failure(FARSPAN_ERROR_SHAPE, problem_argument,
                          "problem.%s runs from %" PRId64 " to %" PRId64 ": must run from 0 to %" PRId64, name, offsets[0],
                          offsets[given.segments], total);
        for (int64_t s = 0; s < given.segments; ++s)
            if (offsets[s + 1] < offsets[s])
                throw failure(FARSPAN_ERROR_SHAPE, problem_argument,
                              "problem.%s[%" PRId64 "] is %" PRId64 ": must not be below its predecessor, %" PRId64, name,
                              s + 1, offsets[s + 1], offsets[s]);
    };
    check("query_offsets", given.query_offsets, given.queries);
    check("key_offsets", given.key_offsets, given.keys);
    segments.reserve(static_cast<std::size_t>(given.segments));
    for (int64_t s = 0; s < given.segments; ++s)
        segments.push_back({given.query_offsets[s], given.query_offsets[s + 1], given.key_offsets[s],
                            given.key_offsets[s + 1]});
    return segments;
}

void check_position(const char* name, int64_t index, int64_t position) {
    if (position < 0 || position > max_position)
        throw failure(FARSPAN_ERROR_POSITIONS, problem_argument,
                      "problem.%s[%" PRId64 "] is %" PRId64 ": must be between 0 and 2^40", name, index, position);
}

// Default positions: the keys of a segment count from 0, its queries are aligned with the last keys.
position_row make_row(const farspan_problem& given, const std::vector<segment>& segments, int64_t b) {
    position_row row;
    row.query.resize(static_cast<std::size_t>(given.queries));
    row.key.resize(static_cast<std::size_t>(given.keys));
    for (const segment& s : segments) {
        const int64_t shift = (s.last_key - s.first_key) - (s.last_query - s.first_query);
        for (int64_t i = s.first_query; i < s.last_query; ++i) row.query[i] = i - s.first_query + shift;
        for (int64_t j = s.first_key; j < s.last_key; ++j) row.key[j] = j - s.first_key;
    }
    if (given.query_positions) {
        const int64_t* positions = given.query_positions + b * given.query_position_stride;
        for (int64_t i = 0; i < given.queries; ++i) check_position("query_positions", i, row.query[i] = positions[i]);
    }
    if (given.key_positions) {
        const int64_t* positions = given.key_positions + b * given.key_position_stride;
        for (int64_t j = 0; j < given.keys; ++j) check_position("key_positions", j, row.key[j] = positions[j]);
        for (const segment& s : segments)
            for (int64_t j = s.first_key + 1; j < s.last_key; ++j)
                if (row.key[j] < row.key[j - 1])
                    throw failure(FARSPAN_ERROR_POSITIONS, problem_argument,
                                  "problem.key_positions[%" PRId64 "] is %" PRId64
                                  ": must not be below its predecessor, %" PRId64,
                                  j, row.key[j], row.key[j - 1]);
    }
    row.last_valid_key = given.keys;
    if (given.key_ranges) {
        row.first_valid_key = given.key_ranges[2 * b];
        row.last_valid_key = given.key_ranges[2 * b + 1];
        if (row.first_valid_key < 0 || row.last_valid_key < row.first_valid_key || row.last_valid_key > given.keys)
            throw failure(FARSPAN_ERROR_SHAPE, problem_argument,
                          "problem.key_ranges[%" PRId64 "] is [%" PRId64 ", %" PRId64 "): must lie within [0, %" PRId64 ")",
                          b, row.first_valid_key, row.last_valid_key, given.keys);
    }
    return row;
}

std::vector<int64_t> copy_axes(const char* name, const int64_t* positions, int64_t axes, int64_t count) {
    if (!positions)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, problem_argument,
                      "problem.%s is NULL: the scheme's rope has %" PRId64 " position axes", name, axes);
    for (int64_t n = 0; n < axes * count; ++n) check_position(name, n, positions[n]);
    return {positions, positions + axes * count};
}

}  // namespace

problem check_problem(const farspan_problem& given, int32_t axes) {
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
    result.segments = make_segments(given);

    const bool per_batch = given.key_ranges || (given.query_positions && given.query_position_stride != 0) ||
                           (given.key_positions && given.key_position_stride != 0);
    const int64_t rows = per_batch ? given.batch : 1;
    for (int64_t b = 0; b < rows; ++b) result.rows.push_back(make_row(given, result.segments, b));

    result.length = given.length;
    if (result.length == 0) {
        for (const position_row& row : result.rows)
            for (const auto* positions : {&row.query, &row.key})
                result.length = std::max(result.length, 1 + *std::max_element(positions->begin(), positions->end()));
        result.length = std::max<int64_t>(result.length, 1);
    }
    if (axes > 1 && !result.rotated) {
        result.query_axes = copy_axes("query_axis_positions", given.query_axis_positions, axes, given.queries);
        result.key_axes = copy_axes("key_axis_positions", given.key_axis_positions, axes, given.keys);
    }
    return result;
}

}  // namespace farspan
