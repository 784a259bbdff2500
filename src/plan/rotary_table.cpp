#include "plan/rotary_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/host_memory.hpp"
#include "base/parallel.hpp"

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

void direct_turns(const kernels::kernel_table& kernels, const rope_part& rope, double position, double* cosine,
                  double* sine) {
    const auto pairs = static_cast<int64_t>(rope.inv_freq.size());
    const auto in_reach = [&](double frequency) { return std::fabs(position * frequency) < 0x1p40; };
    if (kernels.turns && !rope.float32_angles && std::all_of(rope.inv_freq.begin(), rope.inv_freq.end(), in_reach)) {
        kernels.turns(position, rope.inv_freq.data(), pairs, cosine, sine);
        return;
    }
    for (int64_t p = 0; p < pairs; ++p) {
        const turn t = direct_turn(rope, position, p);
        cosine[p] = t.cosine;
        sine[p] = t.sine;
    }
}

angle_source::angle_source(const kernels::kernel_table& kernels, const rope_part& rope, int64_t most_rows)
    : kernels_(kernels),
      rope_(rope),
      rows_(std::make_unique_for_overwrite<double[]>(
          rope.float32_angles
              ? 0
              : static_cast<std::size_t>(1 + std::min(most_rows + extra_rows, span)) * 2 * rope.inv_freq.size())),
      current_base_(std::numeric_limits<int64_t>::min()) {}

const double* angle_source::base_row(int64_t base) {
    if (base != current_base_) {
        direct_turns(kernels_, rope_, static_cast<double>(base), row(0), row(0) + pairs());
        current_base_ = base;
    }
    return row(0);
}

const double* angle_source::offset_row(int64_t offset) {
    if (const int64_t known = row_of_offset_[static_cast<std::size_t>(offset)]) return row(known);
    const int64_t low = offset % offset_step, high = offset - low;
    const double *of_high = nullptr, *of_low = nullptr;
    if (low > 0 && high > 0) of_high = offset_row(high), of_low = offset_row(low);
    double* made = row(row_of_offset_[static_cast<std::size_t>(offset)] = static_cast<uint8_t>(used_++));
    if (of_high)
        kernels_.compose_exactly(of_high, of_low, pairs(), made, made + pairs());
    else
        direct_turns(kernels_, rope_, static_cast<double>(offset), made, made + pairs());
    return made;
}

void angle_source::fill(double position, double* cosine, double* sine) {
    const bool integral = std::floor(position) == position && std::fabs(position) < 9.0e15;
    if (!integral || rope_.float32_angles) return direct_turns(kernels_, rope_, position, cosine, sine);
    const auto whole = static_cast<int64_t>(position);
    const int64_t offset = whole & (span - 1);  // also for negative positions: base is rounded down
    kernels_.compose_exactly(base_row(whole - offset), offset_row(offset), pairs(), cosine, sine);
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
    require_memory(2.0 * sizeof(float) * static_cast<double>(rows) * static_cast<double>(padded), "angles of the plan");
    for (auto* numbers : {&table.cosine, &table.sine})
        *numbers = std::make_shared<aligned_vector<float>>(static_cast<std::size_t>(rows * padded));
    return table;
}

}  // namespace

rotary_table make_rotary_table(const kernels::kernel_table& kernels, const rope_part& rope, const position_map& map,
                               const std::vector<int64_t>& positions, const std::vector<int64_t>& decay_distance,
                               const volatile int32_t* cancel) {
    if (!rope.enabled) return {};
    if (map.is_constant() && map(0) == 0 && rope.magnitude == 1 && decay_distance.empty()) return {};
    angle_source angles(kernels, rope);
    const int64_t pairs = angles.pairs();
    const auto rows = map.is_constant() && decay_distance.empty() ? 1 : static_cast<int64_t>(positions.size());
    rotary_table table = empty_table(rope, rows);
    std::vector<double> cosine(static_cast<std::size_t>(pairs)), sine(cosine.size());
    for (int64_t row = 0; row < rows; ++row) {
        stop_if_set(cancel);
        angles.fill(map(positions[row]), cosine.data(), sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            double factor = rope.magnitude;
            if (!decay_distance.empty())
                factor *= std::exp2(rope.log2_decay[p] * static_cast<double>(decay_distance[row]));
            (*table.cosine)[row * table.stride + p] = static_cast<float>(cosine[p] * factor);
            (*table.sine)[row * table.stride + p] = static_cast<float>(sine[p] * factor);
        }
    }
    return table;
}

rotary_table make_axes_table(const kernels::kernel_table& kernels, const rope_part& rope,
                             const std::vector<int64_t>& axis_positions, int64_t count,
                             const volatile int32_t* cancel) {
    const angle_source angles(kernels, rope);
    const int64_t pairs = angles.pairs();
    rotary_table table = empty_table(rope, count);
    std::vector<double> cosine(static_cast<std::size_t>(pairs)), sine(cosine.size());
    for (int64_t row = 0; row < count; ++row) {
        stop_if_set(cancel);
        angles.fill_axes(axis_positions.data() + row, count, cosine.data(), sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            (*table.cosine)[row * table.stride + p] = static_cast<float>(cosine[p] * rope.magnitude);
            (*table.sine)[row * table.stride + p] = static_cast<float>(sine[p] * rope.magnitude);
        }
    }
    return table;
}

}  // namespace farspan
