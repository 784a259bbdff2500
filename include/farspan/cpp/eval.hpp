// Judging a model in C++17 and later: eval.h with owners, views and exceptions, as farspan.hpp is for farspan.h. eval.h
// remains the manual: a function here has the contract of the C function of the same name, and a struct that of the C
// struct. Texts are string_views, which may hold anything; a reference that a segment does not have is std::nullopt.
//
//     farspan::eval::windows_config config(FARSPAN_WINDOWS_SLIDING);
//     config.bos = FARSPAN_BOS_EVERY;
//     ...
//     farspan::eval::loss loss;
//     for (const farspan_window& window : farspan::eval::windows(config)) {
//         ...  // the model reads window.begin .. window.end - 1
//         farspan::eval::token_nll({logits, shape}, targets, -100, nll);
//         loss.add(scored);
//     }
//     std::printf("%g\n", loss.summary().perplexity);
#ifndef FARSPAN_CPP_EVAL_HPP
#define FARSPAN_CPP_EVAL_HPP

#include "farspan/cpp/eval_text.hpp"

namespace farspan {
namespace eval {

// ---- Token loss ------------------------------------------------------------------------------------------------

// targets and nll: one entry for each row of logits, [batch][heads][tokens].
inline void token_nll(const const_tensor& logits, array_view<const int64_t> targets, int64_t ignore_index,
                      array_view<double> nll, const context* context = nullptr) {
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_token_nll(farspan::detail::handle(context), logits.get(), targets.data(),
                                 farspan::detail::count_of(targets), ignore_index, nll.data(),
                                 farspan::detail::count_of(nll), cause);
    });
}

// weights: one for each row, or empty for 1. grad: the shape of logits, also the same view.
inline void token_nll_grad(const const_tensor& logits, array_view<const int64_t> targets, int64_t ignore_index,
                           const tensor& grad, array_view<const float> weights = {}, const context* context = nullptr) {
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_token_nll_grad(
            farspan::detail::handle(context), logits.get(), targets.data(), farspan::detail::count_of(targets),
            ignore_index, farspan::detail::data_of(weights), farspan::detail::count_of(weights), grad.get(), cause);
    });
}

// ---- Windows ---------------------------------------------------------------------------------------------------

struct windows_config : farspan_windows_config {
    explicit windows_config(int32_t which) { farspan_windows_config_init(this, sizeof(farspan_windows_config), which); }
};

// The windows of a text: a range whose elements are computed when they are asked for. Immutable.
class windows {
public:
    explicit windows(const farspan_windows_config& config) : config_(config) {
        farspan::detail::check([&](farspan_error* cause) { return farspan_windows_count(&config_, &count_, cause); });
    }

    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = farspan_window;
        using difference_type = int64_t;
        using pointer = const farspan_window*;
        using reference = farspan_window;
        farspan_window operator*() const { return (*windows_)[index_]; }
        iterator& operator++() {
            ++index_;
            return *this;
        }
        iterator operator++(int) { return {*windows_, index_++}; }
        bool operator==(const iterator& other) const { return index_ == other.index_; }
        bool operator!=(const iterator& other) const { return index_ != other.index_; }

    private:
        friend class windows;
        iterator(const windows& all, int64_t index) : windows_(&all), index_(index) {}
        const windows* windows_;
        int64_t index_;
    };

    int64_t size() const { return count_; }
    farspan_window operator[](int64_t index) const {
        farspan_window result;
        farspan_window_init(&result, sizeof result);
        farspan::detail::check(
            [&](farspan_error* cause) { return farspan_windows_get(&config_, index, &result, cause); });
        return result;
    }
    iterator begin() const { return {*this, 0}; }
    iterator end() const { return {*this, count_}; }

private:
    farspan_windows_config config_;
    int64_t count_ = 0;
};

// ---- Accumulators ----------------------------------------------------------------------------------------------

