// The five parts, lowered. This page is the abstraction of the library: a method is these numbers, and nothing below
// (plan, attention, kernels) knows more about it. All maths is double; positions are int64.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace farspan {

constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();

// -- rope: the rotation of pair p at angle position a is a * inv_freq[p], times a magnitude.
enum class pair_layout { half, interleaved };

struct rope_part {
    bool enabled = false;
    pair_layout layout = pair_layout::half;
    int32_t rotary_dim = 0;
    int32_t rotary_offset = 0;
    bool float32_angles = false;     // inv_freq holds float values, and position * inv_freq is rounded to float
    double magnitude = 1;            // m: multiplies cos and sin
    std::vector<double> inv_freq;    // [rotary_dim / 2]
    std::vector<double> log2_decay;  // empty, or per pair log2 of the logit's factor per unit of distance (xPos; <= 0)
    std::vector<uint8_t> pair_axis;  // empty, or per pair the position axis it follows (M-RoPE)
    int32_t axes = 1;
};

// -- remap: which position a branch shows to the rope part.
// value(p) = min(upper, floor(m / group) / leak + shift) / divisor, with m = p, or p mod modulus if modulus > 0.
struct position_map {
    int64_t modulus = 0;
    int64_t group = 1;
    double leak = 1;
    double shift = 0;
    double upper = std::numeric_limits<double>::infinity();
    double divisor = 1;

    double operator()(int64_t position) const;
    static position_map identity() { return {}; }
    static position_map constant(double value) {
        position_map map;
        map.modulus = 1;
        map.shift = value;
        return map;
    }
    bool is_constant() const { return modulus == 1; }
    bool operator==(const position_map&) const = default;
};

// The first key position that belongs to a branch (or to a nearer one), as a function of the query position.
struct branch_start {
    enum kind_t { everything, distance, chunk, position } kind = everything;
    int64_t value = 0;  // distance: keys with distance < value; chunk: its size; position: itself
    int64_t back = 0;   // chunk: how many chunks before the query's own

    int64_t operator()(int64_t query) const;  // everything: int64 minimum
};

struct remap_branch {
    position_map query;
    position_map key;
    branch_start start;
};

// Nearest branch first; branch b owns key positions [branches[b].start(p), branches[b-1].start(p)), the nearest to
// +infinity.
struct remap_part {
    std::vector<remap_branch> branches{remap_branch{}};
    bool trivial() const {
        return branches.size() == 1 && branches[0].query == position_map{} && branches[0].key == position_map{};
    }
};

// -- bias: natural-log units, the scheme's `scale` included. `head` counts from the problem's head 0.
struct bias_part {
    enum kind_t { none, slope, table, dense } kind = none;
    int32_t heads = 0;           // from the problem's head 0 on
    bool symmetric = false;      // slope: -slope |d| instead of -slope d
    std::vector<double> slopes;  // slope: [heads]
    // slope and table: the definition, for the heads [first, last) at once, since most of it is common to them.
    std::function<void(int64_t distance, int32_t first, int32_t last, double* values)> fill;

    // table: all distances from here on have the same bias, and so have all up to minus this one.
    int64_t settled = unlimited;

    // Learned biases: the row of the table that a distance reads, which has `buckets` rows of table_heads; head 0 is
    // its column table_offset.
    std::function<int32_t(int64_t distance)> bucket;
    int32_t buckets = 0, table_heads = 0, table_offset = 0;
    void drop_heads(int32_t count);  // the first ones, which are other ranks'

    double value(int32_t head, int64_t distance) const {
        double result = 0;
        fill(distance, head, head + 1, &result);
        return result;
    }
};

// -- mask: half-open intervals of key positions, possibly empty; second begins at or after the end of the first.
struct interval {
    int64_t first = 0;
    int64_t last = 0;
    bool empty() const { return last <= first; }
};

struct mask_part {
    bool causal = true;
    int64_t window_left = unlimited;
    int64_t window_right = unlimited;
    int64_t sinks = 0;
    int64_t chunk = 0;
    int64_t prefix = 0;

    std::array<interval, 2> visible(int64_t query) const;  // merged and ordered; one interval: the second is empty
};

// -- score: logit scale of a query, cap and sink logits.
struct score_part {
    double scale = 0;                          // 0: 1/sqrt(head_dim)
    double multiplier = 1;                     // the config's multiplier times the temperature of the whole length
    double softcap = 0;                        // 0: off
    std::vector<float> sink_logits;            // empty, or from the problem's head 0 on
    int64_t layer_sinks = 0, sink_offset = 0;  // of the layer, and which of them is the problem's head 0
    std::function<double(int64_t position)> temperature;  // empty: 1

    // scale * multiplier * temperature(position): all factors but the rope magnitude
    double query_scale(int64_t position, int64_t head_dim) const;
};

}  // namespace farspan
