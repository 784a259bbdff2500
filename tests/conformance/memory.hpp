// The tensors of a case as exact numbers, and what is expected of an output.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "case_reader.hpp"

namespace conformance {

using shape4 = std::array<int64_t, 4>;

// Digits that are printed: of doubles and exact values, and of what the library rounds to float or less.
constexpr int double_digits = 17, float_digits = 10;

int32_t dtype_of(const json& tensor);

// A tensor, or numbers without a shape as its last axis.
struct tensor_memory {
    explicit tensor_memory(const json& tensor);

    int32_t dtype;
    shape4 shape, stride;
    int64_t offset;
    std::vector<double> values;  // of the whole memory

    size_t index(int64_t b, int64_t h, int64_t s, int64_t f) const;
    double at(int64_t b, int64_t h, int64_t s, int64_t f) const { return values[index(b, h, s, f)]; }
    std::vector<double> row(int64_t b, int64_t h, int64_t s) const;
    // The elements in the order of the shape.
    std::vector<double> dense() const;
    // Calls `use` with the indices of each element, in the same order.
    template <class Use>
    void each(Use&& use) const {
        each_row([&](int64_t b, int64_t h, int64_t s) {
            for (int64_t f = 0; f < shape[3]; ++f) use(b, h, s, f);
        });
    }
    template <class Use>
    void each_row(Use&& use) const {
        for (int64_t b = 0; b < shape[0]; ++b)
            for (int64_t h = 0; h < shape[1]; ++h)
                for (int64_t s = 0; s < shape[2]; ++s) use(b, h, s);
    }
};

// An output: values, absolute tolerances, and whether an element is compared at all.
struct expected_output {
    std::vector<double> values, tolerance;
    std::vector<bool> compared;

    explicit expected_output(size_t count = 0) : values(count), tolerance(count), compared(count, true) {}
    // What the memory holds before the call, exactly: the gaps between the elements stay so.
    explicit expected_output(const tensor_memory& before);
    void add(double value, double allowed);
    void set(size_t at, double value, double allowed);
    void skip(size_t at) { compared[at] = false; }
    // Of the last one that was added.
    void skip_if(bool unknown) { compared.back() = !unknown; }
    // At most so many of the compared elements, spread evenly; `digits` are printed of those with a tolerance.
    json sample(int digits, size_t most = 32) const;
};

// An output of numbers that must be equal, and of such as may differ by `error`.
json exact(const std::vector<double>& values);
json within(double error, const std::vector<double>& values);
template <class... Number>
json exact_numbers(Number... values) {
    return exact({static_cast<double>(values)...});
}

}  // namespace conformance
