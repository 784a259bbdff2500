// The scratch of one run: packed keys and values of a wave of key heads, and private buffers per worker.
#pragma once

#include <cstddef>
#include <cstdint>

#include "attention/tile_pipeline.hpp"
#include "plan/plan.hpp"

namespace farspan {

// Private to a worker. All rows are kernels::block_rows long.
struct worker_scratch : pipeline_scratch {
    float* staging;               // [64][head_ld or value_ld] rows on their way into a panel
    float* rotated;               // [64][head_ld] the same, rotated for one copy
    float* branch[max_branches];  // [64][head_ld] rotated for a branch
    float* decayed;               // [64][head_ld] rotated and decayed for a tile
    float* factor;                // [max(64, head_ld)]
    line_sums sums;
};

// Where things lie in a workspace. Offsets in floats from its aligned start.
struct workspace_layout {
    int64_t wave_heads;    // (batch, key head) pairs that are packed at a time
    int64_t runs;          // of tile_keys keys
    int64_t key_floats;    // packed keys of one head: [copy][run][panel], kernel_table::pack_keys
    int64_t run_floats;    // packed values of a run: kernel_table::pack_values
    int64_t value_floats;  // of one head: [run]
    int64_t worker_floats;
    std::size_t bytes;  // in all, alignment slack included

    explicit workspace_layout(const plan& plan);
};

class workspace {
public:
    workspace(const plan& plan, const workspace_layout& layout, void* memory);

    // A panel of 64 keys of packed head `slot` in the wave.
    float* panel(int64_t slot, int copy, int64_t panel_index) const;
    // Packed values from this key to the end of its run.
    float* values(int64_t slot, int64_t key) const;
    // Non-zero if the values of this run hold an infinity or a NaN (packed as 0).
    uint8_t& values_not_finite(int64_t slot, int64_t run) const;
    // Non-zero if the values of this run are not packed: they are finite, and read where they are.
    uint8_t& values_in_place(int64_t slot, int64_t run) const;
    // The largest norm of a key of this run; with a bias that lets tiles be left out only.
    float& key_norm(int64_t slot, int64_t run) const;
    const worker_scratch& worker(int32_t index) const { return workers_[index]; }

private:
    const plan& plan_;
    const workspace_layout& layout_;
    float *start_, *key_norms_;
    uint8_t* flags_;
    std::vector<worker_scratch> workers_;
};

}  // namespace farspan
