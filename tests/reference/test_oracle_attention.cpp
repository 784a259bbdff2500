// Properties of attention by definition: splitting, masks, sinks, groups, remapping.
#include <limits>

#include "bias.hpp"
#include "mask.hpp"
#include "score.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool causal(const pair& at) { return visible_causal(at.i, at.j); }

attention_rules causal_rope(int head_dim) {
    attention_rules rules;
    use_rope(rules, rope_base(10000.0, head_dim), pair_layout::half);
    rules.scale = softmax_scale(head_dim);
    rules.visible = causal;
    return rules;
}

// The same rules over only those pairs that `part` accepts.
attention_result over_part(const attention_inputs& in, attention_rules rules,
                           const std::function<bool(const pair&)>& part) {
    const auto visible = rules.visible;
    rules.visible = [=](const pair& at) { return visible(at) && part(at); };
    return attention(in, rules);
}

}  // namespace

Test(attention, merging_parts_gives_the_whole) {
    const auto in = random_problem(4, 2, 9, 14, 8, 21);
    attention_rules rules = causal_rope(8);
    const auto slopes = alibi_slopes(4);
    rules.softcap = 5.0;
    rules.bias = [&](const pair& at) { return alibi_relative(slopes[static_cast<size_t>(at.head)], at.i, at.j); };
    const attention_result whole = attention(in, rules);
    for (int64_t cut = 0; cut <= 14; ++cut) {
        const auto left = over_part(in, rules, [=](const pair& at) { return at.column < cut; });
        const auto right = over_part(in, rules, [=](const pair& at) { return at.column >= cut; });
        expect_same_attention(merge(left, right, 8), whole, 1e-13, "two parts");
        expect_same_attention(merge(right, left, 8), whole, 1e-13, "two parts, other order");
    }
}

Test(attention, merging_empty_parts) {
    const attention_result empty{{0.0, 0.0}, {-infinity}}, full{{1.0, -2.0}, {0.5}};
    expect_same_attention(merge(empty, empty, 2), empty, 0.0, "both empty");
    expect_same_attention(merge(empty, full, 2), full, 0.0, "first empty");
    expect_same_attention(merge(full, empty, 2), full, 0.0, "second empty");
}

Test(attention, fully_masked_rows_are_zero) {
    auto in = random_problem(1, 1, 5, 2, 4, 22);
    for (size_t d = 0; d < 4; ++d) in.v[4 + d] = NAN;
    const attention_result result = attention(in, causal_rope(4));
    for (size_t row = 0; row < 3; ++row) {
        cr_expect_eq(result.lse[row], -infinity);
        for (size_t d = 0; d < 4; ++d) cr_expect_eq(result.out[4 * row + d], 0.0);
    }
    // The NaN is in key 1, which only the last row sees.
    for (size_t d = 0; d < 4; ++d) {
        cr_expect_eq(result.out[12 + d], in.v[d]);
        cr_expect(std::isnan(result.out[16 + d]));
    }
}

Test(attention, sink_scales_the_output) {
    const auto in = random_problem(2, 1, 6, 6, 8, 23);
    attention_rules rules = causal_rope(8);
    const attention_result plain = attention(in, rules);
    rules.sink = {0.7, -1.5};
    const attention_result with_sink = attention(in, rules);
    for (size_t row = 0; row < plain.lse.size(); ++row) {
        const double sink = rules.sink[row / 6];
        const double kept = 1.0 / (1.0 + std::exp(sink - plain.lse[row]));
        for (size_t at = 8 * row; at < 8 * row + 8; ++at)
            cr_expect(std::abs(with_sink.out[at] - kept * plain.out[at]) < 1e-14);
        cr_expect(std::abs(with_sink.lse[row] - std::log(std::exp(plain.lse[row]) + std::exp(sink))) < 1e-13);
    }
    // A row that sees nothing but the sink: output 0, lse the sink.
    rules.visible = [](const pair&) { return false; };
    const attention_result nothing = attention(in, rules);
    cr_expect_eq(nothing.lse[0], 0.7);
    cr_expect_eq(nothing.out[0], 0.0);
}

