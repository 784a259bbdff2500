// The tests' own gradient against the oracle's, and against finite differences of attention by definition under every
// method.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>

#include "generator.hpp"
#include "gradient.hpp"
#include "gradient_case.hpp"
#include "random_scheme.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

void expect_equal(const std::string& name, const char* what, const std::vector<double>& got,
                  const std::vector<double>& should) {
    cr_assert(got.size() == should.size(), "%s: %zu numbers of d_%s, %zu of the oracle", name.c_str(), got.size(), what,
              should.size());
    for (size_t n = 0; n < should.size(); ++n)
        cr_assert(std::fabs(got[n] - should[n]) <= 1e-12, "%s: d_%s[%zu] is %.17g, the oracle's %.17g", name.c_str(),
                  what, n, got[n], should[n]);
}

loss_slopes random_slopes(const attention_problem& p, uint64_t seed) {
    generator random(seed);
    loss_slopes slopes;
    for (int64_t n = 0; n < p.batch * p.query_heads * p.queries; ++n) {
        slopes.d_lse.push_back(random.real());
        for (int64_t d = 0; d < p.value_size(); ++d) slopes.d_out.push_back(random.real());
    }
    return slopes;
}

// oracle::attention_backward with the rules of a scheme, for one batch entry.
void check_oracle(const scheme_spec& spec, const attention_problem& p) {
    const attention_values values{attention_data(p)};
    const loss_slopes slopes = random_slopes(p, p.seed);
    const scheme_oracle rules(spec, p.current_length(), p.head_dim);
    oracle::attention_inputs in{static_cast<int>(p.query_heads),
                                static_cast<int>(p.key_heads),
                                p.queries,
                                p.keys,
                                static_cast<int>(p.head_dim),
                                static_cast<int>(p.value_size()),
                                values.q,
                                values.k,
                                values.v,
                                {},
                                {}};
    oracle::attention_rules table;
    table.rotate_query = [&](const std::vector<double>& x, double position) { return rules.rotate_query(x, position); };
    table.rotate_key = [&](const std::vector<double>& x, double position) { return rules.rotate_key(x, position); };
    table.remap = [&](const oracle::pair& at) { return rules.remap(at.i, at.j); };
    table.bias = [&](const oracle::pair& at) { return rules.bias(at.head, at.i, at.j); };
    table.visible = [&](const oracle::pair& at) { return rules.visible(at.i, at.j); };
    table.row_scale = [&](int64_t i) { return rules.scale(std::max<int64_t>(i, 0)); };
    table.softcap = spec.score.softcap;
    for (const float sink : spec.sinks) table.sink.push_back(static_cast<double>(sink));
    const oracle::attention_gradient should = oracle::attention_backward(in, table, slopes.d_out, slopes.d_lse);
    const gradient_expected got = expect_gradient(spec, p, values, slopes);
    expect_equal(spec.name, "q", got.q, should.q);
    expect_equal(spec.name, "k", got.k, should.k);
    expect_equal(spec.name, "v", got.v, should.v);
    if (!spec.sinks.empty()) expect_equal(spec.name, "sinks", got.sinks, should.sink);
    if (!spec.bias_values.empty())
        expect_equal(spec.name, "values", got.values,
                     oracle::t5_table_gradient(in, should.bias, spec.bias.bidirectional != 0, spec.bias.buckets,
                                               static_cast<int>(spec.bias.max_distance)));
}

class finite_differences {
public:
    finite_differences(scheme_spec spec, const attention_problem& problem)
        : spec_(std::move(spec)),
          p_(problem),
          at_(attention_data(problem)),
          slopes_(random_slopes(problem, problem.seed + 1)),
          random_(problem.seed + 2),
          got_(expect_gradient(spec_, p_, at_, slopes_)),
          scale_(std::max(1.0, std::fabs(loss(spec_, at_)))) {}

    void run() {
        along("q", got_.q, &attention_values::q);
        along("k", got_.k, &attention_values::k);
        along("v", got_.v, &attention_values::v);
        if (!at_.bias.empty()) along("bias", got_.bias, &attention_values::bias);
        some("sinks", got_.sinks, &scheme_spec::sinks);
        some("values", got_.values, &scheme_spec::bias_values);
    }

private:
    double loss(const scheme_spec& spec, const attention_values& at) const {
        const attention_expected result = expect_attention(spec, p_, at);
        double sum = 0;
        for (size_t n = 0; n < result.out.size(); ++n) sum += slopes_.d_out[n] * result.out[n];
        for (size_t n = 0; n < result.lse.size(); ++n)
            if (std::isfinite(result.lse[n])) sum += slopes_.d_lse[n] * result.lse[n];
        return sum;
    }

