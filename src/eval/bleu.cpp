#include "eval/bleu.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/failure.hpp"
#include "base/version_text.hpp"

namespace farspan {
namespace {

// The reference length closest to the hypothesis; of two equally close ones the shorter.
int64_t closest_length(const std::vector<number_sequence>& sequences) {
    const auto hypothesis = static_cast<int64_t>(sequences[0].size());
    int64_t closest = static_cast<int64_t>(sequences[1].size());
    for (std::size_t r = 2; r < sequences.size(); ++r) {
        const auto length = static_cast<int64_t>(sequences[r].size());
        const int64_t now = std::llabs(length - hypothesis), before = std::llabs(closest - hypothesis);
        if (now < before || (now == before && length < closest)) closest = length;
    }
    return closest;
}

double brevity_penalty(int64_t hypothesis, int64_t reference) {
    if (hypothesis >= reference) return 1;
    return hypothesis > 0 ? std::exp(1 - static_cast<double>(reference) / static_cast<double>(hypothesis)) : 0;
}

double smoothing_value(const farspan_bleu_config& config) {
    if (!std::isnan(config.smoothing_value)) return config.smoothing_value;
    return config.smoothing == FARSPAN_SMOOTHING_FLOOR ? 0.1 : 1;
}

// Percent per order, and how many orders count. Smoothing as in Chen and Cherry (2014): floor is their method 1, add-k
// method 2, exp method 3.
struct precision_list {
    double values[FARSPAN_BLEU_MAX_ORDER] = {};
    int32_t orders = 0;
};

precision_list precisions_of(const farspan_bleu_config& config, const farspan_bleu_counts& counts) {
    precision_list result;
    result.orders = config.max_order;
    const double value = smoothing_value(config);
    double halvings = 1;
    for (int32_t n = 0; n < config.max_order; ++n) {
        double correct = static_cast<double>(counts.correct[n]), total = static_cast<double>(counts.total[n]);
        if (config.smoothing == FARSPAN_SMOOTHING_ADD_K && n > 0) {
            correct += value;
            total += value;
        }
        if (total == 0) break;
        if (config.effective_order != 0) result.orders = n + 1;
        if (correct != 0)
            result.values[n] = 100 * correct / total;
        else if (config.smoothing == FARSPAN_SMOOTHING_EXP)
            result.values[n] = 100 / ((halvings *= 2) * total);
        else if (config.smoothing == FARSPAN_SMOOTHING_FLOOR)
            result.values[n] = 100 * value / total;
    }
    return result;
}

const char* tokenizer_name(int32_t tokenizer) {
    switch (tokenizer) {
        case FARSPAN_TOKENIZER_NONE:
            return "none";
        case FARSPAN_TOKENIZER_13A:
            return "13a";
        case FARSPAN_TOKENIZER_CHAR:
            return "char";
        case FARSPAN_TOKENIZER_ZH:
            return "zh";
        default:
            return "intl";
    }
}

std::string smoothing_name(const farspan_bleu_config& config) {
    char text[48] = "none";
    if (config.smoothing == FARSPAN_SMOOTHING_EXP) return "exp";
    if (config.smoothing == FARSPAN_SMOOTHING_FLOOR)
        format_text(text, sizeof text, "floor[%.2f]", smoothing_value(config));
    if (config.smoothing == FARSPAN_SMOOTHING_ADD_K)
        format_text(text, sizeof text, "add-k[%.2f]", smoothing_value(config));
    return text;
}

void check_flag(const char* name, const char* field, int32_t value) {
    if (value != 0 && value != 1)
        throw failure(FARSPAN_ERROR_METHOD, field_path("%s.%s", name, field), "is %d: must be 0 or 1", value);
}

}  // namespace

void check_bleu(const farspan_bleu_config& c, const char* name) {
    const bool known = c.tokenizer >= FARSPAN_TOKENIZER_NONE && c.tokenizer <= FARSPAN_TOKENIZER_INTL;
    if (!known && c.tokenizer != FARSPAN_TOKENIZER_ZH)
        throw failure(FARSPAN_ERROR_METHOD, field_path("%s.tokenizer", name),
                      "is %d: must be none (1), 13a (2), char (3), intl (4) or zh (7)", c.tokenizer);
    if (c.smoothing < FARSPAN_SMOOTHING_NONE || c.smoothing > FARSPAN_SMOOTHING_EXP)
        throw failure(FARSPAN_ERROR_METHOD, field_path("%s.smoothing", name),
                      "is %d: must be none (1), floor (2), add_k (3) or exp (4)", c.smoothing);
    if (c.max_order < 1 || c.max_order > FARSPAN_BLEU_MAX_ORDER)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("%s.max_order", name), "is %d: must be 1 .. %d",
                      c.max_order, FARSPAN_BLEU_MAX_ORDER);
    check_flag(name, "lowercase", c.lowercase);
    check_flag(name, "effective_order", c.effective_order);
    if (std::isnan(c.smoothing_value)) return;
    if (c.smoothing != FARSPAN_SMOOTHING_FLOOR && c.smoothing != FARSPAN_SMOOTHING_ADD_K)
        throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.smoothing_value", name),
                      "is %g: must be NaN, only floor and add-k read it", c.smoothing_value);
    if (!(c.smoothing_value > 0 && c.smoothing_value <= 1e6))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("%s.smoothing_value", name),
                      "is %g: must be above 0 and at most 1e6, or NaN for the default", c.smoothing_value);
}

