// One attention problem with its data: run it through the library, or compute it by definition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scheme_spec.hpp"
#include "tensor_data.hpp"

namespace farspan_test {

struct tensor_form {
    int32_t dtype = FARSPAN_F32;
    layout how = layout::contiguous;
};

struct attention_problem {
    int64_t batch = 1;
    int64_t query_heads = 2;
    int64_t key_heads = 1;
    int64_t queries = 0;
    int64_t keys = 0;
    int64_t head_dim = 64;
    int64_t value_dim = 0;  // 0: head_dim
    int64_t length = 0;     // 0: derived
    int64_t head_offset = 0;
    int32_t state = FARSPAN_STATE_RAW;

    // Empty: NULL. Of batch entry 0 only, or of all of them one after the other.
    std::vector<int64_t> query_positions, key_positions;
    std::vector<int64_t> query_axes, key_axes;
    std::vector<int64_t> query_offsets, key_offsets;
    std::vector<int64_t> key_ranges;

    tensor_form q, k, v, out;
    placement where = placement::heap;
    bool dense_bias = false;
    bool bias_per_batch = true, bias_per_head = true;
    tensor_form bias;

    uint64_t seed = 1;
    double amplitude = 1;  // standard deviation of q and k

    int64_t value_size() const { return value_dim == 0 ? head_dim : value_dim; }
    // The public struct; it points into this object.
    farspan_problem view() const;
    // Positions with their defaults written out, as the header defines them.
    int64_t query_position(int64_t b, int64_t i) const;
    int64_t key_position(int64_t b, int64_t j) const;
    int64_t current_length() const;
    // May row i see key j at all, whatever the mask says: same segment, not padding.
    bool reachable(int64_t b, int64_t i, int64_t j) const;

private:
    int64_t segment_of(const std::vector<int64_t>& offsets, int64_t index) const;
};

struct attention_data {
    tensor_data q, k, v;
    std::optional<tensor_data> bias;
    explicit attention_data(const attention_problem& problem);  // random, from the problem's seed
};

struct attention_output {
    tensor_data out;
    std::vector<float> lse;
    explicit attention_output(const attention_problem& problem);
};

plan_handle make_plan(const farspan_context* context, const farspan_scheme* scheme, const attention_problem& problem);

// Plans and runs; throws std::runtime_error on failure.
attention_output run_attention(const farspan_context* context, const scheme_spec& spec,
                               const attention_problem& problem, const attention_data& data);
attention_output run_plan(const farspan_context* context, const farspan_plan* plan, const attention_problem& problem,
                          const attention_data& data, void* workspace = nullptr, size_t workspace_size = 0);

// By definition, in double: the loops are plain, the rules are the oracle's. Only every row_step-th row from first_row
// on is computed; other rows hold NaN.
struct attention_expected {
    std::vector<double> out;  // [batch][query_heads][queries][value_dim]
    std::vector<double> lse;  // [batch][query_heads][queries]
    // The largest sum of the magnitudes of a visible logit's terms: scale * |q[d] k[d]| over d, and |bias|.
    double largest_terms = 0;
};
struct row_choice {
    int64_t first = 0, step = 1;
};
attention_expected expect_attention(const scheme_spec& spec, const attention_problem& problem,
                                    const attention_data& data, row_choice rows = {});
struct attention_values;  // definition.hpp
attention_expected expect_attention(const scheme_spec& spec, const attention_problem& problem,
                                    const attention_values& values, row_choice rows = {});

// Errors of a run: max |out - expected| / max |expected|, less the rounding of out's type; max |lse - expected| /
// max(1, |lse|).
struct attention_error {
    double out = 0, lse = 0;
    std::string worst;  // where, and both values
};
attention_error compare(const attention_output& got, const attention_expected& expected,
                        const attention_problem& problem);

bool same_bits(const attention_output& a, const attention_output& b);

}  // namespace farspan_test
