// Absolute encodings, FIRE and tabulated biases against the oracle.
#include <criterion/criterion.h>

#include <cmath>

#include "absolute.hpp"
#include "bias.hpp"
#include "calls.hpp"
#include "generator.hpp"
#include "number_types.hpp"
#include "scheme_oracle.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

Test(api_absolute, sinusoidal) {
    const oracle::sinusoidal_layout layouts[4] = {{},
                                                  oracle::sinusoidal_layout::interleaved,
                                                  oracle::sinusoidal_layout::blocks,
                                                  oracle::sinusoidal_layout::blocks_shifted};
    for (int32_t how = 1; how <= 3; ++how)
        for (const int64_t width : {1, 2, 3, 4, 5, 6, 7, 31, 64, 127, 512})
            for (const int64_t first : {0, 5, 1000, 1000000})
                for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16})
                    for (const double base : {10000.0, 500.0}) {
                        const tensor_data out(dtype, {1, 1, 3, width}, layout::padded_rows, placement::before_guard);
                        error_slot error;
                        require_ok(farspan_sinusoidal_fill(nullptr, how, first, base, &out.view(), &error), error,
                                   "sinusoidal");
                        for (int64_t t = 0; t < 3; ++t) {
                            const auto row = oracle::sinusoidal_row(static_cast<double>(first + t),
                                                                    static_cast<int>(width), layouts[how], base);
                            for (int64_t f = 0; f < width; ++f) {
                                const double should = row[static_cast<size_t>(f)];
                                // Rounded to f32, then to the type; and the oracle's own angle in double is off by
                                // 2^-53 of itself.
                                const double allowed = half_ulp(dtype, should) + half_ulp(FARSPAN_F32, should) +
                                                       4e-16 * static_cast<double>(first + 3) + 1e-12;
                                cr_assert(std::fabs(out.get(0, 0, t, f) - should) <= allowed,
                                          "layout %d, width %lld, position %lld, feature %lld: %.9g, oracle %.9g", how,
                                          static_cast<long long>(width), static_cast<long long>(first + t),
                                          static_cast<long long>(f), out.get(0, 0, t, f), should);
                            }
                        }
                        cr_assert(out.gaps_untouched());
                    }
}

Test(api_absolute, position_lookup) {
    generator random(1);
    for (const int32_t from : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16})
        for (const int32_t to : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16}) {
            tensor_data table(from, {1, 1, 20, 37}, layout::padded_rows, placement::before_guard);
            table.fill([&] { return random.unit(); });
            const tensor_data out(to, {3, 1, 11, 37}, layout::sequence_major);
            std::vector<int64_t> positions;
            for (int t = 0; t < 11; ++t) positions.push_back(random.whole(0, 19));
            for (const int64_t* given :
                 {static_cast<const int64_t*>(nullptr), static_cast<const int64_t*>(positions.data())}) {
                cr_assert(position_lookup(&table.view(), given, &out.view(), nullptr) == FARSPAN_OK);
                for (int64_t b = 0; b < 3; ++b)
                    for (int64_t t = 0; t < 11; ++t)
                        for (int64_t f = 0; f < 37; ++f)
                            cr_assert(out.get(b, 0, t, f) == rounded(to, table.get(0, 0, given ? given[t] : t, f)),
                                      "row %lld, feature %lld", static_cast<long long>(t), static_cast<long long>(f));
            }
        }
}

