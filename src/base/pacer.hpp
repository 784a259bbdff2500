// Cancelling loops whose steps are too short for a look at the flag each.
#pragma once

#include <cstdint>

#include "base/parallel.hpp"

namespace farspan {

// Looks at the flag when it is made, and then once in some 65536 steps of about ten nanoseconds. For one thread.
class pacer {
public:
    explicit pacer(const volatile int32_t* cancel) : cancel_(cancel) { stop_if_set(cancel); }
    pacer(const pacer&) = delete;
    pacer& operator=(const pacer&) = delete;

    const volatile int32_t* flag() const { return cancel_; }

    void step(int64_t steps = 1) {
        if ((left_ -= steps) > 0) return;
        left_ = between_looks;
        stop_if_set(cancel_);
    }

private:
    static constexpr int64_t between_looks = 1 << 16;
    const volatile int32_t* cancel_;
    int64_t left_ = between_looks;
};

}  // namespace farspan
