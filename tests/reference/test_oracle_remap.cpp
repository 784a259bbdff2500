// Properties of distance remapping and of masks.
#include <functional>
#include <set>

#include "mask.hpp"
#include "remap.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

double distance_of(rotated_pair at) { return at.query - at.key; }

using remap_rule = std::function<rotated_pair(int64_t i, int64_t j)>;

double largest_distance(int64_t length, const remap_rule& remap) {
    double largest = 0.0;
    for (int64_t i = 0; i < length; ++i)
        for (int64_t j = 0; j <= i; ++j) largest = std::max(largest, distance_of(remap(i, j)));
    return largest;
}

// Number of maximal runs of visible keys in row i.
int intervals(int64_t i, int64_t keys, const std::function<bool(int64_t, int64_t)>& visible) {
    int runs = 0;
    for (int64_t j = 0; j < keys; ++j)
        if (visible(i, j) && (j == 0 || !visible(i, j - 1))) ++runs;
    return runs;
}

}  // namespace

Test(remap, wide_windows_are_rope) {
    constexpr int64_t n = 40;
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j) {
            const double d = static_cast<double>(i - j);
            cr_expect_eq(distance_of(remap_none(i, j)), d);
            cr_expect_eq(distance_of(remap_rerope(i, j, n)), d);
            cr_expect_eq(distance_of(remap_leaky_rerope(i, j, n, 16)), d);
            cr_expect_eq(distance_of(remap_self_extend(i, j, 8, n)), d);
            cr_expect_eq(distance_of(remap_self_extend_real(i, j, 8, n)), d);
            cr_expect_eq(distance_of(remap_dual_chunk(i, j, 2 * n, n)), d);
            cr_expect_eq(distance_of(remap_lm_infinite(i, j, n, n, n)), d);
            cr_expect_eq(distance_of(remap_streaming(i, j, 4, n)), d);
        }
}

// The closed forms of the specification's map of effective distances (section 0.1).
Test(remap, closed_forms) {
    constexpr int64_t w = 7, G = 3;
    constexpr double k = 4.0;
    for (int64_t i = 0; i < 60; ++i)
        for (int64_t j = 0; j <= i; ++j) {
            const int64_t d = i - j;
            const double real = static_cast<double>(d);
            cr_expect_eq(distance_of(remap_rerope(i, j, w)), std::min(real, 7.0));
            cr_expect_eq(distance_of(remap_leaky_rerope(i, j, w, k)), d < w ? real : 7.0 + (real - 7.0) / k);
            cr_expect_eq(distance_of(remap_self_extend(i, j, G, w)),
                         d < w ? real : static_cast<double>(i / G - j / G + w - w / G));
            cr_expect_eq(distance_of(remap_lm_infinite(i, j, w, 5, 60)), d < w ? real : 5.0);
        }
}

Test(remap, dual_chunk_closed_form) {
    for (int64_t C : {4, 6, 8, 12})
        for (int64_t w = 1; w < C; ++w)
            for (int64_t i = 0; i < 50; ++i)
                for (int64_t j = 0; j <= i; ++j) {
                    const int64_t S = C - w, apart = i / S - j / S;
                    int64_t query = std::min(2 * S - 1, C);
                    if (apart == 1) query = std::min(i % S + S, C);
                    if (apart == 0) query = i % S;
                    const double got = distance_of(remap_dual_chunk(i, j, C, w));
                    cr_expect_eq(got, static_cast<double>(query - j % S));
                    cr_expect(got <= static_cast<double>(C));
                    // Every distance inside the local window is exact (needs S > w for rows next to a chunk's end).
                    if (i - j <= w && apart <= 1) cr_expect_eq(got, static_cast<double>(i - j));
                }
}

// Self-Extend joins its two regions at distance W: exactly when G divides W, otherwise at W or W + 1.
Test(remap, self_extend_is_continuous) {
    for (int64_t G = 1; G <= 9; ++G)
        for (int64_t W = G; W <= 40; ++W)
            for (int64_t i = W; i < W + 30; ++i) {
                const double at_window = distance_of(remap_self_extend(i, i - W, G, W)) - static_cast<double>(W);
                if (W % G == 0) cr_expect_eq(at_window, 0.0);
                cr_expect(at_window == 0.0 || at_window == 1.0, "G %ld W %ld i %ld", G, W, i);
            }
}

Test(remap, self_extend_forms_agree_iff_group_divides_window) {
    for (int64_t G = 1; G <= 6; ++G)
        for (int64_t W = 1; W <= 24; ++W) {
            const double integer = distance_of(remap_self_extend(100, 0, G, W));
            const double real = distance_of(remap_self_extend_real(100, 0, G, W));
            cr_expect_eq(integer == real, W % G == 0, "G %ld W %ld", G, W);
        }
}

// The stated usable length is exact: its largest distance is L - 1, and one token more reaches L.
Test(remap, self_extend_reaches_its_length) {
    for (int64_t G = 2; G <= 5; ++G)
        for (int64_t W = G; W <= 12; ++W) {
            constexpr int64_t L = 20;
            const int64_t n = self_extend_max_length(G, W, L);
            const auto remap = [&](int64_t i, int64_t j) { return remap_self_extend(i, j, G, W); };
            cr_expect_eq(largest_distance(n, remap), static_cast<double>(L - 1), "G %ld W %ld", G, W);
            cr_expect_eq(largest_distance(n + 1, remap), static_cast<double>(L), "G %ld W %ld", G, W);
        }
}

