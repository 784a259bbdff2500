#include "failing_memory.hpp"

#include <criterion/criterion.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "handles.hpp"

namespace {

// Allocations of this thread until one fails; negative: none does.
thread_local int64_t until_failure = -1;

void* allocate(size_t size, size_t alignment) noexcept {
    if (until_failure >= 0 && until_failure-- == 0) return nullptr;
    if (alignment <= alignof(std::max_align_t)) return std::malloc(size > 0 ? size : 1);
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(size_t size, size_t alignment) {
    void* const memory = allocate(size, alignment);
    if (!memory) throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(size_t size) { return allocate_or_throw(size, 1); }
void* operator new[](size_t size) { return allocate_or_throw(size, 1); }
void* operator new(size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<size_t>(alignment));
}
// Whoever asks so can do without.
void* operator new(size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace farspan_test {

int64_t fail_every_allocation(const std::function<farspan_status(farspan_error*)>& call,
                              const std::function<void(int64_t)>& check_untouched) {
    for (int64_t failed = 0;; ++failed) {
        cr_assert(failed < 5000, "a call of thousands of allocations");
        error_slot error;
        until_failure = failed;
        const farspan_status status = call(&error);
        const bool reached = until_failure < 0;
        until_failure = -1;
        if (!reached) {
            cr_expect(status == FARSPAN_OK, "no allocation failed: %s", error.message);
            return failed;
        }
        cr_expect(status == FARSPAN_ERROR_OUT_OF_MEMORY && error.code == status, "allocation %lld: status %d",
                  static_cast<long long>(failed), status);
        check_untouched(failed);
    }
}

}  // namespace farspan_test
