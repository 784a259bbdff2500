// The loops of the model that are no matrix products. Rows are contiguous.
#pragma once

#include <cstdint>

namespace tool {

// out[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight
void rms_norm(const float* x, const float* weight, float epsilon, int64_t rows, int64_t width, float* out);

// out[r][n] = silu(gate_up[r][n]) * gate_up[r][hidden + n]
void silu_gate(const float* gate_up, int64_t rows, int64_t hidden, float* out);

}  // namespace tool
