// Rotation, absolute encodings and FIRE: tolerances as in tests/api.
#include <cmath>

#include "absolute.hpp"
#include "answers.hpp"
#include "bias.hpp"
#include "gradient.hpp"
#include "number_types.hpp"
#include "scheme_oracle.hpp"

namespace conformance {
namespace {

using namespace farspan_test;
using row = std::vector<double>;

class rotation {
public:
    rotation(const scheme_spec& spec, const farspan_rope_options& options, int64_t length, int64_t head_dim)
        : spec_(spec),
          rules_(spec, length, head_dim),
          direction_(options.direction),
          query_(options.side == FARSPAN_SIDE_QUERY),
          branch_(options.branch),
          centre_(options.xpos_centre) {}

    row of(const row& x, int64_t position) const {
        const int offset = spec_.rope.rotary_offset;
        const auto pairing =
            spec_.rope.layout == FARSPAN_LAYOUT_HALF ? oracle::pair_layout::half : oracle::pair_layout::interleaved;
        const double at = mapped(position);
        if (direction_ == FARSPAN_ROTATE_INVERSE)
            return oracle::rotate_undo(x, at, rules_.frequencies(), pairing, offset);
        if (direction_ == FARSPAN_ROTATE_DELTA)
            return oracle::rotate_delta(x, at, rules_.frequencies(), pairing, offset);
        return query_ ? rules_.rotate_query(x, at, centre_) : rules_.rotate_key(x, at, centre_);
    }
    row of_axes(const row& x, const row& positions) const { return rules_.rotate_axes(x, positions); }

private:
    // The far branch's map, asked with a partner that is far enough.
    double mapped(int64_t position) const {
        if (branch_ == 0) return static_cast<double>(position);
        constexpr int64_t far = 1000;
        return query_ ? rules_.remap(position, position - far).query : rules_.remap(position + far, position).key;
    }

