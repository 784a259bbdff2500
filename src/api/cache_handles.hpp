// What the handles of farspan/cache.h are.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "api/handles.hpp"
#include "attention/decode.hpp"
#include "cache/cache.hpp"
#include "farspan/cache.h"

namespace farspan {

// Lets many users through at once, or one alone. Nobody waits: who is not let through is told so.
class turnstile {
public:
    // How somebody is through, until the end of its scope.
    class pass {
    public:
        explicit operator bool() const { return of_ != nullptr; }
        pass(const pass&) = delete;
        ~pass() {
            if (of_) of_->users_.fetch_add(-by_, std::memory_order_release);
        }

    private:
        friend class turnstile;
        pass(turnstile* of, int64_t by) : of_(of), by_(by) {}
        turnstile* of_;
        int64_t by_;
    };
    pass among_others() {
        if (users_.fetch_add(1, std::memory_order_acquire) >= 0) return {this, 1};
        users_.fetch_add(-1, std::memory_order_relaxed);
        return {nullptr, 0};
    }
    pass alone() {
        int64_t nobody = 0;
        return users_.compare_exchange_strong(nobody, alone_, std::memory_order_acquire) ? pass{this, alone_}
                                                                                         : pass{nullptr, 0};
    }

private:
    static constexpr int64_t alone_ = std::numeric_limits<int64_t>::min() / 2;
    std::atomic<int64_t> users_{0};
};

}  // namespace farspan

struct farspan_cache {
    farspan::cache store;
};

struct farspan_cache_plan {
    std::unique_ptr<farspan::cache_plan> plan;
    farspan::cached_layout layout;
    std::vector<farspan::batch_entry> batch;
    std::vector<farspan::seen_sequence> sequences;  // of the batch
    farspan::run_options options;                   // of a run without a context
    bool own_positions;                             // of the rows: it cannot be advanced
    bool complete = true;                           // no advance has failed
    mutable farspan::turnstile use{};
};

namespace farspan {

// Throws unless the batch is well-formed; whether its sequences exist is seen later.
std::vector<batch_entry> read_batch(const farspan_cache_batch* batch);

void check_layer(const block_shape& shape, int64_t layer);

}  // namespace farspan
