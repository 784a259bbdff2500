// Parallel loops: who runs them, and what is left of them.
#include <criterion/criterion.h>
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <new>
#include <thread>
#include <vector>

#include "base/failure.hpp"
#include "base/parallel.hpp"

using namespace farspan;

namespace {

constexpr double much = 1e12;

int threads_alive() {
    int count = 0;
    DIR* tasks = opendir("/proc/self/task");
    while (const dirent* entry = tasks ? readdir(tasks) : nullptr) count += entry->d_name[0] != '.';
    if (tasks) closedir(tasks);
    return count;
}

// The sum of a loop that is done by several threads if the machine has them.
int64_t sum_of_loop(int32_t threads, double work) {
    std::atomic<int64_t> sum{0};
    parallel_for(threads, 100, work, [&](int64_t task, int32_t worker) {
        cr_assert(worker >= 0 && worker < threads);
        usleep(10);
        sum += task;
    });
    return sum;
}

}  // namespace

Test(parallel, little_work_wakes_nobody) {
    const int before = threads_alive();
    const std::thread::id caller = std::this_thread::get_id();
    for (const double work : {0.0, 1.0, 1.9 * least_work_of_a_thread})
        parallel_for(8, 100, work,
                     [&](int64_t, int32_t worker) { cr_assert(worker == 0 && std::this_thread::get_id() == caller); });
    cr_expect(threads_alive() == before, "%d threads", threads_alive() - before);
    cr_expect(sum_of_loop(2, much) == 4950);
    cr_expect(machine_threads() == 1 || threads_alive() > before, "much work did not wake anybody");
}

Test(parallel, an_exception_ends_the_loop_and_leaves_it_usable) {
    for (const double work : {0.0, much}) {
        bool caught = false;
        try {
            parallel_for(2, 100, work, [](int64_t task, int32_t) {
                if (task == 50) throw failure(FARSPAN_ERROR_SHAPE, "", "50");
            });
        } catch (const failure&) {
            caught = true;
        }
        cr_expect(caught && sum_of_loop(2, work) == 4950);
    }
}

Test(parallel, many_callers_at_once) {
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    for (int n = 0; n < 16; ++n)
        callers.emplace_back([&, n] {
            for (int round = 0; round < 20; ++round) wrong += sum_of_loop(2 + n % 2, much) != 4950;
        });
    for (std::thread& caller : callers) caller.join();
    cr_expect(wrong == 0);
}

// Sanitizers do not survive what follows: the allocator of one keeps its locks over a fork, another allows a child of
// several threads no thread, and both take address space by the terabyte.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// A fork beside the first parallel loop of a process: the child may find the pool half made, unless the fork waits.
Test(parallel, fork_beside_the_first_loop) {
    int failed = 0;
    for (int round = 0; round < 60; ++round) {
        const pid_t process = fork();
        if (process == 0) {
            std::thread first([] { sum_of_loop(2, much); });
            usleep(static_cast<useconds_t>(round * 15));
            const pid_t child = fork();
            if (child == 0) {
                alarm(30);
                _exit(sum_of_loop(2, much) == 4950 ? 0 : 1);
            }
            int status = 1;
            waitpid(child, &status, 0);
            first.join();
            _exit(status == 0 && sum_of_loop(2, much) == 4950 ? 0 : 1);
        }
        int status = 1;
        waitpid(process, &status, 0);
        failed += status != 0;
    }
    cr_expect(failed == 0, "%d of 60 children", failed);
}

// With too little memory for workers the loop says so, or is done all the same; and later ones are done.
Test(parallel, without_memory_for_threads) {
    int failed = 0;
    for (const long kilobytes : {64L, 300L, 900L, 2000L, 4000L, 6000L, 8000L, 9000L, 12000L, 40000L}) {
        const pid_t process = fork();
        if (process == 0) {
            alarm(60);
            long pages = 0;
            std::FILE* file = std::fopen("/proc/self/statm", "r");
            const bool read = file && std::fscanf(file, "%ld", &pages) == 1;
            rlimit limit{
                static_cast<rlim_t>(pages) * static_cast<rlim_t>(getpagesize()) + static_cast<rlim_t>(kilobytes) * 1024,
                RLIM_INFINITY};
            bool good = read && setrlimit(RLIMIT_AS, &limit) == 0;
            try {
                good = good && sum_of_loop(2, much) == 4950;
            } catch (const std::bad_alloc&) {
            } catch (const failure& refused) {
                good = good && refused.status() == FARSPAN_ERROR_OUT_OF_MEMORY;
            }
            limit.rlim_cur = RLIM_INFINITY;
            good = good && setrlimit(RLIMIT_AS, &limit) == 0 && sum_of_loop(2, much) == 4950;
            _exit(good ? 0 : 1);
        }
        int status = 1;
        waitpid(process, &status, 0);
        failed += status != 0;
    }
    cr_expect(failed == 0, "%d limits", failed);
}
#endif

Test(parallel, after_a_shutdown) {
    const int before = threads_alive();
    for (int round = 0; round < 3; ++round) {
        cr_expect(sum_of_loop(2, much) == 4950 && sum_of_loop(3, much) == 4950);
        shutdown_workers();
        for (int wait = 0; wait < 1000 && threads_alive() > before; ++wait) usleep(1000);
        cr_expect(threads_alive() == before, "%d threads after a shutdown", threads_alive() - before);
    }
}
