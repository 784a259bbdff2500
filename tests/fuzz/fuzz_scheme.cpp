// The structs of the C interface with any numbers in them: a scheme, everything that can be asked of it, and a small
// attention with its gradient. The fields that are sizes of arrays get arrays of that size.
#include <fuzzer/FuzzedDataProvider.h>

#include <cmath>
#include <limits>
#include <vector>

#include "calls.hpp"
#include "farspan/farspan.h"
#include "farspan/gradient.h"
#include "require.hpp"

namespace {

using provider = FuzzedDataProvider;

double any_number(provider& in) {
    constexpr double special[] = {0, 1, -1, 2, 0.5, 8, 4096, 1e12, 1e300, -0.0, INFINITY, -INFINITY, NAN, 5e-324};
    return in.ConsumeBool() ? in.PickValueInArray(special) : in.ConsumeFloatingPoint<double>();
}

int64_t any_size(provider& in) {
    constexpr int64_t special[] = {0,        1, 2, 3, 4, 8, 16, 64, 4096, -1, INT64_MAX, INT64_MIN, int64_t{1} << 40,
                                   INT32_MAX};
    return in.ConsumeBool() ? in.PickValueInArray(special) : in.ConsumeIntegral<int64_t>();
}

int32_t any_choice(provider& in) { return in.ConsumeIntegralInRange<int32_t>(-1, 18); }

// Overwrites some fields of a struct that init has filled; most stay valid, so that inputs get past the checks.
template <class Field, class Value>
void maybe(provider& in, Field& field, Value value) {
    if (in.ConsumeIntegralInRange(0, 3) == 0) field = static_cast<Field>(value(in));
}

template <class Value>
std::vector<Value> array_of(provider& in, int64_t count) {
    std::vector<Value> values(static_cast<size_t>(std::min<int64_t>(std::max<int64_t>(count, 0), 4096)), Value{1});
    if (!values.empty() && in.ConsumeBool()) values[values.size() / 2] = static_cast<Value>(any_number(in));
    return values;
}

struct parts {
    farspan_rope_config rope;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_mask_config mask;
    farspan_score_config score;
    std::vector<double> near, far, a, p;
    std::vector<float> values, sinks;
};

// Mostly what there is, also when the input is at its end. Never more: that nobody can check.
template <class Value>
int64_t any_count(provider& in, const std::vector<Value>& values) {
    const auto count = static_cast<int64_t>(values.size());
    return in.ConsumeIntegralInRange(0, 7) < 7 ? count : in.ConsumeIntegralInRange<int64_t>(-1, count);
}

void fill_rope(provider& in, parts& s) {
    farspan_rope_config& c = s.rope;
    farspan_rope_config_init(&c, sizeof c, any_choice(in));
    if (c.method > 0) c.layout = in.ConsumeIntegralInRange(0, 3);
    c.rotary_dim = in.ConsumeBool() ? 8 : static_cast<int32_t>(any_size(in));
    c.original_context = in.ConsumeBool() ? 4096 : any_size(in);
    for (int32_t* field : {&c.rotary_offset, &c.angle, &c.ramp, &c.truncate, &c.magnitude, &c.length_switch, &c.axes})
        maybe(in, *field, any_choice);
    for (double* field : {&c.base, &c.factor, &c.beta_fast, &c.beta_slow, &c.extrapolation_factor, &c.mscale,
                          &c.mscale_all_dim, &c.attention_factor, &c.mixed_exponent, &c.low_freq_factor,
                          &c.high_freq_factor, &c.rotated_fraction, &c.xpos_scale_base, &c.xpos_gamma})
        maybe(in, *field, any_number);
    for (int32_t& pairs : c.axis_sections) maybe(in, pairs, any_size);
    if (in.ConsumeBool()) {
        const int64_t pairs = in.ConsumeBool() ? c.rotary_dim / 2 : any_size(in);
        s.near = array_of<double>(in, pairs);
        s.far = array_of<double>(in, pairs);
        c.short_factors = s.near.data(), c.long_factors = s.far.data();
        c.short_factors_count = any_count(in, s.near), c.long_factors_count = any_count(in, s.far);
    }
}

void fill_remap(provider& in, parts& s) {
    farspan_remap_config& c = s.remap;
    farspan_remap_config_init(&c, sizeof c, in.ConsumeBool() ? 0 : any_choice(in));
    for (int64_t* field : {&c.window, &c.group, &c.chunk, &c.local_window, &c.limit, &c.sinks})
        maybe(in, *field, any_size);
    for (double* field : {&c.leak, &c.position_scale}) maybe(in, *field, any_number);
    maybe(in, c.real_shift, any_choice);
}

void fill_bias(provider& in, parts& s) {
    farspan_bias_config& c = s.bias;
    farspan_bias_config_init(&c, sizeof c, in.ConsumeBool() ? 0 : any_choice(in));
    c.heads = c.method == 0 ? 0 : in.ConsumeIntegralInRange(0, 8);
    for (int32_t* field : {&c.alibi_heads, &c.bidirectional, &c.dim}) maybe(in, *field, any_choice);
    for (int64_t* field : {&c.max_distance, &c.distance_limit, &c.trained_length}) maybe(in, *field, any_size);
    for (double* field : {&c.max_bias, &c.scale}) maybe(in, *field, any_number);
    maybe(in, c.buckets, any_choice);
    s.values = array_of<float>(in, int64_t{std::max(c.buckets, 0)} * c.heads);
    s.a = array_of<double>(in, c.heads);
    s.p = array_of<double>(in, c.heads);
    if (c.method == FARSPAN_BIAS_T5) c.values = s.values.data(), c.values_count = any_count(in, s.values);
    if (c.method == FARSPAN_BIAS_KERPLE_LOG || c.method == FARSPAN_BIAS_KERPLE_POWER) {
        c.a = s.a.data(), c.p = s.p.data();
        c.a_count = any_count(in, s.a), c.p_count = any_count(in, s.p);
    }
    if (c.method == FARSPAN_BIAS_ALIBI && in.ConsumeBool()) c.slopes = s.a.data(), c.slopes_count = any_count(in, s.a);
}

void fill_mask_and_score(provider& in, parts& s) {
    farspan_mask_config_init(&s.mask, sizeof s.mask);
    maybe(in, s.mask.causal, any_choice);
    for (int64_t* field : {&s.mask.window_left, &s.mask.window_right, &s.mask.sinks, &s.mask.chunk, &s.mask.prefix})
        maybe(in, *field, any_size);
    farspan_score_config& c = s.score;
    farspan_score_config_init(&c, sizeof c);
    maybe(in, c.temperature, any_choice);
    for (double* field : {&c.scale, &c.multiplier, &c.trained_length, &c.alpha, &c.power, &c.softcap})
        maybe(in, *field, any_number);
    if (in.ConsumeBool()) {
        s.sinks = array_of<float>(in, in.ConsumeIntegralInRange(0, 8));
        c.sink_logits = s.sinks.data();
        c.sink_logits_count = any_count(in, s.sinks);
    }
}

void ask(provider& in, const farspan_scheme* scheme, const parts& s) {
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme_probe(scheme, any_size(in), any_size(in), any_size(in), any_choice(in), &probe, &error);
    int64_t visible[4];
    if (farspan_scheme_visible(scheme, any_size(in), any_size(in), visible, &error) == FARSPAN_OK)
        require(visible[0] <= visible[1] && visible[2] <= visible[3] && visible[0] >= 0);
    double inv_freq[256], magnitude = 0;
    if (s.rope.method > 0)
        farspan_rope_frequencies(scheme, any_size(in), inv_freq, s.rope.rotary_dim / 2, &magnitude, &error);
    float bias[8];
    farspan_bias_fill(nullptr, scheme, any_choice(in), any_size(in), any_size(in), bias,
                      in.ConsumeIntegralInRange(-1, 8), &error);
}

// What attention reads or writes, in memory of exactly the size that the shape needs. Some numbers may be any.
struct dense {
    std::vector<float> data;
    farspan_tensor tensor;
    dense(provider& in, int64_t heads, int64_t rows, int64_t features)
        : data(static_cast<size_t>(heads * rows * features), 0.5f) {
        farspan_tensor_contiguous(&tensor, data.data(), FARSPAN_F32, 1, heads, rows, features);
        for (int n = in.ConsumeIntegralInRange(0, 3); n > 0; --n)
            data[in.ConsumeIntegralInRange<size_t>(0, data.size() - 1)] = static_cast<float>(any_number(in));
    }
};

// The gradient of a run, of which some may not be wanted and some be too short.
void differentiate(provider& in, const farspan_plan* plan, const farspan_problem& p, const parts& s, const dense& q,
                   const dense& k, const dense& v, const dense& out, const std::vector<float>& lse) {
    const dense d_out(in, p.query_heads, p.queries, p.head_dim), d_q(in, p.query_heads, p.queries, p.head_dim),
        d_k(in, p.key_heads, p.keys, p.head_dim), d_v(in, p.key_heads, p.keys, p.head_dim);
    std::vector<float> d_lse = array_of<float>(in, p.query_heads * p.queries), d_values(s.values.size()),
                       d_sinks(s.sinks.size());
    farspan_attention_gradient data;
    farspan_attention_gradient_init(&data, sizeof data);
    data.q = &q.tensor, data.k = &k.tensor, data.v = &v.tensor, data.out = &out.tensor, data.d_out = &d_out.tensor;
    data.lse = lse.data(), data.lse_count = any_count(in, lse);
    if (in.ConsumeBool()) data.d_lse = d_lse.data(), data.d_lse_count = any_count(in, d_lse);
    if (!in.ConsumeBool()) data.d_q = &d_q.tensor;
    if (!in.ConsumeBool()) data.d_k = &d_k.tensor;
    if (!in.ConsumeBool()) data.d_v = &d_v.tensor;
    if (s.bias.method == FARSPAN_BIAS_T5)
        data.d_bias_values = d_values.data(), data.d_bias_values_count = any_count(in, d_values);
    if (s.score.sink_logits) data.d_sink_logits = d_sinks.data(), data.d_sink_logits_count = any_count(in, d_sinks);
    const int64_t bytes = farspan_attention_backward_workspace_size(plan);
    std::vector<char> workspace(static_cast<size_t>(in.ConsumeBool() ? bytes : 0));
    if (!workspace.empty()) data.workspace = workspace.data(), data.workspace_bytes = any_count(in, workspace);
    farspan_error error = FARSPAN_ERROR_INIT;
    require(farspan_attention_backward(nullptr, plan, &data, &error) != FARSPAN_ERROR_INTERNAL);
}

// An attention of a few tokens; the arrays are of exactly the size that the shapes need.
void attend(provider& in, const farspan_scheme* scheme, const parts& s) {
    farspan_problem problem;
    farspan_problem_init(&problem, sizeof problem);
    problem.key_heads = in.ConsumeIntegralInRange(1, 2);
    problem.query_heads = problem.key_heads * in.ConsumeIntegralInRange(1, 4);
    problem.queries = in.ConsumeIntegralInRange(1, 70);
    problem.keys = in.ConsumeIntegralInRange(1, 140);
    problem.head_dim = in.ConsumeIntegralInRange(1, 16);
    maybe(in, problem.state, any_choice);
    maybe(in, problem.length, any_size);
    std::vector<int64_t> query_positions, key_positions;
    if (in.ConsumeBool()) {
        for (int64_t n = 0; n < problem.queries; ++n) query_positions.push_back(n < 3 ? any_size(in) : n);
        for (int64_t n = 0; n < problem.keys; ++n) key_positions.push_back(n < 3 ? any_size(in) : n);
        problem.query_positions = query_positions.data();
        problem.query_positions_count = any_count(in, query_positions);
        problem.key_positions = key_positions.data();
        problem.key_positions_count = any_count(in, key_positions);
    }
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_plan* plan = nullptr;
    const farspan_status status = farspan_plan_create(nullptr, scheme, &problem, &plan, &error);
    require((status == FARSPAN_OK) == (plan != nullptr) && status != FARSPAN_ERROR_INTERNAL);
    if (!plan) return;
    const auto make = [&](int64_t heads, int64_t rows) { return dense(in, heads, rows, problem.head_dim); };
    const dense q = make(problem.query_heads, problem.queries), k = make(problem.key_heads, problem.keys),
                v = make(problem.key_heads, problem.keys), out = make(problem.query_heads, problem.queries);
    std::vector<float> lse(static_cast<size_t>(problem.query_heads * problem.queries));
    const farspan_status ran = farspan_test::attention_run(nullptr, plan, &q.tensor, &k.tensor, &v.tensor, nullptr,
                                                           &out.tensor, lse.data(), nullptr, 0, &error);
    require(ran != FARSPAN_ERROR_INTERNAL);
    if (ran == FARSPAN_OK) differentiate(in, plan, problem, s, q, k, v, out, lse);
    farspan_plan_destroy(plan);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    provider in(data, size);
    parts s;
    fill_rope(in, s);
    fill_remap(in, s);
    fill_bias(in, s);
    fill_mask_and_score(in, s);
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = nullptr;
    const farspan_status status =
        farspan_test::scheme_create(&s.rope, &s.remap, &s.bias, &s.mask, &s.score, &scheme, &error);
    require((status == FARSPAN_OK) == (scheme != nullptr) && status != FARSPAN_ERROR_INTERNAL);
    if (!scheme) return 0;
    ask(in, scheme, s);
    attend(in, scheme, s);
    farspan_scheme_destroy(scheme);
    return 0;
}
