#include "base/parallel.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#include "base/failure.hpp"

namespace farspan {
namespace {

// TBB's workers do not exist in a forked child: waiting for them there would hang.
std::atomic<bool> workers_started{false};
std::atomic<bool> forked_child{false};

std::mutex scheduler_mutex;
std::unique_ptr<tbb::task_scheduler_handle> scheduler;  // guarded by scheduler_mutex

void start_scheduler() {
    if (workers_started.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(scheduler_mutex);
    if (workers_started.load(std::memory_order_relaxed)) return;
    static const int registered = pthread_atfork(nullptr, nullptr, [] {
        if (workers_started.load(std::memory_order_relaxed)) forked_child.store(true, std::memory_order_relaxed);
    });
    (void)registered;
    scheduler = std::make_unique<tbb::task_scheduler_handle>(tbb::attach{});
    workers_started.store(true, std::memory_order_release);
}

// ThreadSanitizer does not see the synchronisation inside oneTBB, which is not instrumented: these two say what it does.
#if defined(__SANITIZE_THREAD__)
void publish(void* to) { __tsan_release(to); }
void receive(void* from) { __tsan_acquire(from); }
#else
void publish(void*) {}
void receive(void*) {}
#endif

}  // namespace

void parallel_for(int32_t threads, int64_t tasks, const std::function<void(int64_t, int32_t)>& body) {
    // Asking TBB for more than this makes it print a warning, which a library must not do.
    if (threads > 1 && tasks > 1 && !forked_child.load(std::memory_order_relaxed)) {
        const auto allowed = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
        threads = std::min<int32_t>(threads, static_cast<int32_t>(std::min<std::size_t>(allowed, 1u << 20)));
    } else {
        threads = 1;
    }
    if (threads == 1) {
        for (int64_t task = 0; task < tasks; ++task) body(task, 0);
        return;
    }
    tbb::task_arena arena(threads);
    // Before the scheduler handle: TBB 2021.8 deadlocks if a handle is made while another thread of the host is the first to use
    // TBB, since each holds a lock that the other waits for. The arena keeps TBB's pool alive from here on.
    arena.initialize();
    start_scheduler();
    char started = 0, finished = 0;
    publish(&started);
    arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<int64_t>(0, tasks, 1),
            [&](const tbb::blocked_range<int64_t>& range) {
                const int32_t worker = tbb::this_task_arena::current_thread_index();
                receive(&started);
                for (int64_t task = range.begin(); task < range.end(); ++task) body(task, worker);
                publish(&finished);
            },
            tbb::simple_partitioner{});
    });
    receive(&finished);
}

void stop_if_set(const volatile int32_t* cancel) {
    if (cancel && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0)
        throw failure(FARSPAN_ERROR_CANCELLED, 0, "the cancel flag was set");
}

void shutdown_workers() {
    if (forked_child.load(std::memory_order_relaxed)) return;  // finalize would wait for threads that the fork did not copy
    const std::lock_guard lock(scheduler_mutex);
    if (!workers_started.load(std::memory_order_relaxed)) return;
    tbb::finalize(*scheduler, std::nothrow);
    scheduler.reset();
    workers_started.store(false, std::memory_order_release);
}

const char* tbb_version() { return TBB_runtime_version(); }

}  // namespace farspan
