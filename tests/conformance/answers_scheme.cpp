// What a scheme is asked for: tolerances as in tests/method and tests/attention/test_probe.cpp.
#include <algorithm>
#include <cmath>

#include "answers.hpp"
#include "scheme_oracle.hpp"

namespace conformance {

using namespace farspan_test;

json answer_frequencies(const json& one) {
    const scheme_spec spec = read_scheme(one);
    const int64_t length = std::max<int64_t>(one.at("arguments").at("length").get<int64_t>(), 1);
    const oracle::rope_frequencies expected = oracle_frequencies(spec, length);
    expected_output inv_freq, magnitude;
    for (const double value : expected.inv_freq) inv_freq.add(value, 1e-13 * value);
    magnitude.add(expected.magnitude, 1e-13 * expected.magnitude);
    return {inv_freq.sample(double_digits), magnitude.sample(double_digits)};
}

json answer_probe(const json& one) {
    const scheme_spec spec = read_scheme(one);
    const auto given = one.at("arguments").at("length").get<int64_t>();
    expected_output whole, expected;
    for (const json& pair : one.at("arguments").at("pairs")) {
        const auto i = pair[0].get<int64_t>(), j = pair[1].get<int64_t>();
        const scheme_oracle rules(spec, given > 0 ? given : std::max(i, j) + 1, 1);
        const size_t first = expected.values.size(), branch_at = whole.values.size() + 1;
        const bool visible = rules.visible(i, j);
        const int branch = rules.branch(i, j);
        const oracle::rotated_pair seen = rules.remap(i, j);
        const auto add = [&](double value) { expected.add(value, 1e-11 * std::max(1.0, std::fabs(value))); };
        whole.add(visible ? 1 : 0, 0);
        whole.add(branch, 0);
        add(seen.query);
        add(seen.key);
        add(seen.query - seen.key);
        add(rules.bias(pair[2].get<int>(), i, j));
        add(rules.scale(i));
        add(rules.rotates() ? rules.frequencies().magnitude : 1);
        // Of a hidden pair only that counts. Where both maps may be shifted, only their difference does: in a far
        // branch, and for the slots of a streaming cache.
        const bool shifted = branch != 0 || spec.remap.method == FARSPAN_REMAP_STREAMING;
        if (!visible) whole.skip(branch_at);
        for (size_t n = 0; n < 6 && !visible; ++n) expected.skip(first + n);
        for (size_t n = 0; n < 2 && shifted; ++n) expected.skip(first + n);
    }
    return {whole.sample(double_digits), expected.sample(double_digits)};
}

json answer_visible(const json& one) {
    const scheme_spec spec = read_scheme(one);
    const scheme_oracle rules(spec, 1, 1);
    const auto keys = one.at("arguments").at("keys").get<int64_t>();
    expected_output expected;
    for (const json& query : one.at("arguments").at("queries")) {
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
            if (n >= known) expected.skip(expected.values.size() - 1);
        }
    }
    return json::array({expected.sample(double_digits)});
}

json answer_scheme_text(const json& one) { return json::array({{{"text", canonical(one.at("scheme"))}}}); }

json answer_bias(const json& one) {
    const json& given = one.at("arguments");
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

}  // namespace conformance
