// Owners and configurations: moved-from objects, arrays that outlive or belie their configuration, NaN, wrong sizes.
#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "refusal.hpp"

using namespace farspan;

namespace {

constexpr shape4 small{1, 2, 3, 8};
constexpr farspan_status shape_error = FARSPAN_ERROR_SHAPE;

rope_config rotation() {
    rope_config rope(FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = 8;
    return rope;
}

problem small_problem() {
    problem result;
    result.query_heads = result.key_heads = 2;
    result.queries = result.keys = 3;
    result.head_dim = 8;
    return result;
}

struct arrays {
    std::vector<float> q = std::vector<float>(48, 0.5f), k = q, v = q, out = std::vector<float>(48, -7);
    bool untouched() const { return out == std::vector<float>(48, -7); }
};

}  // namespace

Test(cpp_objects, defaults_are_those_of_the_library) {
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_YARN);
    const rope_config ours(FARSPAN_ROPE_YARN);
    cr_expect(ours.struct_size == rope.struct_size && ours.beta_fast == rope.beta_fast && ours.method == rope.method);
    cr_expect(mask_config().causal == 1 && problem().batch == 1 && score_config().multiplier == 1);
    cr_expect(rope_options().struct_size == sizeof(farspan_rope_options) && fire_config().threshold == 512);
    cr_expect(scheme().axes() == 1);
}

Test(cpp_objects, one_call_and_a_plan_give_the_same) {
    arrays a, b;
    for (size_t n = 0; n < a.q.size(); ++n) a.q[n] = b.q[n] = std::sin(static_cast<float>(n));
    mask_config mask;
    mask.window_left = 1;
    const scheme scheme(mask, rotation());  // any order
    attention(scheme, {a.q, small}, {a.k, small}, {a.v, small}, {a.out, small});
    context_config config;
    config.threads = 1;
    const context context(config);
    cr_expect(context.threads() == 1 && !isa_name(context.isa()).empty());
    const plan plan(scheme, small_problem(), &context);
    std::vector<std::byte> workspace(plan.workspace_size());
    std::vector<float> lse(6);
    run_options options;
    options.lse = lse;
    options.workspace = workspace;
    plan.run({b.q, small}, {b.k, small}, {b.v, small}, {b.out, small}, options, &context);
    cr_expect(a.out == b.out && std::isfinite(lse[5]));
    cr_expect(plan.tile_counts()[2] == 1);
    workspace.resize(plan.workspace_size() - 1);
    options.workspace = workspace;
    expect_refused("a small workspace", FARSPAN_ERROR_WORKSPACE_SIZE, 3, "data.workspace_bytes is", [&] {
        plan.run({b.q, small}, {b.k, small}, {b.v, small}, {b.out, small}, options);
    });
}

Test(cpp_objects, schemes_are_text) {
    score_config score;
    score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    score.trained_length = 1024.1;
    score.set_sink_logits({0.25f, -1});
    const std::string text = scheme(rotation(), score).to_json();
    cr_expect(text == R"({"rope": {"method": "base", "layout": "half", "rotary_dim": 8}, )"
                      R"("score": {"temperature": "log_n", "trained_length": 1024.1, "sink_logits": [0.25, -1]}})",
              "%s", text.c_str());
    cr_expect(scheme::from_json(text).to_json() == text);
    score.set_sink_logits(std::vector<float>(1000, 0.5f));  // longer than the first buffer
    const std::string large = scheme(score).to_json();
    cr_expect(large.size() > 5000 && scheme::from_json(large).to_json() == large);
    cr_expect(scheme::from_json("{}").to_json() == "{}");
    expect_refused("no text", FARSPAN_ERROR_FORMAT, 1, "line 1, column 1", [] { scheme::from_json({}); });
    expect_refused("a key", FARSPAN_ERROR_FORMAT, 1, "$.rope.basee is not a field of rope",
                   [] { scheme::from_json(R"({"rope": {"basee": 1}})"); });
    expect_refused("a part", FARSPAN_ERROR_PARAMETER_RANGE, 1, "mask.sinks is -1",
                   [] { scheme::from_json(R"({"mask": {"sinks": -1}})"); });
}

Test(cpp_objects, moved_from_objects_are_refused) {
    arrays a;
    scheme first(rotation());
    scheme second(std::move(first));
    first = std::move(second);  // and back
    cr_expect(first.axes() == 1);
    const auto refused = [&](const char* what, auto use) {
        expect_refused(what, FARSPAN_ERROR_NULL_ARGUMENT, 0, "moved", use);
    };
    refused("axes", [&] { second.axes(); });
    refused("attention", [&] { attention(second, {a.q, small}, {a.k, small}, {a.v, small}, {a.out, small}); });
    refused("plan", [&] { plan(second, small_problem()); });
    plan made(first, small_problem());
    const plan kept(std::move(made));
    refused("run", [&] { made.run({a.q, small}, {a.k, small}, {a.v, small}, {a.out, small}); });
    refused("workspace_size", [&] { made.workspace_size(); });
    context one{context_config()};
    const context other(std::move(one));
    refused("context", [&] { kept.run({a.q, small}, {a.k, small}, {a.v, small}, {a.out, small}, {}, &one); });
    cr_expect(a.untouched());
}

