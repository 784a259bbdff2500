#include "lowered.hpp"

#include <cmath>

namespace farspan_test {

lowered_scheme make_parts(scheme_spec& spec) {
    spec.connect();
    return farspan::make_scheme(spec.parts());
}

scheme_spec valid_rope(int32_t method) {
    scheme_spec spec("rope method " + std::to_string(method));
    if (method == FARSPAN_ROPE_NONE) return spec;
    spec.with_rope(method, FARSPAN_LAYOUT_HALF, 16);
    switch (method) {
        case FARSPAN_ROPE_DYNAMIC_LINEAR:
        case FARSPAN_ROPE_DYNAMIC_NTK:
        case FARSPAN_ROPE_DYNAMIC_NTK_QWEN:
        case FARSPAN_ROPE_NTK_BY_PARTS:
        case FARSPAN_ROPE_YARN:
        case FARSPAN_ROPE_DYNAMIC_YARN:
        case FARSPAN_ROPE_LLAMA3:
            spec.rope.original_context = 2048;
            break;
        case FARSPAN_ROPE_LONGROPE:
            spec.rope.original_context = 2048;
            spec.short_factors.assign(8, 1.5);
            spec.long_factors.assign(8, 4);
            break;
        case FARSPAN_ROPE_PAIR_FACTORS:
            spec.short_factors.assign(8, 1.5);
            break;
        default:
            break;
    }
    return spec;
}

scheme_spec valid_remap(int32_t method) {
    scheme_spec spec("remap method " + std::to_string(method));
    if (method == FARSPAN_REMAP_NONE) return spec;
    spec.with_remap(method, method == FARSPAN_REMAP_DUAL_CHUNK ? 0 : 16);
    if (method == FARSPAN_REMAP_DUAL_CHUNK) {
        spec.remap.chunk = 24;
        spec.remap.local_window = 8;
    }
    return spec;
}

scheme_spec valid_bias(int32_t method) {
    scheme_spec spec("bias method " + std::to_string(method));
    if (method == FARSPAN_BIAS_NONE) return spec;
    spec.with_bias(method, method == FARSPAN_BIAS_DENSE ? 0 : 6);
    if (method == FARSPAN_BIAS_T5)
        for (int n = 0; n < 32 * 6; ++n) spec.bias_values.push_back(0.25f * static_cast<float>(n));
    if (method == FARSPAN_BIAS_KERPLE_LOG || method == FARSPAN_BIAS_KERPLE_POWER) {
        spec.bias_a.assign(6, 0.5);
        spec.bias_p.assign(6, 1.5);
    }
    return spec;
}

scheme_spec valid_temperature(int32_t method) {
    scheme_spec spec("temperature method " + std::to_string(method));
    spec.score.temperature = method;
    if (method != FARSPAN_TEMPERATURE_NONE) spec.score.trained_length = 64;
    return spec;
}

int branch_of(const farspan::remap_part& part, int64_t query, int64_t key) {
    for (std::size_t b = 0; b < part.branches.size(); ++b)
        if (key >= part.branches[b].start(query)) return static_cast<int>(b);
    return -1;
}

bool contains(const farspan::mask_part& mask, int64_t query, int64_t key) {
    for (const farspan::interval& keys : mask.visible(query))
        if (keys.first <= key && key < keys.last) return true;
    return false;
}

bool close(double got, double expected, double relative) {
    return got == expected || std::fabs(got - expected) <= relative * std::fabs(expected);
}

refusal refuse_calling(const std::function<void()>& create) {
    try {
        create();
    } catch (const farspan::failure& f) {
        return {f.status(), std::string(f.path()), f.what()};
    }
    return {};
}

refusal refuse(scheme_spec& spec) {
    return refuse_calling([&] { make_parts(spec); });
}

refusal refuse_configs(const scheme_spec& spec) {
    return refuse_calling([&] { farspan::make_scheme(spec.parts()); });
}

}  // namespace farspan_test
