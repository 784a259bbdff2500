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
    // The same, and the array and its count of the C struct.
    void keep(std::vector<Value> values, const Value*& array, int64_t& count) {
        count = static_cast<int64_t>(values.size());
        array = keep(std::move(values));
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
        short_.keep(std::move(short_list), short_factors, short_factors_count);
        long_.keep(std::move(long_list), long_factors, long_factors_count);
    }

private:
    detail::kept_array<double> short_, long_;
};

struct remap_config : farspan_remap_config {
    explicit remap_config(int32_t which) { farspan_remap_config_init(this, sizeof(farspan_remap_config), which); }
};

struct bias_config : farspan_bias_config {
    explicit bias_config(int32_t which) { farspan_bias_config_init(this, sizeof(farspan_bias_config), which); }
    // [buckets][heads]
    void set_values(std::vector<float> table) { values_.keep(std::move(table), values, values_count); }
    void set_kerple(std::vector<double> a_list, std::vector<double> p_list) {  // [heads] each
        a_.keep(std::move(a_list), a, a_count);
        p_.keep(std::move(p_list), p, p_count);
    }
    void set_slopes(std::vector<double> list) { slopes_.keep(std::move(list), slopes, slopes_count); }  // [heads]

private:
    detail::kept_array<float> values_;
    detail::kept_array<double> a_, p_, slopes_;
};

struct mask_config : farspan_mask_config {
    mask_config() { farspan_mask_config_init(this, sizeof(farspan_mask_config)); }
};

struct score_config : farspan_score_config {
    score_config() { farspan_score_config_init(this, sizeof(farspan_score_config)); }
    void set_sink_logits(std::vector<float> logits) {  // one per head of the layer
        sink_logits_.keep(std::move(logits), sink_logits, sink_logits_count);
    }

private:
    detail::kept_array<float> sink_logits_;
};

struct fire_config : farspan_fire_config {
    fire_config() { farspan_fire_config_init(this, sizeof(farspan_fire_config)); }
    void set_weights(std::vector<float> first, std::vector<float> first_bias, std::vector<float> second,
                     std::vector<float> second_bias) {
        hidden = static_cast<int32_t>(first.size());
        heads = static_cast<int32_t>(second_bias.size());
        w1_.keep(std::move(first), w1, w1_count);
        b1_.keep(std::move(first_bias), b1, b1_count);
        w2_.keep(std::move(second), w2, w2_count);
        b2_.keep(std::move(second_bias), b2, b2_count);
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
        queries_.keep(std::move(positions), query_positions, query_positions_count);
        query_position_stride = batch_stride;
    }
    void set_key_positions(std::vector<int64_t> positions, int64_t batch_stride = 0) {
        keys_.keep(std::move(positions), key_positions, key_positions_count);
        key_position_stride = batch_stride;
    }
    // [axes][queries] and [axes][keys]
    void set_axis_positions(std::vector<int64_t> of_queries, std::vector<int64_t> of_keys) {
        query_axes_.keep(std::move(of_queries), query_axis_positions, query_axis_positions_count);
        key_axes_.keep(std::move(of_keys), key_axis_positions, key_axis_positions_count);
    }
    void set_segments(std::vector<int64_t> of_queries, std::vector<int64_t> of_keys) {  // segments + 1 offsets each
        segments = static_cast<int64_t>(std::max({of_queries.size(), of_keys.size(), std::size_t{1}})) - 1;
        query_offsets_.keep(std::move(of_queries), query_offsets, query_offsets_count);
        key_offsets_.keep(std::move(of_keys), key_offsets, key_offsets_count);
    }
    void set_key_ranges(std::vector<int64_t> ranges) {  // [batch][2]
        ranges_.keep(std::move(ranges), key_ranges, key_ranges_count);
    }

private:
    detail::kept_array<int64_t> queries_, keys_, query_axes_, key_axes_, query_offsets_, key_offsets_, ranges_;
};

}  // namespace farspan

#endif