// Copies of a configuration share its arrays; no pointer dangles, and none is longer than its array.
Test(cpp_objects, configurations_keep_their_arrays) {
    rope_config copy(FARSPAN_ROPE_NONE);
    {
        rope_config rope(FARSPAN_ROPE_LONGROPE);
        rope.layout = FARSPAN_LAYOUT_HALF;
        rope.rotary_dim = 8;
        rope.original_context = 64;
        rope.factor = 4;
        rope.set_factors({1, 2, 3, 4}, {5, 6, 7, 8});
        const rope_config moved(std::move(rope));
        copy = moved;
    }
    std::vector<double> inv_freq(4);
    scheme(copy).frequencies(inv_freq, 1000);
    cr_expect(inv_freq[0] == 1.0 / 5);
    ++copy.short_factors_count;
    expect_refused("another count", shape_error, 1, "rope.short_factors_count is 5: must be 4", [&] { scheme{copy}; });
    copy.set_factors({1, 2, 3, 4}, {5, 6, 7});
    expect_refused("lists of different lengths", shape_error, 1, "rope.long_factors_count is 3", [&] { scheme{copy}; });

    bias_config bias(FARSPAN_BIAS_T5);
    bias.heads = 2;
    bias.set_values(std::vector<float>(63));
    expect_refused("a short table", shape_error, 1, "bias.values_count is 63: must be 64", [&] { scheme{bias}; });
    bias = bias_config(FARSPAN_BIAS_KERPLE_LOG);
    bias.heads = 2;
    bias.set_kerple({1, 1}, {1});
    expect_refused("a short list", shape_error, 1, "bias.p_count is 1", [&] { scheme{bias}; });
    bias.set_kerple({1, NAN}, {1, 1});
    expect_refused("NaN", FARSPAN_ERROR_PARAMETER_RANGE, 1, "bias.a[1] is nan", [&] { scheme{bias}; });
    bias = bias_config(FARSPAN_BIAS_ALIBI);
    bias.heads = 2;
    bias.set_slopes({1, 2, 3});
    expect_refused("a long list", shape_error, 1, "bias.slopes_count is 3: must be 2", [&] { scheme{bias}; });
    score_config score;
    score.set_sink_logits({0, 1});
    score.sink_logits_count = 0;
    expect_refused("no sink logits", shape_error, 1, "score.sink_logits_count is 0", [&] { scheme{score}; });
}

Test(cpp_objects, problems_keep_their_arrays) {
    const scheme scheme(rotation());
    const auto refused = [&](const char* word, auto change) {
        problem given = small_problem();
        change(given);
        expect_refused(word, shape_error, 3, word, [&] { plan(scheme, given); });
    };
    refused("query_positions_count is 2", [](problem& p) { p.set_query_positions({0, 1}); });
    refused("key_positions_count is 3: must be 5", [](problem& p) {
        p.batch = 2;
        p.set_key_positions({0, 1, 2}, 2);
    });
    problem endless = small_problem();
    endless.batch = 2;
    endless.set_key_positions({0, 1, 2}, INT64_MAX);
    expect_refused("endless rows", FARSPAN_ERROR_STRIDE, 3, "key_position_stride", [&] { plan(scheme, endless); });
    // A scheme with one axis does not look at those of several.
    refused("key_offsets_count is 2", [](problem& p) { p.set_segments({0, 1, 3}, {0, 3}); });
    refused("key_ranges_count is 1", [](problem& p) { p.set_key_ranges({0}); });
    refused("segments", [](problem& p) { p.segments = INT64_MAX; });
    problem good = small_problem();
    good.set_query_positions({5, 6, 7});
    good.set_key_positions({0, 3, 9});
    good.set_segments({0, 1, 3}, {0, 1, 3});
    good.set_key_ranges({0, 3});
    cr_expect(plan(scheme, problem(good)).workspace_size() > 0);
}

