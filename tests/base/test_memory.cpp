// How much memory a process can still take: the machine's, within control groups of both versions.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>

#include "base/failure.hpp"
#include "base/host_memory.hpp"
#include "made_system.hpp"

using namespace farspan;
using farspan_test::made_system;

namespace {

constexpr const char* our_group = "proc/self/cgroup";
constexpr double kilobyte = 1024;

made_system& with_machine(made_system& system) {
    return system.with("proc/meminfo",
                       "MemTotal:       9000 kB\nMemFree:         500 kB\nMemAvailable:   7000 kB\nBuffers: 1 kB");
}

}  // namespace

Test(memory, of_a_machine_without_groups) {
    made_system none, machine;
    cr_expect(std::isinf(available_memory(none.root())), "a system that does not say");
    cr_expect(available_memory(with_machine(machine).root()) == 7000 * kilobyte);
}

Test(memory, of_the_tightest_group) {
    made_system system;
    with_machine(system).with(our_group, "0::/pods/ours");
    cr_expect(available_memory(system.root()) == 7000 * kilobyte);
    system.with("sys/fs/cgroup/pods/ours/memory.max", "max").with("sys/fs/cgroup/pods/ours/memory.current", "4096");
    cr_expect(available_memory(system.root()) == 7000 * kilobyte, "no limit");
    system.with("sys/fs/cgroup/pods/memory.max", "1000000").with("sys/fs/cgroup/pods/memory.current", "900000");
    cr_expect(available_memory(system.root()) == 100000);
    system.with("sys/fs/cgroup/pods/memory.stat", "anon 5\ninactive_file 20000\nactive_file 7");
    cr_expect(available_memory(system.root()) == 120000, "what files hold can be freed");
    system.with("sys/fs/cgroup/pods/memory.current", "1100000").with("sys/fs/cgroup/pods/memory.stat", "");
    cr_expect(available_memory(system.root()) == 0, "never negative");
}

Test(memory, of_a_group_of_version_1) {
    made_system system;
    with_machine(system)
        .with("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000")
        .with("sys/fs/cgroup/memory/memory.usage_in_bytes", "100000");
    cr_expect(available_memory(system.root()) == 400000);
    system.with("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    cr_expect(available_memory(system.root()) == 7000 * kilobyte);
}

Test(memory, more_than_there_is_is_refused) {
    require_memory(1000, "nothing");
    try {
        require_memory(1e18, "dreams");
        cr_expect(false, "an exabyte was granted");
    } catch (const failure& refused) {
        cr_expect(refused.status() == FARSPAN_ERROR_OUT_OF_MEMORY);
        cr_expect(std::strstr(refused.what(), "1000000000000000000 bytes of dreams") != nullptr, "%s", refused.what());
    }
}
