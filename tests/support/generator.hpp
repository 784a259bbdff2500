// Reproducible random numbers: the same on every standard library, unlike its distributions.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

namespace farspan_test {

// Added to every seed: other random cases in every test that has any (scripts/test-deep.sh).
inline uint64_t seed_offset() {
    const char* text = std::getenv("FARSPAN_TEST_SEED");
    return text ? std::strtoull(text, nullptr, 0) << 32 : 0;
}

// Sweeps over many cases check every n-th of them: under programs that slow them down thirty times and more, and that
// look for something else than wrong numbers (scripts/test-deep.sh).
inline uint64_t case_step() {
    const char* text = std::getenv("FARSPAN_TEST_EVERY");
    const uint64_t step = text ? std::strtoull(text, nullptr, 0) : 1;
    return step > 0 ? step : 1;
}

class generator {
public:
    explicit generator(uint64_t seed) : engine_(seed + seed_offset()) {}

    // Uniform in [-1, 1).
    double real() { return static_cast<double>(engine_() >> 11) * 0x1p-52 - 1.0; }
    double real(double first, double last) { return first + (last - first) * 0.5 * (real() + 1.0); }
    // Uniform with mean 0 and variance 1.
    double unit() { return real() * std::sqrt(3.0); }
    // Both ends included.
    int64_t whole(int64_t first, int64_t last) {
        return first + static_cast<int64_t>(engine_() % static_cast<uint64_t>(last - first + 1));
    }
    bool coin() { return (engine_() & 1) != 0; }
    template <class T>
    T pick(const std::vector<T>& choices) {
        return choices[static_cast<std::size_t>(whole(0, static_cast<int64_t>(choices.size()) - 1))];
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace farspan_test
