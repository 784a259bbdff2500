// Attention under every mask, packing and padding.
#include <criterion/criterion.h>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec with_rope(const std::string& name) {
    scheme_spec spec(name);
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    return spec;
}

// What looks at positions: rotation, remap, bias, window, decay, temperature.
std::vector<scheme_spec> padded_schemes() {
    std::vector<scheme_spec> schemes = {with_rope("causal"),   with_rope("window"),  with_rope("self-extend"),
                                        with_rope("all keys"), scheme_spec("alibi"), scheme_spec("kerple"),
                                        scheme_spec("xpos")};
    schemes[1].mask.window_left = 20, schemes[1].mask.sinks = 5;
    schemes[2].with_remap(FARSPAN_REMAP_SELF_EXTEND, 40);
    schemes[3].mask.causal = 0;
    schemes[4].with_bias(FARSPAN_BIAS_ALIBI, 2);
    schemes[5].with_bias(FARSPAN_BIAS_KERPLE_LOG, 2);
    schemes[5].bias_a = schemes[5].bias_p = {0.5, 1.5};
    schemes[6].with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 32);
    return schemes;
}

// As many queries as keys, fewer, more, one.
void check_shapes(sweep& family, const scheme_spec& spec, uint64_t seed) {
    for (const auto& [queries, keys] :
         std::vector<std::pair<int64_t, int64_t>>{{260, 260}, {65, 200}, {1, 129}, {130, 70}, {3, 1}})
        family.check(spec, make_problem(queries, keys, 32, ++seed));
}

}  // namespace

Test(attention_mask, causal_and_none) {
    sweep family("mask");
    scheme_spec causal = with_rope("causal");
    check_shapes(family, causal, 100);
    scheme_spec none = with_rope("none");
    none.mask.causal = 0;
    check_shapes(family, none, 110);
}

Test(attention_mask, windows) {
    sweep family("window");
    uint64_t seed = 200;
    for (const int64_t left : {-1, 0, 1, 31, 63, 64, 127, 128, 500}) {
        scheme_spec spec = with_rope("left " + std::to_string(left));
        spec.mask.window_left = left;
        check_shapes(family, spec, seed += 10);
        for (const int64_t right : {-1, 0, 5, 64}) {
            scheme_spec both = spec;
            both.mask.causal = 0;
            both.mask.window_right = right;
            both.name += ", right " + std::to_string(right);
            check_shapes(family, both, seed += 10);
        }
    }
}

Test(attention_mask, sinks_chunks_and_prefixes) {
    sweep family("intervals");
    uint64_t seed = 2000;
    for (const int64_t sinks : {0, 1, 4, 64, 130})
        for (const int64_t left : {-1, 10, 70})
            for (const int64_t chunk : {0, 1, 50, 64})
                for (const int64_t prefix : {0, 3, 100}) {
                    scheme_spec spec =
                        with_rope("sinks " + std::to_string(sinks) + ", left " + std::to_string(left) + ", chunk " +
                                  std::to_string(chunk) + ", prefix " + std::to_string(prefix));
                    spec.mask.sinks = sinks;
                    spec.mask.window_left = left;
                    spec.mask.chunk = chunk;
                    spec.mask.prefix = prefix;
                    family.check(spec, make_problem(140, 180, 32, ++seed));
                    if (seed % 4 == 0) check_shapes(family, spec, seed);
                }
}

Test(attention_mask, random_masks) {
    sweep family("random mask");
    for (uint64_t seed = 3000; seed < 3080; ++seed) {
        generator random(seed);
        scheme_spec spec = with_rope("random " + std::to_string(seed));
        spec.mask.causal = random.coin();
        if (random.coin()) spec.mask.window_left = random.whole(0, 150);
        if (random.coin() && spec.mask.causal == 0) spec.mask.window_right = random.whole(0, 150);
        if (random.coin()) spec.mask.sinks = random.whole(0, 40);
        if (random.whole(0, 3) == 0) spec.mask.chunk = random.whole(1, 200);
        if (random.whole(0, 3) == 0) spec.mask.prefix = random.whole(0, 200);
        attention_problem problem = make_problem(random.whole(1, 200), random.whole(1, 300), 32, seed);
        if (random.coin()) {
            int64_t position = random.whole(0, 100);
            for (int64_t j = 0; j < problem.keys; ++j)
                problem.key_positions.push_back(position += random.pick<int64_t>({0, 1, 1, 1, 5}));
            for (int64_t i = 0; i < problem.queries; ++i)
                problem.query_positions.push_back(random.whole(0, position + 5));
        }
        family.check(spec, problem);
    }
}

