// What the handles of farspan/cache.h are.
#pragma once

#include <memory>
#include <vector>

#include "api/handles.hpp"
#include "attention/decode.hpp"
#include "cache/cache.hpp"
#include "farspan/cache.h"

struct farspan_cache {
    farspan::cache store;
};

struct farspan_cache_plan {
    std::unique_ptr<const farspan::cache_plan> plan;
    farspan::cached_layout layout;
    std::vector<farspan::seen_sequence> sequences;  // of the batch
    farspan::run_options options;                   // of a run without a context
};

namespace farspan {

// Throws unless the batch is well-formed; whether its sequences exist is seen later.
std::vector<batch_entry> read_batch(const farspan_cache_batch* batch);

void check_layer(const block_shape& shape, int64_t layer);

}  // namespace farspan
