// Rotating a head's features by the angles of a rotary encoding, in double precision.
//
// A head of 8 features with rotary_dim 4 at offset 0 ('a', 'b' the two pairs, '.' copied):
//   half         (NeoX, rotate_half)   a b a b . . . .     pair p = (x[p], x[p + R/2])
//   interleaved  (GPT-J, NORMAL)       a a b b . . . .     pair p = (x[2p], x[2p+1])
// The rotated sub-range begins at `offset`; R = 2 * inv_freq.size().
#pragma once

#include "rope.hpp"

namespace oracle {

enum class pair_layout { half, interleaved };

// (u, w) -> magnitude * (u cos a - w sin a, w cos a + u sin a), one angle per pair.
std::vector<double> rotate_by_angles(const std::vector<double>& x, const std::vector<double>& angles, double magnitude,
                                     pair_layout layout, int offset = 0);

// One position for all pairs: angle[p] = position * inv_freq[p].
std::vector<double> rope_angles(double position, const rope_frequencies& frequencies);
// One position per pair (M-RoPE).
std::vector<double> rope_angles(const std::vector<double>& pair_positions, const rope_frequencies& frequencies);

// Forward, magnitude included.
std::vector<double> rotate(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                           pair_layout layout, int offset = 0);
// The transpose (sine negated, magnitude kept): the gradient of rotate.
std::vector<double> rotate_backward(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                                    pair_layout layout, int offset = 0);
// The inverse (sine negated, divided by the magnitude): rotate_undo(rotate(x)) = x.
std::vector<double> rotate_undo(const std::vector<double>& x, double position, const rope_frequencies& frequencies,
                                pair_layout layout, int offset = 0);
// Moves an already rotated key by `delta` positions; the magnitude is not applied again.
std::vector<double> rotate_delta(const std::vector<double>& x, double delta, const rope_frequencies& frequencies,
                                 pair_layout layout, int offset = 0);

// M-RoPE. `positions` holds one position per stream (t, h, w and for ggml a fourth, e); `sections` the
// number of pairs per stream. Each function answers: which position does pair p take?

// Qwen2-VL, GLM-4V: contiguous sections whose sum is the number of pairs.
std::vector<double> mrope_positions(const std::vector<int>& sections, const std::vector<double>& positions, int pairs);
// ggml MROPE: the same over p mod sum(sections).
std::vector<double> mrope_positions_ggml(const std::vector<int>& sections, const std::vector<double>& positions,
                                         int pairs);
// Qwen3-VL, interleaved sections; left-over pairs stay on t (Hugging Face) or go to stream e (ggml).
std::vector<double> imrope_positions_hf(const std::vector<int>& sections, const std::vector<double>& positions,
                                        int pairs);
std::vector<double> imrope_positions_ggml(const std::vector<int>& sections, const std::vector<double>& positions,
                                          int pairs);
// ggml VISION: all head_dim/2 pairs (x[p], x[p + head_dim/2]) turn; pairs of section 0 take stream 0, of
// section 1 stream 1. The frequency index restarts at each section, base^(-2p/(head_dim/2)), so this one
// returns angles.
std::vector<double> vision_angles(const std::vector<int>& sections, const std::vector<double>& positions, double base,
                                  int head_dim);

// xPos (Sun et al. 2022), interleaved pairs, rotary base 10000 unless frequencies say otherwise.
// zeta[p] = (2p + 0.4 D) / (1.4 D); the query is scaled by zeta^e, the key by zeta^-e,
// e = (position - centre) / scale_base. The centre cancels in the dot product.
std::vector<double> xpos_zeta(int head_dim);
double xpos_centre(int64_t length, int64_t offset = 0);  // -min_pos of torchscale = ceil((length + offset)/2)
std::vector<double> xpos_rotate_query(const std::vector<double>& x, double position, double centre, double scale_base,
                                      const rope_frequencies& frequencies);
std::vector<double> xpos_rotate_key(const std::vector<double>& x, double position, double centre, double scale_base,
                                    const rope_frequencies& frequencies);

}  // namespace oracle
