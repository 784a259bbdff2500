#include "cache/wide.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace farspan {
namespace {

uint64_t slot_bit(int64_t slot) { return uint64_t{1} << slot; }

// The slots of the span of a feature, [first, last).
struct slot_range {
    int64_t first, last;
};
slot_range slots_for(const block_shape& shape, int64_t feature) {
    const int64_t span = feature / wide_span, first = span * most_span_slots;
    return {first, first + wide_span_slots(std::min(shape.head_dim - span * wide_span, wide_span))};
}

class slot_writer {
public:
    slot_writer(const block_shape& shape, const slice& to, int64_t lane) : shape_(shape), to_(to), lane_(lane) {}

    // To the slot that the feature has in other lanes, or to one that no lane has used.
    bool add_alike(int16_t feature, int8_t high) {
        wide_directory& directory = *to_.wide;
        const slot_range slots = slots_for(shape_, feature);
        for (int64_t slot = slots.first; slot < slots.last; ++slot) {
            if (!(directory.used & slot_bit(slot))) {
                directory.used |= slot_bit(slot);
                directory.feature[slot] = feature;
            } else if (directory.feature[slot] != feature) {
                continue;
            }
            put(slot, feature, high);
            return true;
        }
        return false;
    }

    // To a slot of which other lanes hold another feature.
    void add_mixed(int16_t feature, int8_t high) {
        const slot_range slots = slots_for(shape_, feature);
        for (int64_t slot = slots.first; slot < slots.last; ++slot)
            if (to_.wide_high[slot * block_tokens + lane_] == 0) {
                to_.wide->mixed |= slot_bit(slot);
                return put(slot, feature, high);
            }
    }

private:
    void put(int64_t slot, int16_t feature, int8_t high) {
        to_.wide_features[slot * block_tokens + lane_] = static_cast<uint8_t>(feature % wide_span);
        to_.wide_high[slot * block_tokens + lane_] = high;
        to_.summary->has_wide_keys = 1;
    }

    const block_shape& shape_;
    const slice& to_;
    const int64_t lane_;
};

bool any_present(const int8_t* row, uint64_t present) {
    uint64_t any = 0;
    if (present == ~uint64_t{0}) {
        for (int64_t lane = 0; lane < block_tokens; lane += 8) {
            uint64_t eight;
            std::memcpy(&eight, row + lane, sizeof eight);
            any |= eight;
        }
    } else {
        for (uint64_t left = present; left != 0; left &= left - 1) any |= row[std::countr_zero(left)] != 0;
    }
    return any != 0;
}

}  // namespace

void clear_wide(const block_shape& shape, const slice& from, int64_t lane) {
    for (int64_t slot = 0; slot < shape.wide_slots(); ++slot)
        from.wide_features[slot * block_tokens + lane] = 0, from.wide_high[slot * block_tokens + lane] = 0;
}

void add_wide(const block_shape& shape, const slice& to, int64_t lane, const int16_t* features, const int8_t* high,
              int64_t count) {
    slot_writer writer(shape, to, lane);
    int64_t left[max_head_dim / 8], number_left = 0;
    for (int64_t n = 0; n < count; ++n)
        if (!writer.add_alike(features[n], high[n])) left[number_left++] = n;
    for (int64_t n = 0; n < number_left; ++n) writer.add_mixed(features[left[n]], high[left[n]]);
}

bool order_wide(const block_shape& shape, const slice& of) {
    const int64_t slots = shape.wide_slots();
    const auto bytes = static_cast<std::size_t>(slots * block_tokens);
    uint8_t features[max_wide_slots * block_tokens];
    int8_t high[max_wide_slots * block_tokens];
    std::memcpy(features, of.wide_features, bytes);
    std::memcpy(high, of.wide_high, bytes);
    std::memset(of.wide_features, 0, bytes);
    std::memset(of.wide_high, 0, bytes);
    *of.wide = {};
    of.summary->has_wide_keys = 0;
    for (int64_t lane = 0; lane < block_tokens; ++lane) {
        int8_t high_of[max_head_dim] = {};
        for (int64_t slot = 0; slot < slots; ++slot) {
            const int64_t at = slot * block_tokens + lane, feature = wide_feature(slot, features[at]);
            if (high[at] == 0) continue;
            if (feature >= shape.head_dim || high_of[feature] != 0) return false;
            high_of[feature] = high[at];
        }
        int16_t found[max_wide_slots];
        int8_t its_high[max_wide_slots];
        int64_t count = 0;
        for (int64_t feature = 0; feature < shape.head_dim; ++feature)
            if (high_of[feature] != 0)
                found[count] = static_cast<int16_t>(feature), its_high[count++] = high_of[feature];
        add_wide(shape, of, lane, found, its_high, count);
    }
    return true;
}

void read_wide(const slice& from, uint64_t present, int8_t* merged, wide_rows& rows) {
    rows.count = 0;
    if (!from.summary->has_wide_keys) return;
    const wide_directory& directory = *from.wide;
    const int8_t* row_of[max_head_dim];  // of the features in `found`
    uint64_t found[max_head_dim / 64] = {};
    for (uint64_t left = directory.used & ~directory.mixed; left != 0; left &= left - 1) {
        const int64_t slot = std::countr_zero(left), feature = directory.feature[slot];
        if (!any_present(from.wide_high + slot * block_tokens, present)) continue;
        row_of[feature] = from.wide_high + slot * block_tokens;
        found[feature / 64] |= uint64_t{1} << feature % 64;
    }
    int8_t* next = merged;
    for (uint64_t left = directory.used & directory.mixed; left != 0; left &= left - 1) {
        const int64_t slot = std::countr_zero(left);
        for (uint64_t lanes = present; lanes != 0; lanes &= lanes - 1) {
            const int64_t lane = std::countr_zero(lanes);
            const int8_t high = from.wide_high[slot * block_tokens + lane];
            if (high == 0) continue;
            const int64_t feature = wide_feature(slot, from.wide_features[slot * block_tokens + lane]);
            const uint64_t bit = uint64_t{1} << feature % 64;
            if (!(found[feature / 64] & bit)) {
                found[feature / 64] |= bit;
                std::memset(next, 0, block_tokens);
                row_of[feature] = next;
                next += block_tokens;
            }
            // Rows that are slots as they are hold no feature of a mixed slot: this one is in `merged`.
            const_cast<int8_t*>(row_of[feature])[lane] = high;
        }
    }
    for (int64_t word = 0; word < max_head_dim / 64; ++word)
        for (uint64_t left = found[word]; left != 0; left &= left - 1) {
            const int64_t feature = word * 64 + std::countr_zero(left);
            rows.feature[rows.count] = static_cast<int16_t>(feature);
            rows.high[rows.count++] = row_of[feature];
        }
}

}  // namespace farspan
