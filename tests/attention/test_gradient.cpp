// The gradient of attention: every method, size, element type and memory layout.
#include <criterion/criterion.h>

#include "falling_biases.hpp"
#include "generator.hpp"
#include "gradient_sweep.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

const std::vector<int32_t> dtypes = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16};

scheme_spec with_rope(const std::string& name, int64_t head_dim) {
    scheme_spec spec(name);
    if (head_dim >= 2)
        spec.with_rope(FARSPAN_ROPE_BASE, head_dim % 4 == 0 ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED,
                       static_cast<int32_t>(head_dim / 2 * 2));
    return spec;
}

scheme_spec with_remap(const char* name, int32_t remap, int64_t window) {
    scheme_spec spec = with_rope(name, 64);
    return spec.with_remap(remap, window);
}

std::vector<scheme_spec> remapped(int64_t window) {
    std::vector<scheme_spec> specs = {with_remap("rerope", FARSPAN_REMAP_REROPE, window),
                                      with_remap("leaky rerope", FARSPAN_REMAP_LEAKY_REROPE, window),
                                      with_remap("self extend", FARSPAN_REMAP_SELF_EXTEND, window),
                                      with_remap("lm infinite", FARSPAN_REMAP_LM_INFINITE, window),
                                      with_remap("dual chunk", FARSPAN_REMAP_DUAL_CHUNK, 0)};
    specs[3].mask.sinks = 4;
    specs[3].mask.window_left = window - 1;
    specs[4].remap.chunk = window + 1 + window / 3;
    specs[4].remap.local_window = 1 + window / 3;
    return specs;
}

scheme_spec t5(const char* name, bool bidirectional) {
    scheme_spec spec(name);
    spec.with_bias(FARSPAN_BIAS_T5, 5);
    spec.bias.bidirectional = bidirectional;
    spec.bias.buckets = 16;
    spec.bias.max_distance = 100;
    spec.mask.causal = !bidirectional;
    for (int n = 0; n < 16 * 5; ++n) spec.bias_values.push_back(0.3f * static_cast<float>(n % 9) - 1);
    return spec;
}

}  // namespace

Test(gradient, random_schemes) {
    gradient_sweep family("random");
    for (uint64_t seed = 1; seed <= 120; ++seed) {
        generator random(seed + 9000);
        const scheme_spec spec = random_scheme(seed);
        attention_problem problem = make_problem(random.whole(1, 190), random.whole(1, 290), 64, seed);
        problem.query_heads = random_scheme_heads;
        problem.key_heads = random.pick<int64_t>({1, 2, 4});
        problem.batch = random.whole(1, 2);
        problem.value_dim = random.pick<int64_t>({0, 24, 80});
        problem.dense_bias = spec.bias.method == FARSPAN_BIAS_DENSE;
        problem.bias_per_batch = random.coin();
        problem.bias_per_head = random.coin();
        gradient_problem gradient;
        gradient.with_d_lse = random.coin();
        family.check(spec, problem, gradient);
    }
}

Test(gradient, head_and_value_sizes) {
    gradient_sweep family("head_dim");
    uint64_t seed = 1000;
    for (const int64_t head_dim : {1, 2, 3, 7, 16, 17, 40, 64, 80, 96, 128, 192, 256})
        for (const int64_t value_dim : {0, 1, 33, 128}) {
            attention_problem problem = make_problem(70, 90, head_dim, ++seed);
            problem.value_dim = value_dim;
            if (head_dim < 8) problem.amplitude = 0.7;
            family.check(with_rope("dim " + std::to_string(head_dim) + " / " + std::to_string(value_dim), head_dim),
                         problem);
        }
}

Test(gradient, head_groups_and_batches) {
    gradient_sweep family("heads");
    uint64_t seed = 1200;
    for (const auto& [heads, key_heads] :
         std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {6, 2}, {7, 1}, {16, 4}})
        for (const int64_t batch : {1, 3}) {
            attention_problem problem = make_problem(33, 140, 32, ++seed);
            problem.query_heads = heads;
            problem.key_heads = key_heads;
            problem.batch = batch;
            family.check(with_rope("heads " + std::to_string(heads) + "/" + std::to_string(key_heads), 32), problem);
        }
}

Test(gradient, lengths) {
    gradient_sweep family("lengths");
    uint64_t seed = 1300;
    for (const int64_t keys : {1, 2, 15, 17, 31, 33, 63, 64, 65, 127, 128, 129, 193, 257, 600})
        for (const int64_t queries : {int64_t{1}, keys / 2 + 1, keys, keys + 40})
            for (const bool causal : {true, false}) {
                scheme_spec spec = with_rope("length " + std::to_string(keys), 24);
                spec.mask.causal = causal;
                family.check(spec, make_problem(queries, keys, 24, ++seed));
            }
}

