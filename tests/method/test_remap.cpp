// Branches and the two positions of every pair, against the oracle's definition of each remapping.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>

#include "lowered.hpp"
#include "method/registry.hpp"
#include "scheme_oracle.hpp"

using namespace farspan_test;
using farspan::branch_start;
using farspan::position_map;
using farspan::remap_part;

namespace {

scheme_spec random_remap(int32_t method, generator& random) {
    scheme_spec spec = valid_remap(method);
    farspan_remap_config& r = spec.remap;
    if (method == FARSPAN_REMAP_STREAMING)
        r.recent = random.whole(1, 60);
    else if (method != FARSPAN_REMAP_DUAL_CHUNK)
        r.window = random.whole(1, 60);
    if (method == FARSPAN_REMAP_SELF_EXTEND) {
        r.group = random.whole(1, 9);
        r.real_shift = random.coin();
    }
    if (method == FARSPAN_REMAP_LEAKY_REROPE)
        r.leak = random.coin() ? random.real(1, 20) : static_cast<double>(random.whole(1, 20));
    if (method == FARSPAN_REMAP_DUAL_CHUNK) {
        r.chunk = random.whole(2, 70);
        r.local_window = random.whole(1, r.chunk - 1);
        r.position_scale = random.coin() ? 1 : random.real(0.5, 8);
    }
    if (method == FARSPAN_REMAP_LM_INFINITE) r.limit = random.coin() ? 0 : random.whole(1, 100);
    if (method == FARSPAN_REMAP_STREAMING) r.sinks = random.whole(0, 8);
    return spec;
}

}  // namespace

Test(remap, every_method_equals_the_oracle) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_REMAP); ++method) {
        int64_t compared = 0, far = 0;
        for (unsigned seed = 1; seed <= 60; ++seed) {
            generator random(100 * static_cast<uint64_t>(method) + seed);
            scheme_spec spec = random_remap(method, random);
            const int64_t length = random.whole(1, 200);
            const remap_part part = remap_of(spec, length);
            const scheme_oracle expected(spec, length, 1);
            for (int64_t i = 0; i < 200; ++i)
                for (int64_t j = 0; j <= i; ++j, ++compared) {
                    const int branch = branch_of(part, i, j);
                    const oracle::rotated_pair at = expected.remap(i, j);
                    cr_assert_eq(branch, expected.branch(i, j),
                                 "method %d seed %u i %lld j %lld: branch %d, expected %d", method, seed,
                                 static_cast<long long>(i), static_cast<long long>(j), branch, expected.branch(i, j));
                    const double query = part.branches[branch].query(i), key = part.branches[branch].key(j);
                    cr_assert(std::fabs(query - key - (at.query - at.key)) < 1e-12,
                              "method %d seed %u n %lld i %lld j %lld branch %d: %.17g - %.17g, expected %.17g - %.17g",
                              method, seed, static_cast<long long>(length), static_cast<long long>(i),
                              static_cast<long long>(j), branch, query, key, at.query, at.key);
                    far += branch > 0;
                }
        }
        cr_expect(compared == 60 * 20100 && far > 40000, "method %d: %lld pairs, %lld of them far", method,
                  static_cast<long long>(compared), static_cast<long long>(far));
    }
}

// A window that no distance reaches leaves RoPE as it was.
Test(remap, a_window_beyond_the_text_is_plain_rope) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_REMAP); ++method) {
        scheme_spec spec = valid_remap(method);
        if (method == FARSPAN_REMAP_DUAL_CHUNK) {
            spec.remap.chunk = 2000;
            spec.remap.local_window = 1000;
        } else {
            (method == FARSPAN_REMAP_STREAMING ? spec.remap.recent : spec.remap.window) = 1000;
        }
        const remap_part part = remap_of(spec, 300);
        for (int64_t i = 0; i < 300; i += 7)
            for (int64_t j = 0; j <= i; ++j) {
                const auto& branch = part.branches[static_cast<std::size_t>(branch_of(part, i, j))];
                cr_assert_eq(branch.query(i) - branch.key(j), static_cast<double>(i - j), "method %d i %lld j %lld",
                             method, static_cast<long long>(i), static_cast<long long>(j));
            }
    }
}

