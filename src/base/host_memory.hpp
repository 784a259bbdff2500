// How much memory there is: for requests to be refused before the kernel ends the process for them.
#pragma once

#include <string>

namespace farspan {

// Bytes that this process can still take: what the machine has free or can free, within the limits of the control
// groups (v2 and v1) that the process is in. Infinity if the system does not say. `root` as for cgroup_cpu_quota.
double available_memory(const std::string& root = {});

// Throws failure(FARSPAN_ERROR_OUT_OF_MEMORY) if `bytes` are more than available_memory. Small requests are not looked
// at: asking the system costs some 30 microseconds. `what` the memory is for, in the message.
void require_memory(double bytes, const char* what);

}  // namespace farspan
