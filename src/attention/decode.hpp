// Attention over a key-value cache. For few rows, every stored key and value is read once for all query heads of its
// group.
#pragma once

#include "attention/run.hpp"
#include "plan/cache_plan.hpp"

namespace farspan {

struct cached_layout {
    int64_t worker_floats, partial_floats;
    std::size_t bytes;

    explicit cached_layout(const cache_plan& plan);
};

struct cached_tensors {
    int64_t layer;
    strided q, out;
    float* lse;  // NULL: not wanted
};

// Throws failure(FARSPAN_ERROR_CANCELLED). `memory` has cached_layout::bytes bytes.
void run_cached(const cache_plan& plan, const cached_layout& layout, const cached_tensors& tensors,
                const run_options& options, void* memory);

// The part of it that is for one sequence with a prefill plan.
void run_cached_prefill(const cache_plan& plan, const cached_sequence& sequence, const cached_tensors& tensors,
                        const run_options& options, void* memory);

}  // namespace farspan
