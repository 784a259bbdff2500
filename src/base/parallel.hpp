// Parallel loops. The only door to TBB: nothing else in the library includes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace farspan {

// The threads that a run may use by default: min(CPU affinity, cgroup CPU quota, FARSPAN_NUM_THREADS), at least 1.
int32_t default_threads();

// The CPUs that this process may run on.
int32_t machine_threads();

// The CPU quota of this process's cgroup (v2 or v1) in whole CPUs, rounded up; 0 if there is none. `root` is what
// stands before /proc and /sys: a test brings its own.
int32_t cgroup_cpu_quota(const std::string& root = {});

// What a loop must have to do, for each thread that it takes: less than this costs more to hand over than to do. In
// multiply-adds as the kernels do them, some 50 microseconds; counts of other work are in the same unit, roughly.
constexpr double least_work_of_a_thread = 1 << 20;

// The threads that a loop takes of those it may: one for every share of work that repays waking it.
int32_t useful_threads(int32_t threads, int64_t tasks, double work);

// Calls body(task, worker) once for every task in [0, tasks), 0 <= worker < useful_threads(...); a worker runs one task
// at a time, so it may own scratch. `work` is that of all tasks. With little of it, with threads <= 1, with a single
// task, or in a forked child of a process that used TBB, everything runs in the caller, in order, and TBB is not
// touched. The first exception stops the loop and is thrown again.
void parallel_for(int32_t threads, int64_t tasks, double work,
                  const std::function<void(int64_t task, int32_t worker)>& body);

// Who does a piece of work, and what ends it.
struct workers {
    int32_t threads;
    const volatile int32_t* cancel;  // may be NULL
};

// Throws failure(FARSPAN_ERROR_CANCELLED) if the flag is given and set. Any thread may set it at any time.
void stop_if_set(const volatile int32_t* cancel);

// Ends the worker threads; the next parallel_for starts them again.
void shutdown_workers();

const char* tbb_version();

}  // namespace farspan
