#include "decoder.hpp"

#include <cblas.h>

#include <algorithm>

#include "elementwise.hpp"
#include "farspan/farspan.hpp"

namespace tool {
namespace {

constexpr int64_t block_rows = 256;  // intermediate results of one block stay in the second-level cache

// out[rows][outputs] (+)= x[rows][inputs] * weight[outputs][inputs]^T
void multiply(const float* x, const std::vector<float>& weight, int64_t rows, int64_t inputs, int64_t outputs,
              bool accumulate, float* out) {
    const auto n = [](int64_t size) { return static_cast<blasint>(size); };
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n(rows), n(outputs), n(inputs), 1.0f, x, n(inputs),
                weight.data(), n(inputs), accumulate ? 1.0f : 0.0f, out, n(outputs));
}

template <class F>
void for_blocks(int64_t rows, F&& f) {
    for (int64_t first = 0; first < rows; first += block_rows) f(first, std::min(block_rows, rows - first));
}

void grow(std::vector<float>& buffer, int64_t size) {
    if (static_cast<int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
}

}  // namespace

void decoder::begin(const language_model& model, int64_t rows) {
    const model_config& c = model.config;
    const int64_t block = std::min(rows, block_rows);
    rows_ = rows;
    grow(x_, rows * c.width);
    grow(qkv_, rows * c.qkv_width());
    grow(attended_, rows * c.heads * c.head_dim);
    grow(normed_, block * c.width);
    grow(gate_up_, block * std::max(2 * c.hidden, c.vocabulary));
    grow(gated_, block * c.hidden);
}

void decoder::embed(const language_model& model, int64_t first_row, const uint8_t* bytes, int64_t count,
                    int64_t first_position) {
    const model_config& c = model.config;
    float* x = x_.data() + first_row * c.width;
    for (int64_t t = 0; t < count; ++t, x += c.width) {
        const float* row = model.embedding.data() + bytes[t] * c.width;
        for (int64_t n = 0; n < c.width; ++n) x[n] = row[n] * c.embedding_scale;
    }
    if (c.position.method == "sinusoidal") add_sinusoids(c, first_row, count, first_position);
}

void decoder::add_sinusoids(const model_config& c, int64_t first_row, int64_t count, int64_t first_position) {
    grow(added_, count * c.width);
    farspan::sinusoidal_fill(c.position.layout, first_position, c.position.base, {added_, {1, 1, count, c.width}});
    float* x = x_.data() + first_row * c.width;
    for (int64_t n = 0; n < count * c.width; ++n) x[n] += added_[static_cast<size_t>(n)];
}

void decoder::run(const language_model& model, const std::function<void(const attention_rows&)>& attend) {
    for (size_t n = 0; n < model.layers.size(); ++n)
        layer(model.config, model.layers[n], static_cast<int64_t>(n), attend);
}

void decoder::layer(const model_config& c, const layer_weights& w, int64_t index,
                    const std::function<void(const attention_rows&)>& attend) {
    const int64_t heads_width = c.heads * c.head_dim;
    for_blocks(rows_, [&](int64_t first, int64_t rows) {
        rms_norm(x_.data() + first * c.width, w.attention_norm.data(), c.norm_epsilon, rows, c.width, normed_.data());
        multiply(normed_.data(), w.qkv, rows, c.width, c.qkv_width(), false, qkv_.data() + first * c.qkv_width());
    });
    attend({index, qkv_.data(), attended_.data()});
    for_blocks(rows_, [&](int64_t first, int64_t rows) {
        float* x = x_.data() + first * c.width;
        multiply(attended_.data() + first * heads_width, w.output, rows, heads_width, c.width, true, x);
        rms_norm(x, w.mlp_norm.data(), c.norm_epsilon, rows, c.width, normed_.data());
        multiply(normed_.data(), w.gate_up, rows, c.width, 2 * c.hidden, false, gate_up_.data());
        silu_gate(gate_up_.data(), rows, c.hidden, gated_.data());
        multiply(gated_.data(), w.down, rows, c.hidden, c.width, true, x);
    });
}

void decoder::logits(const language_model& model, int64_t first_row, int64_t count, const rows_sink& sink) {
    const model_config& c = model.config;
    for_blocks(count, [&](int64_t first, int64_t rows) {
        const int64_t row = first_row + first;
        rms_norm(x_.data() + row * c.width, model.norm.data(), c.norm_epsilon, rows, c.width, normed_.data());
        multiply(normed_.data(), model.head, rows, c.width, c.vocabulary, false, gate_up_.data());
        sink(row, rows, gate_up_.data());
    });
}

}  // namespace tool
