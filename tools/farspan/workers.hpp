// Work shared by threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tool {

// Calls make() once on every thread, and what it returns with each n in [0, count), each n once, in ascending order of
// starting. The first exception ends them all and is thrown here.
template <class Make>
void share_work(int32_t threads, int64_t count, Make&& make) {
    std::atomic<int64_t> next{0};
    std::mutex lock;
    std::exception_ptr failed;
    const auto work = [&] {
        try {
            auto&& body = make();
            for (int64_t n; (n = next++) < count;) body(n);
        } catch (...) {
            const std::lock_guard guard(lock);
            if (!failed) failed = std::current_exception();
            next = count;
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (int64_t n = 1; n < std::min<int64_t>(threads, count); ++n) helpers.emplace_back(work);
        work();
    }
    if (failed) std::rethrow_exception(failed);
}

}  // namespace tool
