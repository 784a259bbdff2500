// The stated accuracy of farspan_rope_apply.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>

#include "calls.hpp"
#include "generator.hpp"
#include "number_types.hpp"
#include "rope_float32.hpp"
#include "scheme_spec.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t rows = 64, dim = 64;

scheme_spec with_rope(int32_t method, int32_t pair_layout, int32_t angle = FARSPAN_ANGLE_EXACT) {
    scheme_spec spec("exact");
    spec.with_rope(method, pair_layout, dim);
    spec.rope.angle = angle;
    return spec;
}

std::vector<double> frequencies(const farspan_scheme* scheme, double* magnitude) {
    std::vector<double> result(dim / 2);
    cr_assert(farspan_rope_frequencies(scheme, 0, result.data(), dim / 2, magnitude, nullptr) == FARSPAN_OK);
    return result;
}

std::vector<int64_t> spread_positions(generator& random, int64_t largest) {
    std::vector<int64_t> positions = {0, 1, 63, 64, 65, largest};
    while (static_cast<int64_t>(positions.size()) < rows) positions.push_back(random.whole(0, largest));
    return positions;
}

void apply(const farspan_context* context, const farspan_scheme* scheme, const farspan_rope_options* options,
           const std::vector<int64_t>& positions, const tensor_data& in, const tensor_data& out) {
    error_slot error;
    require_ok(rope_apply(context, scheme, options, positions.data(), &in.view(), &out.view(), &error), error,
               "rope_apply");
}

struct pair_features {
    int64_t first, second;
};

pair_features features_of(int32_t pair_layout, int64_t p) {
    return pair_layout == FARSPAN_LAYOUT_HALF ? pair_features{p, p + dim / 2} : pair_features{2 * p, 2 * p + 1};
}

}  // namespace

// Against 64-bit significands, with the library's frequencies (double numbers) taken as they are. Random data brings
// many cancellations of u cos against v sin.
Test(api_rope, exact_angles_are_within_two_ulp) {
    double worst = 0;
    for (const int32_t isa : usable_isas()) {
        const context_handle context = make_context(isa, 2);
        for (const int32_t pair_layout : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED})
            for (const int64_t largest : {100, 100000, 10000000})
                for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_YARN}) {
                    scheme_spec spec = with_rope(method, pair_layout);
                    if (method == FARSPAN_ROPE_YARN) spec.rope.factor = 16, spec.rope.original_context = 4096;
                    const scheme_handle scheme = spec.create();
                    double magnitude = 0;
                    const std::vector<double> inv_freq = frequencies(scheme.get(), &magnitude);
                    generator random(static_cast<uint64_t>(largest + method));
                    const std::vector<int64_t> positions = spread_positions(random, largest);
                    tensor_data in(FARSPAN_F32, {1, 1, rows, dim}), out(FARSPAN_F32, {1, 1, rows, dim});
                    in.fill([&] { return random.unit(); });
                    apply(context.get(), scheme.get(), nullptr, positions, in, out);
                    for (int64_t t = 0; t < rows; ++t)
                        for (int64_t p = 0; p < dim / 2; ++p) {
                            const auto [a, b] = features_of(pair_layout, p);
                            const long double u = in.get(0, 0, t, a), v = in.get(0, 0, t, b), m = magnitude;
                            const auto [c, s] = turn_of(static_cast<long double>(positions[static_cast<size_t>(t)]),
                                                        inv_freq[static_cast<size_t>(p)]);
                            const auto check = [&](int64_t feature, long double exact) {
                                const auto got = static_cast<float>(out.get(0, 0, t, feature));
                                const double off = float_ulps(got, exact);
                                worst = std::max(worst, off);
                                cr_assert(
                                    off <= 2,
                                    "%s, layout %d, position %lld, pair %lld: %.9g, must be %.9Lg: off by %.2f ulp",
                                    farspan_isa_name(isa), pair_layout,
                                    static_cast<long long>(positions[static_cast<size_t>(t)]),
                                    static_cast<long long>(p), static_cast<double>(got), exact, off);
                            };
                            check(a, m * (u * c - v * s));
                            check(b, m * (v * c + u * s));
                        }
                }
    }
    std::printf("rope_apply   exact angles, worst error %.3f ulp\n", worst);
}

