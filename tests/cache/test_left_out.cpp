// Under a bias that falls with the distance, pages that certainly do not matter are not read: shown by values there that would matter if they were.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"
#include "calls.hpp"
#include "falling_biases.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t dim = 32;

// One sequence with one key head; key and value of a token are functions of its position.
class long_cache {
public:
    template <class Key, class Value>
    long_cache(int64_t tokens, const Key& key, const Value& value)
        : cache_(make_cache({FARSPAN_F32, 1, 1, 8, dim, dim, 0})) {
        farspan_cache_sequence_create(cache_.get(), &id_, nullptr);
        std::vector<float> k(static_cast<std::size_t>(tokens * dim)), v(k.size());
        for (int64_t t = 0; t < tokens; ++t)
            for (int64_t d = 0; d < dim; ++d) {
                k[static_cast<std::size_t>(t * dim + d)] = key(t, d);
                v[static_cast<std::size_t>(t * dim + d)] = value(t, d);
            }
        farspan_cache_batch batch = rows(tokens);
        farspan_tensor kt, vt;
        farspan_tensor_contiguous(&kt, k.data(), FARSPAN_F32, 1, 1, tokens, dim);
        farspan_tensor_contiguous(&vt, v.data(), FARSPAN_F32, 1, 1, tokens, dim);
        cr_assert(farspan_cache_append(nullptr, cache_.get(), &batch, nullptr, 0, nullptr) == FARSPAN_OK);
        cr_assert(farspan_cache_write(nullptr, cache_.get(), 0, &batch, &kt, &vt, nullptr) == FARSPAN_OK);
    }

    void forget(int64_t first, int64_t last) {
        cr_assert(farspan_cache_evict(cache_.get(), id_, first, last, nullptr) == FARSPAN_OK);
    }

    // The newest `count` queries, all heads the same: [heads][count][dim].
    std::vector<float> attend(int32_t isa, int32_t threads, const farspan_scheme* scheme, int64_t heads, int64_t count,
                              const std::vector<float>& query) {
        return attend(cache_context(isa, threads), scheme, heads, count, query);
    }
    std::vector<float> attend(const farspan_context* context, const farspan_scheme* scheme, int64_t heads,
                              int64_t count, const std::vector<float>& query) {
        std::vector<float> q, out(static_cast<std::size_t>(heads * count * dim));
        for (int64_t row = 0; row < heads * count; ++row) q.insert(q.end(), query.begin(), query.end());
        farspan_cache_batch batch = rows(count);
        farspan_tensor qt, ot;
        farspan_tensor_contiguous(&qt, q.data(), FARSPAN_F32, 1, heads, count, dim);
        farspan_tensor_contiguous(&ot, out.data(), FARSPAN_F32, 1, heads, count, dim);
        cr_assert(farspan_attention_decode(context, scheme, cache_.get(), 0, &batch, cache_data(&qt, &ot).get(),
                                           nullptr) == FARSPAN_OK);
        return out;
    }

private:
    farspan_cache_batch rows(int64_t count) {
        offsets_[1] = count;
        farspan_cache_batch batch;
        farspan_cache_batch_init(&batch, sizeof batch);
        batch.sequence_count = 1;
        batch.sequence = &id_;
        batch.offsets = offsets_;
        batch.offsets_count = 2;
        return batch;
    }

    cache_handle cache_;
    int64_t id_ = 0, offsets_[2] = {0, 0};
};

