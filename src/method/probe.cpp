#include "method/probe.hpp"

#include "base/failure.hpp"

namespace farspan {

farspan_probe probe_pair(const scheme& scheme, int64_t length, int64_t query, int64_t key, int32_t head) {
    const auto [rope, remap, bias, mask, score] = lower(scheme, length, 0);
    if (head < 0 || (bias.fill && head >= bias.heads))
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "head", "is %d: must be between 0 and %d", head,
                      bias.fill ? bias.heads - 1 : INT32_MAX);

    farspan_probe probe{};
    for (const interval& visible : mask.visible(query)) probe.visible |= visible.first <= key && key < visible.last;
    while (key < remap.branches[probe.branch].start(query)) ++probe.branch;
    probe.query_angle_position = remap.branches[probe.branch].query(query);
    probe.key_angle_position = remap.branches[probe.branch].key(key);
    probe.relative_position = probe.query_angle_position - probe.key_angle_position;
    probe.bias = bias.fill ? bias.value(head, query - key) : 0;
    probe.scale = score.query_scale(query, 1);  // 1/sqrt(1): the head size is the problem's
    probe.magnitude = rope.enabled ? rope.magnitude : 1;
    return probe;
}

}  // namespace farspan
