// The memory of a gradient: rows and sums of a wave of key heads, each with one of its query heads at a time, and
// private buffers per worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attention/carver.hpp"
#include "attention/tile_scores.hpp"
#include "plan/plan.hpp"

namespace farspan {

// Of a key head and one query head of its group. Rows of a copy or branch follow those of the one before.
struct gradient_slot {
    float* key_panels;            // [copy][panel], kernel_table::pack_keys
    float* key_rows;              // [copy][keys][head_ld], finite: an element that is not is 0
    float* value_panels;          // [panel], the same of values
    float* d_keys;                // [copy][keys][head_ld]
    float* d_values;              // [keys][value_ld]
    float* queries;               // [branch][queries][head_ld], scaled and rotated
    float* d_queries;             // [branch][queries][head_ld]
    float* d_out;                 // [queries][value_ld]
    float* delta;                 // [queries]
    float* lse;                   // [queries], base 2; +infinity where a row sees nothing
    double* sink;                 // [block]: the sum of its rows
    double* buckets;              // [part][buckets]
    uint8_t* queries_not_finite;  // [block]
    uint8_t* d_out_not_finite;    // [block]
    int64_t runs;
};

// Private to a worker.
struct gradient_scratch {
    float* staging;  // [64][head_ld or value_ld]
    float* scores;   // [64][tile_keys]: logits, then weights
    float* older;    // the same: of an older branch
    float* change;   // the same: dp, then d_logit
    float* branch;   // the same: those of one branch
    float* zeros;    // the same
    float* slope;    // the same: of the cap
    float* query;    // [64][head_ld]: decayed, or finite
    float* d_out;    // [64][value_ld]: finite
    float* keys;     // [tile_keys][head_ld]: decayed
    float* decay;    // [head_ld]
    score_scratch passes;
    block_views* views;  // [blocks of a part]
};

struct gradient_layout {
    int64_t wave_heads;   // (batch, key head) pairs at a time
    int64_t runs;         // of tile_keys keys
    int64_t part_blocks;  // query blocks, and runs of keys, of a part
    int64_t part_runs;
    int64_t query_parts, key_parts;
    int64_t slot_floats, worker_floats;
    std::size_t bytes;  // in all, alignment slack included

    explicit gradient_layout(const plan& plan);
};

class gradient_space {
public:
    gradient_space(const plan& plan, const gradient_layout& layout, void* memory);

    const gradient_slot& slot(int64_t index) const { return slots_[static_cast<std::size_t>(index)]; }
    const gradient_scratch& worker(int32_t index) const { return workers_[static_cast<std::size_t>(index)]; }
    double* sinks() const { return sinks_; }      // [query_heads]
    double* buckets() const { return buckets_; }  // [query_heads][buckets]

private:
    std::vector<gradient_slot> slots_;
    std::vector<gradient_scratch> workers_;
    double *sinks_, *buckets_;
};

// The panel of a key. `dim` features; `runs` of keys in a copy.
inline float* panel_at(float* panels, int64_t runs, int copy, int64_t key, int64_t dim) {
    return panels + (copy * runs * kernels::tile_keys + key / kernels::panel_keys * kernels::panel_keys) * dim;
}
// Row `index` of a copy or branch of `rows` rows.
inline float* row_at(float* start, int64_t rows, int copy, int64_t index, int64_t ld) {
    return start + (copy * rows + index) * ld;
}

}  // namespace farspan
