// Calls whose cancel flag is set: before they begin, and while they work.
#pragma once

#include <criterion/criterion.h>

#include <chrono>
#include <functional>
#include <thread>

#include "handles.hpp"

namespace farspan_test {

using call_with_context = std::function<farspan_status(const farspan_context*, farspan_error*)>;

inline void expect_refused_at_once(const char* what, const call_with_context& call) {
    const volatile int32_t flag = 1;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1, &flag);
    error_slot error;
    cr_expect(call(context.get(), &error) == FARSPAN_ERROR_CANCELLED, "%s: %s", what, error.message);
}

// `call` would work far longer than 20 ms. Sanitizers and a busy machine make it slower, not faster.
inline void expect_stopped(const char* what, const call_with_context& call) {
    volatile int32_t flag = 0;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1, &flag);
    std::thread setter([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
    });
    const farspan_status status = call(context.get(), nullptr);
    setter.join();
    cr_expect(status == FARSPAN_ERROR_CANCELLED, "%s: status %d", what, status);
}

}  // namespace farspan_test