Test(attention, groups_are_repeated_keys) {
    const auto in = random_problem(6, 2, 5, 5, 4, 24);
    attention_inputs repeated = in;
    repeated.key_heads = 6;
    repeated.k.clear();
    repeated.v.clear();
    for (int h = 0; h < 6; ++h)
        for (size_t n = 0; n < 20; ++n) {
            repeated.k.push_back(in.k[static_cast<size_t>(h / 3) * 20 + n]);
            repeated.v.push_back(in.v[static_cast<size_t>(h / 3) * 20 + n]);
        }
    expect_same_attention(attention(repeated, causal_rope(4)), attention(in, causal_rope(4)), 0.0, "GQA");
    auto wrong = in;
    wrong.key_heads = 4;
    expect_refused([&] { attention(wrong, causal_rope(4)); }, "6 query heads over 4 key heads");
}

// Fewer queries than keys: the last rows of the square problem.
Test(attention, decode_rows_are_the_last_rows) {
    const auto square = random_problem(1, 1, 10, 10, 8, 25);
    attention_inputs last = square;
    last.queries = 3;
    last.q.assign(square.q.end() - 24, square.q.end());
    const attention_result whole = attention(square, causal_rope(8)), tail = attention(last, causal_rope(8));
    expect_close(tail.out, {whole.out.end() - 24, whole.out.end()}, 0.0, "out");
    expect_close(tail.lse, {whole.lse.end() - 3, whole.lse.end()}, 0.0, "lse");
}

Test(attention, explicit_positions_shift_freely) {
    auto in = random_problem(2, 2, 7, 7, 8, 26);
    const attention_result plain = attention(in, causal_rope(8));
    for (int64_t t = 0; t < 7; ++t) {
        in.query_positions.push_back(t + 100000);
        in.key_positions.push_back(t + 100000);
    }
    expect_same_attention(attention(in, causal_rope(8)), plain, 1e-9, "shifted by 100000");
}

Test(attention, remaps_with_wide_windows_are_rope) {
    const auto in = random_problem(1, 1, 12, 12, 8, 27);
    attention_rules rules = causal_rope(8);
    const attention_result plain = attention(in, rules);
    const std::function<rotated_pair(const pair&)> wide[] = {
        [](const pair& at) { return remap_rerope(at.i, at.j, 12); },
        [](const pair& at) { return remap_leaky_rerope(at.i, at.j, 12, 8); },
        [](const pair& at) { return remap_self_extend(at.i, at.j, 4, 12); },
        [](const pair& at) { return remap_dual_chunk(at.i, at.j, 24, 12); },
        [](const pair& at) { return remap_lm_infinite(at.i, at.j, 12, 12, 12); },
        [](const pair& at) { return remap_streaming(at.i, at.j, 2, 12); },
    };
    for (const auto& remap : wide) {
        rules.remap = remap;
        expect_same_attention(attention(in, rules), plain, 0.0, "wide window");
    }
}

// Dual Chunk Attention is published as three softmaxes merged by lse; Self-Extend's flash path as two.
Test(attention, branches_merge_to_the_whole) {
    const auto in = random_problem(1, 1, 20, 20, 8, 28);
    attention_rules rules = causal_rope(8);
    rules.remap = [](const pair& at) { return remap_dual_chunk(at.i, at.j, 6, 2); };
    const auto apart = [&](int64_t low, int64_t high) {
        return over_part(in, rules, [=](const pair& at) {
            const int64_t chunks = at.i / 4 - at.j / 4;
            return chunks >= low && chunks <= high;
        });
    };
    expect_same_attention(merge(merge(apart(0, 0), apart(1, 1), 8), apart(2, 99), 8), attention(in, rules), 1e-13,
                          "dual chunk");
    rules.remap = [](const pair& at) { return remap_self_extend(at.i, at.j, 2, 4); };
    const auto near = over_part(in, rules, [](const pair& at) { return at.i - at.j < 4; });
    const auto far = over_part(in, rules, [](const pair& at) { return at.i - at.j >= 4; });
    expect_same_attention(merge(near, far, 8), attention(in, rules), 1e-13, "self-extend");
}

