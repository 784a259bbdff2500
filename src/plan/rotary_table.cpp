#include "plan/rotary_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace farspan {

// The product position * inv_freq is kept as high + low (exact by fma), so the angle loses nothing at large positions.
turn direct_turn(const rope_part& rope, double position, int64_t pair) {
    if (rope.float32_angles) {
        const float angle = static_cast<float>(position) * static_cast<float>(rope.inv_freq[pair]);
        return {std::cos(static_cast<double>(angle)), std::sin(static_cast<double>(angle))};
    }
    const double high = position * rope.inv_freq[pair];
    const double low = std::fma(position, rope.inv_freq[pair], -high);
    const double cosine = std::cos(high), sine = std::sin(high);
    return {cosine - low * sine, sine + low * cosine};
}

angle_source::angle_source(const rope_part& rope, int64_t most_rows)
    : rope_(rope),
      rows_(std::make_unique_for_overwrite<turn[]>(
          rope.float32_angles ? 0 : static_cast<std::size_t>(1 + std::min(most_rows, span)) * rope.inv_freq.size())),
      current_base_(std::numeric_limits<int64_t>::min()) {}

const turn* angle_source::base_row(int64_t base) {
    if (base != current_base_) {
        for (int64_t p = 0; p < pairs(); ++p) row(0)[p] = direct_turn(rope_, static_cast<double>(base), p);
        current_base_ = base;
    }
    return row(0);
}

const turn* angle_source::offset_row(int64_t offset) {
    uint8_t& number = row_of_offset_[static_cast<std::size_t>(offset)];
    if (number == 0) {
        number = static_cast<uint8_t>(used_++);
        for (int64_t p = 0; p < pairs(); ++p) row(number)[p] = direct_turn(rope_, static_cast<double>(offset), p);
    }
    return row(number);
}

void angle_source::fill(double position, double* cosine, double* sine) {
    const bool integral = std::floor(position) == position && std::fabs(position) < 9.0e15;
    if (!integral || rope_.float32_angles) {
        for (int64_t p = 0; p < pairs(); ++p) {
            const turn t = direct_turn(rope_, position, p);
            cosine[p] = t.cosine;
            sine[p] = t.sine;
        }
        return;
    }
    const auto whole = static_cast<int64_t>(position);
    const int64_t offset = whole & (span - 1);  // also for negative positions: base is rounded down
    const turn* base = base_row(whole - offset);
    const turn* turns = offset_row(offset);
    for (int64_t p = 0; p < pairs(); ++p) {
        cosine[p] = base[p].cosine * turns[p].cosine - base[p].sine * turns[p].sine;
        sine[p] = base[p].sine * turns[p].cosine + base[p].cosine * turns[p].sine;
    }
}

void angle_source::fill_axes(const int64_t* positions, int64_t axis_stride, double* cosine, double* sine) const {
    for (int64_t p = 0; p < pairs(); ++p) {
        const turn t = direct_turn(rope_, static_cast<double>(positions[rope_.pair_axis[p] * axis_stride]), p);
        cosine[p] = t.cosine;
        sine[p] = t.sine;
    }
}

namespace {

rotary_table empty_table(const rope_part& rope, int64_t rows) {
    rotary_table table;
    table.needed = true;
    const int64_t padded = round_up(static_cast<int64_t>(rope.inv_freq.size()), 16);
    table.stride = rows == 1 ? 0 : padded;
    table.cosine.resize(static_cast<std::size_t>(rows * padded));
    table.sine.resize(table.cosine.size());
    return table;
}

}  // namespace

rotary_table make_rotary_table(const rope_part& rope, const position_map& map, const std::vector<int64_t>& positions,
                               const std::vector<int64_t>& decay_distance) {
    if (!rope.enabled) return {};
    if (map.is_constant() && map(0) == 0 && rope.magnitude == 1 && decay_distance.empty()) return {};
    angle_source angles(rope);
    const int64_t pairs = angles.pairs();
    const auto rows = map.is_constant() && decay_distance.empty() ? 1 : static_cast<int64_t>(positions.size());
    rotary_table table = empty_table(rope, rows);
    std::vector<double> cosine(static_cast<std::size_t>(pairs)), sine(cosine.size());
    for (int64_t row = 0; row < rows; ++row) {
        angles.fill(map(positions[row]), cosine.data(), sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            double factor = rope.magnitude;
            if (!decay_distance.empty())
                factor *= std::exp2(rope.log2_decay[p] * static_cast<double>(decay_distance[row]));
            table.cosine[row * table.stride + p] = static_cast<float>(cosine[p] * factor);
            table.sine[row * table.stride + p] = static_cast<float>(sine[p] * factor);
        }
    }
    return table;
}

rotary_table make_axes_table(const rope_part& rope, const std::vector<int64_t>& axis_positions, int64_t count) {
    const angle_source angles(rope);
    const int64_t pairs = angles.pairs();
    rotary_table table = empty_table(rope, count);
    std::vector<double> cosine(static_cast<std::size_t>(pairs)), sine(cosine.size());
    for (int64_t row = 0; row < count; ++row) {
        angles.fill_axes(axis_positions.data() + row, count, cosine.data(), sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            table.cosine[row * table.stride + p] = static_cast<float>(cosine[p] * rope.magnitude);
            table.sine[row * table.stride + p] = static_cast<float>(sine[p] * rope.magnitude);
        }
    }
    return table;
}

}  // namespace farspan
