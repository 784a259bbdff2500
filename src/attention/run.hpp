// Prefill attention of a plan over tensors.
#pragma once

#include "attention/tile_scores.hpp"
#include "attention/workspace.hpp"
#include "base/strided.hpp"
#include "plan/plan.hpp"

namespace farspan {

// Keys and values that are not tensors: rows as f32, columns up to `ld` filled up with 0.
class stored_rows {
public:
    virtual void load_keys(int64_t key_head, int64_t first, int64_t count, float* rows, int64_t ld) const = 0;
    virtual void load_values(int64_t key_head, int64_t first, int64_t count, float* rows, int64_t ld) const = 0;

protected:
    ~stored_rows() = default;
};

struct attention_tensors {
    strided q, k, v, out;
    strided bias;                         // data NULL: none
    float* lse;                           // NULL: not wanted
    int64_t lse_stride;                   // between heads
    const stored_rows* stored = nullptr;  // in place of k and v, one batch entry

    // Rows of k or v that are f32 of `ld` features, one after the other, need no scratch.
    bool in_place(const strided& tensor, int64_t ld) const {
        return !stored && tensor.dtype == FARSPAN_F32 && tensor.stride[3] == 1 && tensor.shape[3] == ld;
    }
};

struct float_rows {
    const float* first;
    int64_t ld;
};
inline float_rows rows_in_place(const strided& tensor, int64_t batch, int64_t head, int64_t first) {
    return {static_cast<const float*>(tensor.at(batch, head, first, 0)), tensor.stride[2]};
}

struct run_options {
    int32_t threads;                 // at most the plan's
    const volatile int32_t* cancel;  // NULL: never
    bool exhaustive;                 // no key is left out
};

// Throws failure(FARSPAN_ERROR_CANCELLED). The workspace has workspace_layout::bytes bytes.
void run_attention(const plan& plan, const workspace_layout& layout, const attention_tensors& tensors,
                   const run_options& options, void* memory);

// --- the stages of a run ---

// Values of a key head as f32 rows of value_ld.
void load_values(const plan& plan, const attention_tensors& tensors, int64_t batch, int64_t key_head, int64_t first,
                 int64_t count, float* rows);

// Packs keys and values [run * tile_keys, ...) of (batch, key head) into `slot`: converted to f32, keys rotated for
// every copy that needs the run and transposed so that lanes are keys.
void pack_run(const plan& plan, const attention_tensors& tensors, const workspace& space, const worker_scratch& scratch,
              int64_t batch, int64_t key_head, int64_t slot, int64_t run);

// Writes out and lse of the rows of a block. Looks at the flag before every tile.
void run_query_block(const plan& plan, const attention_tensors& tensors, const workspace& space,
                     const worker_scratch& scratch, const head_task& task, const query_block& block,
                     const run_options& options);

}  // namespace farspan
