// Scores of texts, intervals and tasks: the second half of eval.h for C++. Included by eval.hpp.
#ifndef FARSPAN_CPP_EVAL_TEXT_HPP
#define FARSPAN_CPP_EVAL_TEXT_HPP

#include <optional>
#include <string_view>

#include "farspan/eval.h"
#include "farspan/farspan.hpp"

namespace farspan {
namespace eval {

// ---- Texts -----------------------------------------------------------------------------------------------------

using ids = array_view<const int64_t>;

namespace detail {

// A text that the library writes: write(buffer, size, needed, error) -> farspan_status.
template <class Write>
std::string written(Write&& write) {
    std::string text;
    int64_t needed = 0;
    do {
        text.resize(static_cast<std::size_t>(needed));
        farspan::detail::check([&](farspan_error* cause) {
            return write(text.data(), static_cast<int64_t>(text.size()), &needed, cause);
        });
    } while (static_cast<std::size_t>(needed) > text.size());
    text.pop_back();  // the NUL
    return text;
}

// References as C takes them: one that is not there has no data, an empty one has an address.
inline std::vector<farspan_text> views_of(array_view<const std::optional<std::string_view>> references) {
    std::vector<farspan_text> views;
    for (std::size_t n = 0; n < references.size(); ++n) {
        const auto& given = references.data()[n];
        views.push_back({!given           ? nullptr
                         : given->empty() ? ""
                                          : given->data(),
                         given ? static_cast<int64_t>(given->size()) : 0});
    }
    return views;
}
inline std::vector<farspan_ids> views_of(array_view<const std::optional<ids>> references) {
    static const int64_t nothing = 0;
    std::vector<farspan_ids> views;
    for (std::size_t n = 0; n < references.size(); ++n) {
        const auto& given = references.data()[n];
        views.push_back({!given           ? nullptr
                         : given->empty() ? &nothing
                                          : given->data(),
                         given ? static_cast<int64_t>(given->size()) : 0});
    }
    return views;
}

}  // namespace detail

// Borrowed references of a segment: any array of std::optional<std::string_view>, or of ids.
using text_references = array_view<const std::optional<std::string_view>>;
using id_references = array_view<const std::optional<ids>>;

inline std::string tokenize(int32_t tokenizer, std::string_view text, bool lowercase = false,
                            const context* context = nullptr) {
    return detail::written([&](char* buffer, int64_t size, int64_t* needed, farspan_error* cause) {
        return farspan_tokenize(farspan::detail::handle(context), tokenizer, lowercase, text.data(),
                                static_cast<int64_t>(text.size()), buffer, size, needed, cause);
    });
}

// ---- BLEU ------------------------------------------------------------------------------------------------------

struct bleu_config : farspan_bleu_config {
    bleu_config() { farspan_bleu_config_init(this, sizeof(farspan_bleu_config)); }
    std::string signature(int32_t references) const {
        return detail::written([&](char* buffer, int64_t size, int64_t* needed, farspan_error* cause) {
            return farspan_bleu_signature(this, references, buffer, size, needed, cause);
        });
    }
};

// Plain data; empty until something is added.
struct bleu_counts : farspan_bleu_counts {
    bleu_counts() { farspan_bleu_counts_init(this, sizeof(farspan_bleu_counts)); }
    void add(const farspan_bleu_config& config, std::string_view hypothesis, text_references references,
             const context* context = nullptr) {
        const std::vector<farspan_text> views = detail::views_of(references);
        farspan::detail::check([&](farspan_error* cause) {
            return farspan_bleu_add(farspan::detail::handle(context), &config, hypothesis.data(),
                                    static_cast<int64_t>(hypothesis.size()), views.data(),
                                    static_cast<int64_t>(views.size()), this, cause);
        });
    }
    void add_tokens(const farspan_bleu_config& config, ids hypothesis, id_references references,
                    const context* context = nullptr) {
        const std::vector<farspan_ids> views = detail::views_of(references);
        farspan::detail::check([&](farspan_error* cause) {
            return farspan_bleu_add_tokens(farspan::detail::handle(context), &config,
                                           farspan::detail::data_of(hypothesis), farspan::detail::count_of(hypothesis),
                                           views.data(), static_cast<int64_t>(views.size()), this, cause);
        });
    }
    void merge(const farspan_bleu_counts& from) {
        farspan::detail::check([&](farspan_error* cause) { return farspan_bleu_merge(this, &from, cause); });
    }
    farspan_bleu_result score(const farspan_bleu_config& config) const {
        farspan_bleu_result result;
        farspan_bleu_result_init(&result, sizeof result);
        farspan::detail::check([&](farspan_error* cause) { return farspan_bleu_score(&config, this, &result, cause); });
        return result;
    }
};
static_assert(sizeof(bleu_counts) == sizeof(farspan_bleu_counts), "an array of one is an array of the other");

// ---- chrF ------------------------------------------------------------------------------------------------------

struct chrf_config : farspan_chrf_config {
    chrf_config() { farspan_chrf_config_init(this, sizeof(farspan_chrf_config)); }
};

struct chrf_counts : farspan_chrf_counts {
    chrf_counts() { farspan_chrf_counts_init(this, sizeof(farspan_chrf_counts)); }
    void add(const farspan_chrf_config& config, std::string_view text, text_references references,
             const context* context = nullptr) {
        const std::vector<farspan_text> views = detail::views_of(references);
        farspan::detail::check([&](farspan_error* cause) {
            return farspan_chrf_add(farspan::detail::handle(context), &config, text.data(),
                                    static_cast<int64_t>(text.size()), views.data(), static_cast<int64_t>(views.size()),
                                    this, cause);
        });
    }
    void merge(const farspan_chrf_counts& from) {
        farspan::detail::check([&](farspan_error* cause) { return farspan_chrf_merge(this, &from, cause); });
    }
    double score(const farspan_chrf_config& config) const {
        double result = 0;
        farspan::detail::check([&](farspan_error* cause) { return farspan_chrf_score(&config, this, &result, cause); });
        return result;
    }
};

// ---- ROUGE -----------------------------------------------------------------------------------------------------

struct rouge_config : farspan_rouge_config {
    explicit rouge_config(int32_t which) { farspan_rouge_config_init(this, sizeof(farspan_rouge_config), which); }
};

inline farspan_rouge_result rouge(const farspan_rouge_config& config, std::string_view hypothesis,
                                  text_references references, const context* context = nullptr) {
    const std::vector<farspan_text> views = detail::views_of(references);
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_rouge(farspan::detail::handle(context), &config, hypothesis.data(),
                             static_cast<int64_t>(hypothesis.size()), views.data(), static_cast<int64_t>(views.size()),
                             &result, cause);
    });
    return result;
}
inline farspan_rouge_result rouge_tokens(const farspan_rouge_config& config, ids hypothesis, id_references references,
                                         const context* context = nullptr) {
    const std::vector<farspan_ids> views = detail::views_of(references);
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_rouge_tokens(farspan::detail::handle(context), &config, farspan::detail::data_of(hypothesis),
                                    farspan::detail::count_of(hypothesis), views.data(),
                                    static_cast<int64_t>(views.size()), &result, cause);
    });
    return result;
}

