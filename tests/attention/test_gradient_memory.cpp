// Every allocation of a gradient fails in turn: the status says so, nothing is written, and the next call succeeds.
#include <criterion/criterion.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "gradient_sweep.hpp"

using namespace farspan_test;

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
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

Test(gradient_memory, every_allocation_may_fail) {
    const attention_problem problem = make_problem(70, 150, 32, 41);
    scheme_spec spec("memory");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    const scheme_handle scheme = spec.create();
    const farspan_context* context = shared_context(FARSPAN_ISA_BEST, 1);
    const plan_handle plan = make_plan(context, scheme.get(), problem);
    const attention_data data(problem);
    const gradient_problem gradient;
    const gradient_data given(problem, gradient, run_plan(context, plan.get(), problem, data));
    int64_t failed = 0;
    for (;; ++failed) {
        cr_assert(failed < 1000, "a call of a thousand allocations");
        gradient_output result(spec, problem, gradient);
        const farspan_attention_gradient view = gradient_view(data, given, gradient, result);
        error_slot error;
        until_failure = failed;
        const farspan_status status = farspan_attention_backward(context, plan.get(), &view, &error);
        const bool reached = until_failure < 0;
        until_failure = -1;
        if (!reached) {
            cr_expect(status == FARSPAN_OK, "no allocation failed: %s", error.message);
            break;
        }
        cr_expect(status == FARSPAN_ERROR_OUT_OF_MEMORY && error.code == status, "allocation %lld: status %d",
                  static_cast<long long>(failed), status);
        cr_expect(result.d_q.untouched() && result.d_k.untouched() && result.d_v.untouched(), "allocation %lld: wrote",
                  static_cast<long long>(failed));
    }
    cr_expect(failed >= 1, "a call without a workspace allocates");
}