// The regions join: no effective distance grows by more than the step that the method takes at its boundary.
Test(remap, effective_distances_never_exceed_their_limit) {
    scheme_spec spec = valid_remap(FARSPAN_REMAP_REROPE);
    const remap_part rerope = remap_of(spec);
    for (int64_t i = 0; i < 500; ++i)
        for (int64_t j = 0; j <= i; ++j) {
            const auto& branch = rerope.branches[static_cast<std::size_t>(branch_of(rerope, i, j))];
            cr_assert_leq(branch.query(i) - branch.key(j), 16.0);
        }
    spec = valid_remap(FARSPAN_REMAP_DUAL_CHUNK);
    const remap_part chunks = remap_of(spec);
    for (int64_t i = 0; i < 500; ++i)
        for (int64_t j = 0; j <= i; ++j) {
            const auto& branch = chunks.branches[static_cast<std::size_t>(branch_of(chunks, i, j))];
            cr_assert_leq(branch.query(i) - branch.key(j), 24.0);
            if (i - j < 8) cr_assert_eq(branch.query(i) - branch.key(j), static_cast<double>(i - j));
        }
}

Test(remap, constant_maps_are_recognised) {
    const auto far_is_constant = [](int32_t method) {
        scheme_spec spec = valid_remap(method);
        const auto branch = remap_of(spec, 4096).branches.back();
        return branch.query.is_constant() && branch.query(0) == branch.query(123456789);
    };
    cr_expect(far_is_constant(FARSPAN_REMAP_REROPE));
    cr_expect(far_is_constant(FARSPAN_REMAP_LM_INFINITE));
    cr_expect(far_is_constant(FARSPAN_REMAP_DUAL_CHUNK));
    cr_expect_not(far_is_constant(FARSPAN_REMAP_LEAKY_REROPE));
    cr_expect_not(far_is_constant(FARSPAN_REMAP_SELF_EXTEND));
    cr_expect_not(far_is_constant(FARSPAN_REMAP_STREAMING));
    cr_expect_eq(position_map::constant(2.5)(-7), 2.5);
    cr_expect(remap_part{}.trivial());
}

// The limit of LM-Infinite is not reached while the text is shorter.
Test(remap, lm_infinite_follows_the_length) {
    scheme_spec spec = valid_remap(FARSPAN_REMAP_LM_INFINITE);
    for (const int64_t length : {1, 2, 16, 17, 18, 4096})
        cr_expect_eq(remap_of(spec, length).branches[1].query(0),
                     static_cast<double>(std::min<int64_t>(16, length - 1)));
    spec.remap.limit = 40;
    cr_expect_eq(remap_of(spec, 4096).branches[1].query(0), 40.0);
}

// Positions up to 2^40, and query positions before the first key, stay exact and defined.
Test(remap, extreme_positions_are_exact) {
    constexpr int64_t far = int64_t{1} << 40;
    scheme_spec spec = valid_remap(FARSPAN_REMAP_SELF_EXTEND);
    const remap_part extend = remap_of(spec, far);
    cr_expect_eq(extend.branches[1].query(far), static_cast<double>(far / 8 + 14));
    cr_expect_eq(extend.branches[1].key(far - 1), static_cast<double>(far / 8 - 1));
    cr_expect_eq(extend.branches[0].start(far), far - 15);
    cr_expect_eq(extend.branches[1].start(far), std::numeric_limits<int64_t>::min());
    cr_expect_eq(extend.branches[0].start(-5), -20);

    spec = valid_remap(FARSPAN_REMAP_DUAL_CHUNK);  // S = 16
    const remap_part chunks = remap_of(spec, far);
    cr_expect_eq(chunks.branches[0].start(far), far);
    cr_expect_eq(chunks.branches[0].start(far - 1), far - 16);
    cr_expect_eq(chunks.branches[1].start(far - 1), far - 32);
    cr_expect_eq(chunks.branches[0].start(-1), -16);
    cr_expect_eq(chunks.branches[0].query(-1), 15.0);
    cr_expect_eq(chunks.branches[0].query(far - 1), 15.0);

    for (const auto kind :
         {branch_start::everything, branch_start::distance, branch_start::chunk, branch_start::position})
        for (const int64_t value : {int64_t{1}, int64_t{3}, far})
            for (const int64_t query : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
                const branch_start start{kind, value, 1};
                cr_expect_leq(start(query), query == std::numeric_limits<int64_t>::max() ? query : value + 1);
            }
}
