// GGUF metadata while it is turned into a draft.
#pragma once

#include <vector>

#include "config/gguf.hpp"
#include "config/gguf_families.hpp"
#include "config/reader.hpp"

namespace farspan::config {

constexpr double most_factor = 1e12;

struct gguf_source {
    gguf_metadata& metadata;
    const gguf_family& row;
    reader keys;
    draft& result;
    int64_t layers = 0, query_heads = 0, key_heads = 0, head_dim = 0, value_dim = 0, rotary_dim = 0;
    int64_t local_head_dim = 0, local_value_dim = 0, local_rotary_dim = 0;  // of sliding layers
    int64_t attention_every = 0;                            // only every n-th layer has softmax attention; 0: all
    std::vector<int64_t> query_heads_of{}, key_heads_of{};  // per layer, if the file lists them
};

// Appends the rotation of full layers to draft::ropes and, if sliding layers have another, theirs.
void read_rotation(gguf_source& s);

}  // namespace farspan::config
