// The gradient by definition against finite differences of attention by definition.
#include "bias.hpp"
#include "gradient.hpp"
#include "mask.hpp"
#include "score.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

// What a finite difference may change: everything that has a gradient.
struct unknowns {
    attention_inputs in;
    attention_rules rules;
    std::vector<double> table;  // T5, [buckets][heads]
};

bool causal(const pair& at) { return visible_causal(at.i, at.j); }

class check {
public:
    check(const char* name, const unknowns& at) : name_(name), at_(at) {
        d_out_ = random_numbers(static_cast<size_t>(at.in.query_heads * at.in.queries * at.in.value_dim), 71);
        d_lse_ = random_numbers(static_cast<size_t>(at.in.query_heads * at.in.queries), 72);
    }

    double loss(const unknowns& at) const {
        attention_rules rules = at.rules;
        if (!at.table.empty()) rules.bias = table_bias(at.table);
        const attention_result result = attention(at.in, rules);
        double sum = 0.0;
        for (size_t n = 0; n < d_out_.size(); ++n) sum += d_out_[n] * result.out[n];
        for (size_t n = 0; n < d_lse_.size(); ++n)
            if (std::isfinite(result.lse[n])) sum += d_lse_[n] * result.lse[n];
        return sum;
    }

    void run() {
        attention_rules rules = at_.rules;
        if (!at_.table.empty()) rules.bias = table_bias(at_.table);
        const attention_gradient got = attention_backward(at_.in, rules, d_out_, d_lse_);
        compare("q", got.q, [](unknowns& x) -> std::vector<double>& { return x.in.q; });
        compare("k", got.k, [](unknowns& x) -> std::vector<double>& { return x.in.k; });
        compare("v", got.v, [](unknowns& x) -> std::vector<double>& { return x.in.v; });
        if (!at_.rules.sink.empty())
            compare("sink", got.sink, [](unknowns& x) -> std::vector<double>& { return x.rules.sink; });
        if (!at_.table.empty())
            compare("table", t5_table_gradient(at_.in, got.bias, true, buckets, max_distance),
                    [](unknowns& x) -> std::vector<double>& { return x.table; });
        compare_bias(got.bias);
    }

    static constexpr int buckets = 8, max_distance = 16;

private:
    std::function<double(const pair&)> table_bias(const std::vector<double>& table) const {
        const int heads = at_.in.query_heads;
        return [table, heads](const pair& p) {
            return t5_bias(table, t5_bucket(p.j - p.i, true, buckets, max_distance), p.head, heads);
        };
    }

    template <class Of>
    void compare(const char* what, const std::vector<double>& gradient, Of of) {
        const double step = 1e-5;
        for (size_t n = 0; n < gradient.size(); ++n) {
            unknowns up = at_, down = at_;
            of(up)[n] += step;
            of(down)[n] -= step;
            const double slope = (loss(up) - loss(down)) / (2 * step);
            cr_expect(std::abs(gradient[n] - slope) <= 2e-8 * std::max(1.0, std::abs(slope)),
                      "%s: d_%s[%zu] is %.12g, the finite difference %.12g", name_, what, n, gradient[n], slope);
        }
    }

    // Of every seventh pair's own bias.
    void compare_bias(const std::vector<double>& gradient) {
        const double step = 1e-5;
        for (size_t n = 0; n < gradient.size(); n += 7) {
            const auto moved = [&](double by) {
                unknowns other = at_;
                const auto before = at_.table.empty() ? at_.rules.bias : table_bias(at_.table);
                other.table.clear();
                other.rules.bias = [&, before, by](const pair& p) {
                    const auto number = static_cast<size_t>((p.head * at_.in.queries + p.row) * at_.in.keys + p.column);
                    return (before ? before(p) : 0.0) + (number == n ? by : 0.0);
                };
                return loss(other);
            };
            const double slope = (moved(step) - moved(-step)) / (2 * step);
            cr_expect(std::abs(gradient[n] - slope) <= 2e-8, "%s: d_bias[%zu] is %.12g, the finite difference %.12g",
                      name_, n, gradient[n], slope);
        }
    }

    const char* name_;
    const unknowns& at_;
    std::vector<double> d_out_, d_lse_;
};

unknowns causal_rope(unsigned seed, int64_t queries = 5, int64_t keys = 7) {
    unknowns at{random_problem(4, 2, queries, keys, 6, seed), {}, {}};
    use_rope(at.rules, rope_base(100.0, 4), pair_layout::half, 1);
    at.rules.scale = softmax_scale(6);
    at.rules.visible = causal;
    return at;
}

}  // namespace

