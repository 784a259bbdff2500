// Short calls of the text functions for tests: a failure of the library is an exception.
#pragma once

#include <string>
#include <vector>

#include "farspan/eval.h"
#include "handles.hpp"

namespace farspan_test {

inline farspan_bleu_config bleu_config() {
    farspan_bleu_config config;
    farspan_bleu_config_init(&config, sizeof config);
    return config;
}
inline farspan_bleu_counts bleu_counts() {
    farspan_bleu_counts counts;
    farspan_bleu_counts_init(&counts, sizeof counts);
    return counts;
}
inline farspan_chrf_config chrf_config() {
    farspan_chrf_config config;
    farspan_chrf_config_init(&config, sizeof config);
    return config;
}
inline farspan_chrf_counts chrf_counts() {
    farspan_chrf_counts counts;
    farspan_chrf_counts_init(&counts, sizeof counts);
    return counts;
}
inline farspan_rouge_config rouge_config(int32_t kind, int32_t order = 0, int32_t stem = 0) {
    farspan_rouge_config config;
    farspan_rouge_config_init(&config, sizeof config, kind);
    if (order != 0) config.order = order;
    config.stem = stem;
    return config;
}

// References as the functions take them.
class reference_list {
public:
    explicit reference_list(const std::vector<std::string>& references) {
        for (const std::string& text : references) views_.push_back({text.data(), static_cast<int64_t>(text.size())});
    }
    const farspan_text* data() const { return views_.data(); }
    int64_t count() const { return static_cast<int64_t>(views_.size()); }

private:
    std::vector<farspan_text> views_;
};

inline void add_bleu(const farspan_bleu_config& config, const std::string& hypothesis,
                     const std::vector<std::string>& references, farspan_bleu_counts& counts) {
    const reference_list list(references);
    error_slot error;
    require_ok(farspan_bleu_add(nullptr, &config, hypothesis.data(), static_cast<int64_t>(hypothesis.size()),
                                list.data(), list.count(), &counts, &error),
               error, "bleu_add");
}

inline farspan_bleu_result bleu_of(const farspan_bleu_config& config, const farspan_bleu_counts& counts) {
    farspan_bleu_result result;
    farspan_bleu_result_init(&result, sizeof result);
    error_slot error;
    require_ok(farspan_bleu_score(&config, &counts, &result, &error), error, "bleu_score");
    return result;
}

inline farspan_bleu_result sentence_bleu(const farspan_bleu_config& config, const std::string& hypothesis,
                                         const std::vector<std::string>& references) {
    farspan_bleu_counts counts = bleu_counts();
    add_bleu(config, hypothesis, references, counts);
    return bleu_of(config, counts);
}

inline void add_chrf(const farspan_chrf_config& config, const std::string& hypothesis,
                     const std::vector<std::string>& references, farspan_chrf_counts& counts) {
    const reference_list list(references);
    error_slot error;
    require_ok(farspan_chrf_add(nullptr, &config, hypothesis.data(), static_cast<int64_t>(hypothesis.size()),
                                list.data(), list.count(), &counts, &error),
               error, "chrf_add");
}

inline double chrf_of(const farspan_chrf_config& config, const farspan_chrf_counts& counts) {
    double score = -1;
    error_slot error;
    require_ok(farspan_chrf_score(&config, &counts, &score, &error), error, "chrf_score");
    return score;
}

inline farspan_rouge_result rouge_of(const farspan_rouge_config& config, const std::string& hypothesis,
                                     const std::vector<std::string>& references) {
    const reference_list list(references);
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    error_slot error;
    require_ok(farspan_rouge(nullptr, &config, hypothesis.data(), static_cast<int64_t>(hypothesis.size()), list.data(),
                             list.count(), &result, &error),
               error, "rouge");
    return result;
}

inline std::string tokens_of(int32_t tokenizer, const std::string& text, bool lowercase = false) {
    int64_t needed = 0;
    error_slot error;
    const auto bytes = static_cast<int64_t>(text.size());
    require_ok(farspan_tokenize(nullptr, tokenizer, lowercase, text.data(), bytes, nullptr, 0, &needed, &error), error,
               "tokenize");
    std::string tokens(static_cast<size_t>(needed), '#');
    require_ok(
        farspan_tokenize(nullptr, tokenizer, lowercase, text.data(), bytes, tokens.data(), needed, &needed, &error),
        error, "tokenize");
    tokens.pop_back();  // the NUL
    return tokens;
}

}  // namespace farspan_test
