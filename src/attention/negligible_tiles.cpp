#include "attention/negligible_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "attention/bound.hpp"

namespace farspan {
namespace {

constexpr double margin = 0.01;  // for the products and biases, which are floats
constexpr double none = -std::numeric_limits<double>::infinity(), all = std::numeric_limits<double>::infinity();

int64_t runs_of(const block_bounds& bounds) {
    int64_t runs = 0;
    for (const interval& span : bounds.span)
        if (!span.empty()) runs += (span.last - 1) / kernels::tile_keys - span.first / kernels::tile_keys + 1;
    return runs;
}

}  // namespace

float largest_norm(const float* rows, int64_t ld, int64_t count, int64_t dim) {
    double largest = 0;
    for (int64_t r = 0; r < count; ++r) {
        const double length = norm_bound(rows + r * ld, dim);
        largest = std::max(largest, length < all ? length : all);
    }
    return static_cast<float>(largest * rounding_margin);
}

bool negligible_tiles::possible(const plan& plan, int64_t query_head) {
    return plan.bias.kind == bias_part::slope && plan.rope.log2_decay.empty() &&
           plan.bias.slopes[static_cast<std::size_t>(query_head)] > 0;
}

negligible_tiles::negligible_tiles(const plan& plan, const head_task& task, const query_block& block,
                                   const block_views& views, const float* queries)
    : positions_(plan.shape.rows[plan.entry(task.batch).row]),
      segment_(plan.shape.segments[static_cast<std::size_t>(block.segment)]),
      first_row_(block.first_row),
      rows_(block.last_row - block.first_row),
      symmetric_(plan.bias.symmetric),
      slope_(plan.bias.slopes[static_cast<std::size_t>(task.query_head)] * std::numbers::log2e),
      cap_(plan.score.softcap > 0 ? plan.score.softcap * std::numbers::log2e : all),
      allowed_(-25 - std::log2(static_cast<double>(std::max<int64_t>(runs_of(views.whole), 1))) -
               std::log2(static_cast<double>(kernels::tile_keys)) - margin),
      least_found_(none) {
    // Packed keys carry the magnitude of a rotation, these queries not yet.
    const double magnitude = plan.rope.enabled ? std::max(1.0, plan.rope.magnitude) : 1;
    for (int64_t r = 0; r < rows_; ++r) {
        norm_[r] = norm_bound(queries + r * plan.head_ld, plan.shape.head_dim) * magnitude;
        largest_norm_ = std::max(largest_norm_, norm_[r] < all ? norm_[r] : all);
        blind_[r] = views.rows[r].visible[0].empty() && views.rows[r].visible[1].empty();
        const int64_t position = positions_.query[static_cast<std::size_t>(first_row_ + r)];
        least_position_ = std::min(least_position_, position);
        most_position_ = std::max(most_position_, position);
        found_[r] = blind_[r] ? all : none;
    }
}

bool negligible_tiles::leave_out(const tile& t, float largest_key_norm) const {
    const int64_t first = std::max(t.first_key, segment_.first_key), last = std::min(t.last_key, segment_.last_key);
    const int64_t oldest = positions_.key[static_cast<std::size_t>(first)],
                  newest = positions_.key[static_cast<std::size_t>(last - 1)];
    // Queries at positions [from, to] are at least so far away; 0 or less: one may be among the keys.
    const auto distance = [&](int64_t from, int64_t to) {
        return static_cast<double>(symmetric_ ? std::max(from - newest, oldest - to) : from - newest);
    };
    const auto negligible = [&](double query_norm, double gap, double found) {
        return gap > 0 && std::min(query_norm * largest_key_norm, cap_) - slope_ * gap - found <= allowed_;
    };
    // Far away all rows together say it at once.
    if (negligible(largest_norm_, distance(least_position_, most_position_), least_found_)) return true;
    for (int64_t r = 0; r < rows_; ++r) {
        const int64_t position = positions_.query[static_cast<std::size_t>(first_row_ + r)];
        if (!blind_[r] && !negligible(norm_[r], distance(position, position), found_[r])) return false;
    }
    return true;
}

void negligible_tiles::found(const float* maximum, const float* sum) {
    least_found_ = all;
    for (int64_t r = 0; r < rows_; ++r) {
        if (blind_[r]) continue;
        found_[r] = least_log2(maximum[r], sum[r]);
        least_found_ = std::min(least_found_, found_[r]);
    }
}

}  // namespace farspan
