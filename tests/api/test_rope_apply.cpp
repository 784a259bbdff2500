// farspan_rope_apply: every method, layout, branch and memory layout against the oracle, and what must hold bit by bit.
#include <criterion/criterion.h>

#include <cmath>

#include "calls.hpp"
#include "generator.hpp"
#include "number_types.hpp"
#include "scheme_oracle.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

using shape_t = tensor_data::shape_t;

farspan_rope_options default_options() {
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    return options;
}

void apply(const farspan_scheme* scheme, const farspan_rope_options& options, const int64_t* positions,
           const tensor_data& in, const tensor_data& out, const farspan_context* context = nullptr) {
    error_slot error;
    require_ok(rope_apply(context, scheme, &options, positions, &in.view(), &out.view(), &error), error, "rope_apply");
}

scheme_spec with_rope(int32_t method, int32_t pair_layout, int32_t rotary_dim, int32_t offset) {
    scheme_spec spec("rope");
    spec.with_rope(method, pair_layout, rotary_dim);
    spec.rope.rotary_offset = offset;
    return spec;
}

std::vector<double> row_of(const tensor_data& data, int64_t b, int64_t h, int64_t t) {
    std::vector<double> row;
    for (int64_t f = 0; f < data.shape()[3]; ++f) row.push_back(data.get(b, h, t, f));
    return row;
}

// Every output element within a relative 1e-6 of its pair's length and the rounding of the output type.
template <class Rotate>
void expect_rotated(const char* what, const scheme_spec& spec, const tensor_data& in, const tensor_data& out,
                    Rotate rotate) {
    const auto [batch, heads, rows, dim] = in.shape();
    const int32_t dtype = out.view().dtype;
    for (int64_t b = 0; b < batch; ++b)
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t t = 0; t < rows; ++t) {
                const std::vector<double> x = row_of(in, b, h, t), should = rotate(x, t), is = row_of(out, b, h, t);
                for (int64_t f = 0; f < dim; ++f) {
                    const auto at = static_cast<size_t>(f);
                    const bool inside =
                        f >= spec.rope.rotary_offset && f < spec.rope.rotary_offset + spec.rope.rotary_dim;
                    const double allowed =
                        inside ? 1e-6 * std::max(1.0, std::fabs(should[at])) + half_ulp(dtype, should[at]) : 0;
                    cr_assert(std::fabs(is[at] - (inside ? should[at] : rounded(dtype, x[at]))) <= allowed,
                              "%s: b %lld, h %lld, row %lld, feature %lld: %.9g, oracle %.9g", what,
                              static_cast<long long>(b), static_cast<long long>(h), static_cast<long long>(t),
                              static_cast<long long>(f), is[at], should[at]);
                }
            }
    cr_assert(out.gaps_untouched(), "%s: wrote between the elements", what);
}

}  // namespace

Test(api_rope, memory_layouts_and_types) {
    generator random(1);
    const std::vector<layout> layouts = {layout::contiguous,       layout::sequence_major, layout::reversed,
                                         layout::feature_reversed, layout::padded_rows,    layout::every_second,
                                         layout::feature_major};
    const std::vector<int32_t> dtypes = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16};
    for (const int32_t pair_layout : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED})
        for (const auto& [rotary, offset, dim] : std::vector<std::array<int32_t, 3>>{
                 {64, 0, 64}, {24, 13, 41}, {2, 0, 2}, {2, 1, 3}, {40, 0, 80}, {128, 64, 192}, {512, 0, 512}})
            for (const layout how : layouts) {
                scheme_spec spec = with_rope(FARSPAN_ROPE_BASE, pair_layout, rotary, offset);
                const scheme_handle scheme = spec.create();
                const shape_t shape{2, 3, random.whole(1, 70), dim};
                tensor_data in(random.pick(dtypes), shape, random.coin() ? layout::shared_heads : random.pick(layouts),
                               placement::before_guard);
                const tensor_data out(random.pick(dtypes), shape, how,
                                      random.coin() ? placement::before_guard : placement::after_guard);
                in.fill([&] { return random.unit(); });
                std::vector<int64_t> positions;
                for (int64_t t = 0; t < shape[2]; ++t) positions.push_back(random.whole(0, 1000000));
                for (const int32_t isa : usable_isas()) {
                    apply(scheme.get(), default_options(), positions.data(), in, out, make_context(isa, 1).get());
                    const scheme_oracle rules(spec, 1, dim);
                    expect_rotated(farspan_isa_name(isa), spec, in, out, [&](const std::vector<double>& x, int64_t t) {
                        return rules.rotate_query(x, static_cast<double>(positions[static_cast<size_t>(t)]));
                    });
                }
            }
}

