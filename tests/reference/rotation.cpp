#include "rotation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace oracle {
namespace {

// Section that contains pair p when sections follow each other; the last one takes what is left over.
size_t contiguous_section(const std::vector<int>& sections, int p) {
    int end = 0;
    for (size_t stream = 0; stream + 1 < sections.size(); ++stream) {
        end += sections[stream];
        if (p < end) return stream;
    }
    return sections.size() - 1;
}

int section_sum(const std::vector<int>& sections) { return std::accumulate(sections.begin(), sections.end(), 0); }

std::vector<double> negated(std::vector<double> angles) {
    for (double& angle : angles) angle = -angle;
    return angles;
}

std::vector<double> xpos_rotate(const std::vector<double>& x, double position, double exponent,
                                const rope_frequencies& frequencies) {
    std::vector<double> y = rotate(x, position, frequencies, pair_layout::interleaved);
    const std::vector<double> zeta = xpos_zeta(static_cast<int>(x.size()));
    for (size_t p = 0; p < zeta.size(); ++p) {
        y[2 * p] *= std::pow(zeta[p], exponent);
        y[2 * p + 1] *= std::pow(zeta[p], exponent);
    }
    return y;
}

}  // namespace

std::vector<double> rotate_by_angles(const std::vector<double>& x, const std::vector<double>& angles, double magnitude,
                                     pair_layout layout, int offset) {
    const size_t pairs = angles.size();
    const size_t begin = static_cast<size_t>(offset);
    if (begin + 2 * pairs > x.size()) throw std::invalid_argument("the rotated sub-range exceeds the head");
    std::vector<double> y = x;
    for (size_t p = 0; p < pairs; ++p) {
        const size_t first = begin + (layout == pair_layout::half ? p : 2 * p);
        const size_t second = layout == pair_layout::half ? first + pairs : first + 1;
        const double cosine = std::cos(angles[p]), sine = std::sin(angles[p]);
        y[first] = magnitude * (x[first] * cosine - x[second] * sine);
        y[second] = magnitude * (x[second] * cosine + x[first] * sine);
    }
    return y;
}

std::vector<double> rope_angles(double position, const rope_frequencies& frequencies) {
    return rope_angles(std::vector<double>(frequencies.inv_freq.size(), position), frequencies);
}

std::vector<double> rope_angles(const std::vector<double>& pair_positions, const rope_frequencies& frequencies) {
    std::vector<double> angles;
    for (size_t p = 0; p < frequencies.inv_freq.size(); ++p)
        angles.push_back(pair_positions.at(p) * frequencies.inv_freq[p]);
    return angles;
}

std::vector<double> rotate(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                           pair_layout layout, int offset) {
    return rotate_by_angles(x, rope_angles(position, frequencies), frequencies.magnitude, layout, offset);
}

std::vector<double> rotate_backward(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                                    pair_layout layout, int offset) {
    return rotate_by_angles(x, negated(rope_angles(position, frequencies)), frequencies.magnitude, layout, offset);
}

std::vector<double> rotate_undo(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                                pair_layout layout, int offset) {
    return rotate_by_angles(x, negated(rope_angles(position, frequencies)), 1.0 / frequencies.magnitude, layout,
                            offset);
}

std::vector<double> rotate_delta(const std::vector<double>& x, double delta, const rope_frequencies& frequencies,
                                 pair_layout layout, int offset) {
    return rotate_by_angles(x, rope_angles(delta, frequencies), 1.0, layout, offset);
}

std::vector<double> mrope_positions(const std::vector<int>& sections, const std::vector<double>& positions, int pairs) {
    if (section_sum(sections) != pairs) throw std::invalid_argument("sections must sum to rotary_dim / 2");
    return mrope_positions_ggml(sections, positions, pairs);
}

std::vector<double> mrope_positions_ggml(const std::vector<int>& sections, const std::vector<double>& positions,
                                         int pairs) {
    std::vector<double> result;
    for (int p = 0; p < pairs; ++p)
        result.push_back(positions.at(contiguous_section(sections, p % section_sum(sections))));
    return result;
}

std::vector<double> imrope_positions_hf(const std::vector<int>& sections, const std::vector<double>& positions,
                                        int pairs) {
    std::vector<double> result(static_cast<size_t>(pairs), positions[0]);
    // pairs 1, 4, 7 ... below 3 sections[1] are h, pairs 2, 5, 8 ... below 3 sections[2] are w
    for (size_t stream : {1, 2})
        for (int p = static_cast<int>(stream); p < std::min(pairs, 3 * sections[stream]); p += 3)
            result[static_cast<size_t>(p)] = positions[stream];
    return result;
}

std::vector<double> imrope_positions_ggml(const std::vector<int>& sections, const std::vector<double>& positions,
                                          int pairs) {
    std::vector<double> result;
    for (int p = 0; p < pairs; ++p) {
        const int sector = p % section_sum(sections);
        const size_t stream = static_cast<size_t>(sector % 3);  // t h w t h w ...
        result.push_back(positions[sector < 3 * sections[stream] ? stream : 3]);
    }
    return result;
}

std::vector<double> vision_angles(const std::vector<int>& sections, const std::vector<double>& positions, double base,
                                  int head_dim) {
    const int pairs = head_dim / 2;
    std::vector<double> angles;
    for (int p = 0; p < pairs; ++p) {
        const int sector = p % (sections[0] + sections[1]);
        const bool first = sector < sections[0];
        const int index = first ? sector : sector - sections[0];
        angles.push_back(positions[first ? 0 : 1] * std::pow(base, -2.0 * index / pairs));
    }
    return angles;
}

std::vector<double> xpos_zeta(int head_dim) {
    std::vector<double> zeta;
    for (int p = 0; p < head_dim / 2; ++p) zeta.push_back((2.0 * p + 0.4 * head_dim) / (1.4 * head_dim));
    return zeta;
}

double xpos_centre(int64_t length, int64_t offset) { return std::ceil(static_cast<double>(length + offset) / 2.0); }

std::vector<double> xpos_rotate_query(const std::vector<double>& x, double position, double centre, double scale_base,
                                      const rope_frequencies& frequencies) {
    return xpos_rotate(x, position, (position - centre) / scale_base, frequencies);
}

std::vector<double> xpos_rotate_key(const std::vector<double>& x, double position, double centre, double scale_base,
                                    const rope_frequencies& frequencies) {
    return xpos_rotate(x, position, -(position - centre) / scale_base, frequencies);
}

}  // namespace oracle