    const scheme_spec& spec_;
    const scheme_oracle rules_;
    const int32_t direction_;
    const bool query_;
    const int32_t branch_;
    const double centre_;
};

// 2 ulp of a float, the angle's error in double, and the rounding of the type; float32 angles are compared by size.
double allowed(const scheme_spec& spec, int32_t dtype, double value, double position) {
    const double last = dtype == FARSPAN_F32 ? 0 : half_ulp(dtype, value);
    if (spec.rope.angle == FARSPAN_ANGLE_FLOAT32) return 1e-6 * std::max(1.0, std::fabs(value)) + last;
    return 4 * half_ulp(FARSPAN_F32, value) + 1e-15 * (1 + std::fabs(position)) + last;
}

// A rotation, or its gradient: the transpose.
json answer_rope(const json& one, const json& given) {
    const bool is_gradient = one.at("call") == "rope_backward";
    const char *from = is_gradient ? "d_out" : "in", *to = is_gradient ? "d_in" : "out";
    const scheme_spec spec = read_scheme(one);
    const tensor_memory in(given.at(from));
    const tensor_memory out(given.at(given.contains(to) ? to : from));
    auto positions = array_or_empty<int64_t>(given, "positions");
    const int64_t rows = in.shape[2];
    for (int64_t t = 0; t < rows && !given.contains("positions"); ++t) positions.push_back(t);
    int64_t largest = 0;
    for (const int64_t position : positions) largest = std::max(largest, position);
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    set_numbers(options, "rope_options", given.at("options"));
    const rotation turn(spec, options, options.length > 0 ? options.length : largest + 1, in.shape[3]);

    expected_output expected(out);
    const int64_t first = spec.rope.rotary_offset, last = first + spec.rope.rotary_dim;
    const auto step = static_cast<size_t>(options.axis_stride == 0 ? rows : options.axis_stride);
    in.each_row([&](int64_t b, int64_t h, int64_t t) {
        row axes;
        for (size_t n = static_cast<size_t>(t); n < positions.size(); n += step)
            axes.push_back(static_cast<double>(positions[n]));
        const auto turned = [&](const row& x) {
            return spec.rope.axes != FARSPAN_AXES_NONE ? turn.of_axes(x, axes)
                                                       : turn.of(x, positions[static_cast<size_t>(t)]);
        };
        const row x = in.row(b, h, t), y = is_gradient ? oracle::transposed(turned, x) : turned(x);
        for (int64_t f = 0; f < in.shape[3]; ++f) {
            const double value = y[static_cast<size_t>(f)];
            const bool copied = f < first || f >= last;
            expected.set(out.index(b, h, t, f), copied ? rounded(out.dtype, value) : value,
                         copied ? 0 : allowed(spec, out.dtype, value, static_cast<double>(largest)));
        }
    });
    return json::array({expected.sample(float_digits)});
}

json answer_sinusoidal(const json&, const json& given) {
    const oracle::sinusoidal_layout layouts[] = {oracle::sinusoidal_layout::interleaved,
                                                 oracle::sinusoidal_layout::blocks,
                                                 oracle::sinusoidal_layout::blocks_shifted};
    const auto how = layouts[given.at("layout").get<int32_t>() - FARSPAN_SINUSOIDAL_INTERLEAVED];
    const tensor_memory out(given.at("out"));
    expected_output expected(out);
    for (int64_t t = 0; t < out.shape[2]; ++t) {
        const double position = static_cast<double>(given.at("first").get<int64_t>() + t);
        const row values =
            oracle::sinusoidal_row(position, static_cast<int>(out.shape[3]), how, given.at("base").get<double>());
        for (int64_t f = 0; f < out.shape[3]; ++f) {
            const double value = values[static_cast<size_t>(f)];
            const double rounding =
                half_ulp(FARSPAN_F32, value) + (out.dtype == FARSPAN_F32 ? 0 : half_ulp(out.dtype, value));
            expected.set(out.index(0, 0, t, f), value, rounding + 4e-16 * position + 1e-12);
        }
    }
    return json::array({expected.sample(float_digits)});
}

json answer_lookup(const json&, const json& given) {
    const tensor_memory table(given.at("table")), out(given.at("out"));
    expected_output expected(out);
    const auto positions = array_or_empty<int64_t>(given, "positions");
    out.each([&](int64_t b, int64_t h, int64_t t, int64_t f) {
        const int64_t position = given.contains("positions") ? positions[static_cast<size_t>(t)] : t;
        expected.set(out.index(b, h, t, f), rounded(out.dtype, table.at(0, 0, position, f)), 0);
    });
    return json::array({expected.sample(double_digits)});
}

json answer_fire(const json&, const json& given) {
    const json& weights = given.at("config");
    farspan_fire_config config;
    farspan_fire_config_init(&config, sizeof config);
    set_numbers(config, "fire_config", weights);
    const oracle::fire_mlp mlp{array<double>(weights.at("w1")), array<double>(weights.at("b1")),
                               array<double>(weights.at("w2")), array<double>(weights.at("b2"))};
    const tensor_memory out(given.at("out"));
    const int64_t queries = out.shape[2], keys = out.shape[3];
    const auto query = array_or_empty<int64_t>(given, "query_positions"),
               key = array_or_empty<int64_t>(given, "key_positions");
    expected_output expected(out);
    out.each([&](int64_t b, int64_t h, int64_t i, int64_t j) {
        const int64_t pi = query.empty() ? i + keys - queries : query[static_cast<size_t>(i)];
        const int64_t pj = key.empty() ? j : key[static_cast<size_t>(j)];
        const double x = oracle::fire_input(pi, pj, config.c, config.threshold, 1, config.epsilon);
        const double value = oracle::fire_bias(x, mlp, static_cast<int>(h));
        const double rounding = out.dtype == FARSPAN_F32 ? 0 : half_ulp(out.dtype, value);
        expected.set(out.index(b, h, i, j), value, 1e-6 * std::max(1.0, std::fabs(value)) + rounding);
        if (pj > pi) expected.skip(out.index(b, h, i, j));  // not defined ahead of the query
    });
    return json::array({expected.sample(float_digits)});
}

}  // namespace

const answer_map& encode_answers() {
    static const answer_map all = {
        {"rope_apply", answer_rope},        {"rope_backward", answer_rope}, {"sinusoidal_fill", answer_sinusoidal},
        {"position_lookup", answer_lookup}, {"fire_fill", answer_fire},
    };
    return all;
}

}  // namespace conformance