Test(gradient, element_types) {
    gradient_sweep family("dtypes");
    generator random(1400);
    for (uint64_t seed = 1401; seed < 1440; ++seed) {
        attention_problem problem = make_problem(67, 131, 40, seed);
        gradient_problem gradient;
        for (tensor_form* form : {&problem.q, &problem.k, &problem.v, &problem.out, &gradient.d_out, &gradient.d_q,
                                  &gradient.d_k, &gradient.d_v})
            form->dtype = random.pick(dtypes);
        family.check(with_rope("dtypes", 40), problem, gradient);
    }
}

Test(gradient, memory_layouts) {
    gradient_sweep family("strides");
    generator random(1500);
    const std::vector<layout> layouts = {layout::contiguous,       layout::sequence_major, layout::reversed,
                                         layout::feature_reversed, layout::padded_rows,    layout::every_second,
                                         layout::feature_major};
    for (const placement where : {placement::before_guard, placement::after_guard})
        for (uint64_t seed = 1501; seed < 1540; ++seed) {
            const int64_t length = random.whole(1, 150);
            attention_problem problem = make_problem(random.whole(1, length), length, random.whole(2, 40), seed);
            problem.value_dim = random.whole(1, 40);
            problem.where = where;
            problem.dense_bias = random.coin();
            gradient_problem gradient;
            for (tensor_form* form : {&problem.q, &problem.k, &problem.v, &problem.out, &problem.bias, &gradient.d_out,
                                      &gradient.d_q, &gradient.d_k, &gradient.d_v, &gradient.d_bias})
                *form = {random.pick(dtypes), random.pick(layouts)};
            scheme_spec spec = with_rope("strides", problem.head_dim);
            if (problem.dense_bias) spec.with_bias(FARSPAN_BIAS_DENSE, 0);
            family.check(spec, problem, gradient);
        }
}

Test(gradient, some_of_the_outputs) {
    gradient_sweep family("wanted");
    for (int wanted = 1; wanted < 8; ++wanted) {
        gradient_problem gradient;
        gradient.want_q = (wanted & 1) != 0;
        gradient.want_k = (wanted & 2) != 0;
        gradient.want_v = (wanted & 4) != 0;
        family.check(with_rope("some", 32), make_problem(90, 150, 32, 1600 + static_cast<uint64_t>(wanted)), gradient);
    }
}

Test(gradient, every_rope) {
    gradient_sweep family("rope");
    uint64_t seed = 1700;
    for (int32_t method = 1; method < farspan_method_count(FARSPAN_PART_ROPE); ++method)
        for (const int32_t pairing : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED}) {
            scheme_spec spec(farspan_method_name(FARSPAN_PART_ROPE, method));
            spec.with_rope(method, pairing, 32);
            spec.rope.rotary_offset = 5;
            const auto reads = [&](std::initializer_list<int32_t> methods) {
                return std::find(methods.begin(), methods.end(), method) != methods.end();
            };
            if (!reads({FARSPAN_ROPE_BASE, FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
                        FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_XPOS, FARSPAN_ROPE_PAIR_FACTORS}))
                spec.rope.factor = 4;
            if (reads({FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
                       FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_LONGROPE,
                       FARSPAN_ROPE_LLAMA3}))
                spec.rope.original_context = 64;
            if (reads({FARSPAN_ROPE_LONGROPE, FARSPAN_ROPE_PAIR_FACTORS}))
                for (int p = 0; p < 16; ++p) spec.short_factors.push_back(1 + 0.1 * p);
            if (method == FARSPAN_ROPE_LONGROPE) spec.long_factors = spec.short_factors;
            family.check(spec, make_problem(100, 200, 40, ++seed));
        }
}

Test(gradient, axes) {
    gradient_sweep family("axes");
    uint64_t seed = 1800;
    for (const int32_t axes : {FARSPAN_AXES_SECTIONS, FARSPAN_AXES_INTERLEAVED, FARSPAN_AXES_INTERLEAVED_GGML}) {
        scheme_spec spec = with_rope("axes " + std::to_string(axes), 64);
        spec.rope.axes = axes;
        const int32_t sections[4] = {12, 10, axes == FARSPAN_AXES_SECTIONS ? 10 : 9,
                                     axes == FARSPAN_AXES_INTERLEAVED_GGML ? 1 : 0};
        std::copy(sections, sections + 4, spec.rope.axis_sections);
        scheme_handle scheme;
        error_slot error;
        require_ok(spec.create(scheme, &error), error, "axes");
        const int64_t count = farspan_scheme_axes(scheme.get());
        attention_problem problem = make_problem(80, 150, 64, ++seed);
        generator random(seed);
        for (int64_t n = 0; n < count * 80; ++n) problem.query_axes.push_back(random.whole(0, 300));
        for (int64_t n = 0; n < count * 150; ++n) problem.key_axes.push_back(random.whole(0, 300));
        family.check(spec, problem);
    }
}