    // The slope in a random direction of all numbers.
    void along(const char* what, const std::vector<double>& gradient, std::vector<double> attention_values::*member) {
        const double step = 1e-5;
        attention_values up = at_, down = at_;
        double expected = 0;
        for (size_t n = 0; n < gradient.size(); ++n) {
            const double direction = random_.real();
            (up.*member)[n] += step * direction;
            (down.*member)[n] -= step * direction;
            expected += gradient[n] * direction;
        }
        report(what, expected, (loss(spec_, up) - loss(spec_, down)) / (2 * step), 1e-7);
    }

    // The slope of some numbers that are floats: their step is what rounding leaves.
    void some(const char* what, const std::vector<double>& gradient, std::vector<float> scheme_spec::*member) {
        for (int repeat = 0; repeat < 4 && !gradient.empty(); ++repeat) {
            const auto n = static_cast<size_t>(random_.whole(0, static_cast<int64_t>(gradient.size()) - 1));
            scheme_spec up = spec_, down = spec_;
            (up.*member)[n] += 0x1p-11f;
            (down.*member)[n] -= 0x1p-11f;
            const double step = static_cast<double>((up.*member)[n]) - static_cast<double>((down.*member)[n]);
            report(what, gradient[n], (loss(up, at_) - loss(down, at_)) / step, 1e-6);
        }
    }

    void report(const char* what, double expected, double slope, double tolerance) const {
        cr_expect(std::fabs(expected - slope) <= tolerance * (scale_ + std::fabs(slope)),
                  "%s, seed %llu: the slope by %s is %.12g, the finite difference %.12g", spec_.name.c_str(),
                  static_cast<unsigned long long>(p_.seed), what, expected, slope);
    }

    const scheme_spec spec_;
    const attention_problem& p_;
    const attention_values at_;
    const loss_slopes slopes_;
    generator random_;
    const gradient_expected got_;
    const double scale_;
};

}  // namespace

Test(gradient_reference, is_the_oracle) {
    attention_problem problem = make_problem(9, 15, 16, 1);
    problem.query_heads = 4;
    problem.key_heads = 2;
    problem.value_dim = 5;
    scheme_spec spec("plain");
    check_oracle(spec, problem);
    spec.name = "everything";
    spec.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_INTERLEAVED, 12).with_remap(FARSPAN_REMAP_SELF_EXTEND, 6);
    spec.rope.factor = 4;
    spec.rope.original_context = 64;
    spec.rope.rotary_offset = 3;
    spec.remap.group = 2;
    spec.with_bias(FARSPAN_BIAS_T5, 4);
    spec.bias.buckets = 8;
    spec.bias.max_distance = 12;
    for (int n = 0; n < 32; ++n) spec.bias_values.push_back(0.1f * static_cast<float>(n % 7));
    spec.score.softcap = 2;
    spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    spec.score.trained_length = 8;
    spec.sinks = {0.1f, 0.2f, -3.0f, 1.0f};
    spec.mask.window_left = 11;
    spec.mask.sinks = 2;
    check_oracle(spec, problem);
    problem.queries = 18;  // the first rows see nothing
    check_oracle(spec, problem);
    spec = scheme_spec("xpos");
    spec.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 16);
    spec.rope.xpos_scale_base = 32;
    check_oracle(spec, problem);
}

Test(gradient_reference, is_what_finite_differences_find) {
    for (uint64_t seed = 1; seed <= 150; seed += case_step()) {
        attention_problem problem = make_problem(23, 31, 64, seed);
        problem.query_heads = random_scheme_heads;
        problem.key_heads = 2;
        problem.value_dim = 8;
        const scheme_spec spec = random_scheme(seed);
        problem.dense_bias = spec.bias.method == FARSPAN_BIAS_DENSE;
        problem.bias_per_head = seed % 2 == 0;
        finite_differences(spec, problem).run();
    }
}

Test(gradient_reference, of_axes_segments_and_padding) {
    attention_problem problem = make_problem(20, 24, 16, 500);
    problem.batch = 2;
    problem.key_ranges = {0, 24, 5, 20};
    scheme_spec spec("padding");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16).with_remap(FARSPAN_REMAP_REROPE, 5);
    finite_differences(spec, problem).run();
    problem = make_problem(20, 24, 16, 501);
    problem.query_offsets = {0, 7, 20};
    problem.key_offsets = {0, 9, 24};
    spec.name = "packed";
    finite_differences(spec, problem).run();
    spec = scheme_spec("axes");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16);
    spec.rope.axes = FARSPAN_AXES_SECTIONS;
    spec.rope.axis_sections[0] = 2;
    spec.rope.axis_sections[1] = spec.rope.axis_sections[2] = 3;
    problem = make_problem(6, 9, 16, 502);
    for (int64_t n = 0; n < 18; ++n) problem.query_axes.push_back(n * 5 % 7);
    for (int64_t n = 0; n < 27; ++n) problem.key_axes.push_back(n * 3 % 8);
    finite_differences(spec, problem).run();
}