Test(attention, packed_documents_are_separate_documents) {
    const auto in = random_problem(1, 1, 9, 9, 4, 29);
    const std::vector<int> segment = {0, 0, 0, 0, 1, 1, 1, 1, 1};
    attention_rules rules = causal_rope(4);
    rules.visible = [&](const pair& at) { return visible_packed(at.row, at.column, segment); };
    const attention_result packed = attention(in, rules);
    attention_inputs second = in;
    second.queries = second.keys = 5;
    for (auto* tensor : {&second.q, &second.k, &second.v}) tensor->erase(tensor->begin(), tensor->begin() + 16);
    const attention_result alone = attention(second, causal_rope(4));
    expect_close({packed.out.begin() + 16, packed.out.end()}, alone.out, 1e-14, "second document");
}

Test(attention, key_only_alibi_is_relative_alibi) {
    const auto in = random_problem(8, 8, 10, 10, 4, 30);
    const auto slopes = alibi_slopes(8);
    attention_rules rules;
    rules.scale = softmax_scale(4);
    rules.visible = causal;
    rules.bias = [&](const pair& at) { return alibi_relative(slopes[static_cast<size_t>(at.head)], at.i, at.j); };
    const attention_result relative = attention(in, rules);
    rules.bias = [&](const pair& at) { return alibi_key_only(slopes[static_cast<size_t>(at.head)], at.j); };
    expect_close(attention(in, rules).out, relative.out, 1e-13, "key-only");
    rules.bias = [&](const pair& at) { return alibi_right_aligned(slopes[static_cast<size_t>(at.head)], at.j, 10); };
    expect_close(attention(in, rules).out, relative.out, 1e-13, "right-aligned");
}

Test(attention, row_scale_is_a_scaled_query) {
    auto in = random_problem(1, 1, 12, 12, 4, 31);
    attention_rules rules = causal_rope(4);
    rules.row_scale = [](int64_t i) { return log_n(i, 4); };
    const attention_result scaled = attention(in, rules);
    rules.row_scale = nullptr;
    for (size_t n = 0; n < in.q.size(); ++n) in.q[n] *= log_n(static_cast<int64_t>(n / 4), 4);
    expect_same_attention(attention(in, rules), scaled, 1e-14, "log-n");
}

// The magnitude is a softmax temperature: with R = D, YaRN's m multiplies every logit by m^2.
Test(attention, magnitude_is_a_temperature) {
    const auto in = random_problem(1, 1, 6, 6, 8, 32);
    attention_rules rules = causal_rope(8);
    rope_frequencies f = rope_base(10000.0, 8);
    f.magnitude = yarn_magnitude(16);
    use_rope(rules, f, pair_layout::half);
    const attention_result hot = attention(in, rules);
    rules = causal_rope(8);
    rules.scale *= f.magnitude * f.magnitude;
    expect_same_attention(attention(in, rules), hot, 1e-14, "magnitude");
}

Test(attention, softmax_edges) {
    expect_close(softmax({}).probability, {}, 0.0, "no keys");
    cr_expect_eq(softmax({}).lse, -infinity);
    cr_expect_eq(softmax({-infinity, -infinity}).lse, -infinity);
    expect_close(softmax({-infinity, 3.0}).probability, {0.0, 1.0}, 0.0, "one key");
    expect_close(softmax({1e308, -1e308}).probability, {1.0, 0.0}, 0.0, "far apart");
    expect_close(softmax({1000.0, 1000.0}).probability, {0.5, 0.5}, 0.0, "large and equal");
}