// float32 mode: Hugging Face's own chain of roundings, read back by rotating unit vectors: (1, 0) becomes (cos, sin).
Test(api_rope, float32_angles_are_those_of_hugging_face) {
    double worst = 0;
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN}) {
        scheme_spec spec = with_rope(method, FARSPAN_LAYOUT_HALF, FARSPAN_ANGLE_FLOAT32);
        oracle::yarn_parameters yarn;
        yarn.rotary_dim = dim;
        if (method != FARSPAN_ROPE_BASE) yarn.factor = spec.rope.factor = 8;
        if (method == FARSPAN_ROPE_YARN) yarn.original_context = 4096, spec.rope.original_context = 4096;
        const std::vector<float> inv_freq = method == FARSPAN_ROPE_BASE     ? oracle::hf_float32_inv_freq(10000, dim)
                                            : method == FARSPAN_ROPE_LINEAR ? oracle::hf_float32_linear(10000, dim, 8)
                                                                            : oracle::hf_float32_yarn(yarn);
        const scheme_handle scheme = spec.create();
        double magnitude = 0;
        const std::vector<double> own = frequencies(scheme.get(), &magnitude);
        for (size_t p = 0; p < own.size(); ++p)
            cr_expect(own[p] == static_cast<double>(inv_freq[p]),
                      "method %d, inv_freq[%zu] is %.9g, Hugging Face's %.9g", method, p, own[p],
                      static_cast<double>(inv_freq[p]));
        generator random(5);
        const std::vector<int64_t> positions = spread_positions(random, 10000000);
        tensor_data in(FARSPAN_F32, {1, 1, rows, dim}), out(FARSPAN_F32, {1, 1, rows, dim});
        in.fill([n = int64_t{0}]() mutable { return n++ % dim < dim / 2 ? 1.0 : 0.0; });
        for (const int32_t isa : usable_isas()) {
            apply(make_context(isa, 1).get(), scheme.get(), nullptr, positions, in, out);
            for (int64_t t = 0; t < rows; ++t) {
                const std::vector<float> angles =
                    oracle::hf_float32_angles(static_cast<double>(positions[static_cast<size_t>(t)]), inv_freq);
                for (int64_t p = 0; p < dim / 2; ++p) {
                    const auto angle = static_cast<long double>(angles[static_cast<size_t>(p)]),
                               m = static_cast<long double>(magnitude);
                    const double cosine = float_ulps(static_cast<float>(out.get(0, 0, t, p)), m * std::cos(angle));
                    const double sine =
                        float_ulps(static_cast<float>(out.get(0, 0, t, p + dim / 2)), m * std::sin(angle));
                    worst = std::max({worst, cosine, sine});
                    cr_assert(cosine <= 1 && sine <= 1,
                              "method %d, position %lld, pair %lld: cos off by %.2f ulp, sin by %.2f", method,
                              static_cast<long long>(positions[static_cast<size_t>(t)]), static_cast<long long>(p),
                              cosine, sine);
                }
            }
        }
    }
    std::printf("rope_apply   float32 angles, worst error of cos and sin %.3f ulp\n", worst);
}

// Inverse undoes forward, and two rotations are one by the sum.
Test(api_rope, inverse_and_composition) {
    generator random(9);
    const std::vector<int64_t> positions = spread_positions(random, 1000000);
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_YARN, FARSPAN_ROPE_XPOS})
        for (const int32_t pair_layout : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED}) {
            scheme_spec spec = with_rope(method, pair_layout);
            if (method == FARSPAN_ROPE_YARN) spec.rope.factor = 8, spec.rope.original_context = 4096;
            const scheme_handle scheme = spec.create();
            tensor_data in(FARSPAN_F32, {1, 1, rows, dim}), there(FARSPAN_F32, {1, 1, rows, dim}),
                back(FARSPAN_F32, {1, 1, rows, dim});
            in.fill([&] { return random.unit(); });
            farspan_rope_options options;
            farspan_rope_options_init(&options, sizeof options);
            std::vector<int64_t> used = positions;
            if (method == FARSPAN_ROPE_XPOS) {  // its decay must stay within float
                for (int64_t& position : used) position %= 2000;
                options.xpos_centre = 1000;
            }
            for (const int32_t side : {FARSPAN_SIDE_QUERY, FARSPAN_SIDE_KEY}) {
                options.side = side;
                options.direction = FARSPAN_ROTATE_FORWARD;
                apply(nullptr, scheme.get(), &options, used, in, there);
                options.direction = FARSPAN_ROTATE_INVERSE;
                apply(nullptr, scheme.get(), &options, used, there, back);
                for (int64_t t = 0; t < rows; ++t)
                    for (int64_t p = 0; p < dim / 2; ++p) {
                        const auto [a, b] = features_of(pair_layout, p);
                        const double length = std::hypot(in.get(0, 0, t, a), in.get(0, 0, t, b));
                        for (const int64_t f : {a, b})
                            cr_assert(std::fabs(back.get(0, 0, t, f) - in.get(0, 0, t, f)) <= 4e-7 * length,
                                      "method %d, position %lld, feature %lld: %.9g came back as %.9g", method,
                                      static_cast<long long>(used[static_cast<size_t>(t)]), static_cast<long long>(f),
                                      in.get(0, 0, t, f), back.get(0, 0, t, f));
                    }
            }
            if (method == FARSPAN_ROPE_XPOS) continue;
            // Forward by position and a delta: forward by the sum. Deltas may be negative, and carry no magnitude.
            std::vector<int64_t> delta, sum;
            for (const int64_t position : used) {
                delta.push_back(random.whole(-position, 1000000));
                sum.push_back(position + delta.back());
            }
            options.direction = FARSPAN_ROTATE_FORWARD;
            apply(nullptr, scheme.get(), &options, sum, in, back);
            options.direction = FARSPAN_ROTATE_DELTA;
            const tensor_data moved(FARSPAN_F32, {1, 1, rows, dim});
            options.length = 2000001;
            apply(nullptr, scheme.get(), &options, delta, there, moved);
            for (int64_t t = 0; t < rows; ++t)
                for (int64_t p = 0; p < dim / 2; ++p) {
                    const auto [a, b] = features_of(pair_layout, p);
                    const double length = std::hypot(back.get(0, 0, t, a), back.get(0, 0, t, b));
                    for (const int64_t f : {a, b})
                        cr_assert(std::fabs(back.get(0, 0, t, f) - moved.get(0, 0, t, f)) <= 4e-7 * length,
                                  "method %d, delta %lld, feature %lld: %.9g, composed %.9g", method,
                                  static_cast<long long>(delta[static_cast<size_t>(t)]), static_cast<long long>(f),
                                  back.get(0, 0, t, f), moved.get(0, 0, t, f));
                }
        }
}