void check_counts(const farspan_bleu_counts& counts, const counter_owner& owner) {
    check_orders(owner, "max_order", counts.max_order, counts.segments, FARSPAN_BLEU_MAX_ORDER);
    check_counters(counts, owner);
    for (int32_t n = 0; n < FARSPAN_BLEU_MAX_ORDER; ++n) {
        check_share(owner, "correct", n, counts.correct[n], "total", n, counts.total[n]);
        check_share(owner, "total", n, counts.total[n], "hypothesis_length", -1, counts.hypothesis_length);
        if (n >= counts.max_order) check_unused(owner, "total", n, counts.total[n], "max_order", counts.max_order);
    }
}

farspan_bleu_counts count_bleu_segment(int32_t max_order, std::vector<number_sequence> sequences, pacer& pace) {
    farspan_bleu_counts counts{};
    counts.max_order = max_order;
    counts.segments = 1;
    counts.hypothesis_length = static_cast<int64_t>(sequences[0].size());
    counts.reference_length = closest_length(sequences);
    const std::size_t size = sequences.size();
    ngram_sequences grams(std::move(sequences), pace);
    for (int32_t n = 0; n < max_order; ++n) {
        if (n > 0) grams.next_order();
        if (grams.count(0) == 0) break;
        std::vector<int32_t> most = grams.histogram(1);
        for (std::size_t r = 2; r < size; ++r) {
            const std::vector<int32_t> other = grams.histogram(r);
            std::transform(most.begin(), most.end(), other.begin(), most.begin(), [&](int32_t a, int32_t b) {
                pace.step();
                return std::max(a, b);
            });
        }
        counts.total[n] = grams.count(0);
        counts.correct[n] = count_matches(grams.histogram(0), most, pace);
    }
    return counts;
}

farspan_bleu_result score_bleu(const farspan_bleu_config& config, const farspan_bleu_counts& counts) {
    farspan_bleu_result result{};
    result.struct_size = sizeof result;
    result.hypothesis_length = counts.hypothesis_length;
    result.reference_length = counts.reference_length;
    result.brevity_penalty = brevity_penalty(counts.hypothesis_length, counts.reference_length);
    const bool any = std::any_of(counts.correct, counts.correct + config.max_order, [](int64_t n) { return n != 0; });
    if (!any) return result;
    const precision_list precisions = precisions_of(config, counts);
    std::copy_n(precisions.values, config.max_order, result.precisions);
    double logarithms = 0;
    for (int32_t n = 0; n < precisions.orders; ++n) {
        if (precisions.values[n] == 0) return result;  // the geometric mean with a zero
        logarithms += std::log(precisions.values[n]);
    }
    result.score = result.brevity_penalty * std::exp(logarithms / precisions.orders);
    return result;
}

std::string bleu_signature(const farspan_bleu_config& config, int32_t references) {
    return "nrefs:" + (references > 0 ? std::to_string(references) : std::string("var")) +
           "|case:" + (config.lowercase != 0 ? "lc" : "mixed") +
           "|eff:" + (config.effective_order != 0 ? "yes" : "no") + "|tok:" + tokenizer_name(config.tokenizer) +
           "|smooth:" + smoothing_name(config) + "|version:farspan-" + version_text;
}

}  // namespace farspan
