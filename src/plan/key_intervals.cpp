#include "plan/key_intervals.hpp"

#include <algorithm>

#include "base/parallel.hpp"

namespace farspan {

key_finder::key_finder(const position_row& row, const segment& segment)
    : positions_(row.key.data()), first_(segment.first_key), last_(segment.last_key), consecutive_(true) {
    for (int64_t j = first_ + 1; j < last_ && consecutive_; ++j) consecutive_ = positions_[j] == positions_[j - 1] + 1;
}

int64_t key_finder::lower_bound(int64_t position) const {
    if (first_ == last_ || position <= positions_[first_]) return first_;
    if (position > positions_[last_ - 1]) return last_;
    if (consecutive_) return first_ + (position - positions_[first_]);
    return std::lower_bound(positions_ + first_, positions_ + last_, position) - positions_;
}

std::vector<row_view> make_row_views(const problem& problem, const position_row& row, const mask_part& mask,
                                     const remap_part& remap, const volatile int32_t* cancel) {
    std::vector<row_view> views(static_cast<std::size_t>(problem.queries));
    const int branches = static_cast<int>(remap.branches.size());
    for (const segment& s : problem.segments) {
        const key_finder keys(row, s);
        const auto clip = [&](int64_t index) { return std::clamp(index, row.first_valid_key, row.last_valid_key); };
        for (int64_t i = s.first_query; i < s.last_query; ++i) {
            stop_if_set(cancel);
            row_view& view = views[i];
            const bool blind = !row.blind.empty() && row.blind[i];
            const std::array<interval, 2> positions = mask.visible(row.query[i]);
            for (int n = 0; n < 2; ++n) {
                interval& indices = view.visible[n];
                if (!positions[n].empty() && !blind)
                    indices = {clip(keys.lower_bound(positions[n].first)), clip(keys.lower_bound(positions[n].last))};
                else
                    indices = n == 0 ? interval{s.first_key, s.first_key}
                                     : interval{view.visible[0].last, view.visible[0].last};
            }
            for (int b = 0; b < max_branches - 1; ++b)
                view.older_from[b] = b < branches - 1 ? keys.lower_bound(remap.branches[b].start(row.query[i])) : 0;
        }
    }
    return views;
}

}  // namespace farspan
