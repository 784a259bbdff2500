// What a scheme is asked for: tolerances as in tests/method and tests/attention/test_probe.cpp.
#include <algorithm>
#include <cmath>

#include "answers.hpp"
#include "scheme_oracle.hpp"

namespace conformance {
namespace {

using namespace farspan_test;

json answer_frequencies(const json& one, const json& given) {
    const scheme_spec spec = read_scheme(one);
    const int64_t length = std::max<int64_t>(given.at("length").get<int64_t>(), 1);
    const oracle::rope_frequencies expected = oracle_frequencies(spec, length);
    expected_output inv_freq;
    for (const double value : expected.inv_freq) inv_freq.add(value, 1e-13 * value);
    return {inv_freq.sample(double_digits), within(1e-13 * expected.magnitude, {expected.magnitude})};
}

json answer_probe(const json& one, const json& given) {
    const scheme_spec spec = read_scheme(one);
    const auto length = given.at("length").get<int64_t>();
    expected_output whole, expected;
    for (const json& pair : given.at("pairs")) {
        const auto i = pair[0].get<int64_t>(), j = pair[1].get<int64_t>();
        const scheme_oracle rules(spec, length > 0 ? length : std::max(i, j) + 1, 1);
        const bool visible = rules.visible(i, j);
        const int branch = rules.branch(i, j);
        const oracle::rotated_pair seen = rules.remap(i, j);
        // Of a hidden pair only that counts. Where both maps may be shifted, only their difference does: in a far
        // branch, and for the slots of a streaming cache.
        const bool shifted = branch != 0 || spec.remap.method == FARSPAN_REMAP_STREAMING;
        whole.add(visible ? 1 : 0, 0);
        whole.add(branch, 0);
        whole.skip_if(!visible);
        const double magnitude = rules.rotates() ? rules.frequencies().magnitude : 1;
        const double values[] = {seen.query,     seen.key, seen.query - seen.key, rules.bias(pair[2].get<int>(), i, j),
                                 rules.scale(i), magnitude};
        for (size_t n = 0; n < 6; ++n) {
            expected.add(values[n], 1e-11 * std::max(1.0, std::fabs(values[n])));
            expected.skip_if(!visible || (shifted && n < 2));
        }
    }
    return {whole.sample(double_digits), expected.sample(double_digits)};
}

json answer_visible(const json& one, const json& given) {
    const scheme_spec spec = read_scheme(one);
    const scheme_oracle rules(spec, 1, 1);
    const auto keys = given.at("keys").get<int64_t>();
    expected_output expected;
    for (const json& query : given.at("queries")) {
        std::vector<int64_t> ends;  // where visibility changes
        for (int64_t j = 0; j <= keys; ++j) {
            const auto at = [&](int64_t key) {
                return key >= 0 && key < keys && rules.visible(query.get<int64_t>(), key);
            };
            if (at(j) != at(j - 1)) ends.push_back(j);
        }
        // An empty interval may lie anywhere.
        const size_t known = ends.size();
        ends.resize(4);
        for (size_t n = 0; n < 4; ++n) {
            expected.add(static_cast<double>(ends[n]), 0);
            expected.skip_if(n >= known);
        }
    }
    return json::array({expected.sample(double_digits)});
}

json answer_scheme_text(const json& one, const json&) { return json::array({{{"text", canonical(one.at("scheme"))}}}); }

json answer_bias(const json& one, const json& given) {
    const scheme_spec spec = read_scheme(one);
    const scheme_oracle rules(spec, std::max<int64_t>(given.at("length").get<int64_t>(), 1), 1);
    const auto first = given.at("first_distance").get<int64_t>();
    expected_output expected;
    for (int64_t n = 0; n < given.at("count").get<int64_t>(); ++n) {
        const double value = rules.bias(given.at("head").get<int>(), first + n, 0);
        expected.add(value, 1e-7 * std::max(1e-3, std::fabs(value)));
    }
    return json::array({expected.sample(float_digits)});
}

}  // namespace

const answer_map& scheme_answers() {
    static const answer_map all = {
        {"rope_frequencies", answer_frequencies}, {"scheme_probe", answer_probe}, {"scheme_visible", answer_visible},
        {"scheme_to_json", answer_scheme_text},   {"bias_fill", answer_bias},
    };
    return all;
}

}  // namespace conformance
