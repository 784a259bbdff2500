// The configurations: the C structs with a method's defaults, and owners of their arrays. Included by farspan.hpp.
#ifndef FARSPAN_CPP_CONFIGS_HPP
#define FARSPAN_CPP_CONFIGS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "farspan/cpp/views.hpp"

namespace farspan {
namespace detail {

// An array that a configuration keeps. Copies and moves share it, so that the pointer in the C struct stays valid.
template <class Value>
class kept_array {
public:
    kept_array() = default;
    kept_array(const kept_array&) = default;
    kept_array& operator=(const kept_array&) = default;

    const Value* keep(std::vector<Value> values) {
        values_ = values.empty() ? nullptr : std::make_shared<const std::vector<Value>>(std::move(values));
        return values_ ? values_->data() : nullptr;
    }
    // `used` is the pointer in the C struct: another than ours is the caller's.
    void check(const Value* used, double needed, int32_t argument, const char* name) const {
        if (values_ && used == values_->data())
            check_size(static_cast<double>(values_->size()) == needed, argument, name, values_->size(), needed);
    }

private:
    std::shared_ptr<const std::vector<Value>> values_;
};

}  // namespace detail

// Each is the C struct with the defaults of a method; the fields are set directly, arrays by the setters.

struct rope_config : farspan_rope_config {
    explicit rope_config(int32_t which) { farspan_rope_config_init(this, sizeof(farspan_rope_config), which); }
    // Divisors of inv_freq, one per pair; an empty list is not given.
    void set_factors(std::vector<double> short_list, std::vector<double> long_list = {}) {
        pair_factor_count = static_cast<int32_t>(std::max(short_list.size(), long_list.size()));
        short_factors = short_.keep(std::move(short_list));
        long_factors = long_.keep(std::move(long_list));
    }
    void check_arrays() const {
        short_.check(short_factors, pair_factor_count, 1, "rope.short_factors");
        long_.check(long_factors, pair_factor_count, 1, "rope.long_factors");
    }

private:
    detail::kept_array<double> short_, long_;
};

struct remap_config : farspan_remap_config {
    explicit remap_config(int32_t which) { farspan_remap_config_init(this, sizeof(farspan_remap_config), which); }
};

struct bias_config : farspan_bias_config {
    explicit bias_config(int32_t which) { farspan_bias_config_init(this, sizeof(farspan_bias_config), which); }
    void set_values(std::vector<float> table) { values = values_.keep(std::move(table)); }  // [buckets][heads]
    void set_kerple(std::vector<double> a_list, std::vector<double> p_list) {               // [heads] each
        a = a_.keep(std::move(a_list));
        p = p_.keep(std::move(p_list));
    }
    void check_arrays() const {
        values_.check(values, static_cast<double>(buckets) * heads, 3, "bias.values");
        a_.check(a, heads, 3, "bias.a");
        p_.check(p, heads, 3, "bias.p");
    }

private:
    detail::kept_array<float> values_;
    detail::kept_array<double> a_, p_;
};

struct mask_config : farspan_mask_config {
    mask_config() { farspan_mask_config_init(this, sizeof(farspan_mask_config)); }
};

struct score_config : farspan_score_config {
    score_config() { farspan_score_config_init(this, sizeof(farspan_score_config)); }
    void set_sinks(std::vector<float> logits) {  // one per head
        sink_heads = static_cast<int32_t>(logits.size());
        sinks = sinks_.keep(std::move(logits));
    }
    void check_arrays() const { sinks_.check(sinks, sink_heads, 5, "score.sinks"); }

private:
    detail::kept_array<float> sinks_;
};

struct fire_config : farspan_fire_config {
    fire_config() { farspan_fire_config_init(this, sizeof(farspan_fire_config)); }
    void set_weights(std::vector<float> first, std::vector<float> first_bias, std::vector<float> second,
                     std::vector<float> second_bias) {
        hidden = static_cast<int32_t>(first.size());
        heads = static_cast<int32_t>(second_bias.size());
        w1 = w1_.keep(std::move(first));
        b1 = b1_.keep(std::move(first_bias));
        w2 = w2_.keep(std::move(second));
        b2 = b2_.keep(std::move(second_bias));
    }
    void check_arrays() const {
        w1_.check(w1, hidden, 1, "config.w1");
        b1_.check(b1, hidden, 1, "config.b1");
        w2_.check(w2, static_cast<double>(hidden) * heads, 1, "config.w2");
        b2_.check(b2, heads, 1, "config.b2");
    }

private:
    detail::kept_array<float> w1_, b1_, w2_, b2_;
};

struct rope_options : farspan_rope_options {
    rope_options() { farspan_rope_options_init(this, sizeof(farspan_rope_options)); }
};

struct context_config : farspan_context_config {
    context_config() { farspan_context_config_init(this, sizeof(farspan_context_config)); }
};

struct problem : farspan_problem {
    problem() { farspan_problem_init(this, sizeof(farspan_problem)); }
    // [queries] or [keys]; with a batch stride, that many elements further for each batch entry.
    void set_query_positions(std::vector<int64_t> positions, int64_t batch_stride = 0) {
        query_positions = queries_.keep(std::move(positions));
        query_position_stride = batch_stride;
    }
    void set_key_positions(std::vector<int64_t> positions, int64_t batch_stride = 0) {
        key_positions = keys_.keep(std::move(positions));
        key_position_stride = batch_stride;
    }
    // [axes][queries] and [axes][keys]
    void set_axis_positions(std::vector<int64_t> of_queries, std::vector<int64_t> of_keys) {
        query_axis_positions = query_axes_.keep(std::move(of_queries));
        key_axis_positions = key_axes_.keep(std::move(of_keys));
    }
    void set_segments(std::vector<int64_t> of_queries, std::vector<int64_t> of_keys) {  // segments + 1 offsets each
        segments = static_cast<int64_t>(std::max({of_queries.size(), of_keys.size(), std::size_t{1}})) - 1;
        query_offsets = query_offsets_.keep(std::move(of_queries));
        key_offsets = key_offsets_.keep(std::move(of_keys));
    }
    void set_key_ranges(std::vector<int64_t> ranges) { key_ranges = ranges_.keep(std::move(ranges)); }  // [batch][2]

    // `axes` of the scheme that the problem is planned for.
    void check_arrays(int32_t axes) const {
        const auto rows = [this](int64_t count, int64_t stride) {
            return static_cast<double>(count) + static_cast<double>(stride) * static_cast<double>(batch - 1);
        };
        const auto real = [](int64_t value) { return static_cast<double>(value); };
        queries_.check(query_positions, rows(queries, query_position_stride), 3, "problem.query_positions");
        keys_.check(key_positions, rows(keys, key_position_stride), 3, "problem.key_positions");
        query_axes_.check(query_axis_positions, axes * real(queries), 3, "problem.query_axis_positions");
        key_axes_.check(key_axis_positions, axes * real(keys), 3, "problem.key_axis_positions");
        query_offsets_.check(query_offsets, real(segments) + 1, 3, "problem.query_offsets");
        key_offsets_.check(key_offsets, real(segments) + 1, 3, "problem.key_offsets");
        ranges_.check(key_ranges, 2 * real(batch), 3, "problem.key_ranges");
    }

private:
    detail::kept_array<int64_t> queries_, keys_, query_axes_, key_axes_, query_offsets_, key_offsets_, ranges_;
};

}  // namespace farspan

#endif
