#include "check.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace check {

uint64_t random_source::bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

double random_source::uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
}

float random_source::normal(double deviation) {
    const double radius = std::sqrt(-2.0 * std::log(uniform(1e-12, 1.0)));
    return static_cast<float>(deviation * radius * std::cos(uniform(0.0, 6.283185307179586)));
}

float random_source::any_float() {
    constexpr uint32_t special[] = {0x00000000u, 0x80000000u, 0x00000001u, 0x807fffffu, 0x00800000u, 0x7f7fffffu,
                                    0x7f800000u, 0xff800000u, 0x7fc00000u, 0xffc00123u, 0x7f800001u, 0x3f800000u};
    if (below(4) == 0) return float_of(special[below(12)]);
    return float_of(static_cast<uint32_t>(bits()));
}

float random_source::finite_float(double deviation) {
    switch (below(24)) {
        case 0:
            return 0.0f;
        case 1:
            return -0.0f;
        case 2:
            return float_of(static_cast<uint32_t>(bits()) & 0x807fffffu);
        default:
            return normal(deviation);
    }
}

verdict::verdict(run& owner, const char* format, ...) : owner_(owner) {
    char text[240];
    va_list values;
    va_start(values, format);
    std::vsnprintf(text, sizeof text, format, values);
    va_end(values);
    name_ = text;
}

verdict::~verdict() {
    if (why_.empty()) {
        ++owner_.passed;
        return;
    }
    if (++owner_.failed <= 5)
        std::printf("FAILED %s %s: %s (--isa %s --seed %llu)\n", owner_.table.name, name_.c_str(), why_.c_str(),
                    owner_.table.name, static_cast<unsigned long long>(owner_.seed));
}

void verdict::wrong(const char* format, ...) {
    if (!why_.empty()) return;
    char text[240];
    va_list values;
    va_start(values, format);
    std::vsnprintf(text, sizeof text, format, values);
    va_end(values);
    why_ = text;
}

void verdict::close(float actual, double expected, double tolerance, int64_t row, int64_t column) {
    const bool good = std::isnan(expected)   ? std::isnan(actual)
                      : std::isinf(expected) ? static_cast<double>(actual) == expected
                                             : std::fabs(static_cast<double>(actual) - expected) <= tolerance;
    if (!good)
        wrong("row %lld column %lld is %.9g, expected %.12g within %.3g", static_cast<long long>(row),
              static_cast<long long>(column), static_cast<double>(actual), expected, tolerance);
}

void verdict::same_bits(float actual, float expected, int64_t row, int64_t column) {
    if (bits_of(actual) != bits_of(expected))
        wrong("row %lld column %lld is %08x (%.9g), expected %08x (%.9g)", static_cast<long long>(row),
              static_cast<long long>(column), bits_of(actual), static_cast<double>(actual), bits_of(expected),
              static_cast<double>(expected));
}

guarded_memory::guarded_memory(std::size_t capacity_bytes) {
    page_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    capacity_ = (capacity_bytes + page_) / page_ * page_;
    void* all = mmap(nullptr, capacity_ + 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
        std::perror("mmap");
        std::exit(2);
    }
    base_ = static_cast<char*>(all) + page_;
    if (mprotect(base_ - page_, page_, PROT_NONE) != 0 || mprotect(base_ + capacity_, page_, PROT_NONE) != 0) {
        std::perror("mprotect");
        std::exit(2);
    }
}

guarded_memory::~guarded_memory() { munmap(base_ - page_, capacity_ + 2 * page_); }

void* guarded_memory::take(place where, std::size_t bytes) {
    if (bytes > capacity_) {
        std::fprintf(stderr, "guarded memory too small: %zu of %zu\n", bytes, capacity_);
        std::exit(2);
    }
    std::memset(base_, 0x5a, capacity_);
    return where == place::at_start ? base_ : base_ + capacity_ - bytes;
}

// Scratch is aligned and padded to 64 bytes, so its end is exactly at the guard page.
scratch::scratch(int64_t rows, int64_t ld)
    : rows_(rows), ld_(ld), memory_(static_cast<std::size_t>(rows * ld) * sizeof(float) + 64) {
    data_ = memory_.take_array<float>(place::at_end, rows * ld);
}

void scratch::fill(const std::function<float()>& next) {
    for (int64_t i = 0; i < rows_ * ld_; ++i) data_[i] = next();
}

void scratch::unchanged_outside(verdict& result, const std::function<bool(int64_t r, int64_t c)>& may_change) const {
    for (int64_t r = 0; r < rows_; ++r)
        for (int64_t c = 0; c < ld_; ++c)
            if (!may_change(r, c)) result.same_bits(at(r, c), before(r, c), r, c);
}

uint32_t bits_of(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

float float_of(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

double ulp_of(double x) {
    if (std::fabs(x) < 0x1p-126) return 0x1p-149;
    return std::ldexp(1.0, std::ilogb(x) - 23);
}

}  // namespace check