Test(gradient, every_remap) {
    gradient_sweep family("remap");
    uint64_t seed = 1900;
    for (const int64_t window : {1, 31, 64, 100, 129, 299})
        for (scheme_spec spec : remapped(window)) {
            spec.name += " " + std::to_string(window);
            family.check(spec, make_problem(300, 300, 64, ++seed));
            spec.with_bias(FARSPAN_BIAS_ALIBI, 4);
            spec.score.softcap = 5;
            spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
            spec.score.trained_length = 64;
            spec.sinks = {0.5f, -1.0f, 2.0f, 0.0f};
            spec.name += " with bias, cap, temperature and sinks";
            attention_problem problem = make_problem(70, 230, 64, ++seed);
            problem.query_heads = 4;
            problem.key_heads = 2;
            family.check(spec, problem);
        }
}

// The forward run left tiles out.
Test(gradient, of_far_keys_that_do_not_matter) {
    gradient_sweep family("left out");
    uint64_t seed = 1950;
    for (const scheme_spec& spec : all_biases(4)) {
        attention_problem problem = make_problem(70, 900, 32, ++seed);
        problem.query_heads = 4;
        problem.key_heads = 2;
        family.check(spec, problem);
    }
}

Test(gradient, packed_padded_and_spread) {
    gradient_sweep family("packed");
    uint64_t seed = 2000;
    std::vector<scheme_spec> specs = remapped(20);
    specs.push_back(with_rope("rope", 64));
    specs.push_back(t5("t5", false));
    specs.emplace_back("xpos").with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 64);
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

Test(gradient, learned_biases) {
    gradient_sweep family("t5");
    uint64_t seed = 2100;
    for (const bool both : {false, true}) {
        attention_problem problem = make_problem(150, 290, 32, ++seed);
        problem.query_heads = 3;
        problem.batch = 2;
        problem.head_offset = 2;
        family.check(t5("t5", both), problem);
        problem = make_problem(40, 70, 32, ++seed);  // positions far apart: no diagonals
        for (int64_t j = 0; j < 70; ++j) problem.key_positions.push_back(j * 1000);
        for (int64_t i = 0; i < 40; ++i) problem.query_positions.push_back(i * 1700);
        family.check(t5("t5, far apart", both), problem);
        problem = make_problem(40, 70, 32, ++seed);  // consecutive keys, queries in any order
        generator random(seed);
        for (int64_t i = 0; i < 40; ++i) problem.query_positions.push_back(random.whole(0, 500));
        family.check(t5("t5, any order", both), problem);
    }
}

Test(gradient, dense_biases) {
    gradient_sweep family("dense");
    uint64_t seed = 2200;
    for (const bool per_batch : {true, false})
        for (const bool per_head : {true, false}) {
            attention_problem problem = make_problem(90, 140, 32, ++seed);
            problem.batch = 2;
            problem.query_heads = 4;
            problem.key_heads = 2;
            problem.dense_bias = true;
            problem.bias_per_batch = per_batch;
            problem.bias_per_head = per_head;
            scheme_spec spec = with_rope("dense", 32);
            spec.with_bias(FARSPAN_BIAS_DENSE, 0);
            spec.score.softcap = 3;
            family.check(spec, problem);
            gradient_problem half;
            half.d_bias.dtype = FARSPAN_F16;
            if (per_batch && per_head) family.check(spec, problem, half);
        }
}

Test(gradient, masks) {
    gradient_sweep family("mask");
    uint64_t seed = 2300;
    const auto check = [&](const char* name, auto change) {
        scheme_spec spec = with_rope(name, 32);
        change(spec.mask);
        family.check(spec, make_problem(260, 400, 32, ++seed));
    };
    check("window", [](farspan_mask_config& m) { m.window_left = 70; });
    check("sinks and window", [](farspan_mask_config& m) { m.window_left = 70, m.sinks = 5; });
    check("both sides", [](farspan_mask_config& m) { m.causal = 0, m.window_left = 30, m.window_right = 90; });
    check("chunks", [](farspan_mask_config& m) { m.chunk = 100; });
    check("prefix", [](farspan_mask_config& m) { m.prefix = 250; });
}

Test(gradient, four_thousand_tokens) {
    gradient_sweep family("long");
    const int64_t tokens = case_step() > 1 ? 1024 : 4096;  // the oracle takes minutes under a sanitizer
    attention_problem problem = make_problem(tokens, tokens, 64, 2400);
    problem.query_heads = problem.key_heads = 1;
    family.check(with_rope("causal", 64), problem);
    problem.seed = 2401;
    scheme_spec spec = with_remap("self extend", FARSPAN_REMAP_SELF_EXTEND, tokens / 8);
    spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    spec.score.trained_length = static_cast<double>(tokens / 4);
    spec.score.softcap = 20;
    problem.queries = tokens / 4;
    problem.query_heads = 2;
    family.check(spec, problem);
}
