// Every published or worked number of the methods specification, against the oracle.
#include <criterion/criterion.h>

#include <cmath>
#include <set>

#include "vector_cases.hpp"

using namespace oracle_test;

namespace {

// The numbers a case asks for, out of the whole output.
numbers selected(const vector_case& one, const numbers& whole_output) {
    if (one.at.empty()) return whole_output;
    numbers values;
    for (size_t index : one.at) values.push_back(whole_output.at(index));
    return values;
}

void check(const vector_case& one) {
    const auto found = answers().find(one.method + "/" + one.output);
    if (found == answers().end()) {
        cr_expect(false, "%s: nothing answers %s/%s", one.name.c_str(), one.method.c_str(), one.output.c_str());
        return;
    }
    const numbers got = selected(one, found->second(one.given));
    cr_expect_eq(got.size(), one.expected.size(), "%s: %zu numbers, expected %zu", one.name.c_str(), got.size(),
                 one.expected.size());
    cr_expect_eq(one.tolerance.size(), one.expected.size(), "%s: one tolerance per number", one.name.c_str());
    for (size_t n = 0; n < std::min(got.size(), one.expected.size()); ++n) {
        const double error = std::abs(got[n] - one.expected[n]);
        cr_expect(error <= one.tolerance[n], "%s[%zu]: got %.17g, expected %.17g, error %.3g > %.3g", one.name.c_str(),
                  n, got[n], one.expected[n], error, one.tolerance[n]);
    }
}

void check_file(const char* name) {
    const auto cases = load_vectors(std::string(FARSPAN_VECTORS_DIR) + "/" + name);
    cr_assert(!cases.empty(), "%s holds no case", name);
    for (const vector_case& one : cases) check(one);
}

const std::set<std::string> tested_files = {
    "alibi.json",    "fire.json",  "kerple.json",     "mask.json", "remap.json", "rope_scaling.json",  "rotation.json",
    "sandwich.json", "score.json", "sinusoidal.json", "t5.json",   "xpos.json",  "softmax_merge.json",
};

}  // namespace

Test(vectors, alibi) { check_file("alibi.json"); }
Test(vectors, fire) { check_file("fire.json"); }
Test(vectors, kerple) { check_file("kerple.json"); }
Test(vectors, mask) { check_file("mask.json"); }
Test(vectors, remap) { check_file("remap.json"); }
Test(vectors, rope_scaling) { check_file("rope_scaling.json"); }
Test(vectors, rotation) { check_file("rotation.json"); }
Test(vectors, sandwich) { check_file("sandwich.json"); }
Test(vectors, score) { check_file("score.json"); }
Test(vectors, sinusoidal) { check_file("sinusoidal.json"); }
Test(vectors, softmax_merge) { check_file("softmax_merge.json"); }
Test(vectors, t5) { check_file("t5.json"); }
Test(vectors, xpos) { check_file("xpos.json"); }

// No silent skipping: a vector file that no test above reads is a failure, and so is a repeated name.
Test(vectors, nothing_is_left_out) {
    std::set<std::string> present, names;
    for (const std::string& file : vector_files()) {
        present.insert(file.substr(file.rfind('/') + 1));
        for (const vector_case& one : load_vectors(file))
            cr_expect(names.insert(one.name).second, "%s appears twice", one.name.c_str());
    }
    for (const std::string& file : present) cr_expect(tested_files.count(file) == 1, "%s is not tested", file.c_str());
    cr_expect_eq(present.size(), tested_files.size());
}