Test(gradient, plain_and_masks) {
    unknowns at = causal_rope(80);
    check("causal", at).run();
    at.rules.visible = [](const pair& p) { return visible_sinks_window(p.i, p.j, 1, 3); };
    check("sinks and window", at).run();
    at.rules.visible = nullptr;
    check("no mask", at).run();
    at = causal_rope(81, 7, 4);  // the first rows see nothing
    check("blind rows", at).run();
}

Test(gradient, values_narrower_than_heads) {
    unknowns at = causal_rope(82);
    at.in.value_dim = 3;
    at.in.v = random_numbers(2 * 7 * 3, 83);
    check("value_dim 3", at).run();
}

Test(gradient, every_remap) {
    unknowns at = causal_rope(84);
    const std::function<rotated_pair(const pair&)> remaps[] = {
        [](const pair& p) { return remap_rerope(p.i, p.j, 3); },
        [](const pair& p) { return remap_leaky_rerope(p.i, p.j, 3, 4); },
        [](const pair& p) { return remap_self_extend(p.i, p.j, 2, 3); },
        [](const pair& p) { return remap_dual_chunk(p.i, p.j, 4, 2, 1.5); },
        [](const pair& p) { return remap_lm_infinite(p.i, p.j, 3, 9, 7); },
        [](const pair& p) { return remap_streaming(p.i, p.j, 1, 3); },
    };
    for (const auto& remap : remaps) {
        at.rules.remap = remap;
        check("remap", at).run();
    }
}

Test(gradient, magnitudes_and_decay) {
    unknowns at = causal_rope(85);
    rope_frequencies f = rope_base(100.0, 4);
    f.magnitude = 1.3;
    use_rope(at.rules, f, pair_layout::interleaved);
    check("magnitude", at).run();
    const rope_frequencies whole = rope_base(100.0, 6);
    at.rules.rotate_query = [=](const std::vector<double>& x, double p) {
        return xpos_rotate_query(x, p, 3, 8, whole);
    };
    at.rules.rotate_key = [=](const std::vector<double>& x, double p) { return xpos_rotate_key(x, p, 3, 8, whole); };
    check("xpos", at).run();
}

Test(gradient, scores_biases_and_sinks) {
    unknowns at = causal_rope(86);
    at.rules.softcap = 0.7;
    check("softcap", at).run();
    at.rules.row_scale = [](int64_t i) { return log_n(i, 3); };
    check("log-n", at).run();
    at.rules.sink = {0.5, -1.0, 0.0, 2.0};
    check("sinks", at).run();
    const auto slopes = alibi_slopes(4);
    at.rules.bias = [&](const pair& p) { return alibi_relative(slopes[static_cast<size_t>(p.head)], p.i, p.j); };
    check("alibi", at).run();
    at.rules.bias = nullptr;
    at.table = random_numbers(check::buckets * 4, 87);
    check("t5", at).run();
    at.rules.visible = nullptr;
    check("t5 in both directions", at).run();
}

Test(gradient, of_a_rotation_is_its_transpose) {
    rope_frequencies f = rope_base(100.0, 6);
    f.magnitude = 1.4;
    const auto y = random_numbers(8, 88);
    const auto turn = [&](const std::vector<double>& x) { return rotate(x, 5.5, f, pair_layout::half, 1); };
    expect_close(transposed(turn, y), rotate_backward(y, 5.5, f, pair_layout::half, 1), 1e-15, "rotate_backward");
}

Test(gradient, of_a_merge) {
    const int dim = 3;
    const attention_result first{random_numbers(4 * dim, 89), random_numbers(4, 90)};
    const attention_result second{random_numbers(4 * dim, 91), random_numbers(4, 92)};
    const attention_result d{random_numbers(4 * dim, 93), random_numbers(4, 94)};
    const auto loss = [&](const attention_result& a, const attention_result& b) {
        const attention_result merged = merge(a, b, dim);
        return dot(d.out, merged.out) + dot(d.lse, merged.lse);
    };
    const merge_gradient got = merge_backward(first, second, dim, d);
    const double step = 1e-5;
    const auto compare = [&](const char* what, const std::vector<double>& gradient, bool of_first,
                             std::vector<double> attention_result::*member) {
        for (size_t n = 0; n < gradient.size(); ++n) {
            attention_result up = of_first ? first : second, down = up;
            (up.*member)[n] += step;
            (down.*member)[n] -= step;
            const double slope = of_first ? loss(up, second) - loss(down, second) : loss(first, up) - loss(first, down);
            cr_expect(std::abs(gradient[n] - slope / (2 * step)) <= 1e-9, "%s[%zu]: %.12g, %.12g", what, n, gradient[n],
                      slope / (2 * step));
        }
    };
    compare("first out", got.first.out, true, &attention_result::out);
    compare("first lse", got.first.lse, true, &attention_result::lse);
    compare("second out", got.second.out, false, &attention_result::out);
    compare("second lse", got.second.lse, false, &attention_result::lse);
}
