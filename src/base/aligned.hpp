// Cache-line aligned arrays of plain numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace farspan {

constexpr std::size_t cache_line = 64;

template <class T>
struct cache_aligned_allocator {
    using value_type = T;
    cache_aligned_allocator() = default;
    template <class U>
    cache_aligned_allocator(const cache_aligned_allocator<U>&) noexcept {}
    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{cache_line}));
    }
    void deallocate(T* memory, std::size_t) noexcept { ::operator delete (memory, std::align_val_t{cache_line}); }
    template <class U>
    bool operator==(const cache_aligned_allocator<U>&) const noexcept {
        return true;
    }
};

template <class T>
using aligned_vector = std::vector<T, cache_aligned_allocator<T>>;

// Zeros, on the stack if there are at most `few`.
template <class T, std::size_t few>
class local_array {
public:
    explicit local_array(std::size_t count) : many_(count > few ? count : 0) {
        if (many_.empty()) std::fill_n(few_, count, T{});
    }
    T* data() { return many_.empty() ? few_ : many_.data(); }

private:
    alignas(cache_line) T few_[few];
    aligned_vector<T> many_;
};

constexpr int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace farspan
