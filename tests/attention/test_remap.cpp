// Attention under every remap.
#include <criterion/criterion.h>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec make_spec(const char* name, int32_t remap, int64_t window) {
    scheme_spec spec(name);
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    if (remap != FARSPAN_REMAP_NONE) spec.with_remap(remap, window);
    return spec;
}

scheme_spec dual_chunk(int64_t chunk, int64_t local_window) {
    scheme_spec spec = make_spec("dual chunk", FARSPAN_REMAP_DUAL_CHUNK, 0);
    spec.remap.chunk = chunk;
    spec.remap.local_window = local_window;
    return spec;
}

scheme_spec streaming(int64_t sinks, int64_t recent) {
    scheme_spec spec = make_spec("streaming", FARSPAN_REMAP_STREAMING, recent);
    spec.remap.sinks = spec.mask.sinks = sinks;
    spec.mask.window_left = recent;
    return spec;
}

scheme_spec lm_infinite(int64_t sinks, int64_t window, int64_t limit) {
    scheme_spec spec = make_spec("lm_infinite", FARSPAN_REMAP_LM_INFINITE, window);
    spec.remap.limit = limit;
    spec.mask.sinks = sinks;
    spec.mask.window_left = window - 1;
    return spec;
}

// Whole sequence, last rows only, and a single row.
void check_shapes(sweep& family, const scheme_spec& spec, uint64_t seed) {
    family.check(spec, make_problem(300, 300, 64, seed));
    family.check(spec, make_problem(70, 333, 64, seed + 1));
    family.check(spec, make_problem(1, 260, 64, seed + 2));
}

}  // namespace

Test(attention_remap, windows) {
    sweep family("remap");
    uint64_t seed = 1000;
    for (const int64_t window : {1, 2, 31, 32, 64, 100, 128, 129, 299, 300, 1000}) {
        check_shapes(family, make_spec("rerope", FARSPAN_REMAP_REROPE, window), seed += 10);
        for (const double leak : {1.0, 2.5, 16.0}) {
            scheme_spec leaky = make_spec("leaky rerope", FARSPAN_REMAP_LEAKY_REROPE, window);
            leaky.remap.leak = leak;
            family.check(leaky, make_problem(200, 300, 64, seed += 10));
        }
        for (const int64_t group : {1, 3, 8}) {
            scheme_spec extend = make_spec("self extend", FARSPAN_REMAP_SELF_EXTEND, window);
            extend.remap.group = group;
            family.check(extend, make_problem(200, 300, 64, seed += 10));
            extend.remap.real_shift = 1;
            extend.name = "self extend, real shift";
            family.check(extend, make_problem(200, 300, 64, seed += 10));
        }
    }
}

Test(attention_remap, dual_chunk) {
    sweep family("dual chunk");
    uint64_t seed = 2000;
    for (const auto& [chunk, local] : std::vector<std::pair<int64_t, int64_t>>{
             {2, 1}, {40, 8}, {64, 16}, {96, 32}, {130, 2}, {100, 99}, {100, 60}, {1000, 100}}) {
        scheme_spec spec = dual_chunk(chunk, local);
        spec.name += " " + std::to_string(chunk) + "/" + std::to_string(local);
        check_shapes(family, spec, seed += 10);
        spec.remap.position_scale = 2.5;
        family.check(spec, make_problem(200, 300, 64, seed += 10));
    }
}

Test(attention_remap, lm_infinite_and_streaming) {
    sweep family("lambda");
    uint64_t seed = 3000;
    for (const int64_t sinks : {0, 1, 4, 70, 140})
        for (const int64_t window : {1, 16, 64, 100, 400}) {
            scheme_spec spec = lm_infinite(sinks, window, 0);
            spec.name += " " + std::to_string(sinks) + "+" + std::to_string(window);
            check_shapes(family, spec, seed += 10);
            spec.remap.limit = 1000;  // clipped to length - 1
            family.check(spec, make_problem(100, 250, 64, seed += 10));
            spec.remap.limit = 5;
            family.check(spec, make_problem(100, 250, 64, seed += 10));
            scheme_spec stream = streaming(sinks, window);
            stream.name += " " + std::to_string(sinks) + "+" + std::to_string(window);
            check_shapes(family, stream, seed += 10);
        }
}

Test(attention_remap, with_other_parts) {
    sweep family("remap mixed");
    uint64_t seed = 4000;
    std::vector<scheme_spec> specs = {make_spec("rerope", FARSPAN_REMAP_REROPE, 60),
                                      make_spec("self extend", FARSPAN_REMAP_SELF_EXTEND, 60),
                                      make_spec("leaky", FARSPAN_REMAP_LEAKY_REROPE, 60),
                                      dual_chunk(80, 20),
                                      streaming(4, 60),
                                      lm_infinite(4, 60, 0)};
    for (scheme_spec spec : specs) {
        attention_problem problem = make_problem(140, 200, 64, ++seed);
        problem.query_heads = 4;
        problem.key_heads = 2;
        spec.with_bias(FARSPAN_BIAS_ALIBI, 4);
        spec.score.softcap = 5;
        spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
        spec.score.trained_length = 64;
        spec.sinks = {0.5f, -1.0f, 2.0f, 0.0f};
        spec.name += " with bias, cap, temperature and sinks";
        family.check(spec, problem);

        spec.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_INTERLEAVED, 32);
        spec.rope.rotary_offset = 7;
        spec.rope.factor = 4;
        spec.rope.original_context = 64;
        spec.with_bias(FARSPAN_BIAS_NONE, 0);
        spec.name += ", yarn on a sub-range";
        problem.q.dtype = problem.k.dtype = FARSPAN_BF16;
        problem.batch = 2;
        family.check(spec, problem);
        if (spec.mask.window_left < 0) {
            spec.mask.window_left = 110;
            spec.name += ", window";
            family.check(spec, problem);
        }
    }
}

Test(attention_remap, packed_and_padded) {
    sweep family("remap packed");
    uint64_t seed = 5000;
    std::vector<scheme_spec> specs = {make_spec("rerope", FARSPAN_REMAP_REROPE, 20),
                                      make_spec("self extend", FARSPAN_REMAP_SELF_EXTEND, 20),
                                      make_spec("leaky", FARSPAN_REMAP_LEAKY_REROPE, 20),
                                      dual_chunk(30, 10),
                                      streaming(2, 20),
                                      lm_infinite(2, 20, 0)};
    for (const scheme_spec& spec : specs) {
        attention_problem packed = make_problem(190, 230, 64, ++seed);
        packed.query_offsets = {0, 0, 50, 50, 51, 120, 190};
        packed.key_offsets = {0, 10, 80, 90, 91, 140, 230};
        family.check(spec, packed);

        attention_problem padded = make_problem(100, 200, 64, ++seed);
        padded.batch = 3;
        padded.key_ranges = {0, 200, 30, 190, 70, 70};
        family.check(spec, padded);

        attention_problem spread = make_problem(100, 160, 64, ++seed);
        spread.batch = 2;
        generator random(seed);
        for (int b = 0; b < 2; ++b) {
            int64_t position = random.whole(0, 50);
            for (int64_t j = 0; j < spread.keys; ++j)
                spread.key_positions.push_back(position += random.pick<int64_t>({0, 1, 1, 1, 3}));
            for (int64_t i = 0; i < spread.queries; ++i)
                spread.query_positions.push_back(random.whole(0, position + 9));
        }
        family.check(spec, spread);
    }
}
