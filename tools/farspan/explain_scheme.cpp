#include <algorithm>
#include <cmath>
#include <numbers>

#include "explain.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

scheme_handle create(const explained_scheme& s, const farspan_rope_config* rope) {
    farspan_scheme* handle = nullptr;
    call("scheme", [&](farspan_error* e) {
        return farspan_scheme_create(rope->method == FARSPAN_ROPE_NONE ? nullptr : rope,
                                     s.remap.method == FARSPAN_REMAP_NONE ? nullptr : &s.remap,
                                     s.bias.method == FARSPAN_BIAS_NONE ? nullptr : &s.bias, &s.mask, &s.score, &handle, e);
    });
    return scheme_handle(handle);
}

std::vector<double> frequencies(const farspan_scheme* scheme, int32_t pairs, int64_t length, double* magnitude) {
    std::vector<double> values(static_cast<size_t>(pairs));
    call("frequencies", [&](farspan_error* e) {
        return farspan_rope_frequencies(scheme, length, values.data(), pairs, magnitude, e);
    });
    return values;
}

// Pair by pair, beside plain RoPE of the same base.
ordered_json explain_rope(const explained_scheme& s, const farspan_scheme* scheme) {
    const int32_t pairs = s.rope.rotary_dim / 2;
    farspan_rope_config plain;
    farspan_rope_config_init(&plain, sizeof plain, FARSPAN_ROPE_BASE);
    plain.layout = s.rope.layout;
    plain.rotary_dim = s.rope.rotary_dim;
    plain.base = s.rope.base;
    double magnitude = 1;
    const std::vector<double> scaled = frequencies(scheme, pairs, s.length, &magnitude),
                              unscaled = frequencies(create(s, &plain).get(), pairs, s.length, nullptr);
    ordered_json table = ordered_json::array();
    for (int32_t p = 0; p < pairs; ++p) {
        const double f = scaled[p];
        ordered_json row = {{"pair", p}, {"inv_freq", f}, {"wavelength", nullptr}, {"ratio", f / unscaled[p]},
                            {"turns_at_length", f * static_cast<double>(s.length) / (2 * std::numbers::pi)}};
        if (f != 0) row["wavelength"] = 2 * std::numbers::pi / f;
        table.push_back(row);
    }
    return {{"method", farspan_method_name(FARSPAN_PART_ROPE, s.rope.method)},
            {"base", s.rope.base},
            {"rotary_dim", s.rope.rotary_dim},
            {"magnitude", magnitude},
            {"frequencies", table}};
}

farspan_probe probe(const explained_scheme& s, const farspan_scheme* scheme, int64_t key) {
    farspan_probe p{};
    p.struct_size = sizeof p;
    call("probe", [&](farspan_error* e) { return farspan_scheme_probe(scheme, s.length, s.row, key, s.head, &p, e); });
    return p;
}

ordered_json key_json(const farspan_probe& p, int64_t key) {
    return {{"key", key},
            {"query_angle_position", p.query_angle_position},
            {"key_angle_position", p.key_angle_position},
            {"relative_position", p.relative_position},
            {"bias", p.bias}};
}

// The runs of one branch inside visible keys [first, last). A branch owns one run of keys per row, so its end is bisected.
void add_runs(const explained_scheme& s, const farspan_scheme* scheme, int64_t first, int64_t last, ordered_json& runs) {
    while (first < last) {
        const farspan_probe begin = probe(s, scheme, first);
        int64_t inside = first, outside = last;
        while (outside - inside > 1) {
            const int64_t middle = inside + (outside - inside) / 2;
            (probe(s, scheme, middle).branch == begin.branch ? inside : outside) = middle;
        }
        runs.push_back({{"branch", begin.branch},
                        {"keys", {first, inside + 1}},
                        {"first", key_json(begin, first)},
                        {"last", key_json(probe(s, scheme, inside), inside)}});
        first = inside + 1;
    }
}

ordered_json explain_row(const explained_scheme& s, const farspan_scheme* scheme) {
    int64_t visible[4] = {0, 0, 0, 0};
    call("visible keys", [&](farspan_error* e) { return farspan_scheme_visible(scheme, s.row, s.length, visible, e); });
    const farspan_probe own = probe(s, scheme, s.row);
    ordered_json intervals = ordered_json::array(), runs = ordered_json::array();
    int64_t keys = 0;
    for (int n = 0; n < 4; n += 2) {
        if (visible[n] >= visible[n + 1]) continue;
        intervals.push_back({visible[n], visible[n + 1]});
        keys += visible[n + 1] - visible[n];
        add_runs(s, scheme, visible[n], visible[n + 1], runs);
    }
    return {{"query", s.row},
            {"visible", intervals},
            {"visible_keys", keys},
            {"scale", own.scale},
            {"scale_is_times_inverse_root_head_dim", s.score.scale == 0},
            {"magnitude", own.magnitude},
            {"branches", runs}};
}

// Distances 0, 1, 2, 4 ... up to the row, for the first heads and the last.
ordered_json explain_bias(const explained_scheme& s, const farspan_scheme* scheme) {
    std::vector<int64_t> distances = {0};
    for (int64_t d = 1; d <= s.row; d *= 2) distances.push_back(d);
    if (distances.back() != s.row) distances.push_back(s.row);
    std::vector<int32_t> heads;
    for (int32_t h = 0; h < std::min(s.bias.heads, 8); ++h) heads.push_back(h);
    if (s.bias.heads > 8) heads.back() = s.bias.heads - 1;
    ordered_json table = ordered_json::array();
    for (const int32_t h : heads) {
        ordered_json values = ordered_json::array();
        for (const int64_t d : distances) {
            float value = 0;
            call("bias", [&](farspan_error* e) { return farspan_bias_fill(scheme, h, s.length, d, 1, &value, e); });
            values.push_back(value == 0 ? 0.0f : value);  // no -0 in a table
        }
        table.push_back({{"head", h}, {"values", values}});
    }
    return {{"method", farspan_method_name(FARSPAN_PART_BIAS, s.bias.method)},
            {"heads", s.bias.heads},
            {"values_are_bucket_numbers", s.bias.method == FARSPAN_BIAS_T5},
            {"distances", distances},
            {"by_head", table}};
}

}  // namespace

ordered_json explain_scheme(const explained_scheme& s) {
    const scheme_handle scheme = create(s, &s.rope);
    ordered_json found = {{"length", s.length}};
    if (s.rope.method != FARSPAN_ROPE_NONE) found["rope"] = explain_rope(s, scheme.get());
    found["remap"] = farspan_method_name(FARSPAN_PART_REMAP, s.remap.method);
    found["temperature"] = farspan_method_name(FARSPAN_PART_TEMPERATURE, s.score.temperature);
    if (s.score.softcap != 0) found["softcap"] = s.score.softcap;
    if (s.bias.method != FARSPAN_BIAS_NONE && s.bias.method != FARSPAN_BIAS_DENSE)
        found["bias"] = explain_bias(s, scheme.get());
    found["row"] = explain_row(s, scheme.get());
    return found;
}

}  // namespace tool
