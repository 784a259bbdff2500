#include "attention/negligible_tiles.hpp"

namespace farspan {

float largest_norm(const float* rows, int64_t ld, int64_t count, int64_t dim) {
    double largest = 0;
    for (int64_t r = 0; r < count; ++r) {
        const double length = norm_bound(rows + r * ld, dim);
        largest = std::max(largest, length < infinite ? length : infinite);
    }
    return static_cast<float>(largest * rounding_margin);
}

negligible_tiles::negligible_tiles(const plan& plan, const head_task& task, const query_block& block,
                                   const block_views& views, const float* queries)
    : kernels_(*plan.kernels),
      ceiling_(plan.ceiling),
      positions_(plan.shape.rows[plan.entry(task.batch).row]),
      segment_(plan.shape.segments[static_cast<std::size_t>(block.segment)]),
      head_(task.query_head),
      first_row_(block.first_row),
      rows_(block.last_row - block.first_row),
      cap_(cap_of(plan.scheme.score)) {
    // Packed keys carry the magnitude of a rotation, these queries not yet.
    const double growth = growth_of(plan.scheme.rope);
    for (int64_t r = 0; r < rows_; ++r) {
        norm_[r] = norm_bound(queries + r * plan.head_ld, plan.shape.head_dim) * growth;
        largest_norm_ = std::max(largest_norm_, norm_[r] < infinite ? norm_[r] : infinite);
        blind_[r] = views.rows[r].visible[0].empty() && views.rows[r].visible[1].empty();
        least_position_ = std::min(least_position_, position(r));
        most_position_ = std::max(most_position_, position(r));
        found_[r] = blind_[r] ? infinite : -infinite;
    }
}

int64_t negligible_tiles::nearest_run(const plan& plan, const head_task& task, const query_block& block) {
    const position_row& positions = plan.shape.rows[plan.entry(task.batch).row];
    const segment& s = plan.shape.segments[static_cast<std::size_t>(block.segment)];
    const int64_t newest =
        *std::max_element(positions.query.begin() + block.first_row, positions.query.begin() + block.last_row);
    const auto keys = positions.key.begin();
    const auto behind = std::upper_bound(keys + s.first_key, keys + s.last_key, newest) - keys;
    return std::max(behind - 1, s.first_key) / kernels::tile_keys;
}

bool negligible_tiles::leave_out(const tile& t, float largest_key_norm) {
    const int64_t first = std::max(t.first_key, segment_.first_key), last = std::min(t.last_key, segment_.last_key);
    const int64_t oldest = positions_.key[static_cast<std::size_t>(first)],
                  newest = positions_.key[static_cast<std::size_t>(last - 1)];
    // Of queries at positions [from, to].
    const auto bound = [&](double query_norm, int64_t from, int64_t to) {
        return logit_bound(query_norm, largest_key_norm, cap_, ceiling_.over(head_, from - newest, to - oldest));
    };
    // Far away all rows together say it at once.
    if (left_.take(bound(largest_norm_, least_position_, most_position_), last - first, least_found_)) return true;
    const float most = left_.most_logit(last - first, 0);
    double largest = -infinite;
    for (int64_t r = 0; r < rows_; ++r) {
        if (blind_[r]) continue;
        const double logit = bound(norm_[r], position(r), position(r)) - found_[r];
        if (!(logit <= most)) return false;
        largest = std::max(largest, logit);
    }
    return left_.take(largest, last - first, 0);
}

bool negligible_tiles::leave_out(const region& where, const float* scores) {
    float most[kernels::block_rows], maximum[kernels::block_rows];
    for (int64_t r = 0; r < where.rows; ++r) most[r] = left_.most_logit(where.count, found_[where.first_row + r]);
    if (kernels_.row_maxima(scores, kernels::tile_keys, where.rows, where.cols, most, maximum) < where.rows)
        return false;
    double largest = -infinite;
    for (int64_t r = 0; r < where.rows; ++r)
        if (maximum[r] > -infinite) largest = std::max(largest, maximum[r] - found_[where.first_row + r]);
    return left_.take(largest, where.count, 0);
}

void negligible_tiles::found(const float* maximum, const float* sum) {
    least_found_ = infinite;
    for (int64_t r = 0; r < rows_; ++r) {
        if (blind_[r]) continue;
        found_[r] = least_log2(maximum[r], sum[r]);
        least_found_ = std::min(least_found_, found_[r]);
    }
}

}  // namespace farspan
