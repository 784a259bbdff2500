// What the kernel checks share: counted verdicts, random and adversarial numbers, memory between guard pages.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "farspan/farspan.h"
#include "kernels/kernel_table.hpp"

namespace check {

using farspan::kernels::kernel_table;

// splitmix64: the whole state is the seed, so that any failure can be repeated from what it prints.
class random_source {
public:
    explicit random_source(uint64_t seed) : state_(seed) {}
    uint64_t bits();
    int64_t below(int64_t count) { return static_cast<int64_t>(bits() % static_cast<uint64_t>(count)); }
    double uniform(double low, double high);
    float normal(double deviation = 1.0);
    float any_float();                     // any bit pattern; zeros, subnormals, infinities and NaN are frequent
    float finite_float(double deviation);  // normal, with zeros and subnormals
    uint16_t any_half() { return static_cast<uint16_t>(bits() >> 48); }

private:
    uint64_t state_;
};

struct run {
    const kernel_table& table;
    uint64_t seed;
    random_source random{seed};
    int64_t passed = 0, failed = 0;
};

// One counted check: passed unless wrong() was called; the first few failures are printed with the seed.
class verdict {
public:
    [[gnu::format(printf, 3, 4)]] verdict(run& owner, const char* format, ...);
    ~verdict();
    verdict(const verdict&) = delete;
    verdict& operator=(const verdict&) = delete;
    [[gnu::format(printf, 2, 3)]] void wrong(const char* format, ...);
    void require(bool condition, const char* text) {
        if (!condition) wrong("%s", text);
    }
    // `actual` must be within `tolerance` of `expected`, infinities equal, NaN for NaN.
    void close(float actual, double expected, double tolerance, int64_t row, int64_t column);
    void same_bits(float actual, float expected, int64_t row, int64_t column);

private:
    run& owner_;
    std::string name_, why_;
};

// An array that begins or ends exactly at an inaccessible page.
enum class place { at_start, at_end };
class guarded_memory {
public:
    explicit guarded_memory(std::size_t capacity_bytes);
    ~guarded_memory();
    guarded_memory(const guarded_memory&) = delete;
    guarded_memory& operator=(const guarded_memory&) = delete;
    // The memory is filled with a byte pattern first.
    void* take(place where, std::size_t bytes);
    template <class T>
    T* take_array(place where, int64_t count) {
        return static_cast<T*>(take(where, static_cast<std::size_t>(count) * sizeof(T)));
    }

private:
    char* base_ = nullptr;
    std::size_t page_ = 0, capacity_ = 0;
};

// Aligned scratch, surrounded by pages as well; a second copy remembers what it held.
class scratch {
public:
    scratch(int64_t rows, int64_t ld);
    float* data() const { return data_; }
    float* row(int64_t r) const { return data_ + r * ld_; }
    float at(int64_t r, int64_t c) const { return data_[r * ld_ + c]; }
    int64_t ld() const { return ld_; }
    int64_t rows() const { return rows_; }
    void fill(const std::function<float()>& next);
    void remember() { before_.assign(data_, data_ + rows_ * ld_); }
    float before(int64_t r, int64_t c) const { return before_[static_cast<std::size_t>(r * ld_ + c)]; }
    // Every element for which `may_change` is false must still hold the remembered bits.
    void unchanged_outside(verdict& result, const std::function<bool(int64_t r, int64_t c)>& may_change) const;

private:
    int64_t rows_, ld_;
    float* data_;
    std::vector<float> before_;
    guarded_memory memory_;
};

uint32_t bits_of(float value);
float float_of(uint32_t bits);
inline int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// Distance of neighbouring floats at |x|.
double ulp_of(double x);

struct entry {
    const char* name;
    void (*test)(run&);
};
const std::vector<entry>& row_entries();
const std::vector<entry>& rotate_entries();
const std::vector<entry>& product_entries();
const std::vector<entry>& cached_entries();
const std::vector<entry>& score_entries();
const std::vector<entry>& gradient_entries();
const std::vector<entry>& softmax_entries();
const std::vector<entry>& exponential_entries();
const std::vector<entry>& turn_entries();

void bench(const kernel_table& table, const std::string& filter);

}  // namespace check
