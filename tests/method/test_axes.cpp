// M-RoPE: which position axis each pair follows.
#include <criterion/criterion.h>

#include "lowered.hpp"
#include "rotation.hpp"

using namespace farspan_test;
using farspan::rope_part;

namespace {

scheme_spec axes_spec(int32_t axes, int32_t pairs, const std::vector<int>& sections) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_BASE);
    spec.rope.rotary_dim = 2 * pairs;
    spec.rope.axes = axes;
    for (std::size_t n = 0; n < sections.size(); ++n) spec.rope.axis_sections[n] = sections[n];
    return spec;
}

std::vector<double> positions_of(const rope_part& part, const std::vector<double>& positions) {
    std::vector<double> result;
    for (std::size_t p = 0; p < part.inv_freq.size(); ++p)
        result.push_back(positions[part.pair_axis.empty() ? 0 : part.pair_axis[p]]);
    return result;
}

// Random section sizes with the given sum.
std::vector<int> random_sections(generator& random, int count, int sum) {
    std::vector<int> sections(static_cast<std::size_t>(count), 0);
    for (int n = 0; n < sum; ++n) ++sections[static_cast<std::size_t>(random.whole(0, count - 1))];
    return sections;
}

const std::vector<double> streams = {10, 20, 30, 40};

}  // namespace

Test(axes, contiguous_sections_equal_the_oracle) {
    for (int seed = 1; seed <= 500; ++seed) {
        generator random(static_cast<uint64_t>(seed));
        const int pairs = static_cast<int>(random.whole(1, 64));
        const std::vector<int> sections = random_sections(random, static_cast<int>(random.whole(1, 4)), pairs);
        scheme_spec spec = axes_spec(FARSPAN_AXES_SECTIONS, pairs, sections);
        const rope_part part = rope_of(spec);
        cr_assert(positions_of(part, streams) == oracle::mrope_positions(sections, streams, pairs), "seed %d", seed);
        int32_t last = 0;
        for (std::size_t n = 0; n < sections.size(); ++n)
            if (sections[n] > 0) last = static_cast<int32_t>(n);
        cr_assert_eq(part.axes, last + 1, "seed %d", seed);
        cr_assert_eq(part.pair_axis.empty(), part.axes == 1, "seed %d", seed);
    }
}

Test(axes, interleaved_sections_equal_the_oracle) {
    for (int seed = 1; seed <= 500; ++seed) {
        generator random(static_cast<uint64_t>(seed));
        const int pairs = static_cast<int>(random.whole(3, 64));
        std::vector<int> sections = random_sections(random, 3, static_cast<int>(random.whole(1, pairs)));
        scheme_spec hf = axes_spec(FARSPAN_AXES_INTERLEAVED, pairs, sections);
        cr_assert(positions_of(rope_of(hf), streams) == oracle::imrope_positions_hf(sections, streams, pairs),
                  "seed %d", seed);
        cr_assert_eq(rope_of(hf).axes, 3);
        sections = random_sections(random, 4, static_cast<int>(random.whole(1, pairs)));
        scheme_spec ggml = axes_spec(FARSPAN_AXES_INTERLEAVED_GGML, pairs, sections);
        cr_assert(positions_of(rope_of(ggml), streams) == oracle::imrope_positions_ggml(sections, streams, pairs),
                  "seed %d", seed);
        cr_assert_eq(rope_of(ggml).axes, 4);
    }
}

// Qwen3-VL overwrites axis 0 at places 1, 4, 7 ... below 3 h and 2, 5, 8 ... below 3 w, and nowhere else.
Test(axes, hugging_face_leaves_the_rest_on_the_first_axis) {
    scheme_spec spec = axes_spec(FARSPAN_AXES_INTERLEAVED, 16, {2, 2, 3});
    const std::vector<double> expected = {10, 20, 30, 10, 20, 30, 10, 10, 30, 10, 10, 10, 10, 10, 10, 10};
    cr_expect(positions_of(rope_of(spec), streams) == expected);
}

// Sections change the axis of a pair and never its frequency; other methods take them too.
Test(axes, frequencies_do_not_restart_at_a_section) {
    scheme_spec plain = valid_rope(FARSPAN_ROPE_YARN), sections = valid_rope(FARSPAN_ROPE_YARN);
    sections.rope.axes = FARSPAN_AXES_SECTIONS;
    sections.rope.axis_sections[0] = 2;
    sections.rope.axis_sections[1] = 3;
    sections.rope.axis_sections[2] = 3;
    cr_expect(rope_of(sections).inv_freq == rope_of(plain).inv_freq);
    cr_expect_eq(rope_of(sections).axes, 3);
    cr_expect_eq(rope_of(plain).axes, 1);
    cr_expect(rope_of(plain).pair_axis.empty());
}
