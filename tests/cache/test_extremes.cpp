// Numbers at the end of float's range, read from a cache: as tests/attention/test_extremes.cpp.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"
#include "calls.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t dim = 32, tokens = 100, heads = 2;

// One decoded token over a cache whose key 40 has large terms of both signs; the query of head 0 does too. [heads][dim]
std::vector<float> decode(int32_t isa, int64_t rows, const farspan_scheme* scheme, float query, float key) {
    const cache_handle cache = make_cache({FARSPAN_F32, 1, 1, heads, dim, dim, 0});
    int64_t id = 0, offsets[2] = {0, tokens};
    cr_assert(farspan_cache_sequence_create(cache.get(), &id, nullptr) == FARSPAN_OK);
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &id;
    batch.offsets = offsets;
    batch.offsets_count = 2;
    std::vector<float> k(tokens * dim), v(k.size()), q(static_cast<std::size_t>(heads * rows * dim), 0.1f),
        out(q.size());
    for (int64_t t = 0; t < tokens; ++t)
        for (int64_t d = 0; d < dim; ++d) {
            const auto at = static_cast<std::size_t>(t * dim + d);
            k[at] = t == 40 ? (d < dim / 2 ? key : -key) : 0.01f * static_cast<float>(d);
            v[at] = static_cast<float>(t % 7);
        }
    // head 0, the newest row
    for (int64_t d = 0; d < dim; ++d) q[static_cast<std::size_t>((rows - 1) * dim + d)] = query;
    farspan_tensor kt, vt, qt, ot;
    farspan_tensor_contiguous(&kt, k.data(), FARSPAN_F32, 1, 1, tokens, dim);
    farspan_tensor_contiguous(&vt, v.data(), FARSPAN_F32, 1, 1, tokens, dim);
    farspan_tensor_contiguous(&qt, q.data(), FARSPAN_F32, 1, heads, rows, dim);
    farspan_tensor_contiguous(&ot, out.data(), FARSPAN_F32, 1, heads, rows, dim);
    cr_assert(farspan_cache_append(nullptr, cache.get(), &batch, nullptr, 0, nullptr) == FARSPAN_OK);
    cr_assert(farspan_cache_write(nullptr, cache.get(), 0, &batch, &kt, &vt, nullptr) == FARSPAN_OK);
    offsets[1] = rows;
    cr_assert(farspan_attention_decode(cache_context(isa, 1), scheme, cache.get(), 0, &batch,
                                       cache_data(&qt, &ot).get(), nullptr) == FARSPAN_OK);
    return out;
}

scheme_handle make_scheme(const farspan_score_config* score) {
    farspan_scheme* scheme = nullptr;
    cr_assert(scheme_create(nullptr, nullptr, nullptr, nullptr, score, &scheme, nullptr) == FARSPAN_OK);
    return scheme_handle(scheme);
}

}  // namespace

// One row goes through the products on stored keys, many through the tiles.
Test(cache_extremes, a_dot_that_overflows_is_nan) {
    const scheme_handle scheme = make_scheme(nullptr);
    for (const int32_t isa : usable_isas())
        for (const int64_t rows : {int64_t{1}, int64_t{20}, int64_t{90}})
            for (const float sign : {1.0f, -1.0f}) {
                const std::vector<float> out = decode(isa, rows, scheme.get(), 1e25f, sign * 1e25f);
                for (int64_t d = 0; d < dim; ++d) {
                    cr_expect(std::isnan(out[static_cast<std::size_t>((rows - 1) * dim + d)]), "%d rows on %s: not NaN",
                              static_cast<int>(rows), farspan_isa_name(isa));
                    cr_expect(std::isfinite(out[static_cast<std::size_t>((2 * rows - 1) * dim + d)]),
                              "the other head on %s", farspan_isa_name(isa));
                }
            }
}

Test(cache_extremes, sinks) {
    const float most = std::numeric_limits<float>::max();
    for (const float sink : {3e38f, most, -3e38f, -most}) {
        const float sinks[heads] = {sink, 0};
        farspan_score_config score;
        farspan_score_config_init(&score, sizeof score);
        score.sink_logits = sinks;
        score.sink_logits_count = heads;
        const scheme_handle with = make_scheme(&score), without = make_scheme(nullptr);
        for (const int32_t isa : usable_isas()) {
            const std::vector<float> out = decode(isa, 1, with.get(), 1, 1),
                                     plain = decode(isa, 1, without.get(), 1, 1);
            for (std::size_t d = 0; d < dim; ++d)
                cr_expect(out[d] == (sink > 0 ? 0 : plain[d]), "sink %g on %s: %g", static_cast<double>(sink),
                          farspan_isa_name(isa), static_cast<double>(out[d]));
        }
    }
}
