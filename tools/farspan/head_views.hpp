// What attention reads and writes in a decoder's row-major rows, as tensors.
#pragma once

#include "decoder.hpp"
#include "farspan/farspan.hpp"

namespace tool {

// The rows of `batch` sequences of `tokens` rows each.
struct head_views {
    farspan::tensor q, k, v, out;

    head_views(const model_config& c, const decoder::attention_rows& rows, int64_t batch, int64_t tokens)
        : q(view(rows.qkv, c.qkv_width(), 0, c.heads, batch, tokens, c.head_dim)),
          k(view(rows.qkv, c.qkv_width(), c.heads, c.key_heads, batch, tokens, c.head_dim)),
          v(view(rows.qkv, c.qkv_width(), c.heads + c.key_heads, c.key_heads, batch, tokens, c.head_dim)),
          out(view(rows.attended, c.heads * c.head_dim, 0, c.heads, batch, tokens, c.head_dim)) {}

private:
    // `heads` heads from `first` on.
    static farspan::tensor view(float* data, int64_t row_width, int64_t first, int64_t heads, int64_t batch,
                                int64_t tokens, int64_t head_dim) {
        const auto memory = farspan::array_view<float>::of(data, static_cast<size_t>(batch * tokens * row_width));
        return {
            memory, {batch, heads, tokens, head_dim}, {tokens * row_width, head_dim, row_width, 1}, first * head_dim};
    }
};

}  // namespace tool
