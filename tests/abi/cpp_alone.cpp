// The headers of C++ must compile alone and be included twice; their templates must compile when used.
#include "farspan/cpp/cache.hpp"
#include "farspan/cpp/eval.hpp"
#include "farspan/cpp/gradient.hpp"
#include "farspan/farspan.hpp"

void attend(std::vector<float>& q, const std::vector<farspan::f16>& k, std::vector<farspan::bf16>& out) {
    const farspan::shape4 shape{1, 1, 4, 8};
    const farspan::mask_config mask;
    const farspan::scheme scheme(mask, farspan::rope_config(FARSPAN_ROPE_NONE));
    farspan::attention(scheme, {q, shape}, {k, shape}, {k, shape, {32, 32, 8, 1}}, {out, shape});
}

farspan_bleu_result score(const std::vector<std::optional<std::string_view>>& references) {
    const farspan::eval::bleu_config config;
    farspan::eval::bleu_counts counts;
    counts.add(config, "a hypothesis", references);
    return counts.score(config);
}
