// How many threads a process may use: CPU affinity, the quotas of control groups, FARSPAN_NUM_THREADS.
#include <criterion/criterion.h>
#include <sched.h>

#include <cstdlib>

#include "base/parallel.hpp"
#include "made_system.hpp"

using namespace farspan;
using farspan_test::made_system;

namespace {

constexpr const char* our_group = "proc/self/cgroup";

}  // namespace

Test(threads, quota_of_a_container) {
    cr_expect(made_system().quota() == 0, "no control groups");
    cr_expect(made_system().with(our_group, "0::/").with("sys/fs/cgroup/cpu.max", "max 100000").quota() == 0);
    cr_expect(made_system().with(our_group, "0::/").with("sys/fs/cgroup/cpu.max", "200000 100000").quota() == 2);
    cr_expect(made_system().with(our_group, "0::/").with("sys/fs/cgroup/cpu.max", "150000 100000").quota() == 2,
              "rounded up");
    cr_expect(made_system().with(our_group, "0::/").with("sys/fs/cgroup/cpu.max", "1000 100000").quota() == 1,
              "never 0");
}

Test(threads, tightest_quota_on_the_way_up) {
    made_system system;
    system.with(our_group, "0::/pods/ours").with("sys/fs/cgroup/pods/ours/cpu.max", "800000 100000");
    cr_expect(system.quota() == 8);
    system.with("sys/fs/cgroup/pods/cpu.max", "300000 100000");
    cr_expect(system.quota() == 3);
    system.with("sys/fs/cgroup/cpu.max", "max 100000");
    cr_expect(system.quota() == 3);
}

Test(threads, quota_of_the_first_version) {
    made_system system;
    system.with(our_group, "4:cpu,cpuacct:/docker/ours").with("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
    cr_expect(system.quota() == 0);
    system.with("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
    cr_expect(system.quota() == 0, "-1 is no limit");
    system.with("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "250000");
    cr_expect(system.quota() == 3);
}

Test(threads, unreadable_quotas_are_none) {
    for (const char* text : {"", "max", "100000", "x y", "-5 100000", "100000 0", "nan 100000", "1e300 1"})
        cr_expect(made_system().with(our_group, "0::/").with("sys/fs/cgroup/cpu.max", text).quota() == 0, "%s", text);
    cr_expect(made_system().with(our_group, "nonsense").quota() == 0);
}

Test(threads, affinity_and_environment_limit_the_default) {
    cr_expect(default_threads() >= 1 && default_threads() <= machine_threads());
    for (const char* nonsense : {"", "0", "-3", "two", "1x", "99999999999999999999"}) {
        setenv("FARSPAN_NUM_THREADS", nonsense, 1);
        cr_expect(default_threads() >= 1 && default_threads() <= machine_threads(), "%s", nonsense);
    }
    setenv("FARSPAN_NUM_THREADS", "1000000", 1);
    cr_expect(default_threads() <= machine_threads(), "it may only lower the number");
    setenv("FARSPAN_NUM_THREADS", "1", 1);
    cr_expect(default_threads() == 1);
    unsetenv("FARSPAN_NUM_THREADS");

    cpu_set_t all, one;
    cr_assert(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&one);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &all)) ++cpu;
    CPU_SET(cpu, &one);
    cr_assert(sched_setaffinity(0, sizeof one, &one) == 0);
    cr_expect(machine_threads() == 1 && default_threads() == 1);
}
