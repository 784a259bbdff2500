// Intervals against the predicate of the header, pair by pair.
#include <criterion/criterion.h>

#include <limits>

#include "lowered.hpp"
#include "scheme_oracle.hpp"

using namespace farspan_test;
using farspan::interval;
using farspan::mask_part;
using farspan::unlimited;

namespace {

constexpr int64_t smallest = std::numeric_limits<int64_t>::min(), largest = std::numeric_limits<int64_t>::max();

int64_t floor_of(int64_t value, int64_t divisor) {
    int64_t quotient = value / divisor;
    while (quotient * divisor > value) --quotient;
    return quotient;
}

// The header's rule, word by word.
bool visible(const farspan_mask_config& m, int64_t i, int64_t j) {
    if (j < m.prefix) return true;
    const bool not_ahead = m.causal == 0 || j <= i;
    if (not_ahead && j < m.sinks) return true;
    const bool left = m.window_left < 0 || i - j <= m.window_left,
               right = m.window_right < 0 || j - i <= m.window_right;
    return not_ahead && left && right && (m.chunk == 0 || floor_of(i, m.chunk) == floor_of(j, m.chunk));
}

scheme_spec random_mask(generator& random) {
    scheme_spec spec("mask");
    farspan_mask_config& m = spec.mask;
    const auto size = [&] { return random.coin() ? random.whole(0, 12) : random.whole(0, 150); };
    m.causal = random.coin();
    if (random.coin()) m.window_left = size();
    if (m.causal == 0 && random.coin()) m.window_right = size();
    if (random.coin()) m.sinks = size();
    if (random.coin()) m.chunk = 1 + size();
    if (random.coin()) m.prefix = size();
    return spec;
}

std::string describe(const farspan_mask_config& m) {
    char text[200];
    std::snprintf(text, sizeof text, "causal %d left %lld right %lld sinks %lld chunk %lld prefix %lld", m.causal,
                  static_cast<long long>(m.window_left), static_cast<long long>(m.window_right),
                  static_cast<long long>(m.sinks), static_cast<long long>(m.chunk), static_cast<long long>(m.prefix));
    return text;
}

// Ordered, apart, and the second empty if there is one.
void expect_canonical(const std::array<interval, 2>& keys, const char* text) {
    cr_assert_leq(keys[0].first, keys[0].last, "%s", text);
    cr_assert_leq(keys[1].first, keys[1].last, "%s", text);
    cr_assert_geq(keys[1].first, keys[0].last, "%s", text);
    if (keys[0].empty()) cr_assert(keys[1].empty(), "%s: only the second interval is filled", text);
    if (!keys[1].empty()) cr_assert_gt(keys[1].first, keys[0].last, "%s: touching intervals", text);
}

}  // namespace

Test(mask, intervals_equal_the_predicate) {
    int64_t compared = 0, seen = 0, two = 0;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        generator random(seed);
        scheme_spec spec = random_mask(random);
        const mask_part mask = mask_of(spec);
        const std::string text = describe(spec.mask);
        for (int64_t i = -20; i < 220; i += random.whole(1, 7)) {
            const auto keys = mask.visible(i);
            expect_canonical(keys, text.c_str());
            two += !keys[1].empty();
            for (int64_t j = 0; j < 230; ++j, ++compared) {
                const bool expected = visible(spec.mask, i, j);
                cr_assert_eq(contains(mask, i, j), expected, "seed %u %s: i %lld j %lld, expected %d", seed,
                             text.c_str(), static_cast<long long>(i), static_cast<long long>(j), expected);
                seen += expected;
            }
        }
    }
    cr_expect(compared > 20000000 && seen > compared / 10 && seen < compared * 9 / 10 && two > 10000,
              "%lld pairs, %lld visible, %lld rows with two intervals", static_cast<long long>(compared),
              static_cast<long long>(seen), static_cast<long long>(two));
}

// The same against the oracle's masks, where a configuration is one of them.
Test(mask, intervals_equal_the_oracle) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        generator random(seed);
        scheme_spec spec = random_mask(random);
        const mask_part mask = mask_of(spec);
        const scheme_oracle expected(spec, 200, 1);
        for (int64_t i = 0; i < 160; ++i)
            for (int64_t j = 0; j < 160; ++j)
                cr_assert_eq(contains(mask, i, j), expected.visible(i, j), "seed %u %s i %lld j %lld", seed,
                             describe(spec.mask).c_str(), static_cast<long long>(i), static_cast<long long>(j));
    }
}

Test(mask, unlimited_masks_reach_every_position) {
    scheme_spec spec("everything");
    spec.mask.causal = 0;
    mask_part mask = mask_of(spec);
    cr_expect_eq(mask.visible(5)[0].first, 0);
    cr_expect_eq(mask.visible(5)[0].last, unlimited);
    spec.mask.window_left = 2;
    mask = mask_of(spec);
    cr_expect_eq(mask.visible(5)[0].first, 3);
    cr_expect_eq(mask.visible(5)[0].last, unlimited);
    spec.mask.causal = 1;
    spec.mask.window_left = -1;
    mask = mask_of(spec);
    cr_expect(mask.visible(-1)[0].empty());
    cr_expect_eq(mask.visible(int64_t{1} << 40)[0].last, (int64_t{1} << 40) + 1);
}

// Window W of Hugging Face, the query's own key included, is window_left = W - 1.
Test(mask, window_of_w_keys_is_window_left_w_minus_1) {
    for (const int64_t window : {1, 2, 5, 128}) {
        scheme_spec spec("window");
        spec.mask.window_left = window - 1;
        const interval keys = mask_of(spec).visible(1000)[0];
        cr_expect_eq(keys.last - keys.first, window);
        cr_expect_eq(keys.last, 1001);
    }
}

// No sum leaves int64, whatever the query and the sizes.
Test(mask, int64_edges_are_defined) {
    int rows = 0;
    for (unsigned seed = 1; seed <= 500; ++seed) {
        generator random(seed);
        scheme_spec spec = random_mask(random);
        const auto widen = [&](int64_t& size) {
            if (size > 0 && random.coin()) size = int64_t{1} << 40;
        };
        widen(spec.mask.window_left);
        widen(spec.mask.window_right);
        widen(spec.mask.sinks);
        widen(spec.mask.chunk);
        widen(spec.mask.prefix);
        const mask_part mask = mask_of(spec);
        for (const int64_t query :
             {smallest, smallest + 1, -(int64_t{1} << 40), int64_t{1} << 40, largest - 1, largest}) {
            expect_canonical(mask.visible(query), describe(spec.mask).c_str());
            ++rows;
            // A causal row never reaches past itself, but for the prefix.
            if (spec.mask.causal != 0 && query >= 0 && query < largest)
                cr_assert_leq(mask.visible(query)[1].last, std::max(query + 1, spec.mask.prefix));
        }
        const int64_t far = int64_t{1} << 40;
        for (const int64_t key : {int64_t{0}, far - 1, far, far + 1})
            cr_assert_eq(contains(mask, far, key), visible(spec.mask, far, key), "seed %u %s key %lld", seed,
                         describe(spec.mask).c_str(), static_cast<long long>(key));
    }
    cr_expect_eq(rows, 3000);
}