Test(api_rope, every_method) {
    generator random(2);
    for (int32_t method = FARSPAN_ROPE_BASE; method < farspan_method_count(FARSPAN_PART_ROPE); ++method) {
        scheme_spec spec =
            with_rope(method, method == FARSPAN_ROPE_XPOS ? FARSPAN_LAYOUT_INTERLEAVED : FARSPAN_LAYOUT_HALF, 32, 5);
        spec.name = farspan_method_name(FARSPAN_PART_ROPE, method);
        farspan_rope_config& rope = spec.rope;
        const bool dynamic = method == FARSPAN_ROPE_DYNAMIC_LINEAR || method == FARSPAN_ROPE_DYNAMIC_NTK_QWEN ||
                             method == FARSPAN_ROPE_DYNAMIC_YARN;
        if (method != FARSPAN_ROPE_BASE && method != FARSPAN_ROPE_XPOS && method != FARSPAN_ROPE_PAIR_FACTORS &&
            !dynamic)
            rope.factor = 4;
        if (dynamic || method == FARSPAN_ROPE_DYNAMIC_NTK || method == FARSPAN_ROPE_NTK_BY_PARTS ||
            method == FARSPAN_ROPE_YARN || method == FARSPAN_ROPE_LONGROPE || method == FARSPAN_ROPE_LLAMA3)
            rope.original_context = 100;
        for (int p = 0; p < 16 && (method == FARSPAN_ROPE_LONGROPE || method == FARSPAN_ROPE_PAIR_FACTORS); ++p) {
            spec.short_factors.push_back(random.real(1, 3));
            if (method == FARSPAN_ROPE_LONGROPE) spec.long_factors.push_back(random.real(1, 9));
        }
        const scheme_handle scheme = spec.create();
        tensor_data in(FARSPAN_F32, {1, 2, 40, 48});
        const tensor_data out(FARSPAN_F32, {1, 2, 40, 48});
        in.fill([&] { return random.unit(); });
        for (const int64_t length : {0, 50, 3000})
            for (const int32_t side : {FARSPAN_SIDE_QUERY, FARSPAN_SIDE_KEY}) {
                farspan_rope_options options = default_options();
                options.length = length;
                options.side = side;
                options.xpos_centre = 17;
                std::vector<int64_t> positions;
                int64_t largest = 0;
                for (int t = 0; t < 40; ++t) largest = std::max(largest, positions.emplace_back(random.whole(0, 400)));
                apply(scheme.get(), options, positions.data(), in, out);
                const scheme_oracle rules(spec, length > 0 ? length : largest + 1, 48);
                expect_rotated(spec.name.c_str(), spec, in, out, [&](const std::vector<double>& x, int64_t t) {
                    const auto position = static_cast<double>(positions[static_cast<size_t>(t)]);
                    return side == FARSPAN_SIDE_QUERY ? rules.rotate_query(x, position, 17)
                                                      : rules.rotate_key(x, position, 17);
                });
            }
    }
}

// Default positions are 0, 1, 2 ...; many rows and threads; in place is the same as out of place.
Test(api_rope, in_place_defaults_and_threads) {
    for (const int32_t pair_layout : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED})
        for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16})
            for (const int32_t isa : usable_isas()) {
                scheme_spec spec = with_rope(FARSPAN_ROPE_BASE, pair_layout, 48, 3);
                const scheme_handle scheme = spec.create();
                generator random(3);
                tensor_data in(dtype, {2, 3, 333, 64});
                const tensor_data one(dtype, {2, 3, 333, 64}), two(dtype, {2, 3, 333, 64});
                in.fill([&] { return random.unit(); });
                std::vector<int64_t> positions;
                for (int64_t t = 0; t < 333; ++t) positions.push_back(t);
                apply(scheme.get(), default_options(), positions.data(), in, one, make_context(isa, 1).get());
                apply(scheme.get(), default_options(), nullptr, in, two, make_context(isa, 2).get());
                cr_expect(one.bytes() == two.bytes(), "default positions or two threads on %s", farspan_isa_name(isa));
                apply(scheme.get(), default_options(), nullptr, in, in, make_context(isa, 2).get());
                cr_expect(one.bytes() == in.bytes(), "in place on %s, dtype %d", farspan_isa_name(isa), dtype);
            }
}

