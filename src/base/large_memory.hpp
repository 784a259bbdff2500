// Memory for many megabytes that stay: on huge pages where the system has them, since walking the page tables for small
// ones takes as long as reading.
#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <new>

#include "base/aligned.hpp"

namespace farspan {

class large_memory {
public:
    explicit large_memory(std::size_t bytes)
        : align_{bytes < huge_page ? cache_line : huge_page},
          start_(static_cast<char*>(::operator new(bytes, align_))) {
#if defined(MADV_HUGEPAGE)
        // advice: failure changes nothing
        if (bytes >= huge_page) madvise(start_, bytes / huge_page * huge_page, MADV_HUGEPAGE);
#endif
    }
    ~large_memory() { ::operator delete(start_, align_); }
    large_memory(const large_memory&) = delete;
    large_memory& operator=(const large_memory&) = delete;

    char* start() const { return start_; }

private:
    static constexpr std::size_t huge_page = std::size_t{1} << 21;

    const std::align_val_t align_;
    char* const start_;
};

}  // namespace farspan
