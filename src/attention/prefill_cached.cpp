// Many new rows over a cache: the ordinary prefill, with keys and values from the blocks in place of tensors.
#include <algorithm>
#include <cstring>

#include "attention/decode.hpp"
#include "attention/int8_rows.hpp"
#include "attention/rows.hpp"
#include "base/aligned.hpp"

namespace farspan {
namespace {

using kernels::panel_keys;

// The tokens of a sequence in order, for the ordinary prefill.
class cached_tokens final : public stored_rows {
public:
    cached_tokens(const cache_plan& plan, const cached_sequence& sequence, int64_t layer)
        : plan_(plan), kernels_(*plan.kernels), sequence_(sequence), layer_(layer) {}

    void load_keys(int64_t key_head, int64_t first, int64_t count, float* rows, int64_t ld) const override {
        visit(key_head, first, count, [&](const slice& from, const int64_t* lanes, int64_t row, int64_t tokens) {
            keys(from, lanes, tokens, rows + row * ld, ld);
        });
    }

    void load_values(int64_t key_head, int64_t first, int64_t count, float* rows, int64_t ld) const override {
        visit(key_head, first, count, [&](const slice& from, const int64_t* lanes, int64_t row, int64_t tokens) {
            for (int64_t n = 0; n < tokens;) {
                int64_t length = 1;
                while (n + length < tokens && lanes[n + length] == lanes[n] + length) ++length;
                values(from, lanes[n], length, rows + (row + n) * ld, ld);
                n += length;
            }
        });
    }

private:
    // Calls body(slice, lanes, row, tokens) for the stretch of each page in [first, first + count).
    template <class Body>
    void visit(int64_t key_head, int64_t first, int64_t count, Body&& body) const {
        const std::vector<int64_t>& before = sequence_.first_token;
        auto page =
            static_cast<std::size_t>(std::upper_bound(before.begin(), before.end(), first) - before.begin() - 1);
        for (int64_t row = 0; row < count; ++page) {
            int64_t lanes[block_tokens], present = 0;
            for (uint64_t left = sequence_.pages[page].present; left != 0; left &= left - 1)
                lanes[present++] = __builtin_ctzll(left);
            const int64_t skip = first + row - before[page], tokens = std::min(present - skip, count - row);
            body(sequence_.pages[page].data->at(plan_.shape, layer_, key_head), lanes + skip, row, tokens);
            row += tokens;
        }
    }

    void values(const slice& from, int64_t lane, int64_t count, float* rows, int64_t ld) const {
        const int64_t dim = plan_.shape.value_dim;
        if (plan_.shape.has_scales()) return load_int8_values(kernels_, plan_.shape, from, lane, count, rows, ld);
        loader(kernels_, plan_.shape.dtype)(from.values + lane * dim * plan_.shape.element_bytes(), dim, 1, count, dim,
                                            rows, ld, ld);
    }

    // A panel is transposed 64 features at a time.
    void keys(const slice& from, const int64_t* lanes, int64_t tokens, float* rows, int64_t ld) const {
        const int64_t dim = plan_.shape.head_dim;
        alignas(cache_line) float features[panel_keys * panel_keys], tokens_first[panel_keys * panel_keys];
        for (int64_t d = 0; d < ld; d += panel_keys) {
            const int64_t some = std::clamp<int64_t>(dim - d, 0, panel_keys), width = std::min(panel_keys, ld - d);
            const char* panel = from.keys + d * panel_keys * plan_.shape.element_bytes();
            if (plan_.shape.has_scales()) {
                load_int8_keys(kernels_, plan_.shape, from, d, some, features);
                kernels_.scale_columns(features, panel_keys, some, panel_keys, from.key_scales, features);
            } else
                loader(kernels_, plan_.shape.dtype)(panel, panel_keys, 1, some, panel_keys, features, panel_keys,
                                                    panel_keys);
            kernels_.transpose_panel(features, panel_keys, some, panel_keys, tokens_first);
            for (int64_t n = 0; n < tokens; ++n)
                std::memcpy(rows + n * ld + d, tokens_first + lanes[n] * panel_keys,
                            static_cast<std::size_t>(width) * sizeof(float));
        }
    }

    const cache_plan& plan_;
    const kernels::kernel_table& kernels_;
    const cached_sequence& sequence_;
    const int64_t layer_;
};

strided rows_of(const strided& tensor, int64_t first, int64_t rows) {
    strided part = tensor;
    part.data = static_cast<char*>(tensor.at(0, 0, first, 0));
    part.shape[2] = rows;
    return part;
}

}  // namespace

void run_cached_prefill(const cache_plan& plan, const cached_sequence& sequence, const cached_tensors& tensors,
                        const run_options& options, void* memory) {
    const cached_tokens tokens(plan, sequence, tensors.layer);
    attention_tensors given;
    given.q = rows_of(tensors.q, sequence.first_row, sequence.rows());
    given.out = rows_of(tensors.out, sequence.first_row, sequence.rows());
    given.lse = tensors.lse ? tensors.lse + sequence.first_row : nullptr;
    given.lse_stride = plan.rows;
    given.stored = &tokens;
    run_attention(*sequence.prefill, workspace_layout(*sequence.prefill), given, options, memory);
}

}  // namespace farspan
