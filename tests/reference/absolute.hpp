// Absolute encodings that are added to embeddings.
#pragma once

#include <vector>

namespace oracle {

enum class sinusoidal_layout {
    interleaved,     // Vaswani et al. 2017: sin, cos alternate; frequency 10000^(-2p/D)
    blocks,          // RoFormer, Marian: sin block then cos block, same frequencies; odd D: one more sine
    blocks_shifted,  // tensor2tensor, fairseq: blocks, frequency exp(-p ln(10000)/(D/2 - 1)); odd D: a zero last
};

std::vector<double> sinusoidal_row(double position, int features, sinusoidal_layout layout, double base = 10000.0);

// Learned table, row-major rows x features. Throws std::invalid_argument outside the table: a learned
// encoding does not extrapolate.
std::vector<double> learned_row(const std::vector<double>& table, int rows, int features, int position);

}  // namespace oracle