// ---- Bootstrap -------------------------------------------------------------------------------------------------

struct bootstrap_config : farspan_bootstrap_config {
    bootstrap_config() { farspan_bootstrap_config_init(this, sizeof(farspan_bootstrap_config)); }
};

inline farspan_interval bootstrap_mean(array_view<const double> values, const bootstrap_config& config = {},
                                       const context* context = nullptr) {
    farspan_interval result;
    farspan_interval_init(&result, sizeof result);
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_bootstrap_mean(farspan::detail::handle(context), &config, values.data(),
                                      static_cast<int64_t>(values.size()), &result, cause);
    });
    return result;
}
inline farspan_interval bleu_bootstrap(const farspan_bleu_config& bleu, array_view<const bleu_counts> segments,
                                       const bootstrap_config& config = {}, const context* context = nullptr) {
    farspan_interval result;
    farspan_interval_init(&result, sizeof result);
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_bleu_bootstrap(farspan::detail::handle(context), &config, &bleu, segments.data(),
                                      static_cast<int64_t>(segments.size()), &result, cause);
    });
    return result;
}

// ---- Passkey ---------------------------------------------------------------------------------------------------

struct passkey_config : farspan_passkey_config {
    explicit passkey_config(int32_t which) { farspan_passkey_config_init(this, sizeof(farspan_passkey_config), which); }
};

// A text with its key, and where that stands.
struct passkey : farspan_passkey {
    std::string text;
};
inline passkey passkey_make(const farspan_passkey_config& config, const context* context = nullptr) {
    passkey made;
    farspan_passkey_init(&made, sizeof(farspan_passkey));
    made.text = detail::written([&](char* buffer, int64_t size, int64_t* needed, farspan_error* cause) {
        return farspan_passkey_make(farspan::detail::handle(context), &config, buffer, size, needed, &made, cause);
    });
    return made;
}
inline bool passkey_check(std::string_view generated, int64_t key, const context* context = nullptr) {
    int32_t correct = 0;
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_passkey_check(farspan::detail::handle(context), generated.data(),
                                     static_cast<int64_t>(generated.size()), key, &correct, cause);
    });
    return correct != 0;
}

// Fills out; answers where the needle begins. With boundaries it stands behind one of these ids.
inline int64_t needle_place(ids haystack, ids needle, ids question, double depth, array_view<int64_t> out,
                            ids boundaries = {}, const context* context = nullptr) {
    int64_t position = 0;
    farspan::detail::check([&](farspan_error* cause) {
        using farspan::detail::count_of;
        using farspan::detail::data_of;
        return farspan_needle_place(farspan::detail::handle(context), data_of(haystack), count_of(haystack),
                                    data_of(needle), count_of(needle), data_of(question), count_of(question), depth,
                                    data_of(boundaries), count_of(boundaries), data_of(out), count_of(out), &position,
                                    cause);
    });
    return position;
}

}  // namespace eval
}  // namespace farspan

#endif
