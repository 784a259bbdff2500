#include "attention_case.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "calls.hpp"
#include "generator.hpp"
#include "number_types.hpp"

namespace farspan_test {
namespace {

constexpr float lse_canary = -12345.5f;

void point(const std::vector<int64_t>& values, const int64_t*& array, int64_t& count) {
    array = values.empty() ? nullptr : values.data();
    count = static_cast<int64_t>(values.size());
}

int64_t stride_of(const std::vector<int64_t>& values, int64_t row) {
    return static_cast<int64_t>(values.size()) > row ? row : 0;
}

tensor_data make(const tensor_form& form, const tensor_data::shape_t& shape, placement where) {
    return {form.dtype, shape, form.how, where};
}

}  // namespace

farspan_problem attention_problem::view() const {
    farspan_problem problem;
    farspan_problem_init(&problem, sizeof problem);
    problem.state = state;
    problem.batch = batch;
    problem.query_heads = query_heads;
    problem.key_heads = key_heads;
    problem.queries = queries;
    problem.keys = keys;
    problem.head_dim = head_dim;
    problem.value_dim = value_dim;
    problem.length = length;
    problem.head_offset = head_offset;
    point(query_positions, problem.query_positions, problem.query_positions_count);
    point(key_positions, problem.key_positions, problem.key_positions_count);
    problem.query_position_stride = stride_of(query_positions, queries);
    problem.key_position_stride = stride_of(key_positions, keys);
    point(query_axes, problem.query_axis_positions, problem.query_axis_positions_count);
    point(key_axes, problem.key_axis_positions, problem.key_axis_positions_count);
    problem.segments = query_offsets.empty() ? 0 : static_cast<int64_t>(query_offsets.size()) - 1;
    point(query_offsets, problem.query_offsets, problem.query_offsets_count);
    point(key_offsets, problem.key_offsets, problem.key_offsets_count);
    point(key_ranges, problem.key_ranges, problem.key_ranges_count);
    return problem;
}

int64_t attention_problem::segment_of(const std::vector<int64_t>& offsets, int64_t index) const {
    if (offsets.empty()) return 0;
    // The last segment that begins at or before the index is the one that is not empty there.
    return std::upper_bound(offsets.begin(), offsets.end(), index) - offsets.begin() - 1;
}

int64_t attention_problem::query_position(int64_t b, int64_t i) const {
    if (!query_positions.empty())
        return query_positions[static_cast<size_t>(b * stride_of(query_positions, queries) + i)];
    if (query_offsets.empty()) return i + keys - queries;
    const auto s = static_cast<size_t>(segment_of(query_offsets, i));
    const int64_t own_queries = query_offsets[s + 1] - query_offsets[s], own_keys = key_offsets[s + 1] - key_offsets[s];
    return i - query_offsets[s] + own_keys - own_queries;
}

int64_t attention_problem::key_position(int64_t b, int64_t j) const {
    if (!key_positions.empty()) return key_positions[static_cast<size_t>(b * stride_of(key_positions, keys) + j)];
    return key_offsets.empty() ? j : j - key_offsets[static_cast<size_t>(segment_of(key_offsets, j))];
}

int64_t attention_problem::current_length() const {
    if (length > 0) return length;
    int64_t largest = 0;
    for (int64_t b = 0; b < batch; ++b) {
        for (int64_t i = 0; i < queries; ++i) largest = std::max(largest, query_position(b, i));
        const auto at = static_cast<size_t>(2 * b);
        for (int64_t j = 0; j < keys; ++j)  // hidden keys have no position
            if (key_ranges.empty() || (key_ranges[at] <= j && j < key_ranges[at + 1]))
                largest = std::max(largest, key_position(b, j));
    }
    return largest + 1;
}

bool attention_problem::reachable(int64_t b, int64_t i, int64_t j) const {
    if (segment_of(query_offsets, i) != segment_of(key_offsets, j)) return false;
    if (key_ranges.empty()) return true;
    const auto at = static_cast<size_t>(2 * b);
    return key_ranges[at] <= j && j < key_ranges[at + 1];
}

attention_data::attention_data(const attention_problem& p)
    : q(make(p.q, {p.batch, p.query_heads, p.queries, p.head_dim}, p.where)),
      k(make(p.k, {p.batch, p.key_heads, p.keys, p.head_dim}, p.where)),
      v(make(p.v, {p.batch, p.key_heads, p.keys, p.value_size()}, p.where)) {
    generator random(p.seed);
    q.fill([&] { return p.amplitude * random.unit(); });
    k.fill([&] { return p.amplitude * random.unit(); });
    v.fill([&] { return random.unit(); });
    if (!p.dense_bias) return;
    bias.emplace(make(p.bias, {p.bias_per_batch ? p.batch : 1, p.bias_per_head ? p.query_heads : 1, p.queries, p.keys},
                      p.where));
    bias->fill([&] { return random.whole(0, 9) == 0 ? -INFINITY : 2 * random.real(); });
}

attention_output::attention_output(const attention_problem& p)
    : out(make(p.out, {p.batch, p.query_heads, p.queries, p.value_size()}, p.where)),
      lse(static_cast<size_t>(p.batch * p.query_heads * p.queries), lse_canary) {}

plan_handle make_plan(const farspan_context* context, const farspan_scheme* scheme, const attention_problem& problem) {
    const farspan_problem view = problem.view();
    farspan_plan* plan = nullptr;
    error_slot error;
    require_ok(farspan_plan_create(context, scheme, &view, &plan, &error), error, "plan");
    return plan_handle(plan);
}

attention_output run_plan(const farspan_context* context, const farspan_plan* plan, const attention_problem& problem,
                          const attention_data& data, void* workspace, size_t workspace_size) {
    attention_output result(problem);
    error_slot error;
    require_ok(attention_run(context, plan, &data.q.view(), &data.k.view(), &data.v.view(),
                             data.bias ? &data.bias->view() : nullptr, &result.out.view(), result.lse.data(), workspace,
                             workspace_size, &error),
               error, "run");
    return result;
}

attention_output run_attention(const farspan_context* context, const scheme_spec& spec,
                               const attention_problem& problem, const attention_data& data) {
    scheme_spec own = spec;
    const scheme_handle scheme = own.create();
    const plan_handle plan = make_plan(context, scheme.get(), problem);
    return run_plan(context, plan.get(), problem, data);
}

attention_error compare(const attention_output& got, const attention_expected& expected, const attention_problem& p) {
    attention_error error;
    double largest = 0;
    for (const double value : expected.out)
        if (!std::isnan(value)) largest = std::max(largest, std::fabs(value));
    const std::vector<double> out = got.out.values();
    const auto dim = static_cast<size_t>(p.value_size());
    const auto place = [&](size_t row, const char* what, double is, double should) {
        char text[200];
        const auto n = static_cast<size_t>(p.queries), heads = static_cast<size_t>(p.query_heads);
        std::snprintf(text, sizeof text, "seed %llu, b %zu, h %zu, i %zu: %s is %.9g, must be %.9g",
                      static_cast<unsigned long long>(p.seed), row / n / heads, row / n % heads, row % n, what, is,
                      should);
        error.worst = text;
    };
    for (size_t n = 0; n < out.size(); ++n) {
        const double should = expected.out[n];
        if (std::isnan(should)) continue;
        double off = std::fabs(out[n] - should);
        if (p.out.dtype != FARSPAN_F32)
            off = std::max(0.0, off - half_ulp(p.out.dtype, std::max(std::fabs(should), std::fabs(out[n]))));
        if (largest > 0) off /= largest;
        if (std::isnan(out[n])) off = INFINITY;
        if (off <= error.out) continue;
        error.out = off;
        char what[32];
        std::snprintf(what, sizeof what, "out[%zu]", n % dim);
        place(n / dim, what, out[n], should);
    }
    for (size_t row = 0; row < got.lse.size(); ++row) {
        const double should = expected.lse[row], is = static_cast<double>(got.lse[row]);
        if (std::isnan(should) || is == should) continue;
        const double off = std::isfinite(should) && std::isfinite(is)
                               ? std::fabs(is - should) / std::max(1.0, std::fabs(should))
                               : INFINITY;
        if (off <= error.lse) continue;
        error.lse = off;
        if (off > error.out) place(row, "lse", is, should);
    }
    return error;
}

bool same_bits(const attention_output& a, const attention_output& b) {
    return a.out.bytes() == b.out.bytes() && a.lse.size() == b.lse.size() &&
           std::memcmp(a.lse.data(), b.lse.data(), a.lse.size() * sizeof(float)) == 0;
}

}  // namespace farspan_test
