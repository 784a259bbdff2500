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

#include <iterator>

#include "farspan/cpp/generated/eval.hpp"

namespace farspan {
namespace eval {

using farspan::id_references;
using farspan::ids;
using farspan::text_references;

// The windows of a text: a range whose elements are computed when they are asked for. Immutable.
class windows {
public:
    explicit windows(const farspan_windows_config& config) : config_(config) {
        detail::check([&](farspan_error* cause) { return farspan_windows_count(&config_, &count_, cause); });
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
        farspan_window result = detail::begun(farspan_window_init);
        detail::check([&](farspan_error* cause) { return farspan_windows_get(&config_, index, &result, cause); });
        return result;
    }
    iterator begin() const { return {*this, 0}; }
    iterator end() const { return {*this, count_}; }

private:
    farspan_windows_config config_;
    int64_t count_ = 0;
};

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
        detail::check([&](farspan_error* cause) {
            return farspan_loss_add_by_context(
                detail::handle(context), buckets_.empty() ? &none : buckets_.data(), detail::count_of(buckets_),
                edges_.data(), detail::count_of(edges_), first_context, nll.data(), detail::count_of(nll),
                detail::data_of(targets), detail::count_of(targets), ignore_index, cause);
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

// A text with its key, and where that stands.
struct passkey : farspan_passkey {
    std::string text;
};
inline passkey passkey_make(const farspan_passkey_config& config, const context* context = nullptr) {
    passkey made;
    farspan_passkey_init(&made, sizeof(farspan_passkey));
    made.text = detail::written([&](char* buffer, int64_t size, int64_t* needed, farspan_error* cause) {
        return farspan_passkey_make(detail::handle(context), &config, buffer, size, needed, &made, cause);
    });
    return made;
}

}  // namespace eval
}  // namespace farspan

#endif