Test(cpp_objects, arrays_of_calls_have_their_size) {
    arrays a;
    const scheme scheme(rotation());
    const std::vector<int64_t> two{0, 1}, three{0, 1, 2};
    const tensor out(a.out, small);
    expect_refused("positions", shape_error, 5, "positions_count is 2", [&] {
        rope_apply(scheme, {a.q, small}, out, two);
    });
    const std::vector<int64_t> four{0, 1, 2, 3};
    expect_refused("more positions", shape_error, 5, "positions_count is 4", [&] {
        rope_apply(scheme, {a.q, small}, out, four);
    });
    std::vector<double> inv_freq(3);
    expect_refused("inv_freq", shape_error, 4, "inv_freq_count is 3", [&] { scheme.frequencies(inv_freq); });
    expect_refused("no inv_freq", shape_error, 4, "inv_freq_count is 0", [&] { scheme.frequencies({}); });
    const plan plan(scheme, small_problem());
    std::vector<float> lse(5);
    run_options options;
    options.lse = lse;
    expect_refused("lse", shape_error, 3, "data.lse_count is 5", [&] {
        plan.run({a.q, small}, {a.k, small}, {a.v, small}, out, options);
    });
    expect_refused("lse_b", shape_error, 7, "lse_b_count is 5", [&] {
        std::vector<float> whole(6);
        attention_merge(out, whole, {a.q, small}, lse);
    });
    expect_refused("no lse_a", FARSPAN_ERROR_SHAPE, 4, "lse_a_count is 0", [&] {
        attention_merge(out, {}, {a.q, small}, {});
    });
    fire_config fire;
    fire.set_weights({1, 2}, {0}, {1, 1}, {0});
    expect_refused("fire weights", shape_error, 2, "b1_count is 1", [&] { fire_fill(fire, {a.out, {1, 1, 3, 3}}); });
    fire.set_weights({1}, {0}, {1}, {0});
    expect_refused("fire keys", shape_error, 6, "key_positions_count is 2", [&] {
        fire_fill(fire, {a.out, {1, 1, 3, 3}}, three, two);
    });
    expect_refused("lookup", shape_error, 4, "positions_count is 2", [&] {
        position_lookup({a.q, {1, 1, 6, 8}}, {a.out, {1, 1, 3, 8}}, two);
    });
    expect_refused("NaN base", FARSPAN_ERROR_PARAMETER_RANGE, 4, "base is nan", [&] {
        sinusoidal_fill(FARSPAN_SINUSOIDAL_BLOCKS, 0, NAN, {a.out, {1, 1, 3, 8}});
    });
    cr_expect(a.untouched());
}

Test(cpp_objects, positions_by_axis_have_their_size) {
    rope_config rope = rotation();
    rope.axes = FARSPAN_AXES_SECTIONS;
    rope.axis_sections[0] = rope.axis_sections[1] = 2;
    const scheme scheme(rope);
    cr_assert(scheme.axes() == 2);
    arrays a;
    std::vector<int64_t> positions(8);
    rope_options options;
    options.axis_stride = 5;
    rope_apply(scheme, {a.q, small}, {a.out, small}, positions, options);
    std::vector<int64_t> whole(10), beyond(11);
    rope_apply(scheme, {a.q, small}, {a.out, small}, whole, options);
    expect_refused("beyond", shape_error, 5, "positions_count is 11", [&] {
        rope_apply(scheme, {a.q, small}, {a.out, small}, beyond, options);
    });
    options.axis_stride = 6;
    expect_refused("axes further apart", shape_error, 5, "positions_count is 8: must be 9", [&] {
        rope_apply(scheme, {a.q, small}, {a.out, small}, positions, options);
    });
    for (const int64_t stride : {int64_t{-3}, INT64_MAX, INT64_MIN}) {
        options.axis_stride = stride;
        expect_refused("axis_stride", FARSPAN_ERROR_STRIDE, 3, "options.axis_stride", [&] {
            rope_apply(scheme, {a.q, small}, {a.out, small}, positions, options);
        });
    }
    problem given = small_problem();
    given.set_axis_positions({0, 1, 2, 0, 1, 2}, {0, 1, 2, 0, 1, 2});
    cr_expect(plan(scheme, given).workspace_size() > 0);
}

Test(cpp_objects, the_library_speaks_of_itself) {
    cr_expect(version() == FARSPAN_VERSION && abi_version() == FARSPAN_ABI_VERSION && !version_text().empty());
    cr_expect(method_name(FARSPAN_PART_ROPE, FARSPAN_ROPE_YARN) == "yarn" && method_name(9, 9).empty());
    cr_expect(method_find(FARSPAN_PART_BIAS, "alibi") == FARSPAN_BIAS_ALIBI &&
              method_find(FARSPAN_PART_BIAS, "?") == -1);
    cr_expect(method_count(FARSPAN_PART_REMAP) == 7 && status_text(FARSPAN_ERROR_SHAPE) == "shape mismatch");
    cr_expect(isa_supported(FARSPAN_ISA_SCALAR) && isa_name(FARSPAN_ISA_AVX2) == "avx2" && isa_name(77).empty());
    const std::string text = diagnose();
    cr_expect(text.front() == '{' && text.back() == '\n', "%s", text.c_str());
    context_config config;
    config.isa = 77;
    expect_refused("an unknown instruction set", FARSPAN_ERROR_METHOD, 1, "isa", [&] { context{config}; });
    config.isa = FARSPAN_ISA_SCALAR;
    config.threads = -1;
    expect_refused("negative threads", FARSPAN_ERROR_PARAMETER_RANGE, 1, "threads", [&] { context{config}; });
    shutdown();
}

// A scheme and a plan serve several threads at once.
Test(cpp_objects, threads_share_a_plan) {
    const scheme scheme(rotation());
    const plan plan(scheme, small_problem());
    arrays first;
    plan.run({first.q, small}, {first.k, small}, {first.v, small}, {first.out, small});
    std::vector<arrays> all(4);
    std::vector<std::thread> threads;
    for (arrays& a : all)
        threads.emplace_back([&] { plan.run({a.q, small}, {a.k, small}, {a.v, small}, {a.out, small}); });
    for (std::thread& thread : threads) thread.join();
    for (const arrays& a : all) cr_expect(a.out == first.out);
}