Test(remap, largest_distances) {
    cr_expect_eq(largest_distance(200, [](int64_t i, int64_t j) { return remap_rerope(i, j, 32); }), 32.0);
    const int64_t n = static_cast<int64_t>(leaky_rerope_max_length(16, 4, 64));
    const auto leaky = [](int64_t i, int64_t j) { return remap_leaky_rerope(i, j, 16, 4); };
    cr_expect(largest_distance(n, leaky) < 64.0);
    cr_expect_eq(largest_distance(n + 1, leaky), 64.0);
    cr_expect_eq(largest_distance(200, [](int64_t i, int64_t j) { return remap_dual_chunk(i, j, 48, 8); }), 48.0);
}

// Farther keys never come nearer, and Leaky ReRoPE with leak 1 is RoPE.
Test(remap, monotone) {
    for (int64_t i = 0; i < 80; ++i)
        for (int64_t j = 0; j <= i; ++j) {
            cr_expect_eq(distance_of(remap_leaky_rerope(i, j, 9, 1.0)), static_cast<double>(i - j));
            if (j == 0) continue;
            cr_expect(distance_of(remap_rerope(i, j - 1, 9)) >= distance_of(remap_rerope(i, j, 9)));
            cr_expect(distance_of(remap_leaky_rerope(i, j - 1, 9, 4)) > distance_of(remap_leaky_rerope(i, j, 9, 4)));
            cr_expect(distance_of(remap_self_extend(i, j - 1, 3, 9)) >= distance_of(remap_self_extend(i, j, 3, 9)));
        }
}

// Streaming slots are 0, 1, 2 ... without gaps and the visible set is sinks + window.
Test(remap, streaming_slots_are_dense) {
    for (int64_t sinks : {0, 1, 4})
        for (int64_t window : {1, 3, 8})
            for (int64_t i = 0; i < 40; ++i) {
                int64_t slot = 0;
                std::set<int64_t> kept;
                for (int64_t j : streaming_tokens(i, sinks, window)) {
                    cr_expect_eq(remap_streaming(i, j, sinks, window).key, static_cast<double>(slot++));
                    kept.insert(j);
                }
                cr_expect(slot <= sinks + window + 1);
                cr_expect_eq(remap_streaming(i, i, sinks, window).query, static_cast<double>(slot - 1));
                for (int64_t j = 0; j < 45; ++j)
                    cr_expect_eq(visible_sinks_window(i, j, sinks, window + 1), kept.count(j) == 1);
            }
}

Test(remap, negative_distances_of_rerope_clamp_to_the_window) {
    cr_expect_eq(distance_of(remap_rerope(0, 2, 3)), -2.0);
    cr_expect_eq(distance_of(remap_rerope(0, 5, 3)), 3.0);
}

Test(remap, llama_cpp_positions_stay_ordered) {
    for (int64_t tokens = 0; tokens < 64; ++tokens) {
        const auto positions = self_extend_llama_cpp(4, 8, tokens);
        cr_expect_eq(std::ssize(positions), tokens);
        for (size_t t = 1; t < positions.size(); ++t) cr_expect(positions[t] >= positions[t - 1]);
    }
    expect_refused([] { self_extend_llama_cpp(3, 4, 12); }, "a window that the group does not divide");
    expect_refused([] { remap_dual_chunk(1, 0, 4, 4); }, "a local window as long as the chunk");
}

Test(mask, rows_are_at_most_two_intervals) {
    const std::vector<int> segment = {0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4};
    for (int64_t i = 0; i < 16; ++i) {
        cr_expect(intervals(i, 16, visible_causal) == 1);
        cr_expect(intervals(i, 16, [](int64_t a, int64_t b) { return visible_window(a, b, 3); }) == 1);
        cr_expect(intervals(i, 16, [](int64_t a, int64_t b) { return visible_symmetric_window(a, b, 3); }) == 1);
        cr_expect(intervals(i, 16, [](int64_t a, int64_t b) { return visible_chunked(a, b, 5); }) == 1);
        cr_expect(intervals(i, 16, [](int64_t a, int64_t b) { return visible_prefix_lm(a, b, 5); }) == 1);
        cr_expect(intervals(i, 16, [&](int64_t a, int64_t b) { return visible_packed(a, b, segment); }) == 1);
        cr_expect(intervals(i, 16, [](int64_t a, int64_t b) { return visible_sinks_window(a, b, 2, 3); }) <= 2);
    }
}

Test(mask, equal_definitions) {
    for (int64_t i = 0; i < 20; ++i)
        for (int64_t j = 0; j < 20; ++j) {
            cr_expect_eq(visible_window(i, j, 4), visible_flash_window(i, j, 3, 0));
            cr_expect_eq(visible_causal(i, j), visible_flash_window(i, j, -1, 0));
            cr_expect_eq(visible_symmetric_window(i, j, 4), visible_flash_window(i, j, 4, 4));
            cr_expect_eq(visible_sinks_window(i, j, 2, 4), visible_lm_infinite(i, j, 2, 4));
            cr_expect_eq(visible_sinks_window(i, j, 0, 4), visible_window(i, j, 4));
            cr_expect_eq(visible_prefix_lm(i, j, 0), visible_causal(i, j));
            cr_expect_eq(visible_chunked(i, j, 100), visible_causal(i, j));
        }
    cr_expect_eq(aligned_row(0, 2, 5), 3);
    cr_expect_eq(aligned_row(0, 5, 2), -3);
    cr_expect_not(visible_causal(aligned_row(2, 5, 2), 0));
}