Test(api_absolute, fire) {
    generator random(2);
    constexpr int hidden = 7, heads = 3;
    const auto floats = [&](int count) {
        std::vector<float> values;
        for (int n = 0; n < count; ++n) values.push_back(static_cast<float>(random.real()));
        return values;
    };
    const std::vector<float> w1 = floats(hidden), b1 = floats(hidden), w2 = floats(hidden * heads), b2 = floats(heads);
    const auto wide = [](const std::vector<float>& values) {
        return std::vector<double>(values.begin(), values.end());
    };
    const oracle::fire_mlp mlp{wide(w1), wide(b1), wide(w2), wide(b2)};
    for (const double threshold : {512.0, 3.0, 0.0}) {
        farspan_fire_config config;
        farspan_fire_config_init(&config, sizeof config);
        config.hidden = hidden;
        config.heads = heads;
        config.threshold = threshold;
        config.w1 = w1.data();
        config.b1 = b1.data();
        config.w2 = w2.data();
        config.b2 = b2.data();
        config.w1_count = static_cast<int64_t>(w1.size());
        config.b1_count = static_cast<int64_t>(b1.size());
        config.w2_count = static_cast<int64_t>(w2.size());
        config.b2_count = static_cast<int64_t>(b2.size());
        const tensor_data out(FARSPAN_F32, {1, heads, 20, 33}, layout::padded_rows, placement::before_guard);
        std::vector<int64_t> queries, keys;
        for (int i = 0; i < 20; ++i) queries.push_back(random.whole(0, 3000));
        for (int j = 0; j < 33; ++j) keys.push_back(random.whole(0, 3000));
        for (const bool given : {false, true}) {
            error_slot error;
            require_ok(fire_fill(&config, given ? queries.data() : nullptr, given ? keys.data() : nullptr, &out.view(),
                                 &error),
                       error, "fire");
            for (int64_t i = 0; i < 20; ++i)
                for (int64_t j = 0; j < 33; ++j) {
                    const int64_t pi = given ? queries[static_cast<size_t>(i)] : i + 13,
                                  pj = given ? keys[static_cast<size_t>(j)] : j;
                    if (pj > pi) continue;  // ahead of the query: whatever the mask hides
                    for (int h = 0; h < heads; ++h) {
                        const double should =
                            oracle::fire_bias(oracle::fire_input(pi, pj, config.c, threshold), mlp, h);
                        cr_assert(std::fabs(out.get(0, h, i, j) - should) <= 1e-6 * std::max(1.0, std::fabs(should)),
                                  "threshold %g, i %lld, j %lld, h %d: %.9g, oracle %.9g", threshold,
                                  static_cast<long long>(pi), static_cast<long long>(pj), h, out.get(0, h, i, j),
                                  should);
                    }
                }
            cr_assert(out.gaps_untouched());
        }
    }
}

Test(api_absolute, bias_fill) {
    generator random(3);
    for (const int32_t method : {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG,
                                 FARSPAN_BIAS_KERPLE_POWER, FARSPAN_BIAS_SANDWICH})
        for (const bool bidirectional : {false, true}) {
            if (bidirectional && method != FARSPAN_BIAS_ALIBI && method != FARSPAN_BIAS_T5) continue;
            scheme_spec spec(farspan_method_name(FARSPAN_PART_BIAS, method));
            spec.with_bias(method, 6);
            spec.bias.bidirectional = bidirectional;
            if (method == FARSPAN_BIAS_ALIBI) spec.bias.trained_length = 100;
            for (int n = 0; n < 32 * 6 && method == FARSPAN_BIAS_T5; ++n)
                spec.bias_values.push_back(static_cast<float>(random.unit()));
            for (int h = 0; h < 6 && (method == FARSPAN_BIAS_KERPLE_LOG || method == FARSPAN_BIAS_KERPLE_POWER); ++h) {
                spec.bias_a.push_back(random.real(0.1, 2));
                spec.bias_p.push_back(random.real(0.1, 2));
            }
            const scheme_handle scheme = spec.create();
            for (const int64_t length : {0, 100, 1000})
                for (const int64_t first : {-300, 0, 1000000}) {
                    std::vector<float> out(401, -7.0f);
                    const scheme_oracle rules(spec, std::max<int64_t>(length, 1), 1);
                    for (int32_t h = 0; h < 6; ++h) {
                        error_slot error;
                        require_ok(farspan_bias_fill(nullptr, scheme.get(), h, length, first, out.data(), 400, &error),
                                   error, spec.name);
                        for (int64_t n = 0; n < 400; ++n) {
                            const double should = rules.bias(h, first + n, 0),
                                         is = static_cast<double>(out[static_cast<size_t>(n)]);
                            cr_assert(std::fabs(is - should) <= 1e-7 * std::max(1e-3, std::fabs(should)),
                                      "%s, h %d, distance %lld: %.9g, oracle %.9g", spec.name.c_str(), h,
                                      static_cast<long long>(first + n), is, should);
                        }
                        cr_assert(out[400] == -7.0f, "wrote past count");
                    }
                }
        }
}
