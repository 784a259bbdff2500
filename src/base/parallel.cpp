#include "base/parallel.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#include "base/failure.hpp"

namespace farspan {
namespace {

// What the library keeps of TBB, in one place. A task_arena per number of threads, made at its first use and kept: in
// TBB 2021.8 every arena that was ever made costs memory and time until the process ends.
struct pool {
    std::mutex mutex;  // guards all below; held while TBB starts and ends, so that no fork falls between
    bool running = false;
    bool forked = false;  // this process is the child of one whose workers ran: waiting for them here would hang
    std::vector<std::shared_ptr<tbb::task_arena>> arenas;  // [threads]
    std::unique_ptr<tbb::task_scheduler_handle> scheduler;

    pool() { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

    static void before_fork();
    static void after_fork();
    static void after_fork_in_child();
};

// Made when the library is loaded, since a fork may run beside the first parallel loop; never destroyed, since threads
// of the host may outlive its static objects.
pool& only_pool() {
    alignas(pool) static char memory[sizeof(pool)];
    static pool* const made = new (memory) pool;
    return *made;
}

[[maybe_unused, gnu::constructor]] void make_pool() { only_pool(); }

void pool::before_fork() { only_pool().mutex.lock(); }
void pool::after_fork() { only_pool().mutex.unlock(); }
void pool::after_fork_in_child() {
    only_pool().forked |= only_pool().running;
    only_pool().mutex.unlock();
}

// Whether there is memory for what TBB is about to do, and a thread can be had. An allocation that fails inside TBB, or
// a thread that it cannot make, is not always survived: in version 2021.8 a dlopen of its own crashes, and tasks stay
// behind.
void check_room_for_threads() {
    std::make_unique<char[]>(std::size_t{1} << 20);
    try {
        std::thread([] {}).join();
    } catch (const std::system_error& e) {
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, "", "no thread can be started: %s", e.what());
    }
}

// The arena for so many threads, or fewer if TBB allows fewer: asking for more makes it print a warning, which a
// library must not do. NULL: everything has to run in the caller.
std::shared_ptr<tbb::task_arena> find_arena(int32_t threads) {
    pool& all = only_pool();
    const std::lock_guard lock(all.mutex);
    if (all.forked) return nullptr;
    const std::size_t allowed = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
    const std::size_t width = std::min(static_cast<std::size_t>(threads), allowed);
    if (width <= 1) return nullptr;
    if (all.arenas.size() <= width) all.arenas.resize(width + 1);
    std::shared_ptr<tbb::task_arena>& arena = all.arenas[width];
    if (!arena) {
        check_room_for_threads();
        auto made = std::make_shared<tbb::task_arena>(static_cast<int>(width));
        all.running = true;
        // Before the scheduler handle: TBB 2021.8 deadlocks if a handle is made while another thread of the host is the
        // first to use TBB, since each holds a lock that the other waits for. The arena keeps TBB's pool alive from
        // here on.
        made->initialize();
        if (!all.scheduler) all.scheduler = std::make_unique<tbb::task_scheduler_handle>(tbb::attach{});
        arena = std::move(made);
    }
    return arena;
}

// ThreadSanitizer does not see the synchronisation inside oneTBB, which is not instrumented: these two say what it
// does.
#if defined(__SANITIZE_THREAD__)
void publish(void* to) { __tsan_release(to); }
void receive(void* from) { __tsan_acquire(from); }
#else
void publish(void*) {}
void receive(void*) {}
#endif

}  // namespace

int32_t useful_threads(int32_t threads, int64_t tasks, double work) {
    const double shares = std::min(work / least_work_of_a_thread, static_cast<double>(tasks));
    return std::max(shares < threads ? static_cast<int32_t>(shares) : threads, 1);
}

void parallel_for(int32_t threads, int64_t tasks, double work, const std::function<void(int64_t, int32_t)>& body) {
    threads = useful_threads(threads, tasks, work);
    const std::shared_ptr<tbb::task_arena> arena = threads > 1 ? find_arena(threads) : nullptr;
    if (!arena) {
        for (int64_t task = 0; task < tasks; ++task) body(task, 0);
        return;
    }
    char started = 0, finished = 0;
    publish(&started);
    const auto loop = [&] {
        tbb::parallel_for(
            tbb::blocked_range<int64_t>(0, tasks, 1),
            [&](const tbb::blocked_range<int64_t>& range) {
                const int32_t worker = tbb::this_task_arena::current_thread_index();
                receive(&started);
                for (int64_t task = range.begin(); task < range.end(); ++task) body(task, worker);
                publish(&finished);
            },
            tbb::simple_partitioner{});
    };
    // Isolated: callers share the arena, and one that waits for its last task must not take up a long one of another.
    try {
        arena->execute([&] { tbb::this_task_arena::isolate(loop); });
    } catch (const std::runtime_error& e) {  // TBB's own: bodies throw failures
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, "", "oneTBB could not start its threads: %s", e.what());
    }
    receive(&finished);
}

void stop_if_set(const volatile int32_t* cancel) {
    if (cancel && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0)
        throw failure(FARSPAN_ERROR_CANCELLED, "", "the cancel flag was set");
}

void shutdown_workers() {
    pool& all = only_pool();
    const std::lock_guard lock(all.mutex);
    if (all.forked || !all.running) return;  // finalize would wait for threads that the fork did not copy
    all.arenas.clear();
    if (!all.scheduler) return;
    // While the host uses TBB itself, its workers go on, and a child would wait for them.
    all.running = !tbb::finalize(*all.scheduler, std::nothrow);
    all.scheduler.reset();
}

const char* tbb_version() { return TBB_runtime_version(); }

}  // namespace farspan
