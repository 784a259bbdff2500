#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "explain.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

std::vector<double> frequencies(const farspan::scheme& scheme, size_t pairs, int64_t length, double& magnitude) {
    std::vector<double> values(pairs);
    magnitude = scheme.frequencies(values, length);
    return values;
}

// The rotation without its scaling: the same pairs, the same base.
farspan::scheme plain_rotation(const ordered_json& rope) {
    ordered_json plain = {{"method", "base"}};
    for (const char* key : {"layout", "rotary_dim", "base"})
        if (rope.contains(key)) plain[key] = rope[key];
    return farspan::scheme::from_json(ordered_json({{"rope", plain}}).dump());
}

// Pair by pair, beside plain RoPE of the same base.
ordered_json explain_rope(const explained_scheme& s, const ordered_json& rope) {
    const size_t pairs = rope["rotary_dim"].get<size_t>() / 2;
    double magnitude = 1, one = 1;
    const std::vector<double> scaled = frequencies(s.scheme, pairs, s.length, magnitude),
                              unscaled = frequencies(plain_rotation(rope), pairs, s.length, one);
    ordered_json table = ordered_json::array();
    for (size_t p = 0; p < pairs; ++p) {
        const double f = scaled[p];
        ordered_json row = {{"pair", p},
                            {"inv_freq", f},
                            {"wavelength", nullptr},
                            {"ratio", f / unscaled[p]},
                            {"turns_at_length", f * static_cast<double>(s.length) / (2 * std::numbers::pi)}};
        if (f != 0) row["wavelength"] = 2 * std::numbers::pi / f;
        table.push_back(row);
    }
    return {{"method", rope["method"]},
            {"base", rope.value("base", farspan::rope_config(FARSPAN_ROPE_BASE).base)},
            {"rotary_dim", rope["rotary_dim"]},
            {"magnitude", magnitude},
            {"frequencies", table}};
}

farspan_probe probe(const explained_scheme& s, int64_t key) { return s.scheme.probe(s.length, s.row, key, s.head); }

ordered_json key_json(const farspan_probe& p, int64_t key) {
    return {{"key", key},
            {"query_angle_position", p.query_angle_position},
            {"key_angle_position", p.key_angle_position},
            {"relative_position", p.relative_position},
            {"bias", p.bias}};
}

// The runs of one branch inside visible keys [first, last). A branch owns one run of keys per row, so its end is
// bisected.
void add_runs(const explained_scheme& s, int64_t first, int64_t last, ordered_json& runs) {
    while (first < last) {
        const farspan_probe begin = probe(s, first);
        int64_t inside = first, outside = last;
        while (outside - inside > 1) {
            const int64_t middle = inside + (outside - inside) / 2;
            (probe(s, middle).branch == begin.branch ? inside : outside) = middle;
        }
        runs.push_back({{"branch", begin.branch},
                        {"keys", {first, inside + 1}},
                        {"first", key_json(begin, first)},
                        {"last", key_json(probe(s, inside), inside)}});
        first = inside + 1;
    }
}

ordered_json explain_row(const explained_scheme& s, bool scaled_by_head_dim) {
    const std::array<int64_t, 4> visible = s.scheme.visible(s.row, s.length);
    const farspan_probe own = probe(s, s.row);
    ordered_json intervals = ordered_json::array(), runs = ordered_json::array();
    int64_t keys = 0;
    for (size_t n = 0; n < 4; n += 2) {
        if (visible[n] >= visible[n + 1]) continue;
        intervals.push_back({visible[n], visible[n + 1]});
        keys += visible[n + 1] - visible[n];
        add_runs(s, visible[n], visible[n + 1], runs);
    }
    return {{"query", s.row},
            {"visible", intervals},
            {"visible_keys", keys},
            {"scale", own.scale},
            {"scale_is_times_inverse_root_head_dim", scaled_by_head_dim},
            {"magnitude", own.magnitude},
            {"branches", runs}};
}

// Distances 0, 1, 2, 4 ... up to the row, for the first heads and the last.
ordered_json explain_bias(const explained_scheme& s, const ordered_json& bias) {
    std::vector<int64_t> distances = {0};
    for (int64_t d = 1; d <= s.row; d *= 2) distances.push_back(d);
    if (distances.back() != s.row) distances.push_back(s.row);
    const auto count = bias["heads"].get<int32_t>();
    std::vector<int32_t> heads;
    for (int32_t h = 0; h < std::min(count, 8); ++h) heads.push_back(h);
    if (count > 8) heads.back() = count - 1;
    ordered_json table = ordered_json::array();
    for (const int32_t h : heads) {
        ordered_json values = ordered_json::array();
        for (const int64_t d : distances) {
            float value[1];
            s.scheme.bias(h, d, value, s.length);
            values.push_back(value[0] == 0 ? 0.0f : value[0]);  // no -0 in a table
        }
        table.push_back({{"head", h}, {"values", values}});
    }
    return {{"method", bias["method"]},
            {"heads", count},
            {"values_are_bucket_numbers", s.values_are_buckets},
            {"distances", distances},
            {"by_head", table}};
}

}  // namespace

std::vector<float> bucket_numbers(const farspan_bias_config& bias) {
    std::vector<float> values;
    for (int32_t b = 0; b < bias.buckets && bias.buckets <= 1 << 20; ++b)
        values.insert(values.end(), static_cast<size_t>(std::max(0, bias.heads)), static_cast<float>(b));
    return values;
}

ordered_json explain_scheme(const explained_scheme& s) {
    const ordered_json described = ordered_json::parse(s.scheme.to_json());
    const auto part = [&](const char* name) { return described.value(name, ordered_json::object()); };
    const ordered_json rope = part("rope"), bias = part("bias"), score = part("score");
    ordered_json found = {{"length", s.length}, {"scheme", described}};
    if (rope.contains("method")) found["rope"] = explain_rope(s, rope);
    if (bias.contains("heads")) found["bias"] = explain_bias(s, bias);
    found["row"] = explain_row(s, !score.contains("scale"));
    return found;
}

}  // namespace tool
