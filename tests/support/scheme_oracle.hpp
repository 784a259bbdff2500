// What a scheme_spec means, in terms of the oracle: translated from the configuration's values alone, never through the
// library. Everything is double precision.
#pragma once

#include <cstdint>
#include <vector>

#include "remap.hpp"
#include "rotation.hpp"
#include "scheme_spec.hpp"

namespace farspan_test {

class scheme_oracle {
public:
    // `length` is the current length n; head_dim may be 1 where only rules are asked.
    scheme_oracle(const scheme_spec& spec, int64_t length, int64_t head_dim);

    bool visible(int64_t i, int64_t j) const;
    int branch(int64_t i, int64_t j) const;
    oracle::rotated_pair remap(int64_t i, int64_t j) const;
    // Heads are those of the layer. The bias is 0 for a dense one.
    double bias(int head, int64_t i, int64_t j) const;
    // The factor of the dot product for a query at i; score.scale 0 gives 1/sqrt(head_dim).
    double scale(int64_t i) const;
    double softcap() const { return spec_.score.softcap; }
    bool has_sinks() const { return !spec_.sinks.empty(); }
    double sink(int head) const { return spec_.sinks.at(static_cast<size_t>(head)); }

    const oracle::rope_frequencies& frequencies() const { return frequencies_; }
    bool rotates() const { return spec_.rope.method != FARSPAN_ROPE_NONE; }
    bool has_axes() const { return spec_.rope.axes != FARSPAN_AXES_NONE; }

    // Rotation of one head row. xPos counts its decay from `centre`.
    using row = std::vector<double>;
    row rotate_query(const row& x, double position, double centre = 0) const {
        return rotate(x, position, position - centre, 1);
    }
    row rotate_key(const row& x, double position, double centre = 0) const {
        return rotate(x, position, centre - position, 1);
    }
    // M-RoPE: one position per axis.
    row rotate_axes(const row& x, const std::vector<double>& positions) const { return rotate_axes(x, positions, 1); }
    // Their transposes: the opposite angles, magnitude and decay as they are.
    row rotate_query_back(const row& x, double position, double centre = 0) const {
        return rotate(x, position, position - centre, -1);
    }
    row rotate_key_back(const row& x, double position, double centre = 0) const {
        return rotate(x, position, centre - position, -1);
    }
    row rotate_axes_back(const row& x, const std::vector<double>& positions) const {
        return rotate_axes(x, positions, -1);
    }

private:
    row rotate(const row& x, double position, double growth, double direction) const;
    row rotate_axes(const row& x, const std::vector<double>& positions, double direction) const;
    oracle::pair_layout pair_layout() const;

    const scheme_spec& spec_;
    int64_t length_;
    int64_t head_dim_;
    oracle::rope_frequencies frequencies_;
    std::vector<double> slopes_;
};

// The frequencies of a rope configuration at a current length.
oracle::rope_frequencies oracle_frequencies(const scheme_spec& spec, int64_t length);

}  // namespace farspan_test