// Interleaved pairs are half pairs in another order, bit for bit.
Test(api_rope, layouts_are_permutations_of_each_other) {
    scheme_spec half = with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 40, 0),
                woven = with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_INTERLEAVED, 40, 0);
    const scheme_handle a = half.create(), b = woven.create();
    generator random(4);
    tensor_data x(FARSPAN_F32, {1, 1, 50, 40}), y(FARSPAN_F32, {1, 1, 50, 40});
    x.fill([&] { return random.unit(); });
    const auto woven_feature = [](int64_t f) { return f < 20 ? 2 * f : 2 * (f - 20) + 1; };
    for (int64_t t = 0; t < 50; ++t)
        for (int64_t f = 0; f < 40; ++f) y.set(0, 0, t, woven_feature(f), x.get(0, 0, t, f));
    for (const int32_t isa : usable_isas()) {
        const tensor_data rx(FARSPAN_F32, {1, 1, 50, 40}), ry(FARSPAN_F32, {1, 1, 50, 40});
        apply(a.get(), default_options(), nullptr, x, rx, make_context(isa, 1).get());
        apply(b.get(), default_options(), nullptr, y, ry, make_context(isa, 1).get());
        for (int64_t t = 0; t < 50; ++t)
            for (int64_t f = 0; f < 40; ++f)
                cr_assert(rx.get(0, 0, t, f) == ry.get(0, 0, t, woven_feature(f)), "row %lld, feature %lld on %s",
                          static_cast<long long>(t), static_cast<long long>(f), farspan_isa_name(isa));
    }
}

Test(api_rope, positions_by_axis) {
    generator random(6);
    scheme_spec spec = with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64, 0);
    spec.rope.axes = FARSPAN_AXES_SECTIONS;
    const int32_t sections[4] = {8, 12, 12, 0};
    std::copy(sections, sections + 4, spec.rope.axis_sections);
    const scheme_handle scheme = spec.create();
    tensor_data in(FARSPAN_F32, {1, 2, 30, 64});
    const tensor_data out(FARSPAN_F32, {1, 2, 30, 64});
    in.fill([&] { return random.unit(); });
    for (const int64_t stride : {0, 30, 47}) {
        std::vector<int64_t> positions;
        for (int n = 0; n < 3 * 47; ++n) positions.push_back(random.whole(0, 5000));
        farspan_rope_options options = default_options();
        options.axis_stride = stride;
        apply(scheme.get(), options, positions.data(), in, out);
        const scheme_oracle rules(spec, 1, 64);
        const auto step = static_cast<size_t>(stride == 0 ? 30 : stride);
        expect_rotated("axes", spec, in, out, [&](const std::vector<double>& x, int64_t t) {
            const auto n = static_cast<size_t>(t);
            return rules.rotate_axes(x, {static_cast<double>(positions[n]), static_cast<double>(positions[n + step]),
                                         static_cast<double>(positions[n + 2 * step])});
        });
    }
}

// The maps of a remap's branches: rotating q and k by a branch gives the oracle's relative position.
Test(api_rope, branches_of_a_remap) {
    scheme_spec spec = with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32, 0);
    spec.with_remap(FARSPAN_REMAP_SELF_EXTEND, 20);
    spec.remap.group = 4;
    const scheme_handle scheme = spec.create();
    generator random(7);
    tensor_data in(FARSPAN_F32, {1, 1, 100, 32});
    const tensor_data out(FARSPAN_F32, {1, 1, 100, 32});
    in.fill([&] { return random.unit(); });
    const scheme_oracle rules(spec, 100, 32);
    for (const int32_t side : {FARSPAN_SIDE_QUERY, FARSPAN_SIDE_KEY})
        for (const int32_t branch : {0, 1}) {
            farspan_rope_options options = default_options();
            options.side = side;
            options.branch = branch;
            apply(scheme.get(), options, nullptr, in, out);
            expect_rotated("branch", spec, in, out, [&](const std::vector<double>& x, int64_t t) {
                const int64_t other = branch == 0 ? t : side == FARSPAN_SIDE_QUERY ? t - 50 : t + 50;
                const oracle::rotated_pair seen =
                    side == FARSPAN_SIDE_QUERY ? rules.remap(t, other) : rules.remap(other, t);
                return rules.rotate_query(x, side == FARSPAN_SIDE_QUERY ? seen.query : seen.key);
            });
        }
}
