// M-RoPE (Wang et al. 2024, Qwen2-VL): several positions per token, each pair following one of them. The frequency
// index is the pair's own and does not restart at a section.
#include <numeric>

#include "base/failure.hpp"
#include "method/rope.hpp"

namespace farspan {
namespace {

int32_t total(const farspan_rope_config& config) {
    return std::accumulate(config.axis_sections, config.axis_sections + 4, 0);
}

int32_t section_axis(const farspan_rope_config& config, int32_t pair) {
    int32_t axis = 0;
    for (int32_t end = config.axis_sections[0]; pair >= end; end += config.axis_sections[axis]) ++axis;
    return axis;
}

// t h w t h w ... as long as a section lasts. What is left over follows axis 0 in Hugging Face's Qwen3-VL and axis 3 in
// ggml, which also starts again when the sections are used up.
int32_t interleaved_axis(const farspan_rope_config& config, int32_t pair) {
    const bool ggml = config.axes == FARSPAN_AXES_INTERLEAVED_GGML;
    const int32_t place = ggml ? pair % total(config) : pair, axis = place % 3;
    if (place < 3 * config.axis_sections[axis]) return axis;
    return ggml ? 3 : 0;
}

}  // namespace

void check_axes(const farspan_rope_config& config) {
    const int32_t pairs = config.rotary_dim / 2, sum = total(config);
    const bool exact = config.axes == FARSPAN_AXES_SECTIONS;
    if (config.axes == FARSPAN_AXES_NONE) {
        if (sum != 0)
            throw failure(FARSPAN_ERROR_COMBINATION, "rope.axis_sections", "sum to %d but axes is none (0)", sum);
    } else if (exact ? sum != pairs : sum < 1 || sum > pairs) {
        throw failure(FARSPAN_ERROR_SHAPE, "rope.axis_sections", "sum to %d: must be %s rotary_dim / 2 = %d", sum,
                      exact ? "equal to" : "at least 1 and at most", pairs);
    }
    if (config.axes == FARSPAN_AXES_INTERLEAVED && config.axis_sections[3] != 0)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.axis_sections[3]",
                      "is %d but axes is interleaved (2): it has three axes", config.axis_sections[3]);
}

void set_axes(const farspan_rope_config& config, rope_part& part) {
    if (config.axes == FARSPAN_AXES_NONE) return;
    const bool sections = config.axes == FARSPAN_AXES_SECTIONS;
    for (int32_t pair = 0; pair < config.rotary_dim / 2; ++pair)
        part.pair_axis.push_back(
            static_cast<uint8_t>(sections ? section_axis(config, pair) : interleaved_axis(config, pair)));
    // Sections: as many axes as the last one that has pairs. Interleaved: always t, h, w, and ggml's fourth.
    part.axes = sections ? part.pair_axis.back() + 1 : config.axes == FARSPAN_AXES_INTERLEAVED ? 3 : 4;
    if (part.axes == 1) part.pair_axis.clear();
}

}  // namespace farspan