scheme_handle scaled_alibi(int32_t heads, double scale = 1) {
    farspan_bias_config bias;
    farspan_bias_config_init(&bias, sizeof bias, FARSPAN_BIAS_ALIBI);
    bias.heads = heads;
    bias.scale = scale;
    farspan_scheme* scheme = nullptr;
    cr_assert(scheme_create(nullptr, nullptr, &bias, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    return scheme_handle(scheme);
}

float noise(int64_t t, int64_t d) { return static_cast<float>((t * 2654435761 + d * 40503) % 2001 - 1000) * 1e-3f; }

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

// Values of 1e30 far away have weights of up to e^-68.75 = 1e-30 under the gentlest slope: read, they would add
// about 1.
Test(cache_left_out, far_values_do_not_count) {
    constexpr int64_t tokens = 24000, far = 6400;
    const auto value = [](int64_t t, int64_t d) { return t < far ? 1e30f : noise(t, d); };
    long_cache all(tokens, noise, value), near(tokens, noise, value);
    near.forget(0, far);
    const std::vector<float> query(dim, 0.25f);
    const scheme_handle steep = scaled_alibi(8), flat = scaled_alibi(8, 1e-3);
    for (const int32_t isa : usable_isas())
        for (const int32_t threads : {1, 2}) {
            const std::vector<float> got = all.attend(isa, threads, steep.get(), 8, 1, query);
            const std::vector<float> without = near.attend(isa, threads, steep.get(), 8, 1, query);
            for (std::size_t i = 0; i < got.size(); ++i)
                cr_expect(std::fabs(got[i] - without[i]) <= 1e-6f, "output %zu is %g", i, static_cast<double>(got[i]));
            cr_expect(all.attend(isa, threads, flat.get(), 8, 1, query)[0] > 1e20f, "a flat bias reads them");
        }
}

// The largest difference from what a context computes that reads everything.
double left_out(long_cache& cache, int32_t isa, const farspan_scheme* scheme, int64_t heads, int64_t count,
                const std::vector<float>& query) {
    const std::vector<float> some = cache.attend(isa, 1, scheme, heads, count, query),
                             all = cache.attend(exhaustive_context(isa).get(), scheme, heads, count, query);
    double most = 0;
    for (std::size_t i = 0; i < some.size(); ++i) {
        if (std::isnan(some[i]) != std::isnan(all[i])) return INFINITY;
        if (some[i] != all[i] && !std::isnan(all[i]))
            most = std::max(most, std::fabs(static_cast<double>(some[i]) - static_cast<double>(all[i])));
    }
    return most;
}

// What is stated of values up to 1, and what rounding may make of it.
constexpr double stated = 0x1p-24 + 0x1p-23;

// The same under every such bias, also beside a rotation.
Test(cache_left_out, far_values_do_not_count_under_any_bias) {
    constexpr int64_t tokens = 9000, far = 3000;
    const auto value = [](int64_t t, int64_t d) { return t < far ? 1e30f : noise(t, d); };
    long_cache all(tokens, noise, value), near(tokens, noise, value);
    near.forget(0, far);
    const std::vector<float> query(dim, 0.25f);
    for (const scheme_spec& plain : falling_biases(2))
        for (const bool rotated : {false, true}) {
            scheme_spec spec = plain;
            if (spec.bias.method == FARSPAN_BIAS_ALIBI) spec.bias.max_bias = 4;
            if (rotated) spec.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF, dim);
            spec.rope.factor = 4;
            spec.rope.original_context = 128;
            if (!rotated) spec.rope = scheme_spec("").rope;
            const scheme_handle scheme = spec.create();
            for (const int32_t isa : usable_isas())
                for (const int32_t threads : {1, 2}) {
                    const std::vector<float> got = all.attend(isa, threads, scheme.get(), 2, 1, query);
                    const std::vector<float> without = near.attend(isa, threads, scheme.get(), 2, 1, query);
                    for (std::size_t i = 0; i < got.size(); ++i)
                        cr_assert(std::fabs(got[i] - without[i]) <= 1e-6f, "%s: output %zu is %g", spec.name.c_str(), i,
                                  static_cast<double>(got[i]));
                }
        }
    for (scheme_spec& spec : std::vector<scheme_spec>{rising_biases(2)[0]})
        cr_expect(all.attend(FARSPAN_ISA_BEST, 1, spec.create().get(), 2, 1, query)[0] > 1e20f,
                  "a bias that rises again reads them");
}

// Far keys are long, but across the query: their logits tell.
Test(cache_left_out, long_keys_do_not_count_by_their_logits) {
    constexpr int64_t tokens = 9000, far = 3000;
    const auto key = [](int64_t t, int64_t d) { return t < far && d >= dim / 2 ? 1e4f : noise(t, d); };
    const auto value = [](int64_t t, int64_t d) { return t < far ? 1e30f : noise(t, d); };
    long_cache all(tokens, key, value), near(tokens, key, value);
    near.forget(0, far);
    std::vector<float> query(dim, 0.0f);
    std::fill_n(query.begin(), dim / 2, 0.25f);
    for (scheme_spec& spec : falling_biases(2)) {
        if (spec.bias.method == FARSPAN_BIAS_ALIBI) spec.bias.max_bias = 4;
        const scheme_handle scheme = spec.create();
        for (const int32_t isa : usable_isas()) {
            const std::vector<float> got = all.attend(isa, 1, scheme.get(), 2, 1, query);
            const std::vector<float> without = near.attend(isa, 1, scheme.get(), 2, 1, query);
            for (std::size_t i = 0; i < got.size(); ++i)
                cr_assert(std::fabs(got[i] - without[i]) <= 1e-6f, "%s: output %zu is %g", spec.name.c_str(), i,
                          static_cast<double>(got[i]));
        }
    }
}

// One far key that outweighs any bias, and one that is not finite, among pages that are left out.
Test(cache_left_out, far_keys_that_matter_are_seen) {
    constexpr int64_t tokens = 6000;
    for (const float large : {1e5f, INFINITY, NAN}) {
        long_cache cache(
            tokens, [&](int64_t t, int64_t d) { return t == 100 && d == 3 ? large : noise(t, d); },
            [](int64_t t, int64_t d) { return t == 100 ? 1.0f : noise(t, d) / 2; });
        const std::vector<float> query(dim, 0.5f);
        for (scheme_spec& spec : all_biases(4))
            for (const double cap : {0.0, 30.0}) {
                spec.score.softcap = cap;
                const scheme_handle scheme = spec.create();
                for (const int32_t isa : usable_isas()) {
                    cr_assert(left_out(cache, isa, scheme.get(), 4, 1, query) <= stated, "%s, %g", spec.name.c_str(),
                              static_cast<double>(large));
                    const float got = cache.attend(isa, 1, scheme.get(), 4, 1, query)[0];
                    if (large == 1e5f && cap == 0)
                        cr_expect(got == 1, "%s: %g", spec.name.c_str(), static_cast<double>(got));
                    if (std::isnan(large))
                        cr_expect(std::isnan(got), "%s: %g", spec.name.c_str(), static_cast<double>(got));
                }
            }
    }
}

// Keys along the query, where the bound is exact, values of either sign by pages, and holes between the tokens.
Test(cache_left_out, every_bias_keeps_the_bound) {
    for (const float length : {0.3f, 1.0f, 3.0f}) {
        long_cache cache(
            7000, [&](int64_t, int64_t) { return length; },
            [](int64_t t, int64_t) { return (t / 64 * 2654435761 >> 7 & 1) != 0 ? 1.0f : -1.0f; });
        cache.forget(1000, 1500);
        for (int64_t t = 2000; t < 6900; t += 100) cache.forget(t, t + 30);
        const std::vector<float> query(dim, 1.0f);
        for (scheme_spec& spec : all_biases(8)) {
            spec.sinks.assign(8, 1.5f);
            const scheme_handle scheme = spec.create();
            for (const int32_t isa : usable_isas())
                for (const int64_t count : {1, 3, 40})
                    cr_expect(left_out(cache, isa, scheme.get(), 8, count, query) <= stated, "%s, %d rows",
                              spec.name.c_str(), static_cast<int>(count));
        }
    }
}

// A head with a gentle slope in the same group needs pages that a steep one leaves out; a row's bits are its own all
// the same.
Test(cache_left_out, rows_do_not_depend_on_their_company) {
    long_cache cache(9000, noise, noise);
    const std::vector<float> query(dim, 0.5f);
    for (scheme_spec& spec : all_biases(8)) {
        const scheme_handle scheme = spec.create();
        for (const int32_t isa : usable_isas()) {
            const std::vector<float> one = cache.attend(isa, 1, scheme.get(), 8, 1, query);
            for (const std::size_t count : {2, 5, 8}) {
                const std::vector<float> some =
                    cache.attend(isa, 2, scheme.get(), 8, static_cast<int64_t>(count), query);
                for (std::size_t h = 0; h < 8; ++h)
                    cr_expect(
                        std::memcmp(&one[h * dim], &some[(h * count + count - 1) * dim], dim * sizeof(float)) == 0,
                        "%s: head %zu with %zu rows", spec.name.c_str(), h, count);
            }
        }
    }
}

// All keys along the query, where the bound of a page is exact, and values of 1 and -1 by pages.
Test(cache_left_out, error_where_the_bound_is_tight) {
    constexpr int64_t tokens = 20000;
    const auto value = [](int64_t t, int64_t) { return (t / 64 * 2654435761 >> 7 & 1) != 0 ? 1.0f : -1.0f; };
    long_cache cache(
        tokens, [](int64_t, int64_t) { return 1.0f; }, value);
    const std::vector<float> query(dim, 1.0f);
    const scheme_handle scheme = scaled_alibi(8);
    for (const int32_t isa : usable_isas()) {
        const std::vector<float> out = cache.attend(isa, 1, scheme.get(), 8, 1, query);
        for (int h = 0; h < 8; ++h) {
            const double slope = std::exp2(-(h + 1.0));
            double sum = 0, weighted = 0;
            for (int64_t t = 0; t < tokens; ++t) {
                const double weight = std::exp(-slope * static_cast<double>(tokens - 1 - t));
                sum += weight;
                weighted += weight * value(t, 0);
            }
            cr_expect(std::fabs(out[static_cast<std::size_t>(h) * dim] - weighted / sum) <= 2e-6,
                      "head %d on %s: %.9g, not %.9g", h, farspan_isa_name(isa),
                      static_cast<double>(out[static_cast<std::size_t>(h) * dim]), weighted / sum);
        }
    }
}

// What was evicted, or written over, leaves no trace in the decisions.
Test(cache_left_out, keys_that_are_gone_do_not_count) {
    const auto large = [](int64_t t, int64_t d) { return t % 64 == 5 ? 100.0f : noise(t, d); };
    long_cache once(12000, noise, noise), other(12000, large, noise);
    for (int64_t t = 5; t < 12000; t += 64) {
        once.forget(t, t + 1);
        other.forget(t, t + 1);
    }
    const std::vector<float> query(dim, 0.5f);
    const scheme_handle scheme = scaled_alibi(8);
    for (const int32_t isa : usable_isas())
        cr_expect(
            same_bits(once.attend(isa, 1, scheme.get(), 8, 1, query), other.attend(isa, 1, scheme.get(), 8, 1, query)));
}
