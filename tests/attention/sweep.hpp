// Cases of one family against the definition, on every instruction set, with one and two threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "attention_case.hpp"

namespace farspan_test {

// The stated bounds of f32 attention at logits of unit variance: relative to the largest output, and to max(1, |lse|).
constexpr double out_bound = 2e-6;
constexpr double lse_bound = 1e-6;

class sweep {
public:
    explicit sweep(std::string family);
    ~sweep();  // prints the worst errors of the family per instruction set
    sweep(const sweep&) = delete;
    sweep& operator=(const sweep&) = delete;

    // Fails the test with a message unless every run is within the bounds, writes nothing between the elements of out,
    // and has the same bits with two threads. Of all calls only every case_step()-th does anything.
    void check(const scheme_spec& spec, const attention_problem& problem, row_choice rows = {});

private:
    struct worst_errors {
        double out = 0, lse = 0;
        std::string out_case, lse_case;
    };
    void check_isa(int32_t isa, const scheme_spec& spec, const attention_problem& problem, const attention_data& data,
                   const attention_expected& expected);

    std::string family_;
    uint64_t offered_ = 0;
    int cases_ = 0;  // checked
    std::map<int32_t, worst_errors> worst_;
};

// A context of this process for an instruction set and thread count; made once.
const farspan_context* shared_context(int32_t isa, int32_t threads);

// A problem of `queries` last queries over `keys` keys.
attention_problem make_problem(int64_t queries, int64_t keys, int64_t head_dim, uint64_t seed);

}  // namespace farspan_test
