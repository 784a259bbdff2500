// Cases of remap and mask.
#include <algorithm>

#include "vector_library.hpp"

namespace oracle_test {
namespace {

using farspan::mask_part;
using farspan::remap_part;
using farspan_test::branch_of;
using farspan_test::contains;
using farspan_test::mask_of;
using farspan_test::remap_of;
using farspan_test::scheme_spec;

using configure = std::function<void(scheme_spec&, const parameters&)>;

remap_part lowered(int32_t method, const parameters& p, const configure& more = {}) {
    scheme_spec spec("vector");
    spec.with_remap(method, p.value("window", int64_t{0}));
    if (more) more(spec, p);
    return remap_of(spec, p.value("keys", int64_t{1} << 30));
}

double effective_distance(const remap_part& part, int64_t i, int64_t j) {
    const auto& branch = part.branches[static_cast<std::size_t>(branch_of(part, i, j))];
    return branch.query(i) - branch.key(j);
}

void add_remap(answer_table& table, const std::string& name, int32_t method, const configure& more) {
    table[name + "/effective_distance"] = [=](const parameters& p) {
        const remap_part part = lowered(method, p, more);
        numbers row;
        for (int64_t j = 0; j <= whole(p, "query"); ++j) row.push_back(effective_distance(part, whole(p, "query"), j));
        return row;
    };
    // Distances grow with the row up to the length of a group, so the last 64 rows are enough.
    table[name + "/largest_distance"] = [=](const parameters& p) {
        const remap_part part = lowered(method, p, more);
        double largest = 0;
        for (int64_t i = std::max<int64_t>(0, whole(p, "keys") - 64); i < whole(p, "keys"); ++i)
            for (int64_t j = 0; j <= i; ++j) largest = std::max(largest, effective_distance(part, i, j));
        return numbers{largest};
    };
}

void group(scheme_spec& s, const parameters& p) { s.remap.group = whole(p, "group"); }
void real_group(scheme_spec& s, const parameters& p) {
    group(s, p);
    s.remap.real_shift = 1;
}

// Positions of the far branch, over all keys.
answer far_positions(const configure& more, bool query) {
    return [=](const parameters& p) {
        const farspan::remap_branch far = lowered(FARSPAN_REMAP_SELF_EXTEND, p, more).branches[1];
        numbers row;
        for (int64_t n = 0; n < whole(p, "keys"); ++n) row.push_back(query ? far.query(n) : far.key(n));
        return row;
    };
}

void add_remaps(answer_table& table) {
    add_remap(table, "rerope", FARSPAN_REMAP_REROPE, {});
    add_remap(table, "leaky_rerope", FARSPAN_REMAP_LEAKY_REROPE,
              [](scheme_spec& s, const parameters& p) { s.remap.leak = number(p, "leak"); });
    add_remap(table, "self_extend", FARSPAN_REMAP_SELF_EXTEND, group);
    add_remap(table, "self_extend_real", FARSPAN_REMAP_SELF_EXTEND, real_group);
    table["self_extend/group_query"] = far_positions(group, true);
    table["self_extend_real/group_query"] = far_positions(real_group, true);
    table["self_extend/group_key"] = far_positions(group, false);
    add_remap(table, "dual_chunk", FARSPAN_REMAP_DUAL_CHUNK, [](scheme_spec& s, const parameters& p) {
        s.remap.chunk = whole(p, "chunk");
        s.remap.local_window = whole(p, "local_window");
        s.remap.position_scale = p.value("factor", 1.0);
    });
    add_remap(table, "lm_infinite", FARSPAN_REMAP_LM_INFINITE,
              [](scheme_spec& s, const parameters& p) { s.remap.limit = whole(p, "limit"); });
}

using mask_answer = std::function<void(farspan_mask_config&, const parameters&)>;

mask_part masked(const mask_answer& configure_mask, const parameters& p) {
    scheme_spec spec("vector");
    configure_mask(spec.mask, p);
    return mask_of(spec);
}

void add_mask(answer_table& table, const std::string& name, const mask_answer& configure_mask) {
    table[name + "/visible"] = [=](const parameters& p) {
        const mask_part mask = masked(configure_mask, p);
        const int64_t queries = whole(p, "queries"), keys = whole(p, "keys");
        numbers bits;
        for (int64_t row = 0; row < queries; ++row)
            for (int64_t j = 0; j < keys; ++j) bits.push_back(contains(mask, row + keys - queries, j) ? 1 : 0);
        return bits;
    };
    table[name + "/visible_row"] = [=](const parameters& p) {
        const mask_part mask = masked(configure_mask, p);
        numbers bits;
        for (int64_t j = 0; j < whole(p, "keys"); ++j) bits.push_back(contains(mask, whole(p, "query"), j) ? 1 : 0);
        return bits;
    };
}

void sinks_and_window(farspan_mask_config& m, const parameters& p) {
    m.sinks = whole(p, "sinks");
    m.window_left = whole(p, "window") - 1;
}

void add_masks(answer_table& table) {
    add_mask(table, "causal", [](auto&, const parameters&) {});
    add_mask(table, "window", [](auto& m, const parameters& p) { m.window_left = whole(p, "window") - 1; });
    add_mask(table, "flash_window", [](auto& m, const parameters& p) {
        m.causal = 0;
        m.window_left = whole(p, "left");
        m.window_right = whole(p, "right");
    });
    add_mask(table, "symmetric_window", [](auto& m, const parameters& p) {
        m.causal = 0;
        m.window_left = m.window_right = whole(p, "half_width");
    });
    add_mask(table, "sinks_window", sinks_and_window);
    add_mask(table, "lm_infinite", sinks_and_window);
    add_mask(table, "chunked", [](auto& m, const parameters& p) { m.chunk = whole(p, "chunk"); });
    add_mask(table, "prefix_lm", [](auto& m, const parameters& p) { m.prefix = whole(p, "prefix"); });
}

// StreamingLLM is a remap and a mask with the same sinks and window. Which tokens the cache holds, and in which slots:
// the query itself is in the last slot, and the others as far before it as the remap says.
numbers streaming(const parameters& p, bool slots) {
    scheme_spec spec("vector");
    spec.with_remap(FARSPAN_REMAP_STREAMING, whole(p, "window"));
    spec.remap.sinks = spec.mask.sinks = whole(p, "sinks");
    spec.mask.window_left = whole(p, "window");
    const int64_t query = whole(p, "query");
    const mask_part mask = mask_of(spec);
    const remap_part part = remap_of(spec, query + 1);
    numbers tokens, distances;
    for (int64_t j = 0; j <= query; ++j)
        if (contains(mask, query, j)) {
            tokens.push_back(static_cast<double>(j));
            distances.push_back(effective_distance(part, query, j));
        }
    if (!slots) return tokens;
    for (double& distance : distances) distance = static_cast<double>(tokens.size()) - 1 - distance;
    return distances;
}

}  // namespace

void add_attention_answers(answer_table& table) {
    add_remaps(table);
    add_masks(table);
    table["streaming/tokens"] = [](const parameters& p) { return streaming(p, false); };
    table["streaming/slots"] = [](const parameters& p) { return streaming(p, true); };
}

}  // namespace oracle_test
