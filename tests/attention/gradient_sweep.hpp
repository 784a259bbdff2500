// Gradients of one family of cases against the definition, on every instruction set, with one, two and five threads.
#pragma once

#include <map>
#include <string>

#include "gradient_case.hpp"
#include "sweep.hpp"

namespace farspan_test {

// Relative to the largest number of each gradient.
constexpr double gradient_bound = 1e-5;

class gradient_sweep {
public:
    explicit gradient_sweep(std::string family);
    ~gradient_sweep();  // prints the worst errors
    gradient_sweep(const gradient_sweep&) = delete;
    gradient_sweep& operator=(const gradient_sweep&) = delete;

    // Of all calls only every case_step()-th does anything.
    void check(const scheme_spec& spec, const attention_problem& problem, const gradient_problem& gradient = {});

private:
    struct worst_error {
        double most = 0;
        std::string name;
    };
    void check_isa(int32_t isa, const scheme_spec& spec, const attention_problem& problem,
                   const gradient_problem& gradient, const attention_data& data, const gradient_expected* expected);

    std::string family_;
    uint64_t offered_ = 0;
    int cases_ = 0;
    std::map<int32_t, worst_error> worst_;
};

}  // namespace farspan_test