// Running sums: plain data. text_bytes: of text behind the scored tokens, 0 if unknown.
struct loss : farspan_loss {
    loss() { farspan_loss_init(this, sizeof(farspan_loss)); }
    void add(array_view<const double> nll, int64_t text_bytes = 0) { add(nll, {}, 0, text_bytes); }
    // targets: one for each loss, or empty for none; where they are ignore_index, the loss is left out.
    void add(array_view<const double> nll, array_view<const int64_t> targets, int64_t ignore_index,
             int64_t text_bytes = 0, const context* context = nullptr) {
        farspan::detail::check([&](farspan_error* cause) {
            return farspan_loss_add(farspan::detail::handle(context), this, nll.data(), farspan::detail::count_of(nll),
                                    farspan::detail::data_of(targets), farspan::detail::count_of(targets), ignore_index,
                                    text_bytes, cause);
        });
    }
    void merge(const farspan_loss& from) {
        farspan::detail::check([&](farspan_error* cause) { return farspan_loss_merge(this, &from, cause); });
    }
    farspan_loss_summary summary() const {
        farspan_loss_summary result;
        farspan_loss_summary_init(&result, sizeof result);
        farspan::detail::check([&](farspan_error* cause) { return farspan_loss_summarize(this, &result, cause); });
        return result;
    }
};
static_assert(sizeof(loss) == sizeof(farspan_loss), "an array of one is an array of the other");

// The curve over the context: bucket k has the losses with edges[k] <= context < edges[k + 1].
class loss_curve {
public:
    explicit loss_curve(std::vector<int64_t> edges, const loss& empty = {})
        : edges_(std::move(edges)), buckets_(std::max<std::size_t>(edges_.size(), 1) - 1, empty) {
        add(0, {});
    }
    void add(int64_t first_context, array_view<const double> nll, array_view<const int64_t> targets = {},
             int64_t ignore_index = 0, const context* context = nullptr) {
        loss none;  // an array without buckets has no address
        farspan::detail::check([&](farspan_error* cause) {
            return farspan_loss_add_by_context(
                farspan::detail::handle(context), buckets_.empty() ? &none : buckets_.data(),
                static_cast<int64_t>(buckets_.size()), edges_.data(), static_cast<int64_t>(edges_.size()),
                first_context, nll.data(), farspan::detail::count_of(nll), farspan::detail::data_of(targets),
                farspan::detail::count_of(targets), ignore_index, cause);
        });
    }
    // Adds a curve with the same edges that was gathered elsewhere.
    void merge(const loss_curve& from) {
        if (from.edges_ != edges_) throw error(FARSPAN_ERROR_COMBINATION, 2, "from has other edges");
        std::vector<loss> merged = buckets_;
        for (std::size_t k = 0; k < merged.size(); ++k) merged[k].merge(from.buckets_[k]);
        buckets_ = std::move(merged);
    }
    const std::vector<int64_t>& edges() const { return edges_; }
    const std::vector<loss>& buckets() const { return buckets_; }

private:
    std::vector<int64_t> edges_;
    std::vector<loss> buckets_;
};

// ---- Verdict ---------------------------------------------------------------------------------------------------

inline farspan_verdict judge(array_view<const int64_t> lengths, array_view<const double> nll, int64_t trained_length,
                             const context* context = nullptr) {
    farspan_verdict result;
    farspan_verdict_init(&result, sizeof result);
    farspan::detail::check([&](farspan_error* cause) {
        return farspan_judge(farspan::detail::handle(context), farspan::detail::data_of(lengths),
                             farspan::detail::count_of(lengths), farspan::detail::data_of(nll),
                             farspan::detail::count_of(nll), trained_length, &result, cause);
    });
    return result;
}
// Empty for an unknown verdict.
inline std::string verdict_name(int32_t verdict) {
    const char* name = farspan_verdict_name(verdict);
    return name ? name : "";
}
inline std::string verdict_rule() { return farspan_verdict_rule(); }

}  // namespace eval
}  // namespace farspan

#endif