Test(attention_mask, packed_sequences) {
    sweep family("packed");
    struct packing {
        std::vector<int64_t> queries, keys;
    };
    const std::vector<packing> packings = {
        {{0, 200}, {0, 200}},
        {{0, 50, 51, 120, 200}, {0, 50, 51, 120, 200}},
        {{0, 0, 100, 100, 200, 200}, {0, 20, 90, 140, 240, 250}},  // empty queries, more keys, fewer keys
        {{0, 30, 60}, {0, 0, 90}},                                 // the first sequence has no key at all
        {{0, 64, 128, 192}, {0, 64, 128, 192}},
        {{0, 1, 2, 3, 4}, {0, 100, 200, 300, 400}},  // decoding a batch
    };
    uint64_t seed = 4000;
    for (const packing& one : packings)
        for (int variant = 0; variant < 5; ++variant) {
            scheme_spec spec = with_rope("packed, variant " + std::to_string(variant));
            if (variant == 1) spec.mask.causal = 0;
            if (variant == 2) spec.mask.window_left = 20;
            if (variant == 3) spec.mask.sinks = 2, spec.mask.window_left = 9;
            if (variant == 4) spec.mask.chunk = 32, spec.mask.prefix = 5;
            attention_problem problem = make_problem(one.queries.back(), one.keys.back(), 32, ++seed);
            problem.query_offsets = one.queries;
            problem.key_offsets = one.keys;
            family.check(spec, problem);
            problem.batch = 2;
            generator random(seed);
            for (size_t s = 0; s + 1 < one.keys.size(); ++s)  // explicit positions restart as they like
                for (int64_t j = one.keys[s], position = random.whole(0, 50); j < one.keys[s + 1]; ++j)
                    problem.key_positions.push_back(position += random.whole(0, 2));
            for (int64_t i = 0; i < problem.queries; ++i) problem.query_positions.push_back(random.whole(0, 150));
            family.check(spec, problem);
        }
}

Test(attention_mask, random_packing) {
    sweep family("random packing");
    for (uint64_t seed = 5000; seed < 5030; ++seed) {
        generator random(seed);
        scheme_spec spec = with_rope("random packing");
        spec.mask.causal = random.coin();
        if (random.coin()) spec.mask.window_left = random.whole(0, 60);
        if (random.coin()) spec.mask.sinks = random.whole(0, 10);
        attention_problem problem = make_problem(0, 0, 32, seed);
        problem.query_offsets = problem.key_offsets = {0};
        const int64_t segments = random.whole(1, 8);
        for (int64_t s = 0; s < segments; ++s) {
            problem.query_offsets.push_back(problem.query_offsets.back() + random.pick<int64_t>({0, 1, 7, 40, 64, 65}));
            problem.key_offsets.push_back(problem.key_offsets.back() + random.pick<int64_t>({0, 1, 33, 64, 100}));
        }
        problem.query_offsets.back() += 1;
        problem.key_offsets.back() += 1;
        problem.queries = problem.query_offsets.back();
        problem.keys = problem.key_offsets.back();
        problem.batch = 2;
        if (random.coin())
            problem.key_ranges = {random.whole(0, problem.keys), problem.keys, 0, random.whole(0, problem.keys)};
        family.check(spec, problem);
    }
}

Test(attention_mask, padding) {
    sweep family("padding");
    uint64_t seed = 6000;
    for (int variant = 0; variant < 4; ++variant) {
        scheme_spec spec = with_rope("padding, variant " + std::to_string(variant));
        if (variant == 1) spec.mask.causal = 0;
        if (variant == 2) spec.mask.window_left = 20, spec.mask.sinks = 5;
        if (variant == 3) spec.mask.prefix = 50;
        attention_problem problem = make_problem(130, 200, 32, ++seed);
        problem.batch = 4;
        problem.key_ranges = {0, 200, 77, 200, 0, 64, 120, 120};  // all, left padding, right padding, nothing
        family.check(spec, problem);
        for (int64_t b = 0; b < 4; ++b)  // left padding with positions that begin behind it
            for (int64_t n = 0; n < 200; ++n)
                problem.key_positions.push_back(
                    std::max<int64_t>(0, n - problem.key_ranges[static_cast<size_t>(2 * b)]));
        for (int64_t b = 0; b < 4; ++b)
            for (int64_t n = 70; n < 200; ++n)
                problem.query_positions.push_back(
                    std::max<int64_t>(0, n - problem.key_ranges[static_cast<size_t>(2 * b)]));
        family.check(spec, problem);
    }
}

// Position ids as Hugging Face's generate makes them from an attention mask: cumsum(mask) - 1, with 1 where the mask is
// 0.
Test(attention_mask, left_padding_of_hugging_face) {
    sweep family("padding ids");
    uint64_t seed = 7000;
    for (const scheme_spec& spec : padded_schemes()) {
        const int64_t n = 150;
        attention_problem problem = make_problem(n, n, 32, ++seed);
        problem.batch = 3;
        problem.key_ranges = {0, n, 2, n, 90, n};
        for (int64_t b = 0; b < 3; ++b)
            for (int64_t j = 0; j < n; ++j) {
                const int64_t first = problem.key_ranges[static_cast<size_t>(2 * b)];
                problem.key_positions.push_back(j < first ? 1 : j - first);
            }
        problem.query_positions = problem.key_positions;
        family.check(spec, problem);
        // A step of decoding: one query, whose key is the last.
        problem.queries = 1;
        problem.query_positions = {n - 1, n - 3, n - 91};
        family.check(spec, problem);
    }
}
