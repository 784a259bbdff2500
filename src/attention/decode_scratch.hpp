// The scratch of a run over a cache: private buffers per worker, and the partial results of sequences that are cut.
#pragma once

#include "attention/carver.hpp"
#include "attention/decode.hpp"
#include "attention/tile_pipeline.hpp"

namespace farspan {

// Stored keys and values of up to so many lines go straight into the products.
constexpr int64_t few_lines = 8;

// All rows are kernels::block_rows long.
struct decode_scratch : pipeline_scratch {
    float* turned[max_branches];  // [64][head_ld] turned for a page
    double* turns[max_branches];  // of a turn_cursor
    float *cosine, *sine;         // [64][pairs] of the rows
    float* panel;                 // [head_dim][64] keys, f32
    float* values;                // [64][value_ld]
    float* weights;               // [8][groups of values][64], int8 only
    int8_t* wide;                 // [head_dim][64], int8 only
    line_sums whole;
};

class cached_workspace {
public:
    cached_workspace(const cache_plan& plan, const cached_layout& layout, void* memory)
        : plan_(plan), layout_(layout), start_(aligned_floats(memory)) {}

    decode_scratch worker(int32_t index) const;
    line_sums result(int64_t number) const;

private:
    const cache_plan& plan_;
    const cached_layout& layout_;
    float* start_;
};

}  // namespace farspan
